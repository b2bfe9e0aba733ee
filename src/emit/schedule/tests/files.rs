use super::*;

#[test]
fn the_files_of_two_schedules_are_byte_for_byte_these() {
    for (name, draft) in [("cells", cells()), ("oncology", oncology())] {
        let artifacts = emit(&draft.0);
        let paths: Vec<&str> = artifacts.iter().map(|artifact| artifact.path.as_str()).collect();
        let schema = (!draft.0.arms.is_empty()).then_some("schema.svg");
        let first = ["soa.csv", "soa.md", "soa.html", "schedule.json", "soa.xlsx"];
        let expected: Vec<&str> = first.into_iter().chain(schema).chain(["timeline.svg"]).collect();
        assert_eq!(paths, expected);
        for path in ["soa.csv", "soa.md", "soa.html", "schedule.json", "timeline.svg"] {
            insta::assert_snapshot!(format!("{name}.{path}"), file(&draft.0, path));
        }
        assert_eq!(artifacts, emit(&draft.0), "made twice, the same bytes");
    }
}

#[test]
fn the_workbook_is_an_archive_of_one_sheet() {
    let artifacts = emit(&oncology().0);
    let workbook =
        &artifacts.iter().find(|artifact| artifact.path == "soa.xlsx").expect("it is made").content;
    assert!(workbook.starts_with(b"PK\x03\x04"));
    let has = |name: &[u8]| workbook.windows(name.len()).any(|bytes| bytes == name);
    assert!(has(b"xl/worksheets/sheet1.xml") && has(b"docProps/core.xml"));
    assert!(!has(b"xl/worksheets/sheet2.xml"));
}

#[test]
fn a_trial_without_a_schedule_has_no_files() {
    let mut draft = cells();
    draft.0.schedule = None;
    assert_eq!(emit(&draft.0), []);
}

fn schema() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/schedule.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is part of the repository");
    let schema: serde_json::Value = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::meta::validate(&schema).expect("the schema is one of draft 2020-12");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

fn json(draft: &Draft) -> serde_json::Value {
    serde_json::from_str(&file(&draft.0, "schedule.json")).expect("JSON")
}

/// A schedule with what the others lack: choices of durations, minutes, an onset, every kind of anchor.
fn odd() -> Draft {
    let longer =
        Duration::Longest(vec![days(90), Duration::Shortest(vec![months(3), Duration::Minutes(60)])]);
    let finding = super::fixtures::never("t2dm");
    let Rule::Occurs { finding, .. } = finding.rule else { unreachable!("it is a finding") };
    Draft::new("t")
        .event("dose")
        .visit("a", "one", target(event("dose"), after(longer), Duration::Minutes(30), days(0), "the longer"))
        .visit(
            "a",
            "two",
            on(
                Moment { offset: Some(before(days(1))), of: Anchor::Onset { finding: finding.clone() } },
                "1 day before onset of t2dm",
            ),
        )
        .visit("a", "three", on(Moment { offset: None, of: Anchor::End { finding } }, "on end of t2dm"))
        .visit("a", "four", on(Moment { offset: None, of: Anchor::Decision }, "on the decision"))
}

#[test]
fn the_json_is_as_its_schema_says() {
    let schema = schema();
    for draft in [cells(), oncology(), odd(), Draft::new("empty")] {
        let document = json(&draft);
        let errors: Vec<String> = schema
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_schema_refuses_what_the_format_does_not_allow() {
    let schema = schema();
    let good = json(&cells());
    type Break = fn(&mut serde_json::Value);
    let broken: [(&str, Break); 12] = [
        ("a visit without timing", |json| drop(json["visits"][0].as_object_mut().unwrap().remove("timing"))),
        ("another format", |json| json["format"] = "soa".into()),
        ("another version", |json| json["format_version"] = 2.into()),
        ("a contact that is none", |json| json["visits"][0]["contact"] = "letter".into()),
        ("a duration that is no ISO 8601", |json| json["visits"][2]["timing"]["early"] = "7 days".into()),
        ("a range with a target's offset", |json| json["visits"][1]["timing"]["kind"] = "target".into()),
        ("a property of nobody", |json| json["visits"][0]["colour"] = "red".into()),
        ("days in words", |json| json["visits"][0]["days_from_anchor"]["least"] = "one".into()),
        ("a cell without a visit", |json| {
            drop(json["activities"][0]["cells"][0].as_object_mut().unwrap().remove("visit"))
        }),
        ("an empty list of conditions", |json| {
            json["activities"][0]["cells"][0]["conditions"] = serde_json::json!([])
        }),
        ("a numbered footnote", |json| json["footnotes"][0]["letter"] = "1".into()),
        ("a side that is neither before nor after", |json| {
            json["visits"][1]["timing"]["from"]["direction"] = "around".into()
        }),
    ];
    assert!(schema.is_valid(&good));
    for (what, break_it) in broken {
        let mut copy = good.clone();
        break_it(&mut copy);
        assert_ne!(copy, good, "{what}: nothing was broken");
        assert!(!schema.is_valid(&copy), "{what} is let through");
    }
}

#[test]
fn pages_are_well_formed_and_bring_everything_with_them() {
    let trial = oncology().0;
    for name in ["soa.html", "timeline.svg"] {
        let text = file(&trial, name);
        for outside in ["src=", "@import", "url(", "<link", "<script"] {
            assert!(!text.contains(outside), "{name} has `{outside}`");
        }
        assert!(!text.contains("<title> &"), "{name} does not escape the title");
        let mut reader = quick_xml::Reader::from_str(text.strip_prefix("<!DOCTYPE html>").unwrap_or(&text));
        reader.config_mut().check_end_names = name.ends_with("svg");
        let mut elements = 0;
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(_) => elements += 1,
                _ => {}
            }
        }
        assert!(elements > 20, "{name} has {elements} elements");
    }
}

#[test]
fn every_row_of_the_page_covers_every_column() {
    for draft in [cells(), oncology()] {
        let page = file(&draft.0, "soa.html");
        let columns = of(&draft).columns.len() + 1;
        let rows: Vec<&str> = page.split("<tr").skip(1).collect();
        assert!(rows.len() > 10);
        for row in rows {
            let row = row.split("</tr>").next().unwrap();
            let cells = row.split("<th").skip(1).chain(row.split("<td").skip(1));
            let width: usize = cells
                .map(|cell| match cell.split_once("colspan=\"") {
                    Some((before, count)) if !before.contains('>') => {
                        count.split('"').next().unwrap().parse().unwrap()
                    }
                    _ => 1,
                })
                .sum();
            assert_eq!(width, columns, "{row}");
        }
    }
}
