//! S: visits that cannot be kept, measures that are collected at the wrong visits, or at none.
//!
//! What a lint says of two points in time holds for every participant: it rests on the bounds that all
//! constraints together leave ([`Network`]), not on the order in which the visits are written.

mod collection;
mod coverage;
mod decision;
mod labels;
mod order;
mod outcomes;
mod safety;
mod samples;
#[cfg(test)]
mod tests;
mod treatment;
mod windows;

use crate::diagnostics::Diagnostic;
use crate::model::{Anchor, Arm, Clock, Direction, Moment, Occurrence, Schedule, Trial, Visit, VisitTiming};
use crate::time::day_range;
use crate::time::network::{Network, Point};

/// Everything that is to be said about the schedule, in no order.
pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let network = match Network::of(trial) {
        Ok(network) => network,
        Err(conflict) => {
            // Nothing can be said about the times of a schedule that has none.
            found.extend(order::impossible(&conflict));
            return;
        }
    };
    decision::after_decision(trial, &network, found);
    outcomes::no_schedule(trial, found);
    treatment::washouts(trial, found);
    let Some(schedule) = &trial.schedule else { return };
    let plan = Plan { trial, schedule, network };
    order::check(&plan, found);
    collection::check(&plan, found);
    outcomes::check(&plan, found);
    safety::check(&plan, found);
    windows::check(&plan, found);
    labels::check(&plan, found);
    coverage::check(&plan, found);
    decision::check(&plan, found);
    treatment::check(&plan, found);
    samples::check(&plan, found);
}

/// A trial with its schedule and the bounds between all points.
struct Plan<'a> {
    trial: &'a Trial,
    schedule: &'a Schedule,
    network: Network,
}

impl<'a> Plan<'a> {
    /// Fewest and most days from one moment to another; an end is absent where nothing bounds it.
    fn between(&self, from: &Moment, to: &Moment) -> (Option<i64>, Option<i64>) {
        bounds(&self.network, from, to)
    }

    /// The same to a visit, whose later repetitions have no end.
    fn visit_from(&self, from: &Moment, visit: &str) -> (Option<i64>, Option<i64>) {
        let (least, most) = self.between(from, &at_visit(visit));
        let repeat = self.schedule.visits.get(visit).and_then(|visit| visit.repeat.as_ref());
        let again = repeat.is_some_and(|repeat| repeat.count != Some(1));
        (least, most.filter(|_| !again))
    }

    /// The clock on which a visit's days count.
    fn clock_of(&self, visit: &Visit) -> Option<&'a Clock> {
        self.schedule.clocks.values().find(|clock| clock.anchor == *timing_anchor(visit))
    }

    /// The author has begun to say what is collected.
    fn collects(&self) -> bool {
        self.schedule
            .activities
            .values()
            .any(|activity| !activity.cells.is_empty() || activity.throughout.is_some())
    }

    /// Whether both can take place in one participant.
    fn same_arm(&self, one: &Visit, two: &Visit) -> bool {
        one.arms.is_empty() || two.arms.is_empty() || one.arms.iter().any(|arm| two.arms.contains(arm))
    }

    /// Every arm in which a visit is said to take place.
    fn arms_of(&self, visit: &'a Visit) -> Vec<(&'a String, &'a Arm)> {
        let all = self.trial.arms.iter();
        all.filter(|(name, _)| visit.arms.is_empty() || visit.arms.contains(name)).collect()
    }
}

/// Fewest and most days from one moment to another; an end is absent where nothing bounds it.
fn bounds(network: &Network, from: &Moment, to: &Moment) -> (Option<i64>, Option<i64>) {
    let (Some(a), Some(b)) = (point(from), point(to)) else { return (None, None) };
    let (low, high) = network.bounds(&a, &b);
    let shift = |moment: &Moment| moment.offset.as_ref().map_or((0, 0), day_range);
    let (from, to) = (shift(from), shift(to));
    (low.map(|low| low + to.0 - from.1), high.map(|high| high + to.1 - from.0))
}

/// A moment in words: `28 days before randomization`.
fn words(moment: &Moment) -> String {
    let of = match &moment.of {
        Anchor::Event { name, .. } | Anchor::Visit { name } => name.clone(),
        Anchor::Onset { finding } => format!("onset of {}", finding.name),
        Anchor::End { finding } => format!("end of {}", finding.name),
        Anchor::Decision => "the decision".to_owned(),
    };
    let Some(offset) = &moment.offset else { return of };
    let (least, most) = day_range(offset);
    let days = if least == most {
        counted(least.abs())
    } else {
        format!("{} to {} days", least.abs().min(most.abs()), least.abs().max(most.abs()))
    };
    let side = if offset.direction == Direction::Before { "before" } else { "after" };
    format!("{days} {side} {of}")
}

fn point(moment: &Moment) -> Option<Point> {
    match &moment.of {
        Anchor::Event { name, occurrence: Occurrence::Once } => Some(Point::event(name)),
        Anchor::Event { name, occurrence: Occurrence::First } => Some(Point::FirstOf(name.clone())),
        Anchor::Event { name, occurrence: Occurrence::Last } => Some(Point::LastOf(name.clone())),
        Anchor::Visit { name } => Some(Point::visit(name)),
        _ => None,
    }
}

fn at_visit(name: &str) -> Moment {
    Moment { offset: None, of: Anchor::Visit { name: name.to_owned() } }
}

fn at_event(name: &str) -> Moment {
    Moment { offset: None, of: Anchor::Event { name: name.to_owned(), occurrence: Occurrence::Once } }
}

fn timing_anchor(visit: &Visit) -> &Moment {
    match &visit.timing {
        VisitTiming::Target { anchor, .. } | VisitTiming::Range { anchor, .. } => anchor,
        VisitTiming::OnEvent { moment, .. } => moment,
    }
}

/// `1 day`, `3 days`.
fn counted(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// The name or the label of something has one of these words in it.
fn speaks_of(name: &str, label: &str, words: &[&str]) -> bool {
    let text = format!("{} {}", name.replace('_', " "), label).to_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// The event by which a participant agrees to take part.
fn consent(trial: &Trial) -> Option<&String> {
    let consent =
        |(name, event): &(&String, &crate::model::Event)| speaks_of(name, &event.label, &["consent"]);
    trial.events.iter().find(consent).map(|(name, _)| name)
}
