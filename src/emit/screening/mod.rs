//! Verdicts as a page of its own: to be read on a screen, printed, and filed with the person's papers.

mod facts;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::eligibility::{
    CriterionVerdict, DecisionVerdict, Eligibility, EligibilityDocument, Standing, Status, Verdict,
    nearest_first,
};
use crate::model::CriterionKind;

const STYLE: &str = include_str!("screening.css");

/// The page for these people, nearest to being eligible first; the evidence of at most `most` of them.
pub fn page(document: &EligibilityDocument, verdicts: &[Verdict], most: usize) -> String {
    let ordered = nearest_first(verdicts);
    let title = format!("Eligibility – {}", document.trial.title);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (front(document, &ordered))
                    @if ordered.len() > 1 { (list(&ordered, most)) }
                    @for (place, verdict) in ordered.iter().enumerate().take(most) {
                        (person(document, verdict, place + 1))
                    }
                }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

fn front(document: &EligibilityDocument, verdicts: &[&Verdict]) -> Markup {
    let trial = &document.trial;
    let version = trial.version.iter().map(|version| match &version.dated {
        Some(date) => format!("protocol version {} of {date}", version.label),
        None => format!("protocol version {}", version.label),
    });
    let ids: Vec<String> = trial.ids.iter().map(|id| id.value.clone()).chain(version).collect();
    let as_of = verdicts.first().and_then(|verdict| verdict.as_of);
    html! {
        header.front {
            h1 { "Eligibility" }
            p.trial { bdi { (trial.title) } }
            p.ids {
                bdi { (ids.join(" · ")) }
                @if let Some(day) = as_of { @if !ids.is_empty() { " · " } "as of " (day) }
            }
        }
    }
}

/// The name of a person in a heading.
fn name(verdict: &Verdict) -> Markup {
    html! { @match &verdict.person { Some(id) => bdi { (id) }, None => "A person without an id" } }
}

fn mark(verdict: Eligibility) -> &'static str {
    match verdict {
        Eligibility::Eligible => "✓",
        Eligibility::Undetermined => "?",
        Eligibility::Ineligible => "✗",
    }
}

fn badge(decision: &DecisionVerdict) -> Markup {
    html! {
        span.badge.(decision.verdict.text()) {
            span aria-hidden="true" { (mark(decision.verdict)) " " }
            (decision.verdict.text())
            @if decision.provisional.is_some() { ", provisionally" }
        }
    }
}

/// Everybody, with what keeps them from being eligible.
fn list(ordered: &[&Verdict], most: usize) -> Markup {
    html! {
        section.people aria-labelledby="people" {
            h2 id="people" { (ordered.len()) " people, the nearest to being eligible first" }
            table {
                thead { tr {
                    th scope="col" { "Person" } th scope="col" { "Verdict" } th scope="col" { "What is in the way" }
                } }
                @for standing in Standing::ALL {
                    @let inside: Vec<(usize, &Verdict)> = ordered.iter().enumerate()
                        .filter(|(_, verdict)| verdict.standing() == Some(standing))
                        .map(|(place, verdict)| (place + 1, *verdict)).collect();
                    @if !inside.is_empty() {
                        tbody {
                            tr.group { th scope="rowgroup" colspan="3" { (standing.heading()) " (" (inside.len()) ")" } }
                            @for (place, verdict) in inside { (line(verdict, place, most)) }
                        }
                    }
                }
            }
            @if ordered.len() > most {
                p.legend { "The evidence of the first " (most) " follows; `--full` shows that of all." }
            }
        }
    }
}

fn line(verdict: &Verdict, place: usize, most: usize) -> Markup {
    let is_long = verdict.person.as_ref().is_some_and(|id| id.chars().count() > 40);
    html! {
        tr {
            th.long[is_long] scope="row" {
                @if place <= most { a href={ "#person-" (place) } { (name(verdict)) } } @else { (name(verdict)) }
            }
            @match verdict.current() {
                Some(decision) => {
                    td.verdict {
                        (badge(decision))
                        @if verdict.decisions.len() > 1 { span.of { " for " bdi { (decision.decision) } } }
                    }
                    td { (in_the_way(decision)) }
                },
                None => { td {} td {} }
            }
        }
    }
}

fn in_the_way(decision: &DecisionVerdict) -> Markup {
    match decision.verdict {
        Eligibility::Eligible => html! {},
        Eligibility::Ineligible => html! { "Not met: " (codes(&decision.reasons)) },
        Eligibility::Undetermined => match decision.to_ask.as_slice() {
            [only] => html! { (spoken(&capitalised(&only.ask))) " " (codes(&only.criteria)) },
            several => html! { (several.len()) " items missing, for " (codes(&decision.open)) },
        },
    }
}

