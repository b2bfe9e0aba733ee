//! The verdicts of a population in words.

use std::fmt::Write as _;

use super::attrition::{Question, attrition};
use super::counts::{Count, Histogram};
use super::read::grouped;
use super::screened::Screened;
use crate::eligibility::one_line;
use crate::model::CriterionKind;

/// Longer wordings are cut off.
const LONGEST: usize = 44;

/// How many are eligible, and how many each criterion leaves, in the order of the protocol. Numbers below `suppress_below` are
/// withheld as in the pictures.
pub fn render_text(screened: &[Screened], suppress_below: Option<u64>) -> String {
    let mut text = String::new();
    for one in screened {
        let histogram = match suppress_below {
            Some(below) => Histogram::withholding(one, below),
            None => Histogram::of(one),
        };
        let number = |count: Count| number(count, histogram.below);
        for question in Question::all(one) {
            let counted = attrition(&histogram, &question, &question.as_written());
            let mut heading = one_line(one.label.as_deref().unwrap_or(&one.decision)).into_owned();
            if let Some(arm) = question.arm {
                heading += &format!(", arm {}", one_line(arm));
            }
            let _ = writeln!(text, "{heading}: {} people", number(counted.everybody));
            for (word, count) in [
                ("eligible", counted.eligible),
                ("undetermined", counted.undetermined),
                ("ineligible", counted.ineligible),
            ] {
                let _ = writeln!(text, "  {word:<13}{:>13}", number(count));
            }
            let _ = writeln!(
                text,
                "\n  {:<57}{:>13}{:>13}{:>13}{:>13}",
                "", "certainly", "possibly", "not met", "unknown"
            );
            let everybody = number(counted.everybody);
            let _ = writeln!(text, "  {:<57}{everybody:>13}{everybody:>13}", "everybody");
            for step in &counted.steps {
                let criterion = &question.criteria[step.criterion];
                let cost = &counted.costs[step.criterion];
                let kind = match criterion.kind {
                    CriterionKind::Include => "in",
                    CriterionKind::Exclude => "ex",
                };
                let mut prose: String = one_line(&criterion.prose).chars().take(LONGEST + 1).collect();
                if prose.chars().count() > LONGEST {
                    prose = prose.chars().take(LONGEST - 1).collect::<String>() + "…";
                }
                let _ = writeln!(
                    text,
                    "  {kind} {:<9}{prose:<45}{:>13}{:>13}{:>13}{:>13}",
                    one_line(&criterion.code),
                    number(step.definite),
                    number(step.possible),
                    number(cost.not_met),
                    number(cost.unknown)
                );
            }
            text.push('\n');
        }
    }
    text
}

/// `7,664`; where it is withheld `<5` or `7,664–7,690`.
fn number(count: Count, below: Option<u64>) -> String {
    match below {
        _ if count.is_exact() => grouped(count.least),
        Some(below) if count.most < below => format!("<{below}"),
        _ => format!("{}–{}", grouped(count.least), grouped(count.most)),
    }
}
