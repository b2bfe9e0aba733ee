//! Two made-up schedules with what real ones hold: months and an arms-only visit; cycles, a run-in, a phone call.

use super::*;
use crate::model::{Measure, MeasureKind, QuantityMeasure};

pub(super) fn female() -> Clause {
    let value = Value::Attribute { name: "sex".to_owned() };
    let value = Term { text: "sex".to_owned(), value, origin: Origin::default() };
    Clause {
        text: "sex is female".to_owned(),
        rule: Rule::Is { value, one_of: vec!["female".to_owned()] },
        origin: Origin::default(),
    }
}

pub(super) fn never(procedure: &str) -> Clause {
    let finding = Finding {
        name: procedure.to_owned(),
        domain: crate::model::Domain::Procedure,
        qualifiers: Vec::new(),
        other_than: Vec::new(),
        with: Vec::new(),
    };
    let window = Window { from: None, to: None, text: String::new() };
    Clause {
        text: format!("not ever {procedure}"),
        rule: Rule::Occurs { finding, mode: Mode::Ever, window },
        origin: Origin::default(),
    }
}

/// Fertile: female and never had a hysterectomy.
pub(super) fn fertile() -> Clause {
    let not = Rule::Not { of: Box::new(never("hysterectomy")) };
    let not = Clause { text: "not ever hysterectomy".to_owned(), rule: not, origin: Origin::default() };
    Clause {
        text: "childbearing_potential".to_owned(),
        rule: Rule::All { of: vec![female(), not] },
        origin: Origin::default(),
    }
}

pub(super) fn label(draft: &mut Draft, event: &str, label: &str) {
    draft.0.events[event].label = label.to_owned();
}

pub(super) fn visit_label(draft: &mut Draft, visit: &str, label: &str) {
    draft.0.schedule.as_mut().unwrap().visits[visit].label = label.to_owned();
}

fn lab(draft: &mut Draft, name: &str, label: &str, specimen: Option<&str>) {
    let quantity = QuantityMeasure {
        unit: None,
        units: Vec::new(),
        kind: None,
        molar_mass: None,
        formula: None,
        valence: None,
        plausible: None,
        precision: None,
        formula_of: None,
    };
    let measure = Measure {
        label: label.to_owned(),
        kind: MeasureKind::Quantity(quantity),
        loinc: None,
        specimen: specimen.map(str::to_owned),
        state: None,
        turnaround: None,
        also: Vec::new(),
        source: None,
        origin: Origin::default(),
    };
    draft.0.measures.insert(name.to_owned(), measure);
    if let Some(activity) = draft.0.schedule.as_mut().unwrap().activities.get_mut(name) {
        activity.label = label.to_owned();
    }
}

