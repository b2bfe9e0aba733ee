//! A record made ready for questions: its names in the protocol's, its dates as ranges, its silence as silence.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::record::{CoveredDomain, Entry, Measurement, PersonFacts, Record};
use super::vocabulary::Vocabulary;
use crate::diagnostics::did_you_mean;
use crate::model::{Answer, Domain};
use crate::time::{DateRange, day_after};

/// Any day at all.
pub(super) const ANY_DAY: DateRange = DateRange { earliest: Date::MIN, latest: Date::MAX };
const NEVER_ENDS: DateRange = DateRange { earliest: Date::MAX, latest: Date::MAX };

#[derive(Debug)]
pub(super) struct Person<'a> {
    pub facts: &'a PersonFacts,
    pub answers: &'a BTreeMap<String, Answer>,
    results: BTreeMap<&'a str, Vec<&'a Measurement>>,
    entries: Vec<Recorded<'a>>,
    covers: Vec<Cover<'a>>,
    others: BTreeMap<&'a str, Person<'a>>,
    /// What the record says in words that the trial does not know.
    pub notes: Vec<String>,
}

/// A finding, exposure, procedure or event as it was recorded.
#[derive(Debug)]
pub(super) struct Recorded<'a> {
    pub entry: &'a Entry,
    /// Names in the protocol.
    pub names: Vec<&'a str>,
    pub start: DateRange,
    pub end: DateRange,
    pub is_ongoing: bool,
}

/// Days over which nothing is missing from the record.
#[derive(Debug)]
struct Cover<'a> {
    of: Covered<'a>,
    /// Said to be absent, not merely listed completely.
    is_absence: bool,
    from: Date,
    to: Date,
}

#[derive(Debug, PartialEq, Eq)]
enum Covered<'a> {
    Domain(Domain),
    Name(&'a str),
}

impl<'a> Person<'a> {
    pub fn of(record: &'a Record, words: &Vocabulary<'a>, as_of: Option<Date>) -> Self {
        let mut person = Self {
            facts: &record.person,
            answers: &record.answers,
            results: BTreeMap::new(),
            entries: Vec::new(),
            covers: Vec::new(),
            others: BTreeMap::new(),
            notes: Vec::new(),
        };
        for result in &record.measurements {
            match words.find_measure(&result.measure) {
                Some(name) => person.results.entry(name).or_default().push(result),
                None => person.unknown_word("measure", &result.measure, words.measure_names()),
            }
        }
        let born = record.person.born.map_or(Date::MIN, |born| born.earliest);
        let known_by = record.recorded.or(as_of).unwrap_or(Date::MAX);
        let lists = [&record.findings, &record.exposures, &record.procedures, &record.events];
        for entry in lists.into_iter().flatten() {
            person.entry(entry, words, DateRange { earliest: born, latest: known_by.max(born) });
        }
        person.absences(record, words);
        for (name, other) in &record.persons {
            let other = Person::of(other, words, as_of);
            person.notes.extend(other.notes.iter().map(|note| format!("{name}: {note}")));
            person.others.insert(name, other);
        }
        person
    }

