//! Results that are there and of which nobody knows the value: they stand in the way of older ones, and whatever they
//! could decide stays open.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::eligibility::{MissingKind, Record};
use trialc::model::{ArithmeticOperator, Comparator, Selector, Value};

use super::support::*;

/// HbA1c, each `value on date`; `?` is a value that is not known.
fn values(lines: &[&str]) -> String {
    let items = lines.iter().map(|line| {
        let (value, on) = line.split_once(" on ").expect("a date");
        match value {
            "?" => format!(r#"{{"measure": "hba1c", "value": null, "on": "{on}"}}"#),
            _ => format!(r#"{{"measure": "hba1c", "value": "{value}", "unit": "%", "on": "{on}"}}"#),
        }
    });
    format!(r#"{{{EVENTS}, "measurements": [{}]}}"#, items.collect::<Vec<_>>().join(", "))
}

fn hba1c(select: Selector, operator: Comparator, limit: &str) -> Protocol {
    rule(compare(measured("hba1c", select, within_before(30, "randomization")), operator, quantity(limit)))
}

#[test]
fn the_latest_value_is_open_where_the_latest_result_cannot_be_read() {
    table(
        &hba1c(Selector::Latest, Comparator::Less, "8 %"),
        &[
            (
                "an older value does not take its place",
                &values(&["7 on 2011-06-20", "? on 2011-06-25"]),
                Unknown,
            ),
            ("a later value does", &values(&["? on 2011-06-20", "7 on 2011-06-25"]), Met),
            (
                "of one day: it may have been the one that counts",
                &values(&["7 on 2011-06-25", "? on 2011-06-25"]),
                Unknown,
            ),
            (
                "of one day, where the other one fails: the worst stands",
                &values(&["9 on 2011-06-25", "? on 2011-06-25"]),
                NotMet,
            ),
            ("outside the window it decides nothing", &values(&["7 on 2011-06-20", "? on 2011-07-05"]), Met),
            ("in June, some day: perhaps the latest", &values(&["7 on 2011-06-20", "? on 2011-06"]), Unknown),
        ],
    );
}

#[test]
fn the_earliest_value_is_open_where_the_first_result_cannot_be_read() {
    table(
        &hba1c(Selector::Earliest, Comparator::Less, "8 %"),
        &[
            ("the first", &values(&["? on 2011-06-20", "7 on 2011-06-25"]), Unknown),
            ("the second", &values(&["7 on 2011-06-20", "? on 2011-06-25"]), Met),
        ],
    );
}

#[test]
fn any_and_every_are_decided_by_what_can_be_read() {
    let (good, bad) =
        (values(&["7 on 2011-06-20", "? on 2011-06-25"]), values(&["9 on 2011-06-20", "? on 2011-06-25"]));
    table(
        &hba1c(Selector::Any, Comparator::Less, "8 %"),
        &[("one is enough", &good, Met), ("the other one may be it", &bad, Unknown)],
    );
    table(
        &hba1c(Selector::Every, Comparator::Less, "8 %"),
        &[("the other one may fail", &good, Unknown), ("one that fails is enough", &bad, NotMet)],
    );
    let last_two = hba1c(Selector::Consecutive(2), Comparator::Less, "8 %");
    table(
        &last_two,
        &[
            ("one of the last two", &good, Unknown),
            ("one of them fails", &bad, NotMet),
            (
                "older than the last two",
                &values(&["? on 2011-06-20", "7 on 2011-06-24", "7 on 2011-06-25"]),
                Met,
            ),
        ],
    );
}

#[test]
fn the_highest_is_at_least_as_high_as_what_can_be_read() {
    let record = values(&["7 on 2011-06-20", "? on 2011-06-25"]);
    table(
        &hba1c(Selector::Highest, Comparator::AtLeast, "7 %"),
        &[("7 is high enough, whatever the other one is", &record, Met)],
    );
    table(
        &hba1c(Selector::Highest, Comparator::Less, "7 %"),
        &[("7 is too high, whatever the other one is", &record, NotMet)],
    );
    table(
        &hba1c(Selector::Highest, Comparator::Less, "8 %"),
        &[("the other one may be higher", &record, Unknown)],
    );
    table(&hba1c(Selector::Lowest, Comparator::AtMost, "7 %"), &[("7 is low enough", &record, Met)]);
    table(&hba1c(Selector::Lowest, Comparator::AtLeast, "7 %"), &[("it may be lower", &record, Unknown)]);
    // A value in a unit that is none can be any number too.
    let unitless = measurements(&["hba1c 7 % on 2011-06-20", "hba1c 60 on 2011-06-25"]);
    table(&hba1c(Selector::Highest, Comparator::AtLeast, "7 %"), &[("7 is high enough", &unitless, Met)]);
    table(
        &hba1c(Selector::Highest, Comparator::Less, "8 %"),
        &[("the other one may be higher", &unitless, Unknown)],
    );
}

#[test]
fn a_mean_over_what_cannot_be_read_is_open() {
    for select in [Selector::Mean, Selector::Median] {
        table(
            &hba1c(select, Comparator::Less, "8 %"),
            &[
                ("one of two", &values(&["7 on 2011-06-20", "? on 2011-06-25"]), Unknown),
                ("outside the window", &values(&["7 on 2011-06-20", "? on 2011-07-05"]), Met),
            ],
        );
    }
}

#[test]
fn a_limit_that_the_assay_reports_decides_where_it_is_certain() {
    table(
        &hba1c(Selector::Latest, Comparator::Less, "8 %"),
        &[
            ("<7", &values(&["<7 on 2011-06-25"]), Met),
            ("<8, which may be 8", &values(&["<8 on 2011-06-25"]), Unknown),
            ("<9", &values(&["<9 on 2011-06-25"]), Unknown),
            (">8", &values(&[">8 on 2011-06-25"]), NotMet),
        ],
    );
}

#[test]
fn what_is_said_names_the_result_and_the_reason() {
    let protocol = hba1c(Selector::Latest, Comparator::Less, "8 %");
    let record = format!(
        r#"{{{EVENTS}, "measurements": [
            {{"measure": "hba1c", "value": 7, "unit": "%", "on": "2011-06-20"}},
            {{"measure": "hba1c", "value": {{"unknown": "its comparison is not understood"}}, "on": "2011-06-25"}}]}}"#
    );
    let verdict = protocol.screen(&record, None);
    let missing = &verdict.decisions[0].criterion("X").expect("criterion X").because[0].missing[0];
    assert_eq!(missing.kind, MissingKind::Unreadable);
    assert_eq!(
        missing.why,
        "a result of HbA1c is recorded on 2011-06-25, and its value is not known: its comparison is not understood"
    );
    assert_eq!(missing.ask, "record the value of HbA1c on 2011-06-25");
    // The highest names it too.
    let highest = hba1c(Selector::Highest, Comparator::Less, "8 %").screen(&record, None);
    assert_eq!(&highest.decisions[0].criterion("X").expect("criterion X").because[0].missing[0], missing);
}

