//! Whether the schedule collects what outcomes need, when they need it, and sees participants in a long wait.

use std::collections::BTreeSet;

use super::{Plan, at_event, at_visit, counted, words};
use crate::check::visit::{Node, outcome as walk};
use crate::check::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Moment, Origin, Outcome, Term, Tier, TimeFrame, Trial, Value, Window};
use crate::source::Span;
use crate::time::day_range;

/// S01 for a trial that has outcomes at times, but no schedule at all.
pub(super) fn no_schedule(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let visits = trial.schedule.as_ref().map_or(0, |schedule| schedule.visits.len());
    let timed = trial.outcomes.values().filter(|outcome| outcome.time_frame.is().is_some()).count();
    if visits > 0 || timed == 0 {
        return;
    }
    let outcomes = if timed == 1 { "one outcome".to_owned() } else { format!("{timed} outcomes") };
    let message = format!("{outcomes} at a stated time, but no visit at which anything is measured");
    found.extend(at(&codes::NO_VISIT_FOR_TIME, trial.header.origin.0, message).map(|diagnostic| {
        diagnostic.label("this protocol has no visits").help(
            "add a `schedule` with the visits and what is collected at them: `visit month_12: 12 months after randomization, ±14 days`",
        )
    }));
}

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    if plan.collects() {
        for (name, outcome) in &plan.trial.outcomes {
            found.extend(unmeasured(plan, name, outcome));
        }
    }
    found.extend(unseen_waits(plan));
}

/// What an outcome needs: a measure, collected at one of some visits.
struct Need<'a> {
    measure: &'a str,
    at: When<'a>,
    origin: Origin,
}

