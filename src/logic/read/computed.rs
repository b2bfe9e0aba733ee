//! How computed quantities come from what they are computed from: body mass index from weight and height.
//!
//! The order encoding takes a computed quantity for a value of its own. Solvers that know arithmetic are told the rest.

use super::select::Select;
use super::{Formula, Reader};
use crate::eligibility::{Amount, Scale, leaf_of};
use crate::logic::space::{About, Kind, Place, Space};
use crate::model::{
    ArithmeticOperator, Axis, MeasureKind, Selector, TableRow, Term, TimeUnit, UnitRef, Value, Window,
};
use crate::number::Exact;
use crate::units::{self, Analyte};

/// Rational arithmetic over variables.
#[derive(Clone, Debug)]
pub(in crate::logic) enum Expression {
    Number(Exact),
    /// The value of a variable.
    Of(usize),
    /// Completed units of time: a variable's whole number divided by so many, rounded down.
    Completed(usize, i64),
    Sum(Box<[Expression; 2]>),
    Product(Box<[Expression; 2]>),
    Quotient(Box<[Expression; 2]>),
    Power(Box<Expression>, u32),
    Least(Box<[Expression; 2]>),
    Greatest(Box<[Expression; 2]>),
    /// That of the row to which the person belongs.
    Rows(Vec<(Formula, Expression)>),
}

impl Expression {
    fn times(self, factor: &Exact) -> Self {
        match self {
            same if *factor == Exact::one() => same,
            Self::Number(number) => Self::Number(&number * factor),
            other => Self::Product(Box::new([Self::Number(factor.clone()), other])),
        }
    }

    fn plus(self, other: Self) -> Self {
        match other {
            Self::Number(zero) if zero.is_zero() => self,
            other => Self::Sum(Box::new([self, other])),
        }
    }

    /// The variables in it, those of rows too.
    pub fn variables(&self, found: &mut Vec<usize>) {
        match self {
            Self::Number(_) => {}
            Self::Of(variable) | Self::Completed(variable, _) => found.push(*variable),
            Self::Sum(parts)
            | Self::Product(parts)
            | Self::Quotient(parts)
            | Self::Least(parts)
            | Self::Greatest(parts) => parts.iter().for_each(|part| part.variables(found)),
            Self::Power(of, _) => of.variables(found),
            Self::Rows(rows) => {
                for (belongs, value) in rows {
                    belongs.variables(found);
                    value.variables(found);
                }
            }
        }
    }
}

/// A variable and what it is computed from.
#[derive(Clone, Debug)]
pub(in crate::logic) struct Definition {
    pub variable: usize,
    pub is: Expression,
}

/// An expression, and the scale of its value: an amount of one on it.
struct Read {
    expression: Expression,
    one: Amount,
}

impl Read {
    fn new(expression: Expression, scale: Scale) -> Self {
        Self { expression, one: Amount::exact(Exact::one(), scale) }
    }

    /// A ratio or an age that is computed with goes on as a pure number.
    fn settled(self) -> Self {
        match self.one.scale {
            Scale::Ratio { factor, .. } => Self::new(self.expression.times(&factor), Scale::Number),
            Scale::Time(_) => Self::new(self.expression, Scale::Number),
            scale => Self::new(self.expression, scale),
        }
    }

    /// On the scale that a conversion leads to; `None` where it is not exact, or no straight line.
    fn brought(self, convert: impl Fn(&Amount) -> Option<Amount>) -> Option<Self> {
        let at = |number: i64| {
            let converted = convert(&Amount::exact(Exact::from(number), self.one.scale.clone()))?;
            Some((converted.value()?.clone(), converted.scale))
        };
        let ((zero, _), (one, scale), (two, _)) = (at(0)?, at(1)?, at(2)?);
        let step = &one - &zero;
        if &two - &one != step {
            return None;
        }
        Some(Self::new(self.expression.times(&step).plus(Expression::Number(zero)), scale))
    }

    fn in_unit(self, unit: Option<&UnitRef>, analyte: &Analyte) -> Option<Self> {
        let unit = match unit {
            Some(unit) => Some(units::parse(&unit.ucum).ok()?),
            None => None,
        };
        self.brought(|amount| Some(amount.to(unit.as_ref(), analyte).ok()?.amount))
    }
}

