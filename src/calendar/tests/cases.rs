use super::*;
use crate::model::Occurrence;

/// The follow-up of the first trial: months after randomisation, a call after the first, a range before.
fn follow_up() -> Draft {
    let month = |count: i64, text: &str| {
        target(event("randomization"), after(months(count)), days(7), days(14), text)
    };
    Draft::new("t")
        .clock(1, event("randomization"))
        .event("randomization")
        .event("withdrawal")
        .visit(
            "screening",
            "screen",
            range(event("randomization"), before(days(28)), before(days(1)), "day -28 to -1"),
        )
        .visit("care", "baseline", target(event("randomization"), after(days(0)), days(0), days(0), "day 1"))
        .visit("care", "month_1", month(1, "1 month after randomization, -7/+14 days"))
        .visit(
            "care",
            "call",
            target(visit("month_1"), after(weeks(2)), days(3), days(3), "2 weeks after month_1, ±3 days"),
        )
        .visit("care", "month_3", month(3, "3 months after randomization, -7/+14 days"))
        .visit("care", "early_termination", on(event("withdrawal"), "on withdrawal"))
}

#[test]
fn without_the_anchors_date_a_visit_waits_for_it() {
    let calendar = plan(&follow_up(), &[], Some("2011-07-01"));
    assert_eq!(lines(&calendar)[0], "screen: - waiting; waiting for randomization");
    assert_eq!(lines(&calendar)[3], "call: - waiting; waiting for randomization");
}

#[test]
fn dates_follow_from_the_anchor() {
    assert_eq!(
        lines(&plan(&follow_up(), &["randomization=2011-07-01"], None)),
        [
            "screen: - [2011-06-03 to 2011-06-30] planned",
            "baseline: 2011-07-01 planned",
            "month_1: 2011-08-01 [2011-07-25 to 2011-08-15] planned",
            "call: 2011-08-15 [2011-08-12 to 2011-08-18] planned; moves with month_1; possible 2011-08-05 to 2011-09-01",
            "month_3: 2011-10-01 [2011-09-24 to 2011-10-15] planned",
            "early_termination: - waiting; waiting for withdrawal",
        ]
    );
}

#[test]
fn a_late_visit_moves_only_what_is_counted_from_it() {
    let known =
        ["randomization=2011-07-01", "screen=2011-06-03", "baseline=2011-07-01", "month_1=2011-08-18"];
    assert_eq!(
        lines(&plan(&follow_up(), &known, Some("2011-09-05"))),
        [
            "screen: - [2011-06-03 to 2011-06-30] done in window",
            "baseline: 2011-07-01 done in window",
            "month_1: 2011-08-01 [2011-07-25 to 2011-08-15] done 3 days late",
            "call: 2011-09-01 [2011-08-29 to 2011-09-04] missed",
            "month_3: 2011-10-01 [2011-09-24 to 2011-10-15] planned",
            "early_termination: - waiting; waiting for withdrawal",
        ]
    );
}

#[test]
fn the_edges_of_a_window_are_inside() {
    let status = |as_of: &str| {
        let calendar = plan(&follow_up(), &["randomization=2011-07-01"], Some(as_of));
        calendar.visits[2].status
    };
    assert_eq!(status("2011-07-24"), Status::Planned);
    assert_eq!(status("2011-07-25"), Status::Due);
    assert_eq!(status("2011-08-15"), Status::Due);
    assert_eq!(status("2011-08-16"), Status::Missed);
    let done = |day: &str| {
        let calendar = plan(&follow_up(), &["randomization=2011-07-01", &format!("month_1={day}")], None);
        calendar.visits[2].status_text()
    };
    assert_eq!(done("2011-07-24"), "done 1 day early");
    assert_eq!(done("2011-07-25"), "done in window");
    assert_eq!(done("2011-08-15"), "done in window");
    assert_eq!(done("2011-08-16"), "done 1 day late");
}

#[test]
fn a_date_after_the_day_of_the_calendar_is_an_appointment() {
    let calendar =
        plan(&follow_up(), &["randomization=2011-07-01", "month_1=2011-08-02"], Some("2011-08-01"));
    assert_eq!(calendar.visits[2].status, Status::Booked);
    assert_eq!(calendar.visits[3].target, Some(date("2011-08-16")));
    let calendar =
        plan(&follow_up(), &["randomization=2011-07-01", "month_1=2011-08-02"], Some("2011-08-02"));
    assert_eq!(calendar.visits[2].status, Status::DoneInWindow);
}

