//! Invented participants who show a difference: what sets them apart, and their facts as an `example` of the language.

use serde::Serialize;

use crate::logic::{Standing, Witness};
use crate::model::{Answer, Fact, FactDetail, FactValue, Trial, UnitRef};
use crate::wording::listed;

/// Somebody whom one version lets in and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// In what they differ from a typical participant who is eligible.
    pub traits: Vec<Trait>,
    /// The evaluator gives both verdicts for these facts. Where it does not, the rules leave room for such a person, and why
    /// these facts are not one is said.
    pub confirmed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// In the language, to be kept in the new protocol; absent where the facts are not such a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// One thing that sets a person apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trait {
    /// The author's words for the value: `latest hba1c within 14 days before randomization`.
    pub of: String,
    /// `HbA1c 9.6 %`.
    pub is: String,
    /// The same of a typical participant.
    pub typically: String,
}

/// What the new protocol decides of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Now {
    Eligible,
    Ineligible,
    /// One criterion is shown; what the others say is another matter.
    NotAsked,
}

impl Person {
    pub(super) fn of(witness: &Witness, new: &Trial, event: &str, now: Now) -> Self {
        let traits = witness.differences.iter().map(|one| Trait {
            of: one.of.clone(),
            is: one.is.clone(),
            typically: one.typically.clone(),
        });
        let traits: Vec<Trait> = traits.collect();
        let because = match &witness.standing {
            Standing::Confirmed => None,
            Standing::Possible(why) => Some(why.clone()),
        };
        let example = (because.is_none() && now != Now::NotAsked)
            .then(|| example(&witness.facts, &title(&traits, now), new, event, now));
        Self { traits, confirmed: because.is_none(), because, example }
    }

    /// `HbA1c 9.6 %`, `no stroke and HbA1c 9.6 %`.
    pub fn in_words(&self) -> String {
        const MOST: usize = 4;
        let said = |one: &Trait| match one.is.split_once(" to ") {
            Some((answer @ ("yes" | "no"), question)) => format!("the answer {answer} to “{question}”"),
            _ => one.is.clone(),
        };
        let mut words: Vec<String> = self.traits.iter().take(MOST).map(said).collect();
        if self.traits.len() > MOST {
            words.push(format!("{} more", self.traits.len() - MOST));
        }
        if words.is_empty() { "a typical participant".to_owned() } else { listed(&words, "and") }
    }
}

fn title(traits: &[Trait], now: Now) -> String {
    let what = match now {
        Now::Eligible => "Eligible since this version",
        Now::Ineligible | Now::NotAsked => "No longer eligible",
    };
    match traits.first() {
        Some(first) => format!("{what}: {}", first.is.replace('"', "'")),
        None => what.to_owned(),
    }
}

/// The facts as an author writes them.
fn example(facts: &[Fact], title: &str, new: &Trial, event: &str, now: Now) -> String {
    let mut text = format!("example \"{title}\" {{\n");
    for fact in facts {
        text.push_str(&format!("  {}\n", said(fact)));
    }
    let verdict = if now == Now::Eligible { "eligible" } else { "ineligible" };
    // Where a trial decides once, the decision goes without saying.
    let decision = if new.decisions.len() > 1 { format!(" for {event}") } else { String::new() };
    text.push_str(&format!("  expect: {verdict}{decision}\n}}\n"));
    text
}

fn said(fact: &Fact) -> String {
    match fact {
        Fact::Attribute { name, value } if name == "country" => format!("country: \"{value}\""),
        Fact::Attribute { name, value } => format!("{name}: {value}"),
        Fact::Measured { measure, value, on, normal } => {
            let mut text = format!("{measure} {} on {on}", amount(value));
            if let Some((low, high)) = normal {
                text.push_str(&format!(", normal {low} to {high}"));
            }
            text
        }
        Fact::Happened { name, on, details } => {
            format!("{name}{} on {on}{}", FactDetail::left_out(details), detailed(details))
        }
        Fact::Lasted { name, from, to, dose, details } => {
            let mut text = format!("{name}{}", FactDetail::left_out(details));
            if let Some(dose) = dose {
                text.push_str(&format!(" {}", amount(dose)));
            }
            if let Some(from) = from {
                text.push_str(&format!(" from {from}"));
            }
            if let Some(to) = to {
                text.push_str(&format!(" to {to}"));
            }
            text.push_str(&detailed(details));
            text
        }
        Fact::Absent { other, name, from, to } => {
            let mut text = format!("no {}{name}", if *other { "other " } else { "" });
            if let Some(from) = from {
                text.push_str(&format!(" from {from}"));
            }
            if let Some(to) = to {
                text.push_str(&format!(" to {to}"));
            }
            text
        }
        Fact::Answer { criterion, answer } => {
            let answer = match answer {
                Answer::Yes => "yes",
                Answer::No => "no",
                Answer::Unknown => "unknown",
            };
            format!("answer {criterion}: {answer}")
        }
    }
}

fn amount(value: &FactValue) -> String {
    match value {
        FactValue::Quantity { number, unit: Some(UnitRef { written, .. }) } => format!("{number} {written}"),
        FactValue::Quantity { number, unit: None } => number.to_string(),
        FactValue::Level(level) => level.clone(),
    }
}

fn detailed(details: &[FactDetail]) -> String {
    let said = |detail: &FactDetail| match detail {
        FactDetail::Degree { name, value } => format!(", {name} {value}"),
        FactDetail::Flag { name, holds: true } => format!(", {name}"),
        FactDetail::Flag { name, holds: false } => format!(", not {name}"),
        FactDetail::OtherThan { .. } => String::new(),
    };
    details.iter().map(said).collect()
}
