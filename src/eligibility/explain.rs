//! A verdict in plain English.

use std::fmt::Write as _;

use super::evidence::{Compared, Evidence};
use super::plain::one_line;
use super::truth::Truth;
use super::verdict::{Because, CriterionVerdict, DecisionVerdict, Eligibility, Status, Verdict};

/// The verdict as text for a terminal or a mail: first what stands in the way, then what is open, then the rest.
pub fn render_verdict_text(verdict: &Verdict) -> String {
    let mut text = String::new();
    let person = one_line(verdict.person.as_deref().unwrap_or("this person"));
    for decision in &verdict.decisions {
        render_decision(&mut text, &person, decision);
    }
    if !verdict.notes.is_empty() {
        text.push_str("\nNot used from the record:\n");
        for note in &verdict.notes {
            let _ = writeln!(text, "  - {}", one_line(note));
        }
    }
    text
}

fn render_decision(text: &mut String, person: &str, decision: &DecisionVerdict) {
    if !text.is_empty() {
        text.push('\n');
    }
    let label = decision.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
    let provisional = if decision.provisional.is_some() { ", provisionally" } else { "" };
    let _ =
        writeln!(text, "{person}: {}{provisional} for {}{label}", decision.verdict.text(), decision.decision);
    if let Some(provisional) = &decision.provisional {
        for awaited in &provisional.awaiting {
            let _ = writeln!(text, "  {} has not happened: taken as {}", awaited.event, awaited.taken_as);
        }
        if let Some(until) = provisional.holds_until {
            let _ = writeln!(text, "  eligible up to and including {until}, if nothing but time passes");
        }
    }
    for (arm, verdict) in &decision.arms {
        let why = match verdict.verdict {
            Eligibility::Eligible => String::new(),
            Eligibility::Ineligible => format!(" by {}", verdict.reasons.join(", ")),
            Eligibility::Undetermined => format!(", open: {}", verdict.open.join(", ")),
        };
        let _ = writeln!(text, "  arm {arm}: {}{why}", verdict.verdict.text());
    }
    for status in [Status::NotMet, Status::Unknown, Status::Met, Status::NotApplicable] {
        let lines: Vec<&CriterionVerdict> =
            decision.criteria.iter().filter(|line| line.status == status).collect();
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n  {} ({})", heading(status), lines.len());
        for line in lines {
            render_criterion(text, line);
        }
    }
    if !decision.to_ask.is_empty() {
        text.push_str("\n  Still to ask\n");
        for ask in &decision.to_ask {
            let _ =
                writeln!(text, "    - {} [{}]", capitalised(&one_line(&ask.ask)), ask.criteria.join(", "));
        }
    }
}

fn heading(status: Status) -> &'static str {
    match status {
        Status::NotMet => "Not met",
        Status::Unknown => "Unknown",
        Status::Met => "Met",
        Status::NotApplicable => "Not applicable",
    }
}

fn render_criterion(text: &mut String, line: &CriterionVerdict) {
    let arm = line.arm.as_ref().map(|arm| format!(" (arm {arm})")).unwrap_or_default();
    let _ = writeln!(text, "    {}{arm}  {}", line.code, line.prose);
    for because in &line.because {
        for sentence in sentences(because) {
            let _ = writeln!(text, "        {}", one_line(&sentence));
        }
    }
    for tie in &line.ties {
        let effect =
            if tie.decides { "the worst verdict stands" } else { "the verdict is the same for each" };
        let _ = writeln!(
            text,
            "        {} has several values on {}: {}; {effect}",
            tie.measure,
            tie.on,
            one_line(&tie.values.join(", "))
        );
    }
}

/// The reasons of one criterion in one line.
pub(super) fn because_in_words(line: &CriterionVerdict) -> String {
    let sentences: Vec<String> = line.because.iter().flat_map(sentences).collect();
    one_line(&sentences.join("; ")).into_owned()
}

/// What is to be said of one part of a rule.
fn sentences(because: &Because) -> Vec<String> {
    let mut lines = Vec::new();
    let facts: Vec<String> = because.evidence.iter().map(fact).collect();
    let test = because.compared.as_ref().map(|compared| test_in_words(compared, because.truth));
    if !facts.is_empty() || test.is_some() {
        let mut facts = facts.join("; ");
        if let (true, Some(compared)) = (facts.is_empty(), &because.compared) {
            facts = [Some(&compared.value), compared.unit.as_ref()]
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
                .join(" ");
        }
        let joint = if facts.is_empty() || test.is_none() { "" } else { ": " };
        lines.push(format!("{facts}{joint}{}", test.unwrap_or_default()));
    }
    lines.extend(because.missing.iter().map(|missing| capitalised(&missing.why)));
    if lines.is_empty() && !because.clause.is_empty() {
        let truth = match because.truth {
            Truth::True => "holds",
            Truth::False => "does not hold",
            Truth::Unknown => "is unknown",
        };
        lines.push(format!("{} {truth}", because.clause));
    }
    lines
}

/// `HbA1c 80 mmol/mol (9.47 %) on 2011-06-28`
fn fact(evidence: &Evidence) -> String {
    let mut text = evidence.label.clone();
    if let Some(value) = &evidence.value {
        let _ = write!(text, " {value}");
    }
    if let Some(unit) = &evidence.unit {
        let _ = write!(text, " {unit}");
    }
    if let Some(normalised) = &evidence.normalised {
        let unit = normalised.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let _ = write!(text, " ({}{unit})", normalised.value);
    }
    let when = evidence.when();
    if !when.is_empty() {
        let _ = write!(text, " {when}");
    }
    if let Some(window) = &evidence.window
        && !window.text.is_empty()
    {
        let days = match (&window.from, &window.to) {
            (Some(from), Some(to)) if from == to => format!(" ({from})"),
            (Some(from), Some(to)) => format!(" ({from} to {to})"),
            (Some(from), None) => format!(" (from {from})"),
            (None, Some(to)) => format!(" (up to {to})"),
            (None, None) => String::new(),
        };
        let _ = write!(text, ", {}{days}", window.text);
    }
    text
}

/// `is not in 7.5 to 9.5 %, off by 0.1 %`
pub fn test_in_words(compared: &Compared, truth: Truth) -> String {
    let unit = compared.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    if let Some(test) = compared.test.strip_prefix("differs ") {
        return match truth {
            Truth::True => format!("differs {test}"),
            Truth::False => format!("is not what is allowed: differs {test}"),
            Truth::Unknown => format!("may or may not differ {test}"),
        };
    }
    let (test, is_end) = match compared.test.strip_prefix("ends ") {
        Some(test) => (test, true),
        None => (compared.test.strip_prefix("is ").unwrap_or(&compared.test), false),
    };
    let verb = match (truth, is_end) {
        (Truth::True, false) => "is",
        (Truth::False, false) => "is not",
        (Truth::Unknown, false) => "may or may not be",
        (Truth::True, true) => "ends",
        (Truth::False, true) => "does not end",
        (Truth::Unknown, true) => "may or may not end",
    };
    let margin = match (&compared.margin, truth) {
        (Some(margin), Truth::False) => match margin.strip_prefix('-') {
            Some(margin) => format!(", off by {margin}{unit}"),
            None => ", exactly at the limit".to_owned(),
        },
        (Some(margin), Truth::True) if margin == "0" => ", exactly at the limit".to_owned(),
        (Some(margin), Truth::True) => format!(", {margin}{unit} from the limit"),
        _ => String::new(),
    };
    format!("{verb} {test}{margin}")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
