//! What a rule about conditions, drugs, procedures and events means for a record.

use jiff::civil::Date;
use trialc::eligibility::record::{AttributeValue, CoveredDomain, Entry};
use trialc::model::{Answer, AttributeTest, Domain, Finding, Mode, Window};

use super::Known::{No, Perhaps, Yes};
use super::{FIRST, Known, LAST, Reader, all, any, exact, extent};

/// Whether an entry started, ended, or else was there, on some of these days.
pub(super) fn is_then(entry: &Entry, mode: Mode, (from, to): (Date, Date)) -> bool {
    let (start, end) = extent(entry);
    match mode {
        Mode::Started => from <= start && start <= to,
        Mode::Ended => entry.from.is_none_or(|_| entry.to.is_some()) && from <= end && end <= to,
        _ => start <= to && end >= from,
    }
}

impl<'a> Reader<'a> {
    pub(super) fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        let record = self.record;
        [&record.findings, &record.exposures, &record.procedures, &record.events].into_iter().flatten()
    }

    /// Whether everything called `name` is also called `of`.
    fn is_a(&self, name: &str, of: &str) -> bool {
        name == of
            || self
                .trial
                .concepts
                .get(of)
                .is_some_and(|class| class.members.iter().any(|member| self.is_a(name, member)))
    }

    /// The name of an entry, and everything that lists a code with which its code begins.
    fn names(&self, entry: &'a Entry) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::from_iter((!entry.name.is_empty()).then_some(entry.name.as_str()));
        for (name, concept) in &self.trial.concepts {
            let lists = |code: &str| {
                concept.codes.get("icd10").into_iter().flatten().any(|one| code.starts_with(&one.code))
            };
            if entry.code.as_deref().and_then(|code| code.strip_prefix("icd10:")).is_some_and(lists) {
                names.push(name);
            }
        }
        names
    }

    /// Whether an entry of a class is not the one of its members that does not count: perhaps, until something says which
    /// other one it is.
    fn is_another(&self, entry: &Entry, names: &[&str], class: &str, other: &str) -> Known {
        let things = || self.trial.concepts.keys();
        let share =
            |one: &str, two: &str| things().any(|thing| self.is_a(thing, one) && self.is_a(thing, two));
        let is_named_otherwise =
            names.iter().any(|name| *name != class && self.is_a(name, class) && !share(name, other));
        let is_said = entry.other_than.iter().any(|said| self.is_a(other, said));
        let codes = |of: &str| -> Vec<&str> {
            let below = self.trial.concepts.iter().filter(|(name, _)| self.is_a(name, of));
            below
                .flat_map(|(_, one)| one.codes.get("icd10").into_iter().flatten())
                .map(|one| one.code.as_str())
                .collect()
        };
        let own = |of: &str| -> Vec<&str> {
            let listed = self.trial.concepts.get(of).and_then(|one| one.codes.get("icd10"));
            listed.into_iter().flatten().map(|one| one.code.as_str()).collect()
        };
        let is_coded_otherwise =
            entry.code.as_deref().and_then(|code| code.strip_prefix("icd10:")).is_some_and(|code| {
                let is_in_class = codes(class).iter().any(|one| code.starts_with(one));
                let is_apart =
                    codes(other).iter().all(|one| !code.starts_with(one) && !one.starts_with(code));
                let wholes = things()
                    .filter(|thing| self.is_a(thing, class) && (*thing == class || self.is_a(other, thing)));
                let mut wholes = wholes.map(|thing| own(thing)).filter(|codes| codes.len() == 1);
                // The generator's concepts that are left out have codes of their own, or none below them.
                let names_the_class = wholes.any(|codes| code == codes[0]);
                is_in_class && !own(other).is_empty() && is_apart && !names_the_class
            });
        if is_named_otherwise || is_said || is_coded_otherwise { Yes } else { Perhaps }
    }

    pub(super) fn is_meant(&self, entry: &Entry, finding: &Finding) -> Known {
        let names = self.names(entry);
        let is = |of: &str| names.iter().any(|name| self.is_a(name, of));
        if finding.other_than.iter().any(|other| is(other)) {
            return No;
        }
        let name = if is(&finding.name) {
            all(finding.other_than.iter().map(|other| self.is_another(entry, &names, &finding.name, other)))
        } else if names.iter().any(|name| self.is_a(&finding.name, name)) {
            Perhaps // a record of a class may be one of its members
        } else {
            return No;
        };
        let qualifiers = finding.qualifiers.iter().map(|qualifier| {
            let said = |qualifier: &str| match entry.qualifiers.get(qualifier) {
                Some(Answer::Yes) => Some(true),
                Some(Answer::No) => Some(false),
                _ => None,
            };
            let opposite = match qualifier.as_str() {
                "treated" => said("untreated"),
                "untreated" => said("treated"),
                _ => None,
            };
            match (said(qualifier), opposite) {
                (Some(yes), Some(opposite)) if yes == opposite => Perhaps,
                (Some(yes), _) => Known::of(yes),
                (None, Some(opposite)) => Known::of(!opposite),
                (None, None) => Perhaps,
            }
        });
        let tests = finding.with.iter().map(|test| match test {
            AttributeTest::Ordinal { attribute, operator, value } => match entry.attributes.get(attribute) {
                Some(AttributeValue::Grade(grade)) => Known::of(operator.holds(grade.cmp(value))),
                _ => Perhaps,
            },
            AttributeTest::Flag { attribute } => match entry.attributes.get(attribute) {
                Some(AttributeValue::Flag(flag)) => Known::of(*flag),
                _ => Perhaps,
            },
        });
        let certain = match &entry.unsure {
            Some(_) if !finding.qualifiers.iter().any(|qualifier| qualifier == "suspected") => Perhaps,
            _ => Yes,
        };
        all([name, certain].into_iter().chain(qualifiers).chain(tests))
    }

    pub(super) fn occurs(&self, finding: &Finding, mode: Mode, window: &Window) -> Known {
        let (from, to) = self.window(window);
        if from > to {
            return Perhaps; // the record contradicts the order of the trial's events
        }
        let absent = |day: Date| self.is_covered(&finding.name, day);
        if mode == Mode::Throughout {
            let on = |day: Date| {
                let there = self.entries().map(|entry| {
                    let (start, end) = extent(entry);
                    if start <= day && day <= end { self.is_meant(entry, finding) } else { No }
                });
                match any(there) {
                    No if absent(day) => No,
                    No => Perhaps,
                    known => known,
                }
            };
            // What is asked of every day is asked of the days since birth.
            let from = from.max(self.born());
            return if from > to { Perhaps } else { all(self.days(from, to).map(on)) };
        }
        let (mut found, mut contradicted) = (No, false);
        for entry in self.entries() {
            let (start, end) = extent(entry);
            let meant = if is_then(entry, mode, (from, to)) { self.is_meant(entry, finding) } else { No };
            if meant == Yes && self.is_denied(&finding.name, start, end) {
                contradicted = true;
            } else {
                found = found.max(meant);
            }
        }
        match found {
            No if contradicted => Perhaps,
            No if self.days(from, to).all(absent) => No,
            No => Perhaps,
            known => known,
        }
    }

    fn silences(&self) -> impl Iterator<Item = (&'a str, Date, Date)> {
        let period = |from: Option<_>, to: Option<_>| (from.map_or(FIRST, exact), to.map_or(LAST, exact));
        self.record.absences.iter().map(move |one| {
            let (from, to) = period(one.from, one.to);
            (one.name.as_str(), from, to)
        })
    }

    pub(super) fn is_denied(&self, name: &str, start: Date, end: Date) -> bool {
        self.silences().any(|(of, from, to)| self.is_a(name, of) && start <= to && end >= from)
    }

    /// Whether the record would show it, had there been any on this day.
    pub(super) fn is_covered(&self, name: &str, day: Date) -> bool {
        if day < self.born() {
            return true;
        }
        let silent = self.silences().any(|(of, from, to)| self.is_a(name, of) && from <= day && day <= to);
        let listed = self.record.coverage.iter().any(|cover| {
            let (from, to) = (cover.from.map_or(FIRST, exact), cover.to.map_or(LAST, exact));
            let domain = self.trial.concepts.get(name).map_or(Domain::Event, |concept| concept.domain);
            let about = match &cover.of {
                CoveredDomain::Conditions => domain == Domain::Condition,
                CoveredDomain::Drugs => matches!(domain, Domain::Drug | Domain::DrugClass),
                CoveredDomain::Procedures => domain == Domain::Procedure,
                CoveredDomain::Events => domain == Domain::Event,
                CoveredDomain::Name(of) => self.is_a(name, of),
            };
            about && from <= day && day <= to
        });
        let members = self.trial.concepts.get(name).map_or(&[][..], |concept| &concept.members);
        silent || listed || (!members.is_empty() && members.iter().all(|member| self.is_covered(member, day)))
    }
}
