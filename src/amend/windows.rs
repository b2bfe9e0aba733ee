//! The time of a visit: its day, and the days on which it may take place.

use super::change::{Change, ChangeKind, Class, EffectKind, Impact, Part, Subject, WindowDays};
use super::facets::quoted;
use crate::model::{Direction, Duration, Moment, Offset, Schedule, Trial, Visit, VisitTiming};
use crate::time::day_range;
use crate::wording::{Wording, window};

/// Moved, tightened, loosened or shifted.
pub(super) fn timing(
    old: &Trial,
    new: &Trial,
    before: &Schedule,
    after: &Schedule,
    name: &str,
    one: &Visit,
    other: &Visit,
) -> Vec<Change> {
    if same(&one.timing, &other.timing) {
        return Vec::new();
    }
    let (from, to) = (said(old, before, one), said(new, after, other));
    let title = format!("Visit {}", quoted(&other.label));
    let window = in_days(new, one, other);
    let change = |kind: ChangeKind, sentence: String| {
        let mut change = Change::new(Subject::new(Part::Visit, name), kind, Class::Schedule, sentence)
            .property("timing")
            .words(Some(from.clone()), Some(to.clone()))
            .impact(Impact::DATA)
            .at(one.origin.0, other.origin.0);
        change.window = window.clone();
        change
    };
    let out = "participants whose visit lay in the old window may be outside the new one";
    let Some((spread, spread2)) = Spread::of(&one.timing).zip(Spread::of(&other.timing)) else {
        let sentence = format!("{title} is timed otherwise: {from} becomes {to}.");
        return vec![change(ChangeKind::Moved, sentence).effect(EffectKind::Enrolled, out)];
    };
    if spread.anchor != spread2.anchor {
        let sentence = format!("{title} counts from something else: {from} becomes {to}.");
        return vec![change(ChangeKind::Moved, sentence).effect(EffectKind::Enrolled, out)];
    }
    let mut found = Vec::new();
    let targets = spread.target.zip(spread2.target).filter(|(target, target2)| target != target2);
    let moved = targets.is_some();
    if let Some((target, target2)) = targets {
        let words = match target2.known().zip(target.known()) {
            Some((to, from)) if to > from => format!("{} later", days(to - from)),
            Some((to, from)) => format!("{} earlier", days(from - to)),
            None => "to another day".to_owned(),
        };
        let change = change(ChangeKind::Moved, format!("{title} moves {words}: {from} becomes {to}."));
        found.push(if spread2.holds(&spread) { change } else { change.effect(EffectKind::Enrolled, out) });
    }
    // A window that moves with its day is the same window.
    let (width, width2) = (spread.around(), spread2.around());
    if width == width2 && moved {
        return found;
    }
    let compared = if moved { width2.against(&width) } else { spread2.edges().against(&spread.edges()) };
    let (kind, word) = match compared {
        Some(Compared::Within) => (ChangeKind::Tightened, "is tightened"),
        Some(Compared::Around) => (ChangeKind::Loosened, "is loosened"),
        Some(Compared::Aside) => (ChangeKind::Shifted, "is shifted"),
        None => (ChangeKind::Changed, "changes"),
    };
    let found_window = change(kind, format!("{title}: the window {word}: {from} becomes {to}."));
    found.push(match kind {
        ChangeKind::Loosened => found_window,
        _ => found_window.effect(EffectKind::Enrolled, out),
    });
    found
}

/// Both windows in days, where they count from one anchor and no month is in them.
fn in_days(new: &Trial, one: &Visit, other: &Visit) -> Option<WindowDays> {
    let (before, after) = Spread::of(&one.timing).zip(Spread::of(&other.timing))?;
    if before.anchor != after.anchor {
        return None;
    }
    let of = Wording::of(new).moment(after.anchor);
    let ends = |spread: &Spread<'_>| Some((spread.low.known()?, spread.high.known()?));
    if let Some((old, new)) = ends(&before).zip(ends(&after)) {
        let target = |spread: &Spread<'_>| spread.target.and_then(Days::known);
        return Some(WindowDays {
            from: of,
            old,
            new,
            old_target: target(&before),
            new_target: target(&after),
        });
    }
    // A day that is counted in months is the same day; its window is counted from it.
    let VisitTiming::Target { offset, .. } = &other.timing else { return None };
    let around = |spread: &Spread<'_>| Some((spread.early.known()?, spread.late.known()?));
    (before.target.is_some() && before.target == after.target).then_some(())?;
    Some(WindowDays {
        from: Wording::of(new).offset(offset, &of),
        old: around(&before)?,
        new: around(&after)?,
        old_target: Some(0),
        new_target: Some(0),
    })
}

/// `28 days after randomization ±7 d (day 22 to 36)`.
pub(super) fn said(trial: &Trial, schedule: &Schedule, visit: &Visit) -> String {
    let wording = Wording::of(trial);
    let text = match &visit.timing {
        VisitTiming::Target { anchor, offset, early, late, .. } => {
            let around = window(wording, early, late);
            let of = wording.moment(anchor);
            let day = if is_nothing(&offset.by) {
                format!("on the day of {of}")
            } else {
                wording.offset(offset, &of)
            };
            if around == "±0 d" { day } else { format!("{day}, {around}") }
        }
        VisitTiming::Range { anchor, from, to, .. } => {
            let of = wording.moment(anchor);
            format!("from {} to {}", wording.offset(from, &of), wording.offset(to, &of))
        }
        VisitTiming::OnEvent { moment, .. } => format!("on {}", wording.moment(moment)),
    };
    match numbered(schedule, visit) {
        Some(days) => format!("{text} ({days})"),
        None => text,
    }
}

