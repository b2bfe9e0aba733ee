//! The report as a page: complete in itself, to read, print and file.

use maud::{Markup, html};

use super::matrix::{self, Cross};
use super::words::{self, Words};
use super::{Group, Report, counted, is_cross, tally};
use crate::amend::{
    Change, ChangeKind, CriterionDifference, EffectKind, Part, Person, Population, Standing, WindowDays,
};
use crate::emit::shell::still_page;
use crate::model::CriterionKind;
use crate::wording::sentence;

const STYLE: &str = include_str!("difference.css");

/// A part of the page: its place, its title, how much is in it, what it holds.
struct Section {
    id: &'static str,
    title: &'static str,
    count: usize,
    body: Markup,
}

/// One page.
pub fn page(report: &Report<'_>) -> String {
    let difference = report.difference;
    let sections = sections(report);
    let title = format!("Summary of changes – {}", difference.new.title);
    let body = html! {
        nav aria-label="Parts of the page" {
            p.short { bdi { (difference.new.name) } }
            ol {
                @for section in &sections {
                    li { a href=(format!("#{}", section.id)) { (section.title) " " span.count { (section.count) } } }
                }
            }
        }
        main {
            (front(report))
            @for section in &sections {
                section id=(section.id) { h2 { (section.title) } (section.body) }
            }
        }
    };
    still_page(&title, STYLE, &body)
}

fn front(report: &Report<'_>) -> Markup {
    let difference = report.difference;
    let (from, to) = report.versions();
    let impact = difference.impact();
    let meaning = difference.of_meaning().count();
    let consent = report.asking(EffectKind::Consent).len();
    let breaking = difference.changes.iter().filter(|change| change.has(EffectKind::BreaksData)).count();
    let answer =
        |yes: bool| html! { b.(if yes { "yes" } else { "no" }) { (if yes { "yes" } else { "no" }) } };
    html! {
        header.front {
            p.kind { "Summary of changes" }
            h1 { bdi { (difference.new.title) } }
            p.ids { bdi { (difference.new.ids.join(" · ")) } }
            p.versions { span { (sentence(&from)) } span.arrow aria-label="to" { "→" } span { (sentence(&to)) } }
            @if difference.is_empty() {
                p.none { "Nothing differs, in meaning or in words." }
            } @else {
                ul.figures {
                    li { b { (meaning) } (if meaning == 1 { " change of meaning" } else { " changes of meaning" }) }
                    li { b { (difference.editorial().count()) } " editorial" }
                    li { b { (consent) } (if consent == 1 { " needs consent" } else { " need consent" }) }
                    li { b { (breaking) } (if breaking == 1 { " breaks collected data" } else { " break collected data" }) }
                }
                table.assessment {
                    caption { "Is this amendment likely to have a substantial impact on …" }
                    tbody {
                        tr { th scope="row" { "the safety or rights of participants?" } td { (answer(impact.participants)) } }
                        tr { th scope="row" { "the reliability and robustness of the data?" } td { (answer(impact.data)) } }
                    }
                }
                p.legend { "Answered by proposal from the changes below (ICH M11, amendment details); the sponsor decides." }
            }
        }
    }
}

