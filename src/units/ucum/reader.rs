//! Text to tree, by `grammar/unit.pest`.

use std::ops::Range;

use pest::Parser;
use pest::error::InputLocation;
use pest::iterators::{Pair, Pairs};
use pest_derive::Parser;

use super::atoms::{NoSymbol, symbol_of};
use super::syntax::{Component, Expression, Part, Symbol};
use crate::units::error::{UnitError, UnitErrorKind};

#[derive(Parser)]
#[grammar = "../grammar/unit.pest"]
struct UnitGrammar;

/// Bytes of the longest accepted unit. The longest of the UCUM suite has 40.
pub(crate) const MAX_LENGTH: usize = 400;
/// Parentheses within parentheses.
const MAX_DEPTH: usize = 16;
/// Digits of a number inside a unit, as in `100{cells}`.
const MAX_DIGITS: usize = 12;
/// The largest power of a unit.
const MAX_EXPONENT: i16 = 30;
/// The largest power of ten, as in `10*23`.
const MAX_TEN: i16 = 100;
/// Sum of the powers in one unit: bounds the size of its factor.
const MAX_POWERS: u32 = 200;

/// Reads a UCUM expression; the annotations are kept.
///
/// # Errors
/// With the range inside `text` when it is not an expression, holds an unknown symbol, or exceeds the caps that keep
/// hostile input cheap.
pub(crate) fn read(text: &str) -> Result<Expression, UnitError> {
    check_size(text)?;
    let mut pairs = UnitGrammar::parse(Rule::unit, text).map_err(|failure| syntax_error(text, &failure))?;
    let unit = pairs.next().map(Pair::into_inner);
    let mut powers = 0;
    expression(unit.into_iter().flatten(), &mut powers)
}

fn check_size(text: &str) -> Result<(), UnitError> {
    let too_large = |message: String, range| Err(UnitError::new(UnitErrorKind::TooLarge, message, range));
    if text.is_empty() {
        return Err(UnitError::new(UnitErrorKind::Empty, "no unit is written here", 0..0));
    }
    if text.len() > MAX_LENGTH {
        return too_large(
            format!("this unit is {} bytes long; a unit has at most {MAX_LENGTH}", text.len()),
            0..text.len(),
        );
    }
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return too_large(
                format!("parentheses are nested deeper than {MAX_DEPTH} levels here"),
                at..at + 1,
            );
        }
    }
    Ok(())
}

fn expression<'a>(
    pairs: impl Iterator<Item = Pair<'a, Rule>>,
    powers: &mut u32,
) -> Result<Expression, UnitError> {
    let mut parts = Vec::with_capacity(4);
    let mut divides = false;
    for pair in pairs {
        match pair.as_rule() {
            Rule::divide => divides = true,
            Rule::multiply => divides = false,
            Rule::component => {
                let range = span(&pair);
                parts.push(Part { divides, component: component(pair.into_inner(), powers)?, range });
            }
            _ => {}
        }
    }
    Ok(Expression { parts })
}

fn component(mut pairs: Pairs<'_, Rule>, powers: &mut u32) -> Result<Component, UnitError> {
    let Some(first) = pairs.next() else {
        return Err(UnitError::new(UnitErrorKind::Empty, "no unit is written here", 0..0));
    };
    let (mut exponent, mut annotation) = (None, None);
    for pair in pairs {
        match pair.as_rule() {
            Rule::exponent => exponent = Some(pair),
            _ => annotation = Some(braced(pair.as_str())),
        }
    }
    Ok(match first.as_rule() {
        Rule::group => Component::Group(expression(first.into_inner(), powers)?),
        Rule::annotation => Component::Annotation(braced(first.as_str())),
        Rule::number => Component::Number { value: number(&first, powers)?, annotation },
        rule => {
            let limit = if rule == Rule::power_of_ten { MAX_TEN } else { MAX_EXPONENT };
            let symbol = symbol(&first)?;
            let exponent = exponent.map(|pair| power(&pair, limit)).transpose()?;
            let weight = u32::from(exponent.unwrap_or(1).unsigned_abs());
            spend(powers, if limit == MAX_TEN { weight / 3 } else { weight }, span(&first))?;
            Component::Symbol { symbol, exponent, annotation }
        }
    })
}

fn braced(text: &str) -> Box<str> {
    text.trim_start_matches('{').trim_end_matches('}').into()
}

