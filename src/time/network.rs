//! The schedule as a simple temporal network (Dechter, Meiri, Pearl 1991): events and visits are points in a
//! participant's time, and every constraint says `low ≤ b − a ≤ high` in days. Order, gaps, washouts and double
//! anchors all become such constraints; propagating them gives the tightest window of any point relative to any
//! other, or a cycle of constraints that cannot all be kept.
//!
//! Calendar months have no fixed number of days, so a constraint in months enters with the fewest and the most
//! days that the months can come to over the whole Gregorian calendar ([`day_range`]). The network is therefore
//! never tighter than the protocol: a conflict that it reports is one on every calendar, and a window that it
//! gives holds whatever the dates; a schedule that fails only in some months is not reported here.
//!
//! A participant goes through one combination of arms. The network is solved for each, with the events and
//! visits that can happen in it, and a bound is given over all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::day_range;
use crate::model::{
    Anchor, Constraint, Direction, Duration, Moment, Occurrence, Offset, OneOf, Origin, Trial, Visit,
    VisitTiming,
};

/// A point in a participant's time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    Event(String),
    /// The first or the last of a repeating event.
    FirstOf(String),
    LastOf(String),
    /// A visit; in a cycle, the visit of the first cycle.
    Visit(String),
    /// The one of a repeating event, or the repetition of a cycle's visit, that another event or visit (`by`)
    /// counts from.
    OneOf {
        name: String,
        by: String,
    },
    /// The onset or the end of a finding.
    Onset(String),
    End(String),
}

impl Point {
    pub fn event(name: impl Into<String>) -> Self {
        Self::Event(name.into())
    }

    pub fn visit(name: impl Into<String>) -> Self {
        Self::Visit(name.into())
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Point::Event(name) | Point::Visit(name) => f.write_str(name),
            Point::FirstOf(name) => write!(f, "first {name}"),
            Point::LastOf(name) => write!(f, "last {name}"),
            Point::OneOf { name, by } => write!(f, "the {name} of {by}"),
            Point::Onset(name) => write!(f, "onset of {name}"),
            Point::End(name) => write!(f, "end of {name}"),
        }
    }
}

/// `to − from ≤ days`, and where it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edge {
    from: usize,
    to: usize,
    days: i64,
    said: Option<Said>,
}

/// The event or visit that carries a constraint, and the author's words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    owner: Point,
    text: String,
    origin: Origin,
    in_months: bool,
}

/// One constraint of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictStep {
    /// The event or visit that the author gave the constraint to.
    pub owner: Point,
    /// The author's words (`at least 4 months after smt_start`).
    pub text: String,
    pub origin: Origin,
    /// What it says here: `to` lies at most this many days after `from` (when negative: at least so many before).
    pub from: Point,
    pub to: Point,
    pub days: i64,
    /// The days are the fewest or most that the author's calendar months can come to.
    pub in_months: bool,
}

impl fmt::Display for ConflictStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to, days) = (&self.from, &self.to, self.days);
        match days {
            0 => write!(f, "{to} is not after {from}")?,
            1.. => write!(f, "{to} is at most {} after {from}", counted(days))?,
            _ => write!(f, "{from} is at least {} after {to}", counted(-days))?,
        }
        write!(f, " ({}: {})", self.owner, self.text)
    }
}

fn counted(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// Constraints that cannot all be kept, in the order of their cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub steps: Vec<ConflictStep>,
    /// By how many days they miss each other.
    pub days_short: i64,
    /// The arms in which they meet; empty: in all.
    pub arms: Vec<String>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.steps.iter().map(ToString::to_string).collect();
        if !self.arms.is_empty() {
            write!(f, "in {}: ", self.arms.join(" and "))?;
        }
        write!(f, "{}: these miss each other by {}", steps.join("; "), counted(self.days_short))?;
        if self.steps.iter().any(|step| step.in_months) {
            f.write_str(", however long the calendar months are")?;
        }
        Ok(())
    }
}

