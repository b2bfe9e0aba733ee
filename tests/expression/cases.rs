//! The files in `cases/`: texts, the trees they become, and what is said about them. A case is
//!
//! ```text
//! rule> latest hba1c => 7 %
//! => (>= (latest hba1c) 7%)
//! G07 `=>` is no comparison
//!   latest hba1c ⟦=>⟧ 7 %
//!   help: write `>=`
//!   fix:  latest hba1c >= 7 %
//! ```
//!
//! where `⟦⟧` encloses the underlined words and `⏎` is a line end. With `BLESS` in the environment the files are
//! written anew, for a reviewer to read.

use std::fmt::Write as _;
use std::path::Path;

use trialc::diagnostics::Diagnostic;
use trialc::syntax::{Slice, expression};

use crate::tree::*;

#[test]
fn quantities() {
    run("quantities.txt");
}

#[test]
fn rules() {
    run("rules.txt");
}

#[test]
fn slips_in_rules() {
    run("slips.txt");
}

#[test]
fn incomplete_rules() {
    run("incomplete.txt");
}

#[test]
fn durations_moments_and_phrases() {
    run("times.txt");
}

#[test]
fn events_visits_and_cycles() {
    run("visits.txt");
}

#[test]
fn treatment_plans() {
    run("plans.txt");
}

#[track_caller]
fn run(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expression/cases").join(name);
    let file = std::fs::read_to_string(&path).expect("the file of cases");
    let mut anew = String::new();
    let mut wrong = String::new();
    let mut count = 0;
    for block in file.split("\n\n").map(str::trim_end).filter(|block| !block.is_empty()) {
        let heading: Vec<&str> = block.lines().take_while(|line| line.starts_with('#')).collect();
        let case = block.lines().skip(heading.len()).collect::<Vec<_>>().join("\n");
        for line in heading {
            let _ = writeln!(anew, "{line}");
        }
        if case.is_empty() {
            anew.push('\n');
            continue;
        }
        let first = case.lines().next().unwrap_or_default();
        let (kind, text) = first.split_once('>').unwrap_or_else(|| panic!("no case: {first}"));
        let answer = format!("{first}\n{}", read(kind, &text.trim_start().replace('⏎', "\n")));
        if answer != case {
            let _ = writeln!(wrong, "expected:\n{case}\nfound:\n{answer}\n");
        }
        let _ = writeln!(anew, "{answer}\n");
        count += 1;
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{}\n", anew.trim_end())).expect("the file of cases is writable");
        return;
    }
    assert!(count > 10, "{name} holds only {count} cases");
    assert!(wrong.is_empty(), "{name}:\n{wrong}");
}

fn read(kind: &str, text: &str) -> String {
    use expression as x;
    match kind {
        "rule" => show(text, x::expression, |tree| expr(&tree)),
        "quantity" => show(text, x::quantity, |value| quantity(&value)),
        "range" => {
            show(text, x::range, |value| format!("{} .. {}", quantity(&value.low), quantity(&value.high)))
        }
        "duration" => show(text, x::duration, |value| duration(&value)),
        "moment" => show(text, x::moment, |value| moment(&value)),
        "timing" => show(text, x::timing, constraints),
        "visit" => show(text, x::visit, visit),
        "window" => show(text, x::window, |value| window(&value)),
        "cycle" => show(text, x::cycle, cycle),
        "plan" => show(text, x::plan, plan),
        _ => panic!("no kind of case: {kind}"),
    }
}

fn show<T>(
    text: &str,
    read: impl Fn(Slice<'_>, &mut Vec<Diagnostic>) -> Option<T>,
    print: impl Fn(T) -> String,
) -> String {
    let mut diagnostics = Vec::new();
    let value = read(slice(text), &mut diagnostics).map_or_else(|| "unreadable".into(), print);
    let said = said(text, &diagnostics);
    if said.is_empty() { format!("=> {value}") } else { format!("=> {value}\n{said}") }
}
