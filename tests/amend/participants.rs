//! Participants in flight.

use jiff::civil::date;
use trialc::amend::{Fall, OutOfWindow, compare, findings, out_of_window};
use trialc::calendar::People;

use crate::support::{BASE, trial};

const DATES: &str = "participant,event,date
001,consent,2024-03-01
001,randomization,2024-03-11
001,week_4,2024-04-08
002,consent,2024-03-01
002,randomization,2024-03-11
002,week_4,2024-04-02
003,consent,2024-03-01
003,randomization,2024-03-04
";

/// Who falls out when week 4 is timed like this, on this day.
fn fallen(timing: &str, as_of: Option<jiff::civil::Date>) -> Vec<OutOfWindow> {
    let (old, new) = (trial(BASE), trial(&BASE.replace("day 29 ±7 days", timing)));
    let people = People::read(&old, DATES).expect("the table is in order");
    out_of_window(&old, &new, &people, as_of, 3)
}

fn who(fallen: &[OutOfWindow]) -> Vec<(&str, &str, Fall)> {
    fallen.iter().map(|one| (one.participant.as_str(), one.visit.as_str(), one.why)).collect()
}

#[test]
fn a_visit_on_its_day_stays_in_a_tighter_window_and_one_at_the_edge_falls_out() {
    let fallen = fallen("day 29 ±3 days", None);
    assert_eq!(who(&fallen), [("002", "week_4", Fall::Outside)]);
    assert_eq!(fallen[0].days_outside, Some(-3), "day 23, and the window begins on day 26");
    assert_eq!(fallen[0].new_window, (Some(date(2024, 4, 5)), Some(date(2024, 4, 11))));
}

#[test]
fn nobody_falls_out_of_a_looser_window() {
    assert_eq!(fallen("day 29 ±10 days", None), []);
}

#[test]
fn a_visit_that_is_still_due_falls_out_when_the_new_window_is_over() {
    // Day 34 of participant 003: the old window is open until day 36, the new one until day 32.
    let today = Some(date(2024, 4, 6));
    assert!(who(&fallen("day 29 ±3 days", today)).contains(&("003", "week_4", Fall::Over)));
    let earlier = Some(date(2024, 4, 4));
    assert!(
        !who(&fallen("day 29 ±3 days", earlier)).iter().any(|(key, ..)| *key == "003"),
        "day 32 is inside"
    );
}

#[test]
fn a_dropped_visit_that_is_still_to_come_is_told_and_one_that_took_place_is_not() {
    let old = trial(BASE);
    let without = BASE
        .replace("    visit week_4 \"Week 4\": day 29 ±7 days\n", "")
        .replace("baseline, week_4, week_12", "baseline, week_12");
    let new = trial(&without);
    let people = People::read(&old, DATES).expect("the table is in order");
    let found = out_of_window(&old, &new, &people, Some(date(2024, 3, 20)), 3);
    let of_week_4 = found.iter().filter(|one| one.visit == "week_4");
    let keys: Vec<&str> = of_week_4.map(|one| one.participant.as_str()).collect();
    assert!(keys.contains(&"003"), "{found:#?}");
}

#[test]
fn the_finding_names_those_who_fall_out() {
    let (old, new) = (trial(BASE), trial(&BASE.replace("day 29 ±7 days", "day 29 ±3 days")));
    let fallen = fallen("day 29 ±3 days", None);
    let found = findings(&old, &new, &compare(&old, &new), &fallen, 0);
    let message =
        found.iter().find(|one| one.code.id == "D08").map(|one| one.message.clone()).unwrap_or_default();
    assert!(message.ends_with("1 participant falls out of it: 002"), "{message}");
}