impl std::error::Error for Conflict {}

/// The tightest windows between all points of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    scenarios: Vec<Scenario>,
}

/// One combination of arms.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scenario {
    points: BTreeMap<Point, usize>,
    /// `distance[a][b]`: `b − a` is at most so many days.
    distance: Vec<Vec<Option<i64>>>,
}

/// Combinations of arms beyond this number are not tried one by one; what is common to all arms is.
const MOST_COMBINATIONS: usize = 256;

impl Network {
    /// Solves the trial's constraints: of its events, and of its visits' timings and further bounds.
    ///
    /// # Errors
    /// The first cycle of constraints that cannot all be kept, in some combination of arms.
    pub fn of(trial: &Trial) -> Result<Self, Conflict> {
        let mut tried = BTreeSet::new();
        let mut scenarios = Vec::new();
        let mut combinations = combinations(trial);
        // What all participants have comes first, so that a conflict without arms is told without arms.
        combinations.insert(0, Vec::new());
        for arms in combinations {
            let happening = happening(trial, &arms);
            if tried.insert(happening.clone()) {
                scenarios.push(Builder::new(trial, &happening).solve(&arms)?);
            }
        }
        Ok(Self { scenarios })
    }

    /// The fewest and the most days from `a` to `b` that the protocol allows, in any arm in which both occur; an
    /// end is absent where nothing bounds it. `(Some(14), Some(28))`: `b` is 14 to 28 days after `a`.
    pub fn bounds(&self, a: &Point, b: &Point) -> (Option<i64>, Option<i64>) {
        let each = self.scenarios.iter().filter_map(|scenario| {
            let (a, b) = (*scenario.points.get(a)?, *scenario.points.get(b)?);
            Some((scenario.distance[b][a].map(|days| -days), scenario.distance[a][b]))
        });
        each.reduce(|one, two| {
            (one.0.zip(two.0).map(|(a, b)| a.min(b)), one.1.zip(two.1).map(|(a, b)| a.max(b)))
        })
        .unwrap_or((None, None))
    }

    /// Every point, in the order of their names.
    pub fn points(&self) -> Vec<&Point> {
        let all: BTreeSet<&Point> =
            self.scenarios.iter().flat_map(|scenario| scenario.points.keys()).collect();
        all.into_iter().collect()
    }
}

/// Every combination of one arm of each allocation.
fn combinations(trial: &Trial) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for allocation in trial.allocations.values().filter(|allocation| !allocation.arms.is_empty()) {
        if all.len() * allocation.arms.len() > MOST_COMBINATIONS {
            return Vec::new();
        }
        all = all
            .iter()
            .flat_map(|before| {
                allocation.arms.iter().map(move |arm| [before.as_slice(), std::slice::from_ref(arm)].concat())
            })
            .collect();
    }
    let allocated: BTreeSet<&String> = trial.allocations.values().flat_map(|one| &one.arms).collect();
    let lone: Vec<&String> = trial.arms.keys().filter(|arm| !allocated.contains(arm)).collect();
    if lone.is_empty() {
        return all;
    }
    // An arm outside every allocation is a cohort of its own.
    let mut cohorts: Vec<Vec<String>> = lone.iter().map(|arm| vec![(*arm).clone()]).collect();
    if !allocated.is_empty() {
        cohorts.append(&mut all);
    }
    cohorts
}

/// The events and visits that can happen to a participant in these arms. Without arms: those that all have.
fn happening(trial: &Trial, arms: &[String]) -> BTreeSet<Point> {
    let open = |limits: &[String]| limits.is_empty() || limits.iter().any(|arm| arms.contains(arm));
    let events =
        trial.events.iter().filter(|(_, event)| open(&event.arms)).map(|(name, _)| Point::event(name));
    let visits = trial.schedule.iter().flat_map(|schedule| &schedule.visits);
    let visits = visits.filter(|(_, visit)| open(&visit.arms)).map(|(name, _)| Point::visit(name));
    events.chain(visits).collect()
}

