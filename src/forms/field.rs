//! Fields in the making, and the code lists that several forms share. Values are the submission values of CDISC's
//! controlled terminology; the words beside them are ours.

use indexmap::{IndexMap, IndexSet};

use crate::model::{Clause, Field, FieldCondition, FieldKind, FieldScope, Level, Origin, Why};

pub(super) const YES: &str = "Y";
pub(super) const NO: &str = "N";
pub(super) const UNKNOWN: &str = "U";
pub(super) const OTHER: &str = "OTHER";

pub(super) fn field(name: impl Into<String>, label: impl Into<String>, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        label: label.into(),
        kind,
        required: false,
        when: Vec::new(),
        visits: None,
        only: Vec::new(),
        group: None,
        measure: None,
        event: None,
        concept: None,
        answers: None,
        loinc: None,
        help: None,
        why: Vec::new(),
        origin: Origin::default(),
    }
}

/// What is said about a field beside its name, question and type.
pub(super) trait Asked: Sized {
    fn required(self) -> Self;
    /// Asked only when the other field has one of these values.
    fn when(self, field: &str, values: &[&str]) -> Self;
    fn why(self, why: impl IntoIterator<Item = Why>) -> Self;
    fn group(self, heading: &str) -> Self;
    fn help(self, text: impl Into<String>) -> Self;
}

impl Asked for Field {
    fn required(self) -> Self {
        Field { required: true, ..self }
    }

    fn when(mut self, field: &str, values: &[&str]) -> Self {
        let one_of = values.iter().map(|value| (*value).to_owned()).collect();
        self.when.push(FieldCondition { field: field.to_owned(), one_of });
        self
    }

    fn why(mut self, why: impl IntoIterator<Item = Why>) -> Self {
        add_reasons(&mut self.why, why);
        self
    }

    fn group(self, heading: &str) -> Self {
        Field { group: Some(heading.to_owned()), ..self }
    }

    fn help(self, text: impl Into<String>) -> Self {
        Field { help: Some(text.into()), ..self }
    }
}

/// The visits at which something is asked, each with the conditions of the protocol under which it is.
#[derive(Clone, Default)]
pub(super) struct AskedAt(IndexMap<String, Vec<Option<Clause>>>);

impl AskedAt {
    /// Asked at this visit, under a condition or without one.
    pub fn put(&mut self, visit: &str, when: Option<Clause>) {
        self.0.entry(visit.to_owned()).or_default().push(when);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn visits(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// The conditions, visit by visit: where it is asked for several reasons, one that has no condition opens it.
    pub fn only(&self) -> Vec<FieldScope> {
        let mut only: Vec<FieldScope> = Vec::new();
        for (visit, conditions) in &self.0 {
            let all = conditions.iter().cloned().collect::<Option<Vec<Clause>>>();
            let Some(when) = all.and_then(Clause::any_of) else { continue };
            match only.iter_mut().find(|scope| scope.when == when) {
                Some(scope) => scope.visits.push(visit.clone()),
                None => only.push(FieldScope { visits: vec![visit.clone()], when }),
            }
        }
        only
    }
}

/// Adds those reasons that are not among them yet.
pub(super) fn add_reasons(reasons: &mut Vec<Why>, more: impl IntoIterator<Item = Why>) {
    let mut all: IndexSet<Why> = std::mem::take(reasons).into_iter().collect();
    all.extend(more);
    *reasons = all.into_iter().collect();
}

pub(super) fn choice(levels: &[(&str, &str)]) -> FieldKind {
    let level = |(value, label): &(&str, &str)| Level {
        value: (*value).to_owned(),
        label: Some((*label).to_owned()),
    };
    FieldKind::Choice { levels: levels.iter().map(level).collect() }
}

pub(super) fn yes_no_unknown() -> FieldKind {
    choice(&[(YES, "Yes"), (NO, "No"), (UNKNOWN, "Unknown")])
}

pub(super) fn severity() -> FieldKind {
    choice(&[("MILD", "Mild"), ("MODERATE", "Moderate"), ("SEVERE", "Severe")])
}

/// What was done with the study treatment because of an adverse event.
pub(super) fn action_taken() -> FieldKind {
    choice(&[
        ("DOSE NOT CHANGED", "Dose not changed"),
        ("DOSE REDUCED", "Dose reduced"),
        ("DRUG INTERRUPTED", "Interrupted"),
        ("DRUG WITHDRAWN", "Stopped for good"),
        ("NOT APPLICABLE", "Not applicable"),
        (UNKNOWN_LONG, "Unknown"),
    ])
}

pub(super) fn outcome_of_event() -> FieldKind {
    choice(&[
        ("RECOVERED/RESOLVED", "Recovered"),
        ("RECOVERING/RESOLVING", "Recovering"),
        ("NOT RECOVERED/NOT RESOLVED", "Not recovered"),
        ("RECOVERED/RESOLVED WITH SEQUELAE", "Recovered, with lasting damage"),
        ("FATAL", "Died of it"),
        (UNKNOWN_LONG, "Unknown"),
    ])
}

const UNKNOWN_LONG: &str = "UNKNOWN";

pub(super) fn interpretation() -> FieldKind {
    choice(&[
        ("NORMAL", "Normal"),
        ("ABNORMAL NOT CLINICALLY SIGNIFICANT", "Abnormal, of no clinical importance"),
        ("ABNORMAL CLINICALLY SIGNIFICANT", "Abnormal, clinically important"),
    ])
}

/// The visit's contact modes, as the schedule names them.
pub(super) fn contact_modes() -> FieldKind {
    choice(&[("clinic", "At the clinic"), ("phone", "By phone"), ("home", "At home"), ("remote", "Remote")])
}
