//! Values out of range, and limits written twice.

use trialc::number::Exact;
use trialc::units::{Analyte, PlausibleRange, Scale, Written, disagreement, implausible};

use crate::{exact, unit};

fn range(low: &str, high: &str, of: &str) -> PlausibleRange {
    PlausibleRange { low: exact(low), high: exact(high), unit: unit(of) }
}

#[test]
fn platelets_below_100_000_per_litre_are_implausible() {
    let platelets = range("1", "2200", "10*9/L");
    let accepted = [unit("10*9/L"), unit("/uL"), unit("10*3/uL")];
    let check = |value, of| {
        implausible(&exact(value), &unit(of), &platelets, &accepted, &Analyte::default()).expect("same kind")
    };
    let found = check("100,000", "/L").expect("implausible");
    assert_eq!(found.to_string(), "10,000 times below any plausible value");
    assert_eq!(found.value, exact("0.0001"));
    assert_eq!(found.suggestion, Some((unit("/uL"), exact("100"))));
    assert_eq!(check("100,000", "/uL"), None);
    assert_eq!(check("1", "10*9/L"), None, "the ends are plausible");
}

#[test]
fn of_two_units_that_fit_the_one_that_changes_least_is_offered() {
    let lymphocytes = range("0", "1000", "10*9/L");
    let accepted = [unit("10*9/L"), unit("/uL")];
    let found = implausible(&exact("-1"), &unit("10*9/L"), &lymphocytes, &accepted, &Analyte::default())
        .expect("same kind");
    assert_eq!(found.expect("implausible").suggestion, None);
    let lymphocytes = range("0.1", "1000", "10*9/L");
    let found = implausible(&exact("1,000"), &unit("/L"), &lymphocytes, &accepted, &Analyte::default());
    let found = found.expect("same kind").expect("implausible");
    assert_eq!(found.suggestion, Some((unit("/uL"), exact("1"))));
}

#[test]
fn hba1c_of_7_5_mmol_per_mol_is_implausible() {
    let hba1c = Analyte::new("HbA1c").with_scale(Scale::HbA1c);
    let accepted = [unit("%"), unit("mmol/mol")];
    let found = implausible(&exact("7.5"), &unit("mmol/mol"), &range("3.5", "20", "%"), &accepted, &hba1c);
    let found = found.expect("same kind").expect("implausible");
    assert!(found.is_below);
    assert_eq!(found.suggestion, Some((unit("%"), exact("7.5"))));
}

#[test]
fn qtc_of_470_seconds_is_implausible() {
    let accepted = [unit("ms"), unit("s")];
    let found =
        implausible(&exact("470"), &unit("s"), &range("200", "800", "ms"), &accepted, &Analyte::default());
    let found = found.expect("same kind").expect("implausible");
    assert_eq!(found.to_string(), "590 times above any plausible value");
    assert_eq!(found.suggestion, Some((unit("ms"), exact("470"))));
}

#[test]
fn zero_is_below_without_a_ratio() {
    let found = implausible(&exact("0"), &unit("ms"), &range("200", "800", "ms"), &[], &Analyte::default());
    let found = found.expect("same kind").expect("implausible");
    assert_eq!(found.times, None);
    assert_eq!(found.to_string(), "below any plausible value");
}

#[test]
fn a_limit_written_twice_must_agree() {
    let creatinine = Analyte::new("creatinine").with_formula("C4H7N3O").expect("a formula");
    let check = |a: &str, b: &str| {
        let (first, second) = (exact(a), exact(b));
        let (from, to) = (unit("mg/dL"), unit("umol/L"));
        let first = Written { value: &first, decimals: Exact::decimals_of(a), unit: &from };
        let second = Written { value: &second, decimals: Exact::decimals_of(b), unit: &to };
        disagreement(first, second, &creatinine).expect("same kind")
    };
    assert_eq!(check("1.5", "133"), None);
    assert_eq!(check("1.5", "132.6"), None);
    assert_eq!(check("1.5", "153").expect("disagrees").expected, "133");
    assert_eq!(check("1.50", "136").expect("disagrees").expected, "133");
}

