//! Columns in small pieces, whatever file they come from: each cell is a value, is empty, or cannot be read.

/// Why a cell cannot be read is kept for so many cells of a piece.
const EXAMPLES: usize = 64;
/// So many letters of it.
const LONGEST: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<T> {
    Value(T),
    Null,
    /// There is something, and it is not what the column holds.
    Bad,
}

impl<T> Cell<T> {
    pub fn value(self) -> Option<T> {
        match self {
            Cell::Value(value) => Some(value),
            Cell::Null | Cell::Bad => None,
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Id,
    /// Days since 1970-01-01; of a time of day its day.
    Day,
    /// Doubles, each the nearest to the decimal of the file.
    Number,
    Text,
    /// Ids of people, as texts: by these a row is found at all.
    Key,
}

impl Kind {
    pub fn in_words(self) -> &'static str {
        match self {
            Kind::Id => "whole numbers",
            Kind::Day => "dates",
            Kind::Number => "numbers",
            Kind::Text => "texts",
            Kind::Key => "ids",
        }
    }
}

/// A column that a reader asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'n> {
    pub name: &'n str,
    pub kind: Kind,
    /// A table without it cannot be read.
    pub is_required: bool,
}

pub const fn required(name: &str, kind: Kind) -> Wanted<'_> {
    Wanted { name, kind, is_required: true }
}

pub const fn optional(name: &str, kind: Kind) -> Wanted<'_> {
    Wanted { name, kind, is_required: false }
}

/// Cells of one column.
#[derive(Clone, Debug, Default)]
pub struct Cells<T> {
    values: Vec<T>,
    /// Empty while all are values.
    states: Vec<State>,
    bad: Vec<(usize, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    Null,
    Bad,
}

impl<T: Copy + Default> Cells<T> {
    pub fn clear(&mut self) {
        self.values.clear();
        self.states.clear();
        self.bad.clear();
    }

    /// The cells where all are values.
    pub fn values(&self) -> Option<&[T]> {
        self.states.is_empty().then_some(&self.values)
    }

    pub fn are_all(&self, such: impl Fn(Cell<T>) -> bool) -> bool {
        match self.values() {
            Some(values) => values.iter().all(|value| such(Cell::Value(*value))),
            None => (0..self.values.len()).all(|row| such(self.get(row))),
        }
    }

    #[inline]
    pub fn get(&self, row: usize) -> Cell<T> {
        match self.states.get(row) {
            None | Some(State::Value) => Cell::Value(self.values[row]),
            Some(State::Null) => Cell::Null,
            Some(State::Bad) => Cell::Bad,
        }
    }

    #[inline]
    pub fn push(&mut self, value: T) {
        self.values.push(value);
        if !self.states.is_empty() {
            self.states.push(State::Value);
        }
    }

    /// All of these, each a value.
    pub fn extend(&mut self, values: impl Iterator<Item = T>) {
        self.values.extend(values);
        if !self.states.is_empty() {
            self.states.resize(self.values.len(), State::Value);
        }
    }

    pub fn push_null(&mut self) {
        self.set_apart(State::Null);
    }

    pub fn push_nulls(&mut self, count: usize) {
        self.states.resize(self.values.len(), State::Value);
        self.states.resize(self.values.len() + count, State::Null);
        self.values.resize(self.states.len(), T::default());
    }

    /// `what` stands in the cell.
    pub fn push_bad(&mut self, what: impl FnOnce() -> String) {
        if self.bad.len() < EXAMPLES {
            self.bad.push((self.values.len(), what()));
        }
        self.set_apart(State::Bad);
    }

    /// Keeps the cells that are marked; there is a mark for each.
    fn keep(&mut self, marks: &[bool]) {
        keep(&mut self.values, marks);
        keep(&mut self.states, marks);
        self.bad.retain(|(at, _)| marks[*at]);
        for (at, _) in &mut self.bad {
            *at = marks[..*at].iter().filter(|mark| **mark).count();
        }
    }

    fn push_cell(&mut self, cell: Cell<T>, bad: impl FnOnce() -> String) {
        match cell {
            Cell::Value(value) => self.push(value),
            Cell::Null => self.push_null(),
            Cell::Bad => self.push_bad(bad),
        }
    }

