//! Criteria of registered trials: each must be sayable, without a complaint.
//!
//! A case is a line that names the criterion and, indented, the rule.

use std::path::Path;

use trialc::syntax::expression;

use crate::tree::*;

fn cases(name: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expression/criteria").join(name);
    let file = std::fs::read_to_string(path).expect("the file of criteria");
    let mut cases: Vec<(String, String)> = Vec::new();
    for line in file.lines().skip(1).filter(|line| !line.is_empty()) {
        match (line.starts_with(' '), cases.last_mut()) {
            (true, Some((_, rule))) => {
                rule.push_str(line);
                rule.push('\n');
            }
            _ => cases.push((line.to_owned(), String::new())),
        }
    }
    cases
}

#[track_caller]
fn all_are_read(name: &str, least: usize) {
    let cases = cases(name);
    assert!(cases.len() >= least, "{} cases in {name}", cases.len());
    let mut complaints = String::new();
    for (criterion, rule) in cases {
        let mut diagnostics = Vec::new();
        let tree = expression::expression(slice(&rule), &mut diagnostics);
        if tree.is_none() || !diagnostics.is_empty() {
            complaints.push_str(&format!("{criterion}\n{}\n", said(&rule, &diagnostics)));
        }
    }
    assert!(complaints.is_empty(), "{name}:\n{complaints}");
}

#[test]
fn every_criterion_of_the_first_trial_is_read() {
    all_are_read("first_trial.txt", 42);
}

#[test]
fn hard_criteria_are_read() {
    all_are_read("hard.txt", 38);
}

#[test]
fn criteria_of_other_trials_are_read() {
    all_are_read("trials.txt", 40);
}

#[test]
fn what_stands_in_for_the_unsayable_is_read() {
    all_are_read("not_yet.txt", 3);
}
