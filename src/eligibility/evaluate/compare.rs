//! Comparisons, ranges and lists of codes.

use super::amount::{Amount, Scale, duration_in};
use super::bind::{Bound, Need, Scope};
use super::shown::{normalise, unit_of};
use super::term::{Found, Lookup};
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Compared, Evidence, Missing, MissingKind, Outcome};
use crate::eligibility::record::RecordedValue;
use crate::model::{Comparator, Duration, MeasureKind, Moment, Term, TimeUnit, UnitRef, Value};
use crate::time::{completed, days_between};
use crate::units::Unit;

impl<'a> Evaluator<'a> {
    pub(super) fn compare(
        &self,
        left: &'a Term,
        operator: Comparator,
        right: &'a Term,
        unit: Option<&'a UnitRef>,
        scope: &Scope<'a>,
    ) -> Outcome {
        self.for_each_choice(&[left, right], &[], scope, &|scope| {
            let tests = [Test { operator, limit: right }];
            self.tested(left, &tests, unit, scope)
        })
    }

    pub(super) fn between(
        &self,
        value: &'a Term,
        low: &'a Term,
        high: &'a Term,
        unit: Option<&'a UnitRef>,
        scope: &Scope<'a>,
    ) -> Outcome {
        self.for_each_choice(&[value, low, high], &[], scope, &|scope| {
            let tests = [
                Test { operator: Comparator::AtLeast, limit: low },
                Test { operator: Comparator::AtMost, limit: high },
            ];
            self.tested(value, &tests, unit, scope)
        })
    }

