//! Exact numbers. Every literal of a protocol is a rational, never a float, so that `7.5` compares with
//! `7.50` as equal and a converted limit is exactly what the author wrote.

mod bounds;
mod fraction;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use fraction::Fraction;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact rational number.
///
/// Serialises as a string: a decimal (`"7.5"`) where it terminates, a fraction (`"1/3"`) elsewhere, because a
/// JSON number would pass through a binary float in most readers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exact(Number);

/// What fits two words is always small, so that equal numbers are held alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Number {
    Small(Fraction),
    Big(Box<BigRational>),
}

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
        Self::small(Fraction::ZERO)
    }

    pub fn one() -> Self {
        Self::small(Fraction::ONE)
    }

    fn small(fraction: Fraction) -> Self {
        Self(Number::Small(fraction))
    }

    /// `numerator / denominator`; `None` when the denominator is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Self> {
        let long = || Self::from_rational(BigRational::new(numerator.into(), denominator.into()));
        let short = || Fraction::of(numerator.into(), denominator.into()).map(Self::small);
        (denominator != 0).then(|| short().unwrap_or_else(long))
    }

    pub fn from_rational(value: BigRational) -> Self {
        match (value.numer().to_i64(), value.denom().to_i64()) {
            (Some(numerator), Some(denominator)) => {
                // In lowest terms already: this only puts the two together.
                Fraction::of(numerator.into(), denominator.into())
                    .map_or_else(|| Self(Number::Big(Box::new(value))), Self::small)
            }
            _ => Self(Number::Big(Box::new(value))),
        }
    }

    pub fn to_rational(&self) -> BigRational {
        match &self.0 {
            Number::Small(fraction) => fraction.to_rational(),
            Number::Big(rational) => (**rational).clone(),
        }
    }

    /// Numerator and denominator, where both fit a word.
    pub fn to_words(&self) -> Option<(i64, i64)> {
        self.as_small().map(Fraction::parts)
    }

    fn as_small(&self) -> Option<Fraction> {
        match self.0 {
            Number::Small(fraction) => Some(fraction),
            Number::Big(_) => None,
        }
    }

    /// What is found in words where both numbers and the result fit, else the long way.
    fn calculate(
        &self,
        other: &Self,
        in_words: fn(Fraction, Fraction) -> Option<Fraction>,
        long: fn(BigRational, BigRational) -> BigRational,
    ) -> Self {
        let both = self.as_small().zip(other.as_small());
        match both.and_then(|(one, other)| in_words(one, other)) {
            Some(result) => Self::small(result),
            None => Self::from_rational(long(self.to_rational(), other.to_rational())),
        }
    }

    pub fn is_zero(&self) -> bool {
        *self == Self::zero()
    }

    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Number::Small(fraction) => *fraction < Fraction::ZERO,
            Number::Big(rational) => rational.is_negative(),
        }
    }

    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Number::Small(fraction) => fraction.parts().1 == 1,
            Number::Big(rational) => rational.is_integer(),
        }
    }

    /// The value as an `i64`, when it is whole and fits.
    pub fn to_i64(&self) -> Option<i64> {
        self.to_words().filter(|(_, denominator)| *denominator == 1).map(|(numerator, _)| numerator)
    }

    /// Nearest double: for display widths and transcendental functions only, never for a comparison.
    pub fn to_f64(&self) -> f64 {
        self.to_rational().to_f64().unwrap_or(f64::NAN)
    }

    /// The exact value of a finite double; `None` for NaN and infinities.
    pub fn from_f64(value: f64) -> Option<Self> {
        BigRational::from_float(value).map(Self::from_rational)
    }

    pub fn abs(&self) -> Self {
        if self.is_negative() { -self.clone() } else { self.clone() }
    }

    /// The largest whole number that is not above the value.
    pub fn floor(&self) -> Self {
        match &self.0 {
            Number::Small(fraction) => Self::from(fraction.floor()),
            Number::Big(rational) => Self::from_rational(rational.floor()),
        }
    }

    /// Integer power; `None` for zero to a negative power or an exponent beyond ±400.
    pub fn pow(&self, exponent: i32) -> Option<Self> {
        if exponent.unsigned_abs() > Self::MAX_EXPONENT || (exponent < 0 && self.is_zero()) {
            return None;
        }
        Some(Self::from_rational(self.to_rational().pow(exponent)))
    }

    /// `None` when `other` is zero.
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        Some(self.calculate(other, Fraction::over, |one, other| one / other))
    }

    /// The finite decimal expansion, when there is one.
    pub fn to_decimal(&self) -> Option<String> {
        match self.as_small().and_then(Fraction::decimal) {
            Some(text) => Some(text),
            None => self.long_decimal(),
        }
    }

    fn long_decimal(&self) -> Option<String> {
        let mut rest = self.to_rational().denom().clone();
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
        match self.as_small().and_then(|fraction| fraction.with_digits(places)) {
            Some(text) => text,
            None => self.long_digits(places),
        }
    }

    fn long_digits(&self, places: usize) -> String {
        let scale = BigRational::from_integer(BigInt::from(10).pow(places as u32));
        let scaled = (self.to_rational() * scale).round().to_integer();
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
        Self::from_rational((self.to_rational() / &unit).round() * unit).with_digits(0)
    }

    /// The power of ten of the first significant figure: 0 for 7.5, 2 for 126, -3 for 0.004.
    pub fn magnitude(&self) -> i32 {
        self.as_small().map_or_else(|| self.long_magnitude(), Fraction::magnitude)
    }

    fn long_magnitude(&self) -> i32 {
        let ten = BigRational::from_integer(10.into());
        let (mut value, mut power) = (self.to_rational().abs(), 0);
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

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Number::Small(one), Number::Small(other)) => one.cmp(other),
            (Number::Big(one), Number::Big(other)) => one.cmp(other),
            _ => self.to_rational().cmp(&other.to_rational()),
        }
    }
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
        Ok(Self::from_rational(if negative { -value } else { value }))
    }
}

