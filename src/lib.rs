//! `trialc`: clinical trial protocols as code.
//!
#![doc = include_str!("../ARCHITECTURE.md")]
#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

pub mod amend;
pub mod ast;
pub mod calendar;
pub mod casebook;
pub mod check;
// The one room that touches files, the environment and the clock.
#[allow(clippy::disallowed_methods)]
pub mod cli;
pub mod compile;
pub mod diagnostics;
pub mod eligibility;
pub mod emit;
pub mod entries;
pub mod format;
pub mod forms;
pub mod intake;
pub mod json;
pub mod library;
pub mod logic;
pub mod lookup;
pub mod lower;
pub mod model;
pub mod number;
pub mod omop;
pub mod population;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod tabular;
pub mod time;
pub mod units;
mod wording;
