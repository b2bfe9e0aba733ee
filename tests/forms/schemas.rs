//! The JSON Schemas, judged by the jsonschema crate: entries that a site could make are accepted, near misses refused, and
//! the schema in 2020-12 and its twin in draft-07 always agree.

use serde_json::{Map, Value as Json, json};
use trialc::emit::{self, Artifact};
use trialc::model::*;

use crate::language::{repaired, study};
use crate::support::*;

/// The two schemas of a form.
struct Schemas {
    of_2020: jsonschema::Validator,
    of_7: jsonschema::Validator,
}

impl Schemas {
    /// Whether the entry is accepted; both drafts must say the same.
    fn accept(&self, entry: &Json) -> bool {
        let verdicts = (self.of_2020.is_valid(entry), self.of_7.is_valid(entry));
        assert_eq!(verdicts.0, verdicts.1, "the drafts disagree on {entry:#}");
        verdicts.0
    }

    fn objections(&self, entry: &Json) -> String {
        self.of_2020.iter_errors(entry).map(|error| format!("{}: {error}\n", error.instance_path())).collect()
    }
}

fn artifacts(trial: &Trial) -> Vec<Artifact> {
    (emit::find("forms").expect("a target").emit)(trial)
}

fn json(artifacts: &[Artifact], path: &str) -> Json {
    let found = artifacts.iter().find(|artifact| artifact.path == path);
    let content = &found.unwrap_or_else(|| panic!("no {path}")).content;
    serde_json::from_slice(content).expect("JSON")
}

fn schemas(artifacts: &[Artifact], form: &str) -> Schemas {
    let read = |folder: &str| json(artifacts, &format!("forms/{folder}{form}.schema.json"));
    let (of_2020, of_7) = (read(""), read("draft-07/"));
    jsonschema::draft202012::meta::validate(&of_2020).expect("a schema of 2020-12");
    jsonschema::draft7::meta::validate(&of_7).expect("a schema of draft-07");
    Schemas {
        of_2020: jsonschema::draft202012::new(&of_2020).expect("compiles"),
        of_7: jsonschema::draft7::new(&of_7).expect("compiles"),
    }
}

// ---- entries that a site could make --------------------------------------------------------------

/// What is answered wherever there is a choice.
#[derive(Clone, Copy, Debug)]
enum Mood {
    First,
    Last,
}

/// Every field that is asked, filled in. Whether it is asked is worked out from the model, not from the schema.
fn record(form: &Form, visit: Option<&str>, mood: Mood) -> Map<String, Json> {
    let mut entry = Map::new();
    for field in &form.fields {
        if asked(field, &entry, visit) {
            entry.insert(field.name.clone(), answer(field, mood));
        }
    }
    // A conclusion follows from the answers.
    for check in &form.checks {
        let CheckKind::Agrees { field, yes_when } = &check.check else { continue };
        let is_met = |condition: &FieldCondition| {
            let given = entry.get(&condition.field).and_then(Json::as_str);
            given.is_some_and(|given| condition.one_of.iter().any(|value| value == given))
        };
        let conclusion = if yes_when.iter().all(is_met) { "Y" } else { "N" };
        entry.insert(field.clone(), json!(conclusion));
    }
    entry
}

fn asked(field: &Field, entry: &Map<String, Json>, visit: Option<&str>) -> bool {
    let here = match (&field.visits, visit) {
        (Some(visits), Some(visit)) => visits.iter().any(|other| other == visit),
        _ => true,
    };
    let holds = |condition: &FieldCondition| {
        let given = entry.get(&condition.field).and_then(Json::as_str);
        given.is_some_and(|given| condition.one_of.iter().any(|value| value == given))
    };
    here && field.when.iter().all(holds)
}

