//! Truths about one record as JSON Schema: the schema takes exactly the objects of which the truth holds.
//!
//! They stand in `if` and `not` only, where validators look at nothing else and renderers of forms at nothing.

use super::schema::one_of;
use crate::casebook::{Answer, Sheet, Truth, VISIT};
use crate::emit::json::{Json, Object, exact_number};

/// Whether the truth can be written. `by_visit`: the object says which visit it is of; records of a form with many do not.
pub(super) fn can_write(truth: &Truth, by_visit: bool) -> bool {
    match truth {
        Truth::Is { .. } | Truth::Answered(_) => true,
        Truth::Number { value, .. } => exact_number(value).is_some(),
        Truth::AtVisit(_) => by_visit,
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
        Truth::Not(part) => Object::new().with("not", schema(sheet, part)?),
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
