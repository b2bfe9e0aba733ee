//! Conditions of the protocol on what logs and questions tell beside that something occurred: attributes, qualifiers, doses.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use trialc::entries::{Report, validate};
use trialc::model::Trial;

use crate::build::compiled;
use crate::windows::below;

/// Values that are asked after a bad adverse event, a symptomatic ulcer, a high dose, and with all that together.
pub const LOGS: &str = r#"
trial logs "Conditions on details"
use std.vitals, std.labs, std.demographics
event consent "Consent"
event randomization "Randomization": on or after consent
event adverse_event "Adverse event" { repeats; with: grade 1 to 5, serious }
event fall "Fall" { repeats; with: injury }
condition ulcer "Peptic ulcer" { snomed: 13200003 "Peptic ulcer" }
drug pill "Pill" { rxnorm: 6809 }
schedule {
  clock study: day 1 is randomization
  epoch treatment "Treatment" {
    visit baseline "Baseline": day 1
    visit week_2 "Week 2": day 15 ±2 days
    visit week_4 "Week 4": day 29 ±2 days
  }
  collect weight at baseline, week_2, week_4
  collect alt at week_2 when adverse_event with grade >= 3 started before week_2
  collect ast at week_2 when adverse_event with (grade >= 2 and serious) started before week_2
  collect glucose at week_4 when fall with injury started before week_4
  collect potassium at week_4 when symptomatic ulcer present at week_4
  collect sodium at week_4 when dose of pill at week_4 > 1000 mg
  collect ulcer, pill at week_4
  collect adverse_event from consent to week_4
}
"#;

static TRIAL: LazyLock<Trial> = LazyLock::new(|| compiled(LOGS));

fn record(forms: Json) -> Json {
    let mut forms = forms;
    forms["DS"] = json!([{ "SUBJID": "1", "RANDMZTN_DSSTDAT": "2026-03-02" }]);
    let seen =
        |visit: &str, day: &str| json!({ "SUBJID": "1", "VISIT": visit, "SVOCCUR": "Y", "SVSTDAT": day });
    forms["SV"] =
        json!([seen("baseline", "2026-03-02"), seen("week_2", "2026-03-16"), seen("week_4", "2026-03-30")]);
    json!({ "forms": forms })
}

fn laboratory(visit: &str, field: &str, unit: &str) -> Json {
    let day = if visit == "week_2" { "2026-03-16" } else { "2026-03-30" };
    json!({ "SUBJID": "1", "VISIT": visit, "LBPERF": "Y", "LBDAT": day, field: { "value": 5, "unit": unit } })
}

/// Which questions the participant's casebook decides: `asked`, `not asked`, or `open`.
fn decided(forms: Json, visit: &str, field: &str, unit: &str) -> &'static str {
    let mut forms = forms;
    forms["LB"] = json!([laboratory(visit, field, unit)]);
    let report: Report = validate(&TRIAL, &record(forms).to_string(), None);
    let is_open = report.undecided.iter().any(|one| one.contains(&format!("{field} of LB")));
    let is_found =
        report.findings.iter().any(|one| one.code.id == "Q14" && one.at.field.as_deref() == Some(field));
    match (is_found, is_open) {
        (true, _) => "not asked",
        (_, true) => "open",
        _ => "asked",
    }
}

fn events(records: &[Json]) -> Json {
    let base = json!({ "AETERM": "Rash", "AESTDAT": "2026-03-05", "AEONGO": "Y", "AEREL": "N", "AEACN": "DOSE NOT CHANGED", "AEOUT": "FATAL" });
    let whole: Vec<Json> = records
        .iter()
        .map(|one| {
            let mut whole = base.clone();
            for (name, value) in one.as_object().expect("fields") {
                whole[name] = value.clone();
            }
            whole
        })
        .collect();
    json!({ "AE": [{ "SUBJID": "1", "records": whole }] })
}

#[test]
fn attributes_of_an_event_are_those_of_its_record() {
    let alt = |records: &[Json]| decided(events(records), "week_2", "ALT_LBORRES", "U/L");
    let mild = json!({ "AETOXGR": 2, "AESER": "N" });
    assert_eq!(alt(&[mild.clone(), json!({ "AETOXGR": 3, "AESER": "N" })]), "asked");
    // A log that holds none of the kind need not be complete.
    assert_eq!(alt(&[mild]), "open");
    // Both must be so of one event.
    let ast = |records: &[Json]| decided(events(records), "week_2", "AST_LBORRES", "U/L");
    assert_eq!(ast(&[json!({ "AETOXGR": 2, "AESER": "Y" })]), "asked");
    assert_eq!(ast(&[json!({ "AETOXGR": 2, "AESER": "N" }), json!({ "AETOXGR": 1, "AESER": "Y" })]), "open");
    // One of which nobody has told the grade may be it.
    assert_eq!(ast(&[json!({ "AESER": "Y" })]), "open");
}

/// What happened later does not count at the visit; what has no known day may.
#[test]
fn the_days_of_an_event_are_those_of_its_record() {
    let alt = |day: &str| {
        decided(
            events(&[json!({ "AETOXGR": 4, "AESER": "N", "AESTDAT": day })]),
            "week_2",
            "ALT_LBORRES",
            "U/L",
        )
    };
    assert_eq!(alt("2026-03-15"), "asked");
    assert_eq!(alt("2026-03-17"), "open");
    assert_eq!(alt("2026-03"), "open");
}

