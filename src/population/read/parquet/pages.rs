//! Columns read from their pages: of a page only the cells are decoded that are asked for.
//!
//! The usual ways in which pages are written are read here: plain, and by a dictionary, with or without empty cells. Of
//! anything else, and of what is not as it should be, this says `None`: then the library reads the group, and says
//! what is wrong. Both give the same cells.

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};

use super::guarded;
use super::runs::{Piece, Runs};

/// A value of a column, as its bytes are.
pub trait Plain: Clone {
    /// The values of a dictionary.
    type Words: Default;

    fn words(bytes: &Bytes, count: usize) -> Option<Self::Words>;

    /// All values, in the order of their codes.
    fn each(words: &Self::Words) -> impl Iterator<Item = Self>;

    /// The values of some codes.
    fn spell(words: &Self::Words, codes: &[u32], into: &mut Vec<Self>) -> Option<()>;

    /// Of the next `count` values those at these places, which rise; `at` is moved behind all of them.
    fn gather(
        bytes: &Bytes,
        at: &mut usize,
        count: usize,
        places: &[u32],
        into: &mut Vec<Self>,
    ) -> Option<()>;
}

macro_rules! plain {
    ($of:ty) => {
        impl Plain for $of {
            /// As they stand in the page: new room for them would cost more than to read them from there.
            type Words = Bytes;

            fn words(bytes: &Bytes, count: usize) -> Option<Bytes> {
                let length = count.checked_mul(size_of::<$of>())?;
                (length <= bytes.len()).then(|| bytes.slice(..length))
            }

            fn each(words: &Bytes) -> impl Iterator<Item = Self> {
                let (values, _) = words.as_chunks::<{ size_of::<$of>() }>();
                values.iter().map(|value| <$of>::from_le_bytes(*value))
            }

            fn spell(words: &Bytes, codes: &[u32], into: &mut Vec<Self>) -> Option<()> {
                let (values, _) = words.as_chunks::<{ size_of::<$of>() }>();
                is_inside(codes, values.len())?;
                into.extend(codes.iter().map(|code| <$of>::from_le_bytes(values[*code as usize])));
                Some(())
            }

            fn gather(
                bytes: &Bytes,
                at: &mut usize,
                count: usize,
                places: &[u32],
                into: &mut Vec<Self>,
            ) -> Option<()> {
                let (values, _) = bytes.get(*at..)?.as_chunks::<{ size_of::<$of>() }>();
                let values = values.get(..count)?;
                for place in places {
                    into.push(<$of>::from_le_bytes(*values.get(*place as usize)?));
                }
                *at += count * size_of::<$of>();
                Some(())
            }
        }
    };
}

plain!(i32);
plain!(i64);
plain!(f64);

/// Whether there is a value for each code.
fn is_inside(codes: &[u32], values: usize) -> Option<()> {
    let last = codes.iter().fold(0, |last, code| last.max(*code));
    (codes.is_empty() || (last as usize) < values).then_some(())
}

/// The next of values that each stand behind their length.
fn next_bytes(bytes: &Bytes, at: &mut usize) -> Option<(usize, usize)> {
    let length = u32::from_le_bytes(bytes.get(*at..*at + 4)?.try_into().ok()?);
    let from = *at + 4;
    let end = from.checked_add(usize::try_from(length).ok()?).filter(|end| *end <= bytes.len())?;
    *at = end;
    Some((from, end))
}

impl Plain for Bytes {
    type Words = Vec<Bytes>;

    fn words(bytes: &Bytes, count: usize) -> Option<Vec<Self>> {
        let mut at = 0;
        // The room is that of the bytes that are there, whatever the page says.
        let mut values = Vec::with_capacity(count.min(bytes.len() / 4));
        for _ in 0..count {
            let (from, end) = next_bytes(bytes, &mut at)?;
            values.push(bytes.slice(from..end));
        }
        Some(values)
    }

    fn each(words: &Vec<Bytes>) -> impl Iterator<Item = Self> {
        words.iter().cloned()
    }

