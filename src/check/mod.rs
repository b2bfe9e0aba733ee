//! What has a meaning but is hardly meant: lints over the typed trial, one file per family.
//!
//! Lowering reports what keeps a part from having a meaning, and leaves that part out of the model. So a lint never
//! takes the trial to be complete: it speaks of what is there. A lint that cries wolf is worse than none.
//!
//! A lint on approved wording is silent where the author has put a `query` to the criterion: the doubt is on the
//! table. A property that says `not stated` is silent too: the author knows.

mod arms;
mod concepts;
mod demands;
mod drift;
mod exposure;
mod history;
mod logic;
mod numbers;
mod outcomes;
mod population;
mod prose;
mod ranges;
mod registry;
mod schedule;
mod series;
mod terminology;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod units;
mod vague;
mod visit;

use rayon::prelude::*;

use self::demands::Demand;
pub use self::logic::check_with;
use crate::diagnostics::{self, Code, Diagnostic};
use crate::model::Trial;
use crate::source::Span;

/// A family of lints: looks at the trial and adds what it finds.
type Family = fn(&Trial, &mut Vec<Diagnostic>);

static FAMILIES: &[Family] = &[
    units::check,
    numbers::check,
    time::check,
    history::check,
    concepts::check,
    terminology::check,
    exposure::check,
    vague::check,
    population::check,
    schedule::check,
    text::check,
    drift::check,
    series::check,
];

/// A family that asks what the criteria demand of a participant.
type FamilyOnDemands = fn(&Trial, &[Demand<'_>], &mut Vec<Diagnostic>);

static FAMILIES_ON_DEMANDS: &[FamilyOnDemands] =
    &[logic::check, arms::check, outcomes::check, registry::check];

/// Everything that the lints have to say about a trial, sorted by place.
pub fn check(trial: &Trial) -> Vec<Diagnostic> {
    let of_family = |family: &Family| {
        let mut found = Vec::new();
        family(trial, &mut found);
        found
    };
    let on_demands = || {
        let demands = demands::demands(trial);
        let of_family = |family: &FamilyOnDemands| {
            let mut found = Vec::new();
            family(trial, &demands, &mut found);
            found
        };
        FAMILIES_ON_DEMANDS.par_iter().map(of_family).collect::<Vec<_>>()
    };
    let (more, found) = rayon::join(on_demands, || FAMILIES.par_iter().map(of_family).collect::<Vec<_>>());
    let mut found: Vec<Diagnostic> = found.into_iter().chain(more).flatten().collect();
    diagnostics::sort(&mut found);
    found
}

/// A diagnostic at a place; none where the place is not known (a model that was read from JSON).
fn at(code: &'static Code, span: Option<Span>, message: impl Into<String>) -> Option<Diagnostic> {
    Some(Diagnostic::new(code, span?, message))
}

/// Adds a second place, where it is known.
fn with(found: Diagnostic, span: Option<Span>, text: impl Into<String>) -> Diagnostic {
    match span {
        Some(span) if span != found.primary.span => found.and(span, text),
        _ => found,
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
