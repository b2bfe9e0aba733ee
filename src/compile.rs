//! From the path of a study's main file to its typed trial and everything that is to be said about it.
//!
//! The caller brings a [`Loader`]: the compiler itself never touches a file, the clock or the environment, so the
//! command line, an editor and a test all run the same code.

use crate::diagnostics::{self, Diagnostic, codes};
use crate::model;
pub use crate::source::{LoadError, Loader};
use crate::source::{Source, Sources, Span};

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
