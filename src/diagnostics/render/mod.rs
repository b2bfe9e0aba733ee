//! One renderer per audience. Each turns the same [`Diagnostic`] values into text and does nothing else: no
//! terminal is looked at, so the same input gives the same bytes everywhere.

mod excerpt;
mod github;
mod human;
mod json;
pub mod page;
mod plain;
mod sarif;

use super::Diagnostic;
use crate::source::{Source, Sources, Span};

/// Who reads the diagnostics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A person at a terminal: the source with the words underlined.
    #[default]
    Human,
    /// One line per finding, `file:line:column`, for editors and searches.
    Plain,
    /// A list of objects.
    Json,
    /// Workflow commands, which GitHub shows beside the changed lines.
    Github,
    /// Static Analysis Results Interchange Format 2.1.0 (OASIS).
    Sarif,
}

impl Format {
    /// Read by a program, so that it belongs to standard output.
    pub fn is_for_machines(self) -> bool {
        matches!(self, Format::Json | Format::Github | Format::Sarif)
    }
}

/// What the terminal can show; of interest to [`Format::Human`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Lines drawn with box characters; otherwise with `-` and `|`.
    pub unicode: bool,
    /// In columns.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100 }
    }
}

/// All diagnostics as one text, in the order given.
pub fn render(format: Format, look: Look, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    match format {
        Format::Human => human::render(look, sources, diagnostics),
        Format::Plain => plain::render(sources, diagnostics),
        Format::Json => json::render(sources, diagnostics),
        Format::Github => github::render(sources, diagnostics),
        Format::Sarif => sarif::render(sources, diagnostics),
    }
}

/// A span as people and machines name it.
struct Place<'a> {
    source: &'a Source,
    start: crate::source::Position,
    end: crate::source::Position,
    bytes: std::ops::Range<usize>,
}

impl<'a> Place<'a> {
    fn of(sources: &'a Sources, span: Span) -> Self {
        let source = sources.get(span.file);
        let end = span.range().end.min(source.text.len());
        let bytes = span.range().start.min(end)..end;
        Self { source, start: source.position(bytes.start), end: source.position(bytes.end), bytes }
    }
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.source.path, self.start.line, self.start.column)
    }
}

/// Text of the author without what could steer a terminal or reorder what is read (control characters and the
/// bidirectional overrides of Unicode); each becomes one replacement character.
fn without_controls(text: &str) -> String {
    text.chars().map(|c| if is_control(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn is_control(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}
