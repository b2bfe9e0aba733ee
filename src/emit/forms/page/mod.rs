//! The annotated case report form (aCRF): every form as a site sees it, with the CDASH variable beside each answer, why it
//! is asked, and the checks on it; before them what is filled in when, after them the way back from each criterion.

mod answer;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use rayon::prelude::*;

use super::trace::{Served, needs};
use crate::casebook::{PARTICIPANT, VISIT, topic, unit_variable, variable, visit_label, visits_of};
use crate::emit::entry::{in_cycles, only, reason};
use crate::model::{Field, FieldCondition, FieldKind, Form, Trial, Why};
use crate::wording::sentence;

/// So many criteria or outcomes are named beside a field; all of them at the end of the page.
const NAMED: usize = 9;

pub(in crate::emit) const STYLE: &str = include_str!("acrf.css");

pub(super) fn page(trial: &Trial) -> String {
    let title = format!("Annotated case report forms – {}", trial.header.title);
    let sections: Vec<Markup> = trial
        .forms
        .iter()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(name, form)| section(trial, name, form))
        .collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (front(trial))
                    @for section in &sections { (section) }
                    (back(trial))
                }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

/// The forms themselves, each to be printed on pages of its own.
pub(in crate::emit) fn blank(trial: &Trial) -> Markup {
    html! { @for (name, form) in &trial.forms { (section(trial, name, form)) } }
}

pub(in crate::emit) fn identity(trial: &Trial) -> String {
    let header = &trial.header;
    let version = header.version.iter().map(|version| match &version.dated {
        Some(date) => format!("version {} of {date}", version.label),
        None => format!("version {}", version.label),
    });
    let ids = header.ids.iter().map(|id| id.value.clone());
    ids.chain(version).collect::<Vec<_>>().join(" · ")
}

/// Title, how to read the page, and which form is filled in at which visit.
fn front(trial: &Trial) -> Markup {
    html! {
        header.front {
            h1 { "Annotated case report forms" }
            p.trial { (trial.header.title) }
            p.ids { (identity(trial)) }
            p.key {
                "The right-hand column holds the annotations: "
                span.note { "VSORRES" }
                " is the CDASH variable that an answer is stored in; under it stands what needs the answer: criteria by \
                 their codes, outcomes and activities of the schedule by their names. Values in capital letters are \
                 submission values."
            }
        }
        (calendar(trial))
    }
}

fn calendar(trial: &Trial) -> Markup {
    let visits: Vec<&String> = trial.schedule.iter().flat_map(|schedule| schedule.visits.keys()).collect();
    let crowded = visits.len() > 8;
    html! {
        section.calendar aria-labelledby="when" {
            h2 id="when" { "Which form when" }
            div.scroll {
                table.when.crowded[crowded] {
                    thead {
                        tr {
                            th scope="col" { "Form" }
                            @for visit in &visits {
                                th.visit scope="col" { span { (visit_label(trial, visit)) } }
                            }
                            th scope="col" { "Open" }
                        }
                    }
                    tbody {
                        @for (name, form) in &trial.forms {
                            tr {
                                th scope="row" { a href={ "#" (name) } { (form.label) } " " span.code { (name) } }
                                @for visit in &visits {
                                    td { @if form.visits.contains(visit) { "X" } }
                                }
                                td { @if form.visits.is_empty() { "X" } }
                            }
                        }
                    }
                }
            }
            p.legend { "Open: filled in whenever there is something to record, at no particular visit." }
        }
    }
}

