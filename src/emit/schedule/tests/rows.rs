use super::fixtures::{female, label};
use super::*;
use crate::model::{Comparator, Direction, Duration, Offset, Selector, UnitRef};
use crate::number::Exact;
use crate::wording::Wording;

fn row<'a>(table: &'a Table, activity: &str) -> &'a super::super::table::Row {
    table
        .groups
        .iter()
        .flat_map(|group| &group.rows)
        .find(|row| row.activity == activity)
        .expect("the row is there")
}

fn heading(table: &Table, label: &str) -> Option<Vec<String>> {
    table.headings.iter().find(|row| row.label == label).map(|row| row.cells.clone())
}

/// `X`, `X:Only if …`, `-` for a bar and ` ` for an empty cell.
fn drawn(table: &Table, activity: &str) -> String {
    let cell = |mark: &Mark| match mark {
        Mark::Empty => ".".to_owned(),
        Mark::Continuous => "-".to_owned(),
        Mark::Done { notes } => {
            let notes: Vec<String> =
                notes.iter().map(|note| format!("[{}]", table.footnotes[note.0])).collect();
            format!("X{}", notes.concat())
        }
    };
    row(table, activity).cells.iter().map(cell).collect()
}

#[test]
fn footnotes_are_lettered_in_the_order_of_reading_and_never_twice() {
    let table = of(&cells());
    assert_eq!(
        table.footnotes,
        [
            "Only in BMMSC+BMMNC and BMMNC.",
            "At least 60 days after Month 3.",
            "Day 1 is the day of randomization; there is no day 0.",
            "Months are counted from randomization.",
            "Only if the participant is in BMMSC+BMMNC or BMMNC.",
            "Only if the participant is female and the participant has not had hysterectomy.",
            "Collected all the time from signing of informed consent until Month 12.",
        ]
    );
    let letters: Vec<String> = [0, 25, 26, 27, 51, 52, 702].map(|at| Note(at).letter()).into();
    assert_eq!(letters, ["a", "z", "aa", "ab", "az", "ba", "aaa"]);
}

#[test]
fn a_condition_of_all_cells_stands_at_the_row_and_one_of_some_at_its_cells() {
    let mut draft = cells();
    let everywhere = of(&draft);
    assert_eq!(drawn(&everywhere, "pregnancy_test"), ".XX......X.");
    assert_eq!(row(&everywhere, "pregnancy_test").notes.len(), 1);
    draft.0.schedule.as_mut().unwrap().activities["pregnancy_test"].cells[0].when = None;
    let some = of(&draft);
    let note = "[Only if the participant is female and the participant has not had hysterectomy.]";
    assert_eq!(drawn(&some, "pregnancy_test"), format!(".XX{note}......X{note}."));
    assert_eq!(row(&some, "pregnancy_test").notes, []);
}

#[test]
fn any_of_several_conditions_opens_a_cell_and_none_leaves_it_open() {
    let mut draft = cells();
    let again = |when| crate::model::Cell { visit: "baseline".to_owned(), when, ..Default::default() };
    let cells = |draft: &mut Draft, cell| {
        draft.0.schedule.as_mut().unwrap().activities["bone_marrow_aspiration"].cells.push(cell)
    };
    cells(&mut draft, again(Some(female())));
    assert_eq!(
        drawn(&of(&draft), "bone_marrow_aspiration"),
        "..X[Only if the participant is in BMMSC+BMMNC or BMMNC, or if the participant is female.]........"
    );
    cells(&mut draft, again(None));
    assert_eq!(drawn(&of(&draft), "bone_marrow_aspiration"), "..X........");
}

#[test]
fn bars_reach_from_the_first_visit_that_can_be_inside_to_the_last() {
    let until = |to: Option<Moment>| {
        let draft = cells().throughout(ActivityKind::Event, "adverse_event", event("consent"), to);
        drawn(&of(&draft), "adverse_event")
    };
    assert_eq!(until(Some(visit("month_12"))), "----------.");
    assert_eq!(until(None), "-----------");
    // Up to two weeks after the infusion: month 1 can still lie before that, month 3 cannot; a visit whose time
    // nothing bounds may lie anywhere.
    let two_weeks = Moment { offset: Some(after(weeks(2))), ..event("infusion") };
    let draft = cells().throughout(ActivityKind::Event, "watch", event("infusion"), Some(two_weeks.clone()));
    assert_eq!(drawn(&of(&draft), "watch"), "..---------");
    let mut bounded = cells();
    bounded.0.schedule.as_mut().unwrap().visits.shift_remove("early_termination");
    let bounded = bounded.throughout(ActivityKind::Event, "watch", event("infusion"), Some(two_weeks));
    assert_eq!(drawn(&of(&bounded), "watch"), "..---.....");
}

