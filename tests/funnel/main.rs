//! The files of a funnel: their numbers, their words, and what is not in them.

use std::fs;
use std::path::Path;

use serde_json::Value;
use trialc::compile::compile;
use trialc::emit::Artifact;
use trialc::emit::funnel::Funnel;
use trialc::model::{CriterionKind, Trial};
use trialc::population::{Column, Screened};
use trialc::source::{LoadError, Loader};

/// A formula, the ends of a script, of a comment and of CDATA, an element, a control character.
const HOSTILE: &str =
    "=HYPERLINK(1)</script><script>x()</script><img src=x onerror=x()>]]>--> \u{1b}'\"&amp;";

struct Disk;

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        fs::read_to_string(path).map_err(|_| LoadError::Missing { suggestion: None })
    }
}

fn trial() -> Trial {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols/nct01719640/trial.trial");
    compile(&Disk, path.to_str().unwrap()).unwrap().trial.expect("the first trial compiles")
}

/// Columns as (code, arm, wording), people as (statuses, how many): `+` met, `-` not met, `?` unknown.
fn screened(columns: &[(&str, Option<&str>, &str)], people: &[(&str, usize)]) -> Screened {
    let count = people.iter().map(|(_, count)| count).sum::<usize>();
    let empty = vec![vec![0_u64; count.div_ceil(64)]; columns.len()];
    let column = |(code, arm, prose): &(&str, Option<&str>, &str)| Column {
        code: (*code).to_owned(),
        kind: if code.starts_with('E') { CriterionKind::Exclude } else { CriterionKind::Include },
        prose: (*prose).to_owned(),
        arm: arm.map(str::to_owned),
    };
    let mut arms: Vec<String> = columns.iter().filter_map(|(_, arm, _)| arm.map(str::to_owned)).collect();
    arms.dedup();
    let mut all = Screened {
        decision: "randomization".to_owned(),
        label: Some("Entry into the trial".to_owned()),
        columns: columns.iter().map(column).collect(),
        arms,
        met: empty.clone(),
        unknown: empty.clone(),
        not_applicable: empty,
        people: count,
        ..Screened::default()
    };
    let everybody = people.iter().flat_map(|(statuses, count)| std::iter::repeat_n(statuses, *count));
    for (person, statuses) in everybody.enumerate() {
        for (column, status) in statuses.chars().enumerate() {
            let bits = match status {
                '+' => &mut all.met,
                '?' => &mut all.unknown,
                _ => continue,
            };
            bits[column][person / 64] |= 1 << (person % 64);
        }
    }
    all
}

/// Six criteria and a population like that of a hospital: many fail several, for some a value is missing.
fn hospital() -> Screened {
    let columns = [
        ("I4", None, "Male or female, aged 18 to 75 years inclusive at the time of consent"),
        ("I7", None, "Type 2 diabetes mellitus, diagnosed by a physician"),
        (
            "I8",
            None,
            "HbA1c ≥ 7.5 and ≤ 9.5% at time of randomization, latest value within 14 days before it",
        ),
        ("E6", None, "Serum creatinine > 1.5 mg/dl (males) and 1.4 mg/dl (females)"),
        ("E9", None, "Use of a GLP-1 receptor agonist within 90 days"),
        ("E12", None, "Admission to hospital within 14 days before randomization"),
    ];
    let people = [
        ("++++++", 7_664),
        ("+++?++", 2_210),
        ("++?+++", 1_904),
        ("++??++", 611),
        ("+++++?", 190),
        ("+++-++", 356),
        ("++++-+", 193),
        ("++++--", 7),
        ("++++++", 3),
        ("++-+++", 41_201),
        ("++-?++", 14_020),
        ("+-?+++", 410_233),
        ("+-++++", 1_022),
        ("+-??++", 280_411),
        ("--????", 98_250),
        ("-+?+++", 20_140),
        ("-+++++", 2),
        ("?+++++", 1),
    ];
    screened(&columns, &people)
}

fn files(screened: &[Screened], order: &[&str], suppress_below: Option<u64>) -> Vec<Artifact> {
    let order: Vec<String> = order.iter().map(|code| (*code).to_owned()).collect();
    Funnel { trial: &trial(), screened, order: &order, suppress_below }.artifacts()
}

fn text<'a>(files: &'a [Artifact], name: &str) -> &'a str {
    let file = files.iter().find(|file| file.path == name).expect(name);
    std::str::from_utf8(&file.content).unwrap()
}

