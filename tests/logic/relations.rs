//! One criterion against another: each relation, and a near miss.

use trialc::logic::{Engine, Relation};
use trialc::model::Fact;

use crate::protocol::{population, related, said, trial_with};

#[track_caller]
fn holds(old: &str, new: &str, expected: &str) {
    let found = said(&related(old, new));
    assert_eq!(found, expected, "\n{old}\n{new}");
}

#[test]
fn other_words_other_codes_and_another_order_are_the_same() {
    holds(
        "include I1 \"HbA1c 7.5 to 9.5\": latest hba1c within 14 days before randomization in 7.5 to 9.5 %",
        "include I9 \"Between\": latest hba1c within 2 weeks before randomization >= 7.50 % and latest hba1c within 14 days before randomization <= 9.5 %",
        "same",
    );
    holds(
        "exclude E1 \"A or B\": ever stroke or latest inr within 14 days before randomization > 1.5",
        "include I1 \"Neither\": not (latest inr within 14 days before randomization > 1.5 or ever stroke)",
        "same",
    );
    holds(
        "exclude E1 \"Unwilling\": declined by participant \"Contraception\"",
        "exclude E7 \"Unwilling\": declined by participant \"Contraception\"",
        "same",
    );
}

#[test]
fn another_question_is_another_criterion() {
    holds(
        "exclude E1 \"Unwilling\": declined by participant \"Contraception\"",
        "exclude E1 \"Unwilling\": declined by participant \"Abstinence\"",
        "incomparable: gained yes to Contraception; lost yes to Abstinence",
    );
}

#[test]
fn units_are_brought_to_one_another_exactly() {
    holds(
        "exclude E1 \"Creatinine\": latest creatinine within 14 days before randomization > 1.5 mg/dL",
        "exclude E1 \"Creatinine\": latest creatinine within 14 days before randomization > 15 mg/L",
        "same",
    );
    // 80 mmol/mol are 9.4704 %.
    holds(
        "exclude E1 \"HbA1c\": latest hba1c within 14 days before randomization > 9.5 %",
        "exclude E1 \"HbA1c\": latest hba1c within 14 days before randomization > 80 mmol/mol",
        "narrower: lost HbA1c 9.5 %",
    );
}

#[test]
fn a_wider_limit_gains_people_and_a_tighter_one_loses_them() {
    let at = |limits: &str| {
        format!("include I1 \"HbA1c\": latest hba1c within 14 days before randomization in {limits} %")
    };
    holds(&at("7.5 to 9.5"), &at("7.5 to 10"), "broader: gained HbA1c 9.6 %");
    holds(&at("7.5 to 10"), &at("7.5 to 9.5"), "narrower: lost HbA1c 9.6 %");
    holds(&at("7.5 to 9.5"), &at("8 to 10"), "incomparable: gained HbA1c 9.6 %; lost HbA1c 7.5 %");
}

#[test]
fn a_boundary_that_changes_sides_changes_one_value() {
    holds(
        "exclude E1 \"Age\": age at consent > 65 years",
        "exclude E1 \"Age\": age at consent >= 65 years",
        "narrower: lost age at consent 65 years",
    );
    // Completed years are whole.
    holds(
        "exclude E1 \"Age\": age at consent > 65 years",
        "exclude E1 \"Age\": age at consent >= 66 years",
        "same",
    );
}

#[test]
fn a_longer_window_finds_more() {
    let within = |months: u32| {
        format!("exclude E1 \"Stroke\": stroke started within {months} months before randomization")
    };
    holds(&within(6), &within(12), "narrower: lost Stroke");
    holds(&within(12), &within(6), "broader: gained Stroke");
    // Half a year is never longer than 184 days, and may be shorter.
    holds(
        &within(6),
        "exclude E1 \"Stroke\": stroke started within 184 days before randomization",
        "narrower: lost Stroke",
    );
    holds(
        "exclude E1 \"Stroke\": stroke started within 180 days before randomization",
        &within(6),
        "narrower: lost Stroke",
    );
}

#[test]
fn a_class_holds_its_members() {
    holds(
        "exclude E1 \"Drug\": taking exenatide at randomization",
        "exclude E1 \"Drug\": taking glp1_agonists at randomization",
        "narrower: lost GLP-1 receptor agonists",
    );
    holds(
        "exclude E1 \"Drug\": taking exenatide at randomization or taking glp1_agonists at randomization",
        "exclude E1 \"Drug\": taking glp1_agonists at randomization",
        "same",
    );
    holds(
        "exclude E1 \"Drug\": taking metformin at randomization or taking glp1_agonists at randomization",
        "exclude E1 \"Drug\": taking glp1_agonists at randomization",
        "broader: gained Metformin",
    );
}

