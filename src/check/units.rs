//! U: units that are read, but hardly meant. Units that cannot be read or compared are reported by lowering.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::at;
use super::visit::{Node, everything, is_own, own_files};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Administration, Amount, Dose, Measure, Named, Rule, Stated, Term, Trial, UnitRef, Value};
use crate::number::Exact;
use crate::source::Span;
use crate::units::{self, Base, PlausibleRange, Unit};

/// A literal limit for the values of a measure.
struct Limit<'a> {
    name: &'a str,
    measure: &'a Measure,
    number: &'a Exact,
    text: &'a str,
    /// The author's unit; a pure number has none.
    unit: Option<(&'a UnitRef, Unit)>,
    span: Span,
}

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let limits = limits(trial);
    for limit in &limits {
        found.extend(implausible(limit));
        found.extend(too_precise(limit));
        found.extend(activity(limit));
        found.extend(spelling(limit));
    }
    mixed_systems(&limits, found);
    other_substances(trial, found);
    no_molar_mass(trial, found);
    doubtful_doses(trial, found);
    doses(trial, found);
}

fn limits(trial: &Trial) -> Vec<Limit<'_>> {
    let mut found = Vec::new();
    everything(trial, &mut |node| {
        let Node::Clause(clause) = node else { return };
        let (value, bounds, unit) = match &clause.rule {
            Rule::Compare { left, right, unit, .. } => (left, vec![right], unit),
            Rule::Between { value, low, high, unit } => (value, vec![low, high], unit),
            _ => return,
        };
        let Value::Measured { measure: name, .. } = &value.value else { return };
        let Some((name, measure)) = trial.measures.get_key_value(name.as_str()) else { return };
        for bound in bounds.into_iter().flat_map(constants) {
            let Value::Constant { number, unit: own, number_text } = &bound.value else { continue };
            let Some(span) = bound.origin.0 else { continue };
            let unit = own.as_ref().or(unit.as_ref()).and_then(|unit| Some((unit, read(unit)?)));
            found.push(Limit { name, measure, number, text: number_text, unit, span });
        }
    });
    found
}

/// The literals that a bound consists of: itself, or the rows of a table.
fn constants(bound: &Term) -> Vec<&Term> {
    match &bound.value {
        Value::Constant { .. } => vec![bound],
        Value::Table { rows, .. } => rows.iter().flat_map(|row| constants(&row.value)).collect(),
        _ => Vec::new(),
    }
}

fn read(unit: &UnitRef) -> Option<Unit> {
    units::parse(&unit.written).or_else(|_| units::parse(&unit.ucum)).ok()
}

/// U03 and N07: a limit that no participant can come near.
fn implausible(limit: &Limit<'_>) -> Option<Diagnostic> {
    let quantity = limit.measure.quantity()?;
    let (low, high) = quantity.plausible.clone()?;
    let doubtful = limit.unit.as_ref().is_some_and(|(_, unit)| unit.advice().is_some());
    if limit.number.is_zero() || doubtful {
        return None;
    }
    let label = &limit.measure.label;
    let Some((_, unit)) = &limit.unit else {
        let outside = *limit.number < low || *limit.number > high;
        return outside.then(|| {
            let side = if *limit.number < low { "below" } else { "above" };
            Diagnostic::new(
                &codes::IMPLAUSIBLE_VALUE,
                limit.span,
                format!("this limit for {label} is {side} any plausible value"),
            )
            .label(format!("plausible: {low} to {high}"))
            .help(format!("check the number; values of {label} lie between {low} and {high}"))
        });
    };
    let home = read(quantity.unit.as_ref()?)?;
    let analyte = limit.measure.analyte();
    let mut accepted: Vec<Unit> = quantity.unit.iter().chain(&quantity.units).filter_map(read).collect();
    // Counts are also written per microlitre, whatever the laboratory reports.
    accepted.extend(units::parse("/uL").ok());
    let range = PlausibleRange { low: low.clone(), high: high.clone(), unit: home.clone() };
    let problem = units::implausible(limit.number, unit, &range, &accepted, &analyte).ok()??;
    let shown = |value: &Exact| value.to_significant(4);
    let plausible = format!("{} to {} {home}", shown(&low), shown(&high));
    let same = unit == &home;
    let note = if same {
        format!("plausible: {plausible}")
    } else {
        format!("= {} {home}; plausible: {plausible}", shown(&problem.value))
    };
    let message = format!("this limit for {label} is {problem}");
    let found = match &problem.suggestion {
        Some((meant, value)) => {
            let equal = if meant == &home { String::new() } else { format!(" (= {} {home})", shown(value)) };
            let found = Diagnostic::new(&codes::IMPLAUSIBLE_UNIT, limit.span, message)
                .help(format!("did you mean {} {meant}{equal}?", limit.text));
            match unit_span(limit) {
                Some(span) => found.fix(span, meant.written()),
                None => found,
            }
        }
        None => Diagnostic::new(&codes::IMPLAUSIBLE_VALUE, limit.span, message).help(format!(
            "check the number and its unit; values of {label} lie between {} and {} {home}",
            shown(&low),
            shown(&high)
        )),
    };
    Some(found.label(note))
}

