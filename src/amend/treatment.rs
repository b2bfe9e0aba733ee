//! What is given: interventions, arms and their doses, background therapy, sequences, allocation.

use super::change::{Change, ChangeKind, Class, Effect, EffectKind, Impact, Part, Subject};
use super::facets::{self, Facet, Places, collapsed, quoted, stated};
use super::plain;
use super::schedule::sorted;
use crate::model::{
    Administration, Allocation, Amount, Arm, Background, Dose, Frequency, Intervention, Period, Sequence,
    Trial,
};
use crate::source::Span;
use crate::wording::{Wording, given, listed};

pub(super) fn compare(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    interventions(old, new, changes);
    arms(old, new, changes);
    backgrounds(old, new, changes);
    sequences(old, new, changes);
    allocations(old, new, changes);
}

fn amount(amount: &Amount) -> String {
    match &amount.unit {
        Some(unit) => format!("{} {}", amount.number, unit.written),
        None => amount.number.to_string(),
    }
}

/// An amount by its number and canonical unit.
fn amount_key(amount: &Amount) -> (String, Option<String>) {
    (amount.number.to_string(), amount.unit.as_ref().map(|unit| unit.ucum.clone()))
}

/// Whether the second is more; `None` where the units differ, so that nothing is said.
fn is_more(one: &Amount, other: &Amount) -> Option<bool> {
    (amount_key(one).1 == amount_key(other).1).then(|| other.number > one.number)
}

fn interventions(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.interventions, &new.interventions);
    for (name, one, other) in &pairing.both {
        let list = |trial: &Trial, product: &Intervention| {
            let wording = Wording::of(trial);
            let levels: Vec<String> =
                product.levels.iter().map(|(name, level)| format!("{name} {}", amount(level))).collect();
            let level_keys: Vec<_> =
                product.levels.iter().map(|(name, level)| (name.clone(), amount_key(level))).collect();
            vec![
                Facet::text("label", "the name", Class::Editorial, Some(&product.label)),
                Facet::text("type", "the type", Class::Design, Some(&product.kind)).impact(Impact::BOTH),
                Facet::text(
                    "description",
                    "the description",
                    Class::Editorial,
                    product.description.as_deref(),
                ),
                Facet::text("substance", "the substance", Class::Safety, product.substance.as_deref())
                    .impact(Impact::BOTH),
                Facet::text("route", "the route", Class::Safety, product.route.as_deref())
                    .impact(Impact::BOTH),
                Facet::new(
                    "investigational",
                    "whether it is under investigation",
                    Class::Design,
                    &product.investigational,
                )
                .shown(if product.investigational {
                    "under investigation"
                } else {
                    "not under investigation"
                })
                .impact(Impact::BOTH),
                Facet::new("levels", "the dose levels", Class::Safety, &level_keys)
                    .shown(listed(&levels, "and"))
                    .impact(Impact::BOTH),
                Facet::new(
                    "maximum",
                    "the most that may be given",
                    Class::Safety,
                    &product.maximum.as_ref().map(amount_key),
                )
                .shown(product.maximum.as_ref().map(amount).unwrap_or_default())
                .impact(Impact::PARTICIPANTS),
                Facet::new(
                    "safety_follow_up",
                    "the time of follow-up for safety",
                    Class::Safety,
                    &product.safety_follow_up,
                )
                .shown(product.safety_follow_up.as_ref().map(|by| wording.duration(by)).unwrap_or_default())
                .impact(Impact::PARTICIPANTS),
            ]
        };
        let subject = Subject::new(Part::Intervention, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let title = collapsed(&other.label);
        let mut found = facets::compare(&subject, &title, &places, list(old, one), list(new, other));
        for change in &mut found {
            let why = match change.property.as_deref() {
                Some("route") => "the product is given by another route",
                Some("substance") => "another substance is given",
                Some("levels") => "other doses can be given",
                Some("maximum") if more_allowed(one, other) => "more may be given altogether",
                _ => continue,
            };
            change.effects.push(Effect::new(EffectKind::Consent, why));
        }
        changes.extend(found);
    }
    for (name, product) in &pairing.added {
        let sentence =
            format!("Intervention {} is new ({}).", quoted(&product.label), product.kind.replace('_', " "));
        changes.push(
            Change::new(Subject::new(Part::Intervention, *name), ChangeKind::Added, Class::Safety, sentence)
                .words(None, Some(collapsed(&product.label)))
                .impact(Impact::BOTH)
                .effect(
                    EffectKind::Consent,
                    format!("{} is given that participants have not agreed to", quoted(&product.label)),
                )
                .at(None, product.origin.0),
        );
    }
    for (name, product) in &pairing.removed {
        let sentence = format!("Intervention {} is dropped.", quoted(&product.label));
        changes.push(
            Change::new(
                Subject::new(Part::Intervention, *name),
                ChangeKind::Removed,
                Class::Design,
                sentence,
            )
            .words(Some(collapsed(&product.label)), None)
            .impact(Impact::BOTH)
            .at(product.origin.0, None),
        );
    }
}

