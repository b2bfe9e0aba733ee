//! Which statement of the protocol an amendment means, and why it cannot be that one.

use crate::ast::{Item, Keyword, NameOrRange, Property, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::resolve::Space;
use crate::source::Span;

/// What identifies a statement: what sort of name it has, and the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// By a name of this space.
    Named(Space, String),
    /// The only one of its keyword: the header, the schedule.
    Only(Keyword),
    /// `eligibility for EVENT`.
    Decision(String),
    /// By its wording: an example.
    Worded(String),
    /// By its name inside the statement around it: what an arm gives, a period, a field.
    Within(Keyword, String),
}

impl Identity {
    pub(super) fn of(item: &Item) -> Option<Self> {
        let keyword = item.keyword.value;
        let name = item.name.as_ref().map(|name| name.value.clone());
        Some(match keyword {
            Keyword::Trial | Keyword::Schedule => Identity::Only(keyword),
            Keyword::Eligibility => Identity::Decision(first_name(item.property("for")?)?),
            Keyword::Example => Identity::Worded(item.prose.as_ref()?.value.clone()),
            Keyword::Gives | Keyword::Period | Keyword::Field => Identity::Within(keyword, name?),
            Keyword::Visits => Identity::Named(Space::Visit, first_name(item.property("names")?)?),
            _ => Identity::Named(Space::of(keyword)?, name?),
        })
    }
}

fn first_name(property: &Property) -> Option<String> {
    match &property.value.value {
        Value::Names(names) => names.first().map(|name| match name {
            NameOrRange::Name(name) => name.value.clone(),
            NameOrRange::Range { from, .. } => from.value.clone(),
        }),
        _ => None,
    }
}

/// The statement's head in words: `include I8`, `outcome hba1c_change`, `collect hba1c at month_3`.
pub(in crate::resolve) fn in_words(item: &Item) -> String {
    let keyword = item.keyword.value.text();
    match (Identity::of(item), &item.body) {
        (Some(Identity::Decision(event)), _) => format!("{keyword} for {event}"),
        (Some(Identity::Worded(label)), _) => format!("{keyword} \"{label}\""),
        (Some(Identity::Named(_, name) | Identity::Within(_, name)), _) => format!("{keyword} {name}"),
        (_, Some(body)) => match &body.value {
            Value::Collection(collection) => {
                let names: Vec<&str> = collection.what.iter().map(|name| name.value.as_str()).collect();
                format!("{keyword} {}", names.join(", "))
            }
            _ => keyword.to_owned(),
        },
        _ => keyword.to_owned(),
    }
}

/// Where the statement stands, at any depth.
pub(super) fn find<'i>(items: &'i mut [Item], identity: &Identity) -> Option<&'i mut Item> {
    for item in items {
        if is(item, identity) {
            return Some(item);
        }
        if let Some(found) = find(&mut item.items, identity) {
            return Some(found);
        }
    }
    None
}

/// Whether this is the statement that is meant; `visits a, b, c` is that of each of its names.
pub(super) fn is(item: &Item, identity: &Identity) -> bool {
    if item.keyword.value == Keyword::Visits
        && let Identity::Named(Space::Visit, name) = identity
    {
        return item.property("names").is_some_and(|names| names_of(names).contains(&name.as_str()));
    }
    Identity::of(item).as_ref() == Some(identity)
}

pub(super) fn names_of(property: &Property) -> Vec<&str> {
    match &property.value.value {
        Value::Names(names) => names
            .iter()
            .flat_map(|name| match name {
                NameOrRange::Name(name) => vec![name.value.as_str()],
                NameOrRange::Range { from, to } => vec![from.value.as_str(), to.value.as_str()],
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// One visit cannot be taken for the statement that declares several at equal distances.
pub(super) fn stands_for_several(place: &Item, item: &Item) -> Option<Diagnostic> {
    let (Keyword::Visits, Some(names)) = (place.keyword.value, place.property("names")) else { return None };
    let same = item.property("names").is_some_and(|own| names_of(own) == names_of(names));
    if same {
        return None;
    }
    let all = names_of(names).join(", ");
    Some(
        Diagnostic::new(
            &codes::WRONG_SORT,
            item.head_span(),
            "the protocol declares this visit together with others, at equal distances",
        )
        .label("one of several")
        .and(place.head_span(), "declared here")
        .help(format!(
            "write the whole statement anew: `replace {{ visits {all}: … }}`, or remove it and add each visit"
        )),
    )
}

pub(super) fn other_sort(place: &Item, item: &Item) -> Diagnostic {
    let (old, new) = (place.keyword.value.text(), item.keyword.value.text());
    Diagnostic::new(
        &codes::WRONG_SORT,
        item.keyword.span,
        format!(
            "`{}` is declared as `{old}`, not `{new}`",
            place.name.as_ref().map_or("", |name| &name.value)
        ),
    )
    .label("another sort of statement")
    .and(place.head_span(), "declared here")
    .help(format!("write `{old}`; or say the whole statement anew inside `replace {{ … }}`"))
}

/// Of `visits a, b, c` only the last can go: those behind another would take its day and theirs would be free.
pub(super) fn moves_others(place: &Item, item: &Item) -> Option<Diagnostic> {
    let names = (place.keyword.value == Keyword::Visits).then(|| place.property("names")).flatten()?;
    let gone = item.name.as_ref()?;
    let names = names_of(names);
    let next = names.get(names.iter().position(|name| *name == gone.value)? + 1)?;
    Some(
        Diagnostic::new(
            &codes::WRONG_SORT,
            gone.span,
            format!("without `{}`, `{next}` would take its day: they are declared together, at equal distances", gone.value),
        )
        .label("others stand behind it")
        .and(place.head_span(), "declared here")
        .help(format!(
            "take the statement out, `remove {{ visits {} }}`, and write each visit that stays behind it: `revise {{ epoch … {{ visit {next}: … }} }}`",
            names.join(", ")
        )),
    )
}

/// Every name that a statement and those inside it declare.
pub(super) fn named(item: &Item, found: &mut Vec<(Identity, Span, Keyword)>) {
    if let Some(identity) = Identity::of(item)
        && !matches!(identity, Identity::Within(..) | Identity::Only(Keyword::Schedule))
    {
        let span = item.name.as_ref().map_or(item.head_span(), |name| name.span);
        found.push((identity, span, item.keyword.value));
    }
    item.items.iter().for_each(|inner| named(inner, found));
}
