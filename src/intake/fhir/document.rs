//! One document, a bundle or a resource of its own: the resources in it, and whose they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

use super::Assumptions;
use super::code::Codes;
use super::patient::Identity;
use super::report::{Notice, Sort};
use super::resource::{Addresses, Reading};
use super::when::Extent;
use crate::eligibility::record::{Entry, Measurement, RecordedValue};
use crate::intake::json::{Is, Json, Tape};
use crate::intake::{clean, joined};

/// Into which list of a record an entry belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Findings,
    Exposures,
    Procedures,
}

/// An entry whose dates may still wait for the date of birth, and whose drug for its `Medication`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) list: List,
    pub(super) entry: Entry,
    pub(super) extent: Extent,
    /// It says that this was not.
    pub(super) is_absence: bool,
    /// Key of the `Medication`, and the byte at which it is referred to.
    pub(super) medication: Option<(String, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Nothing for a record; a later version of a resource may say so.
    Nothing,
    /// As nearly every observation has it.
    Result(Measurement),
    Results(Vec<Measurement>),
    Entry(Box<Draft>),
}

impl Content {
    /// As far as it stands where an extension may change its meaning: it makes nothing true and nothing absent.
    fn uncertain(self) -> Self {
        let why = "an extension that is not understood can change its meaning";
        let unknown = || RecordedValue::Unknown(Some(why.to_owned()));
        match self {
            Content::Result(result) => Content::Result(Measurement { value: unknown(), ..result }),
            Content::Results(mut results) => {
                results.iter_mut().for_each(|result| result.value = unknown());
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
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) kind: &'static str,
    /// `Observation/o1`; absent where the resource has no id.
    pub(super) key: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) content: Content,
    pub(super) file: usize,
    pub(super) at: usize,
}

/// Resources that follow each other and are of one person.
#[derive(Debug)]
pub(super) struct Run {
    /// The key of the person.
    pub(super) person: String,
    pub(super) facts: Vec<Fact>,
    /// Places of `facts` by what is made of their key, where there are several and each has another.
    pub(super) keys: Option<Keys>,
}

/// Places by what is made of a key.
pub(super) type Keys = HashMap<u64, usize, FixedState>;

pub(super) fn hash_of(key: &str) -> u64 {
    FixedState::default().hash_one(key)
}

impl Run {
    /// Looks through the keys, while others do the same of other documents.
    fn index(&mut self) {
        if self.facts.len() < 2 {
            return;
        }
        let mut keys = Keys::default();
        keys.reserve(self.facts.len());
        let keyed =
            self.facts.iter().enumerate().filter_map(|(place, fact)| Some((fact.key.as_ref()?, place)));
        for (key, place) in keyed {
            if keys.insert(hash_of(key), place).is_some() {
                return;
            }
        }
        self.keys = Some(keys);
    }
}

/// One document: a bundle, or a resource of its own.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) patients: Vec<(String, Identity, usize)>,
    pub(super) runs: Vec<Run>,
    pub(super) medications: Vec<(String, Codes)>,
    pub(super) read: BTreeMap<String, usize>,
    pub(super) notices: Vec<Notice>,
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

/// Says of the lines of a bulk export whose they are.
#[derive(Debug, Default)]
pub struct Owners {
    tape: Tape,
}

impl Owners {
    /// Whose the resource of a line is.
    ///
    /// # Errors
    /// Where the line is no resource: the column, counted from 1, and why.
    pub fn whose(&mut self, line: &str) -> Result<Whose, (usize, String)> {
        let json = self.tape.read(line).map_err(|fault| (fault.at + 1, fault.message))?;
        let kind = json.get("resourceType").and_then(Json::text);
        let subject = match kind {
            None => return Err((1, "this is no resource of FHIR: it has no `resourceType`".into())),
            Some("Bundle") => {
                return Err((1, "a Bundle is no line of a bulk export: screen it without --data".into()));
            }
            Some("Medication") => return Ok(Whose::Shared),
            Some("Patient") => return Ok(Whose::Person(key_of(json, None, 0))),
            Some("Immunization" | "AllergyIntolerance") => "patient",
            Some(_) => "subject",
        };
        let addresses = Addresses::new();
        let mut reading = Reading {
            kind: "Resource",
            id: None,
            addresses: &addresses,
            person: None,
            notices: Vec::new(),
            base: 0,
        };
        let person = reading.person_of(json, subject).map(Cow::into_owned);
        Ok(person.map_or(Whose::Nobody, Whose::Person))
    }
}

/// Reads a document of its own, which begins at this byte of the file: a resource, a bundle, or a list of them.
pub(super) fn document(json: Json<'_>, file: usize, base: usize, assumptions: Assumptions) -> Document {
    let mut document = Document::default();
    let mut inside = Inside { file, base, room: 1, assumptions, document: &mut document };
    match json.is() {
        Is::List(items) => {
            for item in items {
                inside.resource(item, &Addresses::new(), None);
            }
        }
        _ => inside.resource(json, &Addresses::new(), None),
    }
    document.runs.iter_mut().for_each(Run::index);
    document
}

/// The kinds of resources that are read, and the element of each that says whose it is.
const KINDS: [(&str, Option<&str>); 12] = [
    ("Observation", Some("subject")),
    ("Condition", Some("subject")),
    ("Encounter", Some("subject")),
    ("Procedure", Some("subject")),
    ("MedicationStatement", Some("subject")),
    ("MedicationAdministration", Some("subject")),
    ("MedicationRequest", Some("subject")),
    ("MedicationDispense", Some("subject")),
    ("Immunization", Some("patient")),
    ("AllergyIntolerance", Some("patient")),
    ("Patient", None),
    ("Medication", None),
];

struct Inside<'d> {
    file: usize,
    base: usize,
    /// How many resources there are room for at the first person: a bundle is mostly about one.
    room: usize,
    assumptions: Assumptions,
    document: &'d mut Document,
}

