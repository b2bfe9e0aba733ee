//! From a criterion to a plan: what is the same for everybody is asked of the evaluator once.

mod findings;
mod formulas;
mod results;

use super::classes::{is_common, is_of_class};
use super::days::Span;
use super::formula::Computed;
use super::gate::{Affine, Gate};
use super::happenings::Sought;
use super::results::{Levels, Limits, Normal, Slot, Take};
use crate::eligibility::{Amount, Parts, Record, Scale, Truth, duration_in};
use crate::model::{
    Anchor, Clause, Comparator, Mode, Moment, Offset, Rule, Selector, Term, TimeUnit, UnitRef, Value, Window,
};
use crate::number::Exact;
use crate::population::tables::Population;
use crate::time::DateRange;

/// A criterion: connectives over leaves.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Known(Truth),
    Leaf(usize),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Count(Vec<Tree>, Option<u32>, Option<u32>),
    Choose(Box<[Tree; 3]>),
}

/// Something that is asked of each person.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    /// By class of person.
    Class(Vec<Truth>),
    Limits(usize, Limits),
    Normal(usize, Normal),
    Levels(usize, Levels),
    Computed(Computed),
    Occurs(Sought, Mode, Span),
    Count(Sought, Mode, Span, ByCase),
    Lasting(Lasting),
}

/// Comparisons of whole numbers with limits that depend on sex and age alone.
#[derive(Clone, Debug)]
pub(super) struct ByCase {
    pub case_of: Vec<u16>,
    pub gates: Vec<Option<Vec<Gate>>>,
}

/// Completed units of time from or to the onset of a finding.
#[derive(Clone, Debug)]
pub(super) struct Lasting {
    pub sought: Sought,
    pub unit: TimeUnit,
    pub of: LastingOf,
    pub tests: ByCase,
}

#[derive(Clone, Debug)]
pub(super) enum LastingOf {
    /// From birth to the onset, moved by this.
    Age(Option<Offset>),
    /// From the onset to this day.
    Duration(DateRange),
}

pub(super) struct Compiler<'a, 'r> {
    pub parts: Parts<'a>,
    pub population: &'r Population,
    pub representatives: &'r [Record],
    pub slots: &'r mut Vec<Slot>,
    pub leaves: &'r mut Vec<Leaf>,
}

/// Limits of a comparison: a case for each class of person, and the amounts of each case; absent where they cannot be
/// said.
struct Cases {
    case_of: Vec<u16>,
    amounts: Vec<Option<Vec<Amount>>>,
}

