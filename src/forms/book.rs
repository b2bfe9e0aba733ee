//! The casebook in the making: the forms so far, and what every part of the work asks of the trial.

use std::collections::BTreeMap;

use indexmap::IndexSet;

use super::catalog;
use super::field::add_reasons;
use super::names::Codes;
use super::needs::{self, Need, What};
use super::timing::Timing;
use crate::model::{
    Activity, ActivityKind, Concept, CycleNumbers, DeclaredForm, Field, Form, Named, Origin, Trial, Why,
};

pub(super) struct Book<'a> {
    pub trial: &'a Trial,
    pub declared: &'a Named<DeclaredForm>,
    pub timing: Timing<'a>,
    /// Derived measures are replaced by what they are computed from.
    pub needs: Vec<Need<'a>>,
    pub codes: Codes,
    pub forms: Named<Form>,
    /// What the author collects on a form of their own, with the form.
    placed: BTreeMap<&'a str, &'a str>,
    /// Why each event's date is needed.
    events: BTreeMap<&'a str, IndexSet<Why>>,
}

impl<'a> Book<'a> {
    pub fn new(trial: &'a Trial, declared: &'a Named<DeclaredForm>) -> Self {
        let mut codes = Codes::default();
        for (name, measure) in &trial.measures {
            if let Some(code) = catalog::of_measure(name, measure).code {
                codes.standard(name, code);
            }
        }
        let mut placed = BTreeMap::new();
        for (form, content) in declared {
            let named = content.fields.iter().map(|field| &field.name);
            let known = named.filter(|name| trial.measures.contains_key(*name));
            for thing in content.collects.iter().chain(known) {
                placed.entry(thing.as_str()).or_insert(form.as_str());
            }
        }
        let needs = expanded(trial);
        let mut events: BTreeMap<&str, IndexSet<Why>> = BTreeMap::new();
        for need in needs.iter().filter(|need| need.person.is_none()) {
            if let What::Event(event) = need.what {
                events.entry(event).or_default().insert(need.why.clone());
            }
        }
        Self { trial, declared, timing: Timing::of(trial), needs, events, codes, forms: Named::new(), placed }
    }

    /// The author's form for a measure, concept or event.
    pub fn placed(&self, thing: &str) -> Option<&'a str> {
        self.placed.get(thing).copied()
    }

    pub fn activities(&self) -> impl Iterator<Item = (&'a String, &'a Activity)> + use<'a> {
        self.trial.schedule.iter().flat_map(|schedule| schedule.activities.iter())
    }

    /// The activities of this kind, whatever they are called.
    pub fn of_kind(&self, kind: ActivityKind) -> impl Iterator<Item = (&'a String, &'a Activity)> + use<'a> {
        self.activities().filter(move |(_, activity)| activity.kind == kind)
    }

    pub fn concept_label(&self, name: &str) -> String {
        let concept: Option<&Concept> = self.trial.concepts.get(name);
        let event = || self.trial.events.get(name).map(|event| event.label.clone());
        concept.map(|concept| concept.label.clone()).or_else(event).unwrap_or_else(|| spelled(name))
    }

    /// The form of this name, made where it is not there yet. Names and labels of the author go first.
    pub fn form(&mut self, name: &str, label: &str, domain: &str) -> &mut Form {
        let declared = self.declared.get(name);
        self.forms.entry(name.to_owned()).or_insert_with(|| Form {
            label: declared.and_then(|form| form.label.clone()).unwrap_or_else(|| label.to_owned()),
            domain: domain.to_owned(),
            visits: Vec::new(),
            repeating: false,
            logs: Vec::new(),
            arms: Vec::new(),
            instructions: None,
            fields: Vec::new(),
            checks: Vec::new(),
            origin: declared.map_or(Origin::default(), |form| form.origin),
        })
    }

    /// Every reason why the date of this event is needed.
    pub fn reasons_for_event(&self, event: &str) -> Vec<Why> {
        self.events.get(event).into_iter().flatten().cloned().collect()
    }

    /// Every reason why this is needed.
    pub fn reasons(&self, wanted: impl Fn(&What<'a>) -> bool) -> Vec<Why> {
        let needs = self.needs.iter().filter(|need| need.person.is_none() && wanted(&need.what));
        let reasons: IndexSet<Why> = needs.map(|need| need.why.clone()).collect();
        reasons.into_iter().collect()
    }
}

/// The visits at which an activity is done.
pub(super) fn visits(activity: &Activity) -> Vec<String> {
    activity.visits()
}

/// Adds a field, or further reasons, visits and conditions to the field of this name.
pub(super) fn put(form: &mut Form, field: Field) {
    let Some(known) = form.fields.iter_mut().find(|known| known.name == field.name) else {
        form.fields.push(field);
        return;
    };
    known.cycles = cycles_of_both(known, &field);
    add_reasons(&mut known.why, field.why);
    known.required |= field.required;
    known.event = known.event.take().or(field.event);
    // Of a field that would tell two things nobody knows which.
    known.detail = match (known.detail.take(), field.detail) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (one, other) => one.or(other),
    };
    known.visits = match (known.visits.take(), field.visits) {
        (Some(mut one), Some(more)) => {
            for visit in more {
                if !one.contains(&visit) {
                    one.push(visit);
                }
            }
            Some(one)
        }
        (one, more) => one.and(more),
    };
    known.only.extend(field.only);
    // Asked for either reason: what one of the two does not depend on is no condition any more.
    known.when.retain_mut(|condition| {
        let Some(other) = field.when.iter().find(|other| other.field == condition.field) else {
            return false;
        };
        condition.one_of.extend(
            other
                .one_of
                .iter()
                .filter(|value| !condition.one_of.contains(value))
                .cloned()
                .collect::<Vec<_>>(),
        );
        true
    });
}

/// The cycles in which one of two fields is asked, at the visits at which neither is asked in each.
fn cycles_of_both(one: &Field, other: &Field) -> Named<CycleNumbers> {
    let is_asked = |field: &Field, visit: &String| field.visits.as_ref().is_none_or(|at| at.contains(visit));
    let mut cycles = Named::new();
    for visit in one.cycles.keys().chain(other.cycles.keys()) {
        let asking = [one, other].into_iter().filter(|field| is_asked(field, visit));
        if let Some(both) = CycleNumbers::any_of(asking.map(|field| field.cycles.get(visit))) {
            cycles.insert(visit.clone(), both);
        }
    }
    cycles
}

/// A name as words.
pub(super) fn spelled(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn expanded(trial: &Trial) -> Vec<Need<'_>> {
    let mut all = Vec::new();
    for need in needs::of(trial) {
        let (What::Measure(name) | What::Limit(name, _)) = need.what else {
            all.push(need);
            continue;
        };
        if matches!(need.what, What::Limit(..)) {
            all.push(need);
            continue;
        }
        for (leaf, via) in needs::leaves(trial, name) {
            all.push(Need { what: leaf.clone(), ..need.clone() });
            for derived in via {
                let why = Why::Derivation { measure: derived.to_owned() };
                all.push(Need { what: leaf.clone(), why, decision: None, ..need.clone() });
            }
        }
    }
    all
}
