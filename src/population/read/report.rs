//! What of the data was read, and what could not be: counted, and the first of each sort located.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cells::Batch;
use super::folder::Table;
use crate::intake::clean;

/// So many rows of one sort are shown.
const EXAMPLES: usize = 3;

/// What is the matter with a row, and what is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The person's id is missing.
    NoPerson,
    /// The person's id is not a whole number.
    PersonIsNoId,
    /// Nobody of table `person` has this id.
    UnknownPerson,
    /// The person is in table `person` twice, with the same facts.
    SamePersonAgain,
    /// The person is in table `person` twice, with other facts.
    ContradictoryPerson,
    /// A concept id that is no whole number.
    ConceptIsNoId,
    /// There is no date.
    NoDate,
    /// A date that is none.
    NotADate,
    /// The end lies before the beginning.
    EndsBeforeStart,
    /// A value that is not a number.
    NotANumber,
    /// A limit of normal that is not a number.
    NotALimit,
    /// A year, month or day of birth that is none.
    NotABirth,
    /// Something else in a column of ids that is no whole number.
    NotAnId,
    /// A text that cannot be read.
    NotAText,
    /// A name that the protocol has not.
    UnknownName,
    /// A result without a value.
    NoValue,
    /// A comparison of a value that is none of <, <=, =, >= and >.
    UnknownOperator,
    /// The row says of nothing that the vocabulary knows what it is.
    NoConcept,
}

impl Fault {
    /// What is wrong, and what follows from it.
    fn in_words(self) -> &'static str {
        match self {
            Fault::NoPerson => "of whom this is, is missing: the row is left out",
            Fault::PersonIsNoId => "no whole number: of whom this is, is not known, and the row is left out",
            Fault::UnknownPerson => "nobody in table `person` has this id: the row is left out",
            Fault::SamePersonAgain => "the same person stands here twice: counted once",
            Fault::ContradictoryPerson => {
                "the same person stands here with other facts: what differs is unknown"
            }
            Fault::ConceptIsNoId => "no whole number: it may be anything that is asked for here",
            Fault::NoDate => "there is no date: it may have been on any day",
            Fault::NotADate => "not a date: it may be any day",
            Fault::EndsBeforeStart => "it ends before it begins: its dates do not count",
            Fault::NotANumber => "not a number: the result stands, its value is unknown",
            Fault::NotALimit => "not a number: this limit of normal is not known",
            Fault::NotABirth => "no such year, month or day: that much of the birth is unknown",
            Fault::NotAnId => "no whole number: taken as not known",
            Fault::NotAText => "this cannot be read: taken as not known",
            Fault::UnknownName => "the protocol has no such name: the row is left out",
            Fault::NoValue => "a result without a value: it stands, its value is unknown",
            Fault::UnknownOperator => {
                "an operator that is none of <, <=, =, >= and >: the result stands, its value is unknown"
            }
            Fault::NoConcept => "rows without a concept: what they record is not recognised",
        }
    }

    /// Not an error of the data, and worth knowing.
    pub fn is_set_aside(self) -> bool {
        matches!(self, Fault::NoValue | Fault::NoConcept | Fault::SamePersonAgain)
    }
}

/// A row of which something is the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub file: String,
    /// Row, counted from 1 behind the heading; line, where the file has lines.
    pub place: u64,
    /// What stands there.
    pub text: String,
}

/// Rows with the same fault in the same column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub table: String,
    pub column: String,
    pub fault: Fault,
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// Rows of a table: how many there are, and how many the protocol asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    pub table: String,
    pub files: Vec<String>,
    pub rows: u64,
    pub used: u64,
    /// Results on days for which no criterion asks: nothing more of them was looked at.
    pub passed_over: u64,
}

/// What became of the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub people: u64,
    pub tables: Vec<Rows>,
    /// Tables that the protocol asks for and that are not there.
    pub absent: Vec<String>,
    pub groups: Vec<Group>,
    /// Measures and concepts of the protocol without a code that these data could have.
    pub nameless: Vec<String>,
    /// The version of the vocabulary; none: listed codes only.
    pub vocabulary: Option<String>,
    /// Whether the vocabulary says what is below a concept.
    pub has_descendants: bool,
}

impl Report {
    /// Rows that are malformed.
    pub fn malformed(&self) -> u64 {
        self.groups.iter().filter(|group| !group.fault.is_set_aside()).map(|group| group.count).sum()
    }

