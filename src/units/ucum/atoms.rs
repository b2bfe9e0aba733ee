//! Prefixes and atoms, and what each atom amounts to.

use std::sync::{LazyLock, OnceLock};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::One;

use super::evaluate::{Factor, evaluate};
use super::reader::read;
use super::special::Bend;
use super::syntax::Symbol;
use crate::number::Exact;
use crate::units::dimension::{Base, Dimension};

/// A prefix of the UCUM table.
#[derive(Debug)]
pub(crate) struct Prefix {
    pub code: &'static str,
    pub name: &'static str,
    value: &'static str,
}

/// A unit of the UCUM table.
#[derive(Debug)]
pub(crate) struct Atom {
    pub code: &'static str,
    pub name: &'static str,
    pub metric: bool,
    arbitrary: bool,
    base: bool,
    value: &'static str,
    unit: &'static str,
    function: Option<&'static str>,
}

include!(concat!(env!("OUT_DIR"), "/ucum_table.rs"));

/// What counts as a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// UCUM to the letter: a mole is the number 6.02214076e23, an annotation means nothing.
    Ucum,
    /// As a protocol means it: see [`crate::units`].
    Clinical,
}

/// An atom in terms of base units.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub dimension: Dimension,
    pub factor: Factor,
    pub bend: Option<Bend>,
}

/// Atoms that UCUM defines as numbers or by other atoms, and that a protocol must keep apart.
///
/// Equivalents need the valence to become moles, osmoles count particles of every sort, a microscope's field is no
/// number, and a Hounsfield unit no ratio.
const KEPT_APART: [&str; 4] = ["eq", "osm", "[HPF]", "[hnsf'U]"];

type Table = Vec<OnceLock<Resolved>>;
static UCUM: LazyLock<Table> = LazyLock::new(|| ATOMS.iter().map(|_| OnceLock::new()).collect());
static CLINICAL: LazyLock<Table> = LazyLock::new(|| ATOMS.iter().map(|_| OnceLock::new()).collect());

pub(crate) fn find_atom(code: &str) -> Option<(usize, &'static Atom)> {
    let index = ATOMS.binary_search_by(|atom| atom.code.cmp(code)).ok()?;
    Some((index, &ATOMS[index]))
}

/// The codes of all atoms, for suggestions.
pub(crate) fn atom_codes() -> impl Iterator<Item = &'static str> {
    ATOMS.iter().map(|atom| atom.code)
}

/// Why a symbol was not found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoSymbol {
    Unknown,
    /// The atom exists but takes no prefix.
    NotMetric {
        prefix: &'static str,
        atom: &'static str,
    },
}

/// An atom stands before any reading as prefix and atom: `cd` is the candela, `Pa` the pascal.
pub(crate) fn symbol_of(text: &str) -> Result<Symbol, NoSymbol> {
    if let Some((_, atom)) = find_atom(text) {
        return Ok(Symbol { prefix: None, atom });
    }
    let mut failure = NoSymbol::Unknown;
    for length in [1, 2] {
        let Some((head, tail)) = text.split_at_checked(length) else { break };
        let Some(prefix) = PREFIXES.iter().find(|prefix| prefix.code == head) else { continue };
        let Some((_, atom)) = find_atom(tail) else { continue };
        if atom.metric {
            return Ok(Symbol { prefix: Some(prefix), atom });
        }
        failure = NoSymbol::NotMetric { prefix: prefix.code, atom: atom.code };
    }
    Err(failure)
}

impl Prefix {
    /// The power of ten, or the value of a binary prefix.
    pub fn factor(&self) -> Factor {
        match self.value.strip_prefix("1e").and_then(|ten| ten.parse().ok()) {
            Some(ten) => Factor::power_of_ten(ten),
            None => Factor::from_exact(&literal(self.value)),
        }
    }
}

impl Atom {
    pub fn is_arbitrary(&self) -> bool {
        self.arbitrary
    }

