//! The author's summary of changes against the difference (D06): what changed and is not listed, and what is listed and
//! did not change.

use std::collections::BTreeSet;

use super::Difference;
use super::change::{Change, ChangeKind, EffectKind, Part};
use crate::diagnostics::{self, Diagnostic, codes, did_you_mean};
use crate::model::{Amendment, Field, SummaryLine, Trial, Why};
use crate::source::Span;
use crate::wording::listed;

/// What the summary of an amendment lacks, and what it has too much.
///
/// What only follows from a listed change (the question on a form that a criterion needs) needs no line, unless collected data
/// break; changes of words, codes and order need none.
pub fn unlisted(old: &Trial, new: &Trial, difference: &Difference, amendment: &Amendment) -> Vec<Diagnostic> {
    let Some(head) = amendment.origin.0 else { return Vec::new() };
    let lines = &amendment.summary;
    let mut found = Vec::new();
    let mut missing: Vec<(&Change, Vec<&Change>)> = Vec::new();
    for change in difference.of_meaning() {
        if !needs_line(change, difference, old, new)
            || lines.iter().any(|line| covers(line, change, old, new))
        {
            continue;
        }
        let same = missing.iter_mut().find(|(first, _)| {
            (first.subject.part, &first.subject.name) == (change.subject.part, &change.subject.name)
        });
        match same {
            Some((_, others)) => others.push(change),
            None => missing.push((change, Vec::new())),
        }
    }
    found.extend(missing.iter().map(|(change, others)| not_listed(head, lines, change, others)));
    for line in lines {
        found.extend(not_found(line, difference, old, new));
    }
    diagnostics::sort(&mut found);
    found
}

/// Questions and checks follow from what is collected and decided; they need a line of their own where collected data break
/// and no other change is the reason.
fn needs_line(change: &Change, difference: &Difference, old: &Trial, new: &Trial) -> bool {
    if !is_of_forms(change) {
        return true;
    }
    let names = recorded_for(change, old, new);
    let mut others = difference.changes.iter().filter(|other| !is_of_forms(other));
    change.has(EffectKind::BreaksData) && !others.any(|other| names.contains(other.subject.name.as_str()))
}

fn is_of_forms(change: &Change) -> bool {
    matches!(change.subject.part, Part::Form | Part::Field | Part::Check)
}

/// Whether the line speaks of this change: of its subject, of what the subject stands in, or of what a field records.
pub(super) fn covers(line: &SummaryLine, change: &Change, old: &Trial, new: &Trial) -> bool {
    let subject = &change.subject;
    let is_meant = line.of.as_ref().is_none_or(|of| *of == subject.part.word());
    if is_meant && line.subject == subject.name {
        return true;
    }
    let stands_in = subject.within.as_deref().filter(|_| subject.part != Part::Criterion);
    if stands_in == Some(&line.subject) {
        return true;
    }
    recorded_for(change, old, new).contains(line.subject.as_str())
}

/// The names for whose sake the fields of a changed form, or a changed field, are there.
fn recorded_for<'t>(change: &Change, old: &'t Trial, new: &'t Trial) -> BTreeSet<&'t str> {
    let subject = &change.subject;
    let (form, only) = match subject.part {
        Part::Form => (subject.name.as_str(), None),
        Part::Field => (subject.within.as_deref().unwrap_or_default(), Some(&subject.name)),
        _ => return BTreeSet::new(),
    };
    let forms = [old, new].into_iter().filter_map(|trial| trial.forms.get(form));
    let fields =
        forms.flat_map(|form| &form.fields).filter(|field| only.is_none_or(|only| field.name == *only));
    fields.flat_map(reasons).collect()
}

/// The names for whose sake a field is on its form.
fn reasons(field: &Field) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = field.measure.as_deref().into_iter().collect();
    for why in &field.why {
        names.extend(match why {
            Why::Criterion { code, .. } => Some(code.as_str()),
            Why::Outcome { name } => Some(name.as_str()),
            Why::Stratum { allocation } => Some(allocation.as_str()),
            Why::Schedule { activity } | Why::Condition { activity } => Some(activity.as_str()),
            Why::Derivation { measure } => Some(measure.as_str()),
            Why::Treatment { product } => Some(product.as_str()),
            Why::Record | Why::Declared => None,
        });
    }
    names
}

