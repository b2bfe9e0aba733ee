//! The Unified Code for Units of Measure, version 2.2: its table, its syntax and its arithmetic.
//!
//! `ucum-essence.xml` lies beside this file, unchanged, with its licence and notice; the build script turns it into
//! static tables. The reading of an expression is UCUM's in either [`Mode`]; only what counts as a dimension differs.

mod atoms;
mod evaluate;
mod names;
mod reader;
mod special;
mod syntax;

pub(super) use atoms::Mode;
pub(super) use evaluate::{Factor, Reading, Substances, evaluate};
pub(super) use names::display_name;
pub(super) use reader::{MAX_LENGTH, read};
pub(super) use special::{Bend, NotDefined, logarithm, raise};
pub(super) use syntax::{Component, Expression, Part};

pub(super) use atoms::{atom_codes, symbol_of};
