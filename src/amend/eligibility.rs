//! Who may take part: criterion by criterion, and what reaches a criterion through a definition.

use std::collections::BTreeSet;

use serde::Serialize;

use super::change::{Change, ChangeKind, Class, EffectKind, Impact, Part, Subject};
use super::facets::{self, Facet, Places, collapsed, quoted};
use super::pairing::{self, Coded};
use super::plain;
use super::population::{Logic, Population};
use super::questions;
use super::rules::{Piece, Rules};
use super::together;
use super::touched::Touched;
use super::witness::Person;
use crate::logic::{Asked, Fault, Solver};
use crate::model::{Criterion, CriterionKind, Decision, Named, Origin, Rule, Trial};
use crate::wording::{Wording, listed};

/// How the criteria of one decision differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionDifference {
    /// The event that the decision permits.
    pub event: String,
    /// In words, as a heading.
    pub label: String,
    /// Pairs in the order of the new protocol, then the criteria that are gone.
    pub criteria: Vec<CriterionDifference>,
    /// All criteria together; absent where none of them changed, and where only one version has the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<Population>,
}

/// One criterion in both protocols.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriterionDifference {
    pub standing: Standing,
    /// What it is now; of a criterion that is gone, what it was.
    pub kind: CriterionKind,
    #[serde(skip)]
    pub old_kind: CriterionKind,
    /// Absent for a new criterion.
    pub old_code: Option<String>,
    /// Absent for a criterion that is gone.
    pub new_code: Option<String>,
    pub old_prose: Option<String>,
    pub new_prose: Option<String>,
    /// Where the rules differ, as phrases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// Names whose definition changed and that the criterion rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<String>,
    /// Of what is split or merged: which criteria decide what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<String>,
    /// Somebody who passes it now and did not, whatever the other criteria say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gained: Option<Person>,
    /// Somebody who passed it and does no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Person>,
    #[serde(skip)]
    pub old: Origin,
    #[serde(skip)]
    pub new: Origin,
}

/// What became of a criterion's meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Unchanged,
    /// Other words, or another rule that decides the same.
    Reworded,
    /// Decides the same once everything is recorded; with data missing, one version can decide and the other cannot.
    SameWhenComplete,
    /// Lets fewer people in.
    Narrower,
    /// Lets more people in.
    Broader,
    /// Lets some in and keeps others out.
    Incomparable,
    /// Means something else; which way, only a person can say.
    Changed,
    Added,
    Removed,
    /// One of several that decide together what one decided.
    Split,
    /// One that decides what several decided together, or one of these.
    Merged,
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::Unchanged => "unchanged",
            Standing::Reworded => "reworded",
            Standing::SameWhenComplete => "the same on complete data",
            Standing::Narrower => "narrower",
            Standing::Broader => "broader",
            Standing::Incomparable => "changed both ways",
            Standing::Changed => "changed",
            Standing::Added => "added",
            Standing::Removed => "removed",
            Standing::Split => "split",
            Standing::Merged => "merged",
        }
    }

    /// The criterion decides as it did.
    pub fn is_same(self) -> bool {
        matches!(self, Standing::Unchanged | Standing::Reworded)
    }
}

pub(super) fn compare(
    old: &Trial,
    new: &Trial,
    touched: &Touched<'_>,
    solver: Option<Box<dyn Solver>>,
    changes: &mut Vec<Change>,
) -> (Vec<DecisionDifference>, Option<Result<Asked, Fault>>) {
    let decisions = facets::pair(&old.decisions, &new.decisions);
    let aligned = questions::aligned(old, new);
    let mut logic = Logic::of(old, aligned.as_ref().unwrap_or(new), solver);
    let mut found = Vec::new();
    let none = Named::default();
    for (event, decision) in &new.decisions {
        let before = old.decisions.get(event);
        match before {
            Some(before) => changes.extend(of_decision(old, new, event, before, decision)),
            None => changes.push(whole(new, event, decision, ChangeKind::Added)),
        }
        let criteria = before.map_or(&none, |before| &before.criteria);
        found.push(of_criteria(
            old,
            new,
            decision,
            criteria,
            &decision.criteria,
            touched,
            &mut logic,
            changes,
        ));
    }
    for (event, decision) in decisions.removed {
        changes.push(whole(old, event, decision, ChangeKind::Removed));
        found.push(of_criteria(old, new, decision, &decision.criteria, &none, touched, &mut logic, changes));
    }
    let asked = logic.asked();
    (found, asked)
}

