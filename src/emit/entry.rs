//! Why a field is on its form and under which conditions of the protocol it is asked, in words.

use crate::casebook::{Answer, Item, visit_label};
use crate::model::{CriterionKind, CycleNumbers, Field, Trial, Why};
use crate::wording::unit_name::plain;
use crate::wording::{Wording, sentence};

/// A reason in one word, the name that it refers to, and the author's words.
pub(crate) fn reason(trial: &Trial, why: &Why) -> (&'static str, String, String) {
    match why {
        Why::Criterion { decision, code } => {
            let criterion = trial.decisions.get(decision).and_then(|decision| decision.criteria.get(code));
            let kind = match criterion.map(|criterion| criterion.kind) {
                Some(CriterionKind::Exclude) => "exclusion",
                _ => "inclusion",
            };
            (kind, code.clone(), criterion.map_or_else(String::new, |criterion| criterion.prose.clone()))
        }
        Why::Outcome { name } => {
            let label = trial.outcomes.get(name).map_or_else(String::new, |outcome| outcome.label.clone());
            ("outcome", name.clone(), label)
        }
        Why::Stratum { allocation } => ("stratification", allocation.clone(), String::new()),
        Why::Schedule { activity } => {
            let label = trial.schedule.as_ref().and_then(|schedule| schedule.activities.get(activity));
            ("schedule", activity.clone(), label.map_or_else(String::new, |activity| activity.label.clone()))
        }
        Why::Condition { activity } => ("condition", activity.clone(), String::new()),
        Why::Derivation { measure } => {
            let label = trial.measures.get(measure).map_or_else(String::new, |measure| measure.label.clone());
            ("derivation", measure.clone(), label)
        }
        Why::Treatment { product } => {
            let label =
                trial.interventions.get(product).map_or_else(String::new, |known| known.label.clone());
            ("treatment", product.clone(), label)
        }
        Why::Record => ("record", String::new(), String::new()),
        Why::Declared => ("author", String::new(), String::new()),
    }
}

/// `criterion I8`, `outcome hba1c_change`.
pub(crate) fn short_reason(trial: &Trial, why: &Why) -> String {
    let (kind, name, _) = reason(trial, why);
    match why {
        Why::Criterion { .. } => format!("criterion {name}"),
        Why::Record => "identifies the record".to_owned(),
        Why::Declared => "added by the author".to_owned(),
        _ => format!("{kind} {name}").trim_end().to_owned(),
    }
}

/// Under which conditions of the protocol a field is asked, visit by visit, in plain words.
pub(crate) fn only(trial: &Trial, field: &Field) -> Vec<String> {
    let wording = Wording::of(trial);
    let scope = |scope: &crate::model::FieldScope| {
        let labels: Vec<&str> = scope.visits.iter().map(|visit| visit_label(trial, visit)).collect();
        let at = if labels.is_empty() { String::new() } else { format!(" (at {})", labels.join(", ")) };
        sentence(&format!("only if {}{at}", wording.condition(&scope.when)))
    };
    let mut found: Vec<String> = field.only.iter().map(scope).collect();
    found.dedup();
    found
}

/// In which cycles a field is asked, of the visits at which it is not asked in each: `At Day 1 in cycles 1, 3 only`.
pub(crate) fn in_cycles(trial: &Trial, field: &Field) -> Vec<String> {
    let one = |(visit, cycles): (&String, &CycleNumbers)| {
        format!("At {} in {cycles} only", visit_label(trial, visit))
    };
    field.cycles.iter().map(one).collect()
}

/// Code and label of each answer, units as people write them; empty where there is no list.
pub(crate) fn choices(item: &Item<'_>) -> Vec<(String, String)> {
    match &item.answer {
        Answer::Unit { units, .. } => units.iter().map(|unit| (unit.ucum.clone(), plain(unit))).collect(),
        _ => item.choices(),
    }
}
