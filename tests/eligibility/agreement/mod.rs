//! The evaluator against the reference evaluator, on generated rules and people.
//!
//! `TRIALC_PAIRS=10000000 cargo test --release --test eligibility agreement -- --nocapture` runs as many pairs as it says and
//! prints what came out.

mod people;
mod reference;
mod rules;
mod runner;
mod worksheet;

use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::{BoxedStrategy, Strategy, prop};
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use std::sync::atomic::{AtomicU64, Ordering};
use trialc::eligibility::record::RecordedValue;
use trialc::eligibility::{Record, Screener, Status};
use trialc::model::{Clause, CriterionKind, Trial};
use trialc::time::DateRange;

use reference::{Known, lets_in};
use runner::{pairs, run};

fn known(status: Status) -> Known {
    match status {
        Status::Met => Known::Yes,
        Status::NotMet => Known::No,
        Status::Unknown | Status::NotApplicable => Known::Perhaps,
    }
}

/// Holds a property on generated rules and people.
fn hold<T>(
    pairs: u64,
    people: impl Fn() -> BoxedStrategy<T> + Sync,
    property: impl Fn(&Case<'_>, &T) -> Result<(), TestCaseError> + Sync,
) where
    T: std::fmt::Debug + Clone + Send + Sync,
{
    run(pairs, people, |kind, rule, people| {
        let protocol = rules::protocol().criterion("X", kind, &[], rule.clone());
        let document = protocol.document();
        let case = Case { screener: Screener::of(&document), trial: &protocol.0, kind, rule };
        people.iter().try_for_each(|person| property(&case, person))
    });
}

struct Case<'a> {
    trial: &'a Trial,
    screener: Screener<'a>,
    kind: CriterionKind,
    rule: Clause,
}

impl Case<'_> {
    /// What the evaluator of the product says.
    fn said(&self, record: &Record) -> Known {
        let verdict = self.screener.screen(record, None);
        known(verdict.decisions[0].criterion("X").expect("criterion X").status)
    }

    fn disagreement(&self, record: &Record, said: Known, expected: Known) -> TestCaseError {
        let record = serde_json::to_string(record).expect("a record is JSON");
        let rule = serde_json::to_string(&self.rule).expect("a rule is JSON");
        TestCaseError::fail(format!(
            "{:?}: {said:?} is said, {expected:?} expected\n{rule}\n{record}",
            self.kind
        ))
    }
}

/// Every date of the trial's events is known.
fn is_dated(record: &Record) -> bool {
    ["consent", "randomization"].iter().all(|name| record.events.iter().any(|entry| entry.name == *name))
}

/// Randomisation does not come before consent.
fn is_in_order(record: &Record) -> bool {
    let on = |name| record.events.iter().find(|entry| entry.name == name).and_then(|entry| entry.on);
    on("consent").zip(on("randomization")).is_none_or(|(consent, randomization)| consent <= randomization)
}

#[test]
fn every_verdict_is_that_of_the_reference_evaluator() {
    let (checked, decided) = (AtomicU64::new(0), AtomicU64::new(0));
    hold(
        pairs(),
        || people::record().boxed(),
        |case, record| {
            let said = case.said(record);
            let expected = lets_in(case.trial, record, case.kind, &case.rule);
            checked.fetch_add(1, Ordering::Relaxed);
            decided.fetch_add(u64::from(said != Known::Perhaps), Ordering::Relaxed);
            // Where the day of an event is open, the evaluator may be more careful than all days together.
            let is_careful = said == Known::Perhaps && !is_dated(record);
            if said == expected || is_careful {
                return Ok(());
            }
            Err(case.disagreement(record, said, expected))
        },
    );
    let (checked, decided) = (checked.into_inner(), decided.into_inner());
    println!("{checked} pairs of a rule and a person agree; {decided} of them are decided");
    assert!(checked >= pairs() / 2, "{checked} pairs were checked");
    assert!(decided * 4 > checked, "most verdicts are unknown: {decided} of {checked} are decided");
}

