//! The logic of the criteria as SMT-LIB, for solvers that others have written.

use super::Artifact;
use crate::logic::smt2;
use crate::model::Trial;

/// One file for a trial that has criteria.
pub fn emit(trial: &Trial) -> Vec<Artifact> {
    if trial.decisions.is_empty() {
        return Vec::new();
    }
    vec![Artifact::new("eligibility.smt2", smt2(trial))]
}
