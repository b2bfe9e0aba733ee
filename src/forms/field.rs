//! Fields in the making, and the code lists that several forms share. Values are the submission values of CDISC's
//! controlled terminology; the words beside them are ours.

use indexmap::{IndexMap, IndexSet};

use crate::model::{
    Activity, Clause, CycleNumbers, Detail, Field, FieldCondition, FieldKind, FieldScope, Level, Named,
    Origin, Why,
};

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
        cycles: Named::new(),
        only: Vec::new(),
        group: None,
        measure: None,
        event: None,
        concept: None,
        detail: None,
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
    fn tells(self, detail: Detail) -> Self;
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

    fn tells(self, detail: Detail) -> Self {
        Field { detail: Some(detail), ..self }
    }
}

/// The visits at which something is asked, each with the conditions of the protocol and the cycles under which it is.
#[derive(Clone, Default)]
pub(super) struct AskedAt(IndexMap<String, Vec<Asking>>);

/// One reason to ask at a visit.
#[derive(Clone, Default)]
struct Asking {
    when: Option<Clause>,
    /// Absent: in all.
    cycles: Option<CycleNumbers>,
}

impl AskedAt {
    /// Asked whenever this visit takes place.
    pub fn put(&mut self, visit: &str) {
        self.0.entry(visit.to_owned()).or_default().push(Asking::default());
    }

    /// Asked where the activity is done.
    pub fn take(&mut self, activity: &Activity) {
        for cell in &activity.cells {
            let asking = Asking { when: cell.only_when(), cycles: cell.cycles.clone() };
            self.0.entry(cell.visit.clone()).or_default().push(asking);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn visits(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// The cycles, of visits at which it is not asked in each.
    pub fn cycles(&self) -> Named<CycleNumbers> {
        let of = |(visit, askings): (&String, &Vec<Asking>)| {
            let cycles = CycleNumbers::any_of(askings.iter().map(|asking| asking.cycles.as_ref()))?;
            Some((visit.clone(), cycles))
        };
        self.0.iter().filter_map(of).collect()
    }

    /// The conditions, visit by visit: where it is asked for several reasons, one that has no condition opens it.
    pub fn only(&self) -> Vec<FieldScope> {
        let mut only: Vec<FieldScope> = Vec::new();
        for (visit, askings) in &self.0 {
            for (cycles, when) in conditions(askings) {
                match only.iter_mut().find(|scope| scope.when == when && scope.cycles == cycles) {
                    Some(scope) => scope.visits.push(visit.clone()),
                    None => only.push(FieldScope { visits: vec![visit.clone()], cycles, when }),
                }
            }
        }
        only
    }
}

/// The conditions under which something is asked at a visit. Where different reasons ask in different cycles, cycle by cycle: what
/// one of them asks for in cycle 1 says nothing of cycle 2.
fn conditions(askings: &[Asking]) -> Vec<(Option<CycleNumbers>, Clause)> {
    let any_of = |askings: Vec<&Asking>| {
        let all = askings.into_iter().map(|asking| asking.when.clone()).collect::<Option<Vec<Clause>>>();
        all.and_then(Clause::any_of)
    };
    let sets: Vec<Option<&CycleNumbers>> = askings.iter().map(|asking| asking.cycles.as_ref()).collect();
    let is_one_set = sets.windows(2).all(|pair| pair[0] == pair[1]);
    let groups = if is_one_set { None } else { CycleNumbers::told_apart(&sets) };
    let Some(groups) = groups else {
        return any_of(askings.iter().collect()).map(|when| (None, when)).into_iter().collect();
    };
    let of_group = |(contained, cycles): (Vec<bool>, CycleNumbers)| {
        let here = askings.iter().zip(contained).filter(|(_, is_in)| *is_in).map(|(asking, _)| asking);
        Some((Some(cycles), any_of(here.collect())?))
    };
    groups.into_iter().filter_map(of_group).collect()
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
