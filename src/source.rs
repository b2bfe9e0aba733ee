//! Source files and positions: byte spans inside, line and column for people, UTF-16 for editors.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// Index of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clamp(range.start), end: clamp(range.end) }
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span that covers both; `other` must be of the same file.
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at the end: where something is missing.
    pub fn after(self) -> Self {
        Self { start: self.end, ..self }
    }

    /// A part of this span, by byte offsets within it.
    pub fn slice(self, range: Range<usize>) -> Self {
        let start = self.start + range.start as u32;
        Self { file: self.file, start, end: (self.start + range.end as u32).min(self.end).max(start) }
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the other lies in it.
    pub fn holds(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// A value and where the author wrote it. Equality looks at the value alone, so that two trees of differently
/// laid out text compare as equal.
#[derive(Clone, Copy, Debug)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

/// One file's text with its line starts.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the author gave it, with `/` between folders: what messages show.
    pub path: String,
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

/// A position for people: both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Source {
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
            .collect();
        Self { path: path.into(), text, line_starts }
    }

    fn line_index(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start as usize <= offset) - 1
    }

    /// Line and column of a byte offset, counted from 1; past the end it is the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_index(offset);
        let column = self.text[self.line_starts[line] as usize..offset].chars().count();
        Position { line: line + 1, column: column + 1 }
    }

    /// Line and UTF-16 column of a byte offset, counted from 0, as the Language Server Protocol counts.
    pub fn position_utf16(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_index(offset);
        (line, self.text[self.line_starts[line] as usize..offset].encode_utf16().count())
    }

    /// The byte offset at which a line, counted from 1, begins; past the last line it is the end of the text.
    pub fn line_start(&self, number: usize) -> usize {
        self.line_starts.get(number.saturating_sub(1)).map_or(self.text.len(), |at| *at as usize)
    }

    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The text of a line, counted from 1, without its end.
    pub fn line(&self, number: usize) -> &str {
        let start = self.line_start(number);
        let end = self.line_starts.get(number).map_or(self.text.len(), |at| *at as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }
}

/// Gives the text of a file by its path, `/` between folders.
pub trait Loader {
    fn load(&self, path: &str) -> Result<String, LoadError>;
}

/// Why the text of a file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// There is no such file; perhaps a file beside it has nearly this name.
    Missing { suggestion: Option<String> },
    /// The path names a folder; perhaps there is a `trial.trial` in it.
    Folder { suggestion: Option<String> },
    /// The file is larger than this limit, in bytes, up to which files are read.
    TooLarge { bytes: u64, limit: u64 },
    /// The bytes are not UTF-8 text from here on; `readable` is the text before.
    NotText { readable: String, reason: &'static str },
    /// The operating system refuses, in its own words.
    Refused(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Missing { suggestion: None } => f.write_str("there is no such file"),
            LoadError::Missing { suggestion: Some(other) } => {
                write!(f, "there is no such file; did you mean `{other}`?")
            }
            LoadError::Folder { suggestion: None } => f.write_str("this is a folder, not a protocol file"),
            LoadError::Folder { suggestion: Some(other) } => {
                write!(f, "this is a folder; its protocol is `{other}`")
            }
            LoadError::TooLarge { bytes, limit } => write!(
                f,
                "the file has {} MB; protocols of up to {} MB are read",
                bytes.div_ceil(1_000_000),
                limit / 1_000_000
            ),
            LoadError::NotText { reason, .. } => f.write_str(reason),
            LoadError::Refused(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for LoadError {}

/// A loader that knows no file: for a text that stands alone.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::Missing { suggestion: None })
    }
}

/// All files of one compilation.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    pub fn add(&mut self, source: Source) -> FileId {
        self.files.push(source);
        FileId(self.files.len() as u32 - 1)
    }

    pub fn get(&self, file: FileId) -> &Source {
        &self.files[file.0 as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(index, source)| (FileId(index as u32), source))
    }

    pub fn find(&self, path: &str) -> Option<FileId> {
        self.iter().find(|(_, source)| source.path == path).map(|(id, _)| id)
    }

    /// The author's own words at a span; empty where the span is not one of this file's.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).text.get(span.range()).unwrap_or("")
    }
}
