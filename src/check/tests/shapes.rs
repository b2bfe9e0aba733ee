//! Lints on the shape of a rule, each beside a rule on which it is silent.

use serde_json::{Value, json};

use crate::check::testing::Sheet;
use crate::model::Comparator::{AtMost, Less};
use crate::model::{Clause, Rule};

fn attested(verb: &str) -> Value {
    json!({ "text": "attested", "rule": "attested", "key": "C", "verb": verb, "by": "participant", "question": "Willing?" })
}

fn not(inner: Value) -> Value {
    json!({ "rule": "not", "of": inner })
}

fn is_female(negated: bool) -> Value {
    let value = json!({ "text": "sex", "value": "attribute", "name": "sex" });
    let is = json!({ "text": "sex is female", "rule": "is", "value": value, "one_of": ["female"] });
    if negated { json!({ "text": "not", "rule": "not", "of": is }) } else { is }
}

fn clause(value: Value) -> Clause {
    serde_json::from_value(value).expect("a clause")
}

#[test]
fn an_exclusion_of_those_who_are_not_willing_is_a_double_negative() {
    let exclude = |rule: Value| Sheet::new().exclude("C", "", |sheet| sheet.rule("…", rule)).codes();
    assert_eq!(exclude(not(attested("agreed"))), ["L14"]);
    assert_eq!(exclude(attested("declined")), Vec::<&str>::new());
    let include = Sheet::new().include("C", "", |sheet| sheet.rule("…", attested("agreed")));
    assert_eq!(include.codes(), Vec::<&str>::new());
}

#[test]
fn one_of_two_limits_is_enough_only_where_the_words_say_so() {
    let with = |second: &'static str, number: &'static str, include: bool| {
        let rule = |sheet: &mut Sheet| {
            let of =
                vec![sheet.compare(("inr", AtMost, "2", "")), sheet.compare((second, AtMost, number, ""))];
            sheet.group("at least one of …", Rule::Any { of })
        };
        let mut sheet = Sheet::new();
        let twin = sheet.trial.measures["inr"].clone();
        sheet
            .trial
            .measures
            .insert("other".to_owned(), crate::model::Measure { label: "Other".to_owned(), ..twin });
        let sheet = if include { sheet.include("C", "", rule) } else { sheet.exclude("C", "", rule) };
        sheet.codes()
    };
    assert_eq!(with("other", "2", true), ["L17"]);
    assert_eq!(with("other", "3", true), Vec::<&str>::new(), "two different limits are a choice");
    assert_eq!(with("other", "2", false), Vec::<&str>::new());
}

#[test]
fn not_both_is_rarely_meant() {
    let found = |name: &str| {
        let finding = json!({ "name": name, "domain": "condition" });
        let window = json!({ "from": null, "to": { "of": { "anchor": "decision" } }, "text": "ever" });
        json!({ "text": name, "rule": "occurs", "finding": finding, "mode": "ever", "window": window })
    };
    let of = |joint: &str| {
        let inner = json!({ "text": "…", "rule": joint, "of": [found("stroke"), found("infarction")] });
        Sheet::new().include("C", "", |sheet| sheet.rule("not (…)", not(inner))).codes()
    };
    assert_eq!(of("all"), ["L15"]);
    assert_eq!(of("any"), Vec::<&str>::new());
}

#[test]
fn a_limit_for_women_wants_one_for_men() {
    let guarded = |sheet: &mut Sheet| {
        let limit = sheet.compare(("creatinine", Less, "1.4", "mg/dL"));
        sheet.group("… when sex is female", Rule::All { of: vec![clause(is_female(false)), limit] })
    };
    assert_eq!(Sheet::new().exclude("E", "", guarded).codes(), ["L16"]);
    let everybody = Sheet::new()
        .exclude("E", "", guarded)
        .exclude("F", "", |sheet| sheet.compare(("creatinine", Less, "1.0", "mg/dL")));
    assert_eq!(everybody.codes(), Vec::<&str>::new());
    let women_only =
        Sheet::new().exclude("E", "", guarded).header(|header| header.sexes = Some("female".to_owned()));
    assert_eq!(women_only.codes(), Vec::<&str>::new());
    let included = Sheet::new().include("I", "", |sheet| {
        let limit = sheet.compare(("creatinine", AtMost, "1.4", "mg/dL"));
        sheet.group("… when sex is female", Rule::Any { of: vec![clause(is_female(true)), limit] })
    });
    assert_eq!(included.codes(), ["L16"]);
}

#[test]
fn three_occasions_are_three_criteria() {
    let rule = |days: [i64; 3]| {
        move |sheet: &mut Sheet| {
            let [a, b, c] = days;
            let of = vec![
                sheet.compare_within(a, ("hba1c", AtMost, "9", "%")),
                sheet.compare_within(b, ("inr", AtMost, "1.5", "")),
                sheet.compare_within(c, ("weight", AtMost, "120", "kg")),
            ];
            sheet.group("… and … and …", Rule::All { of })
        }
    };
    assert_eq!(Sheet::new().include("I7", "", rule([14, 28, 90])).codes(), ["L08"]);
    assert_eq!(Sheet::new().include("I7", "", rule([14, 14, 28])).codes(), Vec::<&str>::new());
}

#[test]
fn onset_and_duration_imply_an_age() {
    let at = |of: Value| json!({ "of": of });
    let finding = json!({ "name": "t2dm", "domain": "condition" });
    let consent = json!({ "anchor": "event", "name": "consent", "occurrence": "once" });
    let onset = json!({ "text": "age", "value": "age", "at": at(json!({ "anchor": "onset", "finding": finding })), "unit": "year" });
    let age = json!({ "text": "age", "value": "age", "at": at(consent.clone()), "unit": "year" });
    let duration = json!({ "text": "duration", "value": "duration_of", "finding": finding, "at": at(consent), "unit": "year" });
    let limit = |left: &Value, operator: &str, years: &str| {
        let right = json!({ "text": years, "value": "constant", "number": years, "unit": null, "number_text": years });
        json!({ "rule": "compare", "left": left, "operator": operator, "right": right, "unit": null })
    };
    let with = |last: &Value| {
        Sheet::new()
            .include("I4", "", |sheet| {
                sheet.rule("age at onset of t2dm >= 35 years", limit(&onset, "at_least", "35"))
            })
            .include("I5", "", |sheet| {
                sheet.rule("duration of t2dm at consent >= 3 years", limit(&duration, "at_least", "3"))
            })
            .include("R1", "", |sheet| sheet.rule("age at consent … years", last.clone()))
    };
    let found = with(&limit(&age, "at_least", "40")).found();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "I4 and I5 together imply an age of at least 38 years");
    assert_eq!(with(&limit(&age, "at_most", "37")).codes(), ["L12"]);
}
