//! The site's eligibility worksheet: one page with the rules in it and a checker that decides while the page is filled in. It needs
//! no network; what is typed stays in the browser.
//!
//! The checker is the JavaScript of this folder. It has the meaning of `eligibility::evaluate`, to which
//! `tests/oracles/worksheet.sh` holds it.

mod scripts;

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Serialize;

use super::Artifact;
use super::policy::policy;
use crate::eligibility::{EligibilityDocument, UnitTable};
use crate::model::{Criterion, CriterionKind, Decision, Trial, UnitRef};
use crate::wording::unit_name;

const STYLE: &str = include_str!("worksheet.css");

/// The worksheet of a trial; nothing for a trial without criteria.
pub fn emit(trial: &Trial) -> Vec<Artifact> {
    if trial.decisions.is_empty() {
        return Vec::new();
    }
    vec![Artifact::new("worksheet.html", page(&EligibilityDocument::of(trial)))]
}

/// What the checker reads.
#[derive(Serialize)]
struct Rules<'a> {
    document: &'a EligibilityDocument,
    units: &'a UnitTable<'a>,
    /// How the units that are offered are written for people, where that is not their code.
    unit_names: BTreeMap<&'a str, String>,
    /// JavaScript does not keep the order of every object.
    order: Vec<DecisionOrder<'a>>,
}

#[derive(Serialize)]
struct DecisionOrder<'a> {
    decision: &'a str,
    criteria: Vec<&'a str>,
}

/// The rules as the page holds them: JSON in which no text can end the script around it.
pub fn rules(document: &EligibilityDocument) -> String {
    let order = document.decisions.iter().map(|(name, decision)| DecisionOrder {
        decision: name,
        criteria: decision.criteria.keys().map(String::as_str).collect(),
    });
    let units = UnitTable::of(document);
    let names = units.units.iter().filter_map(|unit| {
        let plain = unit_name::plain(&UnitRef { ucum: unit.code.clone(), written: unit.code.clone() });
        (plain != unit.code).then_some((unit.code.as_str(), plain))
    });
    let rules = Rules { document, units: &units, unit_names: names.collect(), order: order.collect() };
    let json = serde_json::to_string(&rules).expect("the rules serialise: their keys are strings");
    json.replace('<', "\\u003c")
}

/// The script of the checker, as the page has it.
pub fn checker() -> &'static str {
    scripts::CHECKER
}

/// The page.
pub fn page(document: &EligibilityDocument) -> String {
    let title = format!("Eligibility worksheet – {}", document.trial.title);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&[STYLE], &[scripts::CHECKER, scripts::PAGE]));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(document))
                noscript { p { "This worksheet decides with JavaScript, which is switched off here. The criteria are below." } }
                main {
                    div.enter id="fields" {}
                    div.judge { (judgement(document)) }
                }
                script type="application/json" id="rules" { (PreEscaped(rules(document))) }
                script { (PreEscaped(scripts::CHECKER)) }
                script { (PreEscaped(scripts::PAGE)) }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

fn head(document: &EligibilityDocument) -> Markup {
    let trial = &document.trial;
    let version = trial.version.iter().map(|version| match &version.dated {
        Some(date) => format!("protocol version {} of {date}", version.label),
        None => format!("protocol version {}", version.label),
    });
    let ids: Vec<String> = trial.ids.iter().map(|id| id.value.clone()).chain(version).collect();
    html! {
        header.top {
            div.title {
                h1 { "Eligibility worksheet" }
                p.trial { bdi { (trial.title) } }
                @if !ids.is_empty() { p.ids { bdi { (ids.join(" · ")) } } }
            }
            div.tools {
                div.field {
                    label for="as-of" { "Day of the check" }
                    input.date id="as-of" type="text" placeholder="YYYY-MM-DD" autocomplete="off" aria-describedby="as-of-note";
                    span.quiet id="as-of-note" { "Taken for events that are still to come; without it their dates are unknown." }
                }
                input.quiet id="load" type="file" accept=".json,application/json" tabindex="-1" aria-label="File of a record";
                button type="button" id="open" { "Load…" }
                button type="button" id="save" { "Save" }
                button type="button" id="print" { "Print" }
                button type="button" id="clear" { "Clear" }
            }
            nav id="summary" aria-label="Verdicts" {}
            p.message id="message" role="status" {}
        }
        div id="live" aria-live="polite" role="status" {}
    }
}

fn judgement(document: &EligibilityDocument) -> Markup {
    html! {
        p.who.paper { "Participant: " b id="who" {} }
        @for (name, decision) in &document.decisions { (decided(document, name, decision)) }
        section.paper {
            h2 { "Recorded" }
            div id="recorded" {}
            div.sign {
                p { "Investigator" span.blank {} "Signature" span.blank {} "Date" span.blank.short {} }
            }
        }
        p.about {
            "Missing data is never “no”: what is not recorded is unknown. What is entered stays in this browser until it is saved to a file. \
             The page decides as trialc does; it has not been validated for use in a trial."
        }
    }
}

fn decided(document: &EligibilityDocument, name: &str, decision: &Decision) -> Markup {
    let event = document.events.get(name).map_or(name, |event| event.label.as_str());
    let label = decision.label.as_deref().unwrap_or(event);
    html! {
        section.decision id={ "decision-" (name) } aria-label=(label) {
            h2.quiet { (label) }
            div.verdict data-verdict=(name) {}
            @for (kind, heading) in [(CriterionKind::Include, "Inclusion criteria"), (CriterionKind::Exclude, "Exclusion criteria")] {
                @let criteria: Vec<(&String, &Criterion)> = decision.criteria.iter().filter(|(_, one)| one.kind == kind).collect();
                @if !criteria.is_empty() {
                    div.criteria tabindex="0" role="group" aria-label={ (heading) ": " (label) } {
                        h3 { (heading) }
                        @for (code, criterion) in criteria { (line(document, name, code, criterion)) }
                    }
                }
            }
        }
    }
}

fn line(document: &EligibilityDocument, decision: &str, code: &str, criterion: &Criterion) -> Markup {
    let arms: Vec<&str> = criterion
        .arms
        .iter()
        .map(|arm| {
            document.arms.get(arm).map(String::as_str).filter(|label| !label.is_empty()).unwrap_or(arm)
        })
        .collect();
    html! {
        div.criterion id={ "criterion-" (decision) "-" (code) } data-decision=(decision) data-criterion=(code) data-status="unknown" {
            div { span.code { (code) } }
            div {
                p.prose { bdi { (criterion.prose) } }
                @if !arms.is_empty() { p.only { "Only for: " bdi { (arms.join(", ")) } } }
                @if let Some(query) = &criterion.query { p.only { "Query: " bdi { (query) } } }
            }
            div.state {
                span.status data-status-text {}
                button type="button" data-toggle aria-expanded="false" aria-label={ "Why " (code) } { "why" }
            }
            div.reasons data-because {}
        }
    }
}
