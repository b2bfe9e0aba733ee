//! Runs `cases/*.md`: a criterion, and tables of the CDM by which it is met, not met or unknown.

use std::fs;
use std::path::Path;

use trialc::eligibility::record::CoveredDomain;
use trialc::eligibility::{Screener, render_verdict_text};
use trialc::intake::Additions;
use trialc::omop::{Assumptions, ConceptSets, ListedCode};
use trialc::population::read::{Input, Memory, omop};

use super::document;

const PERSON: &str = "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth\n1,8532,1980,3,2\n2,8507,1960,1,1\n";

/// Tables, each under its name, a blank line between them; behind `! ` what the report must say.
fn tables(block: &str) -> (Memory, Vec<&str>) {
    let said: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("! ")).collect();
    let rows: Vec<&str> = block.lines().filter(|line| !line.starts_with("! ")).collect();
    let mut memory = Memory::default();
    let mut has_person = false;
    for table in rows.split(|line| line.trim().is_empty()).filter(|table| !table.is_empty()) {
        has_person |= table[0] == "person";
        memory = memory.with(&format!("{}.csv", table[0]), table[1..].join("\n") + "\n");
    }
    if !has_person {
        memory = memory.with("person.csv", PERSON);
    }
    (memory, said)
}

/// The status of the only criterion for person 1, and what there is to read about it.
fn decided(rules: &str, codes: &str, block: &str, given: &[&str]) -> (String, String, Vec<String>) {
    let (items, criterion): (Vec<&str>, Vec<&str>) =
        rules.lines().partition(|line| !line.starts_with("include ") && !line.starts_with("exclude "));
    let text =
        format!("{}\neligibility for randomization {{\n{}\n}}\n", items.join("\n"), criterion.join("\n"));
    let document = document(&text);
    let mut listed: Vec<ListedCode> = codes
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(code, name)| ListedCode { code: code.into(), name: name.into() })
        .collect();
    let mut additions = Additions::default();
    for event in ["consent=2020-05-01", "randomization=2020-06-01"] {
        additions.event(event).expect("an event");
    }
    let mut assumptions = Assumptions::default();
    for word in given {
        if let Some(coverage) = word.strip_prefix("coverage:") {
            additions.coverage(coverage).expect("a coverage");
        } else if let Some(domain) = word.strip_prefix("observed:") {
            assumptions.in_observation_period.push(CoveredDomain::from(domain.to_owned()));
        } else if let Some((code, name)) = word.strip_prefix("code:").and_then(|pair| pair.split_once('=')) {
            listed.push(ListedCode { code: code.into(), name: name.into() });
        } else {
            assert_eq!(*word, "orders-are-taken", "a case knows no `{word}`");
            assumptions.orders_are_taken = true;
        }
    }
    let declared = additions.of_everybody();
    assumptions.coverage = declared.coverage;
    assumptions.events = declared.events;
    let sets = ConceptSets::of(&document, &listed, None, [], [], []);
    let (memory, said) = tables(block);
    let input =
        Input { folder: &memory, document: &document, sets: &sets, assumptions: &assumptions, events: None };
    let (population, report) = omop(&input).expect("the tables can be read");
    let verdict = Screener::of(&document).screen(&population.record(0), None);
    let status = serde_json::to_value(verdict.decisions[0].criteria[0].status).expect("a word");
    let report = report.render_text(50);
    let unsaid = said.into_iter().filter(|said| !report.contains(said)).map(str::to_owned).collect();
    let words = format!("{}{report}", render_verdict_text(&verdict));
    (status.as_str().unwrap_or_default().to_owned(), words, unsaid)
}

fn run(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/population/cases").join(file);
    let text = fs::read_to_string(path).expect("the cases are there");
    let (mut title, mut rules, mut codes) = (String::new(), String::new(), String::new());
    let mut block = None::<(String, String)>;
    let (mut count, mut wrong, mut seen) = (0, Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        match &mut block {
            None if line.starts_with("## ") => title = line[3..].to_owned(),
            None => block = line.strip_prefix("```").map(|info| (info.to_owned(), String::new())),
            Some((_, inside)) if line != "```" => *inside += &format!("{line}\n"),
            Some((info, inside)) => {
                let mut words = info.split_whitespace();
                match words.next() {
                    Some("trial") => rules = inside.clone(),
                    Some("codes") => codes = inside.clone(),
                    Some("omop") => {
                        let wanted = words.next().expect("a status");
                        let given: Vec<&str> = words.collect();
                        let (status, words, unsaid) = decided(&rules, &codes, inside, &given);
                        let place = format!("{file}:{}: {title}", number + 1);
                        if status != wanted {
                            wrong.push(format!("{place}: {status}, not {wanted}\n{words}"));
                        }
                        for unsaid in unsaid {
                            wrong.push(format!("{place}: the report does not say `{unsaid}`\n{words}"));
                        }
                        count += 1;
                        seen.push((title.clone(), status));
                    }
                    _ => panic!("{file}:{}: no such block", number + 1),
                }
                block = None;
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} cases of {file} are wrong:\n\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count > 15, "{file} holds {count} cases");
    // A case in which something holds, and a near miss.
    let mut titles: Vec<&String> = seen.iter().map(|(title, _)| title).collect();
    titles.dedup();
    for title in titles {
        let statuses: Vec<&String> =
            seen.iter().filter(|(of, _)| of == title).map(|(_, status)| status).collect();
        assert!(statuses.iter().any(|status| *status != statuses[0]), "{file}: {title}: no near miss");
    }
}

#[test]
fn results() {
    run("results.md");
}

#[test]
fn conditions_drugs_procedures_visits_people_and_coverage() {
    run("happenings.md");
}