pub(super) fn cells() -> Draft {
    let from = || event("randomization");
    let month = |count: i64| {
        let text = format!("{count} months after randomization, -7/+14 days");
        target(from(), after(months(count)), days(7), days(14), &text)
    };
    let mut draft = Draft::new("msc_bmmnc_t2dm")
        .arms("randomization", &["combined", "mononuclear", "insulin"])
        .clock(1, from())
        .event("consent")
        .event("withdrawal")
        .event_with("randomization", |it| {
            it.constraints.push(constraint(
                event("consent"),
                Some(after(months(4))),
                None,
                "at least 4 months after consent",
            ));
        })
        .event_with("infusion", |it| {
            it.arms = vec!["combined".to_owned(), "mononuclear".to_owned()];
            let text = "0 to 14 days after randomization";
            it.constraints.push(constraint(from(), Some(after(days(0))), Some(after(days(14))), text));
        })
        .visit("screening", "consent_visit", on(event("consent"), "on consent"))
        .visit(
            "screening",
            "screening_visit",
            range(from(), before(days(28)), before(days(1)), "day -28 to -1"),
        )
        .visit("treatment", "baseline", target(from(), after(days(0)), days(0), days(0), "day 1"))
        .visit_with("treatment", "infusion_day", on(event("infusion"), "on infusion"), |it| {
            it.arms = vec!["combined".to_owned(), "mononuclear".to_owned()];
        })
        .visit(
            "follow_up",
            "month_1",
            target(from(), after(months(1)), days(7), days(7), "1 month after randomization, ±7 days"),
        )
        .visit_with(
            "follow_up",
            "call",
            target(visit("month_1"), after(weeks(2)), days(3), days(3), "2 weeks after month_1, ±3 days"),
            |it| it.contact = "phone".to_owned(),
        )
        .visit("follow_up", "month_3", month(3))
        .visit_with("follow_up", "month_6", month(6), |it| {
            it.constraints.push(constraint(
                visit("month_3"),
                Some(after(days(60))),
                None,
                "at least 60 days after month_3",
            ));
        })
        .visit("follow_up", "month_9", month(9))
        .visit("follow_up", "month_12", month(12))
        .visit("follow_up", "early_termination", on(event("withdrawal"), "on withdrawal"));
    let everywhere: Vec<(&str, Option<&str>)> = [
        "screening_visit",
        "baseline",
        "month_1",
        "month_3",
        "month_6",
        "month_9",
        "month_12",
        "early_termination",
    ]
    .map(|visit| (visit, None))
    .into();
    draft = draft
        .collect(ActivityKind::Procedure, "informed_consent", &[("consent_visit", None)])
        .collect(
            ActivityKind::Procedure,
            "physical_examination",
            &[("screening_visit", None), ("baseline", None), ("month_12", None)],
        )
        .collect(ActivityKind::Procedure, "bone_marrow_aspiration", &[("baseline", None)])
        .collect(ActivityKind::Measure, "weight", &everywhere)
        .collect(ActivityKind::Measure, "hba1c", &everywhere)
        .collect(
            ActivityKind::Measure,
            "c_peptide",
            &[("baseline", None), ("month_6", None), ("month_12", None)],
        )
        .collect(
            ActivityKind::Measure,
            "pregnancy_test",
            &[("screening_visit", None), ("baseline", None), ("month_12", None)],
        )
        .collect(ActivityKind::Drug, "insulin", &everywhere[1..])
        .throughout(ActivityKind::Event, "adverse_event", event("consent"), Some(visit("month_12")));
    let activities = &mut draft.0.schedule.as_mut().unwrap().activities;
    for cell in &mut activities["pregnancy_test"].cells {
        cell.when = Some(fertile());
    }
    activities["bone_marrow_aspiration"].cells[0].when = Some(Clause {
        text: "arm is combined".to_owned(),
        rule: Rule::Is {
            value: Term {
                text: "arm".to_owned(),
                value: Value::Attribute { name: "arm".to_owned() },
                origin: Origin::default(),
            },
            one_of: vec!["combined".to_owned(), "mononuclear".to_owned()],
        },
        origin: Origin::default(),
    });
    activities["adverse_event"].label = "Adverse events".to_owned();
    activities["insulin"].label = "Insulin dose".to_owned();
    lab(&mut draft, "hba1c", "HbA1c", Some("blood"));
    lab(&mut draft, "c_peptide", "Fasting C-peptide", Some("serum"));
    lab(&mut draft, "pregnancy_test", "Pregnancy test", Some("urine"));
    lab(&mut draft, "weight", "Body weight", None);
    label(&mut draft, "consent", "Signing of informed consent");
    label(&mut draft, "randomization", "Randomization");
    label(&mut draft, "infusion", "Cell infusion");
    for (visit, label) in [
        ("consent_visit", "Consent"),
        ("screening_visit", "Screening"),
        ("baseline", "Baseline"),
        ("infusion_day", "Infusion"),
        ("month_1", "Month 1"),
        ("call", "Telephone call"),
        ("month_3", "Month 3"),
        ("month_6", "Month 6"),
        ("month_9", "Month 9"),
        ("month_12", "Month 12"),
        ("early_termination", "Early termination"),
    ] {
        visit_label(&mut draft, visit, label);
    }
    for (arm, label) in [("combined", "BMMSC+BMMNC"), ("mononuclear", "BMMNC"), ("insulin", "Insulin")] {
        draft.0.arms[arm].label = label.to_owned();
    }
    let epochs = &mut draft.0.schedule.as_mut().unwrap().epochs;
    for (epoch, label) in [("screening", "Screening"), ("treatment", "Treatment"), ("follow_up", "Follow-up")]
    {
        epochs[epoch].label = label.to_owned();
    }
    draft.0.header.title = "MSC and BMMNC in Type 2 Diabetes Mellitus".to_owned();
    draft.0.header.ids.push(crate::model::Identifier {
        scheme: "clinicaltrials_gov".to_owned(),
        value: "NCT01719640".to_owned(),
    });
    draft
}

pub(super) fn oncology() -> Draft {
    let dose = || event("first_dose");
    let repeat = |until: bool| cycle(days(21), None, until.then(|| event("progression")));
    let in_cycle = |day: i64, window: i64| {
        target(dose(), after(days(day - 1)), days(window), days(window), &format!("day {day} ±{window} days"))
    };
    let mut draft = Draft::new("onc")
        .clock(1, dose())
        .event("consent")
        .event("first_dose")
        .event("progression")
        .event_with("last_dose", |_| {})
        .visit("screening", "screen", range(dose(), before(days(28)), before(days(1)), "day -28 to -1"))
        .visit_with("treatment", "d1", in_cycle(1, 2), |it| it.repeat = repeat(true))
        .visit_with("treatment", "d8", in_cycle(8, 1), |it| it.repeat = repeat(true))
        .visit_with("treatment", "d15", in_cycle(15, 1), |it| {
            it.repeat = repeat(true);
            it.contact = "home".to_owned();
        })
        .visit(
            "follow_up",
            "safety",
            target(event("last_dose"), after(days(30)), days(0), days(7), "30 days after last_dose, +7 days"),
        )
        .visit("follow_up", "survival", on(event("progression"), "on progression"))
        .collect(ActivityKind::Procedure, "ct_scan", &[("screen", None), ("d1", None)])
        .collect(ActivityKind::Measure, "ecog", &[("screen", None), ("d1", None), ("safety", None)])
        .throughout(ActivityKind::Event, "adverse_event", event("consent"), Some(visit("safety")))
        .throughout(ActivityKind::Drug, "medication", event("consent"), None);
    draft.0.header.title = "A | tricky <title> & more".to_owned();
    draft
}
