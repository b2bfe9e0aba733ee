//! Values against limits: units, windows, ages, reference limits, tables.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::model::{ArithmeticOperator, Comparator, Duration, Selector, TimeUnit, Value};

use super::support::*;

fn hba1c_in_range() -> Protocol {
    rule(between(latest("hba1c", within_before(14, "randomization")), quantity("7.5 %"), quantity("9.5 %")))
}

#[test]
fn both_ends_of_a_range_are_inside() {
    let case = |value: &str| measurements(&[&format!("hba1c {value} % on 2011-06-28")]);
    table(
        &hba1c_in_range(),
        &[
            ("the lower end", &case("7.5"), Met),
            ("just below", &case("7.4"), NotMet),
            ("the upper end, written longer", &case("9.50"), Met),
            ("just above", &case("9.51"), NotMet),
        ],
    );
}

#[test]
fn a_window_holds_its_first_day_and_the_anchors_own() {
    let case = |date: &str| measurements(&[&format!("hba1c 8 % on {date}")]);
    table(
        &hba1c_in_range(),
        &[
            ("14 days before", &case("2011-06-17"), Met),
            ("15 days before: no value, which is not a no", &case("2011-06-16"), Unknown),
            ("on the day of randomization", &case("2011-07-01"), Met),
            ("the day after", &case("2011-07-02"), Unknown),
            ("some day of June: it may lie outside", &case("2011-06"), Unknown),
        ],
    );
}

#[test]
fn the_latest_value_counts_and_not_an_earlier_one() {
    table(
        &hba1c_in_range(),
        &[
            (
                "good, then bad",
                &measurements(&["hba1c 8 % on 2011-06-20", "hba1c 9.6 % on 2011-06-28"]),
                NotMet,
            ),
            ("bad, then good", &measurements(&["hba1c 9.6 % on 2011-06-20", "hba1c 8 % on 2011-06-28"]), Met),
            (
                "a later value outside the window does not count",
                &measurements(&["hba1c 8 % on 2011-06-20", "hba1c 9.6 % on 2011-07-02"]),
                Met,
            ),
        ],
    );
}

#[test]
fn hba1c_in_mmol_per_mol_is_converted_by_the_master_equation() {
    // 58.5 mmol/mol are 7.50 %, not 5.85 %; 80 mmol/mol are 9.47 %, 81 are 9.56 %.
    let case = |value: &str| measurements(&[&format!("hba1c {value} mmol/mol on 2011-06-28")]);
    table(
        &hba1c_in_range(),
        &[
            ("58.5", &case("58.5"), Met),
            ("58.4", &case("58.4"), NotMet),
            ("80", &case("80"), Met),
            ("81", &case("81"), NotMet),
        ],
    );
}

#[test]
fn a_value_without_a_unit_or_in_another_kind_of_unit_is_unknown_with_the_reason() {
    let protocol = hba1c_in_range();
    table(
        &protocol,
        &[
            ("no unit", &measurements(&["hba1c 8.0 on 2011-06-28"]), Unknown),
            ("a mass", &measurements(&["hba1c 8.0 mg/dL on 2011-06-28"]), Unknown),
            ("no unit at all", &measurements(&["hba1c 8.0 percents on 2011-06-28"]), Unknown),
        ],
    );
    let verdict = protocol.screen(&measurements(&["hba1c 8.0 on 2011-06-28"]), None);
    let missing = &verdict.decisions[0].criterion("X").expect("criterion X").because[0].missing[0];
    assert_eq!(missing.why, "the value of HbA1c is recorded without a unit");
    assert!(missing.ask.contains("in `%`"), "{}", missing.ask);
}

#[test]
fn creatinine_in_umol_per_litre_meets_mg_per_decilitre_through_its_molar_mass() {
    // 1.5 mg/dL are 132.6 umol/L.
    let protocol = rule(compare(
        latest("creatinine", within_before(28, "randomization")),
        Comparator::AtMost,
        quantity("1.5 mg/dL"),
    ));
    let case = |value: &str| measurements(&[&format!("creatinine {value} umol/L on 2011-06-28")]);
    table(&protocol, &[("132", &case("132"), Met), ("133", &case("133"), NotMet)]);
}

