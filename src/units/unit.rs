//! A unit of measure as an author wrote it.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::advice::{Advice, false_friend};
use super::dimension::Dimension;
use super::error::{UnitError, UnitErrorKind};
use super::spelling::{Rewritten, SPELLINGS, after_logarithm, rewrite};
use super::ucum::{self, Component, Expression, MAX_LENGTH, Mode, Reading, atom_codes, evaluate, read};

/// A unit of measure: the author's spelling, the UCUM code, and what it measures.
///
/// Two units are equal when their codes are; `mg/dL` and `10.mg/L` measure the same but are not equal.
/// Cheap to clone. Serialises as its UCUM code.
#[derive(Clone)]
pub struct Unit(Arc<Inner>);

struct Inner {
    written: Box<str>,
    code: Box<str>,
    expression: Expression,
    reading: Reading,
    advice: Option<Advice>,
}

/// Units seen before. A protocol uses a few dozen, thousands of times.
static SEEN: LazyLock<RwLock<HashMap<Box<str>, Unit>>> = LazyLock::new(RwLock::default);
/// Hostile input must not fill the memory.
const MAX_SEEN: usize = 2048;

/// Reads a unit: UCUM 2.2 (case-sensitive), or an everyday spelling of `src/units/aliases.tsv`.
///
/// What is valid UCUM is taken at its word; [`Unit::advice`] tells when that is hardly what was meant.
///
/// # Errors
/// When the text is neither; the range lies in `text`. Never panics, and takes milliseconds at worst.
pub fn parse(text: &str) -> Result<Unit, UnitError> {
    if let Some(unit) = SEEN.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Ok(unit.clone());
    }
    let unit = parse_afresh(text)?;
    let mut seen = SEEN.write().unwrap_or_else(PoisonError::into_inner);
    if seen.len() < MAX_SEEN {
        seen.insert(text.into(), unit.clone());
    }
    Ok(unit)
}

/// [`parse`] where most texts are no units, as in running prose: why one is not a unit is not worked out.
pub fn recognise(text: &str) -> Option<Unit> {
    if let Some(unit) = SEEN.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Some(unit.clone());
    }
    understand(text).ok()
}

/// [`parse`] without its memory of units seen before, for measuring it.
#[doc(hidden)]
pub fn parse_afresh(text: &str) -> Result<Unit, UnitError> {
    understand(text).map_err(|error| if is_of_spelling(&error) { explained(text, error) } else { error })
}

fn is_of_spelling(error: &UnitError) -> bool {
    matches!(error.kind, UnitErrorKind::Syntax | UnitErrorKind::UnknownUnit | UnitErrorKind::Prefix)
}

/// Reads UCUM, else everyday spellings; an error does not yet say what was probably meant.
fn understand(text: &str) -> Result<Unit, UnitError> {
    match read(text).and_then(|expression| Unit::from_expression(text, expression)) {
        Ok(mut unit) => {
            unit.remark(|unit| false_friend(&unit.expression, &unit.reading.dimension));
            Ok(unit)
        }
        Err(error) if is_of_spelling(&error) => understand_everyday(text, error),
        Err(error) => Err(error),
    }
}

/// Reads everyday spellings; `as_ucum` is what UCUM says of the text.
fn understand_everyday(text: &str, as_ucum: UnitError) -> Result<Unit, UnitError> {
    if let Some(rest) = after_logarithm(text) {
        return parse_logarithm(text, rest);
    }
    let rewritten = rewrite(text);
    let ucum_text = rewritten.text();
    if ucum_text == text {
        return Err(as_ucum);
    }
    let parsed = read(&ucum_text).and_then(|expression| Unit::from_expression(text, expression));
    let mut unit = parsed.map_err(|error| UnitError { range: rewritten.origin(&error.range), ..error })?;
    // `MG/day`: what the everyday word stands beside may still be a false friend.
    unit.remark(|unit| {
        doubtful_power(&rewritten, &unit.code)
            .or_else(|| false_friend(&unit.expression, &unit.reading.dimension))
    });
    Ok(unit)
}

