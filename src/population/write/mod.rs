//! The verdicts of everybody as files for other programs: one line for each person and decision (and open arm) with
//! the status of each criterion, or one line for each status.
//!
//! All writers go from person to person and keep nothing: memory does not grow with their number. The bytes depend on
//! the verdicts alone.

mod columnar;
mod json;

mod sheet;
mod statuses;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

pub use columnar::write_parquet;
pub use json::write_json;
pub use sheet::write_csv;
pub use statuses::write_statuses;

use super::attrition::criteria;
use super::screened::Screened;
use super::tables::{Subject, SubjectId};
use crate::eligibility::{Eligibility, Status};

/// What the files are made of.
#[derive(Clone, Copy, Debug)]
pub struct Verdicts<'a> {
    /// Everybody, in the order of the bits in `screened`.
    pub people: &'a [Subject],
    /// One for each decision, in the order of the protocol.
    pub screened: &'a [Screened],
}

/// A line's criterion: where its status stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In this column of the decision.
    Column(usize),
    /// It concerns other arms than that of the line.
    OtherArm,
    /// It belongs to another decision, or has one status for each arm, which stand in the lines of these.
    Elsewhere,
}

/// A kind of line: a decision over all open arms, or in one of them.
#[derive(Debug)]
struct Line<'a> {
    screened: &'a Screened,
    /// Its place among those of the decision.
    arm: Option<usize>,
    /// By criterion, over all decisions.
    places: Vec<Place>,
}

impl Line<'_> {
    fn arm(&self) -> Option<&str> {
        self.arm.map(|arm| self.screened.arms[arm].as_str())
    }

    /// Nobody has a line for an arm that is not open for them.
    fn has(&self, person: usize) -> bool {
        self.arm.is_none_or(|arm| self.screened.is_open(person, arm))
    }

    fn verdict(&self, person: usize) -> Eligibility {
        match self.arm() {
            Some(arm) => self.screened.verdict(person, Some(arm)),
            None => self.screened.overall(person),
        }
    }

    fn status(&self, person: usize, place: Place) -> Option<Status> {
        match place {
            Place::Column(column) => Some(self.screened.status(person, column)),
            Place::OtherArm => Some(Status::NotApplicable),
            Place::Elsewhere => None,
        }
    }
}

impl<'a> Verdicts<'a> {
    /// Names of the columns of criteria: their codes, with the decision before those that several decisions use.
    fn headings(&self) -> Vec<String> {
        let all: Vec<(&str, String)> = self
            .screened
            .iter()
            .flat_map(|one| {
                criteria(&one.columns).into_iter().map(|criterion| (one.decision.as_str(), criterion.code))
            })
            .collect();
        let is_shared = |code: &str| {
            let is_ours = ["person_id", "decision", "arm", "verdict"].contains(&code);
            is_ours || all.iter().filter(|(_, other)| other == code).count() > 1
        };
        all.iter()
            .map(|(decision, code)| if is_shared(code) { format!("{decision}.{code}") } else { code.clone() })
            .collect()
    }

    /// The kinds of lines that each person has, in their order.
    fn lines(&self) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        for (decision, screened) in self.screened.iter().enumerate() {
            for arm in std::iter::once(None).chain((0..screened.arms.len()).map(Some)) {
                let name = arm.map(|arm| screened.arms[arm].as_str());
                let mut places = Vec::new();
                for (other, columns) in self.screened.iter().enumerate() {
                    for criterion in criteria(&columns.columns) {
                        let found =
                            criterion.columns.iter().find(|(_, of)| of.is_none() || of.as_deref() == name);
                        places.push(match found {
                            _ if other != decision => Place::Elsewhere,
                            Some((column, _)) => Place::Column(*column),
                            None if arm.is_some() => Place::OtherArm,
                            None => Place::Elsewhere,
                        });
                    }
                }
                lines.push(Line { screened, arm, places });
            }
        }
        lines
    }
}

/// As the files spell it.
fn word(status: Status) -> &'static str {
    match status {
        Status::NotMet => "not_met",
        Status::Unknown => "unknown",
        Status::Met => "met",
        Status::NotApplicable => "not_applicable",
    }
}

/// Hands lines on in pieces of some size.
struct Buffered<'w> {
    out: &'w mut dyn Write,
    text: Vec<u8>,
}

impl<'w> Buffered<'w> {
    const SIZE: usize = 1 << 16;

    fn new(out: &'w mut dyn Write) -> Self {
        Self { out, text: Vec::with_capacity(Self::SIZE + 4096) }
    }

    fn push(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// The id of a person as a cell of CSV.
    fn id(&mut self, id: &SubjectId) {
        match id {
            SubjectId::Number(number) => {
                write!(self.text, "{number}").expect("writing to memory does not fail");
            }
            SubjectId::Text(text) => self.push(&cell(text)),
        }
    }

    /// At the end of a line.
    fn hand_on(&mut self) -> io::Result<()> {
        if self.text.len() < Self::SIZE {
            return Ok(());
        }
        self.finish()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}

/// One cell of CSV, quoted where it must be.
fn cell(text: &str) -> String {
    // An empty cell alone in its row would be quoted, to be told from an empty line.
    if text.is_empty() {
        return String::new();
    }
    crate::tabular::csv([[text]]).trim_end_matches('\n').to_owned()
}
