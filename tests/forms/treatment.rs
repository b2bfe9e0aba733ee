//! What is given, and what is handed out.

use trialc::model::*;

use crate::support::*;

fn administration(product: &str) -> Administration {
    Administration {
        product: product.into(),
        dose: Stated::NotStated,
        level: None,
        cap: None,
        route: Stated::Missing,
        frequency: Stated::Missing,
        on: None,
        from: None,
        lasting: None,
        until: None,
        days: None,
        text: None,
        origin: Origin::default(),
    }
}

fn arm(gives: Vec<Administration>) -> Arm {
    Arm {
        label: "Arm".into(),
        kind: "experimental".into(),
        description: None,
        gives,
        query: None,
        origin: Origin::default(),
        origins: Origins::default(),
    }
}

fn one_product() -> Draft {
    let mut draft = Draft::new();
    draft.event("infusion", event("Infusion"));
    draft.visit(
        "infusion_day",
        "Infusion",
        VisitTiming::OnEvent { moment: on("infusion"), text: "on infusion".into() },
    );
    let dose = Stated::Is(Dose::Amount(Amount { number: exact("5"), unit: Some(unit("mg")) }));
    let given = Administration { on: Some(on("infusion")), dose, ..administration("cells") };
    draft.trial.arms.insert("a".into(), arm(vec![given]));
    draft.trial.arms.insert("b".into(), arm(Vec::new()));
    draft
}

#[test]
fn a_product_that_is_given_on_an_event_is_asked_at_the_visit_of_that_event() {
    let forms = one_product().forms();
    let form = &forms["EX"];
    assert_eq!(form.visits, ["infusion_day"]);
    assert!(!form.repeating);
    assert_eq!(form.arms, ["a"], "the other arm does not get it");
    assert_eq!(fields(&forms, "EX"), ["EXOCCUR", "EXREASOC", "EXSTDAT", "EXDOSE", "EXROUTE", "EXADJ"]);
    assert!(
        !forms.contains_key("DS") || !fields(&forms, "DS").iter().any(|name| name.starts_with("INFUSION"))
    );
}

#[test]
fn a_stated_dose_is_the_planned_one_and_an_unstated_one_asks_for_the_unit() {
    let stated = one_product().forms();
    let planned = CheckKind::Planned { field: "EXDOSE".into(), value: "5 mg".into() };
    assert!(stated["EX"].checks.iter().any(|check| check.check == planned && !check.hard));
    assert!(!fields(&stated, "EX").contains(&"EXDOSU"), "the unit goes with the number");

    let mut draft = one_product();
    draft.trial.arms["a"].gives[0].dose = Stated::NotStated;
    let unstated = draft.forms();
    assert!(fields(&unstated, "EX").contains(&"EXDOSU"));
    assert!(unstated["EX"].checks.iter().all(|check| !matches!(check.check, CheckKind::Planned { .. })));
}

#[test]
fn a_product_that_is_given_for_long_is_a_log_and_two_products_have_two_forms() {
    let mut draft = one_product();
    let daily = Administration {
        from: Some(on("randomization")),
        frequency: Stated::Is(Frequency::TimesDaily(2)),
        ..administration("metformin")
    };
    for arm in draft.trial.arms.values_mut() {
        arm.gives.push(daily.clone());
    }
    let forms = draft.forms();
    assert!(!forms.contains_key("EX"));
    assert!(!forms["EX_CELLS"].repeating);
    let metformin = &forms["EX_METFORMN"];
    assert!(metformin.repeating && metformin.visits.is_empty());
    assert!(metformin.arms.is_empty(), "both arms get it");
    assert!(fields(&forms, "EX_METFORMN").contains(&"EXDOSFRQ"));
    let planned = CheckKind::Planned { field: "EXDOSFRQ".into(), value: "BID".into() };
    assert!(metformin.checks.iter().any(|check| check.check == planned));
}

#[test]
fn drug_accountability_counts_what_is_handed_out_and_brought_back() {
    let mut draft = one_product();
    draft.concept("drug_accountability", concept(Domain::Procedure, "Drug accountability", &[]));
    assert!(!draft.forms().contains_key("DA"));
    draft.collect("drug_accountability", ActivityKind::Procedure, &["month_12"]);
    let forms = draft.forms();
    assert_eq!(fields(&forms, "DA"), ["DADAT", "DISPAMT_DAORRES", "RETAMT_DAORRES"]);
    assert_eq!(forms["DA"].visits, ["month_12"]);
    assert!(!forms.contains_key("PR"), "it is no procedure");
}
