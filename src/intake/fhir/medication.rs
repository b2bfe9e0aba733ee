//! What was taken, given, ordered and handed over. Only what was taken or given is an exposure; an order or a package
//! handed over makes it uncertain whether there was one.

use jiff::civil::Date;

use super::report::Sort;
use super::resource::{Choice, Reading, target};
use super::when::{Edge, End, Extent};
use super::{Draft, List};
use crate::eligibility::record::{Dose, Entry};
use crate::intake::json::{Is, Json};
use crate::number::Exact;
use crate::time::DateRange;

impl Reading<'_> {
    /// `MedicationStatement`: what somebody says about taking.
    pub fn statement(&mut self, json: Json<'_>) -> Option<Draft> {
        let (open, unsure, is_absence) = match self.status(json) {
            Some("active") => (End::Ongoing, None, false),
            Some("completed" | "stopped") => (End::Open, None, false),
            Some("on-hold") => (End::Open, Some("taking it is on hold".to_owned()), false),
            Some("unknown") => (End::Open, Some("whether it was taken is not known".to_owned()), false),
            Some("not-taken") => (End::Open, None, true),
            Some(status @ ("intended" | "entered-in-error")) => {
                self.set_aside(json, "status", status);
                return None;
            }
            other => (End::Open, Some(self.unknown_status(json, "status", other)), false),
        };
        let mut extent =
            self.extent(json, "MedicationStatement", "effective", open.clone()).unwrap_or(Extent::UNKNOWN);
        if is_absence && extent.start.is_none() {
            let what = "was not taken, nobody says when: no day is known on which it was not taken";
            self.notice(Sort::SetAside, json, "MedicationStatement.effective", what);
            return None;
        }
        if extent.end == End::SameDay && !is_absence {
            // A statement of one day: it was taken then; since when and until when is not said.
            if let Some(Edge::Day(day)) = extent.start {
                let until = DateRange { earliest: day.earliest, latest: Date::MAX };
                extent = Extent { start: None, not_after: Some(day), end: End::Known(Edge::Day(until)) };
            }
        }
        let dose = self.daily_dose(json, "dosage");
        self.taken(json, extent, unsure, is_absence, dose)
    }

    /// `MedicationAdministration`: what was given.
    pub fn administration(&mut self, json: Json<'_>) -> Option<Draft> {
        let (open, unsure, is_absence) = match self.status(json) {
            Some("completed") => (End::Open, None, false),
            Some("in-progress") => (End::Ongoing, None, false),
            Some("stopped") => (End::Open, Some("it was begun and stopped before its end".to_owned()), false),
            Some("on-hold" | "unknown") => {
                (End::Open, Some("whether it was given is not known".to_owned()), false)
            }
            Some("not-done") => (End::Open, None, true),
            Some(status @ "entered-in-error") => {
                self.set_aside(json, "status", status);
                return None;
            }
            other => (End::Open, Some(self.unknown_status(json, "status", other)), false),
        };
        let extent =
            self.extent(json, "MedicationAdministration", "effective", open).unwrap_or(Extent::UNKNOWN);
        if is_absence && extent.start.is_none() {
            let what = "was not given, nobody says when: no day is known on which it was not given";
            self.notice(Sort::SetAside, json, "MedicationAdministration.effective", what);
            return None;
        }
        let dosage = self.object(json, "MedicationAdministration", "dosage");
        let dose =
            dosage.and_then(|dosage| self.plain_quantity(dosage, "MedicationAdministration.dosage", "dose"));
        let dose = dose.map(|(value, unit)| Dose { value, unit });
        self.taken(json, extent, unsure, is_absence, dose)
    }

    /// `MedicationRequest`: an order. Whether it was followed is not said.
    pub fn request(&mut self, json: Json<'_>, is_proof: bool) -> Option<Draft> {
        let status = self.status(json);
        if self.flag(json, "MedicationRequest", "doNotPerform") == Some(true) {
            self.notice(
                Sort::SetAside,
                json,
                "MedicationRequest.doNotPerform",
                "an order not to take it, which is no proof that it was not taken",
            );
            return None;
        }
        let (open, mut doubt) = match status {
            Some("active") => (End::Ongoing, None),
            Some("on-hold" | "completed" | "stopped" | "unknown") => (End::Open, None),
            Some(status @ ("cancelled" | "draft" | "entered-in-error")) => {
                self.set_aside(json, "status", status);
                return None;
            }
            other => (End::Open, Some(self.unknown_status(json, "status", other))),
        };
        match self.text(json, "MedicationRequest", "intent") {
            Some("order" | "original-order" | "reflex-order" | "filler-order" | "instance-order") => {}
            Some(other @ ("proposal" | "plan" | "option")) => {
                self.notice(
                    Sort::SetAside,
                    json,
                    "MedicationRequest.intent",
                    format!("{other}: not ordered"),
                );
                return None;
            }
            _ => {
                let what = "is missing or none of FHIR R4: whether this was ordered is not known";
                self.not_understood(json, "MedicationRequest.intent", what);
                doubt = doubt.or(Some("whether it was ordered is not known".to_owned()));
            }
        }
        let authored = self.date(json, "MedicationRequest", "authoredOn").map(Edge::Day);
        let bounds = self.bounds(json);
        let (start, end) = bounds.unwrap_or((None, None));
        let extent = Extent {
            start: start.map(Edge::Day).or(authored),
            not_after: None,
            end: match end {
                Some(end) => End::Known(Edge::Day(end)),
                // An order that nobody has stopped may have been followed until today, or not.
                None if is_proof => open,
                None => End::Open,
            },
        };
        let unsure = match (doubt, is_proof) {
            (None, true) => None,
            (None, false) => Some("it was ordered; that it was taken is not recorded".to_owned()),
            (doubt, _) => doubt,
        };
        let dose = self.daily_dose(json, "dosageInstruction");
        self.taken(json, extent, unsure, false, dose)
    }

    /// `MedicationDispense`: what was handed over.
    pub fn dispense(&mut self, json: Json<'_>, is_proof: bool) -> Option<Draft> {
        let doubt = match self.status(json) {
            Some("completed") => None,
            Some("unknown") => Some("whether it was handed over is not known".to_owned()),
            Some(
                status @ ("preparation" | "in-progress" | "cancelled" | "on-hold" | "entered-in-error"
                | "stopped" | "declined"),
            ) => {
                self.set_aside(json, "status", status);
                return None;
            }
            other => Some(self.unknown_status(json, "status", other)),
        };
        let handed = self.date(json, "MedicationDispense", "whenHandedOver");
        let extent = Extent { start: handed.map(Edge::Day), not_after: None, end: End::Open };
        let unsure = match (doubt, is_proof) {
            (None, true) => None,
            (None, false) => Some("it was handed over; that it was taken is not recorded".to_owned()),
            (doubt, _) => doubt,
        };
        let dose = self.daily_dose(json, "dosageInstruction");
        self.taken(json, extent, unsure, false, dose)
    }

    pub fn immunization(&mut self, json: Json<'_>) -> Option<Draft> {
        let (unsure, is_absence) = match self.status(json) {
            Some("completed") => (None, false),
            Some("not-done") => (None, true),
            Some(status @ "entered-in-error") => {
                self.set_aside(json, "status", status);
                return None;
            }
            other => (Some(self.unknown_status(json, "status", other)), false),
        };
        let extent = self.extent(json, "Immunization", "occurrence", End::SameDay).unwrap_or(Extent::UNKNOWN);
        if is_absence && extent.start.is_none() {
            let what = "was not given, nobody says when: no day is known on which it was not given";
            self.notice(Sort::SetAside, json, "Immunization.occurrence", what);
            return None;
        }
        let draft = self.draft(json, "vaccineCode", List::Exposures, extent);
        Some(Draft { entry: Entry { unsure, ..draft.entry }, is_absence, ..draft })
    }

    fn taken(
        &mut self,
        json: Json<'_>,
        extent: Extent,
        unsure: Option<String>,
        is_absence: bool,
        dose: Option<Dose>,
    ) -> Option<Draft> {
        let Some(Choice { kind, value }) = self.choice(json, self.kind, "medication") else {
            let what = "is missing: of which drug this speaks is not known";
            self.not_understood(json, format!("{}.medication[x]", self.kind), what);
            let draft = self.unnamed(extent);
            return Some(Draft { entry: Entry { unsure, dose, ..draft.entry }, is_absence, ..draft });
        };
        let draft = match &*kind {
            "CodeableConcept" => self.draft(json, "medicationCodeableConcept", List::Exposures, extent),
            "Reference" => self.referred(json, value, extent),
            _ => {
                let what = "is neither a code nor a reference";
                self.not_understood(value, format!("{}.medication{kind}", self.kind), what);
                self.unnamed(extent)
            }
        };
        Some(Draft { entry: Entry { unsure, dose, ..draft.entry }, is_absence, ..draft })
    }

    /// Something was taken, and nobody says what.
    fn unnamed(&self, extent: Extent) -> Draft {
        let entry = Entry { source: Some(self.resource()), ..Entry::default() };
        Draft { list: List::Exposures, entry, extent, is_absence: false, medication: None }
    }

    /// A drug in a `Medication` of its own: contained here, or elsewhere in the data.
    fn referred(&mut self, json: Json<'_>, value: Json<'_>, extent: Extent) -> Draft {
        let kind = self.kind;
        let path = format_args!("{kind}.medicationReference");
        let mut draft = self.unnamed(extent);
        let Some(reference) = self.text(value, path, "reference") else {
            self.not_understood(value, path, "names no drug by `reference`");
            return draft;
        };
        if let Some(id) = reference.strip_prefix('#') {
            let mut contained = self.objects(json, self.kind, "contained");
            let found = contained.find(|one| one.get("id").and_then(Json::text) == Some(id));
            let codes = found.and_then(|drug| self.codes(drug, format_args!("{kind}.contained"), "code"));
            match codes {
                Some(codes) => (draft.entry.codes, draft.entry.text) = (codes.codes, codes.text),
                None => {
                    let what = "refers to a contained drug that is not there or has no code";
                    self.not_understood(value, path, what);
                }
            }
            return draft;
        }
        let key = self.addresses.get(reference).cloned();
        let key = key.or_else(|| target(reference).map(|(kind, id)| format!("{kind}/{id}")));
        match key.filter(|key| key.starts_with("Medication/")) {
            Some(key) => draft.medication = Some((key, self.base + value.at())),
            None => {
                self.not_understood(value, path, "refers to something that is no `Medication` in this file")
            }
        }
        draft
    }

    /// The period for which an order says that it is to be taken.
    fn bounds(&mut self, json: Json<'_>) -> Option<(Option<DateRange>, Option<DateRange>)> {
        let dosage = self.objects(json, "MedicationRequest", "dosageInstruction").only()?;
        let path = "MedicationRequest.dosageInstruction.timing";
        let timing = self.object(dosage, "MedicationRequest.dosageInstruction", "timing")?;
        let repeat = self.object(timing, path, "repeat")?;
        self.period(repeat, format_args!("{path}.repeat"), "boundsPeriod")
    }

    /// The dose of a day, where one dosage says how much and how often.
    fn daily_dose(&mut self, json: Json<'_>, name: &str) -> Option<Dose> {
        let kind = self.kind;
        let path = format_args!("{kind}.{name}");
        let dosage = self.objects(json, self.kind, name).only()?;
        let amount = self.objects(dosage, path, "doseAndRate").only()?;
        let (value, unit) =
            self.plain_quantity(amount, format_args!("{path}.doseAndRate"), "doseQuantity")?;
        let timing = self.object(dosage, path, "timing")?;
        let repeat = self.object(timing, format_args!("{path}.timing"), "repeat")?;
        let number = |name: &str| match repeat.get(name).map(Json::is) {
            Some(Is::Number(number)) => number.parse::<Exact>().ok(),
            _ => None,
        };
        let ranges = ["frequencyMax", "periodMax", "count", "countMax"];
        if ranges.iter().any(|name| repeat.get(name).is_some()) {
            return None;
        }
        let (frequency, period) = (number("frequency")?, number("period")?);
        let days = match self.text(repeat, format_args!("{path}.timing.repeat"), "periodUnit")? {
            "d" => period,
            "wk" => period * Exact::from(7),
            "h" => period.checked_div(&Exact::from(24))?,
            _ => return None,
        };
        let is_positive = days > Exact::from(0);
        let unit = unit.filter(|unit| !unit.contains('/'))?;
        let value = (value * frequency).checked_div(&days).filter(|_| is_positive)?;
        Some(Dose { value, unit: Some(format!("{unit}/d")) })
    }
}
