//! The checks that a schema cannot carry, in words and as data: soft limits, checks across fields, conditions of the
//! protocol.

use crate::casebook::visit_label;
use crate::emit::json::{Json, Object, exact_number};
use crate::model::{CheckKind, Field, FieldCondition, FieldKind, Form, FormCheck, Trial};
use crate::number::Exact;
use crate::wording::unit_name::plain;

pub(super) fn document(trial: &Trial) -> Object<'_> {
    let mut checks: Vec<Object> = Vec::new();
    for (name, form) in &trial.forms {
        checks.extend(form.fields.iter().filter_map(|field| plausible(name, field)));
        checks.extend(form.fields.iter().flat_map(|field| conditions(trial, name, field)));
        checks.extend(form.checks.iter().map(|check| across(name, form, check)));
    }
    Object::new()
        .with("format", "trialc-form-checks")
        .with("format_version", 1_i64)
        .with("trial", &trial.header.name)
        .with_some("version", trial.header.version.as_ref().map(|version| &version.label))
        .with("checks", checks)
}

fn entry<'a>(
    form: &'a str,
    id: impl Into<Json<'a>>,
    hard: bool,
    message: impl Into<Json<'a>>,
    expression: String,
    check: impl Into<Json<'a>>,
) -> Object<'a> {
    Object::new()
        .with("form", form)
        .with("id", id)
        .with("severity", if hard { "hard" } else { "soft" })
        .with("message", message)
        .with("expression", expression)
        .with("check", check)
}

/// Outside its plausible range a value is confirmed.
fn plausible<'a>(form: &'a str, field: &'a Field) -> Option<Object<'a>> {
    let FieldKind::Number { units, plausible: Some((low, high)), .. } = &field.kind else { return None };
    let unit = units.first();
    let written = unit.map(|unit| format!(" {}", plain(unit))).unwrap_or_default();
    let number = |value: &Exact| exact_number(value).unwrap_or_else(|| value.to_string().into());
    let check = Object::new()
        .with("check", "plausible")
        .with("field", &field.name)
        .with("low", number(low))
        .with("high", number(high))
        .with_some("unit", unit.map(|unit| &unit.ucum));
    let message = format!(
        "{}: hardly any person has a value below {low} or above {high}{written}: confirm it.",
        field.label
    );
    let expression = format!("{} in {low} to {high}{written}", field.name);
    Some(entry(form, format!("{form}.{}.plausible", field.name), false, message, expression, check))
}

/// Asked only where the protocol's condition holds.
fn conditions<'a>(trial: &Trial, form: &'a str, field: &'a Field) -> Vec<Object<'a>> {
    let one = |(number, scope): (usize, &'a crate::model::FieldScope)| {
        let labels: Vec<&str> = scope.visits.iter().map(|visit| visit_label(trial, visit)).collect();
        let at = if labels.is_empty() { String::new() } else { format!(" at {}", labels.join(", ")) };
        let check = Object::new()
            .with("check", "asked_only_when")
            .with("field", &field.name)
            .with("visits", scope.visits.iter().collect::<Vec<_>>())
            .with("rule", tree(&scope.when));
        let message = format!("{}: asked{at} only when {}.", field.label, scope.when.text);
        let expression = format!("{} when {}", field.name, scope.when.text);
        entry(form, format!("{form}.{}.only_{}", field.name, number + 1), true, message, expression, check)
    };
    field.only.iter().enumerate().map(one).collect()
}

fn across<'a>(name: &'a str, form: &'a Form, check: &'a FormCheck) -> Object<'a> {
    let mut structured = tree(&check.check);
    if let (Json::Object(object), Some(visits)) = (&mut structured, visits_of_presence(form, &check.check)) {
        object.push("visits", visits.iter().collect::<Vec<_>>());
    }
    entry(name, &check.id, check.hard, &check.message, expression(form, &check.check), structured)
}

/// Where the presence of a field is demanded: a question that is asked at some visits of the form is missed at none of the
/// others. `None` where it is asked at all of them.
fn visits_of_presence<'a>(form: &'a Form, check: &CheckKind) -> Option<&'a [String]> {
    let CheckKind::PresentWhen { field, .. } = check else { return None };
    let field = form.fields.iter().find(|known| known.name == *field)?;
    field.visits.as_deref().filter(|_| !form.visits.is_empty())
}

/// The model's own form of a part.
fn tree(part: &impl serde::Serialize) -> Json<'static> {
    fn of(value: serde_json::Value) -> Json<'static> {
        match value {
            serde_json::Value::Null => Json::Text("".into()),
            serde_json::Value::Bool(value) => Json::Bool(value),
            serde_json::Value::Number(value) => Json::Number(value),
            serde_json::Value::String(value) => Json::Text(value.into()),
            serde_json::Value::Array(items) => Json::List(items.into_iter().map(of).collect()),
            serde_json::Value::Object(members) => {
                let mut object = Object::new();
                for (key, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
                    object.push(key, of(value));
                }
                Json::Object(object)
            }
        }
    }
    of(serde_json::to_value(part).unwrap_or_default())
}

/// The check in the words of the language.
pub(super) fn expression(form: &Form, check: &CheckKind) -> String {
    let is_date = |name: &str| {
        let field = form.fields.iter().find(|field| field.name == name);
        field.is_some_and(|field| matches!(field.kind, FieldKind::Date | FieldKind::PartialDate))
    };
    match check {
        CheckKind::NotAfter { first, second } if is_date(first) => format!("{first} on or before {second}"),
        CheckKind::NotAfter { first, second } => format!("{first} <= {second}"),
        CheckKind::Less { first, second } => format!("{first} < {second}"),
        CheckKind::Unique { fields } => format!("no two records with the same {}", fields.join(" and ")),
        CheckKind::NotInFuture { field } => format!("{field} on or before today"),
        CheckKind::Planned { field, value } => format!("{field} = {value}"),
        CheckKind::PresentWhen { field, other, one_of } => {
            let at = visits_of_presence(form, check)
                .map_or(String::new(), |visits| format!(" at {}", visits.join(", ")));
            let known = form.fields.iter().find(|known| known.name == *field);
            let asked = match known.is_some_and(|field| !field.only.is_empty()) {
                true => ", where its conditions hold",
                false => "",
            };
            format!("{field} is present when {other} is {}{at}, and only then{asked}", one_of.join(" or "))
        }
        CheckKind::InWindow { field } => format!("{field} in the window of the visit"),
        CheckKind::NotBeforeEvent { field, event } => format!("{field} on or after {event}"),
        CheckKind::Agrees { field, yes_when } => {
            let one = |condition: &FieldCondition| {
                format!("{} is {}", condition.field, condition.one_of.join(" or "))
            };
            let all: Vec<String> = yes_when.iter().map(one).collect();
            format!("{field} is Y when ({}), and only then", all.join(" and "))
        }
        CheckKind::Rule { clause } => clause.text.clone(),
    }
}
