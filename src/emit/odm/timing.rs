//! When a visit takes place after another, as ISO 8601 durations: what ODM 2.0 can say of a schedule.

use crate::casebook::Occasion;
use crate::model::{Anchor, Direction, Duration, Moment, Occurrence, Offset, VisitTiming};

/// What a visit is counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The visit of this name.
    Visit(String),
    /// An event of the trial, on the day of which there need be no visit.
    Milestone(String),
}

/// `TimepointRelativeTarget` with its windows: a visit after another visit or event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relative {
    pub from: Origin,
    pub target: String,
    pub early: String,
    pub late: String,
}

/// `None` where the visit is not counted from another visit or from an event that happens once, or where its time has no
/// single duration.
pub(super) fn relative(occasions: &[Occasion<'_>], occasion: &Occasion<'_>) -> Option<Relative> {
    let (anchor, target, early, late) = match &occasion.visit?.timing {
        VisitTiming::Target { anchor, offset, early, late, .. } => {
            (anchor, iso_offset(offset)?, iso(early)?, iso(late)?)
        }
        VisitTiming::Range { anchor, from, to, .. } => {
            (anchor, iso_offset(from)?, "P0D".to_owned(), iso(&between(from, to)?)?)
        }
        VisitTiming::OnEvent { .. } => return None,
    };
    let from = origin(occasions, anchor)?;
    (from != Origin::Visit(occasion.name.clone())).then_some(Relative { from, target, early, late })
}

/// The visit that a moment means: the visit itself, or the one that takes place on exactly the day of the event.
fn origin(occasions: &[Occasion<'_>], moment: &Moment) -> Option<Origin> {
    if moment.offset.is_some() {
        return None;
    }
    let visit = |occasion: &Occasion<'_>| Origin::Visit(occasion.name.clone());
    match &moment.of {
        Anchor::Visit { name } => occasions.iter().find(|occasion| occasion.name == *name).map(visit),
        Anchor::Event { name, occurrence: Occurrence::Once } => {
            let there = occasions.iter().find(|occasion| on_the_day_of(occasion, moment));
            Some(there.map_or_else(|| Origin::Milestone(name.clone()), visit))
        }
        _ => None,
    }
}

fn on_the_day_of(occasion: &Occasion<'_>, event: &Moment) -> bool {
    let Some(visit) = occasion.visit.filter(|visit| visit.repeat.is_none()) else { return false };
    match &visit.timing {
        VisitTiming::OnEvent { moment, .. } => moment == event,
        VisitTiming::Target { anchor, offset, early, late, .. } => {
            anchor == event && [&offset.by, early, late].into_iter().all(is_zero)
        }
        VisitTiming::Range { anchor, from, to, .. } => {
            anchor == event && is_zero(&from.by) && is_zero(&to.by)
        }
    }
}

fn is_zero(duration: &Duration) -> bool {
    matches!(duration, Duration::Days(0) | Duration::Months(0) | Duration::Minutes(0))
}

fn iso_offset(offset: &Offset) -> Option<String> {
    let text = iso(&offset.by)?;
    let back = offset.direction == Direction::Before && !is_zero(&offset.by);
    Some(if back { format!("-{text}") } else { text })
}

/// `P14D`, `P3M`, `PT30M`; `None` for what depends on the calendar.
fn iso(duration: &Duration) -> Option<String> {
    match duration {
        Duration::Months(count) if *count >= 0 => Some(format!("P{count}M")),
        Duration::Days(count) if *count >= 0 => Some(format!("P{count}D")),
        Duration::Minutes(count) if *count >= 0 => Some(format!("PT{count}M")),
        _ => None,
    }
}

/// How long after `from` comes `to`. Days are never made of months.
fn between(from: &Offset, to: &Offset) -> Option<Duration> {
    let signed =
        |offset: &Offset, count: i64| if offset.direction == Direction::Before { -count } else { count };
    let (first, last) = (&from.by, &to.by);
    Some(match (first, last) {
        (Duration::Days(a), Duration::Days(b)) => Duration::Days(signed(to, *b) - signed(from, *a)),
        (Duration::Months(a), Duration::Months(b)) => Duration::Months(signed(to, *b) - signed(from, *a)),
        (Duration::Minutes(a), Duration::Minutes(b)) => Duration::Minutes(signed(to, *b) - signed(from, *a)),
        (zero, last) if is_zero(zero) && to.direction == Direction::After => last.clone(),
        (first, zero) if is_zero(zero) && from.direction == Direction::Before => first.clone(),
        _ => return None,
    })
}
