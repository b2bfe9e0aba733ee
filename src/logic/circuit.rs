//! Formulas as a circuit of conjunctions, shared where they are equal, and the solver that answers for it.

use std::collections::BTreeMap;

use batsat::{BasicSolver, Lit, SolverInterface, Var, lbool};

/// The output of a gate, or its opposite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wire(u32);

pub(super) const TRUE: Wire = Wire(0);
pub(super) const FALSE: Wire = Wire(1);

impl Wire {
    /// Itself, or the gate whose opposite it is.
    pub fn positive(self) -> Self {
        Self(self.0 & !1)
    }

    pub fn is_negative(self) -> bool {
        !self.0.is_multiple_of(2)
    }

    pub fn number(self) -> u32 {
        self.0 / 2
    }
}

impl std::ops::Not for Wire {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// Gates and free inputs. Equal conjunctions are one gate, so that what is written twice costs nothing and is seen to be equal
/// without a search.
#[derive(Default)]
pub(super) struct Circuit {
    solver: BasicSolver,
    gates: BTreeMap<Vec<Wire>, Wire>,
    /// Number of inputs and gates; wire `2 n` is the one with number `n`, and number 0 is truth itself.
    count: u32,
    /// The assignment of the last question that was answered with yes.
    model: Vec<bool>,
    /// How many questions were asked.
    questions: u64,
}

impl Circuit {
    /// A new input.
    pub fn input(&mut self) -> Wire {
        self.solver.new_var_default();
        self.count += 1;
        Wire(self.count * 2)
    }

    fn lit(wire: Wire) -> Lit {
        Lit::new(Var::unsafe_from_idx(wire.0 / 2 - 1), wire.0.is_multiple_of(2))
    }

    pub fn all(&mut self, of: impl IntoIterator<Item = Wire>) -> Wire {
        let mut parts: Vec<Wire> = of.into_iter().filter(|part| *part != TRUE).collect();
        parts.sort_unstable();
        parts.dedup();
        // A wire and its opposite stand side by side.
        let is_false = parts.first() == Some(&FALSE) || parts.windows(2).any(|pair| pair[0] == !pair[1]);
        match parts.as_slice() {
            _ if is_false => FALSE,
            [] => TRUE,
            [one] => *one,
            _ => self.gate(parts),
        }
    }

    fn gate(&mut self, parts: Vec<Wire>) -> Wire {
        if let Some(known) = self.gates.get(&parts) {
            return *known;
        }
        let output = self.input();
        let mut back = vec![Self::lit(output)];
        for part in &parts {
            self.solver.add_clause_reuse(&mut vec![!Self::lit(output), Self::lit(*part)]);
            back.push(!Self::lit(*part));
        }
        self.solver.add_clause_reuse(&mut back);
        self.gates.insert(parts, output);
        output
    }

    pub fn any(&mut self, of: impl IntoIterator<Item = Wire>) -> Wire {
        !self.all(of.into_iter().map(|part| !part))
    }

    /// `condition` implies `then`, whatever else holds.
    pub fn imply(&mut self, condition: &[Wire], then: Wire) {
        let none = condition.iter().map(|part| !*part);
        let mut clause: Vec<Wire> = none.chain([then]).filter(|part| *part != FALSE).collect();
        if clause.contains(&TRUE) {
            return;
        }
        clause.sort_unstable();
        clause.dedup();
        self.solver.add_clause_reuse(&mut clause.into_iter().map(Self::lit).collect());
    }

    /// At least `wanted` of these hold.
    pub fn at_least(&mut self, wanted: usize, of: &[Wire]) -> Wire {
        if wanted == 0 {
            return TRUE;
        }
        if wanted > of.len() {
            return FALSE;
        }
        // `row[n]`: at least n of those seen so far.
        let mut row = vec![FALSE; wanted + 1];
        row[0] = TRUE;
        for part in of {
            for n in (1..=wanted).rev() {
                let with = self.all([row[n - 1], *part]);
                row[n] = self.any([row[n], with]);
            }
        }
        row[wanted]
    }

    /// Whether all of these can hold together. If not, the places of some that cannot.
    pub fn solve(&mut self, assumed: &[Wire]) -> Result<(), Vec<usize>> {
        self.questions += 1;
        if let Some(place) = assumed.iter().position(|wire| *wire == FALSE) {
            return Err(vec![place]);
        }
        let mut lits: Vec<Lit> = Vec::with_capacity(assumed.len());
        for wire in assumed.iter().filter(|wire| **wire != TRUE) {
            lits.push(Self::lit(*wire));
        }
        if self.solver.solve_limited(&lits) == lbool::TRUE {
            let model = self.solver.get_model();
            self.model = model.iter().map(|value| *value == lbool::TRUE).collect();
            return Ok(());
        }
        let core = self.solver.unsat_core();
        let is_in = |wire: &Wire| {
            *wire != TRUE && {
                let lit = Self::lit(*wire);
                core.iter().any(|one| one.var() == lit.var())
            }
        };
        let mut places: Vec<usize> = Vec::new();
        for (place, wire) in assumed.iter().enumerate().filter(|(_, wire)| is_in(wire)) {
            if !assumed[..place].contains(wire) {
                places.push(place);
            }
        }
        Err(places)
    }

