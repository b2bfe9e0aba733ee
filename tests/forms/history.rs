//! Conditions, drugs, procedures and events: what the rules ask, and the logs that stay open.

use trialc::model::*;

use crate::support::*;

#[test]
fn a_condition_that_a_rule_speaks_of_is_asked_at_the_visit_of_the_check() {
    let mut draft = Draft::new();
    draft.concept("stroke", concept(Domain::Condition, "Stroke", &[]));
    draft.exclude("E26", "History of stroke", ever("stroke"));
    let forms = draft.forms();
    assert_eq!(fields(&forms, "MHQ"), ["STROKE_MHOCCUR"], "ever: no dates");
    assert_eq!(forms["MHQ"].visits, ["baseline"], "the last visit that is not after randomization");
    let asked = field(&forms, "MHQ", "STROKE_MHOCCUR");
    assert_eq!(asked.label, "Stroke: present now or at any time before?");
    assert_eq!(asked.why, [of_criterion("E26")]);
    let FieldKind::Choice { levels } = &asked.kind else { panic!("a choice") };
    assert_eq!(levels.iter().map(|level| level.value.as_str()).collect::<Vec<_>>(), ["Y", "N", "U"]);
}

#[test]
fn dates_are_asked_for_where_the_rule_has_a_window_or_a_duration() {
    let mut draft = Draft::new();
    draft.concept("t2dm", concept(Domain::Condition, "Type 2 diabetes", &[]));
    let duration = Value::DurationOf {
        finding: finding("t2dm", Domain::Condition),
        at: on("consent"),
        unit: TimeUnit::Year,
    };
    let three = term("3 years", Value::Span { duration: Duration::Months(36) });
    let rule =
        Rule::Compare { left: term("d", duration), operator: Comparator::AtLeast, right: three, unit: None };
    draft.include("I5", "Diabetes for at least 3 years", clause("duration of t2dm >= 3 years", rule));
    assert_eq!(fields(&draft.forms(), "MHQ"), ["T2DM_MHOCCUR", "T2DM_MHSTDAT"], "the onset is enough");

    let window = within_before(14, "randomization");
    draft.exclude("E9", "Diabetes now", occurs(finding("t2dm", Domain::Condition), Mode::Present, window));
    let forms = draft.forms();
    assert_eq!(fields(&forms, "MHQ"), ["T2DM_MHOCCUR", "T2DM_MHSTDAT", "T2DM_MHONGO", "T2DM_MHENDAT"]);
    let end = field(&forms, "MHQ", "T2DM_MHENDAT");
    assert_eq!(conditions(end), ["T2DM_MHOCCUR is Y", "T2DM_MHONGO is N"]);
    assert_eq!(end.kind, FieldKind::PartialDate);
}

#[test]
fn qualifiers_and_what_does_not_count_are_asked_with_the_finding() {
    let mut draft = Draft::new();
    draft.concept("malignancy", concept(Domain::Condition, "Malignancy", &[]));
    draft.concept("basal_cell_carcinoma", concept(Domain::Condition, "Basal cell carcinoma", &[]));
    let mut rule = finding("malignancy", Domain::Condition);
    rule.qualifiers = vec!["active".into()];
    rule.other_than = vec!["basal_cell_carcinoma".into()];
    draft.exclude("E23", "Any malignancy", occurs(rule, Mode::Ever, open()));
    let forms = draft.forms();
    assert_eq!(
        fields(&forms, "MHQ"),
        ["MALGNNCY_MHOCCUR", "MALGNNCY_MHTERM", "MALGNNCY_MHOTH", "MALGNNCY_MHACTIVE"]
    );
    let FieldKind::Choice { levels } = &field(&forms, "MHQ", "MALGNNCY_MHTERM").kind else {
        panic!("a choice")
    };
    assert_eq!(
        levels.iter().map(|level| level.value.as_str()).collect::<Vec<_>>(),
        ["basal_cell_carcinoma", "OTHER"]
    );
    assert_eq!(
        conditions(field(&forms, "MHQ", "MALGNNCY_MHOTH")),
        ["MALGNNCY_MHOCCUR is Y", "MALGNNCY_MHTERM is OTHER"]
    );
}

#[test]
fn a_class_of_drugs_asks_which_and_a_closed_class_knows_no_other() {
    let mut draft = Draft::new();
    draft.concept("exenatide", concept(Domain::Drug, "Exenatide", &[]));
    draft.concept("glp1", concept(Domain::DrugClass, "GLP-1 agonists", &["exenatide"]));
    let window = within_before(14, "randomization");
    draft.exclude("E32", "GLP-1", occurs(finding("glp1", Domain::DrugClass), Mode::Present, window));
    let closed = draft.forms();
    assert!(fields(&closed, "CMQ").contains(&"GLP1_CMTRT"));
    assert!(!fields(&closed, "CMQ").contains(&"GLP1_CMOTH"));
    draft.trial.concepts["glp1"].open_list = true;
    assert!(fields(&draft.forms(), "CMQ").contains(&"GLP1_CMOTH"));
}

