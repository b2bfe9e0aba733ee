//! Forms of protocols in the language: the first trial, and small ones that a test writes.

use std::collections::BTreeMap;

use trialc::compile::{Compilation, compile};
use trialc::diagnostics::render::{Format, Look, render};
use trialc::model::*;
use trialc::source::{LoadError, Loader};

use crate::support::field;

struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

fn compiled(text: &str) -> Compilation {
    let files = Files(BTreeMap::from([("trial.trial".to_owned(), text.to_owned())]));
    compile(&files, "trial.trial").expect("the file is in memory")
}

fn trial_of(compilation: Compilation) -> Trial {
    let shown = render(Format::Plain, Look::default(), &compilation.sources, &compilation.diagnostics);
    compilation.trial.unwrap_or_else(|| panic!("{shown}"))
}

/// The first trial, repaired.
pub fn repaired() -> Trial {
    trial_of(compiled(include_str!("../../protocols/nct01719640/trial.trial")))
}

/// A small study with these visits, collections and further items.
pub fn study(visits: &str, collects: &str, items: &str) -> Trial {
    trial_of(compiled(&text_of(visits, collects, items)))
}

fn text_of(visits: &str, collects: &str, items: &str) -> String {
    format!(
        r#"
trial small "A small study" {{ }}
use std.labs, std.vitals, std.demographics, std.diabetes, std.scores, std.drugs, std.drug_classes, std.conditions
event consent "Signing of informed consent"
event randomization "Randomization": on or after consent
schedule {{
  clock study: day 1 is randomization
  epoch treatment {{
    visit baseline: day 1
    {visits}
  }}
  {collects}
}}
{items}"#
    )
}

fn codes(visits: &str, collects: &str, items: &str) -> Vec<&'static str> {
    let found = compiled(&text_of(visits, collects, items)).diagnostics;
    let mut codes: Vec<&str> =
        found.iter().map(|found| found.code.id).filter(|id| id.starts_with('F')).collect();
    codes.dedup();
    codes
}

/// The words that the findings on forms underline.
fn underlined(collects: &str, items: &str) -> Vec<String> {
    let compilation = compiled(&text_of("", collects, items));
    let found = compilation.diagnostics.iter().filter(|found| found.code.id.starts_with('F'));
    found.map(|found| compilation.sources.text(found.primary.span).to_owned()).collect()
}

#[test]
fn the_first_trial_has_a_casebook_of_which_nothing_is_wrong() {
    let compilation = compiled(include_str!("../../protocols/nct01719640/trial.trial"));
    let of_forms: Vec<_> =
        compilation.diagnostics.iter().filter(|found| found.code.id.starts_with('F')).collect();
    assert!(of_forms.is_empty(), "{of_forms:?}");
    let forms = trial_of(compilation).forms;
    let names: Vec<&str> = forms.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "SV",
            "DM",
            "SC",
            "DS",
            "IEW",
            "IE",
            "MHQ",
            "CMQ",
            "PRQ",
            "VS",
            "PE",
            "LB",
            "FA",
            "EX_BMMSC",
            "EX_BMMNC",
            "EX_INSULIN",
            "AE"
        ]
    );
}

/// The evaluator's view of what a rule needs, held against the forms: a field for each measure, a question for each finding.
#[test]
fn every_variable_of_every_criterion_reaches_a_field_of_that_criterion() {
    let trial = repaired();
    for (event, decision) in &trial.decisions {
        for (code, criterion) in &decision.criteria {
            let why = Why::Criterion { decision: event.clone(), code: code.clone() };
            let served: Vec<&Field> = trial
                .forms
                .values()
                .flat_map(|form| &form.fields)
                .filter(|field| field.why.contains(&why))
                .collect();
            let rule = serde_json::to_value(&criterion.rule).expect("JSON");
            let mut wanted = Vec::new();
            named(&rule, "measure", &mut wanted);
            for measure in &wanted {
                let derived =
                    trial.measures[measure].quantity().and_then(|quantity| quantity.formula_of.clone());
                match derived {
                    None => assert!(
                        served.iter().any(|field| field.measure.as_ref() == Some(measure)),
                        "{code}: {measure} reaches no field"
                    ),
                    Some(_) => assert!(
                        served
                            .iter()
                            .any(|field| field.why.contains(&Why::Derivation { measure: measure.clone() })),
                        "{code}: the parts of {measure} reach no field"
                    ),
                }
            }
            let mut findings = Vec::new();
            found(&rule, &mut findings);
            for finding in &findings {
                let label = trial.concepts.get(finding).map(|concept| concept.label.clone());
                let asked = served.iter().any(|field| field.group == label && field.name.ends_with("OCCUR"));
                assert!(label.is_none() || asked, "{code}: {finding} is asked nowhere");
            }
            let verdict = served.iter().find(|field| field.label.starts_with(&format!("{code}. ")));
            assert!(verdict.is_some(), "{code} is not on the worksheet");
        }
    }
}

