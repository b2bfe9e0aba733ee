//! The published schemas, held against what is really written and against broken copies of it.

use jsonschema::Validator;
use serde_json::{Value as Json, json};
use trialc::eligibility::{EligibilityDocument, Record, screen};
use trialc::model::{
    AttributeTest, Comparator, CriterionKind, Domain, Finding, Mode, Occurrence, Rule, Selector, Tolerance,
    Value,
};

use super::judges::{DOCUMENT, RECORD, VERDICT, objections};
use super::support::*;

/// A protocol that uses every kind of rule and value.
fn rich() -> Protocol {
    let severe = Finding {
        domain: Domain::Event,
        qualifiers: vec!["documented".into()],
        with: vec![
            AttributeTest::Ordinal { attribute: "grade".into(), operator: Comparator::AtLeast, value: 3 },
            AttributeTest::Flag { attribute: "serious".into() },
        ],
        ..finding("adverse_event")
    };
    let bmi = arithmetic(
        latest("weight", any_time()),
        trialc::model::ArithmeticOperator::Divide,
        term("sqrt", Value::Call { function: "sqrt".into(), arguments: vec![number("2"), number("3")] }),
    );
    let steady = Rule::Steady {
        measure: latest("weight", within_before(90, "randomization")),
        tolerance: Tolerance::Absolute { number: exact("1/3"), unit: Some(unit("kg")) },
        reference: Selector::Earliest,
    };
    let trend = Rule::Trend {
        measure: latest("weight", within_before(90, "randomization")),
        direction: trialc::model::Trend::Falling,
        values: 3,
        apart: Some(days(7)),
    };
    let between_events = term("time", Value::TimeBetween { from: at("consent"), to: at("randomization") });
    let change = Value::Change {
        relative: false,
        measure: "weight".into(),
        from: at("consent"),
        to: at("randomization"),
    };
    let area = Value::AreaUnder { measure: "alt".into(), from: at("consent"), to: at("randomization") };
    let onset =
        trialc::model::Moment { offset: None, of: trialc::model::Anchor::Onset { finding: finding("t2dm") } };
    let doses = window(Some(occurring("dose", Occurrence::Last)), None, "since last dose");
    let value = |value| term("value", value);
    Protocol::new()
        .measure("bmi", derived("Body mass index", None, bmi))
        .concept("malignancy", class(Domain::Condition, "Malignancy", &["stroke"]))
        .person("mother")
        .arms(&["cells", "insulin"])
        .include("I1", attested("I1"))
        .include(
            "I2",
            between(
                latest("hba1c", within_before(14, "randomization")),
                quantity("7.5 %"),
                quantity("9.5 %"),
            ),
        )
        .include(
            "I3",
            compare(measured("alt", Selector::Consecutive(2), doses), Comparator::AtMost, uln("2.5", "alt")),
        )
        .include("I4", compare(between_events, Comparator::AtLeast, span(months(4))))
        .include("I5", clause("steady", steady))
        .include("I13", clause("trend", trend))
        .include(
            "I6",
            clause(
                "count",
                Rule::Count { of: vec![ever("stroke"), attested("I6")], low: Some(1), high: None },
            ),
        )
        .include("I7", compare(value(change), Comparator::AtMost, quantity("5 kg")))
        .include("I8", compare(value(area), Comparator::AtLeast, quantity("5 U.d/L")))
        .include(
            "I9",
            compare(
                value(Value::Age { at: onset, unit: trialc::model::TimeUnit::Year }),
                Comparator::AtLeast,
                number("35"),
            ),
        )
        .include("I10", compare(latest("bmi", any_time()), Comparator::Less, number("35")))
        .include("I11", is(attribute("sex"), &["female"]))
        .include(
            "I12",
            compare(
                term("minus", Value::Negative { of: Box::new(number("1")) }),
                Comparator::Less,
                number("0"),
            ),
        )
        .exclude("E1", occurs(severe, Mode::Started, within_before(30, "randomization")))
        .exclude(
            "E2",
            compare(
                value(Value::Count {
                    finding: finding("stroke"),
                    mode: Mode::Started,
                    window: until_decision(),
                }),
                Comparator::AtLeast,
                number("2"),
            ),
        )
        .exclude(
            "E4",
            compare(
                value(Value::Days {
                    count: trialc::model::DayCount::LongestRun,
                    without: true,
                    finding: finding("stroke"),
                    window: within_before(30, "randomization"),
                }),
                Comparator::Greater,
                span(days(21)),
            ),
        )
        .exclude(
            "E3",
            compare(
                value(Value::Dose { finding: finding("metformin"), window: any_time() }),
                Comparator::Greater,
                quantity("1 g/d"),
            ),
        )
        .exclude(
            "E4",
            choose(ever("malignancy"), not(attested("E4.1")), all(vec![attested("E4.2"), any(vec![])])),
        )
        .exclude(
            "E5",
            compare(
                latest("creatinine", any_time()),
                Comparator::Greater,
                by_sex(quantity("1.5 mg/dL"), quantity("1.4 mg/dL")),
            ),
        )
        .exclude(
            "E6",
            clause("mother", Rule::OfPerson { person: "mother".into(), of: Box::new(ever("stroke")) }),
        )
        .exclude("E7", clause("text", Rule::Text { key: "E7".into(), because: "vague".into() }))
        .criterion(
            "E8",
            CriterionKind::Exclude,
            &["cells"],
            compare(latest("ecog", any_time()), Comparator::Greater, number("2")),
        )
        .exclude("E9", is(latest("pregnancy_test", within_before(7, "first_dose")), &["positive"]))
}

