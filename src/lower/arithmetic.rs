//! Calculation with values, and the units that it gives.

use super::Lowering;
use super::env::Env;
use super::fit::analyte_of;
use super::term::{Sort, Typed};
use super::unit::composed;
use crate::ast::{self, Expr};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{ArithmeticOperator, Term, UnitRef, Value};
use crate::source::Span;
use crate::units::{self, Analyte};

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
                    self.two_kinds(expr.span, left_unit.as_ref(), right_unit.as_ref(), "added or subtracted");
                    return None;
                }
                left_unit.clone()
            }
            ArithmeticOperator::Power => self.power(left_unit.as_ref(), &right, right_unit.as_ref())?,
        };
        let is_ratio = operator == ArithmeticOperator::Divide
            && left_unit.is_some()
            && Self::same_kind(left_unit.as_ref(), right_unit.as_ref(), &Analyte::default());
        let is_alike =
            left_unit.as_ref().map(|unit| &unit.ucum) == right_unit.as_ref().map(|unit| &unit.ucum);
        let sort = match unit {
            // Centimetres by centimetres are a pure number, milligrams by grams want to be told.
            Some(_) if is_ratio && is_alike => {
                Sort::Ratio { unit: UnitRef { ucum: "1".into(), written: "1".into() } }
            }
            Some(unit) if is_ratio => Sort::Ratio { unit },
            unit => Sort::Measure { unit, of: None },
        };
        let value = Value::Arithmetic { left: Box::new(left.term), operator, right: Box::new(right.term) };
        let term = Term { text: self.words(expr.span), value, origin: expr.span.into() };
        Some(Typed { term, sort, span: expr.span })
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
            Sort::Table => self.rows_as_operands(typed),
            Sort::Ratio { .. } | Sort::Age | Sort::Count | Sort::Days { .. } | Sort::Score { .. } => {
                Some(None)
            }
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

    fn two_kinds(&mut self, span: Span, one: Option<&UnitRef>, two: Option<&UnitRef>, done: &str) {
        let shown = |unit: Option<&UnitRef>| {
            unit.map_or("a number without unit".to_owned(), |unit| format!("`{}`", unit.written))
        };
        let (one, two) = (shown(one), shown(two));
        self.report(
            Diagnostic::new(&codes::UNIT_MISMATCH, span, format!("{one} and {two} cannot be {done}"))
                .label("two kinds of quantity")
                .help("bring both sides to the same kind of quantity first; a quantity divided by its unit is a pure number, as in `weight / 1 kg`"),
        );
    }

    /// The unit of a power. An exponent is a pure number; only a whole one can be taken of a quantity with a unit.
    fn power(
        &mut self,
        unit: Option<&UnitRef>,
        exponent: &Typed,
        exponent_unit: Option<&UnitRef>,
    ) -> Option<Option<UnitRef>> {
        if let Some(unit) = exponent_unit.filter(|unit| !is_pure(unit)) {
            let message = format!("an exponent is a pure number; this one is in `{}`", unit.written);
            self.report(
                Diagnostic::new(&codes::UNIT_MISMATCH, exponent.span, message)
                    .label("has a unit")
                    .help(format!("divide it by its unit first: `/ 1 {}`", unit.written)),
            );
            return None;
        }
        let Some(unit) = unit.filter(|unit| !is_pure(unit)) else { return Some(None) };
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
                .help(format!(
                    "write `^ 2`, or divide by the unit first, which leaves a pure number: `(… / 1 {}) ^ …`",
                    unit.written
                )),
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
            "min" | "max" => self.common_unit(expr.span, &units, "compared")?,
            _ if arguments.len() != 1 => {
                let found = Diagnostic::new(
                    &codes::WRONG_SORT,
                    expr.span,
                    format!("`{name}` takes one value, not {}", arguments.len()),
                );
                self.report(found.label("one value is needed").help(format!("write `{name}(value)`")));
                return None;
            }
            "abs" => units.into_iter().next().flatten(),
            _ => {
                if let Some(unit) = units.iter().flatten().find(|unit| !is_pure(unit)) {
                    let text = self.words(arguments[0].span);
                    let message = format!("`{name}` takes a pure number; `{text}` is in `{}`", unit.written);
                    self.report(
                        Diagnostic::new(&codes::UNIT_MISMATCH, arguments[0].span, message)
                            .label("has a unit")
                            .help(format!(
                                "divide it by its unit first: `{name}({text} / 1 {})`",
                                unit.written
                            )),
                    );
                    return None;
                }
                None
            }
        };
        let value = Value::Call {
            function: name.to_owned(),
            arguments: values.into_iter().map(|value| value.term).collect(),
        };
        let text = self.words(expr.span);
        let term = Term { text, value, origin: expr.span.into() };
        Some(Typed { term, sort: Sort::Measure { unit, of: None }, span: expr.span })
    }

    /// The unit of the first, to which all others can be brought.
    fn common_unit(&mut self, span: Span, units: &[Option<UnitRef>], done: &str) -> Option<Option<UnitRef>> {
        let (first, others) = units.split_first()?;
        for other in others {
            if !Self::same_kind(first.as_ref(), other.as_ref(), &Analyte::default()) {
                self.two_kinds(span, first.as_ref(), other.as_ref(), done);
                return None;
            }
        }
        Some(first.clone())
    }

    /// The rows of a table that is computed with: each with its own unit, all of one kind.
    fn rows_as_operands(&mut self, typed: &mut Typed) -> Option<Option<UnitRef>> {
        let mut values = self.table_rows.shift_remove(&typed.term.origin.0?)?;
        let units: Option<Vec<Option<UnitRef>>> =
            values.iter_mut().map(|value| self.operand(value)).collect();
        let unit = self.common_unit(typed.span, &units?, "rows of one table")?;
        if let Value::Table { rows, .. } = &mut typed.term.value {
            for (row, value) in rows.iter_mut().zip(values) {
                row.value = value.term;
            }
        }
        Some(unit)
    }
}

/// Whether a unit says nothing about size: `1`, and words in braces alone such as `{INR}`.
pub(super) fn is_pure(unit: &UnitRef) -> bool {
    let one = units::parse("1").ok();
    let same = |unit: &units::Unit| one.as_ref().is_some_and(|one| one == unit);
    unit.ucum == "1"
        || super::unit::unit_of(unit).is_some_and(|unit| same(&unit) || is_annotation(unit.code()))
}

fn is_annotation(code: &str) -> bool {
    code.starts_with('{') && code.ends_with('}') && code.matches('{').count() == 1
}
