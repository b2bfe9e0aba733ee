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

/// The value and the words of a list's only planned answer, behind which stands `Another`.
fn planned_level(forms: &Named<Form>, form: &str, name: &str) -> (String, String) {
    let FieldKind::Choice { levels } = &field(forms, form, name).kind else { panic!("{name} is a list") };
    assert_eq!(levels.last().expect("a level").value, "OTHER");
    (levels[0].value.clone(), levels[0].label.clone().expect("a label"))
}

/// CDISC's SDTM terminology, codelist C66729.
#[test]
fn a_route_is_submitted_as_its_term_of_the_codelist() {
    for (route, term) in [
        ("oral", "ORAL"),
        ("intravenous_drip", "INTRAVENOUS DRIP"),
        ("inhaled", "RESPIRATORY (INHALATION)"),
        ("otic", "AURICULAR (OTIC)"),
        ("intra_articular", "INTRA-ARTICULAR"),
        ("intratumoral", "INTRATUMOR"),
        ("intracoronal_dental", "INTRACORONAL, DENTAL"),
        // Listed there as a synonym of another term.
        ("intratracheal", "ENDOTRACHEAL"),
        // Not listed: the sponsor's own term.
        ("intracranial", "INTRACRANIAL"),
    ] {
        let mut draft = one_product();
        draft.trial.arms["a"].gives[0].route = Stated::Is(route.into());
        let forms = draft.forms();
        let (value, words) = planned_level(&forms, "EX", "EXROUTE");
        assert_eq!(value, term);
        assert_eq!(words.to_lowercase(), route.replace('_', " "), "the site reads the protocol's word");
        let planned = CheckKind::Planned { field: "EXROUTE".into(), value: term.into() };
        assert!(forms["EX"].checks.iter().any(|check| check.check == planned), "{route}");
    }
}

/// CDISC's SDTM terminology, codelist C71113: `QS` and `Q2S` are synonyms there, not submission values.
#[test]
fn a_frequency_is_submitted_as_its_term_of_the_codelist() {
    for (frequency, term) in [
        (Frequency::Every(Duration::Days(7)), "EVERY WEEK"),
        (Frequency::Every(Duration::Days(14)), "EVERY 2 WEEKS"),
        (Frequency::Every(Duration::Days(3)), "Q3D"),
        (Frequency::Every(Duration::Months(1)), "QM"),
        (Frequency::Every(Duration::Months(12)), "PA"),
        (Frequency::Every(Duration::Minutes(60)), "QH"),
        (Frequency::Every(Duration::Minutes(480)), "Q8H"),
        (Frequency::TimesWeekly(3), "3 TIMES PER WEEK"),
    ] {
        let mut draft = one_product();
        let often = Administration {
            from: Some(on("randomization")),
            frequency: Stated::Is(frequency),
            ..administration("cells")
        };
        draft.trial.arms["a"].gives = vec![often];
        assert_eq!(planned_level(&draft.forms(), "EX", "EXDOSFRQ").0, term);
    }
}

/// What the codelists lack is told where the forms are built.
#[test]
fn a_term_that_no_codelist_has_is_told_as_the_sponsors_own() {
    let losses = |route: &str| {
        let mut draft = one_product();
        draft.trial.arms["a"].gives[0].route = Stated::Is(route.into());
        draft.trial.forms = draft.forms();
        let artifacts = (trialc::emit::find("forms").expect("a target").emit)(&draft.trial);
        let found = artifacts.into_iter().find(|artifact| artifact.path == "forms/losses.md");
        String::from_utf8(found.expect("the report").content).expect("text")
    };
    assert!(losses("intracranial").contains("- EXROUTE `INTRACRANIAL` (intracranial)"));
    assert!(!losses("inhaled").contains("EXROUTE"));
}
