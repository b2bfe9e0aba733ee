use proptest::prelude::*;
use serde_json::Value;

use super::read::DEEPEST;
use super::*;

fn same(json: Json<'_>, value: &Value) -> bool {
    match (json.is(), value) {
        (Is::Null, Value::Null) => true,
        (Is::Flag(one), Value::Bool(other)) => one == *other,
        (Is::Number(one), Value::Number(other)) => {
            serde_json::from_str::<Value>(one).is_ok_and(|one| one == Value::Number(other.clone()))
        }
        (Is::Text(one), Value::String(other)) => one == other,
        (Is::List(ones), Value::Array(others)) => {
            ones.clone().count() == others.len() && ones.zip(others).all(|(one, other)| same(one, other))
        }
        (Is::Object(ones), Value::Object(others)) => {
            let is = |(key, one): (&str, Json<'_>)| {
                let found = json.get(key).map(Json::at);
                found == Some(one.at()).filter(|_| !one.is_null())
                    && others.get(key).is_some_and(|other| same(one, other))
            };
            ones.clone().count() == others.len() && ones.into_iter().all(is)
        }
        _ => false,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[a-z]{0,20}", "[ -~]{0,40}", "[\\\\\"é\u{1}\n😀/a-c]{0,18}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text.clone(), inner, 0..30)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Whether our reader and another take the same texts, and read the same of them.
fn agrees(tape: &mut Tape, text: &str) -> Result<(), String> {
    let other = serde_json::from_str::<Value>(text);
    match (tape.read(text), other) {
        (Ok(json), Ok(value)) if same(json, &value) => Ok(()),
        // Another reader keeps the last of two keys.
        (Err(fault), Ok(_)) if fault.message.contains("twice") => Ok(()),
        (Err(fault), Err(_)) if fault.at <= text.len() => Ok(()),
        // Another reader needs numbers that a float can hold.
        (Ok(_), Err(error)) if error.to_string().contains("out of range") => Ok(()),
        (ours, other) => Err(format!("{text}\n{ours:?}\n{other:?}")),
    }
}

proptest! {
    #[test]
    fn it_reads_what_another_reader_reads(values in prop::collection::vec(any_json(), 1..4), pretty in any::<bool>()) {
        // The same tape, so that nothing of what was read before shows through.
        let mut tape = Tape::default();
        for value in values {
            let text = match pretty {
                true => serde_json::to_string_pretty(&value).unwrap(),
                false => value.to_string(),
            };
            let read = tape.read(&text);
            prop_assert!(read.as_ref().is_ok_and(|json| same(*json, &value)), "{text}: {read:?}");
        }
    }

    #[test]
    fn it_refuses_what_another_reader_refuses(text in "[\\[\\]{}:,\"\\\\ \n\u{1}aenrtulsf0-9.+Eéu-]{0,24}") {
        prop_assert_eq!(agrees(&mut Tape::default(), &text), Ok(()));
    }

    /// A text with one letter more, less or other than JSON has.
    #[test]
    fn it_takes_a_damaged_text_where_another_reader_takes_it(
        value in any_json(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..3, "[\\[\\]{}:,\"\\\\ \n\u{0}\u{1f}\u{7f}a0-9.eE+é-]"), 1..3),
    ) {
        let mut letters: Vec<char> = value.to_string().chars().collect();
        for (place, how, letter) in damage {
            let place = place.index(letters.len() + 1);
            let letter = letter.chars().next().unwrap();
            match how {
                0 => letters.insert(place, letter),
                1 if place < letters.len() => letters[place] = letter,
                _ if place < letters.len() => drop(letters.remove(place)),
                _ => {}
            }
        }
        let text: String = letters.into_iter().collect();
        prop_assert_eq!(agrees(&mut Tape::default(), &text), Ok(()));
    }
}

#[test]
fn numbers_and_places_are_as_written() {
    let mut tape = Tape::default();
    let json = tape.read("{\"a\": [1, 9.10], \"b\": {\"c\": null}, \"d\": -0}").unwrap();
    let Is::List(mut items) = json.get("a").unwrap().is() else { panic!() };
    let second = items.nth(1).unwrap();
    assert!(matches!((second.at(), second.is()), (10, Is::Number("9.10"))));
    // Behind a list and an object, which hold others, the next key is found.
    assert!(matches!(json.get("d").map(Json::is), Some(Is::Number("-0"))));
    assert!(json.get("b").unwrap().get("c").is_none() && json.get("c").is_none());
    assert_eq!(tape.read(r#""\ud83d\ude00""#).unwrap().text(), Some("😀"));
    assert!(tape.read(r#""\ud83d""#).is_err());
}

#[test]
fn a_key_stands_once_however_it_is_spelt() {
    let mut tape = Tape::default();
    let twice = |tape: &mut Tape, text: &str| tape.read(text).map(Json::at).map_err(|fault| fault.at);
    assert_eq!(twice(&mut tape, r#"{"ab": 1, "a": 2}"#), Ok(0));
    assert_eq!(twice(&mut tape, r#"{"ab": 1, "\u0061b": 2}"#), Err(21));
    // Keys of the same length and ends, of which none stands twice; then one more.
    let many: Vec<String> = (10..60).map(|number| format!("\"a{number}z\": {number}")).collect();
    assert_eq!(twice(&mut tape, &format!("{{{}}}", many.join(","))), Ok(0));
    assert!(twice(&mut tape, &format!("{{{}, \"a11z\": 1}}", many.join(","))).is_err());
}

#[test]
fn a_member_is_found_by_any_name_and_by_no_other() {
    let mut tape = Tape::default();
    // Nothing, one letter, one that is escaped, a name of other letters between the same ends, and one of many bytes.
    let names = [
        "",
        "a",
        "\u{7f}",
        "ab",
        "acb",
        "abb",
        "é",
        "名前",
        "a name that is much longer than those of FHIR are",
    ];
    for (place, name) in names.iter().enumerate() {
        for text in [
            serde_json::json!({ *name: place }).to_string(),
            format!("{{\"{}\": {place}}}", name.chars().map(escaped).collect::<String>()),
        ] {
            let json = tape.read(&text).unwrap_or_else(|error| panic!("{error:?}: {text}"));
            for other in names {
                assert_eq!(json.get(other).is_some(), other == *name, "`{other}` in {text}");
            }
        }
    }
}

/// As JSON may write any sign.
fn escaped(sign: char) -> String {
    sign.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

#[test]
fn values_that_follow_each_other_are_read_one_by_one() {
    let mut tape = Tape::default();
    let places = |text: &str, tape: &mut Tape| -> Option<Vec<usize>> {
        Some(tape.read_all(text).ok()?.map(Json::at).collect())
    };
    assert_eq!(places("{\"a\": [1, 2]}\n [3] 4 ", &mut tape), Some(vec![0, 15, 19]));
    assert_eq!(places(" ", &mut tape), Some(Vec::new()));
    assert_eq!(places("{} }", &mut tape), None);
}

#[test]
fn nesting_ends_somewhere() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(Tape::default().read(&deep(DEEPEST)).is_ok());
    assert!(Tape::default().read(&deep(1_000_000)).unwrap_err().message.contains("nested"));
}

#[test]
fn the_first_object_is_looked_at_and_no_other() {
    assert!(first_object_has(" [ {\"a\": {\"b\": 1}, \"resourceType\": 1", "resourceType"));
    assert!(!first_object_has("{\"a\": {\"resourceType\": 1}}", "resourceType"));
    assert!(!first_object_has("{\"a\": 1} {\"resourceType\": 1}", "resourceType"));
}
