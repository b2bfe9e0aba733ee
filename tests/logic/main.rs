//! The logic of eligibility: what two versions of criteria have to do with each other, and who shows it.

mod agreement;
mod cases;
mod grid;
mod influence;
#[allow(dead_code)]
#[path = "../support/judges.rs"]
mod judges;
#[path = "../eligibility/agreement/people.rs"]
mod people;
mod protocol;
mod relations;
#[path = "../eligibility/agreement/rules.rs"]
mod rules;
#[allow(dead_code)]
#[path = "../eligibility/agreement/runner.rs"]
mod runner;
mod smt;
mod solver;
#[allow(dead_code)]
#[path = "../eligibility/support.rs"]
mod support;
