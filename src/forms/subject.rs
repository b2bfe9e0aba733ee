//! Who takes part and when: visits (`SV`), demographics (`DM`), milestones and disposition (`DS`).

use std::collections::BTreeSet;

use super::book::{Book, put, visits};
use super::catalog;
use super::field::{Asked, NO, OTHER, YES, choice, contact_modes, field};
use super::needs::What;
use crate::model::{ActivityKind, Administration, Anchor, Field, FieldKind, Level, Moment, Why};

pub(super) fn add(book: &mut Book<'_>) {
    visit(book);
    demographics(book);
    milestones(book);
}

/// One record for each visit: did it take place, when and how.
fn visit(book: &mut Book<'_>) {
    let visits = book.timing.visits();
    if visits.is_empty() {
        return;
    }
    let phoned = book.trial.schedule.iter().flat_map(|schedule| schedule.visits.values());
    let contacts: BTreeSet<&str> = phoned.map(|visit| visit.contact.as_str()).collect();
    let form = book.form("SV", "Visit", "SV");
    form.visits = visits;
    let record = [Why::Record];
    put(form, field("SVOCCUR", "Did the visit take place?", FieldKind::YesNo).required().why(record.clone()));
    let reason = field("SVREASOC", "Reason why it did not take place", FieldKind::Text).required();
    put(form, reason.when("SVOCCUR", &[NO]).why(record.clone()));
    let date = field("SVSTDAT", "Day of the visit", FieldKind::Date).required();
    put(form, date.when("SVOCCUR", &[YES]).why(record.clone()));
    if contacts.len() > 1 {
        let contact = field("SVCNTMOD", "How it took place", contact_modes()).required();
        put(form, contact.when("SVOCCUR", &[YES]).why(record));
    }
}

/// Sex and birth date, which every report of a trial gives, and the country where a rule asks for it.
fn demographics(book: &mut Book<'_>) {
    let sex = book.reasons(|what| matches!(what, What::Sex));
    let birth = book.reasons(|what| matches!(what, What::Birth));
    let country = book.reasons(|what| matches!(what, What::Country));
    let collected = book
        .activities()
        .filter(|(name, activity)| catalog::of_activity(name, &activity.label) == Some("DM"));
    let mut at: Vec<String> = collected.flat_map(|(_, activity)| visits(activity)).collect();
    if at.is_empty() {
        at.extend(book.timing.visits().into_iter().next());
    }
    let countries: BTreeSet<String> =
        book.trial.sites.values().filter_map(|site| site.country.clone()).collect();
    let form = book.form("DM", "Demographics", "DM");
    form.visits = at;
    let born = field("BRTHDAT", "Date of birth, or as much of it as may be recorded", FieldKind::PartialDate);
    put(form, born.required().why([Why::Record]).why(birth));
    let sexes = choice(&[("F", "Female"), ("M", "Male")]);
    put(form, field("SEX", "Sex", sexes).required().why([Why::Record]).why(sex));
    if !country.is_empty() {
        let mut levels: Vec<Level> =
            countries.into_iter().map(|code| Level { value: code, label: None }).collect();
        let kind = if levels.is_empty() {
            FieldKind::Text
        } else {
            levels.push(Level { value: OTHER.to_owned(), label: Some("Another country".to_owned()) });
            FieldKind::Choice { levels }
        };
        put(form, field("COUNTRY", "Country", kind).required().why(country));
    }
}

/// The dates of what happens once: consent, randomisation, withdrawal.
fn milestones(book: &mut Book<'_>) {
    let trial = book.trial;
    let mut certain: BTreeSet<&str> = BTreeSet::new();
    for decision in trial.decisions.values() {
        certain.insert(&decision.event);
        certain.extend(decision.checked.iter().map(String::as_str));
    }
    let allocated = trial.allocations.values().map(|allocation| allocation.at.as_str());
    certain.extend(allocated.chain(trial.schedule.iter().flat_map(|s| s.clocks.values()).filter_map(clock)));
    for (name, event) in &trial.events {
        let mut why = book.reasons_for_event(name);
        let collected = book.of_kind(ActivityKind::Event).filter(|(activity, _)| *activity == name);
        why.extend(collected.map(|(activity, _)| Why::Schedule { activity: activity.clone() }));
        // Without the day nobody could tell when the visit is due.
        let anchors = book.timing.counts_from(name);
        if anchors && why.is_empty() {
            why.push(Why::Record);
        }
        let logged = event.repeats || !event.attributes.is_empty() || event.when.is_some();
        if logged || why.is_empty() || is_dosing(book, name) {
            continue;
        }
        let code = book.codes.of(name);
        let stands_on = book.placed(name).unwrap_or("DS").to_owned();
        let form = book.form(&stands_on, "Milestones", "DS");
        let under = |field: Field| field.group(&event.label).why(why.iter().cloned());
        let (happened, date) = (format!("{code}_DSYN"), format!("{code}_DSSTDAT"));
        let day = Field {
            event: Some(name.clone()),
            ..field(&date, format!("{}: day", event.label), FieldKind::Date)
        };
        if certain.contains(name.as_str()) {
            put(form, under(day));
        } else {
            let asked = field(&happened, format!("{}: has it happened?", event.label), FieldKind::YesNo);
            put(form, under(asked.required()));
            put(form, under(day.required().when(&happened, &[YES])));
        }
        if let Some((name, allocation)) = trial.allocations.iter().find(|(_, a)| a.at == **name) {
            allocated_to(book, &stands_on, &code, name, &allocation.arms);
        }
    }
}

