//! One resource while it is read: what is expected of its elements, and what is to be said where they are otherwise.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;

use super::report::{Notice, Sort};
use crate::intake::json::{Is, Items, Json};
use crate::intake::{clean, cleaned, joined};

/// How the resources of a bundle are referred to: `fullUrl` to key.
pub(super) type Addresses = BTreeMap<String, String>;

pub(super) struct Reading<'s> {
    pub kind: &'s str,
    pub id: Option<&'s str>,
    pub addresses: &'s Addresses,
    /// Key of the person whom it is about, once that is known.
    pub person: Option<Cow<'s, str>>,
    pub notices: Vec<Notice>,
    /// Byte at which the text of this document begins.
    pub base: usize,
}

/// The member of a choice `name[x]`.
pub(super) struct Choice<'j> {
    /// Its type: `DateTime`.
    pub kind: Cow<'j, str>,
    pub value: Json<'j>,
}

/// The objects of a list.
#[derive(Clone)]
pub(super) struct Objects<'j>(Option<Items<'j>>);

impl<'j> Objects<'j> {
    pub fn is_empty(&self) -> bool {
        self.clone().next().is_none()
    }

    /// The object of a list of one.
    pub fn only(mut self) -> Option<Json<'j>> {
        let first = self.next()?;
        self.next().is_none().then_some(first)
    }
}

impl<'j> Iterator for Objects<'j> {
    type Item = Json<'j>;

    fn next(&mut self) -> Option<Json<'j>> {
        self.0.as_mut()?.find(|item| item.is_object())
    }
}

impl<'s> Reading<'s> {
    /// `Observation/o1`; of a resource without an id what it is.
    pub fn resource(&self) -> String {
        match self.id {
            Some(id) => cleaned(joined(self.kind, '/', id)),
            None => self.kind.to_owned(),
        }
    }

    pub fn notice(&mut self, sort: Sort, json: Json<'_>, element: impl Display, what: impl Into<String>) {
        self.notices.push(Notice {
            sort,
            kind: self.kind.to_owned(),
            resource: self.resource(),
            element: element.to_string(),
            what: what.into(),
            person: None,
            at: self.base + json.at(),
        });
    }

    pub fn not_understood(&mut self, json: Json<'_>, element: impl Display, what: impl Into<String>) {
        self.notice(Sort::NotUnderstood, json, element, what);
    }

    pub fn expected(&mut self, json: Json<'_>, element: impl Display, wanted: &str) {
        self.not_understood(json, element, format!("{wanted} is expected, and this is {}", json.kind()));
    }

