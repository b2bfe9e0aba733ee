//! The days on which everything else can still be kept: every constraint of the protocol, propagated on the
//! calendar itself from the dates that are known.
//!
//! A constraint moves a date by offsets, and moving is monotone even where months clamp. So narrowing the first
//! and the last day of each point along the constraints, forwards and backwards, ends in exactly the days that
//! some way of keeping all constraints uses. Two dates that are both known are judged elsewhere, not here.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::civil::Date;

use super::dates::Attendance;
use super::plan::{Instance, Planner, joined, no_time};
use super::{CalendarConflict, Days, EventEntry, EventStatus, Status, VisitEntry};
use crate::model::{Anchor, Constraint, Direction, Duration, Moment, Occurrence, Offset, VisitTiming};
use crate::time::{add_days, apply, day_range, times};

/// A point in the participant's time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Point<'a> {
    Event(String),
    Visit(Instance<'a>),
}

/// `low(anchor) ≤ owner ≤ high(anchor)`, each side being moved by some offsets.
struct Rule {
    anchor: usize,
    owner: usize,
    low: Option<Move>,
    high: Option<Move>,
    /// The author's words.
    text: String,
}

/// Offsets one after another, with the fewest and most days that they come to.
struct Move {
    by: Vec<Offset>,
    least: i64,
    most: i64,
}

impl Move {
    fn new(by: Vec<Offset>) -> Self {
        let ranges: Vec<(i64, i64)> = by.iter().map(day_range).collect();
        let (least, most) = ranges.iter().fold((0_i64, 0_i64), |sum, range| {
            (sum.0.saturating_add(range.0), sum.1.saturating_add(range.1))
        });
        Self { by, least, most }
    }

    fn apply(&self, date: Date) -> Option<Date> {
        self.by.iter().try_fold(date, |date, offset| Some(apply(date, offset)?.date))
    }

    /// The last date that is moved to `limit` or before.
    fn last_before(&self, limit: Date) -> Option<Date> {
        let (mut low, mut high) = (self.most.checked_neg()?, self.least.checked_neg()?);
        // At `limit − most` it holds; find the last day at which it does.
        while low < high {
            let middle = low + (high - low + 1) / 2;
            let holds = self.apply(add_days(limit, middle)?)? <= limit;
            (low, high) = if holds { (middle, high) } else { (low, middle - 1) };
        }
        add_days(limit, low)
    }

    /// The first date that is moved to `limit` or after.
    fn first_after(&self, limit: Date) -> Option<Date> {
        let (mut low, mut high) = (self.most.checked_neg()?, self.least.checked_neg()?);
        while low < high {
            let middle = low + (high - low).div_euclid(2);
            let holds = self.apply(add_days(limit, middle)?)? >= limit;
            (low, high) = if holds { (low, middle) } else { (middle + 1, high) };
        }
        add_days(limit, low)
    }
}

/// What a visit's timing counts from: a point, offsets from it, and whole cycles.
struct Base {
    point: usize,
    by: Vec<Offset>,
    cycles: Option<Duration>,
}

impl From<(usize, Vec<Offset>)> for Base {
    fn from((point, by): (usize, Vec<Offset>)) -> Self {
        Self { point, by, cycles: None }
    }
}

/// One end of a point's days and the rules that led to it.
#[derive(Clone)]
struct Bound {
    point: usize,
    date: Date,
    because: Option<Rc<Because>>,
}

struct Because {
    rule: usize,
    from: Bound,
}

#[derive(Clone)]
struct Interval {
    first: Option<Bound>,
    last: Option<Bound>,
}

impl Interval {
    fn is_empty(&self) -> bool {
        self.first.as_ref().zip(self.last.as_ref()).is_some_and(|(first, last)| first.date > last.date)
    }
}

/// The first (or last) day of a point, as a rule has it from the other point.
struct Narrowed {
    point: usize,
    first: bool,
    to: Option<(Date, Bound)>,
}

