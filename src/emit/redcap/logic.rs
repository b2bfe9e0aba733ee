//! Conditions in REDCap's logic: `[vsperf] = 'Y'`. It has no word for `not`, so that contraries are written out.

use super::names::Names;
use crate::casebook::{Answer, Compared, LISTED, Operator, Sheet, Syntax, Truth, numbers, write};
use crate::model::CycleNumbers;
use crate::number::Exact;

/// The smart variable that tells which time a repeating event takes place.
const INSTANCE: &str = "[current-instance]";

pub(super) struct Logic<'n, 'a> {
    pub names: &'n Names<'a>,
    pub sheet: &'n Sheet<'a>,
}

impl Logic<'_, '_> {
    /// The truth as logic; `None` where REDCap has no way to say it.
    pub fn write(&self, truth: &Truth) -> Option<String> {
        write(&truth.clone().pushed_down(), self)
    }

    fn field(&self, item: &str) -> Option<String> {
        self.names.field(self.sheet.name, item).map(|field| format!("[{field}]"))
    }

    /// Dates that lack a part are text to REDCap.
    fn is_whole_date(&self, item: &str) -> bool {
        self.sheet.item(item).is_some_and(|item| item.answer == Answer::Date)
    }

    /// Equal, or not equal, to each of these.
    fn each(&self, field: &str, sign: &str, values: &[String], word: &str) -> String {
        let parts: Vec<String> = values.iter().map(|value| format!("{field} {sign} '{value}'")).collect();
        if parts.len() > 1 { format!("({})", parts.join(word)) } else { parts.concat() }
    }

    fn event(&self, visit: &str) -> Option<String> {
        self.names.event(visit).map(|event| event.unique.clone())
    }
}

impl Syntax for Logic<'_, '_> {
    fn is(&self, item: &str, value: &str) -> Option<String> {
        Some(format!("{} = '{}'", self.field(item)?, self.names.code(self.sheet.name, item, value)))
    }

    fn answered(&self, item: &str) -> Option<String> {
        Some(format!("{} <> ''", self.field(item)?))
    }

    fn number(&self, item: &str, value: &Exact) -> Option<String> {
        Some(format!("{} = {}", self.field(item)?, value.to_decimal()?))
    }

    fn compare(&self, left: &str, operator: Operator, right: &str, what: Compared) -> Option<String> {
        let (from, to) = (self.field(left)?, self.field(right)?);
        let sign = |less: &'static str, at_most: &'static str| match operator {
            Operator::Less => less,
            Operator::AtMost => at_most,
        };
        match what {
            Compared::Numbers => Some(format!("{from} {} {to}", sign("<", "<="))),
            Compared::Dates => Some(format!("datediff({from}, {to}, 'd', true) {} 0", sign(">", ">="))),
            Compared::PartialDates => None,
        }
    }

    fn same(&self, left: &str, right: &str) -> Option<String> {
        Some(format!("{} = {}", self.field(left)?, self.field(right)?))
    }

    fn past(&self, item: &str) -> Option<String> {
        self.is_whole_date(item).then_some(())?;
        Some(format!("datediff({}, 'today', 'd', true) >= 0", self.field(item)?))
    }

    fn at_visit(&self, visit: &str) -> Option<String> {
        Some(format!("[event-name] = '{}'", self.event(visit)?))
    }

    /// The number of the instance of a repeating event. There is no word for remainders.
    fn time(&self, cycles: &CycleNumbers) -> Option<String> {
        numbers(INSTANCE, cycles, |_, _, _| None)
    }

    /// What is compared has answers wherever the contrary is asked for.
    fn not(&self, truth: &Truth, _: String) -> Option<String> {
        Some(match truth {
            Truth::Is { item, one_of } => {
                let codes: Vec<String> =
                    one_of.iter().map(|value| self.names.code(self.sheet.name, item, value)).collect();
                self.each(&self.field(item)?, "<>", &codes, " and ")
            }
            Truth::Answered(item) => format!("{} = ''", self.field(item)?),
            Truth::Number { item, value } => format!("{} <> {}", self.field(item)?, value.to_decimal()?),
            Truth::Compare { left, operator, right, what } => {
                let contrary = match operator {
                    Operator::Less => Operator::AtMost,
                    Operator::AtMost => Operator::Less,
                };
                self.compare(right, contrary, left, *what)?
            }
            Truth::Same { left, right } => format!("{} <> {}", self.field(left)?, self.field(right)?),
            Truth::Past(item) => {
                self.is_whole_date(item).then_some(())?;
                format!("datediff({}, 'today', 'd', true) < 0", self.field(item)?)
            }
            Truth::AtVisit(visits) => {
                let events: Vec<String> =
                    visits.iter().map(|visit| self.event(visit)).collect::<Option<_>>()?;
                self.each("[event-name]", "<>", &events, " and ")
            }
            Truth::Time(cycles) => {
                let listed: Vec<String> = cycles.listed(LISTED)?.iter().map(u32::to_string).collect();
                self.each(INSTANCE, "<>", &listed, " and ")
            }
            Truth::All(_) | Truth::Any(_) | Truth::Not(_) => return None,
        })
    }
}
