//! Five published Schedules of Activities that were rebuilt as protocols (`protocols/README.md`), held cell by cell to the
//! tables that they were rebuilt from. Where they differ, the difference stands here with its reason, and nowhere else do
//! they differ.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use trialc::model::Trial;

use super::{compiled, file};

/// A cell that the protocol has and the published table has not.
struct Difference {
    row: &'static str,
    /// Number of the source's column.
    column: u32,
    reason: &'static str,
}

struct Study {
    name: &'static str,
    /// Columns of the source by their numbers, and the visits that each became.
    columns: &'static [(u32, &'static [&'static str])],
    differences: &'static [Difference],
}

static STUDIES: &[Study] = &[
    // a crossover with times within a day
    Study {
        name: "NCT03421379",
        columns: &[
            (1, &["screening_visit"]),
            (2, &["admission_1"]),
            (3, &["dosing_1"]),
            (4, &["washout_contact"]),
            (5, &["admission_2"]),
            (6, &["dosing_2"]),
            (7, &["follow_up_visit"]),
            (8, &["antibody_visit"]),
        ],
        differences: &[],
    },
    // cycles, in children
    Study {
        name: "NCT04730349",
        columns: &[
            (1, &["screening_visit"]),
            (2, &["c1_d1"]),
            (3, &["c1_d3"]),
            (4, &["c1_d5"]),
            (5, &["c1_d8"]),
            (6, &["d1"]),
            (7, &["d3_to_d5"]),
            (8, &["safety_1"]),
            (9, &["safety_2"]),
            (10, &["safety_3"]),
            (11, &["survival"]),
        ],
        differences: &[
            Difference {
                row: "Adverse Events Assessment (including Serious Adverse Events)",
                column: 2,
                reason: "`Continuously` is one cell over all days on treatment; the reading lost its first column",
            },
            Difference {
                row: "Concomitant Medication Use",
                column: 2,
                reason: "`Continuously` is one cell over all days on treatment; the reading lost its first column",
            },
        ],
    },
    // cadences that change after a year
    Study {
        name: "NCT03402841",
        columns: &[
            (1, &["consent_visit"]),
            (2, &["screening_visit"]),
            (3, &["visit_2"]),
            (4, &["visit_3"]),
            (5, &["tumour_year_1", "tumour_later"]),
            (6, &["safety_visit"]),
            (7, &["discontinuation_visit"]),
            (8, &["follow_up_visit"]),
            (9, &["long_term"]),
        ],
        differences: &[],
    },
    // dense sampling
    Study {
        name: "NCT04573309",
        columns: &[
            (1, &["screening_visit"]),
            (2, &["zinc_stop"]),
            (3, &["check_in"]),
            (4, &["day_m7"]),
            (5, &["days_m6_m5"]),
            (6, &["days_m4_m1"]),
            (7, &["day_1"]),
            (8, &["days_2_3"]),
            (9, &["days_4_7"]),
            (10, &["day_8"]),
            (11, &["day_9"]),
            (12, &["outpatient"]),
            (13, &["day_23"]),
            (14, &["day_24"]),
            (15, &["day_25"]),
            (16, &["days_26_28"]),
            (17, &["day_29"]),
            (18, &["days_30_35"]),
            (19, &["day_36"]),
            (20, &["days_37_38"]),
            (21, &["day_39"]),
            (22, &["day_40"]),
            (23, &["unscheduled_visit"]),
            (24, &["end_of_study"]),
        ],
        differences: &[
            Difference {
                row: "Adverse events",
                column: 2,
                reason: "adverse events are followed from screening on; day -21 has a cross for the end of zinc alone",
            },
            Difference {
                row: "Adverse events",
                column: 23,
                reason: "an unscheduled visit lies in between; the source leaves what is done there to the investigator",
            },
            Difference {
                row: "PD: Plasma total and PUF-Cu, LBC, ceruloplasmin, ceruloplasmin-bound Cu",
                column: 7,
                reason: "the source's second table samples it on days 1, 25, 29 and 39; its first table has no such row",
            },
            Difference {
                row: "PD: Plasma total and PUF-Cu, LBC, ceruloplasmin, ceruloplasmin-bound Cu",
                column: 15,
                reason: "the source's second table samples it on days 1, 25, 29 and 39; its first table has no such row",
            },
            Difference {
                row: "PD: Plasma total and PUF-Cu, LBC, ceruloplasmin, ceruloplasmin-bound Cu",
                column: 17,
                reason: "the source's second table samples it on days 1, 25, 29 and 39; its first table has no such row",
            },
            Difference {
                row: "PD: Plasma total and PUF-Cu, LBC, ceruloplasmin, ceruloplasmin-bound Cu",
                column: 21,
                reason: "the source's second table samples it on days 1, 25, 29 and 39; its first table has no such row",
            },
        ],
    },
    // long follow-up
    Study {
        name: "NCT03548935",
        columns: &[
            (1, &["visit_1"]),
            (2, &["visit_2"]),
            (3, &["visit_3"]),
            (4, &["visit_4"]),
            (5, &["phone_5"]),
            (6, &["visit_6"]),
            (7, &["phone_7"]),
            (8, &["visit_8"]),
            (9, &["phone_9"]),
            (10, &["visit_10"]),
            (11, &["phone_11"]),
            (12, &["visit_12"]),
            (13, &["phone_13"]),
            (14, &["visit_14"]),
            (15, &["phone_15"]),
            (16, &["visit_16"]),
            (17, &["phone_17"]),
            (18, &["visit_18"]),
            (19, &["phone_19"]),
            (20, &["visit_20"]),
            (21, &["phone_21"]),
            (22, &["visit_22"]),
            (23, &["phone_23"]),
            (24, &["visit_24"]),
            (25, &["visit_25"]),
        ],
        differences: &[],
    },
];

fn source(name: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/schedules");
    match fs::read_to_string(folder.join(format!("{name}.json"))) {
        Ok(text) => Some(serde_json::from_str(&text).expect("JSON")),
        Err(_) => {
            eprintln!("skipped: the published schedule of {name} is not beside the repository");
            None
        }
    }
}

fn protocol(name: &str) -> Trial {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols").join(name.to_lowercase());
    let text = fs::read_to_string(folder.join("trial.trial")).expect("the protocol is there");
    super::trial(&text)
}

/// Rows and columns of the source that have a cross, an arrow or words; rows of one name are one.
fn published(table: &Value, study: &Study) -> BTreeSet<(String, u32)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let rows = table["unified_activities"].as_array().expect("rows");
    let name = |id: &str| {
        let row = rows.iter().find(|row| text(&row["xact_id"]) == id).expect("a row");
        text(&row["activity_name"]).trim().to_owned()
    };
    let cells = table["schedule_matrix"].as_array().expect("cells").iter().map(|cell| {
        let column: u32 = text(&cell["xcol_id"]).trim_start_matches("xcol-").parse().expect("a number");
        (name(&text(&cell["xact_id"])), column)
    });
    cells.filter(|(_, column)| study.columns.iter().any(|(number, _)| number == column)).collect()
}

