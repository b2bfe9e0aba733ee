//! What a decision rests on, and whether it is there when the decision is made.

use std::collections::BTreeSet;

use super::{at_event, bounds};
use crate::check::visit::{Here, Node, Place, clause as walk, criteria};
use crate::check::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Moment, Term, Trial, Value};
use crate::time::network::Network;

/// T11: a criterion looks at a time that comes after its decision on every calendar.
pub(super) fn after_decision(trial: &Trial, network: &Network, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial) {
        let decided = at_event(place.decision);
        let mut told = BTreeSet::new();
        walk(&place.criterion.rule, &mut |node| {
            let (moment, here): (&Moment, Here<'_>) = match node {
                Node::Window(window, here) => match &window.from {
                    Some(from) => (from, here),
                    None => return,
                },
                Node::Term(Term {
                    value: Value::Change { to, .. } | Value::AreaUnder { to, .. },
                    text,
                    origin,
                }) => (to, Here { text, origin: *origin }),
                _ => return,
            };
            let Some(days) = bounds(network, &decided, moment).0.filter(|days| *days >= 1) else { return };
            if told.insert(here.text) {
                found.extend(too_late(trial, place, moment, here, days));
            }
        });
    }
}

fn too_late(
    trial: &Trial,
    place: Place<'_>,
    moment: &Moment,
    here: Here<'_>,
    days: i64,
) -> Option<Diagnostic> {
    let decision = place.decision;
    let message = format!("{} is decided at `{decision}`, and looks at what comes after it", place.code);
    let days = super::counted(days);
    let found = at(&codes::AFTER_DECISION, here.origin.0, message)?
        .label(format!("at least {days} after the decision"));
    let event = trial.events.get(decision).and_then(|event| event.origin.0);
    let later = match &moment.of {
        Anchor::Event { name, .. } if name != decision => Some(name),
        _ => None,
    };
    let decide = later.map_or(String::new(), |later| {
        format!(", or decide the criterion later, in `eligibility for {later} {{ … }}`")
    });
    Some(with(found, event, "decided here").help(format!(
        "nobody can know it when the decision is made: count back from there (`… within 28 days before {decision}`){decide}; what is only planned or expected is `attested by investigator \"…\"`"
    )))
}
