//! Amendments that are written as patches. Two ways lead to the amended protocol: the compiler carries the patch out, and
//! `trialc resolve` prints the whole text; both must mean the same.

#[path = "support/program.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod program;
#[path = "support/snippet.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod snippet;

use std::fs;
use std::path::{Path, PathBuf};

use trialc::ast::Keyword;
use trialc::compile::{Compilation, compile, resolved};
use trialc::diagnostics::{Code, codes};
use trialc::model::{TestCodes, Trial};
use trialc::source::{FileId, LoadError, Loader};
use trialc::syntax;

/// Some files in memory, the others from the disk.
struct Beside<'a>(&'a [(&'a str, &'a str)]);

impl Loader for Beside<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if let Some((_, text)) = self.0.iter().find(|(name, _)| *name == path) {
            return Ok((*text).to_owned());
        }
        fs::read_to_string(path).map_err(|_| LoadError::Missing { suggestion: None })
    }
}

fn files(ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of protocols") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new("protocols"), &mut found);
    found.retain(|path| path.to_string_lossy().ends_with(ending));
    found.sort();
    found
}

fn errors(compilation: &Compilation) -> Vec<String> {
    let errors = compilation.diagnostics.iter().filter(|found| found.is_error());
    errors.map(|found| format!("{} {}", found.code.id, found.message)).collect()
}

fn trial_of(loader: &dyn Loader, path: &str) -> Trial {
    let compilation = compile(loader, path).expect("the main file is there");
    assert_eq!(errors(&compilation), Vec::<String>::new(), "{path}");
    compilation.trial.expect("no errors")
}

/// Without what only the patch knows: what it amends, which statements it touched, and the codes of criteria that changed.
fn without_statements(mut trial: Trial) -> Trial {
    let codes = TestCodes::of(&trial);
    trialc::forms::recode(&mut trial.forms, &codes);
    for amendment in trial.amendments.values_mut() {
        amendment.statements.clear();
        amendment.amends = None;
    }
    trial
}

#[test]
fn the_printed_protocol_means_what_the_patch_means() {
    let is_amendment = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("amendment_"))
    };
    let amendments: Vec<PathBuf> = files(".trial").into_iter().filter(is_amendment).collect();
    assert!(amendments.len() >= 3, "{amendments:?}");
    for path in amendments {
        let path = path.to_string_lossy().replace('\\', "/");
        let (compilation, text) = resolved(&Beside(&[]), &path).expect("the amendment is there");
        let text = text.expect("the amendment has no errors");
        let text = trialc::format::format(&text).expect("the whole text can be laid out");
        let patched = compilation.trial.expect("no errors");
        assert!(patched.amendments.values().all(|amendment| !amendment.statements.is_empty()));
        let whole = format!("{}_whole.trial", path.trim_end_matches(".trial"));
        let printed = trial_of(&Beside(&[(&whole, &text)]), &whole);
        assert_eq!(without_statements(patched), printed, "{path}");
    }
}

/// Each statement of each protocol, replaced by itself: nothing may change, in the model or in the printed text.
#[test]
fn what_is_replaced_by_itself_stays_as_it_was() {
    let mut statements = 0;
    for path in files("/trial.trial") {
        let path = path.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).expect("a protocol");
        let before = trial_of(&Beside(&[]), &path);
        let parsed = syntax::parse(FileId(0), &text);
        let mut own = String::new();
        for item in &parsed.file.items {
            // The parts of a decision are replaced one by one, the others as a whole.
            let parts = match item.keyword.value {
                Keyword::Use => continue,
                Keyword::Eligibility => item.items.as_slice(),
                _ => std::slice::from_ref(item),
            };
            for part in parts {
                own.push_str(&text[part.span.range()]);
                own.push('\n');
                statements += 1;
            }
        }
        let folder = path.trim_end_matches("trial.trial");
        let patch = format!("{folder}patch.trial");
        let amendment =
            format!("amendment a1 \"A\" {{\n  amends: \"trial.trial\"\n  replace {{\n{own}  }}\n}}\n");
        let files = [(patch.as_str(), amendment.as_str())];
        let mut patched = trial_of(&Beside(&files), &patch);
        patched.amendments.clear();
        assert_eq!(before, patched, "{path}");
        let (_, text) = resolved(&Beside(&files), &patch).expect("the patch is there");
        let text = text.expect("no errors");
        let whole = format!("{folder}whole.trial");
        let mut printed = trial_of(&Beside(&[(&whole, &text)]), &whole);
        printed.amendments.clear();
        assert_eq!(before, printed, "{path}, printed");
    }
    assert!(statements > 200, "{statements} statements");
}