fn section(trial: &Trial, name: &str, form: &Form) -> Markup {
    let numbers = numbers(form);
    let visits: Vec<&str> = form.visits.iter().map(|visit| visit_label(trial, visit)).collect();
    let arms: Vec<&str> = form
        .arms
        .iter()
        .map(|arm| trial.arms.get(arm).map_or(arm.as_str(), |arm| arm.label.as_str()))
        .collect();
    let mut heading: Option<&str> = None;
    // Long questions with short answers want another division of the page.
    let worksheet = name.starts_with("IEW");
    html! {
        section.form id=(name) aria-labelledby={ "h-" (name) } {
            table.crf.worksheet[worksheet] {
                colgroup { col.no; col.question; col.answer; col.annotation; }
                thead {
                    tr.running {
                        th colspan="4" {
                            div.bar {
                                div.what {
                                    h2 id={ "h-" (name) } { (form.label) }
                                    p.of { (trial.header.title) }
                                }
                                div.codes {
                                    span.domain { (name) }
                                    @if form.repeating { span.many { "repeats" } }
                                }
                            }
                            div.ident {
                                span { "Participant" i.line {} span.note { (PARTICIPANT) } }
                                @if !form.visits.is_empty() { span { "Visit" i.line {} span.note { (VISIT) } } }
                                @if form.repeating { span { "Record no." i.line.short {} } }
                            }
                        }
                    }
                }
                tbody {
                    tr.about {
                        td colspan="4" {
                            @if visits.is_empty() { p { b { "When: " } "whenever there is something to record" } }
                            @else { p { b { "When: " } (visits.join(", ")) } }
                            @if !arms.is_empty() { p { b { "Only in: " } (arms.join(", ")) } }
                            @if let Some(text) = &form.instructions { p { (text) } }
                        }
                    }
                    @for field in &form.fields {
                        @if field.group.as_deref() != heading {
                            ({ heading = field.group.as_deref(); PreEscaped("") })
                            @if let Some(group) = heading { tr.group { th colspan="4" scope="rowgroup" { (group) } } }
                        }
                        (row(trial, form, field, &numbers))
                    }
                }
            }
            @if worksheet { (signature()) }
            (checks(form, &numbers))
        }
    }
}

/// Questions are numbered, so that one can refer to another.
fn numbers(form: &Form) -> BTreeMap<&str, usize> {
    form.fields.iter().enumerate().map(|(at, field)| (field.name.as_str(), at + 1)).collect()
}

fn row(trial: &Trial, form: &Form, field: &Field, numbers: &BTreeMap<&str, usize>) -> Markup {
    let visits = visits_of(form, field);
    let everywhere = visits.len() == form.visits.len();
    let labels: Vec<&str> = visits.iter().map(|visit| visit_label(trial, visit)).collect();
    let missing: Vec<&str> = form
        .visits
        .iter()
        .filter(|visit| !visits.contains(visit))
        .map(|visit| visit_label(trial, visit))
        .collect();
    html! {
        tr.field.dependent[!field.when.is_empty()] {
            td.no { (numbers.get(field.name.as_str()).copied().unwrap_or_default()) }
            td.question {
                p.ask { (question(field)) @if field.required { span.must title="required" { " *" } } }
                @if !field.when.is_empty() { p.skip { "Only if " (conditions(form, &field.when, numbers)) } }
                @for text in only(trial, field) { p.skip { (text) } }
                @for text in in_cycles(trial, field) { p.skip { (text) } }
                @if !everywhere {
                    @if labels.is_empty() { p.skip.never { "The schedule collects it at no visit" } }
                    @else if missing.len() < labels.len() { p.skip { "Not at " (missing.join(", ")) } }
                    @else { p.skip { "Only at " (labels.join(", ")) } }
                }
                @if let Some(text) = &field.help { p.help { (text) } }
            }
            td.answer { (answer::space(trial, field)) }
            td.annotation { (annotation(trial, field)) }
        }
    }
}

/// The question without the heading above it.
pub(in crate::emit) fn question(field: &Field) -> String {
    let rest =
        field.group.as_ref().and_then(|group| field.label.strip_prefix(group.as_str())?.strip_prefix(": "));
    rest.map_or_else(|| field.label.clone(), sentence)
}

/// `1 is Yes and 4 is Sitting`.
fn conditions(form: &Form, when: &[FieldCondition], numbers: &BTreeMap<&str, usize>) -> String {
    let one = |condition: &FieldCondition| {
        let other = form.fields.iter().find(|field| field.name == condition.field);
        let word = |value: &String| match other.map(|other| &other.kind) {
            Some(FieldKind::YesNo) if value == "Y" => "Yes".to_owned(),
            Some(FieldKind::YesNo) if value == "N" => "No".to_owned(),
            Some(FieldKind::Choice { levels }) => {
                let level = levels.iter().find(|level| level.value == *value);
                level.and_then(|level| level.label.clone()).unwrap_or_else(|| value.clone())
            }
            _ => value.clone(),
        };
        let values: Vec<String> = condition.one_of.iter().map(word).collect();
        let number = numbers.get(condition.field.as_str()).map_or(condition.field.clone(), usize::to_string);
        format!("{number} is {}", values.join(" or "))
    };
    when.iter().map(one).collect::<Vec<_>>().join(" and ")
}

