//! Data that are wrong, by mistake or on purpose: a message with its place, and never a panic.

use proptest::prelude::*;
use serde_json::{Value, json};
use trialc::eligibility::record::RecordedValue;
use trialc::intake::fhir::{Assumptions, Reader};

use super::{read, said};

const PATIENT: &str = r#"{"resourceType": "Patient", "id": "p"}"#;

/// What is said of resources of person `p`.
fn told(resources: &[Value]) -> Vec<String> {
    let mut text = PATIENT.to_owned();
    for resource in resources {
        let mut resource = resource.clone();
        resource["subject"] = json!({"reference": "Patient/p"});
        text += &format!("\n{resource}");
    }
    let (people, report) = read(&text);
    assert_eq!(people.len(), 1);
    // What is not understood decides nothing: its value is not known, or its day.
    for result in &people[0].record.measurements {
        assert!(matches!(result.value, RecordedValue::Unknown(_)) || !result.on.is_exact(), "{result:?}");
    }
    assert!(report.groups.iter().all(|group| group.first.line > 1 && group.first.file == "people.ndjson"));
    said(&report)
}

#[test]
fn wrong_types_are_named_by_their_element() {
    let observation = |changed: Value| {
        let mut whole = json!({"resourceType": "Observation", "id": "o", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
            "effectiveDateTime": "2020-05-25", "valueQuantity": {"value": 8, "unit": "%"}});
        for (key, value) in changed.as_object().expect("changes") {
            whole[key] = value.clone();
        }
        told(&[whole])
    };
    for (changed, expected) in [
        (json!({"status": 1}), "Observation.status: a text is expected, and this is a number"),
        (
            json!({"status": "done"}),
            "Observation.status: `done` is no status of FHIR R4: the value of the result is not known",
        ),
        (json!({"status": null}), "Observation.status: is missing: whether this counts is not known"),
        (json!({"code": "4548-4"}), "Observation.code: an object is expected, and this is a text"),
        (
            json!({"code": {"coding": {}}}),
            "Observation.code.coding: a list is expected, and this is an object",
        ),
        (
            json!({"code": {"coding": [1]}}),
            "Observation.code.coding: an object is expected, and this is a number",
        ),
        (
            json!({"valueQuantity": {"value": "8"}}),
            "Observation.valueQuantity.value: a number is expected, and this is a text",
        ),
        (json!({"valueQuantity": {"unit": "%"}}), "Observation.valueQuantity.value: is missing"),
        (json!({"valueQuantity": []}), "Observation.valueQuantity: a list does not stand here"),
        (
            json!({"valueQuantity": {"value": 8, "comparator": "~"}}),
            "Observation.valueQuantity.comparator: `~` is no comparator of FHIR R4",
        ),
        (json!({"valueString": "8"}), "Observation.value[x]: is there in two forms: none of them counts"),
        (
            json!({"valueQuantity": null, "valueRatio": {}}),
            "Observation.valueRatio: is a sort of value that a record cannot hold",
        ),
        (json!({"effectiveDateTime": "yesterday"}), "Observation.effectiveDateTime: `yesterday` is no date"),
        (
            json!({"effectiveDateTime": null, "effectiveTiming": {}}),
            "Observation.effectiveTiming: is not a date or a period: it may be any day",
        ),
        (
            json!({"component": [{"valueQuantity": {"value": 1}}], "valueQuantity": null}),
            "Observation.component.code: is missing: what was measured is not known",
        ),
    ] {
        let told = observation(changed.clone());
        // An index stands in the place of the first, not in the name of the kind.
        assert!(
            told.iter().any(|one| one.replace("value[x]", "value") == expected.replace("value[x]", "value")),
            "{changed}: {told:?}"
        );
    }
}

