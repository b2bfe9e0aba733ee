//! Boundary participants: they compile, and the checker gives the verdicts that they expect.

use trialc::compile::compile;
use trialc::logic::{cases, coverage, example_text};
use trialc::model::{Fact, FactValue};
use trialc::source::{LoadError, Loader};

use crate::protocol::{compiled, trial};

struct Text(String);

impl Loader for Text {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "trial.trial" { Ok(self.0.clone()) } else { Err(LoadError::Missing { suggestion: None }) }
    }
}

/// With how many sides of boundaries nobody stands on.
const PROTOCOLS: [(&str, &str, usize); 4] = [
    ("nct01719640", include_str!("../../protocols/nct01719640/trial.trial"), 5),
    ("oncology", include_str!("../../protocols/oncology/trial.trial"), 0),
    ("crossover", include_str!("../../protocols/crossover/trial.trial"), 0),
    ("nct03548935", include_str!("../../protocols/nct03548935/trial.trial"), 0),
];

/// What the checker says of the examples when they stand in the protocol itself.
#[test]
fn the_examples_of_every_protocol_compile_and_hold() {
    for (name, text, without) in PROTOCOLS {
        let trial = compiled(text);
        let found = cases(&trial);
        assert_eq!(found, cases(&trial), "{name}: the same on every run");
        let written: Vec<String> =
            found.examples.iter().map(|example| example_text(example).expect("it can be written")).collect();
        assert_eq!(found.missing.len(), without, "{name}: {:#?}", found.missing);
        assert!(!written.is_empty(), "{name}");
        let whole = format!("{text}\n{}", written.join("\n"));
        let compilation = compile(&Text(whole), "trial.trial").expect("the file is there");
        let errors: Vec<_> = compilation.diagnostics.iter().filter(|found| found.is_error()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let read = compilation.trial.expect("it compiles");
        assert_eq!(
            read.examples.len(),
            trial.examples.len() + written.len(),
            "{name}: every example is read"
        );
    }
}

#[test]
fn a_limit_is_shown_from_both_sides() {
    let trial = trial(
        "include I1 \"HbA1c\": latest hba1c within 14 days before randomization in 7.5 to 9.5 %
         exclude E1 \"Stroke\": ever stroke",
    );
    let found = cases(&trial);
    let labels: Vec<&str> = found.examples.iter().map(|example| example.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "Meets every criterion",
            "I1, just out: HbA1c 7.4 %",
            "I1, just in: HbA1c 9.5 %",
            "I1, just out: HbA1c 9.6 %",
            "E1, just out: Stroke",
        ]
    );
    assert_eq!(found.missing, []);
}

#[test]
fn a_test_that_never_decides_has_no_participant() {
    let trial = trial(
        "exclude E1 \"INR\": latest inr within 14 days before randomization > 1.5
         exclude E2 \"INR\": latest inr within 14 days before randomization > 2",
    );
    let found = cases(&trial);
    let missing: Vec<_> = found.missing.iter().map(|one| (one.code.as_str(), one.passes)).collect();
    assert_eq!(missing, [("E2", false)]);
}

#[test]
fn coverage_tells_which_tests_the_examples_show_to_decide() {
    let with = |examples: &str| {
        let text = format!(
            "trial t \"T\" {{ enrollment: not stated }}
use std.labs, std.conditions
event randomization \"Randomization\"
eligibility for randomization {{
  exclude E1 \"Stroke with an INR above 1.5\": ever stroke and latest inr within 14 days before randomization > 1.5
}}
{examples}"
        );
        coverage(&compiled(&text))
    };
    let both = "example \"Both\" { randomization on 2011-07-01; stroke on 2010-01-01; inr 2 on 2011-06-28; expect: ineligible by E1 }\n";
    let low = "example \"Low\" { randomization on 2011-07-01; stroke on 2010-01-01; inr 1 on 2011-06-28; expect: eligible }\n";
    // Neither test decides alone where both fail.
    let neither = "example \"Neither\" { randomization on 2011-07-01; no stroke; inr 1 on 2011-06-28; expect: eligible }\n";
    let shown = |found: &[trialc::logic::Shown]| -> Vec<(bool, bool)> {
        found.iter().map(|one| (one.holding.is_some(), one.failing.is_some())).collect()
    };
    assert_eq!(shown(&with(both)), [(true, false), (true, false)]);
    assert_eq!(shown(&with(&format!("{both}{low}"))), [(true, false), (true, true)]);
    assert_eq!(shown(&with(neither)), [(false, false), (false, false)]);
}

