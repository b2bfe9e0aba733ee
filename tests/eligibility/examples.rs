//! The author's examples held against the rules.

use serde_json::json;
use trialc::eligibility::{check_examples, run_examples};
use trialc::model::{Comparator, Example, Origin};
use trialc::source::{FileId, Span};

use super::support::*;

fn protocol(facts: &serde_json::Value, verdict: &str, by: &[&str]) -> Protocol {
    let mut protocol = Protocol::new()
        .include(
            "I8",
            compare(
                latest("hba1c", within_before(14, "randomization")),
                Comparator::AtMost,
                quantity("9.5 %"),
            ),
        )
        .exclude("E1", ever("stroke"));
    let example = json!({
        "label": "an invented person",
        "facts": facts,
        "expect": [{"decision": null, "verdict": verdict, "by": by}]
    });
    let mut example: Example = serde_json::from_value(example).expect("an example");
    example.expect[0].origin = Origin(Some(Span::new(FileId(0), 10..20)));
    for criterion in protocol.0.decisions["randomization"].criteria.values_mut() {
        criterion.origin = Origin(Some(Span::new(FileId(0), 30..40)));
    }
    protocol.0.examples.push(example);
    protocol
}

fn person(hba1c: &str) -> serde_json::Value {
    json!([
        {"fact": "attribute", "name": "sex", "value": "female"},
        {"fact": "attribute", "name": "born", "value": "1970-03-02"},
        {"fact": "happened", "name": "randomization", "on": "2011-07-01"},
        {"fact": "measured", "measure": "hba1c", "value": {"quantity": {"number": hba1c, "unit": unit("%")}}, "on": "2011-06-28"},
        {"fact": "absent", "name": "stroke", "from": null, "to": null}
    ])
}

#[test]
fn an_example_that_the_rules_bear_out_is_silent() {
    for (hba1c, verdict, by) in
        [("9.5", "eligible", &[][..]), ("9.6", "ineligible", &["I8"]), ("9.6", "ineligible", &[])]
    {
        let protocol = protocol(&person(hba1c), verdict, by);
        assert_eq!(run_examples(&protocol.0).len(), 1);
        assert_eq!(check_examples(&protocol.0), [], "{hba1c} {verdict} {by:?}");
    }
}

#[test]
fn an_example_that_disagrees_is_reported_at_its_expectation() {
    let protocol = protocol(&person("9.6"), "eligible", &[]);
    let found = check_examples(&protocol.0);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.id, "E01");
    assert_eq!(found[0].primary.span, Span::new(FileId(0), 10..20));
    assert_eq!(found[0].primary.text, "the rules say: ineligible by I8");
    assert!(found[0].secondary[0].text.starts_with("not met: HbA1c 9.6 %"), "{}", found[0].secondary[0].text);
}

#[test]
fn the_reasons_must_be_exactly_those_that_are_expected() {
    let by = |by: &[&str]| check_examples(&protocol(&person("9.6"), "ineligible", by).0).len();
    assert_eq!(by(&["I8"]), 0);
    assert_eq!(by(&["E1"]), 1, "another criterion");
    assert_eq!(by(&["I8", "E1"]), 1, "one criterion too many");
}

#[test]
fn what_an_example_leaves_out_is_unknown_and_the_help_says_so() {
    let mut facts = person("9.0");
    facts.as_array_mut().expect("a list").pop();
    assert_eq!(check_examples(&protocol(&facts, "undetermined", &["E1"]).0), []);
    let found = check_examples(&protocol(&facts, "eligible", &[]).0);
    let help = found[0].help.as_deref().unwrap_or_default();
    assert!(
        help.starts_with("what the example does not say is unknown: record whether the person had Stroke"),
        "{help}"
    );
}

#[test]
fn an_expectation_on_no_decision_or_a_date_that_is_none_disagrees() {
    let mut other = protocol(&person("9.0"), "eligible", &[]);
    other.0.examples[0].expect[0].decision = Some("second_randomization".into());
    assert_eq!(check_examples(&other.0)[0].primary.text, "the trial has no such decision");
    let facts = json!([{"fact": "happened", "name": "randomization", "on": "2011-02-30"}]);
    let found = check_examples(&protocol(&facts, "undetermined", &[]).0);
    assert!(found[0].primary.text.starts_with("`2011-02-30` is not a date"), "{}", found[0].primary.text);
}
