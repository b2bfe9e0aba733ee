//! `verdicts.json`: one object for each person, each on a line of its own.

use std::io::{self, Write};

use super::{Buffered, Verdicts, word};
use crate::population::screened::{Column, Screened};
use crate::population::tables::SubjectId;

/// The format of `verdicts.json`, described by `docs/schemas/verdicts.schema.json`.
const FORMAT: &str = "trialc-verdicts/1";

/// Writes the verdicts of everybody.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_json(verdicts: &Verdicts<'_>, trial: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Buffered::new(out);
    text.push(&format!("{{\"format\":{},\"trial\":{},\"people\":[", quoted(FORMAT), quoted(trial)));
    let decisions: Vec<Decision<'_>> = verdicts.screened.iter().map(Decision::of).collect();
    for (person, subject) in verdicts.people.iter().enumerate() {
        text.push(if person == 0 { "\n{\"person_id\":" } else { ",\n{\"person_id\":" });
        match &subject.id {
            SubjectId::Text(id) => text.push(&quoted(id)),
            number => text.id(number),
        }
        text.push(",\"decisions\":{");
        for (place, decision) in decisions.iter().enumerate() {
            if place > 0 {
                text.push(",");
            }
            decision.write(&mut text, person);
        }
        text.push("}}");
        text.hand_on()?;
    }
    text.push("\n]}\n");
    text.finish()
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text serialises")
}

/// A decision with its words ready to be written.
struct Decision<'a> {
    screened: &'a Screened,
    /// `"randomization":{"verdict":"`
    begin: String,
    criteria: Vec<(usize, String)>,
    arms: Vec<Arm>,
}

struct Arm {
    place: usize,
    begin: String,
    criteria: Vec<(usize, String)>,
}

impl<'a> Decision<'a> {
    fn of(screened: &'a Screened) -> Self {
        let begin = |name: &str| format!("{}:{{\"verdict\":\"", quoted(name));
        let of_arm = |wanted: Option<&str>| -> Vec<(usize, String)> {
            let columns = screened.columns.iter().enumerate();
            let columns = columns.filter(|(_, column)| column.arm.as_deref() == wanted);
            columns.map(|(place, Column { code, .. })| (place, format!("{}:\"", quoted(code)))).collect()
        };
        let arm =
            |(place, name): (usize, &String)| Arm { place, begin: begin(name), criteria: of_arm(Some(name)) };
        Self {
            screened,
            begin: begin(&screened.decision),
            criteria: of_arm(None),
            arms: screened.arms.iter().enumerate().map(arm).collect(),
        }
    }

    fn write(&self, text: &mut Buffered<'_>, person: usize) {
        let criteria = |text: &mut Buffered<'_>, criteria: &[(usize, String)]| {
            text.push("\",\"criteria\":{");
            for (nth, (column, begin)) in criteria.iter().enumerate() {
                if nth > 0 {
                    text.push(",");
                }
                text.push(begin);
                text.push(word(self.screened.status(person, *column)));
                text.push("\"");
            }
            text.push("}");
        };
        text.push(&self.begin);
        text.push(self.screened.overall(person).text());
        criteria(text, &self.criteria);
        if !self.arms.is_empty() {
            text.push(",\"arms\":{");
            let open = self.arms.iter().filter(|arm| self.screened.is_open(person, arm.place));
            for (nth, arm) in open.enumerate() {
                if nth > 0 {
                    text.push(",");
                }
                text.push(&arm.begin);
                text.push(self.screened.verdict(person, Some(&self.screened.arms[arm.place])).text());
                criteria(text, &arm.criteria);
                text.push("}");
            }
            text.push("}");
        }
        text.push("}");
    }
}
