//! Broken and hostile tables: refused with a word that helps, or counted; never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use trialc::eligibility::EligibilityDocument;
use trialc::omop::{Assumptions, ConceptSets, ListedCode};
use trialc::population::Population;
use trialc::population::read::{Memory, Report, Unreadable, omop};

use super::parquets::{Values, of_columns, of_csv};
use super::{document, input};

const RULES: &str = r#"
eligibility for randomization {
  include I1 "HbA1c": latest hba1c within 30 days before randomization < 8 %
  exclude E1 "Stroke": stroke ever
}
"#;
const PERSON: &str = "person_id,gender_concept_id,year_of_birth\n1,8507,1970\n2,8532,1980\n";
const RESULTS: &str = "person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id,unit_source_value\n\
                       1,3004410,2020-05-20,7.9,8554,%\n2,3004410,2020-05-21,,,\n1,3004410,2020-05-22,8.1,9579,x\n";

static DOCUMENT: LazyLock<EligibilityDocument> = LazyLock::new(|| document(RULES));
static SETS: LazyLock<ConceptSets> = LazyLock::new(|| {
    let listed = [("omop:3004410", "hba1c"), ("omop:443454", "stroke")];
    let listed = listed.map(|(code, name)| ListedCode { code: code.into(), name: name.into() });
    ConceptSets::of(&DOCUMENT, &listed, None, [], [], [])
});

fn read(memory: &Memory) -> Result<(Population, Report), Unreadable> {
    let assumptions = Assumptions::default();
    omop(&input(memory, &DOCUMENT, &SETS, &assumptions))
}

fn refused(memory: &Memory) -> String {
    let error = read(memory).map(|(_, report)| report).expect_err("it is refused");
    format!("{}; {}", error.message, error.help.unwrap_or_default())
}

fn with(table: &str, content: impl Into<Vec<u8>>) -> Memory {
    Memory::default().with("person.csv", PERSON).with(table, content)
}

#[test]
fn a_parquet_file_that_is_cut_off_or_scratched_is_refused_and_never_a_panic() {
    let whole = of_csv(RESULTS, 2);
    assert_eq!(read(&with("measurement.parquet", whole.clone())).unwrap().0.results.len(), 3);
    // What a library may do with a broken file stays inside the reader.
    let is_calm =
        |bytes: Vec<u8>| catch_unwind(AssertUnwindSafe(|| read(&with("measurement.parquet", bytes)).is_ok()));
    for length in (0..whole.len()).step_by(3) {
        assert_eq!(is_calm(whole[..length].to_vec()).ok(), Some(false), "cut off at {length}");
    }
    let mut survived = 0;
    for place in (0..whole.len()).step_by(2) {
        // Another bit of each byte: all of all would take long.
        let flip = [0x01u8, 0x80, 0xff][place % 3];
        let mut bytes = whole.clone();
        bytes[place] ^= flip;
        let calm = is_calm(bytes).unwrap_or_else(|_| panic!("a panic at byte {place} ^ {flip}"));
        survived += usize::from(calm);
    }
    assert!(survived < whole.len() / 2, "some of it is noticed");
}

