//! Folders of tables on disk, read from many places at once, with a word on the terminal while that takes long.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Failure;
use super::files::{in_words, shown};
use crate::diagnostics::codes;
use crate::population::read::{DataFile, Folder, Form, Part, Table, Unreadable};

/// So often a word on the terminal changes.
const PAUSE: Duration = Duration::from_millis(100);

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        Self::of(&codes::UNREADABLE_TABLE, unreadable.message).helped(unreadable.help)
    }
}

/// What is read, on the last line of a terminal; nothing where there is none.
pub struct Progress {
    /// `None` where nobody looks.
    last: Option<Mutex<Instant>>,
    read: AtomicU64,
}

impl Progress {
    pub fn new(is_terminal: bool) -> Arc<Self> {
        Arc::new(Self { last: is_terminal.then(|| Mutex::new(Instant::now())), read: AtomicU64::new(0) })
    }

    fn read(&self, file: &str, at: u64, size: u64, count: usize) {
        let read = self.read.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        // Whoever is busy with the terminal says it for all.
        let Some(Ok(mut last)) = self.last.as_ref().map(Mutex::try_lock) else { return };
        if last.elapsed() < PAUSE {
            return;
        }
        *last = Instant::now();
        let percent = (at * 100).checked_div(size).unwrap_or(100).min(100);
        say(&format!("reading {file}: {percent} %, {} MB in all", read / 1_000_000));
    }

    pub fn say(&self, what: &str) {
        if self.last.is_some() {
            say(what);
        }
    }

    /// Leaves the line empty.
    pub fn end(&self) {
        self.say("");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

fn say(what: &str) {
    use std::io::Write as _;
    // Should that fail, nobody is left to be told.
    let _ = write!(io::stderr().lock(), "\r\u{1b}[K{what}");
}

/// A folder on disk.
pub struct Disk {
    folder: PathBuf,
    files: Vec<String>,
    progress: Arc<Progress>,
}

impl Disk {
    pub fn open(folder: &str, progress: &Arc<Progress>) -> Result<Self, Failure> {
        let path = PathBuf::from(folder);
        let refused = |path: &Path, error: &io::Error| {
            Failure::of(
                &codes::UNREADABLE_FILE,
                format!("cannot read the folder `{}`: {}", shown(path), in_words(error)),
            )
        };
        if path.is_file() {
            return Err(Failure::of(
                &codes::UNREADABLE_FILE,
                format!("`{folder}` is a file, and a folder of tables is expected"),
            )
            .help("give the folder that holds person.csv or person.parquet, and the other tables"));
        }
        let mut files = Vec::new();
        for entry in path.read_dir().map_err(|error| refused(&path, &error))? {
            let entry = entry.map_err(|error| refused(&path, &error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !entry.path().is_dir() {
                files.push(name);
                continue;
            }
            // A table may be a folder of files; one that cannot be looked into is no table.
            for inside in entry.path().read_dir().into_iter().flatten().flatten() {
                if let Ok(inside_name) = inside.file_name().into_string()
                    && inside.path().is_file()
                {
                    files.push(format!("{name}/{inside_name}"));
                }
            }
        }
        files.sort_unstable();
        Ok(Self { folder: path, files, progress: Arc::clone(progress) })
    }
}

impl Folder for Disk {
    fn files(&self) -> &[String] {
        &self.files
    }

    fn open(&self, file: &str) -> io::Result<Arc<dyn DataFile>> {
        Ok(Arc::new(OnDisk::open(&self.folder.join(file), file, &self.progress)?))
    }
}

/// A single table that the user names.
pub fn one_table(path: &str, name: &str, progress: &Arc<Progress>) -> Result<Table, Failure> {
    let file = OnDisk::open(Path::new(path), path, progress).map_err(|error| {
        Failure::of(&codes::UNREADABLE_FILE, format!("cannot read `{path}`: {}", in_words(&error)))
    })?;
    let form = Form::of(path).ok_or_else(|| {
        Failure::of(&codes::UNREADABLE_TABLE, format!("`{path}` is neither CSV nor Parquet"))
            .help("name it .csv, .tsv or .parquet")
    })?;
    let part = Part { file: path.to_owned(), data: Arc::new(file), form, is_vocabulary: false };
    Ok(Table { name: name.to_owned(), parts: vec![part] })
}

struct OnDisk {
    name: String,
    file: File,
    size: u64,
    progress: Arc<Progress>,
}

impl OnDisk {
    fn open(path: &Path, name: &str, progress: &Arc<Progress>) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { name: name.to_owned(), file, size, progress: Arc::clone(progress) })
    }
}

impl DataFile for OnDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let count = std::os::unix::fs::FileExt::read_at(&self.file, into, offset)?;
        #[cfg(windows)]
        let count = std::os::windows::fs::FileExt::seek_read(&self.file, into, offset)?;
        self.progress.read(&self.name, offset, self.size, count);
        Ok(count)
    }
}
