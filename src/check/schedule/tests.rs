//! Each case fires; each near miss beside it does not.

use serde_json::json;

use super::super::check;
use crate::model::{ActivityKind, Constraint, Occurrence, Trial};
use crate::source::{FileId, Span};
use crate::time::testing::{
    Draft, after, before, constraint, cycle, days, event, months, occurrence, on, range, target, visit, weeks,
};

/// Gives every part words of its own, so that it can be seen which ones are underlined.
struct Text(String);

impl Text {
    fn write(&mut self, words: &str) -> Span {
        let start = self.0.len();
        self.0.push_str(words);
        self.0.push('\n');
        Span::new(FileId(0), start..start + words.len())
    }

    fn constraints(&mut self, constraints: &mut [Constraint]) {
        for constraint in constraints {
            constraint.origin = self.write(&constraint.text).into();
        }
    }
}

/// The codes of family S with the words that each underlines.
fn told(draft: Draft) -> Vec<String> {
    let mut trial = draft.0;
    let mut text = Text(String::new());
    trial.header.origin = text.write("trial").into();
    for (name, event) in &mut trial.events {
        event.origin = text.write(&format!("event {name}")).into();
        text.constraints(&mut event.constraints);
    }
    for (name, outcome) in &mut trial.outcomes {
        outcome.origin = text.write(&format!("outcome {name}")).into();
        outcome.origins = [("time_frame".to_owned(), text.write("time frame"))].into_iter().collect();
    }
    if let Some(schedule) = &mut trial.schedule {
        for (name, visit) in &mut schedule.visits {
            visit.origin = text.write(&format!("visit {name}")).into();
            text.constraints(&mut visit.constraints);
        }
        for (name, activity) in &mut schedule.activities {
            activity.origin = text.write(&format!("collect {name}")).into();
        }
    }
    // The others have their cases in the literate suite.
    const HERE: [&str; 13] =
        ["S01", "S02", "S03", "S06", "S14", "S15", "S16", "S17", "S18", "S23", "S27", "S30", "S33"];
    let found = check(&trial).into_iter().filter(|found| HERE.contains(&found.code.id));
    found
        .map(|found| {
            assert!(
                found.help.as_ref().is_some_and(|help| help.len() > 20),
                "{}: {:?}",
                found.message,
                found.help
            );
            assert!(!found.primary.text.is_empty(), "{}", found.message);
            format!("{} {}: {}", found.code.id, &text.0[found.primary.span.range()], found.message)
        })
        .collect()
}

const NOTHING: [&str; 0] = [];

/// A schedule that counts from randomization.
fn plan() -> Draft {
    Draft::new("t").event("randomization").clock(1, event("randomization"))
}

fn in_days(count: i64, window: i64) -> crate::model::VisitTiming {
    target(event("randomization"), after(days(count)), days(window), days(window), "somehow")
}

#[test]
fn windows_of_consecutive_visits_share_a_day() {
    let two = |second: i64, window: i64| {
        plan().visit("a", "one", in_days(28, window)).visit("a", "two", in_days(second, window))
    };
    assert_eq!(told(two(35, 7)), ["S02 visit two: one day can lie in the windows of both `one` and `two`"]);
    assert_eq!(
        told(two(42, 7)),
        ["S02 visit two: one day can lie in the windows of both `one` and `two`"],
        "day 35 is in both"
    );
    assert_eq!(told(two(43, 7)), NOTHING);
    assert_eq!(told(two(35, 3)), NOTHING);
    assert_eq!(told(two(28, 0)), NOTHING, "two visits on one day are meant");
}

#[test]
fn windows_that_an_order_keeps_apart_may_overlap() {
    let two = |least: i64| {
        plan().visit("a", "one", in_days(28, 7)).visit_with("a", "two", in_days(35, 7), |it| {
            it.constraints.push(constraint(visit("one"), Some(after(days(least))), None, "apart"));
        })
    };
    assert_eq!(told(two(1)), NOTHING);
    assert_eq!(told(two(0)).len(), 1, "not before is not after");
}

