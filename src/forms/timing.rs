//! Which visits lie before a decision, and which take place with an event.

use crate::model::{Anchor, Decision, Duration, Moment, Schedule, Trial, VisitTiming};
use crate::time::network::{Network, Point};

/// The schedule's visits in their order, and the windows between them and the events.
pub(super) struct Timing<'a> {
    pub schedule: Option<&'a Schedule>,
    /// Absent where the schedule contradicts itself: then nothing is known about order.
    network: Option<Network>,
}

impl<'a> Timing<'a> {
    pub fn of(trial: &'a Trial) -> Self {
        let schedule = trial.schedule.as_ref();
        Self { schedule, network: schedule.and_then(|_| Network::of(trial).ok()) }
    }

    /// Every visit, in the order of the schedule.
    pub fn visits(&self) -> Vec<String> {
        self.schedule.map(|schedule| schedule.visits.keys().cloned().collect()).unwrap_or_default()
    }

    /// The schedule says of something when it is collected. Without that, forms name no visits and nothing can be missing.
    pub fn collects(&self) -> bool {
        self.schedule.is_some_and(|schedule| !schedule.activities.is_empty())
    }

    /// The visits in the order of the schedule, each once.
    pub fn in_order(&self, wanted: &[String]) -> Vec<String> {
        self.visits().into_iter().filter(|visit| wanted.contains(visit)).collect()
    }

    /// The protocol allows no day on which the visit is not after the event.
    pub fn is_after(&self, visit: &str, event: &str) -> bool {
        self.days(event, visit).0.is_some_and(|fewest| fewest > 0)
    }

    /// The protocol allows no day on which the visit is after the event.
    pub fn is_not_after(&self, visit: &str, event: &str) -> bool {
        self.days(event, visit).1.is_some_and(|most| most <= 0)
    }

    fn days(&self, event: &str, visit: &str) -> (Option<i64>, Option<i64>) {
        let Some(network) = &self.network else { return (None, None) };
        network.bounds(&Point::event(event), &Point::visit(visit))
    }

    /// The visits at which a decision's criteria are gone through: for each event at which they are checked, the last
    /// visit that is certainly not after it; the first visit where there is none.
    pub fn checks(&self, decision: &Decision) -> Vec<String> {
        let visits = self.visits();
        let events = if decision.checked.is_empty() {
            std::slice::from_ref(&decision.event)
        } else {
            decision.checked.as_slice()
        };
        let found: Vec<String> = events
            .iter()
            .filter_map(|event| {
                let last = visits.iter().rev().find(|visit| self.is_not_after(visit, event));
                last.or_else(|| visits.iter().find(|visit| !self.is_after(visit, event))).cloned()
            })
            .collect();
        self.in_order(&found)
    }

    /// The visits that take place on the day of the event.
    pub fn on(&self, event: &str) -> Vec<String> {
        let Some(schedule) = self.schedule else { return Vec::new() };
        let at = |moment: &Moment| {
            moment.offset.as_ref().is_none_or(|offset| offset.by == Duration::Days(0))
                && matches!(&moment.of, Anchor::Event { name, .. } if name == event)
        };
        let with = |timing: &VisitTiming| match timing {
            VisitTiming::OnEvent { moment, .. } => at(moment),
            VisitTiming::Target { anchor, offset, .. } => at(anchor) && offset.by == Duration::Days(0),
            VisitTiming::Range { .. } => false,
        };
        let visits = schedule.visits.iter().filter(|(_, visit)| with(&visit.timing));
        visits.map(|(name, _)| name.clone()).collect()
    }

    /// Whether the day of a visit is counted from the event.
    pub fn counts_from(&self, event: &str) -> bool {
        let is = |moment: &Moment| matches!(&moment.of, Anchor::Event { name, .. } if name == event);
        self.schedule.into_iter().flat_map(|schedule| schedule.visits.values()).any(|visit| {
            is(visit.anchor()) || visit.constraints.iter().any(|constraint| is(&constraint.anchor))
        })
    }

    /// What the site knows a visit by.
    pub fn label<'b>(&'b self, visit: &'b str) -> &'b str {
        self.schedule.and_then(|schedule| schedule.visits.get(visit)).map_or(visit, |visit| &visit.label)
    }
}