    /// To be read, at most so many sorts of faults.
    pub fn render_text(&self, most: usize) -> String {
        let mut text = format!("People: {}\n", grouped(self.people));
        for Rows { table, files, rows, used, passed_over } in &self.tables {
            let files = match files.as_slice() {
                [one] => one.clone(),
                several => format!("{} files of {table}", several.len()),
            };
            let _ = write!(text, "  {}: {} rows, {} used", clean(&files), grouped(*rows), grouped(*used));
            if *passed_over > 0 {
                let _ = write!(text, ", {} on days that no criterion asks for", grouped(*passed_over));
            }
            text.push('\n');
        }
        if !self.absent.is_empty() {
            let _ = writeln!(text, "  not there: {}", self.absent.join(", "));
        }
        match &self.vocabulary {
            Some(version) => {
                let none = "; without CONCEPT_ANCESTOR nothing below a code is recognised";
                let none = if self.has_descendants { "" } else { none };
                let _ = writeln!(text, "Vocabulary: {}{none}", clean(version));
            }
            None => {
                text += "Vocabulary: none; only concept ids that are listed (`omop:…` in --codes) are recognised\n"
            }
        }
        if !self.nameless.is_empty() {
            let _ = writeln!(
                text,
                "No code is known for {}: what they decide stays unknown; add codes with --codes or --vocabulary, or names to the map",
                self.nameless.join(", ")
            );
        }
        let malformed = self.malformed();
        if malformed > 0 {
            let _ = writeln!(text, "Malformed: {}", grouped(malformed));
        }
        // What is an error first, and the most frequent first.
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by_key(|group| (group.fault.is_set_aside(), std::cmp::Reverse(group.count)));
        for group in groups.iter().take(most) {
            let Group { table, column, fault, count, .. } = group;
            let sort = if fault.is_set_aside() { "set aside" } else { "malformed" };
            let column = if column.is_empty() { table.clone() } else { format!("{table}.{}", clean(column)) };
            let _ = writeln!(text, "  {} × {column}: {} [{sort}]", grouped(*count), fault.in_words());
            for example in &group.examples {
                let shown = match example.text.as_str() {
                    "" => String::new(),
                    text => format!(": `{}`", clean(text)),
                };
                let _ = writeln!(text, "      {}:{}{shown}", clean(&example.file), example.place);
            }
        }
        if groups.len() > most {
            let _ = writeln!(text, "  … and {} sorts more", groups.len() - most);
        }
        text
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Faults of a part of a table; those of parts that follow are joined in their order.
#[derive(Clone, Debug, Default)]
pub struct Faults(BTreeMap<(Fault, usize), Counted>);

/// How many rows have a fault, and the first of them: file, place, and what stands there.
#[derive(Clone, Debug, Default)]
struct Counted {
    count: u64,
    examples: Vec<(usize, u64, String)>,
}

impl Faults {
    /// `column` is that of the batch; what stood there is shown.
    pub fn add(&mut self, batch: &Batch, row: usize, fault: Fault, column: usize) {
        self.add_with(batch, row, fault, column, || {
            let cells = batch.columns[column].as_ref();
            cells.and_then(|cells| cells.bad_text(row)).unwrap_or_default().to_owned()
        });
    }

    pub fn add_with(
        &mut self,
        batch: &Batch,
        row: usize,
        fault: Fault,
        column: usize,
        text: impl FnOnce() -> String,
    ) {
        let counted = self.0.entry((fault, column)).or_default();
        counted.count += 1;
        if counted.examples.len() < EXAMPLES {
            counted.examples.push((batch.part, batch.place(row), text()));
        }
    }

    /// Of a row whose piece has gone by.
    pub fn add_at(&mut self, part: usize, place: u64, fault: Fault, column: usize, text: String) {
        let counted = self.0.entry((fault, column)).or_default();
        counted.count += 1;
        if counted.examples.len() < EXAMPLES {
            counted.examples.push((part, place, text));
        }
    }

    pub fn join(&mut self, later: Self) {
        for (key, more) in later.0 {
            let counted = self.0.entry(key).or_default();
            counted.count += more.count;
            let room = EXAMPLES - counted.examples.len();
            counted.examples.extend(more.examples.into_iter().take(room));
        }
    }

    /// Into the words of a report.
    pub fn groups(self, table: &Table, columns: &[&str]) -> Vec<Group> {
        let example = |(part, place, text): (usize, u64, String)| Example {
            file: table.parts[part].file.clone(),
            place,
            text,
        };
        let group = |((fault, column), counted): ((Fault, usize), Counted)| Group {
            table: table.name.clone(),
            column: columns.get(column).map_or_else(String::new, |name| (*name).to_owned()),
            fault,
            count: counted.count,
            examples: counted.examples.into_iter().map(example).collect(),
        };
        self.0.into_iter().map(group).collect()
    }
}
