//! `trialc screen FILE --data FOLDER`: everybody of a database.

use std::collections::HashMap;
use std::io::{IsTerminal, Write, stderr};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use super::bulk::{self, Everybody};
use super::console::Console;
use super::files::{read_text, shown};
use super::people::{Sources, not_among_the_people};
use super::publish::{Streamed, publish_with};
use super::screen::Format;
use super::tables::{Disk, Progress, one_table};
use super::{Exit, Failure, Outcome};
use crate::diagnostics::{codes, near_name};
use crate::eligibility::record::CoveredDomain;
use crate::eligibility::{EligibilityDocument, Record};
use crate::emit::Artifact;
use crate::emit::funnel::Funnel;
use crate::intake::Additions;
use crate::model::Trial;
use crate::omop::Assumptions;
use crate::population::read::{Folder as _, Form, Input, Map, Report, Words, concept_sets, mapped, omop};
use crate::population::write::{Verdicts, write_csv, write_json, write_parquet, write_statuses};
use crate::population::{self, Population, SubjectId};

const STATUSES: &str = "statuses.csv";
/// At most so many sorts of faults are shown.
const MOST_FAULTS: usize = 20;

/// What a population needs beyond what single people need.
#[derive(Debug, clap::Args)]
pub struct Database {
    /// A database of the OMOP CDM 5.4, flat tables by --map (CSV or Parquet), or a bulk export of FHIR R4 (NDJSON): a folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "files")]
    pub data: Option<String>,
    /// The vocabulary by which codes are found in the data: a folder with CONCEPT, CONCEPT_RELATIONSHIP and
    /// CONCEPT_ANCESTOR. Without this the data folder's own, else only concept ids of `--codes` (`omop:3004410,hba1c`)
    #[arg(long, value_name = "FOLDER", requires = "data")]
    vocabulary: Option<String>,
    /// The folder holds flat tables, not OMOP: a map (TOML or JSON) says which column holds what
    #[arg(long, value_name = "FILE.toml", requires = "data", conflicts_with_all = ["vocabulary", "events"])]
    map: Option<String>,
    /// Events of single people: a table with the columns `person_id`, `event` and `date`
    #[arg(long, value_name = "FILE.csv", requires = "data")]
    events: Option<String>,
    /// A folder for the verdict of everybody (`verdicts.csv`, or `.json` or `.parquet` by --format), for the attrition as
    /// picture, tables and page (`funnel.*`), and for what was read (`read.txt`)
    #[arg(long, value_name = "FOLDER", requires = "data")]
    out: Option<PathBuf>,
    /// Criteria of the attrition in this order, these alone: `I1,E3,I2`
    #[arg(long, value_name = "CODES", value_delimiter = ',', requires = "data")]
    order: Vec<String>,
    /// A line for each person and criterion too: `statuses.csv`
    #[arg(long, requires = "out")]
    statuses: bool,
    /// Numbers of people below this one are withheld in `funnel.*` and in what is printed
    #[arg(long, value_name = "NUMBER", requires = "out")]
    suppress_below: Option<u64>,
}

/// Everybody with what is declared of them, and what was read.
struct Read {
    population: Population,
    report: Report,
}

