//! Results that rise or fall from one to the next.

use jiff::civil::Date;
use trialc::eligibility::record::Measurement;
use trialc::model::{Comparator, Duration, Term, Trend, Value};

use super::Known::{No, Perhaps, Yes};
use super::{Known, Reader, exact, moved};

impl Reader<'_> {
    pub(super) fn trend(
        &self,
        term: &Term,
        direction: Trend,
        wanted: usize,
        apart: Option<&Duration>,
    ) -> Known {
        let Value::Measured { measure, window, .. } = &term.value else {
            panic!("the reference evaluator does not read {term:?}")
        };
        let (from, to) = self.window(window);
        let all = &self.record.measurements;
        let inside: Vec<&Measurement> = all
            .iter()
            .filter(|one| one.measure == *measure && from <= exact(one.on) && exact(one.on) <= to)
            .collect();
        // From the last day backwards: the next one that counts is the latest that is far enough.
        let mut days: Vec<Date> = Vec::new();
        while days.len() < wanted {
            let far = |day: Date| match (days.last(), apart) {
                (None, _) => true,
                (Some(next), None) => day < *next,
                (Some(next), Some(apart)) => day < *next && moved(day, apart, 1) <= *next,
            };
            match inside.iter().map(|one| exact(one.on)).filter(|day| far(*day)).max() {
                Some(day) => days.push(day),
                None => return Perhaps,
            }
        }
        let values: Vec<_> = days
            .iter()
            .map(|day| {
                let of_day: Vec<&Measurement> =
                    inside.iter().copied().filter(|one| exact(one.on) == *day).collect();
                self.result(measure, self.one_of(&format!("value {measure} on {day}"), of_day))
            })
            .collect();
        let stands = |later: usize, earlier: usize| match (&values[later], &values[earlier]) {
            (Some(later), Some(earlier)) => later.compare(
                if direction == Trend::Rising { Comparator::Greater } else { Comparator::Less },
                earlier,
            ),
            _ => Perhaps,
        };
        // Any two of them can show that it is not so; only neighbours that it is.
        let pairs = (0..wanted).flat_map(|later| (later + 1..wanted).map(move |earlier| (later, earlier)));
        if pairs.into_iter().any(|(later, earlier)| stands(later, earlier) == No) {
            return No;
        }
        if (1..wanted).all(|earlier| stands(earlier - 1, earlier) == Yes) { Yes } else { Perhaps }
    }
}
