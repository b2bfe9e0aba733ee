//! Whether the visits can be kept, and in the order in which they are written.

use super::{Plan, counted, timing_anchor};
use crate::check::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Direction, Offset, Visit, VisitTiming};
use crate::time::network::{Conflict, Point};
use crate::time::{day_range, times};

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(overlaps(plan));
    found.extend(backwards(plan));
    found.extend(anchors_of_arms(plan));
    found.extend(endless(plan));
}

/// S03: constraints that no calendar can keep.
pub(super) fn impossible(conflict: &Conflict) -> Option<Diagnostic> {
    let mut steps = conflict.steps.iter().rev();
    let last = steps.find(|step| step.origin.0.is_some())?;
    let arms = if conflict.arms.is_empty() {
        String::new()
    } else {
        format!(" in {}", listed(conflict.arms.iter().map(String::as_str)))
    };
    let message = format!(
        "these times cannot all be kept{arms}: `{}` misses the others by {}",
        last.text,
        counted(conflict.days_short)
    );
    let said = |step: &crate::time::network::ConflictStep| {
        let (from, to) = (&step.from, &step.to);
        match step.days {
            0 => format!("so {to} is not after {from}"),
            1.. => format!("so {to} is at most {} after {from}", counted(step.days)),
            _ => format!("so {from} is at least {} after {to}", counted(-step.days)),
        }
    };
    let mut diagnostic = at(&codes::IMPOSSIBLE_SCHEDULE, last.origin.0, message)?.label(said(last));
    for step in steps {
        diagnostic = with(diagnostic, step.origin.0, said(step));
    }
    let months =
        if conflict.steps.iter().any(|step| step.in_months) { ", however long the months are" } else { "" };
    Some(diagnostic.help(format!(
        "move one of these times or widen its window by {} or more{months}",
        counted(conflict.days_short)
    )))
}

/// S02: one day lies in the windows of two consecutive visits.
fn overlaps(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let visits: Vec<(&String, &Visit)> = plan.schedule.visits.iter().collect();
    let mut found = Vec::new();
    for pair in visits.windows(2) {
        let [(first, one), (second, two)] = pair else { continue };
        found.extend(overlap(plan, (first, one), (second, two), 0));
    }
    // The last visit of a cycle and the first of the next.
    for (name, visit) in &visits {
        let Some(repeat) = visit.repeat.as_ref().filter(|repeat| repeat.count != Some(1)) else { continue };
        let of_cycle = visits
            .iter()
            .filter(|(_, other)| other.repeat.as_ref().is_some_and(|it| it.cycle == repeat.cycle));
        let of_cycle: Vec<&(&String, &Visit)> = of_cycle.collect();
        let every = times(&repeat.every, 1).map(|by| day_range(&Offset { direction: Direction::After, by }));
        if let (Some((_, every)), [first, .., last]) = (every, &of_cycle[..])
            && first.0 == *name
        {
            found.extend(overlap(plan, **last, **first, every));
        }
    }
    found
}

/// The two visits count from one anchor, `later` days apart beside their own offsets, and their windows share a
/// day on every calendar.
fn overlap(
    plan: &Plan<'_>,
    first: (&String, &Visit),
    second: (&String, &Visit),
    later: i64,
) -> Option<Diagnostic> {
    let ((first, one), (second, two)) = (first, second);
    let (Some(a), Some(b)) = (window(one), window(two)) else { return None };
    let same_cycle = match (&one.repeat, &two.repeat) {
        (Some(one), Some(two)) => one.cycle == two.cycle,
        (None, None) => true,
        _ => false,
    };
    if timing_anchor(one) != timing_anchor(two) || !same_cycle || !plan.same_arm(one, two) {
        return None;
    }
    // Without any window there is no choice of days: two visits on one day are meant.
    let exact = a.0 == a.1 && b.0 == b.1;
    let kept_apart =
        later == 0 && plan.network.bounds(&Point::visit(first), &Point::visit(second)).0 >= Some(1);
    if exact || kept_apart || a.1.0 < b.0.1 + later || b.1.0 + later < a.0.1 {
        return None;
    }
    let next = if later == 0 { String::new() } else { " of the next cycle".to_owned() };
    let message = format!("one day can lie in the windows of both `{first}` and `{second}`{next}");
    let shared = (a.1.0 - (b.0.1 + later) + 1).max(1);
    let diagnostic =
        at(&codes::OVERLAPPING_WINDOWS, two.origin.0, message)?.label(format!("{}{next}", two.timing.text()));
    let diagnostic = with(diagnostic, one.origin.0, one.timing.text());
    Some(diagnostic.help(if later == 0 {
        format!(
            "narrow the windows by {} together, or say the order: `and at least 1 day after {first}`",
            counted(shared)
        )
    } else {
        format!("narrow the windows by {} together, or lengthen the cycle", counted(shared))
    }))
}

/// First and last day of a target's window from its anchor, each as a range over all calendars.
fn window(visit: &Visit) -> Option<((i64, i64), (i64, i64))> {
    let VisitTiming::Target { offset, early, late, .. } = &visit.timing else { return None };
    let (low, high) = day_range(offset);
    let before = day_range(&Offset { direction: Direction::Before, by: early.clone() });
    let after = day_range(&Offset { direction: Direction::After, by: late.clone() });
    Some(((low + before.0, high + before.1), (low + after.0, high + after.1)))
}

