//! What can be said for certain of a visit's window: from days on which something took place, never from days on which it is
//! planned.

use jiff::civil::Date;

use super::dates::Dates;
use super::plan::{Instance, Planner};
use super::settle::settled_events;
use crate::model::{Anchor, Occurrence, Trial};

/// The window of a visit by what has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActualWindow {
    /// The first and the last day, both included.
    Days(Date, Date),
    /// This has no day yet: an event, a visit, `d1 of cycle 2`.
    WaitsFor(String),
    /// Further bounds leave no day.
    NoDay,
}

/// The window of a visit, of the cycle or occurrence of this number. `None` for a visit that the schedule does not have.
pub fn actual_window(trial: &Trial, dates: &Dates, visit: &str, number: u32) -> Option<ActualWindow> {
    let dates = settled_events(trial, dates);
    let mut planner = Planner::from_actual_days(trial, &dates);
    let (name, _) = trial.schedule.as_ref()?.visits.get_key_value(visit)?;
    let instance = Instance::new(name, number);
    let plan = planner.plan(&instance);
    if plan.waiting_for.is_some() || plan.moves_with.is_some() {
        return Some(ActualWindow::WaitsFor(awaited(&planner, &instance)));
    }
    let (first, last) = plan.earliest.zip(plan.latest)?;
    Some(if first <= last { ActualWindow::Days(first, last) } else { ActualWindow::NoDay })
}

/// What a visit counts from, which has no day.
fn awaited(planner: &Planner<'_>, instance: &Instance<'_>) -> String {
    let Some(visit) = planner.visit(instance.visit) else { return instance.visit.to_owned() };
    let anchor = visit.anchor();
    let is_of_cycle = visit.repeat.as_ref().is_some_and(|repeat| !planner.in_cycle(anchor, repeat));
    if is_of_cycle && instance.number > 1 {
        let is_itself = planner.day_one(visit, instance.number) == Some(instance.visit);
        let number = if is_itself { instance.number - 1 } else { instance.number };
        let first = planner.day_one(visit, number).map(|first| Instance::new(first, number));
        if let Some(first) = first.filter(|first| planner.done(first).is_none()) {
            return format!("{} of cycle {number}", first.visit);
        }
    }
    match &anchor.of {
        Anchor::Event { name, occurrence: Occurrence::Last } if planner.dates.events.contains_key(name) => {
            format!("a later {name}")
        }
        Anchor::Event { name, .. } | Anchor::Visit { name } => name.clone(),
        Anchor::Onset { finding } => format!("onset of {}", finding.name),
        Anchor::End { finding } => format!("end of {}", finding.name),
        Anchor::Decision => "the decision".to_owned(),
    }
}
