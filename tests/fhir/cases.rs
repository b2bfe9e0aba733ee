//! Runs `cases/*.md`: a criterion, and data by which it is met, not met or unknown.

use serde_json::Value;
use trialc::eligibility::{Screener, render_verdict_text};
use trialc::intake::Additions;
use trialc::intake::fhir::{Assumptions, Reader};

use super::document;
use super::literate::{Block, Decided, protocol, run};

const PATIENT: &str =
    r#"{"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980-03-02"}"#;

/// The resources with their person, each on a line of its own.
fn with_person(resources: &str) -> String {
    let mut text = PATIENT.to_owned() + "\n";
    for line in resources.lines().filter(|line| !line.trim().is_empty()) {
        let mut resource: Value = serde_json::from_str(line).expect("a resource on a line");
        let members = resource.as_object_mut().expect("an object");
        let of = match members["resourceType"].as_str() {
            Some("Immunization" | "AllergyIntolerance") => "patient",
            _ => "subject",
        };
        members.insert(of.into(), serde_json::json!({"reference": "Patient/p"}));
        text += &(resource.to_string() + "\n");
    }
    text
}

/// The status of the only criterion, and the verdict in words.
fn decided(block: &Block<'_>) -> Decided {
    let document = document(&protocol(block.rules));
    let given = block.given;
    let assumptions = Assumptions { orders_are_taken: given.contains(&"orders-are-taken") };
    let mut additions = Additions::default();
    for event in ["consent=2020-05-01", "randomization=2020-06-01"] {
        additions.event(event).expect("an event");
    }
    for word in given {
        if let Some(coverage) = word.strip_prefix("coverage:") {
            additions.coverage(coverage).expect("a coverage");
        } else if let Some((code, name)) = word.strip_prefix("code:").and_then(|pair| pair.split_once('=')) {
            additions.name_of_code(code, name);
        } else {
            assert_eq!(*word, "orders-are-taken", "a case knows no `{word}`");
        }
    }
    let mut reader = Reader::new(assumptions);
    reader.read("case", &with_person(block.data)).expect("it is JSON");
    let (people, report) = reader.finish();
    assert_eq!(people.len(), 1, "{}", report.render_text(50));
    let mut record = people[0].record.clone();
    additions.apply(&mut record);
    let verdict = Screener::of(&document).screen(&record, None);
    let status = serde_json::to_value(verdict.decisions[0].criteria[0].status).expect("a word");
    let words = format!("{}{}", render_verdict_text(&verdict), report.render_text(50));
    Decided { status: status.as_str().unwrap_or_default().to_owned(), words, unsaid: Vec::new() }
}

#[test]
fn results() {
    run("fhir/cases/results.md", "ndjson", decided);
}

#[test]
fn conditions_procedures_encounters_and_allergies() {
    run("fhir/cases/conditions.md", "ndjson", decided);
}

#[test]
fn drugs() {
    run("fhir/cases/drugs.md", "ndjson", decided);
}