fn not_listed(head: Span, lines: &[SummaryLine], change: &Change, others: &[&Change]) -> Diagnostic {
    let subject = &change.subject;
    let at = lines.last().and_then(|line| line.origin.0).unwrap_or(head);
    let name = &subject.name;
    let several = match others.len() {
        0 => String::new(),
        1 => ", and one change more of it".to_owned(),
        more => format!(", and {more} changes more of it"),
    };
    let mut found = Diagnostic::new(
        &codes::SUMMARY,
        at,
        format!("the summary of changes does not list `{name}`: {}{several}", without_stop(&change.sentence)),
    )
    .label(if lines.is_empty() { "no change is listed" } else { "the last line of the summary" });
    if let Some(span) = change.new.0 {
        found = found.and(span, "changed here");
    }
    found.help(format!(
        "add `change {name} \"…\": {}` to the amendment, or take the change back",
        sort_of(change.kind)
    ))
}

fn without_stop(sentence: &str) -> &str {
    sentence.trim_end_matches('.')
}

/// The word of the summary for a kind of change.
fn sort_of(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Broader | ChangeKind::Loosened => "broader",
        ChangeKind::Narrower | ChangeKind::Tightened => "narrower",
        ChangeKind::Moved | ChangeKind::Shifted => "moved",
        ChangeKind::Reworded => "reworded",
        ChangeKind::Renumbered => "renumbered",
        ChangeKind::Split => "split",
        ChangeKind::Merged => "merged",
        ChangeKind::Changed | ChangeKind::Incomparable | ChangeKind::Reordered => "changed",
    }
}

/// Whether the word of the summary may be said of this kind of change: `changed` and `corrected` say little, so they fit all; where
/// nobody can tell in which direction a statement changed, the author is believed.
fn fits(sort: &str, kind: ChangeKind) -> bool {
    let is_open = kind == ChangeKind::Changed && matches!(sort, "broader" | "narrower" | "moved");
    // A part is new, or gone, as a statement of its own.
    let is_part = matches!((sort, kind), ("added", ChangeKind::Split) | ("removed", ChangeKind::Merged));
    is_open || is_part || matches!(sort, "changed" | "corrected") || sort == sort_of(kind)
}

fn not_found(line: &SummaryLine, difference: &Difference, old: &Trial, new: &Trial) -> Option<Diagnostic> {
    let at = line.origin.0?;
    let name = &line.subject;
    let own: Vec<&Change> =
        difference.changes.iter().filter(|change| covers(line, change, old, new)).collect();
    if own.is_empty() {
        let part = line.of.as_ref().map_or(String::new(), |of| format!("{of} "));
        let found = Diagnostic::new(
            &codes::SUMMARY,
            at,
            format!("the summary lists {part}`{name}`, of which nothing changed"),
        );
        if let Some(other) = difference.changes.iter().find(|change| change.subject.name == *name) {
            let word = other.subject.part.word();
            return Some(
                found
                    .label(format!("what changed is the {word} of this name"))
                    .help(format!("write `of: {word}`, or leave `of` out")),
            );
        }
        let changed = difference.changes.iter().map(|change| change.subject.name.as_str());
        let is_known = difference.decisions.iter().flat_map(|decision| &decision.criteria).any(|criterion| {
            criterion.new_code.as_ref() == Some(name) || criterion.old_code.as_ref() == Some(name)
        });
        return Some(match did_you_mean(name, changed).filter(|_| !is_known) {
            Some(other) => found
                .label(format!("did you mean `{other}`?"))
                .help(format!("write `change {other}`, or leave the line out")),
            None => found
                .label("the same in both versions")
                .help(format!("leave the line out, or make the change: `replace {{ … {name} … }}`")),
        });
    }
    let sort = line.sort.as_deref()?;
    // A line of a form or visit speaks of all that stands in it.
    let direct: Vec<&&Change> = own.iter().filter(|change| change.subject.name == *name).collect();
    if direct.is_empty() || direct.iter().any(|change| fits(sort, change.kind)) {
        return None;
    }
    let kinds: BTreeSet<&str> = direct.iter().map(|change| change.kind.word()).collect();
    let kinds: Vec<String> = kinds.into_iter().map(str::to_owned).collect();
    let kinds = listed(&kinds, "and");
    Some(
        Diagnostic::new(
            &codes::SUMMARY,
            at,
            format!("the summary says that `{name}` is {sort}; it is {kinds}"),
        )
        .label(without_stop(&direct[0].sentence).to_owned())
        .help(format!("write `{}` behind the colon, or change the statement", sort_of(direct[0].kind))),
    )
}
