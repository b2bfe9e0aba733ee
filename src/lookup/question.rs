//! From the words of a question to its answer.

use std::ops::Range;

use super::answer::{Answer, Given, MeasureEntry, Quoted, Replied, UnitAnswer};
use super::measures::Measures;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Measure, UnitRef};
use crate::number::Exact;
use crate::source::{FileId, Source, Span};
use crate::units::{self, Analyte, PlausibleRange, Unit, UnitError};

/// What messages call the text of the question, and the unit that is asked for.
const QUESTION: &str = "question";
const WANTED: &str = "unit";

/// Answers `HbA1c 7.5 %`, in this unit or in every unit that the measure is reported in.
pub fn convert(measures: &Measures, question: &str, wanted: Option<&str>) -> Replied<Answer> {
    reply(measures, question, wanted, false)
}

/// The same for a change: a rise of 1 Cel is 1.8 `[degF]`, one percentage point of HbA1c 10.93 mmol/mol.
pub fn convert_change(measures: &Measures, question: &str, wanted: Option<&str>) -> Replied<Answer> {
    reply(measures, question, wanted, true)
}

fn reply(measures: &Measures, question: &str, wanted: Option<&str>, is_change: bool) -> Replied<Answer> {
    let mut replied = Replied::default();
    let file = replied.sources.add(Source::new(QUESTION, question));
    let wanted = wanted.map(|text| (replied.sources.add(Source::new(WANTED, text)), text));
    let mut asking = Asking { measures, file, is_change, told: Vec::new() };
    replied.answer = asking.answer(question, wanted);
    replied.diagnostics = asking.told;
    replied
}

/// Answers what a unit means; a measure's name is answered with the units that it is reported in.
pub fn unit(measures: &Measures, text: &str) -> Replied<Vec<UnitAnswer>> {
    let mut replied = Replied::default();
    let file = replied.sources.add(Source::new(WANTED, text));
    match units::parse(text.trim()) {
        Ok(unit) => replied.answer = Some(vec![describe(measures, &unit)]),
        Err(error) => match measures.find(text) {
            Some((_, measure)) => {
                replied.answer =
                    Some(accepted(measure).iter().map(|unit| describe(measures, unit)).collect());
            }
            None => {
                let start = text.len() - text.trim_start().len();
                replied.diagnostics.push(no_unit(Span::new(file, start..text.trim_end().len()), error));
            }
        },
    }
    replied
}

struct Asking<'a> {
    measures: &'a Measures,
    file: FileId,
    is_change: bool,
    told: Vec<Diagnostic>,
}

/// The parts of `HbA1c 7.5 %`, as bytes of the question.
struct Parts {
    name: Range<usize>,
    number: Range<usize>,
    unit: Range<usize>,
}

impl<'a> Asking<'a> {
    fn answer(&mut self, question: &str, wanted: Option<(FileId, &str)>) -> Option<Answer> {
        let Some(parts) = parts(question) else {
            let span = self.span(0..question.len());
            self.say(
                Diagnostic::new(&codes::MISSING_PROPERTY, span, "no value is given here")
                    .label("a number is missing")
                    .help("write a measure, a number and its unit: `HbA1c 7.5 %`, or only `120 mmHg`"),
            );
            return None;
        };
        let number = self.number(question, &parts)?;
        let measure = match self.measure(question, &parts) {
            Ok(measure) => measure,
            Err(()) => return None,
        };
        let analyte = measure.map_or_else(Analyte::default, |(_, measure)| measure.analyte());
        let from = self.from(question, &parts, measure)?;
        let targets = match wanted {
            Some((file, text)) => vec![(Some(Span::new(file, 0..text.len())), self.wanted(file, text)?)],
            None => self.others(&from, measure, &parts)?,
        };
        // What a person can have says nothing about how much of it can change.
        if let Some((_, measure)) = measure.filter(|_| !self.is_change) {
            self.doubt(&parts, &from, &number, question, measure);
        }
        let mut results = Vec::new();
        for (place, to) in targets {
            let converted = if self.is_change {
                units::convert_difference(&number, &from, &to, &analyte)
            } else {
                units::convert(&number, &from, &to, &analyte)
            };
            match converted {
                Ok(converted) => results.push(Quoted::of(converted, &to)),
                Err(error) => {
                    self.refuse(&parts, place, &from, &to, error);
                    return None;
                }
            }
        }
        let is_number = parts.unit.is_empty();
        Some(Answer {
            measure: measure.map(|(name, measure)| entry(name, measure)),
            given: Given {
                is_change: self.is_change,
                text: question[parts.number.start..parts.unit.end].to_owned(),
                value: number,
                unit: (!is_number).then(|| from.written().to_owned()),
                ucum: (!is_number).then(|| from.code().to_owned()),
                kind: (!is_number).then(|| from.kind()),
            },
            results,
        })
    }