fn clock(clock: &crate::model::Clock) -> Option<&str> {
    match &clock.anchor.of {
        Anchor::Event { name, .. } => Some(name),
        _ => None,
    }
}

/// The arm, and the factors by which participants are stratified that no other form holds.
fn allocated_to(book: &mut Book<'_>, form: &str, code: &str, name: &str, arms: &[String]) {
    let trial = book.trial;
    let allocation = &trial.allocations[name];
    let heading = trial.events.get(&allocation.at).map_or("Allocation", |event| event.label.as_str());
    let level = |arm: &String| {
        let sequence = || trial.sequences.get(arm).map(|sequence| sequence.label.clone());
        let label = trial.arms.get(arm).map(|arm| arm.label.clone()).or_else(sequence);
        Level { value: arm.clone(), label }
    };
    let known = |factor: &str| {
        trial.measures.contains_key(factor)
            || matches!(factor, "sex" | "age" | "country" | "site" | "center" | "centre")
    };
    let strata: Vec<(String, FieldKind, String)> = allocation
        .strata
        .is()
        .into_iter()
        .flatten()
        .filter(|factor| !known(factor))
        .map(|factor| match trial.definitions.get(factor) {
            Some(definition) => (factor.clone(), FieldKind::YesNo, definition.label.clone()),
            None => (factor.clone(), FieldKind::Text, factor.clone()),
        })
        .collect();
    let strata: Vec<(String, FieldKind, String)> =
        strata.into_iter().map(|(factor, kind, label)| (book.codes.of(&factor), kind, label)).collect();
    let of_arm = book.reasons(|what| matches!(what, What::Arm));
    let form = book.form(form, "Milestones", "DS");
    let why = Why::Stratum { allocation: name.to_owned() };
    for (factor, kind, label) in strata {
        put(
            form,
            field(format!("{factor}_DSSTRAT"), format!("Stratum: {label}"), kind)
                .group(heading)
                .why([why.clone()]),
        );
    }
    let levels: Vec<Level> = arms.iter().map(level).collect();
    // Where nobody is allocated to anything yet, there is nothing to choose.
    if levels.is_empty() {
        return;
    }
    let arm = field(
        format!("{code}_ARMCD"),
        "Arm that the participant was allocated to",
        FieldKind::Choice { levels },
    );
    put(form, arm.group(heading).why([Why::Record]).why(of_arm));
}

/// The event is the day on which a product is given: its date stands on the form for the product.
pub(super) fn is_dosing(book: &Book<'_>, event: &str) -> bool {
    gives(book).any(|given| starts(given).any(|name| name == event))
}

/// Every administration of an arm, a background or a crossover period.
pub(super) fn gives<'a>(book: &Book<'a>) -> impl Iterator<Item = &'a Administration> + use<'a> {
    let arms = book.trial.arms.values().flat_map(|arm| &arm.gives);
    arms.chain(
        book.trial
            .sequences
            .values()
            .flat_map(|sequence| sequence.periods.values())
            .flat_map(|period| &period.gives),
    )
}

/// The events on whose day a product is given.
pub(super) fn starts(given: &Administration) -> impl Iterator<Item = &str> {
    let of = |moment: &'_ Moment| moment.offset.is_none();
    given.on.iter().filter(move |moment| of(moment)).filter_map(|moment| match &moment.of {
        Anchor::Event { name, .. } => Some(name.as_str()),
        _ => None,
    })
}
