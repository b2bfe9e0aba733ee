//! What is given at visits, as rows of the Schedule of Activities: by the days of the plan, and never guessed.

use serde_json::Value;

use super::{file, trial};

/// A protocol with these arms and these epochs.
fn protocol(arms: &str, epochs: &str) -> String {
    format!(
        "trial t \"T\"
event consent \"Consent\"
event randomization \"Randomization\": 0 to 14 days after consent
event start \"Start\": 0 to 7 days after randomization
event progression \"Progression\": after start
event last_dose \"Last dose\": 28 days after start
procedure exam \"Examination\"
intervention drug_x \"Drug X\": drug
intervention drug_y \"Drug Y\": drug
{arms}
schedule {{
  clock study: day 1 is start
  epoch screening \"Screening\" {{ visit s: on consent }}
  {epochs}
  collect exam at s
}}
"
    )
}

fn one_arm(gives: &str, visits: &str) -> String {
    let arm = format!("arm only \"All\": experimental {{ gives drug_x: 5 mg, {gives} }}");
    protocol(&arm, &format!("epoch treatment \"Treatment\" {{ {visits} }}"))
}

/// Rows of what is given: label and cells, the visit of screening left out, with the notes of the cells and of the label.
fn rows(text: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(&file(&trial(text), "schedule.json")).expect("JSON");
    let note = |letter: &Value| {
        let all = document["footnotes"].as_array().expect("a list");
        let found = all.iter().find(|note| note["letter"] == *letter).expect("the note is there");
        found["text"].as_str().expect("a text").to_owned()
    };
    let notes = |of: &Value| -> String {
        let letters = of["footnotes"].as_array().expect("a list");
        letters.iter().map(|letter| format!(" [{}]", note(letter))).collect()
    };
    let activities = document["activities"].as_array().expect("a list");
    let given = activities.iter().filter(|activity| activity["kind"] == "intervention");
    let each = given.map(|row| {
        let cells = row["cells"].as_array().expect("a list");
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| format!("{}{}", cell["visit"].as_str().expect("a name"), notes(cell)))
            .collect();
        format!("{}{}: {}", row["label"].as_str().expect("a label"), notes(row), cells.join(", "))
    });
    each.collect()
}

#[test]
fn a_dose_on_the_day_of_a_visit_stands_there_with_its_plan() {
    let visits = "visit d1: day 1; visit d8: day 8, ±2 days; visit w4: 4 weeks after start; visit w6: 6 weeks after start";
    assert_eq!(
        rows(&one_arm("every 4 weeks, from start, for 12 weeks", visits)),
        ["Drug X [Drug X 5 mg, every 4 weeks, from start, for 12 weeks.]: d1, w4"]
    );
    assert_eq!(rows(&one_arm("once, on start", visits)), ["Drug X [Drug X 5 mg, once, on start.]: d1"]);
    assert_eq!(rows(&one_arm("on w6", visits)), ["Drug X [Drug X 5 mg, on W6.]: w6"]);
    assert_eq!(
        rows(&one_arm("every 2 weeks, from 2 weeks after start, for 5 weeks", visits)),
        ["Drug X [Drug X 5 mg, every 2 weeks, from 2 weeks after start, for 5 weeks.]: w4, w6"]
    );
    let months =
        "visit m1: 1 month after start; visit m2: 2 months after start; visit m3: 3 months after start";
    assert_eq!(
        rows(&one_arm("every 2 months, from start, for 1 year", months)),
        ["Drug X [Drug X 5 mg, every 2 months, from start, for 1 year.]: m2"]
    );
}

#[test]
fn where_nothing_says_that_a_dose_falls_on_a_visit_there_is_no_row() {
    let visits = "visit d1: day 1; visit d8: day 8, ±2 days";
    let none: Vec<String> = Vec::new();
    assert_eq!(
        rows(&one_arm("oral, daily, from start, for 12 weeks", visits)),
        none,
        "every day is no visit's"
    );
    assert_eq!(rows(&one_arm("twice weekly, from start, for 12 weeks", visits)), none, "the days are open");
    assert_eq!(rows(&one_arm("from start, for 12 weeks", visits)), none, "how often is not said");
    assert_eq!(
        rows(&one_arm("every 4 weeks, from progression, for 12 weeks", visits)),
        none,
        "progression has no day"
    );
    let every_week = "every 1 week, from start, for 12 weeks";
    assert_eq!(rows(&one_arm(every_week, "visit w: day 6 to 10; visit m1: 1 month after start")), none);
    // The last dose is on day 29: a visit a week later is without one.
    let until =
        rows(&one_arm("every 1 week, from start, until last_dose", "visit d22: day 22; visit d36: day 36"));
    assert_eq!(until, ["Drug X [Drug X 5 mg, every week, from start, until last dose.]: d22"]);
}

