//! What the author declares goes over the defaults, and is held against the protocol.

use trialc::model::*;

use crate::support::*;

fn draft() -> Draft {
    let mut draft = Draft::new();
    draft.measure("systolic_bp", quantity("Systolic blood pressure", &["mmHg"], None));
    draft.measure("hba1c", quantity("HbA1c", &["%"], Some(("3", "20"))));
    draft.measure("pregnancy_test", coded("Pregnancy test", &["negative", "positive"]));
    for name in ["systolic_bp", "hba1c", "pregnancy_test"] {
        draft.collect(name, ActivityKind::Measure, &["screening"]);
    }
    draft.include("I8", "HbA1c of at most 9.5 %", at_most("hba1c", "9.5", "%"));
    draft
}

fn with(form: &str, fields: Vec<DeclaredField>) -> Draft {
    let mut draft = draft();
    draft.declare(form, form_of(&[], fields));
    draft
}

fn levels(values: &[&str]) -> FieldKind {
    let level = |value: &&str| Level { value: (*value).into(), label: None };
    FieldKind::Choice { levels: values.iter().map(level).collect() }
}

fn position() -> DeclaredField {
    DeclaredField { kind: Some(levels(&["sitting", "supine"])), ..declared("position") }
}

fn when(field: &str, value: &str) -> Option<FieldCondition> {
    Some(FieldCondition { field: field.into(), one_of: vec![value.into()] })
}

fn range(low: &str, high: &str, written: &str) -> Option<DeclaredRange> {
    Some(DeclaredRange { low: exact(low), high: exact(high), unit: Some(unit(written)) })
}

#[test]
fn a_label_of_form_and_field_goes_over_the_default() {
    let mut draft = draft();
    let label = DeclaredField { label: Some("HbA1c (central laboratory)".into()), ..declared("hba1c") };
    draft.declare("LB", DeclaredForm { label: Some("Bloods".into()), ..form_of(&[], vec![label]) });
    let forms = draft.forms();
    assert_eq!(forms["LB"].label, "Bloods");
    assert_eq!(field(&forms, "LB", "HBA1C_LBORRES").label, "HbA1c (central laboratory)");
    assert_eq!(field(&forms, "LB", "HCG_LBORRES").label, "Pregnancy test", "the others stay");
}

#[test]
fn a_field_can_be_named_as_it_stands_on_the_form() {
    let label = DeclaredField { label: Some("Day and time".into()), ..declared("LBDAT") };
    assert_eq!(field(&with("LB", vec![label]).forms(), "LB", "LBDAT").label, "Day and time");
}

#[test]
fn a_measure_moves_to_the_form_that_collects_it() {
    let mut draft = draft();
    draft.declare("sugar", form_of(&["hba1c"], Vec::new()));
    let forms = draft.forms();
    assert_eq!(fields(&forms, "sugar"), ["LBPERF", "LBREASND", "LBDAT", "HBA1C_LBORRES"]);
    assert!(!fields(&forms, "LB").contains(&"HBA1C_LBORRES"));
    assert_eq!(forms["sugar"].visits, ["screening"]);
}

#[test]
fn a_new_field_gets_a_name_of_the_domain_and_stands_after_the_one_declared_before() {
    let reason = DeclaredField { kind: Some(FieldKind::Text), ..declared("reason") };
    let forms = with("VS", vec![declared("systolic_bp"), position(), reason]).forms();
    let names = fields(&forms, "VS");
    assert_eq!(names[3..], ["SYSBP_VSORRES", "VSPOSITN", "VSREASON"]);
    assert_eq!(field(&forms, "VS", "VSPOSITN").why, [Why::Declared]);
}

#[test]
fn order_puts_a_field_to_its_place() {
    let first = DeclaredField { order: Some(1), ..position() };
    assert_eq!(fields(&with("VS", vec![first]).forms(), "VS")[0], "VSPOSITN");
}

