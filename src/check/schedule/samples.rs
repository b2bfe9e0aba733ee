//! Samples: fasting after a meal, and how much blood is drawn.

use super::{Plan, counted, speaks_of, timing_anchor};
use crate::check::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Amount, Anchor, BloodLimit, Direction, Duration, Moment, Offset, UnitRef, Visit, VisitTiming,
};
use crate::number::Exact;
use crate::time::{day_range, times};
use crate::units::{self, Analyte};

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(fasting(plan));
    found.extend(plan.schedule.blood_limit.as_ref().and_then(|limit| blood(plan, limit)));
}

/// Nobody fasts for eight hours after a meal before that long.
const FASTING: i64 = 8 * 60;

/// S09: a fasting sample some minutes or hours after a meal or a dose.
fn fasting(plan: &Plan<'_>) -> Vec<Diagnostic> {
    const MEAL: [&str; 6] = ["meal", "breakfast", "lunch", "dinner", "glucose load", "glucose drink"];
    let mut found = Vec::new();
    for (name, activity) in &plan.schedule.activities {
        let Some(measure) = plan.trial.measures.get(name) else { continue };
        if measure.state.as_deref() != Some("fasting") {
            continue;
        }
        for cell in &activity.cells {
            let Some(visit) = plan.schedule.visits.get(&cell.visit) else { continue };
            let VisitTiming::Target { anchor, offset, .. } = &visit.timing else { continue };
            let (Direction::After, Duration::Minutes(minutes @ 1..FASTING)) = (offset.direction, &offset.by)
            else {
                continue;
            };
            let Anchor::Event { name: event, .. } = &anchor.of else { continue };
            let label = plan.trial.events.get(event).map_or("", |event| &event.label);
            let given = || {
                let mut arms = plan.trial.arms.values().flat_map(|arm| &arm.gives);
                arms.any(|given| [&given.on, &given.from].into_iter().flatten().any(|at| at == anchor))
            };
            if !speaks_of(event, label, &MEAL) && !given() {
                continue;
            }
            let hours = if minutes % 60 == 0 && *minutes > 60 {
                format!("{} hours", minutes / 60)
            } else {
                format!("{minutes} minutes")
            };
            let message =
                format!("`{name}` is a fasting sample, taken at `{}` {hours} after `{event}`", cell.visit);
            found.extend(at(&codes::NOT_FASTING, activity.origin.0, message).map(|diagnostic| {
                with(diagnostic.label("not fasting then"), visit.origin.0, visit.timing.text()).help(format!(
                    "take it at a visit before `{event}`, or collect the measure without `state: fasting`"
                ))
            }));
        }
    }
    found
}

/// A drawing of blood: day from the anchor, amount in the limit's unit, visit.
type Draw<'a> = (i64, Exact, &'a str);

/// S11: more blood in some stretch of time than the limit allows, at the targets of the visits.
fn blood(plan: &Plan<'_>, limit: &BloodLimit) -> Option<Diagnostic> {
    let within = day_range(&Offset { direction: Direction::After, by: limit.within.clone() }).0;
    let anchors: Vec<&Moment> = plan.schedule.visits.values().map(timing_anchor).collect();
    let arms: Vec<Option<&String>> = match plan.trial.arms.len() {
        0 => vec![None],
        _ => plan.trial.arms.keys().map(Some).collect(),
    };
    for arm in arms {
        for anchor in &anchors {
            let mut draws: Vec<Draw<'_>> = Vec::new();
            for (name, visit) in &plan.schedule.visits {
                let here = arm.is_none_or(|arm| visit.arms.is_empty() || visit.arms.contains(arm));
                if here && timing_anchor(visit) == *anchor {
                    draws.extend(drawn(name, visit, limit, within));
                }
            }
            draws.sort_by_key(|(day, ..)| *day);
            for start in 0..draws.len() {
                let inside = draws[start..].iter().take_while(|(day, ..)| *day < draws[start].0 + within);
                let inside: Vec<&Draw<'_>> = inside.collect();
                let sum = inside.iter().fold(Exact::zero(), |sum, (_, amount, _)| &sum + amount);
                if sum > limit.amount.number {
                    return too_much(plan, limit, &sum, &inside);
                }
            }
        }
    }
    None
}

fn too_much(plan: &Plan<'_>, limit: &BloodLimit, sum: &Exact, inside: &[&Draw<'_>]) -> Option<Diagnostic> {
    let (first, last) = (inside.first()?, inside.last()?);
    let unit = limit.amount.unit.as_ref().map_or("", |unit: &UnitRef| &unit.written);
    let sum = sum.to_decimal().unwrap_or_else(|| sum.to_significant(4));
    let message = format!(
        "{sum} {unit} of blood are drawn in {}, from `{}` to `{}`",
        counted(last.0 - first.0 + 1),
        first.2,
        last.2
    );
    let found = at(&codes::BLOOD_VOLUME, limit.origin.0, message)?.label("more than this limit");
    let found = inside.iter().fold(found, |found, (_, amount, name)| {
        let amount = amount.to_decimal().unwrap_or_else(|| amount.to_significant(4));
        let span = plan.schedule.visits.get(*name).and_then(|visit| visit.origin.0);
        with(found, span, format!("{amount} {unit}"))
    });
    Some(
        found.help("draw less, or at fewer visits; the counted days are those at which the visits are aimed"),
    )
}

/// Each time that a visit draws blood, as far as a stretch of this length can reach.
fn drawn<'a>(name: &'a str, visit: &'a Visit, limit: &BloodLimit, within: i64) -> Vec<Draw<'a>> {
    let Some(blood) = &visit.blood else { return Vec::new() };
    let Some(amount) = converted(blood, &limit.amount) else { return Vec::new() };
    let day = match &visit.timing {
        VisitTiming::Target { offset, .. } => day_range(offset).0,
        VisitTiming::Range { to, .. } => day_range(to).0,
        VisitTiming::OnEvent { moment, .. } => moment.offset.as_ref().map_or(0, |offset| day_range(offset).0),
    };
    let Some(repeat) = &visit.repeat else { return vec![(day, amount, name)] };
    let rounds = repeat.count.unwrap_or(i64::MAX);
    let mut draws = Vec::new();
    for round in 0..rounds {
        let later = times(&repeat.every, round);
        let Some(by) = later.map(|by| day_range(&Offset { direction: Direction::After, by }).0) else {
            break;
        };
        // What comes later than this repeats the same picture.
        if by > within || (round > 0 && by == 0) {
            break;
        }
        draws.push((day + by, amount.clone(), name));
    }
    draws
}

fn converted(amount: &Amount, like: &Amount) -> Option<Exact> {
    let (from, to) = (amount.unit.as_ref()?, like.unit.as_ref()?);
    let (from, to) = (units::parse(&from.ucum).ok()?, units::parse(&to.ucum).ok()?);
    Some(units::convert(&amount.number, &from, &to, &Analyte::default()).ok()?.value)
}