/// `day 22 to 36`, on the clock that counts from the visit's anchor.
fn numbered(schedule: &Schedule, visit: &Visit) -> Option<String> {
    let spread = Spread::of(&visit.timing)?;
    if visit.repeat.is_some() {
        return None;
    }
    let clock = schedule.clocks.values().find(|clock| clock.anchor == *spread.anchor)?;
    let (low, high) = (spread.low.known()?, spread.high.known()?);
    let number = |days: i64| clock.day_of(days).to_string().replace('-', "−");
    Some(if low == high {
        format!("day {}", number(low))
    } else {
        format!("day {} to {}", number(low), number(high))
    })
}

fn is_nothing(by: &Duration) -> bool {
    matches!(by, Duration::Days(0) | Duration::Months(0) | Duration::Minutes(0))
}

/// `1 day`, `3 days`.
pub(super) fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// Equal apart from the author's words.
fn same(one: &VisitTiming, other: &VisitTiming) -> bool {
    match (one, other) {
        (
            VisitTiming::Target { anchor, offset, early, late, .. },
            VisitTiming::Target { anchor: anchor2, offset: offset2, early: early2, late: late2, .. },
        ) => anchor == anchor2 && offset == offset2 && early == early2 && late == late2,
        (
            VisitTiming::Range { anchor, from, to, .. },
            VisitTiming::Range { anchor: anchor2, from: from2, to: to2, .. },
        ) => anchor == anchor2 && from == from2 && to == to2,
        (VisitTiming::OnEvent { moment, .. }, VisitTiming::OnEvent { moment: moment2, .. }) => {
            moment == moment2
        }
        _ => false,
    }
}

/// The fewest and the most days that a time can come to; the same number where it is in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Days(i64, i64);

impl Days {
    fn of(offset: &Offset) -> Self {
        let (low, high) = day_range(offset);
        Self(low, high)
    }

    fn known(self) -> Option<i64> {
        (self.0 == self.1).then_some(self.0)
    }

    /// Earlier on every calendar, equal, later; `None` where it depends on the months.
    fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        if self == other && self.known().is_some() {
            Some(std::cmp::Ordering::Equal)
        } else if self.1 < other.0 {
            Some(std::cmp::Ordering::Less)
        } else if self.0 > other.1 {
            Some(std::cmp::Ordering::Greater)
        } else {
            None
        }
    }
}

/// When a visit may take place, counted from its anchor.
struct Spread<'a> {
    anchor: &'a Moment,
    target: Option<Days>,
    low: Days,
    high: Days,
    early: Days,
    late: Days,
}

impl<'a> Spread<'a> {
    fn of(timing: &'a VisitTiming) -> Option<Self> {
        match timing {
            VisitTiming::Target { anchor, offset, early, late, .. } => {
                let target = Days::of(offset);
                let before = Days::of(&Offset { direction: Direction::Before, by: early.clone() });
                let after = Days::of(&Offset { direction: Direction::After, by: late.clone() });
                Some(Self {
                    anchor,
                    target: Some(target),
                    low: Days(target.0 + before.0, target.1 + before.1),
                    high: Days(target.0 + after.0, target.1 + after.1),
                    early: before,
                    late: after,
                })
            }
            VisitTiming::Range { anchor, from, to, .. } => {
                let (low, high) = (Days::of(from), Days::of(to));
                Some(Self { anchor, target: None, low, high, early: low, late: high })
            }
            VisitTiming::OnEvent { moment, .. } => {
                let none = Days(0, 0);
                Some(Self {
                    anchor: moment,
                    target: Some(none),
                    low: none,
                    high: none,
                    early: none,
                    late: none,
                })
            }
        }
    }

    /// Every day of the other is one of these.
    fn holds(&self, other: &Self) -> bool {
        matches!(self.edges().against(&other.edges()), Some(Compared::Around))
    }

    fn edges(&self) -> Edges {
        Edges { low: self.low, high: self.high }
    }

    /// The window, counted from the visit's own day.
    fn around(&self) -> Edges {
        Edges { low: self.early, high: self.late }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edges {
    low: Days,
    high: Days,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    /// A part of the other.
    Within,
    /// The other is a part of it.
    Around,
    /// Neither.
    Aside,
}

impl Edges {
    fn against(&self, other: &Self) -> Option<Compared> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        // Equal lengths in months are equal on every calendar.
        let order = |one: Days, other: Days| if one == other { Some(Equal) } else { one.compare(other) };
        Some(match (order(self.low, other.low)?, order(self.high, other.high)?) {
            (Equal | Greater, Equal | Less) => Compared::Within,
            (Equal | Less, Equal | Greater) => Compared::Around,
            (Less, Less) | (Greater, Greater) => Compared::Aside,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(low: i64, high: i64) -> Edges {
        Edges { low: Days(low, low), high: Days(high, high) }
    }

    #[test]
    fn a_window_inside_another_is_tighter_and_one_beside_it_is_shifted() {
        assert_eq!(edges(22, 30).against(&edges(22, 36)), Some(Compared::Within));
        assert_eq!(edges(15, 43).against(&edges(22, 36)), Some(Compared::Around));
        assert_eq!(edges(20, 30).against(&edges(22, 36)), Some(Compared::Aside));
        assert_eq!(edges(24, 40).against(&edges(22, 36)), Some(Compared::Aside));
    }

    #[test]
    fn a_month_and_thirty_days_cannot_be_ordered() {
        let month = Days(28, 31);
        assert_eq!(month.compare(Days(30, 30)), None);
        assert_eq!(month.compare(Days(32, 32)), Some(std::cmp::Ordering::Less));
        let one = Edges { low: month, high: month };
        let other = Edges { low: Days(30, 30), high: Days(30, 30) };
        assert_eq!(one.against(&other), None);
    }
}
