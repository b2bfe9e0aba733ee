//! Texts that would break a careless reader: long, deep, one-sided.

use std::time::{Duration, Instant};

use trialc::diagnostics::Diagnostic;
use trialc::source::FileId;
use trialc::syntax;

fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect()
}

fn read(text: &str) -> syntax::Parsed {
    syntax::parse(FileId(0), text)
}

/// Reads a text of this many bytes; one that took steps in the square of its length would take minutes.
fn reads_soon(make: impl Fn(usize) -> String, bytes: usize) {
    let unit = make(1).len();
    let text = make(bytes / unit + 1);
    let start = Instant::now();
    std::hint::black_box(read(&text));
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?} for {bytes} bytes of {}",
        start.elapsed(),
        make(3)
    );
}

#[test]
fn a_hundred_thousand_parentheses_are_too_deep_and_spoil_nothing_else() {
    let deep = "(".repeat(100_000);
    let text = format!(
        "eligibility for consent {{\n  include I1 \"Deep\": {deep}a{}\n  include I2 \"Sound\": sex is female\n}}\n",
        ")".repeat(100_000)
    );
    let parsed = read(&text);
    assert_eq!(codes(&parsed.diagnostics), ["G15"]);
    assert_eq!(parsed.file.items[0].items.len(), 2);
}

#[test]
fn a_hundred_thousand_parentheses_that_are_never_closed_are_one_fault() {
    let text = format!("event a: {}\nevent b\n", "(".repeat(100_000));
    let parsed = read(&text);
    assert_eq!(parsed.diagnostics.len(), 1, "{:?}", codes(&parsed.diagnostics));
    assert!(parsed.file.items.iter().any(|item| item.name.as_ref().is_some_and(|name| name.value == "b")));
}

#[test]
fn a_hundred_and_twenty_blocks_are_read_and_a_hundred_thousand_are_too_deep() {
    let nested =
        |depth: usize| format!("schedule {}{}\nevent b\n", "{ epoch a ".repeat(depth), "}".repeat(depth));
    assert!(!codes(&read(&nested(120)).diagnostics).contains(&"G15"));
    let parsed = read(&nested(100_000));
    assert!(codes(&parsed.diagnostics).contains(&"G15"));
    assert!(parsed.file.items.iter().any(|item| item.name.as_ref().is_some_and(|name| name.value == "b")));
}

#[test]
fn braces_that_are_never_closed_end_with_the_file() {
    let parsed = read(&"schedule { epoch a { ".repeat(5_000));
    assert!(codes(&parsed.diagnostics).contains(&"G15"));
}

#[test]
fn a_file_of_a_megabyte_is_read() {
    let block = "eligibility for consent {\n  include I1 \"HbA1c ≥ 7.5 %\": latest hba1c within 14 days before consent >= 7.5 %\n  // why\n  exclude E1 \"Stroke\": stroke ever or (age at consent > 80 years and not mi present at consent)\n}\n";
    let text = block.repeat(1_000_000 / block.len() + 1);
    let start = Instant::now();
    let parsed = read(&text);
    println!("{} MB in {:?}", text.len() / 1_000_000, start.elapsed());
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics.first());
    assert!(parsed.file.items.len() > 4_000);
}

#[test]
fn a_sound_file_is_read_in_step_with_its_size() {
    let block = "eligibility for consent {\n  include I1 \"HbA1c\": latest hba1c within 14 days before consent >= 7.5 %\n}\n";
    reads_soon(|size| block.repeat(size), 200_000);
}

#[test]
fn one_sided_texts_take_no_longer_than_sound_ones() {
    let repeated = |sign: &'static str| move |size: usize| sign.repeat(size);
    for sign in ["(", ")", "{", "}", "\"", "“", "«", "'", "[", ":", ";", ",", "-", "/", "1", "}\n"] {
        reads_soon(repeated(sign), 300_000);
    }
    for sign in [
        "a ",
        "a:",
        "a{",
        "a {\n",
        "\"\"\" ",
        "at ",
        "event ",
        "x: \"\n",
        "event a ",
        "include I1 ",
        "open label ",
    ] {
        reads_soon(repeated(sign), 100_000);
    }
    let inside = |head: &'static str, sign: &'static str, tail: &'static str| {
        move |size: usize| format!("{head}{}{tail}", sign.repeat(size))
    };
    reads_soon(inside("trial a \"A\" {\n", "  phase: 1\n", "}"), 100_000);
    reads_soon(inside("trial a \"A\" { design: ", "open label ", "}"), 100_000);
    reads_soon(inside("example \"A\" {\n", "  sex: female at 1 on 2 to 3 from \n", "}"), 100_000);
    reads_soon(inside("example \"A\" { a ", "on 3.4 to ", "}"), 100_000);
    reads_soon(inside("", "/// docs\n", "event a"), 100_000);
}

#[test]
fn a_file_that_is_no_protocol_has_a_bounded_number_of_findings() {
    let parsed = read(&"? what is this\n".repeat(20_000));
    assert!(parsed.diagnostics.len() <= 1_000);
    assert!(parsed.diagnostics.len() >= 100);
}

#[test]
fn line_ends_of_every_system_are_line_ends() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["event a", "// a comment", "event b \"B\": on a", "trial t \"T\" {", "  phase: 1", "}"]
            .join(end);
        let parsed = read(&text);
        assert!(parsed.diagnostics.is_empty(), "{end:?}: {:?}", parsed.diagnostics);
        assert_eq!(parsed.file.items.len(), 3, "{end:?}");
        assert_eq!(parsed.comments.len(), 1);
    }
}
