//! The windows by which visits are judged are those of the participant's calendar.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value as Json, json};
use trialc::calendar::{Dates, calendar};
use trialc::entries::{Report, validate};
use trialc::model::Trial;

use crate::build::{compiled, small, studies};

fn is_outside(trial: &Trial, event: (&str, &str, &str), visit: &str, day: Date) -> bool {
    let (form, field, on) = event;
    let record = json!({ "forms": {
        form: [{ "SUBJID": "1", field: on }],
        "SV": [{ "SUBJID": "1", "VISIT": visit, "SVOCCUR": "Y", "SVSTDAT": day.to_string() }],
    } });
    let found = validate(trial, &record.to_string(), None).findings;
    found.iter().any(|one| one.check.as_deref() == Some("SV.SVSTDAT.in_window"))
}

/// The first and last day of each window are inside, the days beside them outside.
#[test]
fn a_visit_is_asked_about_exactly_outside_the_window_of_the_calendar() {
    let mut looked_at = 0;
    for (study, trial) in studies() {
        let fields: Vec<(&String, &String, &String)> = trial
            .forms
            .iter()
            .filter(|(_, form)| form.visits.is_empty() && !form.repeating)
            .flat_map(|(name, form)| form.fields.iter().map(move |field| (name, field)))
            .filter_map(|(form, field)| Some((form, &field.name, field.event.as_ref()?)))
            .collect();
        let Some(schedule) = &trial.schedule else { continue };
        for (form, field, event) in fields {
            for (name, visit) in &schedule.visits {
                if visit.is_numbered() || !visit.constraints.is_empty() {
                    continue;
                }
                let on = "2024-01-31";
                let dates = Dates::read(&trial, &json!({ "events": { event.as_str(): on } }).to_string());
                let plan = calendar(&trial, &dates.expect("a date"), None, 1);
                let planned = plan.visits.iter().find(|visit| visit.name == *name).expect("the visit");
                let (Some(earliest), Some(latest)) = (planned.earliest, planned.latest) else { continue };
                let outside = |day: Date| is_outside(&trial, (form, field, on), name, day);
                let told = format!("{study}: {name}, {earliest} to {latest}");
                assert!(!outside(earliest) && !outside(latest), "{told}");
                // What still moves with a visit or an event that is to come is not judged.
                let is_judged = planned.moves_with.is_none();
                assert_eq!(outside(earliest.yesterday().unwrap()), is_judged, "{told}");
                assert_eq!(outside(latest.tomorrow().unwrap()), is_judged, "{told}");
                looked_at += usize::from(is_judged);
            }
        }
    }
    assert!(looked_at > 60, "{looked_at}");
}

/// Cycles of four weeks, with a visit in every other one.
pub const CYCLES: &str = r#"
trial cycles "Treatment in cycles"
use std.vitals
event consent "Consent"
event first_dose "First dose": after consent
event progression "Progression": after first_dose
schedule {
  clock study: day 1 is first_dose
  epoch treatment "Treatment" {
    visit entry "Entry": 0 to 14 days after consent
    cycle main: every 28 days from first_dose until progression {
      visit d1 "Day 1": day 1 ±2 days
      visit d8 "Day 8": day 8 ±1 days
      visit odd "Biopsy": day 15 ±1 days { cycles: odd }
    }
    visit safety "Safety": 30 days after progression, ±3 days
  }
  collect weight at entry, d1, d8, odd, safety
}
"#;

/// Day 8 of cycle 2 on these days, with days of day 1 by the number of their cycle.
fn seen(trial: &Trial, day_ones: &[(u32, &str)], visit: &str, repeat: Option<u32>, day: &str) -> Report {
    let mut visits: Vec<Json> = day_ones
        .iter()
        .map(|(number, day)| {
            json!({ "SUBJID": "1", "VISIT": "d1", "REPEAT": number, "SVOCCUR": "Y", "SVSTDAT": day })
        })
        .collect();
    let mut own = json!({ "SUBJID": "1", "VISIT": visit, "SVOCCUR": "Y", "SVSTDAT": day });
    if let Some(number) = repeat {
        own["REPEAT"] = json!(number);
    }
    visits.push(own);
    validate(trial, &json!({ "forms": { "DS": [milestones()], "SV": visits } }).to_string(), None)
}

fn is_asked_about(report: &Report) -> bool {
    report.findings.iter().any(|one| one.check.as_deref() == Some("SV.SVSTDAT.in_window"))
}

#[test]
fn a_visit_of_a_cycle_is_judged_from_the_day_on_which_its_cycle_began() {
    let trial = compiled(CYCLES);
    // Cycle 2 began two days late: its day 8 is late with it.
    let begun = [(1, "2026-01-05"), (2, "2026-02-04")];
    for (day, outside) in
        [("2026-02-09", true), ("2026-02-10", false), ("2026-02-12", false), ("2026-02-13", true)]
    {
        assert_eq!(is_asked_about(&seen(&trial, &begun, "d8", Some(2), day)), outside, "{day}");
    }
    // Day 1 of cycle 3 is 28 days after that of cycle 2, two days early or late.
    for (day, outside) in
        [("2026-03-01", true), ("2026-03-02", false), ("2026-03-06", false), ("2026-03-07", true)]
    {
        assert_eq!(is_asked_about(&seen(&trial, &begun, "d1", Some(3), day)), outside, "{day}");
    }
}

