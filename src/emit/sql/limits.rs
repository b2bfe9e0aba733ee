//! A limit in every unit in which a result can be recorded. Results are never converted: the limit is, exactly and once,
//! and each double is compared with the cut point of its unit.

use std::collections::{BTreeMap, BTreeSet};

use super::{NotSaid, Writer};
use crate::eligibility::Cut;
use crate::model::{Comparator, Measure, MeasureKind, UnitRef};
use crate::number::Exact;
use crate::units::{self, Analyte, Unit};

/// A unit that results have, as the rows carry it: its UCUM code, or none.
pub(super) type Recorded = Option<Unit>;

/// The code of no unit.
pub(super) const NO_UNIT: &str = "";

/// UCUM codes to literals.
pub(super) type LimitByUnit = BTreeMap<String, String>;

/// A limit as the protocol states it.
#[derive(Clone, Debug)]
pub(super) struct Limit<'t> {
    pub number: &'t Exact,
    pub unit: Option<&'t UnitRef>,
    /// The unit that the comparison names.
    pub compared_in: Option<&'t UnitRef>,
}

/// What a measure needs for its results to be compared.
pub(super) struct Scale<'m> {
    analyte: Analyte,
    /// A result without a unit is not known.
    expects_unit: bool,
    pub measure: &'m Measure,
}

impl<'m> Scale<'m> {
    pub fn of(measure: &'m Measure) -> Self {
        let unit = measure.quantity().and_then(|quantity| quantity.unit.as_ref());
        let expects_unit = unit.is_some_and(|unit| match units::parse(&unit.ucum) {
            Ok(unit) => !is_plain(&unit) && unit.code() != "1",
            Err(_) => true,
        });
        Self { analyte: measure.analyte(), expects_unit, measure }
    }

    /// The number at which a result in this unit stands at the limit; `None` where the two cannot be compared.
    pub fn limit_in(&self, recorded: &Recorded, limit: &Limit<'_>) -> Result<Option<Exact>, NotSaid> {
        if recorded.is_none() && self.expects_unit {
            return Ok(None);
        }
        let parsed = |unit: Option<&UnitRef>| unit.map(|unit| units::parse(&unit.ucum)).transpose();
        let (Ok(of_limit), Ok(compared_in)) = (parsed(limit.unit), parsed(limit.compared_in)) else {
            return Ok(None);
        };
        let target = compared_in.or_else(|| recorded.clone().filter(|_| of_limit.is_some()));
        let (Some(at), true) = (
            self.brought(limit.number, of_limit.as_ref(), target.as_ref())?,
            self.brought(limit.number, recorded.as_ref(), target.as_ref())?.is_some(),
        ) else {
            return Ok(None);
        };
        let Some(back) = self.brought(&at, target.as_ref(), recorded.as_ref())? else { return Ok(None) };
        // There and back, and upwards: else the order of the numbers is not that of the values.
        let there = self.brought(&back, recorded.as_ref(), target.as_ref())?;
        let above = self.brought(&(&back + &Exact::one()), recorded.as_ref(), target.as_ref())?;
        match (there, above) {
            (Some(there), Some(above)) if there == at && above > at => Ok(Some(back)),
            _ => Err(NotSaid::new(format!(
                "values of {} in `{}` do not rise with those in the unit of the limit",
                self.measure.label,
                recorded.as_ref().map_or("no unit", Unit::code)
            ))),
        }
    }

    /// A number in another unit, as the checker brings it there; `None` where it cannot be.
    fn brought(
        &self,
        number: &Exact,
        from: Option<&Unit>,
        to: Option<&Unit>,
    ) -> Result<Option<Exact>, NotSaid> {
        let one = units::parse("1").map_err(|error| NotSaid::new(error.message))?;
        let (from, to, analyte) = match (from, to) {
            (None, None) => return Ok(Some(number.clone())),
            (Some(unit), None) | (None, Some(unit)) if is_plain(unit) => return Ok(Some(number.clone())),
            (Some(from), None) => (from, &one, as_share(from, &self.analyte)),
            (None, Some(to)) => (&one, to, as_share(to, &self.analyte)),
            (Some(from), Some(to)) => (from, to, self.analyte.clone()),
        };
        match units::convert(number, from, to, &analyte) {
            Ok(converted) if converted.rounded => Err(NotSaid::new(format!(
                "{} is recorded in `{from}` and compared in `{to}`: a logarithm lies between them",
                self.measure.label
            ))),
            Ok(converted) => Ok(Some(converted.value)),
            Err(_) => Ok(None),
        }
    }

    /// The unit that the measure declares; none of a pure number.
    pub fn own_unit(&self) -> Recorded {
        let own = self.measure.quantity().and_then(|quantity| quantity.unit.as_ref());
        own.and_then(|unit| units::parse(&unit.ucum).ok())
    }

