//! Roots, logarithms and powers: exact where they are rational, else two neighbours of 30 significant digits with the
//! value between them. All in whole numbers, so that every machine finds the same digits.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::Exact;

/// Significant digits of a bound.
const DIGITS: i32 = 30;
/// Binary places of the fixed-point numbers: far more than the digits, so that their roundings never reach these.
const PLACES: usize = 240;
/// Binary places that are taken as right: the roundings of all steps together stay well below.
const SURE: usize = 160;
/// Largest exponent of e: results from 10^-390 to 10^390.
const MOST: i64 = 900;
/// Roots up to this one are found exactly where they are rational.
const MOST_ROOT: u32 = 8;

impl Exact {
    /// Lower and upper bound of the square root; equal where it is rational. `None` for a negative number.
    pub fn sqrt_bounds(&self) -> Option<(Self, Self)> {
        self.power_bounds(&Self::ratio(1, 2)?)
    }

    /// Bounds of the natural logarithm. `None` for zero and negative numbers.
    pub fn ln_bounds(&self) -> Option<(Self, Self)> {
        if *self <= Self::zero() {
            return None;
        }
        if *self == Self::one() {
            return Some((Self::zero(), Self::zero()));
        }
        Some(rounded_outwards(&logarithm(&self.to_rational())))
    }

    /// Bounds of the decimal logarithm; exact for powers of ten. `None` for zero and negative numbers.
    pub fn log10_bounds(&self) -> Option<(Self, Self)> {
        if *self <= Self::zero() {
            return None;
        }
        let magnitude = self.magnitude();
        if Self::from(10).pow(magnitude).as_ref() == Some(self) {
            let whole = Self::from(i64::from(magnitude));
            return Some((whole.clone(), whole));
        }
        let ten = BigRational::from_integer(10.into());
        Some(rounded_outwards(&((logarithm(&self.to_rational()) << PLACES) / logarithm(&ten))))
    }

    /// Bounds of e to this power. `None` beyond ±900.
    pub fn exp_bounds(&self) -> Option<(Self, Self)> {
        if self.is_zero() {
            return Some((Self::one(), Self::one()));
        }
        if self.abs() > Self::from(MOST) {
            return None;
        }
        Some(exponential(&fixed(&self.to_rational())))
    }

    /// Bounds of this number to a rational power; exact where root and power are rational. `None` for a negative
    /// base, for zero to a power that is not positive, and where the result is beyond any quantity.
    pub fn power_bounds(&self, exponent: &Self) -> Option<(Self, Self)> {
        if self.is_zero() && *exponent > Self::zero() {
            return Some((Self::zero(), Self::zero()));
        }
        if *self <= Self::zero() {
            return None;
        }
        if let Some(exact) = self.rational_power(exponent) {
            return Some((exact.clone(), exact));
        }
        if exponent.abs() > Self::from(MOST) {
            return None;
        }
        // The product is cut off once more, below the places that count.
        let power =
            fixed(&(BigRational::new(logarithm(&self.to_rational()), one()) * exponent.to_rational()));
        (power.abs() <= one() * MOST).then(|| exponential(&power))
    }

    /// The power itself, where it is rational and short.
    fn rational_power(&self, exponent: &Self) -> Option<Self> {
        let (base, exponent) = (self.to_rational(), exponent.to_rational());
        let root = u32::try_from(exponent.denom()).ok().filter(|root| *root <= MOST_ROOT)?;
        let power = i32::try_from(exponent.numer()).ok().filter(|power| power.abs() <= 64)?;
        let exact_root = |whole: &BigInt| {
            let found = whole.nth_root(root);
            (found.pow(root) == *whole).then_some(found)
        };
        let (top, bottom) = (exact_root(base.numer())?, exact_root(base.denom())?);
        Self::from_rational(BigRational::new(top, bottom)).pow(power)
    }
}

fn one() -> BigInt {
    BigInt::one() << PLACES
}

/// The nearest fixed-point number below.
fn fixed(value: &BigRational) -> BigInt {
    (value.numer() << PLACES) / value.denom()
}

/// ln of a positive number: `value = part · 2^shift` with the part near 1, where ln = 2·artanh((part − 1)/(part + 1)).
fn logarithm(value: &BigRational) -> BigInt {
    let bits = |whole: &BigInt| i64::try_from(whole.bits()).unwrap_or(i64::MAX);
    let shift = bits(value.numer()) - bits(value.denom());
    let two = BigRational::from_integer(2.into());
    let scale = i32::try_from(shift).map_or_else(|_| BigRational::one(), |shift| two.pow(shift));
    let part = value / scale;
    let near = (&part - BigRational::one()) / (&part + BigRational::one());
    let third = BigRational::new(1.into(), 3.into());
    (twice_artanh(&fixed(&third)) * shift) + twice_artanh(&fixed(&near))
}

/// 2·(z + z³/3 + z⁵/5 + …) for |z| ≤ 1/3.
fn twice_artanh(z: &BigInt) -> BigInt {
    let square = (z * z) >> PLACES;
    let (mut power, mut sum, mut odd) = (z.clone(), BigInt::zero(), 1u32);
    // A shift to the right never brings a negative number to zero, hence the size.
    while power.abs() > BigInt::one() {
        sum += &power / odd;
        power = (power * &square) >> PLACES;
        odd += 2;
    }
    sum * 2
}