#[test]
fn a_unit_with_braces_is_written_and_read_again() {
    let of = |unit: &str| {
        format!(
            "example \"x\" {{
  consent on 2025-03-01; randomization on 2025-03-02
  egfr 65 {unit} on 2025-03-02
  expect: eligible
}}
"
        )
    };
    let rule =
        "include I1 \"eGFR\": latest egfr within 14 days before randomization >= 60 mL/min/{1.73_m2}\n";
    let text = |unit: &str| {
        format!(
            "trial t \"T\" {{ enrollment: not stated }}
measure egfr \"eGFR\" {{ unit: mL/min/{{1.73_m2}}; plausible: 1 to 200 }}
event consent \"Consent\"
event randomization \"Randomization\": on or after consent
eligibility for randomization {{ {rule} }}
{}",
            of(unit)
        )
    };
    let trial = compiled(&text("mL/min/{1.73_m2}"));
    let written = example_text(&trial.examples[0]).expect("it can be written");
    assert!(written.contains("egfr 65 mL/min/{1.73_m2} on 2025-03-02"), "{written}");
    assert_eq!(compiled(&format!("{}{written}", text("mL/min/{1.73_m2}"))).examples.len(), 2);
    assert!(cases(&trial).examples.iter().any(|example| example.label.contains("just out")));
    // A brace that no unit closes opens no unit.
    let broken = compile(&Text(text("mL/min/{1.73 m2}")), "trial.trial").expect("the file is there");
    assert!(broken.has_errors());
}

#[test]
fn a_rule_about_another_person_is_covered_test_by_test() {
    let trial = crate::protocol::trial_with(
        "person partner \"Partner\"",
        "exclude E1 \"Partner\": for partner: (ever stroke or ever epilepsy)\nexclude E2 \"Stroke\": ever stroke\n",
    );
    let tests: Vec<String> = coverage(&trial).into_iter().map(|shown| shown.test).collect();
    assert_eq!(tests, ["partner: ever stroke", "partner: ever epilepsy", "ever stroke"]);
}

#[test]
fn a_limit_of_normal_is_written_so_that_the_value_is_the_share_that_is_wanted() {
    // 2.9 of 1.93333 is more than 1.5 times.
    let trial = crate::protocol::trial(
        "include I5 \"Bilirubin\": latest bilirubin_total within 14 days before randomization <= 1.5 x ULN
         include I6 \"Bilirubin\": latest bilirubin_total within 14 days before randomization < 3.0 mg/dL",
    );
    let found = cases(&trial);
    assert!(found.missing.is_empty(), "{:#?}", found.missing);
}

/// The labels of the participants, and of sides without one the criterion, the side and why.
fn sides(trial: &trialc::model::Trial) -> (Vec<String>, Vec<String>) {
    let found = cases(trial);
    let side = |passes: bool| if passes { "in" } else { "out" };
    let missing = found.missing.iter().map(|one| format!("{} {}: {}", one.code, side(one.passes), one.why));
    (found.examples.into_iter().map(|example| example.label).collect(), missing.collect())
}

#[test]
fn who_has_one_disease_of_a_class_has_no_other() {
    let criteria = |others: &str| {
        format!(
            "include I1 \"Lung cancer\": confirmed nsclc present at consent
             exclude E1 \"Another malignancy\": malignancy other than ({others}) present within 5 years before randomization"
        )
    };
    let lung = trial(&criteria("basal_cell_carcinoma, nsclc, lung_cancer"));
    let (labels, missing) = sides(&lung);
    assert_eq!(missing, [""; 0]);
    assert_eq!(labels.len(), 3, "{labels:?}");
    let eligible = cases(&lung).examples.into_iter().next().and_then(|example| example_text(&example));
    assert!(eligible.as_ref().is_some_and(|text| text.contains("  no other malignancy\n")), "{eligible:?}");
    // Where the disease itself counts, nobody is eligible, and the criterion that keeps them out is named.
    let (labels, missing) = sides(&trial(&criteria("basal_cell_carcinoma")));
    assert!(!labels.iter().any(|label| label.contains("in:") || label.contains("Meets")), "{labels:?}");
    assert!(
        missing.iter().any(|why| why.starts_with("I1 in: who could be written so fails E1")),
        "{missing:#?}"
    );
}

