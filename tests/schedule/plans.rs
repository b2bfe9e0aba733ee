use super::{plan, trial};
use trialc::calendar::Status;

const PROTOCOL: &str = r#"
trial t "A small trial"
event consent "Informed consent"
event randomization: at least 14 days after consent
event first_dose: on or after randomization
event progression
event withdrawal
schedule {
  clock study: day 1 is randomization
  epoch screening { visit screening_visit: day -28 to -1 }
  epoch treatment {
    visit baseline: day 1
    cycle main: every 28 days from first_dose until progression {
      visit d1: day 1 ±2 days
      visit d15: day 15 ±2 days
    }
  }
  epoch follow_up {
    visit month_1: 1 month after randomization, ±7 days
    visit call: 2 weeks after month_1, ±3 days { contact: phone }
    visit late: 28 days after first_dose, ±3 days and at least 7 days after month_1
    visit early_termination: on withdrawal
  }
}
"#;

fn told(dates: &str, as_of: Option<&str>) -> Vec<String> {
    let calendar = plan(&trial(PROTOCOL), dates, as_of);
    let line = |visit: &trialc::calendar::VisitEntry| {
        let number = visit.number.map(|number| format!("@{number}")).unwrap_or_default();
        let date = |day: Option<jiff::civil::Date>| day.map_or("-".to_owned(), |day| day.to_string());
        format!(
            "{}{number} {} [{} {}] {}",
            visit.name,
            date(visit.target),
            date(visit.earliest),
            date(visit.latest),
            visit.status_text()
        )
    };
    calendar.visits.iter().map(line).collect()
}

#[test]
fn the_calendar_of_a_protocol() {
    let dates = r#"{"events": {"consent": "2024-01-02", "randomization": "2024-01-31", "first_dose": "2024-02-01"},
        "visits": {"screening_visit": "2024-01-10", "baseline": "2024-01-31", "d1": ["2024-02-01", "2024-03-04"]}}"#;
    assert_eq!(
        told(dates, Some("2024-03-05")),
        [
            "screening_visit - [2024-01-03 2024-01-30] done in window",
            "baseline 2024-01-31 [2024-01-31 2024-01-31] done in window",
            "d1@1 2024-02-01 [2024-01-30 2024-02-03] done in window",
            "d15@1 2024-02-15 [2024-02-13 2024-02-17] missed",
            "d1@2 2024-02-29 [2024-02-27 2024-03-02] done 2 days late",
            "d15@2 2024-03-18 [2024-03-16 2024-03-20] planned",
            "d1@3 2024-04-01 [2024-03-30 2024-04-03] planned",
            "d15@3 2024-04-15 [2024-04-13 2024-04-17] planned",
            "d1@4 2024-04-29 [2024-04-27 2024-05-01] planned",
            "d15@4 2024-05-13 [2024-05-11 2024-05-15] planned",
            "d1@5 2024-05-27 [2024-05-25 2024-05-29] planned",
            "d15@5 2024-06-10 [2024-06-08 2024-06-12] planned",
            "month_1 2024-02-29 [2024-02-22 2024-03-07] due",
            "call 2024-03-14 [2024-03-11 2024-03-17] planned",
            "late 2024-02-29 [2024-03-07 2024-03-03] planned",
            "early_termination - [- -] waiting",
        ]
    );
}

#[test]
fn progression_ends_the_cycles() {
    let dates = r#"{"events": {"first_dose": "2024-02-01", "progression": "2024-03-01"}, "visits": {"d1": ["2024-02-01"]}}"#;
    let calendar = plan(&trial(PROTOCOL), dates, None);
    let of_cycle: Vec<_> = calendar.visits.iter().filter(|visit| visit.number.is_some()).collect();
    let statuses: Vec<_> = of_cycle.iter().map(|visit| (visit.number, visit.status)).collect();
    assert_eq!(
        statuses,
        [
            (Some(1), Status::DoneInWindow),
            (Some(1), Status::Planned),
            (Some(2), Status::Planned),
            (Some(2), Status::NotApplicable),
        ]
    );
}

#[test]
fn a_visit_that_an_earlier_one_pushed_out_of_its_window_is_told_with_its_reasons() {
    let conflicts = |month_1: &str| {
        let dates = format!(
            r#"{{"events": {{"randomization": "2024-01-31", "first_dose": "2024-02-01"}}, "visits": {{"month_1": "{month_1}"}}}}"#
        );
        plan(&trial(PROTOCOL), &dates, None).conflicts
    };
    assert_eq!(conflicts("2024-02-25"), [], "3 March is 7 days later");
    let found = conflicts("2024-02-26");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].at, "late");
    assert_eq!(
        found[0].steps,
        [
            "first_dose is on 2024-02-01",
            "late is on 2024-03-03 at the latest (28 days after first_dose, ±3 days)",
            "month_1 is on 2024-02-26",
            "late is on 2024-03-04 at the earliest (at least 7 days after month_1)",
        ]
    );
}

/// Targets of `visit call: TIMING` in a trial whose last dose was on 30 November 2020.
fn calls(timing: &str) -> Vec<String> {
    let text = format!(
        "trial t \"T\"\nevent last_dose\nevent death\nschedule {{ epoch a {{ visit call: {timing} {{ contact: phone }} }} }}\n"
    );
    let dates = r#"{"events": {"last_dose": "2020-11-30", "death": "2021-09-01"}}"#;
    let calendar = plan(&trial(&text), dates, None);
    calendar.visits.iter().map(|visit| visit.target.expect("a date").to_string()).collect()
}

#[test]
fn one_visit_can_repeat_outside_of_a_cycle() {
    assert_eq!(
        calls("every 3 months after last_dose for 1 year"),
        ["2021-02-28", "2021-05-30", "2021-08-30", "2021-11-30"]
    );
    assert_eq!(
        calls("every 3 months after last_dose until death"),
        ["2021-02-28", "2021-05-30", "2021-08-30"]
    );
    // 26 times 14 days are 364: one day is left of the year.
    let fortnights = calls("every 2 weeks after last_dose for 1 year");
    assert_eq!((fortnights.len(), fortnights[25].as_str()), (26, "2021-11-29"));
    assert_eq!(calls("every 2 weeks after last_dose for 27 days"), ["2020-12-14"]);
    assert_eq!(calls("3 months after last_dose"), ["2021-02-28"]);
}

#[test]
fn each_bound_of_a_visit_is_told_in_its_own_words() {
    let trial = trial(PROTOCOL);
    let late = &trial.schedule.as_ref().expect("a schedule").visits["late"];
    assert_eq!(late.timing.text(), "28 days after first_dose, ±3 days");
    let texts: Vec<&str> = late.constraints.iter().map(|constraint| constraint.text.as_str()).collect();
    assert_eq!(texts, ["at least 7 days after month_1"]);
}
