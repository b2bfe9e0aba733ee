//! What a rule leaves out with `other than`: which concepts of its class are known to be something else.
//!
//! A concept is known to be something else where the vocabulary puts it beside what is left out, neither above it nor
//! below it and with nothing below both, or where its code stands beside those of what is left out in a system in which
//! each code has one place. The concept of the class itself may be any of its members.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::{AncestorRow, Map};
use super::sets::Ids;
use super::standard;
use crate::eligibility::EligibilityDocument;
use crate::model::Named;

/// Letters of a category of ICD-10 (`C34`): behind it stands `9` for what is unspecified.
const CATEGORY: usize = 3;
const DEEPEST_CLASS: usize = 16;

/// In the making. Things are their places in the document.
#[derive(Debug, Default)]
pub(super) struct Others {
    left_out: Vec<LeftOut>,
    members: Vec<Members>,
    /// The listed codes of each thing, by system, as they are compared.
    listed: Vec<BTreeMap<String, Vec<String>>>,
    /// Concepts that were found by a code.
    coded: Vec<Coded>,
    /// The ids that are known to be something else, in the order of `left_out`.
    settled: Vec<BTreeSet<i64>>,
}

#[derive(Debug)]
struct LeftOut {
    other: usize,
    name: String,
    /// What counts as it, itself included.
    below: BTreeSet<usize>,
    /// The classes of which it may be one: what it is left out from, and what it is a member of.
    classes: BTreeSet<usize>,
}

#[derive(Debug)]
struct Members {
    of: Vec<usize>,
    /// More belong to it than are listed.
    is_open: bool,
}

#[derive(Debug)]
struct Coded {
    thing: usize,
    id: i64,
    system: String,
    code: String,
    is_standard: bool,
}

impl Others {
    pub fn of(document: &EligibilityDocument) -> Self {
        let place = |name: &str| document.concepts.get_index_of(name);
        let members: Vec<Members> = document
            .concepts
            .values()
            .map(|concept| Members {
                of: concept.members.iter().filter_map(|member| place(member)).collect(),
                is_open: concept.open_list,
            })
            .collect();
        let below = |top: usize| {
            let mut found = BTreeSet::from([top]);
            let mut pending = vec![top];
            while let Some(next) = pending.pop() {
                pending.extend(members[next].of.iter().filter(|member| found.insert(**member)));
            }
            found
        };
        let mut left_out: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (class, other) in document.asked().left_out {
            if let (Some(class), Some(other)) = (place(class), place(other)) {
                left_out.entry(other).or_default().insert(class);
            }
        }
        let left_out: Vec<LeftOut> = left_out
            .into_iter()
            .map(|(other, mut classes)| {
                let is_class = |class: &usize| *class != other && below(*class).contains(&other);
                classes.extend((0..members.len()).filter(is_class));
                let name =
                    document.concepts.get_index(other).map_or_else(String::new, |(name, _)| name.clone());
                LeftOut { other, name, below: below(other), classes }
            })
            .collect();
        Self {
            settled: vec![BTreeSet::new(); left_out.len()],
            listed: vec![BTreeMap::new(); members.len()],
            coded: Vec::new(),
            left_out,
            members,
        }
    }

    /// A code that a thing lists, folded as codes are compared.
    pub fn lists(&mut self, thing: usize, system: &str, code: &str) {
        self.listed[thing].entry(system.to_owned()).or_default().push(code.to_owned());
    }

    /// A concept whose code a thing lists, or begins with a listed one.
    pub fn found(&mut self, thing: usize, id: i64, system: &str, code: &str, is_standard: bool) {
        if self.left_out.iter().any(|out| out.classes.contains(&thing)) {
            let (system, code) = (system.to_owned(), code.to_owned());
            self.coded.push(Coded { thing, id, system, code, is_standard });
        }
    }

