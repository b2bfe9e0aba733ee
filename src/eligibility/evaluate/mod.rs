//! What a rule means for one person, with three truth values and nothing guessed.
//!
//! It is small and naive on purpose: every other way to run the rules is held against it.

pub(super) mod amount;
#[cfg(test)]
mod amount_tests;
mod bind;
mod compare;
mod day_count;
mod derived;
mod exposure;
mod moment;
mod occurs;
mod over_time;
mod select;
mod series;
mod shown;
mod steady;
mod table;
mod term;
mod trend;

use std::cell::RefCell;
use std::collections::BTreeMap;

pub(super) use bind::Scope;
pub(crate) use bind::leaf_of;
use jiff::civil::Date;

use super::document::EligibilityDocument;
use super::evidence::{Choices, Evidence, Missing, MissingKind, Outcome, Trace};
use super::person::Person;
use super::truth::Truth;
use super::vocabulary::Vocabulary;
use crate::model::{Answer, AttestationVerb, Clause, Rule};

/// Everything that one run of a rule looks at.
pub(super) struct Evaluator<'a> {
    pub document: &'a EligibilityDocument,
    pub words: &'a Vocabulary<'a>,
    pub person: &'a Person<'a>,
    /// The event that the decision permits.
    pub decision: &'a str,
    pub arm: Option<&'a str>,
    pub as_of: Option<Date>,
    pub choices: RefCell<Choices>,
    /// Events that have not happened, and the day that was taken for them.
    pub awaited: RefCell<BTreeMap<&'a str, Date>>,
    /// Anchors that are being looked for, so that a circle of them ends.
    pub looking_for: RefCell<Vec<&'a str>>,
}

impl<'a> Evaluator<'a> {
    pub fn clause(&self, clause: &'a Clause, scope: &Scope<'a>) -> Trace<'a> {
        let text = clause.text.as_str();
        let each = |of: &'a [Clause]| of.iter().map(|part| self.clause(part, scope)).collect::<Vec<_>>();
        match &clause.rule {
            Rule::All { of } => {
                let parts = each(of);
                let truth = Truth::all(parts.iter().map(|part| part.truth));
                Trace::node(text, truth, alike(parts, truth))
            }
            Rule::Any { of } => {
                let parts = each(of);
                let truth = Truth::any(parts.iter().map(|part| part.truth));
                Trace::node(text, truth, alike(parts, truth))
            }
            Rule::Not { of } => {
                let part = self.clause(of, scope);
                Trace::node(text, !part.truth, vec![part])
            }
            Rule::Count { of, low, high } => {
                let parts = each(of);
                let truth = Truth::count(parts.iter().map(|part| part.truth), *low, *high);
                let parts = match truth {
                    Truth::Unknown => alike(parts, truth),
                    _ => parts,
                };
                Trace::node(text, truth, parts)
            }
            Rule::Choose { condition, then, otherwise } => {
                let condition = self.clause(condition, scope);
                match condition.truth {
                    Truth::True => {
                        let branch = self.clause(then, scope);
                        Trace::node(text, branch.truth, vec![branch, condition])
                    }
                    Truth::False => {
                        let branch = self.clause(otherwise, scope);
                        Trace::node(text, branch.truth, vec![branch, condition])
                    }
                    Truth::Unknown => {
                        let branches = [self.clause(then, scope), self.clause(otherwise, scope)];
                        let truth = Truth::common(branches.iter().map(|branch| branch.truth));
                        let mut parts = Vec::from(branches);
                        if truth == Truth::Unknown {
                            parts = alike(parts, truth);
                            parts.push(condition);
                        }
                        Trace::node(text, truth, parts)
                    }
                }
            }
            Rule::OfPerson { person, of } => match scope.person.other(person) {
                Some(other) => {
                    let part = self.clause(of, &Scope { person: other, ..scope.clone() });
                    Trace::node(text, part.truth, vec![part])
                }
                None => {
                    let why = format!("nothing is recorded of the other person (`{person}`)");
                    let ask = format!("record what is known of `{person}`: {}", of.text);
                    Trace::leaf(
                        text,
                        Outcome::unknown(vec![Missing::new(MissingKind::Attribute, person, why, ask)]),
                    )
                }
            },
            Rule::Compare { left, operator, right, unit } => {
                Trace::leaf(text, self.compare(left, *operator, right, unit.as_ref(), scope))
            }
            Rule::Between { value, low, high, unit } => {
                Trace::leaf(text, self.between(value, low, high, unit.as_ref(), scope))
            }
            Rule::Is { value, one_of } => Trace::leaf(text, self.is_one_of(value, one_of, scope)),
            Rule::Occurs { finding, mode, window } => {
                Trace::leaf(text, self.occurs(finding, *mode, window, scope))
            }
            Rule::Steady { measure, tolerance, reference } => {
                Trace::leaf(text, self.steady(measure, tolerance, *reference, scope))
            }
            Rule::Trend { measure, direction, values, apart } => {
                let asked = trend::Asked { direction: *direction, values: *values, apart: apart.as_ref() };
                Trace::leaf(text, self.trend(measure, asked, scope))
            }
            Rule::Attested { key, verb, by, question } => {
                Trace::leaf(text, self.answer(key, || format!("{}: {question}", asked(*verb, by)), scope))
            }
            Rule::Text { key, because } => Trace::leaf(
                text,
                self.answer(key, || format!("answer by hand whether this holds: {text} ({because})"), scope),
            ),
        }
    }

    fn answer(&self, key: &str, ask: impl FnOnce() -> String, scope: &Scope<'a>) -> Outcome {
        let evidence = |value: &str| Evidence::of(key, &format!("{key} answered")).value(value);
        // Whoever answers, the answer is kept with the participant's record.
        match scope.person.answers.get(key).or_else(|| self.person.answers.get(key)) {
            Some(Answer::Yes) => Outcome::known(true).with([evidence("yes")]),
            Some(Answer::No) => Outcome::known(false).with([evidence("no")]),
            Some(Answer::Unknown) => {
                let why = format!("`{key}` was answered with unknown");
                Outcome::unknown(vec![Missing::new(MissingKind::Answer, key, why, ask())])
            }
            None => {
                let why = format!("`{key}` has not been answered");
                Outcome::unknown(vec![Missing::new(MissingKind::Answer, key, why, ask())])
            }
        }
    }
}

fn alike(parts: Vec<Trace<'_>>, truth: Truth) -> Vec<Trace<'_>> {
    parts.into_iter().filter(|part| part.truth == truth).collect()
}

fn asked(verb: AttestationVerb, by: &str) -> String {
    let by = by.replace('_', " ");
    match verb {
        AttestationVerb::Attested => format!("ask the {by} to attest"),
        AttestationVerb::Agreed => format!("ask the {by} to agree"),
        AttestationVerb::Approved => format!("ask the {by} to approve"),
        AttestationVerb::Declined => format!("ask whether the {by} declines"),
    }
}
