//! An amendment written as a patch: its statements take their places in the protocol that it amends.
//!
//! `replace` puts a statement in the place of the one of its name, `revise` changes only the parts that are given, `remove`
//! takes a statement away; what stands outside of the amendment's block is added. Nothing is replaced unless the author
//! says so, and what is to be replaced must be there. Every statement keeps the place where it was written, so a message
//! underlines the file that said it.

use super::Space;
use crate::ast::{Collection, Item, Keyword, Name, NameOrRange, Property, Value};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::source::Span;

/// What an amendment did with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Added,
    Replaced,
    Revised,
    Removed,
}

/// A statement of the protocol that an amendment touched, in the order of the amendment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    pub action: Action,
    /// As its head says it: `include I8`, `eligibility for randomization`.
    pub statement: String,
    /// The name that it declares.
    pub name: Option<String>,
    /// Where the amendment says it.
    pub span: Span,
}

/// The items of the protocol with the amendment carried out, and what it touched. The amendment's own item is the last.
pub(super) fn carry_out(
    base: Vec<Item>,
    own: Vec<Item>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Item>, Vec<Amended>) {
    let mut patch = Patch { items: base, touched: Vec::new(), diagnostics };
    let (amendments, added): (Vec<Item>, Vec<Item>) =
        own.into_iter().partition(|item| item.keyword.value == Keyword::Amendment);
    for amendment in &amendments {
        for block in &amendment.items {
            for item in &block.items {
                match block.keyword.value {
                    Keyword::Replace => patch.replace(item),
                    Keyword::Revise => patch.revise(item),
                    Keyword::Remove => patch.remove(item),
                    _ => {}
                }
            }
        }
    }
    for item in added {
        patch.add(item);
    }
    let Patch { mut items, touched, .. } = patch;
    items.extend(amendments.into_iter().map(without_blocks));
    (items, touched)
}

/// The amendment without the statements that it changes: these stand in their own places.
pub(super) fn without_blocks(mut amendment: Item) -> Item {
    amendment.items.retain(|item| item.keyword.value == Keyword::Change);
    amendment
}

/// A block of statements for a protocol that the amendment does not name.
pub(super) fn patches_nothing(amendment: &Item) -> Option<Diagnostic> {
    let block = amendment.items.iter().find(|item| item.keyword.value != Keyword::Change)?;
    let word = block.keyword.value.text();
    Some(
        Diagnostic::new(
            &codes::MISSING_PROPERTY,
            block.keyword.span,
            format!("there is nothing to {word}: this file is a whole protocol, not an amendment of another file"),
        )
        .label("of which protocol?")
        .help(format!(
            "change the statements themselves; or leave only the amendment in this file and say what it changes, \
             `amends: \"trial.trial\"`, without a `trial` header outside of `{word} {{ … }}`"
        )),
    )
}

