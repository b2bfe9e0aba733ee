//! The Schedule of Activities as a table: what stands in which cell, before it is drawn.

use indexmap::IndexMap;

use super::products::{interventions, product_row};
use super::timing::{Timing, timings};
use crate::model::{
    Activity, ActivityKind, Anchor, Cell, Clause, MeasureKind, Moment, Named, Schedule, Trial, Visit,
};
use crate::time::day_range;
use crate::time::network::{Network, Point};
use crate::wording::{Wording, sentence};

/// The whole table.
pub(super) struct Table {
    pub title: String,
    /// Trial name, version and identifiers, for the line under the title.
    pub subtitle: String,
    /// One for each visit, in order.
    pub columns: Vec<Column>,
    /// Day, week, month and so on: headings under the visits. Rows that would be empty are left out.
    pub headings: Vec<Heading>,
    pub groups: Vec<Group>,
    /// In the order of their letters.
    pub footnotes: Vec<String>,
}

pub(super) struct Column {
    pub label: String,
    pub epoch: String,
    /// `Cycles 1 to 6`.
    pub cycle: Option<String>,
    pub timing: Timing,
    pub contact: String,
    pub notes: Vec<Note>,
}

pub(super) struct Heading {
    pub label: &'static str,
    pub notes: Vec<Note>,
    pub cells: Vec<String>,
}

pub(super) struct Group {
    pub label: &'static str,
    pub rows: Vec<Row>,
}

pub(super) struct Row {
    /// The name of the activity, or of the product.
    pub activity: String,
    pub what: What,
    pub label: String,
    pub notes: Vec<Note>,
    pub cells: Vec<Mark>,
}

/// What a row shows.
pub(super) enum What {
    /// Something that the protocol collects or does.
    Activity(ActivityKind),
    /// A product that is given at visits.
    Intervention,
}

/// What stands in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Empty,
    Done {
        notes: Vec<Note>,
    },
    /// Collected all the time; a bar over adjoining cells.
    Continuous,
}

/// A footnote, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Note(pub usize);

impl Note {
    /// `a` to `z`, then `aa`.
    pub fn letter(self) -> String {
        let mut rest = self.0;
        let mut letters = Vec::new();
        loop {
            letters.push((b'a' + (rest % 26) as u8) as char);
            if rest < 26 {
                break;
            }
            rest = rest / 26 - 1;
        }
        letters.iter().rev().collect()
    }
}

pub(super) fn letters(notes: &[Note]) -> String {
    notes.iter().map(|note| note.letter()).collect::<Vec<_>>().join(",")
}

/// Gives each different text one letter, in the order of first use.
#[derive(Default)]
pub(super) struct Notes(Vec<String>);

impl Notes {
    pub fn add(&mut self, text: String) -> Note {
        let known = self.0.iter().position(|known| *known == text);
        Note(known.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        }))
    }
}

/// Lays the table out. `None` for a trial without a schedule.
pub(super) fn table(trial: &Trial) -> Option<Table> {
    let schedule = trial.schedule.as_ref()?;
    let wording = Wording::of(trial);
    let mut notes = Notes::default();
    let timed = timings(trial, schedule);
    let mut columns: Vec<Column> = schedule
        .visits
        .iter()
        .zip(timed.visits)
        .map(|((name, visit), timing)| Column {
            label: titled(name, &visit.label),
            epoch: epoch_title(schedule, &visit.epoch),
            cycle: visit.repeat.as_ref().filter(|repeat| repeat.cycle != *name).map(|repeat| {
                match (&visit.cycles, repeat.count) {
                    (Some(cycles), _) => sentence(&cycles.to_string()),
                    (None, Some(1)) => "Cycle 1".to_owned(),
                    (None, Some(count)) => format!("Cycles 1 to {count}"),
                    (None, None) => "Each cycle".to_owned(),
                }
            }),
            timing,
            contact: visit.contact.clone(),
            notes: Vec::new(),
        })
        .collect();
    for (column, visit) in columns.iter_mut().zip(schedule.visits.values()) {
        column.notes = visit_notes(wording, visit, &mut notes);
    }
    let headings = headings(&columns, timed.reference.as_deref(), timed.numbering.as_deref(), &mut notes);
    let network = Network::of(trial).ok();
    let mut groups: IndexMap<&'static str, Vec<Row>> = IndexMap::new();
    for (name, activity) in &schedule.activities {
        let row = row(trial, schedule, network.as_ref(), name, activity, &mut notes);
        groups.entry(group(trial, name, activity)).or_default().push(row);
    }
    for product in interventions(trial, network.as_ref()) {
        let label =
            if product.is_background { "Background therapy" } else { "Study intervention administration" };
        groups.entry(label).or_default().push(product_row(trial, schedule, &product, &mut notes));
    }
    Some(Table {
        title: trial.header.title.clone(),
        subtitle: subtitle(trial),
        columns,
        headings,
        groups: groups.into_iter().map(|(label, rows)| Group { label, rows }).collect(),
        footnotes: notes.0,
    })
}

