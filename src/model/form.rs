//! Case report forms, worked out from what the protocol collects (CDISC CDASH domains and field names).

use serde::{Deserialize, Serialize};

use super::{Clause, ConceptCode, Level, Origin, UnitRef};
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
    /// Asked only when another field of the form has one of these values.
    #[serde(default)]
    pub when: Option<FieldCondition>,
    /// Measure that the field records.
    #[serde(default)]
    pub measure: Option<String>,
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Integer { low: Option<i64>, high: Option<i64> },
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
    Choice { levels: Vec<Level> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldCondition {
    pub field: String,
    pub one_of: Vec<String>,
}

/// Traceability of a field to the protocol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    Criterion { decision: String, code: String },
    Outcome { name: String },
    Stratum { allocation: String },
    /// The schedule collects it.
    Schedule { activity: String },
    /// Condition of a cell or visit.
    Condition { activity: String },
    /// Needed to compute a derived quantity.
    Derivation { measure: String },
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
    /// `first` is not later than `second` (dates or numbers).
    NotAfter { first: String, second: String },
    /// The field is present exactly when the other has one of these values.
    PresentWhen { field: String, other: String, one_of: Vec<String> },
    /// The date is within the visit's window.
    InWindow { field: String },
    /// Dates are not before the event.
    NotBeforeEvent { field: String, event: String },
    /// A condition of the protocol, in the language's own words.
    Rule { clause: Clause },
}
