//! The reference evaluator: what a rule means for one person, by the pages of the language, as plainly as it can be said.
//!
//! It reads the model and the record and shares nothing else with the evaluator of the product: no windows, no selection
//! of values, no conversion of units, no ties, no evidence. Where a date is not known it tries every day that could make a
//! difference. It is slow and has no explanations.

mod days;
mod findings;
mod trends;
mod values;

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use trialc::eligibility::record::{Entry, Record};
use trialc::model::{
    Anchor, Answer, Clause, Comparator, CriterionKind, Direction, Duration, Moment, Rule, Term, TimeUnit,
    Trial, Value, Window,
};

/// What is known: no, perhaps, yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    No,
    Perhaps,
    Yes,
}

use Known::{No, Perhaps, Yes};

impl Known {
    fn of(holds: bool) -> Self {
        if holds { Yes } else { No }
    }

    fn denied(self) -> Self {
        match self {
            No => Yes,
            Perhaps => Perhaps,
            Yes => No,
        }
    }
}

fn all(of: impl IntoIterator<Item = Known>) -> Known {
    of.into_iter().min().unwrap_or(Yes)
}

fn any(of: impl IntoIterator<Item = Known>) -> Known {
    of.into_iter().max().unwrap_or(No)
}

/// What several possibilities have in common.
fn common(of: &BTreeSet<Known>) -> Known {
    match of.first() {
        Some(only) if of.len() == 1 => *only,
        _ => Perhaps,
    }
}

/// Whether a criterion of this kind and rule lets the person in: the worst over every way to settle the ties.
pub fn lets_in(trial: &Trial, record: &Record, kind: CriterionKind, rule: &Clause) -> Known {
    let ties = Ties::default();
    let mut worst = Yes;
    loop {
        let holds = Reader { trial, record, ties: &ties, unknown_days: Vec::new() }.clause(rule);
        worst = worst.min(match kind {
            CriterionKind::Include => holds,
            CriterionKind::Exclude => holds.denied(),
        });
        if !ties.next() {
            return worst;
        }
    }
}

/// The ways to settle ties, counted through like the wheels of an odometer.
#[derive(Default)]
struct Ties(RefCell<Vec<(String, usize, usize)>>);

impl Ties {
    fn settle(&self, what: String, ways: usize) -> usize {
        let mut wheels = self.0.borrow_mut();
        if let Some((_, _, at)) = wheels.iter().find(|(known, _, _)| *known == what) {
            return *at;
        }
        wheels.push((what, ways, 0));
        0
    }

    fn next(&self) -> bool {
        let mut wheels = self.0.borrow_mut();
        while let Some((_, ways, at)) = wheels.last_mut() {
            *at += 1;
            if *at < *ways {
                return true;
            }
            wheels.pop();
        }
        false
    }
}

/// A day, or a place before or after all days.
const FIRST: Date = Date::MIN;
const LAST: Date = Date::MAX;

struct Reader<'a> {
    trial: &'a Trial,
    record: &'a Record,
    ties: &'a Ties,
    /// Events without a date, and the day that is tried for each.
    unknown_days: Vec<(String, Date)>,
}

impl<'a> Reader<'a> {
    fn clause(&self, clause: &Clause) -> Known {
        match &clause.rule {
            Rule::All { of } => all(of.iter().map(|part| self.clause(part))),
            Rule::Any { of } => any(of.iter().map(|part| self.clause(part))),
            Rule::Not { of } => self.clause(of).denied(),
            Rule::Count { of, low, high } => {
                let known: Vec<Known> = of.iter().map(|part| self.clause(part)).collect();
                let least = known.iter().filter(|one| **one == Yes).count() as u32;
                let most = known.iter().filter(|one| **one != No).count() as u32;
                let inside = |count: &u32| {
                    low.is_none_or(|low| *count >= low) && high.is_none_or(|high| *count <= high)
                };
                common(&(least..=most).map(|count| Known::of(inside(&count))).collect())
            }
            Rule::Choose { condition, then, otherwise } => match self.clause(condition) {
                Yes => self.clause(then),
                No => self.clause(otherwise),
                Perhaps => common(&[self.clause(then), self.clause(otherwise)].into()),
            },
            Rule::Attested { key, .. } | Rule::Text { key, .. } => match self.record.answers.get(key) {
                Some(Answer::Yes) => Yes,
                Some(Answer::No) => No,
                Some(Answer::Unknown) | None => Perhaps,
            },
            _ => self.on_every_day(clause),
        }
    }

    /// A test of a single fact, with every day tried for events whose date is not known.
    fn on_every_day(&self, clause: &Clause) -> Known {
        let mut undated = BTreeSet::new();
        moments(clause, &mut |moment| {
            let name = event_of(moment);
            if self.recorded_day(name).is_none() {
                undated.insert(name.to_owned());
            }
        });
        let mut tried: Vec<Vec<(String, Date)>> = vec![Vec::new()];
        for name in undated {
            // Nothing of a trial happens to a person before birth.
            let days: Vec<Date> = self.edges().into_iter().filter(|day| *day >= self.born()).collect();
            tried = tried
                .iter()
                .flat_map(|before| {
                    days.iter().map(|day| [before.clone(), vec![(name.clone(), *day)]].concat())
                })
                .collect();
        }
        let worlds = tried.into_iter().map(|unknown_days| Reader { unknown_days, ..*self });
        // A day that would turn the order of the trial's events around is none that the event can have had.
        let possible = worlds.filter(|world| !world.tries_backwards(clause));
        common(&possible.map(|world| world.fact(clause)).collect())
    }

