//! Published formulas of kidney function, written as their authors give them: factors by sex, age, broken powers.

use std::collections::BTreeMap;

use trialc::compile::{Compilation, compile};
use trialc::eligibility::Status::{self, Met, NotMet, Unknown};
use trialc::eligibility::{EligibilityDocument, Record, screen};
use trialc::source::{LoadError, Loader};

use super::support::measurements;

const FORMULAS: &str = r#"
trial demo "Demonstration" { version: "1" }
use std.labs, std.vitals
event consent "Signing of informed consent"
event randomization "Randomization": on or after consent
derive cockcroft "Creatinine clearance" {
  value: (140 - age) * (weight / 1 kg) * by sex (1 for male, 0.85 for female) / (72 * (creatinine / 1 mg/dL))
  unit: mL/min
}
derive ckd_epi "Filtration rate, CKD-EPI 2021" {
  value: 142
    * min(creatinine / by sex (0.7 mg/dL for female, 0.9 mg/dL for male), 1) ^ by sex (-0.241 for female, -0.302 for male)
    * max(creatinine / by sex (0.7 mg/dL for female, 0.9 mg/dL for male), 1) ^ -1.200
    * 0.9938 ^ age * by sex (1.012 for female, 1 for male)
  unit: mL/min/{1.73_m2}
}
derive mdrd "Filtration rate, MDRD" {
  value: 175 * (creatinine / 1 mg/dL) ^ -1.154 * age ^ -0.203 * by sex (0.742 for female, 1 for male)
  unit: mL/min/{1.73_m2}
}
"#;

struct Text(BTreeMap<String, String>);

