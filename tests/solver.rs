//! `--solver`: a program that others have written, found, fed, timed and ended. The programs here are scripts that say what they are
//! told; the one test that needs z3 is run by `tests/oracles/logic.sh`.
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use program::{Ended, run};

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
        &["diff", "light.trial", "raised.trial", "--solver", "./no-such-solver"][..],
    ] {
        let ended = run(home.path(), arguments);
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(
            ended.err.contains("cannot run the solver") && ended.err.contains("pip install"),
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
    for (text, counted) in
        [("cat >/dev/null\necho sat", "somebody 4"), ("cat >/dev/null\necho unknown", "no answer in time 4")]
    {
        let ended = checked(text);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{text}");
        assert!(ended.out.contains(counted), "{}", ended.out);
    }
}

#[test]
fn a_solver_that_thinks_for_too_long_is_ended() {
    let began = Instant::now();
    let ended = checked("exec sleep 300");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("no answer in time 4"), "{}", ended.out);
    assert!(began.elapsed() < Duration::from_secs(120), "four questions of a second each");
}

#[test]
fn what_is_no_answer_is_an_error_of_usage() {
    for text in
        ["cat >/dev/null\necho hello", "exit 3", "echo '(error \"unsupported\")'", "printf '\\377\\376'"]
    {
        let ended = checked(text);
        assert_eq!(ended.code, Some(2), "{text}: {}", ended.err);
        assert!(ended.err.contains("the solver `") && ended.err.contains("help: "), "{}", ended.err);
    }
}

#[test]
fn a_solver_that_never_stops_talking_is_cut_off() {
    let ended = checked("yes unsat");
    assert_eq!(ended.code, Some(2), "{}", ended.err);
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
