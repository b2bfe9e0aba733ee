//! Concept sets: expanded once, before people are looked at, and pinned to the vocabulary that they came from.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Named;

/// Concept ids that are what a name means, and ids of broader things that may be it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    pub certain: BTreeSet<i64>,
    pub perhaps: BTreeSet<i64>,
}

/// The concept ids of everything that an eligibility document names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConceptSets {
    /// By the name of the measure.
    pub measures: Named<BTreeSet<i64>>,
    /// By the name of the concept (condition, drug, drug class, procedure) or event.
    pub things: Named<Ids>,
    /// By the name of what a rule leaves out with `other than`: ids of its classes that are known to be something else.
    pub others: BTreeMap<String, BTreeSet<i64>>,
    /// `unit_concept_id` to UCUM code.
    pub units: BTreeMap<i64, String>,
    /// `value_as_concept_id` to the levels of coded measures (`positive`).
    pub levels: BTreeMap<i64, String>,
    /// The version of the vocabulary from which the sets were expanded; none: listed ids only.
    pub vocabulary: Option<String>,
    /// Whether the vocabulary says what is below and above a concept.
    pub has_descendants: bool,
}
