//! Plausible ranges: wide enough for people, narrow enough for slips.

use super::*;

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
