//! Eligibility checkers as SQL over the OMOP Common Data Model 5.4: one SELECT for each dialect, which gives one row for each
//! person with the status of every criterion.
//!
//! The meaning is that of [`crate::eligibility`] on the rows that [`crate::omop`] describes. SQL's logic is Kleene's with NULL
//! for unknown; results are compared as doubles with cut points ([`crate::eligibility::Cut`]), so that no engine's arithmetic
//! decides. What cannot be said exactly is not said: the criterion's column holds `not_computed`, and the report of losses
//! says why.

mod columns;
mod covered;
mod dialect;
mod document;
mod happened;
mod limits;
mod logic;
mod losses;
mod measured;
mod middle;
mod moments;
mod of_row;
mod people;
mod results;
mod rows;
mod says;
mod tables;
mod units;

use std::collections::{BTreeMap, BTreeSet};

pub use dialect::{DIALECTS, DUCKDB, Dialect, POSTGRES, SPARK};

use super::Artifact;
use crate::eligibility::EligibilityDocument;
use crate::eligibility::record::{Coverage, CoveredDomain};
use crate::omop::{Assumptions, ConceptSets};
use crate::time::DateRange;

/// What the statement is made for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub sets: ConceptSets,
    /// Declared of the data. `as_of` is not used: a statement asks about the days that it is given.
    pub assumptions: Assumptions,
    /// Days of events that `assumptions` do not give are read from table `trial_event`.
    pub has_event_table: bool,
    /// Where the tables of the CDM are: `cdm`, or `catalog.schema`.
    pub schema: Option<String>,
}

/// `eligibility.<dialect>.sql` for each dialect, and `eligibility.sql.losses.md`.
pub fn emit(
    document: &EligibilityDocument,
    options: &Options,
    dialects: &[&'static Dialect],
) -> Vec<Artifact> {
    let mut artifacts = Vec::new();
    let mut report = None;
    for dialect in dialects {
        let statement = document::Statement::of(document, options, dialect);
        artifacts.push(Artifact::new(format!("eligibility.{}.sql", dialect.name), statement.text.clone()));
        report.get_or_insert_with(|| losses::report(document, options, &statement));
    }
    artifacts.extend(report.map(|report| Artifact::new("eligibility.sql.losses.md", report)));
    artifacts
}

/// Why a rule cannot be said exactly, for the report of losses.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NotSaid(String);

impl NotSaid {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Which truth of a part is the worst for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worst {
    False,
    True,
}

impl Worst {
    fn opposite(self) -> Self {
        match self {
            Worst::False => Worst::True,
            Worst::True => Worst::False,
        }
    }
}

/// What is given to the writer, looked up often.
struct Given<'a> {
    sets: &'a ConceptSets,
    events: Vec<(String, DateRange)>,
    coverage: &'a [Coverage],
    in_observation_period: &'a [CoveredDomain],
    orders_are_taken: bool,
    has_event_table: bool,
    schema: Option<&'a str>,
}

/// Collects the columns that the criteria need, one after the other.
struct Writer<'a> {
    document: &'a EligibilityDocument,
    dialect: &'static Dialect,
    options: Given<'a>,
    /// Names of which no row can be recognised.
    nameless: BTreeSet<String>,
    known_units: BTreeMap<String, BTreeSet<String>>,
    /// The event of the decision, and the arm, that are being written.
    decision: String,
    arm: Option<String>,
    looking_for: Vec<String>,
    /// Keys of results whose ties are tried together in this criterion, and the choices that it made for them.
    tangled: BTreeSet<String>,
    tried_here: Vec<String>,

    unit_numbers: units::UnitNumbers,
    written: Written,
    /// What the report of losses says beside the criteria that are not said.
    remarks: Vec<String>,
}

/// What the criteria have asked for so far: of a criterion that turns out not to be said all of it is taken back.
#[derive(Clone, Default)]
struct Written {
    names: BTreeSet<String>,
    /// Measures and names of things whose rows are read.
    measures: BTreeSet<String>,
    asked: BTreeSet<String>,
    /// Units that a test of rows names by their numbers.
    named_units: BTreeSet<String>,
    covers: Vec<covered::Cover>,
    flags: Vec<(String, String)>,
    /// Flags of measures, and the columns that say whether the person has a result without a day.
    undated: Vec<(String, String)>,
    limits: Vec<(String, limits::LimitByUnit)>,
    together: Vec<measured::Together>,
    days_asked: Vec<measured::DaysAsked>,
    choices: Vec<measured::Choice>,
    last_few: Vec<measured::LastFew>,
    middles: Vec<middle::Middle>,
    event_columns: Vec<(String, String)>,
    entry_columns: Vec<happened::EntryColumn>,
    entries_since: Vec<happened::EntriesSince>,
    edges: Vec<happened::EdgeColumn>,
    throughouts: Vec<happened::Throughout>,
    cover_columns: Vec<covered::CoverColumn>,
    facts: Vec<columns::Fact>,
    worsts: Vec<columns::WorstOf>,
}

impl<'a> Writer<'a> {
    fn of(document: &'a EligibilityDocument, options: &'a Options, dialect: &'static Dialect) -> Self {
        let hull = |entry: &crate::eligibility::record::Entry| {
            let day = entry.on.or(entry.from)?;
            Some((entry.name.clone(), day))
        };
        let given = Given {
            sets: &options.sets,
            events: options.assumptions.events.iter().filter_map(hull).collect(),
            coverage: &options.assumptions.coverage,
            in_observation_period: &options.assumptions.in_observation_period,
            orders_are_taken: options.assumptions.orders_are_taken,
            has_event_table: options.has_event_table,
            schema: options.schema.as_deref(),
        };
        let nameless = options.sets.nameless(document).things.into_iter().map(str::to_owned).collect();
        let known_units =
            limits::known_units(options.sets.units.values().map(String::as_str), document.measures.values());
        Self {
            document,
            dialect,
            options: given,
            nameless,
            known_units,
            decision: String::new(),
            arm: None,
            looking_for: Vec::new(),
            tangled: BTreeSet::new(),
            tried_here: Vec::new(),
            unit_numbers: units::UnitNumbers::of(&options.sets.units),
            written: Written::default(),
            remarks: Vec::new(),
        }
    }
}
