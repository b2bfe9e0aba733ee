//! `trialc units`

use clap::Args;

use super::console::Console;
use super::convert::{Format, json, reply};
use super::{Exit, Outcome};
use crate::lookup::{self, MeasureEntry, Measures, UnitAnswer};

/// Tell what a unit means, or list the measures with the units that they are reported in
#[derive(Debug, Args)]
pub struct Arguments {
    /// The unit, as anybody writes it: `mg/dl`, `x10^9/L`; or a measure of the library
    #[arg(required_unless_present = "list")]
    unit: Option<String>,
    /// List every measure of the library: name, units, LOINC code, plausible range
    #[arg(long, conflicts_with = "unit")]
    list: bool,
    /// `text` to read, `json` for a program
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let measures = Measures::standard();
    if let Some(unit) = &arguments.unit {
        return reply(
            console,
            arguments.format,
            &lookup::unit(&measures, unit),
            |answers: &Vec<UnitAnswer>| answers.iter().map(text).collect::<Vec<_>>().join("\n"),
        );
    }
    let entries = MeasureEntry::all(&measures);
    console.out(&match arguments.format {
        Format::Text => list(&entries),
        Format::Json => json(&entries),
    })?;
    Ok(Exit::Fine)
}

/// At a terminal, more names than these are no help.
const MOST_MEASURES: usize = 12;

fn text(answer: &UnitAnswer) -> String {
    let mut text = format!("{}\n", answer.written);
    let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<9} {value}\n"));
    row("UCUM", &answer.ucum);
    row("in words", &answer.name);
    row("measures", &answer.kind);
    if let Some(remark) = &answer.remark {
        row("beware", remark);
    }
    if !answer.measures.is_empty() {
        let shown = &answer.measures[..answer.measures.len().min(MOST_MEASURES)];
        let more = answer.measures.len() - shown.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        row("used for", &format!("{}{more}", shown.join(", ")));
    }
    text
}

/// One line for each measure.
fn list(entries: &[MeasureEntry]) -> String {
    let units = |entry: &MeasureEntry| match entry.units.is_empty() {
        true => "a number".to_owned(),
        false => entry.units.join(", "),
    };
    let widest = |of: &dyn Fn(&MeasureEntry) -> usize| entries.iter().map(of).max().unwrap_or(0);
    let name_width = widest(&|entry| entry.name.len());
    let unit_width = widest(&|entry| units(entry).len());
    let line = |entry: &MeasureEntry| {
        let code = entry.loinc.as_ref().map_or("", |(code, _)| code.as_str());
        let range =
            entry.plausible.as_ref().map(|(low, high)| format!("{low} to {high}")).unwrap_or_default();
        let line = format!("{:<name_width$}  {:<unit_width$}  {code:<7}  {range}", entry.name, units(entry));
        format!("{}\n", line.trim_end())
    };
    entries.iter().map(line).collect()
}
