//! Days without visits: weekends, holidays. They never move a visit out of its window; within it, the open day that is
//! nearest to the target is offered, and where there is none, that is said.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::{Date, Weekday};

use super::dates::{InputError, day};
use super::{Calendar, Status, VisitEntry};
use crate::model::Schedule;
use crate::time::{add_days, days_between};

/// Days on which no visit takes place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedDays {
    /// Monday 0 to Sunday 6.
    weekdays: BTreeSet<i8>,
    dates: BTreeSet<Date>,
}

impl ClosedDays {
    /// The days of the week that the protocol itself says have no visits.
    pub fn of(schedule: Option<&Schedule>) -> Self {
        let weekdays = schedule.into_iter().flat_map(|schedule| &schedule.closed);
        Self { weekdays: weekdays.filter_map(|day| i8::try_from(*day).ok()).collect(), ..Self::default() }
    }

    pub fn and_weekends(mut self) -> Self {
        self.weekdays.extend([5, 6]);
        self
    }

    /// Reads holidays: one day in each line (`2024-12-25`), perhaps with a name behind a comma or a blank; `#` begins
    /// a comment.
    ///
    /// # Errors
    /// Each line that begins with no day, at its place.
    pub fn and_holidays(mut self, text: &str) -> Result<Self, Vec<InputError>> {
        let (mut errors, mut at) = (Vec::new(), 0);
        for line in text.split_inclusive('\n') {
            let place = at;
            at += line.len();
            let words = line.split('#').next().unwrap_or("");
            let first =
                words.trim_start_matches('\u{feff}').trim().split([',', ';', ' ', '\t']).next().unwrap_or("");
            if first.is_empty() || first.eq_ignore_ascii_case("date") {
                continue;
            }
            match day(first.trim_matches('"')) {
                Some(date) => {
                    self.dates.insert(date);
                }
                None => {
                    let start = place + line.find(first).unwrap_or(0);
                    let span: Range<usize> = start..start + first.len();
                    let error = InputError::new(span, format!("`{first}` is not a day"));
                    errors.push(error.help("write year, month and day, as in `2024-12-25`"));
                }
            }
        }
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    pub fn is_empty(&self) -> bool {
        self.weekdays.is_empty() && self.dates.is_empty()
    }

    pub fn has(&self, date: Date) -> bool {
        self.weekdays.contains(&date.weekday().since(Weekday::Monday)) || self.dates.contains(&date)
    }

    /// The open day nearest to `target` from `first` to `last`; of two equally near the earlier. Without a target, the
    /// first open day.
    pub fn nearest(&self, target: Option<Date>, first: Date, last: Date) -> Option<Date> {
        let target = target.unwrap_or(first).clamp(first, last);
        let most = days_between(first, last).max(0);
        let ways = (0..=most).flat_map(|away| [add_days(target, -away), add_days(target, away)]);
        ways.flatten().find(|date| (first..=last).contains(date) && !self.has(*date))
    }
}

impl Calendar {
    /// Offers open days for the visits that are still to come.
    pub fn keep_closed(&mut self, closed: &ClosedDays) {
        if closed.is_empty() {
            return;
        }
        for visit in
            self.visits.iter_mut().filter(|visit| matches!(visit.status, Status::Planned | Status::Due))
        {
            offer(visit, closed, self.as_of);
        }
    }
}

fn offer(visit: &mut VisitEntry, closed: &ClosedDays, as_of: Option<Date>) {
    let (Some(earliest), Some(latest)) = (visit.earliest, visit.latest) else { return };
    // Days on which something else would be put out of its window are not offered, nor days that are over.
    let possible = visit.possible;
    let first = possible.and_then(|days| days.from).into_iter().chain(as_of).fold(earliest, Date::max);
    let last = possible.and_then(|days| days.to).map_or(latest, |to| to.min(latest));
    if first > last {
        return;
    }
    visit.open_day = closed.nearest(visit.target, first, last);
    match (visit.open_day, visit.target) {
        (None, _) => visit.notes.push("closed on every day of its window".to_owned()),
        (Some(open), Some(target)) if open != target && closed.has(target) => {
            visit.notes.push(format!("closed on {target}; open on {open}"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::ClosedDays;

    #[test]
    fn the_nearest_open_day_stays_inside_the_window() {
        let closed = ClosedDays::default().and_weekends();
        // Saturday 6 January 2024: Friday is one day away, Monday two.
        let saturday = date(2024, 1, 6);
        assert_eq!(
            closed.nearest(Some(saturday), date(2024, 1, 3), date(2024, 1, 9)),
            Some(date(2024, 1, 5))
        );
        assert_eq!(closed.nearest(Some(saturday), saturday, date(2024, 1, 9)), Some(date(2024, 1, 8)));
        assert_eq!(closed.nearest(Some(saturday), saturday, date(2024, 1, 7)), None);
        assert_eq!(closed.nearest(None, saturday, date(2024, 1, 9)), Some(date(2024, 1, 8)));
        assert_eq!(
            closed.nearest(Some(date(2024, 1, 4)), date(2024, 1, 3), date(2024, 1, 9)),
            Some(date(2024, 1, 4))
        );
    }

    #[test]
    fn holidays_are_read_with_their_names() {
        let read = ClosedDays::default()
            .and_holidays("# Federal\ndate,name\n2024-12-25,Christmas\n\n2025-01-01 New Year\n");
        let closed = read.expect("two days");
        assert!(closed.has(date(2024, 12, 25)) && closed.has(date(2025, 1, 1)));
        assert!(!closed.has(date(2024, 12, 24)));
        let errors = ClosedDays::default().and_holidays("2024-12-25\n25.12.2024\n").expect_err("no day");
        assert_eq!(errors[0].span, 11..21);
    }

    #[test]
    fn each_way_of_finding_an_open_day_agrees_with_looking_at_all() {
        let closed =
            ClosedDays::default().and_weekends().and_holidays("2024-01-08\n2024-01-05\n").expect("days");
        let days: Vec<_> = (1..=14).map(|day| date(2024, 1, day)).collect();
        for first in &days {
            for last in days.iter().filter(|last| *last >= first) {
                for target in days.iter().filter(|day| (first..=last).contains(day)) {
                    let away = |day: &&jiff::civil::Date| ((**day - *target).get_days().abs(), **day);
                    let open = days.iter().filter(|day| (first..=last).contains(day) && !closed.has(**day));
                    assert_eq!(closed.nearest(Some(*target), *first, *last), open.min_by_key(away).copied());
                }
            }
        }
    }
}
