//! Dates of which only the year or the month is known: the first and the last day that they can be.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MINUTES_PER_DAY, add_days, apply, days_between};
use crate::model::{Duration, Offset, TimeUnit};

/// All the days that a date can be, both ends included. `2011-02` is 1 to 28 February 2011.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateRange {
    pub earliest: Date,
    pub latest: Date,
}

/// Why a text is not a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate(pub String);

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a date; write 2011-06-28, or 2011-06 or 2011 where no more is known", self.0)
    }
}

impl std::error::Error for NotADate {}

impl DateRange {
    /// A date that is known to the day.
    pub fn exactly(date: Date) -> Self {
        Self { earliest: date, latest: date }
    }

    pub fn is_exact(&self) -> bool {
        self.earliest == self.latest
    }

    /// The day, when it is known.
    pub fn day(&self) -> Option<Date> {
        self.is_exact().then_some(self.earliest)
    }

    /// Moved by an offset. Hours that are no whole days leave two days possible, because a date has no time of day.
    /// `None` outside the years −9999 to 9999.
    pub fn moved(&self, offset: &Offset) -> Option<Self> {
        let up = whole_days_up(offset);
        let both = |date: Date| {
            let (near, far) = (apply(date, offset)?.date, apply(date, &up)?.date);
            Some(Self { earliest: near.min(far), latest: near.max(far) })
        };
        let first = both(self.earliest)?;
        if self.is_exact() {
            return Some(first);
        }
        let last = both(self.latest)?;
        Some(Self { earliest: first.earliest.min(last.earliest), latest: first.latest.max(last.latest) })
    }

    /// The range in which the first of two dates lies.
    pub fn first_of(self, other: Self) -> Self {
        Self { earliest: self.earliest.min(other.earliest), latest: self.latest.min(other.latest) }
    }

    /// The range in which the last of two dates lies.
    pub fn last_of(self, other: Self) -> Self {
        Self { earliest: self.earliest.max(other.earliest), latest: self.latest.max(other.latest) }
    }
}

/// The offset with part days counted as whole ones.
fn whole_days_up(offset: &Offset) -> Offset {
    fn up(duration: &Duration) -> Duration {
        match duration {
            Duration::Minutes(minutes) => {
                let part = minutes % MINUTES_PER_DAY != 0;
                Duration::Days((minutes / MINUTES_PER_DAY).saturating_add(i64::from(part) * minutes.signum()))
            }
            Duration::Longest(choices) => Duration::Longest(choices.iter().map(up).collect()),
            Duration::Shortest(choices) => Duration::Shortest(choices.iter().map(up).collect()),
            whole => whole.clone(),
        }
    }
    Offset { direction: offset.direction, by: up(&offset.by) }
}

/// Completed units from one date to another, the fewest and the most that are possible; negative when `to` is
/// earlier. Years and months are completed on the calendar day, clamped to the month's end: who is born on
/// 29 February completes a year on 28 February of a common year. Hours and minutes leave a day's room each way.
pub fn completed(from: DateRange, to: DateRange, unit: TimeUnit) -> (i64, i64) {
    let least = completed_between(from.latest, to.earliest, unit);
    let most = completed_between(from.earliest, to.latest, unit);
    let per_day = match unit {
        TimeUnit::Hour => 24,
        TimeUnit::Minute => MINUTES_PER_DAY,
        _ => return (least, most),
    };
    // Two dates that are n days apart are between n − 1 and n + 1 days apart in instants.
    let low = if least > 0 { least - per_day } else { least };
    (low, most + per_day - 1)
}

fn completed_between(from: Date, to: Date, unit: TimeUnit) -> i64 {
    let days = days_between(from, to);
    match unit {
        TimeUnit::Minute => days * MINUTES_PER_DAY,
        TimeUnit::Hour => days * 24,
        TimeUnit::Day => days,
        TimeUnit::Week => days.div_euclid(7),
        TimeUnit::Month => completed_months(from, to),
        TimeUnit::Year => completed_months(from, to).div_euclid(12),
    }
}

/// The most calendar months that can be added to `from` without passing `to`.
fn completed_months(from: Date, to: Date) -> i64 {
    let apart = (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month())
        - i64::from(from.month());
    let reached = 0.months().try_months(apart).ok().and_then(|span| from.checked_add(span).ok());
    match reached {
        Some(reached) if reached <= to => apart,
        _ => apart - 1,
    }
}

/// `2011-06-28`, as nearly all dates of a record are written. The others, and what is no date, are read part by part.
fn whole_date(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes().as_array()? else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0i16, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
        })
    };
    let small = |digits: &[u8]| i8::try_from(number(digits)?).ok();
    Date::new(number(&[y1, y2, y3, y4])?, small(&[m1, m2])?, small(&[d1, d2])?).ok()
}

impl FromStr for DateRange {
    type Err = NotADate;

