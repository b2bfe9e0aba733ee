//! The invented people as a [`Population`], by the meaning that docs/population.md gives the tables: written a second
//! time and without files, so that the readers can be held to it.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use trialc::eligibility::record::{Coverage, CoveredDomain, Entry, Sex};
use trialc::eligibility::{EligibilityDocument, Record};
use trialc::population::{
    Days, Happening, List, Naming, Period, Population, ResultRow, ResultValue, Subject, WhyUnknown,
};

use super::catalogue::{ANCESTORS, NAMES};
use super::files::ids;
use super::people::{
    EHR, EQUALS, EVENTS, GREATER_THAN, LESS_THAN, Measurement, NEGATIVE, POSITIVE, Person, person,
};

/// `unit_concept_id` of the catalogue and UCUM.
const UNITS: [(i64, &str); 13] = [
    (8_554, "%"),
    (9_579, "mmol/mol"),
    (8_840, "mg/dL"),
    (8_749, "umol/L"),
    (8_645, "U/L"),
    (8_713, "g/dL"),
    (8_636, "g/L"),
    (8_848, "10*3/uL"),
    (9_444, "10*9/L"),
    (8_647, "/uL"),
    (8_753, "mmol/L"),
    (8_876, "mm[Hg]"),
    (9_529, "kg"),
];
const MORE_UNITS: [(i64, &str); 2] = [(8_739, "[lb_av]"), (8_582, "cm")];

/// What is declared of the data beside the tables.
#[derive(Clone, Copy, Default)]
pub struct Declared {
    /// Conditions, procedures and events are complete for everybody.
    pub complete: bool,
    /// Drugs are complete in each person's own periods of observation.
    pub drugs_in_observation: bool,
}

/// `people` people with what a document asks of them.
pub fn population(document: &EligibilityDocument, people: u64, seed: u64, declared: Declared) -> Population {
    let mut building = Building::of(document, declared);
    for number in 0..people {
        building.add(&person(seed, number), declared);
    }
    building.population
}

struct Building {
    population: Population,
    measures: BTreeMap<i64, Vec<u16>>,
    /// Of concept ids that mean something: the place of the naming in each list.
    namings: BTreeMap<(List, i64), u16>,
    units: BTreeMap<String, u16>,
    is_dead: Option<u16>,
}

impl Building {
    fn of(document: &EligibilityDocument, declared: Declared) -> Self {
        let mut population =
            Population { levels: vec!["positive".into(), "negative".into()], ..Population::default() };
        let mut measures: BTreeMap<i64, Vec<u16>> = BTreeMap::new();
        let names: Vec<&String> = document.measures.keys().collect();
        for (id, name) in ids() {
            if let Some(place) = names.iter().position(|one| *one == name) {
                measures.entry(id).or_default().push(place as u16);
            }
        }
        population.measures = names.into_iter().cloned().collect();
        population.everybody.events = EVENTS
            .iter()
            .map(|(name, day)| Entry {
                name: (*name).into(),
                on: Some(day.parse().unwrap()),
                ..Entry::default()
            })
            .collect();
        if declared.complete {
            let of = [CoveredDomain::Conditions, CoveredDomain::Procedures, CoveredDomain::Events];
            population.everybody.coverage =
                of.into_iter().map(|of| Coverage { of, from: None, to: None }).collect();
        }
        population.covered = vec![CoveredDomain::Drugs];
        let mut building =
            Self { population, measures, namings: BTreeMap::new(), units: BTreeMap::new(), is_dead: None };
        building.name_concepts(document);
        if document.events.contains_key("death") {
            building.is_dead = Some(building.naming(Naming {
                list: List::Events,
                certain: vec!["death".into()],
                perhaps: vec![],
                other_than: vec![],
            }));
        }
        for list in [&mut building.population.happenings.starts, &mut building.population.periods.starts] {
            *list = vec![0];
        }
        building
    }

    /// A concept is all that is listed for it or above it; and perhaps what is listed below it.
    fn name_concepts(&mut self, document: &EligibilityDocument) {
        let is_below = |id: i64, above: i64| id == above || ANCESTORS.contains(&(above, id));
        let mut concepts: Vec<i64> = NAMES.iter().map(|(id, _)| *id).collect();
        concepts.extend(ANCESTORS.iter().map(|(above, _)| *above));
        concepts.sort_unstable();
        concepts.dedup();
        let known = |name: &&(i64, &str)| {
            document.concepts.contains_key(name.1) || document.events.contains_key(name.1)
        };
        for id in concepts {
            let mut certain: Vec<String> = Vec::new();
            let mut perhaps: Vec<String> = Vec::new();
            for (listed, name) in NAMES.iter().filter(known) {
                let list = if is_below(id, *listed) {
                    &mut certain
                } else if is_below(*listed, id) {
                    &mut perhaps
                } else {
                    continue;
                };
                if !list.iter().any(|one| one == name) {
                    list.push((*name).to_owned());
                }
            }
            perhaps.retain(|name| !certain.contains(name));
            if certain.is_empty() && perhaps.is_empty() {
                continue;
            }
            // Beside what a rule leaves out of a class: below the class, and neither the one nor above it.
            let ids_of = |name: &str| {
                NAMES.iter().filter(move |one| one.1 == name).map(|one| one.0).collect::<Vec<_>>()
            };
            let is_in =
                |id: i64, class: &str| ids_of(class).iter().any(|top| id != *top && is_below(id, *top));
            let left_out = document.asked().left_out;
            let beside = left_out.iter().filter(|(class, other)| {
                let may_be_it = certain.iter().chain(&perhaps).any(|name| name == other);
                !may_be_it && is_in(id, class) && ids_of(other).iter().any(|one| is_in(*one, class))
            });
            let mut other_than: Vec<String> = beside.map(|(_, other)| (*other).to_owned()).collect();
            other_than.dedup();
            for list in [List::Findings, List::Exposures, List::Procedures] {
                let (certain, perhaps) = (certain.clone(), perhaps.clone());
                let naming = self.naming(Naming { list, certain, perhaps, other_than: other_than.clone() });
                self.namings.insert((list, id), naming);
            }
        }
    }

