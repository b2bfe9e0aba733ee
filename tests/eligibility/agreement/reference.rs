//! The reference evaluator: what a rule means for one person, by the pages of the language, as plainly as it can be said.
//!
//! It reads the model and the record and shares nothing else with the evaluator of the product: no windows, no selection
//! of values, no conversion of units, no ties, no evidence. Where a date is not known it tries every day that could make a
//! difference. It is slow and has no explanations.

mod days;
mod findings;
mod trends;

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use trialc::eligibility::record::{Entry, Measurement, Record, RecordedValue, Sex};
use trialc::model::{
    Anchor, Answer, Axis, Clause, Comparator, CriterionKind, Direction, Duration, Limit, Moment, Rule,
    Selector, TableKey, Term, TimeUnit, Trial, Value, Window,
};
use trialc::number::Exact;

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

/// A number of which perhaps only one end is known, in the base unit of its kind.
#[derive(Clone, Debug)]
struct Range {
    low: Option<Exact>,
    high: Option<Exact>,
}

impl Range {
    fn just(value: Exact) -> Self {
        Self { low: Some(value.clone()), high: Some(value) }
    }

    fn compare(&self, operator: Comparator, other: &Self) -> Known {
        // Of two numbers between their ends, all pairs or no pair can stand in the relation.
        let below =
            |a: &Option<Exact>, b: &Option<Exact>| a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| a < b);
        let upto =
            |a: &Option<Exact>, b: &Option<Exact>| a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| a <= b);
        let (yes, no) = match operator {
            Comparator::Less => (below(&self.high, &other.low), upto(&other.high, &self.low)),
            Comparator::AtMost => (upto(&self.high, &other.low), below(&other.high, &self.low)),
            Comparator::Greater => (below(&other.high, &self.low), upto(&self.high, &other.low)),
            Comparator::AtLeast => (upto(&other.high, &self.low), below(&self.high, &other.low)),
            Comparator::Equal | Comparator::NotEqual => {
                let apart = below(&self.high, &other.low) || below(&other.high, &self.low);
                let exact = |one: &Self| one.low.is_some() && one.low == one.high;
                let same = exact(self) && exact(other) && self.low == other.low;
                if operator == Comparator::Equal { (same, apart) } else { (apart, same) }
            }
        };
        match (yes, no) {
            (true, _) => Yes,
            (_, true) => No,
            _ => Perhaps,
        }
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

    // ---- values --------------------------------------------------------------------------------

    /// Any and every are said of the whole comparison: each of their values is put in its place.
    fn compare(&self, left: &Term, tests: &[(Comparator, &Term)]) -> Known {
        let with = |result: Option<&Measurement>| {
            all(tests.iter().map(|(operator, right)| self.compare_two(left, *operator, right, result)))
        };
        let Value::Measured { measure, select, window } = &left.value else { return with(None) };
        let (from, to) = self.window(window);
        let mut inside: Vec<&Measurement> = self
            .record
            .measurements
            .iter()
            .filter(|one| one.measure == *measure && exact(one.on) >= from && exact(one.on) <= to)
            .collect();
        if inside.is_empty() {
            return Perhaps;
        }
        match select {
            Selector::Any => any(inside.into_iter().map(|one| with(Some(one)))),
            Selector::Every => all(inside.into_iter().map(|one| with(Some(one)))),
            Selector::Latest | Selector::Earliest => with(Some(self.at_the_end(measure, *select, inside))),
            Selector::Consecutive(count) => {
                let count = *count as usize;
                if inside.len() < count {
                    return Perhaps;
                }
                inside.sort_by_key(|one| exact(one.on));
                let cut = exact(inside[inside.len() - count].on);
                let (tied, later): (Vec<_>, Vec<_>) = inside
                    .into_iter()
                    .filter(|one| exact(one.on) >= cut)
                    .partition(|one| exact(one.on) == cut);
                let wanted = count - later.len();
                let ways = choices(&tied, wanted);
                let way = match ways.len() {
                    1 => 0,
                    many => {
                        self.ties.settle(format!("the last {count} of {measure} on {cut}: {wanted}"), many)
                    }
                };
                all(later.iter().chain(&ways[way]).map(|one| with(Some(one))))
            }
            Selector::Highest | Selector::Lowest | Selector::Mean | Selector::Median => {
                with(None) // a number that no single result has
            }
        }
    }

    /// The latest or earliest value; of several on its day each is tried.
    fn at_the_end<'m>(
        &self,
        measure: &str,
        select: Selector,
        inside: Vec<&'m Measurement>,
    ) -> &'m Measurement {
        let days = inside.iter().map(|one| exact(one.on));
        let day = if select == Selector::Latest { days.max() } else { days.min() }.expect("a value");
        let of_day = inside.into_iter().filter(|one| exact(one.on) == day).collect();
        self.one_of(&format!("{select:?} {measure} on {day}"), of_day)
    }

    /// One of the results of a day: of those that say different things each is tried.
    fn one_of<'m>(&self, what: &str, of_day: Vec<&'m Measurement>) -> &'m Measurement {
        let mut different: Vec<&Measurement> = Vec::new();
        for one in of_day {
            let says =
                |one: &Measurement| (one.value.clone(), one.unit.clone(), one.low.clone(), one.high.clone());
            if !different.iter().any(|other| says(other) == says(one)) {
                different.push(one);
            }
        }
        match different.len() {
            1 => different[0],
            many => different[self.ties.settle(what.to_owned(), many)],
        }
    }

    fn compare_two(
        &self,
        left: &Term,
        operator: Comparator,
        right: &Term,
        result: Option<&Measurement>,
    ) -> Known {
        match (&left.value, &right.value) {
            (Value::TimeBetween { from, to }, Value::Span { duration }) => {
                if self.is_tried(from) || self.is_tried(to) {
                    return Perhaps;
                }
                let due = moved(self.day(from), duration, 1);
                Known::of(operator.holds(self.day(to).cmp(&due)))
            }
            (Value::Measured { .. }, Value::Limit { factor, limit, .. }) => {
                // A result and the limits that came with it are in one unit, whatever it is.
                let Some(result) = result else { return Perhaps };
                let limit = if *limit == Limit::Uln { &result.high } else { &result.low };
                match (number(&result.value), limit) {
                    (Some(value), Some(limit)) => value.compare(operator, &Range::just(limit * factor)),
                    _ => Perhaps,
                }
            }
            _ => match (self.number(left, result), self.number(right, None)) {
                (Some(left), Some(right)) => left.compare(operator, &right),
                _ => Perhaps,
            },
        }
    }

    fn is_tried(&self, moment: &Moment) -> bool {
        self.unknown_days.iter().any(|(event, _)| event == event_of(moment))
    }

    /// The number that a term stands for, in base units; `None` where it cannot be said.
    fn number(&self, term: &Term, result: Option<&Measurement>) -> Option<Range> {
        match &term.value {
            Value::Constant { number, unit, .. } => {
                let unit = unit.as_ref().map(|unit| unit.ucum.as_str());
                Some(Range::just(in_base_unit(number, unit).expect("the generator's units are known")))
            }
            Value::Measured { measure, select, window } => match result {
                Some(result) => self.result(measure, result),
                None => self.of_many(measure, *select, self.window(window)),
            },
            Value::Age { at, unit } => {
                let born = exact(self.record.person.born?);
                if self.is_tried(at) {
                    return None;
                }
                Some(Range::just(completed(born, self.day(at), *unit).into()))
            }
            Value::Count { finding, window } => {
                let (from, to) = self.window(window);
                let entries: Vec<Known> = self
                    .entries()
                    .filter(|entry| {
                        let (start, end) = extent(entry);
                        from <= to && start <= to && end >= from
                    })
                    .map(|entry| self.is_meant(entry, finding))
                    .collect();
                let count = |least: Known| entries.iter().filter(|one| **one >= least).count() as i64;
                let is_complete =
                    from <= to && self.days(from, to).all(|day| self.is_covered(&finding.name, day));
                Some(Range { low: Some(count(Yes).into()), high: is_complete.then(|| count(Perhaps).into()) })
            }
            Value::Days { count, without, finding, window } => {
                Some(self.days_counted(*count, *without, finding, self.window(window)))
            }
            Value::Span { duration: Duration::Days(days) } => Some(Range::just((*days).into())),
            Value::Table { by: Axis::Sex, rows } => {
                let of = |sex: &str| {
                    let row = rows.iter().find(|row| matches!(&row.key, TableKey::Codes { codes } if codes.iter().any(|code| code == sex)));
                    self.number(&row.expect("a row for both").value, None)
                };
                match self.record.person.sex {
                    Some(Sex::Female) => of("female"),
                    Some(Sex::Male) => of("male"),
                    _ => {
                        let (one, two) = (of("female")?, of("male")?);
                        Some(Range { low: one.low.min(two.low), high: one.high.max(two.high) })
                    }
                }
            }
            other => panic!("the reference evaluator does not read {other:?}"),
        }
    }

    /// A recorded number in base units.
    fn result(&self, measure: &str, result: &Measurement) -> Option<Range> {
        let value = number(&result.value)?;
        let expected = self.trial.measures[measure].quantity().and_then(|quantity| quantity.unit.as_ref());
        match (&result.unit, expected) {
            (None, Some(_)) => None,
            (unit, _) => {
                let convert = |end: Option<Exact>| match end {
                    Some(end) => in_base_unit(&end, unit.as_deref()).map(Some),
                    None => Some(None),
                };
                Some(Range { low: convert(value.low)?, high: convert(value.high)? })
            }
        }
    }

    fn of_many(&self, measure: &str, select: Selector, (from, to): (Date, Date)) -> Option<Range> {
        let inside = self.record.measurements.iter();
        let inside =
            inside.filter(|one| one.measure == measure && exact(one.on) >= from && exact(one.on) <= to);
        let read = inside.map(|one| self.result(measure, one));
        let values: Vec<Range> = match select {
            // What cannot be read may be any number.
            Selector::Highest | Selector::Lowest => {
                read.map(|value| value.unwrap_or(Range { low: None, high: None })).collect()
            }
            _ => read.collect::<Option<_>>()?,
        };
        let ends = |end: fn(&Range) -> &Option<Exact>| -> Option<Vec<Exact>> {
            let mut ends = values.iter().map(|value| end(value).clone()).collect::<Option<Vec<_>>>()?;
            ends.sort();
            Some(ends)
        };
        let half = |sum: Exact, parts: usize| sum.checked_div(&Exact::from(parts as i64)).expect("parts");
        let one_end = |of: Vec<Exact>| match select {
            Selector::Mean => half(of.iter().fold(Exact::zero(), |sum, one| &sum + one), of.len()),
            Selector::Median => half(&of[(of.len() - 1) / 2] + &of[of.len() / 2], 2),
            Selector::Highest => of[of.len() - 1].clone(),
            _ => of[0].clone(),
        };
        if values.is_empty() {
            return None;
        }
        let (low, high) = (ends(|one| &one.low), ends(|one| &one.high));
        match select {
            Selector::Mean | Selector::Median => Some(Range::between(one_end(low?), one_end(high?))),
            // One end may be open: the highest of `<5` and 7 is 7, that of `>5` and 7 is 7 or more.
            Selector::Highest => {
                let known: Vec<Exact> = values.iter().filter_map(|one| one.low.clone()).collect();
                Some(Range { low: known.into_iter().max(), high: high.map(one_end) })
            }
            _ => {
                let known: Vec<Exact> = values.iter().filter_map(|one| one.high.clone()).collect();
                Some(Range { low: low.map(one_end), high: known.into_iter().min() })
            }
        }
    }

    fn is(&self, value: &Term, one_of: &[String]) -> Known {
        let listed = |code: &str| Known::of(one_of.iter().any(|one| one == code));
        match &value.value {
            Value::Attribute { name } if name == "sex" => match self.record.person.sex {
                Some(Sex::Female) => listed("female"),
                Some(Sex::Male) => listed("male"),
                _ => Perhaps,
            },
            Value::Measured { measure, select, window } => {
                let (from, to) = self.window(window);
                let inside = self.record.measurements.iter();
                let inside: Vec<&Measurement> = inside
                    .filter(|one| one.measure == *measure && exact(one.on) >= from && exact(one.on) <= to)
                    .collect();
                let level = |one: &Measurement| match &one.value {
                    RecordedValue::Level(level) if level == "positive" || level == "negative" => {
                        listed(level)
                    }
                    _ => Perhaps,
                };
                match select {
                    _ if inside.is_empty() => Perhaps,
                    Selector::Any => any(inside.into_iter().map(level)),
                    Selector::Every => all(inside.into_iter().map(level)),
                    _ => level(self.at_the_end(measure, *select, inside)),
                }
            }
            other => panic!("the reference evaluator does not read {other:?}"),
        }
    }
}

