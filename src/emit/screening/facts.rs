//! What decided a criterion: the clause, the recorded facts with their windows, the test and its margin.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{capitalised, spoken};
use crate::eligibility::{Because, Evidence, Tie, Truth, WindowShown, test_in_words};
use crate::time::DateRange;

pub(super) fn because(because: &Because) -> Markup {
    let truth = match because.truth {
        Truth::True => "holds",
        Truth::False => "does not hold",
        Truth::Unknown => "is unknown",
    };
    html! {
        div.because {
            @if !because.clause.is_empty() {
                p.clause { bdi.rule { (because.clause) } span.truth { " " (truth) } }
            }
            @if !because.evidence.is_empty() {
                table.facts { tbody { @for evidence in &because.evidence { (fact(evidence)) } } }
            }
            @if let Some(compared) = &because.compared {
                p.test {
                    @if because.evidence.len() != 1 || because.evidence[0].value.is_none() {
                        bdi { (compared.value) @if let Some(unit) = &compared.unit { " " (unit) } } " "
                    }
                    (test_in_words(compared, because.truth))
                }
            }
            @for missing in &because.missing { p.why { (spoken(&capitalised(&missing.why))) } }
        }
    }
}

fn fact(evidence: &Evidence) -> Markup {
    html! {
        tr {
            th scope="row" { bdi { (evidence.label) } }
            td.value {
                @if let Some(value) = &evidence.value {
                    bdi { (value) @if let Some(unit) = &evidence.unit { " " (unit) } }
                }
                @if let Some(normalised) = &evidence.normalised {
                    span.normalised {
                        "= " bdi { (normalised.value) @if let Some(unit) = &normalised.unit { " " (unit) } }
                    }
                }
            }
            td.when { span.date { (evidence.when()) } @if let Some(window) = &evidence.window { (window_shown(window, evidence)) } }
            td.source {
                @if let Some(source) = &evidence.source { bdi { (source) } }
                @for remark in &evidence.remarks { span.remark { (spoken(remark)) } }
            }
        }
    }
}

/// The days in which a fact counts, with the fact in them.
fn window_shown(window: &WindowShown, evidence: &Evidence) -> Markup {
    let day = evidence.on.or(evidence.from);
    // What lasts may begin long before a window that it lies in.
    let edge = window.days_to_edge.filter(|days| *days >= 0 || evidence.on.is_some());
    let days = match (&window.from, &window.to) {
        (Some(from), Some(to)) if from == to => from.to_string(),
        (Some(from), Some(to)) => format!("{from} to {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => String::new(),
    };
    html! {
        span.window {
            bdi { (window.text) }
            @if !days.is_empty() { span.days { (days) } }
            @if edge.is_some() {
                span.place {
                    @if let (Some(from), Some(to), Some(day)) = (window.from, window.to, day) {
                        (drawn(from.earliest, to.latest, day))
                    }
                    @match edge {
                        Some(0) => "on the edge",
                        Some(1) => "1 day from the edge",
                        Some(-1) => "1 day outside",
                        Some(days) if days < 0 => { (-days) " days outside" },
                        Some(days) => { (days) " days from the edge" },
                        None => {},
                    }
                }
            }
        }
    }
}

/// The window as a line, the fact as a mark on it; nothing where a window is endless or the fact lies outside.
fn drawn(from: Date, to: Date, day: DateRange) -> Markup {
    const WIDTH: i64 = 96;
    const EDGE: i64 = 4;
    let span = days_between(from, to);
    let place = |date: Date| EDGE + (WIDTH - 2 * EDGE) * days_between(from, date) / span.max(1);
    let is_drawn = span > 0 && span < 40_000 && day.earliest >= from && day.latest <= to;
    html! {
        @if is_drawn {
            @let (first, last) = (place(day.earliest), place(day.latest));
            svg.strip width=(WIDTH) height="9" viewBox={ "0 0 " (WIDTH) " 9" } role="img" aria-label="place in the window" {
                path.range d={ "M" (EDGE) " 1v7M" (EDGE) " 4.5H" (WIDTH - EDGE) "M" (WIDTH - EDGE) " 1v7" } {}
                @if last > first { path.wide d={ "M" (first) " 4.5H" (last) } {} }
                @else { circle.dot cx=(first) cy="4.5" r="2.8" {} }
            }
        }
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    crate::time::days_between(from, to)
}

pub(super) fn tie(tie: &Tie) -> Markup {
    let effect = if tie.decides { "the worst verdict stands" } else { "the verdict is the same for each" };
    html! {
        p.tie {
            bdi { (tie.measure) } " has several values on " (tie.on) ": " bdi { (tie.values.join(", ")) } "; " (effect) "."
        }
    }
}
