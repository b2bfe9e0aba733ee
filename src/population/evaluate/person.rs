//! The plan followed for a block of people.

use std::ops::Range;

use super::super::record::date_of;
use super::super::results::ResultsOf;
use super::super::tables::{Day, Days};
use super::compile::{Lasting, LastingOf, Leaf, Tree};
use super::days::days_of;
use super::gate::Said;
use super::happenings::{Life, count, onset, somewhere, throughout};
use super::results::{Filled, Take};
use super::{Plan, Planned};
use crate::eligibility::{Status, Truth};
use crate::model::{CriterionKind, Mode, Selector};
use crate::time::{DateRange, completed};

/// Beyond so many combinations of tied values a criterion is left to the record, which says the same of them.
const MOST_COMBINATIONS: usize = 1000;
/// How many statuses a criterion can have.
const STATUSES: usize = 4;
/// So many ways there are at most to take some of eight tied values.
const MOST_SELECTIONS: usize = 70;

/// The verdicts of a block: a bit for each person, by column.
pub(super) struct Block {
    pub met: Vec<Vec<u64>>,
    pub unknown: Vec<Vec<u64>>,
    pub not_applicable: Vec<Vec<u64>>,
    /// By arm: it is not in question.
    pub closed: Vec<Vec<u64>>,
    /// How many people's records were looked at, by column.
    pub by_record: Vec<u64>,
}

impl Block {
    pub fn of(plan: &Plan<'_>, people: Range<usize>) -> Self {
        let words = people.len().div_ceil(64);
        let empty = || vec![vec![0u64; words]; plan.columns.len()];
        let mut block = Self {
            met: empty(),
            unknown: empty(),
            not_applicable: empty(),
            closed: vec![vec![0u64; words]; plan.arms.len()],
            by_record: vec![0; plan.columns.len()],
        };
        let mut looking = Looking {
            plan,
            filled: vec![Filled::default(); plan.slots.len()],
            said: vec![Said::UNKNOWN; plan.leaves.len()],
            open: Vec::new(),
            is_crowded: false,
            before: None,
        };
        // A word of bits for each status, filled by 64 people.
        let mut bits = vec![[0u64; STATUSES]; plan.columns.len()];
        for word in 0..words {
            bits.fill([0; STATUSES]);
            for place in word * 64..people.len().min((word + 1) * 64) {
                let (person, bit) = (people.start + place, 1u64 << (place % 64));
                looking.person(person, &mut |column, status, is_by_record| {
                    bits[column][status as usize] |= bit;
                    if is_by_record {
                        block.by_record[column] += 1;
                    }
                });
                let own = plan.own_arm(person);
                for (arm, closed) in plan.arms.iter().zip(&mut block.closed) {
                    if !plan.is_open(arm, own) {
                        closed[word] |= bit;
                    }
                }
            }
            for (column, bits) in bits.iter().enumerate() {
                block.met[column][word] = bits[Status::Met as usize];
                block.unknown[column][word] = bits[Status::Unknown as usize];
                block.not_applicable[column][word] = bits[Status::NotApplicable as usize];
            }
        }
        block
    }
}

/// One person after the other.
struct Looking<'p, 'a> {
    plan: &'p Plan<'a>,
    filled: Vec<Filled>,
    said: Vec<Said>,
    /// Columns of which the person's record is to be asked.
    open: Vec<usize>,
    /// So many values lie on one day that the evaluator may not try them all.
    is_crowded: bool,
    /// The results of the person before.
    before: Option<ResultsOf<'p>>,
}

