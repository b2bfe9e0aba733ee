//! What fields, instruments, events and codes are called in REDCap, which takes fewer letters than a protocol.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::casebook::{Item, Occasion, Sheet};

/// REDCap makes an event's unique name of so many characters of its own.
const EVENT_LENGTH: usize = 18;
/// Characters of an instrument's name.
const FORM_LENGTH: usize = 50;
/// The field that names the record.
pub(super) const RECORD: &str = "subjid";

/// An event as it is set up, and as logic calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub label: String,
    pub unique: String,
}

pub(super) struct Names<'a> {
    forms: BTreeMap<&'a str, String>,
    fields: BTreeMap<(&'a str, String), String>,
    events: IndexMap<String, Event>,
    /// Answers whose code had to be another: form, item, answer, to the code.
    codes: IndexMap<(String, String, String), String>,
}

impl<'a> Names<'a> {
    pub fn of(sheets: &[Sheet<'a>], occasions: &[Occasion<'a>]) -> Self {
        let mut names = Self {
            forms: BTreeMap::new(),
            fields: BTreeMap::new(),
            events: IndexMap::new(),
            codes: IndexMap::new(),
        };
        let mut taken = BTreeSet::new();
        for sheet in sheets {
            let wish = slug(&sheet.form.label);
            let fits = wish.len() <= FORM_LENGTH && wish.starts_with(|sign: char| sign.is_ascii_lowercase());
            let wish = if fits { wish } else { letter_first(slug(sheet.name)) };
            names.forms.insert(sheet.name, claim(&mut taken, &wish));
        }
        names.name_fields(sheets);
        let mut taken = BTreeSet::new();
        for occasion in occasions {
            let event = event(occasion, &mut taken);
            names.events.insert(occasion.name.clone(), event);
        }
        for sheet in sheets {
            for item in &sheet.items {
                names.name_codes(sheet.name, item);
            }
        }
        names
    }

    /// A name that several forms use is told apart by the form's.
    fn name_fields(&mut self, sheets: &[Sheet<'a>]) {
        let mut uses: BTreeMap<String, usize> = BTreeMap::new();
        for item in sheets.iter().flat_map(|sheet| &sheet.items) {
            *uses.entry(slug(&item.name)).or_default() += 1;
        }
        let mut taken = BTreeSet::from([RECORD.to_owned()]);
        // REDCap keeps these for itself.
        taken.extend(self.forms.values().map(|form| format!("{form}_complete")));
        for sheet in sheets {
            for item in &sheet.items {
                let own = slug(&item.name);
                let wish = if uses[&own] > 1 { format!("{}_{own}", slug(sheet.name)) } else { own };
                let name = claim(&mut taken, &letter_first(wish));
                self.fields.insert((sheet.name, item.name.clone()), name);
            }
        }
    }

    fn name_codes(&mut self, form: &str, item: &Item<'_>) {
        let choices = item.choices();
        let is_code = |code: &str| {
            !code.is_empty() && code.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
        };
        let mut taken: BTreeSet<String> =
            choices.iter().map(|(value, _)| value.clone()).filter(|value| is_code(value)).collect();
        for (value, _) in choices.into_iter().filter(|(value, _)| !is_code(value)) {
            let words: Vec<&str> = value
                .split(|sign: char| !sign.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            let wish = if words.is_empty() { "code".to_owned() } else { words.join("_") };
            let code = claim(&mut taken, &wish);
            self.codes.insert((form.to_owned(), item.name.clone(), value), code);
        }
    }

    pub fn form(&self, form: &str) -> &str {
        self.forms.get(form).map_or("", String::as_str)
    }

    /// The field of an item, or nothing for an item that the form does not ask.
    pub fn field(&self, form: &'a str, item: &str) -> Option<&str> {
        self.fields.get(&(form, item.to_owned())).map(String::as_str)
    }

    pub fn event(&self, occasion: &str) -> Option<&Event> {
        self.events.get(occasion)
    }

    pub fn code(&self, form: &str, item: &str, value: &str) -> String {
        let key = (form.to_owned(), item.to_owned(), value.to_owned());
        self.codes.get(&key).cloned().unwrap_or_else(|| value.to_owned())
    }

    /// Form, item, answer and code, wherever the code is not the answer itself.
    pub fn changed_codes(&self) -> impl Iterator<Item = (&str, &str, &str, &str)> {
        self.codes
            .iter()
            .map(|((form, item, value), code)| (form.as_str(), item.as_str(), value.as_str(), code.as_str()))
    }
}

/// Words of small letters and digits, joined by `_`.
fn slug(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

fn letter_first(name: String) -> String {
    if name.starts_with(|sign: char| sign.is_ascii_lowercase()) { name } else { format!("f_{name}") }
}

fn claim(taken: &mut BTreeSet<String>, wish: &str) -> String {
    let mut name = wish.to_owned();
    let mut number = 2_u32;
    while !taken.insert(name.clone()) {
        name = format!("{wish}_{number}");
        number += 1;
    }
    name
}

/// REDCap makes the unique name of the label: small letters, blanks to `_`, other signs dropped, 18 characters, the arm
/// behind it. A label of few plain words leaves nothing to guess.
fn event(occasion: &Occasion<'_>, taken: &mut BTreeSet<String>) -> Event {
    let words = |text: &str| -> String {
        let parts = text.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    let fits = |label: &String| !label.is_empty() && label.len() <= EVENT_LENGTH && occasion.label.is_ascii();
    let from_label = Some(words(&occasion.label)).filter(fits);
    let wish = from_label.unwrap_or_else(|| {
        let name = words(&occasion.name);
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).take(EVENT_LENGTH).collect::<String>().trim_end().to_owned()
    });
    let mut label = wish.clone();
    let mut number = 2_u32;
    while !taken.insert(label.to_ascii_lowercase()) {
        let suffix = format!(" {number}");
        let keep = EVENT_LENGTH.saturating_sub(suffix.len()).min(wish.len());
        label = format!("{}{suffix}", wish[..keep].trim_end());
        number += 1;
    }
    let unique = format!("{}_arm_1", label.to_ascii_lowercase().replace(' ', "_"));
    Event { label, unique }
}
