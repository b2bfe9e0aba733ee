//! From the path of a study's main file to its typed trial and everything that is to be said about it.
//!
//! The caller brings a [`Loader`]: the compiler itself never touches a file, the clock or the environment, so the
//! command line, an editor and a test all run the same code.

use std::collections::BTreeSet;

use crate::ast::Keyword;
use crate::diagnostics::{self, Diagnostic, codes};
use crate::resolve::{self, Base, Scope};
use crate::source::{FileId, Source, Sources, Span};
pub use crate::source::{LoadError, Loader};
use crate::{amend, check, eligibility, forms, lower, model};

mod faulty;

/// What a compilation leaves behind.
#[derive(Clone, Debug, Default)]
pub struct Compilation {
    /// Every file that was read, the main file first.
    pub sources: Sources,
    /// Present when the protocol itself has no error. An example that expects another verdict than the rules give
    /// is an error that leaves the trial here.
    pub trial: Option<model::Trial>,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Of an amendment without errors.
    pub amends: Option<Amends>,
}

/// The protocol that an amendment changes, and what became of it.
#[derive(Clone, Debug)]
pub struct Amends {
    pub trial: model::Trial,
    pub difference: amend::Difference,
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
        Ok(text) => read(&mut compilation, loader, Source::new(path, text)),
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

/// The whole protocol as one text: what it uses taken in, its amendments carried out, and beside each statement which
/// amendment touched it. `None` where a file has errors; they are in the compilation.
///
/// # Errors
/// As [`compile`].
pub fn resolved(loader: &dyn Loader, path: &str) -> Result<(Compilation, Option<String>), LoadError> {
    let compilation = compile(loader, path)?;
    if compilation.trial.is_none() {
        return Ok((compilation, None));
    }
    let mut sources = Sources::default();
    // The main file is not asked for again: it may have come from a pipe.
    let text = compilation.sources.iter().next().map(|(_, main)| main.text.clone());
    let main = sources.add(Source::new(path, text.unwrap_or_default()));
    let program = resolve::gather(&mut sources, loader, main, &mut Vec::new());
    let text = resolve::resolved(&program, &sources);
    Ok((compilation, Some(text)))
}

/// Everything from the main file's text on.
fn read(compilation: &mut Compilation, loader: &dyn Loader, main: Source) {
    let main = compilation.sources.add(main);
    let diagnostics = &mut compilation.diagnostics;
    let program = resolve::gather(&mut compilation.sources, loader, main, diagnostics);
    let unread = lines_with_errors(&compilation.sources, diagnostics);
    if !program.own.iter().any(|item| item.keyword.value == Keyword::Trial) {
        // Where the text could not be read, the header may be what was not.
        if !diagnostics.iter().any(Diagnostic::is_error) {
            diagnostics.push(no_trial(main, compilation.sources.get(main)));
        }
    }
    let scope = Scope::of(&program, diagnostics);
    let lowered = lower::lower(&program, &scope, &compilation.sources);
    diagnostics.extend(lowered.diagnostics);
    let faulty = faulty::Faulty::among(&program.own, &compilation.sources, diagnostics);
    let mut trial = lowered.trial;
    let is_sound = !diagnostics.iter().any(Diagnostic::is_error);
    let (derived, (lints, examples)) = rayon::join(
        || forms::derive(&trial, &lowered.declared),
        || {
            rayon::join(
                || check::check(&trial),
                || if is_sound { eligibility::check_examples(&trial) } else { Vec::new() },
            )
        },
    );
    trial.forms = derived.forms;
    let known = |found: &Diagnostic| !faulty.leaves_open(found);
    diagnostics.extend(derived.diagnostics.into_iter().filter(known));
    let heard = |lint: &Diagnostic| {
        lint.is_error() || !unread.contains(&line_of(&compilation.sources, lint.primary.span))
    };
    // A number that no list can reach is met by nobody: one message is enough.
    let errors: Vec<Span> =
        diagnostics.iter().filter(|found| found.is_error()).map(|found| found.primary.span).collect();
    let repeats = |lint: &Diagnostic| {
        *lint.code == codes::UNSATISFIABLE && errors.iter().any(|error| lint.primary.span.holds(*error))
    };
    diagnostics.extend(lints.into_iter().filter(|lint| heard(lint) && !repeats(lint) && known(lint)));
    if !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(examples);
        if let Some(base) = &program.base {
            compilation.amends = amended(base, loader, &mut compilation.sources, &trial, diagnostics);
        }
        if let Some(amends) = &compilation.amends {
            forms::recode(&mut trial.forms, &amends.difference.test_codes());
        }
        compilation.trial = Some(trial);
    }
}

