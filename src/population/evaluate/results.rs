//! Results of one person: which of them count, and what a limit says of them.

use std::cmp::Ordering;

use super::super::results::ResultsOf;
use super::super::tables::{Day, ResultRow, ResultValue};
use super::gate::{Affine, Gate, Said};
use crate::eligibility::{Truth, recorded};
use crate::model::{Comparator, Limit, Selector};
use crate::number::Exact;

/// Beyond so many results of one day, which of them are among the last few is left open.
const MOST_TIED: usize = 8;
/// What two doubles computed from the same decimals can differ by, and far more.
const NEAR: f64 = 1e-9;

/// The results of a measure in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub measure: u16,
    pub from: Day,
    pub to: Day,
    pub take: Take,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    Latest,
    Earliest,
    All,
}

/// What a slot holds of one person: places among the person's rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled {
    pub rows: Vec<u32>,
    /// The day of the rows, where only one day counts.
    day: Day,
    /// A date is known in part: only the record tells.
    pub is_partial: bool,
}

impl Filled {
    pub fn clear(&mut self) {
        self.rows.clear();
        self.is_partial = false;
    }

    /// Takes a row of the slot's measure in.
    #[inline]
    pub fn take(&mut self, slot: &Slot, place: u32, row: &ResultRow) {
        let on = row.on.earliest;
        if row.on.latest != on {
            self.is_partial = true;
            return;
        }
        if on < slot.from || on > slot.to {
            return;
        }
        if slot.take != Take::All && !self.rows.is_empty() {
            match (on.cmp(&self.day), slot.take) {
                (Ordering::Equal, _) => {}
                (Ordering::Greater, Take::Latest) | (Ordering::Less, Take::Earliest) => self.rows.clear(),
                _ => return,
            }
        }
        self.day = on;
        self.rows.push(place);
    }
}

/// How numbers in one unit are read.
#[derive(Clone, Debug)]
pub(super) enum Reading<T> {
    /// The unit is none, or none of the measure.
    Unknown,
    /// Its conversion is no exact straight line.
    ByRecord,
    Read(T),
}

/// Results against limits that depend on sex and age alone.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub select: Selector,
    pub operators: Vec<Comparator>,
    /// Whole numbers from and to which a score goes.
    pub score: Option<(f64, f64)>,
    /// By class of person; where the limits are one for all, there is one.
    pub case_of: Vec<u16>,
    /// By unit (0: none recorded), then by case; absent where the limit cannot be said.
    pub readings: Vec<Reading<Vec<Option<Vec<Gate>>>>>,
    /// For means and medians.
    pub middle: Option<Middle>,
}

/// Means and medians, in the measure's own unit.
#[derive(Clone, Debug)]
pub(super) struct Middle {
    pub readings: Vec<Reading<(Affine, f64, f64)>>,
    /// By case: operator with the ends of its limit.
    pub tests: Vec<Option<Vec<Test>>>,
}

/// A comparison with a limit in one unit.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub operator: Comparator,
    pub low: Option<Exact>,
    pub high: Option<Exact>,
    pub gate: Gate,
}

impl Test {
    pub fn of(operator: Comparator, low: Option<Exact>, high: Option<Exact>) -> Option<Self> {
        let gate = Gate::of(operator, low.as_ref(), high.as_ref())?;
        Some(Self { operator, low, high, gate })
    }

    /// Whether a value is so near to the limit that only exact arithmetic tells; `size` is that of what it was computed
    /// from.
    pub fn is_near(&self, low: f64, high: f64, size: f64) -> bool {
        let is_near = |end: &Option<Exact>| {
            end.as_ref().is_some_and(|end| {
                let end = end.to_f64();
                let room = NEAR * (size + end.abs());
                low - room <= end && end <= high + room
            })
        };
        is_near(&self.low) || is_near(&self.high)
    }

    fn exactly(&self, value: &Exact) -> Truth {
        use crate::eligibility::{Amount, Scale};
        let limit = Amount::between(self.low.clone(), self.high.clone(), Scale::Number);
        Amount::number(value.clone()).compare(self.operator, &limit)
    }
}

