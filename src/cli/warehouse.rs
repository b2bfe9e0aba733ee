//! What `trialc build --emit sql:…` is told about the database: concept ids, days of events, what the data cover.

use std::io::{IsTerminal, stderr};

use clap::Args;

use super::Failure;
use super::console::Console;
use super::people::Sources;
use super::tables::{Disk, Progress};
use crate::diagnostics::{codes, did_you_mean};
use crate::eligibility::EligibilityDocument;
use crate::eligibility::record::CoveredDomain;
use crate::emit::Artifact;
use crate::emit::sql::{self, DIALECTS, Dialect};
use crate::model::Trial;
use crate::omop::Assumptions;
use crate::population::read::{Words, concept_sets};

/// What stands before the name of a dialect in `--emit`.
pub const PREFIX: &str = "sql:";

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of sql:…")]
pub struct Warehouse {
    /// The protocol's names of codes and concept ids, as CSV with the columns `code` and `name`: `omop:3004410,hba1c`
    #[arg(long, value_name = "FILE.csv")]
    codes: Vec<String>,
    /// The vocabulary by which codes become concept ids, with all their descendants: a folder with CONCEPT,
    /// CONCEPT_RELATIONSHIP and CONCEPT_ANCESTOR. Without it only concept ids of `--codes`
    #[arg(long, value_name = "FOLDER")]
    vocabulary: Option<String>,
    /// An event or visit of everybody and its date, `randomization=2020-05-01`; repeatable
    #[arg(long, value_name = "EVENT=DATE")]
    event: Vec<String>,
    /// Read the days of all other events from a table trial_event (person_id, event, event_date)
    #[arg(long)]
    event_table: bool,
    /// What the data hold completely, so that silence means no: `conditions from 2008-01-01`, `drugs in
    /// observation_period`, or one name; repeatable
    #[arg(long, value_name = "WHAT [from DATE] [to DATE]")]
    coverage: Vec<String>,
    /// What was prescribed, ordered or dispensed was taken. Without this such a row leaves it open
    #[arg(long)]
    orders_are_taken: bool,
    /// Where the tables of the CDM are: `cdm`, or `catalog.cdm`
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
}

/// The dialect of a target `sql:…`; `None` for every other target.
pub fn dialect(target: &str) -> Option<Result<&'static Dialect, Failure>> {
    let name = target.strip_prefix(PREFIX)?;
    Some(Dialect::find(name).ok_or_else(|| {
        let help = match did_you_mean(name, DIALECTS.iter().map(|dialect| dialect.name)) {
            Some(near) => format!("did you mean `{PREFIX}{near}`?"),
            None => {
                let names: Vec<String> = DIALECTS.iter().map(|one| format!("{PREFIX}{}", one.name)).collect();
                format!("there are {}", names.join(", "))
            }
        };
        Failure::of(&codes::NOT_THERE, format!("there is no dialect of SQL `{name}`")).help(help)
    }))
}

impl Warehouse {
    /// Whether something was said that only SQL asks.
    pub fn is_used(&self) -> bool {
        !self.codes.is_empty()
            || self.vocabulary.is_some()
            || !self.event.is_empty()
            || self.event_table
            || !self.coverage.is_empty()
            || self.orders_are_taken
            || self.schema.is_some()
    }

    /// The statements and their report of losses.
    pub fn build(
        &self,
        console: &Console,
        trial: &Trial,
        dialects: &[&'static Dialect],
    ) -> Result<Vec<Artifact>, Failure> {
        let document = EligibilityDocument::of(trial);
        let sources = Sources::of_database(&self.event, &self.coverage, &self.codes, self.orders_are_taken);
        let declared = sources.declared(trial)?;
        let progress = Progress::new(stderr().is_terminal());
        let vocabulary =
            self.vocabulary.as_deref().map(|folder| Disk::open(folder, &progress)).transpose()?;
        let words = match &vocabulary {
            Some(folder) => Words::Given(folder),
            None => Words::None,
        };
        let sets = concept_sets(&document, &declared.codes, words)?;
        progress.end();
        let nameless = sets.nameless(&document);
        let names: Vec<&str> = nameless.measures.iter().chain(&nameless.things).copied().collect();
        if !names.is_empty() {
            console.err(&format!(
                "no concept id for {}: what rests on these stays unknown; give ids with --codes\n",
                names.join(", ")
            ));
        }
        let everybody = declared.additions.of_everybody();
        let in_periods = declared.in_observation_period.into_iter().map(CoveredDomain::from);
        let assumptions = Assumptions {
            coverage: everybody.coverage,
            in_observation_period: in_periods.collect(),
            events: everybody.events,
            orders_are_taken: self.orders_are_taken,
            as_of: None,
        };
        let options = sql::Options {
            sets,
            assumptions,
            has_event_table: self.event_table,
            schema: self.schema.clone(),
        };
        Ok(sql::emit(&document, &options, dialects))
    }
}
