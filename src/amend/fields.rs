//! Fields of a form, and the judgement whether what was collected in them still fits.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Class, EffectKind, Impact, Part, Subject};
use super::facets::{collapsed, quoted};
use super::plain;
use crate::model::{Field, FieldKind, Form, Level, UnitRef};
use crate::number::Exact;
use crate::source::Span;
use crate::wording::listed;

/// Whether collected data fit, and why.
pub(super) struct Verdict {
    breaks: bool,
    because: String,
}

impl Verdict {
    pub fn breaks(because: impl Into<String>) -> Self {
        Self { breaks: true, because: because.into() }
    }

    pub fn keeps(because: impl Into<String>) -> Self {
        Self { breaks: false, because: because.into() }
    }

    /// The change with the judgement.
    pub fn on(self, change: Change) -> Change {
        if self.breaks {
            change.impact(Impact::DATA).effect(EffectKind::BreaksData, self.because)
        } else {
            change.effect(EffectKind::KeepsData, self.because)
        }
    }
}

pub(super) fn compare(form: &str, one: &Form, other: &Form, changes: &mut Vec<Change>) {
    let find = |form: &'_ Form, name: &str| form.fields.iter().position(|field| field.name == name);
    for field in &other.fields {
        match find(one, &field.name).map(|at| &one.fields[at]) {
            Some(before) => of_field(form, (one, before), (other, field), changes),
            None => changes.push(added(form, other, field)),
        }
    }
    for field in one.fields.iter().filter(|field| find(other, &field.name).is_none()) {
        let sentence = format!("Field {} {} on {form} is dropped.", field.name, quoted(&field.label));
        let change = Change::new(subject(form, field), ChangeKind::Removed, Class::Data, sentence)
            .words(Some(collapsed(&field.label)), None)
            .at(place(one, field), other.origin.0);
        changes.push(Verdict::breaks("what was collected in it has no place").on(change));
    }
}

fn subject(form: &str, field: &Field) -> Subject {
    Subject::new(Part::Field, field.name.clone()).within(form)
}

fn place(form: &Form, field: &Field) -> Option<Span> {
    field.origin.0.or(form.origin.0)
}

fn added(form: &str, other: &Form, field: &Field) -> Change {
    let asked = match (field.required, field.when.is_empty()) {
        (true, true) => "and must be answered",
        (true, false) => "and must be answered where it is asked",
        (false, _) => "and may stay empty",
    };
    let sentence = format!("Field {} {} on {form} is new {asked}.", field.name, quoted(&field.label));
    let change = Change::new(subject(form, field), ChangeKind::Added, Class::Data, sentence)
        .words(None, Some(collapsed(&field.label)))
        .at(other.origin.0, place(other, field));
    if field.required && field.when.is_empty() {
        Verdict::breaks("it is required, and collected records do not have it").on(change)
    } else {
        Verdict::keeps("collected records were not asked it").on(change)
    }
}

fn of_field(
    form: &str,
    (one, before): (&Form, &Field),
    (other, after): (&Form, &Field),
    changes: &mut Vec<Change>,
) {
    let title = format!("Field {} on {form}", after.name);
    let change = |kind: ChangeKind, property: &str, class: Class, sentence: String| {
        Change::new(subject(form, after), kind, class, sentence)
            .property(property)
            .at(place(one, before), place(other, after))
    };
    let (label, label2) = (collapsed(&before.label), collapsed(&after.label));
    if label != label2 {
        let sentence = format!("{title} asks “{label2}” instead of “{label}”.");
        let found = change(ChangeKind::Reworded, "label", Class::Editorial, sentence);
        changes.push(
            found.words(Some(label), Some(label2)).effect(EffectKind::KeepsData, "the answers are the same"),
        );
    }
    let help = |field: &Field| field.help.as_deref().map(collapsed);
    if help(before) != help(after) {
        let sentence = format!("{title}: the help is worded anew.");
        changes.push(
            change(ChangeKind::Reworded, "help", Class::Editorial, sentence).words(help(before), help(after)),
        );
    }
    if before.required != after.required {
        let (words, verdict) = if after.required {
            ("must be answered now", Verdict::breaks("collected records may have left it empty"))
        } else {
            ("may stay empty now", Verdict::keeps("collected records have it"))
        };
        let found = change(ChangeKind::Changed, "required", Class::Data, format!("{title} {words}."));
        changes.push(verdict.on(found));
    }
    kinds(&title, before, after, &change, changes);
    asked_when(&title, before, after, &change, changes);
    let code = |field: &Field| field.loinc.as_ref().map(|code| code.code.clone());
    if code(before) != code(after) || before.measure != after.measure {
        let said = |field: &Field| code(field).or_else(|| field.measure.clone());
        let sentence = format!("{title} records something else: another measure or another LOINC code.");
        let found =
            change(ChangeKind::Changed, "measure", Class::Data, sentence).words(said(before), said(after));
        changes.push(Verdict::breaks("collected values may be of another test").on(found));
    }
}