    fn set_apart(&mut self, state: State) {
        self.states.resize(self.values.len(), State::Value);
        self.states.push(state);
        self.values.push(T::default());
    }
}

/// Keeps what is marked; there is a mark for each. Which these are nobody can foretell, so that nothing hangs on a guess.
pub fn keep<T: Copy>(all: &mut Vec<T>, marks: &[bool]) {
    let mut next = 0;
    for (at, mark) in marks.iter().enumerate().take(all.len()) {
        all[next] = all[at];
        next += usize::from(*mark);
    }
    all.truncate(next);
}

/// The places of what is marked, 64 of them in one word: most are passed over without a look at each.
pub fn marked_places(marks: &[bool], into: &mut Vec<u32>) {
    /// Brings the lowest bits of eight bytes together in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    into.clear();
    let mut base = 0u32;
    for marks in marks.chunks(64) {
        let mut word = 0u64;
        let mut eights = marks.chunks_exact(8);
        let mut shift = 0;
        for eight in &mut eights {
            let bytes: [u8; 8] = std::array::from_fn(|at| u8::from(eight[at]));
            word |= (u64::from_le_bytes(bytes).wrapping_mul(GATHER) >> 56) << shift;
            shift += 8;
        }
        for mark in eights.remainder() {
            word |= u64::from(*mark) << shift;
            shift += 1;
        }
        while word != 0 {
            into.push(base + word.trailing_zeros());
            word &= word - 1;
        }
        base += marks.len() as u32;
    }
}

/// Texts of one column, one behind the other.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    all: String,
    /// Where each begins and ends.
    cells: Cells<(u32, u32)>,
}

impl Texts {
    pub fn clear(&mut self) {
        self.all.clear();
        self.cells.clear();
    }

    pub fn push(&mut self, text: &str) {
        let from = self.all.len();
        match (u32::try_from(from), u32::try_from(from + text.len())) {
            (Ok(from), Ok(to)) => {
                self.all.push_str(text);
                self.cells.push((from, to));
            }
            _ => self.push_bad(|| "a very long text".into()),
        }
    }

    pub fn push_null(&mut self) {
        self.cells.push_null();
    }

    pub fn push_bad(&mut self, what: impl FnOnce() -> String) {
        self.cells.push_bad(what);
    }

