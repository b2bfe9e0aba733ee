//! FHIR R4: bundles and bulk NDJSON as records.
//!
//! What is not understood is counted and located ([`Report`]); nothing is guessed. Codes stay codes: which of them the
//! protocol knows is decided when a person is screened. What FHIR does not say stays unknown, above all absence.

mod clinical;
mod code;
mod document;
mod medication;
mod observation;
mod patient;
mod report;
mod resource;
mod when;

use std::collections::BTreeMap;

use document::{Content, Document, Draft, Fact, List, document};
pub use document::{Whose, whose};
use indexmap::IndexMap;
use rayon::prelude::*;
pub use report::{Count, Group, Place, Report, Sort};
use report::{Grouping, Notice};

use self::code::Codes;
use self::patient::Identity;
use super::clean;
use super::json::{self};
use crate::eligibility::ReadError;
use crate::eligibility::record::{Absence, Entry, PersonFacts, Record};
use crate::time::DateRange;

/// The event of a person's death, where the protocol declares one.
const DEATH: &str = "death";

/// What the user knows about the data that the data do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assumptions {
    /// What was ordered or handed over was taken.
    pub orders_are_taken: bool,
}

/// One person of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub record: Record,
    /// What a verdict on this person should say of the data: what was not understood, and what was set aside.
    pub notes: Vec<String>,
}

/// Whether a text is FHIR: its first object has a `resourceType`.
pub fn is_fhir(text: &str) -> bool {
    json::first_object_has(text, "resourceType")
}

/// Collects the resources of one or several files, and joins them by person.
#[derive(Debug, Default)]
pub struct Reader {
    assumptions: Assumptions,
    files: Vec<Lines>,
    people: IndexMap<String, Gathered>,
    medications: BTreeMap<String, Codes>,
    resources: BTreeMap<String, Count>,
    grouping: Grouping,
}

#[derive(Debug, Default)]
struct Gathered {
    identity: Option<Identity>,
    /// Where the `Patient` stands, or the first resource that speaks of the person.
    place: (usize, usize),
    facts: Vec<Fact>,
    /// Places of `facts` by key.
    keys: BTreeMap<String, usize>,
}

/// Where the lines of a file begin.
#[derive(Debug)]
struct Lines {
    file: String,
    starts: Vec<usize>,
    /// What the lines are called, where they are some of the file's.
    numbers: Option<Vec<usize>>,
}

impl Lines {
    fn of(file: &str, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { file: file.to_owned(), starts: std::iter::once(0).chain(breaks).collect(), numbers: None }
    }

    /// Line and column, counted from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= at);
        let number = self.numbers.as_ref().map_or(line, |numbers| numbers[line - 1]);
        (number, at - self.starts[line - 1] + 1)
    }
}

impl Reader {
    pub fn new(assumptions: Assumptions) -> Self {
        Self { assumptions, ..Self::default() }
    }

    /// Reads a file: one bundle or resource, several after each other, one on each line, or a list.
    ///
    /// # Errors
    /// Where the text is not JSON, and where one id stands for two different persons.
    pub fn read(&mut self, file: &str, text: &str) -> Result<(), ReadError> {
        let number = self.files.len();
        self.files.push(Lines::of(file, text));
        let fault = |lines: &Lines, base: usize, fault: json::Fault| {
            let (line, column) = lines.place(base + fault.at);
            ReadError { line, column, record: None, message: fault.message, help: None }
        };
        let lines: Vec<(usize, &str)> = text
            .split_inclusive('\n')
            .scan(0, |at, line| {
                let start = *at;
                *at += line.len();
                Some((start, line))
            })
            .filter(|(_, line)| !line.trim().is_empty())
            .collect();
        let assumptions = self.assumptions;
        let documents: Vec<Document> = if lines.iter().all(|(_, line)| is_whole(line)) {
            let read = |(base, line): &(usize, &str)| match json::read(line) {
                Ok(json) => Ok(document(&json, *base, assumptions)),
                Err(found) => Err((*base, found)),
            };
            let read: Vec<Result<Document, (usize, json::Fault)>> = lines.par_iter().map(read).collect();
            let read: Result<Vec<Document>, _> = read.into_iter().collect();
            read.map_err(|(base, found)| fault(&self.files[number], base, found))?
        } else {
            let all = json::read_all(text).map_err(|found| fault(&self.files[number], 0, found))?;
            all.iter().map(|json| document(json, 0, assumptions)).collect()
        };
        for document in documents {
            self.take(document, number)?;
        }
        Ok(())
    }

