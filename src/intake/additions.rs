//! What the user knows of everybody, or of single persons, beyond the data: events of the trial, coverage, answers.

use std::collections::BTreeMap;
use std::fmt;

use crate::eligibility::record::{Coverage, CoveredDomain, Entry, Record};
use crate::time::DateRange;

/// Facts that are added to records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Additions {
    /// Of everybody: records without an id, as one.
    everybody: Record,
    /// Of those with this id.
    of: BTreeMap<String, Vec<Record>>,
    /// The protocol's names of codes that it does not list: `rxnorm:860975` is `metformin`.
    names: BTreeMap<String, String>,
}

/// Why a text is no addition, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnAddition {
    pub message: String,
    pub help: String,
}

impl fmt::Display for NotAnAddition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for NotAnAddition {}

impl Additions {
    /// A record's facts: for the person of its id, or for everybody where it has none.
    pub fn record(&mut self, record: Record) {
        match &record.person.id {
            Some(id) => self.of.entry(id.clone()).or_default().push(record),
            None => self.everybody.add(record),
        }
    }

    /// `randomization=2020-05-01`: an event or visit of everybody. Returns its name.
    ///
    /// # Errors
    /// Where there is no `=` or no date behind it.
    pub fn event(&mut self, text: &str) -> Result<String, NotAnAddition> {
        let help = || "write an event and its date: `randomization=2020-05-01`".to_owned();
        let (name, date) = text.split_once('=').ok_or_else(|| NotAnAddition {
            message: format!("`{text}` is no event with its date"),
            help: help(),
        })?;
        let name = name.trim().to_owned();
        let on: DateRange = date.trim().parse().map_err(|error: crate::time::NotADate| NotAnAddition {
            message: error.to_string(),
            help: help(),
        })?;
        let event = Entry { name: name.clone(), on: Some(on), ..Entry::default() };
        self.everybody.add(Record { events: vec![event], ..Record::default() });
        Ok(name)
    }

    /// `conditions from 2008-01-01 to 2020-12-31`: the data hold everything of a domain, or of one name. Returns the name,
    /// where it is one of the protocol's.
    ///
    /// # Errors
    /// Where something else follows than `from` and `to` with dates.
    pub fn coverage(&mut self, text: &str) -> Result<Option<String>, NotAnAddition> {
        let wrong = |message: String| NotAnAddition {
            message,
            help: "write what is complete, and since when: `conditions`, `drugs from 2008-01-01`, \
                   `stroke from 2008 to 2020-06`"
                .into(),
        };
        let mut words = text.split_whitespace();
        let of =
            words.next().ok_or_else(|| wrong("nothing is named of which the data are complete".into()))?;
        let mut coverage = Coverage { of: CoveredDomain::from(of.to_owned()), from: None, to: None };
        while let Some(word) = words.next() {
            let end = match word {
                "from" if coverage.from.is_none() => &mut coverage.from,
                "to" if coverage.to.is_none() => &mut coverage.to,
                _ => return Err(wrong(format!("`{word}` does not stand here in `{text}`"))),
            };
            let date = words.next().ok_or_else(|| wrong(format!("a date is missing behind `{word}`")))?;
            *end = Some(date.parse().map_err(|error: crate::time::NotADate| wrong(error.to_string()))?);
        }
        if coverage.from.zip(coverage.to).is_some_and(|(from, to)| from.earliest > to.latest) {
            return Err(wrong(format!("`{text}` ends before it begins")));
        }
        let name = match &coverage.of {
            CoveredDomain::Name(name) => Some(name.clone()),
            _ => None,
        };
        self.everybody.add(Record { coverage: vec![coverage], ..Record::default() });
        Ok(name)
    }

    /// A code that the protocol does not list, and the name that it has there.
    pub fn name_of_code(&mut self, code: &str, name: &str) {
        self.names.insert(folded(code), name.trim().to_owned());
    }

    /// Ids of persons of whom something is to be added, and who are not among these.
    pub fn strangers<'a>(&'a self, known: &std::collections::BTreeSet<&str>) -> Vec<&'a str> {
        self.of.keys().map(String::as_str).filter(|id| !known.contains(id)).collect()
    }

    /// What is known of everybody, as one record.
    pub fn of_everybody(&self) -> Record {
        self.everybody.clone()
    }

    /// What is known of single persons, by their id.
    pub fn of_single(&self) -> impl Iterator<Item = (&str, &Record)> {
        self.of.iter().flat_map(|(id, records)| records.iter().map(move |record| (id.as_str(), record)))
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what is known. What the record says of the person's sex, birth, country and arm stands.
    pub fn apply(&self, record: &mut Record) {
        let own = record.person.id.as_ref().and_then(|id| self.of.get(id));
        for added in std::iter::once(&self.everybody).chain(own.into_iter().flatten()).cloned() {
            record.add(added);
        }
        if self.names.is_empty() {
            return;
        }
        let name_of = |code: &str| self.names.get(&folded(code)).cloned();
        for result in &mut record.measurements {
            let codes = std::iter::once(&result.measure).chain(&result.codes);
            let named: Vec<String> = codes.filter_map(|code| name_of(code)).collect();
            result.codes.extend(named);
        }
        let lists = [&mut record.findings, &mut record.exposures, &mut record.procedures];
        for entry in lists.into_iter().flatten() {
            let text = entry.text.iter().map(|text| format!("text:{text}"));
            let codes: Vec<String> = entry.code.iter().chain(&entry.codes).cloned().chain(text).collect();
            if entry.name.is_empty()
                && let Some(name) = codes.iter().find_map(|code| name_of(code))
            {
                entry.name = name;
            }
        }
    }
}

fn folded(code: &str) -> String {
    code.trim().to_lowercase().replace(' ', "")
}
