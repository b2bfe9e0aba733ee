//! What each criterion demands of a participant: the tests that must all come out one way for them to be eligible.
//!
//! `exclude sbp > 160 mmHg or dbp > 100 mmHg` demands two things at once; `include a or b` demands neither alone,
//! so the whole alternative is one demand. Everything here is necessary for eligibility, nothing is guessed.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value as Json;

use super::ranges::Ranges;
use super::visit::{Place, criteria};
use crate::model::{
    Clause, Comparator, CriterionKind, Duration, Limit, Measure, MeasureKind, Rule, Term, Trial, UnitRef,
    Value,
};
use crate::number::Exact;
use crate::units::{self, Unit};

/// One test that must come out one way.
#[derive(Clone, Debug)]
pub(super) struct Demand<'a> {
    pub place: Place<'a>,
    /// The author's words for the test.
    pub clause: &'a Clause,
    pub subject: Subject<'a>,
    /// The criterion demands nothing else.
    pub alone: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Subject<'a> {
    /// A number, in `unit`, must lie in `allowed`.
    Number { key: String, term: &'a Term, unit: Option<UnitRef>, allowed: Ranges },
    /// A coded value must be one of `allowed`.
    Level { key: String, term: &'a Term, allowed: BTreeSet<String> },
    /// Anything else must hold, or must not.
    Truth { key: String, holds: bool },
}

impl Subject<'_> {
    /// The same for the same value of the same person at the same time.
    pub fn key(&self) -> &str {
        match self {
            Subject::Number { key, .. } | Subject::Level { key, .. } | Subject::Truth { key, .. } => key,
        }
    }

    /// No value meets both.
    pub fn contradicts(&self, other: &Self) -> bool {
        match (self, other) {
            (Subject::Number { allowed: one, .. }, Subject::Number { allowed: two, .. }) => {
                one.and(two).is_empty()
            }
            (Subject::Level { allowed: one, .. }, Subject::Level { allowed: two, .. }) => {
                one.is_disjoint(two)
            }
            (Subject::Truth { holds: one, .. }, Subject::Truth { holds: two, .. }) => one != two,
            _ => false,
        }
    }

    /// Whatever meets this meets the other.
    pub fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Subject::Number { allowed: one, .. }, Subject::Number { allowed: two, .. }) => {
                one.is_within(two)
            }
            (Subject::Level { allowed: one, .. }, Subject::Level { allowed: two, .. }) => one.is_subset(two),
            (Subject::Truth { holds: one, .. }, Subject::Truth { holds: two, .. }) => one == two,
            _ => false,
        }
    }
}

/// Every demand of every criterion, in source order.
pub(super) fn demands(trial: &Trial) -> Vec<Demand<'_>> {
    criteria(trial)
        .collect::<Vec<_>>()
        .into_par_iter()
        .flat_map_iter(|place| demands_of(trial, place))
        .collect()
}

/// The tests that one criterion demands, each with whether it must hold or fail.
pub(super) fn tests_of(place: Place<'_>) -> Vec<(&Clause, bool)> {
    let mut tests = Vec::new();
    split(&place.criterion.rule, place.criterion.kind == CriterionKind::Include, &mut tests);
    tests
}

/// The demands of one criterion.
fn demands_of<'a>(trial: &'a Trial, place: Place<'a>) -> Vec<Demand<'a>> {
    let tests = tests_of(place);
    let alone = tests.len() == 1;
    let demand = |(clause, holds): (&'a Clause, bool)| {
        let mut subject = subject(trial, clause, holds);
        // Two decisions are made at two times.
        let (Subject::Number { key, .. } | Subject::Level { key, .. } | Subject::Truth { key, .. }) =
            &mut subject;
        if key.contains(r#""anchor":"decision""#) {
            key.push_str(place.decision);
        }
        Demand { place, clause, subject, alone }
    };
    tests.into_iter().map(demand).collect()
}

