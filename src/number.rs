//! Exact numbers. Every literal of a protocol is a rational, never a float, so that `7.5` compares with
//! `7.50` as equal and a converted limit is exactly what the author wrote.

mod bounds;

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact rational number.
///
/// Serialises as a string: a decimal (`"7.5"`) where it terminates, a fraction (`"1/3"`) elsewhere, because a
/// JSON number would pass through a binary float in most readers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(BigRational);

/// Why a text is not an exact number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotANumber(pub String);

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a number", self.0)
    }
}

impl std::error::Error for NotANumber {}

impl Exact {
    /// Longest accepted decimal exponent, so that `1e999999999` cannot exhaust the memory.
    const MAX_EXPONENT: u32 = 400;

    pub fn zero() -> Self {
        Self(BigRational::zero())
    }

    pub fn one() -> Self {
        Self(BigRational::one())
    }

    /// `numerator / denominator`; `None` when the denominator is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator != 0).then(|| Self(BigRational::new(numerator.into(), denominator.into())))
    }

    pub fn from_rational(value: BigRational) -> Self {
        Self(value)
    }

    pub fn as_rational(&self) -> &BigRational {
        &self.0
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    pub fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// The value as an `i64`, when it is whole and fits.
    pub fn to_i64(&self) -> Option<i64> {
        self.is_integer().then(|| self.0.to_integer().to_i64()).flatten()
    }

    /// Nearest double: for display widths and transcendental functions only, never for a comparison.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    /// The exact value of a finite double; `None` for NaN and infinities.
    pub fn from_f64(value: f64) -> Option<Self> {
        BigRational::from_float(value).map(Self)
    }

    pub fn abs(&self) -> Self {
        Self(self.0.abs())
    }

    /// The largest whole number that is not above the value.
    pub fn floor(&self) -> Self {
        Self(self.0.floor())
    }

    /// Integer power; `None` for zero to a negative power or an exponent beyond ±400.
    pub fn pow(&self, exponent: i32) -> Option<Self> {
        if exponent.unsigned_abs() > Self::MAX_EXPONENT || (exponent < 0 && self.is_zero()) {
            return None;
        }
        Some(Self(self.0.pow(exponent)))
    }

    /// `None` when `other` is zero.
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let fast = self.small().zip(other.small()).map(|(mine, (numerator, denominator))| {
            let sign = numerator.signum();
            multiply_small(mine, (denominator * sign, numerator * sign))
        });
        Some(fast.unwrap_or_else(|| Self(&self.0 / &other.0)))
    }

    /// Numerator and denominator, where each has at most 62 bits: nearly every number of a protocol.
    fn small(&self) -> Option<(i64, i64)> {
        let fits = |part: &BigInt| part.to_i64().filter(|part| part.unsigned_abs() < 1 << 62);
        fits(self.0.numer()).zip(fits(self.0.denom()))
    }

    /// The finite decimal expansion, when there is one.
    pub fn to_decimal(&self) -> Option<String> {
        match self.small().and_then(small_decimal) {
            Some(text) => Some(text),
            None => self.long_decimal(),
        }
    }

    fn long_decimal(&self) -> Option<String> {
        let mut rest = self.0.denom().clone();
        let (mut twos, mut fives) = (0usize, 0usize);
        let (two, five) = (BigInt::from(2), BigInt::from(5));
        while rest.is_multiple_of(&two) {
            rest /= &two;
            twos += 1;
        }
        while rest.is_multiple_of(&five) {
            rest /= &five;
            fives += 1;
        }
        rest.is_one().then(|| self.with_digits(twos.max(fives)))
    }

    /// Rounded half away from zero to `places` decimals, trailing zeros kept.
    pub fn with_digits(&self, places: usize) -> String {
        let scale = BigRational::from_integer(BigInt::from(10).pow(places as u32));
        let scaled = (&self.0 * scale).round().to_integer();
        let digits = scaled.abs().to_string();
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if scaled.is_negative() { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// At most `figures` significant figures, trailing zeros dropped: what a message shows of a converted value.
    pub fn to_significant(&self, figures: u32) -> String {
        if self.is_zero() {
            return "0".into();
        }
        let magnitude = self.magnitude();
        let places = figures as i32 - 1 - magnitude;
        if places >= 0 {
            let text = self.with_digits(places as usize);
            return if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            };
        }
        let unit = BigRational::from_integer(BigInt::from(10).pow(places.unsigned_abs()));
        Self((&self.0 / &unit).round() * unit).with_digits(0)
    }

    /// The power of ten of the first significant figure: 0 for 7.5, 2 for 126, -3 for 0.004.
    pub fn magnitude(&self) -> i32 {
        let ten = BigRational::from_integer(10.into());
        let (mut value, mut power) = (self.0.abs(), 0);
        if value.is_zero() {
            return 0;
        }
        while value >= ten {
            value /= &ten;
            power += 1;
        }
        while value < BigRational::one() {
            value *= &ten;
            power -= 1;
        }
        power
    }

    /// How many decimals the author's spelling shows: 1 for `7.5`, 2 for `7.50`, 0 for `1,000`.
    pub fn decimals_of(text: &str) -> usize {
        text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
    }
}

