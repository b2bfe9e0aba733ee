//! What is recorded of one person. Nothing here is a default: what is absent is unknown.

mod object;
mod read;
mod value;

use std::collections::BTreeMap;

use jiff::civil::Date;
pub use read::{ReadError, read_records};
use serde::{Deserialize, Serialize};
pub use value::{Dose, RecordedValue};

use crate::model::Answer;
use crate::number::Exact;
use crate::time::DateRange;

/// One person's record. Its JSON is described by `docs/schemas/record.schema.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    #[serde(deserialize_with = "object::one")]
    pub person: PersonFacts,
    /// The day on which the record was made: what is recorded without any date was so by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Date>,
    #[serde(deserialize_with = "object::list", skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<Measurement>,
    /// Conditions.
    #[serde(deserialize_with = "object::list", skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Entry>,
    /// Drugs and drug classes.
    #[serde(deserialize_with = "object::list", skip_serializing_if = "Vec::is_empty")]
    pub exposures: Vec<Entry>,
    #[serde(deserialize_with = "object::list", skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<Entry>,
    /// Events and visits of the trial.
    #[serde(deserialize_with = "object::list", skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Entry>,
    #[serde(deserialize_with = "object::list", skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    #[serde(deserialize_with = "object::list", skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// By the key of the criterion or attestation (`I1`, `E10.2`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Answer>,
    /// Records of other persons whom criteria speak of, by their name in the protocol (`mother`).
    #[serde(deserialize_with = "object::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub persons: BTreeMap<String, Record>,
}

impl Record {
    /// Adds what else is known of the person. What the record says of sex, birth, country, arm and its own day, and
    /// its answers, stand.
    pub fn add(&mut self, added: Self) {
        let person = &mut self.person;
        person.sex = person.sex.or(added.person.sex);
        person.born = person.born.or(added.person.born);
        person.country = person.country.take().or(added.person.country);
        person.arm = person.arm.take().or(added.person.arm);
        self.recorded = self.recorded.or(added.recorded);
        self.measurements.extend(added.measurements);
        self.findings.extend(added.findings);
        self.exposures.extend(added.exposures);
        self.procedures.extend(added.procedures);
        self.events.extend(added.events);
        self.absences.extend(added.absences);
        self.coverage.extend(added.coverage);
        for (key, answer) in added.answers {
            self.answers.entry(key).or_insert(answer);
        }
        for (name, other) in added.persons {
            self.persons.entry(name).or_insert(other);
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub born: Option<DateRange>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The arm to which the person has been allocated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
}

/// Administrative sex (FHIR `administrative-gender`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Female,
    Male,
    Other,
    Unknown,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// The protocol's name of the measure, another name that the protocol lists, or `loinc:4548-4`.
    pub measure: String,
    /// Further codes of the same result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// Absent: there is a result, and its value is not known.
    #[serde(default)]
    pub value: RecordedValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Absent: on some day that nobody recorded.
    #[serde(default = "any_day", skip_serializing_if = "is_any_day")]
    pub on: DateRange,
    /// The laboratory's lower limit of normal for this result, in its unit.
    #[serde(default, with = "value::optional", skip_serializing_if = "Option::is_none")]
    pub low: Option<Exact>,
    /// The laboratory's upper limit of normal for this result, in its unit.
    #[serde(default, with = "value::optional", skip_serializing_if = "Option::is_none")]
    pub high: Option<Exact>,
    /// `fasting`, `supine`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specimen: Option<String>,
    /// Where it was recorded, given back with the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

fn any_day() -> DateRange {
    crate::eligibility::person::ANY_DAY
}

fn is_any_day(on: &DateRange) -> bool {
    *on == any_day()
}

/// A finding, exposure, procedure or event: on a day, or from a day to a day. `from` without `to` is still going
/// on; without any date it is known to have been, not when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Entry {
    /// The protocol's name, or another name or brand that the protocol lists.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Further names of the same entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Names that it may have: what was recorded is broader. It makes nothing of these true, and keeps them from being
    /// denied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub perhaps: Vec<String>,
    /// Names that it is known not to be: which of a class it was not. It settles what a rule means with `other than`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_than: Vec<String>,
    /// A code as `system:code`: `icd10:E11.9`, `snomed:44054006`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Further codes of the same entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// The words with which it was recorded. Words alone never show that something was; they can keep it from being
    /// known that it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why it is not certain that this was so: a diagnosis that is provisional, an order of which nobody knows whether
    /// it was followed. Such an entry makes nothing true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<DateRange>,
    /// `{"symptomatic": "yes", "treated": "no"}`; what is not here is unknown.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub qualifiers: BTreeMap<String, Answer>,
    #[serde(deserialize_with = "object::optional", skip_serializing_if = "Option::is_none")]
    pub dose: Option<Dose>,
    /// Attributes of an event: `{"grade": 3, "serious": true}`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, AttributeValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    Flag(bool),
    Grade(i64),
    Text(String),
}

/// Known not to have occurred, in this period or ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// The protocol's name, or a code that is the whole of what the protocol means: `snomed:32485007`.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateRange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateRange>,
}

/// The record holds all there is of a name or of a whole domain, in this period or ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    pub of: CoveredDomain,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateRange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateRange>,
}

/// A domain (`conditions`, `drugs`, `procedures`, `events`) or the name of one concept or event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum CoveredDomain {
    Conditions,
    Drugs,
    Procedures,
    Events,
    Name(String),
}

impl From<String> for CoveredDomain {
    fn from(text: String) -> Self {
        match text.as_str() {
            "conditions" => CoveredDomain::Conditions,
            "drugs" => CoveredDomain::Drugs,
            "procedures" => CoveredDomain::Procedures,
            "events" => CoveredDomain::Events,
            _ => CoveredDomain::Name(text),
        }
    }
}

impl From<CoveredDomain> for String {
    fn from(domain: CoveredDomain) -> Self {
        match domain {
            CoveredDomain::Conditions => "conditions".into(),
            CoveredDomain::Drugs => "drugs".into(),
            CoveredDomain::Procedures => "procedures".into(),
            CoveredDomain::Events => "events".into(),
            CoveredDomain::Name(name) => name,
        }
    }
}