struct Builder<'a> {
    trial: &'a Trial,
    happening: &'a BTreeSet<Point>,
    points: BTreeMap<Point, usize>,
    edges: Vec<Edge>,
}

impl<'a> Builder<'a> {
    fn new(trial: &'a Trial, happening: &'a BTreeSet<Point>) -> Self {
        let mut builder = Self { trial, happening, points: BTreeMap::new(), edges: Vec::new() };
        for point in happening {
            builder.point(point.clone());
        }
        for (name, event) in &trial.events {
            let point = Point::event(name);
            if happening.contains(&point) {
                builder.constraints(&point, &event.constraints);
                event.one_of.iter().for_each(|one_of| builder.one_of(&point, one_of));
            }
        }
        for (name, visit) in trial.schedule.iter().flat_map(|schedule| &schedule.visits) {
            let point = Point::visit(name);
            if happening.contains(&point) {
                builder.timing(&point, &visit.timing);
                builder.constraints(&point, &visit.constraints);
            }
        }
        builder
    }

    /// The number of a point; an occurrence is put between the first and the last.
    fn point(&mut self, point: Point) -> usize {
        if let Some(number) = self.points.get(&point) {
            return *number;
        }
        let number = self.points.len();
        self.points.insert(point.clone(), number);
        match &point {
            Point::OneOf { name, .. } if self.trial.events.contains_key(name) => {
                let (first, last) =
                    (self.point(Point::FirstOf(name.clone())), self.point(Point::LastOf(name.clone())));
                self.edges.push(Edge { from: number, to: first, days: 0, said: None });
                self.edges.push(Edge { from: last, to: number, days: 0, said: None });
            }
            Point::OneOf { name, .. } => {
                let first = self.point(Point::visit(name));
                self.edges.push(Edge { from: number, to: first, days: 0, said: None });
            }
            Point::FirstOf(name) => {
                let last = self.point(Point::LastOf(name.clone()));
                self.edges.push(Edge { from: last, to: number, days: 0, said: None });
            }
            Point::End(name) => {
                let onset = self.point(Point::Onset(name.clone()));
                self.edges.push(Edge { from: number, to: onset, days: 0, said: None });
            }
            Point::Event(_) | Point::LastOf(_) | Point::Visit(_) | Point::Onset(_) => {}
        }
        number
    }

    /// The point that an anchor names for this owner. `None` for the decision itself, which is no point of its
    /// own, and for what cannot happen in these arms.
    fn anchor(&self, owner: &Point, anchor: &Anchor) -> Option<Point> {
        let happens = |point: &Point| self.happening.contains(point);
        let one_of = |name: &str| Point::OneOf { name: name.to_owned(), by: owner.to_string() };
        match anchor {
            Anchor::Event { name, occurrence } => {
                let repeats = self.trial.events.get(name).is_some_and(|event| event.repeats);
                happens(&Point::event(name)).then(|| match occurrence {
                    Occurrence::First if repeats => Point::FirstOf(name.clone()),
                    Occurrence::Last if repeats => Point::LastOf(name.clone()),
                    Occurrence::Any | Occurrence::Each if repeats => one_of(name),
                    _ => Point::event(name),
                })
            }
            Anchor::Visit { name } => {
                let point = Point::visit(name);
                let cycle = self.cycle(&point);
                let elsewhere = cycle.is_some() && cycle != self.cycle(owner);
                happens(&point).then(|| if elsewhere { one_of(name) } else { point })
            }
            Anchor::Onset { finding } => Some(Point::Onset(finding.name.clone())),
            Anchor::End { finding } => Some(Point::End(finding.name.clone())),
            Anchor::Decision => None,
        }
    }

