//! Rules whose shape is hardly meant: L08, L14, L15, L16.

use std::collections::BTreeSet;

use crate::check::demands::{meaning, tests_of};
use crate::check::visit::{Node, Place, clause as walk, criteria};
use crate::check::{at, listed};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    AttestationVerb, Clause, Comparator, CriterionKind, HAS_ERRORS, Rule, Term, Trial, Value,
};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial) {
        found.extend(several_tests(place));
        walk(&place.criterion.rule, &mut |node| {
            if let Node::Clause(clause) = node {
                found.extend(double_negative(place, clause));
                found.extend(one_of_two_is_enough(place, clause));
            }
        });
        found.extend(not_both(place));
        found.extend(one_sex(trial, place));
    }
}

/// L08: three tests that are made at different times or by different people.
fn several_tests(place: Place<'_>) -> Option<Diagnostic> {
    let tests = tests_of(place);
    if tests.len() < 3 {
        return None;
    }
    let occasions: BTreeSet<String> = tests
        .iter()
        .filter(|(clause, _)| !matches!(&clause.rule, Rule::Text { because, .. } if because == HAS_ERRORS))
        .map(|(clause, _)| occasion(clause))
        .collect();
    if occasions.len() < 3 {
        return None;
    }
    let code = place.code;
    Some(
        at(
            &codes::SEVERAL_TESTS,
            place.head(),
            format!("{code} holds {} tests, made on {} different occasions", tests.len(), occasions.len()),
        )?
        .label("one code for all of them")
        .help(format!(
            "divide it into {code}a, {code}b, …, so that a screening failure says which test failed"
        )),
    )
}

/// When, or by whom, a test is made.
fn occasion(clause: &Clause) -> String {
    let mut found = None;
    walk(clause, &mut |node| {
        let this = match node {
            Node::Window(window, _) => Some(meaning(window)),
            Node::Moment(moment, _) => Some(meaning(moment)),
            Node::Clause(Clause { rule: Rule::Attested { by, .. }, .. }) => Some(by.clone()),
            Node::Clause(Clause { rule: Rule::Text { .. }, .. }) => Some("read".to_owned()),
            _ => None,
        };
        found = found.take().or(this);
    });
    found.unwrap_or_default()
}

/// L14: an exclusion of those who are *not* attested, or a negation of a negation. `unless attested` is neither.
fn double_negative(place: Place<'_>, clause: &Clause) -> Option<Diagnostic> {
    let Rule::Not { of } = &clause.rule else { return None };
    // The exception of an exclusion (`unless x`) is negated by lowering, at the place of `x` itself: no word of the author's.
    if clause.origin.0.is_some() && clause.origin.0 == of.origin.0 {
        return None;
    }
    let (label, help) = match &of.rule {
        Rule::Not { .. } => ("not … not", "say it without the two negations".to_owned()),
        Rule::Attested {
            verb: AttestationVerb::Attested | AttestationVerb::Agreed, by, question, ..
        } if place.excludes()
            && tests_of(place).iter().any(|(clause, _)| std::ptr::eq(*clause, of.as_ref())) =>
        {
            let question = question.trim();
            (
                "an exclusion of what is not so",
                format!("say what excludes, `declined by {by} \"{question}\"`, or make it an inclusion"),
            )
        }
        Rule::Attested { verb: AttestationVerb::Declined, by, .. } => {
            ("not declined", format!("say what is needed: `agreed by {by}`"))
        }
        _ => return None,
    };
    Some(
        at(&codes::DOUBLE_NEGATIVE, clause.origin.0, format!("{} says no to a no", place.code))?
            .label(label)
            .help(help),
    )
}

/// L15: `at least one of (alt, ast) is <= 2.5 x ULN` in an inclusion.
fn one_of_two_is_enough(place: Place<'_>, clause: &Clause) -> Option<Diagnostic> {
    let Rule::Any { of } = &clause.rule else { return None };
    if place.criterion.kind != CriterionKind::Include || of.len() < 2 {
        return None;
    }
    // Only where the alternative itself must hold: inside `not` or a choice it can mean something else.
    let limits: Vec<_> = of.iter().map(upper_limit).collect::<Option<_>>()?;
    let names: BTreeSet<&str> = limits.iter().map(|(name, ..)| *name).collect();
    let same = limits.iter().all(|(_, operator, bound)| (operator, bound) == (&limits[0].1, &limits[0].2));
    let demanded = || tests_of(place).iter().any(|(demanded, _)| std::ptr::eq(*demanded, clause));
    if !same || names.len() != of.len() || !demanded() {
        return None;
    }
    let names: Vec<&str> = names.into_iter().collect();
    Some(
        at(
            &codes::ONE_IS_ENOUGH,
            clause.origin.0,
            format!("one of {} below the limit is enough to be included", listed(names.iter().copied())),
        )?
        .label("the others may be as high as they like")
        .help(format!("if each must be below it, write `each of ({}) is …`", names.join(", "))),
    )
}

