//! Results of many people in few bytes: most are a number or a word on a day, in a unit and without limits of normal.

use super::tables::{Day, Days, ResultRow, ResultValue, WhyUnknown};

/// Results one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packed {
    rows: Vec<Row>,
    /// The limits of normal of each row, by their bits; empty where no row has any.
    limits: Vec<[u64; 2]>,
    /// Rows that are more than a [`Row`] can hold.
    rest: Vec<ResultRow>,
}

/// A double, or what stands in place of one, on a day.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    value: u64,
    day: Day,
    measure: u16,
    /// The place of the unit and one more; 0 where there is none.
    unit: u16,
}

/// Doubles that are no number and have their sign bit set hold something else; no number of the data does: those that
/// are no numbers are brought to one without it.
const OTHER: u64 = 0xfff8 << 48;
const SORT: u64 = 0xffff << 32;
const LEVEL: u64 = 1 << 32;
const UNKNOWN: u64 = 2 << 32;
/// A place in `rest`.
const ELSEWHERE: u64 = 3 << 32;
const WHY: [WhyUnknown; 4] =
    [WhyUnknown::NoValue, WhyUnknown::Comparison, WhyUnknown::NotReadable, WhyUnknown::Measure];

fn bits_of(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { number.to_bits() }
}

impl Row {
    #[inline]
    fn other(self) -> Option<u64> {
        (self.value & OTHER == OTHER).then_some(self.value & SORT)
    }

    /// The number behind the sort of what is no double.
    fn inside(self) -> u32 {
        (self.value & 0xffff_ffff) as u32
    }
}

impl Packed {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn with_room_for(count: usize) -> Self {
        Self { rows: Vec::with_capacity(count), ..Self::default() }
    }

    pub fn push(&mut self, row: ResultRow) {
        let has_limits = !(row.low.is_nan() && row.high.is_nan());
        if has_limits && self.limits.is_empty() {
            self.limits.resize(self.rows.len(), [f64::NAN.to_bits(); 2]);
        }
        if has_limits || !self.limits.is_empty() {
            self.limits.push([row.low.to_bits(), row.high.to_bits()]);
        }
        let value = match row.value {
            ResultValue::Number(number) => Some(bits_of(number)),
            ResultValue::Level(level) => Some(OTHER | LEVEL | u64::from(level)),
            ResultValue::Unknown(why) => Some(OTHER | UNKNOWN | why as u64),
            ResultValue::Below(_) | ResultValue::Above(_) => None,
        };
        let unit = row.unit.map_or(Some(0), |unit| unit.checked_add(1));
        let (value, unit) = match (value, unit) {
            (Some(value), Some(unit)) if row.on.is_exact() => (value, unit),
            _ => {
                self.rest.push(row);
                (OTHER | ELSEWHERE | (self.rest.len() as u64 - 1), 0)
            }
        };
        self.rows.push(Row { value, day: row.on.earliest, measure: row.measure, unit });
    }

