//! The rows of the Schedule of Activities: what is done at which visit, and under which condition.

use super::change::{Change, ChangeKind, Class, EffectKind, Impact, Part, Subject};
use super::facets::{self, Facet, Places, collapsed, quoted};
use super::plain;
use super::schedule::{sorted, visit_label};
use crate::model::{Activity, ActivityKind, Cell, Schedule, Timepoints, Trial};
use crate::wording::{Wording, listed, lower};

/// What is done at a visit, in a list; `None` where nothing is.
pub(super) fn done_at(_trial: &Trial, schedule: &Schedule, visit: &str) -> Option<String> {
    const MOST: usize = 6;
    let rows = schedule.activities.values().filter(|row| row.cells.iter().any(|cell| cell.visit == visit));
    let labels: Vec<String> = rows.map(|row| lower(&collapsed(&row.label))).collect();
    if labels.is_empty() {
        return None;
    }
    if labels.len() <= MOST {
        return Some(listed(&labels, "and"));
    }
    let rest = format!("{} more", labels.len() - MOST + 1);
    let shown: Vec<String> = labels.into_iter().take(MOST - 1).chain([rest]).collect();
    Some(listed(&shown, "and"))
}

pub(super) fn compare(
    old: &Trial,
    new: &Trial,
    before: &Schedule,
    after: &Schedule,
    changes: &mut Vec<Change>,
) {
    let pairing = facets::pair(&before.activities, &after.activities);
    for (name, one, other) in &pairing.both {
        let title = collapsed(&other.label);
        let subject = Subject::new(Part::Activity, *name);
        let list = |trial: &Trial, row: &Activity| {
            let wording = Wording::of(trial);
            let during = row.throughout.as_ref().map(|(from, to)| match to {
                Some(to) => format!("from {} to {}", wording.moment(from), wording.moment(to)),
                None => format!("from {} on", wording.moment(from)),
            });
            vec![
                Facet::text("label", "the title", Class::Editorial, Some(&row.label)),
                Facet::new(
                    "throughout",
                    "the time over which it is collected",
                    Class::Schedule,
                    &row.throughout,
                )
                .shown(during.unwrap_or_default())
                .impact(Impact::DATA),
            ]
        };
        let places = Places { old: one.origin.0, new: other.origin.0 };
        changes.extend(facets::compare(&subject, &title, &places, list(old, one), list(new, other)));
        cells((old, before, one), (new, after, other), name, changes);
    }
    for (name, row) in &pairing.added {
        let at = where_done(new, after, row);
        let sentence = format!("{} is new in the schedule: {at}.", quoted(&row.label));
        let subject = Subject::new(Part::Activity, *name);
        let mut change = Change::new(subject, ChangeKind::Added, Class::Schedule, sentence)
            .words(None, Some(at))
            .impact(Impact::PARTICIPANTS)
            .at(None, row.origin.0);
        if let Some(burden) = burden(new, name, row.kind) {
            change.class = Class::Safety;
            change = change.effect(EffectKind::Consent, burden);
        }
        changes.push(change);
    }
    for (name, row) in &pairing.removed {
        let at = where_done(old, before, row);
        let sentence = format!("{} is dropped from the schedule; it was done {at}.", quoted(&row.label));
        let subject = Subject::new(Part::Activity, *name);
        changes.push(
            Change::new(subject, ChangeKind::Removed, Class::Schedule, sentence)
                .words(Some(at), None)
                .impact(Impact::DATA)
                .at(row.origin.0, None),
        );
    }
    timepoints(before, after, changes);
}

/// `at Screening and Month 3`, `from consent to month 12`.
fn where_done(trial: &Trial, schedule: &Schedule, row: &Activity) -> String {
    let wording = Wording::of(trial);
    let mut parts = Vec::new();
    if let Some((from, to)) = &row.throughout {
        parts.push(match to {
            Some(to) => format!("from {} to {}", wording.moment(from), wording.moment(to)),
            None => format!("from {} on", wording.moment(from)),
        });
    }
    let visits: Vec<String> = row.visits().iter().map(|name| visit_label(schedule, name)).collect();
    if !visits.is_empty() {
        parts.push(format!("at {}", listed(&visits, "and")));
    }
    if parts.is_empty() { "at no visit".to_owned() } else { parts.join(", ") }
}

