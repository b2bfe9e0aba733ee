//! A name for everything that a rule speaks of: equal for equal meaning, whatever the words, the order and the spelling.

use std::fmt::Write;

use super::space::Space;
use crate::model::{
    Anchor, AttributeTest, Direction, Duration, Finding, Moment, Occurrence, Term, UnitRef, Value, Window,
};

/// Writes keys for one trial and one decision.
pub(super) struct Keys<'s, 't> {
    pub space: &'s Space<'t>,
    pub side: usize,
    pub decision: &'s str,
}

impl Keys<'_, '_> {
    /// A declared name; one that the two trials declare differently is two names.
    pub fn name(&self, name: &str) -> String {
        if self.space.differs(name) { format!("{name}#{}", self.side) } else { name.to_owned() }
    }

    pub fn finding(&self, finding: &Finding) -> String {
        let mut key = self.name(&finding.name);
        let mut sorted = finding.qualifiers.clone();
        sorted.sort_unstable();
        sorted.iter().for_each(|one| key = format!("{one} {key}"));
        let mut others: Vec<String> = finding.other_than.iter().map(|one| self.name(one)).collect();
        others.sort_unstable();
        others.iter().for_each(|one| key.push_str(&format!(" not {one}")));
        let mut tests: Vec<String> = finding.with.iter().map(test).collect();
        tests.sort_unstable();
        tests.iter().for_each(|one| key.push_str(&format!(" with {one}")));
        key
    }

    pub fn window(&self, window: &Window) -> String {
        let end =
            |moment: &Option<Moment>| moment.as_ref().map_or("open".to_owned(), |moment| self.moment(moment));
        format!("[{} to {}]", end(&window.from), end(&window.to))
    }

    pub fn moment(&self, moment: &Moment) -> String {
        let anchor = self.anchor(&moment.of);
        match &moment.offset {
            Some(offset) => match duration(&offset.by) {
                zero if zero == "0d" || zero == "0mo" || zero == "0min" => anchor,
                by => {
                    let sign = if offset.direction == Direction::Before { '-' } else { '+' };
                    format!("{anchor}{sign}{by}")
                }
            },
            None => anchor,
        }
    }

    pub fn anchor(&self, anchor: &Anchor) -> String {
        match anchor {
            Anchor::Decision => self.name(self.decision),
            Anchor::Event { name, occurrence: Occurrence::Once } => self.name(name),
            Anchor::Event { name, occurrence } => format!("{occurrence:?} {}", self.name(name)),
            Anchor::Visit { name } => format!("visit {}", self.name(name)),
            Anchor::Onset { finding } => format!("onset({})", self.finding(finding)),
            Anchor::End { finding } => format!("end({})", self.finding(finding)),
        }
    }

    pub fn term(&self, term: &Term) -> String {
        let pair = |from: &Moment, to: &Moment| format!("{} to {}", self.moment(from), self.moment(to));
        match &term.value {
            Value::Constant { number, unit, .. } => format!("{number}{}", unit_key(unit.as_ref())),
            Value::Span { duration: by } => duration(by),
            Value::Measured { measure, select, window } => {
                format!("{select:?} {} {}", self.name(measure), self.window(window))
            }
            Value::Attribute { name } => format!("attribute {name}"),
            Value::Limit { factor, limit, measure } => format!("{factor} {limit:?} {}", self.name(measure)),
            Value::Age { at, unit } => format!("age {unit:?} {}", self.moment(at)),
            Value::DurationOf { finding, at, unit } => {
                format!("duration {unit:?} {} {}", self.finding(finding), self.moment(at))
            }
            Value::TimeBetween { from, to } => format!("time {}", pair(from, to)),
            Value::Change { relative, measure, from, to } => {
                format!("change {relative} {} {}", self.name(measure), pair(from, to))
            }
            Value::AreaUnder { measure, from, to } => {
                format!("area {} {}", self.name(measure), pair(from, to))
            }
            Value::Count { finding, mode, window } => {
                format!("count {mode:?} {} {}", self.finding(finding), self.window(window))
            }
            Value::Days { count, without, finding, window } => {
                let with = if *without { "without" } else { "with" };
                format!("{count:?} days {with} {} {}", self.finding(finding), self.window(window))
            }
            Value::Dose { finding, window } => {
                format!("dose {} {}", self.finding(finding), self.window(window))
            }
            Value::Incidence { finding, mode, window } => {
                format!("incidence {mode:?} {} {}", self.finding(finding), self.window(window))
            }
            Value::Proportion { of } => format!("proportion {}", of.text),
            Value::Arithmetic { left, operator, right } => {
                format!("({} {operator:?} {})", self.term(left), self.term(right))
            }
            Value::Call { function, arguments } => {
                let arguments: Vec<String> = arguments.iter().map(|one| self.term(one)).collect();
                format!("{function}({})", arguments.join(","))
            }
            Value::Negative { of } => format!("-({})", self.term(of)),
            Value::Table { by, rows } => {
                let mut key = format!("by {by:?}(");
                for row in rows {
                    let _ = write!(key, "{} for {:?};", self.term(&row.value), row.key);
                }
                key + ")"
            }
        }
    }
}

pub(super) fn unit_key(unit: Option<&UnitRef>) -> String {
    unit.map_or(String::new(), |unit| format!(" {}", unit.ucum))
}

fn test(test: &AttributeTest) -> String {
    match test {
        AttributeTest::Ordinal { attribute, operator, value } => {
            format!("{attribute}{}{value}", operator.symbol())
        }
        AttributeTest::Flag { attribute } => attribute.clone(),
    }
}

pub(super) fn duration(by: &Duration) -> String {
    let each = |of: &[Duration]| of.iter().map(duration).collect::<Vec<_>>().join(",");
    match by {
        Duration::Months(months) => format!("{months}mo"),
        Duration::Days(days) => format!("{days}d"),
        Duration::Minutes(minutes) if minutes % (24 * 60) == 0 => format!("{}d", minutes / (24 * 60)),
        Duration::Minutes(minutes) => format!("{minutes}min"),
        Duration::Longest(of) => format!("longest({})", each(of)),
        Duration::Shortest(of) => format!("shortest({})", each(of)),
    }
}
