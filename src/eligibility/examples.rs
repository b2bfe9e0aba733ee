//! The author's examples: invented participants with the verdicts that they expect.

use std::sync::Arc;

use super::document::EligibilityDocument;
use super::explain::because_in_words;
use super::record::{
    Absence, AttributeValue, Coverage, CoveredDomain, Dose, Entry, Measurement, Record, RecordedValue, Sex,
};
use super::screen::Screener;
use super::verdict::{DecisionVerdict, Eligibility, Status, Verdict};
use rayon::prelude::*;

use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Domain, Example, Expectation, Fact, FactDetail, FactValue, Trial};
use crate::time::DateRange;

/// One expectation of one example, held against the rules.
#[derive(Clone, Debug)]
pub struct ExampleOutcome<'a> {
    pub example: &'a Example,
    pub expectation: &'a Expectation,
    /// The whole verdict of the example's person, shared by its expectations.
    pub verdict: Arc<Verdict>,
    /// The event of the decision that is meant.
    pub decision: String,
    /// What disagrees, as a sentence without its full stop; `None` when the rules say what the author expects.
    pub disagreement: Option<String>,
}

/// Runs every example of a trial, in source order.
pub fn run_examples(trial: &Trial) -> Vec<ExampleOutcome<'_>> {
    if trial.examples.is_empty() {
        return Vec::new();
    }
    let document = EligibilityDocument::of(trial);
    let screener = Screener::of(&document);
    let outcomes = trial.examples.par_iter().map(|example| {
        let read = record_of(trial, example);
        let unread = Record::default();
        let verdict = Arc::new(screener.screen(read.as_ref().unwrap_or(&unread), None));
        let outcomes = example.expect.iter().map(move |expectation| {
            let decision =
                expectation.decision.clone().or_else(|| trial.decisions.keys().next_back().cloned());
            let decision = decision.unwrap_or_default();
            let disagreement = match (&read, verdict.decision(&decision)) {
                (Err(why), _) => Some(why.clone()),
                (Ok(_), None) => Some("the trial has no such decision".to_owned()),
                (Ok(_), Some(found)) => disagreement(expectation, found),
            };
            ExampleOutcome { example, expectation, verdict: Arc::clone(&verdict), decision, disagreement }
        });
        outcomes.collect::<Vec<_>>()
    });
    outcomes.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// One diagnostic for each expectation that the rules do not bear out, at the author's own words.
pub fn check_examples(trial: &Trial) -> Vec<Diagnostic> {
    run_examples(trial).iter().filter_map(|outcome| diagnostic(trial, outcome)).collect()
}

fn diagnostic(trial: &Trial, outcome: &ExampleOutcome<'_>) -> Option<Diagnostic> {
    let disagreement = outcome.disagreement.as_ref()?;
    let span = outcome.expectation.origin.0.or(outcome.example.origin.0)?;
    let message =
        format!("the example \"{}\" expects another verdict than the rules give", outcome.example.label);
    let mut diagnostic =
        Diagnostic::new(&codes::EXAMPLE_DISAGREES, span, message).label(disagreement.clone());
    if let Some(found) = outcome.verdict.decision(&outcome.decision) {
        let criteria = trial.decisions.get(&outcome.decision).map(|decision| &decision.criteria);
        let asked = |code: &str| outcome.expectation.by.iter().any(|by| by == code);
        let odd = found.criteria.iter().filter(|line| match line.status {
            Status::NotMet => !asked(&line.code),
            Status::Unknown => found.reasons.is_empty() && !asked(&line.code),
            Status::Met => asked(&line.code),
            Status::NotApplicable => false,
        });
        for line in odd.take(3) {
            let origin = criteria.and_then(|criteria| criteria.get(&line.code)).and_then(|one| one.origin.0);
            if let Some(origin) = origin {
                diagnostic =
                    diagnostic.and(origin, format!("{}: {}", line.status.text(), because_in_words(line)));
            }
        }
        diagnostic = diagnostic.help(match found.verdict {
            Eligibility::Undetermined if !found.to_ask.is_empty() => {
                let first: Vec<&str> = found.to_ask.iter().take(2).map(|ask| ask.ask.as_str()).collect();
                format!(
                    "what the example does not say is unknown: {}; or expect `{}`",
                    first.join("; "),
                    said(found)
                )
            }
            _ => format!("repair the rule or the example, or expect `{}`", said(found)),
        });
    }
    Some(diagnostic)
}

/// The verdict as an author writes it: `ineligible by I8, E3`.
fn said(found: &DecisionVerdict) -> String {
    let by = match found.verdict {
        Eligibility::Ineligible => &found.reasons,
        Eligibility::Undetermined => &found.open,
        Eligibility::Eligible => return "eligible".into(),
    };
    format!("{} by {}", found.verdict.text(), by.join(", "))
}

