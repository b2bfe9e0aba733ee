//! Somebody who is the difference: found by the solver, written as facts, screened by the evaluator.

use jiff::civil::Date;

use super::circuit::Wire;
use super::compare::Engine;
use super::person::{DECIDED, Draft, in_words};
use super::solved::Solved;
use super::typical::{Choice, settle};
use crate::eligibility::{Eligibility, EligibilityDocument, Screener, Status, Verdict, record_of};
use crate::model::{Example, Fact, Origin};

/// A participant who shows a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// What is recorded of them, as an example of the old and of the new version would say it: the codes of answers differ.
    pub old_facts: Vec<Fact>,
    pub facts: Vec<Fact>,
    /// In what they differ from a typical participant who is eligible.
    pub differences: Vec<Difference>,
    pub standing: Standing,
}

/// One thing in which a witness differs from a typical participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The author's words for the value: `latest hba1c within 14 days before randomization`.
    pub of: String,
    /// `HbA1c 9.6 %`, `no stroke`, `age 66 years`.
    pub is: String,
    /// The same of the typical participant.
    pub typically: String,
}

/// Whether the evaluator agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The evaluator gives both verdicts for these facts.
    Confirmed,
    /// The rules leave room for such a participant, and these facts are not one: why.
    Possible(String),
}

impl Witness {
    pub fn is_confirmed(&self) -> bool {
        self.standing == Standing::Confirmed
    }
}

/// What a witness is to show.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub event: String,
    /// The codes that are compared; none: the whole decision.
    pub criteria: Option<(String, String)>,
    /// They pass the new version and fail the old one; or the reverse.
    pub gains: bool,
}

impl<'t> Engine<'t> {
    /// A participant who meets the first of these goals that can be met.
    pub(super) fn witness(&mut self, event: &str, goals: &[Vec<Wire>], wanted: &Wanted) -> Option<Witness> {
        let mut possible = None;
        for goal in goals {
            if self.complete.circuit.solve(goal).is_err() {
                continue;
            }
            let typical = self.typical(event);
            let chosen = settle(&self.space, &mut self.complete, goal, typical.as_deref())?;
            let found = self.shown(event, &chosen, wanted)?;
            if found.is_confirmed() {
                return Some(found);
            }
            match self.solved(event, goal, wanted) {
                Solved::Nobody => {}
                Solved::Somebody(found) => return Some(found),
                Solved::NotAsked => return Some(possible.unwrap_or(found)),
                Solved::Unknown => {
                    possible.get_or_insert(found);
                }
            }
        }
        possible
    }

    /// The participant of an assignment, screened.
    pub(super) fn shown(&mut self, event: &str, chosen: &[Choice], wanted: &Wanted) -> Option<Witness> {
        if self.documents.is_empty() {
            self.documents = self.space.trials.iter().map(|trial| EligibilityDocument::of(trial)).collect();
        }
        let mut found: Option<(Vec<Vec<Fact>>, Standing)> = None;
        for decided in DECIDED {
            let facts: Vec<Vec<Fact>> =
                (0..self.space.trials.len()).map(|side| self.facts(side, event, chosen, decided)).collect();
            let standing = self.standing(&facts, wanted);
            let is_confirmed = standing == Standing::Confirmed;
            if is_confirmed || found.is_none() {
                found = Some((facts, standing));
            }
            if is_confirmed {
                break;
            }
        }
        let (facts, standing) = found?;
        let typical = self.typical(event);
        let differences = self.differences(typical.as_deref(), chosen);
        let [old_facts, facts] = match <[Vec<Fact>; 2]>::try_from(facts) {
            Ok(both) => both,
            Err(one) => [one[0].clone(), one[0].clone()],
        };
        Some(Witness { old_facts, facts, differences, standing })
    }

    fn facts(&self, side: usize, event: &str, chosen: &[Choice], decided: Date) -> Vec<Fact> {
        let document = &self.documents[side];
        let trial = self.space.trials[side];
        let Some(decision) = trial.decisions.get(event).or_else(|| trial.decisions.values().next()) else {
            return Vec::new();
        };
        let screener = Screener::of(document);
        Draft::of(self, trial, side, decision, &screener, (chosen, decided)).facts()
    }

    /// Whether the evaluator says what is wanted.
    fn standing(&self, facts: &[Vec<Fact>], wanted: &Wanted) -> Standing {
        let last = facts.len() - 1;
        for (side, is_new) in [(0, false), (last, true)] {
            let trial = self.space.trials[side];
            // Of a single trial nothing is compared: only that the criterion fails, or that somebody is eligible.
            let passes = is_new == wanted.gains;
            if last == 0 && passes != (wanted.criteria.is_none() && wanted.gains) {
                continue;
            }
            let example = Example {
                label: String::new(),
                facts: facts[side].clone(),
                expect: Vec::new(),
                origin: Origin::default(),
            };
            let record = match record_of(trial, &example) {
                Ok(record) => record,
                Err(why) => return Standing::Possible(why),
            };
            let verdict = Screener::of(&self.documents[side]).screen(&record, None);
            if let Some(why) = objection(&verdict, wanted, is_new, passes) {
                return Standing::Possible(why);
            }
        }
        Standing::Confirmed
    }

    fn differences(&self, typical: Option<&[Choice]>, chosen: &[Choice]) -> Vec<Difference> {
        let Some(typical) = typical else { return Vec::new() };
        let changed = chosen.iter().zip(typical).enumerate().filter(|(_, (one, other))| one != other);
        let told = changed.map(|(variable, (one, other))| Difference {
            of: self.space.variables[variable].words.clone(),
            is: in_words(self, variable, *one),
            typically: in_words(self, variable, *other),
        });
        told.collect()
    }
}

/// Why a verdict is not the one that is wanted.
fn objection(verdict: &Verdict, wanted: &Wanted, is_new: bool, passes: bool) -> Option<String> {
    let Some(decision) = verdict.decision(&wanted.event) else {
        return passes.then(|| "there is no such decision".to_owned());
    };
    let Some((old, new)) = &wanted.criteria else {
        let is_wanted = match passes {
            true => decision.verdict == Eligibility::Eligible,
            false => decision.verdict == Eligibility::Ineligible,
        };
        let reasons = match decision.verdict {
            Eligibility::Undetermined => &decision.open,
            _ => &decision.reasons,
        };
        let by = if reasons.is_empty() { String::new() } else { format!(" by {}", reasons.join(", ")) };
        return (!is_wanted).then(|| format!("the evaluator says {}{by}", decision.verdict.text()));
    };
    let code = if is_new { new } else { old };
    let lines: Vec<_> = decision.criteria.iter().filter(|line| line.code == *code).collect();
    let is_wanted = match passes {
        true => {
            lines.is_empty()
                || lines.iter().any(|line| matches!(line.status, Status::Met | Status::NotApplicable))
        }
        false => lines.iter().any(|line| line.status == Status::NotMet),
    };
    let said = lines.iter().map(|line| line.status.text()).collect::<Vec<_>>().join(", ");
    (!is_wanted).then(|| format!("the evaluator says of {code}: {said}"))
}