fn answer(field: &Field, mood: Mood) -> Json {
    match &field.kind {
        FieldKind::Text => json!("some words"),
        FieldKind::Integer { low, high } => json!(low.or(*high).unwrap_or(7)),
        FieldKind::Number { units, range, plausible, .. } => {
            let low = range.as_ref().or(plausible.as_ref()).map_or(1.0, |(low, _)| low.to_f64());
            match units.first() {
                Some(unit) => json!({ "value": low, "unit": unit.ucum }),
                None => json!(low),
            }
        }
        FieldKind::Date => json!("2011-02-28"),
        FieldKind::PartialDate => json!("2011-02"),
        FieldKind::Time => json!("07:30"),
        FieldKind::YesNo => json!(match mood {
            Mood::First => "Y",
            Mood::Last => "N",
        }),
        FieldKind::Choice { levels } => {
            let level = match mood {
                Mood::First => levels.first(),
                Mood::Last => levels.last(),
            };
            json!(level.expect("a list has values").value)
        }
    }
}

fn entry(form: &Form, visit: Option<&str>, mood: Mood) -> Json {
    let mut entry = Map::from_iter([("SUBJID".to_owned(), json!("0012"))]);
    if let Some(visit) = visit {
        entry.insert("VISIT".to_owned(), json!(visit));
    }
    if form.repeating {
        entry.insert("records".to_owned(), json!([record(form, None, mood), record(form, None, mood)]));
    } else {
        entry.extend(record(form, visit, mood));
    }
    Json::Object(entry)
}

/// The part of an entry that holds the form's fields.
fn fields_of<'a>(form: &Form, entry: &'a mut Json) -> &'a mut Map<String, Json> {
    let place = if form.repeating { &mut entry["records"][0] } else { entry };
    place.as_object_mut().expect("an object")
}

/// Copies of an entry with one thing wrong, with what it is.
fn near_misses(form: &Form, good: &Json, visit: Option<&str>) -> Vec<(String, Json)> {
    let mut broken: Vec<(String, Json)> = Vec::new();
    let mut with = |what: String, change: &dyn Fn(&mut Map<String, Json>)| {
        let mut copy = good.clone();
        change(fields_of(form, &mut copy));
        broken.push((what, copy));
    };
    with("an unknown field".into(), &|fields| drop(fields.insert("NOSUCH".into(), json!("x"))));
    let mut here = good.clone();
    let filled = fields_of(form, &mut here).clone();
    for field in &form.fields {
        let name = &field.name;
        if !filled.contains_key(name) {
            with(format!("{name} though it is not asked"), &|fields| {
                fields.insert(name.clone(), answer(field, Mood::First));
            });
            continue;
        }
        if field.required && field.only.is_empty() {
            with(format!("no {name}"), &|fields| drop(fields.remove(name)));
        }
        let mut wrong = |what: &str, value: Json| {
            with(format!("{name} is {what}"), &|fields| drop(fields.insert(name.clone(), value.clone())));
        };
        match &field.kind {
            FieldKind::Text => wrong("empty", json!("")),
            FieldKind::Integer { high, .. } => {
                wrong("half", json!(1.5));
                if let Some(high) = high {
                    wrong("too high", json!(high + 1));
                }
            }
            FieldKind::Number { units, range, .. } => {
                wrong("a text", json!("12"));
                if let Some(unit) = units.first() {
                    wrong("without unit", json!({ "value": 1 }));
                    wrong("in a wrong unit", json!({ "value": 1, "unit": "[foz_us]" }));
                    if let Some((_, high)) = range {
                        wrong("out of range", json!({ "value": high.to_f64() + 0.5, "unit": unit.ucum }));
                    }
                }
            }
            FieldKind::Date => {
                wrong("in month 13", json!("2011-13-01"));
                wrong("without a day", json!("2011-02"));
            }
            FieldKind::PartialDate => wrong("in month 13", json!("2011-13")),
            FieldKind::Time => wrong("after midnight", json!("24:01")),
            FieldKind::YesNo | FieldKind::Choice { .. } => wrong("no value of the list", json!("MAYBE NOT")),
        }
    }
    let mut elsewhere = good.clone();
    elsewhere["SUBJID"] = json!("");
    broken.push(("no participant".into(), elsewhere));
    if visit.is_some() {
        let mut elsewhere = good.clone();
        elsewhere["VISIT"] = json!("no_such_visit");
        broken.push(("another visit".into(), elsewhere));
    }
    broken
}

