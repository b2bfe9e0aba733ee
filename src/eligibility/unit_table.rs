//! What the rules of a document can do with units, worked out in advance: for executions that cannot read a unit themselves.
//!
//! Units fall into groups within which they convert whatever is measured; what an analyte adds (a molar mass, the line of HbA1c) links
//! groups. Every conversion is a line, `value · slope + zero`, but for units that are a logarithm. A product or quotient of units
//! that a formula can come to is listed with its result.

mod collect;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::collect::{Asked, COMMON, Collector, DOSES};
use super::document::EligibilityDocument;
use super::evaluate::amount::{Amount, Scale, is_plain};
use crate::model::Measure;
use crate::number::Exact;
use crate::units::{self, Activity, Analyte, Base, Dimension, Unit};

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
        let Collector { codes, composed, asked, .. } = Collector::of(document);
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