#[test]
fn another_persons_facts_stand_on_that_persons_form() {
    let mut draft = Draft::new();
    draft.trial.persons.insert("mother".into(), "The participant's mother".into());
    draft.concept("hiv", concept(Domain::Condition, "HIV infection", &[]));
    let of = Box::new(ever("hiv"));
    draft.exclude(
        "E1",
        "Mother with HIV",
        clause("for mother: hiv", Rule::OfPerson { person: "mother".into(), of }),
    );
    let forms = draft.forms();
    assert_eq!(forms["APQ_MOTHER"].label, "The participant's mother");
    assert_eq!(fields(&forms, "APQ_MOTHER"), ["HIV_MHOCCUR"]);
    assert!(!forms.contains_key("MHQ"), "nobody asks it of the participant");
}

fn adverse_events() -> Draft {
    let mut draft = Draft::new();
    let attributes = vec![
        Attribute::Ordinal { name: "grade".into(), low: 1, high: 5 },
        Attribute::Related { name: "related_to".into(), to: "infusion".into() },
        Attribute::Flag { name: "serious".into() },
    ];
    draft.event("infusion", event("Infusion of cells"));
    draft.event("adverse_event", Event { repeats: true, attributes, ..event("Adverse event") });
    let activity = draft.collect("adverse_event", ActivityKind::Event, &[]);
    activity.throughout = Some((on("consent"), Some(visit("month_12"))));
    draft
}

#[test]
fn adverse_events_are_a_log_with_the_declared_attributes() {
    let forms = adverse_events().forms();
    let form = &forms["AE"];
    assert!(form.repeating && form.visits.is_empty());
    assert_eq!(
        fields(&forms, "AE"),
        ["AETERM", "AESTDAT", "AEONGO", "AEENDAT", "AETOXGR", "AEREL", "AESER", "AEACN", "AEOUT"]
    );
    assert_eq!(field(&forms, "AE", "AETOXGR").kind, FieldKind::Integer { low: Some(1), high: Some(5) });
    assert_eq!(field(&forms, "AE", "AEREL").label, "Related to: Infusion of cells?");
}

#[test]
fn an_adverse_event_without_grades_has_a_severity() {
    let mut draft = adverse_events();
    draft.trial.events["adverse_event"].attributes.clear();
    assert!(fields(&draft.forms(), "AE").contains(&"AESEV"));
    assert!(!fields(&adverse_events().forms(), "AE").contains(&"AESEV"), "the near miss has grades");
}

#[test]
fn a_log_is_ongoing_exactly_when_it_has_no_end_and_ends_after_it_begins() {
    let forms = adverse_events().forms();
    let checks: Vec<&CheckKind> = forms["AE"].checks.iter().map(|check| &check.check).collect();
    let ended =
        CheckKind::PresentWhen { field: "AEENDAT".into(), other: "AEONGO".into(), one_of: vec!["N".into()] };
    assert!(checks.contains(&&ended));
    assert!(checks.contains(&&CheckKind::NotAfter { first: "AESTDAT".into(), second: "AEENDAT".into() }));
    assert!(checks.contains(&&CheckKind::Unique { fields: vec!["AETERM".into(), "AESTDAT".into()] }));
    let consent = CheckKind::NotBeforeEvent { field: "AESTDAT".into(), event: "consent".into() };
    assert!(checks.contains(&&consent));
}

#[test]
fn what_an_outcome_counts_is_logged_and_what_a_criterion_counts_is_history() {
    let mut draft = Draft::new();
    draft.concept("seizure", concept(Domain::Condition, "Seizure", &[]));
    let count = Value::Count {
        finding: finding("seizure", Domain::Condition),
        mode: Mode::Present,
        window: within_before(90, "consent"),
    };
    let two = term("2", Value::Constant { number: exact("2"), unit: None, number_text: "2".into() });
    let rule =
        Rule::Compare { left: term("count", count), operator: Comparator::AtLeast, right: two, unit: None };
    draft.include("I3", "Two seizures", clause("count of seizure >= 2", rule));
    let forms = draft.forms();
    assert!(forms["MH"].repeating);
    assert!(fields(&forms, "MH").starts_with(&["MHCAT", "MHTERM", "MHSTDAT"]));
    assert!(!forms.contains_key("MHQ"), "each seizure is a record, not one question");
    assert!(!forms.contains_key("CE"));
}

#[test]
fn an_event_that_happens_once_is_a_milestone() {
    let mut draft = Draft::new();
    draft.event("withdrawal", event("Withdrawal"));
    draft.visit(
        "early_end",
        "Early end",
        VisitTiming::OnEvent { moment: on("withdrawal"), text: "on withdrawal".into() },
    );
    let forms = draft.forms();
    assert_eq!(
        fields(&forms, "DS"),
        ["RANDMZTN_DSSTDAT", "WITHDRWL_DSYN", "WITHDRWL_DSSTDAT"],
        "randomization happens to all, withdrawal to some; nothing needs the consent"
    );
}