/// The author's unit behind the number, where it can be found: the end of the literal.
fn unit_span(limit: &Limit<'_>) -> Option<Span> {
    let (unit, _) = limit.unit.as_ref()?;
    let literal = limit.span.range().len();
    let written = unit.written.len();
    (literal > written + limit.text.len() - 1 && limit.span.range().len() >= limit.text.len() + written)
        .then(|| limit.span.slice(literal - written..literal))
}

/// N06: more decimals than the laboratory reports.
fn too_precise(limit: &Limit<'_>) -> Option<Diagnostic> {
    let quantity = limit.measure.quantity()?;
    let precision = quantity.precision?;
    if let (Some((unit, _)), Some(home)) = (&limit.unit, &quantity.unit)
        && unit.ucum != home.ucum
    {
        return None;
    }
    let decimals = limit.text.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
    let label = &limit.measure.label;
    (decimals > precision as usize).then(|| {
        let reported = match precision {
            0 => "as a whole number".to_owned(),
            1 => "with 1 decimal".to_owned(),
            more => format!("with {more} decimals"),
        };
        Diagnostic::new(
            &codes::TOO_PRECISE,
            limit.span,
            format!("this limit is more precise than {label} is reported"),
        )
        .label(format!("{decimals} decimals; {label} is reported {reported}"))
        .help(format!("write it {reported}: {}", limit.number.with_digits(precision as usize)))
    })
}

/// U05 and U13: a unit that UCUM reads as something else than everybody means.
fn activity(limit: &Limit<'_>) -> Option<Diagnostic> {
    let (written, unit) = limit.unit.as_ref()?;
    let quantity = limit.measure.quantity()?;
    let accepted: Vec<Unit> = quantity.unit.iter().chain(&quantity.units).filter_map(read).collect();
    let advice = units::advise(unit, &accepted, &limit.measure.analyte())?;
    let code = if unit.advice().is_some() { &codes::FALSE_FRIEND } else { &codes::ENZYME_UNIT };
    let span = unit_span(limit).unwrap_or(limit.span);
    let found = Diagnostic::new(code, span, format!("`{}`: {}", written.written, advice.message))
        .label(format!("in a limit for {}", limit.measure.label));
    Some(match &advice.replacement {
        Some(meant) => found.help(format!("write `{} {meant}`", limit.text)).fix(span, meant.clone()),
        None => found.help("write the unit in UCUM, such as `mg/dL` or `[IU]/L`"),
    })
}

/// U10: right, but in capitals or small letters that UCUM reads differently.
fn spelling(limit: &Limit<'_>) -> Option<Diagnostic> {
    let (unit, read) = limit.unit.as_ref()?;
    let differs = unit.written != unit.ucum && unit.written.eq_ignore_ascii_case(&unit.ucum);
    if !differs || read.advice().is_some() {
        return None;
    }
    let span = unit_span(limit)?;
    Some(
        Diagnostic::new(
            &codes::UNIT_SPELLING,
            span,
            format!("`{}` is spelled `{}` in UCUM", unit.written, unit.ucum),
        )
        .label("understood")
        .help(format!("write `{}`; capital and small letters differ in UCUM", unit.ucum))
        .fix(span, unit.ucum.clone()),
    )
}

