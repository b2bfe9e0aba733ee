//! Results that rise or fall from one to the next.

use jiff::civil::Date;

use super::amount::Amount;
use super::bind::Scope;
use super::moment::Days;
use super::series::Dated;
use super::shown::unit_of;
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Compared, Evidence, Missing, MissingKind, Outcome};
use crate::model::{Direction, Duration, Term, Trend, Value, Window};
use crate::time::shift;

/// What is asked of the last results.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub direction: Trend,
    pub values: u32,
    pub apart: Option<&'a Duration>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn trend(&self, term: &'a Term, asked: Asked<'a>, scope: &Scope<'a>) -> Outcome {
        let Value::Measured { measure, window, .. } = &term.value else {
            let why = format!("`{}` has no results that follow each other", term.text);
            return Outcome::unknown(vec![Missing::new(
                MissingKind::Rule,
                &term.text,
                why,
                "repair the rule",
            )]);
        };
        self.for_each_choice(&[], &[window], scope, &|scope| self.trend_of(measure, window, asked, scope))
    }

    fn trend_of(&self, measure: &'a str, window: &'a Window, asked: Asked<'a>, scope: &Scope<'a>) -> Outcome {
        let (series, days) = self.series(measure, window, scope);
        let (sure, open): (Vec<Dated<'a>>, Vec<Dated<'a>>) =
            series.into_iter().partition(|value| value.is_sure && value.on.is_exact());
        let wanted = asked.values as usize;
        let mut dates: Vec<Date> = sure.iter().filter_map(|value| value.on.day()).collect();
        dates.sort_unstable();
        dates.dedup();
        let (counted, passed_over) = last_apart(&dates, wanted, asked.apart);
        let is_complete = counted.len() == wanted;
        // A result of which nobody knows whether it is among the last.
        let earliest = counted.first().copied().filter(|_| is_complete);
        let unplaced: Vec<&Dated<'a>> =
            open.iter().filter(|value| earliest.is_none_or(|first| value.on.latest >= first)).collect();
        let mut missing = Vec::new();
        if !is_complete {
            missing.push(self.too_few(measure, asked, counted.len(), &days));
        }
        if let Some(value) = unplaced.first() {
            missing.push(self.unplaced(measure, value, &days));
        }
        // The latest first, as ties are tried.
        let mut chosen: Vec<(Result<Amount, Missing>, Vec<Evidence>)> = Vec::new();
        for day in counted.iter().rev() {
            let of_day = sure.iter().filter(|value| value.on.day() == Some(*day)).cloned().collect();
            let Some(bound) = self.one_of_day(measure, "value", of_day) else { continue };
            chosen.push(match self.common_amount(measure, &bound, &days) {
                Ok((amount, shown)) => (Ok(amount), shown),
                Err(missing) => (Err(missing), Vec::new()),
            });
        }
        chosen.reverse();
        let mut evidence: Vec<Evidence> = chosen.iter().flat_map(|(_, shown)| shown.clone()).collect();
        if let (Some(last), 1..) = (evidence.last_mut(), passed_over) {
            last.remarks.push(match passed_over {
                1 => "one result that lies nearer to the next is passed over".into(),
                count => format!("{count} results that lie nearer to the next are passed over"),
            });
        }
        if !missing.is_empty() {
            missing.extend(days.missing);
            return Outcome::unknown(missing).with(evidence);
        }
        let amounts: Vec<&Result<Amount, Missing>> = chosen.iter().map(|(amount, _)| amount).collect();
        let truth = follow(&amounts, asked.direction);
        if truth == Truth::Unknown {
            missing.extend(amounts.iter().filter_map(|amount| amount.as_ref().err().cloned()));
            if missing.is_empty() {
                missing.push(self.censored(measure));
            }
        }
        let known: Option<Vec<&Amount>> = amounts.iter().map(|amount| amount.as_ref().ok()).collect();
        let compared = known.map(|known| Compared {
            value: known.iter().map(|amount| amount.shown()).collect::<Vec<_>>().join(", "),
            unit: known.first().and_then(|amount| unit_of(amount)),
            test: match asked.direction {
                Trend::Rising => "each above the one before".into(),
                Trend::Falling => "each below the one before".into(),
            },
            margin: None,
        });
        Outcome { truth: Some(truth), evidence, compared, missing }
    }

    fn too_few(&self, measure: &'a str, asked: Asked<'_>, recorded: usize, days: &Days<'_>) -> Missing {
        let mut missing = self.no_value(measure, days);
        let days_apart = if asked.apart.is_some() { ", so far apart," } else { " of different days" };
        missing.why = format!(
            "{} values of {}{days_apart} are needed, and {recorded} {} recorded",
            asked.values,
            self.measure_label(measure),
            if recorded == 1 { "is" } else { "are" }
        );
        missing
    }

    fn unplaced(&self, measure: &'a str, value: &Dated<'_>, days: &Days<'_>) -> Missing {
        let words = self.measure_label(measure);
        let why =
            format!("whether a value of {words} dated {} is among the last {}", value.on, days.in_words());
        let why = format!("{} is not known", why.trim_end());
        Missing::new(
            MissingKind::Date,
            measure,
            why,
            format!("complete the dates of the values of `{measure}`"),
        )
    }
}

/// Going back from the last day, those that lie far enough before the next one that counts, in their order; and how many days between
/// the first and the last of them are passed over.
fn last_apart(dates: &[Date], wanted: usize, apart: Option<&Duration>) -> (Vec<Date>, usize) {
    let is_far = |day: Date, next: Date| match apart {
        None => true,
        Some(apart) => shift(day, Direction::After, apart).is_some_and(|reached| reached.date <= next),
    };
    let mut counted: Vec<Date> = Vec::new();
    let (mut passed, mut passed_over) = (0, 0);
    for day in dates.iter().rev() {
        if counted.len() == wanted {
            break;
        }
        if counted.last().is_none_or(|next| is_far(*day, *next)) {
            counted.push(*day);
            passed_over = passed;
        } else {
            passed += 1;
        }
    }
    counted.reverse();
    (counted, passed_over)
}

/// Each value against all before it: two that stand the wrong way round decide, whatever lies between them.
fn follow(amounts: &[&Result<Amount, Missing>], direction: Trend) -> Truth {
    let operator = direction.comparator();
    let mut truth = Truth::True;
    for (place, later) in amounts.iter().enumerate() {
        for (before, earlier) in amounts[..place].iter().enumerate() {
            let stands = match (later, earlier) {
                (Ok(later), Ok(earlier)) => later.compare(operator, earlier),
                _ => Truth::Unknown,
            };
            match stands {
                Truth::False => return Truth::False,
                // What lies between two values says how those stand that follow each other.
                Truth::Unknown if before + 1 == place => truth = Truth::Unknown,
                _ => {}
            }
        }
    }
    truth
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn results_that_lie_too_near_to_the_next_are_passed_over() {
        let june = |day| date(2011, 6, day);
        let dates = [june(1), june(8), june(14), june(15), june(20), june(22)];
        let week = Duration::Days(7);
        assert_eq!(last_apart(&dates, 3, Some(&week)), (vec![june(8), june(15), june(22)], 2));
        assert_eq!(last_apart(&dates, 4, Some(&week)), (vec![june(1), june(8), june(15), june(22)], 2));
        assert_eq!(last_apart(&dates, 3, None), (vec![june(15), june(20), june(22)], 0));
        assert_eq!(last_apart(&dates, 5, Some(&week)).0.len(), 4, "there are no five");
        assert_eq!(last_apart(&dates, 2, Some(&Duration::Months(1))), (vec![june(22)], 0));
    }
}
