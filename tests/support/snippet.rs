//! Compiles the short texts of pages and documents: each stands behind a prelude, and a name that the text declares
//! itself replaces the prelude's.

use std::collections::{BTreeMap, BTreeSet};

use trialc::compile::{Compilation, compile};
use trialc::source::{LoadError, Loader};

/// The file that holds the text of the snippet.
pub const FILE: &str = "snippet.trial";

const PRELUDE: &str = include_str!("prelude.trial");

/// Keywords after which a name is declared.
const DECLARING: &[&str] = &[
    "trial",
    "site",
    "event",
    "condition",
    "drug",
    "drug_class",
    "procedure",
    "person",
    "measure",
    "score",
    "derive",
    "define",
    "intervention",
    "background",
    "regimen",
    "arm",
    "sequence",
    "visit",
    "epoch",
    "clock",
    "cycle",
];

/// Files in memory.
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    pub fn new(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }
}

impl Loader for Texts {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

/// The snippet with what the prelude declares beside it.
pub fn compile_snippet(text: &str) -> Compilation {
    let main = format!("use \"prelude.trial\"\nuse \"{FILE}\"\n");
    let texts = Texts::new(&[("main.trial", &main), ("prelude.trial", &prelude_for(text)), (FILE, text)]);
    compile(&texts, "main.trial").expect("the main file is in memory")
}

/// The prelude without what the text declares itself.
pub fn prelude_for(text: &str) -> String {
    let declared = declared(text);
    let mut kept = String::new();
    for item in items(PRELUDE) {
        let own = self::declared(item);
        if own.iter().all(|name| !declared.contains(name)) {
            kept.push_str(item);
        }
    }
    kept
}

/// The items of a text in which each begins at the left margin.
fn items(text: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(text.len());
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// Names that a text declares, also a broken text; what there can be one of only is named by its keyword.
fn declared(text: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    for line in text.lines() {
        for (index, part) in line.split('"').enumerate() {
            let part = if index % 2 == 1 { " " } else { part };
            let (code, comment) = part.split_once("//").map_or((part, false), |(code, _)| (code, true));
            plain.push_str(code);
            if comment {
                break;
            }
        }
        plain.push('\n');
    }
    let words: Vec<&str> =
        plain.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    let mut names = BTreeSet::new();
    for pair in words.windows(2) {
        if pair[0] == "trial" {
            names.insert("trial".to_owned());
        } else if pair[0] == "randomize" {
            names.insert("randomize".to_owned());
        } else if DECLARING.contains(&pair[0]) {
            names.insert(pair[1].to_owned());
        }
    }
    if plain.lines().any(|line| line.trim_start().starts_with("schedule")) {
        names.insert("schedule".to_owned());
    }
    names
}

#[test]
fn the_prelude_gives_way_to_what_a_text_declares() {
    let whole = prelude_for("eligibility for randomization { }");
    assert!(whole.contains("event infusion") && whole.contains("arm a") && whole.contains("schedule {"));
    let own = prelude_for("event infusion \"event consent\" // event withdrawal\nschedule {\n}\n");
    assert!(!own.contains("event infusion") && !own.contains("schedule {"));
    assert!(
        own.contains("event consent") && own.contains("event withdrawal"),
        "words in texts declare nothing"
    );
    assert!(!prelude_for("randomize main at randomization { arm x \"X\": other }").contains("arm a"));
}
