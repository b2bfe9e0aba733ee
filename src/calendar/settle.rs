//! Events that are one of several: their day, once it cannot change any more.
//!
//! The first of several is settled when one of them has happened: what happens later is later. A moment that is only
//! counted from an event (`36 months after surgery`) settles it when nothing else is open. The last is settled
//! when all of them have happened.

use std::borrow::Cow;

use jiff::civil::Date;

use super::dates::{Attendance, Dates};
use crate::model::{Anchor, Moment, Occurrence, OneOf, Trial};
use crate::time::apply;

/// The dates with a day for each such event that is settled and has none of its own.
pub(super) fn settled<'d>(trial: &Trial, dates: &'d Dates) -> Cow<'d, Dates> {
    let mut known = Cow::Borrowed(dates);
    // One of these events can be one of several others.
    loop {
        let found = trial.events.iter().find_map(|(name, event)| {
            let one_of = event.one_of.as_ref()?;
            let is_open = known.events.get(name).is_none_or(Vec::is_empty);
            let date = is_open.then(|| date_of(one_of, &known)).flatten()?;
            Some((name.clone(), date))
        });
        let Some((name, date)) = found else { return known };
        known.to_mut().events.insert(name, vec![date]);
    }
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
