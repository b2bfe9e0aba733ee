//! The typed trial: names bound, units known, times anchored, no error states. Every backend reads this and
//! nothing else.
//!
//! The model serialises to JSON, self-contained: what it refers to by name is in it. Declarations keep the order
//! of the source. Origins (source spans) are kept in memory for diagnostics and never serialised.

mod amendment;
mod analyte;
mod cycles;
mod example;
mod form;
mod rule;
mod schedule;
mod test_codes;
mod treatment;

pub use amendment::*;
pub use cycles::*;
pub use example::*;
pub use form::*;
use indexmap::IndexMap;
pub use rule::*;
pub use schedule::*;
use serde::{Deserialize, Serialize};
pub use test_codes::TestCodes;
pub use treatment::*;

use crate::number::Exact;
use crate::source::Span;

/// Where a part of the model was written; absent in a model that was read from JSON. Equality ignores it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin(pub Option<Span>);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl From<Span> for Origin {
    fn from(span: Span) -> Self {
        Self(Some(span))
    }
}

/// Where the parts of an item were written: `prose` is its wording, with the quotes; the others are the values of its
/// properties, by their keys (`description`, `ages`, `ratio`). Equality ignores them.
#[derive(Clone, Debug, Default)]
pub struct Origins(IndexMap<String, Span>);

impl PartialEq for Origins {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origins {}

impl Origins {
    pub fn get(&self, key: &str) -> Option<Span> {
        self.0.get(key).copied()
    }
}

impl FromIterator<(String, Span)> for Origins {
    /// The first of several values of one key is kept.
    fn from_iter<T: IntoIterator<Item = (String, Span)>>(parts: T) -> Self {
        let mut origins = IndexMap::new();
        for (key, span) in parts {
            origins.entry(key).or_insert(span);
        }
        Self(origins)
    }
}

/// Declarations by name, in source order.
pub type Named<T> = IndexMap<String, T>;

/// A whole trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Version of the language that the model was compiled from.
    pub language: u32,
    pub header: Header,
    #[serde(default)]
    pub sites: Named<Site>,
    pub events: Named<Event>,
    /// Conditions, drugs, drug classes and procedures that the trial refers to.
    pub concepts: Named<Concept>,
    /// Other persons of whom criteria speak, with their description.
    #[serde(default)]
    pub persons: Named<String>,
    /// Measures, scores and derived quantities that the trial refers to or declares.
    pub measures: Named<Measure>,
    #[serde(default)]
    pub definitions: Named<Definition>,
    pub interventions: Named<Intervention>,
    #[serde(default)]
    pub backgrounds: Named<Background>,
    #[serde(default)]
    pub allocations: Named<Allocation>,
    pub arms: Named<Arm>,
    #[serde(default)]
    pub sequences: Named<Sequence>,
    /// By the event that they decide on.
    pub decisions: Named<Decision>,
    pub outcomes: Named<Outcome>,
    pub schedule: Option<Schedule>,
    /// Every form, default or declared, fully worked out.
    pub forms: Named<Form>,
    #[serde(default)]
    pub examples: Vec<Example>,
    /// From the first to the last that the protocol carries.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub amendments: Named<Amendment>,
}

/// Something the protocol states, or is known not to state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stated<T> {
    Is(T),
    /// `not stated`: the author says that the protocol is silent.
    NotStated,
    /// `unspecified "…"`: the protocol's own words, too vague to be formalised.
    Unspecified(String),
    /// The author of the specification wrote nothing.
    #[default]
    Missing,
}

impl<T> Stated<T> {
    pub fn is(&self) -> Option<&T> {
        match self {
            Stated::Is(value) => Some(value),
            _ => None,
        }
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, Stated::Missing)
    }
}

