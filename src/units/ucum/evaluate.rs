//! From the tree of a unit to its dimension and its size.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::atoms::{Mode, Resolved, factor_of_ten, find_atom};
use super::special::Bend;
use super::syntax::{Component, Expression, Symbol};
use crate::number::Exact;
use crate::units::dimension::{Base, Dimension, Fraction};
use crate::units::error::{UnitError, UnitErrorKind};

/// A positive number, its powers of ten apart because most units are nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Factor {
    ten: i32,
    rest: Option<Exact>,
}

impl Factor {
    pub fn one() -> Self {
        Self { ten: 0, rest: None }
    }

    pub fn power_of_ten(ten: i32) -> Self {
        Self { ten, rest: None }
    }

    pub fn from_exact(value: &Exact) -> Self {
        let (ten, rest) = factor_of_ten(value);
        Self { ten, rest: (rest != Exact::one()).then_some(rest) }
    }

    pub fn multiply(&mut self, other: &Self, power: i16) {
        self.ten += other.ten * i32::from(power);
        let Some(theirs) = &other.rest else { return };
        let mine = self.rest.take().unwrap_or_else(Exact::one);
        let product = match power {
            1 => &mine * theirs,
            -1 => mine.checked_div(theirs).unwrap_or(mine),
            _ => &mine * &Exact::from_rational(theirs.to_rational().pow(i32::from(power))),
        };
        let mut normal = Self::from_exact(&product);
        normal.ten += self.ten;
        *self = normal;
    }

    /// `self / other`.
    pub fn per(&self, other: &Self) -> Self {
        let mut ratio = self.clone();
        ratio.multiply(other, -1);
        ratio
    }

    pub fn to_exact(&self) -> Exact {
        self.apply(&Exact::one())
    }

    /// `value` times this factor.
    pub fn apply(&self, value: &Exact) -> Exact {
        let scaled = match &self.rest {
            Some(rest) => value * rest,
            None => value.clone(),
        };
        let ten = self.ten.unsigned_abs();
        let power = match 10i64.checked_pow(ten) {
            Some(power) => Exact::from(power),
            None => Exact::from_rational(BigRational::from_integer(BigInt::from(10).pow(ten))),
        };
        match self.ten {
            0 => scaled,
            1.. => &scaled * &power,
            _ => scaled.checked_div(&power).unwrap_or(scaled),
        }
    }
}

/// The masses, amounts and equivalents that a unit names outright above or below its bar: where a molar mass or a
/// valence may step in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Substances {
    pub mass: i16,
    pub amount: i16,
    pub equivalents: i16,
}

impl Substances {
    pub fn total(self) -> i16 {
        self.mass + self.amount + self.equivalents
    }
}

/// What an expression says.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub dimension: Dimension,
    pub factor: Factor,
    /// A special unit, and the factor before it (`m` of `mCel`).
    pub bend: Option<(Bend, Factor)>,
    /// The number is the decimal logarithm of the quantity.
    pub is_logarithm: bool,
    pub top: Substances,
    pub bottom: Substances,
}

/// One factor of the flattened product.
struct Term<'a> {
    factor: TermFactor<'a>,
    exponent: i16,
    at: &'a std::ops::Range<usize>,
    annotation: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum TermFactor<'a> {
    Symbol(Symbol),
    Number(u64),
    Annotation(&'a str),
}

/// Evaluates an expression.
///
/// # Errors
/// When a unit with a zero point or a logarithm stands in a product.
pub(crate) fn evaluate(expression: &Expression, mode: Mode) -> Result<Reading, UnitError> {
    let mut terms = Vec::with_capacity(expression.parts.len());
    flatten(expression, 1, &mut terms);
    let mut reading = Reading {
        dimension: Dimension::default(),
        factor: Factor::one(),
        bend: None,
        is_logarithm: false,
        top: Substances::default(),
        bottom: Substances::default(),
    };
    let dose_like = mode == Mode::Clinical && is_dose_like(&terms);
    let mut fractions = [[0i16; 2]; 3];
    for term in &terms {
        if mode == Mode::Clinical {
            read_annotation(term, &mut reading);
            if dose_like && let Some((base, factor)) = body_part(term) {
                reading.dimension.multiply(&Dimension::of(base), term.exponent_of_body(base));
                reading.factor.multiply(&factor, -1);
                continue;
            }
        }
        match term.factor {
            TermFactor::Annotation(_) => {}
            TermFactor::Number(value) => {
                let factor = Factor::from_exact(&Exact::from_rational(BigInt::from(value).into()));
                reading.factor.multiply(&factor, term.exponent);
            }
            TermFactor::Symbol(symbol) => {
                let resolved = symbol.atom.resolved(mode);
                if let Some(bend) = resolved.bend {
                    refuse_special_product(&terms, term, symbol)?;
                    reading.bend = Some((bend, Factor::one()));
                }
                reading.factor.multiply(&resolved.factor, term.exponent);
                if let Some(prefix) = symbol.prefix {
                    let factor = prefix.factor();
                    match &mut reading.bend {
                        Some((_, before)) => before.multiply(&factor, 1),
                        None => reading.factor.multiply(&factor, term.exponent),
                    }
                }
                reading.dimension.multiply(&resolved.dimension, term.exponent);
                if mode == Mode::Clinical {
                    count_substances(resolved, term.exponent, &mut reading, &mut fractions);
                }
            }
        }
    }
    move_numbers_before_bend(&terms, &mut reading);
    if mode == Mode::Clinical {
        let cancelled = |[top, bottom]: [i16; 2]| top > 0 && bottom > 0;
        reading.dimension.set_fraction(match fractions.map(cancelled) {
            [true, ..] => Some(Fraction::Mass),
            [_, true, _] => Some(Fraction::Amount),
            [_, _, true] => Some(Fraction::Volume),
            _ => None,
        });
    }
    Ok(reading)
}

