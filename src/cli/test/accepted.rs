//! The outputs of a protocol that somebody has accepted: a folder that stands beside the protocol and is committed with it.
//!
//! `manifest.json` names the targets and files; `protocol.trial` is the whole protocol as it was accepted, from which
//! the meaning of a difference is told; the others are the outputs themselves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use similar::TextDiff;

use super::super::build::{chosen_targets, default_targets};
use super::super::console::Console;
use super::super::files::{self, Disk, STDIN};
use super::super::publish::publish;
use super::super::{Exit, Failure, Outcome};
use crate::diagnostics::codes;
use crate::emit::difference::{self, Report};
use crate::emit::{self, Artifact, Target};
use crate::format::format;
use crate::model::Trial;
use crate::{amend, compile};

/// The folder of folders, beside the protocols.
const FOLDER: &str = "accepted";
const MANIFEST: &str = "manifest.json";
/// The protocol as it was accepted.
const PROTOCOL: &str = "protocol.trial";
/// The report of an amendment.
const CHANGES: &str = "changes.md";
/// More changed lines of one file are only counted.
const MOST_LINES: usize = 40;

/// What was accepted, and in which files.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    targets: Vec<String>,
    /// Relative to the folder, in order.
    files: Vec<String>,
}

impl Manifest {
    fn targets(&self) -> Result<Vec<&'static Target>, Failure> {
        match self.targets.as_slice() {
            // No name would choose the default ones.
            [] => Ok(Vec::new()),
            names => chosen_targets(names),
        }
    }
}

pub struct Accepted {
    /// The protocol's main file.
    file: String,
    folder: PathBuf,
    /// `None`: nothing was accepted yet.
    manifest: Option<Manifest>,
}

impl Accepted {
    /// What was accepted of a protocol.
    ///
    /// # Errors
    /// When the manifest is there and cannot be read.
    pub fn of(file: &str, folder: Option<&Path>) -> Result<Self, Failure> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => beside(file),
        };
        let path = folder.join(MANIFEST);
        let manifest = match fs::read_to_string(&path) {
            Ok(text) => Some(manifest_of(&text).map_err(|why| {
                Failure::of(&codes::UNREADABLE_FILE, format!("cannot read `{}`: {why}", files::shown(&path)))
                    .help("take it back from version control, or accept the outputs anew after removing it")
            })?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                let why = files::in_words(&error);
                return Err(Failure::of(
                    &codes::UNREADABLE_FILE,
                    format!("cannot read `{}`: {why}", files::shown(&path)),
                ));
            }
        };
        Ok(Self { file: file.to_owned(), folder, manifest })
    }

    /// Shows how the outputs differ from the accepted ones; fine where none were accepted.
    pub fn compare(&self, console: &Console, trial: &Trial) -> Outcome {
        let Some(manifest) = &self.manifest else { return Ok(Exit::Fine) };
        let targets = manifest.targets()?;
        let artifacts = self.artifacts(trial, &targets)?;
        let changes = self.changes(&artifacts, manifest)?;
        let all = artifacts.len().max(manifest.files.len());
        if changes.is_empty() {
            console.out(&format!("{}: {all} outputs, as accepted\n", self.file))?;
            return Ok(Exit::Fine);
        }
        self.show(console, trial, &changes)?;
        console.out(&format!(
            "{0}: {1} of {all} outputs differ from the accepted ones; take them with `trialc test {0} --accept`\n",
            self.file,
            changes.len()
        ))?;
        Ok(Exit::Findings)
    }

    /// Shows what differs and takes the outputs as they are now.
    pub fn accept(&self, console: &Console, trial: &Trial, targets: Option<&[&'static Target]>) -> Outcome {
        let before = self.manifest.as_ref();
        let targets: Vec<&'static Target> = match (targets, before) {
            (Some(targets), _) => targets.to_vec(),
            (None, Some(before)) => before.targets()?,
            (None, None) => default_targets(),
        };
        let mut artifacts = self.artifacts(trial, &targets)?;
        let nothing = Manifest::default();
        let changes = self.changes(&artifacts, before.unwrap_or(&nothing))?;
        if before.is_some() {
            self.show(console, trial, &changes)?;
        }
        let manifest = Manifest {
            targets: targets.iter().map(|target| target.name.to_owned()).collect(),
            files: artifacts.iter().map(|artifact| artifact.path.clone()).collect(),
        };
        let count = artifacts.len();
        artifacts.push(Artifact::json(MANIFEST, &manifest));
        publish(&self.folder, &artifacts)?;
        for gone in changes.iter().filter(|change| matches!(change, Change::Gone { .. })) {
            let path = self.folder.join(gone.path());
            fs::remove_file(&path).map_err(|error| {
                Failure::of(
                    &codes::UNWRITABLE_FILE,
                    format!("cannot remove `{}`: {}", files::shown(&path), files::in_words(&error)),
                )
            })?;
        }
        let differing = match (before, changes.len()) {
            (None, _) => "for the first time".to_owned(),
            (_, 0) => "nothing differs".to_owned(),
            (_, 1) => "1 differs from before".to_owned(),
            (_, some) => format!("{some} differ from before"),
        };
        console.out(&format!(
            "{}: {count} outputs accepted in {}, {differing}\n",
            self.file,
            files::shown(&self.folder)
        ))?;
        Ok(Exit::Fine)
    }

    /// The outputs as they are now, with the whole protocol as text.
    fn artifacts(&self, trial: &Trial, targets: &[&Target]) -> Result<Vec<Artifact>, Failure> {
        let mut artifacts = emit::build(targets, trial);
        let resolved = compile::resolved(&Disk::default(), &self.file)
            .map_err(|error| files::cannot_read(&self.file, &error))?;
        let (compilation, text) = resolved;
        if let Some(amends) = &compilation.amends {
            let (old, difference) = (&amends.trial, &amends.difference);
            let report = Report { old, new: trial, difference, participants: None };
            artifacts.insert(0, Artifact::new(CHANGES, difference::markdown(&report)));
        }
        let text = text.unwrap_or_default();
        let text = format(&text).map_err(|refusal| Failure::own(format!("{}: {refusal}", self.file)))?;
        artifacts.insert(0, Artifact::new(PROTOCOL, text));
        Ok(artifacts)
    }

    /// The protocol as it was accepted; `None` where it is not there or no longer compiles, so that only lines can be compared.
    fn accepted_trial(&self) -> Option<Trial> {
        let path = files::shown(&self.folder.join(PROTOCOL));
        compile::compile(&Disk::default(), &path).ok()?.trial
    }

    fn changes(&self, artifacts: &[Artifact], manifest: &Manifest) -> Result<Vec<Change>, Failure> {
        let mut accepted: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for path in &manifest.files {
            let full = self.folder.join(path);
            match fs::read(&full) {
                Ok(content) => {
                    accepted.insert(path, content);
                }
                // Somebody took it away: it is as if it were new.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    let why = files::in_words(&error);
                    return Err(Failure::of(
                        &codes::UNREADABLE_FILE,
                        format!("cannot read `{}`: {why}", files::shown(&full)),
                    ));
                }
            }
        }
        let mut changes = Vec::new();
        for artifact in artifacts {
            match accepted.remove(artifact.path.as_str()) {
                None => changes.push(Change::New { path: artifact.path.clone() }),
                Some(before) if before == artifact.content => {}
                Some(before) => changes.push(Change::Differs {
                    path: artifact.path.clone(),
                    before,
                    now: artifact.content.clone(),
                }),
            }
        }
        changes.extend(accepted.into_keys().map(|path| Change::Gone { path: path.to_owned() }));
        Ok(changes)
    }

    /// Meaning first, text second.
    fn show(&self, console: &Console, trial: &Trial, changes: &[Change]) -> Result<(), Failure> {
        let mut text = String::new();
        let is_another = changes.iter().any(|change| change.path() == PROTOCOL);
        if let Some(old) = self.accepted_trial().filter(|_| is_another) {
            let difference = amend::compare(&old, trial);
            let report = Report { old: &old, new: trial, difference: &difference, participants: None };
            let look = console.out_look();
            text.push_str("What changed in meaning since the outputs were accepted:\n\n");
            text.push_str(&difference::text(&report, look.width, look.color));
            text.push_str("\nWhat changed in the outputs:\n\n");
        }
        for change in changes {
            change.show(&mut text);
        }
        console.out(&text)
    }
}

