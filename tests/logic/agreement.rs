//! The engine against the evaluator, on generated rules and people: what it says of two rules holds of everybody.
//!
//! `TRIALC_PAIRS=10000000 cargo test --release --test logic agreement -- --nocapture` tries as many pairs as it says and prints
//! what came out.

use std::sync::Mutex;

use proptest::prelude::{Strategy, prop, prop_oneof};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use trialc::eligibility::record::RecordedValue;
use trialc::eligibility::{EligibilityDocument, Record, Screener, Status};
use trialc::logic::{Engine, Relation};
use trialc::model::{Clause, CriterionKind};

use crate::runner::pairs;
use crate::support::{all, any, choose, not};
use crate::{people, rules};

/// People for each pair of rules.
const PEOPLE: usize = 30;
const SHARDS: u64 = 8;

/// What came out.
#[derive(Default, Debug)]
struct Counts {
    rules: u64,
    people: u64,
    decided: u64,
    same: u64,
    when_complete: u64,
    narrower: u64,
    broader: u64,
    incomparable: u64,
    witnesses: u64,
    confirmed: u64,
}

/// Two rules that have something to do with each other more often than not.
fn two_rules() -> impl Strategy<Value = (Clause, Clause)> {
    let rule = || rules::rule();
    prop_oneof![
        4 => (rule(), rule()),
        1 => (rule(), rule()).prop_map(|(one, two)| (one.clone(), all(vec![one, two]))),
        1 => (rule(), rule()).prop_map(|(one, two)| (any(vec![two, one.clone()]), one)),
        1 => rule().prop_map(|one| (one.clone(), not(not(one)))),
        1 => (rule(), rule()).prop_map(|(one, two)| {
            (not(all(vec![one.clone(), two.clone()])), any(vec![not(two), not(one)]))
        }),
        1 => (rule(), rule()).prop_map(|(one, two)| {
            (choose(one.clone(), two.clone(), one.clone()), all(vec![one, two]))
        }),
    ]
}

fn status(screener: &Screener<'_>, record: &Record) -> Status {
    let verdict = screener.screen(record, None);
    verdict.decisions[0].criterion("X").expect("criterion X").status
}

/// Nothing is known in part: every result is a number in a unit of its own, and every date is a day.
fn is_plain(record: &Record) -> bool {
    record.measurements.iter().all(|result| {
        let has_unit = match result.measure.as_str() {
            "inr" => result.unit.is_none(),
            "weight" => matches!(result.unit.as_deref(), Some("kg" | "g" | "[lb_av]")),
            "alt" => matches!(result.unit.as_deref(), Some("U/L" | "kU/L")),
            "creatinine" => matches!(result.unit.as_deref(), Some("mg/dL" | "mg/L" | "g/L")),
            _ => true,
        };
        let is_plain = match &result.value {
            RecordedValue::Number(_) => has_unit,
            RecordedValue::Level(word) => word != "invalid",
            _ => false,
        };
        is_plain && result.low.is_some() == result.high.is_some()
    })
}

fn holds(
    (one, two): &(Clause, Clause),
    kind: CriterionKind,
    people: &[Record],
    counts: &Mutex<Counts>,
) -> Result<(), TestCaseError> {
    let protocol = |rule: &Clause| rules::protocol().criterion("X", kind, &[], rule.clone()).0;
    let (old, new) = (protocol(one), protocol(two));
    let mut engine = Engine::of(&old, &new);
    let event = old.decisions.keys().next().expect("it decides");
    let relation = engine.criterion(event, "X", "X").expect("both have it");
    let (gains, loses, is_same) = match &relation {
        Relation::Same => (false, false, true),
        Relation::SameWhenComplete => (false, false, false),
        Relation::Narrower { .. } => (false, true, false),
        Relation::Broader { .. } => (true, false, false),
        Relation::Incomparable { .. } => (true, true, false),
    };
    let documents = [EligibilityDocument::of(&old), EligibilityDocument::of(&new)];
    let screeners = [Screener::of(&documents[0]), Screener::of(&documents[1])];
    let mut decided = 0;
    for record in people {
        let (before, after) = (status(&screeners[0], record), status(&screeners[1], record));
        decided += u64::from(before != Status::Unknown && after != Status::Unknown);
        let is_gained = before == Status::NotMet && after == Status::Met;
        let is_lost = before == Status::Met && after == Status::NotMet;
        let differs = is_same && before != after && is_plain(record);
        if (is_gained && !gains) || (is_lost && !loses) || differs {
            return Err(TestCaseError::fail(format!(
                "{relation:?}, but {before:?} became {after:?} ({kind:?})\n{}\n{}\n{}",
                serde_json::to_string(one).expect("JSON"),
                serde_json::to_string(two).expect("JSON"),
                serde_json::to_string(record).expect("JSON"),
            )));
        }
    }
    let mut counts = counts.lock().expect("no thread has failed");
    let witnesses = match &relation {
        Relation::Narrower { lost } => vec![lost],
        Relation::Broader { gained } => vec![gained],
        Relation::Incomparable { gained, lost } => vec![gained, lost],
        _ => Vec::new(),
    };
    counts.rules += 1;
    counts.people += people.len() as u64;
    counts.decided += decided;
    counts.witnesses += witnesses.len() as u64;
    counts.confirmed += witnesses.iter().filter(|witness| witness.is_confirmed()).count() as u64;
    match relation {
        Relation::Same => counts.same += 1,
        Relation::SameWhenComplete => counts.when_complete += 1,
        Relation::Narrower { .. } => counts.narrower += 1,
        Relation::Broader { .. } => counts.broader += 1,
        Relation::Incomparable { .. } => counts.incomparable += 1,
    }
    Ok(())
}

#[test]
fn what_is_said_of_two_rules_holds_of_everybody() {
    let counts = Mutex::new(Counts::default());
    let cases = u32::try_from((pairs() / 5).div_ceil(PEOPLE as u64 * SHARDS)).expect("fewer pairs");
    let failures: Vec<String> = (0..SHARDS)
        .into_par_iter()
        .filter_map(|shard| {
            let config = Config { cases, failure_persistence: None, ..Config::default() };
            let seed = [u8::try_from(shard + 1).expect("few shards"); 16];
            let mut runner =
                TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::XorShift, &seed));
            let several = prop::collection::vec(people::record(), PEOPLE..=PEOPLE);
            let outcome = runner.run(&(two_rules(), rules::kind(), several), |(rules, kind, people)| {
                holds(&rules, kind, &people, &counts)
            });
            match outcome {
                Ok(()) => None,
                Err(TestError::Fail(why, _)) => Some(why.message().to_owned()),
                Err(TestError::Abort(why)) => Some(format!("no cases: {}", why.message())),
            }
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let counts = counts.into_inner().expect("no thread has failed");
    println!("{counts:?}");
    assert!(counts.decided * 10 > counts.people, "few are decided");
    assert!(counts.same * 20 > counts.rules, "few rules are the same");
    assert!((counts.narrower + counts.broader) * 10 > counts.rules, "few rules imply each other");
    assert!(counts.confirmed * 2 > counts.witnesses, "few witnesses are confirmed");
}
