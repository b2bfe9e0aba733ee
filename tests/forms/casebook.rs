//! The casebook as a whole.

use trialc::model::*;

use crate::support::*;

#[test]
fn forms_stand_in_the_order_of_a_casebook() {
    let mut draft = Draft::new();
    draft.measure("hba1c", quantity("HbA1c", &["%"], None));
    draft.measure("weight", quantity("Weight", &["kg"], None));
    draft.concept("stroke", concept(Domain::Condition, "Stroke", &[]));
    draft.collect("hba1c", ActivityKind::Measure, &["screening"]);
    draft.collect("weight", ActivityKind::Measure, &["screening"]);
    draft.include("I8", "HbA1c", at_most("hba1c", "9.5", "%"));
    draft.exclude("E1", "Stroke", ever("stroke"));
    draft.declare(
        "diary",
        form_of(&[], vec![DeclaredField { kind: Some(FieldKind::Text), ..declared("mood") }]),
    );
    let forms = draft.forms();
    let names: Vec<&String> = forms.keys().collect();
    assert_eq!(names, ["SV", "DM", "DS", "IEW", "IE", "MHQ", "VS", "LB", "diary"]);
}

#[test]
fn the_visit_form_is_filled_at_every_visit_and_asks_for_the_contact_only_where_it_differs() {
    let mut draft = Draft::new();
    let forms = draft.forms();
    assert_eq!(forms["SV"].visits, ["screening", "baseline", "month_12"]);
    assert_eq!(fields(&forms, "SV"), ["SVOCCUR", "SVREASOC", "SVSTDAT"]);
    let in_window = CheckKind::InWindow { field: "SVSTDAT".into() };
    assert!(forms["SV"].checks.iter().any(|check| check.check == in_window && !check.hard));

    draft.schedule().visits["month_12"].contact = "phone".into();
    assert!(fields(&draft.forms(), "SV").contains(&"SVCNTMOD"));
}

#[test]
fn demographics_ask_for_the_country_only_where_a_rule_needs_it() {
    let mut draft = Draft::new();
    assert_eq!(fields(&draft.forms(), "DM"), ["BRTHDAT", "SEX"]);
    let country = term("country", Value::Attribute { name: "country".into() });
    let rule = Rule::Is { value: country, one_of: vec!["CN".into()] };
    draft.include("I1", "In China", clause("country is CN", rule));
    let forms = draft.forms();
    assert_eq!(fields(&forms, "DM"), ["BRTHDAT", "SEX", "COUNTRY"]);
    assert_eq!(field(&forms, "DM", "COUNTRY").why, [of_criterion("I1")]);
}

#[test]
fn the_allocation_records_the_arm_and_the_strata_that_no_other_form_holds() {
    let mut draft = Draft::new();
    draft.measure("hba1c", quantity("HbA1c", &["%"], None));
    draft.collect("hba1c", ActivityKind::Measure, &["screening"]);
    let allocation = Allocation {
        label: None,
        at: "randomization".into(),
        ratio: Stated::Missing,
        strata: Stated::Is(vec!["hba1c".into(), "sex".into(), "insulin at entry".into()]),
        blocks: Stated::Missing,
        method: Stated::Missing,
        arms: vec!["a".into(), "b".into()],
        origin: Origin::default(),
        origins: Origins::default(),
    };
    draft.trial.allocations.insert("main".into(), allocation);
    let forms = draft.forms();
    let stratum = Why::Stratum { allocation: "main".into() };
    assert!(field(&forms, "LB", "HBA1C_LBORRES").why.contains(&stratum));
    assert!(field(&forms, "DM", "SEX").why.contains(&stratum));
    let names = fields(&forms, "DS");
    assert!(names.contains(&"RANDMZTN_ARMCD"), "{names:?}");
    assert_eq!(names.iter().filter(|name| name.ends_with("_DSSTRAT")).count(), 1, "{names:?}");
}

#[test]
fn without_a_schedule_forms_are_open_and_nothing_is_missing() {
    let mut draft = Draft::new();
    draft.trial.schedule = None;
    draft.measure("hba1c", quantity("HbA1c", &["%"], None));
    let mut rule = at_most("hba1c", "9.5", "%");
    rule.origin = place(1);
    draft.include("I8", "HbA1c", rule);
    let forms = draft.forms();
    assert!(forms["LB"].visits.is_empty());
    assert_eq!(field(&forms, "LB", "HBA1C_LBORRES").visits, None);
}