/// Fills in the possible days of what has not taken place, and reports the constraints that leave none.
pub(super) fn narrow<'a>(
    planner: &mut Planner<'a>,
    events: &mut [EventEntry],
    visits: &mut [VisitEntry],
) -> Vec<CalendarConflict> {
    let mut system = System::new(planner, events, visits);
    let mut conflicts = Vec::new();
    let days = loop {
        match system.propagate() {
            Ok(days) => break days,
            Err((conflict, blamed)) => {
                conflicts.push(conflict);
                // The rule written last gives way, so that what else is wrong can be found.
                system.rules.remove(blamed);
            }
        }
    };
    let found = |point: &Point<'a>| {
        let interval = days.get(*system.points.get(point)?)?;
        let end = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.date);
        let (from, to) = (end(&interval.first), end(&interval.last));
        (from.is_some() || to.is_some()).then_some(Days { from, to })
    };
    for event in events.iter_mut().filter(|event| event.status == EventStatus::Expected) {
        event.possible = found(&Point::Event(event.name.clone()));
    }
    for visit in visits.iter_mut().filter(|visit| is_open(visit)) {
        let Some(instance) = planner.instance(&visit.name, visit.number.unwrap_or(1)) else { continue };
        let possible = found(&Point::Visit(instance));
        let window = Days { from: visit.earliest, to: visit.latest };
        visit.possible = possible.filter(|days| *days != window);
    }
    conflicts
}

fn is_open(visit: &VisitEntry) -> bool {
    matches!(visit.status, Status::Planned | Status::Due | Status::Waiting)
}

struct System<'a> {
    points: BTreeMap<Point<'a>, usize>,
    names: Vec<String>,
    known: Vec<Option<Date>>,
    rules: Vec<Rule>,
}

impl<'a> System<'a> {
    fn new(planner: &mut Planner<'a>, events: &[EventEntry], visits: &[VisitEntry]) -> Self {
        let (points, names, known, rules) = Default::default();
        let mut system = Self { points, names, known, rules };
        let trial = planner.trial;
        let expected: Vec<&EventEntry> = events
            .iter()
            .filter(|entry| entry.status == EventStatus::Expected && !trial.events[&entry.name].repeats)
            .collect();
        // All points first: a constraint may name an event that is declared after it.
        let owners: Vec<usize> = expected
            .iter()
            .map(|entry| system.point(Point::Event(entry.name.clone()), &entry.name, None))
            .collect();
        for (entry, owner) in expected.iter().zip(owners) {
            for constraint in &trial.events[&entry.name].constraints {
                system.constraint(planner, owner, constraint, None);
            }
        }
        // What has taken place on a wrong day is judged there; it does not make the rest impossible.
        for entry in visits.iter().filter(|entry| is_open(entry)) {
            let number = entry.number.unwrap_or(1);
            let instance = planner.instance(&entry.name, number).expect("the visit is in the schedule");
            let visit = planner.visit(instance.visit).expect("the visit is in the schedule");
            let owner = system.visit_point(planner, &instance);
            system.timing(planner, owner, &instance);
            visit.constraints.iter().for_each(|one| system.constraint(planner, owner, one, Some(&instance)));
        }
        system
    }

    fn point(&mut self, point: Point<'a>, name: &str, known: Option<Date>) -> usize {
        if let Some(number) = self.points.get(&point) {
            return *number;
        }
        let number = self.names.len();
        self.points.insert(point, number);
        self.names.push(name.to_owned());
        self.known.push(known);
        number
    }

    fn visit_point(&mut self, planner: &Planner<'a>, instance: &Instance<'a>) -> usize {
        let visit = planner.visit(instance.visit).expect("the visit is in the schedule");
        let name = match visit.is_numbered() {
            true => format!("{} {}", instance.visit, instance.number),
            false => instance.visit.to_owned(),
        };
        self.point(Point::Visit(*instance), &name, planner.done(instance))
    }

    /// A point that is known by its date alone.
    fn constant(&mut self, name: &str, date: Date) -> usize {
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.known.push(Some(date));
        number
    }

