//! Two versions of a trial's criteria against each other.

use std::collections::{BTreeMap, BTreeSet};

use super::circuit::{TRUE, Wire};
use super::encode::{Encoder, Rails};
use super::question::{Fault, Question};
use super::read::{Definition, Formula, Reader, definitions};
use super::said::Said;
use super::solved::Helper;
use super::space::Space;
use super::typical::{Choice, settle};
use super::witness::{Wanted, Witness};
use crate::eligibility::EligibilityDocument;
use crate::model::{Criterion, CriterionKind, Trial};
use crate::number::Exact;

/// One of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Old,
    New,
}

impl Side {
    fn number(self) -> usize {
        match self {
            Side::Old => 0,
            Side::New => 1,
        }
    }
}

/// How the people that the new version lets through differ from those of the old one. People are compared by their verdicts on
/// complete data, where each is in or out.
#[derive(Clone, Debug, PartialEq)]
pub enum Relation {
    /// The same for everybody, whatever is recorded of them.
    Same,
    /// The same for everybody of whom everything is recorded; where something is missing, one version can decide and the other
    /// cannot.
    SameWhenComplete,
    /// Fewer people pass.
    Narrower { lost: Witness },
    /// More people pass.
    Broader { gained: Witness },
    /// Some pass who did not, and some no longer do.
    Incomparable { gained: Witness, lost: Witness },
}

/// What a criterion decides beside the others of its decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Influence {
    /// Somebody is excluded by it alone.
    Decides(Witness),
    /// Whoever passes the criteria with these codes passes it; none of them can be left out. With no code, everybody passes it.
    Never { given: Vec<String> },
    /// Nobody passes it at all.
    Nobody,
}

/// A criterion for one arm, or for all.
#[derive(Clone, Debug)]
pub(super) struct Read<'t> {
    pub code: &'t str,
    pub criterion: &'t Criterion,
    /// With its arm where it is limited to arms.
    pub formulas: Vec<(Option<&'t str>, Formula)>,
}

/// A decision of one version.
#[derive(Clone, Debug)]
pub(super) struct Decided<'t> {
    pub criteria: Vec<Read<'t>>,
    /// The arms of which a verdict is asked; none where no criterion is limited to arms.
    pub arms: Vec<&'t str>,
}

/// The criteria of a trial, or of two versions of one, as one logic. Answers are the same on every run.
pub struct Engine<'t> {
    pub(super) space: Space<'t>,
    pub(super) documents: Vec<EligibilityDocument>,
    pub(super) decisions: BTreeMap<(usize, &'t str), Decided<'t>>,
    /// Everything is recorded of everybody.
    pub(super) complete: Encoder,
    /// Made when it is first asked for.
    partial: Option<Encoder>,
    /// How quantities are computed, where a solver that knows arithmetic is to be asked.
    pub(super) definitions: Vec<Definition>,
    /// Values that a solver has chosen, of the participant who is written next.
    pub(super) given: BTreeMap<usize, Exact>,
    /// A solver, or why it was given up.
    pub(super) helper: Option<Result<Helper<'t>, Fault>>,
    rails: BTreeMap<(bool, usize, &'t str, &'t str, Option<&'t str>), Rails>,
    typical: BTreeMap<&'t str, Option<Vec<Choice>>>,
}

impl std::fmt::Debug for Engine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("variables", &self.space.variables.len()).finish_non_exhaustive()
    }
}