fn doubtful_power(rewritten: &Rewritten, code: &str) -> Option<Advice> {
    rewritten.doubtful_power.then(|| {
        let message = format!("this power of ten has two readings; it is taken as `{code}`");
        Advice::new(message, Some(code.to_owned()))
    })
}

/// `log10 copies/mL`: UCUM has no logarithm before a unit, so LOINC's annotation carries it.
fn parse_logarithm(text: &str, rest: &str) -> Result<Unit, UnitError> {
    let linear = parse_afresh(rest).map_err(|error| UnitError { range: 0..text.len(), ..error })?;
    let code = linear.code();
    let counted =
        ["{copies}", "[IU]", "[CFU]", "[PFU]", "{cells}"].iter().find(|head| code.starts_with(*head));
    let Some(counted) = counted else {
        let message = format!("a logarithm of `{rest}` is not a unit");
        let error = UnitError::new(UnitErrorKind::Syntax, message, 0..text.len());
        return Err(error.with_help("a logarithmic unit counts something: `log10 copies/mL`, `log10 IU/mL`"));
    };
    let name = counted.trim_matches(['{', '}', '[', ']']);
    let code = format!("{{Log_{name}}}{}", &code[counted.len()..]);
    let expression = read(&code).map_err(|error| UnitError { range: 0..text.len(), ..error })?;
    Unit::from_expression(text, expression)
}

/// Adds what the author probably meant.
fn explained(text: &str, mut error: UnitError) -> UnitError {
    let faulty = text.get(error.range.clone()).unwrap_or_default();
    if let Some(code) = SPELLINGS.calendar.get(faulty) {
        let name = if *code == "mo" { "month" } else { "year" };
        error.kind = UnitErrorKind::CalendarTime;
        error.message = format!("a {name} is calendar time, not a fixed number of days, so it is not a unit");
        let days = if *code == "mo" { "30.4375" } else { "365.25" };
        return error.with_help(format!("for a fixed length write `{code}`, which is {days} days"));
    }
    if error.help.is_none() {
        error.help = suggestion(text, faulty).map(|code| format!("did you mean `{code}`?"));
    }
    error
}

/// The nearest unit: other case (`MG/DL`), else the most alike symbol.
fn suggestion(text: &str, faulty: &str) -> Option<String> {
    if text.len() > 60 {
        return None;
    }
    let mut usual = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, usual: &mut String| {
        let stem = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        match SPELLINGS.usual.get(&stem.to_lowercase()) {
            Some(code) => {
                usual.push_str(code);
                usual.push_str(&word[stem.len()..]);
            }
            None => usual.push_str(word),
        }
        word.clear();
    };
    for sign in text.chars() {
        if matches!(sign, '/' | '.' | '(' | ')') {
            flush(&mut word, &mut usual);
            usual.push(sign);
        } else {
            word.push(sign);
        }
    }
    flush(&mut word, &mut usual);
    let thousands = matches!(faulty, "k" | "K" | "thou").then(|| text.replacen(faulty, "10*3", 1));
    let millions = matches!(faulty, "M" | "mill").then(|| text.replacen(faulty, "10*6", 1));
    let by_case = (usual != text).then_some(usual);
    let candidates = [thousands, millions, by_case];
    if let Some(code) = candidates.into_iter().flatten().find_map(|code| parse_afresh(&code).ok()) {
        return Some(code.code().to_owned());
    }
    let most_alike = SPELLINGS
        .usual
        .values()
        .copied()
        .chain(atom_codes())
        .map(|code| (strsim::normalized_damerau_levenshtein(faulty, code), code))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
    Some(text.replacen(faulty, most_alike.1, 1))
}

