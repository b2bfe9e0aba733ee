//! Comparisons of results.

use super::{Cases, Compiler, Leaf, Tree, gate_of, take_of};
use crate::eligibility::{Amount, Scale};
use crate::model::{Comparator, MeasureKind, Selector, Term, UnitRef, Value, Window};
use crate::number::Exact;
use crate::population::evaluate::gate::Affine;
use crate::population::evaluate::results::{Levels, Limits, Middle, Normal, Reading, Test};

/// Numbers that are looked up once where numbers are levels.
const LEVEL_NUMBERS: usize = 101;

impl<'a> Compiler<'a, '_> {
    pub(super) fn formula_of(&self, measure: &str) -> Option<&'a Term> {
        match self.parts.measure(measure)? {
            MeasureKind::Quantity(quantity) => quantity.formula_of.as_deref(),
            _ => None,
        }
    }

    pub(super) fn score(&self, measure: &str) -> Option<(f64, f64)> {
        match self.parts.measure(measure)? {
            // Scores are small whole numbers.
            MeasureKind::Score { low, high, .. } => Some((*low as f64, *high as f64)),
            _ => None,
        }
    }

    fn units(&self) -> Vec<Option<&str>> {
        std::iter::once(None).chain(self.population.units.iter().map(|unit| Some(unit.as_str()))).collect()
    }

    /// The scale of numbers in the measure's own unit.
    pub(super) fn own_scale(&self, measure: &str) -> Option<Scale> {
        let unit = match self.parts.measure(measure)? {
            MeasureKind::Quantity(quantity) => quantity.unit.as_ref().map(|unit| unit.ucum.as_str()),
            _ => None,
        };
        let one = Amount::exact(Exact::one(), self.parts.scale(measure, unit));
        Some(self.parts.in_own_unit(measure, one)?.scale)
    }

    /// How numbers in each unit come into the measure's own.
    pub(super) fn own_readings(&self, measure: &str) -> Vec<Reading<Affine>> {
        let own = self.own_scale(measure);
        let readings = self.units().into_iter().map(|unit| {
            let scale = self.parts.scale(measure, unit);
            let convert =
                |number: Exact| self.parts.in_own_unit(measure, Amount::exact(number, scale.clone()));
            let Some(one) = convert(Exact::one()) else {
                return if convert(Exact::zero()).is_none() { Reading::Unknown } else { Reading::ByRecord };
            };
            match Affine::of(convert) {
                Some(line) if own.as_ref() == Some(&one.scale) => Reading::Read(line),
                _ => Reading::ByRecord,
            }
        });
        readings.collect()
    }

    pub(super) fn measured(
        &mut self,
        measure: &'a str,
        select: Selector,
        window: &'a Window,
        tests: &[(Comparator, &'a Term)],
        unit: Option<&'a UnitRef>,
    ) -> Option<Tree> {
        let is_equation =
            tests.iter().any(|(one, _)| matches!(one, Comparator::Equal | Comparator::NotEqual));
        let is_extreme = matches!(select, Selector::Highest | Selector::Lowest);
        if is_extreme && is_equation {
            return None;
        }
        let slot = match self.slot(measure, window, take_of(select))? {
            Ok(slot) => slot,
            Err(known) => return Some(Tree::Known(known)),
        };
        let cases = self.cases(tests, None)?;
        let is_middle = matches!(select, Selector::Mean | Selector::Median);
        let own = (is_middle || is_extreme).then(|| self.own_readings(measure));
        let mut readings = Vec::new();
        for (at, unit_recorded) in self.units().into_iter().enumerate() {
            let scale = self.parts.scale(measure, unit_recorded);
            let gates = cases.amounts.iter().map(|limits| match limits {
                Some(limits) => self.gates(Some(measure), &scale, tests, limits, unit, gate_of),
                None => Some(None),
            });
            let reading = match gates.collect::<Option<Vec<_>>>() {
                Some(gates) if gates.iter().all(Option::is_none) => Reading::Unknown,
                Some(gates) => Reading::Read(gates),
                None => Reading::ByRecord,
            };
            readings.push(match own.as_ref().map(|own| &own[at]) {
                Some(Reading::Unknown) => Reading::Unknown,
                Some(Reading::ByRecord) => Reading::ByRecord,
                Some(Reading::Read(_)) | None => reading,
            });
        }
        let middle = match own.filter(|_| is_middle) {
            None => None,
            Some(own) => Some(self.middle(measure, own, &cases, tests, unit)?),
        };
        let limits = Limits {
            select,
            operators: tests.iter().map(|(operator, _)| *operator).collect(),
            score: self.score(measure),
            case_of: cases.case_of,
            readings,
            middle,
        };
        Some(self.leaf(Leaf::Limits(slot, limits)))
    }

    fn middle(
        &self,
        measure: &str,
        own: Vec<Reading<Affine>>,
        cases: &Cases,
        tests: &[(Comparator, &Term)],
        unit: Option<&UnitRef>,
    ) -> Option<Middle> {
        let scale = self.own_scale(measure)?;
        let tests = cases.amounts.iter().map(|limits| match limits {
            Some(limits) => self.gates(Some(measure), &scale, tests, limits, unit, Test::of),
            None => Some(None),
        });
        let tests = tests.collect::<Option<Vec<_>>>()?;
        let readings = own.into_iter().map(|reading| match reading {
            Reading::Read(line) => {
                let (slope, offset) = (line.slope.to_f64(), line.offset.to_f64());
                Reading::Read((line, slope, offset))
            }
            Reading::Unknown => Reading::Unknown,
            Reading::ByRecord => Reading::ByRecord,
        });
        Some(Middle { readings: readings.collect(), tests })
    }

    /// Against the limits of normal of the same result; `None` where this is another comparison.
    pub(super) fn normal(
        &mut self,
        value: &'a Term,
        tests: &[(Comparator, &'a Term)],
    ) -> Option<Option<Tree>> {
        let Value::Measured { measure, select, window } = &value.value else { return None };
        let of_test = |(operator, limit): &(Comparator, &'a Term)| match &limit.value {
            Value::Limit { factor, limit, measure: of } if of == measure => {
                Some((*operator, factor.clone(), *limit))
            }
            _ => None,
        };
        let tests: Vec<_> = tests.iter().map(of_test).collect::<Option<_>>()?;
        let is_single = matches!(
            select,
            Selector::Latest
                | Selector::Earliest
                | Selector::Any
                | Selector::Every
                | Selector::Consecutive(_)
        );
        let is_rising = tests.iter().all(|(_, factor, _)| !factor.is_negative() && !factor.is_zero());
        if !is_single || !is_rising || self.formula_of(measure).is_some() {
            return Some(None);
        }
        let slot = match self.slot(measure, window, take_of(*select)) {
            Some(Ok(slot)) => slot,
            Some(Err(known)) => return Some(Some(Tree::Known(known))),
            None => return Some(None),
        };
        let normal = Normal { select: *select, score: self.score(measure), tests };
        Some(Some(self.leaf(Leaf::Normal(slot, normal))))
    }

    pub(super) fn level(&mut self, value: &'a Term, one_of: &'a [String]) -> Option<Tree> {
        let Value::Measured { measure, select, window } = &value.value else { return None };
        let is_single = matches!(
            select,
            Selector::Latest
                | Selector::Earliest
                | Selector::Any
                | Selector::Every
                | Selector::Consecutive(_)
        );
        if !is_single || self.formula_of(measure).is_some() {
            return None;
        }
        let slot = match self.slot(measure, window, take_of(*select))? {
            Ok(slot) => slot,
            Err(known) => return Some(Tree::Known(known)),
        };
        let is_level = |word: &str| self.parts.is_level(measure, word, one_of);
        let levels = Levels {
            select: *select,
            said: self.population.levels.iter().map(|word| is_level(word)).collect(),
            numbers: (0..LEVEL_NUMBERS).map(|number| is_level(&number.to_string())).collect(),
        };
        Some(self.leaf(Leaf::Levels(slot, levels)))
    }
}
