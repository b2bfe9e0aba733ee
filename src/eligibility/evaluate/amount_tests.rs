//! Ranges against the numbers in them: a range says of a computation or comparison only what each of its numbers says.

use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, proptest};

use super::amount::{Amount, Scale};
use crate::eligibility::truth::Truth;
use crate::model::{ArithmeticOperator, Comparator};
use crate::number::Exact;

/// Farther out than any end, in halves.
const BEYOND: i64 = 25;

/// A range of halves between −6 and 6, either end perhaps open, and some numbers in it.
fn range() -> impl Strategy<Value = (Amount, Vec<Exact>)> {
    (-12..=12i64, 0..=6i64, 0..8u8).prop_map(|(low, length, open)| {
        let half = |halves: i64| Exact::ratio(halves, 2).expect("two is not zero");
        let ends = (low, low + length);
        let (below, above) = (open == 0, open == 1);
        let amount =
            Amount::between((!below).then(|| half(ends.0)), (!above).then(|| half(ends.1)), Scale::Number);
        let from = if below { -BEYOND } else { ends.0 };
        let to = if above { BEYOND } else { ends.1 };
        (amount, (from..=to).map(half).collect())
    })
}

fn holds(amount: &Amount, value: &Exact) -> bool {
    amount.low.as_ref().is_none_or(|low| low <= value)
        && amount.high.as_ref().is_none_or(|high| value <= high)
}

const COMPARATORS: [Comparator; 6] = [
    Comparator::Less,
    Comparator::AtMost,
    Comparator::Equal,
    Comparator::NotEqual,
    Comparator::AtLeast,
    Comparator::Greater,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_comparison_of_ranges_is_what_all_their_numbers_say(
        (a, of_a) in range(), (b, of_b) in range(), which in 0..COMPARATORS.len(),
    ) {
        let operator = COMPARATORS[which];
        let said = a.compare(operator, &b);
        let each = of_a.iter().flat_map(|x| of_b.iter().map(move |y| operator.holds(x.cmp(y))));
        let each: Vec<bool> = each.collect();
        match said {
            Truth::True => prop_assert!(each.iter().all(|held| *held)),
            Truth::False => prop_assert!(each.iter().all(|held| !*held)),
            // The ends belong to the ranges, so that some pair of numbers speaks for and some against.
            Truth::Unknown => prop_assert!(each.contains(&true) && each.contains(&false)),
        }
    }

    #[test]
    fn a_computation_of_ranges_holds_that_of_all_their_numbers(
        (a, of_a) in range(), (b, of_b) in range(), which in 0..4usize, power in -3..=4i64,
    ) {
        use ArithmeticOperator::{Add, Divide, Multiply, Power, Subtract};
        let operator = [Add, Subtract, Multiply, Divide][which];
        let exact = |x: &Exact, y: &Exact| match operator {
            Add => Some(x + y),
            Subtract => Some(x - y),
            Multiply => Some(x * y),
            _ => x.checked_div(y),
        };
        if let Ok(result) = a.compute(operator, &b) {
            for (x, y) in of_a.iter().flat_map(|x| of_b.iter().map(move |y| (x, y))) {
                let value = exact(x, y);
                prop_assert!(value.is_some_and(|value| holds(&result, &value)), "{operator:?}");
            }
        }
        if let Ok(result) = a.compute(Power, &Amount::number(power.into())) {
            for x in &of_a {
                let value = x.pow(i32::try_from(power).expect("it is small"));
                prop_assert!(value.is_some_and(|value| holds(&result, &value)), "power {power} of {x}");
            }
        }
        if let Ok(result) = Amount::call("abs", std::slice::from_ref(&a)) {
            for x in &of_a {
                prop_assert!(holds(&result, &x.abs()));
            }
        }
        for (function, pick) in [("min", Exact::min as fn(Exact, Exact) -> Exact), ("max", Exact::max)] {
            let result = Amount::call(function, &[a.clone(), b.clone()]).expect("two pure numbers");
            for (x, y) in of_a.iter().flat_map(|x| of_b.iter().map(move |y| (x, y))) {
                prop_assert!(holds(&result, &pick(x.clone(), y.clone())), "{function}");
            }
        }
    }

    #[test]
    fn roots_and_broken_powers_hold_the_true_value(square in 1..=2000i64, power in 1..=9i64) {
        let number = Amount::number(square.into());
        let root = Amount::call("sqrt", std::slice::from_ref(&number)).expect("it is positive");
        let (low, high) = (root.low.expect("a number"), root.high.expect("a number"));
        let value = Exact::from(square);
        prop_assert!(&low * &low <= value && value <= &high * &high);
        let is_square = (1..=45).any(|root| root * root == square);
        prop_assert!((low == high) == is_square, "an exact root is exact, and no other");
        // x^(power/10), to the tenth, is x^power.
        let exponent = Amount::number(Exact::ratio(power, 10).expect("ten is not zero"));
        let broken = number.compute(ArithmeticOperator::Power, &exponent).expect("it is positive");
        let tenth = |end: Option<Exact>| end.and_then(|end| end.pow(10)).expect("a number");
        let whole = value.pow(i32::try_from(power).expect("it is small")).expect("it is small");
        prop_assert!(tenth(broken.low) <= whole && whole <= tenth(broken.high));
    }

    #[test]
    fn sums_of_units_are_converted_before_they_are_added(grams in 1..5000i64, kilograms in 1..5000i64) {
        let amount = |value: i64, unit: &str| {
            Amount::exact(value.into(), Scale::Unit(crate::units::parse(unit).expect("a unit")))
        };
        let sum = amount(kilograms, "kg").compute(ArithmeticOperator::Add, &amount(grams, "g")).expect("two masses");
        let expected = &Exact::from(kilograms) + &Exact::ratio(grams, 1000).expect("not zero");
        prop_assert!(sum.value() == Some(&expected));
        prop_assert!(amount(1, "kg").compute(ArithmeticOperator::Add, &amount(1, "m")).is_err());
        prop_assert!(amount(1, "Cel").compute(ArithmeticOperator::Add, &amount(1, "K")).is_err());
    }
}

#[test]
fn a_sample_of_values_covers_both_open_and_closed_ends() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = |runner: &mut proptest::test_runner::TestRunner| {
        use proptest::strategy::ValueTree;
        prop::collection::vec(range(), 200).new_tree(runner).expect("a value").current()
    };
    let ranges = tree(&mut runner);
    assert!(ranges.iter().any(|(range, _)| range.low.is_none()));
    assert!(ranges.iter().any(|(range, _)| range.high.is_none()));
    assert!(ranges.iter().any(|(range, _)| range.value().is_some()));
}
