//! `--solver`: a program that others have written, found, fed, timed and ended. The programs here are scripts that say what they are
//! told; the one test that needs z3 is run by `tests/oracles/logic.sh`.
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use program::{Ended, command, run, wait};
use trialc::diagnostics::codes;

const HEAD: &str = "trial s \"S\" { enrollment: not stated }
use std.vitals
event consent \"Consent\"
event randomization \"Randomization\": on or after consent
eligibility for randomization {
";

/// Who is heavy for the height, lighter than this and taller than 160 cm: 102.4 kg are needed.
fn protocol(kg: u32) -> String {
    format!(
        "{HEAD}  include I1 \"Heavy for the height\": latest bmi within 14 days before randomization > 40 kg/m2
  include I2 \"Light\": latest weight within 14 days before randomization < {kg} kg
  include I3 \"Tall\": latest height within 14 days before randomization > 160 cm
}}
"
    )
}

fn study(home: &Path) {
    fs::write(home.join("light.trial"), protocol(60)).unwrap();
    fs::write(home.join("raised.trial"), protocol(100)).unwrap();
    fs::write(home.join("near.trial"), protocol(110)).unwrap();
}

/// A program that does this.
fn script(home: &Path, name: &str, text: &str) -> String {
    let path = home.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn checked(text: &str) -> Ended {
    let home = tempfile::tempdir().unwrap();
    study(home.path());
    let solver = script(home.path(), "solver", text);
    run(home.path(), &["check", "light.trial", "--solver", &solver, "--solver-seconds", "1"])
}

#[test]
fn a_solver_that_is_not_there_is_an_error_of_usage_that_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    study(home.path());
    for arguments in [
        &["check", "light.trial", "--solver", "no-such-solver"][..],
        &["cases", "light.trial", "--solver", "no-such-solver"][..],
        &["diff", "light.trial", "raised.trial", "--solver", "./no-such-solver"][..],
    ] {
        let ended = run(home.path(), arguments);
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(ended.err.starts_with("error[M01]: cannot run the solver `"), "{}", ended.err);
        assert!(
            ended.err.contains("there is no such file") && ended.err.contains("pip install"),
            "{}",
            ended.err
        );
        assert_eq!(ended.out, "");
    }
    // Without one nothing is missing.
    assert_eq!(run(home.path(), &["check", "light.trial"]).code, Some(0));
}

#[test]
fn nobody_is_told_with_the_smallest_set_and_by_whom_it_was_found() {
    // All three together are too much, any two are not.
    let ended = checked("if [ $(grep -Ec '^.assert (.not )?w') -ge 3 ]; then echo unsat; else echo sat; fi");
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains("nobody can be eligible: I1, I2 and I3 cannot be met together"),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("found by"), "{}", ended.err);
    // What refutes everything refutes no criterion.
    let ended = checked("cat >/dev/null\necho unsat");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn somebody_unknown_and_silence_say_nothing_of_the_protocol() {
    for (text, counted) in [
        ("cat >/dev/null\necho sat", "somebody 4"),
        ("cat >/dev/null\necho unknown", "unknown 4, no answer in time 0"),
    ] {
        let ended = checked(text);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{text}");
        assert!(ended.out.contains(counted), "{}", ended.out);
    }
}

#[test]
fn a_solver_that_thinks_for_too_long_is_ended() {
    let began = Instant::now();
    let ended = checked("exec sleep 300");
    assert_eq!(ended.code, Some(0), "of the protocol nothing is said");
    let told = "warning[M04]: solver had no answer within 1 second to 4 of 4 questions";
    assert!(ended.err.starts_with(told) && ended.err.contains("--solver-seconds 60"), "{}", ended.err);
    assert!(ended.out.contains("unknown 0, no answer in time 4"), "{}", ended.out);
    assert!(began.elapsed() < Duration::from_secs(120), "four questions of a second each");
}

#[test]
fn what_is_no_answer_is_an_error_and_nothing_of_it_is_believed() {
    for (text, shown) in [
        ("cat >/dev/null\necho hello", "`hello` is no answer"),
        ("echo '(error \"unsupported\")'\nexit 1", "`(error \"unsupported\")` is no answer"),
        ("cat >/dev/null\necho unsat\necho unsat", "`unsat …` is no answer"),
        ("cat >/dev/null", "it answers nothing"),
        ("printf '\\377\\376'", "what it says is no text"),
    ] {
        let ended = checked(text);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{text}: {}", ended.err);
        assert!(ended.err.starts_with("error[M03]: the solver `"), "{}", ended.err);
        assert!(ended.err.contains(shown) && ended.err.contains("help: "), "{text}: {}", ended.err);
    }
}

#[test]
fn a_solver_that_ends_without_an_answer_is_an_error_that_says_how_it_ended() {
    for (text, shown) in [
        ("exit 3", "exit code 3, without a word"),
        ("echo 'no license' >&2\nexit 1", "exit code 1, “no license”"),
        ("kill -9 $$", "it was ended from outside"),
    ] {
        let ended = checked(text);
        assert_eq!(ended.code, Some(2), "{text}: {}", ended.err);
        assert!(ended.err.starts_with("error[M02]: the solver `"), "{text}: {}", ended.err);
        assert!(ended.err.contains(shown) && ended.err.contains("help: run `"), "{text}: {}", ended.err);
    }
    // Whoever answers is believed, however it ends.
    assert_eq!(checked("cat >/dev/null\necho unknown\nexit 1").code, Some(0));
}

#[test]
fn a_solver_that_never_stops_talking_is_cut_off() {
    let ended = checked("yes unsat");
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.starts_with("error[M03]: "), "{}", ended.err);
}

/// The commands that a page shows: the example and its repair.
fn commands(page: &str) -> Vec<Vec<&str>> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(|block| block.split_whitespace().skip(1).collect()).collect()
}

