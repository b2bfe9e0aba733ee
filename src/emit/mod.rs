//! What is made of a trial: one target per file, each a function from the typed model to artefacts.
//!
//! A target reads the model alone, never the source, another target, a clock or a file. [`TARGETS`] is what
//! `trialc build --emit` offers.

pub mod difference;
mod eligibility;
mod entry;
mod fhir;
mod forms;
pub mod funnel;
mod json;
mod losses;
mod odm;
mod policy;
pub mod preview;
mod redcap;
mod schedule;
pub mod screening;
mod shell;
mod smt2;
pub mod sql;
mod study;
pub mod worksheet;
mod xlsform;

use std::cell::RefCell;

use rayon::prelude::*;

use crate::model::Trial;

/// One file of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Relative to the output folder, with `/` between folders.
    pub path: String,
    pub content: Vec<u8>,
}

thread_local! {
    /// Where a thread writes one document after the other: growing a buffer for each would touch much fresh memory.
    static DRAFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Artifact {
    pub fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into() }
    }

    /// Pretty JSON with a line end, keys in the order of the fields.
    pub fn json(path: impl Into<String>, value: &impl serde::Serialize) -> Self {
        let content = DRAFT.with_borrow_mut(|draft| {
            draft.clear();
            serde_json::to_writer_pretty(&mut *draft, value)
                .expect("the model serialises: its keys are strings");
            draft.push(b'\n');
            draft.as_slice().to_vec()
        });
        Self { path: path.into(), content }
    }
}

/// A kind of output.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As written after `--emit`.
    pub name: &'static str,
    /// One line for the list of targets.
    pub about: &'static str,
    /// Built when `--emit` does not choose.
    pub default: bool,
    pub emit: fn(&Trial) -> Vec<Artifact>,
}

/// Every target, in the order in which they are listed and built.
pub static TARGETS: &[Target] = &[
    Target {
        name: "eligibility",
        about: "the eligibility rules as typed JSON for checkers, and as a list for reviewers",
        default: true,
        emit: eligibility::emit,
    },
    Target {
        name: "worksheet",
        about: "the site's eligibility worksheet: a page that decides while it is filled in, to print and sign",
        default: true,
        emit: worksheet::emit,
    },
    Target {
        name: "schedule",
        about: "the schedule of activities as CSV, Markdown, HTML, workbook and JSON; schema, timeline and days as pictures",
        default: true,
        emit: schedule::emit,
    },
    Target {
        name: "forms",
        about: "the case report forms as JSON Schema with layout, checks and traceability, and as an annotated page",
        default: true,
        emit: forms::emit,
    },
    Target {
        name: "preview",
        about: "the case report forms at work: a page to fill in, with every check, that loads and saves records, to try and to print",
        default: true,
        emit: preview::emit,
    },
    Target {
        name: "odm",
        about: "the forms and visits as ODM-XML 1.3.2 and 2.0 (CDISC), for data capture systems",
        default: false,
        emit: odm::emit,
    },
    Target {
        name: "redcap",
        about: "the forms as a REDCap data dictionary, with events, mapping, repeats and data quality rules as CSV",
        default: false,
        emit: redcap::emit,
    },
    Target {
        name: "study",
        about: "the whole study on one page: synopsis, arms, schedule, pictures, criteria, outcomes and forms",
        default: false,
        emit: study::emit,
    },
    Target {
        name: "fhir",
        about: "study, schedule and forms in HL7 FHIR R4: ResearchStudy, PlanDefinition and Questionnaires",
        default: false,
        emit: fhir::emit,
    },
    Target {
        name: "xlsform",
        about: "the forms as XLSForms, workbooks for ODK, KoboToolbox and SurveyCTO",
        default: false,
        emit: xlsform::emit,
    },
    Target {
        name: "smt2",
        about: "the logic of the criteria as SMT-LIB, with the answers found, for z3, cvc5 and other solvers",
        default: false,
        emit: smt2::emit,
    },
];

/// The artefacts of several targets, in their order.
pub fn build(targets: &[&Target], trial: &Trial) -> Vec<Artifact> {
    let built: Vec<Vec<Artifact>> = targets.par_iter().map(|target| (target.emit)(trial)).collect();
    built.into_iter().flatten().collect()
}

/// The target of this name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
