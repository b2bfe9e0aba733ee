//! At which visits the plan of doses puts a dose: what is written of an arm, a period or background therapy, laid beside the days
//! of the visits.
//!
//! A visit counts where its target day is a day of dosing; where a visit of a cycle is on that day too, the dose is the cycle's.
//! What is taken every day belongs to no visit, and where the plan or the visit leaves the day open (a window from one day to
//! another, months beside weeks, so many times a week), nothing is said.

use std::collections::BTreeMap;

use super::day_range;
use super::network::{Network, Point};
use crate::model::{
    Administration, Anchor, Cell, CycleNumbers, CycleRun, Direction, Duration, Frequency, Moment, Offset,
    Schedule, Trial, Visit, VisitTiming,
};

/// A product that is given at visits.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenAtVisits<'a> {
    pub product: &'a str,
    /// The visits, in order; one that is named more than once has a cell for each of the ways.
    pub cells: Vec<Cell>,
    /// Every administration of it that falls on a visit.
    pub gives: Vec<&'a Administration>,
    /// Every participant is given it beside what the arms give.
    pub is_background: bool,
}

/// An arm or sequence (`None`: everybody), and the cycles of the visit in which it is given; `None`: in all.
type Way<'a> = (Option<&'a String>, Option<CycleNumbers>);

/// Cycles are counted no further than this.
const FURTHEST: i64 = 1000;

/// What is given at visits, in the order in which the protocol says it.
pub fn given_at_visits<'a>(trial: &'a Trial, network: Option<&Network>) -> Vec<GivenAtVisits<'a>> {
    let Some(schedule) = &trial.schedule else { return Vec::new() };
    let arms = trial.arms.iter().map(|(name, arm)| (Some(name), arm.gives.iter().collect::<Vec<_>>()));
    let sequences = trial.sequences.iter().map(|(name, sequence)| {
        (Some(name), sequence.periods.values().flat_map(|period| &period.gives).collect())
    });
    let backgrounds = trial.backgrounds.values().map(|background| (None, background.gives.iter().collect()));
    let mut found: Vec<GivenAtVisits<'_>> = Vec::new();
    // Of each product and visit: the arms, each with its cycles.
    let mut ways: BTreeMap<(&str, usize), Vec<Way<'_>>> = BTreeMap::new();
    for (arm, gives) in arms.chain(sequences).chain(backgrounds) {
        for given in gives {
            for (at, visit) in schedule.visits.values().enumerate() {
                let has = |arm: &String| visit.arms.is_empty() || visit.arms.contains(arm);
                if !arm.is_none_or(has) {
                    continue;
                }
                let Some(cycles) = falls_on(given, (at, visit), schedule, network) else { continue };
                ways.entry((given.product.as_str(), at)).or_default().push((arm, cycles));
                match found.iter_mut().find(|other| other.product == given.product) {
                    Some(known) => {
                        known.is_background &= arm.is_none();
                        if !known.gives.iter().any(|other| std::ptr::eq(*other, given)) {
                            known.gives.push(given);
                        }
                    }
                    None => found.push(GivenAtVisits {
                        product: &given.product,
                        cells: Vec::new(),
                        gives: vec![given],
                        is_background: arm.is_none(),
                    }),
                }
            }
        }
    }
    for ((product, at), ways) in ways {
        let Some((name, visit)) = schedule.visits.get_index(at) else { continue };
        if let Some(known) = found.iter_mut().find(|known| known.product == product) {
            known.cells.extend(cells(trial, name, visit, &ways));
        }
    }
    found
}

