//! Whom a criterion concerns, as far as its `when` says so by age or sex: a table needs rows for them alone.

use crate::model::{Clause, Comparator, Rule, Term, TimeUnit, Value};
use crate::number::Exact;

/// The participants to whom a criterion applies.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Concerned {
    /// Completed months at least.
    from: Option<Exact>,
    /// Completed months below.
    below: Option<Exact>,
    /// Of this sex only.
    sex: Option<String>,
}

impl Concerned {
    /// Those for whom the condition holds, and perhaps others: what it says of anything else is left out.
    pub fn when(guard: &Clause) -> Self {
        match &guard.rule {
            Rule::All { of } => of.iter().map(Self::when).fold(Self::default(), Self::both),
            Rule::Is { value: Term { value: Value::Attribute { name }, .. }, one_of } if name == "sex" => {
                let sex = if let [only] = one_of.as_slice() { Some(only.clone()) } else { None };
                Self { sex, ..Self::default() }
            }
            Rule::Compare { left, operator, right, .. } => Self::of_age(left, *operator, right),
            Rule::Between { value, low, high, .. } => {
                let from = Self::of_age(value, Comparator::AtLeast, low);
                from.both(Self::of_age(value, Comparator::AtMost, high))
            }
            _ => Self::default(),
        }
    }

    fn of_age(left: &Term, operator: Comparator, right: &Term) -> Self {
        // A limit of age is counted in the completed units of the age.
        let (Value::Age { unit, .. }, Value::Constant { number, .. }) = (&left.value, &right.value) else {
            return Self::default();
        };
        let Some(step) = months_in(*unit) else { return Self::default() };
        let limit = number * &step;
        let next = &limit + &step;
        let (from, below) = match operator {
            Comparator::AtLeast => (Some(limit), None),
            Comparator::Greater => (Some(next), None),
            Comparator::Less => (None, Some(limit)),
            Comparator::AtMost => (None, Some(next)),
            Comparator::Equal => (Some(limit), Some(next)),
            Comparator::NotEqual => (None, None),
        };
        Self { from, below, sex: None }
    }

    /// Those of whom both are true.
    pub fn both(self, other: Self) -> Self {
        let pick = |a: Option<Exact>, b: Option<Exact>, which: fn(Exact, Exact) -> Exact| match (a, b) {
            (Some(a), Some(b)) => Some(which(a, b)),
            (a, b) => a.or(b),
        };
        Self {
            from: pick(self.from, other.from, Ord::max),
            below: pick(self.below, other.below, Ord::min),
            sex: self.sex.or(other.sex),
        }
    }

    /// Whether any of them is under this age.
    pub fn some_under(&self, age: &Exact, unit: TimeUnit) -> bool {
        let months = months_in(unit).map(|step| age * &step);
        months.is_none_or(|months| self.from.as_ref().is_none_or(|from| *from < months))
    }

    /// Whether any of them has this age or more.
    pub fn some_from(&self, age: &Exact, unit: TimeUnit) -> bool {
        let months = months_in(unit).map(|step| age * &step);
        months.is_none_or(|months| self.below.as_ref().is_none_or(|below| *below > months))
    }

    /// Whether any of them is of this sex.
    pub fn some_of_sex(&self, sex: &str) -> bool {
        self.sex.as_ref().is_none_or(|only| only == sex)
    }
}

/// Months in a unit of age; none in days and weeks.
fn months_in(unit: TimeUnit) -> Option<Exact> {
    match unit {
        TimeUnit::Year => Some(12.into()),
        TimeUnit::Month => Some(1.into()),
        _ => None,
    }
}