/// S14: a visit that surely comes before one that is written above it.
fn backwards(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at_visit, (name, visit)) in plan.schedule.visits.iter().enumerate() {
        // The first round of a cycle says nothing of its later ones.
        let cycle = |visit: &Visit| visit.repeat.as_ref().map(|repeat| repeat.cycle.clone());
        let comparable = |other: &Visit| plan.same_arm(visit, other) && cycle(visit) == cycle(other);
        let above = plan.schedule.visits.iter().take(at_visit).filter(|(_, other)| comparable(other));
        let later = above
            .filter_map(|(other, content)| {
                let days = plan
                    .network
                    .bounds(&Point::visit(name), &Point::visit(other))
                    .0
                    .filter(|days| *days >= 1)?;
                Some((other, content, days))
            })
            .max_by_key(|(_, _, days)| *days);
        let Some((other, content, days)) = later else { continue };
        let epoch = |name: &str| plan.schedule.epochs.get(name).map_or(name, |epoch| &epoch.label).to_owned();
        let (place, help) = if visit.epoch == content.epoch {
            (String::new(), format!("write `{name}` above `{other}`, or correct its time"))
        } else {
            (
                format!(" of the epoch before, {}", epoch(&content.epoch)),
                format!("move `{name}` to an earlier epoch, or correct its time"),
            )
        };
        let message = format!(
            "`{name}` comes at least {} before `{other}`{place}, but is written after it",
            counted(days)
        );
        let diagnostic = at(&codes::VISIT_ORDER, visit.origin.0, message).map(|diagnostic| {
            with(diagnostic.label(visit.timing.text()), content.origin.0, content.timing.text()).help(help)
        });
        found.extend(diagnostic);
    }
    found
}

/// S17: a visit counts from what does not happen in its arm.
fn anchors_of_arms(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, visit) in &plan.schedule.visits {
        let (what, arms, declared) = match &timing_anchor(visit).of {
            Anchor::Event { name, .. } => {
                let Some(event) = plan.trial.events.get(name) else { continue };
                (name, &event.arms, event.origin)
            }
            Anchor::Visit { name } => {
                let Some(anchor) = plan.schedule.visits.get(name) else { continue };
                (name, &anchor.arms, anchor.origin)
            }
            _ => continue,
        };
        let of_visit = plan.arms_of(visit);
        let without: Vec<&str> =
            of_visit.iter().filter(|(arm, _)| !arms.contains(arm)).map(|(arm, _)| arm.as_str()).collect();
        // A visit on the event itself is understood to follow it; a named arm that lacks it is not.
        let follows = matches!(visit.timing, VisitTiming::OnEvent { .. }) && visit.arms.is_empty();
        if arms.is_empty() || without.is_empty() || follows {
            continue;
        }
        let all = without.len() == of_visit.len();
        let message = if all {
            format!("`{name}` counts from `{what}`, which happens in none of its arms")
        } else {
            format!(
                "`{name}` counts from `{what}`, which does not happen in arm {}",
                listed(without.iter().copied())
            )
        };
        let kept: Vec<&str> = of_visit
            .iter()
            .map(|(arm, _)| arm.as_str())
            .filter(|arm| arms.iter().any(|known| known == arm))
            .collect();
        let help = if all {
            format!(
                "count from an event that these arms have, or give the visit to {}",
                listed(arms.iter().map(String::as_str))
            )
        } else {
            format!(
                "limit the visit: `visit {name}: {} {{ arms: {} }}`, or count from an event that every arm has",
                visit.timing.text(),
                kept.join(", ")
            )
        };
        let label = format!("no date in arm {}", listed(without.iter().copied()));
        let diagnostic = at(&codes::ANCHOR_NOT_IN_ARM, visit.origin.0, message).map(|diagnostic| {
            with(
                diagnostic.label(label),
                declared.0,
                format!("only in arm {}", listed(arms.iter().map(String::as_str))),
            )
            .help(help)
        });
        found.extend(diagnostic);
    }
    found
}

/// S18: a cycle that nothing ends.
fn endless(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut found = Vec::new();
    for (name, visit) in &plan.schedule.visits {
        let Some(repeat) = &visit.repeat else { continue };
        if repeat.count.is_some() || repeat.until.is_some() || told.contains(&&repeat.cycle) {
            continue;
        }
        told.push(&repeat.cycle);
        let (message, help) = if repeat.cycle == *name {
            (format!("nothing ends the repetition of `{name}`"), "say for how long: `… for 2 years`")
        } else {
            let help =
                "say how many cycles there are, or until when: `… for 6 cycles`, `… until progression`";
            (format!("nothing ends the cycle `{}`", repeat.cycle), help)
        };
        let diagnostic = at(&codes::ENDLESS_CYCLE, visit.origin.0, message)
            .map(|diagnostic| diagnostic.label("repeated for ever").help(help));
        found.extend(diagnostic);
    }
    found
}
