//! What is measured and examined: one form per CDASH domain.

use trialc::model::*;

use crate::support::*;

fn pressures() -> Draft {
    let mut draft = Draft::new();
    draft.measure("systolic_bp", quantity("Systolic blood pressure", &["mmHg"], Some(("40", "300"))));
    draft.measure("diastolic_bp", quantity("Diastolic blood pressure", &["mmHg"], Some(("20", "200"))));
    draft.collect("systolic_bp", ActivityKind::Measure, &["screening", "month_12"]);
    draft.collect("diastolic_bp", ActivityKind::Measure, &["screening"]);
    draft
}

#[test]
fn a_collected_measure_is_asked_in_its_domain_at_its_visits() {
    let forms = pressures().forms();
    assert_eq!(
        fields(&forms, "VS"),
        ["VSPERF", "VSREASND", "VSDAT", "SYSBP_VSORRES", "DIABP_VSORRES"],
        "performed, reason, date, and the tests"
    );
    assert_eq!(forms["VS"].visits, ["screening", "month_12"]);
    let (systolic, diastolic) = (field(&forms, "VS", "SYSBP_VSORRES"), field(&forms, "VS", "DIABP_VSORRES"));
    assert_eq!(systolic.visits, None, "all of the form's");
    assert_eq!(diastolic.visits, Some(vec!["screening".to_owned()]), "not at month 12");
    assert_eq!(systolic.label, "Systolic blood pressure");
    assert_eq!(systolic.measure.as_deref(), Some("systolic_bp"));
    assert_eq!(systolic.why, [Why::Schedule { activity: "systolic_bp".into() }]);
}

#[test]
fn values_are_asked_when_it_was_done_and_a_reason_when_it_was_not() {
    let forms = pressures().forms();
    assert_eq!(conditions(field(&forms, "VS", "SYSBP_VSORRES")), ["VSPERF is Y"]);
    assert_eq!(conditions(field(&forms, "VS", "VSREASND")), ["VSPERF is N"]);
    assert!(conditions(field(&forms, "VS", "VSPERF")).is_empty());
}

#[test]
fn one_test_alone_is_required_and_one_of_several_is_asked_after() {
    let forms = pressures().forms();
    assert!(!field(&forms, "VS", "SYSBP_VSORRES").required);
    let check = forms["VS"].checks.iter().find(|check| check.id == "VS.SYSBP_VSORRES.present_when_done");
    assert!(!check.expect("a soft check instead").hard);

    let mut alone = pressures();
    alone.schedule().activities.shift_remove("diastolic_bp");
    assert!(field(&alone.forms(), "VS", "SYSBP_VSORRES").required);
}

#[test]
fn a_number_keeps_its_units_and_its_plausible_range_as_soft_limits() {
    let mut draft = pressures();
    let mut sugar = quantity("Glucose", &["mg/dL", "mmol/L"], Some(("20", "800")));
    change(&mut sugar, |quantity| quantity.precision = Some(0));
    draft.measure("glucose", sugar);
    draft.collect("glucose", ActivityKind::Measure, &["baseline"]);
    let forms = draft.forms();
    let FieldKind::Number { units, plausible, range, precision } = &field(&forms, "LB", "GLUC_LBORRES").kind
    else {
        panic!("a number");
    };
    assert_eq!(units.iter().map(|unit| unit.ucum.as_str()).collect::<Vec<_>>(), ["mg/dL", "mmol/L"]);
    assert_eq!(*plausible, Some((exact("20"), exact("800"))));
    assert_eq!(*range, None, "nobody declared hard limits");
    assert_eq!(*precision, Some(0));
}

#[test]
fn diastolic_is_lower_than_systolic_where_both_are_on_a_form() {
    let forms = pressures().forms();
    let less = CheckKind::Less { first: "DIABP_VSORRES".into(), second: "SYSBP_VSORRES".into() };
    assert!(forms["VS"].checks.iter().any(|check| check.check == less && check.hard));

    let mut alone = pressures();
    alone.schedule().activities.shift_remove("systolic_bp");
    assert!(alone.forms()["VS"].checks.iter().all(|check| !matches!(check.check, CheckKind::Less { .. })));
}

#[test]
fn fasting_is_asked_for_where_a_measure_is_defined_by_it() {
    let mut draft = Draft::new();
    let mut sugar = quantity("Fasting glucose", &["mg/dL"], None);
    (sugar.state, sugar.specimen) = (Some("fasting".into()), Some("plasma".into()));
    draft.measure("fasting_glucose", sugar);
    draft.measure("hba1c", quantity("HbA1c", &["%"], None));
    draft.collect("hba1c", ActivityKind::Measure, &["baseline"]);
    assert!(!fields(&draft.forms(), "LB").contains(&"LBFAST"));

    draft.collect("fasting_glucose", ActivityKind::Measure, &["baseline"]);
    let forms = draft.forms();
    let fasting = field(&forms, "LB", "LBFAST");
    assert!(fasting.required);
    assert_eq!(fasting.why, [Why::Schedule { activity: "fasting_glucose".into() }]);
    let help = field(&forms, "LB", "GLUC_LBORRES").help.as_deref();
    assert_eq!(help, Some("Specimen: plasma. Participant's state: fasting."));
}

#[test]
fn a_limit_of_normal_is_asked_beside_the_value_that_a_rule_compares_with_it() {
    let mut draft = Draft::new();
    draft.measure("alt", quantity("Alanine aminotransferase", &["U/L"], None));
    draft.collect("alt", ActivityKind::Measure, &["screening"]);
    assert!(!fields(&draft.forms(), "LB").contains(&"ALT_LBORNRHI"));

    draft.exclude("E24", "ALT > 1.5 x ULN", above_normal("alt", "1.5"));
    let forms = draft.forms();
    assert_eq!(field(&forms, "LB", "ALT_LBORNRHI").why, [of_criterion("E24")]);
    assert!(!fields(&forms, "LB").contains(&"ALT_LBORNRLO"), "nothing needs the lower one");
}

