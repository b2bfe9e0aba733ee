//! SMT-LIB for other solvers: of the first trial and of generated rules. With `TRIALC_SMT2=FOLDER` the files are written there, for the
//! judge.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use trialc::logic::smt2;
use trialc::model::CriterionKind;

use crate::protocol::compiled;
use crate::rules;

/// Criteria of a generated trial.
const CRITERIA: usize = 6;
const TRIALS: usize = 80;

/// Whether every parenthesis outside comments and quoted symbols is closed, and none too many.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0i64;
    for line in text.lines().filter(|line| !line.starts_with(';')) {
        let plain: String = line.split('|').step_by(2).collect();
        for sign in plain.chars() {
            depth += i64::from(sign == '(') - i64::from(sign == ')');
            if depth < 0 {
                return false;
            }
        }
    }
    depth == 0
}

fn generated() -> Vec<String> {
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::XorShift, &[7; 16]));
    let one = |runner: &mut TestRunner| {
        let mut protocol = rules::protocol();
        for code in 0..CRITERIA {
            let rule = rules::rule().new_tree(runner).expect("a rule").current();
            let kind = if code % 2 == 0 { CriterionKind::Include } else { CriterionKind::Exclude };
            protocol = protocol.criterion(&format!("C{code}"), kind, &[], rule);
        }
        smt2(&protocol.0)
    };
    (0..TRIALS).map(|_| one(&mut runner)).collect()
}

#[test]
fn smt2_is_well_formed_the_same_each_time_and_states_every_answer() {
    let trial = compiled(include_str!("../../protocols/nct01719640/trial.trial"));
    let first = smt2(&trial);
    assert_eq!(first, smt2(&trial));
    let texts: Vec<String> = std::iter::once(first).chain(generated()).collect();
    let mut answers = [0, 0];
    for text in &texts {
        assert!(is_balanced(text), "{text}");
        let stated = text.matches("(set-info :status ").count();
        assert_eq!(stated, text.matches("(check-sat)").count());
        answers[0] += text.matches(":status sat)").count();
        answers[1] += text.matches(":status unsat)").count();
    }
    assert!(answers.iter().all(|count| *count > 100), "sat and unsat: {answers:?}");
    if let Ok(folder) = std::env::var("TRIALC_SMT2") {
        for (number, text) in texts.iter().enumerate() {
            std::fs::write(format!("{folder}/generated-{number}.smt2"), text)
                .expect("the folder can be written");
        }
    }
}
