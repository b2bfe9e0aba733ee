//! Rows of many pieces, put together by the person that they belong to.

use super::super::results::{Packed, Results};
use super::super::tables::Grouped;
use super::folder::Unreadable;

/// Rows with the place of their person, in the order of the data.
#[derive(Debug)]
pub struct Rows<T> {
    pub people: Vec<u32>,
    pub rows: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { people: Vec::new(), rows: Vec::new() }
    }
}

impl<T> Rows<T> {
    pub fn push(&mut self, person: u32, row: T) {
        self.people.push(person);
        self.rows.push(row);
    }
}

/// Where the rows of each person begin, and behind the last of them the number of rows; and whether they come in the order
/// of the people already.
///
/// # Errors
/// Where there are more rows than can be counted.
fn starts<'p>(
    pieces: impl Iterator<Item = &'p Vec<u32>> + Clone,
    people: usize,
) -> Result<(Vec<u32>, bool), Unreadable> {
    let total: usize = pieces.clone().map(Vec::len).sum();
    if u32::try_from(total).is_err() {
        return Err(Unreadable::new(format!("{total} rows are asked for: more than 4,294,967,295"))
            .help("divide the people into several folders"));
    }
    let mut starts = vec![0u32; people + 1];
    let mut is_sorted = true;
    let mut last = 0;
    for person in pieces.flatten() {
        starts[*person as usize + 1] += 1;
        is_sorted &= *person >= last;
        last = *person;
    }
    for place in 1..starts.len() {
        starts[place] += starts[place - 1];
    }
    Ok((starts, is_sorted))
}

/// Groups results by person; those of one person keep their order. Pieces that come in the order of the people already
/// stay as they are.
///
/// # Errors
/// Where there are more rows than can be counted.
pub fn results(pieces: Vec<(Vec<u32>, Packed)>, people: usize) -> Result<Results, Unreadable> {
    let (starts, is_sorted) = starts(pieces.iter().map(|(people, _)| people), people)?;
    Ok(match is_sorted {
        true => Results::of_pieces(pieces.into_iter().map(|(_, piece)| piece).collect(), starts),
        false => Results::gathered(pieces, starts),
    })
}

/// Groups rows by person; those of one person keep their order. Each piece is given up as it is taken over, and rows that
/// come in the order of the people already are only put behind each other.
///
/// # Errors
/// Where there are more rows than can be counted.
pub fn group<T: Copy>(pieces: Vec<Rows<T>>, people: usize) -> Result<Grouped<T>, Unreadable> {
    let (starts, is_sorted) = starts(pieces.iter().map(|piece| &piece.people), people)?;
    let total = pieces.iter().map(|piece| piece.rows.len()).sum();
    let mut rows: Vec<T> = Vec::new();
    rows.reserve_exact(total);
    if is_sorted {
        for piece in pieces {
            rows.extend_from_slice(&piece.rows);
        }
        return Ok(Grouped { rows, starts });
    }
    let Some(first) = pieces.iter().find_map(|piece| piece.rows.first()).copied() else {
        return Ok(Grouped { rows, starts });
    };
    rows.resize(total, first);
    let mut next: Vec<u32> = starts[..people].to_vec();
    for piece in pieces {
        for (person, row) in piece.people.into_iter().zip(piece.rows) {
            let place = &mut next[person as usize];
            rows[*place as usize] = row;
            *place += 1;
        }
    }
    Ok(Grouped { rows, starts })
}

#[cfg(test)]
mod tests {
    use super::{Rows, group};

    fn rows(pairs: &[(u32, char)]) -> Rows<char> {
        let mut rows = Rows::default();
        pairs.iter().for_each(|(person, row)| rows.push(*person, *row));
        rows
    }

    #[test]
    fn rows_of_a_person_stay_in_their_order_wherever_they_stood() {
        let grouped =
            group(vec![rows(&[(2, 'a'), (0, 'b')]), rows(&[(2, 'c'), (1, 'd'), (2, 'e')])], 4).unwrap();
        let of: Vec<String> = (0..4).map(|person| grouped.of(person).iter().collect()).collect();
        assert_eq!(of, ["b", "d", "ace", ""]);
        let sorted =
            group(vec![rows(&[(0, 'b'), (1, 'd')]), rows(&[(2, 'a'), (2, 'c'), (2, 'e')])], 4).unwrap();
        assert_eq!(sorted, grouped);
        assert_eq!(group::<char>(Vec::new(), 2).unwrap().starts, [0, 0, 0]);
    }
}