#[test]
fn visits_of_different_arms_do_not_overlap() {
    let two = |arm: &str| {
        let (one, two) = (vec!["a".to_owned()], vec![arm.to_owned()]);
        plan()
            .arms("randomization", &["a", "b"])
            .visit_with("x", "one", in_days(28, 7), |it| it.arms = one)
            .visit_with("x", "two", in_days(35, 7), |it| it.arms = two)
    };
    assert_eq!(told(two("b")), NOTHING);
    assert_eq!(told(two("a")).len(), 1);
}

#[test]
fn months_overlap_only_when_they_do_so_on_every_calendar() {
    let month = |count: i64, window: i64| {
        target(event("randomization"), after(months(count)), days(window), days(window), "months")
    };
    let two =
        |window: i64| told(plan().visit("a", "one", month(1, window)).visit("a", "two", month(2, window)));
    assert_eq!(two(15), NOTHING, "15 days around 1 and 2 months meet in February alone");
    assert_eq!(two(18).len(), 1);
}

#[test]
fn the_end_of_a_cycle_can_reach_into_the_next() {
    let cycles = |last: i64, window: i64| {
        let repeat = || cycle(days(28), Some(4), None);
        plan()
            .visit_with("a", "d1", in_days(0, window), |it| it.repeat = repeat())
            .visit_with("a", "d15", in_days(14, window), |it| it.repeat = repeat())
            .visit_with("a", "last", in_days(last, window), |it| it.repeat = repeat())
    };
    assert_eq!(told(cycles(21, 3)), NOTHING);
    assert_eq!(
        told(cycles(24, 2)),
        ["S02 visit d1: one day can lie in the windows of both `last` and `d1` of the next cycle"]
    );
}

#[test]
fn constraints_that_cannot_be_kept_are_shown_as_a_circle() {
    let two = |least: i64| {
        plan().visit("a", "one", in_days(14, 3)).visit_with("a", "two", in_days(21, 2), |it| {
            it.constraints.push(constraint(
                visit("one"),
                Some(after(days(least))),
                None,
                "at least so many days after one",
            ));
        })
    };
    assert_eq!(
        told(two(13)),
        [
            "S03 at least so many days after one: these times cannot all be kept: `at least so many days after one` misses the others by 1 day"
        ]
    );
    assert_eq!(told(two(12)), NOTHING);
}

#[test]
fn a_conflict_underlines_every_constraint_of_it() {
    let mut draft = plan().visit("a", "one", in_days(14, 3)).visit_with("a", "two", in_days(21, 2), |it| {
        it.constraints.push(constraint(visit("one"), Some(after(days(20))), None, "a gap"));
    });
    let schedule = draft.0.schedule.as_mut().unwrap();
    schedule.visits["one"].origin = Span::new(FileId(0), 0..3).into();
    schedule.visits["two"].origin = Span::new(FileId(0), 4..7).into();
    schedule.visits["two"].constraints[0].origin = Span::new(FileId(0), 8..13).into();
    let found = check(&draft.0);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].primary.span.range(), 8..13);
    let others: Vec<_> =
        found[0].secondary.iter().map(|label| (label.span.range(), label.text.as_str())).collect();
    assert_eq!(
        others,
        [
            (4..7, "so two is at most 23 days after randomization"),
            (0..3, "so one is at least 11 days after randomization")
        ]
        .map(|(range, text): (std::ops::Range<usize>, &str)| (range, text))
    );
}

#[test]
fn visits_are_written_in_the_order_of_their_times() {
    let two = |second: i64, epoch: &str| {
        plan().visit("treatment", "one", in_days(30, 5)).visit(epoch, "two", in_days(second, 5))
    };
    assert_eq!(
        told(two(19, "follow_up")),
        [
            "S14 visit two: `two` comes at least 1 day before `one` of the epoch before, treatment, but is written after it"
        ]
    );
    assert_eq!(
        told(two(19, "treatment")),
        ["S14 visit two: `two` comes at least 1 day before `one`, but is written after it"]
    );
    assert_eq!(told(two(41, "follow_up")), NOTHING);
}

