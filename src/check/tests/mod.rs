//! Each lint once where it speaks and once where it must not. The literate suite holds the same in the language.

mod brute_force;
mod design;
mod shapes;
mod wordings;

use super::testing::Sheet;
use crate::model::Comparator::{AtLeast, AtMost, Greater, Less};
use crate::model::{Clause, Rule};

fn over(code: &str, number: &str) -> impl FnOnce(&mut Sheet) -> Clause {
    let (measure, number) = (code.to_owned(), number.to_owned());
    move |sheet| {
        let unit = if measure == "hba1c" { "%" } else { "" };
        sheet.compare((&measure, Greater, &number, unit))
    }
}

fn any(sheet: &mut Sheet, of: Vec<Clause>) -> Clause {
    sheet.group("( … or … )", Rule::Any { of })
}

#[test]
fn a_repeated_test_is_told_once_and_a_test_of_another_time_is_not() {
    let sheet =
        Sheet::new().exclude("E13", "INR > 1.5", over("inr", "1.5")).exclude("E14", "INR > 1.5", |sheet| {
            let parts = vec![
                sheet.compare(("inr", Greater, "1.5", "")),
                sheet.compare(("hba1c", Greater, "12", "%")),
            ];
            any(sheet, parts)
        });
    let found = sheet.found();
    assert_eq!(sheet.told(), [("L01", "latest inr within 14 days before randomization > 1.5")]);
    assert!(found[0].message.contains("E14") && found[0].message.contains("E13"), "{}", found[0].message);

    let mut other = Sheet::new().exclude("E13", "INR > 1.5", over("inr", "1.5"));
    other = other.exclude("E14", "INR > 1.5", |sheet| {
        let mut clause = sheet.compare(("inr", Greater, "1.5", ""));
        if let Rule::Compare { left, .. } = &mut clause.rule
            && let crate::model::Value::Measured { window, .. } = &mut left.value
        {
            *window = super::testing::before(14, "consent");
        }
        clause
    });
    assert_eq!(other.codes(), Vec::<&str>::new());
}

#[test]
fn an_exclusion_that_completes_an_inclusion_is_redundant_and_a_gap_is_a_boundary() {
    let with = |operator, number: &'static str| {
        Sheet::new()
            .include("I8", "", |sheet| sheet.compare(("hba1c", AtMost, "9.5", "%")))
            .exclude("E3", "", move |sheet| sheet.compare(("hba1c", operator, number, "%")))
            .codes()
    };
    assert_eq!(with(Greater, "9.5"), ["L02"]);
    assert_eq!(with(AtLeast, "9.5"), ["N04"]);
    assert_eq!(with(Greater, "10"), ["L13"]);
    assert_eq!(with(Greater, "9"), ["L13"], "the inclusion is then the one that never decides");
    assert_eq!(with(Less, "7.5"), Vec::<&str>::new());
    assert_eq!(with(Less, "9.6"), ["L12"]);
}

#[test]
fn two_ranges_of_one_time_are_told_and_one_sided_limits_are_not() {
    let sheet = |low: &'static str| {
        Sheet::new()
            .include("I7", "", |sheet| {
                let of = vec![sheet.compare(("hba1c", AtLeast, "7.5", "%"))];
                sheet.group("", Rule::All { of })
            })
            .include("I8", "", move |sheet| sheet.compare(("hba1c", AtMost, low, "%")))
            .codes()
    };
    assert_eq!(sheet("9.5"), Vec::<&str>::new());
    let between = |sheet: &mut Sheet, low: &str, high: &str| {
        let (low, high) =
            (sheet.compare(("hba1c", AtLeast, low, "%")), sheet.compare(("hba1c", AtMost, high, "%")));
        let (Rule::Compare { left: value, right: low, unit, .. }, Rule::Compare { right: high, .. }) =
            (low.rule, high.rule)
        else {
            unreachable!("comparisons")
        };
        sheet.group("in … to …", Rule::Between { value, low, high, unit })
    };
    let two =
        Sheet::new()
            .include("I7", "", |sheet| between(sheet, "7.5", "12"))
            .include("I8", "", |sheet| between(sheet, "7.5", "9.5"));
    assert_eq!(two.codes(), ["T02"]);
}

#[test]
fn three_demands_that_only_together_leave_nothing_are_told_as_the_smallest_set() {
    let outside = |sheet: &mut Sheet| {
        let of = vec![sheet.compare(("inr", Less, "1", "")), sheet.compare(("inr", Greater, "3", ""))];
        let middle = any(sheet, of);
        sheet.group("not …", Rule::Not { of: Box::new(middle) })
    };
    let sheet = Sheet::new()
        .include("I1", "", |sheet| sheet.compare(("inr", AtLeast, "0.8", "")))
        .include("I2", "", |sheet| sheet.compare(("inr", AtLeast, "1", "")))
        .include("I3", "", outside)
        .include("I4", "", |sheet| sheet.compare(("inr", AtMost, "0.9", "")));
    let found = sheet.found();
    let told: Vec<_> = found.iter().filter(|found| found.code.id == "L12").collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].message.contains("I2 and I4"), "{}", told[0].message);
}

