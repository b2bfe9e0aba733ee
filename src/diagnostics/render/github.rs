//! Workflow commands of GitHub Actions: `::error file=…,line=…::message`.

use std::fmt::Write;

use super::Place;
use crate::diagnostics::{Diagnostic, Severity};
use crate::source::Sources;

pub fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = Place::of(sources, diagnostic.primary.span);
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut body = diagnostic.message.clone();
        for label in diagnostic.secondary.iter().filter(|label| !label.text.is_empty()) {
            let _ = write!(body, "\n{}: {}", Place::of(sources, label.span), label.text);
        }
        if let Some(help) = &diagnostic.help {
            let _ = write!(body, "\nhelp: {help}");
        }
        let _ = writeln!(
            out,
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}",
            property(&place.source.path),
            place.start.line,
            place.end.line,
            place.start.column,
            place.end.column,
            property(&format!("{} {}", diagnostic.code.id, diagnostic.code.name)),
            data(&body),
        );
    }
    out
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command, in which `:` and `,` would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
