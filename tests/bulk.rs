//! A bulk export of FHIR: the verdict of everybody is that of their own resources, screened one by one.

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use program::run;
use serde_json::{Value, json};

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }
}

const PEOPLE: u64 = 400;
/// With these narratives the export is larger than what is joined at once.
const NARRATIVE: usize = 40_000;

fn id(person: u64) -> String {
    if person.is_multiple_of(3) { format!("{}", 1000 + person) } else { format!("p-{person}") }
}

/// The resources of a person, by the file that they stand in.
fn resources(dice: &mut Dice, person: u64) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let subject = json!({"reference": format!("Patient/{}", id(person))});
    let gender = ["female", "male", "other"][dice.below(3) as usize];
    let born = ["1970-03-02", "2002-05-15", "2002-05-16", "1999", "2002-05"][dice.below(5) as usize];
    let narrative = json!({"status": "generated", "div": "x".repeat(NARRATIVE)});
    let patient = json!({"resourceType": "Patient", "id": id(person), "gender": gender, "birthDate": born, "text": narrative});
    found.push((format!("Patient.{}.ndjson", person % 2), patient));
    for number in 0..dice.below(5) {
        let mut result = json!({"resourceType": "Observation", "id": format!("o{person}-{number}"), "status": "final",
            "subject": subject, "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
            "effectiveDateTime": format!("2020-05-{:02}", 1 + dice.below(31)), "text": narrative});
        let value = ["6.9", "7", "7.9", "9", "9.1"][dice.below(5) as usize];
        let mut quantity = json!({"value": serde_json::from_str::<Value>(value).unwrap(), "unit": "%"});
        match dice.below(12) {
            0 => quantity["comparator"] = json!("<"),
            1 => quantity["comparator"] = json!("about"),
            2 => quantity = json!({"value": 64, "unit": "mmol/mol"}),
            3 => result["status"] = json!("entered-in-error"),
            4 => drop(result.as_object_mut().unwrap().remove("effectiveDateTime")),
            _ => {}
        }
        if dice.below(10) > 0 {
            result["valueQuantity"] = quantity;
        }
        found.push((format!("Observation.{}.ndjson", dice.below(3)), result));
    }
    if dice.below(4) == 0 {
        let status = ["confirmed", "provisional", "refuted"][dice.below(3) as usize];
        let stroke = json!({"resourceType": "Condition", "id": format!("c{person}"), "subject": subject,
            "verificationStatus": {"coding": [{"code": status}]}, "onsetDateTime": "2019",
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "230690007"}]}});
        found.push(("Condition.ndjson".into(), stroke));
    }
    if dice.below(3) == 0 {
        let kind = ["MedicationRequest", "MedicationStatement"][dice.below(2) as usize];
        let drug = json!({"resourceType": kind, "id": format!("m{person}"), "status": "active", "intent": "order",
            "subject": subject, "authoredOn": "2020-05-20", "effectiveDateTime": "2020-05-20",
            "medicationReference": {"reference": format!("Medication/d{}", dice.below(2))}});
        found.push((format!("{kind}.ndjson"), drug));
    }
    found
}

/// The files of an export, and the same resources in one text.
fn export() -> (BTreeMap<String, String>, String) {
    let mut dice = Dice(20);
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for person in 0..PEOPLE {
        for (file, resource) in resources(&mut dice, person) {
            let _ = writeln!(files.entry(file).or_default(), "{resource}");
        }
    }
    let drug = |id: &str, code: &str| {
        json!({"resourceType": "Medication", "id": id,
            "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}]}})
    };
    files.insert("Medication.ndjson".into(), format!("{}\n{}\n", drug("d0", "6809"), drug("d1", "1191")));
    let all = files.values().map(String::as_str).collect();
    (files, all)
}

const GIVEN: [&str; 8] = [
    "--event",
    "consent=2020-05-15",
    "--event",
    "randomization=2020-06-01",
    "--coverage",
    "conditions",
    "--coverage",
    "drugs from 2018-01-01",
];

fn protocol(folder: &Path) {
    let trial =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/people/trial.trial")).unwrap();
    fs::write(folder.join("trial.trial"), trial).unwrap();
}

fn written(folder: &Path, files: &BTreeMap<String, String>) {
    fs::create_dir_all(folder.join("export")).unwrap();
    for (name, text) in files {
        fs::write(folder.join("export").join(name), text).unwrap();
    }
}

/// The statuses of each person, by the id.
fn one_by_one(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let verdicts: Vec<Value> = serde_json::from_str(text).unwrap();
    let of = |verdict: &Value| {
        let criteria = verdict["decisions"][0]["criteria"].as_array().unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let mut statuses: BTreeMap<String, String> =
            criteria.iter().map(|one| (word(&one["code"]), word(&one["status"]))).collect();
        statuses.insert("verdict".into(), word(&verdict["decisions"][0]["verdict"]));
        (word(&verdict["person"]), statuses)
    };
    verdicts.iter().map(of).collect()
}

#[test]
fn everybody_of_an_export_is_decided_as_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    protocol(folder.path());
    let (files, all) = export();
    assert!(all.len() > 34 << 20, "the export is joined in several parts");
    written(folder.path(), &files);
    fs::write(folder.path().join("all.ndjson"), &all).unwrap();
    let bulk = run(
        folder.path(),
        &[&["screen", "trial.trial", "--data", "export", "--format", "csv"], &GIVEN[..]].concat(),
    );
    assert_eq!(bulk.code, Some(0), "{}", bulk.err);
    let single = run(
        folder.path(),
        &[&["screen", "trial.trial", "all.ndjson", "--format", "json"], &GIVEN[..]].concat(),
    );
    assert_eq!(single.code, Some(0), "{}", single.err);
    let expected = one_by_one(&single.out);
    let mut lines = bulk.out.lines();
    assert_eq!(lines.next(), Some("person_id,decision,arm,verdict,I1,I2,E1,E2"));
    let mut order = Vec::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let own = &expected[cells[0]];
        for (name, status) in ["verdict", "I1", "I2", "E1", "E2"].into_iter().zip(&cells[3..]) {
            assert_eq!(own[name], *status, "{name} of {}", cells[0]);
            *seen.entry(status).or_default() += 1;
        }
        order.push(cells[0]);
    }
    assert_eq!(order.len() as u64, PEOPLE);
    // Numbers first, each kind in its own order.
    let (numbers, texts): (Vec<&str>, Vec<&str>) = order.iter().partition(|id| id.parse::<i64>().is_ok());
    assert_eq!(order, [numbers.clone(), texts.clone()].concat());
    assert!(numbers.is_sorted() && texts.is_sorted());
    for status in ["met", "not_met", "unknown", "eligible", "ineligible", "undetermined"] {
        assert!(seen.get(status).is_some_and(|count| *count > 10), "{status}: {seen:?}");
    }
    // What is said of the resources is said once, whatever the parts: the same counts.
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    assert_eq!(first(&bulk.err), first(&single.err));
}

