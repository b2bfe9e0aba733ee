//! Everyday spellings, and what is kept of them.

use trialc::units::{Unit, parse};

use crate::unit;

#[test]
fn everyday_spellings_become_ucum() {
    let cases = [
        ("mg/dl", "mg/dL"),
        ("mcg", "ug"),
        ("µg/mL", "ug/mL"),
        ("μg/mL", "ug/mL"),
        ("IU/mL", "[IU]/mL"),
        ("[iU]/mL", "[IU]/mL"),
        ("mIU/L", "m[IU]/L"),
        ("uIU/mL", "u[IU]/mL"),
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("cmH2O", "cm[H2O]"),
        ("cm H2O", "cm[H2O]"),
        ("x10^9/L", "10*9/L"),
        ("x 10^9/L", "10*9/L"),
        ("×10⁹/L", "10*9/L"),
        ("10^9/L", "10*9/L"),
        ("10⁹/L", "10*9/L"),
        ("10¹²/L", "10*12/L"),
        ("x10*3/uL", "10*3/uL"),
        ("10**3/uL", "10*3/uL"),
        ("10^3 /µL", "10*3/uL"),
        ("10^6 cells/kg", "10*6{cells}/kg"),
        ("cells/mm3", "{cells}/mm3"),
        ("cells/mm³", "{cells}/mm3"),
        ("cells/µL", "{cells}/uL"),
        ("/mm³", "/mm3"),
        ("/cumm", "/uL"),
        ("kg/m²", "kg/m2"),
        ("kg/m^2", "kg/m2"),
        ("cm³", "cm3"),
        ("day", "d"),
        ("days", "d"),
        ("weeks", "wk"),
        ("hours", "h"),
        ("Hours", "h"),
        ("msec", "ms"),
        ("units/day/kg", "U/d/kg"),
        ("mg/kg/day", "mg/kg/d"),
        ("mg per day", "mg/d"),
        ("beats/min", "{beats}/min"),
        ("bpm", "{beats}/min"),
        ("breaths/min", "{breaths}/min"),
        ("°C", "Cel"),
        ("°F", "[degF]"),
        ("degrees C", "Cel"),
        ("mEq/L", "meq/L"),
        ("mOsm/kg", "mosm/kg"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73 m²", "mL/min/{1.73_m2}"),
        ("ml/min/1.73 m^2", "mL/min/{1.73_m2}"),
        ("copies/mL", "{copies}/mL"),
        ("copies per mL", "{copies}/mL"),
        ("HIV-1 RNA copies/mL", ""),
        ("log10 copies/mL", "{Log_copies}/mL"),
        ("log10(IU/mL)", "{Log_IU}/mL"),
        ("CFU/mL", "[CFU]/mL"),
        ("/hpf", "/[HPF]"),
        ("cells/hpf", "{cells}/[HPF]"),
        ("uM", "umol/L"),
        ("nM", "nmol/L"),
        ("lbs", "[lb_av]"),
        ("inches", "[in_i]"),
        ("percent", "%"),
        ("g%", "g%"),
        ("pack-years", "{pack}.a"),
        ("x ULN", "{ULN}"),
        ("xULN", "{ULN}"),
        ("ULN", "{ULN}"),
        ("ng/mL FEU", "ng/mL{FEU}"),
        ("mg/g creatinine", "mg/g{creat}"),
        ("mg/mmol creatinine", "mg/mmol{creat}"),
        ("/100 neutrophils", "/100{neutrophils}"),
        ("W", "W"),
        ("kg{body_wt}", "kg{body_wt}"),
        ("METs", "[MET]"),
        ("drinks/week", "{drinks}/wk"),
        ("mg·h/L", "mg.h/L"),
    ];
    let mut wrong = Vec::new();
    for (written, code) in cases {
        let found = parse(written).map(|unit| unit.code().to_owned());
        if found.as_deref().unwrap_or_default() != code {
            wrong.push(format!("`{written}`: {found:?}, wanted `{code}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn valid_ucum_is_never_rewritten() {
    let Some(list) = crate::shared("example_ucum_codes.txt") else { return };
    for code in list.lines().filter(|line| !line.is_empty()) {
        match parse(code) {
            Ok(unit) => {
                let canonical = code.replace("[iU]", "[IU]").replace("10^", "10*");
                assert_eq!(unit.written(), code);
                if trialc::units::pure::validate(code).is_ok() && !code.contains('l') {
                    assert_eq!(unit.code(), canonical);
                }
            }
            Err(error) => println!("not a unit here: {code}: {error}"),
        }
    }
}

#[test]
fn every_spelling_of_the_list_reads() {
    let list = include_str!("../../src/units/aliases.tsv");
    let mut wrong = Vec::new();
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [sort, spelling, code, remark] = cells[..] else { panic!("four cells: {line}") };
        if !code.is_empty() && code != "/" && parse(code.trim_start_matches('/')).is_err() {
            wrong.push(format!("{line}: `{code}` is no unit"));
        }
        match sort {
            "word" if parse(spelling).is_ok_and(|unit| unit.code() == code) => {}
            "symbol" | "alone"
                if parse(spelling).is_ok_and(|unit| unit.advice().is_some()) && !remark.is_empty() => {}
            "phrase" | "calendar" | "usual" => {}
            _ => wrong.push(format!("{line}: {:?}", parse(spelling))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_unit_keeps_its_spelling_and_compares_by_its_code() {
    let (everyday, ucum) = (unit("mcg/mL"), unit("ug/mL"));
    assert_eq!((everyday.written(), everyday.code()), ("mcg/mL", "ug/mL"));
    assert_eq!(everyday.to_string(), "mcg/mL");
    assert_eq!(everyday, ucum);
    let json = serde_json::to_string(&everyday).expect("serialises");
    assert_eq!(json, "\"ug/mL\"");
    assert_eq!(serde_json::from_str::<Unit>(&json).expect("reads back"), ucum);
    assert!(serde_json::from_str::<Unit>("\"blob\"").is_err());
}

#[test]
fn a_code_reads_back_as_itself() {
    for text in
        ["mcg/mL", "x10^9/L", "log10 copies/mL", "mL/min/1.73m2", "xULN", "mg/(kg.d)", "10*-3", "kg{body_wt}"]
    {
        let code = unit(text);
        assert_eq!(unit(code.code()).code(), code.code());
        assert_eq!(unit(code.code()).dimension(), code.dimension(), "{text}");
    }
}
