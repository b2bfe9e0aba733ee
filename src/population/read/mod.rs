//! The data of a hospital as a [`Population`].
//!
//! Tables pass by in pieces, and of each only the rows that the protocol asks for are kept. Nothing is left out in silence:
//! what cannot be read is counted, located and told ([`Report`]), and what follows from it is that something is unknown,
//! never that it is not there:
//!
//! - a date that is missing or none: any day, so that no window excludes it and no older value takes its place;
//! - a value that is no number: a result that stands there and has no number;
//! - a concept id that is no number: perhaps anything that is asked for in this table;
//! - a row whose person cannot be told: left out, because it is nobody's.

mod cells;
mod choice;
mod delimited;
mod folder;
mod gather;
mod happening;
mod map;
mod mapped;
mod parquet;
mod person;
mod pool;
mod report;
mod result;
mod scan;
mod vocabulary;

use std::ops::RangeInclusive;

use cells::{Kind, required};
use choice::Choice;
pub use folder::{DataFile, Folder, Form, Memory, Part, Table, Unreadable, table};
use happening::{CONDITIONS, DRUGS, Happenings, Kept, PROCEDURES, VISITS, observations};
pub use map::Map;
pub use mapped::mapped;
pub use parquet::is_guarded;
use person::People;
use report::Faults;
pub(super) use report::grouped;
pub use report::{Example, Fault, Group, Report, Rows};
use result::{MEASUREMENT, OBSERVATION, Results};
use scan::{Each, Scan, Scanned, scan, scan_all};
pub use vocabulary::{Words, concept_sets};

use super::tables::{ALL_DAYS, Day, List, Period, Population};
use crate::eligibility::record::Entry;
use crate::eligibility::{EligibilityDocument, Record};
use crate::model::Domain;
use crate::omop::{Assumptions, ConceptSets};
use crate::time::DateRange;

/// The event that table `death` holds, where the protocol declares it.
const DEATH: &str = "death";

/// What is read, and how it is to be understood.
#[derive(Clone, Copy)]
pub struct Input<'i> {
    pub folder: &'i dyn Folder,
    pub document: &'i EligibilityDocument,
    pub sets: &'i ConceptSets,
    pub assumptions: &'i Assumptions,
    /// A table with the columns `person_id`, `event` and `date`.
    pub events: Option<&'i Table>,
    /// No dates of single people will be added to these (`--with`): results on days for which no criterion asks are passed over. Where
    /// somebody can have another date of an event, any result may matter.
    pub is_final: bool,
}

/// Reads a database of the OMOP CDM 5.4.
///
/// # Errors
/// Where there is no table `person`, and where a file cannot be read or has not the columns that it must have.
pub fn omop(input: &Input<'_>) -> Result<(Population, Report), Unreadable> {
    let Some(persons) = table(input.folder, "person")? else {
        return Err(Unreadable::new("there is no table `person` in this folder")
            .help("the folder holds the tables of the OMOP CDM 5.4 as person.csv or person.parquet, measurement.csv, …"));
    };
    let (people, counted, groups) = person::read(&persons)?;
    let mut report = Report {
        people: counted.used,
        vocabulary: input.sets.vocabulary.clone(),
        has_descendants: input.sets.has_descendants,
        ..Report::default()
    };
    report.tables.push(counted);
    report.groups.extend(groups);
    let nameless = input.sets.nameless(input.document);
    report.nameless =
        nameless.measures.iter().chain(&nameless.things).map(|name| (*name).to_owned()).collect();

    let everybody = everybody(input.document, input.assumptions, &nameless.things);
    let days = days_of_results(input, &everybody);
    let results = Results::of(input.document, input.sets, &people, days);
    let happenings = Happenings::of(input.document, input.sets, input.assumptions, &people);
    let mut reading = Reading { input, people: &people, results, happenings, report };
    let (found, happened) = reading.tables()?;
    let events = reading.events()?;
    let periods = reading.periods()?;
    let Reading { results, happenings, report, .. } = reading;

    let count = people.subjects.len();
    let results = || -> Result<_, Unreadable> {
        let result::Joined { pieces, units, levels } = results.join(found)?;
        Ok((gather::results(pieces, count)?, units, levels))
    };
    let happenings = || -> Result<_, Unreadable> {
        let (happened, namings) = happenings.join(happened, events)?;
        Ok((gather::group(happened, count)?, namings))
    };
    let (results, happenings) = rayon::join(results, happenings);
    let ((results, units, levels), (happenings, namings)) = (results?, happenings?);
    let population = Population {
        results,
        happenings,
        periods: gather::group(periods, count)?,
        measures: input.document.measures.keys().cloned().collect(),
        namings,
        covered: input.assumptions.in_observation_period.clone(),
        units,
        levels,
        everybody,
        people: people.subjects,
        ..Population::default()
    };
    Ok((population, report))
}