fn sections(report: &Report<'_>) -> Vec<Section> {
    let mut all = Vec::new();
    for group in report.groups() {
        let (id, body) = match group.title {
            "Trial population" => ("population", population(report, &group)),
            "Schedule of Activities" => ("schedule", schedule(report, &group)),
            "Case report forms" => ("forms", forms(&group)),
            "Objectives and estimands" => ("outcomes", rows(report, &group.changes)),
            "Trial design" => ("design", rows(report, &group.changes)),
            "Trial intervention" => ("intervention", rows(report, &group.changes)),
            "Definitions" => ("definitions", rows(report, &group.changes)),
            "Sites" => ("sites", rows(report, &group.changes)),
            _ => ("title-page", rows(report, &group.changes)),
        };
        all.push(Section { id, title: group.title, count: group.changes.len(), body });
    }
    let consent = consent(report);
    if !consent.is_empty() {
        let body = html! { ul.plain { @for because in &consent { li { (spoken(&sentence(because))) } } } };
        all.push(Section { id: "consent", title: "Consent", count: consent.len(), body });
    }
    if let Some(fallen) = report.participants {
        all.push(Section {
            id: "participants",
            title: "Participants in flight",
            count: fallen.len(),
            body: participants(report),
        });
    }
    let editorial = report.editorial();
    if !editorial.is_empty() {
        let count = editorial.len();
        all.push(Section { id: "editorial", title: "Editorial", count, body: worded(&editorial) });
    }
    if let Some(body) = codes(report) {
        let count = report.difference.criterion_rows().len();
        all.push(Section { id: "codes", title: "Codes of criteria", count, body });
    }
    all
}

fn consent<'a>(report: &Report<'a>) -> Vec<&'a str> {
    let mut told: Vec<&str> = Vec::new();
    for (_, because) in report.asking(EffectKind::Consent) {
        if !told.contains(&because) {
            told.push(because);
        }
    }
    told
}

fn badge(word: &str, class: &str) -> Markup {
    html! { span.badge.(class) { (word) } }
}

/// The color of a sort of change.
fn class(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        kind if kind.is_editorial() => "same",
        _ => "changed",
    }
}

fn standing_class(standing: Standing) -> &'static str {
    match standing {
        Standing::Added => "added",
        Standing::Removed => "removed",
        standing if standing.is_same() => "same",
        _ => "changed",
    }
}

fn weights(change: &Change) -> Markup {
    html! {
        @if change.impact.participants { span.weight title="likely substantial for the safety or rights of participants" { "participants" } }
        @if change.impact.data { span.weight title="likely substantial for the reliability and robustness of the data" { "data" } }
    }
}

// ---- tables -------------------------------------------------------------------------------------------------------

fn rows(report: &Report<'_>, changes: &[&Change]) -> Markup {
    html! {
        table.changes {
            thead { tr { th scope="col" { "Change" } th scope="col" { "From" } th scope="col" { "To" } } }
            tbody { @for change in changes { (row(report, change)) } }
        }
    }
}

fn row(report: &Report<'_>, change: &Change) -> Markup {
    html! {
        tr {
            th scope="row" {
                (badge(change.kind.word(), class(change.kind))) " "
                bdi { (short(change)) }
                div.weights { (weights(change)) }
                @if let Some(why) = report.rationale(change) { p.why { "Rationale: " bdi { (why) } } }
            }
            td { @if let Some(from) = &change.from { bdi.old { (from) } } }
            td { @if let Some(to) = &change.to { bdi.new { (to) } } }
        }
    }
}

/// The sentence without what stands beside it.
fn short(change: &Change) -> String {
    let (Some(from), Some(to)) = (&change.from, &change.to) else { return change.sentence.clone() };
    change
        .sentence
        .replace(&format!(": {from} becomes {to}."), ".")
        .replace(&format!(" from {from} to {to}."), ".")
}

/// Old and new words of editorial changes in one.
fn worded(changes: &[&Change]) -> Markup {
    html! {
        table.changes.editorial {
            thead { tr { th scope="col" { "Change" } th scope="col" { "Words" } } }
            tbody {
                @for change in changes {
                    tr {
                        th scope="row" { (badge(change.kind.word(), class(change.kind))) " " bdi { (short(change)) } }
                        td { (redline(change.from.as_deref(), change.to.as_deref())) }
                    }
                }
            }
        }
    }
}

/// Words that are gone struck through, new ones underlined.
fn redline(old: Option<&str>, new: Option<&str>) -> Markup {
    html! {
        bdi {
            @for (place, words) in words::compare(old.unwrap_or(""), new.unwrap_or("")).iter().enumerate() {
                @if place > 0 { " " }
                @match words {
                    Words::Both(text) => { (text) },
                    Words::Old(text) => { del { (text) } },
                    Words::New(text) => { ins { (text) } },
                }
            }
        }
    }
}

