//! Conditions that the protocol lays on visits, forms and questions: decided on what the forms tell, and not decided where they
//! do not tell.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use trialc::entries::{Report, validate};
use trialc::model::Trial;

use crate::build::compiled;
use crate::windows::below;

/// Conditions of each kind: sex, arm, age, results, history.
pub const PROTOCOL: &str = r#"
trial conditions "Conditions of a protocol"
use std.vitals, std.labs, std.demographics
event consent "Consent"
event randomization "Randomization": on or after consent
condition gilbert "Gilbert's syndrome" { snomed: 27503000 "Gilbert's syndrome" }
intervention tablet "Tablet": drug { route: oral }
randomize main at randomization {
  arm active "Active": experimental { gives tablet: 5 mg once daily from randomization for 14 days }
  arm control "Control": active_comparator { gives tablet: 2.5 mg once daily from randomization for 14 days }
}
schedule {
  clock study: day 1 is randomization
  epoch treatment "Treatment" {
    visit baseline "Baseline": day 1
    visit week_2 "Week 2": day 15 ±2 days
    visit extra "Extra visit": day 22 ±2 days { when: latest alt > 40 U/L }
    visit week_8 "Week 8": day 57 ±2 days
  }
  collect alt at baseline, week_2
  collect weight at week_2 when sex is female
  collect height at week_2 for active
  collect glucose at week_8 when age at consent < 55 years and sex is female
  collect potassium at extra
  collect gilbert at baseline
  collect bilirubin_total at week_2 when ever gilbert
}
"#;

static TRIAL: LazyLock<Trial> = LazyLock::new(|| compiled(PROTOCOL));

