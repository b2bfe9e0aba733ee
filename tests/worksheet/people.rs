//! Invented people for any document: what its rules mention, recorded as real records do it, with gaps, ties, partial dates, many
//! units and spellings, contradictions, and values on both sides of the limits.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use trialc::eligibility::EligibilityDocument;
use trialc::model::{Domain, MeasureKind};

/// A small generator of random numbers (xorshift), the same on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % (count.max(1) as u64)).expect("small")
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// What the rules compare with and ask for, found in their JSON.
#[derive(Default)]
pub struct Facts {
    /// Number and unit of the limits of each measure or drug.
    limits: BTreeMap<String, Vec<(String, Option<String>)>>,
    answers: BTreeSet<String>,
    qualifiers: BTreeSet<String>,
}

impl Facts {
    pub fn of(document: &EligibilityDocument) -> Self {
        let mut facts = Self::default();
        facts.walk(&serde_json::to_value(document).expect("a document is JSON"));
        facts
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(object) => {
                if let Some(key) = object.get("key").and_then(Value::as_str) {
                    self.answers.insert(key.to_owned());
                }
                let qualifiers = object.get("qualifiers").and_then(Value::as_array);
                self.qualifiers
                    .extend(qualifiers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
                if object
                    .get("rule")
                    .is_some_and(|rule| rule == "compare" || rule == "between" || rule == "steady")
                {
                    let (mut names, mut limits) = (BTreeSet::new(), Vec::new());
                    compared(value, &mut names, &mut limits);
                    for name in names {
                        self.limits.entry(name).or_default().extend(limits.clone());
                    }
                }
                object.values().for_each(|inner| self.walk(inner));
            }
            _ => {}
        }
    }
}

fn compared(value: &Value, names: &mut BTreeSet<String>, limits: &mut Vec<(String, Option<String>)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| compared(item, names, limits)),
        Value::Object(object) => {
            names.extend(object.get("measure").and_then(Value::as_str).map(str::to_owned));
            if object.get("value").is_some_and(|value| value == "dose") {
                names.extend(object["finding"]["name"].as_str().map(str::to_owned));
            }
            if let Some(number) = object.get("number").and_then(Value::as_str) {
                let unit = object.get("unit").and_then(|unit| unit.get("ucum")).and_then(Value::as_str);
                limits.push((number.to_owned(), unit.map(str::to_owned)));
            }
            object.values().for_each(|inner| compared(inner, names, limits));
        }
        _ => {}
    }
}

const OFFSETS: &[i64] = &[
    -2000, -800, -400, -365, -200, -181, -120, -90, -60, -35, -31, -30, -28, -15, -14, -8, -7, -3, -2, -1, 0,
    0, 0, 1, 2, 7, 14, 30,
];
/// Units as people spell them.
const SPELLINGS: &[(&str, &[&str])] = &[
    ("umol/L", &["µmol/L", "umol / L", "μmol/l"]),
    ("mg/dL", &["mg/dl", "mg / dL", "mg/deciliter"]),
    ("10*9/L", &["10^9/L", "10⁹/L", "x10^9/L", "10e9/L"]),
    ("/uL", &["/µL"]),
    ("[lb_av]", &["lb", "lbs"]),
    ("mm[Hg]", &["mmHg", "mm Hg"]),
    ("Cel", &["°C"]),
    ("kg", &["kgs", "kg "]),
    ("g/d", &["g/day", "grams/day"]),
    ("mg/d", &["mg/day"]),
    ("ms", &["msec"]),
    ("%", &["percent"]),
];

pub struct People<'a> {
    pub document: &'a EligibilityDocument,
    pub facts: Facts,
    /// Codes of the units offered for each measure and drug.
    pub units: BTreeMap<String, Vec<String>>,
    pub dice: Dice,
}