#[test]
fn a_visit_collected_inside_a_bar_keeps_its_mark() {
    let mut draft = cells();
    let activity = &mut draft.0.schedule.as_mut().unwrap().activities["adverse_event"];
    activity.cells.push(crate::model::Cell { visit: "baseline".to_owned(), ..Default::default() });
    assert_eq!(drawn(&of(&draft), "adverse_event"), "--X-------.");
}

#[test]
fn days_weeks_and_months_stand_in_rows_of_their_own() {
    let from = || event("dose");
    let exact = |by: Offset| target(from(), by, days(0), days(0), "somehow");
    let draft = |first: i64| {
        Draft::new("t")
            .clock(first, from())
            .event("dose")
            .visit("a", "screen", range(from(), before(days(28)), before(days(1)), "day -28 to -1"))
            .visit("a", "base", exact(after(days(0))))
            .visit("a", "week", exact(after(weeks(2))))
            .visit("a", "odd", exact(after(days(9))))
            .visit("a", "month", exact(after(months(3))))
    };
    let rows = |first: i64, label: &str| heading(&of(&draft(first)), label).unwrap_or_default();
    assert_eq!(rows(1, "Day"), ["−28 to −1", "1", "15", "10", ""]);
    assert_eq!(rows(0, "Day"), ["−28 to −1", "0", "14", "9", ""]);
    assert_eq!(rows(1, "Week"), ["", "0", "2", "", ""]);
    assert_eq!(rows(1, "Month"), ["", "", "", "", "3"]);
    assert_eq!(rows(1, "Timing"), Vec::<String>::new(), "no row where nothing stands in it");
    assert!(of(&draft(0)).footnotes.contains(&"Day 0 is the day of dose.".to_owned()));
}

#[test]
fn week_0_alone_makes_no_row() {
    let from = || event("dose");
    let at = |day: i64| target(from(), after(days(day)), days(0), days(0), "somehow");
    let draft = |second: i64| {
        Draft::new("t").clock(0, from()).event("dose").visit("a", "v", at(0)).visit("a", "w", at(second))
    };
    assert_eq!(heading(&of(&draft(3)), "Week"), None);
    assert_eq!(heading(&of(&draft(7)), "Week").unwrap(), ["0", "1"]);
    assert_eq!(heading(&of(&draft(3)), "Day").unwrap(), ["0", "3"]);
}

#[test]
fn without_a_clock_no_day_is_numbered() {
    let draft = Draft::new("t")
        .event("dose")
        .visit("a", "first", target(event("dose"), after(days(0)), days(0), days(0), "on dose"))
        .visit("a", "odd", target(event("dose"), after(days(9)), days(1), days(1), "somehow"))
        .visit("a", "early", range(event("dose"), after(days(0)), after(days(14)), "0 to 14 days after dose"))
        .visit(
            "a",
            "apart",
            range(event("dose"), after(days(21)), after(months(2)), "21 days to 2 months after dose"),
        );
    assert_eq!(heading(&of(&draft), "Day"), None);
    assert_eq!(
        heading(&of(&draft), "Timing").unwrap(),
        [
            "At dose",
            "9 days after dose",
            "0 to 2 weeks after dose",
            "3 weeks after dose to 2 months after dose"
        ]
    );
}

#[test]
fn a_visit_that_repeats_by_itself_is_in_no_cycle() {
    let table = |cycle: &str| {
        let repeat =
            crate::model::Repeat { cycle: cycle.to_owned(), every: months(3), count: Some(8), until: None };
        let timing =
            target(event("last_dose"), after(months(3)), days(7), days(7), "every 3 months after last_dose");
        of(&Draft::new("t").event("last_dose").visit_with("a", "call", timing, |it| it.repeat = Some(repeat)))
    };
    assert_eq!(heading(&table("call"), "Timing").unwrap(), ["Every 3 months after last dose"]);
    assert_eq!(table("call").columns[0].cycle, None);
    assert!(table("call").footnotes.contains(&"Repeated every 3 months, 8 times.".to_owned()));
    assert_eq!(table("main").columns[0].cycle.as_deref(), Some("Cycles 1 to 8"));
}

#[test]
fn windows_are_written_as_protocols_write_them() {
    let window = |early: Duration, late: Duration| {
        let draft = Draft::new("t").event("dose").visit(
            "a",
            "v",
            target(event("dose"), after(months(1)), early, late, ""),
        );
        heading(&of(&draft), "Window").unwrap()[0].clone()
    };
    assert_eq!(window(days(7), days(7)), "±7 d");
    assert_eq!(window(days(7), days(14)), "−7/+14 d");
    assert_eq!(window(days(0), days(30)), "+30 d");
    assert_eq!(window(days(3), days(0)), "−3 d");
    assert_eq!(window(days(0), days(0)), "±0 d");
    assert_eq!(window(Duration::Minutes(30), Duration::Minutes(30)), "±30 min");
    assert_eq!(window(Duration::Minutes(30), Duration::Minutes(240)), "−30 min/+4 h");
    assert_eq!(window(days(2), months(1)), "−2 d/+1 mo");
}

