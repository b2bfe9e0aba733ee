//! The report for programs: `docs/schemas/difference.schema.json`.

use serde::Serialize;

use super::Report;
use crate::amend::{Change, CriterionRow, DecisionDifference, Edition, Impact, OutOfWindow};

/// The format of the document.
pub const FORMAT: &str = "trialc-difference/1";

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    old: &'a Edition,
    new: &'a Edition,
    /// A proposal.
    substantial: Impact,
    changes: Vec<Entry<'a>>,
    decisions: &'a [DecisionDifference],
    criterion_codes: Vec<CriterionRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participants: Option<&'a [OutOfWindow]>,
}

#[derive(Serialize)]
struct Entry<'a> {
    section: &'static str,
    #[serde(flatten)]
    change: &'a Change,
}

/// Pretty JSON with a line end.
pub fn document(report: &Report<'_>) -> String {
    let difference = report.difference;
    let document = Document {
        format: FORMAT,
        old: &difference.old,
        new: &difference.new,
        substantial: difference.impact(),
        changes: difference
            .changes
            .iter()
            .map(|change| Entry { section: change.subject.part.section(), change })
            .collect(),
        decisions: &difference.decisions,
        criterion_codes: difference.criterion_rows(),
        participants: report.participants,
    };
    let mut text =
        serde_json::to_string_pretty(&document).expect("a difference serialises: its keys are strings");
    text.push('\n');
    text
}
