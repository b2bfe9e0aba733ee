//! Truths about one record as JSON Schema: the schema takes exactly the objects of which the truth holds.
//!
//! They stand in `if` and `not` only, where validators look at nothing else and renderers of forms at nothing.

use super::schema::one_of;
use crate::casebook::{Answer, LISTED, REPEAT, Sheet, Truth, VISIT};
use crate::emit::json::{Json, Object, exact_number};
use crate::model::{CycleNumbers, CycleRun};

/// Whether the truth can be written. `by_visit`: the object says which visit it is of; records of a form with many do not.
pub(super) fn can_write(truth: &Truth, by_visit: bool) -> bool {
    match truth {
        Truth::Is { .. } | Truth::Answered(_) => true,
        Truth::Number { value, .. } => exact_number(value).is_some(),
        Truth::AtVisit(_) => by_visit,
        Truth::Time(cycles) => by_visit && can_count(cycles),
        Truth::All(parts) | Truth::Any(parts) => parts.iter().all(|part| can_write(part, by_visit)),
        Truth::Not(part) => can_write(part, by_visit),
        // Orders, and what is compared with another answer or with today.
        Truth::Compare { .. } | Truth::Same { .. } | Truth::Past(_) => false,
    }
}

/// `None` for a truth that [cannot be written](can_write).
pub(super) fn schema(sheet: &Sheet<'_>, truth: &Truth) -> Option<Object<'static>> {
    let each = |parts: &[Truth]| parts.iter().map(|part| schema(sheet, part)).collect::<Option<Vec<_>>>();
    Some(match truth {
        Truth::Is { item, one_of: values } => {
            let values = values.iter().map(|value| submitted(sheet, item, value)).collect();
            answer(sheet, item, Some(one_of(values)))
        }
        Truth::Answered(item) => answer(sheet, item, None),
        Truth::Number { item, value } => {
            let number = Object::new().with("const", exact_number(value)?);
            let has_unit = matches!(sheet.item(item).map(|item| &item.answer), Some(Answer::Number(number)) if !number.units.is_empty());
            let value = if has_unit { member("value", Some(number.into())) } else { number };
            member(item, Some(value.into()))
        }
        Truth::AtVisit(visits) => {
            member(VISIT, Some(one_of(visits.iter().map(|visit| Json::from(visit.clone())).collect())))
        }
        Truth::All(parts) => Object::new().with("allOf", each(parts)?),
        Truth::Any(parts) => Object::new().with("anyOf", each(parts)?),
        // Of an entry that does not say which time it is, neither holds.
        Truth::Time(cycles) => member(REPEAT, Some(numbers(cycles)?)),
        Truth::Not(part) => match &**part {
            Truth::Time(cycles) => member(REPEAT, Some(Object::new().with("not", numbers(cycles)?).into())),
            part => Object::new().with("not", schema(sheet, part)?),
        },
        Truth::Compare { .. } | Truth::Same { .. } | Truth::Past(_) => return None,
    })
}

/// The answer is there, and is one that this takes. The unit of a number stands inside its answer.
fn answer(sheet: &Sheet<'_>, item: &str, takes: Option<Json<'static>>) -> Object<'static> {
    match sheet.item(item).map(|item| &item.answer) {
        Some(Answer::Unit { of, .. }) => member(of, Some(member("unit", takes).into())),
        _ => member(item, takes),
    }
}

/// Whether a schema can say that a number is one of these.
pub(super) fn can_count(cycles: &CycleNumbers) -> bool {
    numbers(cycles).is_some()
}

/// Numbers of cycles; `None` where they come back in steps that no schema can count.
fn numbers(cycles: &CycleNumbers) -> Option<Json<'static>> {
    if let Some(listed) = cycles.listed(LISTED).filter(|listed| !listed.is_empty()) {
        return Some(one_of(listed.into_iter().map(Json::from).collect()));
    }
    let mut runs = cycles.0.iter().map(run).collect::<Option<Vec<Object>>>()?;
    match runs.len() {
        0 => None,
        1 => runs.pop().map(Json::from),
        _ => Some(Object::new().with("anyOf", runs).into()),
    }
}

fn run(run: &CycleRun) -> Option<Object<'static>> {
    let whole = Object::new().with("minimum", run.first).with_some("maximum", run.last);
    match run.step {
        0 | 1 => Some(whole),
        step if run.first.is_multiple_of(step) => Some(whole.with("multipleOf", step)),
        2 => Some(whole.with("not", Object::new().with("multipleOf", 2_u32))),
        _ => None,
    }
}

fn member(name: &str, takes: Option<Json<'static>>) -> Object<'static> {
    Object::new()
        .with_some("properties", takes.map(|takes| Object::new().with(name.to_owned(), takes)))
        .with("required", vec![name.to_owned()])
}

/// A value as it stands in an entry: numbers are numbers there.
fn submitted(sheet: &Sheet<'_>, item: &str, value: &str) -> Json<'static> {
    let number = match sheet.item(item).map(|item| &item.answer) {
        Some(Answer::Integer { .. } | Answer::Number(_)) => {
            value.parse().ok().and_then(|value| exact_number(&value))
        }
        _ => None,
    };
    number.unwrap_or_else(|| value.to_owned().into())
}
