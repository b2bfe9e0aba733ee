//! Where the author's words stand that made a change. Most forms are worked out from the rest of the protocol: what changed on them was
//! written elsewhere, in what is collected, measured or asked for.

use std::collections::BTreeSet;

use super::change::{Change, Part};
use crate::model::{Administration, CheckKind, Field, Form, Named, Origin, Trial, Why};
use crate::source::Span;

/// The statement as it was and as it is; each only where there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub old: Option<Span>,
    pub new: Option<Span>,
}

impl Words {
    fn is_somewhere(self) -> bool {
        self.old.is_some() || self.new.is_some()
    }
}

/// The words that made a change: those of the part itself, or where it is worked out, of the first statement that it rests on and that
/// is another now; where none is, of the statement that explains it.
pub(super) fn of(old: &Trial, new: &Trial, change: &Change) -> Words {
    let own = Words { old: change.old.0, new: change.new.0 };
    let both = Both { old, new };
    let name = match change.subject.part {
        Part::Form => change.subject.name.as_str(),
        Part::Field | Part::Check => change.subject.within.as_deref().unwrap_or_default(),
        _ => return own,
    };
    let forms = [old, new].map(|trial| trial.forms.get(name));
    let fields: Vec<&Field> = forms.iter().flatten().flat_map(|form| concerned(form, change)).collect();
    let is_written = fields.iter().any(|field| field.why.contains(&Why::Declared) && field.measure.is_none());
    let all = both.statements(&fields, change);
    let changed = all.iter().find(|one| one.differs && one.words.is_somewhere()).map(|one| one.words);
    let explains = || all.iter().find(|one| one.words.is_somewhere()).map(|one| one.words);
    match changed {
        // What the author put on the form was changed there.
        _ if is_written && own.is_somewhere() => own,
        Some(words) => words,
        None if own.is_somewhere() => own,
        None => explains().unwrap_or(own),
    }
}

/// The fields that a change is about.
fn concerned<'t>(form: &'t Form, change: &Change) -> Vec<&'t Field> {
    let named = |names: &[&str]| {
        form.fields.iter().filter(|field| names.contains(&field.name.as_str())).collect::<Vec<_>>()
    };
    match change.subject.part {
        Part::Field => named(&[&change.subject.name]),
        Part::Check => {
            let check = form.checks.iter().find(|check| check.id == change.subject.name);
            check.map_or(Vec::new(), |check| named(&asked_of(&check.check)))
        }
        _ => form.fields.iter().collect(),
    }
}

fn asked_of(check: &CheckKind) -> Vec<&str> {
    match check {
        CheckKind::NotAfter { first, second } | CheckKind::Less { first, second } => vec![first, second],
        CheckKind::Unique { fields } => fields.iter().map(String::as_str).collect(),
        CheckKind::PresentWhen { field, other, .. } => vec![field, other],
        CheckKind::NotInFuture { field }
        | CheckKind::Planned { field, .. }
        | CheckKind::InWindow { field }
        | CheckKind::NotBeforeEvent { field, .. }
        | CheckKind::Agrees { field, .. } => vec![field],
        CheckKind::Rule { .. } => Vec::new(),
    }
}

/// A statement that a field rests on.
struct Statement {
    words: Words,
    /// It is not what it was.
    differs: bool,
}

struct Both<'t> {
    old: &'t Trial,
    new: &'t Trial,
}

impl<'t> Both<'t> {
    /// What these fields rest on, first what a change of this sort most likely comes from.
    fn statements(&self, fields: &[&Field], change: &Change) -> Vec<Statement> {
        let (definitions, schedule, rules) =
            (self.definitions(fields), self.schedule(fields), self.rules(fields));
        let groups = match change.property.as_deref() {
            // When something is asked, the schedule says.
            Some("when" | "visits" | "repeating") => [schedule, rules, definitions],
            // Whether it is asked at all.
            None | Some("required" | "criteria") => [schedule, rules, definitions],
            // How it is asked.
            Some(_) => [definitions, schedule, rules],
        };
        groups.into_iter().flatten().collect()
    }

    fn pair<T: PartialEq + 't>(
        &self,
        of: impl Fn(&'t Trial) -> Option<&'t Named<T>>,
        name: &str,
        place: impl Fn(&T) -> Origin,
        found: &mut Vec<Statement>,
    ) {
        let [one, two] = [self.old, self.new].map(|trial| of(trial).and_then(|all| all.get(name)));
        if one.is_none() && two.is_none() {
            return;
        }
        let span = |part: Option<&T>| part.and_then(|part| place(part).0);
        found.push(Statement { words: Words { old: span(one), new: span(two) }, differs: one != two });
    }

