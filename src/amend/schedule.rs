//! When participants come and what is done then: visits, windows, the rows of the Schedule of Activities.

use std::collections::BTreeSet;

use super::activities;
use super::change::{Change, ChangeKind, Class, EffectKind, Impact, Part, Subject};
use super::facets::{self, Facet, Places, collapsed, quoted};
use super::plain;
use super::windows;
use crate::model::{Clock, Epoch, Named, Repeat, Schedule, Trial, Visit};
use crate::wording::{Wording, listed};

pub(super) fn compare(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let (before, after) = match (&old.schedule, &new.schedule) {
        (Some(before), Some(after)) => (before, after),
        (None, None) => return,
        (before, after) => {
            changes.push(whole(before.as_ref(), after.as_ref()));
            return;
        }
    };
    changes.extend(of_schedule(old, new, before, after));
    clocks(old, new, &before.clocks, &after.clocks, changes);
    epochs(old, new, &before.epochs, &after.epochs, changes);
    visits(old, new, before, after, changes);
    activities::compare(old, new, before, after, changes);
}

fn whole(before: Option<&Schedule>, after: Option<&Schedule>) -> Change {
    let (kind, words) = match after {
        Some(schedule) => {
            (ChangeKind::Added, format!("There is a schedule now, with {} visits.", schedule.visits.len()))
        }
        None => (ChangeKind::Removed, "The schedule is gone.".to_owned()),
    };
    let span = |schedule: Option<&Schedule>| schedule.and_then(|schedule| schedule.origin.0);
    Change::new(Subject::new(Part::Schedule, "schedule"), kind, Class::Schedule, words)
        .impact(Impact::BOTH)
        .at(span(before), span(after))
}

fn of_schedule(old: &Trial, new: &Trial, before: &Schedule, after: &Schedule) -> Vec<Change> {
    let list = |trial: &Trial, schedule: &Schedule| {
        let limit = schedule.blood_limit.as_ref();
        let words = limit.map(|limit| {
            let unit =
                limit.amount.unit.as_ref().map(|unit| format!(" {}", unit.written)).unwrap_or_default();
            format!("{}{unit} in {}", limit.amount.number, Wording::of(trial).duration(&limit.within))
        });
        let key = limit.map(|limit| (limit.amount.number.to_string(), &limit.within));
        let closed: Vec<String> = schedule.closed.iter().map(|day| weekday(*day).to_owned()).collect();
        vec![
            Facet::new("closed", "the days without visits", Class::Schedule, &schedule.closed)
                .shown(listed(&closed, "and")),
            Facet::new("blood_limit", "the most blood that may be drawn", Class::Safety, &key)
                .shown(words.unwrap_or_default())
                .impact(Impact::PARTICIPANTS),
        ]
    };
    let subject = Subject::new(Part::Schedule, "schedule");
    let places = Places { old: before.origin.0, new: after.origin.0 };
    facets::compare(&subject, "The schedule", &places, list(old, before), list(new, after))
}

/// Monday is 0.
pub(super) fn weekday(day: u8) -> &'static str {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        .get(usize::from(day))
        .copied()
        .unwrap_or("a day of the week")
}

fn clocks(old: &Trial, new: &Trial, before: &Named<Clock>, after: &Named<Clock>, changes: &mut Vec<Change>) {
    let said = |trial: &Trial, clock: &Clock| {
        format!("day {} is {}", clock.first, Wording::of(trial).moment(&clock.anchor))
    };
    let pairing = facets::pair(before, after);
    for (name, one, other) in pairing.both.iter().filter(|(_, one, other)| one != other) {
        let (from, to) = (said(old, one), said(new, other));
        let sentence = format!("Days are counted otherwise: {from} becomes {to}.");
        changes.push(
            Change::new(Subject::new(Part::Clock, *name), ChangeKind::Changed, Class::Schedule, sentence)
                .words(Some(from), Some(to))
                .impact(Impact::DATA),
        );
    }
    // A clock is a way of writing days: visits say what it does.
    for (name, clock) in pairing.added {
        let sentence = format!("Days are numbered: {}.", said(new, clock));
        let subject = Subject::new(Part::Clock, name);
        changes.push(Change::new(subject, ChangeKind::Added, Class::Editorial, sentence));
    }
    for (name, clock) in pairing.removed {
        let sentence = format!("Days are no longer numbered; it was: {}.", said(old, clock));
        let subject = Subject::new(Part::Clock, name);
        changes.push(Change::new(subject, ChangeKind::Removed, Class::Editorial, sentence));
    }
}

