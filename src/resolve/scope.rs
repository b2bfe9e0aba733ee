//! Which item a name means.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::Program;
use super::amend::Action;
use crate::ast::{Item, Keyword, Name, NameOrRange, Value};
use crate::diagnostics::{Code, Diagnostic, codes, did_you_mean};
use crate::library;
use crate::source::Span;

/// Names of one space are unique; the same name may stand in several (an arm and its drug).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// What rules speak of: events, conditions, drugs, procedures, persons, measures, definitions.
    Thing,
    /// Interventions, background therapies, regimens.
    Treatment,
    Arm,
    Allocation,
    Sequence,
    Visit,
    Epoch,
    Cycle,
    Clock,
    Timepoints,
    /// Codes of criteria, over all decisions.
    Criterion,
    Outcome,
    Form,
    Site,
}

impl Space {
    pub fn of(keyword: Keyword) -> Option<Self> {
        Some(match keyword {
            Keyword::Event
            | Keyword::Condition
            | Keyword::Drug
            | Keyword::DrugClass
            | Keyword::Procedure
            | Keyword::Person
            | Keyword::Measure
            | Keyword::Score
            | Keyword::Derive
            | Keyword::Define => Space::Thing,
            Keyword::Intervention | Keyword::Background | Keyword::Regimen => Space::Treatment,
            Keyword::Arm => Space::Arm,
            Keyword::Randomize => Space::Allocation,
            Keyword::Sequence => Space::Sequence,
            Keyword::Visit | Keyword::Visits => Space::Visit,
            Keyword::Epoch => Space::Epoch,
            Keyword::Cycle => Space::Cycle,
            Keyword::Clock => Space::Clock,
            Keyword::Timepoints => Space::Timepoints,
            Keyword::Include | Keyword::Exclude => Space::Criterion,
            Keyword::Outcome => Space::Outcome,
            Keyword::Form => Space::Form,
            Keyword::Site => Space::Site,
            _ => return None,
        })
    }

    /// What names of this space are called in messages.
    pub fn noun(self) -> &'static str {
        match self {
            Space::Thing => "name",
            Space::Treatment => "intervention",
            Space::Arm => "arm",
            Space::Allocation => "randomisation",
            Space::Sequence => "sequence",
            Space::Visit => "visit",
            Space::Epoch => "epoch",
            Space::Cycle => "cycle",
            Space::Clock => "clock",
            Space::Timepoints => "set of time points",
            Space::Criterion => "criterion",
            Space::Outcome => "outcome",
            Space::Form => "form",
            Space::Site => "site",
        }
    }
}

/// An item and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Entity<'a> {
    pub item: &'a Item,
    /// Of the standard library: the author's own declaration of the same name stands before it.
    pub library: bool,
}

impl Entity<'_> {
    pub fn keyword(&self) -> Keyword {
        self.item.keyword.value
    }
}

/// Every declared name.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    spaces: IndexMap<Space, IndexMap<&'a str, Entity<'a>>>,
    /// Libraries that the author takes in.
    libraries: BTreeSet<&'static str>,
    /// Names that an amendment took away, with the place where it says so.
    removed: IndexMap<&'a str, Span>,
}

impl<'a> Scope<'a> {
    /// Binds every name; the first of two equal names stands, the second is reported.
    pub fn of(program: &'a Program, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let touched = program.amended.iter().flat_map(|(_, touched)| touched);
        let removed = touched
            .filter(|touched| touched.action == Action::Removed)
            .filter_map(|touched| Some((touched.name.as_deref()?, touched.span)))
            .collect();
        let mut scope = Self { libraries: program.libraries.clone(), removed, ..Self::default() };
        for item in &program.own {
            scope.declare(item, diagnostics);
        }
        for item in &program.library {
            let (Some(space), Some(name)) = (Space::of(item.keyword.value), &item.name) else { continue };
            scope.names(space).entry(&name.value).or_insert(Entity { item, library: true });
        }
        scope
    }

    fn names(&mut self, space: Space) -> &mut IndexMap<&'a str, Entity<'a>> {
        self.spaces.entry(space).or_default()
    }