/// U04 and U07: limits for one measure in units that meet only through the substance.
fn mixed_systems(limits: &[Limit<'_>], found: &mut Vec<Diagnostic>) {
    let mut by_measure: IndexMap<&str, Vec<&Limit<'_>>> = IndexMap::new();
    for limit in limits.iter().filter(|limit| limit.unit.is_some()) {
        by_measure.entry(limit.name).or_default().push(limit);
    }
    for limits in by_measure.values() {
        let Some((first, rest)) = limits.split_first() else { continue };
        let mut told = BTreeSet::new();
        for other in rest {
            let (Some((one, from)), Some((two, to))) = (&other.unit, &first.unit) else { continue };
            let Ok(converted) = units::convert(other.number, from, to, &first.measure.analyte()) else {
                continue;
            };
            if converted.by.is_empty() || !told.insert(one.ucum.as_str()) {
                continue;
            }
            let label = &first.measure.label;
            let hba1c = converted.factor.is_none();
            let (code, message) = if hba1c {
                (
                    &codes::HBA1C_SCALES,
                    format!(
                        "{label} is limited on two scales, `{one}` and `{two}`",
                        one = one.written,
                        two = two.written
                    ),
                )
            } else {
                (
                    &codes::MIXED_SYSTEMS,
                    format!("{label} is limited in `{}` here and in `{}` there", one.written, two.written),
                )
            };
            let basis = converted.by.first().map_or(String::new(), |step| format!("; by {step}"));
            found.push(
                Diagnostic::new(code, other.span, message)
                    .label(format!("= {} {}", converted.shown(), to))
                    .and(first.span, format!("in `{}`", two.written))
                    .help(format!("give all limits for {label} in `{}`{basis}", two.written)),
            );
        }
    }
}

/// U02: the masses of two substances set against each other, such as urea and urea nitrogen.
fn other_substances(trial: &Trial, found: &mut Vec<Diagnostic>) {
    everything(trial, &mut |node| {
        let Node::Clause(clause) = node else { return };
        let Rule::Compare { left, right, .. } = &clause.rule else { return };
        let (Some(one), Some(two)) = (weighed(trial, left), weighed(trial, right)) else { return };
        let (Some(here), Some(there)) = (right.origin.0, left.origin.0) else { return };
        if one.formula == two.formula {
            return;
        }
        found.push(
            Diagnostic::new(
                &codes::UNIT_MISMATCH,
                here,
                format!(
                    "masses of two substances are compared: {} ({}) and {} ({})",
                    one.label, one.formula, two.label, two.formula
                ),
            )
            .label(format!("the mass of {}", two.formula))
            .and(there, format!("the mass of {}", one.formula))
            .help("compare amounts of substance (mmol/L), or limit each of the two by itself"),
        );
    });
}

struct Weighed<'a> {
    label: &'a str,
    formula: &'a str,
}

/// A measured value that is a mass of a known substance.
fn weighed<'a>(trial: &'a Trial, term: &Term) -> Option<Weighed<'a>> {
    let Value::Measured { measure, .. } = &term.value else { return None };
    let measure = trial.measures.get(measure)?;
    let quantity = measure.quantity()?;
    let unit = read(quantity.unit.as_ref()?)?;
    let is_mass = unit.dimension().exponent(Base::Mass) == 1;
    let formula = quantity.formula.as_deref().filter(|_| is_mass)?;
    Some(Weighed { label: &measure.label, formula })
}

