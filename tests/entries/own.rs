//! Conditions of the protocol that a record decides by itself: its JSON Schema says of every such record what `validate` says.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use trialc::emit;
use trialc::entries::validate;
use trialc::model::Trial;

use crate::build::{Schemas, compiled};

/// Sex and country stand on `DM`, the arm on `DS`; both forms ask questions that depend on them.
const PROTOCOL: &str = r#"
trial own "Conditions of one form"
use std.vitals, std.labs, std.demographics
event consent "Consent"
event randomization "Randomization": on or after consent
site one "One" { city: "Basel"; country: "CH" }
site two "Two" { city: "Bordeaux"; country: "FR" }
eligibility for randomization { include I1 "Lives in Europe": country is "CH" or country is "FR" }
randomize main at randomization {
  arm active "Active": experimental
  arm control "Control": active_comparator
}
schedule {
  clock study: day 1 is randomization
  epoch treatment "Treatment" {
    visit baseline "Baseline": day 1
    visit week_2 "Week 2": day 15 ±2 days
  }
  collect systolic_bp, alt at baseline, week_2
}
form DM "Demographics" {
  field fertile "Can she become pregnant?": yes_no { required; when: sex is female }
  field beard "Has he a beard?": yes_no { when: not sex is female }
  field canton "Which canton?": text { required; when: country is "CH" and sex is female }
  field region "Which region?": text { when: country is "FR" or sex is male }
  field reason "Since when?": text { required; when: fertile is yes }
  field pregnant "Pregnant?": yes_no { when: sex is female and latest alt > 40 U/L }
}
form DS "Milestones" {
  field dose "Which strength?": choice of (low "Low", high "High") { required; when: arm is active }
}
form VS "Vital signs" { field cycle "Day of the cycle": integer { required; when: sex is female } }
"#;

static TRIAL: LazyLock<Trial> = LazyLock::new(|| compiled(PROTOCOL));
static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::of(&TRIAL));

/// Whether `validate` finds nothing that is to be corrected in this one entry.
fn is_right(form: &str, entry: &Json) -> bool {
    validate(&TRIAL, &json!({ "forms": { form: [entry] } }).to_string(), None).errors() == 0
}

