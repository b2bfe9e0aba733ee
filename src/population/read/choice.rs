//! Which rows of a table are asked for, by their concepts.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::result::{CONCEPT, SOURCE};
use crate::omop::standard::NO_CONCEPT;

/// The concept ids that a table is asked for. A row is passed over where its concept is another one, and its source concept is
/// another one too, or empty. One whose concept is empty or none is not: such rows are counted.
pub struct Choice(HashSet<i64, FixedState>);

impl Choice {
    pub fn of(ids: impl Iterator<Item = i64>) -> Self {
        Self(ids.collect())
    }

    /// The columns by which is chosen: concept and source concept.
    pub fn columns(&self) -> impl Iterator<Item = usize> + use<> {
        [CONCEPT, SOURCE].into_iter()
    }

    pub fn asks(&self, id: i64, is_concept: bool) -> bool {
        self.0.contains(&id) || (is_concept && id == NO_CONCEPT)
    }
}
