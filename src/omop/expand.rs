//! From the codes that a protocol lists to the concept ids of a vocabulary.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;

use super::others::Others;
use super::sets::{ConceptSets, Ids};
use super::standard;
use crate::eligibility::EligibilityDocument;
use crate::model::Concept;

/// A code and the protocol's name for it: what `--codes` adds. `omop:3004410` is a concept id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCode {
    /// `system:code`.
    pub code: String,
    /// Of a measure or concept.
    pub name: String,
}

/// A row of table CONCEPT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConceptRow<'r> {
    pub id: i64,
    pub vocabulary: &'r str,
    pub code: &'r str,
    /// `standard_concept` is `S`.
    pub is_standard: bool,
}

/// A row of table CONCEPT_RELATIONSHIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelationshipRow<'r> {
    pub from: i64,
    pub to: i64,
    pub relationship: &'r str,
    /// `invalid_reason` is empty.
    pub is_valid: bool,
}

/// A row of table CONCEPT_ANCESTOR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AncestorRow {
    pub ancestor: i64,
    pub descendant: i64,
}

pub(super) type Map<K, V> = HashMap<K, V, FixedState>;

/// A name of the protocol: a measure or a thing, by its place among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Named {
    Measure(usize),
    Thing(usize),
}

/// A concept of the vocabulary that has a listed code, or one that begins with it.
#[derive(Clone, Copy, Debug)]
struct Found {
    name: Named,
    /// Which of the listed codes.
    listed: usize,
    id: i64,
    /// Letters of its code beyond the listed one.
    beyond: usize,
    is_standard: bool,
}

/// Concept sets in the making. The tables of the vocabulary pass by once, in this order: concepts, relationships,
/// ancestors, with [`Expansion::concepts_end`] and [`Expansion::relationships_end`] between them; what no name needs is
/// forgotten at once, so that a whole vocabulary takes little memory.
///
/// - A code is its concept; a code that is not standard also is the concept that the vocabulary maps it to. Where it is
///   mapped to several, each says a part of it: they may be it, unless one of them is it anyhow.
/// - Of a condition, drug or procedure all descendants are it, and the ancestors of the listed codes may be it.
/// - Of a measure there are no descendants: a more special test (fasting, of urine) is another measure.
/// - Where rules leave something out with `other than`, what lies beside it is looked for: the ancestors pass by again.
#[derive(Debug)]
pub struct Expansion {
    sets: ConceptSets,
    /// `system:code` to who lists it, and as which of the listed codes.
    wanted: Map<String, Vec<(Named, usize)>>,
    found: Vec<Found>,
    maps: Map<i64, Vec<i64>>,
    /// Ids whose descendants are the thing, and ids whose ancestors may be it.
    roots: Roots,
    others: Others,
}

#[derive(Debug, Default)]
struct Roots {
    down: Map<i64, Vec<usize>>,
    up: Map<i64, Vec<usize>>,
}