const FULL_RECORD: &str = r#"{"person": {"id": "P-1", "sex": "female", "born": "1970-03", "country": "CN"}, "recorded": "2011-06-30",
    "events": [{"name": "consent", "on": "2011-02-01"}, {"name": "dose", "on": "2011-03-01"},
        {"name": "adverse_event", "on": "2011-06-05", "attributes": {"grade": 3, "serious": true, "site": "left"}}],
    "measurements": [{"measure": "hba1c", "value": 81, "unit": "mmol/mol", "on": "2011-06-28", "source": "report 7"},
        {"measure": "hba1c", "value": 8, "unit": "%", "on": "2011-06-28"},
        {"measure": "alt", "value": "<5", "unit": "U/L", "on": "2011-05-01", "high": 40.5, "low": 7, "state": "fasting", "specimen": "serum"},
        {"measure": "alt", "value": 50, "unit": "U/L", "on": "2011-06", "high": 40}],
    "findings": [{"name": "t2dm", "from": "2001"}, {"code": "icd10:I63", "on": "2004"}],
    "exposures": [{"name": "metformin", "from": "2010-01-01", "to": "2011-12", "dose": {"value": 1.5, "unit": "g/d"}, "qualifiers": {"treated": "yes"}}],
    "procedures": [{"name": "hospital_admission", "on": "2009-05-01", "source": "letter"}],
    "absences": [{"name": "stroke", "from": "2005"}], "coverage": [{"of": "drugs", "from": "2009"}],
    "answers": {"I1": "yes", "E7": "unknown", "Q": "no"}, "persons": {"mother": {"findings": [{"name": "stroke", "on": "2001"}]}}}"#;

fn instances() -> [(&'static Validator, &'static str, Json); 3] {
    let protocol = rich();
    let document = protocol.document();
    let record = Record::read(FULL_RECORD).expect("a record");
    let verdict = screen(&document, &record, Some("2011-06-30".parse().expect("a day")));
    let json = |value: &dyn Fn() -> serde_json::Result<Json>| value().expect("JSON");
    [
        (&RECORD, "record", serde_json::from_str(FULL_RECORD).expect("JSON")),
        (&VERDICT, "verdict", json(&|| serde_json::to_value(&verdict))),
        (&DOCUMENT, "eligibility", json(&|| serde_json::to_value(&document))),
    ]
}

#[test]
fn what_is_written_follows_its_schema() {
    for (validator, name, instance) in instances() {
        assert_eq!(objections(validator, &instance), Vec::<String>::new(), "{name}");
    }
    for record in ["{}", r#"{"person": {}}"#, r#"{"measurements": []}"#] {
        assert_eq!(objections(&RECORD, &serde_json::from_str(record).expect("JSON")), Vec::<String>::new());
    }
}

#[test]
fn a_record_that_is_written_again_follows_the_schema() {
    let record = Record::read(FULL_RECORD).expect("a record");
    let written = serde_json::to_value(&record).expect("JSON");
    assert_eq!(objections(&RECORD, &written), Vec::<String>::new());
}

/// Every copy of the instance in which one object has a key too many, or one value is an object that was none.
fn broken_copies(instance: &Json) -> Vec<(String, Json)> {
    let mut paths = Vec::new();
    walk(instance, &mut String::new(), &mut paths);
    paths
        .into_iter()
        .map(|(path, is_object)| {
            let mut copy = instance.clone();
            let place = copy.pointer_mut(&path).expect("the path leads somewhere");
            if is_object {
                place.as_object_mut().expect("an object").insert("unexpected".into(), Json::Null);
            } else {
                *place = json!({"unexpected": null});
            }
            (path, copy)
        })
        .collect()
}

fn walk(value: &Json, path: &mut String, paths: &mut Vec<(String, bool)>) {
    paths.push((path.clone(), value.is_object()));
    let mut step = |key: &str, inner: &Json| {
        let length = path.len();
        path.push('/');
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        walk(inner, path, paths);
        path.truncate(length);
    };
    match value {
        Json::Object(fields) => fields.iter().for_each(|(key, inner)| step(key, inner)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| step(&index.to_string(), inner))
        }
        _ => {}
    }
}

