//! Flat tables by a [`Map`]: one row is one result, finding, drug, procedure or event.

use std::collections::{BTreeSet, HashMap};

use super::super::results::Packed;
use super::super::tables::{
    Days, Happening, List, Naming, Population, ResultRow, ResultValue, Subject, WhyUnknown,
};
use super::cells::{Batch, Cell, Kind, Wanted, number, optional, required};
use super::folder::{Folder, Table, Unreadable, file};
use super::gather::{self, Rows};
use super::map::{EntriesMap, Map, PeopleMap, ResultsMap};
use super::person::{People, Piece, distinct, key};
use super::pool::{Pool, tidy};
use super::report::{Fault, Faults, Report, Rows as Counts};
use super::result::NOT_READABLE;
use super::scan::scan;
use super::{everybody, partial};
use crate::eligibility::EligibilityDocument;
use crate::eligibility::record::RecordedValue;
use crate::intake::clean;
use crate::omop::{Assumptions, ConceptSets, Ids};

/// Reads the tables of a map.
///
/// # Errors
/// Where a file or column of the map is not there or cannot be read.
pub fn mapped(
    folder: &dyn Folder,
    document: &EligibilityDocument,
    map: &Map,
    assumptions: &Assumptions,
) -> Result<(Population, Report), Unreadable> {
    if !assumptions.in_observation_period.is_empty() {
        return Err(Unreadable::new("flat tables have no `observation_period`")
            .help("give the period instead: `--coverage \"drugs from 2008-01-01\"`"));
    }
    let mut report =
        Report { vocabulary: Some("names of the map".into()), has_descendants: true, ..Report::default() };
    let known = named(map, document);
    let nameless = known.nameless(document);
    report.nameless =
        nameless.measures.iter().chain(&nameless.things).map(|name| (*name).to_owned()).collect();
    let people = people(folder, &map.people, &mut report)?;
    report.people = people.subjects.len() as u64;
    let mut reading =
        Reading { folder, document, people: &people, report, results: Vec::new(), happened: Vec::new() };
    let mut pools = Pools::default();
    for table in &map.results {
        reading.results(table, &mut pools)?;
    }
    for (list, tables) in [
        (List::Findings, &map.findings),
        (List::Exposures, &map.drugs),
        (List::Procedures, &map.procedures),
        (List::Events, &map.events),
    ] {
        for table in tables {
            reading.entries(list, table, &mut pools)?;
        }
    }
    let Reading { mut results, mut happened, report, .. } = reading;
    let (units, unit_places) = tidy(&pools.units.all, &vec![true; pools.units.all.len()]);
    let (levels, level_places) = tidy(&pools.levels.all, &vec![true; pools.levels.all.len()]);
    let namings: Vec<Naming> = pools
        .namings
        .all
        .iter()
        .map(|(list, name)| Naming {
            list: *list,
            certain: vec![name.clone()],
            perhaps: Vec::new(),
            other_than: Vec::new(),
        })
        .collect();
    let (namings, naming_places) = tidy(&namings, &vec![true; namings.len()]);
    for (_, rows) in &mut results {
        rows.renumber(&unit_places, &level_places);
    }
    for row in happened.iter_mut().flat_map(|rows| &mut rows.rows) {
        row.naming = naming_places[usize::from(row.naming)];
    }
    let count = people.subjects.len();
    let population = Population {
        results: gather::results(results, count)?,
        happenings: gather::group(happened, count)?,
        measures: document.measures.keys().cloned().collect(),
        namings,
        units,
        levels,
        everybody: everybody(document, assumptions, &nameless.things),
        people: people.subjects,
        ..Population::default()
    };
    Ok((population, report))
}

fn people(folder: &dyn Folder, map: &PeopleMap, report: &mut Report) -> Result<People, Unreadable> {
    let table = file(folder, &map.file)?;
    let wanted = [
        required(&map.person, Kind::Key),
        needed(map.sex.as_deref(), Kind::Text),
        needed(map.born.as_deref(), Kind::Text),
    ];
    let (pieces, rows) = scan(&table, &wanted, None, |batch, local: &mut (Piece, Faults)| {
        let (people, faults) = local;
        for row in 0..batch.rows {
            let id = match key(batch, row, 0) {
                Cell::Value(id) => id,
                Cell::Null => {
                    faults.add(batch, row, Fault::NoPerson, 0);
                    continue;
                }
                Cell::Bad => {
                    faults.add(batch, row, Fault::PersonIsNoId, 0);
                    continue;
                }
            };
            let sex = batch.text(1, row).value().and_then(|text| {
                let sex = map.sexes.get(text).copied();
                if sex.is_none() {
                    faults.add_with(batch, row, Fault::UnknownName, 1, || text.to_owned());
                }
                sex
            });
            let born = match batch.text(2, row) {
                Cell::Null => None,
                _ => Some(partial(batch, row, 2, faults)).filter(|days| *days != Days::ANY),
            };
            people.push(Subject { id, sex, born }, batch, row);
        }
    })?;
    let mut faults = Faults::default();
    let mut all = Vec::new();
    for (people, more) in pieces {
        faults.join(more);
        all.push(people);
    }
    let subjects = distinct(all, &mut faults);
    count(report, &table, &wanted, rows, subjects.len() as u64, faults);
    People::of(subjects)
}

