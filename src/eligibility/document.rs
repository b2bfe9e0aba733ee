//! The eligibility rules of a trial, self-contained: all that the evaluator reads, and nothing else of the trial.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::mentions::Mentions;
use crate::model::{
    Anchor, Concept, Constraint, Decision, Event, Identifier, Measure, MeasureKind, Named, QuantityMeasure,
    Trial, Version, Visit, VisitTiming,
};
use crate::units::molar_mass;

/// The format of [`EligibilityDocument`]'s JSON, described by `docs/schemas/eligibility.schema.json`.
pub const FORMAT: &str = "trialc-eligibility/1";

/// The rules of all decisions with the measures, concepts, events and visits that they refer to. Round-trips
/// through JSON: a checker that reads only this file decides as the compiler does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EligibilityDocument {
    pub format: String,
    /// Version of the language that the rules were compiled from.
    pub language: u32,
    pub trial: TrialIdentity,
    /// By the event that they decide on.
    pub decisions: Named<Decision>,
    /// Arms and their labels.
    pub arms: Named<String>,
    /// Which arms are open at which event.
    pub allocations: Named<OpenArms>,
    pub events: Named<Event>,
    pub visits: Named<VisitPoint>,
    pub concepts: Named<Concept>,
    pub measures: Named<Measure>,
    pub persons: Named<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialIdentity {
    pub name: String,
    pub title: String,
    pub ids: Vec<Identifier>,
    pub version: Option<Version>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenArms {
    /// The event at which participants are allocated.
    pub at: String,
    pub arms: Vec<String>,
}

/// A visit as an anchor of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitPoint {
    pub label: String,
    pub timing: VisitTiming,
    #[serde(default)]
    pub arms: Vec<String>,
    /// It happens once in each cycle: only recorded dates say when.
    #[serde(default)]
    pub repeats: bool,
}

impl EligibilityDocument {
    /// The eligibility part of a trial.
    pub fn of(trial: &Trial) -> Self {
        Self::deciding(trial, trial.decisions.clone())
    }

    /// These decisions, with what they refer to in the trial.
    pub(super) fn deciding(trial: &Trial, decisions: Named<Decision>) -> Self {
        let mut document = Self {
            format: FORMAT.into(),
            language: trial.language,
            trial: TrialIdentity {
                name: trial.header.name.clone(),
                title: trial.header.title.clone(),
                ids: trial.header.ids.clone(),
                version: trial.header.version.clone(),
            },
            decisions,
            arms: trial.arms.iter().map(|(name, arm)| (name.clone(), arm.label.clone())).collect(),
            allocations: trial
                .allocations
                .iter()
                .map(|(name, allocation)| {
                    (name.clone(), OpenArms { at: allocation.at.clone(), arms: allocation.arms.clone() })
                })
                .collect(),
            events: IndexMap::new(),
            visits: IndexMap::new(),
            concepts: IndexMap::new(),
            measures: IndexMap::new(),
            persons: IndexMap::new(),
        };
        document.take_what_is_mentioned(trial);
        document
    }

    /// The names that criteria and events speak of themselves, not through what those contain.
    pub fn asked(&self) -> Mentions<'_> {
        let mut mentions = Mentions::default();
        for criterion in self.decisions.values().flat_map(|decision| decision.criteria.values()) {
            mentions.clause(&criterion.rule);
        }
        for event in self.events.values() {
            constraints(&event.constraints, &mut mentions);
            if let Some(clause) = &event.when {
                mentions.clause(clause);
            }
        }
        for measure in self.measures.values() {
            if let MeasureKind::Quantity(QuantityMeasure { formula_of: Some(formula), .. }) = &measure.kind {
                mentions.term(formula);
            }
        }
        mentions
    }

    fn take_what_is_mentioned(&mut self, trial: &Trial) {
        let mentions = closure(trial, &self.decisions);
        let visits = trial.schedule.iter().flat_map(|schedule| &schedule.visits);
        self.visits = visits
            .filter(|(name, _)| mentions.visits.contains(name.as_str()))
            .map(|(name, visit)| (name.clone(), VisitPoint::of(visit)))
            .collect();
        self.events = kept(&trial.events, &mentions.things);
        self.concepts = kept(&trial.concepts, &mentions.things);
        self.measures = kept(&trial.measures, &mentions.measures);
        for measure in self.measures.values_mut() {
            if let MeasureKind::Quantity(quantity) = &mut measure.kind {
                weigh(quantity);
            }
        }
        self.persons = kept(&trial.persons, &mentions.persons);
    }
}

