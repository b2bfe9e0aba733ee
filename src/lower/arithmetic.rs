//! Calculation with values, and the units that it gives.

use super::Lowering;
use super::env::Env;
use super::fit::analyte_of;
use super::term::{Sort, Typed};
use super::unit::composed;
use crate::ast::{self, Expr};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{ArithmeticOperator, Term, UnitRef, Value};

impl Lowering<'_> {
    pub(super) fn arithmetic(
        &mut self,
        expr: &Expr,
        left: &Expr,
        operator: ast::ArithmeticOperator,
        right: &Expr,
        env: &Env<'_>,
    ) -> Option<Typed> {
        let (left, right) = (self.value(left, env), self.value(right, env));
        let (mut left, mut right) = (left?, right?);
        let (left_unit, right_unit) = (self.operand(&mut left)?, self.operand(&mut right)?);
        let operator = match operator {
            ast::ArithmeticOperator::Add => ArithmeticOperator::Add,
            ast::ArithmeticOperator::Subtract => ArithmeticOperator::Subtract,
            ast::ArithmeticOperator::Multiply => ArithmeticOperator::Multiply,
            ast::ArithmeticOperator::Divide => ArithmeticOperator::Divide,
            ast::ArithmeticOperator::Power => ArithmeticOperator::Power,
        };
        let unit = match operator {
            ArithmeticOperator::Multiply => composed(left_unit.as_ref(), right_unit.as_ref(), false),
            ArithmeticOperator::Divide => composed(left_unit.as_ref(), right_unit.as_ref(), true),
            ArithmeticOperator::Add | ArithmeticOperator::Subtract => {
                let analyte = analyte_of(&left.sort);
                if !Self::same_kind(left_unit.as_ref(), right_unit.as_ref(), &analyte) {
                    let shown = |unit: &Option<UnitRef>| {
                        unit.as_ref()
                            .map_or("a number without unit".to_owned(), |unit| format!("`{}`", unit.written))
                    };
                    let (one, two) = (shown(&left_unit), shown(&right_unit));
                    self.report(
                        Diagnostic::new(
                            &codes::UNIT_MISMATCH,
                            expr.span,
                            format!("{one} and {two} cannot be added or subtracted"),
                        )
                        .label("two kinds of quantity")
                        .help("bring both sides to the same kind of quantity first"),
                    );
                    return None;
                }
                left_unit
            }
            ArithmeticOperator::Power => self.power(left_unit.as_ref(), &right)?,
        };
        let value = Value::Arithmetic { left: Box::new(left.term), operator, right: Box::new(right.term) };
        let text = self.words(expr.span);
        Some(Typed {
            term: Term { text, value, origin: expr.span.into() },
            sort: Sort::Measure { unit, of: None },
            span: expr.span,
        })
    }

    /// The unit of an operand; literals get theirs here. `Some(None)` is a pure number.
    pub(super) fn operand(&mut self, typed: &mut Typed) -> Option<Option<UnitRef>> {
        match &typed.sort {
            Sort::Literal(quantity) => {
                let quantity = quantity.clone();
                let written = match &quantity.unit {
                    Some(_) => Some(self.author_unit(&quantity)?),
                    None => None,
                };
                if let Value::Constant { unit, .. } = &mut typed.term.value {
                    *unit = written.clone();
                }
                Some(written)
            }
            Sort::Measure { unit, .. } => Some(unit.clone()),
            Sort::Age | Sort::Count | Sort::Score { .. } | Sort::Table => Some(None),
            Sort::Coded { .. } | Sort::Elapsed | Sort::Dose | Sort::Limit => {
                let text = typed.term.text.clone();
                self.report(
                    Diagnostic::new(
                        &codes::NOT_COMPARABLE,
                        typed.span,
                        format!("`{text}` cannot be computed with"),
                    )
                    .label("not a number")
                    .help("compute with measures, scores, ages, counts and numbers"),
                );
                None
            }
        }
    }

    fn power(&mut self, unit: Option<&UnitRef>, exponent: &Typed) -> Option<Option<UnitRef>> {
        let Some(unit) = unit else { return Some(None) };
        let whole = match &exponent.term.value {
            Value::Constant { number, unit: None, .. } => {
                number.to_i64().filter(|power| (1..=6).contains(power))
            }
            _ => None,
        };
        let Some(power) = whole else {
            self.report(
                Diagnostic::new(
                    &codes::UNIT_MISMATCH,
                    exponent.span,
                    format!("a quantity in `{}` takes a whole power", unit.written),
                )
                .label("from 1 to 6")
                .help("write `^ 2`, or divide by the unit first"),
            );
            return None;
        };
        let mut product = Some(unit.clone());
        for _ in 1..power {
            product = composed(product.as_ref(), Some(unit), false);
        }
        Some(product.map(|product| UnitRef { written: format!("{}{power}", unit.written), ..product }))
    }

    pub(super) fn call(
        &mut self,
        expr: &Expr,
        function: &ast::Name,
        arguments: &[Expr],
        env: &Env<'_>,
    ) -> Option<Typed> {
        const FUNCTIONS: [&str; 7] = ["min", "max", "sqrt", "ln", "log10", "exp", "abs"];
        let name = function.value.as_str();
        if !FUNCTIONS.contains(&name) {
            let found = Diagnostic::new(
                &codes::UNKNOWN_NAME,
                function.span,
                format!("there is no function `{name}`"),
            )
            .label("not a function")
            .help(format!("the functions are {}", FUNCTIONS.join(", ")));
            self.report(found);
            return None;
        }
        let mut values = Vec::new();
        let mut units = Vec::new();
        for argument in arguments {
            let mut value = self.value(argument, env)?;
            units.push(self.operand(&mut value)?);
            values.push(value);
        }
        let unit = match name {
            "min" | "max" | "abs" => units.into_iter().next().flatten(),
            _ => None,
        };
        let value = Value::Call {
            function: name.to_owned(),
            arguments: values.into_iter().map(|value| value.term).collect(),
        };
        let text = self.words(expr.span);
        let term = Term { text, value, origin: expr.span.into() };
        Some(Typed { term, sort: Sort::Measure { unit, of: None }, span: expr.span })
    }
}
