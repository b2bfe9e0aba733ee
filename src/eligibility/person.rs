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
    unused_codes: Vec<String>,
}

/// A finding, exposure, procedure or event as it was recorded.
#[derive(Debug)]
pub(super) struct Recorded<'a> {
    pub entry: &'a Entry,
    /// Names in the protocol.
    pub names: Vec<&'a str>,
    /// Names that it may have: what was recorded is broader, or its code is not listed and its words speak of these.
    pub perhaps: Vec<&'a str>,
    /// Names that it is said not to be.
    pub other_than: Vec<&'a str>,
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
            unused_codes: Vec::new(),
        };
        for result in &record.measurements {
            let mut names: Vec<&'a str> = Vec::new();
            for code in std::iter::once(&result.measure).chain(&result.codes) {
                names.extend(words.find_measure(code).filter(|name| !names.contains(name)));
            }
            if names.is_empty() {
                person.unknown_word("measure", &result.measure, words.measure_names());
            }
            for name in names {
                person.results.entry(name).or_default().push(result);
            }
        }
        let born = record.person.born.map_or(Date::MIN, |born| born.earliest);
        let known_by = record.recorded.or(as_of).unwrap_or(Date::MAX);
        let lifetime = DateRange { earliest: born, latest: known_by.max(born) };
        let drugs: &[Domain] = &[Domain::Drug, Domain::DrugClass];
        let lists: [(&'a [Entry], &[Domain]); 4] = [
            (&record.findings, &[Domain::Condition]),
            (&record.exposures, drugs),
            (&record.procedures, &[Domain::Procedure]),
            (&record.events, &[]),
        ];
        for (entries, domains) in lists {
            for entry in entries {
                person.entry(entry, words, lifetime, domains);
            }
        }
        person.absences(record, words);
        person.sum_up_codes();
        for (name, other) in &record.persons {
            let other = Person::of(other, words, as_of);
            person.notes.extend(other.notes.iter().map(|note| format!("{name}: {note}")));
            person.others.insert(name, other);
        }
        person
    }

    fn unknown_word<'n>(&mut self, kind: &str, written: &str, known: impl Iterator<Item = &'n str>) {
        // A hospital's record has the same few codes again and again.
        if self.unused_codes.iter().any(|code| code == written) {
            return;
        }
        if is_code(written) {
            self.unused_codes.push(written.to_owned());
            return;
        }
        let near =
            did_you_mean(written, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let note = format!("no criterion uses a {kind} called `{written}`{near}");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Codes that nobody asks for are many in a hospital's record: one note for all of them.
    fn sum_up_codes(&mut self) {
        const SHOWN: usize = 8;
        let codes = std::mem::take(&mut self.unused_codes);
        let listed = codes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        match codes.len() {
            0 => {}
            1 => self.notes.push(format!("no criterion uses the code {listed}")),
            count if count <= SHOWN => self.notes.push(format!("no criterion uses the codes {listed}")),
            count => self.notes.push(format!(
                "no criterion uses {count} codes of this record: {listed} and {} more",
                count - SHOWN
            )),
        }
    }

    fn entry(&mut self, entry: &'a Entry, words: &Vocabulary<'a>, lifetime: DateRange, domains: &[Domain]) {
        let mut names: Vec<&'a str> = words.find_thing(&entry.name).into_iter().collect();
        for name in self.named_so(&entry.also, words) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut perhaps = self.named_so(&entry.perhaps, words);
        perhaps.retain(|name| !names.contains(name));
        let other_than = self.named_so(&entry.other_than, words);
        let is_finding = domains == [Domain::Condition];
        let is_drug = |name: &str| matches!(words.domain(name), Some(Domain::Drug | Domain::DrugClass));
        for name in entry.code.iter().chain(&entry.codes).flat_map(|code| words.find_code(code)) {
            // An allergy's code may be that of the drug: a finding is never the taking of one.
            let is_allergy = is_finding && is_drug(name);
            if !is_allergy && !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() && perhaps.is_empty() {
            let code = entry.code.iter().chain(&entry.codes).next();
            let of_domain = |name: &&str| words.domain(name).is_some_and(|domain| domains.contains(&domain));
            let is_named = !entry.name.is_empty() || !entry.also.is_empty() || !entry.perhaps.is_empty();
            perhaps = match (&entry.text, !is_named && code.is_none()) {
                (Some(text), _) => words.mentioned(text),
                // It is recorded that something was, not what.
                (None, true) => words.concept_names().collect(),
                (None, false) => Vec::new(),
            };
            perhaps.retain(of_domain);
            if perhaps.is_empty() {
                match (code, entry.name.is_empty(), &entry.text) {
                    (Some(code), true, _) => self.unknown_word("finding", code, words.thing_names()),
                    (None, true, Some(text)) => {
                        self.unknown_word("finding", &format!("text:{text}"), words.thing_names());
                    }
                    _ if entry.name.is_empty() => {}
                    _ => self.unknown_word("finding", &entry.name, words.thing_names()),
                }
                return;
            }
        }
        let (start, end, is_ongoing) = self.extent(entry, lifetime);
        self.entries.push(Recorded { entry, names, perhaps, other_than, start, end, is_ongoing });
    }

    /// What the protocol calls these names of an entry.
    fn named_so(&mut self, written: &[String], words: &Vocabulary<'a>) -> Vec<&'a str> {
        let mut names = Vec::new();
        for written in written {
            match words.find_thing(written) {
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
                None => self.unknown_word("finding", written, words.thing_names()),
            }
        }
        names
    }

    /// The days on which an entry can have begun and ended.
    fn extent(&mut self, entry: &Entry, lifetime: DateRange) -> (DateRange, DateRange, bool) {
        // Nobody began anything before birth: an end of which only the other side is known lies there.
        let since_birth = |day: DateRange| match day.earliest == Date::MIN {
            true => DateRange { earliest: lifetime.earliest.min(day.latest), ..day },
            false => day,
        };
        if let Some(on) = entry.on.map(since_birth) {
            return (on, on, false);
        }
        match (entry.from.map(since_birth), entry.to.map(since_birth)) {
            (Some(from), Some(to)) if from.earliest > to.latest => {
                let code = entry.code.as_ref().or(entry.codes.first()).map_or("", String::as_str);
                let name = if entry.name.is_empty() { code } else { &entry.name };
                let note =
                    format!("`{name}` is recorded from {from} to {to}, backwards: its dates do not count");
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
            let names = words.find_absent(&absence.name);
            if names.is_empty() {
                self.unknown_word("finding", &absence.name, words.thing_names());
            }
            for name in names {
                self.covers.push(Cover {
                    of: Covered::Name(name),
                    is_absence: true,
                    from: begins(absence.from),
                    to: ends(absence.to),
                });
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
        let is = move |entry: &&Recorded<'a>| entry.names.contains(&name) && entry.entry.unsure.is_none();
        self.entries.iter().filter(is)
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

    /// Days on which what is known not to be missing can change: first days of those periods, and the days after their last.
    pub fn cover_edges(&self) -> impl Iterator<Item = Date> {
        self.covers.iter().flat_map(|cover| [cover.from, day_after(cover.to)])
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

/// Whether a record's word is a code of a terminology, and no name that somebody may have misspelt.
fn is_code(written: &str) -> bool {
    written.contains('|')
        || written.split_once(':').is_some_and(|(system, _)| {
            !system.is_empty()
                && system.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
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
