//! A list of objects with stable keys.

use serde::Serialize;

use super::Place;
use crate::diagnostics::{Diagnostic, Label, Severity};
use crate::source::{Position, Sources, Span};

#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    message: &'a str,
    file: &'a str,
    /// The words that the message is about.
    span: Range<'a>,
    labels: Vec<Range<'a>>,
    help: Option<&'a str>,
    fix: Option<Replacement<'a>>,
}

#[derive(Serialize)]
struct Range<'a> {
    file: &'a str,
    bytes: [usize; 2],
    start: Position,
    end: Position,
    label: &'a str,
}

#[derive(Serialize)]
struct Replacement<'a> {
    file: &'a str,
    bytes: [usize; 2],
    replacement: &'a str,
}

pub fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let entries: Vec<_> = diagnostics.iter().map(|diagnostic| entry(sources, diagnostic)).collect();
    let mut text = serde_json::to_string_pretty(&entries).expect("strings and numbers always serialise");
    text.push('\n');
    text
}

fn entry<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Entry<'a> {
    Entry {
        code: diagnostic.code.id,
        name: diagnostic.code.name,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        file: path(sources, diagnostic.primary.span),
        span: range(sources, &diagnostic.primary),
        labels: diagnostic.secondary.iter().map(|label| range(sources, label)).collect(),
        help: diagnostic.help.as_deref(),
        fix: diagnostic.fix.as_ref().map(|fix| Replacement {
            file: path(sources, fix.span),
            bytes: bytes(&Place::of(sources, fix.span)),
            replacement: &fix.replacement,
        }),
    }
}

fn range<'a>(sources: &'a Sources, label: &'a Label) -> Range<'a> {
    let place = Place::of(sources, label.span);
    Range {
        file: path(sources, label.span),
        bytes: bytes(&place),
        start: place.start,
        end: place.end,
        label: &label.text,
    }
}

fn path(sources: &Sources, span: Span) -> &str {
    &sources.get(span.file).path
}

fn bytes(place: &Place<'_>) -> [usize; 2] {
    [place.bytes.start, place.bytes.end]
}
