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

/// Where the boxes of a class begin and end, in tenths of a pixel.
fn boxes(schema: &str, class: &str) -> Vec<(i64, i64)> {
    let number = |rect: &str, name: &str| -> i64 {
        let value = rect.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let value: f64 = value.and_then(|value| value.parse().ok()).expect("a number");
        (value * 10.0).round() as i64
    };
    let rects = schema.lines().filter(|line| line.starts_with(&format!("<rect class=\"{class}\"")));
    rects.map(|rect| (number(rect, "x"), number(rect, "x") + number(rect, "width"))).collect()
}

fn schema_of(text: &str) -> String {
    file(text, "schema.svg").expect("a schema")
}

#[test]
fn the_epochs_of_a_schema_lie_inside_the_arms_and_none_stands_on_another() {
    let schema = schema_of(&format!("{HEAD}{ARMS}{SCHEDULE}"));
    let (epochs, arms) = (boxes(&schema, "epoch"), boxes(&schema, "arm"));
    assert_eq!(epochs.len(), 2, "screening stands before the node");
    assert_eq!(epochs[0].0 - arms[0].0, arms[0].1 - epochs[1].1, "as far from the frame at both ends");
    assert!(arms[0].0 < epochs[0].0 && epochs[0].1 < epochs[1].0, "{epochs:?} in {arms:?}");
}

#[test]
fn what_an_arm_is_given_stands_under_the_epochs_in_which_it_is_given() {
    let dated = HEAD.replace("dose: on or after randomization", "dose: 0 days after randomization");
    let text = |head: &str, weeks: u8, day: u8| {
        let arms = ARMS.replace("for 4 weeks", &format!("for {weeks} weeks"));
        format!("{head}{arms}{}", SCHEDULE.replace("d29: day 29", &format!("d29: day {day}")))
    };
    let schema = schema_of(&text(&dated, 4, 43));
    assert_eq!(boxes(&schema, "period"), [boxes(&schema, "epoch")[0]], "four weeks do not reach to day 43");
    let longer = schema_of(&text(&dated, 7, 43));
    let epochs = boxes(&longer, "epoch");
    assert_eq!(boxes(&longer, "period"), [(epochs[0].0, epochs[1].1)], "seven weeks do");
    // Day 29 ±3 days can be within four weeks or behind them, and nothing tells when a dose "on or after" another day is: no box
    // claims an epoch.
    assert_eq!(boxes(&schema_of(&text(&dated, 4, 29)), "period"), []);
    assert_eq!(boxes(&schema_of(&text(HEAD, 4, 43)), "period"), []);
}

const CROSSOVER: &str = "trial t \"Three periods\"
event consent
event randomization: on or after consent
event start_1: 0 to 3 days after randomization
event start_2: at least 21 days after start_1
event start_3: at least 21 days after start_2
procedure sample \"Blood sample\"
intervention a \"A\": drug
intervention b \"B\": drug
randomize main at randomization {
  ratio: 1:1
  sequence one \"A, B, A\" {
    period p1 \"First\" { gives a: 5 mg, from start_1, for 2 weeks }
    washout: at least 7 days
    period p2 \"Second\" { gives b: 5 mg, from start_2, for 2 weeks }
    washout: at least 7 days
    period p3 \"Third\" { gives a: 5 mg, from start_3, for 2 weeks }
  }
  sequence two \"B, A, B\" {
    period p1 \"First\" { gives b: 5 mg, from start_1, for 2 weeks }
    washout: at least 7 days
    period p2 \"Second\" { gives a: 5 mg, from start_2, for 2 weeks }
    washout: at least 7 days
    period p3 \"Third\" { gives b: 5 mg, from start_3, for 2 weeks }
  }
}
schedule {
  clock study: day 1 is start_1
  epoch screening \"Screening\" { visit s: on consent; visit r: on randomization }
  EPOCHS
  epoch follow_up \"Follow-up\" { visit f: 28 days after start_3, ±2 days }
  collect sample at s
}
";

fn crossover(epochs: &str) -> String {
    schema_of(&CROSSOVER.replace("EPOCHS", epochs))
}

