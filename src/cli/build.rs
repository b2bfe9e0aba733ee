//! `trialc build`

use std::path::PathBuf;

use clap::Args;

use super::console::Console;
use super::files::{self, Disk};
use super::publish::publish;
use super::report::{self, Reporting};
use super::warehouse::{self, Warehouse};
use super::{Exit, Failure, Outcome, watch};
use crate::diagnostics::{codes, near_name};
use crate::emit::difference::{self, Report};
use crate::emit::sql::{DIALECTS, Dialect};
use crate::emit::{self, TARGETS, Target};

/// Build the outputs of a protocol; with errors in it nothing is written
#[derive(Debug, Args)]
#[command(after_help = targets_help())]
pub struct Arguments {
    /// The protocol's main file, or `-` for standard input
    file: String,
    /// The folder that the outputs go to; files of other names in it are left alone
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Build these targets only, separated by commas
    #[arg(long, value_name = "TARGETS", value_delimiter = ',')]
    emit: Vec<String>,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    warehouse: Warehouse,
    /// Build again whenever a file of the protocol changes
    #[arg(long)]
    watch: bool,
}

fn targets_help() -> String {
    let width = TARGETS.iter().map(|target| target.name.len()).max().unwrap_or(0);
    let mut text = "Targets (those with * are built when --emit does not choose):\n".to_owned();
    for target in TARGETS {
        let mark = if target.default { '*' } else { ' ' };
        text.push_str(&format!("  {mark} {:<width$}  {}\n", target.name, target.about));
    }
    for dialect in DIALECTS {
        let name = format!("{}{}", warehouse::PREFIX, dialect.name);
        text.push_str(&format!(
            "    {name:<width$}  the eligibility criteria over the OMOP CDM 5.4 for {}\n",
            dialect.engine
        ));
    }
    text.push_str(
        "An amendment also gets changes.md, changes.html and changes.json when --emit does not choose.\n",
    );
    text
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let (targets, dialects) = chosen(&arguments.emit)?;
    if dialects.is_empty() && arguments.warehouse.is_used() {
        return Err(Failure::of(
            &codes::OPTIONS_CLASH,
            "options of a database are given, and no SQL is built",
        )
        .help("add --emit sql:duckdb, sql:postgres or sql:spark"));
    }
    let once = |disk: &Disk| build(console, disk, arguments, &targets, &dialects);
    if arguments.watch { watch::run(console, &arguments.file, once) } else { once(&Disk::default()) }
}

/// The targets and dialects of these names in the order of their tables, each once; the default ones when none is named.
fn chosen(names: &[String]) -> Result<(Vec<&'static Target>, Vec<&'static Dialect>), Failure> {
    let mut dialects = Vec::new();
    for name in names {
        if let Some(dialect) = warehouse::dialect(name) {
            dialects.push(dialect?.name);
            continue;
        }
        if crate::emit::find(name).is_none() {
            let all = || "`trialc build --help` lists the targets".to_owned();
            let help = near_name(name, TARGETS.iter().map(|target| target.name)).unwrap_or_else(all);
            return Err(Failure::of(&codes::NOT_THERE, format!("there is no target `{name}`")).help(help));
        }
    }
    let is_chosen = |target: &&Target| {
        if names.is_empty() { target.default } else { names.iter().any(|name| name == target.name) }
    };
    let dialects = DIALECTS.into_iter().filter(|dialect| dialects.contains(&dialect.name)).collect();
    Ok((TARGETS.iter().filter(is_chosen).collect(), dialects))
}

/// The targets of these names, each once, without dialects of SQL.
pub fn chosen_targets(names: &[String]) -> Result<Vec<&'static Target>, Failure> {
    let (targets, dialects) = chosen(names)?;
    match dialects.first() {
        Some(dialect) => Err(Failure::of(
            &codes::OPTIONS_CLASH,
            format!("`{}{}` depends on options and is not kept", warehouse::PREFIX, dialect.name),
        )
        .help("name targets of `trialc build --help` other than sql")),
        None => Ok(targets),
    }
}

/// The targets that are built when none is named.
pub fn default_targets() -> Vec<&'static Target> {
    TARGETS.iter().filter(|target| target.default).collect()
}

fn build(
    console: &Console,
    disk: &Disk,
    arguments: &Arguments,
    targets: &[&Target],
    dialects: &[&'static Dialect],
) -> Outcome {
    let compilation = report::compiled(disk, &arguments.file)?;
    let exit = report::exit(&compilation, &arguments.reporting);
    let (shown, artifacts) = rayon::join(
        || report::show(console, &arguments.reporting, &compilation),
        || {
            let sound = compilation.trial.as_ref().filter(|_| exit == Exit::Fine);
            sound.map(|trial| emit::build(targets, trial))
        },
    );
    shown?;
    let sum = report::sum_up(&arguments.file, &compilation);
    // What was built is the answer; what was found is about it.
    let say = |text: &str| {
        if arguments.reporting.owns_standard_output() {
            console.err(text);
            return Ok(());
        }
        console.out(text)
    };
    say(&sum)?;
    let Some(mut artifacts) = artifacts else {
        console.err("nothing was built\n");
        return Ok(Exit::Findings);
    };
    if let (Some(trial), false) = (&compilation.trial, dialects.is_empty()) {
        artifacts.extend(arguments.warehouse.build(console, trial, dialects)?);
    }
    if let (Some(trial), Some(amends), true) =
        (&compilation.trial, &compilation.amends, arguments.emit.is_empty())
    {
        artifacts.extend(difference::artifacts(&Report {
            old: &amends.trial,
            new: trial,
            difference: &amends.difference,
            participants: None,
        }));
    }
    let written = publish(&arguments.out, &artifacts)?;
    let mut list = String::new();
    for (artifact, change) in artifacts.iter().zip(written) {
        let word = change.in_words();
        list.push_str(&format!("{word:<9} {}\n", files::shown(&arguments.out.join(&artifact.path))));
    }
    say(&list)?;
    if !arguments.watch {
        // The program ends here, and its memory with it: taking the trees apart would be time for nothing.
        std::mem::forget((compilation, artifacts));
    }
    Ok(Exit::Fine)
}
