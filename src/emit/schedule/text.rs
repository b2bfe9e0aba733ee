//! The table as CSV and as Markdown.

use std::fmt::Write as _;

use super::table::{Mark, Note, Table, letters};
use crate::tabular;

/// Columns that belong together in a heading: the label and over how many visits it stands.
pub(super) fn spans<'a, T: PartialEq>(items: impl Iterator<Item = &'a T>) -> Vec<(&'a T, usize)> {
    let mut spans: Vec<(&'a T, usize)> = Vec::new();
    for item in items {
        match spans.last_mut() {
            Some((known, count)) if *known == item => *count += 1,
            _ => spans.push((item, 1)),
        }
    }
    spans
}

/// A line for each row of headings and each activity, its group in the first column; then the footnotes.
pub(super) fn csv(table: &Table) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut write = |first: [String; 2], rest: Vec<String>| {
        rows.push(first.into_iter().chain(rest).collect());
    };
    let heading = |label: &str, notes: &[Note]| [String::new(), marked(label, notes)];
    write(heading("Epoch", &[]), table.columns.iter().map(|column| column.epoch.clone()).collect());
    if table.columns.iter().any(|column| column.cycle.is_some()) {
        write(
            heading("Cycle", &[]),
            table.columns.iter().map(|column| column.cycle.clone().unwrap_or_default()).collect(),
        );
    }
    write(
        heading("Visit", &[]),
        table.columns.iter().map(|column| marked(&column.label, &column.notes)).collect(),
    );
    for row in &table.headings {
        write(heading(row.label, &row.notes), row.cells.clone());
    }
    for group in &table.groups {
        for row in &group.rows {
            let cells = row.cells.iter().map(|mark| match mark {
                Mark::Empty => String::new(),
                Mark::Done { notes } => marked("X", notes),
                Mark::Continuous => "continuous".to_owned(),
            });
            write([group.label.to_owned(), marked(&row.label, &row.notes)], cells.collect());
        }
    }
    for (at, text) in table.footnotes.iter().enumerate() {
        write([String::new(), format!("{} {text}", Note(at).letter())], Vec::new());
    }
    tabular::csv(rows)
}

/// `X [a,b]`: the letters of the footnotes, apart from the text.
fn marked(text: &str, notes: &[Note]) -> String {
    if notes.is_empty() { text.to_owned() } else { format!("{text} [{}]", letters(notes)) }
}

/// A table of GitHub-flavoured Markdown with superscript letters, the footnotes under it.
pub(super) fn markdown(table: &Table) -> String {
    let mut text = format!("# Schedule of Activities\n\n{}", escaped(&table.title));
    if !table.subtitle.is_empty() {
        let _ = write!(text, "  \n{}", escaped(&table.subtitle));
    }
    text.push_str("\n\n");
    let mut line = |cells: Vec<String>| {
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    };
    let bold = |text: String| if text.is_empty() { text } else { format!("**{text}**") };
    // An epoch and a cycle stand over their first visit.
    let first_of = |items: Vec<&String>| -> Vec<String> {
        let spans = spans(items.into_iter());
        spans
            .into_iter()
            .flat_map(|(label, count)| {
                std::iter::once(escaped(label)).chain(std::iter::repeat_n(String::new(), count - 1))
            })
            .collect()
    };
    let head =
        |label: &str, cells: Vec<String>| std::iter::once(label.to_owned()).chain(cells).collect::<Vec<_>>();
    line(head("Epoch", first_of(table.columns.iter().map(|column| &column.epoch).collect())));
    line(std::iter::once(":--".to_owned()).chain(table.columns.iter().map(|_| ":-:".to_owned())).collect());
    if table.columns.iter().any(|column| column.cycle.is_some()) {
        let cycles: Vec<String> =
            table.columns.iter().map(|column| column.cycle.clone().unwrap_or_default()).collect();
        line(head("**Cycle**", first_of(cycles.iter().collect())));
    }
    line(head(
        "**Visit**",
        table.columns.iter().map(|column| bold(raised(&column.label, &column.notes))).collect(),
    ));
    for row in &table.headings {
        line(head(
            &bold(raised(row.label, &row.notes)),
            row.cells.iter().map(|cell| escaped(cell)).collect(),
        ));
    }
    for group in &table.groups {
        line(head(&bold(escaped(group.label)), vec![String::new(); table.columns.len()]));
        for row in &group.rows {
            let cells = row.cells.iter().map(|mark| match mark {
                Mark::Empty => String::new(),
                Mark::Done { notes } => raised("X", notes),
                Mark::Continuous => "━━".to_owned(),
            });
            line(head(&raised(&row.label, &row.notes), cells.collect()));
        }
    }
    text.push_str("\nX: done at the visit. ━━: collected all the time. d: days.\n");
    for (at, footnote) in table.footnotes.iter().enumerate() {
        let _ = write!(text, "\n<sup>{}</sup> {}  ", Note(at).letter(), escaped(footnote));
    }
    format!("{}\n", text.trim_end())
}

fn raised(text: &str, notes: &[Note]) -> String {
    let text = escaped(text);
    if notes.is_empty() { text } else { format!("{text}<sup>{}</sup>", letters(notes)) }
}

/// Characters that Markdown or a table of it would take for its own.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' => {
                out.push('\\');
                out.push(character);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}
