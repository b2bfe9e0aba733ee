//! Conditions and constraints in the XPath of XForms: `${VSPERF} = 'Y'`. In a constraint, a question's own answer is `.`.

use crate::casebook::{
    Answer, Compared, Operator, REPEAT, Sheet, Syntax, Truth, VISIT, modulo, numbers, write,
};
use crate::model::CycleNumbers;
use crate::number::Exact;

pub(super) struct Expression<'s, 'a> {
    pub sheet: &'s Sheet<'a>,
    /// The question whose constraint it is.
    pub own: Option<&'s str>,
}

impl Expression<'_, '_> {
    pub fn write(&self, truth: &Truth) -> Option<String> {
        write(truth, self)
    }

    fn value(&self, item: &str) -> String {
        if self.own == Some(item) { ".".to_owned() } else { format!("${{{item}}}") }
    }

    fn is_whole_date(&self, item: &str) -> bool {
        self.sheet.item(item).is_some_and(|item| item.answer == Answer::Date)
    }

    /// Between two limits; where there are several units, in this one.
    pub fn within(
        &self,
        item: &str,
        unit: Option<(&str, &str)>,
        low: &Exact,
        high: &Exact,
    ) -> Option<String> {
        let (value, (low, high)) = (self.value(item), (low.to_decimal()?, high.to_decimal()?));
        let inside = format!("{value} >= {low} and {value} <= {high}");
        Some(match unit {
            None => inside,
            Some((unit_item, code)) => {
                format!("{} != {} or ({inside})", self.value(unit_item), literal(code)?)
            }
        })
    }
}

/// A string of XPath 1.0, which knows no escapes. `None` for one with both kinds of quotes: the forms' readers know no
/// way to join parts in a condition that they look through for questions.
fn literal(text: &str) -> Option<String> {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => Some(format!("'{text}'")),
        (true, false) => Some(format!("\"{text}\"")),
        (true, true) => None,
    }
}

impl Syntax for Expression<'_, '_> {
    fn is(&self, item: &str, value: &str) -> Option<String> {
        Some(format!("{} = {}", self.value(item), literal(value)?))
    }

    fn answered(&self, item: &str) -> Option<String> {
        Some(format!("{} != ''", self.value(item)))
    }

    fn number(&self, item: &str, value: &Exact) -> Option<String> {
        Some(format!("{} = {}", self.value(item), value.to_decimal()?))
    }

    /// Dates that may lack a part are texts, which are not ordered.
    fn compare(&self, left: &str, operator: Operator, right: &str, what: Compared) -> Option<String> {
        let sign = match operator {
            Operator::Less => "<",
            Operator::AtMost => "<=",
        };
        (what != Compared::PartialDates).then(|| format!("{} {sign} {}", self.value(left), self.value(right)))
    }

    fn same(&self, left: &str, right: &str) -> Option<String> {
        Some(format!("{} = {}", self.value(left), self.value(right)))
    }

    fn past(&self, item: &str) -> Option<String> {
        self.is_whole_date(item).then(|| format!("{} <= today()", self.value(item)))
    }

    fn at_visit(&self, visit: &str) -> Option<String> {
        Some(format!("${{{VISIT}}} = {}", literal(visit)?))
    }

    fn time(&self, cycles: &CycleNumbers) -> Option<String> {
        numbers(&self.value(REPEAT), cycles, modulo)
    }
}
