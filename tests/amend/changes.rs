//! One edit, and what is said of it.

use trialc::amend::{ChangeKind, Class, EffectKind, Part, Standing, compare};

use crate::support::{BASE, changed, lines, trial};

/// What is said of these edits, apart from forms, which follow.
fn said(edits: &[(&str, &str)]) -> Vec<String> {
    let mut difference = changed(edits);
    difference.changes.retain(|change| change.subject.part.section() != "Case report forms");
    lines(&difference)
}

#[test]
fn a_limit_that_rises_is_told_with_both_numbers() {
    let edits = [("of 7.5 to 9.5 %", "of 7.5 to 10 %"), ("in 7.5 to 9.5 %", "in 7.5 to 10 %")];
    assert_eq!(
        said(&edits),
        [
            "criterion I2 for randomization broader: Inclusion criterion I2 lets more people in: the upper limit rises from 9.5 % to 10 %."
        ]
    );
    let difference = changed(&edits);
    assert!(difference.impact().participants && difference.impact().data);
}

#[test]
fn the_same_limit_in_other_digits_is_no_change() {
    assert_eq!(said(&[("in 7.5 to 9.5 %", "in 7.50 to 9.50 %")]), [""; 0]);
}

#[test]
fn a_criterion_that_is_only_reworded_decides_the_same() {
    let edits = [("\"Pregnancy\"", "\"Positive pregnancy test\"")];
    let difference = changed(&edits);
    let standing: Vec<Standing> = difference.decisions[0]
        .criteria
        .iter()
        .filter(|one| one.new_code.as_deref() == Some("E3"))
        .map(|one| one.standing)
        .collect();
    assert_eq!(standing, [Standing::Reworded]);
    assert!(!difference.impact().is_substantial());
}

#[test]
fn a_limit_of_age_is_told_in_years() {
    assert_eq!(
        said(&[("age at consent in 18 to 75 years", "age at consent in 18 to 80 years")]),
        [
            "criterion I1 for randomization broader: Inclusion criterion I1 lets more people in: the upper limit rises from \
             75 years to 80 years."
        ]
    );
}

#[test]
fn criteria_come_and_go() {
    let edits = [(
        "  exclude E1 \"Stroke within 6 months before consent\": stroke started within 6 months before consent\n",
        "  exclude E9 \"Any malignancy\": ever malignancy\n",
    )];
    assert_eq!(
        said(&edits),
        [
            "criterion E9 for randomization added: Exclusion criterion E9 is new: “Any malignancy”.",
            "criterion E1 for randomization removed: Exclusion criterion E1 is dropped: “Stroke within 6 months before \
             consent”.",
        ]
    );
}

#[test]
fn a_time_that_is_longer_is_told_in_the_protocols_words() {
    let edits =
        [("stroke started within 6 months before consent", "stroke started within 12 months before consent")];
    assert_eq!(
        said(&edits),
        [
            "criterion E1 for randomization narrower: Exclusion criterion E1 lets fewer people in: the time changes from “within 6 months \
             before signing of informed consent” to “within 12 months before signing of informed consent”."
        ]
    );
}

#[test]
fn another_member_of_a_class_reaches_the_criteria_that_rest_on_it() {
    let difference =
        changed(&[("members: exenatide, liraglutide", "members: exenatide, liraglutide, semaglutide")]);
    let criterion = difference.changes.iter().find(|change| change.subject.part == Part::Criterion).unwrap();
    assert_eq!((criterion.subject.name.as_str(), criterion.class), ("E2", Class::Eligibility));
    let concept = difference.changes.iter().find(|change| change.subject.part == Part::Concept).unwrap();
    assert_eq!(
        concept.sentence,
        "“Incretin drugs” means something else: it now takes in semaglutide. Criteria that rest on it: E2."
    );
}

#[test]
fn a_question_is_compared_by_its_words() {
    let edits = [("\"Is the person otherwise unsuitable?\"", "\"Is the person unsuitable?\"")];
    assert_eq!(
        said(&edits),
        [
            "criterion E4 for randomization changed: Exclusion criterion E4 changes: the question “Is the person otherwise \
             unsuitable?” becomes “Is the person unsuitable?”."
        ]
    );
}