#[test]
fn the_command_of_a_page_raises_its_code_and_the_repair_does_not() {
    let pages: Vec<_> = codes::ALL.iter().filter(|code| code.id.starts_with('M')).collect();
    assert_eq!(pages.len(), 4);
    for code in pages {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("trial.trial"), protocol(110)).unwrap();
        // The one that is late thinks for a second and a half, about four questions.
        let thinks = if code.id == "M04" { "sleep 1.5\n" } else { "" };
        script(home.path(), "z3", &format!("cat >/dev/null\n{thinks}echo unknown"));
        script(home.path(), "minisat", "echo 'PARSE ERROR! Unexpected char: ('\nexit 3");
        let lacks = "echo 'error while loading shared libraries: libpoly.so.0' >&2\nexit 127";
        script(home.path(), "cvc5-without-its-library", lacks);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(home.path().to_owned()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).unwrap();
        let ended =
            |arguments: &[&str]| wait(command(home.path(), arguments).env("PATH", &path).spawn().unwrap());
        let [example, repair] =
            <[Vec<&str>; 2]>::try_from(commands(code.page)).expect("an example and its repair");
        let raised = ended(&example);
        let is_error = code.severity == trialc::diagnostics::Severity::Error;
        let told = format!("{}[{}]: ", code.severity.text(), code.id);
        assert!(raised.err.starts_with(&told), "{}: {}", code.id, raised.err);
        assert_eq!(raised.code, Some(if is_error { 2 } else { 0 }), "{}: {}", code.id, raised.err);
        let repaired = ended(&repair);
        assert_eq!((repaired.code, repaired.err.as_str()), (Some(0), ""), "{}", code.id);
    }
}

/// `TRIALC_SOLVER` is the program.
#[test]
#[ignore = "needs z3 or cvc5; tests/oracles/logic.sh has one"]
fn a_real_solver_refutes_what_only_arithmetic_refutes_and_not_the_near_miss() {
    let solver = std::env::var("TRIALC_SOLVER").expect("TRIALC_SOLVER is a program");
    let home = tempfile::tempdir().unwrap();
    study(home.path());
    let check =
        |file: &str| run(home.path(), &["check", file, "--solver", &solver, "--solver-seconds", "60"]);
    let ended = check("light.trial");
    assert!(ended.err.contains("error[L12]: nobody can be eligible: I1, I2 and I3 cannot"), "{}", ended.err);
    assert_eq!(run(home.path(), &["check", "light.trial"]).code, Some(0), "the order of values leaves room");
    let ended = check("near.trial");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "105 kg at 161 cm");

    let diff = |new: &str| {
        run(home.path(), &["diff", "light.trial", new, "--solver", &solver, "--solver-seconds", "60"])
    };
    let ended = diff("raised.trial");
    assert!(ended.out.contains("eligible once everything is recorded"), "nobody is gained: {}", ended.out);
    let ended = diff("near.trial");
    assert!(
        ended.out.contains("More people are eligible: somebody with"),
        "a person is shown: {}",
        ended.out
    );
    assert!(!ended.out.contains("possibly"), "{}", ended.out);

    // A quotient that no facts are put together for without a solver: both sides, near the limit.
    let ratio = "trial r \"R\" { enrollment: not stated }
use std.labs
event consent \"Consent\"
event randomization \"Randomization\": on or after consent
eligibility for randomization {
  include I1 \"De Ritis ratio\": (latest ast within 14 days before randomization / 1 U/L) / (latest alt within 14 days before randomization / 1 U/L) < 2
}
";
    fs::write(home.path().join("ratio.trial"), ratio).unwrap();
    let without = run(home.path(), &["cases", "ratio.trial"]);
    assert!(
        without.err.contains("none just in by I1") && without.err.contains("none just out by I1"),
        "{}",
        without.err
    );
    let with = run(home.path(), &["cases", "ratio.trial", "--solver", &solver, "--solver-seconds", "60"]);
    assert_eq!(with.code, Some(0), "{}", with.err);
    assert!(with.err.contains("2 examples, 0 sides of boundaries without one"), "{}", with.err);
    assert!(
        with.out.contains("expect: ineligible by I1") && with.out.contains("expect: eligible"),
        "{}",
        with.out
    );

    // A formula with an age in whole years and a factor by sex: 60 / 72 * 90 / 0.9 is 83, and by 0.7 it is 107.
    let clearance = |limit: &str| {
        format!(
            "trial s \"S\" {{ enrollment: not stated }}
use std.vitals, std.labs, std.demographics
event consent \"Consent\"
event randomization \"Randomization\": on or after consent
derive cg_clearance \"Clearance by Cockcroft and Gault\" {{
  value: (140 - age at randomization) * (weight / 1 kg) / (72 * (creatinine / 1 mg/dL)) * by sex (0.85 for female, 1 for male) * 1 mL/min
  unit: mL/min
  plausible: 1 to 400
}}
eligibility for randomization {{
  include I1 \"Clearance\": latest cg_clearance within 14 days before randomization >= 90 mL/min
  include I2 \"Old\": age at randomization >= 80 years
  include I3 \"Light\": latest weight within 14 days before randomization < 90 kg
  exclude E1 \"Creatinine\": latest creatinine within 14 days before randomization < {limit} mg/dL
}}
"
        )
    };
    fs::write(home.path().join("clearance.trial"), clearance("0.9")).unwrap();
    fs::write(home.path().join("near_clearance.trial"), clearance("0.7")).unwrap();
    let ended = check("clearance.trial");
    assert!(ended.err.contains("nobody can be eligible: I1, I2, I3 and E1 cannot"), "{}", ended.err);
    assert_eq!(check("near_clearance.trial").code, Some(0));
}
