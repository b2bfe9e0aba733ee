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
    let of_form = |(name, form): (&String, &Form)| {
        let schema = |draft| schema::schema(trial, name, form, draft);
        [
            Artifact::json(format!("forms/{name}.schema.json"), &schema(Draft::Of2020)),
            Artifact::json(format!("forms/draft-07/{name}.schema.json"), &schema(Draft::Of7)),
            Artifact::json(format!("forms/ui/{name}.json"), &ui::layout(trial, form)),
        ]
    };
    let (page, forms) =
        rayon::join(|| page::page(trial), || trial.forms.par_iter().map(of_form).collect::<Vec<_>>());
    let mut artifacts = vec![Artifact::new("forms.html", page)];
    artifacts.extend(forms.into_iter().flatten());
    artifacts.push(Artifact::json("forms/checks.json", &checks::document(trial)));
    artifacts.push(Artifact::new("forms/traceability.csv", trace::csv(trial)));
    artifacts.push(Artifact::new("forms/losses.md", losses::report(trial)));
    artifacts
}
