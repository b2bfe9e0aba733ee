//! Conditions, drugs, procedures, visits, deaths and events: what happened, from when to when.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::super::tables::{Days, Happening, List, Naming};
use super::cells::{Batch, Cell, Kind, Wanted, optional, required};
use super::folder::Unreadable;
use super::gather::Rows;
use super::person::People;
use super::pool::{Pool, tidy};
use super::report::{Fault, Faults};
use super::result::date;
use crate::eligibility::EligibilityDocument;
use crate::model::Domain;
use crate::omop::{Assumptions, ConceptSets, standard};

/// Places of columns, the same for all of these tables.
const PERSON: usize = 0;
const CONCEPT: usize = 1;
const START: usize = 2;
const SOURCE: usize = 3;
const END: usize = 4;
const STATUS: usize = 5;
const WRITTEN_END: usize = 6;

/// A table of the CDM that says what happened.
pub struct Kept {
    pub table: &'static str,
    pub list: List,
    pub wanted: [Wanted<'static>; 7],
    /// Without an end it lasted one day; else it is not known when it ended.
    is_one_day: bool,
    /// Concepts of the status of a row that is not certain.
    unsure: &'static [i64],
}

/// A column that a table has not.
const NONE: Wanted<'static> = optional("", Kind::Id);

pub static CONDITIONS: Kept = Kept {
    table: "condition_occurrence",
    list: List::Findings,
    wanted: [
        required("person_id", Kind::Id),
        required("condition_concept_id", Kind::Id),
        required("condition_start_date", Kind::Day),
        optional("condition_source_concept_id", Kind::Id),
        optional("condition_end_date", Kind::Day),
        optional("condition_status_concept_id", Kind::Id),
        NONE,
    ],
    is_one_day: false,
    unsure: standard::PRELIMINARY_DIAGNOSIS,
};

pub static DRUGS: Kept = Kept {
    table: "drug_exposure",
    list: List::Exposures,
    wanted: [
        required("person_id", Kind::Id),
        required("drug_concept_id", Kind::Id),
        required("drug_exposure_start_date", Kind::Day),
        optional("drug_source_concept_id", Kind::Id),
        optional("drug_exposure_end_date", Kind::Day),
        optional("drug_type_concept_id", Kind::Id),
        optional("verbatim_end_date", Kind::Day),
    ],
    is_one_day: false,
    unsure: standard::DRUGS_NOT_SEEN_TAKEN,
};

pub static PROCEDURES: Kept = Kept {
    table: "procedure_occurrence",
    list: List::Procedures,
    wanted: [
        required("person_id", Kind::Id),
        required("procedure_concept_id", Kind::Id),
        required("procedure_date", Kind::Day),
        optional("procedure_source_concept_id", Kind::Id),
        optional("procedure_end_date", Kind::Day),
        NONE,
        NONE,
    ],
    is_one_day: true,
    unsure: &[],
};

pub static VISITS: Kept = Kept {
    table: "visit_occurrence",
    list: List::Procedures,
    wanted: [
        required("person_id", Kind::Id),
        required("visit_concept_id", Kind::Id),
        required("visit_start_date", Kind::Day),
        NONE,
        optional("visit_end_date", Kind::Day),
        NONE,
        NONE,
    ],
    is_one_day: false,
    unsure: &[],
};

/// Observations of one list: their columns stand where those of results do.
pub const fn observations(list: List) -> Kept {
    Kept { table: "observation", list, wanted: [NONE; 7], is_one_day: true, unsure: &[] }
}

/// What a concept id is of one list: places in [`Happenings::names`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Meaning {
    certain: Vec<u16>,
    perhaps: Vec<u16>,
    other_than: Vec<u16>,
}

/// The two concepts of a row, by their places in [`Happenings::meanings`]; `NOTHING` where one is not asked for.
type Pair = (List, u32, u32);
const NOTHING: u32 = u32::MAX;

/// What is asked for, ready to be looked up.
pub struct Happenings<'a> {
    people: &'a People,
    orders_are_taken: bool,
    names: Vec<String>,
    meanings: Vec<Meaning>,
    lists: [(List, HashMap<i64, u32, FixedState>); 3],
    /// For each of the lists: everything that it can hold may be.
    anything: [u32; 3],
}

/// Happenings of a part of a table.
#[derive(Default)]
pub struct Found {
    pub rows: Rows<Happening>,
    namings: Pool<Pair>,
}