#[test]
fn a_derived_measure_is_asked_as_what_it_is_computed_from() {
    let mut draft = Draft::new();
    draft.measure("weight", quantity("Weight", &["kg"], None));
    draft.measure("height", quantity("Height", &["cm"], None));
    let mut bmi = quantity("Body mass index", &["kg/m2"], None);
    let ratio = Value::Arithmetic {
        left: Box::new(latest("weight")),
        operator: ArithmeticOperator::Divide,
        right: Box::new(latest("height")),
    };
    change(&mut bmi, |quantity| quantity.formula_of = Some(Box::new(term("weight / height ^ 2", ratio))));
    draft.measure("bmi", bmi);
    draft.collect("bmi", ActivityKind::Measure, &["screening"]);
    draft.exclude("E1", "BMI > 35", at_most("bmi", "35", "kg/m2"));
    let forms = draft.forms();
    assert!(!fields(&forms, "VS").iter().any(|name| name.starts_with("BMI")), "it is computed");
    for name in ["WEIGHT_VSORRES", "HEIGHT_VSORRES"] {
        let why = &field(&forms, "VS", name).why;
        assert!(why.contains(&of_criterion("E1")), "{name}: {why:?}");
        assert!(why.contains(&Why::Derivation { measure: "bmi".into() }), "{name}: {why:?}");
    }
}

#[test]
fn coded_results_and_scores_are_choices_when_all_their_values_have_names() {
    let mut draft = Draft::new();
    draft.measure("pregnancy_test", coded("Pregnancy test", &["negative", "positive"]));
    let level = |value: i64| Level { value: value.to_string(), label: Some(format!("state {value}")) };
    let score = |high: i64| MeasureKind::Score { low: 0, high, labels: (0..=2).map(level).collect() };
    draft.measure("ecog", measure("ECOG performance status", score(2)));
    draft.measure("mmse", measure("Mini-Mental State Examination", score(30)));
    for name in ["pregnancy_test", "ecog", "mmse"] {
        draft.collect(name, ActivityKind::Measure, &["screening"]);
    }
    let forms = draft.derive().forms;
    let values = |form: &str, name: &str| match &field(&forms, form, name).kind {
        FieldKind::Choice { levels } => levels.iter().map(|level| level.value.clone()).collect(),
        other => vec![format!("{other:?}")],
    };
    assert_eq!(values("LB", "HCG_LBORRES"), ["negative", "positive"]);
    assert_eq!(values("QS", "ECOG_QSORRES"), ["0", "1", "2"]);
    let mmse = &field(&forms, "QS", "MMSE_QSORRES").kind;
    assert_eq!(*mmse, FieldKind::Integer { low: Some(0), high: Some(30) }, "27 values have no names");
}

#[test]
fn a_condition_of_a_cell_goes_with_the_field_to_its_visits() {
    let mut draft = Draft::new();
    draft.measure("pregnancy_test", coded("Pregnancy test", &["negative", "positive"]));
    draft.measure("hba1c", quantity("HbA1c", &["%"], None));
    draft.collect("hba1c", ActivityKind::Measure, &["screening"]);
    let activity = draft.collect("pregnancy_test", ActivityKind::Measure, &["screening", "baseline"]);
    activity.cells[1].when = Some(is_female());
    let forms = draft.forms();
    let only = &field(&forms, "LB", "HCG_LBORRES").only;
    assert_eq!(only.len(), 1);
    assert_eq!(only[0].visits, ["baseline"]);
    assert!(field(&forms, "LB", "HBA1C_LBORRES").only.is_empty());
    let sex = &field(&forms, "DM", "SEX").why;
    assert!(sex.contains(&Why::Condition { activity: "pregnancy_test".into() }), "{sex:?}");
}

#[test]
fn an_examination_has_its_own_form_and_another_procedure_stands_among_the_procedures() {
    let mut draft = Draft::new();
    draft.concept("physical_examination", concept(Domain::Procedure, "Physical examination", &[]));
    draft.concept("liver_biopsy", concept(Domain::Procedure, "Liver biopsy", &[]));
    draft.collect("physical_examination", ActivityKind::Procedure, &["screening"]);
    draft.collect("liver_biopsy", ActivityKind::Procedure, &["baseline"]);
    let forms = draft.forms();
    assert_eq!(fields(&forms, "PE"), ["PEPERF", "PEREASND", "PEDAT", "PERES", "PEDESC"]);
    assert_eq!(forms["PE"].visits, ["screening"]);
    assert_eq!(fields(&forms, "PR"), ["LIVRBPSY_PROCCUR", "LIVRBPSY_PRREASOC", "LIVRBPSY_PRSTDAT"]);
    assert_eq!(forms["PR"].visits, ["baseline"]);
}

#[test]
fn a_measure_that_is_collected_throughout_is_a_log() {
    let mut draft = Draft::new();
    draft.measure("insulin_daily_dose", quantity("Total daily insulin dose", &["[IU]/d"], None));
    draft.exclude("E2", "> 100 U/day", at_most("insulin_daily_dose", "100", "[IU]/d"));
    let activity = draft.collect("insulin_daily_dose", ActivityKind::Measure, &[]);
    activity.throughout = Some((on("consent"), None));
    let forms = draft.forms();
    assert!(forms["FALOG"].repeating);
    assert!(forms["FALOG"].visits.is_empty(), "open throughout");
    assert_eq!(fields(&forms, "FALOG"), ["FADAT", "INSDLYDS_FAORRES"]);
}
