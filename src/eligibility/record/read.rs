//! Reading records from JSON: one record, an array of them, or one on each line (NDJSON).

use std::fmt;
use std::ops::Range;

use serde::Deserializer;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};

use super::Record;
use super::object::Object;
use crate::diagnostics::near_name;

/// What some programs write before a text.
const BOM: char = '\u{feff}';

/// Where a record cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in bytes.
    pub column: usize,
    /// Which record of several, counted from 1; absent for a single one.
    pub record: Option<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl ReadError {
    /// The bytes of the faulty word in the text that was read; where it ends inside of the word, as much as was written of it.
    pub fn words(&self, text: &str) -> Range<usize> {
        let before: usize = text.split_inclusive('\n').take(self.line - 1).map(str::len).sum();
        let mark = if self.line == 1 && text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
        let mut start = (before + mark + self.column - 1).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let rest = &text[start..];
        let length = match rest.strip_prefix('"') {
            Some(inside) => inside.find(['"', '\n']).map_or(rest.len(), |end| end + 2),
            None => {
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
            }
        };
        start..start + length.max(1).min(rest.len())
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if let Some(record) = self.record {
            write!(f, "record {record}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

/// Reads one record, an array of records, or several records after each other, as NDJSON has them.
///
/// # Errors
/// At the first place that is not a record; nothing is skipped.
pub fn read_records(text: &str) -> Result<Vec<Record>, ReadError> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    match text.trim_start().bytes().next() {
        Some(b'[') => read_array(text),
        Some(b'{') => read_stream(text),
        Some(_) => Err(ReadError {
            line: 1,
            column: 1,
            record: None,
            message: "this is not a record: a record is a JSON object `{ … }`".into(),
            help: None,
        }),
        None => Err(ReadError {
            line: 1,
            column: 1,
            record: None,
            message: "there is no record: the text is empty".into(),
            help: Some("write at least `{}`, a record in which nothing is known".into()),
        }),
    }
}

fn read_array(text: &str) -> Result<Vec<Record>, ReadError> {
    let mut records = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Records(&mut records).deserialize(&mut json).and_then(|()| json.end());
    match read {
        Ok(()) => Ok(records),
        Err(error) => Err(located(text, &error, Some(records.len() + 1))),
    }
}

fn read_stream(text: &str) -> Result<Vec<Record>, ReadError> {
    let mut records = Vec::new();
    let stream = serde_json::Deserializer::from_str(text).into_iter::<Object<Record>>();
    for read in stream {
        match read {
            Ok(record) => records.push(record.0),
            Err(error) => {
                let several = !records.is_empty() || text.trim().lines().count() > 1 && is_lines(text);
                return Err(located(text, &error, several.then_some(records.len() + 1)));
            }
        }
    }
    Ok(records)
}

/// Whether every line that holds anything begins an object: NDJSON, not one object over many lines.
fn is_lines(text: &str) -> bool {
    text.lines().filter(|line| !line.trim().is_empty()).all(|line| line.trim_start().starts_with('{'))
}

/// Collects what is read before an error, so that the error can say in which record it lies.
struct Records<'a>(&'a mut Vec<Record>);

impl<'de> DeserializeSeed<'de> for Records<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some(record) = records.next_element::<Object<Record>>()? {
            self.0.push(record.0);
        }
        Ok(())
    }
}

fn located(text: &str, error: &serde_json::Error, record: Option<usize>) -> ReadError {
    let full = error.to_string();
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    let (line, column) = place(text, error, message);
    let (message, help) = explained(message);
    ReadError { line, column, record, message, help }
}

/// The place of the faulty word. The JSON reader stands just behind it.
fn place(text: &str, error: &serde_json::Error, message: &str) -> (usize, usize) {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let Some(content) = text.lines().nth(line - 1) else { return (line, column) };
    let before = content.get(..column.min(content.len())).unwrap_or(content);
    let at = named(message).and_then(|word| before.rfind(&word));
    (line, at.map_or(column, |at| at + 1))
}

/// The faulty word as the text has it: a name or a text in quotation marks, a number as it is.
fn named(message: &str) -> Option<String> {
    if let Some((_, rest)) = message.split_once(": string \"") {
        return Some(format!("\"{}\"", rest.rsplit_once("\", expected ")?.0));
    }
    let word = message.split('`').nth(1)?;
    let is_literal =
        [": integer `", ": floating point `", ": boolean `"].iter().any(|kind| message.contains(kind));
    Some(if is_literal { word.to_owned() } else { format!("\"{word}\"") })
}

/// What is known of the person stands in a part of its own.
fn of_the_person(wrong: &str) -> Option<String> {
    ["id", "sex", "born", "country"].contains(&wrong).then(|| {
        format!("it belongs to the person: `{{\"person\": {{\"{wrong}\": \"…\"}}, \"events\": […]}}`")
    })
}

/// The reader's words in those of a person who writes records.
fn explained(message: &str) -> (String, Option<String>) {
    if let Some(rest) = message.strip_prefix("unknown field `")
        && let Some((wrong, expected)) = rest.split_once('`')
    {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let all = || format!("known here: {}", known.join(", "));
        let help = near_name(wrong, known.iter().copied())
            .or_else(|| known.contains(&"person").then(|| of_the_person(wrong)).flatten())
            .unwrap_or_else(all);
        return (format!("a record has no `{wrong}` here"), Some(help));
    }
    if let Some(rest) = message.strip_prefix("unknown variant `")
        && let Some((wrong, expected)) = rest.split_once('`')
    {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return (
            format!("`{wrong}` is not a value for this"),
            Some(format!("write one of: {}", known.join(", "))),
        );
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        let field = rest.trim_end_matches('`');
        return (format!("`{field}` is missing"), Some(format!("add \"{field}\": …")));
    }
    let unfit = ["invalid type: ", "invalid value: "].iter().find_map(|kind| message.strip_prefix(kind));
    if let Some((found, expected)) = unfit.and_then(|rest| rest.split_once(", expected ")) {
        return (format!("{} cannot stand here", in_words(found)), Some(format!("write {expected}")));
    }
    if let Some(what) = message.strip_prefix("EOF while parsing ") {
        return (
            format!("the text ends inside of {what}"),
            Some("close it, or copy the file whole".to_owned()),
        );
    }
    (message.to_owned(), None)
}

/// What was found, in the words of a person who writes records.
fn in_words(found: &str) -> String {
    let kinds = [
        ("string", "the text"),
        ("integer", "the number"),
        ("floating point", "the number"),
        ("boolean", "the word"),
        ("sequence", "a list in brackets"),
        ("map", "an object in braces"),
        ("null", "`null`"),
    ];
    let known = kinds.iter().find_map(|(kind, word)| Some((*word, found.strip_prefix(kind)?.trim_start())));
    match known {
        Some((word, "")) => word.to_owned(),
        Some((word, value)) => format!("{word} {value}"),
        None => found.to_owned(),
    }
}

impl Record {
    /// Reads exactly one record.
    ///
    /// # Errors
    /// When the text holds none, several, or something else.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let mut records = read_records(text)?;
        match (records.pop(), records.len()) {
            (Some(record), 0) => Ok(record),
            (_, others) => Err(ReadError {
                line: 1,
                column: 1,
                record: None,
                message: format!("one record is expected here, and there are {}", others + 1),
                help: None,
            }),
        }
    }
}