impl Unit {
    fn from_expression(written: &str, expression: Expression) -> Result<Self, UnitError> {
        let reading = evaluate(&expression, Mode::Clinical)?;
        let code = expression.to_string().into();
        Ok(Self(Arc::new(Inner { written: written.into(), code, expression, reading, advice: None })))
    }

    fn remark(&mut self, advice: impl FnOnce(&Inner) -> Option<Advice>) {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.advice = advice(inner);
        }
    }

    /// The author's spelling.
    pub fn written(&self) -> &str {
        &self.0.written
    }

    /// The UCUM code, annotations kept.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What the unit measures, in the dimensions of a protocol.
    pub fn dimension(&self) -> &Dimension {
        &self.0.reading.dimension
    }

    /// UCUM's name in words, such as `(milligram) / (deciliter)`.
    pub fn name(&self) -> String {
        ucum::display_name(&self.0.expression)
    }

    /// What is doubtful about the unit whatever its measure; see [`super::advise`] for the rest.
    pub fn advice(&self) -> Option<&Advice> {
        self.0.advice.as_ref()
    }

    /// `log10 copies/mL` and its like: the number is the decimal logarithm of the quantity.
    pub fn is_logarithm(&self) -> bool {
        self.reading().is_logarithm
    }

    /// Proportional to what it measures, perhaps but for a zero point (`Cel`): no logarithm, no angle, no root.
    pub fn is_linear(&self) -> bool {
        let reading = self.reading();
        !reading.is_logarithm && reading.bend.as_ref().is_none_or(|(bend, _)| bend.is_offset())
    }

    /// A multiple of the upper or lower limit of normal.
    pub fn is_limit_of_normal(&self) -> bool {
        self.dimension().own().iter().any(|(name, _)| matches!(*name, "{ULN}" | "{LLN}"))
    }

    /// Elapsed time of a fixed length, from seconds to UCUM's mean `mo` and `a`.
    pub fn is_time(&self) -> bool {
        self.dimension() == &Dimension::of(super::Base::Time)
    }

    pub(super) fn reading(&self) -> &Reading {
        &self.0.reading
    }

    /// What the unit measures, in words: `mass concentration`, `temperature (with a zero point)`.
    pub fn kind(&self) -> String {
        let reading = self.reading();
        let dimension = &reading.dimension;
        match reading.bend {
            _ if reading.is_logarithm => format!("logarithm of {dimension}"),
            Some(_) if self.code() == "[pH]" => "pH".to_owned(),
            Some((bend, _)) if bend.is_offset() => dimension.to_string(),
            Some(_) => format!("logarithmic or angular scale of {dimension}"),
            None => dimension.to_string(),
        }
    }

    /// The unit with enzyme units in place of international units, or the reverse, and what came in.
    pub(super) fn swap_activity(&self) -> Option<(Self, &'static str)> {
        let mut expression = self.0.expression.clone();
        let swapped = swap_in(&mut expression)?;
        let unit = Self::from_expression(self.written(), expression).ok()?;
        Some((unit, swapped))
    }
}

fn swap_in(expression: &mut Expression) -> Option<&'static str> {
    let mut swapped = None;
    for part in &mut expression.parts {
        match &mut part.component {
            Component::Symbol { symbol, .. } => {
                let other = match symbol.atom.code {
                    "U" => "[IU]",
                    "[IU]" | "[iU]" => "U",
                    _ => continue,
                };
                symbol.atom = ucum::symbol_of(other).ok()?.atom;
                swapped = Some(other);
            }
            Component::Group(inner) => swapped = swapped.or(swap_in(inner)),
            _ => {}
        }
    }
    swapped
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        parse(text)
    }
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.code() == other.code()
    }
}

impl Eq for Unit {}

impl PartialOrd for Unit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Unit {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl Hash for Unit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

impl fmt::Display for Unit {
    /// The author's spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.written())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({})", self.code())
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map_err(serde::de::Error::custom)
    }
}

const _: () = assert!(MAX_LENGTH < 1000, "a message quotes the whole unit");
