//! What the checker answers. Its JSON is described by `docs/schemas/verdict.schema.json`.

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::evidence::{Compared, Evidence, Missing, MissingKind, Tie};
use super::truth::Truth;
use crate::model::{Computability, CriterionKind};

/// The format of a verdict's JSON.
pub const FORMAT: &str = "trialc-verdict/1";

/// The answer for one person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    pub format: &'static str,
    pub trial: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// The person's identifier, as the record has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The day taken for the events that are still to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// In the order of the protocol.
    pub decisions: Vec<DecisionVerdict>,
    /// What the record says in words that the trial does not use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Eligibility {
    Ineligible,
    Undetermined,
    Eligible,
}

impl Eligibility {
    pub fn text(self) -> &'static str {
        match self {
            Eligibility::Ineligible => "ineligible",
            Eligibility::Undetermined => "undetermined",
            Eligibility::Eligible => "eligible",
        }
    }
}

/// The answer for one decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionVerdict {
    /// The event that the decision permits.
    pub decision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Over all open arms: eligible when the person is for at least one of them.
    pub verdict: Eligibility,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisional: Option<Provisional>,
    /// One verdict per open arm, where criteria are limited to arms.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub arms: IndexMap<String, ArmVerdict>,
    /// Criteria that are not met.
    pub reasons: Vec<String>,
    /// Criteria that are unknown.
    pub open: Vec<String>,
    pub criteria: Vec<CriterionVerdict>,
    /// What is still to be asked, over all criteria that are unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to_ask: Vec<Ask>,
}

/// The verdict rests on events that have not happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provisional {
    pub awaiting: Vec<Awaited>,
    /// The last day on which the decision can fall with nothing but time passing, if that day is within a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds_until: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Awaited {
    pub event: String,
    /// The day that was taken for it.
    pub taken_as: Date,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmVerdict {
    pub verdict: Eligibility,
    pub reasons: Vec<String>,
    pub open: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    NotMet,
    Unknown,
    Met,
    /// It concerns other arms.
    NotApplicable,
}

impl Status {
    pub fn of(kind: CriterionKind, rule: Truth) -> Self {
        match (kind, rule) {
            (_, Truth::Unknown) => Status::Unknown,
            (CriterionKind::Include, Truth::True) | (CriterionKind::Exclude, Truth::False) => Status::Met,
            (CriterionKind::Include, Truth::False) | (CriterionKind::Exclude, Truth::True) => Status::NotMet,
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Status::NotMet => "not met",
            Status::Unknown => "unknown",
            Status::Met => "met",
            Status::NotApplicable => "not applicable",
        }
    }
}

/// What became of one criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriterionVerdict {
    pub code: String,
    pub kind: CriterionKind,
    /// The approved wording.
    pub prose: String,
    pub computability: Computability,
    /// The arm that this line is about, for a criterion limited to arms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    pub status: Status,
    /// The parts of the rule that decided.
    pub because: Vec<Because>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ties: Vec<Tie>,
}

/// One part of a rule, and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Because {
    /// The author's words for this part.
    pub clause: String,
    pub truth: Truth,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// Something to be asked, and the criteria that wait for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ask {
    pub kind: MissingKind,
    pub item: String,
    pub ask: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Date>,
    pub criteria: Vec<String>,
}

impl Verdict {
    /// The verdict on a decision, by its event.
    pub fn decision(&self, event: &str) -> Option<&DecisionVerdict> {
        self.decisions.iter().find(|decision| decision.decision == event)
    }
}

impl DecisionVerdict {
    /// What became of a criterion; the first line where it has one for each arm.
    pub fn criterion(&self, code: &str) -> Option<&CriterionVerdict> {
        self.criteria.iter().find(|criterion| criterion.code == code)
    }
}