/// Entries by their form.
struct Casebook(Vec<(&'static str, Json)>);

impl Casebook {
    fn of(entries: Vec<(&'static str, Json)>) -> Self {
        Self(entries)
    }

    fn with(mut self, form: &'static str, entry: Json) -> Self {
        self.0.push((form, entry));
        self
    }

    fn record(&self) -> Json {
        let mut forms = json!({});
        for (form, entry) in &self.0 {
            let mut entry = entry.clone();
            entry["SUBJID"] = json!("1");
            let list = forms.as_object_mut().expect("forms").entry(*form).or_insert_with(|| json!([]));
            list.as_array_mut().expect("a list").push(entry);
        }
        json!({ "forms": forms })
    }

    fn report(&self) -> Report {
        validate(&TRIAL, &self.record().to_string(), None)
    }

    /// Code, form and field of what conditions find.
    fn found(&self) -> Vec<String> {
        let report = self.report();
        let of_conditions =
            report.findings.iter().filter(|one| ["Q04", "Q11", "Q14", "Q15"].contains(&one.code.id));
        of_conditions
            .map(|one| {
                let (form, field) = (one.at.form.clone().unwrap_or_default(), one.at.field.clone());
                format!("{} {form} {}", one.code.id, field.unwrap_or_default()).trim_end().to_owned()
            })
            .collect()
    }
}

fn person(sex: &str, born: &str) -> (&'static str, Json) {
    ("DM", json!({ "VISIT": "baseline", "BRTHDAT": born, "SEX": sex }))
}

fn milestones(arm: &str) -> (&'static str, Json) {
    let days = json!({ "RANDMZTN_DSSTDAT": "2026-03-02", "RANDMZTN_ARMCD": arm, "CONSENT_DSYN": "Y", "CONSENT_DSSTDAT": "2026-03-01" });
    ("DS", days)
}

fn laboratory(visit: &str, day: &str, values: &[(&str, f64, &str)]) -> Json {
    let mut entry = json!({ "VISIT": visit, "LBPERF": "Y", "LBDAT": day });
    for (name, value, unit) in values {
        entry[name] = json!({ "value": value, "unit": unit });
    }
    entry
}

fn vitals(visit: &str, values: &[(&str, f64, &str)]) -> Json {
    let mut entry = json!({ "VISIT": visit, "VSPERF": "Y", "VSDAT": "2026-03-16" });
    for (name, value, unit) in values {
        entry[name] = json!({ "value": value, "unit": unit });
    }
    entry
}

const WEIGHT: (&str, f64, &str) = ("WEIGHT_VSORRES", 70.0, "kg");
const HEIGHT: (&str, f64, &str) = ("HEIGHT_VSORRES", 170.0, "cm");

#[test]
fn an_answer_of_which_the_condition_does_not_hold_is_found() {
    let weighed = |sex| {
        let entries =
            vec![person(sex, "1980"), milestones("active"), ("VS", vitals("week_2", &[WEIGHT, HEIGHT]))];
        Casebook::of(entries).found()
    };
    assert_eq!(weighed("M"), ["Q14 VS WEIGHT_VSORRES"]);
    assert!(weighed("F").is_empty());
}

#[test]
fn an_answer_is_missed_where_its_condition_holds_and_only_there() {
    let measured = |sex| {
        Casebook::of(vec![person(sex, "1980"), milestones("active"), ("VS", vitals("week_2", &[HEIGHT]))])
            .found()
    };
    assert_eq!(measured("F"), ["Q11 VS WEIGHT_VSORRES"]);
    assert!(measured("M").is_empty());
}

#[test]
fn the_arm_of_a_cell_is_a_condition_like_any_other() {
    let measured = |arm| {
        let entries = vec![person("F", "1980"), milestones(arm), ("VS", vitals("week_2", &[WEIGHT, HEIGHT]))];
        Casebook::of(entries).found()
    };
    assert_eq!(measured("control"), ["Q14 VS HEIGHT_VSORRES"]);
    assert!(measured("active").is_empty());
}

#[test]
fn what_nobody_has_recorded_is_named_and_nothing_is_found() {
    let report =
        Casebook::of(vec![milestones("active"), ("VS", vitals("week_2", &[WEIGHT, HEIGHT]))]).report();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let said = "whether WEIGHT_VSORRES of VS is asked at Week 2 (only if the participant is female): ";
    assert!(report.undecided.iter().any(|one| one.starts_with(said)), "{:?}", report.undecided);
    let known = Casebook::of(vec![
        person("F", "1980"),
        milestones("active"),
        ("VS", vitals("week_2", &[WEIGHT, HEIGHT])),
    ]);
    assert!(
        !known.report().undecided.iter().any(|one| one.contains("WEIGHT")),
        "{:?}",
        known.report().undecided
    );
}

/// Two forms of the same participant that say different things decide nothing.
#[test]
fn what_two_forms_contradict_each_other_in_is_not_known() {
    let twice = Casebook::of(vec![
        person("F", "1980"),
        person("M", "1980"),
        ("VS", vitals("week_2", &[WEIGHT, HEIGHT])),
    ]);
    assert!(twice.found().iter().all(|one| !one.starts_with("Q14")), "{:?}", twice.found());
    assert!(twice.report().undecided.iter().any(|one| one.contains("WEIGHT_VSORRES")));
}

#[test]
fn an_age_is_counted_in_completed_years_on_the_day_of_its_event() {
    let of_age = |born: &'static str| {
        let glucose = laboratory("week_8", "2026-04-27", &[("GLUC_LBORRES", 5.0, "mmol/L")]);
        Casebook::of(vec![person("F", born), milestones("active"), ("LB", glucose)]).found()
    };
    // 55 on the day of consent, 1 March 2026; 54 on the day before a birthday.
    assert_eq!(of_age("1971-03-01"), ["Q14 LB"]);
    assert!(of_age("1971-03-02").is_empty());
}

#[test]
fn a_year_of_birth_that_decides_nothing_is_left_open() {
    let glucose = laboratory("week_8", "2026-04-27", &[("GLUC_LBORRES", 5.0, "mmol/L")]);
    let report = Casebook::of(vec![person("F", "1971"), milestones("active"), ("LB", glucose)]).report();
    assert!(!report.findings.iter().any(|one| one.code.id == "Q14"), "{:?}", report.findings);
    assert!(
        report.undecided.iter().any(|one| one.contains("LB is filled in at Week 8")),
        "{:?}",
        report.undecided
    );
}

/// A man's form on which nothing stands but that nothing was done says what is so.
#[test]
fn that_something_was_not_done_which_is_not_for_them_is_right() {
    let not_done = json!({ "VISIT": "week_8", "LBPERF": "N", "LBREASND": "a man" });
    let with =
        |entry: Json| Casebook::of(vec![person("M", "1980"), milestones("active"), ("LB", entry)]).found();
    assert!(with(not_done).is_empty());
    assert_eq!(with(laboratory("week_8", "2026-04-27", &[])), ["Q14 LB"]);
}

fn held(visit: &str, day: &str) -> (&'static str, Json) {
    ("SV", json!({ "VISIT": visit, "SVOCCUR": "Y", "SVSTDAT": day }))
}

/// Results of other forms decide whether a visit is this participant's: those up to its day.
#[test]
fn a_visit_under_a_condition_is_judged_by_results_before_it() {
    let extra = |value: f64, day: &'static str| {
        Casebook::of(vec![
            person("M", "1980"),
            milestones("active"),
            ("LB", laboratory("week_2", day, &[("ALT_LBORRES", value, "U/L")])),
            held("extra", "2026-03-23"),
            ("LB", laboratory("extra", "2026-03-23", &[("K_LBORRES", 4.0, "mmol/L")])),
        ])
        .found()
    };
    assert!(extra(41.0, "2026-03-16").is_empty());
    assert_eq!(extra(40.0, "2026-03-16"), ["Q14 LB", "Q14 SV"]);
    // A result of the day after is not known at the visit.
    assert!(!extra(40.0, "2026-03-24").iter().any(|one| one.starts_with("Q14")));
}

#[test]
fn a_visit_whose_day_is_not_recorded_is_not_judged_by_results() {
    let alt = laboratory("week_2", "2026-03-16", &[("ALT_LBORRES", 20.0, "U/L")]);
    let potassium = laboratory("extra", "2026-03-23", &[("K_LBORRES", 4.0, "mmol/L")]);
    let casebook =
        Casebook::of(vec![person("M", "1980"), milestones("active"), ("LB", alt), ("LB", potassium)]);
    assert!(casebook.found().is_empty(), "{:?}", casebook.found());
    assert!(casebook.report().undecided.iter().any(|one| one.contains("LB is filled in at Extra visit")));
}

/// A value that cannot be one is no value, and no older one stands in for it.
#[test]
fn a_wrong_value_decides_nothing() {
    let casebook = |unit: &'static str| {
        Casebook::of(vec![
            person("M", "1980"),
            milestones("active"),
            ("LB", laboratory("baseline", "2026-03-02", &[("ALT_LBORRES", 20.0, "U/L")])),
            ("LB", laboratory("week_2", "2026-03-16", &[("ALT_LBORRES", 41.0, unit)])),
            held("extra", "2026-03-23"),
        ])
        .found()
    };
    let of_extra = |unit| casebook(unit).into_iter().filter(|one| one == "Q14 SV").count();
    assert_eq!((of_extra("mmol/L"), of_extra("U/L")), (0, 0));
}

