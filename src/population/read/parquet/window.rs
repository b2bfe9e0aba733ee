//! The bytes of one column, read in large steps: pages and what stands before them are parts of what was read last.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::buf::Reader;
use bytes::{Buf as _, Bytes, BytesMut};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::super::folder::DataFile;

/// So much is read at once: it stays near while it is looked at.
const STEP: u64 = 1 << 18;
/// What stands before a page is shorter.
const LONGEST_HEADING: u64 = 1 << 14;

thread_local! {
    /// Room that windows of this thread have left: new room costs more than what is read into it.
    static ROOM: RefCell<Vec<BytesMut>> = const { RefCell::new(Vec::new()) };
}
/// Room is kept for so many windows, and none that is larger than this.
const MOST_KEPT: usize = 16;
const LARGEST_KEPT: usize = 1 << 20;

pub struct Window {
    data: Arc<dyn DataFile>,
    /// Where the column ends.
    end: u64,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    from: u64,
    bytes: Bytes,
}

impl Window {
    pub fn new(data: &Arc<dyn DataFile>, end: u64) -> Self {
        Self { data: Arc::clone(data), end: end.min(data.size()), held: Mutex::default() }
    }

    /// The bytes from `start` on, at least `least` of them or all that are left.
    fn from(&self, start: u64, least: u64) -> Result<Bytes, ParquetError> {
        let least = least.min(self.end.saturating_sub(start));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = start.checked_sub(held.from).and_then(|at| usize::try_from(at).ok());
        if let Some(at) = inside.filter(|at| *at as u64 + least <= held.bytes.len() as u64) {
            return Ok(held.bytes.slice(at..));
        }
        let length = self.end.saturating_sub(start).min(least.max(STEP));
        give_back(std::mem::take(&mut held.bytes));
        let room = ROOM.with_borrow_mut(Vec::pop).unwrap_or_default();
        held.bytes = read_into(room, &*self.data, start, usize::try_from(length)?)?;
        held.from = start;
        Ok(held.bytes.clone())
    }
}

/// Keeps the room of bytes that nobody looks at any more.
fn give_back(bytes: Bytes) {
    let Ok(room) = bytes.try_into_mut() else { return };
    if room.capacity() == 0 || room.capacity() > LARGEST_KEPT {
        return;
    }
    ROOM.with_borrow_mut(|kept| {
        if kept.len() < MOST_KEPT {
            kept.push(room);
        }
    });
}

impl Drop for Window {
    fn drop(&mut self) {
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        give_back(std::mem::take(&mut held.bytes));
    }
}

/// Bytes of a file, all of them.
pub fn read(data: &dyn DataFile, start: u64, length: usize) -> Result<Bytes, ParquetError> {
    read_into(BytesMut::new(), data, start, length)
}

fn read_into(
    mut bytes: BytesMut,
    data: &dyn DataFile,
    start: u64,
    length: usize,
) -> Result<Bytes, ParquetError> {
    let ends = || ParquetError::EOF("the file ends inside a column".into());
    // Before room is made: a broken file may name any length.
    if start.checked_add(length as u64).is_none_or(|end| end > data.size()) {
        return Err(ends());
    }
    match bytes.capacity() < length {
        true => bytes = BytesMut::zeroed(length),
        false => bytes.resize(length, 0),
    }
    let mut from = 0;
    while from < length {
        match data.read_at(start + from as u64, &mut bytes[from..]) {
            Ok(0) => return Err(ends()),
            Ok(count) => from += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ParquetError::External(Box::new(error))),
        }
    }
    Ok(bytes.freeze())
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.end
    }
}

impl ChunkReader for Window {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start, LONGEST_HEADING)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start, length as u64)?;
        match length <= bytes.len() {
            true => Ok(bytes.slice(..length)),
            false => Err(ParquetError::EOF("the file ends inside a column".into())),
        }
    }
}
