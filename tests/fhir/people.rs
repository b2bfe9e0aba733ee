//! Who is who: bundles, bulk files, references, versions, and what the user adds.

use serde_json::json;
use trialc::eligibility::Record;
use trialc::eligibility::record::{RecordedValue, Sex};
use trialc::intake::Additions;
use trialc::intake::fhir::{Assumptions, Reader, Sort, is_fhir};

use super::{read, said};

const WEIGHT: &str = r#""code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "effectiveDateTime": "2020-05-25", "valueQuantity": {"value": 80, "unit": "kg"}"#;

fn weight(id: &str, of: &str) -> String {
    format!(
        r#"{{"resourceType": "Observation", "id": "{id}", "status": "final", "subject": {{"reference": "{of}"}}, {WEIGHT}}}"#
    )
}

#[test]
fn fhir_is_known_by_its_resource_type() {
    assert!(is_fhir(r#"{"resourceType": "Bundle"}"#));
    assert!(is_fhir("\n [ {\"id\": \"1\", \"resourceType\": \"Patient\"}]"));
    assert!(!is_fhir(r#"{"person": {"id": "resourceType"}}"#));
    assert!(!is_fhir(""));
}

#[test]
fn what_a_patient_says_of_itself() {
    let (people, report) = read(
        r#"{"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1970-03",
            "deceasedDateTime": "2015-03-04T10:00:00Z",
            "address": [{"country": "DE"}, {"use": "old", "country": "FR"}]}"#,
    );
    let record = &people[0].record;
    assert_eq!(record.person.id.as_deref(), Some("p"));
    assert_eq!(record.person.sex, Some(Sex::Male));
    assert_eq!(record.person.born.map(|born| born.to_string()).as_deref(), Some("1970-03"));
    assert_eq!(record.person.country.as_deref(), Some("DE"));
    assert_eq!(
        (record.events[0].name.as_str(), record.events[0].on.map(|on| on.to_string())),
        ("death", Some("2015-03-04".into()))
    );
    assert!(report.groups.is_empty());
    // What is not said stays unknown: no country of three letters, no gender of another list, nobody dead.
    let (people, report) = read(
        r#"{"resourceType": "Patient", "id": "p", "gender": "M", "birthDate": "3/2/1970", "deceasedBoolean": false,
            "address": [{"country": "Germany"}]}"#,
    );
    let record = &people[0].record;
    assert_eq!((record.person.sex, record.person.born, &record.person.country), (None, None, &None));
    assert!(record.events.is_empty());
    assert_eq!(
        said(&report),
        [
            "Patient.birthDate: `3/2/1970` is no date",
            "Patient.gender: `M` is no gender of FHIR R4",
            "Patient.address.country: `Germany` is no country of two letters (ISO 3166-1): the country is left open",
        ]
    );
}

#[test]
fn bundles_lines_and_files_give_the_same_people() {
    let patient = r#"{"resourceType": "Patient", "id": "p", "gender": "female"}"#;
    let bundle = format!(
        r#"{{"resourceType": "Bundle", "type": "collection", "entry": [{{"fullUrl": "urn:uuid:1", "resource": {patient}}}, {{"resource": {}}}]}}"#,
        weight("o", "urn:uuid:1")
    );
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&bundle).unwrap()).unwrap();
    let (expected, _) = read(&bundle);
    assert_eq!(expected[0].record.measurements[0].value, RecordedValue::Number("80".parse().unwrap()));
    let lines = format!("{patient}\n{}\n", weight("o", "Patient/p"));
    let backwards = format!("{}\n{patient}\n", weight("o", "https://fhir.example/base/Patient/p/_history/3"));
    let list = format!("[{patient}, {}]", weight("o", "Patient/p"));
    for text in [&pretty, &lines, &backwards, &list] {
        let (people, report) = read(text);
        assert_eq!(people, expected, "{text}");
        assert_eq!(report.persons, 1);
    }
    // The files of a bulk export, one for each kind of resource.
    let mut reader = Reader::new(Assumptions::default());
    reader.read("Observation.ndjson", &weight("o", "Patient/p")).unwrap();
    reader.read("Patient.ndjson", patient).unwrap();
    assert_eq!(reader.finish().0, expected);
}

#[test]
fn a_resource_of_nobody_is_told_and_given_to_nobody() {
    let other = r#"{"resourceType": "Patient", "id": "p"}"#;
    let text = [
        other.to_owned(),
        weight("a", "urn:uuid:7"),
        weight("b", "Group/g"),
        r#"{"resourceType": "Observation", "id": "c", "status": "final"}"#.to_owned(),
        weight("d", "Patient/q"),
    ];
    let (people, report) = read(&text.join("\n"));
    assert!(people[0].record.measurements.is_empty());
    assert_eq!(people[1].record.person.id.as_deref(), Some("q"));
    assert_eq!(people[1].record.measurements.len(), 1);
    assert_eq!(
        people[1].notes,
        ["Patient/q, not understood: Patient: is not in the data: sex and date of birth are not known"]
    );
    let told = said(&report);
    for expected in [
        "Observation.subject: `urn:uuid:7` is nobody in this file",
        "Observation.subject: is missing: whose this is is not known",
        "Observation.subject: speaks of a Group, not of a person",
    ] {
        assert!(told.iter().any(|one| one == expected), "{told:?}");
    }
    assert_eq!(report.groups[0].first.line, 2, "the first place of what is not understood");
}

