//! The narrow tables of a population.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Range, RangeInclusive};

use super::results::Results;
use crate::eligibility::Record;
use crate::eligibility::record::{CoveredDomain, Sex};

/// Days since 1970-01-01.
pub type Day = i32;

/// Every day there is.
pub const ALL_DAYS: RangeInclusive<Day> = Day::MIN..=Day::MAX;

/// The days from the first of both spans to the last of both.
pub fn spanned(one: &RangeInclusive<Day>, other: &RangeInclusive<Day>) -> RangeInclusive<Day> {
    *one.start().min(other.start())..=*one.end().max(other.end())
}

/// The days between which something lies: one day where it is known exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    pub earliest: Day,
    pub latest: Day,
}

impl Days {
    /// Any day at all.
    pub const ANY: Self = Self { earliest: Day::MIN, latest: Day::MAX };
    /// After all days: it is still going on.
    pub const NEVER: Self = Self { earliest: Day::MAX, latest: Day::MAX };

    pub fn exactly(day: Day) -> Self {
        Self { earliest: day, latest: day }
    }

    pub fn is_exact(self) -> bool {
        self.earliest == self.latest
    }
}

/// Rows in the order of the people that they belong to.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped<T> {
    pub rows: Vec<T>,
    /// Where the rows of each person begin, and behind the last of them the number of rows.
    pub starts: Vec<u32>,
}

impl<T> Default for Grouped<T> {
    /// Of nobody.
    fn default() -> Self {
        Self { rows: Vec::new(), starts: vec![0] }
    }
}

impl<T> Grouped<T> {
    /// The rows of one person.
    pub fn of(&self, person: usize) -> &[T] {
        &self.rows[self.range(person)]
    }

    /// Nothing where the table ends before this person: a table that is left empty says nothing of anybody.
    pub fn range(&self, person: usize) -> Range<usize> {
        match self.starts.get(person + 1) {
            Some(end) => self.starts[person] as usize..*end as usize,
            None => 0..0,
        }
    }
}

/// How the data call a person: by a whole number, as OMOP does, or by any other text. Numbers come before texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectId {
    Number(i64),
    /// No whole number, or one that is written otherwise (`007`).
    Text(Box<str>),
}

impl SubjectId {
    /// The id that is written so.
    pub fn of(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => SubjectId::Number(number),
            _ => SubjectId::Text(text.into()),
        }
    }
}

impl From<i64> for SubjectId {
    fn from(number: i64) -> Self {
        SubjectId::Number(number)
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubjectId::Number(number) => number.fmt(f),
            SubjectId::Text(text) => text.fmt(f),
        }
    }
}

/// One person.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub id: SubjectId,
    pub sex: Option<Sex>,
    pub born: Option<Days>,
}

/// One result. Numbers are the doubles of the data; what was recorded is [`crate::eligibility::recorded`] of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResultRow {
    pub on: Days,
    /// Of [`Population::measures`].
    pub measure: u16,
    /// Of [`Population::units`]; none where none is recorded.
    pub unit: Option<u16>,
    pub value: ResultValue,
    /// Limits of normal in the unit of the value; NaN where there is none.
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ResultValue {
    Number(f64),
    Below(f64),
    Above(f64),
    /// Of [`Population::levels`].
    Level(u16),
    /// There is a result, and nobody knows its value.
    Unknown(WhyUnknown),
}

/// Why the value of a result is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyUnknown {
    NoValue,
    Comparison,
    NotReadable,
    /// Nobody knows of what measure it is a result.
    Measure,
}

impl WhyUnknown {
    /// As a clause: `its comparison is not understood`.
    pub fn in_words(self) -> &'static str {
        match self {
            WhyUnknown::NoValue => "no value is recorded",
            WhyUnknown::Comparison => "its comparison is not understood",
            WhyUnknown::NotReadable => "its value cannot be read",
            WhyUnknown::Measure => "what was measured cannot be read",
        }
    }
}

/// A finding, exposure, procedure or event: a row of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Happening {
    pub start: Days,
    /// [`Days::NEVER`] while it is going on.
    pub end: Days,
    /// What it is: of [`Population::namings`].
    pub naming: u16,
    /// The data say that it is not certain (an order, a provisional diagnosis).
    pub is_unsure: bool,
}

/// What a row of the data is called in the protocol. It can be several things at once, and it must stay one row: who
/// has one basal cell carcinoma has no malignancy other than that, and one malignancy, not two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Naming {
    /// Where records have it.
    pub list: List,
    /// Names of the protocol: concepts, events, visits.
    pub certain: Vec<String>,
    /// Names that it may have: the data name something broader.
    pub perhaps: Vec<String>,
    /// Of what rules leave out with `other than`: what it is known not to be.
    pub other_than: Vec<String>,
}

/// A list of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    Findings,
    Exposures,
    Procedures,
    Events,
}

/// Days of one person over which nothing of something is missing from the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Of [`Population::covered`].
    pub of: u16,
    /// Both ends are inside.
    pub from: Day,
    pub to: Day,
}

/// Everybody, with what the data hold of what the protocol asks.
#[derive(Clone, Debug, Default)]
pub struct Population {
    pub people: Vec<Subject>,
    pub results: Results,
    pub happenings: Grouped<Happening>,
    /// What of each person's own time is known to be complete (observation periods).
    pub periods: Grouped<Period>,
    /// Names of the protocol.
    pub measures: Vec<String>,
    pub namings: Vec<Naming>,
    pub covered: Vec<CoveredDomain>,
    /// As the records of one person spell them (UCUM or everyday).
    pub units: Vec<String>,
    pub levels: Vec<String>,
    /// What is known of everybody: dates of events and coverage. It is added to the record of each. Names of the
    /// protocol that nothing in the data can have (no concept id is known) stand here as entries without a date that are
    /// unsure: whatever is covered, they are not absent.
    pub everybody: Record,
    /// What is known of single people beyond these tables, by their place in `people`: answers, doses, qualifiers. It is added to their records.
    pub beyond: BTreeMap<u32, Record>,
}
