//! What is to be said of each event and visit on the day of the calendar.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::civil::Date;

use super::dates::Attendance;
use super::plan::{Instance, Plan, Planner};
use super::{EventEntry, EventStatus, Status, VisitEntry};
use crate::model::{Anchor, Event, Schedule, Visit};
use crate::time::{apply, around, clock, days_between};

/// A visit, or one repetition of it, with what is reckoned of it: the core of [`VisitEntry`], without words.
#[derive(Clone, Debug)]
pub(super) struct Reckoned<'a> {
    pub instance: Instance<'a>,
    pub visit: &'a Visit,
    pub plan: Plan<'a>,
    pub status: Status,
    pub actual: Option<Date>,
    /// Days before the window when negative, after it when positive.
    pub days_outside: Option<i64>,
    /// Why it is none of this participant's.
    excluded: Option<String>,
}

impl Reckoned<'_> {
    /// Of the cycle, or of the occurrence of the event that the visit follows.
    pub fn number(&self) -> Option<u32> {
        self.visit.is_numbered().then_some(self.instance.number)
    }
}

pub(super) fn reckon<'a>(
    planner: &mut Planner<'a>,
    instance: Instance<'a>,
    as_of: Option<Date>,
) -> Reckoned<'a> {
    let plan = planner.plan(&instance);
    let visit = planner.visit(instance.visit).expect("the visit is in the schedule");
    let actual = planner.done(&instance);
    let days_outside = actual.and_then(|day| outside(day, &plan));
    let excluded = excluded(planner, visit, &plan);
    let status = status(planner.attendance(&instance), &plan, excluded.is_some(), as_of);
    Reckoned { instance, visit, plan, status, actual, days_outside, excluded }
}

pub(super) fn visit_entry<'a>(
    planner: &mut Planner<'a>,
    instance: Instance<'a>,
    as_of: Option<Date>,
) -> VisitEntry {
    let reckoned = reckon(planner, instance, as_of);
    let number = reckoned.number();
    let Reckoned { visit, plan, status, actual, days_outside, excluded, .. } = reckoned;
    let schedule = planner.schedule().expect("a visit belongs to a schedule");
    let mut notes = Vec::new();
    if let Some(because) = &excluded
        && status == Status::NotApplicable
    {
        notes.push(because.clone());
    } else if !visit.arms.is_empty() && planner.dates.arms.is_empty() {
        notes.push(format!("only in {}", visit.arms.join(", ")));
    }
    if let Some(when) = &visit.when {
        notes.push(format!("only when {}", when.text));
    }
    notes.extend(plan.clamped.clone());
    let open = !status.is_done() && !matches!(status, Status::NotApplicable | Status::Missed);
    let epoch = schedule.epochs.get(&visit.epoch).map_or(&visit.epoch, |epoch| &epoch.label);
    VisitEntry {
        name: instance.visit.to_owned(),
        label: visit.label.clone(),
        epoch: epoch.clone(),
        contact: visit.contact.clone(),
        number,
        timing: visit.timing.text().to_owned(),
        day: plan.target.and_then(|target| planner.day_on_clock(target)),
        target: plan.target,
        earliest: plan.earliest,
        latest: plan.latest,
        status,
        actual,
        days_outside,
        moves_with: plan.moves_with.filter(|_| open).map(Cow::into_owned),
        waiting_for: plan.waiting_for.filter(|_| open).map(Cow::into_owned),
        clamped: plan.clamped.is_some(),
        possible: None,
        open_day: None,
        times: times(schedule, instance.visit),
        notes,
    }
}

/// `PK profile, from dose: −30 min, 15 min (±2 min), 1 h`, for each set of times of the visit.
fn times(schedule: &Schedule, visit: &str) -> Vec<String> {
    let cells = schedule.activities.values().flat_map(|activity| &activity.cells);
    let named: BTreeSet<&String> =
        cells.filter(|cell| cell.visit == visit).filter_map(|cell| cell.per.as_ref()).collect();
    let sets = schedule.timepoints.iter().filter(|(name, _)| named.contains(name));
    sets.map(|(_, set)| {
        let points = set.points.iter().map(|point| {
            let window = around(point).map(|window| format!(" ({window})")).unwrap_or_default();
            let label = point.label.as_ref().map(|label| format!("{label}: ")).unwrap_or_default();
            format!("{label}{}{window}", clock(point.minutes))
        });
        format!("{}, from {}: {}", set.label, set.from, points.collect::<Vec<_>>().join(", "))
    })
    .collect()
}