fn list_of(domain: Domain) -> Option<List> {
    match domain {
        Domain::Condition => Some(List::Findings),
        Domain::Drug | Domain::DrugClass => Some(List::Exposures),
        Domain::Procedure => Some(List::Procedures),
        Domain::Event => None,
    }
}

fn number(list: List) -> usize {
    match list {
        List::Findings => 0,
        List::Exposures => 1,
        List::Procedures | List::Events => 2,
    }
}

impl<'a> Happenings<'a> {
    pub fn of(
        document: &EligibilityDocument,
        sets: &ConceptSets,
        assumptions: &Assumptions,
        people: &'a People,
    ) -> Self {
        let mut happenings = Self {
            people,
            orders_are_taken: assumptions.orders_are_taken,
            names: document.concepts.keys().cloned().collect(),
            meanings: Vec::new(),
            lists: [List::Findings, List::Exposures, List::Procedures].map(|list| (list, HashMap::default())),
            anything: [NOTHING; 3],
        };
        for (place, (name, concept)) in (0u16..).zip(&document.concepts) {
            let (Some(list), Some(ids)) = (list_of(concept.domain), sets.things.get(name)) else { continue };
            let list = number(list);
            for id in &ids.certain {
                happenings.meaning(list, *id).certain.push(place);
            }
            for id in &ids.perhaps {
                happenings.meaning(list, *id).perhaps.push(place);
            }
            if happenings.anything[list] == NOTHING {
                happenings.anything[list] = u32::try_from(happenings.meanings.len()).unwrap_or(NOTHING);
                happenings.meanings.push(Meaning::default());
            }
            let anything = happenings.anything[list];
            happenings.meanings[anything as usize].perhaps.push(place);
        }
        for (place, (name, concept)) in (0u16..).zip(&document.concepts) {
            let (Some(list), Some(ids)) = (list_of(concept.domain), sets.others.get(name)) else { continue };
            let Happenings { lists, meanings, .. } = &mut happenings;
            for known in ids.iter().filter_map(|id| lists[number(list)].1.get(id)) {
                meanings[*known as usize].other_than.push(place);
            }
        }
        happenings
    }

    fn meaning(&mut self, list: usize, id: i64) -> &mut Meaning {
        let next = u32::try_from(self.meanings.len()).unwrap_or(NOTHING);
        let place = *self.lists[list].1.entry(id).or_insert(next);
        if place == next {
            self.meanings.push(Meaning::default());
        }
        &mut self.meanings[place as usize]
    }

    /// Whether anything of a list is asked for.
    pub fn is_asked(&self, list: List) -> bool {
        !self.lists[number(list)].1.is_empty()
    }

    /// The concepts of a list that are asked for.
    pub fn ids(&self, list: List) -> impl Iterator<Item = i64> {
        self.lists[number(list)].1.keys().copied()
    }

    /// Whether the row was asked for.
    #[inline]
    pub fn take(&self, of: &Kept, batch: &Batch, row: usize, found: &mut Found, faults: &mut Faults) -> bool {
        let ids = &self.lists[number(of.list)].1;
        let (concept, source) = (batch.id(CONCEPT, row), batch.id(SOURCE, row));
        let place = |cell: Cell<i64>| cell.value().and_then(|id| ids.get(&id)).copied();
        let pair = match (place(concept), place(source)) {
            (None, None) if concept == Cell::Bad => {
                faults.add(batch, row, Fault::ConceptIsNoId, CONCEPT);
                (of.list, self.anything[number(of.list)], NOTHING)
            }
            (None, None) => return false,
            (concept, source) => (of.list, concept.unwrap_or(NOTHING), source.unwrap_or(NOTHING)),
        };
        let Some(person) = self.people.of_row(batch, row, PERSON, faults) else { return true };
        // A place is always there: fewer meanings are asked for than there are places, and the joiner refuses more.
        let Some(naming) = found.namings.place(&pair) else { return true };
        let start = date(batch, row, START, faults);
        let (start, end) = self.extent(of, batch, row, start, faults);
        let is_unsure = !of.unsure.is_empty() && self.is_unsure(of, batch, row, faults);
        found.rows.push(person, Happening { start, end, naming, is_unsure });
        true
    }

    fn is_unsure(&self, of: &Kept, batch: &Batch, row: usize, faults: &mut Faults) -> bool {
        if of.list == List::Exposures && self.orders_are_taken {
            return false;
        }
        match batch.id(STATUS, row) {
            Cell::Value(id) => of.unsure.contains(&id),
            Cell::Null => false,
            Cell::Bad => {
                faults.add(batch, row, Fault::NotAnId, STATUS);
                true
            }
        }
    }

