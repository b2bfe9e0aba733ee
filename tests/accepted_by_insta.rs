//! Outputs of a protocol as snapshots: the whole of what a project of its own needs.

use trialc::compile::compile;
use trialc::emit;
use trialc::source::{LoadError, Loader};

/// Reads protocols from the disk: the compiler itself never does.
struct Disk;

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        std::fs::read_to_string(path).map_err(|error| LoadError::Refused(error.to_string()))
    }
}

#[test]
fn the_schedule_is_the_accepted_one() {
    let compilation = compile(&Disk, "protocols/crossover/trial.trial").expect("the protocol is there");
    let trial = compilation.trial.expect("the protocol has no error");
    let schedule = emit::find("schedule").expect("a target of trialc");
    let artifacts = emit::build(&[schedule], &trial);
    let table = artifacts.iter().find(|artifact| artifact.path == "soa.md").expect("a table");
    insta::assert_snapshot!(String::from_utf8_lossy(&table.content));
}