#[test]
fn addresses_mean_something_only_in_their_own_bundle() {
    let bundle = |gender: &str| {
        format!(
            r#"{{"resourceType": "Bundle", "entry": [{{"fullUrl": "urn:uuid:1", "resource": {{"resourceType": "Patient", "gender": "{gender}"}}}}, {{"resource": {}}}]}}"#,
            weight("o", "urn:uuid:1")
        )
    };
    let (people, _) = read(&format!("{}\n{}\n", bundle("male"), bundle("female")));
    assert_eq!(people.len(), 2, "two bundles, each with its own first address");
    assert!(people.iter().all(|person| person.record.measurements.len() == 1));
}

#[test]
fn one_id_of_two_persons_is_refused() {
    let read = |second: &str| {
        let mut reader = Reader::new(Assumptions::default());
        let first = r#"{"resourceType": "Patient", "id": "p", "birthDate": "1970-03-02", "identifier": [{"value": "17"}]}"#;
        reader.read("people.ndjson", &format!("{first}\n{second}"))
    };
    let error = read(r#"{"resourceType": "Patient", "id": "p", "birthDate": "1971"}"#).unwrap_err();
    assert_eq!((error.line, error.column), (2, 1));
    assert!(error.message.contains("line 1 of people.ndjson: their `birthDate`"), "{}", error.message);
    let error =
        read(r#"{"resourceType": "Patient", "id": "p", "identifier": [{"value": "18"}]}"#).unwrap_err();
    assert!(error.message.contains("their `identifier`"), "{}", error.message);
    assert_eq!(read(r#"{"resourceType": "Patient", "id": "p", "birthDate": "1970"}"#), Ok(()));
}

#[test]
fn a_resource_counts_once_and_two_versions_of_unknown_age_both_count() {
    let patient = r#"{"resourceType": "Patient", "id": "p"}"#;
    let one = weight("o", "Patient/p");
    let count = |second: &str| {
        let (people, report) = read(&format!("{patient}\n{one}\n{second}"));
        (people[0].record.measurements.len(), said(&report))
    };
    assert_eq!(count(&one), (1, vec!["Observation: the same resource again".to_owned()]));
    let (results, told) = count(&one.replace("80", "90"));
    assert_eq!(results, 2);
    assert!(told[0].contains("both count"), "{told:?}");
    assert_eq!(count(&weight("x", "Patient/p")).0, 2, "two results of one day");
}

#[test]
fn a_next_page_is_missed_and_what_was_deleted_is_not() {
    let (people, report) = read(
        r#"{"resourceType": "Bundle", "link": [{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}], "entry": [
            {"resource": {"resourceType": "Patient", "id": "p"}},
            {"request": {"method": "DELETE", "url": "Patient/q"}},
            {"resource": {"resourceType": "Claim", "id": "c"}}]}"#,
    );
    assert_eq!(people.len(), 1);
    let told = said(&report);
    assert!(told[0].starts_with("Bundle.link: there is a next page"), "{told:?}");
    assert!(told.contains(&"Claim: resources of this kind are not read".to_owned()), "{told:?}");
    assert_eq!(report.count(Sort::SetAside), 1);
}

#[test]
fn what_the_user_adds_goes_to_whom_it_is_meant_for() {
    let record = |json: serde_json::Value| Record::read(&json.to_string()).expect("a record");
    let mut additions = Additions::default();
    assert_eq!(additions.event("consent = 2020-05-01"), Ok("consent".into()));
    assert_eq!(additions.coverage("conditions from 2008 to 2020-06"), Ok(None));
    assert_eq!(additions.coverage("stroke"), Ok(Some("stroke".into())));
    additions
        .record(record(json!({"person": {"id": "p", "arm": "a", "sex": "male"}, "answers": {"I1": "yes"}})));
    let mut p = record(json!({"person": {"id": "p", "sex": "female"}, "answers": {"I2": "no"}}));
    let mut q = record(json!({"person": {"id": "q"}}));
    additions.apply(&mut p);
    additions.apply(&mut q);
    assert_eq!(
        (p.person.arm.as_deref(), p.person.sex),
        (Some("a"), Some(Sex::Female)),
        "what is recorded stands"
    );
    assert_eq!((p.answers.len(), q.answers.len()), (2, 0));
    assert_eq!((q.events.len(), q.coverage.len()), (1, 2));
    assert_eq!(additions.strangers(&["q"].into()), ["p"]);
    for (wrong, message) in [
        ("conditions since 2008", "`since` does not stand here in `conditions since 2008`"),
        ("conditions from", "a date is missing behind `from`"),
        ("conditions from 2010 to 2009", "`conditions from 2010 to 2009` ends before it begins"),
        ("", "nothing is named of which the data are complete"),
    ] {
        assert_eq!(additions.coverage(wrong).unwrap_err().message, message);
    }
    assert!(additions.event("consent").is_err() && additions.event("consent=soon").is_err());
}
