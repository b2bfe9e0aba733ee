//! Truths about answers: what they say of a question without an answer, and what is carried of the checks.

use std::collections::BTreeMap;

use trialc::casebook::{Answers, Carried, Compared, Operator, Truth, sheets};
use trialc::model::{CycleNumbers, CycleRun};
use trialc::number::Exact;

use crate::support::{small, studies};

/// Answers by their names; the visit is called `VISIT`.
struct Given(BTreeMap<&'static str, &'static str>);

impl Answers for Given {
    fn text(&self, item: &str) -> Option<String> {
        self.0.get(item).map(|text| (*text).to_owned())
    }

    fn number(&self, item: &str) -> Option<Exact> {
        self.0.get(item)?.parse().ok()
    }

    fn answered(&self, item: &str) -> bool {
        self.0.contains_key(item)
    }

    fn visit(&self) -> Option<String> {
        self.text("VISIT")
    }

    fn time(&self) -> Option<u32> {
        self.text("REPEAT")?.parse().ok()
    }
}

fn given(pairs: &[(&'static str, &'static str)]) -> Given {
    Given(pairs.iter().copied().collect())
}

fn at_most(left: &str, right: &str, what: Compared) -> Truth {
    Truth::Compare { left: left.to_owned(), operator: Operator::AtMost, right: right.to_owned(), what }
}

#[test]
fn nothing_is_said_of_a_question_without_an_answer() {
    let is = Truth::is("A", &["Y".to_owned()]);
    assert_eq!(is.holds(&given(&[("A", "Y")])), Some(true));
    assert_eq!(is.holds(&given(&[("A", "N")])), Some(false));
    assert_eq!(is.holds(&given(&[])), Some(false));
    assert_eq!(at_most("A", "B", Compared::Numbers).holds(&given(&[("A", "1")])), Some(false));
}

#[test]
fn numbers_are_compared_as_numbers_and_dates_by_what_both_tell() {
    let numbers = at_most("A", "B", Compared::Numbers);
    assert_eq!(numbers.holds(&given(&[("A", "9"), ("B", "10")])), Some(true));
    assert_eq!(numbers.holds(&given(&[("A", "10.0"), ("B", "10")])), Some(true));
    assert_eq!(numbers.holds(&given(&[("A", "10.1"), ("B", "10")])), Some(false));
    let dates = at_most("A", "B", Compared::PartialDates);
    assert_eq!(dates.holds(&given(&[("A", "2011-03"), ("B", "2011-03-01")])), Some(true));
    assert_eq!(dates.holds(&given(&[("A", "2011-04"), ("B", "2011-03-31")])), Some(false));
    assert_eq!(dates.holds(&given(&[("A", "2011"), ("B", "2010-12-31")])), Some(false));
}

#[test]
fn today_is_not_known_and_decides_nothing_unless_the_rest_does() {
    let past = Truth::Past("A".to_owned());
    assert_eq!(past.holds(&given(&[("A", "1999-01-01")])), None);
    let check = Truth::Any(vec![!Truth::answered("A"), past]);
    assert_eq!(check.holds(&given(&[])), Some(true));
    assert_eq!(check.holds(&given(&[("A", "1999-01-01")])), None);
}

#[test]
fn a_number_in_one_of_several_units_is_followed_by_its_unit_and_another_is_not() {
    let trial = small();
    let all = sheets(&trial);
    let vitals = all.iter().find(|sheet| sheet.name == "VS").expect("vital signs");
    assert!(vitals.item("SYSBP_VSORRESU").is_some(), "mmHg or kPa");
    let labs = studies().remove(0).1;
    let all = sheets(&labs);
    let labs = all.iter().find(|sheet| sheet.name == "LB").expect("laboratory");
    assert!(labs.item("HCT_LBORRESU").is_none());
    assert!(labs.item("HBA1C_LBORRESU").is_some());
}

