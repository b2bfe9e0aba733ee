//! Everybody at once against everybody one by one: each verdict of the tables is that of the person's own record.
//!
//! `TRIALC_PAIRS=10000000 cargo test --release --test population agreement -- --nocapture` runs as many pairs as it says and
//! prints what came out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::Strategy;
use proptest::test_runner::TestCaseError;
use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use trialc::eligibility::record::{CoveredDomain, Entry, Record, RecordedValue};
use trialc::eligibility::{EligibilityDocument, Screener};
use trialc::model::Answer;
use trialc::population::{
    Days, Grouped, Happening, List, Naming, Period, Population, ResultRow, ResultValue, Results, Screened,
    Subject, WhyUnknown, days_of_results, screen,
};
use trialc::time::DateRange;

use crate::generate::tables::{Declared, population, with};
use crate::generated::{TRIAL, rules};
use crate::runner::{pairs, run};
use crate::{people, rules as written};

const NCT01719640: &str = include_str!("../../protocols/nct01719640/trial.trial");

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    pairs: u64,
    decided: u64,
    by_record: u64,
}

/// Holds every verdict to that of the person's own record.
fn compare(
    document: &EligibilityDocument,
    population: &Population,
    as_of: Option<&str>,
) -> Result<Compared, String> {
    let as_of = as_of.map(|day| day.parse().expect("a day"));
    hold(document, population, as_of, &screen(document, population, as_of))
}

/// Holds verdicts to what the people's own records say.
fn hold(
    document: &EligibilityDocument,
    population: &Population,
    as_of: Option<jiff::civil::Date>,
    all: &[Screened],
) -> Result<Compared, String> {
    let screener = Screener::of(document);
    assert_eq!(all.len(), document.decisions.len());
    let of_person = |person: usize| -> Result<u64, String> {
        let record = population.record(person);
        let verdict = screener.screen(&record, as_of);
        let mut decided = 0;
        for (screened, decision) in all.iter().zip(&verdict.decisions) {
            for (place, column) in screened.columns.iter().enumerate() {
                let said = screened.status(person, place);
                let lines = decision.criteria.iter().filter(|line| line.code == column.code);
                // Who is in an arm has a line of that arm alone; a line of no arm says that it does not concern them.
                let line = lines.clone().find(|line| line.arm == column.arm);
                let expected =
                    line.or_else(|| lines.clone().find(|line| line.arm.is_none())).map(|line| line.status);
                let expected = expected.unwrap_or(trialc::eligibility::Status::NotApplicable);
                decided += u64::from(expected != trialc::eligibility::Status::Unknown);
                if said != expected {
                    let rule = &document.decisions[&screened.decision].criteria[&column.code].rule;
                    return Err(format!(
                        "{} of person {person}: {said:?} from the tables, {expected:?} from the record\n{}\n{}",
                        column.code,
                        serde_json::to_string(rule).expect("a rule is JSON"),
                        serde_json::to_string(&record).expect("a record is JSON"),
                    ));
                }
            }
            if screened.columns.iter().all(|column| column.arm.is_none()) {
                assert_eq!(screened.verdict(person, None), decision.verdict);
            }
            assert_eq!(
                screened.overall(person),
                decision.verdict,
                "{}",
                record.person.id.clone().unwrap_or_default()
            );
        }
        Ok(decided)
    };
    let decided: Vec<u64> =
        (0..population.people.len()).into_par_iter().map(of_person).collect::<Result<_, String>>()?;
    let columns: usize = all.iter().map(|screened| screened.columns.len()).sum();
    Ok(Compared {
        pairs: (columns * population.people.len()) as u64,
        decided: decided.into_iter().sum(),
        by_record: all.iter().flat_map(|screened| &screened.by_record).sum(),
    })
}

/// Codes of criteria of which somebody's own record was looked at, with how many people.
fn looked_up(screened: &[Screened]) -> BTreeMap<&str, u64> {
    let columns = screened.iter().flat_map(|one| one.columns.iter().zip(&one.by_record));
    columns.filter(|(_, count)| **count > 0).map(|(column, count)| (column.code.as_str(), *count)).collect()
}

