//! Verdicts on decisions: reasons, arms, events still to come, ties, and what is still to ask.

use trialc::eligibility::{Eligibility, MissingKind, Status, render_verdict_text};
use trialc::model::{Comparator, CriterionKind};

use super::support::*;

fn two_criteria() -> Protocol {
    Protocol::new()
        .include(
            "I8",
            between(
                latest("hba1c", within_before(14, "randomization")),
                quantity("7.5 %"),
                quantity("9.5 %"),
            ),
        )
        .exclude("E1", ever("stroke"))
}

#[test]
fn one_criterion_that_is_not_met_makes_ineligible_whatever_is_unknown() {
    let verdict = two_criteria().screen(&measurements(&["hba1c 9.6 % on 2011-06-28"]), None);
    let decision = &verdict.decisions[0];
    assert_eq!(decision.verdict, Eligibility::Ineligible);
    assert_eq!(decision.reasons, ["I8"]);
    assert_eq!(decision.open, ["E1"]);
}

#[test]
fn what_is_unknown_makes_undetermined_and_says_what_to_ask() {
    let verdict = two_criteria().screen(&measurements(&["hba1c 8 % on 2011-06-28"]), None);
    let decision = &verdict.decisions[0];
    assert_eq!(decision.verdict, Eligibility::Undetermined);
    assert_eq!(decision.open, ["E1"]);
    assert_eq!(decision.to_ask.len(), 1);
    assert_eq!(decision.to_ask[0].kind, MissingKind::Absence);
    assert_eq!(decision.to_ask[0].item, "stroke");
    assert_eq!(decision.to_ask[0].criteria, ["E1"]);
}

#[test]
fn everything_known_and_met_makes_eligible() {
    let record =
        measurements(&["hba1c 8 % on 2011-06-28"]).replacen('{', r#"{"absences": [{"name": "stroke"}], "#, 1);
    let verdict = two_criteria().screen(&record, None);
    assert_eq!(verdict.decisions[0].verdict, Eligibility::Eligible);
    assert_eq!(verdict.decisions[0].provisional, None);
}

#[test]
fn a_trial_without_criteria_keeps_nobody_out() {
    assert_eq!(Protocol::new().screen("{}", None).decisions[0].verdict, Eligibility::Eligible);
}

#[test]
fn of_values_tied_on_one_day_the_worst_verdict_stands_and_the_tie_is_reported() {
    let protocol = two_criteria();
    let tied = |lines: &[&str]| {
        protocol.screen(&measurements(lines), None).decisions[0].criterion("I8").expect("I8").clone()
    };
    let line = tied(&["hba1c 9.4 % on 2011-06-28", "hba1c 9.6 % on 2011-06-28"]);
    assert_eq!(line.status, Status::NotMet);
    assert!(line.ties[0].decides);
    assert_eq!(line.ties[0].values, ["9.4 %", "9.6 %"]);
    let line = tied(&["hba1c 9.4 % on 2011-06-28", "hba1c 9.3 % on 2011-06-28"]);
    assert_eq!((line.status, line.ties[0].decides), (Status::Met, false));
    let line = tied(&["hba1c 9.4 % on 2011-06-28", "hba1c 9.4 % on 2011-06-28"]);
    assert!(line.ties.is_empty(), "the same value twice is no tie");
    let line = tied(&["hba1c 9.4 % on 2011-06-28", "hba1c 9.6 on 2011-06-28"]);
    assert_eq!(line.status, Status::Unknown, "the second has no unit");
}

#[test]
fn the_worst_verdict_of_an_exclusion_is_that_it_applies() {
    let value = || latest("creatinine", within_before(28, "randomization"));
    let protocol =
        Protocol::new().exclude("E6", compare(value(), Comparator::Greater, quantity("1.5 mg/dL")));
    let record = measurements(&["creatinine 1.4 mg/dL on 2011-06-28", "creatinine 1.6 mg/dL on 2011-06-28"]);
    let verdict = protocol.screen(&record, None);
    assert_eq!(verdict.decisions[0].reasons, ["E6"]);
}

#[test]
fn one_tied_value_is_taken_throughout_a_criterion() {
    // No value is both below 7 and above 9: the two tests look at the same one.
    let value = || latest("hba1c", within_before(14, "randomization"));
    let protocol = rule(any(vec![
        compare(value(), Comparator::Less, quantity("7 %")),
        compare(value(), Comparator::Greater, quantity("9 %")),
    ]));
    let record = measurements(&["hba1c 6 % on 2011-06-28", "hba1c 10 % on 2011-06-28"]);
    assert_eq!(status(&protocol, &record), Status::Met, "each of the two does");
    let record = measurements(&["hba1c 6 % on 2011-06-28", "hba1c 8 % on 2011-06-28"]);
    assert_eq!(status(&protocol, &record), Status::NotMet);
}

#[test]
fn an_event_still_to_come_is_taken_as_today_and_makes_the_verdict_provisional() {
    let protocol = two_criteria();
    let record = r#"{"events": [{"name": "consent", "on": "2011-02-01"}], "absences": [{"name": "stroke"}],
        "measurements": [{"measure": "hba1c", "value": 8, "unit": "%", "on": "2011-06-20"}]}"#;
    let verdict = protocol.screen(record, Some("2011-06-24"));
    let decision = &verdict.decisions[0];
    assert_eq!(decision.verdict, Eligibility::Eligible);
    let provisional = decision.provisional.as_ref().expect("randomization has not happened");
    assert_eq!(provisional.awaiting[0].event, "randomization");
    let until = provisional.holds_until.map(|day| day.to_string());
    assert_eq!(until.as_deref(), Some("2011-07-04"), "14 days after the value");
    let later = protocol.screen(record, Some("2011-07-05"));
    assert_eq!(later.decisions[0].verdict, Eligibility::Undetermined, "the value is too old by then");
    let without = protocol.screen(record, None);
    assert_eq!(without.decisions[0].verdict, Eligibility::Undetermined);
    assert_eq!(without.decisions[0].to_ask[0].kind, MissingKind::Event);
}

