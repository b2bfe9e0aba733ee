//! Single cases, each with its near miss.

use jiff::civil::date;
use serde_json::{Value as Json, json};
use trialc::entries::{Report, validate};

use crate::build::small;

fn report(record: &Json) -> Report {
    validate(&small(), &record.to_string(), None)
}

/// The codes of what is found, in order.
fn codes(record: &Json) -> Vec<&'static str> {
    report(record).findings.iter().map(|one| one.code.id).collect()
}

fn vitals(changes: Json) -> Json {
    let mut entry = json!({
        "SUBJID": "001", "VISIT": "baseline", "VSPERF": "Y", "VSDAT": "2026-03-02",
        "SYSBP_VSORRES": { "value": 120, "unit": "mm[Hg]" }, "DIABP_VSORRES": { "value": 80, "unit": "mm[Hg]" },
    });
    for (name, value) in changes.as_object().expect("changes") {
        entry[name] = value.clone();
    }
    entry
}

fn only(entry: Json) -> Json {
    json!({ "forms": { "VS": [entry] } })
}

#[test]
fn a_pressure_is_held_to_the_other_in_the_same_unit_and_not_across_units() {
    assert!(codes(&only(vitals(json!({})))).is_empty());
    let higher = json!({ "DIABP_VSORRES": { "value": 121, "unit": "mm[Hg]" } });
    assert_eq!(codes(&only(vitals(higher))), ["Q10"]);
    // 16 kPa are 120 mmHg.
    let elsewhere = json!({ "DIABP_VSORRES": { "value": 10.5, "unit": "kPa" } });
    assert!(codes(&only(vitals(elsewhere))).is_empty());
}

#[test]
fn numbers_are_compared_by_their_digits() {
    let just = |value: &str| {
        let text = only(vitals(json!({}))).to_string();
        let weight =
            format!("\"VISIT\":\"baseline\",\"WEIGHT_VSORRES\":{{\"value\":{value},\"unit\":\"kg\"}}");
        let text = text.replace("\"VISIT\":\"baseline\"", &weight);
        let found = validate(&small(), &text, None).findings;
        found.iter().map(|one| one.code.id).collect::<Vec<_>>()
    };
    assert!(just("250").is_empty() && just("250.0").is_empty() && just("2.5e2").is_empty());
    assert_eq!(just("250.00000000000000000000000000001"), ["Q08"]);
    assert_eq!(just("1e999999999"), ["Q06"]);
}

#[test]
fn what_was_not_done_needs_its_reason_and_nothing_else() {
    let entry = json!({ "SUBJID": "001", "VISIT": "baseline", "VSPERF": "N", "VSREASND": "refused" });
    assert!(codes(&only(entry.clone())).is_empty());
    let mut silent = entry.clone();
    silent.as_object_mut().unwrap().remove("VSREASND");
    assert_eq!(codes(&only(silent)), ["Q04"]);
    let mut both = entry;
    both["VSDAT"] = json!("2026-03-02");
    assert_eq!(codes(&only(both)), ["Q05"]);
}

/// One slip is one finding: what depends on the wrong answer is not complained of as well.
#[test]
fn a_wrong_answer_is_told_once_and_not_again_for_what_depends_on_it() {
    assert_eq!(codes(&only(vitals(json!({ "VSPERF": "yes" })))), ["Q07"]);
}

#[test]
fn a_value_that_was_done_and_is_not_there_is_asked_about_at_its_visits_only() {
    let mut bare = vitals(json!({ "VISIT": "week_2" }));
    bare.as_object_mut().unwrap().remove("SYSBP_VSORRES");
    let found = report(&only(bare)).findings;
    let checks: Vec<&str> = found.iter().filter_map(|one| one.check.as_deref()).collect();
    assert_eq!(checks, ["VS.SYSBP_VSORRES.present_when_done"], "weight is weighed at baseline only");
    assert!(found.iter().all(trialc::entries::Finding::is_query));
}

#[test]
fn a_query_is_confirmed_for_the_value_that_it_was_about() {
    let high = |value: u32, confirmed: &str| {
        let entry = vitals(json!({ "SYSBP_VSORRES": { "value": value, "unit": "mm[Hg]" } }));
        json!({ "forms": { "VS": [entry] }, "confirmed": [{
            "form": "VS", "visit": "baseline", "check": "VS.SYSBP_VSORRES.plausible", "value": confirmed, "reason": "measured twice",
        }] })
    };
    let confirmed = report(&high(390, "390 mm[Hg]"));
    assert!(confirmed.findings.is_empty() && confirmed.confirmed == 1, "{confirmed:?}");
    let changed = report(&high(391, "390 mm[Hg]"));
    assert_eq!((changed.queries(), changed.confirmed), (1, 0), "{changed:?}");
}

#[test]
fn what_cannot_be_right_is_not_confirmed() {
    let entry = vitals(json!({ "DIABP_VSORRES": { "value": 130, "unit": "mm[Hg]" } }));
    let record = json!({ "forms": { "VS": [entry] }, "confirmed": [{
        "form": "VS", "visit": "baseline", "check": "VS.DIABP_VSORRES.lower",
        "value": "DIABP_VSORRES 130 mm[Hg], SYSBP_VSORRES 120 mm[Hg]", "reason": "so it was",
    }] });
    assert_eq!(codes(&record), ["Q10"]);
}

