//! Reading: protocols from disk or standard input, with errors that say what to do.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Failure;
use crate::diagnostics::{codes, did_you_mean};
use crate::source::{LoadError, Loader};

/// Larger files are not protocols.
pub const LARGEST: u64 = 64_000_000;

/// Larger files of people are not read into memory.
const LARGEST_DATA: u64 = 2_000_000_000;

/// Stands for standard input.
pub const STDIN: &str = "-";

/// Loads from disk, `-` from standard input, and remembers what was asked for.
#[derive(Debug)]
pub struct Disk {
    asked: RefCell<Vec<PathBuf>>,
    largest: u64,
}

impl Default for Disk {
    fn default() -> Self {
        Self { asked: RefCell::default(), largest: LARGEST }
    }
}

impl Disk {
    /// Every path that was asked for, whether there is such a file or not.
    pub fn asked(&self) -> Vec<PathBuf> {
        self.asked.borrow().clone()
    }
}

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == STDIN {
            return decode(read(io::stdin().lock(), self.largest, 0)?);
        }
        let path = Path::new(path);
        self.asked.borrow_mut().push(path.to_owned());
        let about = match path.metadata() {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(LoadError::Missing { suggestion: similar(path) });
            }
            Err(error) => return Err(LoadError::Refused(in_words(&error))),
        };
        if about.is_dir() {
            return Err(LoadError::Folder { suggestion: main_file(path) });
        }
        if about.len() > self.largest {
            return Err(LoadError::TooLarge { bytes: about.len(), limit: self.largest });
        }
        let file = File::open(path).map_err(|error| LoadError::Refused(in_words(&error)))?;
        decode(read(file, self.largest, about.len())?)
    }
}

/// A path as messages show it, `/` between folders.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().into_owned();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text }
}

/// The text of a file that is not a protocol: a record, a file of dates.
pub fn read_text(path: &str) -> Result<String, Failure> {
    Disk::default().load(path).map_err(|error| cannot_read(path, &error))
}

/// The text of a file of people, which may be larger than a protocol.
pub fn read_data(path: &str) -> Result<String, Failure> {
    let disk = Disk { largest: LARGEST_DATA, ..Disk::default() };
    disk.load(path).map_err(|error| cannot_read(path, &error))
}

pub fn cannot_read(path: &str, error: &LoadError) -> Failure {
    let what = if path == STDIN { "standard input".to_owned() } else { format!("`{path}`") };
    Failure::of(&codes::UNREADABLE_FILE, format!("cannot read {what}: {error}"))
}

/// What the operating system says, in small letters and without its number.
pub fn in_words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// All bytes; a device or pipe without end is cut off by the limit.
fn read(stream: impl Read, largest: u64, expected: u64) -> Result<Vec<u8>, LoadError> {
    // One byte more, so that the end is seen without asking for room.
    let mut bytes = Vec::with_capacity(usize::try_from(expected).map_or(0, |expected| expected + 1));
    let read = stream.take(largest + 1).read_to_end(&mut bytes);
    read.map_err(|error| LoadError::Refused(in_words(&error)))?;
    if bytes.len() as u64 > largest {
        return Err(LoadError::TooLarge { bytes: bytes.len() as u64, limit: largest });
    }
    Ok(bytes)
}

fn decode(bytes: Vec<u8>) -> Result<String, LoadError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(LoadError::NotText { readable: String::new(), reason: "it is UTF-16, not UTF-8" });
    }
    let refused = |mut bytes: Vec<u8>, end: usize, reason| {
        bytes.truncate(end);
        let readable = String::from_utf8_lossy(&bytes).into_owned();
        Err(LoadError::NotText { readable, reason })
    };
    const ZERO: &str = "a zero byte stands here, as in programs, images and archives";
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if let Some(zero) = memchr::memchr(0, text.as_bytes()) {
                return refused(text.into_bytes(), zero, ZERO);
            }
            // The mark that some editors put before UTF-8 is no part of the text.
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(text)
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            match bytes[..valid].iter().position(|byte| *byte == 0) {
                Some(zero) => refused(bytes, zero, ZERO),
                None => refused(bytes, valid, "a byte that is not UTF-8 stands here"),
            }
        }
    }
}

/// A neighbour that may have been meant.
fn similar(path: &Path) -> Option<String> {
    let with_ending = path.with_extension("trial");
    if with_ending.is_file() && with_ending != path {
        return Some(shown(&with_ending));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let wanted = path.file_name()?.to_str()?;
    let mut names = Vec::new();
    for entry in folder.unwrap_or(Path::new(".")).read_dir().ok()?.flatten() {
        names.extend(entry.file_name().into_string());
    }
    let near = did_you_mean(wanted, names.iter().map(String::as_str))?;
    Some(shown(&folder.map_or_else(|| PathBuf::from(near), |folder| folder.join(near))))
}

/// The protocol of a folder: its `trial.trial`, or its only `.trial` file.
fn main_file(folder: &Path) -> Option<String> {
    let usual = folder.join("trial.trial");
    if usual.is_file() {
        return Some(shown(&usual));
    }
    let files = folder.read_dir().ok()?.flatten().map(|entry| entry.path());
    let mut trials = files.filter(|path| path.extension().is_some_and(|ending| ending == "trial"));
    let only = trials.next()?;
    trials.next().is_none().then(|| shown(&only))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_before_utf8_is_dropped() {
        assert_eq!(decode(b"\xef\xbb\xbftrial".to_vec()).unwrap(), "trial");
        assert_eq!(
            decode("tri\u{feff}al".as_bytes().to_vec()).unwrap(),
            "tri\u{feff}al",
            "inside it is text"
        );
    }

    #[test]
    fn bytes_that_are_no_text_keep_what_was_readable() {
        let (readable, reason) = match decode(b"trial caf\xe9".to_vec()) {
            Err(LoadError::NotText { readable, reason }) => (readable, reason),
            other => panic!("{other:?}"),
        };
        assert_eq!((readable.as_str(), reason), ("trial caf", "a byte that is not UTF-8 stands here"));
        let zero = decode(b"PK\x03\x04\0\0".to_vec());
        assert!(matches!(zero, Err(LoadError::NotText { readable, .. }) if readable == "PK\u{3}\u{4}"));
        assert!(matches!(decode(b"\xff\xfet\0".to_vec()), Err(LoadError::NotText { .. })));
        assert_eq!(decode("café".as_bytes().to_vec()).unwrap(), "café");
    }

    #[test]
    fn a_stream_without_end_is_cut_off() {
        assert!(matches!(
            read(io::repeat(b'a'), LARGEST, 0),
            Err(LoadError::TooLarge { limit: LARGEST, .. })
        ));
        assert_eq!(read(io::repeat(b'a').take(10), LARGEST, 3).unwrap(), b"aaaaaaaaaa");
    }
}
