//! Every code's page holds an example that raises the code and its repair that does not: both are compiled. Those of filled
//! forms are records of a small protocol, which are validated.

#[path = "support/snippet.rs"]
mod snippet;

use snippet::{FILE, Texts, compile_snippet};
use trialc::compile::{Compilation, compile};
use trialc::diagnostics::codes::{self, Code};
use trialc::diagnostics::render::{Format, Look, render};
use trialc::entries;

/// A ```trial block; `alone` stands behind no prelude.
#[derive(Clone, Default)]
struct Block {
    text: String,
    alone: bool,
}

impl Block {
    fn compile(&self) -> Compilation {
        if !self.alone {
            return compile_snippet(&self.text);
        }
        compile(&Texts::new(&[(FILE, &self.text)]), FILE).expect("the file is in memory")
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match &mut open {
            None if line == "```trial" => open = Some(Block::default()),
            None if line == "```trial alone" => open = Some(Block { alone: true, ..Block::default() }),
            None => {}
            Some(_) if line.starts_with("```") => blocks.extend(open.take()),
            Some(Block { text: block, .. }) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

fn raises(compilation: &Compilation, code: &Code) -> bool {
    compilation.diagnostics.iter().any(|found| found.code == code)
}

fn shown(compilation: &Compilation) -> String {
    render(Format::Plain, Look::default(), &compilation.sources, &compilation.diagnostics)
}

/// The codes of filled forms.
const FILLED: char = 'Q';

/// The codes of other programs and of what a command was given: their pages show commands, which `tests/solver.rs` and
/// `tests/given.rs` run.
const SHOWN_BY_COMMANDS: [char; 2] = ['M', 'W'];

/// The protocol whose forms the examples fill in.
const CASEBOOK: &str = include_str!("support/casebook.trial");

/// What is wrong with the page of a code of filled forms: the example raises it alone, the repair nothing at all.
fn faults_of_record(code: &'static Code) -> Vec<String> {
    let blocks: Vec<&str> =
        code.page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [example, repair] = blocks.as_slice() else {
        return vec![format!("{} has {} blocks, not an example and its repair", code.id, blocks.len())];
    };
    let texts = Texts::new(&[(FILE, CASEBOOK)]);
    let trial = compile(&texts, FILE).expect("in memory").trial.expect("it compiles");
    let told = |record: &str| -> Vec<String> {
        let report = entries::validate(&trial, record, None);
        report.findings.iter().map(|found| format!("{} {}", found.code.id, found.message)).collect()
    };
    let (bad, good) = (told(example), told(repair));
    let is_alone = !bad.is_empty() && bad.iter().all(|found| found.starts_with(code.id));
    let mut faults = Vec::new();
    if !is_alone {
        faults.push(format!("{}: the example raises {bad:#?}", code.id));
    }
    if !good.is_empty() {
        faults.push(format!("{}: the repair raises {good:#?}", code.id));
    }
    faults
}

/// What is wrong with a page.
fn faults(code: &'static Code) -> Vec<String> {
    if code.id.starts_with(FILLED) {
        return faults_of_record(code);
    }
    let blocks = blocks(code.page);
    let [example, repair] = blocks.as_slice() else {
        return vec![format!("{} has {} blocks, not an example and its repair", code.id, blocks.len())];
    };
    let mut faults = Vec::new();
    let bad = example.compile();
    if !raises(&bad, code) {
        faults.push(format!("{}: the example does not raise it; it raises:\n{}", code.id, shown(&bad)));
    }
    if bad.diagnostics.iter().any(|found| found.is_error() && found.code != code) {
        faults.push(format!("{}: the example has other errors:\n{}", code.id, shown(&bad)));
    }
    let good = repair.compile();
    if raises(&good, code) {
        faults.push(format!("{}: the repair raises it still:\n{}", code.id, shown(&good)));
    }
    if good.has_errors() {
        faults.push(format!("{}: the repair has errors:\n{}", code.id, shown(&good)));
    }
    faults
}

#[test]
fn the_prelude_says_nothing() {
    let alone = compile_snippet("");
    assert!(alone.trial.is_some() && alone.diagnostics.is_empty(), "{}", shown(&alone));
}

#[test]
fn every_page_has_an_example_that_raises_its_code_and_a_repair_that_does_not() {
    // `tests/amend` compares the versions that a page of two versions shows, `tests/amendments.rs` carries out amendments.
    let of_two = |page: &str| page.contains("```trial old\n") || page.contains("```trial base\n");
    let is_alone = |code: &&&'static Code| !of_two(code.page) && !code.id.starts_with(SHOWN_BY_COMMANDS);
    let alone = codes::ALL.iter().filter(is_alone);
    let faults: Vec<String> = alone.flat_map(|code| faults(code)).collect();
    assert!(
        faults.is_empty(),
        "{} faults on {} pages:\n\n{}",
        faults.len(),
        codes::ALL.len(),
        faults.join("\n")
    );
}

#[test]
fn every_page_has_a_title_in_plain_words_and_says_why() {
    for code in codes::ALL {
        assert!(code.title().contains(' ') && !code.title().ends_with('.'), "{}: {}", code.id, code.title());
        let prose: String = code.page.split("```").next().unwrap_or("").lines().skip(1).collect();
        assert!(prose.split_whitespace().count() >= 8, "{} hardly says anything", code.id);
        assert!(code.page.contains("Write instead:"), "{} offers no repair", code.id);
    }
}
