//! The Summary of Changes as sponsors write it: a table whose rationale is the author's to fill in, then who is concerned.

use super::{Report, is_cross, tally};
use crate::amend::{
    Change, CriterionDifference, CriterionRow, EffectKind, Part, Person, Population, Standing,
};
use crate::model::{CriterionKind, Trial};
use crate::wording::{listed, sentence};

/// One document.
pub fn markdown(report: &Report<'_>) -> String {
    let difference = report.difference;
    let (from, to) = report.versions();
    let mut out = format!("# Summary of changes: {}\n\n", inline(&difference.new.title));
    out.push_str(&format!("{} → {}\n", sentence(&inline(&from)), inline(&to)));
    if difference.is_empty() {
        out.push_str("\nNothing differs, in meaning or in words.\n");
        return out;
    }
    out.push_str(&assessment(report));
    out.push_str(&overview(report));
    out.push_str(&eligibility(report));
    out.push_str(&data(report));
    out.push_str(&consent(report));
    out.push_str(&participants(report));
    out.push_str(&editorial(report));
    out.push_str(&codes(report));
    out
}

/// The two questions of ICH M11's amendment details, answered by proposal.
fn assessment(report: &Report<'_>) -> String {
    let impact = report.difference.impact();
    let yes = |answer: bool| if answer { "yes" } else { "no" };
    format!(
        "\n| Is this amendment likely to have a substantial impact on … | proposed |\n|---|---|\n\
         | the safety or rights of participants? | {} |\n| the reliability and robustness of the data? | {} |\n",
        yes(impact.participants),
        yes(impact.data)
    )
}

fn overview(report: &Report<'_>) -> String {
    let mut out =
        "\n## Overview of changes\n\n| Section | Change | From | To | Rationale |\n|---|---|---|---|---|\n"
            .to_owned();
    let mut rows = 0;
    for group in report.groups().iter().filter(|group| group.title != "Case report forms") {
        let mut told: Vec<(&str, crate::amend::ChangeKind)> = Vec::new();
        for change in &group.changes {
            let (sentence, from, to) = if is_cross(change) && change.kind != crate::amend::ChangeKind::Changed
            {
                let key = (change.subject.name.as_str(), change.kind);
                if told.contains(&key) {
                    continue;
                }
                told.push(key);
                (crosses(report, &group.changes, change), None, None)
            } else {
                (short(change), change.from.as_deref(), change.to.as_deref())
            };
            rows += 1;
            out.push_str(&format!(
                "| {} | {} | {} | {} | {} |\n",
                section(report, change),
                cell(&sentence),
                cell(from.unwrap_or("")),
                cell(to.unwrap_or("")),
                cell(report.rationale(change).unwrap_or(""))
            ));
        }
    }
    if rows == 0 {
        return "\nNo change of meaning outside the case report forms.\n".to_owned();
    }
    out
}

/// One row for all visits at which a row of the schedule came or went.
fn crosses(report: &Report<'_>, changes: &[&Change], of: &Change) -> String {
    let same = changes
        .iter()
        .filter(|other| is_cross(other) && other.subject.name == of.subject.name && other.kind == of.kind);
    let visits: Vec<String> = same
        .filter_map(|other| other.subject.within.as_deref())
        .map(|name| report.visit_label(name))
        .collect();
    let word =
        if of.kind == crate::amend::ChangeKind::Added { "is also done at" } else { "is no longer done at" };
    format!("{} {word} {}.", report.activity_label(&of.subject.name), listed(&visits, "and"))
}

/// The sentence without what the columns beside it hold.
fn short(change: &Change) -> String {
    let (Some(from), Some(to)) = (&change.from, &change.to) else { return change.sentence.clone() };
    change
        .sentence
        .replace(&format!(": {from} becomes {to}."), ".")
        .replace(&format!(" from {from} to {to}."), ".")
}

