//! The protocols and fragments that the documents show are in the language: each ```trial block is compiled.

#[path = "support/snippet.rs"]
mod snippet;

use std::fs;
use std::path::Path;

use snippet::compile_snippet;
use trialc::compile::compile;
use trialc::diagnostics::render::{Format, Look, render};

/// The ```trial blocks of a document with the line at which each begins.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            None if line.trim() == "```trial" => open = Some((number + 1, String::new())),
            None => {}
            Some(_) if line.trim_start().starts_with("```") => blocks.extend(open.take()),
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

/// Everything that a document's blocks have wrong.
fn faults(path: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut faults = Vec::new();
    for (line, block) in blocks(&text) {
        let compilation = compile_snippet(&block);
        if compilation.has_errors() {
            let errors: Vec<_> =
                compilation.diagnostics.iter().filter(|found| found.is_error()).cloned().collect();
            let shown = render(Format::Plain, Look::default(), &compilation.sources, &errors);
            faults.push(format!("{path}, block at line {line}:\n{shown}"));
        }
    }
    faults
}

#[test]
fn the_documents_compile() {
    let documents = ["README.md", "docs/reference.md", "docs/units.md"];
    let there = documents.iter().filter(|path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path).is_file());
    let faults: Vec<String> = there.flat_map(|path| faults(path)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_pieces_of_the_tutorial_are_one_protocol_that_nothing_is_said_of() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md");
    let pieces: Vec<String> =
        blocks(&fs::read_to_string(path).unwrap()).into_iter().map(|(_, block)| block).collect();
    assert!(pieces.len() >= 8, "{} pieces", pieces.len());
    let texts = snippet::Texts::new(&[("trial.trial", &pieces.join("\n"))]);
    let compilation = compile(&texts, "trial.trial").unwrap();
    let shown = render(Format::Plain, Look::default(), &compilation.sources, &compilation.diagnostics);
    assert!(compilation.diagnostics.is_empty(), "{shown}");
    let examples = compilation.trial.map(|trial| trial.examples.len());
    assert_eq!(examples, Some(3), "the invented people are in it, and their verdicts are borne out");
}

#[test]
fn a_block_that_is_not_in_the_language_would_be_found() {
    assert!(compile_snippet("measure x \"X\" { unit: mg//dL }\n").has_errors());
    assert_eq!(blocks("a\n```trial\nevent x\n```\n```sh\nls\n```\n"), [(2, "event x\n".to_owned())]);
}

#[test]
fn the_test_that_the_page_on_testing_shows_is_the_one_that_runs() {
    let page = include_str!("../docs/testing.md");
    let shown = page.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let run = include_str!("accepted_by_insta.rs");
    assert!(run.ends_with(shown), "docs/testing.md shows another test than tests/accepted_by_insta.rs");
}
