//! Days that are counted one by one.

use jiff::civil::Date;
use trialc::model::{DayCount, Finding};
use trialc::number::Exact;

use super::Known::{No, Perhaps, Yes};
use super::values::Range;
use super::{FIRST, Known, Reader, any, extent, plus_days};

impl Reader<'_> {
    /// Goes through the days of the window, stretch by stretch: those of one are all alike.
    pub(super) fn days_counted(
        &self,
        count: DayCount,
        without: bool,
        finding: &Finding,
        (from, to): (Date, Date),
    ) -> Range {
        let mut most = Some(0);
        if from > to {
            return Range { low: Some(Exact::zero()), high: None };
        }
        let recorded = self.entries().map(|entry| {
            let (start, end) = extent(entry);
            let known = match self.is_meant(entry, finding) {
                Yes if self.is_denied(&finding.name, start, end) => Perhaps,
                known => known,
            };
            (start, end, known)
        });
        let recorded: Vec<(Date, Date, Known)> = recorded.collect();
        let was = |day: Date| {
            let there = recorded.iter().filter(|(start, end, _)| *start <= day && day <= *end);
            match any(there.map(|(_, _, known)| *known)) {
                No if self.is_covered(&finding.name, day) => No,
                No => Perhaps,
                known => known,
            }
        };
        let counts = |day: Date| if without { was(day).denied() } else { was(day) };
        let starts: Vec<Date> = self.days(from, to).collect();
        let (mut least, mut runs) = (0, (0, 0));
        for (place, start) in starts.iter().enumerate() {
            let known = counts(*start);
            if *start == FIRST {
                most = most.filter(|_| known == No); // nobody counts days without a first one
                continue;
            }
            let next = starts.get(place + 1).copied().unwrap_or(plus_days(to, 1));
            let length = i64::from((next - *start).get_days());
            match count {
                DayCount::All => {
                    least += if known == Yes { length } else { 0 };
                    most = most.map(|most| most + if known == No { 0 } else { length });
                }
                DayCount::LongestRun => {
                    runs = (
                        if known == Yes { runs.0 + length } else { 0 },
                        if known == No { 0 } else { runs.1 + length },
                    );
                    (least, most) = (least.max(runs.0), most.map(|most| most.max(runs.1)));
                }
            }
        }
        Range { low: Some(least.into()), high: most.map(Exact::from) }
    }
}
