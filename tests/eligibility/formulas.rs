//! Derived quantities as the standard library writes them, in whatever units their leaves were recorded.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::model::ArithmeticOperator::{Add, Divide, Multiply, Power, Subtract};
use trialc::model::{Comparator, Term, Value};

use super::support::*;

fn leaf(measure: &str) -> Term {
    latest(measure, any_time())
}

fn call(function: &str, argument: Term) -> Term {
    term(function, Value::Call { function: function.into(), arguments: vec![argument] })
}

fn derived_at_most(unit_text: Option<&str>, formula: Term, limit: Term) -> Protocol {
    Protocol::new()
        .measure(
            "cholesterol",
            quantity_measure("Total cholesterol", Some("mg/dL"), "substance", Some("C27H46O")),
        )
        .measure("hdl", quantity_measure("HDL cholesterol", Some("mg/dL"), "substance", Some("C27H46O")))
        .measure("triglycerides", {
            let mut measure = quantity_measure("Triglycerides", Some("mg/dL"), "substance", None);
            if let trialc::model::MeasureKind::Quantity(quantity) = &mut measure.kind {
                quantity.molar_mass = Some(exact("885.4"));
            }
            measure
        })
        .measure("qt", quantity_measure("QT interval", Some("ms"), "time", None))
        .measure("rr", quantity_measure("RR interval", Some("ms"), "time", None))
        .measure("fev1", quantity_measure("FEV1", Some("L"), "volume", None))
        .measure("fvc", quantity_measure("FVC", Some("L"), "volume", None))
        .measure("insulin_dose", quantity_measure("Daily insulin dose", Some("[IU]/d"), "arbitrary", None))
        .measure("q", derived("The derived quantity", unit_text, formula))
        .include("X", compare(leaf("q"), Comparator::AtMost, limit))
}

#[test]
fn body_surface_by_mosteller_is_a_root_of_pure_numbers() {
    // 80 kg and 180 cm give the root of 4, exactly 2 m2.
    let product = arithmetic(
        arithmetic(leaf("weight"), Divide, quantity("1 kg")),
        Multiply,
        arithmetic(leaf("height"), Divide, quantity("1 cm")),
    );
    let root = call("sqrt", arithmetic(product, Divide, number("3600")));
    let formula = || arithmetic(root.clone(), Multiply, quantity("1 m2"));
    let person = |weight: &str, height: &str| {
        measurements(&[&format!("weight {weight} on 2011-06-01"), &format!("height {height} on 2011-06-01")])
    };
    let at_two = derived_at_most(Some("m2"), formula(), quantity("2 m2"));
    table(
        &at_two,
        &[
            ("exactly two", &person("80 kg", "180 cm"), Met),
            ("in metres", &person("80 kg", "1.8 m"), Met),
            ("a gram more", &person("80001 g", "180 cm"), NotMet),
        ],
    );
    // An irrational root is known to eleven digits: a limit far from it is decided.
    let person = person("81 kg", "181 cm");
    assert_eq!(status(&derived_at_most(Some("m2"), formula(), quantity("2.0181 m2")), &person), Met);
    assert_eq!(status(&derived_at_most(Some("m2"), formula(), quantity("2.0180 m2")), &person), NotMet);
}

#[test]
fn friedewalds_formula_is_computed_in_milligrams_wherever_its_leaves_come_from() {
    let formula = arithmetic(
        arithmetic(leaf("cholesterol"), Subtract, leaf("hdl")),
        Subtract,
        arithmetic(leaf("triglycerides"), Divide, number("5")),
    );
    let protocol = derived_at_most(Some("mg/dL"), formula, quantity("130 mg/dL"));
    table(
        &protocol,
        &[
            (
                "200 - 40 - 150/5",
                &measurements(&[
                    "cholesterol 200 mg/dL on 2011-06-01",
                    "hdl 40 mg/dL on 2011-06-01",
                    "triglycerides 150 mg/dL on 2011-06-01",
                ]),
                Met,
            ),
            (
                "less triglycerides",
                &measurements(&[
                    "cholesterol 200 mg/dL on 2011-06-01",
                    "hdl 40 mg/dL on 2011-06-01",
                    "triglycerides 149 mg/dL on 2011-06-01",
                ]),
                NotMet,
            ),
            // 5.2 mmol/L are 201.1 mg/dL, 1 mmol/L 38.7, 1.7 mmol/L 150.5: 132.3 mg/dL.
            (
                "in mmol/L",
                &measurements(&[
                    "cholesterol 5.2 mmol/L on 2011-06-01",
                    "hdl 1 mmol/L on 2011-06-01",
                    "triglycerides 1.7 mmol/L on 2011-06-01",
                ]),
                NotMet,
            ),
            (
                "in mmol/L, lower",
                &measurements(&[
                    "cholesterol 5.1 mmol/L on 2011-06-01",
                    "hdl 1 mmol/L on 2011-06-01",
                    "triglycerides 1.7 mmol/L on 2011-06-01",
                ]),
                Met,
            ),
            (
                "one of them without a unit",
                &measurements(&[
                    "cholesterol 5.1 on 2011-06-01",
                    "hdl 1 mmol/L on 2011-06-01",
                    "triglycerides 1.7 mmol/L on 2011-06-01",
                ]),
                Unknown,
            ),
        ],
    );
}