/// Judges every form of a trial at every visit; how many entries were accepted and refused.
fn judge(trial: &Trial) -> (usize, usize) {
    let artifacts = artifacts(trial);
    let (mut accepted, mut refused) = (0, 0);
    for (name, form) in &trial.forms {
        let schemas = schemas(&artifacts, name);
        let visits: Vec<Option<&str>> = match form.visits.as_slice() {
            [] => vec![None],
            visits => visits.iter().map(|visit| Some(visit.as_str())).collect(),
        };
        for visit in visits {
            for mood in [Mood::First, Mood::Last] {
                let good = entry(form, visit, mood);
                assert!(schemas.accept(&good), "{name}: {good:#}\n{}", schemas.objections(&good));
                accepted += 1;
                for (what, bad) in near_misses(form, &good, visit) {
                    assert!(!schemas.accept(&bad), "{name} at {visit:?}, {mood:?}: accepts {what}: {bad:#}");
                    refused += 1;
                }
            }
        }
    }
    (accepted, refused)
}

#[test]
fn every_entry_of_the_first_trial_is_accepted_and_every_near_miss_refused() {
    let (accepted, refused) = judge(&repaired());
    assert!(accepted > 100 && refused > 4_000, "{accepted} accepted, {refused} refused");
}

#[test]
fn the_entries_of_a_form_that_its_author_changed_are_judged_by_the_changes() {
    let trial = study(
        "visit month_1: 1 month after randomization, ±7 days",
        "collect hba1c, systolic_bp at baseline, month_1",
        r#"
form VS "Vital signs" {
  field position "Position": choice of (sitting "Sitting", supine "Lying") { required }
  field reason "Why lying?": text { required; when: position is supine }
}
form LB "Laboratory" { field hba1c { range: 4 to 15 %; required } }
"#,
    );
    let (accepted, refused) = judge(&trial);
    assert!(accepted > 5 && refused > 100, "{accepted} accepted, {refused} refused");

    let schemas = schemas(&artifacts(&trial), "LB");
    let with = |value: &str, unit: &str| {
        let value: Json = value.parse().expect("a number");
        let result = json!({ "value": value, "unit": unit });
        let entry = json!({ "SUBJID": "1", "VISIT": "baseline", "LBPERF": "Y", "LBDAT": "2011-02-28", "HBA1C_LBORRES": result });
        schemas.accept(&entry)
    };
    assert!(with("15", "%") && !with("15.01", "%"), "hard limits in the first unit");
    assert!(with("4", "%") && !with("3.99", "%"));
    // 4 % is 20.2011… mmol/mol, a number without end: the schema does not judge it, and the loss report says so.
    assert!(with("10", "mmol/mol"));
    let losses = artifacts(&trial).into_iter().find(|artifact| artifact.path == "forms/losses.md").unwrap();
    assert!(String::from_utf8(losses.content).unwrap().contains("LB.HBA1C_LBORRES in mmol/mol"));
}

#[test]
fn a_limit_is_told_in_every_unit_in_which_it_is_exact() {
    let mut draft = Draft::new();
    draft.measure("weight", quantity("Weight", &["kg", "g"], None));
    draft.collect("weight", ActivityKind::Measure, &["baseline"]);
    let range = Some(DeclaredRange { low: exact("30"), high: exact("250"), unit: None });
    draft.declare("VS", form_of(&[], vec![DeclaredField { range, ..declared("weight") }]));
    draft.trial.forms = draft.forms();
    let schemas = schemas(&artifacts(&draft.trial), "VS");
    let with = |value: i64, unit: &str| {
        schemas.accept(&json!({
            "SUBJID": "1", "VISIT": "baseline", "VSPERF": "Y", "VSDAT": "2011-02-28",
            "WEIGHT_VSORRES": { "value": value, "unit": unit },
        }))
    };
    assert!(with(250, "kg") && !with(251, "kg"));
    assert!(with(250_000, "g") && !with(250_001, "g") && !with(250, "g"));
}

