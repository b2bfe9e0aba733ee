//! Examples as text of the language.

use std::fmt::Write as _;

use crate::model::{Answer, Example, Fact, FactDetail, FactValue};

/// An `example` item, with a line end. `None` where a number has no finite decimals: an example has no way to write it.
pub fn example(example: &Example) -> Option<String> {
    let mut text = format!("example \"{}\" {{\n", example.label);
    for one in &example.facts {
        let _ = writeln!(text, "  {}", fact(one)?);
    }
    for expectation in &example.expect {
        let decision = expectation.decision.as_ref().map_or(String::new(), |event| format!(" for {event}"));
        let by = if expectation.by.is_empty() {
            String::new()
        } else {
            format!(" by {}", expectation.by.join(", "))
        };
        let _ = writeln!(text, "  expect: {}{decision}{by}", expectation.verdict);
    }
    text.push_str("}\n");
    Some(text)
}

/// One fact, as an author writes it.
pub(super) fn fact(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::Attribute { name, value } if name == "country" => format!("country: \"{value}\""),
        Fact::Attribute { name, value } => format!("{name}: {value}"),
        Fact::Measured { measure, value, on, normal } => {
            let limits = match normal {
                Some((low, high)) => format!(", normal {} to {}", low.to_decimal()?, high.to_decimal()?),
                None => String::new(),
            };
            format!("{measure} {} on {on}{limits}", amount(value)?)
        }
        Fact::Happened { name, on, details } => {
            format!("{name}{} on {on}{}", FactDetail::left_out(details), said(details))
        }
        Fact::Lasted { name, from, to, dose, details } => {
            let dose = match dose {
                Some(dose) => format!(" {}", amount(dose)?),
                None => String::new(),
            };
            let period = period(from.as_ref(), to.as_ref());
            format!("{name}{}{dose}{period}{}", FactDetail::left_out(details), said(details))
        }
        Fact::Absent { other, name, from, to } => {
            let other = if *other { "other " } else { "" };
            format!("no {other}{name}{}", period(from.as_ref(), to.as_ref()))
        }
        Fact::Answer { criterion, answer } => {
            let answer = match answer {
                Answer::Yes => "yes",
                Answer::No => "no",
                Answer::Unknown => "unknown",
            };
            format!("answer {criterion}: {answer}")
        }
    })
}

fn period(from: Option<&String>, to: Option<&String>) -> String {
    let end = |word: &str, day: Option<&String>| day.map_or(String::new(), |day| format!(" {word} {day}"));
    format!("{}{}", end("from", from), end("to", to))
}

fn amount(value: &FactValue) -> Option<String> {
    Some(match value {
        FactValue::Level(level) => level.clone(),
        FactValue::Quantity { number, unit } => {
            let unit = unit.as_ref().map_or(String::new(), |unit| format!(" {}", unit.written));
            format!("{}{unit}", number.to_decimal()?)
        }
    })
}

fn said(details: &[FactDetail]) -> String {
    let each = details.iter().map(|detail| match detail {
        FactDetail::Degree { name, value } => format!(", {name} {value}"),
        FactDetail::Flag { name, holds: true } => format!(", {name}"),
        FactDetail::Flag { name, holds: false } => format!(", not {name}"),
        FactDetail::OtherThan { .. } => String::new(),
    });
    each.collect()
}
