//! When forms are filled in: at the visits, and throughout.

use super::names::visit_label;
use super::sheet::Sheet;
use crate::model::{Anchor, Trial, Visit, VisitTiming};

/// A visit, or the time of the whole trial for forms that stay open.
#[derive(Clone, Debug)]
pub struct Occasion<'a> {
    /// Unique in the trial.
    pub name: String,
    pub label: String,
    /// `None` for what is open throughout.
    pub visit: Option<&'a Visit>,
    pub forms: Vec<&'a str>,
}

impl Occasion<'_> {
    /// Whether each participant comes to it in the ordinary course: not a visit on an event that need never happen.
    pub fn is_scheduled(&self, trial: &Trial) -> bool {
        let Some(visit) = self.visit else { return false };
        let VisitTiming::OnEvent { moment, .. } = &visit.timing else { return true };
        match &moment.of {
            Anchor::Event { name, .. } => trial
                .events
                .get(name)
                .is_none_or(|event| event.constraints.iter().any(|constraint| constraint.high.is_some())),
            _ => true,
        }
    }

    /// Whether somebody may take part without ever coming to it.
    pub fn is_optional(&self, trial: &Trial) -> bool {
        self.visit.is_none_or(|visit| visit.when.is_some() || !visit.arms.is_empty())
            || !self.is_scheduled(trial)
    }

    pub fn repeats(&self) -> bool {
        self.visit.is_some_and(Visit::is_numbered)
    }
}

/// The visits in the order of the schedule, those too at which no form is filled in; then what is open throughout, where
/// there is such a form.
pub fn occasions<'a>(trial: &'a Trial, sheets: &[Sheet<'a>]) -> Vec<Occasion<'a>> {
    let at = |visit: &str| {
        sheets
            .iter()
            .filter(|sheet| sheet.form.visits.iter().any(|one| one == visit))
            .map(|sheet| sheet.name)
            .collect()
    };
    let visits = trial.schedule.iter().flat_map(|schedule| &schedule.visits);
    let mut all: Vec<Occasion<'a>> = visits
        .map(|(name, visit)| Occasion {
            name: name.clone(),
            label: visit_label(trial, name).to_owned(),
            visit: Some(visit),
            forms: at(name),
        })
        .collect();
    let open: Vec<&str> =
        sheets.iter().filter(|sheet| sheet.form.visits.is_empty()).map(|sheet| sheet.name).collect();
    if !open.is_empty() {
        let mut name = "throughout".to_owned();
        while all.iter().any(|occasion| occasion.name == name) {
            name.push('_');
        }
        all.push(Occasion { name, label: "Throughout the trial".to_owned(), visit: None, forms: open });
    }
    all
}
