//! The command line: arguments, files, the terminal and the clock. Nothing is decided here about a trial.
//!
//! Exit codes: 0 all is well, 1 something was found, 2 the command could not do its work (usage, files), 101 a bug
//! in `trialc` itself, 130 interrupted. What a command was asked for goes to standard output; what is to be said about it goes to
//! standard error.

mod aside;
mod build;
mod bulk;
mod calendar;
mod cases;
mod check;
mod completions;
mod console;
mod convert;
mod diff;
mod explain;
mod files;
mod fmt;
mod new;
mod panic;
mod people;
mod population;
mod publish;
mod report;
mod resolve;
mod screen;
mod solver;
mod tables;
mod test;
mod units;
mod validate_record;
mod warehouse;
mod watch;

use std::ffi::OsString;
use std::ops::Range;
use std::process::ExitCode;
use std::str::FromStr;

use clap::{Parser, Subcommand};
use console::{ColorChoice, Console};
use jiff::civil::Date;
pub use panic::install_panic_hook;

use crate::diagnostics::{Code, codes};
use crate::source::Source;

/// Compiles clinical trial protocols: eligibility checkers, visit schedules and case report forms from one file.
#[derive(Debug, Parser)]
#[command(name = "trialc", version, arg_required_else_help = true, disable_help_subcommand = true)]
struct Cli {
    /// When to use color; `auto` follows the terminal and NO_COLOR
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Build(build::Arguments),
    Screen(screen::Arguments),
    Calendar(calendar::Arguments),
    ValidateRecord(validate_record::Arguments),
    Diff(diff::Arguments),
    Test(test::Arguments),
    Cases(cases::Arguments),
    Fmt(fmt::Arguments),
    Resolve(resolve::Arguments),
    New(new::Arguments),
    Explain(explain::Arguments),
    Convert(convert::Arguments),
    Units(units::Arguments),
    Completions(completions::Arguments),
}

/// How a command that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Exit code 0.
    Fine,
    /// Exit code 1: there is something to repair.
    Findings,
}

/// Why a command could not do its work: exit code 2.
#[derive(Clone, Debug)]
struct Failure {
    /// `None` where `trialc` itself is at fault.
    code: Option<&'static Code>,
    message: String,
    help: Option<String>,
    /// The words of a file that it speaks of.
    words: Option<Box<(Source, Range<usize>)>>,
}

impl Failure {
    fn of(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::own(message) }
    }

    /// A fault of `trialc` itself: nothing that was given is to be mended.
    fn own(message: impl Into<String>) -> Self {
        Self { code: None, message: message.into(), help: None, words: None }
    }

    fn help(self, text: impl Into<String>) -> Self {
        self.helped(Some(text.into()))
    }

    /// With help, where there is some.
    fn helped(self, help: Option<String>) -> Self {
        Self { help: help.or(self.help), ..self }
    }

    fn at(self, source: Source, words: Range<usize>) -> Self {
        Self { words: Some(Box::new((source, words))), ..self }
    }
}

/// A day given on the command line.
#[derive(Clone, Copy, Debug)]
struct Day(Date);

impl Day {
    fn date(self) -> Date {
        self.0
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "today" {
            return Ok(Self(jiff::Zoned::now().date()));
        }
        let date = text.parse().map_err(|_| "a day is written 2011-06-28, or `today`".to_owned());
        date.map(Self)
    }
}

type Outcome = Result<Exit, Failure>;

/// Runs `trialc` with these arguments, the first being the program's own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    install_panic_hook();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            not_understood(&error);
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let console = Console::standard(cli.color);
    let outcome = match cli.command {
        Command::Check(arguments) => check::run(&console, &arguments),
        Command::Build(arguments) => build::run(&console, &arguments),
        Command::Screen(arguments) => screen::run(&console, &arguments),
        Command::Calendar(arguments) => calendar::run(&console, &arguments),
        Command::ValidateRecord(arguments) => validate_record::run(&console, &arguments),
        Command::Diff(arguments) => diff::run(&console, &arguments),
        Command::Test(arguments) => test::run(&console, &arguments),
        Command::Cases(arguments) => cases::run(&console, &arguments),
        Command::Fmt(arguments) => fmt::run(&console, &arguments),
        Command::Resolve(arguments) => resolve::run(&console, &arguments),
        Command::New(arguments) => new::run(&console, &arguments),
        Command::Explain(arguments) => explain::run(&console, &arguments),
        Command::Convert(arguments) => convert::run(&console, &arguments),
        Command::Units(arguments) => units::run(&console, &arguments),
        Command::Completions(arguments) => completions::run::<Cli>(&console, &arguments),
    };
    match outcome {
        Ok(Exit::Fine) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(1),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(2)
        }
    }
}

/// Help that was asked for, or what is wrong with the command, with its code.
fn not_understood(error: &clap::Error) {
    if !error.use_stderr() {
        // Nobody is left to be told when this fails.
        let _ = error.print();
        return;
    }
    let console = Console::standard(ColorChoice::Auto);
    let text = error.render();
    let text = if console.err_look().color { text.ansi().to_string() } else { text.to_string() };
    console.err(&text.replacen("error:", &format!("error[{}]:", codes::UNKNOWN_COMMAND.id), 1));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn no_two_arguments_of_a_command_are_in_each_others_way() {
        super::Cli::command().debug_assert();
    }
}
