//! Rules of every shape that fits the types: what is compared has one kind, what is measured a unit, what lasts a window.

use proptest::prelude::{BoxedStrategy, Just, Strategy, prop, prop_oneof};
use proptest::sample::select;
use trialc::model::{
    Anchor, AttributeTest, Clause, Comparator, CriterionKind, DayCount, Domain, Finding, Limit, Mode, Moment,
    Rule, Selector, Term, TimeUnit, Trend, Value, Window,
};

use crate::support::{
    Protocol, after, age_at, all, any, any_time, at, attested, attribute, before, between, by_sex, choose,
    class, clause, compare, concept, days, is, listing, measured, months, moved, not, number, occurs,
    quantity, span, term, uln, until_decision, window,
};

/// The declarations that the rules use.
pub fn protocol() -> Protocol {
    Protocol::new()
        .concept("t1dm", listing("icd10", "E10", concept(Domain::Condition, "Type 1 diabetes mellitus")))
        .concept(
            "diabetes",
            listing("icd10", "E1", class(Domain::Condition, "Diabetes mellitus", &["t1dm", "t2dm"])),
        )
        .concept("semaglutide", concept(Domain::Drug, "Semaglutide"))
        .concept("antidiabetics", class(Domain::DrugClass, "Antidiabetics", &["metformin", "semaglutide"]))
}

pub fn kind() -> impl Strategy<Value = CriterionKind> {
    select(vec![CriterionKind::Include, CriterionKind::Exclude])
}

/// A whole rule.
pub fn rule() -> impl Strategy<Value = Clause> {
    combined(fact(), 10, 1)
}

/// Facts joined by all, any, not, a count and a choice, in lists of `shortest` to 3; at most `size` facts or so.
pub fn combined(
    fact: impl Strategy<Value = Clause> + 'static,
    size: u32,
    shortest: usize,
) -> impl Strategy<Value = Clause> {
    fact.prop_recursive(3, size, 3, move |inner| {
        let list = prop::collection::vec(inner.clone(), shortest..4);
        prop_oneof![
            3 => list.clone().prop_map(all),
            3 => list.clone().prop_map(any),
            2 => inner.clone().prop_map(not),
            1 => (list, 0..3u32, 0..2u32).prop_map(|(of, low, more)| {
                clause("count", Rule::Count { of, low: Some(low), high: Some(low + more) })
            }),
            1 => [inner.clone(), inner.clone(), inner].prop_map(|[one, two, three]| choose(one, two, three)),
        ]
    })
}

fn fact() -> BoxedStrategy<Clause> {
    prop_oneof![
        6 => result(),
        6 => occurrence(),
        1 => select(vec!["A", "B"]).prop_map(attested),
        1 => age(),
        1 => count(),
        1 => day_count(),
        1 => trend(),
        1 => length(),
        1 => level(),
        1 => select(vec!["female", "male"]).prop_map(|sex| is(attribute("sex"), &[sex])),
    ]
    .boxed()
}

// ---- time ----------------------------------------------------------------------------------------

fn event() -> impl Strategy<Value = &'static str> {
    select(vec!["consent", "randomization"])
}

fn duration() -> impl Strategy<Value = trialc::model::Duration> {
    prop_oneof![select(vec![0, 1, 7, 14, 30, 90]).prop_map(days), select(vec![1, 6, 12]).prop_map(months),]
}

fn some_window() -> impl Strategy<Value = Window> {
    let decision = || Moment { offset: None, of: Anchor::Decision };
    prop_oneof![
        4 => (duration(), event()).prop_map(|(by, event)| {
            window(Some(moved(at(event), before(by))), Some(at(event)), "within … before")
        }),
        1 => (duration(), event()).prop_map(|(by, event)| {
            window(Some(at(event)), Some(moved(at(event), after(by))), "within … after")
        }),
        1 => event().prop_map(|event| window(None, Some(moved(at(event), before(days(1)))), "before")),
        1 => event().prop_map(|event| window(Some(at(event)), None, "since")),
        1 => Just(window(Some(at("consent")), Some(at("randomization")), "from consent to randomization")),
        1 => duration().prop_map(move |by| window(Some(moved(decision(), before(by))), Some(decision()), "")),
        1 => Just(until_decision()),
        1 => Just(any_time()),
    ]
}

