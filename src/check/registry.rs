//! R: what the registry record says of the trial, against the trial.

use jiff::civil::Date;

use super::demands::{Demand, Subject};
use super::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{AgeLimits, Anchor, Offset, QualifiedDate, Stated, Tier, TimeUnit, Trial, Value};
use crate::number::Exact;
use crate::time::{DateRange, day_range};

pub(super) fn check(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    found.extend(missing_fields(trial));
    found.extend(retrospective(trial));
    found.extend(order_of_dates(trial));
    found.extend(too_short(trial));
    found.extend(unexplained_gap(trial));
    found.extend(ages(trial, demands));
    found.extend(sexes(trial, demands));
}

/// R01: fields that the registry requires, in a trial that has a registry number. What is written is not missing, be it
/// `not stated` or a name that is declared nowhere.
fn missing_fields(trial: &Trial) -> Option<Diagnostic> {
    let header = &trial.header;
    if !header.ids.iter().any(|id| id.scheme == "clinicaltrials_gov") {
        return None;
    }
    let missing = [
        (header.phase.is_empty(), "phase"),
        (header.purpose.is_none(), "purpose"),
        (header.design.is_empty(), "design"),
        (header.enrollment.is_missing(), "enrollment"),
        (header.status.is_none(), "status"),
        (header.sponsor.is_none() && header.responsible_party.is_none(), "sponsor"),
        (header.conditions.is_empty(), "conditions"),
        (header.started.is_none(), "started"),
        (header.primary_completion.is_none(), "primary_completion"),
        (header.completed.is_none(), "completed"),
        (header.sexes.is_none(), "sexes"),
        (header.ages.is_none(), "ages"),
        (header.healthy_volunteers.is_none(), "healthy_volunteers"),
    ];
    let missing: Vec<&str> = missing
        .iter()
        .filter(|(is, name)| *is && header.origins.get(name).is_none())
        .map(|(_, name)| *name)
        .collect();
    let first = missing.first()?;
    Some(
        at(
            &codes::REGISTRY_FIELDS,
            header.origins.get("id").or(header.origin.0),
            format!("the registry requires {}", listed(missing.iter().copied())),
        )?
        .label(format!("registered, without {first}"))
        .help(
            "add these properties to the header of the trial (ClinicalTrials.gov data element definitions)",
        ),
    )
}

fn range(date: &QualifiedDate) -> Option<DateRange> {
    date.date.parse().ok()
}

/// R02: registered after the first participant.
fn retrospective(trial: &Trial) -> Option<Diagnostic> {
    let (started, registered) = (trial.header.started.as_ref()?, trial.header.registered.as_ref()?);
    let (start, registration) = (range(started)?, range(registered)?);
    // A record within 21 days of the first participant is in time (42 CFR 11.24).
    let latest = start.latest.checked_add(jiff::Span::new().days(21)).ok()?;
    if registration.earliest <= latest {
        return None;
    }
    let months = months_between(start.earliest, registration.earliest);
    let found = at(
        &codes::RETROSPECTIVE,
        registered.origin.0,
        format!("registered {months} months after the start"),
    )?
    .label("registered");
    Some(with(found, started.origin.0, "started").help(
        "a retrospective registration cannot show that outcomes were chosen before the data; say so where results are published",
    ))
}

fn months_between(from: Date, to: Date) -> i64 {
    i64::from(to.year() - from.year()) * 12 + i64::from(to.month() - from.month())
}

/// R03: dates in an order that cannot be.
fn order_of_dates(trial: &Trial) -> Option<Diagnostic> {
    let header = &trial.header;
    let dates = [
        ("started", &header.started),
        ("primary_completion", &header.primary_completion),
        ("completed", &header.completed),
    ];
    let dates: Vec<(&str, &QualifiedDate)> =
        dates.into_iter().filter_map(|(name, date)| Some((name, date.as_ref()?))).collect();
    let wrong = dates.windows(2).find(|pair| match (range(pair[0].1), range(pair[1].1)) {
        (Some(one), Some(two)) => two.latest < one.earliest,
        _ => false,
    })?;
    let [(first, one), (second, two)] = wrong else { return None };
    let found = at(&codes::DATES, two.origin.0, format!("`{second}` comes before `{first}`"))?
        .label(two.date.clone());
    Some(with(found, one.origin.0, one.date.clone()).help("correct one of the two dates"))
}

/// The longest time frame of the outcomes of these tiers, in days, and whether any has one.
fn longest(trial: &Trial, counts: impl Fn(Tier) -> bool) -> Option<i64> {
    let days = |offset: &Offset| day_range(offset).0;
    let frames = trial.outcomes.values().filter(|outcome| counts(outcome.tier)).map(|outcome| match &outcome
        .time_frame
    {
        Stated::Is(frame) => Some(days(&frame.offset)),
        _ => None,
    });
    frames.collect::<Option<Vec<i64>>>()?.into_iter().max()
}

