//! The difference of two protocols: what is a change of meaning, and what is not.

mod changes;
mod copies;
mod forms;
mod support;
