//! Parts of a model without their words: two that are equal here mean the same, however they are written.
//!
//! Names, numbers, units and times are kept; the author's spelling of them is not.

use crate::model::{
    Administration, Clause, Constraint, Dose, Duration, Rule, Stated, Term, Tolerance, UnitRef, Value, Window,
};

/// The clause of a criterion of this code: keys of questions are counted within the criterion.
pub(super) fn clause(original: &Clause, code: &str) -> Clause {
    let mut copy = original.clone();
    strip_clause(&mut copy, code);
    copy
}

/// The same words, with the keys of questions counted within the criterion of this code.
pub(super) fn keyed(original: &Clause, code: &str) -> Clause {
    let mut copy = original.clone();
    rekey(&mut copy, code);
    copy
}

fn rekey(clause: &mut Clause, code: &str) {
    match &mut clause.rule {
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter_mut().for_each(|part| rekey(part, code));
        }
        Rule::Not { of } | Rule::OfPerson { of, .. } => rekey(of, code),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| rekey(part, code));
        }
        Rule::Attested { key, .. } | Rule::Text { key, .. } => {
            if let Some(within) = key.strip_prefix(code) {
                *key = within.to_owned();
            }
        }
        Rule::Compare { .. }
        | Rule::Between { .. }
        | Rule::Is { .. }
        | Rule::Occurs { .. }
        | Rule::Steady { .. }
        | Rule::Trend { .. } => {}
    }
}

/// A clause outside eligibility criteria.
pub(super) fn condition(original: &Clause) -> Clause {
    clause(original, "")
}

pub(super) fn term(original: &Term) -> Term {
    let mut copy = original.clone();
    strip_term(&mut copy, "");
    copy
}

pub(super) fn constraints(originals: &[Constraint]) -> Vec<Constraint> {
    originals
        .iter()
        .cloned()
        .map(|mut constraint| {
            constraint.text.clear();
            constraint
        })
        .collect()
}

pub(super) fn administration(original: &Administration) -> Administration {
    let mut copy = original.clone();
    if let Stated::Is(Dose::Amount(amount)) = &mut copy.dose {
        strip_unit(&mut amount.unit);
    }
    if let Some(cap) = &mut copy.cap {
        strip_unit(&mut cap.unit);
    }
    copy
}

pub(super) fn strip_unit(unit: &mut Option<UnitRef>) {
    if let Some(unit) = unit {
        unit.written.clone_from(&unit.ucum);
    }
}

fn strip_clause(clause: &mut Clause, code: &str) {
    clause.text.clear();
    match &mut clause.rule {
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter_mut().for_each(|part| strip_clause(part, code));
        }
        Rule::Not { of } | Rule::OfPerson { of, .. } => strip_clause(of, code),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| strip_clause(part, code));
        }
        Rule::Compare { left, right, unit, .. } => {
            [left, right].into_iter().for_each(|term| strip_term(term, code));
            strip_unit(unit);
        }
        Rule::Between { value, low, high, unit } => {
            [value, low, high].into_iter().for_each(|term| strip_term(term, code));
            strip_unit(unit);
        }
        Rule::Is { value, .. } => strip_term(value, code),
        Rule::Occurs { window, .. } => strip_window(window),
        Rule::Trend { measure, .. } => strip_term(measure, code),
        Rule::Steady { measure, tolerance, .. } => {
            strip_term(measure, code);
            if let Tolerance::Absolute { unit, .. } = tolerance {
                strip_unit(unit);
            }
        }
        Rule::Attested { key, .. } | Rule::Text { key, .. } => {
            if let Some(within) = key.strip_prefix(code) {
                *key = within.to_owned();
            }
        }
    }
}

fn strip_term(term: &mut Term, code: &str) {
    term.text.clear();
    match &mut term.value {
        Value::Constant { unit, number_text, .. } => {
            number_text.clear();
            strip_unit(unit);
        }
        Value::Measured { window, .. }
        | Value::Count { window, .. }
        | Value::Days { window, .. }
        | Value::Dose { window, .. }
        | Value::Incidence { window, .. } => strip_window(window),
        Value::Proportion { of } => strip_clause(of, code),
        Value::Arithmetic { left, right, .. } => {
            [left, right].into_iter().for_each(|term| strip_term(term, code));
        }
        Value::Call { arguments, .. } => arguments.iter_mut().for_each(|term| strip_term(term, code)),
        Value::Negative { of } => strip_term(of, code),
        Value::Table { rows, .. } => rows.iter_mut().for_each(|row| strip_term(&mut row.value, code)),
        Value::Span { .. }
        | Value::Attribute { .. }
        | Value::Limit { .. }
        | Value::Age { .. }
        | Value::DurationOf { .. }
        | Value::TimeBetween { .. }
        | Value::Change { .. }
        | Value::AreaUnder { .. } => {}
    }
}

fn strip_window(window: &mut Window) {
    window.text.clear();
}

/// Words as a reader hears them: without the spacing, quotes and dashes that typing changes.
pub(super) fn heard(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase).map(|sign| match sign {
            '‘' | '’' | '“' | '”' | '"' => '\'',
            '–' | '—' | '−' => '-',
            other => other,
        }));
    }
    out.trim_end_matches('.').to_owned()
}

/// Days of a duration that is in days; weeks are days already.
pub(super) fn in_days(by: &Duration) -> Option<i64> {
    match by {
        Duration::Days(days) => Some(*days),
        Duration::Minutes(0) | Duration::Months(0) => Some(0),
        _ => None,
    }
}
