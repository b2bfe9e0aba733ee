//! Values as people write them who have not read how: each is reported with the author's own words put right and, where
//! only one thing can be meant, read as meant.

use std::ops::Range;

use super::{Place, Reader};
use crate::ast::Value;
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Spanned;
use crate::syntax::schema::ValueKind;
use crate::syntax::{Slice, expression};

/// What a value in other words is read as, where that is certain, and the words that say it.
pub(super) struct Guess {
    pub value: Option<Value>,
    pub at: Range<usize>,
}

impl Reader<'_, '_> {
    /// A value in other words.
    pub(super) fn guessed(&mut self, range: &Range<usize>, place: Place<'_>) -> Option<Guess> {
        let value = match place.kind {
            ValueKind::Phase => self.no_phase(range),
            ValueKind::Identifier => self.number_without_scheme(range),
            ValueKind::Ages => self.ages_in_signs(range),
            ValueKind::TimeFrame => return self.open_time_frame(range, place),
            ValueKind::Timing | ValueKind::Visit => self.day_of_event(range, place),
            _ => None,
        }?;
        Some(Guess { value, at: range.clone() })
    }

    /// `not applicable`, `N/A`.
    fn no_phase(&mut self, range: &Range<usize>) -> Option<Option<Value>> {
        let text = &self.text[range.clone()];
        let flat = text.to_lowercase().replace([' ', '-', '/'], "");
        if !matches!(flat.as_str(), "notapplicable" | "na") {
            return None;
        }
        let span = self.mistakes.span(range.clone());
        self.mistakes.push(
            Diagnostic::new(&codes::BAD_VALUE, span, format!("`{text}` is not a phase"))
                .label("did you mean `not_applicable`?")
                .help("write `not_applicable`")
                .fix(span, "not_applicable"),
        );
        Some(Some(Value::Phase(vec![Spanned::new("not_applicable".to_owned(), span)])))
    }

    /// `NCT01719640`: a number that says itself by whom it was given.
    fn number_without_scheme(&mut self, range: &Range<usize>) -> Option<Option<Value>> {
        let number = self.text[range.clone()].trim_matches('"');
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = number.split('-').collect();
        let scheme = match parts.as_slice() {
            [one] if one.strip_prefix("NCT").is_some_and(|digits| digits.len() == 8 && is_digits(digits)) => {
                "clinicaltrials_gov"
            }
            [year, serial, check]
                if [(year, 4), (serial, 6), (check, 2)]
                    .iter()
                    .all(|(part, length)| part.len() == *length && is_digits(part)) =>
            {
                "eudract"
            }
            _ => return None,
        };
        let good = format!("{scheme} \"{number}\"");
        let span = self.mistakes.span(range.clone());
        let value = Value::Identifier {
            scheme: Spanned::new(scheme.to_owned(), span),
            value: Spanned::new(number.to_owned(), span),
        };
        self.mistakes.push(
            Diagnostic::new(&codes::BAD_VALUE, span, "a number of the trial is written with its register")
                .label(format!("did you mean `{scheme}`?"))
                .help(format!("write `id: {good}`"))
                .fix(span, good),
        );
        Some(Some(value))
    }

