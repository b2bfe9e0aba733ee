//! The schedule beside the treatment: how long safety is followed, what is handed out, washouts, levels of drugs.

use std::collections::BTreeSet;

use super::{Plan, at_visit, counted, speaks_of, timing_anchor};
use crate::check::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Activity, ActivityKind, Administration, Anchor, Direction, Duration, Frequency, Offset, Trial, Visit,
    VisitTiming,
};
use crate::time::day_range;

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    if plan.collects() {
        found.extend(follow_up(plan));
        found.extend(accountability(plan));
        found.extend(pre_dose(plan));
        found.extend(levels(plan));
    }
    found.extend(supply(plan));
}

const MINUTES_PER_DAY: i64 = 24 * 60;

/// S35: a washout between two periods that is too short for what the first of them gives. Needs no schedule.
pub(super) fn washouts(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for (name, sequence) in &trial.sequences {
        for (period, content) in &sequence.periods {
            let Some(washout) = &content.washout else { continue };
            let days = days(washout).0;
            let slowest = content
                .gives
                .iter()
                .filter_map(|given| Some((given, five_half_lives(trial, &given.product)?)))
                .max_by_key(|(_, days)| *days);
            let Some((given, needed)) = slowest.filter(|(_, needed)| *needed > days) else { continue };
            let message = format!(
                "the washout behind `{period}` of `{name}` lasts {}, shorter than 5 half-lives of `{}`",
                counted(days),
                given.product
            );
            found.extend(at(&codes::SHORT_WASHOUT_PERIOD, given.origin.0, message).map(|diagnostic| {
                let diagnostic = diagnostic.label(format!("5 half-lives are {}", counted(needed)));
                with(diagnostic, sequence.origin.0, "the sequence").help(format!(
                    "write `washout: at least {}`, or say in a `query` why less is enough",
                    counted(needed)
                ))
            }));
        }
    }
}

fn days(by: &Duration) -> (i64, i64) {
    day_range(&Offset { direction: Direction::After, by: by.clone() })
}

/// Five half-lives of a product, in days, rounded up.
fn five_half_lives(trial: &Trial, product: &str) -> Option<i64> {
    let substance =
        trial.interventions.get(product).and_then(|intervention| intervention.substance.as_deref());
    let half_life = trial.concepts.get(substance.unwrap_or(product))?.half_life.as_ref()?;
    let minutes = match half_life {
        Duration::Minutes(minutes) => *minutes,
        other => days(other).1.checked_mul(MINUTES_PER_DAY)?,
    };
    Some((5 * minutes + MINUTES_PER_DAY - 1).div_euclid(MINUTES_PER_DAY))
}

/// What arms, backgrounds and periods give.
fn all_given<'a>(plan: &Plan<'a>) -> impl Iterator<Item = &'a Administration> {
    let trial = plan.trial;
    let periods = trial.sequences.values().flat_map(|sequence| sequence.periods.values());
    trial.arms.values().flat_map(|arm| &arm.gives).chain(periods.flat_map(|period| &period.gives))
}

/// S07 and S31: adverse events are followed for a shorter time after the last dose than the drug stays in the body, or
/// than its product says.
fn follow_up(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let trial = plan.trial;
    let followed = plan.schedule.activities.iter().find(|(name, activity)| {
        activity.throughout.is_some() && speaks_of(name, &activity.label, &["adverse event"])
    });
    let Some((name, Activity { throughout: Some((_, Some(end))), origin, .. })) = followed else {
        return Vec::new();
    };
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for given in all_given(plan) {
        // The most days from the last dose to the end of collection.
        let longest = match (&given.until, &given.from, &given.on) {
            (Some(until), ..) => plan.between(until, end).1,
            (None, Some(from), _) | (None, None, Some(from)) => {
                let lasts = match (&given.lasting, &given.on) {
                    (Some(lasting), _) => days(lasting).0,
                    (None, Some(_)) => 0,
                    (None, None) => continue,
                };
                plan.between(from, end).1.map(|days| days - lasts)
            }
            _ => None,
        };
        let Some(longest) = longest else { continue };
        let intervention = trial.interventions.get(&given.product);
        let stated = intervention.and_then(|intervention| intervention.safety_follow_up.as_ref());
        let (code, needed, why, declared) = match (stated, five_half_lives(trial, &given.product)) {
            (Some(stated), _) if longest < days(stated).0 => (
                &codes::FOLLOW_UP_STATED,
                days(stated).0,
                format!("its `safety_follow_up` is {}", counted(days(stated).0)),
                intervention.and_then(|intervention| {
                    intervention.origins.get("safety_follow_up").or(intervention.origin.0)
                }),
            ),
            // Where the product says how long, the author has decided.
            (None, Some(needed)) if longest < needed => (
                &codes::SHORT_FOLLOW_UP,
                needed,
                format!("5 half-lives are {}", counted(needed)),
                given.origin.0,
            ),
            _ => continue,
        };
        if !told.insert((code.id, &given.product)) {
            continue;
        }
        let after = if longest < 0 {
            format!("ends {} before the last dose of `{}`", counted(-longest), given.product)
        } else {
            format!("ends at most {} after the last dose of `{}`", counted(longest), given.product)
        };
        found.extend(at(code, origin.0, format!("the collection of `{name}` {after}")).map(|diagnostic| {
            with(diagnostic.label(why), declared, format!("`{}`", given.product)).help(format!(
                "collect it to a visit at least {} after the last dose: `visit safety: {} after last_dose, +7 days`",
                counted(needed),
                counted(needed)
            ))
        }));
    }
    found
}