    fn spell(words: &Vec<Bytes>, codes: &[u32], into: &mut Vec<Self>) -> Option<()> {
        is_inside(codes, words.len())?;
        into.extend(codes.iter().map(|code| words[*code as usize].clone()));
        Some(())
    }

    fn gather(
        bytes: &Bytes,
        at: &mut usize,
        count: usize,
        places: &[u32],
        into: &mut Vec<Self>,
    ) -> Option<()> {
        let mut places = places.iter().peekable();
        for place in 0..count {
            let (from, end) = next_bytes(bytes, at)?;
            if places.next_if(|next| **next as usize == place).is_some() {
                into.push(bytes.slice(from..end));
            }
        }
        Some(())
    }
}

/// Values of a page that are left.
#[derive(Clone)]
enum Values {
    Coded(Runs),
    Plain(Bytes, usize),
}

/// What is left of a page.
#[derive(Clone)]
struct Rest {
    cells: usize,
    /// Which cells are values; all where there are no levels.
    levels: Option<Runs>,
    values: Values,
}

/// Values of a column from page to page.
pub struct Pages<T: Plain> {
    reader: Box<dyn PageReader>,
    has_levels: bool,
    dictionary: T::Words,
    /// Of each value of the dictionary whether it is asked for; empty until somebody marks.
    asked: Vec<bool>,
    rest: Option<Rest>,
    present: Present,
    codes: Vec<u32>,
    ranks: Vec<u32>,
}

impl<T: Plain> Pages<T> {
    pub fn new(reader: Box<dyn PageReader>, has_levels: bool) -> Self {
        Self {
            reader,
            has_levels,
            dictionary: T::Words::default(),
            asked: Vec::new(),
            rest: None,
            present: Present::default(),
            codes: Vec::new(),
            ranks: Vec::new(),
        }
    }

    /// How many cells are left of the page at hand, which is the next one where none are.
    pub fn at_hand(&mut self) -> Option<usize> {
        loop {
            if let Some(rest) = self.rest.as_ref().filter(|rest| rest.cells > 0) {
                return Some(rest.cells);
            }
            self.turn()?;
        }
    }

