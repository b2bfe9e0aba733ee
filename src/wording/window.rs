//! Windows around a visit's day, as a protocol's table writes them.

use super::{Wording, in_units};
use crate::model::Duration;

/// `±7 d`, `−7/+14 d`, `+30 d`; `±0 d` where the visit is on its day.
pub(crate) fn window(wording: Wording<'_>, early: &Duration, late: &Duration) -> String {
    let (before, after) = (short(wording, early), short(wording, late));
    let zero = |by: &Duration| matches!(by, Duration::Days(0) | Duration::Minutes(0) | Duration::Months(0));
    match (zero(early), zero(late)) {
        (true, true) => "±0 d".to_owned(),
        (true, false) => format!("+{after}"),
        (false, true) => format!("−{before}"),
        (false, false) if early == late => format!("±{after}"),
        (false, false) => match (before.rsplit_once(' '), after.rsplit_once(' ')) {
            (Some((number, unit)), Some((_, other))) if unit == other => format!("−{number}/+{after}"),
            _ => format!("−{before}/+{after}"),
        },
    }
}

/// `7 d`, `30 min`, `1 mo`; weeks are shown as days, as in most protocols' windows.
fn short(wording: Wording<'_>, by: &Duration) -> String {
    let (count, unit) = match by {
        Duration::Days(days) => (*days, "d"),
        Duration::Longest(_) | Duration::Shortest(_) => return wording.duration(by),
        simple => match in_units(simple) {
            (count, "year") => (count, "y"),
            (count, "month") => (count, "mo"),
            (count, "hour") => (count, "h"),
            (count, _) => (count, "min"),
        },
    };
    format!("{count} {unit}")
}