#[test]
fn a_missed_visit_leaves_its_target_to_those_that_follow() {
    let calendar = plan(&follow_up(), &["randomization=2011-07-01", "month_1=missed"], Some("2011-08-01"));
    assert_eq!(calendar.visits[2].status, Status::Missed);
    assert_eq!(lines(&calendar)[3], "call: 2011-08-15 [2011-08-12 to 2011-08-18] planned");
}

#[test]
fn days_are_numbered_without_a_day_zero_or_with_one() {
    let days_of = |first: i64| {
        let draft = Draft::new("t")
            .clock(first, event("dose"))
            .event("dose")
            .visit(
                "a",
                "before",
                target(event("dose"), before(days(1)), days(0), days(0), "1 day before dose"),
            )
            .visit("a", "at", target(event("dose"), after(days(0)), days(0), days(0), "on dose"))
            .visit(
                "a",
                "later",
                target(event("dose"), after(days(14)), days(0), days(0), "14 days after dose"),
            );
        let calendar = plan(&draft, &["dose=2012-03-01"], None);
        calendar.visits.iter().map(|visit| (visit.day, visit.target)).collect::<Vec<_>>()
    };
    let targets = ["2012-02-29", "2012-03-01", "2012-03-15"].map(|day| Some(date(day)));
    let numbered = |days: [i64; 3]| days.map(Some).into_iter().zip(targets).collect::<Vec<_>>();
    assert_eq!(days_of(1), numbered([-1, 1, 15]));
    assert_eq!(days_of(0), numbered([-1, 0, 14]));
}

#[test]
fn a_month_that_is_too_short_is_said() {
    let calendar = plan(&follow_up(), &["randomization=2011-01-31"], None);
    assert_eq!(
        lines(&calendar)[2],
        "month_1: 2011-02-28 [2011-02-21 to 2011-03-14] planned; \
         1 month after 2011-01-31 is 2011-02-28, the last day of its month"
    );
    // Counted from the anchor, not from the shortened month.
    assert_eq!(
        lines(&calendar)[4],
        "month_3: 2011-04-30 [2011-04-23 to 2011-05-14] planned; \
         3 months after 2011-01-31 is 2011-04-30, the last day of its month"
    );
    let leap = plan(&follow_up(), &["randomization=2012-01-29"], None);
    assert_eq!(lines(&leap)[2], "month_1: 2012-02-29 [2012-02-22 to 2012-03-14] planned");
}

#[test]
fn visits_and_events_of_another_arm_do_not_apply() {
    let draft = Draft::new("t")
        .arms("randomization", &["cells", "insulin"])
        .event("randomization")
        .event_with("infusion", |it| it.arms = vec!["cells".to_owned()])
        .visit("a", "infusion_day", on(event("infusion"), "on infusion"))
        .visit_with(
            "a",
            "scan",
            target(event("randomization"), after(days(7)), days(0), days(0), "7 days after randomization"),
            |it| {
                it.arms = vec!["cells".to_owned()];
            },
        );
    let known = |arm: &str| plan(&draft, &["randomization=2011-07-01", arm], Some("2011-07-01"));
    assert_eq!(
        lines(&known("arm=insulin")),
        [
            "infusion_day: - not applicable; infusion happens only in cells",
            "scan: 2011-07-08 not applicable; only in cells"
        ]
    );
    assert_eq!(
        lines(&known("arm=cells")),
        ["infusion_day: - waiting; waiting for infusion", "scan: 2011-07-08 planned"]
    );
    let unknown = plan(&draft, &["randomization=2011-07-01"], Some("2011-07-01"));
    assert_eq!(lines(&unknown)[1], "scan: 2011-07-08 planned; only in cells");
}

