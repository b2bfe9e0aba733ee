//! Numbers of people that may be shown: a number is exact, or lies between two where small numbers are withheld.

use super::screened::{Counted, Mask, Screened};

/// A number of people: the least and the most that it can be. Both are the same unless small numbers are withheld.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub least: u64,
    pub most: u64,
}

impl Count {
    pub fn exactly(people: u64) -> Self {
        Self { least: people, most: people }
    }

    pub fn is_exact(self) -> bool {
        self.least == self.most
    }

    /// About the middle: what a bar is drawn as.
    pub fn middle(self) -> u64 {
        self.least + (self.most - self.least) / 2
    }
}

/// People with the same criteria not met and the same open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub not_met: Mask,
    pub unknown: Mask,
    /// Arms that are not open for them.
    pub closed: Mask,
    /// [`Count::most`] is `u64::MAX` where nothing is said about how many at most.
    pub people: Count,
}

/// How many people share which criteria: all that a funnel is counted from, and all that a page of it holds.
///
/// With small numbers withheld, a cell of fewer than `below` people says only that: one to `below - 1`. So that
/// nobody finds the number by subtracting the others from the number of all people, the largest cell does not say
/// its number either. What is counted from the cells is then the narrowest range that they allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    pub cells: Vec<Cell>,
    /// Everybody, exactly.
    pub people: u64,
    /// Numbers below this one are withheld.
    pub below: Option<u64>,
    all: Sum,
}

impl Histogram {
    pub const LEAST_BELOW: u64 = 3;

    /// With every number.
    pub fn of(screened: &Screened) -> Self {
        Self::of_cells(screened.counted(), None)
    }

    /// With numbers below `below` withheld, which is [`Self::LEAST_BELOW`] at least: a number that is withheld must
    /// be one of several.
    pub fn withholding(screened: &Screened, below: u64) -> Self {
        Self::of_cells(screened.counted(), Some(below.max(Self::LEAST_BELOW)))
    }

    pub(super) fn of_cells(counted: Vec<Counted>, below: Option<u64>) -> Self {
        let numbers: Vec<u64> = counted.iter().map(|cell| cell.people).collect();
        let shown = shown(&numbers, below.unwrap_or(0));
        let cell =
            |(Counted { not_met, unknown, closed, .. }, people)| Cell { not_met, unknown, closed, people };
        let cells: Vec<Cell> = counted.into_iter().zip(shown).map(cell).collect();
        let mut all = Sum::default();
        cells.iter().for_each(|cell| all.add(cell));
        Self { cells, people: numbers.iter().sum(), below, all }
    }

    /// How many people the cells of a sum are, knowing also how many everybody is.
    pub(super) fn count(&self, sum: Sum) -> Count {
        if self.below.is_some_and(|below| self.people < below) {
            return Count { least: 0, most: self.people };
        }
        let others_least = self.all.least - sum.least;
        let others_most =
            if self.all.endless > sum.endless { u64::MAX } else { self.all.bounded - sum.bounded };
        let most = if sum.endless > 0 { u64::MAX } else { sum.bounded };
        Count {
            least: sum.least.max(self.people.saturating_sub(others_most)),
            most: most.min(self.people - others_least),
        }
    }
}

/// Cells added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    least: u64,
    /// The most that those can be that say it.
    bounded: u64,
    /// How many of them do not.
    endless: u64,
}

impl Sum {
    pub fn add(&mut self, cell: &Cell) {
        self.least += cell.people.least;
        match cell.people.most {
            u64::MAX => self.endless += 1,
            most => self.bounded += most,
        }
    }

    pub fn plus(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            bounded: self.bounded + other.bounded,
            endless: self.endless + other.endless,
        }
    }
}

