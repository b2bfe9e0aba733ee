//! An amendment written as a patch: its statements take their places in the protocol that it amends.
//!
//! `replace` puts a statement in the place of the one of its name, `revise` changes only the parts that are given, `remove`
//! takes a statement away; what stands outside of the amendment's block is added. Nothing is replaced unless the author
//! says so, and what is to be replaced must be there. Every statement keeps the place where it was written, so a message
//! underlines the file that said it.

mod cells;
mod identity;

use cells::{split, spread};
pub(super) use identity::in_words;
use identity::{Identity, find, is, moves_others, named, other_sort, stands_for_several};

use super::Space;
use crate::ast::{Collection, Item, Keyword, NameOrRange, Value};
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
    let visits = cells::visits_in_order(&base);
    let mut patch = Patch { items: base, visits, touched: Vec::new(), diagnostics };
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

struct Patch<'d> {
    items: Vec<Item>,
    /// Of the protocol before anything was changed: what its ranges of visits stand for.
    visits: Vec<String>,
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
            if let Some(unclear) = cells::more_or_fewer(place, item) {
                self.diagnostics.push(unclear);
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
        let is_statement = item.keyword.value == Keyword::Visits;
        let in_the_way = find(&mut self.items, &identity).and_then(|place| match is_statement {
            true => stands_for_several(place, item),
            false => moves_others(place, item),
        });
        if let Some(in_the_way) = in_the_way {
            self.diagnostics.push(in_the_way);
            return;
        }
        if take_out(&mut self.items, &identity, is_statement) {
            self.touch(Action::Removed, item);
            return;
        }
        self.not_there(item, &identity, "remove");
    }

    /// Takes cells out of what is collected: those of these names at these visits, or at all of them.
    fn remove_collection(&mut self, item: &Item, gone: &Collection) {
        let order = &self.visits;
        let mut left: Vec<(String, String)> = Vec::new();
        let visits: Vec<String> = gone.at.iter().flat_map(|at| spread(&at.visit, order)).collect();
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
                        kept.extend(split(&statement, collection, gone, all, &visits, order, &mut left));
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
                        format!("`{} {name}` stands in the protocol that is amended already", keyword.text()),
                    )
                    .label("added a second time")
                    .help(format!(
                        "inside the amendment write `revise {{ {0} {name} … }}` to change a part of it or to add to it, `replace {{ {0} {name} … }}` to write it anew; if it is another one, give it another name",
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

/// Takes a statement out; of `visits a, b, c` only the name, unless the statement as a whole is meant.
fn take_out(items: &mut Vec<Item>, identity: &Identity, is_statement: bool) -> bool {
    for at in 0..items.len() {
        if is(&items[at], identity) {
            if items[at].keyword.value == Keyword::Visits && !is_statement {
                return take_name_out(&mut items[at], identity);
            }
            items.remove(at);
            return true;
        }
        if take_out(&mut items[at].items, identity, is_statement) {
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
    names.retain(|name| !matches!(name, NameOrRange::Name(name) if name.value == *gone));
    names.len() < before
}

/// The parts that the revision gives take the place of the statement's own; statements inside it likewise.
fn merge(place: &mut Item, revision: &Item) {
    // A statement without a wording of its own (`gives pill: 5 mg`) is said anew as a whole.
    if revision.prose.is_some() || (place.prose.is_none() && revision.body.is_some()) {
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
