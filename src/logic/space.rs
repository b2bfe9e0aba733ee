//! What a person can have a value of: the variables of the logic, each with the values that can be told apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Finding, Mode, Moment, Selector, Term, Tolerance, Trial, UnitRef, Window};
use crate::number::Exact;

/// Where a value may be cut: between what lies below `at` and `at` itself, or (`above`) between `at` and what lies above.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut {
    pub at: Exact,
    pub above: bool,
}

/// Quantities on one scale, cut at the same places.
#[derive(Clone, Debug, Default)]
pub(super) struct Family {
    /// In ascending order.
    pub cuts: BTreeSet<Cut>,
    /// Only multiples of it occur.
    pub grid: Option<Exact>,
    /// The lowest and the highest plausible value.
    pub low: Option<Exact>,
    pub high: Option<Exact>,
    /// In which the cuts are kept.
    pub unit: Option<UnitRef>,
}

impl Family {
    /// The cut as it is on the grid.
    pub fn cut(&self, at: &Exact, above: bool) -> Cut {
        let Some(steps) = self.grid.as_ref().and_then(|grid| at.checked_div(grid)) else {
            return Cut { at: at.clone(), above };
        };
        let floor = steps.floor();
        let next = above || floor != steps;
        let steps = if next { &floor + &Exact::one() } else { floor };
        Cut { at: &steps * self.grid.as_ref().unwrap_or(&steps), above: false }
    }

    /// Whether every value lies beyond the cut, or none does; `None` where it decides.
    pub fn settled(&self, cut: &Cut) -> Option<bool> {
        let below = self.low.as_ref().is_some_and(|low| cut.at < *low || (cut.at == *low && !cut.above));
        let beyond = self.high.as_ref().is_some_and(|high| cut.at > *high || (cut.at == *high && cut.above));
        match (below, beyond) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

/// What values a variable has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Truth,
    /// On the scale of a family.
    Ordered(usize),
    /// One of these words, or (`open`) another.
    Coded {
        levels: Vec<String>,
        open: bool,
    },
}

/// What a variable is about, in the terms of the trial that spoke of it first.
#[derive(Clone, Debug)]
pub(super) enum About<'t> {
    Measured {
        measure: &'t str,
        select: Selector,
        window: &'t Window,
    },
    /// As a share of the laboratory's upper (or lower) limit of normal.
    Ratio {
        measure: &'t str,
        select: Selector,
        window: &'t Window,
        upper: bool,
    },
    /// In completed months, or in days, hours or minutes.
    Age {
        at: &'t Moment,
    },
    Duration {
        finding: &'t Finding,
        at: &'t Moment,
    },
    Between {
        from: &'t Moment,
        to: &'t Moment,
    },
    Count {
        finding: &'t Finding,
        mode: Mode,
        window: &'t Window,
    },
    Occurs {
        finding: &'t Finding,
        mode: Mode,
        window: &'t Window,
    },
    Steady {
        term: &'t Term,
        tolerance: &'t Tolerance,
    },
    /// A person's answer: its key in each trial.
    Answer {
        keys: [Option<&'t str>; 2],
    },
    Attribute {
        name: &'t str,
    },
    /// A value that only the evaluator understands.
    Term {
        term: &'t Term,
    },
    /// By how much one value exceeds another; only the evaluator understands both.
    Difference {
        left: &'t Term,
        right: &'t Term,
    },
    /// A truth that only the evaluator understands, and why.
    Opaque,
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Variable<'t> {
    pub kind: Kind,
    pub about: About<'t>,
    /// The author's words, for people.
    pub words: String,
    /// The arm or other person that it is about alone.
    pub of: String,
    /// The trial and the decision that spoke of it first.
    pub place: Place<'t>,
}

/// The trial of a space and the event of the decision in whose words something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'t> {
    pub side: usize,
    pub decision: &'t str,
}

/// All variables of one trial, or of two in one space.
#[derive(Debug)]
pub(super) struct Space<'t> {
    pub trials: Vec<&'t Trial>,
    pub variables: Vec<Variable<'t>>,
    by_key: BTreeMap<String, usize>,
    pub families: Vec<Family>,
    families_by_key: BTreeMap<String, usize>,
    /// Concepts, events, measures and visits that the trials declare differently.
    differing: BTreeSet<&'t str>,
    /// The key of an answer in a trial to the question and how many had asked it before.
    answers: BTreeMap<(usize, &'t str), String>,
    asked: BTreeMap<(usize, String), usize>,
}

impl<'t> Space<'t> {
    pub fn of(trials: Vec<&'t Trial>) -> Self {
        let differing = match trials.as_slice() {
            [one, two] => super::declared::differing(one, two),
            _ => BTreeSet::new(),
        };
        Self {
            trials,
            variables: Vec::new(),
            by_key: BTreeMap::new(),
            families: Vec::new(),
            families_by_key: BTreeMap::new(),
            differing,
            answers: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    /// Whether the trials declare this name differently.
    pub fn differs(&self, name: &str) -> bool {
        self.differing.contains(name)
    }

    /// The variable with this key, made where there was none.
    pub fn variable(&mut self, key: String, make: impl FnOnce() -> Variable<'t>) -> usize {
        if let Some(known) = self.by_key.get(&key) {
            return *known;
        }
        self.variables.push(make());
        self.by_key.insert(key, self.variables.len() - 1);
        self.variables.len() - 1
    }

    /// The family with this key, and whether it was made just now.
    pub fn family(&mut self, key: &str) -> (usize, bool) {
        if let Some(known) = self.families_by_key.get(key) {
            return (*known, false);
        }
        self.families.push(Family::default());
        self.families_by_key.insert(key.to_owned(), self.families.len() - 1);
        (self.families.len() - 1, true)
    }

    /// A name for the question that an answer belongs to: the same in both trials whatever the codes of their criteria.
    pub fn question(&mut self, side: usize, key: &'t str, question: &str) -> String {
        if let Some(known) = self.answers.get(&(side, key)) {
            return known.clone();
        }
        let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
        let count = self.asked.entry((side, question.clone())).or_insert(0);
        let name = format!("answer {count} {question}");
        *count += 1;
        self.answers.insert((side, key), name.clone());
        name
    }
}
