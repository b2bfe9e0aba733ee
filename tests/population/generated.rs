//! The invented people: always the same, and with everything that real data have.

use std::collections::BTreeSet;

use trialc::population::{Days, ResultValue};

use trialc::compile::compile;
use trialc::eligibility::EligibilityDocument;

use crate::generate::files;
use crate::generate::tables::{Declared, population};
use crate::snippet::Texts;

/// The rules of a whole protocol.
pub fn rules(text: &str) -> EligibilityDocument {
    let compiled = compile(&Texts::new(&[("main.trial", text)]), "main.trial").expect("the text is there");
    EligibilityDocument::of(&compiled.trial.expect("the protocol has no errors"))
}

pub const TRIAL: &str = include_str!("trial.trial");

#[test]
fn the_same_numbers_give_the_same_bytes_and_another_seed_others() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, people, seed| {
        let folder = folder.path().join(name);
        files::write(people, &folder, seed).unwrap();
        folder
    };
    let (one, again, other, more) =
        (write("a", 50, 7), write("b", 50, 7), write("c", 50, 8), write("d", 60, 7));
    let read = |folder: &std::path::Path, file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(&one).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        files += 1;
        assert_eq!(read(&one, &name), read(&again, &name), "{name}");
        assert!(read(&more, &name).starts_with(&read(&one, &name)), "{name} begins with the same people");
    }
    assert_eq!(files, 13);
    assert_ne!(read(&one, "measurement.csv"), read(&other, "measurement.csv"));
}

#[test]
fn the_people_have_what_real_data_have() {
    let document = rules(TRIAL);
    let population = population(&document, 3_000, 7, Declared { complete: true, drugs_in_observation: true });
    let results: Vec<_> = population.results.iter().collect();
    for (place, measure) in population.measures.iter().enumerate() {
        let rows = results.iter().filter(|row| usize::from(row.measure) == place);
        let units: BTreeSet<_> = rows.clone().map(|row| row.unit).collect();
        let is_computed = document.measures[measure].quantity().is_some_and(|one| one.formula_of.is_some());
        assert_eq!(rows.count() == 0, is_computed, "{measure}");
        assert!(is_computed || measure == "pregnancy_test" || units.len() > 1, "{measure} has several units");
    }
    let of = |test: &dyn Fn(&ResultValue) -> bool| results.iter().filter(|row| test(&row.value)).count();
    assert!(of(&|value| matches!(value, ResultValue::Below(_) | ResultValue::Above(_))) > 100);
    assert!(of(&|value| matches!(value, ResultValue::Level(_))) > 100);
    let happenings = &population.happenings.rows;
    assert!(happenings.iter().any(|row| row.is_unsure));
    assert!(happenings.iter().any(|row| row.end.latest == i32::MAX && row.end != Days::NEVER));
    assert!(population.namings.iter().any(|naming| naming.certain.is_empty() && !naming.perhaps.is_empty()));
    assert!(population.namings.iter().any(|naming| naming.certain.len() > 1));
    assert!(population.people.iter().any(|person| person.sex.is_none()));
    assert!(population.people.iter().any(|person| person.born.is_none()));
    assert!(population.people.iter().any(|person| person.born.is_some_and(|born| !born.is_exact())));
    let is_tied = |person: usize| {
        let rows = population.results.of(person);
        (1..rows.len()).any(|one| {
            let (a, b) = (rows.get(one), rows.get(one - 1));
            (a.measure, a.on) == (b.measure, b.on) && a.value != b.value
        })
    };
    let tied = (0..population.people.len()).filter(|person| is_tied(*person)).count();
    assert!(tied > 300 && tied < 3_000, "{tied} of 3,000 people have tied values");
}