    /// Reads `2011`, `2011-06` and `2011-06-28`.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        if let Some(date) = whole_date(text) {
            return Ok(Self::exactly(date));
        }
        let fail = || NotADate(text.chars().take(40).collect());
        let mut parts = text.split('-');
        let mut part = |width: usize| match parts.next() {
            None => Ok(None),
            Some(digits) if digits.len() == width && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse::<i16>().map(Some).map_err(|_| fail())
            }
            Some(_) => Err(fail()),
        };
        let (year, month, day) = (part(4)?.ok_or_else(fail)?, part(2)?, part(2)?);
        if parts.next().is_some() {
            return Err(fail());
        }
        let small = |number: i16| i8::try_from(number).map_err(|_| fail());
        let date = |month: i16, day: i16| Date::new(year, small(month)?, small(day)?).map_err(|_| fail());
        Ok(match (month, day) {
            (Some(month), Some(day)) => Self::exactly(date(month, day)?),
            (Some(month), None) => {
                let first = date(month, 1)?;
                Self { earliest: first, latest: first.last_of_month() }
            }
            _ => Self { earliest: date(1, 1)?, latest: date(12, 31)? },
        })
    }
}

impl fmt::Display for DateRange {
    /// As it was written where it is a day, a month or a year; else both ends, as far as there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { earliest, latest } = *self;
        let text = if self.is_exact() {
            earliest.to_string()
        } else if earliest == Date::MIN && latest == Date::MAX {
            "some day".to_owned()
        } else if latest == Date::MAX {
            format!("{earliest} or later")
        } else if earliest == Date::MIN {
            format!("{latest} or earlier")
        } else if earliest.day() == 1 && latest == earliest.last_of_month() {
            format!("{:04}-{:02}", earliest.year(), earliest.month())
        } else if earliest == earliest.first_of_year() && latest == earliest.last_of_year() {
            format!("{:04}", earliest.year())
        } else {
            format!("{earliest} to {latest}")
        };
        f.pad(&text)
    }
}

impl Serialize for DateRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Days from a date to the nearer end of a window that holds it, or (negative) to the window that does not.
/// An open end is infinitely far; `None` when both are open.
pub fn days_inside(date: Date, from: Option<Date>, to: Option<Date>) -> Option<i64> {
    let after_start = from.map(|from| days_between(from, date));
    let before_end = to.map(|to| days_between(date, to));
    match (after_start, before_end) {
        (Some(start), Some(end)) => Some(start.min(end)),
        (one, other) => one.or(other),
    }
}

/// The day before; the first day of the calendar stays.
pub fn day_before(date: Date) -> Date {
    add_days(date, -1).unwrap_or(Date::MIN)
}

/// The day after; the last day of the calendar stays.
pub fn day_after(date: Date) -> Date {
    add_days(date, 1).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::Direction;

    fn range(text: &str) -> DateRange {
        text.parse().expect("a date")
    }

    #[test]
    fn a_month_is_all_of_its_days_and_shows_as_written() {
        for (text, earliest, latest) in [
            ("2011", date(2011, 1, 1), date(2011, 12, 31)),
            ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
            ("2011-06-28", date(2011, 6, 28), date(2011, 6, 28)),
        ] {
            assert_eq!(range(text), DateRange { earliest, latest });
            assert_eq!(range(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in
            ["", "11", "2011-6", "2011-13", "2011-02-29", "2011-02-01-01", "-2011", "２０１１", "2011-02-1x"]
        {
            assert!(text.parse::<DateRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn years_are_completed_on_the_birthday_and_not_the_day_before() {
        let years = |from: &str, to: &str| completed(range(from), range(to), TimeUnit::Year);
        assert_eq!(years("1970-03-02", "2011-03-02"), (41, 41));
        assert_eq!(years("1970-03-02", "2011-03-01"), (40, 40));
        assert_eq!(years("2024-02-29", "2025-02-28"), (1, 1));
        assert_eq!(years("2024-02-29", "2025-02-27"), (0, 0));
        assert_eq!(years("1970", "2011-06-01"), (40, 41));
        assert_eq!(years("2011-03-02", "2011-03-01"), (-1, -1));
    }

    #[test]
    fn hours_between_two_dates_leave_a_day_each_way() {
        assert_eq!(completed(range("2011-03-02"), range("2011-03-03"), TimeUnit::Hour), (0, 47));
        assert_eq!(completed(range("2011-03-02"), range("2011-03-02"), TimeUnit::Hour), (0, 23));
    }

    #[test]
    fn twelve_hours_before_a_day_is_that_day_or_the_one_before() {
        let half_a_day = Offset { direction: Direction::Before, by: Duration::Minutes(720) };
        let moved = range("2011-03-02").moved(&half_a_day).expect("in the calendar");
        assert_eq!(moved, DateRange { earliest: date(2011, 3, 1), latest: date(2011, 3, 2) });
        let a_day = Offset { direction: Direction::Before, by: Duration::Minutes(1440) };
        assert_eq!(range("2011-03-02").moved(&a_day), Some(range("2011-03-01")));
    }
}
