//! Numbers, dates and versions of the trial's header.

use std::ops::Range;

use super::{Node, Place, Reader, Rule};
use crate::ast::{PartialDate, Quantity, QuantityRange, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::number::Exact;
use crate::source::Spanned;
use crate::syntax::expression;

impl Reader<'_, '_> {
    pub(super) fn whole(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let node = self.parse(Rule::whole, &range, place)?.into_inner().next()?;
        self.integer(&node, range.start).map(Value::Integer)
    }

    pub(super) fn integer(&mut self, node: &Node<'_>, start: usize) -> Option<i64> {
        let written = self.spanned(node, start);
        let digits = written.value.replace(',', "").replace(['−', '–'], "-");
        let number = digits.parse().ok();
        if number.is_none() {
            self.mistakes.push(
                Diagnostic::new(&codes::BAD_VALUE, written.span, "this number is too large")
                    .help("write a number of at most 18 digits"),
            );
        }
        number
    }

    fn count(&mut self, node: &Node<'_>, start: usize, what: &str) -> Option<u64> {
        let number = self.integer(node, start)?;
        match u64::try_from(number) {
            Ok(count) => Some(count),
            Err(_) => {
                let span = self.spanned(node, start).span;
                self.mistakes.push(
                    Diagnostic::new(&codes::BAD_VALUE, span, format!("{what} cannot be negative"))
                        .help("write a whole number from 0 on"),
                );
                None
            }
        }
    }

    /// `22 actual`, `120 planned`.
    pub(super) fn enrollment(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let mut inner = self.parse(Rule::enrollment, &range, place)?.into_inner();
        let count = self.count(&inner.next()?, range.start, "an enrollment")?;
        let basis =
            inner.find(|node| node.as_rule() == Rule::word).map(|node| self.spanned(&node, range.start));
        if let Some(basis) = &basis
            && !["actual", "planned"].contains(&basis.value.as_str())
        {
            let word = Spanned::new(basis.value.as_str(), basis.span);
            self.not_one_of(word, &["actual", "planned"], "a basis of an enrollment");
            return Some(Value::Enrollment { count, basis: None });
        }
        Some(Value::Enrollment { count, basis })
    }

    /// `1:1:1`.
    pub(super) fn ratio(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let parts = self
            .parse(Rule::ratio, &range, place)?
            .into_inner()
            .filter(|node| node.as_rule() == Rule::integer);
        let mut ratio = Vec::new();
        for part in parts {
            ratio.push(self.count(&part, range.start, "a part of a ratio")?);
        }
        Some(Value::Ratio(ratio))
    }

    /// `1/2`, `early_1`; Roman numerals are read and reported.
    pub(super) fn phase(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        const PHASES: &[&str] = &["early_1", "1", "2", "3", "4", "not_applicable"];
        const PARTS: &[&str] = &["1a", "1b", "2a", "2b", "3a", "3b"];
        const ROMAN: [(&str, &str); 4] = [("I", "1"), ("II", "2"), ("III", "3"), ("IV", "4")];
        let nodes = self
            .parse(Rule::phase, &range, place)?
            .into_inner()
            .filter(|node| node.as_rule() == Rule::phase_word);
        let mut phases = Vec::new();
        for node in nodes {
            let word = self.spanned(&node, range.start);
            if PHASES.contains(&word.value.as_str()) || PARTS.contains(&word.value.as_str()) {
                phases.push(word);
                continue;
            }
            match ROMAN.iter().find(|(roman, _)| *roman == word.value) {
                Some((_, number)) => {
                    self.mistakes.push(
                        Diagnostic::new(
                            &codes::BAD_VALUE,
                            word.span,
                            format!("phase {} in Roman numerals", word.value),
                        )
                        .help(format!("write `{number}`"))
                        .fix(word.span, *number),
                    );
                    phases.push(Spanned::new((*number).to_owned(), word.span));
                }
                None => self.not_one_of(Spanned::new(word.value.as_str(), word.span), PHASES, "a phase"),
            }
        }
        (!phases.is_empty()).then_some(Value::Phase(phases))
    }

    /// `2011-01 actual`.
    pub(super) fn calendar(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        if let Some(instead) = other_date(&self.text[range.clone()]) {
            self.not_iso(range, instead);
            return None;
        }
        let mut inner = self.parse(Rule::calendar, &range, place)?.into_inner();
        let date = self.date(&inner.next()?, range.start)?.value;
        let basis =
            inner.find(|node| node.as_rule() == Rule::word).map(|node| self.spanned(&node, range.start));
        if let Some(basis) = &basis
            && !["actual", "estimated"].contains(&basis.value.as_str())
        {
            let word = Spanned::new(basis.value.as_str(), basis.span);
            self.not_one_of(word, &["actual", "estimated"], "a basis of a date");
            return Some(Value::Date { date, basis: None });
        }
        Some(Value::Date { date, basis })
    }

    /// Reports a date of another form, with the date as it is to be written where it is certain.
    pub(super) fn not_iso(&mut self, range: Range<usize>, instead: Option<String>) {
        let both = both_readings(&self.text[range.clone()]);
        let span = self.mistakes.span(range);
        let found = Diagnostic::new(&codes::BAD_VALUE, span, "a date is written year-month-day")
            .label("another form of date");
        self.mistakes.push(match (instead, both) {
            (Some(date), _) => found.help(format!("write `{date}`")).fix(span, date),
            (None, Some([day_first, month_first])) => found.label("which is the month?").help(format!(
                "write `{day_first}` if the day stands first here, `{month_first}` if the month does"
            )),
            (None, None) => found
                .label("month or day cannot be told apart for sure")
                .help("write `2018-04-25`, or `2018-04` where the day is not known"),
        });
    }

    pub(super) fn date(&mut self, node: &Node<'_>, start: usize) -> Option<Spanned<PartialDate>> {
        let written = self.spanned(node, start);
        let mut parts = written.value.split('-');
        let year: i16 = parts.next()?.parse().ok()?;
        let month: Option<i8> = parts.next().and_then(|month| month.parse().ok());
        let day: Option<i8> = parts.next().and_then(|day| day.parse().ok());
        let exists = match (month, day) {
            (None, _) => year > 0,
            (Some(month), day) => jiff::civil::Date::new(year, month, day.unwrap_or(1)).is_ok() && year > 0,
        };
        if !exists {
            let help = match month {
                Some(month) if !(1..=12).contains(&month) => "the month, in the middle, goes from 01 to 12",
                _ => "look at the day: the month has fewer days",
            };
            self.mistakes.push(
                Diagnostic::new(
                    &codes::BAD_VALUE,
                    written.span,
                    format!("there is no day {}", written.value),
                )
                .help(help),
            );
            return None;
        }
        Some(Spanned::new(PartialDate { year, month, day }, written.span))
    }

    /// `clinicaltrials_gov "NCT01719640"`.
    pub(super) fn identifier(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let mut inner = self.parse(Rule::identifier, &range, place)?.into_inner();
        let scheme = self.spanned(&inner.next()?, range.start);
        let value = self.text_of(&inner.next()?, range.start);
        Some(Value::Identifier { scheme, value })
    }

    /// `"2.0" dated 2018-04-25`.
    pub(super) fn version(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let mut inner = self.parse(Rule::version, &range, place)?.into_inner();
        let label = inner.next()?;
        let label = match label.as_rule() {
            Rule::version_number => {
                let label = self.spanned(&label, range.start);
                self.mistakes.push(
                    Diagnostic::new(
                        &codes::BAD_VALUE,
                        label.span,
                        "a version is a text: it stands in quotes",
                    )
                    .help(format!("write `\"{}\"`", label.value))
                    .fix(label.span, format!("\"{}\"", label.value)),
                );
                label
            }
            _ => self.text_of(&label, range.start),
        };
        let dated =
            inner.find(|node| node.as_rule() == Rule::date).and_then(|node| self.date(&node, range.start));
        Some(Value::Version { label, dated })
    }

    /// `40 to 65 years`, `18 years and over`, `under 18 years`, `up to 65 years`.
    pub(super) fn ages(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let node = self.parse(Rule::ages, &range, place)?.into_inner().next()?;
        let rule = node.as_rule();
        let below = !node.as_str().starts_with("up");
        let ages: Vec<Quantity> = node
            .into_inner()
            .filter(|node| node.as_rule() == Rule::age)
            .filter_map(|node| self.age(&node, range.start))
            .collect();
        let mut ages = ages.into_iter();
        let first = ages.next()?;
        Some(match rule {
            Rule::ages_under => Value::OpenRange { low: None, high: Some(first), below },
            Rule::ages_over => Value::OpenRange { low: Some(first), high: None, below: false },
            _ => Value::Range(QuantityRange { low: first, high: ages.next()? }),
        })
    }

    /// `low 5 mg, high 10 mg`.
    pub(super) fn doses(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let mut doses = Vec::new();
        for node in self.parse(Rule::doses, &range, place)?.into_inner() {
            if node.as_rule() != Rule::named_dose {
                continue;
            }
            let mut parts = node.into_inner();
            let (name, amount) = (parts.next()?, parts.next()?);
            let slice = self.slice(&amount, range.start);
            let amount = self.mistakes.with(|said| expression::quantity(slice, said))?;
            doses.push((self.spanned(&name, range.start), amount));
        }
        Some(Value::Doses(doses))
    }

    /// `450 mL in 8 weeks`.
    pub(super) fn allowance(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let parts: Vec<Node<'_>> = self.parse(Rule::allowance, &range, place)?.into_inner().collect();
        let part = |rule: Rule| parts.iter().find(|part| part.as_rule() == rule);
        let (amount, time) = (part(Rule::allowed)?, part(Rule::allowed_time)?);
        let (amount, time) = (self.slice(amount, range.start), self.slice(time, range.start));
        let amount = self.mistakes.with(|said| expression::quantity(amount, said))?;
        let within = self.mistakes.with(|said| expression::duration(time, said))?;
        Some(Value::Allowance { amount, within })
    }

    /// A whole number and perhaps a word of time.
    fn age(&mut self, node: &Node<'_>, start: usize) -> Option<Quantity> {
        let written = self.spanned(node, start);
        let digits = written.value.bytes().take_while(u8::is_ascii_digit).count();
        let (number, word) = written.value.split_at(digits);
        let unit = word.trim_start();
        let unit_at = written.value.len() - unit.len();
        let value: Exact = number.parse().ok()?;
        Some(Quantity {
            number: Spanned::new(value, written.span.slice(0..digits)),
            number_text: number.to_owned(),
            unit: (!unit.is_empty())
                .then(|| Spanned::new(unit.to_owned(), written.span.slice(unit_at..written.value.len()))),
            also: None,
        })
    }
}

/// `12/11/2013`: with the day first, and with the month first.
fn both_readings(text: &str) -> Option<[String; 2]> {
    let parts: Vec<&str> = text.trim().split(['/', '.', '-']).collect();
    let [one, two, year] = parts.as_slice() else { return None };
    let (one, two): (i8, i8) = (one.parse().ok()?, two.parse().ok()?);
    let date = |month: i8, day: i8| {
        let year = year.parse().ok().filter(|_| year.len() == 4)?;
        Some(jiff::civil::Date::new(year, month, day).ok()?.to_string())
    };
    Some([date(two, one)?, date(one, two)?])
}

/// Whether a text is a date of another form than ISO 8601, and the date where its form is certain.
pub(super) fn other_date(text: &str) -> Option<Option<String>> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let words: Vec<&str> = text.split([' ', '/', '.', ',', '-']).filter(|word| !word.is_empty()).collect();
    let month_of = |word: &str| {
        let start = word.get(..3)?.to_lowercase();
        let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
        MONTHS.iter().position(|month| is_word && *month == start).map(|at| at + 1)
    };
    let number =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse::<u32>().ok())?;
    let month = words.iter().take(3).find_map(|word| month_of(word));
    let year = words.iter().take(3).find(|word| word.len() == 4 && number(word).is_some());
    if let (Some(month), Some(year)) = (month, year) {
        let day = words
            .iter()
            .take(3)
            .find(|word| word.len() <= 2 && number(word).is_some())
            .and_then(|day| number(day));
        return Some(Some(match day {
            Some(day) => format!("{year}-{month:02}-{day:02}"),
            None => format!("{year}-{month:02}"),
        }));
    }
    let numbers: Vec<u32> = words.iter().take(3).filter_map(|word| number(word)).collect();
    let iso = text.as_bytes().get(4).is_none_or(|sign| !matches!(sign, b'/' | b'.'));
    match (numbers.as_slice(), words.first()?.len()) {
        // 2018/04/25, 2018-4-5
        ([year, month, day], 4) if !iso || words[1].len() == 1 || words[2].len() == 1 => {
            Some(Some(format!("{year:04}-{month:02}-{day:02}")))
        }
        // 25.04.2018, 04/25/2018: certain where only one of the two is a month, or both are the same.
        ([one, two, year], 1 | 2) => Some(match (*one > 12, *two > 12) {
            (false, false) if one == two && words[2].len() == 4 => {
                Some(format!("{year:04}-{one:02}-{two:02}"))
            }
            (true, false) if words[2].len() == 4 => Some(format!("{year:04}-{two:02}-{one:02}")),
            (false, true) if words[2].len() == 4 => Some(format!("{year:04}-{one:02}-{two:02}")),
            _ => None,
        }),
        _ => None,
    }
}
