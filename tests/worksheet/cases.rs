//! Cases for the judge `tests/oracles/worksheet.sh`: rules, records, and what the evaluator says. The judge holds the page's checker to them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::civil::Date;
use serde_json::{Value, json};
use trialc::eligibility::{EligibilityDocument, Record, Screener, record_of};
use trialc::emit::worksheet;
use trialc::model::Trial;

use super::people::{Dice, Facts, People};
use super::protocols;

/// Writes documents, each on a line of its own with the cases behind it.
struct Cases {
    file: BufWriter<File>,
    count: usize,
}

impl Cases {
    fn line(&mut self, text: &str) {
        writeln!(self.file, "{text}").expect("the disk takes it");
    }

    /// A record as somebody may have written it.
    fn case(&mut self, screener: &Screener<'_>, text: &str, as_of: Option<Date>) {
        let record = Record::read(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let verdict = screener.screen(&record, as_of);
        self.line(&json!({"record": text, "as_of": as_of, "verdict": verdict}).to_string());
        self.count += 1;
    }

    /// The trial's own examples and so many invented people.
    fn trial(&mut self, trial: &Trial, people: usize, seed: u64) {
        let document = EligibilityDocument::of(trial);
        let rules = worksheet::rules(&document);
        self.line(&rules);
        let screener = Screener::of(&document);
        for example in &trial.examples {
            let record = record_of(trial, example).expect("an example is a record");
            self.case(&screener, &serde_json::to_string(&record).expect("a record is JSON"), None);
        }
        let mut invented = People {
            facts: Facts::of(&document),
            units: units_of(&rules),
            dice: Dice::new(seed),
            document: &document,
        };
        let days = [None, None, None, Some("2011-06-20"), Some("2011-07-01"), Some("2011-07-04")];
        for place in 0..people {
            let record = invented.person(0).to_string();
            self.case(&screener, &record, days[place % days.len()].map(|day| day.parse().expect("a day")));
        }
    }
}

/// The units that the page offers for each measure and drug.
fn units_of(rules: &str) -> BTreeMap<String, Vec<String>> {
    let rules: Value = serde_json::from_str(rules).expect("the rules are JSON");
    let read = |value: &Value| serde_json::from_value(value.clone()).expect("codes of units");
    let measures = rules["units"]["measures"].as_object().into_iter().flatten();
    let measures = measures.map(|(name, units)| (name.clone(), read(&units["accepted"])));
    let doses = rules["units"]["doses"].as_object().into_iter().flatten();
    measures.chain(doses.map(|(name, units)| (name.clone(), read(units)))).collect()
}

#[test]
#[ignore = "writes the cases that tests/oracles/worksheet.sh judges, into the folder WORKSHEET_CASES"]
fn worksheet_cases() {
    let folder = std::env::var("WORKSHEET_CASES").expect("WORKSHEET_CASES names a folder");
    let file = File::create(Path::new(&folder).join("protocols.ndjson")).expect("the folder is there");
    let mut cases = Cases { file: BufWriter::new(file), count: 0 };
    for name in ["nct01719640", "oncology", "crossover"] {
        cases.trial(&protocols::study(name), 300, 1 + name.len() as u64);
    }
    let document = EligibilityDocument::of(&protocols::study("nct01719640"));
    let screener = Screener::of(&document);
    cases.line(&worksheet::rules(&document));
    for entry in fs::read_dir("protocols/nct01719640/participants").expect("participants") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a record");
        for as_of in [None, Some("2011-06-20"), Some("2012-01-01")] {
            cases.case(&screener, &text, as_of.map(|day| day.parse().expect("a day")));
        }
    }
    cases.trial(&protocols::everything(), 1500, 11);
    for (place, trial) in protocols::suite().iter().enumerate() {
        cases.trial(trial, 120, 100 + place as u64);
    }
    println!("{} cases of protocols", cases.count);
}
