//! Is this person eligible? Three-valued, exact, and explained.
//!
//! The meaning of the rules lives in one small evaluator. It reads an [`EligibilityDocument`] (the
//! eligibility part of a trial, which is also an artefact of its own) and a [`Record`], and gives a [`Verdict`] that
//! says for each criterion what decided it, how far from the limit, and what is still to be asked.
//!
//! - Missing data is never "no": absence counts only where the record says so ([`record::Absence`],
//!   [`record::Coverage`]).
//! - Windows are closed. The recorded values of a measure are all there are of it; a window without any is unknown.
//! - Values tied on one day are each tried; the worst verdict stands, and the tie is reported.
//! - A partial date that decides makes the criterion unknown.

mod conditions;
mod cut;
mod document;
mod evaluate;
mod evidence;
mod examples;
mod explain;
mod mentions;
mod parts;
mod person;
mod plain;
pub mod record;
mod screen;
mod summary;
mod truth;
mod unit_table;
mod verdict;
mod vocabulary;

pub use conditions::{ConditionDecided, DAY_OF_CONDITION};
pub use cut::{Cut, recorded};
pub use document::{EligibilityDocument, FORMAT as DOCUMENT_FORMAT, OpenArms, TrialIdentity, VisitPoint};
pub(crate) use evaluate::amount::{Amount, Scale, duration_in};
pub(crate) use evaluate::leaf_of;
pub use evidence::{Compared, Evidence, Missing, MissingKind, Normalised, Tie, WindowShown};
pub use examples::{ExampleOutcome, check_examples, record_of, run_examples};
pub use explain::{render_verdict_text, test_in_words};
pub use mentions::Mentions;
pub(crate) use parts::{Extent, Parts};
pub use plain::one_line;
pub use record::{ReadError, Record, read_records};
pub use screen::{Screener, screen};
pub use summary::{
    CriterionSummary, DecisionSummary, Standing, nearest_first, render_summary_text, summaries,
};
pub use truth::Truth;
pub use unit_table::{Composed, KnownUnit, Link, Links, MeasureUnits, UnitTable};
pub use verdict::{
    ArmVerdict, Ask, Awaited, Because, CriterionVerdict, DecisionVerdict, Eligibility,
    FORMAT as VERDICT_FORMAT, Provisional, Status, Verdict,
};