fn annotation(trial: &Trial, field: &Field) -> Markup {
    let (name, test) = variable(&field.name);
    let with_unit = matches!(&field.kind, FieldKind::Number { units, .. } if !units.is_empty());
    let because = because(trial, field);
    html! {
        span.note {
            (name)
            @if let Some(unit) = unit_variable(name).filter(|_| with_unit) { " / " (unit) }
            @if let Some((topic, test)) = topic(name).zip(test) { span.where { " where " (topic) " = " (test) } }
        }
        @if let Some(loinc) = &field.loinc { p.loinc { "LOINC " (loinc.code) } }
        @if !because.is_empty() { p.why { (because) } }
    }
}

/// Codes of criteria, then names of outcomes and the rest.
fn because(trial: &Trial, field: &Field) -> String {
    let mut groups: Vec<(&'static str, Vec<String>)> = Vec::new();
    for why in field.why.iter().filter(|why| !matches!(why, Why::Record)) {
        let (kind, of, _) = reason(trial, why);
        // The worksheet's question says so itself.
        if field.label.starts_with(&format!("{of}. ")) {
            continue;
        }
        let kind = match why {
            Why::Criterion { .. } => "",
            Why::Declared => "added by the author",
            _ => kind,
        };
        match groups.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, names)) => names.push(of),
            None => groups.push((kind, vec![of])),
        }
    }
    let words = |(kind, names): &(&str, Vec<String>)| {
        let more = names.len().saturating_sub(NAMED);
        let named = names[..names.len() - more].join(", ");
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("{kind} {named}{more}").trim().to_owned()
    };
    groups.iter().map(words).collect::<Vec<_>>().join(" · ")
}

fn signature() -> Markup {
    html! {
        div.signature {
            span { "Investigator’s signature" i.line.long {} }
            span { "Date" i.line {} }
        }
    }
}

/// The checks of a form; those that say the same of several fields in one line.
fn checks(form: &Form, numbers: &BTreeMap<&str, usize>) -> Markup {
    let mut said: Vec<(String, bool, Vec<usize>)> = Vec::new();
    for check in &form.checks {
        let field = check.id.split('.').nth(1).unwrap_or_default();
        let label =
            form.fields.iter().find(|known| known.name == field).map(|known| format!("{}: ", known.label));
        let text = label
            .and_then(|label| check.message.strip_prefix(&label))
            .map_or(check.message.clone(), sentence);
        let number = numbers.get(field).copied();
        match said.iter_mut().find(|(known, hard, _)| *known == text && *hard == check.hard) {
            Some((.., of)) => of.extend(number),
            None => said.push((text, check.hard, number.into_iter().collect())),
        }
    }
    html! {
        @if !said.is_empty() {
            div.checks {
                h3 { "Checks" }
                ul {
                    @for (text, hard, of) in &said {
                        li {
                            span.at { (listed(of)) } " " (text)
                            @if !hard { span.soft { " (can be confirmed)" } }
                        }
                    }
                }
            }
        }
    }
}

/// `1, 4 to 7`.
fn listed(numbers: &[usize]) -> String {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in sorted {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let run = |(first, last): &(usize, usize)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}

/// From each criterion and outcome to the fields that serve it.
fn back(trial: &Trial) -> Markup {
    let served: Vec<Served<'_>> =
        needs(trial).into_iter().filter(|need| !matches!(need.why, Why::Schedule { .. })).collect();
    html! {
        section.trace aria-labelledby="trace" {
            h2 id="trace" { "From the protocol to the fields" }
            table.back {
                thead { tr { th scope="col" { "What needs it" } th scope="col" { "Wording" } th scope="col" { "Fields" } } }
                tbody {
                    @for need in &served {
                        @let (kind, of, wording) = reason(trial, need.why);
                        tr {
                            th scope="row" { (of) " " span.kind { (kind) } }
                            td.wording { (wording) }
                            td { (fields(&need.fields)) }
                        }
                    }
                }
            }
        }
    }
}

fn fields(fields: &[(&str, &str)]) -> Markup {
    let mut forms: Vec<(&str, Vec<&str>)> = Vec::new();
    for (form, field) in fields {
        match forms.iter_mut().find(|(known, _)| known == form) {
            Some((_, names)) => names.push(field),
            None => forms.push((form, vec![field])),
        }
    }
    html! {
        @for (form, names) in &forms {
            p { a.code href={ "#" (form) } { (form) } " " (names.join(", ")) }
        }
    }
}
