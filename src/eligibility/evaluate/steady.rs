//! Stability over time, and the doses of exposures.

use super::amount::{Amount, Scale};
use super::bind::Scope;
use super::moment::Days;
use super::select::middle_of;
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Compared, Evidence, Missing, MissingKind, Outcome, Tie};
use crate::model::{ArithmeticOperator, Comparator, Finding, Mode, Selector, Term, Tolerance, Value, Window};
use crate::number::Exact;
use crate::time::DateRange;

/// A dose and the time over which it was taken.
pub(super) struct Taken {
    pub amount: Amount,
    pub evidence: Evidence,
    pub start: DateRange,
    pub end: DateRange,
    pub is_sure: bool,
}

impl<'a> Evaluator<'a> {
    /// No value differs from the reference value by more than the tolerance.
    pub(super) fn steady(
        &self,
        term: &'a Term,
        tolerance: &'a Tolerance,
        reference: Selector,
        scope: &Scope<'a>,
    ) -> Outcome {
        match &term.value {
            Value::Measured { measure, window, .. } => {
                self.for_each_choice(&[], &[window], scope, &|scope| {
                    self.steady_measure(measure, window, tolerance, reference, scope)
                })
            }
            Value::Dose { finding, window } => self.for_each_choice(&[], &[window], scope, &|scope| {
                self.steady_dose(finding, window, tolerance, reference, scope)
            }),
            _ => {
                let why = format!("`{}` has no values over time", term.text);
                Outcome::unknown(vec![Missing::new(MissingKind::Rule, &term.text, why, "repair the rule")])
            }
        }
    }

    fn steady_measure(
        &self,
        measure: &'a str,
        window: &'a Window,
        tolerance: &Tolerance,
        reference: Selector,
        scope: &Scope<'a>,
    ) -> Outcome {
        let (mut values, days) = self.series(measure, window, scope);
        values.sort_by_key(|value| value.on);
        let words = self.measure_label(measure);
        let ask = format!("record the values of {words} {}", days.in_words());
        let sure = values.iter().filter(|value| value.is_sure).count();
        if sure < 2 {
            let why = format!(
                "two values of {words} or more {} are needed to see whether they are stable, and {sure} is recorded",
                days.in_words()
            );
            let mut missing = vec![Missing::new(MissingKind::Value, measure, why, ask)];
            missing.extend(days.missing);
            return Outcome::unknown(missing);
        }
        let mut amounts = Vec::new();
        let mut evidence = Vec::new();
        for value in &values {
            match self.common_amount(measure, &value.value, &days) {
                Ok((amount, shown)) => {
                    evidence.extend(shown);
                    amounts.push((value.on, value.is_sure, amount));
                }
                Err(missing) => return Outcome::unknown(vec![missing]),
            }
        }
        let mut outcome = self.within_tolerance(measure, &amounts, tolerance, reference).with(evidence);
        if outcome.truth() == Truth::Unknown && outcome.missing.is_empty() {
            let why = format!(
                "whether the values of {words} are stable depends on dates that are only partly known"
            );
            outcome.missing.push(Missing::new(
                MissingKind::Date,
                measure,
                why,
                format!("complete the dates of {words}"),
            ));
        }
        outcome
    }

    /// The same dose on every day of the window, but for the tolerance.
    fn steady_dose(
        &self,
        finding: &'a Finding,
        window: &'a Window,
        tolerance: &Tolerance,
        reference: Selector,
        scope: &Scope<'a>,
    ) -> Outcome {
        let days = self.days(window, scope);
        let on_every_day = self.occurs(finding, Mode::Throughout, window, scope);
        if on_every_day.truth() != Truth::True {
            return on_every_day;
        }
        let taken = match self.doses(finding, &days, scope) {
            Ok(taken) => taken,
            Err(missing) => return Outcome::unknown(missing),
        };
        let Some(first) = taken.first() else {
            return Outcome::unknown(vec![self.no_dose(finding, &days)]);
        };
        let unit = first.amount.unit().cloned();
        let mut amounts = Vec::new();
        for one in &taken {
            match self.converted(&finding.name, &one.amount, unit.as_ref()) {
                Ok(found) => amounts.push((one.start, one.is_sure, found.amount)),
                Err(missing) => return Outcome::unknown(vec![missing]),
            }
        }
        amounts.sort_by_key(|(start, ..)| *start);
        let mut outcome = self.within_tolerance(&finding.name, &amounts, tolerance, reference);
        outcome.evidence.extend(taken.into_iter().map(|one| one.evidence));
        if outcome.truth() == Truth::Unknown && outcome.missing.is_empty() {
            let words = self.finding_label(&finding.name);
            let why =
                format!("whether the dose of {words} is stable depends on dates that are only partly known");
            outcome.missing.push(Missing::new(
                MissingKind::Date,
                &finding.name,
                why,
                format!("complete the dates of {words}"),
            ));
        }
        outcome
    }