fn epochs(old: &Trial, new: &Trial, before: &Named<Epoch>, after: &Named<Epoch>, changes: &mut Vec<Change>) {
    let pairing = facets::pair(before, after);
    let arms = |trial: &Trial, epoch: &Epoch| {
        if epoch.arms.is_empty() { "all arms".to_owned() } else { Wording::of(trial).arms(&epoch.arms) }
    };
    for (name, one, other) in &pairing.both {
        let list = |trial: &Trial, epoch: &Epoch| {
            vec![
                Facet::text("label", "the title", Class::Editorial, Some(&epoch.label)),
                Facet::new("arms", "the arms", Class::Design, &sorted(&epoch.arms))
                    .shown(arms(trial, epoch))
                    .impact(Impact::BOTH),
            ]
        };
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let title = format!("Epoch {}", quoted(&other.label));
        let subject = Subject::new(Part::Epoch, *name);
        changes.extend(facets::compare(&subject, &title, &places, list(old, one), list(new, other)));
    }
    for (name, epoch) in &pairing.added {
        let sentence = format!("Epoch {} is new.", quoted(&epoch.label));
        changes.push(
            Change::new(Subject::new(Part::Epoch, *name), ChangeKind::Added, Class::Design, sentence)
                .impact(Impact::BOTH)
                .at(None, epoch.origin.0),
        );
    }
    for (name, epoch) in &pairing.removed {
        let sentence = format!("Epoch {} is dropped.", quoted(&epoch.label));
        changes.push(
            Change::new(Subject::new(Part::Epoch, *name), ChangeKind::Removed, Class::Design, sentence)
                .impact(Impact::BOTH)
                .at(epoch.origin.0, None),
        );
    }
    let order = |one: &Named<Epoch>, other: &Named<Epoch>| -> Vec<String> {
        one.keys().filter(|name| other.contains_key(*name)).cloned().collect()
    };
    if order(before, after) != order(after, before) {
        let words = |list: &Named<Epoch>| {
            let labels: Vec<String> = list.values().map(|epoch| collapsed(&epoch.label)).collect();
            listed(&labels, "and")
        };
        let change = Change::new(
            Subject::new(Part::Schedule, "schedule"),
            ChangeKind::Reordered,
            Class::Schedule,
            "The epochs follow each other in another order.",
        );
        changes.push(change.words(Some(words(before)), Some(words(after))).impact(Impact::BOTH));
    }
}

pub(super) fn sorted(names: &[String]) -> BTreeSet<&str> {
    names.iter().map(String::as_str).collect()
}

fn visits(old: &Trial, new: &Trial, before: &Schedule, after: &Schedule, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&before.visits, &after.visits);
    for (name, one, other) in &pairing.both {
        changes.extend(windows::timing(old, new, before, after, name, one, other));
        changes.extend(of_visit(old, new, before, after, name, one, other));
    }
    for (name, visit) in &pairing.added {
        let when = windows::said(new, after, visit);
        let with = activities::done_at(new, after, name);
        let mut sentence = format!("Visit {} is new: {when}", quoted(&visit.label));
        sentence.push_str(&with.map_or_else(String::new, |with| format!(", with {with}")));
        sentence.push('.');
        changes.push(
            Change::new(Subject::new(Part::Visit, *name), ChangeKind::Added, Class::Schedule, sentence)
                .words(None, Some(when))
                .impact(Impact::PARTICIPANTS)
                .effect(EffectKind::Consent, "participants come once more than they agreed to")
                .at(None, visit.origin.0),
        );
    }
    for (name, visit) in &pairing.removed {
        let when = windows::said(old, before, visit);
        let with = activities::done_at(old, before, name);
        let mut sentence = format!("Visit {} is dropped: {when}", quoted(&visit.label));
        sentence.push_str(&with.map_or_else(String::new, |with| format!(", with {with}")));
        sentence.push('.');
        changes.push(
            Change::new(Subject::new(Part::Visit, *name), ChangeKind::Removed, Class::Schedule, sentence)
                .words(Some(when), None)
                .impact(Impact::DATA)
                .at(visit.origin.0, None),
        );
    }
    let order = |one: &Schedule, other: &Schedule| -> Vec<String> {
        one.visits.keys().filter(|name| other.visits.contains_key(*name)).cloned().collect()
    };
    if order(before, after) != order(after, before) {
        changes.push(Change::new(
            Subject::new(Part::Schedule, "schedule"),
            ChangeKind::Reordered,
            Class::Editorial,
            "The visits stand in another order; their days are told one by one.",
        ));
    }
}