#[test]
fn only_a_label_made_from_its_name_gets_a_capital() {
    let mut draft = Draft::new("t").event("dose").visit("a", "v", on(event("dose"), "on dose"));
    draft = draft.collect(ActivityKind::Measure, "blood_pressure", &[("v", None)]).collect(
        ActivityKind::Measure,
        "egfr",
        &[("v", None)],
    );
    draft.0.schedule.as_mut().unwrap().activities["egfr"].label = "eGFR".to_owned();
    let table = of(&draft);
    assert_eq!(
        (row(&table, "blood_pressure").label.as_str(), row(&table, "egfr").label.as_str()),
        ("Blood pressure", "eGFR")
    );
}

fn potassium(select: Selector, operator: Comparator) -> Clause {
    let term = |text: &str, value| Term { text: text.to_owned(), value, origin: Origin::default() };
    let window = Window { from: None, to: None, text: "within 7 days before first_dose".to_owned() };
    let unit = Some(UnitRef { ucum: "mmol/L".to_owned(), written: "mmol/L".to_owned() });
    let limit = Value::Constant { number: Exact::from(5), unit: unit.clone(), number_text: "5.0".to_owned() };
    let rule = Rule::Compare {
        left: term("potassium", Value::Measured { measure: "potassium".to_owned(), select, window }),
        operator,
        right: term("5.0 mmol/L", limit),
        unit,
    };
    Clause { text: "potassium > 5.0 mmol/L".to_owned(), rule, origin: Origin::default() }
}

#[test]
fn conditions_read_as_plain_english() {
    let mut draft = Draft::new("t").event("first_dose");
    label(&mut draft, "first_dose", "First dose");
    let wording = Wording::of(&draft.0);
    let not = |clause: Clause| Clause {
        text: format!("not {}", clause.text),
        rule: Rule::Not { of: Box::new(clause) },
        origin: Origin::default(),
    };
    let said = |clause: &Clause| wording.condition(clause);
    let high = potassium(Selector::Latest, Comparator::Greater);
    assert_eq!(said(&high), "the latest potassium within 7 days before first dose is above 5.0 mmol/L");
    assert_eq!(
        said(&not(high)),
        "the latest potassium within 7 days before first dose is at most 5.0 mmol/L"
    );
    // Not any above is not any at most.
    assert_eq!(
        said(&not(potassium(Selector::Any, Comparator::Greater))),
        "it is not so that any potassium within 7 days before first dose is above 5.0 mmol/L"
    );
    assert_eq!(said(&not(female())), "the participant is not female");
    assert_eq!(
        said(&not(super::fixtures::fertile())),
        "the participant is not female or the participant has had hysterectomy",
        "not both is not the one or not the other"
    );
    let mixed = Clause {
        text: String::new(),
        rule: Rule::All {
            of: vec![
                Clause {
                    text: String::new(),
                    rule: Rule::Any { of: vec![female(), super::fixtures::never("a")] },
                    origin: Origin::default(),
                },
                female(),
            ],
        },
        origin: Origin::default(),
    };
    assert_eq!(
        said(&mixed),
        "(the participant is female or the participant has had a) and the participant is female"
    );
}

#[test]
fn bounds_read_as_plain_english() {
    let draft = Draft::new("t").event("dose").visit("a", "month_1", on(event("dose"), "on dose"));
    let wording = Wording::of(&draft.0);
    let said = |low: Option<Offset>, high: Option<Offset>| {
        wording.constraint(&constraint(event("dose"), low, high, ""))
    };
    assert_eq!(said(Some(after(days(7))), None), "at least 1 week after dose");
    assert_eq!(said(None, Some(after(days(10)))), "at most 10 days after dose");
    assert_eq!(said(None, Some(before(days(10)))), "at least 10 days before dose");
    assert_eq!(said(Some(before(days(10))), None), "at most 10 days before dose");
    assert_eq!(said(Some(after(days(0))), Some(after(days(14)))), "within 2 weeks after dose");
    assert_eq!(said(Some(before(days(14))), Some(before(days(0)))), "within 2 weeks before dose");
    assert_eq!(
        said(Some(after(days(3))), Some(after(days(5)))),
        "between 3 days after dose and 5 days after dose"
    );
    assert_eq!(said(Some(after(days(0))), Some(after(days(0)))), "on the day of dose");
    assert_eq!(said(Some(after(days(0))), None), "not before dose");
    assert_eq!(said(None, Some(Offset { direction: Direction::Before, by: days(0) })), "not after dose");
}
