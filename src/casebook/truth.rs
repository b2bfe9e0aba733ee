//! Truths about the answers of one entry of a form: what shows a question and what answers must agree on.
//!
//! A truth knows no syntax. Each carrier writes it in its own ([`Syntax`]); the checker of entries decides it
//! ([`Truth::holds`]). A question without an answer makes a truth about its value false, and never its contrary true:
//! the checks ask for answers first.

use std::cmp::Ordering;

use serde::Serialize;

use crate::model::CycleNumbers;
use crate::number::Exact;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// The question has one of these answers.
    Is {
        item: String,
        one_of: Vec<String>,
    },
    /// There is an answer.
    Answered(String),
    /// The number is this one.
    Number {
        item: String,
        value: Exact,
    },
    /// Two dates or two numbers; false where one of them is missing.
    Compare {
        left: String,
        operator: Operator,
        right: String,
        what: Compared,
    },
    /// The answers to two questions are the same words.
    Same {
        left: String,
        right: String,
    },
    /// The date is today or earlier.
    Past(String),
    /// The entry is of one of these visits.
    AtVisit(Vec<String>),
    /// Its visit, which takes place more than once, takes place for one of these times.
    Time(CycleNumbers),
    All(Vec<Truth>),
    Any(Vec<Truth>),
    Not(Box<Truth>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Less,
    AtMost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    Numbers,
    Dates,
    /// At least one of the dates may lack its day or month; what both have is compared.
    PartialDates,
}

impl Truth {
    pub fn is(item: &str, one_of: &[String]) -> Self {
        Truth::Is { item: item.to_owned(), one_of: one_of.to_vec() }
    }

    pub fn answered(item: &str) -> Self {
        Truth::Answered(item.to_owned())
    }

    /// The same truth in which `not` stands before single statements only.
    #[must_use]
    pub fn pushed_down(self) -> Self {
        let each = |parts: Vec<Truth>, to: fn(Truth) -> Truth| parts.into_iter().map(to).collect();
        match self {
            Truth::All(parts) => Truth::All(each(parts, Truth::pushed_down)),
            Truth::Any(parts) => Truth::Any(each(parts, Truth::pushed_down)),
            Truth::Not(part) => match *part {
                Truth::All(parts) => Truth::Any(each(parts, |part| (!part).pushed_down())),
                Truth::Any(parts) => Truth::All(each(parts, |part| (!part).pushed_down())),
                Truth::Not(twice) => twice.pushed_down(),
                single => !single,
            },
            single => single,
        }
    }

    /// The same truth on this day (ISO 8601), which [`holds`](Self::holds) can always decide.
    #[must_use]
    pub fn on(self, today: &str, answers: &impl Answers) -> Self {
        let each = |parts: Vec<Truth>| parts.into_iter().map(|part| part.on(today, answers)).collect();
        match self {
            Truth::Past(item) => {
                let past = answers.text(&item).is_some_and(|date| in_common(&date, today).is_le());
                if past { Truth::All(Vec::new()) } else { Truth::Any(Vec::new()) }
            }
            Truth::All(parts) => Truth::All(each(parts)),
            Truth::Any(parts) => Truth::Any(each(parts)),
            Truth::Not(part) => !part.on(today, answers),
            single => single,
        }
    }

    /// Every question that it speaks of, in order, each once.
    pub fn items(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a str>) {
        let mut add = |item: &'a str| {
            if !found.contains(&item) {
                found.push(item);
            }
        };
        match self {
            Truth::Is { item, .. }
            | Truth::Answered(item)
            | Truth::Number { item, .. }
            | Truth::Past(item) => {
                add(item);
            }
            Truth::Compare { left, right, .. } | Truth::Same { left, right } => {
                add(left);
                add(right);
            }
            Truth::AtVisit(_) | Truth::Time(_) => {}
            Truth::All(parts) | Truth::Any(parts) => parts.iter().for_each(|part| part.collect(found)),
            Truth::Not(part) => part.collect(found),
        }
    }

    /// It speaks of visits and times only, not of answers.
    pub fn is_of_time(&self) -> bool {
        self.items().is_empty()
    }

    /// It asks for the day of today.
    pub fn asks_today(&self) -> bool {
        match self {
            Truth::Past(_) => true,
            Truth::All(parts) | Truth::Any(parts) => parts.iter().any(Truth::asks_today),
            Truth::Not(part) => part.asks_today(),
            _ => false,
        }
    }

    /// Whether it holds of these answers. `None` where only the day of today could tell, or the number of the time, which nobody has
    /// said.
    pub fn holds(&self, answers: &impl Answers) -> Option<bool> {
        Some(match self {
            Truth::Is { item, one_of } => answers.text(item).is_some_and(|text| one_of.contains(&text)),
            Truth::Answered(item) => answers.answered(item),
            Truth::Number { item, value } => answers.number(item).as_ref() == Some(value),
            Truth::Compare { left, operator, right, what } => {
                let ordering = match what {
                    Compared::Numbers => {
                        answers.number(left).zip(answers.number(right)).map(|(a, b)| a.cmp(&b))
                    }
                    Compared::Dates | Compared::PartialDates => {
                        answers.text(left).zip(answers.text(right)).map(|(a, b)| in_common(&a, &b))
                    }
                };
                match operator {
                    Operator::Less => ordering.is_some_and(Ordering::is_lt),
                    Operator::AtMost => ordering.is_some_and(Ordering::is_le),
                }
            }
            Truth::Same { left, right } => {
                answers.text(left).zip(answers.text(right)).is_some_and(|(left, right)| left == right)
            }
            Truth::Past(_) => return None,
            Truth::AtVisit(visits) => answers.visit().is_some_and(|visit| visits.contains(&visit)),
            Truth::Time(cycles) => return answers.time().map(|number| cycles.contains(number)),
            Truth::All(parts) => {
                let parts: Vec<Option<bool>> = parts.iter().map(|part| part.holds(answers)).collect();
                match parts.contains(&Some(false)) {
                    true => false,
                    false => return parts.into_iter().collect::<Option<Vec<bool>>>().map(|_| true),
                }
            }
            Truth::Any(parts) => {
                let parts: Vec<Option<bool>> = parts.iter().map(|part| part.holds(answers)).collect();
                match parts.contains(&Some(true)) {
                    true => true,
                    false => return parts.into_iter().collect::<Option<Vec<bool>>>().map(|_| false),
                }
            }
            Truth::Not(part) => !part.holds(answers)?,
        })
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        Truth::Not(Box::new(self))
    }
}

