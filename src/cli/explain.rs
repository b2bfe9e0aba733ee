//! `trialc explain`

use clap::Args;

use super::console::Console;
use super::{Exit, Failure, Outcome};
use crate::diagnostics::codes;
use crate::diagnostics::near_name;
use crate::diagnostics::render::page;

/// Explain a code that a message carries, with an example and its repair
#[derive(Debug, Args)]
pub struct Arguments {
    /// The code or its name: `U01` or `missing-unit`
    #[arg(required_unless_present = "all")]
    code: Option<String>,
    /// List every code
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let text = match &arguments.code {
        None => list(),
        Some(wanted) => page::render(console.out_look(), find(wanted)?),
    };
    console.out(&text)?;
    Ok(Exit::Fine)
}

fn find(wanted: &str) -> Result<&'static codes::Code, Failure> {
    codes::find(wanted.trim()).ok_or_else(|| {
        let names = codes::ALL.iter().flat_map(|code| [code.name, code.id]);
        let all = || "`trialc explain --all` lists every code".to_owned();
        let help = near_name(wanted, names).unwrap_or_else(all);
        Failure::of(&codes::NOT_THERE, format!("there is no code `{wanted}`")).help(help)
    })
}

/// One line for each code: id, severity, name, title.
fn list() -> String {
    let width = codes::ALL.iter().map(|code| code.name.len()).max().unwrap_or(0);
    let line = |code: &&codes::Code| {
        format!("{:<4} {:<8} {:<width$}  {}\n", code.id, code.severity.text(), code.name, code.title())
    };
    codes::ALL.iter().map(line).collect()
}