pub fn run(
    console: &Console,
    folder: &str,
    arguments: &Database,
    sources: &Sources,
    trial: &Trial,
    as_of: Option<Date>,
    format: Format,
) -> Outcome {
    let document = EligibilityDocument::of(trial);
    known_criteria(&arguments.order, &document)?;
    let progress = Progress::new(stderr().is_terminal());
    let data = Disk::open(folder, &progress)?;
    let Everybody { people, screened, said } = match fhir_files(&data, arguments)? {
        Some(files) => {
            let declared = sources.declared(trial)?;
            if !declared.in_observation_period.is_empty() {
                return Err(Failure::of(&codes::OPTIONS_CLASH, "FHIR has no observation periods")
                    .help("give the period instead: `--coverage \"drugs from 2008-01-01\"`"));
            }
            let taken = sources.orders_are_taken();
            bulk::screen(folder, &files, &document, &declared.additions, taken, as_of, &progress)?
        }
        None => {
            let Read { population, report } =
                read(&data, arguments, sources, trial, &document, as_of, &progress)?;
            progress.say("screening");
            let screened = population::screen(&document, &population, as_of);
            Everybody { people: population.people, screened, said: report.render_text(MOST_FAULTS) }
        }
    };
    progress.end();
    let verdicts = Verdicts { people: &people, screened: &screened };
    let Some(out) = &arguments.out else {
        return print(console, format, &trial.header.name, &verdicts, &said);
    };
    let funnel = Funnel {
        trial,
        screened: &screened,
        order: &arguments.order,
        suppress_below: arguments.suppress_below,
    };
    let mut artifacts = funnel.artifacts();
    artifacts.push(Artifact::new("read.txt", said.clone()));
    let name = match format {
        Format::Json => "verdicts.json",
        Format::Parquet => "verdicts.parquet",
        Format::Text | Format::Html | Format::Csv => "verdicts.csv",
    };
    let mut write = |file: &mut (dyn Write + Send)| match format {
        Format::Json => write_json(&verdicts, &trial.header.name, file),
        Format::Parquet => write_parquet(&verdicts, file),
        Format::Text | Format::Html | Format::Csv => write_csv(&verdicts, file),
    };
    progress.say("writing");
    let mut each = |file: &mut (dyn Write + Send)| write_statuses(&verdicts, file);
    let mut files: Vec<Streamed<'_>> = vec![(name, &mut write)];
    if arguments.statuses {
        files.push((STATUSES, &mut each));
    }
    let written = publish_with(out, &artifacts, &mut files)?;
    progress.end();
    let mut text = format!("{}{said}\n", population::render_text(&screened, arguments.suppress_below));
    let names = [Some(name), arguments.statuses.then_some(STATUSES)].into_iter().flatten();
    let paths = artifacts.iter().map(|artifact| artifact.path.as_str()).chain(names);
    for (path, change) in paths.zip(written) {
        text += &format!("{:<9} {}\n", change.in_words(), shown(&out.join(path)));
    }
    console.out(&text)?;
    Ok(Exit::Fine)
}

/// Every criterion of an order is one of the protocol's.
fn known_criteria(order: &[String], document: &EligibilityDocument) -> Result<(), Failure> {
    let codes =
        || document.decisions.values().flat_map(|decision| decision.criteria.keys()).map(String::as_str);
    match order.iter().find(|code| !codes().any(|one| one == *code)) {
        None => Ok(()),
        Some(code) => {
            let near = near_name(code, codes());
            Err(Failure::of(
                &codes::NOT_THERE,
                format!("`--order` names `{code}`, which is no criterion of this protocol"),
            )
            .helped(near))
        }
    }
}

/// Onto standard output; what there is to be said beside verdicts then goes to standard error.
fn print(console: &Console, format: Format, trial: &str, verdicts: &Verdicts<'_>, said: &str) -> Outcome {
    match format {
        Format::Text => {
            console.out(&format!("{}{said}", population::render_text(verdicts.screened, None)))?
        }
        Format::Json => console.stream(|out| write_json(verdicts, trial, out))?,
        Format::Csv => console.stream(|out| write_csv(verdicts, out))?,
        Format::Parquet | Format::Html => {
            return Err(Failure::of(
                &codes::OPTIONS_CLASH,
                "a population is written as a file in this format",
            )
            .help("give a folder for it: `--out results`"));
        }
    }
    if format != Format::Text {
        console.err(said);
    }
    Ok(Exit::Fine)
}