#[test]
fn a_verdict_from_partial_dates_is_that_of_the_full_dates() {
    let decided = AtomicU64::new(0);
    let pairs = pairs() / 4;
    hold(
        pairs,
        || (people::record(), prop::collection::vec(select(vec![0u8, 0, 1, 2, 3]), 24)).boxed(),
        |case, (full, blur)| {
            if !is_in_order(full) {
                return Ok(());
            }
            let full = &consistent(full);
            let partial = blurred(full, blur);
            let said = case.said(&partial);
            if said == Known::Perhaps {
                return Ok(());
            }
            decided.fetch_add(1, Ordering::Relaxed);
            let expected = lets_in(case.trial, full, case.kind, &case.rule);
            if said == expected { Ok(()) } else { Err(case.disagreement(&partial, said, expected)) }
        },
    );
    let decided = decided.into_inner();
    println!("{decided} verdicts from partial dates are those of the full dates");
    assert!(decided > pairs / 20, "{decided} verdicts were decided");
}

#[test]
fn a_verdict_without_some_of_the_values_is_that_of_all_values() {
    let decided = AtomicU64::new(0);
    let pairs = pairs() / 4;
    hold(
        pairs,
        || (people::record(), prop::collection::vec(select(vec![false, false, true]), 7)).boxed(),
        |case, (full, forgotten)| {
            let mut partial = full.clone();
            for (result, _) in
                partial.measurements.iter_mut().zip(forgotten).filter(|(_, forgotten)| **forgotten)
            {
                result.value = RecordedValue::Unknown(None);
            }
            let said = case.said(&partial);
            if partial == *full || said == Known::Perhaps || !is_dated(full) {
                return Ok(());
            }
            decided.fetch_add(1, Ordering::Relaxed);
            let expected = lets_in(case.trial, full, case.kind, &case.rule);
            if said == expected { Ok(()) } else { Err(case.disagreement(&partial, said, expected)) }
        },
    );
    let decided = decided.into_inner();
    println!("{decided} verdicts without some of the values are those of all values");
    assert!(decided > pairs / 20, "{decided} verdicts were decided");
}

/// Without what was said to be absent at the time of any entry. Where the full dates contradict each other and the partial
/// ones do not, the partial ones say more.
fn consistent(record: &Record) -> Record {
    let lists = [&record.findings, &record.exposures, &record.procedures, &record.events];
    let entries: Vec<_> = lists.into_iter().flatten().cloned().collect();
    let mut record = record.clone();
    record.absences.retain(|absence| {
        entries.iter().all(|entry| {
            let (start, end) = (entry.on.or(entry.from), entry.on.or(entry.to));
            let before = absence.from.zip(end).is_some_and(|(from, end)| end < from);
            let after = absence.to.zip(start).is_some_and(|(to, start)| start > to);
            before || after
        })
    });
    record
}

/// Some dates known to the month or the year only.
fn blurred(record: &Record, blur: &[u8]) -> Record {
    let mut record = record.clone();
    let mut blur = blur.iter().cycle();
    let mut coarser = |range: &mut DateRange| {
        let day = range.earliest;
        let how = blur.next();
        match how {
            Some(1) => *range = DateRange { earliest: day.first_of_month(), latest: day.last_of_month() },
            Some(2) => *range = year_of(day),
            _ => {}
        }
        how == Some(&3)
    };
    for result in &mut record.measurements {
        // Nobody wrote down when it was.
        if coarser(&mut result.on) {
            result.on = DateRange { earliest: Date::MIN, latest: Date::MAX };
        }
    }
    let lists = [&mut record.findings, &mut record.exposures, &mut record.procedures, &mut record.events];
    for entry in lists.into_iter().flatten() {
        for date in [&mut entry.on, &mut entry.from, &mut entry.to].into_iter().flatten() {
            coarser(date);
        }
    }
    if let Some(born) = &mut record.person.born {
        coarser(born);
    }
    record
}

fn year_of(day: Date) -> DateRange {
    let first = day.first_of_year();
    DateRange { earliest: first, latest: first + 1.year() - 1.day() }
}
