//! Means and medians, without a division: each result says how far it lies above the limit, as a decimal times a whole
//! number that makes all units whole; the sum of these distances has the sign of the mean's.

use super::limits::{Limit, Recorded, Scale};
use super::measured::{Asked, ON_DAY};
use super::moments::{Span, Test};
use super::says::{Says, UNKNOWN};
use super::{NotSaid, Writer};
use crate::model::{Comparator, Measure, Rule, Selector, Value};
use crate::number::Exact;
use crate::units::Unit;

/// A mean or median against one limit.
#[derive(Clone, Debug)]
pub(super) struct Middle {
    pub name: String,
    pub words: String,
    pub concerned: String,
    /// How far a row lies above the limit.
    pub distance: String,
    pub is_median: bool,
    pub operator: Comparator,
}

/// Beyond so many digits the engines' decimals overflow.
const MOST_DIGITS: usize = 14;

impl<'a> Writer<'a> {
    pub(super) fn middle(
        &mut self,
        rule: &'a Rule,
        asked: &Asked<'_>,
        measure: &'a Measure,
        span: &Span,
        words: &str,
    ) -> Result<Says, NotSaid> {
        if !self.is_exact(span) {
            return Err(NotSaid::new("a mean or median is taken over a window that differs by person"));
        }
        let (tests, unit) = match rule {
            Rule::Compare { operator, right, unit, .. } => (vec![(*operator, right)], unit),
            Rule::Between { low, high, unit, .. } => {
                (vec![(Comparator::AtLeast, low), (Comparator::AtMost, high)], unit)
            }
            _ => return Err(NotSaid::new("a mean or median is compared with a list")),
        };
        let flag = format!("r.{}", self.flag(asked.measure));
        self.written.measures.insert(asked.measure.to_owned());
        let concerned = Test::all([Test::Sql(flag), self.surely_holds(span, ON_DAY)]).text();
        let mut says = Vec::new();
        for (operator, limit) in tests {
            let Value::Constant { number, unit: of_limit, .. } = &limit.value else {
                return Err(NotSaid::new("a mean or median is compared with something other than a number"));
            };
            let limit = Limit { number, unit: of_limit.as_ref(), compared_in: unit.as_ref() };
            let Some(distance) = self.distance(&Scale::of(measure), &limit)? else { return Ok(UNKNOWN) };
            let name = self.column_name(asked.measure);
            self.written.middles.push(Middle {
                name: name.clone(),
                words: words.to_owned(),
                concerned: concerned.clone(),
                distance,
                is_median: asked.select == Selector::Median,
                operator,
            });
            says.push(Says::sql(format!("f.{name}")));
        }
        Ok(Says::all(says))
    }

    /// `CASE WHEN unit … THEN decimal * a + b END`, above zero where a result lies above the limit; NULL where it has no
    /// number in a known unit.
    fn distance(&mut self, scale: &Scale<'_>, limit: &Limit<'_>) -> Result<Option<String>, NotSaid> {
        let own = scale.own_unit();
        let Some(at) = scale.limit_in(&own, limit)? else { return Ok(None) };
        let mut lines: Vec<(Recorded, Exact, Exact)> = Vec::new();
        let mut whole = Exact::one();
        let mut left_out = Vec::new();
        for recorded in self.recorded_units(scale) {
            if !scale.has_value(&recorded)? {
                continue;
            }
            let value = |number: i64| scale.in_own(&Exact::from(number), &recorded);
            let (Some(zero), Some(one), Some(two)) = (value(0)?, value(1)?, value(2)?) else { continue };
            let (slope, above) = (&one - &zero, &zero - &at);
            if &two - &one != slope {
                return Err(NotSaid::new("a unit of the results is on a scale that is not straight"));
            }
            // The common multiple of all denominators, as long as it fits.
            let mut wider = whole.clone();
            for number in [&slope, &above] {
                let rest = (number * &wider).to_rational().denom().clone();
                wider = &wider * &Exact::from_rational(rest.into());
            }
            let fits = lines.iter().chain([&(recorded.clone(), slope.clone(), above.clone())]).all(
                |(_, slope, above)| {
                    digits(&(slope * &wider)) <= MOST_DIGITS && digits(&(above * &wider)) <= MOST_DIGITS
                },
            );
            if fits {
                whole = wider;
                lines.push((recorded, slope, above));
            } else {
                left_out.push(recorded.as_ref().map_or("no unit", Unit::code).to_owned());
            }
        }
        if !left_out.is_empty() {
            self.remarks.push(format!(
                "A mean or median of {} over results of which one is recorded in one of these units is unknown, because their \
                 conversion has more digits than the engines' decimals hold: {}.",
                scale.measure.label,
                left_out.join(", ")
            ));
        }
        let mut by_line: Vec<(String, Vec<Recorded>)> = Vec::new();
        for (recorded, slope, above) in lines {
            let (slope, above) = (&slope * &whole, &above * &whole);
            let text = |number: Exact| number.to_rational().to_integer().to_string();
            let (slope, above) = (text(slope), text(above));
            let value = self.dialect.decimal("r.low");
            let line = format!("{value} * {slope} + ({above})");
            match by_line.iter_mut().find(|(known, _)| *known == line) {
                Some((_, units)) => units.push(recorded),
                None => by_line.push((line, vec![recorded])),
            }
        }
        if by_line.is_empty() {
            return Ok(None);
        }
        let mut text = String::from("CASE WHEN r.low IS NULL OR r.high IS NULL THEN NULL");
        for (line, recorded) in by_line {
            text.push_str(&format!(" WHEN {} THEN {line}", self.has_unit(&recorded)));
        }
        text.push_str(" END");
        Ok(Some(text))
    }
}

fn digits(number: &Exact) -> usize {
    number.to_rational().to_integer().to_string().trim_start_matches('-').len()
}
