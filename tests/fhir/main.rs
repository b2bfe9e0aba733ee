//! FHIR R4 as records: cases beside their near misses in `cases/*.md`, joining, hostile data, and 40 synthetic people.

#[allow(dead_code, reason = "shared with other tests")]
#[path = "../support/literate.rs"]
mod literate;
#[path = "../support/snippet.rs"]
mod snippet;

mod cases;
mod hostile;
mod people;
mod synthetic;

use snippet::compile_snippet;
use trialc::diagnostics::render::{Format, Look, render};
use trialc::eligibility::EligibilityDocument;
use trialc::intake::fhir::{Assumptions, Person, Reader, Report};

/// The eligibility rules of a snippet.
pub fn document(text: &str) -> EligibilityDocument {
    let compiled = compile_snippet(text);
    let shown = || render(Format::Plain, Look::default(), &compiled.sources, &compiled.diagnostics);
    assert!(!compiled.has_errors(), "{}\n{text}", shown());
    EligibilityDocument::of(&compiled.trial.expect("it compiles"))
}

pub fn read(text: &str) -> (Vec<Person>, Report) {
    let mut reader = Reader::new(Assumptions::default());
    reader.read("people.ndjson", text).expect("it is JSON");
    reader.finish()
}

/// What was not understood, set aside or not used, as `element: what`.
pub fn said(report: &Report) -> Vec<String> {
    report.groups.iter().map(|group| format!("{}: {}", group.element, group.what)).collect()
}
