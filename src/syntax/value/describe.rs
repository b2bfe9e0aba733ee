//! What is said when a value is missing or cannot be read: what was expected, with an example of it.

use std::ops::Range;

use super::{Place, Reader};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::schema::ValueKind;

/// What a value of this kind is, and an example.
pub(in crate::syntax) fn describe(kind: ValueKind) -> (&'static str, &'static str) {
    match kind {
        ValueKind::Texts => ("a text in quotes", "\"…\""),
        ValueKind::Names => ("names with commas between them", "baseline, month_3"),
        ValueKind::Choice(_) => ("one of its words", "yes"),
        ValueKind::Choices(_) => ("some of its words, with commas between them", "randomized, parallel"),
        ValueKind::Words => ("a text in quotes, or names", "\"…\""),
        ValueKind::Flag => ("nothing: it stands alone", ""),
        ValueKind::Integer => ("a whole number", "2"),
        ValueKind::Enrollment => ("a number of participants, `planned` or `actual`", "120 planned"),
        ValueKind::Ratio => ("a ratio", "1:1"),
        ValueKind::Phase => ("a phase", "2/3"),
        ValueKind::Date => ("a date", "2018-04-25 actual"),
        ValueKind::Identifier => ("a scheme and a number in quotes", "clinicaltrials_gov \"NCT01719640\""),
        ValueKind::Version => ("a version in quotes, perhaps with its date", "\"2.0\" dated 2018-04-25"),
        ValueKind::Codes => {
            ("codes with commas between them, each perhaps with its text", "E11 \"Type 2 diabetes\"")
        }
        ValueKind::Expression => ("a rule or value", "latest hba1c at baseline > 7.5 %"),
        ValueKind::Quantity => ("a number, perhaps with its unit", "250 mg"),
        ValueKind::Range => ("a range", "0 to 500"),
        ValueKind::Doses => ("dose levels, each a name and an amount", "low 5 mg, high 10 mg"),
        ValueKind::Allowance => ("an amount and the time in which it may be used up", "450 mL in 8 weeks"),
        ValueKind::Ages => ("a range of ages", "40 to 65 years"),
        ValueKind::Units => ("a unit", "mg/dL"),
        ValueKind::Duration => ("a duration", "14 days"),
        ValueKind::AtLeast => ("a duration", "at least 14 days"),
        ValueKind::Timing => ("a time", "0 to 14 days after randomization"),
        ValueKind::Visit => ("a time", "1 month after randomization, ±7 days"),
        ValueKind::TimeFrame => ("a time", "1 year after randomization"),
        ValueKind::Window => ("a window", "±7 days"),
        ValueKind::Levels => ("values with commas between them", "0 \"None\", 1 \"Mild\", 2 \"Severe\""),
        ValueKind::Attributes => {
            ("attributes with commas between them", "grade 1 to 5, related_to infusion, serious")
        }
        ValueKind::Plan => ("the phrases of a treatment plan", "5 mg, oral, daily, for 4 weeks"),
        ValueKind::Dose => ("a dose", "85 mg/m2"),
        ValueKind::Frequency => ("a frequency", "twice daily"),
        ValueKind::PlanMoment => ("an event", "randomization"),
        ValueKind::Comparison => ("arms and a summary", "combined versus insulin, \"mean difference\""),
        ValueKind::Strategies => {
            ("events, each with its strategy", "rescue_therapy treatment_policy, death not stated")
        }
        ValueKind::Collection => {
            ("what is collected, and at which visits", "hba1c, creatinine at screening, month_3 to month_12")
        }
        ValueKind::Clock => ("the day that an event has", "day 1 is randomization"),
        ValueKind::WindowInDay => ("a window", "±5 min"),
        ValueKind::Rounds => ("which cycles", "1, 3 to 5"),
        ValueKind::Timepoints => ("times within a day", "-30 min, 1 h ±5 min, 4 h ±10 min"),
        ValueKind::Cycle => ("a cycle", "every 28 days from first_dose for 6 cycles"),
        ValueKind::FieldType => ("a type of field", "choice of (sitting \"Sitting\", supine \"Supine\")"),
        ValueKind::Libraries => ("libraries, or a file in quotes", "std.labs, std.vitals"),
        ValueKind::Fact => ("something recorded, with its date", "hba1c 9.6 % on 2011-06-28"),
        ValueKind::Expectation => ("a verdict", "ineligible by I8"),
    }
}

