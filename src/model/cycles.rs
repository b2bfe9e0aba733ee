//! Numbers of cycles.

use serde::{Deserialize, Serialize};

/// Some cycles of a visit, by their numbers from 1: runs with a step, each perhaps without an end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CycleNumbers(pub Vec<CycleRun>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CycleRun {
    pub first: u32,
    pub last: Option<u32>,
    /// 2 for every other cycle.
    pub step: u32,
}

impl CycleNumbers {
    pub fn contains(&self, cycle: u32) -> bool {
        self.0.iter().any(|run| {
            cycle >= run.first
                && run.last.is_none_or(|last| cycle <= last)
                && (cycle - run.first).is_multiple_of(run.step.max(1))
        })
    }
}

/// Sets of cycles whose numbers lie further out are not told apart.
const FURTHEST: u32 = 10_000;

impl CycleNumbers {
    /// In these or in the others.
    #[must_use]
    pub fn or(&self, others: &Self) -> Self {
        let mut runs: Vec<CycleRun> = self.0.iter().chain(&others.0).copied().collect();
        runs.sort_unstable_by_key(|run| (run.first, run.step, run.last));
        runs.dedup();
        Self(runs)
    }

    /// All of these, where each says which cycles it means; `None` where one means every cycle, or where there are none.
    pub fn any_of<'a>(sets: impl IntoIterator<Item = Option<&'a Self>>) -> Option<Self> {
        let mut whole: Option<Self> = None;
        for set in sets {
            let set = set?;
            whole = Some(whole.map_or_else(|| set.clone(), |known| known.or(set)));
        }
        whole
    }

    /// The numbers, where there are at most so many.
    pub fn listed(&self, most: usize) -> Option<Vec<u32>> {
        let mut all = Vec::new();
        for run in &self.0 {
            let numbers = (run.first..=run.last?).step_by(run.step.max(1) as usize);
            all.extend(numbers.take(most + 1));
            if all.len() > most {
                return None;
            }
        }
        all.sort_unstable();
        all.dedup();
        Some(all)
    }

    /// The cycles, in groups of those that the same sets contain; `None` as a set contains every cycle. Each group says which sets
    /// contain it. `None` for numbers that nobody counts to.
    pub fn told_apart(sets: &[Option<&Self>]) -> Option<Vec<(Vec<bool>, Self)>> {
        let runs = || sets.iter().flatten().flat_map(|set| &set.0);
        let last = runs().map(|run| run.last.unwrap_or(run.first)).max().unwrap_or(0);
        // Behind the last number that is named, everything goes round in this many cycles.
        let open = runs().filter(|run| run.last.is_none());
        let round = open.map(|run| run.step.max(1)).try_fold(1_u32, |all, step| {
            all.checked_mul(step / greatest_common_divisor(all, step)).filter(|all| *all <= FURTHEST)
        })?;
        if last > FURTHEST {
            return None;
        }
        let contain = |number: u32| -> Vec<bool> {
            sets.iter().map(|set| set.is_none_or(|set| set.contains(number))).collect()
        };
        let mut groups: Vec<(Vec<bool>, Vec<CycleRun>)> = Vec::new();
        let mut group_of = |number: u32, run: CycleRun| {
            let contained = contain(number);
            match groups.iter_mut().find(|(known, _)| *known == contained) {
                Some((_, runs)) => match runs.last_mut() {
                    Some(before)
                        if before.step == 1 && run.step == 1 && before.last == Some(run.first - 1) =>
                    {
                        before.last = run.last;
                    }
                    _ => runs.push(run),
                },
                None => groups.push((contained, vec![run])),
            }
        };
        for number in 1..=last {
            group_of(number, CycleRun { first: number, last: Some(number), step: 1 });
        }
        for number in last + 1..=last + round {
            group_of(number, CycleRun { first: number, last: None, step: round });
        }
        Some(groups.into_iter().map(|(contained, runs)| (contained, Self(runs))).collect())
    }
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

impl std::fmt::Display for CycleNumbers {
    /// `cycle 1`, `cycles 1, 3 to 5`, `odd cycles`, `every third cycle from cycle 2`: behind "in".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbered = |run: &CycleRun| match (run.last, run.step) {
            (None, 1) => format!("{} and later", run.first),
            (Some(last), _) if last == run.first => last.to_string(),
            (Some(last), 1) => format!("{} to {last}", run.first),
            (Some(last), step) => format!("{} to {last} in steps of {step}", run.first),
            (None, step) => format!("{} and every {step} later", run.first),
        };
        match self.0.as_slice() {
            [CycleRun { first: 1, last: None, step: 1 }] => f.write_str("every cycle"),
            [CycleRun { first: 1, last: None, step: 2 }] => f.write_str("odd cycles"),
            [CycleRun { first: 2, last: None, step: 2 }] => f.write_str("even cycles"),
            [CycleRun { first, last: None, step }] if *step > 1 => {
                write!(f, "every {step} cycles from cycle {first}")
            }
            [run] if run.last == Some(run.first) => write!(f, "cycle {}", run.first),
            runs => write!(f, "cycles {}", runs.iter().map(numbered).collect::<Vec<_>>().join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(first: u32, last: Option<u32>, step: u32) -> CycleRun {
        CycleRun { first, last, step }
    }

    fn set(runs: &[CycleRun]) -> CycleNumbers {
        CycleNumbers(runs.to_vec())
    }

    #[test]
    fn numbers_are_listed_where_there_is_an_end_to_them() {
        let both = set(&[run(1, Some(1), 1)]).or(&set(&[run(3, Some(7), 2), run(1, Some(1), 1)]));
        assert_eq!(both.listed(4), Some(vec![1, 3, 5, 7]));
        assert_eq!(both.listed(3), None);
        assert_eq!(set(&[run(2, None, 2)]).listed(100), None);
    }

    #[test]
    fn every_cycle_is_every_cycle() {
        let first = set(&[run(1, Some(1), 1)]);
        assert_eq!(CycleNumbers::any_of([Some(&first), None]), None);
        assert_eq!(CycleNumbers::any_of([Some(&first)]), Some(first));
        assert_eq!(CycleNumbers::any_of([]), None);
    }

    #[test]
    fn groups_hold_each_cycle_once_and_as_the_sets_do() {
        let (early, even, third) = (
            set(&[run(1, Some(3), 1)]),
            set(&[run(2, None, 2)]),
            set(&[run(5, None, 3), run(4, Some(4), 1)]),
        );
        for sets in [
            vec![Some(&early)],
            vec![Some(&early), Some(&even)],
            vec![Some(&even), None, Some(&third)],
            vec![Some(&early), Some(&even), Some(&third)],
        ] {
            let groups = CycleNumbers::told_apart(&sets).expect("small numbers");
            for number in 1..=60 {
                let within: Vec<_> = groups.iter().filter(|(_, group)| group.contains(number)).collect();
                let [(contained, _)] = within.as_slice() else { panic!("{number} in {within:?}") };
                for (set, is_in) in sets.iter().zip(contained) {
                    assert_eq!(set.is_none_or(|set| set.contains(number)), *is_in, "{number}: {groups:?}");
                }
            }
        }
        let far = set(&[run(4_000_000_000, None, 7)]);
        assert_eq!(CycleNumbers::told_apart(&[Some(&far)]), None);
    }
}
