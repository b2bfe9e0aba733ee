//! `trialc test` compares the outputs of a protocol with those that somebody accepted.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::run;

const STUDY: &str = include_str!("../protocols/oncology/trial.trial");

fn study() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("trial.trial"), STUDY).unwrap();
    home
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn without_accepted_outputs_only_the_examples_are_run() {
    let home = study();
    let ended = run(home.path(), &["test", "trial.trial"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.ends_with("trial.trial: 8 expectations, 0 failed\n"), "{}", ended.out);
    assert!(!home.path().join("accepted").exists());
}

#[test]
fn what_was_accepted_stays_as_it_is_until_it_is_accepted_anew() {
    let home = study();
    let accept = ["test", "trial.trial", "--accept", "--emit", "schedule"];
    assert_eq!(run(home.path(), &accept).code, Some(0));
    let folder = home.path().join("accepted/trial");
    let named = files(&folder);
    for wanted in ["manifest.json", "protocol.trial", "soa.csv", "soa.xlsx"] {
        assert!(named.iter().any(|name| name == wanted), "{named:?}");
    }
    let same = run(home.path(), &["test", "trial.trial"]);
    assert_eq!(same.code, Some(0));
    assert!(same.out.contains("outputs, as accepted"), "{}", same.out);

    // One window is tightened.
    assert!(STUDY.contains("±3 days"));
    fs::write(home.path().join("trial.trial"), STUDY.replace("±3 days", "±2 days")).unwrap();
    let before = fs::read(folder.join("soa.csv")).unwrap();
    let differs = run(home.path(), &["test", "trial.trial"]);
    assert_eq!(differs.code, Some(1));
    assert!(differs.out.contains("changed soa.csv"), "{}", differs.out);
    assert!(differs.out.contains("-        \"text\": \"day 1 ±3 days\""), "{}", differs.out);
    assert_eq!(fs::read(folder.join("soa.csv")).unwrap(), before, "comparing writes nothing");

    let taken = run(home.path(), &["test", "trial.trial", "--accept"]);
    assert_eq!(taken.code, Some(0), "{}", taken.err);
    assert!(taken.out.contains("changed soa.csv"), "what is taken is shown: {}", taken.out);
    assert_eq!(run(home.path(), &["test", "trial.trial"]).code, Some(0));
    assert_eq!(files(&folder), named, "the targets that were accepted before");
}

#[test]
fn an_output_that_is_built_no_longer_is_gone_and_others_are_left_alone() {
    let home = study();
    run(home.path(), &["test", "trial.trial", "--accept", "--emit", "schedule,eligibility"]);
    let folder = home.path().join("accepted/trial");
    fs::write(folder.join("note.txt"), "mine").unwrap();
    let fewer = run(home.path(), &["test", "trial.trial", "--accept", "--emit", "eligibility"]);
    assert!(fewer.out.contains("gone    soa.csv"), "{}", fewer.out);
    assert_eq!(
        files(&folder),
        ["eligibility.json", "eligibility.md", "manifest.json", "note.txt", "protocol.trial"]
    );
}

#[test]
fn an_accepted_file_that_was_lost_is_missed() {
    let home = study();
    run(home.path(), &["test", "trial.trial", "--accept", "--emit", "eligibility"]);
    fs::remove_file(home.path().join("accepted/trial/eligibility.md")).unwrap();
    let ended = run(home.path(), &["test", "trial.trial"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("new     eligibility.md"), "{}", ended.out);
}

#[test]
fn an_accepted_protocol_compiles_to_the_same_outputs() {
    let home = study();
    run(home.path(), &["test", "trial.trial", "--accept", "--emit", "schedule"]);
    let folder = home.path().join("accepted/trial");
    let again = run(&folder, &["build", "protocol.trial", "--emit", "schedule", "--out", "again"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    for name in files(&folder.join("again")) {
        assert_eq!(
            fs::read(folder.join(&name)).unwrap(),
            fs::read(folder.join("again").join(&name)).unwrap()
        );
    }
}

#[test]
fn damaged_manifests_and_wrong_options_are_told() {
    let home = study();
    let folder = home.path().join("accepted/trial");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("manifest.json"), "{").unwrap();
    let damaged = run(home.path(), &["test", "trial.trial"]);
    assert_eq!(damaged.code, Some(2));
    assert!(damaged.err.contains("cannot read `accepted/trial/manifest.json`"), "{}", damaged.err);
    fs::write(folder.join("manifest.json"), r#"{"targets": [], "files": ["../../trial.trial"]}"#).unwrap();
    let outside = run(home.path(), &["test", "trial.trial", "--accept"]);
    assert_eq!(outside.code, Some(2));
    assert!(outside.err.contains("no file of this folder"), "{}", outside.err);
    assert!(home.path().join("trial.trial").exists());
    let two = run(home.path(), &["test", "trial.trial", "trial.trial", "--accepted", "x"]);
    assert_eq!(two.code, Some(2));
    let sql =
        run(home.path(), &["test", "trial.trial", "--accept", "--emit", "sql:duckdb", "--accepted", "y"]);
    assert_eq!(sql.code, Some(2));
    assert!(sql.err.contains("depends on options"), "{}", sql.err);
}

#[test]
fn only_the_protocol_can_be_kept() {
    let home = study();
    run(home.path(), &["test", "trial.trial", "--accept", "--emit", "none"]);
    assert_eq!(files(&home.path().join("accepted/trial")), ["manifest.json", "protocol.trial"]);
    assert_eq!(run(home.path(), &["test", "trial.trial"]).code, Some(0));
    let text = STUDY.replace("±3 days", "±2 days");
    fs::write(home.path().join("trial.trial"), text).unwrap();
    let differs = run(home.path(), &["test", "trial.trial"]);
    assert_eq!(differs.code, Some(1));
    let meaning = differs.out.find("the window is tightened").expect("what changed in meaning");
    let lines = differs.out.find("changed protocol.trial").expect("what changed in the text");
    assert!(meaning < lines, "meaning first: {}", differs.out);
}