/// U06: a substance whose mass and amount cannot be converted into each other.
fn no_molar_mass(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let files = own_files(trial);
    for (name, measure) in trial.measures.iter().filter(|(_, measure)| is_own(&files, measure.origin.0)) {
        let Some(quantity) = measure.quantity() else { continue };
        let known =
            quantity.formula.is_some() || quantity.molar_mass.is_some() || quantity.formula_of.is_some();
        if quantity.kind.as_deref() != Some("substance") || known {
            continue;
        }
        let Some(unit) = quantity.unit.as_ref().and_then(read) else { continue };
        let of = |base| unit.dimension().exponent(base) != 0;
        let (has, other) = match (of(Base::Mass), of(Base::Amount)) {
            (true, false) => ("mass", "mmol/L"),
            (false, true) => ("amount of substance", "mg/dL"),
            _ => continue,
        };
        let diagnostic = at(
            &codes::NO_MOLAR_MASS,
            measure.origin.0,
            format!("results of `{name}` in another system cannot be converted"),
        );
        found.extend(diagnostic.map(|found| {
            found.label(format!("a {has} without molar mass")).help(format!(
                "a laboratory that reports `{other}` gives results that nobody can compare: add `formula: \"…\"` or `molar_mass: …`"
            ))
        }));
    }
}

/// U13 for doses, which have no measure.
fn doubtful_doses(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let arms = trial.arms.values().flat_map(|arm| &arm.gives);
    for given in arms.chain(trial.backgrounds.values().flat_map(|background| &background.gives)) {
        let Stated::Is(Dose::Amount(Amount { number, unit: Some(written) })) = &given.dose else { continue };
        let Some(unit) = read(written) else { continue };
        let Some(advice) = unit.advice() else { continue };
        let diagnostic =
            at(&codes::FALSE_FRIEND, given.origin.0, format!("`{}`: {}", written.written, advice.message));
        found.extend(diagnostic.map(|found| {
            let help = match &advice.replacement {
                Some(meant) => format!("write `{number} {meant}`"),
                None => "write the unit in UCUM, such as `mg` or `mg/kg/d`".to_owned(),
            };
            found.label(format!("in the dose of {}", given.product)).help(help)
        }));
    }
}

/// U08 and U09: doses of one product that differ in kind or by orders of magnitude between arms.
fn doses(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let mut by_product: Named<Vec<(&Administration, &Amount, &UnitRef, Unit)>> = Named::new();
    for given in trial.arms.values().flat_map(|arm| &arm.gives) {
        let Stated::Is(Dose::Amount(amount)) = &given.dose else { continue };
        let Some(unit) = &amount.unit else { continue };
        let Some(parsed) = read(unit) else { continue };
        by_product.entry(given.product.clone()).or_default().push((given, amount, unit, parsed));
    }
    for (product, doses) in &by_product {
        let Some(((first, first_amount, first_unit, first_parsed), rest)) = doses.split_first() else {
            continue;
        };
        for (other, amount, unit, parsed) in rest {
            let (Some(here), Some(there)) = (other.origin.0, first.origin.0) else { continue };
            let (one, two) = (
                format!("{} {}", amount.number, unit.written),
                format!("{} {}", first_amount.number, first_unit.written),
            );
            let per_body = |unit: &Unit| {
                [Base::BodyWeight, Base::BodySurface].map(|base| unit.dimension().exponent(base))
            };
            if per_body(parsed) != per_body(first_parsed) {
                found.push(
                    Diagnostic::new(&codes::DOSE_KINDS, here, format!("`{product}` is given as {one} here and as {two} in another arm"))
                        .label("by body size in one arm, flat in the other")
                        .and(there, two)
                        .help("confirm that the arms are dosed in two ways; otherwise write both doses per weight or surface, or both flat"),
                );
                break;
            }
            let analyte = units::Analyte::new(product.clone());
            let Ok(converted) = units::convert(&amount.number, parsed, first_parsed, &analyte) else {
                continue;
            };
            let Some(ratio) = converted.value.checked_div(&first_amount.number) else { continue };
            let hundred = Exact::from(100);
            let far =
                ratio >= hundred || Exact::one().checked_div(&ratio).is_some_and(|ratio| ratio >= hundred);
            if unit.ucum != first_unit.ucum && far {
                found.push(
                    Diagnostic::new(
                        &codes::DOSE_SCALE,
                        here,
                        format!("`{product}` is given as {one} here and as {two} in another arm"),
                    )
                    .label(format!("{} times the other dose", ratio.to_significant(3)))
                    .and(there, two)
                    .help(format!(
                        "confirm the unit: is `{}` or `{}` meant?",
                        unit.written, first_unit.written
                    )),
                );
                break;
            }
        }
    }
}