/// A decision that the other protocol does not make.
fn whole(trial: &Trial, event: &str, decision: &Decision, kind: ChangeKind) -> Change {
    let title = heading(trial, decision);
    let count = decision.criteria.len();
    let (sentence, origin) = match kind {
        ChangeKind::Added => (format!("{title} is a new decision, with {count} criteria."), true),
        _ => (format!("{title} is no longer decided; it had {count} criteria."), false),
    };
    let span = decision.origin.0;
    let (old, new) = if origin { (None, span) } else { (span, None) };
    Change::new(Subject::new(Part::Decision, event), kind, Class::Eligibility, sentence)
        .impact(Impact::BOTH)
        .at(old, new)
}

fn of_decision(old: &Trial, new: &Trial, event: &str, before: &Decision, after: &Decision) -> Vec<Change> {
    let subject = Subject::new(Part::Decision, event);
    let list = |trial: &Trial, decision: &Decision| {
        let names: Vec<String> = decision.checked.iter().map(|name| Wording::of(trial).named(name)).collect();
        vec![
            Facet::text("label", "the title", Class::Editorial, decision.label.as_deref()),
            Facet::new("checked", "the time of the check", Class::Eligibility, &decision.checked)
                .shown(listed(&names, "and"))
                .impact(Impact::DATA),
        ]
    };
    let places = Places { old: before.origin.0, new: after.origin.0 };
    facets::compare(&subject, &heading(new, after), &places, list(old, before), list(new, after))
}

fn heading(trial: &Trial, decision: &Decision) -> String {
    let label = decision.label.as_deref().map(collapsed);
    label.unwrap_or_else(|| format!("Eligibility for {}", Wording::of(trial).named(&decision.event)))
}

#[allow(
    clippy::too_many_arguments,
    reason = "two versions, each with its decision, and what is known of both"
)]
fn of_criteria(
    old: &Trial,
    new: &Trial,
    decision: &Decision,
    before: &Named<Criterion>,
    after: &Named<Criterion>,
    touched: &Touched<'_>,
    logic: &mut Logic<'_>,
    changes: &mut Vec<Change>,
) -> DecisionDifference {
    let rules = Rules::of(old, new);
    let mut criteria = Vec::new();
    for pair in pairing::pair(before, after).pairs {
        let difference = match pair {
            (Some(one), Some(other)) => both(&rules, decision, one, other, touched, logic, changes),
            (None, Some((code, criterion))) => {
                let kind = kind_word(criterion.kind);
                let sentence = format!("{kind} {code} is new: {}.", quoted(&criterion.prose));
                let standing = Standing::Added;
                changes.push(alone(decision, code, criterion, ChangeKind::Added, sentence));
                single(standing, code, criterion)
            }
            (Some((code, criterion)), None) => {
                let kind = kind_word(criterion.kind);
                let sentence = format!("{kind} {code} is dropped: {}.", quoted(&criterion.prose));
                changes.push(alone(decision, code, criterion, ChangeKind::Removed, sentence));
                single(Standing::Removed, code, criterion)
            }
            (None, None) => continue,
        };
        criteria.push(difference);
    }
    let version = |trial, criteria| together::Version { trial, criteria };
    together::find(decision, (version(old, before), version(new, after)), &mut criteria, logic, changes);
    changes.extend(order(decision, before, after, &criteria));
    let changed = criteria.iter().any(|one| !one.standing.is_same());
    let population = if changed { logic.population(&decision.event, &criteria) } else { None };
    let label = heading(if new.decisions.contains_key(&decision.event) { new } else { old }, decision);
    DecisionDifference { event: decision.event.clone(), label, criteria, population }
}

/// `Inclusion criterion`, at the beginning of a sentence.
fn kind_word(kind: CriterionKind) -> &'static str {
    match kind {
        CriterionKind::Include => "Inclusion criterion",
        CriterionKind::Exclude => "Exclusion criterion",
    }
}

fn subject(decision: &Decision, code: &str) -> Subject {
    Subject::new(Part::Criterion, code).within(&decision.event)
}

