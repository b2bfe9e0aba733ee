//! Every file of a study: the main file, the files it uses, and the parts of the standard library it names.

use std::collections::{BTreeSet, HashSet};

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::amend::{self, Amended};
use crate::ast::{Item, Keyword, NameOrRange, Value};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::library;
use crate::source::{FileId, LoadError, Loader, Source, Sources, Span, Spanned};
use crate::syntax;

/// The items of all files, in the order in which the files were taken in.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The author's own items; `use` items are left out.
    pub own: Vec<Item>,
    /// Items of the standard library that the author's words need.
    pub library: Vec<Item>,
    /// Libraries that the author takes in.
    pub libraries: BTreeSet<&'static str>,
    /// The protocol that the last amendment changes.
    pub base: Option<Base>,
    /// What each amendment that is written as a patch did, by the place of its head.
    pub amended: Vec<(Span, Vec<Amended>)>,
}

/// The protocol that an amendment changes.
#[derive(Clone, Debug)]
pub struct Base {
    /// As a loader takes it.
    pub path: String,
    /// Where the amendment names it.
    pub span: Span,
}

impl Base {
    /// It is not there, or no text.
    pub fn cannot_be_read(&self, error: &LoadError) -> Diagnostic {
        self.refused(format!("cannot read `{}`, which is amended here: {error}", self.path))
    }

    /// Nobody can say what is amended: why.
    pub fn refused(&self, why: String) -> Diagnostic {
        Diagnostic::new(&codes::UNKNOWN_FILE, self.span, why)
            .label("amended here")
            .help("the path is read from the folder of the amendment's file")
    }
}

