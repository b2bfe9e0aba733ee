//! Small protocols and records, written by hand: the evaluator reads the model, whatever language made it.

use jiff::civil::Date;
use serde_json::json;
use trialc::eligibility::{EligibilityDocument, Record, Screener, Status, Verdict};
use trialc::model::{
    Anchor, ArithmeticOperator, AttestationVerb, Axis, Clause, Comparator, Concept, Constraint,
    CriterionKind, Direction, Domain, Duration, Event, Finding, Header, Limit, Measure, MeasureKind, Mode,
    Moment, Occurrence, Offset, Origin, Rule, Selector, TableKey, TableRow, Term, TimeUnit, Trial, UnitRef,
    Value, Window,
};
use trialc::number::Exact;

use super::judges::{DOCUMENT, RECORD, VERDICT, objections};

pub fn exact(text: &str) -> Exact {
    text.parse().expect("a number")
}

pub fn unit(text: &str) -> UnitRef {
    let parsed = trialc::units::parse(text).expect("a unit");
    UnitRef { ucum: parsed.code().to_owned(), written: text.to_owned() }
}

// ---- time --------------------------------------------------------------------------------------

pub fn days(count: i64) -> Duration {
    Duration::Days(count)
}

pub fn months(count: i64) -> Duration {
    Duration::Months(count)
}

pub fn before(by: Duration) -> Offset {
    Offset { direction: Direction::Before, by }
}

pub fn after(by: Duration) -> Offset {
    Offset { direction: Direction::After, by }
}

pub fn at(event: &str) -> Moment {
    occurring(event, Occurrence::Once)
}

pub fn occurring(event: &str, occurrence: Occurrence) -> Moment {
    Moment { offset: None, of: Anchor::Event { name: event.into(), occurrence } }
}

pub fn moved(moment: Moment, offset: Offset) -> Moment {
    Moment { offset: Some(offset), ..moment }
}

pub fn window(from: Option<Moment>, to: Option<Moment>, text: &str) -> Window {
    Window { from, to, text: text.into() }
}

/// `within 14 days before randomization`
pub fn within_before(count: i64, event: &str) -> Window {
    let from = moved(at(event), before(days(count)));
    window(Some(from), Some(at(event)), &format!("within {count} days before {event}"))
}

pub fn any_time() -> Window {
    window(None, None, "")
}

pub fn until_decision() -> Window {
    window(None, Some(Moment { offset: None, of: Anchor::Decision }), "")
}

// ---- terms -------------------------------------------------------------------------------------

pub fn term(text: impl Into<String>, value: Value) -> Term {
    Term { text: text.into(), value, origin: Origin::default() }
}

pub fn number(text: &str) -> Term {
    let value = Value::Constant { number: exact(text), unit: None, number_text: text.into() };
    term(text, value)
}

/// `9.5 %`
pub fn quantity(text: &str) -> Term {
    let (digits, written) = text.split_once(' ').expect("a number and its unit");
    let value =
        Value::Constant { number: exact(digits), unit: Some(unit(written)), number_text: digits.into() };
    term(text, value)
}

pub fn span(duration: Duration) -> Term {
    term(format!("{duration:?}"), Value::Span { duration })
}

pub fn measured(measure: &str, select: Selector, window: Window) -> Term {
    term(measure, Value::Measured { measure: measure.into(), select, window })
}

pub fn latest(measure: &str, window: Window) -> Term {
    measured(measure, Selector::Latest, window)
}

pub fn uln(factor: &str, measure: &str) -> Term {
    let value = Value::Limit { factor: exact(factor), limit: Limit::Uln, measure: measure.into() };
    term(format!("{factor} x ULN"), value)
}

pub fn arithmetic(left: Term, operator: ArithmeticOperator, right: Term) -> Term {
    term("computed", Value::Arithmetic { left: Box::new(left), operator, right: Box::new(right) })
}

pub fn age_at(event: &str) -> Term {
    term(format!("age at {event}"), Value::Age { at: at(event), unit: TimeUnit::Year })
}

pub fn by_sex(male: Term, female: Term) -> Term {
    let row = |sex: &str, value| TableRow { key: TableKey::Codes { codes: vec![sex.into()] }, value };
    term("by sex", Value::Table { by: Axis::Sex, rows: vec![row("male", male), row("female", female)] })
}

