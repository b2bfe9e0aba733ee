//! The values of a measure that lie in a window, each surely or perhaps.

use super::amount::{Amount, Scale, is_plain};
use super::bind::{Bound, Need, Scope};
use super::moment::Days;
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Evidence, Missing, MissingKind};
use crate::eligibility::record::{Measurement, RecordedValue};
use crate::model::{MeasureKind, Window};
use crate::time::DateRange;
use crate::units::{self, Unit};

/// A value and its day.
#[derive(Clone, Debug)]
pub(super) struct Dated<'a> {
    pub on: DateRange,
    /// It surely lies in the window.
    pub is_sure: bool,
    pub value: Bound<'a>,
}

impl<'a> Evaluator<'a> {
    /// The values of a measure in the window, in the order of the record.
    pub(super) fn series(
        &self,
        measure: &'a str,
        window: &'a Window,
        scope: &Scope<'a>,
    ) -> (Vec<Dated<'a>>, Days<'a>) {
        let days = self.days(window, scope);
        let values = match self.formula_of(measure, scope) {
            Some(formula) => self.computed_series(measure, formula, &days, scope),
            None => self.recorded_series(measure, &days, scope),
        };
        (values, days)
    }

    pub(super) fn recorded_series(
        &self,
        measure: &'a str,
        days: &Days<'_>,
        scope: &Scope<'a>,
    ) -> Vec<Dated<'a>> {
        let declared = self.document.measures.get(measure);
        let state = declared.and_then(|measure| measure.state.as_deref());
        let specimen = declared.and_then(|measure| measure.specimen.as_deref());
        let agrees = |declared: Option<&str>, recorded: Option<&str>| match (declared, recorded) {
            (Some(declared), Some(recorded)) => declared.eq_ignore_ascii_case(recorded.trim()),
            _ => true,
        };
        let results = scope.person.results(measure).iter();
        let fitting = results.filter(|result| {
            agrees(state, result.state.as_deref()) && agrees(specimen, result.specimen.as_deref())
        });
        let dated = fitting.filter_map(|result| match days.hold(result.on) {
            Truth::False => None,
            truth => {
                Some(Dated { on: result.on, is_sure: truth == Truth::True, value: Bound::Result(result) })
            }
        });
        dated.collect()
    }

    pub(super) fn no_value(&self, measure: &'a str, days: &Days<'_>) -> Missing {
        let words = self.measure_label(measure);
        let when = days.in_words();
        let when = if when.is_empty() { String::new() } else { format!(" {when}") };
        let mut missing = match days.missing.first() {
            Some(anchor) => {
                let ask = format!("{}; then a value of {words}{when} is needed", anchor.ask);
                Missing::new(MissingKind::Event, &anchor.item, anchor.why.clone(), ask)
            }
            None => {
                let why = format!("no value of {words} is recorded{when}");
                Missing::new(MissingKind::Value, measure, why, format!("record a value of {words}{when}"))
            }
        };
        missing.from = days.from.map(|from| from.earliest).filter(|from| *from != jiff::civil::Date::MIN);
        missing.by = days.to.map(|to| to.latest).filter(|to| *to != jiff::civil::Date::MAX);
        missing
    }

    pub(super) fn value_at(
        &self,
        measure: &'a str,
        moment: &'a crate::model::Moment,
        scope: &Scope<'a>,
    ) -> (Vec<Dated<'a>>, Days<'a>) {
        let at = self.at(moment, scope);
        let days = Days {
            from: Some(at.range),
            to: Some(at.range),
            text: "",
            missing: at.missing,
            is_never: at.is_never,
            is_backward: false,
        };
        // A visit that may fall on any of several days has its values on all of them.
        let wide = Days {
            from: Some(DateRange::exactly(at.range.earliest)),
            to: Some(DateRange::exactly(at.range.latest)),
            ..days.clone()
        };
        let is_visit = matches!(moment.of, crate::model::Anchor::Visit { .. });
        let days = if is_visit && days.missing.is_empty() { wide } else { days };
        let values = match self.formula_of(measure, scope) {
            Some(formula) => self.computed_series(measure, formula, &days, scope),
            None => self.recorded_series(measure, &days, scope),
        };
        (values, days)
    }

    /// The number of a recorded result, with the unit it was recorded in.
    pub(super) fn amount_of(&self, measure: &'a str, result: &Measurement) -> Result<Amount, Missing> {
        let declared = self.document.measures.get(measure);
        let not = |why: String| {
            Missing::new(
                MissingKind::Unreadable,
                measure,
                why,
                format!("record the number of {}", self.measure_label(measure)),
            )
        };
        let (low, high) = match &result.value {
            RecordedValue::Number(number) => (Some(number.clone()), Some(number.clone())),
            RecordedValue::Below(number) => (None, Some(number.clone())),
            RecordedValue::Above(number) => (Some(number.clone()), None),
            RecordedValue::Unknown(why) => return Err(self.unreadable(measure, result.on, why.as_deref())),
            RecordedValue::Level(text) => {
                return Err(not(format!("`{text}` is not a number ({})", self.measure_label(measure))));
            }
        };
        if let Some(MeasureKind::Score { low: least, high: most, .. }) = declared.map(|measure| &measure.kind)
            && let RecordedValue::Number(number) = &result.value
            && number.to_i64().is_none_or(|number| number < *least || number > *most)
        {
            return Err(not(format!(
                "{} goes from {least} to {most}, and {number} is recorded",
                self.measure_label(measure)
            )));
        }
        Ok(Amount::between(low, high, self.scale_of_result(measure, result.unit.as_deref())))
    }

    /// A result that is there, and of which nobody knows the value.
    pub(super) fn unreadable(&self, measure: &'a str, on: DateRange, why: Option<&str>) -> Missing {
        let words = self.measure_label(measure);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let why = format!("a result of {words} is recorded on {on}, and its value is not known{why}");
        Missing::new(MissingKind::Unreadable, measure, why, format!("record the value of {words} on {on}"))
    }

    /// What a number recorded of a measure in this unit counts.
    pub(crate) fn scale_of_result(&self, measure: &'a str, unit: Option<&str>) -> Scale {
        let declared = self.document.measures.get(measure);
        let own = declared.and_then(|measure| measure.quantity()).and_then(|quantity| quantity.unit.as_ref());
        let expects_unit = own.is_some_and(|own| match self.known_unit(&own.ucum) {
            Ok(own) => !is_plain(&own) && own.code() != "1",
            Err(_) => true,
        });
        self.recorded_scale(measure, unit, expects_unit)
    }

    pub(super) fn recorded_scale(&self, measure: &'a str, unit: Option<&str>, expects_unit: bool) -> Scale {
        let words = self.measure_label(measure);
        match unit.map(str::trim).filter(|unit| !unit.is_empty()) {
            None if expects_unit => {
                Scale::Unknown { why: format!("the value of {words} is recorded without a unit") }
            }
            None => Scale::Number,
            Some(written) => match self.known_unit(written) {
                Ok(unit) => Scale::Unit(unit),
                Err(reason) => Scale::Unknown {
                    why: format!("`{written}`, the unit recorded with {words}, is not a unit: {reason}"),
                },
            },
        }
    }

    pub(super) fn known_unit(&self, written: &str) -> Result<Unit, String> {
        units::parse(written).map_err(|error| error.message)
    }
}

/// The evidence and the amount of a bound value.
pub(super) fn of_bound<'a>(
    evaluator: &Evaluator<'a>,
    measure: &'a str,
    bound: &Bound<'a>,
    days: Option<&Days<'_>>,
) -> Result<(Amount, Vec<Evidence>), Missing> {
    match bound {
        Bound::Result(result) => {
            Ok((evaluator.amount_of(measure, result)?, vec![evaluator.result_shown(measure, result, days)]))
        }
        Bound::Computed { amount, evidence, .. } => Ok((amount.clone(), evidence.clone())),
        Bound::Missing(missing) => Err(missing.clone()),
        Bound::Day(_) => {
            Err(Missing::new(MissingKind::Rule, measure, "a day is no value", "repair the rule"))
        }
    }
}

impl<'a> Scope<'a> {
    /// The result that a comparison uses for this measure, whichever term chose it.
    pub fn result_of(&self, measure: &str) -> Option<&Bound<'a>> {
        self.bound.iter().rev().find_map(|(need, bound)| match need {
            Need::Measure { measure: one, .. } | Need::At { measure: one, .. } if *one == measure => {
                Some(bound)
            }
            _ => None,
        })
    }
}
