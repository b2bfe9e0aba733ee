//! People whose records have what real ones have: gaps, ties, several units and none, contradictions, lists that are complete
//! and lists that are not.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::{BoxedStrategy, Just, Strategy, prop, prop_oneof};
use proptest::sample::select;
use trialc::eligibility::record::{Absence, Coverage, PersonFacts};
use trialc::eligibility::record::{
    AttributeValue, CoveredDomain, Entry, Measurement, Record, RecordedValue, Sex,
};
use trialc::model::Answer;
use trialc::time::DateRange;

use crate::support::exact;

/// Few days, so that windows end on them and values fall on the same one.
fn day() -> impl Strategy<Value = Date> {
    let offsets = vec![-400, -365, -181, -90, -60, -31, -30, -30, -14, -7, -7, -1, 0, 0, 1, 7, 30];
    select(offsets).prop_map(|days: i64| date(2011, 7, 1) + days.days())
}

fn range() -> impl Strategy<Value = DateRange> {
    day().prop_map(DateRange::exactly)
}

fn period() -> impl Strategy<Value = (Option<DateRange>, Option<DateRange>)> {
    prop_oneof![
        1 => Just((None, None)),
        1 => range().prop_map(|from| (Some(from), None)),
        1 => range().prop_map(|to| (None, Some(to))),
        2 => (range(), range()).prop_map(|(one, two)| (Some(one.min(two)), Some(one.max(two)))),
    ]
}

pub fn record() -> impl Strategy<Value = Record> {
    // Some people have a series of one measure.
    let series = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(alt(), 2..6)];
    let results = (prop::collection::vec(measurement(), 0..7), series);
    let lists = (
        results.prop_map(|(results, series)| [results, series].concat()),
        prop::collection::vec(
            entry(vec![
                "t1dm",
                "t2dm",
                "diabetes",
                "stroke",
                "icd10:E1",
                "icd10:E10.1",
                "icd10:E13",
                "icd10:E19",
            ]),
            0..4,
        ),
        prop::collection::vec(entry(vec!["metformin", "semaglutide", "antidiabetics"]), 0..3),
        prop::collection::vec(entry(vec!["hospital_admission"]), 0..2),
        prop::collection::vec(entry(vec!["adverse_event"]), 0..3),
    );
    let silence = (prop::collection::vec(absence(), 0..3), prop::collection::vec(coverage(), 0..4));
    (person(), lists, silence, trial_events(), answers()).prop_map(
        |(
            person,
            (measurements, findings, exposures, procedures, mut events),
            (absences, coverage),
            own,
            answers,
        )| {
            events.extend(own);
            Record {
                person,
                measurements,
                findings,
                exposures,
                procedures,
                events,
                absences,
                coverage,
                answers,
                ..Record::default()
            }
        },
    )
}

fn person() -> impl Strategy<Value = PersonFacts> {
    let sex = select(vec![Some(Sex::Female), Some(Sex::Male), Some(Sex::Unknown), None]);
    let born = select(vec![Some(date(1970, 3, 2)), Some(date(1969, 7, 1)), Some(date(1968, 2, 29)), None]);
    (sex, born).prop_map(|(sex, born)| PersonFacts {
        sex,
        born: born.map(DateRange::exactly),
        ..PersonFacts::default()
    })
}

/// Consent and randomisation, mostly both and in their order.
fn trial_events() -> impl Strategy<Value = Vec<Entry>> {
    let named = |name: &str, days: i64| Entry {
        name: name.into(),
        on: Some(DateRange::exactly(date(2011, 7, 1) + days.days())),
        ..Entry::default()
    };
    let consent = prop_oneof![
        9 => select(vec![-90, -30, -14, -1, 0, 7]).prop_map(Some),
        1 => Just(None),
    ];
    let randomization = prop_oneof![9 => Just(Some(0)), 1 => Just(None)];
    (consent, randomization).prop_map(move |(consent, randomization)| {
        let consent = consent.map(|days| named("consent", days));
        consent.into_iter().chain(randomization.map(|days| named("randomization", days))).collect()
    })
}

fn answers() -> impl Strategy<Value = BTreeMap<String, Answer>> {
    let answer = || select(vec![Some(Answer::Yes), Some(Answer::No), Some(Answer::Unknown), None]);
    (answer(), answer()).prop_map(|(one, two)| {
        let answers = [("A", one), ("B", two)].into_iter();
        answers.filter_map(|(key, answer)| Some((key.to_owned(), answer?))).collect()
    })
}

// ---- results -------------------------------------------------------------------------------------

