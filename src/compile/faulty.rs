//! What cannot be said while statements have errors: that nothing uses a name, where a faulty statement may.

use crate::ast::{Item, Keyword};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Sources, Span};

/// The statements with errors.
pub(super) struct Faulty<'a> {
    /// Their texts.
    texts: Vec<&'a str>,
    /// One of them says when a visit takes place: what is collected at it is not known.
    visits: bool,
}

impl<'a> Faulty<'a> {
    pub fn among(items: &[Item], sources: &'a Sources, diagnostics: &[Diagnostic]) -> Self {
        let errors: Vec<Span> =
            diagnostics.iter().filter(|found| found.is_error()).map(|found| found.primary.span).collect();
        let mut faulty = Self { texts: Vec::new(), visits: false };
        for item in items.iter().filter(|_| !errors.is_empty()) {
            faulty.look_at(item, sources, &errors);
        }
        faulty
    }

    /// The innermost statement around each error.
    fn look_at(&mut self, item: &Item, sources: &'a Sources, errors: &[Span]) {
        let inside: Vec<Span> = errors.iter().copied().filter(|error| item.span.holds(*error)).collect();
        let own = |error: &&Span| !item.items.iter().any(|inner| inner.span.holds(**error));
        if inside.iter().any(|error| own(&error)) {
            let text = &sources.get(item.span.file).text;
            self.texts.extend(text.get(item.span.range()));
            self.visits |= item.keyword.value == Keyword::Visit;
        }
        if !inside.is_empty() {
            item.items.iter().for_each(|inner| self.look_at(inner, sources, &inside));
        }
    }

    /// Whether a finding says that something is not used or not collected which a faulty statement names.
    pub fn leaves_open(&self, found: &Diagnostic) -> bool {
        let Some(name) = &found.unused else { return false };
        let at_a_visit = *found.code == codes::NOT_ON_A_FORM && self.visits;
        at_a_visit || self.texts.iter().any(|text| names(text, name))
    }
}

/// Whether a text has a name as a whole word.
fn names(text: &str, name: &str) -> bool {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    !name.is_empty()
        && text
            .match_indices(name)
            .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}
