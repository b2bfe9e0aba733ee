//! What a visit is called, and when it takes place.

use super::{Plan, counted};
use crate::check::at;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Clock, Duration, Visit, VisitTiming};
use crate::time::day_range;

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(two_numberings(plan));
    for (name, visit) in &plan.schedule.visits {
        found.extend(label(plan, name, visit));
    }
}

/// S13: one clock begins with day 0, another with day 1.
fn two_numberings(plan: &Plan<'_>) -> Option<Diagnostic> {
    let mut clocks = plan.schedule.clocks.iter();
    let (first, one) = clocks.next()?;
    let (second, two) = clocks.find(|(_, clock)| clock.first != one.first)?;
    let message = format!(
        "`{first}` begins with day {}, `{second}` with day {}: a day of the one is another day on the other",
        one.first, two.first
    );
    Some(
        at(&codes::DAY_NUMBERING, plan.schedule.origin.0, message)?
            .label("two ways of numbering days")
            .help("number all clocks alike: `day 1 is …` for each (then there is no day 0), or `day 0 is …` for each"),
    )
}

/// `Week 4`: the unit and the number.
struct Said {
    unit: &'static str,
    number: i64,
}

/// The one time that a name says; none where it says several (`Week 2 to 4`).
fn said(text: &str) -> Option<Said> {
    let text = text.to_lowercase().replace(['_', '-', '/'], " ");
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ':', '.'])).collect();
    if words.iter().filter(|word| word.parse::<i64>().is_ok()).count() != 1 {
        return None;
    }
    words.windows(2).find_map(|pair| {
        let unit = ["day", "week", "month", "year"].into_iter().find(|unit| *unit == pair[0])?;
        Some(Said { unit, number: pair[1].parse().ok()? })
    })
}

fn label(plan: &Plan<'_>, name: &str, visit: &Visit) -> Option<Diagnostic> {
    let Said { unit, number } = said(&visit.label).or_else(|| said(name))?;
    let VisitTiming::Target { anchor, offset, text, .. } = &visit.timing else { return None };
    let counts_from_event = matches!(anchor.of, Anchor::Event { .. }) && anchor.offset.is_none();
    if visit.repeat.is_some() || !counts_from_event || number < 0 {
        return None;
    }
    let clock = plan.clock_of(visit);
    if unit == "day" && number == 0 && clock.is_some_and(|clock| clock.first == 1) {
        let message = format!("`{name}` is called day 0, and the clock has none");
        return Some(
            at(&codes::DAY_NUMBERING, visit.origin.0, message)?
                .label(format!("{text}; day -1 is followed by day 1"))
                .help("call it by its day of the clock, or number from 0: `clock study: day 0 is …`"),
        );
    }
    let days = day_range(offset);
    let (low, high) = possible(unit, number, clock);
    let called = format!("{unit} {number}");
    // Months count by the calendar: only their own number fits.
    if let (Duration::Months(months), "month" | "year") = (&offset.by, unit) {
        let wanted = if unit == "year" { 12 * number } else { number };
        let step = if unit == "year" { 12 } else { 1 };
        if *months == wanted
            || *months == wanted - step
            || (unit == "year" && (wanted - 12..=wanted).contains(months))
        {
            return None;
        }
        return mismatch(visit, name, &called, text, None);
    }
    if let (Duration::Months(_), "week") = (&offset.by, unit)
        && days.1 >= low
        && days.0 <= high
    {
        let message = format!(
            "`{name}` is called {called} and counts calendar months: {} to {} days, not {}",
            days.0,
            days.1,
            7 * number
        );
        return Some(
            at(&codes::MONTHS_FOR_WEEKS, visit.origin.0, message)?
                .label(text.to_owned())
                .help(format!("write `{number} weeks after …`, or call the visit by its months")),
        );
    }
    if days.1 < low || days.0 > high {
        return mismatch(visit, name, &called, text, Some((low, high)));
    }
    None
}

/// S37.
fn mismatch(
    visit: &Visit,
    name: &str,
    called: &str,
    text: &str,
    fits: Option<(i64, i64)>,
) -> Option<Diagnostic> {
    let message = format!("`{name}` is called {called} and takes place {text}");
    let fits = match fits {
        Some((low, high)) if low == high => format!("{called} is {} after the anchor", counted(high)),
        Some((low, high)) => format!("{called} is {low} to {} after the anchor", counted(high)),
        None => "another number of months".to_owned(),
    };
    Some(
        at(&codes::LABEL_DAY, visit.origin.0, message)?
            .label(fits)
            .help("correct the time, or call the visit by it"),
    )
}

/// Days from the anchor that a name can mean. `Week 4` is the end of the fourth week or a day in it, `Day 8` the eighth
/// day or eight days later.
fn possible(unit: &str, number: i64, clock: Option<&Clock>) -> (i64, i64) {
    match unit {
        "day" => match clock.and_then(|clock| clock.days_to(number)) {
            Some(days) => (days, days.max(number)),
            None => (number - 1, number),
        },
        "week" => (7 * (number - 1), 7 * number),
        "month" => (28 * (number - 1), 31 * number + 1),
        _ => (364 * (number - 1), 366 * number + 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_one_time_or_none() {
        let of = |text: &str| said(text).map(|said| format!("{} {}", said.unit, said.number));
        assert_eq!(of("week_4").as_deref(), Some("week 4"));
        assert_eq!(of("Visit at Month 12 (end)").as_deref(), Some("month 12"));
        assert_eq!(of("Visit 3, Week 4"), None, "two numbers");
        assert_eq!(of("Weekly call"), None);
        assert_eq!(of("baseline"), None);
    }

    #[test]
    fn a_week_is_its_end_or_a_day_in_it() {
        assert_eq!(possible("week", 4, None), (21, 28));
        let clock = Clock { first: 1, anchor: crate::time::testing::event("randomization") };
        assert_eq!(possible("day", 8, Some(&clock)), (7, 8));
        assert_eq!(possible("day", 8, None), (7, 8));
    }
}