/// Holds an amendment against the protocol that it changes: whether its summary tells what changed and why collected data break, and
/// whether a criterion that is broader lets anybody in.
fn amended(
    base: &Base,
    loader: &dyn Loader,
    sources: &mut Sources,
    trial: &model::Trial,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Amends> {
    let (old_sources, old, old_codes) = match model_of(loader, &base.path) {
        Ok((old_sources, Some((old, codes)))) => (old_sources, old, codes),
        Ok((_, None)) => {
            let help = format!("repair it first: `trialc check {}` shows them", base.path);
            let why =
                format!("`{}`, which is amended here, has errors, so nobody can say what changed", base.path);
            diagnostics.push(base.refused(why).help(help));
            return None;
        }
        Err(error) => {
            diagnostics.push(base.cannot_be_read(&error));
            return None;
        }
    };
    let difference = amend::compare(&old, trial).after(old_codes);
    let amendment = trial.amendments.values().rev().find(|amendment| amendment.amends.is_some());
    if let Some(amendment) = amendment {
        diagnostics.extend(amend::unlisted(&old, trial, &difference, amendment));
    }
    // The other findings of a difference are for its readers; these are slips that the author can repair.
    let from = sources.iter().count();
    let findings = amend::findings(&old, trial, &difference, &[], from);
    let is_slip = |found: &Diagnostic| {
        *found.code == codes::BLOCKED || (*found.code == codes::BREAKING && found.is_error())
    };
    let slips: Vec<Diagnostic> = findings.into_iter().filter(is_slip).collect();
    if !slips.is_empty() {
        for (_, source) in old_sources.iter() {
            sources.add(source.clone());
        }
        diagnostics.extend(slips);
    }
    Some(Amends { trial: old, difference })
}

/// The trial of a protocol alone, without what is to be said about it, and the codes of its criteria in SDTM's TI; `None` where it
/// has errors.
fn model_of(
    loader: &dyn Loader,
    path: &str,
) -> Result<(Sources, Option<(model::Trial, model::TestCodes)>), LoadError> {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let main = sources.add(Source::new(path, loader.load(path)?));
    let program = resolve::gather(&mut sources, loader, main, &mut diagnostics);
    let is_trial = program.own.iter().any(|item| item.keyword.value == Keyword::Trial);
    let scope = Scope::of(&program, &mut diagnostics);
    let lowered = lower::lower(&program, &scope, &sources);
    diagnostics.extend(lowered.diagnostics);
    let mut trial = lowered.trial;
    let derived = forms::derive(&trial, &lowered.declared);
    trial.forms = derived.forms;
    diagnostics.extend(derived.diagnostics);
    if !is_trial || diagnostics.iter().any(Diagnostic::is_error) {
        return Ok((sources, None));
    }
    let codes = match &program.base {
        // What it amends has given codes before it.
        Some(base) => match model_of(loader, &base.path)? {
            (_, Some((older, codes))) => amend::compare(&older, &trial).after(codes).test_codes(),
            (_, None) => return Ok((sources, None)),
        },
        None => model::TestCodes::of(&trial),
    };
    Ok((sources, Some((trial, codes))))
}

/// Where something could not be read: what is missing there may only seem to be missing.
fn lines_with_errors(sources: &Sources, diagnostics: &[Diagnostic]) -> BTreeSet<(FileId, usize)> {
    let errors = diagnostics.iter().filter(|found| found.is_error());
    errors.map(|found| line_of(sources, found.primary.span)).collect()
}

fn line_of(sources: &Sources, span: Span) -> (FileId, usize) {
    (span.file, sources.get(span.file).position(span.range().start).line)
}

fn no_trial(file: FileId, source: &Source) -> Diagnostic {
    let first_line = source.line(1).len();
    Diagnostic::new(&codes::NO_TRIAL, Span::new(file, 0..first_line), "this file declares no trial")
        .help("begin with a header, as in `trial my_study \"My study\" { version: \"0.1\" }`, or give the study's main file; `trialc new` makes one to begin from")
}

fn not_text(at: Span, reason: &str) -> Diagnostic {
    Diagnostic::new(&codes::NOT_TEXT, at, format!("this file is not text: {reason}"))
        .label("readable up to here")
        .help(
            "save the protocol as plain text in UTF-8; a word processor's document must be exported as text",
        )
}
