//! `trialc check`

use clap::Args;

use super::console::Console;
use super::files::Disk;
use super::report::{self, Reporting};
use super::{Outcome, watch};

/// Check a protocol and say everything that is to be said about it
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocol's main file, or `-` for standard input
    file: String,
    #[command(flatten)]
    reporting: Reporting,
    /// Check again whenever a file of the protocol changes
    #[arg(long)]
    watch: bool,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let once = |disk: &Disk| check(console, disk, arguments);
    if arguments.watch { watch::run(console, &arguments.file, once) } else { once(&Disk::default()) }
}

fn check(console: &Console, disk: &Disk, arguments: &Arguments) -> Outcome {
    let compilation = report::compile_and_report(console, disk, &arguments.file, &arguments.reporting)?;
    let sum = report::sum_up(&arguments.file, &compilation);
    if arguments.reporting.owns_standard_output() {
        console.err(&sum);
    } else {
        console.out(&sum)?;
    }
    Ok(report::exit(&compilation, &arguments.reporting))
}
