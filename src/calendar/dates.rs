//! What is known of one participant: dates of events, visits done or missed, arms.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::json::{self, Json, JsonError, Node};
use crate::model::{Named, Trial};
use crate::source::{FileId, Span};

/// What has happened to one participant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The arms that the participant is in; empty: not yet allocated.
    pub arms: Vec<String>,
    /// Days on which an event happened, in order; one for an event that does not repeat.
    pub events: Named<Vec<Date>>,
    /// Visits by the number of their cycle or occurrence, from 1.
    pub visits: Named<BTreeMap<u32, Attendance>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attendance {
    Done(Date),
    /// Known not to have taken place.
    Missed,
}

/// What is wrong with a file of dates, and where: a range of bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl InputError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// As it is shown where the text is this file.
    pub fn diagnostic(&self, file: FileId) -> Diagnostic {
        let told =
            Diagnostic::new(&codes::UNREADABLE_TABLE, Span::new(file, self.span.clone()), &self.message);
        Diagnostic { help: self.help.clone(), ..told }
    }
}

impl std::fmt::Display for InputError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for InputError {}

impl From<JsonError> for InputError {
    fn from(error: JsonError) -> Self {
        Self { span: error.span, message: error.message, help: error.help }
    }
}

impl Dates {
    /// Reads `{"arm": "combined", "events": {"consent": "2011-02-01"}, "visits": {"month_1": "2011-08-01"}}`. A
    /// repeating event and a visit of a cycle have a list; `null` leaves a cycle out, `"missed"` says that the
    /// visit did not take place.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each at its place.
    pub fn read(trial: &Trial, text: &str) -> Result<Self, Vec<InputError>> {
        let root = json::read(text).map_err(|error| vec![error.into()])?;
        let Json::Object(members) = root.value else {
            return Err(vec![
                InputError::new(root.span, "a file of dates is an object in braces")
                    .help("begin like this: `{\"events\": {\"consent\": \"2011-02-01\"}}`"),
            ]);
        };
        let mut reading = Reading { trial, dates: Self::default(), errors: Vec::new() };
        for (name, span, node) in members {
            match name.as_str() {
                "arm" | "arms" => reading.arms(node),
                "events" => reading.members(node, Reading::event),
                "visits" => reading.members(node, Reading::visit),
                _ => {
                    let error = InputError::new(span, format!("`{name}` is not a part of a file of dates"));
                    let suggestion = did_you_mean(&name, ["arm", "events", "visits"]);
                    let help = match suggestion {
                        Some(suggestion) => format!("did you mean `{suggestion}`?"),
                        None if trial.events.contains_key(&name) => {
                            format!(
                                "dates of events stand together: `\"events\": {{\"{name}\": \"2011-02-01\"}}`"
                            )
                        }
                        None if trial
                            .schedule
                            .as_ref()
                            .is_some_and(|plan| plan.visits.contains_key(&name)) =>
                        {
                            format!(
                                "dates of visits stand together: `\"visits\": {{\"{name}\": \"2011-02-01\"}}`"
                            )
                        }
                        None => "its parts are `arm`, `events` and `visits`".to_owned(),
                    };
                    reading.errors.push(error.help(help));
                }
            }
        }
        if reading.errors.is_empty() { Ok(reading.dates.sorted()) } else { Err(reading.errors) }
    }

