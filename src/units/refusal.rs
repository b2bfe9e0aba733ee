//! Why a conversion is refused, in a clinician's words.

use std::fmt;

use super::analyte::{Analyte, Scale};
use super::dimension::{Base, Fraction};
use super::{Unit, commensurable, parse};
use crate::number::Exact;

/// The reason behind a [`ConversionError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConversionErrorKind {
    /// The units measure different things.
    DifferentKinds,
    /// Mass against amount of substance, and no molar mass.
    NoMolarMass,
    /// Equivalents, and no valence.
    NoValence,
    /// Two numbers of different kinds: `%`, `mmol/mol`, `mg/g`, `L/L`, a ratio without unit.
    DifferentRatios,
    /// A unit defined by one biological standard or assay.
    ArbitraryUnit,
    /// A multiple of the limit of normal against an absolute value.
    LimitOfNormal,
    /// Only one of the two is per body weight or body surface.
    BodySize,
    /// Per day against times day: a misplaced dot.
    MisplacedTime,
    /// A difference of logarithms is a ratio.
    LogarithmicDifference,
    /// The logarithm of nothing, or a number beyond every measurement.
    NotDefined,
}

/// A conversion that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionError {
    pub kind: ConversionErrorKind,
    pub message: String,
    pub help: Option<String>,
}