    fn unknown_word<'n>(&mut self, kind: &str, written: &str, known: impl Iterator<Item = &'n str>) {
        let near =
            did_you_mean(written, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let note = format!("no criterion uses a {kind} called `{written}`{near}");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn entry(&mut self, entry: &'a Entry, words: &Vocabulary<'a>, lifetime: DateRange) {
        let mut names: Vec<&'a str> = words.find_thing(&entry.name).into_iter().collect();
        names.extend(entry.code.iter().flat_map(|code| words.find_code(code)));
        if names.is_empty() {
            let written = entry.code.as_deref().filter(|_| entry.name.is_empty()).unwrap_or(&entry.name);
            self.unknown_word("finding", written, words.thing_names());
            return;
        }
        let (start, end, is_ongoing) = self.extent(entry, lifetime);
        self.entries.push(Recorded { entry, names, start, end, is_ongoing });
    }

    /// The days on which an entry can have begun and ended.
    fn extent(&mut self, entry: &Entry, lifetime: DateRange) -> (DateRange, DateRange, bool) {
        if let Some(on) = entry.on {
            return (on, on, false);
        }
        match (entry.from, entry.to) {
            (Some(from), Some(to)) if from.earliest > to.latest => {
                let note = format!(
                    "`{}` is recorded from {from} to {to}, backwards: its dates do not count",
                    entry.name
                );
                self.notes.push(note);
                (lifetime, lifetime, false)
            }
            (Some(from), Some(to)) => {
                let start = DateRange { latest: from.latest.min(to.latest), ..from };
                let end = DateRange { earliest: to.earliest.max(from.earliest), ..to };
                (start, end, false)
            }
            (Some(from), None) => (from, NEVER_ENDS, true),
            (None, Some(to)) => {
                (DateRange { earliest: lifetime.earliest.min(to.earliest), latest: to.latest }, to, false)
            }
            (None, None) => (lifetime, DateRange { latest: Date::MAX, ..lifetime }, false),
        }
    }

    fn absences(&mut self, record: &'a Record, words: &Vocabulary<'a>) {
        let begins = |from: Option<DateRange>| from.map_or(Date::MIN, |from| from.latest);
        let ends = |to: Option<DateRange>| to.map_or(Date::MAX, |to| to.earliest);
        for absence in &record.absences {
            match words.find_thing(&absence.name) {
                Some(name) => self.covers.push(Cover {
                    of: Covered::Name(name),
                    is_absence: true,
                    from: begins(absence.from),
                    to: ends(absence.to),
                }),
                None => self.unknown_word("finding", &absence.name, words.thing_names()),
            }
        }
        for coverage in &record.coverage {
            let of: Vec<Covered<'a>> = match &coverage.of {
                CoveredDomain::Conditions => vec![Covered::Domain(Domain::Condition)],
                CoveredDomain::Drugs => {
                    vec![Covered::Domain(Domain::Drug), Covered::Domain(Domain::DrugClass)]
                }
                CoveredDomain::Procedures => vec![Covered::Domain(Domain::Procedure)],
                CoveredDomain::Events => vec![Covered::Domain(Domain::Event)],
                CoveredDomain::Name(name) => match words.find_thing(name) {
                    Some(name) => vec![Covered::Name(name)],
                    None => {
                        self.unknown_word("finding", name, words.thing_names());
                        Vec::new()
                    }
                },
            };
            for of in of {
                let (from, to) = (begins(coverage.from), ends(coverage.to));
                self.covers.push(Cover { of, is_absence: false, from, to });
            }
        }
    }

    pub fn results(&self, measure: &str) -> &[&'a Measurement] {
        self.results.get(measure).map_or(&[], Vec::as_slice)
    }

    pub fn entries(&self) -> &[Recorded<'a>] {
        &self.entries
    }

    /// Entries under exactly this name.
    pub fn named<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p Recorded<'a>> {
        self.entries.iter().filter(move |entry| entry.names.contains(&name))
    }

    pub fn other(&self, person: &str) -> Option<&Self> {
        self.others.get(person)
    }

    /// Whether an occurrence of this concept on any day from `from` to `to` would be in the record. A list of
    /// members that is open says nothing by its domain: only its own name does.
    pub fn is_covered(
        &self,
        name: &str,
        is_open: bool,
        words: &Vocabulary<'_>,
        from: Date,
        to: Date,
    ) -> bool {
        let from = from.max(self.facts.born.map_or(Date::MIN, |born| born.earliest));
        let speaks = |cover: &Cover<'_>| match &cover.of {
            Covered::Name(broader) => words.is_a(name, broader),
            Covered::Domain(domain) => !is_open && words.domain(name) == Some(*domain),
        };
        fill(self.covers.iter().filter(|cover| speaks(cover)).map(|cover| (cover.from, cover.to)), from, to)
    }

    /// First days of the periods over which something is known not to be missing.
    pub fn cover_starts(&self) -> impl Iterator<Item = Date> {
        self.covers.iter().map(|cover| cover.from)
    }

    /// Whether somebody said that this never happened on any day of an entry that says it did.
    pub fn is_denied(&self, name: &str, words: &Vocabulary<'_>, entry: &Recorded<'_>) -> bool {
        self.covers.iter().filter(|cover| cover.is_absence).any(|cover| {
            let about = matches!(&cover.of, Covered::Name(broader) if words.is_a(name, broader));
            about && entry.start.latest <= cover.to && entry.end.earliest >= cover.from
        })
    }

    /// Whether somebody said that this never happens, without a period.
    pub fn is_denied_for_good(&self, name: &str, words: &Vocabulary<'_>) -> bool {
        self.covers
            .iter()
            .filter(|cover| cover.is_absence && cover.from == Date::MIN && cover.to == Date::MAX)
            .any(|cover| matches!(&cover.of, Covered::Name(broader) if words.is_a(name, broader)))
    }

    /// The last day up to which it is known that there was nothing, from `from` on.
    pub fn known_until(&self, name: &str, words: &Vocabulary<'_>, from: Date) -> Option<Date> {
        let about =
            |cover: &&Cover<'_>| matches!(&cover.of, Covered::Name(broader) if words.is_a(name, broader));
        let reaching =
            self.covers.iter().filter(about).filter(|cover| cover.from <= from && cover.to >= from);
        reaching.map(|cover| cover.to).filter(|to| *to != Date::MAX).max()
    }
}

/// Whether the intervals leave no day out between `from` and `to`.
pub(super) fn fill(intervals: impl Iterator<Item = (Date, Date)>, from: Date, to: Date) -> bool {
    let mut intervals: Vec<(Date, Date)> = intervals.filter(|(start, end)| start <= end).collect();
    intervals.sort_unstable();
    let mut next = from;
    for (start, end) in intervals {
        if start > next {
            return false;
        }
        if end >= to {
            return true;
        }
        next = next.max(day_after(end));
    }
    false
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::fill;

    #[test]
    fn intervals_that_meet_leave_no_day_out() {
        let day = |day| date(2011, 6, day);
        let covers = [(day(10), day(20)), (day(1), day(9)), (day(15), day(30))];
        assert!(fill(covers.into_iter(), day(1), day(30)));
        assert!(fill(covers.into_iter(), day(4), day(4)));
        let gap = [(day(11), day(20)), (day(1), day(9))];
        assert!(!fill(gap.into_iter(), day(1), day(20)), "10 June is not covered");
        assert!(!fill(covers.into_iter(), day(1), date(2011, 7, 1)));
        assert!(!fill(std::iter::empty(), day(1), day(1)));
    }
}