#[test]
fn a_limit_per_weight_leaves_the_flat_one_to_heavy_people() {
    let mut sheet = Sheet::new();
    let ratio = serde_json::json!({
        "label": "Insulin by weight", "type": "quantity", "unit": { "ucum": "[IU]/d/kg", "written": "[IU]/kg/d" },
        "formula_of": { "text": "insulin / weight", "value": "arithmetic", "operator": "divide",
            "left": { "text": "insulin", "value": "measured", "measure": "insulin", "select": "latest",
                "window": { "from": null, "to": null, "text": "" } },
            "right": { "text": "weight", "value": "measured", "measure": "weight", "select": "latest",
                "window": { "from": null, "to": null, "text": "" } } },
    });
    sheet.trial.measures.insert("by_weight".to_owned(), serde_json::from_value(ratio).expect("a measure"));
    let sheet = sheet
        .include("I9", "", |sheet| sheet.compare(("by_weight", AtMost, "1.0", "[IU]/kg/d")))
        .exclude("E2", "", |sheet| sheet.compare(("insulin", Greater, "100", "[IU]/d")));
    let found = sheet.found();
    assert_eq!(sheet.codes(), ["L03"]);
    assert_eq!(found[0].message, "this limit of E2 decides only when Body weight is above 100 kg");
}

#[test]
fn an_implausible_limit_names_the_unit_that_was_meant() {
    let platelets = |unit: &'static str| {
        Sheet::new().exclude("E12", "", move |sheet| sheet.compare(("platelets", Less, "100,000", unit)))
    };
    let wrong = platelets("/L");
    assert_eq!(wrong.told(), [("U03", "100,000 /L")]);
    let found = &wrong.found()[0];
    assert_eq!(found.message, "this limit for Platelets is 10,000 times below any plausible value");
    assert_eq!(found.help.as_deref(), Some("did you mean 100,000 /uL (= 100 10*9/L)?"));
    assert_eq!(platelets("/uL").codes(), Vec::<&str>::new());
    let inr = |number: &'static str| Sheet::new().exclude("E", "", over("inr", number)).codes();
    assert_eq!(inr("150"), ["N07"]);
    assert_eq!(inr("1.5"), Vec::<&str>::new());
}

#[test]
fn enzyme_units_of_insulin_letters_and_decimals_are_told() {
    let limit = |measure: &'static str, number: &'static str, unit: &'static str| {
        let sheet =
            Sheet::new().exclude("E", "", move |sheet| sheet.compare((measure, Greater, number, unit)));
        sheet.told().iter().map(|(code, words)| format!("{code} {words}")).collect::<Vec<_>>()
    };
    assert_eq!(limit("insulin", "100", "U/d"), ["U05 U/d"]);
    assert_eq!(limit("insulin", "100", "[IU]/d"), Vec::<String>::new());
    assert_eq!(limit("creatinine", "1.5", "mg/dl"), ["U10 mg/dl"]);
    assert_eq!(limit("hba1c", "9.54", "%"), ["N06 9.54 %"]);
    assert_eq!(limit("hba1c", "9.50", "%"), Vec::<String>::new());
}

#[test]
fn mass_and_amount_for_one_measure_are_mixed_and_two_masses_are_not() {
    let second = |number: &'static str, unit: &'static str| {
        Sheet::new()
            .include("I", "", |sheet| sheet.compare(("creatinine", AtLeast, "0.5", "mg/dL")))
            .exclude("E", "", move |sheet| sheet.compare(("creatinine", Greater, number, unit)))
            .codes()
    };
    assert_eq!(second("133", "umol/L"), ["U04"]);
    assert_eq!(second("15", "mg/L"), Vec::<&str>::new());
    let hba1c = Sheet::new().include("I", "", |sheet| sheet.compare(("hba1c", AtLeast, "7.5", "%"))).exclude(
        "E",
        "",
        |sheet| sheet.compare(("hba1c", Greater, "86", "mmol/mol")),
    );
    assert_eq!(hba1c.codes(), ["U07"]);
}

#[test]
fn a_number_of_the_wording_that_differs_from_the_rule_is_drift() {
    let said = |prose: &'static str| {
        let sheet =
            Sheet::new().exclude("E", prose, |sheet| sheet.compare(("creatinine", Greater, "1.5", "mg/dL")));
        sheet.told().iter().map(|(code, words)| format!("{code} {words}")).collect::<Vec<_>>()
    };
    let nothing = Vec::<String>::new();
    assert_eq!(said("Creatinine > 1.4 mg/dL"), ["X02 1.5 mg/dL"]);
    assert_eq!(said("Creatinine ≥ 1.5 mg/dL"), ["X02 1.5 mg/dL"], "the boundary itself");
    assert_eq!(said("Creatinine > 1.50 mg/dL"), nothing);
    assert_eq!(said("Creatinine more than 1.5 mg/dL within 28 days"), nothing);
    assert_eq!(said("Creatinine > 133 umol/L"), nothing, "133 umol/L are 1.504 mg/dL");
    assert_eq!(said("Creatinine > 153 umol/L"), ["X02 1.5 mg/dL"]);
    assert_eq!(said("Raised creatinine, twice in 3 weeks"), nothing);
}

#[test]
fn a_wording_with_a_query_is_left_alone() {
    let prose = "INR > 1.5 and/or bleeding, such as haematuria (except in trauma)";
    let mut sheet = Sheet::new().exclude("E", prose, over("inr", "1.5"));
    let mut codes = sheet.codes();
    codes.sort_unstable();
    assert_eq!(codes, ["C05", "L05", "L09"]);
    let decision = sheet.trial.decisions.get_mut("randomization").expect("a decision");
    decision.criteria.get_mut("E").expect("a criterion").query = Some("Which bleeding?".to_owned());
    assert_eq!(sheet.codes(), Vec::<&str>::new());
}