    /// Adds one `NAME=DATE` of a command line: an event or visit (`month_1=2011-08-01`), a visit of a cycle
    /// (`day_15@2=2011-08-01`), a visit that did not take place (`month_1=missed`) or an arm (`arm=combined`).
    ///
    /// # Errors
    /// When the text has another form or a name is not one of the trial's.
    pub fn add(&mut self, trial: &Trial, pair: &str) -> Result<(), InputError> {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(InputError::new(0..pair.len(), format!("`{pair}` has no `=`"))
                .help("write a name and its date: `consent=2011-02-01`"));
        };
        let (name_at, value_at) = (0..name.len(), name.len() + 1..pair.len());
        self.put(trial, (name.trim(), name_at), (value.trim(), value_at))?;
        self.events.values_mut().for_each(|days| days.sort());
        Ok(())
    }

    /// Adds one event, visit or arm with its date, as [`Self::add`] does, and leaves the order to [`Self::sorted`].
    ///
    /// # Errors
    /// As there, at the places that are given with both.
    pub(super) fn put(
        &mut self,
        trial: &Trial,
        (name, name_at): (&str, Range<usize>),
        (value, value_at): (&str, Range<usize>),
    ) -> Result<(), InputError> {
        let node = Node { span: value_at, value: Json::Text(value.to_owned()) };
        let mut reading = Reading { trial, dates: std::mem::take(self), errors: Vec::new() };
        let plain = name.split('@').next().unwrap_or_default();
        let is_visit = reading.trial.schedule.iter().any(|schedule| schedule.visits.contains_key(plain));
        match name {
            "arm" => reading.arms(node),
            event if is_visit && trial.events.contains_key(event) => {
                let message = format!("`{event}` is both an event and a visit");
                let help = "give it in a file of dates, under `events` or `visits`";
                reading.errors.push(InputError::new(name_at, message).help(help));
            }
            visit if is_visit => reading.visit(visit, name_at, node),
            event if trial.events.contains_key(event) || reading.onset(event).is_some() => {
                reading.event(event, name_at, node);
            }
            unknown => {
                let visits = trial.schedule.iter().flat_map(|schedule| schedule.visits.keys());
                let names = trial.events.keys().chain(visits).map(String::as_str);
                let error = unknown_name(unknown, name_at, "an event or a visit", names);
                reading.errors.push(error);
            }
        }
        *self = reading.dates;
        reading.errors.into_iter().next().map_or(Ok(()), Err)
    }

    pub(super) fn sorted(mut self) -> Self {
        self.events.values_mut().for_each(|days| days.sort());
        self
    }
}

struct Reading<'a> {
    trial: &'a Trial,
    dates: Dates,
    errors: Vec<InputError>,
}

