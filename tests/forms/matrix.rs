//! The traceability matrix as a page.

use trialc::emit;
use trialc::model::{Trial, Why};

use crate::language::repaired;

fn page(trial: &Trial) -> String {
    let artifacts = (emit::find("forms").expect("a target").emit)(trial);
    let found = artifacts.into_iter().find(|artifact| artifact.path == "forms/traceability.html");
    String::from_utf8(found.expect("the page").content).expect("text")
}

#[test]
fn every_criterion_and_outcome_stands_with_its_fields_and_every_field_with_its_reasons() {
    let trial = repaired();
    let page = page(&trial);
    for code in trial.decisions.values().flat_map(|decision| decision.criteria.keys()) {
        assert!(page.contains(&format!("<bdi>{code}</bdi>")), "{code}");
    }
    for name in trial.outcomes.keys() {
        assert!(page.contains(&format!("<bdi>{name}</bdi>")), "{name}");
    }
    for (name, form) in &trial.forms {
        for field in &form.fields {
            assert!(page.contains(&format!("id=\"{name}.{}\"", field.name)), "{name}.{}", field.name);
        }
    }
    assert!(page.contains("each reaches a field"), "nothing is missing");
    assert!(!page.contains("class=\"gap\"") && !page.contains("<script"));
}

#[test]
fn an_outcome_that_no_field_serves_and_a_field_that_serves_nothing_stand_out() {
    let mut trial = repaired();
    let outcome = Why::Outcome { name: "hba1c_change".to_owned() };
    for field in trial.forms.values_mut().flat_map(|form| &mut form.fields) {
        field.why.retain(|why| *why != outcome);
    }
    trial.forms["VS"].fields[0].why.clear();
    let page = page(&trial);
    assert!(page.contains("1 reach no field"), "the outcome");
    assert!(page.contains("No field serves it.") && page.contains("Nothing in the protocol needs it."));
    assert!(page.contains("have no reason"));
}

/// A criterion that somebody attests needs no data: its question on the worksheet is enough.
#[test]
fn what_a_person_answers_is_no_gap_and_what_is_computed_from_nothing_is() {
    let mut trial = repaired();
    let mut without_data = |code: &str| {
        for form in trial.forms.values_mut().filter(|form| form.domain != "IE") {
            for field in &mut form.fields {
                field.why.retain(|why| !matches!(why, Why::Criterion { code: other, .. } if other == code));
            }
        }
        page(&trial)
    };
    assert!(without_data("I1").contains("each reaches a field"), "I1 is attested");
    assert!(without_data("I8").contains("1 reach no field"), "I8 is computed");
}
