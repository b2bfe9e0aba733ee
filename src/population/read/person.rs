//! Table `person`: who there is.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::super::tables::{Day, Days, Subject, SubjectId};
use super::cells::{Batch, Cell, Column, Kind, Wanted, civil, optional, required};
use super::folder::{Table, Unreadable};
use super::report::{Fault, Faults, Group, Rows};
use super::scan::scan;
use crate::eligibility::record::Sex;
use crate::omop::standard::gender;

const PERSON: usize = 0;
const GENDER: usize = 1;
const YEAR: usize = 2;
const MONTH: usize = 3;
const DAY: usize = 4;
const BORN: usize = 5;
const WANTED: [Wanted<'static>; 6] = [
    required("person_id", Kind::Id),
    required("gender_concept_id", Kind::Id),
    optional("year_of_birth", Kind::Id),
    optional("month_of_birth", Kind::Id),
    optional("day_of_birth", Kind::Id),
    optional("birth_datetime", Kind::Day),
];

/// Nobody of whom there are data was born before this year; `80` is no year.
const EARLIEST_YEAR: i64 = 1800;

/// Everybody, and where they are.
pub struct People {
    pub subjects: Vec<Subject>,
    places: Places,
}

enum Places {
    /// So many ids, each one more than the last.
    Next {
        first: i64,
        count: u32,
    },
    /// Ids that follow each other closely: the place of each, and `NOBODY`.
    Close {
        first: i64,
        places: Vec<u32>,
    },
    Apart(HashMap<SubjectId, u32, FixedState>),
}

const NOBODY: u32 = u32::MAX;

impl Places {
    /// Of no more people than can be counted.
    fn of(subjects: &[Subject], number: impl Fn(&Subject) -> Option<i64>) -> Self {
        let ends = subjects.iter().try_fold(None, |ends: Option<(i64, i64)>, subject| {
            let number = number(subject)?;
            Some(Some(ends.map_or((number, number), |(first, last)| (first.min(number), last.max(number)))))
        });
        let close = ends.flatten().and_then(|(first, last)| {
            let width = usize::try_from(last.checked_sub(first)?).ok()?;
            (width / 4 <= subjects.len()).then_some((first, width))
        });
        let Some((first, width)) = close else {
            return Places::Apart(subjects.iter().map(|subject| subject.id.clone()).zip(0..).collect());
        };
        let mut places = vec![NOBODY; width + 1];
        for (number, place) in subjects.iter().filter_map(number).zip(0..) {
            places[usize::try_from(number - first).unwrap_or(0)] = place;
        }
        Places::Close { first, places }
    }
}

impl People {
    /// Each id once.
    ///
    /// # Errors
    /// Where there are more than can be counted.
    pub fn of(subjects: Vec<Subject>) -> Result<Self, Unreadable> {
        let Ok(count) = u32::try_from(subjects.len()) else {
            return Err(Unreadable::new("there are more than 4,294,967,295 people"));
        };
        let number = |subject: &Subject| match subject.id {
            SubjectId::Number(number) => Some(number),
            SubjectId::Text(_) => None,
        };
        let first = subjects.first().and_then(number);
        let is_next = |(place, subject): (usize, &Subject)| {
            let next = i64::try_from(place).ok().and_then(|place| first?.checked_add(place));
            next.is_some() && number(subject) == next
        };
        let places = match first {
            Some(first) if subjects.par_iter().enumerate().all(is_next) => Places::Next { first, count },
            _ => Places::of(&subjects, number),
        };
        Ok(Self { subjects, places })
    }

    #[inline]
    pub fn place(&self, id: &SubjectId) -> Option<u32> {
        match (&self.places, id) {
            (Places::Apart(places), id) => places.get(id).copied(),
            (_, SubjectId::Number(id)) => self.near(*id),
            (_, SubjectId::Text(_)) => None,
        }
    }

    /// The place of a number, where ids follow each other closely.
    #[inline]
    fn near(&self, id: i64) -> Option<u32> {
        match &self.places {
            Places::Next { first, count } => {
                u32::try_from(id.checked_sub(*first)?).ok().filter(|place| place < count)
            }
            Places::Close { first, places } => {
                let at = usize::try_from(id.checked_sub(*first)?).ok()?;
                places.get(at).copied().filter(|place| *place != NOBODY)
            }
            Places::Apart(_) => None,
        }
    }

