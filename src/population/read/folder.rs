//! Where the bytes of a population come from. Whoever has the files hands them in: this room opens nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

/// A file that can be read from several places at once.
pub trait DataFile: Send + Sync {
    /// In bytes.
    fn size(&self) -> u64;

    /// Reads some bytes from here on, as many as `into` holds or fewer; none only at the end.
    ///
    /// # Errors
    /// Those of the disk.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;
}

/// A folder of tables.
pub trait Folder: Sync {
    /// Paths of all files, and of those one folder deeper, with `/`: `person.csv`, `measurement/part-0.parquet`.
    fn files(&self) -> &[String];

    /// # Errors
    /// Where the file cannot be opened.
    fn open(&self, file: &str) -> io::Result<Arc<dyn DataFile>>;
}

/// Why data cannot be read at all, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub message: String,
    pub help: Option<String>,
}

impl Unreadable {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unreadable {}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    names: Vec<String>,
    files: BTreeMap<String, Arc<Vec<u8>>>,
}

impl Memory {
    #[must_use]
    pub fn with(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), Arc::new(content.into()));
        self.names = self.files.keys().cloned().collect();
        self
    }
}

impl Folder for Memory {
    fn files(&self) -> &[String] {
        &self.names
    }

    fn open(&self, file: &str) -> io::Result<Arc<dyn DataFile>> {
        let content = self.files.get(file).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(InMemory(Arc::clone(content))))
    }
}

struct InMemory(Arc<Vec<u8>>);

impl DataFile for InMemory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let from = usize::try_from(offset).map_or(self.0.len(), |at| at.min(self.0.len()));
        let count = into.len().min(self.0.len() - from);
        into[..count].copy_from_slice(&self.0[from..from + count]);
        Ok(count)
    }
}

/// A file from a place to its end.
pub(super) struct FromHere {
    pub data: Arc<dyn DataFile>,
    pub at: u64,
}

impl Read for FromHere {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.data.read_at(self.at, into)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// A table: one file, or the files of a folder that has its name.
pub struct Table {
    /// As the CDM calls it.
    pub name: String,
    pub parts: Vec<Part>,
}

pub struct Part {
    /// Its path in the folder.
    pub file: String,
    pub data: Arc<dyn DataFile>,
    pub form: Form,
    /// As Athena writes vocabularies: with tabs, and with quotation marks that are part of the words.
    pub is_vocabulary: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Parquet,
    Delimited,
}

impl Form {
    /// By the ending of its name.
    pub fn of(file: &str) -> Option<Self> {
        match file.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "parquet" => Some(Form::Parquet),
            "csv" | "tsv" | "txt" => Some(Form::Delimited),
            _ => None,
        }
    }
}

/// Finds a table by its name, in capitals or not. `None` where there is none.
///
/// # Errors
/// Where two files or folders could be it, and where a file cannot be opened.
pub fn table(folder: &dyn Folder, name: &str) -> Result<Option<Table>, Unreadable> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in folder.files() {
        let (place, inside) = match file.split_once('/') {
            Some((place, inside)) => (place, Some(inside)),
            None => (file.as_str(), None),
        };
        let stem = place.split('.').next().unwrap_or(place);
        if !stem.eq_ignore_ascii_case(name) || inside.is_some_and(|inside| inside.starts_with(['.', '_'])) {
            continue;
        }
        if Form::of(file).is_none() {
            // A folder may hold what belongs to nobody; a file of this name is hardly meant to be passed over.
            if inside.is_none() {
                return Err(Unreadable::new(format!("`{file}` is neither CSV nor Parquet"))
                    .help("unpack it, or write it as .csv (comma or tab) or .parquet"));
            }
            continue;
        }
        places.entry(place).or_default().push(file);
    }
    let mut places = places.into_iter();
    let Some((place, mut files)) = places.next() else { return Ok(None) };
    if let Some((other, _)) = places.next() {
        return Err(Unreadable::new(format!("table `{name}` is here twice: `{place}` and `{other}`"))
            .help("keep one of the two in the folder"));
    }
    files.sort_unstable();
    let open = |file: &str| {
        let data = folder.open(file).map_err(|error| broken(file, &error.to_string()))?;
        let form = Form::of(file).unwrap_or(Form::Delimited);
        let is_vocabulary = name.starts_with("concept") || name.starts_with("vocabulary");
        Ok(Part { file: file.to_owned(), data, form, is_vocabulary })
    };
    let parts = files.into_iter().map(open).collect::<Result<Vec<Part>, Unreadable>>()?;
    Ok(Some(Table { name: name.to_owned(), parts }))
}

/// A file by its name, for a table of its own.
///
/// # Errors
/// Where there is none, with one that may be meant.
pub(super) fn file(folder: &dyn Folder, name: &str) -> Result<Table, Unreadable> {
    if !folder.files().iter().any(|file| file == name) {
        let near = crate::diagnostics::did_you_mean(name, folder.files().iter().map(String::as_str));
        let failure = Unreadable::new(format!("there is no file `{name}` in the folder"));
        return Err(match near {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        });
    }
    let form = Form::of(name).ok_or_else(|| {
        Unreadable::new(format!("`{name}` is neither CSV nor Parquet"))
            .help("name it .csv, .tsv, .txt or .parquet")
    })?;
    let data = folder.open(name).map_err(|error| broken(name, &error.to_string()))?;
    let part = Part { file: name.to_owned(), data, form, is_vocabulary: false };
    Ok(Table { name: name.to_owned(), parts: vec![part] })
}

pub(super) fn broken(file: &str, why: &str) -> Unreadable {
    Unreadable::new(format!("cannot read `{file}`: {why}"))
}
