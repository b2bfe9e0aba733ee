//! One assignment out of many: near to a typical participant, and always the same.

use super::circuit::Wire;
use super::encode::Encoder;
use super::space::{Kind, Space};

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Holds(bool),
    /// Between the cuts with the numbers before it and its own, from 0 (below all) to the number of cuts (beyond all).
    Cell(usize),
    /// The same, at its upper end.
    Upper(usize),
    Level(usize),
}

/// The assumptions that make a variable this.
pub(super) fn wires_of(encoder: &Encoder, variable: usize, choice: Choice) -> Vec<Wire> {
    let wires = &encoder.values[variable].wires;
    match choice {
        Choice::Holds(true) => vec![wires[0]],
        Choice::Holds(false) => vec![!wires[0]],
        Choice::Level(place) => vec![wires[place]],
        Choice::Cell(cell) | Choice::Upper(cell) => {
            let below = cell.checked_sub(1).map(|place| wires[place]);
            let above = wires.get(cell).map(|wire| !*wire);
            below.into_iter().chain(above).collect()
        }
    }
}

/// All that a variable can be, the smallest first.
fn choices(space: &Space<'_>, encoder: &Encoder, variable: usize) -> Vec<Choice> {
    let count = encoder.values[variable].wires.len();
    match &space.variables[variable].kind {
        Kind::Truth => vec![Choice::Holds(false), Choice::Holds(true)],
        Kind::Ordered(_) => (0..=count).map(Choice::Cell).collect(),
        Kind::Coded { .. } => (0..count).map(Choice::Level).collect(),
    }
}

/// The choices in the order in which they are tried: near to what is typical first, of two as near the smaller.
fn in_order(all: Vec<Choice>, typical: Option<Choice>) -> Vec<Choice> {
    let Some(Choice::Cell(wanted)) = typical else { return all };
    let mut all = all;
    all.sort_by_key(|choice| match choice {
        Choice::Cell(cell) => (cell.abs_diff(wanted), *cell),
        _ => (0, 0),
    });
    all
}

/// An assignment that meets the goal: as in the typical participant wherever that is possible, in the order of the variables, else
/// as near to it as possible. Without a typical participant, each variable is as small as the ones before it allow. The same for the
/// same goal, whatever the solver finds first. `None` where the goal cannot be met.
pub(super) fn settle(
    space: &Space<'_>,
    encoder: &mut Encoder,
    goal: &[Wire],
    typical: Option<&[Choice]>,
) -> Option<Vec<Choice>> {
    encoder.circuit.solve(goal).ok()?;
    let mut assumed = goal.to_vec();
    let mut chosen: Vec<Option<Choice>> = vec![None; space.variables.len()];
    let take = |encoder: &mut Encoder, assumed: &mut Vec<Wire>, variable: usize, choice: Choice| {
        let wires = wires_of(encoder, variable, choice);
        if !wires.iter().all(|wire| encoder.circuit.holds(*wire)) {
            let all: Vec<Wire> = assumed.iter().chain(&wires).copied().collect();
            if encoder.circuit.solve(&all).is_err() {
                return false;
            }
        }
        assumed.extend(wires);
        true
    };
    for variable in 0..space.variables.len() {
        let wanted = typical.map(|typical| typical[variable]);
        if let Some(wanted) = wanted
            && take(encoder, &mut assumed, variable, wanted)
        {
            chosen[variable] = Some(wanted);
        }
    }
    for variable in 0..space.variables.len() {
        if chosen[variable].is_some() {
            continue;
        }
        let wanted = typical.map(|typical| typical[variable]);
        let mut candidates = in_order(choices(space, encoder, variable), wanted).into_iter();
        chosen[variable] = candidates.find(|choice| take(encoder, &mut assumed, variable, *choice));
    }
    chosen.into_iter().collect()
}
