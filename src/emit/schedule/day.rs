//! Times within a day, in words.

use crate::emit::wording::Wording;
use crate::model::{Moment, Timepoint, Timepoints};
use crate::time::MINUTES_PER_DAY;

/// `PK profile, counted from dose: −30 min, 15 min (±2 min), 1 h (±5 min).`
pub(super) fn sentence(wording: Wording<'_>, set: &Timepoints) -> String {
    let points: Vec<String> = set.points.iter().map(point).collect();
    format!("{}, counted from {}: {}.", set.label, reference(wording, set), points.join(", "))
}

/// What the times count from.
pub(super) fn reference(wording: Wording<'_>, set: &Timepoints) -> String {
    match &set.anchor {
        Some(anchor) => wording.moment(&Moment { offset: None, of: anchor.clone() }),
        None => set.from.clone(),
    }
}

/// `1 h (±5 min)`, `Peak: 1 h`.
fn point(point: &Timepoint) -> String {
    let time = clock(point.minutes);
    let time = match around(point) {
        Some(window) => format!("{time} ({window})"),
        None => time,
    };
    match &point.label {
        Some(label) => format!("{label}: {time}"),
        None => time,
    }
}

/// `±5 min`, `−30/+10 min`; nothing where the time is exact.
pub(super) fn around(point: &Timepoint) -> Option<String> {
    match (point.early, point.late) {
        (0, 0) => None,
        (early, late) if early == late => Some(format!("±{}", clock(late))),
        (0, late) => Some(format!("+{}", clock(late))),
        (early, 0) => Some(format!("−{}", clock(early))),
        (early, late) => Some(format!("−{}/+{}", clock(early), clock(late))),
    }
}

/// `15 min`, `1 h 30 min`, `−30 min`, `24 h`, `3 d`.
pub(super) fn clock(minutes: i64) -> String {
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