/// The finite decimal expansion of a fraction in its lowest terms, where that has at most nine decimals and no big numbers
/// are needed on the way.
fn small_decimal((numerator, denominator): (i64, i64)) -> Option<String> {
    if denominator == 1 {
        return Some(numerator.to_string());
    }
    let (mut power, mut places) = (10i64, 1usize);
    while power % denominator != 0 {
        power = (places < 9).then(|| power * 10)?;
        places += 1;
    }
    let scaled = numerator.checked_mul(power / denominator)?.unsigned_abs();
    let (whole, fraction) = (scaled / power.unsigned_abs(), scaled % power.unsigned_abs());
    let sign = if numerator < 0 { "-" } else { "" };
    Some(format!("{sign}{whole}.{fraction:0places$}"))
}

impl FromStr for Exact {
    type Err = NotANumber;

    /// Reads `7`, `7.5`, `-0.3`, `100,000`, `1.2e-3` and `1/3`. A minus may be `-`, `−` or `–`.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        if let Some(value) = plain_decimal(text) {
            return Ok(value);
        }
        let fail = || NotANumber(text.to_owned());
        let cleaned: String = text.trim().replace(['−', '–'], "-").replace(',', "");
        if let Some((top, bottom)) = cleaned.split_once('/') {
            let top: Self = top.parse().map_err(|_| fail())?;
            let bottom: Self = bottom.parse().map_err(|_| fail())?;
            return top.checked_div(&bottom).ok_or_else(fail);
        }
        let (mantissa, exponent) = match cleaned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| fail())?),
            None => (cleaned.as_str(), 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(fail());
        }
        let shift =
            exponent.checked_sub(i32::try_from(fraction.len()).map_err(|_| fail())?).ok_or_else(fail)?;
        if exponent.unsigned_abs() > Self::MAX_EXPONENT {
            return Err(fail());
        }
        let digits: BigInt = format!("{whole}{fraction}").parse().map_err(|_| fail())?;
        let power = BigInt::from(10).pow(shift.unsigned_abs());
        let value = if shift < 0 {
            BigRational::new(digits, power)
        } else {
            BigRational::from_integer(digits * power)
        };
        Ok(Self(if negative { -value } else { value }))
    }
}

impl fmt::Display for Exact {
    /// A decimal where it terminates within 30 places, else a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_decimal() {
            Some(text) => f.pad(&text),
            None => f.pad(&format!("{}/{}", self.0.numer(), self.0.denom())),
        }
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self(BigRational::from_integer(value.into()))
    }
}

/// `126.5`: digits with at most one point, few enough for a machine word. Everything else is read the long way.
fn plain_decimal(text: &str) -> Option<Exact> {
    if text.len() > 18 {
        return None;
    }
    let (mut value, mut scale, mut has_point, mut has_digit) = (0i64, 1i64, false, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                has_digit = true;
                value = value * 10 + i64::from(byte - b'0');
                if has_point {
                    scale *= 10;
                }
            }
            b'.' if !has_point => has_point = true,
            _ => return None,
        }
    }
    has_digit.then(|| {
        let common = value.gcd(&scale);
        Exact(BigRational::new_raw((value / common).into(), (scale / common).into()))
    })
}

