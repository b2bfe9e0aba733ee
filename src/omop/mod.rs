//! What the OMOP Common Data Model 5.4 (OHDSI) calls what a protocol names: concept ids of measures, conditions, drugs,
//! procedures, units and coded results.

mod assumptions;
mod expand;
mod others;
mod sets;
pub mod standard;

pub use assumptions::Assumptions;
pub use expand::{AncestorRow, ConceptRow, Expansion, ListedCode, Nameless, RelationshipRow};
pub use sets::{ConceptSets, Ids};