/// By measure: the days on which its results matter to anybody.
fn days_of_results(input: &Input<'_>, everybody: &Record) -> Vec<RangeInclusive<Day>> {
    if !input.is_final {
        return vec![ALL_DAYS; input.document.measures.len()];
    }
    let is_in_data = |name: &str| {
        input.sets.things.get(name).is_some_and(|ids| !(ids.certain.is_empty() && ids.perhaps.is_empty()))
    };
    let is_own = |name: &str| input.events.is_some() || name == DEATH || is_in_data(name);
    super::evaluate::days_of_results(input.document, everybody, input.assumptions.as_of, &is_own)
}

/// What is added to the record of each. Where something is said to be complete, what cannot be recognised is open.
fn everybody(document: &EligibilityDocument, assumptions: &Assumptions, nameless: &[&str]) -> Record {
    let mut record = assumptions.everybody();
    if assumptions.coverage.is_empty() && assumptions.in_observation_period.is_empty() {
        return record;
    }
    for name in nameless {
        let entry = Entry {
            name: (*name).to_owned(),
            unsure: Some("no code is known by which these data would say it".into()),
            ..Entry::default()
        };
        match document.concepts[*name].domain {
            Domain::Condition => record.findings.push(entry),
            Domain::Drug | Domain::DrugClass => record.exposures.push(entry),
            Domain::Procedure => record.procedures.push(entry),
            Domain::Event => record.events.push(entry),
        }
    }
    record
}

struct Reading<'i> {
    input: &'i Input<'i>,
    people: &'i People,
    results: Results<'i>,
    happenings: Happenings<'i>,
    report: Report,
}

/// Rows of one part of a table: results, happenings of the table's list or of findings, and of procedures.
#[derive(Default)]
struct Found {
    results: result::Found,
    happened: happening::Found,
    also: happening::Found,
    used: u64,
    passed_over: u64,
    faults: Faults,
}

/// A table that the protocol asks for.
struct Asked {
    table: &'static str,
    wanted: &'static [cells::Wanted<'static>],
    choice: Choice,
    of: Sort,
}

/// What the rows of a table are.
#[derive(Clone, Copy)]
enum Sort {
    Results,
    Happenings(&'static Kept),
    /// Observations: results, findings, procedures, or several of these.
    Mixed,
}

static TABLES: [&Kept; 4] = [&CONDITIONS, &DRUGS, &PROCEDURES, &VISITS];
static MIXED: [Kept; 2] = [observations(List::Findings), observations(List::Procedures)];

impl Reading<'_> {
    /// Results and happenings of all tables.
    fn tables(&mut self) -> Result<(Vec<result::Found>, Vec<happening::Found>), Unreadable> {
        let asked = self.asked();
        let (mut tables, mut refused) = (Vec::new(), None);
        for one in &asked {
            match table(self.input.folder, one.table) {
                Ok(table) => tables.push(table),
                // What is wrong with a table before it is said first.
                Err(why) => {
                    refused = Some(why);
                    break;
                }
            }
        }
        let scans: Vec<Scan<'_, Found>> = asked
            .iter()
            .zip(&tables)
            .filter_map(|(asked, table)| Some(self.scan(asked, table.as_ref()?)))
            .collect();
        let scanned = scan_all(&scans)?;
        drop(scans);
        if let Some(why) = refused {
            return Err(why);
        }
        let (mut results, mut happened, mut scanned) = (Vec::new(), Vec::new(), scanned.into_iter());
        for (asked, table) in asked.iter().zip(&tables) {
            let Some((table, scanned)) = table.as_ref().and_then(|table| Some((table, scanned.next()?)))
            else {
                self.report.absent.push(asked.table.to_owned());
                continue;
            };
            for found in self.counted(asked, table, scanned) {
                match asked.of {
                    Sort::Results => results.push(found.results),
                    Sort::Happenings(_) => happened.push(found.happened),
                    Sort::Mixed => {
                        results.push(found.results);
                        happened.extend([found.happened, found.also]);
                    }
                }
            }
        }
        Ok((results, happened))
    }

    /// The tables that the protocol asks for.
    fn asked(&self) -> Vec<Asked> {
        let mut asked = Vec::new();
        if self.results.is_asked() {
            let choice = Choice::within(self.results.ids());
            asked.push(Asked { table: "measurement", wanted: &MEASUREMENT, choice, of: Sort::Results });
        }
        for kept in TABLES.into_iter().filter(|kept| self.happenings.is_asked(kept.list)) {
            let choice = Choice::of(self.happenings.ids(kept.list));
            asked.push(Asked { table: kept.table, wanted: &kept.wanted, choice, of: Sort::Happenings(kept) });
        }
        if self.results.is_asked() || MIXED.iter().any(|kept| self.happenings.is_asked(kept.list)) {
            let things = MIXED.iter().flat_map(|kept| self.happenings.ids(kept.list));
            let choice = Choice::within(self.results.ids().chain(things.map(|id| (id, ALL_DAYS))));
            asked.push(Asked { table: "observation", wanted: &OBSERVATION, choice, of: Sort::Mixed });
        }
        asked
    }

