//! Runs `cases/*.md`: a criterion, and data by which it is met, not met or unknown.

use std::fs;
use std::path::Path;

use serde_json::Value;
use trialc::eligibility::{Screener, render_verdict_text};
use trialc::intake::Additions;
use trialc::intake::fhir::{Assumptions, Reader};

use super::document;

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
fn decided(rules: &str, resources: &str, given: &[&str]) -> (String, String) {
    let (items, criterion): (Vec<&str>, Vec<&str>) =
        rules.lines().partition(|line| !line.starts_with("include ") && !line.starts_with("exclude "));
    let text =
        format!("{}\neligibility for randomization {{\n{}\n}}\n", items.join("\n"), criterion.join("\n"));
    let document = document(&text);
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
    reader.read("case", &with_person(resources)).expect("it is JSON");
    let (people, report) = reader.finish();
    assert_eq!(people.len(), 1, "{}", report.render_text(50));
    let mut record = people[0].record.clone();
    additions.apply(&mut record);
    let verdict = Screener::of(&document).screen(&record, None);
    let status = serde_json::to_value(verdict.decisions[0].criteria[0].status).expect("a word");
    let words = format!("{}{}", render_verdict_text(&verdict), report.render_text(50));
    (status.as_str().unwrap_or_default().to_owned(), words)
}

fn run(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fhir/cases").join(file);
    let text = fs::read_to_string(path).expect("the cases are there");
    let (mut title, mut rules, mut block) = (String::new(), String::new(), None::<(String, String)>);
    let (mut count, mut wrong, mut seen) = (0, Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        match &mut block {
            None if line.starts_with("## ") => title = line[3..].to_owned(),
            None => block = line.strip_prefix("```").map(|info| (info.to_owned(), String::new())),
            Some((_, inside)) if line != "```" => *inside += &format!("{line}\n"),
            Some((info, inside)) => {
                let mut words = info.split_whitespace();
                match words.next() {
                    Some("trial") => rules = inside.clone(),
                    Some("ndjson") => {
                        let wanted = words.next().expect("a status");
                        let given: Vec<&str> = words.collect();
                        let (status, words) = decided(&rules, inside, &given);
                        if status != wanted {
                            wrong.push(format!(
                                "{file}:{}: {title}: {status}, not {wanted}\n{words}",
                                number + 1
                            ));
                        }
                        count += 1;
                        seen.push((title.clone(), status));
                    }
                    _ => panic!("{file}:{}: no such block", number + 1),
                }
                block = None;
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} cases of {file} are wrong:\n\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count > 15, "{file} holds {count} cases");
    // A case in which something holds, and a near miss.
    let mut titles: Vec<&String> = seen.iter().map(|(title, _)| title).collect();
    titles.dedup();
    for title in titles {
        let statuses: Vec<&String> =
            seen.iter().filter(|(of, _)| of == title).map(|(_, status)| status).collect();
        assert!(statuses.iter().any(|status| *status != statuses[0]), "{file}: {title}: no near miss");
    }
}

#[test]
fn results() {
    run("results.md");
}

#[test]
fn conditions_procedures_encounters_and_allergies() {
    run("conditions.md");
}

#[test]
fn drugs() {
    run("drugs.md");
}
