//! Forty synthetic people of Synthea (Apache-2.0), where they are beside the repository: what is read of them is held
//! against a count of the same file by another reader.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use trialc::eligibility::{Screener, Status};
use trialc::intake::Additions;
use trialc::intake::fhir::{Assumptions, Reader};

use super::document;

fn people() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/patients/synthea_fhir_r4.ndjson");
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    text
}

#[test]
fn every_resource_and_every_number_is_in_a_record() {
    let Some(text) = people() else { return };
    let mut reader = Reader::new(Assumptions::default());
    reader.read("synthea", &text).expect("it is FHIR");
    let (people, report) = reader.finish();
    // Another reader counts the same file.
    let (mut values, mut codes, mut persons) = (0, BTreeMap::<String, usize>::new(), 0);
    let mut resources = BTreeMap::<String, usize>::new();
    for line in text.lines() {
        let bundle: Value = serde_json::from_str(line).expect("a bundle");
        for entry in bundle["entry"].as_array().expect("entries") {
            let resource = &entry["resource"];
            let kind = resource["resourceType"].as_str().unwrap_or_default();
            *resources.entry(kind.to_owned()).or_default() += 1;
            persons += usize::from(kind == "Patient");
            if kind != "Observation" {
                continue;
            }
            let parts = resource["component"].as_array().cloned().unwrap_or_default();
            for part in parts.iter().chain([resource]) {
                if part.get("valueQuantity").is_some() || part.get("valueCodeableConcept").is_some() {
                    values += 1;
                    let code = part["code"]["coding"][0]["code"].as_str().unwrap_or_default();
                    *codes.entry(format!("loinc:{code}")).or_default() += 1;
                }
            }
        }
    }
    assert_eq!((people.len(), report.persons), (persons, persons));
    assert_eq!(people.iter().map(|person| person.record.measurements.len()).sum::<usize>(), values);
    let mut read = BTreeMap::<String, usize>::new();
    for result in people.iter().flat_map(|person| &person.record.measurements) {
        *read.entry(result.measure.clone()).or_default() += 1;
    }
    assert_eq!(read, codes);
    for (kind, count) in &report.resources {
        assert_eq!((count.read, count.used), (resources[kind], resources[kind]), "{kind}");
    }
    assert!(report.groups.is_empty(), "{}", report.render_text(20));
    let findings: usize = people.iter().map(|person| person.record.findings.len()).sum();
    let exposures: usize = people.iter().map(|person| person.record.exposures.len()).sum();
    assert_eq!((findings, exposures), (resources["Condition"], resources["MedicationRequest"]));
    // An order of a drug never shows that it was taken.
    let orders = people.iter().flat_map(|person| &person.record.exposures);
    assert!(orders.into_iter().all(|order| order.unsure.is_some()));
}

#[test]
fn adults_are_counted_as_their_dates_of_birth_say() {
    let Some(text) = people() else { return };
    let document = document(
        "eligibility for randomization {\n  include I1 \"Adults\": age at randomization >= 18 years\n  \
         include I2 \"Blood pressure\": latest systolic_bp before randomization < 180 mm[Hg]\n}\n",
    );
    let mut reader = Reader::new(Assumptions::default());
    reader.read("synthea", &text).expect("it is FHIR");
    let mut additions = Additions::default();
    additions.event("randomization=2020-01-01").expect("an event");
    let screener = Screener::of(&document);
    let (mut adults, mut decided) = (0, 0);
    for mut person in reader.finish().0 {
        additions.apply(&mut person.record);
        let verdict = screener.screen(&person.record, None);
        let status = |code: &str| verdict.decisions[0].criterion(code).expect("it is there").status;
        adults += usize::from(status("I1") == Status::Met);
        decided += usize::from(status("I2") != Status::Unknown);
    }
    let bundles = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a bundle"));
    let (mut expected, mut measured) = (0, 0);
    for bundle in bundles {
        let resources: Vec<&Value> =
            bundle["entry"].as_array().expect("entries").iter().map(|entry| &entry["resource"]).collect();
        let born = resources[0]["birthDate"].as_str().expect("a date of birth");
        expected += usize::from(born <= "2002-01-01");
        let has_pressure = resources.iter().any(|resource| {
            resource["effectiveDateTime"].as_str().is_some_and(|day| day < "2020-01-01")
                && resource["component"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|part| part["code"]["coding"][0]["code"] == "8480-6")
        });
        measured += usize::from(has_pressure);
    }
    assert_eq!((adults, decided), (expected, measured));
    assert!(adults > 5 && adults < 40 && decided > 5, "{adults} adults, {decided} with a blood pressure");
}