// ---- clauses -----------------------------------------------------------------------------------

pub fn clause(text: impl Into<String>, rule: Rule) -> Clause {
    Clause { text: text.into(), rule, origin: Origin::default() }
}

/// Compares in the unit of the limit, as the compiler lowers it.
pub fn compare(left: Term, operator: Comparator, right: Term) -> Clause {
    let unit = unit_of(&right).or_else(|| unit_of(&left));
    let text = format!("{} {} {}", left.text, operator.symbol(), right.text);
    clause(text, Rule::Compare { left, operator, right, unit })
}

fn unit_of(term: &Term) -> Option<UnitRef> {
    match &term.value {
        Value::Constant { unit, .. } => unit.clone(),
        Value::Table { rows, .. } => rows.iter().find_map(|row| unit_of(&row.value)),
        _ => None,
    }
}

pub fn between(value: Term, low: Term, high: Term) -> Clause {
    let unit = unit_of(&low);
    let text = format!("{} in {} to {}", value.text, low.text, high.text);
    clause(text, Rule::Between { value, low, high, unit })
}

pub fn is(value: Term, one_of: &[&str]) -> Clause {
    let one_of: Vec<String> = one_of.iter().map(|one| (*one).to_owned()).collect();
    clause(format!("{} is {}", value.text, one_of.join(" or ")), Rule::Is { value, one_of })
}

pub fn attribute(name: &str) -> Term {
    term(name, Value::Attribute { name: name.into() })
}

pub fn finding(name: &str) -> Finding {
    Finding {
        name: name.into(),
        domain: Domain::Condition,
        qualifiers: Vec::new(),
        other_than: Vec::new(),
        with: Vec::new(),
    }
}

pub fn occurs(finding: Finding, mode: Mode, window: Window) -> Clause {
    clause(format!("{} {mode:?} {}", finding.name, window.text), Rule::Occurs { finding, mode, window })
}

pub fn ever(name: &str) -> Clause {
    occurs(finding(name), Mode::Ever, until_decision())
}

pub fn present(name: &str, window: Window) -> Clause {
    occurs(finding(name), Mode::Present, window)
}

pub fn not(of: Clause) -> Clause {
    clause(format!("not {}", of.text), Rule::Not { of: Box::new(of) })
}

pub fn all(of: Vec<Clause>) -> Clause {
    clause("all", Rule::All { of })
}

pub fn any(of: Vec<Clause>) -> Clause {
    clause("any", Rule::Any { of })
}

pub fn choose(condition: Clause, then: Clause, otherwise: Clause) -> Clause {
    let rule =
        Rule::Choose { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(otherwise) };
    clause("choose", rule)
}

pub fn attested(key: &str) -> Clause {
    let question = format!("Does {key} hold?");
    let rule = Rule::Attested {
        key: key.into(),
        verb: AttestationVerb::Attested,
        by: "investigator".into(),
        question,
    };
    clause("attested by investigator", rule)
}

// ---- declarations ------------------------------------------------------------------------------
// From JSON, as a checker reads them: a field that the model gains later does not concern these tests.

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// A quantity. `kind` as in the library: `substance`, `hba1c`, `mass`, …
pub fn quantity_measure(label: &str, unit_text: Option<&str>, kind: &str, formula: Option<&str>) -> Measure {
    let unit = unit_text.map(unit);
    read(json!({"label": label, "type": "quantity", "unit": unit, "kind": kind, "formula": formula}))
}

pub fn derived(label: &str, unit_text: Option<&str>, formula: Term) -> Measure {
    let mut measure = quantity_measure(label, unit_text, "derived", None);
    if let MeasureKind::Quantity(quantity) = &mut measure.kind {
        quantity.formula_of = Some(Box::new(formula));
    }
    measure
}

pub fn coded(label: &str, values: &[&str]) -> Measure {
    let levels: Vec<_> = values.iter().map(|value| json!({"value": value, "label": null})).collect();
    read(json!({"label": label, "type": "coded", "levels": levels, "ordered": false}))
}

pub fn score(label: &str, low: i64, high: i64) -> Measure {
    read(json!({"label": label, "type": "score", "low": low, "high": high, "labels": []}))
}

pub fn concept(domain: Domain, label: &str) -> Concept {
    class(domain, label, &[])
}

