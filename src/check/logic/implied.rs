//! Bounds that follow from others: L03 and L11.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::check::demands::{Demand, Subject, in_unit, measure_of, unit_of};
use crate::check::prose::Prose;
use crate::check::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, ArithmeticOperator, Finding, Measure, Term, TimeUnit, Trial, UnitRef, Value};
use crate::number::Exact;
use crate::units;

pub(super) fn check(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let mut limited: Limited<'_> = IndexMap::new();
    for demand in demands {
        if let Subject::Number { term, .. } = &demand.subject
            && let Some((name, _)) = measure_of(trial, term)
        {
            limited.entry(name).or_insert(demand);
        }
    }
    let flat = by_word(trial, &limited);
    for demand in demands {
        found.extend(ratio_and_part(trial, demand, &limited, &flat));
    }
    ages(trial, demands, found);
}

/// Each measure that a criterion limits, with the first demand that does.
type Limited<'a> = IndexMap<&'a str, &'a Demand<'a>>;

/// The long words of a measure's name.
fn long_words(measure: &Measure) -> BTreeSet<String> {
    let prose = Prose::new(&measure.label, None);
    prose.tokens.into_iter().filter(|token| token.lower.len() >= 5).map(|token| token.lower).collect()
}

/// The limited measures by the long words of their names.
fn by_word<'a>(trial: &Trial, limited: &Limited<'a>) -> BTreeMap<String, Vec<&'a str>> {
    let mut found: BTreeMap<String, Vec<&'a str>> = BTreeMap::new();
    for name in limited.keys() {
        for word in trial.measures.get(*name).map(long_words).unwrap_or_default() {
            found.entry(word).or_default().push(name);
        }
    }
    found
}

/// Numerator and denominator of a value that is a quotient of two measures.
fn quotient<'a>(trial: &'a Trial, term: &'a Term) -> Option<(&'a Term, &'a Term)> {
    let term = match measure_of(trial, term) {
        Some((_, measure)) => measure.quantity()?.formula_of.as_deref()?,
        None => term,
    };
    let Value::Arithmetic { left, operator: ArithmeticOperator::Divide, right } = &term.value else {
        return None;
    };
    (measure_of(trial, left).is_some() && measure_of(trial, right).is_some())
        .then_some((left.as_ref(), right.as_ref()))
}

/// A measure per body weight that is not computed from another one, and that other: `[IU]/kg/d` and `[IU]/d`, with a
/// word in common. Whether it is the same quantity is for the author to say.
fn per_weight<'a>(
    trial: &'a Trial,
    term: &Term,
    flat: &BTreeMap<String, Vec<&'a str>>,
) -> Option<(&'a str, UnitRef)> {
    let (name, measure) = measure_of(trial, term)?;
    let unit = measure.quantity()?.unit.as_ref()?;
    if !unit.ucum.contains("kg") {
        return None;
    }
    let own = unit_of(unit)?;
    let kin: BTreeSet<&str> =
        long_words(measure).iter().filter_map(|word| flat.get(word)).flatten().copied().collect();
    let part = kin.into_iter().filter(|part| *part != name).find(|part| {
        let unit = || trial.measures.get(*part)?.quantity()?.unit.as_ref();
        unit().is_some_and(|unit| {
            let per = units::parse(&format!("({})/kg", unit.ucum));
            per.is_ok_and(|per| units::commensurable(&per, &own, &measure.analyte()).is_ok())
        })
    })?;
    Some((part, UnitRef { ucum: "kg".to_owned(), written: "kg".to_owned() }))
}

/// L03: a limit on `a / b` and one on `a`: the second decides only above a certain `b`.
fn ratio_and_part<'a>(
    trial: &'a Trial,
    demand: &Demand<'a>,
    limited: &Limited<'a>,
    flat: &BTreeMap<String, Vec<&'a str>>,
) -> Option<Diagnostic> {
    let Subject::Number { term, allowed, unit, .. } = &demand.subject else { return None };
    let (part_name, per_label, per_unit, computed) = match quotient(trial, term) {
        Some((part, per)) => {
            let (_, per) = measure_of(trial, per)?;
            (measure_of(trial, part)?.0, per.label.as_str(), per.quantity()?.unit.clone()?, true)
        }
        None => {
            let (part, kilogram) = per_weight(trial, term, flat)?;
            (part, "body weight", kilogram, false)
        }
    };
    let other = limited.get(part_name)?;
    let Subject::Number { allowed: other_allowed, unit: other_unit, .. } = &other.subject else {
        return None;
    };
    let (bound, other_bound, side) = match (allowed.ceiling(), other_allowed.ceiling()) {
        (Some(bound), Some(other)) => (&bound.at, &other.at, "above"),
        _ => (&allowed.floor()?.at, &other_allowed.floor()?.at, "below"),
    };
    let joint = format!("({})/({})", other_unit.as_ref()?.ucum, per_unit.ucum);
    let joint = UnitRef { written: joint.clone(), ucum: joint };
    unit_of(&joint)?;
    let bound = in_unit(trial, term, bound, unit.as_ref(), Some(&joint))?;
    let threshold = other_bound.checked_div(&bound)?;
    let shown = format!("{} {}", threshold.to_significant(4), per_unit.written);
    let found = at(
        &codes::BINDS_BEYOND,
        other.clause.origin.0,
        format!("this limit of {} decides only when {per_label} is {side} {shown}", other.place.code),
    )?
    .label(format!("elsewhere {} is stricter", demand.place.code));
    let help = if computed {
        format!(
            "say which limit is the safety limit: {} alone is enough for participants on the other side of {shown}",
            demand.place.code
        )
    } else {
        let (name, _) = measure_of(trial, term)?;
        format!(
            "if `{name}` is `{part_name}` per body weight, declare one quantity instead of two: `derive {name} \"…\": {part_name} / weight`"
        )
    };
    Some(with(found, demand.clause.origin.0, "the limit that decides elsewhere").help(help))
}

