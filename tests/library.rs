//! The standard library: every item has a meaning, every name is at hand, and its numbers agree with what others say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use trialc::compile::{Compilation, compile};
use trialc::library;
use trialc::model::{Measure, MeasureKind, QuantityMeasure, Trial};
use trialc::number::Exact;
use trialc::source::{LoadError, Loader};
use trialc::units::{self, Analyte};

/// Files by their path.
struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

const HEADER: &str = "trial every_name \"Every name of the library\" { id: sponsor \"LIB\"; phase: 1 }\n\
                      event consent \"Consent\"\n";

fn compiled(files: impl IntoIterator<Item = (String, String)>) -> Compilation {
    compile(&Files(files.into_iter().collect()), "trial.trial").expect("the main file is there")
}

fn told(compilation: &Compilation) -> Vec<String> {
    let line = |diagnostic: &trialc::diagnostics::Diagnostic| {
        let source = compilation.sources.get(diagnostic.primary.span.file);
        let position = source.position(diagnostic.primary.span.start as usize);
        let words = compilation.sources.text(diagnostic.primary.span);
        format!("{}:{} {} {} `{words}`", source.path, position.line, diagnostic.code.id, diagnostic.message)
    };
    compilation.diagnostics.iter().map(line).collect()
}

fn errors(compilation: &Compilation) -> Vec<String> {
    let lines = told(compilation).into_iter().zip(&compilation.diagnostics);
    lines.filter(|(_, one)| one.is_error()).map(|(line, _)| line).collect()
}

/// A protocol that collects every name of every library at one visit, so that each is asked for by its name alone.
fn with_every_name() -> Compilation {
    let names: Vec<&str> = library::NAMES.iter().flat_map(|name| library::declared(name)).collect();
    let text = format!(
        "{HEADER}use {}\nschedule {{\n  epoch only \"Only\" {{ visit v \"Visit\": on consent }}\n  collect {} at v\n}}\n",
        library::NAMES.join(", "),
        names.join(", ")
    );
    compiled([("trial.trial".to_owned(), text)])
}

/// The trial of [`with_every_name`], compiled once for all tests.
fn trial() -> &'static Trial {
    static TRIAL: OnceLock<Trial> = OnceLock::new();
    TRIAL.get_or_init(|| {
        let compilation = with_every_name();
        let errors = errors(&compilation);
        compilation.trial.unwrap_or_else(|| panic!("the library does not compile:\n{}", errors.join("\n")))
    })
}

