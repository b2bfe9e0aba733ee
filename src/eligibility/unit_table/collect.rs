//! What a document mentions: its units, and the products and quotients of them that its formulas come to.

use std::collections::{BTreeMap, BTreeSet};

use super::Composed;
use crate::eligibility::document::EligibilityDocument;
use crate::eligibility::evaluate::amount::{Amount, Scale, code_of};
use crate::model::{
    ArithmeticOperator, Clause, Measure, MeasureKind, QuantityMeasure, Rule, Term, TimeUnit, Tolerance,
    UnitRef, Value,
};
use crate::number::Exact;
use crate::units::{self, Unit};

/// Units in which results and doses are commonly reported: those that convert to what a rule asks for are offered.
pub(super) const COMMON: &[&str] = &[
    "g/L",
    "g/dL",
    "mg/dL",
    "mg/L",
    "ug/mL",
    "ug/dL",
    "ug/L",
    "ng/mL",
    "ng/dL",
    "ng/L",
    "pg/mL",
    "mol/L",
    "mmol/L",
    "umol/L",
    "nmol/L",
    "pmol/L",
    "meq/L",
    "kg",
    "g",
    "mg",
    "ug",
    "[lb_av]",
    "m",
    "cm",
    "mm",
    "[in_i]",
    "[ft_i]",
    "10*9/L",
    "10*12/L",
    "10*6/L",
    "10*3/uL",
    "10*6/uL",
    "/uL",
    "/mm3",
    "10*3/mm3",
    "U/L",
    "kU/L",
    "ukat/L",
    "nkat/L",
    "[IU]/L",
    "[IU]/mL",
    "m[IU]/L",
    "m[IU]/mL",
    "u[IU]/mL",
    "k[IU]/L",
    "Cel",
    "[degF]",
    "K",
    "mm[Hg]",
    "kPa",
    "%",
    "1",
    "mmol/mol",
    "L/L",
    "g/g",
    "mg/g",
    "mg/mmol",
    "ug/mg",
    "mL/min",
    "mL/s",
    "L/min",
    "mL/min/{1.73_m2}",
    "mL/s/{1.73_m2}",
    "s",
    "ms",
    "kg/m2",
    "m2",
    "g/d",
    "mg/d",
    "ug/d",
    "[IU]/d",
    "U/d",
    "mg/kg",
    "mg/kg/d",
    "ug/kg",
    "mg/m2",
    "mmol",
    "/min",
    "L",
    "mL",
    "[IU]",
    "{copies}/mL",
    "mm/h",
];
/// Units of a dose that no rule compares with a limit.
pub(super) const DOSES: &[&str] =
    &["mg/d", "g/d", "ug/d", "[IU]/d", "mg", "g", "ug", "[IU]", "mg/kg", "mg/kg/d", "ug/kg", "mg/m2"];
/// Units of the clock and the calendar, in which ages and lengths of time are counted.
const TIMES: [TimeUnit; 6] =
    [TimeUnit::Minute, TimeUnit::Hour, TimeUnit::Day, TimeUnit::Week, TimeUnit::Month, TimeUnit::Year];
/// More combinations of scales than this come of no formula.
const MOST_SCALES: usize = 64;

/// Codes of the units with which a measure or a drug is compared.
pub(super) type Asked<'a> = BTreeMap<&'a str, Vec<String>>;

pub(super) struct Collector<'a> {
    document: &'a EligibilityDocument,
    pub codes: Vec<Unit>,
    seen: BTreeSet<String>,
    pub composed: Vec<Composed>,
    pub asked: Asked<'a>,
}

impl<'a> Collector<'a> {
    /// All that a document mentions.
    pub fn of(document: &'a EligibilityDocument) -> Self {
        let mut collector = Self {
            document,
            codes: Vec::new(),
            seen: BTreeSet::new(),
            composed: Vec::new(),
            asked: BTreeMap::new(),
        };
        collector.document();
        collector
    }

    fn document(&mut self) {
        for measure in self.document.measures.values() {
            if let Some(quantity) = measure.quantity() {
                for unit in quantity.unit.iter().chain(&quantity.units) {
                    self.unit(&unit.ucum);
                }
            }
        }
        for code in TIMES.iter().map(|unit| code_of(*unit)).chain(COMMON.iter().copied()) {
            self.unit(code);
        }
        let document = self.document;
        for criterion in document.decisions.values().flat_map(|decision| decision.criteria.values()) {
            self.clause(&criterion.rule);
        }
        for clause in document.events.values().filter_map(|event| event.when.as_ref()) {
            self.clause(clause);
        }
        for quantity in document.measures.values().filter_map(Measure::quantity) {
            if let Some(formula) = quantity.formula_of.as_deref() {
                self.term(formula);
            }
        }
    }

