//! A solver that knows arithmetic, asked where the order of values leaves room for somebody whom the evaluator does not know.

use super::circuit::Wire;
use super::compare::Engine;
use super::person::{number_in, steps_of};
use super::question::{Answer, Asked, Fault, Model, Solver};
use super::space::Kind;
use super::typical::{Choice, settle, wires_of};
use super::witness::{Wanted, Witness};
use crate::model::Trial;
use crate::number::Exact;

/// What came of asking.
pub(super) enum Solved<T> {
    Nobody,
    /// Whom the evaluator has screened.
    Somebody(T),
    /// Nothing can be said.
    Unknown,
    /// There is no solver, or nothing is computed.
    NotAsked,
}

/// A solver at work for an engine.
pub(super) struct Helper<'t> {
    solver: Box<dyn Solver + 't>,
    asked: Asked,
}

/// How many more decimals than usual a value of the solver may take.
const MORE_DECIMALS: usize = 4;

impl<'t> Engine<'t> {
    /// Both versions, with a solver that is asked where quantities are computed from others.
    pub fn with_solver(old: &'t Trial, new: &'t Trial, solver: Box<dyn Solver + 't>) -> Self {
        let mut engine = Self::with_formulas(vec![old, new]);
        engine.helper = Some(Ok(Helper { solver, asked: Asked::default() }));
        engine
    }

    /// One trial, with such a solver.
    pub fn of_one_with_solver(trial: &'t Trial, solver: Box<dyn Solver + 't>) -> Self {
        let mut engine = Self::with_formulas(vec![trial]);
        engine.helper = Some(Ok(Helper { solver, asked: Asked::default() }));
        engine
    }

    /// How often the solver was asked, or why it was of no use; none where there is no solver.
    pub fn asked(&self) -> Option<Result<Asked, Fault>> {
        Some(match self.helper.as_ref()? {
            Ok(helper) => Ok(helper.asked),
            Err(fault) => Err(fault.clone()),
        })
    }

    /// Asks whether the goal can be met, and screens whom the solver finds.
    pub(super) fn solved(&mut self, event: &str, goal: &[Wire], wanted: &Wanted) -> Solved<Witness> {
        self.by_solver(event, goal, None, |engine, chosen| {
            engine.shown(event, chosen, wanted).filter(Witness::is_confirmed)
        })
    }

    /// Asks whether the goal can be met, and gives whom the solver finds to `screened`, with few decimals first. `beside`: a variable and
    /// the end of a cell near which it is wanted, where that can be.
    pub(super) fn by_solver<T>(
        &mut self,
        event: &str,
        goal: &[Wire],
        beside: Option<(usize, Choice)>,
        screened: impl FnMut(&mut Self, &[Choice]) -> Option<T>,
    ) -> Solved<T> {
        if !self.question().is_for_a_solver(goal) {
            return Solved::NotAsked;
        }
        match self.helper.take() {
            Some(Ok(mut helper)) => match self.asked_of(&mut helper, event, goal, beside, screened) {
                Ok(solved) => {
                    self.helper = Some(Ok(helper));
                    solved
                }
                Err(fault) => {
                    self.helper = Some(Err(fault));
                    Solved::NotAsked
                }
            },
            other => {
                self.helper = other;
                Solved::NotAsked
            }
        }
    }

    /// Places among these that a solver finds to be in conflict with the goal; `None` where there is none, or nobody knows of one.
    pub(super) fn conflict_by_solver(&mut self, goal: &[Wire], among: &[Wire]) -> Option<Vec<usize>> {
        let Some(Ok(mut helper)) = self.helper.take_if(|helper| helper.is_ok()) else { return None };
        let all: Vec<Wire> = goal.iter().chain(among).copied().collect();
        let question = self.question();
        if !question.is_for_a_solver(&all) {
            self.helper = Some(Ok(helper));
            return None;
        }
        let found = question.conflict(&mut *helper.solver, &mut helper.asked, goal, among);
        let (helper, found) = match found {
            Ok(found) => (Ok(helper), found),
            Err(fault) => (Err(fault), None),
        };
        self.helper = Some(helper);
        found
    }

    fn asked_of<T>(
        &mut self,
        helper: &mut Helper<'t>,
        event: &str,
        goal: &[Wire],
        beside: Option<(usize, Choice)>,
        mut screened: impl FnMut(&mut Self, &[Choice]) -> Option<T>,
    ) -> Result<Solved<T>, Fault> {
        let narrow = beside.and_then(|(variable, choice)| self.beside(variable, choice));
        let question = self.question();
        match question.ask(&mut *helper.solver, &mut helper.asked, goal)? {
            Answer::Nobody => return Ok(Solved::Nobody),
            Answer::Unknown => return Ok(Solved::Unknown),
            Answer::Somebody => {}
        }
        let mut model = match &narrow {
            Some(narrow) => question.model(&mut *helper.solver, goal, Some(narrow))?,
            None => None,
        };
        if model.is_none() {
            model = question.model(&mut *helper.solver, goal, None)?;
        }
        let Some(model) = model else { return Ok(Solved::Unknown) };
        let mut all = goal.to_vec();
        for (variable, (choice, _)) in &model {
            all.extend(wires_of(&self.complete, *variable, *choice));
        }
        let typical = self.typical(event);
        let Some(mut chosen) = settle(&self.space, &mut self.complete, &all, typical.as_deref()) else {
            return Ok(Solved::Unknown);
        };
        for more in 0..MORE_DECIMALS {
            self.give(&model, more, &mut chosen);
            let found = screened(self, &chosen);
            self.given.clear();
            if let Some(found) = found {
                return Ok(Solved::Somebody(found));
            }
        }
        Ok(Solved::Unknown)
    }

    /// The values of a variable that lie within one usual step of the end of a cell.
    fn beside(&self, variable: usize, choice: Choice) -> Option<(usize, Exact, Exact)> {
        let Kind::Ordered(family) = self.space.variables[variable].kind else { return None };
        let at = number_in(self, variable, choice)?;
        let step = steps_of(self, variable, family).into_iter().next()?;
        Some((variable, &at - &step, &at + &step))
    }

    /// The solver's values with as many decimals as people write, and some more.
    fn give(&mut self, model: &Model, more: usize, chosen: &mut [Choice]) {
        for (variable, (choice, value)) in model {
            chosen[*variable] = *choice;
            let (Some(value), Kind::Ordered(family)) = (value, &self.space.variables[*variable].kind) else {
                continue;
            };
            let steps = steps_of(self, *variable, *family);
            let step = steps.get(more).or(steps.last());
            let half = Exact::one().checked_div(&Exact::from(2));
            let rounded = step.zip(half).and_then(|(step, half)| {
                let count = &value.checked_div(step)? + &half;
                Some(&count.floor() * step)
            });
            self.given.insert(*variable, rounded.unwrap_or_else(|| value.clone()));
        }
    }
}
