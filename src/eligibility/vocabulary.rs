//! The names of a document, made ready for looking up: aliases, codes, classes and their members, analytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use indexmap::{IndexMap, IndexSet};

use super::document::EligibilityDocument;
use crate::model::{Domain, Measure, Named};
use crate::units::Analyte;

/// Found at once, and in the order of their names where all are gone through.
type Names<K, T> = IndexMap<K, T, FixedState>;

/// What a document's names mean.
#[derive(Debug)]
pub(super) struct Vocabulary<'a> {
    /// Lower-case spellings to the measure's name.
    measures: Names<String, &'a str>,
    /// Lower-case spellings to the name of a concept, event or visit.
    things: Names<String, &'a str>,
    /// `system:code`, lower case and without dots, to the concepts that list it.
    codes: Names<String, Vec<&'a str>>,
    /// A concept with everything that counts as it, itself included.
    below: Names<&'a str, IndexSet<&'a str, FixedState>>,
    analytes: Names<&'a str, Analyte>,
    domains: Names<&'a str, Domain>,
    /// First words of the names of concepts to whole names, for finding them in other people's words.
    phrases: BTreeMap<String, Vec<(Vec<String>, &'a str)>>,
    /// Codes that are all that a concept means: the only one of their system, without members below.
    whole: BTreeMap<String, Vec<&'a str>>,
    /// In systems of beginnings, by concept and system: the codes that it lists itself, without dots.
    beginnings: BTreeMap<(&'a str, &'a str), Vec<String>>,
    /// Concepts without an open end, and their members.
    closed: BTreeMap<&'a str, &'a [String]>,
}

impl<'a> Vocabulary<'a> {
    pub fn of(document: &'a EligibilityDocument) -> Self {
        let mut vocabulary = Self {
            measures: Names::default(),
            things: Names::default(),
            codes: Names::default(),
            below: Names::default(),
            analytes: Names::default(),
            domains: Names::default(),
            phrases: BTreeMap::new(),
            whole: BTreeMap::new(),
            beginnings: BTreeMap::new(),
            closed: BTreeMap::new(),
        };
        // Proper names first: they win over another item's synonym.
        for name in document.measures.keys() {
            vocabulary.measures.insert(folded(name).into_owned(), name);
        }
        for name in document.concepts.keys().chain(document.events.keys()).chain(document.visits.keys()) {
            vocabulary.things.entry(folded(name).into_owned()).or_insert(name);
        }
        for (name, measure) in &document.measures {
            vocabulary.measure(name, measure);
        }
        for (name, concept) in &document.concepts {
            vocabulary.domains.insert(name, concept.domain);
            for alias in concept.also.iter().chain(&concept.brands).chain([&concept.label]) {
                vocabulary.things.entry(folded(alias).into_owned()).or_insert(name);
            }
            let spoken = name.replace('_', " ");
            let phrases = concept.also.iter().chain(&concept.brands).chain([&concept.label, &spoken]);
            for phrase in phrases.map(|phrase| words_of(phrase)) {
                if let Some(first) = phrase.first() {
                    vocabulary.phrases.entry(first.clone()).or_default().push((phrase, name));
                }
            }
            if !concept.open_list {
                vocabulary.closed.insert(name, &concept.members);
            }
            for (system, codes) in &concept.codes {
                if !codes.is_empty() && is_of_beginnings(system) {
                    let listed = codes.iter().map(|code| folded_code(&code.code).into_owned()).collect();
                    vocabulary.beginnings.insert((name, system), listed);
                }
                for code in codes {
                    let key = folded_code(&format!("{system}:{}", code.code)).into_owned();
                    if codes.len() == 1 && concept.members.is_empty() && !concept.open_list {
                        vocabulary.whole.entry(key.clone()).or_default().push(name);
                    }
                    vocabulary.codes.entry(key).or_default().push(name);
                }
            }
            let mut below = IndexSet::default();
            collect_members(document, name, &mut below);
            vocabulary.below.insert(name, below);
        }
        for name in document.events.keys() {
            vocabulary.domains.entry(name).or_insert(Domain::Event);
        }
        vocabulary.measures.sort_unstable_keys();
        vocabulary.things.sort_unstable_keys();
        vocabulary.below.sort_unstable_keys();
        vocabulary.below.values_mut().for_each(IndexSet::sort_unstable);
        vocabulary
    }

    fn measure(&mut self, name: &'a str, measure: &'a Measure) {
        self.analytes.insert(name, measure.analyte());
        for alias in measure.also.iter().chain([&measure.label]) {
            self.measures.entry(folded(alias).into_owned()).or_insert(name);
        }
        if let Some(loinc) = &measure.loinc {
            self.measures.entry(folded(&format!("loinc:{}", loinc.code)).into_owned()).or_insert(name);
        }
    }

