//! Days and windows as SQL: literals where they are the same for everybody, columns of `people` where they are not.
//!
//! A day of which only a range is known has two ends; an end that nothing bounds is NULL. What is *sure* compares with
//! NULL and so never holds; what is *possible* takes NULL for yes.

use jiff::civil::Date;

use super::happened::Edge;
use super::{NotSaid, Writer};
use crate::model::{Anchor, Direction, Duration, Finding, Moment, Occurrence, Offset, VisitTiming, Window};
use crate::time::{DateRange, MINUTES_PER_DAY};

/// One end of the range of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Day {
    On(Date),
    /// NULL where nothing bounds it.
    Sql(String),
}

/// A day, or the range in which it lies. Ends that are absent are open for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub earliest: Option<Day>,
    pub latest: Option<Day>,
    /// Whether something is missing or contradicts itself.
    pub missing: Missing,
    /// One end can be bounded where the other is not.
    is_half_open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Never,
    Always,
    /// A condition that is never NULL.
    Where(String),
}

impl At {
    pub fn known(range: DateRange) -> Self {
        let (earliest, latest) = (Some(Day::On(range.earliest)), Some(Day::On(range.latest)));
        Self { earliest, latest, missing: Missing::Never, is_half_open: false }
    }

    fn unknown() -> Self {
        Self { earliest: None, latest: None, missing: Missing::Always, is_half_open: false }
    }

    fn literal(&self) -> Option<DateRange> {
        match (&self.earliest, &self.latest) {
            (Some(Day::On(earliest)), Some(Day::On(latest))) => {
                Some(DateRange { earliest: *earliest, latest: *latest })
            }
            _ => None,
        }
    }
}

/// A window: no end at all, or the range in which the end lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: Option<At>,
    pub to: Option<At>,
}

/// A condition in which NULL counts as no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Is(bool),
    Sql(String),
}

impl Test {
    pub fn all(of: impl IntoIterator<Item = Self>) -> Self {
        let mut texts = Vec::new();
        for one in of {
            match one {
                Test::Is(false) => return Test::Is(false),
                Test::Is(true) => {}
                Test::Sql(text) => texts.push(text),
            }
        }
        if texts.is_empty() { Test::Is(true) } else { Test::Sql(texts.join(" AND ")) }
    }

    pub fn text(&self) -> String {
        match self {
            Test::Is(true) => "TRUE".into(),
            Test::Is(false) => "FALSE".into(),
            Test::Sql(text) => text.clone(),
        }
    }
}

/// The two ends of a day of a row, as SQL; absent ends are NULL for every row.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowDay<'t> {
    pub earliest: &'t str,
    pub latest: &'t str,
    /// Known to the day, and never NULL.
    pub is_exact: bool,
}