    /// The cycle that a visit repeats in.
    fn cycle(&self, point: &Point) -> Option<&'a str> {
        self.visit(point)?.repeat.as_ref().map(|repeat| repeat.cycle.as_str())
    }

    fn constraints(&mut self, owner: &Point, constraints: &[Constraint]) {
        for constraint in constraints {
            let low = constraint.low.as_ref().map(day_range);
            let high = constraint.high.as_ref().map(day_range);
            let in_months = [&constraint.low, &constraint.high].into_iter().flatten().any(offset_in_months);
            let said = Said {
                owner: owner.clone(),
                text: constraint.text.clone(),
                origin: constraint.origin,
                in_months: in_months || moment_in_months(&constraint.anchor),
            };
            self.bound(owner, &constraint.anchor, low.map(|range| range.0), high.map(|range| range.1), said);
        }
    }

    /// The first of several is not after any of them, the last not before any. That it is one of them is a choice
    /// that a simple network cannot hold, so the other side stays open.
    fn one_of(&mut self, owner: &Point, one_of: &OneOf) {
        let (low, high) = if one_of.first { (None, Some(0)) } else { (Some(0), None) };
        for moment in &one_of.of {
            let said = Said {
                owner: owner.clone(),
                text: one_of.text.clone(),
                origin: one_of.origin,
                in_months: moment_in_months(moment),
            };
            self.bound(owner, moment, low, high, said);
        }
    }

    fn timing(&mut self, owner: &Point, timing: &VisitTiming) {
        let origin = self.visit_origin(owner);
        // The first of a visit that begins with a later cycle: how much later follows from actual dates.
        let later = self.visit(owner).is_some_and(|visit| !visit.has_cycle(1));
        let said = |in_months: bool, anchor: &Moment| Said {
            owner: owner.clone(),
            text: timing.text().to_owned(),
            origin,
            in_months: in_months || moment_in_months(anchor),
        };
        match timing {
            VisitTiming::Target { anchor, offset, early, late, .. } => {
                let (low, high) = day_range(offset);
                let before = day_range(&Offset { direction: Direction::Before, by: early.clone() });
                let after = day_range(&Offset { direction: Direction::After, by: late.clone() });
                let months = offset_in_months(offset) || in_months(early) || in_months(late);
                let high = (!later).then_some(high + after.1);
                self.bound(owner, anchor, Some(low + before.0), high, said(months, anchor));
            }
            VisitTiming::Range { anchor, from, to, .. } => {
                let months = offset_in_months(from) || offset_in_months(to);
                let (low, high) = (day_range(from).0, day_range(to).1);
                self.bound(owner, anchor, Some(low), (!later).then_some(high), said(months, anchor));
            }
            VisitTiming::OnEvent { moment, .. } => {
                self.bound(owner, moment, Some(0), (!later).then_some(0), said(false, moment));
            }
        }
    }

    fn visit_origin(&self, owner: &Point) -> Origin {
        self.visit(owner).map(|visit| visit.origin).unwrap_or_default()
    }

    fn visit(&self, point: &Point) -> Option<&'a Visit> {
        let Point::Visit(name) = point else { return None };
        self.trial.schedule.as_ref()?.visits.get(name)
    }

    /// `low ≤ owner − anchor ≤ high`, the anchor's own offset counted in.
    fn bound(&mut self, owner: &Point, anchor: &Moment, low: Option<i64>, high: Option<i64>, said: Said) {
        let Some(point) = self.anchor(owner, &anchor.of) else { return };
        let (owner, anchor_number) = (self.point(owner.clone()), self.point(point));
        let (least, most) = anchor.offset.as_ref().map_or((0, 0), day_range);
        if let Some(high) = high.and_then(|high| high.checked_add(most)) {
            self.edges.push(Edge { from: anchor_number, to: owner, days: high, said: Some(said.clone()) });
        }
        if let Some(low) = low.and_then(|low| low.checked_add(least)).and_then(i64::checked_neg) {
            self.edges.push(Edge { from: owner, to: anchor_number, days: low, said: Some(said) });
        }
    }

    /// Bellman and Ford find a cycle that cannot be kept, Floyd and Warshall the tightest windows.
    fn solve(self, arms: &[String]) -> Result<Scenario, Conflict> {
        if let Some(cycle) = self.impossible_cycle() {
            return Err(self.conflict(&cycle, arms));
        }
        let count = self.points.len();
        let mut distance = vec![vec![None; count]; count];
        for (number, row) in distance.iter_mut().enumerate() {
            row[number] = Some(0);
        }
        for edge in &self.edges {
            let known: &mut Option<i64> = &mut distance[edge.from][edge.to];
            *known = Some(known.map_or(edge.days, |days| days.min(edge.days)));
        }
        for middle in 0..count {
            let onwards = distance[middle].clone();
            for row in &mut distance {
                let Some(first) = row[middle] else { continue };
                for (known, second) in row.iter_mut().zip(&onwards) {
                    let Some(sum) = second.and_then(|second| first.checked_add(second)) else { continue };
                    *known = Some(known.map_or(sum, |days| days.min(sum)));
                }
            }
        }
        Ok(Scenario { points: self.points, distance })
    }

    /// Edges, by number and in order, whose days sum to less than nothing.
    fn impossible_cycle(&self) -> Option<Vec<usize>> {
        let count = self.points.len();
        let mut reach = vec![0_i64; count];
        let mut arrived_by: Vec<Option<usize>> = vec![None; count];
        let mut changed = None;
        for _ in 0..=count {
            changed = None;
            for (number, edge) in self.edges.iter().enumerate() {
                let through = reach[edge.from].saturating_add(edge.days);
                if through < reach[edge.to] {
                    reach[edge.to] = through;
                    arrived_by[edge.to] = Some(number);
                    changed = Some(edge.to);
                }
            }
            changed?;
        }
        // Walking back as many steps as there are points ends inside the cycle.
        let mut point = changed?;
        for _ in 0..count {
            point = self.edges[arrived_by[point]?].from;
        }
        let start = point;
        let mut cycle = Vec::new();
        loop {
            let number = arrived_by[point]?;
            cycle.push(number);
            point = self.edges[number].from;
            if point == start {
                break;
            }
        }
        cycle.reverse();
        // The author's first constraint leads.
        let lead = cycle.iter().enumerate().min_by_key(|(_, number)| **number).map_or(0, |(place, _)| place);
        cycle.rotate_left(lead);
        Some(cycle)
    }

    fn conflict(&self, cycle: &[usize], arms: &[String]) -> Conflict {
        let names: BTreeMap<usize, &Point> =
            self.points.iter().map(|(point, number)| (*number, point)).collect();
        let days: i64 = cycle.iter().map(|number| self.edges[*number].days).sum();
        let steps = cycle.iter().filter_map(|number| {
            let edge = &self.edges[*number];
            let said = edge.said.as_ref()?;
            Some(ConflictStep {
                owner: said.owner.clone(),
                text: said.text.clone(),
                origin: said.origin,
                from: (*names.get(&edge.from)?).clone(),
                to: (*names.get(&edge.to)?).clone(),
                days: edge.days,
                in_months: said.in_months,
            })
        });
        Conflict { steps: steps.collect(), days_short: -days, arms: arms.to_vec() }
    }
}

fn moment_in_months(moment: &Moment) -> bool {
    moment.offset.as_ref().is_some_and(offset_in_months)
}

fn offset_in_months(offset: &Offset) -> bool {
    in_months(&offset.by)
}

fn in_months(by: &Duration) -> bool {
    match by {
        Duration::Months(months) => *months != 0,
        Duration::Days(_) | Duration::Minutes(_) => false,
        Duration::Longest(choices) | Duration::Shortest(choices) => choices.iter().any(in_months),
    }
}

#[cfg(test)]
mod tests;