/// The same of the protocol's own table: a column is marked where all of its visits are.
fn rebuilt(trial: &Trial, study: &Study) -> BTreeSet<(String, u32)> {
    let csv = file(trial, "soa.csv");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    let visits: Vec<&str> =
        trial.schedule.as_ref().expect("a schedule").visits.keys().map(String::as_str).collect();
    let mut found = BTreeSet::new();
    for row in reader.records().map(|row| row.expect("CSV")).filter(|row| !row[0].is_empty()) {
        let label = row[1].split(" [").next().expect("a label").to_owned();
        let marked: BTreeSet<&str> = visits
            .iter()
            .zip(row.iter().skip(2))
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(visit, _)| *visit)
            .collect();
        for (number, of) in study.columns {
            let count = of.iter().filter(|visit| marked.contains(*visit)).count();
            assert!(count == 0 || count == of.len(), "{}: {label} at one of {of:?}", study.name);
            if count > 0 {
                found.insert((label.clone(), *number));
            }
        }
    }
    found
}

#[test]
fn every_cell_of_five_published_tables_is_in_the_protocol_or_explained() {
    for study in STUDIES {
        let Some(table) = source(study.name) else { continue };
        let (published, rebuilt) = (published(&table, study), rebuilt(&protocol(study.name), study));
        let lost: Vec<_> = published.difference(&rebuilt).collect();
        assert!(lost.is_empty(), "{}: not in the protocol: {lost:?}", study.name);
        let more: BTreeSet<(String, u32)> = rebuilt.difference(&published).cloned().collect();
        let explained: BTreeSet<(String, u32)> =
            study.differences.iter().map(|one| (one.row.to_owned(), one.column)).collect();
        assert_eq!(more, explained, "{}", study.name);
        for one in study.differences {
            eprintln!("{}: {} in column {}: {}", study.name, one.row, one.column, one.reason);
        }
        assert!(published.len() > 50, "{}: {} cells", study.name, published.len());
        eprintln!("{}: {} cells compared", study.name, published.len());
    }
}

#[test]
fn the_times_of_the_sampling_table_are_those_of_the_protocol() {
    // Table 2 of the source: hours from dosing; those with a cross in the row of the samples.
    let Some(table) = source("NCT04573309") else { return };
    let hours: Vec<i64> = table["timeline_segments"]["subsidiary"]
        .as_array()
        .expect("times")
        .iter()
        .filter(|column| {
            table["schedule_matrix"].as_array().expect("cells").iter().any(|cell| {
                cell["xcol_id"] == column["xcol_id"] && cell["consolidated_value"].as_str() == Some("X")
            })
        })
        .map(|column| {
            let text = column["composite_label"].as_str().expect("a label").replace('−', "-");
            match text.as_str() {
                "-0.5" => -30,
                hours => 60 * hours.parse::<i64>().expect("hours"),
            }
        })
        .collect();
    let trial = protocol("NCT04573309");
    let set = &trial.schedule.as_ref().expect("a schedule").timepoints["pk"];
    assert_eq!(set.points.iter().map(|point| point.minutes).collect::<Vec<_>>(), hours);
    // "windows for PK/PD time points will be defined as ±10% of the nominal time point"
    for point in &set.points {
        let tenth = point.minutes.abs() / 10;
        assert!(point.early == tenth && (point.late == tenth || point.minutes == 24 * 60), "{point:?}");
    }
}

#[test]
fn the_rebuilt_protocols_name_their_source_and_licence() {
    for study in STUDIES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols").join(study.name.to_lowercase());
        let text = fs::read_to_string(path.join("trial.trial")).expect("the protocol is there");
        let head: String = text.lines().take_while(|line| line.starts_with("//")).collect();
        for words in ["kerfors/soa2usdm-collections", "CC-BY-4.0", "Changes:", study.name] {
            assert!(head.contains(words), "{}: {words}", study.name);
        }
        assert!(!compiled(&text).has_errors(), "{}", study.name);
    }
}
