//! The tests of a formula, each a condition on one variable, and what the formula would be if one of them came out otherwise.

use crate::logic::circuit::Wire;
use crate::logic::compare::Engine;
use crate::logic::read::Formula;
use crate::logic::space::{Cut, Kind};
use crate::logic::typical::Choice;

/// A condition on one variable, wherever the formula asks it: both rows of a table that meet at 65 years ask the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Holds(usize),
    Beyond(usize, Cut),
    /// Which of its words a variable has: all questions about it are one, so that a table by sex has one test.
    Which(usize),
}

impl Test {
    pub fn variable(&self) -> usize {
        match self {
            Test::Holds(variable) | Test::Beyond(variable, _) | Test::Which(variable) => *variable,
        }
    }

    /// The tests of a formula, each once, in the order in which it asks them.
    pub fn all(formula: &Formula) -> Vec<Self> {
        let mut found = Vec::new();
        collect(formula, &mut found);
        found
    }

    /// That the formula would come out otherwise if this test did, and nothing else.
    pub fn decides(&self, engine: &mut Engine<'_>, formula: &Formula) -> Wire {
        let ways: Vec<Formula> = match self {
            Test::Which(variable) => {
                let (levels, open) = match &engine.space.variables[*variable].kind {
                    Kind::Coded { levels, open } => (levels.clone(), *open),
                    _ => (Vec::new(), false),
                };
                // Another word than all of these counts as none of them.
                let open = open.then(String::new);
                levels
                    .into_iter()
                    .chain(open)
                    .map(|level| self.fixed(formula, &Fixed::Level(&level)))
                    .collect()
            }
            _ => [true, false].map(|value| self.fixed(formula, &Fixed::Truth(value))).to_vec(),
        };
        let sides: Vec<Wire> = std::iter::once(formula)
            .chain(&ways)
            .map(|way| engine.complete.formula(&engine.space, way).yes)
            .collect();
        let circuit = &mut engine.complete.circuit;
        let mut different = Vec::new();
        for side in &sides[1..] {
            let (one, two) = (circuit.all([sides[0], !*side]), circuit.all([!sides[0], *side]));
            different.extend([one, two]);
        }
        circuit.any(different)
    }

    /// Where participants are looked for: beside the limit that it asks for, then anywhere.
    pub fn places(&self, engine: &Engine<'_>) -> Vec<Option<Choice>> {
        let Test::Beyond(variable, cut) = self else { return vec![None] };
        let Kind::Ordered(family) = engine.space.variables[*variable].kind else { return vec![None] };
        match engine.complete.cuts[family].binary_search(cut) {
            Ok(place) => vec![Some(Choice::Upper(place)), Some(Choice::Cell(place + 1)), None],
            Err(_) => vec![None],
        }
    }

    /// The formula with this test fixed.
    fn fixed(&self, formula: &Formula, to: &Fixed<'_>) -> Formula {
        let each = |of: &[Formula]| of.iter().map(|part| self.fixed(part, to)).collect::<Vec<_>>();
        match formula {
            Formula::Known(_) | Formula::Unknown => formula.clone(),
            Formula::Holds(_) | Formula::Beyond(..) | Formula::OneOf(..) => {
                match (leaf(formula), to, formula) {
                    (Some(test), ..) if test != *self => formula.clone(),
                    (_, Fixed::Truth(value), _) => Formula::Known(*value),
                    (_, Fixed::Level(level), Formula::OneOf(_, wanted)) => {
                        Formula::Known(wanted.contains(*level))
                    }
                    _ => formula.clone(),
                }
            }
            Formula::Not(of) => Formula::Not(Box::new(self.fixed(of, to))),
            Formula::All(of) => Formula::All(each(of)),
            Formula::Any(of) => Formula::Any(each(of)),
            Formula::Count { of, low, high } => Formula::Count { of: each(of), low: *low, high: *high },
            Formula::Choose(parts) => {
                let [one, two, three] = parts.as_ref();
                Formula::Choose(Box::new([one, two, three].map(|part| self.fixed(part, to))))
            }
            Formula::Rows(rows) => {
                let each =
                    rows.iter().map(|(belongs, asked)| (self.fixed(belongs, to), self.fixed(asked, to)));
                Formula::Rows(each.collect())
            }
        }
    }
}

/// What a test is made to be.
enum Fixed<'a> {
    Truth(bool),
    Level(&'a str),
}

fn leaf(formula: &Formula) -> Option<Test> {
    match formula {
        Formula::Holds(variable) => Some(Test::Holds(*variable)),
        Formula::Beyond(variable, cut) => Some(Test::Beyond(*variable, cut.clone())),
        Formula::OneOf(variable, _) => Some(Test::Which(*variable)),
        _ => None,
    }
}

fn collect(formula: &Formula, found: &mut Vec<Test>) {
    match formula {
        Formula::Known(_) | Formula::Unknown => {}
        Formula::Holds(_) | Formula::Beyond(..) | Formula::OneOf(..) => {
            found.extend(leaf(formula).filter(|test| !found.contains(test)));
        }
        Formula::Not(of) => collect(of, found),
        Formula::All(of) | Formula::Any(of) | Formula::Count { of, .. } => {
            of.iter().for_each(|part| collect(part, found));
        }
        Formula::Choose(parts) => parts.iter().for_each(|part| collect(part, found)),
        Formula::Rows(rows) => {
            for (belongs, asked) in rows {
                collect(belongs, found);
                collect(asked, found);
            }
        }
    }
}