/// ISO dates by what both of them tell: a year and a day of it are equal as far as is known.
pub fn in_common(left: &str, right: &str) -> Ordering {
    let length = left.len().min(right.len());
    left.as_bytes()[..length].cmp(&right.as_bytes()[..length])
}

/// The answers of one entry, or of one record of it.
pub trait Answers {
    /// The submission value, the code of a unit, or the date as it was written.
    fn text(&self, item: &str) -> Option<String>;
    fn number(&self, item: &str) -> Option<Exact>;
    fn answered(&self, item: &str) -> bool;
    fn visit(&self) -> Option<String>;
    /// Which time it is of a visit that takes place more than once, where that is said.
    fn time(&self) -> Option<u32>;
}

/// How a carrier writes truths. `None` where it cannot: then the whole is not carried, and told as a loss.
pub trait Syntax {
    /// The question has exactly this answer.
    fn is(&self, item: &str, value: &str) -> Option<String>;
    fn answered(&self, item: &str) -> Option<String>;
    fn number(&self, item: &str, value: &Exact) -> Option<String>;
    fn compare(&self, left: &str, operator: Operator, right: &str, what: Compared) -> Option<String>;
    fn same(&self, left: &str, right: &str) -> Option<String>;
    fn past(&self, item: &str) -> Option<String>;
    fn at_visit(&self, visit: &str) -> Option<String>;
    /// The number of the time is one of these.
    fn time(&self, cycles: &CycleNumbers) -> Option<String>;
    fn all(&self, parts: Vec<String>) -> String {
        parts.join(" and ")
    }
    fn any(&self, parts: Vec<String>) -> String {
        parts.join(" or ")
    }
    /// The contrary of a truth that is written like this. A syntax without a word for it is given truths that are
    /// [`pushed_down`](Truth::pushed_down).
    fn not(&self, _truth: &Truth, written: String) -> Option<String> {
        Some(format!("not({written})"))
    }
}

/// Writes a truth; parts of `and` and `or` are set in brackets where they are joined themselves.
pub fn write(truth: &Truth, syntax: &impl Syntax) -> Option<String> {
    Some(part(truth, syntax)?.0)
}

/// The text, and whether it holds together without brackets.
fn part(truth: &Truth, syntax: &impl Syntax) -> Option<(String, bool)> {
    let tight = |text: String| (text, true);
    match truth {
        Truth::Is { item, one_of } => {
            let values =
                one_of.iter().map(|value| Some(tight(syntax.is(item, value)?))).collect::<Option<_>>()?;
            joined(values, |parts| syntax.any(parts))
        }
        Truth::Answered(item) => syntax.answered(item).map(tight),
        Truth::Number { item, value } => syntax.number(item, value).map(tight),
        Truth::Compare { left, operator, right, what } => {
            syntax.compare(left, *operator, right, *what).map(tight)
        }
        Truth::Same { left, right } => syntax.same(left, right).map(tight),
        Truth::Past(item) => syntax.past(item).map(tight),
        Truth::AtVisit(visits) => {
            let visits =
                visits.iter().map(|visit| Some(tight(syntax.at_visit(visit)?))).collect::<Option<_>>()?;
            joined(visits, |parts| syntax.any(parts))
        }
        Truth::Time(cycles) => Some((syntax.time(cycles)?, false)),
        Truth::All(parts) => {
            let parts = parts.iter().map(|one| part(one, syntax)).collect::<Option<_>>()?;
            joined(parts, |parts| syntax.all(parts))
        }
        Truth::Any(parts) => {
            let parts = parts.iter().map(|one| part(one, syntax)).collect::<Option<_>>()?;
            joined(parts, |parts| syntax.any(parts))
        }
        Truth::Not(one) => syntax.not(one, part(one, syntax)?.0).map(tight),
    }
}

/// `None` for nothing at all: there is no way to write it in every syntax.
fn joined(parts: Vec<(String, bool)>, with: impl Fn(Vec<String>) -> String) -> Option<(String, bool)> {
    match <[_; 1]>::try_from(parts) {
        Ok([only]) => Some(only),
        Err(parts) if parts.is_empty() => None,
        Err(parts) => {
            let set = |(text, tight): (String, bool)| if tight { text } else { format!("({text})") };
            Some((with(parts.into_iter().map(set).collect()), false))
        }
    }
}