impl<'p> Looking<'p, '_> {
    fn person(&mut self, person: usize, write: &mut impl FnMut(usize, Status, bool)) {
        let plan = self.plan;
        let is_special = plan.is_all_by_record || plan.beyond(person).is_some();
        if !is_special {
            self.look(person);
        }
        let own = plan.own_arm(person);
        self.open.clear();
        for (place, column) in plan.columns.iter().enumerate() {
            let is_limited = !column.criterion.arms.is_empty();
            let is_closed = is_limited && !column.arm.is_some_and(|arm| plan.is_open(arm, own));
            if is_closed {
                write(place, Status::NotApplicable, false);
                continue;
            }
            let status = if is_special { None } else { self.status(person, column) };
            match status {
                Some(status) => write(place, status, false),
                None => self.open.push(place),
            }
        }
        if !self.open.is_empty() {
            let statuses = plan.by_record(person, &self.open);
            self.open.iter().zip(statuses).for_each(|(place, status)| write(*place, status, true));
        }
    }

    /// What is said of each leaf.
    fn look(&mut self, person: usize) {
        let plan = self.plan;
        let population = plan.population;
        let rows = population.results.of_next(person, self.before.as_ref());
        self.before = Some(rows);
        for filled in &mut self.filled {
            filled.clear();
        }
        for (place, row) in (0u32..).zip(rows.iter()) {
            for slot in &plan.slots_of[usize::from(row.measure)] {
                let slot = usize::from(*slot);
                self.filled[slot].take(&plan.slots[slot], place, &row);
            }
        }
        let tied = self.filled.iter().zip(&plan.slots).filter(|(_, slot)| slot.take != Take::All);
        let ways = tied.fold(1usize, |ways, (filled, _)| ways.saturating_mul(filled.rows.len().max(1)));
        self.is_crowded = ways > MOST_COMBINATIONS;
        let subject = &population.people[person];
        let everybody = &population.everybody;
        let class = plan.classes.of_subject(subject, everybody);
        let born = subject.born.or(everybody.person.born.map(days_of));
        let earliest = born.map_or(Day::MIN, |born| born.earliest);
        let life = Life {
            born: born.unwrap_or(Days::exactly(Day::MIN)),
            lived: Days { earliest, latest: plan.known_by.unwrap_or(Day::MAX).max(earliest) },
        };
        let happenings = population.happenings.of(person);
        let periods = population.periods.of(person);
        for (leaf, said) in plan.leaves.iter().zip(&mut self.said) {
            *said = match leaf {
                Leaf::Class(truths) => class.map_or(Said::BY_RECORD, |class| truths[class].into()),
                Leaf::Limits(slot, limits) => limits.said(&self.filled[*slot], rows, class),
                Leaf::Normal(slot, normal) => normal.said(&self.filled[*slot], rows),
                Leaf::Levels(slot, levels) => levels.said(&self.filled[*slot], rows),
                Leaf::Computed(computed) => computed.said(&self.filled, rows, class),
                Leaf::Occurs(sought, Mode::Throughout, span) => {
                    throughout(sought, span, &life, happenings, periods)
                }
                Leaf::Occurs(sought, mode, span) => {
                    somewhere(sought, *mode, span, &life, happenings, periods).into()
                }
                Leaf::Count(sought, mode, span, tests) => {
                    let (least, most) = count(sought, *mode, span, &life, happenings, periods);
                    tests.said(least, most, class)
                }
                Leaf::Lasting(lasting) => {
                    lasting.said(born, onset(&lasting.sought, &life, happenings), class)
                }
            };
        }
    }

    /// The worst over all ways to settle ties; `None` where the record must be looked at.
    fn status(&self, person: usize, column: &Planned<'_>) -> Option<Status> {
        let tree = column.tree.as_ref()?;
        if column.can_move {
            let happenings = self.plan.population.happenings.of(person);
            if happenings.iter().any(|row| column.moves[usize::from(row.naming)]) {
                return None;
            }
        }
        if self.is_crowded {
            return self.tied(tree, column);
        }
        if !column.settled.is_empty() {
            let known = column.leaves.iter().try_fold(0, |all, leaf| {
                self.said[*leaf].known().map(|truth| all * TRUTHS.len() + truth as usize)
            });
            return known.map(|at| column.settled[at]).or_else(|| self.tied(tree, column));
        }
        if column.leaves.iter().all(|leaf| self.said[*leaf].known().is_some()) {
            let truth = tree.truth(&|leaf| self.said[leaf].known().unwrap_or(Truth::Unknown));
            return Some(Status::of(column.criterion.kind, truth));
        }
        self.tied(tree, column)
    }

    fn tied(&self, tree: &Tree, column: &Planned<'_>) -> Option<Status> {
        let mut combinations = 1usize;
        let mut open: Vec<(usize, Vec<Truth>)> = Vec::new();
        let mut measures: Vec<(u16, Take)> = Vec::new();
        for leaf in &column.leaves {
            let said = self.said[*leaf];
            let truths: Vec<Truth> = said.truths().collect();
            combinations = combinations.saturating_mul(self.ways(*leaf));
            match truths.len() {
                0 => return None,
                1 => {}
                _ => {
                    // Of one tie the same value is taken everywhere.
                    let slot = self.plan.leaves[*leaf].slot().map(|slot| self.plan.slots[slot])?;
                    if measures.contains(&(slot.measure, slot.take)) {
                        return None;
                    }
                    measures.push((slot.measure, slot.take));
                    open.push((*leaf, truths));
                }
            }
            if combinations > MOST_COMBINATIONS {
                return None;
            }
        }
        let mut worst: Option<Status> = None;
        let mut taken = vec![0; open.len()];
        loop {
            let truth = tree.truth(&|leaf| match open.iter().position(|(one, _)| *one == leaf) {
                Some(at) => open[at].1[taken[at]],
                None => self.said[leaf].known().unwrap_or(Truth::Unknown),
            });
            let status = Status::of(column.criterion.kind, truth);
            worst = Some(worst.map_or(status, |worst| worst.min(status)));
            let next = (0..open.len()).find(|at| taken[*at] + 1 < open[*at].1.len());
            match next {
                Some(at) => {
                    taken[at] += 1;
                    taken[..at].fill(0);
                }
                None => return worst,
            }
        }
    }

    /// At most so many ways the evaluator has to settle the ties of a leaf.
    fn ways(&self, leaf: usize) -> usize {
        let of = |slot: usize| match self.plan.slots[slot].take {
            Take::All => 1,
            Take::Latest | Take::Earliest => self.filled[slot].rows.len().max(1),
        };
        if self.said[leaf].known().is_none() && self.plan.leaves[leaf].is_of_last_few() {
            return MOST_SELECTIONS;
        }
        match &self.plan.leaves[leaf] {
            Leaf::Computed(computed) => {
                computed.inputs.iter().fold(1, |ways, input| ways.saturating_mul(of(input.slot)))
            }
            leaf => leaf.slot().map_or(1, of),
        }
    }
}

