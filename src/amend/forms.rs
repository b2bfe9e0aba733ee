//! What is recorded: form by form, field by field, and whether collected data still fit.

use super::change::{Change, ChangeKind, Class, Effect, EffectKind, Impact, Part, Subject};
use super::eligibility::DecisionDifference;
use super::facets::{self, collapsed, quoted};
use super::fields::{self, Verdict};
use super::plain;
use crate::model::{CheckKind, Field, Form, FormCheck, Trial, Why};
use crate::wording::listed;

/// The domain of forms that hold the criteria: they follow the version of the protocol (SDTM TI), and what was answered on
/// them stays answered.
const CRITERIA: &str = "IE";

pub(super) fn compare(old: &Trial, new: &Trial, decisions: &[DecisionDifference], changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.forms, &new.forms);
    for (name, one, other) in &pairing.both {
        of_form((old, one), (new, other), name, decisions, changes);
    }
    for (name, form) in &pairing.added {
        let sentence =
            format!("Form {name} {} is new, with {} fields.", quoted(&form.label), form.fields.len());
        changes.push(
            Change::new(Subject::new(Part::Form, *name), ChangeKind::Added, Class::Data, sentence)
                .words(None, Some(collapsed(&form.label)))
                .effect(EffectKind::KeepsData, "collected data have no such form")
                .at(None, form.origin.0),
        );
    }
    for (name, form) in &pairing.removed {
        let sentence =
            format!("Form {name} {} is dropped; it had {} fields.", quoted(&form.label), form.fields.len());
        let change = Change::new(Subject::new(Part::Form, *name), ChangeKind::Removed, Class::Data, sentence)
            .words(Some(collapsed(&form.label)), None)
            .at(form.origin.0, None);
        changes.push(if form.domain == CRITERIA {
            change
        } else {
            change
                .impact(Impact::DATA)
                .effect(EffectKind::BreaksData, "what was collected on it has no place")
        });
    }
}

fn of_form(
    (old, one): (&Trial, &Form),
    (new, other): (&Trial, &Form),
    name: &str,
    decisions: &[DecisionDifference],
    changes: &mut Vec<Change>,
) {
    let subject = Subject::new(Part::Form, name);
    let change = |kind: ChangeKind, property: &str, class: Class, sentence: String| {
        Change::new(subject.clone(), kind, class, sentence)
            .property(property)
            .at(one.origin.0, other.origin.0)
    };
    let title = format!("Form {name}");
    if collapsed(&one.label) != collapsed(&other.label) {
        let sentence =
            format!("{title} is called {} instead of {}.", quoted(&other.label), quoted(&one.label));
        changes.push(
            change(ChangeKind::Reworded, "label", Class::Editorial, sentence)
                .words(Some(collapsed(&one.label)), Some(collapsed(&other.label))),
        );
    }
    let said = |text: &Option<String>| text.as_deref().map(collapsed);
    if said(&one.instructions) != said(&other.instructions) {
        let sentence = format!("{title}: the instructions are worded anew.");
        changes.push(
            change(ChangeKind::Reworded, "instructions", Class::Editorial, sentence)
                .words(said(&one.instructions), said(&other.instructions)),
        );
    }
    if one.domain != other.domain {
        let sentence = format!("{title} belongs to domain {} instead of {}.", other.domain, one.domain);
        changes.push(
            change(ChangeKind::Changed, "domain", Class::Data, sentence)
                .impact(Impact::DATA)
                .effect(EffectKind::BreaksData, "collected records are of another domain"),
        );
    }
    if one.repeating != other.repeating {
        let (words, verdict) = if other.repeating {
            (
                "has many records at one visit now",
                Verdict::keeps("collected records are the first of several"),
            )
        } else {
            (
                "has one record at a visit now",
                Verdict::breaks("several records that were collected have no place"),
            )
        };
        let found = change(ChangeKind::Changed, "repeating", Class::Data, format!("{title} {words}."));
        changes.push(verdict.on(found));
    }
    visits(old, new, one, other, &title, &change, changes);
    if one.domain == CRITERIA && other.domain == CRITERIA {
        let own = |event: &str| {
            [one, other].iter().any(|form| form.fields.iter().any(|field| serves(field, event)))
        };
        let decisions: Vec<&DecisionDifference> = decisions.iter().filter(|one| own(&one.event)).collect();
        changes.extend(criteria(&title, &decisions, &change));
    } else {
        fields::compare(name, one, other, changes);
        checks(name, one, other, changes);
    }
}

type Making<'a> = dyn Fn(ChangeKind, &str, Class, String) -> Change + 'a;

