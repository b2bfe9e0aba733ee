//! What a schedule collects in some cycles of a visit only: it is asked there, and nowhere else.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use trialc::entries::{Report, validate};
use trialc::model::Trial;

use crate::build::{Schemas, compiled};
use crate::windows::below;

/// Heart rate in each cycle; weight in cycles 1 and 3; height in every even one; temperature in the first, of women in later ones too.
pub const TIMES: &str = r#"
trial times "What is done in some cycles"
use std.vitals, std.labs, std.demographics
event consent "Consent"
event first_dose "First dose": after consent
event progression "Progression": after first_dose
schedule {
  clock study: day 1 is first_dose
  epoch treatment "Treatment" {
    visit entry "Entry": 0 to 14 days after consent
    cycle main: every 28 days from first_dose until progression {
      visit d1 "Day 1": day 1 ±2 days
      visit odd "Biopsy": day 15 ±1 days { cycles: odd }
    }
  }
  collect heart_rate at entry, d1
  collect weight at entry, d1 of cycles 1, 3
  collect height at d1 of even cycles
  collect body_temperature at d1 of cycle 1
  collect body_temperature at d1 of cycles 2 to 4 when sex is female
  collect alt at odd, d1 of cycles 1, 3
}
form VS "Vital signs" { field weight { required } field body_temperature { required } }
"#;

static TRIAL: LazyLock<Trial> = LazyLock::new(|| compiled(TIMES));

const WEIGHT: &str = "WEIGHT_VSORRES";
const HEIGHT: &str = "HEIGHT_VSORRES";
const TEMPERATURE: &str = "TEMP_VSORRES";

/// Vital signs with these values beside the heart rate.
fn vitals(visit: &str, time: Option<u32>, fields: &[&str]) -> Json {
    let mut entry = json!({
        "SUBJID": "1", "VISIT": visit, "VSPERF": "Y", "VSDAT": "2026-03-02", "PULSE_VSORRES": { "value": 60, "unit": "/min" },
    });
    if let Some(time) = time {
        entry["REPEAT"] = json!(time);
    }
    for field in fields {
        let (value, unit) = match *field {
            WEIGHT => (70, "kg"),
            HEIGHT => (170, "cm"),
            _ => (37, "Cel"),
        };
        entry[*field] = json!({ "value": value, "unit": unit });
    }
    entry
}

fn report(sex: &str, entries: &[(&str, Json)]) -> Report {
    let mut forms = json!({ "DM": [{ "SUBJID": "1", "VISIT": "entry", "BRTHDAT": "1980", "SEX": sex }] });
    for (form, entry) in entries {
        let list = forms.as_object_mut().expect("forms").entry(*form).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(entry.clone());
    }
    validate(&TRIAL, &json!({ "forms": forms }).to_string(), None)
}

/// Code and field of everything that is to be corrected.
fn errors(report: &Report) -> Vec<String> {
    let errors = report.findings.iter().filter(|one| !one.is_query());
    errors.map(|one| format!("{} {}", one.code.id, one.at.field.clone().unwrap_or_default())).collect()
}

fn found(sex: &str, time: u32, fields: &[&str]) -> Vec<String> {
    errors(&report(sex, &[("VS", vitals("d1", Some(time), fields))]))
}

#[test]
fn a_value_is_asked_in_its_cycles_and_found_in_the_others() {
    assert!(found("M", 3, &[WEIGHT]).is_empty());
    assert_eq!(found("M", 2, &[HEIGHT, WEIGHT]), ["Q03 WEIGHT_VSORRES"]);
    assert!(found("M", 2, &[HEIGHT]).is_empty());
    assert_eq!(found("M", 3, &[WEIGHT, HEIGHT]), ["Q03 HEIGHT_VSORRES"]);
}

#[test]
fn a_value_is_missed_in_its_cycles_only() {
    assert_eq!(found("M", 3, &[]), ["Q04 WEIGHT_VSORRES"]);
    assert!(found("M", 5, &[]).is_empty());
    // At entry, which takes place once, weight is asked whatever the cycles of day 1 are.
    let entry = |fields: &[&str]| errors(&report("M", &[("VS", vitals("entry", None, fields))]));
    assert_eq!(entry(&[]), ["Q04 WEIGHT_VSORRES"]);
    assert!(entry(&[WEIGHT]).is_empty());
}

/// Each cell has its own condition: that of cycle 2 says nothing of cycle 1.
#[test]
fn conditions_of_one_cycle_are_none_of_another() {
    assert_eq!(found("M", 1, &[WEIGHT]), ["Q04 TEMP_VSORRES"]);
    assert!(found("M", 1, &[WEIGHT, TEMPERATURE]).is_empty());
    assert!(found("M", 2, &[]).is_empty());
    assert_eq!(found("M", 2, &[TEMPERATURE]), ["Q14 TEMP_VSORRES"]);
    assert_eq!(found("F", 2, &[]), ["Q04 TEMP_VSORRES"]);
    assert!(found("F", 2, &[TEMPERATURE]).is_empty());
    assert_eq!(found("F", 5, &[TEMPERATURE]), ["Q03 TEMP_VSORRES"]);
}

