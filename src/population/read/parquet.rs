//! Tables as Parquet: the wanted columns of each row group, decoded piece by piece.
//!
//! Where rows are chosen by their concepts, these columns are looked at first, and of the others only the cells of the
//! chosen rows are decoded ([`group`]).

mod group;
mod pages;
mod runs;
mod window;

pub use group::read as read_chosen;

use std::cell::Cell;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, Length, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::cells::{Batch, Cells, Column, Wanted, is_a_day};
use super::delimited::places;
use super::folder::{DataFile, FromHere, Part, Unreadable, broken};

/// Rows that are decoded at once.
const ROWS: usize = 16_384;
const DAY: i64 = 86_400;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is the library's, about a broken file: it is caught, and told as an error.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// The library trusts what a file says of itself: of a broken one it may panic.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    GUARDED.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(false);
    read.unwrap_or_else(|_| Err(ParquetError::General("what it says of itself is not so".into())))
}

struct Chunks(Arc<dyn DataFile>);

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<FromHere>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(FromHere { data: Arc::clone(&self.0), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        window::read(&*self.0, start, length)
    }
}

/// A file of which the columns are known.
pub struct Opened {
    file: String,
    data: Arc<dyn DataFile>,
    reader: SerializedFileReader<Chunks>,
    /// Where each wanted column is.
    places: Vec<Option<usize>>,
    /// The first row of each group, counted from 1, and behind them the end.
    firsts: Vec<u64>,
}

/// # Errors
/// Where the file is no Parquet, or has not the columns that are required.
pub fn open(part: &Part, wanted: &[Wanted<'_>]) -> Result<Opened, Unreadable> {
    let reader = guarded(|| SerializedFileReader::new(Chunks(Arc::clone(&part.data)))).map_err(|error| {
        broken(&part.file, &format!("it is no whole Parquet file ({})", in_words(&error)))
            .help("write or copy the file again")
    })?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let names: Vec<String> =
        schema.columns().iter().map(|column| column.path().string().to_lowercase()).collect();
    let places = places(&part.file, &names, wanted)?;
    for (place, wanted) in places.iter().zip(wanted) {
        if let Some(place) = place
            && schema.column(*place).max_rep_level() > 0
        {
            return Err(Unreadable::new(format!("column `{}` of `{}` holds lists", wanted.name, part.file))
                .help(format!("write one of {} in each row", wanted.kind.in_words())));
        }
    }
    let mut firsts = vec![1];
    for group in reader.metadata().row_groups() {
        let last = firsts.last().copied().unwrap_or(1);
        firsts.push(last + u64::try_from(group.num_rows()).unwrap_or(0));
    }
    Ok(Opened { file: part.file.clone(), data: Arc::clone(&part.data), reader, places, firsts })
}

impl Opened {
    pub fn groups(&self) -> usize {
        self.firsts.len() - 1
    }

    /// How many rows a group has.
    pub fn rows_of(&self, group: usize) -> u64 {
        self.firsts[group + 1] - self.firsts[group]
    }

    fn group(&self, group: usize) -> Result<Box<dyn RowGroupReader + '_>, ParquetError> {
        self.reader.get_row_group(group)
    }

    /// Hands all rows of a group on, piece by piece, as the library decodes them.
    ///
    /// # Errors
    /// Where a column cannot be decoded, or holds something else than it should.
    pub fn read(
        &self,
        part: usize,
        group: usize,
        wanted: &[Wanted<'_>],
        mut each: impl FnMut(&Batch),
    ) -> Result<(), Unreadable> {
        let failed = |error: ParquetError| broken(&self.file, &in_words(&error));
        let rows = guarded(|| self.group(group)).map_err(failed)?;
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let mut decoders = Vec::new();
        for place in &self.places {
            decoders.push(match place {
                Some(place) => Some(Decoder {
                    reader: guarded(|| rows.get_column_reader(*place)).map_err(failed)?,
                    sort: Sort::of(&schema.column(*place)),
                    deepest: schema.column(*place).max_def_level(),
                    levels: Vec::with_capacity(ROWS),
                }),
                None => None,
            });
        }
        let mut batch = Batch {
            part,
            rows: 0,
            expected: 0,
            passed_over: None,
            first: self.firsts[group],
            lines: Vec::new(),
            columns: self
                .places
                .iter()
                .zip(wanted)
                .map(|(place, w)| place.map(|_| Column::of(w.kind)))
                .collect(),
        };
        let mut left = usize::try_from(self.firsts[group + 1] - self.firsts[group]).unwrap_or(0);
        while left > 0 {
            let count = left.min(ROWS);
            for ((decoder, column), wanted) in decoders.iter_mut().zip(&mut batch.columns).zip(wanted) {
                let (Some(decoder), Some(column)) = (decoder, column) else { continue };
                column.clear();
                let read = decoder.read(count, column).map_err(|wrong| match wrong {
                    Wrong::Broken(error) => failed(error),
                    Wrong::Kind(what) => {
                        Unreadable::new(format!("column `{}` of `{}` holds {what}", wanted.name, self.file))
                            .help(format!("{} are expected: write the column again", wanted.kind.in_words()))
                    }
                })?;
                if read != count {
                    return Err(broken(
                        &self.file,
                        &format!("column `{}` ends before the others", wanted.name),
                    ));
                }
            }
            batch.rows = count;
            each(&batch);
            batch.first += count as u64;
            left -= count;
        }
        Ok(())
    }
}

/// How values of a column are to be understood.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sort {
    Plain,
    Unsigned,
    Date,
    /// Ticks of a second.
    Timestamp(i64),
    /// Digits behind the point.
    Decimal(u32),
    /// A column in which nothing ever stands.
    Nothing,
    TimeOfDay,
}

