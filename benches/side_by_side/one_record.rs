//! One FHIR record at a time, as a service at a bedside screens them: from the text of a bundle to the verdict, warm, on one
//! thread. `cargo run --release --example one_record -- TRIAL PEOPLE.ndjson` prints the seconds of the best of ten rounds.

use std::fs;
use std::time::Instant;

use trialc::compile::compile;
use trialc::eligibility::{EligibilityDocument, Screener};
use trialc::intake::Additions;
use trialc::intake::fhir::{Assumptions, Reader};
use trialc::source::{LoadError, Loader};

/// That of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RECORDS: usize = 200;

struct Disk;

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        fs::read_to_string(path).map_err(|_| LoadError::Missing { suggestion: None })
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [trial, people] = arguments.as_slice() else {
        println!("usage: one_record TRIAL PEOPLE.ndjson");
        return;
    };
    let trial = compile(&Disk, trial).expect("the protocol can be read").trial.expect("it compiles");
    let document = EligibilityDocument::of(&trial);
    let screener = Screener::of(&document);
    let mut additions = Additions::default();
    additions.event("randomization=2026-06-30").expect("an event");
    for domain in ["conditions", "drugs", "procedures", "glp1_agonists"] {
        additions.coverage(domain).expect("a domain");
    }
    let text = fs::read_to_string(people).expect("the people can be read");
    let lines: Vec<&str> = text.lines().take(RECORDS).collect();
    let mut best = f64::INFINITY;
    let mut decided = 0;
    for _ in 0..10 {
        let begin = Instant::now();
        decided = 0;
        for line in &lines {
            let mut reader = Reader::new(Assumptions { orders_are_taken: false });
            reader.read("bundle", line).expect("a bundle");
            for mut person in reader.finish().0 {
                additions.apply(&mut person.record);
                decided += screener.screen(&person.record, None).decisions.len();
            }
        }
        best = best.min(begin.elapsed().as_secs_f64());
    }
    println!("{{\"seconds\": {best}, \"people\": {}, \"decided\": {decided}}}", lines.len());
}
