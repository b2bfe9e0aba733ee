//! What holds of every study under `protocols/` that is whole: it compiles without an error, its examples hold, and
//! whatever its forms ask can be answered.

use std::fs;
use std::path::{Path, PathBuf};

use trialc::compile::compile;
use trialc::model::{FieldKind, Trial};
use trialc::source::{LoadError, Loader};

struct Files(PathBuf);

impl Loader for Files {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        fs::read_to_string(self.0.join(path)).map_err(|_| LoadError::Missing { suggestion: None })
    }
}

fn studies() -> Vec<(String, Trial)> {
    let protocols = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols");
    let mut folders: Vec<PathBuf> = fs::read_dir(protocols)
        .expect("the folder is there")
        .map(|folder| folder.expect("a folder").path())
        .collect();
    folders.sort();
    let compiled = folders.into_iter().filter(|folder| folder.join("trial.trial").exists()).map(|folder| {
        let name = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
        let compilation = compile(&Files(folder), "trial.trial").expect("the file can be read");
        assert!(
            !compilation.has_errors(),
            "{name}: {:?}",
            compilation.diagnostics.iter().find(|one| one.is_error())
        );
        (name, compilation.trial.expect("it has no errors"))
    });
    let studies: Vec<_> = compiled.collect();
    assert!(studies.len() >= 3, "{} studies", studies.len());
    studies
}

#[test]
fn every_choice_has_something_to_choose() {
    let mut choices = 0;
    for (study, trial) in studies() {
        for (form, content) in &trial.forms {
            for field in &content.fields {
                if let FieldKind::Choice { levels } = &field.kind {
                    assert!(!levels.is_empty(), "{study}: {form}.{} has no values", field.name);
                    choices += 1;
                }
            }
        }
    }
    assert!(choices > 100, "{choices}");
}

#[test]
fn whoever_is_allocated_is_allocated_to_an_arm_or_to_a_sequence() {
    for (study, trial) in studies() {
        for (name, allocation) in &trial.allocations {
            assert!(allocation.arms.len() > 1, "{study}: {name}");
            for arm in &allocation.arms {
                assert!(trial.arms.contains_key(arm) != trial.sequences.contains_key(arm), "{study}: {arm}");
            }
        }
    }
    let (_, crossover) = studies().into_iter().find(|(study, _)| study == "crossover").expect("it is there");
    assert_eq!(crossover.allocations["main"].arms, ["candesartan_first", "amlodipine_first"]);
}

#[test]
fn every_study_has_examples_and_they_hold() {
    for (study, trial) in studies() {
        let outcomes = trialc::eligibility::run_examples(&trial);
        assert!(outcomes.len() >= 3, "{study}: {} examples", outcomes.len());
        assert!(trialc::eligibility::check_examples(&trial).is_empty(), "{study}");
    }
}
