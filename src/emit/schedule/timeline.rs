//! A picture of the visits in time: a row for each, a bar for its window, a mark for its target day.
//!
//! Months have no fixed length, so they are drawn at their average one. All arithmetic is in whole numbers (tenths
//! of a pixel), so that the same protocol gives the same bytes everywhere.

use std::collections::BTreeSet;

use super::svg::{Anchored, Drawing, Tenths, shortened};
use super::table::{epoch_title, titled};
use super::timing::{Timing, timings};
use crate::model::{
    Anchor, Direction, Duration, Moment, Offset, Repeat, Schedule, Trial, Visit, VisitTiming,
};
use crate::time::network::{Network, Point};
use crate::time::times;
use crate::wording::{Wording, sentence};

/// Days from the reference, from a first to a last.
type Stretch = (i64, i64);

/// Repetitions of a cycle that are drawn.
const MOST_CYCLES: i64 = 26;
/// Cycles drawn where nothing says how many there are.
const OPEN_CYCLES: i64 = 4;

/// Where a visit stands in the picture.
struct Placed {
    /// The target, when it is known to the day; a stretch where its anchor can move.
    target: Option<Stretch>,
    window: Stretch,
    /// Further repetitions.
    again: Vec<Stretch>,
    open_ended: bool,
}

/// `None` for a trial without a schedule or without visits.
pub(super) fn svg(trial: &Trial) -> Option<String> {
    let schedule = trial.schedule.as_ref().filter(|schedule| !schedule.visits.is_empty())?;
    let timed = timings(trial, schedule);
    let wording = Wording::of(trial);
    let reference = reference(schedule);
    let network = Network::of(trial).ok();
    let placing = Placing { schedule, network: network.as_ref(), reference };
    let placed: Vec<Option<Placed>> = schedule.visits.keys().map(|name| placing.visit(name)).collect();
    let stretches =
        placed.iter().flatten().flat_map(|one| std::iter::once(one.window).chain(one.again.iter().copied()));
    let (mut first, mut last) = stretches.fold((0, 1), |(a, b), (from, to)| (a.min(from), b.max(to)));
    let room = ((last - first) / 40).max(1);
    first -= room;
    last += room;
    let zero = reference.map(|moment| sentence(&wording.moment(moment)));
    let count = |of: fn(&Timing) -> bool| timed.visits.iter().filter(|timing| of(timing)).count();
    let in_months = count(|timing| timing.month.is_some()) > count(|timing| timing.day.is_some());
    let mut picture = Picture::new(trial, schedule, (first, last), zero, in_months);
    let mut epoch = "";
    for (((name, visit), place), timing) in schedule.visits.iter().zip(&placed).zip(&timed.visits) {
        if visit.epoch != epoch {
            epoch = &visit.epoch;
            picture.epoch(&epoch_title(schedule, epoch));
        }
        let said = caption(wording, visit, timing);
        picture.visit(name, visit, place.as_ref(), &said);
    }
    Some(picture.finish())
}

/// What stands beside the bar: the timing in the words of the table.
fn caption(wording: Wording<'_>, visit: &Visit, timing: &Timing) -> String {
    let in_cycle = visit.repeat.is_some();
    let window = timing.window.as_deref().filter(|window| *window != "±0 d");
    let day = timing
        .day
        .as_ref()
        .map(|day| if in_cycle { format!("day {day} of the cycle") } else { format!("day {day}") });
    let week = timing.week.as_ref().map(|week| format!("week {week}"));
    let month = timing.month.as_ref().map(|month| format!("month {month}"));
    let when = day.or(week).or(month).or_else(|| timing.other.clone());
    let parts: Vec<String> = when.into_iter().chain(window.map(str::to_owned)).collect();
    let mut text = sentence(&parts.join(", "));
    if !visit.arms.is_empty() {
        text.push_str(&format!(" · only in {}", wording.arms(&visit.arms)));
    }
    if visit.contact != "clinic" {
        text.push_str(&format!(" · {}", visit.contact));
    }
    text
}

