//! FHIR's dates, periods and ages. A time of day is left out: the date is the local one, as it is written.

use std::fmt::Display;

use jiff::civil::Date;

use super::resource::{Choice, Reading};
use crate::eligibility::record::Entry;
use crate::intake::json::{Is, Json};
use crate::time::{DateRange, apply, day_before};

/// One end of something that lasted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Edge {
    Day(DateRange),
    /// At an age: counted from the date of birth once that is known.
    Age {
        from: crate::model::Duration,
        to: crate::model::Duration,
    },
}

/// How something ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    /// On the day on which it began.
    SameDay,
    Known(Edge),
    Ongoing,
    /// It may have ended or not; nobody says when.
    Open,
}

/// When something was, as far as it is said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Extent {
    pub start: Option<Edge>,
    /// It had begun by then.
    pub not_after: Option<DateRange>,
    pub end: End,
}

impl Extent {
    pub const UNKNOWN: Self = Self { start: None, not_after: None, end: End::Open };

    pub fn on(day: Option<DateRange>) -> Self {
        Self { start: day.map(Edge::Day), not_after: None, end: End::SameDay }
    }

    /// Writes the dates into an entry.
    pub fn write(&self, born: Option<DateRange>, entry: &mut Entry) {
        let day = |edge: &Edge| edge.day(born);
        let begun_by = self.not_after.map(|by| DateRange { earliest: Date::MIN, latest: by.latest });
        let start = self.start.as_ref().and_then(day).or(begun_by);
        let since = |start: DateRange| DateRange { earliest: start.earliest, latest: Date::MAX };
        match &self.end {
            End::SameDay => entry.on = start,
            End::Ongoing => {
                entry.from = Some(start.unwrap_or(DateRange { earliest: Date::MIN, latest: Date::MAX }))
            }
            End::Known(end) => match day(end) {
                Some(end) => (entry.from, entry.to) = (start, Some(end)),
                None => (entry.from, entry.to) = (start, start.map(since)),
            },
            End::Open => {
                // What is still to come of something that was there on a day begins on that day.
                let after = |start: DateRange| match self.start {
                    Some(_) => since(start),
                    None => DateRange { earliest: Date::MIN, latest: Date::MAX },
                };
                (entry.from, entry.to) = (start, start.map(after));
            }
        }
    }
}

impl Edge {
    fn day(&self, born: Option<DateRange>) -> Option<DateRange> {
        match self {
            Edge::Day(day) => Some(*day),
            Edge::Age { from, to } => {
                let born = born?;
                let after = |by: &crate::model::Duration| crate::model::Offset {
                    direction: crate::model::Direction::After,
                    by: by.clone(),
                };
                let earliest = apply(born.earliest, &after(from))?.date;
                // The last day of an age is the day before the next birthday.
                let latest = day_before(apply(born.latest, &after(to))?.date);
                Some(DateRange { earliest, latest: latest.max(earliest) })
            }
        }
    }
}

/// A `date`, `dateTime` or `instant`: the date as it is written, without its time of day and zone.
pub(super) fn read_date(text: &str) -> Option<DateRange> {
    // No time has room behind a date of ten letters.
    if text.len() <= "2011-06-28".len() {
        return text.parse().ok();
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if time.is_some_and(|time| date.len() != 10 || !is_time(time)) {
        return None;
    }
    date.parse().ok()
}

/// `23:30:00.5+08:00`, the zone and the seconds perhaps missing.
fn is_time(text: &str) -> bool {
    let clock = text.strip_suffix('Z').unwrap_or_else(|| match text.rfind(['+', '-']) {
        Some(at) if is_clock(&text[at + 1..], 2) => &text[..at],
        _ => text,
    });
    is_clock(clock, 3)
}

fn is_clock(text: &str, most: usize) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let fits = |(place, part): (usize, &&str)| {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let limit = if place == 0 { 24 } else { 61 };
        whole.len() == 2
            && is_number(whole)
            && whole.parse::<u8>().is_ok_and(|number| number < limit)
            && is_number(fraction)
            && (place == 2 || !part.contains('.'))
    };
    (2..=most).contains(&parts.len()) && parts.iter().enumerate().all(fits)
}

