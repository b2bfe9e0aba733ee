//! Days of a window, counted one by one: those with something or without it, in all or in the longest run.

use jiff::civil::Date;

use super::amount::{Amount, Scale};
use super::bind::Scope;
use super::moment::Days;
use super::occurs::{contradicted, gaps};
use super::term::{Found, Lookup};
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Evidence, Missing, MissingKind};
use crate::eligibility::person::Recorded;
use crate::model::{DayCount, Finding, TimeUnit, Window};
use crate::number::Exact;
use crate::time::{DateRange, day_after, day_before, days_between};

/// First and last day of days that follow each other.
type Stretch = (Date, Date);

/// What the record says of the days around a window.
#[derive(Default)]
struct Diary {
    /// Days on which it surely was.
    sure: Vec<Stretch>,
    /// Days on which it may have been: what is recorded, surely or not, and the days of which nothing is known.
    possible: Vec<Stretch>,
    evidence: Vec<Evidence>,
    lacking: Vec<Missing>,
}

impl<'a> Evaluator<'a> {
    /// At least the days that surely count, and at most those that may.
    pub(super) fn days_counted(
        &self,
        count: DayCount,
        without: bool,
        finding: &'a Finding,
        window: &'a Window,
        scope: &Scope<'a>,
    ) -> Lookup<'a> {
        let days = self.days(window, scope);
        // Of a window that never was, or whose days contradict each other, that nothing happened in it shows nothing.
        if days.is_backward || (without && days.is_empty()) {
            let amount = Amount::between(Some(Exact::zero()), None, Scale::Time(TimeUnit::Day));
            return Ok(Found { lacking: days.missing, ..Found::of(amount) });
        }
        let (widest, narrowest) = (days.widest(), days.narrowest());
        let diary = match days.is_empty() {
            true => Diary { lacking: days.missing.clone(), ..Diary::default() },
            false => self.diary(finding, &days, scope),
        };
        let (surely, perhaps) = match without {
            false => (clipped(&diary.sure, narrowest), clipped(&diary.possible, widest)),
            true => (between(&diary.possible, narrowest), between(&diary.sure, widest)),
        };
        let (low, high) = (counted(&surely, count), counted(&perhaps, count));
        // Nobody counts days without end.
        let is_endless = perhaps.iter().any(|(start, end)| *start == Date::MIN || *end == Date::MAX);
        let high = (!is_endless).then(|| Exact::from(high));
        let amount = Amount::between(Some(low.into()), high, Scale::Time(TimeUnit::Day));
        let shown = if amount.value().is_some() { &surely } else { &perhaps };
        let run = (count == DayCount::LongestRun).then(|| longest(shown)).flatten();
        let run = run.map(|run| self.run_shown(run, without, finding, &days));
        let evidence = run.into_iter().chain(diary.evidence).collect();
        let lacking = if amount.value().is_some() { Vec::new() } else { diary.lacking };
        Ok(Found { amount, evidence, lacking, of: None })
    }

    fn diary(&self, finding: &'a Finding, days: &Days<'_>, scope: &Scope<'a>) -> Diary {
        let mut diary = Diary { lacking: days.missing.clone(), ..Diary::default() };
        let mut is_undated = false;
        for entry in scope.person.entries() {
            let (meant, missing) = self.is_meant(entry, finding);
            if meant.and(days.touch(entry.start, entry.end)) == Truth::False {
                continue;
            }
            diary.possible.push((entry.start.earliest, entry.end.latest));
            diary.evidence.push(self.entry_shown(entry, finding, days));
            if meant != Truth::True {
                diary.lacking.extend(missing);
            } else if scope.person.is_denied(&finding.name, self.words, entry) {
                diary.lacking.push(contradicted(finding));
            } else {
                diary.sure.push((entry.start.latest, entry.end.earliest));
                is_undated |= !is_dated(entry);
            }
        }
        let silent = self.days_not_covered(&finding.name, scope, days.widest());
        let words = self.finding_label(&finding.name);
        let was_there = self.was_there(finding, words);
        let when = days.in_words();
        if let (Some((from, _)), Some((_, to))) = (silent.first(), silent.last()) {
            let why = format!("not of every day {when} is it known whether {was_there}");
            let ask = format!("record every day with {words} {when}, and that these are all");
            let mut missing = Missing::new(MissingKind::Absence, &finding.name, why, ask);
            missing.from = Some(*from).filter(|from| *from != Date::MIN);
            missing.by = Some(*to).filter(|to| *to != Date::MAX);
            diary.lacking.push(missing);
        }
        if is_undated {
            let why = format!("on which days {was_there} is only known in part");
            let ask = format!("complete the dates of {words}");
            diary.lacking.push(Missing::new(MissingKind::Date, &finding.name, why, ask));
        }
        diary.possible.extend(silent);
        diary
    }

    /// The days of a window on which it may have been and need not be in the record.
    fn days_not_covered(&self, name: &str, scope: &Scope<'a>, (first, last): Stretch) -> Vec<Stretch> {
        // Nothing was before birth.
        let born = scope.person.facts.born.map_or(Date::MIN, |born| born.earliest);
        let first = first.max(born);
        let mut starts: Vec<Date> =
            scope.person.cover_edges().filter(|day| first < *day && *day <= last).chain([first]).collect();
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).map(|next| day_before(*next)).chain([last]);
        let parts = starts.iter().copied().zip(ends).filter(|(start, end)| start <= end);
        parts.filter(|(start, end)| !self.is_covered(name, scope, *start, *end)).collect()
    }

    fn run_shown(
        &self,
        (start, end): Stretch,
        without: bool,
        finding: &'a Finding,
        days: &Days<'_>,
    ) -> Evidence {
        let with = if without { "without" } else { "with" };
        let label = format!("longest run of days {with} {}", self.finding_label(&finding.name));
        let length = days_between(start, end) + 1;
        let mut evidence = Evidence::of(&finding.name, &label).value(length.to_string());
        evidence.unit = Some(if length == 1 { "day" } else { "days" }.into());
        (evidence.from, evidence.to) = (Some(DateRange::exactly(start)), Some(DateRange::exactly(end)));
        evidence.window = super::shown::window(days, None);
        evidence
    }
}

