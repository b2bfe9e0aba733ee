//! What is wrong with the forms: a needed value that no form holds in time, a field that nothing needs, and declared
//! fields that contradict the protocol or themselves.

mod declared;
mod reach;

pub(super) use declared::{carries, lists, no_such_field, no_such_value, too_narrow, wrong_unit};

use super::book::Book;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, FieldKind, Form, Why};

pub(super) fn check(book: &Book<'_>, diagnostics: &mut Vec<Diagnostic>) {
    reach::check(book, diagnostics);
    for (name, form) in &book.forms {
        for field in &form.fields {
            diagnostics.extend(no_way_out(form, field));
            diagnostics.extend(idle(name, form, field));
        }
    }
}

/// F06: a required choice on a form that is always filled in, without a value for what is not known.
fn no_way_out(form: &Form, field: &Field) -> Option<Diagnostic> {
    let FieldKind::Choice { levels } = &field.kind else { return None };
    let words = ["unknown", "other", "none", "not", "na", "n/a", "u"];
    let open = levels.iter().any(|level| {
        let text = format!("{} {}", level.value, level.label.as_deref().unwrap_or_default()).to_lowercase();
        text.split(|sign: char| !sign.is_alphanumeric() && sign != '/').any(|word| words.contains(&word))
    });
    let can_be_skipped =
        form.fields.iter().any(|field| field.name.ends_with("PERF")) || !field.when.is_empty();
    if !field.required || open || can_be_skipped || !field.why.contains(&Why::Declared) || levels.len() < 2 {
        return None;
    }
    let message =
        format!("`{}` must be answered, but its list has no answer for what is not known", field.label);
    Some(
        Diagnostic::new(&codes::CLOSED_LIST, field.origin.0?, message)
            .label("a site that does not know has to guess")
            .help("add a value such as `unknown \"Not known\"`, or leave out `required`"),
    )
}

/// F02: a measure that is collected and feeds no criterion, outcome, stratum, condition or formula, and is no part of the
/// watch over safety either. What the author put on a form by hand is taken to be meant.
fn idle(name: &str, form: &Form, field: &Field) -> Option<Diagnostic> {
    let safety =
        ["VS", "LB", "EG", "PE", "AE", "CE", "CM", "MH", "EX", "DA", "DS", "SV", "DM", "SC", "IE", "AP"];
    if safety.contains(&form.domain.as_str()) {
        return None;
    }
    let result = field.measure.is_some() && field.name.ends_with("ORRES");
    if !result || !field.why.iter().all(|why| matches!(why, Why::Schedule { .. })) {
        return None;
    }
    let message =
        format!("`{}` is collected (form {name}), but nothing in the protocol uses it", field.label);
    let times = match field.visits.as_ref().map_or(form.visits.len(), Vec::len) {
        0 | 1 => String::new(),
        visits => format!(", at {visits} visits"),
    };
    Some(
        Diagnostic::new(&codes::IDLE_FIELD, field.origin.0?, message)
            .label(format!("feeds no criterion, outcome, stratum, condition or formula{times}"))
            .unused(field.measure.as_deref().unwrap_or(&field.label))
            .help(
                "name the outcome that it serves, `outcome exploratory … { value: … }`, or do not collect it",
            ),
    )
}
