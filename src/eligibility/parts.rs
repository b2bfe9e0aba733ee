//! The parts of rules, asked one by one: for those who decide many people at once, and who must mean exactly what the
//! evaluator means. What they ask here once, they need not know themselves.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::civil::Date;

use super::evaluate::amount::{Amount, Scale};
use super::evaluate::{Evaluator, Scope};
use super::evidence::Choices;
use super::person::Person;
use super::record::{Entry, Record};
use super::screen::Screener;
use super::truth::Truth;
use super::verdict::Status;
use crate::model::{
    Clause, Concept, Criterion, Decision, Domain, Finding, MeasureKind, Moment, Term, UnitRef, Window,
};
use crate::number::Exact;
use crate::time::DateRange;
use crate::units;

/// A window on the calendar, with all that its ends can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Absent: open.
    pub from: Option<DateRange>,
    pub to: Option<DateRange>,
    pub is_never: bool,
    pub is_backward: bool,
}

/// The rules as they are for one decision, and one arm where a criterion is limited to arms.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub screener: &'a Screener<'a>,
    pub decision: &'a Decision,
    pub arm: Option<&'a str>,
    pub as_of: Option<Date>,
}

impl<'a> Parts<'a> {
    fn evaluator<'x>(&'x self, person: &'x Person<'x>) -> Evaluator<'x>
    where
        'a: 'x,
    {
        Evaluator {
            document: self.screener.document,
            words: &self.screener.words,
            person,
            decision: &self.decision.event,
            arm: self.arm,
            as_of: self.as_of,
            choices: RefCell::new(Choices::default()),
            awaited: RefCell::new(BTreeMap::new()),
            looking_for: RefCell::new(Vec::new()),
        }
    }

    fn person<'x>(&'x self, record: &'x Record) -> Person<'x>
    where
        'a: 'x,
    {
        Person::of(record, &self.screener.words, self.as_of)
    }

    /// What becomes of whole criteria, with every combination of tied values: each with its code, and with its arm where
    /// it is limited to arms.
    pub fn statuses<'c>(
        &self,
        record: &Record,
        criteria: impl IntoIterator<Item = (&'c str, &'c Criterion, Option<&'c str>)>,
    ) -> Vec<Status> {
        let person = self.person(record);
        let judge = |(code, criterion, arm): (&str, &Criterion, Option<&str>)| {
            let arm = arm.or(record.person.arm.as_deref());
            self.screener.judge(code, criterion, self.decision, &person, arm, self.as_of).0.status
        };
        criteria.into_iter().map(judge).collect()
    }

    /// Whether a clause holds for a record without results.
    pub fn truth(&self, clause: &Clause, record: &Record) -> Truth {
        let person = self.person(record);
        self.evaluator(&person).clause(clause, &Scope::of(&person)).truth
    }

    pub fn window(&self, window: &Window, record: &Record) -> Extent {
        let person = self.person(record);
        let evaluator = self.evaluator(&person);
        let days = evaluator.days(window, &Scope::of(&person));
        Extent { from: days.from, to: days.to, is_never: days.is_never, is_backward: days.is_backward }
    }

    /// `None` where it is not known.
    pub fn moment(&self, moment: &Moment, record: &Record) -> Option<DateRange> {
        let person = self.person(record);
        let at = self.evaluator(&person).at(moment, &Scope::of(&person));
        at.missing.is_empty().then_some(at.range)
    }

    /// Whether an entry is what a finding means.
    pub fn is_meant(&self, entry: &Entry, finding: &Finding) -> Truth {
        let record = Record { events: vec![entry.clone()], ..Record::default() };
        let person = self.person(&record);
        let evaluator = self.evaluator(&person);
        let meant = person.entries().first().map(|entry| evaluator.is_meant(entry, finding).0);
        meant.unwrap_or(Truth::False)
    }

    /// The value of a term that no result is needed for; `None` where it cannot be said.
    pub fn value(&self, term: &Term, record: &Record) -> Option<Amount> {
        let person = self.person(record);
        self.evaluator(&person).amount_of_term(term, &Scope::of(&person))
    }

    /// A value and its limits in the unit in which they are compared. `of` is what they are values of.
    pub fn in_one_unit(
        &self,
        of: Option<&str>,
        value: &Amount,
        limits: &[Amount],
        unit: Option<&UnitRef>,
    ) -> Option<(Amount, Vec<Amount>)> {
        let record = Record::default();
        let person = self.person(&record);
        self.evaluator(&person).amounts_in_one_unit(of, value, limits, unit)
    }

    /// What a number recorded of a measure in this unit counts.
    pub fn scale(&self, measure: &str, unit: Option<&str>) -> Scale {
        let record = Record::default();
        let person = self.person(&record);
        self.evaluator(&person).scale_of_result(measure, unit)
    }

    /// A value in the measure's own unit.
    pub fn in_own_unit(&self, measure: &str, amount: Amount) -> Option<Amount> {
        let record = Record::default();
        let person = self.person(&record);
        self.evaluator(&person).in_own_unit(measure, amount).ok()
    }

    /// A number of a measure in another unit; `None` where the measure does not say how they convert.
    pub fn in_unit(&self, measure: &str, number: &Exact, from: &UnitRef, to: &UnitRef) -> Option<Exact> {
        let amount = Amount::exact(number.clone(), Scale::Unit(units::parse(&from.ucum).ok()?));
        let (found, _) = self.in_one_unit(Some(measure), &amount, &[], Some(to))?;
        found.value().cloned()
    }

    /// Whether a word or number recorded of a coded measure is one of these.
    pub fn is_level(&self, measure: &str, recorded: &str, one_of: &[String]) -> Truth {
        let record = Record::default();
        let person = self.person(&record);
        match self.evaluator(&person).level(measure, recorded) {
            Ok(level) => one_of.iter().any(|one| one.eq_ignore_ascii_case(&level)).into(),
            Err(_) => Truth::Unknown,
        }
    }

    pub fn measure(&self, name: &str) -> Option<&'a MeasureKind> {
        self.screener.document.measures.get(name).map(|measure| &measure.kind)
    }

    pub fn is_a(&self, name: &str, of: &str) -> bool {
        self.screener.words.is_a(name, of)
    }

    pub fn concept(&self, name: &str) -> Option<&'a Concept> {
        self.screener.document.concepts.get(name)
    }

    pub fn find_measure(&self, written: &str) -> Option<&'a str> {
        self.screener.words.find_measure(written)
    }

    pub fn find_absent(&self, written: &str) -> Vec<&'a str> {
        self.screener.words.find_absent(written)
    }

    pub fn find_thing(&self, written: &str) -> Option<&'a str> {
        self.screener.words.find_thing(written)
    }

    pub fn domain(&self, name: &str) -> Option<Domain> {
        self.screener.words.domain(name)
    }
}
