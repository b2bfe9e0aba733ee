//! What the rules of a document can do with units, worked out in advance: for executions that cannot read a unit themselves.
//!
//! Units fall into groups within which they convert whatever is measured; what an analyte adds (a molar mass, the line of HbA1c) links
//! groups. Every conversion is a line, `value · slope + zero`, but for units that are a logarithm. A product or quotient of units
//! that a formula can come to is listed with its result.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::document::EligibilityDocument;
use super::evaluate::amount::{Amount, Scale, code_of, is_plain};
use crate::model::{
    ArithmeticOperator, Clause, Measure, MeasureKind, QuantityMeasure, Rule, Term, TimeUnit, Tolerance,
    UnitRef, Value,
};
use crate::number::Exact;
use crate::units::{self, Activity, Analyte, Base, Dimension, Unit};

/// Units in which results and doses are commonly reported: those that convert to what a rule asks for are offered.
const COMMON: &[&str] = &[
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
const DOSES: &[&str] =
    &["mg/d", "g/d", "ug/d", "[IU]/d", "mg", "g", "ug", "[IU]", "mg/kg", "mg/kg/d", "ug/kg", "mg/m2"];
/// Units of the clock and the calendar, in which ages and lengths of time are counted.
const TIMES: [TimeUnit; 6] =
    [TimeUnit::Minute, TimeUnit::Hour, TimeUnit::Day, TimeUnit::Week, TimeUnit::Month, TimeUnit::Year];
/// More combinations of scales than this come of no formula.
const MOST_SCALES: usize = 64;

/// The units of a document.
#[derive(Debug, Serialize)]
pub struct UnitTable<'a> {
    pub units: Vec<KnownUnit>,
    /// Everyday words for a part of a unit, to their code: `mcg` to `ug`.
    pub words: BTreeMap<String, &'static str>,
    /// What measures add to the groups. The first is that of a measure of which nothing is known.
    pub analytes: Vec<Links>,
    pub measures: BTreeMap<&'a str, MeasureUnits>,
    /// Units of the doses of a drug, as offered.
    pub doses: BTreeMap<&'a str, Vec<String>>,
    pub composed: Vec<Composed>,
}

/// A unit by its UCUM code. A value in it, times `slope` plus `zero`, is the value in the unit that its group is counted in; for a
/// logarithm, ten to the power of the value, times `slope`.
#[derive(Debug, Serialize)]
pub struct KnownUnit {
    pub code: String,
    pub group: usize,
    pub slope: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zero: Option<Exact>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub log: bool,
    /// It only says what is counted: `{INR}`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
    /// What makes a value in it a pure number: 1/100 for `%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Exact>,
}

/// Groups that convert for an analyte, by the line to the group that they have in common.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Links {
    pub links: Vec<Link>,
}

#[derive(Debug, PartialEq, Serialize)]
pub struct Link {
    pub group: usize,
    pub slope: Exact,
    pub zero: Exact,
    /// The facts that it rests on.
    pub by: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct MeasureUnits {
    /// Its place in [`UnitTable::analytes`].
    pub analyte: usize,
    /// A value without a unit is unknown.
    pub expects: bool,
    /// Codes of the units that are offered, the usual ones first.
    pub accepted: Vec<String>,
}

/// `(kg)/(m2)` is a unit. For two units of one kind, the factor that makes their ratio a pure number.
#[derive(Debug, PartialEq, Serialize)]
pub struct Composed {
    pub of: String,
    pub unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<Exact>,
}

impl<'a> UnitTable<'a> {
    pub fn of(document: &'a EligibilityDocument) -> Self {
        let mut collector = Collector {
            document,
            codes: Vec::new(),
            seen: BTreeSet::new(),
            composed: Vec::new(),
            asked: BTreeMap::new(),
        };
        collector.document();
        let Collector { codes, composed, asked, .. } = collector;
        let mut groups = Groups::default();
        let (linear, bent): (Vec<&Unit>, Vec<&Unit>) = codes.iter().partition(|unit| unit.is_linear());
        for unit in linear.into_iter().chain(bent) {
            groups.add(unit);
        }
        let mut table = Self {
            words: words_for(&codes),
            analytes: vec![Links::default()],
            measures: BTreeMap::new(),
            doses: BTreeMap::new(),
            units: Vec::new(),
            composed,
        };
        for (name, measure) in &document.measures {
            let units = table.measure(name, measure, &asked, &groups);
            table.measures.insert(name, units);
        }
        for (of, asked) in &asked {
            if document.concepts.contains_key(*of) {
                let offered = if asked.is_empty() {
                    DOSES.iter().map(|code| (*code).to_owned()).collect()
                } else {
                    groups.offered(asked, &[])
                };
                table.doses.insert(of, offered);
            }
        }
        table.units = groups.known;
        table
    }

