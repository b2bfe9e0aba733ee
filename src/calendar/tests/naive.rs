//! The same dates worked out a second time, one day at a time and without the code under test.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::model::{Duration, Offset, VisitTiming};

/// The day so many days later (earlier), one step at a time.
fn step(mut day: Date, days: i64) -> Date {
    for _ in 0..days.abs() {
        day = if days > 0 { day.tomorrow().unwrap() } else { day.yesterday().unwrap() };
    }
    day
}

/// The same day of the month so many months later (earlier), or the last day of that month: walk to the first
/// day of each month in turn, then on until the day of the month is reached or the month ends.
fn step_months(from: Date, months: i64) -> Date {
    let wanted = from.day();
    let mut day = from;
    while day.day() != 1 {
        day = step(day, -1);
    }
    for _ in 0..months.abs() {
        day = step(day, months.signum());
        while day.day() != 1 {
            day = step(day, months.signum());
        }
    }
    while day.day() < wanted && step(day, 1).month() == day.month() {
        day = step(day, 1);
    }
    day
}

fn moved(from: Date, by: &Duration, sign: i64) -> Date {
    match by {
        Duration::Days(days) => step(from, sign * days),
        Duration::Months(months) => step_months(from, sign * months),
        other => panic!("not used here: {other:?}"),
    }
}

fn offset(from: Date, offset: &Offset) -> Date {
    moved(from, &offset.by, if *offset == after(offset.by.clone()) { 1 } else { -1 })
}

/// One visit of a made-up schedule: what it counts from (the event, or a visit before it), how far, its window,
/// and the least days after another visit before it.
#[derive(Clone, Debug)]
struct Made {
    from: Option<usize>,
    by: Offset,
    early: i64,
    late: i64,
    gap: Option<(usize, i64)>,
    done: Option<i64>,
}

fn name(at: usize) -> String {
    format!("v{at}")
}

fn build(made: &[Made]) -> Draft {
    made.iter().enumerate().fold(Draft::new("t").event("start"), |draft, (at, one)| {
        let anchor = one.from.map_or_else(|| event("start"), |from| visit(&name(from)));
        let timing = target(anchor, one.by.clone(), days(one.early), days(one.late), "somehow");
        draft.visit_with("a", &name(at), timing, |it| {
            if let Some((other, least)) = one.gap {
                it.constraints.push(constraint(visit(&name(other)), Some(after(days(least))), None, "a gap"));
            }
        })
    })
}

fn amount() -> impl Strategy<Value = Duration> {
    prop_oneof![(0..40_i64).prop_map(Duration::Days), (0..5_i64).prop_map(Duration::Months)]
}

fn made(at: usize) -> impl Strategy<Value = Made> {
    let before = move || if at == 0 { Just(None).boxed() } else { proptest::option::of(0..at).boxed() };
    let gap = if at == 0 { Just(None).boxed() } else { proptest::option::of((0..at, 0..30_i64)).boxed() };
    let window = || prop_oneof![Just(0), 0..8_i64];
    let by = (amount(), any::<bool>()).prop_map(|(by, later)| if later { after(by) } else { before_(by) });
    (before(), by, window(), window(), gap, proptest::option::of(-10..10_i64))
        .prop_map(|(from, by, early, late, gap, done)| Made { from, by, early, late, gap, done })
}

fn before_(by: Duration) -> Offset {
    before(by)
}

fn schedule() -> impl Strategy<Value = Vec<Made>> {
    (made(0), made(1), made(2), made(3)).prop_map(|(a, b, c, d)| vec![a, b, c, d])
}

