//! What two trials declare under one name: the same, or not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::eligibility::Mentions;
use crate::model::{Event, Measure, MeasureKind, Trial, VisitTiming};

/// Names that mean something else in the other trial, directly or through what they are made of. Labels, synonyms, brands and
/// plausible ranges are no part of the meaning.
pub(super) fn differing<'t>(one: &'t Trial, two: &'t Trial) -> BTreeSet<&'t str> {
    let mut found: BTreeSet<&'t str> = BTreeSet::new();
    for (name, concept) in &one.concepts {
        let Some(other) = two.concepts.get(name) else { continue };
        let codes = |concept: &'t crate::model::Concept| -> BTreeSet<(&'t str, &'t str)> {
            let listed = concept.codes.iter();
            listed
                .flat_map(|(system, codes)| codes.iter().map(move |one| (system.as_str(), one.code.as_str())))
                .collect()
        };
        let members = |concept: &'t crate::model::Concept| concept.members.iter().collect::<BTreeSet<_>>();
        let same = concept.domain == other.domain
            && concept.open_list == other.open_list
            && codes(concept) == codes(other)
            && members(concept) == members(other);
        if !same {
            found.insert(name);
        }
    }
    for (name, event) in &one.events {
        if two.events.get(name).is_some_and(|other| of_event(event) != of_event(other)) {
            found.insert(name);
        }
    }
    for (name, measure) in &one.measures {
        if two.measures.get(name).is_some_and(|other| of_measure(measure) != of_measure(other)) {
            found.insert(name);
        }
    }
    let visits = |trial: &'t Trial| trial.schedule.as_ref().map(|schedule| &schedule.visits);
    if let (Some(mine), Some(theirs)) = (visits(one), visits(two)) {
        for (name, visit) in mine {
            if theirs.get(name).is_some_and(|other| plain(&visit.timing) != plain(&other.timing)) {
                found.insert(name);
            }
        }
    }
    spread(&[one, two], &mut found);
    found
}

/// What is made of something that differs, differs.
fn spread<'t>(trials: &[&'t Trial; 2], found: &mut BTreeSet<&'t str>) {
    let mut made_of: BTreeMap<&'t str, BTreeSet<&'t str>> = BTreeMap::new();
    for trial in trials {
        for (name, concept) in &trial.concepts {
            made_of.entry(name).or_default().extend(concept.members.iter().map(String::as_str));
        }
        for (name, event) in &trial.events {
            let mut mentions = Mentions::default();
            event.when.iter().for_each(|clause| mentions.clause(clause));
            event.one_of.iter().flat_map(|one_of| &one_of.of).for_each(|moment| mentions.moment(moment));
            made_of.entry(name).or_default().extend(names(&mentions));
        }
        for (name, measure) in &trial.measures {
            if let MeasureKind::Quantity(quantity) = &measure.kind
                && let Some(formula) = &quantity.formula_of
            {
                let mut mentions = Mentions::default();
                mentions.term(formula);
                made_of.entry(name).or_default().extend(names(&mentions));
            }
        }
        for (name, visit) in trial.schedule.iter().flat_map(|schedule| &schedule.visits) {
            let mut mentions = Mentions::default();
            match &visit.timing {
                VisitTiming::Target { anchor, .. } | VisitTiming::Range { anchor, .. } => {
                    mentions.moment(anchor)
                }
                VisitTiming::OnEvent { moment, .. } => mentions.moment(moment),
            }
            made_of.entry(name).or_default().extend(names(&mentions));
        }
    }
    loop {
        let more: Vec<&'t str> = made_of
            .iter()
            .filter(|(name, parts)| !found.contains(*name) && parts.iter().any(|part| found.contains(part)))
            .map(|(name, _)| *name)
            .collect();
        if more.is_empty() {
            return;
        }
        found.extend(more);
    }
}

fn names<'t>(mentions: &Mentions<'t>) -> impl Iterator<Item = &'t str> {
    mentions.things.iter().chain(&mentions.measures).chain(&mentions.visits).copied()
}

fn of_event(event: &Event) -> (String, String) {
    (plain(&event.when), plain(&event.one_of))
}

fn of_measure(measure: &Measure) -> String {
    let kind = match &measure.kind {
        MeasureKind::Quantity(quantity) => {
            let has_unit = quantity.unit.is_some();
            let facts = (&quantity.kind, &quantity.molar_mass, &quantity.formula, &quantity.valence);
            format!("{has_unit} {} {}", plain(&facts), plain(&quantity.formula_of))
        }
        MeasureKind::Coded { levels, ordered } => {
            let levels: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
            format!("{ordered} {levels:?}")
        }
        MeasureKind::Score { low, high, .. } => format!("{low} {high}"),
    };
    let loinc = measure.loinc.as_ref().map(|code| &code.code);
    format!("{kind} {loinc:?} {:?} {:?}", measure.specimen, measure.state)
}

/// As JSON without the words in which it is said.
fn plain(part: &impl Serialize) -> String {
    fn strip(json: &mut serde_json::Value) {
        match json {
            serde_json::Value::Object(fields) => {
                for words in ["text", "number_text", "written"] {
                    fields.remove(words);
                }
                fields.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(part).unwrap_or_default();
    strip(&mut json);
    json.to_string()
}