    /// The person of a row; a fault where there is none.
    #[inline]
    pub fn of_row(&self, batch: &Batch, row: usize, column: usize, faults: &mut Faults) -> Option<u32> {
        if let Cell::Value(id) = batch.id(column, row)
            && let Some(place) = self.near(id)
        {
            return Some(place);
        }
        match key(batch, row, column) {
            Cell::Value(id) => {
                let place = self.place(&id);
                if place.is_none() {
                    faults.add_with(batch, row, Fault::UnknownPerson, column, || id.to_string());
                }
                place
            }
            Cell::Null => {
                faults.add(batch, row, Fault::NoPerson, column);
                None
            }
            Cell::Bad => {
                faults.add(batch, row, Fault::PersonIsNoId, column);
                None
            }
        }
    }
}

/// People of a part of a table, in the order of its rows.
#[derive(Default)]
pub struct Piece {
    subjects: Vec<Subject>,
    /// Which of the table's files.
    part: usize,
    /// Where rows or lines follow each other: the first subject of these, and its row or line.
    runs: Vec<(usize, u64)>,
}

impl Piece {
    pub fn push(&mut self, subject: Subject, batch: &Batch, row: usize) {
        if self.subjects.is_empty() {
            self.part = batch.part;
            self.subjects.reserve_exact(batch.expected);
        }
        let (at, place) = (self.subjects.len(), batch.place(row));
        let follows = self.runs.last().is_some_and(|(first, from)| from + (at - first) as u64 == place);
        if !follows {
            self.runs.push((at, place));
        }
        self.subjects.push(subject);
    }
}

/// Reads table `person`.
///
/// # Errors
/// As [`scan`].
pub fn read(table: &Table) -> Result<(People, Rows, Vec<Group>), Unreadable> {
    let (pieces, rows) = scan(table, &WANTED, None, |batch, (people, faults): &mut (Piece, Faults)| {
        for row in 0..batch.rows {
            let id = match batch.id(PERSON, row) {
                Cell::Value(id) => id,
                Cell::Null => {
                    faults.add(batch, row, Fault::NoPerson, PERSON);
                    continue;
                }
                Cell::Bad => {
                    faults.add(batch, row, Fault::PersonIsNoId, PERSON);
                    continue;
                }
            };
            let sex = match batch.id(GENDER, row) {
                Cell::Value(gender::MALE) => Some(Sex::Male),
                Cell::Value(gender::FEMALE) => Some(Sex::Female),
                Cell::Value(gender::OTHER) => Some(Sex::Other),
                Cell::Value(_) | Cell::Null => None,
                Cell::Bad => {
                    faults.add(batch, row, Fault::NotAnId, GENDER);
                    None
                }
            };
            let subject = Subject { id: id.into(), sex, born: born(batch, row, faults) };
            people.push(subject, batch, row);
        }
    })?;
    let mut faults = Faults::default();
    let mut all = Vec::with_capacity(pieces.len());
    for (people, more) in pieces {
        faults.join(more);
        all.push(people);
    }
    let subjects = distinct(all, &mut faults);
    let used = subjects.len() as u64;
    let files = table.parts.iter().map(|part| part.file.clone()).collect();
    let counted = Rows { table: table.name.clone(), files, rows, used, passed_over: 0 };
    Ok((People::of(subjects)?, counted, faults.groups(table, &WANTED.map(|wanted| wanted.name))))
}

/// The id of a person, in a column of whole numbers or of texts.
#[inline]
pub fn key(batch: &Batch, row: usize, column: usize) -> Cell<SubjectId> {
    match &batch.columns[column] {
        Some(Column::Texts(texts)) => match texts.get(row) {
            // A table that has empty cells elsewhere writes whole numbers as `7.0`.
            Cell::Value(text) => {
                let whole = text.strip_suffix(".0").map(SubjectId::of);
                let whole = whole.filter(|id| matches!(id, SubjectId::Number(_)));
                Cell::Value(whole.unwrap_or_else(|| SubjectId::of(text)))
            }
            Cell::Null => Cell::Null,
            Cell::Bad => Cell::Bad,
        },
        _ => match batch.id(column, row) {
            Cell::Value(id) => Cell::Value(SubjectId::Number(id)),
            Cell::Null => Cell::Null,
            Cell::Bad => Cell::Bad,
        },
    }
}