pub fn class(domain: Domain, label: &str, members: &[&str]) -> Concept {
    read(json!({"domain": domain, "label": label, "members": members}))
}

/// The concept with a code of this system.
pub fn listing(system: &str, code: &str, mut concept: Concept) -> Concept {
    concept.codes.entry(system.into()).or_default().push(read(json!({"code": code, "display": null})));
    concept
}

pub fn event(label: &str) -> Event {
    read(json!({"label": label}))
}

/// An event at least and at most so long after another.
pub fn event_after(label: &str, anchor: &str, low: Duration, high: Option<Duration>) -> Event {
    let constraint = Constraint {
        anchor: at(anchor),
        low: Some(after(low)),
        high: high.map(after),
        text: format!("after {anchor}"),
        origin: Origin::default(),
    };
    Event { constraints: vec![constraint], ..event(label) }
}

/// A trial with the usual things in it and one decision, on randomization.
pub struct Protocol(pub Trial);

impl Protocol {
    pub fn new() -> Self {
        let adverse_event: Event = read(json!({
            "label": "Adverse event",
            "repeats": true,
            "attributes": [{"attribute": "ordinal", "name": "grade", "low": 1, "high": 5}]
        }));
        let events = [
            ("consent", event("Signing of informed consent")),
            ("randomization", event_after("Randomisation", "consent", days(0), None)),
            ("first_dose", event_after("First dose", "randomization", days(0), Some(days(7)))),
            ("dose", read(json!({"label": "Dose of the study drug", "repeats": true}))),
            ("adverse_event", adverse_event),
        ];
        let measures = [
            ("hba1c", quantity_measure("HbA1c", Some("%"), "hba1c", None)),
            ("creatinine", quantity_measure("Serum creatinine", Some("mg/dL"), "substance", Some("C4H7N3O"))),
            ("alt", quantity_measure("ALT", Some("U/L"), "enzyme", None)),
            ("ast", quantity_measure("AST", Some("U/L"), "enzyme", None)),
            ("inr", quantity_measure("INR", None, "ratio", None)),
            ("weight", quantity_measure("Body weight", Some("kg"), "mass", None)),
            ("height", quantity_measure("Body height", Some("cm"), "length", None)),
            ("ecog", score("ECOG performance status", 0, 5)),
            ("pregnancy_test", coded("Pregnancy test", &["negative", "positive"])),
        ];
        let concepts = [
            ("t2dm", concept(Domain::Condition, "Type 2 diabetes mellitus")),
            ("stroke", concept(Domain::Condition, "Stroke")),
            ("metformin", concept(Domain::Drug, "Metformin")),
            ("hospital_admission", concept(Domain::Procedure, "Admission to hospital")),
        ];
        let mut trial: Trial = read(json!({
            "language": 1,
            "header": Header { name: "demo".into(), title: "A demonstration".into(), ..Header::default() },
            "events": {}, "concepts": {}, "measures": {}, "interventions": {}, "arms": {},
            "decisions": {"randomization": {"event": "randomization", "checked": [], "criteria": {}}},
            "outcomes": {}, "schedule": null, "forms": {}
        }));
        trial.events = events.into_iter().map(|(name, event)| (name.to_owned(), event)).collect();
        trial.concepts = concepts.into_iter().map(|(name, concept)| (name.to_owned(), concept)).collect();
        trial.measures = measures.into_iter().map(|(name, measure)| (name.to_owned(), measure)).collect();
        Self(trial)
    }

    pub fn measure(mut self, name: &str, measure: Measure) -> Self {
        self.0.measures.insert(name.into(), measure);
        self
    }

    pub fn concept(mut self, name: &str, concept: Concept) -> Self {
        self.0.concepts.insert(name.into(), concept);
        self
    }

    pub fn event(mut self, name: &str, event: Event) -> Self {
        self.0.events.insert(name.into(), event);
        self
    }

    pub fn person(mut self, name: &str) -> Self {
        self.0.persons.insert(name.into(), name.into());
        self
    }

    /// Arms allocated at randomization.
    pub fn arms(mut self, names: &[&str]) -> Self {
        for name in names {
            let arm = json!({"label": name, "type": "experimental", "gives": []});
            self.0.arms.insert((*name).into(), read(arm));
        }
        let allocation = json!({
            "at": "randomization", "ratio": "not_stated", "strata": "not_stated", "blocks": "not_stated",
            "method": "not_stated", "arms": names
        });
        self.0.allocations.insert("main".into(), read(allocation));
        self
    }