/// Identity, design and dates of the trial (ICH M11 title page; ClinicalTrials.gov identification and status).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub name: String,
    pub title: String,
    pub official_title: Option<String>,
    pub acronym: Option<String>,
    pub ids: Vec<Identifier>,
    pub version: Option<Version>,
    /// `["1", "2"]` for phase 1/2.
    pub phase: Vec<String>,
    pub purpose: Option<String>,
    pub design: Vec<String>,
    pub masked: Vec<String>,
    pub enrollment: Stated<Enrollment>,
    pub status: Option<String>,
    pub sponsor: Option<String>,
    pub responsible_party: Option<String>,
    pub collaborators: Vec<String>,
    pub started: Option<QualifiedDate>,
    pub primary_completion: Option<QualifiedDate>,
    pub completed: Option<QualifiedDate>,
    pub registered: Option<QualifiedDate>,
    pub updated: Option<QualifiedDate>,
    pub verified: Option<QualifiedDate>,
    pub sample_size: Stated<String>,
    pub conditions: Vec<String>,
    pub keywords: Vec<String>,
    pub healthy_volunteers: Option<bool>,
    pub sexes: Option<String>,
    /// Age limits of the registry, in completed years.
    pub ages: Option<AgeLimits>,
    pub fda_drug: Option<bool>,
    pub fda_device: Option<bool>,
    pub query: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
    #[serde(skip)]
    pub origins: Origins,
}

/// Ages in completed years, both ends included; an open end has no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeLimits {
    pub low: Option<Exact>,
    pub high: Option<Exact>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    pub scheme: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub label: String,
    /// ISO 8601, possibly without day or month.
    pub dated: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    pub count: u64,
    /// `actual` or `planned`.
    pub basis: Option<String>,
}

/// A date of the record: `2011-01` and whether it is `actual` or `estimated`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualifiedDate {
    /// ISO 8601, possibly without day or month.
    pub date: String,
    pub basis: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub label: String,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

/// Something that can happen to a participant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub label: String,
    /// Arms in which it can happen; empty: in all.
    #[serde(default)]
    pub arms: Vec<String>,
    #[serde(default)]
    pub repeats: bool,
    #[serde(default)]
    pub constraints: Vec<Constraint>,
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Days of the week on which it takes place, Monday 0 to Sunday 6; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<u8>,
    /// The event is the first time that this holds, after the constraints' anchor.
    #[serde(default)]
    pub when: Option<Clause>,
    /// The event is one of several, whichever comes first or last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<OneOf>,
    #[serde(skip)]
    pub origin: Origin,
}

/// `first of (progression, death)`: whichever comes first; or last, when all have happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneOf {
    pub first: bool,
    pub of: Vec<Moment>,
    /// The author's words.
    pub text: String,
    #[serde(skip)]
    pub origin: Origin,
}

/// `low ≤ this event − anchor ≤ high`; both ends closed, each may be open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    pub anchor: Moment,
    pub low: Option<Offset>,
    pub high: Option<Offset>,
    /// The author's words.
    pub text: String,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "attribute", rename_all = "snake_case")]
pub enum Attribute {
    Ordinal { name: String, low: i64, high: i64 },
    Related { name: String, to: String },
    Flag { name: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    Condition,
    Drug,
    DrugClass,
    Procedure,
    /// An event of this trial.
    Event,
}

/// A condition, drug, drug class or procedure with its codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concept {
    pub domain: Domain,
    pub label: String,
    /// Terminology (`snomed`, `icd10`, `meddra`, `rxnorm`, `atc`, `loinc`) to codes.
    #[serde(default)]
    pub codes: Named<Vec<ConceptCode>>,
    /// Names of concepts that count as this one.
    #[serde(default)]
    pub members: Vec<String>,
    /// The list of members is not complete: a "no" must be attested.
    #[serde(default)]
    pub open_list: bool,
    #[serde(default)]
    pub brands: Vec<String>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub half_life: Option<Duration>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConceptCode {
    pub code: String,
    pub display: Option<String>,
    /// The code, with its display text where there is one.
    #[serde(skip)]
    pub origin: Origin,
}

/// A unit: canonical UCUM code, and as the author wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitRef {
    pub ucum: String,
    pub written: String,
}

