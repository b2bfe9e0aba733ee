//! Static Analysis Results Interchange Format 2.1.0 (OASIS standard, 27 March 2020).

use serde_json::{Value, json};

use super::Place;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::source::Sources;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut rules: Vec<&'static Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    rules.sort();
    rules.dedup();
    let results: Vec<_> = diagnostics.iter().map(|diagnostic| result(sources, &rules, diagnostic)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "trialc",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().copied().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).expect("strings and numbers always serialise");
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(code: &'static Code) -> Value {
    json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": { "text": code.title() },
        "help": { "text": code.page, "markdown": code.page },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

fn result(sources: &Sources, rules: &[&'static Code], diagnostic: &Diagnostic) -> Value {
    let mut text = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    let mut result = json!({
        "ruleId": diagnostic.code.id,
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": [location(&Place::of(sources, diagnostic.primary.span), &diagnostic.primary.text)],
    });
    if let Ok(index) = rules.binary_search(&diagnostic.code) {
        result["ruleIndex"] = index.into();
    }
    if !diagnostic.secondary.is_empty() {
        let related = diagnostic.secondary.iter();
        let related = related.map(|label| location(&Place::of(sources, label.span), &label.text));
        result["relatedLocations"] = related.collect();
    }
    if let Some(fix) = &diagnostic.fix {
        let place = Place::of(sources, fix.span);
        result["fixes"] = json!([{
            "artifactChanges": [{
                "artifactLocation": { "uri": uri(&place.source.path) },
                "replacements": [{
                    "deletedRegion": region(&place),
                    "insertedContent": { "text": fix.replacement },
                }],
            }],
        }]);
    }
    result
}

fn location(place: &Place<'_>, text: &str) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.source.path) },
            "region": region(place),
        },
    });
    if !text.is_empty() {
        location["message"] = json!({ "text": text });
    }
    location
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
        "byteOffset": place.bytes.start,
        "byteLength": place.bytes.len(),
    })
}

/// A relative reference (RFC 3986): everything but unreserved characters and `/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
