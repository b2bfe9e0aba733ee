//! Results: rows of `measurement`, and of `observation` where they have a value.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::super::results::Packed;
use super::super::tables::{Day, Days, ResultRow, ResultValue, WhyUnknown};
use super::cells::{Batch, Cell, Kind, Wanted, optional, required};
use super::folder::Unreadable;
use super::person::People;
use super::pool::{Pool, tidy};
use super::report::{Fault, Faults};
use crate::eligibility::EligibilityDocument;
use crate::intake::clean;
use crate::model::MeasureKind;
use crate::omop::{ConceptSets, standard};

/// Places of columns, the same for both tables.
pub const PERSON: usize = 0;
pub const CONCEPT: usize = 1;
pub const DATE: usize = 2;
pub const SOURCE: usize = 3;
pub const NUMBER: usize = 4;
pub const ANSWER: usize = 5;
const OPERATOR: usize = 6;
const UNIT: usize = 7;
const UNIT_TEXT: usize = 8;
const LOW: usize = 9;
const HIGH: usize = 10;

pub const MEASUREMENT: [Wanted<'static>; 11] = [
    required("person_id", Kind::Id),
    required("measurement_concept_id", Kind::Id),
    required("measurement_date", Kind::Day),
    optional("measurement_source_concept_id", Kind::Id),
    required("value_as_number", Kind::Number),
    optional("value_as_concept_id", Kind::Id),
    optional("operator_concept_id", Kind::Id),
    optional("unit_concept_id", Kind::Id),
    optional("unit_source_value", Kind::Text),
    optional("range_low", Kind::Number),
    optional("range_high", Kind::Number),
];

pub const OBSERVATION: [Wanted<'static>; 9] = [
    required("person_id", Kind::Id),
    required("observation_concept_id", Kind::Id),
    required("observation_date", Kind::Day),
    optional("observation_source_concept_id", Kind::Id),
    optional("value_as_number", Kind::Number),
    optional("value_as_concept_id", Kind::Id),
    optional("operator_concept_id", Kind::Id),
    optional("unit_concept_id", Kind::Id),
    optional("unit_source_value", Kind::Text),
];

/// The level or unit of what cannot be read: none of any measure.
pub const NOT_READABLE: &str = "not readable";

/// What is asked for, ready to be looked up.
pub struct Results<'a> {
    people: &'a People,
    measures: HashMap<i64, Vec<u16>, FixedState>,
    /// By place of a measure: the days on which its results matter.
    days: Vec<RangeInclusive<Day>>,
    /// Whether a measure is coded, by its place.
    coded: Vec<bool>,
    /// Places in `base_units` and `base_levels`.
    units: HashMap<i64, u16, FixedState>,
    levels: HashMap<i64, u16, FixedState>,
    base_units: Vec<String>,
    base_levels: Vec<String>,
}

impl Found {
    /// Makes room for as many rows as are expected.
    pub fn expect(&mut self, batch: &Batch) {
        if self.people.is_empty() {
            self.people = Vec::with_capacity(batch.expected);
            self.rows = Packed::with_room_for(batch.expected);
        }
    }
}

/// Results of a part of a table. Units and levels beyond those of the start are the part's own.
#[derive(Default)]
pub struct Found {
    /// The place of the person of each row.
    people: Vec<u32>,
    rows: Packed,
    units: Pool<String>,
    levels: Pool<String>,
}

impl<'a> Results<'a> {
    /// `days` are those on which results of each measure matter, in the order of the document.
    pub fn of(
        document: &EligibilityDocument,
        sets: &ConceptSets,
        people: &'a People,
        days: Vec<RangeInclusive<Day>>,
    ) -> Self {
        let mut measures: HashMap<i64, Vec<u16>, FixedState> = HashMap::default();
        for (place, name) in (0..).zip(document.measures.keys()) {
            for id in sets.measures.get(name).into_iter().flatten() {
                measures.entry(*id).or_default().push(place);
            }
        }
        let is_coded = |measure: &crate::model::Measure| matches!(measure.kind, MeasureKind::Coded { .. });
        let numbered = |words: &std::collections::BTreeMap<i64, String>| {
            let mut pool: Pool<String> = Pool::default();
            pool.place(NOT_READABLE);
            let places = words.iter().filter_map(|(id, word)| Some((*id, pool.place(word.as_str())?)));
            let places: HashMap<i64, u16, FixedState> = places.collect();
            (places, pool.all)
        };
        let (units, base_units) = numbered(&sets.units);
        let (levels, base_levels) = numbered(&sets.levels);
        let coded = document.measures.values().map(is_coded).collect();
        Self { people, measures, days, coded, units, levels, base_units, base_levels }
    }

    /// Whether anything is asked for.
    pub fn is_asked(&self) -> bool {
        !self.measures.is_empty()
    }

