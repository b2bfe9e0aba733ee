//! Comparisons of recorded doubles with limits: exact, and without exact arithmetic where people are many.

use crate::eligibility::{Amount, Cut, Truth};
use crate::model::Comparator;
use crate::number::Exact;

/// Which truths are possible: more than one where values tie, none where only the person's record can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said(u8);

impl Said {
    pub const BY_RECORD: Self = Self(0);
    pub const UNKNOWN: Self = Self(1 << Truth::Unknown as u8);

    #[inline]
    pub fn known(self) -> Option<Truth> {
        const FALSE: u8 = 1 << Truth::False as u8;
        const UNKNOWN: u8 = 1 << Truth::Unknown as u8;
        const TRUE: u8 = 1 << Truth::True as u8;
        match self.0 {
            FALSE => Some(Truth::False),
            UNKNOWN => Some(Truth::Unknown),
            TRUE => Some(Truth::True),
            _ => None,
        }
    }

    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn truths(self) -> impl Iterator<Item = Truth> {
        [Truth::False, Truth::Unknown, Truth::True]
            .into_iter()
            .filter(move |truth| self.0 >> *truth as u8 & 1 == 1)
    }
}

impl From<Truth> for Said {
    fn from(truth: Truth) -> Self {
        Self(1 << truth as u8)
    }
}

/// What a limit, itself perhaps known between two ends only, settles of a double that is known between two ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    operator: Comparator,
    /// Settles it one way, by the end of the value that the operator needs.
    yes: Cut,
    no: Cut,
    equal: Cut,
    /// The limit is one number.
    is_exact: bool,
}

impl Gate {
    /// `None` where a limit lies beyond the doubles.
    pub fn of(operator: Comparator, low: Option<&Exact>, high: Option<&Exact>) -> Option<Self> {
        use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let cut = |operator, limit: Option<&Exact>| match limit {
            Some(limit) => Cut::of(operator, limit),
            None => Some(Cut::Never),
        };
        let (yes, no) = match operator {
            Less => (cut(Less, low)?, cut(AtLeast, high)?),
            AtMost => (cut(AtMost, low)?, cut(Greater, high)?),
            Greater => (cut(Greater, high)?, cut(AtMost, low)?),
            AtLeast => (cut(AtLeast, high)?, cut(Less, low)?),
            // Both sides of it are apart from it.
            Equal | NotEqual => (cut(Less, low)?, cut(Greater, high)?),
        };
        let is_exact = low.is_some() && low == high;
        let equal = if is_exact { cut(Equal, low)? } else { Cut::Never };
        Some(Self { operator, yes, no, equal, is_exact })
    }

    /// Of a limit that no value comes near.
    pub fn apart(operator: Comparator, at: f64) -> Self {
        use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let cut = |operator| Cut::At { operator, at };
        let (yes, no) = match operator {
            Less | AtMost => (cut(Less), cut(Greater)),
            Greater | AtLeast => (cut(Greater), cut(Less)),
            Equal | NotEqual => (cut(Less), cut(Greater)),
        };
        Self { operator, yes, no, equal: Cut::Never, is_exact: true }
    }

    /// Of a value from `low` to `high`; infinite where an end is open.
    pub fn truth(&self, low: f64, high: f64) -> Truth {
        use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let (yes, no) = match self.operator {
            Less | AtMost => (self.yes.holds(high), self.no.holds(low)),
            Greater | AtLeast => (self.yes.holds(low), self.no.holds(high)),
            Equal | NotEqual => {
                let (equal, apart) = if low == high && self.is_exact {
                    let equal = self.equal.holds(low);
                    (equal, !equal)
                } else {
                    (false, self.yes.holds(high) || self.no.holds(low))
                };
                if self.operator == Equal { (equal, apart) } else { (apart, equal) }
            }
        };
        match (yes, no) {
            (true, _) => Truth::True,
            (_, true) => Truth::False,
            _ => Truth::Unknown,
        }
    }
}

/// A conversion: `slope` × value + `offset`, exactly, and rising.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Affine {
    pub slope: Exact,
    pub offset: Exact,
}

impl Affine {
    /// Of what a conversion makes of some numbers; `None` where it is no straight line, falls, or is rounded.
    pub fn of(convert: impl Fn(Exact) -> Option<Amount>) -> Option<Self> {
        let at = |number: i64| convert(Exact::from(number))?.value().cloned();
        let offset = at(0)?;
        let slope = &at(1)? - &offset;
        let line = Self { slope, offset };
        let is_line =
            [2, 10, -3].into_iter().all(|number| at(number) == Some(line.apply(&Exact::from(number))));
        (is_line && !line.slope.is_zero() && !line.slope.is_negative()).then_some(line)
    }

    pub fn apply(&self, value: &Exact) -> Exact {
        &(value * &self.slope) + &self.offset
    }

    pub fn invert(&self, value: &Exact) -> Option<Exact> {
        (value - &self.offset).checked_div(&self.slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_says_of_ends_what_amounts_say() {
        use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let ends = [None, Some(-1), Some(0), Some(2)];
        let number = |end: Option<i64>| end.map(Exact::from);
        let amount = |(low, high): (Option<i64>, Option<i64>)| {
            Amount::between(number(low), number(high), crate::eligibility::Scale::Number)
        };
        let ordered = |(low, high): &(Option<i64>, Option<i64>)| low.zip(*high).is_none_or(|(a, b)| a <= b);
        let all: Vec<_> =
            ends.iter().flat_map(|low| ends.iter().map(move |high| (*low, *high))).filter(ordered).collect();
        for value in &all {
            for limit in &all {
                for operator in [Less, AtMost, Equal, NotEqual, AtLeast, Greater] {
                    let gate =
                        Gate::of(operator, number(limit.0).as_ref(), number(limit.1).as_ref()).unwrap();
                    let low = value.0.map_or(f64::NEG_INFINITY, |end| end as f64);
                    let high = value.1.map_or(f64::INFINITY, |end| end as f64);
                    let expected = amount(*value).compare(operator, &amount(*limit));
                    assert_eq!(gate.truth(low, high), expected, "{value:?} {operator:?} {limit:?}");
                }
            }
        }
    }
}