/// Thresholds as protocols write them, by measure.
const LEGITIMATE: &[(&str, &[&str])] = &[
    ("hemoglobin", &["8 g/dL", "9.0 g/dL", "100 g/L", "5.6 mmol/L"]),
    ("platelets", &["100,000 /uL", "100 10*9/L", "75 10*3/uL"]),
    ("anc", &["1,500 /uL", "1.0 10*9/L", "1.5 10*3/uL"]),
    ("leukocytes", &["3,000 /uL", "3.0 10*9/L"]),
    ("creatinine", &["1.5 mg/dL", "2.0 mg/dL", "133 umol/L"]),
    ("bilirubin_total", &["1.5 mg/dL", "34 umol/L"]),
    ("albumin", &["3.0 g/dL", "28 g/L"]),
    ("glucose", &["126 mg/dL", "270 mg/dL", "7.0 mmol/L"]),
    ("hba1c", &["6.5 %", "10 %", "58 mmol/mol"]),
    ("cholesterol_total", &["240 mg/dL", "6.2 mmol/L"]),
    ("ldl", &["70 mg/dL", "1.8 mmol/L"]),
    ("triglycerides", &["500 mg/dL", "5.6 mmol/L"]),
    ("potassium", &["5.5 mmol/L", "3.5 meq/L"]),
    ("calcium", &["11.5 mg/dL", "2.9 mmol/L"]),
    ("alt", &["120 U/L", "2.0 ukat/L"]),
    ("tsh", &["4.5 m[IU]/L", "10 u[IU]/mL"]),
    ("hs_crp", &["2 mg/L", "0.3 mg/dL"]),
    ("nt_pro_bnp", &["600 pg/mL", "125 ng/L"]),
    ("systolic_bp", &["160 mm[Hg]", "21 kPa"]),
    ("weight", &["50 kg", "110 [lb_av]"]),
    ("height", &["150 cm", "1.5 m"]),
    ("qtcf", &["470 ms", "0.47 s"]),
];

/// Units that are mistaken for each other.
const CONFUSED: &[&str] = &[
    "g/dL", "g/L", "mg/dL", "mg/L", "ug/dL", "ug/L", "ng/mL", "ng/dL", "ng/L", "pg/mL", "mmol/L", "umol/L",
    "nmol/L", "meq/L", "/uL", "/L", "10*3/uL", "10*9/L", "10*6/uL", "10*12/L", "%", "mmol/mol", "U/L",
    "ukat/L", "nkat/L", "m[IU]/L", "u[IU]/mL", "[IU]/L", "m[IU]/mL", "mm[Hg]", "kPa", "kg", "g", "[lb_av]",
    "m", "cm", "mm", "[in_i]", "s", "ms", "min",
];

/// The same number with another unit: how often the plausible range notices, and how often it cries for nothing.
#[test]
fn most_slips_of_the_unit_are_noticed_and_no_legitimate_limit_is() {
    let measures = trialc::lookup::Measures::standard();
    let doubted = |question: &str, to: &str| {
        let replied = trialc::lookup::convert(&measures, question, Some(to));
        let answered = replied.answer.map(|answer| answer.results[0].value.clone());
        answered.map(|value| {
            (replied.diagnostics.iter().any(|found| matches!(found.code.id, "U03" | "N07")), value)
        })
    };
    let (mut slips, mut noticed, mut alarms) = (0, 0, Vec::new());
    for (name, limits) in LEGITIMATE {
        for limit in *limits {
            let (number, own) = limit.split_once(' ').expect("a number and a unit");
            let (alarm, value) = doubted(&format!("{name} {limit}"), own).expect("legitimate");
            if alarm {
                alarms.push(format!("{name} {limit}"));
            }
            for other in CONFUSED.iter().filter(|other| **other != own) {
                let Some((caught, meant)) = doubted(&format!("{name} {number} {other}"), own) else {
                    continue;
                };
                let ratio = meant.checked_div(&value).map_or(1.0, |ratio| ratio.to_f64());
                // Less than twice off is no slip that a range could see.
                if (0.5..=2.0).contains(&ratio) {
                    continue;
                }
                slips += 1;
                noticed += usize::from(caught);
            }
        }
    }
    let legitimate: usize = LEGITIMATE.iter().map(|(_, limits)| limits.len()).sum();
    for figure in [
        format!("{slips} slips of a unit"),
        format!("{noticed} noticed"),
        format!("on {legitimate} legitimate"),
    ] {
        assert!(include_str!("../../docs/units.md").contains(&figure), "docs/units.md is to say: {figure}");
    }
    assert!(alarms.is_empty(), "{alarms:?}");
    assert!(slips > 200 && noticed * 100 >= slips * 75, "{noticed} of {slips}");
}
