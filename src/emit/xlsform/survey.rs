//! The rows of a form's three sheets: questions, answers, settings.

use super::expression::Expression;
use crate::casebook::{
    Answer, Bounds, Carried, Item, Number, PARTICIPANT, RECORDS, REPEAT, Sheet, Truth, VISIT,
    numbered_visits, of_cycles, visit_label,
};
use crate::emit::entry::{choices, only};
use crate::model::{Trial, UnitRef};
use crate::number::Exact;
use crate::wording::unit_name::plain;

/// An ISO date that may lack its day or its month.
const PARTIAL_DATE: &str = "regex(., '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$')";

pub(super) type Rows = Vec<Vec<String>>;

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

pub(super) fn survey(trial: &Trial, sheet: &Sheet<'_>) -> Rows {
    let mut rows = vec![row([
        "type",
        "name",
        "label",
        "hint",
        "required",
        "relevant",
        "constraint",
        "constraint_message",
    ])];
    if let Some(text) = &sheet.form.instructions {
        rows.push(row(["note", "instructions", &words(text, "-"), "", "", "", "", ""]));
    }
    rows.push(row(["text", PARTICIPANT, "Participant number", "", "yes", "", "", ""]));
    if !sheet.form.visits.is_empty() {
        rows.push(row([&format!("select_one {VISIT}"), VISIT, "Visit", "", "yes", "", "", ""]));
    }
    rows.extend(time(trial, sheet));
    if sheet.form.repeating {
        let label = words(&sheet.form.label, "Records");
        rows.push(row(["begin_repeat", RECORDS, &label, "", "", "", "", ""]));
    }
    rows.extend(sheet.items.iter().map(|item| question(trial, sheet, item)));
    if sheet.form.repeating {
        rows.push(row(["end_repeat", "", "", "", "", "", "", ""]));
    }
    rows
}

/// Which time it is of a visit that takes place more than once; nothing for a form of none.
fn time(trial: &Trial, sheet: &Sheet<'_>) -> Option<Vec<String>> {
    let numbered = numbered_visits(trial, sheet.form);
    if numbered.is_empty() {
        return None;
    }
    let visits: Vec<String> = numbered.iter().map(|visit| (*visit).to_owned()).collect();
    let own = Expression { sheet, own: Some(REPEAT) };
    let is_there = (numbered.len() < sheet.form.visits.len()).then_some(Truth::AtVisit(visits));
    let relevant = is_there.and_then(|truth| own.write(&truth)).unwrap_or_default();
    let mut parts = vec![(". >= 1".to_owned(), "Enter the number, from 1.".to_owned())];
    for (visit, cycles) in of_cycles(trial, sheet) {
        let elsewhere = !Truth::AtVisit(vec![visit.clone()]);
        let truth = Truth::Any(vec![elsewhere, Truth::Time(cycles.clone())]);
        let message = format!("{} is filled in in {cycles}.", visit_label(trial, visit));
        parts.extend(own.write(&truth).map(|written| (written, message)));
    }
    let (constraint, message) = joined(parts);
    let label = "Number of the cycle, or of the event";
    Some(row(["integer", REPEAT, label, "", "yes", &relevant, &constraint, &message]))
}

fn question(trial: &Trial, sheet: &Sheet<'_>, item: &Item<'_>) -> Vec<String> {
    let kind = match &item.answer {
        Answer::Text | Answer::PartialDate => "text".to_owned(),
        Answer::Integer { .. } => "integer".to_owned(),
        Answer::Number(_) => "decimal".to_owned(),
        Answer::Date => "date".to_owned(),
        Answer::Time => "time".to_owned(),
        Answer::YesNo | Answer::Choice(_) | Answer::Unit { .. } => format!("select_one {}", item.name),
    };
    let all = Truth::All(item.shown());
    let relevant = Expression { sheet, own: None }.write(&all).unwrap_or_default();
    let (constraint, message) = constraint(sheet, item);
    let required = if item.required { "yes" } else { "" };
    let (label, hint) = (words(&item.label, &item.name), words(&hint(trial, item), ""));
    row([&kind, &item.name, &label, &hint, required, &relevant, &constraint, &message])
}

