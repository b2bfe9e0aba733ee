//! What all entries of a participant tell together: the days, the arm, and what conditions of the protocol ask for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::civil::Date;

use super::At;
use super::facts::{self, Fact};
use super::read::{Entry, Filled};
use super::value::is_day;
use crate::calendar::{ActualWindow, Attendance, Dates, actual_window};
use crate::casebook::{Conditions, Laid, REPEAT, Tells};
use crate::eligibility::{ConditionDecided, EligibilityDocument, Screener, Truth};
use crate::json::{Json, Node};
use crate::model::{Trial, Visit};

/// The dates of visits stand on this form of CDASH, in this field; whether they took place in the other.
pub(super) const VISITS: &str = "SV";
const DAY: &str = "SVSTDAT";
const OCCURRED: &str = "SVOCCUR";
/// Fields that hold an arm end so.
const ARM: &str = "_ARMCD";

pub(super) struct People<'a> {
    pub trial: &'a Trial,
    pub conditions: &'a Conditions<'a>,
    /// Absent where the protocol lays no conditions.
    screener: Option<Screener<'a>>,
    by_number: BTreeMap<String, Person>,
    decided: RefCell<Decided>,
}

/// Conditions by participant and day.
type Decided = BTreeMap<(String, Option<Date>), Rc<Vec<ConditionDecided>>>;

#[derive(Default)]
struct Person {
    dates: Dates,
    arm: Option<String>,
    facts: Vec<Fact>,
}

/// A time at which a visit took place, as its participant's form of visits says.
pub(super) struct Held<'e> {
    pub at: &'e At,
    pub entry: &'e Entry<'e>,
}

impl<'a> People<'a> {
    pub fn of(
        trial: &'a Trial,
        conditions: &'a Conditions<'a>,
        document: Option<&'a EligibilityDocument>,
        tells: &[(&str, Vec<(&'a str, Tells<'a>)>)],
        record: &Filled<'_>,
    ) -> Self {
        let mut by_number: BTreeMap<String, Person> = BTreeMap::new();
        for entry in &record.entries {
            if let Some(number) = &entry.at.participant {
                by_number.entry(number.clone()).or_default().take(trial, entry);
            }
        }
        let screener = document.map(Screener::of);
        if screener.is_some() {
            for entry in &record.entries {
                let Some(person) = entry.at.participant.as_ref().and_then(|number| by_number.get_mut(number))
                else {
                    continue;
                };
                let day = person.day(trial, &entry.at);
                let told = tells
                    .iter()
                    .find(|(form, _)| *form == entry.sheet.name)
                    .map_or(&[][..], |(_, told)| told);
                facts::of(trial, entry, told, day, &mut person.facts);
            }
        }
        Self { trial, conditions, screener, by_number, decided: RefCell::default() }
    }

    fn person(&self, at: &At) -> Option<&Person> {
        self.by_number.get(at.participant.as_ref()?)
    }

    pub fn event(&self, at: &At, event: &str) -> Option<Date> {
        self.person(at)?.dates.events.get(event)?.first().copied()
    }

    /// The arm, where it is one of arms and not a sequence of them.
    pub fn arm(&self, at: &At) -> Option<&str> {
        self.person(at)?.arm.as_deref().filter(|arm| self.trial.arms.contains_key(*arm))
    }

    /// First and last day on which the visit may take place; `Ok(None)` where the schedule leaves none.
    ///
    /// # Errors
    /// What is not recorded, in words.
    pub fn window(&self, at: &At, visit: &str) -> Result<Option<(Date, Date)>, String> {
        let number = match number_of(self.trial, at) {
            Numbered::Is(number) => number,
            Numbered::NotTold => return Err(format!("which time it is ({})", crate::casebook::REPEAT)),
        };
        let nothing = Dates::default();
        let dates = self.person(at).map_or(&nothing, |person| &person.dates);
        match actual_window(self.trial, dates, visit, number) {
            Some(ActualWindow::Days(first, last)) => Ok(Some((first, last))),
            Some(ActualWindow::NoDay) | None => Ok(None),
            Some(ActualWindow::WaitsFor(name)) => Err(name),
        }
    }

