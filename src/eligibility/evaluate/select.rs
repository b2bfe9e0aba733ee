//! Latest, highest, mean: which values of a window a comparison is about.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Evaluator;
use super::amount::{Amount, Converted};
use super::bind::{Bound, Need, Offer, Scope};
use super::moment::Days;
use super::series::{Dated, of_bound};
use crate::eligibility::evidence::{Evidence, Missing, MissingKind, Tie};
use crate::eligibility::record::Measurement;
use crate::model::{MeasureKind, Moment, Occurrence, Selector, Window};
use crate::number::Exact;
use crate::units::Analyte;

/// At which end of a window a value is looked for.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// Beyond so many results of one day, which of them are among the last few is left open.
const MOST_TIED: usize = 8;

impl<'a> Evaluator<'a> {
    /// What the record offers for a need.
    pub(super) fn offer(&self, need: &Need<'a>, scope: &Scope<'a>) -> Offer<'a> {
        match need {
            Need::Measure { measure, select, window } => self.offer_measure(measure, *select, window, scope),
            Need::At { measure, moment } => self.offer_at(measure, moment, scope),
            Need::Occurrence { event, occurrence } => self.offer_occurrence(event, *occurrence, scope),
        }
    }

    fn offer_measure(
        &self,
        measure: &'a str,
        select: Selector,
        window: &'a Window,
        scope: &Scope<'a>,
    ) -> Offer<'a> {
        let (values, days) = self.series(measure, window, scope);
        if values.is_empty() {
            return Offer::One(Bound::Missing(self.no_value(measure, &days)));
        }
        let none = || self.no_value(measure, &days);
        let split = |values: Vec<Dated<'a>>| {
            let (sure, perhaps): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| value.is_sure);
            let bounds =
                |values: Vec<Dated<'a>>| values.into_iter().map(|dated| dated.value).collect::<Vec<_>>();
            (bounds(sure), bounds(perhaps))
        };
        match select {
            Selector::Latest => self.extreme_day(measure, "latest", values, &days, End::Last),
            Selector::Earliest => self.extreme_day(measure, "earliest", values, &days, End::First),
            Selector::Any => {
                let (sure, perhaps) = split(values);
                Offer::Any { sure, perhaps, none: none() }
            }
            Selector::Every => {
                let (sure, perhaps) = split(values);
                Offer::Every { sure, perhaps, none: none() }
            }
            Selector::Consecutive(count) => self.last_few(measure, count as usize, values, &days),
            Selector::Highest => self.extreme_value(measure, values, &days, Ordering::Greater),
            Selector::Lowest => self.extreme_value(measure, values, &days, Ordering::Less),
            Selector::Mean | Selector::Median => self.middle(measure, select, &values, &days),
        }
    }

    fn offer_at(&self, measure: &'a str, moment: &'a Moment, scope: &Scope<'a>) -> Offer<'a> {
        let (values, days) = self.value_at(measure, moment, scope);
        if values.is_empty() {
            return Offer::One(Bound::Missing(self.no_value(measure, &days)));
        }
        self.extreme_day(measure, "value", values, &days, End::Last)
    }

    fn offer_occurrence(&self, event: &'a str, occurrence: Occurrence, scope: &Scope<'a>) -> Offer<'a> {
        let recorded: Vec<Bound<'a>> =
            self.person.named(event).map(|entry| Bound::Day(entry.start)).collect();
        if recorded.is_empty() {
            // The event as such: still to come, or simply not recorded.
            return Offer::One(Bound::Day(self.event(event, Occurrence::Once, scope).range));
        }
        let none = Missing::new(
            MissingKind::Event,
            event,
            format!("no `{event}` is recorded"),
            format!("record the dates of `{event}`"),
        );
        match occurrence {
            Occurrence::Each => Offer::Every { sure: recorded, perhaps: Vec::new(), none },
            _ => Offer::Any { sure: recorded, perhaps: Vec::new(), none },
        }
    }

    /// The values of which none is surely followed (or preceded) by another.
    fn extreme_day(
        &self,
        measure: &'a str,
        what: &str,
        values: Vec<Dated<'a>>,
        days: &Days<'_>,
        end: End,
    ) -> Offer<'a> {
        let sure_days = values.iter().filter(|value| value.is_sure).map(|value| value.on);
        // The day that surely has a value and that no value of the answer can lie beyond.
        let limit = match end {
            End::Last => sure_days.map(|on| on.earliest).max(),
            End::First => sure_days.map(|on| on.latest).min(),
        };
        let otherwise = limit.is_none().then(|| self.no_value(measure, days));
        let candidates: Vec<Dated<'a>> = values
            .into_iter()
            .filter(|value| match end {
                End::Last => limit.is_none_or(|limit| value.on.latest >= limit),
                End::First => limit.is_none_or(|limit| value.on.earliest <= limit),
            })
            .collect();
        let one_day = candidates.first().map(|first| first.on);
        let is_settled =
            candidates.iter().all(|value| value.is_sure && value.on.is_exact() && Some(value.on) == one_day);
        if is_settled && let Some(chosen) = self.one_of_day(measure, what, candidates.clone()) {
            return Offer::One(chosen);
        }
        Offer::OneOf { options: candidates.into_iter().map(|value| value.value).collect(), otherwise }
    }

    /// The value of a day; of several different ones each is tried, one in each run. The latest and the earliest of a day
    /// are tried apart (`what`): they may be two of its values.
    pub(super) fn one_of_day(
        &self,
        measure: &'a str,
        what: &str,
        values: Vec<Dated<'a>>,
    ) -> Option<Bound<'a>> {
        let mut different = distinct(values);
        if different.len() < 2 {
            return different.pop().map(|value| value.value);
        }
        let on = different[0].on;
        let tie = Tie {
            measure: measure.to_owned(),
            on,
            values: different.iter().map(|value| self.bound_in_words(measure, &value.value)).collect(),
            decides: false,
        };
        let taken =
            self.choices.borrow_mut().take(&format!("{what} {measure} on {on}"), different.len(), tie);
        Some(different.swap_remove(taken).value)
    }

    fn bound_in_words(&self, measure: &'a str, bound: &Bound<'a>) -> String {
        match bound {
            Bound::Result(result) => match &result.unit {
                Some(unit) => format!("{} {unit}", result.value),
                None => result.value.to_string(),
            },
            other => of_bound(self, measure, other, None)
                .map_or_else(|missing| missing.why, |(amount, _)| amount.shown()),
        }
    }

    /// The last `count` values: all must do. Values whose place in the order is open may be among them.
    fn last_few(&self, measure: &'a str, count: usize, values: Vec<Dated<'a>>, days: &Days<'_>) -> Offer<'a> {
        let sure_count = values.iter().filter(|value| value.is_sure).count();
        if sure_count < count {
            let mut none = self.no_value(measure, days);
            none.why = format!(
                "{count} values of {} are needed, and {sure_count} are recorded",
                self.measure_label(measure)
            );
            return Offer::Every {
                sure: Vec::new(),
                perhaps: values.into_iter().map(|value| value.value).collect(),
                none,
            };
        }
        let later = |value: &Dated<'a>, surely: bool| {
            let follows = |other: &&Dated<'a>| {
                if surely {
                    other.is_sure && other.on.earliest > value.on.latest
                } else {
                    other.on.latest >= value.on.earliest
                }
            };
            values.iter().filter(follows).count() - usize::from(!surely)
        };
        let places: Vec<(bool, bool)> = values
            .iter()
            .map(|value| (value.is_sure && later(value, false) < count, later(value, true) < count))
            .collect();
        // Values tied on the day at which the count is cut off: each selection of them is tried.
        let cut: Vec<usize> =
            (0..values.len()).filter(|index| !places[*index].0 && places[*index].1).collect();
        let is_tie = cut.iter().all(|index| {
            values[*index].is_sure && values[*index].on.is_exact() && values[*index].on == values[cut[0]].on
        });
        let surely_in: Vec<usize> = (0..values.len()).filter(|index| places[*index].0).collect();
        let none = self.no_value(measure, days);
        let take =
            |indices: &[usize]| indices.iter().map(|index| values[*index].value.clone()).collect::<Vec<_>>();
        if is_tie && !cut.is_empty() && cut.len() <= MOST_TIED {
            let wanted = count - surely_in.len();
            let selections = selections(cut.len(), wanted);
            let on = values[cut[0]].on;
            let tie = Tie {
                measure: measure.to_owned(),
                on,
                values: cut.iter().map(|index| self.bound_in_words(measure, &values[*index].value)).collect(),
                decides: false,
            };
            // Another window may need more or fewer of the same day: that is another choice.
            let key = format!("last {count} {measure} on {on}: {wanted}");
            let taken = self.choices.borrow_mut().take(&key, selections.len(), tie);
            let chosen: Vec<usize> =
                selections[taken].iter().map(|index| cut[*index]).chain(surely_in).collect();
            return Offer::Every { sure: take(&chosen), perhaps: Vec::new(), none };
        }
        if surely_in.is_empty() {
            return Offer::OneOf { options: take(&cut), otherwise: None };
        }
        Offer::Every { sure: take(&surely_in), perhaps: take(&cut), none }
    }

    /// The highest or the lowest, over all units in which the values were recorded.
    fn extreme_value(
        &self,
        measure: &'a str,
        values: Vec<Dated<'a>>,
        days: &Days<'_>,
        which: Ordering,
    ) -> Offer<'a> {
        let mut converted: Vec<(Dated<'a>, Amount)> = Vec::new();
        let mut unreadable: Vec<(Dated<'a>, Missing)> = Vec::new();
        for value in values {
            match self.common_amount(measure, &value.value, days) {
                Ok((amount, _)) => converted.push((value, amount)),
                Err(missing) => unreadable.push((value, missing)),
            }
        }
        let mut lacking: Vec<Missing> = Vec::new();
        for (value, missing) in unreadable {
            // It may be any number: the highest is then no lower than what can be read.
            let Some((_, known)) = converted.first() else { return Offer::One(Bound::Missing(missing)) };
            converted.push((value, Amount { low: None, high: None, ..known.clone() }));
            if !lacking.contains(&missing) {
                lacking.push(missing);
            }
        }
        let is_beyond = |a: &Amount, b: &Amount| match which {
            Ordering::Less => a.high.as_ref().zip(b.low.as_ref()).is_some_and(|(a, b)| a < b),
            _ => a.low.as_ref().zip(b.high.as_ref()).is_some_and(|(a, b)| a > b),
        };
        let has_sure = converted.iter().any(|(value, _)| value.is_sure);
        let candidates: Vec<(Dated<'a>, Amount)> = converted
            .iter()
            .filter(|(_, amount)| {
                !converted.iter().any(|(other, beyond)| other.is_sure && is_beyond(beyond, amount))
            })
            .cloned()
            .collect();
        let is_equal = candidates.iter().all(|(value, amount)| {
            value.is_sure && amount.value().is_some() && amount.value() == candidates[0].1.value()
        });
        if is_equal {
            // Equal values differ at most in their limits of normal, like tied values of one day.
            let values = candidates.into_iter().map(|(value, _)| value).collect();
            return self
                .one_of_day(measure, "extreme", values)
                .map_or_else(|| Offer::One(Bound::Missing(self.no_value(measure, days))), Offer::One);
        }
        if candidates.iter().all(|(value, _)| value.is_sure) {
            return Offer::One(self.beyond_all(measure, candidates, lacking, days, which));
        }
        let options = candidates.into_iter().map(|(value, _)| value.value).collect();
        Offer::OneOf { options, otherwise: (!has_sure).then(|| self.no_value(measure, days)) }
    }

    /// The highest or lowest of results of which some are only limits: that of 51 and `>50` is 51 or more.
    fn beyond_all(
        &self,
        measure: &'a str,
        candidates: Vec<(Dated<'a>, Amount)>,
        lacking: Vec<Missing>,
        days: &Days<'_>,
        which: Ordering,
    ) -> Bound<'a> {
        let furthest = |ends: Vec<Option<Exact>>, is_inner: bool| {
            let open = ends.iter().any(Option::is_none);
            let known = ends.into_iter().flatten();
            let end = if which == Ordering::Less { known.min() } else { known.max() };
            end.filter(|_| is_inner || !open)
        };
        let lows = candidates.iter().map(|(_, amount)| amount.low.clone()).collect();
        let highs = candidates.iter().map(|(_, amount)| amount.high.clone()).collect();
        let low = furthest(lows, which != Ordering::Less);
        let high = furthest(highs, which == Ordering::Less);
        let amount = Amount { low, high, ..candidates[0].1.clone() };
        let shown =
            candidates.iter().filter_map(|(value, _)| self.common_amount(measure, &value.value, days).ok());
        Bound::Computed { amount, evidence: shown.flat_map(|(_, evidence)| evidence).collect(), lacking }
    }

    fn middle(&self, measure: &'a str, select: Selector, values: &[Dated<'a>], days: &Days<'_>) -> Offer<'a> {
        if let Some(unsure) = values.iter().find(|value| !value.is_sure) {
            let why = format!(
                "a value of {} dated {} may lie in the window or not",
                self.measure_label(measure),
                unsure.on
            );
            let ask = format!("complete the dates of the values of `{measure}`");
            let missing = days.missing.first().cloned();
            return Offer::One(Bound::Missing(
                missing.unwrap_or_else(|| Missing::new(MissingKind::Date, measure, why, ask)),
            ));
        }
        let mut amounts = Vec::new();
        let mut evidence: Vec<Evidence> = Vec::new();
        for value in values {
            match self.common_amount(measure, &value.value, days) {
                Ok((amount, shown)) => {
                    amounts.push(amount);
                    evidence.extend(shown);
                }
                Err(missing) => return Offer::One(Bound::Missing(missing)),
            }
        }
        match middle_of(&amounts, select) {
            Some(amount) => Offer::One(Bound::Computed { amount, evidence, lacking: Vec::new() }),
            None => {
                let why = format!("a value of {} is only known as a limit", self.measure_label(measure));
                let ask = format!("record the numbers of `{measure}`");
                Offer::One(Bound::Missing(Missing::new(MissingKind::Value, measure, why, ask)))
            }
        }
    }

    /// A value in the unit that all values of the measure are brought to.
    pub(super) fn common_amount(
        &self,
        measure: &'a str,
        bound: &Bound<'a>,
        days: &Days<'_>,
    ) -> Result<(Amount, Vec<Evidence>), Missing> {
        let (amount, evidence) = of_bound(self, measure, bound, Some(days))?;
        Ok((self.in_own_unit(measure, amount)?, evidence))
    }

    /// Brought to the measure's declared unit. A derived quantity whose formula gives a pure number is in its
    /// unit already, and one without a declared unit keeps that of its formula.
    pub(crate) fn in_own_unit(&self, measure: &'a str, amount: Amount) -> Result<Amount, Missing> {
        use super::amount::Scale;
        let quantity = match self.document.measures.get(measure).map(|measure| &measure.kind) {
            Some(MeasureKind::Quantity(quantity)) => quantity,
            _ => return Ok(amount),
        };
        let is_derived = quantity.formula_of.is_some();
        let Some(unit) = &quantity.unit else {
            return if is_derived {
                Ok(amount)
            } else {
                self.converted(measure, &amount, None).map(|found| found.amount)
            };
        };
        let unit = self.rule_unit(measure, &unit.ucum)?;
        if is_derived && amount.scale == Scale::Number {
            return Ok(Amount { scale: Scale::Unit(unit), ..amount });
        }
        self.converted(measure, &amount, Some(&unit)).map(|found| found.amount)
    }

    pub(super) fn converted(
        &self,
        measure: &str,
        amount: &Amount,
        unit: Option<&crate::units::Unit>,
    ) -> Result<Converted, Missing> {
        let none = Analyte::default();
        let analyte = self.words.analyte(measure).unwrap_or(&none);
        amount.to(unit, analyte).map_err(|error| {
            let ask = match unit {
                Some(unit) => format!(
                    "record the value of `{measure}` with its unit, in `{}` or one that converts to it",
                    unit.written()
                ),
                None => format!("record the value of `{measure}` as a pure number"),
            };
            Missing::new(MissingKind::Unit, measure, error.0, ask)
        })
    }

    /// A unit of the protocol.
    pub(super) fn rule_unit(&self, item: &str, ucum: &str) -> Result<crate::units::Unit, Missing> {
        self.known_unit(ucum).map_err(|reason| {
            Missing::new(
                MissingKind::Rule,
                item,
                format!("the protocol's unit `{ucum}` is not one: {reason}"),
                "repair the protocol",
            )
        })
    }
}

/// The first of each that say the same.
fn distinct<'a>(mut values: Vec<Dated<'a>>) -> Vec<Dated<'a>> {
    if values.len() < 2 {
        return values;
    }
    let mut results = HashSet::new();
    let mut computed: Vec<Amount> = Vec::new();
    values.retain(|value| match &value.value {
        Bound::Result(result) => {
            let result: &'a Measurement = result;
            results.insert((&result.value, &result.unit, &result.low, &result.high))
        }
        Bound::Computed { amount, .. } => {
            let is_new = !computed.contains(amount);
            if is_new {
                computed.push(amount.clone());
            }
            is_new
        }
        Bound::Day(_) | Bound::Missing(_) => true,
    });
    values
}

