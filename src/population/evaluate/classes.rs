//! People alike in sex and birth, as far as the rules can tell: what they ask of nothing else is asked once for each.

use super::super::record::date_of;
use super::super::tables::{Day, Days, Subject};
use super::days::day_of;
use crate::eligibility::record::Sex;
use crate::eligibility::{Parts, Record};
use crate::model::{Anchor, Axis, Clause, Moment, Occurrence, Rule, TableKey, Term, TimeUnit, Value};
use crate::number::Exact;
use crate::time::{DateRange, completed};

/// Ages beyond these make no difference to anybody.
const MOST_YEARS: i64 = 130;
/// Births are looked for between the years 1600 and 2200.
const BIRTHS: (Day, Day) = (-135_140, 84_006);

/// Days of birth on which something changes, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    births: Vec<Day>,
}

impl Classes {
    pub fn of(mut births: Vec<Day>) -> Self {
        births.sort_unstable();
        births.dedup();
        Self { births }
    }

    fn of_each_sex(&self) -> usize {
        self.births.len() + 2
    }

    pub fn count(&self) -> usize {
        3 * self.of_each_sex()
    }

    /// The class of a person; `None` where a partial date of birth leaves it open.
    pub fn find(&self, sex: Option<Sex>, born: Option<Days>) -> Option<usize> {
        let sex = match sex {
            Some(Sex::Female) => 0,
            Some(Sex::Male) => 1,
            Some(Sex::Other | Sex::Unknown) | None => 2,
        };
        let place = |day: Day| self.births.partition_point(|birth| *birth <= day);
        let birth = match born {
            None => self.births.len() + 1,
            Some(born) => {
                let first = place(born.earliest);
                if !born.is_exact() && place(born.latest) != first {
                    return None;
                }
                first
            }
        };
        Some(sex * self.of_each_sex() + birth)
    }

    pub fn of_subject(&self, subject: &Subject, everybody: &Record) -> Option<usize> {
        let born = subject.born.or(everybody.person.born.map(super::days::days_of));
        self.find(subject.sex.or(everybody.person.sex), born)
    }

    /// One of each class, with what is known of everybody.
    pub fn representatives<'c>(&'c self, everybody: &'c Record) -> impl Iterator<Item = Record> + 'c {
        (0..self.count()).map(|class| {
            let (sex, birth) = (class / self.of_each_sex(), class % self.of_each_sex());
            let born = match birth.checked_sub(1) {
                None => Some(self.births.first().map_or(0, |first| first - 1)),
                Some(at) => self.births.get(at).copied(),
            };
            let mut record = everybody.clone();
            record.person.sex = [Some(Sex::Female), Some(Sex::Male), None][sex];
            record.person.born = born.map(|day| DateRange::exactly(date_of(day)));
            record
        })
    }
}

/// Whether a moment hangs on no finding of the person, and is one.
pub(super) fn is_common(moment: &Moment) -> bool {
    match &moment.of {
        Anchor::Onset { .. } | Anchor::End { .. } => false,
        Anchor::Event { occurrence, .. } => !matches!(occurrence, Occurrence::Any | Occurrence::Each),
        Anchor::Visit { .. } | Anchor::Decision => true,
    }
}

/// Whether a term asks of a person nothing but sex and age.
pub(super) fn is_of_class(term: &Term) -> bool {
    match &term.value {
        Value::Constant { .. } | Value::Span { .. } | Value::Attribute { .. } => true,
        Value::Age { at, .. } => is_common(at),
        Value::TimeBetween { from, to } => is_common(from) && is_common(to),
        Value::Arithmetic { left, right, .. } => is_of_class(left) && is_of_class(right),
        Value::Call { arguments, .. } => arguments.iter().all(is_of_class),
        Value::Negative { of } => is_of_class(of),
        Value::Table { rows, .. } => rows.iter().all(|row| is_of_class(&row.value)),
        Value::Measured { .. }
        | Value::Limit { .. }
        | Value::DurationOf { .. }
        | Value::Change { .. }
        | Value::AreaUnder { .. }
        | Value::Count { .. }
        | Value::Days { .. }
        | Value::Dose { .. }
        | Value::Incidence { .. }
        | Value::Proportion { .. } => false,
    }
}