fn span(pair: &Pair<'_, Rule>) -> Range<usize> {
    pair.as_span().start()..pair.as_span().end()
}

fn spend(powers: &mut u32, cost: u32, range: Range<usize>) -> Result<(), UnitError> {
    *powers += cost;
    if *powers > MAX_POWERS {
        let message = "this unit multiplies more units than any quantity has";
        return Err(UnitError::new(UnitErrorKind::TooLarge, message, range));
    }
    Ok(())
}

fn number(pair: &Pair<'_, Rule>, powers: &mut u32) -> Result<u64, UnitError> {
    let too_large = |message: String| UnitError::new(UnitErrorKind::TooLarge, message, span(pair));
    let digits = pair.as_str();
    spend(powers, 1, span(pair))?;
    if digits.len() > MAX_DIGITS {
        return Err(too_large(format!("a number inside a unit has at most {MAX_DIGITS} digits")));
    }
    match digits.parse() {
        Ok(0) => {
            Err(UnitError::new(UnitErrorKind::Syntax, "a unit cannot be zero times anything", span(pair)))
        }
        Ok(value) => Ok(value),
        Err(_) => Err(too_large(format!("`{digits}` is too large"))),
    }
}

fn power(pair: &Pair<'_, Rule>, limit: i16) -> Result<i16, UnitError> {
    let text = pair.as_str();
    let value = text.strip_prefix('+').unwrap_or(text).parse::<i16>().ok();
    match value.filter(|value| value.unsigned_abs() <= limit.unsigned_abs()) {
        Some(0) => Err(UnitError::new(
            UnitErrorKind::Syntax,
            "a unit to the power of zero measures nothing",
            span(pair),
        )),
        Some(value) => Ok(value),
        None => Err(UnitError::new(
            UnitErrorKind::TooLarge,
            format!("the power here must lie between -{limit} and {limit}"),
            span(pair),
        )),
    }
}

fn symbol(pair: &Pair<'_, Rule>) -> Result<Symbol, UnitError> {
    let text = pair.as_str();
    symbol_of(text).map_err(|reason| match reason {
        NoSymbol::Unknown => {
            UnitError::new(UnitErrorKind::UnknownUnit, format!("there is no unit `{text}`"), span(pair))
        }
        NoSymbol::NotMetric { prefix, atom } => UnitError::new(
            UnitErrorKind::Prefix,
            format!("the unit `{atom}` takes no prefix, so `{prefix}` cannot stand before it"),
            span(pair),
        ),
    })
}

/// What is wrong, in words, at the first byte that fits nothing.
fn syntax_error(text: &str, failure: &pest::error::Error<Rule>) -> UnitError {
    let at = match failure.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
    };
    let rest = &text[at..];
    let error =
        |message: String, length: usize| UnitError::new(UnitErrorKind::Syntax, message, at..at + length);
    let before = text[..at].bytes().last();
    let Some(found) = rest.chars().next() else {
        return match before {
            Some(b'/') => error("`/` is not followed by a unit".into(), 0),
            Some(b'.') => error("`.` is not followed by a unit".into(), 0),
            _ if text.contains('{') && !text.contains('}') => error("`{` is never closed".into(), 0),
            _ if text.contains('[') && !text.contains(']') => error("`[` is never closed".into(), 0),
            _ => error("`(` is never closed".into(), 0),
        };
    };
    let length = found.len_utf8();
    match found {
        ' ' | '\t' => error("a unit has no blank inside".into(), length),
        ')' => error("`)` has no `(` before it".into(), length),
        '{' if before == Some(b')') => {
            error("an annotation belongs to one unit, not to parentheses".into(), length)
        }
        '(' => error("`(` needs `.` or `/` before it".into(), length)
            .with_help("write `.` for times, `/` for per"),
        _ if before.is_some_and(|byte| byte.is_ascii_digit())
            && (found.is_ascii_alphabetic() || found == '[') =>
        {
            let digits = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
            let number = &text[at - digits..at];
            let unit: String = rest.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
            error(format!("a number and a unit need a dot between them: `{number}.{unit}`"), length)
        }
        _ if before == Some(b'}') => {
            error("an annotation ends a unit: `.` or `/` must follow".into(), length)
        }
        _ if !found.is_ascii() => error(format!("UCUM has no sign `{found}`"), length),
        _ => error(format!("`{found}` does not fit here"), length),
    }
}