    fn naming(&mut self, naming: Naming) -> u16 {
        let namings = &mut self.population.namings;
        let place = namings.iter().position(|one| *one == naming).unwrap_or_else(|| {
            namings.push(naming);
            namings.len() - 1
        });
        place as u16
    }

    fn add(&mut self, person: &Person, declared: Declared) {
        let sex = match person.gender {
            8_507 => Some(Sex::Male),
            8_532 => Some(Sex::Female),
            8_521 => Some(Sex::Other),
            _ => None,
        };
        self.population.people.push(Subject { id: person.id.into(), sex, born: born(person) });
        for row in &person.measurements {
            for measure in self.measures.get(&row.concept).cloned().unwrap_or_default() {
                self.result(measure, row);
            }
        }
        let none_later = i32::MAX;
        for row in &person.conditions {
            let end = row.end.map_or(Days { earliest: row.start, latest: none_later }, Days::exactly);
            self.happening(List::Findings, row.concept, row.start, end, row.status.is_some());
        }
        for row in &person.observations {
            self.happening(List::Findings, row.concept, row.on, Days::exactly(row.on), false);
        }
        for row in &person.drugs {
            let end = row.end.map_or(Days { earliest: row.start, latest: none_later }, Days::exactly);
            self.happening(List::Exposures, row.concept, row.start, end, row.kind != EHR);
        }
        for row in &person.procedures {
            let end = Days::exactly(row.end.unwrap_or(row.on));
            self.happening(List::Procedures, row.concept, row.on, end, false);
        }
        for row in &person.visits {
            self.happening(List::Procedures, row.concept, row.start, Days::exactly(row.end), false);
        }
        if let (Some(naming), Some(day)) = (self.is_dead, person.death) {
            let (start, end) = (Days::exactly(day), Days::exactly(day));
            self.population.happenings.rows.push(Happening { start, end, naming, is_unsure: false });
        }
        if declared.drugs_in_observation {
            let periods = person.periods.iter().map(|(from, to)| Period { of: 0, from: *from, to: *to });
            self.population.periods.rows.extend(periods);
        }
        let population = &mut self.population;
        population.results.end_person();
        population.happenings.starts.push(population.happenings.rows.len() as u32);
        population.periods.starts.push(population.periods.rows.len() as u32);
    }

    fn result(&mut self, measure: u16, row: &Measurement) {
        let value = match (row.level, row.number, row.operator) {
            (Some(POSITIVE), ..) => ResultValue::Level(0),
            (Some(NEGATIVE), ..) => ResultValue::Level(1),
            (_, Some(number), Some(LESS_THAN)) => ResultValue::Below(number),
            (_, Some(number), Some(GREATER_THAN)) => ResultValue::Above(number),
            (_, Some(number), None | Some(0 | EQUALS)) => ResultValue::Number(number),
            (_, Some(_), Some(_)) => ResultValue::Unknown(WhyUnknown::Comparison),
            (_, None, _) => ResultValue::Unknown(WhyUnknown::NoValue),
        };
        let known = UNITS.iter().chain(&MORE_UNITS).find(|(id, _)| Some(*id) == row.unit);
        let unit = known.map(|(_, code)| *code).or(row.unit_source).map(|text| {
            let next = self.population.units.len() as u16;
            *self.units.entry(text.to_owned()).or_insert_with(|| {
                self.population.units.push(text.to_owned());
                next
            })
        });
        let is_known = !matches!(value, ResultValue::Unknown(_));
        let unit = unit.filter(|_| is_known);
        let limit = |limit: Option<f64>| limit.filter(|_| is_known).unwrap_or(f64::NAN);
        let (low, high) = (limit(row.low), limit(row.high));
        let on = Days::exactly(row.on);
        self.population.results.push(ResultRow { on, measure, unit, value, low, high });
    }

    fn happening(&mut self, list: List, concept: i64, start: i32, end: Days, is_unsure: bool) {
        if let Some(naming) = self.namings.get(&(list, concept)) {
            let start = Days::exactly(start);
            let row = Happening { start, end, naming: *naming, is_unsure };
            self.population.happenings.rows.push(row);
        }
    }
}

/// A missing day is any of the month, a missing month any of the year.
fn born(person: &Person) -> Option<Days> {
    let year = i16::try_from(person.year?).ok()?;
    let day_of = |day: Date| (day - date(1970, 1, 1)).get_days();
    let (first, last) = match (person.month, person.day) {
        (Some(month), Some(day)) => {
            let day = date(year, month as i8, day as i8);
            (day, day)
        }
        (Some(month), None) => (date(year, month as i8, 1), date(year, month as i8, 1).last_of_month()),
        _ => (date(year, 1, 1), date(year, 12, 31)),
    };
    Some(Days { earliest: day_of(first), latest: day_of(last) })
}

/// Everything else that is known of everybody.
pub fn with(population: Population, more: Record) -> Population {
    let mut everybody = population.everybody.clone();
    everybody.add(more);
    Population { everybody, ..population }
}