#[test]
fn an_arm_that_a_later_randomisation_can_open_is_not_closed() {
    let draft = Draft::new("t")
        .arms("first", &["a", "b"])
        .arms("second", &["c", "d"])
        .event("first")
        .event("second")
        .visit_with(
            "x",
            "v",
            target(event("first"), after(days(7)), days(0), days(0), "7 days after first"),
            |it| {
                it.arms = vec!["c".to_owned()];
            },
        );
    assert_eq!(plan(&draft, &["first=2020-01-01", "arm=a"], None).visits[0].status, Status::Planned);
    let mut both = dates(&draft.0, &["first=2020-01-01", "arm=a", "arm=d"]);
    both.events.insert("second".to_owned(), vec![date("2020-01-05")]);
    assert_eq!(calendar(&draft.0, &both, None, 3).visits[0].status, Status::NotApplicable);
}

fn cycles(count: Option<i64>, until: bool) -> Draft {
    let until = until.then(|| event("progression"));
    let repeat = cycle(days(28), count, until);
    let (first, second) = (repeat.clone(), repeat);
    Draft::new("t")
        .event("dose")
        .event("progression")
        .visit_with(
            "care",
            "d1",
            target(event("dose"), after(days(0)), days(2), days(2), "day 1, ±2 days"),
            |it| it.repeat = first,
        )
        .visit_with(
            "care",
            "d15",
            target(event("dose"), after(days(14)), days(1), days(1), "day 15, ±1 day"),
            |it| it.repeat = second,
        )
}

#[test]
fn cycles_follow_each_other_from_the_actual_day_one() {
    assert_eq!(
        lines(&plan(
            &cycles(Some(3), false),
            &["dose=2020-01-01", "d1@1=2020-01-01", "d1@2=2020-02-05"],
            None
        )),
        [
            "d1@1: 2020-01-01 [2019-12-30 to 2020-01-03] done in window",
            "d15@1: 2020-01-15 [2020-01-14 to 2020-01-16] planned",
            "d1@2: 2020-01-29 [2020-01-27 to 2020-01-31] done 5 days late",
            "d15@2: 2020-02-19 [2020-02-18 to 2020-02-20] planned",
            "d1@3: 2020-03-04 [2020-03-02 to 2020-03-06] planned",
            "d15@3: 2020-03-18 [2020-03-17 to 2020-03-19] planned; moves with d1 of cycle 3; possible 2020-03-15 to 2020-03-21",
        ]
    );
}

#[test]
fn a_missed_day_one_does_not_hold_the_cycles_up() {
    let calendar =
        plan(&cycles(Some(3), false), &["dose=2020-01-01", "d1@1=2020-01-02", "d1@2=missed"], None);
    assert_eq!(calendar.visits[4].target, Some(date("2020-02-27")), "two cycles after the last actual day 1");
    assert_eq!(calendar.visits[4].moves_with, None);
}

#[test]
fn cycles_without_a_number_reach_to_the_horizon_and_end_with_their_event() {
    let count = |pairs: &[&str]| plan(&cycles(None, true), pairs, None).visits.len() / 2;
    assert_eq!(count(&["dose=2020-01-01"]), 3);
    assert_eq!(count(&["dose=2020-01-01", "d1@1=2020-01-01", "d1@2=2020-01-29"]), 5);
    let ended = plan(
        &cycles(None, true),
        &["dose=2020-01-01", "d1@1=2020-01-01", "d1@2=2020-01-29", "progression=2020-02-03"],
        None,
    );
    assert_eq!(
        lines(&ended)[2..],
        [
            "d1@2: 2020-01-29 [2020-01-27 to 2020-01-31] done in window",
            "d15@2: 2020-02-12 [2020-02-11 to 2020-02-13] not applicable; its cycles ended with progression on 2020-02-03",
        ]
    );
}

#[test]
fn months_of_cycles_are_counted_at_once() {
    let repeat = cycle(months(1), Some(3), None);
    let draft = Draft::new("t").event("dose").visit_with(
        "a",
        "d1",
        target(event("dose"), after(days(0)), days(0), days(0), "day 1"),
        |it| it.repeat = repeat,
    );
    let targets: Vec<String> = plan(&draft, &["dose=2023-01-31"], None)
        .visits
        .iter()
        .map(|visit| visit.target.unwrap().to_string())
        .collect();
    assert_eq!(targets, ["2023-01-31", "2023-02-28", "2023-03-31"]);
    // From an actual day 1 at the end of February it is the 28th again.
    let known = ["dose=2023-01-31", "d1@1=2023-01-31", "d1@2=2023-02-28"];
    assert_eq!(plan(&draft, &known, None).visits[2].target, Some(date("2023-03-28")));
}

