//! `trialc calendar`

use clap::{Args, ValueEnum};

use super::console::Console;
use super::files::{STDIN, read_text};
use super::report::trial_of;
use super::{Day, Exit, Failure, Outcome};
use crate::calendar::{DEFAULT_HORIZON, Dates, calendar};
use crate::model::Trial;
use crate::source::Source;

/// Plan one participant's visits from the dates of what has happened
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocol's main file
    file: String,
    /// Dates as `EVENT=2011-02-01`, `VISIT=2011-08-01` or `VISIT=missed`, or JSON files of dates
    #[arg(required = true, value_name = "EVENT=DATE | FILE.json")]
    dates: Vec<String>,
    /// The participant's arm, once allocated
    #[arg(long, value_name = "ARM")]
    arm: Option<String>,
    /// The day to judge visits by, `2011-09-01` or `today`: what is due, what was missed
    #[arg(long, value_name = "DATE")]
    as_of: Option<Day>,
    /// How many cycles to show of those that have no number of their own
    #[arg(long, value_name = "CYCLES", default_value_t = DEFAULT_HORIZON)]
    horizon: u32,
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Tells participants apart in iCalendar files; a number of your own, never a name or a date of birth
    #[arg(long, value_name = "KEY", default_value = "participant")]
    key: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Table,
    Csv,
    Json,
    /// iCalendar, for calendars of a phone or a clinic
    Ics,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let Some(trial) = trial_of(console, &arguments.file)? else { return Ok(Exit::Findings) };
    if trial.schedule.is_none() {
        return Err(Failure::new(format!("`{}` has no schedule", arguments.file)));
    }
    let Some(dates) = read_dates(console, &trial, arguments)? else { return Ok(Exit::Findings) };
    let calendar = calendar(&trial, &dates, arguments.as_of.map(Day::date), arguments.horizon);
    console.out(&match arguments.format {
        Format::Table => calendar.to_text(),
        Format::Csv => calendar.to_csv(),
        Format::Json => calendar.to_json(),
        Format::Ics => calendar.to_ics(&arguments.key),
    })?;
    Ok(if calendar.conflicts.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// The dates of files and arguments together, the arguments' last; none when something is wrong with a file.
fn read_dates(console: &Console, trial: &Trial, arguments: &Arguments) -> Result<Option<Dates>, Failure> {
    let (pairs, files): (Vec<&String>, Vec<&String>) =
        arguments.dates.iter().partition(|text| text.contains('='));
    let mut dates = Dates::default();
    for path in files {
        if path != STDIN && !path.contains('.') && !path.contains('/') {
            return Err(Failure::new(format!("`{path}` is neither a date nor a file"))
                .help(format!("write the day on which it happened: `{path}=2011-02-01`")));
        }
        let text = read_text(path)?;
        match Dates::read(trial, &text) {
            Ok(read) => {
                dates.arms.extend(read.arms);
                dates.events.extend(read.events);
                dates.visits.extend(read.visits);
            }
            Err(errors) => {
                let source = Source::new(path.as_str(), text.as_str());
                errors.iter().for_each(|error| console.err(&error.shown(&source)));
                return Ok(None);
            }
        }
    }
    let arm = arguments.arm.as_ref().map(|arm| format!("arm={arm}"));
    for pair in pairs.into_iter().chain(&arm) {
        dates.add(trial, pair).map_err(|error| {
            let failure = Failure::new(error.message);
            match error.help {
                Some(help) => failure.help(help),
                None => failure,
            }
        })?;
    }
    Ok(Some(dates))
}