impl Inside<'_> {
    fn resource(&mut self, json: Json<'_>, addresses: &Addresses, address: Option<&str>) {
        let [kind, id, extension, rules] =
            json.members(["resourceType", "id", "modifierExtension", "implicitRules"]);
        let (kind, id) = (kind.and_then(Json::text), id.and_then(Json::text));
        let shown = clean(kind.unwrap_or("Resource"));
        let mut reading =
            Reading { kind: &shown, id, addresses, person: None, notices: Vec::new(), base: self.base };
        if shown != "Bundle" {
            match self.document.read.get_mut(&*shown) {
                Some(count) => *count += 1,
                None => {
                    self.document.read.insert(shown.clone().into_owned(), 1);
                }
            }
        }
        if kind.is_none() {
            let what = "has no `resourceType`: it is no resource of FHIR";
            reading.not_understood(json, "Resource", what);
        } else if shown == "Bundle" {
            self.bundle(json, &mut reading);
        } else {
            let modifiers = [("modifierExtension", extension), ("implicitRules", rules)];
            self.known(json, &mut reading, address, modifiers);
        }
        let Reading { person, notices, .. } = reading;
        let person = person.as_deref();
        self.document.notices.extend(
            notices.into_iter().map(|notice| Notice {
                person: notice.person.or_else(|| person.map(str::to_owned)),
                ..notice
            }),
        );
    }

    fn bundle(&mut self, json: Json<'_>, reading: &mut Reading<'_>) {
        for link in reading.objects(json, "Bundle", "link") {
            if reading.text(link, "Bundle.link", "relation") == Some("next") {
                let what = "there is a next page, which is not in this file: the data are not complete";
                reading.not_understood(link, "Bundle.link", what);
            }
        }
        let entries = reading.objects(json, "Bundle", "entry");
        let mut addresses = Addresses::new();
        self.room = 0;
        for entry in entries.clone() {
            self.room += 1;
            let Some(resource) = entry.get("resource") else { continue };
            let Some(address) = reading.text(entry, "Bundle.entry", "fullUrl") else { continue };
            addresses.insert(address.to_owned(), key_of(resource, Some(address), self.base + json.at()));
        }
        for (place, entry) in entries.enumerate() {
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

    fn known<'j>(
        &mut self,
        json: Json<'j>,
        reading: &mut Reading<'j>,
        address: Option<&str>,
        modifiers: [(&str, Option<Json<'j>>); 2],
    ) {
        let Some((kind, subject)) = KINDS.into_iter().find(|(kind, _)| *kind == reading.kind) else {
            let what = "resources of this kind are not read";
            reading.notice(Sort::NotUsed, json, reading.kind, what);
            return;
        };
        let at = self.base + json.at();
        let key = match reading.id {
            Some(id) => Some(joined(kind, '/', id)),
            None => address.map(str::to_owned),
        };
        let mut is_modified = false;
        for (modifier, found) in modifiers {
            let Some(found) = found else { continue };
            if matches!(found.is(), Is::List(items) if items.is_empty()) {
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
        match (kind, subject) {
            ("Patient", _) => {
                let key = key.unwrap_or_else(|| key_of(json, None, at));
                reading.person = Some(Cow::Owned(key.clone()));
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
                let updated = reading.object(json, kind, "meta");
                let updated = updated.and_then(|meta| reading.text(meta, "Resource.meta", "lastUpdated"));
                let updated = updated.map(str::to_owned);
                let mut content = self.content(json, reading);
                if is_modified {
                    content = content.uncertain();
                }
                let fact = Fact { kind, key, updated, content, file: self.file, at };
                match self.document.runs.last_mut() {
                    Some(run) if run.person == *person => run.facts.push(fact),
                    _ => {
                        let room = if self.document.runs.is_empty() { self.room } else { 1 };
                        let mut facts = Vec::with_capacity(room);
                        facts.push(fact);
                        self.document.runs.push(Run { person: person.into_owned(), facts, keys: None });
                    }
                }
            }
        }
    }

    fn content(&self, json: Json<'_>, reading: &mut Reading<'_>) -> Content {
        let is_proof = self.assumptions.orders_are_taken;
        let draft = match reading.kind {
            "Observation" => return reading.observation(json),
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
fn key_of(json: Json<'_>, address: Option<&str>, document: usize) -> String {
    let kind = json.get("resourceType").and_then(Json::text).unwrap_or("Resource");
    match (json.get("id").and_then(Json::text), address) {
        (Some(id), _) => format!("{kind}/{id}"),
        (None, Some(address)) => format!("{kind}/{address}@{document}"),
        (None, None) => format!("{kind}/without id@{}", document + json.at()),
    }
}
