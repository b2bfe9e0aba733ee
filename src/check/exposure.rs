//! A07: more of a product than the most that a participant may be given altogether.

use super::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Administration, Amount, Direction, Dose, Duration, Frequency, Offset, Trial};
use crate::number::Exact;
use crate::time::day_range;
use crate::units::{self, Analyte};

const MINUTES_PER_DAY: i64 = 24 * 60;
const DAYS_PER_WEEK: i64 = 7;

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let background: Vec<&Administration> =
        trial.backgrounds.values().flat_map(|background| &background.gives).collect();
    let arms = trial.arms.iter().map(|(name, arm)| (format!("arm `{name}`"), arm.gives.iter().collect()));
    let sequences = trial.sequences.iter().map(|(name, sequence)| {
        let given = sequence.periods.values().flat_map(|period| &period.gives).collect();
        (format!("sequence `{name}`"), given)
    });
    for (who, own) in arms.chain(sequences) {
        let own: Vec<&Administration> = own;
        for (product, intervention) in &trial.interventions {
            let Some(maximum) = &intervention.maximum else { continue };
            let given = own.iter().chain(&background).filter(|given| given.product == *product);
            let known: Vec<(&Administration, Total)> =
                given.filter_map(|given| Some((*given, total(given, maximum)?))).collect();
            let sum = known.iter().fold(Exact::zero(), |sum, (_, total)| &sum + &total.amount);
            let Some((first, part)) = known.first().filter(|_| sum > maximum.number) else { continue };
            let more = if known.len() > 1 { ", and more" } else { "" };
            let message = format!(
                "{who} gives {} of `{product}`, more than its maximum of {}",
                shown(&sum, maximum),
                shown(&maximum.number, maximum)
            );
            let diagnostic = at(&codes::TOTAL_EXPOSURE, first.origin.0, message).map(|diagnostic| {
                let declared = intervention.origins.get("maximum").or(intervention.origin.0);
                with(diagnostic.label(format!("{}{more}", part.counted)), declared, "the maximum")
                    .help("give fewer or smaller doses, or correct `maximum`")
            });
            found.extend(diagnostic);
        }
    }
}

/// What an administration comes to at the least, in the unit of the maximum.
struct Total {
    amount: Exact,
    /// `8 doses of 75 mg/m2`.
    counted: String,
}

fn total(given: &Administration, maximum: &Amount) -> Option<Total> {
    let Dose::Amount(dose) = given.dose.is()? else { return None };
    let (from, to) = (dose.unit.as_ref()?, maximum.unit.as_ref()?);
    let to = units::parse(&to.ucum).ok()?;
    let in_maximum = |code: &str| {
        let from = units::parse(code).ok()?;
        Some(units::convert(&dose.number, &from, &to, &Analyte::default()).ok()?.value)
    };
    let per_dose = in_maximum(&from.ucum);
    let (each, count, what) = match per_dose {
        Some(each) => (each, doses(given)?, "dose"),
        // A dose by the day: `1 [IU]/kg/d`.
        None => (in_maximum(&format!("{}.d", from.ucum))?, fewest_days(given.lasting.as_ref()?), "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    let counted = format!("{count} {what}{plural} of {}", shown(&dose.number, dose));
    Some(Total { amount: &each * &Exact::from(count), counted })
}

/// How often a dose is given at the least; `None` where the plan does not say.
fn doses(given: &Administration) -> Option<i64> {
    let days = given.lasting.as_ref().map(fewest_days);
    if let Some((on, cycle)) = &given.days {
        let days = days?;
        let rest = days.rem_euclid(*cycle);
        let partly = on.iter().filter(|day| **day <= rest).count();
        let whole = days.div_euclid(*cycle).checked_mul(i64::try_from(on.len()).ok()?)?;
        return whole.checked_add(i64::try_from(partly).ok()?);
    }
    match given.frequency.is() {
        Some(Frequency::Once) => Some(1),
        Some(Frequency::TimesDaily(times)) => days?.checked_mul(*times),
        Some(Frequency::TimesWeekly(times)) => {
            let days = days?;
            // Of a week that is not whole, as many as do not fit into the days that it lacks.
            let rest = (times - (DAYS_PER_WEEK - days.rem_euclid(DAYS_PER_WEEK))).max(0);
            days.div_euclid(DAYS_PER_WEEK).checked_mul(*times)?.checked_add(rest)
        }
        Some(Frequency::Every(Duration::Minutes(every))) if *every > 0 => {
            Some(days?.checked_mul(MINUTES_PER_DAY)?.div_euclid(*every))
        }
        Some(Frequency::Every(every)) => {
            let most = day_range(&Offset { direction: Direction::After, by: every.clone() }).1;
            // The first is given on the first day.
            (most > 0).then_some((days? + most - 1).div_euclid(most))
        }
        None => (given.on.is_some() && given.lasting.is_none()).then_some(1),
    }
}

fn fewest_days(lasting: &Duration) -> i64 {
    day_range(&Offset { direction: Direction::After, by: lasting.clone() }).0
}

/// A number in the unit of an amount, as the author writes that unit.
fn shown(number: &Exact, like: &Amount) -> String {
    let number = number.to_decimal().unwrap_or_else(|| number.to_significant(6));
    match &like.unit {
        Some(unit) => format!("{number} {}", unit.written),
        None => number,
    }
}