/// Criteria stand under their own headings in a protocol.
fn section(report: &Report<'_>, change: &Change) -> &'static str {
    let kind = |trial: &Trial| {
        let criteria = &trial.decisions.get(change.subject.within.as_deref()?)?.criteria;
        criteria.get(&change.subject.name).map(|criterion| criterion.kind)
    };
    match change.subject.part {
        Part::Criterion => match kind(report.new).or_else(|| kind(report.old)) {
            Some(CriterionKind::Include) => "Inclusion criteria",
            _ => "Exclusion criteria",
        },
        part => part.section(),
    }
}

fn eligibility(report: &Report<'_>) -> String {
    let changed = |one: &&CriterionDifference| !one.standing.is_same();
    let mut out = String::new();
    for decision in &report.difference.decisions {
        let criteria: Vec<&CriterionDifference> = decision.criteria.iter().filter(changed).collect();
        if criteria.is_empty() {
            continue;
        }
        let standings = decision.criteria.iter().map(|one| one.standing);
        out.push_str(&format!("\n## {}\n\n{}.\n", inline(&decision.label), sentence(&tally(standings))));
        if let Some(population) = &decision.population {
            out.push_str(&everybody(population));
        }
        for one in criteria {
            out.push_str(&criterion(one));
        }
    }
    out
}

/// Who is eligible under one version only, with somebody who shows it.
fn everybody(population: &Population) -> String {
    let mut out = format!("\n**Everybody:** {}\n", inline(&population.sentence));
    for blocked in &population.blocked {
        out.push_str(&format!("\n**Nobody gained:** {}\n", inline(&blocked.sentence)));
    }
    for (title, person) in [("Eligible now", &population.gained), ("No longer eligible", &population.lost)] {
        if let Some(person) = person {
            out.push_str(&shown(title, person));
        }
    }
    out
}

fn shown(title: &str, person: &Person) -> String {
    let kind = if person.confirmed { "confirmed by the checker" } else { "possible" };
    let mut out = format!("\n{title}, an invented participant ({kind}):\n");
    if !person.traits.is_empty() {
        out.push_str("\n| of | is | typically |\n|---|---|---|\n");
        for one in &person.traits {
            out.push_str(&format!("| {} | {} | {} |\n", cell(&one.of), cell(&one.is), cell(&one.typically)));
        }
    }
    if let Some(because) = &person.because {
        out.push_str(&format!("\nNot confirmed: {}.\n", inline(because)));
    }
    if let Some(example) = &person.example {
        out.push_str(&format!("\n<details><summary>As an example of the language</summary>\n\n```trial\n{example}```\n\n</details>\n"));
    }
    out
}

fn criterion(one: &CriterionDifference) -> String {
    let code = one.new_code.as_deref().or(one.old_code.as_deref()).unwrap_or_default();
    let kind = match one.kind {
        CriterionKind::Include => "inclusion",
        CriterionKind::Exclude => "exclusion",
    };
    let mut out = format!("\n**{code}** ({kind}, {})\n\n", one.standing.word());
    match (&one.old_prose, &one.new_prose) {
        (Some(old), Some(new)) if old == new => out.push_str(&format!("> {}\n", inline(new))),
        (old, new) => {
            if let Some(old) = old {
                let mark = if new.is_some() { "from: " } else { "" };
                out.push_str(&format!("> {mark}{}\n", inline(old)));
            }
            if let Some(new) = new {
                let (gap, mark) = if old.is_some() { (">\n", "to: ") } else { ("", "") };
                out.push_str(&format!("{gap}> {mark}{}\n", inline(new)));
            }
        }
    }
    let mut notes: Vec<String> = one.differences.iter().map(|words| sentence(words)).collect();
    if !one.through.is_empty() {
        let names: Vec<String> = one.through.iter().map(|name| format!("`{name}`")).collect();
        notes.push(format!("Its meaning changes with {}", listed(&names, "and")));
    }
    notes.extend(one.together.clone());
    if one.standing == Standing::Added {
        notes.push("New: participants who are in were never asked".to_owned());
    }
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        out.push_str(&format!("- {}.\n", inline(&note)));
    }
    for (word, person) in [("Passes it now", &one.gained), ("No longer passes it", &one.lost)] {
        if let Some(person) = person {
            let possibly = if person.confirmed { "" } else { "possibly " };
            out.push_str(&format!("- {word}: {possibly}somebody with {}.\n", inline(&person.in_words())));
        }
    }
    out
}

