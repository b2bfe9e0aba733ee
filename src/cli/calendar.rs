//! `trialc calendar`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::console::Console;
use super::files::{STDIN, read_data, read_text, shown};
use super::publish::publish;
use super::report::{trial_of, wrong_input};
use super::{Day, Exit, Failure, Outcome};
use crate::calendar::{ClosedDays, DEFAULT_HORIZON, Dates, People, calendar};
use crate::diagnostics::{codes, near_name};
use crate::emit::Artifact;
use crate::model::Trial;

/// Plan participants' visits from the dates of what has happened
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocol's main file
    file: String,
    /// Dates of one participant as `EVENT=2011-02-01`, `VISIT=2011-08-01` or `VISIT=missed`, or in JSON files; or a table
    /// of many with the columns `participant,event,date`
    #[arg(required = true, value_name = "EVENT=DATE | FILE.json | TABLE.csv")]
    dates: Vec<String>,
    /// The participant's arm, once allocated
    #[arg(long, value_name = "ARM")]
    arm: Option<String>,
    /// Show this participant of a table alone
    #[arg(long, value_name = "KEY")]
    participant: Option<String>,
    /// No visits on Saturdays and Sundays: offer the nearest open day inside each window
    #[arg(long)]
    no_weekends: bool,
    /// No visits on the days of this file, one in each line
    #[arg(long, value_name = "FILE")]
    holidays: Option<String>,
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
    /// Of a table in JSON or iCalendar: the folder for one file of each participant
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
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
        return Err(Failure::of(&codes::NOTHING_TO_DO, format!("`{}` has no schedule", arguments.file)));
    }
    let Some(closed) = closed_days(console, &trial, arguments)? else { return Ok(Exit::Findings) };
    let table = arguments.dates.iter().find(|path| path.to_ascii_lowercase().ends_with(".csv"));
    if let Some(table) = table {
        return of_table(console, &trial, table, &closed, arguments);
    }
    if arguments.out.is_some() {
        return Err(Failure::of(&codes::OPTIONS_CLASH, "`--out` is for a table of participants")
            .help("give a table: `trialc calendar trial.trial dates.csv --format ics --out FOLDER`"));
    }
    if arguments.participant.is_some() {
        return Err(Failure::of(
            &codes::OPTIONS_CLASH,
            "`--participant` chooses from a table of participants",
        )
        .help("give a table: `trialc calendar trial.trial dates.csv --participant 001`"));
    }
    let Some(dates) = read_dates(console, &trial, arguments)? else { return Ok(Exit::Findings) };
    one(console, &trial, &dates, &closed, arguments)
}

