//! N: limits and ranges. Limits outside every value of a measure are told with the units.

use std::ops::Range;

use super::at;
use super::prose::{Measure, Prose, Quantity};
use super::visit::{Node, Place, clause, criteria, everything};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Limit, Rule, TimeUnit, Trial, UnitRef, Value};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        let prose = place.prose();
        let quantities = prose.quantities();
        found.extend(range_ends(&prose, &quantities));
        found.extend(by_sex(place, &prose, &quantities));
        found.extend(lost_comparisons(&prose, &quantities));
        percent_points(trial, place, found);
    }
    limits_of_normal(trial, found);
}

/// N12: a change of a percentage, limited in percent, where the wording does not say points.
fn percent_points(trial: &Trial, place: Place<'_>, found: &mut Vec<Diagnostic>) {
    let wording = place.criterion.prose.to_lowercase();
    if ["point", "absolute", "relative"].iter().any(|word| wording.contains(word)) {
        return;
    }
    clause(&place.criterion.rule, &mut |node| {
        let Node::Clause(part) = node else { return };
        let (value, bounds) = match &part.rule {
            Rule::Compare { left, right, .. } => (left, vec![right]),
            Rule::Between { value, low, high, .. } => (value, vec![low, high]),
            _ => return,
        };
        let Value::Change { relative: false, measure, .. } = &value.value else { return };
        let Some(measure) = trial.measures.get(measure) else { return };
        let in_percent = |unit: Option<&UnitRef>| unit.is_some_and(|unit| unit.ucum == "%");
        if !in_percent(measure.quantity().and_then(|quantity| quantity.unit.as_ref())) {
            return;
        }
        for bound in bounds {
            let Value::Constant { unit, number_text, .. } = &bound.value else { continue };
            if !in_percent(unit.as_ref()) {
                continue;
            }
            let label = &measure.label;
            let message = format!("`{number_text} %` of {label}: points, or a share of its first value?");
            let diagnostic = at(&codes::PERCENT_POINTS, bound.origin.0, message);
            found.extend(diagnostic.map(|found| {
                found.label(format!("read as {number_text} percentage points")).help(
                    "if points are meant, let the wording say `percentage points`; otherwise write `percent change of …`",
                )
            }));
        }
    });
}

/// N13: `FSH = 10 mIU/mL`, `a rate ? 70 mL/min`: registries lose `≥` and `≤` on the way.
fn lost_comparisons(prose: &Prose<'_>, quantities: &[Quantity]) -> Vec<Diagnostic> {
    let lost = |quantity: &&Quantity| {
        let Some(sign) = quantity.token.checked_sub(1).map(|at| &prose.tokens[at]) else { return false };
        let before = quantity.token.checked_sub(2).map(|at| &prose.tokens[at]);
        let after_sign =
            before.is_some_and(|token| ["<", ">", "=", "!", "≤", "≥"].iter().any(|one| token.is(one)));
        // `1 unit = 10 mL` defines.
        let defines =
            before.is_some_and(|before| quantities.iter().any(|other| other.range().end == before.range.end));
        let counted = match quantity.measure {
            Measure::Unit(_) | Measure::Limit | Measure::Time(TimeUnit::Year) => true,
            Measure::Time(_) | Measure::Bare => false,
        };
        let is_lost = sign.is("=") || (sign.is("?") && !sign.glued);
        is_lost && counted && !after_sign && !defines
    };
    let told = |quantity: &Quantity| {
        let start = prose.tokens[quantity.token - 1].range.start;
        let said = prose.words(quantity.number.start..quantity.range().end);
        let message = format!("the comparison with `{said}` is lost");
        let found = at(&codes::LOST_COMPARISON, prose.span(start..quantity.range().end), message)?;
        Some(found.label("at least, or at most?").help(
            "write the sign that the protocol has: registries lose `≥` and `≤` on the way; where the record's wording must stay, say in a `query` what was assumed",
        ))
    };
    quantities.iter().filter(lost).filter_map(told).collect()
}

/// N02: `0.3-2.0 ng/mL`.
fn range_ends(prose: &Prose<'_>, quantities: &[Quantity]) -> Option<Diagnostic> {
    let second = quantities.iter().find(|second| {
        let hyphen = prose
            .tokens
            .get(second.token.wrapping_sub(1))
            .is_some_and(|token| token.is("-") || token.is("–"));
        second.since.is_some() && hyphen && matches!(second.measure, Measure::Unit(_) | Measure::Limit)
    })?;
    let first = &quantities[second.since?];
    let range = first.range().start..second.range().end;
    let text = prose.words(range.clone());
    let unit = second.unit.clone().map_or("", |unit| prose.words(unit));
    let (low, high) = (prose.words(first.number.clone()), prose.words(second.number.clone()));
    Some(
        at(
            &codes::RANGE_ENDS,
            prose.span(range),
            format!("`{text}` does not say whether its ends belong to it"),
        )?
        .label("a hyphen")
        .help(format!(
            "write `≥ {low} and ≤ {high} {unit}`, as the rule reads it, or `>` and `<` where an end is out"
        )),
    )
}

