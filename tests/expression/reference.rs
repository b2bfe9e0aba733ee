//! The reference and the reader say the same: what the tables of rules show in code is read without complaint.

use trialc::syntax::expression;

use crate::tree::*;

/// The parts in backquotes of a text.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn section<'a>(reference: &'a str, heading: &str) -> &'a str {
    let start = reference.find(heading).unwrap_or_else(|| panic!("no {heading}")) + heading.len();
    let end = reference[start..].find("\n##").map_or(reference.len(), |end| start + end);
    &reference[start..end]
}

fn reference() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md")).expect("the reference")
}

/// A fragment of the table as a whole rule.
fn whole(fragment: &str) -> Vec<String> {
    let fragment = fragment.replace("PHRASE", "at consent").replace(" …", " at consent");
    if fragment.chars().all(|sign| " <>=!".contains(sign)) {
        return fragment.split(' ').map(|sign| format!("a {sign} 3")).collect();
    }
    let starts = |word: &str| fragment.starts_with(word);
    vec![match () {
        () if fragment == "not in at consent" => "a not in 1 to 2".into(),
        () if starts("in ") || starts("<") || starts(">") => format!("a {fragment}"),
        () if fragment.ends_with(" of") => format!("{fragment} (a, b)"),
        () => fragment,
    }]
}

#[test]
fn every_rule_of_the_reference_is_read() {
    let reference = reference();
    let rows: Vec<&str> =
        section(&reference, "### Rules").lines().filter(|line| line.starts_with("| `")).collect();
    assert!(rows.len() >= 20, "{} rows", rows.len());
    let mut read = 0;
    for row in rows {
        for fragment in code(row.split(" | ").next().unwrap_or(row)) {
            for rule in whole(fragment) {
                assert!(!tree(&rule).is_empty());
                read += 1;
            }
        }
    }
    assert!(read >= 60, "{read} rules");
}

#[test]
fn every_time_phrase_of_the_reference_is_read() {
    let reference = reference();
    let section = section(&reference, "### Time phrases").replace('\n', " ");
    let (phrases, moments) = section.split_once("A moment is").expect("phrases, then moments");
    let filled =
        |text: &str| text.replace("MOMENT", "month_3").replace(" D ", " 14 days ").replace(" E", " consent");
    let phrases = code(phrases);
    assert!(phrases.len() >= 12, "{phrases:?}");
    for phrase in phrases {
        assert!(tree(&format!("stroke {}", filled(phrase))).starts_with("(timed stroke"), "{phrase}");
    }
    let (moments, rules) = moments.split_once("Windows are closed").expect("moments, then windows");
    for text in code(moments) {
        good(text, expression::moment, |value| moment(&value));
    }
    for rule in code(rules) {
        tree(rule);
    }
}

#[test]
fn every_constraint_and_plan_phrase_of_the_reference_is_read() {
    let reference = reference().replace('\n', " ");
    let part = |from: &str, to: &str| {
        let start = reference.find(from).unwrap_or_else(|| panic!("no {from}"));
        reference[start..start + reference[start..].find(to).expect("an end")].to_owned()
    };
    let constraints = part("joined by `and`:", "     condition");
    for text in code(&constraints).into_iter().skip(1).filter(|text| *text != "before") {
        let filled = text
            .replace("D to D", "0 to 14 days")
            .replace("D ", "14 days ")
            .replace("TRUTH", "anc > 3")
            .replace(" E", " consent");
        good(&filled, expression::timing, constraints_of);
    }
    let phrases = part("Phrases of a plan", "The block form");
    let phrases = code(&phrases);
    assert!(phrases.len() >= 15, "{phrases:?}");
    for text in phrases {
        let filled = text.replace(" E", " consent").replace(" D", " 4 weeks").replace(" …", "");
        good(&filled, expression::plan, plan);
    }
}

fn constraints_of(value: Vec<trialc::ast::Constraint>) -> String {
    constraints(value)
}
