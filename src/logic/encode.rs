//! Variables and formulas as wires of a circuit.

use super::circuit::{Circuit, FALSE, TRUE, Wire};
use super::read::Formula;
use super::space::{Cut, Kind, Space};

/// Two wires for one truth of three values: it surely holds, and it surely does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rails {
    pub yes: Wire,
    pub no: Wire,
}

impl Rails {
    pub const YES: Self = Self { yes: TRUE, no: FALSE };
    pub const NO: Self = Self { yes: FALSE, no: TRUE };
    pub const UNKNOWN: Self = Self { yes: FALSE, no: FALSE };

    pub fn turned(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }
}

/// The wires of a variable.
#[derive(Clone, Debug)]
pub(super) struct Values {
    /// Something is recorded of it.
    pub known: Wire,
    /// Of an ordered variable: it lies at this cut of its family or beyond, in ascending order. Of a coded one: it is this level, and
    /// last that it is another. Of a truth: it holds.
    pub wires: Vec<Wire>,
}

/// The circuit of a space.
pub(super) struct Encoder {
    pub circuit: Circuit,
    pub values: Vec<Values>,
    /// The cuts of each family in ascending order.
    pub cuts: Vec<Vec<Cut>>,
}

impl Encoder {
    /// `complete`: everything is recorded of everybody.
    pub fn of(space: &Space<'_>, complete: bool) -> Self {
        let mut circuit = Circuit::default();
        let cuts: Vec<Vec<Cut>> =
            space.families.iter().map(|family| family.cuts.iter().cloned().collect()).collect();
        let mut values = Vec::with_capacity(space.variables.len());
        for variable in &space.variables {
            let known = if complete { TRUE } else { circuit.input() };
            let wires = match &variable.kind {
                Kind::Truth => vec![circuit.input()],
                Kind::Ordered(family) => {
                    let of = &space.families[*family];
                    let mut wires: Vec<Wire> = Vec::with_capacity(cuts[*family].len());
                    for cut in &cuts[*family] {
                        let wire = match of.settled(cut) {
                            Some(true) => TRUE,
                            Some(false) => FALSE,
                            None => circuit.input(),
                        };
                        if let Some(before) = wires.last() {
                            circuit.imply(&[wire], *before);
                        }
                        wires.push(wire);
                    }
                    wires
                }
                Kind::Coded { levels, open } => {
                    let wires: Vec<Wire> =
                        (0..levels.len() + usize::from(*open)).map(|_| circuit.input()).collect();
                    let some = circuit.any(wires.iter().copied());
                    circuit.imply(&[], some);
                    for (place, one) in wires.iter().enumerate() {
                        for other in &wires[place + 1..] {
                            circuit.imply(&[*one, *other], FALSE);
                        }
                    }
                    wires
                }
            };
            values.push(Values { known, wires });
        }
        let mut encoder = Self { circuit, values, cuts };
        super::relate::relate(space, &mut encoder);
        encoder
    }

    /// A truth of a variable of which nothing may be recorded.
    pub fn rails(&mut self, variable: usize, holds: Wire) -> Rails {
        let known = self.values[variable].known;
        Rails { yes: self.circuit.all([known, holds]), no: self.circuit.all([known, !holds]) }
    }

    pub fn beyond(&self, space: &Space<'_>, variable: usize, cut: &Cut) -> Wire {
        let Kind::Ordered(family) = space.variables[variable].kind else { return FALSE };
        match self.cuts[family].binary_search(cut) {
            Ok(place) => self.values[variable].wires[place],
            Err(_) => FALSE,
        }
    }

    pub fn formula(&mut self, space: &Space<'_>, formula: &Formula) -> Rails {
        match formula {
            Formula::Known(true) => Rails::YES,
            Formula::Known(false) => Rails::NO,
            Formula::Unknown => Rails::UNKNOWN,
            Formula::Holds(variable) => self.rails(*variable, self.values[*variable].wires[0]),
            Formula::Beyond(variable, cut) => {
                let wire = self.beyond(space, *variable, cut);
                self.rails(*variable, wire)
            }
            Formula::OneOf(variable, wanted) => {
                let Kind::Coded { levels, .. } = &space.variables[*variable].kind else {
                    return Rails::UNKNOWN;
                };
                let chosen: Vec<Wire> = levels
                    .iter()
                    .zip(&self.values[*variable].wires)
                    .filter(|(level, _)| wanted.contains(*level))
                    .map(|(_, wire)| *wire)
                    .collect();
                let chosen = if chosen.len() == self.values[*variable].wires.len() {
                    TRUE
                } else {
                    self.circuit.any(chosen)
                };
                self.rails(*variable, chosen)
            }
            Formula::Not(of) => self.formula(space, of).turned(),
            Formula::All(of) => {
                let parts: Vec<Rails> = of.iter().map(|part| self.formula(space, part)).collect();
                self.every(&parts)
            }
            Formula::Any(of) => {
                let parts: Vec<Rails> = of.iter().map(|part| self.formula(space, part).turned()).collect();
                self.every(&parts).turned()
            }
            Formula::Count { of, low, high } => {
                let parts: Vec<Rails> = of.iter().map(|part| self.formula(space, part)).collect();
                let (yes, no): (Vec<Wire>, Vec<Wire>) = parts.iter().map(|part| (part.yes, part.no)).unzip();
                let (low, high) = (low.unwrap_or(0) as usize, high.unwrap_or(u32::MAX) as usize);
                let count = parts.len();
                let enough = self.circuit.at_least(low, &yes);
                let not_too_many = self.circuit.at_least(count.saturating_sub(high), &no);
                let too_few = self.circuit.at_least((count + 1).saturating_sub(low), &no);
                let too_many = self.circuit.at_least(high.saturating_add(1), &yes);
                Rails {
                    yes: self.circuit.all([enough, not_too_many]),
                    no: self.circuit.any([too_few, too_many]),
                }
            }
            Formula::Choose(parts) => {
                let [condition, then, otherwise] =
                    [0, 1, 2].map(|place: usize| self.formula(space, &parts[place]));
                let mut side = |then: Wire, otherwise: Wire| {
                    let one = self.circuit.all([condition.yes, then]);
                    let two = self.circuit.all([condition.no, otherwise]);
                    let both = self.circuit.all([then, otherwise]);
                    self.circuit.any([one, two, both])
                };
                Rails { yes: side(then.yes, otherwise.yes), no: side(then.no, otherwise.no) }
            }
            Formula::Rows(rows) => self.rows(space, rows),
        }
    }

    /// All rows to which a person may belong must say the same, and there must be one.
    fn rows(&mut self, space: &Space<'_>, rows: &[(Formula, Formula)]) -> Rails {
        let rows: Vec<(Rails, Rails)> = rows
            .iter()
            .map(|(belongs, asked)| (self.formula(space, belongs), self.formula(space, asked)))
            .collect();
        let possible: Vec<Wire> = rows.iter().map(|(belongs, _)| !belongs.no).collect();
        let some = self.circuit.any(possible);
        let mut side = |pick: fn(&Rails) -> Wire| {
            let mut each = vec![some];
            for (belongs, asked) in &rows {
                each.push(self.circuit.any([belongs.no, pick(asked)]));
            }
            self.circuit.all(each)
        };
        Rails { yes: side(|asked| asked.yes), no: side(|asked| asked.no) }
    }

    pub fn every(&mut self, parts: &[Rails]) -> Rails {
        Rails {
            yes: self.circuit.all(parts.iter().map(|part| part.yes)),
            no: self.circuit.any(parts.iter().map(|part| part.no)),
        }
    }
}