impl<'a> Compiler<'a, '_> {
    /// `None` where the criterion holds something that only a record can tell.
    pub fn tree(&mut self, clause: &'a Clause) -> Option<Tree> {
        let mut each = |of: &'a [Clause]| of.iter().map(|part| self.tree(part)).collect::<Option<Vec<_>>>();
        Some(match &clause.rule {
            Rule::All { of } => Tree::All(each(of)?),
            Rule::Any { of } => Tree::Any(each(of)?),
            Rule::Count { of, low, high } => Tree::Count(each(of)?, *low, *high),
            Rule::Not { of } => Tree::Not(Box::new(self.tree(of)?)),
            Rule::Choose { condition, then, otherwise } => {
                Tree::Choose(Box::new([self.tree(condition)?, self.tree(then)?, self.tree(otherwise)?]))
            }
            Rule::Attested { .. } | Rule::Text { .. } => {
                Tree::Known(self.parts.truth(clause, &self.population.everybody))
            }
            Rule::OfPerson { person, .. } => {
                if self.population.everybody.persons.contains_key(person) {
                    return None;
                }
                Tree::Known(Truth::Unknown)
            }
            Rule::Compare { left, operator, right, unit } => {
                let unit = unit.as_ref();
                if is_of_class(left) && is_of_class(right) {
                    self.of_class(clause)
                } else if is_of_class(left) {
                    // The same said the other way round; without a unit it is the left side that gives it.
                    unit?;
                    self.compared(right, &[(flipped(*operator), left)], unit)?
                } else {
                    self.compared(left, &[(*operator, right)], unit)?
                }
            }
            Rule::Between { value, low, high, unit } => {
                if [value, low, high].into_iter().all(is_of_class) {
                    self.of_class(clause)
                } else {
                    let tests = [(Comparator::AtLeast, low), (Comparator::AtMost, high)];
                    self.compared(value, &tests, unit.as_ref())?
                }
            }
            Rule::Is { value, .. } if is_of_class(value) => self.of_class(clause),
            Rule::Is { value, one_of } => self.level(value, one_of)?,
            Rule::Occurs { finding, mode, window } => {
                let span = self.span(window)?;
                let sought = self.sought(finding)?;
                self.leaf(Leaf::Occurs(sought, *mode, span))
            }
            Rule::Steady { .. } | Rule::Trend { .. } => return None,
        })
    }

    fn leaf(&mut self, leaf: Leaf) -> Tree {
        self.leaves.push(leaf);
        Tree::Leaf(self.leaves.len() - 1)
    }

    /// What depends on sex and age alone.
    fn of_class(&mut self, clause: &'a Clause) -> Tree {
        let truths = self.representatives.iter().map(|one| self.parts.truth(clause, one));
        let truths: Vec<Truth> = truths.collect();
        match truths.first() {
            Some(first) if truths.iter().all(|one| one == first) => Tree::Known(*first),
            _ => self.leaf(Leaf::Class(truths)),
        }
    }

    fn compared(
        &mut self,
        value: &'a Term,
        tests: &[(Comparator, &'a Term)],
        unit: Option<&'a UnitRef>,
    ) -> Option<Tree> {
        if let Some(normal) = self.normal(value, tests) {
            return normal;
        }
        if !tests.iter().all(|(_, limit)| is_of_class(limit)) {
            return None;
        }
        match &value.value {
            Value::Measured { measure, select, window } if self.formula_of(measure).is_none() => {
                self.measured(measure, *select, window, tests, unit)
            }
            Value::Count { finding, mode, window } => {
                let span = self.span(window)?;
                let sought = self.sought(finding)?;
                let tests = self.whole_numbers(&Scale::Number, None, tests, unit)?;
                Some(self.leaf(Leaf::Count(sought, *mode, span, tests)))
            }
            Value::Age { at: Moment { of: Anchor::Onset { finding }, offset }, unit: time } => {
                self.lasting(finding, *time, LastingOf::Age(offset.clone()), tests, unit)
            }
            Value::DurationOf { finding, at, unit: time } => {
                if !is_common(at) {
                    return None;
                }
                match self.parts.moment(at, &self.population.everybody) {
                    Some(at) => self.lasting(finding, *time, LastingOf::Duration(at), tests, unit),
                    None => Some(Tree::Known(Truth::Unknown)),
                }
            }
            _ => self.computed(value, tests, unit),
        }
    }

    // ---- windows and limits ----------------------------------------------------------------------

    fn span(&self, window: &Window) -> Option<Span> {
        let is_known = [&window.from, &window.to].into_iter().flatten().all(is_common);
        is_known.then(|| Span::of(self.parts.window(window, &self.population.everybody)))
    }

    /// The slot of a measure in a window; `Err` where no result ever surely lies in it.
    fn slot(&mut self, measure: &str, window: &Window, take: Take) -> Option<Result<usize, Truth>> {
        let span = self.span(window)?;
        if span.is_empty() || span.is_loose() {
            return Some(Err(Truth::Unknown));
        }
        if !span.is_exact() {
            return None;
        }
        let Some(measure) = self.places_of(measure).first().copied() else {
            return Some(Err(Truth::Unknown));
        };
        let slot = Slot { measure, from: span.from.earliest, to: span.to.latest, take };
        let place = self.slots.iter().position(|one| *one == slot).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        });
        Some(Ok(place))
    }

    /// Places of a measure among those of the tables.
    fn places_of(&self, measure: &str) -> Vec<u16> {
        let is_it = |name: &String| self.parts.find_measure(name) == Some(measure);
        (0u16..).zip(&self.population.measures).filter(|(_, name)| is_it(name)).map(|(at, _)| at).collect()
    }

    fn cases(&self, tests: &[(Comparator, &Term)], time: Option<TimeUnit>) -> Option<Cases> {
        let amounts_of = |record: &Record| -> Option<Vec<Amount>> {
            let amounts = tests.iter().map(|(_, limit)| match (&limit.value, time) {
                (Value::Span { duration }, Some(unit)) => {
                    Some(Amount::exact(duration_in(duration, unit)?, Scale::Time(unit)))
                }
                _ => self.parts.value(limit, record),
            });
            amounts.collect()
        };
        let is_one =
            tests.iter().all(|(_, limit)| matches!(limit.value, Value::Constant { .. } | Value::Span { .. }));
        if is_one {
            let amounts = vec![amounts_of(&self.population.everybody)];
            return Some(Cases { case_of: vec![0], amounts });
        }
        let mut cases = Cases { case_of: Vec::new(), amounts: Vec::new() };
        for record in self.representatives {
            let amounts = amounts_of(record);
            let case = cases.amounts.iter().position(|one| *one == amounts).unwrap_or_else(|| {
                cases.amounts.push(amounts);
                cases.amounts.len() - 1
            });
            cases.case_of.push(u16::try_from(case).ok()?);
        }
        Some(cases)
    }

    /// The gates of numbers on a scale; `Some(None)` where they do not convert, `None` where only a record can tell.
    fn gates<T>(
        &self,
        of: Option<&str>,
        scale: &Scale,
        tests: &[(Comparator, &Term)],
        limits: &[Amount],
        unit: Option<&UnitRef>,
        gate: impl Fn(Comparator, Option<Exact>, Option<Exact>) -> Option<T>,
    ) -> Option<Option<Vec<T>>> {
        let compared =
            |number: Exact| self.parts.in_one_unit(of, &Amount::exact(number, scale.clone()), limits, unit);
        let Some((_, limits)) = compared(Exact::one()) else {
            return if compared(Exact::zero()).is_none() { Some(None) } else { None };
        };
        let line = Affine::of(|number| Some(compared(number)?.0))?;
        let back = |end: &Option<Exact>| match end {
            Some(end) => line.invert(end).map(Some),
            None => Some(None),
        };
        let gates = tests
            .iter()
            .zip(&limits)
            .map(|((operator, _), limit)| gate(*operator, back(&limit.low)?, back(&limit.high)?));
        gates.collect::<Option<Vec<T>>>().map(Some)
    }

    fn whole_numbers(
        &self,
        scale: &Scale,
        time: Option<TimeUnit>,
        tests: &[(Comparator, &Term)],
        unit: Option<&UnitRef>,
    ) -> Option<ByCase> {
        let cases = self.cases(tests, time)?;
        let gates = cases.amounts.iter().map(|limits| match limits {
            Some(limits) => self.gates(None, scale, tests, limits, unit, gate_of),
            None => Some(None),
        });
        Some(ByCase { gates: gates.collect::<Option<Vec<_>>>()?, case_of: cases.case_of })
    }
}

fn gate_of(operator: Comparator, low: Option<Exact>, high: Option<Exact>) -> Option<Gate> {
    Gate::of(operator, low.as_ref(), high.as_ref())
}

fn take_of(select: Selector) -> Take {
    match select {
        Selector::Latest => Take::Latest,
        Selector::Earliest => Take::Earliest,
        _ => Take::All,
    }
}

fn flipped(operator: Comparator) -> Comparator {
    match operator {
        Comparator::Less => Comparator::Greater,
        Comparator::AtMost => Comparator::AtLeast,
        Comparator::AtLeast => Comparator::AtMost,
        Comparator::Greater => Comparator::Less,
        same => same,
    }
}
