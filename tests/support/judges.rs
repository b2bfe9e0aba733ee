//! The published schemas as judges of JSON.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value as Json;

fn schema(text: &str) -> Validator {
    let schema: Json = serde_json::from_str(text).expect("a schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "a schema follows its own standard");
    jsonschema::validator_for(&schema).expect("a schema compiles")
}

pub static RECORD: LazyLock<Validator> =
    LazyLock::new(|| schema(include_str!("../../docs/schemas/record.schema.json")));
pub static VERDICT: LazyLock<Validator> =
    LazyLock::new(|| schema(include_str!("../../docs/schemas/verdict.schema.json")));
pub static DOCUMENT: LazyLock<Validator> =
    LazyLock::new(|| schema(include_str!("../../docs/schemas/eligibility.schema.json")));

/// What a validator has against an instance; empty when it is valid.
pub fn objections(validator: &Validator, instance: &Json) -> Vec<String> {
    validator.iter_errors(instance).map(|error| format!("{} at {}", error, error.instance_path())).collect()
}