    /// The measure that a record calls so.
    pub fn find_measure(&self, written: &str) -> Option<&'a str> {
        with_folded(written, |name| self.measures.get(name).copied())
    }

    /// The concept, event or visit that a record calls so.
    pub fn find_thing(&self, written: &str) -> Option<&'a str> {
        // Most entries have a code and no name.
        if written.is_empty() {
            return None;
        }
        with_folded(written, |name| self.things.get(name).copied())
    }

    /// Every concept that lists this code. In ICD-10 and ATC a code stands for all that begin with it.
    pub fn find_code(&self, written: &str) -> Vec<&'a str> {
        let code = folded_code(written);
        let Some((system, rest)) = code.split_once(':') else { return Vec::new() };
        let mut shortest = rest.len();
        if is_of_beginnings(system) {
            shortest = rest.len().min(1);
        }
        // Every beginning of the code that is a letter or more, the whole of it first.
        let beginnings =
            (shortest..=rest.len()).rev().filter_map(|length| code.get(..system.len() + 1 + length));
        let mut found: Vec<&'a str> = Vec::new();
        for name in beginnings.filter_map(|listed| self.codes.get(listed)).flatten() {
            if !found.contains(name) {
                found.push(name);
            }
        }
        found
    }

    /// The concept, event or visit of which it is said that there was none: by its name, or by a code that is all
    /// that it means.
    pub fn find_absent(&self, written: &str) -> Vec<&'a str> {
        match self.find_thing(written) {
            Some(name) => vec![name],
            None => self.whole.get(&*folded_code(written)).cloned().unwrap_or_default(),
        }
    }

    /// Concepts whose names stand in these words, in this order, as in `metformin hydrochloride 500 MG Oral Tablet`. To what
    /// somebody is allergic is not compared: words about an allergy may be about any.
    pub fn mentioned(&self, text: &str) -> Vec<&'a str> {
        let words = words_of(text);
        let is_allergy = words.iter().any(|word| word == ALLERGY);
        let mut found: Vec<&'a str> = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let begun = self.phrases.get(word).into_iter().flatten();
            found.extend(
                begun.filter(|(phrase, _)| words[place..].starts_with(phrase)).map(|(_, name)| *name),
            );
        }
        if is_allergy {
            let all = self.phrases.values().flatten();
            found
                .extend(all.filter(|(phrase, _)| phrase.iter().any(|w| w == ALLERGY)).map(|(_, name)| *name));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// All concepts.
    pub fn concept_names(&self) -> impl Iterator<Item = &'a str> {
        self.below.keys().copied()
    }

    /// Whether what is called `name` counts as `of`.
    pub fn is_a(&self, name: &str, of: &str) -> bool {
        name == of || self.below.get(of).is_some_and(|below| below.contains(name))
    }

    /// Whether nothing that counts as the one counts as the other.
    pub fn are_apart(&self, one: &str, other: &str) -> bool {
        let below = |name: &str| self.below.get(name);
        match (below(one), below(other)) {
            (Some(one), Some(other)) => one.is_disjoint(other),
            _ => !self.is_a(one, other) && !self.is_a(other, one),
        }
    }

    /// Whether a code of the class is known to be none of `other`. In ICD-10 and ATC each code has its one place: one that
    /// stands neither above nor below those of `other` is another thing. That is not known where `other` lists no code
    /// of the system, and of the code by which the class itself is called, or what is unspecified of it (`.9`).
    pub fn is_other_code(&self, written: &str, class: &str, other: &str) -> bool {
        let code = folded_code(written);
        let Some((system, code)) = code.split_once(':').filter(|(system, _)| is_of_beginnings(system)) else {
            return false;
        };
        let listed_by =
            |name: &str| self.below.get(name).into_iter().flatten().flat_map(|one| self.listed(one, system));
        let is_related = |one: &String| code.starts_with(one.as_str()) || one.starts_with(code);
        if !self.is_known_in(system, other, 0) || listed_by(other).any(is_related) {
            return false;
        }
        let may_be_other = |name: &&&str| **name == class || self.is_a(other, name);
        let mut classes = self.below.get(class).into_iter().flatten().filter(may_be_other).copied();
        // Of several codes each is a part of the class; the only one is the class itself.
        let is_whole = |name: &str| match self.listed(name, system) {
            [only] => code.strip_prefix(only.as_str()).is_some_and(|rest| {
                rest.is_empty() || (system == "icd10" && only.len() >= CATEGORY && rest.starts_with('9'))
            }),
            _ => false,
        };
        listed_by(class).any(|one| code.starts_with(one.as_str())) && !classes.any(is_whole)
    }

    /// The codes of a system that a concept lists itself.
    fn listed<'s>(&'s self, name: &'s str, system: &'s str) -> &'s [String] {
        self.beginnings.get(&(name, system)).map_or(&[], Vec::as_slice)
    }

    /// Whether all that counts as this can be told by a code of the system.
    fn is_known_in(&self, system: &str, name: &str, depth: usize) -> bool {
        const DEEPEST_CLASS: usize = 16;
        self.beginnings.contains_key(&(name, system))
            || self.closed.get(name).is_some_and(|members| {
                depth < DEEPEST_CLASS
                    && !members.is_empty()
                    && members.iter().all(|member| self.is_known_in(system, member, depth + 1))
            })
    }

    pub fn analyte(&self, measure: &str) -> Option<&Analyte> {
        self.analytes.get(measure)
    }

    pub fn domain(&self, name: &str) -> Option<Domain> {
        self.domains.get(name).copied()
    }

    pub fn measure_names(&self) -> impl Iterator<Item = &'a str> {
        self.measures.values().copied()
    }

    pub fn thing_names(&self) -> impl Iterator<Item = &'a str> {
        self.things.values().copied()
    }
}

