//! Which names a rule speaks of.

use std::collections::BTreeSet;

use crate::model::{Anchor, Clause, Finding, Moment, Rule, Term, Value, Window};

/// The names that rules mention, by their kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions<'a> {
    pub measures: BTreeSet<&'a str>,
    /// Concepts and events.
    pub things: BTreeSet<&'a str>,
    pub visits: BTreeSet<&'a str>,
    pub persons: BTreeSet<&'a str>,
    /// Keys of attestations and of criteria that are answered by hand.
    pub answers: BTreeSet<&'a str>,
    /// Classes, and what is left out of them with `other than`.
    pub left_out: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Mentions<'a> {
    pub fn count(&self) -> usize {
        self.measures.len() + self.things.len() + self.visits.len() + self.persons.len() + self.answers.len()
    }

    pub fn clause(&mut self, clause: &'a Clause) {
        match &clause.rule {
            Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
                for part in of {
                    self.clause(part);
                }
            }
            Rule::Not { of } => self.clause(of),
            Rule::Choose { condition, then, otherwise } => {
                for part in [condition, then, otherwise] {
                    self.clause(part);
                }
            }
            Rule::Compare { left, right, .. } => {
                self.term(left);
                self.term(right);
            }
            Rule::Between { value, low, high, .. } => {
                for term in [value, low, high] {
                    self.term(term);
                }
            }
            Rule::Is { value, .. } => self.term(value),
            Rule::Occurs { finding, window, .. } => {
                self.finding(finding);
                self.window(window);
            }
            Rule::Steady { measure, .. } | Rule::Trend { measure, .. } => self.term(measure),
            Rule::Attested { key, .. } | Rule::Text { key, .. } => {
                self.answers.insert(key);
            }
            Rule::OfPerson { person, of } => {
                self.persons.insert(person);
                self.clause(of);
            }
        }
    }

    pub fn term(&mut self, term: &'a Term) {
        match &term.value {
            Value::Constant { .. } | Value::Span { .. } | Value::Attribute { .. } => {}
            Value::Measured { measure, window, .. } => {
                self.measures.insert(measure);
                self.window(window);
            }
            Value::Limit { measure, .. } => {
                self.measures.insert(measure);
            }
            Value::Age { at, .. } => self.moment(at),
            Value::DurationOf { finding, at, .. } => {
                self.finding(finding);
                self.moment(at);
            }
            Value::TimeBetween { from, to } => {
                self.moment(from);
                self.moment(to);
            }
            Value::Change { measure, from, to, .. } | Value::AreaUnder { measure, from, to } => {
                self.measures.insert(measure);
                self.moment(from);
                self.moment(to);
            }
            Value::Count { finding, window, .. }
            | Value::Days { finding, window, .. }
            | Value::Dose { finding, window }
            | Value::Incidence { finding, window, .. } => {
                self.finding(finding);
                self.window(window);
            }
            Value::Proportion { of } => self.clause(of),
            Value::Arithmetic { left, right, .. } => {
                self.term(left);
                self.term(right);
            }
            Value::Call { arguments, .. } => {
                for argument in arguments {
                    self.term(argument);
                }
            }
            Value::Negative { of } => self.term(of),
            Value::Table { rows, .. } => {
                for row in rows {
                    self.term(&row.value);
                }
            }
        }
    }

    pub fn finding(&mut self, finding: &'a Finding) {
        self.things.insert(&finding.name);
        self.things.extend(finding.other_than.iter().map(String::as_str));
        self.left_out.extend(finding.other_than.iter().map(|other| (finding.name.as_str(), other.as_str())));
    }

    pub fn window(&mut self, window: &'a Window) {
        for end in [&window.from, &window.to].into_iter().flatten() {
            self.moment(end);
        }
    }

    pub fn moment(&mut self, moment: &'a Moment) {
        match &moment.of {
            Anchor::Event { name, .. } => {
                self.things.insert(name);
            }
            Anchor::Visit { name } => {
                self.visits.insert(name);
            }
            Anchor::Onset { finding } | Anchor::End { finding } => self.finding(finding),
            Anchor::Decision => {}
        }
    }
}
