//! Who is left after each criterion, and what each criterion costs: of any choice of criteria in any order, counted
//! from the cells of a [`Histogram`] without looking at anybody again.

#[cfg(test)]
pub(super) mod tests;

use super::counts::{Cell, Count, Histogram, Sum};
use super::screened::{Column, Mask, Screened};
use crate::eligibility::Eligibility;
use crate::model::CriterionKind;

/// A criterion with its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    pub code: String,
    pub kind: CriterionKind,
    /// The approved wording.
    pub prose: String,
    /// Its columns, each with the arm that it is about.
    pub columns: Vec<(usize, Option<String>)>,
}

/// The criteria of a decision, in the order of the protocol.
pub fn criteria(columns: &[Column]) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let known = criteria.iter_mut().find(|criterion| criterion.code == column.code);
        match known {
            Some(criterion) => criterion.columns.push((place, column.arm.clone())),
            None => criteria.push(Criterion {
                code: column.code.clone(),
                kind: column.kind,
                prose: column.prose.clone(),
                columns: vec![(place, column.arm.clone())],
            }),
        }
    }
    criteria
}

/// What is asked about: a decision over all its open arms, or one of them.
#[derive(Clone, Debug)]
pub struct Question<'s> {
    pub criteria: Vec<Criterion>,
    pub arm: Option<&'s str>,
    /// The arms in question with their place among those of the decision; `None` for a decision that knows none.
    arms: Vec<(Option<usize>, Mask)>,
    /// Columns that are limited to no arm.
    unlimited: Mask,
}

impl<'s> Question<'s> {
    /// Everybody who is eligible for at least one open arm counts as eligible.
    pub fn overall(screened: &'s Screened) -> Self {
        let arms: Vec<(Option<usize>, Mask)> =
            (0..screened.arms.len()).map(|arm| (Some(arm), columns_of(screened, Some(arm)))).collect();
        let arms = if arms.is_empty() { vec![(None, columns_of(screened, None))] } else { arms };
        let unlimited = columns_of(screened, None);
        Self { criteria: criteria(&screened.columns), arm: None, arms, unlimited }
    }

    /// One arm, and those for whom it is open.
    pub fn of_arm(screened: &'s Screened, arm: usize) -> Self {
        let name = screened.arms[arm].as_str();
        let mut criteria = criteria(&screened.columns);
        for criterion in &mut criteria {
            criterion.columns.retain(|(_, of)| of.is_none() || of.as_deref() == Some(name));
        }
        criteria.retain(|criterion| !criterion.columns.is_empty());
        let arms = vec![(Some(arm), columns_of(screened, Some(arm)))];
        Self { criteria, arm: Some(name), arms, unlimited: columns_of(screened, None) }
    }

    /// Every question that there is about a decision: all arms together, then each.
    pub fn all(screened: &'s Screened) -> Vec<Self> {
        let arms = (0..screened.arms.len()).map(|arm| Self::of_arm(screened, arm));
        std::iter::once(Self::overall(screened)).chain(arms).collect()
    }

    /// All criteria, in the order of the protocol.
    pub fn as_written(&self) -> Vec<usize> {
        (0..self.criteria.len()).collect()
    }

    /// The columns of each arm in question that is open for the people of a cell; where none is, those that are
    /// limited to no arm.
    fn open<'q>(&'q self, cell: &'q Cell) -> impl Iterator<Item = &'q Mask> {
        let is_open = |arm: &Option<usize>| arm.is_none_or(|arm| !cell.closed.contains(arm));
        let has_none = !self.arms.iter().any(|(arm, _)| is_open(arm));
        let open = self.arms.iter().filter(move |(arm, _)| is_open(arm)).map(|(_, columns)| columns);
        open.chain(has_none.then_some(&self.unlimited))
    }

    fn concerns(&self, cell: &Cell) -> bool {
        let of_arm = self.arm.and(self.arms[0].0);
        of_arm.is_none_or(|arm| !cell.closed.contains(arm))
    }
}

