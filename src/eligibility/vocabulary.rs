//! The names of a document, made ready for looking up: aliases, codes, classes and their members, analytes.

use std::collections::{BTreeMap, BTreeSet};

use super::document::EligibilityDocument;
use crate::model::{Domain, Measure, Named};
use crate::units::Analyte;

/// What a document's names mean.
#[derive(Debug)]
pub(super) struct Vocabulary<'a> {
    /// Lower-case spellings to the measure's name.
    measures: BTreeMap<String, &'a str>,
    /// Lower-case spellings to the name of a concept, event or visit.
    things: BTreeMap<String, &'a str>,
    /// `system:code`, lower case and without dots, to the concepts that list it.
    codes: BTreeMap<String, Vec<&'a str>>,
    /// A concept with everything that counts as it, itself included.
    below: BTreeMap<&'a str, BTreeSet<&'a str>>,
    analytes: BTreeMap<&'a str, Analyte>,
    domains: BTreeMap<&'a str, Domain>,
}

impl<'a> Vocabulary<'a> {
    pub fn of(document: &'a EligibilityDocument) -> Self {
        let mut vocabulary = Self {
            measures: BTreeMap::new(),
            things: BTreeMap::new(),
            codes: BTreeMap::new(),
            below: BTreeMap::new(),
            analytes: BTreeMap::new(),
            domains: BTreeMap::new(),
        };
        // Proper names first: they win over another item's synonym.
        for name in document.measures.keys() {
            vocabulary.measures.insert(folded(name), name);
        }
        for name in document.concepts.keys().chain(document.events.keys()).chain(document.visits.keys()) {
            vocabulary.things.entry(folded(name)).or_insert(name);
        }
        for (name, measure) in &document.measures {
            vocabulary.measure(name, measure);
        }
        for (name, concept) in &document.concepts {
            vocabulary.domains.insert(name, concept.domain);
            for alias in concept.also.iter().chain(&concept.brands).chain([&concept.label]) {
                vocabulary.things.entry(folded(alias)).or_insert(name);
            }
            for (system, codes) in &concept.codes {
                for code in codes {
                    let key = folded_code(&format!("{system}:{}", code.code));
                    vocabulary.codes.entry(key).or_default().push(name);
                }
            }
            let mut below = BTreeSet::new();
            collect_members(document, name, &mut below);
            vocabulary.below.insert(name, below);
        }
        for name in document.events.keys() {
            vocabulary.domains.entry(name).or_insert(Domain::Event);
        }
        vocabulary
    }

    fn measure(&mut self, name: &'a str, measure: &'a Measure) {
        self.analytes.insert(name, measure.analyte());
        for alias in measure.also.iter().chain([&measure.label]) {
            self.measures.entry(folded(alias)).or_insert(name);
        }
        if let Some(loinc) = &measure.loinc {
            self.measures.entry(folded(&format!("loinc:{}", loinc.code))).or_insert(name);
        }
    }

    /// The measure that a record calls so.
    pub fn find_measure(&self, written: &str) -> Option<&'a str> {
        self.measures.get(&folded(written)).copied()
    }

    /// The concept, event or visit that a record calls so.
    pub fn find_thing(&self, written: &str) -> Option<&'a str> {
        self.things.get(&folded(written)).copied()
    }

    /// Every concept that lists this code. In ICD-10 and ATC a code stands for all that begin with it.
    pub fn find_code(&self, written: &str) -> Vec<&'a str> {
        let code = folded_code(written);
        let hierarchical = code.starts_with("icd10") || code.starts_with("atc:");
        let found = self.codes.iter().filter(|(listed, _)| {
            **listed == code || (hierarchical && listed.contains(':') && code.starts_with(listed.as_str()))
        });
        found.flat_map(|(_, names)| names.iter().copied()).collect()
    }

    /// Whether what is called `name` counts as `of`.
    pub fn is_a(&self, name: &str, of: &str) -> bool {
        name == of || self.below.get(of).is_some_and(|below| below.contains(name))
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

fn collect_members<'a>(document: &'a EligibilityDocument, name: &'a str, into: &mut BTreeSet<&'a str>) {
    if into.insert(name)
        && let Some(concept) = document.concepts.get(name)
    {
        for member in &concept.members {
            collect_members(document, member, into);
        }
    }
}

/// One spelling for `HbA1c`, `hba1c`, `GLP-1 receptor agonists` and `glp_1_receptor_agonists`.
fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

fn folded_code(text: &str) -> String {
    text.trim().to_lowercase().replace(['.', ' '], "")
}

/// The label of a declaration, for messages: its own words, or its name.
pub(super) fn label<'a, T>(of: &'a Named<T>, name: &'a str, label: fn(&T) -> &str) -> &'a str {
    of.get(name).map(label).filter(|label| !label.is_empty()).unwrap_or(name)
}
