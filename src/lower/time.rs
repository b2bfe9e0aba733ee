//! Durations, moments, windows and constraints: every time has its anchor, and calendar and elapsed time stay apart.

use std::cell::Cell;
use std::rc::Rc;

use super::Lowering;
use crate::ast::{self, DurationExpr, Keyword, MomentPart, Name, TimePhrase};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Constraint, Direction, Duration, Moment, Occurrence, Offset, TimeUnit, Window};
use crate::number::Exact;
use crate::resolve::Space;
use crate::source::{Span, Spanned};

const MINUTES_PER_HOUR: i64 = 60;
const MINUTES_PER_DAY: i64 = 24 * MINUTES_PER_HOUR;

/// A window, and whether something must hold on all of its days.
#[derive(Clone, Debug)]
pub(super) struct Days {
    pub window: Window,
    pub throughout: bool,
    /// Whether anything took its time from here.
    pub used: Rc<Cell<bool>>,
    /// The time phrase.
    pub at: Span,
}

impl Days {
    fn of(window: Window, throughout: bool, at: Span) -> Self {
        Self { window, throughout, used: Rc::default(), at }
    }
}

impl Lowering<'_> {
    pub(super) fn duration(&mut self, written: &DurationExpr, span: Span) -> Option<Duration> {
        match written {
            DurationExpr::Simple { number, unit } => self.simple_duration(number, unit),
            DurationExpr::HalfLives { number, of } => self.half_lives(number, of),
            DurationExpr::Longer(choices) => Some(Duration::Longest(self.durations(choices, span)?)),
            DurationExpr::Shorter(choices) => Some(Duration::Shortest(self.durations(choices, span)?)),
        }
    }

    fn durations(&mut self, choices: &[DurationExpr], span: Span) -> Option<Vec<Duration>> {
        choices.iter().map(|choice| self.duration(choice, span)).collect()
    }

    fn simple_duration(
        &mut self,
        number: &Spanned<Exact>,
        unit: &Spanned<ast::TimeUnit>,
    ) -> Option<Duration> {
        let (minutes, months) = match unit.value {
            ast::TimeUnit::Minute => (Some(1), None),
            ast::TimeUnit::Hour => (Some(MINUTES_PER_HOUR), None),
            ast::TimeUnit::Day => (Some(MINUTES_PER_DAY), None),
            ast::TimeUnit::Week => (Some(7 * MINUTES_PER_DAY), None),
            ast::TimeUnit::Month => (None, Some(1)),
            ast::TimeUnit::Year => (None, Some(12)),
        };
        let times = |factor: i64| (&number.value * &Exact::from(factor)).to_i64();
        let found = match (minutes, months) {
            (Some(factor), _) => times(factor).map(|minutes| {
                if minutes % MINUTES_PER_DAY == 0
                    && !matches!(unit.value, ast::TimeUnit::Minute | ast::TimeUnit::Hour)
                {
                    Duration::Days(minutes / MINUTES_PER_DAY)
                } else {
                    Duration::Minutes(minutes)
                }
            }),
            (None, factor) => times(factor.unwrap_or(1)).map(Duration::Months),
        };
        if found.is_none() {
            let span = number.span.to(unit.span);
            let calendar = months.is_some();
            let message = format!(
                "`{}` is not a whole number of {}",
                self.words(span),
                if calendar { "months" } else { "minutes" }
            );
            self.report(
                Diagnostic::new(&codes::UNEVEN_DURATION, span, message)
                    .label("cannot be counted on a calendar")
                    .help(if calendar {
                        "write whole months or years (`18 months`), or elapsed time (`45 days`)"
                    } else {
                        "write it in a smaller unit, such as hours or minutes"
                    }),
            );
        }
        found
    }

    fn half_lives(&mut self, number: &Spanned<Exact>, of: &Name) -> Option<Duration> {
        self.use_concept(of, &[Keyword::Drug])?;
        let half_life = self.concepts.get(&of.value)?.half_life.clone();
        let minutes = match half_life {
            Some(Duration::Minutes(minutes)) => minutes,
            Some(Duration::Days(days)) => days * MINUTES_PER_DAY,
            _ => {
                self.report(
                    Diagnostic::new(
                        &codes::MISSING_PROPERTY,
                        of.span,
                        format!("`{}` has no half-life", of.value),
                    )
                    .label("its half-life is needed here")
                    .help(format!(
                        "declare it: `drug {} {{ half_life: 6 hours }}`, with the source in a comment",
                        of.value
                    )),
                );
                return None;
            }
        };
        // Rounded up to the minute: a washout must not end early.
        let product = &number.value * &Exact::from(minutes);
        let floor = product.floor();
        let whole = floor.to_i64()? + i64::from(floor != product);
        Some(if whole % MINUTES_PER_DAY == 0 {
            Duration::Days(whole / MINUTES_PER_DAY)
        } else {
            Duration::Minutes(whole)
        })
    }

    pub(super) fn offset(&mut self, by: &DurationExpr, direction: Direction, span: Span) -> Option<Offset> {
        Some(Offset { direction, by: self.duration(by, span)? })
    }

    /// A moment whose anchor is an event, a visit, or the onset or end of a finding.
    pub(super) fn moment(&mut self, written: &ast::Moment) -> Option<Moment> {
        let offset = match &written.offset {
            None => None,
            Some((by, direction)) => {
                Some(self.offset(by, self.clear(*direction, written.span)?, written.span)?)
            }
        };
        let of = match written.part {
            Some(part) => {
                // The onset of several is the first, the end the last.
                let own = match part {
                    MomentPart::Onset => ast::Occurrence::First,
                    MomentPart::End => ast::Occurrence::Last,
                };
                if let Some(occurrence) = &written.occurrence
                    && occurrence.value != own
                {
                    let entity = self.scope.get(Space::Thing, &written.name.value);
                    let keyword = entity.map_or(Keyword::Condition, |entity| entity.keyword());
                    self.which_edge(written, occurrence, keyword);
                    return None;
                }
                let name = ast::Finding {
                    qualifiers: Vec::new(),
                    name: written.name.clone(),
                    other_than: Vec::new(),
                    with: None,
                };
                let finding = self.finding(&name)?;
                match part {
                    MomentPart::Onset => Anchor::Onset { finding },
                    MomentPart::End => Anchor::End { finding },
                }
            }
            None => self.anchor(written)?,
        };
        Some(Moment { offset, of })
    }

    fn anchor(&mut self, written: &ast::Moment) -> Option<Anchor> {
        let (name, occurrence) = (&written.name, written.occurrence.as_ref());
        if let Some(entity) = self.scope.get(Space::Thing, &name.value) {
            if entity.keyword() == Keyword::Event {
                let repeats = self.flag(entity.item, "repeats");
                return self.event_anchor(name, occurrence, repeats);
            }
            if matches!(
                entity.keyword(),
                Keyword::Condition | Keyword::Drug | Keyword::DrugClass | Keyword::Procedure
            ) {
                // A procedure or exposure anchors by its beginning when the author says which one.
                let finding = ast::Finding {
                    qualifiers: Vec::new(),
                    name: name.clone(),
                    other_than: Vec::new(),
                    with: None,
                };
                match occurrence {
                    Some(first) if first.value == ast::Occurrence::First => {
                        return Some(Anchor::Onset { finding: self.finding(&finding)? });
                    }
                    Some(occurrence) => {
                        self.which_edge(written, occurrence, entity.keyword());
                        return None;
                    }
                    None => {}
                }
                let message = format!(
                    "`{}` is a {}, which is not one point in time",
                    name.value,
                    entity.keyword().text()
                );
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, name.span, message)
                        .label("its beginning or its end?")
                        .help(format!(
                            "write `onset of {0}` for the day on which the first one began, `end of {0}` for the day on which the last one ended",
                            name.value
                        )),
                );
                return None;
            }
        }
        if self.scope.get(Space::Visit, &name.value).is_some() {
            if let Some(occurrence) = occurrence {
                self.only_one(name, occurrence, false);
            }
            return Some(Anchor::Visit { name: name.value.clone() });
        }
        let candidates: Vec<&str> = self
            .scope
            .all(Space::Thing)
            .filter(|(_, entity)| entity.keyword() == Keyword::Event)
            .chain(self.scope.all(Space::Visit))
            .map(|(name, _)| name)
            .collect();
        let otherwise =
            format!("declare when it happens: `event {} \"…\": at least 1 day after consent`", name.value);
        let found =
            self.scope.unknown(&codes::UNDECLARED_EVENT, name, "event or visit", &candidates, &otherwise);
        self.report(found);
        None
    }

    fn event_anchor(
        &mut self,
        name: &Name,
        occurrence: Option<&Spanned<ast::Occurrence>>,
        repeats: bool,
    ) -> Option<Anchor> {
        if let (Some(occurrence), false) = (occurrence, repeats) {
            self.only_one(name, occurrence, true);
        }
        let occurrence = match occurrence.map(|occurrence| occurrence.value) {
            Some(ast::Occurrence::First) => Occurrence::First,
            Some(ast::Occurrence::Last) => Occurrence::Last,
            Some(ast::Occurrence::Any) => Occurrence::Any,
            Some(ast::Occurrence::Each) => Occurrence::Each,
            None if repeats => {
                self.report(
                    Diagnostic::new(
                        &codes::WHICH_OCCURRENCE,
                        name.span,
                        format!("`{}` can happen several times", name.value),
                    )
                    .label("which one is meant?")
                    .help(format!("write `first {0}`, `last {0}`, `any {0}` or `each {0}`", name.value)),
                );
                return None;
            }
            None => Occurrence::Once,
        };
        let occurrence = if repeats { occurrence } else { Occurrence::Once };
        Some(Anchor::Event { name: name.value.clone(), occurrence })
    }

    /// `before` or `after`; the other two have been reported or are read by the caller.
    fn clear(&self, direction: ast::Direction, _: Span) -> Option<Direction> {
        match direction {
            ast::Direction::Before => Some(Direction::Before),
            ast::Direction::After => Some(Direction::After),
            ast::Direction::Either | ast::Direction::Unclear => None,
        }
    }

    /// The days that a time phrase speaks of; all days where it has errors, so that what it stands at is still read.
    pub(super) fn phrase_or_open(&mut self, phrase: &Spanned<TimePhrase>) -> Days {
        self.phrase(phrase).unwrap_or_else(|| Days::of(super::window::open_window(), false, phrase.span))
    }

    /// The days that a time phrase speaks of.
    pub(super) fn phrase(&mut self, phrase: &Spanned<TimePhrase>) -> Option<Days> {
        let text = self.words(phrase.span);
        let span = phrase.span;
        let window = |from, to| Window { from, to, text: text.clone() };
        let some = |window| Some(Days::of(window, false, span));
        match &phrase.value {
            TimePhrase::At(moment) => {
                let at = self.moment(moment)?;
                some(window(Some(at.clone()), Some(at)))
            }
            TimePhrase::Before(moment) => {
                let at = self.moment(moment)?;
                let day_before = self.shifted(at, Direction::Before, Duration::Days(1), span)?;
                some(window(None, Some(day_before)))
            }
            TimePhrase::After(moment) => {
                let at = self.moment(moment)?;
                let day_after = self.shifted(at, Direction::After, Duration::Days(1), span)?;
                some(window(Some(day_after), None))
            }
            TimePhrase::Since(moment) => {
                let at = self.moment(moment)?;
                some(window(Some(at), None))
            }
            TimePhrase::Until(moment) => {
                let at = self.moment(moment)?;
                some(window(None, Some(at)))
            }
            TimePhrase::Within { duration, direction, anchor }
            | TimePhrase::Over { duration, direction, anchor } => {
                let (from, to) = self.around(duration, *direction, anchor.as_ref(), span)?;
                some(window(Some(from), Some(to)))
            }
            TimePhrase::For { duration, direction, anchor } => {
                let (from, to) = self.around(duration, *direction, anchor.as_ref(), span)?;
                Some(Days::of(window(Some(from), Some(to)), true, span))
            }
            TimePhrase::AtLeast { duration, direction, anchor } => {
                let direction = self.direction(*direction, span)?;
                let by = self.duration(duration, span)?;
                let at = self.moment(anchor)?;
                let edge = self.shifted(at, direction, by, span)?;
                some(match direction {
                    Direction::Before => window(None, Some(edge)),
                    Direction::After => window(Some(edge), None),
                })
            }
            TimePhrase::FromTo { from, to } => {
                let from = self.moment(from);
                let to = self.moment(to);
                some(window(Some(from?), Some(to?)))
            }
        }
    }

    fn around(
        &mut self,
        duration: &DurationExpr,
        direction: ast::Direction,
        anchor: Option<&ast::Moment>,
        span: Span,
    ) -> Option<(Moment, Moment)> {
        let by = self.duration(duration, span);
        let Some(anchor) = anchor else {
            let text = self.words(span);
            if text.split_whitespace().any(|word| matches!(word, "past" | "last" | "previous" | "preceding"))
            {
                return None; // reported already
            }
            let declared = self.event_examples();
            self.report(
                Diagnostic::new(
                    &codes::NO_ANCHOR,
                    span,
                    format!("`{text}` does not say before or after what"),
                )
                .label("no anchor")
                .help(format!("name the event that the time counts from: `{text} before {declared}`")),
            );
            return None;
        };
        let at = self.moment(anchor);
        if direction == ast::Direction::Either {
            let (by, at) = (by?, at?);
            let from = self.shifted(at.clone(), Direction::Before, by.clone(), span)?;
            let to = self.shifted(at, Direction::After, by, span)?;
            return Some((from, to));
        }
        let direction = self.direction(direction, span)?;
        let (by, at) = (by?, at?);
        let edge = self.shifted(at.clone(), direction, by, span)?;
        Some(match direction {
            Direction::Before => (edge, at),
            Direction::After => (at, edge),
        })
    }

    /// An event's name for an example in a help text.
    fn event_examples(&self) -> String {
        let events = self.scope.all(Space::Thing).filter(|(_, entity)| entity.keyword() == Keyword::Event);
        let names: Vec<&str> = events.map(|(name, _)| name).collect();
        let usual = ["randomization", "consent", "screening"].into_iter().find(|usual| names.contains(usual));
        usual.or(names.first().copied()).unwrap_or("consent").to_owned()
    }

    /// Before or after, where only one of them makes sense.
    pub(super) fn direction(&mut self, direction: ast::Direction, span: Span) -> Option<Direction> {
        match direction {
            ast::Direction::Before => Some(Direction::Before),
            ast::Direction::After => Some(Direction::After),
            ast::Direction::Either | ast::Direction::Unclear => {
                let text = self.words(span);
                let repaired = |word: &str| text.replacen(" of ", &format!(" {word} "), 1);
                self.report(
                    Diagnostic::new(
                        &codes::UNCLEAR_DIRECTION,
                        span,
                        format!("`{text}` can mean before, after, or both"),
                    )
                    .label("on which side of the event?")
                    .help(format!(
                        "write `{}`, `{}` or `{}`",
                        repaired("before"),
                        repaired("after"),
                        repaired("before or after")
                    )),
                );
                None
            }
        }
    }

    /// Moves a moment; two offsets of one moment must both be calendar or both elapsed time.
    pub(super) fn shifted(
        &mut self,
        moment: Moment,
        direction: Direction,
        by: Duration,
        span: Span,
    ) -> Option<Moment> {
        let Some(first) = moment.offset.clone() else {
            return Some(Moment { offset: Some(Offset { direction, by }), of: moment.of });
        };
        match sum(&first, &Offset { direction, by }) {
            Some(offset) => Some(Moment { offset, of: moment.of }),
            None => {
                let text = self.words(span);
                self.report(
                    Diagnostic::new(&codes::MIXED_TIME, span, format!("`{text}` adds calendar months to elapsed days"))
                        .label("two durations of different kinds")
                        .help("a month has 28 to 31 days, so the sum is no one length of time: write both in days or weeks, or both in months or years"),
                );
                None
            }
        }
    }

    /// The constraints of an event's time.
    pub(super) fn constraints(&mut self, written: &[ast::Constraint], span: Span) -> Vec<Constraint> {
        let parts = self.parts(span);
        // A visit's constraints stand behind its timing.
        let own = parts.len().checked_sub(written.len()).filter(|before| *before <= 1);
        let of = |index: usize| own.map_or(span, |before| parts[before + index]);
        written.iter().enumerate().filter_map(|(index, one)| self.constraint(one, of(index))).collect()
    }

    /// The parts of a timing that `and` joins, outside of parentheses. The whole where a comment stands inside.
    pub(super) fn parts(&self, span: Span) -> Vec<Span> {
        let text = self.sources.text(span);
        if text.contains("//") {
            return vec![span];
        }
        let (mut parts, mut depth, mut start, mut word) = (Vec::new(), 0_i32, 0, 0);
        for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
            if character.is_alphanumeric() || character == '_' {
                continue;
            }
            if depth == 0 && &text[word..at] == "and" {
                parts.push((start, word));
                start = at;
            }
            depth += i32::from(character == '(') - i32::from(character == ')');
            word = at + character.len_utf8();
        }
        parts.push((start, text.len()));
        let trimmed = |(start, end): (usize, usize)| {
            let part = &text[start..end];
            let start = start + part.len() - part.trim_start().len();
            span.slice(start..start + part.trim().len())
        };
        parts.into_iter().map(trimmed).collect()
    }

    fn constraint(&mut self, written: &ast::Constraint, span: Span) -> Option<Constraint> {
        let day = Duration::Days;
        let after = |by| Some(Offset { direction: Direction::After, by });
        let before = |by| Some(Offset { direction: Direction::Before, by });
        let (than, low, high) = match written {
            ast::Constraint::On(than) => (than, after(day(0)), after(day(0))),
            ast::Constraint::Order { after: true, or_same_day, than } => {
                (than, after(day(i64::from(!or_same_day))), None)
            }
            ast::Constraint::Order { after: false, or_same_day, than } => {
                (than, None, before(day(i64::from(!or_same_day))))
            }
            ast::Constraint::Bound { at_least, by, after: later, than } => {
                let by = self.duration(by, span)?;
                match (*later, *at_least) {
                    (true, true) => (than, after(by), None),
                    (true, false) => (than, after(day(0)), after(by)),
                    (false, true) => (than, None, before(by)),
                    (false, false) => (than, before(by), before(day(0))),
                }
            }
            ast::Constraint::Between { low, high, after: later, than } => {
                let (low, high) = (self.duration(low, span)?, self.duration(high, span)?);
                if *later { (than, after(low), after(high)) } else { (than, before(high), before(low)) }
            }
            ast::Constraint::FirstTime(_) | ast::Constraint::OneOf { .. } => return None,
        };
        let anchor = self.moment(than)?;
        Some(Constraint { anchor, low, high, text: self.words(span), origin: span.into() })
    }
}

