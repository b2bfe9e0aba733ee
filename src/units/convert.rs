//! From one unit to another, with the reason for every factor.

use std::borrow::Cow;
use std::fmt;

use super::Unit;
use super::analyte::{Activity, Analyte, MolarMass, Scale};
use super::dimension::{Dimension, Fraction};
use super::molar::ATOMIC_WEIGHT_SOURCE;
use super::refusal::{ConversionError, different_kinds, not_defined, of_logarithms};
use super::ucum::{Bend, Factor, NotDefined, Reading, Substances, logarithm, raise};
use crate::number::Exact;

/// A converted value, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    pub value: Exact,
    /// What every value is multiplied by, where the conversion is a multiplication.
    pub factor: Option<Exact>,
    /// The facts that the conversion rests on; empty when units alone decide.
    pub by: Vec<Step>,
    /// The exact result is not rational: the value is a decimal rounded to 12 significant digits.
    pub rounded: bool,
}

/// One fact that a conversion rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In words, with its number: `molar mass of creatinine 113.120 g/mol (C4H7N3O)`.
    pub text: String,
    pub source: Option<&'static str>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Some(source) => write!(f, "{}; {source}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl Converted {
    /// The value as messages show it: four significant figures.
    pub fn shown(&self) -> String {
        self.value.to_significant(4)
    }

    fn exact(value: Exact) -> Self {
        Self { value, factor: None, by: Vec::new(), rounded: false }
    }
}

/// NGSP percent = 0.09148 × IFCC mmol/mol + 2.152.
const HBA1C_SLOPE: (i64, i64) = (9148, 100_000);
const HBA1C_OFFSET: (i64, i64) = (2152, 1000);
const HBA1C_SOURCE: &str = "NGSP/IFCC master equation (Hoelzel et al., Clin Chem 2004, 50, 166)";

/// Whether values in the two units can be compared at all.
///
/// # Errors
/// With the reason in a clinician's words.
pub fn commensurable(from: &Unit, to: &Unit, analyte: &Analyte) -> Result<(), ConversionError> {
    route(from, to, analyte).map(drop)
}

/// Converts a value.
///
/// Exact, except where logarithms or angles make the result irrational: then it is rounded to 12 significant digits
/// and [`Converted::rounded`] says so.
///
/// # Errors
/// When the units measure different things, or the analyte lacks what it takes; see [`ConversionError`].
pub fn convert(
    value: &Exact,
    from: &Unit,
    to: &Unit,
    analyte: &Analyte,
) -> Result<Converted, ConversionError> {
    if from == to {
        return Ok(Converted::exact(value.clone()));
    }
    let route = route(from, to, analyte)?;
    let undefined = |_: NotDefined| not_defined(value, from, to);
    match route.path {
        Path::ToIfcc => {
            let percent = &route.from().factor.apply(value) * &Exact::from(100);
            let ifcc = (&percent - &fraction(HBA1C_OFFSET)).checked_div(&fraction(HBA1C_SLOPE));
            let ifcc = ifcc.unwrap_or_else(Exact::zero);
            let per_mole = Factor::power_of_ten(-3).per(&route.to().factor);
            Ok(Converted { by: route.by, ..Converted::exact(per_mole.apply(&ifcc)) })
        }
        Path::ToNgsp => {
            let ifcc = &route.from().factor.apply(value) * &Exact::from(1000);
            let percent = &(&ifcc * &fraction(HBA1C_SLOPE)) + &fraction(HBA1C_OFFSET);
            let per_hundred = Factor::power_of_ten(-2).per(&route.to().factor);
            Ok(Converted { by: route.by, ..Converted::exact(per_hundred.apply(&percent)) })
        }
        Path::Proportional(ref extra) => {
            let (source, target) = (route.from(), route.to());
            let mut factor = source.factor.per(&target.factor);
            factor.multiply(extra, 1);
            let bent = |reading: &Reading| reading.is_logarithm || reading.bend.is_some();
            if !bent(source) && !bent(target) {
                let value = factor.apply(value);
                return Ok(Converted {
                    value,
                    factor: Some(factor.to_exact()),
                    by: route.by,
                    rounded: false,
                });
            }
            if source.is_logarithm && target.is_logarithm {
                let (shift, rounded) = logarithm(10, &factor.to_exact()).map_err(undefined)?;
                return Ok(Converted { value: value + &shift, factor: None, by: route.by, rounded });
            }
            let (straight, first) = straighten(source, value).map_err(undefined)?;
            let (value, second) = bend(target, &factor.apply(&straight)).map_err(undefined)?;
            Ok(Converted { value, factor: None, by: route.by, rounded: first || second })
        }
    }
}

