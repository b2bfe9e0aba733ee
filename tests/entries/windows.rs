//! The windows by which visits are judged are those of the participant's calendar.

use jiff::civil::Date;
use serde_json::json;
use trialc::calendar::{Dates, calendar};
use trialc::entries::validate;
use trialc::model::Trial;

use crate::build::{small, studies};

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
            for name in schedule.visits.keys() {
                let anchor = trialc::casebook::visit_window(&trial, name).map(|window| window.anchor);
                if anchor != Some(trialc::casebook::WindowAnchor::Event(event)) {
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
                assert!(
                    outside(earliest.yesterday().unwrap()) && outside(latest.tomorrow().unwrap()),
                    "{told}"
                );
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 60, "{looked_at}");
}

#[test]
fn a_window_whose_anchor_has_no_date_is_not_judged_and_that_is_said() {
    let record = json!({ "forms": {
        "SV": [{ "SUBJID": "1", "VISIT": "week_2", "SVOCCUR": "Y", "SVSTDAT": "2026-03-16" }],
    } });
    let report = validate(&small(), &record.to_string(), None);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let said = "whether visits lie in their windows: randomization is not recorded";
    assert!(report.undecided.contains(said), "{:?}", report.undecided);
}
