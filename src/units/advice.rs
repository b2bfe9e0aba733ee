//! Units that read well and are hardly what the author means.

use std::fmt;

use super::Unit;
use super::analyte::{Activity, Analyte};
use super::convert::commensurable;
use super::dimension::{Base, Dimension};
use super::spelling::SPELLINGS;
use super::ucum::{Component, Expression, Part};

/// A remark on a unit that is valid, with the unit that is probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub message: String,
    /// The UCUM code to write instead.
    pub replacement: Option<String>,
}

impl Advice {
    pub(super) fn new(message: impl Into<String>, replacement: Option<String>) -> Self {
        Self { message: message.into(), replacement }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.replacement {
            Some(replacement) => write!(f, "; did you mean `{replacement}`?"),
            None => Ok(()),
        }
    }
}

/// A remark on a unit in the light of its measure: the enzyme unit `U` where international units are meant and the
/// reverse, `K/uL` where thousands are counted. Remarks that need no measure are at [`Unit::advice`].
pub fn advise(unit: &Unit, accepted: &[Unit], analyte: &Analyte) -> Option<Advice> {
    if let Some(advice) = unit.advice() {
        return Some(advice.clone());
    }
    let other = match (analyte.activity(), unit.swap_activity()) {
        (Activity::International, Some((swapped, "[IU]"))) => {
            Some((swapped, "`U` is the enzyme unit (1 umol/min)", "international units, `[IU]`"))
        }
        (Activity::Enzyme, Some((swapped, "U"))) => {
            Some((swapped, "`[IU]` is the international unit of a biological standard", "enzyme units, `U`"))
        }
        _ => None,
    };
    let (swapped, meaning, instead) = other?;
    let fits = accepted.is_empty()
        || accepted.iter().any(|accepted| commensurable(&swapped, accepted, &Analyte::default()).is_ok());
    let message = format!("{meaning}; {} is measured in {instead}", analyte.name());
    fits.then(|| Advice::new(message, Some(swapped.code().to_owned())))
}

/// False friends that are seen without knowing the measure.
pub(super) fn false_friend(expression: &Expression, dimension: &Dimension) -> Option<Advice> {
    let parts = &expression.parts;
    if dimension.exponent(Base::Temperature) == 1 && dimension.exponent(Base::Length) == -3 {
        return Some(Advice::new(
            "`K` is the kelvin, a unit of temperature",
            Some(with_thousands(expression)),
        ));
    }
    if let Some(advice) = misplaced_time(expression, dimension) {
        return Some(advice);
    }
    for (index, part) in parts.iter().enumerate() {
        let rest = || Expression { parts: parts[index + 1..].to_vec() };
        match &part.component {
            Component::Symbol { symbol, .. } => {
                let Some(friend) = SPELLINGS.friends.get(symbol.to_string().as_str()) else { continue };
                if friend.only_alone && parts.len() > 1 {
                    continue;
                }
                let replacement = friend.replacement.map(|code| replaced(expression, index, code));
                return Some(Advice::new(friend.meaning, replacement));
            }
            Component::Number { value: 1, .. } if is_split_surface(&parts[index..]) => {
                let head = Expression { parts: parts[..index].to_vec() };
                let message =
                    "this reads as `per 1, times 73 m2`: the dot in a number is a multiplication in a unit";
                return Some(Advice::new(message, Some(format!("{head}/{{1.73_m2}}"))));
            }
            Component::Number { value, .. } if index == 0 && !part.divides => {
                let digits = value.to_string();
                let power = digits.strip_prefix("10").filter(|power| (1..=2).contains(&power.len()));
                let Some(power) = power.filter(|power| is_usual_power(power) && parts.len() > 1) else {
                    continue;
                };
                let message =
                    format!("this reads as the number {value}; the superscript of 10^{power} was lost");
                return Some(Advice::new(message, Some(format!("10*{power}{}", rest()))));
            }
            _ => {}
        }
    }
    None
}

/// `mg/kg.d`: a dose per weight, times days.
fn misplaced_time(expression: &Expression, dimension: &Dimension) -> Option<Advice> {
    let per_body = dimension.exponent(Base::BodyWeight) < 0 || dimension.exponent(Base::BodySurface) < 0;
    if !per_body || dimension.exponent(Base::Time) <= 0 {
        return None;
    }
    let is_time = |part: &Part| match &part.component {
        Component::Symbol { symbol, .. } => {
            matches!(symbol.atom.code, "s" | "min" | "h" | "d" | "wk" | "mo" | "a")
        }
        _ => false,
    };
    let index = expression.parts.iter().rposition(|part| !part.divides && is_time(part))?;
    let mut meant = expression.clone();
    meant.parts[index].divides = true;
    Some(Advice::new(
        "after `/`, a dot still multiplies: this is times the time, not per time",
        Some(meant.to_string()),
    ))
}

fn is_usual_power(power: &str) -> bool {
    matches!(power, "3" | "4" | "5" | "6" | "7" | "8" | "9" | "10" | "11" | "12")
}

/// `1.73.m2`, which UCUM reads as 1 · 73 · m².
fn is_split_surface(parts: &[Part]) -> bool {
    match parts {
        [_, seventy_three, metre, ..] => {
            matches!(seventy_three.component, Component::Number { value: 73, .. })
                && matches!(&metre.component, Component::Symbol { symbol, exponent: Some(2), .. } if symbol.is("", "m"))
        }
        _ => false,
    }
}

fn with_thousands(expression: &Expression) -> String {
    let kelvin = expression
        .parts
        .iter()
        .position(|part| matches!(&part.component, Component::Symbol { symbol, .. } if symbol.is("", "K")));
    replaced(expression, kelvin.unwrap_or(0), "10*3")
}

/// The spelling with one part replaced.
fn replaced(expression: &Expression, index: usize, code: &str) -> String {
    let mut text = String::new();
    for (at, part) in expression.parts.iter().enumerate() {
        match (part.divides, at) {
            (true, _) => text.push('/'),
            (false, 0) => {}
            (false, _) => text.push('.'),
        }
        if at == index {
            text.push_str(code);
            if let Component::Symbol { exponent: Some(exponent), .. } = part.component {
                text.push_str(&exponent.to_string());
            }
        } else {
            let single = Part { divides: false, ..part.clone() };
            text.push_str(&Expression { parts: vec![single] }.to_string());
        }
    }
    text
}
