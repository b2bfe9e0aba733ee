//! What `trialc build --emit sql:…` is told about the database: concept ids, days of events, what the data cover.

use std::path::PathBuf;

use clap::Args;

use super::console::Console;
use super::{Failure, files};
use crate::diagnostics::did_you_mean;
use crate::eligibility::EligibilityDocument;
use crate::eligibility::record::{Coverage, CoveredDomain, Entry};
use crate::emit::Artifact;
use crate::emit::sql::{self, DIALECTS, Dialect};
use crate::model::Trial;
use crate::omop::{
    AncestorRow, Assumptions, ConceptRow, ConceptSets, Expansion, ListedCode, RelationshipRow,
};
use crate::time::DateRange;

/// What stands before the name of a dialect in `--emit`.
pub const PREFIX: &str = "sql:";

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of sql:…")]
pub struct Warehouse {
    /// A CSV file with the columns code, name: `omop:3004410,hba1c`, `loinc:4548-4,hba1c`
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,
    /// A folder with CONCEPT.csv, CONCEPT_RELATIONSHIP.csv and CONCEPT_ANCESTOR.csv of OHDSI Athena: codes become concept ids,
    /// with all their descendants
    #[arg(long, value_name = "FOLDER")]
    vocabulary: Option<PathBuf>,
    /// The day of an event or visit for everybody: `randomization=2011-06-28`
    #[arg(long = "event", value_name = "NAME=DATE")]
    events: Vec<String>,
    /// Read the days of all other events from a table trial_event (person_id, event, event_date)
    #[arg(long)]
    event_table: bool,
    /// What the data hold all of: `conditions from 2008-01-01`, `drugs in observation_period`
    #[arg(long, value_name = "WHAT")]
    coverage: Vec<String>,
    /// What was prescribed, ordered or dispensed was taken
    #[arg(long)]
    orders_are_taken: bool,
    /// Where the tables of the CDM are: `cdm`, or `catalog.cdm`
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
}

/// The dialect of a target `sql:…`; `None` for every other target.
pub fn dialect(target: &str) -> Option<Result<&'static Dialect, Failure>> {
    let name = target.strip_prefix(PREFIX)?;
    Some(Dialect::find(name).ok_or_else(|| {
        let near = did_you_mean(name, DIALECTS.iter().map(|dialect| dialect.name));
        let help = near.map_or_else(
            || {
                let names: Vec<String> = DIALECTS.iter().map(|one| format!("{PREFIX}{}", one.name)).collect();
                format!("there are {}", names.join(", "))
            },
            |near| format!("did you mean `{PREFIX}{near}`?"),
        );
        Failure::new(format!("there is no dialect of SQL `{name}`")).help(help)
    }))
}

impl Warehouse {
    /// Whether something was said that only SQL asks.
    pub fn is_used(&self) -> bool {
        self.codes.is_some()
            || self.vocabulary.is_some()
            || !self.events.is_empty()
            || self.event_table
            || !self.coverage.is_empty()
            || self.orders_are_taken
            || self.schema.is_some()
    }

