//! What several entries say together: the days and the arm of each participant, forms filled in twice, records that are
//! copies.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use super::read::{Entry, Filled, place};
use super::value::{is_day, written};
use super::{At, Finding};
use crate::casebook::{VisitWindow, WindowAnchor, visit_window};
use crate::diagnostics::codes;
use crate::json::{Json, Node};
use crate::model::{Offset, Trial};
use crate::time::apply;

/// The dates of visits stand on this form of CDASH, in this field.
const VISITS: (&str, &str) = ("SV", "SVSTDAT");
/// Fields that hold an arm end so.
const ARM: &str = "_ARMCD";

pub(super) struct People<'a> {
    trial: &'a Trial,
    by_number: BTreeMap<String, Person>,
}

#[derive(Default)]
struct Person {
    /// The first day of each event that is recorded.
    events: BTreeMap<String, Date>,
    visits: BTreeMap<String, Date>,
    arm: Option<String>,
}

impl<'a> People<'a> {
    pub fn of(trial: &'a Trial, record: &Filled<'_>) -> Self {
        let mut by_number: BTreeMap<String, Person> = BTreeMap::new();
        for entry in &record.entries {
            let Some(number) = &entry.at.participant else { continue };
            let person = by_number.entry(number.clone()).or_default();
            for (name, _, node) in entry.records.iter().flat_map(|record| &record.fields) {
                let field = entry.sheet.form.fields.iter().find(|field| field.name == *name);
                if let (Some(event), Some(day)) = (field.and_then(|field| field.event.as_ref()), day(node)) {
                    let known = person.events.entry(event.clone()).or_insert(day);
                    *known = day.min(*known);
                }
                if (entry.sheet.name, name.as_str()) == VISITS
                    && let (Some(visit), Some(day)) = (&entry.at.visit, day(node))
                {
                    person.visits.entry(visit.clone()).or_insert(day);
                }
                if name.ends_with(ARM)
                    && let Json::Text(arm) = &node.value
                    && (trial.arms.contains_key(arm) || trial.sequences.contains_key(arm))
                {
                    person.arm.get_or_insert_with(|| arm.clone());
                }
            }
        }
        Self { trial, by_number }
    }

    fn person(&self, at: &At) -> Option<&Person> {
        self.by_number.get(at.participant.as_ref()?)
    }

    pub fn event(&self, at: &At, event: &str) -> Option<Date> {
        self.person(at)?.events.get(event).copied()
    }

    /// The arm, where it is one of arms and not a sequence of them.
    pub fn arm(&self, at: &At) -> Option<&str> {
        self.person(at)?.arm.as_deref().filter(|arm| self.trial.arms.contains_key(*arm))
    }

    /// First and last day on which the visit may take place; `Ok(None)` where its window is no matter of days.
    ///
    /// # Errors
    /// The anchor that has no date.
    pub fn window(&self, at: &At, visit: &str) -> Result<Option<(Date, Date)>, String> {
        let Some(window) = visit_window(self.trial, visit) else { return Ok(None) };
        let VisitWindow { anchor, earliest, latest } = window;
        let person = self.person(at);
        let found = match anchor {
            WindowAnchor::Event(name) => person.and_then(|person| person.events.get(name)),
            WindowAnchor::Visit(name) => person.and_then(|person| person.visits.get(name)),
        };
        let (WindowAnchor::Event(name) | WindowAnchor::Visit(name)) = anchor;
        let anchor = *found.ok_or_else(|| name.to_owned())?;
        Ok(moved(anchor, &earliest).zip(moved(anchor, &latest)))
    }
}

fn moved(from: Date, by: &[Offset]) -> Option<Date> {
    by.iter().try_fold(from, |date, offset| Some(apply(date, offset)?.date))
}

fn day(node: &Node) -> Option<Date> {
    match &node.value {
        Json::Text(text) if is_day(text) => text.parse().ok(),
        _ => None,
    }
}

/// A form that a participant has twice for the same visit, or twice at all where it belongs to none.
pub(super) fn twice(trial: &Trial, record: &Filled<'_>, findings: &mut Vec<Finding>) {
    let repeats = |visit: &Option<String>| {
        let schedule = trial.schedule.as_ref();
        let visit = visit.as_ref().and_then(|name| schedule?.visits.get(name));
        visit.is_some_and(|visit| visit.repeat.is_some())
    };
    let mut seen: Vec<&At> = Vec::new();
    for entry in &record.entries {
        let is_whole = entry.at.participant.is_some()
            && (entry.at.visit.is_some() || entry.sheet.form.visits.is_empty());
        if !is_whole || repeats(&entry.at.visit) {
            continue;
        }
        if !seen.contains(&&entry.at) {
            seen.push(&entry.at);
            continue;
        }
        let many =
            if entry.sheet.form.repeating { "put all records into one entry" } else { "keep one of the two" };
        findings.push(Finding {
            code: &codes::FILLED_IN_TWICE,
            at: entry.at.clone(),
            check: None,
            value: None,
            message: format!("{}the form is filled in twice for one participant", place(trial, &entry.at)),
            help: many.to_owned(),
            span: entry.span.start..entry.span.start + 1,
        });
    }
}

/// Records that agree in all these fields with an earlier one: number, the earlier one's number, place. A record that lacks one of
/// them is no copy of anything.
pub(super) fn copies(entry: &Entry<'_>, fields: &[String]) -> Vec<(usize, usize, Range<usize>)> {
    let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (number, record) in (1..).zip(&entry.records) {
        let number = record.number.unwrap_or(number);
        let value = |name: &String| {
            record.fields.iter().find(|(known, ..)| known == name).map(|(.., node)| written(node))
        };
        let Some(key) = fields.iter().map(value).collect::<Option<Vec<_>>>() else { continue };
        match seen.get(&key) {
            Some(first) => found.push((number, *first, record.span.start..record.span.start + 1)),
            None => {
                seen.insert(key, number);
            }
        }
    }
    found
}
