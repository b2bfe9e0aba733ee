//! What is read of the chosen rows is what the library reads of them, however the file was written.

use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::super::super::cells::{Batch, Kind, Wanted, optional, required};
use super::super::super::choice::Choice;
use super::super::super::folder::{Folder as _, Form, Memory, Part};
use super::super::{Opened, open};

/// As in the tables: a person, a concept, a day, a source concept, and more of other sorts.
const WANTED: [Wanted<'static>; 8] = [
    required("person_id", Kind::Id),
    required("concept", Kind::Id),
    required("on", Kind::Day),
    optional("source", Kind::Id),
    optional("value", Kind::Number),
    optional("unit", Kind::Text),
    optional("wide", Kind::Id),
    optional("short", Kind::Number),
];
const SCHEMA: &str = "message table { required int64 person_id; optional int32 concept; optional int32 on (DATE);
    optional int64 source; optional double value; optional byte_array unit (UTF8); optional double wide; optional float short; }";

#[derive(Clone, Debug)]
struct Written {
    has_dictionary: bool,
    version: WriterVersion,
    compression: parquet::basic::Compression,
    /// Of a page, of a dictionary, and of a row group.
    rows_of_page: usize,
    bytes_of_dictionary: usize,
    rows_of_group: usize,
}

fn written() -> impl Strategy<Value = Written> {
    use parquet::basic::{Compression, ZstdLevel};
    (
        any::<bool>(),
        prop_oneof![Just(WriterVersion::PARQUET_1_0), Just(WriterVersion::PARQUET_2_0)],
        prop_oneof![
            Just(Compression::UNCOMPRESSED),
            Just(Compression::SNAPPY),
            Just(Compression::ZSTD(ZstdLevel::default()))
        ],
        1usize..400,
        prop_oneof![Just(8usize), Just(200), Just(1 << 20)],
        50usize..2000,
    )
        .prop_map(
            |(has_dictionary, version, compression, rows_of_page, bytes_of_dictionary, rows_of_group)| {
                Written {
                    has_dictionary,
                    version,
                    compression,
                    rows_of_page,
                    bytes_of_dictionary,
                    rows_of_group,
                }
            },
        )
}

#[derive(Clone, Debug)]
struct Row {
    concept: Option<i32>,
    on: Option<i32>,
    source: Option<i64>,
    value: Option<f64>,
    unit: Option<&'static str>,
    wide: Option<f64>,
    short: Option<f32>,
}

/// Runs of rows that are alike, so that there are runs of all lengths in the pages.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let maybe = |strategy: BoxedStrategy<i32>| prop::option::weighted(0.8, strategy);
    let row = (
        maybe(prop_oneof![Just(0), 1..6, any::<i32>()].boxed()),
        maybe(prop_oneof![17_000..17_009, any::<i32>()].boxed()),
        prop::option::weighted(0.3, prop_oneof![Just(0i64), 1i64..6, any::<i64>()]),
        prop::option::weighted(
            0.9,
            prop_oneof![Just(f64::NAN), (0i32..99).prop_map(|v| f64::from(v) / 10.0)],
        ),
        prop::option::of(prop_oneof![Just("%"), Just(" mg/dL"), Just(""), Just("NULL")]),
        prop::option::of(prop_oneof![Just(f64::NAN), Just(0.5), (0i32..9).prop_map(f64::from)]),
        prop::option::of(prop_oneof![Just(7.1f32), Just(f32::INFINITY)]),
    )
        .prop_map(|(concept, on, source, value, unit, wide, short)| Row {
            concept,
            on,
            source,
            value,
            unit,
            wide,
            short,
        });
    prop::collection::vec((row, prop_oneof![4 => 1usize..4, 1 => 5usize..300]), 1..60).prop_map(|runs| {
        runs.into_iter().flat_map(|(row, length)| std::iter::repeat_n(row, length)).collect()
    })
}

fn file(rows: &[Row], how: &Written) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(how.has_dictionary)
        .set_writer_version(how.version)
        .set_compression(how.compression)
        .set_data_page_row_count_limit(how.rows_of_page)
        .set_write_batch_size(how.rows_of_page.min(64))
        .set_dictionary_page_size_limit(how.bytes_of_dictionary)
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    for (number, rows) in rows.chunks(how.rows_of_group).enumerate() {
        let mut group = writer.next_row_group().unwrap();
        macro_rules! column {
            ($type:ty, $of:expr) => {{
                let cells: Vec<Option<_>> = rows.iter().map($of).collect();
                let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
                let values: Vec<_> = cells.into_iter().flatten().collect();
                let mut column = group.next_column().unwrap().expect("a column");
                column.typed::<$type>().write_batch(&values, Some(&levels), None).unwrap();
                column.close().unwrap();
            }};
        }
        let people: Vec<i64> =
            (0..rows.len()).map(|row| (number * how.rows_of_group + row) as i64 / 3).collect();
        let mut column = group.next_column().unwrap().expect("a column");
        column.typed::<Int64Type>().write_batch(&people, None, None).unwrap();
        column.close().unwrap();
        column!(Int32Type, |row: &Row| row.concept);
        column!(Int32Type, |row: &Row| row.on);
        column!(Int64Type, |row: &Row| row.source);
        column!(DoubleType, |row: &Row| row.value);
        column!(ByteArrayType, |row: &Row| row.unit.map(ByteArray::from));
        column!(DoubleType, |row: &Row| row.wide);
        column!(FloatType, |row: &Row| row.short);
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn opened(bytes: Vec<u8>) -> Opened {
    let data = Memory::default().with("table.parquet", bytes).open("table.parquet").unwrap();
    let part = Part { file: "table.parquet".into(), data, form: Form::Parquet, is_vocabulary: false };
    open(&part, &WANTED).unwrap()
}

/// Each row as its number and its cells.
fn shown(batch: &Batch, into: &mut Vec<(u64, String)>) {
    for row in 0..batch.rows {
        let ids = [0, 1, 3, 6].map(|column| batch.id(column, row));
        let numbers = [4, 7].map(|column| batch.number(column, row));
        let cells = format!("{ids:?} {:?} {numbers:?} {:?}", batch.day(2, row), batch.text(5, row));
        into.push((batch.place(row), cells));
    }
}

fn by_library(opened: &Opened) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    for group in 0..opened.groups() {
        opened.read(0, group, &WANTED, |batch| shown(batch, &mut all)).unwrap();
    }
    all
}

