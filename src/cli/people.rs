//! The people of a command: records and FHIR from files, with what the user adds to them.

use std::collections::BTreeSet;

use clap::Args;
use rayon::prelude::*;

use super::Failure;
use super::console::Console;
use super::files::{STDIN, read_data, read_text};
use crate::diagnostics::{codes, near_name};
use crate::eligibility::{ReadError, read_records};
use crate::intake::fhir::{Assumptions, Person, Reader, is_fhir};
use crate::intake::{Additions, NotAnAddition};
use crate::model::Trial;
use crate::omop::ListedCode;
use crate::source::Source;

/// At most so many kinds of notices about FHIR are shown.
const MOST_NOTICES: usize = 20;

/// Where people come from, and what their data do not say.
#[derive(Debug, Args)]
pub struct Sources {
    /// Files of people: records (JSON: one, a list, or one per line) or FHIR R4 (bundles, or NDJSON of bundles or
    /// resources, which are joined by person over all files); `-` for standard input
    #[arg(required_unless_present = "data", value_name = "PEOPLE")]
    files: Vec<String>,
    /// An event or visit of everybody and its date, `randomization=2020-05-01`; repeatable
    #[arg(long, value_name = "EVENT=DATE")]
    event: Vec<String>,
    /// What the data hold completely, so that silence means no: `conditions`, `drugs from 2008-01-01`, or one name; of
    /// a database also `drugs in observation_period`; repeatable
    #[arg(long, value_name = "WHAT [from DATE] [to DATE]")]
    coverage: Vec<String>,
    /// Records that are added: to the person of the same id, to everybody where they have none
    #[arg(long, value_name = "FILE.json")]
    with: Vec<String>,
    /// The protocol's names of codes that it does not list, as CSV with the columns `code` and `name`; of a database
    /// also concept ids, `omop:3004410,hba1c`
    #[arg(long, value_name = "FILE.csv")]
    codes: Vec<String>,
    /// Of FHIR and OMOP: what was ordered or handed over was taken. Without this an order leaves it open
    #[arg(long)]
    orders_are_taken: bool,
}

impl Sources {
    /// What is said of a database, without people.
    pub fn of_database(
        event: &[String],
        coverage: &[String],
        codes: &[String],
        orders_are_taken: bool,
    ) -> Self {
        Self {
            files: Vec::new(),
            event: event.to_vec(),
            coverage: coverage.to_vec(),
            with: Vec::new(),
            codes: codes.to_vec(),
            orders_are_taken,
        }
    }

    /// What is made of everybody, in the order of the files; those of FHIR behind the others.
    pub fn each<T: Send>(
        &self,
        console: &Console,
        trial: &Trial,
        make: impl Fn(Person) -> T + Sync,
    ) -> Result<Vec<T>, Failure> {
        let additions = self.additions(trial, &self.coverage)?;
        let mut people: Vec<Person> = Vec::new();
        let mut fhir = Reader::new(Assumptions { orders_are_taken: self.orders_are_taken });
        let mut has_fhir = false;
        for path in &self.files {
            let text = read_data(path)?;
            let name = if path == STDIN { "standard input" } else { path };
            if is_fhir(&text) {
                has_fhir = true;
                fhir.read(name, &text).map_err(|error| unreadable(name, &text, error))?;
            } else {
                let records = read_records(&text).map_err(|error| unreadable(name, &text, error))?;
                people.extend(records.into_iter().map(|record| Person { record, notes: Vec::new() }));
            }
        }
        // Ids are looked at only where some are to be among them.
        let is_asked = additions.of_single().next().is_some();
        let make = |mut person: Person| {
            let id = is_asked.then(|| person.record.person.id.clone()).flatten();
            additions.apply(&mut person.record);
            (id, make(person))
        };
        let mut made: Vec<(Option<String>, T)> = people.into_par_iter().map(make).collect();
        let (from_fhir, report) = fhir.finish_with(make);
        if has_fhir {
            console.err(&report.render_text(MOST_NOTICES));
        }
        made.extend(from_fhir);
        let ids: BTreeSet<&str> = made.iter().filter_map(|(id, _)| id.as_deref()).collect();
        if let Some(stranger) = additions.strangers(&ids).first() {
            return Err(not_among_the_people(stranger).helped(near_name(stranger, ids)));
        }
        Ok(made.into_iter().map(|(_, made)| made).collect())
    }

    pub fn orders_are_taken(&self) -> bool {
        self.orders_are_taken
    }

    /// What is added to a database.
    pub fn declared(&self, trial: &Trial) -> Result<Declared, Failure> {
        let mut in_observation_period = Vec::new();
        let mut rest = Vec::new();
        for coverage in &self.coverage {
            match coverage.trim_end().strip_suffix(IN_OBSERVATION_PERIOD) {
                Some(of) => {
                    known_to_be_covered(of.trim(), trial)?;
                    in_observation_period.push(of.trim().to_owned());
                }
                None => rest.push(coverage.clone()),
            }
        }
        let mut codes = Vec::new();
        for path in &self.codes {
            let listed = read_codes(path, trial)?;
            codes.extend(listed.into_iter().map(|(code, name)| ListedCode { code, name }));
        }
        Ok(Declared { additions: self.additions(trial, &rest)?, in_observation_period, codes })
    }