    /// The statements and their report of losses.
    pub fn build(
        &self,
        console: &Console,
        trial: &Trial,
        dialects: &[&'static Dialect],
    ) -> Result<Vec<Artifact>, Failure> {
        let document = EligibilityDocument::of(trial);
        let sets = self.sets(&document)?;
        let nameless = sets.nameless(&document);
        let names: Vec<&str> = nameless.measures.iter().chain(&nameless.things).copied().collect();
        if !names.is_empty() {
            console.err(&format!(
                "no concept id for {}: what rests on these stays unknown; give ids with --codes\n",
                names.join(", ")
            ));
        }
        let assumptions = Assumptions {
            coverage: self.always(&document)?,
            in_observation_period: self.own_periods(&document)?,
            events: self.days(&document)?,
            orders_are_taken: self.orders_are_taken,
            as_of: None,
        };
        let options = sql::Options {
            sets,
            assumptions,
            has_event_table: self.event_table,
            schema: self.schema.clone(),
        };
        Ok(sql::emit(&document, &options, dialects))
    }

    fn listed(&self, document: &EligibilityDocument) -> Result<Vec<ListedCode>, Failure> {
        let Some(path) = &self.codes else { return Ok(Vec::new()) };
        let path = files::shown(path);
        let text = files::read_text(&path)?;
        let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let at = |line: u64, what: String| Failure::new(format!("`{path}`, line {line}: {what}"));
        let headers = rows.headers().map_err(|error| at(1, error.to_string()))?.clone();
        let place = |name: &str| {
            headers.iter().position(|header| header.eq_ignore_ascii_case(name)).ok_or_else(|| {
                at(1, format!("the column `{name}` is missing")).help("the first line is: code,name")
            })
        };
        let (code, name) = (place("code")?, place("name")?);
        let mut listed = Vec::new();
        for row in rows.records() {
            let row = row.map_err(|error| {
                at(
                    error.position().map_or(0, csv::Position::line),
                    "the row has too few or too many cells".into(),
                )
            })?;
            let line = row.position().map_or(0, csv::Position::line);
            let (code, name) = (row.get(code).unwrap_or_default(), row.get(name).unwrap_or_default());
            if !code.contains(':') {
                return Err(at(line, format!("`{code}` is no code"))
                    .help("write system:code, such as omop:3004410 or loinc:4548-4"));
            }
            let known = document.measures.keys().chain(document.concepts.keys()).map(String::as_str);
            if !known.clone().any(|known| known == name) {
                // Codes that one file holds for several protocols are no fault.
                continue;
            }
            listed.push(ListedCode { code: code.to_owned(), name: name.to_owned() });
        }
        Ok(listed)
    }

    fn days(&self, document: &EligibilityDocument) -> Result<Vec<Entry>, Failure> {
        let mut events: Vec<Entry> = Vec::new();
        for given in &self.events {
            let not = |why: String| {
                Failure::new(format!("--event {given}: {why}")).help("write --event randomization=2011-06-28")
            };
            let (name, day) = given.split_once('=').ok_or_else(|| not("the day is missing".into()))?;
            let (name, day) = (name.trim(), day.trim());
            let known = document.events.keys().chain(document.visits.keys()).chain(document.decisions.keys());
            let known: Vec<&str> = known.map(String::as_str).collect();
            if !known.contains(&name) {
                let near = did_you_mean(name, known.iter().copied());
                let help = near.map_or_else(
                    || format!("the criteria speak of: {}", known.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(
                    Failure::new(format!("--event {given}: no criterion speaks of `{name}`")).help(help)
                );
            }
            if events.iter().any(|known| known.name == name) {
                return Err(not(format!("`{name}` has a day already")));
            }
            let on: DateRange = day.parse().map_err(|error: crate::time::NotADate| not(error.to_string()))?;
            events.push(Entry { name: name.to_owned(), on: Some(on), ..Entry::default() });
        }
        Ok(events)
    }

    fn always(&self, document: &EligibilityDocument) -> Result<Vec<Coverage>, Failure> {
        let covers = self.coverage.iter().map(|text| cover(text, document)).collect::<Result<Vec<_>, _>>()?;
        Ok(covers.into_iter().filter_map(Result::ok).collect())
    }

    fn own_periods(&self, document: &EligibilityDocument) -> Result<Vec<CoveredDomain>, Failure> {
        let covers = self.coverage.iter().map(|text| cover(text, document)).collect::<Result<Vec<_>, _>>()?;
        Ok(covers.into_iter().filter_map(Result::err).collect())
    }

    fn sets(&self, document: &EligibilityDocument) -> Result<ConceptSets, Failure> {
        let listed = self.listed(document)?;
        let Some(folder) = &self.vocabulary else {
            return Ok(Expansion::of(document, &listed, None).finish());
        };
        let version = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let mut expansion = Expansion::of(document, &listed, Some(version.unwrap_or_else(|| "given".into())));
        let id = |text: &str| text.trim().parse::<i64>().ok();
        each_row(
            folder,
            "CONCEPT.csv",
            ["concept_id", "vocabulary_id", "concept_code", "standard_concept"],
            &mut |[concept, vocabulary, code, standard]| {
                let concept = id(concept)?;
                expansion.concept(&ConceptRow {
                    id: concept,
                    vocabulary,
                    code,
                    is_standard: standard.trim() == "S",
                });
                Some(())
            },
        )?;
        each_row(
            folder,
            "CONCEPT_RELATIONSHIP.csv",
            ["concept_id_1", "concept_id_2", "relationship_id", "invalid_reason"],
            &mut |[from, to, relationship, invalid]| {
                let (from, to) = (id(from)?, id(to)?);
                let is_valid = invalid.trim().is_empty();
                expansion.relationship(&RelationshipRow { from, to, relationship, is_valid });
                Some(())
            },
        )?;
        each_row(
            folder,
            "CONCEPT_ANCESTOR.csv",
            ["ancestor_concept_id", "descendant_concept_id"],
            &mut |[ancestor, descendant]| {
                expansion.ancestor(AncestorRow { ancestor: id(ancestor)?, descendant: id(descendant)? });
                Some(())
            },
        )?;
        Ok(expansion.finish())
    }
}

/// The rows of a table of a vocabulary, divided by commas or tabs; `take` gives nothing for a row that it cannot read.
fn each_row<const N: usize>(
    folder: &std::path::Path,
    file: &str,
    columns: [&str; N],
    take: &mut dyn FnMut([&str; N]) -> Option<()>,
) -> Result<(), Failure> {
    let path = files::shown(&folder.join(file));
    let text = files::read_data(&path)?;
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains('\t') { b'\t' } else { b',' };
    // Athena divides by tabs and quotes nothing.
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(delimiter == b',')
        .from_reader(text.as_bytes());
    let at = |line: u64, what: String| Failure::new(format!("`{path}`, line {line}: {what}"));
    let headers = rows.headers().map_err(|error| at(1, error.to_string()))?.clone();
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(columns) {
        let found = headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name));
        *place = found.ok_or_else(|| at(1, format!("the column `{name}` is missing")))?;
    }
    let mut row = csv::StringRecord::new();
    loop {
        let line = rows.position().line();
        match rows.read_record(&mut row) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => return Err(at(line, error.to_string())),
        }
        let mut cells = [""; N];
        for (cell, place) in cells.iter_mut().zip(places) {
            *cell = row.get(place).unwrap_or_default();
        }
        if take(cells).is_none() {
            return Err(at(line, "a concept id is a whole number".into()));
        }
    }
}

