//! In which epochs treatment is given, and the columns in which a schema draws them.

use crate::emit::schedule::svg::Tenths;
use crate::emit::schedule::table::{epoch_title, point};
use crate::model::{Administration, Moment, Offset, Schedule, Trial, VisitTiming};
use crate::time::day_range;
use crate::time::network::{Network, Point};

/// How wide a washout is that has no epoch of its own.
const WASHOUT: Tenths = 1080;
const GAP: Tenths = 50;

/// Where something begins and ends, from left to right.
type Extent = (Tenths, Tenths);

/// Days between two moments, the fewest and the most, where they are bounded.
type Bounds = (Option<i64>, Option<i64>);

/// Says when things lie by the time of the protocol.
pub(super) struct Clockwork<'a> {
    network: Option<Network>,
    schedule: &'a Schedule,
}

impl<'a> Clockwork<'a> {
    pub fn of(trial: &'a Trial) -> Option<Self> {
        Some(Self { network: Network::of(trial).ok(), schedule: trial.schedule.as_ref()? })
    }

    /// Days from a moment to a visit.
    fn to_visit(&self, moment: &Moment, visit: &str) -> Bounds {
        let (Some(network), Some(at)) = (&self.network, point(moment)) else { return (None, None) };
        let (low, high) = network.bounds(&at, &Point::visit(visit));
        let (early, late) = moment.offset.as_ref().map_or((0, 0), day_range);
        (low.map(|low| low - late), high.map(|high| high - early))
    }

    /// The first of these epochs that no longer lies before the moment, where the protocol tells.
    pub fn first_from(&self, epochs: &[String], moment: &Moment) -> Option<usize> {
        let begins = |epoch: &String| {
            let visits = self.schedule.epochs.get(epoch).map(|epoch| &epoch.visits);
            visits
                .into_iter()
                .flatten()
                .any(|visit| self.to_visit(moment, visit).0.is_some_and(|days| days >= 0))
        };
        epochs.iter().position(begins)
    }

    /// The epoch of a period: that with a visit on the day of its first dose, that with its name, or the first in which
    /// something is given.
    fn epoch_of(&self, epochs: &[String], title: &str, gives: &[Administration]) -> Option<usize> {
        let start = gives.iter().find_map(|given| given.from.as_ref().or(given.on.as_ref()));
        let is_on_the_day = |epoch: &String| {
            let visits = self.schedule.epochs.get(epoch).map(|epoch| &epoch.visits);
            let is_there =
                |visit: &String| start.is_some_and(|start| self.to_visit(start, visit) == (Some(0), Some(0)));
            visits.into_iter().flatten().any(is_there)
        };
        let is_called = |epoch: &String| epoch_title(self.schedule, epoch).eq_ignore_ascii_case(title);
        let has_treatment =
            |epoch: &String| gives.iter().any(|given| self.is_given_in(epoch, given) == Some(true));
        epochs
            .iter()
            .position(is_on_the_day)
            .or_else(|| epochs.iter().position(is_called))
            .or_else(|| epochs.iter().position(has_treatment))
    }

    /// Whether a visit of this epoch surely lies in the time of an administration (`true`), or one surely does not and no other
    /// does. `None` where the protocol does not tell.
    fn is_given_in(&self, epoch: &str, given: &Administration) -> Option<bool> {
        let start = given.from.as_ref().or(given.on.as_ref())?;
        // The last day, as days from a moment.
        let end = match (&given.until, &given.lasting) {
            (Some(until), _) => (until, 0),
            (None, Some(lasting)) => {
                let by = Offset { direction: crate::model::Direction::After, by: lasting.clone() };
                (start, day_range(&by).1)
            }
            (None, None) if given.on.is_some() => (start, 0),
            (None, None) => return None,
        };
        let mut is_outside = false;
        for visit in &self.schedule.epochs.get(epoch)?.visits {
            // What a visit on an event is near to is no part of the plan.
            let on_event = |visit: &str| {
                matches!(
                    self.schedule.visits.get(visit).map(|visit| &visit.timing),
                    Some(VisitTiming::OnEvent { .. })
                )
            };
            let (first, last) = self.to_visit(start, visit);
            let (least, most) = self.to_visit(end.0, visit);
            if first.is_some_and(|days| days >= 0) && most.is_some_and(|days| days <= end.1) {
                return Some(true);
            }
            let before = last.is_some_and(|days| days < 0);
            let after = least.is_some_and(|days| days > end.1);
            is_outside |= (before || after) && !on_event(visit);
        }
        is_outside.then_some(false)
    }

    /// The first and the last of the epochs in which an arm is given something, where all that it is given tells.
    pub fn span(&self, epochs: &[String], gives: &[Administration]) -> Option<(usize, usize)> {
        let mut span: Option<(usize, usize)> = None;
        for given in gives {
            for (at, epoch) in epochs.iter().enumerate() {
                if self.is_given_in(epoch, given)? {
                    span = Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
                }
            }
        }
        span
    }

    /// The epochs of the periods of a sequence, none before the one that it follows.
    pub fn periods(&self, epochs: &[String], periods: &[(&str, &[Administration])]) -> Option<Vec<usize>> {
        let found: Vec<usize> = periods
            .iter()
            .map(|(title, gives)| self.epoch_of(epochs, title, gives))
            .collect::<Option<_>>()?;
        found.is_sorted().then_some(found)
    }
}

