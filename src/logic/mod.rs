//! The logic of eligibility: what criteria leave open together, and who is the difference between two versions of them.
//!
//! The criteria of a decision become propositional logic over what a person can have a value of. A number matters only in
//! relation to the limits that it is compared with, so that finitely many cuts stand for all numbers; a solver for propositional
//! logic is then complete, without a theory of numbers.
//!
//! - An answer that nobody exists is sound: every relation between variables that the logic uses holds of every record
//!   (within plausible ranges and declared decimals).
//! - An answer that somebody exists is a [`Witness`]: written as facts, and screened by the evaluator before it is called
//!   [`Standing::Confirmed`]. Values that are computed from several others, and lengths of time between dates, are only known
//!   to the evaluator; a witness that fails there is called [`Standing::Possible`], with the reason.

mod cases;
mod circuit;
mod compare;
mod coverage;
mod declared;
mod encode;
mod key;
mod person;
mod question;
mod read;
mod relate;
mod said;
mod smt;
mod solved;
mod space;
mod tests_of;
mod together;
mod typical;
mod witness;
mod written;

pub use cases::{Cases, NoCase, cases, cases_with};
pub use compare::{Engine, Influence, Relation, Side};
pub use coverage::{Shown, coverage};
pub use question::{Asked, Fault, Solver};
pub use smt::smt2;
pub use tests_of::{Test, Tests};
pub use together::Whole;
pub use witness::{Difference, Standing, Witness};
pub use written::example as example_text;
