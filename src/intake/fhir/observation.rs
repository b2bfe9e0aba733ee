//! `Observation`: results, each with its unit, its limits of normal and its date.
//!
//! A result of which something is not understood stays a result: its value is not known, or its day. Left out, it would
//! let an older one decide.

use std::borrow::Cow;
use std::fmt::Display;
use std::iter::repeat_n;

use jiff::civil::Date;

use super::code::{Codes, UCUM, answer_in_words};
use super::document::Content;
use super::report::Sort;
use super::resource::{Choice, Reading};
use super::when::hull;
use crate::eligibility::record::{Measurement, RecordedValue};
use crate::intake::clean;
use crate::intake::json::{Is, Json};
use crate::number::Exact;
use crate::time::DateRange;

/// A number with its unit.
struct Quantity<'j> {
    number: Exact,
    comparator: Option<&'j str>,
    unit: Option<Cow<'j, str>>,
}

/// What all results of one resource share.
struct Shared {
    on: DateRange,
    specimen: Option<String>,
}

fn not_read() -> RecordedValue {
    RecordedValue::Unknown(Some("its value cannot be read".into()))
}

impl Reading<'_> {
    /// The results of an `Observation`, its own and those of its components.
    pub fn observation(&mut self, json: Json<'_>) -> Content {
        let (mut remark, mut unknown) = (None, None);
        match self.text(json, self.kind, "status") {
            Some("final" | "amended" | "corrected") => {}
            Some("preliminary") => remark = Some("preliminary"),
            Some("unknown") => remark = Some("status unknown"),
            Some(status @ ("cancelled" | "entered-in-error")) => {
                self.set_aside(json, "status", status);
                return Content::Nothing;
            }
            Some("registered") => unknown = Some("it is registered, and there is no result yet"),
            Some(other) => {
                let what = format!(
                    "`{}` is no status of FHIR R4: the value of the result is not known",
                    clean(other)
                );
                self.not_understood(json.get("status").unwrap_or(json), "Observation.status", what);
                unknown = Some("its status is not understood");
            }
            None => {
                if json.get("status").is_none() {
                    let what = "is missing: whether this counts is not known";
                    self.not_understood(json, "Observation.status", what);
                }
                unknown = Some("its status is missing");
            }
        }
        let on = self.day_of_result(json);
        let specimen = self.object(json, self.kind, "specimen");
        let specimen = specimen.and_then(|specimen| self.text(specimen, "Observation.specimen", "display"));
        let source = match remark {
            Some(remark) => format!("{} ({remark})", self.resource()),
            None => self.resource(),
        };
        let shared = Shared { on, specimen: specimen.map(clean).map(Cow::into_owned) };
        let components = self.objects(json, "Observation", "component");
        let is_panel = !components.is_empty() || json.get("hasMember").is_some();
        let mut own = self.result(json, "Observation", &shared, is_panel);
        let mut others = Vec::new();
        for (place, component) in components.enumerate() {
            others.extend(self.result(
                component,
                format_args!("Observation.component[{place}]"),
                &shared,
                false,
            ));
        }
        if let Some(why) = unknown {
            for result in own.iter_mut().chain(&mut others) {
                result.value = RecordedValue::Unknown(Some(why.to_owned()));
            }
        }
        let sources = repeat_n(source, usize::from(own.is_some()) + others.len());
        for (result, source) in own.iter_mut().chain(&mut others).zip(sources) {
            result.source = Some(source);
        }
        match (own, others.is_empty()) {
            (None, true) => Content::Nothing,
            (Some(own), true) => Content::Result(own),
            (own, false) => Content::Results(own.into_iter().chain(others).collect()),
        }
    }

    /// The day of a result; where none can be read, any day up to that on which it was published.
    fn day_of_result(&mut self, json: Json<'_>) -> DateRange {
        let found = match self.choice(json, "Observation", "effective") {
            None => {
                let what = "is missing: when this was measured is not known, it may be any day";
                self.not_understood(json, "Observation.effective", what);
                None
            }
            Some(Choice { kind, value }) => {
                let element = format_args!("effective{kind}");
                match &*kind {
                    "DateTime" => self.date(json, "Observation", "effectiveDateTime"),
                    "Instant" => self.date(json, "Observation", "effectiveInstant"),
                    "Period" => {
                        let period = self.period(json, "Observation", "effectivePeriod");
                        let days = period.and_then(|(start, end)| hull(start, end));
                        if period.is_some() && days.is_none() {
                            let what = "is no period with a beginning before its end: it may be any day";
                            self.not_understood(value, format!("Observation.{element}"), what);
                        }
                        days
                    }
                    _ => {
                        let what = "is not a date or a period: it may be any day";
                        self.not_understood(value, format!("Observation.{element}"), what);
                        None
                    }
                }
            }
        };
        found.unwrap_or_else(|| {
            let published = self.date(json, "Observation", "issued");
            DateRange { earliest: Date::MIN, latest: published.map_or(Date::MAX, |day| day.latest) }
        })
    }

    /// The result of an observation or component; `is_panel` where it need not have one of its own.
    fn result(
        &mut self,
        json: Json<'_>,
        path: impl Display + Copy,
        shared: &Shared,
        is_panel: bool,
    ) -> Option<Measurement> {
        let Some(codes) = self.codes(json, path, "code") else {
            let what = "is missing: what was measured is not known";
            self.not_understood(json, format!("{path}.code"), what);
            return None;
        };
        let (value, unit) = match self.choice(json, path, "value") {
            None => (self.without_value(json, path, is_panel)?, None),
            Some(Choice { kind, value }) => self.value(value, &kind, format_args!("{path}.value{kind}")),
        };
        let Codes { mut codes, text } = codes;
        if codes.is_empty() {
            codes.extend(text.map(|text| format!("text:{text}")));
        }
        if codes.is_empty() {
            self.not_understood(json, format!("{path}.code"), "holds neither a code nor words");
            return None;
        }
        let (low, high) = match value {
            RecordedValue::Level(_) | RecordedValue::Unknown(_) => (None, None),
            _ => self.limits(json, path, unit.as_deref()),
        };
        let measure = codes.remove(0);
        Some(Measurement {
            measure,
            codes,
            value,
            unit,
            on: shared.on,
            low,
            high,
            state: None,
            specimen: shared.specimen.clone(),
            source: None,
        })
    }

    /// What a value says, and its unit.
    fn value(
        &mut self,
        value: Json<'_>,
        kind: &str,
        element: impl Display + Copy,
    ) -> (RecordedValue, Option<String>) {
        let said = match (kind, value.is()) {
            ("Quantity", Is::Object(_)) => return self.quantity_value(value, element),
            ("CodeableConcept", Is::Object(_)) => {
                let said = self.concept(value, element);
                let word = said.codes.iter().find_map(|code| answer_in_words(code)).map(str::to_owned);
                let word = word.or(said.text).or_else(|| said.codes.into_iter().next());
                if word.is_none() {
                    self.not_understood(value, element, "holds neither a code nor words");
                }
                word.map(RecordedValue::Level)
            }
            ("String", Is::Text(text)) if !text.trim().is_empty() => Some(RecordedValue::read(&clean(text))),
            ("Integer", Is::Number(number)) => number.parse().ok().map(RecordedValue::Number),
            ("Boolean", Is::Flag(flag)) => Some(RecordedValue::Level(if flag { "yes" } else { "no" }.into())),
            ("Quantity" | "CodeableConcept" | "String" | "Integer" | "Boolean", _) => {
                self.not_understood(value, element, format!("{} does not stand here", value.kind()));
                None
            }
            _ => {
                self.not_understood(value, element, "is a sort of value that a record cannot hold");
                None
            }
        };
        (said.unwrap_or_else(not_read), None)
    }

    /// A result without a value is one that nobody knows, unless nothing was measured at all.
    fn without_value(
        &mut self,
        json: Json<'_>,
        path: impl Display + Copy,
        is_panel: bool,
    ) -> Option<RecordedValue> {
        if json.get("dataAbsentReason").is_some() {
            let reason = self.word(json, path, "dataAbsentReason").unwrap_or_else(|| "no reason".into());
            let words = reason.replace('-', " ");
            let what = format!("no result: {words}");
            self.notice(Sort::SetAside, json, format!("{path}.dataAbsentReason"), what);
            let was_measured = !matches!(&*reason, "not-performed" | "not-asked");
            return was_measured
                .then(|| RecordedValue::Unknown(Some(format!("no value is recorded ({words})"))));
        }
        // The values of a panel are those of its members.
        if is_panel {
            return None;
        }
        self.notice(Sort::SetAside, json, format!("{path}.value"), "there is no value: it is not known");
        Some(RecordedValue::Unknown(Some("no value is recorded".into())))
    }

    fn quantity_value(
        &mut self,
        json: Json<'_>,
        path: impl Display + Copy,
    ) -> (RecordedValue, Option<String>) {
        let Some(Quantity { number, comparator, unit }) = self.quantity(json, path) else {
            return (not_read(), None);
        };
        let value = match comparator {
            None => RecordedValue::Number(number),
            // A record's limits include the number itself: what is above 100 is 100 or more.
            Some("<" | "<=") => RecordedValue::Below(number),
            Some(">" | ">=") => RecordedValue::Above(number),
            Some(other) => {
                let what = format!("`{}` is no comparator of FHIR R4", clean(other));
                self.not_understood(json, format!("{path}.comparator"), what);
                RecordedValue::Unknown(Some(format!("its comparison `{}` is not understood", clean(other))))
            }
        };
        (value, unit.map(Cow::into_owned))
    }

    fn quantity<'j>(&mut self, json: Json<'j>, path: impl Display + Copy) -> Option<Quantity<'j>> {
        let [value, comparator, system, code, words] =
            json.members(["value", "comparator", "system", "code", "unit"]);
        let Some(value) = value else {
            self.not_understood(json, format!("{path}.value"), "is missing");
            return None;
        };
        let number = match value.is() {
            Is::Number(number) => number.parse::<Exact>().ok(),
            _ => None,
        };
        let Some(number) = number else {
            self.not_understood(
                value,
                format!("{path}.value"),
                format!("a number is expected, and this is {}", value.kind()),
            );
            return None;
        };
        let comparator = self.text_of(comparator, format_args!("{path}.comparator"));
        let system = self.text_of(system, format_args!("{path}.system"));
        let trimmed = |unit: &'j str| Some(clean(unit.trim())).filter(|unit| !unit.is_empty());
        let code = self.text_of(code, format_args!("{path}.code")).and_then(trimmed);
        let words = self.text_of(words, format_args!("{path}.unit")).and_then(trimmed);
        // A code that UCUM stands behind says more than the words beside it.
        let unit = if system == Some(UCUM) { code.or(words) } else { words.or(code) };
        Some(Quantity { number, comparator, unit })
    }

    /// The laboratory's limits of normal, where there is one pair of them in the unit of the result.
    fn limits(
        &mut self,
        json: Json<'_>,
        path: impl Display + Copy,
        unit: Option<&str>,
    ) -> (Option<Exact>, Option<Exact>) {
        let mut normal = Vec::new();
        for range in self.objects(json, path, "referenceRange") {
            let is_normal = match range.get("type") {
                None => true,
                Some(_) => self.word(range, path, "type").is_some_and(|word| word == "normal"),
            };
            if is_normal && (range.get("low").is_some() || range.get("high").is_some()) {
                normal.push(range);
            }
        }
        let element = format_args!("{path}.referenceRange");
        let [range] = normal.as_slice() else {
            if let Some(second) = normal.get(1).copied() {
                let what = "several ranges: which one is this person's is not decided, and none is used";
                self.notice(Sort::NotUnderstood, second, element, what);
            }
            return (None, None);
        };
        let mut end = |name: &str| {
            let path = format_args!("{element}.{name}");
            let json = self.object(*range, element, name)?;
            let limit = self.quantity(json, path)?;
            // A limit without a unit is printed beside the result, in its unit.
            let is_same = limit.unit.is_none() || limit.unit.as_deref() == unit;
            if limit.comparator.is_some() || !is_same {
                self.not_understood(json, path, "is not in the unit of the result, and is not used");
                return None;
            }
            Some(limit.number)
        };
        (end("low"), end("high"))
    }

    /// A dose as a quantity: its number and unit, without a comparator.
    pub fn plain_quantity(
        &mut self,
        parent: Json<'_>,
        path: impl Display + Copy,
        name: &str,
    ) -> Option<(Exact, Option<String>)> {
        let json = self.object(parent, path, name)?;
        let quantity = self.quantity(json, format_args!("{path}.{name}"))?;
        quantity.comparator.is_none().then(|| (quantity.number, quantity.unit.map(Cow::into_owned)))
    }
}
