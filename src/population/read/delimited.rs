//! Tables as text: comma, semicolon or tab between the cells, the names of the columns in the first line.

use std::io::{BufReader, Read};

use csv::ByteRecord;

use super::cells::{Batch, Column, Wanted};
use super::folder::{FromHere, Part, Unreadable, broken};

/// Rows that are handed on at once.
const ROWS: usize = 8192;
/// A longer record is a quotation mark without its other half.
const LONGEST_RECORD: usize = 16_000_000;

/// Hands the rows of a file on, piece by piece.
///
/// # Errors
/// Where the file cannot be read, or has not the columns that are required.
pub fn read(
    part: &Part,
    number: usize,
    wanted: &[Wanted<'_>],
    mut each: impl FnMut(&Batch),
) -> Result<(), Unreadable> {
    let file = &part.file;
    let mut start = BufReader::with_capacity(1 << 20, FromHere { data: part.data.clone(), at: 0 });
    let mut heading = Vec::new();
    let first_line = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n');
    (&mut start).take(1 << 16).read_to_end(&mut heading).map_err(|error| broken(file, &error.to_string()))?;
    let end = first_line(&heading).unwrap_or(heading.len());
    let delimiter = delimiter_of(&heading[..end]);
    // A row begins before the second half of the line end of the row before it.
    let half_a_line = u64::from(heading[..end].ends_with(b"\r"));
    let has_mark = heading.starts_with(b"\xef\xbb\xbf");
    let from = if has_mark { 3 } else { 0 };
    let source = BufReader::with_capacity(1 << 20, FromHere { data: part.data.clone(), at: from });
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(!(part.is_vocabulary && delimiter == b'\t'))
        .flexible(true)
        .from_reader(source);
    let failed = |error: &csv::Error| broken(file, &error.to_string());
    let names: Vec<String> = rows
        .byte_headers()
        .map_err(|error| failed(&error))?
        .iter()
        .map(|name| String::from_utf8_lossy(name).trim().to_lowercase())
        .collect();
    let places = places(file, &names, wanted)?;
    let mut batch = Batch {
        part: number,
        rows: 0,
        expected: 0,
        passed_over: None,
        first: 1,
        lines: Vec::with_capacity(ROWS),
        columns: places
            .iter()
            .zip(wanted)
            .map(|(place, wanted)| place.map(|_| Column::of(wanted.kind)))
            .collect(),
    };
    let mut record = ByteRecord::new();
    loop {
        let has_row = rows.read_byte_record(&mut record).map_err(|error| failed(&error))?;
        if batch.rows == ROWS || (!has_row && batch.rows > 0) {
            each(&batch);
            batch.first += batch.rows as u64;
            batch.rows = 0;
            batch.lines.clear();
            batch.columns.iter_mut().flatten().for_each(Column::clear);
        }
        if !has_row {
            return Ok(());
        }
        let line = record.position().map_or(0, csv::Position::line) + half_a_line;
        if record.as_slice().len() > LONGEST_RECORD {
            return Err(Unreadable::new(format!("{file}:{line}: this row is longer than a row can be"))
                .help("a quotation mark that begins a cell has no other half: repair the line"));
        }
        // A row with too few cells or too many: what is behind its beginning may have slipped.
        let has_slipped = record.len() != names.len();
        for ((place, wanted), column) in places.iter().zip(wanted).zip(&mut batch.columns) {
            let (Some(place), Some(column)) = (place, column) else { continue };
            match record.get(*place).map(std::str::from_utf8) {
                Some(Ok(text)) if !has_slipped || is_key(wanted) => column.push_written(text),
                Some(Err(_)) => column.push_bad(|| "bytes that are no UTF-8".into()),
                _ => {
                    let (cells, columns) = (record.len(), names.len());
                    column.push_bad(|| format!("a row of {cells} cells under {columns} columns"));
                }
            }
        }
        batch.lines.push(line);
        batch.rows += 1;
    }
}

/// By which a row is found at all: of a row that has slipped nothing else is taken.
fn is_key(wanted: &Wanted<'_>) -> bool {
    wanted.is_required && matches!(wanted.kind, super::cells::Kind::Id | super::cells::Kind::Key)
}

fn delimiter_of(heading: &[u8]) -> u8 {
    let count = |delimiter: u8| heading.iter().filter(|byte| **byte == delimiter).count();
    // The first of those that stand there most often.
    let mut best = (b',', count(b','));
    for delimiter in *b"\t;|" {
        if count(delimiter) > best.1 {
            best = (delimiter, count(delimiter));
        }
    }
    best.0
}

/// Where each wanted column stands among these names, which are in small letters.
///
/// # Errors
/// Where one that is required is not there, and where one is there twice.
pub(super) fn places(
    file: &str,
    names: &[String],
    wanted: &[Wanted<'_>],
) -> Result<Vec<Option<usize>>, Unreadable> {
    let place = |wanted: &Wanted<'_>| {
        // A column that the table of the CDM has not; a heading may be empty.
        if wanted.name.is_empty() {
            return Ok(None);
        }
        let name = wanted.name.to_lowercase();
        let mut found = names.iter().enumerate().filter(|(_, one)| **one == name).map(|(place, _)| place);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(Unreadable::new(format!("`{file}` has two columns `{}`", wanted.name))
                .help("keep the one that is meant")),
            (None, _) if wanted.is_required => {
                let near = crate::diagnostics::did_you_mean(&name, names.iter().map(String::as_str));
                let failure = Unreadable::new(format!("`{file}` has no column `{}`", wanted.name));
                Err(match near {
                    Some(near) => failure.help(format!("it has `{near}`: rename that column if it is meant")),
                    None => failure.help(format!("it has {}", listed(names))),
                })
            }
            (place, _) => Ok(place),
        }
    };
    wanted.iter().map(place).collect()
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", crate::intake::clean(name))).collect();
    match names.len() {
        0 => "no columns at all".into(),
        count if count > SHOWN => format!("{} and {} more", shown.join(", "), count - SHOWN),
        _ => shown.join(", "),
    }
}
