//! `trialc cases`

use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::files::shown;
use super::publish::publish;
use super::report::trial_of;
use super::solver::SolverChoice;
use super::{Exit, Failure, Outcome};
use crate::diagnostics::codes;
use crate::emit::Artifact;
use crate::logic::{Shown, cases, cases_with, coverage, example_text};
use crate::model::Trial;

/// Write participants at the boundary of every criterion, just in and just out, as examples to keep
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocol's main file
    file: String,
    /// A file for the examples, instead of standard output
    #[arg(long, value_name = "FILE", conflicts_with = "coverage")]
    out: Option<PathBuf>,
    /// Which tests of the criteria the protocol's own examples show to decide, instead
    #[arg(long, conflicts_with = "solver")]
    coverage: bool,
    #[command(flatten)]
    solver: SolverChoice,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let Some(trial) = trial_of(console, &arguments.file)? else { return Ok(Exit::Findings) };
    if trial.decisions.is_empty() {
        return Err(Failure::of(
            &codes::NOTHING_TO_DO,
            format!("`{}` has no eligibility criteria", arguments.file),
        ));
    }
    if arguments.coverage {
        return covered(console, &arguments.file, &trial);
    }
    let found = match arguments.solver.open()? {
        None => cases(&trial),
        Some(solver) => {
            let found = cases_with(&trial, Box::new(solver.clone()));
            let (found, asked) = found.map_err(|fault| solver.failed(&fault))?;
            let told = solver.told(console, &arguments.file, asked);
            console.err(&told);
            found
        }
    };
    let mut text = format!(
        "// Participants at the boundaries of the criteria of {}, by `trialc cases`.\n",
        trial.header.name
    );
    for example in &found.examples {
        // Every example that is found can be written.
        let Some(item) = example_text(example) else { continue };
        text.push('\n');
        text.push_str(&item);
    }
    match &arguments.out {
        None => console.out(&text)?,
        Some(path) => {
            let (folder, name) = parts(path)?;
            let changes = publish(folder, &[Artifact::new(name, text)])?;
            let change = changes.first().map_or("wrote", |change| change.in_words());
            console.out(&format!("{change:<9} {}\n", shown(path)))?;
        }
    }
    for missing in &found.missing {
        let side = if missing.passes { "in" } else { "out" };
        console.err(&format!("none just {side} by {} ({}): {}\n", missing.code, missing.of, missing.why));
    }
    let (count, without) = (found.examples.len(), found.missing.len());
    console
        .err(&format!("{}: {count} examples, {without} sides of boundaries without one\n", arguments.file));
    Ok(Exit::Fine)
}

/// The folder and the name of a file.
fn parts(path: &Path) -> Result<(&Path, String), Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let Some(name) = name else {
        return Err(Failure::of(&codes::UNWRITABLE_FILE, format!("`{}` is no name of a file", shown(path)))
            .help("write `--out cases.trial`"));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")), name))
}

fn covered(console: &Console, file: &str, trial: &Trial) -> Outcome {
    let found = coverage(trial);
    let mut text = String::new();
    let mut last = String::new();
    for one in &found {
        let head = if trial.decisions.len() > 1 {
            format!("{} for {}", one.code, one.decision)
        } else {
            one.code.clone()
        };
        if head != last {
            text.push_str(&format!("{head}\n"));
            last = head;
        }
        text.push_str(&format!("  {}\n", one.test));
        text.push_str(&format!("    holds  {}\n", named(one.holding.as_deref())));
        text.push_str(&format!("    fails  {}\n", named(one.failing.as_deref())));
    }
    let whole = found.iter().filter(|one| Shown::is_whole(one)).count();
    text.push_str(&format!("{file}: {whole} of {} tests are shown to decide, both ways\n", found.len()));
    console.out(&text)?;
    Ok(Exit::Fine)
}

fn named(example: Option<&str>) -> String {
    example.map_or("no example".to_owned(), |label| format!("\"{label}\""))
}