#[test]
fn a_dose_in_cycles_says_in_which() {
    let cycle = "cycle main: every 21 days from start until progression { visit c1: day 1; visit c8: day 8; visit c15: day 15 }
      visit scan \"Scan\": 42 days after start, ±7 days";
    let given = |gives: &str| rows(&one_arm(gives, cycle));
    assert_eq!(
        given("day 1 of 21, from start, until progression"),
        ["Drug X [Drug X 5 mg, day 1 of 21, from start, until progression.]: c1"],
        "the scan of day 43 is not the visit of cycle 3"
    );
    assert_eq!(
        given("days 1, 8 of 21, from start, for 12 weeks"),
        ["Drug X [Drug X 5 mg, days 1, 8 of 21, from start, for 12 weeks.] [Only in cycles 1 to 4.]: c1, c8"]
    );
    assert_eq!(
        given("every 6 weeks, from start, until progression"),
        ["Drug X [Drug X 5 mg, every 6 weeks, from start, until progression.]: c1 [Only in odd cycles.]"]
    );
    assert_eq!(given("once, on start"), ["Drug X [Drug X 5 mg, once, on start.]: c1 [Only in cycle 1.]"]);
    // Four cycles that are all dosed need no note.
    let four = cycle.replace("until progression {", "for 4 cycles {");
    assert_eq!(
        rows(&one_arm("day 1 of 21, from start, until progression", &four)),
        ["Drug X [Drug X 5 mg, day 1 of 21, from start, until progression.]: c1"]
    );
}

#[test]
fn who_is_given_it_is_said_where_it_is_not_everybody() {
    let arms = "randomize main at randomization {
  ratio: 1:1
  arm a \"Alpha\": experimental { gives drug_x: 5 mg, every 2 weeks, from start, for 6 weeks }
  arm b \"Beta\": experimental { gives drug_y: 5 mg, every 2 weeks, from start, for 6 weeks; gives drug_x: 1 mg, on w2 }
}";
    let visits = "epoch treatment \"Treatment\" { visit d1: day 1; visit w2: day 15 }";
    let plan = "every 2 weeks, from start, for 6 weeks.]";
    assert_eq!(
        rows(&protocol(arms, visits)),
        [
            format!("Drug X [Drug X 5 mg, {plan} [Drug X 1 mg, on W2.]: d1 [Only in Alpha.], w2"),
            format!("Drug Y [Drug Y 5 mg, {plan} [Only in Beta.]: d1, w2"),
        ]
    );
    let sequences = "randomize main at randomization {
  ratio: 1:1
  sequence xy \"X, then Y\" { period one \"1\" { gives drug_x: 5 mg, on d1 } washout: at least 7 days period two \"2\" { gives drug_y: 5 mg, on w2 } }
  sequence yx \"Y, then X\" { period one \"1\" { gives drug_y: 5 mg, on d1 } washout: at least 7 days period two \"2\" { gives drug_x: 5 mg, on w2 } }
}";
    let found = rows(&protocol(sequences, visits));
    assert_eq!(
        found[0],
        "Drug X [Drug X 5 mg, on D1.] [Drug X 5 mg, on W2.]: d1 [Only in X, then Y.], w2 [Only in Y, then X.]"
    );
}

#[test]
fn a_row_of_the_author_for_it_stays_the_only_one() {
    let text = one_arm("every 1 week, from start, for 3 weeks", "visit d1: day 1; visit d8: day 8");
    let own = |visits: &str, label: &str| {
        text.replace("collect exam at s\n", &format!("collect exam at s\n  collect own at {visits}\n"))
            .replace("procedure exam", &format!("procedure own \"{label}\"\nprocedure exam"))
    };
    assert_eq!(rows(&own("d1, d8", "Administration of study drug")), Vec::<String>::new());
    assert_eq!(rows(&own("d1, d8", "Infusion of drug X")), Vec::<String>::new());
    assert_eq!(rows(&own("d1", "Administration of study drug")).len(), 1, "day 8 is not in it");
    assert_eq!(rows(&own("d1, d8", "Blood pressure")).len(), 1, "another thing");
}

#[test]
fn all_tables_show_it() {
    let text = one_arm(
        "every 1 week, from start, for 3 weeks",
        "visit d1: day 1; visit d8: day 8; visit d30: day 30",
    );
    let of = |path: &str| file(&trial(&text), path);
    assert!(
        of("soa.csv").contains("\nStudy intervention administration,Drug X [c],,X,X,\n"),
        "{}",
        of("soa.csv")
    );
    assert!(of("soa.md").contains("| Drug X<sup>c</sup> |  | X | X |  |"), "{}", of("soa.md"));
    assert!(of("soa.html").contains("Study intervention administration"));
}
