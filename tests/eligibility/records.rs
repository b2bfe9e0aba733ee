//! Reading records: one, many, and the places where they are wrong.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::eligibility::record::{RecordedValue, Sex};
use trialc::eligibility::{Record, read_records};
use trialc::model::{Comparator, Domain, Finding, Mode, Value};

use super::support::{
    Protocol, compare, concept, exact, finding, number, occurs, table, term, until_decision, with,
};

#[test]
fn one_record_an_array_and_lines_read_alike() {
    let one = r#"{"person": {"id": "1"}}"#;
    let two = r#"{"person": {"id": "2"}}"#;
    let ids = |text: &str| -> Vec<String> {
        read_records(text)
            .expect("records")
            .into_iter()
            .map(|record| record.person.id.unwrap_or_default())
            .collect()
    };
    assert_eq!(ids(one), ["1"]);
    assert_eq!(ids(&format!("[{one}, {two}]")), ["1", "2"]);
    assert_eq!(ids(&format!("{one}\n{two}\n\n")), ["1", "2"]);
    assert_eq!(ids("[]"), Vec::<String>::new());
}

#[test]
fn numbers_are_exactly_what_is_written() {
    let text = r#"{"measurements": [
        {"measure": "a", "value": 0.1, "on": "2011"},
        {"measure": "a", "value": 9.123456789012345678901, "on": "2011"},
        {"measure": "a", "value": "1,200", "on": "2011"},
        {"measure": "a", "value": "<0.5", "on": "2011", "high": 0.30},
        {"measure": "a", "value": "trace", "on": "2011"},
        {"measure": "a", "value": null, "on": "2011"},
        {"measure": "a", "on": "2011"},
        {"measure": "a", "value": {"unknown": "the tube broke"}, "on": "2011"}]}"#;
    let record = Record::read(text).expect("a record");
    let values: Vec<RecordedValue> = record.measurements.iter().map(|one| one.value.clone()).collect();
    assert_eq!(
        values,
        [
            RecordedValue::Number(exact("0.1")),
            RecordedValue::Number(exact("9.123456789012345678901")),
            RecordedValue::Number(exact("1200")),
            RecordedValue::Below(exact("0.5")),
            RecordedValue::Level("trace".into()),
            RecordedValue::Unknown(None),
            RecordedValue::Unknown(None),
            RecordedValue::Unknown(Some("the tube broke".into())),
        ]
    );
    assert_eq!(record.measurements[3].high, Some(exact("0.3")));
}

#[test]
fn a_record_comes_back_as_it_was_written() {
    let text = r#"{"person": {"id": "7", "sex": "male", "born": "1970-03"},
        "measurements": [{"measure": "alt", "value": "<5", "unit": "U/L", "on": "2011-06-28", "high": 40}, {"measure": "alt", "value": {"unknown": "the tube broke"}}],
        "exposures": [{"name": "metformin", "from": "2010", "dose": {"value": 1.5, "unit": "g/d"}, "qualifiers": {"treated": "yes"}}],
        "events": [{"name": "adverse_event", "on": "2011-06", "attributes": {"grade": 3, "serious": false, "site": "left"}}],
        "absences": [{"name": "stroke"}], "coverage": [{"of": "drugs", "from": "2005"}, {"of": "stroke"}],
        "answers": {"I1": "yes"}, "persons": {"mother": {"person": {"sex": "female"}}}}"#;
    let record = Record::read(text).expect("a record");
    assert_eq!(record.person.sex, Some(Sex::Male));
    let written = serde_json::to_string(&record).expect("a record is JSON");
    assert_eq!(Record::read(&written).expect("a record"), record);
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_a_remedy() {
    for (text, place, message, help) in [
        (
            "{\n  \"mesurements\": []\n}",
            (2, 3),
            "a record has no `mesurements` here",
            "did you mean `measurements`?",
        ),
        (
            r#"{"sex": "female"}"#,
            (1, 2),
            "a record has no `sex` here",
            r#"it belongs to the person: `{"person": {"sex": "…"}, "events": […]}`"#,
        ),
        (
            r#"{"person": {"sex": "f"}}"#,
            (1, 20),
            "`f` is not a value for this",
            "write one of: female, male, other, unknown",
        ),
        (
            r#"{"person": {"weight": 80}}"#,
            (1, 13),
            "a record has no `weight` here",
            "known here: id, sex, born, country, arm",
        ),
        (
            "{\"measurements\": [\n {\"value\": 5, \"on\": \"2011\"}]}",
            (2, 27),
            "`measure` is missing",
            "add \"measure\": …",
        ),
        (
            r#"{"person": {"born": "1970-02-30"}}"#,
            (1, 21),
            "`1970-02-30` is not a date; write 2011-06-28, or 2011-06 or 2011 where no more is known",
            "",
        ),
        (
            r#"{"measurements": [{"measure": "alt", "value": [], "on": "2011"}]}"#,
            (1, 48),
            "a value is a number or a text, not `[]`; write null for a result of which the value is not known",
            "",
        ),
        (
            r#"{"measurements": [{"measure": "alt", "value": {"unknwon": "x"}, "on": "2011"}]}"#,
            (1, 62),
            "a value that is not known is written as null, or as { \"unknown\": \"why\" }",
            "",
        ),
    ] {
        let error = read_records(text).expect_err(text);
        assert_eq!(error.message, message);
        assert_eq!((error.line, error.column), place, "{text}");
        assert_eq!(error.help.as_deref().unwrap_or_default(), help);
    }
}

