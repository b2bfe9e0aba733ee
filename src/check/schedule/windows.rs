//! Windows of visits: gaps, edges, days on which nobody works.

use super::{Plan, counted, timing_anchor};
use crate::check::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Direction, Duration, Offset, Visit, VisitTiming};
use crate::time::day_range;

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    for (name, visit) in &plan.schedule.visits {
        found.extend(unclear_sign(name, visit));
        found.extend(one_day(name, visit));
        found.extend(closed(plan, name, visit));
    }
    found.extend(gaps(plan));
    found.extend(across_epochs(plan));
    found.extend(nearer_to_the_next(plan));
}

/// Days from a visit's anchor, each as a range over all calendars.
pub(super) struct Days {
    pub first: (i64, i64),
    pub last: (i64, i64),
    /// The day that is aimed at; absent for a range.
    pub target: Option<(i64, i64)>,
}

pub(super) fn days_of(visit: &Visit) -> Days {
    match &visit.timing {
        VisitTiming::Target { offset, early, late, .. } => {
            let (low, high) = day_range(offset);
            let before = day_range(&Offset { direction: Direction::Before, by: early.clone() });
            let after = day_range(&Offset { direction: Direction::After, by: late.clone() });
            Days {
                first: (low + before.0, high + before.1),
                last: (low + after.0, high + after.1),
                target: Some((low, high)),
            }
        }
        VisitTiming::Range { from, to, .. } => {
            Days { first: day_range(from), last: day_range(to), target: None }
        }
        VisitTiming::OnEvent { moment, .. } => {
            let day = moment.offset.as_ref().map_or((0, 0), day_range);
            Days { first: day, last: day, target: Some(day) }
        }
    }
}

/// Two visits of one participant that count from one day, once each.
fn beside(plan: &Plan<'_>, one: &Visit, two: &Visit) -> bool {
    one.repeat.is_none()
        && two.repeat.is_none()
        && timing_anchor(one) == timing_anchor(two)
        && plan.same_arm(one, two)
}

/// S04: `2 weeks before surgery, -2/+1 days`: is the minus earlier, or nearer to surgery?
fn unclear_sign(name: &str, visit: &Visit) -> Option<Diagnostic> {
    let VisitTiming::Target { anchor, offset, early, late, text } = &visit.timing else { return None };
    if offset.direction != Direction::Before || early == late {
        return None;
    }
    let (Duration::Days(days), Duration::Days(before), Duration::Days(after)) = (&offset.by, early, late)
    else {
        return None;
    };
    let of = match &anchor.of {
        Anchor::Event { name, .. } | Anchor::Visit { name } if anchor.offset.is_none() => name,
        _ => return None,
    };
    let message =
        format!("`{name}` lies before `{of}`, and its window is not even: which way does `-` point?");
    let found = at(&codes::UNCLEAR_SIGN, visit.origin.0, message)?.label(format!(
        "{text}: read as up to {} earlier and {} later",
        counted(*before),
        counted(*after)
    ));
    let (nearest, farthest) = (days - after, days + before);
    Some(
        found.help(format!(
            "say the days themselves: `visit {name}: {nearest} to {farthest} days before {of}`"
        )),
    )
}

/// Visits at the clinic that are this many days away need a window.
const AWAY: i64 = 7;

