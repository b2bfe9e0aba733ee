use super::*;
use crate::time::testing::{
    Draft, after, constraint, days, event, months, occurrence as at, on, target, visit, weeks,
};

fn no_time() -> Duration {
    days(0)
}

fn bounds(draft: Draft, a: Point, b: Point) -> (Option<i64>, Option<i64>) {
    Network::of(&draft.0).expect("a schedule that can be kept").bounds(&a, &b)
}

fn conflict(draft: Draft) -> String {
    Network::of(&draft.0).expect_err("a schedule that cannot be kept").to_string()
}

#[test]
fn constraints_propagate_through_what_lies_between() {
    let draft = Draft::new("t")
        .event("consent")
        .event_with("start", |it| {
            it.constraints.push(constraint(
                event("consent"),
                Some(after(days(0))),
                None,
                "on or after consent",
            ));
        })
        .event_with("surgery", |it| {
            let text = "14 to 28 days after start";
            it.constraints.push(constraint(
                event("start"),
                Some(after(days(14))),
                Some(after(days(28))),
                text,
            ));
        })
        .visit(
            "care",
            "check",
            target(event("surgery"), after(days(7)), days(2), days(3), "7 days after surgery, -2/+3 days"),
        );
    let network = Network::of(&draft.0).expect("a schedule that can be kept");
    assert_eq!(network.bounds(&Point::event("consent"), &Point::visit("check")), (Some(19), None));
    assert_eq!(network.bounds(&Point::event("start"), &Point::visit("check")), (Some(19), Some(38)));
    assert_eq!(network.bounds(&Point::visit("check"), &Point::event("surgery")), (Some(-10), Some(-5)));
    assert_eq!(network.bounds(&Point::event("start"), &Point::event("nothing")), (None, None));
}

#[test]
fn a_window_tightened_to_nothing_names_the_cycle_in_the_authors_words() {
    let build = |least: i64| {
        Draft::new("t")
            .event("randomization")
            .visit(
                "care",
                "first",
                target(
                    event("randomization"),
                    after(weeks(2)),
                    days(3),
                    days(3),
                    "2 weeks after randomization, ±3 days",
                ),
            )
            .visit_with(
                "care",
                "second",
                target(
                    event("randomization"),
                    after(weeks(3)),
                    no_time(),
                    days(2),
                    "3 weeks after randomization, -0/+2 days",
                ),
                |it| {
                    let text = format!("at least {least} days after first");
                    it.constraints.push(constraint(visit("first"), Some(after(days(least))), None, &text));
                },
            )
    };
    assert_eq!(
        bounds(build(12), Point::event("randomization"), Point::visit("second")),
        (Some(23), Some(23)),
        "first 11 days after randomization leaves a single day"
    );
    assert_eq!(
        conflict(build(13)),
        "first is at least 11 days after randomization (first: 2 weeks after randomization, ±3 days); \
         second is at most 23 days after randomization (second: 3 weeks after randomization, -0/+2 days); \
         second is at least 13 days after first (second: at least 13 days after first): \
         these miss each other by 1 day"
    );
}

#[test]
fn months_conflict_only_when_no_calendar_can_save_them() {
    let build = |most: i64| {
        Draft::new("t").event("a").event_with("b", |it| {
            it.constraints.push(constraint(
                event("a"),
                Some(after(months(4))),
                None,
                "at least 4 months after a",
            ));
            let text = format!("at most {most} days after a");
            it.constraints.push(constraint(event("a"), None, Some(after(days(most))), &text));
        })
    };
    // 4 months come to 120 days when they begin in November of a common year, to 123 from May.
    assert_eq!(bounds(build(120), Point::event("a"), Point::event("b")), (Some(120), Some(120)));
    assert_eq!(
        conflict(build(119)),
        "b is at least 120 days after a (b: at least 4 months after a); \
         b is at most 119 days after a (b: at most 119 days after a): \
         these miss each other by 1 day, however long the calendar months are"
    );
}

#[test]
fn constraints_of_different_arms_never_meet() {
    let build = |second: &str| {
        Draft::new("t")
            .event("randomization")
            .arms("randomization", &["a", "b"])
            .event_with("drug_a", |it| {
                it.arms = vec!["a".to_owned()];
                let text = "within 7 days after randomization";
                it.constraints.push(constraint(
                    event("randomization"),
                    Some(after(days(0))),
                    Some(after(days(7))),
                    text,
                ));
            })
            .event_with("drug_b", |it| {
                it.arms = vec![second.to_owned()];
                it.constraints.push(constraint(
                    event("drug_a"),
                    Some(after(days(10))),
                    None,
                    "at least 10 days after drug_a",
                ));
                let text = "within 7 days after randomization";
                it.constraints.push(constraint(
                    event("randomization"),
                    Some(after(days(0))),
                    Some(after(days(7))),
                    text,
                ));
            })
    };
    assert!(Network::of(&build("b").0).is_ok());
    assert_eq!(
        conflict(build("a")),
        "in a: randomization is not after drug_a (drug_a: within 7 days after randomization); \
         drug_b is at most 7 days after randomization (drug_b: within 7 days after randomization); \
         drug_b is at least 10 days after drug_a (drug_b: at least 10 days after drug_a): \
         these miss each other by 3 days"
    );
}

#[test]
fn a_visit_counts_from_one_of_a_repeating_event_and_not_from_all() {
    let build = |occurrence: Occurrence| {
        let dose = || at("dose", occurrence);
        Draft::new("t")
            .event("consent")
            .event_with("dose", |it| it.repeats = true)
            .visit("care", "early", on(dose(), "on dose"))
            .visit_with(
                "care",
                "late",
                target(dose(), after(days(2)), no_time(), no_time(), "2 days after dose"),
                |it| {
                    let text = "at least 10 days after early";
                    it.constraints.push(constraint(visit("early"), Some(after(days(10))), None, text));
                },
            )
    };
    assert!(Network::of(&build(Occurrence::Any).0).is_ok());
    assert!(Network::of(&build(Occurrence::First).0).is_err());
}

#[test]
fn bounds_hold_on_every_calendar_date() {
    let build = |length: Duration| {
        Draft::new("t").event("a").visit(
            "care",
            "v",
            target(event("a"), after(length), no_time(), no_time(), "some time after a"),
        )
    };
    assert_eq!(bounds(build(months(1)), Point::event("a"), Point::visit("v")), (Some(28), Some(31)));
    assert_eq!(bounds(build(days(30)), Point::event("a"), Point::visit("v")), (Some(30), Some(30)));
    assert_eq!(
        bounds(build(Duration::Minutes(30)), Point::event("a"), Point::visit("v")),
        (Some(0), Some(1))
    );
}