impl Leaf {
    fn is_of_last_few(&self) -> bool {
        let select = match self {
            Leaf::Limits(_, limits) => limits.select,
            Leaf::Normal(_, normal) => normal.select,
            Leaf::Levels(_, levels) => levels.select,
            _ => return false,
        };
        matches!(select, Selector::Consecutive(_))
    }

    /// The slot whose values can tie.
    fn slot(&self) -> Option<usize> {
        match self {
            Leaf::Limits(slot, _) | Leaf::Normal(slot, _) | Leaf::Levels(slot, _) => Some(*slot),
            Leaf::Class(_) | Leaf::Computed(_) | Leaf::Occurs(..) | Leaf::Count(..) | Leaf::Lasting(_) => {
                None
            }
        }
    }
}

/// Truths by their numbers.
const TRUTHS: [Truth; 3] = [Truth::False, Truth::Unknown, Truth::True];
/// Of a criterion with more leaves the table would be larger than what it saves.
const MOST_LEAVES: usize = 4;

/// The status of a criterion for all that can be said of its leaves: the first leaf decides between thirds of the table, the next
/// between ninths. Empty where there are too many.
pub(super) fn settled(tree: Option<&Tree>, leaves: &[usize], kind: CriterionKind) -> Vec<Status> {
    let Some(tree) = tree.filter(|_| leaves.len() <= MOST_LEAVES) else { return Vec::new() };
    let count = leaves.iter().fold(1, |all, _| all * TRUTHS.len());
    let of = |number: usize| {
        let said = |leaf: usize| {
            let behind = leaves.iter().rev().take_while(|one| **one != leaf);
            TRUTHS[behind.fold(number, |rest, _| rest / TRUTHS.len()) % TRUTHS.len()]
        };
        Status::of(kind, tree.truth(&said))
    };
    (0..count).map(of).collect()
}

impl Tree {
    fn truth(&self, leaf: &impl Fn(usize) -> Truth) -> Truth {
        match self {
            Tree::Known(truth) => *truth,
            Tree::Leaf(place) => leaf(*place),
            Tree::All(of) => Truth::all(of.iter().map(|part| part.truth(leaf))),
            Tree::Any(of) => Truth::any(of.iter().map(|part| part.truth(leaf))),
            Tree::Not(of) => !of.truth(leaf),
            Tree::Count(of, low, high) => Truth::count(of.iter().map(|part| part.truth(leaf)), *low, *high),
            Tree::Choose(parts) => {
                let [condition, then, otherwise] = parts.as_ref();
                match condition.truth(leaf) {
                    Truth::True => then.truth(leaf),
                    Truth::False => otherwise.truth(leaf),
                    Truth::Unknown => Truth::common([then.truth(leaf), otherwise.truth(leaf)]),
                }
            }
        }
    }
}

impl super::compile::ByCase {
    fn said(&self, low: f64, high: f64, class: Option<usize>) -> Said {
        let case = match (self.case_of.as_slice(), class) {
            ([one], _) => *one,
            (_, Some(class)) => self.case_of[class],
            (_, None) => return Said::BY_RECORD,
        };
        match &self.gates[usize::from(case)] {
            Some(gates) => Truth::all(gates.iter().map(|gate| gate.truth(low, high))).into(),
            None => Said::UNKNOWN,
        }
    }
}

impl Lasting {
    fn said(&self, born: Option<Days>, onset: Option<Days>, class: Option<usize>) -> Said {
        let range = |days: Days| DateRange { earliest: date_of(days.earliest), latest: date_of(days.latest) };
        let Some(onset) = onset else { return Said::UNKNOWN };
        let (from, to) = match &self.of {
            LastingOf::Duration(at) => (range(onset), *at),
            LastingOf::Age(offset) => {
                let Some(born) = born else { return Said::UNKNOWN };
                let any = DateRange { earliest: date_of(Day::MIN), latest: date_of(Day::MAX) };
                let at = match offset {
                    Some(offset) if onset != Days::ANY => range(onset).moved(offset).unwrap_or(any),
                    _ => range(onset),
                };
                (range(born), at)
            }
        };
        let (low, high) = completed(from, to, self.unit);
        // Counts of years to minutes over the calendar are whole in doubles.
        self.tests.said(low as f64, high as f64, class)
    }
}