#[test]
fn each_period_of_a_crossover_stands_under_its_epoch_and_a_washout_between_them() {
    let schema = crossover(
        "epoch e1 \"One\" { visit v1: on start_1 }\n  epoch e2 \"Two\" { visit v2: on start_2 }\n  \
         epoch e3 \"Three\" { visit v3: on start_3 }",
    );
    let epochs = boxes(&schema, "epoch");
    assert_eq!(epochs.len(), 4);
    let sequences = [&epochs[..3], &epochs[..3]].concat();
    assert_eq!(boxes(&schema, "period"), sequences);
    let washouts = boxes(&schema, "washout");
    assert_eq!(washouts.len(), 4);
    for (at, washout) in washouts.iter().enumerate() {
        let (before, after) = (epochs[at % 2], epochs[at % 2 + 1]);
        assert!(before.1 < washout.0 && washout.1 < after.0, "{washout:?} in {epochs:?}");
    }
}

#[test]
fn a_washout_with_an_epoch_of_its_own_stands_under_it() {
    let schema = crossover(
        "epoch e1 \"One\" { visit v1: on start_1 }\n  epoch w1 \"Washout 1\" { visit c1: 18 days after start_1, ±2 days }\n  \
         epoch e2 \"Two\" { visit v2: on start_2 }\n  epoch w2 \"Washout 2\" { visit c2: 18 days after start_2, ±2 days }\n  \
         epoch e3 \"Three\" { visit v3: on start_3 }",
    );
    let epochs = boxes(&schema, "epoch");
    assert_eq!(epochs.len(), 6);
    assert_eq!(boxes(&schema, "period")[..3], [epochs[0], epochs[2], epochs[4]]);
    assert_eq!(boxes(&schema, "washout")[..2], [epochs[1], epochs[3]]);
}

#[test]
fn periods_of_one_epoch_share_its_column() {
    let schema = crossover(
        "epoch all \"Treatment\" { visit v1: on start_1; visit v2: on start_2; visit v3: on start_3 }",
    );
    let (epochs, periods) = (boxes(&schema, "epoch"), boxes(&schema, "period"));
    assert_eq!(epochs.len(), 2);
    assert_eq!((periods[0].0, periods[2].1), epochs[0], "from the first to the last");
    assert!(periods[2].1 < epochs[1].0, "none reaches into the follow-up");
}

#[test]
fn where_no_epoch_of_a_period_is_known_all_epochs_are_one_column() {
    let text = CROSSOVER.replace("EPOCHS", "epoch e1 \"One\" { visit v1: 1 day after randomization }");
    let schema = schema_of(&text.replace(", from start_2, for 2 weeks", ""));
    let (epochs, periods) = (boxes(&schema, "epoch"), boxes(&schema, "period"));
    assert_eq!(epochs.len(), 1);
    assert_eq!((periods[0].0, periods[2].1), epochs[0]);
    assert!(schema.contains(">One, Follow-up<"), "{schema}");
}

#[test]
fn where_nobody_is_allocated_the_epochs_before_the_first_dose_lead_to_the_arms() {
    let text = |timing: &str| {
        format!(
            "trial t \"One arm\"\nevent consent\nevent dose{timing}\nprocedure sample \"Sample\"\nintervention a \"A\": drug\n\
             arm only \"All\": experimental {{ gives a: 5 mg, from dose, for 4 weeks }}\n\
             schedule {{\n  clock study: day 1 is dose\n  epoch screening \"Screening\" {{ visit s: on consent }}\n  \
             epoch treatment \"Treatment\" {{ visit d1: day 1 }}\n  collect sample at s, d1\n}}\n"
        )
    };
    let schema = schema_of(&text(": 1 to 14 days after consent"));
    assert_eq!(boxes(&schema, "box").len(), 1, "screening");
    assert_eq!(boxes(&schema, "epoch").len(), 1, "treatment");
    assert_eq!(boxes(&schema, "period"), boxes(&schema, "epoch"));
    assert!(!schema.contains("class=\"node\""), "nobody is allocated");
    assert_eq!(schema.matches("<polyline").count(), 2, "from screening to the arm");
    // Screening can be on the day of the first dose: it is a column, and no way comes from nowhere.
    let at_once = schema_of(&text(": 0 days after consent"));
    assert_eq!((boxes(&at_once, "box").len(), boxes(&at_once, "epoch").len()), (0, 2));
    assert_eq!(at_once.matches("<polyline").count(), 0);
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