fn named(json: &serde_json::Value, wanted: &str, into: &mut Vec<String>) {
    match json {
        serde_json::Value::Object(members) => members.iter().for_each(|(key, value)| match value.as_str() {
            Some(name) if key == wanted => into.push(name.to_owned()),
            _ => named(value, wanted, into),
        }),
        serde_json::Value::Array(items) => items.iter().for_each(|item| named(item, wanted, into)),
        _ => {}
    }
}

/// Conditions, drugs and procedures by name.
fn found(json: &serde_json::Value, into: &mut Vec<String>) {
    match json {
        serde_json::Value::Object(members) => {
            let domain = members.get("domain").and_then(serde_json::Value::as_str);
            if domain.is_some_and(|domain| domain != "event")
                && let Some(name) = members.get("name").and_then(serde_json::Value::as_str)
            {
                into.push(name.to_owned());
            }
            members.values().for_each(|value| found(value, into));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| found(item, into)),
        _ => {}
    }
}

const LIMIT: &str = "eligibility for randomization {\n  include I8 \"HbA1c of at most 9.5 %\": latest hba1c within 14 days before randomization <= 9.5 %\n}";

#[test]
fn a_criterions_variable_that_no_visit_collects_in_time_is_underlined_in_the_criterion() {
    let month = "visit month_1: 1 month after randomization, ±7 days";
    assert!(codes(month, "collect hba1c at baseline", LIMIT).is_empty());
    assert_eq!(codes(month, "collect hba1c at month_1", LIMIT), ["F01"]);
    assert_eq!(codes(month, "collect weight at baseline", LIMIT), ["F01"]);
    assert!(
        codes(month, "", LIMIT).is_empty(),
        "a schedule that collects nothing at all is told of elsewhere"
    );
    let words = underlined("collect weight at baseline", LIMIT);
    assert_eq!(words, ["latest hba1c within 14 days before randomization"]);
}

#[test]
fn the_example_of_the_reference_makes_a_form() {
    let form = r#"
form VS "Vital signs" {
  collects: systolic_bp, diastolic_bp
  at: baseline
  field position "Position of the participant": choice of (sitting "Sitting", supine "Supine") { required }
  field hba1c { label: "HbA1c (central laboratory)"; range: 4 to 15 % }
  field reason "Reason": text { when: position is supine; help: "Why lying?" }
}"#;
    let trial = study("", "collect systolic_bp, diastolic_bp, hba1c at baseline", form);
    let reason = field(&trial.forms, "VS", "VSREASON");
    assert_eq!(reason.when, [FieldCondition { field: "VSPOSITN".into(), one_of: vec!["supine".into()] }]);
    let hba1c = field(&trial.forms, "VS", "HBA1C_LBORRES");
    assert_eq!(hba1c.label, "HbA1c (central laboratory)");
    assert!(!trial.forms.contains_key("LB"), "the author put it on this form");
}

