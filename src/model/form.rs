//! Case report forms, worked out from what the protocol collects (CDISC CDASH domains and field names).

use serde::{Deserialize, Serialize};

use super::{Clause, ConceptCode, CycleNumbers, Level, Named, Origin, UnitRef};
use crate::number::Exact;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    pub label: String,
    /// CDASH domain: `DM`, `IE`, `VS`, `LB`, `AE`, …
    pub domain: String,
    /// Visits at which it is filled; empty for a form that is open throughout.
    pub visits: Vec<String>,
    /// Many records at one visit (adverse events, medications).
    #[serde(default)]
    pub repeating: bool,
    /// Events, conditions, drugs and procedures of which each record is one, where no field asks which (`adverse_event`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
    /// Arms that fill it; empty: all.
    #[serde(default)]
    pub arms: Vec<String>,
    /// What the site is told above the form.
    #[serde(default)]
    pub instructions: Option<String>,
    pub fields: Vec<Field>,
    /// Checks across fields, in words and as rules over field names.
    #[serde(default)]
    pub checks: Vec<FormCheck>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// CDASH name, 8 characters at most after a test's prefix: `VSDAT`, `SYSBP_VSORRES`.
    pub name: String,
    /// The question as the site reads it.
    pub label: String,
    #[serde(rename = "type")]
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    /// Asked only when other fields of the form have these values: all of the conditions hold.
    #[serde(default)]
    pub when: Vec<FieldCondition>,
    /// Visits at which it is asked; absent: all of the form's; empty: the schedule names none.
    #[serde(default)]
    pub visits: Option<Vec<String>>,
    /// The cycles in which it is asked, of those visits at which it is not asked in each.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub cycles: Named<CycleNumbers>,
    /// Conditions of the protocol under which it is asked, visit by visit.
    #[serde(default)]
    pub only: Vec<FieldScope>,
    /// Heading under which it stands (the name of the test).
    #[serde(default)]
    pub group: Option<String>,
    /// Measure that the field records.
    #[serde(default)]
    pub measure: Option<String>,
    /// Event whose day the field records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Condition, drug or procedure that the field asks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<String>,
    /// What it tells of the thing that the field's record is of, beside that it occurred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// Key of the criterion or attestation that the field answers.
    #[serde(default)]
    pub answers: Option<String>,
    #[serde(default)]
    pub loinc: Option<ConceptCode>,
    #[serde(default)]
    pub help: Option<String>,
    /// Why the field is on the form; empty when nothing in the protocol needs it.
    #[serde(default)]
    pub why: Vec<Why>,
    #[serde(skip)]
    pub origin: Origin,
}

/// What a rule may ask of an occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "detail", rename_all = "snake_case")]
pub enum Detail {
    /// Which of the things that the protocol counts the record is of.
    Which,
    Qualifier {
        name: String,
    },
    /// Of an event: `grade`, `serious`.
    Attribute {
        name: String,
    },
    Dose,
    /// The unit of the dose, as a text.
    DoseUnit,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Integer {
        low: Option<i64>,
        high: Option<i64>,
    },
    /// A number in one of these units, the first being the usual one.
    Number {
        units: Vec<UnitRef>,
        /// Soft limits in the first unit: outside, the site is asked to confirm.
        plausible: Option<(Exact, Exact)>,
        /// Hard limits in the first unit, declared by the author.
        range: Option<(Exact, Exact)>,
        precision: Option<u32>,
    },
    Date,
    PartialDate,
    Time,
    YesNo,
    Choice {
        levels: Vec<Level>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldCondition {
    pub field: String,
    pub one_of: Vec<String>,
}

/// At these visits (all, when empty) the field is asked only when the clause holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldScope {
    #[serde(default)]
    pub visits: Vec<String>,
    /// Only in these cycles of the visits; in all, where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<CycleNumbers>,
    pub when: Clause,
}

/// Traceability of a field to the protocol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    Criterion {
        decision: String,
        code: String,
    },
    Outcome {
        name: String,
    },
    Stratum {
        allocation: String,
    },
    /// The schedule collects it.
    Schedule {
        activity: String,
    },
    /// Condition of a cell or visit.
    Condition {
        activity: String,
    },
    /// Needed to compute a derived quantity.
    Derivation {
        measure: String,
    },
    /// The plan of treatment gives the product.
    Treatment {
        product: String,
    },
    /// Needed to identify the record (date, visit, unit).
    Record,
    /// The author put it there.
    Declared,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormCheck {
    pub id: String,
    /// What is told to the site.
    pub message: String,
    #[serde(flatten)]
    pub check: CheckKind,
    /// A hard check must be satisfied; a soft one can be confirmed.
    pub hard: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "check", rename_all = "snake_case")]
pub enum CheckKind {
    /// `first` is not later or greater than `second` (dates or numbers).
    NotAfter { first: String, second: String },
    /// `first` is less than `second`.
    Less { first: String, second: String },
    /// No two records of the form agree in all these fields.
    Unique { fields: Vec<String> },
    /// The date has come.
    NotInFuture { field: String },
    /// The value is the planned one.
    Planned { field: String, value: String },
    /// The field is present exactly when the other has one of these values.
    PresentWhen { field: String, other: String, one_of: Vec<String> },
    /// The date is within the visit's window.
    InWindow { field: String },
    /// Dates are not before the event.
    NotBeforeEvent { field: String, event: String },
    /// The yes-or-no field is yes exactly when all of these hold.
    Agrees { field: String, yes_when: Vec<FieldCondition> },
    /// A condition of the protocol, in the language's own words.
    Rule { clause: Clause },
}

/// A form as the author declared it (`form` item), before the defaults are worked out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeclaredForm {
    pub label: Option<String>,
    /// Measures, findings, procedures and events that are recorded here instead of on their default form.
    pub collects: Vec<String>,
    /// Visits; empty: where the schedule collects what the form collects.
    pub at: Vec<String>,
    /// In source order.
    pub fields: Vec<DeclaredField>,
    pub origin: Origin,
}

/// A `field` item: the name of a measure or of a default field, to override it, or a new name, to add a field.
/// Absent properties keep the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeclaredField {
    pub name: String,
    pub label: Option<String>,
    pub kind: Option<FieldKind>,
    /// Hard limits.
    pub range: Option<DeclaredRange>,
    pub required: Option<bool>,
    /// Another field of the form, with the values for which this one is asked.
    pub when: Option<FieldCondition>,
    /// A condition of the protocol (`when: sex is female`).
    pub only: Option<Clause>,
    pub help: Option<String>,
    /// Place on the form, from 1; without it, after the field declared before.
    pub order: Option<i64>,
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredRange {
    pub low: Exact,
    pub high: Exact,
    /// Absent: the field's first unit.
    pub unit: Option<UnitRef>,
}
