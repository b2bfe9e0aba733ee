//! Statements about the person alone: sex, age, and the time between two days.

use jiff::civil::Date;

use super::moments::{At, Missing, Test};
use super::says::{Says, UNKNOWN};
use super::{NotSaid, Writer};
use crate::model::{
    Comparator, Direction, Duration, Finding, Moment, Occurrence, Offset, Term, TimeUnit, UnitRef, Value,
};
use crate::number::Exact;
use crate::units::{self, Analyte};

/// A comparison of whole numbers as `>= least`, and whether it is that or its opposite. `None` where no whole number fits.
pub(super) fn least_whole(operator: Comparator, number: &Exact) -> (Option<i64>, bool) {
    let ceiling = -(-number.clone()).floor();
    let beyond = &number.floor() + &Exact::one();
    match operator {
        Comparator::AtLeast => (ceiling.to_i64(), true),
        Comparator::Greater => (beyond.to_i64(), true),
        Comparator::Less => (ceiling.to_i64(), false),
        Comparator::AtMost => (beyond.to_i64(), false),
        Comparator::Equal | Comparator::NotEqual => (None, true),
    }
}

impl<'a> Writer<'a> {
    pub(super) fn event_of(&mut self, name: &str, occurrence: Occurrence) -> Result<At, NotSaid> {
        self.at(&Moment {
            offset: None,
            of: crate::model::Anchor::Event { name: name.to_owned(), occurrence },
        })
    }

    /// Whether somebody of the earliest (or, where `possibly`, the latest) possible age has completed so many units.
    /// Somebody has completed 40 years on the day that lies 40 years after birth, clamped to the end of a shorter month.
    pub(super) fn age_reaches(&self, at: &At, unit: TimeUnit, count: &Exact, possibly: bool) -> String {
        let born = if possibly { "p.born_first" } else { "p.born_last" };
        self.reached(born, at, unit, count, possibly)
    }

    fn reached(&self, from: &str, at: &At, unit: TimeUnit, count: &Exact, possibly: bool) -> String {
        let count = count.to_i64().unwrap_or(i64::from(i32::MAX));
        let by = match unit {
            TimeUnit::Year => Duration::Months(count.saturating_mul(12)),
            TimeUnit::Month => Duration::Months(count),
            TimeUnit::Week => Duration::Days(count.saturating_mul(7)),
            _ => Duration::Days(count),
        };
        let due = self.shifted(from, true, &by, false);
        let day = if possibly { &at.latest } else { &at.earliest };
        match day {
            // Of a day that is the same for everybody it is asked who was born early enough.
            Some(super::moments::Day::On(date)) => match last_reaching(*date, &by) {
                Some(last) => format!("{from} <= {}", self.dialect.date(last)),
                None => format!("{due} <= {}", self.dialect.date(*date)),
            },
            Some(super::moments::Day::Sql(text)) => format!("{due} <= {text}"),
            None => "CAST(NULL AS BOOLEAN)".to_owned(),
        }
    }