enum When<'a> {
    /// Where the change counts from.
    Baseline(&'a Moment),
    Moment(&'a Moment),
    Window(&'a Window),
}

fn unmeasured(plan: &Plan<'_>, name: &str, outcome: &Outcome) -> Vec<Diagnostic> {
    let mut needs = Vec::new();
    walk(outcome, &mut |node| {
        let Node::Term(Term { value, origin, .. }) = node else { return };
        let origin = *origin;
        match value {
            Value::Change { measure, from, to, .. } => {
                needs.push(Need { measure, at: When::Baseline(from), origin });
                needs.push(Need { measure, at: When::Moment(to), origin });
            }
            Value::AreaUnder { measure, from, to } => {
                needs.push(Need { measure, at: When::Moment(from), origin });
                needs.push(Need { measure, at: When::Moment(to), origin });
            }
            Value::Measured { measure, window, .. } => {
                needs.push(Need { measure, at: When::Window(window), origin })
            }
            _ => {}
        }
    });
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for need in &needs {
        let sources = sources(plan, need.measure);
        let missing: Vec<&str> = sources
            .iter()
            .filter(|measure| !collected(plan, measure, &need.at))
            .map(String::as_str)
            .collect();
        if missing.is_empty() {
            continue;
        }
        let measure = missing.join("`, `");
        let span = need.origin.0.or(outcome.origin.0);
        let diagnostic = match &need.at {
            When::Baseline(from) if told.insert((measure.clone(), true)) => {
                baseline(plan, name, &measure, from, span)
            }
            When::Moment(_) | When::Window(_) if told.insert((measure.clone(), false)) => {
                let when = match &need.at {
                    When::Moment(moment) | When::Baseline(moment) => words(moment),
                    When::Window(window) => window.text.clone(),
                };
                not_collected(name, &measure, &when, span)
            }
            _ => continue,
        };
        found.extend(diagnostic);
    }
    if found.is_empty() {
        found.extend(beside_time_frame(plan, name, outcome, &needs));
    }
    found
}

fn baseline(
    plan: &Plan<'_>,
    outcome: &str,
    measure: &str,
    from: &Moment,
    span: Option<Span>,
) -> Option<Diagnostic> {
    let when = words(from);
    let message = format!("`{outcome}` is a change from {when}, but `{measure}` is not collected then");
    let visit = match &from.of {
        Anchor::Visit { name } => Some(name.as_str()),
        _ => plan.schedule.visits.keys().find(|name| before_or_at(plan, name, from)).map(String::as_str),
    };
    let visit = visit.unwrap_or("baseline");
    let diagnostic = at(&codes::NO_BASELINE, span, message)?;
    Some(
        diagnostic
            .label("there is nothing to count the change from")
            .help(format!("write `collect {measure} at {visit}`")),
    )
}

fn not_collected(outcome: &str, measure: &str, when: &str, span: Option<Span>) -> Option<Diagnostic> {
    let when = if when.is_empty() { String::new() } else { format!(" {when}") };
    let message = format!("`{outcome}` needs `{measure}`{}, but no visit collects it then", at_time(&when));
    let diagnostic = at(&codes::NO_VISIT_FOR_TIME, span, message)?;
    Some(
        diagnostic
            .label("no visit collects this")
            .help(format!("collect `{measure}` at a visit of that time: `collect {measure} at …`")),
    )
}

/// `month_12` becomes ` at month_12`; a time phrase stays.
fn at_time(when: &str) -> String {
    let word = when.trim();
    if word.is_empty() {
        String::new()
    } else if word.contains(' ') {
        format!(" {word}")
    } else {
        format!(" at {word}")
    }
}

/// S01: the time frame says another time than any visit that collects the measure.
fn beside_time_frame(
    plan: &Plan<'_>,
    name: &str,
    outcome: &Outcome,
    needs: &[Need<'_>],
) -> Option<Diagnostic> {
    let TimeFrame { offset, anchor: Some(anchor), text } = outcome.time_frame.is()? else { return None };
    let by = day_range(offset);
    let measures: BTreeSet<&str> = needs.iter().map(|need| need.measure).collect();
    for measure in measures {
        let sources = sources(plan, measure);
        let possible = |visit: &String| {
            let (least, most) = plan.visit_from(anchor, visit);
            let bounded = least.is_some() && most.is_some();
            (bounded, least.is_none_or(|least| least <= by.1) && most.is_none_or(|most| most >= by.0))
        };
        let visits: Vec<(&String, (bool, bool))> =
            collecting(plan, &sources).into_iter().map(|visit| (visit, possible(visit))).collect();
        let continuous = sources
            .iter()
            .any(|source| plan.schedule.activities.get(source).is_some_and(|it| it.throughout.is_some()));
        // Only visits with a time of their own tell anything.
        let known: Vec<&String> =
            visits.iter().filter(|(_, (bounded, _))| *bounded).map(|(visit, _)| *visit).collect();
        if known.is_empty() || continuous || visits.iter().any(|(_, (_, possible))| *possible) {
            continue;
        }
        let distance = |visit: &&String| {
            let (least, most) = plan.visit_from(anchor, visit);
            (least.unwrap_or(0) - by.1).max(by.0 - most.unwrap_or(0))
        };
        let nearest = known.into_iter().min_by_key(distance)?;
        let days = distance(&nearest);
        let message = format!(
            "no visit that collects `{measure}` lies {text}: the nearest, `{nearest}`, misses it by {}",
            counted(days)
        );
        let span = outcome.origins.get("time_frame").or(outcome.origin.0);
        let diagnostic = at(&codes::NO_VISIT_FOR_TIME, span, message)?;
        let tier = if outcome.tier == Tier::Primary { "the primary outcome" } else { "this outcome" };
        let diagnostic = diagnostic.label(format!("the time frame of {tier}, `{name}`"));
        let visit = plan.schedule.visits.get(nearest)?;
        return Some(
            with(diagnostic, visit.origin.0, visit.timing.text())
                .help(format!("collect `{measure}` at a visit of that time, or correct the time frame")),
        );
    }
    None
}

/// The measures that a value is computed from, or the measure itself.
pub(super) fn sources(plan: &Plan<'_>, measure: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![measure.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let formula =
            plan.trial.measures.get(&name).and_then(|measure| measure.quantity()?.formula_of.as_deref());
        // A derived quantity may be collected itself.
        match formula {
            Some(formula) if !plan.schedule.activities.contains_key(&name) => {
                crate::check::visit::term(formula, &mut |node| {
                    if let Node::Term(Term { value: Value::Measured { measure, .. }, .. }) = node {
                        open.push(measure.clone());
                    }
                });
            }
            _ => {
                found.insert(name);
            }
        }
    }
    found
}

/// The visits that collect all of these.
fn collecting<'a>(plan: &Plan<'a>, measures: &BTreeSet<String>) -> Vec<&'a String> {
    let visits = plan.schedule.visits.keys();
    visits.filter(|visit| measures.iter().all(|measure| at_this(plan, measure, visit))).collect()
}

