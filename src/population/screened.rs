//! Which criteria let whom in: two bits for each person and criterion, and how many people share the same bits.

use std::ops::Range;

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::eligibility::{Eligibility, Status};
use crate::model::CriterionKind;

/// A criterion of a decision as a column; one for each arm where it is limited to arms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub code: String,
    pub kind: CriterionKind,
    /// The approved wording.
    pub prose: String,
    pub arm: Option<String>,
}

/// A set of criteria, by their place among the columns; as wide as it must be.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(Vec<u64>);

impl Mask {
    pub fn insert(&mut self, place: usize) {
        let word = place / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (place % 64);
    }

    pub fn contains(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len() * 64).filter(|place| self.contains(*place))
    }

    /// Of these words, the empty ones at the end left away: equal sets are equal masks.
    fn of(words: &[u64]) -> Self {
        let width = words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        Self(words[..width].to_vec())
    }
}

impl FromIterator<usize> for Mask {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let mut mask = Self::default();
        places.into_iter().for_each(|place| mask.insert(place));
        mask
    }
}

/// The verdicts of everybody on one decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screened {
    /// The event that the decision permits.
    pub decision: String,
    pub label: Option<String>,
    /// In the order of the protocol; of a criterion that is limited to arms one for each of these that is open.
    pub columns: Vec<Column>,
    /// The arms that are open at the decision, also those that no criterion is limited to; none where no criterion
    /// of the decision is limited to arms.
    pub arms: Vec<String>,
    /// One bit for each person, by column; where neither is set the criterion is not met.
    pub met: Vec<Vec<u64>>,
    pub unknown: Vec<Vec<u64>>,
    /// One bit for each person: it does not concern them (another arm).
    pub not_applicable: Vec<Vec<u64>>,
    /// One bit for each person, by arm: it is not open for them, who are in another one. Without any word where that
    /// is said of nobody.
    pub closed: Vec<Vec<u64>>,
    /// How many people were screened from their own records, by column: the tables alone could not say all of them.
    pub by_record: Vec<u64>,
    pub people: usize,
}

impl Screened {
    pub fn status(&self, person: usize, column: usize) -> Status {
        let has = |bits: &[Vec<u64>]| is_set(&bits[column], person);
        if has(&self.not_applicable) {
            Status::NotApplicable
        } else if has(&self.met) {
            Status::Met
        } else if has(&self.unknown) {
            Status::Unknown
        } else {
            Status::NotMet
        }
    }

    /// Of criteria that are not limited to arms; with those of an arm the verdict of that arm.
    pub fn verdict(&self, person: usize, arm: Option<&str>) -> Eligibility {
        let mut verdict = Eligibility::Eligible;
        for (place, column) in self.columns.iter().enumerate() {
            if column.arm.is_some() && column.arm.as_deref() != arm {
                continue;
            }
            match self.status(person, place) {
                Status::NotMet => return Eligibility::Ineligible,
                Status::Unknown => verdict = Eligibility::Undetermined,
                Status::Met | Status::NotApplicable => {}
            }
        }
        verdict
    }

    /// Over all arms that are open for the person: eligible when they are for at least one of them.
    pub fn overall(&self, person: usize) -> Eligibility {
        let open = (0..self.arms.len()).filter(|arm| self.is_open(person, *arm));
        open.map(|arm| self.verdict(person, Some(&self.arms[arm])))
            .max()
            .unwrap_or_else(|| self.verdict(person, None))
    }

    /// Is an arm (its place among `arms`) in question for a person?
    pub fn is_open(&self, person: usize, arm: usize) -> bool {
        !self.closed.get(arm).is_some_and(|bits| is_set(bits, person))
    }

