//! Literate tests: Markdown pages in `tests/suite/<topic>/`, in which a heading names a case, fenced `trial` blocks are
//! its files and a `diagnostics` block is what the compiler says about them.
//!
//! The first block is the main file `trial.trial`; a further one has its path behind the word `trial`. A case without
//! `diagnostics` block must be free of findings. Letters behind the word `diagnostics` are the families of codes that
//! are shown. In `versions/` the files are `old.trial` and `new.trial`, and what is said is said of their difference.
//! `UPDATE_EXPECT=1 cargo test --test suite` writes what the compiler says now into the pages.

use std::fmt::Write as _;
use std::path::Path;

use trialc::amend;
use trialc::compile;
use trialc::diagnostics::Diagnostic;
use trialc::source::{FileId, LoadError, Loader, Source, Sources};
use trialc::syntax;

/// Where the main file of a case is found.
const MAIN: &str = "trial.trial";

#[derive(Default)]
struct Case {
    name: String,
    /// Path and text.
    files: Vec<(String, String)>,
    /// Families of the codes that are shown; empty: all.
    families: Vec<String>,
    expected: String,
    /// Lines of the page that hold the expectation, without its fences; `None`: it has none.
    block: Option<std::ops::Range<usize>>,
    /// The line behind the last block of the case.
    end: usize,
}

struct InMemory<'a>(&'a [(String, String)]);

impl Loader for InMemory<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        let file = self.0.iter().find(|(name, _)| name == path);
        file.map(|(_, text)| text.clone()).ok_or(LoadError::Missing { suggestion: None })
    }
}

/// The cases of a page.
fn cases(page: &str) -> Vec<Case> {
    let lines: Vec<&str> = page.lines().collect();
    let mut cases: Vec<Case> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if let Some(name) = line.strip_prefix('#') {
            cases.push(Case { name: name.trim_start_matches('#').trim().to_owned(), ..Case::default() });
        }
        let Some(info) = line.strip_prefix("```") else {
            at += 1;
            continue;
        };
        let fence: String = line.chars().take_while(|sign| *sign == '`').collect();
        let info = info.trim_start_matches('`').trim();
        let close = (at + 1..lines.len()).find(|line| lines[*line] == fence).expect("a fence is closed");
        let text: String = lines[at + 1..close].iter().map(|line| format!("{line}\n")).collect();
        let mut words = info.split_whitespace();
        let case = cases.last_mut().expect("a block stands below a heading");
        match words.next() {
            Some("trial") => {
                let path = words.next().unwrap_or(MAIN).to_owned();
                case.files.push((path, text));
            }
            Some("diagnostics") => {
                case.families = words.map(str::to_owned).collect();
                case.expected = text;
                case.block = Some(at + 1..close);
            }
            _ => {}
        }
        case.end = close + 1;
        at = close + 1;
    }
    cases.retain(|case| !case.files.is_empty());
    cases
}

/// What the compiler says about a case.
fn findings(case: &Case, topic: &str) -> String {
    let (sources, diagnostics) = match topic {
        "syntax" => {
            let mut sources = Sources::default();
            let mut diagnostics = Vec::new();
            for (at, (path, text)) in case.files.iter().enumerate() {
                diagnostics.extend(syntax::parse(FileId(at as u32), text).diagnostics);
                sources.add(Source::new(path.as_str(), text.as_str()));
            }
            (sources, diagnostics)
        }
        "versions" => difference(case),
        _ => {
            let compilation = compile::compile(&InMemory(&case.files), MAIN).expect("the main file is there");
            (compilation.sources, compilation.diagnostics)
        }
    };
    let shown = |code: &str| {
        case.families.is_empty() || case.families.iter().any(|family| code.starts_with(family.as_str()))
    };
    let mut out = String::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| shown(diagnostic.code.id)) {
        show(diagnostic, &sources, case.files.len() > 1, &mut out);
    }
    out
}

/// What is said of the difference of two versions: the new one's files, then the old one's.
fn difference(case: &Case) -> (Sources, Vec<Diagnostic>) {
    let [old, new] = ["old.trial", "new.trial"].map(|path| {
        let compilation = compile::compile(&InMemory(&case.files), path).expect("both versions are there");
        assert!(compilation.trial.is_some(), "{}: {path}: {:#?}", case.name, compilation.diagnostics);
        compilation
    });
    let (Some(before), Some(after)) = (&old.trial, &new.trial) else { return Default::default() };
    let difference = amend::compare(before, after);
    let own = new.sources.iter().count();
    let mut sources = Sources::default();
    for (_, source) in new.sources.iter().chain(old.sources.iter()) {
        sources.add(source.clone());
    }
    (sources, amend::findings(before, after, &difference, &[], own))
}

/// One finding: its place, its words, what it underlines and what it advises.
fn show(diagnostic: &Diagnostic, sources: &Sources, with_file: bool, out: &mut String) {
    let place = |span: trialc::source::Span| {
        let source = sources.get(span.file);
        let position = source.position(span.range().start);
        let file = if with_file { format!("{}:", source.path) } else { String::new() };
        format!("{file}{}:{}", position.line, position.column)
    };
    let (severity, id) = (diagnostic.severity.text(), diagnostic.code.id);
    let _ = writeln!(out, "{severity}[{id}] {} {}", place(diagnostic.primary.span), diagnostic.message);
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    for (number, label) in labels.enumerate() {
        let words = sources.text(label.span).replace('\n', "⏎").replace('\u{a0}', "␣");
        let at = if number == 0 { String::new() } else { format!(" {}", place(label.span)) };
        let text = if label.text.is_empty() { String::new() } else { format!(" ({})", label.text) };
        let _ = writeln!(out, "  at{at} [{words}]{text}");
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(out, "  help: {help}");
    }
    if let Some(fix) = &diagnostic.fix {
        let _ =
            writeln!(out, "  fix: [{}] → [{}]", sources.text(fix.span).replace('\n', "⏎"), fix.replacement);
    }
}

fn check(path: &Path, page: String) -> datatest_stable::Result<()> {
    let topic = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let cases = cases(&page);
    if cases.is_empty() {
        return Err(format!("{} has no case", path.display()).into());
    }
    let mut wrong = String::new();
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    // From the last to the first, so that the lines before stay where they are.
    for case in cases.iter().rev() {
        let found = findings(case, topic);
        if found == case.expected {
            continue;
        }
        let _ = writeln!(wrong, "## {}\nexpected:\n{}found:\n{found}", case.name, case.expected);
        if update {
            let new = found.lines().map(str::to_owned);
            match &case.block {
                Some(block) if found.is_empty() => {
                    let blank = usize::from(block.start > 1 && lines[block.start - 2].is_empty());
                    lines.drain(block.start - 1 - blank..block.end + 1);
                }
                Some(block) => {
                    lines.splice(block.clone(), new);
                }
                None => {
                    let fenced = ["".to_owned(), "```diagnostics".to_owned()];
                    lines.splice(case.end..case.end, fenced.into_iter().chain(new).chain(["```".to_owned()]));
                }
            }
        }
    }
    if update {
        std::fs::write(path, lines.join("\n") + "\n")?;
        return Ok(());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

datatest_stable::harness! {
    { test = check, root = "tests/suite", pattern = r"^[a-z_]+/[a-z_]+\.md$" },
}
