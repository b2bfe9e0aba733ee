//! The engine against complete enumeration: rules over a few values, and everybody who can be told apart by them. Each limit has a
//! value just below, at and just above it, each truth is yes, no and not known. What the engine says must be so, and what is so it
//! must say.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, prop, prop_oneof};
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use trialc::eligibility::{EligibilityDocument, Record, Screener, Status};
use trialc::logic::{Engine, Influence, Relation, Side, Whole};
use trialc::model::{Clause, Comparator, CriterionKind, Trial};

use crate::rules::combined;
use crate::support::{
    EVENTS, Protocol, all, attested, attribute, between, compare, is, latest, number, quantity, within_before,
};

const RULES: usize = 40;
const SETS: usize = 300;
const EVENT: &str = "randomization";

// ---- everybody -------------------------------------------------------------------------------------------------

/// Below, at and above each limit of the rules; the last is not known.
const ALT: [Option<&str>; 6] = [Some("39.9"), Some("40"), Some("40.1"), Some("60"), Some("60.1"), None];
const ECOG: [Option<&str>; 5] = [Some("0"), Some("1"), Some("2"), Some("3"), None];
const SEX: [Option<&str>; 3] = [Some("female"), Some("male"), None];
const ANSWER: [Option<&str>; 3] = [Some("yes"), Some("no"), None];

/// Somebody, and whether everything is recorded.
struct Person {
    record: Record,
    is_complete: bool,
}

fn everybody() -> Vec<Person> {
    let mut people = Vec::new();
    for alt in ALT {
        for ecog in ECOG {
            for sex in SEX {
                for a in ANSWER {
                    for b in ANSWER {
                        people.push(person(alt, ecog, sex, [a, b]));
                    }
                }
            }
        }
    }
    people
}