impl Expansion {
    /// `version` is that of the vocabulary whose rows follow; none where there is no vocabulary.
    pub fn of(document: &EligibilityDocument, listed: &[ListedCode], version: Option<String>) -> Self {
        let mut expansion = Self {
            sets: ConceptSets {
                units: standard::units().clone(),
                vocabulary: version,
                ..ConceptSets::default()
            },
            wanted: Map::default(),
            found: Vec::new(),
            maps: Map::default(),
            roots: Roots::default(),
            others: Others::of(document),
        };
        expansion.sets.levels =
            standard::ANSWERS.iter().map(|(id, word)| (*id, (*word).to_owned())).collect();
        expansion.sets.measures =
            document.measures.keys().map(|name| (name.clone(), BTreeSet::new())).collect();
        expansion.sets.things = document.concepts.keys().map(|name| (name.clone(), Ids::default())).collect();
        let mut count = 0;
        for (place, measure) in document.measures.values().enumerate() {
            if let Some(code) = &measure.loinc {
                expansion.want("loinc", &code.code, Named::Measure(place), &mut count);
            }
        }
        for (place, concept) in document.concepts.values().enumerate() {
            for (system, code) in
                concept.codes.iter().flat_map(|(system, codes)| codes.iter().map(move |code| (system, code)))
            {
                expansion.want(system, &code.code, Named::Thing(place), &mut count);
                if (system.as_str(), code.code.as_str()) == standard::HOSPITAL_ADMISSION {
                    expansion.sets.things[place].certain.extend(standard::INPATIENT_VISITS);
                }
            }
        }
        for ListedCode { code, name } in listed {
            let Some((system, code)) = code.split_once(':') else { continue };
            let measure = document.measures.get_index_of(name).map(Named::Measure);
            for name in measure.into_iter().chain(document.concepts.get_index_of(name).map(Named::Thing)) {
                expansion.want(&system.trim().to_lowercase(), code, name, &mut count);
            }
        }
        expansion
    }

    fn want(&mut self, system: &str, code: &str, name: Named, count: &mut usize) {
        let listed = *count;
        *count += 1;
        if system == "omop" {
            // The id itself, whether the vocabulary of the user holds it or not.
            if let Ok(id) = code.trim().parse() {
                if let Named::Thing(place) = name {
                    self.others.found(place, id, system, code, true);
                }
                self.found.push(Found { name, listed, id, beyond: 0, is_standard: true });
            }
            return;
        }
        let mut key = format!("{system}:");
        fold(code, &mut key);
        if let Named::Thing(place) = name {
            self.others.lists(place, system, &key[system.len() + 1..]);
        }
        self.wanted.entry(key).or_default().push((name, listed));
    }

    /// Whether a row of CONCEPT is of any use.
    pub fn wants_concept(&self, row: &ConceptRow<'_>) -> bool {
        let mut is_wanted = row.vocabulary == "UCUM" && !row.code.is_empty();
        self.listing(row, |_, _, _| is_wanted = true);
        is_wanted
    }

    pub fn concept(&mut self, row: &ConceptRow<'_>) {
        if row.vocabulary == "UCUM" && !row.code.is_empty() {
            self.sets.units.entry(row.id).or_insert_with(|| row.code.to_owned());
        }
        let mut found = Vec::new();
        self.listing(row, |name, listed, beyond| {
            found.push(Found { name, listed, id: row.id, beyond, is_standard: row.is_standard });
        });
        if let Some(system) = standard::system_of(row.vocabulary) {
            let mut code = String::new();
            fold(row.code, &mut code);
            for one in &found {
                if let Named::Thing(place) = one.name {
                    self.others.found(place, row.id, system, &code, row.is_standard);
                }
            }
        }
        self.found.extend(found);
    }

    /// Who lists the code of a concept, or one with which it begins, and how many letters are beyond.
    fn listing(&self, row: &ConceptRow<'_>, mut each: impl FnMut(Named, usize, usize)) {
        let Some(system) = standard::system_of(row.vocabulary) else { return };
        let mut key = format!("{system}:");
        let least = key.len() + 1;
        fold(row.code, &mut key);
        let whole = key.len();
        let shortest = if standard::is_hierarchy_of_beginnings(system) { least } else { whole };
        for length in (shortest..=whole).rev() {
            let Some(beginning) = key.get(..length) else { continue };
            for (name, listed) in self.wanted.get(beginning).into_iter().flatten() {
                each(*name, *listed, whole - length);
            }
        }
    }

    /// All concepts have passed by.
    pub fn concepts_end(&mut self) {
        // Room for every concept that is asked for: whoever is not here is not asked for.
        self.maps = self.found.iter().map(|found| (found.id, Vec::new())).collect();
    }