fn one(
    console: &Console,
    trial: &Trial,
    dates: &Dates,
    closed: &ClosedDays,
    arguments: &Arguments,
) -> Outcome {
    let mut calendar = calendar(trial, dates, arguments.as_of.map(Day::date), arguments.horizon);
    calendar.keep_closed(closed);
    console.out(&match arguments.format {
        Format::Table => calendar.to_text(),
        Format::Csv => calendar.to_csv(),
        Format::Json => calendar.to_json(),
        Format::Ics => calendar.to_ics(&arguments.key),
    })?;
    Ok(if calendar.conflicts.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// All participants of a table: how often each visit has each status, or every visit of each; or one of them.
fn of_table(
    console: &Console,
    trial: &Trial,
    table: &str,
    closed: &ClosedDays,
    arguments: &Arguments,
) -> Outcome {
    if arguments.dates.len() > 1 || arguments.arm.is_some() {
        return Err(Failure::of(&codes::OPTIONS_CLASH, "a table of participants stands alone")
            .help("write everything that is known into it: a line `participant,arm,name` gives an arm"));
    }
    let text = read_data(table)?;
    let people = match People::read(trial, &text) {
        Ok(people) => people,
        Err(errors) => {
            wrong_input(console, table, &text, &errors);
            return Ok(Exit::Findings);
        }
    };
    if let Some(key) = &arguments.participant {
        let Some(dates) = people.get(key) else {
            let near = near_name(key, people.keys());
            return Err(Failure::of(
                &codes::NOT_THERE,
                format!("there is no participant `{key}` in {table}"),
            )
            .helped(near));
        };
        return one(console, trial, dates, closed, arguments);
    }
    let as_of = arguments.as_of.map(Day::date);
    match arguments.format {
        Format::Table => console.out(&people.counts(trial, as_of, arguments.horizon).to_text())?,
        Format::Csv => console.out(&people.to_csv(trial, as_of, arguments.horizon, closed))?,
        Format::Json | Format::Ics => {
            let Some(folder) = &arguments.out else {
                return Err(Failure::of(&codes::OPTIONS_CLASH, "this format shows one participant")
                    .help("give a folder with `--out FOLDER` for one file of each, or choose one with `--participant KEY`"));
            };
            return each(console, trial, &people, closed, arguments, folder);
        }
    }
    Ok(Exit::Fine)
}

/// One file for each participant, named by the key.
fn each(
    console: &Console,
    trial: &Trial,
    people: &People,
    closed: &ClosedDays,
    arguments: &Arguments,
    folder: &Path,
) -> Outcome {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for key in people.keys() {
        if let Some(other) = names.insert(file_name(key).to_lowercase(), key) {
            return Err(Failure::of(
                &codes::UNWRITABLE_FILE,
                format!("`{key}` and `{other}` would have a file of the same name"),
            )
            .help("tell participants apart by letters, digits, `-`, `_` and `.`"));
        }
    }
    let as_of = arguments.as_of.map(Day::date);
    let ending = if arguments.format == Format::Ics { "ics" } else { "json" };
    let all: Vec<(&str, &Dates)> = people.iter().collect();
    let made: Vec<(Artifact, bool)> = all
        .into_par_iter()
        .map(|(key, dates)| {
            let mut calendar = calendar(trial, dates, as_of, arguments.horizon);
            calendar.keep_closed(closed);
            let text = match arguments.format {
                Format::Ics => calendar.to_ics(key),
                _ => calendar.to_json(),
            };
            (Artifact::new(format!("{}.{ending}", file_name(key)), text), calendar.conflicts.is_empty())
        })
        .collect();
    let is_kept = made.iter().all(|(_, is_kept)| *is_kept);
    let artifacts: Vec<Artifact> = made.into_iter().map(|(artifact, _)| artifact).collect();
    publish(folder, &artifacts)?;
    console.out(&format!("{} calendars in {}\n", artifacts.len(), shown(folder)))?;
    Ok(if is_kept { Exit::Fine } else { Exit::Findings })
}

/// The key, without what a file name cannot hold on every system.
fn file_name(key: &str) -> String {
    let letters: String = key
        .chars()
        .map(|sign| if sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.') { sign } else { '_' })
        .collect();
    let is_hidden = letters.starts_with('.');
    if is_hidden { format!("_{letters}") } else { letters }
}

/// The days without visits of the protocol, the arguments and a file of holidays.
fn closed_days(
    console: &Console,
    trial: &Trial,
    arguments: &Arguments,
) -> Result<Option<ClosedDays>, Failure> {
    let mut closed = ClosedDays::of(trial.schedule.as_ref());
    if arguments.no_weekends {
        closed = closed.and_weekends();
    }
    let Some(path) = &arguments.holidays else { return Ok(Some(closed)) };
    let text = read_text(path)?;
    match closed.and_holidays(&text) {
        Ok(closed) => Ok(Some(closed)),
        Err(errors) => {
            wrong_input(console, path, &text, &errors);
            Ok(None)
        }
    }
}

/// The dates of files and arguments together, the arguments' last; none when something is wrong with a file.
fn read_dates(console: &Console, trial: &Trial, arguments: &Arguments) -> Result<Option<Dates>, Failure> {
    let (pairs, files): (Vec<&String>, Vec<&String>) =
        arguments.dates.iter().partition(|text| text.contains('='));
    let mut dates = Dates::default();
    for path in files {
        if path != STDIN && !path.contains('.') && !path.contains('/') {
            return Err(Failure::of(
                &codes::UNREADABLE_OPTION,
                format!("`{path}` is neither a date nor a file"),
            )
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
                wrong_input(console, path, &text, &errors);
                return Ok(None);
            }
        }
    }
    let arm = arguments.arm.as_ref().map(|arm| format!("arm={arm}"));
    for pair in pairs.into_iter().chain(&arm) {
        dates
            .add(trial, pair)
            .map_err(|error| Failure::of(&codes::UNREADABLE_OPTION, error.message).helped(error.help))?;
    }
    Ok(Some(dates))
}
