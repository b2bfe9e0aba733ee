//! Visits, windows and what is collected.

use serde::{Deserialize, Serialize};

use super::{
    Amount, Anchor, Clause, Constraint, CycleNumbers, Duration, Moment, Named, Occurrence, Offset, Origin,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    pub clocks: Named<Clock>,
    /// Sets of times within a day.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub timepoints: Named<Timepoints>,
    pub epochs: Named<Epoch>,
    /// All visits, in the order of the epochs.
    pub visits: Named<Visit>,
    /// Rows of the Schedule of Activities, in source order.
    pub activities: Named<Activity>,
    /// Days of the week without visits, Monday 0 to Sunday 6.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blood_limit: Option<BloodLimit>,
    #[serde(skip)]
    pub origin: Origin,
}

/// The most blood that may be drawn in any time of this length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BloodLimit {
    pub amount: Amount,
    pub within: Duration,
    #[serde(skip)]
    pub origin: Origin,
}

/// A numbering of days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// The number of the anchor's own day: 1 (there is no day 0) or 0.
    pub first: i64,
    pub anchor: Moment,
}

impl Clock {
    /// Days from the anchor to the day of this number. `None` for day 0 on a clock that has none.
    pub fn days_to(&self, day: i64) -> Option<i64> {
        match (self.first, day) {
            (1, 0) => None,
            (1, day) if day < 0 => Some(day),
            (first, day) => Some(day - first),
        }
    }

    /// The number of the day that lies this many days after the anchor.
    pub fn day_of(&self, days: i64) -> i64 {
        if self.first == 1 && days < 0 { days } else { days + self.first }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    pub label: String,
    /// Arms that have the epoch; empty: all. Each of its visits has them too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<String>,
    pub visits: Vec<String>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub label: String,
    pub epoch: String,
    pub timing: VisitTiming,
    /// Further bounds on the date, relative to other visits or events.
    #[serde(default)]
    pub constraints: Vec<Constraint>,
    /// `clinic`, `phone`, `home`, `remote`.
    pub contact: String,
    /// How much blood is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blood: Option<Amount>,
    /// How long the medicine lasts that is handed out here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supply: Option<Duration>,
    /// Arms that have the visit; empty: all.
    #[serde(default)]
    pub arms: Vec<String>,
    #[serde(default)]
    pub when: Option<Clause>,
    /// Present for a visit of a cycle.
    #[serde(default)]
    pub repeat: Option<Repeat>,
    /// The cycles that have the visit; all without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<CycleNumbers>,
    #[serde(skip)]
    pub origin: Origin,
}

impl Visit {
    /// What its own timing counts from.
    pub fn anchor(&self) -> &Moment {
        match &self.timing {
            VisitTiming::Target { anchor, .. } | VisitTiming::Range { anchor, .. } => anchor,
            VisitTiming::OnEvent { moment, .. } => moment,
        }
    }

    /// It is held for each occurrence of the event that it follows.
    pub fn follows_each_occurrence(&self) -> bool {
        matches!(&self.anchor().of, Anchor::Event { occurrence: Occurrence::Any | Occurrence::Each, .. })
    }

    /// It can take place more than once: in each cycle, or for each occurrence of an event. Then each time has its number.
    pub fn is_numbered(&self) -> bool {
        self.repeat.is_some() || self.follows_each_occurrence()
    }

    /// Whether it takes place in the cycle of this number.
    pub fn has_cycle(&self, number: u32) -> bool {
        self.cycles.as_ref().is_none_or(|cycles| cycles.contains(number))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "timing", rename_all = "snake_case")]
pub enum VisitTiming {
    /// One target day with a window around it; `early` and `late` are zero where none was written.
    Target { anchor: Moment, offset: Offset, early: Duration, late: Duration, text: String },
    /// Any day between two offsets, both included.
    Range { anchor: Moment, from: Offset, to: Offset, text: String },
    /// Whenever the event happens.
    OnEvent { moment: Moment, text: String },
}

impl VisitTiming {
    /// The author's words.
    pub fn text(&self) -> &str {
        match self {
            VisitTiming::Target { text, .. }
            | VisitTiming::Range { text, .. }
            | VisitTiming::OnEvent { text, .. } => text,
        }
    }
}

/// The visit repeats: once in each cycle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// The visit's own name where it repeats by itself (`visit call: every 3 months after last_dose for 2 years`).
    pub cycle: String,
    pub every: Duration,
    pub count: Option<i64>,
    pub until: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    Measure,
    Procedure,
    Event,
    Condition,
    Drug,
    Form,
}

/// Something that is collected or done: one row of the Schedule of Activities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    pub label: String,
    pub kind: ActivityKind,
    pub cells: Vec<Cell>,
    /// Collected continuously between two moments.
    #[serde(default)]
    pub throughout: Option<(Moment, Option<Moment>)>,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    pub visit: String,
    /// Collected only when this holds.
    #[serde(default)]
    pub when: Option<Clause>,
    /// Collected only in these arms; empty: in all that have the visit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<String>,
    /// Collected only in these cycles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<CycleNumbers>,
    /// Collected at each time of this set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// What the protocol says beside the cross.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Activity {
    /// The visits at which it is done, each once.
    pub fn visits(&self) -> Vec<String> {
        let mut visits: Vec<String> = Vec::new();
        for cell in &self.cells {
            if !visits.contains(&cell.visit) {
                visits.push(cell.visit.clone());
            }
        }
        visits
    }

    /// The condition without which it is never done at this visit. `None` where it can be done without one.
    pub fn only_when(&self, visit: &str) -> Option<Clause> {
        let here = self.cells.iter().filter(|cell| cell.visit == visit);
        Clause::any_of(here.map(Cell::only_when).collect::<Option<_>>()?)
    }
}

impl Cell {
    /// The condition and the arms under which it is done. `None` where there are none.
    pub fn only_when(&self) -> Option<Clause> {
        let arms = (!self.arms.is_empty()).then(|| Clause::in_arm(&self.arms));
        Clause::all_of(self.when.iter().cloned().chain(arms).collect())
    }
}

/// Times within a day, each with its window: a profile of samples around a dose, a test lying and standing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timepoints {
    pub label: String,
    /// What the times count from, as the author wrote it: `dose`, `lying down`.
    pub from: String,
    /// The event or visit that it is, where it is one.
    #[serde(default)]
    pub anchor: Option<Anchor>,
    /// From the earliest to the last.
    pub points: Vec<Timepoint>,
    #[serde(skip)]
    pub origin: Origin,
}

/// Minutes from the reference, negative before it, and how many minutes early or late are allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timepoint {
    #[serde(default)]
    pub label: Option<String>,
    pub minutes: i64,
    pub early: i64,
    pub late: i64,
}
