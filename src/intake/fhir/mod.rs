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

use document::{Content, Document, Draft, Fact, Keys, List, Run, document, hash_of};
pub use document::{Owners, Whose};
use foldhash::fast::FixedState;
use indexmap::IndexMap;
use memchr::memchr_iter;
use rayon::prelude::*;
pub use report::{Count, Group, Place, Report, Sort};
use report::{Grouping, Notice};

use self::code::Codes;
use self::patient::Identity;
use super::clean;
use super::json::{self, Fault, Tape};
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
    people: IndexMap<String, Gathered, FixedState>,
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
    /// Places of `facts` by what is made of their key.
    keys: Keys,
}

impl Gathered {
    /// The place of the first fact of this key.
    fn known(&self, key: &str) -> Option<usize> {
        let is = |fact: &Fact| fact.key.as_deref() == Some(key);
        let place = *self.keys.get(&hash_of(key))?;
        // Of two keys that make the same number only the first is kept there.
        if is(&self.facts[place]) { Some(place) } else { self.facts.iter().position(is) }
    }

    fn push(&mut self, fact: Fact) {
        if let Some(key) = &fact.key {
            self.keys.entry(hash_of(key)).or_insert(self.facts.len());
        }
        self.facts.push(fact);
    }
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
    fn of(file: &str, text: &str, lines: &[(usize, &str)]) -> Self {
        let mut starts: Vec<usize> = lines.iter().map(|(start, _)| *start).collect();
        if text.is_empty() || text.ends_with('\n') {
            starts.push(text.len());
        }
        Self { file: file.to_owned(), starts, numbers: None }
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
        let mut lines: Vec<(usize, &str)> = placed_lines(text).collect();
        self.files.push(Lines::of(file, text, &lines));
        lines.retain(|(_, line)| !line.trim().is_empty());
        let fault = |lines: &Lines, base: usize, fault: Fault| {
            let (line, column) = lines.place(base + fault.at);
            ReadError { line, column, record: None, message: fault.message, help: None }
        };
        let assumptions = self.assumptions;
        let read: Result<Vec<Document>, (usize, Fault)> = if lines.iter().all(|(_, line)| is_whole(line)) {
            let read = |tape: &mut Tape, (base, line): &(usize, &str)| match tape.read(line) {
                Ok(json) => Ok(document(json, number, *base, assumptions)),
                Err(found) => Err((*base, found)),
            };
            each_line(&lines, read)
        } else {
            let mut tape = Tape::default();
            let all = tape.read_all(text).map_err(|found| (0, found));
            all.map(|all| all.map(|json| document(json, number, 0, assumptions)).collect())
        };
        let documents = read.map_err(|(base, found)| fault(&self.files[number], base, found))?;
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
        let placed: Vec<(usize, &str, usize)> =
            lines.iter().zip(&starts).map(|((number, line), base)| (*number, *line, *base)).collect();
        let read = |tape: &mut Tape, (line_number, line, base): &(usize, &str, usize)| {
            let mut document = tape.read(line).map(|json| document(json, number, *base, assumptions));
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
        let documents: Result<Vec<Document>, ReadError> = each_line(&placed, read);
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
            self.notice(said_of(Sort::SetAside, "Patient", &key, "Patient", what, &key, at), file);
        }
        for run in document.runs {
            self.gather(run, file);
        }
        Ok(())
    }

    /// Takes resources of a person; of several versions of one resource the newest.
    fn gather(&mut self, Run { person, facts, keys }: Run, file: usize) {
        let Some(first) = facts.first() else { return };
        let place = (file, first.at);
        let mut said = Vec::new();
        let entry = self.people.entry(person);
        let person = entry.key().clone();
        let gathered = entry.or_insert_with(|| Gathered { place, ..Gathered::default() });
        if gathered.facts.is_empty()
            && let Some(keys) = keys
        {
            (gathered.facts, gathered.keys) = (facts, keys);
            return;
        }
        gathered.facts.reserve(facts.len());
        for fact in facts {
            let at = fact.at;
            let Some(known) = fact.key.as_deref().and_then(|key| gathered.known(key)) else {
                gathered.push(fact);
                continue;
            };
            let (kind, key) = (fact.kind, fact.key.clone().unwrap_or_default());
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
            said.push((sort, kind, key, what, at));
        }
        for (sort, kind, key, what, at) in said {
            self.notice(said_of(sort, kind, &key, kind, what, &person, at), file);
        }
    }

    fn notice(&mut self, notice: Notice, file: usize) {
        let lines = &self.files[file];
        self.grouping.add(notice, |notice| {
            let (line, column) = lines.place(notice.at);
            (lines.file.clone(), line, column)
        });
    }

    /// The people in the order in which they were first spoken of, and what became of their resources.
    pub fn finish(self) -> (Vec<Person>, Report) {
        self.finish_with(|person| person)
    }

    /// As [`Reader::finish`]. Each person is handed on once they are whole, on as many threads as there are: of everybody
    /// only what is made of them is held.
    pub fn finish_with<T: Send>(mut self, make: impl Fn(Person) -> T + Sync) -> (Vec<T>, Report) {
        let mut people = std::mem::take(&mut self.people).into_iter();
        let mut made = Vec::with_capacity(people.len());
        loop {
            let some: Vec<(String, Gathered)> = people.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            let medications = &self.medications;
            let joined = |(key, gathered): (String, Gathered)| Joined::of(key, gathered, medications);
            let mut joined: Vec<Joined> = each(some, joined);
            for person in &mut joined {
                for (notice, file) in std::mem::take(&mut person.said) {
                    self.notice(notice, file);
                }
                for (kind, count) in person.used.drain(..) {
                    self.resources.entry(kind.to_owned()).or_default().used += count;
                }
            }
            let grouping = &self.grouping;
            let person =
                |Joined { key, record, .. }: Joined| make(Person { record, notes: grouping.notes(&key) });
            made.extend(each::<_, T, Vec<T>>(joined, person));
        }
        let report =
            Report { persons: made.len(), resources: self.resources, groups: self.grouping.finish() };
        (made, report)
    }
}