    fn declare(&mut self, item: &'a Item, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(space) = Space::of(item.keyword.value) {
            for name in declared_names(item) {
                self.bind(space, name, item, diagnostics);
            }
        }
        for inner in &item.items {
            // Periods and fields are names within their own item only.
            self.declare(inner, diagnostics);
        }
    }

    fn bind(&mut self, space: Space, name: &'a Name, item: &'a Item, diagnostics: &mut Vec<Diagnostic>) {
        if let Some(first) = self.names(space).get(name.value.as_str()) {
            let same = first.item.keyword.value == item.keyword.value;
            let earlier = declared_names(first.item).find(|earlier| earlier.value == name.value);
            let article = if same { "another" } else { "a" };
            let keyword = first.item.keyword.value.text();
            let message = format!("`{}` is already the name of {article} `{keyword}`", name.value);
            let mut found = Diagnostic::new(&codes::DUPLICATE_NAME, name.span, message)
                .label("declared a second time")
                .help("give one of them another name, or remove one; everything that names it would be ambiguous");
            if let Some(earlier) = earlier {
                found = found.and(earlier.span, "first declared here");
            }
            diagnostics.push(found);
            return;
        }
        self.names(space).insert(&name.value, Entity { item, library: false });
    }

    pub fn get(&self, space: Space, name: &str) -> Option<Entity<'a>> {
        self.spaces.get(&space)?.get(name).copied()
    }

    /// Names of a space, the author's own first.
    pub fn all(&self, space: Space) -> impl Iterator<Item = (&'a str, Entity<'a>)> + '_ {
        self.spaces.get(&space).into_iter().flatten().map(|(name, entity)| (*name, *entity))
    }

    /// Says that a name means nothing here: `noun` is what was looked for, `candidates` what could be meant.
    pub fn unknown(
        &self,
        code: &'static Code,
        name: &Name,
        noun: &str,
        candidates: &[&str],
        otherwise: &str,
    ) -> Diagnostic {
        let written = &name.value;
        if let Some(removed) = self.removed.get(written.as_str()) {
            let message = format!("`{written}` is named here, and the amendment removes it");
            return Diagnostic::new(code, name.span, message)
                .label("still needed here")
                .and(*removed, "removed here")
                .help(format!("let the amendment change this statement too, or keep `{written}`"));
        }
        let found = Diagnostic::new(code, name.span, format!("no {noun} `{written}` is declared"));
        if let Some(other) = did_you_mean(written, candidates.iter().copied()) {
            return found
                .label(format!("did you mean `{other}`?"))
                .help(format!("write `{other}`, or {otherwise}"))
                .fix(name.span, other);
        }
        if let Some(home) = library::home_of(written) {
            return found
                .label(format!("in the library `{home}`"))
                .help(format!("take the library in at the top of the file: `use {home}`"));
        }
        if let Some((meant, label)) = self.in_the_library(written) {
            let home = library::home_of(meant).unwrap_or_default();
            if self.libraries.contains(home) {
                return found
                    .label(label)
                    .help(format!("write `{meant}`, or {otherwise}"))
                    .fix(name.span, meant);
            }
            return found.label(label).help(format!("write `use {home}` and `{meant}`, or {otherwise}"));
        }
        found.label("declared nowhere").help(otherwise.to_owned())
    }

    /// What the standard library calls that which an author gave another name, and the question that asks so.
    fn in_the_library(&self, written: &str) -> Option<(&'static str, String)> {
        let home = |meant: &str| match library::home_of(meant) {
            Some(home) if !self.libraries.contains(home) => format!(" of `{home}`"),
            _ => String::new(),
        };
        let called = library::called(written);
        if let [first, others @ ..] = called.as_slice() {
            let or: String = others.iter().take(2).map(|other| format!(" or `{other}`")).collect();
            return Some((first, format!("did you mean `{first}`{}{or}?", home(first))));
        }
        let names = library::NAMES.iter().flat_map(|name| library::declared(name));
        let near = did_you_mean(written, names)?;
        Some((near, format!("did you mean `{near}`{}?", home(near))))
    }
}

/// The names that an item gives: one, or one for each of `visits a, b`.
fn declared_names(item: &Item) -> impl Iterator<Item = &Name> {
    let several = item.property("names").and_then(|property| match &property.value.value {
        Value::Names(names) => Some(names.as_slice()),
        _ => None,
    });
    item.name.iter().chain(several.unwrap_or_default().iter().filter_map(|name| match name {
        NameOrRange::Name(name) => Some(name),
        NameOrRange::Range { .. } => None,
    }))
}
