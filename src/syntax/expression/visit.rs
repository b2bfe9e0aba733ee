//! Times of events and visits, windows, cycles.

use super::{Node, Reader, Rule, child, has};
use crate::ast::{
    Constraint, CyclePlan, Direction, DurationExpr, Moment, TimePhrase, TimeUnit, Timepoint, VisitTarget,
    VisitTiming, WindowAround,
};
use crate::diagnostics::{Diagnostic, codes};
use crate::number::Exact;
use crate::source::{Span, Spanned};

impl<'a> Reader<'a, '_> {
    pub(super) fn timing(&mut self, node: Node<'a>) -> Option<Vec<Constraint>> {
        let constraints = node.into_inner().filter(|part| part.as_rule() == Rule::constraint);
        constraints.map(|part| self.constraint(part)).collect()
    }

    fn constraint(&mut self, node: Node<'a>) -> Option<Constraint> {
        let inner = node.into_inner().next()?;
        if inner.as_rule() == Rule::first_time {
            return self.truth(child(&inner, Rule::truth)?).map(Constraint::FirstTime);
        }
        if inner.as_rule() == Rule::within_phrase {
            return self.within_constraint(inner);
        }
        if inner.as_rule() == Rule::one_of_several {
            let first = child(&inner, Rule::sooner)?.as_str() == "first";
            return Some(Constraint::OneOf { first, of: self.moments(&inner)? });
        }
        let (after, than) = self.side_and_moment(&inner)?;
        Some(match inner.as_rule() {
            Rule::on_constraint => Constraint::On(than),
            Rule::on_or_order => Constraint::Order { after, or_same_day: true, than },
            Rule::order => Constraint::Order { after, or_same_day: false, than },
            Rule::bound => {
                let at_least = has(&inner, Rule::at_least);
                Constraint::Bound { at_least, by: self.only_duration(&inner)?, after, than }
            }
            Rule::exact_after => {
                let by = self.only_duration(&inner)?;
                Constraint::Between { low: by.clone(), high: by, after, than }
            }
            _ => {
                let (low, high) = self.low_and_high(&inner)?;
                Constraint::Between { low, high, after, than }
            }
        })
    }

    /// `within 14 days after E` is `0 to 14 days after E`.
    fn within_constraint(&mut self, inner: Node<'a>) -> Option<Constraint> {
        let span = self.span(&inner);
        let phrase = self.stretch_phrase(&inner, span)?;
        let TimePhrase::Within { duration: high, direction, anchor } = phrase else { return None };
        let Some(than) = anchor else {
            self.say(
                Diagnostic::new(&codes::SYNTAX, span, "within this time of what?")
                    .label("the event is missing")
                    .help(format!("write `{} after` and the name of an event", self.words(span))),
            );
            return None;
        };
        let after = match direction {
            Direction::Before => false,
            Direction::After => true,
            Direction::Either | Direction::Unclear => {
                self.say(
                    Diagnostic::new(&codes::SYNTAX, span, "before or after?")
                        .label("an event lies on one side of another")
                        .help("write `within … before` or `within … after`"),
                );
                return None;
            }
        };
        let unit = match &high {
            DurationExpr::Simple { unit, .. } => *unit,
            _ => Spanned::new(TimeUnit::Day, span),
        };
        let low = DurationExpr::Simple { number: Spanned::new(Exact::zero(), unit.span), unit };
        Some(Constraint::Between { low, high, after, than })
    }

    fn only_duration(&mut self, node: &Node<'a>) -> Option<DurationExpr> {
        self.duration(child(node, Rule::duration)?)
    }

    /// On which side of which moment; directly among the children or in a `side`.
    fn side_and_moment(&mut self, node: &Node<'a>) -> Option<(bool, Moment)> {
        let mut after = true;
        let mut than = None;
        for part in node.clone().into_inner() {
            let word = if part.as_rule() == Rule::side { part.into_inner().next()? } else { part };
            match word.as_rule() {
                Rule::moment => than = Some(self.moment(word)?),
                _ => after = self.side(&word).unwrap_or(after),
            }
        }
        Some((after, than?))
    }

    /// Whether a word says `after`; `None` for another word.
    fn side(&mut self, word: &Node<'a>) -> Option<bool> {
        match word.as_rule() {
            Rule::before => Some(false),
            Rule::prior_to => {
                self.prior_to(word);
                Some(false)
            }
            Rule::after => Some(true),
            Rule::post => {
                self.post(word);
                Some(true)
            }
            Rule::of => {
                let at = self.span(word);
                self.say(
                    Diagnostic::new(&codes::SYNTAX, at, "before or after?")
                        .help("write `before` or `after` instead of `of`"),
                );
                Some(true)
            }
            _ => None,
        }
    }

    /// `0 to 14 days`: the unit of the high end holds for a low end without one.
    fn low_and_high(&mut self, node: &Node<'a>) -> Option<(DurationExpr, DurationExpr)> {
        let low = child(node, Rule::low_duration)?;
        if let Some(to) = child(node, Rule::range_to) {
            self.range_to(&to);
        }
        let high = self.only_duration(node)?;
        let low = low.into_inner().next()?;
        if low.as_rule() == Rule::duration {
            return Some((self.duration(low)?, high));
        }
        let number = self.number(&low);
        let DurationExpr::Simple { unit, .. } = &high else {
            self.say(
                Diagnostic::new(&codes::SYNTAX, number.span, "days, weeks or months?")
                    .help("write the unit of time behind this number"),
            );
            return None;
        };
        Some((DurationExpr::Simple { number, unit: *unit }, high))
    }

    // ---- visits ---------------------------------------------------------------------------------------------------

    pub(super) fn visit(&mut self, node: Node<'a>) -> Option<VisitTiming> {
        let (mut target, mut window, mut within, mut and) = (None, None, None, Vec::new());
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::window => window = Some(self.window(part)?),
                Rule::within_days => {
                    let days = part.into_inner().next()?;
                    let span = self.span(&days);
                    within = Some(Box::new(Spanned::new(self.target(days)?, span)));
                }
                Rule::constraint => and.push(self.constraint(part)?),
                Rule::bad_visit => {
                    self.week_of_what(&part);
                    return None;
                }
                Rule::on_day
                | Rule::on_target
                | Rule::offset_target
                | Rule::range_target
                | Rule::every_target => {
                    target = Some(self.target(part)?);
                }
                _ => {}
            }
        }
        Some(VisitTiming { target: target?, window, within, and })
    }

    /// `week 4`: counted from where?
    fn week_of_what(&mut self, node: &Node<'a>) {
        let span = self.span(node);
        let words = node.as_str();
        let number = words.rsplit([' ', '\t', '\u{a0}']).next().unwrap_or("4");
        let unit = words.split([' ', '\t', '\u{a0}']).next().unwrap_or("week").to_lowercase();
        let many = if unit.ends_with('s') { unit } else { format!("{unit}s") };
        self.say(
            Diagnostic::new(&codes::SYNTAX, span, format!("`{words}` counted from when?"))
                .help(format!("write `{number} {many} after` and the event from which it counts, or `day …` on the study's clock")),
        );
    }

    fn target(&mut self, node: Node<'a>) -> Option<VisitTarget> {
        Some(match node.as_rule() {
            Rule::on_day => {
                let days = node.clone().into_inner().filter(|part| part.as_rule() == Rule::integer);
                let days: Vec<i64> = days.map(|part| self.integer(&part)).collect();
                if let Some(to) = child(&node, Rule::range_to) {
                    self.range_to(&to);
                }
                VisitTarget::Day {
                    from: *days.first()?,
                    to: days.get(1).copied(),
                    clock: self.name_in(&node),
                }
            }
            Rule::on_target => VisitTarget::On(self.side_and_moment(&node)?.1),
            Rule::offset_target => {
                let by = self.only_duration(&node)?;
                if let Some(each) = child(&node, Rule::each_of) {
                    let side = child(&node, Rule::side).and_then(|side| side.into_inner().next());
                    let after = side.and_then(|word| self.side(&word)).unwrap_or(true);
                    return Some(VisitTarget::OffsetEach { by, after, anchors: self.moments(&each)? });
                }
                let (after, anchor) = self.side_and_moment(&node)?;
                VisitTarget::Offset { by, after, anchor }
            }
            Rule::range_target => {
                let (low, high) = self.low_and_high(&node)?;
                let (after, anchor) = self.side_and_moment(&node)?;
                VisitTarget::OffsetRange { low, high, after, anchor }
            }
            _ => self.every(&node)?,
        })
    }

    fn every(&mut self, node: &Node<'a>) -> Option<VisitTarget> {
        let mut durations = Vec::new();
        let mut moments = Vec::new();
        for part in node.clone().into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::duration if durations.len() > 1 => self.ends_twice("how long", span),
                Rule::moment if moments.len() > 1 => self.ends_twice("until when", span),
                Rule::duration => durations.push(self.duration(part)?),
                Rule::moment => moments.push(self.moment(part)?),
                _ => {}
            }
        }
        let (mut durations, mut moments) = (durations.into_iter(), moments.into_iter());
        Some(VisitTarget::Every {
            by: durations.next()?,
            anchor: moments.next()?,
            until: moments.next(),
            lasting: durations.next(),
        })
    }

    /// `until progression until death`.
    fn ends_twice(&mut self, what: &str, span: Span) {
        self.say(
            Diagnostic::new(&codes::REPEATED_PROPERTY, span, format!("it is said already {what} this goes on"))
                .label("once more")
                .help(
                    "keep one of them; for the earlier of two events declare one: `event stop: first of (progression, death)`",
                ),
        );
    }

    // ---- windows --------------------------------------------------------------------------------------------------

    pub(super) fn window(&mut self, node: Node<'a>) -> Option<WindowAround> {
        let span = self.span(&node);
        let mut sides = Vec::new();
        let slash = has(&node, Rule::slash);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::around => {
                    let (number, unit) = self.window_duration(child(&part, Rule::window_duration)?)?;
                    let Some(unit) = unit else {
                        self.window_without_unit(number.span);
                        return None;
                    };
                    let both = DurationExpr::Simple { number, unit };
                    return Some(WindowAround { early: both.clone(), late: both });
                }
                Rule::one_sided => {
                    let early = has(&part, Rule::sign_minus);
                    if sides.len() == 1 && !slash {
                        let at = self.with_blanks(Span { end: self.span(&part).start, ..self.span(&part) });
                        self.say(
                            Diagnostic::new(
                                &codes::SYNTAX,
                                self.span(&part),
                                "the two sides of a window are joined by `/`",
                            )
                            .help("write `/` between them: `-7/+14 days`")
                            .fix(at, "/"),
                        );
                    }
                    let (number, unit) = self.window_duration(child(&part, Rule::window_duration)?)?;
                    sides.push((early, number, unit));
                }
                Rule::bad_window => {
                    let words = self.words(span);
                    let help = match words.split_once('/') {
                        Some((early, late)) => format!("write `-{}/+{}`", early.trim(), late.trim()),
                        None => format!("write `±{words}`, `-{words}` or `+{words}`"),
                    };
                    let message = "before the planned day, after it, or both?";
                    self.say(
                        Diagnostic::new(&codes::BAD_VALUE, span, message)
                            .label("a window has signs")
                            .help(help),
                    );
                    return None;
                }
                _ => {}
            }
        }
        self.sides(sides)
    }

    fn window_duration(&mut self, node: Node<'a>) -> Option<(Spanned<Exact>, Option<Spanned<TimeUnit>>)> {
        let (mut number, mut unit) = (None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::number | Rule::bad_number => number = Some(self.number(&part)),
                Rule::time_unit => unit = Some(self.time_unit(&part)),
                _ => {}
            }
        }
        Some((number?, unit))
    }

    fn window_without_unit(&mut self, span: Span) {
        let words = self.words(span);
        self.say(
            Diagnostic::new(&codes::SYNTAX, span, "hours, days or weeks?")
                .label("the unit of time is missing")
                .help(format!("write the unit behind the number, for example `{words} days`")),
        );
    }

    /// One or two sides; the unit may stand behind the second alone.
    fn sides(
        &mut self,
        mut sides: Vec<(bool, Spanned<Exact>, Option<Spanned<TimeUnit>>)>,
    ) -> Option<WindowAround> {
        let shared = sides.iter().rev().find_map(|(_, _, unit)| *unit);
        if let [(first, ..), (second, number, _)] = sides.as_slice()
            && first == second
        {
            let sign = if *first { "+" } else { "-" };
            self.say(
                Diagnostic::new(&codes::BAD_VALUE, number.span, "both numbers have the same sign")
                    .help(format!("one side of a window is `-`, the other `+`; write `{sign}` here")),
            );
            return None;
        }
        let (first_early, first, first_unit) = sides.drain(..1).next()?;
        let Some(unit) = first_unit.or(shared) else {
            self.window_without_unit(first.span);
            return None;
        };
        let one = DurationExpr::Simple { number: first, unit };
        let zero = Spanned::new(Exact::zero(), unit.span);
        let other = match sides.pop() {
            Some((_, number, other_unit)) => {
                DurationExpr::Simple { number, unit: other_unit.unwrap_or(unit) }
            }
            None => DurationExpr::Simple { number: zero, unit },
        };
        Some(if first_early {
            WindowAround { early: one, late: other }
        } else {
            WindowAround { early: other, late: one }
        })
    }

    // ---- times within a day -----------------------------------------------------------------------------------------

    pub(super) fn timepoints(&mut self, node: Node<'a>) -> Option<Vec<Spanned<Timepoint>>> {
        self.is_in_day = true;
        node.into_inner()
            .filter(|part| part.as_rule() == Rule::timepoint)
            .map(|part| self.timepoint(part))
            .collect()
    }

    fn timepoint(&mut self, node: Node<'a>) -> Option<Spanned<Timepoint>> {
        let span = self.span(&node);
        let (mut side, mut by, mut window, mut label) = (None, None, None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::sign_minus | Rule::sign_plus | Rule::before | Rule::after => {
                    let before = matches!(part.as_rule(), Rule::sign_minus | Rule::before);
                    if side.is_some_and(|other| other != before) {
                        let at = self.span(&part);
                        self.say(
                            Diagnostic::new(
                                &codes::BAD_VALUE,
                                at,
                                "the sign says one side, the word the other",
                            )
                            .label("before or after?")
                            .help("write the sign or the word: `-30 min` is 30 minutes before"),
                        );
                    }
                    side = Some(before);
                }
                Rule::window_duration => by = Some(self.window_duration(part)?),
                Rule::point_window => window = Some(self.window(part)?),
                Rule::long_text | Rule::short_text => label = Some(self.text(&part)),
                _ => {}
            }
        }
        let before = side.unwrap_or(false);
        let (number, unit) = by?;
        let unit = match unit {
            Some(unit) => unit,
            // The moment itself needs no unit.
            None if number.value.is_zero() => Spanned::new(TimeUnit::Minute, number.span),
            None => {
                self.window_without_unit(number.span);
                return None;
            }
        };
        let by = DurationExpr::Simple { number, unit };
        Some(Spanned::new(Timepoint { before, by, window, label }, span))
    }

    // ---- cycles -----------------------------------------------------------------------------------------------------

    pub(super) fn cycle(&mut self, node: Node<'a>) -> Option<CyclePlan> {
        let (mut every, mut from, mut count, mut until) = (None, None, None, None);
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::duration => every = Some(self.duration(part)?),
                Rule::count_word if count.is_some() => {
                    let span = self.span(&part);
                    self.ends_twice("how long", span);
                }
                Rule::count_word => count = Some(i64::from(self.count(&part))),
                Rule::moment if from.is_none() => from = Some(self.moment(part)?),
                Rule::moment if until.is_some() => {
                    let span = self.span(&part);
                    self.ends_twice("until when", span);
                }
                Rule::moment => until = Some(self.moment(part)?),
                _ => {}
            }
        }
        Some(CyclePlan { every: every?, from: from?, count, until })
    }
}
