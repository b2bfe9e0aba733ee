//! What a decision rests on, and whether it is there when the decision is made.

use std::collections::BTreeSet;

use super::{Plan, at_event, bounds};
use crate::check::visit::{Here, Node, Place, clause as walk, criteria};
use crate::check::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Clause, Direction, Moment, Offset, Rule, Selector, Term, Trial, Value};
use crate::time::day_range;
use crate::time::network::Network;

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(allocated_first(plan));
    if plan.collects() {
        for place in criteria(plan.trial) {
            found.extend(look_back(plan, place));
            found.extend(turnaround(plan, place));
        }
    }
}

/// Visits that collect a measure and do not surely come after an event.
fn collected_before<'a>(plan: &Plan<'a>, measure: &str, event: &str) -> Vec<&'a String> {
    let Some(activity) = plan.schedule.activities.get(measure).filter(|it| it.throughout.is_none()) else {
        return Vec::new();
    };
    let decided = at_event(event);
    let visits = plan.schedule.visits.keys();
    visits
        .filter(|visit| activity.cells.iter().any(|cell| cell.visit == **visit))
        .filter(|visit| plan.visit_from(&decided, visit).0.is_none_or(|least| least <= 0))
        .collect()
}

/// S19: a rule over a time (`every`, `highest`, `differs by at most`) that begins before the trial collects anything.
fn look_back(plan: &Plan<'_>, place: Place<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    walk(&place.criterion.rule, &mut |node| {
        let (term, over_time) = match node {
            Node::Clause(Clause {
                rule: Rule::Steady { measure, .. } | Rule::Trend { measure, .. }, ..
            }) => (measure, true),
            Node::Term(term) => (term, false),
            _ => return,
        };
        let Value::Measured { measure, select, window } = &term.value else { return };
        let needs_all = matches!(
            select,
            Selector::Every
                | Selector::Highest
                | Selector::Lowest
                | Selector::Mean
                | Selector::Consecutive(_)
        );
        let Some(from) = window.from.as_ref().filter(|_| over_time || needs_all) else { return };
        let visits = collected_before(plan, measure, place.decision);
        // The fewest days between the window's first day and the first visit that collects.
        let late: Option<i64> = visits
            .iter()
            .map(|visit| plan.visit_from(from, visit).0)
            .collect::<Option<Vec<_>>>()
            .and_then(|all| all.into_iter().min());
        let Some(days) = late.filter(|days| *days >= LONG) else { return };
        if !told.insert(measure.as_str()) || place.is_queried() {
            return;
        }
        let here = Here { text: &term.text, origin: term.origin };
        let message = format!(
            "{} looks at `{measure}` over a time whose first {} no visit collects",
            place.code,
            super::counted(days)
        );
        let activity = plan.schedule.activities.get(measure).and_then(|activity| activity.origin.0);
        found.extend(at(&codes::LOOK_BACK, here.find(&window.text), message).map(|diagnostic| {
            with(diagnostic.label("longer than what the trial collects"), activity, "collected here").help(
                "collect it at an earlier visit too, shorten the time, or say in a `query` that results from before the trial are read",
            )
        }));
    });
    found
}

/// Fewer days than this are made up for by a result from before the trial.
const LONG: i64 = 14;

/// S20: a result that is needed at the decision is not yet there.
fn turnaround(plan: &Plan<'_>, place: Place<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    walk(&place.criterion.rule, &mut |node| {
        let Node::Term(Term { value: Value::Measured { measure, .. }, origin, .. }) = node else { return };
        let takes = plan.trial.measures.get(measure).and_then(|measure| measure.turnaround.as_ref());
        let Some(takes) =
            takes.map(|by| day_range(&Offset { direction: Direction::After, by: by.clone() }).1)
        else {
            return;
        };
        let visits = collected_before(plan, measure, place.decision);
        let decided = at_event(place.decision);
        // The most days that any of these visits leaves for the result.
        let left: Option<Vec<i64>> =
            visits.iter().map(|visit| plan.between(&super::at_visit(visit), &decided).1).collect();
        let Some(most) = left.and_then(|left| left.into_iter().max()).filter(|most| *most < takes) else {
            return;
        };
        if !told.insert(measure.as_str()) {
            return;
        }
        let Some(last) = visits.last() else { return };
        let message = format!(
            "{} needs `{measure}` at `{}`: its result takes {}, and `{last}` is at most {} before",
            place.code,
            place.decision,
            super::counted(takes),
            super::counted(most)
        );
        let visit = plan.schedule.visits.get(*last);
        found.extend(at(&codes::LATE_RESULT, origin.0, message).map(|diagnostic| {
            let diagnostic = diagnostic.label("not there in time");
            with(
                diagnostic,
                visit.and_then(|visit| visit.origin.0),
                visit.map_or("", |visit| visit.timing.text()),
            )
            .help(format!(
                "collect it at a visit at least {} before `{}`, or correct its `turnaround`",
                super::counted(takes),
                place.decision
            ))
        }));
    });
    found
}