    /// Whether a wire holds in the last assignment that was found.
    pub fn holds(&self, wire: Wire) -> bool {
        let value = wire.0 < 2 || self.model.get(wire.0 as usize / 2 - 1).copied().unwrap_or(false);
        value == (wire.0.is_multiple_of(2))
    }

    /// A set of places that cannot hold together, none of which can be left out; `None` when they can. Those first in the
    /// list are kept rather than later ones.
    pub fn conflict(&mut self, assumed: &[Wire]) -> Option<Vec<usize>> {
        self.conflict_beside(&[], assumed)
    }

    /// The same, of places that cannot hold beside what is given, which is never left out.
    pub fn conflict_beside(&mut self, given: &[Wire], assumed: &[Wire]) -> Option<Vec<usize>> {
        let mut solve = |set: &[usize]| -> Result<(), Vec<usize>> {
            let wires: Vec<Wire> =
                given.iter().copied().chain(set.iter().map(|place| assumed[*place])).collect();
            let core = self.solve(&wires).err();
            let places = |core: Vec<usize>| {
                core.into_iter().filter_map(|at| at.checked_sub(given.len())).map(|at| set[at]).collect()
            };
            core.map_or(Ok(()), |core| Err(places(core)))
        };
        let all: Vec<usize> = (0..assumed.len()).collect();
        let mut set = solve(&all).err()?;
        let mut at = set.len();
        while at > 0 {
            at -= 1;
            let without: Vec<usize> =
                set.iter().copied().enumerate().filter(|(n, _)| *n != at).map(|(_, place)| place).collect();
            if let Err(smaller) = solve(&without) {
                at = smaller
                    .iter()
                    .filter(|place| set.iter().position(|one| one == *place).is_some_and(|n| n < at))
                    .count();
                set = smaller;
            }
        }
        Some(set)
    }

    /// What a gate is the conjunction of, of every gate.
    pub fn parts(&self) -> BTreeMap<Wire, &[Wire]> {
        self.gates.iter().map(|(parts, output)| (*output, parts.as_slice())).collect()
    }

    /// Questions asked so far.
    pub fn questions(&self) -> u64 {
        self.questions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_conjunctions_are_one_wire() {
        let mut circuit = Circuit::default();
        let (a, b) = (circuit.input(), circuit.input());
        assert_eq!(circuit.all([a, b]), circuit.all([b, a, TRUE]));
        assert_eq!(circuit.all([a, !a, b]), FALSE);
        assert_eq!(circuit.any([a, TRUE]), TRUE);
        let either = circuit.any([a, b]);
        assert_eq!(circuit.all([!a, !b]), !either);
    }

    #[test]
    fn counting_agrees_with_counting() {
        for wanted in 0..=4 {
            for bits in 0..8u32 {
                let mut circuit = Circuit::default();
                let inputs = [circuit.input(), circuit.input(), circuit.input()];
                let enough = circuit.at_least(wanted, &inputs);
                let mut assumed: Vec<Wire> = inputs
                    .iter()
                    .enumerate()
                    .map(|(n, wire)| if bits >> n & 1 == 1 { *wire } else { !*wire })
                    .collect();
                assumed.push(enough);
                assert_eq!(
                    circuit.solve(&assumed).is_ok(),
                    bits.count_ones() as usize >= wanted,
                    "{wanted} {bits}"
                );
            }
        }
    }

    #[test]
    fn a_conflict_names_only_what_it_needs() {
        let mut circuit = Circuit::default();
        let [a, b, c, d] = [(); 4].map(|()| circuit.input());
        circuit.imply(&[a], b);
        circuit.imply(&[b, c], FALSE);
        assert_eq!(circuit.conflict(&[d, a, b, c]), Some(vec![1, 3]), "c against a alone");
        assert_eq!(circuit.conflict(&[d, a, b]), None);
        assert!(circuit.holds(b), "the last assignment that was found");
        assert_eq!(
            circuit.conflict_beside(&[d], &[b, c, a]),
            Some(vec![0, 1]),
            "b against c, whatever is given"
        );
        assert_eq!(circuit.conflict_beside(&[c], &[d, a, b]), Some(vec![1]), "a alone beside c");
        assert_eq!(
            circuit.conflict_beside(&[b, c], &[d, a]),
            Some(Vec::new()),
            "nothing beside what conflicts itself"
        );
    }
}