/// On a log of several things the record says which of them it is.
#[test]
fn an_event_of_a_list_is_the_one_that_is_chosen() {
    let glucose = |which: &str, injury: &str| {
        let fall = json!({
            "CECAT": which, "CETERM": "Fell", "CESTDAT": "2026-03-20", "CEONGO": "N", "CEENDAT": "2026-03-20", "CEINJURY": injury,
        });
        decided(json!({ "CE": [{ "SUBJID": "1", "records": [fall] }] }), "week_4", "GLUC_LBORRES", "mmol/L")
    };
    assert_eq!(glucose("fall", "Y"), "asked");
    assert_eq!(glucose("fall", "N"), "open");
    assert_eq!(glucose("OTHER", "Y"), "open");
}

#[test]
fn a_qualifier_is_what_the_question_says_of_it() {
    let potassium = |symptomatic: &str, occurred: &str| {
        let mut entry = json!({ "SUBJID": "1", "VISIT": "week_4", "ULCER_MHOCCUR": occurred });
        if occurred == "Y" {
            entry["ULCER_MHSYMPTM"] = json!(symptomatic);
            entry["ULCER_MHSTDAT"] = json!("2020");
            entry["ULCER_MHONGO"] = json!("Y");
        }
        decided(json!({ "MHQ": [entry] }), "week_4", "K_LBORRES", "mmol/L")
    };
    assert_eq!(potassium("Y", "Y"), "asked");
    assert_eq!(potassium("U", "Y"), "open");
    // An ulcer that is not symptomatic does not say that there was no other.
    assert_eq!(potassium("N", "Y"), "open");
    assert_eq!(potassium("N", "N"), "not asked");
}

#[test]
fn a_dose_is_the_one_that_was_taken_on_the_day() {
    let sodium = |value: f64, unit: &str| {
        let dose = json!({ "value": value, "unit": unit });
        let entry = json!({
            "SUBJID": "1", "VISIT": "week_4", "PILL_CMOCCUR": "Y", "PILL_CMSTDAT": "2026-01-01", "PILL_CMONGO": "Y", "PILL_CMDOSE": dose,
        });
        decided(json!({ "CMQ": [entry] }), "week_4", "SODIUM_LBORRES", "mmol/L")
    };
    assert_eq!(sodium(1500.0, "mg"), "asked");
    assert_eq!(sodium(1000.0, "mg"), "not asked");
    // No answer of the form: a dose in a unit that it does not take.
    assert_eq!(sodium(1.5, "h"), "open");
}

/// Logs and questions at random, for the page.
pub fn random_logs(seed: u32) -> Json {
    let mut below = below(seed);
    let mut pick = |among: &[&'static str]| among[below(among.len() as u32) as usize];
    let mut records = Vec::new();
    for _ in 0..2 {
        let mut one = json!({ "AETOXGR": pick(&["1", "2", "3", "9"]).parse::<u32>().expect("a number"), "AESER": pick(&["Y", "N", "U"]) });
        one["AESTDAT"] = json!(pick(&["2026-03-05", "2026-03", "2026-04-01", "soon"]));
        match pick(&["Y", "N", "-"]) {
            "N" => {
                one["AEONGO"] = json!("N");
                one["AEENDAT"] = json!(pick(&["2026-03-06", "2026-03-20", "2026"]));
            }
            "-" => one["AEONGO"] = Json::Null,
            _ => {}
        }
        records.push(one);
    }
    let mut forms = events(&records);
    let fall = json!({
        "CECAT": pick(&["fall", "OTHER", "x"]), "CETERM": "Fell", "CESTDAT": "2026-03-20", "CEONGO": "Y", "CEINJURY": pick(&["Y", "N"]),
    });
    forms["CE"] = json!([{ "SUBJID": "1", "records": [fall] }]);
    forms["MHQ"] = json!([{
        "SUBJID": "1", "VISIT": "week_4", "ULCER_MHOCCUR": pick(&["Y", "N", "U"]), "ULCER_MHSYMPTM": pick(&["Y", "N", "U"]),
        "ULCER_MHSTDAT": pick(&["2020", "2026-04-02"]), "ULCER_MHONGO": "Y",
    }]);
    let value = pick(&["500", "1000", "1000.0", "1500"]).parse::<f64>().expect("a number");
    forms["CMQ"] = json!([{
        "SUBJID": "1", "VISIT": "week_4", "PILL_CMOCCUR": "Y", "PILL_CMSTDAT": pick(&["2026-01-01", "2026-03-31"]), "PILL_CMONGO": "Y",
        "PILL_CMDOSE": { "value": value, "unit": pick(&["mg", "g", "h"]) },
    }]);
    forms["LB"] = json!([
        laboratory("week_2", pick(&["ALT_LBORRES", "AST_LBORRES"]), "U/L"),
        laboratory("week_4", pick(&["GLUC_LBORRES", "K_LBORRES", "SODIUM_LBORRES"]), "mmol/L"),
    ]);
    record(forms)
}
