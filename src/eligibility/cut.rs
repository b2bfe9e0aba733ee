//! A limit among the doubles: one comparison of two doubles that says exactly what the comparison of decimals says.
//!
//! Databases and column files keep results as doubles. What was recorded is the decimal that the double was written
//! from: the shortest that reads back as it. That decimal grows with the double, so everything on one side of a limit
//! is everything on one side of some double, and a comparison with it needs no exact arithmetic.

use crate::model::Comparator;
use crate::number::Exact;

/// The doubles whose decimal stands in a relation to a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// `double operator at`.
    At { operator: Comparator, at: f64 },
    /// No double: an equation with a number that no decimal of a double is.
    Never,
    /// Every double.
    Always,
}

impl Cut {
    /// The doubles `x` with `decimal of x operator limit`. `None` where the limit lies beyond the doubles.
    pub fn of(operator: Comparator, limit: &Exact) -> Option<Self> {
        use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let at = limit.to_f64();
        // Minus zero compares like zero, and its decimal is zero.
        let decimal = recorded(at)?;
        Some(match operator {
            Equal if decimal == *limit => Cut::At { operator: Equal, at },
            Equal => Cut::Never,
            NotEqual if decimal == *limit => Cut::At { operator: NotEqual, at },
            NotEqual => Cut::Always,
            // The double next to the limit belongs to the side on which its decimal lies.
            Less | AtMost if operator.holds(decimal.cmp(limit)) => Cut::At { operator: AtMost, at },
            Less | AtMost => Cut::At { operator: Less, at },
            Greater | AtLeast if operator.holds(decimal.cmp(limit)) => Cut::At { operator: AtLeast, at },
            Greater | AtLeast => Cut::At { operator: Greater, at },
        })
    }

    /// Whether it holds for a double; never for what is no number.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Cut::At { operator, at } => {
                value.partial_cmp(&at).is_some_and(|ordering| operator.holds(ordering))
            }
            Cut::Never => false,
            Cut::Always => !value.is_nan(),
        }
    }
}

/// The decimal that a double was written from: the shortest that reads back as it. `None` for what is no number.
pub fn recorded(value: f64) -> Option<Exact> {
    // Rust writes a double as the shortest decimal that reads back as it (Display of f64).
    value.is_finite().then(|| format!("{value:e}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Comparator, Cut, Exact, recorded};

    const OPERATORS: [Comparator; 6] = [
        Comparator::Less,
        Comparator::AtMost,
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::AtLeast,
        Comparator::Greater,
    ];

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn a_tenth_is_recorded_as_a_tenth_and_not_as_its_double() {
        assert_eq!(recorded(0.1), Some(exact("0.1")));
        assert_ne!(recorded(0.1), Exact::from_f64(0.1));
        assert_eq!(recorded(f64::NAN), None);
        assert_eq!(recorded(-0.0), Some(Exact::zero()));
    }

    #[test]
    fn a_limit_between_two_doubles_divides_them_like_the_decimals() {
        // 58.5 mmol/mol is 7.503 %: 7.5 % is 58.4608… mmol/mol, which no double is.
        let limit = (&exact("7.5") - &exact("2.152")).checked_div(&exact("0.09148")).unwrap();
        let below = Cut::of(Comparator::Less, &limit).unwrap();
        assert!(below.holds(58.46) && !below.holds(58.5));
        assert_eq!(Cut::of(Comparator::Equal, &limit), Some(Cut::Never));
        assert!(!below.holds(f64::NAN));
        let far: Exact = exact("1e399");
        assert_eq!(Cut::of(Comparator::Less, &far), None);
    }

    proptest! {
        #[test]
        fn a_cut_holds_where_the_comparison_of_the_decimals_holds(
            numerator in -1_000_000i64..1_000_000, denominator in 1i64..100_000, steps in -2i64..=2, other in any::<f64>()
        ) {
            let limit = Exact::ratio(numerator, denominator).unwrap();
            let mut near = limit.to_f64();
            for _ in 0..steps.abs() {
                near = if steps < 0 { near.next_down() } else { near.next_up() };
            }
            for value in [near, other] {
                let Some(decimal) = recorded(value) else { continue };
                for operator in OPERATORS {
                    let cut = Cut::of(operator, &limit).unwrap();
                    prop_assert_eq!(cut.holds(value), operator.holds(decimal.cmp(&limit)), "{} {:?} {}", value, operator, limit);
                }
            }
        }
    }
}
