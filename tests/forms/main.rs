//! Case report forms: what is worked out of a protocol, what the author changes, and what is written of it.

mod casebook;
mod declared;
mod eligibility;
mod findings;
mod history;
mod language;
mod matrix;
mod names;
mod reach;
mod schemas;
mod support;
mod treatment;