#[test]
fn an_error_in_one_of_many_records_says_which() {
    let array = read_records("[{}, {},\n {\"sex\": 1}]").expect_err("the third is wrong");
    assert_eq!((array.record, array.line), (Some(3), 2));
    let lines = read_records("{}\n{\"sex\": 1}\n{}").expect_err("the second is wrong");
    assert_eq!((lines.record, lines.line), (Some(2), 2));
    let single = read_records("{\n\"sex\": 1}").expect_err("it is wrong");
    assert_eq!(single.record, None);
}

#[test]
fn what_is_no_record_is_refused() {
    for text in [
        "",
        "  \n",
        "null",
        "7",
        "\"x\"",
        "{",
        "[{}",
        "{} x",
        "[{}] x",
        "[[]]",
        r#"{"measurements": [["alt", 5]]}"#,
    ] {
        assert!(read_records(text).is_err(), "{text}");
    }
    assert!(Record::read("[]").is_err());
    assert!(Record::read("{} {}").is_err());
}

#[test]
fn one_entry_can_have_several_names_and_names_that_it_may_have() {
    let classes = || {
        Protocol::new()
            .concept("malignancy", concept(Domain::Condition, "Malignancy"))
            .concept("basal_cell_carcinoma", concept(Domain::Condition, "Basal cell carcinoma"))
            .concept("lung_cancer", concept(Domain::Condition, "Lung cancer"))
    };
    let other_than_basal = || {
        let finding = Finding { other_than: vec!["basal_cell_carcinoma".into()], ..finding("malignancy") };
        occurs(finding, Mode::Ever, until_decision())
    };
    let case = |names: &str| {
        with(&format!(
            r#""findings": [{{{names}, "on": "2001-05-01"}}], "coverage": [{{"of": "conditions"}}]"#
        ))
    };
    table(
        &classes().include("X", other_than_basal()),
        &[
            ("a malignancy, and not which", &case(r#""name": "malignancy""#), Unknown),
            (
                "a malignancy that is said to be another",
                &case(r#""name": "malignancy", "other_than": ["basal_cell_carcinoma"]"#),
                Met,
            ),
            (
                "a malignancy that is said to be other than something else",
                &case(r#""name": "malignancy", "other_than": ["lung_cancer"]"#),
                Unknown,
            ),
            (
                "one that is a basal cell carcinoma",
                &case(r#""name": "malignancy", "also": ["basal_cell_carcinoma"]"#),
                NotMet,
            ),
            (
                "one that may be a basal cell carcinoma",
                &case(r#""name": "malignancy", "perhaps": ["basal_cell_carcinoma"]"#),
                Unknown,
            ),
            (
                "one that may be another",
                &case(r#""name": "malignancy", "perhaps": ["lung_cancer"]"#),
                Unknown,
            ),
            ("something that may be a malignancy", &case(r#""perhaps": ["malignancy"]"#), Unknown),
            ("something that may be another", &case(r#""perhaps": ["lung_cancer"]"#), NotMet),
        ],
    );
    let times = term(
        "count",
        Value::Count { finding: finding("malignancy"), mode: Mode::Present, window: until_decision() },
    );
    let twice = compare(times, Comparator::AtLeast, number("2"));
    table(
        &classes().include("X", twice),
        &[
            (
                "one row with two names is one",
                &case(r#""name": "malignancy", "also": ["lung_cancer"]"#),
                NotMet,
            ),
            (
                "two rows are two",
                &case(r#""name": "malignancy", "on": "2002-01-01"}, {"name": "malignancy""#),
                Met,
            ),
        ],
    );
}