    pub fn get(&self, row: usize) -> Cell<&str> {
        match self.cells.get(row) {
            Cell::Value((from, to)) => Cell::Value(&self.all[from as usize..to as usize]),
            Cell::Null => Cell::Null,
            Cell::Bad => Cell::Bad,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Column {
    Ids(Cells<i64>),
    Days(Cells<i32>),
    Numbers(Cells<f64>),
    Texts(Texts),
}

impl Column {
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Id => Column::Ids(Cells::default()),
            Kind::Day => Column::Days(Cells::default()),
            Kind::Number => Column::Numbers(Cells::default()),
            Kind::Text | Kind::Key => Column::Texts(Texts::default()),
        }
    }

    pub fn clear(&mut self) {
        match self {
            Column::Ids(cells) => cells.clear(),
            Column::Days(cells) => cells.clear(),
            Column::Numbers(cells) => cells.clear(),
            Column::Texts(texts) => texts.clear(),
        }
    }

    pub fn push_null(&mut self) {
        match self {
            Column::Ids(cells) => cells.push_null(),
            Column::Days(cells) => cells.push_null(),
            Column::Numbers(cells) => cells.push_null(),
            Column::Texts(texts) => texts.push_null(),
        }
    }

    pub fn push_bad(&mut self, what: impl FnOnce() -> String) {
        match self {
            Column::Ids(cells) => cells.push_bad(what),
            Column::Days(cells) => cells.push_bad(what),
            Column::Numbers(cells) => cells.push_bad(what),
            Column::Texts(texts) => texts.push_bad(what),
        }
    }

    pub fn push_nulls(&mut self, count: usize) {
        match self {
            Column::Ids(cells) => cells.push_nulls(count),
            Column::Days(cells) => cells.push_nulls(count),
            Column::Numbers(cells) => cells.push_nulls(count),
            Column::Texts(texts) => texts.cells.push_nulls(count),
        }
    }

    /// Keeps the cells that are marked; there is a mark for each.
    pub fn keep(&mut self, marks: &[bool]) {
        match self {
            Column::Ids(cells) => cells.keep(marks),
            Column::Days(cells) => cells.keep(marks),
            Column::Numbers(cells) => cells.keep(marks),
            Column::Texts(texts) => texts.cells.keep(marks),
        }
    }

    /// The same as a cell of another column of this kind.
    pub fn push_cell(&mut self, from: &Self, row: usize) {
        let bad = || from.bad_text(row).unwrap_or_default().to_owned();
        match (self, from) {
            (Column::Ids(cells), Column::Ids(from)) => cells.push_cell(from.get(row), bad),
            (Column::Days(cells), Column::Days(from)) => cells.push_cell(from.get(row), bad),
            (Column::Numbers(cells), Column::Numbers(from)) => cells.push_cell(from.get(row), bad),
            (Column::Texts(texts), Column::Texts(from)) => match from.get(row) {
                Cell::Value(text) => texts.push(text),
                Cell::Null => texts.push_null(),
                Cell::Bad => texts.push_bad(bad),
            },
            (other, _) => other.push_null(),
        }
    }

    /// Reads a cell that was written as text. Empty, `\N` and `NULL` are no value.
    pub fn push_written(&mut self, written: &str) {
        let text = written.trim();
        if matches!(text, "" | "\\N" | "NULL" | "null") {
            return self.push_null();
        }
        match self {
            Column::Ids(cells) => match id(text) {
                Some(id) => cells.push(id),
                None => cells.push_bad(|| text.chars().take(LONGEST).collect()),
            },
            Column::Days(cells) => match day(text) {
                Some(day) => cells.push(day),
                None => cells.push_bad(|| text.chars().take(LONGEST).collect()),
            },
            Column::Numbers(cells) => match number(text) {
                Some(number) => cells.push(number),
                None => cells.push_bad(|| text.chars().take(LONGEST).collect()),
            },
            Column::Texts(texts) => texts.push(text),
        }
    }

    /// What stood in a cell that cannot be read, where it was kept.
    pub fn bad_text(&self, row: usize) -> Option<&str> {
        let bad = match self {
            Column::Ids(cells) => &cells.bad,
            Column::Days(cells) => &cells.bad,
            Column::Numbers(cells) => &cells.bad,
            Column::Texts(texts) => &texts.cells.bad,
        };
        bad.iter().find(|(at, _)| *at == row).map(|(_, text)| text.as_str())
    }
}

/// Rows of a table that follow each other. Columns that the table has not are empty.
pub struct Batch {
    /// Which of the table's files.
    pub part: usize,
    pub rows: usize,
    /// About so many rows will come of this piece of the table and all behind it, where that can be told.
    pub expected: usize,
    /// Number of the first row, counted from 1 behind the heading.
    pub first: u64,
    /// The line of each row, where the file has lines; its number, where rows between them are left out.
    pub lines: Vec<u64>,
    /// How many rows between these were left out for their day; `None` where nobody has looked at the days.
    pub passed_over: Option<u64>,
    /// As they were asked for.
    pub columns: Vec<Option<Column>>,
}

impl Batch {
    /// Row or line, counted from 1.
    pub fn place(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or(self.first + row as u64)
    }

    #[inline]
    pub fn id(&self, column: usize, row: usize) -> Cell<i64> {
        match &self.columns[column] {
            Some(Column::Ids(cells)) => cells.get(row),
            _ => Cell::Null,
        }
    }

    pub fn day(&self, column: usize, row: usize) -> Cell<i32> {
        match &self.columns[column] {
            Some(Column::Days(cells)) => cells.get(row),
            _ => Cell::Null,
        }
    }

    pub fn number(&self, column: usize, row: usize) -> Cell<f64> {
        match &self.columns[column] {
            Some(Column::Numbers(cells)) => cells.get(row),
            _ => Cell::Null,
        }
    }

    pub fn text(&self, column: usize, row: usize) -> Cell<&str> {
        match &self.columns[column] {
            Some(Column::Texts(texts)) => texts.get(row),
            _ => Cell::Null,
        }
    }

    pub fn has(&self, column: usize) -> bool {
        self.columns[column].is_some()
    }
}

/// A whole number, also where a table that has empty cells wrote it as `8507.0`.
pub fn id(text: &str) -> Option<i64> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().ok()
}