fn json(files: &[Artifact]) -> Value {
    serde_json::from_str(text(files, "funnel.json")).unwrap()
}

/// The rows of `funnel.csv` by their headings.
fn rows(files: &[Artifact]) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_reader(text(files, "funnel.csv").as_bytes());
    let headings = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        headings.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn cell<'r>(row: &'r [(String, String)], heading: &str) -> &'r str {
    &row.iter().find(|(name, _)| name == heading).expect(heading).1
}

#[test]
fn each_file_says_the_same_numbers() {
    let files = files(&[hospital()], &[], None);
    let funnel = &json(&files)["decisions"][0]["funnels"][0];
    assert_eq!(funnel["everybody"], 878_418);
    assert_eq!((&funnel["eligible"], &funnel["undetermined"]), (&7_667.into(), &4_916.into()));
    let rows = rows(&files);
    assert_eq!(rows.len(), 7, "everybody, and six criteria");
    let (svg, page) = (text(&files, "funnel.svg"), text(&files, "funnel.html"));
    assert!(svg.contains(">878,418</text>") && page.contains(">878,418<"));
    for (row, step) in rows[1..].iter().zip(funnel["steps"].as_array().unwrap()) {
        assert_eq!(cell(row, "criterion"), step["criterion"]);
        for name in ["definite", "possible", "definite_lost", "possible_lost"] {
            let number = step[name].as_u64().unwrap();
            assert_eq!(cell(row, name), number.to_string());
            let shown = if name.ends_with("lost") && number > 0 { "−" } else { "" };
            let shown = format!("{shown}{}", with_commas(number));
            assert!(svg.contains(&format!(">{shown}</text>")), "{shown} in the picture");
            assert!(page.contains(&format!(">{shown}</span>")), "{shown} in the page");
        }
    }
}

fn with_commas(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", with_commas(number / 1000), number % 1000),
    }
}

#[test]
fn an_order_chooses_and_the_others_have_no_step() {
    let files = files(&[hospital()], &["E6", "I4", "E6"], None);
    let rows = rows(&files);
    let steps: Vec<(&str, &str)> =
        rows.iter().map(|row| (cell(row, "step"), cell(row, "criterion"))).collect();
    assert_eq!(steps, [("0", ""), ("1", "E6"), ("2", "I4"), ("", "I7"), ("", "I8"), ("", "E9"), ("", "E12")]);
    assert_eq!((cell(&rows[3], "definite"), cell(&rows[3], "lost_alone")), ("", ""));
    assert_ne!(cell(&rows[3], "not_met"), "", "how many fail it does not depend on the choice");
}

#[test]
fn arms_have_funnels_of_their_own() {
    let limited = [("I1", None, "Adult"), ("E1", Some("a"), "Asthma"), ("E1", Some("b"), "Asthma")];
    let files = files(&[screened(&limited, &[("+-+", 10), ("+--", 20)])], &[], None);
    let json = json(&files);
    let funnels = json["decisions"][0]["funnels"].as_array().unwrap();
    let eligible: Vec<(Option<&str>, u64)> =
        funnels.iter().map(|one| (one["arm"].as_str(), one["eligible"].as_u64().unwrap())).collect();
    assert_eq!(eligible, [(None, 10), (Some("a"), 0), (Some("b"), 10)]);
    assert_eq!(json["decisions"][0]["criteria"][1]["columns"].as_array().unwrap().len(), 2);
    assert_eq!(rows(&files).len(), 9);
    assert!(text(&files, "funnel.html").matches("<section class=\"part\"").count() == 3);
}

