//! Everybody: who is eligible under one version only, and which criterion keeps a widening from letting anybody in.

use serde::Serialize;

use super::eligibility::{CriterionDifference, Standing};
use super::witness::{Now, Person};
use crate::logic::{Asked, Engine, Fault, Relation, Solver, Whole};
use crate::model::{Criterion, Trial};
use crate::wording::listed;

/// All criteria of a decision together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Population {
    pub standing: PopulationStanding,
    /// In plain words, a whole sentence.
    pub sentence: String,
    /// Somebody who is eligible now and was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gained: Option<Person>,
    /// Somebody who was eligible and is no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Person>,
    /// Criteria that let more people in, and those that keep all of them out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Blocked>,
    /// Criteria whose questions are worded anew: the comparison takes each for the same question, and what the new words change
    /// only a person can say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_to_a_person: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PopulationStanding {
    Same,
    /// The same people once everything is recorded; with data missing, one version can decide and the other cannot.
    SameWhenComplete,
    Narrower,
    Broader,
    Incomparable,
}

/// A widening that lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// The code in the new version; in the old one for a criterion that is gone.
    pub code: String,
    /// Codes of the criteria that keep the people out whom it would let in.
    pub by: Vec<String>,
    /// In plain words, a whole sentence.
    pub sentence: String,
}

/// The logic of both versions, made when it is first asked.
pub(super) struct Logic<'t> {
    old: &'t Trial,
    new: &'t Trial,
    engine: Option<Engine<'t>>,
    /// To be asked by the engine.
    solver: Option<Box<dyn Solver>>,
}

/// What the logic says of a criterion.
pub(super) struct Compared {
    pub standing: Standing,
    pub gained: Option<Person>,
    pub lost: Option<Person>,
}

impl<'t> Logic<'t> {
    pub fn of(old: &'t Trial, new: &'t Trial, solver: Option<Box<dyn Solver>>) -> Self {
        Self { old, new, engine: None, solver }
    }

    /// What came of asking a solver, where there was one.
    pub fn asked(&self) -> Option<Result<Asked, Fault>> {
        match &self.engine {
            Some(engine) => engine.asked(),
            None => self.solver.as_ref().map(|_| Ok(Asked::default())),
        }
    }