#[test]
fn each_amendment_of_the_first_trial_gives_the_next_version() {
    let folder = "protocols/nct01719640/amendments";
    let mut labels = Vec::new();
    for number in 1..=3 {
        let trial = trial_of(&Beside(&[]), &format!("{folder}/amendment_{number}.trial"));
        assert_eq!(trial.amendments.len(), number);
        labels.push(trial.header.version.expect("a version").label);
    }
    assert_eq!(labels, ["1.1", "1.2", "1.3"]);
}

#[test]
fn the_accepted_reports_of_the_amendments_are_those_of_today() {
    let folder = Path::new("protocols/nct01719640/amendments");
    let said = [
        (
            "amendment_1",
            "but E3 “HbA1c >9.5%. (at the time of randomization)” still excludes them: nobody is gained",
        ),
        ("amendment_2", "More people are eligible: somebody with HbA1c 9.6 %."),
        ("amendment_3", "Field VSRSTMNT on VS takes a number instead of a whole number."),
    ];
    for (name, words) in said {
        let ended = program::run(folder, &["test", &format!("{name}.trial")]);
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        assert!(ended.out.contains("outputs, as accepted"), "{}", ended.out);
        let report = fs::read_to_string(folder.join(format!("accepted/{name}/changes.md"))).unwrap();
        assert!(report.contains(words), "{name}:\n{report}");
    }
}

/// A protocol in which visits are declared together and cells stand in ranges.
const RANGES: &str = r#"trial study "Study" {
  version: "1.0"
  enrollment: 40 planned
  sponsor: "Nobody"
}
use std.labs, std.vitals
event consent "Consent"
event randomization "Randomization": 1 to 28 days after consent
schedule {
  clock study: day 1 is randomization
  epoch all "All" {
    visit screening "Screening": on consent
    visits week_4, week_8, week_12, week_16: every 4 weeks after randomization, ±3 days
  }
  // Both at all visits.
  collect inr, weight at screening, week_4 to week_16 note "fasting"
}
"#;

/// The trial of a patch on [`RANGES`], held to that of the printed text.
fn patched(parts: &str) -> Trial {
    let patch = format!("amendment a \"A\" {{\n  amends: \"ranges.trial\"\n{parts}}}\n");
    let files = [("ranges.trial", RANGES), ("patch.trial", patch.as_str())];
    let (compilation, text) = resolved(&Beside(&files), "patch.trial").expect("the patch is there");
    let summary_only =
        compilation.diagnostics.iter().filter(|found| found.is_error() && found.code.id != "D06");
    assert_eq!(summary_only.map(|found| &found.message).collect::<Vec<_>>(), Vec::<&String>::new());
    let text = trialc::format::format(&text.expect("no errors")).expect("it can be laid out");
    let printed = trial_of(&Beside(&[("whole.trial", &text)]), "whole.trial");
    let patched = compilation.trial.expect("no errors");
    assert_eq!(without_statements(patched.clone()), printed, "{text}");
    patched
}

fn cells(trial: &Trial, activity: &str) -> Vec<(String, Option<String>)> {
    let schedule = trial.schedule.as_ref().expect("a schedule");
    let cells = schedule.activities[activity].cells.iter();
    cells.map(|cell| (cell.visit.clone(), cell.note.clone())).collect()
}

#[test]
fn a_cell_is_taken_out_of_a_range_and_the_others_stay() {
    let trial = patched("  remove { collect weight at week_8 to week_12 }\n");
    let noted = |visits: &[&str]| -> Vec<(String, Option<String>)> {
        visits.iter().map(|visit| ((*visit).to_owned(), Some("fasting".to_owned()))).collect()
    };
    assert_eq!(cells(&trial, "weight"), noted(&["screening", "week_4", "week_16"]));
    assert_eq!(cells(&trial, "inr"), noted(&["screening", "week_4", "week_8", "week_12", "week_16"]));
}

