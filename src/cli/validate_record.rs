//! `trialc validate-record`

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::console::Console;
use super::files::{STDIN, read_data};
use super::report::trial_of;
use super::{Day, Exit, Failure, Outcome};
use crate::diagnostics::render::{self, Format};
use crate::diagnostics::{Severity, codes};
use crate::entries::{Finding, Report, validate};
use crate::source::{Position, Source, Sources};

/// Hold filled forms to the protocol: types, limits, skip logic, visits and every check across fields
#[derive(Debug, Args)]
pub struct Arguments {
    /// The protocol's main file
    file: String,
    /// Filled forms in JSON, `{"forms": {"VS": [{"SUBJID": "001", …}]}}`, as preview.html saves them; `-` for standard input
    record: String,
    /// How to show what was found
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Shown,
    /// The day on which the forms are checked, `2011-06-28` or `today`: dates after it are queried
    #[arg(long, value_name = "DATE")]
    as_of: Option<Day>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Shown {
    /// The record with the answers underlined
    #[default]
    Human,
    /// One line per finding, `file:line:column`
    Plain,
    /// A list of objects, with form, visit, record and field of each
    Json,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    if arguments.file == STDIN && arguments.record == STDIN {
        return Err(Failure::of(
            &codes::OPTIONS_CLASH,
            "only one of protocol and record can be standard input",
        ));
    }
    let Some(trial) = trial_of(console, &arguments.file)? else { return Ok(Exit::Findings) };
    if trial.forms.is_empty() {
        return Err(Failure::of(&codes::NOTHING_TO_DO, format!("`{}` has no forms", arguments.file)));
    }
    let text = read_data(&arguments.record)?;
    let report = validate(&trial, &text, arguments.as_of.map(Day::date));
    let name = if arguments.record == STDIN { "standard input" } else { &arguments.record };
    match arguments.format {
        Shown::Json => {
            console.out(&json(&report, &Source::new(name, text)))?;
            console.err(&not_checked(name, &report));
        }
        Shown::Human | Shown::Plain => {
            let mut sources = Sources::default();
            let file = sources.add(Source::new(name, text));
            let diagnostics: Vec<_> =
                report.findings.iter().map(|finding| finding.diagnostic(file)).collect();
            let format = if arguments.format == Shown::Human { Format::Human } else { Format::Plain };
            console.err(&render::render(format, console.err_look(), &sources, &diagnostics));
            console.out(&sum_up(name, &report))?;
        }
    }
    Ok(if report.errors() > 0 { Exit::Findings } else { Exit::Fine })
}

fn sum_up(name: &str, report: &Report) -> String {
    let counted =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let mut text = format!(
        "{name}: {}: {}, {}",
        counted(report.entries, "filled form", "filled forms"),
        counted(report.errors(), "finding", "findings"),
        counted(report.queries(), "query", "queries"),
    );
    if report.confirmed > 0 {
        text.push_str(&format!(", {} confirmed", report.confirmed));
    }
    text.push('\n');
    text.push_str(&not_checked(name, report));
    text
}

/// What the record does not decide, a line for each.
fn not_checked(name: &str, report: &Report) -> String {
    report.undecided.iter().map(|open| format!("{name}: not checked: {open}\n")).collect()
}

/// One finding for programs; the keys are stable.
#[derive(Serialize)]
struct Entry<'a> {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    participant: Option<&'a str>,
    form: Option<&'a str>,
    visit: Option<&'a str>,
    repeat: Option<u32>,
    record: Option<usize>,
    field: Option<&'a str>,
    check: Option<&'a str>,
    value: Option<&'a str>,
    message: &'a str,
    help: &'a str,
    file: &'a str,
    start: Position,
    end: Position,
}

impl<'a> Entry<'a> {
    fn of(finding: &'a Finding, source: &'a Source) -> Self {
        let Finding { code, at, check, value, message, help, span } = finding;
        Self {
            code: code.id,
            name: code.name,
            severity: code.severity,
            participant: at.participant.as_deref(),
            form: at.form.as_deref(),
            visit: at.visit.as_deref(),
            repeat: at.repeat,
            record: at.record,
            field: at.field.as_deref(),
            check: check.as_deref(),
            value: value.as_deref(),
            message,
            help,
            file: &source.path,
            start: source.position(span.start),
            end: source.position(span.end),
        }
    }
}

fn json(report: &Report, source: &Source) -> String {
    let entries: Vec<Entry<'_>> = report.findings.iter().map(|finding| Entry::of(finding, source)).collect();
    let mut text = serde_json::to_string_pretty(&entries).expect("strings and numbers always serialise");
    text.push('\n');
    text
}
