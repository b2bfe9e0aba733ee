//! From the rules of a trial to formulas over variables.

use std::collections::BTreeSet;

mod computed;
mod numbers;
mod select;

pub(super) use self::computed::{Definition, Expression, definitions};
use self::select::{any_value, is_many_days};
use super::key::{Keys, duration, unit_key};
use super::space::{About, Cut, Kind, Place, Space, Variable};
use crate::eligibility::Mentions;
use crate::model::{Clause, Comparator, MeasureKind, Mode, Rule, Selector, Term, Tolerance, Value};
use crate::number::Exact;

/// A rule over variables, three-valued.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    Known(bool),
    /// Never decided.
    Unknown,
    Holds(usize),
    /// The variable lies at this cut or beyond.
    Beyond(usize, Cut),
    OneOf(usize, BTreeSet<String>),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
    Count {
        of: Vec<Formula>,
        low: Option<u32>,
        high: Option<u32>,
    },
    Choose(Box<[Formula; 3]>),
    /// Rows of a table: whether a person belongs to one, and what then is asked.
    Rows(Vec<(Formula, Formula)>),
}

impl Formula {
    fn not(self) -> Self {
        match self {
            Formula::Known(value) => Formula::Known(!value),
            Formula::Not(of) => *of,
            other => Formula::Not(Box::new(other)),
        }
    }

    /// The variables in it.
    pub fn variables(&self, found: &mut Vec<usize>) {
        match self {
            Formula::Known(_) | Formula::Unknown => {}
            Formula::Holds(variable) | Formula::Beyond(variable, _) | Formula::OneOf(variable, _) => {
                found.push(*variable);
            }
            Formula::Not(of) => of.variables(found),
            Formula::All(of) | Formula::Any(of) | Formula::Count { of, .. } => {
                of.iter().for_each(|part| part.variables(found));
            }
            Formula::Choose(parts) => parts.iter().for_each(|part| part.variables(found)),
            Formula::Rows(rows) => {
                for (belongs, asked) in rows {
                    belongs.variables(found);
                    asked.variables(found);
                }
            }
        }
    }
}

/// Reads the rules of one decision of one trial.
pub(super) struct Reader<'s, 't> {
    pub space: &'s mut Space<'t>,
    pub side: usize,
    pub decision: &'t str,
    /// The arm for which a criterion is read that is limited to arms.
    pub arm: Option<&'t str>,
    pub person: Option<&'t str>,
}

