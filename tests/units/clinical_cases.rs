//! The 96 clinical conversions, twice: in UCUM's reading all of them, in ours all but the listed refusals.

use trialc::units::{Analyte, parse, pure};

use crate::{close, converted, exact, shared};

/// Conversions that UCUM allows and a protocol must not: from, to, why.
const REFUSED: &[(&str, &str, &str)] = &[
    ("[IU]/kg", "[IU]/g", "the kilogram below a dose is body weight, the gram is not"),
    ("mmol/mol", "%", "a molar ratio is no percentage; HbA1c has its own conversion"),
    ("meq/L", "mmol/L", "needs the valence of the ion"),
    ("mmol/L", "10*9/L", "a mole is no number"),
    ("mol", "10*23", "a mole is no number"),
    ("mL/min/{1.73_m2}", "mL/min", "a normalised filtration rate is no individual clearance"),
    ("osm/kg", "mol/kg", "osmoles count particles of every sort, and need no body weight"),
    ("/[HPF]", "1", "a microscope's field is no number"),
    ("[hnsf'U]", "1", "Hounsfield units are no ratio"),
    ("mL/dL", "%", "a volume share is a percentage only where the measure says so"),
    ("L/L", "%", "a volume share is a percentage only where the measure says so"),
];

fn cases() -> Vec<[String; 4]> {
    let Some(text) = shared("clinical_cases.txt") else { return Vec::new() };
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let cells = lines.map(|line| {
        let cells: Vec<String> = line.split('|').map(str::to_owned).collect();
        cells.try_into().expect("four cells")
    });
    cells.collect()
}

#[test]
fn in_ucum_s_own_reading() {
    let mut wrong = Vec::new();
    for [value, from, to, expected] in cases() {
        let outcome = pure::convert(&exact(&value), &from, &to).ok().flatten();
        let fine = match (&outcome, expected.as_str()) {
            (None, "ERR") => true,
            (Some(value), expected) if expected != "ERR" => close(value, &exact(expected), 100_000_000),
            _ => false,
        };
        if !fine {
            wrong.push(format!("{value} {from} -> {to}: {outcome:?}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn in_a_protocol_s_reading() {
    let mut wrong = Vec::new();
    for [value, from, to, expected] in cases() {
        let refusal = REFUSED.iter().find(|(a, b, _)| (*a, *b) == (from.as_str(), to.as_str()));
        let readable = parse(&from).is_ok() && parse(&to).is_ok();
        let outcome = readable.then(|| converted(&value, &from, &to, &Analyte::default()));
        let fine = match (&outcome, expected.as_str(), refusal) {
            (None | Some(Err(_)), "ERR", None) | (Some(Err(_)), _, Some(_)) => true,
            (Some(Ok(result)), expected, None) if expected != "ERR" => {
                close(&result.value, &exact(expected), 100_000_000)
            }
            _ => false,
        };
        if !fine {
            wrong.push(format!("{value} {from} -> {to}: {outcome:?}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