    /// The point that a moment names, and the offset from it. `None` for what neither has a date nor bounds.
    fn moment(
        &mut self,
        planner: &mut Planner<'a>,
        moment: &'a Moment,
        of: Option<&Instance<'a>>,
        for_timing: bool,
    ) -> Option<(usize, Vec<Offset>)> {
        let number = of.map_or(1, |of| of.number);
        let point = match &moment.of {
            Anchor::Event { name, occurrence } => {
                let days = planner.dates.events.get(name).map_or(&[][..], Vec::as_slice);
                let day = match occurrence {
                    Occurrence::Once | Occurrence::First => days.first(),
                    Occurrence::Last => days.last(),
                    Occurrence::Any | Occurrence::Each => days.get(number as usize - 1),
                };
                match day {
                    Some(day) => self.constant(name, *day),
                    None => *self.points.get(&Point::Event(name.clone()))?,
                }
            }
            Anchor::Visit { name } => {
                let instance = of.map_or_else(|| Instance::new(name, 1), |of| planner.same_cycle(of, name));
                if planner.attendance(&instance) == Some(Attendance::Missed) {
                    let target = planner.plan(&instance).target.filter(|_| for_timing)?;
                    self.constant(name, target)
                } else {
                    planner.visit(name)?;
                    self.visit_point(planner, &instance)
                }
            }
            Anchor::Onset { .. } | Anchor::End { .. } => {
                let reached = planner.anchor(&moment.of, of).ok()?;
                self.constant("the finding", reached.date)
            }
            Anchor::Decision => return None,
        };
        Some((point, moment.offset.iter().cloned().collect()))
    }

    /// What a visit's timing counts from: in a later cycle, day 1 of that cycle or of the one before.
    fn base(&mut self, planner: &mut Planner<'a>, instance: &Instance<'a>) -> Option<Base> {
        let visit = planner.visit(instance.visit)?;
        let anchor = visit.anchor();
        let repeat = visit.repeat.as_ref().filter(|repeat| !planner.in_cycle(anchor, repeat));
        let Some(repeat) = repeat else {
            return Some(self.moment(planner, anchor, Some(instance), true)?.into());
        };
        let from_anchor = self.moment(planner, anchor, None, true);
        let Some(own) = planner.day_one(visit, instance.number) else {
            let cycles = times(&repeat.every, i64::from(instance.number) - 1)?;
            return Some(Base { cycles: Some(cycles), ..from_anchor?.into() });
        };
        let itself = own == instance.visit;
        let number = if itself { instance.number - 1 } else { instance.number };
        if number == 0 {
            return from_anchor.map(Base::from);
        }
        // A cycle without a visit on its day 1 is counted through.
        let Some(day_one) = planner.day_one(visit, number) else {
            let cycles = times(&repeat.every, i64::from(instance.number) - 1)?;
            return Some(Base { cycles: Some(cycles), ..from_anchor?.into() });
        };
        let first = Instance::new(day_one, number);
        let counted_from_anchor = number == 1
            && !itself
            && from_anchor
                .as_ref()
                .is_some_and(|(point, _)| self.known[*point].is_some() || planner.done(&first).is_none());
        if counted_from_anchor {
            return from_anchor.map(Base::from);
        }
        if planner.attendance(&first) == Some(Attendance::Missed) {
            let plan = planner.plan(instance);
            let target = plan.target.filter(|_| itself)?;
            return Some((self.constant("the cycle", target), Vec::new()).into());
        }
        let cycles = itself.then(|| repeat.every.clone());
        Some(Base { point: self.visit_point(planner, &first), by: Vec::new(), cycles })
    }

    fn timing(&mut self, planner: &mut Planner<'a>, owner: usize, instance: &Instance<'a>) {
        let visit = planner.visit(instance.visit).expect("the visit is in the schedule");
        let Some(base) = self.base(planner, instance) else { return };
        let anchor = base.point;
        let then = |offset: &Offset, more: Option<&Offset>| {
            let away = joined(base.cycles.as_ref(), offset).into_iter().chain(more.cloned());
            Some(Move::new(base.by.iter().cloned().chain(away).collect()))
        };
        let (low, high) = match &visit.timing {
            VisitTiming::Target { offset, early, late, .. } => {
                let early = Offset { direction: Direction::Before, by: early.clone() };
                let late = Offset { direction: Direction::After, by: late.clone() };
                (then(offset, Some(&early)), then(offset, Some(&late)))
            }
            VisitTiming::Range { from, to, .. } => {
                let (from, to) = if day_range(from).0 <= day_range(to).0 { (from, to) } else { (to, from) };
                (then(from, None), then(to, None))
            }
            VisitTiming::OnEvent { .. } => (then(&no_time(), None), then(&no_time(), None)),
        };
        self.rules.push(Rule { anchor, owner, low, high, text: visit.timing.text().to_owned() });
    }

