//! JSON whose keys keep the order in which they were given: documents that people read.

use indexmap::IndexMap;
use serde::Serialize;

use crate::number::Exact;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Json {
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Json>),
    Object(Object),
}

/// The members of an object, in order. The keys are the compiler's and the protocol's own: no stranger chooses them, so
/// that a fast hash does.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Object(IndexMap<String, Json, foldhash::fast::FixedState>);

impl Object {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.set(key, value);
        self
    }

    /// The member, where there is a value for it.
    #[must_use]
    pub fn with_some(self, key: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub fn set(&mut self, key: &str, value: impl Into<Json>) {
        self.0.insert(key.to_owned(), value.into());
    }

    pub fn remove(&mut self, key: &str) {
        self.0.shift_remove(key);
    }

    /// Moves all members of the other here.
    pub fn append(&mut self, other: &mut Self) {
        self.0.append(&mut other.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The number as a JSON number; `None` where a reader that knows only doubles would read another one.
pub(crate) fn exact_number(value: &Exact) -> Option<Json> {
    let text = value.to_decimal()?;
    if let Some(whole) = value.to_i64().filter(|whole| whole.unsigned_abs() < 1 << 53) {
        return Some(Json::Number(whole.into()));
    }
    let number: f64 = text.parse().ok()?;
    // What is written is the shortest decimal that reads as the same double.
    let same = number.to_string().parse::<Exact>().is_ok_and(|back| back == *value);
    serde_json::Number::from_f64(number).filter(|_| same).map(Json::Number)
}

macro_rules! from {
    ($($kind:ty => $variant:ident;)*) => {$(
        impl From<$kind> for Json {
            fn from(value: $kind) -> Self {
                Json::$variant(value.into())
            }
        }
    )*};
}

from! {
    bool => Bool;
    i64 => Number;
    u32 => Number;
    &str => Text;
    &String => Text;
    String => Text;
    Object => Object;
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Json::List(items.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        exact_number(&text.parse().unwrap()).map(|number| serde_json::to_string(&number).unwrap())
    }

    #[test]
    fn a_decimal_that_a_double_tells_is_a_number() {
        assert_eq!(written("7.5").as_deref(), Some("7.5"));
        assert_eq!(written("250").as_deref(), Some("250"));
        assert_eq!(written("0.1").as_deref(), Some("0.1"));
    }

    #[test]
    fn a_number_that_a_double_rounds_is_none() {
        assert_eq!(written("1/3"), None);
        assert_eq!(written("0.1234567890123456789"), None);
        assert_eq!(written("9007199254740993"), None);
    }
}
