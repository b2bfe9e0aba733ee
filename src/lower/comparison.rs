//! Truths of values: comparisons, ranges, coded values, stability.

use super::Lowering;
use super::env::Env;
use super::finding::comparator;
use super::term::{Sort, Typed};
use super::time::time_unit;
use crate::ast::{self, Expr, ExprKind, Name, Quantity};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::model::{Comparator, Level, Rule, Selector, Term, TimeUnit, Tolerance, UnitRef, Value};
use crate::source::Spanned;

impl Lowering<'_> {
    pub(super) fn compare(
        &mut self,
        left: &Expr,
        operator: &Spanned<ast::Comparator>,
        right: &Expr,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let left_value = self.value(left, env);
        if let Some(found) = self.compare_levels(left_value.as_ref(), operator, right) {
            return found;
        }
        // Whether `III` is a value or a name hangs on what stands before it, of which something is said already.
        if left_value.is_none()
            && matches!(&right.kind, ExprKind::Finding(finding) if finding.qualifiers.is_empty())
        {
            return None;
        }
        // A limit's own window is the measure's; nothing is looked up on the right when it is a literal.
        let right_value = self.value(right, env);
        let (mut left, mut right) = (left_value?, right_value?);
        if matches!(left.sort, Sort::Literal(_)) && !matches!(right.sort, Sort::Literal(_)) {
            // `1.5 < inr at screening`: the value comes first in the model.
            std::mem::swap(&mut left, &mut right);
            let operator = comparator(flipped(operator.value));
            return self.comparison(left, operator, right);
        }
        self.comparison(left, comparator(operator.value), right)
    }

    fn comparison(
        &mut self,
        mut left: Typed,
        operator: crate::model::Comparator,
        right: Typed,
    ) -> Option<Rule> {
        let literal_unit = match &right.sort {
            Sort::Literal(quantity) => quantity.unit.as_ref().map(|unit| unit.value.clone()),
            _ => None,
        };
        let relation = unit_of_relation(&left);
        let at = right.span;
        let right = self.fit(right, &left, None)?;
        self.decides_of_days(&left, &[(operator, &right)], at)?;
        if let Some(unit) = literal_unit.as_deref().and_then(time_unit) {
            set_time_unit(&mut left.term, unit);
        }
        let unit = constant_unit(&right).or(relation);
        Some(Rule::Compare { left: left.term, operator, right, unit })
    }

    /// `nyha >= III`: an ordered level is compared by listing the levels that satisfy it.
    fn compare_levels(
        &mut self,
        left: Option<&Typed>,
        operator: &Spanned<ast::Comparator>,
        right: &Expr,
    ) -> Option<Option<Rule>> {
        let left = left?;
        let Sort::Coded { levels, ordered, label } = &left.sort else { return None };
        let name = match &right.kind {
            ExprKind::Finding(finding) if finding.qualifiers.is_empty() => {
                if self.bare(finding, "a value").is_none() {
                    return Some(None);
                }
                finding.name.clone()
            }
            ExprKind::Quantity(quantity) if quantity.unit.is_none() => {
                Spanned::new(quantity.number_text.clone(), quantity.number.span)
            }
            _ => return None,
        };
        let (levels, ordered, label) = (levels.clone(), *ordered, label.clone());
        if !self.known_level(&name, &levels, &label) {
            return Some(None);
        }
        let at = levels.iter().position(|level| level.value == name.value)?;
        let is_equality = matches!(operator.value, ast::Comparator::Equal | ast::Comparator::NotEqual);
        if !ordered && !is_equality {
            self.report(
                Diagnostic::new(
                    &codes::NOT_COMPARABLE,
                    operator.span,
                    format!("the values of {label} have no order"),
                )
                .label("cannot be larger or smaller")
                .help(format!("write `{} is {}`, or declare it as a `score`", left.term.text, name.value)),
            );
            return Some(None);
        }
        let comparison = comparator(operator.value);
        let one_of = levels
            .iter()
            .enumerate()
            .filter(|(index, _)| comparison.holds(index.cmp(&at)))
            .map(|(_, level)| level.value.clone());
        Some(Some(Rule::Is { value: left.term.clone(), one_of: one_of.collect() }))
    }

    pub(super) fn known_level(&mut self, name: &Name, levels: &[Level], label: &str) -> bool {
        if levels.is_empty() || levels.iter().any(|level| level.value == name.value) {
            return true;
        }
        let values: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
        let found = Diagnostic::new(
            &codes::UNKNOWN_LEVEL,
            name.span,
            format!("`{}` is not a value of {label}", name.value),
        );
        // One number is not a misspelling of another, nor one letter.
        let is_short = name.value.len() < 3 || name.value.parse::<i64>().is_ok();
        let near = did_you_mean(&name.value, values.iter().copied()).filter(|_| !is_short);
        let found = match near {
            Some(other) => found.label(format!("did you mean `{other}`?")).fix(name.span, other),
            None => found.label("not among its values"),
        };
        self.report(found.help(format!("the values are {}", values.join(", "))));
        false
    }

    pub(super) fn between(&mut self, value: &Expr, low: &Expr, high: &Expr, env: &Env<'_>) -> Option<Rule> {
        let value = self.value(value, env);
        let (low_value, high_value) = (self.value(low, env), self.value(high, env));
        let (mut value, low_value, high_value) = (value?, low_value?, high_value?);
        let unit_at = |typed: &Typed| match &typed.sort {
            Sort::Literal(quantity) => quantity.unit.clone(),
            _ => None,
        };
        let (low_unit, high_unit) = (unit_at(&low_value), unit_at(&high_value));
        if let (Sort::Literal(a), Sort::Literal(b)) = (&low_value.sort, &high_value.sort) {
            self.check_order(a, b)?;
        }
        let relation = unit_of_relation(&value);
        let low_value_span = low_value.span;
        let low = self.fit(low_value, &value, high_unit.as_ref())?;
        let at = low_value_span.to(high_value.span);
        let high = self.fit(high_value, &value, low_unit.as_ref())?;
        self.decides_of_days(&value, &[(Comparator::AtLeast, &low), (Comparator::AtMost, &high)], at)?;
        if let Some(unit) = high_unit.or(low_unit).and_then(|unit| time_unit(&unit.value)) {
            set_time_unit(&mut value.term, unit);
        }
        let unit = constant_unit(&high).or_else(|| constant_unit(&low)).or(relation);
        Some(Rule::Between { value: value.term, low, high, unit })
    }

    fn check_order(&mut self, low: &Quantity, high: &Quantity) -> Option<()> {
        let same_unit = match (&low.unit, &high.unit) {
            (Some(low), Some(high)) => low.value == high.value,
            _ => true,
        };
        if !same_unit || low.number.value <= high.number.value {
            return Some(());
        }
        let span = low.number.span.to(high.number.span);
        let unit =
            high.unit.as_ref().or(low.unit.as_ref()).map_or(String::new(), |unit| format!(" {}", unit.value));
        let message = format!("no value lies between {} and {}", low.number_text, high.number_text);
        self.report(
            Diagnostic::new(&codes::EMPTY_RANGE, span, message)
                .label("the range ends before it begins")
                .help(format!(
                    "write the lower end first: `in {} to {}{unit}`",
                    high.number_text, low.number_text
                )),
        );
        None
    }

    pub(super) fn is(&mut self, value: &Expr, one_of: &[Name], env: &Env<'_>) -> Option<Rule> {
        let value = self.value(value, env)?;
        let (levels, label) = match &value.sort {
            Sort::Coded { levels, label, .. } => (levels.clone(), label.clone()),
            Sort::Score { low, high, label } => {
                let levels = (*low..=*high).map(|value| Level { value: value.to_string(), label: None });
                (levels.collect(), label.clone())
            }
            _ => {
                let text = value.term.text.clone();
                let names: Vec<&str> = one_of.iter().map(|name| name.value.as_str()).collect();
                self.report(
                    Diagnostic::new(
                        &codes::NOT_COMPARABLE,
                        value.span,
                        format!("`{text}` is a number, not one of a list of values"),
                    )
                    .label(format!("cannot be `{}`", names.join("` or `")))
                    .help("compare it with `=`, `<`, `>` or `in … to …`"),
                );
                return None;
            }
        };
        let known = one_of.iter().map(|name| self.known_level(name, &levels, &label)).collect::<Vec<_>>();
        if known.contains(&false) {
            return None;
        }
        Some(Rule::Is { value: value.term, one_of: one_of.iter().map(|name| name.value.clone()).collect() })
    }

    pub(super) fn steady(
        &mut self,
        value: &Expr,
        at_most: &Quantity,
        reference: &Spanned<ast::Selector>,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let measure = self.value(value, &env.of_every_day())?;
        if let Value::Measured { select, .. } = &measure.term.value
            && *select != Selector::Latest
        {
            self.chooses_for_all(value);
            return None;
        }
        let measured_in_percent =
            matches!(&measure.sort, Sort::Measure { unit: Some(unit), .. } if unit.ucum == "%");
        let is_percent = at_most.unit.as_ref().is_some_and(|unit| unit.value == "%");
        let tolerance = if is_percent && measured_in_percent {
            let number = &at_most.number_text;
            self.report(
                Diagnostic::new(&codes::AMBIGUOUS_PERCENT, at_most.number.span, format!("`{number} %` can mean {number} points or a share of the value"))
                    .label("the measure itself is in percent")
                    .help("give the tolerance in another unit of the measure, or compare the highest with the lowest value"),
            );
            return None;
        } else if is_percent {
            Tolerance::Percent { percent: at_most.number.value.clone() }
        } else {
            let literal = Expr::new(ExprKind::Quantity(at_most.clone()), at_most.number.span);
            let literal = self.value(&literal, env)?;
            let fitted = self.fit(literal, &measure, None)?;
            Tolerance::Absolute { number: at_most.number.value.clone(), unit: constant_unit(&fitted) }
        };
        let reference = super::term::model_selector(reference.value);
        Some(Rule::Steady { measure: measure.term, tolerance, reference })
    }
}

fn flipped(operator: ast::Comparator) -> ast::Comparator {
    match operator {
        ast::Comparator::Less => ast::Comparator::Greater,
        ast::Comparator::AtMost => ast::Comparator::AtLeast,
        ast::Comparator::AtLeast => ast::Comparator::AtMost,
        ast::Comparator::Greater => ast::Comparator::Less,
        same => same,
    }
}

/// The unit in which a comparison with this value is made when the other side brings none.
fn unit_of_relation(typed: &Typed) -> Option<UnitRef> {
    match &typed.sort {
        Sort::Measure { unit, .. } => unit.clone(),
        Sort::Ratio { unit } => Some(unit.clone()),
        _ => None,
    }
}

fn constant_unit(term: &Term) -> Option<UnitRef> {
    match &term.value {
        Value::Constant { unit, .. } => unit.clone(),
        _ => None,
    }
}

/// Says in which unit of time completed units are counted.
fn set_time_unit(term: &mut Term, to: TimeUnit) {
    match &mut term.value {
        Value::Age { unit, .. } | Value::DurationOf { unit, .. } => *unit = to,
        _ => {}
    }
}