#[test]
fn no_broken_copy_passes() {
    for (validator, name, instance) in instances() {
        let copies = broken_copies(&instance);
        assert!(copies.len() > 50, "{name} is rich enough: {}", copies.len());
        for (path, copy) in copies {
            assert!(!validator.is_valid(&copy), "{name}: broken at {path}");
        }
    }
}

#[test]
fn what_the_schema_of_records_refuses_the_reader_refuses_too() {
    let instance: Json = serde_json::from_str(FULL_RECORD).expect("JSON");
    for (path, copy) in broken_copies(&instance) {
        assert!(Record::read(&copy.to_string()).is_err(), "broken at {path}");
    }
    for wrong in [
        r#"{"person": {"born": "1970-3-2"}}"#,
        r#"{"person": {"sex": "F"}}"#,
        r#"{"answers": {"I1": "maybe"}}"#,
        r#"{"measurements": [{"measure": "alt", "value": "", "on": "2011"}]}"#,
        r#"{"measurements": [{"value": 5, "on": "2011"}]}"#,
        r#"{"measurements": [{"measure": "alt", "value": {"unknown": null}, "on": "2011"}]}"#,
        r#"{"measurements": [{"measure": "alt", "value": 5, "on": "28.6.2011"}]}"#,
    ] {
        let instance: Json = serde_json::from_str(wrong).expect("JSON");
        assert!(!RECORD.is_valid(&instance), "{wrong}");
        assert!(Record::read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_checker_that_reads_only_the_document_decides_alike() {
    let document = rich().document();
    let text = serde_json::to_string(&document).expect("JSON");
    let read: EligibilityDocument = serde_json::from_str(&text).expect("the document reads back");
    assert_eq!(read, document);
    let record = Record::read(FULL_RECORD).expect("a record");
    let day = Some("2011-06-30".parse().expect("a day"));
    assert_eq!(screen(&read, &record, day), screen(&document, &record, day));
}

#[test]
fn the_document_holds_what_the_rules_speak_of_and_no_more() {
    let document = rich().document();
    for measure in ["hba1c", "bmi", "weight"] {
        assert!(document.measures.contains_key(measure), "{measure} is mentioned, at least by a formula");
    }
    for measure in ["inr", "height", "ast"] {
        assert!(!document.measures.contains_key(measure), "{measure} is not mentioned");
    }
    assert!(
        document.concepts.contains_key("malignancy") && !document.concepts.contains_key("hospital_admission")
    );
}

#[test]
fn the_record_of_the_documentation_is_one() {
    let page = include_str!("../../docs/eligibility.md");
    let blocks: Vec<&str> =
        page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let instance: Json = serde_json::from_str(block).expect("JSON");
        assert_eq!(objections(&RECORD, &instance), Vec::<String>::new());
        assert!(Record::read(block).is_ok());
    }
}

#[test]
fn the_target_writes_the_document_and_a_list_of_every_criterion() {
    let trial = rich().0;
    let target = trialc::emit::find("eligibility").expect("the target is listed");
    let artifacts = (target.emit)(&trial);
    let file = |path: &str| {
        let artifact = artifacts.iter().find(|artifact| artifact.path == path).expect("the file is written");
        String::from_utf8(artifact.content.clone()).expect("text")
    };
    let document: EligibilityDocument = serde_json::from_str(&file("eligibility.json")).expect("a document");
    assert_eq!(document, EligibilityDocument::of(&trial));
    let list = file("eligibility.md");
    for (code, criterion) in &trial.decisions["randomization"].criteria {
        let row = format!("| {code} | {}", criterion.prose);
        assert!(list.contains(&row), "{code} is listed with its wording");
    }
    assert!(list.contains("Only for: cells"));
    assert!(list.contains("hba1c in 7.5 % to 9.5 %"), "the rule stands beside the wording");
}

#[test]
fn molar_masses_are_in_the_document() {
    let document = rich().document();
    let creatinine = document.measures["creatinine"].quantity().expect("a quantity");
    let mass = creatinine.molar_mass.as_ref().expect("its formula is known");
    assert_eq!(mass.with_digits(1), "113.1");
    let record = measurements(&["creatinine 100 umol/L on 2011-06-28"]);
    let verdict = rich().screen(&record, None);
    let line = verdict.decisions[0].criterion("E5").expect("E5");
    let remarks = &line.because[0].evidence[0].remarks;
    assert!(remarks[0].starts_with("molar mass of Serum creatinine 113.120 g/mol (C4H7N3O)"), "{remarks:?}");
}
