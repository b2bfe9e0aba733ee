//! Everybody at once: each criterion is made a plan, and the plan is followed for many people side by side.
//!
//! What is the same for all (dates of the trial's events, limits by sex and age, conversions, what a finding means) is asked
//! of the evaluator of single persons while the plan is made. What is left for each person are comparisons of doubles
//! with doubles, of days with days. A criterion that holds more than that, and a person whose data need more than that,
//! are screened from the person's record: the verdict is the same either way, and [`Screened::by_record`] counts them.

mod anchors;
mod asked;
mod classes;
mod compile;
mod days;
mod formula;
mod gate;
mod happenings;
mod person;
mod results;

use jiff::civil::Date;
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use self::anchors::Anchors;
pub use self::asked::days_of_results;
use self::classes::{Births, Classes};
use self::compile::{Compiler, Leaf, Tree};
use self::person::Block;
use self::results::Slot;
use super::screened::{Column, Screened};
use super::tables::{Population, Subject, SubjectId};
use crate::eligibility::{EligibilityDocument, Parts, Record, Screener, Status};
use crate::model::{Criterion, Decision};

/// People that are looked at together: whole words of bits.
const BLOCK: usize = 64 * 64;

/// The verdicts of everybody on each decision. `as_of` is taken for events still to come, as by
/// [`crate::eligibility::screen`]; what is said of a person is what that says of [`Population::record`].
pub fn screen(document: &EligibilityDocument, population: &Population, as_of: Option<Date>) -> Vec<Screened> {
    let screener = Screener::of(document);
    let decide = |decision| decide(document, &screener, decision, population, as_of, &[]);
    document.decisions.values().map(decide).collect()
}

/// The verdicts on a part of the people, of whom only records are there; [`Screened::gathered`] joins the parts. `arms`
/// are those in which anybody of all parts is already: each part has a column for the same ones.
pub fn screen_records(
    document: &EligibilityDocument,
    records: Vec<Record>,
    as_of: Option<Date>,
    arms: &[String],
) -> (Vec<Subject>, Vec<Screened>) {
    let id = |record: &Record| SubjectId::of(record.person.id.as_deref().unwrap_or_default());
    let people = records.iter().map(|record| Subject { id: id(record), sex: None, born: None }).collect();
    let population = Population { people, beyond: (0..).zip(records).collect(), ..Population::default() };
    let screener = Screener::of(document);
    let decide = |decision| decide(document, &screener, decision, &population, as_of, arms);
    let screened = document.decisions.values().map(decide).collect();
    (population.people, screened)
}

/// One column of the verdicts and how it is found.
struct Planned<'a> {
    code: &'a str,
    criterion: &'a Criterion,
    arm: Option<&'a str>,
    /// Absent: everybody's record is looked at.
    tree: Option<Tree>,
    /// Leaves of the tree.
    leaves: Vec<usize>,
    /// The status by what is said of the leaves; empty where there are many of them.
    settled: Vec<Status>,
    /// By naming: a row of it moves a window of the criterion, for the person who has it.
    moves: Vec<bool>,
    can_move: bool,
}

/// All that is looked at for everybody.
struct Plan<'a> {
    parts: Parts<'a>,
    population: &'a Population,
    classes: Classes,
    slots: Vec<Slot>,
    /// By measure of the tables: the slots that take its results.
    slots_of: Vec<Vec<u16>>,
    leaves: Vec<Leaf>,
    columns: Vec<Planned<'a>>,
    /// Arms in question: first those that are open for everybody, then those in which single people are already.
    arms: Vec<&'a str>,
    open: usize,
    /// Something is known of everybody that no plan reads.
    is_all_by_record: bool,
    /// The last day of everybody's record.
    known_by: Option<i32>,
}

fn decide<'a>(
    document: &'a EligibilityDocument,
    screener: &'a Screener<'a>,
    decision: &'a Decision,
    population: &'a Population,
    as_of: Option<Date>,
    arms: &'a [String],
) -> Screened {
    let plan = Plan::of(document, screener, decision, population, as_of, arms);
    let people = population.people.len();
    let blocks: Vec<Block> = (0..people.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| Block::of(&plan, block * BLOCK..people.min((block + 1) * BLOCK)))
        .collect();
    let columns = plan.columns.iter().map(|planned| Column {
        code: planned.code.to_owned(),
        kind: planned.criterion.kind,
        prose: planned.criterion.prose.clone(),
        arm: planned.arm.filter(|_| !planned.criterion.arms.is_empty()).map(str::to_owned),
    });
    let gathered = |of: fn(&Block, usize) -> &[u64]| -> Vec<Vec<u64>> {
        (0..plan.columns.len())
            .map(|at| blocks.iter().flat_map(|block| of(block, at)).copied().collect())
            .collect()
    };
    let by_record = |at: usize| blocks.iter().map(|block| block.by_record[at]).sum();
    let is_anybody_elsewhere =
        plan.arms.len() > plan.open || population.beyond.values().any(|more| more.person.arm.is_some());
    let closed = |at: usize| blocks.iter().flat_map(|block| &block.closed[at]).copied().collect();
    Screened {
        decision: decision.event.clone(),
        label: decision.label.clone(),
        columns: columns.collect(),
        met: gathered(|block, at| &block.met[at]),
        unknown: gathered(|block, at| &block.unknown[at]),
        not_applicable: gathered(|block, at| &block.not_applicable[at]),
        closed: if is_anybody_elsewhere { (0..plan.arms.len()).map(closed).collect() } else { Vec::new() },
        arms: plan.arms.iter().map(|arm| (*arm).to_owned()).collect(),
        by_record: (0..plan.columns.len()).map(by_record).collect(),
        people,
    }
}

