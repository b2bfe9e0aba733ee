//! `funnel.html`: the counts in the reported order, and scripts that count them anew when a criterion is switched off
//! or moved. It needs nothing from elsewhere and can send nothing anywhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::document::{Cost, Counts, Criterion, Decision, Document, Step};
use super::shown::{self, share};
use crate::emit::policy::policy;
use crate::model::CriterionKind;
use crate::population::Count;

const STYLE: &str = include_str!("funnel.css");
const COUNTS: &str = include_str!("counts.js");
const PAGE: &str = include_str!("page.js");
/// The length of the longest bar, in units of its own.
const LONGEST: u64 = 1000;

pub(super) fn page(document: &Document<'_>) -> String {
    let data = serde_json::to_string(document).expect("the counts serialise: keys are strings");
    // Inside of a string of JSON the same text; nothing that could end the element or begin another.
    let data = data.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&[STYLE], &[COUNTS, PAGE]));
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Attrition – " (document.trial.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header.front {
                        h1 { "Attrition" }
                        p.trial { bdi { (document.trial.title) } }
                        p.ids { bdi { (about(document)) } }
                    }
                    (parts(document))
                    @for (place, decision) in document.decisions.iter().enumerate() {
                        @for (at, counts) in decision.funnels.iter().enumerate() {
                            (part(document, place, decision, at, counts))
                        }
                    }
                    (legend(document))
                    p.unseen id="said" aria-live="polite" {}
                }
                script id="counts" type="application/json" { (PreEscaped(data)) }
                script { (PreEscaped(COUNTS)) }
                script { (PreEscaped(PAGE)) }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

fn about(document: &Document<'_>) -> String {
    let people = format!("{} people", shown::number(document.people));
    let parts: Vec<String> = std::iter::once(people).chain(document.trial.ids.iter().cloned()).collect();
    parts.join(" · ")
}

fn heading(decision: &Decision<'_>, counts: &Counts<'_>) -> String {
    let parts: Vec<String> =
        std::iter::once(decision.heading().to_owned()).chain(counts.of_arm(decision)).collect();
    parts.join(" · ")
}

/// Tabs, where there are several funnels; without scripts they stand one below the other.
fn parts(document: &Document<'_>) -> Markup {
    let count: usize = document.decisions.iter().map(|decision| decision.funnels.len()).sum();
    html! {
        @if count > 1 {
            nav.parts role="tablist" aria-label="Decisions and arms" {
                @for (place, decision) in document.decisions.iter().enumerate() {
                    @for (at, counts) in decision.funnels.iter().enumerate() {
                        button type="button" role="tab" aria-controls={ "part-" (place) "-" (at) } {
                            bdi { (heading(decision, counts)) }
                        }
                    }
                }
            }
        }
    }
}

fn part(
    document: &Document<'_>,
    place: usize,
    decision: &Decision<'_>,
    at: usize,
    counts: &Counts<'_>,
) -> Markup {
    let below = document.suppressed_below;
    let id = format!("part-{place}-{at}");
    html! {
        section.part id=(id) data-decision=(place) data-funnel=(at) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { bdi { (heading(decision, counts)) } }
            ul.outcome {
                @for (word, count) in [("eligible", counts.eligible), ("undetermined", counts.undetermined), ("ineligible", counts.ineligible)] {
                    li.(word) {
                        span.count data-field="count" { (shown::count(count, below)) }
                        span.word { (word) }
                        span.share data-field="share" { (share(count, counts.everybody)) }
                    }
                }
            }
            div.tools role="group" aria-label="Arrange the criteria" {
                button.reported type="button" { "As reported" }
                button.costliest type="button" { "Costliest first" }
                button.all type="button" { "All on" }
                button.none type="button" { "All off" }
                span.hint { "Switch criteria off or on; drag them by the dots, or move them with the arrow keys." }
            }
            p.state data-field="state" { "As reported." }
            div.head aria-hidden="true" {
                span.criterion { "Criterion" }
                span.key { i.definite {} "certainly still in" i.possible {} "possibly still in" }
                span.number { "Certainly in" }
                span.number { "Possibly in" }
                span.lost { "Lost" }
            }
            ol.steps {
                li.everybody {
                    span.label { "Everybody" }
                    (bar(counts.everybody, counts.everybody, counts.everybody))
                    (number("definite", counts.everybody, Some(counts.everybody), below))
                    (number("possible", counts.everybody, Some(counts.everybody), below))
                    span.lost {}
                }
                @for step in &counts.steps { (row(document, decision, counts, &step.criterion, Some(step))) }
                @for cost in counts.costs.iter().filter(|cost| !cost.chosen) {
                    (row(document, decision, counts, &cost.criterion, None))
                }
            }
            (costs(document, decision, counts))
        }
    }
}

fn place_of(decision: &Decision<'_>, code: &str) -> Option<usize> {
    decision.criteria.iter().position(|criterion| criterion.code == code)
}

fn kind(criterion: &Criterion) -> &'static str {
    match criterion.kind {
        CriterionKind::Include => "inclusion",
        CriterionKind::Exclude => "exclusion",
    }
}

