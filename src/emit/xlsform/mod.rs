//! The forms as XLSForms, workbooks from which ODK, KoboToolbox and SurveyCTO make their forms: one for each.

mod expression;
mod survey;
#[cfg(test)]
mod tests;

use expression::Expression;
use rayon::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use survey::Rows;

use super::Artifact;
use super::losses::Losses;
use crate::casebook::{Answer, Carried, Sheet, sheets};
use crate::model::Trial;

/// What a cell of a workbook can hold (Excel specifications and limits), in characters.
const LONGEST: usize = 32_767;

/// One workbook for each form and the loss report; none for a trial without forms.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    let all = sheets(trial);
    let asked: Vec<Sheet<'_>> = all.iter().filter(|sheet| !sheet.items.is_empty()).cloned().collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let of = |sheet: &Sheet<'_>| {
        let parts = [
            ("survey", survey::survey(trial, sheet)),
            ("choices", survey::answers(trial, sheet)),
            ("settings", survey::settings(trial, sheet)),
        ];
        // Texts are cut to what a cell holds, and a form has fewer questions than a sheet rows.
        let content = workbook(parts).expect("the form fits a workbook");
        Artifact::new(format!("xlsform/{}.xlsx", sheet.name), content)
    };
    let mut artifacts: Vec<Artifact> = asked.par_iter().map(of).collect();
    artifacts.push(Artifact::new("xlsform/losses.md", losses(trial, &all, &asked)));
    artifacts
}

/// Says nothing of when it was made, so that the same protocol gives the same bytes. Every cell is text.
fn workbook(parts: [(&str, Rows); 3]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let no_day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&no_day));
    for (name, rows) in parts {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        for (number, row) in (0_u32..).zip(&rows) {
            for (column, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
                let cell: String = cell.chars().take(LONGEST).collect();
                sheet.write_string(number, column, cell)?;
            }
        }
    }
    workbook.save_to_buffer()
}

fn losses(trial: &Trial, all: &[Sheet<'_>], asked: &[Sheet<'_>]) -> String {
    let mut losses = Losses::of("XLSForm");
    for sheet in all.iter().filter(|sheet| sheet.items.is_empty()) {
        losses.add("forms that ask nothing at any visit", "left out", sheet.name);
    }
    losses.beyond_forms(trial, all);
    for sheet in asked {
        for demand in sheet.demands() {
            let carried = match &demand.carried {
                Carried::By(truth) => {
                    demand.check.hard && Expression { sheet, own: Some(&demand.on) }.write(truth).is_some()
                }
                Carried::ByAsking => true,
                Carried::WhereAsked(_) | Carried::Beyond => false,
            };
            if !carried {
                losses.add(
                    "soft checks, and checks across forms, records or dates that may lack a part",
                    "`forms/checks.json`",
                    format!("{}.{}: {}", sheet.name, demand.on, demand.check.message),
                );
            }
        }
        for item in &sheet.items {
            let place = format!("{}.{}", sheet.name, item.name);
            if let Answer::Number(number) = &item.answer
                && !number.soft.is_empty()
            {
                losses.add("soft limits (plausible ranges)", "`forms/checks.json`", place.clone());
            }
            if let Some(group) =
                item.field.group.as_ref().filter(|_| !matches!(item.answer, Answer::Unit { .. }))
            {
                losses.add(
                    "headings above questions",
                    "the questions stand in their order",
                    format!("{place}: {group}"),
                );
            }
            if let Some(code) =
                item.field.loinc.as_ref().filter(|_| !matches!(item.answer, Answer::Unit { .. }))
            {
                losses.add("LOINC codes", "`x-loinc` of the JSON Schema", format!("{place}: {}", code.code));
            }
        }
    }
    losses.inexact_limits(asked);
    losses.skips(asked, |sheet, truth| Expression { sheet, own: None }.write(truth).is_some());
    for visit in trial.schedule.iter().flat_map(|schedule| schedule.visits.values()) {
        losses.add(
            "times and windows of visits",
            "`schedule.json`",
            format!("{}: {}", visit.label, visit.timing.text()),
        );
    }
    losses.note(
        "The participant (`SUBJID`), the visit (`VISIT`) and which time it is of a visit that takes place more than once (`REPEAT`) \
         are questions of every form.",
    );
    losses.note("The records of a form with many are a group that repeats (`records`).");
    losses.note("Names of questions are the CDASH variables, those of answers the submission values.");
    losses.report()
}