    /// A value against one limit or two.
    fn tested(
        &self,
        value: &'a Term,
        tests: &[Test<'a>],
        unit: Option<&'a UnitRef>,
        scope: &Scope<'a>,
    ) -> Outcome {
        if let Some(outcome) = self.span_of_time(value, tests, scope) {
            return outcome;
        }
        let mut found: Result<Vec<Found<'a>>, Vec<Missing>> = Ok(Vec::new());
        for (term, other) in
            std::iter::once((value, tests[0].limit)).chain(tests.iter().map(|test| (test.limit, value)))
        {
            match (self.side_beside(term, other, scope), &mut found) {
                (Ok(one), Ok(all)) => all.push(one),
                (Ok(_), Err(_)) => {}
                (Err(missing), Err(all)) => {
                    all.extend(missing.into_iter().filter(|one| !all.contains(one)).collect::<Vec<_>>())
                }
                (Err(missing), Ok(_)) => found = Err(missing),
            }
        }
        let mut found = match found {
            Ok(found) => found,
            Err(missing) => return Outcome::unknown(missing),
        };
        let limits = found.split_off(1);
        let Some(value_found) = found.pop() else { return Outcome::default() };
        let is_own_limit = limits.iter().zip(tests).all(|(_, test)| matches!((&test.limit.value, &value.value), (Value::Limit { measure: one, .. }, Value::Measured { measure: other, .. }) if one == other));
        let compared = if is_own_limit {
            // A result and its own limit come in one unit, whatever it is.
            let limits =
                limits.iter().map(|limit| Amount { scale: Scale::Number, ..limit.amount.clone() }).collect();
            Ok((Amount { scale: Scale::Number, ..value_found.amount.clone() }, limits, None))
        } else {
            self.in_one_unit(&value_found, &limits, unit)
        };
        let (amount, limits_in_unit, converted) = match compared {
            Ok(compared) => compared,
            Err(missing) => return Outcome::unknown(vec![missing]).with(value_found.evidence),
        };
        let truths =
            tests.iter().zip(&limits_in_unit).map(|(test, limit)| amount.compare(test.operator, limit));
        let truth = Truth::all(truths);
        let mut evidence = value_found.evidence;
        if let (Value::Measured { .. }, [one], Some(converted)) =
            (&value.value, evidence.as_mut_slice(), &converted)
        {
            normalise(one, converted);
        }
        let shown_unit =
            if is_own_limit { evidence.first().and_then(|one| one.unit.clone()) } else { unit_of(&amount) };
        let compared = Compared {
            value: amount.shown(),
            test: test_in_words(tests, &limits_in_unit, shown_unit.as_deref()),
            margin: margin(&amount, tests, &limits_in_unit),
            unit: shown_unit,
        };
        let mut missing = Vec::new();
        if truth == Truth::Unknown {
            missing = value_found.lacking;
            missing.extend(limits.iter().flat_map(|limit| limit.lacking.clone()));
        }
        evidence.extend(limits.into_iter().flat_map(|limit| limit.evidence));
        Outcome { truth: Some(truth), evidence, compared: Some(compared), missing }
    }

    /// A side of a comparison; a literal length of time is counted in the units of the other side.
    fn side_beside(&self, term: &'a Term, other: &'a Term, scope: &Scope<'a>) -> Lookup<'a> {
        let (Value::Span { duration }, Some(unit)) = (&term.value, unit_of_time(other)) else {
            return self.side(term, scope);
        };
        match duration_in(duration, unit) {
            Some(number) => Ok(Found {
                amount: Amount::exact(number, Scale::Time(unit)),
                evidence: Vec::new(),
                lacking: Vec::new(),
                of: None,
            }),
            None => {
                let why = format!("`{}` mixes calendar and elapsed time with `{}`", term.text, other.text);
                Err(vec![Missing::new(MissingKind::Rule, &term.text, why, "repair the rule")])
            }
        }
    }

    /// A value and its limits, given as they are, in the unit in which they are compared; `None` where they do not convert.
    pub(crate) fn amounts_in_one_unit(
        &self,
        of: Option<&'a str>,
        value: &Amount,
        limits: &[Amount],
        unit: Option<&'a UnitRef>,
    ) -> Option<(Amount, Vec<Amount>)> {
        let limits: Vec<Found<'a>> = limits.iter().cloned().map(Found::of).collect();
        let value = Found { of, ..Found::of(value.clone()) };
        let (value, limits, _) = self.in_one_unit(&value, &limits, unit).ok()?;
        Some((value, limits))
    }

    fn in_one_unit(
        &self,
        value: &Found<'a>,
        limits: &[Found<'a>],
        unit: Option<&'a UnitRef>,
    ) -> Result<(Amount, Vec<Amount>, Option<super::amount::Converted>), Missing> {
        let of = value.of.or_else(|| limits.iter().find_map(|limit| limit.of)).unwrap_or_default();
        let target: Option<Unit> = match unit {
            Some(unit) => Some(self.rule_unit(of, &unit.ucum)?),
            None => limits.iter().find_map(|limit| common_unit(&value.amount, &limit.amount)),
        };
        let converted = self.converted(of, &value.amount, target.as_ref())?;
        let limits = limits.iter().map(|limit| {
            let limit = Amount { is_difference: value.amount.is_difference, ..limit.amount.clone() };
            self.converted(of, &limit, target.as_ref()).map(|found| found.amount)
        });
        let limits = limits.collect::<Result<Vec<_>, Missing>>()?;
        Ok((converted.amount.clone(), limits, Some(converted)))
    }

    /// `time from A to B` against literal lengths of time, which are added to A on the calendar.
    fn span_of_time(&self, value: &'a Term, tests: &[Test<'a>], scope: &Scope<'a>) -> Option<Outcome> {
        let (text, from, to, tests) = match (&value.value, tests) {
            (Value::TimeBetween { from, to }, tests) => {
                let spans: Option<Vec<(Comparator, &'a Duration)>> = tests
                    .iter()
                    .map(|test| match &test.limit.value {
                        Value::Span { duration } => Some((test.operator, duration)),
                        _ => None,
                    })
                    .collect();
                (value.text.as_str(), from, to, spans?)
            }
            (Value::Span { duration }, [Test { operator, limit }]) => match &limit.value {
                Value::TimeBetween { from, to } => {
                    (limit.text.as_str(), from, to, vec![(flipped(*operator), duration)])
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(self.time_passed(text, (from, to), &tests, scope))
    }

    fn time_passed(
        &self,
        text: &'a str,
        (from, to): (&'a Moment, &'a Moment),
        tests: &[(Comparator, &'a Duration)],
        scope: &Scope<'a>,
    ) -> Outcome {
        use crate::model::{Direction, Offset};
        let (from, to) = (self.at(from, scope), self.at(to, scope));
        let missing: Vec<Missing> = from.missing.into_iter().chain(to.missing).collect();
        if !missing.is_empty() {
            return Outcome::unknown(missing);
        }
        let mut truth = Truth::True;
        let mut words = Vec::new();
        let mut margins = Vec::new();
        for (operator, duration) in tests {
            let offset = Offset { direction: Direction::After, by: (*duration).clone() };
            let Some(due) = from.range.moved(&offset) else { return Outcome::default() };
            // The later of two days is the greater length of time.
            let day = |day| crate::number::Exact::from(days_between(jiff::civil::Date::MIN, day));
            let range = |range: crate::time::DateRange| {
                Amount::between(Some(day(range.earliest)), Some(day(range.latest)), Scale::Number)
            };
            truth = truth.and(range(to.range).compare(*operator, &range(due)));
            words.push(format!("{} {due}", day_test(*operator)));
            if let (Some(to), Some(due)) = (to.range.day(), due.day()) {
                let after = days_between(due, to);
                match operator {
                    Comparator::AtLeast | Comparator::Greater => margins.push(after),
                    Comparator::AtMost | Comparator::Less => margins.push(-after),
                    Comparator::Equal | Comparator::NotEqual => {}
                }
            }
        }
        let passed = completed(from.range, to.range, TimeUnit::Day);
        let passed =
            Amount::between(Some(passed.0.into()), Some(passed.1.into()), Scale::Time(TimeUnit::Day));
        let mut evidence = Evidence::of("time", text).value(passed.shown());
        evidence.unit = Some("days".into());
        (evidence.from, evidence.to) = (Some(from.range), Some(to.range));
        let compared = Compared {
            value: passed.shown(),
            unit: Some("days".into()),
            test: format!("ends {}", words.join(" and ")),
            margin: margins.into_iter().min().map(|margin| margin.to_string()),
        };
        let missing = if truth == Truth::Unknown {
            let why = format!("the dates {} and {} are not known exactly enough", from.range, to.range);
            vec![Missing::new(MissingKind::Date, "time", why, "complete the two dates")]
        } else {
            Vec::new()
        };
        Outcome { truth: Some(truth), evidence: vec![evidence], compared: Some(compared), missing }
    }

    /// A coded value is one of a list.
    pub(super) fn is_one_of(&self, value: &'a Term, one_of: &'a [String], scope: &Scope<'a>) -> Outcome {
        self.for_each_choice(&[value], &[], scope, &|scope| {
            let (code, mut evidence) = match self.code(value, scope) {
                Ok(found) => found,
                Err(missing) => return Outcome::unknown(vec![missing]),
            };
            let truth = Truth::from(one_of.iter().any(|one| one.eq_ignore_ascii_case(&code)));
            if evidence.value.as_deref() == Some(code.as_str()) {
                evidence.normalised = None;
            }
            let compared = Compared {
                value: code,
                unit: None,
                test: format!("is {}", one_of.join(" or ")),
                margin: None,
            };
            Outcome {
                truth: Some(truth),
                evidence: vec![evidence],
                compared: Some(compared),
                missing: Vec::new(),
            }
        })
    }

    fn code(&self, term: &'a Term, scope: &Scope<'a>) -> Result<(String, Evidence), Missing> {
        match &term.value {
            Value::Attribute { name } => {
                let value = self.attribute(name, scope)?;
                let evidence = Evidence::of(name, name).value(value.clone());
                Ok((value, evidence))
            }
            Value::Measured { measure, select, window } => {
                let (select, window) = scope.leaf_of(*select, window);
                let days = self.days(window, scope);
                match scope.find(&Need::Measure { measure, select, window }) {
                    Some(Bound::Result(result)) => {
                        if let RecordedValue::Unknown(why) = &result.value {
                            return Err(self.unreadable(measure, result.on, why.as_deref()));
                        }
                        let evidence = self.result_shown(measure, result, Some(&days));
                        Ok((self.level(measure, &result.value.to_string())?, evidence))
                    }
                    Some(Bound::Missing(missing)) => Err(missing.clone()),
                    _ => Err(self.no_value(measure, &days)),
                }
            }
            _ => {
                let why = format!("`{}` is not a coded value", term.text);
                Err(Missing::new(MissingKind::Rule, &term.text, why, "repair the rule"))
            }
        }
    }

    /// The level that a recorded word stands for.
    pub(crate) fn level(&self, measure: &'a str, recorded: &str) -> Result<String, Missing> {
        let recorded = recorded.trim();
        let levels = match self.document.measures.get(measure).map(|measure| &measure.kind) {
            Some(MeasureKind::Coded { levels, .. }) => levels,
            Some(MeasureKind::Score { low, high, labels }) => {
                let labelled = labels.iter().find(|level| {
                    level.label.as_deref().is_some_and(|label| label.eq_ignore_ascii_case(recorded))
                });
                let number = labelled.map_or(recorded, |level| level.value.as_str());
                return match number.parse::<i64>() {
                    Ok(number) if number >= *low && number <= *high => Ok(number.to_string()),
                    _ => Err(self.no_level(measure, recorded, &format!("{low} to {high}"))),
                };
            }
            _ => return Ok(recorded.to_owned()),
        };
        let is = |text: &str| text.eq_ignore_ascii_case(recorded);
        let found = levels
            .iter()
            .find(|level| is(&level.value))
            .or_else(|| levels.iter().find(|level| level.label.as_deref().is_some_and(is)));
        found.map(|level| level.value.clone()).ok_or_else(|| {
            let known: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
            self.no_level(measure, recorded, &known.join(", "))
        })
    }

    fn no_level(&self, measure: &'a str, recorded: &str, known: &str) -> Missing {
        let words = self.measure_label(measure);
        let why = format!("`{recorded}` is recorded for {words}, which is none of: {known}");
        Missing::new(MissingKind::Unreadable, measure, why, format!("record {words} as one of: {known}"))
    }
}

#[derive(Clone, Copy)]
struct Test<'a> {
    operator: Comparator,
    limit: &'a Term,
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

fn day_test(operator: Comparator) -> &'static str {
    match operator {
        Comparator::Less => "before",
        Comparator::AtMost => "on or before",
        Comparator::Equal => "on",
        Comparator::NotEqual => "not on",
        Comparator::AtLeast => "on or after",
        Comparator::Greater => "after",
    }
}

/// The unit of calendar time in which a term counts.
fn unit_of_time(term: &Term) -> Option<TimeUnit> {
    match &term.value {
        Value::Age { unit, .. } | Value::DurationOf { unit, .. } => Some(*unit),
        Value::TimeBetween { .. } | Value::Days { .. } => Some(TimeUnit::Day),
        Value::Negative { of } => unit_of_time(of),
        Value::Arithmetic { left, right, .. } => unit_of_time(left).or_else(|| unit_of_time(right)),
        _ => None,
    }
}

/// The unit to compare in where the rule names none.
fn common_unit(a: &Amount, b: &Amount) -> Option<Unit> {
    match (&a.scale, &b.scale) {
        (Scale::Unit(unit), Scale::Unit(_) | Scale::Time(_) | Scale::Ratio { .. })
        | (Scale::Time(_) | Scale::Ratio { .. }, Scale::Unit(unit)) => Some(unit.clone()),
        _ => None,
    }
}

fn test_in_words(tests: &[Test<'_>], limits: &[Amount], unit: Option<&str>) -> String {
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    match (tests, limits) {
        ([test], [limit]) => format!("{} {}{unit}", test.operator.symbol(), limit.shown()),
        (_, [low, high]) => format!("in {} to {}{unit}", low.shown(), high.shown()),
        _ => String::new(),
    }
}

/// How far the value lies from the limit that it is nearest to failing, or has failed by.
fn margin(value: &Amount, tests: &[Test<'_>], limits: &[Amount]) -> Option<String> {
    let value = value.value()?;
    let margins = tests.iter().zip(limits).map(|(test, limit)| {
        let limit = limit.value()?;
        match test.operator {
            Comparator::Less | Comparator::AtMost => Some(limit - value),
            Comparator::Greater | Comparator::AtLeast => Some(value - limit),
            Comparator::Equal | Comparator::NotEqual => None,
        }
    });
    let least = margins.collect::<Option<Vec<_>>>()?.into_iter().min()?;
    Some(match least.to_decimal() {
        Some(text) if text.len() <= 6 => text,
        _ => least.to_significant(3),
    })
}