impl<'t> Reader<'_, 't> {
    pub fn clause(&mut self, clause: &'t Clause) -> Formula {
        let whole = match &clause.rule {
            Rule::All { of } => return Formula::All(of.iter().map(|part| self.clause(part)).collect()),
            Rule::Any { of } => return Formula::Any(of.iter().map(|part| self.clause(part)).collect()),
            Rule::Not { of } => return self.clause(of).not(),
            Rule::Count { of, low, high } => {
                let of = of.iter().map(|part| self.clause(part)).collect();
                return Formula::Count { of, low: *low, high: *high };
            }
            Rule::Choose { condition, then, otherwise } => {
                let parts = [condition, then, otherwise].map(|part| self.clause(part));
                return Formula::Choose(Box::new(parts));
            }
            Rule::OfPerson { person, of } => {
                let around = self.person.replace(person);
                let formula = self.clause(of);
                self.person = around;
                return formula;
            }
            leaf => leaf,
        };
        let of = self.scope(clause);
        match whole {
            Rule::Compare { left, operator, right, unit } => {
                self.compare(left, *operator, right, unit.as_ref(), &of)
            }
            Rule::Between { value, low, high, unit } => {
                let low = self.compare(value, Comparator::AtLeast, low, unit.as_ref(), &of);
                let high = self.compare(value, Comparator::AtMost, high, unit.as_ref(), &of);
                match any_value(value) {
                    // One and the same value must lie between both.
                    true => self.opaque(clause, &of, &self.between_key(clause)),
                    false => Formula::All(vec![low, high]),
                }
            }
            Rule::Is { value, one_of } => self.is_one_of(clause, value, one_of, &of),
            Rule::Occurs { finding, mode, window } => {
                // A time that is not said is another one each time: T01 asks for it.
                let is_said = *mode == Mode::Ever || window.from.is_some() || window.to.is_some();
                let mode = if *mode == Mode::Ever { Mode::Present } else { *mode };
                let keys = self.keys();
                let key = format!("{of}occurs {mode:?} {} {}", keys.finding(finding), keys.window(window));
                let about = if is_said { About::Occurs { finding, mode, window } } else { About::Opaque };
                Formula::Holds(self.variable(key, Kind::Truth, about, &clause.text, &of))
            }
            Rule::Steady { measure, tolerance, reference } => {
                let (limit, unit) = match tolerance {
                    Tolerance::Percent { percent } => (percent, "%".to_owned()),
                    Tolerance::Absolute { number, unit } => (number, unit_key(unit.as_ref())),
                };
                let key = format!("{of}spread {reference:?} {} {unit}", self.keys().term(measure));
                let about = About::Steady { term: measure, tolerance };
                let (family, is_new) = self.space.family(&key);
                if is_new {
                    self.space.families[family].low = Some(Exact::zero());
                }
                let variable = self.variable(key, Kind::Ordered(family), about, &measure.text, &of);
                self.beyond(variable, limit, true).not()
            }
            Rule::Trend { measure, direction, values, apart } => {
                let apart = apart.as_ref().map(duration).unwrap_or_default();
                let measured = self.keys().term(measure);
                let key = format!("{of}opaque {direction:?} over {values} {apart} {measured}");
                Formula::Holds(self.variable(key, Kind::Truth, About::Opaque, &clause.text, &of))
            }
            Rule::Attested { key, verb, by, question } => {
                let asked = format!("{verb:?} {by} {question}");
                self.answer(key, &asked, question)
            }
            Rule::Text { key, .. } => self.answer(key, &clause.text, &clause.text),
            _ => Formula::Unknown,
        }
    }

    fn keys(&self) -> Keys<'_, 't> {
        Keys { space: self.space, side: self.side, decision: self.decision }
    }

    /// What a leaf is about besides the participant: another person, and the arm where an event does not happen in it.
    fn scope(&self, clause: &'t Clause) -> String {
        let person = self.person.map_or(String::new(), |person| format!("person {person}: "));
        let Some(arm) = self.arm else { return person };
        let trial = self.space.trials[self.side];
        if trial.events.values().all(|event| event.arms.is_empty()) {
            return person;
        }
        let mut mentions = Mentions::default();
        mentions.clause(clause);
        let is_elsewhere = |name: &&str| {
            trial
                .events
                .get(*name)
                .is_some_and(|event| !event.arms.is_empty() && !event.arms.iter().any(|one| one == arm))
        };
        if mentions.things.iter().any(is_elsewhere) { format!("{person}arm {arm}: ") } else { person }
    }

    fn variable(&mut self, key: String, kind: Kind, about: About<'t>, words: &str, of: &str) -> usize {
        let place = Place { side: self.side, decision: self.decision };
        self.space.variable(key, || Variable {
            kind,
            about,
            words: words.to_owned(),
            of: of.to_owned(),
            place,
        })
    }

    fn opaque(&mut self, clause: &'t Clause, of: &str, key: &str) -> Formula {
        let key = format!("{of}opaque {key}");
        Formula::Holds(self.variable(key, Kind::Truth, About::Opaque, &clause.text, of))
    }

    fn between_key(&self, clause: &'t Clause) -> String {
        let keys = self.keys();
        match &clause.rule {
            Rule::Between { value, low, high, unit } => format!(
                "{} in {} to {}{}",
                keys.term(value),
                keys.term(low),
                keys.term(high),
                unit_key(unit.as_ref())
            ),
            _ => clause.text.clone(),
        }
    }

    fn answer(&mut self, key: &'t str, asked: &str, words: &str) -> Formula {
        let question = self.space.question(self.side, key, asked);
        let mut keys = [None, None];
        keys[self.side.min(1)] = Some(key);
        let variable = self.variable(question, Kind::Truth, About::Answer { keys }, words, "");
        if let About::Answer { keys } = &mut self.space.variables[variable].about {
            keys[self.side.min(1)].get_or_insert(key);
        }
        Formula::Holds(variable)
    }

    // ---- coded values ------------------------------------------------------------------------------------

    fn is_one_of(&mut self, clause: &'t Clause, value: &'t Term, one_of: &'t [String], of: &str) -> Formula {
        let wanted: BTreeSet<String> = one_of.iter().map(|one| one.to_lowercase()).collect();
        match &value.value {
            Value::Attribute { name } => self.attribute(name, wanted, of),
            Value::Measured { window, .. } if is_many_days(window) => {
                let key = format!("{} is {wanted:?}", self.keys().term(value));
                self.opaque(clause, of, &key)
            }
            Value::Measured { measure, select, window } => {
                let kind = self.space.trials[self.side].measures.get(measure).map(|measure| &measure.kind);
                match (kind, select) {
                    (Some(MeasureKind::Coded { levels, .. }), Selector::Any | Selector::Every) => {
                        let all: BTreeSet<String> =
                            levels.iter().map(|level| level.value.to_lowercase()).collect();
                        // Every value is one of these where none is one of the others.
                        let is_every = *select == Selector::Every;
                        let asked: BTreeSet<String> =
                            if is_every { all.difference(&wanted).cloned().collect() } else { wanted };
                        let keys = self.keys();
                        let key = format!("some {} {} is {asked:?}", keys.name(measure), keys.window(window));
                        let found = self.opaque(clause, of, &key);
                        if is_every { found.not() } else { found }
                    }
                    (Some(MeasureKind::Coded { levels, .. }), _) => {
                        let levels: Vec<String> =
                            levels.iter().map(|level| level.value.to_lowercase()).collect();
                        let key = format!("{of}{}", self.keys().term(value));
                        let about = About::Measured { measure, select: *select, window };
                        let kind = Kind::Coded { levels, open: false };
                        let variable = self.variable(key, kind, about, &value.text, of);
                        Formula::OneOf(variable, wanted)
                    }
                    (Some(MeasureKind::Score { .. }), Selector::Latest | Selector::Earliest) => {
                        let scores = one_of.iter().filter_map(|one| one.parse::<Exact>().ok());
                        let each = scores.map(|score| {
                            self.measured(
                                (measure, *select, window),
                                Comparator::Equal,
                                &score,
                                &value.text,
                                of,
                            )
                        });
                        Formula::Any(each.collect())
                    }
                    _ => {
                        let key = format!("{} is {wanted:?}", self.keys().term(value));
                        self.opaque(clause, of, &key)
                    }
                }
            }
            _ => Formula::Unknown,
        }
    }

    fn attribute(&mut self, name: &'t str, wanted: BTreeSet<String>, of: &str) -> Formula {
        if let ("arm", Some(arm)) = (name, self.arm) {
            return Formula::Known(wanted.contains(&arm.to_lowercase()));
        }
        let (levels, open) = match name {
            "sex" => (vec!["female".to_owned(), "male".to_owned()], false),
            _ => (wanted.iter().cloned().collect(), true),
        };
        let of = if self.person.is_some() { of } else { "" };
        let kind = Kind::Coded { levels, open };
        let variable =
            self.variable(format!("{of}attribute {name}"), kind, About::Attribute { name }, name, of);
        if let Kind::Coded { levels, open: true } = &mut self.space.variables[variable].kind {
            for one in &wanted {
                if !levels.contains(one) {
                    levels.push(one.clone());
                }
            }
        }
        Formula::OneOf(variable, wanted)
    }
}
