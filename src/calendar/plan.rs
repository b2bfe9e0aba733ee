//! Targets and windows: from the dates of anchors to the dates of visits.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use jiff::civil::Date;

use super::dates::{Attendance, Dates};
use crate::model::{
    Anchor, Constraint, Direction, Duration, Event, Moment, Occurrence, Offset, Repeat, Schedule, Trial,
    Visit, VisitTiming,
};
use crate::time::{apply, days_between, shift, times};

/// More cycles than this are not expanded: a number of cycles can be any number.
const MOST_CYCLES: u32 = 500;

/// A visit, or one repetition of it (from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Instance<'a> {
    pub visit: &'a str,
    pub number: u32,
}

impl<'a> Instance<'a> {
    pub fn new(visit: &'a str, number: u32) -> Self {
        Self { visit, number }
    }
}

/// The date that a moment comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reached<'a> {
    pub date: Date,
    /// The event or visit with which it still moves.
    pub moves_with: Option<Waiting<'a>>,
    /// In words, where a month was too short.
    pub clamped: Option<String>,
}

/// What has no date yet.
pub(super) type Waiting<'a> = Cow<'a, str>;

/// Target and window of a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan<'a> {
    pub target: Option<Date>,
    pub earliest: Option<Date>,
    pub latest: Option<Date>,
    pub moves_with: Option<Waiting<'a>>,
    pub waiting_for: Option<Waiting<'a>>,
    pub clamped: Option<String>,
}

pub(super) struct Planner<'a> {
    pub trial: &'a Trial,
    pub dates: &'a Dates,
    /// Bounds that count from what is still to come narrow no window.
    from_actual_days_only: bool,
    plans: HashMap<Instance<'a>, Plan<'a>, FixedState>,
    /// What is being worked out, so that anchors in a circle end.
    under_way: BTreeSet<Instance<'a>>,
    events_under_way: BTreeSet<&'a str>,
}

/// The visit takes place on the anchor's own day: day 1 of its cycle.
fn is_on_anchor(visit: &Visit) -> bool {
    match &visit.timing {
        VisitTiming::Target { offset, .. } => is_nothing(&offset.by),
        VisitTiming::OnEvent { .. } => true,
        VisitTiming::Range { .. } => false,
    }
}

fn is_nothing(by: &Duration) -> bool {
    matches!(by, Duration::Days(0) | Duration::Months(0) | Duration::Minutes(0))
}

impl<'a> Planner<'a> {
    pub fn new(trial: &'a Trial, dates: &'a Dates) -> Self {
        let (plans, under_way, events_under_way) = Default::default();
        Self { trial, dates, from_actual_days_only: false, plans, under_way, events_under_way }
    }

    /// For what can be said for certain: bounds that count from a day that is only planned are left out.
    pub fn from_actual_days(trial: &'a Trial, dates: &'a Dates) -> Self {
        Self { from_actual_days_only: true, ..Self::new(trial, dates) }
    }