impl Sort {
    fn of(column: &ColumnDescriptor) -> Self {
        let scale = u32::try_from(column.type_scale()).unwrap_or(0);
        match column.logical_type_ref() {
            Some(LogicalType::Date) => return Sort::Date,
            Some(LogicalType::Timestamp(timestamp)) => {
                return Sort::Timestamp(match timestamp.unit {
                    TimeUnit::MILLIS => 1_000,
                    TimeUnit::MICROS => 1_000_000,
                    TimeUnit::NANOS => 1_000_000_000,
                });
            }
            Some(LogicalType::Time(_)) => return Sort::TimeOfDay,
            Some(LogicalType::Decimal(_)) => return Sort::Decimal(scale),
            Some(LogicalType::Unknown) => return Sort::Nothing,
            Some(LogicalType::Integer(integer)) if !integer.is_signed => return Sort::Unsigned,
            _ => {}
        }
        match column.converted_type() {
            ConvertedType::DATE => Sort::Date,
            ConvertedType::TIMESTAMP_MILLIS => Sort::Timestamp(1_000),
            ConvertedType::TIMESTAMP_MICROS => Sort::Timestamp(1_000_000),
            ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => Sort::TimeOfDay,
            ConvertedType::DECIMAL => Sort::Decimal(scale),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Sort::Unsigned,
            _ => Sort::Plain,
        }
    }
}

enum Wrong {
    Broken(ParquetError),
    /// The column holds this, and nothing that could be meant.
    Kind(&'static str),
}

struct Decoder {
    reader: ColumnReader,
    sort: Sort,
    /// The level of a value that is there.
    deepest: i16,
    levels: Vec<i16>,
}

impl Decoder {
    /// Passes over so many cells; how many there were.
    fn skip(&mut self, count: usize) -> Result<usize, ParquetError> {
        let reader = &mut self.reader;
        guarded(|| match reader {
            ColumnReader::Int32ColumnReader(reader) => reader.skip_records(count),
            ColumnReader::Int64ColumnReader(reader) => reader.skip_records(count),
            ColumnReader::Int96ColumnReader(reader) => reader.skip_records(count),
            ColumnReader::DoubleColumnReader(reader) => reader.skip_records(count),
            ColumnReader::FloatColumnReader(reader) => reader.skip_records(count),
            ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(count),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(count),
            ColumnReader::BoolColumnReader(reader) => reader.skip_records(count),
        })
    }