/// The clauses that must all hold, or must all fail, for the whole to do so.
fn split<'a>(clause: &'a Clause, holds: bool, tests: &mut Vec<(&'a Clause, bool)>) {
    match (&clause.rule, holds) {
        (Rule::All { of }, true) | (Rule::Any { of }, false) => {
            of.iter().for_each(|part| split(part, holds, tests))
        }
        (Rule::Count { of, high: Some(0), .. }, true) => of.iter().for_each(|part| split(part, false, tests)),
        (Rule::Count { of, low: Some(1), high: None }, false) => {
            of.iter().for_each(|part| split(part, false, tests))
        }
        (Rule::Not { of }, _) => split(of, !holds, tests),
        _ => tests.push((clause, holds)),
    }
}

fn subject<'a>(trial: &'a Trial, clause: &'a Clause, holds: bool) -> Subject<'a> {
    let truth = || Subject::Truth { key: meaning(&clause.rule), holds };
    let found = match &clause.rule {
        Rule::Compare { left, operator, right, unit } => {
            compared(trial, left, *operator, right, unit.as_ref())
        }
        Rule::Between { value, low, high, unit } => between(trial, value, low, high, unit.as_ref()),
        Rule::Is { value, one_of } => {
            let allowed: BTreeSet<String> = one_of.iter().cloned().collect();
            let all = levels(trial, value);
            let allowed = match (holds, all) {
                (true, _) => allowed,
                (false, Some(all)) => all.difference(&allowed).cloned().collect(),
                (false, None) => return truth(),
            };
            return Subject::Level { key: identity(value), term: value, allowed };
        }
        _ => None,
    };
    match found {
        Some((key, term, unit, allowed)) => {
            let allowed = if holds { allowed } else { allowed.not() };
            let allowed = if is_whole(trial, term) { allowed.whole() } else { allowed };
            Subject::Number { key, term, unit, allowed }
        }
        None => truth(),
    }
}

type Numbered<'a> = (String, &'a Term, Option<UnitRef>, Ranges);

fn compared<'a>(
    trial: &Trial,
    left: &'a Term,
    operator: Comparator,
    right: &Term,
    unit: Option<&UnitRef>,
) -> Option<Numbered<'a>> {
    let (key, unit, value) = against(trial, left, right, unit)?;
    Some((key, left, unit, Ranges::compared(operator, &value)))
}

fn between<'a>(
    trial: &Trial,
    value: &'a Term,
    low: &Term,
    high: &Term,
    unit: Option<&UnitRef>,
) -> Option<Numbered<'a>> {
    let (key, shown, low) = against(trial, value, low, unit)?;
    let (other, _, high) = against(trial, value, high, unit)?;
    (key == other).then(|| (key, value, shown, Ranges::between(&low, &high)))
}

/// The key of a value compared with a fixed one, the unit in which its bounds are kept, and the bound.
fn against(
    trial: &Trial,
    value: &Term,
    bound: &Term,
    unit: Option<&UnitRef>,
) -> Option<(String, Option<UnitRef>, Exact)> {
    let key = identity(value);
    match &bound.value {
        Value::Constant { number, unit: own, .. } => {
            let to = home_unit(trial, value).or(unit.cloned());
            let number = in_unit(trial, value, number, own.as_ref().or(unit), to.as_ref())?;
            Some((key, to, number))
        }
        Value::Limit { factor, limit, .. } => {
            let (name, word) = match limit {
                Limit::Uln => ("uln", "x ULN"),
                Limit::Lln => ("lln", "x LLN"),
            };
            let unit = UnitRef { ucum: name.into(), written: word.into() };
            Some((format!("{key} {name}"), Some(unit), factor.clone()))
        }
        Value::Span { duration } => {
            let (number, word) = match duration {
                Duration::Months(months) => (*months, "months"),
                Duration::Days(days) => (*days, "days"),
                Duration::Minutes(minutes) => (*minutes, "minutes"),
                Duration::Longest(_) | Duration::Shortest(_) => return None,
            };
            let unit = UnitRef { ucum: word.into(), written: word.into() };
            Some((format!("{key} {word}"), Some(unit), Exact::from(number)))
        }
        _ => None,
    }
}

