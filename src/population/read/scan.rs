//! Whole tables: their files, row groups and slices of these, side by side where they can be, joined in their order.

use std::ops::Range;

use rayon::prelude::*;

use super::cells::{Batch, Wanted};
use super::choice::Choice;
use super::folder::{Form, Table, Unreadable};
use super::{delimited, parquet};

/// Each thread has so many pieces to read, so that none waits long for the last of another.
const PIECES: u64 = 8;
/// Fewer rows than this are no piece of their own: what stands before a slice has to be passed over.
const FEWEST: u64 = 1 << 16;

/// What is done with a piece of a table.
pub type Each<'s, L> = Box<dyn Fn(&Batch, &mut L) + Sync + 's>;

/// A table that is to be read: its wanted columns, and what is done with each piece of it.
pub struct Scan<'s, L> {
    pub table: &'s Table,
    pub wanted: &'s [Wanted<'s>],
    /// With a choice, rows that it passes over may be left out.
    pub choice: Option<&'s Choice>,
    pub each: Each<'s, L>,
}

/// What the parts of a table have made, in the order of its rows.
pub struct Scanned<L> {
    pub found: Vec<L>,
    pub rows: u64,
}

/// A part of a table.
#[derive(Clone)]
enum Piece {
    /// Of an opened file these rows of a group.
    Group {
        file: usize,
        group: usize,
        rows: Range<u64>,
    },
    Text,
}

/// Where a piece belongs: the table, and its file.
#[derive(Clone)]
struct Place {
    scan: usize,
    part: usize,
    piece: Piece,
}

/// What was made of a piece, with the number of its rows. `None` where the library has to read the group.
type Made<L> = Option<(L, u64)>;