#[test]
fn not_done_has_a_reason_and_no_value() {
    let schemas = schemas(&artifacts(&repaired()), "VS");
    let not_done = json!({ "SUBJID": "1", "VISIT": "baseline", "VSPERF": "N", "VSREASND": "Refused", "VSPOSITN": "supine" });
    assert!(schemas.accept(&not_done), "{}", schemas.objections(&not_done));
    for (field, value) in
        [("VSDAT", json!("2011-02-28")), ("SYSBP_VSORRES", json!({ "value": 120, "unit": "mm[Hg]" }))]
    {
        let mut both = not_done.clone();
        both[field] = value;
        assert!(!schemas.accept(&both), "{field} although it was not done");
    }
    let mut silent = not_done.clone();
    silent.as_object_mut().unwrap().remove("VSREASND");
    assert!(!schemas.accept(&silent), "no reason");
}

#[test]
fn a_field_is_asked_at_its_visits_only() {
    let schemas = schemas(&artifacts(&repaired()), "VS");
    let height = |visit: &str| {
        schemas.accept(&json!({
            "SUBJID": "1", "VISIT": visit, "VSPERF": "Y", "VSDAT": "2011-02-28", "VSPOSITN": "supine",
            "HEIGHT_VSORRES": { "value": 175, "unit": "cm" },
        }))
    };
    assert!(height("screening_visit"));
    assert!(!height("month_12"), "height is measured once");
}

#[test]
fn every_field_says_what_it_is_and_why_it_is_asked() {
    let trial = repaired();
    let artifacts = artifacts(&trial);
    let hba1c = {
        let schema = json(&artifacts, "forms/LB.schema.json");
        let conditions = schema["allOf"].as_array().expect("conditions").clone();
        let then =
            conditions.iter().find_map(|part| part["then"]["properties"].get("HBA1C_LBORRES").cloned());
        then.expect("HbA1c")
    };
    assert_eq!(hba1c["title"], "HbA1c");
    assert_eq!(hba1c["x-unit"], "%");
    assert_eq!(hba1c["x-cdash"], json!({ "variable": "LBORRES", "test": "HBA1C" }));
    assert_eq!(hba1c["x-loinc"]["code"], "4548-4");
    let why = hba1c["x-why"].as_array().expect("reasons");
    for reason in ["criterion I8", "criterion E3", "outcome hba1c_change", "schedule hba1c"] {
        assert!(why.contains(&json!(reason)), "{reason}: {why:?}");
    }
    assert!(!why.contains(&json!("criterion E6")), "that is about creatinine");
}

#[test]
fn identifiers_are_unique_and_every_form_has_its_layout() {
    let trial = repaired();
    let artifacts = artifacts(&trial);
    let mut seen = std::collections::BTreeSet::new();
    for (name, form) in &trial.forms {
        for folder in ["", "draft-07/"] {
            let schema = json(&artifacts, &format!("forms/{folder}{name}.schema.json"));
            assert!(seen.insert(schema["$id"].as_str().expect("an id").to_owned()), "{schema}");
        }
        let layout = json(&artifacts, &format!("forms/ui/{name}.json"));
        let order =
            if form.repeating { &layout["records"]["items"]["ui:order"] } else { &layout["ui:order"] };
        let order: Vec<&str> = order.as_array().expect("an order").iter().filter_map(Json::as_str).collect();
        for field in &form.fields {
            assert!(order.contains(&field.name.as_str()), "{name}.{} has no place", field.name);
        }
    }
}