/// What identifies a statement: what sort of name it has, and the name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
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
    fn of(item: &Item) -> Option<Self> {
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
pub(super) fn in_words(item: &Item) -> String {
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

struct Patch<'d> {
    items: Vec<Item>,
    touched: Vec<Amended>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Patch<'_> {
    fn touch(&mut self, action: Action, item: &Item) {
        let name = item.name.as_ref().map(|name| name.value.clone());
        self.touched.push(Amended { action, statement: in_words(item), name, span: item.head_span() });
    }

    fn replace(&mut self, item: &Item) {
        let Some(identity) = self.identity(item, "replace") else { return };
        if let Some(place) = find(&mut self.items, &identity) {
            if let Some(several) = stands_for_several(place, item) {
                self.diagnostics.push(several);
                return;
            }
            *place = item.clone();
            self.touch(Action::Replaced, item);
            return;
        }
        self.not_there(item, &identity, "replace");
    }

    fn revise(&mut self, item: &Item) {
        let Some(identity) = self.identity(item, "revise") else { return };
        if let Some(place) = find(&mut self.items, &identity) {
            if let Some(several) = stands_for_several(place, item) {
                self.diagnostics.push(several);
                return;
            }
            if place.keyword.value != item.keyword.value {
                self.diagnostics.push(other_sort(place, item));
                return;
            }
            merge(place, item);
            self.touch(Action::Revised, item);
            return;
        }
        self.not_there(item, &identity, "revise");
    }

    fn remove(&mut self, item: &Item) {
        if let Some(Value::Collection(gone)) = item.body.as_ref().map(|body| &body.value) {
            self.remove_collection(item, gone);
            return;
        }
        let Some(identity) = self.identity(item, "remove") else { return };
        if take_out(&mut self.items, &identity) {
            self.touch(Action::Removed, item);
            return;
        }
        self.not_there(item, &identity, "remove");
    }

    /// Takes cells out of what is collected: those of these names at these visits, or at all of them.
    fn remove_collection(&mut self, item: &Item, gone: &Collection) {
        let order = visits_in_order(&self.items);
        let mut left: Vec<(String, String)> = Vec::new();
        let visits: Vec<String> = gone.at.iter().flat_map(|at| spread(&at.visit, &order)).collect();
        for name in &gone.what {
            let visits: Vec<String> = if visits.is_empty() { vec![String::new()] } else { visits.clone() };
            left.extend(visits.into_iter().map(|visit| (name.value.clone(), visit)));
        }
        let all = gone.at.is_empty();
        for schedule in self.items.iter_mut().filter(|item| item.keyword.value == Keyword::Schedule) {
            let mut kept = Vec::with_capacity(schedule.items.len());
            for statement in schedule.items.drain(..) {
                match statement.body.as_ref().map(|body| &body.value) {
                    Some(Value::Collection(collection)) if statement.keyword.value == Keyword::Collect => {
                        kept.extend(split(&statement, collection, gone, all, &visits, &order, &mut left));
                    }
                    _ => kept.push(statement),
                }
            }
            schedule.items = kept;
        }
        match left.first() {
            Some((name, visit)) => {
                let at = if all { String::new() } else { format!(" at `{visit}`") };
                self.diagnostics.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_NAME,
                        item.span,
                        format!("the protocol does not collect `{name}`{at}"),
                    )
                    .label("nothing to remove")
                    .help("name what the protocol that is amended collects, and at which visits"),
                );
            }
            None => self.touch(Action::Removed, item),
        }
    }

    /// A statement outside of the amendment's block: new, or more of the schedule, or further criteria of a decision.
    fn add(&mut self, item: Item) {
        let mut names = Vec::new();
        named(&item, &mut names);
        for (identity, span, keyword) in names {
            if find(&mut self.items, &identity).is_some() {
                let name = match &identity {
                    Identity::Named(_, name) | Identity::Within(_, name) | Identity::Worded(name) => name,
                    _ => continue,
                };
                self.diagnostics.push(
                    Diagnostic::new(
                        &codes::DUPLICATE_NAME,
                        span,
                        format!("the protocol that is amended already has a `{}` `{name}`", keyword.text()),
                    )
                    .label("added a second time")
                    .help(format!(
                        "if it takes the place of the other one, write it inside the amendment: `replace {{ {} {name} … }}`; if it is another one, give it another name",
                        keyword.text()
                    )),
                );
                return;
            }
        }
        self.touch(Action::Added, &item);
        self.items.push(item);
    }

    fn identity(&mut self, item: &Item, word: &str) -> Option<Identity> {
        let identity = Identity::of(item);
        let keyword = item.keyword.value;
        if let Some(identity) = identity.filter(|identity| !matches!(identity, Identity::Within(..))) {
            return Some(identity);
        }
        // A head without its name has been reported where it was read.
        if Space::of(keyword).is_some() || matches!(keyword, Keyword::Eligibility | Keyword::Example) {
            return None;
        }
        let around = match keyword {
            Keyword::Gives | Keyword::Washout => "arm NAME",
            Keyword::Period => "sequence NAME",
            Keyword::Field => "form NAME",
            _ => "schedule",
        };
        self.diagnostics.push(
            Diagnostic::new(
                &codes::WRONG_SORT,
                item.keyword.span,
                format!("a `{}` has no name of its own to {word} it by", keyword.text()),
            )
            .label("part of another statement")
            .help(format!(
                "name the statement around it: `revise {{ {around} {{ {} … }} }}`",
                keyword.text()
            )),
        );
        None
    }

    fn not_there(&mut self, item: &Item, identity: &Identity, word: &str) {
        let statement = in_words(item);
        let mut all = Vec::new();
        self.items.iter().for_each(|item| named(item, &mut all));
        let name = match identity {
            Identity::Named(_, name)
            | Identity::Decision(name)
            | Identity::Worded(name)
            | Identity::Within(_, name) => name.as_str(),
            Identity::Only(_) => "",
        };
        let same_sort = all.iter().filter_map(|(other, ..)| match (identity, other) {
            (Identity::Named(wanted, _), Identity::Named(space, name)) if wanted == space => {
                Some(name.as_str())
            }
            (Identity::Decision(_), Identity::Decision(name))
            | (Identity::Worded(_), Identity::Worded(name)) => Some(name.as_str()),
            _ => None,
        });
        let span = item.name.as_ref().map_or(item.head_span(), |name| name.span);
        let found = Diagnostic::new(
            &codes::UNKNOWN_NAME,
            span,
            format!("there is no `{statement}` to {word} in the protocol that is amended"),
        );
        let otherwise = "write a new statement outside of the amendment's block";
        self.diagnostics.push(match did_you_mean(name, same_sort) {
            Some(other) => found
                .label(format!("did you mean `{other}`?"))
                .help(format!("write `{other}`, or {otherwise}")),
            None => found.label("not there").help(otherwise.to_owned()),
        });
    }
}