fn more_allowed(one: &Intervention, other: &Intervention) -> bool {
    match (&one.maximum, &other.maximum) {
        (Some(_), None) => true,
        (Some(one), Some(other)) => is_more(one, other).unwrap_or(true),
        (None, _) => false,
    }
}

fn arms(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.arms, &new.arms);
    for (name, one, other) in &pairing.both {
        let list = |arm: &Arm| {
            vec![
                Facet::text("label", "the name", Class::Editorial, Some(&arm.label)),
                Facet::text("type", "the type", Class::Design, Some(&arm.kind.replace('_', " ")))
                    .impact(Impact::BOTH),
                Facet::text("description", "the description", Class::Editorial, arm.description.as_deref()),
            ]
        };
        let subject = Subject::new(Part::Arm, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let title = format!("Arm {}", quoted(&other.label));
        changes.extend(facets::compare(&subject, &title, &places, list(one), list(other)));
        plans(
            &subject,
            &title,
            (old, &one.gives, one.origin.0),
            (new, &other.gives, other.origin.0),
            changes,
        );
    }
    for (name, arm) in &pairing.added {
        let sentence = format!("Arm {} is new: {}.", quoted(&arm.label), all_given(new, &arm.gives));
        changes.push(
            Change::new(Subject::new(Part::Arm, *name), ChangeKind::Added, Class::Design, sentence)
                .words(None, Some(all_given(new, &arm.gives)))
                .impact(Impact::BOTH)
                .effect(
                    EffectKind::Consent,
                    "participants may be allocated to an arm that they were not told of",
                )
                .at(None, arm.origin.0),
        );
    }
    for (name, arm) in &pairing.removed {
        let sentence = format!("Arm {} is dropped: {}.", quoted(&arm.label), all_given(old, &arm.gives));
        changes.push(
            Change::new(Subject::new(Part::Arm, *name), ChangeKind::Removed, Class::Design, sentence)
                .words(Some(all_given(old, &arm.gives)), None)
                .impact(Impact::BOTH)
                .effect(EffectKind::Enrolled, "participants of this arm have no plan any more")
                .at(arm.origin.0, None),
        );
    }
}

fn all_given(trial: &Trial, gives: &[Administration]) -> String {
    let lines: Vec<String> = gives.iter().map(|one| given(trial, one)).collect();
    if lines.is_empty() { "nothing is given".to_owned() } else { lines.join("; ") }
}

type Plan<'a> = (&'a Trial, &'a [Administration], Option<Span>);

