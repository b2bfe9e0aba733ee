//! All tests of a decision together, where two of them alone show nothing: L01, L02, L12, L13.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::redundancy::{complement, duplicate};
use super::{applies_to_all_of, applies_together};
use crate::check::demands::{Demand, tests_of};
use crate::check::visit::criteria;
use crate::check::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::logic::{Test, Tests};
use crate::model::{Clause, Rule, Trial};
use crate::source::Span;

/// Whether something has been told of a test, in words that fit better than those of a whole set.
fn tells_of_tests(one: &Diagnostic) -> bool {
    let codes = [
        &codes::DUPLICATE,
        &codes::COMPLEMENT,
        &codes::CONTRADICTION,
        &codes::UNSATISFIABLE,
        &codes::DEAD_TEST,
        &codes::BOUNDARY,
        &codes::TWO_RANGES,
    ];
    codes.iter().any(|code| code.id == one.code.id)
}

/// `found`: what the other lints have said.
pub(super) fn check(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let holds = holds(trial);
    let told: BTreeSet<Span> = spans(found.iter().filter(|one| tells_of_tests(one)));
    let conflicting: BTreeSet<Span> = spans(
        found
            .iter()
            .filter(|one| one.code.id == codes::UNSATISFIABLE.id || one.code.id == codes::CONTRADICTION.id),
    );
    let decisions = of_decisions(demands, &holds);
    let more: Vec<Diagnostic> = decisions
        .par_iter()
        .flat_map_iter(|(group, holds)| of_decision(trial, group, holds, &told, &conflicting))
        .collect();
    found.extend(more);
}

/// Whether each demand must hold, or must fail.
pub(super) fn holds(trial: &Trial) -> Vec<bool> {
    criteria(trial).flat_map(|place| tests_of(place).into_iter().map(|(_, holds)| holds)).collect()
}

/// The demands of each decision, which is a logic of its own.
pub(super) fn of_decisions<'d, 't>(
    demands: &'d [Demand<'t>],
    holds: &'d [bool],
) -> Vec<(&'d [Demand<'t>], &'d [bool])> {
    if holds.len() != demands.len() {
        return Vec::new();
    }
    let mut decisions = Vec::new();
    let mut at = 0;
    for group in demands.chunk_by(|one, two| one.place.decision == two.place.decision) {
        decisions.push((group, &holds[at..at + group.len()]));
        at += group.len();
    }
    decisions
}

/// What a participant must pass for each demand.
pub(super) fn tests<'t>(demands: &[Demand<'t>], holds: &[bool]) -> Vec<Test<'t>> {
    let each = demands.iter().zip(holds);
    each.map(|(demand, holds)| Test { clause: demand.clause, holds: *holds, decision: demand.place.decision })
        .collect()
}

fn spans<'d>(found: impl Iterator<Item = &'d Diagnostic>) -> BTreeSet<Span> {
    found.map(|one| one.primary.span).collect()
}

