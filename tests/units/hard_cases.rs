//! The 57 hard cases of units, each as a clinician would meet it: a conversion that must give one number, a comparison
//! that must not happen, a limit of a protocol that must be pointed out, and beside each what must stay silent.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use trialc::compile::Compilation;
use trialc::lookup::{self, Measures};
use trialc::model;
use trialc::time;
use trialc::units::{self, Analyte, Scale, parse};

use crate::snippet::{self, compile_snippet};
use crate::{converted, exact, unit};

static MEASURES: LazyLock<Measures> = LazyLock::new(Measures::standard);

/// What a hard case asks for.
enum Case {
    /// The value of a question in this unit, to four significant figures.
    Is(&'static str, &'static str, &'static str),
    /// A question that must not be answered, with the code that says why.
    Refused(&'static str, &'static str, &'static str),
    /// The body of a criterion: the codes of families U, N, T, K and G that it raises.
    Says(&'static str, &'static [&'static str]),
    /// The same, with a part of the help.
    Advises(&'static str, &'static str, &'static str),
}

use Case::{Advises, Is, Refused, Says};

const CASES: &[(u32, Case)] = &[
    (1, Is("creatinine 1 mg/dL", "umol/L", "88.4")),
    (2, Is("glucose 126 mg/dL", "mmol/L", "6.994")),
    (3, Is("LDL 100 mg/dL", "mmol/L", "2.586")),
    (4, Is("triglycerides 500 mg/dL", "mmol/L", "5.647")),
    (5, Is("bilirubin 1.2 mg/dL", "umol/L", "20.52")),
    (6, Is("urate 6 mg/dL", "umol/L", "356.9")),
    (7, Is("urea nitrogen 20 mg/dL", "mmol/L", "7.139")),
    (7, Is("urea 20 mg/dL", "mmol/L", "3.33")),
    (7, Says("latest urea at consent > latest urea_nitrogen at consent", &["U02"])),
    (7, Says("latest ldl at consent > latest hdl at consent", &[])),
    (8, Is("calcium 10 mg/dL", "mmol/L", "2.495")),
    (8, Is("calcium 10 mg/dL", "meq/L", "4.99")),
    (9, Is("potassium 1 meq/L", "mmol/L", "1")),
    (9, Is("calcium 1 meq/L", "mmol/L", "0.5")),
    (9, Refused("1 meq/L", "mmol/L", "U02")),
    (10, Is("haemoglobin 10 g/dL", "mmol/L", "6.206")),
    (11, Is("testosterone 50 ng/dL", "nmol/L", "1.734")),
    (12, Is("25-OH vitamin D 20 ng/mL", "nmol/L", "49.92")),
    (13, Is("UACR 30 mg/g", "mg/mmol", "3.394")),
    (13, Refused("30 mg/g", "mg/mmol", "U02")),
    (14, Is("HbA1c 48 mmol/mol", "%", "6.543")),
    (14, Refused("48 mmol/mol", "%", "U02")),
    (15, Is("HbA1c 7.5 %", "mmol/mol", "58.46")),
    (17, Advises("latest hba1c at consent >= 7.5 mmol/mol", "U03", "did you mean 7.5 %")),
    (17, Says("latest hba1c at consent >= 58 mmol/mol", &[])),
    (
        18,
        Advises(
            "latest platelets at consent < 100,000 /L",
            "U03",
            "did you mean 100,000 /uL (= 100 10*9/L)?",
        ),
    ),
    (18, Says("latest platelets at consent < 100,000 /uL", &[])),
    (19, Is("platelets 100 10*3/uL", "10*9/L", "100")),
    (19, Is("platelets 100 10*3/uL", "/mm3", "100000")),
    (20, Advises("latest platelets at consent < 100 x109/L", "U13", "write `100 10*9/L`")),
    (20, Says("latest platelets at consent < 100 x10^9/L", &[])),
    (20, Says("latest platelets at consent < 100 109/L", &["G10"])),
    (21, Advises("latest platelets at consent < 100 K/uL", "U02", "write `10*3/uL`")),
    (21, Says("latest platelets at consent < 100 10*3/uL", &[])),
    (22, Refused("platelets 1 mmol/L", "10*9/L", "U02")),
    (23, Says("latest blood_ph at consent < 7.3 [pH]", &[])),
    (23, Advises("latest blood_ph at consent < 7.3 pH", "U02", "write `[pH]`")),
    (23, Is("7.4 [pH]", "nmol/L", "39.81")),
    (24, Advises("latest body_temperature at consent > 38 C", "U02", "write `Cel`")),
    (24, Advises("latest body_temperature at consent > 98.6 F", "U02", "write `[degF]`")),
    (25, Is("body temperature 38.5 Cel", "[degF]", "101.3")),
    (28, Is("120 mmHg", "kPa", "16")),
    (29, Is("ALT 1 U/L", "nkat/L", "16.67")),
    (30, Is("TSH 1 m[IU]/L", "u[IU]/mL", "1")),
    (31, Is("1 [IU]/mL", "[IU]/L", "1000")),
    (32, Refused("1 [IU]", "[arb'U]", "U02")),
    (33, Says("insulin_per_weight at consent > 1 [IU]/kg/d", &[])),
    (33, Is("insulin_per_weight 1.0 U/day/kg", "[IU]/kg/d", "1")),
    (34, Refused("insulin_level 10 u[IU]/mL", "pmol/L", "U02")),
    (35, Refused("1 mg/kg.d", "mg/kg/d", "U02")),
    (36, Is("1 ug/kg/min", "mg/kg/h", "0.06")),
    (37, Refused("1 mg/kg", "%", "U02")),
    (37, Refused("1 mg/kg/d", "Bq", "U02")),
    (38, Refused("85 mg/m2", "kg/m2", "U02")),
    (39, Refused("eGFR 60 mL/min/{1.73_m2}", "mL/min", "U02")),
    (40, Advises("latest egfr at consent < 60 mL/min/1.73.m2", "U02", "write `mL/min/{1.73_m2}`")),
    (40, Says("latest egfr at consent < 60 mL/min/1.73m2", &[])),
    (41, Says("latest alt at consent <= 3 x ULN", &[])),
    (41, Refused("ALT 3 x ULN", "U/L", "U02")),
    (42, Is("HIV viral load 3 log10 copies/mL", "copies/mL", "1000")),
    (43, Refused("1000 copies/mL", "[IU]/mL", "U02")),
    (44, Refused("lipoprotein_a_mass 50 mg/dL", "nmol/L", "U02")),
    (45, Refused("1 ug/mL{FEU}", "ug/mL{DDU}", "U02")),
    (46, Says("latest inr at consent > 1.5", &[])),
    (46, Says("latest inr at consent > 1.5 %", &["U02"])),
    (47, Says("change of lvef from consent to randomization <= -10 %", &["N12"])),
    (47, Says("percent change of lvef from consent to randomization <= -10 %", &[])),
    (50, Says("age at consent >= 18 years", &[])),
    (50, Says("age at consent >= 18 a", &["U02"])),
    (51, Is("1 wk", "d", "7")),
    (52, Is("QTcF 470 ms", "s", "0.47")),
    (52, Advises("latest qtcf at consent > 470 s", "U03", "did you mean 470 ms?")),
    (53, Is("weight 110 [lb_av]", "kg", "49.9")),
    (54, Says("latest creatinine at consent > 1.5 mg/dL (133 umol/L)", &[])),
    (54, Advises("latest creatinine at consent > 1.5 mg/dL (153 umol/L)", "U14", "write `(133 umol/L)`")),
    (55, Says("latest creatinine at consent > 1,5 mg/dL", &["G08"])),
    (55, Says("latest platelets at consent > 100,000 /uL", &[])),
    (56, Advises("latest creatinine at consent > 1.5 MG/DL", "U11", "did you mean `mg/dL`?")),
];

fn criterion(body: &str) -> Compilation {
    compile_snippet(&format!("eligibility for randomization {{\n  include I1 \"As it stands\": {body}\n}}\n"))
}

/// The codes of families U, N, T, K and G that are said of the criterion, with the help.
fn said(compilation: &Compilation) -> Vec<(&'static str, String)> {
    let own = compilation.sources.find(snippet::FILE).expect("the snippet is read");
    let heard = compilation.diagnostics.iter().filter(|found| found.primary.span.file == own);
    let of_family = heard.filter(|found| found.code.id.starts_with(['U', 'N', 'T', 'K', 'G', 'B']));
    of_family.map(|found| (found.code.id, found.help.clone().unwrap_or_default())).collect()
}

#[test]
fn the_table_of_hard_cases_holds() {
    let mut wrong = Vec::new();
    for (number, case) in CASES {
        match case {
            Is(question, to, expected) => {
                let replied = lookup::convert(&MEASURES, question, Some(to));
                let shown = replied.answer.map(|answer| answer.results[0].shown.clone());
                if shown.as_deref() != Some(*expected) {
                    wrong.push(format!("{number}: {question} in {to}: {shown:?}, not {expected}"));
                }
            }
            Refused(question, to, code) => {
                let replied = lookup::convert(&MEASURES, question, Some(to));
                let codes: Vec<_> = replied.diagnostics.iter().map(|found| found.code.id).collect();
                if replied.answer.is_some() || !codes.contains(code) {
                    wrong.push(format!("{number}: {question} in {to}: {codes:?}, not {code}"));
                }
            }
            Says(body, expected) => {
                let codes: BTreeSet<_> = said(&criterion(body)).into_iter().map(|(code, _)| code).collect();
                if codes != expected.iter().copied().collect() {
                    wrong.push(format!("{number}: {body}: {codes:?}, not {expected:?}"));
                }
            }
            Advises(body, code, help) => {
                let said = said(&criterion(body));
                if !said.iter().any(|(other, text)| other == code && text.contains(help)) {
                    wrong.push(format!("{number}: {body}: {said:?}, not {code} {help}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

/// Cases that no question and no criterion can put: each has a test of its own below.
const BY_THEMSELVES: [u32; 5] = [16, 26, 27, 48, 57];

#[test]
fn no_hard_case_is_left_out() {
    let with_49 = BY_THEMSELVES.into_iter().chain([49]);
    let held: BTreeSet<u32> = CASES.iter().map(|(number, _)| *number).chain(with_49).collect();
    assert_eq!(held, (1..=57).collect());
}

#[test]
fn case_2_glucose_of_126_mg_per_dl_is_less_than_7_mmol_per_l() {
    let replied = lookup::convert(&MEASURES, "glucose 126 mg/dL", Some("mmol/L"));
    assert!(replied.answer.expect("answered").results[0].value < exact("7.0"));
}

#[test]
fn case_16_a_percentage_point_of_hba1c_uses_the_slope_alone() {
    let hba1c = Analyte::new("HbA1c").with_scale(Scale::HbA1c);
    let change =
        units::convert_difference(&exact("1"), &unit("%"), &unit("mmol/mol"), &hba1c).expect("converts");
    assert_eq!(change.shown(), "10.93");
    let point = units::convert(&exact("1"), &unit("%"), &unit("mmol/mol"), &hba1c).expect("converts");
    assert!(point.value.is_negative(), "a value of 1 % lies below the offset: {}", point.shown());
}

#[test]
fn case_26_and_27_a_rise_of_temperature_is_no_point_and_no_rate() {
    let rise = |to| units::convert_difference(&exact("1"), &unit("Cel"), &unit(to), &Analyte::default());
    assert_eq!(rise("[degF]").expect("converts").value, exact("1.8"));
    assert!(parse("Cel/h").is_err());
    assert!(parse("K/h").is_ok());
}

#[test]
fn case_28_pressure_is_exact() {
    let pressure = converted("120", "mmHg", "kPa", &Analyte::default()).expect("converts");
    assert_eq!(pressure.value, exact("15.99864"));
}

#[test]
fn case_42_a_drop_of_one_log_is_tenfold() {
    let log = unit("log10 copies/mL");
    let fold =
        units::convert_difference(&exact("-1"), &log, &unit("1"), &Analyte::default()).expect("a ratio");
    assert_eq!(fold.value, exact("0.1"));
}

#[test]
fn case_48_and_49_calendar_months_and_years_are_no_fixed_durations() {
    let later = |from: Date, months: i64| {
        time::shift(from, model::Direction::After, &model::Duration::Months(months)).expect("a date").date
    };
    assert_eq!(later(date(2024, 1, 31), 1), date(2024, 2, 29));
    assert_eq!(later(date(2024, 2, 29), 12), date(2025, 2, 28));
    let month = converted("1", "mo", "d", &Analyte::default()).expect("converts").value;
    assert_eq!(month, exact("30.4375"));
    assert_eq!(converted("18", "a", "d", &Analyte::default()).expect("converts").value, exact("6574.5"));
    assert!(parse("month").is_err() && parse("years").is_err());
}

#[test]
fn case_51_months_and_days_do_not_meet() {
    let said = |body: &str| -> Vec<_> { said(&criterion(body)).into_iter().map(|(code, _)| code).collect() };
    assert_eq!(said("time from consent to randomization <= 90 days"), Vec::<&str>::new());
    let mixed = "for at least (3 months - 90 days) before randomization";
    assert!(!said(mixed).is_empty(), "{mixed}");
}

#[test]
fn case_57_endless_units_are_refused_in_milliseconds() {
    let chain = "m.".repeat(200_000) + "m";
    let nested = format!("{}m{}", "(".repeat(100_000), ")".repeat(100_000));
    for text in [chain, nested, "m999999999".to_owned()] {
        let start = Instant::now();
        assert!(parse(&text).is_err());
        assert!(start.elapsed() < Duration::from_millis(50), "{:?}", start.elapsed());
        let start = Instant::now();
        let question = format!("120 {text}");
        assert!(lookup::convert(&MEASURES, &question, Some("kPa")).answer.is_none());
        assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    }
}