/// Reads one table.
///
/// # Errors
/// As [`scan_all`].
pub fn scan<L: Default + Send>(
    table: &Table,
    wanted: &[Wanted<'_>],
    choice: Option<&Choice>,
    each: impl Fn(&Batch, &mut L) + Sync,
) -> Result<(Vec<L>, u64), Unreadable> {
    let scanned = scan_all(&[Scan { table, wanted, choice, each: Box::new(each) }])?;
    let (mut found, mut rows) = (Vec::new(), 0);
    for one in scanned {
        found.extend(one.found);
        rows += one.rows;
    }
    Ok((found, rows))
}

/// Reads several tables at once. Each piece of a table makes an `L` of its own.
///
/// # Errors
/// Where a file cannot be read, or has not the columns that are required: what is wrong with the first such table.
pub fn scan_all<L: Default + Send>(scans: &[Scan<'_, L>]) -> Result<Vec<Scanned<L>>, Unreadable> {
    let pieces = rayon::current_num_threads() as u64 * PIECES;
    in_slices(scans, |rows| (rows / pieces).max(FEWEST))
}

/// In slices of at most as many rows as `most` says of all rows together.
fn in_slices<L: Default + Send>(
    scans: &[Scan<'_, L>],
    most: impl Fn(u64) -> u64,
) -> Result<Vec<Scanned<L>>, Unreadable> {
    let (mut files, mut places, mut refused) = (Vec::new(), Vec::new(), None);
    for (number, scan) in scans.iter().enumerate() {
        if let Err(why) = open(number, scan, &mut files, &mut places) {
            // What is wrong with a table before it is said first.
            refused = Some(why);
            break;
        }
    }
    let places = sliced(places, most);
    let made: Vec<Result<Made<L>, Unreadable>> =
        places.par_iter().map(|place| by_pages(scans, &files, place)).collect();
    let mut all: Vec<Scanned<L>> = scans.iter().map(|_| Scanned { found: Vec::new(), rows: 0 }).collect();
    for (place, made) in places.iter().zip(left_to_library(scans, &files, &places, made)) {
        if let Some((found, rows)) = made? {
            all[place.scan].found.push(found);
            all[place.scan].rows += rows;
        }
    }
    refused.map_or(Ok(all), Err)
}

/// Opens the files of a table and lists what there is to read.
fn open<L>(
    scan_number: usize,
    scan: &Scan<'_, L>,
    files: &mut Vec<parquet::Opened>,
    places: &mut Vec<Place>,
) -> Result<(), Unreadable> {
    for (number, part) in scan.table.parts.iter().enumerate() {
        let place = |piece| Place { scan: scan_number, part: number, piece };
        match part.form {
            Form::Parquet => {
                let opened = parquet::open(part, scan.wanted)?;
                for group in 0..opened.groups() {
                    let rows = 0..opened.rows_of(group);
                    places.push(place(Piece::Group { file: files.len(), group, rows }));
                }
                files.push(opened);
            }
            Form::Delimited => places.push(place(Piece::Text)),
        }
    }
    Ok(())
}

/// Cuts groups that are longer than a slice may be.
fn sliced(places: Vec<Place>, most: impl Fn(u64) -> u64) -> Vec<Place> {
    let length = |place: &Place| match &place.piece {
        Piece::Group { rows, .. } => rows.end,
        Piece::Text => 0,
    };
    let most = most(places.iter().map(length).fold(0, u64::saturating_add));
    let slices = |place: Place| -> Vec<Place> {
        let Piece::Group { file, group, rows } = &place.piece else { return vec![place] };
        let count = rows.end.div_ceil(most).max(1);
        let at = |slice: u64| (u128::from(rows.end) * u128::from(slice) / u128::from(count)) as u64;
        let slice = |slice: u64| Piece::Group { file: *file, group: *group, rows: at(slice)..at(slice + 1) };
        (0..count).map(|number| Place { piece: slice(number), ..place }).collect()
    };
    places.into_iter().flat_map(slices).collect()
}

/// Reads a piece; of a group only as far as its pages are as they usually are.
fn by_pages<L: Default>(
    scans: &[Scan<'_, L>],
    files: &[parquet::Opened],
    place: &Place,
) -> Result<Made<L>, Unreadable> {
    let Scan { table, wanted, choice, each } = &scans[place.scan];
    let mut local = L::default();
    match &place.piece {
        Piece::Group { file, group, rows } => {
            let take = |batch: &Batch| each(batch, &mut local);
            let read =
                parquet::read_chosen(&files[*file], place.part, *group, rows.clone(), wanted, *choice, take);
            Ok(read.map(|()| (local, rows.end - rows.start)))
        }
        Piece::Text => {
            let mut rows = 0;
            let mut take = |batch: &Batch| {
                rows += batch.rows as u64;
                each(batch, &mut local);
            };
            delimited::read(&table.parts[place.part], place.part, wanted, &mut take)?;
            Ok(Some((local, rows)))
        }
    }
}

/// A group of which not all slices could be read is read by the library, as a whole and in place of its first slice.
fn left_to_library<L: Default + Send>(
    scans: &[Scan<'_, L>],
    files: &[parquet::Opened],
    places: &[Place],
    mut made: Vec<Result<Made<L>, Unreadable>>,
) -> Vec<Result<Made<L>, Unreadable>> {
    let group_of = |place: &Place| match place.piece {
        Piece::Group { file, group, .. } => Some((file, group)),
        Piece::Text => None,
    };
    let (mut left, mut next) = (Vec::new(), 0);
    for slices in places.chunk_by(|one, other| group_of(one).is_some() && group_of(one) == group_of(other)) {
        let these = &mut made[next..next + slices.len()];
        if these.iter().any(|made| matches!(made, Ok(None))) {
            these.iter_mut().for_each(|made| *made = Ok(None));
            left.push(next);
        }
        next += slices.len();
    }
    let read = |first: &usize| {
        let Place { scan, part, piece } = &places[*first];
        let Piece::Group { file, group, .. } = piece else { return Ok(None) };
        let Scan { wanted, each, .. } = &scans[*scan];
        let mut local = L::default();
        files[*file].read(*part, *group, wanted, |batch| each(batch, &mut local))?;
        Ok(Some((local, files[*file].rows_of(*group))))
    };
    let read: Vec<Result<Made<L>, Unreadable>> = left.par_iter().map(read).collect();
    for (first, read) in left.into_iter().zip(read) {
        made[first] = read;
    }
    made
}

#[cfg(test)]
mod tests;
