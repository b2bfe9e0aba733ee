//! Participants in flight: whose visits lay in their windows under the old protocol and do not under the new one.

use std::collections::HashMap;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use crate::calendar::{Dates, People, Status, VisitEntry, calendar};
use crate::model::Trial;

/// A visit of a participant that falls out of its window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutOfWindow {
    /// The key of the table.
    pub participant: String,
    pub visit: String,
    /// The visit's label in the new protocol.
    pub label: String,
    /// Of the cycle, or of the occurrence of an event, from 1.
    pub number: Option<u32>,
    pub why: Fall,
    /// The day on which it took place or is booked for.
    pub on: Option<Date>,
    /// First and last day of the window under each protocol.
    pub old_window: (Option<Date>, Option<Date>),
    pub new_window: (Option<Date>, Option<Date>),
    /// Days before the new window when negative, after it when positive.
    pub days_outside: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fall {
    /// It took place, or is booked, inside the old window and outside the new one.
    Outside,
    /// It was still due, and the new window is over.
    Over,
    /// The new protocol has no such visit for this participant, and it is still to come.
    Dropped,
}

impl Fall {
    pub fn word(self) -> &'static str {
        match self {
            Fall::Outside => "outside the new window",
            Fall::Over => "the new window is over",
            Fall::Dropped => "no longer planned",
        }
    }
}

/// Every visit that falls out, participant by participant in the order of the table. `as_of` is the day on which what has no date
/// yet is judged; without it only visits with a date are.
pub fn out_of_window(
    old: &Trial,
    new: &Trial,
    people: &People,
    as_of: Option<Date>,
    horizon: u32,
) -> Vec<OutOfWindow> {
    let keys: Vec<&str> = people.keys().collect();
    let of = |key: &&str| {
        let dates = people.get(key)?;
        Some(of_one(old, new, key, dates, as_of, horizon))
    };
    keys.par_iter().filter_map(of).flatten().collect()
}

fn of_one(
    old: &Trial,
    new: &Trial,
    key: &str,
    dates: &Dates,
    as_of: Option<Date>,
    horizon: u32,
) -> Vec<OutOfWindow> {
    let before = calendar(old, dates, as_of, horizon);
    let after = calendar(new, &known_to(new, dates), as_of, horizon);
    let entries: HashMap<(&str, Option<u32>), &VisitEntry> =
        after.visits.iter().map(|entry| ((entry.name.as_str(), entry.number), entry)).collect();
    let fall = |one: &VisitEntry| {
        let other = entries.get(&(one.name.as_str(), one.number)).copied();
        let why = match (one.status, other.map(|other| other.status)) {
            (Status::DoneInWindow, Some(Status::DoneEarly | Status::DoneLate)) => Fall::Outside,
            (Status::Booked, Some(Status::Booked)) if inside(one) && !inside(other?) => Fall::Outside,
            (Status::Due | Status::Planned, Some(Status::Missed)) => Fall::Over,
            (Status::Due | Status::Planned | Status::Booked, None | Some(Status::NotApplicable)) => {
                as_of?;
                Fall::Dropped
            }
            _ => return None,
        };
        Some(OutOfWindow {
            participant: key.to_owned(),
            visit: one.name.clone(),
            label: other.map_or(&one.label, |other| &other.label).clone(),
            number: one.number,
            why,
            on: one.actual,
            old_window: (one.earliest, one.latest),
            new_window: other.map_or((None, None), |other| (other.earliest, other.latest)),
            days_outside: other.and_then(|other| other.days_outside).filter(|days| *days != 0),
        })
    };
    before.visits.iter().filter_map(fall).collect()
}

/// Whether a booked day lies in the visit's window; true where there is none to judge by.
fn inside(entry: &VisitEntry) -> bool {
    entry.days_outside.is_none_or(|days| days == 0)
}

/// What is known of a participant in the names of the new protocol: a visit or an arm that it has no more is no date of it.
fn known_to(new: &Trial, dates: &Dates) -> Dates {
    let mut known = dates.clone();
    known.arms.retain(|arm| new.arms.contains_key(arm) || new.sequences.contains_key(arm));
    known.events.retain(|event, _| new.events.contains_key(event) || event.contains(" of "));
    let visits = new.schedule.as_ref().map(|schedule| &schedule.visits);
    known.visits.retain(|visit, _| visits.is_some_and(|visits| visits.contains_key(visit)));
    known
}
