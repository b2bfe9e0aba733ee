//! Many participants at once get what each would get alone.

use super::*;
use crate::calendar::{ClosedDays, People};

fn trial() -> Draft {
    Draft::new("t")
        .event("consent")
        .event("randomization")
        .event_with("adverse_event", |event| event.repeats = true)
        .event("progression")
        .arms("randomization", &["a", "b"])
        .visit(
            "e",
            "baseline",
            target(event("randomization"), after(days(0)), days(0), days(0), "on the day"),
        )
        .visit("e", "month_1", target(event("randomization"), after(months(1)), days(7), days(7), "1 month"))
        .visit(
            "e",
            "call",
            target(visit("month_1"), after(weeks(2)), days(3), days(3), "2 weeks after month_1"),
        )
        .visit_with("e", "extra", on(event("randomization"), "on randomization"), |visit| {
            visit.arms = vec!["a".into()]
        })
        .visit_with(
            "e",
            "d1",
            target(event("randomization"), after(days(0)), days(2), days(2), "day 1"),
            |visit| {
                visit.repeat = cycle(days(28), None, Some(event("progression")));
            },
        )
}

const TABLE: &str = "\
site,participant,event,date
1,P2,randomization,2024-01-31
1,P1,consent,2024-01-01
1,P1,randomization,2024-01-15
1,P1,arm,b
1,P2,month_1,2024-03-09
1,P1,d1@1,2024-01-15
1,P1,d1@2,2024-02-16
1,P1,progression,2024-04-01
1,P2,call,missed
1,P3,consent,2024-02-01
1,P3,randomization,
";

#[test]
fn each_of_many_gets_the_calendar_of_one() {
    let trial = trial().0;
    let people = People::read(&trial, TABLE).expect("a table of dates");
    assert_eq!(people.keys().collect::<Vec<_>>(), ["P2", "P1", "P3"]);
    let as_of = Some(date("2024-03-01"));
    let csv = people.to_csv(&trial, as_of, 2, &ClosedDays::default());
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("participant,visit,number,target,earliest,latest,status,actual,days_outside,open_day")
    );
    let mut compared = 0;
    for key in people.keys() {
        let alone = calendar(&trial, people.get(key).expect("a participant"), as_of, 2);
        for visit in &alone.visits {
            let text = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
            let expected = [
                key.to_owned(),
                visit.name.clone(),
                visit.number.map(|number| number.to_string()).unwrap_or_default(),
                text(visit.target),
                text(visit.earliest),
                text(visit.latest),
                visit.status.text().to_owned(),
                text(visit.actual),
                visit.days_outside.map(|days| days.to_string()).unwrap_or_default(),
                String::new(),
            ];
            assert_eq!(lines.next(), Some(expected.join(",").as_str()));
            compared += 1;
        }
    }
    assert_eq!(lines.next(), None);
    assert!(compared > 15, "{compared}");
}

#[test]
fn the_visits_of_many_are_counted_by_status() {
    let trial = trial().0;
    let people = People::read(&trial, TABLE).expect("a table of dates");
    let counts = people.counts(&trial, Some(date("2024-03-01")), 2);
    assert_eq!(counts.participants, 3);
    assert_eq!(counts.of("month_1", Status::DoneLate), 0, "9 March lies after the day of the calendar");
    assert_eq!(counts.of("month_1", Status::Booked), 1);
    assert_eq!(counts.of("month_1", Status::Missed), 1, "P1 was due until 22 February");
    assert_eq!(counts.of("month_1", Status::Waiting), 1);
    assert_eq!(counts.of("extra", Status::NotApplicable), 1);
    let text = counts.to_text();
    assert!(text.starts_with("3 participants\n\nVisit "), "{text}");
    assert!(!text.contains("done early"), "{text}");
}

#[test]
fn a_cell_that_is_not_understood_is_shown_at_its_place() {
    let trial = trial().0;
    let errors = |table: &str| {
        let errors = People::read(&trial, table).expect_err("something is wrong");
        errors
            .iter()
            .map(|error| (table[error.span.clone()].to_owned(), error.message.clone()))
            .collect::<Vec<_>>()
    };
    let told = |line: &str, message: &str| vec![(line.to_owned(), message.to_owned())];
    assert_eq!(
        errors("participant,event,date\nP1,consnt,2024-01-01\n"),
        told("consnt", "`consnt` is not an event or a visit of this trial")
    );
    assert_eq!(
        errors("participant,event,date\nP1,consent,01.02.2024\n"),
        told("01.02.2024", "`01.02.2024` is not a day")
    );
    assert_eq!(
        errors("participant,event,date\nP1,consent,2024-01-01\nP1,consent,2024-01-02\n"),
        told("consent", "`consent` happens once, but has 2 dates")
    );
    // Where a cell is written in quotation marks, the whole line is meant.
    assert_eq!(
        errors("participant,event,date\n\"P1\",consnt,2024-01-01\n"),
        told("\"P1\",consnt,2024-01-01", "`consnt` is not an event or a visit of this trial")
    );
    assert_eq!(
        errors("subject,event,date\nP1,consent,2024-01-01\n"),
        told("subject,event,date", "the table has no column `participant`")
    );
    assert_eq!(
        errors("participant,event,date\n,consent,2024-01-01\n"),
        told(",consent,2024-01-01", "this line has no participant")
    );
}

#[test]
fn closed_days_are_offered_inside_the_window_and_said_where_there_are_none() {
    let trial = Draft::new("t")
        .event("dose")
        .visit("e", "wide", target(event("dose"), after(days(5)), days(2), days(2), "day 6 ±2 days"))
        .visit("e", "narrow", target(event("dose"), after(days(5)), days(0), days(1), "day 6 +1 day"))
        .0;
    // Monday 1 January 2024; day 6 is a Saturday.
    let mut plan = calendar(&trial, &dates(&trial, &["dose=2024-01-01"]), None, 1);
    plan.keep_closed(&ClosedDays::default().and_weekends());
    let told: Vec<_> = plan.visits.iter().map(|visit| (visit.open_day, visit.notes.clone())).collect();
    assert_eq!(
        told[0],
        (Some(date("2024-01-05")), vec!["closed on 2024-01-06; open on 2024-01-05".to_owned()])
    );
    assert_eq!(told[1], (None, vec!["closed on every day of its window".to_owned()]));
    assert!(plan.visits.iter().all(|visit| visit.target == Some(date("2024-01-06"))), "targets stay");
}
