//! Tests that other tests already make: L01, L02, L13, and boundaries and ranges that nearly meet: N04, T02.

use indexmap::IndexMap;

use super::applies_to_all_of;
use crate::check::demands::{Demand, Subject};
use crate::check::ranges::{End, Ranges};
use crate::check::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Rule, Trial, UnitRef};

pub(super) fn check(_: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let mut by_key: IndexMap<&str, Vec<&Demand<'_>>> = IndexMap::new();
    // What is answered by hand is compared by nobody.
    let computed =
        |demand: &&Demand<'_>| !matches!(demand.clause.rule, Rule::Text { .. } | Rule::Attested { .. });
    for demand in demands.iter().filter(computed) {
        by_key.entry(demand.subject.key()).or_default().push(demand);
    }
    for group in by_key.values() {
        // Each test is told once, in relation to the first that makes it superfluous.
        for (index, demand) in group.iter().enumerate() {
            let earlier = group[..index].iter().map(|other| (*other, true));
            let later = group[index + 1..].iter().map(|other| (*other, false));
            let told = earlier.chain(later).find_map(|(other, is_before)| relation(demand, other, is_before));
            found.extend(told);
        }
    }
}

/// What is to be said of `demand` in the light of `other`.
fn relation(demand: &Demand<'_>, other: &Demand<'_>, is_before: bool) -> Option<Diagnostic> {
    if demand.subject.contradicts(&other.subject) {
        return None;
    }
    let opposite = demand.place.excludes() != other.place.excludes();
    let implied = other.subject.implies(&demand.subject) && applies_to_all_of(other, demand);
    let implies = demand.subject.implies(&other.subject) && applies_to_all_of(demand, other);
    if let (Subject::Number { allowed: mine, unit, .. }, Subject::Number { allowed: theirs, .. }) =
        (&demand.subject, &other.subject)
    {
        if opposite && implied && demand.place.excludes() && shares_an_end(mine, theirs) {
            return complement(demand, other);
        }
        if opposite && let Some(end) = split_boundary(mine, theirs) {
            return if demand.place.excludes() {
                boundary(demand, other, end, mine, unit.as_ref())
            } else {
                None
            };
        }
        let both_sided = |ranges: &Ranges| ranges.floor().is_some() && ranges.ceiling().is_some();
        if !opposite && mine != theirs && both_sided(mine) && both_sided(theirs) {
            return if is_before { two_ranges(demand, other, mine, theirs) } else { None };
        }
    }
    match (implied, implies) {
        (true, true) if opposite => {
            if demand.place.excludes() {
                complement(demand, other)
            } else {
                None
            }
        }
        (true, true) => {
            if is_before {
                duplicate(demand, other)
            } else {
                None
            }
        }
        (true, false) => dead(demand, other),
        (false, _) => None,
    }
}

/// An end that both have, on the same side and belonging to both or to none.
fn shares_an_end(one: &Ranges, two: &Ranges) -> bool {
    let same = |a: Option<&End>, b: Option<&End>| a.is_some() && a == b;
    same(one.floor(), two.floor()) || same(one.ceiling(), two.ceiling())
}

/// An end that both share and that belongs to one only.
fn split_boundary<'a>(one: &'a Ranges, two: &'a Ranges) -> Option<&'a End> {
    one.ends().find(|end| {
        let same_side = [(one.floor(), two.floor()), (one.ceiling(), two.ceiling())];
        same_side.iter().any(|(a, b)| {
            matches!((a, b), (Some(a), Some(b)) if *a == *end && a.at == b.at && a.closed != b.closed)
        })
    })
}

fn shown(unit: Option<&UnitRef>) -> String {
    unit.map_or(String::new(), |unit| format!(" {}", unit.written))
}

fn boundary(
    exclude: &Demand<'_>,
    include: &Demand<'_>,
    end: &End,
    allowed: &Ranges,
    unit: Option<&UnitRef>,
) -> Option<Diagnostic> {
    let value = format!("{}{}", end.at, shown(unit));
    let (exclusion, inclusion) = (exclude.place.code, include.place.code);
    let excluded = !allowed.contains(&end.at);
    let (message, label) = if excluded {
        (format!("{value} meets {inclusion} and is excluded by {exclusion}"), "excludes it")
    } else {
        (
            format!("{value} is neither included by {inclusion} nor excluded by {exclusion}"),
            "does not exclude it",
        )
    };
    let found = at(&codes::BOUNDARY, exclude.clause.origin.0, message)?.label(label);
    let other = if excluded { "includes it" } else { "does not include it" };
    Some(with(found, include.clause.origin.0, other).help(format!(
        "decide on which side {value} falls, and let both say so: `>` is the other side of `<=`, `>=` of `<`"
    )))
}

fn two_ranges(demand: &Demand<'_>, other: &Demand<'_>, mine: &Ranges, theirs: &Ranges) -> Option<Diagnostic> {
    let both = mine.and(theirs);
    let found = at(
        &codes::TWO_RANGES,
        demand.clause.origin.0,
        format!("{} and {} give two ranges for one value at one time", other.place.code, demand.place.code),
    )?
    .label(format!("{mine}; together {both}"));
    Some(with(found, other.clause.origin.0, theirs.to_string()).help(
        "if the values are of different times, name the event of each (`before smt_start`, `at randomization`); otherwise keep one range",
    ))
}

pub(super) fn complement(exclude: &Demand<'_>, include: &Demand<'_>) -> Option<Diagnostic> {
    let (exclusion, inclusion) = (exclude.place.code, include.place.code);
    let found = at(
        &codes::COMPLEMENT,
        exclude.clause.origin.0,
        format!("{exclusion} excludes only whom {inclusion} does not include"),
    )?
    .label("says the same from the other side");
    Some(with(found, include.clause.origin.0, "already requires this").help(format!(
        "keep one of them: an amendment that changes {inclusion} and forgets {exclusion} lets nobody new in"
    )))
}

pub(super) fn duplicate(demand: &Demand<'_>, other: &Demand<'_>) -> Option<Diagnostic> {
    let (mine, theirs) = (demand.place.code, other.place.code);
    let message = if mine == theirs {
        format!("{mine} makes the same test twice")
    } else {
        format!("{mine} repeats a test of {theirs}")
    };
    let found = at(&codes::DUPLICATE, demand.clause.origin.0, message)?.label("the second time");
    Some(with(found, other.clause.origin.0, "the first time").help(
        "keep one of the two, so that a screening failure has one code and an amendment changes one place",
    ))
}

/// L13: what the other demands leaves this test nothing to decide.
fn dead(demand: &Demand<'_>, other: &Demand<'_>) -> Option<Diagnostic> {
    let (mine, theirs) = (demand.place.code, other.place.code);
    let whole = demand.alone && !demand.place.criterion.arms.iter().any(|_| true);
    let message = if whole {
        format!("{mine} never decides: whoever passes {theirs} passes it")
    } else {
        format!("this test of {mine} never decides: whoever passes {theirs} passes it")
    };
    let found = at(&codes::DEAD_TEST, demand.clause.origin.0, message)?.label("never decides");
    Some(
        with(found, other.clause.origin.0, "is stricter")
            .help(format!("remove it, or check which of the two limits is meant: {mine} or {theirs}")),
    )
}
