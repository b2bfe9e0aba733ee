//! L: criteria that repeat, contradict or swallow each other, and wordings that can be read in two ways.

mod conflict;
mod implied;
mod phrasing;
mod redundancy;
mod shape;
mod solved;
mod whole;

pub use self::solved::check_with;
use super::demands::Demand;
use crate::diagnostics::Diagnostic;
use crate::model::Trial;

pub(super) fn check(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    conflict::check(trial, demands, found);
    redundancy::check(trial, demands, found);
    implied::check(trial, demands, found);
    whole::check(trial, demands, found);
    shape::check(trial, found);
    phrasing::check(trial, found);
}

/// Whether everybody to whom `narrow` applies must also meet `wide`.
fn applies_to_all_of(wide: &Demand<'_>, narrow: &Demand<'_>) -> bool {
    let (wide, narrow) = (&wide.place.criterion.arms, &narrow.place.criterion.arms);
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|arm| wide.contains(arm)))
}

/// Whether somebody must meet both.
fn applies_together(one: &Demand<'_>, two: &Demand<'_>) -> bool {
    let (one, two) = (&one.place.criterion.arms, &two.place.criterion.arms);
    one.is_empty() || two.is_empty() || one.iter().any(|arm| two.contains(arm))
}
