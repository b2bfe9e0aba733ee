//! Each number against one that is counted person by person, from the statuses alone.

use proptest::prelude::*;

use super::*;
use crate::eligibility::Status;

/// Columns as `code` or `code@arm`; people as a status for each column: `+` met, `-` not met, `?` unknown, `.` not
/// applicable; behind a blank the arm that the person has already.
pub(crate) fn screened(columns: &str, arms: &[&str], people: &[&str]) -> Screened {
    let column = |word: &str| {
        let (code, arm) =
            word.split_once('@').map_or((word, None), |(code, arm)| (code, Some(arm.to_owned())));
        let kind = if code.starts_with('E') { CriterionKind::Exclude } else { CriterionKind::Include };
        Column { code: code.to_owned(), kind, prose: format!("Wording of {code}"), arm }
    };
    let columns: Vec<Column> = columns.split_whitespace().map(column).collect();
    let words = people.len().div_ceil(64);
    let empty = vec![vec![0; words]; columns.len()];
    let mut all = Screened {
        decision: "randomization".to_owned(),
        label: None,
        arms: arms.iter().map(|arm| (*arm).to_owned()).collect(),
        met: empty.clone(),
        unknown: empty.clone(),
        not_applicable: empty,
        people: people.len(),
        columns,
        ..Screened::default()
    };
    for (person, statuses) in people.iter().enumerate() {
        let (statuses, own) =
            statuses.split_once(' ').map_or((*statuses, None), |(one, own)| (one, Some(own)));
        assert_eq!(statuses.len(), all.columns.len(), "a status for each column");
        for (column, status) in statuses.chars().enumerate() {
            let bits = match status {
                '+' => &mut all.met,
                '?' => &mut all.unknown,
                '.' => &mut all.not_applicable,
                _ => continue,
            };
            bits[column][person / 64] |= 1 << (person % 64);
        }
        if let Some(own) = own {
            all.closed.resize(arms.len(), vec![0; words]);
            for (arm, _) in arms.iter().enumerate().filter(|(_, arm)| **arm != own) {
                all.closed[arm][person / 64] |= 1 << (person % 64);
            }
        }
    }
    all
}

/// One person on the criteria with these codes.
fn verdict(all: &Screened, person: usize, arm: Option<&str>, codes: &[&str]) -> Eligibility {
    let of_arm = |arm: Option<&str>| {
        let mut statuses = Vec::new();
        for (place, column) in all.columns.iter().enumerate() {
            let concerns = column.arm.is_none() || column.arm.as_deref() == arm;
            if concerns && codes.contains(&column.code.as_str()) {
                statuses.push(all.status(person, place));
            }
        }
        if statuses.contains(&Status::NotMet) {
            Eligibility::Ineligible
        } else if statuses.contains(&Status::Unknown) {
            Eligibility::Undetermined
        } else {
            Eligibility::Eligible
        }
    };
    if arm.is_some() {
        return of_arm(arm);
    }
    let open = (0..all.arms.len()).filter(|arm| all.is_open(person, *arm));
    open.map(|arm| of_arm(Some(&all.arms[arm]))).max().unwrap_or_else(|| of_arm(None))
}

/// The attrition counted by going through everybody for each number.
fn by_person(all: &Screened, question: &Question<'_>, chosen: &[usize]) -> Attrition {
    let arm = question.arm;
    let place = arm.map(|arm| all.arms.iter().position(|one| one == arm).unwrap());
    let people: Vec<usize> =
        (0..all.people).filter(|person| place.is_none_or(|arm| all.is_open(*person, arm))).collect();
    let code = |place: usize| question.criteria[place].code.as_str();
    let codes: Vec<&str> = chosen.iter().map(|place| code(*place)).collect();
    let count = |applies: &dyn Fn(usize) -> bool| {
        Count::exactly(people.iter().filter(|person| applies(**person)).count() as u64)
    };
    let at = |person: usize, codes: &[&str]| verdict(all, person, arm, codes);
    let has = |person: usize, code: &str, wanted: Status| {
        all.columns.iter().enumerate().any(|(place, column)| {
            let concerns = column.arm.is_none() || arm.is_none() || column.arm.as_deref() == arm;
            concerns && column.code == code && all.status(person, place) == wanted
        })
    };
    let steps = (0..chosen.len()).map(|step| {
        let (before, after) = (&codes[..step], &codes[..=step]);
        Step {
            criterion: chosen[step],
            definite: count(&|person| at(person, after) == Eligibility::Eligible),
            possible: count(&|person| at(person, after) != Eligibility::Ineligible),
            definite_lost: count(&|person| {
                at(person, before) == Eligibility::Eligible && at(person, after) != Eligibility::Eligible
            }),
            possible_lost: count(&|person| {
                at(person, before) != Eligibility::Ineligible && at(person, after) == Eligibility::Ineligible
            }),
        }
    });
    let cost = |place: usize| {
        let is_chosen = chosen.contains(&place);
        let others: Vec<&str> = codes.iter().copied().filter(|one| *one != code(place)).collect();
        let (with, without) = (|person| at(person, &codes), |person| at(person, &others));
        let fails = |person| is_chosen && has(person, code(place), Status::NotMet);
        let open = |person| is_chosen && has(person, code(place), Status::Unknown);
        use Eligibility::{Eligible, Ineligible, Undetermined};
        Cost {
            not_met: count(&|person| has(person, code(place), Status::NotMet)),
            unknown: count(&|person| has(person, code(place), Status::Unknown)),
            lost_alone: count(&|person| with(person) == Ineligible && without(person) == Eligible),
            lost_partly: count(&|person| with(person) == Ineligible && fails(person)),
            open_alone: count(&|person| with(person) == Undetermined && without(person) == Eligible),
            open_partly: count(&|person| with(person) == Undetermined && open(person)),
            gained_definite: count(&|person| with(person) != Eligible && without(person) == Eligible),
            gained_possible: count(&|person| with(person) == Ineligible && without(person) != Ineligible),
        }
    };
    Attrition {
        everybody: count(&|_| true),
        steps: steps.collect(),
        eligible: count(&|person| at(person, &codes) == Eligibility::Eligible),
        undetermined: count(&|person| at(person, &codes) == Eligibility::Undetermined),
        ineligible: count(&|person| at(person, &codes) == Eligibility::Ineligible),
        costs: (0..question.criteria.len()).map(cost).collect(),
    }
}