    /// A number of this unit in the measure's own.
    pub fn in_own(&self, number: &Exact, recorded: &Recorded) -> Result<Option<Exact>, NotSaid> {
        self.brought(number, recorded.as_ref(), self.own_unit().as_ref())
    }

    /// Whether a result in this unit has a value in the measure's own.
    pub fn has_value(&self, recorded: &Recorded) -> Result<bool, NotSaid> {
        if recorded.is_none() && self.expects_unit {
            return Ok(false);
        }
        if self.measure.quantity().is_none() {
            return Ok(true);
        }
        Ok(matches!(self.in_own(&Exact::one(), recorded), Ok(Some(_))))
    }
}

impl Writer<'_> {
    /// The units in which results of a measure may be recorded, none among them.
    pub(super) fn recorded_units(&self, scale: &Scale<'_>) -> Vec<Recorded> {
        let own = scale.own_unit();
        let mut found: Vec<Recorded> = vec![None];
        found.extend(own.clone().map(Some));
        let declared = scale.measure.quantity().map(|quantity| quantity.units.as_slice()).unwrap_or_default();
        let declared = declared.iter().map(|unit| unit.ucum.as_str());
        for code in declared.chain(self.known_units.keys().map(String::as_str)) {
            let Ok(unit) = units::parse(code) else { continue };
            // A logarithm leaves no cut point; such units are left unknown, and the report of losses says so.
            let is_comparable = matches!(scale.in_own(&Exact::one(), &Some(unit.clone())), Ok(Some(_)));
            if is_comparable && !found.iter().flatten().any(|known| *known == unit) {
                found.push(Some(unit));
            }
        }
        found
    }

    /// The double on which the comparison turns, for each unit; `None` where no unit can be compared.
    pub(super) fn limit_by_unit(
        &mut self,
        scale: &Scale<'_>,
        operator: Comparator,
        limit: &Limit<'_>,
    ) -> Result<Option<LimitByUnit>, NotSaid> {
        let mut by_unit = LimitByUnit::new();
        for recorded in self.recorded_units(scale) {
            let number = match scale.limit_in(&recorded, limit) {
                Ok(number) => number,
                // Of a further unit that a logarithm divides from the limit's, the report of losses speaks.
                Err(_) if recorded != scale.own_unit() => None,
                Err(why) => return Err(why),
            };
            let Some(number) = number else { continue };
            let Some(cut) = cut(operator, &number) else {
                return Err(NotSaid::new("a limit lies beyond what a double can hold"));
            };
            let code = recorded.as_ref().map_or(NO_UNIT, Unit::code).to_owned();
            by_unit.insert(code, self.dialect.number(cut));
        }
        Ok(Some(by_unit).filter(|by_unit| !by_unit.is_empty()))
    }
}

impl Writer<'_> {
    /// A condition on the unit of a row; the units are looked for from now on.
    pub(super) fn has_unit(&mut self, recorded: &[Recorded]) -> String {
        let codes: Vec<String> =
            recorded.iter().map(|unit| unit.as_ref().map_or(NO_UNIT, Unit::code).to_owned()).collect();
        let mut numbers: Vec<i64> = Vec::new();
        for code in &codes {
            numbers.extend(self.unit_numbers.numbers(code));
        }
        numbers.sort_unstable();
        self.written.named_units.extend(codes);
        format!("r.unit IN ({})", numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
    }
}

/// The double `x` with which `double operator x` says of all doubles what `decimal operator limit` says of their decimals.
fn cut(operator: Comparator, limit: &Exact) -> Option<f64> {
    match (operator, Cut::of(operator, limit)?) {
        (asked, Cut::At { operator, at }) if asked == operator => Some(at),
        (Comparator::AtLeast, Cut::At { at, .. }) | (Comparator::Less, Cut::At { at, .. }) => {
            Some(at.next_up())
        }
        (Comparator::Greater, Cut::At { at, .. }) | (Comparator::AtMost, Cut::At { at, .. }) => {
            Some(at.next_down())
        }
        // No decimal of a double is this number; equality with it is asked as two comparisons.
        _ => None,
    }
}

/// What a text of a unit is freed from before it is looked for: blanks about the bar, and two signs for micro.
pub(super) const UNWRITTEN: [(&str, &str); 3] = [(" / ", "/"), ("\u{b5}", "u"), ("\u{3bc}", "u")];

