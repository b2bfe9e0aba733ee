//! What a verdict rests on, and what it lacks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::truth::Truth;
use crate::time::DateRange;

/// A recorded fact that was used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// Name in the protocol.
    pub item: String,
    /// The protocol's words for it.
    pub label: String,
    /// As it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<DateRange>,
    /// In the unit of the comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalised: Option<Normalised>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What a reader should know beside: the conversion's factor, a value on the anchor's own day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

impl Evidence {
    pub fn of(item: &str, label: &str) -> Self {
        Self {
            item: item.to_owned(),
            label: label.to_owned(),
            value: None,
            unit: None,
            on: None,
            from: None,
            to: None,
            normalised: None,
            window: None,
            source: None,
            remarks: Vec::new(),
        }
    }

    /// `on 2011-06-28`, `since 2001-05`, `from 2019, its end not recorded`; empty where no date is known.
    pub fn when(&self) -> String {
        let is_open = |day: &DateRange| day.latest == Date::MAX;
        match (&self.on, &self.from, &self.to) {
            (Some(on), Some(from), _) => format!("on {on}, counted from {from}"),
            (Some(on), ..) => format!("on {on}"),
            (None, Some(from), Some(to)) if is_open(to) => format!("from {from}, its end not recorded"),
            (None, Some(from), Some(to)) => format!("from {from} to {to}"),
            (None, Some(from), None) => format!("since {from}"),
            (None, None, Some(to)) => format!("until {to}"),
            (None, None, None) => String::new(),
        }
    }

    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }
}

/// A value in the unit in which it was compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Normalised {
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The days in which a fact counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowShown {
    /// The author's words.
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<DateRange>,
    /// Days from the fact to the nearer edge of the window; absent when the window is open or a date is not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_to_edge: Option<i64>,
}

/// How a value stood to its limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// `<= 9.5 %`, `in 7.5 to 9.5 %`.
    pub test: String,
    /// Distance to the nearest limit, in the unit: negative when the test fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<String>,
}

/// Why something is unknown, and what would settle it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    pub kind: MissingKind,
    /// Name in the protocol of what is missing: a measure, concept, event, visit, attribute or answer.
    pub item: String,
    /// What keeps the checker from deciding, as a sentence without its full stop.
    pub why: String,
    /// What to do about it, as an instruction without its full stop.
    pub ask: String,
    /// The days from which the missing fact must come, when they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Date>,
}

impl Missing {
    pub fn new(kind: MissingKind, item: &str, why: impl Into<String>, ask: impl Into<String>) -> Self {
        Self { kind, item: item.to_owned(), why: why.into(), ask: ask.into(), from: None, by: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingKind {
    /// No result in the window.
    Value,
    /// A result that is there, and of which the value is not known.
    Unreadable,
    /// A result whose unit is absent, unknown, or measures something else.
    Unit,
    /// The laboratory's limit of normal.
    ReferenceLimit,
    /// A date that is only partly known, and decides.
    Date,
    /// Nothing says whether a finding was present.
    Absence,
    /// A qualifier, attribute or dose of a finding.
    Detail,
    /// Sex, date of birth, country, arm.
    Attribute,
    /// A person's answer.
    Answer,
    /// An event or visit that has not happened or is not recorded.
    Event,
    /// The record says two things that exclude each other.
    Contradiction,
    /// The rule itself cannot be computed for this person.
    Rule,
}

/// Several results of one day of which the protocol's words do not choose one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tie {
    pub measure: String,
    pub on: DateRange,
    pub values: Vec<String>,
    /// The verdict depends on which value is taken; the worst one stands.
    pub decides: bool,
}

/// What became of one clause: its truth and the reasons.
#[derive(Clone, Debug)]
pub(super) struct Trace<'a> {
    pub clause: &'a str,
    pub truth: Truth,
    /// The parts that decided.
    pub parts: Vec<Trace<'a>>,
    pub outcome: Outcome,
}

/// What became of one comparison or finding.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub truth: Option<Truth>,
    pub evidence: Vec<Evidence>,
    pub compared: Option<Compared>,
    pub missing: Vec<Missing>,
}

impl Outcome {
    pub fn truth(&self) -> Truth {
        self.truth.unwrap_or(Truth::Unknown)
    }

    pub fn known(truth: impl Into<Truth>) -> Self {
        Self { truth: Some(truth.into()), ..Self::default() }
    }

    pub fn unknown(missing: Vec<Missing>) -> Self {
        Self { missing, ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

impl<'a> Trace<'a> {
    pub fn leaf(clause: &'a str, outcome: Outcome) -> Self {
        Self { clause, truth: outcome.truth(), parts: Vec::new(), outcome }
    }

    /// A connective, of whose parts those are kept that decide.
    pub fn node(clause: &'a str, truth: Truth, parts: Vec<Self>) -> Self {
        Self { clause, truth, parts, outcome: Outcome::default() }
    }

    /// The comparisons and findings that decided.
    pub fn into_leaves(self) -> Vec<Self> {
        if self.parts.is_empty() {
            return vec![self];
        }
        self.parts.into_iter().flat_map(Trace::into_leaves).collect()
    }
}

/// Which of several tied values is taken in this run: an odometer over all combinations.
#[derive(Debug, Default)]
pub(super) struct Choices {
    path: Vec<Choice>,
    places: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Choice {
    key: String,
    of: usize,
    taken: usize,
    tie: Tie,
}

impl Choices {
    /// Index of the value to take of the tie; the same one whenever the tie comes up again in this run. Where another window holds other
    /// values of the same day, that is another tie.
    pub fn take(&mut self, key: &str, of: usize, tie: Tie) -> usize {
        let key = format!("{key}, {of} of {}", tie.values.join(", "));
        if let Some(place) = self.places.get(&key) {
            return self.path[*place].taken;
        }
        self.places.insert(key.clone(), self.path.len());
        self.path.push(Choice { key, of, taken: 0, tie });
        0
    }

    /// Moves to the next combination; false when all have been tried.
    pub fn advance(&mut self) -> bool {
        while let Some(mut last) = self.path.pop() {
            self.places.remove(&last.key);
            last.taken += 1;
            if last.taken < last.of {
                self.places.insert(last.key.clone(), self.path.len());
                self.path.push(last);
                return true;
            }
        }
        false
    }

    pub fn ties(&self) -> Vec<Tie> {
        self.path.iter().map(|choice| choice.tie.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tie() -> Tie {
        Tie {
            measure: "x".into(),
            on: "2011-01-01".parse().expect("a date"),
            values: Vec::new(),
            decides: false,
        }
    }

    #[test]
    fn every_combination_of_tied_values_is_tried_once() {
        let mut choices = Choices::default();
        let mut seen = Vec::new();
        loop {
            let first = choices.take("a", 2, tie());
            let again = choices.take("a", 2, tie());
            assert_eq!(first, again);
            // The second tie only comes up when the first value of the first is taken.
            let second = if first == 0 { Some(choices.take("b", 3, tie())) } else { None };
            seen.push((first, second));
            if !choices.advance() {
                break;
            }
        }
        assert_eq!(seen, [(0, Some(0)), (0, Some(1)), (0, Some(2)), (1, None)]);
    }
}
