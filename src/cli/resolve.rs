//! `trialc resolve`

use clap::Args;

use super::console::Console;
use super::files::{Disk, cannot_read};
use super::report::{self, FormatChoice, Reporting};
use super::{Exit, Failure, Outcome};
use crate::compile;
use crate::format::format;

/// Print an amended protocol whole: every statement in its place, with the amendment that touched it
#[derive(Debug, Args)]
pub struct Arguments {
    /// The amendment's file, or any protocol's main file
    file: String,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let disk = Disk::default();
    let resolved = compile::resolved(&disk, &arguments.file);
    let (mut compilation, text) = resolved.map_err(|error| cannot_read(&arguments.file, &error))?;
    let Some(text) = text else {
        compilation.diagnostics.retain(crate::diagnostics::Diagnostic::is_error);
        report::show(console, &Reporting { format: FormatChoice::Human, deny: None }, &compilation)?;
        console.err(&format!("{}: nothing is printed before its errors are repaired\n", arguments.file));
        return Ok(Exit::Findings);
    };
    let text = format(&text).map_err(|refusal| {
        Failure::own(format!("the whole protocol could not be laid out: {refusal}"))
            .help("this is a fault of trialc")
    })?;
    console.out(&text)?;
    Ok(Exit::Fine)
}
