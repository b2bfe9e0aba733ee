//! The command line as its users see it: every transcript under `tests/cli` is run and compared.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{command, run, run_with_input};

#[test]
fn transcripts() {
    trycmd::TestCases::new().case("tests/cli/*.md").env("NO_COLOR", "1");
}

#[test]
fn a_new_study_compiles_without_a_word_and_keeps_its_promises() {
    let home = tempfile::tempdir().unwrap();
    let made = run(home.path(), &["new", "heart-and-kidney"]);
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));
    let study = home.path().join("heart-and-kidney");
    // Every command of its README, as it stands there.
    let readme = fs::read_to_string(study.join("README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("    trialc ")).collect();
    assert!(commands.len() >= 5, "{readme}");
    for line in commands {
        let ended = run(&study, &line.split(' ').collect::<Vec<_>>());
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{line}\n{}", ended.out);
    }
    let again = run(home.path(), &["new", "heart-and-kidney"]);
    assert_eq!(again.code, Some(2));
    assert!(again.err.contains("is not empty"), "{}", again.err);
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &["new", "s"]);
    let path = home.path().join("s/trial.trial");
    let text = fs::read_to_string(&path).unwrap();
    // An allocation that no stratum of can be known: a warning.
    fs::write(&path, text.replace("enrollment: 60 planned", "enrollment: 61 planned")).unwrap();
    let mild = run(home.path(), &["check", "s/trial.trial"]);
    assert_eq!(mild.code, Some(0), "{}", mild.err);
    assert!(mild.out.contains("0 errors, 1 warning, 0 notes"), "{}", mild.out);
    assert_eq!(run(home.path(), &["check", "s/trial.trial", "--deny", "warnings"]).code, Some(1));
    let build = run(home.path(), &["build", "s/trial.trial", "--out", "out", "--deny", "warnings"]);
    assert_eq!(build.code, Some(1));
    assert!(!home.path().join("out").exists(), "a denied build writes nothing");
}

#[test]
fn machines_have_standard_output_for_themselves() {
    let home = tempfile::tempdir().unwrap();
    let text = b"trial x \"X\" { nonsense: 1 }\n";
    for format in ["json", "sarif"] {
        let ended = run_with_input(home.path(), &["check", "-", "--format", format], text);
        assert_eq!(ended.code, Some(1));
        let parsed: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        assert!(parsed.is_array() || parsed["version"] == "2.1.0");
        assert!(ended.err.contains("error"), "the sum is told on standard error: {}", ended.err);
    }
    let human = run_with_input(home.path(), &["check", "-"], text);
    assert!(!human.out.contains("nonsense") && human.err.contains("nonsense"), "{human:?}");
}

#[test]
fn color_follows_the_flag_and_never_a_file() {
    let text = b"trial x \"X\" { nonsense: 1 }\n";
    let here = Path::new(".");
    assert!(!run_with_input(here, &["check", "-"], text).err.contains('\u{1b}'));
    assert!(run_with_input(here, &["check", "-", "--color", "always"], text).err.contains('\u{1b}'));
    assert!(!run_with_input(here, &["check", "-", "--color", "never"], text).err.contains('\u{1b}'));
    let page = run(here, &["explain", "G01", "--color", "always"]);
    assert!(page.out.contains('\u{1b}'));
}