    /// Reads some of the lines of a file, each a resource, with their numbers. Lines that are `shared` are read with each part of the
    /// people: they are not counted.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn read_lines(
        &mut self,
        file: &str,
        lines: &[(usize, &str)],
        is_shared: bool,
    ) -> Result<(), ReadError> {
        let number = self.files.len();
        let starts = lines.iter().scan(0, |at, (_, line)| {
            let start = *at;
            *at += line.len() + 1;
            Some(start)
        });
        let starts: Vec<usize> = starts.collect();
        let assumptions = self.assumptions;
        let read = |((line_number, line), base): (&(usize, &str), &usize)| {
            let mut document = json::read(line).map(|json| document(&json, *base, assumptions));
            if is_shared && let Ok(document) = &mut document {
                (document.read, document.notices) = Default::default();
            }
            document.map_err(|fault| ReadError {
                line: *line_number,
                column: fault.at + 1,
                record: None,
                message: fault.message,
                help: None,
            })
        };
        let documents: Result<Vec<Document>, ReadError> = lines.par_iter().zip(&starts).map(read).collect();
        let numbers = Some(lines.iter().map(|(number, _)| *number).collect());
        self.files.push(Lines { file: file.to_owned(), starts, numbers });
        documents?.into_iter().try_for_each(|document| self.take(document, number))
    }

    fn take(&mut self, document: Document, file: usize) -> Result<(), ReadError> {
        for (kind, count) in document.read {
            self.resources.entry(kind).or_default().read += count;
        }
        for notice in document.notices {
            self.notice(notice, file);
        }
        self.medications.extend(document.medications);
        for (key, identity, at) in document.patients {
            let gathered = self
                .people
                .entry(key.clone())
                .or_insert_with(|| Gathered { place: (file, at), ..Gathered::default() });
            let Some(known) = &mut gathered.identity else {
                gathered.identity = Some(identity);
                gathered.place = (file, at);
                self.resources.entry("Patient".into()).or_default().used += 1;
                continue;
            };
            if let Some(element) = known.contradicts(&identity) {
                let (line, column) = self.files[file].place(at);
                let (other_file, other_at) = gathered.place;
                let (other, _) = self.files[other_file].place(other_at);
                return Err(ReadError {
                    line,
                    column,
                    record: None,
                    message: format!(
                        "{} is described differently in line {other} of {}: their `{element}` cannot be of one person",
                        clean(&key),
                        self.files[other_file].file
                    ),
                    help: Some(
                        "two persons must not share an id: screen their files apart, or correct the id"
                            .into(),
                    ),
                });
            }
            known.born = known.born.or(identity.born);
            known.sex = known.sex.or(identity.sex);
            known.died = identity.died.or(known.died);
            known.identifiers.extend(identity.identifiers);
            if known.country != identity.country {
                known.country = None;
            }
            let what = "the same person again: taken as one";
            self.say(Sort::SetAside, "Patient", &key, "Patient", what, Some(&key), (file, at));
        }
        for fact in document.facts {
            self.gather(Fact { file, ..fact });
        }
        Ok(())
    }

    /// Takes a resource; of several versions of one resource the newest.
    fn gather(&mut self, fact: Fact) {
        let place = (fact.file, fact.at);
        let gathered = self
            .people
            .entry(fact.person.clone())
            .or_insert_with(|| Gathered { place, ..Gathered::default() });
        let known = fact.key.as_ref().and_then(|key| gathered.keys.get(key)).copied();
        let Some(known) = known else {
            if let Some(key) = &fact.key {
                gathered.keys.insert(key.clone(), gathered.facts.len());
            }
            gathered.facts.push(fact);
            return;
        };
        let (kind, key, person) =
            (fact.kind.clone(), fact.key.clone().unwrap_or_default(), fact.person.clone());
        let old = &mut gathered.facts[known];
        let (sort, what) = match (is_newer(&fact, old), fact.content == old.content) {
            (_, true) => (Sort::SetAside, "the same resource again"),
            (Some(true), _) => {
                *old = fact;
                (Sort::SetAside, "an older version of the same resource")
            }
            (Some(false), _) => (Sort::SetAside, "an older version of the same resource"),
            (None, _) => {
                gathered.facts.push(fact);
                (
                    Sort::NotUnderstood,
                    "stands twice with different contents, and nothing says which is newer: both count",
                )
            }
        };
        self.say(sort, &kind, &key, &kind, what, Some(&person), place);
    }

    #[allow(clippy::too_many_arguments)]
    fn say(
        &mut self,
        sort: Sort,
        kind: &str,
        resource: &str,
        element: &str,
        what: &str,
        person: Option<&str>,
        (file, at): (usize, usize),
    ) {
        let notice = Notice {
            sort,
            kind: kind.to_owned(),
            resource: clean(resource),
            element: element.to_owned(),
            what: what.to_owned(),
            person: person.map(str::to_owned),
            at,
        };
        self.notice(notice, file);
    }

    fn notice(&mut self, notice: Notice, file: usize) {
        let lines = &self.files[file];
        self.grouping.add(notice, |notice| {
            let (line, column) = lines.place(notice.at);
            (lines.file.clone(), line, column)
        });
    }

    /// The people in the order in which they were first spoken of, and what became of their resources.
    pub fn finish(mut self) -> (Vec<Person>, Report) {
        let people = std::mem::take(&mut self.people);
        let mut records = Vec::with_capacity(people.len());
        for (key, gathered) in people {
            let record = self.record(&key, gathered);
            records.push((key, record));
        }
        let people: Vec<Person> = records
            .into_iter()
            .map(|(key, record)| Person { record, notes: self.grouping.notes(&key) })
            .collect();
        let report =
            Report { persons: people.len(), resources: self.resources, groups: self.grouping.finish() };
        (people, report)
    }

    fn record(&mut self, key: &str, gathered: Gathered) -> Record {
        let Gathered { identity, place, facts, .. } = gathered;
        if identity.is_none() {
            let what = "is not in the data: sex and date of birth are not known";
            self.say(Sort::NotUnderstood, "Patient", key, "Patient", what, Some(key), place);
        }
        let identity = identity.unwrap_or_default();
        let id = identity.id.unwrap_or_else(|| clean(key.strip_prefix("Patient/").unwrap_or(key)));
        let born = identity.born;
        let person =
            PersonFacts { id: Some(id), sex: identity.sex, born, country: identity.country, arm: None };
        let mut record = Record { person, ..Record::default() };
        if let Some(on) = identity.died {
            let source = Some(clean(key));
            record.events.push(Entry { name: DEATH.to_owned(), on, source, ..Entry::default() });
        }
        for fact in facts {
            if fact.content != Content::Nothing {
                self.resources.entry(fact.kind.clone()).or_default().used += 1;
            }
            match fact.content {
                Content::Nothing => {}
                Content::Results(results) => record.measurements.extend(results),
                Content::Entry(draft) => self.entry(*draft, key, born, fact.file, &mut record),
            }
        }
        record
    }

    fn entry(
        &mut self,
        draft: Draft,
        person: &str,
        born: Option<DateRange>,
        file: usize,
        record: &mut Record,
    ) {
        let Draft { list, mut entry, extent, is_absence, medication } = draft;
        if let Some((key, at)) = medication {
            match self.medications.get(&key) {
                Some(codes) => (entry.codes, entry.text) = (codes.codes.clone(), codes.text.clone()),
                None => {
                    let source = entry.source.clone().unwrap_or_default();
                    let kind = source.split('/').next().unwrap_or_default().to_owned();
                    let what =
                        "refers to a `Medication` that is not in the data: which drug it was is not known";
                    let element = format!("{kind}.medicationReference");
                    self.say(Sort::NotUnderstood, &kind, &source, &element, what, Some(person), (file, at));
                }
            }
        }
        extent.write(born, &mut entry);
        if is_absence {
            let (from, to) = (entry.on.or(entry.from), entry.on.or(entry.to));
            // Without an end the first day is all that is known.
            let to = to.filter(|to| to.latest != jiff::civil::Date::MAX).or(from);
            record.absences.extend(entry.codes.into_iter().map(|name| Absence { name, from, to }));
            return;
        }
        match list {
            List::Findings => record.findings.push(entry),
            List::Exposures => record.exposures.push(entry),
            List::Procedures => record.procedures.push(entry),
        }
    }
}

/// Whether a line may hold a whole object, and is not the beginning of one over several lines.
fn is_whole(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('{') && line.ends_with('}')
}

/// Whether a version of a resource is newer than another; `None` where nothing says so.
fn is_newer(one: &Fact, other: &Fact) -> Option<bool> {
    let instant = |fact: &Fact| fact.updated.as_ref()?.parse::<jiff::Timestamp>().ok();
    let (one, other) = (instant(one)?, instant(other)?);
    (one != other).then_some(one > other)
}