/// The measure that must stay below a limit, and the limit.
fn upper_limit(part: &Clause) -> Option<(&str, Comparator, String)> {
    match &part.rule {
        Rule::Compare {
            left, operator: operator @ (Comparator::Less | Comparator::AtMost), right, ..
        } => Some((measure(left)?, *operator, meaning(&bound_of(right)))),
        _ => None,
    }
}

fn measure(term: &Term) -> Option<&str> {
    match &term.value {
        Value::Measured { measure, .. } => Some(measure),
        _ => None,
    }
}

/// A bound without the measure whose limit of normal it is.
fn bound_of(term: &Term) -> Value {
    match &term.value {
        Value::Limit { factor, limit, .. } => {
            Value::Limit { factor: factor.clone(), limit: *limit, measure: String::new() }
        }
        other => other.clone(),
    }
}

/// L15: `include … not (a and b)` lets in those who have one of the two.
fn not_both(place: Place<'_>) -> Option<Diagnostic> {
    if place.criterion.kind != CriterionKind::Include {
        return None;
    }
    let Rule::Not { of: inner } = &place.criterion.rule.rule else { return None };
    let Rule::All { of } = &inner.rule else { return None };
    if of.len() < 2 || !of.iter().all(|part| matches!(part.rule, Rule::Occurs { .. })) {
        return None;
    }
    Some(
        at(
            &codes::NOT_BOTH,
            place.criterion.rule.origin.0,
            format!("{} lets in a participant who has one of these but not all", place.code),
        )?
        .label("not (… and …)")
        .help("if none may be there, write `not (… or …)`"),
    )
}

/// L16: a limit for one sex, and none for the other.
fn one_sex(trial: &Trial, place: Place<'_>) -> Option<Diagnostic> {
    if trial.header.sexes.as_deref().is_some_and(|sexes| sexes != "all") {
        return None;
    }
    let (sex, name, clause) = limit_of_one_sex(&place.criterion.rule)?;
    let other = if sex == "female" { "male" } else { "female" };
    let covered = criteria(trial).any(|place| {
        let mut found = false;
        walk(&place.criterion.rule, &mut |node| {
            let Node::Clause(part) = node else { return };
            let limited = limit_of_one_sex(part).is_some_and(|(sex, also, _)| sex == other && also == name);
            let plain = std::ptr::eq(part, &raw const place.criterion.rule)
                && tests_of(place).iter().any(|(clause, _)| {
                    matches!(&clause.rule, Rule::Compare { left, .. } if measure(left) == Some(name))
                });
            found |= limited || plain;
        });
        found
    });
    if covered {
        return None;
    }
    let label = trial.measures.get(name).map_or(name, |measure| measure.label.as_str());
    Some(
        at(&codes::ONE_SEX_ONLY, clause.origin.0, format!("{} limits {label} for {sex} participants only", place.code))?
            .label(format!("no limit for {other} participants"))
            .help(format!(
                "give both: `by sex (… for {sex}, … for {other})`; or take only {sex} participants, with `sexes: {sex}` in the header"
            )),
    )
}

/// `… when sex is female`: the sex, the measure and the comparison. An inclusion keeps the guard as `not … or …`.
fn limit_of_one_sex(clause: &Clause) -> Option<(&str, &str, &Clause)> {
    let (of, negated) = match &clause.rule {
        Rule::All { of } => (of, false),
        Rule::Any { of } => (of, true),
        _ => return None,
    };
    let [one, two] = of.as_slice() else { return None };
    let limited = |clause: &Clause| match &clause.rule {
        Rule::Compare { left, .. } | Rule::Between { value: left, .. } => measure(left).is_some(),
        _ => false,
    };
    let (guard, limit) = if limited(two) { (one, two) } else { (two, one) };
    let (Rule::Compare { left, .. } | Rule::Between { value: left, .. }) = &limit.rule else { return None };
    let guard = match (&guard.rule, negated) {
        (Rule::Not { of }, true) => of.as_ref(),
        (_, false) => guard,
        _ => return None,
    };
    let Rule::Is { value: Term { value: Value::Attribute { name }, .. }, one_of } = &guard.rule else {
        return None;
    };
    match one_of.as_slice() {
        [sex] if name == "sex" => Some((sex, measure(left)?, limit)),
        _ => None,
    }
}
