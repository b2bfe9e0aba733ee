//! `trialc`: clinical trial protocols as code.
pub mod ast;
pub mod calendar;
pub mod check;
pub mod compile;
pub mod diagnostics;
pub mod eligibility;
pub mod emit;
pub mod library;
pub mod model;
pub mod number;
pub mod source;
pub mod syntax;
pub mod time;
pub mod units;
