//! Boundary participants: they compile, and the checker gives the verdicts that they expect.

use trialc::compile::compile;
use trialc::logic::{cases, coverage, example_text};
use trialc::source::{LoadError, Loader};

use crate::protocol::{compiled, trial};

struct Text(String);

impl Loader for Text {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "trial.trial" { Ok(self.0.clone()) } else { Err(LoadError::Missing { suggestion: None }) }
    }
}

const PROTOCOLS: [(&str, &str); 4] = [
    ("nct01719640", include_str!("../../protocols/nct01719640/trial.trial")),
    ("oncology", include_str!("../../protocols/oncology/trial.trial")),
    ("crossover", include_str!("../../protocols/crossover/trial.trial")),
    ("nct03548935", include_str!("../../protocols/nct03548935/trial.trial")),
];

/// What the checker says of the examples when they stand in the protocol itself.
#[test]
fn the_examples_of_every_protocol_compile_and_hold() {
    for (name, text) in PROTOCOLS {
        let trial = compiled(text);
        let found = cases(&trial);
        assert_eq!(found, cases(&trial), "{name}: the same on every run");
        let written: Vec<String> =
            found.examples.iter().map(|example| example_text(example).expect("it can be written")).collect();
        println!("{name}: {} examples, {} without: {:#?}", written.len(), found.missing.len(), found.missing);
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