/// What is given, product by product; several lines of one product are its steps, in their order.
fn plans(subject: &Subject, title: &str, old: Plan<'_>, new: Plan<'_>, changes: &mut Vec<Change>) {
    let mut products: Vec<&str> = Vec::new();
    for one in new.1.iter().chain(old.1) {
        if !products.contains(&one.product.as_str()) {
            products.push(&one.product);
        }
    }
    for product in products {
        let steps = |plan: Plan<'_>| -> Vec<Administration> {
            plan.1.iter().filter(|one| one.product == product).cloned().collect()
        };
        let (before, after) = (steps(old), steps(new));
        let key = |steps: &[Administration]| steps.iter().map(plain::administration).collect::<Vec<_>>();
        if key(&before) == key(&after) {
            continue;
        }
        let span = |steps: &[Administration], whole: Option<Span>| {
            steps.first().and_then(|one| one.origin.0).or(whole)
        };
        let change = |kind: ChangeKind, class: Class, sentence: String| {
            Change::new(subject.clone(), kind, class, sentence)
                .property(format!("gives {product}"))
                .impact(Impact::BOTH)
                .at(span(&before, old.2), span(&after, new.2))
        };
        let label = product_label(new.0, old.0, product);
        let (from, to) = (all_given(old.0, &before), all_given(new.0, &after));
        if before.is_empty() {
            let found = change(ChangeKind::Added, Class::Safety, format!("{title} is also given {to}."));
            changes.push(found.words(None, Some(to)).effect(
                EffectKind::Consent,
                format!("{label} is given to participants who have not agreed to it"),
            ));
        } else if after.is_empty() {
            let found =
                change(ChangeKind::Removed, Class::Design, format!("{title} is no longer given {from}."));
            changes.push(found.words(Some(from), None));
        } else {
            let what = differing(&before, &after);
            let class = if what == ["text"] { Class::Design } else { Class::Safety };
            let words = if what.is_empty() {
                "plan".to_owned()
            } else {
                listed(&what.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), "and")
            };
            let sentence = format!("{title}: the {words} of {label} changes: {from} becomes {to}.");
            let found = change(ChangeKind::Changed, class, sentence).words(Some(from), Some(to));
            changes.push(match more(&before, &after) {
                Some(because) => found.effect(EffectKind::Consent, format!("{label}: {because}")),
                None => found,
            });
        }
    }
}

fn product_label(new: &Trial, old: &Trial, product: &str) -> String {
    let label = |trial: &Trial| {
        let intervention = trial.interventions.get(product).map(|product| collapsed(&product.label));
        intervention.or_else(|| trial.concepts.get(product).map(|concept| collapsed(&concept.label)))
    };
    label(new).or_else(|| label(old)).unwrap_or_else(|| product.replace('_', " "))
}

/// The parts of a plan that differ, of plans with one step each.
fn differing(before: &[Administration], after: &[Administration]) -> Vec<&'static str> {
    let ([one], [other]) = (before, after) else { return vec!["steps"] };
    let (one, other) = (plain::administration(one), plain::administration(other));
    let parts = [
        ("dose", one.dose != other.dose || one.level != other.level),
        ("cap", one.cap != other.cap),
        ("route", one.route != other.route),
        ("frequency", one.frequency != other.frequency || one.days != other.days),
        ("start", one.on != other.on || one.from != other.from),
        ("duration", one.lasting != other.lasting || one.until != other.until),
        ("text", one.text != other.text),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word).collect()
}

/// Why the new plan is a greater burden or risk; `None` where it is known to be less or the same.
fn more(before: &[Administration], after: &[Administration]) -> Option<&'static str> {
    let ([one], [other]) = (before, after) else {
        return Some("its steps are others than participants agreed to");
    };
    if one.route != other.route {
        return Some("it is given by another route");
    }
    match (one.dose.is(), other.dose.is()) {
        (Some(Dose::Amount(one)), Some(Dose::Amount(other))) if amount_key(one) != amount_key(other) => {
            match is_more(one, other) {
                Some(true) => return Some("the dose is higher than participants agreed to"),
                None => return Some("the dose is counted in another unit"),
                Some(false) => {}
            }
        }
        (Some(Dose::TargetAuc(one)), Some(Dose::TargetAuc(other))) if other > one => {
            return Some("the dose is higher than participants agreed to");
        }
        (one, other) if one != other && other.is_some() && one.is_none() => {
            return Some("the dose is stated for the first time");
        }
        _ => {}
    }
    if let (Some(one), Some(other)) = (one.frequency.is(), other.frequency.is())
        && one != other
        && more_often(one, other)
    {
        return Some("it is given more often");
    }
    if one.lasting != other.lasting || one.until != other.until {
        let days = |given: &Administration| given.lasting.as_ref().and_then(plain::in_days);
        return match (days(one), days(other)) {
            (Some(one), Some(other)) if other <= one => None,
            _ => Some("it is given for another time"),
        };
    }
    None
}

