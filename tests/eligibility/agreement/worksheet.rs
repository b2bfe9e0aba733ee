//! Cases for the checker of the worksheet page: rules, people, and what the evaluator says of each. `tests/oracles/worksheet.sh` has
//! them written and holds the page's JavaScript against them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::civil::Date;
use proptest::prelude::{Strategy, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::Serialize;
use trialc::eligibility::{EligibilityDocument, Record, Screener, Verdict};
use trialc::emit::worksheet;

use super::{people, rules};

/// Rules of which each meets so many people.
const RULES: usize = 900;
const PEOPLE: usize = 20;

/// One line of the file: a record, the day of the check, and the verdicts.
#[derive(Serialize)]
struct Case<'a> {
    record: &'a str,
    as_of: Option<Date>,
    verdict: &'a Verdict,
}

/// Writes a document with its cases: the rules on a line of their own, then the cases.
pub(super) struct Cases {
    file: BufWriter<File>,
    pub count: usize,
}

impl Cases {
    pub fn create(path: &Path) -> Self {
        Self { file: BufWriter::new(File::create(path).expect("the folder is there")), count: 0 }
    }

    pub fn document(&mut self, document: &EligibilityDocument) {
        writeln!(self.file, "{}", worksheet::rules(document)).expect("the disk takes it");
    }

    /// A record as text, as somebody may have written it.
    pub fn case(&mut self, screener: &Screener<'_>, text: &str, as_of: Option<Date>) {
        let record = Record::read(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let verdict = screener.screen(&record, as_of);
        let case = Case { record: text, as_of, verdict: &verdict };
        let line = serde_json::to_string(&case).expect("a case is JSON");
        writeln!(self.file, "{line}").expect("the disk takes it");
        self.count += 1;
    }
}

#[test]
#[ignore = "writes the cases that tests/oracles/worksheet.sh judges, into the folder WORKSHEET_CASES"]
fn worksheet_cases() {
    let folder = std::env::var("WORKSHEET_CASES").expect("WORKSHEET_CASES names a folder");
    let mut cases = Cases::create(&Path::new(&folder).join("generated.ndjson"));
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::XorShift, &[7; 16]));
    let strategy = (rules::kind(), rules::rule(), prop::collection::vec(people::record(), PEOPLE));
    for _ in 0..RULES {
        let (kind, rule, people) = strategy.new_tree(&mut runner).expect("a case").current();
        let document = rules::protocol().criterion("X", kind, &[], rule).document();
        let screener = Screener::of(&document);
        cases.document(&document);
        for (place, record) in people.iter().enumerate() {
            // Some dates are known in part only, and some checks are made before the trial's events.
            let record =
                if place % 4 == 3 { super::blurred(record, &[0, 1, 0, 2, 0, 3]) } else { record.clone() };
            let as_of = (place % 5 == 4).then(|| Date::constant(2011, 6, 20));
            cases.case(&screener, &serde_json::to_string(&record).expect("a record is JSON"), as_of);
        }
    }
    println!("{} generated cases", cases.count);
}
