use super::*;
use crate::time::testing::{
    Draft, after, before, clause, constraint, cycle, days, event, months, occurrence, on, range, target,
    visit, weeks,
};

mod cases;
mod conflicts;
mod ics;
mod input;
mod many;
mod naive;

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn dates(trial: &Trial, pairs: &[&str]) -> Dates {
    let mut dates = Dates::default();
    for pair in pairs {
        dates.add(trial, pair).unwrap_or_else(|error| panic!("{pair}: {error}"));
    }
    dates
}

fn plan(draft: &Draft, pairs: &[&str], as_of: Option<&str>) -> Calendar {
    calendar(&draft.0, &dates(&draft.0, pairs), as_of.map(date), DEFAULT_HORIZON)
}

/// `month_1: 2011-08-01 [2011-07-25 to 2011-08-08] planned`, one line for each visit.
fn lines(calendar: &Calendar) -> Vec<String> {
    let lines = calendar.visits.iter().map(|visit| {
        let name = match visit.number {
            Some(number) => format!("{}@{number}", visit.name),
            None => visit.name.clone(),
        };
        let target = visit.target.map_or("-".to_owned(), |day| day.to_string());
        let window = match (visit.earliest, visit.latest) {
            (Some(first), Some(last)) if first == last => String::new(),
            (first, last) if first.is_some() || last.is_some() => {
                format!(" [{}]", Days { from: first, to: last })
            }
            _ => String::new(),
        };
        let remarks: String = visit.remarks().iter().map(|remark| format!("; {remark}")).collect();
        format!("{name}: {target}{window} {}{remarks}", visit.status_text())
    });
    lines.collect()
}
