//! What the trial is to show: outcomes as estimands (ICH E9(R1)).

use super::change::{Change, ChangeKind, Class, Impact, Part, Subject};
use super::facets::{self, Facet, Places, collapsed, quoted, stated};
use super::plain;
use crate::model::{Comparison, IntercurrentEvent, Outcome, Stated, Tier, TimeFrame, Trial};
use crate::wording::{Wording, listed};

pub(super) fn compare(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.outcomes, &new.outcomes);
    for (name, one, other) in &pairing.both {
        let subject = Subject::new(Part::Outcome, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let weighty = is_weighty(one.tier) || is_weighty(other.tier);
        let impact = if weighty { Impact::DATA } else { Impact::NONE };
        let list = |trial: &Trial, outcome: &Outcome| facets_of(trial, outcome, impact);
        let title = format!("{} {}", tier(other.tier), quoted(&other.label));
        let mut found = facets::compare(&subject, &title, &places, list(old, one), list(new, other));
        for change in &mut found {
            let key = change.property.clone().unwrap_or_default();
            let span = |outcome: &Outcome| outcome.origins.get(&key).or(outcome.origin.0);
            *change = change.clone().at(span(one), span(other));
        }
        changes.extend(found);
    }
    for (name, outcome) in &pairing.added {
        let sentence = format!("{} {} is new.", tier(outcome.tier), quoted(&outcome.label));
        changes.push(
            Change::new(Subject::new(Part::Outcome, *name), ChangeKind::Added, Class::Outcome, sentence)
                .words(None, Some(collapsed(&outcome.label)))
                .impact(if is_weighty(outcome.tier) { Impact::DATA } else { Impact::NONE })
                .at(None, outcome.origin.0),
        );
    }
    for (name, outcome) in &pairing.removed {
        let sentence = format!("{} {} is dropped.", tier(outcome.tier), quoted(&outcome.label));
        changes.push(
            Change::new(Subject::new(Part::Outcome, *name), ChangeKind::Removed, Class::Outcome, sentence)
                .words(Some(collapsed(&outcome.label)), None)
                .impact(Impact::DATA)
                .at(outcome.origin.0, None),
        );
    }
}

/// A change of it is a change of what the trial is to show.
fn is_weighty(tier: Tier) -> bool {
    matches!(tier, Tier::Primary | Tier::Secondary)
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Primary => "Primary outcome",
        Tier::Secondary => "Secondary outcome",
        Tier::Exploratory => "Exploratory outcome",
        Tier::Unstated => "Outcome",
    }
}

fn facets_of(trial: &Trial, outcome: &Outcome, impact: Impact) -> Vec<Facet> {
    let wording = Wording::of(trial);
    let value = match &outcome.value {
        Stated::Is(term) => Some(plain::term(term)),
        _ => None,
    };
    let frame = outcome.time_frame.is().map(|frame| (&frame.offset, &frame.anchor));
    let of_frame = |frame: &TimeFrame| match &frame.anchor {
        Some(anchor) => wording.offset(&frame.offset, &wording.moment(anchor)),
        None => collapsed(&frame.text),
    };
    let compared = |comparison: &Comparison| {
        let groups: Vec<String> = comparison.groups.iter().map(|group| wording.arms(group)).collect();
        let summary = comparison.summary.as_ref().map(|summary| format!(", {summary}")).unwrap_or_default();
        format!("{}{summary}", groups.join(" versus "))
    };
    let event = |one: &IntercurrentEvent| {
        format!("{}: {}", wording.named(&one.event), stated(&one.strategy, |text| text.replace('_', " ")))
    };
    let events: Vec<String> = outcome.events.iter().map(event).collect();
    let mut event_keys: Vec<String> = outcome
        .events
        .iter()
        .map(|one| format!("{} {}", one.event, stated(&one.strategy, String::clone)))
        .collect();
    event_keys.sort();
    let words = |text: &String| text.replace('_', " ");
    vec![
        Facet::text("label", "the wording", Class::Editorial, Some(&outcome.label)),
        Facet::new("tier", "the tier", Class::Outcome, &outcome.tier)
            .shown(tier(outcome.tier).to_lowercase())
            .impact(Impact::DATA),
        Facet::new(
            "value",
            "what is measured",
            Class::Outcome,
            &(value, stated(&outcome.value, |_| String::new())),
        )
        .shown(stated(&outcome.value, |term| wording.term(term)))
        .impact(impact),
        Facet::new(
            "time_frame",
            "the time frame",
            Class::Outcome,
            &(frame, stated(&outcome.time_frame, |_| String::new())),
        )
        .shown(stated(&outcome.time_frame, of_frame))
        .impact(impact),
        Facet::new("compare", "the comparison", Class::Outcome, &outcome.compare)
            .shown(stated(&outcome.compare, compared))
            .impact(impact),
        Facet::new("among", "the population of the analysis", Class::Outcome, &outcome.among)
            .shown(stated(&outcome.among, words))
            .impact(impact),
        Facet::new("missing", "what is done about missing data", Class::Outcome, &outcome.missing)
            .shown(stated(&outcome.missing, |text| collapsed(text)))
            .impact(impact),
        Facet::new("events", "what is done about intercurrent events", Class::Outcome, &event_keys)
            .shown(listed(&events, "and"))
            .impact(impact),
    ]
}