#[test]
fn the_data_are_as_their_schema_says() {
    let schema =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/funnel.schema.json"));
    let schema: Value = serde_json::from_str(&schema.unwrap()).unwrap();
    let judge = jsonschema::validator_for(&schema).unwrap();
    for below in [None, Some(5)] {
        let document = json(&files(&[hospital()], &[], below));
        let errors: Vec<String> = judge.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    let mut broken = json(&files(&[hospital()], &[], None));
    broken["decisions"][0]["funnels"][0]["eligible"] = "many".into();
    assert!(!judge.is_valid(&broken));
}

#[test]
fn withheld_numbers_are_in_none_of_the_files() {
    let columns = [("I1", None, "One"), ("I2", None, "Two")];
    let small = screened(&columns, &[("++", 4_000), ("+-", 123), ("-+", 3), ("??", 31)]);
    let open = files(std::slice::from_ref(&small), &[], None);
    let withheld = files(&[small], &[], Some(5));
    // The three who fail I1 alone, and what all others are without them.
    let steps = &json(&open)["decisions"][0]["funnels"][0]["steps"];
    assert_eq!(steps[0]["possible_lost"], 3);
    for cell in json(&withheld)["decisions"][0]["cells"].as_array().unwrap() {
        assert!(!matches!(cell["people"].as_u64(), Some(3 | 4_000)), "{cell}");
    }
    let funnel = &json(&withheld)["decisions"][0]["funnels"][0];
    assert_eq!(funnel["steps"][0]["possible_lost"], serde_json::json!({"least": 1, "most": 4}));
    assert_eq!(funnel["eligible"], serde_json::json!({"least": 3_999, "most": 4_002}));
    assert!(text(&withheld, "funnel.svg").contains("−&lt;5"));
    assert!(
        text(&withheld, "funnel.html").contains("−&lt;5") && text(&withheld, "funnel.csv").contains(",<5,")
    );
    assert!(
        !text(&withheld, "funnel.html").contains("4,000") && !text(&withheld, "funnel.svg").contains("4,000")
    );
    // Near miss: with five of them nothing is small.
    let enough = screened(&columns, &[("++", 4_000), ("-+", 5)]);
    assert_eq!(json(&files(&[enough], &[], Some(5)))["decisions"][0]["funnels"][0]["eligible"], 4_000);
}

#[test]
fn hostile_words_stay_words() {
    let mut all = screened(&[(HOSTILE, None, HOSTILE), ("+1+1", Some(HOSTILE), "\t=2")], &[("+-", 1)]);
    (all.decision, all.label) = (HOSTILE.to_owned(), Some(HOSTILE.to_owned()));
    let mut trial = trial();
    trial.header.title = HOSTILE.to_owned();
    let files = Funnel { trial: &trial, screened: &[all], order: &[], suppress_below: None }.artifacts();
    for row in rows(&files) {
        for (heading, cell) in row {
            let first = cell.trim_start().chars().next();
            assert!(!matches!(first, Some('=' | '+' | '@')), "{heading}: {cell}");
        }
    }
    let page = text(&files, "funnel.html");
    assert_eq!(page.matches("<script").count(), 3, "the data and two scripts");
    assert_eq!(page.matches("</script").count(), 3);
    assert!(!page.contains("<img"));
    // The data come back letter by letter.
    let begin = page.find("type=\"application/json\">").unwrap() + "type=\"application/json\">".len();
    let data = &page[begin..begin + page[begin..].find("</script").unwrap()];
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["decisions"][0]["criteria"][0]["prose"], HOSTILE);
    let mut reader = quick_xml::Reader::from_str(text(&files, "funnel.svg"));
    let mut elements = Vec::new();
    loop {
        match reader.read_event().expect("the picture is XML") {
            quick_xml::events::Event::Start(element) | quick_xml::events::Event::Empty(element) => {
                elements.push(String::from_utf8(element.name().as_ref().to_vec()).unwrap());
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    elements.sort();
    elements.dedup();
    assert_eq!(elements, ["g", "line", "polygon", "rect", "style", "svg", "text", "title"]);
    assert!(!text(&files, "funnel.svg").contains('\u{1b}'));
}

#[test]
fn the_page_may_load_and_send_nothing() {
    let files = files(&[hospital()], &[], None);
    let page = text(&files, "funnel.html");
    let policy = "content=\"default-src 'none'; style-src 'sha256-";
    assert!(page.contains(policy));
    for word in ["http://", "https://", " style=\"", " onclick", "javascript:", "url("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn nobody_and_no_criteria_are_a_funnel_too() {
    for (columns, people) in [(vec![], vec![("", 3)]), (vec![("I1", None, "One")], vec![])] {
        let files = files(&[screened(&columns, &people)], &[], Some(5));
        assert_eq!(json(&files)["people"], people.len() * 3);
        assert!(text(&files, "funnel.svg").ends_with("</svg>\n"));
    }
    let none = files(&[], &[], None);
    assert_eq!(json(&none)["decisions"], serde_json::json!([]));
}

#[test]
fn the_same_counts_give_the_same_bytes() {
    for below in [None, Some(5)] {
        assert_eq!(files(&[hospital()], &[], below), files(&[hospital()], &[], below));
    }
    // Left where tests leave things, for whoever wants to look at them.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for file in files(&[hospital()], &[], None) {
        fs::write(folder.join(&file.path), &file.content).unwrap();
    }
}
