//! Units with a zero point, a logarithm or a tangent: not proportional to what they measure.

use crate::number::Exact;

/// How a special unit bends the number line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bend {
    /// The scale starts this many of its own units below zero.
    Offset(&'static str),
    /// `base` to the power of `numerator`/`denominator` times the value.
    Power { base: u32, numerator: i32, denominator: i32 },
    /// Like `Power`, on Euler's number.
    NaturalPower,
    /// A hundred times the tangent.
    Tangent,
    /// The square root.
    Root,
}

/// A value that a logarithm or an exponential cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotDefined;

/// A number, and whether it was rounded to [`DIGITS`] significant digits because it is not rational.
pub(crate) type Rounded = (Exact, bool);

/// Significant digits of a result that is not rational.
const DIGITS: usize = 12;
/// Beyond this power of ten no quantity of a protocol exists.
const MAX_POWER: f64 = 300.0;

impl Bend {
    /// By the name of the function in the UCUM table.
    pub fn named(function: &str) -> Option<Self> {
        let power = |base, numerator, denominator| Self::Power { base, numerator, denominator };
        Some(match function {
            "Cel" => Self::Offset("273.15"),
            "degF" => Self::Offset("459.67"),
            "degRe" => Self::Offset("218.52"),
            "lg" => power(10, 1, 1),
            "lgTimes2" => power(10, 1, 2),
            "ld" => power(2, 1, 1),
            "pH" | "hpX" => power(10, -1, 1),
            "hpC" => power(10, -2, 1),
            "hpM" => power(10, -3, 1),
            "hpQ" => power(50_000, -1, 1),
            "ln" => Self::NaturalPower,
            "tanTimes100" | "100tan" => Self::Tangent,
            "sqrt" => Self::Root,
            _ => return None,
        })
    }

    /// Whether differences on this scale are proportional to differences of what it measures.
    pub fn is_offset(self) -> bool {
        matches!(self, Self::Offset(_))
    }

    /// From the special unit to its proportional one.
    pub fn straighten(self, value: &Exact) -> Result<Rounded, NotDefined> {
        match self {
            Self::Offset(zero) => Ok((value + &exact(zero), false)),
            Self::Power { base, numerator, denominator } => {
                let ratio = Exact::ratio(numerator.into(), denominator.into()).ok_or(NotDefined)?;
                raise(base, &(value * &ratio))
            }
            Self::NaturalPower => rounded(limited(value.to_f64(), MAX_POWER)?.exp()),
            Self::Tangent => rounded((value.to_f64() / 100.0).atan()),
            Self::Root => Ok((value * value, false)),
        }
    }

    /// From the proportional unit to the special one.
    pub fn bend(self, value: &Exact) -> Result<Rounded, NotDefined> {
        match self {
            Self::Offset(zero) => Ok((value - &exact(zero), false)),
            Self::Power { base, numerator, denominator } => {
                let ratio = Exact::ratio(denominator.into(), numerator.into()).ok_or(NotDefined)?;
                let (power, approximate) = logarithm(base, value)?;
                Ok((&power * &ratio, approximate))
            }
            Self::NaturalPower => rounded(positive(value)?.ln()),
            Self::Tangent => rounded(100.0 * value.to_f64().tan()),
            Self::Root => rounded(if value.is_zero() { 0.0 } else { positive(value)?.sqrt() }),
        }
    }
}

/// `base` to the power of `power`: exact for whole powers, else rounded.
pub(crate) fn raise(base: u32, power: &Exact) -> Result<Rounded, NotDefined> {
    let limit = MAX_POWER / f64::from(base).log10();
    if let Some(whole) = power.to_i64() {
        let whole = i32::try_from(whole).map_err(|_| NotDefined)?;
        if f64::from(whole).abs() > limit {
            return Err(NotDefined);
        }
        return Ok((Exact::from(i64::from(base)).pow(whole).ok_or(NotDefined)?, false));
    }
    rounded(f64::from(base).powf(limited(power.to_f64(), limit)?))
}

/// The logarithm: exact for whole powers of `base`, else rounded.
pub(crate) fn logarithm(base: u32, value: &Exact) -> Result<Rounded, NotDefined> {
    let approximate = positive(value)?.log10() / f64::from(base).log10();
    let whole = approximate.round();
    if whole.abs() <= MAX_POWER
        && Exact::from(i64::from(base)).pow(whole as i32).is_some_and(|power| power == *value)
    {
        return Ok((Exact::from(whole as i64), false));
    }
    rounded(approximate)
}

fn positive(value: &Exact) -> Result<f64, NotDefined> {
    let float = value.to_f64();
    if float.is_finite() && float > 0.0 { Ok(float) } else { Err(NotDefined) }
}

fn limited(value: f64, limit: f64) -> Result<f64, NotDefined> {
    if value.abs() <= limit { Ok(value) } else { Err(NotDefined) }
}

/// The digits that every platform's mathematics agrees on.
fn rounded(value: f64) -> Result<Rounded, NotDefined> {
    if !value.is_finite() {
        return Err(NotDefined);
    }
    let text = format!("{value:.precision$e}", precision = DIGITS - 1);
    text.parse().map(|value| (value, true)).map_err(|_| NotDefined)
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap_or_else(|_| Exact::zero())
}