// ---- eligibility ----------------------------------------------------------------------------------------------------

fn population(report: &Report<'_>, group: &Group<'_>) -> Markup {
    let others: Vec<&Change> =
        group.changes.iter().copied().filter(|change| change.subject.part != Part::Criterion).collect();
    html! {
        @for decision in &report.difference.decisions {
            @let changed: Vec<&CriterionDifference> =
                decision.criteria.iter().filter(|one| !one.standing.is_same()).collect();
            @if !changed.is_empty() {
                h3 { bdi { (decision.label) } }
                p.legend { (sentence(&tally(decision.criteria.iter().map(|one| one.standing)))) "." }
                @if let Some(population) = &decision.population { (everybody(population)) }
                @for one in changed { (criterion(one)) }
            }
        }
        @if !others.is_empty() { (rows(report, &others)) }
    }
}

/// Who is eligible under one version only, and which widening gains nobody.
fn everybody(population: &Population) -> Markup {
    html! {
        div.everybody {
            p.sum { bdi { (population.sentence) } }
            @for blocked in &population.blocked { p.blocked { bdi { (blocked.sentence) } } }
            div.witnesses {
                @for (title, class, person) in [("Eligible now", "added", &population.gained), ("No longer eligible", "removed", &population.lost)] {
                    @if let Some(person) = person { (witness(title, class, person)) }
                }
            }
        }
    }
}

fn witness(title: &str, class: &str, person: &Person) -> Markup {
    html! {
        div.witness {
            p { (badge(title, class)) " " span.from { "an invented participant" @if !person.confirmed { ", possible" } } }
            @if !person.traits.is_empty() {
                table {
                    thead { tr { th scope="col" { "Of" } th scope="col" { "Is" } th scope="col" { "Typically" } } }
                    tbody {
                        @for one in &person.traits {
                            tr { td { bdi { (one.of) } } td.is { bdi { (one.is) } } td { bdi { (one.typically) } } }
                        }
                    }
                }
            }
            @if let Some(because) = &person.because { p.legend { "Not confirmed by the checker: " bdi { (because) } "." } }
            @if let Some(example) = &person.example {
                details { summary { "As an example of the language" } pre { (example) } }
            }
        }
    }
}

fn criterion(one: &CriterionDifference) -> Markup {
    let kind = match one.kind {
        CriterionKind::Include => "inclusion",
        CriterionKind::Exclude => "exclusion",
    };
    let code = one.new_code.as_deref().or(one.old_code.as_deref()).unwrap_or_default();
    let was = one.old_code.as_deref().filter(|old| one.new_code.as_deref().is_some_and(|new| new != *old));
    html! {
        article.criterion {
            div.label {
                span.code { (code) }
                @if let Some(was) = was { span.kind { "was " (was) } }
                span.kind { (kind) }
            }
            div.body {
                p.standing { (badge(one.standing.word(), standing_class(one.standing))) }
                p.prose { (redline(one.old_prose.as_deref(), one.new_prose.as_deref())) }
                @for (word, person) in [("Passes it now", &one.gained), ("No longer passes it", &one.lost)] {
                    @if let Some(person) = person {
                        p.who { (word) ": " @if !person.confirmed { "possibly " } "somebody with " b { bdi { (person.in_words()) } } }
                    }
                }
                @if !one.differences.is_empty() || !one.through.is_empty() || one.together.is_some() {
                    ul.differences {
                        @for words in &one.differences { li { bdi { (sentence(words)) } } }
                        @if let Some(together) = &one.together { li { (together) "." } }
                        @for name in &one.through { li { "The definition of " span.rule { (name) } " changes." } }
                    }
                }
            }
        }
    }
}