impl ConversionError {
    fn new(kind: ConversionErrorKind, message: impl Into<String>, help: impl Into<Option<String>>) -> Self {
        Self { kind, message: message.into(), help: help.into() }
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConversionError {}

pub(super) fn not_defined(value: &Exact, from: &Unit, to: &Unit) -> ConversionError {
    let message = format!("{} `{from}` has no value in `{to}`", value.to_significant(4));
    ConversionError::new(ConversionErrorKind::NotDefined, message, None)
}

pub(super) fn of_logarithms(from: &Unit, to: &Unit) -> ConversionError {
    let message = format!(
        "a difference on a logarithmic scale is a ratio: a change in `{from}` is no change in `{to}` unless the \
         starting value is known"
    );
    let help = "compare the change on the logarithmic scale: a drop of 1 log10 is tenfold".to_owned();
    ConversionError::new(ConversionErrorKind::LogarithmicDifference, message, help)
}

/// The most telling reason why the units of `from` and `to` do not meet.
pub(super) fn different_kinds(from: &Unit, to: &Unit, analyte: &Analyte) -> ConversionError {
    use ConversionErrorKind as Kind;
    let (here, there) = (from.dimension(), to.dimension());
    let name = analyte.name();
    let both = format!("`{from}` measures {}, `{to}` measures {}", from.kind(), to.kind());
    let in_target = || Some(format!("write the value in `{to}`, or in a unit of the same kind"));
    let differs = |base| here.exponent(base) != there.exponent(base);

    if from.is_limit_of_normal() || to.is_limit_of_normal() {
        if from.is_limit_of_normal() && to.is_limit_of_normal() {
            let message = format!("`{from}` and `{to}` relate to different limits of the reference range");
            return ConversionError::new(Kind::LimitOfNormal, message, in_target());
        }
        let (limit, value) = if from.is_limit_of_normal() { (from, to) } else { (to, from) };
        let message = format!(
            "`{limit}` is a multiple of the laboratory's limit of normal, `{value}` an absolute value ({}): they meet only \
             through the reference range for {name}",
            value.kind()
        );
        let help =
            "collect the reference range with the result, or state the limit in one of the two".to_owned();
        return ConversionError::new(Kind::LimitOfNormal, message, help);
    }
    if here.is_one() && there.is_one() {
        let message = format!("{both}: both are numbers, but not of the same thing");
        let help = match (here.fraction(), there.fraction()) {
            (Some(Fraction::Amount), None) | (None, Some(Fraction::Amount))
                if analyte.scale() != Scale::HbA1c =>
            {
                Some(
                    "HbA1c has a conversion of its own (NGSP % and IFCC mmol/mol); other ratios have none"
                        .to_owned(),
                )
            }
            _ => in_target(),
        };
        return ConversionError::new(Kind::DifferentRatios, message, help);
    }
    if let Some(error) = missing_fact(from, to, analyte, &both) {
        return error;
    }
    if here.own() != there.own() {
        let odd = here
            .own()
            .iter()
            .chain(there.own())
            .find(|part| !(here.own().contains(part) && there.own().contains(part)));
        let odd = match odd.map_or("", |(name, _)| name) {
            "[iU]" => "[IU]",
            name => name.trim_matches(['{', '}']),
        };
        let message = match odd {
            "copies" | "pack" | "INR" | "FEU" | "DDU" | "eq" | "osm" => {
                format!("{both}: there is no fixed factor between them")
            }
            _ => format!(
                "{both}: `{odd}` is defined for one substance and one method, and converts to nothing else"
            ),
        };
        return ConversionError::new(Kind::ArbitraryUnit, message, in_target());
    }
    if differs(Base::BodyWeight) || differs(Base::BodySurface) {
        let help = if is_clearance(from) && is_clearance(to) {
            Some(format!(
                "write the limit in `{to}`; a rate normalised to 1.73 m2 and an individual clearance in mL/min are two measures"
            ))
        } else {
            in_target()
        };
        return ConversionError::new(Kind::BodySize, both, help);
    }
    if differs(Base::Time) && here.exponent(Base::Time) == -there.exponent(Base::Time) {
        let (odd, fine) = if here.exponent(Base::Time) > 0 { (from, to) } else { (to, from) };
        let message =
            format!("{both}: after `/`, a dot multiplies, so `{odd}` is times the time, not per time");
        return ConversionError::new(Kind::MisplacedTime, message, format!("did you mean `{fine}`?"));
    }
    let help = match per_litre(from, to, analyte) {
        Some(meant) => Some(format!("did you mean `{meant}`? The volume is missing behind `{from}`")),
        None => in_target(),
    };
    ConversionError::new(Kind::DifferentKinds, format!("{both}: one cannot be converted to the other"), help)
}

/// The amount or mass `from` as the concentration that `to` is, where its volume was forgotten.
fn per_litre(from: &Unit, to: &Unit, analyte: &Analyte) -> Option<Unit> {
    let volume = |unit: &Unit| unit.dimension().exponent(Base::Length);
    if volume(from) != 0 || volume(to) != -3 {
        return None;
    }
    let meant = parse(&format!("{}/L", from.written())).ok()?;
    commensurable(&meant, to, analyte).is_ok().then_some(meant)
}

fn is_clearance(unit: &Unit) -> bool {
    unit.dimension().exponent(Base::Length) == 3 && unit.dimension().exponent(Base::Time) == -1
}

/// Units that would meet if the measure said more of its substance.
fn missing_fact(from: &Unit, to: &Unit, analyte: &Analyte, both: &str) -> Option<ConversionError> {
    use ConversionErrorKind as Kind;
    let (source, target) = (from.reading(), to.reading());
    let name = analyte.name();
    let comparable = |a: super::ucum::Substances, b: super::ucum::Substances| a.total() == b.total();
    if !comparable(source.top, target.top) || !comparable(source.bottom, target.bottom) {
        return None;
    }
    let exchanged = |pick: fn(super::ucum::Substances) -> i16| {
        (pick(source.top) != pick(target.top), pick(source.bottom) != pick(target.bottom))
    };
    let (mass_above, mass_below) = exchanged(|substances| substances.mass);
    let (charge_above, charge_below) = exchanged(|substances| substances.equivalents);
    if (mass_above && analyte.molar_mass().is_none()) || (mass_below && analyte.reference().is_none()) {
        let whose =
            if mass_above && analyte.molar_mass().is_none() { name } else { "the substance below the bar" };
        let message = format!("{both}: they meet only through a molar mass, and none is known for {whose}");
        let help = format!("write the value in `{to}`, or give the measure its formula");
        return Some(ConversionError::new(Kind::NoMolarMass, message, help));
    }
    if (charge_above && analyte.valence().is_none()) || charge_below {
        let message =
            format!("{both}: they meet only through the valence of the ion, and none is known for {name}");
        let help = format!("write the value in `{to}`, or give the measure its valence");
        return Some(ConversionError::new(Kind::NoValence, message, help));
    }
    None
}
