//! One answer against the type, list and limits of its question.

use jiff::civil::Date;

use super::read::listed;
use crate::casebook::{Answer, Bounds, Item, Number};
use crate::diagnostics::{Code, codes};
use crate::json::{Json, Node};
use crate::number::Exact;

/// What an answer is not: the code, what is wrong, and what to write.
pub(super) struct Fault {
    pub code: &'static Code,
    pub what: String,
    pub help: String,
}

fn fault(code: &'static Code, what: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { code, what: what.into(), help: help.into() }
}

/// A number of JSON, exactly. `None` for one that is too long to be any.
pub(super) fn exact(written: &str) -> Option<Exact> {
    written.parse().ok()
}

/// The value and the unit of a quantity, where it has both and nothing else.
pub(super) fn quantity(node: &Node) -> Option<(&str, &str)> {
    let Json::Object(members) = &node.value else { return None };
    let find = |name: &str| members.iter().find(|(known, ..)| known == name).map(|(.., node)| &node.value);
    match (find("value"), find("unit"), members.len()) {
        (Some(Json::Number(value)), Some(Json::Text(unit)), 2) => Some((value, unit)),
        _ => None,
    }
}

/// The answer as people write it.
pub(super) fn written(node: &Node) -> String {
    match &node.value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.clone(),
        Json::Text(text) => text.clone(),
        Json::List(_) => "[…]".to_owned(),
        Json::Object(_) => match quantity(node) {
            Some((value, unit)) => format!("{value} {unit}"),
            None => "{…}".to_owned(),
        },
    }
}

/// Type and list; hard limits too.
pub(super) fn fault_of(item: &Item<'_>, node: &Node) -> Option<Fault> {
    let kind = |what: &str, help: &str| Some(fault(&codes::NOT_OF_THE_TYPE, what, help));
    if node.value == Json::Null {
        return kind("`null` is no answer", "leave the field out where there is no answer");
    }
    match (&item.answer, &node.value) {
        (Answer::Text, Json::Text(text)) if !text.is_empty() => None,
        (Answer::Text, Json::Text(_)) => {
            kind("the text is empty", "leave the field out where there is no answer")
        }
        (Answer::Text, _) => kind("this is not a text", "write it in double quotes"),
        (Answer::Integer { low, high }, Json::Number(number)) => whole(*low, *high, number),
        (Answer::Integer { .. }, _) => kind("this is not a whole number", "write digits without quotes: `3`"),
        (Answer::Number(number), _) if number.units.is_empty() => match &node.value {
            Json::Number(value) => bare(number, value),
            _ => kind("this is not a number", "write digits without quotes: `7.5`"),
        },
        (Answer::Number(number), _) => measured(number, node),
        (Answer::Date, Json::Text(text)) => (!is_day(text))
            .then(|| fault(&codes::NOT_OF_THE_TYPE, "this is not a day of the calendar", WHOLE)),
        (Answer::Date, _) => kind("this is not a date", WHOLE),
        (Answer::PartialDate, Json::Text(text)) => {
            (!is_partial(text)).then(|| fault(&codes::NOT_OF_THE_TYPE, "this is not a date", PARTIAL))
        }
        (Answer::PartialDate, _) => kind("this is not a date", PARTIAL),
        (Answer::Time, Json::Text(text)) if is_time(text) => None,
        (Answer::Time, _) => kind("this is not a time of day", "write hours and minutes: `\"07:30\"`"),
        (Answer::YesNo | Answer::Choice(_) | Answer::Unit { .. }, value) => {
            let choices = item.choices();
            let is_one = matches!(value, Json::Text(text) if choices.iter().any(|(code, _)| code == text));
            let answers = choices.iter().map(|(code, label)| {
                if code == label { format!("`{code}`") } else { format!("`{code}` ({label})") }
            });
            let answers = answers.collect::<Vec<_>>().join(", ");
            (!is_one).then(|| {
                fault(
                    &codes::NOT_ON_THE_LIST,
                    "this is none of the answers",
                    format!("write one of {answers}"),
                )
            })
        }
    }
}

const WHOLE: &str = "write year, month and day: `\"2011-02-28\"`";
const PARTIAL: &str = "write as much of it as is known: `\"2011\"`, `\"2011-02\"` or `\"2011-02-28\"`";

fn too_long() -> Fault {
    fault(
        &codes::NOT_OF_THE_TYPE,
        "this number is too large or too small to be one",
        "write it in plain digits",
    )
}

