//! From text to [`crate::ast`]: reading never fails, it returns a tree and says what it could not read.

pub mod expression;

use std::ops::Range;

use crate::source::{FileId, Span};

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
