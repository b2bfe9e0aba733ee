//! Both forms of eligibility.

use trialc::model::*;

use crate::support::*;

fn draft() -> Draft {
    let mut draft = Draft::new();
    draft.measure("hba1c", quantity("HbA1c", &["%"], None));
    draft.collect("hba1c", ActivityKind::Measure, &["screening"]);
    draft.include("I8", "HbA1c of at most 9.5 %", at_most("hba1c", "9.5", "%"));
    draft.exclude("E1", "Any condition that interferes", attested("E1", "Does any condition interfere?"));
    let parts = all(vec![ever("stroke"), attested("E2.1", "Was the stroke severe?")]);
    draft.exclude("E2", "Severe stroke", parts);
    draft
}

#[test]
fn the_worksheet_has_every_criterion_with_its_code_and_wording() {
    let forms = draft().forms();
    let asked = field(&forms, "IEW", "I8_IEORRES");
    assert_eq!(asked.label, "I8. HbA1c of at most 9.5 %");
    assert_eq!(asked.answers, None, "it follows from the data");
    assert_eq!(asked.group.as_deref(), Some("Inclusion criteria"));
    assert_eq!(field(&forms, "IEW", "E1_IEORRES").group.as_deref(), Some("Exclusion criteria"));
    assert_eq!(forms["IEW"].visits, ["baseline"]);
}

#[test]
fn a_question_inside_a_criterion_is_asked_under_it_and_a_criterion_that_is_a_question_once() {
    let forms = draft().forms();
    let names = fields(&forms, "IEW");
    assert_eq!(names, ["IEDAT", "I8_IEORRES", "E1_IEORRES", "E2_IEORRES", "E2_1_IEORRES", "IEYN"]);
    let part = field(&forms, "IEW", "E2_1_IEORRES");
    assert_eq!(part.answers.as_deref(), Some("E2.1"));
    assert_eq!(part.label, "E2.1: Was the stroke severe?");
    assert_eq!(field(&forms, "IEW", "E1_IEORRES").answers.as_deref(), Some("E1"));
    assert_eq!(part.help.as_deref(), Some("Answered by the investigator."));
}

#[test]
fn the_only_question_of_a_partly_computed_criterion_has_its_own_field() {
    let mut draft = draft();
    let parts = all(vec![ever("stroke"), attested("E3", "Was it severe?")]);
    draft.exclude("E3", "Severe stroke", parts);
    let forms = draft.forms();
    assert_eq!(field(&forms, "IEW", "E3Q_IEORRES").answers.as_deref(), Some("E3"));
    assert_eq!(field(&forms, "IEW", "E3_IEORRES").answers, None, "the verdict is another answer");
}

#[test]
fn the_conclusion_follows_from_the_answers() {
    let forms = draft().forms();
    let yes = |field: &str, value: &str| FieldCondition { field: field.into(), one_of: vec![value.into()] };
    let agrees = CheckKind::Agrees {
        field: "IEYN".into(),
        yes_when: vec![yes("I8_IEORRES", "Y"), yes("E1_IEORRES", "N"), yes("E2_IEORRES", "N")],
    };
    assert!(forms["IEW"].checks.iter().any(|check| check.check == agrees && check.hard));
}

#[test]
fn a_criterion_of_some_arms_can_be_not_applicable() {
    let mut draft = draft();
    draft.trial.decisions["randomization"].criteria["I8"].arms = vec!["combined".into()];
    let forms = draft.forms();
    let FieldKind::Choice { levels } = &field(&forms, "IEW", "I8_IEORRES").kind else { panic!("a choice") };
    assert_eq!(levels.last().map(|level| level.value.as_str()), Some("NA"));
    assert_eq!(field(&forms, "IEW", "E1_IEORRES").kind, FieldKind::YesNo, "this one is for all");
}

#[test]
fn exceptions_are_records_of_the_codes() {
    let forms = draft().forms();
    assert!(forms["IE"].repeating);
    let FieldKind::Choice { levels } = &field(&forms, "IE", "IETESTCD").kind else { panic!("a choice") };
    assert_eq!(levels.iter().map(|level| level.value.as_str()).collect::<Vec<_>>(), ["I8", "E1", "E2"]);
    assert_eq!(levels[0].label.as_deref(), Some("I8: HbA1c of at most 9.5 %"));
}

#[test]
fn each_decision_has_its_worksheet_and_a_trial_without_criteria_has_none() {
    let mut draft = draft();
    let second = Decision { event: "consent".into(), ..draft.trial.decisions["randomization"].clone() };
    draft.trial.decisions.insert("consent".into(), second);
    let forms = draft.derive().forms;
    assert!(forms.contains_key("IEW_RANDMZTN") && forms.contains_key("IEW_CONSENT"));
    let FieldKind::Choice { levels } = &field(&forms, "IE", "IETESTCD").kind else { panic!("a choice") };
    let codes: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
    assert_eq!(codes, ["I8", "E1", "E2", "I8A", "E1A", "E2A"], "one code, two decisions");
    let label = levels[3].label.as_deref().expect("a label");
    assert!(label.starts_with("I8 for ") && label.to_lowercase().contains("consent"), "{label}");

    let forms = Draft::new().forms();
    assert!(!forms.contains_key("IEW") && !forms.contains_key("IE"));
}
