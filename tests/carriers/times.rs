//! Which time it is of a visit that takes place more than once, and what is asked in some cycles only, as each carrier has it.

use serde_json::{Value, json};
use trialc::model::Trial;

use crate::support::{build, compiled, file};

fn cycles() -> Trial {
    compiled(
        r#"
trial cycles "Treatment in cycles"
use std.vitals
event consent "Consent"
event first_dose "First dose": after consent
event progression "Progression": after first_dose
schedule {
  clock study: day 1 is first_dose
  epoch treatment "Treatment" {
    visit entry "Entry": 0 to 14 days after consent
    cycle main: every 28 days from first_dose until progression {
      visit d1 "Day 1": day 1 ±2 days
    }
  }
  collect heart_rate at entry, d1
  collect weight at entry, d1 of cycles 1, 3
  collect height at d1 of even cycles
  collect body_temperature at d1 of cycles 2 and later
}
"#,
    )
}

/// The places under a heading of a loss report.
fn places<'r>(report: &'r str, heading: &str) -> Vec<&'r str> {
    let under = report.split("\n## ").find(|section| section.starts_with(heading));
    let under = under.unwrap_or_else(|| panic!("no {heading}: {report}"));
    under.lines().filter_map(|line| line.strip_prefix("- ")).collect()
}

fn vitals(trial: &Trial) -> Value {
    serde_json::from_str(&file(&build("fhir", trial), "fhir/Questionnaire-VS.json")).expect("JSON")
}

fn item(questionnaire: &Value, link: &str) -> Value {
    fn find(of: &Value, link: &str) -> Option<Value> {
        let items = of["item"].as_array()?;
        items
            .iter()
            .find_map(|item| if item["linkId"] == link { Some(item.clone()) } else { find(item, link) })
    }
    find(questionnaire, link).unwrap_or_else(|| panic!("no item {link}"))
}

#[test]
fn a_questionnaire_asks_which_time_it_is_where_the_visit_repeats() {
    let asked = item(&vitals(&cycles()), "REPEAT");
    assert_eq!((&asked["type"], &asked["required"]), (&json!("integer"), &json!(true)));
    let at_day_1 = json!([{ "question": "VISIT", "operator": "=", "answerCoding": { "code": "d1" } }]);
    assert_eq!(asked["enableWhen"], at_day_1);
    assert_eq!(asked["extension"][0]["valueInteger"], 1);
    // Demographics are filled in once.
    let once: Value =
        serde_json::from_str(&file(&build("fhir", &cycles()), "fhir/Questionnaire-DM.json")).expect("JSON");
    assert!(!once.to_string().contains("REPEAT"));
}

#[test]
fn a_questionnaire_enables_a_question_in_its_cycles() {
    let questionnaire = vitals(&cycles());
    let weight = item(&questionnaire, "WEIGHT_VSORRES.when1");
    let elsewhere = json!({ "question": "VISIT", "operator": "!=", "answerCoding": { "code": "d1" } });
    let time = |operator: &str, number: u32| json!({ "question": "REPEAT", "operator": operator, "answerInteger": number });
    assert_eq!(weight["enableWhen"], json!([elsewhere, time("=", 1), time("=", 3)]));
    assert_eq!(weight["enableBehavior"], "any");
    let later = item(&questionnaire, "TEMP_VSORRES.when1");
    assert_eq!(later["enableWhen"], json!([elsewhere, time(">=", 2)]));
    // FHIR has no operator for every other cycle.
    assert!(!item(&questionnaire, "HEIGHT_VSORRES").to_string().contains("REPEAT"));
    let losses = file(&build("fhir", &cycles()), "fhir/losses.md");
    assert_eq!(places(&losses, "Conditions that `enableWhen` cannot say"), ["VS.HEIGHT_VSORRES"]);
}

#[test]
fn odm_tells_the_time_by_the_repeat_key_of_the_study_event() {
    let trial = cycles();
    for version in ["1.3.2", "2.0"] {
        let text = file(&build("odm", &trial), &format!("odm/odm-{version}.xml"));
        assert!(text.contains("<StudyEventDef OID=\"SE.d1\" Name=\"Day 1\" Repeating=\"Yes\""), "{version}");
        let key = "ancestor::odm:StudyEventData/@StudyEventRepeatKey";
        assert!(text.contains(&format!("{key} = 1 or {key} = 3")), "{version}");
        assert!(text.contains(&format!("({key} &gt;= 2 and ({key} - 2) mod 2 = 0)")), "{version}");
        assert!(text.contains("the visit is not Day 1 or it is cycles 1, 3"), "{version}: {text}");
        assert!(!text.contains("ItemOID=\"IT.VS.REPEAT\""), "{version}: the key is no item");
    }
    assert!(file(&build("odm", &trial), "odm/losses.md").contains("`StudyEventRepeatKey`"));
}

#[test]
fn redcap_tells_the_time_by_the_instance_of_the_event() {
    let trial = cycles();
    let dictionary = file(&build("redcap", &trial), "redcap/data_dictionary.csv");
    let row = |field: &str| {
        let rows = dictionary.lines().find(|line| line.starts_with(field));
        rows.unwrap_or_else(|| panic!("no {field}: {dictionary}")).to_owned()
    };
    let cycles = "[event-name] <> 'day_1_arm_1' or ([current-instance] = 1 or [current-instance] = 3)";
    assert!(row("weight_vsorres").contains(cycles), "{}", row("weight_vsorres"));
    let losses = file(&build("redcap", &trial), "redcap/losses.md");
    // REDCap's logic has no remainders: height is asked each time, and the report says so.
    let found = places(&losses, "Conditions that cannot be written");
    assert_eq!(found, ["VS.HEIGHT_VSORRES", "VS.HEIGHT_VSORRESU"]);
    assert!(losses.contains("`[current-instance]`"));
}
