//! `verdicts.csv`: a line for each person and decision, and for each open arm of it, with a column for each criterion.

use std::io::{self, Write};

use super::{Buffered, Verdicts, cell, word};

/// Writes `person_id,decision,arm,verdict` and a column for each criterion. Without an arm a line is about the whole
/// decision; a criterion that is limited to arms is empty there, and has its status in the lines of these.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_csv(verdicts: &Verdicts<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Buffered::new(out);
    text.push("person_id,decision,arm,verdict");
    for heading in verdicts.headings() {
        text.push(",");
        text.push(&cell(&heading));
    }
    text.push("\n");
    let lines = verdicts.lines();
    let begin = |line: &super::Line<'_>| {
        format!(",{},{},", cell(&line.screened.decision), cell(line.arm().unwrap_or_default()))
    };
    let begins: Vec<String> = lines.iter().map(begin).collect();
    for (person, subject) in verdicts.people.iter().enumerate() {
        for (line, begin) in lines.iter().zip(&begins) {
            if !line.has(person) {
                continue;
            }
            text.id(&subject.id);
            text.push(begin);
            text.push(line.verdict(person).text());
            for place in &line.places {
                text.push(",");
                text.push(line.status(person, *place).map(word).unwrap_or_default());
            }
            text.push("\n");
            text.hand_on()?;
        }
    }
    text.finish()
}
