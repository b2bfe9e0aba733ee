//! Values of properties and short bodies, by the kind that the schema gives them.

mod describe;
mod example;
mod guessed;
mod list;
mod number;
mod simple;

use std::ops::Range;

use pest::Parser;
use pest::iterators::Pair;

use super::build::Reader;
use super::grammar::{Grammar, Rule};
use super::schema::ValueKind;
use super::{Slice, expression};
use crate::ast::{FieldType, PlanPhrase, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};

pub(super) type Node<'a> = Pair<'a, Rule>;

/// Of what a value is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The property's name, or the item's keyword.
    pub name: &'a str,
    pub kind: ValueKind,
    /// Where that name stands.
    pub key: Span,
    /// The short body of an item, not a property.
    pub body: bool,
}

impl<'a> Reader<'a, '_> {
    /// Reads a value; `Value::Error` where it could not be read, which has then been said.
    pub(super) fn value(&mut self, range: Range<usize>, place: Place<'_>) -> Spanned<Value> {
        let range = self.trimmed(range);
        let span = self.mistakes.span(range.clone());
        if range.is_empty() {
            self.no_value(place, span);
            return Spanned::new(Value::Error, span);
        }
        if let Some(value) = self.common(&range, place) {
            return Spanned::new(value, span);
        }
        let (value, span) = match self.guessed(&range, place) {
            Some(guess) => (guess.value, self.mistakes.span(guess.at)),
            None => (self.by_kind(range, place), span),
        };
        Spanned::new(value.unwrap_or(Value::Error), span)
    }

    /// `not stated` and `unspecified "…"`.
    fn common(&mut self, range: &Range<usize>, place: Place<'_>) -> Option<Value> {
        let text = &self.text[range.clone()];
        if text.starts_with("not") && self.parses(Rule::not_stated, text) && place.kind != ValueKind::Plan {
            return Some(Value::NotStated);
        }
        if !text.starts_with("unspecified") {
            return None;
        }
        let node = Grammar::parse(Rule::unspecified, text).ok()?.next()?.into_inner().next()?;
        let words = self.text_of(&node, range.start);
        let allowed = matches!(
            place.kind,
            ValueKind::Expression | ValueKind::Dose | ValueKind::TimeFrame | ValueKind::Comparison
        );
        if !allowed {
            let span = self.mistakes.span(range.clone());
            self.mistakes.push(
                Diagnostic::new(&codes::BAD_VALUE, span, format!("`{}` cannot be `unspecified`", place.name))
                    .label("only a criterion, an outcome's value or a dose can")
                    .help("write `not stated` where the protocol is silent"),
            );
            return Some(Value::Error);
        }
        Some(Value::Unspecified(words))
    }

    fn by_kind(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        if !place.kind.is_expression() && !self.balanced(&range) {
            return None;
        }
        let slice = Slice::new(self.mistakes.file, &self.text[range.clone()], range.start);
        match place.kind {
            ValueKind::Texts => self.texts(range, place),
            ValueKind::Names => self.names(range, place).map(Value::Names),
            ValueKind::Choice(words) => self.choices(range, place, words, true),
            ValueKind::Choices(words) => self.choices(range, place, words, false),
            ValueKind::Words => self.words(range, place),
            ValueKind::Flag => self.choices(range, place, &["yes", "no"], true),
            ValueKind::Libraries => self.libraries(range, place),
            ValueKind::Integer => self.whole(range, place),
            ValueKind::Enrollment => self.enrollment(range, place),
            ValueKind::Ratio => self.ratio(range, place),
            ValueKind::Phase => self.phase(range, place),
            ValueKind::Date => self.calendar(range, place),
            ValueKind::Identifier => self.identifier(range, place),
            ValueKind::Version => self.version(range, place),
            ValueKind::Ages => self.ages(range, place),
            ValueKind::Codes => self.codes(range, place),
            ValueKind::Units => self.units(range, place),
            ValueKind::Levels => self.levels(range, place).map(Value::Levels),
            ValueKind::Attributes => self.attributes(range, place),
            ValueKind::Comparison => self.comparison(range, place),
            ValueKind::Strategies => self.strategies(range, place),
            ValueKind::Collection => self.collection(range, place),
            ValueKind::Clock => self.clock(range, place),
            ValueKind::FieldType => self.field_type(range, place),
            ValueKind::Fact => self.fact(range, place),
            ValueKind::Expectation => self.expectation(range, place),
            ValueKind::Expression => {
                self.mistakes.with(|said| expression::expression(slice, said)).map(Value::Expression)
            }
            ValueKind::Quantity => {
                self.mistakes.with(|said| expression::quantity(slice, said)).map(Value::Quantity)
            }
            ValueKind::Doses => self.doses(range, place),
            ValueKind::Allowance => self.allowance(range, place),
            ValueKind::Range => self.mistakes.with(|said| expression::range(slice, said)).map(Value::Range),
            ValueKind::Duration => {
                self.mistakes.with(|said| expression::duration(slice, said)).map(Value::Duration)
            }
            ValueKind::AtLeast => self.at_least(slice),
            ValueKind::Timing => {
                self.mistakes.with(|said| expression::timing(slice, said)).map(Value::Timing)
            }
            ValueKind::Visit => self.mistakes.with(|said| expression::visit(slice, said)).map(Value::Visit),
            ValueKind::TimeFrame if slice.text.starts_with('"') => self.texts(range, place),
            // `1 year`: the registries ask for no anchor.
            ValueKind::TimeFrame
                if slice.text.split_whitespace().count() == 2 && !slice.text.starts_with(['d', 'o']) =>
            {
                self.mistakes.with(|said| expression::duration(slice, said)).map(Value::Duration)
            }
            ValueKind::TimeFrame => {
                self.mistakes.with(|said| expression::visit(slice, said)).map(Value::Visit)
            }
            ValueKind::Window => {
                self.mistakes.with(|said| expression::window(slice, said)).map(Value::Window)
            }
            ValueKind::WindowInDay => {
                self.mistakes.with(|said| expression::window_in_day(slice, said)).map(Value::Window)
            }
            ValueKind::Rounds => self.rounds(range, place),
            ValueKind::Timepoints => {
                self.mistakes.with(|said| expression::timepoints(slice, said)).map(Value::Timepoints)
            }
            ValueKind::Cycle => self.mistakes.with(|said| expression::cycle(slice, said)).map(Value::Cycle),
            ValueKind::Plan if place.name == "days" => self.plan_of_days(range),
            ValueKind::Plan | ValueKind::Frequency => {
                self.mistakes.with(|said| expression::plan(slice, said)).map(Value::Plan)
            }
            ValueKind::Dose => self.dose(slice),
            ValueKind::PlanMoment => {
                let moment = self.mistakes.with(|said| expression::moment(slice, said))?;
                Some(Value::Plan(vec![match place.name {
                    "on" => PlanPhrase::On(moment),
                    "from" => PlanPhrase::From(moment),
                    _ => PlanPhrase::Until(moment),
                }]))
            }
        }
    }

    /// `at least 14 days`, `14 days`.
    fn at_least(&mut self, slice: Slice<'_>) -> Option<Value> {
        // The words may stand apart as far as the author likes.
        let behind = |text: &'_ str, word: &str| -> Option<usize> {
            let rest = text.strip_prefix(word).filter(|rest| rest.starts_with(char::is_whitespace))?;
            Some(text.len() - rest.trim_start().len())
        };
        let at = behind(slice.text, "at");
        let skipped = at.and_then(|at| Some(at + behind(&slice.text[at..], "least")?)).unwrap_or_default();
        let duration = slice.part(skipped..slice.text.len());
        self.mistakes.with(|said| expression::duration(duration, said)).map(Value::Duration)
    }

    /// `85 mg/m2`, `auc 5`.
    fn dose(&mut self, slice: Slice<'_>) -> Option<Value> {
        if slice.text.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("auc")) {
            return self.mistakes.with(|said| expression::plan(slice, said)).map(Value::Plan);
        }
        self.mistakes.with(|said| expression::quantity(slice, said)).map(Value::Quantity)
    }

    /// `days: 1, 8, 15 of 28` of the block form: the property's name is the phrase's first word.
    fn plan_of_days(&mut self, range: Range<usize>) -> Option<Value> {
        let key = self.text[..range.start].rfind("days")?;
        let phrase = format!("days{}{}", " ".repeat(range.start - key - 4), &self.text[range]);
        let slice = Slice::new(self.mistakes.file, &phrase, key);
        self.mistakes.with(|said| expression::plan(slice, said)).map(Value::Plan)
    }

    fn field_type(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        const TYPES: &[&str] =
            &["text", "integer", "number", "date", "partial_date", "time", "yes_no", "choice", "measure"];
        let first = self.parts(range.clone()).into_iter().next()?;
        if !TYPES.contains(&first.text) {
            self.not_one_of(Spanned::new(first.text, first.span), TYPES, "a type of field");
            return None;
        }
        let node = self.parse(Rule::field_type, &range, place)?.into_inner().next()?;
        let kind = match node.as_rule() {
            Rule::choice => FieldType::Choice(self.levels_of(node, range.start)),
            Rule::field_number => {
                FieldType::Number(node.into_inner().last().map(|unit| self.spanned(&unit, range.start)))
            }
            Rule::field_measure => FieldType::Measure(self.spanned(&node.into_inner().last()?, range.start)),
            _ => match node.as_str() {
                "text" => FieldType::Text,
                "integer" => FieldType::Integer,
                "number" => FieldType::Number(None),
                "date" => FieldType::Date,
                "partial_date" => FieldType::PartialDate,
                "time" => FieldType::Time,
                "yes_no" => FieldType::YesNo,
                _ => {
                    self.unreadable(range.clone(), range.end, place);
                    return None;
                }
            },
        };
        Some(Value::FieldType(kind))
    }

    // ---- tools ------------------------------------------------------------------------------------------------------

    /// Reads a range by a rule; reports and returns `None` where it does not fit.
    fn parse(&mut self, rule: Rule, range: &Range<usize>, place: Place<'_>) -> Option<Node<'a>> {
        match Grammar::parse(rule, &self.text[range.clone()]) {
            Ok(mut pairs) => pairs.next(),
            Err(error) => {
                let at = match error.location {
                    pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
                };
                self.unreadable(range.clone(), range.start + at, place);
                None
            }
        }
    }

    fn parses(&self, rule: Rule, text: &str) -> bool {
        Grammar::parse(rule, text).is_ok()
    }

    /// A node's text with its place; `start` is where the piece begins that was parsed.
    fn spanned(&self, node: &Node<'_>, start: usize) -> Spanned<String> {
        let span = node.as_span();
        Spanned::new(node.as_str().to_owned(), self.mistakes.span(start + span.start()..start + span.end()))
    }

    /// A quoted text without its quotes.
    fn text_of(&self, node: &Node<'_>, start: usize) -> Spanned<String> {
        self.spanned(node, start).map(|quoted| expression::unquote(&quoted))
    }

    /// A range without blanks and comments around it.
    pub(super) fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let mut start = range.start;
        loop {
            let rest = &self.text[start..range.end];
            start += rest.len() - rest.trim_start().len();
            if !self.text[start..range.end].starts_with("//") {
                break;
            }
            start = self.text[start..range.end].find('\n').map_or(range.end, |end| start + end);
        }
        let end = start + self.text[start..range.end].trim_end().len();
        start..end
    }
}

impl ValueKind {
    /// Read by the grammar of expressions, which looks after parentheses itself.
    fn is_expression(self) -> bool {
        use ValueKind as V;
        matches!(
            self,
            V::Expression
                | V::Quantity
                | V::Range
                | V::Duration
                | V::AtLeast
                | V::Timing
                | V::Visit
                | V::Window
                | V::WindowInDay
                | V::Cycle
                | V::Timepoints
                | V::Plan
                | V::Dose
                | V::Frequency
                | V::PlanMoment
        )
    }
}
