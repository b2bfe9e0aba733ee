//! What several entries say together: forms filled in twice, records that are copies.

use std::collections::BTreeMap;
use std::ops::Range;

use super::people::is_numbered;
use super::read::{Entry, Filled, place};
use super::value::written;
use super::{At, Finding};
use crate::diagnostics::codes;
use crate::model::Trial;

/// A form that a participant has twice for the same visit, or twice at all where it belongs to none.
pub(super) fn twice(trial: &Trial, record: &Filled<'_>, findings: &mut Vec<Finding>) {
    let mut seen: Vec<&At> = Vec::new();
    for entry in &record.entries {
        let is_whole = entry.at.participant.is_some()
            && (entry.at.visit.is_some() || entry.sheet.form.visits.is_empty());
        // Which time it is of a visit that takes place more than once has to be said to be the same.
        let is_any_time = entry.at.repeat.is_none() && is_numbered(trial, entry.at.visit.as_deref());
        if !is_whole || is_any_time {
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