/// Every variable of the space of which it is known how it is computed. What it is computed from becomes variables too.
pub(in crate::logic) fn definitions(space: &mut Space<'_>) -> Vec<Definition> {
    let mut found = Vec::new();
    for variable in 0..space.variables.len() {
        let of = space.variables[variable].of.clone();
        // What is known of another person is not put together here.
        if of.contains("person ") || !matches!(space.variables[variable].kind, Kind::Ordered(_)) {
            continue;
        }
        let (about, Place { side, decision }) =
            (space.variables[variable].about.clone(), space.variables[variable].place);
        let mut reader = Reader { space, side, decision, arm: None, person: None };
        found.extend(reader.definition(variable, &about, &of));
    }
    found
}

impl<'t> Reader<'_, 't> {
    fn definition(&mut self, variable: usize, about: &About<'t>, of: &str) -> Option<Definition> {
        let Kind::Ordered(family) = self.space.variables[variable].kind else { return None };
        let unit = self.space.families[family].unit.clone();
        let read = match about {
            About::Measured { measure, select, window } => {
                self.formula_of(measure)?;
                self.measured_in_formula(measure, (*select, window), of)?
                    .in_unit(unit.as_ref(), &Analyte::default())?
            }
            About::Term { term } if is_computed(&term.value) => {
                self.number(term, None, of)?.in_unit(unit.as_ref(), &Analyte::default())?
            }
            About::Difference { left, right } => {
                let (left, right) = (self.number(left, None, of)?, self.number(right, None, of)?);
                let scale = left.one.scale.clone();
                let right = match &scale {
                    Scale::Unit(to) => {
                        right.brought(|amount| Some(amount.to(Some(to), &Analyte::default()).ok()?.amount))?
                    }
                    scale if *scale == right.one.scale => right,
                    _ => return None,
                };
                let right = right.expression.times(&Exact::from(-1));
                Read::new(left.expression.plus(right), scale)
            }
            _ => return None,
        };
        Some(Definition { variable, is: read.expression })
    }

    fn formula_of(&self, measure: &str) -> Option<&'t Term> {
        let trial = self.space.trials[self.side];
        trial.measures.get(measure)?.quantity()?.formula_of.as_deref()
    }

    /// `around`: the choice of values and the window of the computed quantity of whose formula the term is a part.
    fn number(&mut self, term: &'t Term, around: Option<(Selector, &'t Window)>, of: &str) -> Option<Read> {
        match &term.value {
            Value::Constant { number, unit, .. } => {
                let scale = match unit {
                    Some(unit) => Scale::Unit(units::parse(&unit.ucum).ok()?),
                    None => Scale::Number,
                };
                Some(Read::new(Expression::Number(number.clone()), scale))
            }
            Value::Measured { measure, select, window } => {
                self.measured_in_formula(measure, leaf_of(around, *select, window), of)
            }
            Value::Age { at, unit: unit @ (TimeUnit::Year | TimeUnit::Month) } => {
                let key = format!("{of}age {}", self.keys().moment(at));
                let (variable, scale) = self.lasted(&key, *unit, (About::Age { at }, &term.text, of));
                Some(Read::new(Expression::Completed(variable, scale), Scale::Time(*unit)))
            }
            Value::Arithmetic { left, operator: ArithmeticOperator::Power, right } => {
                let Value::Constant { number, unit: None, .. } = &right.value else { return None };
                let power = u32::try_from(number.to_i64()?).ok().filter(|power| (1..=8).contains(power))?;
                let base = self.number(left, around, of)?.settled();
                let one =
                    base.one.compute(ArithmeticOperator::Power, &Amount::number(number.clone())).ok()?;
                Some(Read::new(Expression::Power(Box::new(base.expression), power), one.scale))
            }
            Value::Arithmetic { left, operator, right } => {
                let (left, right) = (self.number(left, around, of)?, self.number(right, around, of)?);
                let (left, right) = (left.settled(), right.settled());
                let scale = left.one.compute(*operator, &right.one).ok()?.scale;
                let right = match (operator, &left.one.scale, &right.one.scale) {
                    (
                        ArithmeticOperator::Add | ArithmeticOperator::Subtract,
                        Scale::Unit(to),
                        Scale::Unit(_),
                    ) => {
                        right.brought(|amount| Some(amount.to(Some(to), &Analyte::default()).ok()?.amount))?
                    }
                    _ => right,
                };
                let (left, right) = (left.expression, right.expression);
                let expression = match operator {
                    ArithmeticOperator::Add => left.plus(right),
                    ArithmeticOperator::Subtract => left.plus(right.times(&Exact::from(-1))),
                    ArithmeticOperator::Multiply => Expression::Product(Box::new([left, right])),
                    _ => Expression::Quotient(Box::new([left, right])),
                };
                Some(Read::new(expression, scale))
            }
            Value::Negative { of: inner } => {
                let read = self.number(inner, around, of)?;
                Some(Read::new(read.expression.times(&Exact::from(-1)), read.one.scale))
            }
            Value::Call { function, arguments } if function == "min" || function == "max" => {
                let mut best: Option<Read> = None;
                for argument in arguments {
                    let next = self.number(argument, around, of)?.settled();
                    best = Some(match best {
                        None => next,
                        Some(best) if best.one.scale == next.one.scale => {
                            let pair = Box::new([best.expression, next.expression]);
                            let is_least = function == "min";
                            let both =
                                if is_least { Expression::Least(pair) } else { Expression::Greatest(pair) };
                            Read::new(both, best.one.scale)
                        }
                        Some(_) => return None,
                    });
                }
                best
            }
            Value::Table { by, rows } => self.table(*by, rows, around, of),
            _ => None,
        }
    }

    fn measured_in_formula(
        &mut self,
        measure: &'t str,
        (select, window): (Selector, &'t Window),
        of: &str,
    ) -> Option<Read> {
        // Of several values the formula may take any; the latest and the earliest of each part are one.
        if !matches!(select, Selector::Latest | Selector::Earliest) || super::is_many_days(window) {
            return None;
        }
        let trial = self.space.trials[self.side];
        let declared = trial.measures.get(measure)?;
        if let Some(formula) = self.formula_of(measure) {
            let read = self.number(formula, Some((select, window)), of)?;
            let own = declared.quantity().and_then(|quantity| quantity.unit.as_ref());
            return match (own, &read.one.scale) {
                (None, _) => Some(read),
                // A pure number is in the unit already.
                (Some(own), Scale::Number) => {
                    Some(Read::new(read.expression, Scale::Unit(units::parse(&own.ucum).ok()?)))
                }
                (own, _) => read.in_unit(own, &declared.analyte()),
            };
        }
        if matches!(declared.kind, MeasureKind::Coded { .. }) {
            return None;
        }
        let words = &declared.label;
        let variable = self.value_of((measure, Select::Own(select), window), words, of);
        let Kind::Ordered(family) = self.space.variables[variable].kind else { return None };
        let scale = match &self.space.families[family].unit {
            Some(unit) => Scale::Unit(units::parse(&unit.ucum).ok()?),
            None => Scale::Number,
        };
        Some(Read::new(Expression::Of(variable), scale))
    }

    fn table(
        &mut self,
        by: Axis,
        rows: &'t [TableRow],
        around: Option<(Selector, &'t Window)>,
        of: &str,
    ) -> Option<Read> {
        let mut scale: Option<Scale> = None;
        let mut each = Vec::with_capacity(rows.len());
        for row in rows {
            let belongs = self.belongs(by, &row.key, of);
            let read = self.number(&row.value, around, of)?;
            if scale.as_ref().is_some_and(|known| *known != read.one.scale) {
                return None;
            }
            scale = Some(read.one.scale);
            each.push((belongs, read.expression));
        }
        Some(Read::new(Expression::Rows(each), scale?))
    }
}

/// Terms that are put together from others.
fn is_computed(value: &Value) -> bool {
    matches!(
        value,
        Value::Arithmetic { .. } | Value::Negative { .. } | Value::Call { .. } | Value::Table { .. }
    )
}