/// Why something new in the schedule is a burden or a risk that participants must agree to. Blood, other specimens of the body
/// and procedures are; a question or a measurement from outside is not.
pub(super) fn burden(trial: &Trial, name: &str, kind: ActivityKind) -> Option<String> {
    const TAKEN: [&str; 6] = ["blood", "serum", "plasma", "tissue", "marrow", "cerebrospinal"];
    match kind {
        ActivityKind::Procedure => {
            Some(format!("`{name}` is a procedure that participants have not agreed to"))
        }
        ActivityKind::Measure => {
            let specimen = trial.measures.get(name)?.specimen.as_deref()?;
            let taken = TAKEN.iter().any(|word| specimen.to_lowercase().contains(word));
            taken.then(|| {
                format!("`{name}` takes {} that participants have not agreed to give", collapsed(specimen))
            })
        }
        ActivityKind::Drug => Some(format!("`{name}` is given or recorded where it was not")),
        ActivityKind::Event | ActivityKind::Condition | ActivityKind::Form => None,
    }
}

type Side<'a> = (&'a Trial, &'a Schedule, &'a Activity);

/// The crosses of one row.
fn cells((old, before, one): Side<'_>, (new, after, other): Side<'_>, name: &str, changes: &mut Vec<Change>) {
    let title = quoted(&other.label);
    let (visits, visits2) = (one.visits(), other.visits());
    let subject = |visit: &str| Subject::new(Part::Activity, name).within(visit);
    for visit in &visits2 {
        // What comes with a new visit is told with the visit.
        if !before.visits.contains_key(visit) {
            continue;
        }
        let label = visit_label(after, visit);
        let said = conditions(new, other, visit);
        if !visits.contains(visit) {
            let sentence = format!("{title} is now also done at {label}{}.", behind(&said));
            let mut change = Change::new(subject(visit), ChangeKind::Added, Class::Schedule, sentence)
                .words(None, Some(crossed(&said)))
                .impact(Impact::PARTICIPANTS)
                .at(one.origin.0, other.origin.0);
            if other.kind == ActivityKind::Procedure {
                change.class = Class::Safety;
                change = change.effect(
                    EffectKind::Consent,
                    format!("`{name}` is done more often than participants agreed to"),
                );
            }
            changes.push(change);
            continue;
        }
        if key(one, visit) != key(other, visit) {
            let was = conditions(old, one, visit);
            let (from, to) = (crossed(&was), crossed(&said));
            let sentence = if from == to {
                format!("{title} at {label}: the condition changes.")
            } else {
                format!("{title} at {label} is done otherwise: {from} becomes {to}.")
            };
            changes.push(
                Change::new(subject(visit), ChangeKind::Changed, Class::Schedule, sentence)
                    .words(Some(from), Some(to))
                    .impact(Impact::BOTH)
                    .at(one.origin.0, other.origin.0),
            );
        } else if notes(one, visit) != notes(other, visit) {
            let sentence = format!("{title} at {label}: the note is worded anew.");
            changes.push(
                Change::new(subject(visit), ChangeKind::Reworded, Class::Editorial, sentence)
                    .words(Some(notes(one, visit)), Some(notes(other, visit)))
                    .at(one.origin.0, other.origin.0),
            );
        }
    }
    for visit in visits.iter().filter(|visit| !visits2.contains(visit) && after.visits.contains_key(*visit)) {
        let sentence = format!("{title} is no longer done at {}.", visit_label(before, visit));
        changes.push(
            Change::new(subject(visit), ChangeKind::Removed, Class::Schedule, sentence)
                .words(Some(crossed(&conditions(old, one, visit))), None)
                .impact(Impact::DATA)
                .at(one.origin.0, other.origin.0),
        );
    }
}

fn at<'a>(row: &'a Activity, visit: &'a str) -> impl Iterator<Item = &'a Cell> {
    row.cells.iter().filter(move |cell| cell.visit == visit)
}

