//! The tables of the invented people as CSV.

use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::catalogue::{ANALYTES, ANCESTORS, NAMES};
use super::people::{Day, EHR, Person, person};

/// Tables of the model and their columns: those that the rules need, and keys.
const TABLES: [(&str, &str); 9] = [
    ("person", "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth"),
    (
        "measurement",
        "measurement_id,person_id,measurement_concept_id,measurement_date,measurement_type_concept_id,\
         operator_concept_id,value_as_number,value_as_concept_id,unit_concept_id,unit_source_value,range_low,\
         range_high,measurement_source_concept_id",
    ),
    (
        "condition_occurrence",
        "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_end_date,\
         condition_type_concept_id,condition_status_concept_id,condition_source_concept_id",
    ),
    (
        "drug_exposure",
        "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date,\
         verbatim_end_date,drug_type_concept_id,drug_source_concept_id",
    ),
    (
        "procedure_occurrence",
        "procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,procedure_end_date,\
         procedure_type_concept_id,procedure_source_concept_id",
    ),
    (
        "visit_occurrence",
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,visit_type_concept_id",
    ),
    (
        "observation",
        "observation_id,person_id,observation_concept_id,observation_date,observation_type_concept_id,\
         value_as_number,value_as_concept_id,unit_concept_id,observation_source_concept_id",
    ),
    (
        "observation_period",
        "observation_period_id,person_id,observation_period_start_date,observation_period_end_date,\
         period_type_concept_id",
    ),
    ("death", "person_id,death_date"),
];

/// Writes the tables of `people` people, the protocol's codes and a vocabulary.
pub fn write(people: u64, folder: &Path, seed: u64) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for (table, columns) in TABLES {
        let mut file = BufWriter::new(File::create(folder.join(format!("{table}.csv")))?);
        writeln!(file, "{columns}")?;
        files.push((file, 0u64));
    }
    let mut line = String::new();
    for number in 0..people {
        let person = person(seed, number);
        rows(&person, &mut |table, row| {
            let (file, count) = &mut files[table];
            *count += 1;
            line.clear();
            if TABLES[table].1.starts_with(&format!("{}_id,person_id", TABLES[table].0)) {
                let _ = write!(line, "{count},");
            }
            line.push_str(row);
            line.push('\n');
            file.write_all(line.as_bytes())
        })?;
    }
    for (file, _) in &mut files {
        file.flush()?;
    }
    let codes: Vec<String> = ids().into_iter().map(|(id, name)| format!("omop:{id},{name}\n")).collect();
    std::fs::write(folder.join("codes.csv"), format!("code,name\n{}", codes.concat()))?;
    vocabulary(folder)
}

/// Concept ids and the protocol's names of them.
pub fn ids() -> Vec<(i64, &'static str)> {
    let measures = ANALYTES.iter().map(|analyte| (analyte.concept, analyte.name));
    measures.chain(NAMES.iter().copied()).collect()
}

/// A small vocabulary in the files of OHDSI Athena: what is broader than what.
fn vocabulary(folder: &Path) -> io::Result<()> {
    let mut concepts: Vec<i64> = ids().into_iter().map(|(id, _)| id).collect();
    concepts.extend(ANCESTORS.iter().flat_map(|(above, below)| [*above, *below]));
    concepts.sort_unstable();
    concepts.dedup();
    let mut text = "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\t\
                    valid_start_date\tvalid_end_date\tinvalid_reason\n"
        .to_owned();
    for id in &concepts {
        let _ = writeln!(
            text,
            "{id}\tInvented {id}\tInvented\tInvented\tInvented\tS\t{id}\t19700101\t20991231\t"
        );
    }
    std::fs::write(folder.join("CONCEPT.csv"), text)?;
    let mut text =
        "ancestor_concept_id\tdescendant_concept_id\tmin_levels_of_separation\tmax_levels_of_separation\n"
            .to_owned();
    let own = concepts.iter().map(|id| (*id, *id, 0));
    for (above, below, levels) in own.chain(ANCESTORS.iter().map(|(above, below)| (*above, *below, 1))) {
        let _ = writeln!(text, "{above}\t{below}\t{levels}\t{levels}");
    }
    std::fs::write(folder.join("CONCEPT_ANCESTOR.csv"), text)?;
    let relations =
        "concept_id_1\tconcept_id_2\trelationship_id\tvalid_start_date\tvalid_end_date\tinvalid_reason\n";
    std::fs::write(folder.join("CONCEPT_RELATIONSHIP.csv"), relations)
}

fn shown<T: Display>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn date(day: Day) -> String {
    (jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(day)).to_string()
}

/// The rows of a person, each with the place of its table.
fn rows(person: &Person, write: &mut dyn FnMut(usize, &str) -> io::Result<()>) -> io::Result<()> {
    let id = person.id;
    let born = [shown(person.year), shown(person.month), shown(person.day)].join(",");
    write(0, &format!("{id},{},{born}", person.gender))?;
    for row in &person.measurements {
        let values = [
            shown(row.operator),
            shown(row.number),
            shown(row.level),
            shown(row.unit),
            shown(row.unit_source),
            shown(row.low),
            shown(row.high),
        ];
        let values = values.join(",");
        write(1, &format!("{id},{},{},{EHR},{values},0", row.concept, date(row.on)))?;
    }
    for row in &person.conditions {
        let (end, status) = (shown(row.end.map(date)), shown(row.status));
        write(2, &format!("{id},{},{},{end},{EHR},{status},0", row.concept, date(row.start)))?;
    }
    for row in &person.drugs {
        let end = shown(row.end.map(date));
        write(3, &format!("{id},{},{},{end},,{},0", row.concept, date(row.start), row.kind))?;
    }
    for row in &person.procedures {
        let end = shown(row.end.map(date));
        write(4, &format!("{id},{},{},{end},{EHR},0", row.concept, date(row.on)))?;
    }
    for row in &person.visits {
        write(5, &format!("{id},{},{},{},{EHR}", row.concept, date(row.start), date(row.end)))?;
    }
    for row in &person.observations {
        write(6, &format!("{id},{},{},{EHR},,,,0", row.concept, date(row.on)))?;
    }
    for (from, to) in &person.periods {
        write(7, &format!("{id},{},{},{EHR}", date(*from), date(*to)))?;
    }
    match person.death {
        Some(day) => write(8, &format!("{id},{}", date(day))),
        None => Ok(()),
    }
}
