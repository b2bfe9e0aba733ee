//! What a user says of flat tables: which column holds what.

use indexmap::IndexMap;
use serde::Deserialize;

use super::folder::Unreadable;
use crate::diagnostics::did_you_mean;
use crate::eligibility::EligibilityDocument;
use crate::eligibility::record::Sex;

/// A map of flat tables. Every file and column that it names must be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    pub people: PeopleMap,
    #[serde(default)]
    pub results: Vec<ResultsMap>,
    #[serde(default)]
    pub findings: Vec<EntriesMap>,
    #[serde(default)]
    pub drugs: Vec<EntriesMap>,
    #[serde(default)]
    pub procedures: Vec<EntriesMap>,
    #[serde(default)]
    pub events: Vec<EntriesMap>,
}

/// The table of everybody.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleMap {
    pub file: String,
    /// Column of the person's id.
    pub person: String,
    /// Column of the sex, and what stands in it: `{M = "male", F = "female"}`.
    pub sex: Option<String>,
    #[serde(default)]
    pub sexes: IndexMap<String, Sex>,
    /// Column of the date of birth, which may be a month or a year.
    pub born: Option<String>,
}

/// A table of results.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultsMap {
    pub file: String,
    pub person: String,
    /// The protocol's name of the measure of all rows; else `measure_column` and `names`.
    pub measure: Option<String>,
    pub measure_column: Option<String>,
    /// What stands in `measure_column`, and the protocol's name of it.
    #[serde(default)]
    pub names: IndexMap<String, String>,
    /// Column of the value: a number, `<5`, or a word.
    pub value: String,
    /// The unit of all rows; else `unit_column`; a measure without a unit needs neither.
    pub unit: Option<String>,
    pub unit_column: Option<String>,
    /// Columns of the date and of the limits of normal.
    pub date: String,
    pub low: Option<String>,
    pub high: Option<String>,
}

/// A table of findings, drugs, procedures or events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntriesMap {
    pub file: String,
    pub person: String,
    /// The protocol's name of all rows; else `name_column` and `names`.
    pub name: Option<String>,
    pub name_column: Option<String>,
    /// What stands in `name_column`, and the protocol's name of it.
    #[serde(default)]
    pub names: IndexMap<String, String>,
    /// Column of the one day; else `start` and `end`.
    pub date: Option<String>,
    pub start: Option<String>,
    pub end: Option<String>,
    /// Where `end` is empty it still goes on; without this nobody knows.
    #[serde(default)]
    pub open_end_goes_on: bool,
}

impl Map {
    /// Reads a map from TOML, or from JSON where the name ends so.
    ///
    /// # Errors
    /// At the place that is none, with what is known there; and where names are not the protocol's.
    pub fn read(file: &str, text: &str, document: &EligibilityDocument) -> Result<Self, Unreadable> {
        let is_json = file.rsplit('.').next().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let read = match is_json {
            true => serde_json::from_str(text).map_err(|error| error.to_string()),
            false => toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned()),
        };
        let map: Self = read.map_err(|error| {
            Unreadable::new(format!("{file}: {error}")).help("docs/population.md shows a whole map")
        })?;
        map.check(file, document)?;
        Ok(map)
    }

    fn check(&self, file: &str, document: &EligibilityDocument) -> Result<(), Unreadable> {
        let wrong = |message: String| Unreadable::new(format!("{file}: {message}"));
        let one_of = |table: &str, a: (&str, bool), b: (&str, bool)| match (a.1, b.1) {
            (true, false) | (false, true) => Ok(()),
            (true, true) => Err(wrong(format!("the table `{table}` has both `{}` and `{}`", a.0, b.0))
                .help("keep the one that is meant")),
            (false, false) => Err(wrong(format!("the table `{table}` has neither `{}` nor `{}`", a.0, b.0))
                .help(format!("write `{} = \"…\"` for all rows, or `{} = \"…\"`", a.0, b.0))),
        };
        let known = |name: &str, names: &[&str], kind: &str| match names.contains(&name) {
            true => Ok(()),
            false => {
                let failure = wrong(format!("the protocol has no {kind} `{name}`"));
                Err(match did_you_mean(name, names.iter().copied()) {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure,
                })
            }
        };
        if self.people.sex.is_some() && self.people.sexes.is_empty() {
            return Err(wrong("`sexes` does not say what stands in the column of the sex".into())
                .help("write `sexes = {M = \"male\", F = \"female\"}`"));
        }
        let measures: Vec<&str> = document.measures.keys().map(String::as_str).collect();
        for table in &self.results {
            one_of(
                &table.file,
                ("measure", table.measure.is_some()),
                ("measure_column", table.measure_column.is_some()),
            )?;
            if table.unit.is_some() && table.unit_column.is_some() {
                one_of(&table.file, ("unit", true), ("unit_column", true))?;
            }
            for name in table.measure.iter().chain(table.names.values()) {
                known(name, &measures, "measure")?;
            }
        }
        let concepts: Vec<&str> = document.concepts.keys().map(String::as_str).collect();
        let events: Vec<&str> =
            document.events.keys().chain(document.visits.keys()).map(String::as_str).collect();
        for (tables, names, kind) in [
            (&self.findings, &concepts, "condition"),
            (&self.drugs, &concepts, "drug"),
            (&self.procedures, &concepts, "procedure"),
            (&self.events, &events, "event or visit"),
        ] {
            for table in tables {
                one_of(
                    &table.file,
                    ("name", table.name.is_some()),
                    ("name_column", table.name_column.is_some()),
                )?;
                one_of(&table.file, ("date", table.date.is_some()), ("start", table.start.is_some()))?;
                if table.date.is_some() && table.end.is_some() {
                    return Err(wrong(format!("the table `{}` has both `date` and `end`", table.file))
                        .help("write `start` and `end` for what lasts, `date` for one day"));
                }
                for name in table.name.iter().chain(table.names.values()) {
                    known(name, names, kind)?;
                }
            }
        }
        Ok(())
    }
}