    fn measure(&mut self, name: &str, measure: &Measure, asked: &Asked<'a>, groups: &Groups) -> MeasureUnits {
        let Some(quantity) = measure.quantity() else {
            return MeasureUnits { analyte: 0, expects: false, accepted: Vec::new() };
        };
        let own = quantity.unit.as_ref().and_then(|unit| units::parse(&unit.ucum).ok());
        let links = own.as_ref().map(|own| groups.links(own, &measure.analyte())).unwrap_or_default();
        let linked: Vec<usize> = links.links.iter().map(|link| link.group).collect();
        let analyte = match self.analytes.iter().position(|known| *known == links) {
            _ if links.links.len() < 2 => 0,
            Some(place) => place,
            None => {
                self.analytes.push(links);
                self.analytes.len() - 1
            }
        };
        let mut codes: Vec<String> = own.iter().map(|unit| unit.code().to_owned()).collect();
        codes.extend(asked.get(name).into_iter().flatten().cloned());
        codes.extend(quantity.units.iter().map(|unit| unit.ucum.clone()));
        MeasureUnits {
            analyte,
            expects: own.as_ref().is_some_and(|unit| !is_plain(unit) && unit.code() != "1"),
            accepted: if own.is_some() { groups.offered(&codes, &linked) } else { Vec::new() },
        }
    }
}

/// Codes of the units with which a measure or a drug is compared.
type Asked<'a> = BTreeMap<&'a str, Vec<String>>;

// ---- groups -------------------------------------------------------------------------------------------------------

#[derive(Default)]
struct Groups {
    /// The unit in which each group is counted.
    bases: Vec<Unit>,
    known: Vec<KnownUnit>,
}

impl Groups {
    fn add(&mut self, unit: &Unit) {
        let alike =
            self.bases.iter().position(|base| base.is_linear() && base.dimension() == unit.dimension());
        let line =
            alike.and_then(|group| Some((group, line(unit, &self.bases[group], &Analyte::default())?)));
        let is_logarithm = unit.is_logarithm();
        let (group, slope, zero) = match line {
            Some((group, (slope, zero, _))) => (group, slope, zero),
            None => {
                self.bases.push(unit.clone());
                (self.bases.len() - 1, Exact::one(), Exact::zero())
            }
        };
        let one = Amount::exact(Exact::one(), Scale::Unit(unit.clone()));
        let plain = is_plain(unit);
        let is_number = !plain && unit.is_linear() && unit.dimension().is_one();
        let number =
            is_number.then(|| one.to(None, &Analyte::default()).ok()?.amount.value().cloned()).flatten();
        self.known.push(KnownUnit {
            code: unit.code().to_owned(),
            group,
            slope,
            zero: Some(zero).filter(|zero| !zero.is_zero()),
            log: is_logarithm,
            plain,
            number,
        });
    }

    fn group_of(&self, code: &str) -> Option<usize> {
        self.known.iter().find(|unit| unit.code == code).map(|unit| unit.group)
    }