// ---- invented populations --------------------------------------------------------------------------

const DECLARED: [Declared; 3] = [
    Declared { complete: true, drugs_in_observation: true },
    Declared { complete: true, drugs_in_observation: false },
    Declared { complete: false, drugs_in_observation: true },
];

#[test]
fn every_shape_of_rule_says_of_the_tables_what_it_says_of_the_record() {
    let document = rules(TRIAL);
    let people = (pairs() / 4 / 28 / 3).max(100);
    let is_large = people >= 250;
    let answers = Record::read(r#"{"answers": {"I5": "yes"}}"#).unwrap();
    for (seed, declared) in (1..).zip(DECLARED) {
        let population = with(population(&document, people, seed, declared), answers.clone());
        let compared = compare(&document, &population, None).unwrap_or_else(|why| panic!("{why}"));
        println!("tests/population/trial.trial: {compared:?}");
        assert!(compared.decided * 3 > compared.pairs, "{compared:?}");
        assert!(compared.by_record * 10 < compared.pairs, "{compared:?}");
        let screened = screen(&document, &population, None);
        let by_record = looked_up(&screened);
        let many: Vec<_> = by_record.iter().filter(|(_, count)| **count * 3 > people).collect();
        assert!(many.is_empty(), "nearly everybody is decided on the tables: {many:?} of {people}");
        for (place, column) in screened[0].columns.iter().enumerate() {
            let statuses: std::collections::BTreeSet<_> =
                (0..people as usize).map(|person| screened[0].status(person, place)).collect();
            let is_same_for_all =
                ["I5", "I8"].contains(&column.code.as_str()) || !declared.complete || !is_large;
            assert!(is_same_for_all || statuses.len() > 1, "{} decides nothing: {statuses:?}", column.code);
        }
    }
}

#[test]
fn the_first_trial_says_of_the_tables_what_it_says_of_the_record() {
    let document = rules(NCT01719640);
    let people = (pairs() / 4 / 50).max(100);
    let dates =
        r#"{"events": [{"name": "smt_start", "on": "2020-02-01"}], "answers": {"I1": "yes", "E33": "no"}}"#;
    let population = population(&document, people, 11, DECLARED[0]);
    let population = with(population, Record::read(dates).unwrap());
    let compared = compare(&document, &population, None).unwrap_or_else(|why| panic!("{why}"));
    println!("NCT01719640: {compared:?}");
    let screened = screen(&document, &population, None);
    let by_record = looked_up(&screened);
    let whole: Vec<_> =
        by_record.iter().filter(|(_, count)| **count == people).map(|(code, _)| *code).collect();
    assert_eq!(whole, ["I7c"], "only the stability of doses is left to the records: {by_record:?}");
}

#[test]
fn events_to_come_are_taken_for_today_in_the_tables_too() {
    let document = rules(TRIAL);
    let mut population = population(&document, 300, 3, DECLARED[0]);
    population.everybody.events.clear();
    compare(&document, &population, Some("2020-06-30")).unwrap_or_else(|why| panic!("{why}"));
    compare(&document, &population, None).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn who_is_already_in_an_arm_is_asked_for_that_arm_alone() {
    let document = rules(TRIAL);
    let mut population = population(&document, 300, 5, DECLARED[0]);
    for (person, arm) in [(3, "active"), (4, "control"), (200, "active")] {
        let record = Record::read(&format!(r#"{{"person": {{"arm": "{arm}"}}}}"#)).unwrap();
        population.beyond.insert(person, record);
    }
    compare(&document, &population, None).unwrap_or_else(|why| panic!("{why}"));
    let screened = screen(&document, &population, None);
    let column = screened[0].columns.iter().position(|column| column.code == "E20").unwrap();
    assert_eq!(screened[0].status(4, column), trialc::eligibility::Status::NotApplicable);
    assert_ne!(screened[0].status(5, column), trialc::eligibility::Status::NotApplicable);
}

// ---- generated rules ---------------------------------------------------------------------------------

#[test]
fn every_generated_rule_says_of_the_tables_what_it_says_of_the_record() {
    let (compared, decided, by_record) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let without = AtomicU64::new(0);
    let pairs = pairs() / 2;
    run(
        pairs,
        || people::record().boxed(),
        |kind, rule, records| {
            let document = written::protocol().criterion("X", kind, &[], rule).document();
            let population = gathered(&records);
            let one = compare(&document, &population, None).map_err(TestCaseError::fail)?;
            let (some, left_out) = of_days_asked_for(&document, &population);
            if left_out > 0 {
                let same = screen(&document, &population, None) == screen(&document, &some, None);
                proptest::prop_assert!(same, "{left_out} results of other days decide something");
                without.fetch_add(left_out as u64, Ordering::Relaxed);
            }
            compared.fetch_add(one.pairs, Ordering::Relaxed);
            decided.fetch_add(one.decided, Ordering::Relaxed);
            by_record.fetch_add(one.by_record, Ordering::Relaxed);
            Ok(())
        },
    );
    let [compared, decided, by_record] = [compared, decided, by_record].map(AtomicU64::into_inner);
    println!(
        "{compared} pairs of a rule and a person agree; {decided} are decided, {by_record} from the record"
    );
    let without = without.into_inner();
    println!("without {without} results of days that no rule asks for, the verdicts are the same");
    assert!(without * 20 > compared, "few results lie on other days: {without}");
    assert!(compared >= pairs / 2, "{compared} pairs were compared");
    assert!(decided * 5 > compared, "most verdicts are unknown: {decided} of {compared} are decided");
    assert!(by_record * 2 < compared, "most are decided on the tables: {by_record} of {compared} are not");
}

/// The same people without the results that surely lie on days for which no rule asks; and how many those are.
fn of_days_asked_for(document: &EligibilityDocument, all: &Population) -> (Population, usize) {
    let has_dates =
        |naming: &Naming, name: &str| naming.certain.iter().chain(&naming.perhaps).any(|one| one == name);
    let is_own = |name: &str| all.namings.iter().any(|naming| has_dates(naming, name));
    let days = days_of_results(document, &all.everybody, None, &is_own);
    let is_asked_for = |row: &ResultRow| {
        let measure = document.measures.get_index_of(&all.measures[usize::from(row.measure)]);
        let days = measure.map(|measure| &days[measure]);
        !row.on.is_exact() || days.is_some_and(|days| days.contains(&row.on.earliest))
    };
    let kept = |person| all.results.of(person).iter().filter(is_asked_for).collect();
    let results = Results::of_people((0..all.people.len()).map(kept));
    let left_out = all.results.len() - results.len();
    (Population { results, ..all.clone() }, left_out)
}

/// The records as tables. What is the first one's of dates, lists and answers is everybody's.
fn gathered(records: &[Record]) -> Population {
    let own = |entry: &&Entry| ["consent", "randomization"].contains(&entry.name.as_str());
    let first = &records[0];
    let mut everybody = Record {
        events: first.events.iter().filter(own).cloned().collect(),
        absences: first.absences.clone(),
        coverage: first.coverage.clone(),
        answers: first.answers.clone(),
        ..Record::default()
    };
    // Sometimes only the month of an event is known.
    if records.len() % 5 == 4
        && let Some(on) = everybody.events.last_mut().and_then(|event| event.on.as_mut())
    {
        *on = DateRange { earliest: on.earliest.first_of_month(), latest: on.earliest.last_of_month() };
    }
    let mut population = Population {
        measures: ["weight", "alt", "creatinine", "inr", "pregnancy_test"].map(str::to_owned).to_vec(),
        covered: [
            CoveredDomain::Conditions,
            CoveredDomain::Drugs,
            CoveredDomain::Procedures,
            CoveredDomain::Events,
        ]
        .to_vec(),
        everybody,
        ..Population::default()
    };
    for (place, record) in (0u32..).zip(records) {
        let mut born = record.person.born.map(days);
        if let (Some(born), Some(0)) = (&mut born, place.checked_rem(6)) {
            born.earliest -= 40;
        }
        population.people.push(Subject { id: (place as i64).into(), sex: record.person.sex, born });
        for measurement in &record.measurements {
            let row = result(&mut population, measurement);
            population.results.push(row);
        }
        if place == 3 && records.len() % 30 == 6 {
            crowd(&mut population, record);
        }
        population.results.end_person();
        let lists = [
            (List::Findings, &record.findings),
            (List::Exposures, &record.exposures),
            (List::Procedures, &record.procedures),
            (List::Events, &record.events),
        ];
        for (list, entries) in lists {
            // Some have a day of their own for an event of the trial.
            let has_own = place % 9 == 8 && !records.len().is_multiple_of(3);
            let is_row = |entry: &&Entry| has_own || !own(entry);
            for entry in entries.iter().filter(is_row) {
                happening(&mut population, list, entry);
            }
        }
        end(&mut population.happenings);
        for coverage in &record.coverage {
            let of = population.covered.iter().position(|of| *of == coverage.of);
            if let Some(of) = of.filter(|_| place % 2 == 1) {
                let day = |day: Option<DateRange>, open| day.map_or(open, |day| days(day).earliest);
                let (from, to) = (day(coverage.from, i32::MIN), day(coverage.to, i32::MAX));
                population.periods.rows.push(Period { of: of as u16, from, to });
            }
        }
        end(&mut population.periods);
        if place % 11 == 10 {
            let record = Record { answers: record.answers.clone(), ..Record::default() };
            population.beyond.insert(place, record);
        }
    }
    population
}

/// More results of one day than all combinations of them are tried.
fn crowd(population: &mut Population, record: &Record) {
    let Some(one) = record.measurements.iter().find(|one| matches!(one.value, RecordedValue::Number(_)))
    else {
        return;
    };
    for step in 0..1_100 {
        let mut row = result(population, one);
        if let ResultValue::Number(value) = &mut row.value {
            *value += f64::from(step);
        }
        population.results.push(row);
    }
}

fn end<T>(table: &mut Grouped<T>) {
    table.starts.push(table.rows.len() as u32);
}

fn days(range: DateRange) -> Days {
    let day = |day: jiff::civil::Date| (day - jiff::civil::date(1970, 1, 1)).get_days();
    Days { earliest: day(range.earliest), latest: day(range.latest) }
}

fn place_of(texts: &mut Vec<String>, text: &str) -> u16 {
    let place = texts.iter().position(|one| one == text).unwrap_or_else(|| {
        texts.push(text.to_owned());
        texts.len() - 1
    });
    place as u16
}

fn result(population: &mut Population, from: &trialc::eligibility::record::Measurement) -> ResultRow {
    let limit =
        |limit: &Option<trialc::number::Exact>| limit.as_ref().map_or(f64::NAN, |limit| limit.to_f64());
    let (low, high) = (limit(&from.low), limit(&from.high));
    let mut on = days(from.on);
    if low > high {
        on.latest += 10;
    }
    ResultRow {
        on,
        measure: place_of(&mut population.measures, &from.measure),
        unit: from.unit.as_ref().map(|unit| place_of(&mut population.units, unit)),
        value: match &from.value {
            RecordedValue::Number(number) => ResultValue::Number(number.to_f64()),
            RecordedValue::Below(number) => ResultValue::Below(number.to_f64()),
            RecordedValue::Above(number) => ResultValue::Above(number.to_f64()),
            RecordedValue::Level(level) if level == "invalid" => ResultValue::Number(f64::NAN),
            RecordedValue::Level(level) => ResultValue::Level(place_of(&mut population.levels, level)),
            RecordedValue::Unknown(_) => ResultValue::Unknown(WhyUnknown::NoValue),
        },
        low,
        high,
    }
}

/// What the tables cannot hold of an entry makes it something that tables hold and records of this generator do not.
fn happening(population: &mut Population, list: List, entry: &Entry) {
    let said = |qualifier: &str| entry.qualifiers.get(qualifier) == Some(&Answer::Yes);
    // The codes of the generator are those of diabetes, and of its first type.
    let (certain, beside): (&[&str], &[&str]) = match entry.code.as_deref() {
        Some("icd10:E10.1") => (&["t1dm", "diabetes"], &[]),
        Some("icd10:E1") => (&["diabetes"], &[]),
        Some(_) => (&["diabetes"], &["t1dm"]),
        None => (&[], &[]),
    };
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut naming = Naming {
        list,
        certain: if certain.is_empty() { vec![entry.name.clone()] } else { owned(certain) },
        perhaps: Vec::new(),
        other_than: [owned(beside), entry.other_than.clone()].concat(),
    };
    if said("treated") {
        naming.certain.push("stroke".into());
    }
    if said("confirmed") {
        naming.perhaps.push("t1dm".into());
    }
    if said("untreated") && list == List::Findings {
        naming.perhaps.append(&mut naming.certain);
    }
    let mut start = entry.on.or(entry.from).map_or(Days::ANY, days);
    if entry.qualifiers.get("treated") == Some(&Answer::No) {
        start = Days::ANY;
    }
    // Backwards: it ends before it begins.
    if entry.unsure.is_some() && entry.to.is_some() {
        start = Days::exactly(start.latest.saturating_add(200));
    }
    let mut end = entry.on.or(entry.to).map_or(Days::NEVER, days);
    if entry.attributes.contains_key("grade") && entry.on.is_none() {
        end = Days { earliest: start.earliest, latest: i32::MAX };
    }
    let place = population.namings.iter().position(|one| *one == naming).unwrap_or_else(|| {
        population.namings.push(naming);
        population.namings.len() - 1
    });
    let row = Happening { start, end, naming: place as u16, is_unsure: entry.unsure.is_some() };
    population.happenings.rows.push(row);
}

// ---- near misses -------------------------------------------------------------------------------------

#[test]
fn the_comparison_notices_a_single_wrong_verdict() {
    let document = rules(TRIAL);
    let mut population = population(&document, 200, 9, DECLARED[0]);
    let before = screen(&document, &population, None);
    // Two values of one day, on either side of the limit: the worse one counts, whichever stands first.
    let column = before[0].columns.iter().position(|column| column.code == "I2").unwrap();
    let measure = population.measures.iter().position(|name| name == "hba1c").unwrap() as u16;
    let percent = population.units.iter().position(|unit| unit == "%").unwrap() as u16;
    let tied = |values: [f64; 2]| {
        let row = |value| ResultRow {
            on: Days::exactly(crate::generate::people::INDEX),
            measure,
            unit: Some(percent),
            value: ResultValue::Number(value),
            low: f64::NAN,
            high: f64::NAN,
        };
        values.map(row)
    };
    for values in [[8.0, 12.0], [12.0, 8.0]] {
        population.results = Results::of_people([tied(values).to_vec()]);
        let screened = screen(&document, &population, None);
        assert_eq!(screened[0].status(0, column), trialc::eligibility::Status::NotMet);
        compare(&document, &population, None).unwrap_or_else(|why| panic!("{why}"));
        // Had the better one been taken, everything else would be the same, and this would be noticed.
        let mut flipped = screened.clone();
        flipped[0].met[column][0] |= 1;
        let why = hold(&document, &population, None, &flipped).expect_err("one verdict is wrong");
        assert!(why.starts_with("I2 of person 0: Met from the tables, NotMet from the record"), "{why}");
    }
    population.results = Results::of_people([tied([8.0, 8.0]).to_vec()]);
    let screened = screen(&document, &population, None);
    assert_eq!(
        screened[0].status(0, column),
        trialc::eligibility::Status::Met,
        "the same value twice is no tie"
    );
}
