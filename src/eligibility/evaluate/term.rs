//! The value of a term, for the results that have been chosen.

use super::amount::{Amount, Scale};
use super::bind::{Bound, Need, Scope};
use super::moment::Days;
use super::series::of_bound;
use super::shown::time_in_words;
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Evidence, Missing, MissingKind};
use crate::eligibility::record::Sex;
use crate::model::{
    ArithmeticOperator, Axis, Finding, Limit, Moment, Selector, TableKey, TableRow, Term, TimeUnit, Value,
    Window,
};
use crate::number::Exact;
use crate::time::{completed, days_between};
use crate::units;

/// A term's value, and what it was found from.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub amount: Amount,
    pub evidence: Vec<Evidence>,
    /// What would narrow the value down, where it is only known within limits.
    pub lacking: Vec<Missing>,
    /// The measure, drug or other thing that it is a value of.
    pub of: Option<&'a str>,
}

impl Found<'_> {
    fn of(amount: Amount) -> Self {
        Self { amount, evidence: Vec::new(), lacking: Vec::new(), of: None }
    }
}

pub(super) type Lookup<'a> = Result<Found<'a>, Vec<Missing>>;

impl<'a> Evaluator<'a> {
    /// The value of a term inside a computation: measured values in the unit of their measure.
    pub(super) fn term(&self, term: &'a Term, scope: &Scope<'a>) -> Lookup<'a> {
        let mut found = self.side(term, scope)?;
        if let Value::Measured { measure, .. } = &term.value {
            found.amount = self.in_own_unit(measure, found.amount).map_err(|missing| vec![missing])?;
        }
        Ok(found)
    }

    /// The value of one side of a comparison: a measured value as it was recorded.
    pub(super) fn side(&self, term: &'a Term, scope: &Scope<'a>) -> Lookup<'a> {
        let rule = |why: &str| {
            let ask = format!("repair the rule: {}", term.text);
            Err(vec![Missing::new(MissingKind::Rule, &term.text, why, ask)])
        };
        match &term.value {
            Value::Constant { number, unit, .. } => {
                let scale = match unit {
                    None => Scale::Number,
                    Some(unit) => {
                        Scale::Unit(self.rule_unit(&term.text, &unit.ucum).map_err(|missing| vec![missing])?)
                    }
                };
                Ok(Found::of(Amount::exact(number.clone(), scale)))
            }
            Value::Measured { measure, select, window } => self.measured(measure, *select, window, scope),
            Value::Limit { factor, limit, measure } => self.limit(factor, *limit, measure, scope),
            Value::Age { at, unit } => self.age(at, *unit, scope),
            Value::DurationOf { finding, at, unit } => self.duration_of(finding, at, *unit, scope),
            Value::TimeBetween { from, to } => {
                let (from, to) = (self.at(from, scope), self.at(to, scope));
                let missing: Vec<Missing> = from.missing.into_iter().chain(to.missing).collect();
                if !missing.is_empty() {
                    return Err(missing);
                }
                let (low, high) = completed(from.range, to.range, TimeUnit::Day);
                let amount = Amount::between(Some(low.into()), Some(high.into()), Scale::Time(TimeUnit::Day));
                Ok(Found::of(amount))
            }
            Value::Change { relative, measure, from, to } => self.change(*relative, measure, from, to, scope),
            Value::AreaUnder { measure, from, to } => self.area(measure, from, to, scope),
            Value::Count { finding, window } => Ok(self.count(finding, window, scope)),
            Value::Dose { finding, window } => self.dose(finding, window, scope),
            Value::Arithmetic { left, operator, right } => {
                let (left, right) = both(self.term(left, scope), self.term(right, scope))?;
                self.computed(term, left.amount.compute(*operator, &right.amount), vec![left, right])
            }
            Value::Call { function, arguments } => {
                let mut found = Vec::new();
                let mut missing = Vec::new();
                for argument in arguments {
                    match self.term(argument, scope) {
                        Ok(one) => found.push(one),
                        Err(lacking) => missing.extend(lacking),
                    }
                }
                if !missing.is_empty() {
                    return Err(missing);
                }
                let amounts: Vec<Amount> = found.iter().map(|one| one.amount.clone()).collect();
                self.computed(term, Amount::call(function, &amounts), found)
            }
            Value::Negative { of } => {
                let found = self.term(of, scope)?;
                Ok(Found { amount: found.amount.negative(), ..found })
            }
            Value::Table { by, rows } => self.table(*by, rows, scope),
            Value::Span { .. } => rule("a length of time stands where a number is needed"),
            Value::Attribute { name } => rule(&format!("`{name}` is not a number")),
            Value::Incidence { .. } | Value::Proportion { .. } => {
                rule("a proportion of participants is no value of one person")
            }
        }
    }

    fn computed(
        &self,
        term: &'a Term,
        amount: Result<Amount, super::amount::NotComputed>,
        from: Vec<Found<'a>>,
    ) -> Lookup<'a> {
        let amount = amount.map_err(|error| {
            let ask = format!("look at the values of: {}", term.text);
            vec![Missing::new(
                MissingKind::Rule,
                &term.text,
                format!("`{}` cannot be computed: {}", term.text, error.0),
                ask,
            )]
        })?;
        let mut found = Found::of(amount);
        for one in from {
            found.evidence.extend(
                one.evidence
                    .into_iter()
                    .filter(|evidence| !found.evidence.contains(evidence))
                    .collect::<Vec<_>>(),
            );
            found.lacking.extend(one.lacking);
        }
        Ok(found)
    }

    fn measured(
        &self,
        measure: &'a str,
        select: Selector,
        window: &'a Window,
        scope: &Scope<'a>,
    ) -> Lookup<'a> {
        let (select, window) = scope.leaf_of(select, window);
        if let Some(formula) = self.formula_leaves(measure, select, scope) {
            let inner = Scope { leaf: Some((select, window)), ..scope.clone() };
            let found = self.term(formula, &inner)?;
            let amount = self.in_own_unit(measure, found.amount).map_err(|missing| vec![missing])?;
            return Ok(Found { amount, of: Some(measure), ..found });
        }
        let days = self.days(window, scope);
        let bound = scope.find(&Need::Measure { measure, select, window }).cloned();
        let bound = bound.unwrap_or_else(|| Bound::Missing(self.no_value(measure, &days)));
        let (amount, evidence) =
            of_bound(self, measure, &bound, Some(&days)).map_err(|missing| vec![missing])?;
        let lacking = if amount.value().is_none() { vec![self.censored(measure)] } else { Vec::new() };
        Ok(Found { amount, evidence, lacking, of: Some(measure) })
    }

    fn censored(&self, measure: &'a str) -> Missing {
        let words = self.measure_label(measure);
        let why = format!("{words} is only known within limits, which does not settle this");
        Missing::new(MissingKind::Value, measure, why, format!("record the number of {words}"))
    }

    /// `factor` times the limit of normal that came with the result of this comparison.
    fn limit(&self, factor: &Exact, limit: Limit, measure: &'a str, scope: &Scope<'a>) -> Lookup<'a> {
        let words = self.measure_label(measure);
        let (name, upper) = match limit {
            Limit::Uln => ("upper", true),
            Limit::Lln => ("lower", false),
        };
        let not = |why: String| {
            let ask = format!("record the laboratory's {name} limit of normal with the value of {words}");
            Err(vec![Missing::new(MissingKind::ReferenceLimit, measure, why, ask)])
        };
        match scope.result_of(measure) {
            Some(Bound::Result(result)) => {
                let Some(value) = (if upper { &result.high } else { &result.low }) else {
                    return not(format!(
                        "the {name} limit of normal of {words} ({}) is not recorded",
                        result.on
                    ));
                };
                let scale = self.recorded_scale(measure, result.unit.as_deref(), false);
                Ok(Found { of: Some(measure), ..Found::of(Amount::exact(value * factor, scale)) })
            }
            Some(Bound::Missing(missing)) => Err(vec![missing.clone()]),
            Some(_) => {
                not(format!("a value of {words} computed from several results has no limit of normal"))
            }
            None => not(format!("there is no result of {words} to which a limit of normal belongs")),
        }
    }

    fn age(&self, at: &'a Moment, unit: TimeUnit, scope: &Scope<'a>) -> Lookup<'a> {
        let at = self.at(at, scope);
        let mut missing = at.missing;
        let Some(born) = scope.person.facts.born else {
            missing.push(Missing::new(
                MissingKind::Attribute,
                "born",
                "the date of birth is not recorded",
                "record the date of birth",
            ));
            return Err(missing);
        };
        if !missing.is_empty() {
            return Err(missing);
        }
        let (low, high) = completed(born, at.range, unit);
        let shown = if low == high { low.to_string() } else { format!("{low} to {high}") };
        let mut evidence = Evidence::of("age", "age").value(shown);
        evidence.unit = Some(time_in_words(unit).into());
        evidence.from = Some(born);
        evidence.on = Some(at.range);
        let lacking = (low != high).then(|| {
            let why = format!("the date of birth is only known as {born}, the age is {low} or {high}");
            Missing::new(MissingKind::Date, "born", why, "record the full date of birth")
        });
        let amount = Amount::between(Some(low.into()), Some(high.into()), Scale::Time(unit));
        Ok(Found { amount, evidence: vec![evidence], lacking: lacking.into_iter().collect(), of: None })
    }

    fn duration_of(
        &self,
        finding: &'a Finding,
        at: &'a Moment,
        unit: TimeUnit,
        scope: &Scope<'a>,
    ) -> Lookup<'a> {
        let onset = self.onset(finding, scope);
        let at = self.at(at, scope);
        let missing: Vec<Missing> = onset.missing.into_iter().chain(at.missing).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let (low, high) = completed(onset.range, at.range, unit);
        let words = self.finding_label(&finding.name);
        let shown = if low == high { low.to_string() } else { format!("{low} to {high}") };
        let mut evidence = Evidence::of(&finding.name, words).value(shown);
        evidence.unit = Some(time_in_words(unit).into());
        (evidence.from, evidence.on) = (Some(onset.range), Some(at.range));
        let lacking = (low != high).then(|| {
            let why = format!("{words} is only known to have begun in {}", onset.range);
            Missing::new(
                MissingKind::Date,
                &finding.name,
                why,
                format!("record the full date on which {words} began"),
            )
        });
        let amount = Amount::between(Some(low.into()), Some(high.into()), Scale::Time(unit));
        Ok(Found { amount, evidence: vec![evidence], lacking: lacking.into_iter().collect(), of: None })
    }

    fn change(
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
            let days = Days { from: Some(at.range), to: Some(at.range), text: "", missing: at.missing };
            let bound = bound.unwrap_or_else(|| Bound::Missing(self.no_value(measure, &days)));
            let (amount, evidence) =
                of_bound(self, measure, &bound, None).map_err(|missing| vec![missing])?;
            let amount = self.in_own_unit(measure, amount).map_err(|missing| vec![missing])?;
            Ok(Found { evidence, of: Some(measure), ..Found::of(amount) })
        };
        let (first, last) = both(value(from), value(to))?;
        let not = |error: super::amount::NotComputed| {
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
    fn area(&self, measure: &'a str, from: &'a Moment, to: &'a Moment, scope: &Scope<'a>) -> Lookup<'a> {
        let (from, to) = (self.at(from, scope), self.at(to, scope));
        let missing: Vec<Missing> = from.missing.into_iter().chain(to.missing).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let days = Days { from: Some(from.range), to: Some(to.range), text: "", missing: Vec::new() };
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
        let broken = |error: super::amount::NotComputed| not(error.0);
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

    /// How often it occurred: at least as often as it is recorded, and no more where nothing is missing.
    fn count(&self, finding: &'a Finding, window: &'a Window, scope: &Scope<'a>) -> Found<'a> {
        let days = self.days(window, scope);
        let (mut sure, mut perhaps) = (0i64, 0i64);
        let (mut evidence, mut lacking) = (Vec::new(), days.missing.clone());
        for entry in scope.person.entries() {
            let (meant, missing) = self.is_meant(entry, finding);
            match meant.and(days.touch(entry.start, entry.end)) {
                Truth::False => continue,
                Truth::True => sure += 1,
                Truth::Unknown => {
                    perhaps += 1;
                    lacking.extend(missing);
                }
            }
            evidence.push(self.entry_shown(entry, finding, &days));
        }
        let (from, to) = days.widest();
        let is_covered = self.is_covered(&finding.name, scope, from, to);
        let words = self.finding_label(&finding.name);
        if !is_covered {
            let why = format!("{sure} of {words} are recorded, and nothing says that these are all");
            let when = days.in_words();
            lacking.push(Missing::new(
                MissingKind::Absence,
                &finding.name,
                why,
                format!("record every {words} {when}, and that these are all"),
            ));
        } else if perhaps > 0 && lacking.is_empty() {
            let why = format!("whether {perhaps} of the recorded {words} count depends on their dates");
            lacking.push(Missing::new(
                MissingKind::Date,
                &finding.name,
                why,
                format!("complete the dates of {words}"),
            ));
        }
        let high = is_covered.then(|| Exact::from(sure + perhaps));
        let amount = Amount::between(Some(sure.into()), high, Scale::Number);
        Found { amount, evidence, lacking, of: None }
    }

    /// The dose that was taken last in the window.
    fn dose(&self, finding: &'a Finding, window: &'a Window, scope: &Scope<'a>) -> Lookup<'a> {
        let days = self.days(window, scope);
        let taken = self.doses(finding, &days, scope)?;
        let last: Vec<_> = taken
            .iter()
            .filter(|one| {
                !taken.iter().any(|other| {
                    other.is_sure
                        && other.start.earliest > one.start.latest
                        && other.end.earliest >= one.end.latest
                })
            })
            .collect();
        let Some(first) = last.first() else {
            return Err(vec![self.no_dose(finding, &days)]);
        };
        if last.iter().all(|one| one.amount == first.amount) && last.iter().any(|one| one.is_sure) {
            return Ok(Found {
                evidence: vec![first.evidence.clone()],
                of: Some(&finding.name),
                ..Found::of(first.amount.clone())
            });
        }
        let words = self.finding_label(&finding.name);
        let why = format!("several doses of {words} are recorded for the same time");
        let ask = format!("record from when to when each dose of {words} was taken");
        let missing = || Missing::new(MissingKind::Date, &finding.name, why, ask);
        let settled = last.iter().all(|one| one.is_sure && one.start.is_exact());
        if !settled {
            return Err(days.missing.first().cloned().map_or_else(|| vec![missing()], |anchor| vec![anchor]));
        }
        let tie = || crate::eligibility::evidence::Tie {
            measure: finding.name.clone(),
            on: first.start,
            values: last.iter().map(|one| one.amount.shown()).collect(),
            decides: false,
        };
        let key = format!("dose of {} from {}", finding.name, first.start);
        let chosen = last[self.choices.borrow_mut().take(key, last.len(), tie)];
        Ok(Found {
            evidence: vec![chosen.evidence.clone()],
            of: Some(&finding.name),
            ..Found::of(chosen.amount.clone())
        })
    }

    /// The row of a table for this person; where the person's place is open, everything that the possible rows say.
    fn table(&self, by: Axis, rows: &'a [TableRow], scope: &Scope<'a>) -> Lookup<'a> {
        let mut evidence = Vec::new();
        let mut lacking = Vec::new();
        let possible: Vec<&'a TableRow> = match by {
            Axis::Age => {
                let unit = rows.iter().find_map(|row| match &row.key {
                    TableKey::Ages { unit, .. } => Some(*unit),
                    TableKey::Codes { .. } => None,
                });
                let at = self.event(self.decision, crate::model::Occurrence::Once, scope);
                let mut missing = at.missing;
                match scope.person.facts.born {
                    Some(born) if missing.is_empty() => {
                        let mut possible = Vec::new();
                        for row in rows {
                            let TableKey::Ages { unit, .. } = &row.key else { continue };
                            let (low, high) = completed(born, at.range, *unit);
                            if (low..=high.min(low + 400)).any(|age| in_row(&row.key, &age.into())) {
                                possible.push(row);
                            }
                        }
                        let (low, high) = completed(born, at.range, unit.unwrap_or(TimeUnit::Year));
                        let mut shown = Evidence::of("age", "age").value(if low == high {
                            low.to_string()
                        } else {
                            format!("{low} to {high}")
                        });
                        (shown.from, shown.on) = (Some(born), Some(at.range));
                        evidence.push(shown);
                        if possible.len() > 1 {
                            lacking.push(Missing::new(
                                MissingKind::Date,
                                "born",
                                format!("the date of birth is only known as {born}"),
                                "record the full date of birth",
                            ));
                        }
                        possible
                    }
                    Some(_) => {
                        lacking.append(&mut missing);
                        rows.iter().collect()
                    }
                    None => {
                        lacking.push(Missing::new(
                            MissingKind::Attribute,
                            "born",
                            "the date of birth is not recorded",
                            "record the date of birth",
                        ));
                        rows.iter().collect()
                    }
                }
            }
            Axis::Sex | Axis::Country => {
                let name = if by == Axis::Sex { "sex" } else { "country" };
                match self.attribute(name, scope) {
                    Ok(value) => {
                        evidence.push(Evidence::of(name, name).value(value.clone()));
                        let holds = |row: &&TableRow| matches!(&row.key, TableKey::Codes { codes } if codes.iter().any(|code| code.eq_ignore_ascii_case(&value)));
                        rows.iter().filter(holds).collect()
                    }
                    Err(missing) => {
                        lacking.push(missing);
                        rows.iter().collect()
                    }
                }
            }
        };
        if possible.is_empty() {
            let shown = evidence.iter().filter_map(|one| one.value.clone()).collect::<Vec<_>>().join(", ");
            return Err(vec![Missing::new(
                MissingKind::Rule,
                "table",
                format!("the table has no row for this person ({shown})"),
                "say in the protocol what counts for this person",
            )]);
        }
        let mut found: Option<Found<'a>> = None;
        for row in possible {
            let next = self.side(&row.value, scope)?;
            found = Some(match found {
                None => next,
                Some(before) => {
                    let amount = match before.amount.unit().cloned() {
                        Some(unit) => {
                            self.converted(before.of.unwrap_or_default(), &next.amount, Some(&unit))
                                .map_err(|missing| vec![missing])?
                                .amount
                        }
                        None => next.amount,
                    };
                    Found { amount: before.amount.hull(&amount), ..before }
                }
            });
        }
        let mut found = found.ok_or_else(Vec::new)?;
        found.evidence.extend(evidence);
        found.lacking.extend(lacking);
        Ok(found)
    }

    /// Sex, country or arm, in lower case for sex.
    pub(super) fn attribute(&self, name: &str, scope: &Scope<'a>) -> Result<String, Missing> {
        let facts = scope.person.facts;
        let not = |why: &str, ask: &str| Missing::new(MissingKind::Attribute, name, why, ask);
        match name {
            "sex" => match facts.sex {
                Some(Sex::Female) => Ok("female".into()),
                Some(Sex::Male) => Ok("male".into()),
                Some(Sex::Other) => Err(not(
                    "the sex is recorded as other, and the rule speaks of female or male",
                    "record which of the two the rule means for this person",
                )),
                Some(Sex::Unknown) | None => Err(not("the sex is not recorded", "record the sex")),
            },
            "country" => {
                facts.country.clone().ok_or_else(|| not("the country is not recorded", "record the country"))
            }
            "arm" => self
                .arm
                .map(str::to_owned)
                .or_else(|| facts.arm.clone())
                .ok_or_else(|| not("the arm is not known yet", "allocate, or screen for each arm")),
            other => Err(not(&format!("`{other}` is not recorded of a person"), "repair the rule")),
        }
    }
}

fn in_row(key: &TableKey, age: &Exact) -> bool {
    match key {
        TableKey::Ages { from, to, below, .. } => {
            from.as_ref().is_none_or(|from| age >= from)
                && to.as_ref().is_none_or(|to| age <= to)
                && below.as_ref().is_none_or(|below| age < below)
        }
        TableKey::Codes { .. } => false,
    }
}

pub(super) fn both<'a>(left: Lookup<'a>, right: Lookup<'a>) -> Result<(Found<'a>, Found<'a>), Vec<Missing>> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (Err(mut left), Err(right)) => {
            left.extend(right.into_iter().filter(|missing| !left.contains(missing)).collect::<Vec<_>>());
            Err(left)
        }
        (Err(missing), Ok(_)) | (Ok(_), Err(missing)) => Err(missing),
    }
}
