use super::*;

fn two_anchors(late: i64) -> Draft {
    Draft::new("t")
        .event("dose")
        .visit(
            "a",
            "month_1",
            target(event("dose"), after(months(1)), days(7), days(14), "1 month after dose, -7/+14 days"),
        )
        .visit_with(
            "a",
            "late",
            target(event("dose"), after(days(28)), days(3), days(late), "28 days after dose"),
            |it| {
                it.constraints.push(constraint(
                    visit("month_1"),
                    Some(after(days(7))),
                    None,
                    "at least 7 days after month_1",
                ));
            },
        )
}

#[test]
fn actual_dates_that_leave_no_day_are_explained() {
    let pairs = ["dose=2020-01-01", "month_1=2020-01-26"];
    let calendar = plan(&two_anchors(3), &pairs, None);
    assert_eq!(calendar.conflicts.len(), 1);
    assert_eq!(
        calendar.conflicts[0].message,
        "no day is left for late: dose is on 2020-01-01; late is on 2020-02-01 at the latest (28 days after dose); \
         month_1 is on 2020-01-26; late is on 2020-02-02 at the earliest (at least 7 days after month_1)"
    );
    assert!(calendar.to_text().contains("This calendar cannot be kept. No day is left for late"));
    assert_eq!(plan(&two_anchors(4), &pairs, None).conflicts, []);
    assert_eq!(plan(&two_anchors(3), &["dose=2020-01-01", "month_1=2020-01-25"], None).conflicts, []);
}

#[test]
fn a_conflict_of_the_protocol_itself_needs_no_dates() {
    let draft = |least: i64| {
        Draft::new("t")
            .event("dose")
            .visit(
                "a",
                "first",
                target(event("dose"), after(days(14)), days(0), days(0), "14 days after dose"),
            )
            .visit_with(
                "a",
                "second",
                target(event("dose"), after(days(21)), days(0), days(0), "21 days after dose"),
                |it| {
                    it.constraints.push(constraint(visit("first"), Some(after(days(least))), None, "a gap"));
                },
            )
    };
    assert_eq!(plan(&draft(7), &[], None).conflicts, []);
    let conflicts = plan(&draft(8), &[], None).conflicts;
    assert_eq!(conflicts.len(), 1);
    assert!(conflicts[0].message.ends_with("these miss each other by 1 day"), "{}", conflicts[0].message);
}

#[test]
fn a_schedule_that_fails_in_some_months_only_is_found_on_the_calendar() {
    // 30 days after the dose, yet at most one month after it: February is too short.
    let draft = Draft::new("t").event("dose").visit_with(
        "a",
        "check",
        target(event("dose"), after(days(30)), days(0), days(0), "30 days after dose"),
        |it| {
            it.constraints.push(constraint(
                event("dose"),
                None,
                Some(after(months(1))),
                "at most 1 month after dose",
            ));
        },
    );
    assert_eq!(plan(&draft, &["dose=2023-01-15"], None).conflicts, []);
    let conflicts = plan(&draft, &["dose=2023-02-15"], None).conflicts;
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        conflicts[0].message,
        "no day is left for check: dose is on 2023-02-15; check is on 2023-03-15 at the latest (at most 1 month after dose); \
         dose is on 2023-02-15; check is on 2023-03-17 at the earliest (30 days after dose)"
    );
}

#[test]
fn every_conflict_is_found_not_only_the_first() {
    let tight = |draft: Draft, name: &str| {
        draft.visit_with(
            "a",
            name,
            target(event("dose"), after(days(30)), days(0), days(0), "30 days after dose"),
            |it| {
                it.constraints.push(constraint(
                    event("dose"),
                    None,
                    Some(after(days(29))),
                    "at most 29 days after scan",
                ));
            },
        )
    };
    // Both are counted from a scan that is not planned, so that only its date makes them meet.
    let draft = tight(tight(Draft::new("t").event("dose"), "one"), "two");
    assert_eq!(
        plan(&draft, &["dose=2023-02-15"], None).conflicts.len(),
        1,
        "the protocol's own conflict comes first"
    );
    let later = |name: &str, draft: Draft| {
        draft.visit_with(
            "a",
            name,
            target(event("dose"), after(days(30)), days(0), days(0), "30 days after dose"),
            |it| {
                it.constraints.push(constraint(
                    visit("scan"),
                    Some(after(days(20))),
                    None,
                    "at least 20 days after scan",
                ));
            },
        )
    };
    let scan = Draft::new("t").event("dose").visit(
        "a",
        "scan",
        target(event("dose"), after(days(7)), days(7), days(7), "7 days after dose, ±7 days"),
    );
    let draft = later("two", later("one", scan));
    let at = |pairs: &[&str]| {
        plan(&draft, pairs, None).conflicts.iter().map(|one| one.at.clone()).collect::<Vec<_>>()
    };
    assert_eq!(at(&["dose=2023-01-01", "scan=2023-01-11"]), Vec::<String>::new());
    assert_eq!(at(&["dose=2023-01-01", "scan=2023-01-12"]), ["one", "two"]);
}

#[test]
fn what_took_place_on_a_wrong_day_is_late_and_no_conflict() {
    let first = target(event("dose"), after(days(7)), days(1), days(1), "7 days after dose, ±1 day");
    let draft = Draft::new("t").event("dose").visit("a", "first", first).visit_with(
        "a",
        "second",
        target(event("dose"), after(days(14)), days(1), days(1), "14 days after dose, ±1 day"),
        |it| {
            it.constraints.push(constraint(
                visit("first"),
                None,
                Some(after(days(7))),
                "at most 7 days after first",
            ))
        },
    );
    let late = plan(&draft, &["dose=2020-01-01", "second=2020-01-20"], None);
    assert_eq!((late.visits[1].status, &late.conflicts[..]), (Status::DoneLate, &[][..]));
    assert_eq!(late.visits[0].possible, None);
    // Still to come, the second bounds the first.
    let open = plan(&draft, &["dose=2020-01-01"], None);
    assert_eq!(open.visits[0].possible, None, "from the 6th the 13th can be reached");
}
