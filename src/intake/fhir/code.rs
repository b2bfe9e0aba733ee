//! Codes and the systems that they belong to.

use std::borrow::Cow;
use std::fmt::Display;

use super::resource::Reading;
use crate::intake::json::Json;
use crate::intake::{clean, joined};

/// A `CodeableConcept`: its codes as `system:code`, and its words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Codes {
    pub codes: Vec<String>,
    pub text: Option<String>,
}

/// The name that trialc has for a code system. Systems without a name keep their address.
pub(super) fn system_name(uri: &str) -> Option<&'static str> {
    let uri = uri.trim_end_matches('/');
    Some(match uri {
        "http://loinc.org" | "https://loinc.org" | "urn:oid:2.16.840.1.113883.6.1" => "loinc",
        "urn:oid:2.16.840.1.113883.6.96" => "snomed",
        _ if uri == "http://snomed.info/sct" || uri.starts_with("http://snomed.info/sct/") => "snomed",
        "http://hl7.org/fhir/sid/icd-10"
        | "http://hl7.org/fhir/sid/icd-10-cm"
        | "http://hl7.org/fhir/sid/icd-10-de"
        | "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
        | "http://fhir.de/CodeSystem/dimdi/icd-10-gm"
        | "urn:oid:2.16.840.1.113883.6.3"
        | "urn:oid:2.16.840.1.113883.6.90" => "icd10",
        "http://www.cms.gov/Medicare/Coding/ICD10" | "urn:oid:2.16.840.1.113883.6.4" => "icd10pcs",
        "http://hl7.org/fhir/sid/icd-9-cm" | "urn:oid:2.16.840.1.113883.6.103" => "icd9",
        "http://www.nlm.nih.gov/research/umls/rxnorm" | "urn:oid:2.16.840.1.113883.6.88" => "rxnorm",
        "http://www.whocc.no/atc"
        | "http://fhir.de/CodeSystem/bfarm/atc"
        | "http://fhir.de/CodeSystem/dimdi/atc"
        | "urn:oid:2.16.840.1.113883.6.73" => "atc",
        "http://hl7.org/fhir/sid/cvx" | "urn:oid:2.16.840.1.113883.12.292" => "cvx",
        "http://hl7.org/fhir/sid/ndc" | "urn:oid:2.16.840.1.113883.6.69" => "ndc",
        "http://www.ama-assn.org/go/cpt" | "urn:oid:2.16.840.1.113883.6.12" => "cpt",
        "https://www.meddra.org" | "http://terminology.hl7.org/CodeSystem/mdr" => "meddra",
        "http://fhir.de/CodeSystem/bfarm/ops" | "http://fhir.de/CodeSystem/dimdi/ops" => "ops",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode" => "actcode",
        _ => return None,
    })
}

/// UCUM, the code system of units.
pub(super) const UCUM: &str = "http://unitsofmeasure.org";

impl Reading<'_> {
    /// The codes of a `CodeableConcept`. A code without its system is nobody's: it stays `code` with no system.
    pub fn codes(&mut self, parent: Json<'_>, path: impl Display + Copy, name: &str) -> Option<Codes> {
        let concept = self.object(parent, path, name)?;
        Some(self.concept(concept, format_args!("{path}.{name}")))
    }

    pub fn concept(&mut self, concept: Json<'_>, path: impl Display + Copy) -> Codes {
        let mut found = Codes::default();
        let words = self.text(concept, path, "text").map(clean).filter(|text| !text.trim().is_empty());
        let mut display = None;
        for coding in self.objects(concept, path, "coding") {
            let (code, shown) = self.coding(coding, format_args!("{path}.coding"));
            if let Some(code) = code.filter(|code| !found.codes.contains(code)) {
                found.codes.push(code);
            }
            display = display.or(shown);
        }
        found.text = words.or(display).map(Cow::into_owned);
        found
    }

    /// `system:code` and the display of a `Coding`.
    pub fn coding<'j>(
        &mut self,
        coding: Json<'j>,
        path: impl Display + Copy,
    ) -> (Option<String>, Option<Cow<'j, str>>) {
        let [display, system, code] = coding.members(["display", "system", "code"]);
        let display = self.text_of(display, format_args!("{path}.display")).map(clean);
        let display = display.filter(|text| !text.trim().is_empty());
        let system = self.text_of(system, format_args!("{path}.system")).map(str::trim);
        let code = self.text_of(code, format_args!("{path}.code"));
        let code = code.map(|code| clean(code.trim())).filter(|code| !code.is_empty());
        let code = code.map(|code| match system.map(|system| (system, system_name(system))) {
            Some((_, Some(name))) => joined(name, ':', &code),
            Some((system, None)) => joined(&clean(system), '|', &code),
            None => joined("", '|', &code),
        });
        (code, display)
    }

    /// The word of a `CodeableConcept` whose codes are FHIR's own: `active`, `confirmed`.
    pub fn word<'j>(
        &mut self,
        parent: Json<'j>,
        path: impl Display + Copy,
        name: &str,
    ) -> Option<Cow<'j, str>> {
        let concept = self.object(parent, path, name)?;
        let path = format_args!("{path}.{name}");
        let mut codings = self.objects(concept, path, "coding");
        let word = codings.find_map(|coding| self.text(coding, path, "code"));
        word.or_else(|| self.text(concept, path, "text")).map(clean)
    }
}

/// What a coded answer says in plain words, where everybody codes it alike.
pub(super) fn answer_in_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "snomed:10828004" | "loinc:LA6576-8" => "positive",
        "snomed:260385009" | "loinc:LA6577-6" => "negative",
        "snomed:260373001" | "loinc:LA11882-0" => "detected",
        "snomed:260415000" | "loinc:LA11883-8" => "not detected",
        "snomed:373066001" | "loinc:LA33-6" => "yes",
        "snomed:373067005" | "loinc:LA32-8" => "no",
        "snomed:266919005" | "loinc:LA18978-9" => "never",
        "snomed:8517006" | "loinc:LA15920-4" => "former",
        "snomed:77176002" => "current",
        "snomed:449868002" | "snomed:428041000124106" | "loinc:LA18976-3" | "loinc:LA18977-1" => "current",
        _ => return None,
    })
}
