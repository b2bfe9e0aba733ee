//! Which rows of a table are asked for, by their concepts and days.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use foldhash::fast::FixedState;

use super::super::tables::{ALL_DAYS, Day, spanned};
use super::cells::{Batch, Cell};
use super::result::{CONCEPT, DATE, SOURCE};
use crate::omop::standard::NO_CONCEPT;

/// The concept ids that a table is asked for, each with the days between which its rows matter. A row is passed over where its
/// concept is another one, and its source concept is another one too, or empty; and where its day is none that is asked for.
/// One whose concept is empty or none is not: such rows are counted.
pub struct Choice {
    ids: HashMap<i64, RangeInclusive<Day>, FixedState>,
    /// Whether some rows are passed over for their day.
    by_day: bool,
}

impl Choice {
    /// Rows of any day.
    pub fn of(ids: impl Iterator<Item = i64>) -> Self {
        Self::within(ids.map(|id| (id, ALL_DAYS)))
    }

    /// An id that is given several times is asked for from the first of its days to the last.
    pub fn within(ids: impl Iterator<Item = (i64, RangeInclusive<Day>)>) -> Self {
        let mut all: HashMap<i64, RangeInclusive<Day>, FixedState> = HashMap::default();
        for (id, days) in ids {
            let asked = all.entry(id).or_insert_with(|| days.clone());
            *asked = spanned(asked, &days);
        }
        let by_day = all.values().any(|days| *days != ALL_DAYS);
        Self { ids: all, by_day }
    }

    /// The columns by which is chosen: concept and source concept.
    pub fn columns(&self) -> impl Iterator<Item = usize> + use<> {
        [CONCEPT, SOURCE].into_iter()
    }

    /// The columns that [`Self::passes_over`] looks at; none where it passes nothing over.
    pub fn day_columns(&self) -> &'static [usize] {
        if self.by_day { &[CONCEPT, SOURCE, DATE] } else { &[] }
    }

    pub fn asks(&self, id: i64, is_concept: bool) -> bool {
        self.ids.contains_key(&id) || (is_concept && id == NO_CONCEPT)
    }

    /// Which rows of a piece are left, where nobody has looked at their days; the others are counted.
    pub fn left_of<'b>(&'b self, batch: &'b Batch, passed_over: &mut u64) -> Vec<usize> {
        let is_left =
            |row: &usize| batch.passed_over.is_some() || !self.by_day || !self.passes_over(batch, *row);
        let rows: Vec<usize> = (0..batch.rows).filter(is_left).collect();
        *passed_over += batch.passed_over.unwrap_or((batch.rows - rows.len()) as u64);
        rows
    }

    /// Whether the row surely lies on a day on which nothing of its concepts is asked for.
    #[inline]
    pub fn passes_over(&self, batch: &Batch, row: usize) -> bool {
        let Cell::Value(day) = batch.day(DATE, row) else { return false };
        let mut is_asked_for = false;
        for id in [batch.id(CONCEPT, row), batch.id(SOURCE, row)] {
            match id {
                Cell::Value(id) => match self.ids.get(&id) {
                    Some(days) if days.contains(&day) => return false,
                    Some(_) => is_asked_for = true,
                    None => {}
                },
                Cell::Null => {}
                Cell::Bad => return false,
            }
        }
        is_asked_for
    }
}
