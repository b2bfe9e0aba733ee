//! A row group, of which only the rows are decoded that are asked for.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Type;
use parquet::file::serialized_reader::SerializedPageReader;

use super::super::cells::{Batch, Column, Kind, Wanted, keep, marked_places};
use super::super::choice::Choice;
use super::pages::Pages;
use super::window::Window;
use super::{Decoder, Opened, ROWS, Sort, Wrong, bytes, doubles, guarded, integers};
use parquet::file::reader::RowGroupReader;

/// Room is made beforehand for so many rows: a broken file may speak of any number.
const MOST_EXPECTED: usize = 1 << 21;

/// A column, by the sort of its values, with room for those of a piece.
enum Source {
    Short(Pages<i32>, Vec<i32>),
    Long(Pages<i64>, Vec<i64>),
    Double(Pages<f64>, Vec<f64>),
    Text(Pages<Bytes>, Vec<Bytes>),
    /// Something else: decoded as a whole, with room for that.
    Whole(Box<Decoder>, Column),
}

struct Read {
    source: Source,
    sort: Sort,
    deepest: i16,
    levels: Vec<i16>,
}

/// Hands the chosen rows among some of a group on, which are counted from 0, piece by piece. `None` where something
/// is not as it usually is: then nothing that was handed on of the group counts, and the library reads it.
pub fn read(
    opened: &Opened,
    part: usize,
    group: usize,
    span: Range<u64>,
    wanted: &[Wanted<'_>],
    choice: Option<&Choice>,
    mut each: impl FnMut(&Batch),
) -> Option<()> {
    let rows = guarded(|| opened.group(group)).ok()?;
    let before = usize::try_from(span.start).ok()?;
    let mut columns = Vec::with_capacity(wanted.len());
    for (place, wanted) in opened.places.iter().zip(wanted) {
        columns.push(match place {
            Some(place) => {
                let mut column = Read::of(opened, &*rows, *place, wanted.kind)?;
                column.skip(before)?;
                Some(column)
            }
            None => None,
        });
    }
    let choice =
        choice.filter(|choice| choice.columns().all(|at| columns[at].as_ref().is_none_or(Read::is_plain)));
    let mut batch = Batch {
        part,
        rows: 0,
        expected: 0,
        passed_over: None,
        first: opened.firsts[group] + span.start,
        lines: Vec::new(),
        columns: opened
            .places
            .iter()
            .zip(wanted)
            .map(|(place, w)| place.map(|_| Column::of(w.kind)))
            .collect(),
    };
    let all: Vec<u32> = (0..u32::try_from(ROWS).ok()?).collect();
    let (mut marks, mut some) = (vec![false; ROWS], Vec::with_capacity(ROWS));
    let by_day = choice.map_or(&[][..], Choice::day_columns);
    let mut left = usize::try_from(span.end - span.start).ok()?;
    while left > 0 {
        let mut count = left.min(ROWS);
        let mut places = &all[..count];
        if let Some(choice) = choice {
            // Inside of one page of each of the columns by which is chosen.
            for at in choice.columns() {
                if let Some(column) = &mut columns[at] {
                    count = count.min(column.at_hand()?);
                }
            }
            let marks = &mut marks[..count];
            marks.fill(false);
            for (at, is_concept) in choice.columns().zip([true, false]) {
                match &mut columns[at] {
                    Some(column) => column.mark(choice, is_concept, marks)?,
                    // Where the column is not there, all of it is empty.
                    None if is_concept => marks.fill(true),
                    None => {}
                }
            }
            marked_places(marks, &mut some);
            places = &some;
        }
        let mut take = |at: usize, places: &[u32], batch: &mut Batch| {
            let (Some(column), Some(into)) = (&mut columns[at], &mut batch.columns[at]) else {
                return Some(());
            };
            into.clear();
            column.take(count, places, into)
        };
        if let Some(choice) = choice.filter(|_| !by_day.is_empty()) {
            // What the others hold on days on which nothing is asked for need not be decoded.
            by_day.iter().try_for_each(|at| take(*at, places, &mut batch))?;
            let marks = &mut marks[..places.len()];
            choice.mark_days(&batch, marks);
            let before = some.len();
            keep(&mut some, marks);
            batch.passed_over = Some((before - some.len()) as u64);
            places = &some;
            for at in by_day {
                batch.columns[*at].iter_mut().for_each(|column| column.keep(marks));
            }
        }
        let others = (0..wanted.len()).filter(|at| !by_day.contains(at));
        others.into_iter().try_for_each(|at| take(at, places, &mut batch))?;
        batch.lines.clear();
        if places.len() < count {
            batch.lines.extend(places.iter().map(|place| batch.first + u64::from(*place)));
        }
        batch.rows = places.len();
        batch.expected = MOST_EXPECTED.min(match choice {
            Some(_) => places.len().saturating_mul(left / count) / 16 * 17 + ROWS,
            None => left,
        });
        if batch.rows > 0 || batch.passed_over.is_some_and(|rows| rows > 0) {
            each(&batch);
        }
        batch.first += count as u64;
        left -= count;
    }
    Some(())
}

impl Read {
    fn of(opened: &Opened, rows: &dyn RowGroupReader, place: usize, kind: Kind) -> Option<Self> {
        let column = rows.metadata().column(place);
        let descriptor = column.column_descr();
        let (sort, deepest) = (Sort::of(descriptor), descriptor.max_def_level());
        let physical = descriptor.physical_type();
        if deepest > 1 || is_refused(physical, sort, kind) {
            return None;
        }
        let pages = || {
            let (start, length) = guarded(|| Ok(column.byte_range())).ok()?;
            let window = Window::new(&opened.data, start.checked_add(length)?);
            let count = usize::try_from(rows.metadata().num_rows()).ok()?;
            let reader = guarded(|| SerializedPageReader::new(Arc::new(window), column, count, None)).ok()?;
            Some(Box::new(reader))
        };
        let has_levels = deepest > 0;
        let source = match physical {
            Type::INT32 => Source::Short(Pages::new(pages()?, has_levels), Vec::new()),
            Type::INT64 => Source::Long(Pages::new(pages()?, has_levels), Vec::new()),
            Type::DOUBLE => Source::Double(Pages::new(pages()?, has_levels), Vec::new()),
            Type::BYTE_ARRAY => Source::Text(Pages::new(pages()?, has_levels), Vec::new()),
            _ => {
                let reader = guarded(|| rows.get_column_reader(place)).ok()?;
                let decoder = Decoder { reader, sort, deepest, levels: Vec::with_capacity(ROWS) };
                Source::Whole(Box::new(decoder), Column::of(kind))
            }
        };
        Some(Self { source, sort, deepest, levels: Vec::new() })
    }

    /// Whole numbers that are taken as they are.
    fn is_plain(&self) -> bool {
        matches!(self.source, Source::Short(..) | Source::Long(..)) && self.sort == Sort::Plain
    }

    /// Passes over the next `count` cells.
    fn skip(&mut self, count: usize) -> Option<()> {
        match &mut self.source {
            _ if count == 0 => Some(()),
            Source::Short(pages, _) => pages.skip(count),
            Source::Long(pages, _) => pages.skip(count),
            Source::Double(pages, _) => pages.skip(count),
            Source::Text(pages, _) => pages.skip(count),
            Source::Whole(decoder, _) => {
                let skipped = decoder.skip(count).ok()?;
                (skipped == count).then_some(())
            }
        }
    }

    fn at_hand(&mut self) -> Option<usize> {
        match &mut self.source {
            Source::Short(pages, _) => pages.at_hand(),
            Source::Long(pages, _) => pages.at_hand(),
            _ => None,
        }
    }

    fn mark(&mut self, choice: &Choice, is_concept: bool, marks: &mut [bool]) -> Option<()> {
        let count = marks.len();
        let asked = |id: i64| choice.asks(id, is_concept);
        match &mut self.source {
            Source::Short(pages, _) => pages.mark(count, is_concept, |id| asked(i64::from(*id)), marks),
            Source::Long(pages, _) => pages.mark(count, is_concept, |id| asked(*id), marks),
            _ => None,
        }
    }

    /// Puts the cells at these places among the next `count` behind each other.
    fn take(&mut self, count: usize, places: &[u32], into: &mut Column) -> Option<()> {
        let Self { source, sort, deepest, levels } = self;
        let sort = *sort;
        levels.clear();
        // Without a level for each, all are values.
        let deepest = |levels: &[i16]| if levels.is_empty() { 0 } else { *deepest };
        let put = match source {
            Source::Short(pages, values) => {
                if !pages.fill(count, places, values, levels)? {
                    into.push_nulls(places.len());
                    return Some(());
                }
                let widened = values.iter().map(|value| match sort {
                    Sort::Unsigned => i64::from(value.cast_unsigned()),
                    _ => i64::from(*value),
                });
                integers(into, levels, deepest(levels), sort, widened)
            }
            Source::Long(pages, values) => {
                if !pages.fill(count, places, values, levels)? {
                    into.push_nulls(places.len());
                    return Some(());
                }
                integers(into, levels, deepest(levels), sort, values.iter().copied())
            }
            Source::Double(pages, values) => {
                if !pages.fill(count, places, values, levels)? {
                    into.push_nulls(places.len());
                    return Some(());
                }
                doubles(into, levels, deepest(levels), values.iter().copied())
            }
            Source::Text(pages, values) => {
                if !pages.fill(count, places, values, levels)? {
                    into.push_nulls(places.len());
                    return Some(());
                }
                bytes(into, levels, deepest(levels), sort, values.iter().map(|value| &**value))
            }
            Source::Whole(decoder, whole) => {
                whole.clear();
                let read = decoder.read(count, whole).ok()?;
                (read == count).then_some(())?;
                places.iter().for_each(|place| into.push_cell(whole, *place as usize));
                Ok(())
            }
        };
        put.ok()
    }
}

/// Whether the column holds what it should not, whatever its values are.
fn is_refused(physical: Type, sort: Sort, kind: Kind) -> bool {
    let mut column = Column::of(kind);
    let put = match physical {
        Type::INT32 | Type::INT64 => integers(&mut column, &[], 0, sort, [1].into_iter()),
        Type::INT96 => integers(&mut column, &[], 0, Sort::Timestamp(1), [1].into_iter()),
        Type::DOUBLE | Type::FLOAT => doubles(&mut column, &[], 0, [1.0].into_iter()),
        Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => {
            bytes(&mut column, &[], 0, sort, [b"1".as_slice()].into_iter())
        }
        Type::BOOLEAN => return true,
    };
    matches!(put, Err(Wrong::Kind(_)))
}

#[cfg(test)]
mod tests;
