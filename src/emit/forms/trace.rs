//! Traceability: from each field to what needs it, and back.

use indexmap::IndexMap;

use crate::casebook::visits_of;
use crate::emit::entry::reason;
use crate::model::{Trial, Why};
use crate::tabular;

/// One line for each field and reason.
pub(super) fn csv(trial: &Trial) -> Vec<u8> {
    let mut lines =
        vec![["form", "field", "question", "visits", "because", "of", "wording"].map(str::to_owned).to_vec()];
    for (name, form) in &trial.forms {
        for field in &form.fields {
            let visits = visits_of(form, field);
            let visits = if visits.is_empty() && form.visits.is_empty() {
                "open".to_owned()
            } else {
                visits.join(" ")
            };
            for why in &field.why {
                let (kind, of, wording) = reason(trial, why);
                let label = field.label.clone();
                lines.push(vec![
                    name.clone(),
                    field.name.clone(),
                    label,
                    visits.clone(),
                    kind.to_owned(),
                    of,
                    wording,
                ]);
            }
        }
    }
    tabular::csv(lines).into_bytes()
}

/// A criterion, outcome or other need, with the fields that serve it.
pub(super) struct Served<'a> {
    pub why: &'a Why,
    pub fields: Vec<(&'a str, &'a str)>,
}

/// Every need that the forms serve: criteria and outcomes first, in the order of the protocol.
pub(super) fn needs(trial: &Trial) -> Vec<Served<'_>> {
    let mut served: IndexMap<&Why, Vec<(&str, &str)>> = IndexMap::new();
    for (name, form) in &trial.forms {
        for field in &form.fields {
            for why in field.why.iter().filter(|why| !matches!(why, Why::Record | Why::Declared)) {
                served.entry(why).or_default().push((name, &field.name));
            }
        }
    }
    let place = |why: &Why| match why {
        Why::Criterion { decision, code } => {
            let decisions = trial.decisions.get_index_of(decision).unwrap_or(usize::MAX);
            let criteria =
                trial.decisions.get(decision).and_then(|decision| decision.criteria.get_index_of(code));
            (0, decisions, criteria.unwrap_or(usize::MAX))
        }
        Why::Outcome { name } => (1, 0, trial.outcomes.get_index_of(name).unwrap_or(usize::MAX)),
        Why::Stratum { .. } => (2, 0, 0),
        Why::Condition { .. } => (3, 0, 0),
        Why::Derivation { .. } => (4, 0, 0),
        Why::Treatment { .. } => (5, 0, 0),
        Why::Schedule { .. } | Why::Record | Why::Declared => (6, 0, 0),
    };
    let mut served: Vec<Served<'_>> =
        served.into_iter().map(|(why, fields)| Served { why, fields }).collect();
    served.sort_by_key(|need| place(need.why));
    served
}
