//! The lints reason with intervals; here the same questions are answered by trying every value.

use proptest::prelude::*;

use crate::check::testing::Sheet;
use crate::model::{Clause, Comparator, CriterionKind, Rule};
use crate::number::Exact;

/// A rule about one INR, in whole limits.
#[derive(Clone, Debug)]
enum Test {
    Compare(Comparator, i64),
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
}

impl Test {
    fn holds(&self, value: &Exact) -> bool {
        match self {
            Test::Compare(operator, limit) => operator.holds(value.cmp(&Exact::from(*limit))),
            Test::Not(of) => !of.holds(value),
            Test::All(of) => of.iter().all(|one| one.holds(value)),
            Test::Any(of) => of.iter().any(|one| one.holds(value)),
        }
    }

    fn write(&self, sheet: &mut Sheet) -> Clause {
        match self {
            Test::Compare(operator, limit) => sheet.compare(("inr", *operator, &limit.to_string(), "")),
            Test::Not(of) => {
                let of = Box::new(of.write(sheet));
                sheet.group("not …", Rule::Not { of })
            }
            Test::All(of) => {
                let of = of.iter().map(|one| one.write(sheet)).collect();
                sheet.group("… and …", Rule::All { of })
            }
            Test::Any(of) => {
                let of = of.iter().map(|one| one.write(sheet)).collect();
                sheet.group("… or …", Rule::Any { of })
            }
        }
    }
}

fn test() -> impl Strategy<Value = Test> {
    let operator = prop_oneof![
        Just(Comparator::Less),
        Just(Comparator::AtMost),
        Just(Comparator::Equal),
        Just(Comparator::NotEqual),
        Just(Comparator::AtLeast),
        Just(Comparator::Greater),
    ];
    let leaf = (operator, 1..6_i64).prop_map(|(operator, limit)| Test::Compare(operator, limit));
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|of| Test::Not(Box::new(of))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Test::All),
            prop::collection::vec(inner, 2..4).prop_map(Test::Any),
        ]
    })
}

type Criteria = Vec<(bool, Test)>;

/// Whether a person with this INR meets every criterion.
fn is_eligible(criteria: &Criteria, value: &Exact) -> bool {
    criteria.iter().all(|(include, test)| test.holds(value) == *include)
}

/// Every value that can tell whole limits from 1 to 5 apart.
fn values() -> impl Iterator<Item = Exact> {
    (0..=12).filter_map(|half| Exact::ratio(half, 2))
}

fn sheet(criteria: &Criteria) -> Sheet {
    criteria.iter().enumerate().fold(Sheet::new(), |sheet, (index, (include, test))| {
        let kind = if *include { CriterionKind::Include } else { CriterionKind::Exclude };
        sheet.criterion(kind, &format!("C{index}"), "", |sheet| test.write(sheet))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Whoever says that nobody can be eligible is right, and what it says of a criterion that never decides too.
    #[test]
    fn what_the_lints_say_is_true_of_every_value(criteria in prop::collection::vec((any::<bool>(), test()), 1..4)) {
        let found = sheet(&criteria).found();
        let nobody = !values().any(|value| is_eligible(&criteria, &value));
        for diagnostic in &found {
            match diagnostic.code.id {
                "L12" => prop_assert!(nobody, "{}", diagnostic.message),
                "L02" => {
                    let excluded: Vec<usize> =
                        (0..criteria.len()).filter(|at| !criteria[*at].0 && diagnostic.message.starts_with(&format!("C{at} "))).collect();
                    prop_assert_eq!(excluded.len(), 1, "{}", &diagnostic.message);
                }
                "L13" => {
                    let Some(whole) = (0..criteria.len()).find(|at| diagnostic.message.starts_with(&format!("C{at} never"))) else { continue };
                    let mut fewer = criteria.clone();
                    fewer.remove(whole);
                    for value in values() {
                        prop_assert_eq!(is_eligible(&criteria, &value), is_eligible(&fewer, &value), "{}", &diagnostic.message);
                    }
                }
                _ => {}
            }
        }
    }

    /// Where each criterion is one comparison, nothing that excludes everybody is overlooked.
    #[test]
    fn comparisons_that_exclude_everybody_are_told(
        criteria in prop::collection::vec((any::<bool>(), test().prop_filter("one comparison", |test| matches!(test, Test::Compare(..)))), 1..5),
    ) {
        let told = sheet(&criteria).found().iter().any(|found| found.code.id == "L12");
        let nobody = !values().any(|value| is_eligible(&criteria, &value));
        prop_assert_eq!(told, nobody);
    }
}
