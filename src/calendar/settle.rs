//! What follows from the dates alone: events that are one of several, and visits that an event itself is.
//!
//! A visit `on EVENT` takes place whenever its event happens, so that the day of the event is the day of the visit, unless the
//! visit has a day of its own, is known to have been missed, or need not be this participant's (a condition, another arm).
//!
//! Of events that are one of several, the day once it cannot change any more:
//!
//! The first of several is settled when one of them has happened: what happens later is later. A moment that is only
//! counted from an event (`36 months after surgery`) settles it when nothing else is open. The last is settled
//! when all of them have happened.

use std::borrow::Cow;

use jiff::civil::Date;

use super::dates::{Attendance, Dates};
use crate::model::{Anchor, Moment, Occurrence, OneOf, Trial, VisitTiming};
use crate::time::apply;

/// The dates with a day for each such event that is settled and has none of its own.
pub(super) fn settled<'d>(trial: &Trial, dates: &'d Dates) -> Cow<'d, Dates> {
    let mut known = settled_events(trial, dates);
    for (name, number, day) in held_with_events(trial, &known) {
        known.to_mut().visits.entry(name).or_default().insert(number, Attendance::Done(day));
    }
    known
}

/// The same for events alone: a visit was held where that is said.
pub(super) fn settled_events<'d>(trial: &Trial, dates: &'d Dates) -> Cow<'d, Dates> {
    let mut known = Cow::Borrowed(dates);
    // One of these events can be one of several others.
    loop {
        let found = trial.events.iter().find_map(|(name, event)| {
            let one_of = event.one_of.as_ref()?;
            let is_open = known.events.get(name).is_none_or(Vec::is_empty);
            let date = is_open.then(|| date_of(one_of, &known)).flatten()?;
            Some((name.clone(), date))
        });
        let Some((name, date)) = found else { break };
        known.to_mut().events.insert(name, vec![date]);
    }
    known
}

/// Visits on an event that has happened, of which nothing is said: name, number and day.
pub(super) fn held_with_events(trial: &Trial, dates: &Dates) -> Vec<(String, u32, Date)> {
    let visits = trial.schedule.iter().flat_map(|schedule| &schedule.visits);
    let mut held = Vec::new();
    for (name, visit) in visits {
        let VisitTiming::OnEvent { moment: Moment { offset: None, of }, .. } = &visit.timing else {
            continue;
        };
        let Anchor::Event { name: event, occurrence } = of else { continue };
        // A visit under a condition or of other arms may be none of this participant's.
        let is_in_arm = visit.arms.is_empty() || visit.arms.iter().any(|arm| dates.arms.contains(arm));
        let is_theirs = visit.repeat.is_none() && visit.when.is_none() && is_in_arm;
        let Some(days) = dates.events.get(event).filter(|_| is_theirs) else { continue };
        let days: Vec<Date> = match occurrence {
            Occurrence::Any | Occurrence::Each => days.clone(),
            Occurrence::Last => days.last().copied().into_iter().collect(),
            Occurrence::Once | Occurrence::First => days.first().copied().into_iter().collect(),
        };
        let known = dates.visits.get(name);
        for (number, day) in (1..).zip(days) {
            if known.is_none_or(|known| !known.contains_key(&number)) {
                held.push((name.clone(), number, day));
            }
        }
    }
    held
}

fn date_of(one_of: &OneOf, dates: &Dates) -> Option<Date> {
    let days: Vec<(Option<Date>, bool)> =
        one_of.of.iter().map(|moment| (day(moment, dates), moment.offset.is_some())).collect();
    if !one_of.first {
        let all = days.into_iter().map(|(day, _)| day).collect::<Option<Vec<_>>>()?;
        return all.into_iter().max();
    }
    let open = days.iter().any(|(day, _)| day.is_none());
    let (first, is_counted) = days.into_iter().filter_map(|(day, counted)| Some((day?, counted))).min()?;
    (!is_counted || !open).then_some(first)
}

/// The day of a moment that has been, or that is counted from one that has.
fn day(moment: &Moment, dates: &Dates) -> Option<Date> {
    let given = |name: &str| dates.events.get(name).map_or(&[][..], Vec::as_slice);
    let day = match &moment.of {
        Anchor::Event { name, occurrence: Occurrence::Last } => given(name).last().copied(),
        Anchor::Event { name, .. } => given(name).first().copied(),
        Anchor::Visit { name } => dates.visits.get(name)?.values().find_map(|attended| match attended {
            Attendance::Done(day) => Some(*day),
            Attendance::Missed => None,
        }),
        Anchor::Onset { finding } => given(&format!("onset of {}", finding.name)).first().copied(),
        Anchor::End { finding } => given(&format!("end of {}", finding.name)).first().copied(),
        Anchor::Decision => None,
    }?;
    match &moment.offset {
        None => Some(day),
        Some(offset) => apply(day, offset).map(|reached| reached.date),
    }
}