#[test]
fn a_coded_answer_that_nobody_knows_is_no_no() {
    let protocol = rule(is(latest("pregnancy_test", within_before(7, "randomization")), &["negative"]));
    let case = |last: &str| {
        format!(
            r#"{{{EVENTS}, "measurements": [
                {{"measure": "pregnancy_test", "value": "negative", "on": "2011-06-28"}},
                {{"measure": "pregnancy_test", "value": {last}, "on": "2011-06-30"}}]}}"#
        )
    };
    table(
        &protocol,
        &[
            ("not known", &case("null"), Unknown),
            ("a word that is called like it", &case(r#""not known""#), Unknown),
            ("negative", &case(r#""negative""#), Met),
        ],
    );
}

#[test]
fn a_result_without_a_date_may_be_of_any_day() {
    let case = |value: &str| {
        format!(
            r#"{{{EVENTS}, "measurements": [
                {{"measure": "hba1c", "value": 7, "unit": "%", "on": "2011-06-20"}},
                {{"measure": "hba1c", "value": {value}, "unit": "%"}}]}}"#
        )
    };
    table(
        &hba1c(Selector::Latest, Comparator::Less, "8 %"),
        &[("it may be the latest", &case("9"), Unknown), ("whenever it was", &case("7.5"), Met)],
    );
    let record = Record::read(&case("9")).expect("a record");
    let written = serde_json::to_string(&record).expect("a record is JSON");
    assert_eq!(Record::read(&written).expect("a record"), record);
}

/// Weight over height squared, from values of one day.
fn bmi(select: Selector) -> Protocol {
    let (weight, height) = (latest("weight", any_time()), latest("height", any_time()));
    let squared = arithmetic(height, ArithmeticOperator::Power, number("2"));
    let formula = arithmetic(weight, ArithmeticOperator::Divide, squared);
    let protocol = Protocol::new().measure("bmi", derived("Body mass index", Some("kg/m2"), formula));
    let over = compare(
        measured("bmi", select, within_before(30, "randomization")),
        Comparator::Greater,
        quantity("30 kg/m2"),
    );
    protocol.include("X", over)
}

#[test]
fn a_quantity_computed_from_what_cannot_be_read_is_open_on_that_day() {
    let case = |weight: &str, on: &str| {
        format!(
            r#"{{{EVENTS}, "measurements": [
                {{"measure": "height", "value": 200, "unit": "cm", "on": "2011-06-20"}},
                {{"measure": "weight", "value": 100, "unit": "kg", "on": "2011-06-20"}},
                {{"measure": "height", "value": 200, "unit": "cm", "on": "2011-06-25"}},
                {{"measure": "weight", "value": {weight}, "unit": "kg", "on": "{on}"}}]}}"#
        )
    };
    table(
        &bmi(Selector::Any),
        &[
            ("100 kg", &case("100", "2011-06-25"), NotMet),
            ("a weight that nobody knows", &case("null", "2011-06-25"), Unknown),
            ("a weight in words", &case(r#""too heavy for the scale""#, "2011-06-25"), Unknown),
            ("not measured on that day", &case("null", "2011-06-26"), NotMet),
            ("some day of June: perhaps that one", &case("150", "2011-06"), Unknown),
            ("some day of the year before", &case("150", "2010"), NotMet),
        ],
    );
    // The latest weight over the latest height.
    table(
        &bmi(Selector::Latest),
        &[
            ("100 kg", &case("100", "2011-06-25"), NotMet),
            ("a weight that nobody knows", &case("null", "2011-06-26"), Unknown),
        ],
    );
}

#[test]
fn a_change_to_what_cannot_be_read_is_open() {
    let change = term(
        "change of hba1c",
        Value::Change {
            relative: false,
            measure: "hba1c".into(),
            from: at("consent"),
            to: at("randomization"),
        },
    );
    let protocol = rule(compare(change, Comparator::Greater, quantity("1 %")));
    table(
        &protocol,
        &[
            ("by 2", &values(&["7 on 2011-02-01", "9 on 2011-07-01"]), Met),
            ("to a value that nobody knows", &values(&["7 on 2011-02-01", "? on 2011-07-01"]), Unknown),
        ],
    );
}