#[test]
fn what_is_said_to_be_the_only_one_settles_what_it_leaves_out() {
    let verdict = |fact: &str| {
        let example = format!(
            "example \"x\" {{ consent on 2025-03-01; randomization on 2025-03-02
               nsclc from 2024-01-01, confirmed
               {fact}
               expect: undetermined }}"
        );
        let trial = crate::protocol::trial_with(
            &example,
            "include I1 \"Lung cancer\": confirmed nsclc present at consent
             exclude E1 \"Another\": malignancy other than (nsclc, lung_cancer) present within 5 years before randomization",
        );
        let record = trialc::eligibility::record_of(&trial, &trial.examples[0]).expect("a record");
        let document = trialc::eligibility::EligibilityDocument::of(&trial);
        let verdict = trialc::eligibility::screen(&document, &record, None);
        verdict.decision("randomization").expect("it is decided").verdict.text()
    };
    assert_eq!(verdict("no other malignancy"), "eligible");
    assert_eq!(verdict("no other malignancy from 2019-01-01 to 2025-03-02"), "eligible");
    // For a shorter time than is asked, it says too little.
    assert_eq!(verdict("no other malignancy from 2024-01-01 to 2025-03-02"), "undetermined");
    // That there was none at all contradicts what is recorded.
    assert_eq!(verdict("no malignancy"), "undetermined");
    assert_eq!(verdict(""), "undetermined");
    assert_eq!(verdict("breast_cancer on 2023-01-01; no other malignancy"), "ineligible");
}

#[test]
fn a_table_is_shown_to_decide_by_the_row_that_is_meant() {
    let by = |limits: &str| {
        sides(&trial(&format!(
            "exclude E1 \"Creatinine\": latest creatinine within 14 days before randomization > by sex ({limits})"
        )))
    };
    let (labels, missing) = by("1.5 mg/dL for male, 1.4 mg/dL for female");
    assert_eq!(missing, [""; 0]);
    assert!(labels.iter().any(|label| label == "E1, just in: sex male"), "{labels:?}");
    // Where both rows say the same, sex decides nothing.
    let (_, missing) = by("1.5 mg/dL for male, 1.5 mg/dL for female");
    assert_eq!(
        missing,
        [
            "E1 in: nothing else in E1 leaves the decision to this",
            "E1 out: nothing else in E1 leaves the decision to this"
        ]
    );
}

#[test]
fn a_mean_comes_out_at_its_limit_beside_the_highest() {
    let (labels, missing) = sides(&trial(
        "include I1 \"Mean\": mean systolic_bp within 7 days before randomization > 135 mmHg
         include I2 \"Highest\": highest systolic_bp within 7 days before randomization < 180 mmHg",
    ));
    assert_eq!(missing, [""; 0]);
    let out: Vec<&String> = labels.iter().filter(|label| label.contains("out")).collect();
    assert_eq!(
        out,
        [
            "I1, just out: Systolic blood pressure 135 mm[Hg]",
            "I2, just out: Systolic blood pressure 180 mm[Hg]"
        ]
    );
    // One value is never above its own mean.
    let (_, missing) = sides(&trial(
        "include I1 \"Mean\": mean systolic_bp within 7 days before randomization > 135 mmHg
         include I2 \"Highest\": highest systolic_bp within 7 days before randomization < 130 mmHg",
    ));
    assert!(!missing.is_empty(), "a mean above the highest");
}

#[test]
fn ages_at_two_moments_are_those_of_one_person() {
    let (labels, missing) = sides(&trial(
        "include I1 \"Adults\": age at consent in 18 to 80 years
         exclude E1 \"Pressure\": latest systolic_bp within 7 days before randomization > by age (150 mmHg for under 65 years, 160 mmHg for 65 years and over)",
    ));
    assert_eq!(missing, [""; 0]);
    for label in
        ["I1, just out: age at consent 17 years and 11 months", "I1, just out: age at consent 81 years"]
    {
        assert!(labels.iter().any(|one| one == label), "{label}: {labels:?}");
    }
}

