//! From text to [`crate::ast`]: reading never fails, it returns a tree and says what it could not read.
//!
//! A file goes through three hands. `token` finds words, signs, texts and comments; `scan` divides them into statements;
//! `build` reads each statement for itself with the pest grammars (`grammar/protocol.pest` for heads and simple values,
//! `grammar/expression.pest` for criteria, quantities and times), so that a bad statement never spoils its neighbours.
//! The [`schema`] says which statements there are.

pub mod expression;
pub mod schema;

mod build;
mod head;
pub(crate) mod mistakes;
mod name;
mod routes;
mod scan;
pub(crate) mod token;
mod value;
mod words;

use std::ops::Range;

use mistakes::Mistakes;

use crate::ast::{Comment, File};
use crate::diagnostics::{self, Diagnostic, codes};
use crate::source::{FileId, Span};

/// The grammar of heads and simple values.
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/protocol.pest"]
    pub(super) struct Grammar;
}

/// A file as it was written, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Everything that could be read.
    pub file: File,
    /// Comments that are no item's documentation, in the order of the text.
    pub comments: Vec<Comment>,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one file. Never fails: what cannot be read is missing in the tree and reported.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut mistakes = Mistakes::new(file);
    lost_letters(text, &mut mistakes);
    let mut tokens = token::tokens(text, &mut mistakes);
    let pieces = scan::pieces(&tokens, &mut mistakes);
    let items = build::items(&mut tokens, &pieces, &mut mistakes);
    let comments = tokens
        .remarks
        .iter()
        .filter(|remark| !remark.used)
        .map(|remark| {
            let range = remark.start as usize..remark.end as usize;
            Comment { text: text[range.clone()].to_owned(), span: Span::new(file, range) }
        })
        .collect();
    let mut diagnostics = mistakes.into_list();
    if matches!(tokens.text, std::borrow::Cow::Owned(_)) {
        diagnostics.iter_mut().for_each(|found| whole_letters(found, text));
    }
    diagnostics::sort(&mut diagnostics);
    Parsed { file: File { items }, comments, diagnostics }
}

/// Reports the sign that stands for letters lost in another encoding: once, at the first of them.
fn lost_letters(text: &str, mistakes: &mut Mistakes) {
    let mut lost = text.match_indices(char::REPLACEMENT_CHARACTER).map(|(at, _)| at);
    let Some(first) = lost.next() else { return };
    let others = match lost.count() {
        0 => String::new(),
        count => format!(", and {count} more behind it"),
    };
    let span = mistakes.span(first..first + char::REPLACEMENT_CHARACTER.len_utf8());
    mistakes.push(
        Diagnostic::new(&codes::NOT_TEXT, span, format!("a letter was lost here{others}"))
            .label("the file was saved in another encoding")
            .help("open the original, save it as UTF-8, and look at each such place: it may have been `≥` or `µ`"),
    );
}

/// A place in the repaired text can lie inside a letter of the author's: it is made to cover the whole letter.
fn whole_letters(found: &mut Diagnostic, text: &str) {
    let labels = std::iter::once(&mut found.primary).chain(&mut found.secondary).map(|label| &mut label.span);
    for span in labels.chain(found.fix.as_mut().map(|fix| &mut fix.span)) {
        let Range { start, end } = span.range();
        *span = Span::new(span.file, text.floor_char_boundary(start)..text.ceil_char_boundary(end));
    }
}

/// A piece of a file that is read for itself: a rule, a quantity, a visit's time.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a> {
    pub file: FileId,
    /// The text of the piece; line ends and `//` comments may stand inside.
    pub text: &'a str,
    /// Byte offset of the text in its file.
    pub start: usize,
}

impl<'a> Slice<'a> {
    pub fn new(file: FileId, text: &'a str, start: usize) -> Self {
        Self { file, text, start }
    }

    /// The span of a byte range of the text.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, self.start + range.start..self.start + range.end)
    }

    /// A part of the piece, by a byte range of the text.
    pub fn part(&self, range: Range<usize>) -> Slice<'a> {
        Slice { file: self.file, text: &self.text[range.clone()], start: self.start + range.start }
    }
}