#[test]
fn bazetts_formula_divides_by_a_root_of_seconds() {
    let formula =
        arithmetic(leaf("qt"), Divide, call("sqrt", arithmetic(leaf("rr"), Divide, quantity("1 s"))));
    let protocol = derived_at_most(Some("ms"), formula, quantity("450 ms"));
    table(
        &protocol,
        &[
            ("one second", &measurements(&["qt 450 ms on 2011-06-01", "rr 1000 ms on 2011-06-01"]), Met),
            (
                "a quarter of a second doubles it",
                &measurements(&["qt 225.1 ms on 2011-06-01", "rr 0.25 s on 2011-06-01"]),
                NotMet,
            ),
            ("and no more", &measurements(&["qt 225 ms on 2011-06-01", "rr 0.25 s on 2011-06-01"]), Met),
        ],
    );
}

#[test]
fn a_ratio_of_one_kind_is_a_number_and_a_percentage() {
    let ratio = || arithmetic(leaf("fev1"), Divide, leaf("fvc"));
    let person = |fev1: &str| measurements(&[&format!("fev1 {fev1} on 2011-06-01"), "fvc 4 L on 2011-06-01"]);
    for limit in [number("0.7"), quantity("70 %")] {
        let protocol = derived_at_most(None, ratio(), limit);
        assert_eq!(status(&protocol, &person("2.8 L")), Met);
        assert_eq!(status(&protocol, &person("2801 mL")), NotMet);
    }
}

#[test]
fn a_dose_by_body_weight_has_its_unit_by_itself() {
    let formula = arithmetic(leaf("insulin_dose"), Divide, leaf("weight"));
    let protocol = derived_at_most(Some("[IU]/kg/d"), formula, quantity("1 [IU]/kg/d"));
    table(
        &protocol,
        &[
            (
                "80 units at 80 kg",
                &measurements(&["insulin_dose 80 [IU]/d on 2011-06-01", "weight 80 kg on 2011-06-01"]),
                Met,
            ),
            (
                "as everybody writes insulin",
                &measurements(&["insulin_dose 81 U/d on 2011-06-01", "weight 80 kg on 2011-06-01"]),
                NotMet,
            ),
        ],
    );
}

#[test]
fn powers_of_pure_numbers_may_be_broken_and_a_zero_divides_nothing() {
    let power = |exponent: &str| {
        arithmetic(arithmetic(leaf("creatinine"), Divide, quantity("0.9 mg/dL")), Power, number(exponent))
    };
    let protocol = derived_at_most(None, power("-1.2"), number("1"));
    table(
        &protocol,
        &[
            ("one to any power is one", &measurements(&["creatinine 0.9 mg/dL on 2011-06-01"]), Met),
            (
                "a smaller value, a greater power",
                &measurements(&["creatinine 0.89 mg/dL on 2011-06-01"]),
                NotMet,
            ),
            ("nothing to a negative power", &measurements(&["creatinine 0 mg/dL on 2011-06-01"]), Unknown),
        ],
    );
    let division = arithmetic(leaf("fev1"), Divide, arithmetic(leaf("fvc"), Add, quantity("-4 L")));
    let protocol = derived_at_most(None, division, number("1"));
    let record = measurements(&["fev1 2 L on 2011-06-01", "fvc 4 L on 2011-06-01"]);
    assert_eq!(status(&protocol, &record), Unknown);
}

#[test]
fn a_share_of_volumes_meets_a_number_and_so_does_a_count_of_years() {
    let ratio = arithmetic(leaf("fev1"), Divide, leaf("fvc"));
    let person = |fev1: &str| measurements(&[&format!("fev1 {fev1} on 2011-06-01"), "fvc 4 L on 2011-06-01"]);
    for limit in [number("0.7"), quantity("0.7 L/L")] {
        let protocol = derived_at_most(Some("L/L"), ratio.clone(), limit);
        assert_eq!(status(&protocol, &person("2.8 L")), Met);
        assert_eq!(status(&protocol, &person("2.9 L")), NotMet);
    }
    let protocol = Protocol::new()
        .measure("smoking", quantity_measure("Pack years", Some("{pack_years}"), "count", None))
        .include("X", compare(leaf("smoking"), Comparator::AtMost, quantity("10 {pack_years}")));
    table(
        &protocol,
        &[
            ("with its annotation", &measurements(&["smoking 10 {pack_years} on 2011-06-01"]), Met),
            ("as a number", &measurements(&["smoking 11 on 2011-06-01"]), NotMet),
            ("kilograms of tobacco", &measurements(&["smoking 10 kg on 2011-06-01"]), Unknown),
        ],
    );
}
