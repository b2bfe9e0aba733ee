//! Visits, windows and what is collected.

use serde::{Deserialize, Serialize};

use super::{Amount, Clause, Constraint, Duration, Moment, Named, Offset, Origin};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    pub clocks: Named<Clock>,
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
    #[serde(skip)]
    pub origin: Origin,
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    pub visit: String,
    /// Collected only when this holds.
    #[serde(default)]
    pub when: Option<Clause>,
}