// ---- schedule -------------------------------------------------------------------------------------------------------

fn schedule(report: &Report<'_>, group: &Group<'_>) -> Markup {
    let others: Vec<&Change> = group.changes.iter().copied().filter(|change| !is_cross(change)).collect();
    let windows: Vec<(&Change, &WindowDays)> =
        others.iter().filter_map(|change| Some((*change, change.window.as_ref()?))).collect();
    html! {
        @if !windows.is_empty() {
            div.windows { @for (change, days) in &windows { (window(report, change, days)) } }
        }
        @if !others.is_empty() { (rows(report, &others)) }
        @if let Some(matrix) = matrix::of(report) {
            h3 { "Rows that change" }
            div.wide {
                table.matrix {
                    thead {
                        tr {
                            th scope="col" { "Activity" }
                            @for (label, kind) in &matrix.visits {
                                th scope="col" class=[kind.map(class)] { span { bdi { (label) } } }
                            }
                        }
                    }
                    tbody {
                        @for (label, kind, crosses) in &matrix.rows {
                            tr {
                                th scope="row" class=[kind.map(class)] { bdi { (label) } }
                                @for cross in crosses { (crossed(*cross)) }
                            }
                        }
                    }
                }
            }
            p.legend {
                span.cross.added { "+" } " new  " span.cross.removed { "−" } " no longer  " span.cross.changed { "~" }
                " under another condition  " span.cross { "×" } " as before"
            }
        }
    }
}

fn crossed(cross: Cross) -> Markup {
    match cross {
        Cross::Nothing => html! { td {} },
        Cross::Both => html! { td.cross { "×" } },
        Cross::Added => html! { td.cross.added { "+" } },
        Cross::Removed => html! { td.cross.removed { "−" } },
        Cross::Changed => html! { td.cross.changed { "~" } },
    }
}

/// Width of the axis of a window, in its own units.
const AXIS: i64 = 1000;

/// The old window above the new one, on one axis of days.
fn window(report: &Report<'_>, change: &Change, days: &WindowDays) -> Markup {
    let (first, last) = (days.old.0.min(days.new.0), days.old.1.max(days.new.1));
    let margin = ((last - first) / 8).max(1);
    let (first, last) = (first - margin, last + margin);
    let x = |day: i64| (day - first) * AXIS / (last - first).max(1);
    let bar = |(low, high): (i64, i64), target: Option<i64>, y: i64, class: &str| {
        let (from, to) = (x(low), x(high));
        html! {
            rect.(class) x=(from - 5) y=(y) width=((to - from + 10).max(10)) height="26" rx="5" {}
            @if let Some(target) = target { circle.(class) cx=(x(target)) cy=(y + 13) r="8" {} }
            text x=(from - 14) y=(y + 19) text-anchor="end" { (signed(low)) }
            @if low != high { text x=(to + 14) y=(y + 19) { (signed(high)) } }
        }
    };
    let label = report.visit_label(&change.subject.name);
    let told = format!(
        "{label}: days {} to {} before, {} to {} now, counted from {}",
        days.old.0, days.old.1, days.new.0, days.new.1, days.from
    );
    html! {
        figure.window {
            figcaption { bdi { (label) } " " (badge(change.kind.word(), class(change.kind))) span.from { "days from " bdi { (days.from) } } }
            svg role="img" aria-label=(told) viewBox="-90 0 1180 84" {
                line x1="-90" x2="1090" y1="42" y2="42" {}
                (bar(days.old, days.old_target, 8, "old"))
                (bar(days.new, days.new_target, 50, "new"))
            }
        }
    }
}

fn signed(days: i64) -> String {
    days.to_string().replace('-', "−")
}

// ---- forms ------------------------------------------------------------------------------------------------------------