#[test]
fn a_cycle_that_nobody_has_named_decides_nothing_and_that_is_said() {
    for fields in [&[][..], &[WEIGHT, HEIGHT, TEMPERATURE]] {
        let report = report("M", &[("VS", vitals("d1", None, fields))]);
        assert_eq!(errors(&report), Vec::<String>::new());
        let said =
            "whether WEIGHT_VSORRES of VS is asked at Day 1: which time it is (REPEAT) is not recorded";
        assert!(report.undecided.contains(said), "{:?}", report.undecided);
    }
}

/// A form of which the schedule does something in some cycles only is neither filled in nor missed in the others.
#[test]
fn a_form_is_filled_in_in_the_cycles_that_have_something_for_it() {
    let seen = |time: u32| {
        (
            "SV",
            json!({ "SUBJID": "1", "VISIT": "d1", "REPEAT": time, "SVOCCUR": "Y", "SVSTDAT": "2026-03-02" }),
        )
    };
    let missed = |time: u32| {
        let report = report("M", &[seen(time)]);
        report
            .findings
            .iter()
            .filter(|one| one.code.id == "Q15")
            .filter_map(|one| one.at.form.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(missed(1), ["LB", "VS"]);
    assert_eq!(missed(2), ["VS"]);
    let laboratory = |time: u32| {
        let alt = json!({ "value": 20, "unit": "U/L" });
        let entry = json!({ "SUBJID": "1", "VISIT": "d1", "REPEAT": time, "LBPERF": "Y", "LBDAT": "2026-03-02", "ALT_LBORRES": alt });
        errors(&report("M", &[("LB", entry)]))
    };
    assert!(laboratory(3).is_empty());
    assert_eq!(laboratory(2), ["Q03 REPEAT"], "told once, at the number of the cycle");
}

/// The schema says of one entry what `validate` says of it, whichever cycle it names.
#[test]
fn the_schema_asks_in_the_same_cycles() {
    let schemas = Schemas::of(&TRIAL);
    let (mut right, mut wrong) = (0, 0);
    for time in [None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)] {
        for visit in ["entry", "d1"] {
            for set in 0..8 {
                let fields: Vec<&str> = [WEIGHT, HEIGHT, TEMPERATURE]
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| set & (1 << at) != 0)
                    .map(|(_, one)| one)
                    .collect();
                let entry = vitals(visit, time, &fields);
                let alone = validate(&TRIAL, &json!({ "forms": { "VS": [entry] } }).to_string(), None);
                assert_eq!(
                    schemas.accept("VS", &entry),
                    alone.errors() == 0,
                    "{entry:#} {:?}",
                    errors(&alone)
                );
                *(if alone.errors() == 0 { &mut right } else { &mut wrong }) += 1;
            }
        }
        let entry =
            json!({ "SUBJID": "1", "VISIT": "odd", "LBPERF": "N", "LBREASND": "ill", "REPEAT": time });
        if let Some(number) = time {
            assert_eq!(schemas.accept("LB", &entry), number % 2 == 1, "cycle {number}");
        }
    }
    assert!(right > 20 && wrong > 40, "{right} right, {wrong} wrong");
}

/// A casebook at random, with cycles that are told, not told, or have no such visit.
pub fn random_times(seed: u32) -> Json {
    let mut below = below(seed);
    let mut pick = |among: &[&'static str]| among[below(among.len() as u32) as usize];
    let mut forms = json!({});
    let mut put = |form: &str, entry: Json| {
        let list = forms.as_object_mut().expect("forms").entry(form).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(entry);
    };
    if pick(&["y", "y", "n"]) == "y" {
        put("DM", json!({ "SUBJID": "1", "VISIT": "entry", "BRTHDAT": "1980", "SEX": pick(&["F", "M"]) }));
    }
    for _ in 0..4 {
        let time = pick(&["1", "2", "3", "4", "5", "-"]).parse::<u32>().ok();
        let visit = pick(&["d1", "d1", "odd", "entry"]);
        let fields: Vec<&str> =
            [WEIGHT, HEIGHT, TEMPERATURE].into_iter().filter(|_| pick(&["y", "n"]) == "y").collect();
        put("VS", vitals(visit, time, &fields));
        let mut seen = json!({ "SUBJID": "1", "VISIT": visit, "SVOCCUR": pick(&["Y", "N"]) });
        let mut blood = json!({ "SUBJID": "1", "VISIT": visit, "LBPERF": "Y", "LBDAT": "2026-03-02" });
        if let Some(time) = time {
            seen["REPEAT"] = json!(time);
            blood["REPEAT"] = json!(time);
        }
        if pick(&["y", "n"]) == "y" {
            blood["ALT_LBORRES"] = json!({ "value": 20, "unit": "U/L" });
            put("LB", blood);
        }
        put("SV", seen);
    }
    json!({ "forms": forms })
}