impl People<'_> {
    /// A record; `depth` keeps other persons from having others in turn.
    pub fn person(&mut self, depth: usize) -> Value {
        let mut record = Map::new();
        let mut person = Map::new();
        if self.dice.chance(85) {
            person.insert(
                "sex".into(),
                json!(*self.dice.pick(&["female", "male", "female", "male", "other", "unknown"])),
            );
        }
        if self.dice.chance(90) {
            let born = *self.dice.pick(&[
                "1970-03-02",
                "1945-07-01",
                "1993-07-01",
                "1996-02-29",
                "2011-01-15",
                "2005-12-31",
                "1961-06",
                "1992",
                "1946",
                "2010-07",
            ]);
            person.insert("born".into(), json!(born));
        }
        if self.dice.chance(60) {
            person.insert("country".into(), json!(*self.dice.pick(&["US", "FR", "JP", "CN", "us", "DE"])));
        }
        let arms: Vec<&String> = self.document.arms.keys().collect();
        if !arms.is_empty() && self.dice.chance(25) {
            person.insert("arm".into(), json!(self.dice.pick(&arms)));
        }
        record.insert("person".into(), Value::Object(person));
        if self.dice.chance(25) {
            record.insert(
                "recorded".into(),
                json!(self.dice.pick(&["2011-06-20", "2011-07-01", "2011-08-01"])),
            );
        }
        let results = self.results();
        record.insert("measurements".into(), Value::Array(results));
        self.entries(&mut record);
        self.silence(&mut record);
        let answers = self.facts.answers.clone().into_iter().filter_map(|key| {
            self.dice
                .chance(70)
                .then(|| (key, json!(*self.dice.pick(&["yes", "no", "yes", "no", "unknown"]))))
        });
        record.insert("answers".into(), Value::Object(answers.collect()));
        if depth == 0 {
            let mut others = Map::new();
            for name in self.document.persons.keys() {
                if self.dice.chance(75) {
                    others.insert(name.clone(), self.person(1));
                }
            }
            record.insert("persons".into(), Value::Object(others));
        }
        Value::Object(record)
    }

    fn date(&mut self) -> String {
        let offset = *self.dice.pick(OFFSETS);
        let base: jiff::civil::Date = "2011-07-01".parse().expect("a date");
        let day = base.checked_add(jiff::Span::new().days(offset)).expect("in the calendar").to_string();
        match self.dice.below(12) {
            0 => day[..7].to_owned(),
            1 if self.dice.chance(50) => day[..4].to_owned(),
            _ => day,
        }
    }

    // ---- results ----------------------------------------------------------------------------------------------------------

    fn results(&mut self) -> Vec<Value> {
        let mut results = Vec::new();
        for (name, measure) in &self.document.measures {
            for _ in 0..*self.dice.pick(&[0, 1, 1, 2, 3]) {
                let mut result = Map::new();
                let written = match (&measure.loinc, self.dice.below(10)) {
                    (Some(loinc), 0) => format!("loinc:{}", loinc.code),
                    (_, 1) => measure.label.clone(),
                    _ => name.clone(),
                };
                result.insert("measure".into(), json!(written));
                self.value(name, &measure.kind, &mut result);
                result.insert("on".into(), json!(self.date()));
                for (end, values) in [("low", ["5", "10", "20"]), ("high", ["35", "40", "1.2"])] {
                    if self.dice.chance(60) {
                        result.insert(end.into(), json!(*self.dice.pick(&values)));
                    }
                }
                if measure.state.is_some() || self.dice.chance(5) {
                    result.insert("state".into(), json!(*self.dice.pick(&["supine", "Fasting", "standing"])));
                }
                if measure.specimen.is_some() && self.dice.chance(60) {
                    result.insert(
                        "specimen".into(),
                        json!(*self.dice.pick(&["plasma", "serum", "Blood", "urine"])),
                    );
                }
                results.push(Value::Object(result));
            }
        }
        // Ties: the same again on its day with another value.
        for _ in 0..self.dice.below(3) {
            if !results.is_empty() {
                let mut twin = self.dice.pick(&results).clone();
                twin["value"] = self.dice.pick(&results)["value"].clone();
                results.push(twin);
            }
        }
        results
    }

    fn value(&mut self, name: &str, kind: &MeasureKind, into: &mut Map<String, Value>) {
        match kind {
            MeasureKind::Coded { levels, .. } => {
                let level = self.dice.pick(levels);
                let text = if self.dice.chance(20) {
                    level.label.as_ref().unwrap_or(&level.value)
                } else {
                    &level.value
                };
                into.insert(
                    "value".into(),
                    json!(if self.dice.chance(5) { "nonsense" } else { text.as_str() }),
                );
            }
            MeasureKind::Score { low, high, .. } => {
                let points = low
                    + i64::try_from(self.dice.below(usize::try_from(high - low + 2).expect("a range")))
                        .expect("small");
                into.insert("value".into(), json!(points));
            }
            MeasureKind::Quantity(quantity) => {
                let limits = self.facts.limits.get(name).cloned().unwrap_or_default();
                let plausible =
                    quantity.plausible.as_ref().map(|(low, high)| [low.to_string(), high.to_string()]);
                let (number, unit) = if limits.is_empty() || self.dice.chance(20) {
                    let number =
                        plausible.map_or_else(|| "10".to_owned(), |ends| self.dice.pick(&ends).clone());
                    (number, quantity.unit.as_ref().map(|unit| unit.ucum.clone()))
                } else {
                    self.dice.pick(&limits).clone()
                };
                into.insert("value".into(), self.near(&number));
                let offered = self.units.get(name).cloned().unwrap_or_default();
                let unit = match self.dice.below(12) {
                    0 => None,
                    1 => Some("stones".to_owned()),
                    2..=5 if !offered.is_empty() => Some(self.dice.pick(&offered).clone()),
                    _ => unit.or_else(|| quantity.unit.as_ref().map(|unit| unit.ucum.clone())),
                };
                if let Some(unit) = unit {
                    into.insert("unit".into(), json!(self.spelled(&unit)));
                }
            }
        }
    }

    /// The number, or one not far from it, as it may be written.
    fn near(&mut self, number: &str) -> Value {
        let exact: trialc::number::Exact = number.parse().expect("a number");
        let factor: trialc::number::Exact =
            self.dice.pick(&["1", "1", "0.95", "1.05", "0.5", "2", "1.0001"]).parse().expect("a number");
        let value = (&exact * &factor).to_decimal().unwrap_or_else(|| number.to_owned());
        match self.dice.below(10) {
            0 => json!(format!("<{value}")),
            1 => json!(format!("> {value}")),
            2 | 3 => serde_json::from_str(&value).unwrap_or_else(|_| json!(value)),
            _ => json!(value),
        }
    }

    fn spelled(&mut self, code: &str) -> String {
        let known = SPELLINGS.iter().find(|(unit, _)| *unit == code);
        match known {
            Some((_, spellings)) if self.dice.chance(30) => (*self.dice.pick(spellings)).to_owned(),
            _ => code.to_owned(),
        }
    }

    // ---- findings and events ------------------------------------------------------------------------------------------------

    fn entries(&mut self, record: &mut Map<String, Value>) {
        let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (name, event) in &self.document.events {
            let is_decision = self.document.decisions.contains_key(name);
            let often = if event.repeats {
                self.dice.below(4)
            } else {
                usize::from(self.dice.chance(if is_decision { 90 } else { 75 }))
            };
            for _ in 0..often {
                let on =
                    if is_decision && self.dice.chance(80) { "2011-07-01".to_owned() } else { self.date() };
                let mut entry =
                    Map::from_iter([("name".to_owned(), json!(name)), ("on".to_owned(), json!(on))]);
                if !event.attributes.is_empty() {
                    let grade = if self.dice.chance(80) { json!(self.dice.below(6)) } else { json!("3") };
                    let serious =
                        self.dice.pick(&[json!(true), json!(false), json!("yes"), json!("perhaps")]).clone();
                    let attributes =
                        [("grade", grade), ("serious", serious)].into_iter().filter(|_| self.dice.chance(80));
                    entry.insert(
                        "attributes".into(),
                        Value::Object(attributes.map(|(key, one)| (key.to_owned(), one)).collect()),
                    );
                }
                lists.entry("events").or_default().push(Value::Object(entry));
            }
        }
        for name in self.document.visits.keys() {
            if self.dice.chance(40) {
                lists.entry("events").or_default().push(json!({"name": name, "on": self.date()}));
            }
        }
        for (name, concept) in &self.document.concepts {
            let list = match concept.domain {
                Domain::Condition => "findings",
                Domain::Drug | Domain::DrugClass => "exposures",
                Domain::Procedure => "procedures",
                Domain::Event => "events",
            };
            for _ in 0..*self.dice.pick(&[0, 0, 0, 1, 1, 2]) {
                let mut entry = self.timed();
                let code = concept
                    .codes
                    .iter()
                    .next()
                    .and_then(|(system, codes)| Some(format!("{system}:{}.9", codes.first()?.code)));
                match (self.dice.below(12), code) {
                    (0, Some(code)) => drop(entry.insert("code".into(), json!(code))),
                    (1, _) => {
                        drop(entry.insert("text".into(), json!(format!("history of {} mild", concept.label))))
                    }
                    (2, _) => drop(entry.insert("name".into(), json!(concept.label))),
                    (3, _) => {}
                    _ => drop(entry.insert("name".into(), json!(name))),
                }
                for key in ["also", "perhaps"] {
                    let names: Vec<&String> = self.document.concepts.keys().collect();
                    if self.dice.chance(8) {
                        entry.insert(key.into(), json!([self.dice.pick(&names), "nothing known"]));
                    }
                }
                if self.dice.chance(8) {
                    entry.insert("unsure".into(), json!("it was only ordered"));
                }
                let qualifiers = self.facts.qualifiers.clone().into_iter().filter_map(|key| {
                    self.dice.chance(50).then(|| (key, json!(*self.dice.pick(&["yes", "no", "unknown"]))))
                });
                let qualifiers: Map<String, Value> = qualifiers.collect();
                entry.insert("qualifiers".into(), Value::Object(qualifiers));
                if matches!(concept.domain, Domain::Drug | Domain::DrugClass) && self.dice.chance(75) {
                    let known = self.facts.limits.get(name).filter(|limits| !limits.is_empty()).cloned();
                    let limits = known.unwrap_or_else(|| vec![("2".into(), Some("g/d".into()))]);
                    let (number, unit) = self.dice.pick(&limits).clone();
                    let unit = unit.filter(|unit| unit != "%").unwrap_or_else(|| "g/d".into());
                    let value =
                        self.near(&number).to_string().trim_matches(['"', '<', '>', ' ']).trim().to_owned();
                    let mut dose = Map::from_iter([(
                        "value".to_owned(),
                        json!(value.trim_start_matches(['<', '>', ' '])),
                    )]);
                    if self.dice.chance(93) {
                        let unit = if self.dice.chance(15) { "mg/d".to_owned() } else { unit };
                        dose.insert("unit".into(), json!(self.spelled(&unit)));
                    }
                    entry.insert("dose".into(), Value::Object(dose));
                }
                lists.entry(list).or_default().push(Value::Object(entry));
            }
        }
        for (list, entries) in lists {
            record.insert(list.to_owned(), Value::Array(entries));
        }
    }

    fn timed(&mut self) -> Map<String, Value> {
        let mut entry = Map::new();
        let (one, two) = (self.date(), self.date());
        let (first, last) = if one <= two { (one, two) } else { (two, one) };
        match self.dice.below(8) {
            0 => {}
            1 | 2 => drop(entry.insert("on".into(), json!(first))),
            3 => drop(entry.insert("to".into(), json!(last))),
            4 | 5 => drop(entry.insert("from".into(), json!(first))),
            _ => {
                entry.insert("from".into(), json!(first));
                entry.insert("to".into(), json!(last));
            }
        }
        entry
    }

    fn silence(&mut self, record: &mut Map<String, Value>) {
        let things: Vec<&String> = self.document.concepts.keys().chain(self.document.events.keys()).collect();
        let mut absences = Vec::new();
        for name in &things {
            if self.dice.chance(30) {
                let mut absence = Map::from_iter([("name".to_owned(), json!(name))]);
                if self.dice.chance(25) {
                    absence.insert("from".into(), json!(self.date()));
                }
                if self.dice.chance(25) {
                    absence.insert("to".into(), json!(self.date()));
                }
                absences.push(Value::Object(absence));
            }
        }
        record.insert("absences".into(), Value::Array(absences));
        let mut coverage = Vec::new();
        for of in ["conditions", "drugs", "procedures", "events"] {
            if self.dice.chance(40) {
                let mut cover = Map::from_iter([("of".to_owned(), json!(of))]);
                if self.dice.chance(30) {
                    cover.insert("from".into(), json!(self.date()));
                }
                coverage.push(Value::Object(cover));
            }
        }
        record.insert("coverage".into(), Value::Array(coverage));
    }
}