/// What the picture counts from: the clock's anchor, or else the anchor of the most visits.
fn reference(schedule: &Schedule) -> Option<&Moment> {
    schedule
        .clocks
        .values()
        .next()
        .map(|clock| &clock.anchor)
        .or_else(|| super::timing::most_common_anchor(schedule))
}

struct Placing<'a> {
    schedule: &'a Schedule,
    network: Option<&'a Network>,
    reference: Option<&'a Moment>,
}

impl Placing<'_> {
    fn visit(&self, name: &str) -> Option<Placed> {
        let visit = &self.schedule.visits[name];
        let (mut target, mut window) = self.stretch(name, &mut BTreeSet::new())?;
        let (mut again, mut open_ended) = (Vec::new(), false);
        if let Some(Repeat { every, count, .. }) = &visit.repeat {
            open_ended = count.is_none();
            let has = |cycle: &i64| u32::try_from(cycle + 1).is_ok_and(|number| visit.has_cycle(number));
            let mut rounds = (0..).take(MOST_CYCLES as usize).filter(has);
            let moved = |(from, to): Stretch, cycle: i64| {
                let after = nominal(&times(every, cycle)?);
                Some((from + after, to + after))
            };
            let first = rounds.next()?;
            // An open end shows the first few of the visit's own cycles.
            let rounds: Vec<i64> = match visit.repeat.as_ref()?.count {
                Some(count) => rounds.take_while(|cycle| *cycle < count).collect(),
                None => rounds.take(OPEN_CYCLES as usize - 1).collect(),
            };
            open_ended &= visit.has_cycle(u32::MAX) || visit.has_cycle(u32::MAX - 1);
            again.extend(rounds.into_iter().filter_map(|cycle| moved(window, cycle)));
            target = target.and_then(|target| moved(target, first));
            window = moved(window, first)?;
        }
        Some(Placed { target, window, again, open_ended })
    }

    /// Target and window of a visit, in days from the reference.
    fn stretch(&self, name: &str, above: &mut BTreeSet<String>) -> Option<(Option<Stretch>, Stretch)> {
        let visit = self.schedule.visits.get(name)?;
        if !above.insert(name.to_owned()) {
            return None;
        }
        let found = match &visit.timing {
            VisitTiming::Target { anchor, offset, early, late, .. } => {
                self.moment(anchor, above).map(|(a, b)| {
                    let by = signed(offset);
                    let target = (a + by, b + by);
                    (Some(target), (target.0 - nominal(early), target.1 + nominal(late)))
                })
            }
            VisitTiming::Range { anchor, from, to, .. } => self.moment(anchor, above).map(|(a, b)| {
                let (from, to) = (signed(from), signed(to));
                (None, (a + from.min(to), b + from.max(to)))
            }),
            VisitTiming::OnEvent { moment, .. } => self.moment(moment, above).map(|at| (Some(at), at)),
        };
        above.remove(name);
        found
    }

    fn moment(&self, moment: &Moment, above: &mut BTreeSet<String>) -> Option<Stretch> {
        if Some(moment) == self.reference {
            return Some((0, 0));
        }
        let base = match &moment.of {
            of if Some(of) == self.reference.map(|reference| &reference.of) => {
                let reference = self.reference.and_then(|reference| reference.offset.as_ref());
                let back = reference.map_or(0, signed);
                (-back, -back)
            }
            Anchor::Visit { name } => {
                let (target, window) = self.stretch(name, above)?;
                target.unwrap_or(window)
            }
            Anchor::Event { name, .. } => {
                let Anchor::Event { name: reference, .. } = &self.reference?.of else { return None };
                let bounds = self.network?.bounds(&Point::event(reference), &Point::event(name));
                (bounds.0?, bounds.1?)
            }
            _ => return None,
        };
        let by = moment.offset.as_ref().map_or(0, signed);
        Some((base.0 + by, base.1 + by))
    }
}

