//! What the user declared of the data: over which days they hold all there is of something, so that silence means no.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Writer;
use super::moments::{At, Day, Span, Test};
use crate::eligibility::record::CoveredDomain;
use crate::model::{Domain, Finding};
use crate::time::day_before;

/// Everything that speaks for a name: days that are the same for everybody, and each person's own periods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cover {
    /// Joined where they meet.
    pub always: Vec<(Date, Date)>,
    /// Of table `observation_period`.
    pub own_periods: bool,
}

/// Whether a window is covered, for covers that differ by person.
#[derive(Clone, Debug)]
pub(super) struct CoverColumn {
    pub name: String,
    pub words: String,
    /// Of [`Writer::covers`].
    pub cover: usize,
    pub test: String,
}

impl Writer<'_> {
    /// What speaks for a name; none where nothing does, or where nothing in the data can be recognised as it.
    pub(super) fn cover_of(&self, finding: &Finding) -> Option<Cover> {
        if !self.is_recognised(finding) {
            return None;
        }
        self.cover_within(&finding.name, 0)
    }

    fn cover_within(&self, name: &str, depth: usize) -> Option<Cover> {
        const DEEPEST_CLASS: usize = 16;
        let concept = self.document.concepts.get(name);
        let is_open = concept.is_some_and(|concept| concept.open_list);
        let speaks = |of: &CoveredDomain| {
            let domain = self.domain(name);
            match of {
                CoveredDomain::Conditions => !is_open && domain == Some(Domain::Condition),
                CoveredDomain::Drugs => !is_open && matches!(domain, Some(Domain::Drug | Domain::DrugClass)),
                CoveredDomain::Procedures => !is_open && domain == Some(Domain::Procedure),
                CoveredDomain::Events => !is_open && domain == Some(Domain::Event),
                CoveredDomain::Name(broader) => self.is_a(name, broader),
            }
        };
        let covers = self.options.coverage.iter().filter(|cover| speaks(&cover.of));
        let always: Vec<(Date, Date)> = covers
            .map(|cover| {
                (
                    cover.from.map_or(Date::MIN, |from| from.latest),
                    cover.to.map_or(Date::MAX, |to| to.earliest),
                )
            })
            .collect();
        let own_periods = self.options.in_observation_period.iter().any(speaks);
        let direct = Cover { always: joined(always), own_periods };
        if direct.own_periods || !direct.always.is_empty() || depth >= DEEPEST_CLASS {
            return Some(direct).filter(|cover| cover.own_periods || !cover.always.is_empty());
        }
        // A closed list is covered where each of its members is.
        let members =
            concept.filter(|_| !is_open).map(|concept| concept.members.as_slice()).unwrap_or_default();
        let mut of_all: Option<Cover> = None;
        for member in members {
            let cover = self.cover_within(member, depth + 1)?;
            of_all = Some(match of_all {
                None => cover,
                Some(before) if before == cover => before,
                Some(before) if !before.own_periods && !cover.own_periods => {
                    Cover { always: common(&before.always, &cover.always), own_periods: false }
                }
                Some(_) => return None,
            });
        }
        of_all
    }

    /// Whether nothing can be absent from the data on any day that may belong to the window.
    pub(super) fn covered(&mut self, cover: &Cover, span: &Span, words: &str) -> Test {
        let from = span.from.as_ref().map(|from| from.earliest.clone());
        let to = span.to.as_ref().map(|to| to.latest.clone());
        // Days before birth need no cover.
        let begins = |writer: &Self, start: &str, is_first: bool| match &from {
            None | Some(None) if is_first => Test::Is(true),
            None | Some(None) => Test::Sql(format!("COALESCE({start} <= p.born_first, FALSE)")),
            Some(Some(Day::On(date))) => {
                let date = writer.dialect.date(*date);
                Test::Sql(format!("({start} <= {date} OR COALESCE({start} <= p.born_first, FALSE))"))
            }
            Some(Some(Day::Sql(day))) => {
                Test::Sql(format!("COALESCE({start} <= {day} OR {start} <= p.born_first, FALSE)"))
            }
        };
        let ends = |writer: &Self, end: &str, is_last: bool| match &to {
            _ if is_last => Test::Is(true),
            None | Some(None) => Test::Is(false),
            Some(Some(Day::On(date))) => Test::Sql(format!("{end} >= {}", writer.dialect.date(*date))),
            Some(Some(Day::Sql(day))) => Test::Sql(format!("COALESCE({end} >= {day}, FALSE)")),
        };
        if !cover.own_periods {
            let mut tests = Vec::new();
            for (first, last) in &cover.always {
                let start = match &from {
                    Some(Some(Day::On(date))) if first <= date => Test::Is(true),
                    _ if *first == Date::MIN => Test::Is(true),
                    _ => begins(self, &self.dialect.date(*first), false),
                };
                let end = match &to {
                    Some(Some(Day::On(date))) => Test::Is(last >= date),
                    _ => ends(self, &self.dialect.date(*last), *last == Date::MAX),
                };
                match Test::all([start, end]) {
                    Test::Is(true) => return Test::Is(true),
                    Test::Is(false) => {}
                    Test::Sql(text) => tests.push(text),
                }
            }
            return match tests.len() {
                0 => Test::Is(false),
                1 => Test::Sql(tests.remove(0)),
                _ => Test::Sql(format!("({})", tests.join(") OR ("))),
            };
        }
        let place = self.cover_place(cover);
        let test = Test::all([begins(self, "c.first_day", false), ends(self, "c.last_day", false)]);
        if test == Test::Is(false) {
            return Test::Is(false);
        }
        let text = test.text();
        let known =
            self.written.cover_columns.iter().find(|known| known.cover == place && known.test == text);
        let name = match known {
            Some(known) => known.name.clone(),
            None => {
                let name = self.column_name("covered");
                self.written.cover_columns.push(CoverColumn {
                    name: name.clone(),
                    words: words.to_owned(),
                    cover: place,
                    test: text,
                });
                name
            }
        };
        Test::Sql(format!("c{place}.{name} = 1"))
    }

    /// The place of a cover among those that differ by person.
    pub(super) fn cover_place(&mut self, cover: &Cover) -> usize {
        match self.written.covers.iter().position(|known| known == cover) {
            Some(place) => place,
            None => {
                self.written.covers.push(cover.clone());
                self.written.covers.len() - 1
            }
        }
    }
}

