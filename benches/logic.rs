//! How many questions the logic of criteria answers in a second: of the first trial, and of generated decisions of 60 and 600 criteria.
//! Where a program `z3` is on the path (or `TRIALC_SOLVER` names one), it answers the same questions from the same SMT-LIB beside it, in
//! one process.
//!
//! `cargo bench --bench logic`

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use trialc::compile::compile;
use trialc::logic::{Engine, smt2};
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

struct Only(String);

impl Loader for Only {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "main.trial" { Ok(self.0.clone()) } else { Err(LoadError::Missing { suggestion: None }) }
    }
}

fn trial(text: String) -> Trial {
    compile(&Only(text), "main.trial").expect("it is there").trial.expect("it compiles")
}

static FIRST: LazyLock<Trial> =
    LazyLock::new(|| trial(include_str!("../protocols/nct01719640/trial.trial").to_owned()));
static SIXTY: LazyLock<Trial> = LazyLock::new(|| trial(generated(60)));
static SIX_HUNDRED: LazyLock<Trial> = LazyLock::new(|| trial(generated(600)));

const TRIALS: &[&str] = &["first", "60 criteria", "600 criteria"];

fn named(name: &str) -> &'static Trial {
    match name {
        "first" => &FIRST,
        "60 criteria" => &SIXTY,
        _ => &SIX_HUNDRED,
    }
}

/// One decision with so many criteria, of the kinds that protocols have: limits of a measure from both sides, by sex, findings in
/// windows, ages, alternatives.
fn generated(count: usize) -> String {
    let mut text = String::from(
        "trial generated \"Generated\" { enrollment: not stated }\nevent consent \"Consent\"\nevent randomization \"Randomization\": on or after consent\n",
    );
    for part in 0..count.div_ceil(6) {
        let _ = writeln!(
            text,
            "measure marker_{part} \"Marker {part}\" {{ unit: mg/dL; units: g/L; kind: mass; plausible: 0.1 to 900 }}\ncondition disease_{part} \"Disease {part}\" {{ snomed: {} }}",
            100_000 + part
        );
    }
    text.push_str("eligibility for randomization {\n");
    for number in 0..count {
        let part = number / 6;
        let rule = match number % 6 {
            0 => format!(
                "include I{number} \"Limits\": latest marker_{part} within 14 days before randomization in 7.5 to 9.5 mg/dL"
            ),
            1 => format!(
                "exclude E{number} \"Limit\": latest marker_{part} within 28 days before randomization > {} mg/dL",
                20 + part
            ),
            2 => format!(
                "exclude E{number} \"By sex\": highest marker_{part} within 28 days before randomization > by sex (50 mg/dL for male, 40 mg/dL for female)"
            ),
            3 => format!(
                "exclude E{number} \"Disease\": disease_{part} started within {} months before randomization",
                3 + part % 9
            ),
            4 => format!(
                "include I{number} \"Age or disease\": age at consent >= {} years or not disease_{part} present at consent",
                18 + part % 30
            ),
            _ => format!(
                "exclude E{number} \"Two of three\": at least 2 of (disease_{part} present at randomization, lowest marker_{part} within 28 days before randomization < 1 mg/dL, sex is male)"
            ),
        };
        let _ = writeln!(text, "  {rule}");
    }
    text.push_str("}\n");
    text
}

/// Reading the criteria, the circuit and its relations.
#[divan::bench(args = TRIALS)]
fn read(bencher: Bencher<'_, '_>, name: &str) {
    let trial = named(name);
    bencher.bench_local(|| black_box(Engine::of_one(trial)));
}

/// All questions of `check` and more, as `--emit smt2` asks them, with their text.
#[divan::bench(args = TRIALS)]
fn questions(bencher: Bencher<'_, '_>, name: &str) {
    let trial = named(name);
    let count = smt2(trial).matches("(check-sat)").count();
    bencher.counter(ItemsCount::new(count)).bench_local(|| black_box(smt2(trial)));
}

/// The lints of a trial, the logic among them.
#[divan::bench(args = TRIALS)]
fn check(bencher: Bencher<'_, '_>, name: &str) {
    let trial = named(name);
    bencher.bench_local(|| black_box(trialc::check::check(trial)));
}

/// The same questions by z3.
#[divan::bench(args = TRIALS, sample_count = 3, sample_size = 1)]
fn z3(bencher: Bencher<'_, '_>, name: &str) {
    let text = smt2(named(name));
    let program = std::env::var("TRIALC_SOLVER").unwrap_or_else(|_| "z3".to_owned());
    let run = || {
        let mut child = Command::new(&program)
            .args(["-in", "-smt2"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(text.as_bytes()).ok()?;
        Some(child.wait_with_output().ok()?.stdout.len())
    };
    if run().is_none() {
        eprintln!("`{program}` cannot be run: it is not compared; TRIALC_SOLVER names another");
        return;
    }
    let count = text.matches("(check-sat)").count();
    bencher.counter(ItemsCount::new(count)).bench_local(|| black_box(run()));
}

fn main() {
    divan::main();
}
