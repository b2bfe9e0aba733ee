//! What criteria and schedule speak of: events, concepts, measures, persons. What a protocol merely takes in from the library with
//! a criterion is no change of its own; what it means otherwise is.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Class, EffectKind, Impact, Part, Subject};
use super::facets::{self, Facet, Places, collapsed, quoted};
use super::plain;
use super::schedule::{sorted, weekday};
use super::touched::{Touched, same_measure};
use crate::model::{Attribute, Concept, Event, Measure, MeasureKind, Trial};
use crate::wording::{Wording, listed};

pub(super) fn compare(old: &Trial, new: &Trial, touched: &Touched<'_>, changes: &mut Vec<Change>) {
    events(old, new, changes);
    concepts(old, new, touched, changes);
    measures(old, new, touched, changes);
    for (name, one, other) in facets::pair(&old.persons, &new.persons).both {
        if collapsed(one) != collapsed(other) {
            let sentence = format!("{} is described as {}.", quoted(one), quoted(other));
            let subject = Subject::new(Part::Person, name);
            changes.push(Change::new(subject, ChangeKind::Reworded, Class::Editorial, sentence));
        }
    }
}

fn events(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.events, &new.events);
    for (name, one, other) in &pairing.both {
        let list = |trial: &Trial, event: &Event| {
            let wording = Wording::of(trial);
            let timing: Vec<String> =
                event.constraints.iter().map(|constraint| wording.constraint(constraint)).collect();
            let days: Vec<String> = event.weekdays.iter().map(|day| weekday(*day).to_owned()).collect();
            let arms = if event.arms.is_empty() { "all arms".to_owned() } else { wording.arms(&event.arms) };
            let one_of = event.one_of.as_ref();
            let when = event.when.as_ref();
            let definition =
                when.map(|when| wording.condition(when)).or_else(|| one_of.map(|one| collapsed(&one.text)));
            let attributes: Vec<String> = event.attributes.iter().map(attribute).collect();
            let attribute_keys: BTreeSet<String> = attributes.iter().cloned().collect();
            vec![
                Facet::text("label", "the name", Class::Editorial, Some(&event.label)),
                Facet::new("timing", "its time", Class::Schedule, &plain::constraints(&event.constraints))
                    .shown(listed(&timing, "and"))
                    .impact(Impact::BOTH),
                Facet::new("arms", "the arms in which it happens", Class::Design, &sorted(&event.arms))
                    .shown(arms)
                    .impact(Impact::BOTH),
                Facet::new("repeats", "whether it repeats", Class::Data, &event.repeats)
                    .shown(if event.repeats { "many times" } else { "once" })
                    .impact(Impact::DATA),
                Facet::new("weekdays", "the days of the week", Class::Schedule, &event.weekdays)
                    .shown(listed(&days, "and")),
                Facet::new("with", "what is recorded with it", Class::Data, &attribute_keys)
                    .shown(listed(&attributes, "and"))
                    .impact(Impact::DATA),
                Facet::new(
                    "definition",
                    "what counts as it",
                    Class::Outcome,
                    &(when.map(plain::condition), one_of.map(|one| (&one.of, one.first))),
                )
                .shown(definition.unwrap_or_default())
                .impact(Impact::BOTH),
            ]
        };
        let subject = Subject::new(Part::Event, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let title = format!("Event {}", quoted(&other.label));
        changes.extend(facets::compare(&subject, &title, &places, list(old, one), list(new, other)));
    }
    for (name, event) in &pairing.added {
        let sentence = format!("Event {} is new.", quoted(&event.label));
        changes.push(
            Change::new(Subject::new(Part::Event, *name), ChangeKind::Added, Class::Schedule, sentence)
                .words(None, Some(collapsed(&event.label)))
                .at(None, event.origin.0),
        );
    }
    for (name, event) in &pairing.removed {
        let sentence = format!("Event {} is dropped.", quoted(&event.label));
        changes.push(
            Change::new(Subject::new(Part::Event, *name), ChangeKind::Removed, Class::Schedule, sentence)
                .words(Some(collapsed(&event.label)), None)
                .impact(Impact::DATA)
                .at(event.origin.0, None),
        );
    }
}

fn attribute(attribute: &Attribute) -> String {
    match attribute {
        Attribute::Ordinal { name, low, high } => format!("{} {low} to {high}", name.replace('_', " ")),
        Attribute::Related { name, to } => format!("{} {}", name.replace('_', " "), to.replace('_', " ")),
        Attribute::Flag { name } => name.replace('_', " "),
    }
}

