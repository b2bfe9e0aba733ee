//! Findings, exposures, procedures and events of one person among the rows of a table.

use super::super::tables::{Day, Days, Happening, Period};
use super::days::Span;
use super::gate::Said;
use crate::eligibility::Truth;
use crate::model::Mode;

/// What a finding means in the tables.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    /// By naming, and whether the row is unsure.
    pub meant: Vec<[Truth; 2]>,
    pub cover: Cover,
    /// Days on which it is said that there was none.
    pub denied: Vec<(Day, Day)>,
}

impl Sought {
    pub fn meant(&self, row: &Happening) -> Truth {
        self.meant[usize::from(row.naming)][usize::from(row.is_unsure)]
    }

    /// Whether what lies between these days is also said not to have been.
    fn is_denied(&self, (start, end): (Days, Days)) -> bool {
        self.denied.iter().any(|(from, to)| start.latest <= *to && end.earliest >= *from)
    }
}

/// What says that nothing of a name is missing.
#[derive(Clone, Debug)]
pub(super) struct Cover {
    /// For everybody.
    pub common: Vec<(Day, Day)>,
    /// By the kind of the person's own periods.
    pub speaks: Vec<bool>,
    /// Of a closed list: it is covered where each of these is.
    pub members: Vec<Self>,
}

impl Cover {
    /// Whether no day is left out between `from` and `to`.
    pub fn is_complete(&self, from: Day, to: Day, periods: &[Period]) -> bool {
        // Mostly one interval holds all.
        if from <= to && self.common.iter().any(|(start, end)| *start <= from && *end >= to) {
            return true;
        }
        let own = periods.iter().filter(|period| self.speaks[usize::from(period.of)]);
        let all = || self.common.iter().copied().chain(own.clone().map(|period| (period.from, period.to)));
        fill(all, from, to)
            || (!self.members.is_empty() && self.members.iter().all(|one| one.is_complete(from, to, periods)))
    }

    /// First days of what is covered.
    pub fn starts(&self, periods: &[Period]) -> Vec<Day> {
        let own = periods.iter().map(|period| period.from);
        let below = self.members.iter().flat_map(|member| member.starts(&[]));
        self.common.iter().map(|(from, _)| *from).chain(own).chain(below).collect()
    }
}

/// Whether intervals leave no day out: each step takes the one that reaches furthest.
fn fill<I: Iterator<Item = (Day, Day)>>(intervals: impl Fn() -> I, from: Day, to: Day) -> bool {
    let mut next = from;
    loop {
        let begun = intervals().filter(|(start, end)| start <= end && *start <= next);
        match begun.map(|(_, end)| end).max() {
            Some(end) if end >= to => return true,
            // Beyond the last of all days nothing is left to fill.
            Some(end) if end >= next => next = end + 1,
            _ => return false,
        }
    }
}

/// The person of whom is asked.
#[derive(Clone, Copy)]
pub(super) struct Life {
    /// The first of all days where the birth is not known.
    pub born: Days,
    /// From birth to the day on which the record was made.
    pub lived: Days,
}

impl Life {
    /// The days on which a row can have begun and ended, and whether it is going on.
    pub fn extent(&self, row: &Happening) -> (Days, Days, bool) {
        let (start, end) = (row.start, row.end);
        if start.is_exact() && end.is_exact() && start.earliest <= end.earliest && end != Days::NEVER {
            return (start, end, false);
        }
        let since_birth = |day: Days| match day.earliest {
            Day::MIN => Days { earliest: self.lived.earliest.min(day.latest), ..day },
            _ => day,
        };
        if start == end {
            return (since_birth(start), since_birth(start), false);
        }
        if end == Days::NEVER {
            return (since_birth(start), end, true);
        }
        let end = since_birth(end);
        if start == Days::ANY {
            let start = Days { earliest: self.lived.earliest.min(end.earliest), latest: end.latest };
            return (start, end, false);
        }
        let start = since_birth(start);
        if start.earliest > end.latest {
            return (self.lived, self.lived, false);
        }
        let first = Days { latest: start.latest.min(end.latest), ..start };
        let last = Days { earliest: end.earliest.max(start.earliest), ..end };
        (first, last, false)
    }
}

/// Whether it occurs on some day of the window.
pub(super) fn somewhere(
    sought: &Sought,
    mode: Mode,
    span: &Span,
    life: &Life,
    rows: &[Happening],
    periods: &[Period],
) -> Truth {
    if span.is_never {
        return Truth::False;
    }
    if span.is_backward {
        return Truth::Unknown;
    }
    if span.is_empty() {
        return Truth::False;
    }
    let mut is_open = false;
    for row in rows {
        let meant = sought.meant(row);
        if meant == Truth::False {
            continue;
        }
        let (start, end, is_ongoing) = life.extent(row);
        match meant.and(when(mode, span, (start, end, is_ongoing))) {
            Truth::True => {
                if !sought.is_denied((start, end)) {
                    return Truth::True;
                }
                is_open = true;
            }
            Truth::Unknown => is_open = true,
            Truth::False => {}
        }
    }
    let from = span.from.earliest.max(life.born.earliest);
    if !is_open && sought.cover.is_complete(from, span.to.latest, periods) {
        Truth::False
    } else {
        Truth::Unknown
    }
}