/// Reads every criterion of a trial.
fn read<'t>(space: &mut Space<'t>, side: usize, decisions: &mut BTreeMap<(usize, &'t str), Decided<'t>>) {
    let trial = space.trials[side];
    for (event, decision) in &trial.decisions {
        let is_scoped = decision.criteria.values().any(|criterion| !criterion.arms.is_empty());
        let open = trial.allocations.values().filter(|allocation| allocation.at == *event);
        let mut arms: Vec<&'t str> =
            open.flat_map(|allocation| &allocation.arms).map(String::as_str).collect();
        if arms.is_empty() {
            arms = trial.arms.keys().map(String::as_str).collect();
        }
        if !is_scoped {
            arms.clear();
        }
        let mut criteria = Vec::with_capacity(decision.criteria.len());
        for (code, criterion) in &decision.criteria {
            let scopes: Vec<Option<&'t str>> = match criterion.arms.is_empty() {
                true => vec![None],
                false => {
                    let concerned =
                        arms.iter().copied().filter(|arm| criterion.arms.iter().any(|one| one == arm));
                    concerned.map(Some).collect()
                }
            };
            let formulas = scopes.into_iter().map(|arm| {
                let mut reader = Reader { space, side, decision: event, arm, person: None };
                (arm, reader.clause(&criterion.rule))
            });
            let formulas = formulas.collect();
            criteria.push(Read { code, criterion, formulas });
        }
        decisions.insert((side, event), Decided { criteria, arms });
    }
}

impl<'t> Engine<'t> {
    /// Both versions in one space of variables.
    pub fn of(old: &'t Trial, new: &'t Trial) -> Self {
        Self::over(vec![old, new], false)
    }

    /// The same, in which it is known how quantities are computed, for solvers that know arithmetic.
    pub(super) fn with_formulas(trials: Vec<&'t Trial>) -> Self {
        Self::over(trials, true)
    }

    /// One trial alone: its criteria against each other. It is both the old and the new version.
    pub fn of_one(trial: &'t Trial) -> Self {
        Self::over(vec![trial], false)
    }

    fn over(trials: Vec<&'t Trial>, with_formulas: bool) -> Self {
        let mut space = Space::of(trials);
        let mut decisions = BTreeMap::new();
        for side in 0..space.trials.len() {
            read(&mut space, side, &mut decisions);
        }
        let definitions = if with_formulas { definitions(&mut space) } else { Vec::new() };
        let complete = Encoder::of(&space, true);
        Self {
            space,
            definitions,
            given: BTreeMap::new(),
            helper: None,
            documents: Vec::new(),
            decisions,
            complete,
            partial: None,
            rails: BTreeMap::new(),
            typical: BTreeMap::new(),
        }
    }

    /// How many questions the solver was asked.
    pub fn questions(&self) -> u64 {
        self.complete.circuit.questions()
            + self.partial.as_ref().map_or(0, |partial| partial.circuit.questions())
    }

    /// What solvers that know arithmetic can be asked.
    pub(super) fn question(&self) -> Question<'_, 't> {
        Question { space: &self.space, encoder: &self.complete, definitions: &self.definitions }
    }

    pub(super) fn said(&self) -> Said<'_, 't> {
        Said::of(&self.space, &self.complete, &self.definitions)
    }

    pub(super) fn side(&self, side: Side) -> usize {
        side.number().min(self.space.trials.len() - 1)
    }

    pub(super) fn encoder(&mut self, complete: bool) -> &mut Encoder {
        if complete {
            return &mut self.complete;
        }
        self.partial.get_or_insert_with(|| Encoder::of(&self.space, false))
    }

    pub(super) fn decided(&self, side: usize, event: &str) -> Option<(&'t str, &Decided<'t>)> {
        let name = self.space.trials[side].decisions.get_key_value(event)?.0.as_str();
        Some((name, self.decisions.get(&(side, name))?))
    }

    /// Whether a criterion is passed by those of an arm; who is not concerned by it passes.
    pub(super) fn passes(
        &mut self,
        complete: bool,
        side: usize,
        event: &str,
        code: &str,
        arm: Option<&str>,
    ) -> Rails {
        let Some((event, decided)) = self.decided(side, event) else { return Rails::YES };
        let Some(read) = decided.criteria.iter().find(|read| read.code == code) else { return Rails::YES };
        let found = read.formulas.iter().find(|(scope, _)| scope.is_none() || *scope == arm);
        let Some((scope, formula)) = found else { return Rails::YES };
        let key = (complete, side, event, read.code, *scope);
        if let Some(known) = self.rails.get(&key) {
            return *known;
        }
        let is_excluding = read.criterion.kind == CriterionKind::Exclude;
        let formula = formula.clone();
        self.encoder(complete);
        let encoder = if complete {
            &mut self.complete
        } else {
            self.partial.get_or_insert_with(|| Encoder::of(&self.space, false))
        };
        let rails = encoder.formula(&self.space, &formula);
        let rails = if is_excluding { rails.turned() } else { rails };
        self.rails.insert(key, rails);
        rails
    }

