//! Each renderer on the same small set of diagnostics, source and outcome together.

use trialc::diagnostics::render::{Format, Look, render};
use trialc::diagnostics::{Diagnostic, Severity, codes};
use trialc::source::{FileId, Source, Sources, Span};

const MAIN: &str = "\
use \"labs.trial\"
trial study \"A study, 50% bigger: 你好\" {
  enrollment: 22 actual
}
eligibility for randomization {
  include I1 \"Platelets ≥ 100,000\": platelets >= 100,000 /L
  include I2 \"HbA1c 7,5 or more\": hba1c >= 7,5 %
}
arm \u{1b}[31m {
";
const LABS: &str = "measure platelets \"Platelets\" {\n  unit: x10^9/L\n  plausible: 1 to 2200\n}\n";

/// The span of the last occurrence of some words.
fn find(sources: &Sources, file: FileId, words: &str) -> Span {
    let at = sources.get(file).text.rfind(words).expect("the words are in the file");
    Span::new(file, at..at + words.len())
}

fn fixture() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let main = sources.add(Source::new("my study/trial.trial", MAIN));
    let labs = sources.add(Source::new("my study/labs.trial", LABS));
    let long = format!("include I3 \"{}\": age >= 18 kg, {}\n", "a".repeat(900), "b".repeat(1_000));
    let long = sources.add(Source::new("my study/long.trial", long));

    let mut warning = Diagnostic::new(
        &codes::DECIMAL_COMMA,
        find(&sources, main, "7,5"),
        "`7,5` is written with a decimal comma",
    )
    .help("write `7.5`")
    .fix(find(&sources, main, "7,5"), "7.5");
    warning.severity = Severity::Warning;

    let mut info = Diagnostic::new(
        &codes::MISPLACED,
        find(&sources, main, &MAIN[17..MAIN.len() - 10]),
        "a block of many lines is shown by its first",
    );
    info.severity = Severity::Info;

    let end = sources.get(main).text.len();
    let diagnostics = vec![
        Diagnostic::new(
            &codes::BAD_VALUE,
            find(&sources, main, "100,000 /L"),
            "this platelet threshold is 10,000 times below any plausible value",
        )
        .label("= 0.0001 x10^9/L")
        .and(find(&sources, main, "platelets"), "platelets are a count")
        .and(find(&sources, labs, "1 to 2200"), "plausible values are declared here")
        .help("did you mean 100,000 /uL (= 100 x10^9/L)?"),
        warning,
        info,
        Diagnostic::new(&codes::UNCLOSED_BLOCK, Span::new(main, end..end), "this block is never closed")
            .label("expected `}`")
            .and(find(&sources, main, "arm \u{1b}[31m {"), "opened here"),
        Diagnostic::new(&codes::BAD_VALUE, find(&sources, long, "18 kg"), "an age is no weight")
            .label("kg is a mass")
            .and(find(&sources, long, "age"), "an age"),
    ];
    (sources, diagnostics)
}

fn shown(format: Format, look: Look) -> String {
    let (sources, diagnostics) = fixture();
    render(format, look, &sources, &diagnostics)
}

#[test]
fn human() {
    insta::assert_snapshot!(shown(Format::Human, Look::default()));
}

#[test]
fn human_in_ascii_on_a_narrow_terminal() {
    let text = shown(Format::Human, Look { color: false, unicode: false, width: 60 });
    insta::assert_snapshot!(text);
}

#[test]
fn color_is_used_when_asked_for_and_only_then() {
    let plain = shown(Format::Human, Look::default());
    assert!(!plain.contains('\u{1b}'), "neither the theme nor the author's text may steer the terminal");
    let colored = shown(Format::Human, Look { color: true, ..Look::default() });
    assert!(colored.contains("\u{1b}[31m"));
}

#[test]
fn a_unit_is_never_broken_between_two_lines() {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("trial.trial", MAIN));
    let span = find(&sources, file, "7,5");
    for width in 40..100 {
        let found = Diagnostic::new(&codes::DECIMAL_COMMA, span, "`7,5`")
            .help("declare it with its unit, as in `measure creatinine \"Serum creatinine\": mg/dL`, or with its values");
        let look = Look { width, color: false, ..Look::default() };
        let text = render(Format::Human, look, &sources, &[found]);
        assert!(text.contains("mg/dL`"), "{text}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 100] {
        let text = shown(Format::Human, Look { width, ..Look::default() });
        let mut seen = 0;
        for line in text.lines().filter(|line| line.contains('│') && line.contains("bbb")) {
            seen += 1;
            assert!(line.chars().count() <= width, "{line}");
            assert!(line.contains("18 kg"), "the underlined words stay in view: {line}");
        }
        assert_eq!(seen, 1, "the long line is shown once");
    }
}

#[test]
fn plain() {
    insta::assert_snapshot!(shown(Format::Plain, Look::default()));
}

#[test]
fn json() {
    insta::assert_snapshot!(shown(Format::Json, Look::default()));
}

#[test]
fn json_of_nothing_is_an_empty_list() {
    assert_eq!(render(Format::Json, Look::default(), &Sources::default(), &[]), "[]\n");
}

#[test]
fn github() {
    insta::assert_snapshot!(shown(Format::Github, Look::default()));
}

#[test]
fn sarif() {
    let mut log: serde_json::Value = serde_json::from_str(&shown(Format::Sarif, Look::default())).unwrap();
    let driver = &mut log["runs"][0]["tool"]["driver"];
    // Version and pages change for reasons of their own.
    driver["semanticVersion"] = "[version]".into();
    for rule in driver["rules"].as_array_mut().unwrap() {
        rule["shortDescription"]["text"] = "[title]".into();
        rule["help"] = "[page]".into();
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}
