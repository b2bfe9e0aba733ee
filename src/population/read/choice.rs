//! Which rows of a table are asked for, by their concepts and days.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use foldhash::fast::FixedState;

use super::super::tables::{ALL_DAYS, Day, spanned};
use super::cells::{Batch, Cell, Column};
use super::result::{CONCEPT, DATE, SOURCE};
use crate::omop::standard::NO_CONCEPT;

/// The concept ids that a table is asked for, each with the days between which its rows matter. A row is passed over where its
/// concept is another one, and its source concept is another one too, or empty; and where its day is none that is asked for.
/// One whose concept is empty or none is not: such rows are counted.
pub struct Choice {
    ids: HashMap<i64, RangeInclusive<Day>, FixedState>,
    /// Whether some rows are passed over for their day.
    by_day: bool,
    /// The days of all ids, where they are the same.
    days: Option<RangeInclusive<Day>>,
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
        let days = all.values().next().filter(|days| all.values().all(|others| others == *days)).cloned();
        Self { ids: all, by_day, days }
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

    /// Marks the rows of a piece that are not passed over. Each was [asked](Self::asks) for by one of its concepts, or has none.
    pub fn mark_days(&self, batch: &Batch, marks: &mut [bool]) {
        if let Some(dates) = self.days_of_concepts(batch)
            && let Some(days) = &self.days
        {
            for (day, mark) in dates.iter().zip(marks) {
                *mark = days.contains(day);
            }
            return;
        }
        for (row, mark) in marks.iter_mut().enumerate() {
            *mark = !self.passes_over(batch, row);
        }
    }

    /// The days of the rows of a piece, where each was asked for by its concept alone.
    fn days_of_concepts<'b>(&self, batch: &'b Batch) -> Option<&'b [Day]> {
        let [Some(Column::Ids(concepts)), sources, Some(Column::Days(days))] =
            [CONCEPT, SOURCE, DATE].map(|column| batch.columns[column].as_ref())
        else {
            return None;
        };
        let is_none = |column: &Column| match column {
            Column::Ids(ids) => ids.are_all(|id| matches!(id, Cell::Null | Cell::Value(NO_CONCEPT))),
            _ => false,
        };
        let is_by_concept = !concepts.values()?.contains(&NO_CONCEPT)
            && sources.is_none_or(is_none)
            && !self.ids.contains_key(&NO_CONCEPT);
        days.values().filter(|_| is_by_concept)
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
