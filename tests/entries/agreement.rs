//! Three judges of one entry are held to each other: the form's JSON Schema in both drafts, `validate`, and what is known of
//! the fault that was put in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use trialc::entries::{Finding, Validator, validate};

use crate::build::{MOODS, Schemas, casebook, faults, record, studies};

/// What a JSON Schema can find.
const OF_THE_FORM: [&str; 8] = ["Q01", "Q02", "Q03", "Q04", "Q05", "Q06", "Q07", "Q08"];

fn found(validator: &Validator<'_>, record: &Json) -> Vec<Finding> {
    validator.validate(&record.to_string(), None).findings
}

fn shown(findings: &[Finding]) -> String {
    findings.iter().map(|one| format!("\n  {} {}", one.code.id, one.message)).collect()
}

#[test]
fn a_right_casebook_has_no_finding_and_every_fault_is_found_by_the_check_that_should() {
    let (mut right, mut wrong) = (0, 0);
    let mut kinds: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for (study, trial) in studies() {
        let (schemas, validator) = (Schemas::of(&trial), Validator::of(&trial));
        for mood in MOODS {
            let filled = casebook(&trial, mood);
            // Everybody is asked everything here; what is not for this participant is found, and nothing else.
            let errors: Vec<Finding> = found(&validator, &record(&filled))
                .into_iter()
                .filter(|one| !one.is_query() && one.code.id != "Q14")
                .collect();
            assert!(errors.is_empty(), "{study}, {mood:?}:{}", shown(&errors));
            for good in &filled {
                assert!(schemas.accept(good.name, &good.entry), "{study}: {}: {:#}", good.name, good.entry);
                right += 1;
                // The arm of a participant closes what is of another arm; one entry alone knows no arm.
                let alone = |entry: &Json| found(&validator, &json!({ "forms": { good.name: [entry] } }));
                let before: BTreeSet<_> = keys(&alone(&good.entry));
                for fault in faults(good).into_iter().filter(|_| good.is_at_an_end()) {
                    let findings = alone(&fault.entry);
                    let new: Vec<&Finding> =
                        findings.iter().filter(|one| !before.contains(&key(one))).collect();
                    let told = format!(
                        "{study}: {} at {:?}: {}{}",
                        good.name,
                        good.visit,
                        fault.what,
                        shown(&findings)
                    );
                    assert!(
                        new.iter().any(|one| one.code.id == fault.code),
                        "{} is missed: {told}",
                        fault.code
                    );
                    assert_eq!(
                        schemas.accept(good.name, &fault.entry),
                        !fault.by_schema,
                        "the schema: {told}\n{:#}",
                        fault.entry
                    );
                    if !fault.by_schema {
                        let of_form = new.iter().filter(|one| one.code.id != fault.code);
                        let of_form: Vec<&&Finding> =
                            of_form.filter(|one| OF_THE_FORM.contains(&one.code.id)).collect();
                        assert!(of_form.is_empty(), "more than the fault: {told}");
                    }
                    *kinds.entry((fault.code.to_owned(), fault.by_schema)).or_default() += 1;
                    wrong += 1;
                }
            }
        }
    }
    println!("{right} right entries, {wrong} with a fault: {kinds:?}");
    assert!(right > 600 && wrong > 8_000, "{right} right, {wrong} wrong");
    for code in OF_THE_FORM.iter().chain(&["Q09", "Q10"]) {
        assert!(kinds.keys().any(|(known, _)| known == code), "{code} was never tried");
    }
}

type Key = (&'static str, Option<String>, Option<String>, Option<String>);

fn key(finding: &Finding) -> Key {
    (finding.code.id, finding.at.field.clone(), finding.check.clone(), finding.value.clone())
}

fn keys(findings: &[Finding]) -> BTreeSet<Key> {
    findings.iter().map(key).collect()
}

/// The entry alone and the record around it are described by published schemas.
#[test]
fn records_keep_to_their_published_schema() {
    let text = include_str!("../../docs/schemas/form-record.schema.json");
    let schema: Json = serde_json::from_str(text).expect("JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("a schema");
    let validator = jsonschema::draft202012::new(&schema).expect("compiles");
    for (study, trial) in studies() {
        for mood in MOODS {
            let record = record(&casebook(&trial, mood));
            assert!(validator.is_valid(&record), "{study}");
        }
    }
    let confirmed = json!([{ "form": "VS", "visit": "baseline", "check": "VS.X.plausible", "value": "1 kg", "reason": "so" }]);
    let right = json!({ "format": "trialc-form-record/1", "trial": "small", "version": "1.0", "forms": {}, "confirmed": confirmed });
    assert!(validator.is_valid(&right));
    for (what, wrong) in [
        ("no forms", json!({ "trial": "small" })),
        ("a form without a list", json!({ "forms": { "VS": {} } })),
        ("nobody's entry", json!({ "forms": { "VS": [{ "VISIT": "baseline" }] } })),
        ("another format", json!({ "format": "x", "forms": {} })),
        (
            "a confirmation without reason",
            json!({ "forms": {}, "confirmed": [{ "form": "VS", "check": "c", "value": "1" }] }),
        ),
    ] {
        assert!(!validator.is_valid(&wrong), "{what}");
        let trial = crate::build::small();
        assert!(validate(&trial, &wrong.to_string(), None).errors() > 0, "{what}");
    }
}