fn disagreement(expectation: &Expectation, found: &DecisionVerdict) -> Option<String> {
    if expectation.verdict != found.verdict.text() {
        return Some(format!("the rules say: {}", said(found)));
    }
    let reasons = match found.verdict {
        Eligibility::Ineligible => &found.reasons,
        Eligibility::Undetermined => &found.open,
        Eligibility::Eligible => return None,
    };
    // What fails is named in full, so that a change of another criterion is noticed; what is open is mostly a long list.
    let is_full = found.verdict == Eligibility::Undetermined
        || expectation.by.is_empty()
        || reasons.iter().all(|one| expectation.by.contains(one));
    let agrees = is_full && expectation.by.iter().all(|by| reasons.contains(by));
    (!agrees).then(|| format!("the rules say: {}", said(found)))
}

/// The record that an example describes.
///
/// # Errors
/// With the fact that is no fact of a record, such as a date that is none.
pub fn record_of(trial: &Trial, example: &Example) -> Result<Record, String> {
    let mut record = Record::default();
    for fact in &example.facts {
        add_fact(trial, fact, &mut record)?;
    }
    Ok(record)
}

fn add_fact(trial: &Trial, fact: &Fact, record: &mut Record) -> Result<(), String> {
    let date = |text: &str| text.parse::<DateRange>().map_err(|error| error.to_string());
    let perhaps = |text: &Option<String>| text.as_deref().map(date).transpose();
    match fact {
        Fact::Attribute { name, value } => match name.as_str() {
            "sex" => {
                record.person.sex = Some(match value.as_str() {
                    "female" => Sex::Female,
                    "male" => Sex::Male,
                    "other" => Sex::Other,
                    "unknown" => Sex::Unknown,
                    other => return Err(format!("`{other}` is no sex of a record")),
                });
            }
            "born" => record.person.born = Some(date(value)?),
            "country" => record.person.country = Some(value.clone()),
            "arm" => record.person.arm = Some(value.clone()),
            other => return Err(format!("a record has no `{other}`")),
        },
        Fact::Measured { measure, value, on, normal } => {
            let (value, unit) = match value {
                FactValue::Quantity { number, unit } => {
                    (RecordedValue::Number(number.clone()), unit.as_ref().map(|unit| unit.ucum.clone()))
                }
                FactValue::Level(level) => (RecordedValue::Level(level.clone()), None),
            };
            record.measurements.push(Measurement {
                measure: measure.clone(),
                codes: Vec::new(),
                value,
                unit,
                on: date(on)?,
                low: normal.as_ref().map(|(low, _)| low.clone()),
                high: normal.as_ref().map(|(_, high)| high.clone()),
                state: None,
                specimen: None,
                source: None,
            });
        }
        Fact::Happened { name, on, details } => {
            let mut entry = Entry { name: name.clone(), on: Some(date(on)?), ..Entry::default() };
            add_details(trial, details, &mut entry);
            list_of(trial, name, record).push(entry);
        }
        Fact::Lasted { name, from, to, dose, details } => {
            let dose = match dose {
                Some(FactValue::Quantity { number, unit }) => {
                    Some(Dose { value: number.clone(), unit: unit.as_ref().map(|unit| unit.ucum.clone()) })
                }
                Some(FactValue::Level(level)) => return Err(format!("`{level}` is no dose")),
                None => None,
            };
            let (from, to) = (perhaps(from)?, perhaps(to)?);
            let mut entry = Entry { name: name.clone(), from, to, dose, ..Entry::default() };
            add_details(trial, details, &mut entry);
            list_of(trial, name, record).push(entry);
        }
        // All that there was of it is in the record.
        Fact::Absent { other: true, name, from, to } => record.coverage.push(Coverage {
            of: CoveredDomain::Name(name.clone()),
            from: perhaps(from)?,
            to: perhaps(to)?,
        }),
        Fact::Absent { other: false, name, from, to } => {
            record.absences.push(Absence { name: name.clone(), from: perhaps(from)?, to: perhaps(to)? });
        }
        Fact::Answer { criterion, answer } => {
            record.answers.insert(criterion.clone(), *answer);
        }
    }
    Ok(())
}

/// Attributes of an event, qualifiers of everything else and what it was not.
fn add_details(trial: &Trial, details: &[FactDetail], entry: &mut Entry) {
    let is_event = trial.events.contains_key(&entry.name);
    for detail in details {
        match detail {
            FactDetail::OtherThan { name } => entry.other_than.push(name.clone()),
            FactDetail::Degree { name, value } => {
                entry.attributes.insert(name.clone(), AttributeValue::Grade(*value));
            }
            FactDetail::Flag { name, holds } if is_event => {
                entry.attributes.insert(name.clone(), AttributeValue::Flag(*holds));
            }
            FactDetail::Flag { name, holds } => {
                let answer = if *holds { Answer::Yes } else { Answer::No };
                entry.qualifiers.insert(name.clone(), answer);
            }
        }
    }
}

/// The list of a record where an entry of this name is at home.
fn list_of<'r>(trial: &Trial, name: &str, record: &'r mut Record) -> &'r mut Vec<Entry> {
    match trial.concepts.get(name).map(|concept| concept.domain) {
        Some(Domain::Drug | Domain::DrugClass) => &mut record.exposures,
        Some(Domain::Procedure) => &mut record.procedures,
        Some(Domain::Condition) => &mut record.findings,
        Some(Domain::Event) | None => &mut record.events,
    }
}
