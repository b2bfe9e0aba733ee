//! `trialc completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::console::Console;
use super::{Exit, Outcome};

/// Print a script that completes trialc's commands in a shell
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell that will read it
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run<C: CommandFactory>(console: &Console, arguments: &Arguments) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut C::command(), "trialc", &mut script);
    console.out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
