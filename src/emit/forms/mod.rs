//! Case report forms for people and for data entry: a JSON Schema of each form (2020-12, with a twin in draft-07 for
//! renderers), how it is laid out, the checks that no schema can carry, the traceability of every field, and the annotated
//! case report form as a page to print.

mod checks;
mod losses;
mod matrix;
pub(super) mod page;
mod schema;
mod trace;
mod truth;
mod ui;

use rayon::prelude::*;

use super::Artifact;
use crate::casebook::{Sheet, sheets};
use crate::model::Trial;

/// None for a trial without forms.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    if trial.forms.is_empty() {
        return Vec::new();
    }
    let sheets = sheets(trial);
    let of_form = |sheet: &Sheet<'_>| {
        let (name, form) = (sheet.name, sheet.form);
        let schema = schema::schema(trial, sheet);
        let whole = Artifact::json(format!("forms/{name}.schema.json"), schema.document());
        let twin = Artifact::json(format!("forms/draft-07/{name}.schema.json"), &schema.into_draft_7());
        [whole, twin, Artifact::json(format!("forms/ui/{name}.json"), &ui::layout(trial, form))]
    };
    let across = || {
        rayon::join(
            || Artifact::json("forms/checks.json", &checks::document(trial)),
            || {
                [
                    Artifact::new("forms/traceability.csv", trace::csv(trial)),
                    Artifact::new("forms/traceability.html", matrix::page(trial)),
                    Artifact::new("forms/losses.md", losses::report(trial, &sheets)),
                ]
            },
        )
    };
    let (page, (forms, (checks, others))) = rayon::join(
        || page::page(trial),
        || rayon::join(|| sheets.par_iter().map(of_form).collect::<Vec<_>>(), across),
    );
    let mut artifacts = vec![Artifact::new("forms.html", page)];
    artifacts.extend(forms.into_iter().flatten());
    artifacts.push(checks);
    artifacts.extend(others);
    artifacts
}