    /// Passes over the next `count` cells. Pages that hold no others are not unpacked.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        let mut left = count;
        while left > 0 {
            if self.rest.as_ref().is_none_or(|rest| rest.cells == 0) {
                let next = guarded(|| self.reader.peek_next_page()).ok()??;
                match next.num_levels {
                    Some(cells) if !next.is_dict && cells <= left => {
                        guarded(|| self.reader.skip_next_page()).ok()?;
                        left -= cells;
                    }
                    _ => self.turn()?,
                }
                continue;
            }
            let cells = self.at_hand()?.min(left);
            self.take(cells, &[], &mut Vec::new(), &mut Vec::new())?;
            left -= cells;
        }
        Some(())
    }

    /// Reads the next page: a dictionary, or cells that are then at hand.
    fn turn(&mut self) -> Option<()> {
        self.rest = None;
        match guarded(|| self.reader.get_next_page()).ok()?? {
            Page::DictionaryPage { buf, num_values, encoding, .. } => {
                if !matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
                    return None;
                }
                self.dictionary = T::words(&buf, usize::try_from(num_values).ok()?)?;
                self.asked.clear();
                Some(())
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                let (levels, values) = match self.has_levels {
                    false => (None, buf),
                    true if def_level_encoding != Encoding::RLE => return None,
                    true => {
                        let length = u32::from_le_bytes(buf.get(..4)?.try_into().ok()?);
                        let end = usize::try_from(length).ok()?.checked_add(4)?;
                        (end <= buf.len()).then_some(())?;
                        (Some(Runs::new(buf.slice(4..end), 1)?), buf.slice(end..))
                    }
                };
                self.begin(num_values, levels, values, encoding)
            }
            Page::DataPageV2 {
                buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, ..
            } => {
                let end = usize::try_from(def_levels_byte_len).ok()?;
                (rep_levels_byte_len == 0 && end <= buf.len()).then_some(())?;
                let levels = if self.has_levels { Some(Runs::new(buf.slice(..end), 1)?) } else { None };
                self.begin(num_values, levels, buf.slice(end..), encoding)
            }
        }
    }

    fn begin(&mut self, cells: u32, levels: Option<Runs>, values: Bytes, encoding: Encoding) -> Option<()> {
        let values = match encoding {
            Encoding::PLAIN => Values::Plain(values, 0),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => match values.first() {
                Some(width) => Values::Coded(Runs::new(values.slice(1..), *width)?),
                // A page of empty cells.
                None => Values::Plain(values, 0),
            },
            _ => return None,
        };
        self.rest = Some(Rest { cells: usize::try_from(cells).ok()?, levels, values });
        Some(())
    }

    /// [Takes](Self::take) into a list that is emptied first, and says whether any of the cells has a value.
    pub fn fill(
        &mut self,
        count: usize,
        places: &[u32],
        values: &mut Vec<T>,
        levels: &mut Vec<i16>,
    ) -> Option<bool> {
        values.clear();
        self.take(count, places, values, levels)?;
        Some(!values.is_empty())
    }

    /// Reads `count` cells on and takes those at these places, which rise: the values into one list, and into the
    /// other for each cell whether there is one, as 1 or 0. That stays empty while there is one in each.
    pub fn take(
        &mut self,
        count: usize,
        places: &[u32],
        values: &mut Vec<T>,
        levels: &mut Vec<i16>,
    ) -> Option<()> {
        let (mut left, mut places) = (count, places);
        let (mut base, mut taken) = (0u32, 0);
        while left > 0 {
            let cells = self.at_hand()?.min(left);
            let end = base + u32::try_from(cells).ok()?;
            let inside =
                if cells == left { places.len() } else { places.partition_point(|place| *place < end) };
            let (these, others) = places.split_at(inside);
            let Self { rest, present, codes, ranks, dictionary, .. } = self;
            let rest = rest.as_mut()?;
            let mut there = cells;
            ranks.clear();
            // Whether the values are those of all places.
            let mut is_whole = rest.levels.is_none();
            if let Some(runs) = &mut rest.levels {
                match runs.same(cells) {
                    Some(level) => {
                        is_whole = level == 1;
                        there = if is_whole { cells } else { 0 };
                        if !(is_whole && levels.is_empty()) {
                            levels.resize(taken, 1);
                            levels.resize(taken + these.len(), i16::from(is_whole));
                        }
                    }
                    None => {
                        there = present.read(runs, cells)?;
                        levels.resize(taken, 1);
                        for place in these {
                            match present.rank(place - base) {
                                Some(rank) => {
                                    levels.push(1);
                                    ranks.push(rank);
                                }
                                None => levels.push(0),
                            }
                        }
                    }
                }
            }
            if is_whole && base > 0 {
                ranks.extend(these.iter().map(|place| place - base));
            }
            let ranks = if is_whole && base == 0 { these } else { ranks.as_slice() };
            match &mut rest.values {
                _ if there == 0 => {}
                Values::Plain(bytes, at) => T::gather(bytes, at, there, ranks, values)?,
                Values::Coded(runs) => match runs.same(there) {
                    Some(code) => {
                        let from = values.len();
                        T::spell(dictionary, &[code], values)?;
                        let value = values[from].clone();
                        values.resize(from + ranks.len(), value);
                    }
                    None => {
                        codes.clear();
                        runs.gather(there, ranks, codes)?;
                        T::spell(dictionary, codes, values)?;
                    }
                },
            }
            rest.cells -= cells;
            left -= cells;
            base = end;
            taken += these.len();
            places = others;
        }
        Some(())
    }

    /// Looks `count` cells ahead, inside of the page at hand, and marks those of which the value is asked for, or, with
    /// `empty_too`, that are empty.
    pub fn mark(
        &mut self,
        count: usize,
        empty_too: bool,
        asked: impl Fn(&T) -> bool,
        marks: &mut [bool],
    ) -> Option<()> {
        let Self { rest, present, dictionary, asked: of_words, .. } = self;
        let Rest { levels, values, .. } = rest.as_ref()?;
        let mut there = count;
        let levels = match levels {
            None => None,
            Some(runs) => {
                there = present.read(&mut runs.clone(), count)?;
                Some(&*present).filter(|_| there < count)
            }
        };
        if empty_too && let Some(present) = levels {
            for (place, mark) in (0u32..).zip(&mut marks[..count]) {
                *mark |= present.rank(place).is_none();
            }
        }
        let Values::Coded(runs) = values else {
            let Values::Plain(bytes, at) = values else { return None };
            let mut at = *at;
            let all: Vec<u32> = (0..u32::try_from(there).ok()?).collect();
            let mut plain = Vec::with_capacity(there);
            T::gather(bytes, &mut at, there, &all, &mut plain)?;
            let mut plain = plain.iter();
            for (place, mark) in (0u32..).zip(&mut marks[..count]) {
                if levels.is_none_or(|present| present.rank(place).is_some()) {
                    *mark |= asked(plain.next()?);
                }
            }
            return Some(());
        };
        if of_words.is_empty() {
            of_words.extend(T::each(dictionary).map(|word| asked(&word)));
        }
        if !of_words.contains(&true) {
            return Some(());
        }
        let is_asked = |code: u32| of_words.get(code as usize).copied().unwrap_or(false);
        // For codes of few bits without a look whether there is such a word: which are asked for nobody can foretell.
        let mut few = [false; 256];
        few.iter_mut().zip(&*of_words).for_each(|(few, word)| *few = *word);
        match levels {
            None => runs.clone().pieces(there, |from, length, piece| match piece {
                Piece::Same(code) if is_asked(code) => marks[from..from + length].fill(true),
                Piece::Same(_) => {}
                Piece::Packed(packed) => {
                    let marks = &mut marks[from..from + length];
                    match packed.is_narrow() {
                        true => packed.each(marks, |mark, code| *mark |= few[usize::from(code as u8)]),
                        false => packed.each(marks, |mark, code| *mark |= is_asked(code)),
                    }
                }
            }),
            Some(present) => {
                let mut codes = Vec::with_capacity(there);
                runs.clone().all(there, &mut codes)?;
                for (place, mark) in (0u32..).zip(&mut marks[..count]) {
                    if let Some(rank) = present.rank(place) {
                        *mark |= is_asked(codes[rank as usize]);
                    }
                }
                Some(())
            }
        }
    }
}

