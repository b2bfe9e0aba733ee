//! The forms for REDCap: a data dictionary, the events and which instrument is filled in at which, what repeats, and the
//! rules of its data quality module.

mod dictionary;
mod logic;
mod names;

use logic::Logic;
use names::Names;

use super::Artifact;
use super::losses::Losses;
use crate::casebook::{Answer, Bounds, Carried, Item, Number, Occasion, Sheet, occasions, sheets};
use crate::model::Trial;
use crate::tabular;

/// Files that REDCap uploads, and the loss report; none for a trial without forms.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    let all = sheets(trial);
    let asked: Vec<Sheet<'_>> = all.iter().filter(|sheet| !sheet.items.is_empty()).cloned().collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let occasions = occasions(trial, &asked);
    let names = Names::of(&asked, &occasions);
    let csv =
        |name: &str, rows: Vec<Vec<String>>| Artifact::new(format!("redcap/{name}.csv"), tabular::csv(rows));
    vec![
        csv("data_dictionary", dictionary::rows(trial, &asked, &names)),
        csv("events", events(&occasions, &names)),
        csv("instrument_event_mapping", mapping(&occasions, &names)),
        csv("repeating_instruments_and_events", repeating(&asked, &occasions, &names)),
        csv("data_quality_rules", rules(&asked, &names)),
        csv("codes", codes(&names)),
        Artifact::new("redcap/losses.md", losses(trial, &all, &asked, &occasions, &names)),
    ]
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// REDCap makes the unique names of these labels itself, and does so best where the column is blank.
fn events(occasions: &[Occasion<'_>], names: &Names<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![row(["event_name", "arm_num", "unique_event_name", "custom_event_label"])];
    for occasion in occasions.iter().filter(|occasion| !occasion.forms.is_empty()) {
        rows.extend(names.event(&occasion.name).map(|event| row([&event.label, "1", "", ""])));
    }
    rows
}

fn mapping(occasions: &[Occasion<'_>], names: &Names<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![row(["arm_num", "unique_event_name", "form"])];
    for occasion in occasions {
        let Some(event) = names.event(&occasion.name) else { continue };
        rows.extend(occasion.forms.iter().map(|form| row(["1", &event.unique, names.form(form)])));
    }
    rows
}

/// A visit of a cycle repeats as a whole; otherwise a form with many records repeats at its visits.
fn repeating(sheets: &[Sheet<'_>], occasions: &[Occasion<'_>], names: &Names<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![row(["event_name", "form_name", "custom_form_label"])];
    for occasion in occasions.iter().filter(|occasion| !occasion.forms.is_empty()) {
        let Some(event) = names.event(&occasion.name) else { continue };
        if occasion.repeats() {
            rows.push(row([&event.unique, "", ""]));
            continue;
        }
        let here = sheets.iter().filter(|sheet| sheet.form.repeating && occasion.forms.contains(&sheet.name));
        rows.extend(here.map(|sheet| row([&event.unique, names.form(sheet.name), ""])));
    }
    rows
}

/// A rule is true where something is wrong. It runs when a form is saved.
fn rules(sheets: &[Sheet<'_>], names: &Names<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![row(["rule_name", "rule_logic", "real_time_execution"])];
    for sheet in sheets {
        let logic = Logic { names, sheet };
        for demand in sheet.demands() {
            let Carried::By(truth) = demand.carried else { continue };
            if let Some(wrong) = logic.write(&!truth) {
                let name = format!("{}: {}", demand.check.id, dictionary::words(&demand.check.message));
                rows.push(row([&name, &wrong, "y"]));
            }
        }
        for item in &sheet.items {
            let Answer::Number(number) = &item.answer else { continue };
            rows.extend(limits(&logic, item, number, &number.hard, "hard limits"));
            rows.extend(limits(&logic, item, number, &number.soft, "plausible limits"));
        }
    }
    rows
}

/// Limits that the dictionary has no place for: in several units, or the soft ones beside hard ones.
fn limits(
    logic: &Logic<'_, '_>,
    item: &Item<'_>,
    number: &Number<'_>,
    bounds: &Bounds<'_>,
    kind: &str,
) -> Vec<Vec<String>> {
    let form = logic.sheet.name;
    let Some(field) = logic.names.field(form, &item.name) else { return Vec::new() };
    let label = dictionary::words(&item.label);
    let rule = |unit: String, logic: String| {
        row([&format!("{form}.{}: {label}, {kind}{unit}", item.name), &logic, "y"])
    };
    if let Some(unit_item) = &number.unit_item {
        let in_unit = |limits: &crate::casebook::UnitLimits<'_>| {
            let (low, high) = limits.limits.as_ref()?;
            let (low, high) = (low.to_decimal()?, high.to_decimal()?);
            let unit = logic.names.field(form, unit_item)?;
            let code = logic.names.code(form, unit_item, &limits.unit.ucum);
            let wrong = format!(
                "[{field}] <> '' and [{unit}] = '{code}' and ([{field}] < {low} or [{field}] > {high})"
            );
            Some(rule(format!(" in {}", limits.unit.written), wrong))
        };
        return bounds.by_unit.iter().filter_map(in_unit).collect();
    }
    let beside = bounds == &number.soft && !number.hard.is_empty();
    let wrong = bounds.known().filter(|_| beside).and_then(|(low, high)| {
        let (low, high) = (low.to_decimal()?, high.to_decimal()?);
        Some(format!("[{field}] <> '' and ([{field}] < {low} or [{field}] > {high})"))
    });
    wrong.map(|wrong| rule(String::new(), wrong)).into_iter().collect()
}

fn codes(names: &Names<'_>) -> Vec<Vec<String>> {
    let mut rows = vec![row(["form", "field", "redcap_code", "submission_value"])];
    rows.extend(names.changed_codes().map(|(form, item, value, code)| row([form, item, code, value])));
    rows
}

fn losses(
    trial: &Trial,
    all: &[Sheet<'_>],
    asked: &[Sheet<'_>],
    occasions: &[Occasion<'_>],
    names: &Names<'_>,
) -> String {
    let mut losses = Losses::of("REDCap");
    for sheet in all.iter().filter(|sheet| sheet.items.is_empty()) {
        losses.add("forms that ask nothing at any visit", "left out", sheet.name);
    }
    losses.beyond_forms(trial, all);
    losses.checks(asked, |sheet, carried| match carried {
        Carried::By(truth) => Logic { names, sheet }.write(&!truth.clone()).is_some(),
        Carried::ByAsking => true,
        Carried::WhereAsked(_) | Carried::Beyond => false,
    });
    losses.inexact_limits(asked);
    losses.skips(asked, |sheet, truth| Logic { names, sheet }.write(truth).is_some());
    losses.forms_of_cycles(trial, asked);
    for sheet in asked {
        for item in &sheet.items {
            let place = |text: &str| format!("{}.{}{text}", sheet.name, item.name);
            let has_hard = match &item.answer {
                Answer::Integer { low, high } => low.is_some() || high.is_some(),
                Answer::Number(number) => !number.hard.is_empty(),
                _ => false,
            };
            if has_hard {
                losses.add("hard limits", "REDCap warns, and keeps the value", place(""));
            }
            if item.answer == Answer::PartialDate {
                losses.add("partial dates", "a text; nothing checks that it is a date", place(""));
            }
        }
    }
    for occasion in occasions {
        let Some(visit) = occasion.visit else { continue };
        losses.add(
            "times and windows of visits",
            "`schedule.json`, and `trialc calendar` for each participant",
            format!("{}: {}", occasion.label, visit.timing.text()),
        );
        if !visit.arms.is_empty() || visit.when.is_some() {
            losses.add(
                "visits that not everybody has",
                "every participant is offered the event",
                occasion.label.as_str(),
            );
        }
        let many = asked.iter().filter(|sheet| sheet.form.repeating && occasion.forms.contains(&sheet.name));
        for sheet in many.filter(|_| occasion.repeats()) {
            losses.add(
                "many records at one visit of a cycle",
                "one record for each time that the visit repeats",
                format!("{}: {}", sheet.name, occasion.label),
            );
        }
    }
    losses.note("Upload in this order: data dictionary, events, mapping, repeating instruments (by the API), data quality rules.");
    losses.note(
        "Which time it is of a visit that takes place more than once is the instance of its repeating event (`[current-instance]`), \
         from 1: no field asks for it.",
    );
    losses.note("One arm holds all events; what differs by arm of the trial is told above.");
    losses.note("Codes hold letters, digits and `_` only: `codes.csv` leads back to the submission values.");
    losses.note("A data quality rule is true where something is wrong, and runs whenever a form is saved.");
    losses.report()
}
