//! Conditions that the protocol lays on visits, forms and questions, and what of the casebook tells whether they hold.

use serde::Serialize;

use super::names::{variable, visits_of};
use super::sheet::Sheet;
use crate::model::{Clause, Domain, Field, Form, Named, Trial, Why};

/// Each condition once, and where it is laid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions<'a> {
    /// In the order in which they are met; everything else refers to them by their numbers.
    pub clauses: Vec<Clause>,
    /// Of visits, whoever fills in what at them.
    pub visits: Named<usize>,
    /// Of a form at a visit: all that it is filled in for there is done under this condition only.
    pub forms: Vec<FormCondition<'a>>,
    /// Of questions. Where there are several, all must hold.
    pub fields: Vec<FieldCondition<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FormCondition<'a> {
    pub form: &'a str,
    pub visit: &'a str,
    pub condition: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FieldCondition<'a> {
    pub form: &'a str,
    pub field: &'a str,
    /// Empty: at all.
    pub visits: &'a [String],
    pub condition: usize,
}

impl<'a> Conditions<'a> {
    pub fn of(trial: &'a Trial) -> Self {
        let mut all = Self::default();
        for (name, visit) in trial.schedule.iter().flat_map(|schedule| &schedule.visits) {
            if let Some(when) = &visit.when {
                let condition = all.number(when.clone());
                all.visits.insert(name.clone(), condition);
            }
        }
        for (name, form) in &trial.forms {
            for visit in &form.visits {
                if let Some(when) = of_form(trial, form, visit) {
                    let condition = all.number(when);
                    all.forms.push(FormCondition { form: name, visit, condition });
                }
            }
            for field in &form.fields {
                for scope in &field.only {
                    let condition = all.number(scope.when.clone());
                    let (field, visits) = (field.name.as_str(), scope.visits.as_slice());
                    all.fields.push(FieldCondition { form: name, field, visits, condition });
                }
            }
        }
        all
    }

    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    fn number(&mut self, clause: Clause) -> usize {
        self.clauses.iter().position(|known| *known == clause).unwrap_or_else(|| {
            self.clauses.push(clause);
            self.clauses.len() - 1
        })
    }

    pub fn of_visit(&self, visit: &str) -> Option<usize> {
        self.visits.get(visit).copied()
    }

    pub fn of_form(&self, form: &str, visit: &str) -> Option<usize> {
        self.forms.iter().find(|one| one.form == form && one.visit == visit).map(|one| one.condition)
    }

    /// All of which must hold for the question to be asked at this visit.
    pub fn of_field<'s>(
        &'s self,
        form: &'s str,
        field: &'s str,
        visit: Option<&'s str>,
    ) -> impl Iterator<Item = usize> + 's {
        let is_here = move |one: &&FieldCondition<'_>| {
            let at = one.visits.is_empty()
                || visit.is_some_and(|visit| one.visits.iter().any(|known| known == visit));
            one.form == form && one.field == field && at
        };
        self.fields.iter().filter(is_here).map(|one| one.condition)
    }
}

/// The condition without which a form is filled in for nothing at a visit.
fn of_form(trial: &Trial, form: &Form, visit: &str) -> Option<Clause> {
    let activities = &trial.schedule.as_ref()?.activities;
    let mut conditions = Vec::new();
    for field in form.fields.iter().filter(|field| visits_of(form, field).iter().any(|one| one == visit)) {
        for why in &field.why {
            match why {
                Why::Schedule { activity } => {
                    let activity = activities.get(activity)?;
                    if activity.cells.iter().any(|cell| cell.visit == visit) {
                        conditions.push(activity.only_when(visit)?);
                    }
                }
                // What its author put there is asked of everybody.
                Why::Declared if field.only.is_empty() => return None,
                _ => {}
            }
        }
    }
    Clause::any_of(conditions)
}

/// What the answer to a question tells of the participant, in the names of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells<'a> {
    Sex,
    Born,
    Country,
    Arm,
    /// A value, on the day that another question tells or else on that of the visit.
    Result {
        measure: &'a str,
        day: Option<&'a str>,
        low: Option<&'a str>,
        high: Option<&'a str>,
    },
    /// The day of an event.
    Event(&'a str),
    /// Whether something has ever been; the others tell more of it.
    Occurred {
        name: &'a str,
        list: List,
        which: Option<&'a str>,
        start: Option<&'a str>,
        end: Option<&'a str>,
        ongoing: Option<&'a str>,
    },
    /// Somebody's answer, under its key.
    Answer(&'a str),
}

/// In which list of a person's record something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Findings,
    Exposures,
    Procedures,
}

/// Every field of a form that tells something, with what it tells.
pub fn tells<'a>(trial: &'a Trial, sheet: &Sheet<'a>) -> Vec<(&'a str, Tells<'a>)> {
    let fields = sheet.form.fields.iter();
    fields.filter_map(|field| Some((field.name.as_str(), told(trial, sheet.form, field)?))).collect()
}

/// What the answer to one field tells.
pub(super) fn told<'a>(trial: &'a Trial, form: &'a Form, field: &'a Field) -> Option<Tells<'a>> {
    let named =
        |name: String| form.fields.iter().map(|field| field.name.as_str()).find(|known| *known == name);
    if let Some(event) = &field.event {
        return Some(Tells::Event(event));
    }
    if let Some(key) = &field.answers {
        return Some(Tells::Answer(key));
    }
    match (form.domain.as_str(), field.name.as_str()) {
        ("DM", "SEX") => return Some(Tells::Sex),
        ("DM", "BRTHDAT") => return Some(Tells::Born),
        ("DM", "COUNTRY") => return Some(Tells::Country),
        _ => {}
    }
    let (variable, test) = variable(&field.name);
    if variable == "ARMCD" {
        return Some(Tells::Arm);
    }
    let beside = |suffix: &str| {
        let prefix = variable.get(..2)?;
        named(test.map_or_else(|| format!("{prefix}{suffix}"), |test| format!("{test}_{prefix}{suffix}")))
    };
    if let Some(name) = &field.concept {
        let list = match trial.concepts.get(name)?.domain {
            Domain::Condition => List::Findings,
            Domain::Drug | Domain::DrugClass => List::Exposures,
            Domain::Procedure => List::Procedures,
            Domain::Event => return None,
        };
        let which = beside("TERM").or_else(|| beside("TRT"));
        let (start, end, ongoing) = (beside("STDAT"), beside("ENDAT"), beside("ONGO"));
        let occurred = Tells::Occurred { name, list, which, start, end, ongoing };
        return variable.ends_with("OCCUR").then_some(occurred);
    }
    // On another person's form stands what that person has.
    let measure = field.measure.as_ref().filter(|_| form.domain != "AP")?;
    if variable.ends_with("ORNRHI") || variable.ends_with("ORNRLO") {
        return None;
    }
    let day = variable.get(..2).and_then(|domain| named(format!("{domain}DAT")));
    Some(Tells::Result { measure, day, low: beside("ORNRLO"), high: beside("ORNRHI") })
}