/// S39: one day, and no other.
fn one_day(name: &str, visit: &Visit) -> Option<Diagnostic> {
    let VisitTiming::Target { offset, early, late, text, .. } = &visit.timing else { return None };
    let none = |by: &Duration| matches!(by, Duration::Days(0) | Duration::Minutes(0) | Duration::Months(0));
    let away = day_range(offset);
    if visit.contact != "clinic" || !none(early) || !none(late) || away.0.abs().min(away.1.abs()) < AWAY {
        return None;
    }
    let message =
        format!("`{name}` may take place on one day only: a day later is a deviation from the protocol");
    Some(
        at(&codes::ONE_DAY_ONLY, visit.origin.0, message)?
            .label("no window")
            .help(format!("give it a window: `visit {name}: {text}, ±3 days`")),
    )
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// S12: whatever day of the week its anchor has, all of the visit's days are closed.
fn closed(plan: &Plan<'_>, name: &str, visit: &Visit) -> Option<Diagnostic> {
    let closed = &plan.schedule.closed;
    let Anchor::Event { name: event, .. } = &timing_anchor(visit).of else { return None };
    let starts = &plan.trial.events.get(event)?.weekdays;
    let days = days_of(visit);
    if closed.is_empty() || starts.is_empty() || days.first.0 != days.first.1 || days.last.0 != days.last.1 {
        return None;
    }
    let shift = timing_anchor(visit).offset.as_ref().map_or((0, 0), day_range);
    let (first, last) = (days.first.0 + shift.0, days.last.0 + shift.0);
    if shift.0 != shift.1 || last - first >= 6 {
        return None;
    }
    let on = |start: &u8, day: i64| u8::try_from((i64::from(*start) + day).rem_euclid(7)).unwrap_or_default();
    let never = starts.iter().all(|start| (first..=last).all(|day| closed.contains(&on(start, day))));
    if !never {
        return None;
    }
    let mut hit: Vec<u8> =
        starts.iter().flat_map(|start| (first..=last).map(move |day| on(start, day))).collect();
    hit.sort_unstable();
    hit.dedup();
    let hit = listed(hit.iter().map(|day| WEEKDAYS[usize::from(*day)]));
    let starts = listed(starts.iter().map(|day| WEEKDAYS[usize::from(*day)]));
    let message = format!("`{name}` always falls on a closed day ({hit}), for `{event}` is on {starts}");
    let found = at(&codes::CLOSED_DAY, visit.origin.0, message)?.label(visit.timing.text());
    let found = with(found, plan.trial.events.get(event)?.origin.0, starts);
    Some(found.help(format!("widen its window so that an open day is in it, or move `{name}` or `{event}`")))
}

/// S05: two ranges that nearly meet, with days between that belong to no visit.
fn gaps(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let visits: Vec<(&String, &Visit)> = plan.schedule.visits.iter().collect();
    let mut found = Vec::new();
    for pair in visits.windows(2) {
        let [(first, one), (second, two)] = pair else { continue };
        let ranges = [one, two].iter().all(|visit| matches!(visit.timing, VisitTiming::Range { .. }));
        if !ranges || !beside(plan, one, two) {
            continue;
        }
        let (a, b) = (days_of(one), days_of(two));
        let (end, start) = (a.last.1, b.first.0);
        let gap = start - end - 1;
        let shortest = (a.last.0 - a.first.1 + 1).min(b.last.0 - b.first.1 + 1);
        let covered = visits.iter().any(|(name, other)| {
            let days = days_of(other);
            name != first
                && name != second
                && timing_anchor(other) == timing_anchor(one)
                && days.first.0 <= start
                && days.last.1 >= end
        });
        if gap < 1 || 2 * gap > shortest || covered {
            continue;
        }
        let number = |days: i64| match plan.clock_of(one) {
            Some(clock) => format!("day {}", clock.day_of(days)),
            None => format!("{} after the anchor", counted(days)),
        };
        let between = if gap == 1 {
            format!("{} belongs", number(end + 1))
        } else {
            format!("{} to {} belong", number(end + 1), number(start - 1).trim_start_matches("day "))
        };
        let message = format!("{between} to no visit, between `{first}` and `{second}`");
        let diagnostic = at(&codes::WINDOW_GAP, two.origin.0, message).map(|diagnostic| {
            with(diagnostic.label(two.timing.text()), one.origin.0, one.timing.text()).help(format!(
                "let one of the two ranges reach to the other; or, where nobody is to come on {}, give the visits targets with windows",
                if gap == 1 { "that day" } else { "those days" }
            ))
        });
        found.extend(diagnostic);
    }
    found
}

/// S36: the last visit of an epoch can take place when the next epoch has begun.
fn across_epochs(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let epochs: Vec<&crate::model::Epoch> = plan.schedule.epochs.values().collect();
    let mut found = Vec::new();
    for pair in epochs.windows(2) {
        let [before, after] = pair else { continue };
        for first in &after.visits {
            let Some(next) = plan.schedule.visits.get(first) else { continue };
            let Some(name) = before.visits.last() else { continue };
            let Some(visit) = plan.schedule.visits.get(name).filter(|visit| beside(plan, visit, next)) else {
                continue;
            };
            let (a, b) = (days_of(visit), days_of(next));
            // Windows of consecutive visits that overlap are told as such.
            let both_targets = a.target.is_some() && b.target.is_some();
            if both_targets || a.last.0 <= b.last.1 {
                break;
            }
            let message = format!(
                "`{name}` belongs to {}, and may take place up to {} after `{first}`, with which {} begins",
                before.label,
                counted(a.last.0 - b.last.1),
                after.label
            );
            let diagnostic = at(&codes::EPOCH_EDGE, visit.origin.0, message).map(|diagnostic| {
                with(diagnostic.label(visit.timing.text()), next.origin.0, next.timing.text())
                    .help(format!("end its window before `{first}`, or move the visit to {}", after.label))
            });
            found.extend(diagnostic);
            break;
        }
    }
    found
}

/// S38: a day of the window lies nearer to the next visit's target than to its own.
fn nearer_to_the_next(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let visits: Vec<(&String, &Visit)> = plan.schedule.visits.iter().collect();
    let mut found = Vec::new();
    for pair in visits.windows(2) {
        let [(first, one), (second, two)] = pair else { continue };
        if !beside(plan, one, two) {
            continue;
        }
        let (a, b) = (days_of(one), days_of(two));
        let (Some(own), Some(next)) = (a.target, b.target) else { continue };
        let spacing = (next.0 - own.1, next.1 - own.0);
        // Overlapping windows are told as such.
        let apart = b.first.0 > a.last.1;
        let (late, early) = (a.last.0 - own.0, next.0 - b.first.0);
        let mut tell = |name: &str, visit: &Visit, other: &str, width: i64, word: &str| {
            let message = format!(
                "`{name}` may be up to {} {word}: such a day lies nearer to the target of `{other}` than to its own",
                counted(width)
            );
            found.extend(at(&codes::WIDE_WINDOW, visit.origin.0, message).map(|diagnostic| {
                diagnostic.label(visit.timing.text()).help(format!(
                    "narrow that side of the window to {} or less, half of the way to `{other}`",
                    counted(spacing.0 / 2)
                ))
            }));
        };
        if apart && spacing.0 > 0 && 2 * late > spacing.1 {
            tell(first, one, second, late, "late");
        }
        if apart && spacing.0 > 0 && 2 * early > spacing.1 {
            tell(second, two, first, early, "early");
        }
    }
    found
}