    fn number(&mut self, question: &str, parts: &Parts) -> Option<Exact> {
        let text = &question[parts.number.clone()];
        let span = self.span(parts.number.clone());
        if !is_grouped(text) {
            self.say(
                Diagnostic::new(&codes::DECIMAL_COMMA, span, format!("`{text}` is no number here"))
                    .label("a comma groups thousands")
                    .help(format!("write the decimals behind a point: `{}`", text.replace(',', "."))),
            );
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.say(
                Diagnostic::new(&codes::BAD_VALUE, span, format!("`{text}` is no number"))
                    .label("not a number")
                    .help("write digits, with a point before decimals: `7.5`"),
            );
        }
        number
    }

    /// The measure that the question names; an error where it names one that is not known.
    fn measure(&mut self, question: &str, parts: &Parts) -> Result<Option<(&'a str, &'a Measure)>, ()> {
        let name = &question[parts.name.clone()];
        if name.is_empty() {
            return Ok(None);
        }
        let measures = self.measures;
        if let Some(found) = measures.find(name) {
            return Ok(Some(found));
        }
        let help = match measures.similar(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "`trialc units --list` shows the measures; the value alone can be converted too".to_owned()
            }
        };
        let span = self.span(parts.name.clone());
        self.say(
            Diagnostic::new(
                &codes::UNKNOWN_NAME,
                span,
                format!("there is no measure `{name}` in the library"),
            )
            .label("not a measure")
            .help(help),
        );
        Err(())
    }

    fn from(&mut self, question: &str, parts: &Parts, measure: Option<(&str, &Measure)>) -> Option<Unit> {
        let span = self.span(parts.unit.clone());
        if !parts.unit.is_empty() {
            return match units::parse(&question[parts.unit.clone()]) {
                Ok(unit) => Some(unit),
                Err(error) => {
                    self.say(no_unit(span, error));
                    None
                }
            };
        }
        let accepted = measure.map(|(_, measure)| accepted(measure)).unwrap_or_default();
        let Some(first) = accepted.first() else { return units::parse("1").ok() };
        let number = &question[parts.number.clone()];
        let written: Vec<String> = accepted.iter().map(|unit| format!("`{number} {unit}`")).collect();
        let label = measure.map_or("this measure", |(_, measure)| measure.label.as_str());
        let number_span = self.span(parts.number.clone());
        self.say(
            Diagnostic::new(&codes::MISSING_UNIT, number_span, format!("`{number}` has no unit"))
                .label(format!("{label} is measured as {}", first.kind()))
                .help(format!("write {}; the number means something else in each", written.join(" or "))),
        );
        None
    }

    fn wanted(&mut self, file: FileId, text: &str) -> Option<Unit> {
        match units::parse(text.trim()) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let start = text.len() - text.trim_start().len();
                self.say(no_unit(Span::new(file, start..text.trim_end().len()), error));
                None
            }
        }
    }

    /// The units that the measure is reported in, but for the one that was given.
    fn others(
        &mut self,
        from: &Unit,
        measure: Option<(&str, &Measure)>,
        parts: &Parts,
    ) -> Option<Vec<(Option<Span>, Unit)>> {
        let others: Vec<_> = measure
            .map(|(_, measure)| accepted(measure))
            .unwrap_or_default()
            .into_iter()
            .filter(|unit| unit != from)
            .map(|unit| (None, unit))
            .collect();
        if others.is_empty() {
            let span = self.span(parts.number.start..parts.unit.end);
            let why = match measure {
                Some((_, measure)) => format!("{} is reported in no other unit", measure.label),
                None => "no unit is asked for".to_owned(),
            };
            self.say(
                Diagnostic::new(&codes::MISSING_PROPERTY, span, why)
                    .label("into which unit?")
                    .help("name the unit behind the question: `trialc convert \"120 mmHg\" kPa`"),
            );
            return None;
        }
        Some(others)
    }

    /// A false friend, and a value that nobody can have.
    fn doubt(&mut self, parts: &Parts, from: &Unit, number: &Exact, question: &str, measure: &Measure) {
        let analyte = measure.analyte();
        let accepted = accepted(measure);
        let text = &question[parts.number.clone()];
        if let Some(advice) = units::advise(from, &accepted, &analyte) {
            let span = self.span(parts.unit.clone());
            let found = Diagnostic::new(&codes::FALSE_FRIEND, span, format!("`{from}`: {}", advice.message))
                .label(format!("in a value of {}", measure.label));
            self.say(match advice.replacement {
                Some(meant) => found.help(format!("write `{text} {meant}`")),
                None => found.help("write the unit in UCUM, such as `mg/dL`"),
            });
            return;
        }
        let Some((low, high)) = measure.quantity().and_then(|quantity| quantity.plausible.clone()) else {
            return;
        };
        let home = accepted.first().cloned().or_else(|| units::parse("1").ok());
        let Some(home) = home else { return };
        let range = PlausibleRange { low: low.clone(), high: high.clone(), unit: home.clone() };
        let Ok(Some(problem)) = units::implausible(number, from, &range, &accepted, &analyte) else { return };
        let shown = |value: &Exact| value.to_significant(4);
        let plausible = match accepted.is_empty() {
            true => format!("{} to {}", shown(&low), shown(&high)),
            false => format!("{} to {} {home}", shown(&low), shown(&high)),
        };
        let span = self.span(parts.number.start..parts.unit.end.max(parts.number.end));
        let message = format!("this value of {} is {problem}", measure.label);
        let note = format!("plausible: {plausible}");
        self.say(match problem.suggestion {
            Some((meant, _)) => {
                // A question is no protocol: what it asks is still answered.
                let mut found = Diagnostic::new(&codes::IMPLAUSIBLE_UNIT, span, message);
                found.severity = crate::diagnostics::Severity::Warning;
                found.label(note).help(format!("did you mean {text} {meant}?"))
            }
            None => Diagnostic::new(&codes::IMPLAUSIBLE_VALUE, span, message)
                .label(note)
                .help("check the number and its unit"),
        });
    }

    fn refuse(
        &mut self,
        parts: &Parts,
        wanted: Option<Span>,
        from: &Unit,
        to: &Unit,
        error: units::ConversionError,
    ) {
        let span = self.span(parts.number.start..parts.unit.end.max(parts.number.end));
        let of = |unit: &Unit| if unit.code() == "1" { "a pure number".to_owned() } else { unit.kind() };
        let mut found = Diagnostic::new(&codes::UNIT_MISMATCH, span, error.message).label(of(from));
        if let Some(wanted) = wanted {
            found = found.and(wanted, of(to));
        }
        let help = error.help.unwrap_or_else(|| format!("ask for a unit of the same kind as `{from}`"));
        self.say(found.help(help));
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range)
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.told.push(diagnostic);
    }
}