fn alone(
    decision: &Decision,
    code: &str,
    criterion: &Criterion,
    kind: ChangeKind,
    sentence: String,
) -> Change {
    let words = Some(collapsed(&criterion.prose));
    let span = place(criterion);
    let change =
        Change::new(subject(decision, code), kind, Class::Eligibility, sentence).impact(Impact::BOTH);
    match kind {
        ChangeKind::Added => change
            .words(None, words)
            .at(None, span)
            .effect(EffectKind::Enrolled, "participants who are in were never asked whether they meet it"),
        _ => change.words(words, None).at(span, None),
    }
}

fn single(standing: Standing, code: &str, criterion: &Criterion) -> CriterionDifference {
    let (code, prose) = (Some(code.to_owned()), Some(collapsed(&criterion.prose)));
    let added = standing == Standing::Added;
    let (old_code, new_code) = if added { (None, code) } else { (code, None) };
    let (old_prose, new_prose) = if added { (None, prose) } else { (prose, None) };
    let span = Origin(place(criterion));
    let (old, new) = if added { (Origin(None), span) } else { (span, Origin(None)) };
    CriterionDifference {
        standing,
        kind: criterion.kind,
        old_kind: criterion.kind,
        old_code,
        new_code,
        old_prose,
        new_prose,
        differences: Vec::new(),
        through: Vec::new(),
        together: None,
        gained: None,
        lost: None,
        old,
        new,
    }
}

fn place(criterion: &Criterion) -> Option<crate::source::Span> {
    criterion.origins.get("prose").or(criterion.origin.0)
}

fn both(
    rules: &Rules<'_>,
    decision: &Decision,
    (old_code, old): Coded<'_>,
    (new_code, new): Coded<'_>,
    touched: &Touched<'_>,
    logic: &mut Logic<'_>,
    changes: &mut Vec<Change>,
) -> CriterionDifference {
    let pieces = pieces(rules, (old_code, old), (new_code, new));
    let through = touched.of_criterion(new);
    let reworded = collapsed(&old.prose) != collapsed(&new.prose);
    let (mut gained, mut lost) = (None, None);
    let standing = if pieces.is_empty() && through.is_empty() {
        if reworded { Standing::Reworded } else { Standing::Unchanged }
    } else if pieces.iter().all(|piece| piece.by_person) && through.is_empty() {
        // Other words of a question: only a person can say what they change.
        Standing::Changed
    } else {
        match logic.criterion(&decision.event, old_code, new_code) {
            Some(compared) => {
                (gained, lost) = (compared.gained, compared.lost);
                compared.standing
            }
            None => Standing::Changed,
        }
    };
    let subject = subject(decision, new_code);
    let words = || (Some(collapsed(&old.prose)), Some(collapsed(&new.prose)));
    let at = |change: Change| change.at(place(old), place(new));
    if !standing.is_same() {
        let mut why: Vec<String> = pieces.iter().map(|piece| piece.words.clone()).collect();
        why.extend(through.iter().map(|name| format!("the definition of `{name}` changes")));
        let (change_kind, verb) = match standing {
            Standing::Broader => (ChangeKind::Broader, "lets more people in"),
            Standing::Narrower => (ChangeKind::Narrower, "lets fewer people in"),
            Standing::Incomparable => (ChangeKind::Incomparable, "lets some in and keeps others out"),
            Standing::SameWhenComplete => {
                (ChangeKind::Changed, "decides the same once everything is recorded")
            }
            _ => (ChangeKind::Changed, "changes"),
        };
        let sentence = format!("{} {new_code} {verb}: {}.", kind_word(new.kind), why.join("; "));
        let (from, to) = words();
        let mut change =
            Change::new(subject.clone(), change_kind, Class::Eligibility, sentence).words(from, to);
        if standing != Standing::SameWhenComplete {
            change = change.impact(Impact::BOTH);
        }
        if !matches!(standing, Standing::Broader | Standing::SameWhenComplete) {
            change = change.effect(EffectKind::Enrolled, "participants who are in may not fulfil it");
        }
        change = match pieces.first() {
            Some(piece) => change.at(piece.old.or(place(old)), piece.new.or(place(new))),
            None => at(change),
        };
        changes.push(change);
    } else if reworded || !pieces.is_empty() {
        let what = match old.kind != new.kind {
            true => "was an exclusion",
            false if reworded => "is worded anew",
            false => "is written otherwise",
        };
        let what = if new.kind == CriterionKind::Exclude && old.kind != new.kind {
            "was an inclusion"
        } else {
            what
        };
        let sentence = format!("{} {new_code} {what} and decides the same.", kind_word(new.kind));
        let (from, to) = if reworded {
            words()
        } else {
            (Some(collapsed(&old.rule.text)), Some(collapsed(&new.rule.text)))
        };
        let change = Change::new(subject.clone(), ChangeKind::Reworded, Class::Editorial, sentence);
        let change = match old.kind != new.kind {
            true => change.effect(
                EffectKind::Codes,
                format!("yes to {new_code} on eligibility forms means what no to {old_code} meant"),
            ),
            false => change,
        };
        changes.push(at(change.words(from, to)));
    }
    if old_code != new_code {
        let sentence = format!("{} {old_code} is now {new_code}.", kind_word(new.kind));
        let change = Change::new(subject, ChangeKind::Renumbered, Class::Editorial, sentence)
            .words(Some(old_code.to_owned()), Some(new_code.to_owned()))
            .effect(
                EffectKind::Codes,
                format!(
                    "{old_code} on collected eligibility forms and screening logs is {new_code} from now on"
                ),
            );
        changes.push(at(change));
    }
    CriterionDifference {
        standing,
        kind: new.kind,
        old_kind: old.kind,
        old_code: Some(old_code.to_owned()),
        new_code: Some(new_code.to_owned()),
        old_prose: Some(collapsed(&old.prose)),
        new_prose: Some(collapsed(&new.prose)),
        differences: pieces.into_iter().map(|piece| piece.words).collect(),
        through: through.into_iter().collect(),
        together: None,
        gained,
        lost,
        old: Origin(place(old)),
        new: Origin(place(new)),
    }
}