fn person(alt: Option<&str>, ecog: Option<&str>, sex: Option<&str>, answers: [Option<&str>; 2]) -> Person {
    let result = |name: &str, value: Option<&str>, unit: &str| {
        value.map(|value| format!(r#"{{"measure": "{name}", "value": "{value}"{unit}, "on": "2011-06-30"}}"#))
    };
    let results: Vec<String> =
        [result("alt", alt, r#", "unit": "U/L""#), result("ecog", ecog, "")].into_iter().flatten().collect();
    let given: Vec<String> = ["A", "B"]
        .iter()
        .zip(answers)
        .filter_map(|(key, answer)| Some(format!(r#""{key}": "{}""#, answer?)))
        .collect();
    let sex_said = sex.map_or(String::new(), |sex| format!(r#""sex": "{sex}""#));
    let text = format!(
        r#"{{"person": {{{sex_said}}}, {EVENTS}, "measurements": [{}], "answers": {{{}}}}}"#,
        results.join(", "),
        given.join(", ")
    );
    let record = Record::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let is_complete = alt.is_some() && ecog.is_some() && sex.is_some() && answers.iter().all(Option::is_some);
    Person { record, is_complete }
}

// ---- rules -----------------------------------------------------------------------------------------------------

fn comparator() -> impl Strategy<Value = Comparator> {
    use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    select(vec![Less, AtMost, Equal, NotEqual, AtLeast, Greater])
}

fn rule() -> impl Strategy<Value = Clause> {
    let window = || within_before(14, EVENT);
    let fact = prop_oneof![
        4 => (comparator(), select(vec!["40 U/L", "60 U/L"]))
            .prop_map(move |(operator, limit)| compare(latest("alt", window()), operator, quantity(limit))),
        1 => Just(()).prop_map(move |()| between(latest("alt", window()), quantity("40 U/L"), quantity("60 U/L"))),
        3 => (comparator(), select(vec!["1", "2"]))
            .prop_map(move |(operator, limit)| compare(latest("ecog", window()), operator, number(limit))),
        2 => select(vec!["A", "B"]).prop_map(attested),
        1 => select(vec!["female", "male"]).prop_map(|sex| is(attribute("sex"), &[sex])),
    ];
    combined(fact, 8, 2)
}

fn runner(seed: u8) -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::XorShift, &[seed; 16]))
}

fn some_rules() -> Vec<Clause> {
    let mut runner = runner(11);
    (0..RULES).map(|_| rule().new_tree(&mut runner).expect("a rule").current()).collect()
}

/// A rule of a trial, and what the checker says of it of everybody.
struct Judged {
    rule: Clause,
    trial: Trial,
    said: Vec<Status>,
}

fn judged(rule: Clause, people: &[Person]) -> Judged {
    let trial = Protocol::new().include("X", rule.clone()).0;
    let document = EligibilityDocument::of(&trial);
    let screener = Screener::of(&document);
    let status = |person: &Person| {
        screener.screen(&person.record, None).decisions[0].criterion("X").expect("criterion X").status
    };
    let said = people.iter().map(status).collect();
    Judged { rule, trial, said }
}

// ---- what must hold --------------------------------------------------------------------------------------------

#[test]
fn every_relation_of_two_rules_is_that_of_complete_enumeration() {
    let people = everybody();
    let rules: Vec<Judged> = some_rules().into_par_iter().map(|rule| judged(rule, &people)).collect();
    let pairs: Vec<(usize, usize)> =
        (0..RULES).flat_map(|one| (0..RULES).map(move |two| (one, two))).collect();
    let found: Vec<(&str, Option<String>)> = pairs
        .par_iter()
        .map(|(one, two)| {
            let (one, two) = (&rules[*one], &rules[*two]);
            let becomes = |from: Status, to: Status| {
                let all = people.iter().zip(one.said.iter().zip(&two.said));
                all.filter(|(person, _)| person.is_complete)
                    .any(|(_, (before, after))| (*before, *after) == (from, to))
            };
            let gains = becomes(Status::NotMet, Status::Met);
            let loses = becomes(Status::Met, Status::NotMet);
            let is_so = match (gains, loses) {
                (true, true) => "incomparable",
                (true, false) => "broader",
                (false, true) => "narrower",
                (false, false) if one.said == two.said => "same",
                (false, false) => "same when complete",
            };
            let relation =
                Engine::of(&one.trial, &two.trial).criterion(EVENT, "X", "X").expect("both have it");
            let is_said = match &relation {
                Relation::Incomparable { .. } => "incomparable",
                Relation::Broader { .. } => "broader",
                Relation::Narrower { .. } => "narrower",
                Relation::Same => "same",
                Relation::SameWhenComplete => "same when complete",
            };
            let is_shown = match &relation {
                Relation::Incomparable { gained, lost } => gained.is_confirmed() && lost.is_confirmed(),
                Relation::Broader { gained: one } | Relation::Narrower { lost: one } => one.is_confirmed(),
                _ => true,
            };
            let is_right = is_said == is_so && is_shown;
            let fault =
                format!("{is_said} (shown: {is_shown}), but it is {is_so}:\n{:?}\n{:?}", one.rule, two.rule);
            (is_so, (!is_right).then_some(fault))
        })
        .collect();
    let faults: Vec<&String> = found.iter().filter_map(|(_, fault)| fault.as_ref()).collect();
    assert!(faults.is_empty(), "{} of {}: {}", faults.len(), found.len(), faults[0]);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    found.iter().for_each(|(so, _)| *counts.entry(so).or_default() += 1);
    println!("{counts:?}");
    assert_eq!(counts.len(), 5, "every relation occurs: {counts:?}");
}

#[test]
fn every_conflict_and_every_implication_is_that_of_complete_enumeration() {
    let people: Vec<Person> = everybody().into_iter().filter(|person| person.is_complete).collect();
    let rules: Vec<Judged> = some_rules().into_par_iter().map(|rule| judged(rule, &people)).collect();
    let mut random = runner(5);
    let one_set = prop::collection::vec((0..RULES, prop::bool::ANY), 2..5);
    let sets: Vec<Vec<(usize, bool)>> =
        (0..SETS).map(|_| one_set.new_tree(&mut random).expect("a set").current()).collect();
    let counted: Vec<[usize; 5]> = sets.par_iter().map(|set| of_set(set, &rules, &people)).collect();
    let mut counts = [0; 5];
    for one in &counted {
        for (all, more) in counts.iter_mut().zip(one) {
            *all += more;
        }
    }
    println!("possible, in conflict, deciding, never deciding, for nobody: {counts:?}");
    assert!(counts.iter().all(|count| *count > 3), "each occurs: {counts:?}");
}

/// Holds everything that is said of a set of criteria to everybody, and counts what was said.
fn of_set(set: &[(usize, bool)], rules: &[Judged], people: &[Person]) -> [usize; 5] {
    let mut protocol = Protocol::new();
    let codes: Vec<String> = (0..set.len()).map(|number| format!("C{number}")).collect();
    for ((rule, includes), code) in set.iter().zip(&codes) {
        let kind = if *includes { CriterionKind::Include } else { CriterionKind::Exclude };
        protocol = protocol.criterion(code, kind, &[], rules[*rule].rule.clone());
    }
    let passes = |number: usize, person: usize| {
        let (rule, includes) = set[number];
        (rules[rule].said[person] == Status::Met) == includes
    };
    let place = |code: &String| codes.iter().position(|one| one == code).expect("a code of the set");
    // Somebody passes all of these and fails that.
    let somebody = |passed: &[usize], failed: Option<usize>| {
        (0..people.len()).any(|person| {
            passed.iter().all(|number| passes(*number, person))
                && failed.is_none_or(|number| !passes(number, person))
        })
    };
    let without =
        |of: &[usize], one: usize| of.iter().copied().filter(|other| *other != one).collect::<Vec<_>>();
    let everything: Vec<usize> = (0..set.len()).collect();
    let mut engine = Engine::of_one(&protocol.0);
    let mut counts = [0; 5];
    match engine.somebody(Side::New, EVENT).expect("it decides") {
        Ok(witness) => {
            assert!(somebody(&everything, None) && witness.is_confirmed(), "{set:?} {witness:?}");
            counts[0] += 1;
        }
        Err(conflict) => {
            let conflict: Vec<usize> = conflict.iter().map(place).collect();
            assert!(!somebody(&conflict, None), "{set:?}: {conflict:?} can be met");
            for one in &conflict {
                assert!(
                    somebody(&without(&conflict, *one), None),
                    "{set:?}: {one} can be left out of {conflict:?}"
                );
            }
            counts[1] += 1;
        }
    }
    for (number, code) in codes.iter().enumerate() {
        match engine.influence(Side::New, EVENT, code).expect("it has the criterion") {
            Influence::Decides(witness) => {
                assert!(
                    somebody(&without(&everything, number), Some(number)),
                    "{set:?}: {code} decides nothing"
                );
                assert!(witness.is_confirmed(), "{set:?} {code} {witness:?}");
                counts[2] += 1;
            }
            Influence::Never { given } => {
                let given: Vec<usize> = given.iter().map(place).collect();
                assert!(!somebody(&given, Some(number)), "{set:?}: {code} decides beside {given:?}");
                for one in &given {
                    assert!(somebody(&without(&given, *one), Some(number)), "{set:?}: {one} is one too many");
                }
                counts[3] += 1;
            }
            Influence::Nobody => {
                assert!(!somebody(&[number], None), "{set:?}: somebody passes {code}");
                counts[4] += 1;
            }
        }
    }
    counts
}

/// Rules of a trial: two of them joined in one criterion, and these beside a third as criteria of their own.
fn split(rules: &[Judged], people: &[Person], [one, two, other]: [usize; 3]) -> (bool, bool) {
    let parts = [("P1", one), ("P2", other), ("P3", two)];
    let joined = judged(all(vec![rules[one].rule.clone(), rules[two].rule.clone()]), people);
    let apart = parts
        .iter()
        .fold(Protocol::new(), |protocol, (code, rule)| protocol.include(code, rules[*rule].rule.clone()));
    let whole = Whole { side: Side::Old, code: "X", counterpart: None };
    let found = Engine::of(&joined.trial, &apart.0).parts_of(EVENT, whole, &["P1", "P2", "P3"]);

    let together = |set: &[usize], person: usize| {
        let statuses = || set.iter().map(|part| rules[parts[*part].1].said[person]);
        match (statuses().any(|one| one == Status::NotMet), statuses().all(|one| one == Status::Met)) {
            (true, _) => Status::NotMet,
            (false, true) => Status::Met,
            (false, false) => Status::Unknown,
        }
    };
    let is_same = |set: &[usize], complete: bool| {
        (0..people.len())
            .filter(|person| people[*person].is_complete || !complete)
            .all(|person| together(set, person) == joined.said[person])
    };
    let sets: [&[usize]; 7] = [&[0], &[1], &[2], &[0, 1], &[0, 2], &[1, 2], &[0, 1, 2]];
    let is_least = |set: &&&[usize]| {
        let fewer =
            sets.iter().filter(|other| other.len() < set.len() && other.iter().all(|one| set.contains(one)));
        is_same(set, true) && fewer.into_iter().all(|fewer| !is_same(fewer, true))
    };
    let least: Vec<&[usize]> = sets.iter().filter(is_least).copied().collect();
    let right: Vec<&[usize]> =
        least.iter().copied().filter(|set| set.len() > 1 && is_same(set, false)).collect();
    match &found {
        Some(codes) => {
            let set: Vec<usize> =
                codes.iter().filter_map(|code| parts.iter().position(|(one, _)| one == code)).collect();
            assert!(
                right.contains(&set.as_slice()),
                "{codes:?} of {:?} and {:?}",
                rules[one].rule,
                rules[two].rule
            );
        }
        // Where several sets do, it tries one.
        None => assert!(
            least.len() > 1 || right.is_empty(),
            "{right:?} of {:?} and {:?}",
            rules[one].rule,
            rules[two].rule
        ),
    }
    (found.is_some(), found.is_none() && !right.is_empty())
}

#[test]
fn what_is_split_lets_in_whom_it_let_in_and_nothing_that_is_not() {
    let people = everybody();
    let rules: Vec<Judged> = some_rules().into_par_iter().map(|rule| judged(rule, &people)).collect();
    let mut random = runner(7);
    let three = [0..RULES, 0..RULES, 0..RULES];
    let triples: Vec<[usize; 3]> =
        (0..SETS).map(|_| three.new_tree(&mut random).expect("three").current()).collect();
    let found: Vec<(bool, bool)> = triples.par_iter().map(|three| split(&rules, &people, *three)).collect();
    let [is_split, is_missed] =
        [found.iter().filter(|(one, _)| *one).count(), found.iter().filter(|(_, one)| *one).count()];
    println!(
        "split, not split, split and not told: {is_split}, {}, {is_missed}",
        SETS - is_split - is_missed
    );
    assert!(is_split > 50 && SETS - is_split > 50 && is_missed * 20 < is_split);
}
