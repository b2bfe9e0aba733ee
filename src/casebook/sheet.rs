//! One walk over the forms: what a carrier writes of each, in terms that none of them owns.

use std::collections::BTreeSet;
use std::ops::Not as _;

use super::checks::{self, Demand};
use super::conditions::cycles_of;
use super::limits::{self, Bounds};
use super::names::{PARTICIPANT, RECORDS, REPEAT, VISIT, unit_variable, variable};
use super::own::{self, Own, Sources};
use super::truth::Truth;
use crate::model::{CycleNumbers, Field, FieldKind, Form, Level, Named, Trial, UnitRef};

/// A form with its questions in order.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    pub name: &'a str,
    pub form: &'a Form,
    /// Questions that are asked at some visit. A number that may be given in several units is followed by its unit.
    pub items: Vec<Item<'a>>,
    /// Fields for which the schedule names no visit: nobody is ever asked.
    pub never: Vec<&'a Field>,
    /// The cycles in which the form is filled in, of those visits at which it is not filled in each time.
    pub cycles: Named<CycleNumbers>,
}

/// One question with one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'a> {
    /// Unique on the form.
    pub name: String,
    pub label: String,
    /// The field that it is, or whose unit it is.
    pub field: &'a Field,
    pub answer: Answer<'a>,
    /// Asked when all of these hold; always, when there are none.
    pub asked: Vec<Truth>,
    /// What the record decides by itself of the conditions of the protocol; `None` where it decides nothing or there are none.
    pub own: Option<Own>,
    /// Must be answered where it is asked. A field under a condition of the protocol cannot be demanded: a form does not
    /// know the participant.
    pub required: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Answer<'a> {
    Text,
    Integer {
        low: Option<i64>,
        high: Option<i64>,
    },
    Number(Number<'a>),
    Date,
    PartialDate,
    Time,
    YesNo,
    Choice(&'a [Level]),
    /// The unit of the number of this name.
    Unit {
        of: String,
        units: &'a [UnitRef],
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Number<'a> {
    /// The one unit, or the usual one of several; `None` for a pure number.
    pub unit: Option<&'a UnitRef>,
    pub units: &'a [UnitRef],
    /// The item that asks for the unit, where there are several.
    pub unit_item: Option<String>,
    pub hard: Bounds<'a>,
    pub soft: Bounds<'a>,
    pub precision: Option<u32>,
}

impl Item<'_> {
    /// When a form shows the question: what it is asked for, and no answer of the record says that a condition of the protocol
    /// does not hold.
    pub fn shown(&self) -> Vec<Truth> {
        let open = self.own.as_ref().and_then(|own| own.fails.clone()).map(|fails| (!fails).pushed_down());
        self.asked.iter().cloned().chain(open).collect()
    }

    pub fn is_date(&self) -> bool {
        matches!(self.answer, Answer::Date | Answer::PartialDate)
    }

    /// Code and label of each answer; empty where there is no list.
    pub fn choices(&self) -> Vec<(String, String)> {
        match &self.answer {
            Answer::YesNo => [("Y", "Yes"), ("N", "No")].map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec(),
            Answer::Choice(levels) => levels
                .iter()
                .map(|level| {
                    (level.value.clone(), level.label.clone().unwrap_or_else(|| level.value.clone()))
                })
                .collect(),
            Answer::Unit { units, .. } => {
                units.iter().map(|unit| (unit.ucum.clone(), unit.written.clone())).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl<'a> Sheet<'a> {
    pub fn item(&self, name: &str) -> Option<&Item<'a>> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The checks across fields, in their order.
    pub fn demands(&self) -> Vec<Demand<'a>> {
        checks::demands(self)
    }

    pub fn of(trial: &'a Trial, sources: &Sources<'a>, name: &'a str, form: &'a Form) -> Self {
        let mut taken: BTreeSet<String> = form.fields.iter().map(|field| field.name.clone()).collect();
        taken.extend([PARTICIPANT, VISIT, REPEAT, RECORDS].map(str::to_owned));
        let cycles = |visit: &String| Some((visit.clone(), cycles_of(trial, form, visit)?));
        let cycles = form.visits.iter().filter_map(cycles).collect();
        let mut sheet = Self { name, form, items: Vec::new(), never: Vec::new(), cycles };
        for field in &form.fields {
            if field.visits.as_ref().is_some_and(Vec::is_empty) {
                sheet.never.push(field);
                continue;
            }
            let mut asked: Vec<Truth> =
                field.when.iter().map(|condition| Truth::is(&condition.field, &condition.one_of)).collect();
            if let Some(visits) = field.visits.as_ref().filter(|_| !form.visits.is_empty()) {
                asked.push(Truth::AtVisit(visits.clone()));
            }
            for (visit, cycles) in &field.cycles {
                let elsewhere = Truth::AtVisit(vec![visit.clone()]).not();
                asked.push(Truth::Any(vec![elsewhere, Truth::Time(cycles.clone())]));
            }
            let answer = answer(trial, field, &mut taken);
            let unit = match &answer {
                Answer::Number(Number { unit_item: Some(item), units, .. }) => Some((item.clone(), *units)),
                _ => None,
            };
            let required = field.required && field.only.is_empty();
            let own = own::of(trial, sources, sheet.name, field);
            let (name, label) = (field.name.clone(), field.label.clone());
            let (also, beside) = (asked.clone(), own.clone());
            sheet.items.push(Item { name, label, field, answer, asked, own, required });
            if let Some((name, units)) = unit {
                let answer = Answer::Unit { of: field.name.clone(), units };
                let label = format!("{}: unit", field.label);
                sheet.items.push(Item { name, label, field, answer, asked: also, own: beside, required });
            }
        }
        sheet
    }
}

/// Every form of the trial, in its order.
pub fn sheets(trial: &Trial) -> Vec<Sheet<'_>> {
    let sources = Sources::of(trial);
    trial.forms.iter().map(|(name, form)| Sheet::of(trial, &sources, name, form)).collect()
}

fn answer<'a>(trial: &Trial, field: &'a Field, taken: &mut BTreeSet<String>) -> Answer<'a> {
    match &field.kind {
        FieldKind::Text => Answer::Text,
        FieldKind::Integer { low, high } => Answer::Integer { low: *low, high: *high },
        FieldKind::Number { units, precision, .. } => Answer::Number(Number {
            unit: units.first(),
            units,
            unit_item: (units.len() > 1).then(|| unit_name(&field.name, taken)),
            hard: limits::hard(trial, field),
            soft: limits::soft(trial, field),
            precision: *precision,
        }),
        FieldKind::Date => Answer::Date,
        FieldKind::PartialDate => Answer::PartialDate,
        FieldKind::Time => Answer::Time,
        FieldKind::YesNo => Answer::YesNo,
        FieldKind::Choice { levels } => Answer::Choice(levels),
    }
}

/// `SYSBP_VSORRESU` for `SYSBP_VSORRES`.
fn unit_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let (of, test) = variable(name);
    let of = unit_variable(of).unwrap_or_else(|| format!("{of}U"));
    let wish = test.map_or_else(|| of.clone(), |test| format!("{test}_{of}"));
    let mut name = wish.clone();
    let mut number = 2_u32;
    while !taken.insert(name.clone()) {
        name = format!("{wish}{number}");
        number += 1;
    }
    name
}