fn of_decision(
    trial: &Trial,
    demands: &[Demand<'_>],
    holds: &[bool],
    told: &BTreeSet<Span>,
    conflicting: &BTreeSet<Span>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let is_in = |spans: &BTreeSet<Span>, number: usize| {
        demands[number].clause.origin.0.is_some_and(|span| spans.contains(&span))
    };
    let own: Vec<usize> = (0..demands.len()).collect();
    // Of those whom nobody can be, everything holds.
    if demands.len() < 2 || own.iter().any(|number| is_in(conflicting, *number)) {
        return found;
    }
    let mut logic = Tests::of(trial, &tests(demands, holds));
    match own_arms(trial, demands, &own).into_iter().find_map(|among| logic.conflict(&among)) {
        Some(set) => found.extend(unsatisfiable(demands, &set)),
        None => never_deciding(demands, &mut logic, own, |number| is_in(told, number), &mut found),
    }
    found
}

/// The tests that apply together: those of everybody, and with them those of each arm.
pub(super) fn own_arms(trial: &Trial, demands: &[Demand<'_>], own: &[usize]) -> Vec<Vec<usize>> {
    let general: Vec<usize> =
        own.iter().copied().filter(|number| demands[*number].place.criterion.arms.is_empty()).collect();
    let mut sets = vec![general.clone()];
    if general.len() < own.len() {
        for arm in trial.arms.keys() {
            let applies = |number: &usize| {
                let arms = &demands[*number].place.criterion.arms;
                arms.is_empty() || arms.contains(arm)
            };
            sets.push(own.iter().copied().filter(applies).collect());
        }
    }
    sets
}

pub(super) fn unsatisfiable(demands: &[Demand<'_>], set: &[usize]) -> Option<Diagnostic> {
    let (last, others) = set.split_last()?;
    let mut places: Vec<&str> = set.iter().map(|number| demands[*number].place.code).collect();
    places.dedup();
    let arm = set.iter().find_map(|number| demands[*number].place.criterion.arms.first());
    let who = arm
        .map_or("nobody can be eligible".to_owned(), |arm| format!("nobody can be eligible for arm `{arm}`"));
    let message = match places.as_slice() {
        [one] => format!("{who}: {one} contradicts itself"),
        several => format!("{who}: {} cannot be met together", listed(several.iter().copied())),
    };
    let label = |number: usize| {
        let demand = &demands[number];
        let word = if demand.place.excludes() { "excludes" } else { "requires" };
        format!("{} {word} this", demand.place.code)
    };
    let mut found = at(&codes::UNSATISFIABLE, demands[*last].clause.origin.0, message)?.label(label(*last));
    for number in others {
        found = with(found, demands[*number].clause.origin.0, label(*number));
    }
    Some(found.help("change one of them: each alone, and any that leave out one of these, can be met"))
}

/// Those of a pool that stand beside a test for everybody to whom it applies.
pub(super) fn others(demands: &[Demand<'_>], pool: &[usize], number: usize) -> Vec<usize> {
    let stands = |other: &usize| *other != number && applies_to_all_of(&demands[*other], &demands[number]);
    pool.iter().copied().filter(stands).collect()
}

/// Tests that whoever passes the others passes. Each that is told is left out when the next is looked at, so that of two alike one
/// remains.
fn never_deciding(
    demands: &[Demand<'_>],
    logic: &mut Tests<'_>,
    own: Vec<usize>,
    is_told: impl Fn(usize) -> bool,
    found: &mut Vec<Diagnostic>,
) {
    let mut pool: Vec<usize> = own.iter().copied().filter(|number| !is_told(*number)).collect();
    for number in own.iter().rev().copied().filter(|number| !is_told(*number)) {
        let demand = &demands[number];
        // What is answered by hand is compared by nobody.
        if matches!(demand.clause.rule, Rule::Text { .. } | Rule::Attested { .. }) {
            continue;
        }
        let others = others(demands, &pool, number);
        if let Some(given) = logic.implied(number, &others) {
            let diagnostic = superfluous(demands, logic, number, &given);
            if diagnostic.is_some() {
                pool.retain(|other| *other != number);
            }
            found.extend(diagnostic);
            continue;
        }
        for (branch, given) in logic.dead_branches(number, &others) {
            let Rule::Any { of } = &demand.clause.rule else { continue };
            found.extend(of.get(branch).and_then(|branch| dead_branch(demands, number, branch, &given)));
        }
    }
}

pub(super) fn superfluous(
    demands: &[Demand<'_>],
    logic: &mut Tests<'_>,
    number: usize,
    given: &[usize],
) -> Option<Diagnostic> {
    let demand = &demands[number];
    // What one criterion lists beside something wider is its wording.
    if !given.is_empty() && given.iter().all(|other| demands[*other].place.code == demand.place.code) {
        return None;
    }
    if let [one] = given {
        let other = &demands[*one];
        let is_same = logic.implied(*one, &[number]).is_some() && applies_to_all_of(demand, other);
        match (is_same, demand.place.excludes() == other.place.excludes()) {
            (true, true) => return duplicate(demand, other),
            (true, false) if demand.place.excludes() => return complement(demand, other),
            (true, false) => return complement(other, demand),
            _ => {}
        }
    }
    let code = demand.place.code;
    let test = if demand.alone { code.to_owned() } else { format!("this test of {code}") };
    let Some((first, rest)) = given.split_first() else {
        // A limit beyond everything that is plausible is told with the units.
        if matches!(demand.clause.rule, Rule::Compare { .. } | Rule::Between { .. } | Rule::Is { .. }) {
            return None;
        }
        let found = at(
            &codes::DEAD_TEST,
            demand.clause.origin.0,
            format!("{test} never decides: everybody passes it"),
        )?;
        return Some(
            found.label("comes out the same for everybody").help("check its connectives and its limits"),
        );
    };
    debug_assert!(rest.iter().chain([first]).all(|other| applies_together(demand, &demands[*other])));
    let mut places: Vec<&str> = given.iter().map(|other| demands[*other].place.code).collect();
    places.dedup();
    let places = listed(places);
    let message = format!("{test} never decides: whoever passes {places} passes it");
    let mut found = at(&codes::DEAD_TEST, demand.clause.origin.0, message)?.label("never decides");
    for other in given {
        let label = if given.len() == 1 { "is stricter" } else { "with the others" };
        found = with(found, demands[*other].clause.origin.0, label);
    }
    Some(found.help(format!("remove it, or check which of them is meant: {code} or {places}")))
}

/// An alternative that nobody has who passes the other tests.
fn dead_branch(
    demands: &[Demand<'_>],
    number: usize,
    branch: &Clause,
    given: &[usize],
) -> Option<Diagnostic> {
    // One that never holds by itself is told with the units, or means nothing yet.
    if given.is_empty() || matches!(branch.rule, Rule::Text { .. } | Rule::Attested { .. }) {
        return None;
    }
    let code = demands[number].place.code;
    let mut places: Vec<&str> = given.iter().map(|other| demands[*other].place.code).collect();
    places.dedup();
    let places = listed(places);
    let message = format!("this alternative of {code} is open to nobody who passes {places}");
    let mut found = at(&codes::DEAD_TEST, branch.origin.0, message)?.label("never lets anybody in");
    for other in given {
        found = with(found, demands[*other].clause.origin.0, "excludes them");
    }
    Some(found.help(format!("remove the alternative, or check {places}")))
}
