//! A criterion that is split into several, and several that are merged into one: each alone lets in more or fewer people, and
//! together they decide what was decided.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Class, EffectKind, Part, Subject};
use super::eligibility::{CriterionDifference, Standing};
use super::pairing::speaks_of;
use super::population::Logic;
use crate::logic::{Side, Whole};
use crate::model::{Criterion, Decision, Named, Trial};
use crate::wording::listed;

/// The criteria of a decision in one version.
#[derive(Clone, Copy)]
pub(super) struct Version<'t> {
    pub trial: &'t Trial,
    pub criteria: &'t Named<Criterion>,
}

impl<'t> Version<'t> {
    /// The measures and findings of a criterion; the events of its windows are those of many.
    fn subjects(self, code: &str) -> Option<BTreeSet<&'t str>> {
        let mut names = speaks_of(self.criteria.get(code)?);
        names.retain(|name| !self.trial.events.contains_key(*name));
        Some(names)
    }
}

/// Finds them among the criteria of a decision, and puts what they are together in place of what each alone would be. `before` and
/// `after` are the criteria of either version, with the version.
pub(super) fn find(
    decision: &Decision,
    (before, after): (Version<'_>, Version<'_>),
    criteria: &mut [CriterionDifference],
    logic: &mut Logic<'_>,
    changes: &mut Vec<Change>,
) {
    for side in [Side::Old, Side::New] {
        let versions = if side == Side::Old { [before, after] } else { [after, before] };
        for place in 0..criteria.len() {
            if let Some(parts) = parts_of(decision, versions, criteria, place, side, logic) {
                tell(decision, criteria, place, &parts, side, changes);
            }
        }
    }
}

/// The place of each criterion on one side that, perhaps with the counterpart of the one at `place`, decides what that decides on the
/// other; `own` and `other` are the criteria of these sides.
fn parts_of(
    decision: &Decision,
    [own, other]: [Version<'_>; 2],
    criteria: &[CriterionDifference],
    place: usize,
    side: Side,
    logic: &mut Logic<'_>,
) -> Option<Vec<usize>> {
    let (with_counterpart, alone, part) = match side {
        Side::Old => (Standing::Broader, Standing::Removed, Standing::Added),
        Side::New => (Standing::Narrower, Standing::Added, Standing::Removed),
    };
    let one = &criteria[place];
    let counterpart = code_on(one, opposite(side));
    if one.standing != if counterpart.is_some() { with_counterpart } else { alone } {
        return None;
    }
    let code = code_on(one, side)?;
    let subjects = own.subjects(code)?;
    // What speaks of something else is no part; of ages and answers alone, rules speak without a name.
    let may_be_part = |at: &usize| {
        if criteria[*at].standing != part {
            return false;
        }
        let code = code_on(&criteria[*at], opposite(side));
        let others = code.and_then(|code| other.subjects(code)).unwrap_or_default();
        subjects.is_empty() || others.is_empty() || !subjects.is_disjoint(&others)
    };
    let places: Vec<usize> = (0..criteria.len()).filter(may_be_part).collect();
    let codes: Vec<&str> = places.iter().filter_map(|at| code_on(&criteria[*at], opposite(side))).collect();
    if codes.is_empty() {
        return None;
    }
    let whole = Whole { side, code, counterpart };
    let found = logic.parts_of(&decision.event, whole, &codes)?;
    let is_found = |at: &usize| {
        code_on(&criteria[*at], opposite(side)).is_some_and(|code| found.iter().any(|one| one == code))
    };
    Some(places.into_iter().filter(is_found).collect())
}

fn opposite(side: Side) -> Side {
    match side {
        Side::Old => Side::New,
        Side::New => Side::Old,
    }
}

fn code_on(one: &CriterionDifference, side: Side) -> Option<&str> {
    match side {
        Side::Old => one.old_code.as_deref(),
        Side::New => one.new_code.as_deref(),
    }
}

fn tell(
    decision: &Decision,
    criteria: &mut [CriterionDifference],
    place: usize,
    parts: &[usize],
    side: Side,
    changes: &mut Vec<Change>,
) {
    let code = |at: usize, side: Side| code_on(&criteria[at], side).map(str::to_owned);
    let Some(whole) = code(place, side) else { return };
    let concerned: Vec<usize> = std::iter::once(place).chain(parts.iter().copied()).collect();
    let several: Vec<String> = concerned.iter().filter_map(|at| code(*at, opposite(side))).collect();
    let several = listed(&several, "and");
    let (standing, kind, together, head) = match side {
        Side::Old => (
            Standing::Split,
            ChangeKind::Split,
            format!("{whole} is split: {several} together decide what {whole} decided"),
            "Criterion",
        ),
        Side::New => (
            Standing::Merged,
            ChangeKind::Merged,
            format!("{several} are merged: {whole} decides what they decided together"),
            "Criteria",
        ),
    };
    let (from, to) = match side {
        Side::Old => (whole, several),
        Side::New => (several, whole),
    };
    let because = format!(
        "yes to {from} on collected eligibility forms and screening logs says what yes to {to} says from now on"
    );
    for at in &concerned {
        let one = &mut criteria[*at];
        let name = one.new_code.as_ref().or(one.old_code.as_ref()).cloned().unwrap_or_default();
        let subject = Subject::new(Part::Criterion, &name).within(&decision.event);
        let change = Change::new(subject, kind, Class::Editorial, format!("{head} {together}."))
            .at(one.old.0, one.new.0);
        let change = match *at == place {
            true => {
                change.words(Some(from.clone()), Some(to.clone())).effect(EffectKind::Codes, because.clone())
            }
            false => change,
        };
        match changes.iter().position(|change| is_of(change, decision, &name, one.standing)) {
            Some(alone) => changes[alone] = change,
            None => changes.push(change),
        }
        one.standing = standing;
        one.together = Some(together.clone());
        (one.gained, one.lost) = (None, None);
    }
}

/// What was said of the criterion of this name alone. The code of one that is gone may be that of a new one.
fn is_of(change: &Change, decision: &Decision, name: &str, standing: Standing) -> bool {
    let kind = match standing {
        Standing::Added => ChangeKind::Added,
        Standing::Removed => ChangeKind::Removed,
        Standing::Narrower => ChangeKind::Narrower,
        _ => ChangeKind::Broader,
    };
    change.subject.part == Part::Criterion
        && change.subject.name == name
        && change.subject.within.as_deref() == Some(&decision.event)
        && change.kind == kind
}