/// S29: participants are allocated before their eligibility is decided, or a criterion is checked after its decision.
fn allocated_first(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let trial = plan.trial;
    let mut found = Vec::new();
    for (name, allocation) in &trial.allocations {
        let at_allocation = at_event(&allocation.at);
        let least = |decision: &String| plan.between(&at_allocation, &at_event(decision)).0.unwrap_or(0);
        let Some((decision, content)) = trial.decisions.first() else { continue };
        if trial.decisions.keys().any(|decision| *decision == allocation.at || least(decision) < 1) {
            continue;
        }
        let message = format!(
            "`{name}` allocates at `{}`, at least {} before anybody's eligibility is decided",
            allocation.at,
            super::counted(least(decision))
        );
        found.extend(at(&codes::ALLOCATED_FIRST, allocation.origin.0, message).map(|diagnostic| {
            with(diagnostic.label("not yet known to be eligible"), content.origin.0, "decided here").help(
                format!(
                    "decide before: `eligibility for {} {{ … }}`, or allocate after `{decision}`",
                    allocation.at
                ),
            )
        }));
    }
    for (decision, content) in &trial.decisions {
        let late = content.checked.iter().find_map(|checked| {
            let days = plan.between(&at_event(decision), &at_event(checked)).0.filter(|days| *days >= 1)?;
            Some((checked, days))
        });
        let Some((checked, days)) = late else { continue };
        let message = format!(
            "the criteria for `{decision}` are checked at `{checked}`, at least {} after it",
            super::counted(days)
        );
        found.extend(at(&codes::ALLOCATED_FIRST, content.origin.0, message).map(|diagnostic| {
            let event = trial.events.get(checked).and_then(|event| event.origin.0);
            with(diagnostic.label("checked when it is too late"), event, "checked here")
                .help(format!("check at events up to `{decision}`: `checked: at consent, {decision}`"))
        }));
    }
    found
}

/// T11: a criterion looks at a time that comes after its decision on every calendar.
pub(super) fn after_decision(trial: &Trial, network: &Network, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial) {
        let decided = at_event(place.decision);
        let mut told = BTreeSet::new();
        walk(&place.criterion.rule, &mut |node| {
            let (moment, here): (&Moment, Here<'_>) = match node {
                Node::Window(window, here) => match &window.from {
                    Some(from) => (from, here),
                    None => return,
                },
                Node::Term(Term {
                    value: Value::Change { to, .. } | Value::AreaUnder { to, .. },
                    text,
                    origin,
                }) => (to, Here { text, origin: *origin }),
                _ => return,
            };
            let Some(days) = bounds(network, &decided, moment).0.filter(|days| *days >= 1) else { return };
            if told.insert(here.text) {
                found.extend(too_late(trial, place, moment, here, days));
            }
        });
    }
}

fn too_late(
    trial: &Trial,
    place: Place<'_>,
    moment: &Moment,
    here: Here<'_>,
    days: i64,
) -> Option<Diagnostic> {
    let decision = place.decision;
    let message = format!("{} is decided at `{decision}`, and looks at what comes after it", place.code);
    let days = super::counted(days);
    let found = at(&codes::AFTER_DECISION, here.origin.0, message)?
        .label(format!("at least {days} after the decision"));
    let event = trial.events.get(decision).and_then(|event| event.origin.0);
    let later = match &moment.of {
        Anchor::Event { name, .. } if name != decision => Some(name),
        _ => None,
    };
    let decide = later.map_or(String::new(), |later| {
        format!(", or decide the criterion later, in `eligibility for {later} {{ … }}`")
    });
    Some(with(found, event, "decided here").help(format!(
        "nobody can know it when the decision is made: count back from there (`… within 28 days before {decision}`){decide}; what is only planned or expected is `attested by investigator \"…\"`"
    )))
}
