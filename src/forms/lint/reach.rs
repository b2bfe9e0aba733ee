//! F01: a value that a criterion, outcome or stratum needs, and that no form holds before the decision.

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, codes};
use crate::forms::book::Book;
use crate::forms::needs::{Need, What};
use crate::model::Why;

pub(super) fn check(book: &Book<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !book.timing.collects() {
        return;
    }
    let mut told: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for need in book.needs.iter().filter(|need| need.person.is_none()) {
        let What::Measure(measure) = need.what else { continue };
        if matches!(need.why, Why::Derivation { .. } | Why::Condition { .. })
            || told.contains(&(measure, need.decision))
        {
            continue;
        }
        if let Some(found) = missing(book, measure, need) {
            told.insert((measure, need.decision));
            diagnostics.push(found);
        }
    }
}

fn missing(book: &Book<'_>, measure: &str, need: &Need<'_>) -> Option<Diagnostic> {
    let span = need.origin.0?;
    let label = book.trial.measures.get(measure).map_or(measure, |measure| &measure.label);
    let visits = asked_at(book, measure)?;
    let (who, offer) = match &need.why {
        Why::Criterion { code, .. } => (format!("criterion {code}"), "a visit before the decision"),
        Why::Outcome { name } => (format!("outcome {name}"), "the visits that the outcome speaks of"),
        Why::Stratum { .. } => ("the stratification".to_owned(), "a visit before the allocation"),
        _ => return None,
    };
    let before = need.decision.map(|event| (event, book.concept_label(event)));
    if visits.is_empty() {
        let visit =
            book.timing.visits().into_iter().find(|visit| {
                before.as_ref().is_none_or(|(event, _)| book.timing.is_not_after(visit, event))
            });
        let help = match visit.filter(|_| before.is_some()) {
            Some(visit) => format!("collect it at {offer}: `collect {measure} at {visit}`"),
            None => format!("collect it at {offer}: `collect {measure} at …`"),
        };
        let message = format!("{who} needs `{measure}` ({label}), but it is on no form");
        let diagnostic = Diagnostic::new(&codes::NOT_ON_A_FORM, span, message);
        return Some(diagnostic.label("no `collect` of the schedule names it").help(help).unused(measure));
    }
    let (event, label_of_event) = before?;
    if !visits.iter().all(|visit| book.timing.is_after(visit, event)) {
        return None;
    }
    let first = book.timing.label(&visits[0]).to_owned();
    let message = format!(
        "{who} needs `{measure}` ({label}), but it is first collected after {}",
        event.replace('_', " ")
    );
    // Only a visit that cannot come too late is offered by its name.
    let all = book.timing.visits();
    let help = match all.iter().find(|visit| book.timing.is_not_after(visit, event)) {
        Some(visit) => format!("collect it before the decision too: `collect {measure} at {visit}`"),
        None if all.iter().any(|visit| !book.timing.is_after(visit, event)) => {
            format!("collect it at a visit before {} too: `collect {measure} at …`", event.replace('_', " "))
        }
        None => format!(
            "the schedule has no visit before {}: add one, and collect it there",
            event.replace('_', " ")
        ),
    };
    let mut found = Diagnostic::new(&codes::NOT_ON_A_FORM, span, message)
        .label(format!("decided at: {label_of_event}; first collected at: {first}"))
        .help(help)
        .unused(measure);
    let activity =
        book.activities().find(|(name, _)| *name == measure).and_then(|(_, activity)| activity.origin.0);
    if let Some(activity) = activity.filter(|activity| *activity != span) {
        found = found.and(activity, format!("collected from {first} on"));
    }
    Some(found)
}

/// The visits at which the measure is asked; `None` where a form with it is open throughout.
fn asked_at(book: &Book<'_>, measure: &str) -> Option<Vec<String>> {
    let mut visits: Vec<String> = Vec::new();
    for form in book.forms.values() {
        for field in form.fields.iter().filter(|field| field.measure.as_deref() == Some(measure)) {
            match &field.visits {
                Some(named) => visits.extend(named.iter().cloned()),
                None if form.visits.is_empty() => return None,
                None => visits.extend(form.visits.iter().cloned()),
            }
        }
    }
    Some(book.timing.in_order(&visits))
}
