//! REDCap's data dictionary and what goes with it. `tests/oracles/redcap.sh` judges the files of whole studies.

use std::collections::BTreeSet;

use trialc::model::Trial;

use crate::support::{build, file, hostile, small, studies, together};

fn table(trial: &Trial, name: &str) -> Vec<Vec<String>> {
    let text = file(&build("redcap", trial), &format!("redcap/{name}.csv"));
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let row =
        |row: Result<csv::StringRecord, csv::Error>| row.expect("a row").iter().map(str::to_owned).collect();
    reader.records().map(row).collect()
}

/// A row of the dictionary, by its field.
fn field(trial: &Trial, name: &str) -> Vec<String> {
    let rows = table(trial, "data_dictionary");
    rows.into_iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("no field {name}"))
}

const CHOICES: usize = 5;
const NOTE: usize = 6;
const VALIDATION: usize = 7;
const LOW: usize = 8;
const HIGH: usize = 9;
const BRANCHING: usize = 11;

#[test]
fn the_small_study_as_redcap_uploads_it() {
    insta::assert_snapshot!("redcap", together(&build("redcap", &small())));
}

#[test]
fn the_first_field_is_the_record() {
    let rows = table(&small(), "data_dictionary");
    assert_eq!((rows[0][0].as_str(), rows[0][3].as_str()), ("subjid", "text"));
}

#[test]
fn what_depends_on_an_answer_branches_and_what_does_not_does_not() {
    let trial = small();
    assert_eq!(field(&trial, "vsreasnd")[BRANCHING], "[vsperf] = 'N'");
    assert_eq!(field(&trial, "vsperf")[BRANCHING], "");
    assert_eq!(field(&trial, "vsreason")[BRANCHING], "[vspositn] = 'supine'");
}

#[test]
fn what_is_asked_at_some_visits_branches_by_the_event() {
    let trial = small();
    let weight = &field(&trial, "weight_vsorres")[BRANCHING];
    assert_eq!(weight, "[vsperf] = 'Y' and [event-name] = 'baseline_arm_1'");
    let events: BTreeSet<String> =
        table(&trial, "instrument_event_mapping").into_iter().map(|row| row[1].clone()).collect();
    assert!(events.contains("baseline_arm_1") && events.contains("week_2_arm_1"), "{events:?}");
}

#[test]
fn a_number_has_its_limits_where_it_has_one_unit_and_rules_where_it_has_several() {
    let (_, oncology) = studies().remove(2);
    let ejected = field(&oncology, "lvef_cvorres");
    let limits = (ejected[VALIDATION].as_str(), ejected[LOW].as_str(), ejected[HIGH].as_str());
    assert_eq!(limits, ("number", "3", "95"));
    let trial = small();
    let weight = field(&trial, "weight_vsorres");
    assert_eq!(
        (weight[VALIDATION].as_str(), weight[LOW].as_str(), weight[HIGH].as_str()),
        ("number", "", "")
    );
    assert_eq!(field(&trial, "weight_vsorresu")[CHOICES], "kg, kg | g, g | lb_av, lb");
    let rules = table(&trial, "data_quality_rules");
    let hard: Vec<&str> = rules
        .iter()
        .filter(|row| row[0].starts_with("VS.WEIGHT_VSORRES: ") && row[0].contains("hard limits in kg"))
        .map(|row| row[1].as_str())
        .collect();
    assert_eq!(
        hard,
        [
            "[weight_vsorres] <> '' and [weight_vsorresu] = 'kg' and ([weight_vsorres] < 30 or [weight_vsorres] > 250)"
        ]
    );
}

#[test]
fn codes_that_redcap_cannot_hold_lead_back_to_the_values() {
    let trial = small();
    let codes = table(&trial, "codes");
    assert!(
        codes.contains(&["VS", "SYSBP_VSORRESU", "mm_Hg", "mm[Hg]"].map(str::to_owned).to_vec()),
        "{codes:?}"
    );
    assert!(field(&trial, "aeacn")[CHOICES].contains("DOSE_NOT_CHANGED, Dose not changed"));
    assert!(!codes.iter().any(|row| row[1] == "VSPERF"), "Y and N are codes");
}

#[test]
fn a_form_with_many_records_repeats_and_another_does_not() {
    let rows = table(&small(), "repeating_instruments_and_events");
    let forms: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert!(forms.contains(&"adverse_events") && !forms.contains(&"vital_signs"), "{rows:?}");
    let (_, oncology) = studies().remove(2);
    let rows = table(&oncology, "repeating_instruments_and_events");
    assert!(rows.iter().any(|row| row[1].is_empty()), "a visit of a cycle repeats as a whole: {rows:?}");
}

#[test]
fn a_rule_is_true_where_something_is_wrong() {
    let rules = table(&small(), "data_quality_rules");
    let rule = |id: &str| rules.iter().find(|row| row[0].starts_with(id)).map(|row| row[1].clone());
    assert_eq!(
        rule("VS.VSDAT.not_in_future").as_deref(),
        Some("[vsdat] <> '' and datediff([vsdat], 'today', 'd', true) < 0")
    );
    let lower = rule("VS.DIABP_VSORRES.lower").expect("a rule");
    assert!(lower.ends_with("[sysbp_vsorres] <= [diabp_vsorres]"), "{lower}");
    // Nothing computes with a date that may lack its day.
    assert_eq!(rule("AE.AEENDAT.not_before_start"), None);
    let losses = file(&build("redcap", &small()), "redcap/losses.md");
    assert!(losses.contains("- AE.AEENDAT: "), "{losses}");
    assert!(losses.contains("- VS.WEIGHT_VSORRES: Only if the participant is female"), "{losses}");
}

#[test]
fn names_are_new_in_the_whole_project() {
    for (study, trial) in studies() {
        let rows = table(&trial, "data_dictionary");
        let names: BTreeSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(names.len(), rows.len(), "{study}");
        assert!(names.iter().all(|name| name.len() <= 26), "{study}: {names:?}");
    }
}

#[test]
fn no_word_of_a_protocol_breaks_a_cell() {
    let trial = hostile();
    let rows = table(&trial, "data_dictionary");
    assert!(rows.iter().all(|row| row.len() == 18));
    for row in &rows {
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '@']) && !cell.contains(char::is_control), "{cell}");
        }
        // Nothing is piped into a question or taken for an element, and no label is an answer more.
        assert!(!row[4].contains(['[', '{', '<']) && !row[NOTE].contains(['[', '{', '<']), "{row:?}");
        let answers = if row[CHOICES].is_empty() { 0 } else { row[CHOICES].split('|').count() };
        assert!(answers <= 8, "{row:?}");
    }
    let position = rows.iter().find(|row| row[0] == "vspositn").expect("the list");
    assert_eq!(position[CHOICES].split(',').next(), Some("it_s_both_1"));
    let reason = rows.iter().find(|row| row[0] == "vsreason").expect("what depends on it");
    assert_eq!(reason[BRANCHING], "[vspositn] = 'it_s_both_1'");
}

#[test]
fn the_same_protocol_gives_the_same_bytes() {
    for (study, trial) in studies() {
        assert_eq!(build("redcap", &trial), build("redcap", &trial), "{study}");
    }
}