#[test]
fn the_example_of_the_page_on_forms_makes_the_form_that_it_describes() {
    let page = include_str!("../../docs/forms.md");
    let example =
        page.split("```trial\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let month = "visit month_12: 12 months after randomization, ±14 days";
    let trial = study(month, "collect hba1c at baseline, month_12", example);
    assert_eq!(trial.forms["LB"].label, "Central laboratory");
    assert_eq!(
        field(&trial.forms, "LB", "LBREASON").when,
        [FieldCondition { field: "LBREPETD".into(), one_of: vec!["Y".into()] }]
    );
    assert!(field(&trial.forms, "LB", "HBA1C_LBORRES").required);
}

#[test]
fn a_condition_of_the_protocol_goes_with_a_declared_field() {
    let form = r#"form VS "Vital signs" { field pregnant "Pregnant?": yes_no { when: sex is female } }"#;
    let trial = study("", "collect systolic_bp at baseline", form);
    let only = &field(&trial.forms, "VS", "VSPRGNNT").only;
    assert_eq!(only.iter().map(|scope| scope.when.text.as_str()).collect::<Vec<_>>(), ["sex is female"]);
}

/// A value that is asked for two reasons is asked of everybody where one of them has no condition.
#[test]
fn a_condition_of_one_activity_does_not_close_what_another_asks_of_everybody() {
    let collects = "collect weight at baseline, week_2 when sex is female\ncollect bmi at baseline";
    let trial = study("visit week_2 \"Week 2\": day 15", collects, "");
    let only = &field(&trial.forms, "VS", "WEIGHT_VSORRES").only;
    assert_eq!(only.iter().flat_map(|scope| &scope.visits).collect::<Vec<_>>(), ["week_2"]);
}

/// Two cells of one visit, each with its condition: one of them is enough.
#[test]
fn of_two_conditional_cells_of_one_visit_either_opens_the_question() {
    let collects = "collect weight at baseline when sex is female\ncollect weight at baseline when age at consent < 18 years";
    let trial = study("", collects, "");
    let only = &field(&trial.forms, "VS", "WEIGHT_VSORRES").only;
    let texts: Vec<&str> = only.iter().map(|scope| scope.when.text.as_str()).collect();
    assert_eq!(texts, ["sex is female or age at consent < 18 years"]);
}

/// The day from which a visit is counted has to be known, or nobody could tell when it is due.
#[test]
fn the_day_of_an_event_that_a_visit_counts_from_stands_on_a_form() {
    let trial = study(
        "visit late \"Late\": 10 days after surgery",
        "collect weight at late",
        "event surgery \"Surgery\"",
    );
    assert!(trial.forms["DS"].fields.iter().any(|field| field.event.as_deref() == Some("surgery")));
    let without = study("", "collect weight at baseline", "event surgery \"Surgery\"");
    assert!(!without.forms["DS"].fields.iter().any(|field| field.event.as_deref() == Some("surgery")));
}

/// Where the standard library's measures are recorded. Only what no CDASH findings domain is made for stays among the
/// further findings.
#[test]
fn every_measure_of_the_standard_library_has_its_place() {
    let mut names = Vec::new();
    let texts = trialc::library::NAMES.iter().filter_map(|name| trialc::library::text(name));
    for text in texts {
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if let (Some("measure" | "score"), Some(name)) = (words.next(), words.next()) {
                names.push(name.to_owned());
            }
        }
    }
    assert!(names.len() > 150, "{}", names.len());
    let collects = format!("collect {} at baseline", names.join(", "));
    let trial = study("", &collects, "");
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in &names {
        let of = |form: &&Form| form.fields.iter().any(|field| field.measure.as_ref() == Some(name));
        let form = trial.forms.values().find(of).unwrap_or_else(|| panic!("{name} is on no form"));
        places.entry(&form.domain).or_default().push(name);
    }
    println!("{places:#?}");
    assert_eq!(places["FA"], ["insulin_daily_dose", "time_in_range", "time_below_range"]);
    assert_eq!(places["DM"], ["ethnicity", "race"]);
}

/// What a cell says of its cycles goes with the field; a cell that says nothing opens them all.
#[test]
fn a_field_is_asked_in_the_cycles_of_its_cells() {
    let cycle =
        "cycle main: every 28 days from randomization for 6 cycles { visit d1 \"Day 1\": day 1 ±2 days }";
    let of = |collects: &str| {
        let trial = study(cycle, collects, "");
        let field = field(&trial.forms, "VS", "WEIGHT_VSORRES").clone();
        field.cycles.get("d1").map(ToString::to_string)
    };
    assert_eq!(of("collect weight at d1 of cycles 1, 3").as_deref(), Some("cycles 1, 3"));
    assert_eq!(
        of("collect weight at d1 of cycle 1\ncollect bmi at d1 of cycle 4").as_deref(),
        Some("cycles 1, 4")
    );
    assert_eq!(of("collect weight at d1 of cycle 1\ncollect bmi at d1"), None);
}