fn whole(low: Option<i64>, high: Option<i64>, written: &str) -> Option<Fault> {
    let Some(value) = exact(written) else { return Some(too_long()) };
    if !value.is_integer() {
        return Some(fault(
            &codes::NOT_OF_THE_TYPE,
            "this is not a whole number",
            "write it without decimals",
        ));
    }
    let bound = |limit: i64| limit.to_string().parse::<Exact>().ok();
    let below = low.and_then(bound).is_some_and(|low| value < low);
    let above = high.and_then(bound).is_some_and(|high| value > high);
    let limits = match (low, high) {
        (Some(low), Some(high)) => format!("the field takes {low} to {high}"),
        (Some(low), None) => format!("the field takes {low} and more"),
        (None, Some(high)) => format!("the field takes {high} and less"),
        (None, None) => String::new(),
    };
    let what = if below { "this is too low" } else { "this is too high" };
    (below || above).then(|| fault(&codes::BEYOND_THE_LIMIT, what, correct(&limits)))
}

fn correct(limits: &str) -> String {
    format!("{limits}: correct it from the source, or leave the field out and say why")
}

fn bare(number: &Number<'_>, written: &str) -> Option<Fault> {
    let Some(value) = exact(written) else { return Some(too_long()) };
    beyond(number.hard.bare.as_ref(), &value, "")
}

fn measured(number: &Number<'_>, node: &Node) -> Option<Fault> {
    let units = listed(number.units.iter().map(|unit| &unit.ucum));
    let example = number.units.first().map_or("", |unit| unit.ucum.as_str());
    let shape = format!("write `{{\"value\": 7.5, \"unit\": \"{example}\"}}`");
    let Some((written, unit)) = quantity(node) else {
        let what = match &node.value {
            Json::Number(_) => "this number has no unit",
            _ => "this is not a number with its unit",
        };
        return Some(fault(&codes::NOT_OF_THE_TYPE, what, shape));
    };
    let Some(value) = exact(written) else { return Some(too_long()) };
    let Some(known) = number.units.iter().find(|known| known.ucum == unit) else {
        let what = format!("`{unit}` is no unit of the field");
        return Some(fault(&codes::NOT_ON_THE_LIST, what, format!("write the UCUM code of one of {units}")));
    };
    beyond(limits(&number.hard, &known.ucum), &value, &known.written)
}

/// The limits in a unit, where they can be told exactly.
pub(super) fn limits<'b>(bounds: &'b Bounds<'_>, unit: &str) -> Option<&'b (Exact, Exact)> {
    bounds.by_unit.iter().find(|limits| limits.unit.ucum == unit)?.limits.as_ref()
}

fn beyond(limits: Option<&(Exact, Exact)>, value: &Exact, unit: &str) -> Option<Fault> {
    let (low, high) = limits?;
    let what = match () {
        () if value < low => "this is below the limit of the field",
        () if value > high => "this is above the limit of the field",
        () => return None,
    };
    let span = format!("the field takes {low} to {high} {unit}");
    Some(fault(&codes::BEYOND_THE_LIMIT, what, correct(span.trim_end())))
}

/// The soft limits that a right answer lies outside of, in words.
pub(super) fn implausible(item: &Item<'_>, node: &Node) -> Option<String> {
    let Answer::Number(number) = &item.answer else { return None };
    let (value, limits, unit) = match &node.value {
        Json::Number(written) => (exact(written)?, number.soft.bare.as_ref()?, ""),
        _ => {
            let (written, unit) = quantity(node)?;
            let known = number.units.iter().find(|known| known.ucum == unit)?;
            (exact(written)?, limits(&number.soft, unit)?, known.written.as_str())
        }
    };
    let (low, high) = limits;
    (value < *low || value > *high).then(|| format!("{low} to {high} {unit}").trim_end().to_owned())
}

fn digits(text: &str, places: &[usize]) -> bool {
    text.len() == places.iter().sum::<usize>() + places.len() - 1
        && text.split('-').map(str::len).eq(places.iter().copied())
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
}

/// A day that the calendar has, `2011-02-28`.
pub(super) fn is_day(text: &str) -> bool {
    digits(text, &[4, 2, 2]) && text.parse::<Date>().is_ok()
}

fn is_partial(text: &str) -> bool {
    let month = |text: &str| matches!(text[5..7].parse::<u8>(), Ok(1..=12));
    is_day(text) || digits(text, &[4]) || (digits(text, &[4, 2]) && month(text))
}

fn is_time(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let two = |part: &str, limit: u8| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|number| number < limit)
    };
    two(hours, 24) && two(minutes, 60)
}
