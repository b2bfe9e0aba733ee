//! `trialc convert`

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::console::Console;
use super::{Exit, Outcome};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::{self, Format as Rendering};
use crate::lookup::{self, Answer, Measures, Replied};
use crate::source::Sources;

/// Convert one value: by the units, and by what the library knows of the measure
#[derive(Debug, Args)]
pub struct Arguments {
    /// The value, with its measure where mass, amount or a scale depends on it: `HbA1c 7.5 %`, `120 mmHg`
    #[arg(allow_hyphen_values = true)]
    value: String,
    /// The unit that is wanted; without it, every unit that the measure is reported in
    unit: Option<String>,
    /// The value is a change: a rise of 1 °C is 1.8 °F
    #[arg(long)]
    change: bool,
    /// `text` to read, `json` for a program
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// Longer decimals tell a reader nothing.
const LONGEST_DECIMAL: usize = 14;

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let convert = if arguments.change { lookup::convert_change } else { lookup::convert };
    let replied = convert(&Measures::standard(), &arguments.value, arguments.unit.as_deref());
    reply(console, arguments.format, &replied, text)
}

/// Writes the answer and what is said to the question.
pub fn reply<T: Serialize>(
    console: &Console,
    format: Format,
    replied: &Replied<T>,
    text: impl Fn(&T) -> String,
) -> Outcome {
    told(console, &replied.sources, &replied.diagnostics);
    let Some(answer) = &replied.answer else { return Ok(Exit::Findings) };
    console.out(&match format {
        Format::Text => text(answer),
        Format::Json => json(answer),
    })?;
    Ok(Exit::Fine)
}

pub fn json<T: Serialize>(answer: &T) -> String {
    let mut text = serde_json::to_string_pretty(answer).expect("answers serialise");
    text.push('\n');
    text
}

fn told(console: &Console, sources: &Sources, diagnostics: &[Diagnostic]) {
    if !diagnostics.is_empty() {
        console.err(&render::render(Rendering::Human, console.err_look(), sources, diagnostics));
    }
}

/// `HbA1c 7.5 % = 58.46 mmol/mol`, and below each result what it rests on.
fn text(answer: &Answer) -> String {
    let mut text = String::new();
    let mut label = answer.measure.as_ref().map_or(String::new(), |measure| format!("{} ", measure.label));
    if answer.given.is_change {
        label.push_str("change of ");
    }
    for result in &answer.results {
        let about = if result.rounded { "about " } else { "" };
        text.push_str(&format!("{label}{} = {about}{} {}\n", answer.given.text, result.shown, result.unit));
        if let Some(exactly) = result.value.to_decimal().filter(|_| !result.rounded)
            && exactly != result.shown
            && exactly.len() <= LONGEST_DECIMAL
        {
            text.push_str(&format!("  exactly {exactly} {}\n", result.unit));
        }
        if let Some(factor) = &result.factor {
            text.push_str(&format!("  factor  {}\n", factor.to_significant(6)));
        }
        for fact in &result.by {
            text.push_str(&format!("  by      {}\n", fact.text));
            if let Some(source) = fact.source {
                text.push_str(&format!("  source  {source}\n"));
            }
        }
    }
    text
}