/// The manifest of this text; its files lie inside of the folder, for they are read and removed.
fn manifest_of(text: &str) -> Result<Manifest, String> {
    let manifest: Manifest = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let is_inside = |path: &String| {
        Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
    };
    match manifest.files.iter().find(|path| !is_inside(path)) {
        Some(path) => Err(format!("`{path}` is no file of this folder")),
        None => Ok(manifest),
    }
}

/// `protocols/x/trial.trial` has its outputs in `protocols/x/accepted/trial`.
fn beside(file: &str) -> PathBuf {
    let path = Path::new(if file == STDIN { "protocol" } else { file });
    let stem = path.file_stem().unwrap_or_default();
    path.parent().unwrap_or(Path::new("")).join(FOLDER).join(stem)
}

/// How an output differs from the accepted one.
enum Change {
    New { path: String },
    Gone { path: String },
    Differs { path: String, before: Vec<u8>, now: Vec<u8> },
}

impl Change {
    fn path(&self) -> &str {
        match self {
            Change::New { path } | Change::Gone { path } | Change::Differs { path, .. } => path,
        }
    }

    fn show(&self, text: &mut String) {
        match self {
            Change::New { path } => text.push_str(&format!("new     {path}\n")),
            Change::Gone { path } => text.push_str(&format!("gone    {path}\n")),
            Change::Differs { path, before, now } => {
                text.push_str(&format!("changed {path}\n"));
                if path.ends_with(".html") || path.ends_with(".svg") {
                    text.push_str("        a page or picture: open it, and the accepted one beside it\n");
                    return;
                }
                match (std::str::from_utf8(before), std::str::from_utf8(now)) {
                    (Ok(before), Ok(now)) => lines(before, now, text),
                    _ => text.push_str(&format!(
                        "        not text: {} bytes were accepted, {} now\n",
                        before.len(),
                        now.len()
                    )),
                }
            }
        }
    }
}

/// The changed lines with one line around them; of many, the first.
fn lines(before: &str, now: &str, text: &mut String) {
    let difference = TextDiff::from_lines(before, now);
    let shown = difference.unified_diff().context_radius(1).to_string();
    let count = shown.lines().count();
    for line in shown.lines().take(MOST_LINES) {
        // A line of a page can be long; what changed in it is found by its beginning.
        let line: String = line.chars().take(200).collect();
        text.push_str(&format!("        {line}\n"));
    }
    if count > MOST_LINES {
        text.push_str(&format!("        … and {} lines more\n", count - MOST_LINES));
    }
}