    /// Reads so many cells; how many there were.
    fn read(&mut self, count: usize, into: &mut Column) -> Result<usize, Wrong> {
        let Self { reader, sort, deepest, levels } = self;
        let (sort, deepest) = (*sort, *deepest);
        match reader {
            ColumnReader::Int32ColumnReader(reader) => {
                let values = pull(reader, count, deepest, levels)?;
                integers(
                    into,
                    levels,
                    deepest,
                    sort,
                    values.iter().map(|value| match sort {
                        Sort::Unsigned => i64::from(value.cast_unsigned()),
                        _ => i64::from(*value),
                    }),
                )?;
                Ok(rows(levels, deepest, values.len()))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let values = pull(reader, count, deepest, levels)?;
                integers(into, levels, deepest, sort, values.iter().copied())?;
                Ok(rows(levels, deepest, values.len()))
            }
            ColumnReader::Int96ColumnReader(reader) => {
                let values = pull(reader, count, deepest, levels)?;
                let seconds = values.iter().map(parquet::data_type::Int96::to_seconds);
                integers(into, levels, deepest, Sort::Timestamp(1), seconds)?;
                Ok(rows(levels, deepest, values.len()))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                let values = pull(reader, count, deepest, levels)?;
                doubles(into, levels, deepest, values.iter().copied())?;
                Ok(rows(levels, deepest, values.len()))
            }
            ColumnReader::FloatColumnReader(reader) => {
                let values = pull(reader, count, deepest, levels)?;
                // What was recorded is the decimal of the float, which is not that of the nearest double.
                let widen = |value: &f32| value.to_string().parse().unwrap_or(f64::NAN);
                doubles(into, levels, deepest, values.iter().map(widen))?;
                Ok(rows(levels, deepest, values.len()))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let values = pull(reader, count, deepest, levels)?;
                bytes(into, levels, deepest, sort, values.iter().map(ByteArray::data))?;
                Ok(rows(levels, deepest, values.len()))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let values: Vec<FixedLenByteArray> = pull(reader, count, deepest, levels)?;
                bytes(into, levels, deepest, sort, values.iter().map(|value| value.data()))?;
                Ok(rows(levels, deepest, values.len()))
            }
            ColumnReader::BoolColumnReader(reader) => {
                let values = pull(reader, count, deepest, levels)?;
                spread(levels, deepest, values.iter(), into, |_, _| Err(Wrong::Kind("true and false")))?;
                Ok(rows(levels, deepest, values.len()))
            }
        }
    }
}

fn rows(levels: &[i16], deepest: i16, values: usize) -> usize {
    if deepest == 0 { values } else { levels.len() }
}

/// Values that are there, and the level of each cell.
fn pull<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    count: usize,
    deepest: i16,
    levels: &mut Vec<i16>,
) -> Result<Vec<T::T>, Wrong> {
    levels.clear();
    let mut values = Vec::with_capacity(count);
    let mut left = count;
    while left > 0 {
        let definitions = (deepest > 0).then_some(&mut *levels);
        let (read, _, _) =
            guarded(|| reader.read_records(left, definitions, None, &mut values)).map_err(Wrong::Broken)?;
        if read == 0 {
            break;
        }
        left -= read.min(left);
    }
    Ok(values)
}

/// Puts values among the empty cells.
fn spread<V>(
    levels: &[i16],
    deepest: i16,
    mut values: impl Iterator<Item = V>,
    into: &mut Column,
    mut put: impl FnMut(&mut Column, V) -> Result<(), Wrong>,
) -> Result<(), Wrong> {
    if deepest == 0 {
        return values.try_for_each(|value| put(into, value));
    }
    for level in levels {
        match (*level == deepest).then(|| values.next()).flatten() {
            Some(value) => put(into, value)?,
            None => into.push_null(),
        }
    }
    Ok(())
}

/// The same into cells of one sort.
fn fill<T: Copy + Default, V>(
    levels: &[i16],
    deepest: i16,
    mut values: impl Iterator<Item = V>,
    into: &mut Cells<T>,
    put: impl Fn(&mut Cells<T>, V),
) {
    if is_dense(levels, deepest) {
        return values.for_each(|value| put(into, value));
    }
    for level in levels {
        match (*level == deepest).then(|| values.next()).flatten() {
            Some(value) => put(into, value),
            None => into.push_null(),
        }
    }
}

/// All are values.
fn is_dense(levels: &[i16], deepest: i16) -> bool {
    deepest == 0 || levels.iter().all(|level| *level == deepest)
}

fn integers(
    into: &mut Column,
    levels: &[i16],
    deepest: i16,
    sort: Sort,
    values: impl Iterator<Item = i64>,
) -> Result<(), Wrong> {
    // The usual columns, without a look at their sort for each cell.
    match (&mut *into, sort) {
        (Column::Ids(cells), Sort::Plain) if is_dense(levels, deepest) => {
            cells.extend(values);
            return Ok(());
        }
        (Column::Ids(cells), Sort::Plain) => {
            fill(levels, deepest, values, cells, Cells::push);
            return Ok(());
        }
        (Column::Days(cells), Sort::Date) => {
            fill(levels, deepest, values, cells, put_day);
            return Ok(());
        }
        _ => {}
    }
    spread(levels, deepest, values, into, |column, value| {
        match (column, sort) {
            (Column::Ids(cells), Sort::Plain | Sort::Decimal(0)) => cells.push(value),
            (Column::Ids(cells), Sort::Unsigned) if value >= 0 => cells.push(value),
            (Column::Ids(cells), Sort::Unsigned) => cells.push_bad(|| value.cast_unsigned().to_string()),
            (Column::Days(cells), Sort::Date) => put_day(cells, value),
            (Column::Days(cells), Sort::Timestamp(ticks)) => put_day(cells, value.div_euclid(ticks * DAY)),
            #[allow(clippy::cast_precision_loss)] // A result beyond 2^53 is none.
            (Column::Numbers(cells), Sort::Plain | Sort::Unsigned) => cells.push(value as f64),
            (column @ Column::Numbers(_), Sort::Decimal(scale)) => {
                column.push_written(&decimal(i128::from(value), scale));
            }
            (Column::Texts(texts), Sort::Plain | Sort::Unsigned) => texts.push(&value.to_string()),
            (_, Sort::Nothing) => return Err(Wrong::Kind("values, and says that it holds none")),
            (_, Sort::Date | Sort::Timestamp(_)) => return Err(Wrong::Kind("dates")),
            (_, Sort::TimeOfDay) => return Err(Wrong::Kind("times of day")),
            (Column::Days(_), _) => return Err(Wrong::Kind("numbers that are not marked as dates")),
            (_, Sort::Decimal(_)) => return Err(Wrong::Kind("numbers with decimals")),
        }
        Ok(())
    })
}