/// e^power = 2^k · (e^(rest / 256))^256 with rest below ln 2.
fn exponential(power: &BigInt) -> (Exact, Exact) {
    const HALVINGS: usize = 8;
    let third = BigRational::new(1.into(), 3.into());
    let ln_2 = twice_artanh(&fixed(&third));
    let doublings = power / &ln_2;
    let rest = (power - &doublings * &ln_2) >> HALVINGS;
    let (mut term, mut sum, mut count) = (one(), one(), 1u32);
    while term.abs() > BigInt::one() {
        term = ((term * &rest) >> PLACES) / count;
        sum += &term;
        count += 1;
    }
    for _ in 0..HALVINGS {
        sum = (&sum * &sum) >> PLACES;
    }
    let doublings = i32::try_from(doublings).unwrap_or_default();
    let value = BigRational::new(sum, one()) * BigRational::from_integer(2.into()).pow(doublings);
    let part = &value / BigRational::from_integer(BigInt::one() << SURE);
    between(&(&value - &part), &(&value + &part))
}

/// The bounds of a fixed-point number that is right to [`SURE`] places.
fn rounded_outwards(value: &BigInt) -> (Exact, Exact) {
    let part = BigRational::new(BigInt::one(), BigInt::one() << SURE);
    let value = BigRational::new(value.clone(), one());
    between(&(&value - &part), &(&value + &part))
}

/// Both ends rounded away from each other to the digits that count.
fn between(low: &BigRational, high: &BigRational) -> (Exact, Exact) {
    let magnitude =
        Exact::from_rational(low.clone()).magnitude().max(Exact::from_rational(high.clone()).magnitude());
    let scale = BigRational::from_integer(10.into()).pow(DIGITS - 1 - magnitude);
    let of = Exact::from_rational;
    (of((low * &scale).floor() / &scale), of((high * &scale).ceil() / &scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().expect("a number")
    }

    /// The digits are those of published tables (Abramowitz and Stegun).
    #[test]
    fn the_value_lies_between_bounds_of_thirty_digits() {
        let table = [
            (exact("2").sqrt_bounds(), "1.41421356237309504880168872420969807857"),
            (exact("2").ln_bounds(), "0.69314718055994530941723212145817656808"),
            (exact("0.5").ln_bounds(), "-0.69314718055994530941723212145817656808"),
            (exact("10").ln_bounds(), "2.30258509299404568401799145468436420760"),
            (exact("2").log10_bounds(), "0.30102999566398119521373889472449302677"),
            (exact("1").exp_bounds(), "2.71828182845904523536028747135266249776"),
            (exact("-1").exp_bounds(), "0.36787944117144232159552377016146086745"),
            (exact("2").power_bounds(&exact("1/3")), "1.25992104989487316476721060727822835057"),
            (exact("2").power_bounds(&exact("-0.5")), "0.70710678118654752440084436210484903928"),
        ];
        for (bounds, digits) in table {
            let (low, high) = bounds.expect("defined");
            let value = exact(digits);
            assert!(low <= value && value <= high, "{digits}: {low} to {high}");
            assert!(&high - &low <= exact("3e-29"), "{digits}: {low} to {high}");
        }
    }

    #[test]
    fn what_is_rational_is_exact_and_its_neighbour_is_not() {
        let both = |text: &str| Some((exact(text), exact(text)));
        assert_eq!(exact("2.25").sqrt_bounds(), both("1.5"));
        assert_eq!(exact("8/27").power_bounds(&exact("2/3")), both("4/9"));
        assert_eq!(exact("16").power_bounds(&exact("-0.25")), both("0.5"));
        assert_eq!(exact("0.001").log10_bounds(), both("-3"));
        assert_eq!(exact("1").ln_bounds(), both("0"));
        assert_eq!(exact("0").exp_bounds(), both("1"));
        for (low, high) in [exact("2.26").sqrt_bounds(), exact("0.0011").log10_bounds()].map(Option::unwrap) {
            assert!(low < high);
        }
    }

    #[test]
    fn nothing_is_said_where_there_is_no_value() {
        assert_eq!(exact("-4").sqrt_bounds(), None);
        assert_eq!(exact("0").ln_bounds(), None);
        assert_eq!(exact("-1").log10_bounds(), None);
        assert_eq!(exact("1000").exp_bounds(), None);
        assert_eq!(exact("0").power_bounds(&exact("-0.5")), None);
        assert_eq!(exact("0").sqrt_bounds(), Some((Exact::zero(), Exact::zero())));
    }

    #[test]
    fn powers_agree_with_multiplication_and_logarithms_with_powers() {
        for base in ["0.07", "0.9", "1.3", "27.5", "12345.678"].map(exact) {
            for exponent in ["1.154", "-0.302", "0.425", "2.1"].map(exact) {
                let (low, high) = base.power_bounds(&exponent).expect("defined");
                let (less, more) = base.power_bounds(&(&exponent + &Exact::one())).expect("defined");
                assert!(&low * &base <= more && less <= &high * &base, "{base} ^ {exponent}");
                let (ln_low, ln_high) = base.ln_bounds().expect("defined");
                let tiny = exact("1e-25");
                let times = |ln: &Exact| ln * &exponent;
                let (a, b) = (times(&ln_low), times(&ln_high));
                let back = low.ln_bounds().expect("defined").0;
                assert!((&back - &a).abs() < tiny || (&back - &b).abs() < tiny, "{base} ^ {exponent}");
            }
        }
    }
}