/// Converts a change: a rise of 1 Cel is 1.8 `[degF]`, one percentage point of HbA1c 10.93 mmol/mol, and a drop of one
/// log10 is tenfold.
///
/// # Errors
/// As [`convert`]; and for changes on a scale whose differences mean nothing in the other unit.
pub fn convert_difference(
    value: &Exact,
    from: &Unit,
    to: &Unit,
    analyte: &Analyte,
) -> Result<Converted, ConversionError> {
    if from == to {
        return Ok(Converted::exact(value.clone()));
    }
    let undefined = |_: NotDefined| not_defined(value, from, to);
    if from.is_logarithm() && !to.is_logarithm() {
        if !to.dimension().is_number() {
            return Err(of_logarithms(from, to));
        }
        let (ratio, rounded) = raise(10, value).map_err(undefined)?;
        let by = vec![Step { text: "a difference of logarithms is a ratio".into(), source: None }];
        let value = Factor::one().per(&to.reading().factor).apply(&ratio);
        return Ok(Converted { value, factor: None, by, rounded });
    }
    let route = route(from, to, analyte)?;
    let linear = |factor: Factor, by| {
        let value = factor.apply(value);
        Ok(Converted { value, factor: Some(factor.to_exact()), by, rounded: false })
    };
    let slope = Factor::from_exact(&fraction(HBA1C_SLOPE));
    let mut factor = route.from().factor.per(&route.to().factor);
    match route.path {
        Path::ToIfcc => {
            factor.multiply(&Factor::power_of_ten(-1), 1);
            factor.multiply(&slope, -1);
            linear(factor, route.by)
        }
        Path::ToNgsp => {
            factor.multiply(&Factor::power_of_ten(1), 1);
            factor.multiply(&slope, 1);
            linear(factor, route.by)
        }
        Path::Proportional(ref extra) => {
            if from.is_logarithm() && to.is_logarithm() {
                return Ok(Converted { by: route.by, ..Converted::exact(value.clone()) });
            }
            factor.multiply(extra, 1);
            for (reading, power) in [(route.from(), 1), (route.to(), -1)] {
                match &reading.bend {
                    None => {}
                    Some((bend, before)) if bend.is_offset() => factor.multiply(before, power),
                    Some(_) => return Err(of_logarithms(from, to)),
                }
            }
            if from.is_logarithm() || to.is_logarithm() {
                return Err(of_logarithms(from, to));
            }
            linear(factor, route.by)
        }
    }
}

/// How to get from one unit to the other.
struct Route<'a> {
    from: Cow<'a, Unit>,
    to: Cow<'a, Unit>,
    path: Path,
    by: Vec<Step>,
}

enum Path {
    /// By the factors of the units, and one more that comes from the analyte.
    Proportional(Factor),
    ToIfcc,
    ToNgsp,
}

impl Route<'_> {
    fn from(&self) -> &Reading {
        self.from.reading()
    }

    fn to(&self) -> &Reading {
        self.to.reading()
    }
}

fn route<'a>(from: &'a Unit, to: &'a Unit, analyte: &Analyte) -> Result<Route<'a>, ConversionError> {
    let mut by = Vec::new();
    let (from, to) = (as_meant(from, analyte, &mut by), as_meant(to, analyte, &mut by));
    let path = path(&from, &to, analyte, &mut by)?;
    Ok(Route { from, to, path, by })
}

/// The unit with its `U` read as the measure means it.
fn as_meant<'a>(unit: &'a Unit, analyte: &Analyte, by: &mut Vec<Step>) -> Cow<'a, Unit> {
    let wanted = match analyte.activity() {
        Activity::AsWritten => return Cow::Borrowed(unit),
        Activity::Enzyme => "U",
        Activity::International => "[IU]",
    };
    match unit.swap_activity() {
        Some((swapped, into)) if into == wanted => {
            let other = if into == "U" { "[IU]" } else { "U" };
            let text = format!("for {}, `{other}` is read as `{into}`", analyte.name());
            by.push(Step { text, source: None });
            Cow::Owned(swapped)
        }
        _ => Cow::Borrowed(unit),
    }
}

