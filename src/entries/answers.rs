//! The answers of one record, as truths ask for them.

use super::read::Fields;
use super::value::{exact, quantity};
use crate::casebook::{Answer, Answers, Sheet};
use crate::json::{Json, Node};
use crate::number::Exact;

pub(super) struct Given<'a> {
    pub sheet: &'a Sheet<'a>,
    pub fields: &'a Fields,
    pub visit: Option<&'a str>,
    /// Which time it is of a visit that takes place more than once.
    pub time: Option<u32>,
}

impl Given<'_> {
    pub fn node(&self, field: &str) -> Option<&Node> {
        self.fields.fields.iter().find(|(name, ..)| name == field).map(|(.., node)| node)
    }

    /// The field that an item is, or whose unit it is.
    pub fn field_of<'i>(&'i self, item: &'i str) -> &'i str {
        self.sheet.item(item).map_or(item, |item| &item.field.name)
    }
}

impl Answers for Given<'_> {
    fn text(&self, item: &str) -> Option<String> {
        if let Some(Answer::Unit { of, .. }) = self.sheet.item(item).map(|item| &item.answer) {
            return quantity(self.node(of)?).map(|(_, unit)| unit.to_owned());
        }
        match &self.node(item)?.value {
            Json::Text(text) => Some(text.clone()),
            // `3` and `3.0` are one answer.
            Json::Number(written) => exact(written)?.to_decimal(),
            _ => None,
        }
    }

    fn number(&self, item: &str) -> Option<Exact> {
        let node = self.node(item)?;
        match &node.value {
            Json::Number(written) => exact(written),
            _ => exact(quantity(node)?.0),
        }
    }

    fn answered(&self, item: &str) -> bool {
        match self.sheet.item(item).map(|item| &item.answer) {
            Some(Answer::Unit { of, .. }) => self.node(of).is_some_and(|node| quantity(node).is_some()),
            _ => self.node(item).is_some(),
        }
    }

    fn visit(&self) -> Option<String> {
        self.visit.map(str::to_owned)
    }

    fn time(&self) -> Option<u32> {
        self.time
    }
}
