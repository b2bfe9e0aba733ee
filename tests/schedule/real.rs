//! Ten Schedules of Activities of published protocols (kerfors/soa2usdm-collections, CC-BY-4.0), written in the language
//! and compiled: every cell of the published table must come out again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{compiled, file, trial};

/// The published tables lie beside the repository, where they are.
fn tables() -> Vec<(String, Value)> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/schedules");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: the published schedules are not beside the repository");
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a readable file");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, serde_json::from_str(&text).expect("JSON"))
    };
    paths.iter().map(read).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn quoted(words: &str) -> String {
    words.replace(['"', '\\', '\n', '\r'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A whole number, with any of the signs that documents use for minus.
fn number(words: &str) -> Option<i64> {
    words.trim().replace(['−', '–'], "-").parse().ok()
}

/// The timing of a column as the language says it, where its headings hold a plain number or range of days or weeks.
fn timing(column: &Value) -> Option<String> {
    let property = |kind: &str| {
        let all = column["property_values"].as_array()?;
        all.iter()
            .find(|property| text(&property["property_type"]) == kind)
            .map(|property| text(&property["value"]))
    };
    let days = |words: &str| words.trim_start_matches("Days").trim_start_matches("Day").trim().to_owned();
    let around = property("window").and_then(|window| {
        let window = window.trim().trim_end_matches('d').strip_prefix('±')?.to_owned();
        Some(format!(", ±{} days", number(&window)?))
    });
    let around = around.unwrap_or_default();
    if let Some(day) = property("study_day").map(days) {
        if let Some((from, to)) = day.split_once(" to ") {
            return Some(format!("day {} to {}", number(from)?, number(to)?));
        }
        return number(&day).filter(|day| *day != 0).map(|day| format!("day {day}{around}"));
    }
    let week = number(property("week")?)?;
    Some(match week {
        0 => format!("day 1{around}"),
        1.. => format!("{week} weeks after start{around}"),
        _ => format!("{} weeks before start{around}", -week),
    })
}

struct Written {
    protocol: String,
    /// Visits by their column, activities by their row, as they are named in the protocol.
    visits: BTreeMap<String, String>,
    activities: BTreeMap<String, String>,
    timed: usize,
}

/// A table as a protocol: its columns are visits, its rows procedures.
fn written(name: &str, table: &Value) -> Written {
    let mut protocol = format!("trial t \"{name}\"\nevent consent\nevent start: on or after consent\n");
    let mut epochs: Vec<(String, Vec<String>)> = Vec::new();
    let (mut visits, mut activities, mut timed) = (BTreeMap::new(), BTreeMap::new(), 0);
    let segments = table["timeline_segments"].as_object().expect("segments");
    for column in segments.values().flat_map(|segment| segment.as_array().expect("columns")) {
        let visit = format!("v{}", visits.len() + 1);
        let label = quoted(text(&column["composite_label"]));
        let when = match timing(column) {
            Some(when) => {
                timed += 1;
                when
            }
            None => {
                let _ = writeln!(protocol, "event at_{visit} \"{label}\"");
                format!("on at_{visit}")
            }
        };
        let epoch = quoted(text(&column["property_values"][0]["value"]));
        let line = format!("    visit {visit} \"{label}\": {when}");
        match epochs.last_mut() {
            Some((known, lines)) if *known == epoch => lines.push(line),
            _ => epochs.push((epoch, vec![line])),
        }
        visits.insert(text(&column["xcol_id"]).to_owned(), visit);
    }
    let mut collected = String::new();
    let cells = table["schedule_matrix"].as_array().expect("cells");
    for row in table["unified_activities"].as_array().expect("rows") {
        let id = text(&row["xact_id"]);
        let activity = format!("act_{}", activities.len() + 1);
        let at: Vec<&str> = cells
            .iter()
            .filter(|cell| text(&cell["xact_id"]) == id)
            .map(|cell| visits[text(&cell["xcol_id"])].as_str())
            .collect();
        if at.is_empty() {
            continue;
        }
        let _ =
            writeln!(protocol, "procedure {activity} \"{activity} {}\"", quoted(text(&row["activity_name"])));
        let _ = writeln!(collected, "  collect {activity} at {}", at.join(", "));
        activities.insert(id.to_owned(), activity);
    }
    protocol.push_str("schedule {\n  clock study: day 1 is start\n");
    for (number, (label, lines)) in (1..).zip(&epochs) {
        let _ = writeln!(protocol, "  epoch epoch_{number} \"{label}\" {{\n{}\n  }}", lines.join("\n"));
    }
    protocol.push_str(&collected);
    protocol.push_str("}\n");
    Written { protocol, visits, activities, timed }
}

#[test]
fn every_cell_of_a_published_table_comes_out_again() {
    for (name, table) in tables() {
        let written = written(&name, &table);
        let trial = trial(&written.protocol);
        let csv = file(&trial, "soa.csv");
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("CSV")).collect();
        let names: Vec<&String> = trial.schedule.as_ref().expect("a schedule").visits.keys().collect();
        let mut found = BTreeSet::new();
        for row in rows.iter().filter(|row| &row[0] == "Procedures") {
            let activity = row[1].split(' ').next().expect("a name").to_owned();
            let marks = row.iter().skip(2).enumerate().filter(|(_, cell)| !cell.is_empty());
            found.extend(marks.map(|(at, _)| (activity.clone(), names[at].clone())));
        }
        let expected: BTreeSet<(String, String)> = table["schedule_matrix"]
            .as_array()
            .expect("cells")
            .iter()
            .map(|cell| {
                (
                    written.activities[text(&cell["xact_id"])].clone(),
                    written.visits[text(&cell["xcol_id"])].clone(),
                )
            })
            .collect();
        assert!(expected.len() > 50, "{name}");
        assert_eq!(found, expected, "{name}");
        eprintln!("{name}: {} visits, {} with a day, {} cells", names.len(), written.timed, found.len());
    }
}

#[test]
fn published_schedules_can_be_kept() {
    for (name, table) in tables() {
        let written = written(&name, &table);
        let compilation = compiled(&written.protocol);
        let impossible: Vec<&str> = compilation
            .diagnostics
            .iter()
            .filter(|found| found.code.id == "S03")
            .map(|found| found.message.as_str())
            .collect();
        assert_eq!(impossible, Vec::<&str>::new(), "{name}");
    }
}