/// The cells of a product at a visit, one for the arms that have the same cycles.
fn cells(trial: &Trial, name: &str, visit: &Visit, ways: &[Way<'_>]) -> Vec<Cell> {
    let everybody: Vec<&String> = match visit.arms.as_slice() {
        [] => trial.arms.keys().chain(trial.sequences.keys()).collect(),
        arms => arms.iter().collect(),
    };
    let cell = |arms: Vec<String>, cycles: Option<CycleNumbers>| Cell {
        visit: name.to_owned(),
        arms,
        cycles,
        ..Cell::default()
    };
    // Of each arm the cycles of all that it is given of the product.
    let mut of_arms: Vec<Way<'_>> = Vec::new();
    for (arm, cycles) in ways {
        match of_arms.iter_mut().find(|(other, _)| other == arm) {
            Some((_, known)) => *known = CycleNumbers::any_of([known.as_ref(), cycles.as_ref()]),
            None => of_arms.push((*arm, cycles.clone())),
        }
    }
    let mut found: Vec<(Vec<&String>, bool, Option<CycleNumbers>)> = Vec::new();
    for (arm, cycles) in of_arms {
        match found.iter_mut().find(|(.., known)| *known == cycles) {
            Some((arms, is_all, _)) => {
                arms.extend(arm);
                *is_all |= arm.is_none();
            }
            None => found.push((arm.into_iter().collect(), arm.is_none(), cycles)),
        }
    }
    let each = found.into_iter().map(|(arms, is_all, cycles)| {
        let is_all = is_all || everybody.iter().all(|arm| arms.contains(arm));
        cell(if is_all { Vec::new() } else { arms.into_iter().cloned().collect() }, cycles)
    });
    each.collect()
}

/// Whether a dose falls on a visit: in all of its cycles (`Some(None)`), in some, or in none.
fn falls_on(
    given: &Administration,
    (at, visit): (usize, &Visit),
    schedule: &Schedule,
    network: Option<&Network>,
) -> Option<Option<CycleNumbers>> {
    let (name, _) = schedule.visits.get_index(at)?;
    let start = given.from.as_ref().or(given.on.as_ref())?;
    // What is given on a visit is given whenever that is held.
    let is_plain = given.frequency.is().is_none() && given.lasting.is_none() && given.days.is_none();
    let is_here = matches!(&start.of, Anchor::Visit { name: of } if of == name) && start.offset.is_none();
    if given.on.is_some() && is_plain && (is_here || visit.anchor() == start && is_on_the_day(visit)) {
        return Some(None);
    }
    if is_over(given, name, network) {
        return None;
    }
    let Some(day) = day_of(start, name, visit, network) else {
        return in_months(given, start, visit).then_some(None);
    };
    let Some(repeat) = &visit.repeat else {
        // A dose of a cycle belongs to the cycle's own visit, not to another of that day.
        let is_taken = || schedule.visits.iter().any(|other| is_of_cycle(other, start, day, network));
        return (is_dosed(given, day) && !is_taken()).then_some(None);
    };
    let every = single(&repeat.every).filter(|every| *every > 0)?;
    // Behind the last cycle that the plan reaches, everything goes round in this many cycles.
    let round = round_of(given).map_or(1, |days| days / common(days, every));
    let end = match (repeat.count, &given.lasting) {
        (Some(count), _) => Some(count),
        (None, Some(lasting)) => Some((days(lasting).1 - day).div_euclid(every) + 1),
        (None, None) if round_of(given).is_none() => Some((-day).div_euclid(every) + 1),
        (None, None) => None,
    };
    let last = end.unwrap_or(round).min(FURTHEST);
    let numbers: Vec<i64> = (1..=last).filter(|number| is_dosed(given, day + (number - 1) * every)).collect();
    let cycle = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let has = |number: &i64| visit.has_cycle(cycle(*number));
    if !numbers.iter().any(has) {
        return None;
    }
    let is_open = repeat.count.is_none() && end.is_some();
    if !is_open && (1..=last).filter(has).all(|number| numbers.contains(&number)) {
        return Some(None);
    }
    let mut runs: Vec<CycleRun> = Vec::new();
    for first in 1..=round.min(last) {
        let own: Vec<i64> = numbers.iter().copied().filter(|number| (number - first) % round == 0).collect();
        let (Some(begin), Some(stop)) = (own.first(), own.last()) else { continue };
        let step = if begin == stop && end.is_some() { 1 } else { cycle(round) };
        runs.push(CycleRun { first: cycle(*begin), last: end.map(|_| cycle(*stop)), step });
    }
    Some(Some(CycleNumbers(runs)))
}

/// Whether a visit of a cycle has its target this many days after the first dose, in one of its cycles.
fn is_of_cycle(
    (name, visit): (&String, &Visit),
    start: &Moment,
    day: i64,
    network: Option<&Network>,
) -> bool {
    let Some(repeat) = &visit.repeat else { return false };
    let (Some(first), Some(every)) =
        (day_of(start, name, visit, network), single(&repeat.every).filter(|every| *every > 0))
    else {
        return false;
    };
    let number = (day - first).div_euclid(every) + 1;
    day >= first
        && (day - first) % every == 0
        && repeat.count.is_none_or(|count| number <= count)
        && u32::try_from(number).is_ok_and(|number| visit.has_cycle(number))
}

/// The visit is held on the day of what it hangs on.
fn is_on_the_day(visit: &Visit) -> bool {
    match &visit.timing {
        VisitTiming::OnEvent { .. } => true,
        VisitTiming::Target { offset, .. } => day_range(offset) == (0, 0),
        VisitTiming::Range { .. } => false,
    }
}

/// The visit comes surely after the last dose.
fn is_over(given: &Administration, visit: &str, network: Option<&Network>) -> bool {
    let (Some(until), Some(network)) = (&given.until, network) else { return false };
    let Some(point) = point(until) else { return false };
    let late = until.offset.as_ref().map_or(0, |offset| day_range(offset).1);
    network.bounds(&point, &Point::visit(visit)).0.is_some_and(|least| least > late)
}

/// Days from the first dose to the target day of a visit, where the plan says exactly.
fn day_of(start: &Moment, name: &str, visit: &Visit, network: Option<&Network>) -> Option<i64> {
    let exactly = |offset: Option<&Offset>| match offset {
        None => Some(0),
        Some(offset) => Some(day_range(offset)).filter(|(low, high)| low == high).map(|(day, _)| day),
    };
    let anchor = visit.anchor();
    let own = match &visit.timing {
        VisitTiming::OnEvent { .. } => 0,
        VisitTiming::Target { offset, .. } => exactly(Some(offset))?,
        VisitTiming::Range { .. } => return None,
    };
    let begin = exactly(start.offset.as_ref())?;
    if matches!(&start.of, Anchor::Visit { name: of } if of == name) {
        return Some(-begin);
    }
    let between = if start.of == anchor.of {
        0
    } else {
        let bounds = network?.bounds(&point(start)?, &point(anchor)?);
        bounds.0.filter(|least| bounds.1 == Some(*least))?
    };
    Some(between + exactly(anchor.offset.as_ref())? + own - begin)
}

fn point(moment: &Moment) -> Option<Point> {
    match &moment.of {
        Anchor::Event { name, .. } => Some(Point::event(name)),
        Anchor::Visit { name } => Some(Point::visit(name)),
        _ => None,
    }
}

/// Whether a product is given this many days after its first dose.
fn is_dosed(given: &Administration, day: i64) -> bool {
    if day < 0 || given.lasting.as_ref().is_some_and(|lasting| day >= days(lasting).0) {
        return false;
    }
    if let Some((on, cycle)) = &given.days {
        return *cycle > 0 && on.contains(&(day.rem_euclid(*cycle) + 1));
    }
    match given.frequency.is() {
        Some(Frequency::Once) => day == 0,
        Some(Frequency::Every(every)) => {
            single(every).is_some_and(|every| every > 1 && day.rem_euclid(every) == 0)
        }
        Some(Frequency::TimesDaily(_) | Frequency::TimesWeekly(_)) => false,
        None => given.on.is_some() && given.lasting.is_none() && day == 0,
    }
}

/// Both the plan and the visit count in months from the same moment.
fn in_months(given: &Administration, start: &Moment, visit: &Visit) -> bool {
    let VisitTiming::Target { anchor, offset, .. } = &visit.timing else { return false };
    let (Duration::Months(month), Direction::After) = (&offset.by, offset.direction) else { return false };
    let Some(Frequency::Every(Duration::Months(every))) = given.frequency.is() else { return false };
    let is_within = match &given.lasting {
        None => true,
        Some(Duration::Months(months)) => month < months,
        Some(_) => false,
    };
    anchor == start && visit.repeat.is_none() && *every > 0 && month % every == 0 && is_within
}

/// In how many days the plan goes round; `None` where it does not.
fn round_of(given: &Administration) -> Option<i64> {
    match (&given.days, given.frequency.is()) {
        (Some((_, cycle)), _) => Some(*cycle).filter(|days| *days > 0),
        (None, Some(Frequency::Every(every))) => single(every).filter(|days| *days > 0),
        _ => None,
    }
}

fn days(by: &Duration) -> (i64, i64) {
    day_range(&Offset { direction: Direction::After, by: by.clone() })
}

/// A number of days that is always the same.
fn single(by: &Duration) -> Option<i64> {
    Some(days(by)).filter(|(low, high)| low == high).map(|(days, _)| days)
}

fn common(a: i64, b: i64) -> i64 {
    if b == 0 { a.max(1) } else { common(b, a % b) }
}