    fn within_tolerance(
        &self,
        item: &'a str,
        values: &[(DateRange, bool, Amount)],
        tolerance: &Tolerance,
        reference: Selector,
    ) -> Outcome {
        let mut truths = Vec::new();
        let mut largest: Option<Exact> = None;
        for base in self.references(item, values, reference) {
            let allowed = match tolerance {
                Tolerance::Percent { percent } => {
                    let share = percent.checked_div(&Exact::from(100)).unwrap_or_else(Exact::zero);
                    Amount::call("abs", std::slice::from_ref(&base)).map(|size| size.scaled(&share))
                }
                Tolerance::Absolute { number, unit } => {
                    let scale = match unit {
                        None => base.scale.clone(),
                        Some(unit) => match self.rule_unit(item, &unit.ucum) {
                            Ok(unit) => Scale::Unit(unit),
                            Err(missing) => return Outcome::unknown(vec![missing]),
                        },
                    };
                    let allowed = Amount { is_difference: true, ..Amount::exact(number.clone(), scale) };
                    match self.converted(item, &allowed, base.unit()) {
                        Ok(found) => Ok(found.amount),
                        Err(missing) => return Outcome::unknown(vec![missing]),
                    }
                }
            };
            let mut of_base = Truth::True;
            for (_, is_sure, value) in values {
                let distance = value
                    .compute(ArithmeticOperator::Subtract, &base)
                    .and_then(|difference| Amount::call("abs", &[difference]));
                let (Ok(distance), Ok(allowed)) = (distance, allowed.as_ref()) else {
                    let why = format!("the values of `{item}` cannot be compared with each other");
                    return Outcome::unknown(vec![Missing::new(
                        MissingKind::Value,
                        item,
                        why,
                        format!("look at the values of `{item}`"),
                    )]);
                };
                let mut near = distance.compare(Comparator::AtMost, allowed);
                if !is_sure && near == Truth::False {
                    near = Truth::Unknown;
                }
                of_base = of_base.and(near);
                largest = largest.max(distance.value().cloned());
            }
            truths.push(of_base);
        }
        let text = match tolerance {
            Tolerance::Percent { percent } => format!("differs by at most {percent} %"),
            Tolerance::Absolute { number, unit } => {
                let unit = unit.as_ref().map(|unit| format!(" {}", unit.written)).unwrap_or_default();
                format!("differs by at most {number}{unit}")
            }
        };
        let unit = values.first().and_then(|(.., amount)| super::shown::unit_of(amount));
        let compared = largest.map(|largest| Compared {
            value: Amount::number(largest).shown(),
            unit,
            test: text,
            margin: None,
        });
        Outcome { truth: Some(Truth::common(truths)), compared, ..Outcome::default() }
    }

    /// The recorded doses of an exposure on days of the window.
    pub(super) fn doses(
        &self,
        finding: &'a Finding,
        days: &Days<'_>,
        scope: &Scope<'a>,
    ) -> Result<Vec<Taken>, Vec<Missing>> {
        let mut taken = Vec::new();
        for entry in scope.person.entries() {
            let (meant, missing) = self.is_meant(entry, finding);
            let truth = meant.and(days.touch(entry.start, entry.end));
            if truth == Truth::False {
                continue;
            }
            if meant == Truth::Unknown {
                return Err(missing);
            }
            let Some(dose) = &entry.entry.dose else { return Err(vec![self.no_dose(finding, days)]) };
            let scale = match dose.unit.as_deref().map(|unit| (unit, self.known_unit(unit))) {
                None => Scale::Unknown {
                    why: format!(
                        "the dose of {} is recorded without a unit",
                        self.finding_label(&finding.name)
                    ),
                },
                Some((_, Ok(unit))) => Scale::Unit(unit),
                Some((written, Err(reason))) => Scale::Unknown {
                    why: format!("`{written}`, the unit of the dose, is not a unit: {reason}"),
                },
            };
            taken.push(Taken {
                amount: Amount::exact(dose.value.clone(), scale),
                evidence: self.entry_shown(entry, finding, days),
                start: entry.start,
                end: entry.end,
                is_sure: truth == Truth::True,
            });
        }
        Ok(taken)
    }

    pub(super) fn no_dose(&self, finding: &'a Finding, days: &Days<'_>) -> Missing {
        let words = self.finding_label(&finding.name);
        let when = days.in_words();
        let why = format!("no dose of {words} is recorded {when}");
        Missing::new(
            MissingKind::Detail,
            &finding.name,
            why.trim_end(),
            format!("record the dose of {words} {when}").trim_end(),
        )
    }

    /// The values that the others are held against: several where dates leave open which is meant. Of values tied
    /// on one day each is tried.
    fn references(
        &self,
        item: &'a str,
        values: &[(DateRange, bool, Amount)],
        reference: Selector,
    ) -> Vec<Amount> {
        let beyond: fn(DateRange, DateRange) -> bool = match reference {
            Selector::Latest => |a, b| a.earliest > b.latest,
            _ => |a, b| a.latest < b.earliest,
        };
        let amounts: Vec<Amount> = values.iter().map(|(.., amount)| amount.clone()).collect();
        match reference {
            Selector::Highest => Amount::call("max", &amounts).into_iter().collect(),
            Selector::Lowest => Amount::call("min", &amounts).into_iter().collect(),
            Selector::Mean | Selector::Median => middle_of(&amounts, reference).into_iter().collect(),
            _ => {
                let first = values.iter().filter(|(on, ..)| {
                    !values.iter().any(|(other, is_sure, _)| *is_sure && beyond(*other, *on))
                });
                let first: Vec<&(DateRange, bool, Amount)> = first.collect();
                let on = first.first().map(|(on, ..)| *on);
                let is_settled =
                    first.iter().all(|(day, is_sure, _)| *is_sure && day.is_exact() && Some(*day) == on);
                let mut different: Vec<Amount> = Vec::new();
                for (.., amount) in first {
                    if !different.contains(amount) {
                        different.push(amount.clone());
                    }
                }
                let (true, Some(on), 2..) = (is_settled, on, different.len()) else { return different };
                let tie = Tie {
                    measure: item.to_owned(),
                    on,
                    values: different.iter().map(Amount::shown).collect(),
                    decides: false,
                };
                let key = format!("reference {item} on {on}");
                let taken = self.choices.borrow_mut().take(&key, different.len(), tie);
                vec![different.swap_remove(taken)]
            }
        }
    }
}