    /// Whether this condition holds of the participant on the day of the visit, and what would have to be known.
    pub fn condition(&self, at: &At, condition: usize) -> ConditionDecided {
        let Some(screener) = &self.screener else {
            return ConditionDecided { truth: Truth::Unknown, missing: Vec::new() };
        };
        let (person, day) = (self.person(at), self.person(at).and_then(|person| person.day(self.trial, at)));
        let key = (at.participant.clone().unwrap_or_default(), day);
        let known = self.decided.borrow().get(&key).cloned();
        let decided = known.unwrap_or_else(|| {
            let facts = person.map_or(&[][..], |person| &person.facts);
            let all = Rc::new(screener.conditions(&facts::record(facts, day), day));
            self.decided.borrow_mut().insert(key, Rc::clone(&all));
            all
        });
        decided[condition].clone()
    }

    /// All of these conditions together.
    pub fn all(&self, at: &At, conditions: impl Iterator<Item = Laid>) -> ConditionDecided {
        let mut whole = ConditionDecided { truth: Truth::True, missing: Vec::new() };
        for Laid { condition, is_sure } in conditions {
            let mut one = self.condition(at, condition);
            // It may be laid on another time than this one.
            if !is_sure && one.truth == Truth::False {
                let missing = vec![format!("which time it is ({REPEAT}) is not recorded")];
                one = ConditionDecided { truth: Truth::Unknown, missing };
            }
            whole.truth = whole.truth.and(one.truth);
            whole.missing.extend(one.missing);
        }
        if whole.truth != Truth::Unknown {
            whole.missing.clear();
        }
        whole
    }
}

impl Person {
    fn take(&mut self, trial: &Trial, entry: &Entry<'_>) {
        for (name, _, node) in entry.records.iter().flat_map(|record| &record.fields) {
            let field = entry.sheet.form.fields.iter().find(|field| field.name == *name);
            if let (Some(event), Some(day)) = (field.and_then(|field| field.event.as_ref()), day(node)) {
                let known = self.dates.events.entry(event.clone()).or_insert_with(|| vec![day]);
                known[0] = day.min(known[0]);
            }
            if (entry.sheet.name, name.as_str()) == (VISITS, DAY)
                && let (Some(visit), Some(day)) = (&entry.at.visit, day(node))
                && let Numbered::Is(number) = number_of(trial, &entry.at)
            {
                let known = self.dates.visits.entry(visit.clone()).or_default();
                known.entry(number).or_insert(Attendance::Done(day));
            }
            if name.ends_with(ARM)
                && let Json::Text(arm) = &node.value
                && (trial.arms.contains_key(arm) || trial.sequences.contains_key(arm))
            {
                if self.arm.is_none() {
                    self.dates.arms.push(arm.clone());
                }
                self.arm.get_or_insert_with(|| arm.clone());
            }
        }
    }

    /// The day of the visit at which something stands.
    fn day(&self, trial: &Trial, at: &At) -> Option<Date> {
        let Numbered::Is(number) = number_of(trial, at) else { return None };
        match self.dates.visits.get(at.visit.as_ref()?)?.get(&number)? {
            Attendance::Done(day) => Some(*day),
            Attendance::Missed => None,
        }
    }
}

enum Numbered {
    /// Of its cycle or occurrence; 1 for what takes place once.
    Is(u32),
    /// Of a visit that takes place more than once nobody has said which time it is.
    NotTold,
}

fn number_of(trial: &Trial, at: &At) -> Numbered {
    match (at.repeat, is_numbered(trial, at.visit.as_deref())) {
        (_, false) => Numbered::Is(1),
        (Some(number), true) => Numbered::Is(number),
        (None, true) => Numbered::NotTold,
    }
}

pub(super) fn is_numbered(trial: &Trial, visit: Option<&str>) -> bool {
    let visits = trial.schedule.as_ref().map(|schedule| &schedule.visits);
    visit.and_then(|visit| visits?.get(visit)).is_some_and(Visit::is_numbered)
}

/// The times at which visits took place, each with the entry that says so.
pub(super) fn held<'e>(record: &'e Filled<'e>) -> impl Iterator<Item = Held<'e>> {
    let took_place = |entry: &&Entry<'_>| {
        let mut fields = entry.records.iter().flat_map(|record| &record.fields);
        entry.sheet.name == VISITS
            && fields.any(|(name, _, node)| name == OCCURRED && node.value == Json::Text("Y".to_owned()))
    };
    let entries = record.entries.iter().filter(took_place);
    entries.filter(|entry| entry.at.participant.is_some()).map(|entry| Held { at: &entry.at, entry })
}

fn day(node: &Node) -> Option<Date> {
    match &node.value {
        Json::Text(text) if is_day(text) => text.parse().ok(),
        _ => None,
    }
}
