//! What the eligibility checker decides, case by case: each rule with a person for whom it holds, and near misses.

mod agreement;
mod anchors;
mod classes;
mod comparisons;
mod compiled;
mod decisions;
mod examples;
mod findings;
mod formulas;
#[path = "../support/judges.rs"]
mod judges;
mod logic;
mod points;
mod properties;
mod published;
mod records;
mod schemas;
mod support;
mod unreadable;
