//! People from the formats in which hospitals keep them, as [`crate::eligibility::Record`]s.

mod additions;
pub mod fhir;
mod json;

use crate::eligibility::one_line;
pub use additions::{Additions, NotAnAddition};

/// A text of unknown origin, fit to be shown: no control characters, no marks that turn the direction of writing,
/// and not longer than a line or two.
pub(crate) fn clean(text: &str) -> String {
    const LONGEST: usize = 160;
    let mut kept: String = one_line(text).chars().take(LONGEST + 1).collect();
    if kept.chars().count() > LONGEST {
        kept = kept.chars().take(LONGEST - 1).collect();
        kept.push('…');
    }
    kept
}