    fn unit(&mut self, code: &str) {
        if self.seen.contains(code) {
            return;
        }
        let Ok(unit) = units::parse(code) else { return };
        self.seen.insert(code.to_owned());
        self.seen.insert(unit.code().to_owned());
        if self.codes.contains(&unit) {
            return;
        }
        if let Some(linear) = counted(&unit) {
            self.unit(&linear);
        }
        self.codes.push(unit);
    }

    fn clause(&mut self, clause: &'a Clause) {
        match &clause.rule {
            Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
                of.iter().for_each(|part| self.clause(part))
            }
            Rule::Not { of } | Rule::OfPerson { of, .. } => self.clause(of),
            Rule::Choose { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.clause(part));
            }
            Rule::Compare { left, right, unit, .. } => self.comparison(&[left, right], unit.as_ref()),
            Rule::Between { value, low, high, unit } => self.comparison(&[value, low, high], unit.as_ref()),
            Rule::Is { value, .. } => self.term(value),
            Rule::Steady { measure, tolerance, .. } => {
                self.term(measure);
                if let Tolerance::Absolute { unit: Some(unit), .. } = tolerance {
                    self.unit(&unit.ucum);
                }
            }
            Rule::Trend { measure, .. } => self.term(measure),
            Rule::Occurs { .. } | Rule::Attested { .. } | Rule::Text { .. } => {}
        }
    }

    fn comparison(&mut self, terms: &[&'a Term], unit: Option<&UnitRef>) {
        terms.iter().for_each(|term| self.term(term));
        let Some(unit) = unit else { return };
        self.unit(&unit.ucum);
        for term in terms {
            let of = match &term.value {
                Value::Measured { measure, .. } | Value::Change { measure, .. } => measure.as_str(),
                Value::Dose { finding, .. } => finding.name.as_str(),
                _ => continue,
            };
            let asked = self.asked.entry(of).or_default();
            if !asked.contains(&unit.ucum) {
                asked.push(unit.ucum.clone());
            }
        }
    }

    fn term(&mut self, term: &'a Term) {
        if let Value::Dose { finding, .. } = &term.value {
            self.asked.entry(&finding.name).or_default();
        }
        self.scales(term);
    }

    /// The scales that a term can have inside a computation. What it composes on the way is listed.
    fn scales(&mut self, term: &'a Term) -> Vec<Scale> {
        let scale_of = |code: &str| units::parse(code).map_or(Scale::Number, Scale::Unit);
        match &term.value {
            Value::Constant { unit, .. } => vec![unit.as_ref().map_or(Scale::Number, |unit| {
                self.unit(&unit.ucum);
                scale_of(&unit.ucum)
            })],
            Value::Measured { measure, .. } => self.own_scales(measure, 0),
            Value::Limit { measure, .. } => self.recorded_scales(measure),
            Value::Age { unit, .. } | Value::DurationOf { unit, .. } => vec![Scale::Time(*unit)],
            Value::TimeBetween { .. } | Value::Days { .. } => vec![Scale::Time(TimeUnit::Day)],
            Value::Change { relative: true, measure, .. } => {
                self.unit("%");
                for scale in self.own_scales(measure, 0) {
                    self.compute(&scale, ArithmeticOperator::Divide, &scale);
                }
                vec![scale_of("%")]
            }
            Value::Change { measure, .. } => self.own_scales(measure, 0),
            Value::AreaUnder { measure, .. } => {
                let days = scale_of("d");
                let own = self.own_scales(measure, 0);
                own.iter()
                    .flat_map(|scale| self.compute(scale, ArithmeticOperator::Multiply, &days))
                    .collect()
            }
            Value::Dose { .. } => vec![Scale::Number],
            Value::Arithmetic { left, operator, right } => self.arithmetic(left, *operator, right),
            Value::Call { function, arguments } => {
                let mut all: Vec<Vec<Scale>> =
                    arguments.iter().map(|argument| self.scales(argument)).collect();
                match function.as_str() {
                    "min" | "max" | "abs" if !all.is_empty() => all.swap_remove(0),
                    _ => vec![Scale::Number],
                }
            }
            Value::Negative { of } => self.scales(of),
            Value::Table { rows, .. } => {
                let mut scales: Vec<Scale> = Vec::new();
                for row in rows {
                    for scale in self.scales(&row.value) {
                        if !scales.contains(&scale) {
                            scales.push(scale);
                        }
                    }
                }
                scales
            }
            Value::Span { .. }
            | Value::Attribute { .. }
            | Value::Count { .. }
            | Value::Incidence { .. }
            | Value::Proportion { .. } => vec![Scale::Number],
        }
    }

    fn arithmetic(&mut self, left: &'a Term, operator: ArithmeticOperator, right: &'a Term) -> Vec<Scale> {
        let (lefts, rights) = (self.scales(left), self.scales(right));
        let mut found: Vec<Scale> = Vec::new();
        for a in &lefts {
            if operator == ArithmeticOperator::Power {
                found.extend(self.power(a, right));
                continue;
            }
            for b in &rights {
                found.extend(self.compute(a, operator, b));
            }
        }
        found.dedup();
        found.truncate(MOST_SCALES);
        found
    }

    /// A whole power is multiplied out, as the evaluator does it.
    fn power(&mut self, base: &Scale, exponent: &Term) -> Option<Scale> {
        let whole = match &exponent.value {
            Value::Constant { number, .. } => number.to_i64().filter(|whole| whole.abs() <= 8),
            Value::Negative { of } => match &of.value {
                Value::Constant { number, .. } => {
                    number.to_i64().map(|whole| -whole).filter(|whole| whole.abs() <= 8)
                }
                _ => None,
            },
            _ => None,
        };
        let Some(whole) = whole else { return Some(Scale::Number) };
        let mut scale = Scale::Number;
        for _ in 0..whole.unsigned_abs() {
            scale = self.compute(&scale, ArithmeticOperator::Multiply, base)?;
        }
        if whole < 0 { self.compute(&Scale::Number, ArithmeticOperator::Divide, &scale) } else { Some(scale) }
    }

    /// The scale of a result; a product or quotient of units is listed.
    fn compute(&mut self, a: &Scale, operator: ArithmeticOperator, b: &Scale) -> Option<Scale> {
        let one = |scale: &Scale| Amount::exact(Exact::one(), scale.clone());
        let result = one(a).compute(operator, &one(b)).ok()?.scale;
        let sign = match operator {
            ArithmeticOperator::Multiply => '.',
            ArithmeticOperator::Divide => '/',
            _ => return Some(result),
        };
        let (unit, factor) = match &result {
            Scale::Unit(unit) => (unit, None),
            Scale::Ratio { unit, factor } => (unit, Some(factor.clone())),
            _ => return Some(result),
        };
        // What is computed with goes on as a pure number where it is a ratio or an age.
        let code = |scale: &Scale| match scale {
            Scale::Unit(unit) => unit.code().to_owned(),
            _ => "1".to_owned(),
        };
        let of = format!("({}){sign}({})", code(a), code(b));
        // Times a pure number the unit stays what it is.
        let is_composed = matches!((a, b), (Scale::Unit(_), Scale::Unit(_))) || sign == '/' && code(a) == "1";
        if is_composed && !self.composed.iter().any(|known| known.of == of) {
            self.composed.push(Composed { of, unit: unit.code().to_owned(), factor });
        }
        self.unit(unit.code());
        Some(result)
    }

    /// The scales of a measure's values inside a computation: its own unit, or what its formula comes to.
    fn own_scales(&mut self, measure: &str, depth: usize) -> Vec<Scale> {
        const DEEPEST: usize = 16;
        let document = self.document;
        let Some(MeasureKind::Quantity(quantity)) =
            document.measures.get(measure).map(|measure| &measure.kind)
        else {
            return vec![Scale::Number];
        };
        match (own_unit(quantity), quantity.formula_of.as_deref()) {
            (Some(unit), _) => vec![Scale::Unit(unit)],
            (None, Some(formula)) if depth < DEEPEST => self.scales(formula),
            _ => vec![Scale::Number],
        }
    }

    /// The scales in which results are recorded.
    fn recorded_scales(&self, measure: &str) -> Vec<Scale> {
        let quantity = self.document.measures.get(measure).and_then(Measure::quantity);
        let recorded = quantity.into_iter().flat_map(|quantity| quantity.unit.iter().chain(&quantity.units));
        let scales = recorded.filter_map(|unit| units::parse(&unit.ucum).ok()).map(Scale::Unit);
        std::iter::once(Scale::Number).chain(scales).collect()
    }
}

fn own_unit(quantity: &QuantityMeasure) -> Option<Unit> {
    quantity.unit.as_ref().and_then(|unit| units::parse(&unit.ucum).ok())
}

/// The unit of which a logarithm is one: `{copies}/mL` for `{Log_copies}/mL`.
fn counted(unit: &Unit) -> Option<String> {
    let (name, rest) = unit.code().strip_prefix("{Log_")?.split_once('}')?;
    let names = [format!("{{{name}}}{rest}"), format!("[{name}]{rest}")];
    names
        .into_iter()
        .find(|code| units::parse(code).is_ok_and(|linear| linear.dimension() == unit.dimension()))
}
