use super::{file, trial};

const PROTOCOL: &str = r#"
trial t "A small trial" { version: "1.2" dated 2020-05-01; id: clinicaltrials_gov "NCT00000001" }
use std.labs, std.vitals, std.scores
event consent "Informed consent"
event randomization: at least 14 days after consent
event infusion "Infusion" { arms: a; timing: 0 to 14 days after randomization }
event withdrawal "Withdrawal"
event adverse_event "Adverse event" { repeats; with: grade 1 to 5 }
procedure physical_examination "Physical examination"
intervention cells "Cells": biological
randomize main at randomization {
  ratio: 1:1
  arm a "Cells": experimental { gives cells: dose not stated, route not stated, once, on infusion }
  arm b "Usual care": no_intervention
}
schedule {
  clock study: day 1 is randomization
  epoch screening "Screening" { visit screening_visit "Screening": day -28 to -1 }
  epoch treatment "Treatment" {
    visit baseline "Baseline": day 1
    visit infusion_day "Infusion": on infusion { arms: a }
  }
  epoch follow_up "Follow-up" {
    visit month_1 "Month 1": 1 month after randomization, ±7 days
    visit call "Call": 2 weeks after month_1, ±3 days { contact: phone }
    visits month_3, month_6: every 3 months after randomization, -7/+14 days
    visit early_termination: on withdrawal
  }
  collect physical_examination at screening_visit, month_6, early_termination
  collect hba1c, weight at screening_visit, baseline, month_1, month_3 to early_termination
  collect pregnancy_test at screening_visit, baseline when sex is female
  collect adverse_event from consent to month_6
}
"#;

#[test]
fn the_table_of_a_protocol() {
    let table = file(&trial(PROTOCOL), "soa.csv");
    assert_eq!(
        table,
        "\
,Epoch,Screening,Treatment,Treatment,Follow-up,Follow-up,Follow-up,Follow-up,Follow-up
,Visit,Screening,Baseline,Infusion [a],Month 1,Call,Month 3,Month 6,Early termination
,Day [b],−28 to −1,1,,,,,,
,Month [c],,,,1,,3,6,
,Timing,,,At infusion,,2 weeks after Month 1,,,At withdrawal
,Window,,±0 d,,±7 d,±3 d,−7/+14 d,−7/+14 d,
,Contact,Clinic,Clinic,Clinic,Clinic,Phone,Clinic,Clinic,Clinic
Procedures,Physical examination,X,,,,,,X,X
Laboratory assessments,HbA1c,X,X,,X,,X,X,X
Laboratory assessments,Pregnancy test [d],X,X,,,,,,
Clinical assessments,Body weight,X,X,,X,,X,X,X
Events,Adverse event [e],continuous,continuous,continuous,continuous,continuous,continuous,continuous,
Study intervention administration,Cells [f],,,X,,,,,
,a Only in Cells.
,b Day 1 is the day of randomization; there is no day 0.
,c Months are counted from randomization.
,d Only if the participant is female.
,e Collected all the time from informed consent until Month 6.
,\"f Cells, once, on infusion.\"
"
    );
}

#[test]
fn one_more_visit_is_one_more_column_and_nothing_else() {
    let more = PROTOCOL.replace("visits month_3, month_6:", "visits month_3, month_6, month_9:");
    let (before, after) = (file(&trial(PROTOCOL), "soa.csv"), file(&trial(&more), "soa.csv"));
    let without = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        // Epoch and so on, then seven visits before month 9.
        if cells.len() > 9 {
            cells.remove(9);
        }
        cells.join(",")
    };
    let after: Vec<String> = after.lines().map(without).collect();
    let before: Vec<&str> = before.lines().collect();
    assert_eq!(after, before);
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    for path in ["soa.csv", "soa.md", "soa.html", "schedule.json", "timeline.svg"] {
        assert_eq!(file(&trial(PROTOCOL), path), file(&trial(PROTOCOL), path), "{path}");
    }
}

#[test]
fn footnotes_about_several_things_and_about_classes_read_well() {
    let said = |condition: &str| {
        let text = format!(
            "trial t \"T\"\nuse std.labs, std.drugs, std.drug_classes\nevent consent\ncondition metastases \"Brain metastases\"\n\
             procedure exam \"Examination\"\nschedule {{\n  epoch e \"E\" {{ visit v: on consent }}\n  collect exam at v when {condition}\n}}\n"
        );
        let table = file(&trial(&text), "soa.csv");
        let note = table.lines().last().expect("a footnote").trim_start_matches(',').replace('"', "");
        note.trim_start_matches("a Only if ").trim_end_matches('.').to_owned()
    };
    for (condition, words) in [
        ("metastases present at consent", "the participant has brain metastases at consent"),
        ("not metastases present at consent", "the participant does not have brain metastases at consent"),
        (
            "metastases started within 6 months before consent",
            "there is an onset of brain metastases within 6 months before consent",
        ),
        (
            "insulins started within 6 months before consent",
            "the participant starts insulins and analogues within 6 months before consent",
        ),
        (
            "latest platelets at consent < 100 10*9/L",
            "the latest value of platelets at consent is below 100 10*9/L",
        ),
        ("latest hemoglobin at consent < 10 g/dL", "the latest hemoglobin at consent is below 10 g/dL"),
    ] {
        assert_eq!(said(condition), words, "{condition}");
    }
}