/// A name that the form has already is never given to a unit.
#[test]
fn the_name_of_a_unit_is_new_on_its_form() {
    for (study, trial) in studies() {
        for sheet in sheets(&trial) {
            let mut names: Vec<&str> = sheet.items.iter().map(|item| item.name.as_str()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{study}: {}", sheet.name);
        }
    }
}

/// Which time it is decides nothing where nobody has said it: neither that it is one of these nor that it is not.
#[test]
fn a_time_that_nobody_has_named_is_neither_of_these_nor_another() {
    let odd = Truth::Time(CycleNumbers(vec![CycleRun { first: 1, last: None, step: 2 }]));
    assert_eq!(odd.holds(&given(&[("REPEAT", "3")])), Some(true));
    assert_eq!(odd.holds(&given(&[("REPEAT", "4")])), Some(false));
    assert_eq!(odd.holds(&given(&[])), None);
    assert_eq!((!odd.clone()).holds(&given(&[])), None);
    let elsewhere = Truth::Any(vec![!Truth::AtVisit(vec!["d1".to_owned()]), odd]);
    assert_eq!(elsewhere.holds(&given(&[("VISIT", "entry")])), Some(true));
    assert_eq!(elsewhere.holds(&given(&[("VISIT", "d1")])), None);
}

/// Every check is carried by a truth over items of the form, by asking, or told to be beyond a form.
#[test]
fn truths_speak_of_items_of_their_form_only() {
    let mut by_truth = 0;
    for (study, trial) in studies() {
        for sheet in sheets(&trial) {
            for demand in sheet.demands() {
                let Carried::By(truth) = &demand.carried else { continue };
                by_truth += 1;
                for item in truth.items() {
                    assert!(sheet.item(item).is_some(), "{study}: {} speaks of {item}", demand.check.id);
                }
                assert!(sheet.item(&demand.on).is_some(), "{study}: {}", demand.check.id);
                // An empty record breaks no check.
                assert_ne!(truth.holds(&given(&[])), Some(false), "{study}: {}", demand.check.id);
            }
        }
    }
    assert!(by_truth > 100, "{by_truth}");
}

#[test]
fn a_conclusion_is_wrong_only_where_the_answers_say_so() {
    let (_, trial) = studies().remove(1);
    let all = sheets(&trial);
    let sheet = all.iter().find(|sheet| sheet.name == "IEW_SCNDSTRT").expect("the second worksheet");
    let demands = sheet.demands();
    let agrees = demands.iter().find(|demand| demand.check.id.contains("IEYN.")).expect("a conclusion");
    let Carried::By(truth) = &agrees.carried else { panic!("{agrees:?}") };
    let holds = |pairs: &[(&'static str, &'static str)]| truth.holds(&given(pairs));
    let met = [("P1_IEORRES", "Y"), ("P2_IEORRES", "N"), ("P3_IEORRES", "N")];
    let with = |conclusion: &'static str, change: Option<(&'static str, &'static str)>| {
        let mut pairs: Vec<_> = met.to_vec();
        pairs.extend(change);
        pairs.push(("IEYN", conclusion));
        pairs
    };
    assert_eq!(holds(&with("Y", None)), Some(true));
    assert_eq!(holds(&with("N", None)), Some(false), "everything is met");
    assert_eq!(holds(&with("Y", Some(("P2_IEORRES", "Y")))), Some(false));
    assert_eq!(holds(&with("N", Some(("P2_IEORRES", "Y")))), Some(true));
    // One criterion is still open: neither conclusion is contradicted.
    assert_eq!(holds(&[("P1_IEORRES", "Y"), ("IEYN", "Y")]), Some(true));
    assert_eq!(holds(&[("P1_IEORRES", "Y"), ("IEYN", "N")]), Some(true));
}

/// `not` is pushed down to single statements, and says the same.
#[test]
fn the_contrary_written_out_is_the_contrary() {
    let answers = [
        given(&[]),
        given(&[("A", "Y")]),
        given(&[("A", "N"), ("B", "5")]),
        given(&[("A", "Y"), ("B", "5"), ("C", "4"), ("VISIT", "v")]),
        given(&[("A", "Y"), ("B", "3"), ("C", "4"), ("VISIT", "w")]),
    ];
    let parts = [
        Truth::is("A", &["Y".to_owned()]),
        Truth::answered("B"),
        at_most("B", "C", Compared::Numbers),
        Truth::AtVisit(vec!["v".to_owned()]),
    ];
    for one in &parts {
        for other in &parts {
            let both = Truth::All(vec![one.clone(), !other.clone()]);
            for truth in [both.clone(), Truth::Any(vec![both, other.clone()])] {
                let contrary = (!truth.clone()).pushed_down();
                assert!(
                    !format!("{contrary:?}").contains("Not(All")
                        && !format!("{contrary:?}").contains("Not(Any")
                );
                for given in &answers {
                    assert_eq!(contrary.holds(given), truth.holds(given).map(|holds| !holds), "{truth:?}");
                }
            }
        }
    }
}

/// A question that is asked at another visit is not missed at this one.
#[test]
fn an_answer_is_demanded_only_where_it_is_asked() {
    let trial = small();
    let all = sheets(&trial);
    let vitals = all.iter().find(|sheet| sheet.name == "VS").expect("vital signs");
    let demands = vitals.demands();
    let done = demands.iter().find(|demand| demand.check.id == "VS.SYSBP_VSORRES.present_when_done");
    let Carried::By(truth) = &done.expect("a check").carried else { panic!("{done:?}") };
    assert_eq!(truth.holds(&given(&[("VSPERF", "Y"), ("VISIT", "week_2")])), Some(false));
    let (_, first) = studies().remove(0);
    let all = sheets(&first);
    let labs = all.iter().find(|sheet| sheet.name == "LB").expect("laboratory");
    let item = labs.item("GLUC_LBORRES").expect("glucose");
    assert!(item.asked.iter().any(|truth| matches!(truth, Truth::AtVisit(_))), "{:?}", item.asked);
    let demands = labs.demands();
    let done = demands.iter().find(|demand| demand.check.id == "LB.GLUC_LBORRES.present_when_done");
    let Some(Carried::By(truth)) = done.map(|demand| &demand.carried) else { panic!("{done:?}") };
    let other = first.forms["LB"].visits.iter().find(|visit| {
        !item.asked.iter().any(|truth| matches!(truth, Truth::AtVisit(visits) if visits.contains(visit)))
    });
    let other: &'static str = other.expect("a visit without glucose").clone().leak();
    assert_eq!(truth.holds(&given(&[("LBPERF", "Y"), ("VISIT", other)])), Some(true));
}
