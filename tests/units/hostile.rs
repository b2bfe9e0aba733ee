//! Input made to hurt: an error in milliseconds, never a panic.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use trialc::units::{Analyte, UnitErrorKind, convert, molar_mass, parse};

use crate::{exact, unit};

fn refused_quickly(text: &str) {
    let start = Instant::now();
    let error = parse(text).expect_err("refused");
    assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
    assert!(error.message.len() < 300, "{}", error.message.len());
    assert!(text.get(error.range).is_some());
}

#[test]
fn hostile_units_are_refused_at_once() {
    refused_quickly(&"m.".repeat(200_000));
    refused_quickly(&format!("{}m{}", "(".repeat(100_000), ")".repeat(100_000)));
    refused_quickly(&"(".repeat(390));
    refused_quickly(&"[".repeat(390));
    refused_quickly(&"{".repeat(390));
    refused_quickly(&"µ".repeat(199));
    refused_quickly(&"10*99.".repeat(60));
    refused_quickly("m999999999999999999999");
    refused_quickly("10*99999");
    refused_quickly("m-31");
    refused_quickly("99999999999999999999999999.m");
    refused_quickly("0.m");
    refused_quickly(&"[pc_us]30.".repeat(30));
    refused_quickly("m\0g");
    refused_quickly("log10 log10 log10 log10 log10 copies/mL");
    refused_quickly(&"log ".repeat(90));
}

#[test]
fn the_largest_accepted_unit_is_cheap() {
    let text = "[pc_us]30/[pc_us]30".replace("[pc_us]", "pc");
    let unit = parse(&text).expect("within the caps");
    let start = Instant::now();
    let _ = convert(&exact("1"), &unit, &parse("1").expect("one"), &Analyte::default());
    assert!(start.elapsed() < Duration::from_millis(100));
    let large = ["[G]29", "[m_e]29", "[eps_0]29", "u29", "[k]29", "[h]29"].join(".");
    let start = Instant::now();
    let large = parse(&large).expect("within the caps");
    let _ = convert(&exact("1"), &large, &large.clone(), &Analyte::default());
    assert!(start.elapsed() < Duration::from_millis(200), "{:?}", start.elapsed());
}

#[test]
fn what_cannot_be_a_logarithm_is_refused() {
    let analyte = Analyte::default();
    let log = unit("log10 copies/mL");
    for value in ["0", "-5"] {
        assert!(convert(&exact(value), &unit("copies/mL"), &log, &analyte).is_err());
    }
    for value in ["1e9", "-1e9", "1e300"] {
        assert!(convert(&exact(value), &log, &unit("copies/mL"), &analyte).is_err());
    }
    assert!(convert(&exact("1e399"), &unit("[pH]"), &unit("mol/L"), &analyte).is_err());
}

#[test]
fn parentheses_of_a_formula_may_be_deep() {
    assert!(molar_mass(&"(".repeat(79)).is_err());
    assert!(molar_mass(&"(".repeat(100_000)).is_err());
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,60}") {
        if let Err(error) = parse(&text) {
            prop_assert!(text.get(error.range.clone()).is_some(), "{text:?} {error:?}");
        }
    }

    #[test]
    fn no_near_unit_panics(text in "[mkgdLlU/\\.()\\[\\]{}0-9^*µ²³⁹× xa-eIUHg%-]{0,24}") {
        match parse(&text) {
            Err(error) => prop_assert!(text.get(error.range.clone()).is_some(), "{text:?} {error:?}"),
            Ok(unit) => {
                prop_assert_ne!(unit.kind(), "");
                let again = parse(unit.code());
                prop_assert!(again.is_ok_and(|again| again.dimension() == unit.dimension()), "{}", unit.code());
            }
        }
    }

    #[test]
    fn a_conversion_there_and_back_is_exact(value in -1_000_000i64..1_000_000, places in 0u32..6) {
        let value = exact(&format!("{value}e-{places}"));
        for (a, b) in [("mg/dL", "g/L"), ("Cel", "[degF]"), ("[lb_av]", "kg"), ("mm[Hg]", "kPa"), ("a", "wk")] {
            let there = convert(&value, &unit(a), &unit(b), &Analyte::default()).expect("converts").value;
            let back = convert(&there, &unit(b), &unit(a), &Analyte::default()).expect("converts").value;
            prop_assert_eq!(&back, &value);
        }
    }
}

#[test]
fn the_kind_of_a_length_error_is_told() {
    assert_eq!(parse(&"m".repeat(401)).expect_err("too long").kind, UnitErrorKind::TooLarge);
}