    /// Whether a row of CONCEPT_RELATIONSHIP is of any use.
    pub fn wants_relationship(&self, row: &RelationshipRow<'_>) -> bool {
        row.is_valid
            && row.from != row.to
            && row.relationship == "Maps to"
            && self.maps.contains_key(&row.from)
    }

    pub fn relationship(&mut self, row: &RelationshipRow<'_>) {
        if self.wants_relationship(row)
            && let Some(targets) = self.maps.get_mut(&row.from)
            && !targets.contains(&row.to)
        {
            targets.push(row.to);
        }
    }

    /// Whether a row of CONCEPT_ANCESTOR is of any use.
    pub fn wants_ancestor(&self, row: AncestorRow) -> bool {
        self.roots.down.contains_key(&row.ancestor) || self.roots.up.contains_key(&row.descendant)
    }

    pub fn ancestor(&mut self, row: AncestorRow) {
        self.sets.has_descendants = true;
        for thing in self.roots.down.get(&row.ancestor).into_iter().flatten() {
            self.sets.things[*thing].certain.insert(row.descendant);
        }
        for thing in self.roots.up.get(&row.descendant).into_iter().flatten() {
            self.sets.things[*thing].perhaps.insert(row.ancestor);
        }
    }

    /// All relationships have passed by: what each name is, before descendants and ancestors.
    pub fn relationships_end(&mut self) {
        let mut roots = Roots::default();
        // The broadest codes there are of a listed one: itself, or the shortest that begin with it.
        let mut broadest: Map<(Named, usize), usize> = Map::default();
        for found in &self.found {
            let least = broadest.entry((found.name, found.listed)).or_insert(found.beyond);
            *least = found.beyond.min(*least);
        }
        let mut parts: Vec<(Named, Vec<i64>)> = Vec::new();
        for found in &self.found {
            let targets = self.maps.get(&found.id).filter(|_| !found.is_standard);
            let mut ids = vec![found.id];
            match targets.map(Vec::as_slice) {
                Some([one]) => ids.push(*one),
                Some(several) if !several.is_empty() => parts.push((found.name, several.to_vec())),
                _ => {}
            }
            let is_broadest = broadest[&(found.name, found.listed)] == found.beyond;
            match found.name {
                Named::Measure(place) => self.sets.measures[place].extend(ids),
                Named::Thing(place) => {
                    for id in ids {
                        self.sets.things[place].certain.insert(id);
                        join(&mut roots.down, id, place);
                        if is_broadest {
                            join(&mut roots.up, id, place);
                        }
                    }
                }
            }
        }
        for (name, targets) in parts {
            if let Named::Thing(place) = name {
                let ids = &mut self.sets.things[place];
                if !targets.iter().any(|id| ids.certain.contains(id)) {
                    ids.perhaps.extend(targets);
                }
            }
        }
        self.roots = roots;
    }

    /// All ancestors have passed by. Whether they must pass by once more, for [`Expansion::overlap`].
    pub fn ancestors_end(&mut self) -> bool {
        let has_descendants = self.sets.has_descendants;
        self.others.settle(&self.sets.things, &self.maps, has_descendants);
        has_descendants && self.others.is_settled()
    }

    /// Whether a row of CONCEPT_ANCESTOR shows that what seemed to lie beside what a rule leaves out may be it.
    pub fn wants_overlap(&self, row: AncestorRow) -> bool {
        self.others.wants_overlap(row, &self.sets.things)
    }

    pub fn overlap(&mut self, row: AncestorRow) {
        self.others.overlap(row, &self.sets.things);
    }

    pub fn finish(mut self) -> ConceptSets {
        self.sets.others = self.others.finish();
        for ids in self.sets.things.values_mut() {
            // Rows without a concept are counted by those who read them; they are nobody's.
            ids.certain.remove(&standard::NO_CONCEPT);
            ids.perhaps.remove(&standard::NO_CONCEPT);
            let Ids { certain, perhaps } = ids;
            perhaps.retain(|id| !certain.contains(id));
        }
        for ids in self.sets.measures.values_mut() {
            ids.remove(&standard::NO_CONCEPT);
        }
        self.sets
    }
}

