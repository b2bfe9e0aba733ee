//! FHIR R4: bundles and bulk NDJSON as records.
//!
//! What is not understood is counted and located ([`Report`]); nothing is guessed. Codes stay codes: which of them the
//! protocol knows is decided when a person is screened. What FHIR does not say stays unknown, above all absence.

mod clinical;
mod code;
mod medication;
mod observation;
mod patient;
mod report;
mod resource;
mod when;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use rayon::prelude::*;
pub use report::{Count, Group, Place, Report, Sort};
use report::{Grouping, Notice};
use resource::{Addresses, Reading};
use when::Extent;

use self::code::Codes;
use self::patient::Identity;
use super::clean;
use super::json::{self, Is, Json};
use crate::eligibility::ReadError;
use crate::eligibility::record::{Absence, Entry, Measurement, PersonFacts, Record, RecordedValue};
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

/// Into which list of a record an entry belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Findings,
    Exposures,
    Procedures,
}

/// An entry whose dates may still wait for the date of birth, and whose drug for its `Medication`.
#[derive(Clone, Debug, PartialEq)]
struct Draft {
    list: List,
    entry: Entry,
    extent: Extent,
    /// It says that this was not.
    is_absence: bool,
    /// Key of the `Medication`, and the byte at which it is referred to.
    medication: Option<(String, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    /// Nothing for a record; a later version of a resource may say so.
    Nothing,
    Results(Vec<Measurement>),
    Entry(Box<Draft>),
}

impl Content {
    /// As far as it stands where an extension may change its meaning: it makes nothing true and nothing absent.
    fn uncertain(self) -> Self {
        let why = "an extension that is not understood can change its meaning";
        match self {
            Content::Results(mut results) => {
                for result in &mut results {
                    result.value = RecordedValue::Unknown(Some(why.to_owned()));
                }
                Content::Results(results)
            }
            Content::Entry(mut draft) if !draft.is_absence => {
                draft.entry.unsure = Some(why.to_owned());
                Content::Entry(draft)
            }
            Content::Entry(_) | Content::Nothing => Content::Nothing,
        }
    }
}

/// One resource about a person.
#[derive(Clone, Debug)]
struct Fact {
    person: String,
    kind: String,
    /// `Observation/o1`; absent where the resource has no id.
    key: Option<String>,
    updated: Option<String>,
    content: Content,
    file: usize,
    at: usize,
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

/// One document: a bundle, or a resource of its own.
#[derive(Default)]
struct Document {
    patients: Vec<(String, Identity, usize)>,
    facts: Vec<Fact>,
    medications: Vec<(String, Codes)>,
    read: BTreeMap<String, usize>,
    notices: Vec<Notice>,
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

/// Whose a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The key of a person.
    Person(String),
    /// A drug that the resources of many people refer to.
    Shared,
    /// Of nobody who can be told, or of a kind that is not read.
    Nobody,
}

/// Whose the resource of a line of a bulk export is.
///
/// # Errors
/// Where the line is no resource: the column, counted from 1, and why.
pub fn whose(line: &str) -> Result<Whose, (usize, String)> {
    let json = json::read(line).map_err(|fault| (fault.at + 1, fault.message))?;
    let kind = json.get("resourceType").and_then(Json::text);
    let subject = match kind {
        None => return Err((1, "this is no resource of FHIR: it has no `resourceType`".into())),
        Some("Bundle") => {
            return Err((1, "a Bundle is no line of a bulk export: screen it without --data".into()));
        }
        Some("Medication") => return Ok(Whose::Shared),
        Some("Patient") => return Ok(Whose::Person(key_of(&json, None, 0))),
        Some("Immunization" | "AllergyIntolerance") => "patient",
        Some(_) => "subject",
    };
    let mut reading = Reading {
        kind: "Resource",
        resource: String::new(),
        addresses: &Addresses::new(),
        person: None,
        notices: Vec::new(),
        base: 0,
    };
    Ok(reading.person_of(&json, subject).map_or(Whose::Nobody, Whose::Person))
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

/// Reads a document of its own: a resource, a bundle, or a list of them.
fn document(json: &Json<'_>, base: usize, assumptions: Assumptions) -> Document {
    let mut document = Document::default();
    let mut inside = Inside { base, assumptions, document: &mut document };
    match &json.is {
        Is::List(items) => {
            for item in items {
                inside.resource(item, &Addresses::new(), None);
            }
        }
        _ => inside.resource(json, &Addresses::new(), None),
    }
    document
}

struct Inside<'d> {
    base: usize,
    assumptions: Assumptions,
    document: &'d mut Document,
}

impl Inside<'_> {
    fn resource(&mut self, json: &Json<'_>, addresses: &Addresses, address: Option<&str>) {
        let kind = json.get("resourceType").and_then(Json::text);
        let id = json.get("id").and_then(Json::text);
        let mut reading = Reading {
            kind: kind.unwrap_or("Resource"),
            resource: String::new(),
            addresses,
            person: None,
            notices: Vec::new(),
            base: self.base,
        };
        let shown = clean(reading.kind);
        reading.kind = &shown;
        reading.resource = match id {
            Some(id) => clean(&format!("{shown}/{id}")),
            None => shown.clone(),
        };
        if shown != "Bundle" {
            *self.document.read.entry(shown.clone()).or_default() += 1;
        }
        if kind.is_none() {
            let what = "has no `resourceType`: it is no resource of FHIR";
            reading.not_understood(json, "Resource", what);
        } else if shown == "Bundle" {
            self.bundle(json, &mut reading);
        } else {
            self.known(json, &mut reading, id, address);
        }
        let Reading { person, notices, .. } = reading;
        self.document.notices.extend(
            notices
                .into_iter()
                .map(|notice| Notice { person: notice.person.or_else(|| person.clone()), ..notice }),
        );
    }

