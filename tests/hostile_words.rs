//! Words of a protocol or a record that other programs could take for commands: in every output they stay words.
//!
//! Every target of `emit::TARGETS` is built, so that a new one is held to this too.

use std::fs;
use std::path::Path;

use trialc::compile::compile;
use trialc::eligibility::{
    EligibilityDocument, Screener, read_records, render_summary_text, render_verdict_text,
};
use trialc::emit::{Artifact, TARGETS, build, screening};
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

/// A formula, the end of a script and a new one, an element, ends of a comment and of a CDATA section, quotes.
const WORDS: &str = "=HYPERLINK('//a.example')</script><script>hostile()</script><img src=x onerror=hostile()>]]>-->*/ -- '; &amp; ${x}";

struct Text(String);

impl Loader for Text {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        (path == "trial.trial").then(|| self.0.clone()).ok_or(LoadError::Missing { suggestion: None })
    }
}

fn first_trial() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols/nct01719640/trial.trial");
    fs::read_to_string(path).expect("the first trial")
}

/// The same protocol with hostile words before each of its quoted texts.
fn hostile(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let code = line.find("//").filter(|at| !line[..*at].contains('"')).map_or(line, |at| &line[..at]);
        let mut is_inside = false;
        for letter in code.chars() {
            out.push(letter);
            if letter == '"' {
                is_inside = !is_inside;
                if is_inside {
                    out.push_str(WORDS);
                }
            }
        }
        out.push('\n');
    }
    out
}

fn compiled() -> Trial {
    let compilation = compile(&Text(hostile(&first_trial())), "trial.trial").expect("it can be read");
    let error = compilation.diagnostics.iter().find(|one| one.is_error());
    assert!(error.is_none(), "{error:?}");
    compilation.trial.expect("it compiles")
}

fn text(artifact: &Artifact) -> &str {
    std::str::from_utf8(&artifact.content).unwrap_or_else(|_| panic!("{} is text", artifact.path))
}

/// What a reader of HTML would run: an element of ours is never called so.
fn is_harmless_html(page: &str) -> Result<(), String> {
    for sign in ["<script>hostile", "<img src=x", "</script><script>hostile"] {
        if let Some(at) = page.find(sign) {
            let from = page[..at].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
            return Err(page[from..at + sign.len()].to_owned());
        }
    }
    Ok(())
}

#[test]
fn words_do_not_become_elements_formulas_or_ends_of_strings_in_any_output() {
    let trial = compiled();
    let targets: Vec<_> = TARGETS.iter().collect();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    let mut has_words = 0;
    for artifact in build(&targets, &trial) {
        let ending = artifact.path.rsplit_once('.').map_or("", |(_, ending)| ending).to_owned();
        *seen.entry(ending.clone()).or_default() += 1;
        if ending == "xlsx" {
            continue;
        }
        let content = text(&artifact);
        has_words += usize::from(content.contains("HYPERLINK"));
        match ending.as_str() {
            "html" => is_harmless_html(content).unwrap_or_else(|found| panic!("{}: {found}", artifact.path)),
            "svg" | "xml" => {
                let mut reader = quick_xml::Reader::from_str(content);
                loop {
                    match reader.read_event() {
                        Ok(quick_xml::events::Event::Eof) => break,
                        Ok(
                            quick_xml::events::Event::Start(element)
                            | quick_xml::events::Event::Empty(element),
                        ) => {
                            let name = String::from_utf8_lossy(element.name().as_ref()).into_owned();
                            assert!(name != "img" && name != "script", "{}: <{name}>", artifact.path);
                        }
                        Ok(_) => {}
                        Err(error) => panic!("{}: {error}", artifact.path),
                    }
                }
            }
            "json" => {
                serde_json::from_str::<serde_json::Value>(content)
                    .unwrap_or_else(|error| panic!("{}: {error}", artifact.path));
            }
            "csv" => {
                let mut rows = csv::ReaderBuilder::new()
                    .flexible(true)
                    .has_headers(false)
                    .from_reader(content.as_bytes());
                for row in rows.records() {
                    let row = row.expect("a row");
                    let formula = row.iter().find(|cell| cell.starts_with(['=', '+', '@']));
                    assert!(formula.is_none(), "{}: {formula:?}", artifact.path);
                }
            }
            _ => {}
        }
    }
    assert!(has_words > 10, "the words are in {has_words} outputs");
    for ending in ["html", "svg", "json", "csv", "md"] {
        assert!(seen.contains_key(ending), "no .{ending} was built: {seen:?}");
    }
}

#[test]
fn the_test_would_see_an_element() {
    assert!(is_harmless_html(&format!("<p>{WORDS}</p>")).is_err());
    assert!(is_harmless_html("<p>&lt;script&gt;hostile()</p>").is_ok());
}

/// Ids, sources and units of a record come from other systems too.
#[test]
fn words_of_a_record_stay_words_on_the_page_and_in_the_terminal() {
    let trial = compiled();
    let document = EligibilityDocument::of(&trial);
    let words = format!("{WORDS}\u{1b}[2J\u{202e}\nP-18: eligible");
    let record = serde_json::json!({
        "person": {"id": words, "born": "1970-03-02"},
        "events": [{"name": "randomization", "on": "2020-06-01", "source": words}],
        "measurements": [
            {"measure": "hba1c", "value": 8, "unit": words, "on": "2020-05-25", "source": words},
            {"measure": "hba1c", "value": words, "unit": "%", "on": "2020-05-26"},
            {"measure": words, "value": 8, "unit": "%", "on": "2020-05-25"},
        ],
        "findings": [{"name": words, "on": "2010"}, {"code": format!("snomed:{words}"), "text": words, "on": "2010"}],
    });
    let records = read_records(&record.to_string()).expect("a record");
    let verdict = Screener::of(&document).screen(&records[0], None);
    let page = screening::page(&document, std::slice::from_ref(&verdict), 10);
    is_harmless_html(&page).unwrap_or_else(|found| panic!("{found}"));
    assert!(page.contains("HYPERLINK"), "the words are on the page");
    let said = render_verdict_text(&verdict);
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "no control character reaches a terminal:\n{said}");
    assert!(!said.lines().any(|line| line.starts_with("P-18")), "an id does not begin a line:\n{said}");
    let people: Vec<_> = std::iter::repeat_n(verdict, 3).collect();
    let summary = render_summary_text(&people);
    assert!(
        !summary.contains('\u{1b}') && !summary.lines().any(|line| line.starts_with("P-18")),
        "{summary}"
    );
}