#[test]
fn the_first_round_of_a_cycle_is_compared_with_its_own_cycle_alone() {
    let draft = |cycle_of_second: &str| {
        let repeat = |name: &str| crate::model::Repeat {
            cycle: name.to_owned(),
            every: days(28),
            count: Some(4),
            until: None,
        };
        let (one, two) = (repeat("main"), repeat(cycle_of_second));
        plan().visit_with("a", "d15", in_days(14, 2), |it| it.repeat = Some(one)).visit_with(
            "a",
            "d1",
            in_days(0, 2),
            |it| it.repeat = Some(two),
        )
    };
    assert_eq!(told(draft("main")).len(), 1);
    assert_eq!(told(draft("maintenance")), NOTHING);
}

#[test]
fn a_visit_whose_time_nothing_bounds_may_stand_anywhere() {
    assert_eq!(
        told(plan().event("withdrawal").visit("a", "late", in_days(300, 5)).visit(
            "b",
            "leave",
            on(event("withdrawal"), "on withdrawal")
        )),
        NOTHING
    );
}

#[test]
fn a_visit_needs_something_to_be_done() {
    let draft = |at: &[(&str, Option<&str>)]| {
        plan().visit("a", "base", in_days(0, 0)).visit("a", "later", in_days(30, 3)).collect(
            ActivityKind::Measure,
            "weight",
            at,
        )
    };
    assert_eq!(told(draft(&[("base", None)])), ["S15 visit later: nothing is collected or done at `later`"]);
    assert_eq!(told(draft(&[("base", None), ("later", None)])), NOTHING);
    // Nobody has begun to say what is collected.
    assert_eq!(told(plan().visit("a", "base", in_days(0, 0)).visit("a", "later", in_days(30, 3))), NOTHING);
}

#[test]
fn the_day_of_an_event_can_be_a_purpose_and_so_can_a_call() {
    let draft = |contact: &str| {
        let contact = contact.to_owned();
        plan()
            .event("consent")
            .arms("randomization", &["a"])
            .visit("a", "signing", on(event("consent"), "on consent"))
            .visit("a", "allocation", in_days(0, 0))
            .visit_with("a", "call", in_days(14, 3), |it| it.contact = contact)
            .visit("a", "last", in_days(30, 3))
            .collect(ActivityKind::Measure, "weight", &[("last", None)])
            .throughout(ActivityKind::Event, "adverse_event", event("consent"), None)
    };
    assert_eq!(told(draft("phone")), NOTHING);
    assert_eq!(told(draft("clinic")), ["S15 visit call: nothing is collected or done at `call`"]);
}

#[test]
fn a_period_begins_before_it_ends() {
    let draft = |from: &str, to: &str| {
        plan()
            .visit("a", "base", in_days(0, 0))
            .visit("a", "end", in_days(90, 7))
            .collect(ActivityKind::Measure, "weight", &[("base", None), ("end", None)])
            .throughout(ActivityKind::Event, "relapse", visit(from), Some(visit(to)))
    };
    assert_eq!(
        told(draft("end", "base")),
        ["S16 collect relapse: `relapse` is never collected: its period ends before it begins"]
    );
    assert_eq!(told(draft("base", "end")), NOTHING);
}

fn arms(of_event: &[&str], of_visit: &[&str], at_event: bool) -> Draft {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (of_event, of_visit) = (owned(of_event), owned(of_visit));
    let timing = if at_event {
        on(event("infusion"), "on infusion")
    } else {
        target(event("infusion"), after(weeks(2)), days(3), days(3), "2 weeks after infusion, ±3 days")
    };
    plan()
        .arms("randomization", &["cells", "insulin"])
        .event_with("infusion", |it| it.arms = of_event)
        .visit_with("a", "check", timing, |it| it.arms = of_visit)
}

#[test]
fn an_anchor_happens_in_every_arm_of_its_visit() {
    assert_eq!(
        told(arms(&["cells"], &[], false)),
        ["S17 visit check: `check` counts from `infusion`, which does not happen in arm insulin"]
    );
    assert_eq!(
        told(arms(&["cells"], &["insulin"], true)),
        ["S17 visit check: `check` counts from `infusion`, which happens in none of its arms"]
    );
    assert_eq!(told(arms(&["cells"], &["cells"], false)), NOTHING);
    assert_eq!(told(arms(&[], &[], false)), NOTHING);
    assert_eq!(told(arms(&["cells"], &[], true)), NOTHING, "a visit on the event follows it");
}

