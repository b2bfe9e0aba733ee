//! How fast two versions of a protocol of some 60 criteria are compared: compiled already (`compare`), and from their texts to
//! the report (`whole`). Every twelfth criterion differs, so that the logic is asked.
//!
//! `cargo bench --bench diff`

#[path = "../tests/support/generated.rs"]
mod generated;

use std::hint::black_box;
use std::sync::LazyLock;

use divan::Bencher;
use trialc::amend::compare;
use trialc::compile::compile;
use trialc::emit::difference::{Report, text};
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

/// Five criteria in each part of the generated protocol, twelve parts.
const BYTES: usize = 26_000;

struct Only<'a>(&'a str);

impl Loader for Only<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "trial.trial" {
            Ok(self.0.to_owned())
        } else {
            Err(LoadError::Missing { suggestion: None })
        }
    }
}

static OLD: LazyLock<String> = LazyLock::new(|| generated::protocol(BYTES));
static NEW: LazyLock<String> = LazyLock::new(|| {
    OLD.replace("in 7.5 to 9.5 mg/dL", "in 7.5 to 10 mg/dL").replace("18 to 75", "18 to 80")
});

fn trial(text: &str) -> Trial {
    compile(&Only(text), "trial.trial").expect("it is there").trial.expect("it has no errors")
}

fn main() {
    let old = trial(&OLD);
    let criteria: usize = old.decisions.values().map(|decision| decision.criteria.len()).sum();
    let changed = compare(&old, &trial(&NEW)).of_meaning().count();
    println!("{criteria} criteria, {changed} changes of meaning");
    assert!(criteria >= 55 && changed >= 20);
    divan::main();
}

#[divan::bench]
fn compared(bencher: Bencher<'_, '_>) {
    let (old, new) = (trial(&OLD), trial(&NEW));
    bencher.bench(|| black_box(compare(&old, &new)));
}

#[divan::bench]
fn whole(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        let (old, new) = (trial(&OLD), trial(&NEW));
        let difference = compare(&old, &new);
        let report = Report { old: &old, new: &new, difference: &difference, participants: None };
        black_box(text(&report, 100, false))
    });
}