impl Term<'_> {
    /// `m2` is one body surface, `kg` one body weight.
    fn exponent_of_body(&self, base: Base) -> i16 {
        match (base, self.exponent) {
            (Base::BodySurface, -2) => -1,
            (_, exponent) => exponent,
        }
    }
}

fn flatten<'a>(expression: &'a Expression, sign: i16, terms: &mut Vec<Term<'a>>) {
    for part in &expression.parts {
        let sign = if part.divides { -sign } else { sign };
        let mut push = |factor, exponent: i16, annotation: Option<&'a str>| {
            terms.push(Term { factor, exponent, at: &part.range, annotation });
        };
        match &part.component {
            Component::Symbol { symbol, exponent, annotation } => {
                push(TermFactor::Symbol(*symbol), sign * exponent.unwrap_or(1), annotation.as_deref());
            }
            Component::Number { value, annotation } => {
                push(TermFactor::Number(*value), sign, annotation.as_deref());
            }
            Component::Annotation(text) => push(TermFactor::Annotation(text), sign, None),
            Component::Group(inner) => flatten(inner, sign, terms),
        }
    }
}

/// `{1.73_m2}` in its spellings: the body surface to which a clearance is normalised.
fn is_standard_surface(annotation: &str) -> bool {
    annotation.strip_prefix("1.73").is_some_and(|rest| {
        matches!(rest.trim_start_matches(['_', ' ', '.']), "m2" | "m^2" | "sqm" | "m2_BSA" | "m*2")
    })
}

/// Annotations that say which thing is counted or to which limit a value relates, and which therefore must not be
/// ignored as UCUM ignores the others.
fn identity(annotation: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 10] = [
        ("uln", "{ULN}"),
        ("lln", "{LLN}"),
        ("inr", "{INR}"),
        ("feu", "{FEU}"),
        ("ddu", "{DDU}"),
        ("copies", "{copies}"),
        ("copy", "{copies}"),
        ("cop", "{copies}"),
        ("pack", "{pack}"),
        ("packs", "{pack}"),
    ];
    KNOWN.iter().find(|(name, _)| annotation.eq_ignore_ascii_case(name)).map(|(_, own)| *own)
}

fn read_annotation(term: &Term<'_>, reading: &mut Reading) {
    match (term.factor, term.annotation) {
        (TermFactor::Annotation(text), _) => {
            if let Some(own) = identity(text) {
                reading.dimension.multiply(&Dimension::of_own(own), term.exponent);
            } else if is_standard_surface(text) {
                reading.divide_by_standard_surface();
            } else if let Some(counted) = logarithm_of(text) {
                reading.is_logarithm = true;
                if let Some(own) = identity(counted) {
                    reading.dimension.multiply(&Dimension::of_own(own), term.exponent);
                } else if let Some((_, atom)) =
                    find_atom(&format!("[{counted}]")).filter(|(_, atom)| atom.is_arbitrary())
                {
                    let resolved = atom.resolved(Mode::Clinical);
                    reading.dimension.multiply(&resolved.dimension, term.exponent);
                }
            }
        }
        (_, Some(text)) => {
            // An annotation behind a unit speaks of the whole: `ng/mL{FEU}` and `ng{FEU}/mL` mean the same.
            if let Some(own) = identity(text) {
                reading.dimension.multiply(&Dimension::of_own(own), 1);
            } else if is_standard_surface(text) {
                reading.divide_by_standard_surface();
            }
        }
        _ => {}
    }
}

/// `copies` of `{Log_copies}`.
fn logarithm_of(annotation: &str) -> Option<&str> {
    let (head, tail) = annotation.split_once('_').unwrap_or((annotation, ""));
    (head.eq_ignore_ascii_case("log") || head.eq_ignore_ascii_case("log10")).then_some(tail)
}

impl Reading {
    fn divide_by_standard_surface(&mut self) {
        self.dimension.multiply(&Dimension::of(Base::BodySurface), -1);
        if let Some(surface) = Exact::ratio(173, 100) {
            self.factor.multiply(&Factor::from_exact(&surface), -1);
        }
    }
}