fn unit_of(row: &ResultRow) -> usize {
    row.unit.map_or(0, |unit| usize::from(unit) + 1)
}

/// The ends of a recorded number; `None` where it is none.
fn ends(value: ResultValue) -> Option<(f64, f64)> {
    match value {
        ResultValue::Number(value) if value.is_finite() => Some((value, value)),
        ResultValue::Below(value) if value.is_finite() => Some((f64::NEG_INFINITY, value)),
        ResultValue::Above(value) if value.is_finite() => Some((value, f64::INFINITY)),
        _ => None,
    }
}

fn is_score((low, high): (f64, f64), value: ResultValue) -> bool {
    match value {
        ResultValue::Number(value) => value.fract() == 0.0 && value >= low && value <= high,
        _ => true,
    }
}

impl Limits {
    /// `class` is that of the person; needed where the limits differ.
    pub fn said(&self, filled: &Filled, rows: ResultsOf<'_>, class: Option<usize>) -> Said {
        if filled.is_partial {
            return Said::BY_RECORD;
        }
        if filled.rows.is_empty() {
            return Said::UNKNOWN;
        }
        let case = match (self.case_of.as_slice(), class) {
            ([one], _) => *one,
            (_, Some(class)) => self.case_of[class],
            (_, None) => return Said::BY_RECORD,
        };
        let case = usize::from(case);
        if self.middle.is_some() {
            if let [only] = filled.rows.as_slice() {
                // What is only known as a limit has no mean.
                let row = &rows.get(*only as usize);
                let is_number = matches!(row.value, ResultValue::Number(_));
                return if is_number { self.of_row(row, case) } else { Said::UNKNOWN };
            }
            return self.middle_said(filled, rows, case);
        }
        if matches!(self.select, Selector::Highest | Selector::Lowest) {
            return self.extreme_said(filled, rows, case);
        }
        chosen(self.select, filled, rows, |row| self.of_row(row, case))
    }

    fn gates(&self, row: &ResultRow, case: usize) -> Reading<Option<&[Gate]>> {
        match &self.readings[unit_of(row)] {
            Reading::Read(cases) => Reading::Read(cases[case].as_deref()),
            Reading::Unknown => Reading::Unknown,
            Reading::ByRecord => Reading::ByRecord,
        }
    }

    #[inline]
    fn of_row(&self, row: &ResultRow, case: usize) -> Said {
        let Some((low, high)) = ends(row.value) else { return Said::UNKNOWN };
        if self.score.is_some_and(|score| !is_score(score, row.value)) {
            return Said::UNKNOWN;
        }
        match self.gates(row, case) {
            Reading::Read(Some(gates)) => Truth::all(gates.iter().map(|gate| gate.truth(low, high))).into(),
            Reading::Read(None) | Reading::Unknown => Said::UNKNOWN,
            Reading::ByRecord => Said::BY_RECORD,
        }
    }

    /// The highest is below a limit where all are, and above it where one is.
    fn extreme_said(&self, filled: &Filled, rows: ResultsOf<'_>, case: usize) -> Said {
        let mut truth = Truth::True;
        for (place, operator) in self.operators.iter().enumerate() {
            let is_below = match operator {
                Comparator::Less | Comparator::AtMost => true,
                Comparator::Greater | Comparator::AtLeast => false,
                Comparator::Equal | Comparator::NotEqual => return Said::BY_RECORD,
            };
            let truths = filled.rows.iter().map(|at| {
                let row = &rows.get(*at as usize);
                let is_read = self.score.is_none_or(|score| is_score(score, row.value));
                match (ends(row.value).filter(|_| is_read), self.gates(row, case)) {
                    (Some((low, high)), Reading::Read(Some(gates))) => Some(gates[place].truth(low, high)),
                    (_, Reading::ByRecord) => None,
                    // It may be any number.
                    _ => Some(Truth::Unknown),
                }
            });
            let Some(truths) = truths.collect::<Option<Vec<Truth>>>() else { return Said::BY_RECORD };
            let is_of_all = is_below == (self.select == Selector::Highest);
            truth = truth.and(if is_of_all { Truth::all(truths) } else { Truth::any(truths) });
        }
        truth.into()
    }

