//! Things that are compared property by property: an arm, an outcome, the header.

use serde::Serialize;

use super::change::{Change, ChangeKind, Class, Impact, Subject};
use crate::model::{Named, Stated};
use crate::source::Span;

/// One property of something, in the words of the protocol and in a form that two protocols can be compared by.
pub(super) struct Facet {
    /// Its key in the language.
    name: &'static str,
    /// As it stands in a sentence: `the dose`.
    called: &'static str,
    /// Equal where the meaning is.
    key: String,
    /// In words; absent where there is nothing.
    shown: Option<String>,
    class: Class,
    impact: Impact,
}

impl Facet {
    pub fn new(name: &'static str, called: &'static str, class: Class, value: &impl Serialize) -> Self {
        // The model serialises: its keys are strings.
        let key = serde_json::to_string(value).unwrap_or_default();
        Self { name, called, key, shown: None, class, impact: Impact::NONE }
    }

    /// A property that is a text.
    pub fn text(name: &'static str, called: &'static str, class: Class, text: Option<&str>) -> Self {
        let text = text.map(collapsed);
        Self { shown: text.clone(), ..Self::new(name, called, class, &text) }
    }

    #[must_use]
    pub fn shown(mut self, words: impl Into<String>) -> Self {
        self.shown = Some(words.into()).filter(|words: &String| !words.is_empty());
        self
    }

    #[must_use]
    pub fn impact(mut self, impact: Impact) -> Self {
        self.impact = impact;
        self
    }
}

/// Where the parts of both versions of a thing were written.
pub(super) struct Places {
    pub old: Option<Span>,
    pub new: Option<Span>,
}

/// A change for each property that differs. `title` names the thing at the beginning of a sentence.
pub(super) fn compare(
    subject: &Subject,
    title: &str,
    places: &Places,
    old: Vec<Facet>,
    new: Vec<Facet>,
) -> Vec<Change> {
    let pairs = old.into_iter().zip(new).filter(|(old, new)| old.key != new.key);
    pairs.map(|(old, new)| one(subject, title, places, old, new)).collect()
}

fn one(subject: &Subject, title: &str, places: &Places, old: Facet, new: Facet) -> Change {
    let kind = match (new.class, &old.shown, &new.shown) {
        (Class::Editorial, Some(_), Some(_)) => ChangeKind::Reworded,
        _ => ChangeKind::Changed,
    };
    let sentence = match (&old.shown, &new.shown) {
        (Some(from), Some(to)) if from.chars().count() + to.chars().count() <= LONGEST => {
            format!("{title}: {} changes from {from} to {to}.", new.called)
        }
        (Some(_), Some(_)) => format!("{title}: {} is another.", new.called),
        (None, Some(to)) => format!("{title}: {} is now {to}.", new.called),
        (Some(from), None) => format!("{title}: {} is no longer given; it was {from}.", new.called),
        (None, None) => format!("{title}: {} changes.", new.called),
    };
    Change::new(subject.clone(), kind, new.class, sentence)
        .property(new.name)
        .words(old.shown, new.shown)
        .impact(new.impact)
        .at(places.old, places.new)
}

/// Longer values are shown beside a sentence, not in it.
const LONGEST: usize = 160;

/// What is said of a property, `not stated` among it; `None` where nothing is.
pub(super) fn stated<T>(value: &Stated<T>, words: impl Fn(&T) -> String) -> String {
    match value {
        Stated::Is(value) => words(value),
        Stated::NotStated => "not stated".to_owned(),
        Stated::Unspecified(text) => format!("“{text}”"),
        Stated::Missing => String::new(),
    }
}

/// A text whose line ends and runs of blanks do not count.
pub(super) fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names of both, names of the new alone, names of the old alone; each in its own order.
pub(super) struct Pairing<'a, T> {
    pub both: Vec<(&'a String, &'a T, &'a T)>,
    pub added: Vec<(&'a String, &'a T)>,
    pub removed: Vec<(&'a String, &'a T)>,
}

pub(super) fn pair<'a, T>(old: &'a Named<T>, new: &'a Named<T>) -> Pairing<'a, T> {
    Pairing {
        both: new.iter().filter_map(|(name, new)| Some((name, old.get(name)?, new))).collect(),
        added: new.iter().filter(|(name, _)| !old.contains_key(*name)).collect(),
        removed: old.iter().filter(|(name, _)| !new.contains_key(*name)).collect(),
    }
}

/// `a`, `a and b`, with typographic quotes around a label.
pub(super) fn quoted(text: &str) -> String {
    format!("“{}”", collapsed(text))
}