/// The files of a bulk export of FHIR; none where the folder holds tables.
fn fhir_files(data: &Disk, arguments: &Database) -> Result<Option<Vec<String>>, Failure> {
    let files = data.files();
    let is_table = |file: &&String| Form::of(file).is_some();
    if arguments.map.is_some() || files.iter().any(|file| is_table(&file)) {
        return Ok(None);
    }
    let found: Vec<String> = files.iter().filter(|file| bulk::is_bulk(file)).cloned().collect();
    if found.is_empty() {
        return match files.iter().find(|file| file.to_ascii_lowercase().ends_with(".ndjson.gz")) {
            Some(file) => Err(Failure::of(&codes::UNREADABLE_TABLE, format!("`{file}` is packed"))
                .help("unpack it: `gunzip *.gz`")),
            None => Ok(None),
        };
    }
    for (option, is_given) in
        [("--vocabulary", arguments.vocabulary.is_some()), ("--events", arguments.events.is_some())]
    {
        if is_given {
            return Err(Failure::of(
                &codes::OPTIONS_CLASH,
                format!("`{option}` is for tables of OMOP, and this folder holds FHIR"),
            )
            .help("give codes with --codes, and what is known of single people with --with"));
        }
    }
    Ok(Some(found))
}

fn read(
    data: &Disk,
    arguments: &Database,
    sources: &Sources,
    trial: &Trial,
    document: &EligibilityDocument,
    as_of: Option<Date>,
    progress: &Arc<Progress>,
) -> Result<Read, Failure> {
    let declared = sources.declared(trial)?;
    let everybody = declared.additions.of_everybody();
    let assumptions = Assumptions {
        coverage: everybody.coverage.clone(),
        in_observation_period: declared.in_observation_period.into_iter().map(CoveredDomain::from).collect(),
        events: everybody.events.clone(),
        orders_are_taken: sources.orders_are_taken(),
        as_of,
    };
    if let Some(file) = &arguments.map {
        let map = Map::read(file, &read_text(file)?, document)?;
        let (mut population, report) = mapped(data, document, &map, &assumptions)?;
        add_rest(&mut population, beyond_events(everybody), &declared.additions)?;
        return Ok(Read { population, report });
    }
    let vocabulary =
        arguments.vocabulary.as_deref().map(|folder| Disk::open(folder, progress)).transpose()?;
    let words = match &vocabulary {
        Some(folder) => Words::Given(folder),
        None => Words::InData(data),
    };
    let sets = concept_sets(document, &declared.codes, words)?;
    let events = arguments.events.as_deref().map(|file| one_table(file, "events", progress)).transpose()?;
    let rest = beyond_events(everybody);
    let is_final = rest == Record::default() && declared.additions.of_single().next().is_none();
    let (assumptions, events) = (&assumptions, events.as_ref());
    let input = Input { folder: data, document, sets: &sets, assumptions, events, is_final };
    let (mut population, report) = omop(&input)?;
    add_rest(&mut population, rest, &declared.additions)?;
    Ok(Read { population, report })
}

/// Coverage and events of everybody are there already; what else was added comes from files of records.
fn beyond_events(everybody: Record) -> Record {
    Record { coverage: Vec::new(), events: Vec::new(), ..everybody }
}

fn add_rest(population: &mut Population, rest: Record, additions: &Additions) -> Result<(), Failure> {
    population.everybody.add(rest);
    add_to_single(population, additions)
}

/// Adds the records of `--with` to those of the same id.
fn add_to_single(population: &mut Population, additions: &Additions) -> Result<(), Failure> {
    let mut added = additions.of_single().peekable();
    if added.peek().is_none() {
        return Ok(());
    }
    let places: HashMap<&SubjectId, u32> =
        population.people.iter().map(|subject| &subject.id).zip(0..).collect();
    for (id, record) in added {
        let Some(place) = places.get(&SubjectId::of(id)) else {
            return Err(
                not_among_the_people(id).help("the id of a record is the person_id of table `person`")
            );
        };
        population.beyond.entry(*place).or_default().add(record.clone());
    }
    Ok(())
}
