//! Invented populations: as files for the command (`main.rs`), and in memory for tests and benchmarks.

pub mod catalogue;
pub mod files;
pub mod people;
pub mod tables;