impl Loader for Text {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

fn compiled(text: String) -> Compilation {
    compile(&Text(BTreeMap::from([("trial.trial".to_owned(), text)])), "trial.trial").expect("it is there")
}

fn status(body: &str, record: &str) -> Status {
    let criterion = format!("eligibility for randomization {{ include X \"Wording\": {body} }}\n");
    let compilation = compiled(format!("{FORMULAS}{criterion}"));
    let trial = compilation.trial.as_ref().unwrap_or_else(|| panic!("{body}: {:?}", compilation.diagnostics));
    let record = Record::read(record).unwrap_or_else(|error| panic!("{error}: {record}"));
    let verdict = screen(&EligibilityDocument::of(trial), &record, None);
    verdict.decisions[0].criterion("X").expect("criterion X").status
}

fn person(sex: &str, lines: &[&str]) -> String {
    measurements(lines).replace("\"female\"", &format!("\"{sex}\""))
}

/// Whether the value lies within the sixth figure of what another program computes.
fn agrees(formula: &str, unit: &str, record: &str, low: &str, high: &str) {
    let body = format!("{formula} within 14 days before randomization in {low} to {high} {unit}");
    assert_eq!(status(&body, record), Met, "{body}");
    let body = format!("{formula} within 14 days before randomization < {low} {unit}");
    assert_eq!(status(&body, record), NotMet, "{body}");
}

#[test]
fn cockcroft_and_gault_is_exact_in_whatever_units_the_laboratory_reports() {
    // A man of 41 years, 72 kg, 1 mg/dL: 99 mL/min; a woman 85 % of it.
    for creatinine in ["creatinine 1 mg/dL on 2011-06-28", "creatinine 10 mg/L on 2011-06-28"] {
        let lines = ["weight 72 kg on 2011-06-28", creatinine];
        let exactly = "cockcroft within 14 days before randomization = 99 mL/min";
        assert_eq!(status(exactly, &person("male", &lines)), Met, "{creatinine}");
        assert_eq!(status(exactly, &person("female", &lines)), NotMet, "{creatinine}");
        let woman = "cockcroft within 14 days before randomization = 84.15 mL/min";
        assert_eq!(status(woman, &person("female", &lines)), Met, "{creatinine}");
        let per_second = "cockcroft within 14 days before randomization = 1.65 mL/s";
        assert_eq!(status(per_second, &person("male", &lines)), Met, "{creatinine}");
    }
}

#[test]
fn an_unknown_sex_leaves_open_what_depends_on_it_and_nothing_else() {
    let nobody = person("unknown", &["weight 72 kg on 2011-06-28", "creatinine 1 mg/dL on 2011-06-28"]);
    let at_least = |limit: &str| format!("cockcroft within 14 days before randomization >= {limit} mL/min");
    assert_eq!(status(&at_least("84"), &nobody), Met);
    assert_eq!(status(&at_least("90"), &nobody), Unknown);
    assert_eq!(status(&at_least("99.1"), &nobody), NotMet);
    // Exponents by sex: about 73 for a woman, 97 for a man.
    let rate =
        |limit: &str| format!("ckd_epi within 14 days before randomization >= {limit} mL/min/{{1.73_m2}}");
    assert_eq!(status(&rate("60"), &nobody), Met);
    assert_eq!(status(&rate("90"), &nobody), Unknown);
    assert_eq!(status(&rate("150"), &nobody), NotMet);
}

/// The expected values come from double-precision arithmetic outside this program.
#[test]
fn ckd_epi_and_mdrd_agree_with_another_program() {
    let unit = "mL/min/{1.73_m2}";
    let creatinine = |value: &str| format!("creatinine {value} mg/dL on 2011-06-28");
    for (sex, value, low, high) in [
        ("female", "0.6", "115.574", "115.575"),
        ("female", "1.4", "48.4720", "48.4721"),
        ("male", "0.6", "124.373", "124.374"),
        ("male", "1.4", "64.7566", "64.7567"),
    ] {
        agrees("ckd_epi", unit, &person(sex, &[&creatinine(value)]), low, high);
    }
    agrees("mdrd", unit, &person("female", &[&creatinine("1.0")]), "61.1007", "61.1008");
    agrees("mdrd", unit, &person("male", &[&creatinine("1.3")]), "60.8348", "60.8349");
}

#[test]
fn a_formula_says_at_which_unit_its_numbers_are_meant() {
    let refusals = [
        ("(140 - age) * weight / (72 * creatinine)", "mL/min", "U02"),
        ("ln(creatinine)", "mL/min", "U02"),
        ("creatinine ^ -1.154", "mL/min", "U02"),
        ("2 ^ weight", "mL/min", "U02"),
        ("max(weight, creatinine)", "kg", "U02"),
        ("ln(age, 2)", "mL/min", "B06"),
        ("weight * by sex (1 kg for male, 2 for female)", "kg2", "U02"),
    ];
    for (formula, unit, code) in refusals {
        let derived = format!("derive wrong \"Wrong\" {{ value: {formula}; unit: {unit} }}\n");
        let compilation = compiled(format!("{FORMULAS}{derived}"));
        let errors: Vec<&str> =
            compilation.diagnostics.iter().filter(|one| one.is_error()).map(|one| one.code.id).collect();
        assert_eq!(errors, [code], "{formula}");
    }
    let repaired = [
        ("ln(creatinine / 1 mg/dL)", "mL/min"),
        ("(creatinine / 1 mg/dL) ^ -1.154", "mL/min"),
        ("2 ^ (weight / 1 kg)", "mL/min"),
        ("max(weight, 50 kg)", "kg"),
        ("weight * by sex (1 kg for male, 2 kg for female)", "kg2"),
        ("weight / height ^ 2", "kg/m2"),
    ];
    for (formula, unit) in repaired {
        let derived = format!("derive right \"Right\" {{ value: {formula}; unit: {unit} }}\n");
        let compilation = compiled(format!("{FORMULAS}{derived}"));
        assert!(!compilation.has_errors(), "{formula}: {:?}", compilation.diagnostics);
    }
}

/// The library's own formulas, against values that were worked out outside this program; the person is 41 years old.
#[test]
fn the_formulas_of_the_library_give_the_published_values() {
    let on = |text: &str| format!("{text} on 2011-06-28");
    let lines = |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| on(text)).collect() };
    let cases: [(&str, &str, &[&str], &str, &str); 9] = [
        // 360 ms at an RR interval of 0.729 s, whose cube root is 0.9 s.
        ("qtcf_by_formula", "ms", &["qt_interval 360 ms", "rr_interval 729 ms"], "399.999", "400.001"),
        ("qtcb_by_formula", "ms", &["qt_interval 360 ms", "rr_interval 810 ms"], "399.999", "400.001"),
        // 41 × 60 ÷ (150 × √36).
        ("fib4_by_formula", "", &["ast 60 U/L", "alt 36 U/L", "platelets 150 10*9/L"], "2.73333", "2.73334"),
        (
            "meld_by_formula",
            "",
            &["creatinine 0.8 mg/dL", "bilirubin_total 0.5 mg/dL", "inr 0.9"],
            "6.43",
            "6.431",
        ),
        (
            "meld_by_formula",
            "",
            &["creatinine 2 mg/dL", "bilirubin_total 3 mg/dL", "inr 1.5"],
            "21.7573",
            "21.7574",
        ),
        (
            "meld_na_by_formula",
            "",
            &["creatinine 2 mg/dL", "bilirubin_total 3 mg/dL", "inr 1.5", "sodium 130 mmol/L"],
            "26.3180",
            "26.3181",
        ),
        // Sodium counts as no less than 125 mmol/L.
        (
            "meld_na_by_formula",
            "",
            &["creatinine 2 mg/dL", "bilirubin_total 3 mg/dL", "inr 1.5", "sodium 110 mmol/L"],
            "28.5983",
            "28.5984",
        ),
        ("egfr_ckd_epi_2021", "mL/min/{1.73_m2}", &["creatinine 1.4 mg/dL"], "48.4720", "48.4721"),
        ("egfr_mdrd", "mL/min/{1.73_m2}", &["creatinine 1.0 mg/dL"], "61.1007", "61.1008"),
    ];
    for (formula, unit, values, low, high) in cases {
        let lines = lines(values);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        agrees(formula, unit, &person("female", &lines), low, high);
    }
    let lines = ["weight 72 kg on 2011-06-28", "creatinine 1 mg/dL on 2011-06-28"];
    agrees("creatinine_clearance_cockcroft_gault", "mL/min", &person("male", &lines), "99", "99.001");
}