#[test]
fn windows_are_moved_tightened_loosened_and_shifted() {
    let one = |to: &str| {
        let found = changed(&[("day 29 ±7 days", to)]);
        let visit = found.changes.iter().filter(|change| change.subject.part == Part::Visit);
        visit.map(|change| (change.kind, change.sentence.clone())).collect::<Vec<_>>()
    };
    let old = "4 weeks after randomization, ±7 d (day 22 to 36)";
    for (to, kind, sentence) in [
        (
            "day 29 ±3 days",
            ChangeKind::Tightened,
            "the window is tightened: OLD becomes 4 weeks after randomization, ±3 d (day 26 to 32).",
        ),
        (
            "day 29 ±10 days",
            ChangeKind::Loosened,
            "the window is loosened: OLD becomes 4 weeks after randomization, ±10 d (day 19 to 39).",
        ),
        (
            "day 29 -3/+10 days",
            ChangeKind::Shifted,
            "the window is shifted: OLD becomes 4 weeks after randomization, −3/+10 d (day 26 to 39).",
        ),
    ] {
        assert_eq!(one(to), [(kind, format!("Visit “Week 4”: {}", sentence.replace("OLD", old)))]);
    }
    assert_eq!(
        one("day 36 ±7 days"),
        [(
            ChangeKind::Moved,
            format!(
                "Visit “Week 4” moves 7 days later: {old} becomes 5 weeks after randomization, ±7 d (day 29 to 43)."
            )
        )]
    );
    assert_eq!(one("day 29, within day 22 to 36"), [], "the same window in other words");
}

#[test]
fn a_tighter_window_concerns_those_who_are_in_and_a_looser_one_does_not() {
    let enrolled = |to: &str| {
        changed(&[("day 29 ±7 days", to)]).changes.iter().any(|change| change.has(EffectKind::Enrolled))
    };
    assert!(enrolled("day 29 ±3 days"));
    assert!(!enrolled("day 29 ±10 days"));
}

#[test]
fn visits_and_crosses_come_and_go() {
    assert_eq!(
        said(&[("    visit week_12 ", "    visit week_8 \"Week 8\": day 57 ±7 days\n    visit week_12 ")]),
        ["visit week_8 added: Visit “Week 8” is new: 8 weeks after randomization, ±7 d (day 50 to 64)."]
    );
    assert_eq!(
        said(&[(
            "collect height, systolic_bp, diastolic_bp at screening_visit",
            "collect height, systolic_bp at screening_visit, week_12"
        )]),
        [
            "activity height at week_12 added: “Height” is now also done at Week 12.",
            "activity systolic_bp at week_12 added: “Systolic blood pressure” is now also done at Week 12.",
            "activity diastolic_bp removed: “Diastolic blood pressure” is dropped from the schedule; it was done at Screening.",
        ]
    );
    assert_eq!(
        said(&[("when sex is female", "when sex is female and age at consent < 55 years")]),
        [
            "activity pregnancy_test at screening_visit changed: “Pregnancy test” at Screening is done otherwise: done only if \
             the participant is female becomes done only if the participant is female and the age at signing of informed \
             consent is below 55."
        ]
    );
}

#[test]
fn new_blood_asks_for_consent_and_a_new_question_does_not() {
    let consent = |to: &str| {
        let difference = changed(&[("collect stroke, exenatide at screening_visit", to)]);
        difference.changes.iter().any(|change| change.has(EffectKind::Consent))
    };
    assert!(consent("collect stroke, exenatide, creatinine at screening_visit"));
    assert!(!consent("collect stroke, exenatide, tobacco_smoking at screening_visit"));
}

#[test]
fn doses_and_allocation() {
    assert_eq!(
        said(&[("pill: 5 mg, oral, daily", "pill: 10 mg, oral, twice daily")]),
        [
            "arm active changed: Arm “Pill”: the dose and frequency of Study pill changes: Study pill 5 mg, oral, daily, from \
             randomization, for 12 weeks becomes Study pill 10 mg, oral, twice daily, from randomization, for 12 weeks."
        ]
    );
    let higher = changed(&[("pill: 5 mg", "pill: 10 mg")]);
    assert!(higher.changes.iter().any(|change| change.has(EffectKind::Consent)));
    let lower = changed(&[("pill: 5 mg", "pill: 2.5 mg")]);
    assert!(!lower.changes.iter().any(|change| change.has(EffectKind::Consent)), "less is no new risk");
    assert_eq!(
        said(&[("ratio: 1:1", "ratio: 2:1")]),
        ["randomize main changed: Allocation: the ratio changes from 1:1 to 2:1."]
    );
}

#[test]
fn a_primary_outcome_and_its_time() {
    let found = said(&[(
        "outcome primary hba1c_change \"Change of HbA1c\" {\n  value: change of hba1c from baseline to week_12\n  time_frame: 12 weeks",
        "outcome primary hba1c_change \"Change of HbA1c\" {\n  value: change of hba1c from baseline to week_4\n  time_frame: 4 weeks",
    )]);
    assert_eq!(
        found,
        [
            "outcome hba1c_change changed: Primary outcome “Change of HbA1c”: what is measured changes from the change of \
             HbA1c from Baseline to Week 12 to the change of HbA1c from Baseline to Week 4.",
            "outcome hba1c_change changed: Primary outcome “Change of HbA1c”: the time frame changes from 12 weeks after \
             randomization to 4 weeks after randomization.",
        ]
    );
}