/// Each person once; of those that stand there twice what differs is unknown.
pub fn distinct(mut pieces: Vec<Piece>, faults: &mut Faults) -> Vec<Subject> {
    pieces.retain(|piece| !piece.subjects.is_empty());
    if are_different(&pieces) {
        return one_behind_the_other(&pieces);
    }
    let mut subjects: Vec<Subject> = Vec::new();
    let mut seen: HashMap<SubjectId, usize, FixedState> = HashMap::default();
    for Piece { subjects: more, part, runs } in pieces {
        let ends = runs.iter().skip(1).map(|(end, _)| *end).chain([more.len()]);
        let places: Vec<u64> =
            runs.iter().zip(ends).flat_map(|((at, from), end)| (*from..).take(end - at)).collect();
        for (subject, place) in more.into_iter().zip(places) {
            match seen.get(&subject.id) {
                None => {
                    seen.insert(subject.id.clone(), subjects.len());
                    subjects.push(subject);
                }
                Some(at) => {
                    let known = &mut subjects[*at];
                    let fault = match *known == subject {
                        true => Fault::SamePersonAgain,
                        false => Fault::ContradictoryPerson,
                    };
                    faults.add_at(part, place, fault, PERSON, subject.id.to_string());
                    known.sex = known.sex.filter(|sex| Some(*sex) == subject.sex);
                    known.born = known.born.filter(|born| Some(*born) == subject.born);
                }
            }
        }
    }
    subjects
}

/// Ids that rise are all different.
fn are_different(pieces: &[Piece]) -> bool {
    let rise = |one: &Subject, next: &Subject| one.id < next.id;
    let rises = |piece: &Piece| piece.subjects.is_sorted_by(rise);
    let ends = pieces.windows(2).all(|two| match (two[0].subjects.last(), two[1].subjects.first()) {
        (Some(one), Some(next)) => rise(one, next),
        _ => false,
    });
    ends && pieces.par_iter().all(rises)
}

/// The people of all pieces, each of which has some.
fn one_behind_the_other(pieces: &[Piece]) -> Vec<Subject> {
    let mut firsts = vec![0];
    for piece in pieces {
        firsts.push(firsts.last().copied().unwrap_or(0) + piece.subjects.len());
    }
    let subject = |place: usize| {
        let piece = firsts.partition_point(|first| *first <= place) - 1;
        pieces[piece].subjects[place - firsts[piece]].clone()
    };
    let total = firsts.last().copied().unwrap_or(0);
    (0..total).into_par_iter().map(subject).collect()
}

/// The days between which a person was born: the year, the month or the day, as far as they are given.
fn born(batch: &Batch, row: usize, faults: &mut Faults) -> Option<Days> {
    if ![YEAR, MONTH, DAY].iter().any(|column| batch.has(*column)) {
        return match batch.day(BORN, row) {
            Cell::Value(day) => Some(Days::exactly(day)),
            Cell::Null => None,
            Cell::Bad => {
                faults.add(batch, row, Fault::NotABirth, BORN);
                None
            }
        };
    }
    let mut part = |column: usize, low: i64, high: i64| match batch.id(column, row) {
        Cell::Value(number) if (low..=high).contains(&number) => i32::try_from(number).ok(),
        Cell::Value(number) => {
            faults.add_with(batch, row, Fault::NotABirth, column, || number.to_string());
            None
        }
        Cell::Null => None,
        Cell::Bad => {
            faults.add(batch, row, Fault::NotABirth, column);
            None
        }
    };
    let (year, month, day) = (part(YEAR, EARLIEST_YEAR, 9999)?, part(MONTH, 1, 12), part(DAY, 1, 31));
    let Some(month) = month else { return between(civil(year, 1, 1), civil(year, 12, 31)) };
    match day.map(|day| civil(year, month, day)) {
        Some(Some(day)) => return Some(Days::exactly(day)),
        // 30 February.
        Some(None) => faults.add_with(batch, row, Fault::NotABirth, DAY, || {
            format!("{year}-{month:02}-{day:02}", day = day.unwrap_or(0))
        }),
        None => {}
    }
    let last = (28..=31).rev().find_map(|day| civil(year, month, day));
    between(civil(year, month, 1), last)
}

fn between(earliest: Option<Day>, latest: Option<Day>) -> Option<Days> {
    Some(Days { earliest: earliest?, latest: latest? })
}