/// Each group in slices of so many rows.
fn by_pages(opened: &Opened, choice: Option<&Choice>, slice: u64) -> Option<Vec<(u64, String)>> {
    let mut all = Vec::new();
    for group in 0..opened.groups() {
        all.extend(group_by_pages(opened, group, choice, slice)?);
    }
    Some(all)
}

fn group_by_pages(
    opened: &Opened,
    group: usize,
    choice: Option<&Choice>,
    slice: u64,
) -> Option<Vec<(u64, String)>> {
    let (mut all, end) = (Vec::new(), opened.rows_of(group));
    let mut next = 0;
    while next < end {
        let span = next..end.min(next.saturating_add(slice));
        next = span.end;
        super::read(opened, 0, group, span, &WANTED, choice, |batch| shown(batch, &mut all))?;
    }
    Some(all)
}

/// Slices of some rows, so that each can begin and end anywhere in the pages of each column, or all rows at once.
fn slices() -> impl Strategy<Value = u64> {
    prop_oneof![1 => Just(u64::MAX), 3 => 1u64..400]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 2000 }))]
    #[test]
    fn chosen_rows_are_those_of_the_library(rows in rows(), how in written(), slice in slices()) {
        let opened = opened(file(&rows, &how));
        let whole = by_library(&opened);
        prop_assert_eq!(whole.len(), rows.len());
        let all = by_pages(&opened, None, slice);
        // The library writes other codes where there is no dictionary in a file of the second version.
        let is_usual = how.version == WriterVersion::PARQUET_1_0;
        if is_usual {
            prop_assert!(all.is_some(), "this is read from the pages");
        }
        if let Some(all) = all {
            prop_assert_eq!(&all, &whole);
        }
        let ids = [2i64, 4];
        if let Some(some) = by_pages(&opened, Some(&Choice::of(ids.into_iter())), slice) {
            let is_asked = |row: &Row| {
                let concept = row.concept.map(i64::from);
                concept.is_none_or(|id| id == 0 || ids.contains(&id)) || row.source.is_some_and(|id| ids.contains(&id))
            };
            let asked: Vec<_> = whole.into_iter().zip(&rows).filter(|(_, row)| is_asked(row)).map(|(cells, _)| cells).collect();
            prop_assert_eq!(some, asked);
        } else {
            prop_assert!(!is_usual);
        }
    }

    #[test]
    fn a_scratched_file_is_read_alike_or_left_to_the_library(rows in rows(), how in written(), place in any::<prop::sample::Index>(), flip in 1u8.., slice in slices()) {
        let mut bytes = file(&rows, &how);
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        let data = Memory::default().with("table.parquet", bytes).open("table.parquet").unwrap();
        let part = Part { file: "table.parquet".into(), data, form: Form::Parquet, is_vocabulary: false };
        let Ok(opened) = open(&part, &WANTED) else { return Ok(()) };
        let mut whole = Vec::new();
        for group in 0..opened.groups() {
            let mut alone = Vec::new();
            let is_read = opened.read(0, group, &WANTED, |batch| shown(batch, &mut alone)).is_ok();
            if let Some(pages) = group_by_pages(&opened, group, None, slice) && is_read {
                prop_assert_eq!(&pages, &alone);
            }
            whole.extend(alone);
        }
    }
}

#[test]
fn room_is_not_made_for_rows_of_which_a_broken_file_only_speaks() {
    let how = Written {
        has_dictionary: true,
        version: WriterVersion::PARQUET_1_0,
        compression: parquet::basic::Compression::SNAPPY,
        rows_of_page: 1000,
        bytes_of_dictionary: 1 << 20,
        rows_of_group: 2 * super::ROWS,
    };
    let row = Row {
        concept: Some(2),
        on: Some(17_000),
        source: None,
        value: Some(1.5),
        unit: None,
        wide: None,
        short: None,
    };
    let mut opened = opened(file(&vec![row; 2 * super::ROWS], &how));
    opened.firsts = vec![1, 1 << 50];
    for choice in [None, Some(&Choice::of([2i64].into_iter()))] {
        let mut most = 0;
        let look = |batch: &Batch| most = most.max(batch.expected);
        assert_eq!(super::read(&opened, 0, 0, 0..1 << 50, &WANTED, choice, look), None);
        assert!((1..=super::MOST_EXPECTED).contains(&most), "{most}");
    }
}
