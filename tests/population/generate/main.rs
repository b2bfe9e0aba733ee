//! `cargo run --release --example population -- 10000 FOLDER --seed 7` writes the tables of invented people in the shape of
//! the OMOP Common Data Model 5.4, with the codes of tests/population/trial.trial and a small vocabulary. The same numbers
//! give the same bytes.
//!
//! `… -- verdicts 10000 PROTOCOL FILE.csv` writes what the evaluator says of these people, one row for each: the status of every
//! criterion, and the verdicts. Conditions, procedures and events are complete; drugs are in each person's own periods.

use std::path::PathBuf;
use std::process::ExitCode;

mod catalogue;
mod files;
mod people;
#[allow(dead_code)]
mod tables;
mod verdicts;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, people, protocol, out] = arguments.as_slice()
        && word == "verdicts"
    {
        return match verdicts::write(people, protocol, out) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::from(2)
            }
        };
    }
    let Some((people, folder, seed)) = read(&arguments) else {
        eprintln!("say how many people, and into which folder: population 10000 FOLDER [--seed 7]");
        return ExitCode::from(2);
    };
    match files::write(people, &folder, seed) {
        Ok(()) => {
            let events: Vec<String> =
                people::EVENTS.iter().map(|(event, day)| format!("--event {event}={day}")).collect();
            println!("{people} people, {}", events.join(" "));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::from(2)
        }
    }
}

fn read(arguments: &[String]) -> Option<(u64, PathBuf, u64)> {
    let (people, folder, seed) = match arguments {
        [people, folder] => (people, folder, "7"),
        [people, folder, flag, seed] if flag == "--seed" => (people, folder, seed.as_str()),
        _ => return None,
    };
    Some((people.parse().ok()?, folder.into(), seed.parse().ok()?))
}
