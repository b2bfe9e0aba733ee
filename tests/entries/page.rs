//! What `tests/oracles/preview.sh` holds the page's checker to: books of forms, each with records and what `validate` finds in
//! them.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::civil::date;
use serde_json::{Value as Json, json};
use trialc::emit::preview;
use trialc::entries::{Finding, Validator};

use crate::build::{MOODS, casebook, compiled, faults, record, studies};
use crate::conditions::{PROTOCOL, random_casebook};
use crate::logs::{LOGS, random_logs};
use crate::times::{TIMES, random_times};
use crate::windows::{CYCLES, random_cycles};

fn told(finding: &Finding) -> Json {
    let Finding { code, at, check, value, .. } = finding;
    json!([code.id, at.participant, at.form, at.visit, at.repeat, at.record, at.field, check, value])
}

/// Every casebook as a whole, and every entry with every fault. Named by `PREVIEW_CASES`.
#[test]
#[ignore = "writes files for the judge of preview.html"]
fn preview_cases() {
    let folder = std::env::var("PREVIEW_CASES").expect("the folder for the cases");
    let cycles = ("cycles".to_owned(), compiled(CYCLES));
    let conditions = ("conditions".to_owned(), compiled(PROTOCOL));
    let logs = ("logs".to_owned(), compiled(LOGS));
    let times = ("times".to_owned(), compiled(TIMES));
    for (study, trial) in studies().into_iter().chain([cycles, conditions, times, logs]) {
        let path = Path::new(&folder).join(format!("{study}.ndjson"));
        let mut file = BufWriter::new(File::create(path).expect("a file"));
        let validator = Validator::of(&trial);
        writeln!(file, "{{\"book\":{}}}", preview::rules(&trial)).expect("written");
        let mut write = |record: &Json| {
            let text = record.to_string();
            for today in [None, Some(date(2011, 1, 1))] {
                let report = validator.validate(&text, today);
                let findings: Vec<Json> = report.findings.iter().map(told).collect();
                let today = today.map(|day| day.to_string());
                let line = json!({ "record": text, "today": today, "findings": findings, "undecided": report.undecided });
                writeln!(file, "{line}").expect("written");
            }
        };
        for mood in MOODS {
            let filled = casebook(&trial, mood);
            write(&record(&filled));
            for good in filled.iter().filter(|good| good.is_at_an_end()) {
                for fault in faults(good) {
                    write(&json!({ "forms": { good.name: [fault.entry] } }));
                }
            }
        }
        for seed in 0..500 {
            match study.as_str() {
                "cycles" => write(&random_cycles(seed).1),
                "conditions" => write(&random_casebook(seed)),
                "logs" => write(&random_logs(seed)),
                "times" => write(&random_times(seed)),
                _ => {}
            }
        }
        if study == "small" {
            for entry in fs::read_dir("tests/cli/records").expect("records") {
                let text = fs::read_to_string(entry.expect("a record").path()).expect("text");
                write(&serde_json::from_str(&text).expect("JSON"));
            }
            for record in strange() {
                write(&record);
            }
        }
    }
}

/// Records that no generator makes.
fn strange() -> Vec<Json> {
    let vitals = |changes: Json| {
        let mut entry = json!({
            "SUBJID": "1", "VISIT": "baseline", "VSPERF": "Y", "VSDAT": "2026-03-02",
            "SYSBP_VSORRES": { "value": 120, "unit": "mm[Hg]" }, "DIABP_VSORRES": { "value": 80, "unit": "mm[Hg]" },
        });
        for (name, value) in changes.as_object().expect("changes") {
            entry[name] = value.clone();
        }
        json!({ "forms": { "VS": [entry] } })
    };
    let event = |term: &str, day: &str| json!({ "AETERM": term, "AESTDAT": day, "AEONGO": "Y" });
    let confirmed = |value: &str, reason: &str| {
        let mut record = vitals(json!({ "SYSBP_VSORRES": { "value": 390, "unit": "mm[Hg]" } }));
        record["confirmed"] = json!([{
            "form": "VS", "visit": "baseline", "check": "VS.SYSBP_VSORRES.plausible", "value": value, "reason": reason,
        }]);
        record
    };
    let visit =
        |visit: &str, day: &str| json!({ "SUBJID": "1", "VISIT": visit, "SVOCCUR": "Y", "SVSTDAT": day });
    let seen = |randomized: &str, baseline: &str, week_2: &str| {
        json!({ "forms": {
            "DS": [{ "SUBJID": "1", "RANDMZTN_DSSTDAT": randomized, "WITHDRWL_DSYN": "N" }],
            "SV": [visit("baseline", baseline), visit("week_2", week_2)],
        } })
    };
    vec![
        json!({}),
        json!([]),
        json!(3),
        json!({ "forms": [] }),
        json!({ "forms": { "VS": 3, "XX": [] } }),
        json!({ "forms": {}, "formats": 1, "trial": "other", "version": "0.9", "format": "x", "confirmed": {} }),
        json!({ "forms": { "VS": [3, {}], "AE": [{ "SUBJID": "1" }, { "SUBJID": "1", "AETERM": "x", "records": [3, {}] }] } }),
        json!({ "forms": { "DS": [{ "SUBJID": "1", "VISIT": "baseline", "WITHDRWL_DSYN": "N" }] } }),
        vitals(json!({})),
        vitals(json!({ "DIABP_VSORRES": { "value": 120, "unit": "mm[Hg]" } })),
        vitals(json!({ "DIABP_VSORRES": { "value": 16.5, "unit": "kPa" } })),
        vitals(json!({ "DIABP_VSORRES": { "value": 120, "unit": "mm[Hg]", "more": 1 } })),
        vitals(json!({ "SYSBP_VSORRES": { "value": 60, "unit": "kPa" } })),
        vitals(json!({ "WEIGHT_VSORRES": { "value": 250_000, "unit": "g" } })),
        vitals(
            json!({ "WEIGHT_VSORRES": { "value": 251, "unit": "kg" }, "VSPOSITN": "supine", "VSREASON": "so" }),
        ),
        vitals(json!({ "VSPOSITN": "sitting", "VSREASON": "so" })),
        vitals(json!({ "VSPERF": "yes" })),
        confirmed("390 mm[Hg]", "twice"),
        confirmed("391 mm[Hg]", "twice"),
        confirmed("390 mm[Hg]", "  "),
        seen("2026-03-02", "2026-03-02", "2026-03-14"),
        seen("2026-03-02", "2026-03-03", "2026-03-13"),
        seen("2026-03-02", "2026-03-01", "2026-03-18"),
        seen("2026-03-02", "2026-03-02", "2026-03-19"),
        seen("2026-02-30", "2026-03-02", "2026-03-19"),
        seen("2024-02-15", "2024-02-15", "2024-02-29"),
        json!({ "forms": { "AE": [{ "SUBJID": "1", "records": [
            event("Headache", "2026-03"), event("Headache", "2026-03-01"), event("Headache", "2026-03"), {},
            { "AETERM": "Rash", "AESTDAT": "2026-03-05", "AEONGO": "N", "AEENDAT": "2026-03-04" },
            { "AETERM": "Rash", "AESTDAT": "2026-03", "AEONGO": "N", "AEENDAT": "2026-03-04" },
            { "AETERM": "Rash", "AESTDAT": "2026-03", "AEONGO": "Y", "AEENDAT": "2026" },
            { "AETERM": "Cough", "AESTDAT": "2026-03", "AEONGO": "N", "AEENDAT": "2026" },
        ] }] } }),
    ]
}
