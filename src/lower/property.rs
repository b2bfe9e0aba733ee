//! Reading properties that are not rules: texts, choices, dates.

use super::Lowering;
use crate::ast::{self, Item, Name, NameOrRange, Property, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Enrollment, QualifiedDate, Stated};
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn text(&self, item: &Item, key: &str) -> Option<String> {
        self.texts(item, key).into_iter().next()
    }

    pub(super) fn texts(&self, item: &Item, key: &str) -> Vec<String> {
        item.properties_of(key).flat_map(|property| texts_of(&property.value.value)).collect()
    }

    /// The names of a list property; a range of names is reported where it has no meaning.
    pub(super) fn names(&mut self, item: &Item, key: &str) -> Vec<Name> {
        let found: Vec<NameOrRange> = item
            .properties_of(key)
            .filter_map(|property| match &property.value.value {
                Value::Names(names) => Some(names.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        found.into_iter().filter_map(|name| self.single(name)).collect()
    }

    pub(super) fn single(&mut self, name: NameOrRange) -> Option<Name> {
        match name {
            NameOrRange::Name(name) => Some(name),
            NameOrRange::Range { from, to } => {
                let message = format!("`{} to {}` is a range of visits", from.value, to.value);
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, from.span.to(to.span), message)
                        .label("names are listed here one by one")
                        .help("write each name, with commas between them"),
                );
                None
            }
        }
    }

    pub(super) fn name(&mut self, item: &Item, key: &str) -> Option<Name> {
        self.names(item, key).into_iter().next()
    }

    pub(super) fn word(&mut self, item: &Item, key: &str) -> Option<String> {
        self.name(item, key).map(|name| name.value)
    }

    pub(super) fn words_of(&mut self, item: &Item, key: &str) -> Vec<String> {
        self.names(item, key).into_iter().map(|name| name.value).collect()
    }

    /// `yes` or `no`.
    pub(super) fn truth_value(&mut self, item: &Item, key: &str) -> Option<bool> {
        match self.word(item, key)?.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    pub(super) fn flag(&self, item: &Item, key: &str) -> bool {
        item.property(key).is_some_and(|property| matches!(property.value.value, Value::Flag))
            || item.property(key).is_some_and(|property| match &property.value.value {
                Value::Names(names) => {
                    matches!(names.as_slice(), [NameOrRange::Name(name)] if name.value == "yes")
                }
                _ => false,
            })
    }

    pub(super) fn date(&self, item: &Item, key: &str) -> Option<QualifiedDate> {
        let property = item.property(key)?;
        match &property.value.value {
            Value::Date { date, basis } => Some(QualifiedDate {
                date: iso(*date),
                basis: basis.as_ref().map(|basis| basis.value.clone()),
                origin: property.value.span.into(),
            }),
            _ => None,
        }
    }

    /// A property that may say `not stated` or `unspecified`; `read` makes the value of what else is written.
    pub(super) fn stated<T>(
        &mut self,
        item: &Item,
        key: &str,
        read: impl FnOnce(&mut Self, &Property) -> Option<T>,
    ) -> Stated<T> {
        let Some(property) = item.property(key) else { return Stated::Missing };
        match &property.value.value {
            Value::NotStated => Stated::NotStated,
            Value::Unspecified(text) => Stated::Unspecified(text.value.clone()),
            _ => read(self, property).map_or(Stated::Missing, Stated::Is),
        }
    }

    pub(super) fn stated_text(&mut self, item: &Item, key: &str) -> Stated<String> {
        self.stated(item, key, |lowering, property| match &property.value.value {
            Value::Error => None,
            value => {
                let texts = texts_of(value);
                Some(if texts.is_empty() { lowering.words(property.value.span) } else { texts.join("; ") })
            }
        })
    }

    pub(super) fn enrollment(&mut self, item: &Item) -> Stated<Enrollment> {
        self.stated(item, "enrollment", |_, property| match &property.value.value {
            Value::Enrollment { count, basis } => {
                Some(Enrollment { count: *count, basis: basis.as_ref().map(|basis| basis.value.clone()) })
            }
            _ => None,
        })
    }

    /// The span of a property's value, or of the item's head where the property is not there.
    pub(super) fn span_of(&self, item: &Item, key: &str) -> Span {
        item.property(key).map_or(item.head_span(), |property| property.value.span)
    }
}

fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::Texts(texts) => texts.iter().map(|text| text.value.clone()).collect(),
        _ => Vec::new(),
    }
}

/// ISO 8601, as precise as it was written.
pub(super) fn iso(date: ast::PartialDate) -> String {
    let mut text = format!("{:04}", date.year);
    for part in [date.month, date.day].into_iter().map_while(|part| part) {
        text.push_str(&format!("-{part:02}"));
    }
    text
}