/// A quantity, coded result, score or derived quantity that a person can have a value of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub label: String,
    #[serde(flatten)]
    pub kind: MeasureKind,
    #[serde(default)]
    pub loinc: Option<ConceptCode>,
    #[serde(default)]
    pub specimen: Option<String>,
    /// `fasting`, `supine`.
    #[serde(default)]
    pub state: Option<String>,
    /// How long a result takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turnaround: Option<Duration>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MeasureKind {
    Quantity(QuantityMeasure),
    /// One of a list of values; ordered ones (scores in words) compare by their order.
    Coded {
        levels: Vec<Level>,
        ordered: bool,
    },
    /// A whole-number score from `low` to `high`.
    Score {
        low: i64,
        high: i64,
        labels: Vec<Level>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantityMeasure {
    /// Unit of ranges and forms; absent for pure numbers (INR).
    pub unit: Option<UnitRef>,
    /// Further units in which a value may be recorded.
    #[serde(default)]
    pub units: Vec<UnitRef>,
    /// `substance`, `mass`, `hba1c`, `temperature`, … as the library says.
    #[serde(default)]
    pub kind: Option<String>,
    /// g/mol.
    #[serde(default)]
    pub molar_mass: Option<Exact>,
    #[serde(default)]
    pub formula: Option<String>,
    #[serde(default)]
    pub valence: Option<u32>,
    /// In `unit`.
    #[serde(default)]
    pub plausible: Option<(Exact, Exact)>,
    /// Decimals that are reported.
    #[serde(default)]
    pub precision: Option<u32>,
    /// How it is computed, for a derived quantity. Leaves are the measures it is computed from.
    #[serde(default)]
    pub formula_of: Option<Box<Term>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    pub value: String,
    pub label: Option<String>,
}

/// A named truth. Its uses are expanded in place; kept for documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    pub label: String,
    pub text: String,
}

/// A decision (entry, randomisation, entry to a stage) with the criteria that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The event that the decision permits.
    pub event: String,
    pub label: Option<String>,
    /// Events at which the criteria are checked, in order.
    pub checked: Vec<String>,
    pub criteria: Named<Criterion>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    Include,
    Exclude,
}

/// How much of a criterion the checker decides by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Computability {
    /// All of it, from recorded data.
    Computed,
    /// Parts of it are a person's answer.
    Partly,
    /// A named person answers.
    Attested,
    /// Only its text is here.
    TextOnly,
}

/// One eligibility criterion. An inclusion is met when its rule is true, an exclusion when its rule is false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub kind: CriterionKind,
    /// The approved wording.
    pub prose: String,
    pub rule: Clause,
    pub computability: Computability,
    /// Arms that it applies to; empty: all.
    #[serde(default)]
    pub arms: Vec<String>,
    #[serde(default)]
    pub category: Option<String>,
    /// The author's question to the sponsor where the wording was repaired.
    #[serde(default)]
    pub query: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
    #[serde(skip)]
    pub origins: Origins,
}

impl Criterion {
    /// A rule that is computed, of every arm, with its wording; of no place in a protocol.
    pub fn of(kind: CriterionKind, prose: impl Into<String>, rule: Clause) -> Self {
        Self {
            kind,
            prose: prose.into(),
            rule,
            computability: Computability::Computed,
            arms: Vec::new(),
            category: None,
            query: None,
            origin: Origin::default(),
            origins: Origins::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Primary,
    Secondary,
    Exploratory,
    /// The record lists it without a tier.
    Unstated,
}

/// An outcome as an estimand (ICH E9(R1)): variable, time, population, comparison, intercurrent events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub tier: Tier,
    /// The approved wording.
    pub label: String,
    pub value: Stated<Term>,
    /// For an outcome that is a truth (proportion with …), inside [`Value::Proportion`].
    pub time_frame: Stated<TimeFrame>,
    /// Arms compared, in groups (`a versus b`).
    pub compare: Stated<Comparison>,
    pub among: Stated<String>,
    pub missing: Stated<String>,
    /// Intercurrent events and their strategies.
    pub events: Vec<IntercurrentEvent>,
    pub query: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
    #[serde(skip)]
    pub origins: Origins,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeFrame {
    /// How long after the anchor.
    pub offset: Offset,
    /// Absent when the author names none.
    pub anchor: Option<Moment>,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Groups of arms: `[[combined], [insulin]]`.
    pub groups: Vec<Vec<String>>,
    /// `mean difference`, `hazard ratio`.
    pub summary: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntercurrentEvent {
    pub event: String,
    pub strategy: Stated<String>,
}
