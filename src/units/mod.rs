//! Units of measure: reading, comparing and converting them without harm.
//!
//! The syntax and the table are UCUM 2.2 ([`parse`]); everyday spellings come from one list, `aliases.tsv`. UCUM alone
//! is not safe in a protocol: it makes the mole a number, cancels `/kg`, and ignores annotations. So a unit here has
//! more dimensions than in UCUM:
//!
//! - amount of substance: `mmol/L` is no cell count;
//! - body weight and body surface: the unprefixed `kg` and `m2` below a dose, a volume or a count ([`Base`]);
//!   `{1.73_m2}` is 1.73 of the latter;
//! - equivalents, osmoles, microscope fields, Hounsfield units, and each arbitrary unit such as `[IU]`;
//! - the annotations that name what is counted or compared: `{copies}`, `{ULN}`, `{LLN}`, `{INR}`, `{FEU}`, `{DDU}`,
//!   `{pack}`;
//! - what cancelled in a ratio: `mg/g`, `mmol/mol`, `L/L` and `%` are four things ([`Fraction`]).
//!
//! Mass and amount meet through the [`Analyte`], which brings a molar mass, a valence or a scale; each such fact is
//! returned with the result ([`Converted::by`]). Numbers are exact rationals; where a logarithm makes that impossible,
//! the result is rounded to 12 significant digits and says so.

mod advice;
mod analyte;
mod convert;
mod dimension;
mod error;
mod molar;
mod plausible;
mod refusal;
mod spelling;
mod ucum;
mod unit;

pub use advice::{Advice, advise};
pub use analyte::{Activity, Analyte, MolarMass, Scale};
pub use convert::{Converted, Step, commensurable, convert, convert_difference};
pub use dimension::{Base, Dimension, Fraction};
pub use error::{UnitError, UnitErrorKind};
pub use molar::{ATOMIC_WEIGHT_SOURCE, FormulaError, molar_mass};
pub use plausible::{Disagreement, Implausible, PlausibleRange, Written, disagreement, implausible};
pub use refusal::{ConversionError, ConversionErrorKind};
pub use spelling::everyday_words;
pub use unit::{Unit, parse, parse_afresh, recognise};

/// UCUM to the letter, for the functional tests of the standard: no dimension of ours, no everyday spelling.
#[doc(hidden)]
pub mod pure {
    use super::ucum::{Bend, Factor, Mode, Reading, display_name, evaluate, read};
    use super::{Exact, UnitError};

    /// Whether the text is a UCUM expression.
    ///
    /// # Errors
    /// When it is not.
    pub fn validate(text: &str) -> Result<(), UnitError> {
        read(text).map(drop)
    }

    /// UCUM's long name.
    ///
    /// # Errors
    /// When the text is not a UCUM expression.
    pub fn name(text: &str) -> Result<String, UnitError> {
        if text.is_empty() { Ok("(unity)".into()) } else { Ok(display_name(&read(text)?)) }
    }

    /// Converts by UCUM's rules; `None` when the units are not commensurable there or the result is not defined.
    ///
    /// # Errors
    /// When one of the texts is not a UCUM expression.
    pub fn convert(value: &Exact, from: &str, to: &str) -> Result<Option<Exact>, UnitError> {
        let reading = |text: &str| read(text).and_then(|unit| evaluate(&unit, Mode::Ucum));
        let (from, to) = (reading(from)?, reading(to)?);
        if from.dimension != to.dimension {
            return Ok(None);
        }
        Ok(straight(&from, value).and_then(|value| bent(&to, &from.factor.per(&to.factor).apply(&value))))
    }

    fn straight(reading: &Reading, value: &Exact) -> Option<Exact> {
        let Some((bend, before)) = &reading.bend else { return Some(value.clone()) };
        Bend::straighten(*bend, &before.apply(value)).ok().map(|(value, _)| value)
    }

    fn bent(reading: &Reading, value: &Exact) -> Option<Exact> {
        let Some((bend, before)) = &reading.bend else { return Some(value.clone()) };
        let (value, _) = Bend::bend(*bend, value).ok()?;
        Some(Factor::one().per(before).apply(&value))
    }
}

use crate::number::Exact;
