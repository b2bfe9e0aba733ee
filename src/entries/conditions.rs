//! Conditions that the protocol lays on visits and forms: forms that are not for this participant, and forms that are missed.

use super::people::{Held, People, VISITS, held};
use super::read::{Entry, Filled, place};
use super::{At, Finding, Report};
use crate::casebook::{Laid, REPEAT, Sheet, visit_label};
use crate::diagnostics::codes;
use crate::eligibility::{ConditionDecided, Truth};
use crate::json::Json;
use crate::model::Trial;
use crate::wording::Wording;

/// The check by which a form is missed, behind the form's name.
const ENTRY: &str = "entry";

/// Conditions of a form at a visit, and how they are decided.
pub(super) struct Applies {
    pub decided: ConditionDecided,
    /// In words; empty where there are none.
    pub words: String,
}

/// Whether a form is filled in at this visit by this participant, as far as conditions go; arms are another matter.
pub(super) fn applies(people: &People<'_>, form: &str, at: &At) -> Applies {
    let conditions = people.conditions;
    let visit = at.visit.as_deref();
    let of_visit = visit.and_then(|visit| conditions.of_visit(visit));
    let of_form = visit.and_then(|visit| conditions.of_form(form, visit));
    let numbers: Vec<usize> = of_visit.into_iter().chain(of_form).collect();
    let words = words(people, &numbers);
    let laid = numbers.into_iter().map(|condition| Laid { condition, is_sure: true });
    Applies { decided: people.all(at, laid), words }
}

/// The conditions in plain words.
pub(super) fn words(people: &People<'_>, conditions: &[usize]) -> String {
    let wording = Wording::of(people.trial);
    let clauses = conditions.iter().map(|number| wording.condition(&people.conditions.clauses[*number]));
    clauses.collect::<Vec<_>>().join(" and ")
}

/// `whether LB is filled in at Week 2 (only if the participant is female): the sex is not recorded`
pub(super) fn undecided(what: &str, words: &str, missing: &[String]) -> String {
    let why = missing.first().map_or(String::new(), |why| format!(": {why}"));
    format!("whether {what} (only if {words}){why}")
}

/// An entry of a form that is none of this participant's. Says whether it is one.
pub(super) fn not_theirs(trial: &Trial, entry: &Entry<'_>, people: &People<'_>, report: &mut Report) -> bool {
    let form = entry.sheet.name;
    let Applies { decided, words } = applies(people, form, &entry.at);
    let visit = entry.at.visit.as_deref().map_or("", |visit| visit_label(trial, visit));
    match decided.truth {
        Truth::True => return false,
        Truth::Unknown => {
            let what = format!("{form} is filled in at {visit}");
            report.undecided.insert(undecided(&what, &words, &decided.missing));
            return false;
        }
        Truth::False if says_that_it_was_not_done(entry) => return false,
        Truth::False => {}
    }
    report.findings.push(Finding {
        code: &codes::NOT_FOR_THIS_PARTICIPANT,
        at: entry.at.clone(),
        check: None,
        value: None,
        message: format!(
            "{}this is filled in only if {words}, and that is not so for this participant",
            place(trial, &entry.at)
        ),
        help: "remove the entry, or correct the answers on which the condition rests".to_owned(),
        span: entry.span.start..entry.span.start + 1,
    });
    true
}

/// A site that says of something that is not for this participant that it was not done is right.
fn says_that_it_was_not_done(entry: &Entry<'_>) -> bool {
    let is_done = |name: &str| name.ends_with("PERF") || name.ends_with("OCCUR");
    let mut answers =
        entry.records.iter().flat_map(|record| &record.fields).filter(|(name, ..)| is_done(name)).peekable();
    answers.peek().is_some() && answers.all(|(.., node)| node.value == Json::Text("N".to_owned()))
}

/// Forms that are not there though their visit took place and they are for this participant.
pub(super) fn missed(
    trial: &Trial,
    sheets: &[Sheet<'_>],
    record: &Filled<'_>,
    people: &People<'_>,
    report: &mut Report,
) {
    for Held { at, entry } in held(record) {
        let Some(visit) = &at.visit else { continue };
        // Of a visit that takes place more than once, entries that do not say which time it is may be of this one.
        let is_there = |form: &str| {
            record.entries.iter().any(|other| {
                other.sheet.name == form
                    && other.at.participant == at.participant
                    && other.at.visit == at.visit
                    && (other.at.repeat.is_none() || at.repeat.is_none() || other.at.repeat == at.repeat)
            })
        };
        for sheet in sheets.iter().filter(|sheet| is_expected(sheet, visit)) {
            if is_there(sheet.name) {
                continue;
            }
            let label = visit_label(trial, visit);
            let say = format!("{} is missing at {label}", sheet.name);
            match (sheet.cycles.get(visit), at.repeat) {
                (Some(cycles), Some(number)) if !cycles.contains(number) => continue,
                (Some(_), None) => {
                    report
                        .undecided
                        .insert(format!("whether {say}: which time it is ({REPEAT}) is not recorded"));
                    continue;
                }
                _ => {}
            }
            match in_arm(trial, sheet, visit, people.arm(at)) {
                Truth::False => continue,
                Truth::Unknown => {
                    report.undecided.insert(format!("whether {say}: the arm is not recorded"));
                    continue;
                }
                Truth::True => {}
            }
            let Applies { decided, words } = applies(people, sheet.name, at);
            match decided.truth {
                Truth::False => {}
                Truth::Unknown => {
                    report.undecided.insert(undecided(&say, &words, &decided.missing));
                }
                Truth::True => {
                    let at =
                        At { form: Some(sheet.name.to_owned()), record: None, field: None, ..at.clone() };
                    let because = if words.is_empty() { String::new() } else { format!(" ({words})") };
                    report.findings.push(Finding {
                        code: &codes::FORM_MISSING,
                        check: Some(format!("{}.{ENTRY}", sheet.name)),
                        value: Some(String::new()),
                        message: format!(
                            "{}the visit took place, and the form is not there{because}",
                            place(trial, &at)
                        ),
                        at,
                        help: "fill it in, or confirm with a reason that there is nothing to fill in"
                            .to_owned(),
                        span: entry.span.start..entry.span.start + 1,
                    });
                }
            }
        }
    }
}

/// A form with many records can be left without any; that the visit took place is said already.
fn is_expected(sheet: &Sheet<'_>, visit: &str) -> bool {
    let form = sheet.form;
    form.visits.iter().any(|one| one == visit)
        && !form.repeating
        && sheet.name != VISITS
        && !sheet.items.is_empty()
}

/// Whether the form and the visit are of the participant's arm.
fn in_arm(trial: &Trial, sheet: &Sheet<'_>, visit: &str, arm: Option<&str>) -> Truth {
    let visit = trial.schedule.as_ref().and_then(|schedule| schedule.visits.get(visit));
    let of = [Some(&sheet.form.arms), visit.map(|visit| &visit.arms)];
    let one = |arms: &Vec<String>| match arm {
        _ if arms.is_empty() => Truth::True,
        None => Truth::Unknown,
        Some(arm) if arms.iter().any(|one| one == arm) => Truth::True,
        Some(_) => Truth::False,
    };
    Truth::all(of.into_iter().flatten().map(one))
}
