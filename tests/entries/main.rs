//! Filled forms: what `trialc validate-record` finds, and what it leaves alone.

#[path = "../support/generated.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod generated;

mod agreement;
mod build;
mod cases;
mod conditions;
mod logs;
mod own;
mod page;
mod times;
mod windows;
