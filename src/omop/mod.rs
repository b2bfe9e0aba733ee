//! What the OMOP Common Data Model 5.4 (OHDSI) calls what a protocol names: concept ids of measures, conditions, drugs,
//! procedures, units and coded results.

mod sets;

pub use sets::{ConceptSets, Ids};