impl Reading<'_> {
    /// A date of a resource; what is no date is reported.
    pub fn date(&mut self, parent: Json<'_>, path: impl Display + Copy, name: &str) -> Option<DateRange> {
        let json = parent.get(name)?;
        let Some(text) = json.text() else {
            self.expected(json, format_args!("{path}.{name}"), "a text");
            return None;
        };
        let date = read_date(text);
        if date.is_none() {
            let shown: String = crate::intake::clean(text).chars().take(40).collect();
            self.not_understood(json, format!("{path}.{name}"), format!("`{shown}` is no date"));
        }
        date
    }

    /// Start and end of a `Period`.
    pub fn period(
        &mut self,
        parent: Json<'_>,
        path: impl Display + Copy,
        name: &str,
    ) -> Option<(Option<DateRange>, Option<DateRange>)> {
        let period = self.object(parent, path, name)?;
        let path = format_args!("{path}.{name}");
        Some((self.date(period, path, "start"), self.date(period, path, "end")))
    }

    /// `onset[x]`, `abatement[x]`: a day, a period (its start, its end), an age or a range of ages. The second value says
    /// whether the element is there at all, in whichever form.
    pub fn edge(
        &mut self,
        parent: Json<'_>,
        path: impl Display + Copy,
        name: &str,
        is_end: bool,
    ) -> (Option<Edge>, bool) {
        let Some(Choice { kind, value: json }) = self.choice(parent, path, name) else {
            return (None, false);
        };
        let element = [name, &kind].concat();
        let edge = match &*kind {
            "DateTime" => self.date(parent, path, &element).map(Edge::Day),
            "Period" => {
                let period = self.period(parent, path, &element);
                period.and_then(|(start, end)| period_edge(start, end, is_end)).map(Edge::Day)
            }
            "Age" => self.age(json, format_args!("{path}.{element}")),
            "Range" => {
                let path = format_args!("{path}.{element}");
                let low = self.object(json, path, "low").and_then(|low| self.age(low, path));
                let high = self.object(json, path, "high").and_then(|high| self.age(high, path));
                match (low, high) {
                    (Some(Edge::Age { from, .. }), Some(Edge::Age { to, .. })) => {
                        Some(Edge::Age { from, to })
                    }
                    _ => {
                        self.not_understood(json, path, "a range of ages needs both of its ends");
                        None
                    }
                }
            }
            _ => {
                let what = "is in words: when it was is left open";
                self.not_understood(json, format!("{path}.{element}"), what);
                None
            }
        };
        (edge, true)
    }

    /// An `Age`: completed years, months, weeks or days.
    fn age(&mut self, json: Json<'_>, path: impl Display + Copy) -> Option<Edge> {
        use crate::model::Duration;
        let count = match json.get("value").map(Json::is) {
            Some(Is::Number(number)) => {
                number.parse::<i64>().ok().filter(|count| (0..=50_000).contains(count))
            }
            _ => None,
        };
        let unit = match self.text(json, path, "code") {
            Some(unit) => Some(unit),
            None => self.text(json, path, "unit"),
        };
        let span = |count: i64| match unit?.trim_end_matches('s') {
            "a" | "year" => Some(Duration::Months(count * 12)),
            "mo" | "month" => Some(Duration::Months(count)),
            "wk" | "week" => Some(Duration::Days(count * 7)),
            "d" | "day" => Some(Duration::Days(count)),
            _ => None,
        };
        let has_comparator = json.get("comparator").is_some();
        let edge = count
            .filter(|_| !has_comparator)
            .and_then(|count| Some(Edge::Age { from: span(count)?, to: span(count + 1)? }));
        if edge.is_none() {
            self.not_understood(json, path, "is no age in whole years, months, weeks or days");
        }
        edge
    }

    /// `effective[x]`, `performed[x]` of what was taken or done: a day, or from a day to a day.
    pub fn extent(
        &mut self,
        parent: Json<'_>,
        path: impl Display + Copy,
        name: &str,
        open: End,
    ) -> Option<Extent> {
        let Choice { kind, value: json } = self.choice(parent, path, name)?;
        let element = [name, &kind].concat();
        match &*kind {
            "DateTime" | "Instant" => Some(Extent::on(Some(self.date(parent, path, &element)?))),
            "Period" => {
                let (start, end) = self.period(parent, path, &element)?;
                let end = end.map_or(open, |end| End::Known(Edge::Day(end)));
                Some(Extent { start: start.map(Edge::Day), not_after: None, end })
            }
            "Age" => {
                let start = self.age(json, format_args!("{path}.{element}"));
                Some(Extent { start, not_after: None, end: End::SameDay })
            }
            _ => {
                let what = "is not a date or a period: when it was is left open";
                self.not_understood(json, format!("{path}.{element}"), what);
                None
            }
        }
    }
}

/// The day on which something began, or ended, of which only a period is known: any day of it.
fn period_edge(start: Option<DateRange>, end: Option<DateRange>, is_end: bool) -> Option<DateRange> {
    match (start, end) {
        (Some(start), Some(end)) if start.earliest <= end.latest => {
            Some(DateRange { earliest: start.earliest, latest: end.latest })
        }
        (Some(_), Some(_)) => None,
        (Some(start), None) => Some(match is_end {
            true => DateRange { earliest: start.earliest, latest: Date::MAX },
            false => start,
        }),
        (None, Some(end)) => Some(DateRange { earliest: Date::MIN, latest: end.latest }),
        (None, None) => None,
    }
}

/// The days of a result that was taken over a period.
pub(super) fn hull(start: Option<DateRange>, end: Option<DateRange>) -> Option<DateRange> {
    let start = start?;
    let latest = end.map_or(Date::MAX, |end| end.latest);
    (start.earliest <= latest).then_some(DateRange { earliest: start.earliest, latest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::add_days;

    fn day(text: &str) -> DateRange {
        text.parse().expect("a date")
    }

    #[test]
    fn the_local_date_counts_as_it_is_written() {
        for text in [
            "2011-06-28T23:30:00+08:00",
            "2011-06-28T00:00:00Z",
            "2011-06-28T10:00",
            "2011-06-28T10:00:00.123-05:00",
        ] {
            assert_eq!(read_date(text), Some(day("2011-06-28")), "{text}");
        }
        assert_eq!(read_date("2011-06"), Some(day("2011-06")));
        for text in [
            "2011-06T10:00",
            "2011-06-28T",
            "2011-06-28 10:00",
            "2011-06-28T25:00:00Z",
            "20110628",
            "2011-06-28T10:00:00+8",
        ] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn an_age_ends_on_the_day_before_the_next_birthday() {
        use crate::model::Duration::Months;
        let age = Edge::Age { from: Months(35 * 12), to: Months(36 * 12) };
        let days = age.day(Some(day("1970-03-02"))).expect("days");
        assert_eq!((days.earliest, days.latest), (day("2005-03-02").earliest, day("2006-03-01").latest));
        assert_eq!(age.day(None), None);
        assert_eq!(add_days(days.latest, 1), day("2006-03-02").day());
    }
}