    /// What an analyte links to the group of its own unit.
    fn links(&self, own: &Unit, analyte: &Analyte) -> Links {
        let Some(home) = self.group_of(own.code()) else { return Links::default() };
        let base = &self.bases[home];
        let mut links = vec![Link { group: home, slope: Exact::one(), zero: Exact::zero(), by: Vec::new() }];
        if analyte.converts_nothing() || !base.is_linear() {
            return Links { links };
        }
        for (group, other) in self.bases.iter().enumerate().filter(|(group, _)| *group != home) {
            if !other.is_linear() || !may_meet(other.dimension(), base.dimension(), analyte) {
                continue;
            }
            if let Some((slope, zero, by)) = line(other, base, analyte) {
                links.push(Link { group, slope, zero, by });
            }
        }
        Links { links }
    }

    /// These units, and the common ones of their groups and of the groups that are linked to them.
    fn offered(&self, codes: &[String], linked: &[usize]) -> Vec<String> {
        let mut offered: Vec<String> = Vec::new();
        let mut groups: Vec<usize> = codes.iter().filter_map(|code| self.group_of(code)).collect();
        groups.extend(linked);
        let common =
            COMMON.iter().filter(|code| self.group_of(code).is_some_and(|group| groups.contains(&group)));
        for code in codes.iter().map(String::as_str).chain(common.copied()) {
            if self.group_of(code).is_some() && !offered.iter().any(|one| one == code) {
                offered.push(code.to_owned());
            }
        }
        offered
    }
}

/// Whether what an analyte knows could exchange one for the other: mass, amount of substance and equivalents for each other, or an
/// activity. Everything else is refused, and saying why would take its time.
fn may_meet(a: &Dimension, b: &Dimension, analyte: &Analyte) -> bool {
    let others = [Base::Length, Base::Time, Base::Angle, Base::Temperature, Base::Charge, Base::Luminosity];
    let body = [Base::BodyWeight, Base::BodySurface];
    let named = |of: &Dimension, name: &str| {
        of.own().iter().find(|(own, _)| *own == name).map_or(0, |(_, power)| *power)
    };
    let substance = |of: &Dimension| of.exponent(Base::Mass) + of.exponent(Base::Amount) + named(of, "eq");
    let rest = |of: &Dimension| others.iter().chain(&body).map(|base| of.exponent(*base)).collect::<Vec<_>>();
    if analyte.activity() != Activity::AsWritten && named(a, "[iU]") != named(b, "[iU]") {
        return true;
    }
    substance(a) == substance(b) && rest(a) == rest(b)
}

/// The line from values in one unit to values in another, which is linear, with what it rests on. For a logarithm only the slope counts.
fn line(from: &Unit, to: &Unit, analyte: &Analyte) -> Option<(Exact, Exact, Vec<String>)> {
    let at = |value: i64| {
        units::convert(&Exact::from(value), from, to, analyte).ok().filter(|found| !found.rounded)
    };
    let zero = at(0)?;
    let by = zero.by.iter().map(ToString::to_string).collect();
    if from.is_logarithm() {
        return Some((zero.value, Exact::zero(), by));
    }
    if !from.is_linear() {
        return None;
    }
    let slope = &at(1)?.value - &zero.value;
    Some((slope, zero.value, by))
}

/// The everyday words for parts of these units.
fn words_for(codes: &[Unit]) -> BTreeMap<String, &'static str> {
    let parts: BTreeSet<&str> = codes.iter().flat_map(|unit| unit.code().split(['/', '.'])).collect();
    units::everyday_words().into_iter().filter(|(_, code)| parts.contains(code)).collect()
}

// ---- what a document mentions ---------------------------------------------------------------------------------------

struct Collector<'a> {
    document: &'a EligibilityDocument,
    codes: Vec<Unit>,
    seen: BTreeSet<String>,
    composed: Vec<Composed>,
    asked: Asked<'a>,
}

impl<'a> Collector<'a> {
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
            Value::TimeBetween { .. } => vec![Scale::Time(TimeUnit::Day)],
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