#[test]
fn a_visit_that_repeats_by_itself_counts_from_its_anchor_whatever_came_before() {
    let repeat =
        crate::model::Repeat { cycle: "call".to_owned(), every: months(3), count: Some(3), until: None };
    let timing =
        target(event("dose"), after(months(3)), days(7), days(7), "every 3 months after dose, ±7 days");
    let draft = Draft::new("t").event("dose").visit_with("a", "call", timing, |it| it.repeat = Some(repeat));
    let known = ["dose=2020-11-30", "call@1=2021-03-20"];
    let calendar = plan(&draft, &known, None);
    let targets: Vec<String> =
        calendar.visits.iter().map(|visit| visit.target.unwrap().to_string()).collect();
    assert_eq!(targets, ["2021-02-28", "2021-05-30", "2021-08-30"]);
    assert_eq!(calendar.visits[1].moves_with, None);
}

#[test]
fn a_visit_after_each_of_a_repeating_event_has_one_entry_for_each() {
    let draft = |which: Occurrence| {
        Draft::new("t").event_with("dose", |it| it.repeats = true).visit(
            "a",
            "check",
            target(occurrence("dose", which), after(days(3)), days(1), days(1), "3 days after dose"),
        )
    };
    let known = ["dose=2020-01-01", "dose=2020-01-08"];
    assert_eq!(
        lines(&plan(&draft(Occurrence::Each), &known, None)),
        [
            "check@1: 2020-01-04 [2020-01-03 to 2020-01-05] planned",
            "check@2: 2020-01-11 [2020-01-10 to 2020-01-12] planned"
        ]
    );
    assert_eq!(
        lines(&plan(&draft(Occurrence::First), &known, None)),
        ["check: 2020-01-04 [2020-01-03 to 2020-01-05] planned"]
    );
    assert_eq!(
        lines(&plan(&draft(Occurrence::Last), &known, None)),
        ["check: 2020-01-11 [2020-01-10 to 2020-01-12] planned; moves with a later dose"]
    );
}

#[test]
fn a_further_bound_narrows_the_window() {
    let draft = |least: i64| {
        Draft::new("t")
            .event("dose")
            .visit(
                "a",
                "first",
                target(event("dose"), after(days(14)), days(3), days(3), "14 days after dose, ±3 days"),
            )
            .visit_with(
                "a",
                "second",
                target(event("dose"), after(days(28)), days(3), days(3), "28 days after dose, ±3 days"),
                |it| {
                    it.constraints.push(constraint(
                        visit("first"),
                        Some(after(days(least))),
                        None,
                        "at least so many days after first",
                    ));
                },
            )
    };
    let second = |least: i64, pairs: &[&str]| lines(&plan(&draft(least), pairs, None))[1].clone();
    assert_eq!(
        second(7, &["dose=2020-01-01", "first=2020-01-20"]),
        "second: 2020-01-29 [2020-01-27 to 2020-02-01] planned"
    );
    assert_eq!(
        second(7, &["dose=2020-01-01", "first=2020-01-15"]),
        "second: 2020-01-29 [2020-01-26 to 2020-02-01] planned"
    );
    assert_eq!(
        second(7, &["dose=2020-01-01", "first=missed"]),
        "second: 2020-01-29 [2020-01-26 to 2020-02-01] planned"
    );
}

#[test]
fn what_lies_ahead_narrows_the_days_that_are_possible() {
    let draft = Draft::new("t")
        .event("dose")
        .visit(
            "a",
            "first",
            target(event("dose"), after(days(14)), days(7), days(7), "14 days after dose, ±7 days"),
        )
        .visit_with(
            "a",
            "second",
            target(event("dose"), after(days(28)), days(0), days(0), "28 days after dose"),
            |it| {
                it.constraints.push(constraint(
                    visit("first"),
                    Some(after(days(10))),
                    None,
                    "at least 10 days after first",
                ));
            },
        );
    assert_eq!(
        lines(&plan(&draft, &["dose=2020-01-01"], None))[0],
        "first: 2020-01-15 [2020-01-08 to 2020-01-22] planned; possible 2020-01-08 to 2020-01-19"
    );
}