    /// The concepts that are asked for, each with days on which its results matter.
    pub fn ids(&self) -> impl Iterator<Item = (i64, RangeInclusive<Day>)> {
        let days = |measure: &u16| self.days[usize::from(*measure)].clone();
        self.measures.iter().flat_map(move |(id, of)| of.iter().map(move |measure| (*id, days(measure))))
    }

    /// Whether the row was asked for.
    #[inline]
    pub fn take(&self, batch: &Batch, row: usize, found: &mut Found, faults: &mut Faults) -> bool {
        let measures = |cell: Cell<i64>| cell.value().and_then(|id| self.measures.get(&id));
        let (concept, source) = (batch.id(CONCEPT, row), batch.id(SOURCE, row));
        let (by_concept, by_source): (&[u16], &[u16]) = match (measures(concept), measures(source)) {
            (None, None) if concept == Cell::Bad => {
                self.of_anything(batch, row, found, faults);
                return true;
            }
            (None, None) => return false,
            (concept, source) => (concept.map_or(&[], Vec::as_slice), source.map_or(&[], Vec::as_slice)),
        };
        let others = by_source.iter().filter(|measure| !by_concept.contains(measure));
        let measures = by_concept.iter().chain(others);
        let is_coded = measures.clone().any(|measure| self.coded[usize::from(*measure)]);
        let value = self.value(batch, row, is_coded, found, faults);
        let Some(person) = self.people.of_row(batch, row, PERSON, faults) else { return true };
        let on = date(batch, row, DATE, faults);
        let is_amount = !matches!(value, ResultValue::Level(_) | ResultValue::Unknown(_));
        let unit = if is_amount { self.unit(batch, row, found, faults) } else { None };
        let (low, high) = match is_amount && batch.columns.len() > LOW {
            true => (limit(batch, row, LOW, faults), limit(batch, row, HIGH, faults)),
            false => (f64::NAN, f64::NAN),
        };
        for measure in measures {
            found.people.push(person);
            found.rows.push(ResultRow { on, measure: *measure, unit, value, low, high });
        }
        true
    }

    /// A result, and nobody knows of what: it may be one of each measure.
    fn of_anything(&self, batch: &Batch, row: usize, found: &mut Found, faults: &mut Faults) {
        faults.add(batch, row, Fault::ConceptIsNoId, CONCEPT);
        let Some(person) = self.people.of_row(batch, row, PERSON, faults) else { return };
        let on = date(batch, row, DATE, faults);
        for measure in 0..u16::try_from(self.coded.len()).unwrap_or(u16::MAX) {
            let value = ResultValue::Unknown(WhyUnknown::Measure);
            found.people.push(person);
            found.rows.push(ResultRow { on, measure, unit: None, value, low: f64::NAN, high: f64::NAN });
        }
    }

    /// A result stands where it is, also one whose value nobody knows: no older one takes its place.
    fn value(
        &self,
        batch: &Batch,
        row: usize,
        is_coded: bool,
        found: &mut Found,
        faults: &mut Faults,
    ) -> ResultValue {
        let unknown = ResultValue::Unknown;
        let answer = match batch.id(ANSWER, row) {
            Cell::Value(standard::NO_CONCEPT) | Cell::Null => None,
            Cell::Value(id) => Some(ResultValue::Level(match self.levels.get(&id) {
                Some(level) => *level,
                None => self.own(&mut found.levels, &self.base_levels, &format!("omop:{id}")),
            })),
            Cell::Bad => {
                faults.add(batch, row, Fault::NotAnId, ANSWER);
                Some(unknown(WhyUnknown::NotReadable))
            }
        };
        if is_coded && let Some(answer) = answer {
            return answer;
        }
        let number = match batch.number(NUMBER, row) {
            Cell::Value(number) => number,
            Cell::Null => {
                if answer.is_none() {
                    faults.add(batch, row, Fault::NoValue, NUMBER);
                }
                return answer.unwrap_or(unknown(WhyUnknown::NoValue));
            }
            Cell::Bad => {
                faults.add(batch, row, Fault::NotANumber, NUMBER);
                return unknown(WhyUnknown::NotReadable);
            }
        };
        match batch.id(OPERATOR, row) {
            Cell::Null | Cell::Value(standard::NO_CONCEPT | standard::operator::EQUAL) => {
                ResultValue::Number(number)
            }
            Cell::Value(standard::operator::LESS | standard::operator::AT_MOST) => ResultValue::Below(number),
            Cell::Value(standard::operator::GREATER | standard::operator::AT_LEAST) => {
                ResultValue::Above(number)
            }
            Cell::Value(id) => {
                faults.add_with(batch, row, Fault::UnknownOperator, OPERATOR, || id.to_string());
                unknown(WhyUnknown::Comparison)
            }
            Cell::Bad => {
                faults.add(batch, row, Fault::NotAnId, OPERATOR);
                unknown(WhyUnknown::Comparison)
            }
        }
    }

