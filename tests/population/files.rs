//! The same people from files as from memory, and from Parquet as from CSV.

use std::fs;

use trialc::eligibility::record::{CoveredDomain, Entry, Measurement};
use trialc::eligibility::{EligibilityDocument, Record};
use trialc::omop::{Assumptions, ListedCode};
use trialc::population::read::{Fault, Input, Memory, Report, Words, concept_sets, omop};
use trialc::population::{Population, screen};

use crate::generate::files::{ids, write};
use crate::generate::tables::{Declared, population};
use crate::generated::{TRIAL, rules};
use crate::{input, parquets};

const PEOPLE: u64 = 1000;

/// The tables of invented people, by their file names.
fn tables(seed: u64) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    write(PEOPLE, folder.path(), seed).unwrap();
    let mut files: Vec<(String, String)> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// `is_final`: results that can decide nothing may be left out.
fn of_files(document: &EligibilityDocument, memory: &Memory, is_final: bool) -> (Population, Report) {
    let listed: Vec<ListedCode> = ids()
        .into_iter()
        .map(|(id, name)| ListedCode { code: format!("omop:{id}"), name: name.into() })
        .collect();
    let sets = concept_sets(document, &listed, Words::InData(memory)).expect("the vocabulary can be read");
    // What is declared beside the tables is that of `generate::tables`.
    let declared = population(document, 0, 0, Declared { complete: true, drugs_in_observation: true });
    let assumptions = Assumptions {
        coverage: declared.everybody.coverage.clone(),
        events: declared.everybody.events.clone(),
        in_observation_period: vec![CoveredDomain::Drugs],
        ..Assumptions::default()
    };
    let input = Input { is_final, ..input(memory, document, &sets, &assumptions) };
    omop(&input).expect("the tables can be read")
}

/// A record in which the order of rows and of names says nothing.
fn sorted(mut record: Record) -> Record {
    let of_result = |row: &Measurement| format!("{row:?}");
    let of_entry = |row: &Entry| format!("{row:?}");
    record.measurements.sort_by_key(of_result);
    for list in [&mut record.findings, &mut record.exposures, &mut record.procedures, &mut record.events] {
        for entry in list.iter_mut() {
            entry.perhaps.sort();
            let mut names: Vec<String> =
                std::iter::once(entry.name.clone()).chain(entry.also.clone()).collect();
            names.sort();
            names.retain(|name| !name.is_empty());
            let mut names = names.into_iter();
            entry.name = names.next().unwrap_or_default();
            entry.also = names.collect();
        }
        // Nobody of these people is named by what has no code.
        list.retain(|entry| {
            entry.unsure.as_deref() != Some("no code is known by which these data would say it")
        });
        list.sort_by_key(of_entry);
    }
    record
}

#[test]
fn people_from_files_are_those_from_memory() {
    let document = rules(TRIAL);
    for seed in [7, 8] {
        let memory =
            tables(seed).into_iter().fold(Memory::default(), |memory, (name, text)| memory.with(&name, text));
        let (read, report) = of_files(&document, &memory, false);
        let known =
            population(&document, PEOPLE, seed, Declared { complete: true, drugs_in_observation: true });
        let comparisons = report.groups.iter().filter(|group| group.fault == Fault::UnknownOperator);
        let comparisons: u64 = comparisons.map(|group| group.count).sum();
        assert!(comparisons > 10 && report.malformed() == comparisons, "{}", report.render_text(50));
        assert_eq!(read.people, known.people);
        for person in 0..known.people.len() {
            assert_eq!(sorted(read.record(person)), sorted(known.record(person)), "person {person}");
        }
    }
}

