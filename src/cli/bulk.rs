//! A folder of FHIR R4 as a bulk export writes it: `Patient.ndjson`, `Observation.1.ndjson` and so on, a resource on each line.
//!
//! The lines are put into parts by person, in temporary files without a name, and one part after the other is joined and
//! screened: memory holds the resources of one part, and of everybody the verdicts alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::io::{BufRead, BufReader, BufWriter, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use foldhash::fast::FixedState;
use jiff::civil::Date;
use rayon::prelude::*;

use super::Failure;
use super::files::{in_words, shown};
use super::people::not_among_the_people;
use super::tables::Progress;
use crate::diagnostics::codes;
use crate::eligibility::{EligibilityDocument, Record};
use crate::intake::Additions;
use crate::intake::fhir::{Assumptions, Owners, Reader, Report, Whose};
use crate::population::{Screened, Subject, screen_records};

/// So many bytes of resources are joined at once, as long as there are no more parts than this.
const PART: u64 = 32 << 20;
const MOST_PARTS: u64 = 256;
/// A longer line is none of a bulk export.
const LONGEST: u64 = 64 << 20;
/// So many malformed lines are shown.
const EXAMPLES: usize = 3;
/// At most so many kinds of notices are shown.
const MOST_NOTICES: usize = 20;

/// Everybody and their verdicts, in the order of their ids, and what was read.
pub struct Everybody {
    pub people: Vec<Subject>,
    pub screened: Vec<Screened>,
    pub said: String,
}

/// Whether a file of a folder is one of a bulk export.
pub fn is_bulk(file: &str) -> bool {
    file.to_ascii_lowercase().ends_with(".ndjson")
}

/// Reads and screens.
///
/// # Errors
/// Where a file cannot be read, one id stands for two persons, or `--with` adds to nobody.
pub fn screen(
    folder: &str,
    files: &[String],
    document: &EligibilityDocument,
    additions: &Additions,
    orders_are_taken: bool,
    as_of: Option<Date>,
    progress: &Arc<Progress>,
) -> Result<Everybody, Failure> {
    let sizes = files.iter().map(|file| Path::new(folder).join(file).metadata().map_or(0, |data| data.len()));
    let count = sizes.sum::<u64>().div_ceil(PART).clamp(1, MOST_PARTS);
    let mut parts = Parts::new(usize::try_from(count).unwrap_or(1))?;
    for (number, file) in files.iter().enumerate() {
        progress.say(&format!("reading {file}"));
        parts.file(folder, number, file)?;
    }
    let Parts { files: parts, shared, malformed, bad } = parts;
    let mut shared = Part { lines: shared };
    let shared = shared.read()?;
    let arms: Vec<String> = {
        let single = additions.of_single().map(|(_, record)| record.person.arm.clone());
        let of_all = additions.of_everybody().person.arm;
        single.chain([of_all]).flatten().collect::<BTreeSet<String>>().into_iter().collect()
    };
    let mut report = Report::default();
    let mut done: Vec<(Vec<Subject>, Vec<Screened>)> = Vec::new();
    let total = parts.len();
    for (number, lines) in parts.into_iter().enumerate() {
        progress.say(&format!("screening: part {} of {total}", number + 1));
        let text = Part { lines }.read()?;
        let mut reader = Reader::new(Assumptions { orders_are_taken });
        let given = [(&shared, number > 0), (&text, false)];
        for (text, is_shared) in given {
            for (file, lines) in by_file(text) {
                reader.read_lines(&files[file], &lines, is_shared).map_err(|error| {
                    Failure::of(&codes::UNREADABLE_RECORD, format!("{}: {error}", files[file]))
                        .helped(error.help)
                })?;
            }
        }
        let (people, of_part) = reader.finish();
        report.join(of_part);
        let mut records: Vec<Record> = people.into_iter().map(|person| person.record).collect();
        records.par_iter_mut().for_each(|record| additions.apply(record));
        done.push(screen_records(document, records, as_of, &arms));
    }
    let mut order: Vec<(u32, u32)> = Vec::new();
    for (part, (people, _)) in (0u32..).zip(&done) {
        order.extend((0u32..).zip(people).map(|(place, _)| (part, place)));
    }
    let subject = |(part, place): &(u32, u32)| &done[*part as usize].0[*place as usize];
    order.sort_by(|a, b| subject(a).id.cmp(&subject(b).id).then(a.cmp(b)));
    let people: Vec<Subject> = order.iter().map(|place| subject(place).clone()).collect();
    let gathered = |decision: usize| {
        let parts: Vec<&Screened> = done.iter().map(|(_, screened)| &screened[decision]).collect();
        Screened::gathered(&parts, &order)
    };
    let screened = (0..document.decisions.len()).map(gathered).collect();
    let ids: Vec<String> = people.iter().map(|subject| subject.id.to_string()).collect();
    let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    if let Some(stranger) = additions.strangers(&ids).first() {
        return Err(not_among_the_people(stranger).help("the id of a record is that of the Patient"));
    }
    Ok(Everybody { people, screened, said: said(&report, malformed, &bad, files) })
}

