//! F03, F04, F05 and F07: declared fields against the protocol and against each other.

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::forms::declare::{in_unit, values_of};
use crate::model::{
    Clause, DeclaredField, DeclaredForm, Field, FieldCondition, FieldKind, Measure, MeasureKind, Named,
    Origin, Rule, Term, Trial, UnitRef, Value,
};
use crate::number::Exact;
use crate::units;

/// F03: the unit of a range does not convert to the field's.
pub(in crate::forms) fn wrong_unit(content: &DeclaredField, reason: &str, unit: &str) -> Option<Diagnostic> {
    let message =
        format!("the range of `{}` is in a unit that does not fit the field: {reason}", content.name);
    Some(
        Diagnostic::new(&codes::FIELD_UNIT, content.origin.0?, message)
            .label(format!("the field is in {unit}"))
            .help(format!("give the range in {unit}, or in a unit that converts to it")),
    )
}

/// F03 and F07: values of a measure must fit into the declared type.
pub(in crate::forms) fn carries(
    kind: &FieldKind,
    name: &str,
    measure: &Measure,
    content: &DeclaredField,
) -> Option<Diagnostic> {
    let span = content.origin.0?;
    match (&measure.kind, kind) {
        (MeasureKind::Quantity(quantity), FieldKind::Number { units: wanted, .. }) => {
            let own = quantity.unit.as_ref()?;
            let analyte = measure.analyte();
            let read = |unit: &UnitRef| units::parse(&unit.ucum).ok();
            let (unit, error) = wanted.iter().find_map(|unit| {
                Some((unit, units::commensurable(&read(unit)?, &read(own)?, &analyte).err()?))
            })?;
            let message = format!("`{}` cannot be recorded in {}: {error}", measure.label, unit.written);
            let help = error
                .help
                .unwrap_or_else(|| format!("record it in {}, the unit of the measure", own.written));
            let label = format!("the rules use `{name}` in {}", own.written);
            Some(Diagnostic::new(&codes::FIELD_UNIT, span, message).label(label).help(help))
        }
        (
            MeasureKind::Quantity(_) | MeasureKind::Score { .. },
            FieldKind::Integer { .. } | FieldKind::Choice { .. },
        ) => None,
        (MeasureKind::Coded { levels, .. }, FieldKind::Choice { levels: chosen }) => {
            let missing = levels.iter().find(|level| chosen.iter().all(|other| other.value != level.value));
            let foreign = chosen.iter().find(|other| levels.iter().all(|level| level.value != other.value));
            let message = match (missing, foreign) {
                (Some(level), _) => {
                    format!("the list of `{}` lacks the value `{}` of the measure", content.name, level.value)
                }
                (None, Some(level)) => format!("`{}` is no value of the measure `{name}`", level.value),
                (None, None) => return None,
            };
            let values: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
            Some(
                Diagnostic::new(&codes::TWO_LISTS, span, message)
                    .label(format!("`{name}` has the values {}", values.join(", ")))
                    .help("give the measure its values where it is declared, and leave the type of the field out"),
            )
        }
        (_, kind) => {
            let message = format!("a field of type {} cannot carry `{}`", type_name(kind), measure.label);
            let help = "leave the type out: the field takes that of the measure".to_owned();
            Some(
                Diagnostic::new(&codes::FIELD_UNIT, span, message)
                    .label(format!("records `{name}`"))
                    .help(help),
            )
        }
    }
}

fn type_name(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "`text`",
        FieldKind::Integer { .. } => "`integer`",
        FieldKind::Number { .. } => "`number`",
        FieldKind::Date => "`date`",
        FieldKind::PartialDate => "`partial_date`",
        FieldKind::Time => "`time`",
        FieldKind::YesNo => "`yes_no`",
        FieldKind::Choice { .. } => "`choice`",
    }
}

/// F05: a condition on a field that the form does not have.
pub(in crate::forms) fn no_such_field(
    content: &DeclaredField,
    condition: &FieldCondition,
    known: &[String],
) -> Option<Diagnostic> {
    let wanted = &condition.field;
    let message = if *wanted == content.name {
        format!("`{wanted}` is asked only for some of its own values")
    } else {
        format!("`{}` depends on `{wanted}`, which is no field of this form", content.name)
    };
    let offer = did_you_mean(wanted, known.iter().map(String::as_str).filter(|name| *name != content.name));
    let help = match offer {
        Some(other) => format!("did you mean `{other}`?"),
        None => {
            format!("declare it on the same form (`field {wanted} \"…\": yes_no`), or take the condition out")
        }
    };
    let found = Diagnostic::new(&codes::SKIP_LOGIC, content.origin.0?, message);
    Some(found.label("the condition can never be looked at").help(help))
}