/// Letters of a category of ICD-10 (`C34`): behind it stands `9` for what is unspecified.
const CATEGORY: usize = 3;

/// Whether a code of this system stands for all codes that begin with it, and each code has one place.
fn is_of_beginnings(system: &str) -> bool {
    matches!(system, "icd10" | "atc")
}

fn collect_members<'a>(
    document: &'a EligibilityDocument,
    name: &'a str,
    into: &mut IndexSet<&'a str, FixedState>,
) {
    if into.insert(name)
        && let Some(concept) = document.concepts.get(name)
    {
        for member in &concept.members {
            collect_members(document, member, into);
        }
    }
}

/// One spelling for `HbA1c`, `hba1c`, `GLP-1 receptor agonists` and `glp_1_receptor_agonists`.
fn folded(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b':' | b'.')) {
        return Cow::Borrowed(text);
    }
    if !text.is_ascii() {
        return Cow::Owned(text.to_lowercase().replace([' ', '-'], "_"));
    }
    Cow::Owned(of_ascii(text.bytes().map(folded_letter).collect()))
}

/// What is made of a text that [`folded`] makes another one of: names and codes are short, and need no memory for that.
fn with_folded<T>(text: &str, make: impl FnOnce(&str) -> T) -> T {
    const LONGEST: usize = 64;
    let text = text.trim();
    if text.len() > LONGEST || !text.is_ascii() {
        return make(&folded(text));
    }
    let mut room = [0; LONGEST];
    let room = &mut room[..text.len()];
    room.iter_mut().zip(text.bytes()).for_each(|(folded, byte)| *folded = folded_letter(byte));
    make(str::from_utf8(room).unwrap_or_default())
}

fn folded_letter(letter: u8) -> u8 {
    match letter {
        b' ' | b'-' => b'_',
        letter => letter.to_ascii_lowercase(),
    }
}

/// A text of which every byte is a letter of its own.
fn of_ascii(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

fn folded_code(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b':' | b'-')) {
        return Cow::Borrowed(text);
    }
    if !text.is_ascii() {
        return Cow::Owned(text.to_lowercase().replace(['.', ' '], ""));
    }
    let mut code = text.to_ascii_lowercase().into_bytes();
    code.retain(|byte| !matches!(byte, b'.' | b' '));
    Cow::Owned(of_ascii(code))
}

/// The label of a declaration, for messages: its own words, or its name.
pub(super) fn label<'a, T>(of: &'a Named<T>, name: &'a str, label: fn(&T) -> &str) -> &'a str {
    of.get(name).map(label).filter(|label| !label.is_empty()).unwrap_or(name)
}

/// One word for everything by which an allergy is called.
const ALLERGY: &str = "allergy";

/// The words of a text, in small letters, without the mark of the plural.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let word = word.to_lowercase();
            let speaks_of_allergy = ["allerg", "hypersensitiv", "intoleran", "anaphyla"];
            if speaks_of_allergy.iter().any(|beginning| word.starts_with(beginning)) {
                return ALLERGY.to_owned();
            }
            match word.strip_suffix('s') {
                Some(one) if one.len() > 3 && !one.ends_with('s') => one.to_owned(),
                _ => word,
            }
        })
        .collect()
}
