//! Everybody at once, in memory: people in a second. Run with `cargo bench --bench population`.
//!
//! The first rules are those of the side-by-side comparison: age, a range of HbA1c, creatinine by sex, type 2 diabetes,
//! GLP-1 agonists within 90 days, no admission within 14 days. The second are those of tests/population/trial.trial.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use divan::{Bencher, counter::ItemsCount};
use trialc::compile::compile;
use trialc::eligibility::EligibilityDocument;
use trialc::population::{Population, screen};
use trialc::source::{LoadError, Loader};

#[allow(dead_code)]
#[path = "../tests/population/generate/mod.rs"]
mod generate;

use generate::tables::{Declared, population};

// A build without optimisation (`cargo test --benches`) only shows that the benchmarks run.
const PEOPLE: u64 = if cfg!(debug_assertions) { 2_000 } else { 1_000_000 };
/// Of all shapes of rule, and from records: fewer do.
const SOME: u64 = if cfg!(debug_assertions) { 200 } else { 100_000 };
const FEW: u64 = if cfg!(debug_assertions) { 20 } else { 2_000 };

const SIX: &str = r#"
trial six "Six criteria" { enrollment: not stated }
use std.labs, std.conditions, std.procedures, std.drugs
event consent "Signing of informed consent"
event randomization "Randomization": on or after consent
drug_class incretins "GLP-1 agonists" { members: liraglutide, semaglutide, dulaglutide }
eligibility for randomization {
  include A "Adults": age at consent in 18 to 75 years
  include B "HbA1c of 7.5 to 10 %": latest hba1c within 90 days before randomization in 7.5 to 10 %
  exclude C "Creatinine > 1.5 mg/dL (men) or > 1.4 mg/dL (women)":
    latest creatinine within 180 days before randomization > by sex (1.5 mg/dL for male, 1.4 mg/dL for female)
  include D "Type 2 diabetes": t2dm ever
  exclude E "GLP-1 agonists within 90 days": taking incretins within 90 days before randomization
  exclude F "Admission within 14 days": hospital_admission started within 14 days before randomization
}
"#;

struct Texts(BTreeMap<&'static str, &'static str>);

impl Loader for Texts {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        let text = self.0.get(path).ok_or(LoadError::Missing { suggestion: None })?;
        Ok((*text).to_owned())
    }
}

fn rules(text: &'static str) -> EligibilityDocument {
    let compiled = compile(&Texts([("main.trial", text)].into()), "main.trial").expect("the text is there");
    EligibilityDocument::of(&compiled.trial.expect("the protocol has no errors"))
}

fn with_people(text: &'static str, people: u64) -> (EligibilityDocument, Population) {
    let document = rules(text);
    let declared = Declared { complete: true, drugs_in_observation: true };
    let population = population(&document, people, 7, declared);
    (document, population)
}

static OF_SIX: LazyLock<(EligibilityDocument, Population)> = LazyLock::new(|| with_people(SIX, PEOPLE));
static OF_ALL: LazyLock<(EligibilityDocument, Population)> =
    LazyLock::new(|| with_people(include_str!("../tests/population/trial.trial"), SOME));

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn six_criteria(bencher: Bencher<'_, '_>) {
    let (document, population) = &*OF_SIX;
    bencher.counter(ItemsCount::new(PEOPLE)).bench(|| screen(document, population, None));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn every_shape_of_rule(bencher: Bencher<'_, '_>) {
    let (document, population) = &*OF_ALL;
    bencher.counter(ItemsCount::new(SOME)).bench(|| screen(document, population, None));
}

/// What it costs where nothing is decided on the tables: every verdict from the person's own record.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn every_shape_of_rule_from_records(bencher: Bencher<'_, '_>) {
    let (document, mut population) = with_people(include_str!("../tests/population/trial.trial"), FEW);
    for person in 0..FEW as u32 {
        population.beyond.insert(person, trialc::eligibility::Record::default());
    }
    bencher.counter(ItemsCount::new(FEW)).bench(|| screen(&document, &population, None));
}
