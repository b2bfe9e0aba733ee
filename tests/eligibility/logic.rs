//! Connectives, exceptions, answers, other persons.

use trialc::eligibility::Status::{Met, NotMet, Unknown};
use trialc::model::{Comparator, Rule};

use super::support::*;

/// A record with answers to A, B and C: `y`, `n`, or `-` where nobody answered.
fn answers(letters: &str) -> String {
    let answer = |(key, letter)| match letter {
        'y' => Some(format!(r#""{key}": "yes""#)),
        'n' => Some(format!(r#""{key}": "no""#)),
        'u' => Some(format!(r#""{key}": "unknown""#)),
        _ => None,
    };
    let answers: Vec<String> = ["A", "B", "C"].into_iter().zip(letters.chars()).filter_map(answer).collect();
    with(&format!(r#""answers": {{{}}}"#, answers.join(", ")))
}

#[test]
fn and_or_and_not_are_kleenes() {
    let both = rule(all(vec![attested("A"), attested("B")]));
    let either = rule(any(vec![attested("A"), attested("B")]));
    for (letters, of_both, of_either) in [
        ("yy", Met, Met),
        ("yn", NotMet, Met),
        ("nn", NotMet, NotMet),
        ("y-", Unknown, Met),
        ("n-", NotMet, Unknown),
        ("--", Unknown, Unknown),
        ("yu", Unknown, Met),
    ] {
        assert_eq!(status(&both, &answers(letters)), of_both, "and of {letters}");
        assert_eq!(status(&either, &answers(letters)), of_either, "or of {letters}");
    }
    let neither = rule(not(any(vec![attested("A"), attested("B")])));
    assert_eq!(status(&neither, &answers("nn")), Met);
    assert_eq!(status(&neither, &answers("n-")), Unknown);
}

#[test]
fn an_exclusion_is_met_when_its_rule_is_false() {
    let protocol = Protocol::new().exclude("X", attested("A"));
    table(
        &protocol,
        &[("no", &answers("n"), Met), ("yes", &answers("y"), NotMet), ("unanswered", &answers("-"), Unknown)],
    );
}

#[test]
fn an_unknown_condition_does_not_matter_where_both_ways_agree() {
    let protocol = rule(choose(attested("A"), attested("B"), attested("C")));
    for (letters, expected) in
        [("yyn", Met), ("nyn", NotMet), ("-yy", Met), ("-nn", NotMet), ("-yn", Unknown), ("-y-", Unknown)]
    {
        assert_eq!(status(&protocol, &answers(letters)), expected, "{letters}");
    }
}

#[test]
fn another_limit_holds_instead_for_some() {
    // Bilirubin-like: at most 1.5 mg/dL, instead at most 3 mg/dL with the other condition.
    let value = || latest("creatinine", within_before(28, "randomization"));
    let protocol = rule(choose(
        ever("stroke"),
        compare(value(), Comparator::AtMost, quantity("3 mg/dL")),
        compare(value(), Comparator::AtMost, quantity("1.5 mg/dL")),
    ));
    let record = |value: &str, extra: &str| {
        let value =
            format!(r#"{{"measure": "creatinine", "value": {value}, "unit": "mg/dL", "on": "2011-06-20"}}"#);
        with(&format!(r#""measurements": [{value}]{extra}"#))
    };
    let yes = r#", "findings": [{"name": "stroke", "on": "2001"}]"#;
    let no = r#", "absences": [{"name": "stroke"}]"#;
    table(
        &protocol,
        &[
            ("2 with it", &record("2", yes), Met),
            ("2 without it", &record("2", no), NotMet),
            ("2, nothing known of it", &record("2", ""), Unknown),
            ("1, nothing known of it: within both", &record("1", ""), Met),
            ("4, nothing known of it: above both", &record("4", ""), NotMet),
        ],
    );
}

#[test]
fn at_least_and_at_most_so_many_of_a_list() {
    let count = |low, high| {
        rule(clause(
            "count",
            Rule::Count { of: vec![attested("A"), attested("B"), attested("C")], low, high },
        ))
    };
    for (letters, two_or_more, exactly_one) in [
        ("yyn", Met, NotMet),
        ("yy-", Met, NotMet),
        ("yn-", Unknown, Unknown),
        ("ynn", NotMet, Met),
        ("nn-", NotMet, Unknown),
        ("nnn", NotMet, NotMet),
    ] {
        assert_eq!(status(&count(Some(2), None), &answers(letters)), two_or_more, "two of {letters}");
        assert_eq!(status(&count(Some(1), Some(1)), &answers(letters)), exactly_one, "one of {letters}");
    }
}

#[test]
fn what_is_text_only_is_answered_by_hand() {
    let protocol = rule(clause(
        "the 2003 definition",
        Rule::Text { key: "A".into(), because: "defined elsewhere".into() },
    ));
    table(
        &protocol,
        &[
            ("yes", &answers("y"), Met),
            ("no", &answers("n"), NotMet),
            ("nobody answered", &answers("-"), Unknown),
        ],
    );
}

#[test]
fn another_persons_facts_are_unknown_unless_they_are_recorded() {
    let rule = Rule::OfPerson { person: "mother".into(), of: Box::new(ever("stroke")) };
    let protocol = Protocol::new().person("mother").include("X", clause("for mother: stroke ever", rule));
    table(
        &protocol,
        &[
            (
                "the participant's own stroke does not count",
                &with(r#""findings": [{"name": "stroke", "on": "2001"}]"#),
                Unknown,
            ),
            (
                "the mother's does",
                &with(r#""persons": {"mother": {"findings": [{"name": "stroke", "on": "2001"}]}}"#),
                Met,
            ),
            (
                "the mother had none",
                &with(r#""persons": {"mother": {"absences": [{"name": "stroke"}]}}"#),
                NotMet,
            ),
            ("a record without it", &with(r#""persons": {"mother": {}}"#), Unknown),
        ],
    );
}

#[test]
fn sex_country_and_arm_are_recorded_or_unknown() {
    let woman = rule(is(attribute("sex"), &["female"]));
    let case = |person: &str| format!(r#"{{"person": {{{person}}}}}"#);
    table(
        &woman,
        &[
            ("female", &case(r#""sex": "female""#), Met),
            ("male", &case(r#""sex": "male""#), NotMet),
            ("unknown", &case(r#""sex": "unknown""#), Unknown),
            ("other", &case(r#""sex": "other""#), Unknown),
            ("not recorded", &case(""), Unknown),
        ],
    );
    let country = rule(is(attribute("country"), &["CN", "US"]));
    table(
        &country,
        &[
            ("listed", &case(r#""country": "cn""#), Met),
            ("not listed", &case(r#""country": "FR""#), NotMet),
            ("none", &case(""), Unknown),
        ],
    );
}