    /// The arms by which the two versions are compared: one that stands for all where none is limited to arms.
    fn arms(&self, event: &str, sides: &[usize]) -> Vec<Option<&'t str>> {
        let mut arms: Vec<Option<&'t str>> = Vec::new();
        for side in sides {
            let Some((_, decided)) = self.decided(*side, event) else { continue };
            for arm in &decided.arms {
                if !arms.contains(&Some(*arm)) {
                    arms.push(Some(arm));
                }
            }
        }
        if arms.is_empty() { vec![None] } else { arms }
    }

    /// The arms of both versions.
    pub(super) fn scopes(&self, event: &str) -> Vec<Option<&'t str>> {
        self.arms(event, &[self.side(Side::Old), self.side(Side::New)])
    }

    /// Whether somebody is eligible in a version.
    pub(super) fn eligible(&mut self, complete: bool, side: usize, event: &str) -> Rails {
        let Some((_, decided)) = self.decided(side, event) else { return Rails::NO };
        let codes: Vec<&'t str> = decided.criteria.iter().map(|read| read.code).collect();
        let arms = self.arms(event, &[side]);
        let mut ways = Vec::new();
        for arm in arms {
            let parts: Vec<Rails> =
                codes.iter().map(|code| self.passes(complete, side, event, code, arm)).collect();
            let encoder = self.encoder(complete);
            ways.push(encoder.every(&parts).turned());
        }
        self.encoder(complete).every(&ways).turned()
    }

    /// One criterion of the old version against one of the new, by themselves, among those of the decision for `event`. A criterion
    /// that only one version has is compared with none at all: give its code for both. `None` where the decision or both codes are
    /// unknown.
    pub fn criterion(&mut self, event: &str, old: &str, new: &str) -> Option<Relation> {
        let (one, two) = (self.side(Side::Old), self.side(Side::New));
        let has = |engine: &Self, side: usize, code: &str| {
            engine
                .decided(side, event)
                .is_some_and(|(_, decided)| decided.criteria.iter().any(|read| read.code == code))
        };
        if !has(self, one, old) && !has(self, two, new) {
            return None;
        }
        let arms = self.arms(event, &[one, two]);
        let change = |engine: &mut Self, complete: bool| {
            let (mut gained, mut lost, mut differ) = (Vec::new(), Vec::new(), Vec::new());
            for arm in &arms {
                let before = engine.passes(complete, one, event, old, *arm);
                let after = engine.passes(complete, two, event, new, *arm);
                let circuit = &mut engine.encoder(complete).circuit;
                gained.push(circuit.all([before.no, after.yes]));
                lost.push(circuit.all([before.yes, after.no]));
                for (a, b) in [(before.yes, after.yes), (before.no, after.no)] {
                    let parts = [circuit.all([a, !b]), circuit.all([!a, b])];
                    differ.extend(parts);
                }
            }
            let circuit = &mut engine.encoder(complete).circuit;
            [circuit.any(gained), circuit.any(lost), circuit.any(differ)]
        };
        let [gained, lost, _] = change(self, true);
        let others = self.others(event, &[(one, old), (two, new)]);
        let wanted = |gains: bool| Wanted {
            event: event.to_owned(),
            criteria: Some((old.to_owned(), new.to_owned())),
            gains,
        };
        let mut find = |goal: Wire, gains: bool| -> Option<Witness> {
            let goals: Vec<Vec<Wire>> = others
                .iter()
                .map(|more| std::iter::once(goal).chain(more.iter().copied()).collect())
                .collect();
            self.witness(event, &goals, &wanted(gains))
        };
        let relation = relation(find(gained, true), find(lost, false));
        Some(match relation {
            Some(relation) => relation,
            None => {
                let [.., differ] = change(self, false);
                match self.encoder(false).circuit.solve(&[differ]) {
                    Ok(()) => Relation::SameWhenComplete,
                    Err(_) => Relation::Same,
                }
            }
        })
    }

    /// All other criteria, as far as they can be met: goals of which the first that can be met is taken.
    fn others(&mut self, event: &str, without: &[(usize, &str)]) -> Vec<Vec<Wire>> {
        let mut of_side = Vec::new();
        for (side, code) in without {
            let Some((_, decided)) = self.decided(*side, event) else { continue };
            let codes: Vec<&'t str> =
                decided.criteria.iter().map(|read| read.code).filter(|other| other != code).collect();
            let arm = self.arms(event, &[*side])[0];
            let wires: Vec<Wire> =
                codes.iter().map(|code| self.passes(true, *side, event, code, arm).yes).collect();
            of_side.push(wires);
        }
        let both: Vec<Wire> = of_side.iter().flatten().copied().collect();
        let mut goals = vec![both];
        goals.extend(of_side.into_iter().rev());
        goals.push(Vec::new());
        goals
    }

    /// All criteria together: who is eligible in one version only. `None` where neither has the decision; where only one has it,
    /// nobody passes the other.
    pub fn population(&mut self, event: &str) -> Option<Relation> {
        let (one, two) = (self.side(Side::Old), self.side(Side::New));
        if self.decided(one, event).is_none() && self.decided(two, event).is_none() {
            return None;
        }
        let (before, after) = (self.eligible(true, one, event), self.eligible(true, two, event));
        let circuit = &mut self.complete.circuit;
        let gained = circuit.all([before.no, after.yes]);
        let lost = circuit.all([before.yes, after.no]);
        let wanted = |gains: bool| Wanted { event: event.to_owned(), criteria: None, gains };
        let gained = self.witness(event, &[vec![gained]], &wanted(true));
        let lost = self.witness(event, &[vec![lost]], &wanted(false));
        if let Some(relation) = relation(gained, lost) {
            return Some(relation);
        }
        let (before, after) = (self.eligible(false, one, event), self.eligible(false, two, event));
        let circuit = &mut self.encoder(false).circuit;
        let mut parts = Vec::new();
        for (a, b) in [(before.yes, after.yes), (before.no, after.no)] {
            parts.extend([circuit.all([a, !b]), circuit.all([!a, b])]);
        }
        let differ = circuit.any(parts);
        Some(match circuit.solve(&[differ]) {
            Ok(()) => Relation::SameWhenComplete,
            Err(_) => Relation::Same,
        })
    }

    /// Why nobody is gained although the new criterion lets more people through than the old: the criteria of the new version that
    /// keep all of them out, none of which could be left out. Empty where somebody is gained, or where nobody could be.
    pub fn blockers(&mut self, event: &str, old: &str, new: &str) -> Vec<String> {
        let (one, two) = (self.side(Side::Old), self.side(Side::New));
        let Some((_, decided)) = self.decided(two, event) else { return Vec::new() };
        let codes: Vec<&'t str> =
            decided.criteria.iter().map(|read| read.code).filter(|code| *code != new).collect();
        let mut blocking: BTreeSet<usize> = BTreeSet::new();
        for arm in self.arms(event, &[one, two]) {
            let before = self.passes(true, one, event, old, arm);
            let after = self.passes(true, two, event, new, arm);
            let mut goal = vec![before.no, after.yes];
            if self.complete.circuit.solve(&goal).is_err() {
                continue;
            }
            goal.extend(codes.iter().map(|code| self.passes(true, two, event, code, arm).yes));
            // Without the two themselves the rest may conflict with itself; that is another matter.
            if self.complete.circuit.solve(&goal[2..]).is_err() {
                return Vec::new();
            }
            match self.complete.circuit.conflict_beside(&goal[..2], &goal[2..]) {
                Some(set) => blocking.extend(set),
                None => match self.conflict_by_solver(&goal[..2], &goal[2..]) {
                    // Where nobody meets the goal alone, nobody is let in by it.
                    Some(set) if !set.is_empty() => blocking.extend(set),
                    _ => return Vec::new(),
                },
            }
        }
        blocking.into_iter().map(|place| codes[place].to_owned()).collect()
    }

    /// What a criterion decides beside the others of its version. `None` where there is no such criterion.
    pub fn influence(&mut self, side: Side, event: &str, code: &str) -> Option<Influence> {
        let number = self.side(side);
        let (_, decided) = self.decided(number, event)?;
        let codes: Vec<&'t str> = decided.criteria.iter().map(|read| read.code).collect();
        codes.iter().find(|one| **one == code)?;
        let others: Vec<&'t str> = codes.into_iter().filter(|other| *other != code).collect();
        let mut given: BTreeSet<usize> = BTreeSet::new();
        let mut passed = false;
        for arm in self.arms(event, &[number]) {
            let own = self.passes(true, number, event, code, arm);
            passed |= self.complete.circuit.solve(&[own.yes]).is_ok();
            let mut goal = vec![own.no];
            goal.extend(others.iter().map(|other| self.passes(true, number, event, other, arm).yes));
            match self.complete.circuit.conflict_beside(&goal[..1], &goal[1..]) {
                Some(set) => given.extend(set),
                None => {
                    let wanted = Wanted {
                        event: event.to_owned(),
                        criteria: Some((code.to_owned(), code.to_owned())),
                        gains: false,
                    };
                    return self.witness(event, &[goal], &wanted).map(Influence::Decides);
                }
            }
        }
        if !passed {
            return Some(Influence::Nobody);
        }
        Some(Influence::Never { given: given.into_iter().map(|place| others[place].to_owned()).collect() })
    }

    /// Somebody who is eligible; or codes of criteria that nobody passes together, none of which can be left out. `None` where the
    /// version has no such decision.
    pub fn somebody(&mut self, side: Side, event: &str) -> Option<Result<Witness, Vec<String>>> {
        let number = self.side(side);
        let (_, decided) = self.decided(number, event)?;
        let codes: Vec<&'t str> = decided.criteria.iter().map(|read| read.code).collect();
        let mut conflicts: BTreeSet<usize> = BTreeSet::new();
        for arm in self.arms(event, &[number]) {
            let goal: Vec<Wire> =
                codes.iter().map(|code| self.passes(true, number, event, code, arm).yes).collect();
            match self.complete.circuit.conflict(&goal) {
                Some(set) => conflicts.extend(set),
                None => {
                    let wanted = Wanted { event: event.to_owned(), criteria: None, gains: side == Side::New };
                    return self.witness(event, &[goal], &wanted).map(Ok);
                }
            }
        }
        Some(Err(conflicts.into_iter().map(|place| codes[place].to_owned()).collect()))
    }

    /// A participant who passes everything that can be passed together, as small as possible in everything.
    pub(super) fn typical(&mut self, event: &str) -> Option<Vec<Choice>> {
        let (one, two) = (self.side(Side::Old), self.side(Side::New));
        let name = self.decided(one, event).or(self.decided(two, event)).map(|(name, _)| name)?;
        if let Some(known) = self.typical.get(name) {
            return known.clone();
        }
        let has = |engine: &Self, side: usize| engine.decided(side, event).is_some();
        let before = if has(self, one) { self.eligible(true, one, event).yes } else { TRUE };
        let after = if has(self, two) { self.eligible(true, two, event).yes } else { TRUE };
        let found = [vec![before, after], vec![before], vec![after], Vec::new()]
            .iter()
            .find_map(|goal| settle(&self.space, &mut self.complete, goal, None));
        self.typical.insert(name, found.clone());
        found
    }
}

fn relation(gained: Option<Witness>, lost: Option<Witness>) -> Option<Relation> {
    match (gained, lost) {
        (None, None) => None,
        (Some(gained), None) => Some(Relation::Broader { gained }),
        (None, Some(lost)) => Some(Relation::Narrower { lost }),
        (Some(gained), Some(lost)) => Some(Relation::Incomparable { gained, lost }),
    }
}