/// Which names a row of these tables can have, as sets of some id: a class that is listed stands for its members.
fn named(map: &Map, document: &EligibilityDocument) -> ConceptSets {
    let tables = [&map.findings, &map.drugs, &map.procedures, &map.events];
    let entries =
        tables.into_iter().flatten().flat_map(|table| table.name.iter().chain(table.names.values()));
    let results = map.results.iter().flat_map(|table| table.measure.iter().chain(table.names.values()));
    let listed: BTreeSet<&String> = entries.collect();
    let measured: BTreeSet<&String> = results.collect();
    let ids = |is_listed: bool| if is_listed { BTreeSet::from([1]) } else { BTreeSet::new() };
    ConceptSets {
        measures: document.measures.keys().map(|name| (name.clone(), ids(measured.contains(name)))).collect(),
        things: document
            .concepts
            .keys()
            .map(|name| (name.clone(), Ids { certain: ids(listed.contains(name)), ..Ids::default() }))
            .collect(),
        has_descendants: true,
        ..ConceptSets::default()
    }
}

/// A column that the map may leave out; where it names one, that must be there.
fn needed(name: Option<&str>, kind: Kind) -> Wanted<'_> {
    name.map_or(optional("", kind), |name| required(name, kind))
}

fn count(report: &mut Report, table: &Table, wanted: &[Wanted<'_>], rows: u64, used: u64, faults: Faults) {
    let files = table.parts.iter().map(|part| part.file.clone()).collect();
    report.tables.push(Counts { table: table.name.clone(), files, rows, used, passed_over: 0 });
    let names: Vec<&str> = wanted.iter().map(|wanted| wanted.name).collect();
    report.groups.extend(faults.groups(table, &names));
}

/// Few different words of many rows.
#[derive(Default)]
struct Pools {
    units: Pool<String>,
    levels: Pool<String>,
    namings: Pool<(List, String)>,
}

struct Reading<'r> {
    folder: &'r dyn Folder,
    document: &'r EligibilityDocument,
    people: &'r People,
    report: Report,
    results: Vec<(Vec<u32>, Packed)>,
    happened: Vec<Rows<Happening>>,
}

/// A value and its unit as they are written; words are pooled when the pieces are joined.
struct Written {
    person: u32,
    measure: u16,
    on: Days,
    value: Value,
    unit: Option<String>,
    low: f64,
    high: f64,
}

enum Value {
    Amount(ResultValue),
    Word(String),
    Unknown(WhyUnknown),
}