/// Where both differ in what they decide: the rule, and the arms that it is for.
fn pieces(rules: &Rules<'_>, (old_code, old): Coded<'_>, (new_code, new): Coded<'_>) -> Vec<Piece> {
    let (one, other) = (plain::keyed(&old.rule, old_code), plain::keyed(&new.rule, new_code));
    let mut pieces = rules.pieces(&one, &other);
    let by_hand = matches!((&old.rule.rule, &new.rule.rule), (Rule::Text { .. }, Rule::Text { .. }));
    if by_hand && pieces.is_empty() && plain::heard(&old.prose) != plain::heard(&new.prose) {
        let words = "it is answered by hand from its wording, and the wording changes".to_owned();
        pieces.push(Piece { words, old: place(old), new: place(new), by_person: true });
    }
    if old.kind != new.kind {
        let words = match new.kind {
            CriterionKind::Include => "it was an exclusion and is now an inclusion",
            CriterionKind::Exclude => "it was an inclusion and is now an exclusion",
        };
        pieces.push(Piece { words: words.to_owned(), old: place(old), new: place(new), by_person: false });
    }
    let arms = |criterion: &Criterion| criterion.arms.iter().cloned().collect::<BTreeSet<String>>();
    if arms(old) != arms(new) {
        let said = |wording: Wording<'_>, criterion: &Criterion| {
            if criterion.arms.is_empty() { "all arms".to_owned() } else { wording.arms(&criterion.arms) }
        };
        let words = format!("it was for {} and is now for {}", said(rules.old, old), said(rules.new, new));
        pieces.push(Piece { words, old: place(old), new: place(new), by_person: false });
    }
    pieces
}

/// Criteria that are in both and stand in another order.
fn order(
    decision: &Decision,
    before: &Named<Criterion>,
    after: &Named<Criterion>,
    criteria: &[CriterionDifference],
) -> Option<Change> {
    let pairs = criteria.iter().filter_map(|one| Some((one.old_code.as_ref()?, one.new_code.as_ref()?)));
    let mut places: Vec<(usize, usize)> = pairs
        .filter_map(|(old, new)| {
            Some((after.get_index_of(new.as_str())?, before.get_index_of(old.as_str())?))
        })
        .collect();
    places.sort_unstable();
    if places.is_sorted_by_key(|(_, before)| *before) {
        return None;
    }
    let sentence = "The criteria stand in another order.";
    Some(Change::new(
        Subject::new(Part::Decision, &decision.event),
        ChangeKind::Reordered,
        Class::Editorial,
        sentence,
    ))
}