/// A label as a heading: one that was made from the name begins with a capital; one that the author wrote
/// (`eGFR`) stays.
pub(super) fn titled(name: &str, label: &str) -> String {
    let plain = name.replace('_', " ");
    if label == name || label == plain { sentence(&plain) } else { label.to_owned() }
}

pub(super) fn epoch_title(schedule: &Schedule, name: &str) -> String {
    titled(name, schedule.epochs.get(name).map_or(name, |epoch| &epoch.label))
}

fn subtitle(trial: &Trial) -> String {
    let header = &trial.header;
    let ids = header.ids.iter().map(|id| id.value.clone());
    let version = header.version.iter().map(|version| match &version.dated {
        Some(dated) => format!("Protocol version {} of {dated}", version.label),
        None => format!("Protocol version {}", version.label),
    });
    ids.chain(version).collect::<Vec<_>>().join(" · ")
}

/// What is to be said about a visit as a whole.
fn visit_notes(wording: Wording<'_>, visit: &Visit, notes: &mut Notes) -> Vec<Note> {
    let mut texts = Vec::new();
    if !visit.arms.is_empty() {
        texts.push(format!("Only in {}.", wording.arms(&visit.arms)));
    }
    if let Some(when) = &visit.when {
        texts.push(only_if(wording, &[when]));
    }
    if let (Some(cycles), Some(repeat)) = (&visit.cycles, &visit.repeat) {
        let mut text = format!("Only in {cycles}");
        if repeat.count.is_none_or(|count| count > 1) {
            text.push_str(&format!("; a cycle has {}", wording.duration(&repeat.every)));
        }
        if let Some(until) = &repeat.until {
            text.push_str(&format!(", until {}", wording.moment(until)));
        }
        text.push('.');
        texts.push(text);
    } else if let Some(repeat) = &visit.repeat {
        let mut text = format!("Repeated every {}", wording.every(&repeat.every));
        match repeat.count {
            Some(1) => text = "One cycle".to_owned(),
            Some(count) => text.push_str(&format!(", {count} times")),
            None => {}
        }
        if let Some(until) = &repeat.until {
            text.push_str(&format!(", until {}", wording.moment(until)));
        }
        text.push('.');
        texts.push(text);
    }
    let constraints = visit.constraints.iter().map(|constraint| wording.constraint(constraint));
    texts.extend(constraints.map(|text| format!("{}.", sentence(&text))));
    texts.into_iter().map(|text| notes.add(text)).collect()
}

fn only_if(wording: Wording<'_>, conditions: &[&Clause]) -> String {
    let phrases: Vec<String> = conditions.iter().map(|clause| wording.condition(clause)).collect();
    format!("Only if {}.", phrases.join(", or if "))
}

fn headings(
    columns: &[Column],
    reference: Option<&str>,
    numbering: Option<&str>,
    notes: &mut Notes,
) -> Vec<Heading> {
    let counted = |what: &str| {
        let from = reference.map(|from| format!("{what} are counted from {from}."));
        from.into_iter().collect::<Vec<_>>()
    };
    let days = numbering.map(str::to_owned).into_iter().collect();
    let mut rows: Vec<(&'static str, Vec<String>, Vec<String>)> = vec![
        ("Day", column(columns, |timing| timing.day.clone()), days),
        ("Week", column(columns, |timing| timing.week.clone()), counted("Weeks")),
        ("Month", column(columns, |timing| timing.month.clone()), counted("Months")),
        ("Timing", column(columns, |timing| timing.other.clone()), Vec::new()),
        ("Window", column(columns, |timing| timing.window.clone()), Vec::new()),
    ];
    let contacts = columns.iter().map(|column| sentence(&column.contact)).collect();
    rows.push(("Contact", contacts, Vec::new()));
    rows.into_iter()
        // Week 0 alone says nothing.
        .filter(|(label, cells, _)| {
            cells.iter().any(|cell| !cell.is_empty() && (*label != "Week" || cell != "0"))
        })
        .map(|(label, cells, texts)| Heading {
            label,
            notes: texts.into_iter().map(|text| notes.add(text)).collect(),
            cells,
        })
        .collect()
}

fn column(columns: &[Column], of: impl Fn(&Timing) -> Option<String>) -> Vec<String> {
    columns.iter().map(|column| of(&column.timing).unwrap_or_default()).collect()
}

fn group(trial: &Trial, name: &str, activity: &Activity) -> &'static str {
    match activity.kind {
        ActivityKind::Procedure => "Procedures",
        ActivityKind::Event => "Events",
        ActivityKind::Condition => "History and findings",
        ActivityKind::Drug => "Treatment and medication",
        ActivityKind::Form => "Forms",
        ActivityKind::Measure => match trial.measures.get(name) {
            Some(measure) if measure.specimen.is_some() => "Laboratory assessments",
            Some(measure) if matches!(measure.kind, MeasureKind::Score { .. }) => "Scores and questionnaires",
            _ => "Clinical assessments",
        },
    }
}

