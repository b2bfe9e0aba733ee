//! Sets of numbers as unions of intervals: what a criterion allows a value to be.

use std::cmp::Ordering;
use std::fmt;

use crate::model::Comparator;
use crate::number::Exact;

/// One end of an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub at: Exact,
    /// The end itself belongs to the interval.
    pub closed: bool,
}

/// From `low` to `high`; an absent end is open to infinity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub low: Option<End>,
    pub high: Option<End>,
}

/// Disjoint intervals in ascending order, none of them empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranges(Vec<Interval>);

impl Interval {
    fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => match low.at.cmp(&high.at) {
                Ordering::Less => false,
                Ordering::Equal => !(low.closed && high.closed),
                Ordering::Greater => true,
            },
            _ => false,
        }
    }

    fn meet(&self, other: &Self) -> Self {
        let tighter = |one: &Option<End>, two: &Option<End>, inner: Ordering| match (one, two) {
            (None, end) | (end, None) => end.clone(),
            (Some(one), Some(two)) => Some(match one.at.cmp(&two.at) {
                Ordering::Equal => End { at: one.at.clone(), closed: one.closed && two.closed },
                order if order == inner => one.clone(),
                _ => two.clone(),
            }),
        };
        Self {
            low: tighter(&self.low, &other.low, Ordering::Greater),
            high: tighter(&self.high, &other.high, Ordering::Less),
        }
    }
}

impl Ranges {
    pub fn everything() -> Self {
        Self(vec![Interval { low: None, high: None }])
    }

    /// The numbers that stand in this relation to `value`.
    pub fn compared(operator: Comparator, value: &Exact) -> Self {
        let end = |closed| Some(End { at: value.clone(), closed });
        let below = |closed| Interval { low: None, high: end(closed) };
        let above = |closed| Interval { low: end(closed), high: None };
        Self(match operator {
            Comparator::Less => vec![below(false)],
            Comparator::AtMost => vec![below(true)],
            Comparator::Equal => vec![Interval { low: end(true), high: end(true) }],
            Comparator::NotEqual => vec![below(false), above(false)],
            Comparator::AtLeast => vec![above(true)],
            Comparator::Greater => vec![above(false)],
        })
    }

    /// Both ends included.
    pub fn between(low: &Exact, high: &Exact) -> Self {
        Self::compared(Comparator::AtLeast, low).and(&Self::compared(Comparator::AtMost, high))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is in both.
    pub fn and(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|one| other.0.iter().map(|two| one.meet(two)));
        Self(pairs.filter(|interval| !interval.is_empty()).collect())
    }

    /// What is not in it.
    pub fn not(&self) -> Self {
        let turned = |end: &End| End { at: end.at.clone(), closed: !end.closed };
        self.0.iter().fold(Self::everything(), |left, interval| {
            let below = interval.low.as_ref().map(|low| Interval { low: None, high: Some(turned(low)) });
            let above = interval.high.as_ref().map(|high| Interval { low: Some(turned(high)), high: None });
            left.and(&Self(below.into_iter().chain(above).collect()))
        })
    }

    pub fn is_within(&self, other: &Self) -> bool {
        self.and(&other.not()).is_empty()
    }

    pub fn contains(&self, value: &Exact) -> bool {
        !self.and(&Self::compared(Comparator::Equal, value)).is_empty()
    }

    /// The same whole numbers, with ends that are whole and included, so that `> 17` and `>= 18` are one.
    pub fn whole(&self) -> Self {
        let up = |end: &End| {
            let floor = end.at.floor();
            let inside = end.closed && floor == end.at;
            End { at: if inside { floor } else { &floor + &Exact::one() }, closed: true }
        };
        let down = |end: &End| {
            let floor = end.at.floor();
            let outside = !end.closed && floor == end.at;
            End { at: if outside { &floor - &Exact::one() } else { floor }, closed: true }
        };
        let intervals = self.0.iter().map(|interval| Interval {
            low: interval.low.as_ref().map(up),
            high: interval.high.as_ref().map(down),
        });
        Self(intervals.filter(|interval| !interval.is_empty()).collect())
    }

