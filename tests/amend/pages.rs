//! Pages of codes about two versions: `old` and `new` raise the code alone, `old` and `repair` raise nothing.

use std::collections::BTreeSet;

use trialc::amend::{compare, findings};
use trialc::diagnostics::{Code, Diagnostic, codes};
use trialc::source::Sources;

use crate::snippet::compile_snippet;

/// The block behind these words.
fn block<'a>(code: &'a Code, word: &str) -> &'a str {
    let start = format!("```trial {word}\n");
    let (_, rest) = code.page.split_once(&start).unwrap_or_else(|| panic!("{} has no `{word}`", code.id));
    rest.split("```").next().unwrap_or_default()
}

/// What is said of the difference, with the files of both.
fn said(old: &str, new: &str) -> (Vec<Diagnostic>, Sources) {
    let (old, new) = (compile_snippet(old), compile_snippet(new));
    let (Some(before), Some(after)) = (&old.trial, &new.trial) else {
        panic!("{:#?}\n{:#?}", old.diagnostics, new.diagnostics);
    };
    let mut sources = Sources::default();
    for (_, source) in new.sources.iter().chain(old.sources.iter()) {
        sources.add(source.clone());
    }
    let found = findings(before, after, &compare(before, after), &[], new.sources.iter().count());
    (found, sources)
}

#[test]
fn the_versions_of_a_page_raise_its_code_alone_and_the_repair_raises_nothing() {
    let pages = codes::ALL.iter().filter(|code| code.page.contains("```trial old\n"));
    let mut looked_at = 0;
    for code in pages {
        looked_at += 1;
        let (found, sources) = said(block(code, "old"), block(code, "new"));
        let raised: BTreeSet<&str> = found.iter().map(|one| one.code.id).collect();
        assert_eq!(raised, BTreeSet::from([code.id]), "{found:#?}");
        for one in &found {
            let words = sources.text(one.primary.span);
            assert!(!words.trim().is_empty() && words.lines().count() <= 2, "{}: `{words}`", code.id);
            assert!(one.help.as_ref().is_some_and(|help| help.len() > 10), "{}: no help", code.id);
        }
        let (found, _) = said(block(code, "old"), block(code, "repair"));
        assert!(found.is_empty(), "{}: {found:#?}", code.id);
    }
    assert!(looked_at >= 7, "{looked_at} pages");
}
