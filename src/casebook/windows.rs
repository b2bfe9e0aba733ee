//! On which days a visit may take place, reckoned from the actual day of its anchor alone.

use crate::model::{Anchor, Direction, Occurrence, Offset, Trial, VisitTiming};

/// The window of a visit: what is added, one after the other, to the day of its anchor.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitWindow<'a> {
    pub anchor: WindowAnchor<'a>,
    pub earliest: Vec<Offset>,
    pub latest: Vec<Offset>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowAnchor<'a> {
    Event(&'a str),
    Visit(&'a str),
}

/// `None` for a visit that repeats, or whose anchor is one of many days or on no form.
pub fn visit_window<'a>(trial: &'a Trial, visit: &str) -> Option<VisitWindow<'a>> {
    let visits = &trial.schedule.as_ref()?.visits;
    let visit = visits.get(visit).filter(|visit| visit.repeat.is_none())?;
    let (moment, earliest, latest) = match &visit.timing {
        VisitTiming::Target { anchor, offset, early, late, .. } => {
            let early = Offset { direction: Direction::Before, by: early.clone() };
            let late = Offset { direction: Direction::After, by: late.clone() };
            (anchor, vec![offset.clone(), early], vec![offset.clone(), late])
        }
        VisitTiming::Range { anchor, from, to, .. } => (anchor, vec![from.clone()], vec![to.clone()]),
        VisitTiming::OnEvent { moment, .. } => (moment, Vec::new(), Vec::new()),
    };
    let anchor = match &moment.of {
        Anchor::Event { occurrence: Occurrence::Any | Occurrence::Each, .. } => return None,
        Anchor::Event { name, .. } if trial.events.get(name).is_some_and(|event| event.repeats) => {
            return None;
        }
        Anchor::Event { name, .. } => WindowAnchor::Event(name),
        Anchor::Visit { name } if visits.get(name).is_some_and(|visit| visit.repeat.is_none()) => {
            WindowAnchor::Visit(name)
        }
        Anchor::Visit { .. } | Anchor::Onset { .. } | Anchor::End { .. } | Anchor::Decision => return None,
    };
    let from = |steps: Vec<Offset>| moment.offset.iter().cloned().chain(steps).collect();
    Some(VisitWindow { anchor, earliest: from(earliest), latest: from(latest) })
}