impl Writer<'_> {
    pub(super) fn span(&mut self, window: &Window) -> Result<Span, NotSaid> {
        let mut end = |moment: &Option<Moment>| moment.as_ref().map(|moment| self.at(moment)).transpose();
        Ok(Span { from: end(&window.from)?, to: end(&window.to)? })
    }

    pub(super) fn at(&mut self, moment: &Moment) -> Result<At, NotSaid> {
        let at = match &moment.of {
            Anchor::Decision => self.event(&self.decision.clone(), Occurrence::Once)?,
            Anchor::Event { name, occurrence } => self.event(name, *occurrence)?,
            Anchor::Visit { name } => self.visit(name)?,
            Anchor::Onset { finding } => self.edge(finding, Edge::Onset)?,
            Anchor::End { finding } => self.edge(finding, Edge::End)?,
        };
        match &moment.offset {
            Some(offset) => self.moved(at, offset),
            None => Ok(at),
        }
    }

    fn event(&mut self, name: &str, occurrence: Occurrence) -> Result<At, NotSaid> {
        if matches!(occurrence, Occurrence::Any | Occurrence::Each) {
            return Err(NotSaid::new(format!("it speaks of any or each `{name}`")));
        }
        let event = self.document.events.get(name);
        if let (Some(event), Some(arm)) = (event, &self.arm)
            && !event.arms.is_empty()
            && !event.arms.contains(arm)
        {
            return Ok(At::unknown());
        }
        if let Some((_, range)) = self.options.events.iter().find(|(known, _)| known == name) {
            return Ok(At::known(*range));
        }
        if event.is_some_and(|event| event.when.is_some()) {
            return Err(NotSaid::new(format!("`{name}` is the first day on which a rule holds")));
        }
        if !self.options.has_event_table {
            return Ok(At::unknown());
        }
        let column = self.event_column(name);
        let (first, last) = (format!("p.{column}_first"), format!("p.{column}_last"));
        let at = |earliest: &str, latest: &str, missing: String| At {
            earliest: Some(Day::Sql(earliest.to_owned())),
            latest: Some(Day::Sql(latest.to_owned())),
            missing: Missing::Where(missing),
            is_half_open: false,
        };
        Ok(match occurrence {
            Occurrence::First => at(&first, &first, format!("{first} IS NULL")),
            Occurrence::Last => at(&last, &last, format!("{last} IS NULL")),
            // Recorded on several days, it is on one of them.
            _ => at(&first, &last, format!("({first} IS NULL OR {first} <> {last})")),
        })
    }

    /// A visit is where it was recorded, else where the schedule puts it.
    fn visit(&mut self, name: &str) -> Result<At, NotSaid> {
        if let Some((_, range)) = self.options.events.iter().find(|(known, _)| known == name) {
            return Ok(At::known(*range));
        }
        if self.options.has_event_table {
            return Err(NotSaid::new(format!(
                "it speaks of the visit `{name}`, and --event gives no day for it"
            )));
        }
        let document = self.document;
        let Some(visit) = document.visits.get(name).filter(|visit| !visit.repeats) else {
            return Ok(At::unknown());
        };
        if self.looking_for.iter().any(|known| known == name) {
            return Ok(At::unknown());
        }
        self.looking_for.push(name.to_owned());
        let at = self.scheduled(&visit.timing);
        self.looking_for.pop();
        at
    }

    fn scheduled(&mut self, timing: &VisitTiming) -> Result<At, NotSaid> {
        match timing {
            VisitTiming::Target { anchor, offset, early, late, .. } => {
                let anchor = self.at(anchor)?;
                let target = self.moved(anchor, offset)?;
                let moved = |direction, by: &Duration| Offset { direction, by: by.clone() };
                let first = self.moved(target.clone(), &moved(Direction::Before, early))?;
                let last = self.moved(target, &moved(Direction::After, late))?;
                Ok(At { latest: last.latest, ..first })
            }
            VisitTiming::Range { anchor, from, to, .. } => {
                let anchor = self.at(anchor)?;
                let (first, last) = (self.moved(anchor.clone(), from)?, self.moved(anchor, to)?);
                Ok(At { latest: last.latest, ..first })
            }
            VisitTiming::OnEvent { moment, .. } => self.at(moment),
        }
    }

    /// When a finding began or ended, by the rows of each person.
    fn edge(&mut self, finding: &Finding, edge: Edge) -> Result<At, NotSaid> {
        let Some(column) = self.edge_column(finding, edge)? else { return Ok(At::unknown()) };
        let (first, last) = (format!("p.{column}_first"), format!("p.{column}_last"));
        Ok(At {
            earliest: Some(Day::Sql(first)),
            latest: Some(Day::Sql(last)),
            missing: Missing::Where(format!("p.{column}_is_missing")),
            is_half_open: true,
        })
    }

    /// Moved by an offset, as [`DateRange::moved`] does it.
    pub(super) fn moved(&self, at: At, offset: &Offset) -> Result<At, NotSaid> {
        if let Some(range) = at.literal() {
            return Ok(match range.moved(offset) {
                Some(moved) => At { missing: at.missing, ..At::known(moved) },
                None => At { missing: at.missing, ..At::unknown() },
            });
        }
        if has_negative(&offset.by) {
            return Err(NotSaid::new("a length of time is negative"));
        }
        let forward = offset.direction == Direction::After;
        // Part days reach into the next day, in the direction of the offset.
        let shift = |end: &Option<Day>, up: bool| {
            end.as_ref().map(|day| match day {
                Day::On(date) => Day::Sql(self.shifted(&self.dialect.date(*date), forward, &offset.by, up)),
                Day::Sql(text) => Day::Sql(self.shifted(text, forward, &offset.by, up)),
            })
        };
        let (mut earliest, mut latest) = (shift(&at.earliest, !forward), shift(&at.latest, forward));
        if at.is_half_open {
            // Moved beyond the calendar, nothing is known of the day.
            let guarded = |moved: Option<Day>, other: &Option<Day>| match (moved, other) {
                (Some(Day::Sql(moved)), Some(Day::Sql(other))) => {
                    Some(Day::Sql(format!("CASE WHEN {other} IS NOT NULL THEN {moved} END")))
                }
                (moved, _) => moved,
            };
            if forward {
                earliest = guarded(earliest, &at.latest);
            } else {
                latest = guarded(latest, &at.earliest);
            }
        }
        Ok(At { earliest, latest, ..at })
    }

    pub(super) fn shifted(&self, day: &str, forward: bool, by: &Duration, up: bool) -> String {
        let sign = if forward { 1 } else { -1 };
        match by {
            Duration::Months(months) => self.dialect.add_months(day, sign * months),
            Duration::Days(days) => self.dialect.add_days(day, sign * days),
            Duration::Minutes(minutes) => {
                let part = i64::from(up && minutes % MINUTES_PER_DAY != 0);
                self.dialect.add_days(day, sign * (minutes / MINUTES_PER_DAY + part))
            }
            Duration::Longest(choices) | Duration::Shortest(choices) => {
                let is_longest = matches!(by, Duration::Longest(_));
                let function = if is_longest == forward { "GREATEST" } else { "LEAST" };
                let each: Vec<String> =
                    choices.iter().map(|choice| self.shifted(day, forward, choice, up)).collect();
                format!("{function}({})", each.join(", "))
            }
        }
    }

    fn day(&self, day: &Day) -> String {
        match day {
            Day::On(date) => self.dialect.date(*date),
            Day::Sql(text) => text.clone(),
        }
    }

    /// `a operator b`, both known.
    pub(super) fn surely(&self, a: &Option<Day>, operator: &str, b: &Option<Day>) -> Test {
        match (a, b) {
            (Some(Day::On(a)), Some(Day::On(b))) => Test::Is(match operator {
                "<" => a < b,
                "<=" => a <= b,
                ">=" => a >= b,
                _ => a > b,
            }),
            (Some(a), Some(b)) => Test::Sql(format!("{} {operator} {}", self.day(a), self.day(b))),
            _ => Test::Is(false),
        }
    }

    /// By the record it ends before it begins.
    pub(super) fn backward(&self, span: &Span) -> Test {
        match (&span.from, &span.to) {
            (Some(from), Some(to)) => self.surely(&from.earliest, ">", &to.latest),
            _ => Test::Is(false),
        }
    }

    /// Whether the day of a row surely lies in the window.
    pub(super) fn surely_holds(&self, span: &Span, day: RowDay<'_>) -> Test {
        let from =
            span.from.as_ref().map(|from| self.beside(day.earliest, ">=", from.latest.as_ref(), day, false));
        let to = span.to.as_ref().map(|to| self.beside(day.latest, "<=", to.earliest.as_ref(), day, false));
        Test::all(from.into_iter().chain(to))
    }

    /// Whether it may lie there.
    pub(super) fn possibly_holds(&self, span: &Span, day: RowDay<'_>) -> Test {
        let from =
            span.from.as_ref().map(|from| self.beside(day.latest, ">=", from.earliest.as_ref(), day, true));
        let to = span.to.as_ref().map(|to| self.beside(day.earliest, "<=", to.latest.as_ref(), day, true));
        Test::all(from.into_iter().chain(to))
    }

    /// Whether something that lasts from `start` to `end` surely touches a day of the window.
    pub(super) fn surely_touches(&self, span: &Span, start: RowDay<'_>, end: RowDay<'_>) -> Test {
        let to =
            span.to.as_ref().map(|to| self.beside(start.latest, "<=", to.earliest.as_ref(), start, false));
        let from =
            span.from.as_ref().map(|from| self.beside(end.earliest, ">=", from.latest.as_ref(), end, false));
        Test::all(to.into_iter().chain(from))
    }

    /// Whether it may touch one.
    pub(super) fn possibly_touches(&self, span: &Span, start: RowDay<'_>, end: RowDay<'_>) -> Test {
        let to =
            span.to.as_ref().map(|to| self.beside(start.earliest, "<=", to.latest.as_ref(), start, true));
        let from =
            span.from.as_ref().map(|from| self.beside(end.latest, ">=", from.earliest.as_ref(), end, true));
        Test::all(to.into_iter().chain(from))
    }

    fn beside(
        &self,
        column: &str,
        operator: &str,
        limit: Option<&Day>,
        day: RowDay<'_>,
        possibly: bool,
    ) -> Test {
        let Some(limit) = limit else { return Test::Is(possibly) };
        let text = format!("{column} {operator} {}", self.day(limit));
        let can_be_null = !day.is_exact || matches!(limit, Day::Sql(_));
        Test::Sql(if possibly && can_be_null { format!("COALESCE({text}, TRUE)") } else { text })
    }

    /// Both ends of the window are known to the day, and the same for everybody.
    pub(super) fn is_exact(&self, span: &Span) -> bool {
        let is_exact =
            |at: &Option<At>| at.as_ref().is_none_or(|at| at.literal().is_some_and(|range| range.is_exact()));
        is_exact(&span.from) && is_exact(&span.to)
    }
}

fn has_negative(by: &Duration) -> bool {
    match by {
        Duration::Months(count) | Duration::Days(count) | Duration::Minutes(count) => *count < 0,
        Duration::Longest(choices) | Duration::Shortest(choices) => choices.iter().any(has_negative),
    }
}