/// Everything of a visit but its time.
fn of_visit(
    old: &Trial,
    new: &Trial,
    before: &Schedule,
    after: &Schedule,
    name: &str,
    one: &Visit,
    other: &Visit,
) -> Vec<Change> {
    let list = |trial: &Trial, schedule: &Schedule, visit: &Visit| {
        let wording = Wording::of(trial);
        let constraints: Vec<String> =
            visit.constraints.iter().map(|constraint| wording.constraint(constraint)).collect();
        let arms = if visit.arms.is_empty() { "all arms".to_owned() } else { wording.arms(&visit.arms) };
        let epoch =
            schedule.epochs.get(&visit.epoch).map_or(visit.epoch.clone(), |epoch| collapsed(&epoch.label));
        let when = visit.when.as_ref();
        let blood = visit.blood.as_ref();
        let amount = blood.map(|blood| {
            let unit = blood.unit.as_ref().map(|unit| format!(" {}", unit.written)).unwrap_or_default();
            format!("{}{unit}", blood.number)
        });
        let blood_key =
            blood.map(|blood| (blood.number.to_string(), blood.unit.as_ref().map(|unit| &unit.ucum)));
        let cycles = visit.cycles.as_ref().map(|cycles| format!("in {cycles}"));
        vec![
            Facet::text("label", "the title", Class::Editorial, Some(&visit.label)),
            Facet::new("epoch", "the epoch", Class::Schedule, &visit.epoch).shown(epoch),
            Facet::new(
                "constraints",
                "the further condition on its day",
                Class::Schedule,
                &plain::constraints(&visit.constraints),
            )
            .shown(listed(&constraints, "and"))
            .impact(Impact::DATA),
            Facet::new("contact", "the kind of contact", Class::Schedule, &visit.contact)
                .shown(visit.contact.replace('_', " "))
                .impact(Impact::DATA),
            Facet::new("arms", "the arms that have it", Class::Schedule, &sorted(&visit.arms))
                .shown(arms)
                .impact(Impact::BOTH),
            Facet::new("when", "the condition", Class::Schedule, &when.map(plain::condition))
                .shown(when.map(|when| wording.condition(when)).unwrap_or_default())
                .impact(Impact::BOTH),
            Facet::new("blood", "the blood drawn", Class::Safety, &blood_key)
                .shown(amount.unwrap_or_default())
                .impact(Impact::PARTICIPANTS),
            Facet::new("supply", "the supply handed out", Class::Schedule, &visit.supply)
                .shown(visit.supply.as_ref().map(|by| wording.duration(by)).unwrap_or_default()),
            Facet::new("repeat", "the repetition", Class::Schedule, &visit.repeat.as_ref().map(repeat_key))
                .shown(visit.repeat.as_ref().map(|repeat| repeated(wording, repeat)).unwrap_or_default())
                .impact(Impact::BOTH),
            Facet::new("cycles", "the cycles that have it", Class::Schedule, &visit.cycles)
                .shown(cycles.unwrap_or_default())
                .impact(Impact::BOTH),
        ]
    };
    let subject = Subject::new(Part::Visit, name);
    let title = format!("Visit {}", quoted(&other.label));
    let places = Places { old: one.origin.0, new: other.origin.0 };
    let mut changes =
        facets::compare(&subject, &title, &places, list(old, before, one), list(new, after, other));
    for change in &mut changes {
        if change.property.as_deref() == Some("blood") && more_blood(one, other) {
            let effect = super::change::Effect::new(
                EffectKind::Consent,
                "more blood is drawn than participants agreed to",
            );
            change.effects.push(effect);
        }
    }
    changes
}

fn more_blood(one: &Visit, other: &Visit) -> bool {
    match (&one.blood, &other.blood) {
        (None, Some(_)) => true,
        (Some(one), Some(other)) => {
            let unit = |amount: &crate::model::Amount| amount.unit.as_ref().map(|unit| unit.ucum.clone());
            unit(one) != unit(other) || other.number > one.number
        }
        _ => false,
    }
}

fn repeat_key(repeat: &Repeat) -> (&crate::model::Duration, Option<i64>, &Option<crate::model::Moment>) {
    (&repeat.every, repeat.count, &repeat.until)
}

/// `every 3 weeks, 6 times`, `every 28 days until progression`.
fn repeated(wording: Wording<'_>, repeat: &Repeat) -> String {
    let mut text = format!("every {}", wording.every(&repeat.every));
    if let Some(count) = repeat.count {
        text.push_str(&format!(", {count} times"));
    }
    if let Some(until) = &repeat.until {
        text.push_str(&format!(" until {}", wording.moment(until)));
    }
    text
}

/// `Month 1`: a visit's label inside a sentence, or its name.
pub(super) fn visit_label(schedule: &Schedule, name: &str) -> String {
    schedule.visits.get(name).map_or_else(|| name.to_owned(), |visit| collapsed(&visit.label))
}
