//! The language reference is the spelling of the language: every example in it reads without a fault.

use trialc::diagnostics::render::{self, Format, Look};
use trialc::source::{FileId, Source, Sources};
use trialc::syntax;

/// The indented examples of a page, each with the line on which it begins.
fn examples(page: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (number, line) in page.lines().enumerate() {
        match line.strip_prefix("    ") {
            Some(code) if inside => {
                let (_, example) = found.last_mut().expect("an example is open");
                example.push_str(code);
                example.push('\n');
            }
            Some(code) => {
                found.push((number + 1, format!("{code}\n")));
                inside = true;
            }
            None => inside = false,
        }
    }
    found
}

fn faults(text: &str) -> String {
    let parsed = syntax::parse(FileId(0), text);
    let mut sources = Sources::default();
    sources.add(Source::new("example.trial", text));
    render::render(Format::Plain, Look::default(), &sources, &parsed.diagnostics)
}

#[test]
fn every_example_of_the_reference_reads_without_a_fault() {
    let page = include_str!("../docs/reference.md");
    let examples = examples(page);
    assert!(examples.len() > 6, "the reference has {} examples", examples.len());
    for (line, example) in examples {
        if example.starts_with("keyword") {
            continue;
        }
        let example = example.replace("{ … }", "{ }").replace("choice of (…)", "text");
        let faults = faults(&example);
        assert!(faults.is_empty(), "docs/reference.md, example on line {line}:\n{faults}");
    }
}

#[test]
fn a_word_that_the_reference_does_not_have_is_a_fault() {
    assert!(faults("measurement hba1c: %\n").contains("G05"));
}

#[test]
fn the_standard_library_and_the_studies_read_without_a_fault() {
    let mut files = Vec::new();
    for folder in ["src/library", "protocols"] {
        collect(std::path::Path::new(folder), &mut files);
    }
    assert!(files.len() > 5, "{files:?}");
    // A transcription word by word holds the record's own faults.
    for file in files.iter().filter(|file| !file.ends_with("verbatim.trial")) {
        let text = std::fs::read_to_string(file).expect("the file can be read");
        let faults = faults(&text);
        assert!(faults.is_empty(), "{}:\n{faults}", file.display());
    }
}

fn collect(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("the folder can be read").path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "trial") {
            files.push(path);
        }
    }
}