/// F05: a condition on a value that the other field cannot have.
pub(in crate::forms) fn no_such_value(
    content: &DeclaredField,
    condition: &FieldCondition,
    wrong: &str,
    allowed: &[String],
) -> Option<Diagnostic> {
    let message =
        format!("`{}` is asked when `{}` is `{wrong}`, which it can never be", content.name, condition.field);
    let help = match did_you_mean(wrong, allowed.iter().map(String::as_str)) {
        Some(other) => format!("did you mean `{other}`?"),
        None => format!("its values are {}", allowed.join(", ")),
    };
    let found = Diagnostic::new(&codes::SKIP_LOGIC, content.origin.0?, message);
    Some(found.label("never asked").help(help))
}

/// F07: two forms ask the same with different lists.
pub(in crate::forms) fn lists(declared: &Named<DeclaredForm>, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: Vec<(&str, &DeclaredField, Vec<String>)> = Vec::new();
    for (form, content) in declared {
        for field in &content.fields {
            let Some(kind @ FieldKind::Choice { .. }) = &field.kind else { continue };
            let values = values_of(kind);
            match seen.iter().find(|(other, known, _)| other != form && known.name == field.name) {
                Some((other, known, before)) if *before != values => {
                    let (Some(span), Some(first)) = (field.origin.0, known.origin.0) else { continue };
                    let message = format!("`{}` has another list of answers on form {other}", field.name);
                    diagnostics.push(
                        Diagnostic::new(&codes::TWO_LISTS, span, message)
                            .label(format!("here: {}", values.join(", ")))
                            .and(first, format!("there: {}", before.join(", ")))
                            .help("use one list on both forms, or two names, so that the answers can be read together"),
                    );
                }
                Some(_) => {}
                None => seen.push((form, field, values)),
            }
        }
    }
}

/// F04: hard limits that shut out a value on which a rule of the protocol turns, or every value.
pub(in crate::forms) fn too_narrow(
    trial: &Trial,
    field: &Field,
    range: (&Exact, &Exact),
    content: &DeclaredField,
) -> Option<Diagnostic> {
    let span = content.origin.0?;
    let (low, high) = range;
    let FieldKind::Number { units, .. } = &field.kind else { return None };
    let unit = units.first();
    let shown = |value: &Exact| match unit {
        Some(unit) => format!("{} {}", value.to_significant(4), unit.written),
        None => value.to_significant(4),
    };
    if low > high {
        let message = format!("the range of `{}` is empty: {low} is above {high}", content.name);
        let found = Diagnostic::new(&codes::NARROW_RANGE, span, message).label("no value can be entered");
        return Some(found.help(format!("write the lower limit first: `range: {high} to {low}`")));
    }
    let name = field.measure.as_deref()?;
    let measure = trial.measures.get(name);
    let shut_out = thresholds(trial, name).into_iter().find_map(|threshold| {
        let value = in_unit(&threshold.number, threshold.unit.as_ref(), unit, measure).ok()?;
        (value < *low || value > *high).then_some((threshold, value))
    });
    let (threshold, value) = shut_out?;
    let message = format!(
        "the range of `{}` shuts out {}, on which criterion {} turns",
        content.name,
        shown(&value),
        threshold.code
    );
    let found = Diagnostic::new(&codes::NARROW_RANGE, span, message)
        .label(format!("only {} to {} can be entered", shown(low), shown(high)))
        .help("widen the range, so that the value that decides and values beyond it can be recorded");
    Some(match threshold.origin.0 {
        Some(of_rule) => found.and(of_rule, "the protocol's limit"),
        None => found,
    })
}

/// A number with which a criterion compares a measure.
struct Threshold {
    code: String,
    number: Exact,
    unit: Option<UnitRef>,
    origin: Origin,
}

fn thresholds(trial: &Trial, measure: &str) -> Vec<Threshold> {
    let mut found = Vec::new();
    for (code, criterion) in trial.decisions.values().flat_map(|decision| &decision.criteria) {
        of_clause(&criterion.rule, measure, code, &mut found);
    }
    found
}

fn of_clause(clause: &Clause, measure: &str, code: &str, found: &mut Vec<Threshold>) {
    match &clause.rule {
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter().for_each(|part| of_clause(part, measure, code, found));
        }
        Rule::Not { of } => of_clause(of, measure, code, found),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| of_clause(part, measure, code, found));
        }
        Rule::Compare { left, right, .. } => {
            if records(left, measure) {
                numbers(right, code, found);
            } else if records(right, measure) {
                numbers(left, code, found);
            }
        }
        Rule::Between { value, low, high, .. } if records(value, measure) => {
            numbers(low, code, found);
            numbers(high, code, found);
        }
        _ => {}
    }
}

fn records(term: &Term, wanted: &str) -> bool {
    matches!(&term.value, Value::Measured { measure, .. } if measure == wanted)
}

fn numbers(term: &Term, code: &str, found: &mut Vec<Threshold>) {
    match &term.value {
        Value::Constant { number, unit, .. } => found.push(Threshold {
            code: code.to_owned(),
            number: number.clone(),
            unit: unit.clone(),
            origin: term.origin,
        }),
        Value::Table { rows, .. } => rows.iter().for_each(|row| numbers(&row.value, code, found)),
        _ => {}
    }
}
