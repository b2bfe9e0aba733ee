//! Which of several values, days or events a comparison speaks of.

use crate::model::{Anchor, Comparator, Moment, Occurrence, Selector, Term, Value, Window};

/// Which values of several a comparison is about, once it asks in one direction only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Select {
    Own(Selector),
    /// The highest or lowest of all.
    Extreme(Selector),
    /// The highest or lowest of the last few.
    Last(u32, Selector),
}

impl Select {
    pub fn key(self) -> String {
        match self {
            Select::Own(selector) => format!("{selector:?}"),
            // Of several values one may be known and decide, where the highest is not known.
            Select::Extreme(selector) => format!("some {selector:?}"),
            Select::Last(count, selector) => format!("{selector:?} of the last {count}"),
        }
    }

    pub fn selector(self) -> Selector {
        match self {
            Select::Own(selector) | Select::Extreme(selector) => selector,
            Select::Last(count, _) => Selector::Consecutive(count),
        }
    }
}

/// `any value > 3` asks for the highest, `every value > 3` for the lowest. `None` where one and the same of several values
/// must meet two ends.
pub(super) fn one_sided(select: Selector, operator: Comparator) -> Option<(Select, Comparator)> {
    let is_lower_bound = match operator {
        Comparator::AtLeast | Comparator::Greater => true,
        Comparator::Less | Comparator::AtMost => false,
        Comparator::Equal | Comparator::NotEqual => {
            let is_one = !matches!(select, Selector::Any | Selector::Every | Selector::Consecutive(_));
            return is_one.then_some((Select::Own(select), operator));
        }
    };
    let extreme = |highest: bool| if highest { Selector::Highest } else { Selector::Lowest };
    Some(match select {
        Selector::Any => (Select::Extreme(extreme(is_lower_bound)), operator),
        Selector::Every => (Select::Extreme(extreme(!is_lower_bound)), operator),
        Selector::Consecutive(count) => (Select::Last(count, extreme(!is_lower_bound)), operator),
        own => (Select::Own(own), operator),
    })
}

/// Whether a term stands for any of several values, or hangs on any or each of several events: then what holds for one of
/// them says nothing about another, and a comparison is a truth of its own.
pub(super) fn any_value(term: &Term) -> bool {
    match &term.value {
        Value::Measured { select, window, .. } => *select == Selector::Any || is_many_days(window),
        Value::Age { at, .. } | Value::DurationOf { at, .. } => is_many(at),
        Value::TimeBetween { from, to }
        | Value::Change { from, to, .. }
        | Value::AreaUnder { from, to, .. } => is_many(from) || is_many(to),
        Value::Count { window, .. } | Value::Days { window, .. } | Value::Dose { window, .. } => {
            is_many_days(window)
        }
        Value::Arithmetic { left, right, .. } => any_value(left) || any_value(right),
        Value::Negative { of } => any_value(of),
        Value::Call { arguments, .. } => arguments.iter().any(any_value),
        Value::Table { rows, .. } => rows.iter().any(|row| any_value(&row.value)),
        _ => false,
    }
}

pub(super) fn is_many_days(window: &Window) -> bool {
    [&window.from, &window.to].into_iter().flatten().any(is_many)
}

fn is_many(moment: &Moment) -> bool {
    matches!(&moment.of, Anchor::Event { occurrence: Occurrence::Any | Occurrence::Each, .. })
}

pub(super) fn flipped(operator: Comparator) -> Comparator {
    match operator {
        Comparator::Less => Comparator::Greater,
        Comparator::AtMost => Comparator::AtLeast,
        Comparator::AtLeast => Comparator::AtMost,
        Comparator::Greater => Comparator::Less,
        same => same,
    }
}