#[test]
fn a_cycle_ends() {
    let draft = |count: Option<i64>, until: bool| {
        let repeat = || cycle(days(28), count, until.then(|| event("progression")));
        plan()
            .event("progression")
            .visit_with("a", "d1", in_days(0, 2), |it| it.repeat = repeat())
            .visit_with("a", "d15", in_days(14, 2), |it| it.repeat = repeat())
    };
    assert_eq!(
        told(draft(None, false)),
        ["S18 visit d1: nothing ends the cycle `main`"],
        "told once for the cycle"
    );
    assert_eq!(told(draft(Some(6), false)), NOTHING);
    assert_eq!(told(draft(None, true)), NOTHING);
}

#[test]
fn a_visit_that_repeats_by_itself_ends() {
    let draft = |count: Option<i64>| {
        let repeat = crate::model::Repeat { cycle: "call".to_owned(), every: months(3), count, until: None };
        let timing = target(
            event("randomization"),
            after(months(3)),
            days(7),
            days(7),
            "every 3 months after randomization",
        );
        plan().visit_with("a", "call", timing, |it| it.repeat = Some(repeat))
    };
    assert_eq!(told(draft(None)), ["S18 visit call: nothing ends the repetition of `call`"]);
    assert_eq!(told(draft(Some(8))), NOTHING);
}

fn outcome(draft: Draft, value: serde_json::Value, time_frame: Option<i64>) -> Draft {
    let mut draft = draft;
    let after_randomization = |months: i64| {
        json!({ "is": {
            "offset": { "direction": "after", "by": { "months": months } },
            "anchor": { "of": { "anchor": "event", "name": "randomization", "occurrence": "once" } },
            "text": format!("{months} months after randomization"),
        }})
    };
    let outcome = json!({
        "tier": "primary", "label": "HbA1c", "value": { "is": value },
        "time_frame": time_frame.map_or(json!("not_stated"), after_randomization),
        "compare": "not_stated", "among": "not_stated", "missing": "not_stated", "events": [], "query": null,
    });
    draft.0.outcomes.insert("hba1c_change".to_owned(), serde_json::from_value(outcome).expect("an outcome"));
    draft
}

fn at(visit: &str) -> serde_json::Value {
    json!({ "of": { "anchor": "visit", "name": visit } })
}

fn change() -> serde_json::Value {
    json!({ "text": "change", "value": "change", "relative": false, "measure": "hba1c", "from": at("base"), "to": at("end") })
}

fn year(at: &[(&str, Option<&str>)]) -> Draft {
    let end = target(
        event("randomization"),
        after(months(12)),
        days(14),
        days(14),
        "12 months after randomization, ±14 days",
    );
    plan()
        .visit("a", "base", in_days(0, 0))
        .visit("a", "end", end)
        .collect(ActivityKind::Measure, "weight", &[("base", None), ("end", None)])
        .collect(ActivityKind::Measure, "hba1c", at)
}

#[test]
fn a_change_needs_both_its_ends() {
    let both = [("base", None), ("end", None)];
    assert_eq!(told(outcome(year(&both), change(), Some(12))), NOTHING);
    assert_eq!(
        told(outcome(year(&both[1..]), change(), Some(12))),
        ["S23 outcome hba1c_change: `hba1c_change` is a change from base, but `hba1c` is not collected then"]
    );
    assert_eq!(
        told(outcome(year(&both[..1]), change(), Some(12))),
        ["S01 outcome hba1c_change: `hba1c_change` needs `hba1c` at end, but no visit collects it then"]
    );
}

#[test]
fn a_time_frame_is_that_of_a_visit_that_collects_the_measure() {
    let both = [("base", None), ("end", None)];
    assert_eq!(
        told(outcome(year(&both), change(), Some(24))),
        [
            "S01 time frame: no visit that collects `hba1c` lies 24 months after randomization: the nearest, `end`, misses it by 350 days"
        ]
    );
    assert_eq!(told(outcome(year(&both), change(), Some(12))), NOTHING);
}

