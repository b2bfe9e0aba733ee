//! When a visit takes place, as a protocol's table says it: day, week or month, and window.

use crate::model::{
    Anchor, Clock, Direction, Duration, Moment, Offset, Repeat, Schedule, Trial, Visit, VisitTiming,
};
use crate::wording::{Wording, in_units, window};

/// The cells of a visit's headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timing {
    /// Number of the day on the clock or in the cycle: `15`, `−28 to −1`.
    pub day: Option<String>,
    pub week: Option<String>,
    pub month: Option<String>,
    /// In words, where no number says it: `2 weeks after Month 1`.
    pub other: Option<String>,
    /// `±7 d`, `−7/+14 d`.
    pub window: Option<String>,
}

pub(super) struct Timings {
    pub visits: Vec<Timing>,
    /// What weeks and months count from, in words.
    pub reference: Option<String>,
    /// What day 1 or day 0 is, as a sentence.
    pub numbering: Option<String>,
}

pub(super) fn timings(trial: &Trial, schedule: &Schedule) -> Timings {
    let wording = Wording::of(trial);
    let clock = schedule.clocks.values().next();
    let reference = clock.map(|clock| &clock.anchor).or_else(|| most_common_anchor(schedule));
    let visits: Vec<Timing> = schedule
        .visits
        .iter()
        .map(|(name, visit)| match &visit.repeat {
            Some(repeat) if repeat.cycle == *name => by_itself(wording, visit, repeat),
            repeat => timing(wording, visit, clock, reference, repeat.is_some()),
        })
        .collect();
    let cycles =
        schedule.visits.iter().any(|(name, visit)| visit.repeat.as_ref().is_some_and(|it| it.cycle != *name));
    let by_clock = schedule
        .visits
        .values()
        .zip(&visits)
        .any(|(visit, timing)| visit.repeat.is_none() && timing.day.is_some());
    let mut numbering = Vec::new();
    if let Some(clock) = clock.filter(|_| by_clock) {
        let of = wording.moment(&clock.anchor);
        numbering.push(match clock.first {
            1 => format!("Day 1 is the day of {of}; there is no day 0."),
            first => format!("Day {first} is the day of {of}."),
        });
    }
    if cycles {
        numbering.push("In a cycle, days are counted from its own day 1.".to_owned());
    }
    Timings {
        visits,
        reference: reference.map(|moment| wording.moment(moment)),
        numbering: (!numbering.is_empty()).then(|| numbering.join(" ")),
    }
}

/// `Every 3 months after last dose`: a visit that repeats outside of every cycle.
fn by_itself(wording: Wording<'_>, visit: &Visit, repeat: &Repeat) -> Timing {
    let (of, around) = match &visit.timing {
        VisitTiming::Target { anchor, early, late, .. } => (anchor, Some(window(wording, early, late))),
        VisitTiming::Range { anchor, .. } => (anchor, None),
        VisitTiming::OnEvent { moment, .. } => (moment, None),
    };
    let text = format!("Every {} after {}", wording.every(&repeat.every), wording.moment(of));
    Timing { other: Some(text), window: around, ..Timing::default() }
}

/// The anchor that most visits count from; the first of several.
pub(super) fn most_common_anchor(schedule: &Schedule) -> Option<&Moment> {
    let mut counts: Vec<(&Moment, usize)> = Vec::new();
    for visit in schedule.visits.values().filter(|visit| visit.repeat.is_none()) {
        let (VisitTiming::Target { anchor, .. } | VisitTiming::Range { anchor, .. }) = &visit.timing else {
            continue;
        };
        match counts.iter_mut().find(|(known, _)| *known == anchor) {
            Some((_, count)) => *count += 1,
            None => counts.push((anchor, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(moment, _)| moment)
}

fn timing(
    wording: Wording<'_>,
    visit: &Visit,
    clock: Option<&Clock>,
    reference: Option<&Moment>,
    repeats: bool,
) -> Timing {
    let mut timing = Timing::default();
    match &visit.timing {
        VisitTiming::Target { anchor, offset, early, late, .. } => {
            timing.window = Some(window(wording, early, late));
            let in_cycle = repeats && !matches!(anchor.of, Anchor::Visit { .. });
            let on_reference = Some(anchor) == reference;
            let days = days(offset);
            if let (true, Some(days)) = (in_cycle, days) {
                timing.day = Some(number(Clock { first: 1, anchor: anchor.clone() }.day_of(days)));
            } else if let (true, Some(months)) = (on_reference, months(offset)) {
                timing.month = Some(number(months));
            } else if let (true, Some(days)) = (on_reference, days) {
                timing.day = clock.map(|clock| number(clock.day_of(days)));
                // Without a clock, the anchor's own day is better called by the anchor's name than week 0.
                timing.week = (days % 7 == 0 && (days != 0 || clock.is_some())).then(|| number(days / 7));
                if timing.day.is_none() && timing.week.is_none() {
                    timing.other = Some(away(wording, offset, anchor));
                }
            } else {
                timing.other = Some(away(wording, offset, anchor));
            }
        }
        VisitTiming::Range { anchor, from, to, .. } => {
            let numbered = clock.filter(|clock| clock.anchor == *anchor).and_then(|clock| {
                let (from, to) = (clock.day_of(days(from)?), clock.day_of(days(to)?));
                Some((from.min(to), from.max(to)))
            });
            match numbered {
                Some((from, to)) => timing.day = Some(format!("{} to {}", number(from), number(to))),
                None => timing.other = Some(between(wording, from, to, &wording.moment(anchor))),
            }
        }
        VisitTiming::OnEvent { moment, .. } => timing.other = Some(format!("At {}", wording.moment(moment))),
    }
    timing
}

/// `2 weeks after Month 1`, `At dose`.
fn away(wording: Wording<'_>, offset: &Offset, anchor: &Moment) -> String {
    let of = wording.moment(anchor);
    if days(offset) == Some(0) || months(offset) == Some(0) {
        format!("At {of}")
    } else {
        wording.offset(offset, &of)
    }
}

/// `0 to 14 days after the infusion`.
fn between(wording: Wording<'_>, from: &Offset, to: &Offset, of: &str) -> String {
    let same = from.direction == to.direction || days(from) == Some(0) || months(from) == Some(0);
    let ((low, low_unit), (high, high_unit)) = (in_units(&from.by), in_units(&to.by));
    if same && low == 0 {
        return format!("0 to {}", wording.offset(to, of));
    }
    if same && low_unit == high_unit {
        let (low, high) = (low.min(high), low.max(high));
        let side = if to.direction == Direction::After { "after" } else { "before" };
        return format!("{low} to {high} {high_unit}s {side} {of}");
    }
    format!("{} to {}", wording.offset(from, of), wording.offset(to, of))
}

/// Days of an offset that is in days, negative before.
fn days(offset: &Offset) -> Option<i64> {
    match (&offset.by, offset.direction) {
        (Duration::Days(days), Direction::After) => Some(*days),
        (Duration::Days(days), Direction::Before) => Some(-days),
        _ => None,
    }
}

fn months(offset: &Offset) -> Option<i64> {
    match (&offset.by, offset.direction) {
        (Duration::Months(months), Direction::After) => Some(*months),
        (Duration::Months(months), Direction::Before) => Some(-months),
        _ => None,
    }
}

/// With a minus sign, not a hyphen.
fn number(number: i64) -> String {
    number.to_string().replace('-', "−")
}