/// The columns of an arm, with those that are limited to none.
fn columns_of(screened: &Screened, arm: Option<usize>) -> Mask {
    let name = arm.map(|arm| screened.arms[arm].as_str());
    let columns = screened.columns.iter().enumerate();
    columns
        .filter(|(_, column)| column.arm.is_none() || column.arm.as_deref() == name)
        .map(|(place, _)| place)
        .collect()
}

/// The way of a population through the criteria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attrition {
    pub everybody: Count,
    /// One for each chosen criterion, in their order.
    pub steps: Vec<Step>,
    /// At the end.
    pub eligible: Count,
    pub undetermined: Count,
    pub ineligible: Count,
    /// One for each criterion of the question, chosen or not, in the order of the protocol.
    pub costs: Vec<Cost>,
}

/// After one criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its place in [`Question::criteria`].
    pub criterion: usize,
    /// Certainly still in: all criteria up to this one are met.
    pub definite: Count,
    /// Still in unless something that is unknown turns out against them.
    pub possible: Count,
    /// How many of these the criterion took.
    pub definite_lost: Count,
    pub possible_lost: Count,
}

/// What a criterion does, given the other chosen ones. Of a criterion that is not chosen only `not_met` and `unknown`
/// are more than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub not_met: Count,
    pub unknown: Count,
    /// Ineligible, and eligible without it: it is all that they fail, and nothing is open.
    pub lost_alone: Count,
    /// Ineligible, and it is among what they fail.
    pub lost_partly: Count,
    /// Undetermined, and eligible without it: nothing else is open.
    pub open_alone: Count,
    /// Undetermined, and it is among what is open.
    pub open_partly: Count,
    /// Would be certainly in without it.
    pub gained_definite: Count,
    /// Would be possibly in without it.
    pub gained_possible: Count,
}

#[derive(Clone, Copy, Default)]
struct CostSum {
    not_met: Sum,
    unknown: Sum,
    lost_alone: Sum,
    lost_partly: Sum,
    open_alone: Sum,
    open_partly: Sum,
    gained_definite: Sum,
    gained_possible: Sum,
}

/// Counts one question with these criteria (places in [`Question::criteria`]) in this order.
pub fn attrition(histogram: &Histogram, question: &Question<'_>, chosen: &[usize]) -> Attrition {
    let way = Way::of(question, chosen);
    let steps = chosen.len();
    let mut everybody = Sum::default();
    // By the step at which people leave, and those who never do behind the last one.
    let mut definite_until = vec![Sum::default(); steps + 1];
    let mut possible_until = vec![Sum::default(); steps + 1];
    let mut by_verdict = [Sum::default(); 3];
    let mut costs = vec![CostSum::default(); question.criteria.len()];
    for cell in histogram.cells.iter().filter(|cell| question.concerns(cell)) {
        everybody.add(cell);
        let (definite, possible) = way.until(cell, None);
        definite_until[definite].add(cell);
        possible_until[possible].add(cell);
        let verdict = way.verdict(definite, possible);
        by_verdict[verdict as usize].add(cell);
        way.costs(cell, verdict, &mut costs);
    }
    let count = |sum: Sum| histogram.count(sum);
    let still = |until: &[Sum], step: usize| {
        let after = until[step + 1..].iter().copied();
        count(after.fold(Sum::default(), Sum::plus))
    };
    let steps = chosen.iter().enumerate().map(|(step, criterion)| Step {
        criterion: *criterion,
        definite: still(&definite_until, step),
        possible: still(&possible_until, step),
        definite_lost: count(definite_until[step]),
        possible_lost: count(possible_until[step]),
    });
    let cost = |sum: &CostSum| Cost {
        not_met: count(sum.not_met),
        unknown: count(sum.unknown),
        lost_alone: count(sum.lost_alone),
        lost_partly: count(sum.lost_partly),
        open_alone: count(sum.open_alone),
        open_partly: count(sum.open_partly),
        gained_definite: count(sum.gained_definite),
        gained_possible: count(sum.gained_possible),
    };
    Attrition {
        everybody: match question.arm {
            None => Count::exactly(histogram.people),
            Some(_) => count(everybody),
        },
        steps: steps.collect(),
        eligible: count(by_verdict[Eligibility::Eligible as usize]),
        undetermined: count(by_verdict[Eligibility::Undetermined as usize]),
        ineligible: count(by_verdict[Eligibility::Ineligible as usize]),
        costs: costs.iter().map(cost).collect(),
    }
}