#[test]
fn the_last_of_several_visits_can_be_removed_and_the_others_keep_their_days() {
    let before = trial_of(&Beside(&[("ranges.trial", RANGES)]), "ranges.trial");
    let trial = patched("  remove {\n    collect inr, weight at week_16\n    visit week_16\n  }\n");
    let difference = trialc::amend::compare(&before, &trial);
    let changed: Vec<&str> = difference.of_meaning().map(|change| change.subject.name.as_str()).collect();
    assert!(changed.contains(&"week_16"), "{changed:?}");
    assert!(!changed.iter().any(|name| ["week_4", "week_8", "week_12"].contains(name)), "{changed:?}");
    assert!(!trial.schedule.expect("a schedule").visits.contains_key("week_16"));
}

/// Without it, those behind it would move to its day, and nobody would have said so.
#[test]
fn a_visit_before_others_of_its_statement_is_not_removed_silently() {
    let patch = "amendment a \"A\" {\n  amends: \"ranges.trial\"\n  remove { visit week_8 }\n}\n";
    let files = [("ranges.trial", RANGES), ("patch.trial", patch)];
    let compilation = compile(&Beside(&files), "patch.trial").expect("the patch is there");
    let told = errors(&compilation);
    assert!(told.iter().any(|found| found.contains("`week_12` would take its day")), "{told:#?}");
}

/// As the message of the case above advises.
#[test]
fn visits_that_were_declared_together_can_be_written_one_by_one() {
    let trial = patched(
        "  remove { visits week_4, week_8, week_12, week_16; collect inr, weight at week_8 }\n  revise {\n    epoch all {\n      \
         visit week_4: 4 weeks after randomization, ±3 days\n      visit week_12: 12 weeks after randomization, ±3 days\n      \
         visit week_16: 16 weeks after randomization, ±3 days\n    }\n  }\n",
    );
    let visits: Vec<&String> = trial.schedule.as_ref().expect("a schedule").visits.keys().collect();
    assert_eq!(visits, ["screening", "week_4", "week_12", "week_16"]);
}

/// The block of a page behind these words.
fn block<'a>(code: &'a Code, words: &str) -> &'a str {
    let start = format!("```trial {words}\n");
    let (_, rest) = code.page.split_once(&start).unwrap_or_else(|| panic!("{} has no `{words}`", code.id));
    rest.split("```").next().unwrap_or_default()
}

/// Pages that show an amendment: it raises the code alone, and its repair raises nothing.
#[test]
fn the_amendment_of_a_page_raises_its_code_alone_and_the_repair_raises_nothing() {
    let mut looked_at = 0;
    for code in codes::ALL.iter().filter(|code| code.page.contains("```trial base\n")) {
        looked_at += 1;
        let base = block(code, "base");
        let prelude = snippet::prelude_for(base);
        let base = format!("use \"prelude.trial\"\n{base}");
        let told = |amendment: &str| -> Vec<(&'static str, String)> {
            let texts = snippet::Texts::new(&[
                ("prelude.trial", &prelude),
                ("base.trial", &base),
                ("amendment.trial", amendment),
            ]);
            let compilation = compile(&texts, "amendment.trial").expect("in memory");
            assert!(compilation.trial.is_some(), "{:#?}", compilation.diagnostics);
            compilation.diagnostics.iter().map(|found| (found.code.id, found.message.clone())).collect()
        };
        let raised = told(block(code, "amendment"));
        assert!(
            !raised.is_empty() && raised.iter().all(|(id, _)| *id == code.id),
            "{}: {raised:#?}",
            code.id
        );
        let raised = told(block(code, "repair"));
        assert!(raised.is_empty(), "{}: {raised:#?}", code.id);
    }
    assert!(looked_at >= 1);
}

// ---- what follows from what changed ----------------------------------------------------------------------------