/// Words for the counting of what was taken.
const ACCOUNT: [&str; 9] = [
    "accountab",
    "pill count",
    "tablet count",
    "capsule count",
    "vial count",
    "returned",
    "adheren",
    "complian",
    "reconcil",
];

/// S24: medicine is handed out, and nobody counts what comes back.
fn accountability(plan: &Plan<'_>) -> Option<Diagnostic> {
    let (name, visit) = plan.schedule.visits.iter().find(|(_, visit)| visit.supply.is_some())?;
    let counted =
        plan.schedule.activities.iter().any(|(name, activity)| speaks_of(name, &activity.label, &ACCOUNT));
    if counted {
        return None;
    }
    Some(
        at(&codes::NO_ACCOUNTABILITY, visit.origin.0, format!("medicine is handed out at `{name}`, and no visit counts what comes back"))?
            .label("handed out here")
            .help("add it: `procedure drug_accountability \"Drug accountability\"`, and collect it at the visits that follow"),
    )
}

/// S25: the supply is used up before the next visit that hands out more.
fn supply(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let visits: Vec<(&String, &Visit)> = plan.schedule.visits.iter().collect();
    let mut found = Vec::new();
    for (position, (name, visit)) in visits.iter().enumerate() {
        let Some(supply) = &visit.supply else { continue };
        let lasts = days(supply).0;
        let next = visits[position + 1..].iter().find(|(_, next)| {
            next.supply.is_some() && plan.same_arm(visit, next) && next.repeat == visit.repeat
        });
        let (latest, other, place) = match (next, &visit.repeat) {
            (Some((other, next)), _) => {
                let most = plan.between(&at_visit(name), &at_visit(other)).1;
                (most, format!("`{other}`"), Some((next.origin.0, next.timing.text().to_owned())))
            }
            (None, Some(repeat)) if repeat.count != Some(1) => {
                let VisitTiming::Target { early, late, .. } = &visit.timing else { continue };
                let most = days(&repeat.every).1 + days(early).1 + days(late).1;
                (Some(most), format!("the next `{name}`"), None)
            }
            _ => continue,
        };
        let Some(short) = latest.map(|latest| latest - lasts).filter(|short| *short > 0) else { continue };
        let message = format!(
            "what is handed out at `{name}` lasts {}, and {other} may be {} later",
            counted(lasts),
            counted(lasts + short)
        );
        found.extend(at(&codes::SHORT_SUPPLY, visit.origin.0, message).map(|diagnostic| {
            let diagnostic = diagnostic.label(format!("{} short at the latest", counted(short)));
            let diagnostic = match place {
                Some((span, text)) => with(diagnostic, span, text),
                None => diagnostic,
            };
            diagnostic.help(format!(
                "hand out more (`supply: {}`), or narrow the windows of the two visits",
                counted(lasts + short)
            ))
        }));
    }
    found
}

/// S32: a sample before the dose, on a day without one.
fn pre_dose(plan: &Plan<'_>) -> Vec<Diagnostic> {
    const BEFORE: [&str; 5] = ["pre-dose", "predose", "pre dose", "before dose", "before the dose"];
    let mut found = Vec::new();
    for (name, activity) in &plan.schedule.activities {
        let of_activity = speaks_of(name, &activity.label, &BEFORE);
        for cell in &activity.cells {
            let Some(visit) = plan.schedule.visits.get(&cell.visit) else { continue };
            let of_visit = speaks_of(&cell.visit, &visit.label, &BEFORE)
                && matches!(activity.kind, ActivityKind::Measure | ActivityKind::Procedure);
            if !(of_activity || of_visit) || visit.repeat.is_some() {
                continue;
            }
            let arms = plan.arms_of(visit);
            let given: Vec<&Administration> = arms.iter().flat_map(|(_, arm)| &arm.gives).collect();
            let dosed: Vec<Option<bool>> = given.iter().map(|given| doses_on(given, visit)).collect();
            if given.is_empty() || dosed.iter().any(|dosed| *dosed != Some(false)) {
                continue;
            }
            let message =
                format!("`{name}` is taken before the dose at `{}`, a day without a dose", cell.visit);
            found.extend(at(&codes::PRE_DOSE, activity.origin.0, message).map(|diagnostic| {
                let diagnostic = diagnostic.label("before which dose?");
                let diagnostic = with(diagnostic, visit.origin.0, visit.timing.text());
                with(diagnostic, given[0].origin.0, "the plan of doses")
                    .help("take it at a visit on a day of dosing, or correct the days of the plan")
            }));
        }
    }
    found
}

