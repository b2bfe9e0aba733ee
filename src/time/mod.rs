//! Calendar arithmetic on civil dates: the one home of adding a [`Duration`] to a date.
//!
//! Calendar and elapsed time never convert into each other. Days and weeks are exact. A month counts from the
//! date it is added to and clamps to the end of a shorter month (31 January and 1 month is 28 or 29 February),
//! and [`Shifted::clamped`] says so; it is never chained (two months are added at once). Minutes and hours,
//! where only dates are known, count as the whole days they contain: the last part of a day is decided by the
//! time of day, which a date does not have.

mod day;
pub mod doses;
pub mod network;
mod partial;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::Date;

pub use day::{around, clock};
pub use partial::{DateRange, NotADate, completed, day_after, day_before, days_inside};

use crate::model::{Direction, Duration, Offset};

/// Minutes of a day, all days being equally long on the civil calendar.
pub const MINUTES_PER_DAY: i64 = 24 * 60;

/// A date that a duration leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shifted {
    pub date: Date,
    /// The month reached is shorter than the day of the month asked for.
    pub clamped: bool,
}

/// `date` moved by `by` in this direction. `None` outside the years −9999 to 9999.
pub fn shift(date: Date, direction: Direction, by: &Duration) -> Option<Shifted> {
    let sign = match direction {
        Direction::After => 1,
        Direction::Before => -1,
    };
    match by {
        Duration::Months(months) => {
            let span = 0.months().try_months(months.checked_mul(sign)?).ok()?;
            let moved = date.checked_add(span).ok()?;
            Some(Shifted { date: moved, clamped: moved.day() != date.day() })
        }
        Duration::Days(days) => add_days(date, days.checked_mul(sign)?).map(exactly),
        Duration::Minutes(minutes) => add_days(date, sign * (minutes / MINUTES_PER_DAY)).map(exactly),
        Duration::Longest(choices) => {
            let reached =
                choices.iter().map(|choice| shift(date, direction, choice)).collect::<Option<Vec<_>>>()?;
            reached.into_iter().max_by_key(|one| sign * days_between(date, one.date))
        }
        Duration::Shortest(choices) => {
            let reached =
                choices.iter().map(|choice| shift(date, direction, choice)).collect::<Option<Vec<_>>>()?;
            reached.into_iter().min_by_key(|one| sign * days_between(date, one.date))
        }
    }
}

/// `date` moved by an offset.
pub fn apply(date: Date, offset: &Offset) -> Option<Shifted> {
    shift(date, offset.direction, &offset.by)
}

/// `date` and `days` days, which may be negative. `None` outside the years −9999 to 9999.
pub fn add_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(0.days().try_days(days).ok()?).ok()
}

/// Days from `from` to `to`: negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    (to - from).get_days().into()
}

fn exactly(date: Date) -> Shifted {
    Shifted { date, clamped: false }
}

/// How many times a duration is taken: `Months(3)` three times is `Months(9)`, so that repeats never chain.
pub fn times(by: &Duration, count: i64) -> Option<Duration> {
    let each =
        |choices: &[Duration]| choices.iter().map(|choice| times(choice, count)).collect::<Option<Vec<_>>>();
    Some(match by {
        Duration::Months(months) => Duration::Months(months.checked_mul(count)?),
        Duration::Days(days) => Duration::Days(days.checked_mul(count)?),
        Duration::Minutes(minutes) => Duration::Minutes(minutes.checked_mul(count)?),
        Duration::Longest(choices) => Duration::Longest(each(choices)?),
        Duration::Shortest(choices) => Duration::Shortest(each(choices)?),
    })
}

/// The fewest and the most days that an offset can come to, over every date of the Gregorian calendar: exact
/// for days, `(28, 31)` for one month, negative for an offset before. Minutes round outwards to whole days,
/// because two instants 30 minutes apart can lie on different dates.
pub fn day_range(offset: &Offset) -> (i64, i64) {
    let (low, high) = magnitude_range(&offset.by, offset.direction);
    match offset.direction {
        Direction::After => (low, high),
        Direction::Before => (-high, -low),
    }
}