/// A text of a unit as the statement lists it: a trimmed text, freed from what [`UNWRITTEN`] names.
pub(super) fn as_listed(text: &str) -> String {
    UNWRITTEN.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Units that the rows of a database can carry, by their UCUM codes, with every spelling that is looked for, as
/// [`as_listed`] writes it. A spelling is listed where every text that it stands for is that unit.
pub(super) fn known_units<'t>(
    concept_units: impl Iterator<Item = &'t str>,
    measures: impl Iterator<Item = &'t Measure>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut written: BTreeSet<String> = concept_units.map(str::to_owned).collect();
    for quantity in measures.filter_map(Measure::quantity) {
        for unit in quantity.unit.iter().chain(&quantity.units) {
            written.extend([unit.ucum.clone(), unit.written.clone()]);
        }
    }
    let everyday: BTreeSet<String> =
        units::everyday_words().into_iter().flat_map(|(word, code)| [word, code.to_owned()]).collect();
    // A laboratory writes an amount per volume with whichever short words it likes: `mEq/L`, `mcg/dl`.
    for above in everyday.iter().filter(|word| word.chars().count() <= LONGEST_SHORT) {
        written.extend(VOLUMES.iter().map(|below| format!("{above}/{below}")));
    }
    written.extend(everyday);
    let mut readings: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for text in written {
        for spelling in spellings(text.trim()) {
            let code = units::recognise(&spelling).map(|unit| unit.code().to_owned());
            readings.entry(as_listed(&spelling)).or_default().insert(code);
        }
    }
    // A code is a spelling of itself.
    for code in readings.values().flatten().flatten().cloned().collect::<BTreeSet<String>>() {
        readings.entry(as_listed(&code)).or_default().insert(Some(code));
    }
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (spelling, codes) in readings {
        let mut codes = codes.into_iter();
        if let (Some(Some(code)), None) = (codes.next(), codes.next()) {
            found.entry(code).or_default().insert(spelling);
        }
    }
    found
}

/// Words of more letters stand alone.
const LONGEST_SHORT: usize = 4;
const VOLUMES: [&str; 4] = ["L", "dL", "mL", "uL"];

/// A unit as different hands write it: in small or capital letters, with a sign for micro, with blanks about the bar.
fn spellings(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([text.to_owned()]);
    let also = |found: &mut BTreeSet<String>, change: &dyn Fn(&str) -> Option<String>| {
        let more: Vec<String> = found.iter().filter_map(|text| change(text)).collect();
        found.extend(more);
    };
    also(&mut found, &|text| {
        text.rsplit_once('/').map(|(above, below)| format!("{above}/{}", below.to_lowercase()))
    });
    also(&mut found, &|text| Some(text.to_lowercase()));
    also(&mut found, &|text| Some(text.to_uppercase()));
    for micro in ["µ", "μ"] {
        also(&mut found, &|text| text.strip_prefix('u').map(|rest| format!("{micro}{rest}")));
        also(&mut found, &|text| text.contains("/u").then(|| text.replace("/u", &format!("/{micro}"))));
    }
    also(&mut found, &|text| text.contains('/').then(|| text.replace('/', " / ")));
    found
}

fn as_share(unit: &Unit, analyte: &Analyte) -> Analyte {
    match unit.dimension().fraction() {
        Some(fraction) => analyte.clone().with_scale(units::Scale::Share(fraction)),
        None => analyte.clone(),
    }
}

/// Whether a unit only says what is counted, as `{INR}` and `{score}` do.
fn is_plain(unit: &Unit) -> bool {
    let code = unit.code();
    code.starts_with('{')
        && code.ends_with('}')
        && code.matches('{').count() == 1
        && !unit.is_limit_of_normal()
}

/// The whole numbers of a score.
pub(super) fn score_of(measure: &Measure) -> Option<(i64, i64)> {
    match &measure.kind {
        MeasureKind::Score { low, high, .. } => Some((*low, *high)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn the_cut_keeps_the_operator_and_moves_to_the_next_double_where_it_must() {
        // 7.5 % is 58.4608… mmol/mol: no double is, and the nearest lies on one side of it.
        let limit = (&exact("7.5") - &exact("2.152")).checked_div(&exact("0.09148")).unwrap();
        for operator in [Comparator::Less, Comparator::AtMost, Comparator::AtLeast, Comparator::Greater] {
            let at = cut(operator, &limit).unwrap();
            for value in [
                58.0,
                58.4,
                58.46,
                58.5,
                limit.to_f64(),
                limit.to_f64().next_up(),
                limit.to_f64().next_down(),
            ] {
                let decimal = crate::eligibility::recorded(value).unwrap();
                let by_cut = operator.holds(value.total_cmp(&at));
                assert_eq!(by_cut, operator.holds(decimal.cmp(&limit)), "{value} {operator:?}");
            }
        }
        assert_eq!(cut(Comparator::AtLeast, &exact("7.5")), Some(7.5));
    }
}
