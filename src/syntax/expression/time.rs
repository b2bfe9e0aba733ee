//! Durations, moments and time phrases.

use super::literal::number_of_word;
use super::{Node, Reader, Rule, child, has, is_name};
use crate::ast::{Direction, DurationExpr, Moment, MomentPart, Occurrence, TimePhrase, TimeUnit};
use crate::diagnostics::{Diagnostic, codes};
use crate::number::Exact;
use crate::source::{Span, Spanned};

/// What stands behind the first word of a phrase: how long, in which direction, from where.
struct Stretch {
    duration: DurationExpr,
    direction: Direction,
    anchor: Option<Moment>,
}

impl<'a> Reader<'a, '_> {
    pub(super) fn duration(&mut self, node: Node<'a>) -> Option<DurationExpr> {
        let inner = node.into_inner().next()?;
        if inner.as_rule() == Rule::simple_duration {
            return self.simple_duration(inner);
        }
        let mut shorter = false;
        let mut list = Vec::new();
        for part in inner.into_inner() {
            match part.as_rule() {
                Rule::extreme => shorter = part.as_str().starts_with("short"),
                Rule::duration => list.push(self.duration(part)?),
                _ => {}
            }
        }
        Some(if shorter { DurationExpr::Shorter(list) } else { DurationExpr::Longer(list) })
    }

    fn simple_duration(&mut self, node: Node<'a>) -> Option<DurationExpr> {
        let span = self.span(&node);
        let mut number = None;
        let mut halves: Option<Node<'a>> = None;
        let mut of = None;
        let mut unit: Option<Node<'a>> = None;
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::number | Rule::bad_number => {
                    let read = self.number(&part);
                    if read.value.is_negative() {
                        self.say(
                            Diagnostic::new(
                                &codes::BAD_VALUE,
                                read.span,
                                "a length of time is never negative",
                            )
                            .help("leave out the minus; `before` and `after` give the direction"),
                        );
                    }
                    number = Some(read);
                }
                Rule::number_word => number = Some(self.number_word(&part)),
                Rule::half_lives => halves = Some(part),
                Rule::time_unit => unit = Some(part),
                _ if is_name(&part) => of = Some(self.name(&part)),
                _ => {}
            }
        }
        if let Some(halves) = halves {
            let Some(of) = of else {
                self.say(
                    Diagnostic::new(&codes::SYNTAX, span, "half-lives of which drug?")
                        .label("the drug is missing")
                        .help(format!(
                            "write `{} half_lives of` and the name of the drug",
                            self.number_of(span)
                        )),
                );
                return None;
            };
            if halves.as_str() != "half_lives" && halves.as_str() != "half_life" {
                let message = format!("`{}` is written as one word here", halves.as_str());
                let at = self.span(&halves);
                self.instead_of(&codes::WORD_FOR_SYMBOL, at, message, "half_lives");
            }
            return Some(DurationExpr::HalfLives { number: number?, of });
        }
        let unit_node = unit?;
        let unit = self.time_unit(&unit_node);
        let Some(number) = number else {
            self.say(self.how_many(unit));
            let one = Spanned::new(Exact::one(), unit.span);
            return Some(DurationExpr::Simple { number: one, unit });
        };
        Some(DurationExpr::Simple { number, unit })
    }

    fn how_many(&self, unit: Spanned<TimeUnit>) -> Diagnostic {
        let many = plural(unit.value);
        let said = Diagnostic::new(&codes::SYNTAX, unit.span, format!("how many {many}?"))
            .label("a number is missing before this");
        let before =
            self.slice.text.get(..(unit.span.start as usize).saturating_sub(self.slice.start)).unwrap_or("");
        let one = many.trim_end_matches('s');
        if before.trim_end().ends_with("every") && self.words(unit.span) == one {
            return said.help(format!("write `every 1 {one}`")).fix(unit.span, format!("1 {one}"));
        }
        said.help(format!("write a number before it, for example `4 {many}`"))
    }

    /// The number at the start of these words.
    fn number_of(&self, span: Span) -> &'a str {
        let words = self.words(span);
        words.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or(words)
    }

    fn number_word(&mut self, node: &Node<'a>) -> Spanned<Exact> {
        let span = self.span(node);
        let number = number_of_word(node.as_str()).unwrap_or(1);
        let message = format!("`{}` is written as a number", node.as_str());
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, &number.to_string());
        Spanned::new(Exact::from(i64::from(number)), span)
    }

    /// The unit of time; abbreviations are reported.
    pub(super) fn time_unit(&mut self, node: &Node<'a>) -> Spanned<TimeUnit> {
        let text = node.as_str();
        let span = self.span(node);
        let lower = text.to_ascii_lowercase();
        let unit = match lower.as_str() {
            _ if lower.starts_with("mi") => TimeUnit::Minute,
            _ if lower.starts_with("mo") => TimeUnit::Month,
            _ if lower.starts_with('h') => TimeUnit::Hour,
            _ if lower.starts_with('d') => TimeUnit::Day,
            _ if lower.starts_with('w') => TimeUnit::Week,
            _ => TimeUnit::Year,
        };
        let many = plural(unit);
        let is_code = self.is_in_day && matches!(text, "min" | "h" | "d");
        if !is_code && text != many && text != many.trim_end_matches('s') {
            self.instead_of(
                &codes::WORD_FOR_SYMBOL,
                span,
                format!("`{text}` is written out: `{many}`"),
                many,
            );
        }
        Spanned::new(unit, span)
    }

    pub(super) fn moment(&mut self, node: Node<'a>) -> Option<Moment> {
        let span = self.span(&node);
        let (mut offset, mut occurrence, mut part, mut name) = (None, None, None, None);
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::offset => offset = Some(self.offset(child)?),
                Rule::occurrence => {
                    let kind = match child.as_str() {
                        "first" => Occurrence::First,
                        "last" => Occurrence::Last,
                        "any" => Occurrence::Any,
                        _ => Occurrence::Each,
                    };
                    occurrence = Some(Spanned::new(kind, self.span(&child)));
                }
                Rule::part => {
                    part = Some(if child.as_str() == "end" { MomentPart::End } else { MomentPart::Onset });
                }
                _ if is_name(&child) => name = Some(self.name(&child)),
                _ => {}
            }
        }
        Some(Moment { offset, occurrence, part, name: name?, span })
    }

    fn offset(&mut self, node: Node<'a>) -> Option<(DurationExpr, Direction)> {
        let (mut duration, mut direction) = (None, Direction::Before);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::duration => duration = Some(self.duration(part)?),
                Rule::after => direction = Direction::After,
                Rule::prior_to => self.prior_to(&part),
                Rule::post => direction = self.post(&part),
                _ => {}
            }
        }
        Some((duration?, direction))
    }

    /// `prior to`: read as `before`, and reported.
    pub(super) fn prior_to(&mut self, node: &Node<'a>) {
        let span = self.span(node);
        let message = format!("`{}` is written `before`", node.as_str());
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, "before");
    }

    /// `post`: read as `after`, and reported.
    pub(super) fn post(&mut self, node: &Node<'a>) -> Direction {
        let span = self.span(node);
        self.instead_of(
            &codes::WORD_FOR_SYMBOL,
            span,
            format!("`{}` is written `after`", node.as_str()),
            "after",
        );
        Direction::After
    }

    fn direction(&mut self, node: &Node<'a>) -> Direction {
        let Some(inner) = node.clone().into_inner().next() else { return Direction::Unclear };
        match inner.as_rule() {
            Rule::before => Direction::Before,
            Rule::after => Direction::After,
            Rule::before_or_after => Direction::Either,
            Rule::prior_to => {
                self.prior_to(&inner);
                Direction::Before
            }
            Rule::post => self.post(&inner),
            _ => Direction::Unclear,
        }
    }

    fn stretch(&mut self, node: &Node<'a>) -> Option<Stretch> {
        let (mut duration, mut direction, mut anchor) = (None, Direction::Unclear, None);
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::duration => duration = Some(self.duration(part)?),
                Rule::direction => direction = self.direction(&part),
                Rule::moment => anchor = Some(self.moment(part)?),
                Rule::past => direction = Direction::Before,
                _ => {}
            }
        }
        Some(Stretch { duration: duration?, direction, anchor })
    }

    pub(super) fn moments(&mut self, node: &Node<'a>) -> Option<Vec<Moment>> {
        let moments = node.clone().into_inner().filter(|part| part.as_rule() == Rule::moment);
        moments.map(|part| self.moment(part)).collect()
    }

    /// A time phrase, from the node of rule `phrase`.
    pub(super) fn phrase(&mut self, node: Node<'a>) -> Option<Spanned<TimePhrase>> {
        let span = self.span(&node);
        let inner = node.into_inner().next()?;
        if let Some(prior) = child(&inner, Rule::prior_to) {
            self.prior_to(&prior);
        }
        let phrase = match inner.as_rule() {
            Rule::at_phrase => TimePhrase::At(self.moments(&inner)?.pop()?),
            Rule::before_phrase => TimePhrase::Before(self.moments(&inner)?.pop()?),
            Rule::after_phrase => TimePhrase::After(self.moments(&inner)?.pop()?),
            Rule::since_phrase => TimePhrase::Since(self.moments(&inner)?.pop()?),
            Rule::until_phrase => TimePhrase::Until(self.moments(&inner)?.pop()?),
            Rule::from_to_phrase => {
                if let Some(until) = child(&inner, Rule::until) {
                    let at = self.span(&until);
                    self.instead_of(&codes::WORD_FOR_SYMBOL, at, "`from` goes with `to`".into(), "to");
                }
                let mut moments = self.moments(&inner)?.into_iter();
                TimePhrase::FromTo { from: moments.next()?, to: moments.next()? }
            }
            Rule::between_phrase => self.between_phrase(&inner, span)?,
            _ => self.stretch_phrase(&inner, span)?,
        };
        Some(Spanned::new(phrase, span))
    }

    pub(super) fn stretch_phrase(&mut self, inner: &Node<'a>, span: Span) -> Option<TimePhrase> {
        let Stretch { duration, direction, anchor } = self.stretch(inner)?;
        Some(match inner.as_rule() {
            Rule::at_least_phrase => TimePhrase::AtLeast { duration, direction, anchor: anchor? },
            Rule::at_most_phrase => {
                let at_most = child(inner, Rule::at_most)?;
                let at = self.span(&at_most);
                self.instead_of(&codes::WORD_FOR_SYMBOL, at, "a time is `within` a length".into(), "within");
                TimePhrase::Within { duration, direction, anchor }
            }
            Rule::for_phrase => {
                self.past(inner, span, "for");
                TimePhrase::For { duration, direction, anchor }
            }
            Rule::over_phrase => {
                self.past(inner, span, "over the");
                TimePhrase::Over { duration, direction, anchor }
            }
            Rule::in_past_phrase => {
                self.past(inner, span, "within");
                if !has(inner, Rule::past) {
                    let at = self.span(&child(inner, Rule::in_)?).to(self.span(&child(inner, Rule::the)?));
                    self.instead_of(
                        &codes::WORD_FOR_SYMBOL,
                        at,
                        "a time is `within` a length".into(),
                        "within",
                    );
                }
                TimePhrase::Within { duration, direction, anchor }
            }
            _ => {
                self.past(inner, span, "within");
                TimePhrase::Within { duration, direction, anchor }
            }
        })
    }

    /// `in the past 6 months`: which event is it that the past lies before?
    fn past(&mut self, inner: &Node<'a>, span: Span, word: &str) {
        let Some(past) = child(inner, Rule::past) else { return };
        let Some(duration) = child(inner, Rule::duration) else { return };
        if has(inner, Rule::direction) {
            let whole = Span { start: span.start, ..self.span(&duration) };
            let good = format!("{word} {}", duration.as_str());
            self.instead_of(
                &codes::WORD_FOR_SYMBOL,
                whole,
                format!("`{}` is not needed", past.as_str()),
                &good,
            );
        } else {
            self.say(
                Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, format!("`{}` before what?", past.as_str()))
                    .label("this depends on the day on which it is read")
                    .help(format!("name the event: `{word} {} before consent`", duration.as_str())),
            );
        }
    }

    fn between_phrase(&mut self, inner: &Node<'a>, span: Span) -> Option<TimePhrase> {
        let moments = self.moments(inner)?;
        let [from, to] = <[Moment; 2]>::try_from(moments).ok()?;
        let good = format!("from {} to {}", self.words(from.span), self.words(to.span));
        let message = "a time `between` two moments goes `from` one `to` the other".into();
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, message, &good);
        Some(TimePhrase::FromTo { from, to })
    }
}

pub(super) fn plural(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Minute => "minutes",
        TimeUnit::Hour => "hours",
        TimeUnit::Day => "days",
        TimeUnit::Week => "weeks",
        TimeUnit::Month => "months",
        TimeUnit::Year => "years",
    }
}
