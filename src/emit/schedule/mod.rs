//! The schedule as a protocol shows it: the Schedule of Activities (ICH M11 section 1.3) as CSV, Markdown and
//! HTML, a timeline of the visits as SVG, and the whole schedule as JSON.

mod day;
mod document;
mod html;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod timing;

use super::Artifact;
use crate::model::Trial;

/// Five files; none for a trial without a schedule.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    let Some(table) = table::table(trial) else { return Vec::new() };
    let mut artifacts = vec![
        Artifact::new("soa.csv", text::csv(&table)),
        Artifact::new("soa.md", text::markdown(&table)),
        Artifact::new("soa.html", html::page(trial, &table)),
    ];
    artifacts
        .extend(document::document(trial, &table).map(|document| Artifact::json("schedule.json", &document)));
    artifacts.extend(timeline::svg(trial).map(|svg| Artifact::new("timeline.svg", svg)));
    artifacts
}