#[test]
fn text_that_is_no_json_is_refused_at_its_place() {
    let place = |text: &str| {
        let mut reader = Reader::new(Assumptions::default());
        let error = reader.read("x", text).unwrap_err();
        (error.line, error.column, error.message)
    };
    assert_eq!(
        place(&format!("{PATIENT}\n{{\"resourceType\": \"Patient\"")),
        (2, 27, "`,` or `}` is expected".into())
    );
    assert_eq!(place("{\"resourceType\": \"A\",\n \"a\": 01}"), (2, 7, "this is no JSON number".into()));
    let twice = format!("{PATIENT}\n{{\"resourceType\": \"Patient\", \"id\": \"1\", \"id\": \"2\"}}");
    assert_eq!(place(&twice), (2, 46, "the key `id` stands twice in one object".into()));
    let deep = format!("{{\"resourceType\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(place(&deep).2.contains("nested"));
}

#[test]
fn huge_and_foul_texts_are_cut_and_cleaned() {
    let huge = "x".repeat(10_000_000);
    let foul = "\u{1b}[31m<script>\u{202e}\u{7}";
    let told = told(&[
        json!({"resourceType": "Observation", "id": huge, "status": huge}),
        json!({"resourceType": "Observation", "id": foul, "status": foul}),
        json!({"resourceType": foul}),
    ]);
    let all = told.join("\n");
    assert!(all.len() < 2000, "{}", all.len());
    assert!(!all.contains('\u{1b}') && !all.contains('\u{202e}') && all.contains("<script>"), "{all}");
}

#[test]
fn a_bundle_in_a_bundle_and_a_bundle_of_nothing() {
    let (people, report) = read(&format!(
        r#"{{"resourceType": "Bundle", "entry": [{{"resource": {{"resourceType": "Bundle", "entry": [{{"resource": {PATIENT}}}, {{}}, 7]}}}}]}}"#
    ));
    assert_eq!(people.len(), 1);
    assert_eq!(
        said(&report),
        ["Bundle.entry: an object is expected, and this is a number", "Bundle.entry: holds no resource"]
    );
    assert!(read(r#"{"resourceType": "Bundle"}"#).0.is_empty());
    assert_eq!(
        said(&read("{\"resourceType\": \"Bundle\"}\n{}").1),
        ["Resource: has no `resourceType`: it is no resource of FHIR"]
    );
}

/// Resources that look like FHIR and may be wrong anywhere.
fn nearly_fhir() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("final"),
        Just("active"),
        Just("completed"),
        Just("order"),
        Just("2020-05-25"),
        Just("1970-02-30"),
        Just("Patient/p"),
        Just("#1"),
        Just("http://loinc.org"),
        Just("4548-4"),
        Just("%"),
        Just("a"),
        Just("<"),
        Just("\u{202e}")
    ];
    let leaf = prop_oneof![
        4 => word.prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<f64>().prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "id",
        "status",
        "intent",
        "subject",
        "patient",
        "reference",
        "code",
        "coding",
        "system",
        "display",
        "text",
        "valueQuantity",
        "valueString",
        "value",
        "unit",
        "comparator",
        "effectiveDateTime",
        "effectivePeriod",
        "start",
        "end",
        "component",
        "referenceRange",
        "low",
        "high",
        "clinicalStatus",
        "verificationStatus",
        "onsetAge",
        "onsetDateTime",
        "abatementRange",
        "performedPeriod",
        "medicationCodeableConcept",
        "medicationReference",
        "dosage",
        "doseAndRate",
        "doseQuantity",
        "timing",
        "repeat",
        "frequency",
        "period",
        "periodUnit",
        "birthDate",
        "gender",
        "class",
        "type",
        "meta",
        "lastUpdated",
        "occurrenceDateTime",
        "vaccineCode",
        "contained",
        "entry",
        "resource",
        "fullUrl",
        "address",
        "country",
        "identifier",
    ]);
    let inner = leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            4 => prop::collection::btree_map(key.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    });
    let kind = prop::sample::select(vec![
        "Patient",
        "Observation",
        "Condition",
        "Procedure",
        "Encounter",
        "MedicationStatement",
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationDispense",
        "Immunization",
        "AllergyIntolerance",
        "Medication",
        "Bundle",
    ]);
    (kind, inner).prop_map(|(kind, mut value)| {
        if let Some(members) = value.as_object_mut() {
            members.insert("resourceType".into(), kind.into());
            for of in ["subject", "patient"] {
                members.entry(of).or_insert_with(|| json!({"reference": "Patient/p"}));
            }
        }
        value
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is read is used, or told of.
    #[test]
    fn nothing_panics_and_nothing_disappears(resources in prop::collection::vec(nearly_fhir(), 1..6)) {
        let lines: Vec<String> = resources.iter().map(Value::to_string).collect();
        let text = lines.join("\n");
        let mut reader = Reader::new(Assumptions::default());
        if reader.read("x", &text).is_ok() {
            let (people, report) = reader.finish();
            prop_assert_eq!(people.len(), report.persons);
            for (kind, count) in &report.resources {
                let silent = ["Patient", "Medication"].contains(&kind.as_str());
                let told: usize = report.groups.iter().map(|group| group.count).sum();
                prop_assert!(silent || count.read <= count.used + told, "{kind}: {count:?}\n{text}");
            }
            prop_assert!(report.render_text(5).lines().count() < 20);
        }
    }
}
