//! `trialc screen`

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::console::Console;
use super::people::Sources;
use super::population;
use super::report::trial_of;
use super::{Day, Exit, Failure, Outcome};
use crate::diagnostics::codes;
use crate::eligibility::{EligibilityDocument, Screener, Verdict, render_summary_text, render_verdict_text};
use crate::emit::screening;
use crate::intake::fhir::Person;

/// Screen people: who is eligible, who is not, by which criterion, and what is still to be asked
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocol's main file
    file: String,
    #[command(flatten)]
    people: Sources,
    #[command(flatten)]
    population: population::Database,
    /// `text` to read, `json` a list of verdicts, `html` a page to read, print and file; of a database also `csv` and
    /// `parquet`, and `html` only with --out
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// The day of the check, `2011-06-28` or `today`: taken for the events that are still to come
    #[arg(long, value_name = "DATE")]
    as_of: Option<Day>,
    /// Everything about everybody, however many they are: the text is else a summary, and the page cut off
    #[arg(long)]
    full: bool,
}

/// The text of more people is a summary.
const FEW: usize = 5;
/// The page holds the evidence of so many, the nearest to being eligible first.
const MOST_ON_PAGE: usize = 200;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
    Html,
    Csv,
    Parquet,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let Some(trial) = trial_of(console, &arguments.file)? else { return Ok(Exit::Findings) };
    if trial.decisions.is_empty() {
        return Err(Failure::of(
            &codes::NOTHING_TO_DO,
            format!("`{}` has no eligibility criteria to screen by", arguments.file),
        ));
    }
    let as_of: Option<Date> = arguments.as_of.map(Day::date);
    if let Some(folder) = &arguments.population.data {
        return population::run(
            console,
            folder,
            &arguments.population,
            &arguments.people,
            &trial,
            as_of,
            arguments.format,
        );
    }
    let document = EligibilityDocument::of(&trial);
    let screener = Screener::of(&document);
    let verdict_on = |person: Person| {
        let mut verdict = screener.screen(&person.record, as_of);
        verdict.notes.extend(person.notes);
        verdict
    };
    match arguments.format {
        Format::Text | Format::Html => {}
        Format::Json => {
            // Each is written as soon as it is found, and of everybody the text alone is held.
            let lists = arguments.people.each(console, &trial, |person| list_of(&verdict_on(person)))?;
            console.stream(|out| write_as_one(&lists, out))?;
            return Ok(Exit::Fine);
        }
        Format::Csv | Format::Parquet => {
            return Err(Failure::of(&codes::OPTIONS_CLASH, "single people are not written in this format")
                .help("write `--format json`, or give a database with --data"));
        }
    }
    let is_brief = arguments.format == Format::Text && !arguments.full;
    let screened = AtomicUsize::new(0);
    let verdicts: Vec<Verdict> = arguments.people.each(console, &trial, |person| {
        let mut verdict = verdict_on(person);
        // A summary shows no evidence, and that of everybody takes most of the memory.
        if is_brief && screened.fetch_add(1, Ordering::Relaxed) >= FEW {
            verdict
                .decisions
                .iter_mut()
                .flat_map(|one| &mut one.criteria)
                .for_each(|one| one.because.clear());
        }
        verdict
    })?;
    let text = if arguments.format == Format::Html {
        let most = if arguments.full { usize::MAX } else { MOST_ON_PAGE };
        screening::page(&document, &verdicts, most)
    } else if verdicts.len() > FEW && !arguments.full {
        render_summary_text(&verdicts)
    } else {
        verdicts.iter().map(render_verdict_text).collect::<Vec<_>>().join("\n")
    };
    console.out(&text)?;
    Ok(Exit::Fine)
}

const LIST_BEGINS: &str = "[\n";
const LIST_ENDS: &str = "\n]";

/// A list with a single verdict, as JSON.
fn list_of(verdict: &Verdict) -> String {
    serde_json::to_string_pretty(&[verdict]).expect("verdicts serialise")
}

/// Lists with a single verdict each, as one list.
fn write_as_one(lists: &[String], out: &mut dyn Write) -> io::Result<()> {
    if lists.is_empty() {
        return writeln!(out, "[]");
    }
    for (place, list) in lists.iter().enumerate() {
        let before = if place == 0 { LIST_BEGINS } else { ",\n" };
        out.write_all(before.as_bytes())?;
        let inside = list.strip_prefix(LIST_BEGINS).and_then(|list| list.strip_suffix(LIST_ENDS));
        out.write_all(inside.unwrap_or(list).as_bytes())?;
    }
    writeln!(out, "{LIST_ENDS}")
}
