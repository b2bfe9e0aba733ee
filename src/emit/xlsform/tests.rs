//! The rows of the workbooks. `tests/oracles/xlsform.sh` judges the workbooks with pyxform and ODK Validate.

use super::survey::{Rows, answers, settings, survey};
use super::{Sheet, emit, sheets};
use crate::compile::compile;
use crate::model::{FieldKind, Trial};
use crate::source::{LoadError, Loader};

struct Only(&'static str);

impl Loader for Only {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        let known = path == "trial.trial";
        known.then(|| self.0.to_owned()).ok_or(LoadError::Missing { suggestion: None })
    }
}

const SMALL: &str = r#"trial small "A small study" { version: "1.0" }
use std.vitals, std.demographics
event consent "Signing of informed consent"
event randomization "Randomization": on or after consent
event adverse_event "Adverse event" { repeats; with: grade 1 to 5, serious }
schedule {
  clock study: day 1 is randomization
  epoch treatment "Treatment" {
    visit baseline "Baseline": day 1
    visit week_2 "Week 2": day 15 +/- 2 days
  }
  collect systolic_bp, diastolic_bp at baseline, week_2
  collect weight at baseline
  collect adverse_event from consent to week_2
}
form VS "Vital signs" {
  field weight { range: 30 to 250 kg }
}
"#;

fn compiled(text: &'static str) -> Trial {
    compile(&Only(text), "trial.trial").expect("the file is in memory").trial.expect("it compiles")
}

fn sheet<'a>(all: &'a [Sheet<'a>], name: &str) -> &'a Sheet<'a> {
    all.iter().find(|sheet| sheet.name == name).expect("the form")
}

/// The cells of a question: type, name, label, hint, required, relevant, constraint, message.
fn question(rows: &Rows, name: &str) -> Vec<String> {
    rows.iter().find(|row| row[1] == name).unwrap_or_else(|| panic!("no question {name}: {rows:?}")).clone()
}

const RELEVANT: usize = 5;
const CONSTRAINT: usize = 6;

#[test]
fn what_depends_on_an_answer_is_relevant_by_it_and_what_does_not_is_always_there() {
    let trial = compiled(SMALL);
    let all = sheets(&trial);
    let rows = survey(&trial, sheet(&all, "VS"));
    assert_eq!(question(&rows, "VSREASND")[RELEVANT], "${VSPERF} = 'N'");
    assert_eq!(question(&rows, "VSPERF")[RELEVANT], "");
    assert_eq!(question(&rows, "WEIGHT_VSORRES")[RELEVANT], "${VSPERF} = 'Y' and ${VISIT} = 'baseline'");
}

#[test]
fn a_hard_limit_is_a_constraint_and_a_soft_one_a_loss() {
    let trial = compiled(SMALL);
    let all = sheets(&trial);
    let rows = survey(&trial, sheet(&all, "VS"));
    let weight = &question(&rows, "WEIGHT_VSORRES")[CONSTRAINT];
    assert_eq!(
        weight,
        "(${WEIGHT_VSORRESU} != 'kg' or (. >= 30 and . <= 250)) and (${WEIGHT_VSORRESU} != 'g' or (. >= 30000 and . <= 250000))"
    );
    assert_eq!(question(&rows, "SYSBP_VSORRES")[CONSTRAINT], "");
    let losses = emit(&trial).pop().expect("a report");
    let losses = String::from_utf8(losses.content).expect("text");
    assert!(losses.contains("- VS.SYSBP_VSORRES\n"), "{losses}");
    assert!(
        losses.contains("- VS.VSDAT: Day on which they were taken: the date lies in the future."),
        "{losses}"
    );
}

/// In its own constraint a question is `.`; the other is asked for by its name.
#[test]
fn a_check_of_two_answers_stands_at_one_of_them() {
    let trial = compiled(SMALL);
    let all = sheets(&trial);
    let rows = survey(&trial, sheet(&all, "VS"));
    let lower = &question(&rows, "DIABP_VSORRES")[CONSTRAINT];
    assert!(lower.ends_with(". < ${SYSBP_VSORRES}"), "{lower}");
    assert!(!question(&rows, "SYSBP_VSORRES")[CONSTRAINT].contains("DIABP"));
}