#[test]
fn what_is_computed_comes_out_within_a_step_of_its_limit() {
    let found = cases(&trial(
        "exclude E1 \"Body mass index\": latest bmi within 28 days before randomization > 35 kg/m2",
    ));
    assert!(found.missing.is_empty(), "{:#?}", found.missing);
    let out = found.examples.iter().find(|example| example.label.contains("out")).expect("somebody");
    assert_eq!(out.label, "E1, just out: Body mass index above 35 kg/m2");
    let value = |name: &str| {
        out.facts.iter().find_map(|fact| match fact {
            Fact::Measured { measure, value: FactValue::Quantity { number, .. }, .. } if measure == name => {
                number.to_string().parse::<f64>().ok()
            }
            _ => None,
        })
    };
    let (Some(kg), Some(cm)) = (value("weight"), value("height")) else { panic!("{:#?}", out.facts) };
    let bmi = kg / (cm / 100.0) / (cm / 100.0);
    assert!(bmi > 35.0 && bmi <= 36.0, "{kg} kg at {cm} cm is {bmi}");
}

#[test]
fn a_side_without_anybody_names_the_criterion_and_its_words() {
    let (_, missing) = sides(&trial(
        "include I1 \"HbA1c of at most 9.5 %\": latest hba1c within 14 days before randomization <= 9.5 %
         exclude E1 \"HbA1c above 9.5 %\": latest hba1c within 14 days before randomization > 9.5 %",
    ));
    assert_eq!(
        missing,
        [
            "I1 out: E1 (“HbA1c above 9.5 %”) keeps out everybody whom this would keep out alone",
            "E1 out: I1 (“HbA1c of at most 9.5 %”) keeps out everybody whom this would keep out alone"
        ]
    );
    let (_, missing) = sides(&trial(
        "include I1 \"Diabetes\": t2dm present at consent
         include I2 \"Of three years\": duration of t2dm at consent >= 3 years",
    ));
    assert_eq!(
        missing,
        ["I1 out: I2 (“Of three years”) asks when t2dm began: who is without cannot pass that"]
    );
}

/// A participant's facts as an author writes them, found by the label.
fn facts_of(trial: &trialc::model::Trial, label: &str) -> String {
    let found = cases(trial);
    let example = found.examples.iter().find(|example| example.label.starts_with(label));
    let example = example.unwrap_or_else(|| panic!("{label}: {:#?}", found));
    example_text(example).expect("it can be written")
}

/// Measures without a plausible range, and what is asked of them.
fn without_ranges(criteria: &str) -> trialc::model::Trial {
    crate::protocol::trial_with(
        "measure ef \"Ejection fraction\": %\nmeasure marker \"Marker\": ng/mL\n",
        criteria,
    )
}

#[test]
fn a_share_of_a_whole_stays_a_share() {
    let change = "include I1 \"Change\": percent change of ef from 90 days before randomization to randomization <= 80 %";
    let out = facts_of(&without_ranges(change), "I1, just out");
    assert!(out.contains("ef 50 %") && out.contains("ef 90.5 %"), "{out}");
    let double = change.replace("<= 80 %", "<= 150 %");
    let out = facts_of(&without_ranges(&double), "I1, just out");
    assert!(out.contains("ef 39 %") && out.contains("ef 97.89 %"), "{out}");
    // Of what can be more than a whole, the usual value stays.
    let marker = facts_of(&without_ranges(&double.replace("of ef", "of marker")), "I1, just out");
    assert!(marker.contains("marker 100 ng/mL") && marker.contains("marker 251 ng/mL"), "{marker}");
    // A mean beside a highest value that a single other could only reach below nothing.
    let both = "include I1 \"Mean\": mean ef within 90 days before randomization <= 35 %
        include I2 \"Highest\": highest ef within 90 days before randomization < 80 %";
    let out = facts_of(&without_ranges(both), "I2, just out");
    assert!(out.contains("ef 80 %") && !out.contains("ef -"), "{out}");
    // Nobody is above all of it, and that is said; 101 % of a limit that says that it is no share is there.
    let all =
        |limit: &str| format!("include I1 \"All\": latest ef within 90 days before randomization <= {limit}");
    let (labels, missing) = sides(&without_ranges(&all("100 %")));
    assert_eq!(missing, ["I1 out: latest ef within 90 days before randomization can have no such value"]);
    assert_eq!(labels, ["I1, just in: Ejection fraction 100 %"]);
    let (labels, missing) = sides(&without_ranges(&all("120 %")));
    assert_eq!(missing, [""; 0]);
    assert!(labels.contains(&"I1, just out: Ejection fraction 121 %".to_owned()), "{labels:?}");
}

