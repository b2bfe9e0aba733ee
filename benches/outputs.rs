//! How long the outputs of a large protocol take: 60 visits, 80 activities on 30 forms. Beside it, in the same run,
//! the compilation of the same text, and the reading of its bytes as a floor.
//!
//! `cargo bench --bench outputs`

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::LazyLock;

use divan::Bencher;
use trialc::compile::compile;
use trialc::emit::{TARGETS, build};
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

/// Sixty visits in six epochs, eighty procedures, each at every third visit or at those after it.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = "trial large \"A large protocol\"\nuse std.labs, std.vitals\nevent consent\nevent dose: on or after consent\n".to_owned();
    for activity in 1..=80 {
        let _ = writeln!(text, "procedure activity_{activity} \"Activity {activity}\"");
    }
    text.push_str("schedule {\n  clock study: day 1 is dose\n");
    for epoch in 0..6 {
        let _ = writeln!(text, "  epoch epoch_{epoch} \"Epoch {epoch}\" {{");
        for visit in 0..10 {
            let number = epoch * 10 + visit + 1;
            let _ = writeln!(text, "    visit v{number} \"Visit {number}\": day {} ±3 days", 14 * number + 1);
        }
        text.push_str("  }\n");
    }
    for activity in 1..=80 {
        let visits: Vec<String> =
            (1..=60).filter(|visit| (visit + activity) % 3 == 0).map(|visit| format!("v{visit}")).collect();
        let _ = writeln!(text, "  collect activity_{activity} at {}", visits.join(", "));
    }
    text.push_str("}\n");
    for form in 0..30 {
        let of: Vec<String> = (1..=80)
            .filter(|activity| activity % 30 == form)
            .map(|activity| format!("activity_{activity}"))
            .collect();
        let _ = writeln!(text, "form F{} \"Form {}\" {{ collects: {} }}", form + 1, form + 1, of.join(", "));
    }
    text
});

struct Only;

impl Loader for Only {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "trial.trial" { Ok(TEXT.clone()) } else { Err(LoadError::Missing { suggestion: None }) }
    }
}

fn compiled() -> Trial {
    compile(&Only, "trial.trial").expect("it is there").trial.expect("it has no errors")
}

static TRIAL: LazyLock<Trial> = LazyLock::new(compiled);

fn main() {
    divan::main();
}

/// The floor: every byte of the text once.
#[divan::bench]
fn bytes() -> u64 {
    black_box(TEXT.as_bytes()).iter().map(|byte| u64::from(*byte)).sum()
}

#[divan::bench]
fn compilation() -> Trial {
    compiled()
}

/// One target, by its name.
#[divan::bench(args = ["schedule", "forms", "study"])]
fn target(bencher: Bencher, name: &str) {
    let target = trialc::emit::find(name).expect("a target");
    bencher.bench(|| (target.emit)(black_box(&TRIAL)));
}

/// Every target, as `trialc build --emit` with all of them.
#[divan::bench]
fn all() -> usize {
    let targets: Vec<_> = TARGETS.iter().collect();
    build(&targets, &TRIAL).len()
}