fn quantities(trial: &Trial) -> impl Iterator<Item = (&String, &Measure, &QuantityMeasure)> {
    trial.measures.iter().filter_map(|(name, measure)| Some((name, measure, measure.quantity()?)))
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

fn analyte(measure: &Measure) -> Analyte {
    measure.analyte()
}

// ---- every item has a meaning -----------------------------------------------------------------------------------

#[test]
fn every_library_compiles_without_a_word() {
    // As the author's own files, so that the lints look at them too.
    let mut files = vec![];
    for name in library::NAMES {
        files.push((
            format!("{}.trial", name.replace('.', "_")),
            library::text(name).unwrap_or_default().to_owned(),
        ));
    }
    let uses: Vec<String> = files.iter().map(|(path, _)| format!("\"{path}\"")).collect();
    files.push(("trial.trial".to_owned(), format!("{HEADER}use {}\n", uses.join(", "))));
    let compilation = compiled(files);
    let of_library: Vec<String> =
        told(&compilation).into_iter().filter(|line| !line.starts_with("trial.trial")).collect();
    assert!(of_library.is_empty(), "{} findings\n{}", of_library.len(), of_library.join("\n"));
}

#[test]
fn every_name_is_at_hand_once_its_library_is_in_use() {
    let compilation = with_every_name();
    let errors = errors(&compilation);
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let trial = trial();
    for name in library::NAMES.iter().flat_map(|name| library::declared(name)) {
        assert!(
            trial.measures.contains_key(name) || trial.concepts.contains_key(name),
            "`{name}` is not reachable"
        );
    }
}

#[test]
fn a_name_without_its_library_is_an_error_that_names_the_library() {
    let text = format!(
        "{HEADER}schedule {{ epoch e \"E\" {{ visit v \"V\": on consent }}\n collect ferritin at v }}\n"
    );
    let compilation = compiled([("trial.trial".to_owned(), text)]);
    let found =
        compilation.diagnostics.iter().find(|one| compilation.sources.text(one.primary.span) == "ferritin");
    let help = found.and_then(|one| one.help.clone()).unwrap_or_default();
    assert!(help.contains("use std.labs"), "{help:?} of {}", told(&compilation).join("\n"));
}

#[test]
fn codes_have_the_form_of_their_terminology() {
    let trial = trial();
    let is_loinc = |code: &str| {
        let (number, check) = code.split_once('-').unwrap_or_default();
        // LOINC's check digit is that of Luhn.
        let mut sum = 0;
        for (place, digit) in number.bytes().rev().enumerate() {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            sum += digit / 10 + digit % 10;
        }
        ((10 - sum % 10) % 10).to_string() == check
    };
    for (name, measure) in &trial.measures {
        if let Some(code) = &measure.loinc {
            assert!(is_loinc(&code.code), "{name}: LOINC {} has a wrong check digit", code.code);
            assert!(code.display.is_some(), "{name}: LOINC asks for its display name beside the code");
        }
    }
    assert!(!is_loinc("4548-5"), "a near miss");
    for (name, concept) in &trial.concepts {
        for (system, codes) in &concept.codes {
            for code in codes {
                let code = code.code.as_str();
                let fits = match system.as_str() {
                    "snomed" => is_verhoeff(code),
                    "rxnorm" => code.bytes().all(|byte| byte.is_ascii_digit()),
                    "atc" => is_atc(code),
                    "icd10" => is_icd10(code),
                    _ => false,
                };
                assert!(fits, "{name}: `{code}` is no code of {system}");
            }
        }
    }
    assert!(!is_verhoeff("44054007"), "a near miss");
}

/// LOINC says in brackets what is measured: it must be what the first unit of the measure measures.
#[test]
fn the_property_of_a_loinc_code_is_that_of_the_unit() {
    const PROPERTIES: &[(&str, &str)] = &[
        ("[Mass/volume]", "mass concentration"),
        ("[Moles/volume]", "molar concentration"),
        ("[Enzymatic activity/volume]", "catalytic concentration"),
        ("[Mass/time]", "mass rate"),
        ("[Mass Ratio]", "mass per mass"),
        ("[Volume]", "volume"),
        ("[Entitic volume]", "volume"),
        ("[Entitic mass]", "mass"),
        ("[Partial pressure]", "pressure"),
    ];
    let kind = |display: &str, unit: &units::Unit| {
        let property = PROPERTIES.iter().find(|(property, _)| display.contains(property))?;
        let measured = unit.kind();
        Some((property.1.to_owned(), measured.split(',').next().unwrap_or_default().to_owned()))
    };
    let mut checked = 0;
    for (name, measure, quantity) in quantities(trial()) {
        let (Some(code), Some(unit)) = (&measure.loinc, &quantity.unit) else { continue };
        let unit = units::parse(&unit.written).expect("a unit");
        let display = code.display.as_deref().unwrap_or_default();
        if let Some((property, measured)) = kind(display, &unit) {
            checked += 1;
            assert_eq!(property, measured, "{name}: {} {display} in `{unit}`", code.code);
        } else if display.contains("[#/volume]") {
            assert_eq!(unit.dimension().exponent(units::Base::Length), -3, "{name}: {display} in `{unit}`");
        } else if display.contains("[Units/volume]") {
            assert!(
                unit.dimension().own().len() == 1 || unit.code().contains("[arb'U]"),
                "{name}: {display} in `{unit}`"
            );
        }
    }
    assert!(checked > 70, "{checked} codes");
    let near_miss =
        kind("Creatinine [Moles/volume] in Serum or Plasma", &units::parse("mg/dL").expect("a unit"));
    assert!(near_miss.is_some_and(|(property, measured)| property != measured));
}

/// SNOMED CT identifiers end with a check digit by Verhoeff.
fn is_verhoeff(code: &str) -> bool {
    const D: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const P: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    code.len() >= 6
        && code.bytes().all(|byte| byte.is_ascii_digit())
        && code.bytes().rev().enumerate().fold(0, |check: u8, (place, digit)| {
            D[usize::from(check)][usize::from(P[place % 8][usize::from(digit - b'0')])]
        }) == 0
}

/// `A10BA02`, or a group of it: one letter, two digits, a letter, a letter, two digits.
fn is_atc(code: &str) -> bool {
    let shape: String = code.chars().map(|c| if c.is_ascii_digit() { '0' } else { 'A' }).collect();
    ["A00", "A00A", "A00AA", "A00AA00"].contains(&shape.as_str())
        && code.bytes().all(|byte| !byte.is_ascii_lowercase())
}

/// `E11`, `E11.3`.
fn is_icd10(code: &str) -> bool {
    let bytes = code.as_bytes();
    (3..=5).contains(&bytes.len())
        && bytes[0].is_ascii_uppercase()
        && bytes[1..3].iter().all(u8::is_ascii_digit)
        && (bytes.len() == 3 || bytes[3] == b'.' && bytes.len() == 5 && bytes[4].is_ascii_digit())
}

// ---- measures -----------------------------------------------------------------------------------------------------

#[test]
fn every_accepted_unit_reads_and_converts_into_the_first() {
    let trial = trial();
    let mut checked = 0;
    for (name, measure, quantity) in quantities(trial) {
        for unit in quantity.unit.iter().chain(&quantity.units) {
            let read = units::parse(&unit.written).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read.advice().is_none(), "{name}: `{}` is a doubtful unit", unit.written);
        }
        let Some(first) = &quantity.unit else { continue };
        let to = units::parse(&first.ucum).expect("read above");
        for other in &quantity.units {
            let from = units::parse(&other.ucum).expect("read above");
            let converted = units::convert(&Exact::one(), &from, &to, &analyte(measure));
            assert!(
                converted.is_ok(),
                "{name}: {} into {}: {:?}",
                other.written,
                first.written,
                converted.err()
            );
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked} conversions");
}

/// Measures of the laboratory and of vital signs to which no single code belongs.
const WITHOUT_CODE: &[(&str, &str)] = &[
    ("pregnancy_test", "in urine or in serum"),
    ("tb_test", "of the skin or of blood"),
    ("sars_cov_2_test", "of antigen or of nucleic acid"),
    ("drug_screen", "a panel"),
    ("waist_circumference", "the codes are of one way to measure each: at the umbilicus, at the iliac crest"),
    ("hip_circumference", "the codes are of one survey's way to measure each"),
];

#[test]
fn each_measure_of_the_laboratory_and_of_vital_signs_has_its_loinc_code() {
    let names = ["std.labs", "std.vitals"].map(library::declared).concat();
    let measures = names.iter().filter_map(|name| trial().measures.get_key_value(*name));
    let mut without: Vec<&str> = measures
        .filter(|(_, measure)| measure.loinc.is_none())
        .filter(|(_, measure)| match &measure.kind {
            // A formula of ours has the source of its formula; the code is that of what a laboratory reports.
            MeasureKind::Quantity(quantity) => quantity.formula_of.is_none(),
            _ => true,
        })
        .map(|(name, _)| name.as_str())
        .collect();
    let mut expected: Vec<&str> = WITHOUT_CODE.iter().map(|(name, _)| *name).collect();
    without.sort_unstable();
    expected.sort_unstable();
    assert_eq!(without, expected);
}

#[test]
fn an_analyte_of_known_mass_has_an_amount_and_a_mass_or_an_equivalent() {
    let mut seen = 0;
    for (name, measure, quantity) in quantities(trial()) {
        if quantity.formula.is_none() && quantity.molar_mass.is_none() {
            continue;
        }
        seen += 1;
        let units: Vec<&str> =
            quantity.unit.iter().chain(&quantity.units).map(|unit| unit.ucum.as_str()).collect();
        let has = |signs: &[&str]| units.iter().any(|unit| signs.iter().any(|sign| unit.contains(sign)));
        assert!(has(&["mol"]) && has(&["g/", "eq/"]), "{name} ({}): {units:?}", measure.label);
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn there_are_about_a_hundred_and_twenty_measures_of_the_laboratory() {
    let measures = library::declared("std.labs").len();
    assert!((110..=200).contains(&measures), "{measures}");
}

/// Limits of normal of adults, as handbooks give them, in the unit written.
const NORMAL: &[(&str, &str, &str, &str)] = &[
    ("hemoglobin", "12.0", "17.5", "g/dL"),
    ("hematocrit", "0.36", "0.53", "L/L"),
    ("platelets", "150", "450", "10*9/L"),
    ("leukocytes", "4", "11", "10*9/L"),
    ("anc", "1,800", "7,700", "/uL"),
    ("lymphocytes", "1,000", "4,800", "/uL"),
    ("inr", "0.8", "1.2", ""),
    ("pt", "10", "13", "s"),
    ("aptt", "25", "36", "s"),
    ("fibrinogen", "2", "4", "g/L"),
    ("creatinine", "60", "110", "umol/L"),
    ("urea_nitrogen", "7", "20", "mg/dL"),
    ("uric_acid", "200", "420", "umol/L"),
    ("egfr", "90", "120", "mL/min/{1.73_m2}"),
    ("sodium", "135", "145", "mmol/L"),
    ("potassium", "3.5", "5.1", "mmol/L"),
    ("chloride", "98", "107", "mmol/L"),
    ("bicarbonate", "22", "29", "mmol/L"),
    ("calcium", "2.15", "2.55", "mmol/L"),
    ("magnesium", "0.66", "1.07", "mmol/L"),
    ("phosphate", "0.8", "1.5", "mmol/L"),
    ("alt", "7", "56", "U/L"),
    ("ast", "0.17", "0.67", "ukat/L"),
    ("alp", "40", "130", "U/L"),
    ("ggt", "8", "61", "U/L"),
    ("bilirubin_total", "5", "21", "umol/L"),
    ("albumin", "35", "52", "g/L"),
    ("ldh", "125", "220", "U/L"),
    ("lipase", "13", "60", "U/L"),
    ("creatine_kinase", "30", "200", "U/L"),
    ("hba1c", "20", "42", "mmol/mol"),
    ("glucose", "3.9", "5.6", "mmol/L"),
    ("fasting_glucose", "70", "99", "mg/dL"),
    ("c_peptide", "0.3", "1.3", "nmol/L"),
    ("cholesterol_total", "3", "5.2", "mmol/L"),
    ("ldl", "50", "130", "mg/dL"),
    ("hdl", "1.0", "2.1", "mmol/L"),
    ("triglycerides", "0.4", "1.7", "mmol/L"),
    ("hs_crp", "0.1", "3", "mg/L"),
    ("nt_pro_bnp", "5", "125", "pg/mL"),
    ("tsh", "0.4", "4.0", "m[IU]/L"),
    ("free_t4", "12", "22", "pmol/L"),
    ("cortisol", "140", "690", "nmol/L"),
    ("testosterone_level", "10", "35", "nmol/L"),
    ("vitamin_d", "50", "125", "nmol/L"),
    ("ferritin", "15", "300", "ug/L"),
    ("iron", "10", "30", "umol/L"),
    ("vitamin_b12", "150", "700", "pmol/L"),
    ("blood_ph", "7.35", "7.45", "[pH]"),
    ("pao2", "10", "13.3", "kPa"),
    ("paco2", "35", "45", "mm[Hg]"),
    ("psa", "0.1", "4", "ng/mL"),
    ("systolic_bp", "90", "140", "mm[Hg]"),
    ("diastolic_bp", "8", "12", "kPa"),
    ("heart_rate", "50", "100", "/min"),
    ("respiratory_rate", "12", "20", "/min"),
    ("body_temperature", "97", "99.5", "[degF]"),
    ("height", "1.45", "2.0", "m"),
    ("weight", "45", "120", "kg"),
    ("oxygen_saturation", "94", "100", "%"),
    ("lvef", "50", "70", "%"),
    ("qtcf", "350", "450", "ms"),
    ("qrs_duration", "0.06", "0.1", "s"),
    ("fev1", "2", "5", "L"),
    ("insulin_daily_dose", "10", "120", "[IU]/d"),
    ("adas_cog", "0", "10", ""),
    ("edss", "0", "6.5", ""),
];

#[test]
fn healthy_values_are_plausible_in_whatever_unit() {
    let trial = trial();
    for (name, low, high, unit) in NORMAL {
        let measure = trial.measures.get(*name).unwrap_or_else(|| panic!("there is no `{name}`"));
        let quantity = measure.quantity().unwrap_or_else(|| panic!("`{name}` has no quantity"));
        let (least, most) =
            quantity.plausible.clone().unwrap_or_else(|| panic!("`{name}` has no plausible range"));
        for value in [low, high] {
            let number = exact(&value.replace(',', ""));
            let number = match &quantity.unit {
                Some(home) => {
                    let (from, to) =
                        (units::parse(unit).expect("a unit"), units::parse(&home.ucum).expect("a unit"));
                    units::convert(&number, &from, &to, &analyte(measure)).expect("converts").value
                }
                None => number,
            };
            assert!(least <= number && number <= most, "{name}: {value} {unit} is said to be implausible");
        }
    }
}

#[test]
fn a_slip_of_the_unit_is_implausible() {
    let trial = trial();
    for (name, value, unit) in [
        ("platelets", "100000", "/L"),
        ("creatinine", "1.5", "ng/dL"),
        ("hba1c", "7.5", "mmol/mol"),
        ("height", "1.75", "cm"),
        ("glucose", "5.5", "mg/dL"),
        ("hemoglobin", "14", "g/L"),
        ("sodium", "140", "umol/L"),
        ("weight", "80", "g"),
    ] {
        let measure = &trial.measures[name];
        let quantity = measure.quantity().expect("a quantity");
        let (least, most) = quantity.plausible.clone().expect("a range");
        let home = units::parse(&quantity.unit.as_ref().expect("a unit").ucum).expect("a unit");
        let from = units::parse(unit).expect("a unit");
        let number = units::convert(&exact(value), &from, &home, &analyte(measure)).expect("converts").value;
        assert!(number < least || number > most, "{name}: {value} {unit} should be implausible");
    }
}

#[test]
fn every_quantity_has_a_plausible_range_that_is_a_range() {
    for (name, _, quantity) in quantities(trial()) {
        let Some((low, high)) = &quantity.plausible else { panic!("`{name}` has no plausible range") };
        assert!(low < high, "{name}");
    }
}

// ---- against what others say --------------------------------------------------------------------------------------

fn shared(path: &str) -> Option<String> {
    let text = fs::read_to_string(Path::new("../shared/data/units").join(path)).ok();
    if text.is_none() {
        eprintln!("skipped: ../shared/data/units/{path} is not here");
    }
    text
}

#[test]
fn molar_masses_are_those_of_the_shared_table() {
    let Some(table) = shared("analytes_molar_computed.csv") else { return };
    const NAMES: &[(&str, &str)] = &[
        ("creatinine", "creatinine"),
        ("glucose", "glucose"),
        ("cholesterol", "ldl"),
        ("triglycerides (triolein)", "triglycerides"),
        ("urea", "urea"),
        ("urea nitrogen (2N)", "urea_nitrogen"),
        ("uric acid", "uric_acid"),
        ("bilirubin", "bilirubin_total"),
        ("calcium", "calcium"),
        ("magnesium", "magnesium"),
        ("phosphate (as P)", "phosphate"),
        ("sodium", "sodium"),
        ("potassium", "potassium"),
        ("chloride", "chloride"),
        ("bicarbonate", "bicarbonate"),
        ("lactate (as lactic acid)", "lactate"),
        ("iron", "iron"),
        ("zinc", "zinc"),
        ("copper", "copper"),
        ("lead", "lead"),
        ("lithium", "lithium_level"),
        ("ammonia (NH3)", "ammonia"),
        ("cortisol", "cortisol"),
        ("testosterone", "testosterone_level"),
        ("estradiol", "estradiol_level"),
        ("progesterone", "progesterone_level"),
        ("free T4", "free_t4"),
        ("free T3", "free_t3"),
        ("25-OH vitamin D3", "vitamin_d"),
        ("folate", "folate"),
        ("cobalamin (cyanocobalamin)", "vitamin_b12"),
        ("homocysteine", "homocysteine"),
        ("ethanol", "ethanol_level"),
        ("acetaminophen", "paracetamol_level"),
        ("theophylline", "theophylline_level"),
        ("phenytoin", "phenytoin_level"),
        ("carbamazepine", "carbamazepine_level"),
        ("valproic acid", "valproate_level"),
        ("digoxin", "digoxin_level"),
        ("methotrexate", "methotrexate_level"),
        ("tacrolimus", "tacrolimus_level"),
        ("cyclosporine", "ciclosporin_level"),
        ("aldosterone", "aldosterone_level"),
        ("beta-hydroxybutyrate", "beta_hydroxybutyrate"),
    ];
    let trial = trial();
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let mut checked = BTreeSet::new();
    for row in rows.records() {
        let row = row.expect("a row");
        let Some((_, name)) = NAMES.iter().find(|(analyte, _)| *analyte == &row[0]) else { continue };
        let measure = &trial.measures[*name];
        let quantity = measure.quantity().expect("a quantity");
        let mass =
            units::molar_mass(quantity.formula.as_deref().unwrap_or_default()).expect("a formula").to_f64();
        let theirs: f64 = row[2].parse().expect("a number");
        assert!((mass / theirs - 1.0).abs() < 2e-5, "{name}: {mass} g/mol, the table says {theirs}");
        let (from, to) = (units::parse(&row[4]).expect("a unit"), units::parse(&row[5]).expect("a unit"));
        let ours =
            units::convert(&Exact::one(), &from, &to, &analyte(measure)).expect("converts").value.to_f64();
        let factor: f64 = row[6].parse().expect("a number");
        assert!(
            (ours / factor - 1.0).abs() < 2e-5,
            "{name}: 1 {} is {ours} {}, the table says {factor}",
            &row[4],
            &row[5]
        );
        checked.insert(*name);
    }
    assert_eq!(checked.len(), NAMES.len(), "each named analyte stands in the table");
}

#[test]
fn typical_values_of_intensive_care_are_plausible() {
    let Some(table) = shared("mimic_extract_variable_ranges.csv") else { return };
    const NAMES: &[(&str, &str, &str)] = &[
        ("Alanine aminotransferase", "alt", "U/L"),
        ("Albumin", "albumin", "g/dL"),
        ("Alkaline phosphate", "alp", "U/L"),
        ("Anion Gap", "anion_gap", "mmol/L"),
        ("Asparate aminotransferase", "ast", "U/L"),
        ("Bicarbonate", "bicarbonate", "mmol/L"),
        ("Blood urea nitrogen", "urea_nitrogen", "mg/dL"),
        ("Chloride", "chloride", "mmol/L"),
        ("Cholesterol", "cholesterol_total", "mg/dL"),
        ("Creatinine", "creatinine", "mg/dL"),
        ("Diastolic blood pressure", "diastolic_bp", "mm[Hg]"),
        ("Glucose", "glucose", "mg/dL"),
        ("Heart Rate", "heart_rate", "/min"),
        ("Height", "height", "cm"),
        ("Hematocrit", "hematocrit", "%"),
        ("Hemoglobin", "hemoglobin", "g/dL"),
        ("Lactate", "lactate", "mmol/L"),
        ("Lactate dehydrogenase", "ldh", "U/L"),
        ("Magnesium", "magnesium", "mg/dL"),
        ("Mean blood pressure", "mean_arterial_pressure", "mm[Hg]"),
        ("Oxygen saturation", "oxygen_saturation", "%"),
        ("Partial pressure of carbon dioxide", "paco2", "mm[Hg]"),
        ("Partial pressure of oxygen", "pao2", "mm[Hg]"),
        ("Partial thromboplastin time", "aptt", "s"),
        ("pH", "blood_ph", "[pH]"),
        ("Phosphate", "phosphate", "mg/dL"),
        ("Platelets", "platelets", "10*9/L"),
        ("Potassium", "potassium", "mmol/L"),
        ("Prothrombin time", "pt", "s"),
        ("Respiratory rate", "respiratory_rate", "/min"),
        ("Sodium", "sodium", "mmol/L"),
        ("Systolic blood pressure", "systolic_bp", "mm[Hg]"),
        ("Temperature", "body_temperature", "Cel"),
        ("Weight", "weight", "kg"),
        ("White blood cell count", "leukocytes", "10*9/L"),
    ];
    let trial = trial();
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let mut checked = 0;
    for row in rows.records() {
        let row = row.expect("a row");
        let Some((_, name, unit)) =
            NAMES.iter().find(|(variable, _, _)| variable.eq_ignore_ascii_case(&row[0]))
        else {
            continue;
        };
        let Ok(typical) = row[4].parse::<Exact>() else { continue };
        let measure = &trial.measures[*name];
        let quantity = measure.quantity().expect("a quantity");
        let home = units::parse(&quantity.unit.as_ref().expect("a unit").ucum).expect("a unit");
        let typical =
            units::convert(&typical, &units::parse(unit).expect("a unit"), &home, &analyte(measure))
                .expect("converts")
                .value;
        let (low, high) = quantity.plausible.clone().expect("a range");
        assert!(low <= typical && typical <= high, "{name}");
        checked += 1;
    }
    assert!(checked >= 30, "{checked} variables");
}

#[test]
fn codes_are_those_of_the_shared_patients() {
    let path = Path::new("../shared/data/patients/synthea_fhir_r4.ndjson");
    let Ok(text) = fs::read_to_string(path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let trial = trial();
    let has = |system: &str, code: &str| {
        text.contains(&format!("\"system\":\"{system}\",\"code\":\"{code}\""))
            || text.contains(&format!("\"code\":\"{code}\""))
    };
    // What the bundles call by these words is the same code here.
    for (name, words) in [
        ("alt", "Alanine aminotransferase"),
        ("hba1c", "Hemoglobin A1c"),
        ("systolic_bp", "Systolic Blood Pressure"),
        ("psa", "Prostate specific Ag"),
    ] {
        let code = trial.measures[name].loinc.as_ref().expect("a code").code.clone();
        assert!(has("http://loinc.org", &code) && text.contains(words), "{name} {code}");
    }
    for (name, code) in [
        ("t2dm", "44054006"),
        ("asthma", "195967001"),
        ("atrial_fibrillation", "49436004"),
        ("gout", "90560007"),
    ] {
        assert_eq!(trial.concepts[name].codes["snomed"][0].code, code);
        assert!(has("http://snomed.info/sct", code), "{name}");
    }
}