#[test]
fn a_derived_quantity_is_collected_when_its_parts_are() {
    let derived = |draft: Draft| {
        let mut draft = draft;
        let part = |measure: &str| json!({ "text": measure, "value": "measured", "measure": measure, "select": "latest", "window": { "from": null, "to": null, "text": "" } });
        let of = json!({ "text": "insulin / weight", "value": "arithmetic", "left": part("hba1c"), "operator": "divide", "right": part("weight") });
        let measure = json!({ "label": "Per weight", "type": "quantity", "unit": null, "formula_of": of });
        draft.0.measures.insert("per_weight".to_owned(), serde_json::from_value(measure).expect("a measure"));
        let mut value = change();
        value["measure"] = "per_weight".into();
        outcome(draft, value, Some(12))
    };
    assert_eq!(told(derived(year(&[("base", None), ("end", None)]))), NOTHING);
    assert_eq!(
        told(derived(year(&[("end", None)]))),
        ["S23 outcome hba1c_change: `hba1c_change` is a change from base, but `hba1c` is not collected then"],
        "the part that is missing is named"
    );
}

#[test]
fn outcomes_without_any_schedule_are_told_once() {
    let none = |time_frame| {
        let mut draft = outcome(plan(), change(), time_frame);
        draft.0.schedule = None;
        draft
    };
    assert_eq!(
        told(none(Some(12))),
        ["S01 trial: one outcome at a stated time, but no visit at which anything is measured"]
    );
    assert_eq!(told(none(None)), NOTHING);
}

#[test]
fn a_long_wait_before_an_event_has_a_visit_in_it() {
    let draft = |wait: i64, first: i64| {
        Draft::new("t")
            .event("smt_start")
            .event_with("randomization", |it| {
                it.constraints.push(constraint(
                    event("smt_start"),
                    Some(after(days(wait))),
                    None,
                    "at least so long after smt_start",
                ));
            })
            .visit(
                "a",
                "screen",
                range(event("randomization"), before(days(first)), before(days(1)), "before randomization"),
            )
    };
    assert_eq!(told(draft(120, 28)), NOTHING);
    assert_eq!(told(draft(27, 100)), NOTHING, "not long");
    assert_eq!(
        told(draft(28, 28)),
        [
            "S01 at least so long after smt_start: no visit lies in the 28 days or more between smt_start and `randomization`"
        ],
        "the visit can be on the day of the start"
    );
    assert_eq!(told(draft(29, 28)), NOTHING);
}

#[test]
fn nothing_is_done_before_consent() {
    let draft = |gap: i64, kind: ActivityKind| {
        Draft::new("t")
            .event("screening")
            .event_with("consent", |it| {
                it.constraints.push(constraint(
                    event("screening"),
                    Some(after(days(gap))),
                    None,
                    "after screening",
                ));
            })
            .visit("a", "screen", on(event("screening"), "on screening"))
            .collect(kind, "ecg", &[("screen", None)])
    };
    assert_eq!(
        told(draft(1, ActivityKind::Procedure)),
        ["S06 visit screen: at `screen`, at least 1 day before `consent`, ecg is collected"]
    );
    assert_eq!(told(draft(0, ActivityKind::Procedure)), NOTHING, "the same day is in time");
    assert_eq!(told(draft(1, ActivityKind::Form)), NOTHING);
}

fn adverse(change: impl FnOnce(Draft) -> Draft) -> Draft {
    let draft = Draft::new("t")
        .event("consent")
        .event_with("randomization", |it| {
            it.constraints.push(constraint(event("consent"), Some(after(days(1))), None, "after consent"));
        })
        .event_with("adverse_event", |it| it.repeats = true)
        .visit("a", "base", in_days(0, 0))
        .visit("a", "end", in_days(90, 7))
        .collect(ActivityKind::Measure, "weight", &[("base", None), ("end", None)]);
    change(draft)
}

