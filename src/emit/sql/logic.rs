//! From the rule of a criterion to one truth for each person.

use super::measured::Asked;
use super::says::{Says, UNKNOWN};
use super::{NotSaid, Worst, Writer};
use crate::model::{Clause, Criterion, CriterionKind, Rule, Selector, Value};

/// In which direction a part of a rule pulls the whole: with it, against it, or both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pull {
    Only(Worst),
    Both,
}

impl Pull {
    fn opposite(self) -> Self {
        match self {
            Pull::Only(worst) => Pull::Only(worst.opposite()),
            Pull::Both => Pull::Both,
        }
    }
}

/// Comparisons with one of several results of one day, by what settles which: comparisons with the same key are tried
/// together, because they are about the same result.
type Tied<'a> = (String, &'a Rule, Pull);

impl<'a> Writer<'a> {
    /// The truth of a criterion's rule for each person, the worst over every way to settle ties.
    pub(super) fn criterion(&mut self, criterion: &'a Criterion) -> Result<Says, NotSaid> {
        let worst = match criterion.kind {
            CriterionKind::Include => Worst::False,
            CriterionKind::Exclude => Worst::True,
        };
        let mut tied: Vec<Tied<'a>> = Vec::new();
        collect(&criterion.rule, Pull::Only(worst), &mut tied);
        let is_tangled = |(key, rule, pull): &Tied<'a>| {
            *pull == Pull::Both
                || tied.iter().any(|(other, other_rule, other_pull)| {
                    other == key && (other_rule != rule || other_pull != pull)
                })
        };
        self.tangled = tied.iter().filter(|one| is_tangled(one)).map(|(key, ..)| key.clone()).collect();
        self.tried_here.clear();
        let says = self.clause(&criterion.rule, Pull::Only(worst))?;
        if self.tried_here.is_empty() {
            return Ok(says);
        }
        let Says::Sql(truth) = says else { return Ok(says) };
        Ok(self.worst_of_choices(criterion, worst, truth))
    }

    fn clause(&mut self, clause: &'a Clause, pull: Pull) -> Result<Says, NotSaid> {
        let words = clause.text.as_str();
        let mut each = |of: &'a [Clause], pull| {
            of.iter().map(|part| self.clause(part, pull)).collect::<Result<Vec<_>, _>>()
        };
        match &clause.rule {
            Rule::All { of } => Ok(Says::all(each(of, pull)?)),
            Rule::Any { of } => Ok(Says::any(each(of, pull)?)),
            Rule::Not { of } => Ok(self.clause(of, pull.opposite())?.not()),
            Rule::Count { of, low, high } => {
                let pull = count_pull(*low, *high, pull);
                Ok(Says::count(&each(of, pull)?, *low, *high))
            }
            Rule::Choose { condition, then, otherwise } => {
                let condition = self.clause(condition, Pull::Both)?;
                let then = self.clause(then, pull)?;
                let otherwise = self.clause(otherwise, pull)?;
                Ok(Says::choose(condition, then, otherwise))
            }
            // A database holds no answers, and no records of other persons.
            Rule::Attested { .. } | Rule::Text { .. } | Rule::OfPerson { .. } => Ok(UNKNOWN),
            Rule::Occurs { finding, mode, window } => self.occurs(finding, *mode, window, words),
            Rule::Steady { measure, tolerance, .. } => self.steady(measure, tolerance, words),
            Rule::Trend { measure, .. } => match self.is_never_known(measure) {
                true => Ok(UNKNOWN),
                false => Err(NotSaid::new("it asks whether results rise or fall from one to the next")),
            },
            Rule::Is { value, one_of } => match &value.value {
                Value::Attribute { name } if name == "sex" => {
                    let is = |sex: &str| one_of.iter().any(|one| one.eq_ignore_ascii_case(sex));
                    let truth = |is: bool| if is { "TRUE" } else { "FALSE" };
                    let text = format!(
                        "CASE p.sex WHEN 'male' THEN {} WHEN 'female' THEN {} END",
                        truth(is("male")),
                        truth(is("female"))
                    );
                    Ok(self.fact("sex", words, text))
                }
                Value::Attribute { name } if name == "arm" => Ok(match &self.arm {
                    Some(arm) => Says::of(one_of.iter().any(|one| one.eq_ignore_ascii_case(arm))),
                    None => UNKNOWN,
                }),
                Value::Attribute { .. } => Ok(UNKNOWN),
                _ => self.result(&clause.rule, words, pull),
            },
            Rule::Compare { left, operator, right, unit } => {
                let tests = [(*operator, right)];
                match &left.value {
                    Value::Measured { .. } => self.result(&clause.rule, words, pull),
                    Value::Age { .. } | Value::DurationOf { .. } => {
                        self.completed(left, &tests, unit.as_ref(), words)
                    }
                    Value::TimeBetween { from, to } => self.time_between((from, to), &tests, words),
                    Value::Count { finding, mode, window } => {
                        self.counted((finding, *mode, window), &tests, words)
                    }
                    _ => self.other(&[left, right]),
                }
            }
            Rule::Between { value, low, high, unit } => {
                use crate::model::Comparator::{AtLeast, AtMost};
                let tests = [(AtLeast, low), (AtMost, high)];
                match &value.value {
                    Value::Measured { .. } => self.result(&clause.rule, words, pull),
                    Value::Age { .. } | Value::DurationOf { .. } => {
                        self.completed(value, &tests, unit.as_ref(), words)
                    }
                    Value::TimeBetween { from, to } => self.time_between((from, to), &tests, words),
                    Value::Count { finding, mode, window } => {
                        self.counted((finding, *mode, window), &tests, words)
                    }
                    _ => self.other(&[value, low, high]),
                }
            }
        }
    }

    fn result(&mut self, rule: &'a Rule, words: &str, pull: Pull) -> Result<Says, NotSaid> {
        let tried = key_of(rule).is_some_and(|key| self.tangled.contains(&key));
        let worst = match pull {
            Pull::Only(worst) => worst,
            Pull::Both => Worst::False,
        };
        self.measured(rule, words, worst, tried)
    }

    /// Comparisons that no column says: unknown where a side is never known, else not said.
    fn other(&mut self, sides: &[&'a crate::model::Term]) -> Result<Says, NotSaid> {
        for side in sides {
            if self.is_never_known(side) {
                return Ok(UNKNOWN);
            }
        }
        Err(NotSaid::new(format!("`{}` is computed from what is recorded", sides[0].text)))
    }

    /// Whether nothing in a database of the CDM gives a value to this.
    fn is_never_known(&self, term: &crate::model::Term) -> bool {
        match &term.value {
            Value::Measured { measure, .. }
            | Value::Change { measure, .. }
            | Value::AreaUnder { measure, .. } => {
                matches!(self.has_rows(measure), Ok(false))
            }
            // The CDM counts units of a package, not what was taken in a day.
            Value::Dose { .. } => true,
            Value::Arithmetic { left, right, .. } => self.is_never_known(left) || self.is_never_known(right),
            Value::Call { arguments, .. } => arguments.iter().any(|one| self.is_never_known(one)),
            Value::Negative { of } => self.is_never_known(of),
            _ => false,
        }
    }
}