    #[inline]
    pub fn get(&self, place: usize) -> ResultRow {
        let row = self.rows[place];
        let value = match row.other() {
            None => ResultValue::Number(f64::from_bits(row.value)),
            Some(LEVEL) => ResultValue::Level((row.value & 0xffff) as u16),
            Some(UNKNOWN) => ResultValue::Unknown(WHY[row.inside() as usize]),
            _ => return self.rest[row.inside() as usize],
        };
        let [low, high] = self.limits.get(place).copied().unwrap_or([f64::NAN.to_bits(); 2]);
        ResultRow {
            on: Days::exactly(row.day),
            measure: row.measure,
            unit: row.unit.checked_sub(1),
            value,
            low: f64::from_bits(low),
            high: f64::from_bits(high),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = ResultRow> {
        (0..self.len()).map(|place| self.get(place))
    }

    /// Marks the units and levels that rows have.
    pub fn used(&self, units: &mut [bool], levels: &mut [bool]) {
        for row in &self.rows {
            if let Some(unit) = row.unit.checked_sub(1) {
                units[usize::from(unit)] = true;
            }
            if row.other() == Some(LEVEL) {
                levels[row.inside() as usize] = true;
            }
        }
        for row in &self.rest {
            if let Some(unit) = row.unit {
                units[usize::from(unit)] = true;
            }
            if let ResultValue::Level(level) = row.value {
                levels[usize::from(level)] = true;
            }
        }
    }

    /// Puts other places of units and levels in place of those that rows have.
    pub fn renumber(&mut self, units: &[u16], levels: &[u16]) {
        for row in &mut self.rows {
            if let Some(unit) = row.unit.checked_sub(1) {
                row.unit = units[usize::from(unit)] + 1;
            }
            if row.other() == Some(LEVEL) {
                row.value = OTHER | LEVEL | u64::from(levels[row.inside() as usize]);
            }
        }
        for row in &mut self.rest {
            row.unit = row.unit.map(|unit| units[usize::from(unit)]);
            if let ResultValue::Level(level) = &mut row.value {
                *level = levels[usize::from(*level)];
            }
        }
    }
}

/// Results in the order of the people that they belong to: in pieces, as they were read.
#[derive(Clone, Debug)]
pub struct Results {
    pieces: Vec<Packed>,
    /// Where each piece begins, and behind the last of them the number of rows.
    firsts: Vec<u32>,
    /// Where the rows of each person begin, and behind the last of them the number of rows.
    starts: Vec<u32>,
}

impl Default for Results {
    /// Of nobody.
    fn default() -> Self {
        Self { pieces: vec![Packed::default()], firsts: vec![0, 0], starts: vec![0] }
    }
}

impl PartialEq for Results {
    /// The same rows of the same people, whatever the pieces are.
    fn eq(&self, other: &Self) -> bool {
        let bits = |row: ResultRow| (row.low.to_bits(), row.high.to_bits(), format!("{row:?}"));
        self.starts == other.starts && self.iter().map(bits).eq(other.iter().map(bits))
    }
}

impl Results {
    /// Of pieces that follow each other in the order of the people, and where the rows of each person begin.
    pub(super) fn of_pieces(pieces: Vec<Packed>, starts: Vec<u32>) -> Self {
        let mut firsts = vec![0];
        for piece in &pieces {
            let last = firsts.last().copied().unwrap_or(0);
            firsts.push(last + u32::try_from(piece.len()).unwrap_or(u32::MAX));
        }
        Self { pieces, firsts, starts }
    }

    /// Of pieces whose rows come in any order, each with the place of its person; those of one person keep their order.
    pub(super) fn gathered(pieces: Vec<(Vec<u32>, Packed)>, starts: Vec<u32>) -> Self {
        let total = pieces.iter().map(|(_, piece)| piece.len()).sum();
        let mut all = Packed::default();
        all.rows.resize(total, Row { value: 0, day: 0, measure: 0, unit: 0 });
        if pieces.iter().any(|(_, piece)| !piece.limits.is_empty()) {
            all.limits.resize(total, [f64::NAN.to_bits(); 2]);
        }
        let mut next = starts.clone();
        for (people, piece) in pieces {
            let elsewhere = all.rest.len() as u64;
            for (at, (person, mut row)) in people.into_iter().zip(piece.rows).enumerate() {
                let place = next[person as usize] as usize;
                next[person as usize] += 1;
                if row.other() == Some(ELSEWHERE) {
                    row.value += elsewhere;
                }
                all.rows[place] = row;
                if let Some(limits) = piece.limits.get(at) {
                    all.limits[place] = *limits;
                }
            }
            all.rest.extend(piece.rest);
        }
        Self::of_pieces(vec![all], starts)
    }

    /// Rows of people that follow each other.
    pub fn of_people(people: impl IntoIterator<Item = Vec<ResultRow>>) -> Self {
        let mut results = Self::default();
        for rows in people {
            rows.into_iter().for_each(|row| results.push(row));
            results.end_person();
        }
        results
    }

    /// Adds a row of the person whose rows come last.
    pub fn push(&mut self, row: ResultRow) {
        if let (Some(piece), Some(end)) = (self.pieces.last_mut(), self.firsts.last_mut()) {
            piece.push(row);
            *end += 1;
        }
    }

    /// What is added from here on belongs to the next person.
    pub fn end_person(&mut self) {
        self.starts.push(self.firsts.last().copied().unwrap_or(0));
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        self.firsts.last().map_or(0, |end| *end as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = ResultRow> {
        self.pieces.iter().flat_map(Packed::iter)
    }

    /// The rows of one person. Nothing where the table ends before this person.
    #[inline]
    pub fn of(&self, person: usize) -> ResultsOf<'_> {
        let (from, to) = match self.starts.get(person + 1) {
            Some(end) => (self.starts[person], *end),
            None => (0, 0),
        };
        let piece = self.firsts.partition_point(|first| *first <= from).saturating_sub(1);
        ResultsOf { results: self, piece: piece.min(self.pieces.len().saturating_sub(1)), from, to }
    }

    /// The same where people are asked for one after the other: mostly the rows are of the piece of those before them.
    #[inline]
    pub fn of_next(&self, person: usize, before: Option<&ResultsOf<'_>>) -> ResultsOf<'_> {
        if let (Some(before), Some(to)) = (before, self.starts.get(person + 1)) {
            let (piece, from) = (before.piece, self.starts[person]);
            if self.firsts[piece] <= from && self.firsts.get(piece + 1).is_some_and(|end| from < *end) {
                return ResultsOf { results: self, piece, from, to: *to };
            }
        }
        self.of(person)
    }
}

/// The results of one person.
#[derive(Clone, Copy)]
pub struct ResultsOf<'r> {
    results: &'r Results,
    /// The one in which the first row is.
    piece: usize,
    from: u32,
    to: u32,
}

impl<'r> ResultsOf<'r> {
    pub fn is_empty(&self) -> bool {
        self.from == self.to
    }

    pub fn len(&self) -> usize {
        (self.to - self.from) as usize
    }

    #[inline]
    pub fn get(&self, place: usize) -> ResultRow {
        let Results { pieces, firsts, .. } = self.results;
        let at = self.from + place as u32;
        let mut piece = self.piece;
        while at >= firsts[piece + 1] {
            piece += 1;
        }
        pieces[piece].get((at - firsts[piece]) as usize)
    }

    pub fn iter(self) -> impl Iterator<Item = ResultRow> + 'r {
        (0..self.len()).map(move |place| self.get(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        let values = [
            ResultValue::Number(7.25),
            ResultValue::Number(-0.0),
            ResultValue::Number(f64::INFINITY),
            ResultValue::Number(f64::NEG_INFINITY),
            ResultValue::Number(f64::NAN),
            ResultValue::Number(-f64::NAN),
            ResultValue::Below(5.0),
            ResultValue::Above(f64::MAX),
            ResultValue::Level(0),
            ResultValue::Level(u16::MAX),
            ResultValue::Unknown(WhyUnknown::NoValue),
            ResultValue::Unknown(WhyUnknown::Comparison),
            ResultValue::Unknown(WhyUnknown::NotReadable),
            ResultValue::Unknown(WhyUnknown::Measure),
        ];
        let mut rows = Vec::new();
        for value in values {
            for on in [Days::exactly(-3), Days::ANY, Days { earliest: 1, latest: 9 }] {
                for (unit, low, high) in [
                    (None, f64::NAN, f64::NAN),
                    (Some(0), f64::NAN, 1.5),
                    (Some(u16::MAX - 1), f64::NAN, f64::NAN),
                    (Some(u16::MAX), 0.5, f64::NAN),
                ] {
                    rows.push(ResultRow { on, measure: 65_535, unit, value, low, high });
                }
            }
        }
        let shown = |rows: &mut dyn Iterator<Item = ResultRow>| -> Vec<String> {
            rows.map(|row| format!("{row:?}").replace("-NaN", "NaN")).collect()
        };
        // With and without rows before them that have limits, and over the ends of pieces.
        for first in [0, 1, 2] {
            let people = [rows[first..first + 1].to_vec(), rows.clone(), Vec::new(), rows[..5].to_vec()];
            let expected: Vec<Vec<String>> =
                people.iter().map(|rows| shown(&mut rows.iter().copied())).collect();
            let one = Results::of_people(people.clone());
            let mut pieces = vec![Packed::default()];
            for (at, row) in people.iter().flatten().enumerate() {
                if at % 7 == 3 {
                    pieces.push(Packed::default());
                }
                pieces.last_mut().unwrap().push(*row);
            }
            pieces.insert(1, Packed::default());
            let several = Results::of_pieces(pieces, one.starts.clone());
            // Each person's rows, one piece for every third of them.
            let mut mixed: Vec<(Vec<u32>, Packed)> = vec![Default::default(); 3];
            for (person, rows) in people.iter().enumerate() {
                for (at, row) in rows.iter().enumerate() {
                    let (of, packed) = &mut mixed[at * 3 / rows.len()];
                    of.push(person as u32);
                    packed.push(*row);
                }
            }
            let mixed = Results::gathered(mixed, one.starts.clone());
            for results in [&one, &several, &mixed] {
                let of: Vec<Vec<String>> =
                    (0..4).map(|person| shown(&mut results.of(person).iter())).collect();
                assert_eq!(of, expected);
                assert_eq!(results.of(4).len(), 0, "nobody has none");
                for before in 0..=4 {
                    let before = results.of(before);
                    for (person, expected) in expected.iter().enumerate() {
                        assert_eq!(shown(&mut results.of_next(person, Some(&before)).iter()), *expected);
                    }
                    assert_eq!(results.of_next(4, Some(&before)).len(), 0);
                }
            }
        }
    }
}