fn hint(trial: &Trial, item: &Item<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    match &item.answer {
        Answer::Number(number) if number.unit_item.is_none() => parts.extend(number.unit.map(plain)),
        Answer::PartialDate => parts.push("YYYY, YYYY-MM or YYYY-MM-DD".to_owned()),
        _ => {}
    }
    if !matches!(item.answer, Answer::Unit { .. }) {
        parts.extend(item.field.help.clone());
        parts.extend(only(trial, item.field));
    }
    parts.join(". ")
}

/// What an answer must be, and what is told where it is not: hard limits and hard checks only, because a form that is
/// filled in without its site cannot ask for a confirmation.
fn constraint(sheet: &Sheet<'_>, item: &Item<'_>) -> (String, String) {
    let own = Expression { sheet, own: Some(&item.name) };
    let mut parts: Vec<(String, String)> = Vec::new();
    match &item.answer {
        Answer::PartialDate => {
            parts.push((PARTIAL_DATE.to_owned(), "Enter YYYY, YYYY-MM or YYYY-MM-DD.".to_owned()));
        }
        Answer::Integer { low, high } => {
            let low = low.map(|low| (format!(". >= {low}"), format!("Enter {low} or more.")));
            let high = high.map(|high| (format!(". <= {high}"), format!("Enter at most {high}.")));
            parts.extend(low.into_iter().chain(high));
        }
        Answer::Number(number) => parts.extend(limits(&own, item, number, &number.hard)),
        _ => {}
    }
    for demand in sheet.demands().into_iter().filter(|demand| demand.on == item.name && demand.check.hard) {
        if let Carried::By(truth) = &demand.carried {
            parts.extend(own.write(truth).map(|written| (written, demand.check.message.clone())));
        }
    }
    joined(parts)
}

/// Constraints all of which must hold, with what is told.
fn joined(parts: Vec<(String, String)>) -> (String, String) {
    let message: Vec<String> = parts.iter().map(|(_, message)| words(message, "-")).collect();
    let constraint = match parts.as_slice() {
        [(only, _)] => only.clone(),
        several => several.iter().map(|(one, _)| format!("({one})")).collect::<Vec<_>>().join(" and "),
    };
    (constraint, message.join(" "))
}

fn limits(
    own: &Expression<'_, '_>,
    item: &Item<'_>,
    number: &Number<'_>,
    bounds: &Bounds<'_>,
) -> Vec<(String, String)> {
    let message = |low: &Exact, high: &Exact, unit: Option<&UnitRef>| {
        let unit = unit.map(|unit| format!(" {}", plain(unit))).unwrap_or_default();
        format!("Enter a value from {low} to {high}{unit}.")
    };
    let Some(unit_item) = &number.unit_item else {
        let known = bounds.known().and_then(|(low, high)| {
            Some((own.within(&item.name, None, low, high)?, message(low, high, number.unit)))
        });
        return known.into_iter().collect();
    };
    let in_unit = |limits: &crate::casebook::UnitLimits<'_>| {
        let (low, high) = limits.limits.as_ref()?;
        let written = own.within(&item.name, Some((unit_item, &limits.unit.ucum)), low, high)?;
        Some((written, message(low, high, Some(limits.unit))))
    };
    bounds.by_unit.iter().filter_map(in_unit).collect()
}

pub(super) fn answers(trial: &Trial, sheet: &Sheet<'_>) -> Rows {
    let mut rows = vec![row(["list_name", "name", "label"])];
    for visit in &sheet.form.visits {
        rows.push(row([VISIT, visit, &words(visit_label(trial, visit), visit)]));
    }
    for item in &sheet.items {
        let listed = choices(item).into_iter();
        rows.extend(listed.map(|(code, label)| row([&item.name, &code, &words(&label, &code)])));
    }
    rows
}

pub(super) fn settings(trial: &Trial, sheet: &Sheet<'_>) -> Rows {
    let header = &trial.header;
    let version = header.version.as_ref().map_or("unversioned", |version| &version.label);
    let letters = |text: &str| -> String {
        text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect()
    };
    vec![
        row(["form_title", "form_id", "version"]),
        row([
            &words(&sheet.form.label, sheet.name),
            &format!("{}_{}", letters(&header.name), letters(sheet.name)),
            &words(version, "unversioned"),
        ]),
    ]
}

/// Text in one line in which nothing refers to a question.
fn words(text: &str, instead: &str) -> String {
    let line: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    let line = line.replace("${", "$ {").trim().to_owned();
    if line.is_empty() { instead.to_owned() } else { line }
}
