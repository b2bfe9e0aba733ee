//! What the evaluator says of the invented people, as a table with one row for each.

use std::fmt::Write as _;

use trialc::compile::compile;
use trialc::eligibility::{Eligibility, EligibilityDocument, Status};
use trialc::population::{Screened, screen};
use trialc::source::{LoadError, Loader};

use super::tables::{Declared, population};

struct Disk;

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        std::fs::read_to_string(path).map_err(|error| LoadError::Refused(error.to_string()))
    }
}

/// `people` people against the criteria of a protocol.
pub fn write(people: &str, protocol: &str, out: &str) -> Result<(), String> {
    let people: u64 = people.parse().map_err(|_| format!("`{people}` is no number of people"))?;
    let compilation = compile(&Disk, protocol).map_err(|error| format!("{protocol}: {error}"))?;
    let trial = compilation.trial.ok_or_else(|| format!("{protocol} has errors"))?;
    let document = EligibilityDocument::of(&trial);
    let declared = Declared { complete: true, drugs_in_observation: true };
    let everybody = population(&document, people, 7, declared);
    let decisions = screen(&document, &everybody, None);
    let mut text = String::from("person_id");
    for screened in &decisions {
        for column in &screened.columns {
            let arm = column.arm.as_ref().map(|arm| format!("@{arm}")).unwrap_or_default();
            let _ = write!(text, ",{}{arm}", column.code);
        }
    }
    for screened in &decisions {
        for arm in arms(&document, screened) {
            let _ = write!(text, ",verdict_{}@{arm}", screened.decision);
        }
        let _ = write!(text, ",verdict_{}", screened.decision);
    }
    text.push('\n');
    for (person, subject) in everybody.people.iter().enumerate() {
        let _ = write!(text, "{}", subject.id);
        for screened in &decisions {
            for place in 0..screened.columns.len() {
                let _ = write!(text, ",{}", status(screened.status(person, place)));
            }
        }
        for screened in &decisions {
            for arm in arms(&document, screened) {
                let _ = write!(text, ",{}", screened.verdict(person, Some(&arm)).text());
            }
            let overall: Eligibility = screened.overall(person);
            let _ = write!(text, ",{}", overall.text());
        }
        text.push('\n');
    }
    std::fs::write(out, text).map_err(|error| format!("{out}: {error}"))
}

/// The arms that are open at a decision, where one of its criteria is limited to arms.
fn arms(document: &EligibilityDocument, screened: &Screened) -> Vec<String> {
    if screened.columns.iter().all(|column| column.arm.is_none()) {
        return Vec::new();
    }
    let open = document.allocations.values().filter(|allocation| allocation.at == screened.decision);
    open.flat_map(|allocation| allocation.arms.clone()).collect()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Met => "met",
        Status::NotMet => "not_met",
        Status::Unknown => "unknown",
        Status::NotApplicable => "not_applicable",
    }
}
