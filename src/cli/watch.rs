//! `--watch`: doing a command's work again whenever one of its files changes.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use notify::{EventKind, RecursiveMode, Watcher};

use super::console::Console;
use super::files::{Disk, STDIN};
use super::{Failure, Outcome};
use crate::diagnostics::codes;

/// Editors write a file in several steps: wait until it has been quiet for so long.
const QUIET: Duration = Duration::from_millis(60);

/// Runs the work, then again after each change of a file that it asked for. Ends only when watching fails.
pub fn run(console: &Console, file: &str, work: impl Fn(&Disk) -> Outcome) -> Outcome {
    if file == STDIN {
        return Err(Failure::of(&codes::UNWATCHABLE, "standard input cannot be watched")
            .help("give the path of a file"));
    }
    let (sender, changes) = mpsc::channel();
    let cannot =
        |error: notify::Error| Failure::of(&codes::UNWATCHABLE, format!("cannot watch the files: {error}"));
    let mut watcher = notify::recommended_watcher(move |event| {
        // The receiver lives as long as this program.
        let _ = sender.send(event);
    })
    .map_err(cannot)?;
    let mut watched: Vec<PathBuf> = Vec::new();
    loop {
        let disk = Disk::default();
        if let Err(failure) = work(&disk) {
            console.failure(&failure);
        }
        let files: Vec<PathBuf> =
            disk.asked().iter().filter_map(|path| std::path::absolute(path).ok()).collect();
        // Folders, because editors replace a file by another of its name.
        for folder in files.iter().filter_map(|file| file.parent()) {
            if !watched.iter().any(|known| known == folder) && folder.is_dir() {
                watcher.watch(folder, RecursiveMode::NonRecursive).map_err(cannot)?;
                watched.push(folder.to_owned());
            }
        }
        if watched.is_empty() {
            return Err(Failure::of(
                &codes::UNWATCHABLE,
                format!("cannot watch `{file}`: its folder does not exist"),
            ));
        }
        console.err("watching for changes; Ctrl+C ends\n");
        let concerns = |event: &notify::Event| {
            !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| files.contains(path))
        };
        loop {
            match changes.recv() {
                Ok(Ok(event)) if concerns(&event) => break,
                Ok(_) => {}
                Err(_) => return Err(Failure::of(&codes::UNWATCHABLE, "watching the files has ended")),
            }
        }
        while !matches!(
            changes.recv_timeout(QUIET),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)
        ) {}
    }
}