#[test]
fn dates_are_held_to_the_future_only_when_the_day_is_given() {
    let record = only(vitals(json!({}))).to_string();
    let on = |today| validate(&small(), &record, today);
    let open = on(None);
    assert!(open.findings.is_empty() && open.undecided.iter().any(|one| one.contains("--as-of")));
    let before = on(Some(date(2026, 3, 1)));
    let checks: Vec<_> = before.findings.iter().filter_map(|one| one.check.as_deref()).collect();
    assert_eq!(checks, ["VS.VSDAT.not_in_future"]);
    assert!(on(Some(date(2026, 3, 2))).findings.is_empty());
}

#[test]
fn two_adverse_events_of_one_name_and_day_are_one_told_twice() {
    let event = |term: &str| json!({ "AETERM": term, "AESTDAT": "2026-03-05", "AEONGO": "Y" });
    let unique = |records: Json| {
        let record = json!({ "forms": { "AE": [{ "SUBJID": "001", "records": records }] } });
        let found = report(&record).findings;
        found.into_iter().find(|one| one.check.as_deref() == Some("AE.AETERM.unique"))
    };
    let copy = unique(json!([event("Headache"), event("Nausea"), event("Headache")])).expect("a copy");
    assert_eq!((copy.at.record, copy.code.id), (Some(3), "Q11"));
    assert!(copy.message.contains("record 1"), "{}", copy.message);
    assert!(unique(json!([event("Headache"), event("Nausea")])).is_none());
}

#[test]
fn a_participant_who_is_somebody_else_fills_in_the_same_form() {
    let other =
        |number: &str| json!({ "SUBJID": number, "VISIT": "baseline", "BRTHDAT": "1980", "SEX": "F" });
    assert_eq!(codes(&json!({ "forms": { "DM": [other("001"), other("001")] } })), ["Q12"]);
    assert!(codes(&json!({ "forms": { "DM": [other("001"), other("002")] } })).is_empty());
}

/// Two arms get different products, each on its own form.
#[test]
fn a_form_of_another_arm_than_the_participants_is_told() {
    let text = include_str!("../support/casebook.trial");
    let (before, rest) = text.split_once("arm active").expect("arms");
    let (arms, after) = rest.split_once("schedule {").expect("a schedule");
    let arms = arms.replace("gives tablet: 2.5 mg", "gives drops: 1 mg");
    let drops = "intervention drops \"Drops\": drug { route: oral }";
    let text = format!(
        "{before}{drops}\nrandomize main at randomization {{\narm active{arms}}}\nschedule {{{after}"
    );
    let trial = crate::build::compiled(&text);
    let (other, form) =
        trial.forms.iter().find(|(_, form)| form.arms == ["control"]).expect("a form of one arm");
    assert!(form.repeating && other.starts_with("EX"));
    let codes = |arm: &str| {
        let record = json!({ "forms": {
            "DS": [{ "SUBJID": "1", "RANDMZTN_DSSTDAT": "2026-03-02", "RANDMZTN_ARMCD": arm, "WITHDRWL_DSYN": "N" }],
            other.as_str(): [{ "SUBJID": "1", "records": [] }],
        } });
        let found = validate(&trial, &record.to_string(), None).findings;
        found.iter().map(|one| one.code.id).collect::<Vec<_>>()
    };
    assert_eq!(codes("active"), ["Q03"]);
    assert!(codes("control").is_empty());
}

#[test]
fn every_message_says_form_visit_field_value_and_what_to_do() {
    let entry = vitals(json!({ "WEIGHT_VSORRES": { "value": 700, "unit": "kg" } }));
    let record = serde_json::to_string_pretty(&only(entry)).unwrap();
    let found = validate(&small(), &record, None).findings;
    let [one] = found.as_slice() else { panic!("{found:?}") };
    for part in ["VS at Baseline", "WEIGHT_VSORRES", "`700 kg`"] {
        assert!(one.message.contains(part), "{part}: {}", one.message);
    }
    assert!(one.help.contains("30 to 250 kg"), "{}", one.help);
    assert!(record[one.span.clone()].contains("700"), "the author's own words");
}

#[test]
fn nothing_that_can_be_typed_into_a_file_makes_it_panic() {
    for text in [
        "",
        "{",
        "[]",
        "{}",
        "null",
        "3",
        "\"x\"",
        "{\"forms\": 3}",
        "{\"forms\": {\"VS\": 3}}",
        "{\"forms\": {\"VS\": [3]}}",
        "{\"forms\": {\"AE\": [{\"SUBJID\": \"1\", \"records\": [3, {\"AETERM\": []}]}]}}",
        "{\"forms\": {\"é\u{301}\": []}}",
        "{\"forms\": {}, \"forms\": {}}",
        "{\"confirmed\": [{\"record\": 1e9}], \"forms\": {}}",
        "{\"forms\": {}} x",
        "{\"forms\": {\"SV\": [{\"SUBJID\": \"1\", \"VISIT\": \"baseline\", \"SVOCCUR\": \"Y\", \"SVSTDAT\": \"é011-02-28\"}]}}",
        "{\"forms\": {\"DM\": [{\"SUBJID\": \"1\", \"VISIT\": \"baseline\", \"BRTHDAT\": \"ééé-0é\", \"SEX\": \"F\"}]}}",
    ] {
        let report = validate(&small(), text, None);
        let is_empty = text == "{\"forms\": {}} x" || report.errors() > 0;
        assert!(is_empty || text.is_empty(), "{text}: {report:?}");
    }
}