impl Reader<'_, '_> {
    /// An example of a whole property or statement, in backticks.
    pub(super) fn example(&self, place: Place<'_>) -> String {
        let (_, example) = describe(place.kind);
        let example = match (place.name, place.kind) {
            ("conditions", _) => "t2dm",
            ("checked", _) => "at consent, randomization",
            ("category", _) => "safety",
            ("substance", _) => "insulin",
            ("route", _) => "oral",
            ("arms" | "like", _) => "combined",
            ("kind", _) => "substance",
            ("members" | "class", _) => "exenatide, liraglutide",
            (_, ValueKind::Choice(words) | ValueKind::Choices(words)) => words.first().copied().unwrap_or(""),
            _ => example,
        };
        match place.kind {
            ValueKind::Fact => format!("`{example}`"),
            ValueKind::Collection | ValueKind::Libraries => format!("`{} {example}`", place.name),
            ValueKind::Flag => format!("`{}`", place.name),
            _ if place.body => format!("`{} …: {example}`", place.name),
            _ => format!("`{}: {example}`", place.name),
        }
    }

    /// Nothing stands behind the colon.
    pub(super) fn no_value(&mut self, place: Place<'_>, at: Span) {
        let (what, _) = describe(place.kind);
        let span = if place.key.end <= at.start { place.key } else { at };
        let subject = if place.body { format!("this `{}`", place.name) } else { format!("`{}`", place.name) };
        let help = match place.kind {
            ValueKind::Flag => format!("write `{}` without a colon", place.name),
            ValueKind::Collection
            | ValueKind::Libraries
            | ValueKind::Fact
            | ValueKind::Clock
            | ValueKind::Expectation => {
                format!("write {what}: {}", self.example(place))
            }
            _ if place.body => format!("write {what}: {}", self.example(place)),
            _ => format!("write {what}: {}; or `{}: not stated`", self.example(place), place.name),
        };
        self.mistakes.push(
            Diagnostic::new(&codes::BAD_VALUE, span, format!("{subject} has nothing behind it"))
                .label("a value is missing")
                .help(help),
        );
    }

    /// A value does not fit its kind; the words from `at` on are where it stops to fit.
    pub(super) fn unreadable(&mut self, range: Range<usize>, at: usize, place: Place<'_>) {
        let (what, _) = describe(place.kind);
        let end = range.end;
        let rest = self.text[at..end].trim_start();
        let at = end - rest.len();
        let help = format!("write {what}: {}", self.example(place));
        if rest.is_empty() {
            let span = self.mistakes.span(range);
            self.mistakes.push(
                Diagnostic::new(
                    &codes::BAD_VALUE,
                    span,
                    format!("something is missing at the end of `{}`", place.name),
                )
                .help(help),
            );
            return;
        }
        if at > range.start && !matches!(place.kind, ValueKind::Fact) {
            self.stray(at..end, place);
            return;
        }
        let span = self.mistakes.span(self.first_words(at..end));
        self.mistakes.push(
            Diagnostic::new(&codes::BAD_VALUE, span, format!("this cannot be read as {what}")).help(help),
        );
    }

