//! Whatever is put into it, the program ends in bounded time with a clear error, and leaves nothing half-written.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use program::{Ended, command, run, run_with_input, wait};
use tempfile::TempDir;
use trialc::compile::compile;
use trialc::source::{LoadError, Loader};

const WHOLE: &str = include_str!("../src/cli/scaffold/trial.trial");

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        fs::write(folder.path().join(path), content).unwrap();
    }
    folder
}

/// Found something, and said so like a compiler, not like a crash.
fn finds(ended: &Ended, words: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains(words), "`{words}` is not in:\n{}", ended.err);
    assert!(!ended.err.contains("bug in trialc"), "{}", ended.err);
}

/// Could not do its work, and said why.
fn refuses(ended: &Ended, words: &str) {
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains(words), "`{words}` is not in:\n{}", ended.err);
    assert_eq!(ended.out, "");
}

fn check(text: &str) -> Ended {
    run_with_input(Path::new("."), &["check", "-"], text.as_bytes())
}

struct Only<'a>(&'a str);

impl Loader for Only<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "main.trial" {
            Ok(self.0.to_owned())
        } else {
            Err(LoadError::Missing { suggestion: None })
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_an_error_or_still_whole() {
    assert!(compile(&Only(WHOLE), "main.trial").unwrap().trial.is_some());
    let mut broken = 0;
    for end in (0..WHOLE.len()).step_by(41).filter(|end| WHOLE.is_char_boundary(*end)) {
        let compilation = compile(&Only(&WHOLE[..end]), "main.trial").unwrap();
        broken += usize::from(compilation.has_errors());
        assert_eq!(compilation.trial.is_none(), compilation.has_errors(), "cut at {end}");
    }
    assert!(broken > 50, "most cuts go through something: {broken}");
}

#[test]
fn binary_files_are_named_as_such() {
    let home = folder(&[
        ("image.trial", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("zero.trial", b"trial x\0\"X\" { }"),
        ("latin.trial", b"trial x \"caf\xe9\" { }"),
        ("wide.trial", b"\xff\xfet\0r\0i\0a\0l\0"),
    ]);
    finds(&run(home.path(), &["check", "image.trial"]), "not text");
    finds(&run(home.path(), &["check", "zero.trial"]), "zero byte");
    let latin = run(home.path(), &["check", "latin.trial", "--format", "plain"]);
    finds(&latin, "latin.trial:1:13: error[G16]");
    finds(&run(home.path(), &["check", "wide.trial"]), "UTF-16");
}

#[test]
fn an_empty_file_has_no_trial() {
    let ended = check("");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("error["), "{}", ended.err);
}

#[test]
fn ten_megabytes_of_one_letter() {
    let ended = check(&"a".repeat(10_000_000));
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.len() < 100_000, "the message does not repeat the file: {} bytes", ended.err.len());
}

#[test]
fn ten_megabytes_of_lines_that_are_no_items() {
    let ended = check(&"this is not the language\n".repeat(400_000));
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.len() < 1_000_000, "a terminal is not flooded: {} bytes", ended.err.len());
}

#[test]
fn a_hundred_thousand_parentheses() {
    let rule = |inside: &str| {
        format!("eligibility for randomization {{\n  include I1 \"x\": {inside}\n}}\nevent randomization\n")
    };
    let deep = format!("{}sex is female{}", "(".repeat(100_000), ")".repeat(100_000));
    finds(&check(&rule(&deep)), "error[");
    finds(&check(&rule(&"(".repeat(100_000))), "error[");
    finds(&check(&rule(&"not ".repeat(100_000))), "error[");
    finds(&check(&"epoch x { ".repeat(100_000)), "error[");
    finds(&check(&"}".repeat(100_000)), "error[");
}

#[test]
fn a_name_that_is_declared_twice_is_shown_at_both_places() {
    let text = WHOLE.replace("event withdrawal", "event consent \"Consent again\"\nevent withdrawal");
    let ended = check(&text);
    finds(&ended, "consent");
    assert!(ended.err.contains("Signing of informed consent"), "the first place is shown: {}", ended.err);
}

#[test]
fn events_that_wait_for_each_other() {
    let text = WHOLE.replace(
        "event withdrawal",
        "event first: 2 days after second\nevent second: 3 days after first\nevent withdrawal",
    );
    finds(&check(&text), "second");
}

#[test]
fn derived_values_that_need_each_other() {
    let text = format!("{WHOLE}\nderive one \"One\": two + weight\nderive two \"Two\": one + weight\n");
    finds(&check(&text), "two");
}