/// Where the periods of a sequence lie, and behind which a washout follows.
pub(super) struct Course {
    pub epochs: Vec<usize>,
    pub washouts: Vec<bool>,
}

/// A piece of the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// Of this epoch.
    Of(usize),
    /// Between two periods of this epoch.
    Within(usize),
    /// Between this epoch and the next.
    Behind(usize),
}

/// The columns of all rows that stand under the same epochs.
pub(super) struct Columns {
    pieces: Vec<(Piece, Tenths, Tenths)>,
}

impl Columns {
    /// `spans`: epochs in which arms are given something. `room`: where the first begins and the last ends.
    pub fn of(epochs: usize, courses: &[&Course], spans: &[(usize, usize)], room: (Tenths, Tenths)) -> Self {
        let mut pieces = Vec::new();
        let mut is_treated = vec![false; epochs];
        spans.iter().for_each(|(first, last)| is_treated[*first..=*last].fill(true));
        for (epoch, is_treated) in is_treated.iter_mut().enumerate() {
            let count = |course: &&Course| course.epochs.iter().filter(|at| **at == epoch).count();
            let periods = courses.iter().map(count).max().unwrap_or(0);
            *is_treated |= periods > 0;
            for period in 0..periods.max(1) {
                if period > 0 && courses.iter().any(|course| course.washes_within(epoch)) {
                    pieces.push(Piece::Within(epoch));
                }
                pieces.push(Piece::Of(epoch));
            }
            if courses.iter().any(|course| course.washes_behind(epoch)) {
                pieces.push(Piece::Behind(epoch));
            }
        }
        // What is treatment is twice as wide as what is not.
        let parts = |piece: &Piece| match piece {
            Piece::Of(epoch) => 1 + Tenths::from(is_treated[*epoch]),
            _ => 0,
        };
        let narrow = pieces.iter().filter(|piece| parts(piece) == 0).count() as Tenths;
        let all: Tenths = pieces.iter().map(parts).sum();
        let free = room.1 - room.0 - narrow * WASHOUT - (pieces.len() as Tenths - 1).max(0) * GAP;
        let (mut taken, mut narrows) = (0, 0);
        let mut placed = Vec::new();
        for (number, piece) in pieces.into_iter().enumerate() {
            let at = |taken: Tenths, narrows: Tenths| {
                room.0 + taken * free / all.max(1) + narrows * WASHOUT + number as Tenths * GAP
            };
            let begin = at(taken, narrows);
            match parts(&piece) {
                0 => narrows += 1,
                parts => taken += parts,
            }
            placed.push((piece, begin, at(taken, narrows)));
        }
        Self { pieces: placed }
    }

    fn hull(&self, is_meant: impl Fn(Piece) -> bool) -> Option<Extent> {
        let mut meant = self.pieces.iter().filter(|(piece, ..)| is_meant(*piece));
        let (_, begin, end) = meant.next()?;
        Some((*begin, meant.last().map_or(*end, |(.., end)| *end)))
    }

    /// Where epochs begin and end.
    pub fn epochs(&self, first: usize, last: usize) -> Option<Extent> {
        self.hull(|piece| {
            matches!(piece, Piece::Of(at) | Piece::Within(at) if at >= first && at <= last)
                || matches!(piece, Piece::Behind(at) if at >= first && at < last)
        })
    }

    /// Where the periods of a course stand, and the washouts behind them.
    pub fn course(&self, course: &Course) -> Vec<(Extent, Option<Extent>)> {
        let of = |number: usize| {
            let epoch = course.epochs[number];
            let before = course.epochs[..number].iter().filter(|at| **at == epoch).count();
            let own = self.pieces.iter().filter(move |(piece, ..)| *piece == Piece::Of(epoch));
            own.skip(before).map(|(_, begin, end)| (*begin, *end)).next()
        };
        let each = (0..course.epochs.len()).filter_map(|number| {
            let own = of(number)?;
            let epoch = course.epochs[number];
            let washout = course.washouts[number].then(|| match course.epochs.get(number + 1) {
                Some(next) if *next == epoch => {
                    let mut behind = self.pieces.iter().filter(|(_, begin, _)| *begin >= own.1);
                    let found = behind.find(|(piece, ..)| *piece == Piece::Within(epoch));
                    found.map(|(_, begin, end)| (*begin, *end))
                }
                Some(next) if *next > epoch + 1 => self.epochs(epoch + 1, *next - 1),
                _ => self.hull(|piece| piece == Piece::Behind(epoch)),
            });
            Some((own, washout.flatten()))
        });
        each.collect()
    }
}

impl Course {
    fn washes_within(&self, epoch: usize) -> bool {
        let follows = |number: usize| self.epochs.get(number + 1) == Some(&epoch);
        (0..self.epochs.len())
            .any(|number| self.washouts[number] && self.epochs[number] == epoch && follows(number))
    }

    /// A washout that lies between this epoch and the next, or behind all periods.
    fn washes_behind(&self, epoch: usize) -> bool {
        let follows = |number: usize| self.epochs.get(number + 1).is_none_or(|next| *next == epoch + 1);
        (0..self.epochs.len())
            .any(|number| self.washouts[number] && self.epochs[number] == epoch && follows(number))
    }
}
