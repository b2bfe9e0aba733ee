//! `funnel.csv`: a line for each criterion of each decision and arm, in the order of the funnel.

use super::document::{Counts, Decision, Document};
use super::shown::shortened;
use crate::model::CriterionKind;
use crate::population::Count;
use crate::tabular;

const HEADINGS: [&str; 19] = [
    "decision",
    "arm",
    "step",
    "criterion",
    "kind",
    "wording",
    "definite",
    "possible",
    "definite_lost",
    "possible_lost",
    "not_met",
    "unknown",
    "lost_alone",
    "lost_partly",
    "open_alone",
    "open_partly",
    "gained_definite",
    "gained_possible",
    "everybody",
];

/// Longer than that a wording is cut: what the criterion is, the protocol says.
const WORDING: usize = 200;

/// A row for everybody, one for each step, and one without a step for each criterion that was not chosen.
pub(super) fn table(document: &Document<'_>) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned).to_vec()];
    for decision in &document.decisions {
        for counts in &decision.funnels {
            question(&mut rows, decision, counts, document.suppressed_below);
        }
    }
    tabular::csv(rows)
}

fn question(rows: &mut Vec<Vec<String>>, decision: &Decision<'_>, counts: &Counts<'_>, below: Option<u64>) {
    let number = |count: Count| plain(count, below);
    let begin = || vec![decision.decision.to_owned(), counts.arm.unwrap_or_default().to_owned()];
    let mut row = begin();
    row.extend(["0", "", "", "everybody"].map(str::to_owned));
    row.extend([number(counts.everybody), number(counts.everybody)]);
    row.resize(HEADINGS.len() - 1, String::new());
    row.push(number(counts.everybody));
    rows.push(row);
    let steps = counts.steps.iter().map(|step| (step.criterion.as_str(), Some(step)));
    let others = counts.costs.iter().filter(|cost| !cost.chosen).map(|cost| (cost.criterion.as_str(), None));
    for (place, (code, step)) in steps.chain(others).enumerate() {
        let criterion = decision.criterion(code);
        let cost = counts.costs.iter().find(|cost| cost.criterion == code);
        let cost = cost.expect("each criterion of a funnel has its cost");
        let kind = match criterion.kind {
            CriterionKind::Include => "include",
            CriterionKind::Exclude => "exclude",
        };
        let mut row = begin();
        row.push(step.map(|_| (place + 1).to_string()).unwrap_or_default());
        row.extend([code.to_owned(), kind.to_owned(), shortened(&criterion.prose, WORDING)]);
        match step {
            Some(step) => {
                row.extend([step.definite, step.possible, step.definite_lost, step.possible_lost].map(number))
            }
            None => row.extend([const { String::new() }; 4]),
        }
        row.extend([cost.not_met, cost.unknown].map(number));
        let given_the_others = [
            cost.lost_alone,
            cost.lost_partly,
            cost.open_alone,
            cost.open_partly,
            cost.gained_definite,
            cost.gained_possible,
        ];
        row.extend(given_the_others.map(|count| if cost.chosen { number(count) } else { String::new() }));
        row.push(number(counts.everybody));
        rows.push(row);
    }
}

/// Digits alone; a range as `10..12`, which no spreadsheet takes for a date.
fn plain(count: Count, below: Option<u64>) -> String {
    match below {
        _ if count.is_exact() => count.least.to_string(),
        Some(below) if count.most < below => format!("<{below}"),
        _ => format!("{}..{}", count.least, count.most),
    }
}