type Making<'a> = dyn Fn(ChangeKind, &str, Class, String) -> Change + 'a;

/// Conditions and visits.
fn asked_when(title: &str, before: &Field, after: &Field, change: &Making<'_>, changes: &mut Vec<Change>) {
    let skip = |field: &Field| {
        let only: Vec<_> =
            field.only.iter().map(|scope| (scope.visits.clone(), plain::condition(&scope.when))).collect();
        (field.when.clone(), only)
    };
    if skip(before) != skip(after) {
        let conditions = |field: &Field| field.when.len() + field.only.len();
        let (words, verdict) = if conditions(after) == 0 {
            let verdict = if after.required {
                Verdict::breaks("it is required of records that it was not asked of")
            } else {
                Verdict::keeps("it is asked of more records; those that have it keep it")
            };
            ("is asked without a condition now", verdict)
        } else if conditions(before) == 0 {
            (
                "is asked under a condition now",
                Verdict::breaks("answers may be there where it no longer applies"),
            )
        } else {
            (
                "is asked under another condition",
                Verdict::breaks("answers may be there where it no longer applies"),
            )
        };
        let said = |field: &Field| {
            let mut parts: Vec<String> = field
                .when
                .iter()
                .map(|when| format!("when {} is {}", when.field, listed(&when.one_of, "or")))
                .collect();
            parts.extend(field.only.iter().map(|scope| format!("when {}", collapsed(&scope.when.text))));
            (!parts.is_empty()).then(|| parts.join("; "))
        };
        let found = change(ChangeKind::Changed, "when", Class::Data, format!("{title} {words}."));
        changes.push(verdict.on(found.words(said(before), said(after))));
    }
    if before.cycles != after.cycles {
        let sentence = format!("{title} is asked in other cycles.");
        let said = |field: &Field| {
            let parts: Vec<String> =
                field.cycles.iter().map(|(visit, cycles)| format!("{visit} in {cycles}")).collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        };
        let found = change(ChangeKind::Changed, "cycles", Class::Data, sentence);
        let verdict = match after.cycles.is_empty() {
            true => Verdict::keeps("it is asked in more cycles; those that have it keep it"),
            false => Verdict::breaks("answers may be there in cycles in which it is no longer asked"),
        };
        changes.push(verdict.on(found.words(said(before), said(after))));
    }
    let (Some(one), Some(other)) = (&before.visits, &after.visits) else { return };
    let gone: Vec<String> = one.iter().filter(|visit| !other.contains(visit)).cloned().collect();
    if !gone.is_empty() {
        let sentence = format!("{title} is no longer asked at {}.", listed(&gone, "and"));
        let found = change(ChangeKind::Removed, "visits", Class::Data, sentence);
        changes.push(Verdict::breaks("what was collected in it at these visits has no place").on(found));
    }
}