fn concepts(old: &Trial, new: &Trial, touched: &Touched<'_>, changes: &mut Vec<Change>) {
    for (name, one, other) in facets::pair(&old.concepts, &new.concepts).both {
        let title = quoted(&other.label);
        let subject = Subject::new(Part::Concept, name);
        let list = |concept: &Concept| {
            vec![Facet::text("label", "the name", Class::Editorial, Some(&concept.label))]
        };
        let places = Places { old: one.origin.0, new: other.origin.0 };
        changes.extend(facets::compare(&subject, &title, &places, list(one), list(other)));
        let members = |concept: &Concept| concept.members.iter().cloned().collect::<BTreeSet<String>>();
        let codes = |concept: &Concept| -> BTreeSet<String> {
            let of = |system: &String, code: &str| format!("{} {code}", system.to_uppercase());
            let all = concept
                .codes
                .iter()
                .flat_map(|(system, codes)| codes.iter().map(move |code| of(system, &code.code)));
            all.collect()
        };
        let (labels, labels2) = (labelled(old, &members(one)), labelled(new, &members(other)));
        let mut parts = Vec::new();
        parts.extend(sets("it now takes in", "it no longer takes in", &labels, &labels2));
        parts.extend(sets("it now has the code", "it no longer has the code", &codes(one), &codes(other)));
        if one.open_list != other.open_list {
            parts.push(if other.open_list {
                "the list is no longer complete".to_owned()
            } else {
                "the list is complete now".to_owned()
            });
        }
        if one.domain != other.domain {
            parts.push("it is of another kind".to_owned());
        }
        if one.half_life != other.half_life {
            let said = |trial: &Trial, concept: &Concept| {
                let by = concept.half_life.as_ref();
                by.map_or("not given".to_owned(), |by| Wording::of(trial).duration(by))
            };
            parts.push(format!("the half-life was {} and is {}", said(old, one), said(new, other)));
        }
        if parts.is_empty() {
            continue;
        }
        let criteria = touched.criteria_of(new, name);
        let change = Change::new(
            subject,
            ChangeKind::Changed,
            Class::Eligibility,
            format!("{title} means something else: {}.{}", parts.join("; "), reached(&criteria)),
        )
        .property("members")
        .at(one.origin.0, other.origin.0)
        .words(
            Some(listed(&labels.union(&codes(one)).cloned().collect::<Vec<_>>(), "and")),
            Some(listed(&labels2.union(&codes(other)).cloned().collect::<Vec<_>>(), "and")),
        );
        changes.push(if criteria.is_empty() {
            change.impact(Impact::DATA)
        } else {
            change.impact(Impact::BOTH).effect(
                EffectKind::Enrolled,
                "participants who are in may not fulfil the criteria that rest on it",
            )
        });
    }
}

fn labelled(trial: &Trial, names: &BTreeSet<String>) -> BTreeSet<String> {
    names.iter().map(|name| Wording::of(trial).named(name)).collect()
}

/// What is in the second set alone, and what in the first alone.
fn sets(more: &str, less: &str, one: &BTreeSet<String>, other: &BTreeSet<String>) -> Vec<String> {
    let list = |word: &str, names: Vec<String>| {
        (!names.is_empty()).then(|| format!("{word} {}", listed(&names, "and")))
    };
    let added = list(more, other.difference(one).cloned().collect());
    let removed = list(less, one.difference(other).cloned().collect());
    added.into_iter().chain(removed).collect()
}

fn reached(criteria: &[String]) -> String {
    if criteria.is_empty() {
        " No criterion rests on it.".to_owned()
    } else {
        format!(" Criteria that rest on it: {}.", listed(criteria, "and"))
    }
}

fn measures(old: &Trial, new: &Trial, touched: &Touched<'_>, changes: &mut Vec<Change>) {
    for (name, one, other) in facets::pair(&old.measures, &new.measures).both {
        let subject = Subject::new(Part::Measure, name);
        let title = quoted(&other.label);
        let list = |measure: &Measure| {
            let unit = measure.quantity().and_then(|quantity| quantity.unit.as_ref());
            let turnaround = measure.turnaround.as_ref();
            vec![
                Facet::text("label", "the name", Class::Editorial, Some(&measure.label)),
                Facet::new("unit", "the unit", Class::Data, &unit.map(|unit| &unit.ucum))
                    .shown(unit.map(|unit| unit.written.clone()).unwrap_or_default())
                    .impact(Impact::DATA),
                Facet::new("turnaround", "the time that a result takes", Class::Schedule, &turnaround)
                    .shown(turnaround.map(|by| Wording::of(new).duration(by)).unwrap_or_default()),
                Facet::text("source", "the source", Class::Administrative, measure.source.as_deref()),
            ]
        };
        let places = Places { old: one.origin.0, new: other.origin.0 };
        changes.extend(facets::compare(&subject, &title, &places, list(one), list(other)));
        if same_measure(one, other) {
            continue;
        }
        let criteria = touched.criteria_of(new, name);
        let (from, to) = (described(old, one), described(new, other));
        let sentence = format!("{title} is another quantity: {from} becomes {to}.{}", reached(&criteria));
        changes.push(
            Change::new(subject, ChangeKind::Changed, Class::Data, sentence)
                .property("value")
                .words(Some(from), Some(to))
                .impact(if criteria.is_empty() { Impact::DATA } else { Impact::BOTH })
                .at(one.origin.0, other.origin.0),
        );
    }
}

/// What makes a measure this one: its formula, its levels, its specimen and code.
fn described(trial: &Trial, measure: &Measure) -> String {
    let mut parts = Vec::new();
    match &measure.kind {
        MeasureKind::Quantity(quantity) => {
            if let Some(formula) = &quantity.formula_of {
                parts.push(Wording::of(trial).term(formula));
            }
            parts.extend(quantity.kind.as_ref().map(|kind| kind.replace('_', " ")));
            parts.extend(quantity.formula.clone());
            parts.extend(quantity.molar_mass.as_ref().map(|mass| format!("{mass} g/mol")));
        }
        MeasureKind::Coded { levels, .. } => {
            let values: Vec<String> = levels.iter().map(|level| level.value.replace('_', " ")).collect();
            parts.push(listed(&values, "or"));
        }
        MeasureKind::Score { low, high, .. } => parts.push(format!("{low} to {high}")),
    }
    parts.extend(measure.state.clone());
    parts.extend(measure.specimen.clone());
    parts.extend(measure.loinc.as_ref().map(|code| format!("LOINC {}", code.code)));
    if parts.is_empty() { "nothing more is said of it".to_owned() } else { parts.join(", ") }
}
