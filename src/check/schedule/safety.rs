//! Consent before anything is done, adverse events from consent on, a visit for those who leave early.

use super::{Plan, at_event, at_visit, consent, counted, speaks_of};
use crate::check::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Activity, ActivityKind, Anchor, Moment};

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(before_consent(plan));
    if plan.collects() {
        found.extend(adverse_events(plan));
        found.extend(no_early_end(plan));
    }
}

/// S06: something is done at a visit that surely comes before consent.
fn before_consent(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let Some(consent) = consent(plan.trial) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, visit) in &plan.schedule.visits {
        let days = plan.between(&at_visit(name), &at_event(consent)).0.filter(|days| *days >= 1);
        let Some(days) = days else { continue };
        let done: Vec<&str> = plan
            .schedule
            .activities
            .iter()
            .filter(|(_, activity)| matches!(activity.kind, ActivityKind::Procedure | ActivityKind::Measure))
            .filter(|(_, activity)| activity.cells.iter().any(|cell| cell.visit == *name))
            .map(|(activity, _)| activity.as_str())
            .collect();
        if done.is_empty() {
            continue;
        }
        const MOST: usize = 3;
        let more = if done.len() > MOST { format!(" and {} more", done.len() - MOST) } else { String::new() };
        let shown = if more.is_empty() {
            listed(done.iter().copied())
        } else {
            format!("{}{more}", done[..MOST].join(", "))
        };
        let message = format!(
            "at `{name}`, at least {} before `{consent}`, {shown} {} collected",
            counted(days),
            if done.len() == 1 { "is" } else { "are" }
        );
        let diagnostic = at(&codes::BEFORE_CONSENT, visit.origin.0, message).map(|diagnostic| {
            let span = plan.trial.events.get(consent).and_then(|event| event.origin.0);
            with(diagnostic.label("before consent"), span, "consent is given here").help(format!(
                "collect it at a visit on or after `{consent}`, or move `{consent}` before this visit"
            ))
        });
        found.extend(diagnostic);
    }
    found
}

/// S27: adverse events that are not collected all the time from consent on.
fn adverse_events(plan: &Plan<'_>) -> Option<Diagnostic> {
    let (name, event) =
        plan.trial.events.iter().find(|(name, event)| speaks_of(name, &event.label, &["adverse event"]))?;
    let consent = consent(plan.trial).map(|consent| at_event(consent));
    let end = plan.schedule.visits.keys().next_back();
    let instead = match (&consent, end) {
        (Some(Moment { of: Anchor::Event { name: consent, .. }, .. }), Some(end)) => {
            format!("write `collect {name} from {consent} to {end}`")
        }
        _ => format!("write `collect {name} from consent to …`"),
    };
    let told = |span, message: String, label: &str| {
        at(&codes::ADVERSE_EVENTS_GAP, span, message)
            .map(|diagnostic| diagnostic.label(label.to_owned()).help(instead.clone()))
    };
    let Some(activity) = plan.schedule.activities.get(name) else {
        return told(
            event.origin.0,
            format!("`{name}` is declared, but the schedule never collects it"),
            "never collected",
        );
    };
    let Activity { throughout: Some((from, _)), .. } = activity else {
        let message = format!("`{name}` is collected at visits only: what happens between them can be lost");
        return told(activity.origin.0, message, "at visits only");
    };
    let late = plan.between(consent.as_ref()?, from).0.filter(|days| *days >= 1)?;
    let message = format!("`{name}` is collected only from at least {} after consent", counted(late));
    told(activity.origin.0, message, "begins after consent")
}

/// Words of a participant's leaving early, and of a last visit.
pub(super) const LEAVING: [&str; 9] = [
    "withdraw",
    "terminat",
    "discontinu",
    "drop out",
    "dropout",
    "early end",
    "leaves the study",
    "loss to follow",
    "lost to follow",
];
const LAST: [&str; 7] = [
    "end of study",
    "end of trial",
    "end of treatment",
    "final visit",
    "close out",
    "study exit",
    "early stop",
];

/// A schedule with fewer visits than this is over before anybody can leave.
const SEVERAL: usize = 3;

/// S30: nobody is seen when they leave early, nor at the end.
fn no_early_end(plan: &Plan<'_>) -> Option<Diagnostic> {
    let schedule = plan.schedule;
    let leaving = |moment: &Moment| match &moment.of {
        Anchor::Event { name, .. } => {
            let label = plan.trial.events.get(name).map_or("", |event| &event.label);
            speaks_of(name, label, &LEAVING)
        }
        _ => false,
    };
    let ends = schedule.visits.iter().any(|(name, visit)| {
        speaks_of(name, &visit.label, &LEAVING)
            || speaks_of(name, &visit.label, &LAST)
            || leaving(super::timing_anchor(visit))
    });
    let followed =
        plan.trial.allocations.values().next().map(|allocation| at_event(&allocation.at)).or_else(|| {
            let decision = plan.trial.decisions.keys().next_back()?;
            Some(at_event(decision))
        })?;
    // Visits that surely come after treatment has begun.
    let after = schedule
        .visits
        .keys()
        .filter(|visit| plan.visit_from(&followed, visit).0.is_some_and(|days| days >= 1));
    let after: Vec<&String> = after.collect();
    if ends || after.len() < SEVERAL {
        return None;
    }
    let last = after.last()?;
    let event = plan
        .trial
        .events
        .keys()
        .find(|name| speaks_of(name, "", &LEAVING))
        .map_or("withdrawal", String::as_str);
    let span = schedule.visits.get(*last).and_then(|visit| visit.origin.0);
    let diagnostic =
        at(&codes::NO_EARLY_END, span, "a participant who leaves early has no last visit".to_owned())?;
    Some(
        diagnostic
            .label("the last visit of those who stay")
            .help(format!("add one, and collect the outcomes there: `visit early_termination: on {event}`")),
    )
}