/// What sort of answer is asked for, and which answers are taken.
fn kinds(title: &str, before: &Field, after: &Field, change: &Making<'_>, changes: &mut Vec<Change>) {
    match (&before.kind, &after.kind) {
        (
            FieldKind::Number { units, plausible, range, precision },
            FieldKind::Number { units: units2, plausible: plausible2, range: range2, precision: precision2 },
        ) => {
            of_units(title, units, units2, change, changes);
            limits(title, "range", "the range", range.as_ref(), range2.as_ref(), true, change, changes);
            let soft = (plausible.as_ref(), plausible2.as_ref());
            limits(title, "plausible", "the plausible range", soft.0, soft.1, false, change, changes);
            if precision != precision2 {
                let said = |decimals: &Option<u32>| {
                    decimals.map_or("any number of decimals".to_owned(), |count| format!("{count} decimals"))
                };
                let sentence = format!("{title} takes {} instead of {}.", said(precision2), said(precision));
                let verdict = match (precision, precision2) {
                    (Some(one), Some(other)) if other < one => {
                        Verdict::breaks("collected values may have more decimals")
                    }
                    (None, Some(_)) => Verdict::breaks("collected values may have more decimals"),
                    _ => Verdict::keeps("collected values have no more decimals"),
                };
                let found = change(ChangeKind::Changed, "precision", Class::Data, sentence);
                changes.push(verdict.on(found.words(Some(said(precision)), Some(said(precision2)))));
            }
        }
        (FieldKind::Integer { low, high }, FieldKind::Integer { low: low2, high: high2 }) => {
            let range = |low: &Option<i64>, high: &Option<i64>| {
                let end = |end: &Option<i64>| end.map(Exact::from);
                (end(low), end(high))
            };
            open_limits(
                title,
                "range",
                "the range",
                &range(low, high),
                &range(low2, high2),
                true,
                change,
                changes,
            );
        }
        (FieldKind::Choice { levels }, FieldKind::Choice { levels: levels2 }) => {
            choices(title, levels, levels2, change, changes);
        }
        (one, other) if one == other => {}
        (one, other) => {
            let (from, to) = (sort(one), sort(other));
            let sentence = format!("{title} takes {to} instead of {from}.");
            let found = change(ChangeKind::Changed, "type", Class::Data, sentence);
            let verdict = match (one, other) {
                (FieldKind::Date, FieldKind::PartialDate) => {
                    Verdict::keeps("a whole date is a partial date too")
                }
                (FieldKind::Integer { .. }, FieldKind::Number { units, .. }) if units.is_empty() => {
                    Verdict::keeps("a whole number is a number")
                }
                (_, FieldKind::Text) => {
                    Verdict::keeps("every answer can be read as text, though no longer compared")
                }
                _ => Verdict::breaks("collected answers are of another type"),
            };
            changes.push(verdict.on(found.words(Some(from.to_owned()), Some(to.to_owned()))));
        }
    }
}

fn sort(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Integer { .. } => "a whole number",
        FieldKind::Number { .. } => "a number",
        FieldKind::Date => "a date",
        FieldKind::PartialDate => "a partial date",
        FieldKind::Time => "a time",
        FieldKind::YesNo => "yes or no",
        FieldKind::Choice { .. } => "a choice",
    }
}

fn of_units(title: &str, one: &[UnitRef], other: &[UnitRef], change: &Making<'_>, changes: &mut Vec<Change>) {
    let codes = |units: &[UnitRef]| units.iter().map(|unit| unit.ucum.clone()).collect::<Vec<_>>();
    let (before, after) = (codes(one), codes(other));
    if before == after {
        return;
    }
    let said = |units: &[UnitRef]| {
        let written: Vec<String> = units.iter().map(|unit| unit.written.clone()).collect();
        if written.is_empty() { "no unit".to_owned() } else { listed(&written, "or") }
    };
    let (from, to) = (said(one), said(other));
    let gone: Vec<&String> = before.iter().filter(|unit| !after.contains(unit)).collect();
    let sentence = format!("{title} is recorded in {to} instead of {from}.");
    let found = change(ChangeKind::Changed, "unit", Class::Data, sentence).words(Some(from), Some(to));
    let verdict = if before.first() != after.first() {
        Verdict::breaks("values that were collected without looking at their unit are in another one")
    } else if !gone.is_empty() {
        Verdict::breaks("collected values may be in a unit that is no longer taken")
    } else {
        Verdict::keeps("every unit that was taken still is")
    };
    changes.push(verdict.on(found));
}

type Ends = (Option<Exact>, Option<Exact>);

