//! The eligibility rules: `eligibility.json` for machines, `eligibility.md` for reviewers.

use std::fmt::Write as _;

use super::Artifact;
use crate::eligibility::EligibilityDocument;
use crate::model::{Computability, Criterion, CriterionKind, Decision, Trial};

/// The rules as a self-contained document that a checker can run from, and as a list for people.
pub fn emit(trial: &Trial) -> Vec<Artifact> {
    let document = EligibilityDocument::of(trial);
    let mut list = markdown(&document);
    if !list.ends_with('\n') {
        list.push('\n');
    }
    vec![Artifact::json("eligibility.json", &document), Artifact::new("eligibility.md", list)]
}

fn markdown(document: &EligibilityDocument) -> String {
    let mut text = format!("# Eligibility: {}\n", inline(&document.trial.title));
    for id in &document.trial.ids {
        let _ = writeln!(text, "\n{}: {}", inline(&id.scheme), inline(&id.value));
    }
    for decision in document.decisions.values() {
        decision_list(&mut text, decision);
    }
    text
}

fn decision_list(text: &mut String, decision: &Decision) {
    let label = decision.label.as_ref().map(|label| format!(": {}", inline(label))).unwrap_or_default();
    let _ = writeln!(text, "\n## For {}{label}\n", inline(&decision.event));
    let computed =
        decision.criteria.values().filter(|one| one.computability == Computability::Computed).count();
    let _ =
        writeln!(text, "{computed} of {} criteria are computed from recorded data.", decision.criteria.len());
    if !decision.checked.is_empty() {
        let _ = writeln!(text, "Checked at: {}.", decision.checked.join(", "));
    }
    for (kind, heading) in [(CriterionKind::Include, "Inclusion"), (CriterionKind::Exclude, "Exclusion")] {
        let criteria: Vec<(&String, &Criterion)> =
            decision.criteria.iter().filter(|(_, criterion)| criterion.kind == kind).collect();
        if criteria.is_empty() {
            continue;
        }
        let _ = writeln!(
            text,
            "\n### {heading}\n\n| code | approved wording | rule | decided |\n|---|---|---|---|"
        );
        for (code, criterion) in criteria {
            let mut prose = inline(&criterion.prose);
            if !criterion.arms.is_empty() {
                let _ = write!(prose, "<br>Only for: {}", inline(&criterion.arms.join(", ")));
            }
            if let Some(query) = &criterion.query {
                let _ = write!(prose, "<br>Query: {}", inline(query));
            }
            let rule = inline(&criterion.rule.text);
            let _ = writeln!(
                text,
                "| {} | {prose} | {rule} | {} |",
                inline(code),
                decided(criterion.computability)
            );
        }
    }
}

fn decided(computability: Computability) -> &'static str {
    match computability {
        Computability::Computed => "from the record",
        Computability::Partly => "partly from the record",
        Computability::Attested => "by a person",
        Computability::TextOnly => "by hand, text only",
    }
}

/// Text inside a Markdown table: on one line, its signs not read as mark-up.
fn inline(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        match sign {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => safe.extend(['\\', sign]),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            other => safe.push(other),
        }
    }
    safe
}