#[test]
fn numbers_of_the_title_page() {
    assert_eq!(
        said(&[
            ("enrollment: 60 planned", "enrollment: 90 planned"),
            ("version: \"1.0\" dated 2024-01-10", "version: \"2.0\" dated 2024-09-01")
        ]),
        [
            "trial enrollment changed: Trial: the number of participants changes from 60 (planned) to 90 (planned)."
        ],
        "the version is what the comparison is of"
    );
}

#[test]
fn a_limit_in_another_unit_is_told_in_the_old_one_too() {
    let limit = |to: &str| {
        let difference = changed(&[("in 7.5 to 9.5 %\n", to)]);
        let of_i2 = difference.changes.iter().filter(|change| change.subject.name == "I2");
        of_i2.map(|change| change.sentence.clone()).collect::<Vec<_>>()
    };
    let told = limit("in 58 to 86 mmol/mol\n");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("falls from 7.5 % to 58 mmol/mol, which is 7.458 %"), "{told:#?}");
    assert!(told[0].contains("rises from 9.5 % to 86 mmol/mol, which is 10.02 %"), "{told:#?}");
    // The same limit is no change, whatever its unit.
    let systolic = |limit: &str| {
        trial(&BASE.replace(
            "  exclude E4",
            &format!(
                "  exclude E5 \"Pressure\": latest weight within 7 days before randomization > {limit}\n  exclude E4"
            ),
        ))
    };
    let same = compare(&systolic("120 kg"), &systolic("120,000 g"));
    assert!(same.of_meaning().next().is_none(), "{:#?}", lines(&same));
}

#[test]
fn an_exclusion_that_is_an_inclusion_now_is_one_criterion_and_its_answers_are_turned_around() {
    let turned = changed(&[(
        "exclude E4 \"Otherwise unsuitable\": attested by",
        "include E4 \"Suitable\": not attested by",
    )]);
    assert!(turned.of_meaning().next().is_none(), "{:#?}", lines(&turned));
    let told = turned.changes.iter().find(|change| change.subject.name == "E4").expect("it is told");
    assert_eq!(told.sentence, "Inclusion criterion E4 was an exclusion and decides the same.");
    assert!(told.has(EffectKind::Codes), "{told:#?}");
    // Whoever is included was excluded: two criteria.
    let other = changed(&[("exclude E4 \"Otherwise unsuitable\"", "include E4 \"Otherwise unsuitable\"")]);
    let kinds: Vec<ChangeKind> =
        other.of_meaning().filter(|change| change.subject.name == "E4").map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Added, ChangeKind::Removed]);
    // A limit from its other side, under another code.
    let with =
        |criterion: &str| trial(&BASE.replace("  exclude E4", &format!("  {criterion}\n  exclude E4")));
    let weight = "latest weight within 7 days before randomization";
    let light = with(&format!("exclude E5 \"Light\": {weight} < 40 kg"));
    let heavy = with(&format!("include I9 \"Heavy enough\": {weight} >= 40 kg"));
    let limit = compare(&light, &heavy);
    assert!(limit.of_meaning().next().is_none(), "{:#?}", lines(&limit));
    let near = compare(&light, &with(&format!("include I9 \"Heavy enough\": {weight} > 40 kg")));
    let criteria = near.of_meaning().filter(|change| change.subject.part == Part::Criterion);
    assert_eq!(criteria.count(), 2, "at 40 kg they differ: {:#?}", lines(&near));
}

#[test]
fn a_form_of_one_decision_does_not_follow_the_criteria_of_another() {
    let with = |more: &str| {
        trial(&format!(
            "{BASE}event second \"Second dose\": after randomization
eligibility for second \"Second dose\" {{ include P1 \"No stroke\": not stroke started within 6 months before second }}
{}",
            more
        ))
    };
    let extra = BASE.replace(
        "  exclude E4",
        "  exclude E5 \"Heavy\": latest weight within 7 days before randomization > 200 kg\n  exclude E4",
    );
    let second = "event second \"Second dose\": after randomization
eligibility for second \"Second dose\" { include P1 \"No stroke\": not stroke started within 6 months before second }
";
    let difference = compare(&with(""), &trial(&format!("{extra}{second}")));
    let followed: Vec<String> = difference
        .changes
        .iter()
        .filter(|change| change.property.as_deref() == Some("criteria"))
        .map(|change| change.subject.name.clone())
        .collect();
    assert!(!followed.is_empty());
    assert!(!followed.iter().any(|name| name.to_uppercase().contains("SECOND")), "{followed:?}");
}
