//! Invented participants with the verdicts that the author expects.

use super::finding::Sought;
use super::property::iso;
use super::{Lowering, label_of};
use crate::ast::{self, Item, Keyword, Name, Value};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::model::{Answer, Decision, Example, Expectation, Fact, FactValue, MeasureKind, Named};
use crate::number::Exact;
use crate::resolve::Space;
use crate::source::{Span, Spanned};

const VERDICTS: [&str; 3] = ["eligible", "ineligible", "undetermined"];

impl Lowering<'_> {
    pub(super) fn examples(&mut self, decisions: &Named<Decision>) -> Vec<Example> {
        self.own(Keyword::Example).into_iter().map(|item| self.example(item, decisions)).collect()
    }

    fn example(&mut self, item: &Item, decisions: &Named<Decision>) -> Example {
        let mut facts = Vec::new();
        let mut expect = Vec::new();
        for inner in &item.items {
            match inner.body.as_ref().map(|body| (&body.value, body.span)) {
                Some((Value::Fact(fact), span)) => facts.extend(self.fact(fact, span)),
                Some((Value::Expectation { verdict, decision, by }, _)) => {
                    if let Some(mut expectation) = self.expectation(verdict, by, inner) {
                        expectation.decision = self.decision_meant(decision.as_ref(), by, decisions);
                        expect.push(expectation);
                    }
                }
                _ => {}
            }
        }
        Example { label: label_of(item), facts, expect, origin: item.head_span().into() }
    }

    /// The decision that an expectation names, or the one to which the criteria that it names belong. `None` where
    /// there is no choice, or none was made.
    fn decision_meant(
        &mut self,
        named: Option<&Name>,
        by: &[Name],
        decisions: &Named<Decision>,
    ) -> Option<String> {
        if let Some(named) = named {
            if decisions.contains_key(&named.value) {
                return Some(named.value.clone());
            }
            let events: Vec<&str> = decisions.keys().map(String::as_str).collect();
            let help = "name the event that an `eligibility for` decides on";
            let found = self.scope.unknown(&codes::UNKNOWN_NAME, named, "decision", &events, help);
            self.report(found);
            return None;
        }
        let holds = |decision: &Decision| by.iter().all(|code| decision.criteria.contains_key(&code.value));
        let mut meant =
            decisions.iter().filter(|(_, decision)| decisions.len() > 1 && !by.is_empty() && holds(decision));
        meant.next().map(|(event, _)| event.clone())
    }

    fn expectation(&mut self, verdict: &Name, by: &[Name], item: &Item) -> Option<Expectation> {
        if !VERDICTS.contains(&verdict.value.as_str()) {
            let found = Diagnostic::new(
                &codes::UNKNOWN_LEVEL,
                verdict.span,
                format!("`{}` is not a verdict", verdict.value),
            );
            let found = match did_you_mean(&verdict.value, VERDICTS) {
                Some(other) => found.label(format!("did you mean `{other}`?")).fix(verdict.span, other),
                None => found.label("not a verdict"),
            };
            self.report(found.help("write `eligible`, `ineligible` or `undetermined`"));
            return None;
        }
        let by = by.iter().filter(|code| self.is_criterion(code)).map(|code| code.value.clone()).collect();
        Some(Expectation { decision: None, verdict: verdict.value.clone(), by, origin: item.span.into() })
    }

    fn is_criterion(&mut self, code: &Name) -> bool {
        if self.scope.get(Space::Criterion, &code.value).is_some() {
            return true;
        }
        let codes_: Vec<&str> = self.scope.all(Space::Criterion).map(|(name, _)| name).collect();
        let found = self.scope.unknown(
            &codes::UNKNOWN_NAME,
            code,
            "criterion",
            &codes_,
            "name a criterion of the protocol",
        );
        self.report(found);
        false
    }

    fn fact(&mut self, fact: &ast::Fact, span: Span) -> Option<Fact> {
        match fact {
            ast::Fact::Attribute { name, value } => {
                if name.value == "arm" && self.scope.get(Space::Arm, &value.value).is_none() {
                    self.is_arm(&Name::new(value.value.clone(), value.span));
                }
                Some(Fact::Attribute { name: name.value.clone(), value: value.value.clone() })
            }
            ast::Fact::Observed { name, value: Some(value), on, normal, details } => {
                self.no_details(name, details);
                let value = self.fact_value(name, value, span)?;
                let normal = match normal {
                    Some(range) => Some(self.normal(name, &value, range)?),
                    None => None,
                };
                Some(Fact::Measured { measure: name.value.clone(), value, on: iso(on.value), normal })
            }
            ast::Fact::Observed { name, value: None, on, details, .. } => {
                self.is_recorded(name)?;
                let details = self.details(name, details);
                Some(Fact::Happened { name: name.value.clone(), on: iso(on.value), details })
            }
            ast::Fact::Lasting { name, value, from, to, details } => {
                self.is_recorded(name)?;
                let details = self.details(name, details);
                let dose = match value {
                    Some(ast::FactValue::Quantity(quantity)) => {
                        let amount = self.amount(quantity)?;
                        Some(FactValue::Quantity { number: amount.number, unit: amount.unit })
                    }
                    Some(ast::FactValue::Level(level)) => Some(FactValue::Level(level.value.clone())),
                    None => None,
                };
                let date = |date: &Option<crate::source::Spanned<ast::PartialDate>>| {
                    date.as_ref().map(|date| iso(date.value))
                };
                Some(Fact::Lasted { name: name.value.clone(), from: date(from), to: date(to), dose, details })
            }
            ast::Fact::Absent { other, name, from, to } => {
                self.is_recorded(name)?;
                let date = |date: &Option<crate::source::Spanned<ast::PartialDate>>| {
                    date.as_ref().map(|date| iso(date.value))
                };
                Some(Fact::Absent { other: *other, name: name.value.clone(), from: date(from), to: date(to) })
            }
            ast::Fact::Answer { criterion, answer } => {
                let base = criterion.value.split('.').next().unwrap_or_default().to_owned();
                let definition = self
                    .scope
                    .get(Space::Thing, &base)
                    .is_some_and(|entity| entity.keyword() == Keyword::Define);
                if !definition && !self.is_criterion(&Name::new(base, criterion.span)) {
                    return None;
                }
                let answer = match answer.value.as_str() {
                    "yes" => Answer::Yes,
                    "no" => Answer::No,
                    _ => Answer::Unknown,
                };
                Some(Fact::Answer { criterion: criterion.value.clone(), answer })
            }
        }
    }

    /// Limits of normal in the unit of the value; where they have no unit, they are in it already.
    fn normal(
        &mut self,
        name: &Name,
        value: &FactValue,
        range: &Spanned<ast::QuantityRange>,
    ) -> Option<(Exact, Exact)> {
        let FactValue::Quantity { unit, .. } = value else {
            self.report(
                Diagnostic::new(
                    &codes::NOT_COMPARABLE,
                    range.span,
                    format!("`{}` has no limits of normal", name.value),
                )
                .label("its result is a word")
                .help("leave `normal` out"),
            );
            return None;
        };
        let analyte = self.measure(&name.value)?.analyte();
        let low = self.in_unit(&range.value.low, range.value.high.unit.as_ref(), unit.as_ref(), &analyte)?;
        let high = self.in_unit(&range.value.high, range.value.low.unit.as_ref(), unit.as_ref(), &analyte)?;
        if low > high {
            self.report(
                Diagnostic::new(
                    &codes::EMPTY_RANGE,
                    range.span,
                    "these limits of normal end before they begin",
                )
                .label("no value is normal")
                .help("write the lower limit first"),
            );
            return None;
        }
        Some((low, high))
    }

    /// An event, condition, drug or procedure.
    fn is_recorded(&mut self, name: &Name) -> Option<()> {
        match self.scope.get(Space::Thing, &name.value) {
            Some(entity) if super::concept::domain(entity.keyword()).is_some() => {
                self.concept(&name.value);
                Some(())
            }
            Some(entity) => {
                let is = entity.keyword().text();
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, name.span, format!("`{}` is a {is}", name.value))
                        .label("its value is missing")
                        .help(format!(
                            "write its value before the date, as in `{} 7.9 % on 2011-06-28`",
                            name.value
                        )),
                );
                None
            }
            // A visit that took place.
            None if self.scope.get(Space::Visit, &name.value).is_some() => Some(()),
            None => {
                self.unknown_in_rule(name, Sought::Occurrence);
                None
            }
        }
    }

    fn fact_value(&mut self, name: &Name, value: &ast::FactValue, span: Span) -> Option<FactValue> {
        if !self.is_measure(&name.value) {
            match self.scope.get(Space::Thing, &name.value) {
                None => self.unknown_in_rule(name, Sought::Value),
                Some(entity) => {
                    let is = entity.keyword().text();
                    self.report(
                        Diagnostic::new(
                            &codes::WRONG_SORT,
                            name.span,
                            format!("`{}` is a {is}, which has no value", name.value),
                        )
                        .label("only measures have values")
                        .help(format!("write `{0} on DATE` or `{0} from DATE`", name.value)),
                    );
                }
            }
            return None;
        }
        let measure = self.measure(&name.value)?;
        match (value, &measure.kind) {
            (ast::FactValue::Quantity(quantity), MeasureKind::Quantity(kind)) => {
                let amount = self.amount(quantity)?;
                if amount.unit.is_none() && kind.unit.as_ref().is_some_and(|unit| unit.ucum != "1") {
                    self.missing_unit(quantity, quantity.number.span, &measure);
                    return None;
                }
                Some(FactValue::Quantity { number: amount.number, unit: amount.unit })
            }
            (ast::FactValue::Quantity(quantity), MeasureKind::Score { .. }) => {
                Some(FactValue::Quantity { number: quantity.number.value.clone(), unit: None })
            }
            (ast::FactValue::Quantity(quantity), MeasureKind::Coded { levels, .. }) => self.level(
                &Name::new(quantity.number_text.clone(), quantity.number.span),
                levels,
                &measure.label,
            ),
            (ast::FactValue::Level(level), MeasureKind::Coded { levels, .. }) => {
                self.level(level, levels, &measure.label)
            }
            (ast::FactValue::Level(level), _) => {
                self.report(
                    Diagnostic::new(
                        &codes::NOT_COMPARABLE,
                        span,
                        format!("`{}` is not a number", level.value),
                    )
                    .label(format!("{} is a number", measure.label))
                    .help("write the number and its unit"),
                );
                None
            }
        }
    }

    fn level(&mut self, name: &Name, levels: &[crate::model::Level], label: &str) -> Option<FactValue> {
        self.known_level(name, levels, label).then(|| FactValue::Level(name.value.clone()))
    }
}
