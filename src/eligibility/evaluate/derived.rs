//! Derived quantities, computed from their leaves.

use super::bind::{Bound, Need, Scope};
use super::moment::Days;
use super::series::Dated;
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Missing, MissingKind};
use crate::eligibility::mentions::Mentions;
use crate::model::{MeasureKind, Selector, Term};
use crate::time::DateRange;

impl<'a> Evaluator<'a> {
    /// The formula of a derived quantity, unless the record only holds the quantity itself and lacks a leaf.
    pub(super) fn formula_of(&self, measure: &str, scope: &Scope<'a>) -> Option<&'a Term> {
        let MeasureKind::Quantity(quantity) = &self.document.measures.get(measure)?.kind else { return None };
        let formula = quantity.formula_of.as_deref()?;
        let is_recorded = !scope.person.results(measure).is_empty();
        if is_recorded && self.leaves(formula).iter().any(|leaf| scope.person.results(leaf).is_empty()) {
            return None;
        }
        Some(formula)
    }

    /// The formula, where each of its leaves is chosen by itself (the latest weight, the latest height).
    pub(super) fn formula_leaves(
        &self,
        measure: &str,
        select: Selector,
        scope: &Scope<'a>,
    ) -> Option<&'a Term> {
        matches!(select, Selector::Latest | Selector::Earliest)
            .then(|| self.formula_of(measure, scope))
            .flatten()
    }

    /// Measures at the bottom of a formula.
    fn leaves(&self, formula: &'a Term) -> Vec<&'a str> {
        let mut leaves = Vec::new();
        let mut pending = vec![formula];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(term) = pending.pop() {
            let mut mentions = Mentions::default();
            mentions.term(term);
            for measure in mentions.measures {
                if seen.contains(&measure) {
                    continue;
                }
                seen.push(measure);
                let kind = self.document.measures.get(measure).map(|measure| &measure.kind);
                match kind {
                    Some(MeasureKind::Quantity(quantity)) if quantity.formula_of.is_some() => {
                        pending.extend(quantity.formula_of.as_deref());
                    }
                    _ => leaves.push(measure),
                }
            }
        }
        leaves
    }

    /// The derived quantity on every day of the window on which all of its leaves were measured.
    pub(super) fn computed_series(
        &self,
        measure: &'a str,
        formula: &'a Term,
        days: &Days<'_>,
        scope: &Scope<'a>,
    ) -> Vec<Dated<'a>> {
        let leaves = self.leaves(formula);
        let mut dates: Vec<DateRange> = Vec::new();
        for leaf in &leaves {
            for result in scope.person.results(leaf) {
                if days.hold(result.on) != Truth::False && !dates.contains(&result.on) {
                    dates.push(result.on);
                }
            }
        }
        dates.sort_unstable();
        let (dates, others): (Vec<DateRange>, Vec<DateRange>) = dates.into_iter().partition(|date| {
            leaves.iter().all(|leaf| scope.person.results(leaf).iter().any(|one| one.on == *date))
        });
        // Days that are known in part may be one day: whether the quantity can be computed there is open.
        let meet = |a: &DateRange, b: &DateRange| a.earliest <= b.latest && b.earliest <= a.latest;
        let perhaps = others.into_iter().filter(|on| {
            !on.is_exact()
                && leaves.iter().all(|leaf| scope.person.results(leaf).iter().any(|one| meet(&one.on, on)))
        });
        let perhaps: Vec<Dated<'a>> = perhaps
            .map(|on| {
                let words = self.measure_label(measure);
                let why = format!(
                    "what {words} is computed from is dated {on}, and may have been measured on one day"
                );
                let ask = format!("complete the dates of what {words} is computed from");
                let value = Bound::Missing(Missing::new(MissingKind::Date, measure, why, ask));
                Dated { on, is_sure: false, value }
            })
            .collect();
        let dated = dates.into_iter().map(|on| {
            let inner = Scope { day: Some(on), leaf: None, ..scope.clone() };
            let inner = self.first_choice(formula, inner);
            let value = match self.term(formula, &inner) {
                Ok(found) => match self.in_own_unit(measure, found.amount) {
                    Ok(amount) => {
                        Bound::Computed { amount, evidence: found.evidence, lacking: found.lacking }
                    }
                    Err(missing) => Bound::Missing(missing),
                },
                Err(missing) => {
                    Bound::Missing(missing.into_iter().next().unwrap_or_else(|| self.no_value(measure, days)))
                }
            };
            Dated { on, is_sure: on.is_exact() && days.hold(on) == Truth::True, value }
        });
        // A leaf that was not measured then is no value; one that cannot be read is a value that nobody knows.
        let is_none = |dated: &Dated<'_>| matches!(&dated.value, Bound::Missing(missing) if missing.kind == MissingKind::Value);
        dated.filter(|dated| !is_none(dated)).chain(perhaps).collect()
    }

    /// Binds each leaf to its value of the day; ties are tried like all others.
    fn first_choice(&self, formula: &'a Term, mut scope: Scope<'a>) -> Scope<'a> {
        let mut needs = Vec::new();
        self.needs(formula, &scope, &mut needs);
        for need in needs {
            if let Need::Measure { measure, window, .. } = &need {
                let (values, days) = self.series(measure, window, &scope);
                let bound = self
                    .one_of_day(measure, "value", values)
                    .unwrap_or_else(|| Bound::Missing(self.no_value(measure, &days)));
                scope.bound.push((need, bound));
            }
        }
        scope
    }
}
