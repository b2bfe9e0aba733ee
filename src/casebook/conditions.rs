//! Conditions that the protocol lays on visits, forms and questions, and what of the casebook tells whether they hold.

use serde::Serialize;

use super::names::{variable, visits_of};
use super::sheet::Sheet;
use crate::model::{Clause, CycleNumbers, Detail, Domain, Field, FieldKind, Form, Named, Trial, Why};

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
    /// Absent: in all cycles of the visits.
    pub cycles: Option<&'a CycleNumbers>,
    pub condition: usize,
}

/// A condition that is laid on a question at a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Laid {
    pub condition: usize,
    /// Not sure where it is of some cycles only, and nobody has said which cycle this is.
    pub is_sure: bool,
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
                    let cycles = scope.cycles.as_ref();
                    all.fields.push(FieldCondition { form: name, field, visits, cycles, condition });
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

    /// All of which must hold for the question to be asked at this visit, for the time of this number.
    pub fn of_field<'s>(
        &'s self,
        form: &'s str,
        field: &'s str,
        visit: Option<&'s str>,
        time: Option<u32>,
    ) -> impl Iterator<Item = Laid> + 's {
        let is_here = move |one: &&FieldCondition<'_>| {
            let at = one.visits.is_empty()
                || visit.is_some_and(|visit| one.visits.iter().any(|known| known == visit));
            let may_be = one.cycles.is_none_or(|cycles| time.is_none_or(|number| cycles.contains(number)));
            one.form == form && one.field == field && at && may_be
        };
        let laid = move |one: &FieldCondition<'_>| Laid {
            condition: one.condition,
            is_sure: one.cycles.is_none() || time.is_some(),
        };
        self.fields.iter().filter(is_here).map(laid)
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

/// The cycles in which a form is filled in at a visit, where the schedule does nothing of it in the others. `None` where it is
/// filled in each time.
pub(super) fn cycles_of(trial: &Trial, form: &Form, visit: &str) -> Option<CycleNumbers> {
    let activities = &trial.schedule.as_ref()?.activities;
    let mut cells = Vec::new();
    for field in form.fields.iter().filter(|field| visits_of(form, field).iter().any(|one| one == visit)) {
        for why in &field.why {
            match why {
                Why::Schedule { activity } => {
                    let activity = activities.get(activity)?;
                    cells.extend(activity.cells.iter().filter(|cell| cell.visit == visit));
                }
                // What its author put there is asked each time.
                Why::Declared => return None,
                _ => {}
            }
        }
    }
    CycleNumbers::any_of(cells.into_iter().map(|cell| cell.cycles.as_ref()))
}

/// What the answer to a question tells of the participant, in the names of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
        days: Days<'a>,
        details: Details<'a>,
    },
    /// One occurrence, in a record of a log.
    Logged {
        /// The field that says of which of these things the record is.
        which: Option<&'a str>,
        /// Those of the list, each with the list of a person's record that it stands in.
        things: Vec<(&'a str, List)>,
        /// What every record is, whatever the list says.
        always: Option<(&'a str, List)>,
        days: Days<'a>,
        details: Details<'a>,
    },
    /// Somebody's answer, under its key.
    Answer(&'a str),
}

/// The fields with the days of an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Days<'a> {
    pub start: Option<&'a str>,
    pub end: Option<&'a str>,
    pub ongoing: Option<&'a str>,
}

/// The fields that tell more of an occurrence, by what they tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Details<'a> {
    pub qualifiers: Vec<(&'a str, &'a str)>,
    pub attributes: Vec<(&'a str, &'a str)>,
    pub dose: Option<&'a str>,
    /// Of a dose that has no unit in its own answer.
    pub unit: Option<&'a str>,
}

impl<'a> Details<'a> {
    fn of(fields: impl Iterator<Item = &'a Field>) -> Self {
        let mut details = Self::default();
        for field in fields {
            match &field.detail {
                Some(Detail::Qualifier { name }) => details.qualifiers.push((name, &field.name)),
                Some(Detail::Attribute { name }) => details.attributes.push((name, &field.name)),
                Some(Detail::Dose) => details.dose = Some(&field.name),
                Some(Detail::DoseUnit) => details.unit = Some(&field.name),
                Some(Detail::Which) | None => {}
            }
        }
        details
    }
}

/// What a record of a log tells. `None` where neither a field nor the form says what the records are of.
fn logged<'a>(trial: &'a Trial, form: &'a Form, days: Days<'a>) -> Option<Tells<'a>> {
    let list = form.fields.iter().find(|field| field.detail == Some(Detail::Which));
    let levels = list.map_or(&[][..], |field| match &field.kind {
        FieldKind::Choice { levels } => levels.as_slice(),
        _ => &[],
    });
    let thing = |name: &'a str| Some((name, list_of(trial, name)?));
    let things: Vec<_> = levels.iter().filter_map(|level| thing(&level.value)).collect();
    let always = match form.logs.as_slice() {
        [only] => thing(only),
        _ => None,
    };
    let which = list.map(|field| field.name.as_str());
    let details = Details::of(form.fields.iter());
    let tells = Tells::Logged { which, things, always, days, details };
    (always.is_some() || !levels.is_empty()).then_some(tells)
}

/// In which list of a person's record something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Findings,
    Exposures,
    Procedures,
    Events,
}

fn list_of(trial: &Trial, name: &str) -> Option<List> {
    match trial.concepts.get(name).map(|concept| concept.domain) {
        Some(Domain::Condition) => Some(List::Findings),
        Some(Domain::Drug | Domain::DrugClass) => Some(List::Exposures),
        Some(Domain::Procedure) => Some(List::Procedures),
        Some(Domain::Event) => None,
        None => trial.events.contains_key(name).then_some(List::Events),
    }
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
    let days = || Days { start: beside("STDAT"), end: beside("ENDAT"), ongoing: beside("ONGO") };
    if let Some(name) = &field.concept {
        let list = list_of(trial, name)?;
        let which = beside("TERM").or_else(|| beside("TRT"));
        let own = form.fields.iter().filter(|other| other.concept.as_ref() == Some(name));
        let (days, details) = (days(), Details::of(own));
        let occurred = Tells::Occurred { name, list, which, days, details };
        return variable.ends_with("OCCUR").then_some(occurred);
    }
    if form.repeating && test.is_none() && (variable.ends_with("TERM") || variable.ends_with("TRT")) {
        return logged(trial, form, days());
    }
    // On another person's form stands what that person has.
    let measure = field.measure.as_ref().filter(|_| form.domain != "AP")?;
    if variable.ends_with("ORNRHI") || variable.ends_with("ORNRLO") {
        return None;
    }
    let day = variable.get(..2).and_then(|domain| named(format!("{domain}DAT")));
    Some(Tells::Result { measure, day, low: beside("ORNRLO"), high: beside("ORNRHI") })
}
