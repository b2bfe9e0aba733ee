//! How fast two versions of a protocol are compared. A table at the beginning holds the whole program (`trialc diff OLD NEW`, from
//! starting it to its end, the report written) to its limits: 60 criteria of one decision in 50 ms, 600 in 2 s; beside it stands the
//! time in which the program starts and ends without work. Then, in the library: compiled already (`compared`), and from their texts to
//! the report (`whole`). Every twelfth criterion differs, so that the logic is asked.
//!
//! `cargo bench --bench diff`

#[path = "../tests/support/criteria.rs"]
mod criteria;
#[path = "../tests/support/median.rs"]
mod median;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use divan::Bencher;
use trialc::amend::compare;
use trialc::compile::compile;
use trialc::emit::difference::{Report, text};
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

/// Criteria, and the limit of the whole program in seconds.
const LIMITS: [(usize, f64); 2] = [(60, 0.050), (600, 2.0)];
const COUNTS: [usize; 2] = [60, 600];

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

fn trial(text: &str) -> Trial {
    compile(&Only(text), "trial.trial").expect("it is there").trial.expect("it has no errors")
}

/// Both versions with so many criteria.
fn versions(count: usize) -> [String; 2] {
    let old = criteria::one_decision(count);
    let new = criteria::next_version(&old);
    [old, new]
}

fn run(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trialc"));
    command.current_dir(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().expect("the program can be run");
    assert!(status.code().is_some_and(|code| code < 2), "{arguments:?}: {status}");
}

/// The whole program beside its limits.
fn against_limits() {
    println!("criteria  changes   trialc diff      limit   of the limit   starting alone");
    for (count, limit) in LIMITS {
        let [old, new] = versions(count);
        let changed = compare(&trial(&old), &trial(&new)).of_meaning().count();
        assert!(changed >= count / 12, "{changed} changes of {count} criteria");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("old.trial"), old).expect("the folder can be written");
        std::fs::write(folder.path().join("new.trial"), new).expect("the folder can be written");
        let [whole, start] = median::of_two(
            || run(folder.path(), &["diff", "old.trial", "new.trial"]),
            || run(folder.path(), &["--version"]),
        );
        let verdict = if whole <= limit { "" } else { "   OVER THE LIMIT" };
        println!(
            "{count:>8} {changed:>8} {:>10.1} ms {:>7.0} ms {:>14.2} {:>13.1} ms{verdict}",
            whole * 1e3,
            limit * 1e3,
            whole / limit,
            start * 1e3,
        );
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        against_limits();
    }
    divan::main();
}

#[divan::bench(args = COUNTS)]
fn compared(bencher: Bencher<'_, '_>, count: usize) {
    let [old, new] = versions(count).map(|text| trial(&text));
    bencher.bench(|| black_box(compare(&old, &new)));
}

#[divan::bench(args = COUNTS)]
fn whole(bencher: Bencher<'_, '_>, count: usize) {
    let [one, two] = versions(count);
    bencher.bench(|| {
        let (old, new) = (trial(&one), trial(&two));
        let difference = compare(&old, &new);
        let report = Report { old: &old, new: &new, difference: &difference, participants: None };
        black_box(text(&report, 100, false))
    });
}