/// Every way to fill in these fields, each with one of these answers or none.
fn entries(base: Json, fields: &[(&str, &[&str])]) -> Vec<Json> {
    let mut all = vec![base];
    for (field, answers) in fields {
        let with = |entry: &Json| {
            let filled = answers.iter().map(|answer| {
                let mut entry = entry.clone();
                entry[*field] = json!(answer);
                entry
            });
            std::iter::once(entry.clone()).chain(filled).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

/// Holds both judges to each other; how many entries are right and how many wrong.
fn agree(form: &str, entries: &[Json]) -> (usize, usize) {
    let mut seen = BTreeMap::from([(true, 0), (false, 0)]);
    for entry in entries {
        let right = is_right(form, entry);
        assert_eq!(SCHEMAS.accept(form, entry), right, "{form}: {entry:#}");
        *seen.entry(right).or_default() += 1;
    }
    (seen[&true], seen[&false])
}

#[test]
fn the_schema_refuses_exactly_what_validate_finds_in_a_record_that_decides_its_conditions() {
    let person = json!({ "SUBJID": "1", "VISIT": "baseline", "BRTHDAT": "1980" });
    let fields: &[(&str, &[&str])] = &[
        ("SEX", &["F", "M", "X"]),
        ("COUNTRY", &["CH", "FR", "OTHER"]),
        ("DMFERTIL", &["Y", "N"]),
        ("DMBEARD", &["Y"]),
        ("DMCANTON", &["Uri"]),
        ("DMREGION", &["Brittany"]),
        ("DMREASON", &["so"]),
        ("DMPRGNNT", &["N"]),
    ];
    let (right, wrong) = agree("DM", &entries(person, fields));
    assert!(right > 20 && wrong > 1_000, "{right} right, {wrong} wrong");
    let milestones = json!({ "SUBJID": "1", "RANDMZTN_DSSTDAT": "2026-03-02" });
    let fields: &[(&str, &[&str])] =
        &[("RANDMZTN_ARMCD", &["active", "control", "other"]), ("DSDOSE", &["low"])];
    let (right, wrong) = agree("DS", &entries(milestones.clone(), fields));
    assert!(
        right >= 2 && wrong >= 3,
        "{right} right, {wrong} wrong, {:?}",
        SCHEMAS.objections("DS", &milestones)
    );
}

fn demographics(changes: Json) -> Json {
    let mut entry = json!({ "SUBJID": "1", "VISIT": "baseline", "BRTHDAT": "1980", "SEX": "F", "COUNTRY": "FR", "DMFERTIL": "N" });
    for (name, value) in changes.as_object().expect("changes") {
        match value {
            Json::Null => drop(entry.as_object_mut().expect("fields").remove(name)),
            value => entry[name] = value.clone(),
        }
    }
    entry
}

#[test]
fn a_field_is_there_where_its_condition_holds_and_nowhere_else() {
    let accepts = |changes: Json| SCHEMAS.accept("DM", &demographics(changes));
    assert!(accepts(json!({})));
    assert!(!accepts(json!({ "DMFERTIL": null })), "a woman is asked, and must answer");
    assert!(!accepts(json!({ "SEX": "M" })), "a man is not asked");
    assert!(accepts(json!({ "SEX": "M", "DMFERTIL": null })));
}

#[test]
fn an_answer_that_is_not_there_decides_no_condition() {
    // Without the country neither question about it is missed or refused; the country itself is.
    let schema = |changes: Json| SCHEMAS.objections("DM", &demographics(changes));
    let said = schema(json!({ "COUNTRY": null, "DMCANTON": "Uri", "DMREGION": "Brittany" }));
    assert_eq!(said, ["\"COUNTRY\" is a required property"]);
    // In Switzerland she has a canton, and it is missed; elsewhere she has none.
    assert!(schema(json!({ "COUNTRY": "CH" })).iter().any(|one| one.contains("DMCANTON")));
    assert!(!schema(json!({ "COUNTRY": "FR", "DMCANTON": "Uri" })).is_empty());
}

/// Results have days, and other forms are other records: the schema takes both, and the loss report names them.
#[test]
fn what_rests_on_other_forms_or_on_results_is_left_open_and_named() {
    let accepts = |changes: Json| SCHEMAS.accept("DM", &demographics(changes));
    assert!(accepts(json!({ "DMPRGNNT": "N" })) && accepts(json!({})));
    assert!(!accepts(json!({ "SEX": "M", "DMFERTIL": null, "DMPRGNNT": "N" })), "half of it is decided");
    let vitals = json!({
        "SUBJID": "1", "VISIT": "week_2", "VSPERF": "Y", "VSDAT": "2026-03-16",
        "SYSBP_VSORRES": { "value": 120, "unit": "mm[Hg]" },
    });
    assert!(SCHEMAS.accept("VS", &vitals));
    let losses = losses();
    for named in ["DM.DMPRGNNT: ", "VS.VSCYCLE: "] {
        assert!(losses.contains(named), "{named}: {losses}");
    }
    for carried in ["DMFERTIL", "DMBEARD", "DMCANTON", "DMREGION", "DSDOSE", "IEYN", "conclusions"] {
        assert!(!losses.contains(carried), "{carried} is carried: {losses}");
    }
}

fn losses() -> String {
    let artifacts = (emit::find("forms").expect("a target").emit)(&TRIAL);
    let found = artifacts.into_iter().find(|artifact| artifact.path == "forms/losses.md");
    String::from_utf8(found.expect("the report").content).expect("text")
}

/// The worksheet's conclusion follows from its answers: the schema says so as `validate` does.
#[test]
fn a_conclusion_that_contradicts_its_answers_is_refused() {
    let worksheet = json!({ "SUBJID": "1", "VISIT": "baseline", "IEDAT": "2026-03-02" });
    let (right, wrong) =
        agree("IEW", &entries(worksheet, &[("I1_IEORRES", &["Y", "N"]), ("IEYN", &["Y", "N"])]));
    assert_eq!((right, wrong), (2, 7));
}

/// A form that may be filled in at several visits tells nothing by one of them alone.
#[test]
fn what_several_forms_may_tell_is_decided_by_none_of_them() {
    let twice =
        PROTOCOL.replace("form DM \"Demographics\" {", "form DM \"Demographics\" { at: baseline, week_2");
    let trial = compiled(&twice);
    assert_eq!(trial.forms["DM"].visits, ["baseline", "week_2"]);
    let schemas = Schemas::of(&trial);
    assert!(schemas.accept("DM", &demographics(json!({ "SEX": "M" }))));
}