#[test]
fn the_funnel_narrows_by_what_is_certain_and_by_what_is_possible() {
    let all = screened("I1 I2 E1", &[], &["+++", "++-", "+?+", "-++", "?-+", "+--"]);
    let whole = Question::overall(&all);
    let way = attrition(&Histogram::of(&all), &whole, &whole.as_written());
    let numbers: Vec<(u64, u64)> =
        way.steps.iter().map(|step| (step.definite.least, step.possible.least)).collect();
    assert_eq!(way.everybody, Count::exactly(6));
    assert_eq!(numbers, [(4, 5), (2, 3), (1, 2)]);
    assert_eq!((way.eligible.least, way.undetermined.least, way.ineligible.least), (1, 1, 4));
}

#[test]
fn a_criterion_is_the_only_reason_when_nothing_else_fails_and_nothing_is_open() {
    let all = screened("I1 I2", &[], &["-+"]);
    let whole = Question::overall(&all);
    let costs = |all: &Screened| attrition(&Histogram::of(all), &whole, &[0, 1]).costs[0];
    assert_eq!(costs(&all).lost_alone, Count::exactly(1));
    // Near misses: another one fails, or another one is open.
    for near in ["--", "-?"] {
        let near = costs(&screened("I1 I2", &[], &[near]));
        assert_eq!((near.lost_alone.least, near.lost_partly.least), (0, 1));
    }
    assert_eq!(costs(&screened("I1 I2", &[], &["-?"])).gained_possible, Count::exactly(1));
    assert_eq!(costs(&screened("I1 I2", &[], &["--"])).gained_possible, Count::exactly(0));
}

#[test]
fn without_a_criterion_nobody_is_lost_to_it() {
    let all = screened("I1 I2", &[], &["-+", "++", "+-"]);
    let whole = Question::overall(&all);
    let way = attrition(&Histogram::of(&all), &whole, &[1]);
    assert_eq!(way.eligible, Count::exactly(2));
    assert_eq!((way.costs[0].not_met.least, way.costs[0].lost_partly.least), (1, 0));
}

#[test]
fn one_open_arm_is_enough_also_one_that_no_criterion_is_limited_to() {
    let limited = screened("I1 E1@a E1@b", &["a", "b"], &["+--", "+-+", "---"]);
    let way =
        |all: &Screened| attrition(&Histogram::of(all), &Question::overall(all), &[0, 1]).eligible.least;
    assert_eq!(way(&limited), 1);
    let with_another = Screened { arms: vec!["a".into(), "b".into(), "c".into()], ..limited.clone() };
    assert_eq!(way(&with_another), 2, "arm c asks for I1 alone");
    let of_b = Question::of_arm(&limited, 1);
    assert_eq!(attrition(&Histogram::of(&limited), &of_b, &of_b.as_written()).eligible.least, 1);
}

#[test]
fn who_is_in_an_arm_already_is_asked_about_that_one_alone() {
    let all = screened("I1 E1@a E1@b", &["a", "b"], &["+-. a", "+.+ b", "++-"]);
    assert_eq!(
        [0, 1, 2].map(|person| all.overall(person)).map(Eligibility::text),
        ["ineligible", "eligible", "eligible"]
    );
    let of_a = Question::of_arm(&all, 0);
    let way = attrition(&Histogram::of(&all), &of_a, &of_a.as_written());
    assert_eq!((way.everybody.least, way.eligible.least), (2, 1));
}

