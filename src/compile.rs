//! From the path of a study's main file to its typed trial and everything that is to be said about it.
//!
//! The caller brings a [`Loader`]: the compiler itself never touches a file, the clock or the environment, so the
//! command line, an editor and a test all run the same code.

use std::fmt;

use crate::diagnostics::{self, Diagnostic, codes};
use crate::model;
use crate::source::{Source, Sources, Span};

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

/// What a compilation leaves behind.
#[derive(Clone, Debug, Default)]
pub struct Compilation {
    /// Every file that was read, the main file first.
    pub sources: Sources,
    /// Present when no error was found.
    pub trial: Option<model::Trial>,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compilation {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Compiles the protocol whose main file has this path.
///
/// # Errors
/// When the main file cannot be read at all. A file that is there but is not text is a finding of the
/// compilation, not an error here.
pub fn compile(loader: &dyn Loader, path: &str) -> Result<Compilation, LoadError> {
    let mut compilation = Compilation::default();
    match loader.load(path) {
        Ok(text) => {
            compilation.sources.add(Source::new(path, text));
        }
        Err(LoadError::NotText { readable, reason }) => {
            let end = readable.len();
            let file = compilation.sources.add(Source::new(path, readable));
            compilation.diagnostics.push(not_text(Span::new(file, end..end), reason));
        }
        Err(error) => return Err(error),
    }
    diagnostics::sort(&mut compilation.diagnostics);
    Ok(compilation)
}

fn not_text(at: Span, reason: &str) -> Diagnostic {
    Diagnostic::new(&codes::NOT_TEXT, at, format!("this file is not text: {reason}"))
        .label("readable up to here")
        .help(
            "save the protocol as plain text in UTF-8; a word processor's document must be exported as text",
        )
}