/// Days that a duration is drawn as.
fn nominal(by: &Duration) -> i64 {
    const LONGEST: i64 = 1_000_000;
    match by {
        Duration::Days(days) => (*days).clamp(-LONGEST, LONGEST),
        // 365.25 days in twelve months, rounded to the nearest day.
        Duration::Months(months) => (months.clamp(&-LONGEST, &LONGEST) * 36_525 + 600).div_euclid(1200),
        Duration::Minutes(minutes) => (minutes / (24 * 60)).clamp(-LONGEST, LONGEST),
        Duration::Longest(choices) => choices.iter().map(nominal).max().unwrap_or(0),
        Duration::Shortest(choices) => choices.iter().map(nominal).min().unwrap_or(0),
    }
}

fn signed(offset: &Offset) -> i64 {
    match offset.direction {
        Direction::Before => -nominal(&offset.by),
        Direction::After => nominal(&offset.by),
    }
}

const ROW: Tenths = 240;
const WIDTH: Tenths = 11_000;
const MARGIN: Tenths = 240;
const TOP: Tenths = 960;
/// About the width of a character of the visits' names.
const LETTER: Tenths = 68;

struct Picture {
    drawing: Drawing,
    days: Stretch,
    /// Where the plot begins and ends.
    left: Tenths,
    right: Tenths,
    y: Tenths,
    zero: Option<String>,
    in_months: bool,
}

impl Picture {
    fn new(trial: &Trial, schedule: &Schedule, days: Stretch, zero: Option<String>, in_months: bool) -> Self {
        let longest = schedule.visits.values().map(|visit| visit.label.chars().count()).max().unwrap_or(0);
        let left = MARGIN + 160 + (longest.clamp(8, 30) as Tenths) * LETTER;
        let mut drawing = Drawing::new(&format!("Timeline of the visits of {}", trial.header.title));
        drawing.text(MARGIN, 340, "title", Anchored::Start, "Timeline of the visits");
        drawing.text(MARGIN, 540, "soft", Anchored::Start, &trial.header.title);
        Self { drawing, days, left, right: WIDTH - MARGIN, y: TOP, zero, in_months }
    }

    fn x(&self, day: i64) -> Tenths {
        let (first, last) = self.days;
        self.left + (day - first) * (self.right - self.left) / (last - first)
    }

    fn epoch(&mut self, label: &str) {
        self.drawing.rect(MARGIN, self.y, self.right - MARGIN, ROW, "epoch", 0);
        self.drawing.text(MARGIN + 80, self.y + 165, "head", Anchored::Start, label);
        self.y += ROW;
    }

    fn visit(&mut self, name: &str, visit: &Visit, place: Option<&Placed>, said: &str) {
        let middle = self.y + ROW / 2;
        let label = titled(name, &visit.label);
        self.drawing.open_group(&format!("visit-{name}"), &format!("{label}: {said}"));
        let label = shortened(&label, 30);
        self.drawing.text(MARGIN + 160, middle + 42, "name", Anchored::Start, &label);
        match place {
            Some(place) => self.bar(visit, place, middle, said),
            None => self.drawing.text(
                self.left + 60,
                middle + 40,
                "said event",
                Anchored::Start,
                &shortened(said, 100),
            ),
        }
        self.drawing.close_group();
        self.y += ROW;
        self.drawing.line(MARGIN, self.y, self.right, self.y, "row");
    }

