//! How many questions the logic of criteria answers in a second: of the first trial, and of generated decisions of 60 and 600 criteria.
//! Where a program `z3` is on the path (or `TRIALC_SOLVER` names one), it answers the same questions from the same SMT-LIB, as one
//! process, in turns with us: a table at the beginning tells both and their ratio. Ours reads the criteria, asks, and writes the text; z3
//! reads the text and asks.
//!
//! `cargo bench --bench logic`

#[path = "../tests/support/criteria.rs"]
mod criteria;
#[path = "../tests/support/median.rs"]
mod median;

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
static SIXTY: LazyLock<Trial> = LazyLock::new(|| trial(criteria::one_decision(60)));
static SIX_HUNDRED: LazyLock<Trial> = LazyLock::new(|| trial(criteria::one_decision(600)));

const TRIALS: &[&str] = &["first", "60 criteria", "600 criteria"];

fn named(name: &str) -> &'static Trial {
    match name {
        "first" => &FIRST,
        "60 criteria" => &SIXTY,
        _ => &SIX_HUNDRED,
    }
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

/// The program that is compared.
fn peer() -> String {
    std::env::var("TRIALC_SOLVER").unwrap_or_else(|_| "z3".to_owned())
}

/// The program's own name: where it is installed says nothing of it.
fn name_of(program: &str) -> &str {
    std::path::Path::new(program).file_name().and_then(std::ffi::OsStr::to_str).unwrap_or(program)
}

/// What a solver prints of these questions; `None` where it cannot be run.
fn asked_of(program: &str, text: &str) -> Option<String> {
    let mut child = Command::new(program)
        .args(["-in", "-smt2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    String::from_utf8(child.wait_with_output().ok()?.stdout).ok()
}

/// Both beside each other, in turns, on the same questions.
fn side_by_side() {
    let program = peer();
    let of = name_of(&program);
    println!("questions      of trial        trialc/s     {of}/s   trialc to {of}   left open by trialc");
    for name in TRIALS {
        let trial = named(name);
        let text = smt2(trial);
        let count = text.matches("(check-sat)").count();
        let open = text.matches(":status unknown)").count();
        let Some(said) = asked_of(&program, &text) else {
            println!("`{program}` cannot be run: it is not compared; TRIALC_SOLVER names another");
            return;
        };
        let answers = said.lines().filter(|line| matches!(*line, "sat" | "unsat" | "unknown")).count();
        assert_eq!(answers, count, "{program} answers every question of {name}");
        let [ours, theirs] =
            median::of_two(|| drop(black_box(smt2(trial))), || drop(black_box(asked_of(&program, &text))));
        let rate = |seconds: f64| count as f64 / seconds;
        println!(
            "{count:>9}      {name:<14} {:>10.0} {:>10.0} {:>12.1} times {open:>12}",
            rate(ours),
            rate(theirs),
            theirs / ours,
        );
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        side_by_side();
    }
    divan::main();
}
