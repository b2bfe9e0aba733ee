//! The patterns that published Schedules of Activities use, each from the text to the calendar and the table.

use trialc::calendar::{Calendar, Status};
use trialc::time::network::{Network, Point};

use super::{compiled, file, plan, trial};

fn text(schedule: &str) -> String {
    format!(
        "trial t \"T\"\nuse std.labs, std.vitals\nevent consent\nevent dose \"Dose\": on or after consent\nevent surgery\nevent recurrence\n\
         event death\nevent new_therapy\nevent last_dose\nevent adverse_event {{ repeats }}\nevent withdrawal\nevent rescreening\n\
         randomize main at dose {{ arm a \"Alpha\": experimental  arm b \"Beta\": placebo_comparator }}\n{schedule}\n"
    )
}

/// `name@number target [earliest latest]` of each visit.
fn dates(calendar: &Calendar) -> Vec<String> {
    let date = |day: Option<jiff::civil::Date>| day.map_or("-".to_owned(), |day| day.to_string());
    let line = |visit: &trialc::calendar::VisitEntry| {
        let number = visit.number.map(|number| format!("@{number}")).unwrap_or_default();
        let (target, first, last) = (date(visit.target), date(visit.earliest), date(visit.latest));
        format!("{}{number} {target} [{first} {last}]", visit.name)
    };
    calendar.visits.iter().map(line).collect()
}

fn planned(schedule: &str, known: &str) -> Vec<String> {
    dates(&plan(&trial(&text(schedule)), known, None))
}

/// The cells of one row of the table, and its footnotes.
fn row(schedule: &str, label: &str) -> (Vec<String>, Vec<String>) {
    let csv = file(&trial(&text(schedule)), "soa.csv");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.expect("CSV").iter().map(str::to_owned).collect()).collect();
    let cells = rows.iter().find(|row| row[1].starts_with(label)).expect("the row is there")[1..].to_vec();
    let notes = rows.iter().filter(|row| row.len() == 2).map(|row| row[1].clone()).collect();
    (cells, notes)
}

/// Codes and underlined words of what is wrong.
fn errors(schedule: &str) -> Vec<(String, String)> {
    let compilation = compiled(&text(schedule));
    let errors = compilation.diagnostics.iter().filter(|found| found.is_error());
    errors
        .map(|found| (found.code.id.to_owned(), compilation.sources.text(found.primary.span).to_owned()))
        .collect()
}

fn one(code: &str, words: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), words.to_owned())]
}