    /// Every day with which something recorded begins or after which it ends, and both ends of time.
    fn edges(&self) -> BTreeSet<Date> {
        let record = self.record;
        let lists = [&record.findings, &record.exposures, &record.procedures, &record.events];
        let of_entries = lists.into_iter().flatten().flat_map(|entry| [entry.on, entry.from, entry.to]);
        let of_silence = record.absences.iter().flat_map(|one| [one.from, one.to]);
        let of_cover = record.coverage.iter().flat_map(|one| [one.from, one.to]);
        let of_results = record.measurements.iter().map(|result| Some(result.on));
        let all = of_entries.chain(of_silence).chain(of_cover).chain(of_results).chain([record.person.born]);
        let days = all.flatten().map(exact).flat_map(|day| [day, plus_days(day, 1)]);
        days.chain([FIRST, LAST]).collect()
    }

    /// The days of a window on which something can differ from the day before.
    fn days(&self, from: Date, to: Date) -> impl Iterator<Item = Date> {
        let mut days = self.edges();
        days.insert(from);
        days.into_iter().filter(move |day| from <= *day && *day <= to)
    }

    fn tries_backwards(&self, clause: &Clause) -> bool {
        let mut found = false;
        windows(clause, &mut |window| {
            let (from, to) = self.window(window);
            found |= from > to;
        });
        found && !self.unknown_days.is_empty()
    }

    fn fact(&self, clause: &Clause) -> Known {
        match &clause.rule {
            Rule::Compare { left, operator, right, .. } => self.compare(left, &[(*operator, right)]),
            Rule::Between { value, low, high, .. } => {
                self.compare(value, &[(Comparator::AtLeast, low), (Comparator::AtMost, high)])
            }
            Rule::Is { value, one_of } => self.is(value, one_of),
            Rule::Occurs { finding, mode, window } => self.occurs(finding, *mode, window),
            Rule::Trend { measure, direction, values, apart } => {
                self.trend(measure, *direction, *values as usize, apart.as_ref())
            }
            other => panic!("the reference evaluator does not read {other:?}"),
        }
    }

    // ---- time ----------------------------------------------------------------------------------

    fn recorded_day(&self, event: &str) -> Option<Date> {
        let entry = self.record.events.iter().find(|entry| entry.name == event)?;
        Some(exact(entry.on.expect("an event of the generator has a day")))
    }

    fn born(&self) -> Date {
        self.record.person.born.map_or(FIRST, exact)
    }

    fn day(&self, moment: &Moment) -> Date {
        let name = event_of(moment);
        let tried = || self.unknown_days.iter().find(|(event, _)| event == name).map(|(_, day)| *day);
        let day = self.recorded_day(name).or_else(tried).expect("a day for every event");
        let Some(offset) = &moment.offset else { return day };
        let sign = if offset.direction == Direction::After { 1 } else { -1 };
        moved(day, &offset.by, sign)
    }

    /// First and last day of a window.
    fn window(&self, window: &Window) -> (Date, Date) {
        let end = |end: &Option<Moment>, open| end.as_ref().map_or(open, |moment| self.day(moment));
        (end(&window.from, FIRST), end(&window.to, LAST))
    }
}

/// Every window of a fact.
fn windows(clause: &Clause, see: &mut dyn FnMut(&Window)) {
    let mut of_term = |term: &Term| {
        if let Value::Measured { window, .. } | Value::Count { window, .. } | Value::Days { window, .. } =
            &term.value
        {
            see(window);
        }
    };
    match &clause.rule {
        Rule::Compare { left, right, .. } => [left, right].into_iter().for_each(of_term),
        Rule::Between { value, .. } | Rule::Is { value, .. } | Rule::Trend { measure: value, .. } => {
            of_term(value)
        }
        Rule::Occurs { window, .. } => see(window),
        _ => {}
    }
}

/// Every moment that a fact speaks of.
fn moments(clause: &Clause, see: &mut dyn FnMut(&Moment)) {
    windows(clause, &mut |window| [&window.from, &window.to].into_iter().flatten().for_each(&mut *see));
    if let Rule::Compare { left, .. } = &clause.rule {
        match &left.value {
            Value::Age { at, .. } => see(at),
            Value::TimeBetween { from, to } => [from, to].into_iter().for_each(see),
            _ => {}
        }
    }
}

fn event_of(moment: &Moment) -> &str {
    match &moment.of {
        Anchor::Event { name, .. } => name,
        Anchor::Decision => "randomization",
        other => panic!("the reference evaluator does not read {other:?}"),
    }
}

fn exact(range: trialc::time::DateRange) -> Date {
    range.day().expect("the reference evaluator reads exact dates")
}

/// First and last day of an entry.
fn extent(entry: &Entry) -> (Date, Date) {
    match (entry.on, entry.from, entry.to) {
        (Some(on), _, _) => (exact(on), exact(on)),
        (_, Some(from), to) => (exact(from), to.map_or(LAST, exact)),
        other => panic!("the reference evaluator does not read {other:?}"),
    }
}

fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

fn moved(day: Date, by: &Duration, sign: i64) -> Date {
    let by: Span = match by {
        Duration::Months(months) => (sign * months).months(),
        Duration::Days(days) => (sign * days).days(),
        other => panic!("the reference evaluator does not read {other:?}"),
    };
    day.saturating_add(by)
}

/// Birthdays and their like that have passed: one more as long as the next is not later than the day.
fn completed(born: Date, day: Date, unit: TimeUnit) -> i64 {
    assert_eq!(unit, TimeUnit::Year, "the reference evaluator counts ages in years");
    let birthday = |years: i64| born.saturating_add((12 * years).months());
    let mut years = 0;
    while birthday(years + 1) <= day {
        years += 1;
    }
    while birthday(years) > day {
        years -= 1;
    }
    years
}
