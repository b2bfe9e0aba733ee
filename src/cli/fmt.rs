//! `trialc fmt`

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::files::{Disk, STDIN, cannot_read, in_words, shown};
use super::{Exit, Failure, Outcome, aside};
use crate::diagnostics::codes;
use crate::diagnostics::render::{self, Format};
use crate::format::{Refusal, format};
use crate::source::{Loader, Source, Sources};

/// Lay protocols out in the one way: indentation, blanks and signs; never a word
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files, folders with `.trial` files, or `-` to format standard input to standard output
    #[arg(required = true)]
    files: Vec<String>,
    /// Write nothing, list the files that are not formatted, and fail if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing and show the lines that would change
    #[arg(long)]
    diff: bool,
}

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let mut exit = Exit::Fine;
    // The last failure ends the command; those before it are told as they come.
    let mut failed: Option<Failure> = None;
    let mut remember = |failure: Failure| {
        if let Some(earlier) = failed.replace(failure) {
            console.failure(&earlier);
        }
    };
    for path in &arguments.files {
        let files = match files_of(path) {
            Ok((files, unread)) => {
                unread.into_iter().for_each(&mut remember);
                files
            }
            Err(failure) => {
                remember(failure);
                continue;
            }
        };
        for file in files {
            match one(console, arguments, &file) {
                Ok(Exit::Fine) => {}
                Ok(Exit::Findings) => exit = Exit::Findings,
                Err(failure) => remember(failure),
            }
        }
    }
    failed.map_or(Ok(exit), Err)
}

fn one(console: &Console, arguments: &Arguments, path: &str) -> Outcome {
    let text = Disk::default().load(path).map_err(|error| cannot_read(path, &error))?;
    let formatted = match format(&text) {
        Ok(formatted) => formatted,
        Err(Refusal::Faults(faults)) => {
            let mut sources = Sources::default();
            sources.add(Source::new(path, text));
            console.err(&render::render(Format::Human, console.err_look(), &sources, &faults));
            console
                .err(&format!("{path}: left as it is; repair the {} above first\n", counted(faults.len())));
            return Ok(Exit::Findings);
        }
        Err(refusal @ Refusal::Changed) => return Err(Failure::own(format!("{path}: {refusal}"))),
    };
    let same = text == formatted;
    if arguments.diff && !same {
        console.out(&difference(path, &text, &formatted))?;
    }
    if arguments.check {
        if !same {
            let line = format!("not formatted: {path}\n");
            if arguments.diff { console.err(&line) } else { console.out(&line)? }
        }
        return Ok(if same { Exit::Fine } else { Exit::Findings });
    }
    if arguments.diff {
        return Ok(Exit::Fine);
    }
    if path == STDIN {
        console.out(&formatted)?;
    } else if !same {
        replace(path, &formatted)?;
        console.out(&format!("formatted {path}\n"))?;
    }
    Ok(Exit::Fine)
}

fn counted(faults: usize) -> String {
    if faults == 1 { "fault".to_owned() } else { format!("{faults} faults") }
}

/// The file itself, or the `.trial` files of a folder in the order of their names, and the last part of it that could
/// not be read.
fn files_of(path: &str) -> Result<(Vec<String>, Option<Failure>), Failure> {
    if path == STDIN || !Path::new(path).is_dir() {
        return Ok((vec![path.to_owned()], None));
    }
    let mut found = Vec::new();
    let unread = walk(Path::new(path), &mut found);
    if found.is_empty() && unread.is_none() {
        return Err(Failure::of(&codes::NOTHING_TO_DO, format!("there is no `.trial` file in `{path}`")));
    }
    found.sort();
    Ok((found.iter().map(|file| shown(file)).collect(), unread))
}

/// Hidden folders and links to folders are passed over.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Option<Failure> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) => {
            return Some(Failure::of(
                &codes::UNREADABLE_FILE,
                format!("cannot read `{}`: {}", shown(folder), in_words(&error)),
            ));
        }
    };
    let mut unread = None;
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !hidden {
                unread = walk(&path, found).or(unread);
            }
        } else if path.extension().is_some_and(|ending| ending == "trial") && path.is_file() {
            found.push(path);
        }
    }
    unread
}

/// Puts the text in the place of the file at once: whoever reads it finds the old text or the new one. A link stays a
/// link, and the permissions stay as they are.
fn replace(path: &str, text: &str) -> Result<(), Failure> {
    let cannot = |error: &std::io::Error| {
        Failure::of(
            &codes::UNWRITABLE_FILE,
            format!("cannot write `{path}`: {}; it is as it was", in_words(error)),
        )
    };
    let place = fs::canonicalize(path).map_err(|error| cannot(&error))?;
    let permissions = fs::metadata(&place).map_err(|error| cannot(&error))?.permissions();
    if permissions.readonly() {
        return Err(Failure::of(
            &codes::UNWRITABLE_FILE,
            format!("cannot write `{path}`: the file is read-only"),
        ));
    }
    let folder = place.parent().unwrap_or(Path::new("."));
    let mut aside = aside::file(folder).map_err(|error| cannot(&error))?;
    let file = aside.as_file();
    file.write_all(text.as_bytes()).map_err(|error| cannot(&error))?;
    file.set_permissions(permissions).map_err(|error| cannot(&error))?;
    // An author's source cannot be made again: it is on the disk before it takes the place of the old one.
    file.sync_all().map_err(|error| cannot(&error))?;
    let mut undisturbed = aside::undisturbed();
    aside.persist(&place, &mut undisturbed).map_err(|error| cannot(&error))
}

/// The changed lines as a unified diff without context. The formatter keeps the author's lines and only removes empty
/// ones, so that the lines of both texts go side by side.
fn difference(path: &str, before: &str, after: &str) -> String {
    let mut out = format!("--- {path}\n+++ {path}\n");
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let (mut at, mut to) = (0, 0);
    while at < old.len() || to < new.len() {
        let (begin, begin_new) = (at, to);
        while at < old.len() || to < new.len() {
            match (old.get(at), new.get(to)) {
                (Some(one), Some(other)) if one == other => break,
                (Some(one), Some(other)) if one.trim().is_empty() == other.trim().is_empty() => {
                    at += 1;
                    to += 1;
                }
                (Some(one), Some(_)) if !one.trim().is_empty() => to += 1,
                (Some(_), _) => at += 1,
                (None, _) => to += 1,
            }
        }
        if (at, to) == (begin, begin_new) {
            at += 1;
            to += 1;
            continue;
        }
        let range = |begin: usize, end: usize| match end - begin {
            0 => format!("{begin},0"),
            1 => format!("{}", begin + 1),
            count => format!("{},{count}", begin + 1),
        };
        out.push_str(&format!("@@ -{} +{} @@\n", range(begin, at), range(begin_new, to)));
        let signed = old[begin..at].iter().map(|line| ('-', line));
        for (sign, line) in signed.chain(new[begin_new..to].iter().map(|line| ('+', line))) {
            out.push(sign);
            out.push_str(line);
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_difference_names_the_lines_of_both_texts() {
        let shown = difference("t", "a\n\n\n b\nc\nd ", "a\n\nb\nc\nd\n");
        let expected =
            "--- t\n+++ t\n@@ -3,2 +3 @@\n-\n- b\n+b\n@@ -6 +5 @@\n-d \n\\ No newline at end of file\n+d\n";
        assert_eq!(shown, expected);
        assert_eq!(difference("t", "a\n", "a\n"), "--- t\n+++ t\n");
    }
}
