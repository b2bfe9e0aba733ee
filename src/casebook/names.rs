//! What the parts of a form are called towards the outside: properties, CDASH variables, visits.

use super::sheet::Sheet;
use crate::model::{CycleNumbers, Field, Form, Trial, Visit};

/// The properties that identify an entry, beside the form's own fields (CDASH's common identifiers).
pub const PARTICIPANT: &str = "SUBJID";
pub const VISIT: &str = "VISIT";
/// Which time it is, from 1, of a visit that takes place more than once: the number of its cycle, or of the occurrence of its event.
pub const REPEAT: &str = "REPEAT";
/// The property that holds the records of a repeating form.
pub const RECORDS: &str = "records";

/// CDASH variable and test code: `SYSBP_VSORRES` is `VSORRES` of `SYSBP`.
pub fn variable(name: &str) -> (&str, Option<&str>) {
    name.rsplit_once('_').map_or((name, None), |(test, variable)| (variable, Some(test)))
}

/// The variable that says what a value is of: the test of a finding, the term of an event, the treatment.
pub fn topic(variable: &str) -> Option<String> {
    let domain = variable.get(..2)?;
    match domain {
        "AE" | "CE" | "DS" | "MH" => Some(format!("{domain}TERM")),
        "CM" | "EX" | "PR" => Some(format!("{domain}TRT")),
        // The arm is the participant's own.
        "AR" => None,
        _ => Some(format!("{domain}TESTCD")),
    }
}

/// The variable that holds the unit of a result: `VSORRESU` beside `VSORRES`.
pub fn unit_variable(variable: &str) -> Option<String> {
    if variable.ends_with("ORRES") {
        return Some(format!("{variable}U"));
    }
    variable.strip_suffix("DOSE").map(|domain| format!("{domain}DOSU"))
}

/// The visits of a field; empty for a form that is open throughout.
pub fn visits_of<'a>(form: &'a Form, field: &'a Field) -> &'a [String] {
    field.visits.as_ref().map_or(&form.visits, |visits| visits)
}

/// The visits of a form that take place more than once.
pub fn numbered_visits<'a>(trial: &'a Trial, form: &'a Form) -> Vec<&'a str> {
    let is_numbered = |visit: &&String| {
        trial
            .schedule
            .as_ref()
            .and_then(|schedule| schedule.visits.get(*visit))
            .is_some_and(Visit::is_numbered)
    };
    form.visits.iter().filter(is_numbered).map(String::as_str).collect()
}

/// The cycles that a visit has, and those in which the form is filled in at it, wherever these are not all.
pub fn of_cycles<'s>(
    trial: &'s Trial,
    sheet: &'s Sheet<'_>,
) -> impl Iterator<Item = (&'s String, &'s CycleNumbers)> {
    let visits = trial.schedule.as_ref().map(|schedule| &schedule.visits);
    let of_visit = move |visit: &'s String| visits?.get(visit)?.cycles.as_ref();
    sheet.form.visits.iter().flat_map(move |visit| {
        let both = [of_visit(visit), sheet.cycles.get(visit)];
        both.into_iter().flatten().map(move |cycles| (visit, cycles))
    })
}

pub fn visit_label<'a>(trial: &'a Trial, visit: &'a str) -> &'a str {
    trial
        .schedule
        .as_ref()
        .and_then(|schedule| schedule.visits.get(visit))
        .map_or(visit, |visit| &visit.label)
}
