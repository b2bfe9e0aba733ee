//! What the statement does not say, and why.

use std::fmt::Write as _;

use super::Options;
use super::document::{Is, Statement, comment};
use super::says::Says;
use crate::eligibility::{EligibilityDocument, Truth};

pub(super) fn report(document: &EligibilityDocument, options: &Options, statement: &Statement) -> String {
    let mut text = format!(
        "# What the SQL of the eligibility criteria does not say: {}\n\n\
         The statement gives the same status as `trialc screen --data` on the same tables, except where a criterion stands \
         below as not computed: its column holds `not_computed`, and the verdicts count it as unknown.\n",
        cell(&document.trial.title)
    );
    let not: Vec<(&str, &str, &str)> = statement
        .columns
        .iter()
        .filter_map(|column| match &column.is {
            Is::NotSaid(why) => Some((column.name.as_str(), column.prose.as_str(), why.0.as_str())),
            _ => None,
        })
        .collect();
    text.push_str("\n## Not computed\n\n");
    if not.is_empty() {
        text.push_str("Every criterion is computed.\n");
    } else {
        text.push_str("| criterion | approved wording | why |\n|---|---|---|\n");
        for (name, prose, why) in not {
            let _ = writeln!(text, "| {} | {} | {} |", cell(name), cell(prose), cell(why));
        }
    }
    let open: Vec<&str> = statement
        .columns
        .iter()
        .filter(|column| matches!(&column.is, Is::Said(Says::Always(Truth::Unknown))))
        .map(|column| column.name.as_str())
        .collect();
    text.push_str("\n## Unknown of everybody\n\n");
    if open.is_empty() {
        text.push_str("None.\n");
    } else {
        let _ = writeln!(
            text,
            "These rest on answers, on doses, on days of events that are not given, or on names without a concept id: {}.",
            open.iter().map(|name| cell(name)).collect::<Vec<_>>().join(", ")
        );
    }
    let nameless = options.sets.nameless(document);
    if !nameless.measures.is_empty() || !nameless.things.is_empty() {
        text.push_str("\n## Names without a concept id\n\nNo row can be recognised as one of these, and so none of them is known to be absent:\n\n");
        for name in nameless.measures.iter().chain(&nameless.things) {
            let _ = writeln!(text, "- {}", cell(name));
        }
    }
    text.push_str(
        "\n## Limits of every statement\n\n\
         - A unit that is written as text (`unit_source_value`) is known in the spellings that the statement lists; in any other \
         spelling the unit is unknown.\n\
         - A result in a unit that a logarithm divides from that of the limit (dB, pH) is unknown.\n\
         - Means, medians and multiples of a limit of normal that lie next to the limit are compared as decimals with 12 places.\n\
         - Where more than 1,000 combinations of results of the same days are possible, `trialc screen` says unknown; the \
         statement tries them all.\n\
         - Nobody's answers, arm or country are in the tables.\n",
    );
    for remark in &statement.remarks {
        let _ = writeln!(text, "- {}", cell(remark));
    }
    text.push_str("\n## Columns\n\n| column | what it is |\n|---|---|\n| person_id | the person |\n");
    for column in &statement.columns {
        let arm = column.arm.as_deref().map(|arm| format!(", arm {}", cell(arm))).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {} | criterion {} of {}{arm}: `met`, `not_met`, `unknown`, `not_applicable` or `not_computed` |",
            cell(&column.name),
            cell(&column.code),
            cell(&column.decision)
        );
    }
    for verdict in &statement.verdicts {
        let of = verdict.arm.as_deref().map_or_else(
            || cell(&verdict.decision),
            |arm| format!("{}, arm {}", cell(&verdict.decision), cell(arm)),
        );
        let _ = writeln!(
            text,
            "| {} | verdict on {of}: `eligible`, `ineligible` or `undetermined` |",
            cell(&verdict.name)
        );
    }
    text
}

/// Text in a cell of a Markdown table.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for sign in comment(text).chars() {
        match sign {
            '|' | '\\' | '*' | '_' | '`' | '[' | ']' => safe.extend(['\\', sign]),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            other => safe.push(other),
        }
    }
    safe
}
