//! The files read back by readers of their own, and held against the statuses and against each other.

use std::collections::BTreeMap;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::*;
use crate::population::attrition::tests::screened;

fn people(count: usize) -> Vec<Subject> {
    (0..count).map(|place| Subject { id: (1_000 + place as i64).into(), sex: None, born: None }).collect()
}

/// Two decisions, the second with arms and a criterion whose code the first has too; one person is in arm b already.
fn two_decisions() -> Vec<Screened> {
    let first = screened("I1 E1", &[], &["++", "-?", "?+"]);
    let second = screened("I1 E2@a E2@b", &["a", "b", "c"], &["+-+", "++-", "+.- b"]);
    vec![first, Screened { decision: "week, \"48\"".to_owned(), ..second }]
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_line_for_each_decision_and_open_arm() {
    let (people, all) = (people(3), two_decisions());
    let verdicts = Verdicts { people: &people, screened: &all };
    let csv = text(|out| write_csv(&verdicts, out));
    let wanted = "\
person_id,decision,arm,verdict,randomization.I1,E1,\"week, \"\"48\"\".I1\",E2
1000,randomization,,eligible,met,met,,
1000,\"week, \"\"48\"\"\",,eligible,,,met,
1000,\"week, \"\"48\"\"\",a,ineligible,,,met,not_met
1000,\"week, \"\"48\"\"\",b,eligible,,,met,met
1000,\"week, \"\"48\"\"\",c,eligible,,,met,not_applicable
1001,randomization,,ineligible,not_met,unknown,,
1001,\"week, \"\"48\"\"\",,eligible,,,met,
1001,\"week, \"\"48\"\"\",a,eligible,,,met,met
1001,\"week, \"\"48\"\"\",b,ineligible,,,met,not_met
1001,\"week, \"\"48\"\"\",c,eligible,,,met,not_applicable
1002,randomization,,undetermined,unknown,met,,
1002,\"week, \"\"48\"\"\",,ineligible,,,met,
1002,\"week, \"\"48\"\"\",b,ineligible,,,met,not_met
";
    assert_eq!(csv, wanted);
}

#[test]
fn a_line_for_each_status() {
    let (people, all) = (people(3), two_decisions());
    let csv = text(|out| write_statuses(&Verdicts { people: &people, screened: &all }, out));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "person_id,decision,criterion,arm,status");
    assert_eq!(lines[1], "1000,randomization,I1,,met");
    assert_eq!(lines[5], "1000,\"week, \"\"48\"\"\",E2,b,met");
    assert_eq!(lines.len(), 1 + 3 * 2 + 2 * 3 + 2, "the third person has no line for arm a");
}

#[test]
fn json_holds_the_same_and_is_as_its_schema_says() {
    let (people, all) = (people(3), two_decisions());
    let json = text(|out| write_json(&Verdicts { people: &people, screened: &all }, "a \"trial\"", out));
    assert_eq!(json.lines().count(), 5, "a line for each person");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema = include_str!("../../../docs/schemas/verdicts.schema.json");
    let judge = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(
        judge.is_valid(&json),
        "{:?}",
        judge.iter_errors(&json).map(|e| e.to_string()).collect::<Vec<_>>()
    );
    let second = &json["people"][2]["decisions"]["week, \"48\""];
    assert_eq!((&second["verdict"], &second["criteria"]["I1"]), (&"ineligible".into(), &"met".into()));
    assert_eq!(second["arms"].as_object().unwrap().keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(second["arms"]["b"]["criteria"]["E2"], "not_met");
    let nobody = text(|out| write_json(&Verdicts { people: &[], screened: &all }, "t", out));
    assert!(judge.is_valid(&serde_json::from_str(&nobody).unwrap()));
}

/// The rows of the Parquet file as `verdicts.csv` has them.
fn rows_of_parquet(bytes: Vec<u8>) -> Vec<BTreeMap<String, String>> {
    let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    let row = |row: ::parquet::record::Row| {
        let cell = |field: &Field| match field {
            Field::Long(id) => id.to_string(),
            Field::Str(text) => text.clone(),
            Field::Null => String::new(),
            other => panic!("{other:?}"),
        };
        row.get_column_iter().map(|(name, field)| (name.clone(), cell(field))).collect()
    };
    file.get_row_iter(None).unwrap().map(|one| row(one.unwrap())).collect()
}

fn rows_of_csv(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        headings.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|one| row(one.unwrap())).collect()
}

#[test]
fn parquet_holds_what_csv_holds() {
    let (people, all) = (people(3), two_decisions());
    let verdicts = Verdicts { people: &people, screened: &all };
    let mut bytes = Vec::new();
    write_parquet(&verdicts, &mut bytes).unwrap();
    assert_eq!(rows_of_parquet(bytes), rows_of_csv(&text(|out| write_csv(&verdicts, out))));
}

#[test]
fn more_people_than_a_row_group_holds() {
    let count = (1 << 16) + 70;
    let rows: Vec<&str> = ["++", "-+", "?+", "+?", "--"].into_iter().cycle().take(count).collect();
    let (people, all) = (people(count), vec![screened("I1 E1", &[], &rows)]);
    let verdicts = Verdicts { people: &people, screened: &all };
    let (mut bytes, mut again) = (Vec::new(), Vec::new());
    write_parquet(&verdicts, &mut bytes).unwrap();
    write_parquet(&verdicts, &mut again).unwrap();
    assert_eq!(bytes, again, "the same verdicts give the same bytes");
    let rows = rows_of_parquet(bytes);
    assert_eq!(rows.len(), count);
    assert_eq!(rows, rows_of_csv(&text(|out| write_csv(&verdicts, out))));
}

/// Takes a few bytes and then no more.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => self.0 = left,
            None => return Err(io::Error::from(io::ErrorKind::StorageFull)),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_reported_by_every_writer() {
    let (people, all) = (people(3), two_decisions());
    let verdicts = Verdicts { people: &people, screened: &all };
    let kinds = [
        write_csv(&verdicts, &mut Full(9)),
        write_statuses(&verdicts, &mut Full(9)),
        write_json(&verdicts, "t", &mut Full(9)),
        write_parquet(&verdicts, &mut Full(9)),
    ];
    assert_eq!(kinds.map(|end| end.unwrap_err().kind()), [io::ErrorKind::StorageFull; 4]);
}