#[test]
fn limits_by_sex_are_told_apart() {
    holds(
        "exclude E1 \"Creatinine\": latest creatinine within 28 days before randomization > by sex (1.5 mg/dL for male, 1.4 mg/dL for female)",
        "exclude E1 \"Creatinine\": latest creatinine within 28 days before randomization > 1.5 mg/dL",
        "broader: gained Serum creatinine 1.41 mg/dL",
    );
    // Without the sex, the first can say less.
    holds(
        "exclude E1 \"Creatinine\": latest creatinine within 28 days before randomization > by sex (1.5 mg/dL for male, 1.5 mg/dL for female)",
        "exclude E1 \"Creatinine\": latest creatinine within 28 days before randomization > 1.5 mg/dL",
        "same",
    );
}

#[test]
fn what_differs_only_where_data_are_missing_is_said_to() {
    holds(
        "exclude E1 \"INR\": latest inr within 14 days before randomization > 1.5",
        "exclude E1 \"INR\": latest inr within 14 days before randomization > 1.5 and (ever stroke or not ever stroke)",
        "same when complete",
    );
}

#[test]
fn computed_quantities_and_limits_of_normal_have_witnesses_too() {
    let bmi = |limit: u32| {
        format!("exclude E1 \"BMI\": latest bmi within 28 days before randomization > {limit} kg/m2")
    };
    holds(&bmi(35), &bmi(40), "broader: gained Body mass index 36 kg/m2");
    let alt = |limit: &str| {
        format!("exclude E1 \"ALT\": latest alt within 14 days before randomization > {limit} x ULN")
    };
    holds(&alt("3"), &alt("2.5"), "narrower: lost Alanine aminotransferase 2.6 x ULN");
}

#[test]
fn months_and_days_are_told_apart_on_the_calendar() {
    let lasting =
        |length: &str| format!("include I1 \"Therapy\": time from smt_start to randomization >= {length}");
    holds(
        &lasting("4 months"),
        &lasting("3 months"),
        "broader: gained time from smt_start to randomization 3 months",
    );
    // Four months are 120 to 123 days.
    holds(
        &lasting("4 months"),
        &lasting("120 days"),
        "broader: gained time from smt_start to randomization 3 months",
    );
    holds(
        &lasting("124 days"),
        &format!("{} and time from smt_start to randomization >= 124 days", lasting("4 months")),
        "same",
    );
}

#[test]
fn a_wider_criterion_gains_nobody_where_another_still_excludes_them() {
    let criteria = |limit: &str| {
        format!(
            "include I8 \"HbA1c\": latest hba1c within 14 days before randomization in 7.5 to {limit} %
             exclude E3 \"HbA1c\": latest hba1c within 14 days before randomization > 9.5 %"
        )
    };
    assert_eq!(said(&related(&criteria("9.5"), &criteria("10"))), "broader: gained HbA1c 9.6 %");
    assert_eq!(said(&population(&criteria("9.5"), &criteria("10"))), "same");
    let old = crate::protocol::trial(&criteria("9.5"));
    let new = crate::protocol::trial(&criteria("10"));
    let mut engine = trialc::logic::Engine::of(&old, &new);
    assert_eq!(engine.blockers("randomization", "I8", "I8"), ["E3"]);
}

#[test]
fn who_has_a_member_that_a_class_lost_is_shown_and_confirmed() {
    let class = |members: &str| {
        format!(
            "condition bleeding \"Bleeding\" {{ snomed: 131148009 }}
condition infarction \"Infarction\" {{ snomed: 22298006 }}
condition dizziness \"Dizziness\" {{ snomed: 404640003 }}
condition heart_event \"Event of the heart\" {{ members: {members} }}"
        )
    };
    let rule = "exclude E1 \"Events\": heart_event started within 6 months before randomization\n";
    for (old, new, gains) in [
        ("bleeding, infarction, dizziness", "bleeding, infarction", true),
        ("bleeding", "bleeding, dizziness", false),
    ] {
        let (one, two) = (trial_with(&class(old), rule), trial_with(&class(new), rule));
        let relation = Engine::of(&one, &two).population("randomization").expect("both decide");
        let witness = match (&relation, gains) {
            (Relation::Broader { gained }, true) => gained,
            (Relation::Narrower { lost }, false) => lost,
            (other, _) => panic!("{old} to {new}: {}", said(other)),
        };
        assert!(witness.is_confirmed(), "{old} to {new}: {witness:#?}");
        let has_dizziness = |facts: &[Fact]| {
            facts.iter().any(|fact| matches!(fact, Fact::Happened { name, .. } if name == "dizziness"))
        };
        assert!(has_dizziness(&witness.facts) && has_dizziness(&witness.old_facts), "{witness:#?}");
    }
}