    /// The ends, from low to high.
    pub fn ends(&self) -> impl Iterator<Item = &End> {
        self.0.iter().flat_map(|interval| interval.low.iter().chain(&interval.high))
    }

    /// The upper bound, when everything lies below one.
    pub fn ceiling(&self) -> Option<&End> {
        self.0.last()?.high.as_ref()
    }

    /// The lower bound, when everything lies above one.
    pub fn floor(&self) -> Option<&End> {
        self.0.first()?.low.as_ref()
    }
}

impl fmt::Display for Ranges {
    /// `7.5 to 9.5`, `> 9.5`, `< 4 or > 10`, `no value`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no value");
        }
        for (index, interval) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            match (&interval.low, &interval.high) {
                (None, None) => f.write_str("any value")?,
                (Some(low), None) => write!(f, "{} {}", if low.closed { ">=" } else { ">" }, low.at)?,
                (None, Some(high)) => write!(f, "{} {}", if high.closed { "<=" } else { "<" }, high.at)?,
                (Some(low), Some(high)) if low.at == high.at => write!(f, "exactly {}", low.at)?,
                (Some(low), Some(high)) if low.closed && high.closed => {
                    write!(f, "{} to {}", low.at, high.at)?
                }
                (Some(low), Some(high)) => {
                    let (from, to) =
                        (if low.closed { ">=" } else { ">" }, if high.closed { "<=" } else { "<" });
                    write!(f, "{from} {} and {to} {}", low.at, high.at)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().expect("a number")
    }

    fn at(operator: Comparator, value: &str) -> Ranges {
        Ranges::compared(operator, &exact(value))
    }

    #[test]
    fn the_complement_of_a_bound_meets_it_nowhere_and_leaves_nothing_out() {
        for operator in [
            Comparator::Less,
            Comparator::AtMost,
            Comparator::Equal,
            Comparator::NotEqual,
            Comparator::AtLeast,
            Comparator::Greater,
        ] {
            let set = at(operator, "9.5");
            assert!(set.and(&set.not()).is_empty(), "{operator:?}");
            for value in ["9.4", "9.5", "9.6"] {
                let value = exact(value);
                assert_ne!(set.contains(&value), set.not().contains(&value), "{operator:?} {value}");
                assert_eq!(set.contains(&value), operator.holds(value.cmp(&exact("9.5"))));
            }
            assert_eq!(set.not().not(), set);
        }
    }

    #[test]
    fn a_range_lies_within_the_complement_of_what_is_excluded_above_it() {
        let included = Ranges::between(&exact("7.5"), &exact("9.5"));
        assert!(included.is_within(&at(Comparator::Greater, "9.5").not()));
        assert!(!included.is_within(&at(Comparator::AtLeast, "9.5").not()));
    }

    #[test]
    fn whole_numbers_know_no_open_ends() {
        assert_eq!(at(Comparator::Greater, "17").whole(), at(Comparator::AtLeast, "18"));
        assert_eq!(at(Comparator::Less, "65").whole(), at(Comparator::AtMost, "64"));
        assert_eq!(at(Comparator::AtLeast, "17.5").whole(), at(Comparator::AtLeast, "18"));
        let between = at(Comparator::Greater, "17").and(&at(Comparator::Less, "18"));
        assert!(!between.is_empty() && between.whole().is_empty());
    }

    #[test]
    fn shows_what_it_holds() {
        assert_eq!(Ranges::between(&exact("7.5"), &exact("9.5")).to_string(), "7.5 to 9.5");
        assert_eq!(Ranges::between(&exact("4"), &exact("10")).not().to_string(), "< 4 or > 10");
        assert_eq!(Ranges::between(&exact("4"), &exact("3")).to_string(), "no value");
    }
}
