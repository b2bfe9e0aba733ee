//! Trials put together by hand, with the words that a diagnostic underlines.

use serde_json::json;

use super::check;
use crate::diagnostics::Diagnostic;
use crate::model::{
    Anchor, Clause, Comparator, Criterion, CriterionKind, Decision, Direction, Duration, Moment, Named,
    Occurrence, Offset, Origin, Rule, Selector, Term, Trial, UnitRef, Value, Window,
};
use crate::source::{FileId, Span};
use crate::time::testing::Draft;

/// A trial and the text in which its parts are written.
pub(super) struct Sheet {
    pub trial: Trial,
    text: String,
}

/// How a number is compared, and in what unit.
pub(super) type Limit<'a> = (&'a str, Comparator, &'a str, &'a str);

impl Sheet {
    /// Knows HbA1c, INR, platelets, weight and insulin, all measured within 14 days before randomization.
    pub fn new() -> Self {
        let mut trial = Draft::new("sheet").event("consent").event("randomization").0;
        let unit = |text: &str| json!({ "ucum": text, "written": text });
        let measures = json!({
            "hba1c": { "label": "HbA1c", "type": "quantity", "unit": unit("%"), "units": [unit("mmol/mol")],
                "kind": "hba1c", "plausible": ["2", "25"], "precision": 1 },
            "inr": { "label": "INR", "type": "quantity", "unit": null, "plausible": ["0.5", "20"] },
            "platelets": { "label": "Platelets", "type": "quantity", "unit": unit("10*9/L"),
                "units": [unit("10*3/uL")], "plausible": ["1", "2200"] },
            "creatinine": { "label": "Creatinine", "type": "quantity", "unit": unit("mg/dL"),
                "units": [unit("umol/L")], "formula": "C4H7N3O", "plausible": ["0.1", "60"], "precision": 2 },
            "weight": { "label": "Body weight", "type": "quantity", "unit": unit("kg"), "plausible": ["1", "500"] },
            "insulin": { "label": "Insulin", "type": "quantity", "unit": unit("[IU]/d"), "kind": "arbitrary" },
        });
        trial.measures = serde_json::from_value(measures).expect("measures");
        Self { trial, text: String::new() }
    }

    fn write(&mut self, words: &str) -> Origin {
        let start = self.text.len();
        self.text.push_str(words);
        let span = Span::new(FileId(0), start..self.text.len());
        self.text.push('\n');
        span.into()
    }

    /// `latest MEASURE within 14 days before randomization OP NUMBER UNIT`
    pub fn compare(&mut self, (measure, operator, number, unit): Limit<'_>) -> Clause {
        self.compare_within(14, (measure, operator, number, unit))
    }

    pub fn compare_within(&mut self, days: i64, (measure, operator, number, unit): Limit<'_>) -> Clause {
        let window = before(days, "randomization");
        let value = format!("latest {measure} {}", window.text);
        let literal = format!("{number} {unit}").trim_end().to_owned();
        let text = format!("{value} {} {literal}", operator.symbol());
        let origin = self.write(&text);
        let whole = origin.0.expect("just written");
        let unit = (!unit.is_empty()).then(|| UnitRef {
            ucum: crate::units::parse(unit).expect("a unit").code().to_owned(),
            written: unit.to_owned(),
        });
        let left = Value::Measured { measure: measure.to_owned(), select: Selector::Latest, window };
        let left = Term { text: value.clone(), value: left, origin: whole.slice(0..value.len()).into() };
        let right = Value::Constant {
            number: number.parse().expect("a number"),
            unit: unit.clone(),
            number_text: number.to_owned(),
        };
        let at = text.len() - literal.len()..text.len();
        let right = Term { text: literal, value: right, origin: whole.slice(at).into() };
        Clause { text, rule: Rule::Compare { left, operator, right, unit }, origin }
    }

    /// A clause of these words; windows inside are found in them.
    pub fn rule(&mut self, text: &str, rule: serde_json::Value) -> Clause {
        let rule = serde_json::from_value(rule).expect("a rule");
        self.group(text, rule)
    }

    /// Adds a part of the trial, read from JSON, written as its name; `place` says where.
    pub fn with<T: serde::de::DeserializeOwned>(
        mut self,
        name: &str,
        part: serde_json::Value,
        place: impl FnOnce(&mut Trial, String, T, Origin),
    ) -> Self {
        let part: T = serde_json::from_value(part).expect("a part of a trial");
        let origin = self.write(name);
        place(&mut self.trial, name.to_owned(), part, origin);
        self
    }