/// `conditions`, `conditions from 2008-01-01 to 2019-12-31`: days that are the same for everybody; `drugs in
/// observation_period`: those of each person.
fn cover(text: &str, document: &EligibilityDocument) -> Result<Result<Coverage, CoveredDomain>, Failure> {
    let not = |why: &str| {
        Failure::new(format!("--coverage \"{text}\": {why}")).help(
            "write \"conditions\", \"conditions from 2008-01-01\" or \"drugs in observation_period\"; domains are conditions, \
             drugs, procedures and events, and every name of the protocol",
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((of, rest)) = words.split_first() else { return Err(not("nothing is named")) };
    let of = CoveredDomain::from((*of).to_owned());
    if let CoveredDomain::Name(name) = &of
        && !document.concepts.contains_key(name)
        && !document.events.contains_key(name)
    {
        return Err(not(&format!("no criterion speaks of `{name}`")));
    }
    let day = |text: &str| text.parse::<DateRange>().map_err(|error| not(&error.to_string()));
    let (from, to) = match rest {
        [] => (None, None),
        ["in", "observation_period"] => return Ok(Err(of)),
        ["from", from] => (Some(day(from)?), None),
        ["to", to] => (None, Some(day(to)?)),
        ["from", from, "to", to] => (Some(day(from)?), Some(day(to)?)),
        _ => return Err(not("this is not understood")),
    };
    Ok(Ok(Coverage { of, from, to }))
}