    /// `1 - 25 years`, `>= 18 years`.
    fn ages_in_signs(&mut self, range: &Range<usize>) -> Option<Option<Value>> {
        let text = &self.text[range.clone()];
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some((low, high)) = text.split_once(['-', '–', '—'])
            && let Some(first) = low.split_whitespace().next()
            && is_number(first)
            && high.trim_start().starts_with(|sign: char| sign.is_ascii_digit())
        {
            let dash = range.start + low.len()..range.end - high.len();
            let blanks =
                self.mistakes.span(range.start + low.trim_end().len()..range.end - high.trim_start().len());
            let good = format!("{} to {}", low.trim_end(), high.trim_start());
            self.mistakes.push(
                Diagnostic::new(
                    &codes::WORD_FOR_SYMBOL,
                    self.mistakes.span(dash),
                    "a range has the word `to`, not a dash",
                )
                .help(format!("write `{good}`"))
                .fix(blanks, " to "),
            );
            return Some(None);
        }
        if let Some(good) = open_age(text) {
            let span = self.mistakes.span(range.clone());
            self.mistakes.push(
                Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, format!("`{text}` is written `{good}`"))
                    .help(format!("write `{good}`"))
                    .fix(span, good),
            );
            return Some(None);
        }
        let signs = text.bytes().take_while(|byte| matches!(byte, b'<' | b'>' | b'=')).count();
        let (sign, age) = match text.strip_prefix(['≥', '≤']) {
            Some(age) => (if text.starts_with('≥') { ">=" } else { "<=" }, age.trim()),
            None => (&text[..signs], text[signs..].trim()),
        };
        let good = match sign {
            ">=" => format!("{age} and over"),
            "<=" => format!("up to {age}"),
            "<" => format!("under {age}"),
            _ => return None,
        };
        let span = self.mistakes.span(range.clone());
        self.mistakes.push(
            Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "a limit of age is written in words")
                .help(format!("write `{good}`"))
                .fix(span, good),
        );
        Some(None)
    }

    /// `up to 1 year`, `within 1 year after randomization`: the time itself; `until recovery`: the protocol's words.
    fn open_time_frame(&mut self, range: &Range<usize>, place: Place<'_>) -> Option<Guess> {
        let text = &self.text[range.clone()];
        let time =
            ["up to ", "within "].iter().find_map(|words| text.strip_prefix(words)).map(str::trim_start);
        if let Some(time) = time.filter(|time| time.starts_with(|sign: char| sign.is_ascii_digit())) {
            let at = range.end - time.len();
            let with_blank = self.mistakes.span(range.start..at);
            let words =
                self.mistakes.span(range.start..range.start + self.text[range.start..at].trim_end().len());
            self.mistakes.push(
                Diagnostic::new(
                    &codes::WORD_FOR_SYMBOL,
                    words,
                    "a time frame is the time up to which is measured",
                )
                .label("not needed")
                .help(format!("write `{}: {time}`", place.name))
                .fix(with_blank, ""),
            );
            return Some(Guess { value: self.by_kind(at..range.end, place), at: at..range.end });
        }
        if !(text.starts_with("until ") || text.starts_with("from ")) {
            return None;
        }
        let span = self.mistakes.span(range.clone());
        let quoted = format!("\"{}\"", text.replace(['"', '\n'], " "));
        self.mistakes.push(
            Diagnostic::new(&codes::BAD_VALUE, span, "this time frame has no length")
                .label("a length of time, or the protocol's words")
                .help(format!(
                    "write the length, `{}: 1 year after randomization`, or quote the words: `{}: {quoted}`",
                    place.name, place.name
                )),
        );
        Some(Guess { value: None, at: range.clone() })
    }

    /// `same day as registration`, `day of inclusion`: `on registration`.
    fn day_of_event(&mut self, range: &Range<usize>, place: Place<'_>) -> Option<Option<Value>> {
        let text = &self.text[range.clone()];
        let words: Vec<&str> = text.split_whitespace().collect();
        let said = words.iter().position(|word| *word == "day")?;
        let [event] = words.get(said + 2..)? else { return None };
        let joins = words.get(said + 1).is_some_and(|word| matches!(*word, "of" | "as"));
        let leads = words[..said].iter().all(|word| matches!(*word, "on" | "the" | "same"));
        if !joins || !leads || !event.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let good = format!("on {event}");
        let span = self.mistakes.span(range.clone());
        self.mistakes.push(
            Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "the day of an event is written `on`")
                .help(format!("write `{good}`"))
                .fix(span, good),
        );
        // The event keeps its place in the text, so that what is said of it underlines it.
        let blanks = " ".repeat(text.len() - event.len() - 2);
        let meant = format!("on{blanks}{event}");
        let slice = Slice::new(self.mistakes.file, &meant, range.start);
        Some(self.mistakes.with(|found| match place.kind {
            ValueKind::Timing => expression::timing(slice, found).map(Value::Timing),
            _ => expression::visit(slice, found).map(Value::Visit),
        }))
    }

    /// Words behind a value that are known to be something else: what to say of them.
    pub(super) fn known_stray(&mut self, words: &Range<usize>, place: Place<'_>) -> Option<Diagnostic> {
        let text = &self.text[words.clone()];
        let span = self.mistakes.span(words.clone());
        let found = |said: String| Diagnostic::new(&codes::STRAY_TEXT, span, said).label("not expected here");
        let stray = || format!("`{text}` does not belong to `{}`", place.name);
        let before = self.text[..words.start].trim_end();
        match place.kind {
            ValueKind::Identifier if text.starts_with(',') => {
                let comma = self.mistakes.span(words.start..words.start + 1);
                Some(
                    found("each number of the trial is a statement of its own".into())
                        .help(format!(
                            "write `{}: {}` on a line of its own",
                            place.name,
                            text[1..].trim_start()
                        ))
                        .fix(comma, format!("; {}:", place.name)),
                )
            }
            ValueKind::Choices(_) if place.name == "design" && text.starts_with('(') => {
                let inner = text.trim_matches(['(', ')']);
                Some(
                    found(stray())
                        .help(format!("who is masked is a statement of its own: `masked: {inner}`")),
                )
            }
            ValueKind::Units if place.body => self.score_as_measure(words, place),
            ValueKind::Collection => {
                let first = text.split_whitespace().next()?;
                let word = self.mistakes.span(words.start..words.start + first.len());
                match first {
                    "-" | "–" | "—" => Some(
                        Diagnostic::new(&codes::WORD_FOR_SYMBOL, word, "a range has the word `to`, not a dash")
                            .help(format!("write `to{}`", &text[first.len()..]))
                            .fix(word, "to"),
                    ),
                    "if" | "where" => Some(
                        Diagnostic::new(&codes::WORD_FOR_SYMBOL, word, format!("`{first}` is written `when`"))
                            .help(format!("write `when{}`", &text[first.len()..]))
                            .fix(word, "when"),
                    ),
                    "throughout" | "continuously" | "always" => Some(
                        Diagnostic::new(&codes::WORD_FOR_SYMBOL, word, format!("`{first}` has no beginning and no end"))
                            .help("write from which event or visit to which other, as in `from consent to month_12`"),
                    ),
                    "visit" | "visits" if ["every", "each", "all"].iter().any(|word| before.ends_with(word)) => {
                        let all = before.rsplit(char::is_whitespace).next()?.len();
                        let span = self.mistakes.span(before.len() - all..words.start + first.len());
                        Some(
                            Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "visits are named")
                                .label("which ones?")
                                .help("write the first and the last of them, as in `at baseline to month_12`"),
                        )
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `measure sdq "…": score 0 to 40`, `measure sdq "…": 0 to 40`.
    fn score_as_measure(&mut self, words: &Range<usize>, place: Place<'_>) -> Option<Diagnostic> {
        let text = &self.text[words.clone()];
        let head = &self.text[place.key.range()];
        let colon = place.key.range().end;
        let value = self.text[colon..words.start]
            .trim_start_matches(|sign: char| sign == ':' || sign.is_whitespace());
        let (limits, certain) = match value.trim_end() {
            "score" if text.starts_with(|sign: char| sign.is_ascii_digit()) => (text.to_owned(), true),
            low if text.starts_with("to ") && low.bytes().all(|byte| byte.is_ascii_digit()) => {
                (format!("{low} {text}"), false)
            }
            _ => return None,
        };
        let good = format!("{}: {limits}", head.replacen("measure", "score", 1));
        let span = self.mistakes.span(words.start - value.len()..words.end);
        let found =
            Diagnostic::new(&codes::STRAY_TEXT, span, "a measure has its unit here, a score its limits");
        let whole = self.mistakes.span(place.key.range().start..words.end);
        let plausible = format!("what can be of a measure stands in its block: `plausible: {limits}`");
        Some(match certain {
            true => found.help(format!("write `{good}`; {plausible}")).fix(whole, good),
            false => found.help(format!("write `{good}` for a score; {plausible}")),
        })
    }
}

/// `from 18 years`, `18 years or older`: ages without an upper end.
fn open_age(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match words.as_slice() {
        ["from", number, unit] if is_number(number) => Some(format!("{number} {unit} and over")),
        ["from", number, rest @ ..] if is_number(number) && rest.contains(&"to") => {
            Some(words[1..].join(" "))
        }
        [number, unit, "or", "older" | "more" | "above" | "over" | "up"] if is_number(number) => {
            Some(format!("{number} {unit} and over"))
        }
        _ => None,
    }
}
