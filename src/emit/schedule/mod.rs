//! The schedule as a protocol shows it: the Schedule of Activities (ICH M11 section 1.3) as CSV, Markdown, HTML and a
//! workbook, the schema of the design, a timeline of the visits and a strip for each day's times as SVG, and the whole
//! schedule as JSON.

mod day;
mod document;
mod html;
mod products;
mod schema;
mod svg;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod timing;
mod workbook;

use maud::Markup;

use super::Artifact;
use crate::model::{Administration, Trial};

/// A table of activities and its stylesheet.
pub(super) const STYLE: &str = html::STYLE;

/// The Schedule of Activities as a part of a page, under the rules of [`STYLE`].
pub(super) fn activities(trial: &Trial) -> Option<Markup> {
    table::table(trial).map(|table| html::part(&table))
}

/// Pictures as SVG, each with the name of its file and its title: the schema, the timeline, the strips.
pub(super) fn pictures(trial: &Trial) -> Vec<Picture> {
    let schema = schema::svg(trial).map(|svg| Picture {
        path: "schema.svg".to_owned(),
        title: "Schema".to_owned(),
        svg,
    });
    let timeline = timeline::svg(trial).map(|svg| Picture {
        path: "timeline.svg".to_owned(),
        title: "Timeline of the visits".to_owned(),
        svg,
    });
    let strips = day::strips(trial).into_iter().map(|(name, title, svg)| Picture {
        path: format!("timepoints/{name}.svg"),
        title,
        svg,
    });
    schema.into_iter().chain(timeline).chain(strips).collect()
}

pub(super) struct Picture {
    pub path: String,
    pub title: String,
    pub svg: String,
}

/// What an arm, a period or a background therapy gives, one line for each product.
pub(super) fn given(trial: &Trial, gives: &[Administration]) -> Vec<String> {
    gives.iter().map(|one| crate::wording::given(trial, one)).collect()
}

/// The files of the schedule; none for a trial without one.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    let Some(table) = table::table(trial) else { return Vec::new() };
    let mut artifacts = vec![
        Artifact::new("soa.csv", text::csv(&table)),
        Artifact::new("soa.md", text::markdown(&table)),
        Artifact::new("soa.html", html::page(trial, &table)),
    ];
    artifacts
        .extend(document::document(trial, &table).map(|document| Artifact::json("schedule.json", &document)));
    artifacts.push(Artifact::new("soa.xlsx", workbook::workbook(&table)));
    artifacts.extend(pictures(trial).into_iter().map(|picture| Artifact::new(picture.path, picture.svg)));
    artifacts
}
