//! The formatter: one layout for every protocol, with the author's lines, words and comments.
//!
//! Each line is indented by the blocks and parentheses around it, runs of blanks become one, comparisons get their plain
//! signs, and more than one empty line becomes one. The result is read again and compared with what was read before:
//! if anything but the layout differed, nothing is changed.

mod signs;

use std::collections::BTreeSet;
use std::fmt;

use crate::ast::Item;
use crate::diagnostics::Diagnostic;
use crate::source::FileId;
use crate::syntax::mistakes::Mistakes;
use crate::syntax::token::{self, Kind};
use crate::syntax::{self, Parsed};
use signs::{Around, gap, plain};

/// Blanks for each block or parenthesis around a line.
const STEP: usize = 2;

/// Why a text was not formatted.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The text has faults that must be repaired first.
    Faults(Vec<Diagnostic>),
    /// The formatted text would not mean the same: a fault of the formatter.
    Changed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Faults(faults) => {
                write!(f, "the file is not formatted before its {} faults are repaired", faults.len())
            }
            Refusal::Changed => {
                f.write_str("the file is left as it is: its formatted text would not mean the same")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// The text in the one layout. Formatting a formatted text changes nothing.
///
/// # Errors
/// When the text has faults, or when the formatted text would not read as the same tree with the same comments.
pub fn format(text: &str) -> Result<String, Refusal> {
    let before = syntax::parse(FileId(0), text);
    if !before.diagnostics.is_empty() {
        return Err(Refusal::Faults(before.diagnostics));
    }
    let formatted = lay_out(text, &before);
    let after = syntax::parse(FileId(0), &formatted);
    let comments = |parsed: &Parsed| -> Vec<String> {
        parsed.comments.iter().map(|comment| comment.text.clone()).collect()
    };
    let same =
        after.diagnostics.is_empty() && before.file == after.file && comments(&before) == comments(&after);
    if same { Ok(formatted) } else { Err(Refusal::Changed) }
}

/// A word, sign, text or comment with its place.
#[derive(Clone, Copy)]
struct Mark {
    kind: Option<Kind>,
    start: usize,
    end: usize,
}

fn lay_out(text: &str, parsed: &Parsed) -> String {
    let mut starts = BTreeSet::new();
    parsed.file.items.iter().for_each(|item| statement_starts(item, &mut starts));
    let mut unused = Mistakes::new(FileId(0));
    let tokens = token::tokens(text, &mut unused);
    let mut marks: Vec<Mark> = tokens
        .list
        .iter()
        .map(|token| Mark { kind: Some(token.kind), start: token.start(), end: token.end() })
        .chain(tokens.remarks.iter().map(|remark| Mark {
            kind: None,
            start: remark.start as usize,
            end: remark.end as usize,
        }))
        .collect();
    marks.sort_by_key(|mark| mark.start);

    let hanging = hanging(text, &marks);
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<Open> = Vec::new();
    let mut line = Line::default();
    let mut before: Option<Mark> = None;
    for (at, mark) in marks.iter().enumerate() {
        let between = &tokens.text[before.map_or(0, |before| before.end)..mark.start];
        let lines = between.matches('\n').count().max(usize::from(between.contains('\r')));
        let around = open.last().map(|open| open.around);
        let closed = match mark.kind {
            Some(Kind::CloseBrace | Kind::CloseParen) => open.pop(),
            _ => None,
        };
        if let Some(before) = before.filter(|_| lines == 0) {
            out.push_str(gap(text, &before, mark, !between.is_empty(), around));
        } else {
            if let Some(before) = before {
                let at_edge = before.kind == Some(Kind::OpenBrace) || mark.kind == Some(Kind::CloseBrace);
                out.push_str(if lines > 1 && !at_edge { "\n\n" } else { "\n" });
            }
            let is_start = matches!(mark.kind, None | Some(Kind::OpenBrace)) || starts.contains(&mark.start);
            line = match closed {
                Some(closed) => Line { depth: closed.outside, is_start: line.is_start, ..line },
                None => line.next(&open, is_start, &text[mark.start..mark.end]),
            };
            out.extend(std::iter::repeat_n(' ', line.depth * STEP));
        }
        let inside = open.last().map_or(0, |open| open.inside);
        match mark.kind {
            Some(Kind::OpenBrace) => {
                let next = marks.get(at + 1);
                let block = next.is_none_or(|next| {
                    matches!(next.kind, None | Some(Kind::CloseBrace)) || starts.contains(&next.start)
                });
                let around = if block { Around::Block } else { Around::Annotation };
                open.push(Open { around, inside: inside + 1, outside: inside });
            }
            Some(Kind::OpenParen) => {
                // Content that hangs under a statement stands deeper than the lines that go on behind it.
                let step = if line.is_start && hanging.contains(&mark.start) { 2 } else { 1 };
                open.push(Open {
                    around: Around::Parentheses,
                    inside: line.depth + step,
                    outside: line.depth,
                });
            }
            _ => {}
        }
        out.push_str(plain(&text[mark.start..mark.end], mark.kind));
        before = Some(*mark);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// A block or parenthesis that is open.
#[derive(Clone, Copy)]
struct Open {
    around: Around,
    /// Steps before a line that begins inside.
    inside: usize,
    /// Steps before a line that begins with the closing sign.
    outside: usize,
}

/// The line that is being written.
#[derive(Clone, Copy, Default)]
struct Line {
    depth: usize,
    /// It begins a statement; otherwise it goes on with one.
    is_start: bool,
    /// How many blocks and parentheses were open where a line of the statement began with `unless`, `when` or `instead`.
    condition: Option<usize>,
}

impl Line {
    /// The next line, which begins with this word.
    fn next(self, open: &[Open], is_start: bool, word: &str) -> Self {
        let inside = open.last().map_or(0, |open| open.inside);
        if is_start {
            return Self { depth: inside, is_start: true, condition: None };
        }
        let in_parentheses = open.last().is_some_and(|open| open.around == Around::Parentheses);
        // `unless a` on one line, `and b` on the next: the second belongs to the condition.
        let belongs = self.condition == Some(open.len()) && matches!(word, "and" | "or");
        let condition = match word {
            "unless" | "when" | "instead" => Some(open.len()),
            _ => self.condition,
        };
        let depth = inside + usize::from(!in_parentheses) + usize::from(belongs);
        Self { depth, is_start: false, condition }
    }
}

/// Where parentheses open that do not close at the start of a line.
fn hanging(text: &str, marks: &[Mark]) -> BTreeSet<usize> {
    let mut open = Vec::new();
    let mut found = BTreeSet::new();
    let mut end = 0;
    for mark in marks {
        match mark.kind {
            Some(Kind::OpenParen) => open.push(mark.start),
            Some(Kind::CloseParen) => {
                let begins_line = text[end..mark.start].contains(['\n', '\r']);
                found.extend(open.pop().filter(|_| !begins_line));
            }
            _ => {}
        }
        end = mark.end;
    }
    found
}

/// Where items and properties begin.
fn statement_starts(item: &Item, starts: &mut BTreeSet<usize>) {
    starts.insert(item.span.range().start);
    starts.extend(item.properties.iter().map(|property| property.key.span.range().start));
    item.items.iter().for_each(|inner| statement_starts(inner, starts));
}