#[test]
fn a_value_beside_its_limit_is_no_multiple_of_it() {
    let of = |limit: &str| {
        let text =
            format!("include I1 \"Marker\": latest marker within 14 days before randomization <= {limit}");
        sides(&without_ranges(&text)).0
    };
    for (limit, out) in [
        ("1 ng/mL", "Marker 1.1 ng/mL"),
        ("3 ng/mL", "Marker 3.1 ng/mL"),
        ("0.05 ng/mL", "Marker 0.051 ng/mL"),
        ("35 ng/mL", "Marker 36 ng/mL"),
        ("1250 ng/mL", "Marker 1251 ng/mL"),
        ("3 x ULN", "Marker 3.1 x ULN"),
    ] {
        assert!(of(limit).contains(&format!("I1, just out: {out}")), "{limit}: {:?}", of(limit));
    }
}

#[test]
fn a_dose_is_the_one_that_the_protocol_speaks_of() {
    const STABLE: &str = "include I1 \"Stable\": dose of prednisone differs by at most 10 % from its first value over the 3 months before randomization\n";
    let limit = |limit: &str| {
        format!("exclude E1 \"Much\": dose of prednisone within 30 days before randomization > {limit}\n")
    };
    let out = |criteria: &str| facts_of(&trial(criteria), "I1, just out");
    // Nothing says how much: so many doses a day.
    assert!(out(STABLE).contains("prednisone 1 {dose}/d") && out(STABLE).contains("prednisone 2 {dose}/d"));
    // The limit of another criterion says how much, and is recorded once for the same days.
    let both = out(&format!("{STABLE}{}", limit("20 mg/d")));
    assert!(both.contains("prednisone 40 mg/d") && both.contains("prednisone 20 mg/d"), "{both}");
    assert_eq!(both.matches("  prednisone ").count(), 2, "{both}");
    // So does what the trial gives of it.
    let arm = "intervention study_drug \"Prednisone tablets\": drug { substance: prednisone }
        arm all \"All\": experimental { gives study_drug: 5 mg, oral, twice daily, from randomization, for 4 weeks }";
    let given = facts_of(&crate::protocol::trial_with(arm, STABLE), "I1, just out");
    assert!(given.contains("prednisone 10 mg/d") && given.contains("prednisone 20 mg/d"), "{given}");
    // A dose above its limit has two figures.
    for (at, above) in [
        ("10 mg/d", "11 mg/d"),
        ("2000 mg/d", "2100 mg/d"),
        ("1250 mg/d", "1260 mg/d"),
        ("7.5 mg/d", "7.6 mg/d"),
    ] {
        let (labels, _) = sides(&trial(&limit(at)));
        let wanted = format!("E1, just out: dose of prednisone within 30 days before randomization {above}");
        assert!(labels.contains(&wanted), "{at}: {labels:?}");
    }
}

#[test]
fn invented_participants_without_ranges_compile_and_hold() {
    const CRITERIA: &str = "include I1 \"Change\": percent change of ef from 90 days before randomization to randomization <= 150 %
        include I2 \"Stable\": dose of prednisone differs by at most 10 % from its first value over the 3 months before randomization
        exclude E1 \"Much\": latest marker within 14 days before randomization > 3 x ULN";
    let text = |examples: &str| {
        format!(
            "trial t \"T\" {{ enrollment: not stated }}\nuse std.drugs\nevent randomization \"Randomization\"
measure ef \"Ejection fraction\": %\nmeasure marker \"Marker\": ng/mL
eligibility for randomization {{\n{CRITERIA}\n}}\n{examples}"
        )
    };
    let trial = compiled(&text(""));
    let found = cases(&trial);
    assert_eq!(found, cases(&trial), "the same on every run");
    assert_eq!(found.missing, []);
    let written: Vec<String> =
        found.examples.iter().map(|example| example_text(example).expect("it can be written")).collect();
    let compilation = compile(&Text(text(&written.join("\n"))), "trial.trial").expect("the file is there");
    assert!(!compilation.has_errors(), "{:#?}", compilation.diagnostics);
    assert_eq!(compilation.trial.expect("it compiles").examples.len(), written.len());
}