    fn extent(&self, of: &Kept, batch: &Batch, row: usize, start: Days, faults: &mut Faults) -> (Days, Days) {
        let unknown = Days { earliest: start.earliest, latest: Days::ANY.latest };
        let has_ends = !of.wanted[END].name.is_empty();
        let mut column = END;
        let mut end = if has_ends { batch.day(END, row) } else { Cell::Null };
        if has_ends && !of.wanted[WRITTEN_END].name.is_empty() {
            // What was written down as the end wins over what was computed.
            let written = batch.day(WRITTEN_END, row);
            if written != Cell::Null {
                (column, end) = (WRITTEN_END, written);
            }
        }
        let end = match end {
            Cell::Value(day) => Days::exactly(day),
            Cell::Null if of.is_one_day => return (start, start),
            Cell::Null => return (start, unknown),
            Cell::Bad => {
                faults.add(batch, row, Fault::NotADate, column);
                return (start, unknown);
            }
        };
        if end.latest < start.earliest {
            faults.add_with(batch, row, Fault::EndsBeforeStart, column, String::new);
            return (Days::ANY, Days::ANY);
        }
        (Days { latest: start.latest.min(end.latest), ..start }, end)
    }

    /// A row of table `death`.
    pub fn death(&self, batch: &Batch, row: usize, found: &mut Vec<(u32, Days)>, faults: &mut Faults) {
        if let Some(person) = self.people.of_row(batch, row, 0, faults) {
            found.push((person, date(batch, row, 1, faults)));
        }
    }

    /// One table of namings for all parts, sorted.
    ///
    /// # Errors
    /// Where there are more than can be counted.
    pub fn join(
        &self,
        found: Vec<Found>,
        events: EventRows,
    ) -> Result<(Vec<Rows<Happening>>, Vec<Naming>), Unreadable> {
        let mut namings: Vec<Naming> = Vec::new();
        let mut pieces = Vec::with_capacity(found.len() + 1);
        for piece in found {
            let at = namings.len();
            namings.extend(piece.namings.all.iter().map(|pair| self.naming(*pair)));
            pieces.push((piece.rows, at));
        }
        let mut rows: Rows<Happening> = Rows::default();
        let mut pool: Pool<String> = Pool::default();
        for (person, name, days) in events {
            let Some(naming) = pool.place(&name) else { return Err(too_many()) };
            rows.push(person, Happening { start: days, end: days, naming, is_unsure: false });
        }
        let at = namings.len();
        let event = |name: String| Naming {
            list: List::Events,
            certain: vec![name],
            perhaps: Vec::new(),
            other_than: Vec::new(),
        };
        namings.extend(pool.all.into_iter().map(event));
        pieces.push((rows, at));
        let (namings, places) = tidy(&namings, &vec![true; namings.len()]);
        if namings.len() >= usize::from(u16::MAX) {
            return Err(too_many());
        }
        for (rows, at) in &mut pieces {
            for row in &mut rows.rows {
                row.naming = places[*at + usize::from(row.naming)];
            }
        }
        Ok((pieces.into_iter().map(|(rows, _)| rows).collect(), namings))
    }

    fn naming(&self, (list, concept, source): Pair) -> Naming {
        let mut all = Meaning::default();
        for place in [concept, source] {
            if let Some(meaning) = self.meanings.get(place as usize) {
                all.certain.extend(&meaning.certain);
                all.perhaps.extend(&meaning.perhaps);
                all.other_than.extend(&meaning.other_than);
            }
        }
        all.other_than.sort_unstable();
        all.other_than.dedup();
        all.certain.sort_unstable();
        all.certain.dedup();
        all.perhaps.sort_unstable();
        all.perhaps.dedup();
        all.perhaps.retain(|place| !all.certain.contains(place));
        let named =
            |places: &[u16]| places.iter().map(|place| self.names[usize::from(*place)].clone()).collect();
        Naming {
            list,
            certain: named(&all.certain),
            perhaps: named(&all.perhaps),
            other_than: named(&all.other_than),
        }
    }
}

/// Events of single persons: their place, the name of the event, its days.
pub type EventRows = Vec<(u32, String, Days)>;

fn too_many() -> Unreadable {
    Unreadable::new("the data name more than 65,534 different sets of things that the protocol asks for")
}
