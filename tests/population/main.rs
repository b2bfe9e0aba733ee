//! Many people at once: the tables say what the record of each person says, and what of a hospital's data comes into them.

#[path = "../support/literate.rs"]
mod literate;
#[path = "../support/snippet.rs"]
mod snippet;

mod agreement;
mod cases;
mod concept_sets;
mod eunomia;
mod files;
mod flat;
#[allow(dead_code)]
mod generate;
mod generated;
mod hostile;
#[allow(dead_code)]
#[path = "../support/judges.rs"]
mod judges;
mod parquets;
#[path = "../eligibility/agreement/people.rs"]
mod people;
mod records;
#[path = "../eligibility/agreement/rules.rs"]
mod rules;
#[path = "../eligibility/agreement/runner.rs"]
mod runner;
mod sql;
#[allow(dead_code)]
#[path = "../eligibility/support.rs"]
mod support;

use snippet::compile_snippet;
use trialc::diagnostics::render::{Format, Look, render};
use trialc::eligibility::EligibilityDocument;
use trialc::omop::{Assumptions, ConceptSets};
use trialc::population::read::{Input, Memory};

/// What is read of tables, where nothing is known beside them.
pub fn input<'i>(
    folder: &'i Memory,
    document: &'i EligibilityDocument,
    sets: &'i ConceptSets,
    assumptions: &'i Assumptions,
) -> Input<'i> {
    Input { folder, document, sets, assumptions, events: None, is_final: true }
}

/// The eligibility rules of a snippet.
pub fn document(text: &str) -> EligibilityDocument {
    let compiled = compile_snippet(text);
    let shown = || render(Format::Plain, Look::default(), &compiled.sources, &compiled.diagnostics);
    assert!(!compiled.has_errors(), "{}\n{text}", shown());
    EligibilityDocument::of(&compiled.trial.expect("it compiles"))
}