impl Range {
    fn between(low: Exact, high: Exact) -> Self {
        Self { low: Some(low), high: Some(high) }
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

fn number(value: &RecordedValue) -> Option<Range> {
    match value {
        RecordedValue::Number(number) => Some(Range::just(number.clone())),
        RecordedValue::Below(number) => Some(Range { low: None, high: Some(number.clone()) }),
        RecordedValue::Above(number) => Some(Range { low: Some(number.clone()), high: None }),
        RecordedValue::Level(_) | RecordedValue::Unknown(_) => None,
    }
}

/// The units of the generator, each as so many base units of its kind: kilograms, U/L, grams per litre.
fn in_base_unit(number: &Exact, unit: Option<&str>) -> Option<Exact> {
    let (times, over) = match unit {
        None | Some("kg" | "U/L" | "g/L") => (1, 1),
        Some("g") => (1, 1_000),
        Some("[lb_av]") => (45_359_237, 100_000_000),
        Some("mg/dL") => (1, 100),
        Some("mg/L") => (1, 1_000),
        Some("kU/L") => (1_000, 1),
        Some(_) => return None,
    };
    (number * &Exact::from(times)).checked_div(&Exact::from(over))
}

/// All ways to take so many of the things.
fn choices<'m>(of: &[&'m Measurement], wanted: usize) -> Vec<Vec<&'m Measurement>> {
    let all = (0u32..1 << of.len()).filter(|set| set.count_ones() as usize == wanted);
    all.map(|set| (0..of.len()).filter(|index| set >> index & 1 == 1).map(|index| of[index]).collect())
        .collect()
}