#[test]
fn the_records_of_a_form_with_many_repeat() {
    let trial = compiled(SMALL);
    let all = sheets(&trial);
    let kinds = |form: &str| -> Vec<String> {
        survey(&trial, sheet(&all, form)).into_iter().map(|row| row[0].clone()).collect()
    };
    let events = kinds("AE");
    assert!(
        events.contains(&"begin_repeat".to_owned()) && events.last().is_some_and(|last| last == "end_repeat")
    );
    assert!(!kinds("VS").contains(&"begin_repeat".to_owned()));
}

#[test]
fn every_list_has_its_answers() {
    let trial = compiled(SMALL);
    for sheet in sheets(&trial) {
        let lists: Vec<String> =
            answers(&trial, &sheet).into_iter().skip(1).map(|row| row[0].clone()).collect();
        for row in survey(&trial, &sheet) {
            if let Some(list) = row[0].strip_prefix("select_one ") {
                assert!(lists.iter().any(|known| known == list), "{}: {list}", sheet.name);
            }
        }
        assert_eq!(settings(&trial, &sheet)[1][1], format!("small_{}", sheet.name));
    }
}

/// Nothing that an author writes refers to a question, and no cell is left without a name.
#[test]
fn no_word_of_a_protocol_is_an_expression() {
    let mut trial = compiled(SMALL);
    for form in trial.forms.values_mut() {
        form.label = "${SUBJID} \u{7}".to_owned();
        for field in &mut form.fields {
            field.label = " \u{0} ".to_owned();
            field.help = Some("=cmd ${VSPERF}\nnext".to_owned());
            if let FieldKind::Choice { levels } = &mut field.kind {
                levels.iter_mut().for_each(|level| level.label = Some("${x}".to_owned()));
            }
        }
    }
    for sheet in sheets(&trial) {
        for row in survey(&trial, &sheet).iter().skip(1).filter(|row| row[0] != "end_repeat") {
            assert!(!row[2].is_empty() && !row[2].contains("${") && !row[3].contains("${"), "{row:?}");
            assert!(!row.iter().any(|cell| cell.contains(char::is_control)), "{row:?}");
        }
    }
}

#[test]
fn the_same_protocol_gives_the_same_bytes() {
    let trial = compiled(SMALL);
    assert_eq!(emit(&trial), emit(&trial));
    let first = emit(&trial).swap_remove(0);
    assert!(first.path.ends_with(".xlsx") && first.content.starts_with(b"PK"));
}

const CYCLES: &str = r#"trial cycles "Treatment in cycles" { version: "1.0" }
use std.vitals
event consent "Consent"
event first_dose "First dose": after consent
event progression "Progression": after first_dose
schedule {
  clock study: day 1 is first_dose
  epoch treatment "Treatment" {
    visit entry "Entry": 0 to 14 days after consent
    cycle main: every 28 days from first_dose until progression {
      visit d1 "Day 1": day 1 +/- 2 days
      visit odd "Biopsy": day 15 +/- 1 days { cycles: odd }
    }
  }
  collect heart_rate at entry, d1, odd
  collect weight at d1 of cycles 1, 3
}
"#;

#[test]
fn which_time_it_is_is_asked_where_the_visit_repeats_and_decides_what_is_relevant() {
    let trial = compiled(CYCLES);
    let all = sheets(&trial);
    let rows = survey(&trial, sheet(&all, "VS"));
    let time = question(&rows, "REPEAT");
    assert_eq!((time[0].as_str(), time[4].as_str()), ("integer", "yes"));
    assert_eq!(time[RELEVANT], "${VISIT} = 'd1' or ${VISIT} = 'odd'");
    let odd = "not(${VISIT} = 'odd') or ((. >= 1 and (. - 1) mod 2 = 0))";
    assert_eq!(time[CONSTRAINT], format!("(. >= 1) and ({odd})"));
    let weight = &question(&rows, "WEIGHT_VSORRES")[RELEVANT];
    let cycles = "not(${VISIT} = 'd1') or (${REPEAT} = 1 or ${REPEAT} = 3)";
    assert!(weight.contains(cycles), "{weight}");
    // A form of visits that take place once asks nothing of the kind.
    let rows = survey(&trial, sheet(&all, "DM"));
    assert!(rows.iter().all(|row| row[1] != "REPEAT"));
}
