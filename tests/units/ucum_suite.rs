//! The functional tests of UCUM (Grahame Grieve and others, EPL-1.0), in UCUM's own reading.

use quick_xml::Reader;
use quick_xml::events::Event;
use trialc::number::Exact;
use trialc::units::pure;

use crate::{close, exact, shared};

/// Every `<case>` with its section and attributes.
fn cases() -> Vec<(String, Vec<(String, String)>)> {
    let Some(xml) = shared("UcumFunctionalTests.xml") else { return Vec::new() };
    let mut reader = Reader::from_str(&xml);
    let (mut section, mut cases) = (String::new(), Vec::new());
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => return cases,
            Event::Start(start) => {
                section = String::from_utf8(start.name().as_ref().to_vec()).expect("ASCII");
            }
            Event::Empty(start) if start.name().as_ref() == b"case" => {
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.expect("well-formed");
                    let key = String::from_utf8(attribute.key.as_ref().to_vec()).expect("ASCII");
                    let raw = String::from_utf8(attribute.value.into_owned()).expect("UTF-8");
                    (key, quick_xml::escape::unescape(&raw).expect("well-formed").into_owned())
                });
                cases.push((section.clone(), attributes.collect()));
            }
            _ => {}
        }
    }
}

fn section(name: &str) -> Vec<impl Fn(&str) -> String> {
    let of_section = cases().into_iter().filter(move |(section, _)| section == name);
    of_section
        .map(|(_, attributes)| {
            move |key: &str| {
                let found = attributes.iter().find(|(name, _)| name == key);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            }
        })
        .collect()
}

#[test]
fn validates() {
    let mut wrong = Vec::new();
    let cases = section("validation");
    for case in &cases {
        let outcome = pure::validate(&case("unit"));
        if outcome.is_ok() != (case("valid") == "true") {
            wrong.push(format!("{} `{}`: {outcome:?}", case("id"), case("unit")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.is_empty() || cases.len() == 529, "{}", cases.len());
}

#[test]
fn names() {
    let cases = section("displayNameGeneration");
    for case in &cases {
        assert_eq!(pure::name(&case("unit")).expect("valid"), case("display"), "{}", case("id"));
    }
    assert!(cases.is_empty() || cases.len() == 9);
}

/// The suite gives its outcomes to as many digits as its inputs have; half a unit of the last digit is allowed.
fn agrees(value: &Exact, expected: &str) -> bool {
    let wanted = exact(expected);
    let digits = expected.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit);
    let figures = digits.skip_while(|byte| *byte == b'0').count() as u32;
    value == &wanted
        || exact(&value.to_significant(figures)) == wanted
        || close(value, &wanted, 10_000_000_000)
}

#[test]
fn converts() {
    let cases = section("conversion");
    for case in &cases {
        let value = pure::convert(&exact(&case("value")), &case("srcUnit"), &case("dstUnit"));
        let value = value.expect("valid").expect("commensurable");
        assert!(agrees(&value, &case("outcome")), "{}: {value} for {}", case("id"), case("outcome"));
    }
    assert!(cases.is_empty() || cases.len() == 30, "{}", cases.len());
}

#[test]
fn multiplies_and_divides() {
    let mut count = 0;
    for (name, operator) in [("multiplication", "."), ("division", "/")] {
        for case in section(name) {
            let (v1, v2) = (exact(&case("v1")), exact(&case("v2")));
            let value = if operator == "." { &v1 * &v2 } else { v1.checked_div(&v2).expect("not zero") };
            let product = format!("({}){operator}({})", case("u1"), case("u2"));
            let result = if case("uRes").is_empty() { "1".into() } else { case("uRes") };
            let value = pure::convert(&value, &product, &result).expect("valid").expect("commensurable");
            assert!(agrees(&value, &case("vRes")), "{}: {value} for {}", case("id"), case("vRes"));
            count += 1;
        }
    }
    assert!(count == 0 || count == 5, "{count}");
}
