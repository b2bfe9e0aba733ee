//! One person of the tables as a record.

use trialc::eligibility::record::{CoveredDomain, Sex};
use trialc::eligibility::{Record, read_records};
use trialc::population::{
    Days, Grouped, Happening, List, Naming, Period, Population, ResultRow, ResultValue, Results, Subject,
};

/// 1 July 2011.
const DAY: i32 = 15_156;

fn exactly(start: Days, end: Days, naming: u16, is_unsure: bool) -> Happening {
    Happening { start, end, naming, is_unsure }
}

fn population() -> Population {
    let naming = |list, certain: &[&str], perhaps: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Naming { list, certain: names(certain), perhaps: names(perhaps), other_than: Vec::new() }
    };
    let result =
        |value, unit, low, high| ResultRow { on: Days::exactly(DAY), measure: 0, unit, value, low, high };
    let day = Days::exactly;
    Population {
        people: vec![
            Subject { id: 7.into(), sex: Some(Sex::Female), born: Some(Days { earliest: 59, latest: 89 }) },
            Subject { id: 9.into(), sex: None, born: None },
        ],
        results: Results::of_people([
            vec![
                result(ResultValue::Number(0.1), Some(0), f64::NAN, 40.5),
                result(ResultValue::Below(5.0), None, 0.3, f64::NAN),
                result(ResultValue::Number(f64::NAN), None, f64::NAN, f64::NAN),
                result(ResultValue::Level(0), None, f64::NAN, f64::NAN),
            ],
            vec![],
        ]),
        happenings: Grouped {
            rows: vec![
                exactly(day(DAY), day(DAY), 0, false),
                exactly(day(DAY), Days::NEVER, 1, true),
                exactly(day(DAY), Days { earliest: DAY, latest: i32::MAX }, 2, false),
                exactly(day(DAY - 1), day(DAY), 3, false),
            ],
            starts: vec![0, 1, 4],
        },
        periods: Grouped { rows: vec![Period { of: 0, from: DAY, to: i32::MAX }], starts: vec![0, 0, 1] },
        measures: vec!["alt".into()],
        namings: vec![
            naming(List::Findings, &["t2dm", "diabetes"], &["t1dm"]),
            naming(List::Exposures, &[], &["metformin"]),
            naming(List::Procedures, &["hospital_admission"], &[]),
            naming(List::Events, &["consent"], &[]),
        ],
        covered: vec![CoveredDomain::Drugs],
        units: vec!["U/L".into()],
        levels: vec!["positive".into()],
        everybody: Record::read(r#"{"person": {"country": "CN", "sex": "male"}, "answers": {"I1": "yes"}}"#)
            .unwrap(),
        beyond: [(1, Record::read(r#"{"answers": {"I1": "no"}}"#).unwrap())].into(),
    }
}

#[test]
fn a_record_says_what_the_tables_say_and_nothing_else() {
    let expected = r#"
        {"person": {"id": "7", "sex": "female", "country": "CN", "born": "1970-03"},
         "measurements": [
            {"measure": "alt", "value": 0.1, "unit": "U/L", "on": "2011-07-01", "high": 40.5},
            {"measure": "alt", "value": "<5", "on": "2011-07-01", "low": 0.3},
            {"measure": "alt", "value": {"unknown": "its value cannot be read"}, "on": "2011-07-01"},
            {"measure": "alt", "value": "positive", "on": "2011-07-01"}],
         "findings": [{"name": "t2dm", "also": ["diabetes"], "perhaps": ["t1dm"], "on": "2011-07-01"}],
         "answers": {"I1": "yes"}}
        {"person": {"id": "9", "sex": "male", "country": "CN"},
         "exposures": [{"perhaps": ["metformin"], "from": "2011-07-01",
                        "unsure": "it was ordered or dispensed; taking is not recorded"}],
         "procedures": [{"name": "hospital_admission", "from": "2011-07-01"}],
         "events": [{"name": "consent", "from": "2011-06-30", "to": "2011-07-01"}],
         "coverage": [{"of": "drugs", "from": "2011-07-01"}],
         "answers": {"I1": "no"}}"#;
    let mut expected = read_records(expected).unwrap();
    let population = population();
    assert_eq!(population.record(0), expected[0]);
    // That nobody wrote down an end is not that there was none: the admission ended on that day or later.
    let end = &mut expected[1].procedures[0].to;
    assert_ne!(
        population.record(1).procedures[0].to,
        *end,
        "an end that is not known is no `still going on`"
    );
    *end = population.record(1).procedures[0].to;
    assert_eq!(end.map(|end| end.to_string()), Some("2011-07-01 or later".to_owned()));
    assert_eq!(population.record(1), expected[1]);
}
