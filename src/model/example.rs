//! Examples: invented participants with what is recorded of them and the verdict that the author expects.

use serde::{Deserialize, Serialize};

use super::{Origin, UnitRef};
use crate::number::Exact;

/// An invented participant with the verdict that the author expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    pub label: String,
    pub facts: Vec<Fact>,
    pub expect: Vec<Expectation>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// The decision's event; absent: the trial's only or last decision.
    pub decision: Option<String>,
    /// `eligible`, `ineligible`, `undetermined`.
    pub verdict: String,
    /// Criteria that must be among the reasons.
    pub by: Vec<String>,
    #[serde(skip)]
    pub origin: Origin,
}

/// Something recorded of a person. Dates are ISO 8601, possibly without day or month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// `sex`, `born`, `country`, `arm`.
    Attribute {
        name: String,
        value: String,
    },
    Measured {
        measure: String,
        value: FactValue,
        on: String,
        /// The laboratory's lower and upper limit of normal, in the unit of the value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        normal: Option<(Exact, Exact)>,
    },
    /// An event, or a finding, procedure or exposure on one day.
    Happened {
        name: String,
        on: String,
        #[serde(default)]
        details: Vec<FactDetail>,
    },
    Lasted {
        name: String,
        from: Option<String>,
        to: Option<String>,
        dose: Option<FactValue>,
        #[serde(default)]
        details: Vec<FactDetail>,
    },
    /// Known not to have occurred; for the given period or ever. `other`: but for what else is recorded.
    Absent {
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        other: bool,
        name: String,
        from: Option<String>,
        to: Option<String>,
    },
    Answer {
        criterion: String,
        answer: Answer,
    },
}

/// A qualifier of a finding (`symptomatic`) or an attribute of an event (`grade 3`, `serious`), as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "detail", rename_all = "snake_case")]
pub enum FactDetail {
    Degree {
        name: String,
        value: i64,
    },
    Flag {
        name: String,
        holds: bool,
    },
    /// What a recorded class (`malignancy`) is known not to be.
    OtherThan {
        name: String,
    },
}

impl FactDetail {
    /// What these say that a recorded class was not, in the words of the language: ` other than basal_cell_carcinoma`.
    pub fn left_out(details: &[Self]) -> String {
        let names = details.iter().filter_map(|detail| match detail {
            Self::OtherThan { name } => Some(name.as_str()),
            Self::Degree { .. } | Self::Flag { .. } => None,
        });
        match Vec::from_iter(names).as_slice() {
            [] => String::new(),
            [only] => format!(" other than {only}"),
            several => format!(" other than ({})", several.join(", ")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactValue {
    Quantity { number: Exact, unit: Option<UnitRef> },
    Level(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Yes,
    No,
    Unknown,
}
