//! `statuses.csv`: a line for each person and criterion, and for each open arm of a criterion that is limited to arms.

use std::io::{self, Write};

use super::{Buffered, Verdicts, cell, word};

/// Writes `person_id,decision,criterion,arm,status`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_statuses(verdicts: &Verdicts<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Buffered::new(out);
    text.push("person_id,decision,criterion,arm,status\n");
    let mut columns = Vec::new();
    for screened in verdicts.screened {
        for (place, column) in screened.columns.iter().enumerate() {
            let arm = column.arm.as_deref().unwrap_or_default();
            let begin = format!(",{},{},{},", cell(&screened.decision), cell(&column.code), cell(arm));
            let open = screened.arms.iter().position(|one| Some(one) == column.arm.as_ref());
            columns.push((screened, place, open, begin));
        }
    }
    for (person, subject) in verdicts.people.iter().enumerate() {
        for (screened, column, arm, begin) in &columns {
            if arm.is_some_and(|arm| !screened.is_open(person, arm)) {
                continue;
            }
            text.id(&subject.id);
            text.push(begin);
            text.push(word(screened.status(person, *column)));
            text.push("\n");
            text.hand_on()?;
        }
    }
    text.finish()
}
