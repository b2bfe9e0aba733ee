//! The forms at work: one page on which a casebook is filled in, checked while it is typed, loaded and saved as the record that
//! `trialc validate-record` reads. It needs no network; what is typed stays in the browser. On paper it is the blank annotated
//! case report form.
//!
//! The checker is the JavaScript of this folder. It has the meaning of `entries::validate`, to which `tests/oracles/preview.sh`
//! holds it. Conditions of the protocol are decided by the checker of the eligibility worksheet.

mod book;
mod scripts;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Artifact;
use super::forms::page;
use super::policy::policy;
use super::worksheet;
use crate::model::Trial;

const STYLE: &str = include_str!("preview.css");

/// One page; nothing for a trial without forms.
pub fn emit(trial: &Trial) -> Vec<Artifact> {
    if trial.forms.is_empty() {
        return Vec::new();
    }
    vec![Artifact::new("preview.html", html(trial))]
}

/// The forms as the page holds them: JSON in which no text can end the script around it.
pub fn rules(trial: &Trial) -> String {
    let json =
        serde_json::to_string(&book::book(trial)).expect("the forms serialise: their keys are strings");
    json.replace('<', "\\u003c")
}

/// The script of the checker, as the page has it.
pub fn checker() -> &'static str {
    scripts::CHECKER
}

fn html(trial: &Trial) -> String {
    let title = format!("Case report forms – {}", trial.header.title);
    // The paper's styles apply to the paper alone.
    let checkers: &[&str] = match book::has_conditions(trial) {
        true => &[worksheet::checker(), scripts::CHECKER],
        false => &[scripts::CHECKER],
    };
    let every: Vec<&str> = checkers.iter().copied().chain([scripts::PAGE]).collect();
    let style = format!("{STYLE}@scope (.paper) {{{}}}\n", page::STYLE);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&[&style], &every));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(&style)) }
            }
            body {
                (head(trial))
                noscript { p.message { "These forms are filled in with JavaScript, which is switched off here. Print the page for the blank forms." } }
                div.desk {
                    nav id="nav" aria-label="Visits and forms" {}
                    main id="form" tabindex="-1" {}
                }
                div.paper aria-hidden="true" {
                    div.front {
                        h1 { "Annotated case report forms" }
                        p.trial { bdi { (trial.header.title) } }
                        p.ids { bdi { (page::identity(trial)) } }
                    }
                    (page::blank(trial))
                }
                script type="application/json" id="book" { (PreEscaped(rules(trial))) }
                @for script in every { script { (PreEscaped(script)) } }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

fn head(trial: &Trial) -> Markup {
    let ids = page::identity(trial);
    html! {
        header.top {
            div.title {
                h1 { "Case report forms" }
                p.trial { bdi { (trial.header.title) } }
                @if !ids.is_empty() { p.ids { bdi { (ids) } } }
            }
            div.tools {
                label.field { span { "Participant" } input id="participant" type="text" autocomplete="off" placeholder="001"; }
                label.field { span { "Day of the check" } input id="today" type="text" autocomplete="off" placeholder="YYYY-MM-DD"
                    title="Dates after this day are asked about; without it the future is not judged"; }
                input.quiet id="load" type="file" accept=".json,application/json" tabindex="-1" aria-label="File of a record";
                button type="button" id="open" { "Load…" }
                button.first type="button" id="save" { "Save" }
                button type="button" id="print" { "Print blank" }
                button type="button" id="clear" { "Clear" }
            }
            p.message id="message" role="status" {}
            details.open id="open-points" hidden {}
        }
    }
}
