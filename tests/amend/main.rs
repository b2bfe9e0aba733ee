//! The difference of two protocols: what is a change of meaning, and what is not.

#[path = "../support/snippet.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod snippet;

mod changes;
mod copies;
mod forms;
mod pages;
mod participants;
mod population;
mod reports;
mod support;
mod together;
mod words;
