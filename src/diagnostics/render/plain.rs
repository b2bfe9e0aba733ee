//! `file:line:column: error[U01]: message`, then what belongs to it, indented.

use std::fmt::Write;

use super::{Place, without_controls};
use crate::diagnostics::Diagnostic;
use crate::source::Sources;

pub fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = Place::of(sources, diagnostic.primary.span);
        let (severity, id) = (diagnostic.severity.text(), diagnostic.code.id);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{place}: {severity}[{id}]: {}", on_one_line(&diagnostic.message));
        for label in diagnostic.secondary.iter().filter(|label| !label.text.is_empty()) {
            let place = Place::of(sources, label.span);
            let _ = writeln!(out, "  note: {place}: {}", on_one_line(&label.text));
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "  help: {}", on_one_line(help));
        }
    }
    out
}

fn on_one_line(text: &str) -> String {
    without_controls(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
