//! The pictures and the page of a study, from the text of a protocol.

use trialc::emit::find;

use super::trial;

const HEAD: &str = "trial t \"A & B < C\"\nevent consent\nevent randomization: at least 1 day after consent\nevent dose: on or after randomization\n\
    measure weight_loss \"Weight loss\": kg\nprocedure sample \"Blood sample\"\nprocedure rest \"Rest\"\n";
const ARMS: &str = "intervention drug_x \"Drug X\": drug\n\
    randomize main at randomization {\n  ratio: 2:1\n  arm a \"Alpha\": experimental { gives drug_x: 5 mg, oral, daily, from dose for 4 weeks }\n\
      arm b \"Beta\": no_intervention\n}\n";
const SCHEDULE: &str = "schedule {\n  clock study: day 1 is randomization\n  epoch screening \"Screening\" { visit s: day -14 to -1 }\n\
    epoch treatment \"Treatment\" { visit d1: day 1; visit d8: day 8 ±1 days }\n  epoch extension \"Extension\" { arms: a; visit d29: day 29 ±3 days }\n\
    timepoints pk \"PK profile\" { from: dose; at: -30 min, 1 h ±5 min \"Peak\", 24 h ±1 h }\n  collect sample at d1 per pk\n  collect rest at d1, d8\n}\n";

fn files(text: &str, target: &str) -> Vec<(String, String)> {
    let artifacts = (find(target).expect("a target").emit)(&trial(text));
    let texts = artifacts.into_iter().filter(|artifact| !artifact.path.ends_with(".xlsx"));
    texts.map(|artifact| (artifact.path, String::from_utf8(artifact.content).expect("text"))).collect()
}

fn file(text: &str, path: &str) -> Option<String> {
    files(text, "schedule").into_iter().find(|(name, _)| name == path).map(|(_, content)| content)
}

#[test]
fn the_schema_shows_the_node_its_ratio_and_what_each_arm_is_given() {
    let schema = file(&format!("{HEAD}{ARMS}{SCHEDULE}"), "schema.svg").expect("a schema");
    for said in
        [">R<", ">2:1<", ">Alpha<", ">Beta<", ">Screening<", ">Treatment<", ">Extension<", "A &amp; B &lt; C"]
    {
        assert!(schema.contains(said), "{said}");
    }
    assert!(schema.contains("Drug X 5 mg, oral, daily, from dose, for 4 weeks"), "{schema}");
    // Beta has no extension.
    assert_eq!(schema.matches("class=\"outside\"").count(), 1);
    let without = format!("{HEAD}{}", SCHEDULE.replace("arms: a; ", ""));
    assert_eq!(file(&without, "schema.svg"), None, "a trial without arms has no schema");
}

#[test]
fn the_epochs_of_a_schema_end_where_the_arms_end() {
    let schema = file(&format!("{HEAD}{ARMS}{SCHEDULE}"), "schema.svg").expect("a schema");
    let ends = |class: &str| -> Vec<f64> {
        let number = |rect: &str, name: &str| -> f64 {
            let value = rect.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
            value.and_then(|value| value.parse().ok()).expect("a number")
        };
        let rects = schema.lines().filter(|line| line.starts_with(&format!("<rect class=\"{class}\"")));
        rects.map(|rect| number(rect, "x") + number(rect, "width")).collect()
    };
    let (epochs, arms) = (ends("epoch"), ends("arm"));
    assert_eq!(epochs.last(), arms.first(), "{schema}");
    assert_eq!(epochs.len(), 2, "screening stands before the node");
}

#[test]
fn a_strip_shows_each_time_with_its_window_and_what_is_done_at_it() {
    let strip = file(&format!("{HEAD}{ARMS}{SCHEDULE}"), "timepoints/pk.svg").expect("a strip");
    for said in
        [">PK profile<", ">−30 min<", ">1 h<", ">24 h<", ">±5 min<", ">±1 h<", ">Peak<", ">Blood sample<"]
    {
        assert!(strip.contains(said), "{said}");
    }
    assert!(!strip.contains("Rest"), "what is done at no time of the day is not in it");
    assert_eq!(strip.matches("<polygon").count(), 3, "a mark for each time");
    assert_eq!(strip.matches("class=\"window\"").count(), 2, "the first time is exact");
}

#[test]
fn the_page_of_a_study_holds_everything_and_asks_for_nothing_from_outside() {
    let text = format!("{HEAD}{ARMS}{SCHEDULE}");
    let pages = files(&text, "study");
    let [(path, page)] = pages.as_slice() else { panic!("one page") };
    assert_eq!(path, "study.html");
    for part in ["synopsis", "design", "activities", "timeline", "forms"] {
        assert!(page.contains(&format!("<section id=\"{part}\">")), "{part}");
        assert!(page.contains(&format!("href=\"#{part}\"")), "{part}");
    }
    assert!(!page.contains("id=\"criteria\""), "a protocol without criteria has no such part");
    assert_eq!(page.matches("<img src=\"data:image/svg+xml,").count(), 3, "schema, timeline, strip");
    for outside in ["http:", "https:", "<link", "<script", "@import", "url("] {
        let plain = page.replace("http://www.w3.org/2000/svg", "").replace("http%3A", "");
        assert!(!plain.contains(outside), "{outside}");
    }
    assert_eq!(pages, files(&text, "study"), "made twice, the same bytes");
}