const SEXES: [(&str, &str); 10] = [
    ("male", "male"),
    ("males", "male"),
    ("man", "male"),
    ("men", "male"),
    ("boys", "male"),
    ("female", "female"),
    ("females", "female"),
    ("woman", "female"),
    ("women", "female"),
    ("girls", "female"),
];

fn sex(prose: &Prose<'_>, tokens: Range<usize>) -> Option<&'static str> {
    let tokens = prose.tokens.get(tokens.start..tokens.end.min(prose.tokens.len()))?;
    tokens.iter().find_map(|token| SEXES.iter().find(|(word, _)| token.is(word)).map(|(_, sex)| *sex))
}

/// N03 and L07: `> 1.5 mg/dL (males) and 1.4 mg/dL (females)`.
fn by_sex(place: Place<'_>, prose: &Prose<'_>, quantities: &[Quantity]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, second) in quantities.iter().enumerate().skip(1) {
        let first = &quantities[index - 1];
        let Some((first_comparator, _)) = &first.comparator else { continue };
        let between = first.token..second.token;
        let joint = between.clone().find(|at| prose.tokens[*at].is("and") || prose.tokens[*at].is("or"));
        let Some(joint) = joint.filter(|_| second.since.is_none()) else { continue };
        let (Some(one), Some(two)) =
            (sex(prose, first.token.saturating_sub(4)..joint), sex(prose, joint..second.token + 8))
        else {
            continue;
        };
        if one == two || first.measure != second.measure {
            continue;
        }
        let (low, high) = (prose.words(first.range()), prose.words(second.range()));
        if second.comparator.is_none() {
            let missing = at(
                &codes::ONE_COMPARATOR,
                prose.span(second.range()),
                format!(
                    "`{high}` has no comparison; the limit before it has `{}`",
                    first_comparator.symbol()
                ),
            );
            found.extend(missing.map(|found| {
                let found = match prose.span(first.range()) {
                    Some(span) => found.and(span, "compared here"),
                    None => found,
                };
                found
                    .label("above, below or exactly?")
                    .help(format!("write `{} {high}` in the wording", first_comparator.symbol()))
            }));
        }
        if prose.tokens[joint].is("and") {
            let span = prose.span(prose.tokens[joint].range.clone());
            let alternatives = at(
                &codes::SEXES_JOINED,
                span,
                format!("`and` joins limits of which each participant has only one in {}", place.code),
            );
            found.extend(alternatives.map(|found| {
                found
                    .label("no participant is both")
                    .help(format!("state them as alternatives: `{low} for {one} participants, {high} for {two} participants`; in the rule, `by sex (… for {one}, … for {two})`"))
            }));
        }
    }
    found
}

/// N08: `x ULN` of something that no laboratory reports with a reference range.
fn limits_of_normal(trial: &Trial, found: &mut Vec<Diagnostic>) {
    everything(trial, &mut |node| {
        let Node::Clause(clause) = node else { return };
        let bounds = match &clause.rule {
            Rule::Compare { right, .. } => vec![right],
            Rule::Between { low, high, .. } => vec![low, high],
            _ => return,
        };
        for bound in bounds {
            let Value::Limit { limit, measure: name, .. } = &bound.value else { continue };
            let Some(measure) = trial.measures.get(name) else { continue };
            let computed = measure.quantity().is_some_and(|quantity| quantity.formula_of.is_some());
            if !computed {
                continue;
            }
            let (word, side) = match limit {
                Limit::Uln => ("ULN", "upper"),
                Limit::Lln => ("LLN", "lower"),
            };
            let label = &measure.label;
            let diagnostic = at(
                &codes::NO_REFERENCE_RANGE,
                bound.origin.0.or(clause.origin.0),
                format!("no laboratory reports the {side} limit of normal of {label}"),
            );
            found.extend(diagnostic.map(|found| {
                found.label(format!("`{word}` of a computed value")).help(format!(
                    "give the limit as a number, or compare a measure that {label} is computed from"
                ))
            }));
        }
    });
}