fn is_dated(entry: &Recorded<'_>) -> bool {
    entry.start.is_exact() && entry.end.is_exact()
}

/// The parts of the stretches that lie in a window, in order, joined where they meet.
fn clipped(stretches: &[Stretch], (first, last): Stretch) -> Vec<Stretch> {
    let inside = stretches.iter().map(|(start, end)| ((*start).max(first), (*end).min(last)));
    let mut inside: Vec<Stretch> = inside.filter(|(start, end)| start <= end).collect();
    inside.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::new();
    for (start, end) in inside {
        match joined.last_mut() {
            Some(last) if start <= day_after(last.1) => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// What the stretches leave free in a window.
fn between(stretches: &[Stretch], (first, last): Stretch) -> Vec<Stretch> {
    gaps(&clipped(stretches, (first, last)), first, last)
}

fn length((start, end): &Stretch) -> i64 {
    days_between(*start, *end) + 1
}

fn counted(stretches: &[Stretch], count: DayCount) -> i64 {
    let lengths = stretches.iter().map(length);
    match count {
        DayCount::All => lengths.sum(),
        DayCount::LongestRun => lengths.max().unwrap_or(0),
    }
}

/// The first of the longest.
fn longest(stretches: &[Stretch]) -> Option<Stretch> {
    let most = stretches.iter().map(length).max()?;
    stretches.iter().find(|stretch| length(stretch) == most).copied()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn june(first: i8, last: i8) -> Stretch {
        (date(2011, 6, first), date(2011, 6, last))
    }

    #[test]
    fn stretches_that_meet_are_one_run() {
        let joined = clipped(&[june(6, 9), june(1, 3), june(4, 5), june(20, 25)], june(2, 22));
        assert_eq!(joined, [june(2, 9), june(20, 22)]);
        assert_eq!((counted(&joined, DayCount::All), counted(&joined, DayCount::LongestRun)), (11, 8));
        assert_eq!(longest(&joined), Some(june(2, 9)));
    }

    #[test]
    fn a_window_begins_and_ends_the_runs_of_free_days() {
        let free = between(&[june(5, 5), june(12, 12)], june(1, 30));
        assert_eq!(free, [june(1, 4), june(6, 11), june(13, 30)]);
        assert_eq!(counted(&free, DayCount::LongestRun), 18);
        assert_eq!(between(&[], june(1, 30)), [june(1, 30)]);
        assert_eq!(between(&[june(1, 30)], june(1, 30)), []);
        assert_eq!(between(&[], (date(2011, 6, 2), date(2011, 6, 1))), []);
    }
}
