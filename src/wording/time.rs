//! Moments, lengths of time, and what a visit keeps to.

use super::{Wording, listed};
use crate::model::{Anchor, Constraint, Direction, Duration, Moment, Occurrence, Offset};

impl Wording<'_> {
    /// `2 weeks after the cell infusion`, `Month 1`.
    pub fn moment(self, moment: &Moment) -> String {
        let of = self.anchor(&moment.of);
        match &moment.offset {
            None => of,
            Some(offset) => self.offset(offset, &of),
        }
    }

    pub fn anchor(self, anchor: &Anchor) -> String {
        match anchor {
            Anchor::Event { name, occurrence } => {
                let label = self.named(name);
                match occurrence {
                    Occurrence::Once => label,
                    Occurrence::First => format!("the first {label}"),
                    Occurrence::Last => format!("the last {label}"),
                    Occurrence::Any => format!("any {label}"),
                    Occurrence::Each => format!("each {label}"),
                }
            }
            Anchor::Visit { name } => self.named(name),
            Anchor::Onset { finding } => format!("the onset of {}", self.finding(finding)),
            Anchor::End { finding } => format!("the end of {}", self.finding(finding)),
            Anchor::Decision => "the decision".to_owned(),
        }
    }

    /// `2 weeks after Month 1`; the anchor alone where the offset is nothing.
    pub fn offset(self, offset: &Offset, of: &str) -> String {
        if is_nothing(&offset.by) {
            return of.to_owned();
        }
        let side = match offset.direction {
            Direction::Before => "before",
            Direction::After => "after",
        };
        format!("{} {side} {of}", self.duration(&offset.by))
    }

    pub fn duration(self, by: &Duration) -> String {
        match by {
            Duration::Longest(choices) => format!("the longer of {}", self.durations(choices)),
            Duration::Shortest(choices) => format!("the shorter of {}", self.durations(choices)),
            simple => {
                let (number, unit) = in_units(simple);
                if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
            }
        }
    }

    /// `4 weeks`, `month`: behind "every".
    pub fn every(self, by: &Duration) -> String {
        let text = self.duration(by);
        text.strip_prefix("1 ").map_or(text.clone(), str::to_owned)
    }

    fn durations(self, choices: &[Duration]) -> String {
        let parts: Vec<String> = choices.iter().map(|choice| self.duration(choice)).collect();
        listed(&parts, "and")
    }

    /// `at least 7 days after Month 1`.
    pub fn constraint(self, constraint: &Constraint) -> String {
        let of = self.moment(&constraint.anchor);
        let zero = |offset: &Offset| is_nothing(&offset.by);
        match (&constraint.low, &constraint.high) {
            (Some(low), Some(high)) if zero(low) && zero(high) => format!("on the day of {of}"),
            (Some(low), Some(high)) if low == high => self.offset(low, &of),
            (Some(low), Some(high)) if zero(low) && high.direction == Direction::After => {
                format!("within {}", self.offset(high, &of))
            }
            (Some(low), Some(high)) if zero(high) && low.direction == Direction::Before => {
                format!("within {}", self.offset(low, &of))
            }
            (Some(low), Some(high)) => {
                format!("between {} and {}", self.edge(low, &of), self.edge(high, &of))
            }
            (Some(low), None) if zero(low) => format!("not before {of}"),
            (Some(low), None) if low.direction == Direction::After => {
                format!("at least {}", self.offset(low, &of))
            }
            (Some(low), None) => format!("at most {}", self.offset(low, &of)),
            (None, Some(high)) if zero(high) => format!("not after {of}"),
            (None, Some(high)) if high.direction == Direction::After => {
                format!("at most {}", self.offset(high, &of))
            }
            (None, Some(high)) => format!("at least {}", self.offset(high, &of)),
            (None, None) => format!("at any time relative to {of}"),
        }
    }

    fn edge(self, offset: &Offset, of: &str) -> String {
        if is_nothing(&offset.by) { format!("the day of {of}") } else { self.offset(offset, of) }
    }
}

fn is_nothing(by: &Duration) -> bool {
    matches!(by, Duration::Days(0) | Duration::Months(0) | Duration::Minutes(0))
}

/// The number and the name of the largest unit that a duration is a whole number of: 14 days are 2 weeks.
pub(crate) fn in_units(by: &Duration) -> (i64, &'static str) {
    match by {
        Duration::Months(months) if *months != 0 && months % 12 == 0 => (months / 12, "year"),
        Duration::Months(months) => (*months, "month"),
        Duration::Days(days) if *days != 0 && days % 7 == 0 => (days / 7, "week"),
        Duration::Days(days) => (*days, "day"),
        Duration::Minutes(minutes) if minutes % 60 == 0 => (minutes / 60, "hour"),
        Duration::Minutes(minutes) => (*minutes, "minute"),
        Duration::Longest(_) | Duration::Shortest(_) => (0, "day"),
    }
}