    fn scan<'s>(&'s self, asked: &'s Asked, table: &'s Table) -> Scan<'s, Found> {
        let Asked { wanted, choice, of, .. } = asked;
        let each: Each<'s, Found> = match *of {
            Sort::Results => Box::new(|batch, local| self.take_results(choice, batch, local)),
            Sort::Happenings(kept) => Box::new(|batch, local| self.take_happenings(kept, batch, local)),
            Sort::Mixed => Box::new(|batch, local| self.take_mixed(choice, batch, local)),
        };
        Scan { table, wanted, choice: Some(choice), each }
    }

    fn take_results(&self, choice: &Choice, batch: &cells::Batch, local: &mut Found) {
        let Found { results, faults, used, passed_over, .. } = local;
        results.expect(batch);
        for row in choice.left_of(batch, passed_over) {
            match self.results.take(batch, row, results, faults) {
                true => *used += 1,
                false => no_concept(batch, row, faults),
            }
        }
    }

    fn take_happenings(&self, kept: &Kept, batch: &cells::Batch, local: &mut Found) {
        let Found { happened, faults, used, .. } = local;
        for row in 0..batch.rows {
            match self.happenings.take(kept, batch, row, happened, faults) {
                true => *used += 1,
                false => no_concept(batch, row, faults),
            }
        }
    }

    fn take_mixed(&self, choice: &Choice, batch: &cells::Batch, local: &mut Found) {
        let asked = MIXED.each_ref().map(|kept| self.happenings.is_asked(kept.list));
        let Found { results, happened, also, used, faults, passed_over } = local;
        for row in choice.left_of(batch, passed_over) {
            let is_result = self.results.is_asked();
            let is_result = is_result && self.results.take(batch, row, results, faults);
            let [findings, procedures] = &MIXED;
            let is_finding = asked[0] && self.happenings.take(findings, batch, row, happened, faults);
            let is_done = asked[1] && self.happenings.take(procedures, batch, row, also, faults);
            match is_result || is_finding || is_done {
                true => *used += 1,
                false => no_concept(batch, row, faults),
            }
        }
    }

    /// Takes the counts of a table into the report.
    fn counted(&mut self, asked: &Asked, table: &Table, scanned: Scanned<Found>) -> Vec<Found> {
        let Scanned { mut found, rows } = scanned;
        let mut faults = Faults::default();
        found.iter_mut().for_each(|found| faults.join(std::mem::take(&mut found.faults)));
        self.count(table, asked.wanted, rows, found.iter().map(|found| found.used).sum(), faults);
        if let Some(counted) = self.report.tables.last_mut() {
            counted.passed_over = found.iter().map(|found| found.passed_over).sum();
        }
        found
    }

    fn count(&mut self, table: &Table, wanted: &[cells::Wanted<'_>], rows: u64, used: u64, faults: Faults) {
        let files = table.parts.iter().map(|part| part.file.clone()).collect();
        self.report.tables.push(Rows { table: table.name.clone(), files, rows, used, passed_over: 0 });
        let names: Vec<&str> = wanted.iter().map(|wanted| wanted.name).collect();
        self.report.groups.extend(faults.groups(table, &names));
    }

    /// Deaths, and what the user's table of events says.
    fn events(&mut self) -> Result<happening::EventRows, Unreadable> {
        let mut events = Vec::new();
        if self.input.document.events.contains_key(DEATH) {
            match table(self.input.folder, DEATH)? {
                None => self.report.absent.push(DEATH.to_owned()),
                Some(table) => {
                    let wanted = [required("person_id", Kind::Id), required("death_date", Kind::Day)];
                    let (found, rows) =
                        scan(&table, &wanted, None, |batch, local: &mut (Vec<_>, Faults)| {
                            for row in 0..batch.rows {
                                self.happenings.death(batch, row, &mut local.0, &mut local.1);
                            }
                        })?;
                    let mut faults = Faults::default();
                    let before = events.len();
                    for (deaths, more) in found {
                        faults.join(more);
                        events.extend(
                            deaths.into_iter().map(|(person, days)| (person, DEATH.to_owned(), days)),
                        );
                    }
                    let used = (events.len() - before) as u64;
                    self.count(&table, &wanted, rows, used, faults);
                }
            }
        }
        if let Some(table) = self.input.events {
            events.extend(self.own_events(table)?);
        }
        Ok(events)
    }

    /// `person_id`, `event` and `date`, which may be a month or a year.
    fn own_events(&mut self, table: &Table) -> Result<happening::EventRows, Unreadable> {
        let wanted =
            [required("person_id", Kind::Id), required("event", Kind::Text), required("date", Kind::Text)];
        let document = self.input.document;
        let (found, rows) =
            scan(table, &wanted, None, |batch, local: &mut (happening::EventRows, Faults)| {
                let (events, faults) = local;
                for row in 0..batch.rows {
                    let name = match batch.text(1, row) {
                        cells::Cell::Value(name) => name.to_owned(),
                        cells::Cell::Null | cells::Cell::Bad => String::new(),
                    };
                    if !document.events.contains_key(&name) && !document.visits.contains_key(&name) {
                        faults.add_with(batch, row, Fault::UnknownName, 1, || name);
                        continue;
                    }
                    let Some(person) = self.people.of_row(batch, row, 0, faults) else { continue };
                    events.push((person, name, partial(batch, row, 2, faults)));
                }
            })?;
        let mut faults = Faults::default();
        let mut events = Vec::new();
        for (some, more) in found {
            faults.join(more);
            events.extend(some);
        }
        self.count(table, &wanted, rows, events.len() as u64, faults);
        Ok(events)
    }

    /// Each person's own periods of observation, for whatever is said to be complete in them.
    fn periods(&mut self) -> Result<Vec<gather::Rows<Period>>, Unreadable> {
        let covered = u16::try_from(self.input.assumptions.in_observation_period.len()).unwrap_or(u16::MAX);
        if covered == 0 {
            return Ok(Vec::new());
        }
        let Some(table) = table(self.input.folder, "observation_period")? else {
            return Err(Unreadable::new("there is no table `observation_period` in this folder")
                .help("give the period instead: `--coverage \"drugs from 2008-01-01\"`"));
        };
        let wanted = [
            required("person_id", Kind::Id),
            required("observation_period_start_date", Kind::Day),
            required("observation_period_end_date", Kind::Day),
        ];
        let (found, rows) =
            scan(&table, &wanted, None, |batch, local: &mut (gather::Rows<Period>, Faults)| {
                let (periods, faults) = local;
                for row in 0..batch.rows {
                    let Some(person) = self.people.of_row(batch, row, 0, faults) else { continue };
                    let (start, end) =
                        (result::date(batch, row, 1, faults), result::date(batch, row, 2, faults));
                    // Of a period without an end nobody knows what it covers.
                    if start.is_exact() && end.is_exact() && start.latest <= end.earliest {
                        for of in 0..covered {
                            periods.push(person, Period { of, from: start.latest, to: end.earliest });
                        }
                    } else if start.is_exact() && end.is_exact() {
                        faults.add_with(batch, row, Fault::EndsBeforeStart, 2, String::new);
                    }
                }
            })?;
        let (mut pieces, mut faults) = (Vec::new(), Faults::default());
        for (periods, more) in found {
            faults.join(more);
            pieces.push(periods);
        }
        let used = pieces.iter().map(|piece| piece.rows.len() as u64).sum::<u64>() / u64::from(covered);
        self.count(&table, &wanted, rows, used, faults);
        Ok(pieces)
    }
}