impl Reading<'_> {
    fn arms(&mut self, node: Node) {
        match node.value {
            Json::Text(name)
                if self.trial.arms.contains_key(&name) || self.trial.sequences.contains_key(&name) =>
            {
                if !self.dates.arms.contains(&name) {
                    self.dates.arms.push(name);
                }
            }
            Json::Text(name) => {
                let names = self.trial.arms.keys().chain(self.trial.sequences.keys()).map(String::as_str);
                self.errors.push(unknown_name(&name, node.span, "an arm", names));
            }
            Json::List(items) => items.into_iter().for_each(|item| self.arms(item)),
            Json::Null => {}
            _ => self.errors.push(InputError::new(node.span, "an arm is a name in double quotes")),
        }
    }

    fn members(&mut self, node: Node, each: fn(&mut Self, &str, Range<usize>, Node)) {
        match node.value {
            Json::Object(members) => {
                members.into_iter().for_each(|(name, span, value)| each(self, &name, span, value));
            }
            _ => self.errors.push(
                InputError::new(node.span, "names and their dates belong here, in braces")
                    .help("write `{\"consent\": \"2011-02-01\"}`"),
            ),
        }
    }

    /// `onset of t2dm` and `end of t2dm`: the concept whose beginning or end can be an anchor.
    fn onset<'n>(&self, name: &'n str) -> Option<&'n str> {
        let concept = name.strip_prefix("onset of ").or_else(|| name.strip_prefix("end of "))?;
        self.trial.concepts.contains_key(concept).then_some(concept)
    }

    fn event(&mut self, name: &str, span: Range<usize>, node: Node) {
        let event = self.trial.events.get(name);
        if event.is_none() && self.onset(name).is_none() {
            let names = self.trial.events.keys().map(String::as_str);
            self.errors.push(unknown_name(name, span, "an event", names));
            return;
        }
        let mut days = self.dates.events.get(name).cloned().unwrap_or_default();
        match node.value {
            Json::Null => {}
            Json::List(items) => {
                for item in items {
                    days.extend(self.date(item, false).and_then(done));
                }
            }
            _ => days.extend(self.date(node, false).and_then(done)),
        }
        if days.len() > 1 && !event.is_some_and(|event| event.repeats) {
            let message = format!("`{name}` happens once, but has {} dates", days.len());
            let help = format!("keep one date, or declare that it `repeats`: `event {name} {{ repeats }}`");
            self.errors.push(InputError::new(span, message).help(help));
        }
        self.dates.events.insert(name.to_owned(), days);
    }

    fn visit(&mut self, written: &str, span: Range<usize>, node: Node) {
        let (name, number) = match written.split_once('@') {
            Some((name, number)) => (name, Some(number)),
            None => (written, None),
        };
        let schedule = self.trial.schedule.as_ref();
        let Some(visit) = schedule.and_then(|schedule| schedule.visits.get(name)) else {
            let visits = schedule.into_iter().flat_map(|schedule| schedule.visits.keys());
            self.errors.push(unknown_name(name, span, "a visit", visits.map(String::as_str)));
            return;
        };
        let repeats = visit.is_numbered();
        let first = match number.map(str::parse::<u32>) {
            None => 1,
            Some(Ok(number)) if number >= 1 && (repeats || number == 1) => number,
            Some(Ok(_)) if !repeats => {
                let message = format!("`{name}` takes place once: it is in no cycle");
                self.errors.push(InputError::new(span, message).help(format!("write `{name}` alone")));
                return;
            }
            Some(_) => {
                let help = format!("write the number of the cycle, from 1: `{name}@2`");
                self.errors.push(InputError::new(span, "this is not the number of a cycle").help(help));
                return;
            }
        };
        let attended = match node.value {
            Json::Null => Vec::new(),
            Json::List(_) if !repeats || number.is_some() => {
                let message = format!("`{written}` takes place once, but has a list of dates");
                self.errors.push(InputError::new(node.span, message).help("keep one date"));
                return;
            }
            Json::List(items) => items
                .into_iter()
                .map(|item| if item.value == Json::Null { None } else { self.date(item, true) })
                .collect(),
            _ => vec![self.date(node, true)],
        };
        let known = self.dates.visits.entry(name.to_owned()).or_default();
        for (number, attended) in (first..).zip(attended) {
            let Some(attended) = attended else { continue };
            if known.insert(number, attended).is_some_and(|before| before != attended) {
                let message = format!("`{name}` has two dates for the same visit");
                self.errors.push(InputError::new(span.clone(), message).help("keep one of the two"));
                return;
            }
        }
    }

    fn date(&mut self, node: Node, may_be_missed: bool) -> Option<Attendance> {
        let Json::Text(text) = &node.value else {
            let error = InputError::new(node.span, "this is not a date");
            self.errors.push(error.help("write the day in double quotes: `\"2011-02-01\"`"));
            return None;
        };
        if may_be_missed && text == "missed" {
            return Some(Attendance::Missed);
        }
        match day(text) {
            Some(day) => Some(Attendance::Done(day)),
            None => {
                let help = match text.len() {
                    4 | 7 => "a calendar needs the whole date: year, month and day, as in `2011-02-01`",
                    _ if may_be_missed => "write year, month and day, as in `2011-02-01`, or `missed`",
                    _ => "write year, month and day, as in `2011-02-01`",
                };
                self.errors.push(InputError::new(node.span, format!("`{text}` is not a day")).help(help));
                None
            }
        }
    }
}

fn done(attended: Attendance) -> Option<Date> {
    match attended {
        Attendance::Done(day) => Some(day),
        Attendance::Missed => None,
    }
}

/// A date of the form 2011-02-01, and no other.
pub(super) fn day(text: &str) -> Option<Date> {
    let shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if shaped { text.parse().ok() } else { None }
}

fn unknown_name<'a>(
    name: &str,
    span: Range<usize>,
    what: &str,
    names: impl Iterator<Item = &'a str>,
) -> InputError {
    let names: Vec<&str> = names.collect();
    let error = InputError::new(span, format!("`{name}` is not {what} of this trial"));
    match did_you_mean(name, names.iter().copied()) {
        Some(suggestion) => error.help(format!("did you mean `{suggestion}`?")),
        None if names.is_empty() => error,
        None => {
            const MOST: usize = 12;
            let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
            let more = if names.len() > MOST { ", …" } else { "" };
            error.help(format!("it can be {}{more}", shown.join(", ")))
        }
    }
}