#[test]
fn only_what_follows_a_late_visit_moves_with_it() {
    // SDTM TV: "4 weeks after first dose" is absolute, "2 weeks after visit 3" is not.
    let schedule = "schedule { epoch e { visit v3: 2 weeks after dose, ±3 days; visit v4: 4 weeks after dose, ±3 days; visit v5: 2 weeks after v3, ±3 days } }";
    let known = |v3: &str| format!(r#"{{"events": {{"dose": "2024-01-01"}}, "visits": {{"v3": "{v3}"}}}}"#);
    let v4_and_v5 = |v3: &str| planned(schedule, &known(v3))[1..].to_vec();
    assert_eq!(
        v4_and_v5("2024-01-15"),
        ["v4 2024-01-29 [2024-01-26 2024-02-01]", "v5 2024-01-29 [2024-01-26 2024-02-01]"]
    );
    assert_eq!(
        v4_and_v5("2024-01-18"),
        ["v4 2024-01-29 [2024-01-26 2024-02-01]", "v5 2024-02-01 [2024-01-29 2024-02-04]"]
    );
}

#[test]
fn a_window_counts_from_the_target_or_from_the_reference() {
    let known = r#"{"events": {"dose": "2024-01-01"}}"#;
    let of = |timing: &str| {
        planned(&format!("schedule {{ clock s: day 1 is dose; epoch e {{ visit v: {timing} }} }}"), known)
    };
    let both = ["v 2024-01-29 [2024-01-22 2024-02-12]"];
    assert_eq!(of("day 29 -7/+14 days"), both);
    assert_eq!(of("day 29, within day 22 to 43"), both);
    assert_eq!(of("28 days after dose, within 21 to 42 days after dose"), both);
    assert_eq!(of("day 29, within day 22 to 42"), ["v 2024-01-29 [2024-01-22 2024-02-11]"]);
    // A range of days has no target.
    assert_eq!(of("day 22 to 43"), ["v - [2024-01-22 2024-02-12]"]);
    // Months are counted from the anchor too: the window of month 2 begins with month 1.
    assert_eq!(
        planned(
            "schedule { epoch e { visit v: 2 months after dose, within 1 to 3 months after dose } }",
            r#"{"events": {"dose": "2024-01-31"}}"#
        ),
        ["v 2024-03-31 [2024-02-29 2024-04-30]"]
    );
}

#[test]
fn a_window_must_hold_its_own_target_and_count_in_its_units() {
    let of = |timing: &str| {
        errors(&format!("schedule {{ clock s: day 1 is dose; epoch e {{ visit v: {timing} }} }}"))
    };
    assert_eq!(of("day 29, within day 29 to 29"), []);
    assert_eq!(of("day 29, within day 30 to 43"), one("T17", "day 30 to 43"));
    assert_eq!(
        of("1 month after dose, within 21 to 42 days after dose"),
        one("T17", "21 to 42 days after dose")
    );
    assert_eq!(
        of("4 weeks after dose, within 21 to 42 days after consent"),
        one("T17", "21 to 42 days after consent")
    );
}

#[test]
fn two_anchors_bind_at_once() {
    // Vulcan SoA: 28 days from visit 0 and at least 7 days after the previous visit.
    let schedule = "schedule { epoch e { visit v0: on dose; visit v1: 2 weeks after v0, ±10 days; visit v2: 28 days after v0, ±7 days and at least 7 days after v1 } }";
    let v2 = |v1: &str| {
        let known = format!(
            r#"{{"events": {{"dose": "2024-01-01"}}, "visits": {{"v0": "2024-01-01", "v1": "{v1}"}}}}"#
        );
        planned(schedule, &known)[2].clone()
    };
    assert_eq!(v2("2024-01-15"), "v2 2024-01-29 [2024-01-22 2024-02-05]");
    assert_eq!(v2("2024-01-20"), "v2 2024-01-29 [2024-01-27 2024-02-05]");
}

#[test]
fn a_call_follows_each_of_several_visits() {
    let schedule = "schedule { epoch e { visits m1, m3: every 2 months after dose; visits call_1, call_3: 2 weeks after each of (m1, m3), ±3 days { contact: phone } } }";
    assert_eq!(
        planned(schedule, r#"{"events": {"dose": "2024-01-01"}, "visits": {"m3": "2024-05-06"}}"#)[2..],
        ["call_1 2024-03-15 [2024-03-12 2024-03-18]", "call_3 2024-05-20 [2024-05-17 2024-05-23]"]
    );
    let short = schedule.replace("(m1, m3)", "(m1, m3, dose)");
    assert_eq!(errors(&short), one("B06", "2 weeks after each of (m1, m3, dose), ±3 days"));
}

#[test]
fn whichever_comes_first_ends_the_follow_up() {
    // "36 months, recurrence or death"
    let with_end = |schedule: &str| {
        text(schedule).replace(
            "event withdrawal\n",
            "event withdrawal\nevent end_of_follow_up \"End of follow-up\": first of (36 months after surgery, recurrence, death)\n\
             event last_exposure \"Last exposure\": last of (last_dose, new_therapy)\n",
        )
    };
    let schedule =
        with_end("schedule { epoch e { visit scan: every 12 months after surgery until end_of_follow_up } }");
    let scans = |events: &str| {
        let calendar = plan(&trial(&schedule), &format!("{{\"events\": {{{events}}}}}"), None);
        calendar.visits.iter().map(|visit| visit.target.map(|day| day.to_string())).collect::<Vec<_>>()
    };
    let some = |days: &[&str]| days.iter().map(|day| Some((*day).to_owned())).collect::<Vec<_>>();
    assert_eq!(scans(r#""surgery": "2020-03-01""#), some(&["2021-03-01", "2022-03-01", "2023-03-01"]));
    assert_eq!(scans(r#""surgery": "2020-03-01", "death": "2022-02-28""#), some(&["2021-03-01"]));
    assert_eq!(
        scans(r#""surgery": "2020-03-01", "death": "2022-03-01""#),
        some(&["2021-03-01", "2022-03-01"])
    );

    let calendar = plan(
        &trial(&schedule),
        r#"{"events": {"surgery": "2020-03-01", "death": "2022-06-01", "recurrence": "2021-07-01", "last_dose": "2020-04-01"}}"#,
        None,
    );
    let on = |name: &str| calendar.events.iter().find(|event| event.name == name).expect("an event").on;
    assert_eq!(on("end_of_follow_up").map(|day| day.to_string()).as_deref(), Some("2021-07-01"));
    assert_eq!(on("last_exposure"), None, "the last of two is open until both have happened");
}

#[test]
fn the_first_of_several_is_not_after_any_of_them() {
    let trial = trial(
        "trial t \"T\"\nevent dose\nevent a: at least 3 days after dose\nevent b: 1 to 9 days after dose\nevent end: first of (a, b)\nevent all: last of (a, b)\n",
    );
    let network = Network::of(&trial).expect("it can be kept");
    let [dose, end, all] = ["dose", "end", "all"].map(Point::event);
    assert_eq!(network.bounds(&dose, &end), (None, Some(9)));
    assert_eq!(network.bounds(&dose, &all), (Some(3), None));
    let impossible = compiled(
        "trial t \"T\"\nevent dose\nevent a: 1 day after dose\nevent b\nevent end: first of (a, b) and at least 2 days after dose\nschedule { epoch e { visit v: on end } }\n",
    );
    let found: Vec<String> = impossible
        .diagnostics
        .iter()
        .filter(|found| found.code.id == "S03")
        .map(|found| found.message.clone())
        .collect();
    assert_eq!(found.len(), 1, "{:?}", impossible.diagnostics);
}

#[test]
fn odd_cycles_and_the_first_one_have_visits_of_their_own() {
    let schedule = "schedule { epoch e { cycle main: every 28 days from dose for 4 cycles { visit d1: day 1 ±2 days; visit d8: day 8 ±1 days { cycles: 1 }; visit d15: day 15 ±1 days { cycles: odd } } } \
                    collect alt at d1; collect ast at d1 of cycles 1, 3 to 4; collect weight at d15, d1 of even cycles }";
    assert_eq!(
        planned(schedule, r#"{"events": {"dose": "2024-01-01"}}"#),
        [
            "d1@1 2024-01-01 [2023-12-30 2024-01-03]",
            "d8@1 2024-01-08 [2024-01-07 2024-01-09]",
            "d15@1 2024-01-15 [2024-01-14 2024-01-16]",
            "d1@2 2024-01-29 [2024-01-27 2024-01-31]",
            "d1@3 2024-02-26 [2024-02-24 2024-02-28]",
            "d15@3 2024-03-11 [2024-03-10 2024-03-12]",
            "d1@4 2024-03-25 [2024-03-23 2024-03-27]",
        ]
    );
    let (alt, _) = row(schedule, "Alanine");
    assert_eq!(alt[1..], ["X", "", ""]);
    let (ast, notes) = row(schedule, "Aspartate");
    assert!(ast[1].starts_with("X ["), "{ast:?}");
    assert!(notes.iter().any(|note| note.ends_with("Only in cycles 1, 3 to 4.")), "{notes:?}");
    assert!(notes.iter().any(|note| note.ends_with("Only in even cycles.")), "{notes:?}");
    let cycles: Vec<String> = row(schedule, "Cycle").0;
    assert_eq!(cycles[1..], ["Cycles 1 to 4", "Cycle 1", "Odd cycles"]);
}

#[test]
fn a_later_cycle_begins_one_length_after_the_actual_day_1_of_another_visit() {
    // Day 1 of cycle 1 and of the later cycles are columns of their own.
    let schedule = "schedule { epoch e { cycle main: every 21 days from dose for 3 cycles { visit c1: day 1 { cycles: 1 }; visit cn: day 1 ±3 days { cycles: 2 and later }; visit d8: day 8 } } }";
    let known =
        r#"{"events": {"dose": "2024-01-01"}, "visits": {"c1": "2024-01-01", "cn": [null, "2024-01-25"]}}"#;
    assert_eq!(
        planned(schedule, known),
        [
            "c1@1 2024-01-01 [2024-01-01 2024-01-01]",
            "d8@1 2024-01-08 [2024-01-08 2024-01-08]",
            "cn@2 2024-01-22 [2024-01-19 2024-01-25]",
            "d8@2 2024-02-01 [2024-02-01 2024-02-01]",
            "cn@3 2024-02-15 [2024-02-12 2024-02-18]",
            "d8@3 2024-02-22 [2024-02-22 2024-02-22]",
        ]
    );
}

#[test]
fn imaging_keeps_its_own_anchor_when_doses_are_held() {
    let schedule = "schedule { epoch e { cycle main: every 21 days from dose until death { visit d1: day 1 ±3 days }; visit scan: every 6 weeks after dose until death, ±7 days } }";
    let scan = |d1: &str| {
        let known =
            format!(r#"{{"events": {{"dose": "2024-01-01"}}, "visits": {{"d1": ["2024-01-01", "{d1}"]}}}}"#);
        let lines = planned(schedule, &known);
        let of = |name: &str| lines.iter().find(|line| line.starts_with(name)).cloned().expect("a visit");
        (of("d1@3"), of("scan@1"))
    };
    let on_time = scan("2024-01-22");
    let held = scan("2024-02-12");
    assert_eq!(on_time.1, held.1);
    assert_eq!(on_time.0, "d1@3 2024-02-12 [2024-02-09 2024-02-15]");
    assert_eq!(held.0, "d1@3 2024-03-04 [2024-03-01 2024-03-07]");
}

#[test]
fn a_visit_follows_each_adverse_event_and_none_without_one() {
    let schedule = "schedule { epoch e { visit check: 7 days after each adverse_event, ±2 days; visit extra: on each adverse_event } }";
    let known = r#"{"events": {"adverse_event": ["2024-02-01", "2024-03-01"]}}"#;
    assert_eq!(
        planned(schedule, known),
        [
            "check@1 2024-02-08 [2024-02-06 2024-02-10]",
            "check@2 2024-03-08 [2024-03-06 2024-03-10]",
            "extra@1 2024-02-01 [2024-02-01 2024-02-01]",
            "extra@2 2024-03-01 [2024-03-01 2024-03-01]",
        ]
    );
    let calendar = plan(&trial(&text(schedule)), "{}", None);
    assert!(calendar.visits.iter().all(|visit| visit.status == Status::Waiting));
}

#[test]
fn rescreening_begins_screening_again() {
    let schedule = "schedule { epoch e { visit screening_visit: 0 to 26 days after consent; visit second_screening \"Rescreening\": 0 to 26 days after rescreening } }";
    assert_eq!(
        planned(schedule, r#"{"events": {"consent": "2024-01-01", "rescreening": "2024-02-10"}}"#),
        ["screening_visit - [2024-01-01 2024-01-27]", "second_screening - [2024-02-10 2024-03-07]"]
    );
    assert_eq!(planned(schedule, r#"{"events": {"consent": "2024-01-01"}}"#)[1], "second_screening - [- -]");
}

#[test]
fn a_part_of_the_trial_is_for_its_own_arms() {
    let schedule = "schedule { epoch part_1 \"Part 1\" { arms: a; visit one: on dose; cycle c: every 7 days from dose for 2 cycles { visit again: day 7 } }; epoch part_2 { visit two: 1 month after dose; visit three: 2 months after dose { arms: b } } }";
    let of = |arm: &str| {
        let known = format!(r#"{{"arm": "{arm}", "events": {{"dose": "2024-01-01"}}}}"#);
        let calendar = plan(&trial(&text(schedule)), &known, None);
        let due = calendar.visits.iter().filter(|visit| visit.status != Status::NotApplicable);
        due.map(|visit| visit.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("a"), ["one", "again", "again", "two"]);
    assert_eq!(of("b"), ["two", "three"]);
    let outside = schedule.replace("visit one: on dose;", "visit one: on dose { arms: b };");
    assert_eq!(errors(&outside), one("B06", "b"));
}

#[test]
fn a_cell_can_be_for_one_arm_at_times_of_the_day_and_with_the_protocols_words() {
    let schedule = "schedule { clock s: day 1 is dose; epoch e { visit d1: day 1; visit d8: day 8 ±1 days } \
        timepoints pk \"PK profile\" { from: dose; at: -30 min -30/+25 min, 15 min ±2 min, 1 h ±5 min \"Peak\", 24 h ±1 h } \
        collect glucose at d1, d8 per pk for a; collect weight at d1 note \"before the dose\"; collect alt at d1 when sex is female }";
    let (glucose, notes) = row(schedule, "Glucose");
    assert_eq!(glucose[1..], ["X", "X"], "a limit of every cell belongs to the row");
    assert!(
        notes.iter().any(|note| note.ends_with(
            "PK profile, counted from dose: −30 min (−30 min/+25 min), 15 min (±2 min), Peak: 1 h (±5 min), 24 h (±1 h)."
        )),
        "{notes:?}"
    );
    for said in ["Only in Alpha.", "Before the dose", "Only if the participant is female."] {
        assert!(notes.iter().any(|note| note.ends_with(said)), "{said} {notes:?}");
    }
}

#[test]
fn times_of_a_day_go_forwards_and_have_units() {
    let of = |at: &str| {
        errors(&format!(
            "schedule {{ epoch e {{ visit d1: on dose }} timepoints pk {{ from: dose; at: {at} }} collect weight at d1 per pk }}"
        ))
    };
    assert_eq!(of("-1 h, 0, 30 min after, 90 min"), []);
    assert_eq!(of("1 h, 60 min"), one("G13", "60 min"));
    assert_eq!(of("1 h, 2"), one("G01", "2"));
    let standing = "schedule { epoch e { visit d1: on dose } timepoints standing \"Lying and standing\" { from: \"lying down\"; at: 5 min \"Supine\", 6 min \"Standing 1 minute\", 8 min \"Standing 3 minutes\"; window: ±1 min } collect heart_rate at d1 per standing }";
    let (_, notes) = row(standing, "Heart");
    assert!(
        notes.iter().any(|note| note
            .contains("counted from lying down: Supine: 5 min (±1 min), Standing 1 minute: 6 min (±1 min)")),
        "{notes:?}"
    );
    assert_eq!(
        errors("schedule { epoch e { visit d1: on dose } collect weight at d1 per pk }"),
        one("B01", "pk")
    );
}

#[test]
fn a_washout_holds_the_second_period_back() {
    let schedule = "schedule { epoch one { visit p1: on dose; visit p1_end: 3 days after dose } epoch washout { visit p2: 3 days after p1_end, +11 days; visit p2_end: 3 days after p2 } }";
    assert_eq!(
        planned(schedule, r#"{"events": {"dose": "2024-01-01"}, "visits": {"p1_end": "2024-01-05"}}"#)[2..],
        ["p2 2024-01-08 [2024-01-08 2024-01-19]", "p2_end 2024-01-11 [2024-01-11 2024-01-11]"]
    );
    let network = Network::of(&trial(&text(schedule))).expect("it can be kept");
    assert_eq!(network.bounds(&Point::event("dose"), &Point::visit("p2_end")), (Some(9), Some(20)));
}
