//! Standard output and standard error, and what the terminal behind them can show.

use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::ValueEnum;

use super::Failure;
use crate::diagnostics::render::{self, Format, Look};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Sources, Span};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// Wider lines are hard to read, however wide the terminal is.
const WIDEST: usize = 140;

#[derive(Clone, Copy, Debug)]
pub struct Console {
    color: ColorChoice,
}

impl Console {
    pub fn standard(color: ColorChoice) -> Self {
        Self { color }
    }

    /// Writes to standard output. A reader that has gone away (`trialc … | head`) is no error.
    pub fn out(&self, text: &str) -> Result<(), Failure> {
        let mut stream = io::stdout().lock();
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::of(&codes::UNWRITABLE_FILE, format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes to standard output what may be too large to be held.
    pub fn stream(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let mut out = io::BufWriter::with_capacity(1 << 18, io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::of(&codes::UNWRITABLE_FILE, format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes to standard error. Should that fail, nobody is left to be told.
    pub fn err(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    pub fn failure(&self, failure: &Failure) {
        self.told("error", "31", failure);
    }

    /// What is worth knowing of a command that could do its work.
    pub fn warning(&self, warning: &Failure) {
        self.told("warning", "33", warning);
    }

    fn told(&self, word: &str, color: &str, failure: &Failure) {
        if let (Some(code), Some((source, words))) = (failure.code, failure.words.as_deref()) {
            let mut sources = Sources::default();
            let file = sources.add(source.clone());
            let mut told = Diagnostic::new(code, Span::new(file, words.clone()), failure.message.as_str());
            told.help.clone_from(&failure.help);
            return self.err(&render::render(Format::Human, self.err_look(), &sources, &[told]));
        }
        let word = failure.code.map_or(word.to_owned(), |code| format!("{word}[{}]", code.id));
        let mark = match self.err_look().color {
            true => format!("\u{1b}[1;{color}m{word}:\u{1b}[0m"),
            false => format!("{word}:"),
        };
        self.err(&format!("{mark} {}\n", failure.message));
        if let Some(help) = &failure.help {
            self.err(&format!("  help: {help}\n"));
        }
    }

    pub fn out_look(&self) -> Look {
        self.look(io::stdout().is_terminal())
    }

    pub fn err_look(&self) -> Look {
        self.look(io::stderr().is_terminal())
    }

    fn look(&self, is_terminal: bool) -> Look {
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !is_set("NO_COLOR") && variable("TERM") != "dumb",
        };
        if !is_terminal {
            return Look { color, ..Look::default() };
        }
        let width = match variable("COLUMNS").parse() {
            Ok(columns) => columns,
            Err(_) => terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)),
        };
        Look { color, unicode: speaks_unicode(), width: width.min(WIDEST) }
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Present and not empty (no-color.org).
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The first of the locale's variables that says something decides (POSIX); where none does, as on most systems
/// of today, UTF-8 it is.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).into_iter().find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