    fn constraint(
        &mut self,
        planner: &mut Planner<'a>,
        owner: usize,
        constraint: &'a Constraint,
        of: Option<&Instance<'a>>,
    ) {
        let Some((anchor, base)) = self.moment(planner, &constraint.anchor, of, false) else { return };
        let then = |offset: &Option<Offset>| {
            let offset = offset.as_ref()?;
            Some(Move::new(base.iter().chain([offset]).cloned().collect()))
        };
        let (low, high) = (then(&constraint.low), then(&constraint.high));
        self.rules.push(Rule { anchor, owner, low, high, text: constraint.text.clone() });
    }

    /// The days of every point; or the rules that leave a point none, and the number of the one written last.
    fn propagate(&self) -> Result<Vec<Interval>, (CalendarConflict, usize)> {
        let mut days: Vec<Interval> = self
            .known
            .iter()
            .enumerate()
            .map(|(point, date)| {
                let bound = date.map(|date| Bound { point, date, because: None });
                Interval { first: bound.clone(), last: bound }
            })
            .collect();
        // Bounds that still move after this many rounds move for ever; what they are by then is true all the same.
        for _ in 0..4 * self.names.len() + 16 {
            let mut changed = false;
            for (number, rule) in self.rules.iter().enumerate() {
                for Narrowed { point, first, to } in self.follow(rule, &days) {
                    let Some((date, from)) = to else { continue };
                    if self.known[point].is_some() {
                        continue;
                    }
                    let interval = &mut days[point];
                    let end = if first { &mut interval.first } else { &mut interval.last };
                    let better =
                        end.as_ref().is_none_or(|end| if first { date > end.date } else { date < end.date });
                    if better {
                        let because = Some(Rc::new(Because { rule: number, from }));
                        *end = Some(Bound { point, date, because });
                        changed = true;
                    }
                    if days[point].is_empty() {
                        return Err(self.conflict(&days[point]));
                    }
                }
            }
            if !changed {
                break;
            }
        }
        Ok(days)
    }

    /// What a rule says of the first and last days of its two points.
    fn follow(&self, rule: &Rule, days: &[Interval]) -> [Narrowed; 4] {
        let (anchor, owner) = (&days[rule.anchor], &days[rule.owner]);
        let along = |by: &Option<Move>, bound: &Option<Bound>, reach: fn(&Move, Date) -> Option<Date>| {
            let (by, bound) = (by.as_ref()?, bound.as_ref()?);
            Some((reach(by, bound.date)?, bound.clone()))
        };
        let narrowed = |point, first, to| Narrowed { point, first, to };
        [
            narrowed(rule.owner, true, along(&rule.low, &anchor.first, Move::apply)),
            narrowed(rule.owner, false, along(&rule.high, &anchor.last, Move::apply)),
            narrowed(rule.anchor, false, along(&rule.low, &owner.last, Move::last_before)),
            narrowed(rule.anchor, true, along(&rule.high, &owner.first, Move::first_after)),
        ]
    }

    fn conflict(&self, interval: &Interval) -> (CalendarConflict, usize) {
        let ends = [(&interval.last, "at the latest"), (&interval.first, "at the earliest")];
        let mut steps = Vec::new();
        let mut blamed = 0;
        let mut at = 0;
        for (end, word) in ends {
            let mut chain = Vec::new();
            let mut bound = end.as_ref();
            while let Some(current) = bound {
                chain.push(current);
                bound = current.because.as_ref().map(|because| &because.from);
            }
            at = chain.first().map_or(at, |end| end.point);
            for bound in chain.iter().rev() {
                let name = &self.names[bound.point];
                let Some(because) = &bound.because else {
                    steps.push(format!("{name} is on {}", bound.date));
                    continue;
                };
                blamed = blamed.max(because.rule);
                let rule = &self.rules[because.rule];
                let owner = &self.names[rule.owner];
                let words = if owner == name { rule.text.clone() } else { format!("{owner}: {}", rule.text) };
                steps.push(format!("{name} is on {} {word} ({words})", bound.date));
            }
        }
        steps.dedup();
        let name = self.names[at].clone();
        let message = format!("no day is left for {name}: {}", steps.join("; "));
        (CalendarConflict { at: name, steps, message }, blamed)
    }
}