/// What settles which of the tied results a comparison is about, as the checker has it.
fn key_of(rule: &Rule) -> Option<String> {
    let asked = Asked::of(rule)?;
    let what = match asked.select {
        Selector::Latest => "latest".to_owned(),
        Selector::Earliest => "earliest".to_owned(),
        Selector::Consecutive(count) => format!("last {count}"),
        _ => return None,
    };
    Some(format!("{what} {}", asked.measure))
}

fn count_pull(low: Option<u32>, high: Option<u32>, pull: Pull) -> Pull {
    match (low, high) {
        (_, None) => pull,
        (None, Some(_)) => pull.opposite(),
        (Some(_), Some(_)) => Pull::Both,
    }
}

fn collect<'a>(clause: &'a Clause, pull: Pull, tied: &mut Vec<Tied<'a>>) {
    match &clause.rule {
        Rule::All { of } | Rule::Any { of } => of.iter().for_each(|part| collect(part, pull, tied)),
        Rule::Not { of } => collect(of, pull.opposite(), tied),
        Rule::Count { of, low, high } => {
            let pull = count_pull(*low, *high, pull);
            of.iter().for_each(|part| collect(part, pull, tied));
        }
        Rule::Choose { condition, then, otherwise } => {
            collect(condition, Pull::Both, tied);
            collect(then, pull, tied);
            collect(otherwise, pull, tied);
        }
        rule => {
            if let Some(key) = key_of(rule) {
                tied.push((key, rule, pull));
            }
        }
    }
}