fn row(
    document: &Document<'_>,
    decision: &Decision<'_>,
    counts: &Counts<'_>,
    code: &str,
    step: Option<&Step>,
) -> Markup {
    let (criterion, below) = (decision.criterion(code), document.suppressed_below);
    let none = Count::exactly(0);
    let (definite, possible) = step.map_or((none, none), |step| (step.definite, step.possible));
    let lost = |count: Count| match count.most {
        0 => "0".to_owned(),
        _ => format!("−{}", shown::count(count, below)),
    };
    let whole = step.map(|_| counts.everybody);
    html! {
        li.step.off[step.is_none()] data-criterion=[place_of(decision, code)] {
            button.grip type="button" aria-label={ "Move " (code) " with the arrow keys" } { span aria-hidden="true" { "⠿" } }
            label title=(criterion.prose) {
                input type="checkbox" checked[step.is_some()] autocomplete="off";
                span.code { bdi { (code) } }
                span.prose { bdi { (shown::shortened(&criterion.prose, 96)) } }
            }
            (bar(definite, possible, counts.everybody))
            (number("definite", definite, whole, below))
            (number("possible", possible, whole, below))
            span.lost {
                span data-field="definite_lost" { @if let Some(step) = step { (lost(step.definite_lost)) } }
                span data-field="possible_lost" { @if let Some(step) = step { (lost(step.possible_lost)) } }
            }
        }
    }
}

fn number(field: &str, count: Count, whole: Option<Count>, below: Option<u64>) -> Markup {
    html! {
        span.number.(field) {
            span.count data-field=(field) { @if whole.is_some() { (shown::count(count, below)) } }
            span.share data-field={ (field) "_share" } { @if let Some(whole) = whole { (share(count, whole)) } }
        }
    }
}

fn bar(definite: Count, possible: Count, everybody: Count) -> Markup {
    let times = shown::magnified(possible, everybody);
    let length = |count| shown::length(count, everybody, times, LONGEST, 3);
    html! {
        span.bar {
            svg viewBox={ "0 0 " (LONGEST) " 10" } preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.possible width=(length(possible)) height="10" {}
                rect.definite width=(length(definite)) height="10" {}
            }
            span.times data-field="times" { @if times > 1 { "× " (shown::number(times)) } }
        }
    }
}

/// What each criterion costs, given the other chosen ones.
fn costs(document: &Document<'_>, decision: &Decision<'_>, counts: &Counts<'_>) -> Markup {
    let numbers = |cost: &Cost| {
        [
            ("not_met", cost.not_met),
            ("unknown", cost.unknown),
            ("lost_alone", cost.lost_alone),
            ("lost_partly", cost.lost_partly),
            ("open_alone", cost.open_alone),
            ("open_partly", cost.open_partly),
            ("gained_definite", cost.gained_definite),
            ("gained_possible", cost.gained_possible),
        ]
    };
    html! {
        div.scroll role="region" aria-label="What each criterion costs" tabindex="0" {
            table.costs {
                caption { "What each criterion costs, given the others" }
                thead {
                    tr {
                        th scope="col" rowspan="2" { "Criterion" }
                        th scope="col" rowspan="2" { "Not met" }
                        th scope="col" rowspan="2" { "Unknown" }
                        th.group scope="colgroup" colspan="2" { "Ineligible because of it" }
                        th.group scope="colgroup" colspan="2" { "Undetermined because of it" }
                        th.group scope="colgroup" colspan="2" { "Won by dropping it" }
                    }
                    tr {
                        th.group scope="col" { "alone" } th scope="col" { "in all" }
                        th.group scope="col" { "alone" } th scope="col" { "in all" }
                        th.group scope="col" { "certainly in" } th scope="col" { "possibly in" }
                    }
                }
                tbody {
                    @for cost in &counts.costs {
                        @let criterion = decision.criterion(&cost.criterion);
                        tr.off[!cost.chosen] data-criterion=[place_of(decision, &cost.criterion)] {
                            th scope="row" {
                                div.what {
                                    span.code { bdi { (cost.criterion) } }
                                    span.prose { bdi { (criterion.prose) } }
                                    span.kind { (kind(criterion)) }
                                }
                            }
                            @for (place, (field, count)) in numbers(cost).into_iter().enumerate() {
                                td.group[place > 1 && place % 2 == 0] data-field=(field) {
                                    @if cost.chosen || place < 2 { (shown::count(count, document.suppressed_below)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn legend(document: &Document<'_>) -> Markup {
    let has_arms = document.decisions.iter().any(|decision| !decision.arms.is_empty());
    html! {
        section.legend aria-labelledby="legend" {
            h2 id="legend" { "How to read it" }
            dl {
                dt { "Certainly in" }
                dd { "All criteria up to this one are met." }
                dt { "Possibly in" }
                dd { "None of them fails. Some may be unknown, because something is not recorded: whoever asks may find these people in or out." }
                dt { "× 10" }
                dd { "Bars that would be too short to compare are drawn ten, a hundred or more times as long; the number says so." }
                dt { "Because of it alone" }
                dd { "Without this criterion they would be eligible: of the ineligible, it is all that they fail and nothing is open; of the undetermined, it is all that is open." }
                dt { "Because of it in all" }
                dd { "It is among what they fail, or among what is open. One person can count under several criteria." }
                @if has_arms {
                    dt { "Any arm" }
                    dd { "People are in as long as they are for at least one open arm." }
                }
                @if let Some(below) = document.suppressed_below {
                    dt { "Withheld numbers" }
                    dd {
                        "Combinations of criteria that fewer than " (below) " people share are counted as “1 to " (below - 1)
                        "”, and the largest combination does not say its number. A count that touches them is shown as <" (below)
                        " or as a range. This page does not hold the numbers behind them."
                    }
                }
            }
            p { "This page holds numbers of people and the wording of the criteria; nothing of any single person. It needs no network and sends nothing." }
        }
    }
}