fn magnitude_range(by: &Duration, direction: Direction) -> (i64, i64) {
    let fold = |choices: &[Duration], pick: fn(i64, i64) -> i64| {
        let ranges = choices.iter().map(|choice| magnitude_range(choice, direction));
        ranges.reduce(|a, b| (pick(a.0, b.0), pick(a.1, b.1))).unwrap_or((0, 0))
    };
    match by {
        Duration::Days(days) => (*days, *days),
        Duration::Minutes(minutes) => {
            let up =
                minutes.div_euclid(MINUTES_PER_DAY) + i64::from(minutes.rem_euclid(MINUTES_PER_DAY) != 0);
            (minutes.div_euclid(MINUTES_PER_DAY), up)
        }
        Duration::Months(months) => months_in_days(*months, direction),
        Duration::Longest(choices) => fold(choices, i64::max),
        Duration::Shortest(choices) => fold(choices, i64::min),
    }
}

/// Months after which the Gregorian calendar repeats itself (400 years).
const CALENDAR_MONTHS: i64 = 4800;

/// The fewest and the most days between a date and the date `months` calendar months away from it, over one
/// whole 400-year cycle of the calendar and every day of the month.
fn months_in_days(months: i64, direction: Direction) -> (i64, i64) {
    let (months, direction) = match (months < 0, direction) {
        (false, direction) => (months, direction),
        (true, Direction::After) => (months.saturating_neg(), Direction::Before),
        (true, Direction::Before) => (months.saturating_neg(), Direction::After),
    };
    let flipped = months_of(months, direction);
    flipped.unwrap_or((0, 0))
}

/// `None` when the days are beyond counting.
fn months_of(months: i64, direction: Direction) -> Option<(i64, i64)> {
    // A protocol asks for the same few lengths again and again; each is counted through once.
    static COUNTED: [[OnceLock<(i64, i64)>; CALENDAR_MONTHS as usize]; 2] =
        [const { [const { OnceLock::new() }; CALENDAR_MONTHS as usize] }; 2];
    let rest = usize::try_from(months % CALENDAR_MONTHS).ok()?;
    let counted = &COUNTED[usize::from(direction == Direction::Before)][rest];
    let (low, high) = counted.get_or_init(|| months_within_a_cycle(rest, direction));
    let whole = (months / CALENDAR_MONTHS).checked_mul(DAYS_PER_CALENDAR)?;
    Some((low.saturating_add(whole), high.saturating_add(whole)))
}

/// The fewest and the most days of fewer months than the calendar has, from every month of the calendar.
fn months_within_a_cycle(months: usize, direction: Direction) -> (i64, i64) {
    let calendar = Calendar::of_400_years();
    let lengths = &calendar.lengths;
    let days = (0..CALENDAR_MONTHS as usize).map(|early| {
        let late = early + months;
        let between = calendar.starts[late] - calendar.starts[early];
        // The clamped day lies before the one asked for: nearer going forward, farther going back.
        match direction {
            Direction::After => (between - (lengths[early] - lengths[late]).max(0), between),
            Direction::Before => (between, between + (lengths[late] - lengths[early]).max(0)),
        }
    });
    days.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 0))
}

/// The months of two whole cycles of the Gregorian calendar, from January of year 0.
struct Calendar {
    /// In days.
    lengths: Vec<i64>,
    /// In days from the first of them.
    starts: Vec<i64>,
}

impl Calendar {
    fn of_400_years() -> &'static Calendar {
        static CALENDAR: OnceLock<Calendar> = OnceLock::new();
        CALENDAR.get_or_init(|| {
            let lengths: Vec<i64> = (0..2 * CALENDAR_MONTHS).map(month_length).collect();
            let starts = lengths.iter().scan(0, |next, length| {
                let start = *next;
                *next += length;
                Some(start)
            });
            Calendar { starts: starts.collect(), lengths }
        })
    }
}

/// Days in 400 Gregorian years.
const DAYS_PER_CALENDAR: i64 = 146_097;