#[test]
fn events_are_expected_on_the_days_that_their_constraints_leave() {
    let draft = Draft::new("t")
        .event("smt_start")
        .event_with("randomization", |it| {
            it.constraints.push(constraint(
                event("smt_start"),
                Some(after(months(4))),
                None,
                "at least 4 months after smt_start",
            ));
        })
        .event_with("infusion", |it| {
            it.constraints.push(constraint(
                event("randomization"),
                Some(after(days(0))),
                Some(after(days(14))),
                "0 to 14 days after randomization",
            ));
        });
    let calendar = plan(&draft, &["smt_start=2011-01-31"], Some("2011-05-01"));
    let possible = |at: usize| calendar.events[at].possible.map(|days| days.to_string());
    assert_eq!(possible(1).as_deref(), Some("from 2011-05-31"));
    assert_eq!(possible(2).as_deref(), Some("from 2011-05-31"));
    let judged = |pairs: &[&str], as_of: &str| {
        let calendar = plan(&draft, pairs, Some(as_of));
        (calendar.events[1].notes.join(""), calendar.events[1].status, calendar.events[2].status)
    };
    let early = ["smt_start=2011-01-31", "randomization=2011-05-30"];
    assert_eq!(
        judged(&early, "2011-06-13"),
        (
            "1 day early for `at least 4 months after smt_start`".to_owned(),
            EventStatus::HappenedEarly,
            EventStatus::Expected
        )
    );
    assert_eq!(judged(&early, "2011-06-14").2, EventStatus::Overdue);
    let in_time = ["smt_start=2011-01-31", "randomization=2011-05-31"];
    assert_eq!(judged(&in_time, "2011-05-31").1, EventStatus::Happened);
}

#[test]
fn an_event_bounds_one_that_is_declared_after_it() {
    let draft = Draft::new("t")
        .event_with("infusion", |it| {
            it.constraints.push(constraint(
                event("harvest"),
                Some(after(weeks(2))),
                None,
                "at least 2 weeks after harvest",
            ));
        })
        .event_with("harvest", |it| {
            it.constraints.push(constraint(
                event("consent"),
                Some(after(days(3))),
                None,
                "at least 3 days after consent",
            ));
        })
        .event("consent");
    let calendar = plan(&draft, &["consent=2020-01-01"], None);
    assert_eq!(calendar.events[0].possible.map(|days| days.to_string()).as_deref(), Some("from 2020-01-18"));
}

#[test]
fn an_event_that_is_bound_to_one_day_has_that_day_until_it_happens() {
    let draft = Draft::new("t")
        .event("randomization")
        .event_with("dose", |it| {
            it.constraints.push(constraint(
                event("randomization"),
                Some(after(days(0))),
                Some(after(days(0))),
                "on randomization",
            ));
        })
        .visit("a", "week_2", target(event("dose"), after(weeks(2)), days(0), days(0), "2 weeks after dose"));
    assert_eq!(
        lines(&plan(&draft, &["randomization=2020-01-01"], None)),
        ["week_2: 2020-01-15 planned; moves with dose"]
    );
    let known = ["randomization=2020-01-01", "dose=2020-01-03"];
    assert_eq!(lines(&plan(&draft, &known, None)), ["week_2: 2020-01-17 planned"]);
}

#[test]
fn anchors_in_a_circle_end() {
    let draft = Draft::new("t").visit("a", "one", on(visit("two"), "on two")).visit(
        "a",
        "two",
        on(visit("one"), "on one"),
    );
    assert_eq!(plan(&draft, &[], None).visits[0].status, Status::Waiting);
}

#[test]
fn conditions_are_said_in_the_authors_words() {
    let draft = Draft::new("t").event("dose").visit_with("a", "scan", on(event("dose"), "on dose"), |it| {
        it.when = Some(clause("sex is female"));
    });
    assert_eq!(
        lines(&plan(&draft, &["dose=2020-01-01"], None)),
        ["scan: 2020-01-01 planned; only when sex is female"]
    );
}

