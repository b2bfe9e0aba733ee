//! Protocols whose rules the worksheet is tried with: the studies, the cases of tests/suite, and one that uses what those lack.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use trialc::compile::compile;
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

struct Disk;

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        fs::read_to_string(path).map_err(|_| LoadError::Missing { suggestion: None })
    }
}

struct Texts(BTreeMap<String, String>);

impl Loader for Texts {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing { suggestion: None })
    }
}

/// The trial in a text of one file; `None` where it has errors.
pub fn trial_of(text: &str) -> Option<Trial> {
    let texts = Texts(BTreeMap::from([("trial.trial".to_owned(), text.to_owned())]));
    compile(&texts, "trial.trial").expect("the file is there").trial
}

/// A study under `protocols/`.
pub fn study(name: &str) -> Trial {
    let compilation =
        compile(&Disk, &format!("protocols/{name}/trial.trial")).expect("the protocol is there");
    compilation.trial.unwrap_or_else(|| panic!("{name} has errors"))
}

/// A protocol that uses what the others lack.
pub fn everything() -> Trial {
    trial_of(include_str!("everything.trial")).expect("everything.trial compiles")
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

/// The trials of tests/suite that compile and decide something.
pub fn suite() -> Vec<Trial> {
    let mut files = Vec::new();
    pages(Path::new("tests/suite"), &mut files);
    let texts = files.iter().flat_map(|path| blocks(&fs::read_to_string(path).expect("a page")));
    texts.filter_map(|text| trial_of(&text)).filter(|trial| !trial.decisions.is_empty()).collect()
}

/// The ```trial blocks of a page that are main files.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if line == "```trial" => open = Some(String::new()),
            Some(_) if line.starts_with("```") => blocks.extend(open.take()),
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks
}