#[test]
fn a_multiple_of_the_upper_limit_uses_the_limit_of_that_very_result() {
    let protocol = rule(compare(
        latest("alt", within_before(28, "randomization")),
        Comparator::AtMost,
        uln("1.5", "alt"),
    ));
    table(
        &protocol,
        &[
            ("60 of 40", &measurements(&[r#"alt 60 U/L on 2011-06-28 "high": 40"#]), Met),
            ("61 of 40", &measurements(&[r#"alt 61 U/L on 2011-06-28 "high": 40"#]), NotMet),
            (
                "61 of another laboratory's 41",
                &measurements(&[r#"alt 61 U/L on 2011-06-28 "high": 41"#]),
                Met,
            ),
            (
                "the limit came with an older result",
                &measurements(&["alt 30 U/L on 2011-06-28", r#"alt 30 U/L on 2011-06-20 "high": 40"#]),
                Unknown,
            ),
            (
                "a result and its own limit need no unit",
                &measurements(&[r#"alt 61 on 2011-06-28 "high": 40"#]),
                NotMet,
            ),
        ],
    );
}

#[test]
fn age_is_counted_in_completed_birthdays() {
    let protocol = rule(between(age_at("consent"), number("40"), number("65")));
    let born = |date: &str| format!(r#"{{"person": {{"born": "{date}"}}, {EVENTS}}}"#);
    table(
        &protocol,
        &[
            ("turns 40 on the day of consent", &born("1971-02-01"), Met),
            ("turns 40 the day after", &born("1971-02-02"), NotMet),
            ("65 for one more day", &born("1945-02-02"), Met),
            ("66 today", &born("1945-02-01"), NotMet),
            ("born some time in 1971: 39 or 40", &born("1971"), Unknown),
            ("born some time in 1960: 50 or 51", &born("1960"), Met),
            (
                "no date of birth",
                &with(r#""notes_are_not_needed": 1"#)
                    .replace(r#""notes_are_not_needed": 1"#, r#""answers": {}"#)
                    .replace(r#", "born": "1970-03-02""#, ""),
                Unknown,
            ),
        ],
    );
}

#[test]
fn ages_compare_with_lengths_of_time_too() {
    let protocol = rule(compare(age_at("consent"), Comparator::AtLeast, span(Duration::Months(18 * 12))));
    let born = |date: &str| format!(r#"{{"person": {{"born": "{date}"}}, {EVENTS}}}"#);
    table(&protocol, &[("18 today", &born("1993-02-01"), Met), ("18 tomorrow", &born("1993-02-02"), NotMet)]);
}

#[test]
fn a_limit_by_sex_is_the_persons_own_and_both_where_the_sex_is_unknown() {
    let limit = by_sex(quantity("1.5 mg/dL"), quantity("1.4 mg/dL"));
    let protocol =
        rule(compare(latest("creatinine", within_before(28, "randomization")), Comparator::Greater, limit));
    let case = |sex: &str, value: &str| {
        measurements(&[&format!("creatinine {value} mg/dL on 2011-06-28")])
            .replace(r#""sex": "female""#, &format!(r#""sex": "{sex}""#))
    };
    table(
        &protocol,
        &[
            ("a woman above hers", &case("female", "1.45"), Met),
            ("a man below his", &case("male", "1.45"), NotMet),
            ("above both, whatever the sex", &case("unknown", "1.6"), Met),
            ("below both", &case("unknown", "1.3"), NotMet),
            ("between the two", &case("unknown", "1.45"), Unknown),
        ],
    );
}

#[test]
fn time_from_one_event_to_another_is_counted_on_the_calendar() {
    let between_events = term(
        "time from consent to randomization",
        Value::TimeBetween { from: at("consent"), to: at("randomization") },
    );
    let protocol = rule(compare(between_events, Comparator::AtLeast, span(months(4))));
    let case = |consent: &str| {
        format!(
            r#"{{"events": [{{"name": "consent", "on": "{consent}"}}, {{"name": "randomization", "on": "2011-06-30"}}]}}"#
        )
    };
    table(
        &protocol,
        &[
            ("four months to the day", &case("2011-02-28"), Met),
            ("a day short", &case("2011-03-01"), NotMet),
            ("February alone is known: at least four months", &case("2011-02"), Met),
            ("some day of 2011", &case("2011"), Unknown),
        ],
    );
}

#[test]
fn the_duration_of_a_disease_counts_from_its_onset() {
    let duration = term(
        "duration of t2dm at consent",
        Value::DurationOf { finding: finding("t2dm"), at: at("consent"), unit: TimeUnit::Year },
    );
    let protocol = rule(between(duration, span(months(36)), span(months(240))));
    let case = |from: &str| with(&format!(r#""findings": [{{"name": "t2dm", "from": "{from}"}}]"#));
    table(
        &protocol,
        &[
            ("three years on the day", &case("2008-02-01"), Met),
            ("three years tomorrow", &case("2008-02-02"), NotMet),
            ("20 completed years, not yet 21", &case("1990-02-02"), Met),
            ("21 years", &case("1990-02-01"), NotMet),
            ("since 2001", &case("2001"), Met),
            ("since some day of 2008", &case("2008"), Unknown),
            ("no diabetes recorded", &with(r#""answers": {}"#), Unknown),
        ],
    );
}

#[test]
fn a_derived_quantity_is_computed_from_its_leaves_in_any_unit() {
    let bmi = arithmetic(
        latest("weight", any_time()),
        ArithmeticOperator::Divide,
        arithmetic(latest("height", any_time()), ArithmeticOperator::Power, number("2")),
    );
    let protocol = Protocol::new().measure("bmi", derived("Body mass index", Some("kg/m2"), bmi)).include(
        "X",
        compare(latest("bmi", within_before(28, "randomization")), Comparator::AtMost, quantity("35 kg/m2")),
    );
    table(
        &protocol,
        &[
            (
                "35 exactly",
                &measurements(&["weight 140 kg on 2011-06-28", "height 200 cm on 2011-06-20"]),
                Met,
            ),
            (
                "a little more",
                &measurements(&["weight 140.1 kg on 2011-06-28", "height 200 cm on 2011-06-20"]),
                NotMet,
            ),
            (
                "in metres and grams",
                &measurements(&["weight 140000 g on 2011-06-28", "height 2 m on 2011-06-20"]),
                Met,
            ),
            ("no height", &measurements(&["weight 90 kg on 2011-06-28"]), Unknown),
            (
                "height long ago: outside the window",
                &measurements(&["weight 90 kg on 2011-06-28", "height 200 cm on 2001-06-20"]),
                Unknown,
            ),
            (
                "the index itself, where a leaf is missing",
                &measurements(&["bmi 35.1 kg/m2 on 2011-06-28"]),
                NotMet,
            ),
        ],
    );
}

#[test]
fn any_needs_one_value_and_every_needs_all() {
    let of = |select| {
        rule(compare(
            measured("alt", select, within_before(28, "randomization")),
            Comparator::Greater,
            quantity("100 U/L"),
        ))
    };
    let two = measurements(&["alt 90 U/L on 2011-06-10", "alt 110 U/L on 2011-06-20"]);
    let high = measurements(&["alt 101 U/L on 2011-06-10", "alt 110 U/L on 2011-06-20"]);
    let unsure = measurements(&["alt 90 U/L on 2011-06-10", "alt 110 U/L on 2011-06"]);
    let none = measurements(&["alt 110 U/L on 2011-05-01"]);
    for (select, cases) in [
        (
            Selector::Any,
            [
                ("two", &two, Met),
                ("high", &high, Met),
                ("unsure", &unsure, Unknown),
                ("none", &none, Unknown),
            ],
        ),
        (
            Selector::Every,
            [
                ("two", &two, NotMet),
                ("high", &high, Met),
                ("unsure", &unsure, NotMet),
                ("none", &none, Unknown),
            ],
        ),
        (
            Selector::Highest,
            [
                ("two", &two, Met),
                ("high", &high, Met),
                ("unsure", &unsure, Unknown),
                ("none", &none, Unknown),
            ],
        ),
        (
            Selector::Lowest,
            [
                ("two", &two, NotMet),
                ("high", &high, Met),
                ("unsure", &unsure, NotMet),
                ("none", &none, Unknown),
            ],
        ),
        (
            Selector::Mean,
            [
                ("two", &two, NotMet),
                ("high", &high, Met),
                ("unsure", &unsure, Unknown),
                ("none", &none, Unknown),
            ],
        ),
        (
            Selector::Earliest,
            [
                ("two", &two, NotMet),
                ("high", &high, Met),
                ("unsure", &unsure, Unknown),
                ("none", &none, Unknown),
            ],
        ),
    ] {
        for (what, record, expected) in cases {
            assert_eq!(status(&of(select), record), expected, "{select:?} of {what}");
        }
    }
}

#[test]
fn the_last_two_values_must_both_hold() {
    let select = Selector::Consecutive(2);
    let protocol = rule(compare(
        measured("alt", select, within_before(28, "randomization")),
        Comparator::Greater,
        quantity("100 U/L"),
    ));
    table(
        &protocol,
        &[
            (
                "both",
                &measurements(&[
                    "alt 90 U/L on 2011-06-04",
                    "alt 110 U/L on 2011-06-10",
                    "alt 120 U/L on 2011-06-20",
                ]),
                Met,
            ),
            (
                "the last but one fails",
                &measurements(&[
                    "alt 110 U/L on 2011-06-04",
                    "alt 90 U/L on 2011-06-10",
                    "alt 120 U/L on 2011-06-20",
                ]),
                NotMet,
            ),
            ("one value is no two", &measurements(&["alt 120 U/L on 2011-06-20"]), Unknown),
            (
                "three tied values of which two count: the worst pair stands",
                &measurements(&[
                    "alt 90 U/L on 2011-06-20",
                    "alt 110 U/L on 2011-06-20",
                    "alt 120 U/L on 2011-06-20",
                ]),
                NotMet,
            ),
        ],
    );
}

#[test]
fn a_result_below_the_assays_limit_decides_where_it_can() {
    let protocol = rule(compare(
        latest("alt", within_before(28, "randomization")),
        Comparator::AtMost,
        quantity("40 U/L"),
    ));
    table(
        &protocol,
        &[
            ("below 5", &measurements(&["alt <5 U/L on 2011-06-20"]), Met),
            ("above 500", &measurements(&["alt >500 U/L on 2011-06-20"]), NotMet),
            ("below 50: 30 or 45", &measurements(&["alt <50 U/L on 2011-06-20"]), Unknown),
        ],
    );
}

#[test]
fn a_pure_number_needs_no_unit_and_a_score_stays_in_its_range() {
    let inr =
        rule(compare(latest("inr", within_before(28, "randomization")), Comparator::Greater, number("1.5")));
    table(
        &inr,
        &[
            ("1.6", &measurements(&["inr 1.6 on 2011-06-20"]), Met),
            ("1.5", &measurements(&["inr 1.5 on 2011-06-20"]), NotMet),
            ("its own annotation", &measurements(&["inr 1.6 {INR} on 2011-06-20"]), Met),
            ("seconds are a prothrombin time", &measurements(&["inr 16 s on 2011-06-20"]), Unknown),
        ],
    );
    let ecog =
        rule(compare(latest("ecog", within_before(28, "randomization")), Comparator::AtMost, number("2")));
    table(
        &ecog,
        &[
            ("2", &measurements(&["ecog 2 on 2011-06-20"]), Met),
            ("3", &measurements(&["ecog 3 on 2011-06-20"]), NotMet),
            ("there is no 7", &measurements(&["ecog 7 on 2011-06-20"]), Unknown),
        ],
    );
}

#[test]
fn a_coded_result_is_one_of_its_list_or_unknown() {
    let protocol = rule(is(latest("pregnancy_test", within_before(7, "randomization")), &["negative"]));
    table(
        &protocol,
        &[
            ("negative", &measurements(&["pregnancy_test negative on 2011-06-28"]), Met),
            ("in capitals", &measurements(&["pregnancy_test NEGATIVE on 2011-06-28"]), Met),
            ("positive", &measurements(&["pregnancy_test positive on 2011-06-28"]), NotMet),
            ("a word that is not on the list", &measurements(&["pregnancy_test neg on 2011-06-28"]), Unknown),
            ("too early", &measurements(&["pregnancy_test negative on 2011-06-23"]), Unknown),
        ],
    );
}

#[test]
fn a_value_in_another_state_than_the_measure_asks_for_does_not_count() {
    let mut glucose = quantity_measure("Fasting glucose", Some("mg/dL"), "substance", Some("C6H12O6"));
    glucose.state = Some("fasting".into());
    let protocol = Protocol::new().measure("fasting_glucose", glucose).include(
        "X",
        compare(
            latest("fasting_glucose", within_before(28, "randomization")),
            Comparator::Less,
            quantity("126 mg/dL"),
        ),
    );
    table(
        &protocol,
        &[
            (
                "fasting",
                &measurements(&[r#"fasting_glucose 100 mg/dL on 2011-06-28 "state": "fasting""#]),
                Met,
            ),
            ("as its name says", &measurements(&["fasting_glucose 100 mg/dL on 2011-06-28"]), Met),
            (
                "after a meal",
                &measurements(&[r#"fasting_glucose 100 mg/dL on 2011-06-28 "state": "postprandial""#]),
                Unknown,
            ),
            ("in mmol/L", &measurements(&["fasting_glucose 7.0 mmol/L on 2011-06-28"]), NotMet),
        ],
    );
}

#[test]
fn a_change_between_two_moments_needs_both_values() {
    let change = term(
        "percent change of weight from consent to randomization",
        Value::Change {
            relative: true,
            measure: "weight".into(),
            from: at("consent"),
            to: at("randomization"),
        },
    );
    let protocol = rule(compare(change, Comparator::AtMost, quantity("-5 %")));
    table(
        &protocol,
        &[
            (
                "5 % exactly",
                &measurements(&["weight 100 kg on 2011-02-01", "weight 95 kg on 2011-07-01"]),
                Met,
            ),
            ("less", &measurements(&["weight 100 kg on 2011-02-01", "weight 95.1 kg on 2011-07-01"]), NotMet),
            (
                "in grams",
                &measurements(&["weight 100 kg on 2011-02-01", "weight 94900 g on 2011-07-01"]),
                Met,
            ),
            ("no second value", &measurements(&["weight 100 kg on 2011-02-01"]), Unknown),
        ],
    );
}

#[test]
fn the_highest_of_limits_and_numbers_is_at_least_the_highest_number() {
    // Found by the reference evaluator: `>50` beside 51 left it open whether the highest is above 50.
    let highest = |operator, limit| {
        rule(compare(
            measured("alt", Selector::Highest, within_before(14, "randomization")),
            operator,
            quantity(limit),
        ))
    };
    let values =
        measurements(&["alt >50 U/L on 2011-06-20", "alt 51 U/L on 2011-06-21", "alt <40 U/L on 2011-06-22"]);
    assert_eq!(status(&highest(Comparator::Greater, "50 U/L"), &values), Met);
    assert_eq!(status(&highest(Comparator::Greater, "51 U/L"), &values), Unknown);
    let lowest = |operator, limit| {
        rule(compare(
            measured("alt", Selector::Lowest, within_before(14, "randomization")),
            operator,
            quantity(limit),
        ))
    };
    assert_eq!(status(&lowest(Comparator::AtMost, "40 U/L"), &values), Met);
    assert_eq!(status(&lowest(Comparator::Less, "39 U/L"), &values), Unknown);
}

#[test]
fn the_latest_and_the_earliest_value_of_one_day_may_be_two_of_them() {
    let of = |select| measured("alt", select, within_before(14, "randomization"));
    let protocol = rule(any(vec![
        compare(of(Selector::Latest), Comparator::AtMost, quantity("50 U/L")),
        compare(of(Selector::Earliest), Comparator::Greater, quantity("50 U/L")),
    ]));
    let tied = measurements(&["alt 40 U/L on 2011-06-20", "alt 60 U/L on 2011-06-20"]);
    assert_eq!(status(&protocol, &tied), NotMet, "60 may be the latest and 40 the earliest");
    assert_eq!(status(&protocol, &measurements(&["alt 40 U/L on 2011-06-20"])), Met);
}