#[test]
fn a_range_becomes_hard_limits_in_the_fields_unit() {
    let limits = |written: &str, low: &str, high: &str| {
        let hba1c = DeclaredField { range: range(low, high, written), ..declared("hba1c") };
        let mut draft = with("LB", vec![hba1c]);
        change(&mut draft.trial.measures["hba1c"], |quantity| quantity.kind = Some("hba1c".into()));
        let forms = draft.forms();
        match &field(&forms, "LB", "HBA1C_LBORRES").kind {
            FieldKind::Number { range, .. } => range.clone().expect("limits"),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(limits("%", "4", "15"), (exact("4"), exact("15")));
    let (low, high) = limits("mmol/mol", "20", "140");
    assert_eq!((low, high), (exact("3.9816"), exact("14.9592")), "by the IFCC's line, exactly");
}

#[test]
fn a_range_in_a_unit_of_another_kind_does_not_fit() {
    let hba1c = DeclaredField { range: range("4", "15", "kg"), ..declared("hba1c") };
    assert_eq!(with("LB", vec![hba1c]).codes(), ["F03"]);
}

#[test]
fn a_type_that_cannot_carry_the_measure_does_not_fit() {
    let kind = |units: &[&str]| {
        let units = units.iter().map(|text| unit(text)).collect();
        Some(FieldKind::Number { units, plausible: None, range: None, precision: None })
    };
    let codes = |name: &str, kind: Option<FieldKind>| {
        let form = if name == "systolic_bp" { "VS" } else { "LB" };
        with(form, vec![DeclaredField { kind, ..declared(name) }]).codes()
    };
    assert_eq!(codes("systolic_bp", kind(&["kg"])), ["F03"]);
    assert!(codes("systolic_bp", kind(&["kPa"])).is_empty());
    assert_eq!(codes("systolic_bp", Some(FieldKind::Text)), ["F03"]);
    assert!(codes("systolic_bp", None).is_empty());
}

#[test]
fn another_unit_takes_the_plausible_range_along() {
    let kind =
        FieldKind::Number { units: vec![unit("mmol/mol")], plausible: None, range: None, precision: None };
    let mut draft = with("LB", vec![DeclaredField { kind: Some(kind), ..declared("hba1c") }]);
    change(&mut draft.trial.measures["hba1c"], |quantity| quantity.kind = Some("hba1c".into()));
    let forms = draft.forms();
    let FieldKind::Number { units, plausible: Some((low, high)), .. } =
        &field(&forms, "LB", "HBA1C_LBORRES").kind
    else {
        panic!("a number with a range");
    };
    assert_eq!(units[0].written, "mmol/mol");
    assert_eq!((low.to_significant(4), high.to_significant(4)), ("9.27".into(), "195.1".into()));
}

#[test]
fn a_range_must_not_shut_out_the_value_that_decides() {
    let codes = |low: &str, high: &str| {
        with("LB", vec![DeclaredField { range: range(low, high, "%"), ..declared("hba1c") }]).codes()
    };
    assert_eq!(codes("4", "9"), ["F04"], "the criterion turns on 9.5");
    assert!(codes("4", "9.5").is_empty(), "the limit itself can be entered");
    assert_eq!(codes("15", "4"), ["F04"], "nothing can be entered");
}

#[test]
fn skip_logic_is_bound_to_the_field_and_its_values() {
    let reason =
        |condition| DeclaredField { kind: Some(FieldKind::Text), when: condition, ..declared("reason") };
    let draft = |condition| with("VS", vec![position(), reason(condition)]);
    let forms = draft(when("position", "supine")).forms();
    assert_eq!(conditions(field(&forms, "VS", "VSREASON")), ["VSPOSITN is supine"]);

    assert_eq!(draft(when("posture", "supine")).codes(), ["F05"], "no such field");
    assert_eq!(draft(when("position", "standing")).codes(), ["F05"], "no such value");
    assert_eq!(draft(when("reason", "supine")).codes(), ["F05"], "not on itself");
    let help = draft(when("positon", "supine")).derive().diagnostics[0].help.clone();
    assert_eq!(help.as_deref(), Some("did you mean `position`?"));
}

#[test]
fn a_condition_on_yes_is_submitted_as_the_code_list_has_it() {
    let reason =
        DeclaredField { kind: Some(FieldKind::Text), when: when("VSPERF", "no"), ..declared("reason") };
    assert_eq!(conditions(field(&with("VS", vec![reason]).forms(), "VS", "VSREASON")), ["VSPERF is N"]);
}

#[test]
fn what_is_asked_under_a_conditional_field_depends_on_its_condition_too() {
    let under = |name: &str, condition| DeclaredField {
        kind: Some(FieldKind::YesNo),
        when: condition,
        ..declared(name)
    };
    let draft = with(
        "VS",
        vec![position(), under("pain", when("position", "supine")), under("where", when("pain", "yes"))],
    );
    assert_eq!(conditions(field(&draft.forms(), "VS", "VSWHERE")), ["VSPOSITN is supine", "VSPAIN is Y"]);
}

#[test]
fn a_change_to_no_field_is_told_and_a_new_field_has_a_type() {
    let unknown = DeclaredField { label: Some("x".into()), ..declared("hba1x") };
    let found = with("LB", vec![unknown.clone()]).derive().diagnostics;
    assert_eq!(found.iter().map(|found| found.code.id).collect::<Vec<_>>(), ["F08"]);
    assert!(
        found[0].help.as_deref().is_some_and(|help| help.starts_with("did you mean `hba1c`?")),
        "{found:?}"
    );
    assert!(with("LB", vec![DeclaredField { kind: Some(FieldKind::Text), ..unknown }]).codes().is_empty());
}

#[test]
fn a_required_choice_needs_a_way_out_unless_the_form_has_one() {
    let required = |values: &[&str]| DeclaredField {
        kind: Some(levels(values)),
        required: Some(true),
        ..declared("hand")
    };
    assert_eq!(with("handedness", vec![required(&["left", "right"])]).codes(), ["F06"]);
    assert!(with("handedness", vec![required(&["left", "right", "unknown"])]).codes().is_empty());
    assert!(
        with("handedness", vec![DeclaredField { required: None, ..required(&["left", "right"]) }])
            .codes()
            .is_empty()
    );
    assert!(with("VS", vec![required(&["left", "right"])]).codes().is_empty(), "vital signs can be not done");
}

#[test]
fn one_question_has_one_list() {
    let mut draft = with("VS", vec![position()]);
    draft.declare("LB", form_of(&[], vec![position()]));
    assert!(draft.codes().is_empty());
    let other = DeclaredField { kind: Some(levels(&["sitting", "lying"])), ..position() };
    draft.declare("LB", form_of(&[], vec![other]));
    assert_eq!(draft.codes(), ["F07"]);

    let test = |values: &[&str]| {
        with("LB", vec![DeclaredField { kind: Some(levels(values)), ..declared("pregnancy_test") }]).codes()
    };
    assert_eq!(test(&["negative", "doubtful"]), ["F07"], "a value that the measure does not have");
    assert!(test(&["negative", "positive"]).is_empty());
}