    /// A member that is a text.
    pub fn text<'j>(&mut self, parent: Json<'j>, path: impl Display + Copy, name: &str) -> Option<&'j str> {
        self.text_of(parent.get(name), format_args!("{path}.{name}"))
    }

    /// As [`Reading::text`], of a member that has been found or not.
    pub fn text_of<'j>(&mut self, member: Option<Json<'j>>, element: impl Display) -> Option<&'j str> {
        let json = member?;
        if json.text().is_none() {
            self.expected(json, element, "a text");
        }
        json.text()
    }

    pub fn flag(&mut self, parent: Json<'_>, path: impl Display + Copy, name: &str) -> Option<bool> {
        let json = parent.get(name)?;
        match json.is() {
            Is::Flag(flag) => Some(flag),
            _ => {
                self.expected(json, format_args!("{path}.{name}"), "true or false");
                None
            }
        }
    }

    /// A member that is an object.
    pub fn object<'j>(
        &mut self,
        parent: Json<'j>,
        path: impl Display + Copy,
        name: &str,
    ) -> Option<Json<'j>> {
        let json = parent.get(name)?;
        if !json.is_object() {
            self.expected(json, format_args!("{path}.{name}"), "an object");
            return None;
        }
        Some(json)
    }

    /// The objects of a list; empty where there is none.
    pub fn objects<'j>(&mut self, parent: Json<'j>, path: impl Display + Copy, name: &str) -> Objects<'j> {
        let Some(json) = parent.get(name) else { return Objects(None) };
        let Is::List(items) = json.is() else {
            self.expected(json, format_args!("{path}.{name}"), "a list");
            return Objects(None);
        };
        for (place, item) in items.clone().enumerate() {
            if !item.is_object() {
                self.expected(item, format_args!("{path}.{name}[{place}]"), "an object");
            }
        }
        Objects(Some(items))
    }

    /// The member of a choice `name[x]`. Of several, none counts.
    pub fn choice<'j>(
        &mut self,
        parent: Json<'j>,
        path: impl Display + Copy,
        name: &str,
    ) -> Option<Choice<'j>> {
        let is_type = |kind: &str| kind.starts_with(|letter: char| letter.is_ascii_uppercase());
        let mut found = parent.beginning(name).filter(|(kind, _)| is_type(kind));
        let (kind, value) = found.next()?;
        if let Some((_, second)) = found.next() {
            self.not_understood(
                second,
                format!("{path}.{name}[x]"),
                "is there in two forms: none of them counts",
            );
            return None;
        }
        Some(Choice { kind: clean(kind), value })
    }

    /// `status`, without which nobody knows whether a resource counts.
    pub fn status<'j>(&mut self, json: Json<'j>) -> Option<&'j str> {
        let status = self.text(json, self.kind, "status");
        if json.get("status").is_none() {
            let what = "is missing: whether this counts is not known";
            self.not_understood(json, format!("{}.status", self.kind), what);
        }
        status
    }

    /// A status by which a resource says that it does not count.
    pub fn set_aside(&mut self, json: Json<'_>, element: &str, status: &str) {
        let at = json.get(element).unwrap_or(json);
        let words = clean(status).replace('-', " ");
        self.notice(Sort::SetAside, at, format!("{}.{element}", self.kind), words);
    }

    /// A status that FHIR R4 does not have, or that cannot be read: why it is not certain that the resource counts. Left
    /// out, it could not keep from being denied what it may show.
    pub fn unknown_status(&mut self, json: Json<'_>, element: &str, status: Option<&str>) -> String {
        let Some(status) = status.map(clean) else {
            // That it is missing or no text is told already.
            return format!("its {element} cannot be read");
        };
        let at = json.get(element).unwrap_or(json);
        let what = format!("`{status}` is none of FHIR R4: whether this counts is not known");
        self.not_understood(at, format!("{}.{element}", self.kind), what);
        format!("its {element} is `{status}`, which is none of FHIR R4")
    }

    /// The key of the person whom a resource is about.
    pub fn person_of(&mut self, json: Json<'s>, name: &str) -> Option<Cow<'s, str>> {
        let path = self.kind;
        let element = format_args!("{path}.{name}");
        let Some(subject) = self.object(json, path, name) else {
            if json.get(name).is_none() {
                self.not_understood(json, element, "is missing: whose this is is not known");
            }
            return None;
        };
        let Some(reference) = self.text(subject, element, "reference") else {
            if subject.get("reference").is_none() {
                self.not_understood(subject, element, "names nobody by `reference`");
            }
            return None;
        };
        if let Some(key) = self.addresses.get(reference) {
            return Some(Cow::Borrowed(key));
        }
        // `Patient/p1`, as nearly everybody writes it, is the key itself.
        if reference.strip_prefix("Patient/").is_some_and(|id| !id.is_empty() && !id.contains('/')) {
            return Some(Cow::Borrowed(reference));
        }
        match target(reference) {
            Some(("Patient", id)) => Some(Cow::Owned(format!("Patient/{id}"))),
            Some((other, _)) => {
                let what = format!("speaks of a {}, not of a person", clean(other));
                self.notice(Sort::NotUsed, subject, element, what);
                None
            }
            None => {
                let shown: String = clean(reference).chars().take(60).collect();
                self.not_understood(subject, element, format!("`{shown}` is nobody in this file"));
                None
            }
        }
    }
}

/// `Patient/p1` of `https://example.org/fhir/Patient/p1/_history/2`.
pub(super) fn target(reference: &str) -> Option<(&str, &str)> {
    let reference = reference.split_once("/_history/").map_or(reference, |(before, _)| before);
    let (before, id) = reference.rsplit_once('/')?;
    let kind = before.rsplit_once('/').map_or(before, |(_, kind)| kind);
    let is_kind = kind.starts_with(|letter: char| letter.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_kind && !id.is_empty()).then_some((kind, id))
}