/// Parses the main file and everything that it uses. A file is read once, so files may use each other.
pub fn gather(
    sources: &mut Sources,
    loader: &dyn Loader,
    main: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Program {
    let mut program = Program::default();
    program.own = study(main, sources, loader, &mut program, diagnostics);
    take_in_libraries(sources, &mut program, diagnostics);
    program
}

/// The items of a study's main file and of all that it uses; of an amendment, those of the protocol with it carried out.
fn study(
    main: FileId,
    sources: &mut Sources,
    loader: &dyn Loader,
    program: &mut Program,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Item> {
    let mut own = Vec::new();
    let mut waiting = vec![main];
    while let Some(file) = waiting.pop() {
        let text = sources.get(file).text.clone();
        let (parsed, ()) = rayon::join(|| syntax::parse(file, &text), library::prepare);
        diagnostics.extend(parsed.diagnostics);
        let mut next = Vec::new();
        for item in parsed.file.items {
            if item.keyword.value == Keyword::Use {
                take_in(&item, file, sources, loader, program, &mut next, diagnostics);
            } else {
                own.push(item);
            }
        }
        waiting.extend(next.into_iter().rev());
    }
    let base = own.iter().rev().find_map(|item| base_of(item, sources));
    if program.base.is_none() {
        program.base.clone_from(&base);
    }
    let is_whole = own.iter().any(|item| item.keyword.value == Keyword::Trial);
    let Some(base) = base.filter(|_| !is_whole) else {
        let patches = own.iter().filter(|item| item.keyword.value == Keyword::Amendment);
        diagnostics.extend(patches.filter_map(amend::patches_nothing));
        return own
            .into_iter()
            .map(|item| match item.keyword.value {
                Keyword::Amendment => amend::without_blocks(item),
                _ => item,
            })
            .collect();
    };
    if sources.find(&base.path).is_some() {
        diagnostics.push(amends_itself(&base));
        return own;
    }
    match loader.load(&base.path) {
        Ok(text) => {
            let file = sources.add(Source::new(base.path, text));
            let amended = study(file, sources, loader, program, diagnostics);
            let head = own.iter().find(|item| item.keyword.value == Keyword::Amendment).map(Item::head_span);
            let (items, touched) = amend::carry_out(amended, own, diagnostics);
            program.amended.extend(head.map(|head| (head, touched)));
            items
        }
        Err(error) => {
            diagnostics.push(base.cannot_be_read(&error));
            own
        }
    }
}

/// The protocol that an amendment names.
fn base_of(item: &Item, sources: &Sources) -> Option<Base> {
    if item.keyword.value != Keyword::Amendment {
        return None;
    }
    match &item.property("amends")?.value.value {
        Value::Texts(paths) => paths.first().map(|path| Base {
            path: beside(&sources.get(path.span.file).path, &path.value),
            span: path.span,
        }),
        _ => None,
    }
}

fn amends_itself(base: &Base) -> Diagnostic {
    Diagnostic::new(
        &codes::CYCLE,
        base.span,
        format!("`{}` is part of the amendment itself, so there is nothing before it", base.path),
    )
    .label("amended here")
    .help("name the file of the protocol as it was before this amendment")
}

fn take_in(
    item: &Item,
    from: FileId,
    sources: &mut Sources,
    loader: &dyn Loader,
    program: &mut Program,
    next: &mut Vec<FileId>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match item.body.as_ref().map(|body| &body.value) {
        Some(Value::Names(names)) => {
            for name in names {
                let NameOrRange::Name(name) = name else { continue };
                match library::NAMES.iter().find(|known| **known == name.value) {
                    Some(known) => {
                        program.libraries.insert(known);
                    }
                    None => diagnostics.push(unknown_library(name)),
                }
            }
        }
        Some(Value::Texts(paths)) => {
            for path in paths {
                let full = beside(&sources.get(from).path, &path.value);
                if sources.find(&full).is_some() {
                    continue;
                }
                match loader.load(&full) {
                    Ok(text) => next.push(sources.add(Source::new(full, text))),
                    Err(error) => diagnostics.push(cannot_load(path.span, &full, &error)),
                }
            }
        }
        _ => {}
    }
}

fn unknown_library(name: &Spanned<String>) -> Diagnostic {
    let found =
        Diagnostic::new(&codes::UNKNOWN_FILE, name.span, format!("there is no library `{}`", name.value));
    let all = library::NAMES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match did_you_mean(&name.value, library::NAMES.iter().copied()) {
        Some(other) => found
            .label(format!("did you mean `{other}`?"))
            .help(format!("the libraries are {all}"))
            .fix(name.span, other),
        None => found.label("not in the standard library").help(format!(
            "the libraries are {all}; a file of your own stands in quotes: `use \"{}.trial\"`",
            name.value
        )),
    }
}

fn cannot_load(span: Span, path: &str, error: &LoadError) -> Diagnostic {
    Diagnostic::new(&codes::UNKNOWN_FILE, span, format!("cannot take in `{path}`: {error}"))
        .label("used here")
        .help("the path is read from the folder of the file that uses it")
}

/// `other` as seen from the folder of `path`, without `.` and, where possible, `..`.
fn beside(path: &str, other: &str) -> String {
    if other.starts_with('/') {
        return other.to_owned();
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in other.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Parses the library items that the author's words name, and what those need in turn.
fn take_in_libraries(sources: &mut Sources, program: &mut Program, diagnostics: &mut Vec<Diagnostic>) {
    if program.libraries.is_empty() {
        return;
    }
    let texts: Vec<_> = sources.iter().map(|(_, source)| source.text.clone()).collect();
    let words: HashSet<&str, FixedState> = texts.iter().flat_map(|text| words(text)).collect();
    // What a used library needs of another one comes along, whether or not the author takes that in.
    let kept = library::wanted(&|library, item| program.libraries.contains(library) && words.contains(item));
    let excerpt = |name: &&str| {
        let text = library::excerpt(name, &kept);
        library::path(name).filter(|_| !text.is_empty()).map(|path| Source::new(path, text))
    };
    let excerpts: Vec<Source> = library::NAMES.par_iter().filter_map(excerpt).collect();
    let files: Vec<FileId> = excerpts.into_iter().map(|source| sources.add(source)).collect();
    let read = |file: &FileId| syntax::parse(*file, &sources.get(*file).text);
    let parsed: Vec<_> = files.par_iter().map(read).collect();
    program.library.reserve_exact(parsed.iter().map(|parsed| parsed.file.items.len()).sum());
    for parsed in parsed {
        diagnostics.extend(parsed.diagnostics);
        program.library.extend(parsed.file.items);
    }
}

/// Everything in a text that could be a name.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn a_used_path_counts_from_the_folder_of_its_user() {
        assert_eq!(beside("protocols/a/trial.trial", "labs.trial"), "protocols/a/labs.trial");
        assert_eq!(beside("protocols/a/trial.trial", "../common/labs.trial"), "protocols/common/labs.trial");
        assert_eq!(beside("trial.trial", "./labs.trial"), "labs.trial");
        assert_eq!(beside("trial.trial", "../labs.trial"), "../labs.trial");
    }
}
