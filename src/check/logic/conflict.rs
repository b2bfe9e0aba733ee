//! Criteria that nobody can meet together: L04 and L12.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::applies_together;
use crate::check::demands::{Demand, Subject, meaning};
use crate::check::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Finding, Mode, Rule, Trial};

pub(super) fn check(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let mut by_key: IndexMap<&str, Vec<&Demand<'_>>> = IndexMap::new();
    for demand in demands.iter().filter(|demand| !matches!(demand.clause.rule, Rule::Text { .. })) {
        by_key.entry(demand.subject.key()).or_default().push(demand);
    }
    for group in by_key.values() {
        if let Some(set) = smallest_conflict(group) {
            found.extend(tell(&set));
        }
    }
    parts_of_what_is_forbidden(trial, demands, found);
}

/// Demands on one value that cannot be met together, none of which could be left out.
fn smallest_conflict<'d, 'a>(group: &[&'d Demand<'a>]) -> Option<Vec<&'d Demand<'a>>> {
    // What even all arms together leave open needs no pair by pair.
    if !is_empty(group) {
        return None;
    }
    for (index, one) in group.iter().enumerate() {
        let pair = group[index..]
            .iter()
            .find(|two| one.subject.contradicts(&two.subject) && applies_together(one, two));
        match pair {
            Some(two) if std::ptr::eq(*one, *two) => return Some(vec![*one]),
            Some(two) => return Some(vec![*one, *two]),
            None => {}
        }
    }
    // Three or more can conflict where each leaves out the middle: `not in 5 to 7`, `>= 5`, `<= 7`.
    let general: Vec<&'d Demand<'a>> =
        group.iter().copied().filter(|demand| demand.place.criterion.arms.is_empty()).collect();
    if !is_empty(&general) {
        return None;
    }
    let mut set = general;
    let mut at = 0;
    while at < set.len() {
        let mut without = set.clone();
        without.remove(at);
        if is_empty(&without) { set = without } else { at += 1 }
    }
    Some(set)
}

fn is_empty(demands: &[&Demand<'_>]) -> bool {
    let numbers: Option<Vec<_>> = demands
        .iter()
        .map(|demand| match &demand.subject {
            Subject::Number { allowed, .. } => Some(allowed),
            _ => None,
        })
        .collect();
    if let Some([first, rest @ ..]) = numbers.as_deref() {
        return rest.iter().fold((*first).clone(), |both, one| both.and(one)).is_empty();
    }
    let levels: Option<Vec<&BTreeSet<String>>> = demands
        .iter()
        .map(|demand| match &demand.subject {
            Subject::Level { allowed, .. } => Some(allowed),
            _ => None,
        })
        .collect();
    if let Some([first, rest @ ..]) = levels.as_deref() {
        return !first.iter().any(|level| rest.iter().all(|set| set.contains(level)));
    }
    let holds = |wanted: bool| {
        demands.iter().any(|demand| matches!(demand.subject, Subject::Truth { holds, .. } if holds == wanted))
    };
    holds(true) && holds(false)
}

fn tell(set: &[&Demand<'_>]) -> Option<Diagnostic> {
    let (last, others) = set.split_last()?;
    let mut places: Vec<&str> = set.iter().map(|demand| demand.place.code).collect();
    places.dedup();
    let number = matches!(last.subject, Subject::Number { .. });
    let allowed = |demand: &Demand<'_>| match &demand.subject {
        Subject::Number { allowed, unit, .. } => {
            let unit = unit.as_ref().map_or(String::new(), |unit| format!(" {}", unit.written));
            format!("{} needs {allowed}{unit}", demand.place.code)
        }
        Subject::Level { allowed, .. } if allowed.is_empty() => {
            format!("{} leaves no value", demand.place.code)
        }
        Subject::Level { allowed, .. } => {
            let levels: Vec<&str> = allowed.iter().map(String::as_str).collect();
            format!("{} needs {}", demand.place.code, levels.join(" or "))
        }
        Subject::Truth { holds: true, .. } => format!("{} requires this", demand.place.code),
        Subject::Truth { holds: false, .. } => format!("{} forbids this", demand.place.code),
    };
    let (code, message) = if number || matches!(last.subject, Subject::Level { .. }) {
        let message = match places.as_slice() {
            [one] => format!("nobody can be eligible: {one} contradicts itself"),
            several => {
                format!("nobody can be eligible: {} cannot be met together", listed(several.iter().copied()))
            }
        };
        (&codes::UNSATISFIABLE, message)
    } else {
        (&codes::CONTRADICTION, format!("{} require and forbid the same", listed(places.iter().copied())))
    };
    let mut found = at(code, last.clause.origin.0, message)?.label(allowed(last));
    for other in others {
        found = with(found, other.clause.origin.0, allowed(other));
    }
    Some(found.help("change one of the limits, or name the different times that are meant"))
}

/// L04 for a drug that is required and a class of it that is forbidden, or a condition and its kind.
fn parts_of_what_is_forbidden(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let mut forbidden: BTreeMap<(&str, Mode, String), Vec<&Demand<'_>>> = BTreeMap::new();
    for demand in demands {
        if let Some((whole, mode, window)) = occurrence(demand, false)
            && whole.qualifiers.is_empty()
            && whole.with.is_empty()
        {
            forbidden.entry((&whole.name, mode, window)).or_default().push(demand);
        }
    }
    if forbidden.is_empty() {
        return;
    }
    let wholes = wholes_of_parts(trial);
    for required in demands {
        let Some((part, mode, window)) = occurrence(required, true) else { continue };
        let wholes = all_wholes(&part.name, &wholes).into_iter();
        let candidates = wholes.filter_map(|whole| forbidden.get(&(whole, mode, window.clone()))).flatten();
        for forbidden in candidates.filter(|forbidden| applies_together(required, forbidden)) {
            let Some((whole, ..)) = occurrence(forbidden, false) else { continue };
            if whole.other_than.contains(&part.name) {
                continue;
            }
            let diagnostic = at(
                &codes::CONTRADICTION,
                forbidden.clause.origin.0,
                format!(
                    "{} forbids `{}`, of which {} requires `{}`",
                    forbidden.place.code, whole.name, required.place.code, part.name
                ),
            );
            found.extend(diagnostic.map(|found| {
                with(found.label("forbidden here"), required.clause.origin.0, "required here").help(format!(
                    "leave it out of what is forbidden: `{} other than ({})`",
                    whole.name, part.name
                ))
            }));
        }
    }
}

/// The finding that a demand wants to occur, or not to, how and when.
fn occurrence<'a>(demand: &Demand<'a>, wanted: bool) -> Option<(&'a Finding, Mode, String)> {
    let Subject::Truth { holds, .. } = demand.subject else { return None };
    match &demand.clause.rule {
        Rule::Occurs { finding, mode, window } if holds == wanted => Some((finding, *mode, meaning(window))),
        _ => None,
    }
}

/// For each concept, those of which it is a member.
fn wholes_of_parts(trial: &Trial) -> BTreeMap<&str, Vec<&str>> {
    let mut wholes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, concept) in &trial.concepts {
        for member in &concept.members {
            wholes.entry(member).or_default().push(name);
        }
    }
    wholes
}

/// Every other concept as which this one counts, by membership at any depth.
fn all_wholes<'a>(part: &'a str, wholes: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![part];
    while let Some(name) = waiting.pop() {
        let new = wholes.get(name).into_iter().flatten().filter(|whole| seen.insert(**whole));
        waiting.extend(new.copied());
    }
    seen.remove(part);
    seen
}