#[allow(clippy::too_many_arguments, reason = "a range has two ends, a name and a hardness")]
fn limits(
    title: &str,
    property: &str,
    called: &str,
    one: Option<&(Exact, Exact)>,
    other: Option<&(Exact, Exact)>,
    hard: bool,
    change: &Making<'_>,
    changes: &mut Vec<Change>,
) {
    let ends = |range: Option<&(Exact, Exact)>| -> Ends {
        range.map_or((None, None), |(low, high)| (Some(low.clone()), Some(high.clone())))
    };
    open_limits(title, property, called, &ends(one), &ends(other), hard, change, changes);
}

#[allow(clippy::too_many_arguments, reason = "a range has two ends, a name and a hardness")]
fn open_limits(
    title: &str,
    property: &str,
    called: &str,
    one: &Ends,
    other: &Ends,
    hard: bool,
    change: &Making<'_>,
    changes: &mut Vec<Change>,
) {
    if one == other {
        return;
    }
    let said = |(low, high): &Ends| match (low, high) {
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("{low} and more"),
        (None, Some(high)) => format!("up to {high}"),
        (None, None) => "any value".to_owned(),
    };
    // An end that is open allows everything on its side.
    let higher_floor = match (&one.0, &other.0) {
        (None, Some(_)) => true,
        (Some(one), Some(other)) => other > one,
        (_, None) => false,
    };
    let lower_ceiling = match (&one.1, &other.1) {
        (None, Some(_)) => true,
        (Some(one), Some(other)) => other < one,
        (_, None) => false,
    };
    let looser = (one.0.is_some() && (other.0.is_none() || other.0 < one.0))
        || (one.1.is_some() && (other.1.is_none() || other.1 > one.1));
    let (kind, word) = match (higher_floor || lower_ceiling, looser) {
        (true, true) => (ChangeKind::Shifted, "is shifted"),
        (true, false) => (ChangeKind::Tightened, "is tightened"),
        _ => (ChangeKind::Loosened, "is loosened"),
    };
    let (from, to) = (said(one), said(other));
    let sentence = format!("{title}: {called} {word} from {from} to {to}.");
    let found = change(kind, property, Class::Data, sentence).words(Some(from), Some(to));
    let verdict = match (hard, kind) {
        (_, ChangeKind::Loosened) => Verdict::keeps("every collected value is still inside"),
        (true, _) => Verdict::breaks("collected values may lie outside"),
        (false, _) => Verdict::keeps("values outside are asked about, not refused"),
    };
    changes.push(verdict.on(found));
}

fn choices(title: &str, one: &[Level], other: &[Level], change: &Making<'_>, changes: &mut Vec<Change>) {
    let values =
        |levels: &[Level]| levels.iter().map(|level| level.value.clone()).collect::<BTreeSet<String>>();
    let (before, after) = (values(one), values(other));
    let list = |names: BTreeSet<String>| listed(&names.into_iter().collect::<Vec<_>>(), "and");
    let gone: BTreeSet<String> = before.difference(&after).cloned().collect();
    let more: BTreeSet<String> = after.difference(&before).cloned().collect();
    if !gone.is_empty() {
        let words = list(gone);
        let sentence = format!("{title} no longer offers {words}.");
        let found = change(ChangeKind::Tightened, "choices", Class::Data, sentence).words(Some(words), None);
        changes.push(Verdict::breaks("collected answers may be among those that are gone").on(found));
    }
    if !more.is_empty() {
        let words = list(more);
        let sentence = format!("{title} also offers {words}.");
        let found = change(ChangeKind::Loosened, "choices", Class::Data, sentence).words(None, Some(words));
        changes.push(Verdict::keeps("every collected answer is still offered").on(found));
    }
    for level in other {
        let Some(before) = one.iter().find(|before| before.value == level.value) else { continue };
        let said = |level: &Level| level.label.as_deref().map(collapsed);
        if said(before) != said(level) {
            let sentence = format!(
                "{title}: {} is called {} instead of {}.",
                level.value,
                quoted(said(level).as_deref().unwrap_or(&level.value)),
                quoted(said(before).as_deref().unwrap_or(&level.value))
            );
            let found = change(ChangeKind::Reworded, "choices", Class::Editorial, sentence);
            changes.push(found.words(said(before), said(level)).effect(
                EffectKind::KeepsData,
                "the stored value is the same; whether its meaning is, only a person can say",
            ));
        }
    }
}