#[test]
fn malformed_lines_are_counted_and_shown_and_nothing_else_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    protocol(folder.path());
    let observation = |person: &str, value: &str| {
        format!(
            r#"{{"resourceType": "Observation", "id": "o-{person}", "status": "final", "subject": {{"reference": "Patient/{person}"}}, "code": {{"coding": [{{"system": "http://loinc.org", "code": "4548-4"}}]}}, "effectiveDateTime": "2020-05-20", "valueQuantity": {{"value": {value}, "unit": "%"}}}}"#
        )
    };
    let files = BTreeMap::from([
        (
            "Patient.ndjson".to_owned(),
            "\u{feff}{\"resourceType\": \"Patient\", \"id\": \"a\", \"birthDate\": \"1980-01-01\"}\n\n{\"resourceType\": \"Patient\", \"id\"\n{\"id\": \"x\"}\n".to_owned(),
        ),
        ("Observation.1.ndjson".to_owned(), format!("{}\nno json\n", observation("a", "8"))),
        ("Observation.2.ndjson".to_owned(), observation("b", "8")),
    ]);
    written(folder.path(), &files);
    let given =
        ["screen", "trial.trial", "--data", "export", "--out", "results", "--format", "json", "--statuses"];
    let ended = run(folder.path(), &[&given, &GIVEN[..]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let said = "Malformed lines, which are nobody's and are left out: 3\n      Observation.1.ndjson:2:1: a value is expected";
    assert!(ended.out.contains("Malformed lines, which are nobody's and are left out: 3"), "{}", ended.out);
    assert!(
        ended.out.contains("Observation.1.ndjson:2:") && ended.out.contains("Patient.ndjson:3:"),
        "{said}\n{}",
        ended.out
    );
    let verdicts: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("results/verdicts.json")).unwrap())
            .unwrap();
    let people = verdicts["people"].as_array().unwrap();
    let of = |place: usize| &people[place]["decisions"]["randomization"];
    assert_eq!((people.len(), &people[0]["person_id"]), (2, &json!("a")));
    assert_eq!(
        (&of(0)["verdict"], &of(1)["verdict"]),
        (&json!("eligible"), &json!("undetermined")),
        "b has no Patient"
    );
    let statuses = fs::read_to_string(folder.path().join("results/statuses.csv")).unwrap();
    assert_eq!(statuses.lines().nth(1), Some("a,randomization,I1,,met"));
    assert_eq!(statuses.lines().count(), 1 + 2 * 4);
    for file in ["funnel.html", "funnel.csv", "read.txt"] {
        assert!(folder.path().join("results").join(file).is_file(), "{file}");
    }
}

#[test]
fn what_an_export_cannot_have_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    protocol(folder.path());
    let patient = "{\"resourceType\": \"Patient\", \"id\": \"a\", \"gender\": \"male\"}\n";
    written(folder.path(), &BTreeMap::from([("Patient.ndjson".to_owned(), patient.to_owned())]));
    fs::write(folder.path().join("with.json"), r#"{"person": {"id": "b"}, "answers": {"I1": "yes"}}"#)
        .unwrap();
    let refused = |more: &[&str]| {
        let given = ["screen", "trial.trial", "--data", "export", "--out", "results"];
        let ended = run(folder.path(), &[&given, more].concat());
        assert_eq!(ended.code, Some(2), "{}", ended.out);
        assert!(!folder.path().join("results").exists());
        ended.err
    };
    assert!(refused(&["--with", "with.json"]).contains("adds to `b`, who is not among the people"));
    assert!(
        refused(&["--coverage", "drugs in observation_period"]).contains("FHIR has no observation periods")
    );
    assert!(refused(&["--vocabulary", "export"]).contains("this folder holds FHIR"));
    let other = patient.replace("male", "female");
    fs::write(folder.path().join("export/Patient.2.ndjson"), other).unwrap();
    let err = refused(&[]);
    assert!(err.contains("Patient.ndjson: line 1") && err.contains("is described differently"), "{err}");
}
