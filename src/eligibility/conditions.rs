//! Conditions that a protocol lays on visits and questions, decided as criteria are: by the same evaluator, on the day of the
//! visit. A condition that a tie of values would decide either way is not decided.

use jiff::civil::Date;

use super::document::EligibilityDocument;
use super::person::Person;
use super::record::Record;
use super::screen::Screener;
use super::truth::Truth;
use super::verdict::Status;
use crate::model::{Clause, Criterion, CriterionKind, Decision, Named, Origin, Trial};

/// What the day on which conditions are decided is called, where rules count from the decision. No event can have this name.
pub const DAY_OF_CONDITION: &str = "the day of the visit";

/// One condition for one person on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionDecided {
    pub truth: Truth,
    /// What would have to be known, where it is not decided.
    pub missing: Vec<String>,
}

impl EligibilityDocument {
    /// Conditions in the place of criteria, by their numbers in this list.
    pub fn of_conditions(trial: &Trial, conditions: &[Clause]) -> Self {
        let criterion = |(number, rule): (usize, &Clause)| {
            (number.to_string(), Criterion::of(CriterionKind::Include, rule.text.as_str(), rule.clone()))
        };
        let decision = Decision {
            event: DAY_OF_CONDITION.to_owned(),
            label: None,
            checked: Vec::new(),
            criteria: conditions.iter().enumerate().map(criterion).collect(),
            origin: Origin::default(),
        };
        Self::deciding(trial, Named::from_iter([(DAY_OF_CONDITION.to_owned(), decision)]))
    }
}

impl Screener<'_> {
    /// The conditions of a document [of conditions](EligibilityDocument::of_conditions), in their order. `on` is the day of the
    /// visit, where it is known.
    pub fn conditions(&self, record: &Record, on: Option<Date>) -> Vec<ConditionDecided> {
        let person = Person::of(record, &self.words, on);
        let arm = record.person.arm.as_deref();
        let decisions = self.document.decisions.values();
        let criteria =
            decisions.flat_map(|decision| decision.criteria.iter().map(move |one| (decision, one)));
        let decided = |(decision, (code, criterion)): (&Decision, (&String, &Criterion))| {
            let (line, _) = self.judge(code, criterion, decision, &person, arm, on);
            let truth = match line.status {
                _ if line.ties.iter().any(|tie| tie.decides) => Truth::Unknown,
                Status::Met => Truth::True,
                Status::NotMet => Truth::False,
                Status::Unknown | Status::NotApplicable => Truth::Unknown,
            };
            let mut missing: Vec<String> = Vec::new();
            if truth == Truth::Unknown {
                for why in
                    line.because.into_iter().flat_map(|because| because.missing).map(|missing| missing.why)
                {
                    if !missing.contains(&why) {
                        missing.push(why);
                    }
                }
                if missing.is_empty() {
                    missing.push("two values of one day speak for both".to_owned());
                }
            }
            ConditionDecided { truth, missing }
        };
        criteria.map(decided).collect()
    }
}