    /// Descendants and ancestors are known: what is something else, but for what has something below it in common with
    /// what is left out.
    pub fn settle(&mut self, things: &Named<Ids>, maps: &Map<i64, Vec<i64>>, has_descendants: bool) {
        let targets = |id: i64| maps.get(&id).map_or(&[][..], Vec::as_slice);
        for place in 0..self.left_out.len() {
            let out = &self.left_out[place];
            let of_classes = || self.coded.iter().filter(|coded| out.classes.contains(&coded.thing));
            // The concepts of the classes themselves, and what their codes are mapped to.
            let wholes = of_classes().filter(|coded| self.is_whole(coded.thing, &coded.system, &coded.code));
            let wholes: BTreeSet<i64> = wholes
                .flat_map(|coded| {
                    let mapped = targets(coded.id).iter().filter(|_| !coded.is_standard);
                    std::iter::once(coded.id).chain(mapped.copied())
                })
                .collect();
            let may_be_it = |id: &i64| {
                let is = |ids: &Ids| ids.certain.contains(id) || ids.perhaps.contains(id);
                wholes.contains(id) || out.below.iter().any(|one| is(&things[*one]))
            };
            let mut settled: BTreeSet<i64> = BTreeSet::new();
            for class in out.classes.iter().filter(|_| has_descendants) {
                let certain = &things[*class].certain;
                if self.is_among(out.other, certain, things, 0) {
                    settled.extend(certain);
                }
            }
            settled.retain(|id| !may_be_it(id));
            let by_place = settled.clone();
            for coded in of_classes().filter(|coded| standard::is_hierarchy_of_beginnings(&coded.system)) {
                let mapped = if coded.is_standard { &[][..] } else { targets(coded.id) };
                let is_mapped_beside = !mapped.is_empty() && mapped.iter().all(|id| by_place.contains(id));
                let is_coded_beside = self.is_beside(&coded.system, &coded.code, out);
                // What is mapped to the class, or to what is left out, says no more than that.
                if (is_mapped_beside || is_coded_beside)
                    && !may_be_it(&coded.id)
                    && !mapped.iter().any(may_be_it)
                {
                    settled.insert(coded.id);
                } else {
                    settled.remove(&coded.id);
                }
            }
            self.settled[place] = settled;
        }
    }

    /// Whether a code is that of the thing itself: of several in a system of beginnings each is a part of it.
    fn is_whole(&self, thing: usize, system: &str, code: &str) -> bool {
        match self.listed[thing].get(system).map(Vec::as_slice) {
            _ if !standard::is_hierarchy_of_beginnings(system) => true,
            Some([only]) => code.strip_prefix(only.as_str()).is_some_and(|rest| {
                rest.is_empty() || (system == "icd10" && only.len() >= CATEGORY && rest.starts_with('9'))
            }),
            _ => false,
        }
    }

    /// Whether the vocabulary has this, or all of its members, among these concepts.
    fn is_among(&self, thing: usize, ids: &BTreeSet<i64>, things: &Named<Ids>, depth: usize) -> bool {
        let Members { of, is_open } = &self.members[thing];
        let is_closed_class = !is_open && !of.is_empty() && depth < DEEPEST_CLASS;
        !things[thing].certain.is_disjoint(ids)
            || (is_closed_class && of.iter().all(|member| self.is_among(*member, ids, things, depth + 1)))
    }

    /// Whether a code stands neither above nor below those of what is left out, which can all be told by such codes.
    fn is_beside(&self, system: &str, code: &str, out: &LeftOut) -> bool {
        let listed = out.below.iter().filter_map(|one| self.listed[*one].get(system)).flatten();
        let is_related = |one: &String| code.starts_with(one.as_str()) || one.starts_with(code);
        self.is_known_in(system, out.other, 0) && !listed.into_iter().any(is_related)
    }

    fn is_known_in(&self, system: &str, thing: usize, depth: usize) -> bool {
        let Members { of, is_open } = &self.members[thing];
        let is_closed_class = !is_open && !of.is_empty() && depth < DEEPEST_CLASS;
        self.listed[thing].contains_key(system)
            || (is_closed_class && of.iter().all(|member| self.is_known_in(system, *member, depth + 1)))
    }

    /// Whether a row of CONCEPT_ANCESTOR puts something that is left out below a concept that seems to be something else.
    pub fn wants_overlap(&self, row: AncestorRow, things: &Named<Ids>) -> bool {
        self.left_out.iter().zip(&self.settled).any(|(out, settled)| is_overlap(out, settled, row, things))
    }

    pub fn overlap(&mut self, row: AncestorRow, things: &Named<Ids>) {
        for (out, settled) in self.left_out.iter().zip(&mut self.settled) {
            if is_overlap(out, settled, row, things) {
                settled.remove(&row.ancestor);
            }
        }
    }

    /// Whether anything was settled that the vocabulary could unsettle.
    pub fn is_settled(&self) -> bool {
        self.settled.iter().any(|settled| !settled.is_empty())
    }

    /// By the name of what is left out.
    pub fn finish(self) -> BTreeMap<String, BTreeSet<i64>> {
        let names = self.left_out.into_iter().map(|out| out.name);
        names.zip(self.settled).filter(|(_, settled)| !settled.is_empty()).collect()
    }
}

fn is_overlap(out: &LeftOut, settled: &BTreeSet<i64>, row: AncestorRow, things: &Named<Ids>) -> bool {
    settled.contains(&row.ancestor)
        && out.below.iter().any(|one| things[*one].certain.contains(&row.descendant))
}
