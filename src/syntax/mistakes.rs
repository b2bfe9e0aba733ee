//! What there is to say about one file.

use std::ops::Range;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};

/// More findings of one file than anybody reads; further ones are not kept, so that a file that is no protocol at all
/// takes no more room than its text.
const MOST: usize = 1000;

pub(crate) struct Mistakes {
    pub file: FileId,
    list: Vec<Diagnostic>,
}

impl Mistakes {
    pub fn new(file: FileId) -> Self {
        Self { file, list: Vec::new() }
    }

    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range)
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.list.len() < MOST {
            self.list.push(diagnostic);
        }
    }

    /// Takes in what was found behind.
    pub fn append(&mut self, mut other: Self) {
        self.list.append(&mut other.list);
        self.list.truncate(MOST);
    }

    /// Lets a reader of one piece report.
    pub fn with<T>(&mut self, read: impl FnOnce(&mut Vec<Diagnostic>) -> T) -> T {
        let value = read(&mut self.list);
        self.list.truncate(MOST);
        value
    }

    pub fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}
