//! Compiling for a command: the diagnostics where they belong, and the line that sums up.

use clap::{Args, ValueEnum};

use super::console::Console;
use super::files::{Disk, cannot_read};
use super::{Exit, Failure};
use crate::calendar::InputError;
use crate::compile::{Compilation, compile};
use crate::diagnostics::render::{self, Format};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::model::{Computability, Trial};
use crate::source::{Source, Sources};

/// At a terminal, more than these hide the first one.
const MOST_SHOWN: usize = 100;

#[derive(Clone, Debug, Args)]
pub struct Reporting {
    /// How to show what was found; json, github and sarif go to standard output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: FormatChoice,
    /// Fail on warnings too
    #[arg(long, value_name = "WHAT", value_enum)]
    pub deny: Option<Denied>,
}

impl Reporting {
    /// A program reads standard output: nothing else may be written there.
    pub fn owns_standard_output(&self) -> bool {
        self.format.format().is_for_machines()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatChoice {
    /// The source with the words underlined
    #[default]
    Human,
    /// One line per finding, `file:line:column`
    Plain,
    Json,
    /// Workflow commands, shown beside the changed lines
    Github,
    /// Static Analysis Results Interchange Format 2.1.0
    Sarif,
}

impl FormatChoice {
    fn format(self) -> Format {
        match self {
            FormatChoice::Human => Format::Human,
            FormatChoice::Plain => Format::Plain,
            FormatChoice::Json => Format::Json,
            FormatChoice::Github => Format::Github,
            FormatChoice::Sarif => Format::Sarif,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Denied {
    Warnings,
}

/// Compiles and shows nothing yet.
pub fn compiled(disk: &Disk, path: &str) -> Result<Compilation, Failure> {
    compile(disk, path).map_err(|error| cannot_read(path, &error))
}

/// Compiles for a command that needs the trial: only errors are shown, and without a trial the command cannot work.
/// What the author's examples expect does not matter here.
pub fn trial_of(console: &Console, path: &str) -> Result<Option<Trial>, Failure> {
    let compilation = compiled(&Disk::default(), path)?;
    Ok(if errors_of(console, path, &compilation)? { None } else { compilation.trial })
}

/// Shows the errors that keep a protocol from being used, and says whether there are any.
pub fn errors_of(console: &Console, path: &str, compilation: &Compilation) -> Result<bool, Failure> {
    let is_in_the_way = |found: &&Diagnostic| found.is_error() && !leaves_the_trial(found);
    let errors: Vec<Diagnostic> = compilation.diagnostics.iter().filter(is_in_the_way).cloned().collect();
    if errors.is_empty() {
        return Ok(false);
    }
    let tally = Tally::of(&errors).text();
    let shown =
        Compilation { sources: compilation.sources.clone(), diagnostics: errors, ..Compilation::default() };
    show(console, &Reporting { format: FormatChoice::Human, deny: None }, &shown)?;
    console.err(&format!("{path}: {tally}\n"));
    Ok(true)
}

/// Errors of what the author says about the trial, not of the trial.
fn leaves_the_trial(found: &Diagnostic) -> bool {
    [&codes::EXAMPLE_DISAGREES, &codes::SUMMARY, &codes::BREAKING].contains(&found.code)
}

/// Shows what is wrong with a file of dates, each at its place.
pub fn wrong_input(console: &Console, path: &str, text: &str, errors: &[InputError]) {
    let mut sources = Sources::default();
    let file = sources.add(Source::new(path, text));
    let found: Vec<Diagnostic> = errors.iter().map(|error| error.diagnostic(file)).collect();
    console.err(&render::render(Format::Human, console.err_look(), &sources, &found));
}

/// Shows what was found.
pub fn show(console: &Console, reporting: &Reporting, compilation: &Compilation) -> Result<(), Failure> {
    let format = reporting.format.format();
    if format.is_for_machines() {
        let text = render::render(format, console.out_look(), &compilation.sources, &compilation.diagnostics);
        return console.out(&text);
    }
    let (shown, left_out) = match format {
        Format::Human => worst_first(&compilation.diagnostics),
        _ => (compilation.diagnostics.clone(), 0),
    };
    console.err(&render::render(format, console.err_look(), &compilation.sources, &shown));
    if left_out > 0 {
        console.err(&format!("… and {left_out} more; `--format plain` shows all of them\n\n"));
    }
    Ok(())
}

/// The findings to show, in the order of the source: when there are too many, the most severe ones.
fn worst_first(all: &[Diagnostic]) -> (Vec<Diagnostic>, usize) {
    if all.len() <= MOST_SHOWN {
        return (all.to_vec(), 0);
    }
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_by_key(|place| (std::cmp::Reverse(all[*place].severity), *place));
    places.truncate(MOST_SHOWN);
    places.sort_unstable();
    (places.into_iter().map(|place| all[place].clone()).collect(), all.len() - MOST_SHOWN)
}

/// Whether what was found lets a command go on.
pub fn exit(compilation: &Compilation, reporting: &Reporting) -> Exit {
    let limit = match reporting.deny {
        Some(Denied::Warnings) => Severity::Warning,
        None => Severity::Error,
    };
    let fails = compilation.diagnostics.iter().any(|diagnostic| diagnostic.severity >= limit);
    if fails { Exit::Findings } else { Exit::Fine }
}

/// `44 criteria: 31 computed, 5 partly, 8 attested, 0 text only` and how much was found.
pub fn sum_up(path: &str, compilation: &Compilation) -> String {
    let mut text = format!("{path}: ");
    if let Some(trial) = &compilation.trial {
        text.push_str(&criteria(trial));
        text.push('\n');
        text.push_str(&format!("{path}: "));
    }
    text.push_str(&Tally::of(&compilation.diagnostics).text());
    text.push('\n');
    text
}

fn criteria(trial: &Trial) -> String {
    let criteria = trial.decisions.values().flat_map(|decision| decision.criteria.values());
    let kinds: Vec<Computability> = criteria.map(|criterion| criterion.computability).collect();
    let count = |wanted| kinds.iter().filter(|kind| **kind == wanted).count();
    format!(
        "{}: {} computed, {} partly, {} attested, {} text only",
        counted(kinds.len(), "criterion", "criteria"),
        count(Computability::Computed),
        count(Computability::Partly),
        count(Computability::Attested),
        count(Computability::TextOnly),
    )
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// How many findings of each severity.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Tally {
    fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Info),
        }
    }

    fn text(self) -> String {
        format!(
            "{}, {}, {}",
            counted(self.errors, "error", "errors"),
            counted(self.warnings, "warning", "warnings"),
            counted(self.notes, "note", "notes"),
        )
    }
}
