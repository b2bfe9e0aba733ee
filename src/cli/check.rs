//! `trialc check`

use clap::Args;

use super::console::Console;
use super::files::Disk;
use super::report::{self, Reporting};
use super::solver::SolverChoice;
use super::{Outcome, watch};
use crate::check::check_with;
use crate::diagnostics;

/// Check a protocol and say everything that is to be said about it
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocol's main file, or `-` for standard input
    file: String,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    solver: SolverChoice,
    /// Check again whenever a file of the protocol changes
    #[arg(long)]
    watch: bool,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let once = |disk: &Disk| check(console, disk, arguments);
    if arguments.watch { watch::run(console, &arguments.file, once) } else { once(&Disk::default()) }
}

fn check(console: &Console, disk: &Disk, arguments: &Arguments) -> Outcome {
    let solver = arguments.solver.open()?;
    let mut compilation = report::compiled(disk, &arguments.file)?;
    let asked = match (solver, &compilation.trial) {
        (Some(mut solver), Some(trial)) => {
            let name = solver.name().to_owned();
            let checked = check_with(trial, &name, &mut solver);
            let (found, asked) = checked.map_err(|fault| solver.failed(&fault))?;
            compilation.diagnostics.extend(found);
            diagnostics::sort(&mut compilation.diagnostics);
            Some(solver.told(console, &arguments.file, asked))
        }
        _ => None,
    };
    report::show(console, &arguments.reporting, &compilation)?;
    let sum = report::sum_up(&arguments.file, &compilation);
    let sum = asked.unwrap_or_default() + &sum;
    if arguments.reporting.owns_standard_output() {
        console.err(&sum);
    } else {
        console.out(&sum)?;
    }
    Ok(report::exit(&compilation, &arguments.reporting))
}
