//! The checks across fields, as truths about one entry.

use std::ops::Not as _;

use super::sheet::{Answer, Item, Sheet};
use super::truth::{Compared, Operator, Truth};
use crate::model::{CheckKind, FieldCondition, FormCheck};
use crate::number::Exact;

/// A check of a form as a carrier sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand<'a> {
    pub check: &'a FormCheck,
    /// The item at which it is told.
    pub on: String,
    pub carried: Carried,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Carried {
    /// This must hold of each entry.
    By(Truth),
    /// This must hold of each entry in which the conditions of the protocol hold under which the item is asked.
    WhereAsked(Truth),
    /// The condition under which the item is asked, and that it must be answered, say it already.
    ByAsking,
    /// More is needed than one entry: other records, other forms, the calendar, the participant.
    Beyond,
}

/// The checks of a form, in their order.
pub(super) fn demands<'a>(sheet: &Sheet<'a>) -> Vec<Demand<'a>> {
    sheet.form.checks.iter().filter_map(|check| demand(sheet, check)).collect()
}

/// `None` for a check of a field that no visit asks.
fn demand<'a>(sheet: &Sheet<'a>, check: &'a FormCheck) -> Option<Demand<'a>> {
    let asked = |name: &String| sheet.item(name).is_some();
    let (on, names): (&String, Vec<&String>) = match &check.check {
        CheckKind::NotAfter { first, second } | CheckKind::Less { first, second } => {
            let dates = sheet.item(first).is_some_and(Item::is_date);
            (if dates { second } else { first }, vec![first, second])
        }
        CheckKind::Unique { fields } => (fields.first()?, fields.iter().collect()),
        CheckKind::NotInFuture { field }
        | CheckKind::Planned { field, .. }
        | CheckKind::InWindow { field }
        | CheckKind::NotBeforeEvent { field, .. }
        | CheckKind::Agrees { field, .. } => (field, vec![field]),
        CheckKind::PresentWhen { field, other, .. } => (field, vec![field, other]),
        CheckKind::Rule { .. } => {
            let first = sheet.items.first()?;
            return Some(Demand { check, on: first.name.clone(), carried: Carried::Beyond });
        }
    };
    if !names.into_iter().all(asked) {
        return None;
    }
    Some(Demand { check, on: on.clone(), carried: carried(sheet, &check.check) })
}

fn carried(sheet: &Sheet<'_>, check: &CheckKind) -> Carried {
    match check {
        CheckKind::NotAfter { first, second } => compared(sheet, first, Operator::AtMost, second),
        CheckKind::Less { first, second } => compared(sheet, first, Operator::Less, second),
        CheckKind::PresentWhen { field, other, one_of } => present_when(sheet, field, other, one_of),
        CheckKind::NotInFuture { field } => {
            Carried::By(Truth::Any(vec![Truth::answered(field).not(), Truth::Past(field.clone())]))
        }
        CheckKind::Planned { field, value } => planned(sheet, field, value)
            .map_or(Carried::Beyond, |truth| {
                Carried::By(Truth::Any(vec![Truth::answered(field).not(), truth]))
            }),
        CheckKind::Agrees { field, yes_when } => Carried::By(agrees(sheet, field, yes_when)),
        CheckKind::Unique { .. }
        | CheckKind::InWindow { .. }
        | CheckKind::NotBeforeEvent { .. }
        | CheckKind::Rule { .. } => Carried::Beyond,
    }
}

