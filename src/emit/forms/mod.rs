//! Case report forms for people and for data entry: a JSON Schema of each form (2020-12, with a twin in draft-07 for
//! renderers), how it is laid out, the checks that no schema can carry, the traceability of every field, and the annotated
//! case report form as a page to print.

mod checks;
mod entry;
mod losses;
mod page;
mod schema;
mod trace;
mod ui;

use rayon::prelude::*;

use super::Artifact;
use crate::model::{Form, Trial};
use schema::Draft;

/// None for a trial without forms.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    if trial.forms.is_empty() {
        return Vec::new();
    }
    let schema = |name: &str, form: &Form, draft| schema::schema(trial, name, form, draft);
    type Part<'a> = (&'a String, &'a Form, fn(&String) -> String, Option<Draft>);
    let parts = trial.forms.iter().flat_map(|(name, form)| -> [Part<'_>; 3] {
        [
            (name, form, |name| format!("forms/{name}.schema.json"), Some(Draft::Of2020)),
            (name, form, |name| format!("forms/draft-07/{name}.schema.json"), Some(Draft::Of7)),
            (name, form, |name| format!("forms/ui/{name}.json"), None),
        ]
    });
    let parts: Vec<Part<'_>> = parts.collect();
    let of_part = |(name, form, path, draft): &Part<'_>| match draft {
        Some(draft) => Artifact::json(path(name), &schema(name, form, *draft)),
        None => Artifact::json(path(name), &ui::layout(trial, form)),
    };
    let across = || {
        rayon::join(
            || Artifact::json("forms/checks.json", &checks::document(trial)),
            || {
                [
                    Artifact::new("forms/traceability.csv", trace::csv(trial)),
                    Artifact::new("forms/losses.md", losses::report(trial)),
                ]
            },
        )
    };
    let (page, (forms, (checks, others))) = rayon::join(
        || page::page(trial),
        || rayon::join(|| parts.par_iter().map(of_part).collect::<Vec<_>>(), across),
    );
    let mut artifacts = vec![Artifact::new("forms.html", page)];
    artifacts.extend(forms);
    artifacts.push(checks);
    artifacts.extend(others);
    artifacts
}
