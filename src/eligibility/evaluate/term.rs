//! The value of a term, for the results that have been chosen.

use super::Evaluator;
use super::amount::{Amount, Scale};
use super::bind::{Bound, Need, Scope};
use super::series::of_bound;
use super::shown::time_in_words;
use crate::eligibility::evidence::{Evidence, Missing, MissingKind};
use crate::model::{Finding, Limit, Moment, Selector, Term, TimeUnit, Value, Window};
use crate::number::Exact;
use crate::time::completed;

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
    pub(super) fn of(amount: Amount) -> Self {
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

    /// The value of one side of a comparison, without what it was found from.
    pub(crate) fn amount_of_term(&self, term: &'a Term, scope: &Scope<'a>) -> Option<Amount> {
        Some(self.side(term, scope).ok()?.amount)
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
            Value::Count { finding, mode, window } => Ok(self.count(finding, *mode, window, scope)),
            Value::Days { count, without, finding, window } => {
                self.days_counted(*count, *without, finding, window, scope)
            }
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
        let lacking = match &bound {
            Bound::Computed { lacking, .. } if !lacking.is_empty() => lacking.clone(),
            _ if amount.value().is_none() => vec![self.censored(measure)],
            _ => Vec::new(),
        };
        Ok(Found { amount, evidence, lacking, of: Some(measure) })
    }

    pub(super) fn censored(&self, measure: &'a str) -> Missing {
        let words = self.measure_label(measure);
        let why = format!("the value of {words} is only known within limits, which does not settle this");
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
            let why = format!("of the day on which {words} began only {} is known", onset.range);
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
