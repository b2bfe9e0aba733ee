//! The trial in HL7 FHIR R4: a ResearchStudy, its schedule as a PlanDefinition, its forms as Questionnaires, one for each.

mod path;
mod protocol;
mod questionnaire;

use path::Path;
use rayon::prelude::*;

use super::Artifact;
use super::losses::Losses;
use crate::casebook::{Answer, Carried, Sheet, sheets};
use crate::model::Trial;

/// One file for the study, for its schedule and for each form, and the loss report; none for a trial without forms.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    let all = sheets(trial);
    let asked: Vec<Sheet<'_>> = all.iter().filter(|sheet| !sheet.items.is_empty()).cloned().collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let of = |sheet: &Sheet<'_>| {
        let content = questionnaire::questionnaire(trial, sheet);
        Artifact::json(format!("fhir/Questionnaire-{}.json", sheet.name), &content)
    };
    let mut artifacts = vec![Artifact::json("fhir/ResearchStudy.json", &protocol::study(trial))];
    if let Some(schedule) = &trial.schedule {
        artifacts.push(Artifact::json("fhir/PlanDefinition.json", &protocol::plan(trial, schedule, &asked)));
    }
    artifacts.extend(asked.par_iter().map(of).collect::<Vec<_>>());
    artifacts.push(Artifact::new("fhir/losses.md", losses(trial, &all, &asked)));
    artifacts
}

fn losses(trial: &Trial, all: &[Sheet<'_>], asked: &[Sheet<'_>]) -> String {
    let mut losses = Losses::of("FHIR");
    for sheet in all.iter().filter(|sheet| sheet.items.is_empty()) {
        losses.add("forms that ask nothing at any visit", "left out", sheet.name);
    }
    losses.beyond_forms(trial, all);
    losses.checks(asked, |sheet, carried| match carried {
        Carried::By(truth) => Path { sheet }.write(truth).is_some(),
        Carried::ByAsking => true,
        Carried::WhereAsked(_) | Carried::Beyond => false,
    });
    losses.inexact_limits(asked);
    for sheet in asked {
        for item in &sheet.items {
            let place = format!("{}.{}", sheet.name, item.name);
            let is_unit = matches!(item.answer, Answer::Unit { .. });
            if !is_unit && !questionnaire::is_shown_by(trial, sheet, item) {
                losses.add(
                    "conditions that `enableWhen` cannot say",
                    "the question is always enabled",
                    place.clone(),
                );
            }
            match &item.answer {
                Answer::PartialDate => losses.add(
                    "which dates may lack a part",
                    "every `date` of FHIR may: an answer of a whole date is not demanded anywhere",
                    place.clone(),
                ),
                Answer::Time => {
                    losses.add("times without seconds", "a `time` of FHIR has them: enter 00", place.clone())
                }
                Answer::Number(number) if number.precision.is_some() => {
                    losses.add("decimals that are reported", "`forms/NAME.schema.json`", place.clone());
                }
                _ => {}
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
        }
    }
    protocol::losses(trial, &mut losses);
    losses.note(
        "A visit of the PlanDefinition starts at its target; the days before and after are the extension `urn:trialc:fhir:window`, in \
         the words of the protocol they are `textEquivalent`.",
    );
    losses.note(
        "The participant is the `subject` of a response, the visit an answer of its own (`VISIT`), and so is which time it is of a \
         visit that takes place more than once (`REPEAT`).",
    );
    losses.note(
        "Checks and soft limits are `questionnaire-constraint`s in FHIRPath; the context is the response or, in a form of \
         many records, the record.",
    );
    losses.note("The records of a form with many are a group that repeats (`records`).");
    losses.note(
        "A number in one of several units is a `quantity` with its UCUM code, in one unit a `decimal`.",
    );
    losses.note("`linkId` is the CDASH variable, behind the test where there is one.");
    losses.report()
}