    /// The verdicts of parts of the people as those of all, in this order: the part and the place in it of each person. The parts
    /// are of one decision and have the same columns and arms.
    pub fn gathered(parts: &[&Self], order: &[(u32, u32)]) -> Self {
        let Some(first) = parts.first() else { return Self::default() };
        let taken = |of: fn(&Self) -> &[Vec<u64>], width: usize| -> Vec<Vec<u64>> {
            let column = |at: usize| {
                let mut bits = vec![0u64; order.len().div_ceil(64)];
                for (person, (part, place)) in order.iter().enumerate() {
                    let of_part = of(parts[*part as usize]).get(at);
                    if of_part.is_some_and(|bits| is_set(bits, *place as usize)) {
                        bits[person / 64] |= 1 << (person % 64);
                    }
                }
                bits
            };
            (0..width).map(column).collect()
        };
        let columns = first.columns.len();
        let is_anybody_elsewhere = parts.iter().any(|part| !part.closed.is_empty());
        Self {
            met: taken(|part| &part.met, columns),
            unknown: taken(|part| &part.unknown, columns),
            not_applicable: taken(|part| &part.not_applicable, columns),
            closed: taken(|part| &part.closed, if is_anybody_elsewhere { first.arms.len() } else { 0 }),
            by_record: (0..columns).map(|at| parts.iter().map(|part| part.by_record[at]).sum()).collect(),
            people: order.len(),
            columns: first.columns.clone(),
            arms: first.arms.clone(),
            decision: first.decision.clone(),
            label: first.label.clone(),
        }
    }

    /// How many people have the same criteria not met and the same unknown. From these few numbers every order
    /// and choice of criteria can be counted without looking at anybody again. Sorted by the masks.
    pub fn counted(&self) -> Vec<Counted> {
        let width = self.columns.len().div_ceil(64);
        let blocks = self.people.div_ceil(64);
        let parts: Vec<Counts> = (0..blocks.div_ceil(BLOCKS))
            .into_par_iter()
            .map(|part| self.counts(part * BLOCKS..blocks.min((part + 1) * BLOCKS)))
            .collect();
        let mut counts = Counts::default();
        for (row, people) in parts.into_iter().flatten() {
            *counts.entry(row).or_default() += people;
        }
        let mut counted: Vec<Counted> = counts
            .into_iter()
            .map(|(row, people)| Counted {
                not_met: Mask::of(&row[..width]),
                unknown: Mask::of(&row[width..2 * width]),
                closed: Mask::of(&row[2 * width..]),
                people,
            })
            .collect();
        counted.sort_by(|a, b| (&a.not_met, &a.unknown, &a.closed).cmp(&(&b.not_met, &b.unknown, &b.closed)));
        counted
    }

    /// How many of the people of some words of bits have the same row of bits: those not met, those unknown, those closed.
    fn counts(&self, blocks: Range<usize>) -> Counts {
        let (width, arms) = (self.columns.len().div_ceil(64), self.arms.len().div_ceil(64));
        let words = 2 * width + arms;
        let mut counts = Counts::default();
        // Sixty-four people at a time: of each column one word, turned into a row of bits for each of them.
        let mut rows = vec![0; 64 * words];
        for block in blocks {
            rows.fill(0);
            let inside = (self.people - block * 64).min(64);
            let mut spread = |mut bits: u64, place: usize| {
                bits &= u64::MAX >> (64 - inside);
                while bits != 0 {
                    rows[bits.trailing_zeros() as usize * words + place / 64] |= 1 << (place % 64);
                    bits &= bits - 1;
                }
            };
            for column in 0..self.columns.len() {
                let [met, unknown, beside] =
                    [&self.met, &self.unknown, &self.not_applicable].map(|bits| word(&bits[column], block));
                spread(!met & !unknown & !beside, column);
                spread(unknown & !met & !beside, width * 64 + column);
            }
            for (arm, bits) in self.closed.iter().enumerate() {
                spread(word(bits, block), 2 * width * 64 + arm);
            }
            for row in rows.chunks_exact(words.max(1)).take(inside) {
                match counts.get_mut(row) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(row.into(), 1)),
                }
            }
            // Of no criterion at all there is one row, which has no word.
            if words == 0 {
                *counts.entry(Box::default()).or_default() += inside as u64;
            }
        }
        counts
    }
}

/// Rows of bits, and how many people have each.
type Counts = IndexMap<Box<[u64]>, u64, foldhash::fast::FixedState>;

/// So many words of bits are counted by themselves.
const BLOCKS: usize = 1024;

fn is_set(bits: &[u64], person: usize) -> bool {
    word(bits, person / 64) >> (person % 64) & 1 == 1
}

/// A word beyond the last one has no bit set.
fn word(bits: &[u64], place: usize) -> u64 {
    bits.get(place).copied().unwrap_or(0)
}

/// So many people fail exactly these criteria, and exactly those are open for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub not_met: Mask,
    pub unknown: Mask,
    /// Arms that are not open for them, by their place among [`Screened::arms`].
    pub closed: Mask,
    pub people: u64,
}
