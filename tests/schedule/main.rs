//! From the text of a protocol to its Schedule of Activities, its calendars and the remarks on its schedule.

use trialc::calendar::{Calendar, Dates, calendar};
use trialc::compile::{Compilation, LoadError, Loader, compile};
use trialc::model::Trial;

mod patterns;
mod pictures;
mod plans;
mod real;
mod rebuilt;
mod remarks;
mod table;
mod treatment;

/// One protocol in memory.
struct Text<'a>(&'a str);

impl Loader for Text<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        match path {
            "trial.trial" => Ok(self.0.to_owned()),
            _ => Err(LoadError::Missing { suggestion: None }),
        }
    }
}

fn compiled(text: &str) -> Compilation {
    compile(&Text(text), "trial.trial").expect("the text is there")
}

/// The trial of a text without errors.
fn trial(text: &str) -> Trial {
    let compilation = compiled(text);
    let errors: Vec<String> = compilation
        .diagnostics
        .iter()
        .filter(|found| found.is_error())
        .map(|found| {
            let words = compilation.sources.text(found.primary.span);
            format!("{} {} at `{words}`", found.code.id, found.message)
        })
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{text}");
    compilation.trial.expect("a trial without errors")
}

/// A file that the schedule is written to.
fn file(trial: &Trial, path: &str) -> String {
    let target = trialc::emit::find("schedule").expect("a target");
    let artifacts = (target.emit)(trial);
    let artifact = artifacts.into_iter().find(|artifact| artifact.path == path).expect("the file is made");
    String::from_utf8(artifact.content).expect("text")
}

fn plan(trial: &Trial, dates: &str, as_of: Option<&str>) -> Calendar {
    let dates = Dates::read(trial, dates).unwrap_or_else(|errors| panic!("{}", errors[0]));
    calendar(trial, &dates, as_of.map(|day| day.parse().expect("a date")), 3)
}