/// So many people are whole at one time.
const AT_ONCE: usize = 1024;

/// What is made of each, in their order. A single one is not worth waking other threads for.
fn each<I: Send, T: Send, C: FromIterator<T>>(items: Vec<I>, make: impl Fn(I) -> T + Sync + Send) -> C {
    match items.len() {
        0 | 1 => items.into_iter().map(make).collect(),
        _ => items.into_par_iter().map(make).collect::<Vec<T>>().into_iter().collect(),
    }
}

/// As [`each`], of lines, with a tape for each thread.
fn each_line<I: Sync, T: Send, C: FromIterator<T>>(
    lines: &[I],
    read: impl Fn(&mut Tape, &I) -> T + Sync + Send,
) -> C {
    match lines {
        [] | [_] => {
            let mut tape = Tape::default();
            lines.iter().map(|line| read(&mut tape, line)).collect()
        }
        _ => lines.par_iter().map_init(Tape::default, read).collect::<Vec<T>>().into_iter().collect(),
    }
}

/// A person of whom everything was gathered.
struct Joined {
    key: String,
    record: Record,
    /// What was said while joining, each with its file.
    said: Vec<(Notice, usize)>,
    /// How many resources of each kind are in the record.
    used: Vec<(&'static str, usize)>,
}

impl Joined {
    fn of(key: String, gathered: Gathered, medications: &BTreeMap<String, Codes>) -> Self {
        let Gathered { identity, place, facts, .. } = gathered;
        let mut joined = Self { key, record: Record::default(), said: Vec::new(), used: Vec::new() };
        if identity.is_none() {
            let what = "is not in the data: sex and date of birth are not known";
            joined.say("Patient", &joined.key.clone(), "Patient", what, place);
        }
        let identity = identity.unwrap_or_default();
        let key = &joined.key;
        let id =
            identity.id.unwrap_or_else(|| clean(key.strip_prefix("Patient/").unwrap_or(key)).into_owned());
        let born = identity.born;
        joined.record.person =
            PersonFacts { id: Some(id), sex: identity.sex, born, country: identity.country, arm: None };
        if let Some(on) = identity.died {
            let source = Some(clean(key).into_owned());
            joined.record.events.push(Entry { name: DEATH.to_owned(), on, source, ..Entry::default() });
        }
        joined.make_room(&facts);
        for fact in facts {
            if fact.content != Content::Nothing {
                match joined.used.iter_mut().find(|(kind, _)| *kind == fact.kind) {
                    Some((_, count)) => *count += 1,
                    None => joined.used.push((fact.kind, 1)),
                }
            }
            match fact.content {
                Content::Nothing => {}
                Content::Result(result) => joined.record.measurements.push(result),
                Content::Results(results) => joined.record.measurements.extend(results),
                Content::Entry(draft) => joined.entry(*draft, born, fact.file, medications),
            }
        }
        joined
    }

    /// Room in each list of the record for what comes into it.
    fn make_room(&mut self, facts: &[Fact]) {
        let record = &mut self.record;
        let count = |list: List| {
            let is_of = |fact: &&Fact| matches!(&fact.content, Content::Entry(draft) if draft.list == list);
            facts.iter().filter(is_of).count()
        };
        record.findings.reserve(count(List::Findings));
        record.exposures.reserve(count(List::Exposures));
        record.procedures.reserve(count(List::Procedures));
        let is_result = |fact: &&Fact| matches!(fact.content, Content::Result(_) | Content::Results(_));
        record.measurements.reserve(facts.iter().filter(is_result).count());
    }

    fn say(&mut self, kind: &str, resource: &str, element: &str, what: &str, (file, at): (usize, usize)) {
        let notice = said_of(Sort::NotUnderstood, kind, resource, element, what, &self.key, at);
        self.said.push((notice, file));
    }

    fn entry(
        &mut self,
        draft: Draft,
        born: Option<DateRange>,
        file: usize,
        medications: &BTreeMap<String, Codes>,
    ) {
        let Draft { list, mut entry, extent, is_absence, medication } = draft;
        if let Some((key, at)) = medication {
            match medications.get(&key) {
                Some(codes) => (entry.codes, entry.text) = (codes.codes.clone(), codes.text.clone()),
                None => {
                    let source = entry.source.clone().unwrap_or_default();
                    let kind = source.split('/').next().unwrap_or_default();
                    let what =
                        "refers to a `Medication` that is not in the data: which drug it was is not known";
                    let element = format!("{kind}.medicationReference");
                    self.say(kind, &source, &element, what, (file, at));
                }
            }
        }
        extent.write(born, &mut entry);
        let record = &mut self.record;
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

/// What is said of a resource of a person.
fn said_of(
    sort: Sort,
    kind: &str,
    resource: &str,
    element: &str,
    what: &str,
    person: &str,
    at: usize,
) -> Notice {
    Notice {
        sort,
        kind: kind.to_owned(),
        resource: clean(resource).into_owned(),
        element: element.to_owned(),
        what: what.to_owned(),
        person: Some(person.to_owned()),
        at,
    }
}

/// The lines of a text, each with the byte at which it begins.
fn placed_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let behind = memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1);
    let mut start = 0;
    behind.chain([text.len()]).filter_map(move |end| {
        let line = (start, text.get(start..end).filter(|line| !line.is_empty())?);
        start = end;
        Some(line)
    })
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