/// Whether a product is given on the target day of a visit; `None` where the plan does not tell.
fn doses_on(given: &Administration, visit: &Visit) -> Option<bool> {
    let VisitTiming::Target { anchor, offset, .. } = &visit.timing else { return None };
    let (day, same) = day_range(offset);
    if day != same || anchor.offset.is_some() {
        return None;
    }
    let start = given.from.as_ref().or(given.on.as_ref()).filter(|start| *start == anchor)?;
    if day < 0 {
        return Some(false);
    }
    if given.on.as_ref() == Some(start) && given.lasting.is_none() && given.frequency.is().is_none() {
        return Some(day == 0);
    }
    if given.lasting.as_ref().is_some_and(|lasting| day >= days(lasting).1) {
        return Some(false);
    }
    if let Some((on, cycle)) = &given.days {
        return Some(on.contains(&(day.rem_euclid(*cycle) + 1)));
    }
    match given.frequency.is()? {
        Frequency::Once => Some(day == 0),
        Frequency::TimesDaily(_) => Some(true),
        Frequency::Every(Duration::Days(every)) if *every > 0 => Some(day.rem_euclid(*every) == 0),
        Frequency::TimesWeekly(_) | Frequency::Every(_) => None,
    }
}

/// S42: the level of a product, collected in an arm that is not given it.
fn levels(plan: &Plan<'_>) -> Vec<Diagnostic> {
    const LEVEL: [&str; 6] = ["level", "concentration", "trough", "pharmacokinetic", "exposure", "plasma"];
    let trial = plan.trial;
    let mut found = Vec::new();
    for (name, activity) in &plan.schedule.activities {
        if activity.kind != ActivityKind::Measure || !speaks_of(name, &activity.label, &LEVEL) {
            continue;
        }
        let text = format!("{} {}", name.replace('_', " "), activity.label).to_lowercase();
        let named = |given: &Administration| {
            let intervention = trial.interventions.get(&given.product);
            let substance = intervention.and_then(|intervention| intervention.substance.as_ref());
            [Some(&given.product), substance].into_iter().flatten().any(|name| {
                let word = name.replace('_', " ").to_lowercase();
                text.split(|c: char| !c.is_alphanumeric() && c != ' ')
                    .any(|part| format!(" {} ", part.trim()).contains(&format!(" {word} ")))
            })
        };
        let Some(product) = all_given(plan).find(|given| named(given)).map(|given| given.product.as_str())
        else {
            continue;
        };
        let mut background = trial.backgrounds.values().flat_map(|background| &background.gives);
        if background.any(|given| given.product == product) {
            continue;
        }
        for cell in activity.cells.iter().filter(|cell| cell.when.is_none()) {
            let Some(visit) = plan.schedule.visits.get(&cell.visit).filter(|visit| visit.when.is_none())
            else {
                continue;
            };
            let without = plan.arms_of(visit).into_iter().filter(|(name, arm)| {
                let event = match &timing_anchor(visit).of {
                    Anchor::Event { name, .. } => trial.events.get(name),
                    _ => None,
                };
                let reaches = event.is_none_or(|event| event.arms.is_empty() || event.arms.contains(name));
                reaches && !arm.gives.iter().any(|given| given.product == product)
            });
            let without: Vec<&str> = without.map(|(name, _)| name.as_str()).collect();
            if without.is_empty() {
                continue;
            }
            let message = format!(
                "`{name}` is collected at `{}` in arm {}, which is not given `{product}`",
                cell.visit,
                listed(without.iter().copied())
            );
            found.extend(at(&codes::LEVEL_WITHOUT_DRUG, activity.origin.0, message).map(|diagnostic| {
                with(diagnostic.label("nothing to measure there"), visit.origin.0, visit.timing.text()).help(
                    format!("collect it at visits of the arms that have `{product}` (`visit … {{ arms: … }}`), or say who else (`collect {name} at … when …`)"),
                )
            }));
            break;
        }
    }
    found
}