#[test]
fn building_twice_gives_the_same_bytes_and_touches_nothing() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &["new", "s"]);
    let first = run(home.path(), &["build", "s/trial.trial", "--out", "out"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(first.out.contains("wrote     out/"), "{}", first.out);
    let second = run(home.path(), &["build", "s/trial.trial", "--out", "out"]);
    assert!(second.out.contains("unchanged out/") && !second.out.contains("wrote"), "{}", second.out);
}

#[test]
fn every_target_that_is_offered_builds_something() {
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &["new", "s"]);
    for target in trialc::emit::TARGETS {
        let built = run(home.path(), &["build", "s/trial.trial", "--out", "out", "--emit", target.name]);
        assert_eq!(built.code, Some(0), "{}: {}", target.name, built.err);
        assert!(built.out.contains("out/"), "{} wrote nothing", target.name);
    }
    let unknown = run(home.path(), &["build", "s/trial.trial", "--out", "out", "--emit", "shedule"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("did you mean `schedule`"), "{}", unknown.err);
}

#[test]
fn watching_checks_again_when_the_file_changes() {
    use std::io::{BufRead, BufReader};
    let home = tempfile::tempdir().unwrap();
    run(home.path(), &["new", "s"]);
    let path = home.path().join("s/trial.trial");
    let text = fs::read_to_string(&path).unwrap();
    let mut child = command(home.path(), &["check", "s/trial.trial", "--watch"]).spawn().unwrap();
    let mut sums = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut waits = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut next_sum = || sums.find(|line| line.contains("warning")).unwrap();
    assert!(next_sum().contains("0 errors"));
    assert!(waits.any(|line| line.contains("watching for changes")));
    // Replaced by a rename, as editors do it.
    let aside = home.path().join("s/aside");
    fs::write(&aside, text.replace("in 7.0 to 10.0 %", "in 7.0 to 10.0 kg")).unwrap();
    fs::rename(&aside, &path).unwrap();
    assert!(!next_sum().contains("0 errors"));
    assert!(waits.any(|line| line.contains("watching for changes")));
    fs::write(&path, &text).unwrap();
    assert!(next_sum().contains("0 errors"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_commands_of_the_readme_do_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let commands: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("cargo run --release -- ")).collect();
    assert!(!commands.is_empty(), "{commands:?}");
    for line in commands {
        // What is written goes elsewhere; everything else is as it stands there.
        let arguments: Vec<&str> =
            line.split(' ').map(|word| if word == "out" { out.to_str().unwrap() } else { word }).collect();
        let ended = run(root, &arguments);
        assert_eq!(ended.code, Some(0), "{line}\n{}", ended.err);
    }
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `"));
    let built: Vec<&str> = rows.filter(|row| !row.starts_with("trialc ")).collect();
    assert!(built.len() >= 4, "README.md lists what is built");
    for name in built.iter().flat_map(|row| row.split('|').next().unwrap().split('`').step_by(2)) {
        // Of `forms/*.schema.json`, the folder.
        let path = name.split('*').next().unwrap();
        assert!(out.join(path).exists(), "README.md promises {name}");
    }
}

#[test]
fn fmt_lays_out_in_place_as_a_check_as_a_difference_and_from_standard_input() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("a.trial");
    let (rough, good) = ("event  consent \"Consent\"\r\n", "event consent \"Consent\"\n");
    fs::write(&file, rough).unwrap();
    let piped = run_with_input(home.path(), &["fmt", "-"], rough.as_bytes());
    assert_eq!((piped.code, piped.out.as_str(), piped.err.as_str()), (Some(0), good, ""));
    let checked = run(home.path(), &["fmt", "--check", "a.trial"]);
    assert_eq!(checked.code, Some(1), "{}", checked.out);
    assert!(format!("{}{}", checked.out, checked.err).contains("a.trial"), "{}", checked.out);
    let shown = run(home.path(), &["fmt", "--diff", "a.trial"]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    assert!(shown.out.contains("+event consent") && shown.out.contains("-event  consent"), "{}", shown.out);
    // Neither has touched the file.
    assert_eq!(fs::read_to_string(&file).unwrap(), rough);
    assert_eq!(run(home.path(), &["fmt", "."]).code, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), good);
    assert_eq!(run(home.path(), &["fmt", "--check", "."]).code, Some(0));
}

#[test]
fn fmt_leaves_a_file_with_faults_as_it_is_and_says_where_they_are() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("a.trial");
    let text = "event  consent \"Consent\"\nevnt screening\n";
    fs::write(&file, text).unwrap();
    let ended = run(home.path(), &["fmt", "a.trial"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("a.trial:2:1"), "{}", ended.err);
    assert!(ended.err.contains("left as it is"), "{}", ended.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn calendars_of_many_are_one_file_each_and_keys_that_would_share_one_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let trial = root.join("protocols/crossover/trial.trial").to_string_lossy().into_owned();
    let table = root.join("tests/cli/dates/dates.csv").to_string_lossy().into_owned();
    for (format, begins) in [("ics", "BEGIN:VCALENDAR"), ("json", "{")] {
        let made = run(home.path(), &["calendar", &trial, &table, "--format", format, "--out", format]);
        assert_eq!(made.err, "", "{}", made.out);
        let one = fs::read_to_string(home.path().join(format).join(format!("0017.{format}"))).unwrap();
        assert!(one.starts_with(begins), "{one}");
        let alone = run(
            home.path(),
            &["calendar", &trial, &table, "--participant", "0017", "--key", "0017", "--format", format],
        );
        assert_eq!(one, alone.out, "the file of one is what is shown of one");
    }
    let none = run(home.path(), &["calendar", &trial, &table, "--format", "ics"]);
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("--out FOLDER"), "{}", none.err);
    let twins = home.path().join("twins.csv");
    fs::write(&twins, "participant,event,date\na/1,consent,2026-07-01\na:1,consent,2026-07-01\n").unwrap();
    let refused = run(home.path(), &["calendar", &trial, "twins.csv", "--format", "ics", "--out", "twins"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("same name") && !home.path().join("twins").exists(), "{}", refused.err);
}