    fn unit(&self, batch: &Batch, row: usize, found: &mut Found, faults: &mut Faults) -> Option<u16> {
        match batch.id(UNIT, row) {
            Cell::Value(standard::NO_CONCEPT) | Cell::Null => {}
            Cell::Value(id) => {
                return Some(match self.units.get(&id) {
                    Some(unit) => *unit,
                    None => self.own(&mut found.units, &self.base_units, &format!("omop:{id}")),
                });
            }
            Cell::Bad => {
                faults.add(batch, row, Fault::NotAnId, UNIT);
                return Some(0);
            }
        }
        match batch.text(UNIT_TEXT, row) {
            Cell::Value(text) => Some(self.own(&mut found.units, &self.base_units, &clean(text))),
            Cell::Null => None,
            Cell::Bad => {
                faults.add(batch, row, Fault::NotAText, UNIT_TEXT);
                Some(0)
            }
        }
    }

    /// The place of a word of the data; what is more than can be counted is not readable.
    fn own(&self, pool: &mut Pool<String>, base: &[String], word: &str) -> u16 {
        let place = pool.place(word).map(|place| base.len() + usize::from(place));
        place.and_then(|place| u16::try_from(place).ok()).unwrap_or(0)
    }

    /// One table of units and levels for all parts, sorted, without those that nobody has.
    ///
    /// # Errors
    /// Where there are more than can be counted.
    pub fn join(&self, found: Vec<Found>) -> Result<Joined, Unreadable> {
        let mut pieces = Vec::with_capacity(found.len());
        let (mut units, mut levels) = (Vec::new(), Vec::new());
        for piece in found {
            let unit_at = units.len();
            units.extend(self.base_units.iter().chain(&piece.units.all).cloned());
            let level_at = levels.len();
            levels.extend(self.base_levels.iter().chain(&piece.levels.all).cloned());
            pieces.push(((piece.people, piece.rows), unit_at, level_at));
        }
        let used = |((_, rows), unit_at, level_at): &((Vec<u32>, Packed), usize, usize)| {
            let (mut of_units, mut of_levels) =
                (vec![false; units.len() - unit_at], vec![false; levels.len() - level_at]);
            rows.used(&mut of_units, &mut of_levels);
            (of_units, of_levels)
        };
        let used: Vec<(Vec<bool>, Vec<bool>)> = pieces.par_iter().map(used).collect();
        let (mut used_units, mut used_levels) = (vec![false; units.len()], vec![false; levels.len()]);
        for ((_, unit_at, level_at), (of_units, of_levels)) in pieces.iter().zip(&used) {
            let mark = |all: &mut [bool], used: &[bool]| {
                all.iter_mut().zip(used).for_each(|(all, used)| *all |= used)
            };
            mark(&mut used_units[*unit_at..], of_units);
            mark(&mut used_levels[*level_at..], of_levels);
        }
        let (units, unit_places) = tidy(&units, &used_units);
        let (levels, level_places) = tidy(&levels, &used_levels);
        if units.len().max(levels.len()) >= usize::from(u16::MAX) {
            return Err(Unreadable::new("the results have more than 65,534 different units or answers")
                .help("see whether `unit_source_value` holds units"));
        }
        pieces.par_iter_mut().for_each(|((_, rows), unit_at, level_at)| {
            rows.renumber(&unit_places[*unit_at..], &level_places[*level_at..]);
        });
        let joined = pieces.into_iter().map(|(piece, ..)| piece).collect();
        Ok(Joined { pieces: joined, units, levels })
    }
}

/// Results of all parts.
pub struct Joined {
    /// With the place of the person of each row.
    pub pieces: Vec<(Vec<u32>, Packed)>,
    pub units: Vec<String>,
    pub levels: Vec<String>,
}

/// The day of a row: any day where none is given, or one that is none.
pub fn date(batch: &Batch, row: usize, column: usize, faults: &mut Faults) -> Days {
    match batch.day(column, row) {
        Cell::Value(day) => Days::exactly(day),
        Cell::Null => {
            faults.add(batch, row, Fault::NoDate, column);
            Days::ANY
        }
        Cell::Bad => {
            faults.add(batch, row, Fault::NotADate, column);
            Days::ANY
        }
    }
}

fn limit(batch: &Batch, row: usize, column: usize, faults: &mut Faults) -> f64 {
    match batch.number(column, row) {
        Cell::Value(number) => number,
        Cell::Null => f64::NAN,
        Cell::Bad => {
            faults.add(batch, row, Fault::NotALimit, column);
            f64::NAN
        }
    }
}