fn start() -> impl Strategy<Value = Date> {
    // Around the ends of months and a leap day more often than elsewhere.
    let days =
        prop_oneof![0..1500_i64, prop_oneof![Just(30), Just(58), Just(423), Just(424), Just(425), Just(364)]];
    days.prop_map(|days| step(date("2011-01-01"), days))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn targets_windows_and_statuses_agree_with_walking_day_by_day(made in schedule(), start in start(), today in 0..200_i64) {
        let draft = build(&made);
        let mut known = Dates::default();
        known.events.insert("start".to_owned(), vec![start]);
        let mut reference: Vec<(Date, Date, Date)> = Vec::new();
        let mut held: Vec<Date> = Vec::new();
        for (at, one) in made.iter().enumerate() {
            let base = one.from.map_or(start, |from| held[from]);
            let target = offset(base, &one.by);
            let mut first = step(target, -one.early);
            if let Some((other, least)) = one.gap {
                first = first.max(step(held[other], least));
            }
            let last = step(target, one.late);
            if let Some(shift) = one.done {
                let day = step(target, shift);
                known.visits.insert(name(at), BTreeMap::from([(1, Attendance::Done(day))]));
                held.push(day);
            } else {
                held.push(target);
            }
            reference.push((target, first, last));
        }
        let today = step(start, today - 60);
        let found = calendar(&draft.0, &known, Some(today), 3);
        for (at, (one, (target, first, last))) in made.iter().zip(reference).enumerate() {
            let entry = &found.visits[at];
            prop_assert_eq!((entry.target, entry.earliest, entry.latest), (Some(target), Some(first), Some(last)));
            let expected = match one.done.map(|_| held[at]) {
                Some(day) if day > today => Status::Booked,
                Some(day) if day < first => Status::DoneEarly,
                Some(day) if day > last => Status::DoneLate,
                Some(_) => Status::DoneInWindow,
                None if today < first => Status::Planned,
                None if today <= last => Status::Due,
                None => Status::Missed,
            };
            prop_assert_eq!(entry.status, expected);
        }
    }

    /// The possible days of each visit are exactly those that occur in some assignment of days to all visits that
    /// keeps every constraint; where there is no such assignment, a conflict is reported.
    #[test]
    fn possible_days_agree_with_trying_every_combination(
        lengths in proptest::collection::vec((amount(), 0..4_i64, 0..4_i64), 3),
        gaps in proptest::collection::vec(proptest::option::of(0..25_i64), 3),
        start in start(),
    ) {
        let made: Vec<Made> = (0..3).map(|at| {
            let (by, early, late) = lengths[at].clone();
            let gap = if at == 0 { None } else { gaps[at].map(|least| (at - 1, least)) };
            // The last counts from the second, so that its window moves.
            let from = (at == 2 && gaps[0].is_some()).then_some(1);
            Made { from, by: after(by), early, late, gap, done: None }
        }).collect();
        let draft = build(&made);
        let allows = |at: usize, days: &[Date]| {
            let one = &made[at];
            let target = offset(one.from.map_or(start, |from| days[from]), &one.by);
            let in_window = step(target, -one.early) <= days[at] && days[at] <= step(target, one.late);
            in_window && one.gap.is_none_or(|(other, least)| step(days[other], least) <= days[at])
        };
        // Every day that some visit could fall on.
        let widest = |at: usize| {
            let one = &made[at];
            let base: Vec<Date> = match one.from {
                None => vec![start],
                Some(from) => {
                    let target = offset(start, &made[from].by);
                    (-made[from].early..=made[from].late).map(|days| step(target, days)).collect()
                }
            };
            let mut days: Vec<Date> = base.into_iter().flat_map(|base| {
                let target = offset(base, &one.by);
                (-one.early..=one.late).map(move |days| step(target, days))
            }).collect();
            days.sort();
            days.dedup();
            days
        };
        let mut seen: Vec<Option<(Date, Date)>> = vec![None; 3];
        for a in widest(0) {
            for b in widest(1) {
                for c in widest(2) {
                    let days = [a, b, c];
                    if (0..3).all(|at| allows(at, &days)) {
                        for (range, day) in seen.iter_mut().zip(days) {
                            let (first, last) = range.unwrap_or((day, day));
                            *range = Some((first.min(day), last.max(day)));
                        }
                    }
                }
            }
        }
        let mut known = Dates::default();
        known.events.insert("start".to_owned(), vec![start]);
        let found = calendar(&draft.0, &known, None, 3);
        prop_assert_eq!(found.conflicts.is_empty(), seen[0].is_some(), "{:?}", found.conflicts);
        if found.conflicts.is_empty() {
            for (entry, range) in found.visits.iter().zip(seen) {
                let window = Days { from: entry.earliest, to: entry.latest };
                let days = entry.possible.unwrap_or(window);
                let (first, last) = range.expect("all are possible");
                prop_assert_eq!(days, Days { from: Some(first), to: Some(last) }, "{}", entry.name);
            }
        }
    }

    #[test]
    fn cycles_agree_with_walking_from_the_last_actual_day_one(
        every in prop_oneof![(1..40_i64).prop_map(Duration::Days), (1..4_i64).prop_map(Duration::Months)],
        later in 0..20_i64,
        attended in proptest::collection::vec(proptest::option::of(proptest::option::of(-3..12_i64)), 4),
        start in start(),
    ) {
        let repeat = || cycle(every.clone(), Some(4), None);
        let timing = |offset: i64| target(event("start"), after(days(offset)), days(2), days(2), "a day");
        let draft = Draft::new("t")
            .event("start")
            .visit_with("a", "first", timing(0), |it| it.repeat = repeat())
            .visit_with("a", "second", timing(later), |it| it.repeat = repeat());
        let mut known = Dates::default();
        known.events.insert("start".to_owned(), vec![start]);
        // The last day 1 that took place, with the number of its cycle.
        let (mut from, mut cycles) = (start, 0);
        let mut expected = Vec::new();
        for (number, attended) in (1_u32..).zip(&attended) {
            let by = match &every {
                Duration::Days(days) => Duration::Days(days * cycles),
                Duration::Months(months) => Duration::Months(months * cycles),
                other => panic!("not used here: {other:?}"),
            };
            let begins = moved(from, &by, 1);
            expected.push(begins);
            let actual = match attended {
                Some(Some(shift)) => Some(step(begins, *shift)),
                _ => None,
            };
            let attendance = match (attended, actual) {
                (None, _) => None,
                (Some(_), Some(day)) => Some(Attendance::Done(day)),
                (Some(_), None) => Some(Attendance::Missed),
            };
            if let Some(attendance) = attendance {
                known.visits.entry("first".to_owned()).or_default().insert(number, attendance);
            }
            // In the first cycle the anchor itself is day 1.
            expected.push(step(actual.filter(|_| number > 1).unwrap_or(begins), later));
            (from, cycles) = actual.map_or((from, cycles + 1), |day| (day, 1));
        }
        let found = calendar(&draft.0, &known, None, 3);
        let targets: Vec<Date> = found.visits.iter().map(|visit| visit.target.expect("all have a date")).collect();
        prop_assert_eq!(targets, expected);
        for visit in found.visits.iter().filter(|visit| visit.moves_with.is_none()) {
            prop_assert_eq!(visit.possible, None, "nothing else bounds {} {:?}", visit.name, visit.number);
        }
        prop_assert_eq!(found.conflicts, []);
    }

    #[test]
    fn the_numbers_of_days_agree_with_counting_them(days_after in -40..40_i64, first in 0..=1_i64) {
        let at_start = date("2012-02-15");
        let by = if days_after < 0 { before(days(-days_after)) } else { after(days(days_after)) };
        let timing: VisitTiming = target(event("start"), by, days(0), days(0), "a day");
        let draft = Draft::new("t").clock(first, event("start")).event("start").visit("a", "v", timing);
        let found = plan(&draft, &["start=2012-02-15"], None);
        // Count one by one from the anchor's day; a clock that begins at 1 has no 0.
        let mut number = first;
        for _ in 0..days_after.abs() {
            number += days_after.signum();
            if first == 1 && number == 0 {
                number += days_after.signum();
            }
        }
        prop_assert_eq!(found.visits[0].day, Some(number));
        prop_assert_eq!(found.visits[0].target, Some(step(at_start, days_after)));
    }
}
