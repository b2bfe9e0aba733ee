//! Windows and what lies in them, in days.

use jiff::civil::Date;

use super::super::tables::{Day, Days};
use crate::eligibility::{Extent, Truth};
use crate::time::{DateRange, days_between};

/// Where on the calendar the first and last of all days stand.
pub(super) fn day_of(date: Date) -> Day {
    match date {
        Date::MIN => Day::MIN,
        Date::MAX => Day::MAX,
        // The calendar has fewer than 8 million days.
        date => days_between(jiff::civil::date(1970, 1, 1), date) as Day,
    }
}

pub(super) fn days_of(range: DateRange) -> Days {
    Days { earliest: day_of(range.earliest), latest: day_of(range.latest) }
}

/// A window that is the same for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub from: Days,
    pub to: Days,
    /// It hangs on what never was.
    pub is_never: bool,
    pub is_backward: bool,
}

impl Span {
    pub fn of(extent: Extent) -> Self {
        let open = |day| Days::exactly(day);
        Self {
            from: extent.from.map_or(open(Day::MIN), days_of),
            to: extent.to.map_or(open(Day::MAX), days_of),
            is_never: extent.is_never,
            is_backward: extent.is_backward,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.is_never || self.from.earliest > self.to.latest
    }

    /// Whether an end can be any day at all: nothing surely lies inside.
    pub fn is_loose(&self) -> bool {
        self.from == Days::ANY || self.to == Days::ANY
    }

    pub fn is_exact(&self) -> bool {
        self.from.is_exact() && self.to.is_exact()
    }

    /// Whether something from `start` to `end` touches a day of it.
    pub fn touch(&self, start: Days, end: Days) -> Truth {
        if start.latest <= self.to.earliest && end.earliest >= self.from.latest {
            Truth::True
        } else if start.earliest <= self.to.latest && end.latest >= self.from.earliest {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    /// Whether a day lies in it.
    pub fn hold(&self, day: Days) -> Truth {
        if day.earliest >= self.from.latest && day.latest <= self.to.earliest {
            Truth::True
        } else if day.latest >= self.from.earliest && day.earliest <= self.to.latest {
            Truth::Unknown
        } else {
            Truth::False
        }
    }
}
