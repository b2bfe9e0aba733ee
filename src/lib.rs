//! `trialc`: clinical trial protocols as code.
pub mod number;
pub mod units;