impl<'a> Plan<'a> {
    fn of(
        document: &'a EligibilityDocument,
        screener: &'a Screener<'a>,
        decision: &'a Decision,
        population: &'a Population,
        as_of: Option<Date>,
        arms: &'a [String],
    ) -> Self {
        let everybody = &population.everybody;
        let parts = Parts { screener, decision, arm: None, as_of };
        let mut births = Births { parts, everybody, found: Vec::new(), is_lost: false };
        for criterion in decision.criteria.values() {
            births.clause(&criterion.rule);
        }
        for formula in
            document.measures.values().filter_map(|measure| measure.quantity()?.formula_of.as_ref())
        {
            births.term(formula);
        }
        let is_lost = births.is_lost;
        let classes = Classes::of(births.found);
        let representatives: Vec<_> = classes.representatives(everybody).collect();
        let (mut slots, mut leaves, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        let mut arms_in_question = screener.arms_in_question(decision, everybody);
        let open = arms_in_question.len();
        if decision.criteria.values().any(|criterion| !criterion.arms.is_empty()) {
            let own = population.beyond.values().filter_map(|more| more.person.arm.as_deref());
            for arm in arms.iter().map(String::as_str).chain(own) {
                if !arms_in_question.contains(&arm) {
                    arms_in_question.push(arm);
                }
            }
        }
        for (code, criterion) in &decision.criteria {
            let mut arms: Vec<Option<&'a str>> = vec![everybody.person.arm.as_deref()];
            if !criterion.arms.is_empty() {
                let concerned = arms_in_question
                    .iter()
                    .copied()
                    .filter(|arm| criterion.arms.iter().any(|one| one == arm));
                arms = concerned.map(Some).collect();
            }
            let is_idle = arms.is_empty();
            if is_idle {
                arms = vec![None];
            }
            for arm in arms {
                let anchors = Anchors::of(document, decision, &criterion.rule);
                let first = leaves.len();
                let mut compiler = Compiler {
                    parts: Parts { arm, ..parts },
                    population,
                    representatives: &representatives,
                    slots: &mut slots,
                    leaves: &mut leaves,
                };
                let can_plan = !is_idle && !is_lost && !anchors.is_derived;
                let tree = can_plan.then(|| compiler.tree(&criterion.rule)).flatten();
                let moves: Vec<bool> = population
                    .namings
                    .iter()
                    .map(|naming| {
                        naming.certain.iter().any(|name| {
                            parts.find_thing(name).is_some_and(|name| anchors.names.contains(name))
                        })
                    })
                    .collect();
                let can_move = moves.contains(&true);
                let of_tree: Vec<usize> = (first..leaves.len()).collect();
                columns.push(Planned {
                    code,
                    criterion,
                    arm,
                    settled: person::settled(tree.as_ref(), &of_tree, criterion.kind),
                    tree,
                    leaves: of_tree,
                    moves,
                    can_move,
                });
            }
        }
        let slots_of = population.measures.iter().map(|measure| {
            let name = parts.find_measure(measure);
            let is_its =
                |slot: &Slot| parts.find_measure(&population.measures[usize::from(slot.measure)]) == name;
            (0u16..)
                .zip(&slots)
                .filter(|(_, slot)| name.is_some() && is_its(slot))
                .map(|(at, _)| at)
                .collect()
        });
        let slots_of = slots_of.collect();
        let is_all_by_record = !everybody.measurements.is_empty()
            || !everybody.findings.is_empty()
            || !everybody.exposures.is_empty()
            || !everybody.procedures.is_empty();
        let known_by = everybody.recorded.or(as_of).map(days::day_of);
        Self {
            parts,
            population,
            classes,
            slots,
            slots_of,
            leaves,
            columns,
            arms: arms_in_question,
            open,
            is_all_by_record,
            known_by,
        }
    }

    /// What is known of a person beyond the tables.
    fn beyond(&self, person: usize) -> Option<&'a Record> {
        if self.population.beyond.is_empty() {
            return None;
        }
        self.population.beyond.get(&u32::try_from(person).ok()?)
    }

    /// The arm in which a person is already.
    fn own_arm(&self, person: usize) -> Option<&'a str> {
        self.beyond(person)?.person.arm.as_deref()
    }

    /// Whether an arm is in question for who is in this one, or in none.
    fn is_open(&self, arm: &str, own: Option<&str>) -> bool {
        own.map_or_else(|| self.arms[..self.open].contains(&arm), |own| own == arm)
    }

    /// What the person's record says of some columns.
    fn by_record(&self, person: usize, columns: &[usize]) -> Vec<Status> {
        let asked = columns.iter().map(|at| {
            let column = &self.columns[*at];
            (column.code, column.criterion, column.arm)
        });
        self.parts.statuses(&self.population.record(person), asked)
    }
}