/// A number of this value in another unit.
pub(super) fn in_unit(
    trial: &Trial,
    value: &Term,
    number: &Exact,
    from: Option<&UnitRef>,
    to: Option<&UnitRef>,
) -> Option<Exact> {
    match (from, to) {
        (Some(from), Some(to)) => {
            let analyte = measure_of(trial, value).map(|(_, measure)| measure.analyte()).unwrap_or_default();
            units::convert(number, &unit_of(from)?, &unit_of(to)?, &analyte)
                .ok()
                .map(|converted| converted.value)
        }
        _ => Some(number.clone()),
    }
}

pub(super) fn unit_of(unit: &UnitRef) -> Option<Unit> {
    units::parse(&unit.ucum).ok()
}

/// The measure whose values a term gives.
pub(super) fn measure_of<'a>(trial: &'a Trial, term: &'a Term) -> Option<(&'a str, &'a Measure)> {
    match &term.value {
        Value::Measured { measure, .. } => {
            trial.measures.get_key_value(measure.as_str()).map(|(name, measure)| (name.as_str(), measure))
        }
        _ => None,
    }
}

fn home_unit(trial: &Trial, term: &Term) -> Option<UnitRef> {
    measure_of(trial, term)?.1.quantity()?.unit.clone()
}

/// Only whole numbers occur: completed units of time, counts, scores.
fn is_whole(trial: &Trial, term: &Term) -> bool {
    match &term.value {
        Value::Age { .. } | Value::DurationOf { .. } | Value::Count { .. } | Value::Days { .. } => true,
        Value::Measured { .. } => {
            matches!(measure_of(trial, term), Some((_, Measure { kind: MeasureKind::Score { .. }, .. })))
        }
        _ => false,
    }
}

fn levels(trial: &Trial, term: &Term) -> Option<BTreeSet<String>> {
    match &term.value {
        Value::Attribute { name } if name == "sex" => Some(["female", "male"].map(str::to_owned).into()),
        Value::Attribute { name } if name == "arm" => Some(trial.arms.keys().cloned().collect()),
        Value::Measured { .. } => match &measure_of(trial, term)?.1.kind {
            MeasureKind::Coded { levels, .. } => {
                Some(levels.iter().map(|level| level.value.clone()).collect())
            }
            MeasureKind::Score { low, high, .. } => {
                Some((*low..=*high).map(|score| score.to_string()).collect())
            }
            MeasureKind::Quantity(_) => None,
        },
        _ => None,
    }
}

/// A name for a value: equal for the same value of a person, whatever the words. The latest value up to a moment is
/// the same one however far the window reaches back, because both demands need it.
fn identity(term: &Term) -> String {
    let mut json = plain(&term.value);
    if json.get("value").is_some_and(|value| value == "measured")
        && json.get("select").is_some_and(|select| select == "latest")
        && let Some(window) = json.get_mut("window").and_then(Json::as_object_mut)
        && window.get("to").is_some_and(|to| !to.is_null())
    {
        window.remove("from");
    }
    json.to_string()
}

/// What a part of a rule means, without the words in which it is said.
pub(super) fn meaning(part: &impl Serialize) -> String {
    plain(part).to_string()
}

fn plain(part: &impl Serialize) -> Json {
    fn strip(json: &mut Json) {
        match json {
            Json::Object(fields) => {
                for words in ["text", "number_text", "written"] {
                    fields.remove(words);
                }
                fields.values_mut().for_each(strip);
            }
            Json::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(part).unwrap_or_default();
    strip(&mut json);
    json
}
