//! Cells of the schedule that an amendment takes out of the protocol's `collect` statements.

use super::identity::names_of;
use crate::ast::{CollectVisit, Collection, Item, Keyword, Name, NameOrRange, Value};
use crate::diagnostics::{Diagnostic, codes};

/// The names of all visits, in the order of the source.
pub(super) fn visits_in_order(items: &[Item]) -> Vec<String> {
    fn walk(items: &[Item], found: &mut Vec<String>) {
        for item in items {
            match item.keyword.value {
                Keyword::Visit => found.extend(item.name.as_ref().map(|name| name.value.clone())),
                Keyword::Visits => {
                    let names = item.property("names").map(names_of).unwrap_or_default();
                    found.extend(names.into_iter().map(str::to_owned));
                }
                _ => {}
            }
            walk(&item.items, found);
        }
    }
    let mut found = Vec::new();
    walk(items, &mut found);
    found
}

/// The visits that a name or a range of names stands for.
pub(super) fn spread(visit: &NameOrRange, order: &[String]) -> Vec<String> {
    match visit {
        NameOrRange::Name(name) => vec![name.value.clone()],
        NameOrRange::Range { from, to } => {
            let place = |name: &Name| order.iter().position(|visit| *visit == name.value);
            match (place(from), place(to)) {
                (Some(from), Some(to)) if from <= to => order[from..=to].to_vec(),
                _ => vec![from.value.clone(), to.value.clone()],
            }
        }
    }
}

/// What is left of a `collect` statement when cells are taken out of it; `left` loses those that were found.
pub(super) fn split(
    statement: &Item,
    collection: &Collection,
    gone: &Collection,
    all: bool,
    visits: &[String],
    order: &[String],
    left: &mut Vec<(String, String)>,
) -> Vec<Item> {
    let is_gone = |name: &Name| gone.what.iter().any(|gone| gone.value == name.value);
    let (without, kept): (Vec<Name>, Vec<Name>) = collection.what.iter().cloned().partition(is_gone);
    if without.is_empty() {
        return vec![statement.clone()];
    }
    let with = |what: Vec<Name>, at| {
        let mut item = statement.clone();
        if let Some(body) = &mut item.body {
            body.value = Value::Collection(Collection { what, at, ..collection.clone() });
        }
        item
    };
    let mut parts = Vec::new();
    if !kept.is_empty() {
        parts.push(with(kept, collection.at.clone()));
    }
    if all {
        left.retain(|(name, _)| !without.iter().any(|gone| gone.value == *name));
        return parts;
    }
    let mut touched = false;
    let mut at = Vec::new();
    for place in &collection.at {
        let own = spread(&place.visit, order);
        if !own.iter().any(|visit| visits.contains(visit)) {
            at.push(place.clone());
            continue;
        }
        touched = true;
        for visit in own {
            if visits.contains(&visit) {
                left.retain(|(name, gone)| {
                    *gone != visit || !without.iter().any(|without| without.value == *name)
                });
            } else {
                let span = match &place.visit {
                    NameOrRange::Name(name) => name.span,
                    NameOrRange::Range { from, to } => from.span.to(to.span),
                };
                let name = NameOrRange::Name(Name::new(visit, span));
                at.push(CollectVisit { visit: name, rounds: place.rounds.clone() });
            }
        }
    }
    if !touched {
        return vec![statement.clone()];
    }
    if !at.is_empty() {
        parts.push(with(without, at));
    }
    parts
}

/// A revision that says where something is collected that is collected already: it may mean these visits too, or these visits only.
pub(super) fn more_or_fewer(place: &Item, revision: &Item) -> Option<Diagnostic> {
    let (again, name, before) = revision.items.iter().find_map(|item| {
        let (name, before) = collected(item)?.what.iter().find_map(|name| {
            let is_it = |other: &&Item| {
                collected(other).is_some_and(|old| old.what.iter().any(|what| what.value == name.value))
            };
            Some((name, place.items.iter().find(is_it)?))
        })?;
        Some((item, name, before))
    })?;
    let message = format!("is `{}` collected at these visits too, or at these visits only?", name.value);
    Some(
        Diagnostic::new(&codes::DUPLICATE_NAME, again.span, message)
            .label("more visits, or fewer?")
            .and(before.span, "collected here already")
            .help(format!(
                "for more visits write `schedule {{ collect {0} at … }}` outside of the amendment's block; for fewer `remove {{ collect {0} at … }}` with the visits that are left out",
                name.value
            )),
    )
}

fn collected(item: &Item) -> Option<&Collection> {
    match &item.body.as_ref()?.value {
        Value::Collection(collection) if item.keyword.value == Keyword::Collect => Some(collection),
        _ => None,
    }
}
