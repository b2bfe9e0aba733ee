//! Sums of points against arithmetic: every way in which three questions can be answered, every number they are
//! compared with, every comparison. A verdict is certain exactly when every sum agrees between the points that are
//! certain and those that are still possible.

use std::collections::BTreeMap;

use trialc::compile::compile;
use trialc::eligibility::Status::{self, Met, NotMet, Unknown};
use trialc::eligibility::{EligibilityDocument, Record, screen};
use trialc::source::{LoadError, Loader};

use super::support::with;

struct Text(String);

impl Loader for Text {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "trial.trial" { Ok(self.0.clone()) } else { Err(LoadError::Missing { suggestion: None }) }
    }
}

const QUESTIONS: &str = r#"2 for attested by investigator "a", 1 for attested by investigator "b", 1.5 for attested by investigator "c""#;

/// The same worths in half points.
const HALVES: [i64; 3] = [4, 2, 3];

/// What they can add up to, in half points.
const SUMS: [i64; 8] = [0, 2, 3, 4, 5, 6, 7, 9];

/// A comparison, and how it decides a sum of half points.
type Compared = (String, Box<dyn Fn(i64) -> bool>);

/// One criterion for each comparison that somebody can meet, with how it is decided of a sum of half points.
fn criteria() -> Vec<Compared> {
    let mut all: Vec<Compared> = Vec::new();
    for halves in 0..=9 {
        let number = format!("{}.{}", halves / 2, halves % 2 * 5);
        all.push((format!(">= {number}"), Box::new(move |sum| sum >= halves)));
        all.push((format!("<= {number}"), Box::new(move |sum| sum <= halves)));
        if halves < 9 {
            all.push((format!("> {number}"), Box::new(move |sum| sum > halves)));
        }
        if halves > 0 {
            all.push((format!("< {number}"), Box::new(move |sum| sum < halves)));
        }
        // A sum that no answers give is met by nobody, and the compiler says so.
        if SUMS.contains(&halves) {
            all.push((format!("= {number}"), Box::new(move |sum| sum == halves)));
        }
        all.push((format!("!= {number}"), Box::new(move |sum| sum != halves)));
    }
    all.push(("in 1 to 2.5".to_owned(), Box::new(|sum| (2..=5).contains(&sum))));
    all
}

#[test]
fn a_sum_of_points_is_known_as_far_as_its_answers_are() {
    let criteria = criteria();
    let mut text = "trial demo \"Demonstration\" { version: \"1\" }\nevent consent \"Consent\"\n".to_owned();
    text += "eligibility for consent {\n";
    for (index, (comparison, _)) in criteria.iter().enumerate() {
        text += &format!("  include P{index} \"{comparison}\": points of ({QUESTIONS}) {comparison}\n");
    }
    text += "}\n";
    let compilation = compile(&Text(text), "trial.trial").expect("it is in memory");
    let trial = compilation.trial.as_ref().unwrap_or_else(|| panic!("{:?}", compilation.diagnostics));
    let document = EligibilityDocument::of(trial);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for ways in 0..27 {
        let answers: Vec<Option<bool>> =
            (0..3u32).map(|at| [Some(false), Some(true), None][ways / 3usize.pow(at) % 3]).collect();
        let mut given = Vec::new();
        for index in 0..criteria.len() {
            for (at, answer) in answers.iter().enumerate() {
                let word = match answer {
                    Some(true) => "yes",
                    Some(false) => "no",
                    None => continue,
                };
                given.push(format!("\"P{index}.{}\": \"{word}\"", at + 1));
            }
        }
        let record =
            Record::read(&with(&format!("\"answers\": {{{}}}", given.join(", ")))).expect("a record");
        let verdict = screen(&document, &record, None);
        for (index, (comparison, holds)) in criteria.iter().enumerate() {
            let expected = expected(&answers, holds.as_ref());
            let status = verdict.decisions[0].criterion(&format!("P{index}")).expect("it is there").status;
            assert_eq!(status, expected, "{comparison} with {answers:?}");
            *seen.entry(format!("{status:?}")).or_default() += 1;
        }
    }
    assert!(seen.len() == 3 && seen.values().all(|times| *times > 100), "{seen:?}");
}

/// A sum lies between the points that are certain and those that are still possible, in half points.
fn expected(answers: &[Option<bool>], holds: &dyn Fn(i64) -> bool) -> Status {
    let sum = |counts: &dyn Fn(Option<bool>) -> bool| -> i64 {
        answers.iter().zip(HALVES).filter(|(answer, _)| counts(**answer)).map(|(_, worth)| worth).sum()
    };
    let (certain, possible) = (sum(&|answer| answer == Some(true)), sum(&|answer| answer != Some(false)));
    let outcomes: Vec<bool> = (certain..=possible).map(holds).collect();
    match (outcomes.contains(&true), outcomes.contains(&false)) {
        (true, false) => Met,
        (false, true) => NotMet,
        _ => Unknown,
    }
}