/// Counts a row that says of nothing that the vocabulary knows what it is.
fn no_concept(batch: &cells::Batch, row: usize, faults: &mut Faults) {
    let is_nothing =
        |cell| matches!(cell, cells::Cell::Null | cells::Cell::Value(crate::omop::standard::NO_CONCEPT));
    if is_nothing(batch.id(result::CONCEPT, row)) && is_nothing(batch.id(result::SOURCE, row)) {
        faults.add(batch, row, Fault::NoConcept, result::CONCEPT);
    }
}

/// A day, month or year; any day where it is none.
fn partial(batch: &cells::Batch, row: usize, column: usize, faults: &mut Faults) -> super::tables::Days {
    use super::tables::Days;
    match batch.text(column, row) {
        cells::Cell::Value(text) => {
            let day = cells::day(text).map(Days::exactly);
            let range = || text.parse::<DateRange>().ok().and_then(days_of);
            day.or_else(range).unwrap_or_else(|| {
                faults.add_with(batch, row, Fault::NotADate, column, || text.to_owned());
                Days::ANY
            })
        }
        cells::Cell::Null => {
            faults.add(batch, row, Fault::NoDate, column);
            Days::ANY
        }
        cells::Cell::Bad => {
            faults.add(batch, row, Fault::NotADate, column);
            Days::ANY
        }
    }
}

fn days_of(range: DateRange) -> Option<super::tables::Days> {
    let day =
        |date: jiff::civil::Date| cells::civil(date.year().into(), date.month().into(), date.day().into());
    Some(super::tables::Days { earliest: day(range.earliest)?, latest: day(range.latest)? })
}