fn said(report: &Report, malformed: u64, bad: &[(usize, usize, usize, String)], files: &[String]) -> String {
    let mut text = report.render_text(MOST_NOTICES);
    if malformed > 0 {
        let _ = writeln!(text, "Malformed lines, which are nobody's and are left out: {malformed}");
        for (file, line, column, why) in bad {
            let _ = writeln!(text, "      {}:{line}:{column}: {why}", files[*file]);
        }
    }
    text
}

/// Lines by person, each behind the number of its file and of itself.
struct Parts {
    files: Vec<BufWriter<File>>,
    /// What all parts need.
    shared: BufWriter<File>,
    malformed: u64,
    /// The first of them: file, line, column, and why.
    bad: Vec<(usize, usize, usize, String)>,
}

fn aside() -> Result<BufWriter<File>, Failure> {
    // Without a name: nothing is left of it, however the program ends.
    let file = tempfile::tempfile().map_err(|error| {
        Failure::of(&codes::UNWRITABLE_FILE, format!("cannot write a temporary file: {}", in_words(&error)))
            .help("the folder of temporary files (TMPDIR) needs room for a copy of the data")
    })?;
    Ok(BufWriter::with_capacity(1 << 16, file))
}

fn not_kept(error: &std::io::Error) -> Failure {
    Failure::of(
        &codes::UNWRITABLE_FILE,
        format!("cannot keep the data in a temporary file: {}", in_words(error)),
    )
    .help("the folder of temporary files (TMPDIR) needs room for a copy of the data")
}

impl Parts {
    fn new(count: usize) -> Result<Self, Failure> {
        let files = (0..count).map(|_| aside()).collect::<Result<_, _>>()?;
        Ok(Self { files, shared: aside()?, malformed: 0, bad: Vec::new() })
    }

    fn file(&mut self, folder: &str, number: usize, name: &str) -> Result<(), Failure> {
        let path = Path::new(folder).join(name);
        let refused = |error: &std::io::Error| {
            Failure::of(
                &codes::UNREADABLE_FILE,
                format!("cannot read `{}`: {}", shown(&path), in_words(error)),
            )
        };
        let file = File::open(&path).map_err(|error| refused(&error))?;
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let (mut line, mut owners) = (Vec::new(), Owners::default());
        for place in 1.. {
            line.clear();
            let count = (&mut reader).take(LONGEST).read_until(b'\n', &mut line);
            let count = count.map_err(|error| refused(&error))?;
            if count == 0 {
                break;
            }
            if count as u64 == LONGEST && line.last() != Some(&b'\n') {
                self.malformed(number, place, 1, "this line is longer than a resource can be".into());
                reader.skip_until(b'\n').map_err(|error| refused(&error))?;
                continue;
            }
            let text = match std::str::from_utf8(&line) {
                Ok(text) => text.trim_start_matches('\u{feff}').trim(),
                Err(error) => {
                    let why = "this is no UTF-8 text".to_owned();
                    self.malformed(number, place, error.valid_up_to() + 1, why);
                    continue;
                }
            };
            if text.is_empty() {
                continue;
            }
            let into = match owners.whose(text) {
                Ok(Whose::Person(key)) => {
                    let count = self.files.len() as u64;
                    let at = FixedState::with_seed(0).hash_one(&key) % count;
                    &mut self.files[usize::try_from(at).unwrap_or(0)]
                }
                Ok(Whose::Shared) => &mut self.shared,
                Ok(Whose::Nobody) => &mut self.files[0],
                Err((column, why)) => {
                    self.malformed(number, place, column, why);
                    continue;
                }
            };
            writeln!(into, "{number}\t{place}\t{text}").map_err(|error| not_kept(&error))?;
        }
        Ok(())
    }

    fn malformed(&mut self, file: usize, line: usize, column: usize, why: String) {
        self.malformed += 1;
        if self.bad.len() < EXAMPLES {
            self.bad.push((file, line, column, why));
        }
    }
}

struct Part {
    lines: BufWriter<File>,
}

impl Part {
    fn read(&mut self) -> Result<String, Failure> {
        let mut text = String::new();
        let read = self.lines.flush().and_then(|()| {
            let file = self.lines.get_mut();
            file.rewind()?;
            file.read_to_string(&mut text)
        });
        read.map_err(|error| not_kept(&error))?;
        Ok(text)
    }
}

/// The lines of each file, with their numbers, in the order of the files.
fn by_file(text: &str) -> Vec<(usize, Vec<(usize, &str)>)> {
    let mut found: Vec<(usize, Vec<(usize, &str)>)> = Vec::new();
    for line in text.lines() {
        let mut cells = line.splitn(3, '\t');
        let mut number = || cells.next().and_then(|cell| cell.parse::<usize>().ok());
        let (Some(file), Some(place)) = (number(), number()) else { continue };
        let resource = cells.next().unwrap_or_default();
        match found.last_mut() {
            Some((known, lines)) if *known == file => lines.push((place, resource)),
            _ => found.push((file, vec![(place, resource)])),
        }
    }
    found
}
