//! The tree of a unit expression, and its canonical spelling.

use std::fmt;
use std::ops::Range;

use super::atoms::{Atom, Prefix};

/// `mg/dL`: parts multiplied or divided from left to right.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub parts: Vec<Part>,
}

/// One component, and whether the sign before it divides.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub divides: bool,
    pub component: Component,
    /// Bytes of the text the expression was read from.
    pub range: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Component {
    Symbol { symbol: Symbol, exponent: Option<i16>, annotation: Option<Box<str>> },
    Number { value: u64, annotation: Option<Box<str>> },
    Annotation(Box<str>),
    Group(Expression),
}

/// An atom of the table with its prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Symbol {
    pub prefix: Option<&'static Prefix>,
    pub atom: &'static Atom,
}

impl Symbol {
    /// Whether this is exactly `prefix` and `atom`, by their codes.
    pub fn is(&self, prefix: &str, atom: &str) -> bool {
        self.atom.code == atom && self.prefix.map_or("", |prefix| prefix.code) == prefix
    }
}

impl fmt::Display for Symbol {
    /// UCUM lists some atoms twice; the canonical spelling keeps one of the two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let atom = match self.atom.code {
            "l" => "L",
            "[iU]" => "[IU]",
            "10^" => "10*",
            code => code,
        };
        write!(f, "{}{atom}", self.prefix.map_or("", |prefix| prefix.code))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            match (part.divides, index) {
                (true, _) => f.write_str("/")?,
                (false, 0) => {}
                (false, _) => f.write_str(".")?,
            }
            match &part.component {
                Component::Symbol { symbol, exponent, annotation } => {
                    write!(f, "{symbol}")?;
                    if let Some(exponent) = exponent.filter(|exponent| *exponent != 1) {
                        write!(f, "{exponent}")?;
                    }
                    write_annotation(f, annotation.as_deref())?;
                }
                Component::Number { value, annotation } => {
                    write!(f, "{value}")?;
                    write_annotation(f, annotation.as_deref())?;
                }
                Component::Annotation(text) => write_annotation(f, Some(text))?,
                Component::Group(inner) => write!(f, "({inner})")?,
            }
        }
        Ok(())
    }
}

fn write_annotation(f: &mut fmt::Formatter<'_>, annotation: Option<&str>) -> fmt::Result {
    match annotation {
        Some(text) => write!(f, "{{{text}}}"),
        None => Ok(()),
    }
}
