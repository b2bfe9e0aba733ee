//! What is read in slices is what is read at once, also of broken files.

use std::sync::Arc;

use ::parquet::data_type::{Int32Type, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

use super::super::cells::{Batch, Cell, Kind, Wanted, optional, required};
use super::super::choice::Choice;
use super::super::folder::{Memory, table};
use super::{Scan, Unreadable, in_slices};

const WANTED: [Wanted<'static>; 4] = [
    required("person_id", Kind::Id),
    required("concept_id", Kind::Id),
    required("day", Kind::Day),
    optional("source_concept_id", Kind::Id),
];
/// Rows of a group, and of a page.
const GROUP: usize = 500;
const PAGE: usize = 40;

fn file() -> Vec<u8> {
    let schema =
        "message table { required int64 person_id; optional int32 concept_id; optional int32 day (DATE); }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let properties =
        WriterProperties::builder().set_data_page_row_count_limit(PAGE).set_write_batch_size(PAGE).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    for number in 0..3 {
        let rows = number * GROUP..(number + 1) * GROUP;
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let people: Vec<i64> = rows.clone().map(|row| row as i64 / 3).collect();
        column.typed::<Int64Type>().write_batch(&people, None, None).unwrap();
        column.close().unwrap();
        for step in [7, 11] {
            let levels: Vec<i16> = rows.clone().map(|row| i16::from(row % 23 != step)).collect();
            let values: Vec<i32> =
                rows.clone().filter(|row| row % 23 != step).map(|row| (row % step) as i32 + 1).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&values, Some(&levels), None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

/// Each row of both tables, and how many there are.
type Read = Result<Vec<(Vec<String>, u64)>, Unreadable>;

/// Two tables at once, of which the second is the first one as it should be.
fn read(bytes: &[u8], whole: &[u8], most: u64) -> Read {
    let folder = Memory::default().with("one.parquet", bytes.to_vec()).with("other.parquet", whole.to_vec());
    let tables = ["one", "other"].map(|name| table(&folder, name).unwrap().unwrap());
    let choice = Choice::within([(1, 2..=4), (2, 2..=4)].into_iter());
    let scans: Vec<Scan<'_, Vec<String>>> = tables
        .iter()
        .map(|table| Scan {
            table,
            wanted: &WANTED,
            choice: Some(&choice),
            each: Box::new(|batch: &Batch, rows: &mut Vec<String>| {
                // What the library reads is chosen by whoever takes it.
                for row in (0..batch.rows).filter(|row| !choice.passes_over(batch, *row)) {
                    let ids = [0, 1].map(|column| batch.id(column, row));
                    if matches!(ids[1], Cell::Value(3..)) {
                        continue;
                    }
                    rows.push(format!("{} {ids:?} {:?}", batch.place(row), batch.day(2, row)));
                }
            }),
        })
        .collect();
    let scanned = in_slices(&scans, |_| most)?;
    Ok(scanned.into_iter().map(|one| (one.found.concat(), one.rows)).collect())
}

#[test]
fn slices_of_any_length_make_what_whole_groups_make() {
    let bytes = file();
    let whole = read(&bytes, &bytes, u64::MAX).unwrap();
    assert_eq!(whole[0].1, 3 * GROUP as u64);
    assert!(whole[0].0.len() > 100 && whole[0] == whole[1]);
    for most in [1, 7, PAGE as u64 - 1, PAGE as u64, PAGE as u64 + 1, 250, GROUP as u64] {
        assert_eq!(read(&bytes, &bytes, most).unwrap(), whole, "{most}");
    }
}

#[test]
fn what_is_wrong_with_a_broken_file_is_said_alike_and_a_group_is_never_read_by_halves() {
    let bytes = file();
    let mut refused = 0;
    for place in (0..bytes.len()).step_by(if cfg!(debug_assertions) { 61 } else { 5 }) {
        let mut broken = bytes.clone();
        broken[place] ^= 0x15;
        let whole = read(&broken, &bytes, u64::MAX);
        refused += usize::from(whole.is_err());
        assert_eq!(read(&broken, &bytes, 7), whole, "byte {place}");
    }
    assert!(refused > 5);
}
