//! Runs a property on generated rules, each with several generated people.

use proptest::prelude::{BoxedStrategy, prop};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use trialc::model::{Clause, CriterionKind};

use super::rules;

/// People for each rule.
const PEOPLE: u64 = 20;
/// Runs with seeds of their own, side by side.
const SHARDS: u64 = 8;

/// Pairs of a rule and a person: as many as `TRIALC_PAIRS` says.
pub fn pairs() -> u64 {
    let asked = std::env::var("TRIALC_PAIRS").ok();
    asked.map_or(100_000, |asked| asked.parse().expect("TRIALC_PAIRS is a whole number"))
}

/// Runs the property for so many pairs; everything that does not hold is told at the end.
pub fn run<T>(
    pairs: u64,
    people: impl Fn() -> BoxedStrategy<T> + Sync,
    property: impl Fn(CriterionKind, Clause, Vec<T>) -> Result<(), TestCaseError> + Sync,
) where
    T: std::fmt::Debug + Clone + Send + Sync,
{
    let cases = u32::try_from(pairs.div_ceil(PEOPLE * SHARDS)).expect("fewer pairs");
    let failures = (0..SHARDS).into_par_iter().filter_map(|shard| {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        // The fast one of the generators: without optimisation the other takes most of the time.
        let seed = [u8::try_from(shard + 1).expect("few shards"); 16];
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::XorShift, &seed));
        let several = prop::collection::vec(people(), 1..=PEOPLE as usize * 2 - 1);
        let outcome = runner.run(&(rules::kind(), rules::rule(), several), |(kind, rule, people)| {
            property(kind, rule, people)
        });
        match outcome {
            Ok(()) => None,
            Err(TestError::Fail(why, _)) => Some(why.message().to_owned()),
            Err(TestError::Abort(why)) => Some(format!("no cases: {}", why.message())),
        }
    });
    let failures: Vec<String> = failures.collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
