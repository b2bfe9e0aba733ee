//! What one record of a form decides by itself of the conditions that the protocol lays on its questions.
//!
//! A condition is decided on all that a participant's forms tell (`entries`). Where the one question that tells what it asks
//! for stands on the same record, that record decides it alone, and whatever judges single records can carry it: no later
//! form changes it, and a second one that says otherwise is a form filled in twice. What rests on other forms, on results of
//! any visit or on days is not decided by a record.

use std::collections::BTreeMap;
use std::ops::Not as _;

use super::conditions::{Tells, told};
use super::names::visits_of;
use super::truth::Truth;
use crate::model::{Clause, Field, FieldKind, FieldScope, Form, Rule, Trial, Value, Visit};

/// What a record decides of the conditions of one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// Where this holds of the record, all of the conditions hold. `None`: no record tells.
    pub holds: Option<Truth>,
    /// Where this holds of the record, one of them does not.
    pub fails: Option<Truth>,
    /// The record decides whatever can be decided of them; otherwise other forms, visits or days can decide more.
    pub whole: bool,
}

/// A fact that has no day: who tells it, tells it for the whole trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timeless {
    Sex,
    Country,
    Arm,
}

/// The questions that tell facts without a day.
#[derive(Clone, Debug, Default)]
pub struct Sources<'a>(BTreeMap<Timeless, Vec<Source<'a>>>);

#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    form: &'a str,
    field: &'a Field,
    /// It is answered once in a trial.
    once: bool,
}

impl<'a> Sources<'a> {
    pub fn of(trial: &'a Trial) -> Self {
        let mut all = Self::default();
        for (name, form) in &trial.forms {
            for field in &form.fields {
                let fact = match told(trial, form, field) {
                    Some(Tells::Sex) => Timeless::Sex,
                    Some(Tells::Country) => Timeless::Country,
                    Some(Tells::Arm) => Timeless::Arm,
                    _ => continue,
                };
                let source = Source { form: name, field, once: is_asked_once(trial, form, field) };
                all.0.entry(fact).or_default().push(source);
            }
        }
        all
    }

    /// The field of this form that alone tells the fact, once.
    fn only(&self, fact: Timeless, form: &str) -> Option<&'a Field> {
        match self.0.get(&fact)?.as_slice() {
            [source] if source.once && source.form == form => Some(source.field),
            _ => None,
        }
    }
}

fn is_asked_once(trial: &Trial, form: &Form, field: &Field) -> bool {
    let is_numbered = |visit: &String| {
        let schedule = trial.schedule.as_ref();
        schedule.and_then(|schedule| schedule.visits.get(visit)).is_none_or(Visit::is_numbered)
    };
    !form.repeating
        && match visits_of(form, field) {
            _ if form.visits.is_empty() => true,
            [only] => !is_numbered(only),
            _ => false,
        }
}

/// What the record decides of the conditions under which a field is asked. `None` where there are none, or where it decides nothing.
pub(super) fn of<'a>(trial: &'a Trial, sources: &Sources<'a>, form: &str, field: &Field) -> Option<Own> {
    let reader = Reader { trial, sources, form };
    let scope = |scope: &FieldScope| {
        let Own { holds, fails, whole } = reader.clause(&scope.when);
        let visits = (!scope.visits.is_empty()).then(|| Truth::AtVisit(scope.visits.clone()));
        let here: Vec<Truth> = visits.into_iter().chain(scope.cycles.clone().map(Truth::Time)).collect();
        if here.is_empty() {
            return Own { holds, fails, whole };
        }
        let here = joined_by(Truth::All)(here);
        let elsewhere = here.clone().not().pushed_down();
        Own {
            // It is laid nowhere else.
            holds: Some(match holds {
                Some(holds) => Truth::Any(vec![elsewhere, holds]),
                None => elsewhere,
            }),
            fails: fails.map(|fails| Truth::All(vec![here, fails])),
            whole,
        }
    };
    let own = all(field.only.iter().map(scope).collect());
    (!field.only.is_empty() && (own.holds.is_some() || own.fails.is_some())).then_some(own)
}

struct Reader<'a, 's> {
    trial: &'a Trial,
    sources: &'s Sources<'a>,
    form: &'s str,
}

impl Own {
    fn open() -> Self {
        Self { holds: None, fails: None, whole: false }
    }

