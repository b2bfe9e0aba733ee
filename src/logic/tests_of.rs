//! The tests of one decision against each other: which of them cannot be met together, and which never decide.

use std::collections::BTreeMap;

use super::circuit::Wire;
use super::encode::{Encoder, Rails};
use super::question::{Asked, Fault, Question, Solver};
use super::read::{Definition, Formula, Reader, definitions};
use super::said::Said;
use super::space::Space;
use crate::model::{Clause, Trial};

/// A test that a participant passes when it comes out as it must.
#[derive(Clone, Copy, Debug)]
pub struct Test<'t> {
    pub clause: &'t Clause,
    /// It must hold; or it must fail.
    pub holds: bool,
    /// The event of the decision that it belongs to.
    pub decision: &'t str,
}

/// Tests in one space of variables, on complete data: who of those who pass some of them passes others.
pub struct Tests<'t> {
    space: Space<'t>,
    encoder: Encoder,
    /// How quantities are computed, where a solver is to be asked.
    definitions: Vec<Definition>,
    /// Whether a test has to do with a computed quantity.
    computed: Vec<bool>,
    passes: Vec<Wire>,
    /// Parts of alternatives: of a test (by its number), each of its branches in order.
    branches: BTreeMap<usize, Vec<Wire>>,
}

impl std::fmt::Debug for Tests<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tests").field("tests", &self.passes.len()).finish_non_exhaustive()
    }
}

impl<'t> Tests<'t> {
    /// The tests of a trial; they are spoken of by their places in the list.
    pub fn of(trial: &'t Trial, tests: &[Test<'t>]) -> Self {
        Self::read(trial, tests, false)
    }

    /// The same, for a solver that knows arithmetic.
    pub fn with_formulas(trial: &'t Trial, tests: &[Test<'t>]) -> Self {
        Self::read(trial, tests, true)
    }

    fn read(trial: &'t Trial, tests: &[Test<'t>], with_formulas: bool) -> Self {
        let mut space = Space::of(vec![trial]);
        let formulas: Vec<Formula> = tests
            .iter()
            .map(|test| {
                let mut reader =
                    Reader { space: &mut space, side: 0, decision: test.decision, arm: None, person: None };
                reader.clause(test.clause)
            })
            .collect();
        let definitions = if with_formulas { definitions(&mut space) } else { Vec::new() };
        let mut encoder = Encoder::of(&space, true);
        let connected = Said::of(&space, &encoder, &definitions).connected();
        let has_computed = |formula: &Formula| {
            let mut variables = Vec::new();
            formula.variables(&mut variables);
            variables.iter().any(|variable| connected.contains(variable))
        };
        let computed = formulas.iter().map(has_computed).collect();
        let mut passes = Vec::with_capacity(tests.len());
        let mut branches = BTreeMap::new();
        for (number, (test, formula)) in tests.iter().zip(&formulas).enumerate() {
            let wire = |rails: Rails| if test.holds { rails.yes } else { rails.no };
            passes.push(wire(encoder.formula(&space, formula)));
            if let (Formula::Any(of), true) = (formula, test.holds) {
                let wires = of.iter().map(|part| encoder.formula(&space, part).yes).collect();
                branches.insert(number, wires);
            }
        }
        Self { space, encoder, definitions, computed, passes, branches }
    }

    /// Some of these tests that nobody passes together, none of which can be left out; the first are kept rather than the last.
    /// `None` where somebody may pass all.
    pub fn conflict(&mut self, among: &[usize]) -> Option<Vec<usize>> {
        let wires: Vec<Wire> = among.iter().map(|test| self.passes[*test]).collect();
        let places = self.encoder.circuit.conflict(&wires)?;
        Some(places.into_iter().map(|place| among[place]).collect())
    }

    /// Some of these tests that nobody passes without passing `test`, none of which can be left out; none where everybody passes it.
    /// `None` where somebody may fail it alone.
    pub fn implied(&mut self, test: usize, by: &[usize]) -> Option<Vec<usize>> {
        self.excluded(!self.passes[test], by)
    }

    /// The branches of an alternative, in order: for each that never holds of those who pass these tests, some of them that
    /// exclude it.
    pub fn dead_branches(&mut self, test: usize, given: &[usize]) -> Vec<(usize, Vec<usize>)> {
        let branches = self.branches.get(&test).cloned().unwrap_or_default();
        let dead = branches.into_iter().enumerate();
        dead.filter_map(|(number, branch)| Some((number, self.excluded(branch, given)?))).collect()
    }

    /// Tests that have to do with a computed quantity: only of them does a solver know more.
    pub fn is_computed(&self, test: usize) -> bool {
        self.computed[test]
    }

    /// As [`Tests::conflict`], as a solver finds it. `None` where it finds none or does not know.
    ///
    /// # Errors
    /// When the solver fails.
    pub fn conflict_by(
        &self,
        solver: &mut dyn Solver,
        asked: &mut Asked,
        among: &[usize],
    ) -> Result<Option<Vec<usize>>, Fault> {
        self.least(solver, asked, &[], among)
    }

    /// As [`Tests::implied`], as a solver finds it.
    ///
    /// # Errors
    /// When the solver fails.
    pub fn implied_by(
        &self,
        solver: &mut dyn Solver,
        asked: &mut Asked,
        test: usize,
        by: &[usize],
    ) -> Result<Option<Vec<usize>>, Fault> {
        self.least(solver, asked, &[!self.passes[test]], by)
    }

    /// Some of these tests that nobody passes who meets the goal, none of which can be left out.
    fn least(
        &self,
        solver: &mut dyn Solver,
        asked: &mut Asked,
        goal: &[Wire],
        among: &[usize],
    ) -> Result<Option<Vec<usize>>, Fault> {
        let question =
            Question { space: &self.space, encoder: &self.encoder, definitions: &self.definitions };
        let wires: Vec<Wire> = among.iter().map(|test| self.passes[*test]).collect();
        let places = question.conflict(solver, asked, goal, &wires)?;
        Ok(places.map(|places| places.into_iter().map(|place| among[place]).collect()))
    }

    fn excluded(&mut self, goal: Wire, by: &[usize]) -> Option<Vec<usize>> {
        let wires: Vec<Wire> = by.iter().map(|test| self.passes[*test]).collect();
        let places = self.encoder.circuit.conflict_beside(&[goal], &wires)?;
        Some(places.into_iter().map(|place| by[place]).collect())
    }
}