impl fmt::Display for Exact {
    /// A decimal where it terminates within 30 places, else a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_decimal() {
            Some(text) => f.pad(&text),
            None => {
                let long = self.to_rational();
                f.pad(&format!("{}/{}", long.numer(), long.denom()))
            }
        }
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self::small(Fraction::whole(value))
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
    if !has_digit {
        return None;
    }
    Fraction::of(value.into(), scale.into()).map(Exact::small)
}

macro_rules! arithmetic {
    ($($name:ident $method:ident $in_words:ident $operator:tt;)*) => {$(
        impl std::ops::$name for &Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact {
                self.calculate(other, Fraction::$in_words, |one, other| one $operator other)
            }
        }
        impl std::ops::$name for Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                &self $operator &other
            }
        }
    )*};
}

arithmetic! {
    Add add plus +;
    Sub sub minus -;
    Mul mul times *;
}

impl std::ops::Neg for Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        match self.as_small().and_then(Fraction::negative) {
            Some(negative) => Exact::small(negative),
            None => Exact::from_rational(-self.to_rational()),
        }
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
    use proptest::prelude::*;

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

    fn assert_calculates_as_large_ones_do(a: &Exact, b: &Exact) {
        let (x, y) = (a.to_rational(), b.to_rational());
        let long = Exact::from_rational;
        assert_eq!(a + b, long(&x + &y), "{a} + {b}");
        assert_eq!(a - b, long(&x - &y), "{a} - {b}");
        assert_eq!(a * b, long(&x * &y), "{a} * {b}");
        assert_eq!(a.checked_div(b), (!y.is_zero()).then(|| long(&x / &y)), "{a} / {b}");
        assert_eq!(a.cmp(b), x.cmp(&y), "{a} and {b}");
        assert_eq!(a == b, x == y, "{a} and {b}");
        assert_eq!(-a.clone(), long(-&x), "-{a}");
        assert_eq!(a.abs(), long(x.abs()), "|{a}|");
        assert_eq!(a.floor(), long(x.floor()), "{a}");
        assert_eq!(a.magnitude(), a.long_magnitude(), "{a}");
        assert_eq!(a.to_decimal(), a.long_decimal(), "{a}");
        assert_eq!(
            (a.is_zero(), a.is_negative(), a.is_integer()),
            (x.is_zero(), x.is_negative(), x.is_integer())
        );
        assert_eq!(a.to_i64(), x.is_integer().then(|| x.to_integer().to_i64()).flatten(), "{a}");
        for places in [0, 1, 3, 9, 18, 19, 25] {
            assert_eq!(a.with_digits(places), a.long_digits(places), "{a} to {places} places");
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
            "-0.4",
            "1/3",
            "-22/7",
            "126.5",
            "0.0254",
            "4611686018427387903",
            "9223372036854775807",
            "-9223372036854775808",
            "1/9223372036854775807",
            "-9223372036854775807/9223372036854775806",
            "1e30",
            "3e-25",
        ];
        for a in texts.map(exact) {
            for b in texts.map(exact) {
                assert_calculates_as_large_ones_do(&a, &b);
            }
        }
    }

    fn any_number() -> impl Strategy<Value = Exact> {
        let part = || prop_oneof![-1_000i64..1_000, any::<i64>(), Just(i64::MIN), Just(i64::MAX)];
        let scale = prop_oneof![Just(1), Just(10), Just(100), Just(1_000), part()];
        (part(), scale).prop_filter_map("no number", |(top, bottom)| Exact::ratio(top, bottom))
    }

    proptest! {
        #[test]
        fn all_numbers_calculate_as_large_ones_do(a in any_number(), b in any_number()) {
            assert_calculates_as_large_ones_do(&a, &b);
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
