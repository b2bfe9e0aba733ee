//! Numbers of a record, exactly as they are written: a JSON number never passes through a binary float.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::number::Exact;

/// What a result says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RecordedValue {
    Number(Exact),
    /// `"<0.5"`: below what the assay can measure.
    Below(Exact),
    /// `">120"`.
    Above(Exact),
    /// A word of the measure's list: `"positive"`.
    Level(String),
    /// There is a result, and nobody knows its value: `null`, or `{"unknown": "why"}` with the reason as a clause of its
    /// own (`its comparison is not understood`). It stands in the way of older values; it is never left out.
    Unknown(Option<String>),
}

impl fmt::Display for RecordedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordedValue::Number(number) => number.fmt(f),
            RecordedValue::Below(number) => write!(f, "<{number}"),
            RecordedValue::Above(number) => write!(f, ">{number}"),
            RecordedValue::Level(level) => f.pad(level),
            RecordedValue::Unknown(_) => f.pad("not known"),
        }
    }
}

impl Default for RecordedValue {
    fn default() -> Self {
        RecordedValue::Unknown(None)
    }
}

impl RecordedValue {
    /// Reads `9.6`, `<0.5`, `>120`; everything else is a word.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        let number = |rest: &str| rest.trim_start_matches('=').trim().parse::<Exact>().ok();
        let found = match (text.strip_prefix(['<', '≤']), text.strip_prefix(['>', '≥'])) {
            (Some(rest), _) => number(rest).map(RecordedValue::Below),
            (_, Some(rest)) => number(rest).map(RecordedValue::Above),
            _ => number(text).map(RecordedValue::Number),
        };
        found.unwrap_or_else(|| RecordedValue::Level(text.to_owned()))
    }
}

impl Serialize for RecordedValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RecordedValue::Unknown(None) => serializer.serialize_none(),
            RecordedValue::Unknown(Some(why)) => WhyUnknown { unknown: why.clone() }.serialize(serializer),
            said => serializer.collect_str(said),
        }
    }
}

/// `{"unknown": "its comparison is not understood"}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WhyUnknown {
    unknown: String,
}

impl<'de> Deserialize<'de> for RecordedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match written(&raw) {
            Written::Text(text) if !text.trim().is_empty() => Ok(Self::read(&text)),
            Written::Number(text) => text.parse().map(RecordedValue::Number).map_err(D::Error::custom),
            Written::Other if raw.get() == "null" => Ok(RecordedValue::Unknown(None)),
            Written::Other if raw.get().starts_with('{') => {
                let why: WhyUnknown = serde_json::from_str(raw.get()).map_err(|_| {
                    D::Error::custom(
                        "a value that is not known is written as null, or as { \"unknown\": \"why\" }",
                    )
                })?;
                Ok(RecordedValue::Unknown(Some(why.unknown)))
            }
            _ => Err(D::Error::custom(format!(
                "a value is a number or a text, not `{raw}`; write null for a result of which the value is not known"
            ))),
        }
    }
}

enum Written {
    Number(String),
    Text(String),
    Other,
}

fn written(raw: &RawValue) -> Written {
    let text = raw.get();
    match text.bytes().next() {
        Some(b'"') => serde_json::from_str(text).map_or(Written::Other, Written::Text),
        Some(b'-' | b'0'..=b'9') => Written::Number(text.to_owned()),
        _ => Written::Other,
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    match written(&raw) {
        Written::Number(text) | Written::Text(text) => text.parse().map_err(D::Error::custom),
        Written::Other => Err(D::Error::custom(format!("`{raw}` is not a number"))),
    }
}

/// A number that may be absent or null, written as a JSON number or as a text.
pub(super) mod optional {
    use super::{Deserialize, Deserializer, Exact, RawValue, Serializer, number};

    pub fn serialize<S: Serializer>(value: &Option<Exact>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Exact>, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get() == "null" {
            return Ok(None);
        }
        number(&*raw).map(Some).map_err(serde::de::Error::custom)
    }
}

/// How much of a drug, such as 1000 mg/d.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dose {
    #[serde(deserialize_with = "number")]
    pub value: Exact,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}