pub(super) fn row(
    trial: &Trial,
    schedule: &Schedule,
    network: Option<&Network>,
    name: &str,
    activity: &Activity,
    notes: &mut Notes,
) -> Row {
    let wording = Wording::of(trial);
    let mut visits: IndexMap<&str, Vec<&Cell>> = IndexMap::new();
    activity.cells.iter().for_each(|cell| visits.entry(&cell.visit).or_default().push(cell));
    let texts: IndexMap<&str, Vec<String>> =
        visits.into_iter().map(|(visit, cells)| (visit, cell_texts(wording, schedule, &cells))).collect();
    // What is said of every cell belongs to the row.
    let common: Vec<String> = match texts.values().next() {
        Some(first) if texts.len() > 1 => {
            let everywhere = |text: &&String| texts.values().all(|texts| texts.contains(text));
            first.iter().filter(everywhere).cloned().collect()
        }
        _ => Vec::new(),
    };
    let mut row_notes: Vec<Note> = common.iter().map(|text| notes.add(text.clone())).collect();
    let bar = activity.throughout.as_ref().map(|(from, to)| {
        let until = to.as_ref().map(|to| format!(" until {}", wording.moment(to)));
        let text =
            format!("Collected all the time from {}{}.", wording.moment(from), until.unwrap_or_default());
        row_notes.push(notes.add(text));
        covered(network, &schedule.visits, from, to.as_ref())
    });
    let cells = schedule.visits.keys().enumerate().map(|(at, visit)| match texts.get(visit.as_str()) {
        Some(text) => {
            let own = text.iter().filter(|text| !common.contains(text));
            Mark::Done { notes: own.map(|text| notes.add(text.clone())).collect() }
        }
        None if bar.as_ref().is_some_and(|bar| bar.contains(&at)) => Mark::Continuous,
        None => Mark::Empty,
    });
    let cells = cells.collect();
    Row {
        activity: name.to_owned(),
        what: What::Activity(activity.kind),
        label: titled(name, &activity.label),
        notes: row_notes,
        cells,
    }
}

/// What is to be said of an activity at a visit: when, at which times of the day, and the author's own words. Of a
/// visit that is named more than once, any entry opens the cell; one without a limit leaves it open.
fn cell_texts(wording: Wording<'_>, schedule: &Schedule, cells: &[&Cell]) -> Vec<String> {
    let limits: Option<Vec<String>> = cells.iter().map(|cell| limit(wording, cell)).collect();
    let mut texts: Vec<String> =
        limits.into_iter().map(|limits| format!("Only {}.", limits.join(", or "))).collect();
    let sets = cells.iter().filter_map(|cell| schedule.timepoints.get(cell.per.as_ref()?));
    let said = sets.map(|set| super::day::sentence(wording, set));
    let written = cells.iter().filter_map(|cell| cell.note.as_deref().map(sentence));
    for text in said.chain(written) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// `if the participant is female`, `in Cells`, `in odd cycles`; nothing where the cell is without a limit.
fn limit(wording: Wording<'_>, cell: &Cell) -> Option<String> {
    let arms = (!cell.arms.is_empty()).then(|| format!("in {}", wording.arms(&cell.arms)));
    let cycles = cell.cycles.as_ref().map(|cycles| format!("in {cycles}"));
    let when = cell.when.as_ref().map(|when| format!("if {}", wording.condition(when)));
    let parts: Vec<String> = [cycles, arms, when].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// The columns of the visits that can lie between two moments.
pub(super) fn covered(
    network: Option<&Network>,
    visits: &Named<Visit>,
    from: &Moment,
    to: Option<&Moment>,
) -> std::ops::Range<usize> {
    let count = visits.len();
    let at = |moment: &Moment| match &moment.of {
        Anchor::Visit { name } if moment.offset.is_none() => visits.get_index_of(name),
        _ => None,
    };
    let bounds = |moment: &Moment, visit: &str| match (network, point(moment)) {
        (Some(network), Some(point)) => network.bounds(&point, &Point::visit(visit)),
        _ => (None, None),
    };
    let shift = |moment: &Moment| moment.offset.as_ref().map_or((0, 0), day_range);
    // The first visit that does not surely come before the beginning, the last that does not surely come after
    // the end.
    let first = at(from).unwrap_or_else(|| {
        let before = |visit: &String| bounds(from, visit).1.is_some_and(|most| most < shift(from).0);
        visits.keys().position(|visit| !before(visit)).unwrap_or(0)
    });
    let last = to.map_or(count, |to| {
        at(to).map(|at| at + 1).unwrap_or_else(|| {
            let after = |visit: &String| bounds(to, visit).0.is_some_and(|least| least > shift(to).1);
            visits.keys().rposition(|visit| !after(visit)).map_or(count, |last| last + 1)
        })
    });
    first..last.max(first)
}

pub(super) fn point(moment: &Moment) -> Option<Point> {
    match &moment.of {
        Anchor::Event { name, .. } => Some(Point::event(name)),
        Anchor::Visit { name } => Some(Point::visit(name)),
        _ => None,
    }
}