#[test]
fn what_a_question_of_history_tells_decides() {
    let bilirubin = |occurred: &'static str| {
        let history = json!({ "VISIT": "baseline", "GILBERT_MHOCCUR": occurred });
        let values = [("ALT_LBORRES", 20.0, "U/L"), ("BILI_LBORRES", 12.0, "umol/L")];
        Casebook::of(vec![
            person("M", "1980"),
            milestones("active"),
            held("baseline", "2026-03-20"),
            held("week_2", "2026-03-16"),
            ("MHQ", history),
            ("LB", laboratory("week_2", "2026-03-16", &values)),
        ])
        .found()
    };
    let is_found = |occurred| bilirubin(occurred).iter().any(|one| one.starts_with("Q14"));
    // That somebody never had it is said for the days up to that of the form, which here is the later one.
    assert!(is_found("N") && !is_found("U") && !is_found("Y"));
}

#[test]
fn a_form_is_missed_where_its_visit_took_place() {
    let seen = |sex, entries: Vec<(&'static str, Json)>| {
        let casebook =
            Casebook::of(vec![person(sex, "1980"), milestones("active"), held("week_2", "2026-03-16")]);
        entries.into_iter().fold(casebook, |casebook, (form, entry)| casebook.with(form, entry)).found()
    };
    assert_eq!(seen("M", Vec::new()), ["Q15 LB", "Q15 VS"]);
    let alt = ("LB", laboratory("week_2", "2026-03-16", &[("ALT_LBORRES", 20.0, "U/L")]));
    assert_eq!(seen("M", vec![alt]), ["Q15 VS"]);
    // A visit that did not take place, or of which nobody says that it did, misses nothing.
    let none = Casebook::of(vec![
        person("M", "1980"),
        ("SV", json!({ "VISIT": "week_2", "SVOCCUR": "N", "SVREASOC": "ill" })),
    ]);
    assert!(none.found().is_empty(), "{:?}", none.found());
}

#[test]
fn a_form_that_is_for_others_is_not_missed() {
    let seen = |sex| {
        Casebook::of(vec![person(sex, "1980"), milestones("active"), held("week_8", "2026-04-27")]).found()
    };
    assert_eq!(seen("F"), ["Q15 LB"]);
    assert!(seen("M").is_empty());
}

#[test]
fn a_missing_form_is_confirmed_with_a_reason() {
    let mut record = json!({ "forms": {
        "DM": [{ "SUBJID": "1", "VISIT": "baseline", "BRTHDAT": "1980", "SEX": "F" }],
        "DS": [{ "SUBJID": "1", "RANDMZTN_DSSTDAT": "2026-03-02", "CONSENT_DSYN": "Y", "CONSENT_DSSTDAT": "2026-03-01" }],
        "SV": [{ "SUBJID": "1", "VISIT": "week_8", "SVOCCUR": "Y", "SVSTDAT": "2026-04-27" }],
    } });
    assert_eq!(validate(&TRIAL, &record.to_string(), None).queries(), 1);
    record["confirmed"] =
        json!([{ "form": "LB", "visit": "week_8", "check": "LB.entry", "value": "", "reason": "no tube" }]);
    let report = validate(&TRIAL, &record.to_string(), None);
    assert_eq!((report.queries(), report.confirmed), (0, 1), "{:?}", report.findings);
}

