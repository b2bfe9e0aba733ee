//! JSON whose keys keep the order in which they were given: documents that people read.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::number::Exact;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Json<'a> {
    Bool(bool),
    Number(serde_json::Number),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// The members of an object, in order. Most have a handful, for which a list is found through faster than a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    pub fn new() -> Self {
        Self::default()
    }

    /// One more member, whose name is new here.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) -> Self {
        self.push(key, value);
        self
    }

    /// The member, where there is a value for it.
    #[must_use]
    pub fn with_some(self, key: impl Into<Cow<'a, str>>, value: Option<impl Into<Json<'a>>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// One more member, whose name is new here.
    pub fn push(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) {
        self.0.push((key.into(), value.into()));
    }

    /// Gives a member another value, or adds it; in time that grows with the number of members.
    pub fn set(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) {
        let key = key.into();
        match self.0.iter_mut().find(|(other, _)| *other == key) {
            Some((_, old)) => *old = value.into(),
            None => self.push(key, value),
        }
    }

    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(other, _)| other != key);
    }

    /// Moves all members of the other here; they have other names.
    pub fn append(&mut self, other: &mut Self) {
        self.0.append(&mut other.0);
    }

    /// A member that is an object.
    ///
    /// # Panics
    /// When there is none of this name.
    pub fn object(&mut self, key: &str) -> &mut Self {
        let member = self.0.iter_mut().find(|(other, _)| other == key).map(|(_, value)| value);
        let Some(Json::Object(object)) = member else { panic!("`{key}` is no object of the document") };
        object
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// The number as a JSON number; `None` where a reader that knows only doubles would read another one.
pub(crate) fn exact_number(value: &Exact) -> Option<Json<'static>> {
    if let Some(whole) = value.to_i64().filter(|whole| whole.unsigned_abs() < 1 << 53) {
        return Some(Json::Number(whole.into()));
    }
    let text = value.to_decimal()?;
    let number: f64 = text.parse().ok()?;
    // What is written is the shortest decimal that reads as the same double.
    let same = number.to_string().parse::<Exact>().is_ok_and(|back| back == *value);
    serde_json::Number::from_f64(number).filter(|_| same).map(Json::Number)
}

macro_rules! from {
    ($($kind:ty => $variant:ident;)*) => {$(
        impl<'a> From<$kind> for Json<'a> {
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
    &'a str => Text;
    &'a String => Text;
    String => Text;
    Object<'a> => Object;
}

impl<'a, T: Into<Json<'a>>> From<Vec<T>> for Json<'a> {
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