impl At {
    /// The same for everybody.
    pub fn is_literal(&self) -> bool {
        let is = |day: &Option<Day>| !matches!(day, Some(Day::Sql(_)));
        is(&self.earliest) && is(&self.latest)
    }
}

impl Test {
    pub fn sql(text: &str) -> Self {
        Test::Sql(text.to_owned())
    }
}

/// Intervals in order, joined where one begins no later than the day after another ends.
fn joined(intervals: Vec<(Date, Date)>) -> Vec<(Date, Date)> {
    let intervals: BTreeSet<(Date, Date)> =
        intervals.into_iter().filter(|(first, last)| first <= last).collect();
    let mut found: Vec<(Date, Date)> = Vec::new();
    for (first, last) in intervals {
        match found.last_mut() {
            Some((_, end)) if day_before(first) <= *end => *end = last.max(*end),
            _ => found.push((first, last)),
        }
    }
    found
}

/// The days that two lists of intervals share.
fn common(a: &[(Date, Date)], b: &[(Date, Date)]) -> Vec<(Date, Date)> {
    let pairs = a.iter().flat_map(|one| b.iter().map(move |other| (one.0.max(other.0), one.1.min(other.1))));
    joined(pairs.collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn intervals_that_meet_are_one() {
        let day = |day| date(2011, 6, day);
        let meeting = joined(vec![(day(10), day(20)), (day(1), day(9)), (day(25), day(24))]);
        assert_eq!(meeting, [(day(1), day(20))]);
        let apart = joined(vec![(day(11), day(20)), (day(1), day(9))]);
        assert_eq!(apart.len(), 2, "10 June belongs to neither");
        assert_eq!(common(&meeting, &[(day(5), day(30))]), [(day(5), day(20))]);
    }
}