/// Why the visit is none of this participant's: the arm, or the end of its cycles.
fn excluded<'a>(planner: &mut Planner<'a>, visit: &'a Visit, plan: &Plan<'_>) -> Option<String> {
    if let Some(because) = planner.not_in_arm(&visit.arms) {
        return Some(because);
    }
    if let Anchor::Event { name, .. } = &visit.anchor().of {
        let arms = planner.trial.events.get(name).map_or(&[][..], |event| &event.arms);
        if let Some(because) = planner.not_in_arm(arms) {
            return Some(format!("{name} happens {because}"));
        }
    }
    let until = visit.repeat.as_ref()?.until.as_ref()?;
    let end = planner.moment(until, None).ok().filter(|end| end.moves_with.is_none())?;
    let after = plan.target.or(plan.earliest).is_some_and(|target| target > end.date);
    let name = match &until.of {
        Anchor::Event { name, .. } | Anchor::Visit { name } => name.as_str(),
        Anchor::Onset { finding } | Anchor::End { finding } => &finding.name,
        Anchor::Decision => "the decision",
    };
    after.then(|| format!("its cycles ended with {name} on {}", end.date))
}

fn status(attendance: Option<Attendance>, plan: &Plan<'_>, excluded: bool, as_of: Option<Date>) -> Status {
    match attendance {
        Some(Attendance::Done(day)) if as_of.is_some_and(|today| day > today) => Status::Booked,
        Some(Attendance::Done(day)) => match outside(day, plan) {
            None => Status::Done,
            Some(0) => Status::DoneInWindow,
            Some(days) if days < 0 => Status::DoneEarly,
            Some(_) => Status::DoneLate,
        },
        _ if excluded => Status::NotApplicable,
        Some(Attendance::Missed) => Status::Missed,
        None => match (as_of, plan.earliest, plan.latest) {
            (_, None, _) | (_, _, None) => Status::Waiting,
            (None, ..) => Status::Planned,
            (Some(today), Some(earliest), _) if today < earliest => Status::Planned,
            (Some(today), _, Some(latest)) if today <= latest => Status::Due,
            _ => Status::Missed,
        },
    }
}

/// Days before the window (negative) or after it; 0 inside. `None` where there is no window to judge by.
fn outside(day: Date, plan: &Plan<'_>) -> Option<i64> {
    let (earliest, latest) = (plan.earliest?, plan.latest?);
    Some(if day < earliest {
        days_between(earliest, day)
    } else if day > latest {
        days_between(latest, day)
    } else {
        0
    })
}

/// The events of the trial: each day on which one happened, and those that are still to come.
pub(super) fn event_entries(planner: &mut Planner<'_>, as_of: Option<Date>) -> Vec<EventEntry> {
    let mut entries = Vec::new();
    let trial = planner.trial;
    for (name, event) in &trial.events {
        let entry = |number: Option<u32>| EventEntry {
            name: name.clone(),
            label: event.label.clone(),
            number,
            status: EventStatus::Expected,
            on: None,
            possible: None,
            notes: Vec::new(),
        };
        let days = planner.dates.events.get(name).cloned().unwrap_or_default();
        for (number, day) in (1..).zip(&days) {
            let mut entry = entry(event.repeats.then_some(number));
            entry.on = Some(*day);
            entry.status = match as_of {
                Some(today) if *day > today => EventStatus::Booked,
                _ => EventStatus::Happened,
            };
            judge_happened(planner, event, *day, &mut entry);
            entries.push(entry);
        }
        if days.is_empty() {
            let mut entry = entry(None);
            if let Some(because) = planner.not_in_arm(&event.arms) {
                entry.status = EventStatus::NotApplicable;
                entry.notes.push(because);
            }
            entries.push(entry);
        }
    }
    entries
}

/// Whether the event's own constraints allow the day, where their anchors have happened.
fn judge_happened<'a>(planner: &mut Planner<'a>, event: &'a Event, day: Date, entry: &mut EventEntry) {
    for constraint in &event.constraints {
        let Ok(anchor) = planner.moment(&constraint.anchor, None) else { continue };
        if anchor.moves_with.is_some() {
            continue;
        }
        let reached = |offset: &Option<_>| offset.as_ref().and_then(|offset| apply(anchor.date, offset));
        let early = reached(&constraint.low).map(|low| days_between(day, low.date)).filter(|days| *days > 0);
        let late =
            reached(&constraint.high).map(|high| days_between(high.date, day)).filter(|days| *days > 0);
        let (status, days, word) = match (early, late) {
            (Some(days), _) => (EventStatus::HappenedEarly, days, "early"),
            (_, Some(days)) => (EventStatus::HappenedLate, days, "late"),
            _ => continue,
        };
        if entry.status == EventStatus::Happened {
            entry.status = status;
        }
        entry.notes.push(format!("{} {word} for `{}`", super::render::counted(days), constraint.text));
    }
}

pub(super) fn judge_expected(entry: &mut EventEntry, as_of: Option<Date>) {
    let over = as_of.zip(entry.possible.and_then(|days| days.to)).is_some_and(|(today, last)| today > last);
    if entry.status == EventStatus::Expected && over {
        entry.status = EventStatus::Overdue;
    }
}
