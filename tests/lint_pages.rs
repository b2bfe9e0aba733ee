//! A lint that speaks where it should not is worse than none: the example of its page raises that code alone, and the
//! repair raises nothing at all.

#[path = "support/snippet.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod snippet;

use std::collections::BTreeSet;

use trialc::compile::Compilation;
use trialc::diagnostics::{Code, codes};

/// Units, numbers, time, logic, wording, arms, outcomes, population, registry, text.
const FAMILIES: &str = "UNTLCAOPRX";

/// The codes of what is said of the snippet itself, with the messages.
fn told(compilation: &Compilation) -> (BTreeSet<&'static str>, String) {
    let own = compilation.sources.find(snippet::FILE).expect("the snippet is read");
    let found = compilation.diagnostics.iter().filter(|found| found.primary.span.file == own);
    let lines = found.clone().map(|found| format!("\n  {}: {}", found.code.id, found.message)).collect();
    (found.map(|found| found.code.id).collect(), lines)
}

fn blocks(code: &Code) -> Vec<&'static str> {
    let parts = code.page.split("```trial\n").skip(1);
    parts.map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn the_example_of_a_page_raises_its_code_alone_and_the_repair_raises_nothing() {
    let mut faults = String::new();
    let mut looked_at = 0;
    for code in codes::ALL.iter().filter(|code| code.id.starts_with(|family| FAMILIES.contains(family))) {
        looked_at += 1;
        let blocks = blocks(code);
        let [example, repair] = blocks.as_slice() else {
            faults.push_str(&format!("{} has {} blocks\n", code.id, blocks.len()));
            continue;
        };
        let (raised, lines) = told(&snippet::compile_snippet(example));
        if raised != BTreeSet::from([code.id]) {
            faults.push_str(&format!("{}: the example raises:{lines}\n", code.id));
        }
        let (raised, lines) = told(&snippet::compile_snippet(repair));
        if !raised.is_empty() {
            faults.push_str(&format!("{}: the repair raises:{lines}\n", code.id));
        }
    }
    assert!(looked_at > 70, "{looked_at} pages");
    assert!(faults.is_empty(), "{faults}");
}

/// Every message underlines a part of what the author wrote, and says what to write instead.
#[test]
fn every_finding_of_a_page_underlines_words_and_offers_help() {
    for code in codes::ALL.iter().filter(|code| code.id.starts_with(|family| FAMILIES.contains(family))) {
        let blocks = blocks(code);
        let Some(example) = blocks.first() else { continue };
        let compilation = snippet::compile_snippet(example);
        let Some(found) = compilation.diagnostics.iter().find(|found| found.code == *code) else { continue };
        let words = compilation.sources.text(found.primary.span);
        assert!(!words.trim().is_empty(), "{}: underlines nothing", code.id);
        assert!(words.lines().count() <= 2, "{}: underlines {} lines", code.id, words.lines().count());
        assert!(found.help.as_ref().is_some_and(|help| help.len() > 10), "{}: no help", code.id);
    }
}