fn codes(codes: &[String]) -> Markup {
    html! {
        @for (place, code) in codes.iter().enumerate() {
            @if place > 0 { " " }
            span.code { (code) }
        }
    }
}

/// All of one person: each decision, and what of the record was not used.
fn person(document: &EligibilityDocument, verdict: &Verdict, place: usize) -> Markup {
    html! {
        article.person id={ "person-" (place) } {
            @for decision in &verdict.decisions {
                section.decision {
                    (heading(document, verdict, decision))
                    (arms(document, decision))
                    (to_ask(decision))
                    @for status in [Status::NotMet, Status::Unknown, Status::Met, Status::NotApplicable] {
                        (criteria(decision, status))
                    }
                }
            }
            @if !verdict.notes.is_empty() {
                section.notes {
                    h3 { "Of the record, not used" }
                    ul { @for note in &verdict.notes { li { (spoken(note)) } } }
                }
            }
            p.sign { "Checked by" span.blank {} "Date" span.blank.short {} }
        }
    }
}

fn heading(document: &EligibilityDocument, verdict: &Verdict, decision: &DecisionVerdict) -> Markup {
    let event = document.events.get(&decision.decision).map(|event| event.label.as_str());
    let event = event.filter(|label| !label.is_empty()).unwrap_or(&decision.decision);
    html! {
        header.verdict-head.(decision.verdict.text()) {
            div {
                h2 { (name(verdict)) }
                p.of { "for " bdi { (event) } @if let Some(label) = &decision.label { " – " bdi { (label) } } }
            }
            (badge(decision))
        }
        @if let Some(provisional) = &decision.provisional {
            p.provisional {
                @for awaited in &provisional.awaiting {
                    bdi { (awaited.event) } " has not happened: taken as " (awaited.taken_as) ". "
                }
                @if let Some(until) = provisional.holds_until {
                    "Eligible up to and including " b { (until) } ", if nothing but time passes."
                }
            }
        }
    }
}

fn arms(document: &EligibilityDocument, decision: &DecisionVerdict) -> Markup {
    html! {
        @if !decision.arms.is_empty() {
            ul.arms {
                @for (arm, verdict) in &decision.arms {
                    @let label = document.arms.get(arm).filter(|label| !label.is_empty()).unwrap_or(arm);
                    li {
                        span.mark.(verdict.verdict.text()) aria-hidden="true" { (mark(verdict.verdict)) }
                        " Arm " bdi { (label) } ": " (verdict.verdict.text())
                        @match verdict.verdict {
                            Eligibility::Eligible => {},
                            Eligibility::Ineligible => { " by " (codes(&verdict.reasons)) },
                            Eligibility::Undetermined => { ", open: " (codes(&verdict.open)) },
                        }
                    }
                }
            }
        }
    }
}

fn to_ask(decision: &DecisionVerdict) -> Markup {
    html! {
        @if !decision.to_ask.is_empty() {
            section.ask {
                h3 { "Still to ask" }
                ul {
                    @for ask in &decision.to_ask {
                        li {
                            span.box aria-hidden="true" {}
                            span.what { (spoken(&capitalised(&ask.ask))) }
                            (codes(&ask.criteria))
                        }
                    }
                }
            }
        }
    }
}

fn criteria(decision: &DecisionVerdict, status: Status) -> Markup {
    let lines: Vec<&CriterionVerdict> =
        decision.criteria.iter().filter(|line| line.status == status).collect();
    let (heading, class) = match status {
        Status::NotMet => ("Not met", "not-met"),
        Status::Unknown => ("Unknown", "unknown"),
        Status::Met => ("Met", "met"),
        Status::NotApplicable => ("Not applicable", "not-applicable"),
    };
    html! {
        @if !lines.is_empty() {
            section.criteria.(class) {
                h3 { (heading) " " span.count { (lines.len()) } }
                @for line in lines { (criterion(line)) }
            }
        }
    }
}

fn criterion(line: &CriterionVerdict) -> Markup {
    let kind = match line.kind {
        CriterionKind::Include => "include",
        CriterionKind::Exclude => "exclude",
    };
    html! {
        div.criterion {
            div.label {
                span.code { (line.code) }
                span.kind { (kind) }
                @if let Some(arm) = &line.arm { span.kind { "arm " bdi { (arm) } } }
            }
            div.body {
                p.prose { bdi { (line.prose) } }
                @for because in &line.because { (facts::because(because)) }
                @for tie in &line.ties { (facts::tie(tie)) }
            }
        }
    }
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

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