#[test]
fn a_cycle_whose_first_day_is_not_recorded_is_not_judged_by_another_and_that_is_said() {
    let trial = compiled(CYCLES);
    let report = seen(&trial, &[(1, "2026-01-05")], "d8", Some(2), "2026-05-01");
    assert!(!is_asked_about(&report), "{:?}", report.findings);
    let said = "whether Day 8 lies in its window: d1 of cycle 2 is not recorded";
    assert!(report.undecided.contains(said), "{:?}", report.undecided);
}

#[test]
fn a_visit_of_a_cycle_without_its_number_is_judged_by_none() {
    let trial = compiled(CYCLES);
    let report = seen(&trial, &[(1, "2026-01-05")], "d8", None, "2026-05-01");
    assert!(!is_asked_about(&report), "{:?}", report.findings);
    let said = "whether Day 8 lies in its window: which time it is (REPEAT) is not recorded";
    assert!(report.undecided.contains(said), "{:?}", report.undecided);
}

#[test]
fn a_cycle_has_the_visits_that_it_has() {
    let trial = compiled(CYCLES);
    let codes = |number| {
        let report = seen(&trial, &[], "odd", Some(number), "2026-01-19");
        report
            .findings
            .iter()
            .filter(|one| one.at.field.as_deref() == Some("REPEAT"))
            .map(|one| one.code.id)
            .collect::<Vec<_>>()
    };
    assert!(codes(3).is_empty());
    assert_eq!(codes(2), ["Q03"]);
}

/// Two entries of one form for one time of a visit are one too many; those of two cycles are not.
#[test]
fn each_cycle_has_its_own_entry() {
    let trial = compiled(CYCLES);
    let twice = |first: u32, second: u32| {
        let one = |number: u32| json!({ "SUBJID": "1", "VISIT": "d8", "REPEAT": number, "VSPERF": "N", "VSREASND": "ill" });
        let record = json!({ "forms": { "VS": [one(first), one(second)] } });
        let found = validate(&trial, &record.to_string(), None).findings;
        found.iter().any(|one| one.code.id == "Q12")
    };
    assert!(twice(2, 2) && !twice(1, 2));
}

/// Days of four cycles at random, some of them missing: as dates of a calendar, and as filled forms.
pub fn random_cycles(seed: u32) -> (Json, Json) {
    let start: Date = "2026-01-05".parse().expect("a day");
    let mut below = below(seed);
    let mut visits = Vec::new();
    let mut days: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for (name, offset) in [("d1", 0), ("d8", 7), ("odd", 14)] {
        for cycle in 1..=4_u32 {
            let is_there = below(4) > 0 && (name != "odd" || cycle % 2 == 1);
            let days_after = i64::from(28 * (cycle - 1) + offset + below(7)) - 3;
            let day = start.saturating_add(jiff::ToSpan::days(days_after)).to_string();
            days.entry(name).or_default().push(if is_there { json!(day) } else { Json::Null });
            if is_there {
                visits.push(
                    json!({ "SUBJID": "1", "VISIT": name, "REPEAT": cycle, "SVOCCUR": "Y", "SVSTDAT": day }),
                );
            }
        }
    }
    let dates = json!({ "events": { "consent": "2026-01-01", "first_dose": "2026-01-05" }, "visits": days });
    (dates, json!({ "forms": { "DS": [milestones()], "SV": visits } }))
}

/// Numbers below a limit, the same ones for the same seed.
pub fn below(seed: u32) -> impl FnMut(u32) -> u32 {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    move |limit| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % limit
    }
}

fn milestones() -> Json {
    json!({ "SUBJID": "1", "CONSENT_DSYN": "Y", "CONSENT_DSSTDAT": "2026-01-01", "FIRSTDOS_DSSTDAT": "2026-01-05" })
}

/// What the calendar tells of each visit is what is asked about.
#[test]
fn cycles_are_judged_as_the_calendar_judges_them() {
    let trial = compiled(CYCLES);
    let mut seen: BTreeMap<bool, usize> = BTreeMap::new();
    for seed in 0..200 {
        let (dates, record) = random_cycles(seed);
        let planned = calendar(&trial, &Dates::read(&trial, &dates.to_string()).expect("dates"), None, 4);
        let report = validate(&trial, &record.to_string(), None);
        for visit in planned.visits.iter().filter(|visit| visit.actual.is_some()) {
            let asked = report.findings.iter().any(|one| {
                one.check.as_deref() == Some("SV.SVSTDAT.in_window")
                    && one.at.visit.as_deref() == Some(&visit.name)
                    && one.at.repeat == visit.number
            });
            let number = visit.number.unwrap_or(1);
            // The calendar counts on from the last cycle that is known to have begun; nothing is asked from a guess.
            let before = if visit.name == "d1" { number - 1 } else { number };
            let is_known = number == 1 || dates["visits"]["d1"][before as usize - 1] != Json::Null;
            let is_outside = is_known && visit.days_outside.is_some_and(|days| days != 0);
            assert_eq!(asked, is_outside, "{seed}: {visit:?}\n{record:#}");
            *seen.entry(asked).or_default() += 1;
        }
    }
    assert!(seen[&true] > 100 && seen[&false] > 300, "{seen:?}");
}

#[test]
fn a_window_whose_anchor_has_no_date_is_not_judged_and_that_is_said() {
    let record = json!({ "forms": {
        "SV": [{ "SUBJID": "1", "VISIT": "week_2", "SVOCCUR": "Y", "SVSTDAT": "2026-03-16" }],
    } });
    let report = validate(&small(), &record.to_string(), None);
    assert!(!is_asked_about(&report), "{:?}", report.findings);
    let said = "whether Week 2 lies in its window: randomization is not recorded";
    assert!(report.undecided.contains(said), "{:?}", report.undecided);
}
