//! A calendar as a table for a terminal, as CSV and as JSON.

use std::fmt::Write as _;

use jiff::civil::{Date, Weekday};
use unicode_width::UnicodeWidthStr;

use super::{Calendar, Days, EventEntry, EventStatus, Status, VisitEntry};
use crate::tabular;

/// `1 day`, `3 days`.
pub(super) fn counted(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

impl EventEntry {
    /// `happened`, `3 days early`, … in words.
    pub fn status_text(&self) -> &'static str {
        match self.status {
            EventStatus::Happened => "happened",
            EventStatus::HappenedEarly => "happened early",
            EventStatus::HappenedLate => "happened late",
            EventStatus::Booked => "booked",
            EventStatus::Expected => "expected",
            EventStatus::Overdue => "overdue",
            EventStatus::NotApplicable => "not applicable",
        }
    }

    /// The day, or the days that are possible.
    fn when(&self) -> String {
        match (self.on, self.possible) {
            (Some(day), _) => dated(day),
            (None, Some(days)) => days.to_string(),
            (None, None) => String::new(),
        }
    }
}

impl VisitEntry {
    /// The status in words, with the days outside the window.
    pub fn status_text(&self) -> String {
        match (self.status, self.days_outside) {
            (Status::DoneEarly, Some(days)) => format!("done {} early", counted(-days)),
            (Status::DoneLate, Some(days)) => format!("done {} late", counted(days)),
            (status, _) => status.text().to_owned(),
        }
    }

    /// The label, with the number of its cycle or occurrence.
    pub fn title(&self) -> String {
        match self.number {
            Some(number) => format!("{} ({number})", self.label),
            None => self.label.clone(),
        }
    }

    fn window(&self) -> Option<Days> {
        (self.earliest.is_some() || self.latest.is_some())
            .then_some(Days { from: self.earliest, to: self.latest })
    }

    /// Everything that is to be said about it, in words.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = self.notes.clone();
        if let Some(waiting_for) = &self.waiting_for {
            remarks.push(format!("waiting for {waiting_for}"));
        }
        if let Some(moves_with) = &self.moves_with {
            remarks.push(format!("moves with {moves_with}"));
        }
        if let Some(possible) = &self.possible {
            remarks.push(format!("possible {possible}"));
        }
        remarks.extend(self.times.iter().cloned());
        remarks
    }
}

impl std::fmt::Display for Days {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => write!(f, "{from}"),
            (Some(from), Some(to)) => write!(f, "{from} to {to}"),
            (Some(from), None) => write!(f, "from {from}"),
            (None, Some(to)) => write!(f, "until {to}"),
            (None, None) => f.write_str("any day"),
        }
    }
}

/// A date with its day of the week: `Tue 2011-02-01`.
fn dated(day: Date) -> String {
    let weekday = match day.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    format!("{weekday} {day}")
}

impl Calendar {
    /// A table for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = self.title.clone();
        if let Some(version) = &self.version {
            let _ = write!(text, ", version {version}");
        }
        text.push('\n');
        let arms = if self.arms.is_empty() { "not allocated yet".to_owned() } else { self.arms.join(", ") };
        let _ = write!(text, "Arm: {arms}");
        if let Some(as_of) = self.as_of {
            let _ = write!(text, "; on {}", dated(as_of));
        }
        text.push('\n');
        if !self.events.is_empty() {
            let rows = self.events.iter().map(|event| {
                let number = event.number.map(|number| format!(" ({number})")).unwrap_or_default();
                let mut remarks = event.notes.clone();
                remarks.retain(|note| !note.is_empty());
                [
                    format!("{}{number}", event.label),
                    event.when(),
                    event.status_text().to_owned(),
                    remarks.join("; "),
                ]
            });
            text.push('\n');
            text.push_str(&table(&["Event", "Date", "Status", "Remarks"], rows.collect()));
        }
        if !self.visits.is_empty() {
            let mut rows = Vec::new();
            let mut epoch = "";
            for visit in &self.visits {
                if visit.epoch != epoch {
                    epoch = &visit.epoch;
                    rows.push([
                        epoch.to_owned(),
                        String::new(),
                        String::new(),
                        String::new(),
                        String::new(),
                        String::new(),
                    ]);
                }
                let on = visit.actual.map(|day| format!(" on {}", dated(day))).unwrap_or_default();
                rows.push([
                    format!("  {}", visit.title()),
                    visit.day.map(|day| day.to_string()).unwrap_or_default(),
                    visit.target.map(dated).unwrap_or_default(),
                    visit.window().map(|days| days.to_string()).unwrap_or_default(),
                    format!("{}{on}", visit.status_text()),
                    visit.remarks().join("; "),
                ]);
            }
            text.push('\n');
            text.push_str(&table(&["Visit", "Day", "Target", "Window", "Status", "Remarks"], rows));
        }
        for conflict in &self.conflicts {
            let _ = write!(text, "\nThis calendar cannot be kept. {}\n", capital(&conflict.message));
        }
        text
    }

    /// One line for each visit, under a line of headings. The columns are stable.
    pub fn to_csv(&self) -> String {
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let headings = [
            "epoch",
            "visit",
            "label",
            "number",
            "contact",
            "timing",
            "day",
            "target",
            "earliest",
            "latest",
            "status",
            "actual",
            "days_outside",
            "possible_from",
            "possible_to",
            "remarks",
            "open_day",
        ];
        let visits = self.visits.iter().map(|visit| {
            [
                visit.epoch.clone(),
                visit.name.clone(),
                visit.label.clone(),
                visit.number.map(|number| number.to_string()).unwrap_or_default(),
                visit.contact.clone(),
                visit.timing.clone(),
                visit.day.map(|day| day.to_string()).unwrap_or_default(),
                date(visit.target),
                date(visit.earliest),
                date(visit.latest),
                visit.status.text().to_owned(),
                date(visit.actual),
                visit.days_outside.map(|days| days.to_string()).unwrap_or_default(),
                date(visit.possible.and_then(|days| days.from)),
                date(visit.possible.and_then(|days| days.to)),
                visit.remarks().join("; "),
                date(visit.open_day),
            ]
        });
        tabular::csv(std::iter::once(headings.map(str::to_owned)).chain(visits))
    }

    /// The calendar as JSON: the fields of [`Calendar`], in their order.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a calendar serialises");
        text.push('\n');
        text
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Columns as wide as their widest cell, two blanks between them, none at the ends of lines.
fn table<const N: usize>(headings: &[&str; N], rows: Vec<[String; N]>) -> String {
    let mut widths = headings.map(UnicodeWidthStr::width);
    for row in &rows {
        // A heading of an epoch stands alone in its line.
        if row[1..].iter().any(|cell| !cell.is_empty()) {
            widths.iter_mut().zip(row).for_each(|(width, cell)| *width = (*width).max(cell.width()));
        }
    }
    let mut text = String::new();
    let heading = headings.map(str::to_owned);
    for row in std::iter::once(&heading).chain(&rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', (width + 2).saturating_sub(cell.width())));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