fn visits(
    old: &Trial,
    new: &Trial,
    one: &Form,
    other: &Form,
    title: &str,
    change: &Making<'_>,
    changes: &mut Vec<Change>,
) {
    let known = |trial: &Trial, visit: &str| {
        trial.schedule.as_ref().is_some_and(|schedule| schedule.visits.contains_key(visit))
    };
    let label = |trial: &Trial, visit: &String| {
        let schedule = trial.schedule.as_ref();
        schedule.map_or(visit.clone(), |schedule| super::schedule::visit_label(schedule, visit))
    };
    // A form that stays open is at every visit.
    if one.visits.is_empty() || other.visits.is_empty() {
        if one.visits.is_empty() != other.visits.is_empty() {
            let words = if other.visits.is_empty() { "stays open throughout" } else { "belongs to visits" };
            let found = change(ChangeKind::Changed, "visits", Class::Data, format!("{title} {words} now."));
            changes.push(found.effect(EffectKind::KeepsData, "collected records keep their dates"));
        }
        return;
    }
    let gone: Vec<String> = one
        .visits
        .iter()
        .filter(|visit| !other.visits.contains(visit) && known(new, visit))
        .map(|visit| label(old, visit))
        .collect();
    let more: Vec<String> = other
        .visits
        .iter()
        .filter(|visit| !one.visits.contains(visit) && known(old, visit))
        .map(|visit| label(new, visit))
        .collect();
    if !gone.is_empty() {
        let sentence = format!("{title} is no longer filled at {}.", listed(&gone, "and"));
        let found = change(ChangeKind::Removed, "visits", Class::Data, sentence);
        let verdict = Verdict::breaks("what was collected on it at these visits has no place");
        changes.push(if one.domain == CRITERIA { found } else { verdict.on(found) });
    }
    if !more.is_empty() {
        let sentence = format!("{title} is also filled at {}.", listed(&more, "and"));
        let found = change(ChangeKind::Added, "visits", Class::Data, sentence);
        changes.push(found.effect(EffectKind::KeepsData, "nothing that was collected is touched"));
    }
}

/// Whether a field answers a criterion of this decision.
fn serves(field: &Field, event: &str) -> bool {
    field.why.iter().any(|why| matches!(why, Why::Criterion { decision, .. } if decision == event))
}

/// Forms of criteria follow the criteria: one line says that they do.
fn criteria(title: &str, decisions: &[&DecisionDifference], change: &Making<'_>) -> Option<Change> {
    let criteria = || decisions.iter().flat_map(|decision| &decision.criteria);
    let more = criteria().filter_map(|one| one.new_code.clone().filter(|_| one.old_code.is_none()));
    let gone = criteria().filter_map(|one| one.old_code.clone().filter(|_| one.new_code.is_none()));
    let parts: Vec<String> = [("new", more.collect::<Vec<_>>()), ("gone", gone.collect())]
        .into_iter()
        .filter(|(_, codes)| !codes.is_empty())
        .map(|(word, codes)| format!("{word}: {}", listed(&codes, "and")))
        .collect();
    if parts.is_empty() {
        return None;
    }
    let sentence = format!("{title} follows the criteria; {}.", parts.join("; "));
    let found = change(ChangeKind::Changed, "criteria", Class::Data, sentence);
    let because = "answers stay with the version of the protocol under which they were given";
    Some(found.effect(EffectKind::KeepsData, because))
}

fn checks(name: &str, one: &Form, other: &Form, changes: &mut Vec<Change>) {
    let subject = |check: &FormCheck| Subject::new(Part::Check, check.id.clone()).within(name);
    let find = |form: &'_ Form, id: &str| form.checks.iter().position(|check| check.id == id);
    for check in &other.checks {
        let kept = || Effect::new(EffectKind::KeepsData, "collected data are asked about, not refused");
        let Some(before) = find(one, &check.id).map(|at| &one.checks[at]) else {
            // The checks of new fields come with them.
            if !asks_of_both(one, check) {
                continue;
            }
            let sentence = format!("Form {name} checks now: {}", ended(&check.message));
            let mut change = Change::new(subject(check), ChangeKind::Added, Class::Data, sentence);
            if check.hard {
                change = Verdict::breaks("collected data were not checked so and may fail").on(change);
            } else {
                change.effects.push(kept());
            }
            changes.push(change.words(None, Some(collapsed(&check.message))));
            continue;
        };
        if meaning(&before.check) != meaning(&check.check) || before.hard != check.hard {
            let sentence = format!("Form {name} checks otherwise: {}", ended(&check.message));
            let mut change = Change::new(subject(check), ChangeKind::Changed, Class::Data, sentence)
                .words(Some(collapsed(&before.message)), Some(collapsed(&check.message)));
            if check.hard {
                change = Verdict::breaks("collected data may fail what is checked now").on(change);
            } else {
                change.effects.push(kept());
            }
            changes.push(change);
        }
    }
    for check in one.checks.iter().filter(|check| find(other, &check.id).is_none()) {
        if !asks_of_both(other, check) {
            continue;
        }
        let sentence = format!("Form {name} no longer checks: {}", ended(&check.message));
        changes.push(
            Change::new(subject(check), ChangeKind::Removed, Class::Data, sentence)
                .words(Some(collapsed(&check.message)), None)
                .effect(EffectKind::KeepsData, "nothing that was collected is touched"),
        );
    }
}

fn ended(message: &str) -> String {
    format!("{}.", collapsed(message).trim_end_matches('.'))
}

/// Whether the form has every field that the check names.
fn asks_of_both(form: &Form, check: &FormCheck) -> bool {
    let has = |name: &String| form.fields.iter().any(|field| field.name == *name);
    match &check.check {
        CheckKind::NotAfter { first, second } | CheckKind::Less { first, second } => {
            has(first) && has(second)
        }
        CheckKind::Unique { fields } => fields.iter().all(has),
        CheckKind::NotInFuture { field }
        | CheckKind::Planned { field, .. }
        | CheckKind::InWindow { field }
        | CheckKind::NotBeforeEvent { field, .. }
        | CheckKind::Agrees { field, .. } => has(field),
        CheckKind::PresentWhen { field, other, .. } => has(field) && has(other),
        CheckKind::Rule { .. } => true,
    }
}

/// A check without the words of its clause.
fn meaning(check: &CheckKind) -> CheckKind {
    match check {
        CheckKind::Rule { clause } => CheckKind::Rule { clause: plain::condition(clause) },
        other => other.clone(),
    }
}