/// The crosses of a visit in a form that does not depend on their order or words.
fn key(row: &Activity, visit: &str) -> Vec<String> {
    let of = |cell: &Cell| {
        let when = cell.when.as_ref().map(plain::condition);
        serde_json::to_string(&(when, sorted(&cell.arms), &cell.cycles, &cell.per)).unwrap_or_default()
    };
    let mut keys: Vec<String> = at(row, visit).map(of).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn notes(row: &Activity, visit: &str) -> String {
    at(row, visit).filter_map(|cell| cell.note.as_deref().map(collapsed)).collect::<Vec<_>>().join("; ")
}

/// `only when the participant is female`, for each cross that has a condition.
fn conditions(trial: &Trial, row: &Activity, visit: &str) -> String {
    let wording = Wording::of(trial);
    let of = |cell: &Cell| {
        let mut parts = Vec::new();
        if let Some(cycles) = &cell.cycles {
            parts.push(format!("in {cycles}"));
        }
        if let Some(set) = &cell.per {
            let sets = trial.schedule.as_ref().and_then(|schedule| schedule.timepoints.get(set));
            parts.push(format!("at each time of {}", sets.map_or(set.clone(), |set| collapsed(&set.label))));
        }
        if !cell.arms.is_empty() {
            parts.push(format!("only in {}", wording.arms(&cell.arms)));
        }
        if let Some(when) = &cell.when {
            parts.push(format!("only if {}", wording.condition(when)));
        }
        parts.join(", ")
    };
    let mut said: Vec<String> = at(row, visit).map(of).collect();
    // A cross without a condition holds for everybody.
    if said.iter().any(String::is_empty) {
        return String::new();
    }
    said.dedup();
    said.join("; or ")
}

fn crossed(said: &str) -> String {
    if said.is_empty() { "done".to_owned() } else { format!("done {said}") }
}

fn behind(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(", {said}") }
}

fn timepoints(before: &Schedule, after: &Schedule, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&before.timepoints, &after.timepoints);
    let said = |set: &Timepoints| {
        let points: Vec<String> =
            set.points.iter().map(|point| clock(point.minutes, point.early, point.late)).collect();
        format!("{} from {}", listed(&points, "and"), set.from)
    };
    for (name, one, other) in &pairing.both {
        let list = |set: &Timepoints| {
            let times: Vec<(i64, i64, i64)> =
                set.points.iter().map(|point| (point.minutes, point.early, point.late)).collect();
            let labels: Vec<&Option<String>> = set.points.iter().map(|point| &point.label).collect();
            let labels = if times.is_empty() { Vec::new() } else { labels };
            vec![
                Facet::text("label", "the title", Class::Editorial, Some(&set.label)),
                Facet::new("at", "the times", Class::Schedule, &(times, &set.anchor, &set.from))
                    .shown(said(set))
                    .impact(Impact::BOTH),
                Facet::new("labels", "the names of the times", Class::Editorial, &labels),
            ]
        };
        let subject = Subject::new(Part::Timepoints, *name);
        let places = Places { old: one.origin.0, new: other.origin.0 };
        let title = collapsed(&other.label);
        let mut found = facets::compare(&subject, &title, &places, list(one), list(other));
        let more = other.points.len() > one.points.len();
        for change in found.iter_mut().filter(|change| more && change.property.as_deref() == Some("at")) {
            change.class = Class::Safety;
            let because = "samples are taken at more times than participants agreed to";
            change.effects.push(super::change::Effect::new(EffectKind::Consent, because));
        }
        changes.extend(found);
    }
    for (name, set) in &pairing.added {
        let sentence = format!("{} is a new set of times: {}.", quoted(&set.label), said(set));
        changes.push(
            Change::new(Subject::new(Part::Timepoints, *name), ChangeKind::Added, Class::Schedule, sentence)
                .impact(Impact::PARTICIPANTS)
                .at(None, set.origin.0),
        );
    }
    for (name, set) in &pairing.removed {
        let sentence = format!("The times of {} are gone: {}.", quoted(&set.label), said(set));
        changes.push(
            Change::new(
                Subject::new(Part::Timepoints, *name),
                ChangeKind::Removed,
                Class::Schedule,
                sentence,
            )
            .impact(Impact::DATA)
            .at(set.origin.0, None),
        );
    }
}

/// `−30 min`, `1 h (±5 min)`.
fn clock(minutes: i64, early: i64, late: i64) -> String {
    let simple = |minutes: i64| {
        let sign = if minutes < 0 { "−" } else { "" };
        let size = minutes.abs();
        if size != 0 && size % 60 == 0 {
            format!("{sign}{} h", size / 60)
        } else {
            format!("{sign}{size} min")
        }
    };
    match (early, late) {
        (0, 0) => simple(minutes),
        (early, late) if early == late => format!("{} (±{})", simple(minutes), simple(late)),
        (early, late) => format!("{} (−{}/+{})", simple(minutes), simple(early), simple(late)),
    }
}