    /// Words behind a value that do not belong to it.
    pub(in crate::syntax) fn stray(&mut self, range: Range<usize>, place: Place<'_>) {
        let (what, _) = describe(place.kind);
        let words = self.first_words(range);
        let text = &self.text[words.clone()];
        let span = self.mistakes.span(words.clone());
        let message = format!("`{text}` does not belong to `{}`", place.name);
        if place.kind == ValueKind::Collection
            && text.strip_prefix("on").is_some_and(|rest| rest.starts_with(char::is_whitespace))
        {
            let word = self.mistakes.span(words.start..words.start + 2);
            self.mistakes.push(
                Diagnostic::new(&codes::WORD_FOR_SYMBOL, word, "visits stand behind the word `at`")
                    .help(format!("write `at{}`", &text[2..]))
                    .fix(word, "at"),
            );
            return;
        }
        if let Some(known) = self.known_stray(&words, place) {
            self.mistakes.push(known);
            return;
        }
        let help = match place.kind {
            ValueKind::Identifier => {
                let number = text.trim_matches('"');
                let before = self.text[..words.start].split_whitespace().next_back();
                let written = before
                    .filter(|scheme| scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
                match registry_of(number).or(written) {
                    Some(scheme) => format!("write `{}: {scheme} \"{number}\"`", place.name),
                    None => format!("write {what}: {}", self.example(place)),
                }
            }
            ValueKind::Flag => format!("write `{}` alone, or leave it out", place.name),
            ValueKind::Units if place.body && text.starts_with("of (") => {
                "write the values that it can have in a block: `measure … { values: negative, positive }`"
                    .to_owned()
            }
            _ => format!("write {what}: {}; begin the next statement on a new line", self.example(place)),
        };
        self.mistakes
            .push(Diagnostic::new(&codes::STRAY_TEXT, span, message).label("not expected here").help(help));
    }

    /// The first line of a range, cut where it gets long.
    pub(in crate::syntax) fn first_words(&self, range: Range<usize>) -> Range<usize> {
        const LONGEST: usize = 40;
        let text = &self.text[range.clone()];
        let line = text.split(['\n', '\r']).next().unwrap_or(text);
        let long = line.char_indices().nth(LONGEST).map(|(at, _)| at);
        let cut = long.map_or(line.len(), |at| line[..at].rfind(' ').unwrap_or(at));
        range.start..range.start + line[..cut].trim_end().len()
    }

    /// Whether the parentheses of a simple value match; reports where they do not.
    pub(super) fn balanced(&mut self, range: &Range<usize>) -> bool {
        let mut open: Vec<usize> = Vec::new();
        let mut in_text = false;
        for (at, byte) in self.text[range.clone()].bytes().enumerate() {
            let at = range.start + at;
            match byte {
                b'"' => in_text = !in_text,
                b'(' if !in_text => open.push(at),
                b')' if !in_text && open.pop().is_none() => {
                    let span = self.mistakes.span(at..at + 1);
                    self.mistakes.push(
                        Diagnostic::new(&codes::STRAY_TEXT, span, "this `)` closes nothing")
                            .label("no `(` before it is open")
                            .help("remove it, or add the `(` that is missing before it"),
                    );
                    return false;
                }
                _ => {}
            }
        }
        let Some(first) = open.first() else { return true };
        let span = self.mistakes.span(*first..first + 1);
        self.mistakes.push(
            Diagnostic::new(&codes::UNCLOSED_PARENTHESIS, span, "this `(` is never closed")
                .label("opened here")
                .help("add the `)` where the group ends"),
        );
        false
    }

    /// A colon is missing behind a key or a head.
    pub(in crate::syntax) fn missing_colon(&mut self, key: Span, at: usize, example: &str) {
        let words = &self.text[key.range()];
        let place = self.mistakes.span(at..at);
        self.mistakes.push(
            Diagnostic::new(&codes::MISSING_COLON, key, format!("a colon is missing behind `{words}`"))
                .label("`:` is missing here")
                .help(format!("write `{example}`"))
                .fix(place, ":"),
        );
    }
}

/// The register that gives numbers of this form: ClinicalTrials.gov, ISRCTN, EudraCT, EU CTIS.
fn registry_of(number: &str) -> Option<&'static str> {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if number.strip_prefix("NCT").is_some_and(|rest| digits(rest, 8)) {
        return Some("clinicaltrials_gov");
    }
    if number.strip_prefix("ISRCTN").is_some_and(|rest| digits(rest, 8)) {
        return Some("isrctn");
    }
    match number.split('-').collect::<Vec<_>>().as_slice() {
        [year, serial, check] if digits(year, 4) && digits(serial, 6) && digits(check, 2) => Some("eudract"),
        [year, serial, check, again]
            if digits(year, 4) && digits(serial, 6) && digits(check, 2) && digits(again, 2) =>
        {
            Some("eu_ctis")
        }
        _ => None,
    }
}