/// Criteria in their order.
struct Way<'q> {
    question: &'q Question<'q>,
    /// By column: the criterion that it belongs to, and at which step that is asked, if it is chosen.
    columns: Vec<Option<(usize, Option<usize>)>>,
    steps: usize,
}

impl<'q> Way<'q> {
    fn of(question: &'q Question<'q>, chosen: &[usize]) -> Self {
        let mut columns = Vec::new();
        for (place, criterion) in question.criteria.iter().enumerate() {
            let step = chosen.iter().position(|one| *one == place);
            for (column, _) in &criterion.columns {
                columns.resize(columns.len().max(column + 1), None);
                columns[*column] = Some((place, step));
            }
        }
        Self { question, columns, steps: chosen.len() }
    }

    /// The first step at which one of these is asked, leaving one criterion out.
    fn first(&self, mask: &Mask, arm: &Mask, without: Option<usize>) -> usize {
        let steps = mask.iter().filter(|column| arm.contains(*column)).filter_map(|column| {
            let (criterion, step) = self.columns[column]?;
            step.filter(|_| Some(criterion) != without)
        });
        steps.min().unwrap_or(self.steps)
    }

    /// Until which step people are definitely in, and until which possibly: in the arm in which they get farthest.
    fn until(&self, cell: &Cell, without: Option<usize>) -> (usize, usize) {
        let of_arm = |arm: &Mask| {
            let possible = self.first(&cell.not_met, arm, without);
            (possible.min(self.first(&cell.unknown, arm, without)), possible)
        };
        self.question.open(cell).map(of_arm).fold((0, 0), |best, one| (best.0.max(one.0), best.1.max(one.1)))
    }

    fn verdict(&self, definite: usize, possible: usize) -> Eligibility {
        if definite == self.steps {
            Eligibility::Eligible
        } else if possible == self.steps {
            Eligibility::Undetermined
        } else {
            Eligibility::Ineligible
        }
    }

    fn costs(&self, cell: &Cell, verdict: Eligibility, costs: &mut [CostSum]) {
        let touched = |mask: &Mask| -> Mask {
            mask.iter()
                .filter_map(|column| self.columns.get(column).copied().flatten())
                .map(|(one, _)| one)
                .collect()
        };
        let (not_met, unknown) = (touched(&cell.not_met), touched(&cell.unknown));
        for (place, cost) in costs.iter_mut().enumerate() {
            let (fails, is_open) = (not_met.contains(place), unknown.contains(place));
            if !fails && !is_open {
                continue;
            }
            let mut add = |applies: bool, sum: fn(&mut CostSum) -> &mut Sum| {
                if applies {
                    sum(cost).add(cell);
                }
            };
            add(fails, |cost| &mut cost.not_met);
            add(is_open, |cost| &mut cost.unknown);
            let column = self.question.criteria[place].columns[0].0;
            if self.columns[column].is_none_or(|(_, step)| step.is_none()) {
                continue;
            }
            let (definite, possible) = self.until(cell, Some(place));
            let without = self.verdict(definite, possible);
            let was = |wanted: Eligibility| verdict == wanted;
            let becomes_eligible = without == Eligibility::Eligible;
            add(was(Eligibility::Ineligible) && becomes_eligible, |cost| &mut cost.lost_alone);
            add(was(Eligibility::Ineligible) && fails, |cost| &mut cost.lost_partly);
            add(was(Eligibility::Undetermined) && becomes_eligible, |cost| &mut cost.open_alone);
            add(was(Eligibility::Undetermined) && is_open, |cost| &mut cost.open_partly);
            add(!was(Eligibility::Eligible) && becomes_eligible, |cost| &mut cost.gained_definite);
            add(was(Eligibility::Ineligible) && without != verdict, |cost| &mut cost.gained_possible);
        }
    }
}