fn at_this(plan: &Plan<'_>, measure: &str, visit: &str) -> bool {
    let activity = plan.schedule.activities.get(measure);
    activity.is_some_and(|activity| {
        activity.throughout.is_some() || activity.cells.iter().any(|cell| cell.visit == visit)
    })
}

/// Some visit that collects the measure can lie at the time; a time that the schedule does not bound is no reason
/// for doubt.
fn collected(plan: &Plan<'_>, measure: &str, when: &When<'_>) -> bool {
    let visits = || plan.schedule.visits.keys().filter(|visit| at_this(plan, measure, visit));
    let (from, to) = match when {
        When::Baseline(Moment { offset: None, of: Anchor::Visit { name } })
        | When::Moment(Moment { offset: None, of: Anchor::Visit { name } }) => {
            return at_this(plan, measure, name);
        }
        // The last value before the moment counts as its baseline.
        When::Baseline(moment) => return visits().any(|visit| before_or_at(plan, visit, moment)),
        When::Moment(moment) => (Some(*moment), Some(*moment)),
        When::Window(window) => (window.from.as_ref(), window.to.as_ref()),
    };
    visits().any(|visit| {
        let not_before = from.is_none_or(|from| plan.visit_from(from, visit).1.is_none_or(|most| most >= 0));
        let not_after = to.is_none_or(|to| plan.visit_from(to, visit).0.is_none_or(|least| least <= 0));
        not_before && not_after
    })
}

/// The visit does not surely come after the moment.
fn before_or_at(plan: &Plan<'_>, visit: &str, moment: &Moment) -> bool {
    plan.visit_from(moment, visit).0.is_none_or(|least| least <= 0)
}

/// A wait of this many days or more needs a visit.
const LONG: i64 = 28;

/// S01: a long wait before an event, in which nobody sees the participant.
fn unseen_waits(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if plan.schedule.visits.is_empty() {
        return found;
    }
    for (name, event) in &plan.trial.events {
        for constraint in &event.constraints {
            let Some((least, _)) = constraint.low.as_ref().map(day_range).filter(|low| low.0 >= LONG) else {
                continue;
            };
            let inside = |visit: &String| {
                let after =
                    plan.between(&constraint.anchor, &at_visit(visit)).0.is_some_and(|days| days >= 1);
                after && plan.between(&at_visit(visit), &at_event(name)).0.is_some_and(|days| days >= 0)
            };
            if plan.schedule.visits.keys().any(inside) {
                continue;
            }
            let from = words(&constraint.anchor);
            let message =
                format!("no visit lies in the {} or more between {from} and `{name}`", counted(least));
            let origin = constraint.origin.0.or(event.origin.0);
            found.extend(at(&codes::NO_VISIT_FOR_TIME, origin, message).map(|diagnostic| {
                diagnostic
                    .label("nobody sees the participant in this time")
                    .help(format!("add a visit in between: `visit run_in: 4 weeks after {from}, ±7 days`, or one shortly before `{name}`"))
            }));
        }
    }
    found
}