/// The finding of an age at onset, or of a duration, and the factor from its unit to months.
fn timed(term: &Term) -> Option<(bool, &Finding, i64)> {
    let months = |unit: TimeUnit| match unit {
        TimeUnit::Year => Some(12),
        TimeUnit::Month => Some(1),
        _ => None,
    };
    match &term.value {
        Value::Age { at, unit } => match &at.of {
            Anchor::Onset { finding } if at.offset.is_none() => Some((true, finding, months(*unit)?)),
            _ => None,
        },
        Value::DurationOf { finding, unit, .. } => Some((false, finding, months(*unit)?)),
        _ => None,
    }
}

/// L11 and L12: age at onset and duration give a lowest age.
fn ages(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let mut durations: BTreeMap<&str, Vec<&Demand<'_>>> = BTreeMap::new();
    for demand in demands {
        if let Subject::Number { term, .. } = &demand.subject
            && let Some((false, finding, _)) = timed(term)
        {
            durations.entry(&finding.name).or_default().push(demand);
        }
    }
    for onset in demands {
        let Subject::Number { term, allowed, .. } = &onset.subject else { continue };
        let Some((true, finding, factor)) = timed(term) else { continue };
        let Some(low) = allowed.floor() else { continue };
        let low = &low.at * &Exact::from(factor);
        for duration in durations.get(finding.name.as_str()).into_iter().flatten() {
            let Subject::Number { term, allowed, .. } = &duration.subject else { continue };
            let Some((_, _, factor)) = timed(term) else { continue };
            let Some(shortest) = allowed.floor() else { continue };
            let months = &low + &(&shortest.at * &Exact::from(factor));
            let Some(years) = months.checked_div(&Exact::from(12)).filter(Exact::is_integer) else {
                continue;
            };
            let longest = allowed.ceiling().and_then(|end| {
                (&low + &(&end.at * &Exact::from(factor)))
                    .checked_div(&Exact::from(12))
                    .filter(Exact::is_integer)
            });
            found.extend(lowest_age(trial, demands, onset, duration, &years, longest));
        }
    }
}

fn lowest_age(
    trial: &Trial,
    demands: &[Demand<'_>],
    onset: &Demand<'_>,
    duration: &Demand<'_>,
    years: &Exact,
    longest: Option<Exact>,
) -> Option<Diagnostic> {
    let age = demands.iter().find_map(|demand| match &demand.subject {
        Subject::Number { term, allowed, .. } => match &term.value {
            Value::Age { at, unit: TimeUnit::Year } if !matches!(at.of, Anchor::Onset { .. }) => {
                Some((demand.clause.origin.0, allowed.clone()))
            }
            _ => None,
        },
        _ => None,
    });
    let registry = || {
        let limits = trial.header.ages.as_ref()?;
        let (low, high) = limits.low.clone().zip(limits.high.clone())?;
        let span = trial.header.origins.get("ages").or(trial.header.origin.0);
        Some((span, crate::check::ranges::Ranges::between(&low, &high)))
    };
    let age = age.or_else(registry);
    let (one, two) = (onset.place.code, duration.place.code);
    if let Some((span, allowed)) = &age
        && let Some(highest) = allowed.ceiling()
        && highest.at < *years
    {
        let found = at(
            &codes::UNSATISFIABLE,
            duration.clause.origin.0,
            format!("nobody can be eligible: {one} and {two} together need an age of at least {years}"),
        )?
        .label("with the age at onset");
        let found = with(found, onset.clause.origin.0, "with the duration");
        return Some(
            with(found, *span, format!("at most {}", highest.at)).help("change one of the three limits"),
        );
    }
    let found = at(
        &codes::IMPLIED_BOUND,
        duration.clause.origin.0,
        format!("{one} and {two} together imply an age of at least {years} years"),
    )?
    .label("with the age at onset");
    let mut found = with(found, onset.clause.origin.0, "with the duration");
    let mut help = match age.as_ref().and_then(|(span, allowed)| Some((span, allowed.floor()?))) {
        Some((span, floor)) if floor.at >= *years => {
            found = with(found, *span, "the age limit that decides");
            format!("nothing to repair: the age limit of {} decides", floor.at)
        }
        Some((span, floor)) => {
            found = with(found, *span, "never reached");
            format!("the age limit of {} is never reached; say {years}, or check the other two", floor.at)
        }
        None => format!("state the age limit of {years} years, so that nobody is screened in vain"),
    };
    if let Some(longest) = longest {
        help.push_str(&format!("; the longest duration is reached only from the age of {longest}"));
    }
    Some(found.help(help))
}