/// A casebook at random: what conditions ask for may be there, missing, wrong or contradictory.
pub fn random_casebook(seed: u32) -> Json {
    let mut below = below(seed);
    let mut pick = |among: &[&str]| among[below(among.len() as u32) as usize].to_owned();
    let mut entries: Vec<(&'static str, Json)> = Vec::new();
    for _ in 0..pick(&["0", "1", "1", "1", "2"]).parse().expect("a number") {
        let (sex, born) =
            (pick(&["F", "M", "x"]), pick(&["1980", "1971", "1971-03-01", "1971-03-02", "1971-03", "soon"]));
        entries.push(person(&sex, &born));
    }
    if pick(&["y", "y", "n"]) == "y" {
        let arm = pick(&["active", "control", "other"]);
        let (form, mut entry) = milestones(&arm);
        entry["CONSENT_DSSTDAT"] = json!(pick(&["2026-03-01", "2026-02-30"]));
        entries.push((form, entry));
    }
    for visit in ["baseline", "week_2", "extra", "week_8"] {
        let day = pick(&["2026-03-02", "2026-03-16", "2026-03-23", "2026-04-27"]);
        match pick(&["y", "y", "n", "-"]).as_str() {
            "y" => entries.push(held(visit, &day)),
            "n" => entries.push(("SV", json!({ "VISIT": visit, "SVOCCUR": "N", "SVREASOC": "ill" }))),
            _ => {}
        }
        if pick(&["y", "y", "n"]) == "y" {
            let mut entry = laboratory(visit, &day, &[]);
            entry["LBPERF"] = json!(pick(&["Y", "Y", "Y", "N"]));
            let all = ["ALT_LBORRES", "GLUC_LBORRES", "K_LBORRES", "BILI_LBORRES"];
            for (name, unit) in all.iter().zip(["U/L", "mmol/L", "mmol/L", "umol/L"]) {
                if pick(&["y", "n"]) == "y" {
                    let value = pick(&["20", "40", "40.0", "41", "1e2"]).parse::<f64>().expect("a number");
                    let unit = pick(&[unit, unit, unit, "g/L"]);
                    entry[*name] = json!({ "value": value, "unit": unit });
                }
            }
            entries.push(("LB", entry));
        }
        if visit == "week_2" && pick(&["y", "n"]) == "y" {
            let values: &[_] = if pick(&["y", "n"]) == "y" { &[WEIGHT, HEIGHT] } else { &[] };
            entries.push(("VS", vitals(visit, values)));
        }
    }
    if pick(&["y", "n"]) == "y" {
        let occurred = pick(&["Y", "N", "U"]);
        let mut entry = json!({ "VISIT": "baseline", "GILBERT_MHOCCUR": occurred });
        if occurred == "Y" {
            entry["GILBERT_MHSTDAT"] = json!(pick(&["1985", "2026-03-20"]));
            entry["GILBERT_MHONGO"] = json!(pick(&["Y", "N"]));
            if entry["GILBERT_MHONGO"] == "N" {
                entry["GILBERT_MHENDAT"] = json!(pick(&["1990-02", "2026-03-21"]));
            }
        }
        entries.push(("MHQ", entry));
    }
    Casebook::of(entries).record()
}

/// What is found on less is found on more, unless the form is told as a whole then.
#[test]
fn what_is_not_known_is_never_found() {
    let found = |record: &Json| -> Vec<(Option<String>, Option<String>, Option<String>)> {
        let report = validate(&TRIAL, &record.to_string(), None);
        let of_conditions = report.findings.into_iter().filter(|one| one.code.id == "Q14");
        of_conditions.map(|one| (one.at.form, one.at.visit, one.at.field)).collect()
    };
    let mut seen = 0;
    for seed in 0..300 {
        let full = random_casebook(seed);
        // Without these there is nothing that sex, age, arm and history could be told by.
        let mut bare = full.clone();
        for form in ["DM", "DS", "MHQ"] {
            bare["forms"].as_object_mut().expect("forms").remove(form);
        }
        let (more, fewer) = (found(&full), found(&bare));
        for (form, visit, field) in fewer {
            let is_told = more.iter().any(|one| *one == (form.clone(), visit.clone(), field.clone()))
                || more.iter().any(|one| *one == (form.clone(), visit.clone(), None));
            assert!(is_told, "{seed}: {form:?} {visit:?} {field:?}");
        }
        seen += more.len();
    }
    assert!(seen > 100, "{seen}");
}