fn more_often(one: &Frequency, other: &Frequency) -> bool {
    if *other == Frequency::Once {
        return false;
    }
    match (times_in_days(one), times_in_days(other)) {
        (Some((times, days)), Some((other_times, other_days))) => other_times * days > times * other_days,
        _ => true,
    }
}

/// How many times in how many days; `None` where months or hours stand between.
fn times_in_days(frequency: &Frequency) -> Option<(i64, i64)> {
    match frequency {
        Frequency::Once => None,
        Frequency::TimesDaily(times) => Some((*times, 1)),
        Frequency::TimesWeekly(times) => Some((*times, 7)),
        Frequency::Every(every) => Some((1, plain::in_days(every)?)),
    }
}

fn backgrounds(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.backgrounds, &new.backgrounds);
    for (name, one, other) in &pairing.both {
        let list = |background: &Background| {
            vec![Facet::text("label", "the name", Class::Editorial, Some(&background.label))]
        };
        let subject = Subject::new(Part::Background, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let title = collapsed(&other.label);
        changes.extend(facets::compare(&subject, &title, &places, list(one), list(other)));
        plans(
            &subject,
            &title,
            (old, &one.gives, one.origin.0),
            (new, &other.gives, other.origin.0),
            changes,
        );
    }
    for (name, background) in &pairing.added {
        let what = format!("Background therapy {}", quoted(&background.label));
        let subject = Subject::new(Part::Background, *name);
        let why = "participants are treated beside the trial's products as they were not told";
        let given = all_given(new, &background.gives);
        changes.push(is_new(subject, &what, Some(&given), background.origin.0, why));
    }
    for (name, background) in &pairing.removed {
        let what = format!("Background therapy {}", quoted(&background.label));
        changes.push(is_dropped(Subject::new(Part::Background, *name), &what, background.origin.0));
    }
}

/// A part of the treatment that participants have not agreed to.
fn is_new(subject: Subject, what: &str, given: Option<&str>, at: Option<Span>, why: &str) -> Change {
    let given = given.map_or(String::new(), |given| format!(": {given}"));
    Change::new(subject, ChangeKind::Added, Class::Design, format!("{what} is new{given}."))
        .impact(Impact::BOTH)
        .effect(EffectKind::Consent, why)
        .at(None, at)
}

/// A part of the treatment that is no more.
fn is_dropped(subject: Subject, what: &str, at: Option<Span>) -> Change {
    Change::new(subject, ChangeKind::Removed, Class::Design, format!("{what} is dropped."))
        .impact(Impact::BOTH)
        .at(at, None)
}

fn sequences(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.sequences, &new.sequences);
    for (name, one, other) in &pairing.both {
        let list = |sequence: &Sequence| {
            let periods: Vec<String> =
                sequence.periods.values().map(|period| collapsed(&period.label)).collect();
            let names: Vec<&String> = sequence.periods.keys().collect();
            vec![
                Facet::text("label", "the name", Class::Editorial, Some(&sequence.label)),
                Facet::new("periods", "the order of the periods", Class::Design, &names)
                    .shown(listed(&periods, "and"))
                    .impact(Impact::BOTH),
            ]
        };
        let subject = Subject::new(Part::Sequence, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let title = format!("Sequence {}", quoted(&other.label));
        changes.extend(facets::compare(&subject, &title, &places, list(one), list(other)));
        for (period, before, after) in facets::pair(&one.periods, &other.periods).both {
            let title = format!("{title}, {}", collapsed(&after.label));
            let list = |trial: &Trial, period: &Period| {
                let washout = period.washout.as_ref();
                vec![
                    Facet::text("label", "the name of the period", Class::Editorial, Some(&period.label)),
                    Facet::new("washout", "the shortest washout behind it", Class::Safety, &washout)
                        .shown(washout.map(|by| Wording::of(trial).duration(by)).unwrap_or_default())
                        .impact(Impact::BOTH),
                ]
            };
            let within = Subject::new(Part::Sequence, *name).within(period.as_str());
            changes.extend(facets::compare(&within, &title, &places, list(old, before), list(new, after)));
            let (before, after) =
                ((old, &before.gives[..], one.origin.0), (new, &after.gives[..], other.origin.0));
            plans(&within, &title, before, after, changes);
        }
    }
    for (name, sequence) in &pairing.added {
        let what = format!("Sequence {}", quoted(&sequence.label));
        let subject = Subject::new(Part::Sequence, *name);
        let why = "participants may be treated in an order that they were not told of";
        changes.push(is_new(subject, &what, None, sequence.origin.0, why));
    }
    for (name, sequence) in &pairing.removed {
        let what = format!("Sequence {}", quoted(&sequence.label));
        changes.push(is_dropped(Subject::new(Part::Sequence, *name), &what, sequence.origin.0));
    }
}