#[test]
fn tables_for_people_and_machines() {
    let draft = follow_up();
    let known = ["randomization=2011-07-01", "screen=2011-06-20", "baseline=2011-07-01"];
    let calendar = plan(&draft, &known, Some("2011-07-30"));
    assert_eq!(
        calendar.to_text(),
        "t
Arm: not allocated yet; on Sat 2011-07-30

Event          Date            Status    Remarks
randomization  Fri 2011-07-01  happened
withdrawal                     expected

Visit                Day  Target          Window                    Status                            Remarks
screening
  screen                                  2011-06-03 to 2011-06-30  done in window on Mon 2011-06-20
care
  baseline           1    Fri 2011-07-01  2011-07-01                done in window on Fri 2011-07-01
  month 1            32   Mon 2011-08-01  2011-07-25 to 2011-08-15  due
  call               46   Mon 2011-08-15  2011-08-12 to 2011-08-18  planned                           moves with month_1; possible 2011-08-05 to 2011-09-01
  month 3            93   Sat 2011-10-01  2011-09-24 to 2011-10-15  planned
  early termination                                                 waiting                           waiting for withdrawal
"
    );
    let csv = calendar.to_csv();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 7);
    assert_eq!(
        rows[3],
        "care,month_1,month 1,,clinic,\"1 month after randomization, -7/+14 days\",32,2011-08-01,2011-07-25,2011-08-15,due,,,,,,"
    );
    let json: serde_json::Value = serde_json::from_str(&calendar.to_json()).unwrap();
    assert_eq!(json["visits"][2]["status"], "due");
    assert_eq!(json["visits"][0]["actual"], "2011-06-20");
}

/// Somebody who withdrew has left on that day, whether or not the visit is written down beside the event.
#[test]
fn a_visit_on_an_event_takes_place_with_it() {
    let known = ["randomization=2011-07-01", "withdrawal=2011-07-20"];
    let held = |pairs: &[&str]| {
        let all: Vec<&str> = known.iter().chain(pairs).copied().collect();
        lines(&plan(&follow_up(), &all, Some("2011-09-05"))).pop().expect("the last visit")
    };
    assert_eq!(held(&[]), "early_termination: 2011-07-20 done in window; held with its event");
    assert_eq!(held(&["early_termination=2011-07-20"]), "early_termination: 2011-07-20 done in window");
    assert_eq!(held(&["early_termination=2011-07-22"]), "early_termination: 2011-07-20 done 2 days late");
    assert_eq!(held(&["early_termination=missed"]), "early_termination: 2011-07-20 missed");
}

/// A visit that is only counted from the event is another day.
#[test]
fn a_visit_some_days_after_an_event_is_not_held_with_it() {
    let later = target(event("withdrawal"), after(days(7)), days(0), days(0), "7 days after withdrawal");
    let draft = Draft::new("t").event("withdrawal").visit("a", "later", later);
    let found = plan(&draft, &["withdrawal=2011-07-20"], Some("2011-09-05"));
    assert_eq!(lines(&found), ["later: 2011-07-27 missed"]);
}

#[test]
fn times_within_the_day_stand_beside_the_visits_that_have_them() {
    use crate::model::{Activity, ActivityKind, Cell, Timepoint, Timepoints};
    let mut draft = follow_up();
    let schedule = draft.0.schedule.as_mut().expect("a schedule");
    let point = |minutes, late| Timepoint { label: None, minutes, early: late, late };
    let set = Timepoints {
        label: "PK profile".to_owned(),
        from: "dose".to_owned(),
        anchor: None,
        points: vec![point(-30, 0), point(60, 5)],
        origin: crate::model::Origin::default(),
    };
    schedule.timepoints.insert("pk".to_owned(), set);
    let cell = Cell { visit: "baseline".to_owned(), per: Some("pk".to_owned()), ..Cell::default() };
    let sample = Activity {
        label: "Sample".to_owned(),
        kind: ActivityKind::Measure,
        cells: vec![cell],
        throughout: None,
        origin: crate::model::Origin::default(),
    };
    schedule.activities.insert("sample".to_owned(), sample);
    let found = plan(&draft, &["randomization=2011-07-01"], None);
    let baseline = found.visits.iter().find(|visit| visit.name == "baseline").expect("the visit");
    assert_eq!(baseline.times, ["PK profile, from dose: −30 min, 1 h (±5 min)"]);
    assert!(found.visits.iter().all(|visit| visit.name == "baseline" || visit.times.is_empty()));
    assert!(found.to_ics("1").replace("\r\n ", "").contains("PK profile\\, from dose: −30 min"));
    assert!(found.to_text().contains("PK profile, from dose"));
}