impl VisitPoint {
    fn of(visit: &Visit) -> Self {
        Self {
            label: visit.label.clone(),
            timing: visit.timing.clone(),
            arms: visit.arms.clone(),
            repeats: visit.repeat.is_some(),
        }
    }
}

/// Adds the molar mass of a formula, so that a checker needs no atomic weights.
fn weigh(quantity: &mut QuantityMeasure) {
    if quantity.molar_mass.is_none() {
        quantity.molar_mass = quantity.formula.as_deref().and_then(|formula| molar_mass(formula).ok());
    }
}

fn kept<T: Clone>(all: &Named<T>, wanted: &BTreeSet<&str>) -> Named<T> {
    let wanted = all.iter().filter(|(name, _)| wanted.contains(name.as_str()));
    wanted.map(|(name, item)| (name.clone(), item.clone())).collect()
}

/// Everything that the decisions speak of, directly or through what they speak of.
fn closure<'a>(trial: &'a Trial, decisions: &'a Named<Decision>) -> Mentions<'a> {
    let mut mentions = Mentions::default();
    for decision in decisions.values() {
        mentions.things.insert(&decision.event);
        mentions.things.extend(decision.checked.iter().map(String::as_str));
        for criterion in decision.criteria.values() {
            mentions.clause(&criterion.rule);
        }
    }
    loop {
        let before = mentions.count();
        let snapshot = mentions.clone();
        for event in snapshot.things.iter().filter_map(|name| trial.events.get(*name)) {
            constraints(&event.constraints, &mut mentions);
            if let Some(clause) = &event.when {
                mentions.clause(clause);
            }
            event.one_of.iter().flat_map(|one_of| &one_of.of).for_each(|moment| mentions.moment(moment));
        }
        for concept in snapshot.things.iter().filter_map(|name| trial.concepts.get(*name)) {
            mentions.things.extend(concept.members.iter().map(String::as_str));
        }
        for measure in snapshot.measures.iter().filter_map(|name| trial.measures.get(*name)) {
            if let MeasureKind::Quantity(quantity) = &measure.kind
                && let Some(formula) = &quantity.formula_of
            {
                mentions.term(formula);
            }
        }
        let visits = trial.schedule.as_ref().map(|schedule| &schedule.visits);
        for visit in snapshot.visits.iter().filter_map(|name| visits?.get(*name)) {
            match &visit.timing {
                VisitTiming::Target { anchor, .. } | VisitTiming::Range { anchor, .. } => {
                    mentions.moment(anchor)
                }
                VisitTiming::OnEvent { moment, .. } => mentions.moment(moment),
            }
        }
        if mentions.count() == before {
            break;
        }
    }
    // A record that names only the class (`a malignancy`) leaves a member of it possible.
    loop {
        let classes = trial.concepts.iter().filter(|(name, concept)| {
            !mentions.things.contains(name.as_str())
                && concept.members.iter().any(|member| mentions.things.contains(member.as_str()))
        });
        let classes: Vec<&str> = classes.map(|(name, _)| name.as_str()).collect();
        if classes.is_empty() {
            return mentions;
        }
        mentions.things.extend(classes);
    }
}

fn constraints<'a>(constraints: &'a [Constraint], mentions: &mut Mentions<'a>) {
    for constraint in constraints {
        mentions.moment(&constraint.anchor);
        if let Anchor::Event { name, .. } = &constraint.anchor.of {
            mentions.things.insert(name);
        }
    }
}
