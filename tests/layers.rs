//! The rooms of the compiler and the arrows between them, as ARCHITECTURE.md draws them: what a room may use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms that it may use. From the ground up: each uses only what stands above it in this list,
/// so there are no cycles; [`the_arrows_have_no_cycle`] holds the table to that.
const ARROWS: &[(&str, &[&str])] = &[
    // The ground: values that everyone speaks of.
    ("number", &[]),
    ("tabular", &[]),
    ("json", &[]),
    ("source", &[]),
    ("diagnostics", &["source"]),
    ("units", &["number"]),
    // The typed trial.
    ("model", &["number", "source", "units"]),
    ("time", &["model"]),
    // A model in plain English.
    ("wording", &["model", "number"]),
    // What asks for the data, whichever carrier takes it.
    ("casebook", &["model", "number", "units"]),
    // What makes a model of a text.
    ("ast", &["number", "source"]),
    ("library", &[]),
    ("syntax", &["ast", "diagnostics", "number", "source", "units"]),
    ("format", &["ast", "diagnostics", "source", "syntax"]),
    ("resolve", &["ast", "diagnostics", "library", "source", "syntax"]),
    ("forms", &["diagnostics", "model", "number", "source", "time", "units"]),
    ("lower", &["ast", "diagnostics", "model", "number", "resolve", "source", "time", "units"]),
    // What is made of a model: none of these knows the language's text.
    ("eligibility", &["diagnostics", "model", "number", "time", "units"]),
    ("logic", &["eligibility", "model", "number", "time", "units"]),
    ("check", &["diagnostics", "library", "logic", "model", "number", "source", "time", "units"]),
    ("intake", &["eligibility", "model", "number", "time"]),
    ("omop", &["eligibility", "model"]),
    (
        "population",
        &["diagnostics", "eligibility", "intake", "model", "number", "omop", "tabular", "time", "units"],
    ),
    ("calendar", &["diagnostics", "json", "model", "source", "tabular", "time"]),
    (
        "entries",
        &[
            "calendar",
            "casebook",
            "diagnostics",
            "eligibility",
            "json",
            "model",
            "number",
            "source",
            "time",
            "wording",
        ],
    ),
    // What differs between two models, as others would say it of one.
    (
        "amend",
        &[
            "calendar",
            "diagnostics",
            "eligibility",
            "logic",
            "model",
            "number",
            "source",
            "tabular",
            "time",
            "wording",
        ],
    ),
    (
        "emit",
        &[
            "amend",
            "casebook",
            "eligibility",
            "forms",
            "logic",
            "model",
            "number",
            "omop",
            "population",
            "tabular",
            "time",
            "units",
            "wording",
        ],
    ),
    // The whole way, and the program.
    (
        "compile",
        &[
            "amend",
            "ast",
            "check",
            "diagnostics",
            "eligibility",
            "forms",
            "lower",
            "model",
            "resolve",
            "source",
            "syntax",
        ],
    ),
    ("lookup", &["compile", "diagnostics", "library", "model", "number", "source", "units"]),
    (
        "cli",
        &[
            "amend",
            "calendar",
            "check",
            "compile",
            "diagnostics",
            "eligibility",
            "emit",
            "entries",
            "format",
            "intake",
            "library",
            "logic",
            "lookup",
            "model",
            "omop",
            "population",
            "source",
        ],
    ),
];

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_under(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Rooms that a text names by `crate::room` or `crate::{room, …}`, outside comments and unit tests.
fn uses(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let mut depth = 1;
        let mut begins = true;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' => begins = true,
                c if depth == 1 && begins && !c.is_whitespace() => {
                    found.insert(word(&list[at..]));
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    // Macros and types at the root of the crate have no room.
    found.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    found
}

#[test]
fn the_reader_of_uses_finds_each_form_and_no_comment() {
    let text = "use crate::{ast::{Item, value}, model};\n// crate::emit\nfn f() { crate::units::read() } // crate::cli\n\
                #[cfg(test)]\nmod tests { use crate::lower; }\n";
    assert_eq!(uses(text).into_iter().collect::<Vec<_>>(), ["ast", "model", "units"]);
}

#[test]
fn every_room_uses_only_what_it_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    files_under(&src, &mut files);
    assert!(files.len() > 50, "the source is there");
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let is_test =
            inside.iter().any(|part| ["tests", "tests.rs", "testing.rs"].iter().any(|name| part == *name));
        let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        if is_test || ["lib", "main"].contains(&room) {
            continue;
        }
        let Some(may) = allowed.get(room) else {
            wrong.push(format!("src/{room} is a room without a line in this test's table"));
            continue;
        };
        for used in uses(&fs::read_to_string(&file).unwrap()) {
            if used != room && !may.contains(&used.as_str()) {
                wrong.push(format!("src/{}: {room} must not use {used}", inside.display()));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_arrows_have_no_cycle() {
    let order: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    for (room, may) in ARROWS {
        for used in *may {
            let place = |name: &str| order.iter().position(|room| *room == name);
            assert!(
                place(used) < place(room) && place(used).is_some(),
                "{room} uses {used}, which must stand before it"
            );
        }
    }
}

/// Crates of the sections of Cargo.toml that name dependencies.
fn crates_of(manifest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside) {
            found.insert(name.trim().to_owned());
        }
    }
    found
}

#[test]
fn every_dependency_has_its_reason_and_every_reason_its_dependency() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wanted = crates_of(&fs::read_to_string(root.join("Cargo.toml")).unwrap());
    let page = fs::read_to_string(root.join("docs/dependencies.md")).unwrap();
    let mut reasons = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| crate |")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert!(reasons.insert(cells[1].to_owned(), cells[2]).is_none(), "{} has two lines", cells[1]);
    }
    let given: BTreeSet<String> = reasons.keys().cloned().collect();
    assert!(wanted.contains("pest"), "the manifest was read");
    assert_eq!(wanted, given, "Cargo.toml and docs/dependencies.md name the same crates");
    assert!(reasons.values().all(|reason| reason.len() > 3), "every line says why");
}