    fn bar(&mut self, visit: &Visit, place: &Placed, middle: Tenths, said: &str) {
        let moves = place.target.is_some_and(|(from, to)| from != to);
        let class = match (moves, visit.arms.is_empty()) {
            (true, _) => "window moving",
            (false, true) => "window",
            (false, false) => "window some",
        };
        let mut end = self.x(place.window.1);
        for (number, stretch) in std::iter::once(&place.window).chain(&place.again).enumerate() {
            let (from, to) = (self.x(stretch.0), self.x(stretch.1));
            let width = (to - from).max(30);
            let class = if number == 0 { class } else { "window again" };
            self.drawing.rect(from, middle - 50, width, 100, class, 30);
            end = end.max(from + width);
        }
        if let Some((at, last)) = place.target
            && at == last
        {
            self.drawing.diamond(self.x(at), middle, 62, "target");
            end = end.max(self.x(at) + 62);
        }
        if place.open_ended {
            self.drawing.text(end + 40, middle + 40, "said", Anchored::Start, "…");
            end += 160;
        }
        let begin = self.x(place.window.0).min(place.target.map_or(Tenths::MAX, |(at, _)| self.x(at) - 62));
        let width = said.chars().count() as Tenths * 56;
        if end + 60 + width <= self.right || begin - self.left < self.right - end {
            self.drawing.text(
                end + 60,
                middle + 38,
                "said",
                Anchored::Start,
                &fitted(said, self.right - end - 60),
            );
        } else {
            self.drawing.text(
                begin - 60,
                middle + 38,
                "said",
                Anchored::End,
                &fitted(said, begin - self.left - 60),
            );
        }
    }

    fn finish(mut self) -> String {
        let bottom = self.y;
        let (unit, days_of, step) = scale(self.days, self.in_months);
        let from = self.zero.as_deref().map(|zero| format!(" from {}", crate::wording::lower(zero)));
        let axis = format!("{unit}{}", from.unwrap_or_default());
        self.drawing.text(self.right, 540, "soft", Anchored::End, &axis);
        let mut marks = Vec::new();
        let mut number = 0;
        while days_of(number) <= self.days.1 {
            marks.push(number);
            number += step;
        }
        number = -step;
        while days_of(number) >= self.days.0 {
            marks.insert(0, number);
            number -= step;
        }
        let mut behind = Drawing::default();
        for number in marks {
            let x = self.x(days_of(number));
            let class = if number == 0 { "zero" } else { "grid" };
            behind.line(x, TOP - 60, x, bottom, class);
            behind.text(x, TOP - 110, "tick", Anchored::Middle, &number.to_string().replace('-', "−"));
        }
        self.drawing.behind(behind);
        self.drawing.finish(WIDTH, bottom + MARGIN)
    }
}

/// A scale's marks: the name of the unit, the days of so many of it, and the step between marks.
type Scale = (&'static str, DaysOf, i64);
type DaysOf = fn(i64) -> i64;

/// The unit whose marks fit, from one day to ten years.
fn scale(days: Stretch, in_months: bool) -> Scale {
    const MOST: i64 = 16;
    let span = days.1 - days.0;
    let day: DaysOf = |number| number;
    let week: DaysOf = |number| 7 * number;
    let month: DaysOf = |number| nominal(&Duration::Months(number));
    let year: DaysOf = |number| nominal(&Duration::Months(12 * number));
    let all: [(&str, DaysOf, &[i64]); 4] = [
        ("Days", day, &[1, 2, 7]),
        ("Weeks", week, &[1, 2, 4, 8]),
        ("Months", month, &[1, 2, 3, 6, 12]),
        ("Years", year, &[2, 5, 10, 20, 50]),
    ];
    // A protocol that speaks of months is drawn in months.
    let coarse = if in_months { 2 } else { 0 };
    for (unit, days_of, steps) in all.into_iter().skip(coarse) {
        for step in steps {
            if span / days_of(*step).max(1) <= MOST {
                return (unit, days_of, *step);
            }
        }
    }
    ("Years", year, (span / 366 / MOST).max(1))
}

fn fitted(text: &str, width: Tenths) -> String {
    shortened(text, usize::try_from(width / 56).unwrap_or(0).max(3))
}