/// Which cells are values, by bits, and how many of them stand before each word.
#[derive(Default)]
struct Present {
    words: Vec<u64>,
    before: Vec<u32>,
}

impl Present {
    /// Reads the levels of so many cells; how many are values.
    fn read(&mut self, runs: &mut Runs, count: usize) -> Option<usize> {
        self.words.clear();
        self.words.resize(count.div_ceil(64), 0);
        let words = &mut self.words;
        runs.pieces(count, |from, length, piece| match piece {
            Piece::Same(1) => fill(words, from, length),
            Piece::Same(_) => {}
            Piece::Packed(packed) => {
                for place in 0..length {
                    words[(from + place) / 64] |= u64::from(packed.get(place)) << ((from + place) % 64);
                }
            }
        })?;
        self.before.clear();
        let mut there = 0;
        for word in &self.words {
            self.before.push(there);
            there += word.count_ones();
        }
        Some(there as usize)
    }

    /// How many values stand before a value; `None` for an empty cell.
    #[inline]
    fn rank(&self, place: u32) -> Option<u32> {
        let (word, bit) = ((place / 64) as usize, place % 64);
        let bits = self.words[word];
        (bits >> bit & 1 == 1).then(|| self.before[word] + (bits & ((1 << bit) - 1)).count_ones())
    }
}

/// Sets bits from a place on.
fn fill(words: &mut [u64], from: usize, length: usize) {
    let (mut at, end) = (from, from + length);
    while at < end {
        let bits = (64 - at % 64).min(end - at);
        words[at / 64] |= (u64::MAX >> (64 - bits)) << (at % 64);
        at += bits;
    }
}