/// The participant's weight or surface, when the term may stand for it: an unprefixed `kg` or `m2` below the bar that
/// no annotation calls something else (`kg{wet_tis}`).
fn body_part(term: &Term<'_>) -> Option<(Base, Factor)> {
    let TermFactor::Symbol(symbol) = term.factor else { return None };
    let annotated_otherwise = term.annotation.is_some_and(|text| {
        let text = text.to_ascii_lowercase();
        !["body", "bw", "bsa", "weight"].iter().any(|word| text.contains(word))
    });
    match term.exponent {
        _ if annotated_otherwise => None,
        -1 if symbol.is("k", "g") => Some((Base::BodyWeight, Factor::power_of_ten(3))),
        -2 if symbol.is("", "m") => Some((Base::BodySurface, Factor::one())),
        _ => None,
    }
}

/// Whether what stands over `/kg` or `/m2` is given to a person or measured of one: a mass (not in kilograms or
/// pounds, which make a body mass index), an amount, a volume, a count, an activity, an arbitrary unit.
fn is_dose_like(terms: &[Term<'_>]) -> bool {
    if !terms.iter().any(|term| body_part(term).is_some()) {
        return false;
    }
    let mut rest = Dimension::default();
    for term in terms {
        let TermFactor::Symbol(symbol) = term.factor else { continue };
        if body_part(term).is_some() {
            continue;
        }
        if term.exponent > 0 && (symbol.is("k", "g") || symbol.is("", "[lb_av]")) {
            return false;
        }
        rest.multiply(&symbol.atom.resolved(Mode::Clinical).dimension, term.exponent);
    }
    rest.multiply(&Dimension::of(Base::Time), -rest.exponent(Base::Time));
    let own_only = matches!(rest.own(), [(name, 1)] if *name != "osm") && {
        let mut without = rest.clone();
        without.multiply(&Dimension::of_own(rest.own()[0].0), -1);
        without.is_one()
    };
    rest.is_one() || rest.is_volume() || own_only || matches!(rest.single(), Some(Base::Mass | Base::Amount))
}

fn refuse_special_product(terms: &[Term<'_>], special: &Term<'_>, symbol: Symbol) -> Result<(), UnitError> {
    let alone = special.exponent == 1
        && terms.iter().filter(|term| matches!(term.factor, TermFactor::Symbol(_)) && !term.is_ten()).count()
            == 1;
    if alone {
        return Ok(());
    }
    let message = format!(
        "`{symbol}` has a zero point or a logarithmic scale, so it cannot be multiplied, divided or raised to a power"
    );
    let error = UnitError::new(UnitErrorKind::SpecialInProduct, message, special.at.clone());
    Err(match symbol.atom.code {
        "Cel" | "[degF]" | "[degRe]" => {
            error.with_help("for a rate of temperature change, write kelvin: `K/h`")
        }
        _ => error,
    })
}

impl Term<'_> {
    fn is_ten(&self) -> bool {
        matches!(self.factor, TermFactor::Symbol(symbol) if symbol.is("", "10*") || symbol.is("", "10^"))
    }
}

/// `10.Cel` scales the number before the bend, not the kelvin behind it.
fn move_numbers_before_bend(terms: &[Term<'_>], reading: &mut Reading) {
    let Some((_, before)) = &mut reading.bend else { return };
    let mut numbers = Factor::one();
    for term in terms {
        match term.factor {
            TermFactor::Number(value) => {
                let factor = Factor::from_exact(&Exact::from_rational(BigInt::from(value).into()));
                numbers.multiply(&factor, term.exponent);
            }
            TermFactor::Symbol(_) if term.is_ten() => {
                numbers.multiply(&Factor::power_of_ten(1), term.exponent);
            }
            _ => {}
        }
    }
    before.multiply(&numbers, 1);
    reading.factor.multiply(&numbers, -1);
}

fn count_substances(
    resolved: &Resolved,
    exponent: i16,
    reading: &mut Reading,
    fractions: &mut [[i16; 2]; 3],
) {
    let dimension = &resolved.dimension;
    let side = if exponent > 0 { &mut reading.top } else { &mut reading.bottom };
    let below = usize::from(exponent < 0);
    let size = exponent.abs();
    if dimension.is_volume() || (dimension.single() == Some(Base::Length) && size == 3) {
        fractions[2][below] += 1;
    } else if dimension.own() == [("eq", 1)] {
        side.equivalents += size;
    } else if dimension.is_mass_concentration() && exponent == 1 {
        // `g%`: a mass over its own bar.
        side.mass += 1;
    } else if dimension.single() == Some(Base::Mass) {
        side.mass += size;
        fractions[0][below] += 1;
    } else if dimension.single() == Some(Base::Amount) {
        side.amount += size;
        fractions[1][below] += 1;
    }
}
