//! Conditions and checks as XPath 1.0 over clinical data in ODM. The context is the `ItemGroupData` of the record; the
//! prefix `odm` stands for the file's own namespace.

use std::collections::BTreeMap;

use super::oid;
use crate::casebook::{Answer, Compared, Operator, Sheet, Syntax, Truth, modulo, numbers, write};
use crate::model::CycleNumbers;
use crate::number::Exact;

/// Where an answer stands in clinical data: this is what the two versions differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `ItemData/@Value`, and the unit as `ItemData/MeasurementUnitRef`.
    V1,
    /// `ItemData/Value`; the unit is an item of its own.
    V2,
}

pub(super) struct XPath<'a> {
    version: Version,
    form: &'a str,
    /// Unit items, with the number that they are the unit of.
    units: BTreeMap<&'a str, &'a str>,
}

impl<'a> XPath<'a> {
    pub fn of(version: Version, sheet: &'a Sheet<'_>) -> Self {
        let unit = |item: &'a crate::casebook::Item<'_>| match &item.answer {
            Answer::Unit { of, .. } => Some((item.name.as_str(), of.as_str())),
            _ => None,
        };
        Self { version, form: sheet.name, units: sheet.items.iter().filter_map(unit).collect() }
    }

    pub fn write(&self, truth: &Truth) -> Option<String> {
        write(truth, self)
    }

    /// The node of an answer.
    pub fn value(&self, item: &str) -> String {
        match (self.version, self.units.get(item)) {
            (Version::V1, Some(number)) => format!(
                "odm:ItemData[@ItemOID={}]/odm:MeasurementUnitRef/@MeasurementUnitOID",
                literal(&oid::item(self.form, number))
            ),
            (Version::V1, None) => {
                format!("odm:ItemData[@ItemOID={}]/@Value", literal(&oid::item(self.form, item)))
            }
            (Version::V2, _) => {
                format!("odm:ItemData[@ItemOID={}]/odm:Value", literal(&oid::item(self.form, item)))
            }
        }
    }

    /// Between two limits, where the number is in this unit.
    pub fn within(
        &self,
        item: &str,
        unit_item: &str,
        unit: &str,
        low: &Exact,
        high: &Exact,
    ) -> Option<String> {
        let value = self.value(item);
        let (low, high) = (low.to_decimal()?, high.to_decimal()?);
        Some(format!("not({}) or ({value} >= {low} and {value} <= {high})", self.is(unit_item, unit)?))
    }
}

/// A string of XPath 1.0, which knows no escapes.
pub(super) fn literal(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}

/// `20110228` of an ISO date, for comparing: XPath 1.0 orders numbers only.
fn day(date: &str) -> String {
    format!("number(translate({date}, '-', ''))")
}

impl Syntax for XPath<'_> {
    fn is(&self, item: &str, value: &str) -> Option<String> {
        let wanted = match (self.version, self.units.contains_key(item)) {
            (Version::V1, true) => oid::unit(value),
            _ => value.to_owned(),
        };
        Some(format!("{} = {}", self.value(item), literal(&wanted)))
    }

    fn answered(&self, item: &str) -> Option<String> {
        Some(format!("string({}) != ''", self.value(item)))
    }

    fn number(&self, item: &str, value: &Exact) -> Option<String> {
        Some(format!("{} = {}", self.value(item), value.to_decimal()?))
    }

    fn compare(&self, left: &str, operator: Operator, right: &str, what: Compared) -> Option<String> {
        let (left, right) = (self.value(left), self.value(right));
        let sign = match operator {
            Operator::Less => "<",
            Operator::AtMost => "<=",
        };
        Some(match what {
            Compared::Numbers => format!("{left} {sign} {right}"),
            Compared::Dates => format!("{} {sign} {}", day(&left), day(&right)),
            Compared::PartialDates => {
                // As much of each as both have.
                let left_part = format!("substring({left}, 1, string-length({right}))");
                let right_part = format!("substring({right}, 1, string-length({left}))");
                format!("{} {sign} {}", day(&left_part), day(&right_part))
            }
        })
    }

    fn same(&self, left: &str, right: &str) -> Option<String> {
        Some(format!("{} = {}", self.value(left), self.value(right)))
    }

    /// XPath 1.0 does not know the day.
    fn past(&self, _: &str) -> Option<String> {
        None
    }

    fn at_visit(&self, visit: &str) -> Option<String> {
        Some(format!("ancestor::odm:StudyEventData/@StudyEventOID = {}", literal(&oid::event(visit))))
    }

    fn time(&self, cycles: &CycleNumbers) -> Option<String> {
        numbers("ancestor::odm:StudyEventData/@StudyEventRepeatKey", cycles, modulo)
    }
}