/// Statuses that occur: what concerns another arm than the person's own is not applicable.
fn people() -> impl Strategy<Value = (Screened, u64)> {
    let status = prop::sample::select(vec!['+', '+', '+', '-', '?']);
    let shape = (prop::collection::vec(0..4_usize, 0..7), 0..4_usize, 0..90_usize, 2..6_u64);
    shape.prop_flat_map(move |(limits, arms, people, below)| {
        let names: Vec<String> = (0..arms).map(|arm| format!("arm{arm}")).collect();
        let mut columns = Vec::new();
        for (place, limit) in limits.iter().enumerate() {
            // So many of the arms the criterion is limited to; 0 to none.
            match (*limit).min(arms) {
                0 => columns.push(format!("I{place}")),
                limit => columns.extend(names.iter().take(limit).map(|arm| format!("I{place}@{arm}"))),
            }
        }
        let width = columns.len();
        let person = (prop::collection::vec(status.clone(), width), prop::option::weighted(0.2, 0..4_usize));
        prop::collection::vec(person, people).prop_map(move |people| {
            let rows = people.into_iter().map(|(statuses, own)| {
                let own = own.and_then(|own| names.get(own));
                let row = statuses.iter().zip(&columns).map(|(status, column)| {
                    let other =
                        column.split_once('@').is_some_and(|(_, arm)| own.is_some_and(|own| own != arm));
                    if other { '.' } else { *status }
                });
                let row: String = row.collect();
                own.map_or(row.clone(), |own| format!("{row} {own}"))
            });
            let rows: Vec<String> = rows.collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            (screened(&columns.join(" "), &names, &rows), below)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_order_and_choice_is_counted_as_person_by_person((all, below) in people(), order in any::<u64>()) {
        let exact = Histogram::of(&all);
        let withheld = Histogram::withholding(&all, below);
        prop_assert_eq!(exact.people, all.people as u64);
        for question in Question::all(&all) {
            let mut chosen = question.as_written();
            // Some order, and some left out.
            chosen.sort_by_key(|place| order.rotate_left(*place as u32 * 11) % 97);
            chosen.retain(|place| order >> (place + 40) & 1 == 0);
            let wanted = by_person(&all, &question, &chosen);
            prop_assert_eq!(&attrition(&exact, &question, &chosen), &wanted);
            let ranges = numbers(&attrition(&withheld, &question, &chosen));
            // Everybody is counted, however few they are.
            for (range, number) in ranges[1..].iter().zip(&numbers(&wanted)[1..]) {
                prop_assert!(range.least <= number.least && number.least <= range.most, "{range:?} {number:?}");
                // Said exactly, a number is never a small one.
                prop_assert!(!range.is_exact() || range.least == 0 || range.least >= below, "{range:?}");
            }
        }
    }

    #[test]
    fn verdicts_are_those_of_the_cells((all, _) in people()) {
        let way = attrition(&Histogram::of(&all), &Question::overall(&all), &Question::overall(&all).as_written());
        let count = |wanted| (0..all.people).filter(|person| all.overall(*person) == wanted).count() as u64;
        prop_assert_eq!(way.eligible.least, count(Eligibility::Eligible));
        prop_assert_eq!(way.undetermined.least, count(Eligibility::Undetermined));
        prop_assert_eq!(way.ineligible.least, count(Eligibility::Ineligible));
    }
}

fn numbers(way: &Attrition) -> Vec<Count> {
    let mut numbers = vec![way.everybody, way.eligible, way.undetermined, way.ineligible];
    numbers.extend(
        way.steps
            .iter()
            .flat_map(|step| [step.definite, step.possible, step.definite_lost, step.possible_lost]),
    );
    numbers.extend(way.costs.iter().flat_map(|cost| {
        [
            cost.not_met,
            cost.unknown,
            cost.lost_alone,
            cost.lost_partly,
            cost.open_alone,
            cost.open_partly,
            cost.gained_definite,
            cost.gained_possible,
        ]
    }));
    numbers
}

/// More criteria than one word of a mask has bits.
#[test]
fn two_hundred_criteria_are_counted_as_few_are() {
    let columns: Vec<String> = (0..200).map(|place| format!("I{place}")).collect();
    let row = |other: &dyn Fn(usize) -> char| (0..200).map(other).collect::<String>();
    let rows = [
        row(&|_| '+'),
        row(&|place| if place == 199 { '-' } else { '+' }),
        row(&|place| if place == 64 { '?' } else { '+' }),
        row(&|place| if place % 64 == 63 { '-' } else { '?' }),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let all = screened(&columns.join(" "), &[], &rows);
    let whole = Question::overall(&all);
    let backwards: Vec<usize> = (0..200).rev().collect();
    assert_eq!(attrition(&Histogram::of(&all), &whole, &backwards), by_person(&all, &whole, &backwards));
    assert_eq!(all.counted().len(), 4);
}
