//! `trialc test`

mod accepted;

use std::path::PathBuf;

use clap::Args;

use self::accepted::Accepted;
use super::console::Console;
use super::report::trial_of;
use super::{Exit, Failure, Outcome};
use crate::diagnostics::codes;
use crate::eligibility::run_examples;
use crate::model::{Expectation, Trial};

/// Run the examples of protocols, and compare their outputs with those that were accepted
#[derive(Debug, Args)]
#[command(after_help = "\
Examples are invented participants with the verdicts that the author expects.

Outputs are compared where some were accepted: in the folder `accepted` beside the protocol, in a folder of the protocol's \
own. What differs is shown by its meaning first, then line by line. `--accept` takes the outputs as they are now: commit \
the folder, and each change of an output is a difference that somebody reads.")]
pub struct Arguments {
    /// The protocols' main files
    #[arg(required = true)]
    files: Vec<String>,
    /// Take the outputs as they are now, after showing what differs
    #[arg(long)]
    accept: bool,
    /// With --accept: keep these outputs, separated by commas, or `none` but the protocol; without, those that were accepted before
    #[arg(long, value_name = "TARGETS", value_delimiter = ',', requires = "accept")]
    emit: Vec<String>,
    /// The folder with the accepted outputs, for one protocol [default: accepted/NAME beside it]
    #[arg(long, value_name = "DIR")]
    accepted: Option<PathBuf>,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    if arguments.accepted.is_some() && arguments.files.len() > 1 {
        return Err(Failure::of(
            &codes::OPTIONS_CLASH,
            "one folder of accepted outputs is given, and several protocols",
        )
        .help("test them one by one, or leave --accepted out"));
    }
    let targets = match arguments.emit.as_slice() {
        [] => None,
        [only] if only == "none" => Some(Vec::new()),
        names => Some(super::build::chosen_targets(names)?),
    };
    let mut exit = Exit::Fine;
    for file in &arguments.files {
        let Some(trial) = trial_of(console, file)? else {
            exit = Exit::Findings;
            continue;
        };
        if examples(console, file, &trial)? == Exit::Findings {
            exit = Exit::Findings;
        }
        let accepted = Accepted::of(file, arguments.accepted.as_deref())?;
        let compared = if arguments.accept {
            accepted.accept(console, &trial, targets.as_deref())?
        } else {
            accepted.compare(console, &trial)?
        };
        if compared == Exit::Findings {
            exit = Exit::Findings;
        }
    }
    Ok(exit)
}

fn examples(console: &Console, file: &str, trial: &Trial) -> Outcome {
    let outcomes = run_examples(trial);
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
    Ok(if wrong > 0 { Exit::Findings } else { Exit::Fine })
}

/// As the author writes it: `ineligible for randomization by I8, E3`.
fn in_words(expectation: &Expectation) -> String {
    let by =
        if expectation.by.is_empty() { String::new() } else { format!(" by {}", expectation.by.join(", ")) };
    let decision = expectation.decision.as_ref().map(|event| format!(" for {event}")).unwrap_or_default();
    format!("{}{decision}{by}", expectation.verdict)
}
