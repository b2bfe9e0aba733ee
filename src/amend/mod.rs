//! The difference of two protocols: models are compared by their stable names, never texts, so that renumbering, reordering and
//! rewording do not show as a change of meaning.
//!
//! [`compare`] is a pure function of two models. Each [`Change`] says what it is of ([`Subject`]), how it changed
//! ([`ChangeKind`]), whom it concerns ([`Class`]), whether it is substantial ([`Impact`]) and what it asks of those who run the
//! trial ([`Effect`]), in a sentence and in the words of both protocols.

mod activities;
mod change;
mod codes;
mod eligibility;
mod facets;
mod fields;
mod findings;
mod forms;
mod header;
mod outcomes;
mod pairing;
mod participants;
mod plain;
mod population;
mod questions;
mod rules;
mod schedule;
mod summary;
mod together;
mod touched;
mod treatment;
mod vocabulary;
mod windows;
mod witness;
mod words;

pub use change::{Change, ChangeKind, Class, Effect, EffectKind, Impact, Part, Subject, WindowDays};
pub use codes::CriterionRow;
pub use eligibility::{CriterionDifference, DecisionDifference, Standing};
pub use findings::findings;
pub use participants::{Fall, OutOfWindow, out_of_window};
pub use population::{Blocked, Population, PopulationStanding};
use serde::Serialize;
pub use summary::unlisted;
pub use witness::{Person, Trait};

use crate::logic::{Asked, Fault, Solver};
use crate::model::{Header, TestCodes, Trial};

/// Which protocol, in which version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edition {
    pub name: String,
    pub title: String,
    pub version: Option<String>,
    /// ISO 8601, possibly without day or month.
    pub dated: Option<String>,
    /// Registry and sponsor numbers.
    pub ids: Vec<String>,
}

impl Edition {
    fn of(header: &Header) -> Self {
        Self {
            name: header.name.clone(),
            title: header.title.clone(),
            version: header.version.as_ref().map(|version| version.label.clone()),
            dated: header.version.as_ref().and_then(|version| version.dated.clone()),
            ids: header.ids.iter().map(|id| id.value.clone()).collect(),
        }
    }

    /// `version 2.0 of 2018-04-25`; `None` where the protocol has no version.
    pub fn version_in_words(&self) -> Option<String> {
        let version = self.version.as_ref()?;
        Some(match &self.dated {
            Some(dated) => format!("version {version} of {dated}"),
            None => format!("version {version}"),
        })
    }
}

/// What differs between two protocols.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub old: Edition,
    pub new: Edition,
    /// Sorted by what they are of, in the order of a protocol document.
    pub changes: Vec<Change>,
    /// Every criterion of every decision, the unchanged ones too.
    pub decisions: Vec<DecisionDifference>,
    /// The codes of the old version's criteria in SDTM's TI.
    #[serde(skip)]
    old_codes: TestCodes,
}

impl Difference {
    /// The old version follows others, which have given its criteria these codes.
    #[must_use]
    pub fn after(self, old_codes: TestCodes) -> Self {
        Self { old_codes, ..self }
    }

    /// The codes of the new version's criteria in SDTM's TI.
    pub fn test_codes(&self) -> TestCodes {
        codes::following(&self.old_codes, &self.decisions)
    }

    /// Nothing differs but perhaps the version and its date.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Changes of what the protocol says of participants and data.
    pub fn of_meaning(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.is_editorial())
    }

    /// Changes of words, codes and order.
    pub fn editorial(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_editorial())
    }

    /// The criteria of both versions with their codes, as rows of SDTM's TI.
    pub fn criterion_rows(&self) -> Vec<CriterionRow> {
        codes::rows(&self.decisions, &self.old_codes, self.old.version.as_ref(), self.new.version.as_ref())
    }

    /// The judgement over all changes (ICH M11, amendment details): a proposal, the sponsor decides.
    pub fn impact(&self) -> Impact {
        self.changes.iter().fold(Impact::NONE, |all, change| all.and(change.impact))
    }
}

/// Compares two protocols; `compare(p, p)` has no change.
pub fn compare(old: &Trial, new: &Trial) -> Difference {
    compared(old, new, None).0
}

/// The same, with a solver that is asked where quantities are computed from others; and how often it was.
///
/// # Errors
/// When the solver cannot be run, or fails.
pub fn compare_with(old: &Trial, new: &Trial, solver: Box<dyn Solver>) -> Result<(Difference, Asked), Fault> {
    let (difference, asked) = compared(old, new, Some(solver));
    Ok((difference, asked.unwrap_or(Ok(Asked::default()))?))
}

fn compared(
    old: &Trial,
    new: &Trial,
    solver: Option<Box<dyn Solver>>,
) -> (Difference, Option<Result<Asked, Fault>>) {
    let touched = touched::Touched::of(old, new);
    let mut changes = Vec::new();
    header::compare(old, new, &mut changes);
    outcomes::compare(old, new, &mut changes);
    let (decisions, asked) = eligibility::compare(old, new, &touched, solver, &mut changes);
    treatment::compare(old, new, &mut changes);
    schedule::compare(old, new, &mut changes);
    forms::compare(old, new, &decisions, &mut changes);
    vocabulary::compare(old, new, &touched, &mut changes);
    // Stable: changes of one sort of part keep the order of the protocol.
    changes.sort_by_key(|change| change.subject.part);
    let (one, two) = (Edition::of(&old.header), Edition::of(&new.header));
    (Difference { old: one, new: two, changes, decisions, old_codes: TestCodes::of(old) }, asked)
}
