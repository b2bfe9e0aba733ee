//! Codes have the form of their terminology, say what the unit says, and are there.

use super::*;

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