    fn bundle(&mut self, json: &Json<'_>, reading: &mut Reading<'_>) {
        for link in reading.objects(json, "Bundle", "link") {
            if reading.text(link, "Bundle.link", "relation") == Some("next") {
                let what = "there is a next page, which is not in this file: the data are not complete";
                reading.not_understood(link, "Bundle.link", what);
            }
        }
        let entries = reading.objects(json, "Bundle", "entry");
        let mut addresses = Addresses::new();
        for entry in &entries {
            let Some(resource) = entry.get("resource") else { continue };
            let Some(address) = reading.text(entry, "Bundle.entry", "fullUrl") else { continue };
            addresses.insert(address.to_owned(), key_of(resource, Some(address), self.base + json.at));
        }
        for (place, entry) in entries.into_iter().enumerate() {
            let path = format_args!("Bundle.entry[{place}]");
            let request = reading.object(entry, path, "request");
            if request.and_then(|request| request.get("method")).and_then(Json::text) == Some("DELETE") {
                reading.notice(Sort::SetAside, entry, path, "was deleted");
                continue;
            }
            match reading.object(entry, path, "resource") {
                Some(resource) => {
                    // A resource without an id has its address for one, inside its own bundle.
                    let address = entry.get("fullUrl").and_then(Json::text);
                    let address = address.and_then(|address| addresses.get(address)).cloned();
                    self.resource(resource, &addresses, address.as_deref());
                }
                None if entry.get("resource").is_none() => {
                    reading.notice(Sort::NotUsed, entry, path, "holds no resource");
                }
                None => {}
            }
        }
    }

    fn known(&mut self, json: &Json<'_>, reading: &mut Reading<'_>, id: Option<&str>, address: Option<&str>) {
        let at = self.base + json.at;
        let key = match id {
            Some(id) => Some(format!("{}/{id}", reading.kind)),
            None => address.map(str::to_owned),
        };
        let kind = reading.kind.to_owned();
        let subject = match kind.as_str() {
            "Patient" | "Medication" => None,
            "Observation"
            | "Condition"
            | "Procedure"
            | "Encounter"
            | "MedicationStatement"
            | "MedicationAdministration"
            | "MedicationRequest"
            | "MedicationDispense" => Some("subject"),
            "Immunization" | "AllergyIntolerance" => Some("patient"),
            _ => {
                let what = "resources of this kind are not read";
                reading.notice(Sort::NotUsed, json, kind, what);
                return;
            }
        };
        let mut is_modified = false;
        for modifier in ["modifierExtension", "implicitRules"] {
            let Some(found) = json.get(modifier) else { continue };
            if matches!(&found.is, Is::List(items) if items.is_empty()) {
                continue;
            }
            let what = match subject {
                Some(_) => "can change the meaning of the resource: what it says is not certain",
                None => "can change the meaning of the resource, which is left out",
            };
            reading.not_understood(found, format!("{kind}.{modifier}"), what);
            is_modified = true;
        }
        if is_modified && subject.is_none() {
            return;
        }
        match (kind.as_str(), subject) {
            ("Patient", _) => {
                let key = key.unwrap_or_else(|| key_of(json, None, at));
                reading.person = Some(key.clone());
                let identity = reading.patient(json);
                self.document.patients.push((key, identity, at));
            }
            ("Medication", _) => {
                let codes = reading.codes(json, "Medication", "code");
                if let (Some(codes), Some(key)) = (codes, key) {
                    self.document.medications.push((key, codes));
                }
            }
            (_, subject) => {
                let Some(person) = reading.person_of(json, subject.unwrap_or("subject")) else { return };
                reading.person = Some(person.clone());
                let updated = reading.object(json, &kind, "meta");
                let updated = updated.and_then(|meta| reading.text(meta, "Resource.meta", "lastUpdated"));
                let updated = updated.map(str::to_owned);
                let mut content = self.content(json, reading);
                if is_modified {
                    content = content.uncertain();
                }
                self.document.facts.push(Fact { person, kind, key, updated, content, file: 0, at });
            }
        }
    }

    fn content(&self, json: &Json<'_>, reading: &mut Reading<'_>) -> Content {
        let is_proof = self.assumptions.orders_are_taken;
        let draft = match reading.kind {
            "Observation" => {
                let results = reading.observation(json);
                return if results.is_empty() { Content::Nothing } else { Content::Results(results) };
            }
            "Condition" => reading.condition(json),
            "AllergyIntolerance" => reading.allergy(json),
            "Procedure" => reading.procedure(json),
            "Encounter" => reading.encounter(json),
            "MedicationStatement" => reading.statement(json),
            "MedicationAdministration" => reading.administration(json),
            "MedicationRequest" => reading.request(json, is_proof),
            "MedicationDispense" => reading.dispense(json, is_proof),
            _ => reading.immunization(json),
        };
        draft.map_or(Content::Nothing, |draft| Content::Entry(Box::new(draft)))
    }
}

/// `Patient/p1`; without an id the address, which means something only inside its own bundle.
fn key_of(json: &Json<'_>, address: Option<&str>, document: usize) -> String {
    let kind = json.get("resourceType").and_then(Json::text).unwrap_or("Resource");
    match (json.get("id").and_then(Json::text), address) {
        (Some(id), _) => format!("{kind}/{id}"),
        (None, Some(address)) => format!("{kind}/{address}@{document}"),
        (None, None) => format!("{kind}/without id@{}", document + json.at),
    }
}