    fn engine(&mut self) -> &mut Engine<'t> {
        let (old, new) = (self.old, self.new);
        let solver = &mut self.solver;
        self.engine.get_or_insert_with(|| match solver.take() {
            Some(solver) => Engine::with_solver(old, new, solver),
            None => Engine::of(old, new),
        })
    }

    /// One criterion by itself; `None` where the logic has no such pair.
    pub fn criterion(&mut self, event: &str, old: &str, new: &str) -> Option<Compared> {
        let trial = self.new;
        let person = |witness: &_| Some(Person::of(witness, trial, event, Now::NotAsked));
        let (standing, gained, lost) = match self.engine().criterion(event, old, new)? {
            Relation::Same => (Standing::Reworded, None, None),
            Relation::SameWhenComplete => (Standing::SameWhenComplete, None, None),
            Relation::Narrower { lost } => (Standing::Narrower, None, person(&lost)),
            Relation::Broader { gained } => (Standing::Broader, person(&gained), None),
            Relation::Incomparable { gained, lost } => {
                (Standing::Incomparable, person(&gained), person(&lost))
            }
        };
        Some(Compared { standing, gained, lost })
    }

    /// As [`Engine::parts_of`]; `None` where only one version has the decision.
    pub fn parts_of(&mut self, event: &str, whole: Whole<'_>, candidates: &[&str]) -> Option<Vec<String>> {
        if !(self.old.decisions.contains_key(event) && self.new.decisions.contains_key(event)) {
            return None;
        }
        self.engine().parts_of(event, whole, candidates)
    }

    /// Everybody, once the criteria are known one by one. `None` where only one version has the decision.
    pub fn population(&mut self, event: &str, criteria: &[CriterionDifference]) -> Option<Population> {
        let (old, new) = (self.old, self.new);
        if !(old.decisions.contains_key(event) && new.decisions.contains_key(event)) {
            return None;
        }
        let now = |witness: &_, now| Some(Person::of(witness, new, event, now));
        let (standing, gained, lost) = match self.engine().population(event)? {
            Relation::Same => (PopulationStanding::Same, None, None),
            Relation::SameWhenComplete => (PopulationStanding::SameWhenComplete, None, None),
            Relation::Narrower { lost } => (PopulationStanding::Narrower, None, now(&lost, Now::Ineligible)),
            Relation::Broader { gained } => (PopulationStanding::Broader, now(&gained, Now::Eligible), None),
            Relation::Incomparable { gained, lost } => {
                (PopulationStanding::Incomparable, now(&gained, Now::Eligible), now(&lost, Now::Ineligible))
            }
        };
        let blocked: Vec<Blocked> = criteria.iter().filter_map(|one| self.blocked(event, one)).collect();
        let asked = criteria.iter().filter(|one| one.standing == Standing::Changed);
        let left_to_a_person: Vec<String> = asked.filter_map(|one| one.new_code.clone()).collect();
        let mut sentence = said(standing, gained.as_ref(), lost.as_ref());
        if !left_to_a_person.is_empty() {
            let codes = listed(&left_to_a_person, "and");
            sentence.push_str(&format!(" What the new words of {codes} change, only a person can say."));
        }
        Some(Population { standing, sentence, gained, lost, blocked, left_to_a_person })
    }

    fn blocked(&mut self, event: &str, one: &CriterionDifference) -> Option<Blocked> {
        let widens = matches!(one.standing, Standing::Broader | Standing::Incomparable | Standing::Removed);
        if !widens {
            return None;
        }
        // A criterion that is gone lets everybody through: it is compared with none, under its own code.
        let old = one.old_code.as_deref()?;
        let code = one.new_code.as_deref().unwrap_or(old);
        let is_reused = one.new_code.is_none()
            && self.new.decisions.get(event).is_some_and(|decision| decision.criteria.contains_key(old));
        if is_reused {
            return None;
        }
        let by = self.engine().blockers(event, old, code);
        if by.is_empty() {
            return None;
        }
        let what = match one.standing {
            Standing::Removed => format!("{code} is dropped"),
            _ => match one.differences.first() {
                Some(first) => format!("{code} lets more people in ({first})"),
                None => format!("{code} lets more people in"),
            },
        };
        let (verb, those) = match by.as_slice() {
            [only] => ("excludes", self.named(event, only)),
            several => ("exclude", listed(several, "and")),
        };
        let together = if by.len() > 1 { " together" } else { "" };
        let sentence = format!("{what}, but {those} still {verb} them{together}: nobody is gained.");
        Some(Blocked { code: code.to_owned(), by, sentence })
    }

    /// `E3 “HbA1c > 9.5 %”`.
    fn named(&self, event: &str, code: &str) -> String {
        let criterion: Option<&Criterion> =
            self.new.decisions.get(event).and_then(|decision| decision.criteria.get(code));
        criterion.map_or_else(
            || code.to_owned(),
            |criterion| format!("{code} {}", super::facets::quoted(&criterion.prose)),
        )
    }
}

fn said(standing: PopulationStanding, gained: Option<&Person>, lost: Option<&Person>) -> String {
    let who = |person: Option<&Person>| {
        let Some(person) = person else { return "nobody".to_owned() };
        let possibly = if person.confirmed { "" } else { "possibly " };
        format!("{possibly}somebody with {}", person.in_words())
    };
    match standing {
        PopulationStanding::Same => "The same people are eligible.".to_owned(),
        PopulationStanding::SameWhenComplete => {
            "The same people are eligible once everything is recorded; with data missing, one version can decide and the other \
             cannot."
                .to_owned()
        }
        PopulationStanding::Broader => format!("More people are eligible: {}.", who(gained)),
        PopulationStanding::Narrower => format!("Fewer people are eligible: no longer {}.", who(lost)),
        PopulationStanding::Incomparable => format!(
            "Other people are eligible: now {}; no longer {}.",
            who(gained),
            who(lost)
        ),
    }
}
