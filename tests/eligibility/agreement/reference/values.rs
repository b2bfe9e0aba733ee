//! Values of measures: which are meant, what they are in one unit, and how they compare.

use jiff::civil::Date;
use trialc::eligibility::record::{Measurement, RecordedValue, Sex};
use trialc::model::{Axis, Comparator, Duration, Limit, Moment, Selector, TableKey, Term, Value};
use trialc::number::Exact;

use super::Known::{No, Perhaps, Yes};
use super::findings::is_then;
use super::{Known, Reader, all, any, completed, event_of, exact, extent, moved};

/// A number of which perhaps only one end is known, in the base unit of its kind.
#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) low: Option<Exact>,
    pub(super) high: Option<Exact>,
}

impl Range {
    pub(super) fn just(value: Exact) -> Self {
        Self { low: Some(value.clone()), high: Some(value) }
    }

    pub(super) fn compare(&self, operator: Comparator, other: &Self) -> Known {
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

impl Range {
    pub(super) fn between(low: Exact, high: Exact) -> Self {
        Self { low: Some(low), high: Some(high) }
    }
}

impl Reader<'_> {
    /// Any and every are said of the whole comparison: each of their values is put in its place.
    pub(super) fn compare(&self, left: &Term, tests: &[(Comparator, &Term)]) -> Known {
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
    pub(super) fn at_the_end<'m>(
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
    pub(super) fn one_of<'m>(&self, what: &str, of_day: Vec<&'m Measurement>) -> &'m Measurement {
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
            many => {
                let options: Vec<String> = different
                    .iter()
                    .map(|one| format!("{:?} {:?} {:?} {:?}", one.value, one.unit, one.low, one.high))
                    .collect();
                different[self.ties.settle(format!("{what}: {}", options.join(", ")), many)]
            }
        }
    }

    pub(super) fn compare_two(
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
    pub(super) fn number(&self, term: &Term, result: Option<&Measurement>) -> Option<Range> {
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
            Value::Count { finding, mode, window } => {
                let (from, to) = self.window(window);
                let entries: Vec<Known> = self
                    .entries()
                    .filter(|entry| from <= to && is_then(entry, *mode, (from, to)))
                    .map(|entry| {
                        let (start, end) = extent(entry);
                        match self.is_meant(entry, finding) {
                            Yes if self.is_denied(&finding.name, start, end) => Perhaps,
                            meant => meant,
                        }
                    })
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
    pub(super) fn result(&self, measure: &str, result: &Measurement) -> Option<Range> {
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

    pub(super) fn is(&self, value: &Term, one_of: &[String]) -> Known {
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