fn path(from: &Unit, to: &Unit, analyte: &Analyte, by: &mut Vec<Step>) -> Result<Path, ConversionError> {
    let (source, target) = (from.reading(), to.reading());
    let (here, there) = (&source.dimension, &target.dimension);
    if here == there {
        return Ok(Path::Proportional(Factor::one()));
    }
    let refused = || different_kinds(from, to, analyte);
    match analyte.scale() {
        Scale::HbA1c => {
            let is_ifcc =
                |dimension: &Dimension| dimension.is_one() && dimension.fraction() == Some(Fraction::Amount);
            let to_ifcc = match (here.is_number(), is_ifcc(here), there.is_number(), is_ifcc(there)) {
                (true, _, _, true) => true,
                (_, true, true, _) => false,
                _ => return Err(refused()),
            };
            by.push(Step {
                text: "NGSP % = 0.09148 × IFCC mmol/mol + 2.152".into(),
                source: Some(HBA1C_SOURCE),
            });
            return Ok(if to_ifcc { Path::ToIfcc } else { Path::ToNgsp });
        }
        Scale::Share(of) => {
            let fits = |dimension: &Dimension| {
                dimension.is_one() && dimension.fraction().is_none_or(|fraction| fraction == of)
            };
            if fits(here) && fits(there) {
                return Ok(Path::Proportional(Factor::one()));
            }
        }
        Scale::Ratio => {}
    }
    let is_volume_share = |dimension: &Dimension| dimension.fraction() == Some(Fraction::Volume);
    if (source.top, source.bottom) == (target.top, target.bottom)
        || is_volume_share(here) != is_volume_share(there)
    {
        return Err(refused());
    }
    let mut factor = Factor::one();
    let top = exchange(source.top, target.top, analyte, 1, &mut factor, by);
    let bottom = exchange(source.bottom, target.bottom, analyte, -1, &mut factor, by);
    if top && bottom && without_substances(source) == without_substances(target) {
        Ok(Path::Proportional(factor))
    } else {
        Err(refused())
    }
}

/// The dimension but for the substances named outright.
fn without_substances(reading: &Reading) -> Dimension {
    use super::dimension::Base;
    let mut rest = reading.dimension.clone();
    rest.set_fraction(None);
    for (substances, power) in [(reading.top, -1), (reading.bottom, 1)] {
        rest.multiply(&Dimension::of(Base::Mass), power * substances.mass);
        rest.multiply(&Dimension::of(Base::Amount), power * substances.amount);
        rest.multiply(&Dimension::of_own("eq"), power * substances.equivalents);
    }
    rest
}

/// Exchanges mass, amount and equivalents on one side of the bar; false when the analyte lacks what it takes.
fn exchange(
    from: Substances,
    to: Substances,
    analyte: &Analyte,
    side: i16,
    factor: &mut Factor,
    by: &mut Vec<Step>,
) -> bool {
    if from == to {
        return true;
    }
    if from.total() != 1 || to.total() != 1 {
        return false;
    }
    if from.mass != to.mass {
        let known: Option<(&str, &MolarMass)> = if side > 0 {
            analyte.molar_mass().map(|mass| (analyte.name(), mass))
        } else {
            analyte.reference()
        };
        let Some((name, mass)) = known else { return false };
        let power = if from.mass == 1 { -side } else { side };
        factor.multiply(&Factor::from_exact(&mass.grams_per_mole), power);
        by.push(molar_mass_step(name, mass));
    }
    if from.equivalents != to.equivalents {
        let Some(valence) = analyte.valence().filter(|_| side > 0) else { return false };
        let power = if from.equivalents == 1 { -1 } else { 1 };
        factor.multiply(&Factor::from_exact(&Exact::from(i64::from(valence))), power);
        let text = format!("valence of {} {valence}: 1 mol = {valence} eq", analyte.name());
        by.push(Step { text, source: None });
    }
    true
}

fn molar_mass_step(name: &str, mass: &MolarMass) -> Step {
    let value = mass.grams_per_mole.with_digits(3);
    match &mass.formula {
        Some(formula) => Step {
            text: format!("molar mass of {name} {value} g/mol ({formula})"),
            source: Some(ATOMIC_WEIGHT_SOURCE),
        },
        None => Step { text: format!("molar mass of {name} {value} g/mol, as declared"), source: None },
    }
}

/// To a number proportional to what is measured.
fn straighten(reading: &Reading, value: &Exact) -> Result<(Exact, bool), NotDefined> {
    match &reading.bend {
        _ if reading.is_logarithm => raise(10, value),
        Some((bend, before)) => Bend::straighten(*bend, &before.apply(value)),
        None => Ok((value.clone(), false)),
    }
}

fn bend(reading: &Reading, value: &Exact) -> Result<(Exact, bool), NotDefined> {
    match &reading.bend {
        _ if reading.is_logarithm => logarithm(10, value),
        Some((bend, before)) => {
            let (bent, rounded) = Bend::bend(*bend, value)?;
            Ok((Factor::one().per(before).apply(&bent), rounded))
        }
        None => Ok((value.clone(), false)),
    }
}

fn fraction((numerator, denominator): (i64, i64)) -> Exact {
    Exact::ratio(numerator, denominator).unwrap_or_else(Exact::one)
}