/// Days of a month, counted from January of year 0 (a leap year, as 2000).
fn month_length(month: i64) -> i64 {
    let year = month.div_euclid(12);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month.rem_euclid(12) {
        1 if leap => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn after(by: Duration) -> Offset {
        Offset { direction: Direction::After, by }
    }

    fn before(by: Duration) -> Offset {
        Offset { direction: Direction::Before, by }
    }

    #[test]
    fn a_month_clamps_to_the_end_of_a_shorter_one_and_says_so() {
        let reached = apply(date(2023, 1, 31), &after(Duration::Months(1))).expect("in range");
        assert_eq!(reached, Shifted { date: date(2023, 2, 28), clamped: true });
        let reached = apply(date(2024, 1, 29), &after(Duration::Months(1))).expect("in range");
        assert_eq!(reached, Shifted { date: date(2024, 2, 29), clamped: false });
        let reached = apply(date(2023, 3, 31), &before(Duration::Months(1))).expect("in range");
        assert_eq!(reached, Shifted { date: date(2023, 2, 28), clamped: true });
    }

    #[test]
    fn repeated_months_are_not_chained() {
        let two = times(&Duration::Months(1), 2).expect("fits");
        let reached = apply(date(2023, 1, 31), &after(two)).expect("in range");
        assert_eq!(reached, Shifted { date: date(2023, 3, 31), clamped: false });
    }

    #[test]
    fn hours_count_as_the_whole_days_they_contain() {
        let day = date(2023, 5, 10);
        for (hours, expected) in [(23, 10), (24, 11), (47, 11), (48, 12)] {
            let reached = apply(day, &after(Duration::Minutes(hours * 60))).expect("in range");
            assert_eq!(reached.date, date(2023, 5, expected), "{hours} h");
        }
    }

    #[test]
    fn the_longer_of_two_is_decided_on_the_calendar() {
        let longer = Duration::Longest(vec![Duration::Months(1), Duration::Days(30)]);
        let days = |from| days_between(from, apply(from, &after(longer.clone())).expect("in range").date);
        assert_eq!(days(date(2023, 1, 15)), 31);
        assert_eq!(days(date(2023, 2, 15)), 30);
        let back = apply(date(2023, 3, 15), &before(longer.clone())).expect("in range").date;
        assert_eq!(days_between(back, date(2023, 3, 15)), 30);
    }

    #[test]
    fn dates_beyond_the_calendar_are_no_dates() {
        assert_eq!(apply(date(9999, 12, 31), &after(Duration::Days(1))), None);
        assert_eq!(apply(date(2023, 1, 1), &after(Duration::Months(i64::MAX))), None);
        assert_eq!(apply(date(2023, 1, 1), &before(Duration::Days(i64::MIN))), None);
    }

    #[test]
    fn the_length_of_months_in_days_is_exact_over_the_calendar() {
        assert_eq!(day_range(&after(Duration::Months(0))), (0, 0));
        assert_eq!(day_range(&after(Duration::Months(1))), (28, 31));
        assert_eq!(day_range(&after(Duration::Months(12))), (365, 366));
        assert_eq!(day_range(&before(Duration::Months(1))), (-31, -28));
        assert_eq!(day_range(&after(Duration::Months(4800))), (146_097, 146_097));
    }

    #[test]
    fn the_length_of_months_agrees_with_trying_every_date() {
        for months in [1, 2, 3, 4, 5, 6, 7, 11, 12, 18, 36] {
            for offset in [after(Duration::Months(months)), before(Duration::Months(months))] {
                let mut seen = (i64::MAX, i64::MIN);
                let mut day = date(1995, 1, 1);
                while day < date(2005, 1, 1) {
                    let days = days_between(day, apply(day, &offset).expect("in range").date);
                    seen = (seen.0.min(days), seen.1.max(days));
                    day = add_days(day, 1).expect("in range");
                }
                assert_eq!(day_range(&offset), seen, "{offset:?}");
            }
        }
    }
}
