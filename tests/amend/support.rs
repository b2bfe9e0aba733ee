//! Protocols in memory, compiled.

use std::fs;
use std::path::{Path, PathBuf};

use trialc::amend::{Change, Difference, compare};
use trialc::compile::compile;
use trialc::diagnostics::render::{Format, Look, render};
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

struct Text<'a>(&'a str);

impl Loader for Text<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        (path == "trial.trial").then(|| self.0.to_owned()).ok_or(LoadError::Missing { suggestion: None })
    }
}

/// The typed trial of a text.
///
/// # Panics
/// With what the compiler says, when it does not compile.
pub fn trial(text: &str) -> Trial {
    let compilation = compile(&Text(text), "trial.trial").expect("the text is there");
    let errors: Vec<_> = compilation.diagnostics.iter().filter(|found| found.is_error()).cloned().collect();
    let shown = render(Format::Plain, Look::default(), &compilation.sources, &errors);
    compilation.trial.unwrap_or_else(|| panic!("{shown}"))
}

/// Every protocol under `protocols/` that compiles, by its path.
pub fn protocols() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        folders.map(|folder| folder.join("trial.trial")).filter(|path| path.is_file()).collect();
    paths.sort();
    assert!(paths.len() >= 8, "the protocols are there");
    paths.iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect()
}

/// A small protocol with something of everything.
pub const BASE: &str = r#"trial base "Base" {
  version: "1.0" dated 2024-01-10
  phase: 2
  design: randomized, parallel, open_label
  enrollment: 60 planned
  status: recruiting
  sponsor: "A university"
  started: 2024-02 actual
}
use std.labs, std.vitals, std.demographics, std.drugs, std.drug_classes, std.conditions, std.procedures
event consent "Signing of informed consent"
event randomization "Randomization": 1 to 28 days after consent
event adverse_event "Adverse event" { repeats; with: grade 1 to 5, serious }
event withdrawal "Withdrawal": after consent
drug_class incretins "Incretin drugs" { members: exenatide, liraglutide }
intervention pill "Study pill": drug { route: oral; investigational }
randomize main at randomization {
  ratio: 1:1
  strata: not stated
  blocks: not stated
  method: not stated
  arm active "Pill": experimental { gives pill: 5 mg, oral, daily, from randomization for 12 weeks }
  arm control "Usual care": no_intervention
}
eligibility for randomization "Entry" {
  checked: at consent, randomization
  include I1 "Adults of 18 to 75 years at consent": age at consent in 18 to 75 years
  include I2 "HbA1c of 7.5 to 9.5 % within 14 days before randomization":
    latest hba1c within 14 days before randomization in 7.5 to 9.5 %
  exclude E1 "Stroke within 6 months before consent": stroke started within 6 months before consent
  exclude E2 "Incretin drugs within 28 days before randomization": taking incretins within 28 days before randomization
  exclude E3 "Pregnancy": latest pregnancy_test within 7 days before randomization is positive
  exclude E4 "Otherwise unsuitable": attested by investigator "Is the person otherwise unsuitable?"
}
outcome primary hba1c_change "Change of HbA1c" {
  value: change of hba1c from baseline to week_12
  time_frame: 12 weeks after randomization
  compare: active versus control, "mean difference"
  among: all_randomized
  missing: "Multiple imputation"
  events: withdrawal treatment_policy
}
outcome secondary weight_change "Change of weight" {
  value: change of weight from baseline to week_12
  time_frame: 12 weeks after randomization
  compare: active versus control, "mean difference"
  among: all_randomized
  missing: not stated
  events: withdrawal treatment_policy
}
schedule {
  clock study: day 1 is randomization
  epoch screening "Screening" { visit screening_visit "Screening": day -14 to -1 }
  epoch treatment "Treatment" {
    visit baseline "Baseline": day 1
    visit week_4 "Week 4": day 29 ±7 days
    visit week_12 "Week 12": day 85 ±7 days
  }
  collect hba1c, weight at screening_visit, baseline, week_4, week_12
  collect height, systolic_bp, diastolic_bp at screening_visit
  collect pregnancy_test at screening_visit when sex is female
  collect stroke, exenatide at screening_visit
  collect adverse_event from consent to week_12
}
form VS "Vital signs" {
  collects: systolic_bp, diastolic_bp, height, weight
  field position "Position": choice of (sitting "Sitting", supine "Supine")
  field rest "Minutes at rest": integer { range: 0 to 60 }
  field remark "Remark": text
}
"#;

/// What differs when `from` is replaced by `to` in the small protocol.
pub fn changed(edits: &[(&str, &str)]) -> Difference {
    let mut text = BASE.to_owned();
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands once in the protocol");
        text = text.replace(from, to);
    }
    compare(&trial(BASE), &trial(&text))
}

/// Each change in one line: what it is of, how it changed, the sentence.
pub fn lines(difference: &Difference) -> Vec<String> {
    difference.changes.iter().map(line).collect()
}

pub fn line(change: &Change) -> String {
    format!("{} {}: {}", change.subject, change.kind.word(), change.sentence)
}
