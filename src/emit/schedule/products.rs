//! Rows of the Schedule of Activities for what is given at visits.

use super::table::{Note, Notes, Row, What, row};
use crate::model::{Activity, ActivityKind, Origin, Schedule, Trial};
use crate::time::doses::{GivenAtVisits, given_at_visits};
use crate::time::network::Network;
use crate::wording::given;

/// What is given at visits, but for what a row of the author's already says.
pub(super) fn interventions<'a>(trial: &'a Trial, network: Option<&Network>) -> Vec<GivenAtVisits<'a>> {
    let found = given_at_visits(trial, network).into_iter();
    found.filter(|product| !is_said_already(trial, product)).collect()
}

/// Whether an activity that is called after the product, or after giving it, is done at every visit at which it is given.
fn is_said_already(trial: &Trial, product: &GivenAtVisits<'_>) -> bool {
    let Some(schedule) = &trial.schedule else { return false };
    let intervention = trial.interventions.get(product.product);
    let substance = intervention.and_then(|intervention| intervention.substance.as_deref());
    let names = [Some(product.product), intervention.map(|one| one.label.as_str()), substance];
    let names: Vec<String> =
        names.into_iter().flatten().map(|name| format!(" {} ", words(name).join(" "))).collect();
    schedule.activities.iter().any(|(name, activity)| {
        let text = [words(name), words(&activity.label)].concat();
        let speaks = text.iter().any(|word| word.starts_with("administ"))
            || names.iter().any(|name| format!(" {} ", text.join(" ")).contains(name));
        let visits = activity.visits();
        speaks && product.cells.iter().all(|cell| visits.contains(&cell.visit))
    })
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(str::to_lowercase).collect()
}

/// The row of a product: its plan as a note, and the visits on whose days a dose falls.
pub(super) fn product_row(
    trial: &Trial,
    schedule: &Schedule,
    product: &GivenAtVisits<'_>,
    notes: &mut Notes,
) -> Row {
    let label = match (trial.interventions.get(product.product), trial.concepts.get(product.product)) {
        (Some(intervention), _) => intervention.label.clone(),
        (None, Some(concept)) => concept.label.clone(),
        (None, None) => product.product.to_owned(),
    };
    let activity = Activity {
        label,
        kind: ActivityKind::Procedure,
        cells: product.cells.clone(),
        throughout: None,
        origin: Origin::default(),
    };
    // The plan, whose days these are.
    let mut plans: Vec<String> = product.gives.iter().map(|one| format!("{}.", given(trial, one))).collect();
    plans.dedup();
    let plans: Vec<Note> = plans.into_iter().map(|plan| notes.add(plan)).collect();
    let mut row = row(trial, schedule, None, product.product, &activity, notes);
    row.notes.splice(0..0, plans);
    Row { what: What::Intervention, ..row }
}