fn data(report: &Report<'_>) -> String {
    let of_forms =
        report.difference.of_meaning().filter(|change| change.subject.part.section() == "Case report forms");
    let changes: Vec<&Change> = of_forms.collect();
    if changes.is_empty() {
        return String::new();
    }
    let mut out =
        "\n## Collected data\n\n| Form | Change | Collected data | Why |\n|---|---|---|---|\n".to_owned();
    let broken = |change: &&&Change| change.has(EffectKind::BreaksData);
    let first: Vec<&&Change> = changes.iter().filter(broken).collect();
    let then: Vec<&&Change> = changes.iter().filter(|change| !broken(change)).collect();
    for change in first.into_iter().chain(then) {
        let form = change.subject.within.as_deref().unwrap_or(&change.subject.name);
        let fits = if change.has(EffectKind::BreaksData) { "**do not fit**" } else { "fit" };
        let effects = change
            .effects
            .iter()
            .filter(|effect| matches!(effect.kind, EffectKind::BreaksData | EffectKind::KeepsData));
        let because: Vec<String> = effects.map(|effect| effect.because.clone()).collect();
        out.push_str(&format!(
            "| {form} | {} | {fits} | {} |\n",
            cell(&change.sentence),
            cell(&because.join("; "))
        ));
    }
    out
}

fn consent(report: &Report<'_>) -> String {
    let mut told: Vec<&str> = Vec::new();
    for (_, because) in report.asking(EffectKind::Consent) {
        if !told.contains(&because) {
            told.push(because);
        }
    }
    if told.is_empty() {
        return String::new();
    }
    let lines: String = told.iter().map(|because| format!("- {}.\n", sentence(&inline(because)))).collect();
    format!("\n## Consent\n\nParticipants are to be told and asked again:\n\n{lines}")
}

fn participants(report: &Report<'_>) -> String {
    let Some(fallen) = report.participants else { return String::new() };
    let mut out = "\n## Participants in flight\n\n".to_owned();
    if fallen.is_empty() {
        out.push_str("Every visit that was in its window still is.\n");
        return out;
    }
    out.push_str("| Participant | Visit | On | Window was | Window is | |\n|---|---|---|---|---|---|\n");
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    for one in fallen {
        let window = |(first, last)| format!("{} to {}", day(first), day(last));
        let number = one.number.map(|number| format!(" {number}")).unwrap_or_default();
        out.push_str(&format!(
            "| {} | {}{number} | {} | {} | {} | {} |\n",
            cell(&one.participant),
            cell(&one.label),
            day(one.on),
            window(one.old_window),
            if one.new_window == (None, None) { String::new() } else { window(one.new_window) },
            one.why.word()
        ));
    }
    out
}

fn editorial(report: &Report<'_>) -> String {
    let changes = report.editorial();
    if changes.is_empty() {
        return String::new();
    }
    let mut out =
        "\n## Editorial changes\n\n| Section | Change | From | To |\n|---|---|---|---|\n".to_owned();
    for change in changes {
        out.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            section(report, change),
            cell(&change.sentence),
            cell(change.from.as_deref().unwrap_or("")),
            cell(change.to.as_deref().unwrap_or(""))
        ));
    }
    out
}

/// Rows of SDTM's TI, where a code is another or a criterion came or went.
fn codes(report: &Report<'_>) -> String {
    let difference = report.difference;
    let all = difference.decisions.iter().flat_map(|decision| &decision.criteria);
    let differs = all.into_iter().any(|one| !one.standing.is_same() || one.old_code != one.new_code);
    if !differs {
        return String::new();
    }
    let rows = difference.criterion_rows();
    // A criterion that keeps code and wording has the same row in both versions but for TIVERS.
    let is_again = |row: &CriterionRow| {
        let mut others = rows.iter().filter(|other| other.version != row.version);
        others.any(|other| (&other.code, &other.test, other.category) == (&row.code, &row.test, row.category))
    };
    let (same, other): (Vec<&CriterionRow>, Vec<&CriterionRow>) = rows.iter().partition(|row| is_again(row));
    let mut out =
        "\n## Codes of criteria (SDTM TI)\n\n| TIVERS | IETESTCD | IECAT | IETEST |\n|---|---|---|---|\n"
            .to_owned();
    for row in other {
        let category = match row.category {
            CriterionKind::Include => "INCLUSION",
            CriterionKind::Exclude => "EXCLUSION",
        };
        out.push_str(&format!(
            "| {} | {} | {category} | {} |\n",
            cell(row.version.as_deref().unwrap_or("")),
            row.code,
            cell(&row.test)
        ));
    }
    if !same.is_empty() {
        let count = same.len() / 2;
        out.push_str(&format!(
            "\nThe other {count} keep their code and wording under both values of TIVERS.\n"
        ));
    }
    out
}

/// Text of the author inside of Markdown: nothing in it is a mark.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(sign, '\\' | '*' | '_' | '[' | ']' | '<' | '#' | '|') {
            out.push('\\');
        }
        out.push(sign);
    }
    out
}

fn cell(text: &str) -> String {
    inline(text)
}
