//! Every needed value reaches a field in time, or is told of (F01); what nothing needs is told of (F02).

use trialc::model::*;

use crate::support::*;

/// A criterion on HbA1c, underlined at 1, collected at these visits at 2; something else is collected anyway.
fn collected_at(visits: &[&str]) -> Draft {
    let mut draft = Draft::new();
    draft.measure("hba1c", quantity("HbA1c", &["%"], None));
    draft.measure("weight", quantity("Weight", &["kg"], None));
    let value = Term { origin: place(1), ..latest("hba1c") };
    let rule = compare(value, Comparator::AtMost, number("9.5", "%"), "%");
    draft.include("I8", "HbA1c of at most 9.5 %", rule);
    draft.collect("weight", ActivityKind::Measure, &["screening"]);
    if !visits.is_empty() {
        draft.collect("hba1c", ActivityKind::Measure, visits).origin = place(2);
    }
    draft
}

#[test]
fn a_criterions_variable_that_nobody_collects_is_on_no_form_in_time() {
    let derived = collected_at(&[]).derive();
    let [found] = &derived.diagnostics[..] else { panic!("{:?}", derived.diagnostics) };
    assert_eq!(found.code.id, "F01");
    assert_eq!(found.message, "criterion I8 needs `hba1c` (HbA1c), but it is on no form");
    assert_eq!(Some(found.primary.span), place(1).0, "underlines the value in the criterion");
    assert_eq!(
        found.help.as_deref(),
        Some("collect it at a visit before the decision: `collect hba1c at screening`")
    );
    let asked = field(&derived.forms, "LB", "HBA1C_LBORRES");
    assert_eq!(asked.visits, Some(Vec::new()), "it is shown, at no visit");
}

#[test]
fn one_that_is_first_collected_after_the_decision_is_told_with_the_visit() {
    let derived = collected_at(&["month_12"]).derive();
    let [found] = &derived.diagnostics[..] else { panic!("{:?}", derived.diagnostics) };
    assert_eq!(found.code.id, "F01");
    assert!(found.message.ends_with("but it is first collected after randomization"), "{}", found.message);
    assert_eq!(Some(found.secondary[0].span), place(2).0, "and the place that collects it");
}

#[test]
fn one_that_is_collected_in_time_is_in_order_on_the_day_itself_too() {
    assert!(collected_at(&["screening", "month_12"]).codes().is_empty());
    assert!(collected_at(&["baseline"]).codes().is_empty(), "the day of the decision is in time");
}

#[test]
fn a_form_of_the_author_collects_too() {
    let mut draft = collected_at(&[]);
    draft.declare("LB", DeclaredForm { at: vec!["screening".into()], ..form_of(&["hba1c"], Vec::new()) });
    let derived = draft.derive();
    assert!(derived.diagnostics.is_empty(), "{:?}", derived.diagnostics);
    assert_eq!(derived.forms["LB"].visits, ["screening"]);
}

#[test]
fn a_derived_variable_is_missing_when_one_of_its_leaves_is() {
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
    let value = Term { origin: place(1), ..latest("bmi") };
    draft.exclude("E1", "BMI", compare(value, Comparator::Greater, number("35", "kg/m2"), "kg/m2"));
    draft.collect("weight", ActivityKind::Measure, &["screening"]);
    let found = draft.derive().diagnostics;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.contains("`height`"), "{}", found[0].message);
    draft.collect("height", ActivityKind::Measure, &["screening"]);
    assert!(draft.codes().is_empty());
}

#[test]
fn an_outcomes_variable_must_be_collected_at_some_time() {
    let outcome = |measure: &str| Outcome {
        tier: Tier::Primary,
        label: "Change".into(),
        value: Stated::Is(Term {
            origin: place(3),
            ..term(
                "change",
                Value::Change {
                    relative: false,
                    measure: measure.into(),
                    from: visit("baseline"),
                    to: visit("month_12"),
                },
            )
        }),
        time_frame: Stated::Missing,
        compare: Stated::Missing,
        among: Stated::Missing,
        missing: Stated::Missing,
        events: Vec::new(),
        query: None,
        origin: Origin::default(),
        origins: Origins::default(),
    };
    let mut draft = collected_at(&["screening"]);
    draft.measure("ldl", quantity("LDL cholesterol", &["mg/dL"], None));
    draft.trial.outcomes.insert("sugar".into(), outcome("hba1c"));
    assert!(draft.codes().is_empty(), "hba1c is collected");
    draft.trial.outcomes.insert("fat".into(), outcome("ldl"));
    let found = draft.derive().diagnostics;
    assert_eq!(found.iter().map(|found| found.code.id).collect::<Vec<_>>(), ["F01"]);
    assert_eq!(found[0].message, "outcome fat needs `ldl` (LDL cholesterol), but it is on no form");
}

#[test]
fn a_score_that_nothing_uses_is_idle_and_a_vital_sign_is_a_watch_over_safety() {
    let mut draft = collected_at(&["screening"]);
    draft.measure(
        "wellbeing",
        measure("Well-being", MeasureKind::Score { low: 0, high: 10, labels: Vec::new() }),
    );
    draft.collect("wellbeing", ActivityKind::Measure, &["baseline", "month_12"]).origin = place(4);
    let found = draft.derive().diagnostics;
    assert_eq!(found.iter().map(|found| found.code.id).collect::<Vec<_>>(), ["F02"], "the weight is none");
    assert_eq!(found[0].message, "`Well-being` is collected (form QS), but nothing in the protocol uses it");
    assert_eq!(Some(found[0].primary.span), place(4).0);

    let rule = at_most("wellbeing", "5", "1");
    draft.include("I9", "Well-being", rule);
    assert!(draft.codes().is_empty(), "now a criterion uses it");
}

/// Two ways to say the same: what the rules name, walked by hand over JSON, and what stands on the forms.
#[test]
fn every_measure_that_a_rule_names_anywhere_reaches_a_field() {
    let mut draft = collected_at(&["screening"]);
    draft.measure("alt", quantity("ALT", &["U/L"], None));
    draft.measure("ast", quantity("AST", &["U/L"], None));
    draft.collect("alt", ActivityKind::Measure, &["screening"]);
    draft.collect("ast", ActivityKind::Measure, &["screening"]);
    let deep = Rule::Choose {
        condition: Box::new(is_female()),
        then: Box::new(clause("not", Rule::Not { of: Box::new(above_normal("alt", "2")) })),
        otherwise: Box::new(clause(
            "count",
            Rule::Count { of: vec![above_normal("ast", "3")], low: Some(1), high: None },
        )),
    };
    draft.include("I9", "Liver", clause("liver", deep));
    let forms = draft.forms();
    let mut named = std::collections::BTreeSet::new();
    collect_measures(&serde_json::to_value(&draft.trial.decisions).unwrap(), &mut named);
    assert_eq!(named.iter().map(String::as_str).collect::<Vec<_>>(), ["alt", "ast", "hba1c"]);
    for measure in &named {
        let mut fields = forms.values().flat_map(|form| &form.fields);
        assert!(fields.any(|field| field.measure.as_ref() == Some(measure)), "{measure}");
    }
}

fn collect_measures(json: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match json {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(name) if key == "measure" => drop(found.insert(name.to_owned())),
                    _ => collect_measures(value, found),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect_measures(item, found)),
        _ => {}
    }
}
