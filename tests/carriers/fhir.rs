//! FHIR R4 Questionnaires. `tests/oracles/fhir.sh` judges the resources and evaluates their FHIRPath.

use std::collections::BTreeSet;

use serde_json::Value;
use trialc::model::Trial;

use crate::support::{build, file, hostile, small, studies, together};

fn questionnaire(trial: &Trial, form: &str) -> Value {
    serde_json::from_str(&file(&build("fhir", trial), &format!("fhir/Questionnaire-{form}.json")))
        .expect("JSON")
}

/// Every item, those inside groups too.
fn items(of: &Value) -> Vec<&Value> {
    let own = of["item"].as_array().into_iter().flatten();
    own.flat_map(|item| std::iter::once(item).chain(items(item))).collect()
}

fn item<'a>(questionnaire: &'a Value, link: &str) -> &'a Value {
    let found = items(questionnaire).into_iter().find(|item| item["linkId"] == link);
    found.unwrap_or_else(|| panic!("no item {link}"))
}

fn constraints(of: &Value) -> Vec<(String, String, String)> {
    let extensions = of["extension"].as_array().into_iter().flatten();
    let part = |extension: &Value, url: &str, kind: &str| {
        let parts = extension["extension"].as_array().expect("parts");
        let part = parts.iter().find(|part| part["url"] == url).expect("the part");
        part[kind].as_str().expect("text").to_owned()
    };
    extensions
        .filter(|extension| {
            extension["url"].as_str().is_some_and(|url| url.ends_with("questionnaire-constraint"))
        })
        .map(|one| {
            (
                part(one, "key", "valueId"),
                part(one, "severity", "valueCode"),
                part(one, "expression", "valueString"),
            )
        })
        .collect()
}

#[test]
fn the_small_study_as_questionnaires() {
    let built: Vec<_> = build("fhir", &small())
        .into_iter()
        .filter(|artifact| {
            ["VS", "AE"].iter().any(|form| artifact.path.contains(form)) || artifact.path.ends_with(".md")
        })
        .collect();
    insta::assert_snapshot!("fhir", together(&built));
}

#[test]
fn what_depends_on_an_answer_is_enabled_by_it_and_what_does_not_is_always_there() {
    let vitals = questionnaire(&small(), "VS");
    let reason = item(&vitals, "VSREASND");
    let when = &reason["enableWhen"][0];
    assert_eq!((&when["question"], &when["operator"]), (&Value::from("VSPERF"), &Value::from("=")));
    assert_eq!(when["answerCoding"]["code"], "N");
    assert!(reason.get("enableBehavior").is_none(), "one condition needs no word");
    assert!(item(&vitals, "VSPERF").get("enableWhen").is_none());
}

/// One element joins its conditions by `all` or by `any`: where both are needed, a group holds the alternatives.
#[test]
fn conditions_with_alternatives_are_nested() {
    let (_, first) = studies().remove(0);
    let labs = questionnaire(&first, "LB");
    let glucose = item(&labs, "GLUC_LBORRES");
    assert_eq!(glucose["enableWhen"].as_array().map(Vec::len), Some(1), "{glucose}");
    let group = item(&labs, "GLUC_LBORRES.when1");
    assert_eq!((&group["type"], &group["enableBehavior"]), (&Value::from("group"), &Value::from("any")));
    assert!(
        group["enableWhen"].as_array().is_some_and(|when| when.iter().all(|one| one["question"] == "VISIT"))
    );
    assert_eq!(group["item"][0]["linkId"], "GLUC_LBORRES");
    // At one visit only: two single conditions, joined by `all`.
    let trial = small();
    let vitals = questionnaire(&trial, "VS");
    let weight = item(&vitals, "WEIGHT_VSORRES");
    assert_eq!(weight["enableBehavior"], "all");
}

#[test]
fn a_number_in_several_units_is_a_quantity_and_in_one_a_decimal() {
    let vitals = questionnaire(&small(), "VS");
    let sbp = item(&vitals, "SYSBP_VSORRES");
    assert_eq!(sbp["type"], "quantity");
    let units: Vec<&Value> =
        sbp["extension"].as_array().expect("units").iter().map(|one| &one["valueCoding"]["code"]).collect();
    assert_eq!(units, ["mm[Hg]", "kPa"]);
    assert!(
        items(&vitals).iter().all(|item| item["linkId"] != "SYSBP_VSORRESU"),
        "the unit is part of the answer"
    );
    let (_, oncology) = studies().remove(2);
    assert_eq!(item(&questionnaire(&oncology, "CV"), "LVEF_CVORRES")["type"], "decimal");
}

#[test]
fn a_hard_check_is_an_error_and_a_soft_one_a_warning() {
    let found = constraints(&questionnaire(&small(), "VS"));
    let severity = |key: &str| {
        let one = found.iter().find(|(own, ..)| own == key);
        one.map(|(_, severity, _)| severity.as_str())
    };
    assert_eq!(severity("VS.DIABP-VSORRES.lower"), Some("error"), "{found:#?}");
    assert_eq!(severity("VS.WEIGHT-VSORRES.hard-limits-1"), Some("error"));
    assert_eq!(severity("VS.SYSBP-VSORRES.soft-limits-1"), Some("warning"));
    assert_eq!(severity("VS.VSDAT.not-in-future"), Some("warning"));
}