const WHOLE: &str = r#"trial t "T" { version: "1"; enrollment: not stated }
use std.labs, std.vitals
event consent "Consent"
event randomization "Randomization": on or after consent
eligibility for randomization {
  include I1 "HbA1c of 7.5 to 9.5 %": latest hba1c within 14 days before randomization in 7.5 to 9.5 %
  include i2_1 "Weight": latest weight within 14 days before randomization > 40 kg
  exclude E1 "Creatinine": latest creatinine within 14 days before randomization > 2 mg/dL
}
schedule {
  epoch all "All" { visit v1 "Visit 1": on randomization }
  collect hba1c, weight, creatinine at v1
}
"#;

const FIRST: &str = r#"amendment a1 "One" {
  amends: "whole.trial"; version: "2"
  change I1 "Up to 10 %": broader
  replace { include I1 "HbA1c of 7.5 to 10 %": latest hba1c within 14 days before randomization in 7.5 to 10 % }
}
"#;

const SECOND: &str = r#"amendment a2 "Two" {
  amends: "first.trial"; version: "3"
  change I1 "Up to 11 %": broader
  replace {
    include I1 "HbA1c of 7.5 to 11 %": latest hba1c within 14 days before randomization in 7.5 to 11 %
    include i2_1 "Body weight over 40 kg": latest weight within 14 days before randomization > 40 kg
  }
}
"#;

/// The codes on the list of criteria that are not met.
fn test_codes(trial: &Trial) -> Vec<String> {
    let field =
        trial.forms["IE"].fields.iter().find(|field| field.name == "IETESTCD").expect("it has the codes");
    let trialc::model::FieldKind::Choice { levels } = &field.kind else { panic!("a list") };
    levels.iter().map(|level| level.value.clone()).collect()
}

#[test]
fn the_form_of_criteria_has_the_codes_of_the_reports_table_through_all_amendments() {
    let files = Beside(&[("whole.trial", WHOLE), ("first.trial", FIRST), ("second.trial", SECOND)]);
    let expected: [(&str, [&str; 3]); 3] = [
        ("whole.trial", ["I1", "I2_1", "E1"]),
        ("first.trial", ["I1A", "I2_1", "E1"]),
        // Other words keep the code; another meaning has one that no version had before.
        ("second.trial", ["I1B", "I2_1", "E1"]),
    ];
    for (path, codes) in expected {
        let compilation = compile(&files, path).expect("it is there");
        assert_eq!(errors(&compilation), Vec::<String>::new(), "{path}");
        let trial = compilation.trial.expect("no errors");
        assert_eq!(test_codes(&trial), codes, "{path}");
        let Some(amends) = compilation.amends else { continue };
        let version = trial.header.version.as_ref().map(|version| version.label.clone());
        let rows = amends.difference.criterion_rows();
        let of_new: Vec<&str> =
            rows.iter().filter(|row| row.version == version).map(|row| row.code.as_str()).collect();
        assert_eq!(of_new, codes, "{path}: the table of the report");
    }
}

#[test]
fn data_that_break_are_an_error_until_the_summary_gives_the_reason() {
    let whole = format!(
        "{WHOLE}form VS \"Vital signs\" {{ field rest \"Minutes at rest\": integer {{ range: 0 to 60 }} }}\n"
    );
    let amendment = |rationale: &str| {
        format!(
            "amendment a1 \"Rest\" {{
  amends: \"whole.trial\"
  change VS \"Five minutes of rest at least\": changed{rationale}
  revise {{ form VS {{ field rest \"Minutes at rest\": integer {{ range: 5 to 60 }} }} }}
}}
"
        )
    };
    let told = |rationale: &str| {
        let text = amendment(rationale);
        let files = [("whole.trial", whole.as_str()), ("a1.trial", text.as_str())];
        let compilation = compile(&Beside(&files), "a1.trial").expect("it is there");
        assert!(compilation.trial.is_some(), "the protocol itself is sound: {:?}", errors(&compilation));
        errors(&compilation)
    };
    let without = told("");
    assert!(
        matches!(without.as_slice(), [one] if one.starts_with("D03 breaks collected data: ")),
        "{without:?}"
    );
    assert_eq!(told(" { rationale: \"Values below are kept as they were recorded\" }"), Vec::<String>::new());
    assert_eq!(told(" { rationale: \" \" }").len(), 1, "an empty reason is none");
}
