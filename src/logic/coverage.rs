//! Which tests of the criteria the author's examples show to decide.

use crate::eligibility::{EligibilityDocument, Parts, Screener, Truth, record_of};
use crate::model::{Clause, Rule, Trial};

/// A test in a criterion, and the examples in which it decides: were it otherwise, so would be the criterion (modified
/// condition/decision coverage).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The event of the decision.
    pub decision: String,
    pub code: String,
    /// The author's words.
    pub test: String,
    /// The first example in which it holds and decides.
    pub holding: Option<String>,
    /// The first example in which it fails and decides.
    pub failing: Option<String>,
}

impl Shown {
    /// Both ways are shown.
    pub fn is_whole(&self) -> bool {
        self.holding.is_some() && self.failing.is_some()
    }
}

/// Every test of every criterion, in the order of the protocol.
pub fn coverage(trial: &Trial) -> Vec<Shown> {
    let document = EligibilityDocument::of(trial);
    let screener = Screener::of(&document);
    let records: Vec<_> = trial
        .examples
        .iter()
        .filter_map(|example| Some((example, record_of(trial, example).ok()?)))
        .collect();
    let mut found = Vec::new();
    for (event, decision) in &trial.decisions {
        for (code, criterion) in &decision.criteria {
            let mut tests = Vec::new();
            leaves(&criterion.rule, None, &mut tests);
            let mut shown: Vec<Shown> = tests
                .iter()
                .map(|test| Shown {
                    decision: event.clone(),
                    code: code.clone(),
                    test: in_words(test),
                    holding: None,
                    failing: None,
                })
                .collect();
            for (example, record) in &records {
                let arm = record.person.arm.as_deref().or(criterion.arms.first().map(String::as_str));
                let parts = Parts { screener: &screener, decision, arm, as_of: None };
                let truths: Vec<Truth> = tests.iter().map(|test| parts.truth(test, record)).collect();
                for (number, one) in shown.iter_mut().enumerate() {
                    let slot = match truths[number] {
                        Truth::True => &mut one.holding,
                        Truth::False => &mut one.failing,
                        Truth::Unknown => continue,
                    };
                    if slot.is_none() && decides(&criterion.rule, &truths, number) {
                        *slot = Some(example.label.clone());
                    }
                }
            }
            found.extend(shown);
        }
    }
    found
}

/// The author's words; of another person, whose they are.
fn in_words(test: &Clause) -> String {
    let words = test.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match &test.rule {
        Rule::OfPerson { person, .. } => format!("{}: {words}", person.replace('_', " ")),
        _ => words,
    }
}

/// The smallest parts of a rule that are true or false by themselves; what is asked of another person is asked of that one.
fn leaves(clause: &Clause, person: Option<&str>, found: &mut Vec<Clause>) {
    match &clause.rule {
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter().for_each(|part| leaves(part, person, found));
        }
        Rule::Not { of } => leaves(of, person, found),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| leaves(part, person, found));
        }
        Rule::OfPerson { person, of } => leaves(of, Some(person), found),
        _ => found.push(match person {
            Some(person) => Clause {
                text: clause.text.clone(),
                rule: Rule::OfPerson { person: person.to_owned(), of: Box::new(clause.clone()) },
                origin: clause.origin,
            },
            None => clause.clone(),
        }),
    }
}

/// Whether the rule would be otherwise if this test were.
fn decides(rule: &Clause, truths: &[Truth], number: usize) -> bool {
    let with = |truth: Truth| {
        let mut truths = truths.to_vec();
        truths[number] = truth;
        truth_of(rule, &mut truths.into_iter())
    };
    let (holding, failing) = (with(Truth::True), with(Truth::False));
    holding != failing && holding.is_known() && failing.is_known()
}

/// The truth of a rule by those of its tests, in their order.
fn truth_of(clause: &Clause, truths: &mut std::vec::IntoIter<Truth>) -> Truth {
    match &clause.rule {
        Rule::All { of } => Truth::all(of.iter().map(|part| truth_of(part, truths)).collect::<Vec<_>>()),
        Rule::Any { of } => Truth::any(of.iter().map(|part| truth_of(part, truths)).collect::<Vec<_>>()),
        Rule::Count { of, low, high } => {
            Truth::count(of.iter().map(|part| truth_of(part, truths)).collect::<Vec<_>>(), *low, *high)
        }
        Rule::Not { of } => !truth_of(of, truths),
        Rule::OfPerson { of, .. } => truth_of(of, truths),
        Rule::Choose { condition, then, otherwise } => {
            let [condition, then, otherwise] =
                [condition, then, otherwise].map(|part| truth_of(part, truths));
            match condition {
                Truth::True => then,
                Truth::False => otherwise,
                Truth::Unknown => Truth::common([then, otherwise]),
            }
        }
        _ => truths.next().unwrap_or(Truth::Unknown),
    }
}
