//! Findings, exposures, procedures and events: present, absent, or not known.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::model::{AttributeTest, Comparator, Domain, Finding, Mode, Selector, Tolerance, Value};

use super::support::*;

#[test]
fn nothing_recorded_is_never_a_no() {
    let protocol = rule(ever("stroke"));
    table(
        &protocol,
        &[
            ("recorded", &with(r#""findings": [{"name": "stroke", "on": "2001-05"}]"#), Met),
            ("an empty record", &with(r#""answers": {}"#), Unknown),
            ("said to be absent", &with(r#""absences": [{"name": "stroke"}]"#), NotMet),
            (
                "absent only in the last years",
                &with(r#""absences": [{"name": "stroke", "from": "2005"}]"#),
                Unknown,
            ),
            (
                "all conditions since birth are listed",
                &with(r#""coverage": [{"of": "conditions", "from": "1970"}]"#),
                Unknown,
            ),
            (
                "from before the birth",
                &with(r#""coverage": [{"of": "conditions", "from": "1970-03-02"}]"#),
                NotMet,
            ),
            (
                "all drugs are listed: says nothing of a condition",
                &with(r#""coverage": [{"of": "drugs"}]"#),
                Unknown,
            ),
            (
                "two periods that meet",
                &with(
                    r#""coverage": [{"of": "conditions", "to": "2005-06-30"}, {"of": "stroke", "from": "2005-07-01"}]"#,
                ),
                NotMet,
            ),
            (
                "a day between the two",
                &with(
                    r#""coverage": [{"of": "conditions", "to": "2005-06-29"}, {"of": "stroke", "from": "2005-07-01"}]"#,
                ),
                Unknown,
            ),
            (
                "recorded, and said never to have been",
                &with(
                    r#""findings": [{"name": "stroke", "on": "2001-05-01"}], "absences": [{"name": "stroke"}]"#,
                ),
                Unknown,
            ),
            (
                "after the decision",
                &with(
                    r#""findings": [{"name": "stroke", "on": "2011-07-02"}], "coverage": [{"of": "conditions"}]"#,
                ),
                NotMet,
            ),
        ],
    );
}

#[test]
fn presence_in_a_window_needs_one_shared_day() {
    let protocol = rule(present("metformin", within_before(30, "randomization")));
    let case = |dates: &str| {
        with(&format!(
            r#""exposures": [{{"name": "metformin", {dates}}}], "coverage": [{{"of": "drugs", "from": "2011-05-01", "to": "2011-07-01"}}]"#
        ))
    };
    table(
        &protocol,
        &[
            (
                "ends on the first day of the window",
                &case(r#""from": "2010-01-01", "to": "2011-06-01""#),
                Met,
            ),
            ("ends the day before", &case(r#""from": "2010-01-01", "to": "2011-05-31""#), NotMet),
            ("starts on the last day", &case(r#""from": "2011-07-01""#), Met),
            ("starts after it", &case(r#""from": "2011-07-02""#), NotMet),
            ("still going on", &case(r#""from": "2001""#), Met),
            ("ended some day of 2011", &case(r#""from": "2010", "to": "2011""#), Unknown),
            ("ended at an unknown day of June", &case(r#""from": "2010", "to": "2011-06""#), Met),
            ("known to have been taken, not when", &with(r#""exposures": [{"name": "metformin"}]"#), Unknown),
        ],
    );
}

#[test]
fn a_window_that_ends_before_it_begins_settles_nothing() {
    // Found by the reference evaluator: an entry around such a window counted as present in it.
    let between = window(Some(at("consent")), Some(at("randomization")), "from consent to randomization");
    let record = |consent: &str, rest: &str| {
        format!(
            r#"{{"events": [{{"name": "consent", "on": "{consent}"}}, {{"name": "randomization", "on": "2011-07-01"}}], {rest}}}"#
        )
    };
    let lasting = r#""findings": [{"name": "t2dm", "from": "2010-01-01"}]"#;
    let listed = r#""coverage": [{"of": "conditions"}]"#;
    let protocol = rule(present("t2dm", between.clone()));
    table(
        &protocol,
        &[
            ("in order, and there", &record("2011-06-01", lasting), Met),
            ("in order, and not there", &record("2011-06-01", listed), NotMet),
            ("one day long", &record("2011-07-01", lasting), Met),
            ("backward, and there all the time", &record("2011-07-08", lasting), Unknown),
            ("backward, and never there", &record("2011-07-08", listed), Unknown),
        ],
    );
    let verdict = protocol.screen(&record("2011-07-08", lasting), None);
    assert_eq!(verdict.decisions[0].to_ask[0].ask, "correct the dates of `consent` and `randomization`");
    let counted =
        term("count", Value::Count { finding: finding("t2dm"), mode: Mode::Present, window: between });
    let protocol = rule(compare(counted, Comparator::Equal, number("0")));
    assert_eq!(status(&protocol, &record("2011-06-01", listed)), Met);
    assert_eq!(status(&protocol, &record("2011-07-08", listed)), Unknown);
}

#[test]
fn a_contradiction_about_one_entry_does_not_hide_another() {
    let absence = r#""absences": [{"name": "stroke", "to": "2005-12-31"}]"#;
    let denied = r#"{"name": "stroke", "on": "2005-05-01"}"#;
    let clear = r#"{"name": "stroke", "on": "2010-05-01"}"#;
    let record = |entries: &str| with(&format!(r#""findings": [{entries}], {absence}"#));
    table(
        &rule(ever("stroke")),
        &[
            ("only one that is denied", &record(denied), Unknown),
            ("the clear one last", &record(&format!("{denied}, {clear}")), Met),
            ("the clear one first", &record(&format!("{clear}, {denied}")), Met),
        ],
    );
}

#[test]
fn what_is_recorded_and_denied_may_count_or_not() {
    let count = term(
        "count",
        Value::Count { finding: finding("stroke"), mode: Mode::Present, window: until_decision() },
    );
    let absence =
        r#""absences": [{"name": "stroke", "to": "2005-12-31"}, {"name": "stroke", "from": "2011-01-01"}]"#;
    let listed = r#""coverage": [{"of": "conditions"}]"#;
    let denied = r#"{"name": "stroke", "on": "2005-05-01"}"#;
    let clear = r#"{"name": "stroke", "on": "2010-05-01"}"#;
    let record = |entries: &str| with(&format!(r#""findings": [{entries}], {absence}, {listed}"#));
    let both = record(&format!("{denied}, {clear}"));
    let protocol = |least: &str| rule(compare(count.clone(), Comparator::AtLeast, number(least)));
    assert_eq!(status(&protocol("1"), &record(denied)), Unknown, "once, and denied");
    assert_eq!(status(&protocol("1"), &both), Met, "one that nobody denies");
    assert_eq!(status(&protocol("2"), &both), Unknown, "the second is denied");
    assert_eq!(status(&protocol("3"), &both), NotMet, "there are no more");
    let asked = protocol("2").screen(&both, None).decisions[0].to_ask[0].ask.clone();
    assert_eq!(asked, "settle whether `stroke` is rightly recorded or rightly denied");
}

#[test]
fn always_means_since_birth() {
    let always = occurs(finding("t2dm"), Mode::Throughout, until_decision());
    table(
        &rule(always),
        &[
            ("from birth on", &with(r#""findings": [{"name": "t2dm", "from": "1970-03-02"}]"#), Met),
            (
                "a day later, nothing said of that day",
                &with(r#""findings": [{"name": "t2dm", "from": "1970-03-03"}]"#),
                Unknown,
            ),
            (
                "a day later, and all conditions are listed",
                &with(
                    r#""findings": [{"name": "t2dm", "from": "1970-03-03"}], "coverage": [{"of": "conditions"}]"#,
                ),
                NotMet,
            ),
        ],
    );
}

#[test]
fn started_and_ended_ask_for_those_very_days() {
    let drug = |mode| rule(occurs(finding("metformin"), mode, within_before(30, "randomization")));
    let case = |dates: &str| {
        with(&format!(r#""exposures": [{{"name": "metformin", {dates}}}], "coverage": [{{"of": "drugs"}}]"#))
    };
    table(
        &drug(Mode::Started),
        &[
            ("in the window", &case(r#""from": "2011-06-10""#), Met),
            ("before it, still taken", &case(r#""from": "2011-05-10""#), NotMet),
            ("in June or in May", &case(r#""from": "2011""#), Unknown),
        ],
    );
    table(
        &drug(Mode::Ended),
        &[
            ("in the window", &case(r#""from": "2010", "to": "2011-06-10""#), Met),
            ("not ended", &case(r#""from": "2010""#), NotMet),
            ("ended before it", &case(r#""from": "2010", "to": "2011-05-10""#), NotMet),
        ],
    );
}

#[test]
fn throughout_means_every_day_by_one_course_or_by_several() {
    let protocol = rule(occurs(finding("metformin"), Mode::Throughout, within_before(30, "randomization")));
    let covered = r#""coverage": [{"of": "drugs", "from": "2011-01-01", "to": "2011-12-31"}]"#;
    let case = |entries: &str| with(&format!(r#""exposures": [{entries}], {covered}"#));
    let open = |entries: &str| with(&format!(r#""exposures": [{entries}]"#));
    let whole = r#"{"name": "metformin", "from": "2011-06-01"}"#;
    let first = r#"{"name": "metformin", "from": "2010", "to": "2011-06-15"}"#;
    let second = r#"{"name": "metformin", "from": "2011-06-16"}"#;
    let late = r#"{"name": "metformin", "from": "2011-06-17"}"#;
    table(
        &protocol,
        &[
            ("from the first day of the window on", &case(whole), Met),
            ("two courses that meet", &open(&format!("{first}, {second}")), Met),
            ("a day without", &case(&format!("{first}, {late}")), NotMet),
            ("a day of which nothing is known", &open(&format!("{first}, {late}")), Unknown),
            ("nothing, and all drugs are listed", &case(""), NotMet),
            ("nothing, and nothing is known", &open(""), Unknown),
            (
                "a day inside the window is known to be without, though not its first",
                &with(r#""absences": [{"name": "metformin", "from": "2011-06-10", "to": "2011-06-12"}]"#),
                NotMet,
            ),
            ("since some day of June", &case(r#"{"name": "metformin", "from": "2011-06"}"#), Unknown),
        ],
    );
}

#[test]
fn qualifiers_bind_to_the_finding_and_must_be_recorded_with_it() {
    let symptomatic = Finding { qualifiers: vec!["symptomatic".into()], ..finding("stroke") };
    let protocol = rule(occurs(symptomatic, Mode::Ever, until_decision()));
    let case = |qualifiers: &str| {
        with(&format!(
            r#""findings": [{{"name": "stroke", "on": "2001-05-01"{qualifiers}}}], "coverage": [{{"of": "conditions"}}]"#
        ))
    };
    table(
        &protocol,
        &[
            ("symptomatic", &case(r#", "qualifiers": {"symptomatic": "yes"}"#), Met),
            ("not symptomatic", &case(r#", "qualifiers": {"symptomatic": "no"}"#), NotMet),
            ("asymptomatic", &case(r#", "qualifiers": {"asymptomatic": "yes"}"#), NotMet),
            (
                "both at once",
                &case(r#", "qualifiers": {"asymptomatic": "yes", "symptomatic": "yes"}"#),
                Unknown,
            ),
            ("not said", &case(""), Unknown),
        ],
    );
}

#[test]
fn an_events_attributes_are_tested_where_they_are_recorded() {
    let severe = Finding {
        domain: Domain::Event,
        with: vec![AttributeTest::Ordinal {
            attribute: "grade".into(),
            operator: Comparator::AtLeast,
            value: 3,
        }],
        ..finding("adverse_event")
    };
    let protocol = rule(occurs(severe, Mode::Started, within_before(30, "randomization")));
    let case = |attributes: &str| {
        format!(
            r#"{{"events": [{{"name": "randomization", "on": "2011-07-01"}}, {{"name": "adverse_event", "on": "2011-06-20"{attributes}}}], "coverage": [{{"of": "events"}}]}}"#
        )
    };
    table(
        &protocol,
        &[
            ("grade 3", &case(r#", "attributes": {"grade": 3}"#), Met),
            ("grade 2", &case(r#", "attributes": {"grade": 2}"#), NotMet),
            ("no grade", &case(""), Unknown),
        ],
    );
}

#[test]
fn a_count_is_a_lower_bound_until_nothing_is_missing() {
    let count = term(
        "count of stroke",
        Value::Count { finding: finding("stroke"), mode: Mode::Present, window: until_decision() },
    );
    let at_least = rule(compare(count.clone(), Comparator::AtLeast, number("2")));
    let at_most = rule(compare(count, Comparator::AtMost, number("1")));
    let case = |dates: &[&str], extra: &str| {
        let entries: Vec<String> =
            dates.iter().map(|date| format!(r#"{{"name": "stroke", "on": "{date}"}}"#)).collect();
        with(&format!(r#""findings": [{}]{extra}"#, entries.join(", ")))
    };
    let all = r#", "coverage": [{"of": "conditions"}]"#;
    let (one, two) = (["2001"], ["2001", "2002"]);
    table(
        &at_least,
        &[
            ("two", &case(&two, ""), Met),
            ("one so far", &case(&one, ""), Unknown),
            ("one in all", &case(&one, all), NotMet),
        ],
    );
    table(
        &at_most,
        &[
            ("two", &case(&two, ""), NotMet),
            ("one so far", &case(&one, ""), Unknown),
            ("one in all", &case(&one, all), Met),
        ],
    );
    table(&at_most, &[("one, and one that may come later", &case(&["2001", "2011"], all), Unknown)]);
}

#[test]
fn a_dose_is_the_last_one_of_the_window() {
    let dose = term(
        "dose of metformin",
        Value::Dose { finding: finding("metformin"), window: within_before(30, "randomization") },
    );
    let protocol = rule(compare(dose, Comparator::AtLeast, quantity("1500 mg/d")));
    let course = |from: &str, to: &str, dose: &str| {
        format!(r#"{{"name": "metformin", "from": "{from}", "to": "{to}"{dose}}}"#)
    };
    let amount = |value: &str| format!(r#", "dose": {{"value": {value}, "unit": "g/d"}}"#);
    let case = |entries: &[String]| with(&format!(r#""exposures": [{}]"#, entries.join(", ")));
    table(
        &protocol,
        &[
            (
                "raised",
                &case(&[
                    course("2010-01-01", "2011-06-09", &amount("1")),
                    course("2011-06-10", "2011-08-01", &amount("1.5")),
                ]),
                Met,
            ),
            (
                "lowered",
                &case(&[
                    course("2010-01-01", "2011-06-09", &amount("2")),
                    course("2011-06-10", "2011-08-01", &amount("1")),
                ]),
                NotMet,
            ),
            ("no dose", &case(&[course("2010-01-01", "2011-08-01", "")]), Unknown),
            ("another time", &case(&[course("2010-01-01", "2011-05-01", &amount("2"))]), Unknown),
        ],
    );
}

#[test]
fn stable_means_within_the_tolerance_of_the_reference_value() {
    let values = measured("weight", Selector::Latest, within_before(90, "randomization"));
    let steady = trialc::model::Rule::Steady {
        measure: values,
        tolerance: Tolerance::Percent { percent: exact("10") },
        reference: Selector::Earliest,
    };
    let protocol = rule(clause("weight differs by at most 10 % from its first value", steady));
    table(
        &protocol,
        &[
            (
                "10 % exactly",
                &measurements(&[
                    "weight 100 kg on 2011-05-01",
                    "weight 110 kg on 2011-06-01",
                    "weight 90 kg on 2011-06-20",
                ]),
                Met,
            ),
            (
                "a little more",
                &measurements(&["weight 100 kg on 2011-05-01", "weight 110.1 kg on 2011-06-01"]),
                NotMet,
            ),
            (
                "20 % apart, but each 10 % from the first",
                &measurements(&[
                    "weight 100 kg on 2011-05-01",
                    "weight 90 kg on 2011-05-10",
                    "weight 109 kg on 2011-06-01",
                ]),
                Met,
            ),
            (
                "in another unit",
                &measurements(&["weight 100 kg on 2011-05-01", "weight 111000 g on 2011-06-01"]),
                NotMet,
            ),
            ("one value shows nothing", &measurements(&["weight 100 kg on 2011-05-01"]), Unknown),
            (
                "the jump was before the window",
                &measurements(&[
                    "weight 50 kg on 2011-03-01",
                    "weight 100 kg on 2011-05-01",
                    "weight 101 kg on 2011-06-01",
                ]),
                Met,
            ),
        ],
    );
}

#[test]
fn a_stable_dose_is_taken_on_every_day() {
    let dose = term(
        "dose of metformin",
        Value::Dose { finding: finding("metformin"), window: within_before(90, "randomization") },
    );
    let steady = trialc::model::Rule::Steady {
        measure: dose,
        tolerance: Tolerance::Absolute { number: exact("250"), unit: Some(unit("mg/d")) },
        reference: Selector::Earliest,
    };
    let protocol = rule(clause("the dose of metformin is stable", steady));
    let course = |from: &str, to: &str, dose: &str| {
        format!(
            r#"{{"name": "metformin", "from": "{from}", "to": "{to}", "dose": {{"value": "{dose}", "unit": "mg/d"}}}}"#
        )
    };
    let case = |entries: &[String]| with(&format!(r#""exposures": [{}]"#, entries.join(", ")));
    table(
        &protocol,
        &[
            ("one dose", &case(&[course("2011-01-01", "2011-08-01", "1000")]), Met),
            (
                "raised by 250",
                &case(&[
                    course("2011-01-01", "2011-05-31", "1000"),
                    course("2011-06-01", "2011-08-01", "1250"),
                ]),
                Met,
            ),
            (
                "raised by 500",
                &case(&[
                    course("2011-01-01", "2011-05-31", "1000"),
                    course("2011-06-01", "2011-08-01", "1500"),
                ]),
                NotMet,
            ),
            (
                "a week without",
                &case(&[
                    course("2011-01-01", "2011-05-31", "1000"),
                    course("2011-06-08", "2011-08-01", "1000"),
                ]),
                Unknown,
            ),
        ],
    );
}