/// What of the numbers of cells may be shown.
fn shown(numbers: &[u64], below: u64) -> Vec<Count> {
    if numbers.iter().all(|number| *number >= below) {
        return numbers.iter().map(|number| Count::exactly(*number)).collect();
    }
    let mut largest: Vec<usize> = (0..numbers.len()).filter(|place| numbers[*place] >= below).collect();
    largest.sort_by_key(|place| std::cmp::Reverse(numbers[*place]));
    // Who knows this rule knows that what is left out is not smaller than the largest that is shown. It has to leave
    // room for each small cell to be any number from one to `below - 1`.
    let room = |left_out: usize| -> u64 {
        let limit = largest.get(left_out).map_or(below, |place| numbers[*place]);
        largest[..left_out].iter().map(|place| numbers[*place] - limit).sum()
    };
    let left_out = (1..=largest.len()).find(|left_out| room(*left_out) + 2 >= below);
    let count = |(place, number): (usize, &u64)| match left_out {
        // Too few people to say anything of a part of them.
        None => Count { least: 0, most: u64::MAX },
        Some(_) if *number < below => Count { least: 1, most: below - 1 },
        Some(left_out) if largest[..left_out].contains(&place) => Count { least: below, most: u64::MAX },
        Some(_) => Count::exactly(*number),
    };
    numbers.iter().enumerate().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(numbers: &[u64], below: u64) -> Histogram {
        let counted = numbers.iter().enumerate().map(|(place, people)| Counted {
            not_met: Mask::from_iter([place]),
            people: *people,
            ..Counted::default()
        });
        Histogram::of_cells(counted.collect(), Some(below))
    }

    fn count(histogram: &Histogram, places: &[usize]) -> Count {
        let mut sum = Sum::default();
        places.iter().for_each(|place| sum.add(&histogram.cells[*place]));
        histogram.count(sum)
    }

    #[test]
    fn without_a_small_number_nothing_is_withheld() {
        let all = cells(&[100, 5, 20], 5);
        assert!(all.cells.iter().all(|cell| cell.people.is_exact()));
        assert_eq!(count(&all, &[1, 2]), Count::exactly(25));
    }

    #[test]
    fn a_small_number_is_only_said_to_be_small_and_the_largest_one_does_not_give_it_away() {
        let all = cells(&[100, 4, 20], 5);
        assert_eq!(all.people, 124);
        assert_eq!(count(&all, &[1]), Count { least: 1, most: 4 });
        assert_eq!(count(&all, &[0]), Count { least: 100, most: 103 });
        assert_eq!(count(&all, &[1, 2]), Count { least: 21, most: 24 });
        // What leaves no small cell on either side is exact, because everybody is counted.
        assert_eq!(count(&all, &[0, 1]), Count::exactly(104));
        assert_eq!(count(&all, &[0, 1, 2]), Count::exactly(124));
        assert_eq!(count(&all, &[]), Count::exactly(0));
    }

    #[test]
    fn where_the_largest_are_alike_more_than_one_is_left_out() {
        let all = cells(&[20, 20, 1, 9], 5);
        assert_eq!(all.cells[3].people, Count::exactly(9));
        assert!(!all.cells[0].people.is_exact() && !all.cells[1].people.is_exact());
        assert_eq!(count(&all, &[2]), Count { least: 1, most: 4 });
    }

    #[test]
    fn of_too_few_people_no_part_is_said() {
        let all = cells(&[3, 5, 2], 5);
        assert_eq!(all.people, 10);
        assert_eq!(count(&all, &[1]), Count { least: 0, most: 10 });
        assert_eq!(count(&all, &[0, 1, 2]), Count::exactly(10));
        assert_eq!(count(&cells(&[4], 5), &[0]), Count { least: 0, most: 4 });
    }

    /// Whoever knows the rule, the number of all people and everything that is shown, tries all numbers that the small
    /// cells can have: with each of theirs there is at least one way to complete the others.
    #[test]
    fn nobody_can_work_out_a_withheld_number() {
        let below = 4;
        let mut seen = 0;
        for code in 0..12_u64.pow(4) {
            let numbers: Vec<u64> = (0..4).map(|digit| 1 + code / 12_u64.pow(digit) % 12).collect();
            let all = cells(&numbers, below);
            let small: Vec<usize> =
                (0..4).filter(|place| all.cells[*place].people.most == below - 1).collect();
            if small.is_empty() {
                continue;
            }
            seen += 1;
            let shown = |cell: &Cell| Some(cell.people.least).filter(|_| cell.people.is_exact());
            let limit = all.cells.iter().filter_map(shown).max().unwrap_or(below);
            let exact: u64 = all.cells.iter().filter_map(shown).sum();
            let left_out = all.cells.iter().filter(|cell| cell.people.most == u64::MAX).count() as u64;
            for value in 1..below {
                // The other small cells as they are: enough that one way exists.
                let others: u64 = small[1..].iter().map(|place| numbers[*place]).sum();
                let rest = all.people.checked_sub(exact + others + value);
                assert!(
                    rest.is_some_and(|rest| rest >= left_out * limit),
                    "{numbers:?}: {} cannot be {value}",
                    small[0]
                );
            }
        }
        assert!(seen > 1000);
    }
}