fn forms(group: &Group<'_>) -> Markup {
    let of = |change: &Change| change.subject.within.clone().unwrap_or_else(|| change.subject.name.clone());
    let mut names: Vec<String> = Vec::new();
    for change in &group.changes {
        if !names.contains(&of(change)) {
            names.push(of(change));
        }
    }
    let fits = |change: &Change| !change.has(EffectKind::BreaksData);
    html! {
        table.changes.forms {
            thead { tr { th scope="col" { "Form" } th scope="col" { "Change" } th scope="col" { "Collected data" } } }
            @for name in &names {
                @let (broken, kept): (Vec<&Change>, Vec<&Change>) =
                    group.changes.iter().copied().filter(|change| of(change) == *name).partition(|change| !fits(change));
                tbody {
                    @for (place, change) in broken.iter().chain(&kept).enumerate() {
                        tr {
                            @if place == 0 { th scope="rowgroup" rowspan=(broken.len() + kept.len()) { span.code { (name) } } }
                            td { bdi { (change.sentence) } }
                            td {
                                @if fits(change) { (badge("fit", "same")) } @else { (badge("do not fit", "removed")) }
                                @for effect in change.effects.iter().filter(|effect| matches!(effect.kind, EffectKind::BreaksData | EffectKind::KeepsData)) {
                                    span.why { (effect.because) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

// ---- people and codes ---------------------------------------------------------------------------------------------------

fn participants(report: &Report<'_>) -> Markup {
    let fallen = report.participants.unwrap_or_default();
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let window = |(first, last): (Option<jiff::civil::Date>, Option<jiff::civil::Date>)| match (first, last) {
        (None, None) => String::new(),
        (first, last) => format!("{} to {}", day(first), day(last)),
    };
    html! {
        @if fallen.is_empty() {
            p { "Every visit that was in its window still is." }
        } @else {
            p.legend { (counted(fallen.len(), "visit falls", "visits fall")) " out of the window." }
            table.changes.people {
                thead { tr {
                    th scope="col" { "Participant" } th scope="col" { "Visit" } th scope="col" { "On" }
                    th scope="col" { "Window was" } th scope="col" { "Window is" } th scope="col" {}
                } }
                tbody {
                    @for one in fallen {
                        tr {
                            th scope="row" { bdi { (one.participant) } }
                            td { bdi { (one.label) } @if let Some(number) = one.number { " " (number) } }
                            td { (day(one.on)) }
                            td { (window(one.old_window)) }
                            td { (window(one.new_window)) }
                            td { (one.why.word()) }
                        }
                    }
                }
            }
        }
    }
}

/// Rows of SDTM's TI, where anything about the criteria changed.
fn codes(report: &Report<'_>) -> Option<Markup> {
    let difference = report.difference;
    let mut criteria = difference.decisions.iter().flat_map(|decision| &decision.criteria);
    if !criteria.any(|one| !one.standing.is_same() || one.old_code != one.new_code) {
        return None;
    }
    let rows = difference.criterion_rows();
    Some(html! {
        p.legend { "Rows of SDTM’s domain TI: a criterion keeps its code while only its wording changes, and has a new one when its meaning does." }
        details.fold {
            summary { (rows.len()) " rows" }
            table.changes.codes {
                thead { tr { th scope="col" { "TIVERS" } th scope="col" { "IETESTCD" } th scope="col" { "IECAT" } th scope="col" { "IETEST" } } }
                tbody {
                    @for row in &rows {
                        tr {
                            td { (row.version.as_deref().unwrap_or("")) }
                            td { span.code { (row.code) } }
                            td { (match row.category { CriterionKind::Include => "INCLUSION", CriterionKind::Exclude => "EXCLUSION" }) }
                            td { bdi { (row.test) } }
                        }
                    }
                }
            }
        }
    })
}

/// A sentence in which names of the protocol stand between backquotes.
fn spoken(text: &str) -> Markup {
    html! {
        bdi {
            @for (place, part) in text.split('`').enumerate() {
                @if place % 2 == 1 { span.rule { (part) } } @else { (part) }
            }
        }
    }
}