fn put_day(cells: &mut Cells<i32>, day: i64) {
    match is_a_day(day) {
        Some(day) => cells.push(day),
        None => cells.push_bad(|| format!("{day} days from 1970-01-01")),
    }
}

fn put_number(cells: &mut Cells<f64>, value: f64) {
    match value.is_finite() {
        true => cells.push(value),
        false => cells.push_bad(|| value.to_string()),
    }
}

fn doubles(
    into: &mut Column,
    levels: &[i16],
    deepest: i16,
    values: impl Iterator<Item = f64>,
) -> Result<(), Wrong> {
    if let Column::Numbers(cells) = into {
        fill(levels, deepest, values, cells, put_number);
        return Ok(());
    }
    spread(levels, deepest, values, into, |column, value| {
        match column {
            Column::Numbers(cells) => put_number(cells, value),
            // A table of which a column has empty cells is often written as doubles, with NaN for nothing.
            Column::Ids(cells) if value.is_nan() => cells.push_null(),
            Column::Ids(cells) => {
                const EXACT: f64 = 9_007_199_254_740_992.0;
                if value.fract() == 0.0 && value.abs() <= EXACT {
                    #[allow(clippy::cast_possible_truncation)] // It is whole and small enough.
                    cells.push(value as i64);
                } else {
                    cells.push_bad(|| value.to_string());
                }
            }
            Column::Texts(texts) if value.is_nan() => texts.push_null(),
            Column::Texts(texts) => texts.push(&value.to_string()),
            Column::Days(cells) if value.is_nan() => cells.push_null(),
            Column::Days(_) => return Err(Wrong::Kind("numbers")),
        }
        Ok(())
    })
}

fn bytes<'v>(
    into: &mut Column,
    levels: &[i16],
    deepest: i16,
    sort: Sort,
    values: impl Iterator<Item = &'v [u8]>,
) -> Result<(), Wrong> {
    spread(levels, deepest, values, into, |column, value| {
        if let Sort::Decimal(scale) = sort {
            match (&mut *column, whole(value)) {
                (Column::Days(_), _) => return Err(Wrong::Kind("numbers")),
                (_, Some(number)) => column.push_written(&decimal(number, scale)),
                (_, None) => column.push_bad(|| "a very long number".into()),
            }
            return Ok(());
        }
        match std::str::from_utf8(value) {
            Ok(text) => column.push_written(text),
            Err(_) => column.push_bad(|| "bytes that are no UTF-8".into()),
        }
        Ok(())
    })
}

/// A whole number, the most significant byte first, in two's complement.
fn whole(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    if bytes.len() > 16 {
        return None;
    }
    let start = if negative { -1 } else { 0 };
    Some(bytes.iter().fold(start, |number: i128, byte| number << 8 | i128::from(*byte)))
}

/// `740` with two digits behind the point is `7.40`.
fn decimal(number: i128, scale: u32) -> String {
    if scale == 0 {
        return number.to_string();
    }
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale as usize + 1);
    let (whole, part) = digits.split_at(digits.len() - scale as usize);
    format!("{}{whole}.{part}", if number < 0 { "-" } else { "" })
}

/// Which compression is missing, in words that help.
fn in_words(error: &ParquetError) -> String {
    let text = error.to_string();
    let text = text.trim_start_matches("Parquet error: ").trim_start_matches("EOF: ");
    match text.contains("Disabled feature") || text.contains("not yet implemented") {
        true => format!("{text}; write it uncompressed, or with snappy or zstd"),
        false => crate::intake::clean(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{decimal, whole};

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(decimal(740, 2), "7.40");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(12, 0), "12");
        assert_eq!((whole(&[0xff]), whole(&[0x01, 0x00]), whole(&[])), (Some(-1), Some(256), Some(0)));
    }
}
