//! Which criteria let whom in: two bits for each person and criterion, and how many people share the same bits.

use std::collections::BTreeMap;

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
}

/// The verdicts of everybody on one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screened {
    /// The event that the decision permits.
    pub decision: String,
    pub label: Option<String>,
    pub columns: Vec<Column>,
    /// One bit for each person, by column; where neither is set the criterion is not met.
    pub met: Vec<Vec<u64>>,
    pub unknown: Vec<Vec<u64>>,
    /// One bit for each person: it does not concern them (another arm).
    pub not_applicable: Vec<Vec<u64>>,
    pub people: usize,
}

impl Screened {
    pub fn status(&self, person: usize, column: usize) -> Status {
        let has = |bits: &[Vec<u64>]| bits[column][person / 64] >> (person % 64) & 1 == 1;
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

    /// How many people have the same criteria not met and the same unknown. From these few numbers every order
    /// and choice of criteria can be counted without looking at anybody again.
    pub fn counted(&self) -> Vec<Counted> {
        let mut counts: BTreeMap<(Mask, Mask), u64> = BTreeMap::new();
        for person in 0..self.people {
            let (mut not_met, mut unknown) = (Mask::default(), Mask::default());
            for column in 0..self.columns.len() {
                match self.status(person, column) {
                    Status::NotMet => not_met.insert(column),
                    Status::Unknown => unknown.insert(column),
                    Status::Met | Status::NotApplicable => {}
                }
            }
            *counts.entry((not_met, unknown)).or_default() += 1;
        }
        let counted = |((not_met, unknown), people)| Counted { not_met, unknown, people };
        counts.into_iter().map(counted).collect()
    }
}

/// So many people fail exactly these criteria, and exactly those are open for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub not_met: Mask,
    pub unknown: Mask,
    pub people: u64,
}
