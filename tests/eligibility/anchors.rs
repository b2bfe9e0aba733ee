//! What windows hang on: repeated events, derived events, onsets, visits, and events that never were.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::model::{Anchor, Clause, Comparator, Moment, Occurrence, TimeUnit, Value};

use super::support::*;

#[test]
fn first_last_any_and_each_dose_are_different_anchors() {
    let hba1c_on = |occurrence| {
        let day = occurring("dose", occurrence);
        let window =
            window(Some(moved(day.clone(), before(days(3)))), Some(day), "within 3 days before a dose");
        rule(compare(latest("hba1c", window), Comparator::AtMost, quantity("9 %")))
    };
    let record = |late: &str| {
        format!(
            r#"{{"events": [{{"name": "dose", "on": "2011-07-01"}}, {{"name": "dose", "on": "2011-08-01"}}],
                "measurements": [{{"measure": "hba1c", "value": 8, "unit": "%", "on": "2011-06-29"}},
                                 {{"measure": "hba1c", "value": {late}, "unit": "%", "on": "2011-07-30"}}]}}"#
        )
    };
    for (occurrence, after_good, after_bad) in [
        (Occurrence::First, Met, Met),
        (Occurrence::Last, Met, NotMet),
        (Occurrence::Any, Met, Met),
        (Occurrence::Each, Met, NotMet),
    ] {
        assert_eq!(status(&hba1c_on(occurrence), &record("8.5")), after_good, "{occurrence:?}");
        assert_eq!(status(&hba1c_on(occurrence), &record("9.5")), after_bad, "{occurrence:?}");
    }
}

#[test]
fn a_derived_event_is_the_first_day_on_which_its_rule_holds() {
    let mut recovery = event("Recovery");
    recovery.when = Some(compare(latest("hba1c", any_time()), Comparator::AtMost, quantity("7 %")));
    let protocol = Protocol::new().event("recovery", recovery).include("X", ever_after_recovery());
    let record = |values: &str| {
        format!(
            r#"{{"measurements": [{values}], "findings": [{{"name": "stroke", "on": "2011-06-01"}}], "coverage": [{{"of": "conditions"}}], {EVENTS}}}"#
        )
    };
    let value = |value: &str, on: &str| {
        format!(r#"{{"measure": "hba1c", "value": {value}, "unit": "%", "on": "{on}"}}"#)
    };
    table(
        &protocol,
        &[
            (
                "recovered before",
                &record(&format!("{}, {}", value("8", "2011-05-01"), value("7", "2011-05-20"))),
                Met,
            ),
            (
                "recovered after, whatever came then",
                &record(&format!("{}, {}", value("7", "2011-06-02"), value("6", "2011-06-20"))),
                NotMet,
            ),
            ("never", &record(&value("8", "2011-05-01")), Unknown),
            (
                "a day of May or June",
                &record(&format!("{}, {}", value("8", "2011-04-01"), value("7", "2011"))),
                Unknown,
            ),
        ],
    );
}

/// `stroke present since recovery`
fn ever_after_recovery() -> Clause {
    present("stroke", window(Some(at("recovery")), None, "since recovery"))
}

#[test]
fn the_onset_of_a_finding_is_an_anchor() {
    let onset = Moment { offset: None, of: Anchor::Onset { finding: finding("t2dm") } };
    let age = term("age at onset of t2dm", Value::Age { at: onset, unit: TimeUnit::Year });
    let protocol = rule(compare(age, Comparator::AtLeast, number("35")));
    let case = |from: &str| with(&format!(r#""findings": [{{"name": "t2dm", "from": "{from}"}}]"#));
    table(
        &protocol,
        &[
            ("at 35", &case("2005-03-02"), Met),
            ("at 34", &case("2005-03-01"), NotMet),
            ("at 34 or 35", &case("2005"), Unknown),
            ("not recorded", &with(r#""answers": {}"#), Unknown),
        ],
    );
}

#[test]
fn around_an_event_that_never_was_there_is_nothing() {
    let around = || {
        let day = at("first_dose");
        window(Some(moved(day.clone(), before(days(30)))), Some(day), "within 30 days before first_dose")
    };
    let never = r#""absences": [{"name": "first_dose"}], "measurements": [{"measure": "inr", "value": 1, "on": "2011-07-01"}]"#;
    let unknown = r#""measurements": [{"measure": "inr", "value": 1, "on": "2011-07-01"}]"#;
    let by_then = r#""absences": [{"name": "first_dose", "to": "2011-07-01"}]"#;
    table(
        &rule(present("stroke", around())),
        &[
            ("never dosed: no stroke within 30 days of it", &with(never), NotMet),
            ("not dosed so far", &with(by_then), Unknown),
            ("nothing known of the dose", &with(unknown), Unknown),
        ],
    );
    let value = rule(compare(latest("inr", around()), Comparator::Less, number("2")));
    table(&value, &[("a value before a dose that never was", &with(never), Unknown)]);
}

#[test]
fn an_event_recorded_on_two_days_is_a_contradiction_where_it_matters() {
    let protocol =
        rule(compare(latest("inr", within_before(7, "randomization")), Comparator::Less, number("2")));
    let record = |second: &str, value: &str| {
        format!(
            r#"{{"events": [{{"name": "randomization", "on": "2011-07-01"}}, {{"name": "randomization", "on": "{second}"}}],
                "measurements": [{{"measure": "inr", "value": 1, "on": "{value}"}}]}}"#
        )
    };
    table(
        &protocol,
        &[
            ("twice on one day", &record("2011-07-01", "2011-06-25"), Met),
            ("a day apart, inside both windows", &record("2011-07-02", "2011-06-28"), Met),
            ("a day apart, outside one of them", &record("2011-07-02", "2011-06-24"), Unknown),
        ],
    );
}

#[test]
fn a_visit_is_where_it_was_recorded_or_where_the_schedule_puts_it() {
    let visit = serde_json::json!({
        "label": "Month 1", "epoch": "follow_up", "contact": "clinic",
        "timing": {"timing": "target", "anchor": at("randomization"), "offset": after(months(1)),
                   "early": days(7), "late": days(7), "text": "1 month after randomization, ±7 days"}
    });
    let schedule = serde_json::json!({
        "clocks": {}, "epochs": {"follow_up": {"label": "Follow-up", "visits": ["month_1"]}},
        "visits": {"month_1": visit}, "activities": {}
    });
    let visit_day = Moment { offset: None, of: Anchor::Visit { name: "month_1".into() } };
    let mut protocol = rule(present("stroke", window(Some(visit_day), None, "since month_1")));
    protocol.0.schedule = Some(serde_json::from_value(schedule).expect("a schedule"));
    let record = |stroke: &str, extra: &str| {
        let events = EVENTS.replace(r#""events": ["#, &format!(r#""events": [{extra}"#));
        format!(
            r#"{{{events}, "findings": [{{"name": "stroke", "on": "{stroke}"}}], "coverage": [{{"of": "conditions"}}]}}"#
        )
    };
    let held = r#"{"name": "month_1", "on": "2011-08-05"}, "#;
    table(
        &protocol,
        &[
            ("after the last day of its window", &record("2011-08-08", ""), Met),
            ("before the first", &record("2011-07-24", ""), NotMet),
            ("in between", &record("2011-08-04", ""), Unknown),
            ("before the visit that was held", &record("2011-08-04", held), NotMet),
            ("after it", &record("2011-08-06", held), Met),
        ],
    );
}