fn allocations(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.allocations, &new.allocations);
    for (name, one, other) in &pairing.both {
        let list = |trial: &Trial, allocation: &Allocation| {
            let wording = Wording::of(trial);
            let ratio = |parts: &Vec<u64>| parts.iter().map(u64::to_string).collect::<Vec<_>>().join(":");
            // The ratio is of the arms in their order: by name it is the same in any order.
            let by_arm = allocation.ratio.is().map(|parts| {
                let mut pairs: Vec<(&String, &u64)> = allocation.arms.iter().zip(parts).collect();
                pairs.sort();
                pairs
            });
            let strata =
                |list: &Vec<String>| list.iter().map(|one| wording.named(one)).collect::<Vec<_>>().join(", ");
            vec![
                Facet::text("label", "the name", Class::Editorial, allocation.label.as_deref()),
                Facet::new("at", "the time", Class::Design, &allocation.at)
                    .shown(wording.named(&allocation.at))
                    .impact(Impact::BOTH),
                Facet::new(
                    "ratio",
                    "the ratio",
                    Class::Design,
                    &(by_arm, stated(&allocation.ratio, |_| String::new())),
                )
                .shown(stated(&allocation.ratio, ratio))
                .impact(Impact::BOTH),
                Facet::new("strata", "the stratification", Class::Design, &allocation.strata)
                    .shown(stated(&allocation.strata, strata))
                    .impact(Impact::DATA),
                Facet::new("blocks", "the block size", Class::Design, &allocation.blocks)
                    .shown(stated(&allocation.blocks, |text| collapsed(text)))
                    .impact(Impact::DATA),
                Facet::new("method", "the method", Class::Design, &allocation.method)
                    .shown(stated(&allocation.method, |text| collapsed(text)))
                    .impact(Impact::DATA),
                Facet::new("arms", "what it allocates to", Class::Design, &sorted(&allocation.arms))
                    .shown(wording.arms(&allocation.arms))
                    .impact(Impact::BOTH),
            ]
        };
        let subject = Subject::new(Part::Allocation, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        changes.extend(facets::compare(&subject, "Allocation", &places, list(old, one), list(new, other)));
    }
    for (name, allocation) in &pairing.added {
        let at = Wording::of(new).named(&allocation.at);
        changes.push(
            Change::new(
                Subject::new(Part::Allocation, *name),
                ChangeKind::Added,
                Class::Design,
                format!("Participants are allocated at {at}."),
            )
            .impact(Impact::BOTH)
            .effect(EffectKind::Consent, "participants are allocated as they were not told")
            .at(None, allocation.origin.0),
        );
    }
    for (name, allocation) in &pairing.removed {
        let at = Wording::of(old).named(&allocation.at);
        changes.push(
            Change::new(
                Subject::new(Part::Allocation, *name),
                ChangeKind::Removed,
                Class::Design,
                format!("Participants are no longer allocated at {at}."),
            )
            .impact(Impact::BOTH)
            .at(allocation.origin.0, None),
        );
    }
}