/// A finite number; `inf` and `nan` are none.
pub fn number(text: &str) -> Option<f64> {
    let first = text.bytes().find(|byte| !matches!(byte, b'-' | b'+'))?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `2011-06-28`, `20110628`, and either with a time of day behind it, as days since 1970-01-01.
pub fn day(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    let digits = |from: usize, count: usize| {
        let part = bytes.get(from..from + count)?;
        part.iter()
            .try_fold(0i32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
    };
    let (month, day, end) = match bytes.get(4)? {
        b'-' if bytes.get(7) == Some(&b'-') => (digits(5, 2)?, digits(8, 2)?, 10),
        _ => (digits(4, 2)?, digits(6, 2)?, 8),
    };
    let is_time = |rest: &[u8]| {
        matches!(rest.first(), None | Some(b'T' | b't' | b' '))
            && rest.iter().skip(1).all(|byte| byte.is_ascii_digit() || b":.+-,Zz UTC".contains(byte))
    };
    if !is_time(&bytes[end..]) {
        return None;
    }
    civil(digits(0, 4)?, month, day)
}

/// A day of the calendar, where there is such a day.
pub fn civil(year: i32, month: i32, day: i32) -> Option<i32> {
    const DAYS: [i32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *DAYS.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = length + i32::from(month == 2 && is_leap);
    if !(1..=length).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    // Days of whole years from March to February; the leap day then ends a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = year * 365 + year / 4 - year / 100 + year / 400;
    Some(before + (153 * month + 2) / 5 + day - 1 - 719_468)
}

/// The first and the last day that dates of files can be.
pub fn is_a_day(day: i64) -> Option<i32> {
    const FIRST: i64 = -719_162; // 0001-01-01
    const LAST: i64 = 2_932_896; // 9999-12-31
    (FIRST..=LAST).contains(&day).then(|| i32::try_from(day).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::time::days_between;

    #[test]
    fn dates_are_iso_dates_with_or_without_a_time() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("20000229"), day("2000-02-29"));
        assert_eq!(day("2011-06-28 13:45:00.000"), day("2011-06-28"));
        assert_eq!(day("2011-06-28T13:45:00+02:00"), day("2011-06-28"));
        for none in [
            "",
            "0000-00-00",
            "2011-02-29",
            "2011-6-28",
            "28.06.2011",
            "06/28/2011",
            "2011-06-28x",
            "2011-06",
            "2011-06-281",
            "2011-13-01",
            "2011-00-01",
            "+011-06-28",
            "２011-06-28",
        ] {
            assert_eq!(day(none), None, "{none}");
        }
    }

    #[test]
    fn numbers_are_finite_and_ids_are_whole() {
        assert_eq!((number("7.40"), number("-.5"), number("1e3")), (Some(7.4), Some(-0.5), Some(1000.0)));
        for none in ["inf", "-inf", "NaN", "infinity", "1e999", "7,4", "7 4", "<5", "0x1", "--1", ""] {
            assert_eq!(number(none), None, "{none}");
        }
        assert_eq!((id("8507"), id("8507.0"), id("-3")), (Some(8507), Some(8507), Some(-3)));
        assert_eq!((id("8507.5"), id("99999999999999999999"), id("")), (None, None, None));
    }

    #[test]
    fn cells_keep_what_is_empty_and_what_cannot_be_read_apart() {
        let mut column = Column::of(Kind::Id);
        for written in ["1", "", "x", "2"] {
            column.push_written(written);
        }
        let Column::Ids(cells) = &column else { panic!() };
        let all: Vec<Cell<i64>> = (0..4).map(|row| cells.get(row)).collect();
        assert_eq!(all, [Cell::Value(1), Cell::Null, Cell::Bad, Cell::Value(2)]);
        assert_eq!(column.bad_text(2), Some("x"));
    }

    proptest! {
        #[test]
        fn marked_places_are_those_of_the_marks(marks in prop::collection::vec(any::<bool>(), 0..200)) {
            let (mut found, all): (Vec<u32>, _) = (vec![7], 0u32..);
            marked_places(&marks, &mut found);
            let known: Vec<u32> = all.zip(&marks).filter(|(_, mark)| **mark).map(|(place, _)| place).collect();
            prop_assert_eq!(found, known);
        }

        #[test]
        fn days_are_counted_as_the_calendar_counts_them(year in 1i16..=9999, month in 1i8..=12, of_month in 1i8..=31) {
            let counted = civil(year.into(), month.into(), of_month.into());
            let known = jiff::civil::Date::new(year, month, of_month).ok();
            let known = known.map(|known| days_between(date(1970, 1, 1), known));
            prop_assert_eq!(counted.map(i64::from), known);
        }
    }
}