#[test]
fn the_records_of_a_form_with_many_are_a_group_that_repeats() {
    let events = questionnaire(&small(), "AE");
    let records = item(&events, "records");
    assert_eq!((&records["type"], &records["repeats"]), (&Value::from("group"), &Value::from(true)));
    assert!(
        !constraints(records).is_empty() && constraints(&events).is_empty(),
        "each record is checked by itself"
    );
    assert!(items(&questionnaire(&small(), "VS")).iter().all(|item| item.get("repeats").is_none()));
}

#[test]
fn identifiers_are_new_and_no_text_is_empty() {
    for (study, trial) in studies().into_iter().chain([("hostile", hostile())]) {
        for form in trial.forms.keys() {
            let questionnaire = questionnaire(&trial, form);
            let all = items(&questionnaire);
            let links: BTreeSet<&str> = all.iter().filter_map(|item| item["linkId"].as_str()).collect();
            assert_eq!(links.len(), all.len(), "{study}: {form}");
            for text in all.iter().filter_map(|item| item["text"].as_str()) {
                assert!(!text.trim().is_empty(), "{study}: {form}");
                let forbidden = |sign: char| sign.is_control() && !"\n\t".contains(sign);
                assert!(!text.contains(forbidden), "{study}: {form}: {text:?}");
            }
        }
    }
    let vitals = questionnaire(&hostile(), "VS");
    let reason = item(&vitals, "VSREASON");
    assert_eq!(reason["enableWhen"][0]["answerCoding"]["code"], "it's \"both\" ]]> | =1");
}

#[test]
fn the_loss_report_names_form_and_field() {
    let losses = file(&build("fhir", &small()), "fhir/losses.md");
    assert!(losses.contains("- VS.WEIGHT_VSORRES: Only if the participant is female"), "{losses}");
    assert!(!losses.contains("Week 2: day 15"), "the plan carries the window: {losses}");
    assert!(!losses.contains("is not lower than"), "a check that is carried: {losses}");
}

#[test]
fn the_same_protocol_gives_the_same_bytes() {
    for (study, trial) in studies() {
        assert_eq!(build("fhir", &trial), build("fhir", &trial), "{study}");
    }
}

fn resource(trial: &Trial, name: &str) -> Value {
    serde_json::from_str(&file(&build("fhir", trial), &format!("fhir/{name}.json"))).expect("JSON")
}

#[test]
fn a_visit_starts_so_long_after_its_anchor_and_has_its_window_beside() {
    let plan = resource(&small(), "PlanDefinition");
    let actions = plan["action"].as_array().expect("actions");
    let of = |id: &str| actions.iter().find(|action| action["id"] == id).expect("an action");
    assert_eq!(of("event-randomization")["title"], "Randomization");
    let week_2 = &of("visit-week-2")["relatedAction"][0];
    assert_eq!(week_2["actionId"], "event-randomization");
    assert_eq!(week_2["relationship"], "after-start");
    let days = |count: i64| serde_json::json!({ "value": count, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d" });
    assert_eq!(week_2["offsetDuration"], days(14));
    let window = serde_json::json!({ "low": days(-2), "high": days(2) });
    assert_eq!(
        week_2["extension"][0],
        serde_json::json!({ "url": "urn:trialc:fhir:window", "valueRange": window })
    );
    // Day 1 is the day of the randomization itself, without a window.
    let baseline = &of("visit-baseline")["relatedAction"][0];
    let expected =
        serde_json::json!({ "actionId": "event-randomization", "relationship": "concurrent-with-start" });
    assert_eq!(*baseline, expected);
}

#[test]
fn what_is_done_and_filled_in_at_a_visit_stands_inside_it() {
    let trial = small();
    let plan = resource(&trial, "PlanDefinition");
    let visit = |id: &str| {
        let actions = plan["action"].as_array().expect("actions");
        let action = actions.iter().find(|action| action["id"] == id).expect("a visit");
        action["action"].as_array().cloned().unwrap_or_default()
    };
    let titles = |id: &str| -> Vec<String> {
        visit(id).iter().map(|one| one["title"].as_str().expect("a title").to_owned()).collect()
    };
    assert!(titles("visit-baseline").contains(&"Body weight".to_owned()));
    assert!(!titles("visit-week-2").contains(&"Body weight".to_owned()), "weighed at baseline only");
    let weight =
        visit("visit-baseline").into_iter().find(|one| one["title"] == "Body weight").expect("weight");
    assert_eq!(weight["textEquivalent"], "Only if the participant is female.");
    let vitals = questionnaire(&trial, "VS");
    assert!(visit("visit-week-2").iter().any(|one| one["definitionCanonical"] == vitals["url"]));
}

#[test]
fn a_status_that_nobody_stated_is_told_as_a_loss() {
    let mut trial = small();
    let losses = |trial: &Trial| file(&build("fhir", trial), "fhir/losses.md");
    assert_eq!(resource(&trial, "ResearchStudy")["status"], "in-review");
    assert!(losses(&trial).contains("the protocol says no status"));
    trial.header.status = Some("recruiting".to_owned());
    assert_eq!(resource(&trial, "ResearchStudy")["status"], "active");
    assert!(!losses(&trial).contains("the protocol says no status"));
}
