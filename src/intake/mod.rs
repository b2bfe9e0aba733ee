//! People from the formats in which hospitals keep them, as [`crate::eligibility::Record`]s.

mod additions;
pub mod fhir;
mod json;

pub use additions::{Additions, NotAnAddition};

/// A text of unknown origin, fit to be shown: no control characters, no marks that turn the direction of writing,
/// and not longer than a line or two.
fn clean(text: &str) -> String {
    const LONGEST: usize = 160;
    let shown = |letter: char| match letter {
        letter if letter.is_control() => Some(' '),
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        letter => Some(letter),
    };
    let mut kept: String = text.chars().filter_map(shown).take(LONGEST + 1).collect();
    if kept.chars().count() > LONGEST {
        kept = kept.chars().take(LONGEST - 1).collect();
        kept.push('…');
    }
    kept
}