    pub fn criterion(mut self, code: &str, kind: CriterionKind, arms: &[&str], rule: Clause) -> Self {
        let criterion = json!({
            "kind": kind, "prose": format!("The approved wording of {code}"), "rule": rule,
            "computability": "computed", "arms": arms
        });
        self.0.decisions["randomization"].criteria.insert(code.into(), read(criterion));
        self
    }

    pub fn include(self, code: &str, rule: Clause) -> Self {
        self.criterion(code, CriterionKind::Include, &[], rule)
    }

    pub fn exclude(self, code: &str, rule: Clause) -> Self {
        self.criterion(code, CriterionKind::Exclude, &[], rule)
    }

    pub fn document(&self) -> EligibilityDocument {
        EligibilityDocument::of(&self.0)
    }

    /// Screens with the rules read back from their own JSON, and holds all that is read and written to the schemas.
    pub fn screen(&self, record: &str, as_of: Option<&str>) -> Verdict {
        let document = serde_json::to_value(self.document()).expect("a document is JSON");
        assert_eq!(objections(&DOCUMENT, &document), Vec::<String>::new());
        let document: EligibilityDocument = read(document);
        let raw = serde_json::from_str(record).unwrap_or_else(|error| panic!("{error}\n{record}"));
        assert_eq!(objections(&RECORD, &raw), Vec::<String>::new(), "{record}");
        let record = Record::read(record).unwrap_or_else(|error| panic!("{error}\n{record}"));
        let as_of = as_of.map(|day| day.parse::<Date>().expect("a day"));
        let verdict = Screener::of(&document).screen(&record, as_of);
        let written = serde_json::to_value(&verdict).expect("a verdict is JSON");
        assert_eq!(objections(&VERDICT, &written), Vec::<String>::new());
        verdict
    }
}

/// The status of the only criterion `X` under the record. The rule is included as it stands, so that met is true.
pub fn status(protocol: &Protocol, record: &str) -> Status {
    let verdict = protocol.screen(record, None);
    verdict.decisions[0].criterion("X").unwrap_or_else(|| panic!("criterion X is missing")).status
}

/// A protocol with the one criterion `X`.
pub fn rule(clause: Clause) -> Protocol {
    Protocol::new().include("X", clause)
}

/// Checks one rule against several records, each with the status that it must give.
pub fn table(protocol: &Protocol, cases: &[(&str, &str, Status)]) {
    for (what, record, expected) in cases {
        let verdict = protocol.screen(record, None);
        let line = verdict.decisions[0].criterion("X").expect("criterion X");
        assert_eq!(line.status, *expected, "{what}\n{record}\n{:#?}", line.because);
    }
}

/// The usual events of a record, randomised on 1 July 2011.
pub const EVENTS: &str =
    r#""events": [{"name": "consent", "on": "2011-02-01"}, {"name": "randomization", "on": "2011-07-01"}]"#;

/// A record with the usual events and these measurements, each `name value [unit] on date [extra JSON]`.
pub fn measurements(lines: &[&str]) -> String {
    let items: Vec<String> = lines.iter().map(|line| measurement(line)).collect();
    format!(
        r#"{{"person": {{"sex": "female", "born": "1970-03-02"}}, {EVENTS}, "measurements": [{}]}}"#,
        items.join(", ")
    )
}

fn measurement(line: &str) -> String {
    let (head, tail) = line.split_once(" on ").expect("a date");
    let (date, extra) = tail.split_once(' ').unwrap_or((tail, ""));
    let mut words = head.splitn(3, ' ');
    let measure = words.next().expect("a measure");
    let value = words.next().expect("a value");
    let unit = words.next().map(|unit| format!(r#", "unit": "{unit}""#)).unwrap_or_default();
    let extra = if extra.is_empty() { String::new() } else { format!(", {extra}") };
    format!(r#"{{"measure": "{measure}", "value": "{value}"{unit}, "on": "{date}"{extra}}}"#)
}

/// A record with the usual events and this further JSON.
pub fn with(extra: &str) -> String {
    format!(r#"{{"person": {{"sex": "female", "born": "1970-03-02"}}, {EVENTS}, {extra}}}"#)
}