#[test]
fn adverse_events_are_collected_all_the_time_from_consent() {
    let kind = ActivityKind::Event;
    let from = |moment| adverse(|draft| draft.throughout(kind, "adverse_event", moment, Some(visit("end"))));
    assert_eq!(told(from(event("consent"))), NOTHING);
    assert_eq!(
        told(from(event("randomization"))),
        ["S27 collect adverse_event: `adverse_event` is collected only from at least 1 day after consent"]
    );
    assert_eq!(
        told(adverse(|draft| draft.collect(kind, "adverse_event", &[("end", None)]))),
        [
            "S27 collect adverse_event: `adverse_event` is collected at visits only: what happens between them can be lost"
        ]
    );
    assert_eq!(
        told(adverse(|draft| draft)),
        ["S27 event adverse_event: `adverse_event` is declared, but the schedule never collects it"]
    );
}

#[test]
fn those_who_leave_early_are_seen_once_more() {
    let draft = |visits: i64| {
        let names: Vec<String> = (1..=visits).map(|number| format!("visit_{number}")).collect();
        let draft = (1..)
            .zip(&names)
            .fold(plan().event("withdrawal").arms("randomization", &["a"]), |draft, (number, name)| {
                draft.visit("a", name, in_days(number * 30, 3))
            });
        let at: Vec<(&str, Option<&str>)> = names.iter().map(|name| (name.as_str(), None)).collect();
        draft.collect(ActivityKind::Measure, "weight", &at)
    };
    assert_eq!(told(draft(3)), ["S30 visit visit_3: a participant who leaves early has no last visit"]);
    assert_eq!(told(draft(2)), NOTHING, "over before anybody leaves");
    let seen = |name: &str, timing| {
        told(draft(3).visit("a", name, timing).collect(ActivityKind::Form, "reason", &[(name, None)]))
    };
    assert_eq!(seen("leave", on(event("withdrawal"), "on withdrawal")), NOTHING);
    assert_eq!(seen("end_of_study", in_days(400, 3)), NOTHING);
    assert_eq!(seen("month_14", in_days(400, 3)).len(), 1);
}

#[test]
fn an_examination_is_not_made_by_telephone() {
    let draft =
        |contact: &str, kind, name: &str, measures: serde_json::Value| {
            let contact = contact.to_owned();
            let mut draft = plan()
                .visit_with("a", "call", in_days(14, 3), |it| it.contact = contact)
                .collect(kind, name, &[("call", None)]);
            draft.0.measures = serde_json::from_value(measures).expect("measures");
            told(draft)
        };
    let measure = |specimen: Option<&str>| json!({ "hba1c": { "label": "HbA1c", "type": "quantity", "unit": null, "specimen": specimen } });
    let (lab, asked) = (ActivityKind::Measure, ActivityKind::Procedure);
    assert_eq!(
        draft("phone", lab, "hba1c", measure(Some("blood"))),
        ["S33 collect hba1c: `hba1c` is collected at `call`, which is a telephone call"]
    );
    assert_eq!(draft("phone", lab, "hba1c", measure(None)), NOTHING);
    assert_eq!(draft("home", lab, "hba1c", measure(Some("blood"))), NOTHING);
    assert_eq!(draft("phone", asked, "physical_examination", json!({})).len(), 1);
    assert_eq!(draft("phone", asked, "dietary_advice", json!({})), NOTHING);
}

#[test]
fn a_model_without_places_is_silent() {
    let draft = plan().visit("a", "one", in_days(28, 7)).visit("a", "two", in_days(35, 7));
    let text = serde_json::to_string(&draft.0).expect("JSON");
    let read: Trial = serde_json::from_str(&text).expect("a trial");
    assert_eq!(check(&read), []);
}

#[test]
fn the_last_of_a_repeating_event_is_an_anchor_like_any_other() {
    let safety = target(
        occurrence("dose", Occurrence::Last),
        after(days(30)),
        days(0),
        days(7),
        "30 days after last dose",
    );
    let draft = Draft::new("t").event_with("dose", |it| it.repeats = true).visit("a", "safety", safety);
    assert_eq!(told(draft), NOTHING);
}
