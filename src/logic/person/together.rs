//! Results of one measure that several questions are about: a mean and the highest, say. They are chosen together, so that each comes
//! out as it is wanted.

use jiff::civil::Date;

use super::End;
use crate::model::Selector;
use crate::number::Exact;
use crate::time::add_days;

/// As many results beside another at most.
const MOST_ALIKE: i64 = 5;

/// What is wanted of the results of a measure in one window.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub select: Selector,
    pub days: (Option<Date>, Option<Date>),
    /// The day on which a result of its own would be the one that is meant.
    pub on: Date,
    pub low: End,
    pub high: End,
    pub number: Exact,
    /// The number is to come out exactly.
    pub is_focus: bool,
}

impl Ask {
    fn lies_in(&self, value: &Exact) -> bool {
        match self.is_focus {
            true => *value == self.number,
            false => {
                self.low.as_ref().is_none_or(|(at, closed)| value > at || (*closed && value == at))
                    && self.high.as_ref().is_none_or(|(at, closed)| value < at || (*closed && value == at))
            }
        }
    }

    /// Whether these results, by their days, come out as it is wanted.
    fn is_met_by(&self, results: &[(Date, Exact)]) -> bool {
        let (from, to) = self.days;
        let inside = |day: Date| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to);
        let mut within: Vec<&(Date, Exact)> = results.iter().filter(|(day, _)| inside(*day)).collect();
        within.sort_by_key(|(day, _)| *day);
        let values: Vec<&Exact> = within.iter().map(|(_, value)| value).collect();
        let found = match self.select {
            Selector::Latest => values.last().map(|value| (*value).clone()),
            Selector::Earliest => values.first().map(|value| (*value).clone()),
            Selector::Highest => values.iter().copied().max().cloned(),
            Selector::Lowest => values.iter().copied().min().cloned(),
            Selector::Mean => mean(&values),
            Selector::Median => median(&values),
            Selector::Consecutive(count) => {
                let last = values.iter().rev().take(count as usize);
                return values.len() >= count as usize && last.into_iter().all(|value| self.lies_in(value));
            }
            Selector::Any | Selector::Every => None,
        };
        found.is_some_and(|value| self.lies_in(&value))
    }
}

fn mean(values: &[&Exact]) -> Option<Exact> {
    let sum = values.iter().fold(Exact::zero(), |sum, value| &sum + *value);
    sum.checked_div(&Exact::from(i64::try_from(values.len()).ok()?))
}

fn median(values: &[&Exact]) -> Option<Exact> {
    let mut sorted = values.to_vec();
    sorted.sort();
    let (above, below) = (sorted.get(sorted.len() / 2)?, sorted.get((sorted.len() - 1) / 2)?);
    (*above + *below).checked_div(&Exact::from(2))
}

/// Results that meet all that is asked, as few as will do; `None` where none of the plain ways does. They lie within the plausible range.
pub(super) fn together(asks: &[Ask], plausible: Option<&(Exact, Exact)>) -> Option<Vec<(Date, Exact)>> {
    let mut ways = vec![apart(asks)];
    // The number that must come out first.
    let mut first: Vec<&Ask> = asks.iter().collect();
    first.sort_by_key(|ask| !ask.is_focus);
    let last = asks.iter().map(|ask| ask.on).min()?;
    ways.extend(first.iter().map(|ask| vec![(last, ask.number.clone())]));
    let before = add_days(last, -1)?;
    let middle = |ask: &&&Ask| matches!(ask.select, Selector::Mean | Selector::Median);
    for centre in first.iter().filter(middle) {
        for other in first.iter().filter(|other| !middle(other)) {
            let mirrored = &(&centre.number + &centre.number) - &other.number;
            ways.push(vec![(before, mirrored), (last, other.number.clone())]);
            // Several alike beside the other, where a single one would be too far from it.
            for count in 2..=MOST_ALIKE {
                let all = &(&centre.number * &Exact::from(count + 1)) - &other.number;
                let Some(mean) = all.checked_div(&Exact::from(count)) else { continue };
                let alike = if centre.select == Selector::Mean { mean } else { centre.number.clone() };
                // As few figures as will do: where the mean need not come out exactly, it only has to lie in its room.
                let shown = alike.to_significant(3).parse().unwrap_or_else(|_| alike.clone());
                for value in [alike, shown] {
                    let days = (1..=count).rev().filter_map(|back| add_days(last, -back));
                    let rest = days.map(|day| (day, value.clone()));
                    ways.push(rest.chain([(last, other.number.clone())]).collect());
                }
            }
        }
    }
    let is_plausible = |value: &Exact| plausible.is_none_or(|(low, high)| value >= low && value <= high);
    ways.into_iter().find(|results| {
        results.iter().all(|(_, value)| value.to_decimal().is_some())
            && results.iter().all(|(_, value)| is_plausible(value))
            && asks.iter().all(|ask| ask.is_met_by(results))
    })
}

/// Each on its own day, or on the day before where another has it.
fn apart(asks: &[Ask]) -> Vec<(Date, Exact)> {
    let mut results: Vec<(Date, Exact)> = Vec::new();
    for ask in asks {
        match results.iter().find(|(day, _)| *day == ask.on) {
            Some((_, value)) if *value == ask.number => {}
            Some(_) => results.extend(add_days(ask.on, -1).map(|day| (day, ask.number.clone()))),
            None => results.push((ask.on, ask.number.clone())),
        }
    }
    results.sort_by_key(|(day, _)| *day);
    results.dedup_by_key(|(day, _)| *day);
    results
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn ask(select: Selector, low: Option<i64>, high: Option<i64>, number: i64, is_focus: bool) -> Ask {
        let on = date(2025, 9, 16);
        let end = |end: Option<i64>| end.map(|at| (Exact::from(at), true));
        Ask {
            select,
            days: (add_days(on, -7), Some(on)),
            on,
            low: end(low),
            high: end(high),
            number: Exact::from(number),
            is_focus,
        }
    }

    fn values(asks: &[Ask]) -> Option<Vec<String>> {
        let range = (Exact::from(50), Exact::from(300));
        let found = together(asks, Some(&range))?;
        Some(found.iter().map(|(_, value)| value.to_string()).collect())
    }

    #[test]
    fn a_mean_and_the_highest_come_out_both() {
        let mean = |focus| ask(Selector::Mean, Some(136), Some(140), 136, focus);
        let highest = |number, focus| ask(Selector::Highest, None, Some(number), number, focus);
        assert_eq!(values(&[mean(true), highest(179, false)]).unwrap(), ["136"], "one value is enough");
        assert_eq!(values(&[mean(false), highest(179, true)]).unwrap(), ["93", "179"]);
        let over = ask(Selector::Highest, Some(180), None, 180, true);
        assert_eq!(values(&[mean(false), over]).unwrap(), ["92", "180"]);
    }

    #[test]
    fn what_is_implausible_is_not_chosen() {
        let mean = ask(Selector::Mean, Some(60), Some(62), 60, true);
        let highest = ask(Selector::Highest, Some(180), None, 180, true);
        assert_eq!(
            values(&[mean, highest]),
            None,
            "a mean of 60 with a value of 180 needs one below nothing"
        );
    }

    #[test]
    fn several_values_in_a_row_are_counted() {
        let row = ask(Selector::Consecutive(2), None, Some(140), 120, false);
        assert_eq!(values(&[row]), None, "one value is not two");
        assert_eq!(values(&[ask(Selector::Latest, None, Some(140), 120, false)]).unwrap(), ["120"]);
    }
}
