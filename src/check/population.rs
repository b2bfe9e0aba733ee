//! P: how many, and how they are divided.

use super::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Allocation, Anchor, Direction, MeasureKind, Stated, Trial, Visit, VisitTiming};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    found.extend(sample_size(trial));
    for (name, allocation) in &trial.allocations {
        found.extend(ratio(trial, name, allocation));
        found.extend(cells(trial, allocation));
        found.extend(strata_collected(trial, allocation));
    }
}

/// P02: the number of participants has no reason.
fn sample_size(trial: &Trial) -> Option<Diagnostic> {
    let header = &trial.header;
    if !header.sample_size.is_missing() || trial.outcomes.is_empty() {
        return None;
    }
    let Stated::Is(enrollment) = &header.enrollment else { return None };
    Some(
        at(
            &codes::NO_SAMPLE_SIZE,
            header.origins.get("enrollment").or(header.origin.0),
            format!("nothing says why {} participants are enough", enrollment.count),
        )?
        .label("no rationale")
        .help("add `sample_size: \"…\"` with the effect, the variance and the power; where the protocol is silent, `sample_size: not stated`"),
    )
}

/// P01: the ratio of the arms, and whether it divides the number of participants.
fn ratio(trial: &Trial, name: &str, allocation: &Allocation) -> Option<Diagnostic> {
    if allocation.arms.len() < 2 {
        return None;
    }
    let Stated::Is(enrollment) = &trial.header.enrollment else { return None };
    let header = trial.header.origins.get("enrollment").or(trial.header.origin.0);
    let arms = allocation.arms.len();
    match &allocation.ratio {
        Stated::Missing => {
            let found = at(
                &codes::ALLOCATION_RATIO,
                allocation.origin.0,
                format!(
                    "`{name}` divides {} participants into {arms} arms without a ratio",
                    enrollment.count
                ),
            )?
            .label("no ratio");
            let ones = vec!["1"; arms].join(":");
            Some(
                with(found, header, format!("{} participants", enrollment.count)).help(format!(
                    "write `ratio: {ones}`, or `ratio: not stated` where the protocol is silent"
                )),
            )
        }
        Stated::Is(ratio) if enrollment.basis.as_deref() != Some("actual") => {
            let block: u64 = ratio.iter().sum();
            if block == 0 || enrollment.count.is_multiple_of(block) {
                return None;
            }
            let shown: Vec<String> = ratio.iter().map(u64::to_string).collect();
            let shown = shown.join(":");
            let more = enrollment.count.div_ceil(block) * block;
            let found = at(
                &codes::ALLOCATION_RATIO,
                allocation.origins.get("ratio").or(allocation.origin.0),
                format!("{} participants cannot be divided {shown}", enrollment.count),
            )?
            .label(format!("a multiple of {block}"));
            Some(
                with(found, header, format!("{} participants", enrollment.count))
                    .help(format!("plan {more} participants, or change the ratio")),
            )
        }
        _ => None,
    }
}

/// P03: more strata than participants at a site.
fn cells(trial: &Trial, allocation: &Allocation) -> Option<Diagnostic> {
    let Stated::Is(strata) = &allocation.strata else { return None };
    let Stated::Is(enrollment) = &trial.header.enrollment else { return None };
    let levels = |name: &String| -> Option<u64> {
        if trial.definitions.contains_key(name) || name == "sex" {
            return Some(2);
        }
        match &trial.measures.get(name)?.kind {
            MeasureKind::Coded { levels, .. } => Some(levels.len() as u64),
            _ => None,
        }
    };
    let by_site = strata.iter().any(|stratum| stratum == "site");
    let cells =
        strata.iter().filter(|stratum| *stratum != "site").map(levels).collect::<Option<Vec<u64>>>()?;
    let cells =
        cells.iter().try_fold(allocation.arms.len() as u64, |cells, levels| cells.checked_mul(*levels))?;
    let sites = if by_site { trial.sites.len().max(1) as u64 } else { 1 };
    let share = enrollment.count / sites;
    if strata.is_empty() || cells <= share {
        return None;
    }
    let whose =
        if by_site { format!("{share} participants per site") } else { format!("{share} participants") };
    Some(
        at(
            &codes::TOO_MANY_STRATA,
            allocation.origins.get("strata").or(allocation.origin.0),
            format!("{cells} cells of strata and arms for {whose}"),
        )?
        .label("most cells stay empty")
        .help("stratify by fewer factors, or use minimization"),
    )
}

/// P04: a stratum that nobody knows at the time of allocation.
fn strata_collected(trial: &Trial, allocation: &Allocation) -> Vec<Diagnostic> {
    let (Stated::Is(strata), Some(schedule)) = (&allocation.strata, &trial.schedule) else {
        return Vec::new();
    };
    let mut late = Vec::new();
    for stratum in strata.iter().filter(|stratum| trial.measures.contains_key(*stratum)) {
        let needed = leaves(trial, stratum);
        let known = needed.iter().all(|name| {
            schedule.activities.get(*name).is_some_and(|activity| {
                activity.throughout.is_some()
                    || activity.cells.iter().any(|cell| {
                        schedule.visits.get(&cell.visit).is_none_or(|visit| !is_after(visit, &allocation.at))
                    })
            })
        });
        if !known {
            late.push(stratum.as_str());
        }
    }
    let Some(first) = late.first() else { return Vec::new() };
    let diagnostic = at(
        &codes::STRATUM_UNKNOWN,
        allocation.origins.get("strata").or(allocation.origin.0),
        format!("{} is not collected before `{}`", listed(late.iter().copied()), allocation.at),
    );
    diagnostic
        .map(|found| {
            found
                .label("unknown at allocation")
                .help(format!("collect it at a visit before: `collect {first} at screening_visit`"))
        })
        .into_iter()
        .collect()
}

/// The measures that a derived one is computed from, or itself.
fn leaves<'a>(trial: &'a Trial, name: &'a str) -> Vec<&'a str> {
    let formula = trial.measures.get(name).and_then(|measure| measure.quantity()?.formula_of.as_deref());
    let Some(formula) = formula else { return vec![name] };
    let mut found = Vec::new();
    super::visit::term(formula, &mut |node| {
        if let super::visit::Node::Term(term) = node
            && let crate::model::Value::Measured { measure, .. } = &term.value
        {
            found.push(measure.as_str());
        }
    });
    found
}

/// A visit that is planned a day or more after the event.
fn is_after(visit: &Visit, event: &str) -> bool {
    let (anchor, offset) = match &visit.timing {
        VisitTiming::Target { anchor, offset, .. } => (anchor, offset),
        VisitTiming::Range { anchor, from, .. } => (anchor, from),
        VisitTiming::OnEvent { .. } => return false,
    };
    let later = offset.direction == Direction::After && crate::time::day_range(offset).0 > 0;
    later && matches!(&anchor.of, Anchor::Event { name, .. } if name == event)
}
