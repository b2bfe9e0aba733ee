//! What the parts of a form are called towards the outside: properties, reasons, visits, limits.

use crate::emit::wording::{Wording, sentence};
use crate::model::{CriterionKind, Field, FieldKind, Form, Measure, Trial, UnitRef, Why};
use crate::number::Exact;
use crate::units;

/// The properties that identify an entry, beside the form's own fields (CDASH's common identifiers).
pub(super) const PARTICIPANT: &str = "SUBJID";
pub(super) const VISIT: &str = "VISIT";
/// The property that holds the records of a repeating form.
pub(super) const RECORDS: &str = "records";

/// CDASH variable and test code: `SYSBP_VSORRES` is `VSORRES` of `SYSBP`.
pub(super) fn variable(name: &str) -> (&str, Option<&str>) {
    name.rsplit_once('_').map_or((name, None), |(test, variable)| (variable, Some(test)))
}

/// The variable that says what a value is of: the test of a finding, the term of an event, the treatment.
pub(super) fn topic(variable: &str) -> Option<String> {
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
pub(super) fn unit_variable(variable: &str) -> Option<String> {
    if variable.ends_with("ORRES") {
        return Some(format!("{variable}U"));
    }
    variable.strip_suffix("DOSE").map(|domain| format!("{domain}DOSU"))
}

/// A reason in one word, the name that it refers to, and the author's words.
pub(super) fn reason(trial: &Trial, why: &Why) -> (&'static str, String, String) {
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
pub(super) fn short_reason(trial: &Trial, why: &Why) -> String {
    let (kind, name, _) = reason(trial, why);
    match why {
        Why::Criterion { .. } => format!("criterion {name}"),
        Why::Record => "identifies the record".to_owned(),
        Why::Declared => "added by the author".to_owned(),
        _ => format!("{kind} {name}").trim_end().to_owned(),
    }
}

/// The visits of a field; empty for a form that is open throughout.
pub(super) fn visits_of<'a>(form: &'a Form, field: &'a Field) -> &'a [String] {
    field.visits.as_ref().map_or(&form.visits, |visits| visits)
}

pub(super) fn visit_label<'a>(trial: &'a Trial, visit: &'a str) -> &'a str {
    trial
        .schedule
        .as_ref()
        .and_then(|schedule| schedule.visits.get(visit))
        .map_or(visit, |visit| &visit.label)
}

/// Under which conditions of the protocol a field is asked, visit by visit, in plain words.
pub(super) fn only(trial: &Trial, field: &Field) -> Vec<String> {
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

/// The value of each unit's limit, where it can be told exactly: the unit, and its limits.
pub(super) struct UnitLimits<'a> {
    pub unit: &'a UnitRef,
    /// `None` where a limit has no exact decimal in this unit.
    pub limits: Option<(Exact, Exact)>,
}

/// Hard limits of a number, unit by unit.
pub(super) fn limits<'a>(trial: &Trial, field: &'a Field) -> Vec<UnitLimits<'a>> {
    let FieldKind::Number { units, range: Some((low, high)), .. } = &field.kind else { return Vec::new() };
    let Some(first) = units.first() else { return Vec::new() };
    let measure = field.measure.as_ref().and_then(|measure| trial.measures.get(measure));
    let in_unit = |value: &Exact, unit: &UnitRef| {
        if unit.ucum == first.ucum {
            return Some(value.clone());
        }
        let analyte = measure.map(Measure::analyte).unwrap_or_default();
        let (from, to) = (units::parse(&first.ucum).ok()?, units::parse(&unit.ucum).ok()?);
        let converted =
            units::convert(value, &from, &to, &analyte).ok().filter(|converted| !converted.rounded)?;
        converted.value.to_decimal().is_some().then_some(converted.value)
    };
    let of = |unit: &'a UnitRef| {
        let (low, high) = (in_unit(low, unit), in_unit(high, unit));
        let ordered = low.zip(high).map(|(low, high)| if low <= high { (low, high) } else { (high, low) });
        UnitLimits { unit, limits: ordered }
    };
    units.iter().map(of).collect()
}
