//! The space in which an answer is written.

use maud::{Markup, html};

use crate::casebook::limits;
use crate::model::{Field, FieldKind, Level, Trial, UnitRef};
use crate::number::Exact;
use crate::wording::unit_name::plain;

/// Lists of more values than this are not printed value by value.
const PRINTED: usize = 14;

pub(super) fn space(trial: &Trial, field: &Field) -> Markup {
    match &field.kind {
        FieldKind::Text => html! { span.write {} },
        FieldKind::Integer { low, high } => html! {
            span.digits {}
            @match (low, high) {
                (Some(low), Some(high)) => span.range { (low) " to " (high) },
                (Some(low), None) => span.range { (low) " or more" },
                (None, Some(high)) => span.range { "at most " (high) },
                (None, None) => {}
            }
        },
        FieldKind::Number { units, plausible, precision, .. } => html! {
            div.number { span.digits {} (unit(units)) }
            @if let Some(precision) = precision { p.range { (decimals(*precision)) } }
            @if let Some((low, high)) = plausible {
                p.range { "Confirm outside " (low.to_significant(4)) " to " (high.to_significant(4)) (first(units)) }
            }
            @for limits in limits(trial, field) {
                @if let Some((low, high)) = &limits.limits {
                    p.range.hard { "Only " (span(low, high)) " " (plain(limits.unit)) }
                }
            }
            @if let FieldKind::Number { range: Some((low, high)), units, .. } = &field.kind {
                @if units.is_empty() { p.range.hard { "Only " (span(low, high)) } }
            }
        },
        FieldKind::Date => html! { (boxes("DD")) (boxes("MMM")) (boxes("YYYY")) },
        FieldKind::PartialDate => html! {
            (boxes("DD")) (boxes("MMM")) (boxes("YYYY"))
            p.range { "Leave out what is not known" }
        },
        FieldKind::Time => html! { (boxes("HH")) span.colon { ":" } (boxes("MM")) },
        FieldKind::YesNo => options(&[("Y", "Yes"), ("N", "No")]),
        FieldKind::Choice { levels } if levels.len() > PRINTED => many(levels),
        FieldKind::Choice { levels } => {
            let pairs: Vec<(&str, &str)> = levels
                .iter()
                .map(|level| (level.value.as_str(), level.label.as_deref().unwrap_or(&level.value)))
                .collect();
            options(&pairs)
        }
    }
}

fn span(low: &Exact, high: &Exact) -> String {
    format!("{} to {}", low.to_significant(5), high.to_significant(5))
}

fn decimals(places: u32) -> String {
    match places {
        0 => "Whole number".to_owned(),
        1 => "1 decimal".to_owned(),
        places => format!("{places} decimals"),
    }
}

fn first(units: &[UnitRef]) -> String {
    units.first().map(|unit| format!(" {}", plain(unit))).unwrap_or_default()
}

fn unit(units: &[UnitRef]) -> Markup {
    html! {
        @match units {
            [] => {},
            [only] => span.unit { (plain(only)) },
            several => span.units { @for unit in several { span.option { span.dot {} (plain(unit)) } } },
        }
    }
}

/// One box for each letter of a date or time.
fn boxes(letters: &str) -> Markup {
    html! { span.boxes { @for letter in letters.chars() { span { (letter) } } } }
}

fn options(pairs: &[(&str, &str)]) -> Markup {
    let long = pairs.len() > 3 || pairs.iter().any(|(_, label)| label.chars().count() > 18);
    html! {
        div.options.column[long] {
            @for (value, label) in pairs {
                span.option {
                    span.dot {}
                    span.said { (label) @if value != label { " " span.value { (value) } } }
                }
            }
        }
    }
}

/// The values of a long list, to be written by hand.
fn many(levels: &[Level]) -> Markup {
    let values: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
    html! {
        span.write.short {}
        p.range { "One of " (values.join(", ")) }
    }
}