/// Where both are answered, one is not after the other. Numbers are compared when they are in the same unit.
fn compared(sheet: &Sheet<'_>, first: &str, operator: Operator, second: &str) -> Carried {
    let (Some(left), Some(right)) = (sheet.item(first), sheet.item(second)) else { return Carried::Beyond };
    let mut unless = vec![Truth::answered(first).not(), Truth::answered(second).not()];
    let what = match (&left.answer, &right.answer) {
        (Answer::Date, Answer::Date) => Compared::Dates,
        (Answer::Date | Answer::PartialDate, Answer::Date | Answer::PartialDate) => Compared::PartialDates,
        (Answer::Number(one), Answer::Number(other)) => match (&one.unit_item, &other.unit_item) {
            (None, None) if one.unit.map(|unit| &unit.ucum) == other.unit.map(|unit| &unit.ucum) => {
                Compared::Numbers
            }
            (Some(one), Some(other)) => {
                unless.push(Truth::Same { left: one.clone(), right: other.clone() }.not());
                Compared::Numbers
            }
            _ => return Carried::Beyond,
        },
        (Answer::Integer { .. }, Answer::Integer { .. }) => Compared::Numbers,
        _ => return Carried::Beyond,
    };
    unless.push(Truth::Compare { left: first.to_owned(), operator, right: second.to_owned(), what });
    Carried::By(Truth::Any(unless))
}

fn present_when(sheet: &Sheet<'_>, field: &str, other: &str, one_of: &[String]) -> Carried {
    let condition = Truth::is(other, one_of);
    let item = sheet.item(field);
    if item.is_some_and(|item| item.required && item.asked == [condition.clone()]) {
        return Carried::ByAsking;
    }
    // Only then there is an answer; and then there is one, unless something else keeps the question away (another visit).
    let asked = item.map_or_else(Vec::new, |item| item.asked.clone());
    let others = asked.into_iter().filter(|other| *other != condition);
    // Whoever answers the other is asked this one too, where both stand under the same conditions.
    let is_conditional = item.is_some_and(|item| {
        !item.field.only.is_empty()
            && sheet.item(other).is_none_or(|other| other.field.only != item.field.only)
    });
    let all = Truth::All(std::iter::once(condition.clone()).chain(others).collect());
    let only_then = Truth::Any(vec![Truth::answered(field).not(), condition]);
    let then = Truth::Any(vec![Truth::answered(field), all.not()]);
    let both = Truth::All(vec![only_then, then]);
    if is_conditional { Carried::WhereAsked(both) } else { Carried::By(both) }
}

/// Yes only where nothing speaks against it, and not no where everything speaks for it.
fn agrees(sheet: &Sheet<'_>, field: &str, yes_when: &[FieldCondition]) -> Truth {
    let yes = Truth::is(field, &["Y".to_owned()]);
    let asked = yes_when.iter().filter(|condition| sheet.item(&condition.field).is_some());
    let (open, met): (Vec<Truth>, Vec<Truth>) = asked
        .map(|condition| {
            let met = Truth::is(&condition.field, &condition.one_of);
            (Truth::Any(vec![Truth::answered(&condition.field).not(), met.clone()]), met)
        })
        .unzip();
    let and = |one: Truth, others: Vec<Truth>| Truth::All(std::iter::once(one).chain(others).collect());
    let against = Truth::All(met).not();
    Truth::Any(vec![Truth::answered(field).not(), and(yes.clone(), open), and(yes.not(), vec![against])])
}

/// The value of the plan: `ORAL`, `200 mg`. `None` for one that the field's unit does not fit.
fn planned(sheet: &Sheet<'_>, field: &str, value: &str) -> Option<Truth> {
    let Answer::Number(number) = &sheet.item(field)?.answer else {
        return Some(Truth::is(field, &[value.to_owned()]));
    };
    let (figure, unit) = value.split_once(' ').map_or((value, None), |(figure, unit)| (figure, Some(unit)));
    let figure: Exact = figure.replace(',', "").parse().ok()?;
    let is = Truth::Number { item: field.to_owned(), value: figure };
    let named = |known: &&crate::model::UnitRef| unit == Some(&known.ucum) || unit == Some(&known.written);
    match (&number.unit_item, number.unit) {
        (None, None) => unit.is_none().then_some(is),
        (None, Some(known)) => named(&known).then_some(is),
        (Some(item), _) => {
            let known = number.units.iter().find(named)?;
            let other = Truth::is(item, std::slice::from_ref(&known.ucum)).not();
            Some(Truth::Any(vec![is, Truth::All(vec![Truth::answered(item), other])]))
        }
    }
}
