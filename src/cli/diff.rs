//! `trialc diff`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::console::Console;
use super::files::{self, Disk, read_data};
use super::publish::publish;
use super::report::{compiled, errors_of, wrong_input};
use super::solver::SolverChoice;
use super::{Day, Exit, Failure, Outcome};
use crate::amend::{self, OutOfWindow};
use crate::calendar::{DEFAULT_HORIZON, People};
use crate::compile::Compilation;
use crate::diagnostics::{codes, render};
use crate::emit::Artifact;
use crate::emit::difference::{self, Report};
use crate::model::Trial;
use crate::source::Sources;

/// Compare two versions of a protocol by what they mean: who is eligible, when participants come, what is recorded
#[derive(Debug, Args)]
pub struct Arguments {
    /// The main file of the old version; `-` for standard input, as in `git show v1:trial.trial | trialc diff - trial.trial`
    old: String,
    /// The main file of the new version
    new: String,
    /// `human` to read here, `markdown` a Summary of Changes to edit, `html` a page to read, print and file, `json` for programs
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Write the report to this file instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Dates of participants, with the columns `participant,event,date` as for `trialc calendar`: lists who falls out of a window
    #[arg(long, value_name = "TABLE.csv")]
    participants: Option<String>,
    /// The day to judge visits by that have not taken place, `2011-09-01` or `today`
    #[arg(long, value_name = "DATE")]
    as_of: Option<Day>,
    /// Exit with 1 when anything differs
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    solver: SolverChoice,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Human,
    Markdown,
    Html,
    Json,
}

/// Lines of a report that is written to a file.
const WIDTH: usize = 100;

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let (disk, disk2) = (Disk::default(), Disk::default());
    let (old, new) = match (arguments.old.as_str(), arguments.new.as_str()) {
        (files::STDIN, files::STDIN) => {
            return Err(Failure::of(&codes::OPTIONS_CLASH, "both versions cannot come from standard input")
                .help(
                    "give the new version as a file: `git show v1:trial.trial | trialc diff - trial.trial`",
                ));
        }
        (old, new) => (compiled(&disk, old)?, compiled(&disk2, new)?),
    };
    let failed = [errors_of(console, &arguments.old, &old)?, errors_of(console, &arguments.new, &new)?]
        .contains(&true);
    let (Some(before), Some(after)) = (&old.trial, &new.trial) else { return Ok(Exit::Findings) };
    if failed {
        return Ok(Exit::Findings);
    }
    let difference = match arguments.solver.open()? {
        None => amend::compare(before, after),
        Some(solver) => {
            let compared = amend::compare_with(before, after, Box::new(solver.clone()));
            let (difference, asked) = compared.map_err(|fault| solver.failed(&fault))?;
            let told = solver.told(console, &arguments.new, asked);
            console.err(&told);
            difference
        }
    };
    let difference = match &old.amends {
        Some(amends) => difference.after(amends.difference.test_codes()),
        None => difference,
    };
    let Some(participants) = participants(console, before, after, arguments)? else {
        return Ok(Exit::Findings);
    };
    let report =
        Report { old: before, new: after, difference: &difference, participants: participants.as_deref() };
    let fallen = participants.as_deref().unwrap_or_default();
    let found = amend::findings(before, after, &difference, fallen, new.sources.iter().count());
    let is_wrong = found.iter().any(crate::diagnostics::Diagnostic::is_error);
    told(console, &old, &new, found);
    let text = match arguments.format {
        Format::Human => {
            let look = console.out_look();
            match arguments.out {
                Some(_) => difference::text(&report, WIDTH, false),
                None => difference::text(&report, look.width, look.color),
            }
        }
        Format::Markdown => difference::markdown(&report),
        Format::Html => difference::page(&report),
        Format::Json => difference::document(&report),
    };
    match &arguments.out {
        Some(path) => write(console, path, text)?,
        None => console.out(&text)?,
    }
    Ok(if is_wrong || (arguments.exit_code && !difference.is_empty()) { Exit::Findings } else { Exit::Fine })
}

/// Whose visits fall out of their windows; the outer `None` when something is wrong with the table.
fn participants(
    console: &Console,
    old: &Trial,
    new: &Trial,
    arguments: &Arguments,
) -> Result<Option<Option<Vec<OutOfWindow>>>, Failure> {
    let Some(path) = &arguments.participants else { return Ok(Some(None)) };
    if old.schedule.is_none() || new.schedule.is_none() {
        return Err(Failure::of(
            &codes::NOTHING_TO_DO,
            "participants can be looked at only where both versions have a schedule",
        ));
    }
    let text = read_data(path)?;
    match People::read(old, &text) {
        Ok(people) => {
            let as_of = arguments.as_of.map(Day::date);
            Ok(Some(Some(amend::out_of_window(old, new, &people, as_of, DEFAULT_HORIZON))))
        }
        Err(errors) => {
            wrong_input(console, path, &text, &errors);
            Ok(None)
        }
    }
}

/// What a reviewer should be told, with the places of both versions.
fn told(console: &Console, old: &Compilation, new: &Compilation, found: Vec<crate::diagnostics::Diagnostic>) {
    let mut sources = Sources::default();
    for (_, source) in new.sources.iter().chain(old.sources.iter()) {
        sources.add(source.clone());
    }
    console.err(&render::render(render::Format::Human, console.err_look(), &sources, &found));
}

/// The whole report or nothing.
fn write(console: &Console, path: &Path, text: String) -> Result<(), Failure> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Err(Failure::of(
            &codes::UNWRITABLE_FILE,
            format!("`{}` is no file to write to", files::shown(path)),
        ));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let changes = publish(folder, &[Artifact::new(name, text)])?;
    for change in changes {
        console.err(&format!("{} {}\n", change.in_words(), files::shown(path)));
    }
    Ok(())
}