// ---- numbers -------------------------------------------------------------------------------------

fn comparator() -> impl Strategy<Value = Comparator> {
    use Comparator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    select(vec![Less, AtMost, AtLeast, Greater, Less, AtMost, AtLeast, Greater, Equal, NotEqual])
}

fn selector() -> impl Strategy<Value = Selector> {
    use Selector::{Any, Consecutive, Earliest, Every, Highest, Latest, Lowest, Mean, Median};
    select(vec![Latest, Latest, Earliest, Any, Every, Highest, Lowest, Mean, Median, Consecutive(2)])
}

/// Limits that recorded values hit exactly, in more than one unit.
fn limit(measure: &str) -> BoxedStrategy<Term> {
    let texts: &[&str] = match measure {
        "weight" => &["60 kg", "75 kg", "75000 g", "165 [lb_av]"],
        "alt" => &["35 U/L", "50 U/L", "0.05 kU/L"],
        "creatinine" => &["1.5 mg/dL", "15 mg/L", "1 mg/dL"],
        _ => return select(vec!["1", "1.5", "2"]).prop_map(number).boxed(),
    };
    select(texts.to_vec()).prop_map(quantity).boxed()
}

fn result() -> BoxedStrategy<Clause> {
    let one = (select(vec!["weight", "alt", "creatinine", "inr"]), selector(), some_window());
    let one = one.prop_flat_map(|(measure, select, window)| {
        let value = measured(measure, select, window);
        let single = (Just(value.clone()), comparator(), limit(measure))
            .prop_map(|(value, operator, limit)| compare(value, operator, limit));
        let by_sex = (Just(value.clone()), comparator(), limit(measure), limit(measure))
            .prop_map(|(value, operator, one, two)| compare(value, operator, by_sex(one, two)));
        let range = (Just(value), limit(measure), limit(measure))
            .prop_map(|(value, low, high)| between(value, low, high));
        prop_oneof![4 => single, 1 => by_sex, 1 => range]
    });
    prop_oneof![5 => one, 1 => normal()].boxed()
}

/// Against the limits of normal that came with the result.
fn normal() -> impl Strategy<Value = Clause> {
    use Selector::{Any, Earliest, Every, Latest};
    let parts = (select(vec![Latest, Earliest, Any, Every]), some_window(), comparator());
    (parts, select(vec!["1", "1.5", "3"]), proptest::bool::ANY).prop_map(
        |((select, window, operator), factor, upper)| {
            let mut limit = uln(factor, "alt");
            if let Value::Limit { limit, .. } = &mut limit.value
                && !upper
            {
                *limit = Limit::Lln;
            }
            compare(measured("alt", select, window), operator, limit)
        },
    )
}

fn age() -> BoxedStrategy<Clause> {
    (event(), comparator(), select(vec!["18", "41", "42"]))
        .prop_map(|(event, operator, years)| {
            debug_assert!(matches!(age_at(event).value, Value::Age { unit: TimeUnit::Year, .. }));
            compare(age_at(event), operator, number(years))
        })
        .boxed()
}

fn count() -> BoxedStrategy<Clause> {
    let mode = select(vec![Mode::Present, Mode::Started, Mode::Ended]);
    (finding(), mode, some_window(), comparator(), select(vec!["0", "1", "2"]))
        .prop_map(|(finding, mode, window, operator, times)| {
            compare(term("count", Value::Count { finding, mode, window }), operator, number(times))
        })
        .boxed()
}