#[test]
fn parquet_and_csv_of_the_same_rows_give_the_same_population() {
    let document = rules(TRIAL);
    let files = tables(9);
    let (csv, parquet) = (as_csv(&files), as_parquet(&files));
    for is_final in [false, true] {
        let (csv, counted) = of_files(&document, &csv, is_final);
        let (parquet, also) = of_files(&document, &parquet, is_final);
        assert_eq!(csv.people, parquet.people);
        assert_eq!(csv.results, parquet.results);
        assert_eq!(csv.happenings, parquet.happenings);
        assert_eq!(csv.periods, parquet.periods);
        assert_eq!(
            (&csv.units, &csv.levels, &csv.namings),
            (&parquet.units, &parquet.levels, &parquet.namings)
        );
        let rows = |report: &Report| -> Vec<(u64, u64, u64)> {
            report.tables.iter().map(|table| (table.rows, table.used, table.passed_over)).collect()
        };
        assert_eq!(rows(&counted), rows(&also));
        assert!(
            csv.results.len() > 1000 && csv.happenings.rows.len() > 1000,
            "there is something to compare"
        );
    }
}

/// A window that begins on another day for each.
const ON_ANY_DAY: &str = r#"
trial open "Open" { enrollment: not stated }
use std.labs, std.conditions
event consent "Signing of informed consent"
event randomization "Randomization": on or after consent
eligibility for randomization "Entry" {
  exclude E1 "Creatinine": any creatinine from onset of t2dm to randomization > 1.5 mg/dL
}
"#;

/// Each protocol, with whether it asks for some measure on some days only.
#[test]
fn results_of_days_that_no_criterion_asks_for_decide_nothing() {
    let files = tables(11);
    for (text, has_windows) in [
        (TRIAL.to_owned(), true),
        (include_str!("shapes.trial").to_owned(), true),
        (include_str!("../../protocols/nct01719640/trial.trial").to_owned(), true),
        (ON_ANY_DAY.to_owned(), false),
    ] {
        let document = rules(&text);
        for memory in [as_csv(&files), as_parquet(&files)] {
            let (some, report) = of_files(&document, &memory, true);
            let (all, everything) = of_files(&document, &memory, false);
            let passed_over: u64 = report.tables.iter().map(|table| table.passed_over).sum();
            assert_eq!(passed_over as usize, all.results.len() - some.results.len());
            assert_eq!(passed_over > 0, has_windows, "{}", report.render_text(0));
            assert!(everything.tables.iter().all(|table| table.passed_over == 0));
            assert_eq!(screen(&document, &some, None), screen(&document, &all, None));
        }
    }
}

fn as_csv(files: &[(String, String)]) -> Memory {
    files.iter().fold(Memory::default(), |memory, (name, text)| memory.with(name, text.as_str()))
}

fn as_parquet(files: &[(String, String)]) -> Memory {
    files.iter().fold(Memory::default(), |memory, (name, text)| match name.strip_suffix(".csv") {
        // The vocabulary is read as text.
        Some(table) if table.starts_with(|letter: char| letter.is_lowercase()) && table != "codes" => {
            // Upper case in one of them, and several files of one table.
            if table == "measurement" {
                let (heading, rows) = text.split_once('\n').unwrap();
                let rows: Vec<&str> = rows.lines().collect();
                let (one, other) = rows.split_at(rows.len() / 3);
                let part =
                    |rows: &[&str]| parquets::of_csv(&format!("{heading}\n{}\n", rows.join("\n")), 777);
                return memory
                    .with("measurement/part-0.parquet", part(one))
                    .with("measurement/part-1.parquet", part(other))
                    .with("measurement/_SUCCESS", "");
            }
            memory.with(&format!("{}.parquet", table.to_uppercase()), parquets::of_csv(text, 1000))
        }
        _ => memory.with(name, text.as_str()),
    })
}

#[test]
fn rows_in_any_order_give_the_same_verdicts() {
    let document = rules(TRIAL);
    let files = tables(10);
    let turned = |text: &str| {
        let (heading, rows) = text.split_once('\n').unwrap();
        let rows: Vec<&str> = rows.lines().rev().collect();
        format!("{heading}\n{}\n", rows.join("\n"))
    };
    let straight =
        files.iter().fold(Memory::default(), |memory, (name, text)| memory.with(name, text.as_str()));
    let reversed = files.iter().fold(Memory::default(), |memory, (name, text)| match name.as_str() {
        "person.csv" | "codes.csv" => memory.with(name, text.as_str()),
        _ => memory.with(name, turned(text)),
    });
    let screened = |memory: &Memory| screen(&document, &of_files(&document, memory, true).0, None);
    assert_eq!(screened(&straight), screened(&reversed));
}
