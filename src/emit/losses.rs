//! What a carrier cannot carry of the forms: said for each field, with where it is instead.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::entry::only;
use crate::casebook::{Answer, Bounds, Carried, Item, Sheet, Truth, of_cycles, visit_label};
use crate::model::Trial;

/// One kind of loss after the other, in the order in which they were met.
#[derive(Debug)]
pub(crate) struct Losses {
    carrier: &'static str,
    /// What is lost, to where it is instead and the places.
    found: IndexMap<&'static str, (&'static str, Vec<String>)>,
    notes: Vec<String>,
}

impl Losses {
    pub fn of(carrier: &'static str) -> Self {
        Self { carrier, found: IndexMap::new(), notes: Vec::new() }
    }

    /// `what` is lost at `place`; `instead` says where it can be had.
    pub fn add(&mut self, what: &'static str, instead: &'static str, place: impl Into<String>) {
        self.found.entry(what).or_insert_with(|| (instead, Vec::new())).1.push(plain(&place.into()));
    }

    /// Something that is carried, but not as one might think.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// What no form of entry can know: the participant, and what the schedule never asks.
    pub fn beyond_forms(&mut self, trial: &Trial, sheets: &[Sheet<'_>]) {
        for sheet in sheets {
            for field in &sheet.never {
                let place = format!("{}.{}: {}", sheet.name, field.name, field.label);
                self.add("fields for which the schedule names no visit", "left out", place);
            }
            let mut last = "";
            for item in &sheet.items {
                // A number's unit stands under the number's own condition.
                if item.field.name == last {
                    continue;
                }
                last = &item.field.name;
                let is_own = item.own.as_ref().is_some_and(|own| own.whole);
                let (what, instead) = match is_own {
                    true => (
                        "that a field must be answered where the record says that a condition of the protocol holds",
                        "the field is shown and hidden by the record's answers; the JSON Schema demands it",
                    ),
                    false => (
                        "conditions of the protocol under which a field is asked",
                        "in words beside the field, which is never demanded; as a rule in `forms/checks.json`",
                    ),
                };
                for condition in
                    only(trial, item.field).into_iter().filter(|_| !is_own || item.field.required)
                {
                    self.add(what, instead, format!("{}.{}: {condition}", sheet.name, item.name));
                }
            }
            if !sheet.form.arms.is_empty() {
                self.add(
                    "forms that only some arms fill in",
                    "every participant is offered the form",
                    format!("{}: {}", sheet.name, sheet.form.arms.join(", ")),
                );
            }
        }
    }

    /// Forms of some cycles only, where a carrier offers them in each.
    pub fn forms_of_cycles(&mut self, trial: &Trial, sheets: &[Sheet<'_>]) {
        for sheet in sheets {
            for (visit, cycles) in of_cycles(trial, sheet) {
                self.add(
                    "cycles of a visit in which a form is not filled in",
                    "the form is offered each time",
                    format!("{}: {} in {cycles}", sheet.name, visit_label(trial, visit)),
                );
            }
        }
    }

    /// Questions whose skip logic this carrier cannot write.
    pub fn skips(&mut self, sheets: &[Sheet<'_>], writes: impl Fn(&Sheet<'_>, &Truth) -> bool) {
        for sheet in sheets {
            for item in &sheet.items {
                let shown = item.shown();
                if !shown.is_empty() && !writes(sheet, &Truth::All(shown)) {
                    self.add(
                        "conditions that cannot be written",
                        "the question is always asked",
                        format!("{}.{}", sheet.name, item.name),
                    );
                }
            }
        }
    }

    /// Checks that this carrier does not write.
    pub fn checks(&mut self, sheets: &[Sheet<'_>], writes: impl Fn(&Sheet<'_>, &Carried) -> bool) {
        for sheet in sheets {
            for demand in sheet.demands() {
                if !writes(sheet, &demand.carried) {
                    self.add(
                        "checks across fields, forms or dates",
                        "`forms/checks.json`",
                        format!("{}.{}: {}", sheet.name, demand.on, demand.check.message),
                    );
                }
            }
        }
    }

    /// Limits that have no exact value in one of a number's units.
    pub fn inexact_limits(&mut self, sheets: &[Sheet<'_>]) {
        let of = |sheet: &Sheet<'_>, item: &Item<'_>, kind: &str, bounds: &Bounds<'_>| -> Vec<String> {
            let one = |unit: &crate::model::UnitRef| {
                format!("{}.{}: {kind} limits in {}", sheet.name, item.name, unit.written)
            };
            bounds.inexact().map(one).collect()
        };
        for sheet in sheets {
            for item in &sheet.items {
                let Answer::Number(number) = &item.answer else { continue };
                let places = [of(sheet, item, "hard", &number.hard), of(sheet, item, "soft", &number.soft)];
                for place in places.into_iter().flatten() {
                    self.add(
                        "limits that have no exact value in a unit",
                        "the limits in the first unit are exact",
                        place,
                    );
                }
            }
        }
    }

    /// The report, in Markdown.
    pub fn report(&self) -> String {
        let mut text = format!("# What {} does not carry of the forms\n\n", self.carrier);
        if self.found.is_empty() {
            text.push_str("Nothing is lost.\n");
        } else {
            text.push_str("| what | how many | what is done instead |\n|---|---|---|\n");
        }
        // Writing to a String cannot fail.
        for (what, (instead, places)) in &self.found {
            let _ = writeln!(text, "| {what} | {} | {instead} |", places.len());
        }
        for (what, (_, places)) in &self.found {
            let _ = writeln!(text, "\n## {}\n", crate::wording::sentence(what));
            for place in places {
                let _ = writeln!(text, "- {place}");
            }
        }
        if !self.notes.is_empty() {
            text.push_str("\n## How it is carried\n\n");
            for note in &self.notes {
                let _ = writeln!(text, "- {note}");
            }
        }
        text
    }
}

/// One line, in which nothing is markup.
fn plain(text: &str) -> String {
    let line: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    line.replace('<', "&lt;")
}