    pub fn header(mut self, change: impl FnOnce(&mut crate::model::Header)) -> Self {
        let origin = self.write("trial");
        self.trial.header.origin = origin;
        change(&mut self.trial.header);
        self
    }

    pub fn intervention(self, name: &str, part: serde_json::Value) -> Self {
        self.with(name, part, |trial, name, mut part: crate::model::Intervention, origin| {
            part.origin = origin;
            trial.interventions.insert(name, part);
        })
    }

    /// An arm of the allocation `main` at randomization, and what it gives.
    pub fn arm(self, name: &str, kind: &str, gives: &[serde_json::Value]) -> Self {
        let part = json!({ "label": name, "type": kind, "description": null, "gives": gives, "query": null });
        let allocation = json!({ "label": null, "at": "randomization", "ratio": "not_stated", "strata": "not_stated",
            "blocks": "not_stated", "method": "not_stated", "arms": [] });
        self.with(name, part, |trial, name, mut part: crate::model::Arm, origin| {
            part.origin = origin;
            part.gives.iter_mut().for_each(|given| given.origin = origin);
            trial.arms.insert(name.clone(), part);
            let empty = serde_json::from_value(allocation).expect("an allocation");
            let main = trial.allocations.entry("main".to_owned()).or_insert(empty);
            main.origin = origin;
            main.arms.push(name);
        })
    }

    pub fn event(self, name: &str, arms: &[&str]) -> Self {
        self.with(
            name,
            json!({ "label": name, "arms": arms }),
            |trial, name, mut part: crate::model::Event, origin| {
                part.origin = origin;
                trial.events.insert(name, part);
            },
        )
    }

    pub fn concept(self, name: &str, part: serde_json::Value) -> Self {
        self.with(name, part, |trial, name, mut part: crate::model::Concept, origin| {
            part.origin = origin;
            trial.concepts.insert(name, part);
        })
    }

    pub fn outcome(self, name: &str, part: serde_json::Value) -> Self {
        self.with(name, part, |trial, name, mut part: crate::model::Outcome, origin| {
            part.origin = origin;
            trial.outcomes.insert(name, part);
        })
    }

    pub fn group(&mut self, text: &str, rule: Rule) -> Clause {
        let origin = self.write(text);
        Clause { text: text.to_owned(), rule, origin }
    }

    pub fn include(self, code: &str, prose: &str, rule: impl FnOnce(&mut Self) -> Clause) -> Self {
        self.criterion(CriterionKind::Include, code, prose, rule)
    }

    pub fn exclude(self, code: &str, prose: &str, rule: impl FnOnce(&mut Self) -> Clause) -> Self {
        self.criterion(CriterionKind::Exclude, code, prose, rule)
    }

    pub fn criterion(
        mut self,
        kind: CriterionKind,
        code: &str,
        prose: &str,
        rule: impl FnOnce(&mut Self) -> Clause,
    ) -> Self {
        let rule = rule(&mut self);
        let origin = self.write(&format!("\"{prose}\""));
        let criterion = Criterion {
            origin,
            origins: origin.0.map(|span| ("prose".to_owned(), span)).into_iter().collect(),
            ..Criterion::of(kind, prose, rule)
        };
        let decision = self.trial.decisions.entry("randomization".to_owned()).or_insert_with(|| Decision {
            event: "randomization".to_owned(),
            label: None,
            checked: Vec::new(),
            criteria: Named::new(),
            origin: Origin::default(),
        });
        decision.criteria.insert(code.to_owned(), criterion);
        self
    }

    /// Everything but the schedule's own findings: these trials have none.
    pub fn found(&self) -> Vec<Diagnostic> {
        check(&self.trial).into_iter().filter(|found| !found.code.id.starts_with('S')).collect()
    }

    /// Code and underlined words of everything that is told.
    pub fn told(&self) -> Vec<(&'static str, &str)> {
        let found = self.found();
        found.iter().map(|found| (found.code.id, &self.text[found.primary.span.range()])).collect()
    }

    /// The codes alone.
    pub fn codes(&self) -> Vec<&'static str> {
        self.told().into_iter().map(|(code, _)| code).collect()
    }
}

pub(super) fn before(days: i64, event: &str) -> Window {
    let at = |offset| Moment {
        offset,
        of: Anchor::Event { name: event.to_owned(), occurrence: Occurrence::Once },
    };
    let by = Duration::Days(days);
    Window {
        from: Some(at(Some(Offset { direction: Direction::Before, by }))),
        to: Some(at(None)),
        text: format!("within {days} days before {event}"),
    }
}