/// Whether it was there on every day of the window. Who has several entries of it that only together can fill the window
/// is looked at by the record.
pub(super) fn throughout(
    sought: &Sought,
    span: &Span,
    life: &Life,
    rows: &[Happening],
    periods: &[Period],
) -> Said {
    if span.is_never {
        return Truth::False.into();
    }
    if span.is_backward {
        return Said::UNKNOWN;
    }
    if span.is_empty() {
        return Truth::False.into();
    }
    let from = span.from.earliest.max(life.born.earliest);
    let to = span.to.latest;
    let mut touching = 0;
    for row in rows {
        let meant = sought.meant(row);
        if meant == Truth::False {
            continue;
        }
        let (start, end, _) = life.extent(row);
        if span.touch(start, end) == Truth::False {
            continue;
        }
        touching += 1;
        if meant == Truth::True && from <= to && start.latest <= from && end.earliest >= to {
            return Truth::True.into();
        }
    }
    if touching > 0 {
        return Said::BY_RECORD;
    }
    let first = span.from.latest.max(life.born.latest);
    let last = span.to.earliest;
    if first > last {
        return Said::UNKNOWN;
    }
    let inside = sought.cover.starts(periods).into_iter().filter(|day| *day >= first && *day <= last);
    let is_bare = std::iter::once(first)
        .chain(inside)
        .any(|day| sought.cover.is_complete(day.max(life.born.earliest), day, periods));
    if is_bare { Truth::False.into() } else { Said::UNKNOWN }
}

/// Whether the time of a row is the one that is asked for.
fn when(mode: Mode, span: &Span, (start, end, is_ongoing): (Days, Days, bool)) -> Truth {
    match mode {
        Mode::Present | Mode::Ever | Mode::Throughout => span.touch(start, end),
        Mode::Started => span.hold(start),
        Mode::Ended if is_ongoing => Truth::False,
        Mode::Ended => span.hold(end),
    }
}

/// How often it occurred: at least, and at most where nothing is missing.
pub(super) fn count(
    sought: &Sought,
    mode: Mode,
    span: &Span,
    life: &Life,
    rows: &[Happening],
    periods: &[Period],
) -> (f64, f64) {
    let (mut sure, mut perhaps) = (0u32, 0u32);
    let is_empty = span.is_empty();
    if !is_empty {
        for row in rows {
            let meant = sought.meant(row);
            if meant == Truth::False {
                continue;
            }
            let extent = life.extent(row);
            match meant.and(when(mode, span, extent)) {
                Truth::True if !sought.is_denied((extent.0, extent.1)) => sure += 1,
                Truth::True | Truth::Unknown => perhaps += 1,
                Truth::False => {}
            }
        }
    }
    let from = span.from.earliest.max(life.born.earliest);
    let is_covered =
        !span.is_backward && (is_empty || sought.cover.is_complete(from, span.to.latest, periods));
    let most = if is_covered { f64::from(sure + perhaps) } else { f64::INFINITY };
    (f64::from(sure), most)
}

/// When it began; `None` where that is not known.
pub(super) fn onset(sought: &Sought, life: &Life, rows: &[Happening]) -> Option<Days> {
    let first =
        |a: Days, b: Days| Days { earliest: a.earliest.min(b.earliest), latest: a.latest.min(b.latest) };
    let (mut sure, mut perhaps): (Option<Days>, Option<Days>) = (None, None);
    for row in rows {
        let slot = match sought.meant(row) {
            Truth::True => &mut sure,
            Truth::Unknown => &mut perhaps,
            Truth::False => continue,
        };
        let (start, ..) = life.extent(row);
        *slot = Some(slot.map_or(start, |other| first(other, start)));
    }
    match (sure?, perhaps) {
        (sure, _) if sure.earliest == Day::MAX => None,
        (sure, None) => Some(sure),
        (sure, Some(perhaps)) => {
            let chosen = first(sure, perhaps);
            Some(Days {
                earliest: chosen.earliest.min(sure.earliest),
                latest: chosen.latest.max(sure.latest),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn intervals_that_meet_leave_no_day_out() {
        let covers = [(10, 20), (1, 9), (15, 30)];
        let all = |covers: &'static [(i32, i32)]| move || covers.iter().copied();
        const COVERS: &[(i32, i32)] = &[(10, 20), (1, 9), (15, 30)];
        assert_eq!(covers, COVERS);
        assert!(fill(all(COVERS), 1, 30));
        assert!(fill(all(COVERS), 4, 4));
        assert!(!fill(all(&[(11, 20), (1, 9)]), 1, 20), "10 is not covered");
        assert!(!fill(all(COVERS), 1, 31));
        assert!(!fill(all(&[]), 1, 1));
        assert!(fill(all(&[(i32::MIN, i32::MAX)]), i32::MIN, i32::MAX));
    }
}