/// Finds the number: the first run of digits at the beginning of a word behind which a unit or nothing follows. A
/// name may begin with digits too (`25-hydroxyvitamin D 20 ng/mL`).
fn parts(question: &str) -> Option<Parts> {
    let mut places = Vec::new();
    let mut before = ' ';
    for (at, sign) in question.char_indices() {
        if before.is_whitespace() && (sign.is_ascii_digit() || matches!(sign, '-' | '−' | '.' | '+')) {
            places.extend(number_at(question, at));
        }
        before = sign;
    }
    let split = |number: &Range<usize>| {
        let trimmed = |range: Range<usize>| {
            let text = &question[range.clone()];
            let start = range.start + text.len() - text.trim_start().len();
            start..start + text.trim().len()
        };
        Parts {
            name: trimmed(0..number.start),
            number: number.clone(),
            unit: trimmed(number.end..question.len()),
        }
    };
    let reads = |parts: &Parts| parts.unit.is_empty() || units::parse(&question[parts.unit.clone()]).is_ok();
    let all: Vec<Parts> = places.iter().map(split).collect();
    let best = all.iter().position(reads).or(all.len().checked_sub(1))?;
    all.into_iter().nth(best)
}

/// The number that begins at this byte.
fn number_at(question: &str, start: usize) -> Option<Range<usize>> {
    let rest = &question[start..];
    let sign = rest.chars().next().filter(|sign| matches!(sign, '-' | '−' | '+')).map_or(0, char::len_utf8);
    let mut end = sign;
    let bytes = rest.as_bytes();
    while end < bytes.len() {
        let digit_follows = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        match bytes[end] {
            b'0'..=b'9' => end += 1,
            b'.' | b',' if digit_follows => end += 1,
            _ => break,
        }
    }
    rest[..end].bytes().any(|byte| byte.is_ascii_digit()).then(|| start..start + end)
}

