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
