//! `trialc test`

use clap::Args;

use super::console::Console;
use super::report::trial_of;
use super::{Exit, Outcome};
use crate::eligibility::run_examples;
use crate::model::Expectation;

/// Run the examples of protocols: invented participants with the verdicts that the author expects
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocols' main files
    #[arg(required = true)]
    files: Vec<String>,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let mut exit = Exit::Fine;
    for file in &arguments.files {
        let Some(trial) = trial_of(console, file)? else {
            exit = Exit::Findings;
            continue;
        };
        let outcomes = run_examples(&trial);
        let mut text = String::new();
        let mut wrong = 0;
        for outcome in &outcomes {
            let expected = in_words(outcome.expectation);
            let label = &outcome.example.label;
            match &outcome.disagreement {
                None => text.push_str(&format!("ok      {label}: {expected}\n")),
                Some(disagreement) => {
                    wrong += 1;
                    text.push_str(&format!("FAILED  {label}: expected {expected}; {disagreement}\n"));
                }
            }
        }
        let count = outcomes.len();
        let examples = if count == 1 { "1 expectation".to_owned() } else { format!("{count} expectations") };
        text.push_str(&format!("{file}: {examples}, {wrong} failed\n"));
        console.out(&text)?;
        if wrong > 0 {
            exit = Exit::Findings;
        }
    }
    Ok(exit)
}

/// As the author writes it: `ineligible for randomization by I8, E3`.
fn in_words(expectation: &Expectation) -> String {
    let by =
        if expectation.by.is_empty() { String::new() } else { format!(" by {}", expectation.by.join(", ")) };
    let decision = expectation.decision.as_ref().map(|event| format!(" for {event}")).unwrap_or_default();
    format!("{}{decision}{by}", expectation.verdict)
}
