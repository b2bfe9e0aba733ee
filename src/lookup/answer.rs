//! What an answer holds; it serialises as the program prints it with `--format json`.

use serde::Serialize;

use crate::diagnostics::Diagnostic;
use crate::number::Exact;
use crate::source::Sources;
use crate::units::{Converted, Unit};

/// What is said to a question: the answer, if there is one, and what is to be said about the question.
#[derive(Debug)]
pub struct Replied<T> {
    pub answer: Option<T>,
    /// The words of the question, for the diagnostics.
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Default for Replied<T> {
    fn default() -> Self {
        Self { answer: None, sources: Sources::default(), diagnostics: Vec::new() }
    }
}

/// A value in other units.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// `None` where the question names no measure.
    pub measure: Option<MeasureEntry>,
    pub given: Given,
    pub results: Vec<Quoted>,
}

/// The value of the question.
#[derive(Clone, Debug, Serialize)]
pub struct Given {
    /// A change of the measure, not a value of it.
    pub is_change: bool,
    /// As it was written.
    pub text: String,
    pub value: Exact,
    /// The author's unit; `None` for a pure number.
    pub unit: Option<String>,
    pub ucum: Option<String>,
    /// What the unit measures, in words.
    pub kind: Option<String>,
}

/// The value in one other unit.
#[derive(Clone, Debug, Serialize)]
pub struct Quoted {
    /// Exact: a decimal, or a fraction where no decimal is.
    pub value: Exact,
    /// Four significant figures.
    pub shown: String,
    pub unit: String,
    pub ucum: String,
    /// What every value is multiplied by; `None` where the conversion is no multiplication.
    pub factor: Option<Exact>,
    /// The exact result is not rational, and `value` is rounded to 12 significant digits.
    pub rounded: bool,
    /// The facts that the conversion rests on; the units alone where there is none.
    pub by: Vec<Fact>,
}

/// One fact behind a conversion, with its source.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    pub text: String,
    pub source: Option<&'static str>,
}

/// Where the factor comes from when no substance is involved.
const BY_UNITS: &str = "UCUM 2.2";

impl Quoted {
    pub(super) fn of(converted: Converted, to: &Unit) -> Self {
        let shown = converted.shown();
        let mut by: Vec<Fact> =
            converted.by.into_iter().map(|step| Fact { text: step.text, source: step.source }).collect();
        if by.is_empty() {
            by.push(Fact { text: "the units alone".into(), source: Some(BY_UNITS) });
        }
        Self {
            value: converted.value,
            shown,
            unit: to.written().to_owned(),
            ucum: to.code().to_owned(),
            factor: converted.factor,
            rounded: converted.rounded,
            by,
        }
    }
}

/// A measure of the standard library.
#[derive(Clone, Debug, Serialize)]
pub struct MeasureEntry {
    pub name: String,
    pub label: String,
    pub also: Vec<String>,
    /// LOINC code and its display name.
    pub loinc: Option<(String, Option<String>)>,
    /// The unit of its range, then the others that are accepted.
    pub units: Vec<String>,
    /// In the first of [`MeasureEntry::units`].
    pub plausible: Option<(Exact, Exact)>,
    pub formula: Option<String>,
    pub source: Option<String>,
}

/// What a unit means.
#[derive(Clone, Debug, Serialize)]
pub struct UnitAnswer {
    /// As it was written.
    pub written: String,
    pub ucum: String,
    /// UCUM's name in words.
    pub name: String,
    /// What it measures, in words.
    pub kind: String,
    /// A remark, where something else is probably meant.
    pub remark: Option<String>,
    /// Measures of the library that are reported in it.
    pub measures: Vec<String>,
}