    pub fn schedule(&self) -> Option<&'a Schedule> {
        self.trial.schedule.as_ref()
    }

    pub fn visit(&self, name: &str) -> Option<&'a Visit> {
        self.schedule()?.visits.get(name)
    }

    pub fn attendance(&self, instance: &Instance<'_>) -> Option<Attendance> {
        self.dates.visits.get(instance.visit)?.get(&instance.number).copied()
    }

    pub fn done(&self, instance: &Instance<'_>) -> Option<Date> {
        match self.attendance(instance)? {
            Attendance::Done(day) => Some(day),
            Attendance::Missed => None,
        }
    }

    /// The visit of this name, with the trial's own name.
    pub fn instance(&self, visit: &str, number: u32) -> Option<Instance<'a>> {
        let (name, _) = self.schedule()?.visits.get_key_value(visit)?;
        Some(Instance::new(name, number))
    }

    /// Every visit of the calendar, those of a cycle cycle by cycle.
    pub fn instances(&mut self, horizon: u32) -> Vec<Instance<'a>> {
        let Some(schedule) = self.schedule() else { return Vec::new() };
        let mut all = Vec::new();
        let mut cycles_done = BTreeSet::new();
        for (name, visit) in &schedule.visits {
            match &visit.repeat {
                Some(repeat) if cycles_done.insert(&repeat.cycle) => {
                    let of_cycle: Vec<&'a String> = schedule
                        .visits
                        .iter()
                        .filter(|(_, other)| other.repeat.as_ref().is_some_and(|of| of.cycle == repeat.cycle))
                        .map(|(name, _)| name)
                        .collect();
                    for number in 1..=self.cycles(repeat, &of_cycle, horizon) {
                        let has = |name: &&String| schedule.visits[*name].has_cycle(number);
                        let names = of_cycle.iter().copied().filter(has);
                        all.extend(names.map(|name| Instance::new(name, number)));
                    }
                }
                Some(_) => {}
                None if visit.follows_each_occurrence() => {
                    let Anchor::Event { name: event, .. } = &visit.anchor().of else { continue };
                    let happened = self.dates.events.get(event).map_or(0, Vec::len) as u32;
                    all.extend((1..=happened.max(1)).map(|number| Instance::new(name, number)));
                }
                None => all.push(Instance::new(name, 1)),
            }
        }
        all
    }

    /// How many cycles the calendar shows.
    fn cycles(&mut self, repeat: &'a Repeat, visits: &[&'a String], horizon: u32) -> u32 {
        let known = visits.iter().filter_map(|name| self.dates.visits.get(*name)?.last_key_value());
        let begun = known.map(|(number, _)| *number).max().unwrap_or(0);
        let end = repeat.until.as_ref().and_then(|until| self.moment(until, None).ok());
        let wanted = match (repeat.count, &end) {
            (Some(count), _) => u32::try_from(count.max(0)).unwrap_or(u32::MAX),
            (None, Some(_)) => MOST_CYCLES,
            (None, None) => begun.saturating_add(horizon),
        };
        let wanted = wanted.max(begun).min(MOST_CYCLES);
        let Some(end) = end else { return wanted };
        // A cycle that would begin after the end does not begin.
        let begins = |planner: &mut Self, number: u32| {
            let has = |name: &&String| planner.visit(name).is_some_and(|visit| visit.has_cycle(number));
            let of_cycle: Vec<&'a String> = visits.iter().copied().filter(has).collect();
            let targets =
                of_cycle.into_iter().filter_map(|name| planner.plan(&Instance::new(name, number)).earliest);
            targets.min()
        };
        (begun + 1..=wanted)
            .find(|number| begins(self, *number).is_some_and(|begin| begin > end.date))
            .map_or(wanted, |after| after - 1)
    }

    /// Target and window of a visit, whether or not it has taken place.
    pub fn plan(&mut self, instance: &Instance<'a>) -> Plan<'a> {
        if let Some(known) = self.plans.get(instance) {
            return known.clone();
        }
        let Some(visit) = self.visit(instance.visit) else { return Plan::default() };
        if !self.under_way.insert(*instance) {
            return Plan { waiting_for: Some(instance.visit.into()), ..Plan::default() };
        }
        let plan = self.work_out(visit, instance);
        self.under_way.remove(instance);
        self.plans.insert(*instance, plan.clone());
        plan
    }

    fn work_out(&mut self, visit: &'a Visit, instance: &Instance<'a>) -> Plan<'a> {
        let (base, cycles) = match self.base(visit, instance) {
            Ok(base) => base,
            Err(waiting_for) => return Plan { waiting_for: Some(waiting_for), ..Plan::default() },
        };
        let mut plan =
            Plan { moves_with: base.moves_with.clone(), clamped: base.clamped.clone(), ..Plan::default() };
        let mut note =
            |reached: &Reached<'_>| plan.clamped = plan.clamped.take().or_else(|| reached.clamped.clone());
        let away = |offset: &Offset| {
            joined(cycles.as_ref(), offset).iter().try_fold(base.clone(), |from, by| moved(&from, by))
        };
        let window = match &visit.timing {
            VisitTiming::Target { offset, early, late, .. } => away(offset).and_then(|target| {
                note(&target);
                let first = moved_by(&target, Direction::Before, early)?;
                let last = moved_by(&target, Direction::After, late)?;
                Some((Some(target.date), first, last))
            }),
            VisitTiming::Range { from, to, .. } => away(from).zip(away(to)).map(|(a, b)| {
                let (first, last) = if a.date <= b.date { (a, b) } else { (b, a) };
                let only = (first.date == last.date).then_some(first.date);
                (only, first, last)
            }),
            VisitTiming::OnEvent { .. } => {
                away(&no_time()).map(|reached| (Some(reached.date), reached.clone(), reached))
            }
        };
        let Some((target, first, last)) = window else {
            // Beyond the calendar there are no dates to give.
            return Plan { waiting_for: Some("a date within the calendar".into()), ..Plan::default() };
        };
        note(&first);
        note(&last);
        (plan.target, plan.earliest, plan.latest) = (target, Some(first.date), Some(last.date));
        for constraint in &visit.constraints {
            self.constrain(&mut plan, constraint, instance);
        }
        plan
    }

    /// Narrows a window by a further bound, where its anchor has a date.
    fn constrain(&mut self, plan: &mut Plan<'a>, constraint: &'a Constraint, instance: &Instance<'a>) {
        let missed = matches!(&constraint.anchor.of, Anchor::Visit { name }
            if self.attendance(&self.same_cycle(instance, name)) == Some(Attendance::Missed));
        if missed {
            return;
        }
        let Ok(base) = self.moment(&constraint.anchor, Some(instance)) else { return };
        if self.from_actual_days_only && base.moves_with.is_some() {
            return;
        }
        let low = constraint.low.as_ref().and_then(|low| moved(&base, low));
        let high = constraint.high.as_ref().and_then(|high| moved(&base, high));
        if let Some(low) = low
            && plan.earliest.is_none_or(|known| known < low.date)
        {
            plan.earliest = Some(low.date);
            plan.moves_with = plan.moves_with.take().or_else(|| base.moves_with.clone());
        }
        if let Some(high) = high
            && plan.latest.is_none_or(|known| known > high.date)
        {
            plan.latest = Some(high.date);
            plan.moves_with = plan.moves_with.take().or_else(|| base.moves_with.clone());
        }
    }

    /// The date that a visit's timing counts from, and the time of the cycles in between.
    fn base(
        &mut self,
        visit: &'a Visit,
        instance: &Instance<'a>,
    ) -> Result<(Reached<'a>, Option<Duration>), Waiting<'a>> {
        let anchor = visit.anchor();
        match &visit.repeat {
            Some(repeat) if !self.in_cycle(anchor, repeat) => self.cycle_start(visit, repeat, instance),
            _ => Ok((self.moment(anchor, Some(instance))?, None)),
        }
    }

    /// The moment is a visit of this very cycle.
    pub fn in_cycle(&self, moment: &Moment, repeat: &Repeat) -> bool {
        let Anchor::Visit { name } = &moment.of else { return false };
        let other = self.visit(name).and_then(|visit| visit.repeat.as_ref());
        other.is_some_and(|other| other.cycle == repeat.cycle)
    }

    /// The visit on day 1 of the cycle of this number, for visits that count from the same anchor.
    pub fn day_one(&self, visit: &Visit, number: u32) -> Option<&'a str> {
        let cycle = &visit.repeat.as_ref()?.cycle;
        let anchor = visit.anchor();
        let schedule = self.schedule()?;
        schedule.visits.iter().find_map(|(name, other)| {
            let same = other.repeat.as_ref()?.cycle == *cycle && other.anchor() == anchor;
            (same && is_on_anchor(other) && other.has_cycle(number)).then_some(name.as_str())
        })
    }

    /// Day 1 of the instance's cycle: the actual one, else the last that is known and the cycles since then.
    fn cycle_start(
        &mut self,
        visit: &'a Visit,
        repeat: &'a Repeat,
        instance: &Instance<'a>,
    ) -> Result<(Reached<'a>, Option<Duration>), Waiting<'a>> {
        let begun = |planner: &Self, number: u32| {
            let date = planner.done(&Instance::new(planner.day_one(visit, number)?, number))?;
            Some(Reached { date, moves_with: None, clamped: None })
        };
        let itself = self.day_one(visit, instance.number) == Some(instance.visit);
        let anchor = self.moment(visit.anchor(), None);
        // The first cycle counts from the anchor itself, when that has happened.
        let first = match &anchor {
            Ok(reached) if reached.moves_with.is_none() => anchor.clone(),
            _ if itself && instance.number == 1 => anchor.clone(),
            _ => begun(self, 1).map_or_else(|| anchor.clone(), Ok),
        };
        let number = instance.number;
        if number == 1 {
            return Ok((first?, None));
        }
        if !itself && let Some(actual) = begun(self, number) {
            return Ok((actual, None));
        }
        let last = (1..number).rev().find_map(|earlier| Some((earlier, begun(self, earlier)?)));
        let (earlier, from) = match last {
            Some((earlier, reached)) => (earlier, reached),
            None => (1, first?),
        };
        let since = times(&repeat.every, i64::from(number - earlier));
        let since = since.ok_or_else(|| Waiting::from("a date within the calendar"))?;
        let awaited = if itself { number - 1 } else { number };
        let moves_with = self
            .day_one(visit, awaited)
            .filter(|name| self.attendance(&Instance::new(name, awaited)).is_none())
            .map(|name| Waiting::from(format!("{name} of cycle {awaited}")))
            .or_else(|| from.moves_with.clone());
        Ok((Reached { moves_with, ..from }, Some(since)))
    }

    /// The visit that a visit's anchor means: of the same cycle, where both are in it.
    pub fn same_cycle(&self, instance: &Instance<'_>, name: &'a str) -> Instance<'a> {
        let cycle = |visit: &str| {
            let repeat = self.visit(visit)?.repeat.as_ref()?;
            Some(&repeat.cycle)
        };
        match (cycle(instance.visit), cycle(name)) {
            (Some(own), Some(other)) if own == other => Instance::new(name, instance.number),
            // From outside a cycle: its last visit that has taken place.
            (_, Some(_)) => {
                let done = self.dates.visits.get(name).into_iter().flatten();
                let last = done
                    .filter(|(_, attended)| matches!(attended, Attendance::Done(_)))
                    .map(|(at, _)| *at)
                    .max();
                Instance::new(name, last.unwrap_or(1))
            }
            _ => Instance::new(name, 1),
        }
    }

    /// The date of a moment, for this visit.
    pub fn moment(
        &mut self,
        moment: &'a Moment,
        of: Option<&Instance<'a>>,
    ) -> Result<Reached<'a>, Waiting<'a>> {
        let base = self.anchor(&moment.of, of)?;
        match &moment.offset {
            None => Ok(base),
            Some(offset) => moved(&base, offset).ok_or_else(|| Waiting::from("a date within the calendar")),
        }
    }

    /// The date of an anchor, for this visit.
    pub fn anchor(
        &mut self,
        anchor: &'a Anchor,
        of: Option<&Instance<'a>>,
    ) -> Result<Reached<'a>, Waiting<'a>> {
        match anchor {
            Anchor::Event { name, occurrence } => self.event(name, *occurrence, of.map_or(1, |it| it.number)),
            Anchor::Visit { name } => {
                let instance = of.map_or_else(|| Instance::new(name, 1), |of| self.same_cycle(of, name));
                self.visit_date(&instance)
            }
            Anchor::Onset { finding } => self.given(&format!("onset of {}", finding.name)),
            Anchor::End { finding } => self.given(&format!("end of {}", finding.name)),
            Anchor::Decision => Err("the decision".into()),
        }
    }

    fn given(&self, name: &str) -> Result<Reached<'a>, Waiting<'a>> {
        let date = self
            .dates
            .events
            .get(name)
            .and_then(|days| days.first())
            .ok_or_else(|| Waiting::from(name.to_owned()))?;
        Ok(Reached { date: *date, moves_with: None, clamped: None })
    }

    /// The actual date of a visit, or else its target.
    fn visit_date(&mut self, instance: &Instance<'a>) -> Result<Reached<'a>, Waiting<'a>> {
        if let Some(date) = self.done(instance) {
            return Ok(Reached { date, moves_with: None, clamped: None });
        }
        let plan = self.plan(instance);
        let date =
            plan.target.ok_or_else(|| plan.waiting_for.clone().unwrap_or_else(|| instance.visit.into()))?;
        let missed = self.attendance(instance) == Some(Attendance::Missed);
        let moves_with = if missed { plan.moves_with } else { Some(instance.visit.into()) };
        Ok(Reached { date, moves_with, clamped: plan.clamped })
    }

    fn event(
        &mut self,
        name: &'a str,
        occurrence: Occurrence,
        number: u32,
    ) -> Result<Reached<'a>, Waiting<'a>> {
        let days = self.dates.events.get(name).map_or(&[][..], Vec::as_slice);
        let happened = match occurrence {
            Occurrence::Once | Occurrence::First => days.first(),
            Occurrence::Last => days.last(),
            Occurrence::Any | Occurrence::Each => days.get(number as usize - 1),
        };
        if let Some(date) = happened {
            let may_come_again = occurrence == Occurrence::Last;
            let moves_with = may_come_again.then(|| Waiting::from(format!("a later {name}")));
            return Ok(Reached { date: *date, moves_with, clamped: None });
        }
        let event = self.trial.events.get(name).filter(|event| !event.repeats).ok_or(name)?;
        if !self.events_under_way.insert(name) {
            return Err(name.into());
        }
        let derived = self.derived(event).or_else(|| self.one_of(event));
        self.events_under_way.remove(name);
        let date = derived.ok_or(name)?;
        Ok(Reached { moves_with: Some(name.into()), ..date })
    }

    /// The first of several events, from those that have a date; the last, when all have one.
    fn one_of(&mut self, event: &'a Event) -> Option<Reached<'a>> {
        let one_of = event.one_of.as_ref()?;
        let dates = one_of.of.iter().map(|moment| self.moment(moment, None).ok());
        if one_of.first {
            dates.collect::<Vec<_>>().into_iter().flatten().min_by_key(|reached| reached.date)
        } else {
            dates.collect::<Option<Vec<_>>>()?.into_iter().max_by_key(|reached| reached.date)
        }
    }

    /// The day of an event that has not happened, where a constraint leaves only one (`on randomization`).
    fn derived(&mut self, event: &'a Event) -> Option<Reached<'a>> {
        event.constraints.iter().find_map(|constraint| {
            let (low, high) = (constraint.low.as_ref()?, constraint.high.as_ref()?);
            let base = self.moment(&constraint.anchor, None).ok()?;
            let (low, high) = (moved(&base, low)?, moved(&base, high)?);
            (low.date == high.date).then_some(low)
        })
    }

    /// The number of a day on the trial's clock, where the clock's anchor has a date.
    pub fn day_on_clock(&mut self, date: Date) -> Option<i64> {
        let clocks = &self.schedule()?.clocks;
        clocks.values().find_map(|clock| {
            let zero = self.moment(&clock.anchor, None).ok()?;
            Some(clock.day_of(days_between(zero.date, date)))
        })
    }

    /// Why a visit or event with these arms is none of this participant's.
    pub fn not_in_arm(&self, arms: &[String]) -> Option<String> {
        if arms.is_empty()
            || self.dates.arms.is_empty()
            || arms.iter().any(|arm| self.dates.arms.contains(arm))
        {
            return None;
        }
        // An allocation that is still to come may open it.
        let pending = self.trial.allocations.values().any(|allocation| {
            let allocated = allocation.arms.iter().any(|arm| self.dates.arms.contains(arm));
            !allocated && allocation.arms.iter().any(|arm| arms.contains(arm))
        });
        (!pending).then(|| format!("only in {}", arms.join(", ")))
    }
}

/// The time of whole cycles and then an offset. Months are added at once, so that they never chain.
pub(super) fn joined(cycles: Option<&Duration>, offset: &Offset) -> Vec<Offset> {
    let Some(cycles) = cycles else { return vec![offset.clone()] };
    let after = |by: Duration| Offset { direction: Direction::After, by };
    match (cycles, &offset.by, offset.direction) {
        (Duration::Months(cycles), Duration::Months(months), Direction::After) => {
            vec![after(Duration::Months(cycles.saturating_add(*months)))]
        }
        _ => vec![after(cycles.clone()), offset.clone()],
    }
}

pub(super) fn no_time() -> Offset {
    Offset { direction: Direction::After, by: Duration::Days(0) }
}

/// A date moved by an offset, with what is to be said about a month that was too short.
fn moved<'a>(from: &Reached<'a>, offset: &Offset) -> Option<Reached<'a>> {
    let reached = apply(from.date, offset)?;
    Some(arrived(from, reached, offset.direction, &offset.by))
}

