//! How a form is laid out, as a uiSchema of react-jsonschema-form: order, widgets, hints.

use crate::casebook::{PARTICIPANT, RECORDS, REPEAT, VISIT, numbered_visits};
use crate::emit::entry::{in_cycles, only};
use crate::emit::json::Object;
use crate::model::{Field, FieldKind, Form, Trial};

/// Choices of more values than this are a list to open.
const AS_BUTTONS: usize = 5;

pub(super) fn layout<'a>(trial: &'a Trial, form: &'a Form) -> Object<'a> {
    let fields = fields(trial, form);
    let mut order = vec![PARTICIPANT];
    if !form.visits.is_empty() {
        order.push(VISIT);
    }
    if !numbered_visits(trial, form).is_empty() {
        order.push(REPEAT);
    }
    if form.repeating {
        order.push(RECORDS);
        return Object::new().with("ui:order", order).with(RECORDS, Object::new().with("items", fields));
    }
    let mut whole = Object::new();
    order.extend(form.fields.iter().map(|field| field.name.as_str()));
    whole.set("ui:order", order);
    let mut fields = fields;
    fields.remove("ui:order");
    whole.append(&mut fields);
    whole
}

fn fields<'a>(trial: &'a Trial, form: &'a Form) -> Object<'a> {
    let order: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    let mut layout = Object::new().with("ui:order", order);
    for field in &form.fields {
        let hints = hints(trial, field);
        if !hints.is_empty() {
            layout.push(&field.name, hints);
        }
    }
    layout
}

fn hints<'a>(trial: &Trial, field: &'a Field) -> Object<'a> {
    let said = only(trial, field).into_iter().chain(in_cycles(trial, field));
    let help: Vec<String> = field.help.iter().cloned().chain(said).collect();
    let mut hints = Object::new().with_some("ui:help", (!help.is_empty()).then(|| help.join(" ")));
    match &field.kind {
        FieldKind::YesNo => buttons(&mut hints),
        FieldKind::Choice { levels } if levels.len() <= AS_BUTTONS => buttons(&mut hints),
        FieldKind::Date => hints.set("ui:widget", "date"),
        FieldKind::PartialDate => hints.set("ui:placeholder", "YYYY, YYYY-MM or YYYY-MM-DD"),
        FieldKind::Time => hints.set("ui:placeholder", "HH:MM"),
        FieldKind::Number { units, .. } if !units.is_empty() => hints.set("ui:order", vec!["value", "unit"]),
        _ => {}
    }
    hints
}

fn buttons(hints: &mut Object<'_>) {
    hints.set("ui:widget", "radio");
    hints.set("ui:options", Object::new().with("inline", true));
}