/// Two offsets as one; `Some(None)` when they cancel, `None` when they are of different kinds.
fn sum(first: &Offset, second: &Offset) -> Option<Option<Offset>> {
    let signed =
        |offset: &Offset, amount: i64| if offset.direction == Direction::Before { -amount } else { amount };
    let offset = |amount: i64, make: fn(i64) -> Duration| {
        let direction = if amount < 0 { Direction::Before } else { Direction::After };
        (amount != 0).then(|| Offset { direction, by: make(amount.abs()) })
    };
    Some(match (&first.by, &second.by) {
        (Duration::Months(a), Duration::Months(b)) => {
            offset(signed(first, *a) + signed(second, *b), Duration::Months)
        }
        (Duration::Days(a), Duration::Days(b)) => {
            offset(signed(first, *a) + signed(second, *b), Duration::Days)
        }
        (Duration::Minutes(a), Duration::Minutes(b)) => {
            offset(signed(first, *a) + signed(second, *b), Duration::Minutes)
        }
        (Duration::Days(a), Duration::Minutes(b)) => {
            offset(signed(first, a * MINUTES_PER_DAY) + signed(second, *b), Duration::Minutes)
        }
        (Duration::Minutes(a), Duration::Days(b)) => {
            offset(signed(first, *a) + signed(second, b * MINUTES_PER_DAY), Duration::Minutes)
        }
        _ => return None,
    })
}

/// The unit of a literal such as `20 years`, which stands where a unit of measure could.
pub(super) fn time_unit(unit: &str) -> Option<TimeUnit> {
    Some(match unit {
        "minute" | "minutes" => TimeUnit::Minute,
        "hour" | "hours" => TimeUnit::Hour,
        "day" | "days" => TimeUnit::Day,
        "week" | "weeks" => TimeUnit::Week,
        "month" | "months" => TimeUnit::Month,
        "year" | "years" => TimeUnit::Year,
        _ => return None,
    })
}