/// R03: the trial ends before its primary outcome can be measured in anybody.
fn too_short(trial: &Trial) -> Option<Diagnostic> {
    let (started, primary) = (trial.header.started.as_ref()?, trial.header.primary_completion.as_ref()?);
    let needed = longest(trial, |tier| matches!(tier, Tier::Primary))?;
    let (start, end) = (range(started)?, range(primary)?);
    let most = crate::time::days_between(start.earliest, end.latest);
    if most >= needed || most < 0 {
        return None;
    }
    let found = at(
        &codes::DATES,
        primary.origin.0,
        format!(
            "the primary outcome takes {needed} days, and the trial has {most} until its primary completion"
        ),
    )?
    .label("too early");
    Some(
        with(found, started.origin.0, "started")
            .help("correct the dates, or the time frame of the primary outcome"),
    )
}

/// R03: every outcome is measured at the same time, yet the trial goes on for long after its primary completion.
fn unexplained_gap(trial: &Trial) -> Option<Diagnostic> {
    const TOLERATED_MONTHS: i64 = 6;
    let (primary, completed) = (trial.header.primary_completion.as_ref()?, trial.header.completed.as_ref()?);
    let all = longest(trial, |_| true)?;
    let tiered = trial.outcomes.values().any(|outcome| outcome.tier == Tier::Primary);
    let shortest = if tiered { longest(trial, |tier| tier == Tier::Primary)? } else { shortest(trial)? };
    let (one, two) = (range(primary)?, range(completed)?);
    let gap = months_between(one.latest, two.earliest);
    let explained = (all - shortest) / 30;
    if gap - explained < TOLERATED_MONTHS {
        return None;
    }
    let found = at(
        &codes::DATES,
        completed.origin.0,
        format!("the trial ends {gap} months after its primary completion, and no outcome is measured then"),
    )?
    .label("completed");
    Some(
        with(found, primary.origin.0, "primary completion").help(
            "declare the later measurement as an outcome with its time frame, or correct one of the dates",
        ),
    )
}

fn shortest(trial: &Trial) -> Option<i64> {
    trial
        .outcomes
        .values()
        .map(|outcome| match &outcome.time_frame {
            Stated::Is(frame) => Some(day_range(&frame.offset).0),
            _ => None,
        })
        .collect::<Option<Vec<i64>>>()?
        .into_iter()
        .min()
}

/// R04: the registry's age limits against the criteria.
fn ages(trial: &Trial, demands: &[Demand<'_>]) -> Option<Diagnostic> {
    let limits = trial.header.ages.as_ref()?;
    for demand in demands {
        let Subject::Number { term, allowed, .. } = &demand.subject else { continue };
        let Value::Age { at: moment, unit: TimeUnit::Year } = &term.value else { continue };
        if matches!(moment.of, Anchor::Onset { .. } | Anchor::End { .. })
            || !demand.place.criterion.arms.is_empty()
        {
            continue;
        }
        let differs = |limit: &Option<Exact>, end: Option<&super::ranges::End>| {
            limit.as_ref().zip(end).is_some_and(|(limit, end)| end.at != *limit)
        };
        if !(differs(&limits.low, allowed.floor()) || differs(&limits.high, allowed.ceiling())) {
            continue;
        }
        let found = at(
            &codes::REGISTRY_LIMITS,
            trial.header.origins.get("ages").or(trial.header.origin.0),
            format!("the registry says {}, {} {allowed}", in_words(limits), demand.place.code),
        )?
        .label("in the registry");
        return Some(with(found, demand.clause.origin.0, format!("{allowed} in completed years")).help(
            "make the two agree: `<= 65 years` and `< 66 years` are the same age, `< 65 years` is not",
        ));
    }
    None
}

fn in_words(limits: &AgeLimits) -> String {
    match (&limits.low, &limits.high) {
        (Some(low), Some(high)) => format!("{low} to {high} years"),
        (Some(low), None) => format!("{low} years and over"),
        (None, Some(high)) => format!("up to {high} years"),
        (None, None) => "any age".to_owned(),
    }
}

/// R04: the registry's sexes against the criteria.
fn sexes(trial: &Trial, demands: &[Demand<'_>]) -> Option<Diagnostic> {
    let registry = trial.header.sexes.as_deref()?;
    let (demand, only) = demands.iter().find_map(|demand| match &demand.subject {
        Subject::Level { term, allowed, .. } if matches!(&term.value, Value::Attribute { name } if name == "sex") => {
            let mut levels = allowed.iter();
            match (levels.next(), levels.next()) {
                (Some(only), None) if demand.place.criterion.arms.is_empty() => Some((demand, only.as_str())),
                _ => None,
            }
        }
        _ => None,
    })?;
    if registry == only {
        return None;
    }
    let found = at(
        &codes::REGISTRY_LIMITS,
        trial.header.origins.get("sexes").or(trial.header.origin.0),
        format!("the registry says `{registry}`, {} takes only {only} participants", demand.place.code),
    )?
    .label("in the registry");
    Some(
        with(found, demand.clause.origin.0, format!("only {only}"))
            .help(format!("write `sexes: {only}`, or change the criterion")),
    )
}
