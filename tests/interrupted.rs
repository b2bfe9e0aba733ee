//! Ctrl-C while something is written: the old files stay as they were, and nothing half-written is left.
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};

use program::{Ended, command, run, wait};

const OLD: &str = "what was here before\n";

/// Everything in a folder, with its content.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap_or_default())
        })
        .collect()
}

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Whether something stands aside in the folder.
fn is_writing(out: &Path) -> bool {
    let entries = fs::read_dir(out).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".trialc-"))
}

/// Stops the program while something stands aside in the folder, and interrupts it there; how it ended by itself where it was faster.
fn caught(folder: &Path, arguments: &[&str], out: &Path, with: &str) -> Result<Ended, Ended> {
    let mut child = command(folder, arguments).spawn().unwrap();
    loop {
        if is_writing(out) {
            signal(&child, "-STOP");
            // It may have been done just before it stood still.
            if is_writing(out) {
                break;
            }
            signal(&child, "-CONT");
        }
        if child.try_wait().unwrap().is_some() {
            return Err(wait(child));
        }
    }
    signal(&child, with);
    signal(&child, "-CONT");
    Ok(wait(child))
}

/// As [`caught`], of a program that has much to write.
fn interrupted(folder: &Path, arguments: &[&str], out: &Path, with: &str) -> Ended {
    caught(folder, arguments, out, with).expect("it is caught while it writes")
}

/// Many people, of whom all is recorded that is needed to write a line about each.
fn people(home: &Path) {
    let mut person = String::from("person_id,gender_concept_id,year_of_birth\n");
    for id in 0..60_000 {
        writeln!(person, "{id},{},{}", [8507, 8532][id % 2], 1930 + id % 80).unwrap();
    }
    fs::create_dir(home.join("data")).unwrap();
    fs::write(home.join("data/person.csv"), person).unwrap();
}

const SCREEN: [&str; 7] = ["screen", "s/trial.trial", "--data", "data", "--statuses", "--out", "out"];

#[test]
fn results_of_many_people_leave_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &["new", "s"]);
    people(home.path());
    let out = home.path().join("out");
    for with in ["-INT", "-TERM"] {
        let ended = interrupted(home.path(), &SCREEN, &out, with);
        assert_eq!((ended.code, ended.out.as_str()), (Some(130), ""), "{with}: {}", ended.err);
        assert!(!out.exists(), "{with}: {:?}", content(&out).keys());
    }
    fs::create_dir(&out).unwrap();
    fs::write(out.join("verdicts.csv"), OLD).unwrap();
    let before = content(&out);
    assert_eq!(interrupted(home.path(), &SCREEN, &out, "-INT").code, Some(130));
    assert_eq!(content(&out), before);
    // The near miss: left alone, the same command replaces the old file.
    let left_alone = run(home.path(), &SCREEN);
    assert_eq!(left_alone.code, Some(0), "{}", left_alone.err);
    assert_ne!(content(&out)["verdicts.csv"], OLD.as_bytes());
    assert!(!content(&out).keys().any(|name| name.starts_with(".trialc-")));
}

#[test]
fn many_files_of_one_folder_come_together_or_not_at_all() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().unwrap();
    let mut table = String::from("site,participant,event,date\n");
    for id in 0..3_000 {
        writeln!(table, "01,{id:04},consent,2026-07-01\n01,{id:04},randomization,2026-07-15").unwrap();
    }
    fs::write(home.path().join("dates.csv"), table).unwrap();
    let trial = root.join("protocols/crossover/trial.trial").display().to_string();
    let arguments = ["calendar", &trial, "dates.csv", "--format", "ics", "--out", "out/deep"];
    let out = home.path().join("out/deep");
    let ended = interrupted(home.path(), &arguments, &out, "-INT");
    assert_eq!((ended.code, ended.out.as_str()), (Some(130), ""), "{}", ended.err);
    assert!(!home.path().join("out").exists(), "the folders that were made are gone again");
    let left_alone = run(home.path(), &arguments);
    assert_eq!(left_alone.code, Some(0), "{}", left_alone.err);
    assert_eq!(content(&out).len(), 3_000);
}

/// Every file below a folder, by its path.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for (name, bytes) in content(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            found.extend(tree(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, bytes);
        }
    }
    found
}

#[test]
fn what_is_built_is_all_old_or_all_new_whenever_it_is_interrupted() {
    const MOMENTS: u32 = 12;
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &["new", "s"]);
    let arguments = ["build", "s/trial.trial", "--out", "out"];
    let out = home.path().join("out");
    let begin = std::time::Instant::now();
    let left_alone = run(home.path(), &arguments);
    let whole = begin.elapsed();
    assert_eq!(left_alone.code, Some(0), "{}", left_alone.err);
    let new = tree(&out);
    assert!(new.len() > 10, "{:?}", new.keys());
    let old: BTreeMap<String, Vec<u8>> =
        new.keys().map(|name| (name.clone(), OLD.as_bytes().to_vec())).collect();
    let as_before = || old.iter().for_each(|(name, bytes)| fs::write(out.join(name), bytes).unwrap());
    for moment in 0..=MOMENTS {
        as_before();
        let child = command(home.path(), &arguments).spawn().unwrap();
        std::thread::sleep(whole * moment / MOMENTS);
        signal(&child, "-INT");
        let ended = wait(child);
        let is = tree(&out);
        assert!(is == old || is == new, "after {moment} of {MOMENTS}: {:?} {}", is.keys(), ended.err);
        // Before anything is written nobody listens for the interruption, and the program ends as any other.
        assert!(matches!(ended.code, Some(0 | 130) | None), "{:?}: {}", ended.code, ended.err);
    }
    // It writes for a moment only: it may be done before anybody looks, or be caught while all is put in its place, and is tried again.
    const TRIES: usize = 300;
    let is_caught = (0..TRIES).any(|_| {
        as_before();
        let ended = caught(home.path(), &arguments, &out, "-INT");
        let is = tree(&out);
        assert!(is == old || is == new, "{:?}", is.keys());
        is == old && ended.is_ok_and(|ended| ended.code == Some(130))
    });
    assert!(is_caught, "no build was interrupted while it wrote");
    // A folder that was made for the outputs goes with them.
    let mut child = command(home.path(), &["build", "s/trial.trial", "--out", "made/deep"]).spawn().unwrap();
    while !home.path().join("made/deep").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it wrote anything");
    }
    signal(&child, "-INT");
    let ended = wait(child);
    let made = home.path().join("made");
    assert!(!made.exists() || tree(&made.join("deep")) == new, "{:?} {:?}", ended.code, tree(&made).keys());
}
