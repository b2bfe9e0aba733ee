//! Values over time: changes and areas.

use super::Evaluator;
use super::amount::{Amount, NotComputed, Scale};
use super::bind::{Bound, Need, Scope};
use super::moment::Days;
use super::series::of_bound;
use super::term::{Found, Lookup, both};
use crate::eligibility::evidence::{Missing, MissingKind};
use crate::model::{ArithmeticOperator, Moment};
use crate::number::Exact;
use crate::time::days_between;
use crate::units;

impl<'a> Evaluator<'a> {
    pub(super) fn change(
        &self,
        relative: bool,
        measure: &'a str,
        from: &'a Moment,
        to: &'a Moment,
        scope: &Scope<'a>,
    ) -> Lookup<'a> {
        let value = |moment: &'a Moment| -> Lookup<'a> {
            let bound = scope.find(&Need::At { measure, moment }).cloned();
            let at = self.at(moment, scope);
            let days = Days {
                from: Some(at.range),
                to: Some(at.range),
                text: "",
                missing: at.missing,
                is_never: at.is_never,
                is_backward: false,
            };
            let bound = bound.unwrap_or_else(|| Bound::Missing(self.no_value(measure, &days)));
            let (amount, evidence) =
                of_bound(self, measure, &bound, None).map_err(|missing| vec![missing])?;
            let amount = self.in_own_unit(measure, amount).map_err(|missing| vec![missing])?;
            Ok(Found { evidence, of: Some(measure), ..Found::of(amount) })
        };
        let (first, last) = both(value(from), value(to))?;
        let not = |error: NotComputed| {
            vec![Missing::new(
                MissingKind::Rule,
                measure,
                error.0,
                format!("look at the values of `{measure}`"),
            )]
        };
        let mut change = last.amount.compute(ArithmeticOperator::Subtract, &first.amount).map_err(not)?;
        if relative {
            let share = change.compute(ArithmeticOperator::Divide, &first.amount).map_err(not)?;
            let share =
                share.to(None, &units::Analyte::default()).map_err(not)?.amount.scaled(&Exact::from(100));
            let percent = self.rule_unit(measure, "%").map_err(|missing| vec![missing])?;
            change = Amount { scale: Scale::Unit(percent), ..share };
        } else {
            change.is_difference = true;
        }
        let evidence = first.evidence.into_iter().chain(last.evidence).collect();
        Ok(Found { amount: change, evidence, lacking: Vec::new(), of: (!relative).then_some(measure) })
    }

    /// The area under the straight lines between the values, in the measure's unit times days.
    pub(super) fn area(
        &self,
        measure: &'a str,
        from: &'a Moment,
        to: &'a Moment,
        scope: &Scope<'a>,
    ) -> Lookup<'a> {
        let (from, to) = (self.at(from, scope), self.at(to, scope));
        let missing: Vec<Missing> = from.missing.into_iter().chain(to.missing).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let days = Days {
            from: Some(from.range),
            to: Some(to.range),
            text: "",
            missing: Vec::new(),
            is_never: false,
            is_backward: false,
        };
        let mut values = self.recorded_series(measure, &days, scope);
        values.sort_by_key(|value| value.on);
        let words = self.measure_label(measure);
        let not = |why: String| {
            vec![Missing::new(
                MissingKind::Value,
                measure,
                why,
                format!("record the values of {words} with their dates"),
            )]
        };
        if values.len() < 2 {
            return Err(not(format!(
                "the area under {words} needs two values or more, and {} is recorded",
                values.len()
            )));
        }
        let mut points = Vec::new();
        let mut evidence = Vec::new();
        for value in &values {
            let Some(day) = value.on.day().filter(|_| value.is_sure) else {
                return Err(not(format!(
                    "a value of {words} is dated {}, which is not enough for an area",
                    value.on
                )));
            };
            let (amount, shown) =
                self.common_amount(measure, &value.value, &days).map_err(|missing| vec![missing])?;
            evidence.extend(shown);
            points.push((day, amount));
        }
        let broken = |error: NotComputed| not(error.0);
        let mut area: Option<Amount> = None;
        for pair in points.windows(2) {
            let width = Amount::exact(
                days_between(pair[0].0, pair[1].0).into(),
                Scale::Unit(self.rule_unit(measure, "d").map_err(|missing| vec![missing])?),
            );
            let sum = pair[0].1.compute(ArithmeticOperator::Add, &pair[1].1).map_err(broken)?;
            let half = sum.scaled(&Exact::ratio(1, 2).unwrap_or_else(Exact::one));
            let part = half.compute(ArithmeticOperator::Multiply, &width).map_err(broken)?;
            area = Some(match area {
                None => part,
                Some(area) => area.compute(ArithmeticOperator::Add, &part).map_err(broken)?,
            });
        }
        let amount = area.unwrap_or_else(|| Amount::number(Exact::zero()));
        Ok(Found { amount, evidence, lacking: Vec::new(), of: None })
    }
}