/// The days of birth on which rules change their mind.
pub(super) struct Births<'a, 'r> {
    pub parts: Parts<'a>,
    pub everybody: &'r Record,
    pub found: Vec<Day>,
    /// Something depends on births that cannot be followed.
    pub is_lost: bool,
}

impl Births<'_, '_> {
    pub fn clause(&mut self, clause: &Clause) {
        match &clause.rule {
            Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
                of.iter().for_each(|part| self.clause(part));
            }
            Rule::Not { of } => self.clause(of),
            Rule::Choose { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.clause(part));
            }
            Rule::Compare { left, right, .. } => self.compared(&[left, right]),
            Rule::Between { value, low, high, .. } => self.compared(&[value, low, high]),
            Rule::Is { value, .. } => self.term(value),
            Rule::Occurs { .. }
            | Rule::Steady { .. }
            | Rule::Trend { .. }
            | Rule::Attested { .. }
            | Rule::Text { .. }
            | Rule::OfPerson { .. } => {}
        }
    }

    /// An age beside numbers changes something only where it reaches one of them.
    fn compared(&mut self, terms: &[&Term]) {
        let numbers: Option<Vec<&Exact>> = terms[1..]
            .iter()
            .map(|term| match &term.value {
                Value::Constant { number, .. } => Some(number),
                _ => None,
            })
            .collect();
        match (&terms[0].value, numbers) {
            (Value::Age { at, unit }, Some(numbers)) if is_common(at) => {
                numbers.into_iter().for_each(|number| self.reached(at, *unit, number));
            }
            _ => terms.iter().for_each(|term| self.term(term)),
        }
    }

    pub fn term(&mut self, term: &Term) {
        match &term.value {
            Value::Age { at, .. } if !is_common(at) => {}
            Value::Age { at, unit } => {
                let most = match unit {
                    TimeUnit::Year => MOST_YEARS,
                    TimeUnit::Month => MOST_YEARS * 12,
                    _ => return self.is_lost = true,
                };
                (0..=most).for_each(|count| self.birthday(at, *unit, count));
            }
            Value::Arithmetic { left, right, .. } => {
                [left, right].into_iter().for_each(|term| self.term(term))
            }
            Value::Call { arguments, .. } => arguments.iter().for_each(|term| self.term(term)),
            Value::Negative { of } => self.term(of),
            Value::Table { by, rows } => {
                let decision = Moment { offset: None, of: Anchor::Decision };
                for row in rows {
                    if let (Axis::Age, TableKey::Ages { from, to, below, unit }) = (by, &row.key) {
                        let ends = [from, to, below].into_iter().flatten();
                        ends.for_each(|end| self.reached(&decision, *unit, end));
                    }
                    self.term(&row.value);
                }
            }
            _ => {}
        }
    }

    fn reached(&mut self, at: &Moment, unit: TimeUnit, number: &Exact) {
        match number.floor().to_i64() {
            Some(whole) => [whole, whole + 1].into_iter().for_each(|count| self.birthday(at, unit, count)),
            None => self.is_lost = true,
        }
    }

    /// From which day of birth on so many units are not completed.
    fn birthday(&mut self, at: &Moment, unit: TimeUnit, count: i64) {
        let Some(at) = self.parts.moment(at, self.everybody) else { return };
        for end in [at.earliest, at.latest] {
            for of in [|(low, _): (i64, i64)| low, |(_, high): (i64, i64)| high] {
                let is_younger = |day: Day| {
                    let born = DateRange::exactly(date_of(day));
                    of(completed(born, DateRange::exactly(end), unit)) < count
                };
                let (mut low, mut high) = BIRTHS;
                while low < high {
                    let middle = low + (high - low) / 2;
                    if is_younger(middle) { high = middle } else { low = middle + 1 }
                }
                self.found.push(low);
            }
        }
        debug_assert!(day_of(at.earliest) <= day_of(at.latest));
    }
}
