//! The table as a page of its own: to be read on a screen, printed, or pasted into a protocol.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::table::{Column, Group, Heading, Mark, Note, Row, Table};
use super::text::spans;
use crate::model::Trial;

pub(super) const STYLE: &str = include_str!("soa.css");

/// Tables with more visits than this are printed on larger paper, in smaller type.
const WIDE: usize = 12;
/// With more visits than this, names of more letters than [`SHORT`] are written upwards.
const CROWDED: usize = 16;
const SHORT: usize = 6;

pub(super) fn page(trial: &Trial, table: &Table) -> String {
    let paper = if table.columns.len() > WIDE {
        "@page { size: A3 landscape; }"
    } else {
        "@page { size: A4 landscape; }"
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Schedule of Activities – " (trial.header.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(paper)) }
            }
            body {
                main {
                    header {
                        h1 { "Schedule of Activities" }
                        p.trial { (table.title) }
                        @if !table.subtitle.is_empty() { p.ids { (table.subtitle) } }
                    }
                    (part(table))
                }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

/// The table and its footnotes, without the page around them.
pub(super) fn part(table: &Table) -> Markup {
    let longest = table.columns.iter().map(|column| column.label.chars().count()).max().unwrap_or(0);
    let class = match table.columns.len() {
        0..=WIDE => "soa",
        count if count > CROWDED && longest > SHORT => "soa wide crowded",
        _ => "soa wide",
    };
    let edges = edges(&table.columns);
    html! {
        div.scroll role="region" aria-labelledby="caption" tabindex="0" {
            table class=(class) {
                caption id="caption" { "What is done at each visit" }
                (head(table))
                @for group in &table.groups { (body(group, &edges)) }
            }
        }
        (legend(table))
    }
}

fn head(table: &Table) -> Markup {
    let columns = &table.columns;
    let edges = edges(columns);
    html! {
        thead {
            tr.epoch {
                th scope="row" { "Epoch" }
                @for (epoch, count) in spans(columns.iter().map(|column| &column.epoch)) {
                    th.edge scope="colgroup" colspan=(count) { (epoch) }
                }
            }
            @if columns.iter().any(|column| column.cycle.is_some()) {
                tr.cycle {
                    th scope="row" { "Cycle" }
                    @for ((_, cycle), count) in spans(cycles(columns).iter()) {
                        @match cycle {
                            Some(cycle) => { th.edge scope="colgroup" colspan=(count) { (cycle) } },
                            None => { td.edge colspan=(count) {} },
                        }
                    }
                }
            }
            tr.visit {
                th scope="row" { "Visit" }
                @for (column, edge) in columns.iter().zip(&edges) {
                    th scope="col" class=[edge.then_some("edge")] {
                        span.name { (column.label) (raised(&column.notes)) }
                    }
                }
            }
            @for row in &table.headings { (heading(row, &edges)) }
        }
    }
}

/// The epoch with the cycle, so that a cycle never spans two epochs.
fn cycles(columns: &[Column]) -> Vec<(String, Option<String>)> {
    columns.iter().map(|column| (column.epoch.clone(), column.cycle.clone())).collect()
}

/// Whether a column is the first of its epoch.
fn edges(columns: &[Column]) -> Vec<bool> {
    let before = columns.iter().map(|column| Some(&column.epoch));
    columns
        .iter()
        .zip(std::iter::once(None).chain(before))
        .map(|(column, before)| before != Some(&column.epoch))
        .collect()
}

fn heading(row: &Heading, edges: &[bool]) -> Markup {
    html! {
        tr.heading {
            th scope="row" { (row.label) (raised(&row.notes)) }
            @for (cell, edge) in row.cells.iter().zip(edges) {
                td class=[edge.then_some("edge")] { (cell) }
            }
        }
    }
}

fn body(group: &Group, edges: &[bool]) -> Markup {
    html! {
        tbody {
            tr.group { th scope="rowgroup" colspan=(edges.len() + 1) { (group.label) } }
            @for row in &group.rows { (activity(row, edges)) }
        }
    }
}

fn activity(row: &Row, edges: &[bool]) -> Markup {
    let continuous = |mark: &Mark| *mark == Mark::Continuous;
    // A bar is one cell over all its visits.
    let mut cells: Vec<(&Mark, usize, bool)> = Vec::new();
    for (mark, edge) in row.cells.iter().zip(edges) {
        match cells.last_mut() {
            Some((known, count, _)) if continuous(known) && continuous(mark) => *count += 1,
            _ => cells.push((mark, 1, *edge)),
        }
    }
    html! {
        tr {
            th scope="row" { (row.label) (raised(&row.notes)) }
            @for (mark, count, edge) in cells {
                @let of = |plain: &'static str, first: &'static str| if edge { first } else { plain };
                @match mark {
                    Mark::Empty => { td class=[edge.then_some("edge")] {} },
                    Mark::Done { notes } => { td class=(of("mark", "mark edge")) { "X" (raised(notes)) } },
                    Mark::Continuous => {
                        td class=(of("bar", "bar edge")) colspan=[(count > 1).then_some(count)] {
                            span.line aria-hidden="true" {}
                            span.said { "continuous" }
                        }
                    },
                }
            }
        }
    }
}

fn raised(notes: &[Note]) -> Markup {
    html! {
        @if !notes.is_empty() {
            sup {
                @for (at, note) in notes.iter().enumerate() {
                    @if at > 0 { "," }
                    a href=(format!("#note-{}", note.letter())) { (note.letter()) }
                }
            }
        }
    }
}

fn legend(table: &Table) -> Markup {
    let marks = || table.groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.cells);
    let windows = table.headings.iter().filter(|row| row.label == "Window").flat_map(|row| &row.cells);
    let units: Vec<&str> = [
        (" d", "d: days"),
        (" h", "h: hours"),
        (" min", "min: minutes"),
        (" mo", "mo: months"),
        (" y", "y: years"),
    ]
    .into_iter()
    .filter(|(unit, _)| windows.clone().any(|cell| cell.ends_with(unit)))
    .map(|(_, text)| text)
    .collect();
    html! {
        footer {
            p.legend {
                "X: done at the visit."
                @if marks().any(|mark| *mark == Mark::Continuous) { " Bar: collected all the time." }
                @if !units.is_empty() { " " (units.join("; ")) "." }
            }
            @if !table.footnotes.is_empty() {
                ol.notes {
                    @for (at, text) in table.footnotes.iter().enumerate() {
                        li id=(format!("note-{}", Note(at).letter())) { sup { (Note(at).letter()) } " " (text) }
                    }
                }
            }
        }
    }
}
