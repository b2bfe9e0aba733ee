//! One participant's dates: when each visit is due, from the dates of what has happened.
//!
//! A visit's target and window follow from the date of its anchor: the actual date where the anchor has happened,
//! otherwise the anchor's own target, and the entry then says with what it still moves. So a calendar is planned
//! anew from actual dates each time. In a cycle, cycle n + 1 begins one cycle length after the actual day 1 of
//! cycle n. Beside the window that the protocol gives, an entry carries the days on which nothing else would be
//! put out of its window ([`VisitEntry::possible`]), worked out by propagating every constraint on the calendar
//! itself; constraints that leave no day are reported as a [`CalendarConflict`].

mod actual;
mod dates;
mod ics;
mod many;
mod open;
mod plan;
mod possible;
mod render;
mod settle;
mod status;
#[cfg(test)]
mod tests;

pub use actual::{ActualWindow, actual_window};
pub use dates::{Attendance, Dates, InputError};
use jiff::civil::Date;
pub use many::{Counts, People};
pub use open::ClosedDays;
use serde::Serialize;

use crate::model::Trial;
use crate::time::network::Network;

/// How many cycles are shown after the last one that has begun, where nothing says how many there are.
pub const DEFAULT_HORIZON: u32 = 3;

/// Works out a participant's calendar. With `as_of`, visits are due, missed or still planned on that day;
/// without it, all that has not taken place is planned. `horizon` is the number of cycles to show, after the
/// last one with a visit, of a cycle that has no number of its own.
pub fn calendar(trial: &Trial, dates: &Dates, as_of: Option<Date>, horizon: u32) -> Calendar {
    let given = dates;
    let dates = &*settle::settled(trial, given);
    let mut planner = plan::Planner::new(trial, dates);
    let instances = planner.instances(horizon);
    let mut visits: Vec<VisitEntry> =
        instances.iter().map(|instance| status::visit_entry(&mut planner, *instance, as_of)).collect();
    for visit in &mut visits {
        let number = visit.number.unwrap_or(1);
        let is_given = given.visits.get(&visit.name).is_some_and(|known| known.contains_key(&number));
        if visit.actual.is_some() && !is_given {
            visit.notes.push("held with its event".to_owned());
        }
    }
    let mut events = status::event_entries(&mut planner, as_of);
    let conflicts = match Network::of(trial) {
        // Dates cannot repair what no calendar can keep.
        Err(conflict) => vec![CalendarConflict {
            at: conflict.steps.first().map(|step| step.owner.to_string()).unwrap_or_default(),
            steps: conflict.steps.iter().map(ToString::to_string).collect(),
            message: conflict.to_string(),
        }],
        Ok(_) => possible::narrow(&mut planner, &mut events, &mut visits),
    };
    for event in &mut events {
        status::judge_expected(event, as_of);
    }
    Calendar {
        trial: trial.header.name.clone(),
        title: trial.header.title.clone(),
        version: trial.header.version.as_ref().map(|version| version.label.clone()),
        arms: dates.arms.clone(),
        as_of,
        events,
        visits,
        conflicts,
    }
}

/// A participant's calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Calendar {
    pub trial: String,
    pub title: String,
    /// Version of the protocol.
    pub version: Option<String>,
    /// Empty: the arm is not known yet.
    pub arms: Vec<String>,
    pub as_of: Option<Date>,
    pub events: Vec<EventEntry>,
    /// In the order of the schedule, the visits of a cycle cycle by cycle.
    pub visits: Vec<VisitEntry>,
    pub conflicts: Vec<CalendarConflict>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventEntry {
    pub name: String,
    pub label: String,
    /// Of a repeating event, from 1.
    pub number: Option<u32>,
    pub status: EventStatus,
    pub on: Option<Date>,
    /// Days that the protocol's constraints leave; absent where nothing bounds the event or it has happened.
    pub possible: Option<Days>,
    /// In words: what is to be said about it.
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    Happened,
    /// On a day that the protocol does not allow.
    HappenedEarly,
    HappenedLate,
    /// Dated after the day of the calendar.
    Booked,
    Expected,
    /// All days on which it could have happened are over.
    Overdue,
    NotApplicable,
}

/// A visit, or one repetition of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VisitEntry {
    pub name: String,
    pub label: String,
    /// The epoch's label.
    pub epoch: String,
    /// `clinic`, `phone`, `home`, `remote`.
    pub contact: String,
    /// Of the cycle, or of the occurrence of the event that the visit follows; from 1.
    pub number: Option<u32>,
    /// The author's words.
    pub timing: String,
    /// Number of the target day on the trial's clock.
    pub day: Option<i64>,
    /// Absent for a visit that has a range of days and no target, and where an anchor has no date.
    pub target: Option<Date>,
    /// The first day that the visit's own timing allows.
    pub earliest: Option<Date>,
    pub latest: Option<Date>,
    pub status: Status,
    /// The day on which it took place, or is booked for.
    pub actual: Option<Date>,
    /// Days before the window when negative, after it when positive.
    pub days_outside: Option<i64>,
    /// What the dates still move with: an event or visit that has not taken place.
    pub moves_with: Option<String>,
    /// What has no date yet, so that this visit has none.
    pub waiting_for: Option<String>,
    /// A target or window edge is the last day of a month that is too short for the day asked for.
    pub clamped: bool,
    /// The days on which every other constraint of the protocol can still be kept, where these are fewer than
    /// the window, or where there is no window yet.
    pub possible: Option<Days>,
    /// The day nearest to the target, inside the window, on which the clinic is open; only where closed days were
    /// asked for and the visit is still to come.
    pub open_day: Option<Date>,
    /// Times within the day at which something is done, in words: one line for each set of times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<String>,
    /// In words: what is to be said about it.
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its window is still to come, or the calendar has no day to judge by.
    Planned,
    /// Its window is open.
    Due,
    /// Has a date after the day of the calendar.
    Booked,
    DoneInWindow,
    DoneEarly,
    DoneLate,
    /// Took place, but an anchor of its window has no date.
    Done,
    Missed,
    NotApplicable,
    /// For the date of an anchor.
    Waiting,
}

impl Status {
    pub fn text(self) -> &'static str {
        match self {
            Status::Planned => "planned",
            Status::Due => "due",
            Status::Booked => "booked",
            Status::DoneInWindow => "done in window",
            Status::DoneEarly => "done early",
            Status::DoneLate => "done late",
            Status::Done => "done",
            Status::Missed => "missed",
            Status::NotApplicable => "not applicable",
            Status::Waiting => "waiting",
        }
    }

    pub fn is_done(self) -> bool {
        matches!(self, Status::DoneInWindow | Status::DoneEarly | Status::DoneLate | Status::Done)
    }
}

/// A range of days, both included; an end is absent where nothing bounds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Days {
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// Constraints that leave no day, with the dates that they meet on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarConflict {
    /// The event or visit that no day is left for.
    pub at: String,
    /// Each constraint in the author's words and what it comes to.
    pub steps: Vec<String>,
    pub message: String,
}