/// Whether commas stand only between groups of three digits.
fn is_grouped(text: &str) -> bool {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let fraction_has_none = !text.split_once('.').is_some_and(|(_, fraction)| fraction.contains(','));
    let mut groups = whole.trim_start_matches(['-', '−', '+']).split(',');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    fraction_has_none
        && (rest.peek().is_none() || (1..=3).contains(&first.len()) && rest.all(|group| group.len() == 3))
}

fn no_unit(place: Span, error: UnitError) -> Diagnostic {
    let span = if error.range.is_empty() { place } else { place.slice(error.range.clone()) };
    let help =
        error.help.unwrap_or_else(|| "write the unit in UCUM, such as `mg/dL`, `mmol/L` or `10*9/L`".into());
    Diagnostic::new(&codes::UNKNOWN_UNIT, span, error.message).label("not a unit").help(help)
}

/// The units that a measure is reported in, that of its range first.
fn accepted(measure: &Measure) -> Vec<Unit> {
    let quantity = measure.quantity();
    let units = quantity.into_iter().flat_map(|quantity| quantity.unit.iter().chain(&quantity.units));
    units.filter_map(|unit| units::parse(&unit.written).ok()).collect()
}

impl MeasureEntry {
    /// The entry of every measure, in the order of the library.
    pub fn all(measures: &Measures) -> Vec<Self> {
        measures.iter().map(|(name, measure)| entry(name, measure)).collect()
    }
}

fn entry(name: &str, measure: &Measure) -> MeasureEntry {
    let quantity = measure.quantity();
    let written = |unit: &UnitRef| unit.written.clone();
    MeasureEntry {
        name: name.to_owned(),
        label: measure.label.clone(),
        also: measure.also.clone(),
        loinc: measure.loinc.as_ref().map(|code| (code.code.clone(), code.display.clone())),
        units: quantity
            .into_iter()
            .flat_map(|quantity| quantity.unit.iter().chain(&quantity.units))
            .map(written)
            .collect(),
        plausible: quantity.and_then(|quantity| quantity.plausible.clone()),
        formula: quantity.and_then(|quantity| quantity.formula.clone()),
        source: measure.source.clone(),
    }
}

fn describe(measures: &Measures, unit: &Unit) -> UnitAnswer {
    let reported = |measure: &Measure| accepted(measure).iter().any(|other| other == unit);
    UnitAnswer {
        written: unit.written().to_owned(),
        ucum: unit.code().to_owned(),
        name: unit.name(),
        kind: unit.kind(),
        remark: unit.advice().map(ToString::to_string),
        measures: measures
            .iter()
            .filter(|(_, measure)| reported(measure))
            .map(|(name, _)| name.to_owned())
            .collect(),
    }
}
