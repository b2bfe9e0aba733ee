//! Fractions of two machine words: nearly every number of a protocol and of a record, and no memory is asked for to
//! calculate with them.

use std::cmp::Ordering;

use num_integer::Integer;
use num_rational::BigRational;

/// In lowest terms, the denominator positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fraction {
    top: i64,
    bottom: i64,
}

/// Ten to this power fits a word.
const MOST_PLACES: usize = 18;

impl Fraction {
    pub const ZERO: Self = Self::whole(0);
    pub const ONE: Self = Self::whole(1);

    pub const fn whole(number: i64) -> Self {
        Self { top: number, bottom: 1 }
    }

    /// `top / bottom` in lowest terms; `None` where that does not fit, or `bottom` is zero.
    pub fn of(top: i128, bottom: i128) -> Option<Self> {
        let common = common(top, bottom) * bottom.signum();
        if common == 0 {
            return None;
        }
        Self::fitting(top / common, bottom / common)
    }

    /// Of parts that are in lowest terms already.
    fn fitting(top: i128, bottom: i128) -> Option<Self> {
        Some(Self { top: i64::try_from(top).ok()?, bottom: i64::try_from(bottom).ok()? })
    }

    pub fn parts(self) -> (i64, i64) {
        (self.top, self.bottom)
    }

    fn wide(self) -> (i128, i128) {
        (self.top.into(), self.bottom.into())
    }

    pub fn to_rational(self) -> BigRational {
        BigRational::new_raw(self.top.into(), self.bottom.into())
    }

    pub fn plus(self, other: Self) -> Option<Self> {
        let ((a, b), (c, d)) = (self.wide(), other.wide());
        if b == d { Self::of(a + c, b) } else { Self::of(a * d + c * b, b * d) }
    }

    pub fn minus(self, other: Self) -> Option<Self> {
        let ((a, b), (c, d)) = (self.wide(), other.wide());
        if b == d { Self::of(a - c, b) } else { Self::of(a * d - c * b, b * d) }
    }

    pub fn times(self, other: Self) -> Option<Self> {
        product(self.wide(), other.wide())
    }

    /// `None` also where `other` is zero.
    pub fn over(self, other: Self) -> Option<Self> {
        let (c, d) = other.wide();
        if c == 0 { None } else { product(self.wide(), (d * c.signum(), c.abs())) }
    }

    pub fn negative(self) -> Option<Self> {
        Some(Self { top: self.top.checked_neg()?, ..self })
    }

    /// The largest whole number that is not above it.
    pub fn floor(self) -> i64 {
        self.top.div_euclid(self.bottom)
    }

    /// The power of ten of its first significant figure; of zero 0.
    pub fn magnitude(self) -> i32 {
        let (mut top, mut bottom) =
            (u128::from(self.top.unsigned_abs()), u128::from(self.bottom.unsigned_abs()));
        let mut power = 0;
        while top >= bottom * 10 {
            bottom *= 10;
            power += 1;
        }
        while top != 0 && top < bottom {
            top *= 10;
            power -= 1;
        }
        power
    }

    /// The finite decimal expansion, where that has at most nine decimals.
    pub fn decimal(self) -> Option<String> {
        let (mut power, mut places) = (1i64, 0usize);
        while power % self.bottom != 0 {
            power = (places < 9).then(|| power * 10)?;
            places += 1;
        }
        let scaled = self.top.checked_mul(power / self.bottom)?;
        Some(pointed(scaled.unsigned_abs(), scaled < 0, places))
    }

    /// Rounded half away from zero to `places` decimals; `None` where that is no word.
    pub fn with_digits(self, places: usize) -> Option<String> {
        if places > MOST_PLACES {
            return None;
        }
        let bottom = u128::from(self.bottom.unsigned_abs());
        let scaled = u128::from(self.top.unsigned_abs()) * u128::from(power_of_ten(places));
        let rounded = scaled / bottom + u128::from(2 * (scaled % bottom) >= bottom);
        let rounded = u64::try_from(rounded).ok()?;
        Some(pointed(rounded, self.top < 0 && rounded != 0, places))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.bottom == other.bottom {
            return self.top.cmp(&other.top);
        }
        let ((a, b), (c, d)) = (self.wide(), other.wide());
        (a * d).cmp(&(c * b))
    }
}

/// Of two fractions in lowest terms, with the denominators positive. What is common is taken out before, and nothing is
/// left to be taken out.
fn product((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<Fraction> {
    let (first, second) = (common(a, d), common(c, b));
    Fraction::fitting((a / first) * (c / second), (b / second) * (d / first))
}

/// The greatest common divisor; zero of zero and zero.
fn common(a: i128, b: i128) -> i128 {
    let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
    let common = match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => a.gcd(&b).into(),
        _ => a.gcd(&b),
    };
    // Of parts below 2^127 in size it is below that too.
    i128::try_from(common).unwrap_or(i128::MAX)
}

fn power_of_ten(places: usize) -> u64 {
    (0..places).fold(1, |power, _| power * 10)
}

/// A number of so many parts of which `places` are decimals.
fn pointed(parts: u64, is_negative: bool, places: usize) -> String {
    let sign = if is_negative { "-" } else { "" };
    if places == 0 {
        return format!("{sign}{parts}");
    }
    let power = power_of_ten(places);
    format!("{sign}{}.{:0places$}", parts / power, parts % power)
}