#[test]
fn columns_of_another_type_are_refused_and_the_column_is_named() {
    let columns = |date: (&'static str, Values<'static>), value: (&'static str, Values<'static>)| {
        let columns = [
            ("INT64 person_id", Values::I64(&[1])),
            ("INT32 measurement_concept_id", Values::I32(&[3_004_410])),
            date,
            value,
        ];
        with("measurement.parquet", of_columns(&columns))
    };
    let date = || ("INT32 measurement_date (DATE)", Values::I32(&[18_402]));
    let value = || ("DOUBLE value_as_number", Values::Double(&[7.5]));
    assert!(read(&columns(date(), value())).is_ok());
    for (memory, said) in [
        (
            columns(("INT32 measurement_date", Values::I32(&[20_200_520])), value()),
            "`measurement_date` of `measurement.parquet` holds numbers that are not marked as dates",
        ),
        (
            columns(("DOUBLE measurement_date", Values::Double(&[1.0])), value()),
            "holds numbers; dates are expected",
        ),
        (
            columns(date(), ("BOOLEAN value_as_number", Values::Flag(&[true]))),
            "holds true and false; numbers are expected",
        ),
        (
            columns(date(), ("INT32 value_as_number (DATE)", Values::I32(&[5]))),
            "holds dates; numbers are expected",
        ),
        (
            columns(date(), ("INT32 other", Values::I32(&[5]))),
            "`measurement.parquet` has no column `value_as_number`",
        ),
    ] {
        let message = refused(&memory);
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn what_a_column_means_does_not_hang_on_how_wide_it_is() {
    let memory = with(
        "measurement.parquet",
        of_columns(&[
            ("DOUBLE PERSON_ID", Values::Double(&[1.0, 2.0])),
            ("DOUBLE Measurement_Concept_Id", Values::Double(&[3_004_410.0, f64::NAN])),
            ("BYTE_ARRAY measurement_date (UTF8)", Values::Text(&["2020-05-20", "2020-05-21 08:00"])),
            ("FLOAT value_as_number", Values::Float(&[7.1, 7.2])),
            ("INT64 unit_concept_id (INTEGER(64,false))", Values::I64(&[8554, -1])),
        ]),
    );
    let (population, _) = read(&memory).unwrap();
    let record = population.record(0);
    assert_eq!(record.measurements.len(), 1);
    assert_eq!(record.measurements[0].value.to_string(), "7.1", "the decimal of the float");
    assert_eq!(record.measurements[0].unit.as_deref(), Some("%"));
}

#[test]
fn numbers_beyond_all_measure_and_days_beyond_the_calendar_are_counted() {
    let memory = with(
        "measurement.csv",
        "person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id,unit_source_value\n\
         1,3004410,2020-05-20,1e308,8554,\n1,3004410,2020-05-20,1e309,8554,\n1,3004410,99999-01-01,-1e-300,8554,\n\
         1,3004410,2020-05-20,123456789012345678901234567890,99999999999999999999,\n\
         -9223372036854775808,3004410,2020-05-20,1,8554,\n9223372036854775807,3004410,2020-05-20,1,8554,\n",
    );
    let (population, report) = read(&memory).unwrap();
    assert_eq!(population.results.len(), 4);
    assert_eq!(report.malformed(), 5, "{}", report.render_text(50));
    let parquet = with(
        "measurement.parquet",
        of_columns(&[
            ("INT64 person_id", Values::I64(&[1, 1, i64::MIN])),
            ("INT64 measurement_concept_id", Values::I64(&[3_004_410; 3])),
            ("INT32 measurement_date (DATE)", Values::I32(&[i32::MAX, i32::MIN, 0])),
            ("DOUBLE value_as_number", Values::Double(&[f64::INFINITY, 7.0, f64::NAN])),
        ]),
    );
    let (population, report) = read(&parquet).unwrap();
    assert_eq!((population.results.len(), report.malformed()), (2, 5), "{}", report.render_text(50));
}

#[test]
fn ids_may_be_negative_and_far_apart() {
    let memory = Memory::default()
        .with(
            "PERSON.csv",
            "person_id,gender_concept_id,year_of_birth\n-5,8507,1970\n9000000000000000000,8532,1980\n",
        )
        .with("measurement.csv", RESULTS.replace("\n1,", "\n-5,").replace("\n2,", "\n9000000000000000000,"));
    let (population, report) = read(&memory).unwrap();
    assert_eq!((population.people.len(), report.malformed()), (2, 0));
    assert_eq!(population.record(0).measurements.len(), 2);
}

#[test]
fn cells_with_quotation_marks_and_line_ends_are_one_cell() {
    let memory = with(
        "measurement.csv",
        "\u{feff}note,person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id\r\n\
         \"a \"\"quoted\"\" word,\nand a line\",1,3004410,2020-05-20,7.9,8554\r\n\
         plain,1,3004410,yesterday,8.1,8554\r\n",
    );
    let (population, report) = read(&memory).unwrap();
    assert_eq!(population.results.len(), 2);
    let text = report.render_text(50);
    assert!(text.contains("measurement.csv:4: `yesterday`"), "{text}");
}

#[test]
fn a_quotation_mark_without_its_other_half_is_one_row_and_told() {
    let mut text = RESULTS.to_owned();
    text += "1,\"3004410,2020-05-20,7.9,8554,\n";
    text += &"1,3004410,2020-05-20,7.9,8554,%\n".repeat(1000);
    let (population, report) = read(&with("measurement.csv", text)).unwrap();
    assert_eq!(population.results.len(), 4, "what is swallowed may be a result of this person");
    assert!(report.malformed() > 0);
    let huge = format!("{RESULTS}1,\"{}\n", "1,3004410,2020-05-20,7.9,8554,%\n".repeat(600_000));
    let message = refused(&with("measurement.csv", huge));
    assert!(message.contains("measurement.csv:5: this row is longer than a row can be"), "{message}");
}

#[test]
fn a_million_malformed_rows_are_counted_and_three_are_shown() {
    let mut text =
        "person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id\n".to_owned();
    text += &"3,3004410,2020-05-20,x,8554\n1,3004410,none,y,8554\n".repeat(500_000);
    let (population, report) = read(&with("measurement.csv", text)).unwrap();
    assert_eq!(population.results.len(), 500_000);
    assert_eq!(report.malformed(), 2_000_000);
    let text = report.render_text(50);
    assert!(text.lines().count() < 30 && text.contains("1,000,000 × measurement.value_as_number"), "{text}");
    assert!(text.contains("measurement.csv:2: `3`"), "{text}");
}

#[test]
fn hostile_words_reach_no_terminal() {
    let memory = with("measurement.csv", RESULTS.replace("2020-05-22", "\u{1b}[2J\u{202e}2020"));
    let text = read(&memory).unwrap().1.render_text(50);
    assert!(text.contains("[2J") && !text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
}

#[test]
fn tables_that_are_missing_twice_or_of_another_kind_are_told() {
    let no_person = Memory::default().with("measurement.csv", RESULTS);
    assert!(refused(&no_person).contains("no table `person`"));
    let twice = with("measurement.csv", RESULTS).with("MEASUREMENT.parquet", of_csv(RESULTS, 5));
    assert!(refused(&twice).contains("is here twice: `MEASUREMENT.parquet` and `measurement.csv`"));
    assert!(refused(&with("measurement.csv.gz", "")).contains("neither CSV nor Parquet"));
    let renamed = with("measurement.csv", RESULTS.replace("measurement_date", "measurment_date"));
    assert!(refused(&renamed).contains("has no column `measurement_date`; it has `measurment_date`"));
    let again = with("measurement.csv", RESULTS.replace("unit_source_value", "Person_ID"));
    assert!(refused(&again).contains("two columns `person_id`"));
    let empty = with("measurement.csv", "");
    assert!(refused(&empty).contains("has no column"));
    let (population, report) = read(&Memory::default().with("person.csv", PERSON)).unwrap();
    assert_eq!((population.people.len(), report.absent.len()), (2, 3), "{report:?}");
}

#[test]
fn nobody_at_all_is_a_population() {
    let memory = Memory::default()
        .with("person.csv", "person_id,gender_concept_id\n")
        .with("measurement.csv", RESULTS);
    let (population, report) = read(&memory).unwrap();
    assert_eq!((population.people.len(), report.malformed()), (0, 3));
}