    fn middle_said(&self, filled: &Filled, rows: ResultsOf<'_>, case: usize) -> Said {
        let Some(middle) = &self.middle else { return Said::BY_RECORD };
        let mut values: Vec<(f64, &Affine, f64)> = Vec::with_capacity(filled.rows.len());
        for at in &filled.rows {
            let row = &rows.get(*at as usize);
            let is_read = self.score.is_none_or(|score| is_score(score, row.value));
            match (row.value, &middle.readings[unit_of(row)]) {
                (_, Reading::ByRecord) => return Said::BY_RECORD,
                (ResultValue::Number(value), Reading::Read((line, slope, offset)))
                    if value.is_finite() && is_read =>
                {
                    values.push((value * slope + offset, line, value));
                }
                // A number that is not known, in no unit of the measure or only known as a limit.
                _ => return Said::UNKNOWN,
            }
        }
        let Some(tests) = &middle.tests[case] else { return Said::UNKNOWN };
        if self.select == Selector::Median {
            values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            // Neighbours that are too close to tell apart are told apart exactly.
            let (low, high) = ((values.len() - 1) / 2, values.len() / 2);
            let is_close = |a: f64, b: f64| (a - b).abs() <= NEAR * (a.abs() + b.abs());
            let edges = [low.checked_sub(1).map(|before| (before, low)), Some((high, high + 1))];
            let unclear = edges.into_iter().flatten().any(|(a, b)| {
                b < values.len() && is_close(values[a].0, values[b].0) && values[a].0 != values[b].0
            });
            if unclear {
                return Said::BY_RECORD;
            }
            values = values[low..=high].to_vec();
        }
        let size = values.iter().map(|(value, ..)| value.abs()).fold(0.0, f64::max);
        let mean = values.iter().map(|(value, ..)| value).sum::<f64>() / values.len() as f64;
        let mut exact: Option<Option<Exact>> = None;
        let truths = tests.iter().map(|test| {
            if !test.is_near(mean, mean, size) {
                return Some(test.gate.truth(mean, mean));
            }
            let exact = exact.get_or_insert_with(|| {
                let mut sum = Exact::zero();
                for (_, line, value) in &values {
                    sum = &sum + &line.apply(&recorded(*value)?);
                }
                sum.checked_div(&Exact::from(i64::try_from(values.len()).ok()?))
            });
            exact.as_ref().map(|exact| test.exactly(exact))
        });
        truths.collect::<Option<Vec<Truth>>>().map_or(Said::BY_RECORD, |truths| Truth::all(truths).into())
    }
}

/// What is said of the results that a word chooses, from what is said of each.
pub(super) fn chosen(
    select: Selector,
    filled: &Filled,
    rows: ResultsOf<'_>,
    of_row: impl Fn(&ResultRow) -> Said,
) -> Said {
    if filled.is_partial {
        return Said::BY_RECORD;
    }
    if filled.rows.is_empty() {
        return Said::UNKNOWN;
    }
    let each = || filled.rows.iter().map(|at| of_row(&rows.get(*at as usize)));
    match select {
        Selector::Latest | Selector::Earliest => {
            let mut said = each();
            let first = said.next().unwrap_or(Said::UNKNOWN);
            if filled.rows.len() == 1 {
                return first;
            }
            said.fold(first, |all, one| {
                if all == Said::BY_RECORD || one == Said::BY_RECORD { Said::BY_RECORD } else { all.or(one) }
            })
        }
        Selector::Any | Selector::Every => {
            let Some(truths) = each().map(Said::known).collect::<Option<Vec<Truth>>>() else {
                return Said::BY_RECORD;
            };
            if select == Selector::Any { Truth::any(truths) } else { Truth::all(truths) }.into()
        }
        Selector::Consecutive(count) => last_few(count as usize, filled, rows, of_row),
        Selector::Highest | Selector::Lowest | Selector::Mean | Selector::Median => Said::BY_RECORD,
    }
}

