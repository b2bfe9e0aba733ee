//! `Patient`.

use std::collections::BTreeSet;

use super::resource::{Choice, Reading};
use crate::eligibility::record::Sex;
use crate::intake::clean;
use crate::intake::json::{Is, Json};
use crate::time::DateRange;

/// What a `Patient` says of a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Identity {
    pub id: Option<String>,
    pub sex: Option<Sex>,
    pub born: Option<DateRange>,
    pub country: Option<String>,
    /// Has died; the day where it is known.
    pub died: Option<Option<DateRange>>,
    /// `system|value`
    pub identifiers: BTreeSet<String>,
}

impl Identity {
    /// What keeps two descriptions from being of one person.
    pub fn contradicts(&self, other: &Self) -> Option<&'static str> {
        let differ = |one: bool, other: bool, same: bool| one && other && !same;
        if differ(self.sex.is_some(), other.sex.is_some(), self.sex == other.sex) {
            return Some("gender");
        }
        let apart =
            |one: DateRange, other: DateRange| one.latest < other.earliest || other.latest < one.earliest;
        if self.born.zip(other.born).is_some_and(|(one, other)| apart(one, other)) {
            return Some("birthDate");
        }
        let strangers = !self.identifiers.is_empty()
            && !other.identifiers.is_empty()
            && self.identifiers.is_disjoint(&other.identifiers);
        strangers.then_some("identifier")
    }
}

impl Reading<'_> {
    pub fn patient(&mut self, json: Json<'_>) -> Identity {
        let mut identity = Identity {
            id: json.get("id").and_then(Json::text).map(|id| clean(id).into_owned()),
            born: self.date(json, "Patient", "birthDate"),
            ..Identity::default()
        };
        identity.sex = match self.text(json, "Patient", "gender") {
            Some("female") => Some(Sex::Female),
            Some("male") => Some(Sex::Male),
            Some("other") => Some(Sex::Other),
            Some("unknown") => Some(Sex::Unknown),
            Some(other) => {
                let at = json.get("gender").unwrap_or(json);
                self.not_understood(
                    at,
                    "Patient.gender",
                    format!("`{}` is no gender of FHIR R4", clean(other)),
                );
                None
            }
            None => None,
        };
        identity.died = match self.choice(json, "Patient", "deceased") {
            Some(Choice { kind, .. }) if kind == "DateTime" => {
                Some(self.date(json, "Patient", "deceasedDateTime"))
            }
            Some(Choice { value, .. }) => match value.is() {
                Is::Flag(died) => died.then_some(None),
                _ => {
                    self.not_understood(value, "Patient.deceased", "is neither true, false nor a date");
                    None
                }
            },
            None => None,
        };
        for identifier in self.objects(json, "Patient", "identifier") {
            let system = self.text(identifier, "Patient.identifier", "system").unwrap_or_default();
            if let Some(value) = self.text(identifier, "Patient.identifier", "value") {
                identity.identifiers.insert(format!("{system}|{value}"));
            }
        }
        identity.country = self.country(json);
        identity
    }

    /// The country of the address, where all addresses of today name the same one by its code of two letters.
    fn country(&mut self, json: Json<'_>) -> Option<String> {
        let mut countries: BTreeSet<String> = BTreeSet::new();
        for address in self.objects(json, "Patient", "address") {
            let is_past = self
                .object(address, "Patient.address", "period")
                .is_some_and(|period| period.get("end").is_some())
                || address.get("use").and_then(Json::text) == Some("old");
            let Some(country) = self.text(address, "Patient.address", "country").filter(|_| !is_past) else {
                continue;
            };
            if country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase()) {
                countries.insert(country.to_owned());
            } else {
                let shown: String = clean(country).chars().take(40).collect();
                let what =
                    format!("`{shown}` is no country of two letters (ISO 3166-1): the country is left open");
                self.not_understood(address, "Patient.address.country", what);
                return None;
            }
        }
        if countries.len() > 1 {
            self.not_understood(
                json,
                "Patient.address.country",
                "several countries: which one counts is left open",
            );
            return None;
        }
        countries.pop_first()
    }
}
