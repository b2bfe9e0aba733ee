//! What filled forms tell of a participant, as a record that conditions of the protocol are decided on.
//!
//! Only right answers count. A value that cannot be one, or of which nobody knows the day, stands in the record without what is
//! not known: it keeps older values from being taken for the latest.

use jiff::civil::Date;

use super::read::{Entry, Fields};
use super::value::{fault_of, quantity};
use crate::casebook::{Days, Details, List, Sheet, Tells};
use crate::eligibility::Record;
use crate::eligibility::record::{
    Absence, AttributeValue, Dose, Entry as Recorded, Measurement, RecordedValue, Sex,
};
use crate::json::{Json, Node};
use crate::model::{Answer, Trial};
use crate::time::DateRange;

/// One thing that is told.
pub(super) enum Fact {
    Sex(Sex),
    Born(DateRange),
    Country(String),
    Arm(String),
    Result(Measurement),
    Event(Recorded),
    Listed(List, Recorded),
    Absent(Absence),
    Answer(String, Answer),
}

/// What an entry tells. `visit` is the day of its visit, where that is known.
pub(super) fn of(
    trial: &Trial,
    entry: &Entry<'_>,
    told: &[(&str, Tells<'_>)],
    visit: Option<Date>,
    facts: &mut Vec<Fact>,
) {
    for fields in &entry.records {
        let one = Told { trial, sheet: entry.sheet, fields, visit };
        for (field, tells) in told {
            one.facts(field, tells, facts);
        }
    }
    // That a visit took place is told by its own form.
    if entry.sheet.name == super::people::VISITS
        && let (Some(visit), Some(day)) = (&entry.at.visit, visit)
    {
        facts.push(Fact::Event(Recorded {
            name: visit.clone(),
            on: Some(DateRange::exactly(day)),
            ..Recorded::default()
        }));
    }
}

struct Told<'a> {
    trial: &'a Trial,
    sheet: &'a Sheet<'a>,
    fields: &'a Fields,
    visit: Option<Date>,
}

impl Told<'_> {
    fn node(&self, field: &str) -> Option<&Node> {
        self.fields.fields.iter().find(|(name, ..)| name == field).map(|(.., node)| node)
    }

    /// An answer that can be one.
    fn right(&self, field: &str) -> Option<&Node> {
        let node = self.node(field)?;
        fault_of(self.sheet.item(field)?, node).is_none().then_some(node)
    }

    fn text(&self, field: &str) -> Option<&str> {
        match &self.right(field)?.value {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    fn date(&self, field: Option<&str>) -> Option<DateRange> {
        self.text(field?)?.parse().ok()
    }

    fn facts(&self, field: &str, tells: &Tells<'_>, facts: &mut Vec<Fact>) {
        match tells {
            Tells::Logged { which, things, always, days, details } => {
                let which = which.and_then(|which| self.text(which));
                let named = things.iter().find(|(name, _)| Some(*name) == which);
                for (name, list) in named.into_iter().chain(always) {
                    let name = (*name).to_owned();
                    facts.push(Fact::Listed(*list, Recorded { name, ..self.occurrence(*days, details) }));
                }
            }
            tells => facts.extend(self.fact(field, tells)),
        }
    }

    fn fact(&self, field: &str, tells: &Tells<'_>) -> Option<Fact> {
        Some(match tells {
            // Told by the record as a whole.
            Tells::Logged { .. } => return None,
            Tells::Sex => Fact::Sex(match self.text(field)? {
                "F" => Sex::Female,
                "M" => Sex::Male,
                _ => return None,
            }),
            Tells::Born => Fact::Born(self.date(Some(field))?),
            Tells::Country => Fact::Country(self.text(field)?.to_owned()),
            // A sequence is in several arms, one after the other.
            Tells::Arm => {
                let arm = self.text(field)?;
                Fact::Arm(self.trial.arms.contains_key(arm).then(|| arm.to_owned())?)
            }
            Tells::Event(name) => {
                let on = Some(self.date(Some(field))?);
                Fact::Event(Recorded { name: (*name).to_owned(), on, ..Recorded::default() })
            }
            Tells::Answer(key) => Fact::Answer(
                (*key).to_owned(),
                match self.text(field)? {
                    "Y" => Answer::Yes,
                    "N" => Answer::No,
                    _ => return None,
                },
            ),
            Tells::Result { measure, day, low, high } => self.result(field, measure, *day, *low, *high)?,
            Tells::Occurred { name, list, which, days, details } => match self.text(field)? {
                "Y" => {
                    let which = which.and_then(|which| self.text(which)).filter(|which| *which != "OTHER");
                    let (name, also) = ((*name).to_owned(), which.map(str::to_owned).into_iter().collect());
                    Fact::Listed(*list, Recorded { name, also, ..self.occurrence(*days, details) })
                }
                "N" => {
                    let to = Some(DateRange::exactly(self.visit?));
                    Fact::Absent(Absence { name: (*name).to_owned(), from: None, to })
                }
                _ => return None,
            },
        })
    }

    /// Days, qualifiers, attributes and dose of something that occurred.
    fn occurrence(&self, days: Days<'_>, details: &Details<'_>) -> Recorded {
        // Days without knowing whether it is over would say that it still goes on.
        let is_over = days.ongoing.and_then(|ongoing| self.text(ongoing));
        let (start, end) = (self.date(days.start), self.date(days.end));
        let (from, to) = match (is_over, start, end) {
            (Some("Y"), start, _) => (start, None),
            (Some("N"), start, Some(end)) => (start, Some(end)),
            _ => (None, None),
        };
        let said = |(name, field): &(&str, &str)| {
            let answer = match self.text(field)? {
                "Y" => Answer::Yes,
                "N" => Answer::No,
                "U" => Answer::Unknown,
                _ => return None,
            };
            Some(((*name).to_owned(), answer))
        };
        let attribute = |(name, field): &(&str, &str)| {
            let value = match &self.right(field)?.value {
                Json::Number(number) => AttributeValue::Grade(super::value::exact(number)?.to_i64()?),
                Json::Text(text) if text == "Y" => AttributeValue::Flag(true),
                Json::Text(text) if text == "N" => AttributeValue::Flag(false),
                _ => return None,
            };
            Some(((*name).to_owned(), value))
        };
        Recorded {
            from,
            to,
            qualifiers: details.qualifiers.iter().filter_map(said).collect(),
            attributes: details.attributes.iter().filter_map(attribute).collect(),
            dose: self.dose(details),
            ..Recorded::default()
        }
    }

    /// A dose has its unit with it, or in a text beside it.
    fn dose(&self, details: &Details<'_>) -> Option<Dose> {
        let (value, unit) = value_of(self.right(details.dose?)?)?;
        let beside = || details.unit.and_then(|unit| self.text(unit)).map(str::to_owned);
        Some(Dose { value, unit: unit.or_else(beside) })
    }

    fn result(
        &self,
        field: &str,
        measure: &str,
        day: Option<&str>,
        low: Option<&str>,
        high: Option<&str>,
    ) -> Option<Fact> {
        self.node(field)?;
        let on = match day {
            Some(day) if self.node(day).is_some() => self.date(Some(day)),
            _ => self.visit.map(DateRange::exactly),
        };
        let (value, unit) = self.right(field).and_then(value).unwrap_or((RecordedValue::Unknown(None), None));
        // A limit counts in the unit of its value.
        let limit = |name: Option<&str>| {
            let (limit, of) = value_of(self.right(name?)?)?;
            (of == unit).then_some(limit)
        };
        Some(Fact::Result(Measurement {
            measure: measure.to_owned(),
            codes: Vec::new(),
            low: limit(low),
            high: limit(high),
            value,
            unit: unit.clone(),
            on: on.unwrap_or(DateRange { earliest: Date::MIN, latest: Date::MAX }),
            state: None,
            specimen: None,
            source: None,
        }))
    }
}

fn value(node: &Node) -> Option<(RecordedValue, Option<String>)> {
    match &node.value {
        Json::Text(text) => Some((RecordedValue::read(text), None)),
        _ => value_of(node).map(|(number, unit)| (RecordedValue::Number(number), unit)),
    }
}

fn value_of(node: &Node) -> Option<(crate::number::Exact, Option<String>)> {
    match &node.value {
        Json::Number(number) => Some((super::value::exact(number)?, None)),
        _ => quantity(node)
            .and_then(|(number, unit)| Some((super::value::exact(number)?, Some(unit.to_owned())))),
    }
}

/// The record on a day: results of later days are not known yet. Without the day no result counts.
pub(super) fn record(facts: &[Fact], day: Option<Date>) -> Record {
    let mut record = Record::default();
    let (mut sex, mut born, mut country, mut arm) = Default::default();
    for fact in facts {
        match fact {
            Fact::Sex(one) => said(&mut sex, *one),
            Fact::Born(one) => said(&mut born, *one),
            Fact::Country(one) => said(&mut country, one.clone()),
            Fact::Arm(one) => said(&mut arm, one.clone()),
            Fact::Result(result) => record.measurements.extend(known_by(result, day)),
            Fact::Event(event) => record.events.push(event.clone()),
            Fact::Listed(List::Findings, one) => record.findings.push(one.clone()),
            Fact::Listed(List::Exposures, one) => record.exposures.push(one.clone()),
            Fact::Listed(List::Procedures, one) => record.procedures.push(one.clone()),
            Fact::Listed(List::Events, one) => record.events.push(one.clone()),
            Fact::Absent(absence) => record.absences.push(absence.clone()),
            Fact::Answer(key, answer) => {
                record
                    .answers
                    .entry(key.clone())
                    .and_modify(|known| {
                        if known != answer {
                            *known = Answer::Unknown;
                        }
                    })
                    .or_insert(*answer);
            }
        }
    }
    let person = &mut record.person;
    (person.sex, person.born, person.country, person.arm) =
        (agreed(sex), agreed(born), agreed(country), agreed(arm));
    record
}

/// What entries say of one thing: nothing, the same, or different things of which nobody knows which holds.
type Said<T> = Option<Result<T, ()>>;

fn said<T: PartialEq>(known: &mut Said<T>, one: T) {
    *known = Some(match known.take() {
        None => Ok(one),
        Some(Ok(same)) if same == one => Ok(one),
        Some(_) => Err(()),
    });
}

fn agreed<T>(said: Said<T>) -> Option<T> {
    said.and_then(Result::ok)
}

/// The result as far as it is known on this day.
fn known_by(result: &Measurement, day: Option<Date>) -> Option<Measurement> {
    let day = day?;
    if result.on.earliest > day {
        return None;
    }
    let is_before = result.on.latest <= day;
    let value = if is_before { result.value.clone() } else { RecordedValue::Unknown(None) };
    Some(Measurement { value, ..result.clone() })
}