    /// Of one question with a list of answers.
    fn of(item: &str, holds: Vec<String>, fails: Vec<String>) -> Self {
        let one_of = |values: Vec<String>| {
            (!values.is_empty()).then(|| Truth::Is { item: item.to_owned(), one_of: values })
        };
        Self { holds: one_of(holds), fails: one_of(fails), whole: true }
    }

    fn contrary(self) -> Self {
        Self { holds: self.fails, fails: self.holds, whole: self.whole }
    }
}

impl Reader<'_, '_> {
    fn clause(&self, clause: &Clause) -> Own {
        let each = |of: &[Clause]| of.iter().map(|part| self.clause(part)).collect::<Vec<_>>();
        match &clause.rule {
            Rule::All { of } => all(each(of)),
            Rule::Any { of } => all(each(of).into_iter().map(Own::contrary).collect()).contrary(),
            Rule::Not { of } => self.clause(of).contrary(),
            Rule::Choose { condition, then, otherwise } => {
                choose(&self.clause(condition), &self.clause(then), &self.clause(otherwise))
            }
            Rule::Is { value, one_of } => match &value.value {
                Value::Attribute { name } => self.attribute(name, one_of).unwrap_or_else(Own::open),
                _ => Own::open(),
            },
            _ => Own::open(),
        }
    }

    /// The answers that are one of the values, and those that are another. What is no answer to this (another arm, a sex that is
    /// neither) decides nothing.
    fn attribute(&self, name: &str, one_of: &[String]) -> Option<Own> {
        let fact = match name {
            "sex" => Timeless::Sex,
            "country" => Timeless::Country,
            "arm" => Timeless::Arm,
            _ => return None,
        };
        let field = self.sources.only(fact, self.form)?;
        let FieldKind::Choice { levels } = &field.kind else { return None };
        let means = |code: &str| match (fact, code) {
            (Timeless::Sex, "F") => Some("female".to_owned()),
            (Timeless::Sex, "M") => Some("male".to_owned()),
            (Timeless::Sex, _) => None,
            (Timeless::Arm, arm) => self.trial.arms.contains_key(arm).then(|| arm.to_owned()),
            (_, code) => Some(code.to_owned()),
        };
        let known = levels.iter().filter_map(|level| Some((level.value.clone(), means(&level.value)?)));
        let is_one = |(_, meant): &(String, String)| one_of.iter().any(|one| one.eq_ignore_ascii_case(meant));
        let (holds, fails): (Vec<_>, Vec<_>) = known.partition(is_one);
        let codes = |all: Vec<(String, String)>| all.into_iter().map(|(code, _)| code).collect();
        Some(Own::of(&field.name, codes(holds), codes(fails)))
    }
}

/// All of these hold: where each does; not, where one does not.
fn all(parts: Vec<Own>) -> Own {
    let whole = parts.iter().all(|part| part.whole);
    let (mut holds, mut fails) = (Some(Vec::new()), Vec::new());
    for part in parts {
        holds = holds.zip(part.holds).map(|(mut known, one)| {
            known.push(one);
            known
        });
        fails.extend(part.fails);
    }
    Own { holds: holds.map(joined_by(Truth::All)), fails: some_of(fails), whole }
}

/// As the condition says which; where it says nothing, what both say.
fn choose(condition: &Own, then: &Own, otherwise: &Own) -> Own {
    let both = |one: &Option<Truth>, other: &Option<Truth>| {
        one.clone().zip(other.clone()).map(|(one, other)| Truth::All(vec![one, other]))
    };
    let side = |of: fn(&Own) -> &Option<Truth>| {
        let ways = [
            both(&condition.holds, of(then)),
            both(&condition.fails, of(otherwise)),
            both(of(then), of(otherwise)),
        ];
        some_of(ways.into_iter().flatten().collect())
    };
    let whole = [condition, then, otherwise].iter().all(|part| part.whole);
    Own { holds: side(|own| &own.holds), fails: side(|own| &own.fails), whole }
}

/// One of these; nothing where there are none.
fn some_of(truths: Vec<Truth>) -> Option<Truth> {
    (!truths.is_empty()).then(|| joined_by(Truth::Any)(truths))
}

fn joined_by(word: fn(Vec<Truth>) -> Truth) -> impl Fn(Vec<Truth>) -> Truth {
    move |truths| match <[Truth; 1]>::try_from(truths) {
        Ok([only]) => only,
        Err(truths) => word(truths),
    }
}
