//! P: how many, and how they are divided.

use super::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Allocation, MeasureKind, Stated, Trial};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    found.extend(sample_size(trial));
    for (name, allocation) in &trial.allocations {
        found.extend(ratio(trial, name, allocation));
        found.extend(cells(trial, allocation));
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
