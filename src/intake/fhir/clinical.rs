//! `Condition`, `AllergyIntolerance`, `Procedure` and `Encounter`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::report::Sort;
use super::resource::Reading;
use super::when::{Edge, End, Extent};
use super::{Draft, List};
use crate::eligibility::record::Entry;
use crate::intake::json::Json;
use crate::model::Answer;

/// Admission to hospital, in SNOMED CT: what the classes of inpatient encounters mean by definition.
const ADMISSION: &str = "snomed:32485007";

impl Reading<'_> {
    pub fn condition(&mut self, json: Json<'_>) -> Option<Draft> {
        let (unsure, mut qualifiers) = self.verified(json)?;
        let clinical = self.word(json, "Condition", "clinicalStatus");
        let (start, _) = self.edge(json, "Condition", "onset", false);
        let (end, has_ended) = self.edge(json, "Condition", "abatement", true);
        let not_after = match start {
            Some(_) => None,
            None => self.date(json, "Condition", "recordedDate"),
        };
        let end = match (end, clinical.as_deref()) {
            (Some(end), _) => End::Known(end),
            (None, Some("active" | "recurrence" | "relapse")) if !has_ended => End::Ongoing,
            (
                None,
                Some("active" | "recurrence" | "relapse" | "inactive" | "remission" | "resolved") | None,
            ) => End::Open,
            (None, Some(other)) => {
                let at = json.get("clinicalStatus").unwrap_or(json);
                let what =
                    format!("`{other}` is no clinical status of FHIR R4: whether it has ended is left open");
                self.not_understood(at, "Condition.clinicalStatus", what);
                End::Open
            }
        };
        if matches!(clinical.as_deref(), Some("recurrence" | "relapse")) {
            qualifiers.insert("recurrent".into(), Answer::Yes);
        }
        if let Some(severity) = self.codes(json, "Condition", "severity") {
            // SNOMED CT: severe; moderate, mild.
            let has = |code: &str| severity.codes.iter().any(|one| one == code);
            if has("snomed:24484000") {
                qualifiers.insert("severe".into(), Answer::Yes);
            } else if has("snomed:6736007") || has("snomed:255604002") {
                qualifiers.insert("severe".into(), Answer::No);
            }
        }
        let draft = self.draft(json, "code", List::Findings, Extent { start, not_after, end });
        Some(Draft { entry: Entry { qualifiers, unsure, ..draft.entry }, ..draft })
    }

    /// What `verificationStatus` says: why it is not certain, and the qualifiers that follow. `None` where the resource says
    /// that there is no such condition.
    fn verified(&mut self, json: Json<'_>) -> Option<(Option<String>, BTreeMap<String, Answer>)> {
        let status = self.word(json, self.kind, "verificationStatus");
        let said = |answers: &[(&str, Answer)]| -> BTreeMap<String, Answer> {
            let mut said = BTreeMap::new();
            for (name, answer) in answers {
                said.insert((*name).to_owned(), *answer);
            }
            said
        };
        let known = [("known", Answer::Yes), ("documented", Answer::Yes)];
        match status.as_deref() {
            None if json.get("verificationStatus").is_none() => Some((None, said(&known))),
            None => {
                let what = "holds no code: it is taken as uncertain";
                let at = json.get("verificationStatus").unwrap_or(json);
                self.not_understood(at, format!("{}.verificationStatus", self.kind), what);
                Some((Some("its verification status cannot be read".to_owned()), BTreeMap::new()))
            }
            Some("confirmed") => {
                let mut qualifiers = said(&known);
                qualifiers.insert("confirmed".into(), Answer::Yes);
                Some((None, qualifiers))
            }
            Some(word @ ("unconfirmed" | "provisional" | "differential" | "presumed")) => {
                let qualifiers = said(&[("suspected", Answer::Yes), ("confirmed", Answer::No)]);
                Some((Some(format!("it is recorded as {word}")), qualifiers))
            }
            Some(word @ ("refuted" | "entered-in-error")) => {
                self.set_aside(json, "verificationStatus", word);
                None
            }
            Some(other) => {
                let at = json.get("verificationStatus").unwrap_or(json);
                let what =
                    format!("`{other}` is no verification status of FHIR R4: it is taken as uncertain");
                self.not_understood(at, format!("{}.verificationStatus", self.kind), what);
                Some((Some(format!("its verification status is `{other}`")), BTreeMap::new()))
            }
        }
    }

    /// An allergy is a finding. To what a person is allergic is in its words; its code may be that of the substance.
    pub fn allergy(&mut self, json: Json<'_>) -> Option<Draft> {
        let (unsure, qualifiers) = self.verified(json)?;
        let (start, _) = self.edge(json, "AllergyIntolerance", "onset", false);
        let not_after = match start {
            Some(_) => None,
            None => self.date(json, "AllergyIntolerance", "recordedDate"),
        };
        let clinical = self.word(json, "AllergyIntolerance", "clinicalStatus");
        let end = if clinical.as_deref() == Some("active") { End::Ongoing } else { End::Open };
        let mut draft = self.draft(json, "code", List::Findings, Extent { start, not_after, end });
        let to = draft.entry.text.take().unwrap_or_default();
        draft.entry.text = Some(format!("Allergy or intolerance: {to}"));
        Some(Draft { entry: Entry { qualifiers, unsure, ..draft.entry }, ..draft })
    }

    pub fn procedure(&mut self, json: Json<'_>) -> Option<Draft> {
        let status = self.status(json);
        let (unsure, is_absence) = match status {
            Some("completed" | "in-progress") => (None, false),
            Some("not-done") => (None, true),
            Some("stopped") => (Some("it was begun and stopped before its end".to_owned()), false),
            Some("unknown") => (Some("whether it was done is not known".to_owned()), false),
            Some(status @ ("preparation" | "on-hold" | "entered-in-error")) => {
                self.set_aside(json, "status", status);
                return None;
            }
            other => (Some(self.unknown_status(json, "status", other)), false),
        };
        let open = if status == Some("in-progress") { End::Ongoing } else { End::Open };
        let extent = self.extent(json, "Procedure", "performed", open).unwrap_or(Extent::UNKNOWN);
        let draft = self.draft(json, "code", List::Procedures, extent);
        if is_absence && draft.extent.start.is_none() {
            let what = "was not done, nobody says when: no day is known on which it was not done";
            self.notice(Sort::SetAside, json, "Procedure.performed", what);
            return None;
        }
        Some(Draft { entry: Entry { unsure, ..draft.entry }, is_absence, ..draft })
    }

    /// An encounter is a procedure: its types, and admission to hospital where its class is one of inpatients.
    pub fn encounter(&mut self, json: Json<'_>) -> Option<Draft> {
        let (open, unsure) = match self.status(json) {
            Some("finished") => (End::Open, None),
            Some("arrived" | "triaged" | "in-progress" | "onleave") => (End::Ongoing, None),
            Some("unknown") => (End::Open, Some("whether it took place is not known".to_owned())),
            Some(status @ ("planned" | "cancelled" | "entered-in-error")) => {
                self.set_aside(json, "status", status);
                return None;
            }
            other => (End::Open, Some(self.unknown_status(json, "status", other))),
        };
        let (start, end) = self.period(json, "Encounter", "period").unwrap_or((None, None));
        let end = end.map_or(open, |end| End::Known(Edge::Day(end)));
        let extent = Extent { start: start.map(Edge::Day), not_after: None, end };
        let mut entry = Entry { source: Some(self.resource()), unsure, ..Entry::default() };
        for kind in self.objects(json, "Encounter", "type") {
            let found = self.concept(kind, "Encounter.type");
            entry.codes.extend(found.codes);
            entry.text = entry.text.or(found.text);
        }
        if let Some(class) = self.object(json, "Encounter", "class") {
            let (code, words) = self.coding(class, "Encounter.class");
            if matches!(code.as_deref(), Some("actcode:IMP" | "actcode:ACUTE" | "actcode:NONAC")) {
                entry.codes.push(ADMISSION.to_owned());
            }
            entry.codes.extend(code);
            entry.text = entry.text.or(words.map(Cow::into_owned));
        }
        if entry.codes.is_empty() && entry.text.is_none() {
            self.not_understood(json, "Encounter.type", "nothing says of what sort this visit was");
        }
        Some(Draft { list: List::Procedures, entry, extent, is_absence: false, medication: None })
    }

    /// An entry of what a resource names. Of what is not named, it is known that something was.
    pub(super) fn draft(&mut self, json: Json<'_>, name: &str, list: List, extent: Extent) -> Draft {
        let codes = self.codes(json, self.kind, name).unwrap_or_default();
        if codes.codes.is_empty() && codes.text.is_none() {
            let what = "holds neither a code nor words: of what this speaks is not known";
            self.not_understood(json, format!("{}.{name}", self.kind), what);
        }
        let entry =
            Entry { codes: codes.codes, text: codes.text, source: Some(self.resource()), ..Entry::default() };
        Draft { list, entry, extent, is_absence: false, medication: None }
    }
}