#[test]
fn an_event_after_the_decision_is_awaited_and_one_before_it_is_missing() {
    let within = |event: &str| {
        compare(latest("hba1c", within_before(14, event)), Comparator::AtMost, quantity("9.5 %"))
    };
    let record = r#"{"measurements": [{"measure": "hba1c", "value": 8, "unit": "%", "on": "2011-06-20"}]}"#;
    let first_dose = rule(within("first_dose")).screen(record, Some("2011-06-24"));
    assert_eq!(first_dose.decisions[0].verdict, Eligibility::Eligible);
    assert!(first_dose.decisions[0].provisional.is_some());
    let consent = rule(within("consent")).screen(record, Some("2011-06-24"));
    assert_eq!(
        consent.decisions[0].verdict,
        Eligibility::Undetermined,
        "consent comes before: its date is missing"
    );
    assert_eq!(consent.decisions[0].provisional, None);
}

#[test]
fn a_criterion_for_some_arms_gives_one_verdict_for_each_open_arm() {
    let protocol = Protocol::new().arms(&["cells", "insulin"]).include("I1", attested("I1")).criterion(
        "E9",
        CriterionKind::Exclude,
        &["cells"],
        ever("stroke"),
    );
    let record = |arm: &str| {
        format!(
            r#"{{"person": {{{arm}}}, {EVENTS}, "answers": {{"I1": "yes"}}, "findings": [{{"name": "stroke", "on": "2001"}}]}}"#
        )
    };
    let verdict = protocol.screen(&record(""), None);
    let decision = &verdict.decisions[0];
    assert_eq!(decision.arms["cells"].verdict, Eligibility::Ineligible);
    assert_eq!(decision.arms["cells"].reasons, ["E9"]);
    assert_eq!(decision.arms["insulin"].verdict, Eligibility::Eligible);
    assert_eq!(decision.verdict, Eligibility::Eligible, "for one arm at least");
    let allocated = protocol.screen(&record(r#""arm": "cells""#), None);
    assert_eq!(allocated.decisions[0].verdict, Eligibility::Ineligible);
    let other = protocol.screen(&record(r#""arm": "insulin""#), None);
    assert_eq!(other.decisions[0].criterion("E9").expect("E9").status, Status::NotApplicable);
    assert_eq!(other.decisions[0].verdict, Eligibility::Eligible);
}

#[test]
fn an_event_of_some_arms_is_no_anchor_in_the_others() {
    let mut infusion = event_after("Cell infusion", "randomization", days(0), Some(days(14)));
    infusion.arms = vec!["cells".into()];
    let window = window(Some(moved(at("infusion"), before(days(30)))), None, "from 30 days before infusion");
    let protocol = Protocol::new().arms(&["cells", "insulin"]).event("infusion", infusion).criterion(
        "E9",
        CriterionKind::Exclude,
        &["cells", "insulin"],
        present("stroke", window),
    );
    let record = with(r#""absences": [{"name": "stroke", "from": "2001"}]"#)
        .replace(r#""events": ["#, r#""events": [{"name": "infusion", "on": "2011-07-05"}, "#);
    let verdict = protocol.screen(&record, None);
    assert_eq!(verdict.decisions[0].arms["cells"].verdict, Eligibility::Eligible);
    let insulin = verdict.decisions[0]
        .criteria
        .iter()
        .find(|line| line.arm.as_deref() == Some("insulin"))
        .expect("a line");
    assert_eq!(insulin.status, Status::Unknown);
    assert!(
        insulin.because[0]
            .missing
            .iter()
            .any(|missing| missing.why == "`infusion` does not happen in arm `insulin`")
    );
}

#[test]
fn words_that_the_trial_does_not_use_are_noted_and_decide_nothing() {
    let record = with(
        r#""findings": [{"name": "strok", "on": "2001"}], "answers": {"I8": "yes", "Q7": "no"},
           "measurements": [{"measure": "hba1x", "value": 8, "unit": "%", "on": "2011-06-28"}]"#,
    );
    let verdict = two_criteria().screen(&record, None);
    assert_eq!(verdict.decisions[0].verdict, Eligibility::Undetermined);
    assert_eq!(
        verdict.notes,
        [
            "no criterion uses a measure called `hba1x`; did you mean `hba1c`?",
            "no criterion uses a finding called `strok`; did you mean `stroke`?",
            "the answer to `I8` is not used: `I8` is decided from the record",
            "no criterion asks for `Q7`",
        ]
    );
}

#[test]
fn the_explanation_reads_like_a_note_to_a_colleague() {
    let record = measurements(&["hba1c 81 mmol/mol on 2011-06-28"])
        .replace(r#""person": {"#, r#""person": {"id": "P-17", "#);
    let text = render_verdict_text(&two_criteria().screen(&record, None));
    insta::assert_snapshot!(text);
}