impl Reading<'_> {
    fn results(&mut self, map: &ResultsMap, pools: &mut Pools) -> Result<(), Unreadable> {
        const NAME: usize = 2;
        const UNIT: usize = 3;
        const DATE: usize = 4;
        let table = file(self.folder, &map.file)?;
        let wanted = [
            required(&map.person, Kind::Key),
            required(&map.value, Kind::Text),
            needed(map.measure_column.as_deref(), Kind::Text),
            needed(map.unit_column.as_deref(), Kind::Text),
            required(&map.date, Kind::Text),
            needed(map.low.as_deref(), Kind::Text),
            needed(map.high.as_deref(), Kind::Text),
        ];
        let place =
            |name: &str| self.document.measures.get_index_of(name).and_then(|at| u16::try_from(at).ok());
        let fixed = map.measure.as_deref().and_then(place);
        let by_name: HashMap<&str, u16> =
            map.names.iter().filter_map(|(written, name)| Some((written.as_str(), place(name)?))).collect();
        let people = self.people;
        let (pieces, rows) = scan(&table, &wanted, None, |batch, local: &mut (Vec<Written>, Faults)| {
            let (found, faults) = local;
            for row in 0..batch.rows {
                let by_column = || by_name.get(batch.text(NAME, row).value()?).copied();
                let Some(measure) = fixed.or_else(by_column) else { continue };
                let value = match batch.text(1, row) {
                    Cell::Value(text) => value(text),
                    Cell::Null => {
                        faults.add(batch, row, Fault::NoValue, 1);
                        Value::Unknown(WhyUnknown::NoValue)
                    }
                    Cell::Bad => {
                        faults.add(batch, row, Fault::NotANumber, 1);
                        Value::Unknown(WhyUnknown::NotReadable)
                    }
                };
                let Some(person) = people.of_row(batch, row, 0, faults) else { continue };
                let written = match batch.text(UNIT, row) {
                    Cell::Value(text) => Some(clean(text).into_owned()),
                    Cell::Null => None,
                    Cell::Bad => {
                        faults.add(batch, row, Fault::NotAText, UNIT);
                        Some(NOT_READABLE.into())
                    }
                };
                let unit = map.unit.clone().or(written).filter(|_| matches!(value, Value::Amount(_)));
                let mut limit = |column: usize| match batch.text(column, row) {
                    Cell::Null => f64::NAN,
                    cell => cell.value().and_then(number).unwrap_or_else(|| {
                        let text = || batch.text(column, row).value().unwrap_or_default().to_owned();
                        faults.add_with(batch, row, Fault::NotALimit, column, text);
                        f64::NAN
                    }),
                };
                let (low, high) = (limit(5), limit(6));
                let on = partial(batch, row, DATE, faults);
                found.push(Written { person, measure, on, value, unit, low, high });
            }
        })?;
        let (mut of, mut all, mut faults) = (Vec::new(), Packed::default(), Faults::default());
        for (found, more) in pieces {
            faults.join(more);
            for Written { person, measure, on, value, unit, low, high } in found {
                let unit = unit.map(|unit| pools.units.place(unit.as_str()).ok_or_else(|| too_many("units")));
                let value = match value {
                    Value::Amount(value) => value,
                    Value::Unknown(why) => ResultValue::Unknown(why),
                    Value::Word(word) => ResultValue::Level(
                        pools.levels.place(word.as_str()).ok_or_else(|| too_many("answers"))?,
                    ),
                };
                of.push(person);
                all.push(ResultRow { on, measure, unit: unit.transpose()?, value, low, high });
            }
        }
        count(&mut self.report, &table, &wanted, rows, all.len() as u64, faults);
        self.results.push((of, all));
        Ok(())
    }

    fn entries(&mut self, list: List, map: &EntriesMap, pools: &mut Pools) -> Result<(), Unreadable> {
        let table = file(self.folder, &map.file)?;
        let start = map.date.as_deref().or(map.start.as_deref()).unwrap_or_default();
        let wanted = [
            required(&map.person, Kind::Key),
            needed(map.name_column.as_deref(), Kind::Text),
            required(start, Kind::Text),
            needed(map.end.as_deref(), Kind::Text),
        ];
        let mut places: HashMap<&str, u16> = HashMap::new();
        for name in map.name.iter().chain(map.names.values()) {
            let place = pools.namings.place(&(list, name.clone())).ok_or_else(|| too_many("names"))?;
            places.insert(name, place);
        }
        let fixed = map.name.as_deref().and_then(|name| places.get(name)).copied();
        let people = self.people;
        let (pieces, rows) = scan(&table, &wanted, None, |batch, local: &mut (Rows<Happening>, Faults)| {
            let (found, faults) = local;
            for row in 0..batch.rows {
                let by_column = || {
                    let name = map.names.get(batch.text(1, row).value()?)?;
                    places.get(name.as_str()).copied()
                };
                let Some(naming) = fixed.or_else(by_column) else { continue };
                let Some(person) = people.of_row(batch, row, 0, faults) else { continue };
                let start = partial(batch, row, 2, faults);
                let (start, end) = extent(map, batch, row, start, faults);
                found.push(person, Happening { start, end, naming, is_unsure: false });
            }
        })?;
        let mut faults = Faults::default();
        let mut used = 0;
        for (found, more) in pieces {
            faults.join(more);
            used += found.rows.len() as u64;
            self.happened.push(found);
        }
        count(&mut self.report, &table, &wanted, rows, used, faults);
        Ok(())
    }
}

fn extent(map: &EntriesMap, batch: &Batch, row: usize, start: Days, faults: &mut Faults) -> (Days, Days) {
    const END: usize = 3;
    if map.date.is_some() {
        return (start, start);
    }
    let unknown = Days { earliest: start.earliest, latest: Days::ANY.latest };
    match batch.text(END, row) {
        Cell::Null if map.end.is_some() && map.open_end_goes_on => (start, Days::NEVER),
        Cell::Null => (start, unknown),
        _ => {
            let end = partial(batch, row, END, faults);
            if end == Days::ANY {
                return (start, unknown);
            }
            if end.latest < start.earliest {
                faults.add_with(batch, row, Fault::EndsBeforeStart, END, String::new);
                return (Days::ANY, Days::ANY);
            }
            let start = Days { latest: start.latest.min(end.latest), ..start };
            (start, Days { earliest: end.earliest.max(start.earliest), ..end })
        }
    }
}

/// `9.6`, `<0.5`, `>120`; everything else is a word.
fn value(text: &str) -> Value {
    let (sign, rest) = match text.strip_prefix(['<', '≤']) {
        Some(rest) => (Some('<'), rest),
        None => match text.strip_prefix(['>', '≥']) {
            Some(rest) => (Some('>'), rest),
            None => (None, text),
        },
    };
    let number = number(rest.trim_start_matches('=').trim());
    match (sign, number) {
        (Some('<'), Some(number)) => Value::Amount(ResultValue::Below(number)),
        (Some(_), Some(number)) => Value::Amount(ResultValue::Above(number)),
        (None, Some(number)) => Value::Amount(ResultValue::Number(number)),
        (_, None) => match RecordedValue::read(text) {
            RecordedValue::Level(word) => Value::Word(clean(&word).into_owned()),
            // A number beyond all measure.
            _ => Value::Unknown(WhyUnknown::NotReadable),
        },
    }
}

fn too_many(what: &str) -> Unreadable {
    Unreadable::new(format!("the tables have more than 65,534 different {what}"))
        .help("see whether the map names the right column")
}
