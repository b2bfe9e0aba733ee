//! Interventions, arms, allocations, crossover sequences.

use serde::{Deserialize, Serialize};

use super::{Duration, Moment, Named, Origin, Origins, Stated, UnitRef};
use crate::number::Exact;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervention {
    pub label: String,
    /// `drug`, `biological`, `device`, `procedure`, …
    #[serde(rename = "type")]
    pub kind: String,
    pub description: Option<String>,
    /// Drug concept that it is a product of.
    pub substance: Option<String>,
    pub route: Option<String>,
    #[serde(default)]
    pub investigational: bool,
    /// Its dose levels, by name.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub levels: Named<Amount>,
    /// The most that a participant may be given altogether.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Amount>,
    /// How long safety is followed after its last dose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_follow_up: Option<Duration>,
    #[serde(skip)]
    pub origin: Origin,
    #[serde(skip)]
    pub origins: Origins,
}

/// Therapy that every participant has beside the arms' interventions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Background {
    pub label: String,
    pub gives: Vec<Administration>,
    #[serde(skip)]
    pub origin: Origin,
}

/// What is given of one product (architecture: dosing lives on arm and product).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Administration {
    /// An intervention or a drug.
    pub product: String,
    pub dose: Stated<Dose>,
    /// The product's dose level that `dose` is, where the author names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    pub cap: Option<Amount>,
    pub route: Stated<String>,
    pub frequency: Stated<Frequency>,
    pub on: Option<Moment>,
    pub from: Option<Moment>,
    pub lasting: Option<Duration>,
    pub until: Option<Moment>,
    /// Days of a cycle and its length in days.
    pub days: Option<(Vec<i64>, i64)>,
    pub text: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dose {
    Amount(Amount),
    /// Target area under the curve, mg·min/mL.
    TargetAuc(Exact),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    pub number: Exact,
    pub unit: Option<UnitRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    Once,
    TimesDaily(i64),
    /// This many times in each week, on days that the site chooses: 2 to 7.
    TimesWeekly(i64),
    Every(Duration),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    pub label: Option<String>,
    /// The event at which participants are allocated.
    pub at: String,
    pub ratio: Stated<Vec<u64>>,
    /// Stratification factors: measures, definitions or texts.
    pub strata: Stated<Vec<String>>,
    /// Block sizes, or a text.
    pub blocks: Stated<String>,
    pub method: Stated<String>,
    /// Names of the arms, or of the sequences of a crossover, in the order of the ratio.
    pub arms: Vec<String>,
    #[serde(skip)]
    pub origin: Origin,
    #[serde(skip)]
    pub origins: Origins,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    pub label: String,
    /// `experimental`, `active_comparator`, …
    #[serde(rename = "type")]
    pub kind: String,
    pub description: Option<String>,
    pub gives: Vec<Administration>,
    pub query: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
    #[serde(skip)]
    pub origins: Origins,
}

/// A crossover sequence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    pub label: String,
    pub periods: Named<Period>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    pub label: String,
    pub gives: Vec<Administration>,
    /// Shortest washout before the next period.
    pub washout: Option<Duration>,
}