/// How many days were with something or without it, in all or in a row.
fn day_count() -> BoxedStrategy<Clause> {
    let closed =
        || some_window().prop_filter("both ends", |window| window.from.is_some() && window.to.is_some());
    let counted = prop_oneof![
        3 => (Just(true), closed()),
        3 => (Just(false), closed()),
        // Those with something can be counted from birth on.
        1 => (Just(false), event().prop_map(|event| window(None, Some(at(event)), "until"))),
    ];
    let of = (finding(), counted, select(vec![DayCount::All, DayCount::LongestRun]));
    (of, comparator(), select(vec![0, 1, 2, 7, 14, 21, 30]))
        .prop_map(|((finding, (without, window), count), operator, limit)| {
            let limit = if count == DayCount::All { number(&limit.to_string()) } else { span(days(limit)) };
            compare(term("days", Value::Days { count, without, finding, window }), operator, limit)
        })
        .boxed()
}

/// Results that rise or fall, perhaps only those that lie so far apart.
fn trend() -> BoxedStrategy<Clause> {
    let apart = prop_oneof![
        2 => Just(None),
        2 => select(vec![1, 6, 7, 8, 13, 14, 30]).prop_map(|count| Some(days(count))),
        1 => Just(Some(months(1))),
    ];
    let wide = || prop_oneof![2 => some_window(), 1 => Just(until_decision()), 1 => Just(any_time())];
    let of = (select(vec!["weight", "alt", "alt", "alt", "creatinine", "inr"]), wide());
    (of, select(vec![Trend::Rising, Trend::Falling]), select(vec![2, 2, 3]), apart)
        .prop_map(|((measure, window), direction, values, apart)| {
            let measure = measured(measure, Selector::Latest, window);
            clause("trend", Rule::Trend { measure, direction, values, apart })
        })
        .boxed()
}

fn length() -> BoxedStrategy<Clause> {
    (comparator(), duration())
        .prop_map(|(operator, by)| {
            let value = Value::TimeBetween { from: at("consent"), to: at("randomization") };
            compare(term("time from consent to randomization", value), operator, span(by))
        })
        .boxed()
}

fn level() -> BoxedStrategy<Clause> {
    use Selector::{Any, Earliest, Every, Latest};
    (select(vec![Latest, Earliest, Any, Every]), some_window(), select(vec!["positive", "negative"]))
        .prop_map(|(select, window, level)| is(measured("pregnancy_test", select, window), &[level]))
        .boxed()
}

// ---- findings ------------------------------------------------------------------------------------

fn occurrence() -> BoxedStrategy<Clause> {
    let mode =
        select(vec![Mode::Present, Mode::Present, Mode::Ever, Mode::Started, Mode::Ended, Mode::Throughout]);
    (finding(), mode, some_window())
        .prop_map(|(finding, mode, window)| match mode {
            Mode::Ever => occurs(finding, mode, until_decision()),
            _ => occurs(finding, mode, window),
        })
        .boxed()
}

fn finding() -> impl Strategy<Value = Finding> {
    let names = vec!["t2dm", "diabetes", "stroke", "metformin", "antidiabetics", "hospital_admission"];
    let named = |name: &str| crate::support::finding(name);
    let plain = select(names).prop_map(named);
    let qualified = (plain.clone(), select(vec!["treated", "untreated", "confirmed"]))
        .prop_map(|(finding, qualifier)| Finding { qualifiers: vec![qualifier.into()], ..finding });
    let narrowed = select(vec![("diabetes", "t1dm"), ("antidiabetics", "metformin")])
        .prop_map(move |(class, other)| Finding { other_than: vec![other.into()], ..named(class) });
    let graded = (comparator(), 1..=4i64).prop_map(move |(operator, value)| {
        let test = AttributeTest::Ordinal { attribute: "grade".into(), operator, value };
        Finding { domain: Domain::Event, with: vec![test], ..named("adverse_event") }
    });
    prop_oneof![4 => plain, 1 => qualified, 1 => narrowed, 1 => graded]
}
