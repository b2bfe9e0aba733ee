//! Answers for people who only want to know: `HbA1c 7.5 %` in `mmol/mol`, what `mg/dl` means, which measures there are.
//!
//! The measures are those of the standard library. What cannot be answered is said as everywhere else: by a
//! [`Diagnostic`](crate::diagnostics::Diagnostic) that underlines the words of the question.

mod answer;
mod measures;
mod question;

pub use answer::{Answer, Given, MeasureEntry, Quoted, Replied, UnitAnswer};
pub use measures::Measures;
pub use question::{convert, convert_change, unit};
