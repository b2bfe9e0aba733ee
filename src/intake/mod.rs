//! People from the formats in which hospitals keep them, as [`crate::eligibility::Record`]s.

mod additions;
pub mod fhir;
mod json;

use std::borrow::Cow;

use crate::eligibility::one_line;
pub use additions::{Additions, NotAnAddition};

/// A text of unknown origin, fit to be shown: no control characters, no marks that turn the direction of writing,
/// and not longer than a line or two.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 160;
    // Nearly all are words and codes in the letters of English.
    if text.len() <= LONGEST && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut kept: String = one_line(text).chars().take(LONGEST + 1).collect();
    if kept.chars().count() > LONGEST {
        kept = kept.chars().take(LONGEST - 1).collect();
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// Two parts of a name with a sign between them: `Observation/o1`, `loinc:4548-4`.
pub(crate) fn joined(before: &str, sign: char, behind: &str) -> String {
    let mut name = String::with_capacity(before.len() + sign.len_utf8() + behind.len());
    name.push_str(before);
    name.push(sign);
    name.push_str(behind);
    name
}

/// As [`clean`], of a text that nobody else needs.
pub(crate) fn cleaned(text: String) -> String {
    match clean(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(cleaned) => cleaned,
    }
}