    /// An age, or the time since the onset of a finding, against numbers.
    pub(super) fn completed(
        &mut self,
        value: &'a Term,
        tests: &[(Comparator, &'a Term)],
        unit: Option<&'a UnitRef>,
        words: &str,
    ) -> Result<Says, NotSaid> {
        let (at, time, from) = match &value.value {
            Value::Age { at, unit } => {
                (self.at(at)?, *unit, ("p.born_first".to_owned(), "p.born_last".to_owned(), Vec::new()))
            }
            Value::DurationOf { finding, at, unit } => {
                let Some((first, last, missing)) = self.onset_days(finding)? else { return Ok(UNKNOWN) };
                (self.at(at)?, *unit, (first, last, vec![missing]))
            }
            _ => return Err(NotSaid::new(format!("`{}` is no time of a person", value.text))),
        };
        if at.missing == Missing::Always {
            return Ok(UNKNOWN);
        }
        if !matches!(time, TimeUnit::Year | TimeUnit::Month | TimeUnit::Week | TimeUnit::Day) {
            return Err(NotSaid::new("it counts hours or minutes, which dates do not have"));
        }
        let (first, last, mut missing) = from;
        missing.extend(Self::missing_text(&at.missing));
        let mut says = Vec::new();
        for (operator, limit) in tests {
            let number = number_in(limit, time, unit)?;
            let operators = match operator {
                Comparator::Equal => vec![Comparator::AtLeast, Comparator::AtMost],
                Comparator::NotEqual => {
                    return Err(NotSaid::new("a time is compared with `!=`"));
                }
                other => vec![*other],
            };
            for operator in operators {
                let (Some(least), upward) = least_whole(operator, &number) else {
                    return Err(NotSaid::new("a time is compared with a number beyond all calendars"));
                };
                let least = Exact::from(least);
                let sure = self.reached(&last, &at, time, &least, false);
                let possible = self.reached(&first, &at, time, &least, true);
                let text = format!("CASE WHEN {sure} THEN TRUE WHEN NOT ({possible}) THEN FALSE END");
                says.push(if upward { Says::sql(text) } else { Says::sql(text).not() });
            }
        }
        let mut text = Says::all(says).text();
        if !missing.is_empty() {
            text = format!("CASE WHEN {} THEN NULL ELSE {text} END", missing.join(" OR "));
        }
        Ok(self.fact("time", words, text))
    }

    fn onset_days(&mut self, finding: &Finding) -> Result<Option<(String, String, String)>, NotSaid> {
        let Some(column) = self.edge_column(finding, super::happened::Edge::Onset)? else { return Ok(None) };
        Ok(Some((format!("p.{column}_first"), format!("p.{column}_last"), format!("p.{column}_is_missing"))))
    }

    /// `time from A to B` against lengths of time, which are added to A on the calendar.
    pub(super) fn time_between(
        &mut self,
        (from, to): (&'a Moment, &'a Moment),
        tests: &[(Comparator, &'a Term)],
        words: &str,
    ) -> Result<Says, NotSaid> {
        let (start, end) = (self.at(from)?, self.at(to)?);
        if start.missing == Missing::Always || end.missing == Missing::Always {
            return Ok(UNKNOWN);
        }
        let mut says = Vec::new();
        for (operator, limit) in tests {
            let duration = match &limit.value {
                Value::Span { duration } => duration.clone(),
                Value::Constant { .. } => match number_in(limit, TimeUnit::Day, None)?.to_i64() {
                    Some(days) => Duration::Days(days),
                    None => {
                        return Err(NotSaid::new("the time between two days is compared with part of a day"));
                    }
                },
                _ => return Err(NotSaid::new(format!("`{}` is no length of time", limit.text))),
            };
            let offset = Offset { direction: Direction::After, by: duration };
            let due = self.moved(start.clone(), &offset)?;
            let one = |says: &mut Vec<Says>, operator| {
                let upward = matches!(operator, Comparator::AtLeast | Comparator::Greater);
                let (symbol, opposite) = match operator {
                    Comparator::AtLeast => (">=", "<"),
                    Comparator::Greater => (">", "<="),
                    Comparator::AtMost => ("<=", ">"),
                    _ => ("<", ">="),
                };
                let (sure, not) = if upward {
                    (
                        self.surely(&end.earliest, symbol, &due.latest),
                        self.surely(&end.latest, opposite, &due.earliest),
                    )
                } else {
                    (
                        self.surely(&end.latest, symbol, &due.earliest),
                        self.surely(&end.earliest, opposite, &due.latest),
                    )
                };
                says.push(match (sure, not) {
                    (Test::Is(true), _) => Says::of(true),
                    (_, Test::Is(true)) => Says::of(false),
                    (Test::Is(false), Test::Is(false)) => UNKNOWN,
                    (sure, not) => Says::sql(format!(
                        "CASE WHEN {} THEN TRUE WHEN {} THEN FALSE END",
                        sure.text(),
                        not.text()
                    )),
                });
            };
            match operator {
                Comparator::Equal => {
                    one(&mut says, Comparator::AtLeast);
                    one(&mut says, Comparator::AtMost);
                }
                Comparator::NotEqual => return Err(NotSaid::new("a time is compared with `!=`")),
                other => one(&mut says, *other),
            }
        }
        let missing: Vec<String> =
            [&start.missing, &end.missing].into_iter().filter_map(Self::missing_text).collect();
        match Says::all(says) {
            Says::Sql(text) if missing.is_empty() => Ok(self.fact("time", words, text)),
            Says::Sql(text) => {
                let text = format!("CASE WHEN {} THEN NULL ELSE {text} END", missing.join(" OR "));
                Ok(self.fact("time", words, text))
            }
            known => Ok(known),
        }
    }
}

/// The last day from which `by` reaches no further than `date`; none where the calendar has no such day, or the engines do not.
fn last_reaching(date: Date, by: &Duration) -> Option<Date> {
    let moved = |day: Date, direction| {
        crate::time::apply(day, &Offset { direction, by: by.clone() }).map(|moved| moved.date)
    };
    let reaches = |day: Date| moved(day, Direction::After).is_some_and(|due| due <= date);
    let mut last = moved(date, Direction::Before).filter(|day| day.year() >= 1 && reaches(*day))?;
    // The end of a shorter month is reached from several days.
    while let Ok(next) = last.tomorrow()
        && reaches(next)
    {
        last = next;
    }
    Some(last)
}

/// A limit of a time, in its units.
fn number_in(limit: &Term, time: TimeUnit, compared_in: Option<&UnitRef>) -> Result<Exact, NotSaid> {
    let not = || NotSaid::new(format!("`{}` is no length of time in the units that are counted", limit.text));
    let months = |months: i64| match time {
        TimeUnit::Year => Exact::ratio(months, 12),
        TimeUnit::Month => Some(Exact::from(months)),
        _ => None,
    };
    match &limit.value {
        Value::Constant { number, unit, .. } => match unit.as_ref().or(compared_in) {
            None => Ok(number.clone()),
            Some(unit) => {
                let code = match time {
                    TimeUnit::Year => "a",
                    TimeUnit::Month => "mo",
                    TimeUnit::Week => "wk",
                    TimeUnit::Day => "d",
                    TimeUnit::Hour => "h",
                    TimeUnit::Minute => "min",
                };
                let (from, to) = (units::parse(&unit.ucum), units::parse(code));
                let (Ok(from), Ok(to)) = (from, to) else { return Err(not()) };
                units::convert(number, &from, &to, &Analyte::default())
                    .map(|converted| converted.value)
                    .map_err(|_| not())
            }
        },
        Value::Span { duration } => match (duration, time) {
            (Duration::Months(count), _) => months(*count).ok_or_else(not),
            (Duration::Days(days), TimeUnit::Day) => Ok(Exact::from(*days)),
            (Duration::Days(days), TimeUnit::Week) => Exact::ratio(*days, 7).ok_or_else(not),
            _ => Err(not()),
        },
        _ => Err(not()),
    }
}
