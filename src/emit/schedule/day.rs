//! Times within a day, in words and as a strip: a column for each time, a row for each thing that is done at it.

use super::svg::{Anchored, BOXES, Drawing, Tenths, shortened, wrapped};
use super::table::titled;
use crate::model::{Moment, Schedule, Timepoint, Timepoints, Trial};
pub(super) use crate::time::{around, clock};
use crate::wording::Wording;

/// `PK profile, counted from dose: −30 min, 15 min (±2 min), 1 h (±5 min).`
pub(super) fn sentence(wording: Wording<'_>, set: &Timepoints) -> String {
    let points: Vec<String> = set.points.iter().map(point).collect();
    format!("{}, counted from {}: {}.", set.label, reference(wording, set), points.join(", "))
}

/// What the times count from.
pub(super) fn reference(wording: Wording<'_>, set: &Timepoints) -> String {
    match &set.anchor {
        Some(anchor) => wording.moment(&Moment { offset: None, of: anchor.clone() }),
        None => set.from.clone(),
    }
}

/// `1 h (±5 min)`, `Peak: 1 h`.
fn point(point: &Timepoint) -> String {
    let time = clock(point.minutes);
    let time = match around(point) {
        Some(window) => format!("{time} ({window})"),
        None => time,
    };
    match &point.label {
        Some(label) => format!("{label}: {time}"),
        None => time,
    }
}

const MARGIN: Tenths = 240;
/// Letters of a row's name that are shown.
const NAMED: usize = 44;
const ROW: Tenths = 240;
const TOP: Tenths = 1360;
/// Room for a time: more where there are few, so that the strip is never narrower than its title.
const NARROWEST: Tenths = 620;
const WIDEST: Tenths = 1400;
/// About the width of a letter of the labels.
const LETTER: Tenths = 64;

/// One picture for each set of times: the name of the set, its label, the picture.
pub(super) fn strips(trial: &Trial) -> Vec<(String, String, String)> {
    let Some(schedule) = &trial.schedule else { return Vec::new() };
    let sets = schedule.timepoints.iter().filter(|(_, set)| !set.points.is_empty());
    sets.map(|(name, set)| (name.clone(), set.label.clone(), strip(trial, schedule, name, set))).collect()
}

fn strip(trial: &Trial, schedule: &Schedule, name: &str, set: &Timepoints) -> String {
    let wording = Wording::of(trial);
    let rows: Vec<(&String, String, String)> = schedule
        .activities
        .iter()
        .filter_map(|(activity, content)| {
            let visits: Vec<&str> = content
                .cells
                .iter()
                .filter(|cell| cell.per.as_deref() == Some(name))
                .map(|cell| {
                    schedule.visits.get(&cell.visit).map_or(cell.visit.as_str(), |visit| &visit.label)
                })
                .collect();
            (!visits.is_empty()).then(|| (activity, titled(activity, &content.label), visits.join(", ")))
        })
        .collect();
    let count = set.points.len() as Tenths;
    let column = (7600 / count).clamp(NARROWEST, WIDEST);
    let longest = rows.iter().map(|(_, label, _)| label.chars().count()).max().unwrap_or(0);
    let left = MARGIN + (longest.clamp(20, NAMED) as Tenths) * LETTER + 160;
    let right = left + count * column;
    let bottom = TOP + ROW * (rows.len() as Tenths).max(1);
    let width = (right + MARGIN).max(6400);
    let mut drawing = Drawing::styled(&format!("{} of {}", set.label, trial.header.title), BOXES);
    drawing.text(MARGIN, 340, "title", Anchored::Start, &set.label);
    let from = reference(wording, set);
    drawing.text(MARGIN, 540, "soft", Anchored::Start, &format!("Times from {from}"));
    let middle = |at: usize| left + at as Tenths * column + column / 2;
    for (at, point) in set.points.iter().enumerate() {
        let x = middle(at);
        drawing.line(x, TOP - 90, x, bottom, "grid");
        let most = usize::try_from((column - 60) / LETTER).unwrap_or(1).max(4);
        let lines = point.label.as_deref().map(|label| wrapped(label, most)).unwrap_or_default();
        for (line, text) in lines.iter().take(2).enumerate() {
            let y = 800 + 150 * (line as Tenths + 2 - lines.len().min(2) as Tenths);
            drawing.text(x, y, "said", Anchored::Middle, &shortened(text, most));
        }
        drawing.text(x, TOP - 260, "head", Anchored::Middle, &clock(point.minutes));
        if let Some(window) = around(point) {
            drawing.text(x, TOP - 120, "tick", Anchored::Middle, &window);
        }
    }
    // The reference stands between the times before it and those after it.
    let before = set.points.iter().take_while(|point| point.minutes < 0).count();
    let x = match set.points.get(before) {
        Some(point) if point.minutes == 0 => middle(before),
        _ => left + before as Tenths * column,
    };
    drawing.line(x, TOP - 60, x, bottom, "dose");
    drawing.text(x, bottom + 170, "said-dose", Anchored::Middle, &shortened(&from, 40));
    let mut y = TOP;
    for (activity, label, visits) in &rows {
        drawing.line(MARGIN, y, right, y, "row");
        drawing.open_group(&format!("{name}-{activity}"), &format!("{label}: {visits}"));
        drawing.text(MARGIN, y + ROW / 2 + 42, "name", Anchored::Start, &shortened(label, NAMED));
        for (at, point) in set.points.iter().enumerate() {
            let x = middle(at);
            if point.early + point.late > 0 {
                drawing.rect(x - 170, y + ROW / 2 - 50, 340, 100, "window", 30);
            }
            drawing.diamond(x, y + ROW / 2, 58, "target");
        }
        drawing.close_group();
        y += ROW;
    }
    drawing.line(MARGIN, bottom, right, bottom, "row");
    drawing.finish(width, bottom + 170 + MARGIN)
}
