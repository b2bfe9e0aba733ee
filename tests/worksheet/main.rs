//! The worksheet page: what it holds, what it escapes, its table of units, and cases for the judge of its checker.

mod cases;
mod page;
mod people;
mod protocols;
mod units;