fn measurement() -> impl Strategy<Value = Measurement> {
    let read = |texts: &[&str]| select(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let pairs = |pairs: &'static [(&'static str, Option<&'static str>)]| select(pairs.to_vec());
    const WEIGHT: &[(&str, Option<&str>)] = &[
        ("60", Some("kg")),
        ("75", Some("kg")),
        ("75.1", Some("kg")),
        ("75000", Some("g")),
        ("165", Some("[lb_av]")),
        ("166", Some("[lb_av]")),
        ("75", None),
        ("75", Some("cm")),
        ("<60", Some("kg")),
        (">75", Some("kg")),
        ("?", None),
    ];
    const CREATININE: &[(&str, Option<&str>)] = &[
        ("1", Some("mg/dL")),
        ("1.5", Some("mg/dL")),
        ("1.6", Some("mg/dL")),
        ("15", Some("mg/L")),
        ("0.015", Some("g/L")),
        ("1.5", None),
        ("<1.5", Some("mg/dL")),
        ("?", None),
    ];
    const INR: &[(&str, Option<&str>)] =
        &[("1", None), ("1.5", None), ("2", None), ("<1", None), (">1.5", None), ("?", None)];
    let of = |name: &'static str, values: &'static [(&'static str, Option<&'static str>)]| {
        pairs(values).prop_map(move |(value, unit)| (name, value.to_owned(), unit))
    };
    let word = read(&["positive", "negative", "positive", "negative", "invalid", "?"])
        .prop_map(|word| ("pregnancy_test", word, None));
    let value: BoxedStrategy<(&'static str, String, Option<&'static str>)> = prop_oneof![
        3 => of("weight", WEIGHT),
        4 => of("alt", ALT),
        2 => of("creatinine", CREATININE),
        2 => of("inr", INR),
        1 => word,
    ]
    .boxed();
    result(value)
}

const ALT: &[(&str, Option<&str>)] = &[
    ("35", Some("U/L")),
    ("50", Some("U/L")),
    ("51", Some("U/L")),
    ("0.05", Some("kU/L")),
    ("50", None),
    ("<35", Some("U/L")),
    (">50", Some("U/L")),
    ("40", Some("stones")),
    ("?", None),
];

fn alt() -> impl Strategy<Value = Measurement> {
    result(select(ALT.to_vec()).prop_map(|(value, unit)| ("alt", value.to_owned(), unit)).boxed())
}

fn result(
    value: BoxedStrategy<(&'static str, String, Option<&'static str>)>,
) -> impl Strategy<Value = Measurement> {
    let limit = || select(vec![None, Some("10"), Some("35"), Some("50")]);
    (value, range(), limit(), limit()).prop_map(|((measure, value, unit), on, low, high)| Measurement {
        measure: measure.into(),
        codes: Vec::new(),
        value: if value == "?" { RecordedValue::Unknown(None) } else { RecordedValue::read(&value) },
        unit: unit.map(str::to_owned),
        on,
        low: low.map(exact),
        high: high.map(exact),
        state: None,
        specimen: None,
        source: None,
    })
}

// ---- findings ------------------------------------------------------------------------------------

fn entry(names: Vec<&'static str>) -> impl Strategy<Value = Entry> {
    let when = prop_oneof![
        2 => range().prop_map(|on| (Some(on), None, None)),
        1 => range().prop_map(|from| (None, Some(from), None)),
        3 => (range(), range()).prop_map(|(one, two)| (None, Some(one.min(two)), Some(one.max(two)))),
    ];
    let answer = || select(vec![None, None, Some(Answer::Yes), Some(Answer::No), Some(Answer::Unknown)]);
    let grade = select(vec![None, Some(1), Some(2), Some(3), Some(4)]);
    let unsure = prop_oneof![5 => Just(None), 1 => Just(Some("it is recorded as provisional".to_owned()))];
    let other_than = select(vec![None, None, None, Some("t1dm"), Some("metformin"), Some("diabetes")]);
    (select(names), when, [answer(), answer(), answer()], grade, unsure, other_than).prop_map(
        |(name, (on, from, to), said, grade, unsure, other_than)| {
            let said = ["treated", "untreated", "confirmed"].into_iter().zip(said);
            let attributes = grade.map(|grade| ("grade".to_owned(), AttributeValue::Grade(grade)));
            Entry {
                name: if name.contains(':') { String::new() } else { name.into() },
                code: name.contains(':').then(|| name.to_owned()),
                other_than: other_than.map(str::to_owned).into_iter().collect(),
                on,
                from,
                to,
                qualifiers: said.filter_map(|(key, answer)| Some((key.to_owned(), answer?))).collect(),
                attributes: attributes.into_iter().collect(),
                unsure,
                ..Entry::default()
            }
        },
    )
}

fn thing() -> impl Strategy<Value = &'static str> {
    select(vec![
        "t1dm",
        "t2dm",
        "diabetes",
        "stroke",
        "metformin",
        "semaglutide",
        "antidiabetics",
        "hospital_admission",
        "adverse_event",
    ])
}

fn absence() -> impl Strategy<Value = Absence> {
    (thing(), period()).prop_map(|(name, (from, to))| Absence { name: name.into(), from, to })
}

fn coverage() -> impl Strategy<Value = Coverage> {
    let of = prop_oneof![
        3 => select(vec![
            CoveredDomain::Conditions, CoveredDomain::Drugs, CoveredDomain::Procedures, CoveredDomain::Events,
        ]),
        1 => thing().prop_map(|name| CoveredDomain::Name(name.into())),
    ];
    (of, period()).prop_map(|(of, (from, to))| Coverage { of, from, to })
}
