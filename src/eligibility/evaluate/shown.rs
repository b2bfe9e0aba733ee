//! How what was used appears in an explanation.

use super::Evaluator;
use super::amount::{Amount, Converted, Scale};
use super::moment::Days;
use crate::eligibility::evidence::{Evidence, Normalised, WindowShown};
use crate::eligibility::person::ANY_DAY;
use crate::eligibility::record::Measurement;
use crate::eligibility::vocabulary::label;
use crate::time::DateRange;

/// The window of a fact; nothing for one that is open and says nothing.
pub(super) fn window(days: &Days<'_>, on: Option<DateRange>) -> Option<WindowShown> {
    let known = |end: Option<DateRange>| end.filter(|end| *end != ANY_DAY);
    if days.text.is_empty() && days.from.is_none() && days.to.is_none() {
        return None;
    }
    Some(WindowShown {
        text: days.text.to_owned(),
        from: known(days.from),
        to: known(days.to),
        days_to_edge: on.and_then(|on| days.to_edge(on)),
    })
}

impl<'a> Evaluator<'a> {
    pub(super) fn measure_label(&self, measure: &'a str) -> &'a str {
        label(&self.document.measures, measure, |measure| &measure.label)
    }

    /// A result with its window. A result on an anchor's own day is inside, and said to be.
    pub(super) fn result_shown(
        &self,
        measure: &'a str,
        result: &Measurement,
        days: Option<&Days<'_>>,
    ) -> Evidence {
        let mut evidence = Evidence::of(measure, self.measure_label(measure)).value(result.value.to_string());
        evidence.unit.clone_from(&result.unit);
        evidence.on = Some(result.on);
        evidence.source.clone_from(&result.source);
        if let Some(days) = days {
            evidence.window = window(days, Some(result.on));
            let bounded = days.from.is_some() && days.to != days.from;
            if bounded && days.to.and_then(|to| to.day()) == result.on.day() && result.on.is_exact() {
                evidence
                    .remarks
                    .push("on the last day of the window; the time of day is not looked at".into());
            }
        }
        evidence
    }
}

/// Adds the value in the unit of the comparison, where that says more than the record does.
pub(super) fn normalise(evidence: &mut Evidence, converted: &Converted) {
    let unit = match &converted.amount.scale {
        Scale::Unit(unit) => Some(unit.written().to_owned()),
        _ => None,
    };
    let value = converted.amount.shown();
    if evidence.value.as_ref() != Some(&value) || evidence.unit != unit {
        evidence.normalised = Some(Normalised { value, unit });
    }
    for step in &converted.by {
        if !evidence.remarks.contains(step) {
            evidence.remarks.push(step.clone());
        }
    }
}

/// The unit as the author wrote it.
pub(super) fn unit_of(amount: &Amount) -> Option<String> {
    match &amount.scale {
        Scale::Unit(unit) | Scale::Ratio { unit, .. } => Some(unit.written().to_owned()),
        Scale::Time(unit) => Some(time_in_words(*unit).to_owned()),
        Scale::Number | Scale::Unknown { .. } => None,
    }
}

pub(super) fn time_in_words(unit: crate::model::TimeUnit) -> &'static str {
    use crate::model::TimeUnit;
    match unit {
        TimeUnit::Minute => "minutes",
        TimeUnit::Hour => "hours",
        TimeUnit::Day => "days",
        TimeUnit::Week => "weeks",
        TimeUnit::Month => "months",
        TimeUnit::Year => "years",
    }
}
