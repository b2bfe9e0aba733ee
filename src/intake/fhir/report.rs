//! What was done with each resource: used, rightly left out, or not understood, with its place.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indexmap::IndexMap;

/// Why something of a resource is not in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// It is not as FHIR R4 has it, or says what a record cannot hold.
    NotUnderstood,
    /// It says of itself that it does not count: entered in error, cancelled, refuted, a draft.
    SetAside,
    /// No criterion can use what it holds.
    NotUsed,
}

impl Sort {
    pub fn heading(self) -> &'static str {
        match self {
            Sort::NotUnderstood => "not understood",
            Sort::SetAside => "set aside",
            Sort::NotUsed => "not used",
        }
    }
}

/// One thing that did not become part of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub sort: Sort,
    /// `Observation`
    pub kind: String,
    /// `Observation/o1`, or the resource's kind where it has no id.
    pub resource: String,
    /// The element as FHIRPath writes it: `Observation.component[1].value`.
    pub element: String,
    pub what: String,
    /// The person's key, once known.
    pub person: Option<String>,
    /// Byte in the text that was read.
    pub at: usize,
}

/// Notices that say the same of the same element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub sort: Sort,
    /// FHIRPath without indices: `Observation.component.value`.
    pub element: String,
    pub what: String,
    pub count: usize,
    pub first: Place,
}

/// Where the first of a group stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    /// Both counted from 1, the column in bytes.
    pub line: usize,
    pub column: usize,
    pub resource: String,
    pub element: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub read: usize,
    /// Of which something is in a record.
    pub used: usize,
}

/// What became of all that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub persons: usize,
    /// By the kind of resource.
    pub resources: BTreeMap<String, Count>,
    /// What is not understood first; then by how often.
    pub groups: Vec<Group>,
}

impl Report {
    /// How many notices of this sort there are.
    pub fn count(&self, sort: Sort) -> usize {
        self.groups.iter().filter(|group| group.sort == sort).map(|group| group.count).sum()
    }

    /// Takes the report on other people of the same data in.
    pub fn join(&mut self, other: Self) {
        self.persons += other.persons;
        for (kind, count) in other.resources {
            let known = self.resources.entry(kind).or_default();
            known.read += count.read;
            known.used += count.used;
        }
        for group in other.groups {
            let is_it = |one: &&mut Group| {
                (one.sort, &one.element, &one.what) == (group.sort, &group.element, &group.what)
            };
            match self.groups.iter_mut().find(is_it) {
                Some(known) => {
                    known.count += group.count;
                    if place(&group) < place(known) {
                        known.first = group.first;
                    }
                }
                None => self.groups.push(group),
            }
        }
        self.groups.sort_by(|a, b| {
            (a.sort, std::cmp::Reverse(a.count), place(a)).cmp(&(
                b.sort,
                std::cmp::Reverse(b.count),
                place(b),
            ))
        });
    }

    /// A few lines for a terminal; at most `most` groups.
    pub fn render_text(&self, most: usize) -> String {
        let read: usize = self.resources.values().map(|count| count.read).sum();
        let used: usize = self.resources.values().map(|count| count.used).sum();
        let persons = if self.persons == 1 { "person" } else { "persons" };
        let mut text = format!(
            "FHIR: {} {persons}, {read} resources, {used} used; {} not understood, {} set aside, {} not used\n",
            self.persons,
            self.count(Sort::NotUnderstood),
            self.count(Sort::SetAside),
            self.count(Sort::NotUsed),
        );
        for group in self.groups.iter().take(most) {
            let _ = writeln!(
                text,
                "  {} × {}: {} [{}]",
                group.count,
                group.element,
                group.what,
                group.sort.heading()
            );
            let Place { file, line, column, resource, .. } = &group.first;
            let first = if group.count == 1 { "" } else { "the first: " };
            let _ = writeln!(text, "      {first}{file}:{line}:{column}, {resource}");
        }
        if self.groups.len() > most {
            let _ = writeln!(text, "  … and {} more kinds", self.groups.len() - most);
        }
        text
    }
}

/// Where the first of a group stands, to be put in order.
fn place(group: &Group) -> (&str, usize, usize) {
    (&group.first.file, group.first.line, group.first.column)
}

/// An element without its indices.
fn bare(element: &str) -> String {
    let mut is_inside = false;
    element
        .chars()
        .filter(|letter| {
            is_inside = (is_inside || *letter == '[') && *letter != ']';
            !is_inside && *letter != ']'
        })
        .collect()
}

/// Sort, element and what is said of it.
type Key = (Sort, String, String);

/// Groups as they come in, and for each person what is to be said with the verdict.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    groups: IndexMap<Key, Group>,
    /// By person: how often, and the first resource.
    persons: IndexMap<String, IndexMap<Key, (usize, String)>>,
}

impl Grouping {
    pub fn add(&mut self, notice: Notice, place: impl FnOnce(&Notice) -> (String, usize, usize)) {
        let key = (notice.sort, bare(&notice.element), notice.what.clone());
        if let Some(person) = &notice.person {
            let own = self.persons.entry(person.clone()).or_default();
            own.entry(key.clone()).or_insert_with(|| (0, notice.resource.clone())).0 += 1;
        }
        let (sort, element, what) = key.clone();
        let group = self.groups.entry(key).or_insert_with(|| {
            let (file, line, column) = place(&notice);
            let (resource, place_element) = (notice.resource.clone(), notice.element.clone());
            let first = Place { file, line, column, resource, element: place_element };
            Group { sort, element, what, count: 0, first }
        });
        group.count += 1;
    }

    /// What a verdict on this person should say of their data.
    pub fn notes(&self, person: &str) -> Vec<String> {
        let Some(own) = self.persons.get(person) else { return Vec::new() };
        let mut notes: Vec<(Sort, String)> = own
            .iter()
            .filter(|((sort, ..), _)| *sort != Sort::NotUsed)
            .map(|((sort, element, what), (count, first))| {
                let others = if *count > 1 { format!(" and {} more", count - 1) } else { String::new() };
                (*sort, format!("{first}{others}, {}: {element}: {what}", sort.heading()))
            })
            .collect();
        notes.sort_by_key(|(sort, _)| *sort);
        notes.into_iter().map(|(_, note)| note).collect()
    }

    pub fn finish(self) -> Vec<Group> {
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        groups.sort_by_key(|group| (group.sort, std::cmp::Reverse(group.count)));
        groups
    }
}