/// All of the last `count`. Of values tied on the day at which the count is cut off, each selection is possible.
fn last_few(count: usize, filled: &Filled, rows: ResultsOf<'_>, of_row: impl Fn(&ResultRow) -> Said) -> Said {
    if filled.rows.len() < count {
        return Said::UNKNOWN;
    }
    let mut inside: Vec<ResultRow> = filled.rows.iter().map(|at| rows.get(*at as usize)).collect();
    inside.sort_by_key(|row| std::cmp::Reverse(row.on.earliest));
    let cut_off = inside[count - 1].on.earliest;
    let (mut later, mut tied) = (Vec::new(), Vec::new());
    for row in inside.into_iter().filter(|row| row.on.earliest >= cut_off) {
        let Some(truth) = of_row(&row).known() else { return Said::BY_RECORD };
        if row.on.earliest > cut_off { later.push(truth) } else { tied.push(truth) }
    }
    let wanted = count - later.len();
    let surely = Truth::all(later);
    if wanted == tied.len() {
        return surely.and(Truth::all(tied)).into();
    }
    if tied.len() > MOST_TIED {
        return Said::BY_RECORD;
    }
    // The lowest of a selection can be any that leaves enough behind it.
    tied.sort_unstable();
    let lowest = (0..=tied.len() - wanted).map(|at| Said::from(surely.and(tied[at])));
    lowest.fold(Said::BY_RECORD, Said::or)
}

/// Results against the limits of normal that came with them.
#[derive(Clone, Debug)]
pub(super) struct Normal {
    pub select: Selector,
    pub score: Option<(f64, f64)>,
    pub tests: Vec<(Comparator, Exact, Limit)>,
}

impl Normal {
    pub fn said(&self, filled: &Filled, rows: ResultsOf<'_>) -> Said {
        chosen(self.select, filled, rows, |row| self.of_row(row))
    }

    fn of_row(&self, row: &ResultRow) -> Said {
        let Some((low, high)) = ends(row.value) else { return Said::UNKNOWN };
        if self.score.is_some_and(|score| !is_score(score, row.value)) {
            return Said::UNKNOWN;
        }
        let mut truth = Truth::True;
        for (operator, factor, limit) in &self.tests {
            let end = if *limit == Limit::Uln { row.high } else { row.low };
            if !end.is_finite() {
                return Said::UNKNOWN;
            }
            let limit = factor.to_f64() * end;
            let is_near =
                |value: f64| value.is_finite() && (value - limit).abs() <= NEAR * (value.abs() + limit.abs());
            let one = if is_near(low) || is_near(high) {
                recorded(end).and_then(|end| {
                    let limit = &end * factor;
                    Some(Gate::of(*operator, Some(&limit), Some(&limit))?.truth(low, high))
                })
            } else {
                Some(Gate::apart(*operator, limit).truth(low, high))
            };
            match one {
                Some(one) => truth = truth.and(one),
                None => return Said::BY_RECORD,
            }
        }
        truth.into()
    }
}

/// Results that are words of a list.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    pub select: Selector,
    /// By level.
    pub said: Vec<Truth>,
    /// By number from 0 on, where numbers are levels.
    pub numbers: Vec<Truth>,
}

impl Levels {
    pub fn said(&self, filled: &Filled, rows: ResultsOf<'_>) -> Said {
        chosen(self.select, filled, rows, |row| match row.value {
            ResultValue::Level(level) => self.said[usize::from(level)].into(),
            ResultValue::Unknown(_) => Said::UNKNOWN,
            ResultValue::Number(value)
                if value.fract() == 0.0 && value >= 0.0 && value < self.numbers.len() as f64 =>
            {
                // Whole, and inside the list.
                self.numbers[value as usize].into()
            }
            _ => Said::BY_RECORD,
        })
    }
}