fn join(map: &mut Map<i64, Vec<usize>>, id: i64, place: usize) {
    let places = map.entry(id).or_default();
    if !places.contains(&place) {
        places.push(place);
    }
}

/// As codes of records are compared: small letters, no dots, no blanks.
fn fold(code: &str, into: &mut String) {
    into.extend(code.chars().filter(|letter| !matches!(letter, '.' | ' ')).flat_map(char::to_lowercase));
}

impl ConceptSets {
    /// The sets of a document: of the codes that it lists, those that the user adds, and the rows of a vocabulary.
    pub fn of<'r>(
        document: &EligibilityDocument,
        listed: &[ListedCode],
        version: Option<String>,
        concepts: impl IntoIterator<Item = ConceptRow<'r>>,
        relationships: impl IntoIterator<Item = RelationshipRow<'r>>,
        ancestors: impl IntoIterator<Item = AncestorRow>,
    ) -> Self {
        let mut expansion = Expansion::of(document, listed, version);
        concepts.into_iter().for_each(|row| expansion.concept(&row));
        expansion.concepts_end();
        relationships.into_iter().for_each(|row| expansion.relationship(&row));
        expansion.relationships_end();
        let ancestors: Vec<AncestorRow> = ancestors.into_iter().collect();
        ancestors.iter().for_each(|row| expansion.ancestor(*row));
        if expansion.ancestors_end() {
            ancestors.iter().for_each(|row| expansion.overlap(*row));
        }
        expansion.finish()
    }

    /// Names of the protocol that no row of a database can have: measures without an id, and conditions, drugs and
    /// procedures without one, unless a class whose descendants are known stands for them and no rule names them
    /// themselves. What is not recognised is not absent, whatever the data cover.
    pub fn nameless<'d>(&self, document: &'d EligibilityDocument) -> Nameless<'d> {
        let has_ids = |name: &str| self.things.get(name).is_some_and(|ids| !ids.certain.is_empty());
        let asked = document.asked();
        let below = |tops: Vec<&'d str>| {
            let mut found: BTreeSet<&'d str> = BTreeSet::new();
            let mut open = tops;
            while let Some(name) = open.pop() {
                for member in document.concepts.get(name).into_iter().flat_map(|concept| &concept.members) {
                    if found.insert(member) {
                        open.push(member);
                    }
                }
            }
            found
        };
        // Classes above what is asked for are in the document for records that name only these.
        let matters = below(asked.things.iter().copied().collect());
        let has_descendants = |name: &str| self.has_descendants && has_ids(name);
        let tops = document.concepts.keys().map(String::as_str);
        let under_a_class = below(tops.filter(|name| has_descendants(name)).collect());
        let is_nameless = |(name, concept): &(&String, &Concept)| {
            // A class without codes of its own is what its members are, and these are looked at themselves.
            let is_its_members = concept.codes.values().all(Vec::is_empty) && !concept.members.is_empty();
            let name = name.as_str();
            let is_asked = asked.things.contains(name);
            let is_seen = under_a_class.contains(name) && !is_asked;
            !has_ids(name) && !is_its_members && !is_seen && (is_asked || matters.contains(name))
        };
        let things = document.concepts.iter().filter(is_nameless).map(|(name, _)| name.as_str());
        let measures = document.measures.iter().filter(|(name, measure)| {
            let is_computed = measure.quantity().is_some_and(|quantity| quantity.formula_of.is_some());
            !is_computed && self.measures.get(*name).is_none_or(BTreeSet::is_empty)
        });
        Nameless { measures: measures.map(|(name, _)| name.as_str()).collect(), things: things.collect() }
    }
}

/// Names of a protocol without any concept id, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nameless<'d> {
    pub measures: Vec<&'d str>,
    pub things: Vec<&'d str>,
}