    pub fn resolved(&'static self, mode: Mode) -> &'static Resolved {
        let table = match mode {
            Mode::Ucum => &*UCUM,
            Mode::Clinical => &*CLINICAL,
        };
        let index = ATOMS.binary_search_by(|atom| atom.code.cmp(self.code)).unwrap_or_default();
        table[index].get_or_init(|| self.resolve(mode))
    }

    fn resolve(&'static self, mode: Mode) -> Resolved {
        let plain = |dimension| Resolved { dimension, factor: Factor::one(), bend: None };
        if let Some(base) = self.base_dimension() {
            return plain(Dimension::of(base));
        }
        if mode == Mode::Clinical {
            match self.code {
                "mol" => return plain(Dimension::of(Base::Amount)),
                "[LPF]" => {
                    let factor = Factor::power_of_ten(2);
                    return Resolved { dimension: Dimension::of_own("[HPF]"), factor, bend: None };
                }
                code if KEPT_APART.contains(&code) => return plain(Dimension::of_own(code)),
                _ => {}
            }
        }
        if self.arbitrary && self.unit == "1" {
            return plain(Dimension::of_own(self.code));
        }
        let definition = read(self.unit).ok().and_then(|unit| evaluate(&unit, mode).ok());
        let Some(definition) = definition else {
            unreachable!("the table defines `{}` by a unit that reads", self.code)
        };
        let mut factor = definition.factor;
        factor.multiply(&Factor::from_exact(&literal(self.value)), 1);
        let mut dimension = definition.dimension;
        dimension.set_fraction(None);
        Resolved { dimension, factor, bend: self.function.and_then(Bend::named) }
    }

    fn base_dimension(&self) -> Option<Base> {
        if !self.base {
            return None;
        }
        Some(match self.code {
            "m" => Base::Length,
            "s" => Base::Time,
            "g" => Base::Mass,
            "rad" => Base::Angle,
            "K" => Base::Temperature,
            "C" => Base::Charge,
            _ => Base::Luminosity,
        })
    }
}

/// A number of the table; the test `every_atom_resolves` sees to it that each one reads.
fn literal(text: &str) -> Exact {
    text.parse().unwrap_or_else(|_| Exact::one())
}

/// Splits off the powers of ten, so that most factors are a power of ten and nothing else.
pub(crate) fn factor_of_ten(value: &Exact) -> (i32, Exact) {
    if value.is_zero() {
        return (0, value.clone());
    }
    if let Some((numerator, denominator)) = value.to_words() {
        return factor_of_ten_small(value, numerator, denominator);
    }
    let (mut numerator, mut denominator) = value.to_rational().into_raw();
    let ten = BigInt::from(10);
    let mut power = 0;
    while numerator.is_multiple_of(&ten) {
        numerator /= &ten;
        power += 1;
    }
    while denominator.is_multiple_of(&ten) {
        denominator /= &ten;
        power -= 1;
    }
    if power == 0 && denominator.is_one() {
        return (0, value.clone());
    }
    (power, Exact::from_rational(BigRational::new(numerator, denominator)))
}

fn factor_of_ten_small(value: &Exact, mut numerator: i64, mut denominator: i64) -> (i32, Exact) {
    let mut power = 0;
    while numerator % 10 == 0 {
        numerator /= 10;
        power += 1;
    }
    while denominator % 10 == 0 {
        denominator /= 10;
        power -= 1;
    }
    if power == 0 {
        return (0, value.clone());
    }
    (power, Exact::ratio(numerator, denominator).unwrap_or_else(|| value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_split_off_alike_in_small_and_large_numbers() {
        for text in ["1000", "0.001", "1013.25", "-70", "1/30", "7/3", "1e25", "3e-30"] {
            let value = literal(text);
            let (ten, rest) = factor_of_ten(&value);
            assert_eq!(Factor::power_of_ten(ten).apply(&rest), value, "{text}");
            let by_ten = |part: &BigInt| part.is_multiple_of(&BigInt::from(10));
            assert!(!by_ten(rest.to_rational().numer()) && !by_ten(rest.to_rational().denom()), "{text}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(PREFIXES.len(), 24);
        assert_eq!(ATOMS.iter().filter(|atom| atom.base).count(), 7);
        assert!(ATOMS.len() > 300, "{}", ATOMS.len());
        assert!(ATOMS.is_sorted_by(|a, b| a.code < b.code));
        let ampere = find_atom("A").expect("ampere").1;
        assert_eq!(ampere.name, "ampère");
    }

    #[test]
    fn every_atom_resolves() {
        for atom in ATOMS {
            for mode in [Mode::Ucum, Mode::Clinical] {
                let resolved = atom.resolved(mode);
                assert_eq!(resolved.bend.is_some(), atom.function.is_some(), "{}", atom.code);
            }
            assert!(atom.base || atom.value.parse::<Exact>().is_ok(), "{}: {}", atom.code, atom.value);
        }
        for prefix in PREFIXES {
            assert!(prefix.value.parse::<Exact>().is_ok(), "{}", prefix.code);
        }
    }
}