/// Mean or median of amounts on one scale; `None` where one of them has no known limit.
pub(super) fn middle_of(amounts: &[Amount], select: Selector) -> Option<Amount> {
    if select == Selector::Median { median(amounts) } else { mean(amounts) }
}

fn mean(amounts: &[Amount]) -> Option<Amount> {
    let (first, rest) = amounts.split_first()?;
    let mut sum = (first.low.clone()?, first.high.clone()?);
    for amount in rest {
        sum = (&sum.0 + amount.low.as_ref()?, &sum.1 + amount.high.as_ref()?);
    }
    let count = Exact::from(i64::try_from(amounts.len()).ok()?);
    Some(Amount { low: sum.0.checked_div(&count), high: sum.1.checked_div(&count), ..first.clone() })
}

fn median(amounts: &[Amount]) -> Option<Amount> {
    let first = amounts.first()?;
    let middle = |of: fn(&Amount) -> Option<&Exact>| {
        let mut ends: Vec<&Exact> = amounts.iter().map(of).collect::<Option<Vec<_>>>()?;
        ends.sort_unstable();
        let (low, high) = (ends[(ends.len() - 1) / 2], ends[ends.len() / 2]);
        (low + high).checked_div(&Exact::from(2))
    };
    Some(Amount {
        low: Some(middle(|one| one.low.as_ref())?),
        high: Some(middle(|one| one.high.as_ref())?),
        ..first.clone()
    })
}

/// All ways to take `wanted` of `count` things, by their indices.
fn selections(count: usize, wanted: usize) -> Vec<Vec<usize>> {
    if wanted == 0 {
        return vec![Vec::new()];
    }
    if wanted > count {
        return Vec::new();
    }
    let with_last = selections(count - 1, wanted - 1).into_iter().map(|mut chosen| {
        chosen.push(count - 1);
        chosen
    });
    selections(count - 1, wanted).into_iter().chain(with_last).collect()
}

#[cfg(test)]
mod tests {
    use super::selections;

    #[test]
    fn every_selection_comes_once() {
        assert_eq!(selections(3, 2), [vec![0, 1], vec![0, 2], vec![1, 2]]);
        assert_eq!(selections(2, 0), [Vec::<usize>::new()]);
        assert_eq!(selections(1, 2), Vec::<Vec<usize>>::new());
    }
}
