//! The changed rows of the Schedule of Activities over the visits of both versions: what came, what went.

use std::collections::BTreeSet;

use crate::amend::{ChangeKind, Part};
use crate::model::{Activity, Schedule};

use super::Report;

/// A cross of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cross {
    Nothing,
    Both,
    Added,
    Removed,
    /// Done under another condition.
    Changed,
}

pub(super) struct Matrix {
    /// Label, and whether the visit is new, gone or moved.
    pub visits: Vec<(String, Option<ChangeKind>)>,
    /// Label, whether the row is new or gone, and its crosses.
    pub rows: Vec<(String, Option<ChangeKind>, Vec<Cross>)>,
}

/// `None` where no row changed.
pub(super) fn of(report: &Report<'_>) -> Option<Matrix> {
    let (before, after) = (report.old.schedule.as_ref()?, report.new.schedule.as_ref()?);
    let visits = merged(before, after);
    let changed: BTreeSet<&str> = report
        .difference
        .of_meaning()
        .filter(|change| change.subject.part == Part::Activity)
        .map(|change| change.subject.name.as_str())
        .collect();
    // Rows of a visit that came or went change with it.
    let moved: BTreeSet<&str> = visits
        .iter()
        .filter(|name| !(before.visits.contains_key(**name) && after.visits.contains_key(**name)))
        .copied()
        .collect();
    let touched = |row: &Activity| row.cells.iter().any(|cell| moved.contains(cell.visit.as_str()));
    let names = after
        .activities
        .keys()
        .chain(before.activities.keys().filter(|name| !after.activities.contains_key(*name)));
    let mut rows = Vec::new();
    for name in names {
        let (one, other) = (before.activities.get(name), after.activities.get(name));
        let is_changed = changed.contains(name.as_str());
        if !is_changed && !one.is_some_and(touched) && !other.is_some_and(touched) {
            continue;
        }
        let kind = match (one, other) {
            (None, Some(_)) => Some(ChangeKind::Added),
            (Some(_), None) => Some(ChangeKind::Removed),
            _ => None,
        };
        let has = |row: Option<&Activity>, visit: &str| {
            row.is_some_and(|row| row.cells.iter().any(|cell| cell.visit == visit))
        };
        let is_otherwise = |visit: &str| {
            report.difference.of_meaning().any(|change| {
                change.kind == ChangeKind::Changed
                    && change.subject.part == Part::Activity
                    && change.subject.name == *name
                    && change.subject.within.as_deref() == Some(visit)
            })
        };
        let crosses = visits.iter().map(|visit| match (has(one, visit), has(other, visit)) {
            (false, false) => Cross::Nothing,
            (false, true) => Cross::Added,
            (true, false) => Cross::Removed,
            (true, true) if is_otherwise(visit) => Cross::Changed,
            (true, true) => Cross::Both,
        });
        rows.push((report.activity_label(name), kind, crosses.collect()));
    }
    if rows.is_empty() {
        return None;
    }
    let kind = |name: &str| match (before.visits.contains_key(name), after.visits.contains_key(name)) {
        (false, true) => Some(ChangeKind::Added),
        (true, false) => Some(ChangeKind::Removed),
        _ => report
            .difference
            .of_meaning()
            .find(|change| {
                change.subject.part == Part::Visit
                    && change.subject.name == name
                    && change.property.as_deref() == Some("timing")
            })
            .map(|change| change.kind),
    };
    let visits = visits.iter().map(|name| (report.visit_label(name), kind(name))).collect();
    Some(Matrix { visits, rows })
}

/// The visits of the new version, those that are gone behind the visit that they followed.
fn merged<'a>(before: &'a Schedule, after: &'a Schedule) -> Vec<&'a str> {
    let mut all: Vec<&str> = after.visits.keys().map(String::as_str).collect();
    let mut last: Option<&str> = None;
    for name in before.visits.keys().map(String::as_str) {
        if !after.visits.contains_key(name) {
            let at = last.and_then(|last| all.iter().position(|known| *known == last)).map_or(0, |at| at + 1);
            all.insert(at, name);
        }
        last = Some(name);
    }
    all
}