/// The product of two fractions in lowest terms, the denominators positive: what big integers would give, in a tenth
/// of the time.
fn multiply_small((a, b): (i64, i64), (c, d): (i64, i64)) -> Exact {
    let (first, second) = (a.gcd(&d), c.gcd(&b));
    let numerator = i128::from(a / first) * i128::from(c / second);
    let denominator = i128::from(b / second) * i128::from(d / first);
    Exact(BigRational::new_raw(numerator.into(), denominator.into()))
}

macro_rules! arithmetic {
    ($($name:ident $method:ident $operator:tt;)*) => {$(
        impl std::ops::$name for &Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact {
                Exact(&self.0 $operator &other.0)
            }
        }
        impl std::ops::$name for Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                Exact(self.0 $operator other.0)
            }
        }
    )*};
}

arithmetic! {
    Add add +;
    Sub sub -;
}

impl std::ops::Mul for &Exact {
    type Output = Exact;
    fn mul(self, other: &Exact) -> Exact {
        match self.small().zip(other.small()) {
            Some((mine, theirs)) => multiply_small(mine, theirs),
            None => Exact(&self.0 * &other.0),
        }
    }
}

impl std::ops::Mul for Exact {
    type Output = Exact;
    fn mul(self, other: Exact) -> Exact {
        &self * &other
    }
}

impl std::ops::Neg for Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        Exact(-self.0)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().expect("a number")
    }

    #[test]
    fn reads_the_spellings_of_protocols() {
        for (text, shown) in [
            ("7.5", "7.5"),
            ("7.50", "7.5"),
            ("100,000", "100000"),
            ("−0.3", "-0.3"),
            ("1e3", "1000"),
            ("2/6", "1/3"),
            (".5", "0.5"),
        ] {
            assert_eq!(exact(text).to_string(), shown, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_number() {
        for text in ["", "-", ".", "7.5.1", "seven", "1/0", "1e999999999", "1e-999999999", "0x10"] {
            assert!(text.parse::<Exact>().is_err(), "{text}");
        }
    }

    #[test]
    fn small_numbers_calculate_as_large_ones_do() {
        let texts = [
            "0",
            "1",
            "-1",
            "7.5",
            "-0.3",
            "1/3",
            "-22/7",
            "126.5",
            "0.0254",
            "4611686018427387903",
            "-9223372036854775808",
            "1e30",
            "3e-25",
        ];
        for a in texts.map(exact) {
            for b in texts.map(exact) {
                assert_eq!(&a * &b, Exact(&a.0 * &b.0), "{a} * {b}");
                let quotient = (!b.is_zero()).then(|| Exact(&a.0 / &b.0));
                assert_eq!(a.checked_div(&b), quotient, "{a} / {b}");
            }
        }
    }

    #[test]
    fn a_plain_decimal_is_read_as_the_long_way_reads_it() {
        for text in ["0", "00.50", "7", ".5", "5.", "126.5", "999999999999999999", "0.0000000000000001"] {
            let fast = plain_decimal(text).expect("plain");
            assert_eq!(fast, exact(&format!("{text}e0")), "{text}");
        }
        for text in ["", ".", "1,000", "-1", "1e3", "1/3", "1.2.3", "9999999999999999999"] {
            assert_eq!(plain_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn shows_significant_figures() {
        assert_eq!(exact("88.4017").to_significant(4), "88.4");
        assert_eq!(exact("0.000123456").to_significant(3), "0.000123");
        assert_eq!(exact("123456").to_significant(3), "123000");
        assert_eq!(exact("9.999").to_significant(3), "10");
        assert_eq!(exact("100").to_significant(4), "100");
    }

    #[test]
    fn short_decimals_are_written_as_long_ones_are() {
        for numerator in (-2_000..2_000).chain([i64::MAX >> 2, -(1 << 60)]) {
            for denominator in [1, 2, 3, 4, 5, 7, 8, 10, 16, 25, 512, 1_000, 1_000_000_000, 10_000_000_000] {
                let number = Exact::from(numerator).checked_div(&Exact::from(denominator)).unwrap();
                assert_eq!(number.to_decimal(), number.long_decimal(), "{numerator}/{denominator}");
            }
        }
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(exact("2.5").with_digits(0), "3");
        assert_eq!(exact("-2.5").with_digits(0), "-3");
        assert_eq!(exact("0.05").with_digits(1), "0.1");
    }
}
