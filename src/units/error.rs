//! Why a text is not a unit.

use std::fmt;
use std::ops::Range;

/// What is wrong with the text of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitErrorKind {
    /// Nothing was written.
    Empty,
    /// Longer, deeper or larger than any unit of a protocol.
    TooLarge,
    /// The signs do not form a unit expression.
    Syntax,
    /// A symbol that UCUM does not have, nor the list of everyday spellings.
    UnknownUnit,
    /// A prefix on a unit that takes none, as in `k[ft_i]`.
    Prefix,
    /// A unit with a zero point or a logarithm inside a product, as in `Cel/h`.
    SpecialInProduct,
    /// `month` or `year`: calendar time, which is not a fixed number of days.
    CalendarTime,
}

/// A text that is not a unit, with the place of the fault inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    pub kind: UnitErrorKind,
    pub message: String,
    pub help: Option<String>,
    /// Bytes of the unit text as it was written.
    pub range: Range<usize>,
}

impl UnitError {
    pub(super) fn new(kind: UnitErrorKind, message: impl Into<String>, range: Range<usize>) -> Self {
        Self { kind, message: message.into(), help: None, range }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for UnitError {}
