//! Runs `cases/*.md`: a criterion, and tables of the CDM by which it is met, not met or unknown.

use trialc::eligibility::record::CoveredDomain;
use trialc::eligibility::{Screener, render_verdict_text};
use trialc::intake::Additions;
use trialc::omop::{Assumptions, ConceptSets, ListedCode};
use trialc::population::read::{Memory, omop};

use super::literate::{Block, Decided, protocol, run};
use super::{document, input};

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
fn decided(block: &Block<'_>) -> Decided {
    let document = document(&protocol(block.rules));
    let mut listed: Vec<ListedCode> = block
        .codes
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(code, name)| ListedCode { code: code.into(), name: name.into() })
        .collect();
    let mut additions = Additions::default();
    for event in ["consent=2020-05-01", "randomization=2020-06-01"] {
        additions.event(event).expect("an event");
    }
    let mut assumptions = Assumptions::default();
    for word in block.given {
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
    let (memory, said) = tables(block.data);
    let (population, report) =
        omop(&input(&memory, &document, &sets, &assumptions)).expect("the tables can be read");
    let verdict = Screener::of(&document).screen(&population.record(0), None);
    let status = serde_json::to_value(verdict.decisions[0].criteria[0].status).expect("a word");
    let report = report.render_text(50);
    let unsaid = said.into_iter().filter(|said| !report.contains(said)).map(str::to_owned).collect();
    let words = format!("{}{report}", render_verdict_text(&verdict));
    Decided { status: status.as_str().unwrap_or_default().to_owned(), words, unsaid }
}

#[test]
fn results() {
    run("population/cases/results.md", "omop", decided);
}

#[test]
fn conditions_drugs_procedures_visits_people_and_coverage() {
    run("population/cases/happenings.md", "omop", decided);
}
