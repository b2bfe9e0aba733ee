//! Which criteria a changed definition reaches: a class of drugs with another member, a quantity computed otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::plain;
use crate::eligibility::Mentions;
use crate::model::{Concept, Criterion, Measure, MeasureKind, Named, Trial};

/// Names whose meaning changed, by themselves or through others.
pub(super) struct Touched<'a> {
    /// The changed names that each name rests on, itself among them.
    by: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Touched<'a> {
    pub fn of(old: &'a Trial, new: &'a Trial) -> Self {
        let mut by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let concepts = common(&old.concepts, &new.concepts).filter(|(_, old, new)| !same_concept(old, new));
        let measures = common(&old.measures, &new.measures).filter(|(_, old, new)| !same_measure(old, new));
        let events = common(&old.events, &new.events).filter(|(_, old, new)| {
            // The date of an event is recorded; what makes it the event is the protocol's.
            old.when.as_ref().map(plain::condition) != new.when.as_ref().map(plain::condition)
                || old.one_of.as_ref().map(|one| (&one.of, one.first))
                    != new.one_of.as_ref().map(|one| (&one.of, one.first))
        });
        let names = concepts.map(|(name, ..)| name).chain(measures.map(|(name, ..)| name));
        for name in names.chain(events.map(|(name, ..)| name)) {
            by.insert(name, BTreeSet::from([name]));
        }
        let mut touched = Self { by };
        // A class rests on its members, a derived quantity on what it is computed from.
        while touched.spread(new) {}
        touched
    }

    fn spread(&mut self, trial: &'a Trial) -> bool {
        let mut grown = false;
        let classes = trial.concepts.iter().map(|(name, concept)| {
            (name.as_str(), concept.members.iter().map(String::as_str).collect::<BTreeSet<_>>())
        });
        let derived = trial.measures.iter().filter_map(|(name, measure)| {
            let formula = measure.quantity()?.formula_of.as_ref()?;
            let mut mentions = Mentions::default();
            mentions.term(formula);
            Some((name.as_str(), mentions.measures.into_iter().chain(mentions.things).collect()))
        });
        for (name, rests_on) in classes.chain(derived) {
            let causes: BTreeSet<&'a str> =
                rests_on.iter().filter_map(|part| self.by.get(part)).flatten().copied().collect();
            let known = self.by.get(name).map_or(0, BTreeSet::len);
            if causes.is_empty() {
                continue;
            }
            let all = self.by.entry(name).or_default();
            all.extend(causes);
            grown |= all.len() > known;
        }
        grown
    }

    /// The changed names that the criterion rests on, in alphabetical order.
    pub fn of_criterion(&self, criterion: &Criterion) -> BTreeSet<String> {
        if self.by.is_empty() {
            return BTreeSet::new();
        }
        let mut mentions = Mentions::default();
        mentions.clause(&criterion.rule);
        let names = mentions.measures.iter().chain(&mentions.things);
        names.filter_map(|name| self.by.get(name)).flatten().map(|name| (*name).to_owned()).collect()
    }

    /// Codes of the criteria of the new protocol that rest on this name, each once.
    pub fn criteria_of(&self, trial: &Trial, name: &str) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for (code, criterion) in trial.decisions.values().flat_map(|decision| &decision.criteria) {
            if self.of_criterion(criterion).contains(name) && !codes.contains(code) {
                codes.push(code.clone());
            }
        }
        codes
    }
}

fn common<'a, T>(old: &'a Named<T>, new: &'a Named<T>) -> impl Iterator<Item = (&'a str, &'a T, &'a T)> {
    new.iter().filter_map(|(name, new)| Some((name.as_str(), old.get(name)?, new)))
}

/// Both stand for the same things and the same codes.
pub(super) fn same_concept(old: &Concept, new: &Concept) -> bool {
    let codes = |concept: &Concept| -> BTreeSet<(String, String)> {
        let of = |(system, codes): (&String, &Vec<crate::model::ConceptCode>)| {
            codes.iter().map(|code| (system.clone(), code.code.clone())).collect::<Vec<_>>()
        };
        concept.codes.iter().flat_map(of).collect()
    };
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<String>>();
    old.domain == new.domain
        && old.open_list == new.open_list
        && set(&old.members) == set(&new.members)
        && codes(old) == codes(new)
        && old.half_life == new.half_life
}

/// Values of both are the same values: what they are computed from, how they convert, in which order they stand.
pub(super) fn same_measure(old: &Measure, new: &Measure) -> bool {
    let same_kind = match (&old.kind, &new.kind) {
        (MeasureKind::Quantity(one), MeasureKind::Quantity(other)) => {
            one.kind == other.kind
                && one.molar_mass == other.molar_mass
                && one.formula == other.formula
                && one.valence == other.valence
                && one.formula_of.as_deref().map(plain::term) == other.formula_of.as_deref().map(plain::term)
        }
        (
            MeasureKind::Coded { levels, ordered },
            MeasureKind::Coded { levels: levels2, ordered: ordered2 },
        ) => {
            let values = |levels: &[crate::model::Level]| -> Vec<String> {
                levels.iter().map(|level| level.value.clone()).collect()
            };
            ordered == ordered2 && values(levels) == values(levels2)
        }
        (MeasureKind::Score { low, high, .. }, MeasureKind::Score { low: low2, high: high2, .. }) => {
            (low, high) == (low2, high2)
        }
        _ => false,
    };
    same_kind && old.state == new.state && old.specimen == new.specimen && loinc(old) == loinc(new)
}

fn loinc(measure: &Measure) -> Option<&str> {
    measure.loinc.as_ref().map(|code| code.code.as_str())
}
