//! Visits and what is collected at them.

use super::{Plan, timing_anchor};
use crate::check::at;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{ActivityKind, Administration, Anchor, Duration, MeasureKind, Moment, Visit, VisitTiming};
use crate::time::doses::given_at_visits;

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(empty_periods(plan));
    if plan.collects() {
        found.extend(empty_visits(plan));
    }
    found.extend(remote_examinations(plan));
}

/// S15: a visit at which nothing is done.
fn empty_visits(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let collected = |name: &String| {
        plan.schedule
            .activities
            .values()
            .any(|activity| activity.cells.iter().any(|cell| cell.visit == *name))
    };
    // A telephone call can be for what is collected all the time.
    let asks = |visit: &Visit| {
        visit.contact != "clinic"
            && plan.schedule.activities.values().any(|activity| activity.throughout.is_some())
    };
    let given = given_at_visits(plan.trial, Some(&plan.network));
    let is_given = |name: &String| given.iter().any(|one| one.cells.iter().any(|cell| cell.visit == *name));
    let empty = plan.schedule.visits.iter().filter(|(name, visit)| {
        !collected(name) && !asks(visit) && !is_given(name) && !has_purpose(plan, name, visit)
    });
    // A measure that is collected from one visit to another was probably meant for the visits.
    let all_the_time = plan.schedule.activities.iter().find_map(|(name, activity)| {
        let (from, to) = activity.throughout.as_ref()?;
        let (Anchor::Visit { name: first }, Anchor::Visit { name: last }) = (&from.of, &to.as_ref()?.of)
        else {
            return None;
        };
        plan.trial.measures.contains_key(name).then(|| (name.clone(), first.clone(), last.clone()))
    });
    empty
        .filter_map(|(name, visit)| {
            let message = format!("nothing is collected or done at `{name}`");
            let diagnostic = at(&codes::EMPTY_VISIT, visit.origin.0, message)?;
            let place = |visit: &String| plan.schedule.visits.get_index_of(visit);
            let holds = |(_, first, last): &&(String, String, String)| {
                place(first) <= place(name) && place(name) <= place(last)
            };
            let help = match all_the_time.as_ref().filter(holds) {
                Some((measure, first, last)) => format!(
                    "`from … to …` collects `{measure}` all the time, at no visit; if it belongs to the visits too, write `collect {measure} at {first} to {last}`"
                ),
                None => format!(
                    "say what it is for: `collect … at {name}`, or in an arm `gives …: …, on {name}`; or leave the visit out"
                ),
            };
            Some(diagnostic.label("a visit without a purpose").help(help))
        })
        .collect()
}

/// The visit is on the day of an event that is a purpose of its own: a decision, an allocation, a treatment.
fn has_purpose(plan: &Plan<'_>, name: &str, visit: &Visit) -> bool {
    let trial = plan.trial;
    let here = |moment: &Moment| match &moment.of {
        Anchor::Visit { name: at } => at == name,
        of => on_the_day(visit) && *of == timing_anchor(visit).of,
    };
    let given = |given: &Administration| [&given.on, &given.from].into_iter().flatten().any(here);
    let periods = trial.sequences.values().flat_map(|sequence| sequence.periods.values());
    let gives = trial.arms.values().flat_map(|arm| &arm.gives);
    let gives = gives.chain(trial.backgrounds.values().flat_map(|background| &background.gives));
    if gives.chain(periods.flat_map(|period| &period.gives)).any(given) {
        return true;
    }
    let Anchor::Event { name: event, .. } = &timing_anchor(visit).of else { return false };
    let decides =
        trial.decisions.iter().any(|(on, decision)| on == event || decision.checked.contains(event));
    let allocates = trial.allocations.values().any(|allocation| allocation.at == *event);
    let consents = super::consent(trial) == Some(event);
    on_the_day(visit) && (decides || allocates || consents)
}

fn on_the_day(visit: &Visit) -> bool {
    match &visit.timing {
        VisitTiming::OnEvent { moment, .. } => moment.offset.is_none(),
        VisitTiming::Target { anchor, offset, .. } => {
            anchor.offset.is_none()
                && matches!(offset.by, Duration::Days(0) | Duration::Minutes(0) | Duration::Months(0))
        }
        VisitTiming::Range { .. } => false,
    }
}

/// S16: a period of continuous collection that is over before it begins.
fn empty_periods(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let activities = plan.schedule.activities.iter();
    activities
        .filter_map(|(name, activity)| {
            let (from, Some(to)) = activity.throughout.as_ref()? else { return None };
            plan.between(from, to).1.filter(|days| *days < 0)?;
            let diagnostic = at(
                &codes::EMPTY_PERIOD,
                activity.origin.0,
                format!("`{name}` is never collected: its period ends before it begins"),
            )?;
            Some(
                diagnostic
                    .label("ends before it begins")
                    .help("turn the two ends round, or correct one of them"),
            )
        })
        .collect()
}

/// Words of what needs the participant to be there.
const HANDS_ON: [&str; 22] = [
    "examination",
    "electrocardiogra",
    "ecg",
    "echocardiogra",
    "imaging",
    "scan",
    "mri",
    "radiograph",
    "x-ray",
    "x ray",
    "ultrasound",
    "biopsy",
    "aspiration",
    "infusion",
    "injection",
    "phlebotomy",
    "blood",
    "endoscopy",
    "spirometry",
    "surgery",
    "vital sign",
    "blood pressure",
];

/// S33: a visit by telephone at which something is done to the participant's body.
fn remote_examinations(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, visit) in plan.schedule.visits.iter().filter(|(_, visit)| visit.contact == "phone") {
        for (activity, content) in &plan.schedule.activities {
            if !content.cells.iter().any(|cell| cell.visit == *name) {
                continue;
            }
            let why = match content.kind {
                ActivityKind::Procedure if super::speaks_of(activity, &content.label, &HANDS_ON) => {
                    "needs the participant to be there".to_owned()
                }
                ActivityKind::Measure => {
                    let Some(measure) = plan.trial.measures.get(activity) else { continue };
                    match &measure.specimen {
                        Some(specimen) => format!("needs a sample of {specimen}"),
                        None if matches!(measure.kind, MeasureKind::Quantity(_))
                            && super::speaks_of(
                                activity,
                                &measure.label,
                                &["blood pressure", "oxygen saturation"],
                            ) =>
                        {
                            "needs the participant to be there".to_owned()
                        }
                        None => continue,
                    }
                }
                _ => continue,
            };
            let message = format!("`{activity}` is collected at `{name}`, which is a telephone call");
            let diagnostic = at(&codes::REMOTE_EXAMINATION, content.origin.0, message).map(|diagnostic| {
                let diagnostic = diagnostic.label(why);
                crate::check::with(diagnostic, visit.origin.0, "by phone")
                    .help(format!("leave `{name}` out of its visits, or make the visit one at the clinic or at home: `contact: clinic`"))
            });
            found.extend(diagnostic);
        }
    }
    found
}