    fn additions(&self, trial: &Trial, coverage: &[String]) -> Result<Additions, Failure> {
        let mut additions = Additions::default();
        for event in &self.event {
            let name = additions.event(event).map_err(refused)?;
            let visits = trial.schedule.iter().flat_map(|schedule| schedule.visits.keys());
            known(&name, trial.events.keys().chain(visits), "event or visit")?;
        }
        for coverage in coverage {
            if let Some(name) = additions.coverage(coverage).map_err(refused)? {
                known_to_be_covered(&name, trial)?;
            }
        }
        for path in &self.with {
            let text = read_text(path)?;
            let records = read_records(&text).map_err(|error| unreadable(path, &text, error))?;
            records.into_iter().for_each(|record| additions.record(record));
        }
        for path in &self.codes {
            for (code, name) in read_codes(path, trial)? {
                additions.name_of_code(&code, &name);
            }
        }
        Ok(additions)
    }
}

/// Behind what is covered, of a database.
const IN_OBSERVATION_PERIOD: &str = " in observation_period";

/// What the user says of a database.
pub struct Declared {
    pub additions: Additions,
    /// Domains or names of which each person's own periods of observation hold everything.
    pub in_observation_period: Vec<String>,
    pub codes: Vec<ListedCode>,
}

fn known_to_be_covered(name: &str, trial: &Trial) -> Result<(), Failure> {
    let domains = ["conditions", "drugs", "procedures", "events"].map(str::to_owned);
    known(name, trial.concepts.keys().chain(trial.events.keys()).chain(&domains), "finding")
}

fn known<'n>(name: &str, names: impl Iterator<Item = &'n String> + Clone, kind: &str) -> Result<(), Failure> {
    if names.clone().any(|one| one == name) {
        return Ok(());
    }
    let near = near_name(name, names.map(String::as_str));
    Err(Failure::of(&codes::NOT_THERE, format!("the protocol has no {kind} `{name}`")).helped(near))
}

/// A record of `--with` for somebody who is not there.
pub fn not_among_the_people(id: &str) -> Failure {
    Failure::of(&codes::NOT_THERE, format!("`--with` adds to `{id}`, who is not among the people"))
}

fn refused(error: NotAnAddition) -> Failure {
    Failure::of(&codes::UNREADABLE_OPTION, error.message).help(error.help)
}

/// A larger text is not shown: where its fault lies is told in numbers.
const LARGEST_SHOWN: usize = 1 << 20;

fn unreadable(path: &str, text: &str, error: ReadError) -> Failure {
    if text.len() > LARGEST_SHOWN {
        return Failure::of(&codes::UNREADABLE_RECORD, format!("{path}: {error}")).helped(error.help);
    }
    let words = error.words(text);
    let record = error.record.map(|number| format!("record {number}: ")).unwrap_or_default();
    Failure::of(&codes::UNREADABLE_RECORD, format!("{record}{}", error.message))
        .helped(error.help)
        .at(Source::new(path, text), words)
}

/// Two columns with a heading: `code,name`.
fn read_codes(path: &str, trial: &Trial) -> Result<Vec<(String, String)>, Failure> {
    let mut codes = Vec::new();
    let text = read_text(path)?;
    let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let wrong = |error: csv::Error| Failure::of(&codes::UNREADABLE_TABLE, format!("{path}: {error}"));
    let columns = rows.headers().map_err(wrong)?.clone();
    let column = |name: &str| {
        columns.iter().position(|column| column == name).ok_or_else(|| {
            Failure::of(&codes::UNREADABLE_TABLE, format!("{path} has no column `{name}`"))
                .help("the first line is `code,name`; then come lines such as `rxnorm:860975,metformin`")
        })
    };
    let (code, name) = (column("code")?, column("name")?);
    for row in rows.records() {
        let row = row.map_err(wrong)?;
        let (code, name) = (row.get(code).unwrap_or_default(), row.get(name).unwrap_or_default());
        let names = trial.concepts.keys().chain(trial.measures.keys());
        known(name, names, "measure, condition, drug or procedure").map_err(|failure| {
            let start = row.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(0));
            let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            // A name in doubled quotation marks is written otherwise than it reads: then the line is meant.
            let words = line.rfind(name).map_or(0..line.len(), |at| at..at + name.len());
            failure.at(Source::new(path, text.as_str()), start + words.start..start + words.end)
        })?;
        codes.push((code.to_owned(), name.trim().to_owned()));
    }
    Ok(codes)
}