    /// What is measured, and what the words of conditions, drugs and events mean.
    fn definitions(&self, fields: &[&Field]) -> Vec<Statement> {
        let mut found = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for name in fields.iter().flat_map(|field| [&field.measure, &field.concept, &field.event]).flatten() {
            if seen.insert(name) {
                self.pair(|trial| Some(&trial.measures), name, |one| one.origin, &mut found);
                self.pair(|trial| Some(&trial.concepts), name, |one| one.origin, &mut found);
                self.pair(|trial| Some(&trial.events), name, |one| one.origin, &mut found);
            }
        }
        found
    }

    /// What is collected, and when.
    fn schedule(&self, fields: &[&Field]) -> Vec<Statement> {
        let mut names: Vec<&str> = Vec::new();
        for field in fields {
            names.extend(
                [&field.measure, &field.concept, &field.event].into_iter().flatten().map(String::as_str),
            );
            names.extend(field.why.iter().filter_map(|why| match why {
                Why::Schedule { activity } | Why::Condition { activity } => Some(activity.as_str()),
                Why::Derivation { measure } => Some(measure),
                _ => None,
            }));
        }
        let mut found = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for name in names {
            if seen.insert(name) {
                let rows = |trial: &'t Trial| trial.schedule.as_ref().map(|schedule| &schedule.activities);
                self.pair(rows, name, |row| row.origin, &mut found);
            }
        }
        let visits = fields.iter().flat_map(|field| field.visits.iter().flatten());
        for name in visits {
            if seen.insert(name) {
                let visits = |trial: &'t Trial| trial.schedule.as_ref().map(|schedule| &schedule.visits);
                self.pair(visits, name, |visit| visit.origin, &mut found);
            }
        }
        found
    }

    /// What arms and periods give of a product, where that is not what it was.
    fn given(&self, product: &str) -> Vec<Statement> {
        let plans = |trial: &'t Trial| -> Vec<(String, Vec<&'t Administration>)> {
            let arms = trial.arms.iter().map(|(name, arm)| (name.clone(), &arm.gives));
            let periods = trial.sequences.iter().flat_map(|(name, sequence)| {
                sequence.periods.iter().map(move |(period, of)| (format!("{name} {period}"), &of.gives))
            });
            let own =
                |gives: &'t [Administration]| gives.iter().filter(|one| one.product == product).collect();
            arms.chain(periods).map(|(name, gives)| (name, own(gives))).collect()
        };
        let (old, new) = (plans(self.old), plans(self.new));
        let first = |gives: Option<&(String, Vec<&'t Administration>)>| {
            gives.and_then(|(_, gives)| gives.first()?.origin.0)
        };
        let names =
            new.iter().chain(old.iter().filter(|(name, _)| !new.iter().any(|(other, _)| other == name)));
        let pairs = names.map(|(name, _)| {
            let of = |plans: &'_ [(String, Vec<&'t Administration>)]| {
                plans.iter().position(|(other, _)| other == name)
            };
            (of(&old).map(|at| &old[at]), of(&new).map(|at| &new[at]))
        });
        let changed = pairs.filter(|(one, two)| one.map(|(_, gives)| gives) != two.map(|(_, gives)| gives));
        changed
            .map(|(one, two)| Statement { words: Words { old: first(one), new: first(two) }, differs: true })
            .collect()
    }

    /// Criteria, outcomes, strata and products that need it.
    fn rules(&self, fields: &[&Field]) -> Vec<Statement> {
        let mut found = Vec::new();
        let mut seen: BTreeSet<&Why> = BTreeSet::new();
        for why in fields.iter().flat_map(|field| &field.why).filter(|why| seen.insert(why)) {
            match why {
                Why::Criterion { decision, code } => {
                    let criteria =
                        |trial: &'t Trial| trial.decisions.get(decision).map(|decision| &decision.criteria);
                    let place = |one: &crate::model::Criterion| match one.rule.origin {
                        Origin(None) => one.origin,
                        rule => rule,
                    };
                    self.pair(criteria, code, place, &mut found);
                }
                Why::Outcome { name } => {
                    self.pair(|trial| Some(&trial.outcomes), name, |one| one.origin, &mut found);
                }
                Why::Stratum { allocation } => {
                    self.pair(|trial| Some(&trial.allocations), allocation, |one| one.origin, &mut found);
                }
                Why::Treatment { product } => {
                    found.extend(self.given(product));
                    self.pair(|trial| Some(&trial.interventions), product, |one| one.origin, &mut found);
                }
                _ => {}
            }
        }
        found
    }
}
