//! Numbers that no participant can have, and literals that contradict themselves.

use std::fmt;

use super::Unit;
use super::analyte::Analyte;
use super::convert::convert;
use super::refusal::ConversionError;
use crate::number::Exact;

/// The values a measure can take in a living person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlausibleRange {
    pub low: Exact,
    pub high: Exact,
    pub unit: Unit,
}

/// A value outside the plausible range, and the unit that would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Implausible {
    /// The value in the unit of the range.
    pub value: Exact,
    /// How many times it lies beyond the nearer end; `None` where a ratio means nothing (zero or negative ends).
    pub times: Option<Exact>,
    pub is_below: bool,
    /// The first accepted unit in which the same number is plausible, with its value in the unit of the range.
    pub suggestion: Option<(Unit, Exact)>,
}

impl fmt::Display for Implausible {
    /// `10,000 times below any plausible value`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.is_below { "below" } else { "above" };
        let twice = Exact::from(2);
        match self.times.as_ref().filter(|times| **times >= twice) {
            Some(times) => {
                write!(f, "{} times {side} any plausible value", grouped(&times.to_significant(2)))
            }
            None => write!(f, "{side} any plausible value"),
        }
    }
}

/// Looks whether a value lies in the plausible range, ends included; `None` when it does.
///
/// # Errors
/// When the unit does not convert to that of the range. Accepted units that do not convert are passed over.
pub fn implausible(
    value: &Exact,
    unit: &Unit,
    range: &PlausibleRange,
    accepted: &[Unit],
    analyte: &Analyte,
) -> Result<Option<Implausible>, ConversionError> {
    let in_range = |value: &Exact| *value >= range.low && *value <= range.high;
    let base = convert(value, unit, &range.unit, analyte)?.value;
    if in_range(&base) {
        return Ok(None);
    }
    let is_below = base < range.low;
    let suggestions = accepted.iter().filter(|other| *other != unit).filter_map(|other| {
        let value = convert(value, other, &range.unit, analyte).ok()?.value;
        in_range(&value).then(|| (other.clone(), value))
    });
    // Of several, the one that changes the value least: 1,000 /L is a slip for 1,000 /uL, hardly for 1,000 10*9/L.
    let suggestion = if is_below {
        suggestions.min_by(|a, b| a.1.cmp(&b.1))
    } else {
        suggestions.max_by(|a, b| a.1.cmp(&b.1))
    };
    let (large, small) = if is_below { (&range.low, &base) } else { (&base, &range.high) };
    let positive = !small.is_negative() && !large.is_negative();
    let times = if positive { large.checked_div(small) } else { None };
    Ok(Some(Implausible { value: base, times, is_below, suggestion }))
}

/// One of the two values of `1.5 mg/dL (133 umol/L)`.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub value: &'a Exact,
    /// Decimals of the author's spelling, as [`Exact::decimals_of`] counts them.
    pub decimals: usize,
    pub unit: &'a Unit,
}

/// Two spellings of one limit that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The first value in the unit of the second, rounded to the second's decimals.
    pub expected: String,
}

/// Checks that two spellings of one limit agree within the rounding of their last digits; `None` when they do.
///
/// # Errors
/// When the units do not convert.
pub fn disagreement(
    first: Written<'_>,
    second: Written<'_>,
    analyte: &Analyte,
) -> Result<Option<Disagreement>, ConversionError> {
    let half = |decimals: usize| {
        let digits = i32::try_from(decimals.min(30)).unwrap_or(30);
        let step = Exact::from(10).pow(-digits).unwrap_or_else(Exact::zero);
        &step * &Exact::ratio(1, 2).unwrap_or_else(Exact::zero)
    };
    let converted =
        |value: &Exact| convert(value, first.unit, second.unit, analyte).map(|converted| converted.value);
    let rounding = half(first.decimals);
    let (a, b) = (converted(&(first.value - &rounding))?, converted(&(first.value + &rounding))?);
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let rounding = half(second.decimals);
    if &low - &rounding <= *second.value && *second.value <= &high + &rounding {
        return Ok(None);
    }
    let expected = converted(first.value)?.with_digits(second.decimals.min(30));
    Ok(Some(Disagreement { expected }))
}

/// `10,000` for `10000`.
fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    text
}
