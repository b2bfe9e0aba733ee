//! Checks as FHIRPath over a QuestionnaireResponse. The context is the response, or the group of one record.

use crate::casebook::{
    Answer, Compared, Operator, REPEAT, Sheet, Syntax, Truth, VISIT, modulo, numbers, write,
};
use crate::model::CycleNumbers;
use crate::number::Exact;

pub(super) struct Path<'s, 'a> {
    pub sheet: &'s Sheet<'a>,
}

impl Path<'_, '_> {
    pub fn write(&self, truth: &Truth) -> Option<String> {
        write(truth, self)
    }

    /// The answer of a question, wherever it stands below the context. The unit of a number is part of its answer.
    pub fn value(&self, item: &str) -> String {
        let number = match self.sheet.item(item).map(|item| &item.answer) {
            Some(Answer::Unit { of, .. }) => of.as_str(),
            _ => item,
        };
        format!("repeat(item).where(linkId = {}).answer.value", text(number))
    }

    /// The number itself: of one that may be in several units, the value of its quantity.
    fn figure(&self, item: &str) -> String {
        let value = self.value(item);
        if self.is_quantity(item) { format!("{value}.value") } else { value }
    }

    fn is_quantity(&self, item: &str) -> bool {
        let answer = self.sheet.item(item).map(|item| &item.answer);
        matches!(answer, Some(Answer::Number(number)) if number.unit_item.is_some())
    }

    /// Whether there is an answer of which this holds. FHIRPath makes nothing of a comparison with nothing; this is false.
    fn has(&self, item: &str, test: &str) -> String {
        format!("{}.where({test}).exists()", self.value(item))
    }

    /// Between two limits, where the number is in this unit.
    pub fn within(&self, item: &str, unit: &str, low: &Exact, high: &Exact) -> Option<String> {
        let (value, (low, high)) = (self.value(item), (low.to_decimal()?, high.to_decimal()?));
        let in_unit = self.has(item, &format!("code = {}", text(unit)));
        Some(format!("({in_unit}).not() or ({value}.value >= {low} and {value}.value <= {high})"))
    }

    /// Between two limits, where there is an answer.
    pub fn between(&self, item: &str, low: &Exact, high: &Exact) -> Option<String> {
        let (value, (low, high)) = (self.value(item), (low.to_decimal()?, high.to_decimal()?));
        Some(format!("({value}.exists()).not() or ({value} >= {low} and {value} <= {high})"))
    }
}

/// A string of FHIRPath.
fn text(text: &str) -> String {
    let mut written = String::from("'");
    for sign in text.chars() {
        match sign {
            '\'' | '\\' => {
                written.push('\\');
                written.push(sign);
            }
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            sign => written.push(sign),
        }
    }
    written.push('\'');
    written
}

impl Syntax for Path<'_, '_> {
    fn is(&self, item: &str, value: &str) -> Option<String> {
        let test = match &self.sheet.item(item)?.answer {
            Answer::YesNo | Answer::Choice(_) | Answer::Unit { .. } => format!("code = {}", text(value)),
            Answer::Integer { .. } | Answer::Number(_) => return self.number(item, &value.parse().ok()?),
            Answer::Text => format!("$this = {}", text(value)),
            Answer::Date | Answer::PartialDate | Answer::Time => return None,
        };
        Some(self.has(item, &test))
    }

    fn answered(&self, item: &str) -> Option<String> {
        Some(format!("{}.exists()", self.value(item)))
    }

    fn number(&self, item: &str, value: &Exact) -> Option<String> {
        let figure = if self.is_quantity(item) { "value" } else { "$this" };
        Some(self.has(item, &format!("{figure} = {}", value.to_decimal()?)))
    }

    /// Of two dates that differ in how much they tell, nothing is known, and nothing is wrong.
    fn compare(&self, left: &str, operator: Operator, right: &str, _: Compared) -> Option<String> {
        let wrong = match operator {
            Operator::Less => ">=",
            Operator::AtMost => ">",
        };
        Some(format!("iif({} {wrong} {}, false, true)", self.figure(left), self.figure(right)))
    }

    fn same(&self, left: &str, right: &str) -> Option<String> {
        Some(format!("iif({}.code = {}.code, true, false)", self.value(left), self.value(right)))
    }

    fn past(&self, item: &str) -> Option<String> {
        Some(format!("iif({} > today(), false, true)", self.value(item)))
    }

    fn at_visit(&self, visit: &str) -> Option<String> {
        let test = format!("code = {}", text(visit));
        Some(format!("%resource.item.where(linkId = '{VISIT}').answer.value.where({test}).exists()"))
    }

    fn time(&self, cycles: &CycleNumbers) -> Option<String> {
        let test = numbers("$this", cycles, modulo)?;
        Some(format!("%resource.item.where(linkId = '{REPEAT}').answer.value.where({test}).exists()"))
    }

    fn not(&self, _: &Truth, written: String) -> Option<String> {
        Some(format!("({written}).not()"))
    }
}