#[test]
fn every_check_and_every_soft_limit_stands_in_the_list_of_checks() {
    let trial = repaired();
    let document = json(&artifacts(&trial), "forms/checks.json");
    let checks = document["checks"].as_array().expect("checks");
    let ids: std::collections::BTreeSet<&str> =
        checks.iter().filter_map(|check| check["id"].as_str()).collect();
    assert_eq!(ids.len(), checks.len(), "ids are unique");
    for (name, form) in &trial.forms {
        for check in &form.checks {
            assert!(ids.contains(check.id.as_str()), "{}", check.id);
        }
        for field in &form.fields {
            let soft = matches!(&field.kind, FieldKind::Number { plausible: Some(_), .. });
            assert_eq!(
                ids.contains(format!("{name}.{}.plausible", field.name).as_str()),
                soft,
                "{}",
                field.name
            );
        }
    }
    let lower = checks.iter().find(|check| check["id"] == "VS.DIABP_VSORRES.lower").expect("pressures");
    assert_eq!(lower["expression"], "DIABP_VSORRES < SYSBP_VSORRES");
    assert_eq!(lower["severity"], "hard");
    let expected = json!({ "check": "less", "first": "DIABP_VSORRES", "second": "SYSBP_VSORRES" });
    assert_eq!(lower["check"], expected);
}

#[test]
fn the_traceability_has_a_line_for_each_field_and_reason() {
    let trial = repaired();
    let artifacts = artifacts(&trial);
    let file = artifacts.iter().find(|artifact| artifact.path == "forms/traceability.csv").expect("the file");
    let mut reader = csv::Reader::from_reader(file.content.as_slice());
    let lines: Vec<csv::StringRecord> = reader.records().map(|line| line.expect("a line")).collect();
    let reasons: usize =
        trial.forms.values().flat_map(|form| &form.fields).map(|field| field.why.len()).sum();
    assert_eq!(lines.len(), reasons);
    let criteria: std::collections::BTreeSet<&str> = lines
        .iter()
        .filter(|line| matches!(&line[4], "inclusion" | "exclusion"))
        .filter_map(|line| line.get(5))
        .collect();
    for code in trial.decisions.values().flat_map(|decision| decision.criteria.keys()) {
        assert!(criteria.contains(code.as_str()), "{code} reaches no field");
    }
}

#[test]
fn output_is_the_same_from_run_to_run() {
    assert_eq!(artifacts(&repaired()), artifacts(&repaired()));
}

#[test]
fn the_page_stands_alone_and_has_every_form_field_and_criterion() {
    let trial = repaired();
    let artifacts = artifacts(&trial);
    let page = artifacts.iter().find(|artifact| artifact.path == "forms.html").expect("the page");
    let page = std::str::from_utf8(&page.content).expect("text");
    for outside in ["<script", "http://", "https://", "src=", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for (name, form) in &trial.forms {
        assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
        for field in &form.fields {
            let (variable, _) =
                field.name.rsplit_once('_').map_or((field.name.as_str(), ""), |(a, b)| (b, a));
            assert!(page.contains(variable), "{variable}");
        }
    }
    assert!(page.contains("Basal C-peptide 0.3-2.0 ng/mL"), "the wording of a criterion");
}

#[test]
fn a_value_is_missed_only_at_the_visits_at_which_it_is_asked() {
    let trial = repaired();
    let document = json(&artifacts(&trial), "forms/checks.json");
    let checks = document["checks"].as_array().expect("checks");
    let of = |id: &str| checks.iter().find(|check| check["id"] == id).expect("a check");
    let height = of("VS.HEIGHT_VSORRES.present_when_done");
    assert_eq!(height["check"]["visits"], json!(["screening_visit"]));
    let expected = "HEIGHT_VSORRES is present when VSPERF is Y at screening_visit, and only then";
    assert_eq!(height["expression"], expected);
    // The reason why nothing was done is missed at every visit.
    assert_eq!(of("VS.VSREASND.present_when_not_done")["check"].get("visits"), None);
}