/// Where the statement stands, at any depth.
fn find<'i>(items: &'i mut [Item], identity: &Identity) -> Option<&'i mut Item> {
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
fn is(item: &Item, identity: &Identity) -> bool {
    if item.keyword.value == Keyword::Visits
        && let Identity::Named(Space::Visit, name) = identity
    {
        return item.property("names").is_some_and(|names| names_of(names).contains(&name.as_str()));
    }
    Identity::of(item).as_ref() == Some(identity)
}

fn names_of(property: &Property) -> Vec<&str> {
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
fn stands_for_several(place: &Item, item: &Item) -> Option<Diagnostic> {
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

fn other_sort(place: &Item, item: &Item) -> Diagnostic {
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

/// Takes a statement out; of `visits a, b, c` only the name.
fn take_out(items: &mut Vec<Item>, identity: &Identity) -> bool {
    for at in 0..items.len() {
        if items[at].keyword.value == Keyword::Visits && is(&items[at], identity) {
            return take_name_out(&mut items[at], identity);
        }
        if is(&items[at], identity) {
            items.remove(at);
            return true;
        }
        if take_out(&mut items[at].items, identity) {
            return true;
        }
    }
    false
}

fn take_name_out(item: &mut Item, identity: &Identity) -> bool {
    let Identity::Named(_, gone) = identity else { return false };
    let names = item.properties.iter_mut().find(|property| property.key.value == "names");
    let Some(Value::Names(names)) = names.map(|names| &mut names.value.value) else { return false };
    let before = names.len();
    // A visit in the middle keeps the distances of the others only where they do not count from each other.
    names.retain(|name| !matches!(name, NameOrRange::Name(name) if name.value == *gone));
    names.len() < before
}

/// The parts that the revision gives take the place of the statement's own; statements inside it likewise.
fn merge(place: &mut Item, revision: &Item) {
    if revision.prose.is_some() {
        // The head is one span: it comes from one file.
        place.keyword = revision.keyword;
        place.name.clone_from(&revision.name);
        place.prose.clone_from(&revision.prose);
    }
    if !revision.docs.is_empty() {
        place.docs.clone_from(&revision.docs);
    }
    let main = main_property(place.keyword.value);
    let says_main = revision.body.is_some()
        || revision.properties.iter().any(|property| Some(property.key.value.as_str()) == main);
    if says_main {
        place.body = None;
        place.properties.retain(|property| Some(property.key.value.as_str()) != main);
    }
    if revision.body.is_some() {
        place.body.clone_from(&revision.body);
    }
    for (at, property) in revision.properties.iter().enumerate() {
        let key = property.key.value.as_str();
        if !revision.properties[..at].iter().any(|earlier| earlier.key.value == key) {
            place.properties.retain(|old| old.key.value != key);
        }
        place.properties.push(property.clone());
    }
    for inner in &revision.items {
        let own = Identity::of(inner).and_then(|identity| {
            place.items.iter_mut().find(|item| Identity::of(item).as_ref() == Some(&identity))
        });
        match own {
            Some(own) if own.keyword.value == inner.keyword.value => merge(own, inner),
            Some(own) => *own = inner.clone(),
            None => place.items.push(inner.clone()),
        }
    }
}

/// The property that the short form behind the colon stands for.
fn main_property(keyword: Keyword) -> Option<&'static str> {
    Some(match keyword {
        Keyword::Include | Keyword::Exclude | Keyword::Define => "rule",
        Keyword::Derive | Keyword::Outcome => "value",
        Keyword::Event | Keyword::Visit | Keyword::Visits => "timing",
        Keyword::Intervention | Keyword::Arm | Keyword::Field => "type",
        Keyword::Measure => "unit",
        Keyword::Score => "values",
        Keyword::Timepoints => "at",
        _ => return None,
    })
}

/// Every name that a statement and those inside it declare.
fn named(item: &Item, found: &mut Vec<(Identity, Span, Keyword)>) {
    if let Some(identity) = Identity::of(item)
        && !matches!(identity, Identity::Within(..) | Identity::Only(Keyword::Schedule))
    {
        let span = item.name.as_ref().map_or(item.head_span(), |name| name.span);
        found.push((identity, span, item.keyword.value));
    }
    item.items.iter().for_each(|inner| named(inner, found));
}

/// The names of all visits, in the order of the source.
fn visits_in_order(items: &[Item]) -> Vec<String> {
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
fn spread(visit: &NameOrRange, order: &[String]) -> Vec<String> {
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
fn split(
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
                at.push(crate::ast::CollectVisit { visit: name, rounds: place.rounds.clone() });
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
