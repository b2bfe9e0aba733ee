//! The tests of one decision against each other: which of them cannot be met together, and which never decide.

use std::collections::BTreeMap;

use super::circuit::Wire;
use super::encode::{Encoder, Rails};
use super::read::{Formula, Reader};
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
pub struct Tests {
    encoder: Encoder,
    passes: Vec<Wire>,
    /// Parts of alternatives: of a test (by its number), each of its branches in order.
    branches: BTreeMap<usize, Vec<Wire>>,
}

impl std::fmt::Debug for Tests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tests").field("tests", &self.passes.len()).finish_non_exhaustive()
    }
}

impl Tests {
    /// The tests of a trial; they are spoken of by their places in the list.
    pub fn of<'t>(trial: &'t Trial, tests: &[Test<'t>]) -> Self {
        let mut space = Space::of(vec![trial]);
        let formulas: Vec<Formula> = tests
            .iter()
            .map(|test| {
                let mut reader =
                    Reader { space: &mut space, side: 0, decision: test.decision, arm: None, person: None };
                reader.clause(test.clause)
            })
            .collect();
        let mut encoder = Encoder::of(&space, true);
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
        Self { encoder, passes, branches }
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

    fn excluded(&mut self, goal: Wire, by: &[usize]) -> Option<Vec<usize>> {
        let mut wires = vec![goal];
        wires.extend(by.iter().map(|test| self.passes[*test]));
        let places = self.encoder.circuit.conflict(&wires)?;
        Some(places.into_iter().filter_map(|place| place.checked_sub(1)).map(|place| by[place]).collect())
    }
}
