//! Times within a day, as people write them.

use super::MINUTES_PER_DAY;
use crate::model::Timepoint;

/// `±5 min`, `−30/+10 min`; nothing where the time is exact.
pub fn around(point: &Timepoint) -> Option<String> {
    match (point.early, point.late) {
        (0, 0) => None,
        (early, late) if early == late => Some(format!("±{}", clock(late))),
        (0, late) => Some(format!("+{}", clock(late))),
        (early, 0) => Some(format!("−{}", clock(early))),
        (early, late) => Some(format!("−{}/+{}", clock(early), clock(late))),
    }
}

/// `15 min`, `1 h 30 min`, `−30 min`, `24 h`, `3 d`.
pub fn clock(minutes: i64) -> String {
    let (sign, minutes) = if minutes < 0 { ("−", -minutes) } else { ("", minutes) };
    let (hours, rest) = (minutes / 60, minutes % 60);
    let text = match (hours, rest) {
        (0, rest) => format!("{rest} min"),
        _ if minutes > 3 * MINUTES_PER_DAY && minutes % MINUTES_PER_DAY == 0 => {
            format!("{} d", minutes / MINUTES_PER_DAY)
        }
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    };
    format!("{sign}{text}")
}