fn moved_by<'a>(from: &Reached<'a>, direction: Direction, by: &Duration) -> Option<Reached<'a>> {
    let reached = shift(from.date, direction, by)?;
    Some(arrived(from, reached, direction, by))
}

fn arrived<'a>(
    from: &Reached<'a>,
    reached: crate::time::Shifted,
    direction: Direction,
    by: &Duration,
) -> Reached<'a> {
    let clamped = reached.clamped.then(|| {
        let side = match direction {
            Direction::After => "after",
            Direction::Before => "before",
        };
        let Reached { date, .. } = from;
        format!("{} {side} {date} is {}, the last day of its month", in_words(by), reached.date)
    });
    Reached {
        date: reached.date,
        moves_with: from.moves_with.clone(),
        clamped: from.clamped.clone().or(clamped),
    }
}

/// A duration of the calendar in words.
fn in_words(by: &Duration) -> String {
    match by {
        Duration::Months(1) => "1 month".to_owned(),
        Duration::Months(months) if months % 12 == 0 => match months / 12 {
            1 => "1 year".to_owned(),
            years => format!("{years} years"),
        },
        Duration::Months(months) => format!("{months} months"),
        Duration::Days(1) => "1 day".to_owned(),
        Duration::Days(days) => format!("{days} days"),
        Duration::Minutes(minutes) => format!("{minutes} minutes"),
        Duration::Longest(_) => "the longer time".to_owned(),
        Duration::Shortest(_) => "the shorter time".to_owned(),
    }
}