#[test]
fn files_that_use_each_other_are_each_read_once() {
    let home = folder(&[
        ("trial.trial", format!("use \"other.trial\"\n{WHOLE}").as_bytes()),
        ("other.trial", b"use \"trial.trial\"\nuse \"other.trial\"\nevent surgery \"Surgery\"\n"),
    ]);
    let ended = run(home.path(), &["check", "trial.trial"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

#[test]
fn a_used_file_that_is_not_there_is_shown_where_it_is_used() {
    let home = folder(&[
        ("trial.trial", format!("use \"lab.trial\"\n{WHOLE}").as_bytes()),
        ("labs.trial", b"event surgery \"Surgery\"\n"),
    ]);
    let ended = run(home.path(), &["check", "trial.trial", "--format", "plain"]);
    finds(&ended, "trial.trial:1:5: error[");
    assert!(ended.err.contains("did you mean `labs.trial`"), "{}", ended.err);
}

#[test]
fn paths_that_are_no_protocol() {
    let home = folder(&[("trial.trial", b"")]);
    fs::create_dir(home.path().join("empty")).unwrap();
    let path = home.path();
    refuses(&run(path, &["check", "trail.trial"]), "did you mean `trial.trial`");
    refuses(&run(path, &["check", "trial"]), "did you mean `trial.trial`");
    refuses(&run(path, &["check", "nothing/at/all.trial"]), "there is no such file");
    refuses(&run(path, &["check", "."]), "its protocol is `./trial.trial`");
    refuses(&run(path, &["check", "empty"]), "this is a folder, not a protocol file");
    refuses(&run(path, &["check", "trial.trial/x.trial"]), "not a folder");
    let large = fs::File::create(path.join("large.trial")).unwrap();
    large.set_len(64_000_001).unwrap();
    refuses(&run(path, &["check", "large.trial"]), "protocols of up to 64 MB are read");
}

#[test]
fn a_build_of_a_protocol_with_errors_touches_nothing() {
    let home = folder(&[("trial.trial", WHOLE.replace("kind", "").replace("sex", "se x").as_bytes())]);
    let broken = WHOLE.replace("in 7.0 to 10.0 %", "in 7.0 to 10.0 kg");
    fs::write(home.path().join("trial.trial"), broken).unwrap();
    finds(&run(home.path(), &["build", "trial.trial", "--out", "out"]), "nothing was built");
    assert!(!home.path().join("out").exists());

    fs::write(home.path().join("trial.trial"), WHOLE).unwrap();
    let good = run(home.path(), &["build", "trial.trial", "--out", "out"]);
    assert_eq!(good.code, Some(0), "{}", good.err);
    let before = listing(&home.path().join("out"));
    assert!(before.len() > 2 && before.iter().all(|(name, _)| !name.starts_with(".trialc")), "{before:?}");
    fs::write(home.path().join("trial.trial"), WHOLE.replace("in 7.0 to 10.0 %", "in 7.0 to 10.0 kg"))
        .unwrap();
    finds(&run(home.path(), &["build", "trial.trial", "--out", "out"]), "nothing was built");
    assert_eq!(listing(&home.path().join("out")), before, "the outputs of the last good protocol stay");
}

/// Names and contents of a folder's files.
fn listing(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(
                listing(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        } else {
            found.push((name, fs::read(entry.path()).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn an_output_folder_that_cannot_be_had() {
    let home = folder(&[("trial.trial", WHOLE.as_bytes()), ("taken", b"mine")]);
    let build = |out: &str| run(home.path(), &["build", "trial.trial", "--out", out]);
    let taken = build("taken");
    assert_eq!(taken.code, Some(2));
    assert!(taken.err.contains("`taken` is a file; outputs go to a folder"), "{}", taken.err);
    let below = build("taken/out");
    assert_eq!(below.code, Some(2));
    assert!(below.err.contains("cannot write `taken/out`"), "{}", below.err);
    assert_eq!(fs::read(home.path().join("taken")).unwrap(), b"mine");
    assert_eq!(listing(home.path()).len(), 2, "nothing else appeared");
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_that_takes_no_files() {
    let home = folder(&[("trial.trial", WHOLE.as_bytes())]);
    let ended = run(home.path(), &["build", "trial.trial", "--out", "/proc/out"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("cannot write `/proc/out`"), "{}", ended.err);
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let home = folder(&[("trial.trial", "nonsense\n".repeat(20_000).as_bytes())]);
    for arguments in [&["check", "trial.trial", "--format", "json"][..], &["explain", "--all"], &["--help"]] {
        let mut child = command(home.path(), arguments).spawn().unwrap();
        drop(child.stdout.take());
        let ended = wait(child);
        assert!(!ended.err.contains("panic") && !ended.err.contains("bug"), "{arguments:?}: {}", ended.err);
        assert!(matches!(ended.code, Some(0 | 1)), "{arguments:?}: {:?}", ended.code);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_standard_output_is_said() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = command(Path::new("."), &["explain", "--all"]).stdout(Stdio::from(full)).spawn().unwrap();
    let ended = wait(child);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("cannot write to standard output"), "{}", ended.err);
}

/// Started by the test below in a process of its own.
#[test]
#[ignore = "it panics, as it should"]
fn panics_on_purpose() {
    trialc::cli::install_panic_hook();
    panic!("for the sake of the test");
}

#[test]
fn a_bug_says_that_it_is_one() {
    let itself = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(itself);
    command.args(["--exact", "panics_on_purpose", "--ignored", "--nocapture"]);
    let ended = wait(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert!(ended.err.contains("This is a bug in trialc"), "{}", ended.err);
    assert!(ended.err.contains("for the sake of the test (tests/bad_input.rs:"), "{}", ended.err);
}
