//! What others say of the same things: masses, values of intensive care, codes of patients.

use super::*;

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
