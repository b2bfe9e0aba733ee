//! A whole table: its files and row groups, side by side where they can be, joined in their order.

use rayon::prelude::*;

use super::cells::{Batch, Wanted};
use super::choice::Choice;
use super::folder::{Form, Table, Unreadable};
use super::{delimited, parquet};

/// Reads the wanted columns of a table. Each part of it makes an `L` of its own; they come back in the order of the rows,
/// with the number of rows. With a choice, rows that it passes over may be left out.
///
/// # Errors
/// Where a file cannot be read, or has not the columns that are required.
pub fn scan<L: Default + Send>(
    table: &Table,
    wanted: &[Wanted<'_>],
    choice: Option<&Choice>,
    each: impl Fn(&Batch, &mut L) + Sync,
) -> Result<(Vec<L>, u64), Unreadable> {
    enum Piece {
        Group { opened: usize, group: usize },
        Text,
    }
    let mut opened = Vec::new();
    let mut pieces = Vec::new();
    for (number, part) in table.parts.iter().enumerate() {
        match part.form {
            Form::Parquet => {
                let file = parquet::open(part, wanted)?;
                let groups = 0..file.groups();
                pieces.extend(groups.map(|group| (number, Piece::Group { opened: opened.len(), group })));
                opened.push(file);
            }
            Form::Delimited => pieces.push((number, Piece::Text)),
        }
    }
    let read = |(number, piece): &(usize, Piece)| {
        let mut local = L::default();
        if let Piece::Group { opened: file, group } = piece {
            let take = |batch: &Batch| each(batch, &mut local);
            if let Some(rows) = parquet::read_chosen(&opened[*file], *number, *group, wanted, choice, take) {
                return Ok((local, rows));
            }
            local = L::default();
        }
        let mut rows = 0;
        let mut take = |batch: &Batch| {
            rows += batch.rows as u64;
            each(batch, &mut local);
        };
        match piece {
            Piece::Group { opened: file, group } => opened[*file].read(*number, *group, wanted, &mut take)?,
            Piece::Text => delimited::read(&table.parts[*number], *number, wanted, &mut take)?,
        }
        Ok((local, rows))
    };
    let read: Vec<(L, u64)> = pieces.par_iter().map(read).collect::<Result<_, Unreadable>>()?;
    let rows = read.iter().map(|(_, rows)| rows).sum();
    Ok((read.into_iter().map(|(local, _)| local).collect(), rows))
}
