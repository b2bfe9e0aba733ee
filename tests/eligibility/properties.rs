//! The evaluator against second, independent ways to compute the same, on random people and rules.

use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use trialc::eligibility::Status::{self, Met, NotMet, Unknown};
use trialc::eligibility::{Record, screen};
use trialc::model::{Clause, Comparator, Direction, Duration, Mode, Offset, Rule, Selector};

use super::support::{
    Protocol, after, age_at, all, any, any_time, at, attested, before, choose, clause, compare, finding,
    latest, measured, months, moved, not, number, occurs, present, quantity, rule, uln, window,
    within_before,
};

/// No file of failures: a failing case becomes a test of its own.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The status of criterion `X`, without the checks of JSON that the readable cases make.
fn status(protocol: &Protocol, record: &str) -> Status {
    let record = Record::read(record).expect("a record");
    let document = protocol.document();
    let verdict = screen(&document, &record, None);
    verdict.decisions[0].criterion("X").expect("criterion X").status
}

// ---- the boolean layer against all completions of what is unknown --------------------------------

const KEYS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A rule over answers, in a form of this test's own.
#[derive(Clone, Debug)]
enum Tree {
    Answer(usize),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Count(Vec<Tree>, u32, u32),
    Choose(Box<[Tree; 3]>),
}

impl Tree {
    fn clause(&self) -> Clause {
        let list = |of: &[Tree]| of.iter().map(Tree::clause).collect::<Vec<_>>();
        match self {
            Tree::Answer(key) => attested(KEYS[*key]),
            Tree::Not(of) => not(of.clause()),
            Tree::All(of) => all(list(of)),
            Tree::Any(of) => any(list(of)),
            Tree::Count(of, low, high) => {
                clause("count", Rule::Count { of: list(of), low: Some(*low), high: Some(*high) })
            }
            Tree::Choose(parts) => choose(parts[0].clause(), parts[1].clause(), parts[2].clause()),
        }
    }

    /// Two-valued, by the textbook.
    fn holds(&self, answers: &[bool]) -> bool {
        match self {
            Tree::Answer(key) => answers[*key],
            Tree::Not(of) => !of.holds(answers),
            Tree::All(of) => of.iter().all(|part| part.holds(answers)),
            Tree::Any(of) => of.iter().any(|part| part.holds(answers)),
            Tree::Count(of, low, high) => {
                let count = of.iter().filter(|part| part.holds(answers)).count() as u32;
                count >= *low && count <= *high
            }
            Tree::Choose(parts) => {
                if parts[0].holds(answers) {
                    parts[1].holds(answers)
                } else {
                    parts[2].holds(answers)
                }
            }
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (0..KEYS.len()).prop_map(Tree::Answer);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            inner.clone().prop_map(|of| Tree::Not(Box::new(of))),
            list().prop_map(Tree::All),
            list().prop_map(Tree::Any),
            (list(), 0..3u32, 0..3u32).prop_map(|(of, low, more)| Tree::Count(of, low, low + more)),
            [inner.clone(), inner.clone(), inner].prop_map(|parts| Tree::Choose(Box::new(parts))),
        ]
    })
}

fn answered(answers: &[Option<bool>]) -> String {
    let answer = |(key, answer): (&&str, &Option<bool>)| {
        answer.map(|yes| format!(r#""{key}": "{}""#, if yes { "yes" } else { "no" }))
    };
    let answers: Vec<String> = KEYS.iter().zip(answers).filter_map(answer).collect();
    format!(r#"{{"answers": {{{}}}}}"#, answers.join(", "))
}

fn completions(answers: &[Option<bool>]) -> Vec<Vec<bool>> {
    let mut rows = vec![Vec::new()];
    for answer in answers {
        let choices = answer.map_or(vec![false, true], |known| vec![known]);
        rows = rows
            .iter()
            .flat_map(|row| choices.iter().map(|choice| [&row[..], &[*choice]].concat()))
            .collect();
    }
    rows
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_known_verdict_is_that_of_every_completion(
        tree in tree(),
        answers in prop::collection::vec(prop::option::of(proptest::bool::ANY), KEYS.len()),
    ) {
        let said = status(&rule(tree.clause()), &answered(&answers));
        let rows = completions(&answers);
        let held: Vec<bool> = rows.iter().map(|row| tree.holds(row)).collect();
        match said {
            Met => prop_assert!(held.iter().all(|held| *held)),
            NotMet => prop_assert!(held.iter().all(|held| !*held)),
            _ => prop_assert!(answers.contains(&None), "nothing is unknown, and the verdict is"),
        }
    }

    #[test]
    fn one_more_answer_never_turns_a_known_verdict(
        tree in tree(),
        answers in prop::collection::vec(prop::option::of(proptest::bool::ANY), KEYS.len()),
        which in 0..KEYS.len(),
        more in proptest::bool::ANY,
    ) {
        let protocol = rule(tree.clause());
        let before = status(&protocol, &answered(&answers));
        let mut answers = answers;
        answers[which] = answers[which].or(Some(more));
        let after = status(&protocol, &answered(&answers));
        prop_assert!(before == Unknown || before == after, "{before:?} became {after:?}");
    }
}

// ---- calendar windows against days counted one by one --------------------------------------------

/// A date in this test's own arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Day {
    year: i64,
    month: i64,
    day: i64,
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Day {
    fn next(self) -> Self {
        if self.day < month_length(self.year, self.month) {
            Day { day: self.day + 1, ..self }
        } else if self.month < 12 {
            Day { month: self.month + 1, day: 1, ..self }
        } else {
            Day { year: self.year + 1, month: 1, day: 1 }
        }
    }

    fn previous(self) -> Self {
        if self.day > 1 {
            Day { day: self.day - 1, ..self }
        } else {
            let (year, month) =
                if self.month > 1 { (self.year, self.month - 1) } else { (self.year - 1, 12) };
            Day { year, month, day: month_length(year, month) }
        }
    }

    fn plus_days(self, days: i64) -> Self {
        (0..days.abs()).fold(self, |day, _| if days < 0 { day.previous() } else { day.next() })
    }

    fn plus_months(self, months: i64) -> Self {
        let index = self.year * 12 + self.month - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        Day { year, month, day: self.day.min(month_length(year, month)) }
    }

    fn text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The date to this precision: 3 for the day, 2 for the month, 1 for the year.
    fn rounded(self, precision: usize) -> String {
        self.text()[..[4, 7, 10][precision - 1]].to_owned()
    }
}

fn day() -> impl Strategy<Value = Day> {
    (2009..=2012i64, 1..=12i64, 1..=31i64).prop_map(|(year, month, day)| Day {
        year,
        month,
        day: day.min(month_length(year, month)),
    })
}

/// A signed distance: calendar months or days.
fn offset() -> impl Strategy<Value = (Duration, i64)> {
    prop_oneof![
        (0..=15i64).prop_map(|n| (Duration::Months(n), n)),
        (0..=400i64).prop_map(|n| (Duration::Days(n), n))
    ]
}

fn shift(day: Day, direction: Direction, by: &(Duration, i64)) -> Day {
    let sign = if direction == Direction::After { 1 } else { -1 };
    match by.0 {
        Duration::Months(months) => day.plus_months(sign * months),
        _ => day.plus_days(sign * by.1),
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn windows_hold_the_days_that_counting_says(
        anchor in day(), value in day(), low in offset(), high in offset(),
    ) {
        let from = moved(at("randomization"), before(low.0.clone()));
        let to = moved(at("randomization"), after(high.0.clone()));
        let window = window(Some(from), Some(to), "around randomization");
        let protocol = rule(compare(latest("inr", window), Comparator::Less, number("2")));
        let record = |precision: usize| format!(
            r#"{{"events": [{{"name": "randomization", "on": "{}"}}],
                "measurements": [{{"measure": "inr", "value": 1, "on": "{}"}}]}}"#,
            anchor.text(), value.rounded(precision),
        );
        let (first, last) = (shift(anchor, Direction::Before, &low), shift(anchor, Direction::After, &high));
        let inside = first <= value && value <= last;
        prop_assert_eq!(status(&protocol, &record(3)), if inside { Met } else { Unknown });
        // Of the month alone: only what holds for each of its days.
        let of_month = (1..=month_length(value.year, value.month)).map(|day| Day { day, ..value });
        let always = of_month.clone().all(|day| first <= day && day <= last);
        prop_assert_eq!(status(&protocol, &record(2)), if always { Met } else { Unknown });
    }

    #[test]
    fn ages_are_the_birthdays_that_have_passed(born in day(), consent in day(), limit in 0..=5i64) {
        let protocol = rule(compare(age_at("consent"), Comparator::AtLeast, number(&limit.to_string())));
        let record = |precision: usize| format!(
            r#"{{"person": {{"born": "{}"}}, "events": [{{"name": "consent", "on": "{}"}}]}}"#,
            born.rounded(precision), consent.text(),
        );
        let is_old_enough = |born: Day| born.plus_months(12 * limit) <= consent;
        prop_assert_eq!(status(&protocol, &record(3)), if is_old_enough(born) { Met } else { NotMet });
        let mut of_year = Vec::new();
        let mut one = Day { month: 1, day: 1, ..born };
        while one.year == born.year {
            of_year.push(is_old_enough(one));
            one = one.next();
        }
        let expected = match (of_year.contains(&true), of_year.contains(&false)) {
            (true, true) => Unknown,
            (is_old, _) => if is_old { Met } else { NotMet },
        };
        prop_assert_eq!(status(&protocol, &record(1)), expected);
    }
}

// ---- which value counts --------------------------------------------------------------------------

const SELECTORS: [Selector; 9] = [
    Selector::Latest,
    Selector::Earliest,
    Selector::Any,
    Selector::Every,
    Selector::Highest,
    Selector::Lowest,
    Selector::Mean,
    Selector::Median,
    Selector::Consecutive(2),
];

/// What a selector says of `value > 50` over whole numbers on days of one month, in the order of days; `None` where
/// it takes more values than there are. Values of one day come in any order, and the worst verdict stands.
fn selected(select: Selector, values: &[(i64, i64)]) -> Option<bool> {
    let numbers: Vec<i64> = values.iter().map(|(_, number)| *number).collect();
    let count = numbers.len() as i64;
    let of_day = |day: i64| values.iter().filter(move |(one, _)| *one == day).map(|(_, number)| *number);
    let last_day = values.iter().map(|(day, _)| *day).max()?;
    let first_day = values.iter().map(|(day, _)| *day).min()?;
    Some(match select {
        Selector::Latest => of_day(last_day).all(|number| number > 50),
        Selector::Earliest => of_day(first_day).all(|number| number > 50),
        Selector::Any => numbers.iter().any(|number| *number > 50),
        Selector::Every => numbers.iter().all(|number| *number > 50),
        Selector::Highest => numbers.iter().max()? > &50,
        Selector::Lowest => numbers.iter().min()? > &50,
        Selector::Mean => numbers.iter().sum::<i64>() > 50 * count,
        Selector::Median => {
            let mut sorted = numbers;
            sorted.sort_unstable();
            let (a, b) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
            a + b > 100
        }
        Selector::Consecutive(few) => {
            let few = few as usize;
            if values.len() < few {
                return None;
            }
            // The worst choice takes the lowest values of a day first.
            let mut sorted = values.to_vec();
            sorted.sort_unstable_by_key(|(day, number)| (-day, *number));
            sorted[..few].iter().all(|(_, number)| *number > 50)
        }
    })
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn selectors_choose_what_sorting_says(
        values in prop::collection::vec((1..=28i64, 40..=60i64), 0..5),
        which in 0..SELECTORS.len(),
        in_litres in prop::collection::vec(proptest::bool::ANY, 5),
    ) {
        let select = SELECTORS[which];
        let whole_month = window(Some(at("consent")), Some(at("randomization")), "in June");
        let protocol = rule(compare(measured("creatinine", select, whole_month), Comparator::Greater, quantity("50 mg/dL")));
        // Some of the values are recorded ten times as large, in mg/L.
        let lines: Vec<String> = values.iter().zip(&in_litres).map(|((day, number), in_litres)| {
            let (number, unit) = if *in_litres { (number * 10, "mg/L") } else { (*number, "mg/dL") };
            format!(r#"{{"measure": "creatinine", "value": {number}, "unit": "{unit}", "on": "2011-06-{day:02}"}}"#)
        }).collect();
        let record = format!(
            r#"{{"events": [{{"name": "consent", "on": "2011-06-01"}}, {{"name": "randomization", "on": "2011-06-30"}}],
                "measurements": [{}]}}"#,
            lines.join(", "),
        );
        let expected = match selected(select, &values) {
            None => Unknown,
            Some(true) => Met,
            Some(false) => NotMet,
        };
        prop_assert_eq!(status(&protocol, &record), expected, "{:?}", select);
    }

    #[test]
    fn less_exact_dates_of_values_never_turn_a_verdict(
        values in prop::collection::vec((day(), 40..=60i64, 1..=3usize), 1..4),
        anchor in day(),
        which in 0..SELECTORS.len(),
    ) {
        let window = window(Some(moved(at("randomization"), before(months(6)))), Some(at("randomization")), "before");
        let protocol = rule(compare(measured("inr", SELECTORS[which], window), Comparator::Greater, number("50")));
        let record = |is_exact: bool| {
            let lines: Vec<String> = values.iter().map(|(day, number, precision)| {
                let on = day.rounded(if is_exact { 3 } else { *precision });
                format!(r#"{{"measure": "inr", "value": {number}, "on": "{on}"}}"#)
            }).collect();
            format!(
                r#"{{"events": [{{"name": "randomization", "on": "{}"}}], "measurements": [{}]}}"#,
                anchor.text(), lines.join(", "),
            )
        };
        let (vague, exact) = (status(&protocol, &record(false)), status(&protocol, &record(true)));
        prop_assert!(vague == Unknown || vague == exact, "{vague:?} became {exact:?}");
    }

    #[test]
    fn the_unit_of_a_value_does_not_change_the_verdict(tenths in 1..=400i64, limit in 1..=400i64) {
        use trialc::units;
        let limit = format!("{}.{:02} mg/dL", limit / 100, limit % 100);
        let protocol = rule(compare(latest("creatinine", any_time()), Comparator::AtMost, quantity(&limit)));
        let value = trialc::number::Exact::ratio(tenths, 100).expect("a number");
        let analyte = units::Analyte::new("creatinine").with_formula("C4H7N3O").expect("a formula");
        let unit = |text: &str| units::parse(text).expect("a unit");
        let molar = units::convert(&value, &unit("mg/dL"), &unit("umol/L"), &analyte).expect("it converts").value;
        let record = |value: &trialc::number::Exact, unit: &str| {
            format!(r#"{{"measurements": [{{"measure": "creatinine", "value": "{value}", "unit": "{unit}", "on": "2011"}}]}}"#)
        };
        let in_mass = status(&protocol, &record(&value, "mg/dL"));
        prop_assert!(in_mass != Unknown);
        prop_assert_eq!(in_mass, status(&protocol, &record(&molar, "umol/L")));
    }
}

// ---- findings against a calendar of days ----------------------------------------------------------

/// What truly happened: courses of a drug over 120 days, first and last day each.
fn courses() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..120usize, 0..40usize).prop_map(|(from, length)| (from, from + length)), 0..4)
}

/// The day of this number; number 0 is 1 March 2011.
fn numbered(number: usize) -> String {
    Day { year: 2011, month: 3, day: 1 }.plus_days(number as i64).text()
}

/// The truth of a mode, by looking at each day of the window.
fn truly(mode: Mode, courses: &[(usize, usize)], from: usize, to: usize) -> bool {
    let on = |day: usize| courses.iter().any(|(first, last)| *first <= day && day <= *last);
    match mode {
        Mode::Present | Mode::Ever => (from..=to).any(on),
        Mode::Throughout => (from..=to).all(on),
        Mode::Started => (from..=to).any(|day| courses.iter().any(|(first, _)| *first == day)),
        Mode::Ended => (from..=to).any(|day| courses.iter().any(|(_, last)| *last == day)),
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_record_of_a_part_never_says_what_the_whole_denies(
        courses in courses(),
        shown in prop::collection::vec(proptest::bool::ANY, 4),
        coverage in prop::option::of((0..160usize, 0..160usize)),
        (from, length) in (0..120usize, 0..40usize),
        which in 0..4usize,
        precision in prop::collection::vec(2..=3usize, 8),
    ) {
        let mode = [Mode::Present, Mode::Throughout, Mode::Started, Mode::Ended][which];
        let to = from + length;
        let span = window(Some(at("consent")), Some(at("randomization")), "meanwhile");
        let protocol = rule(occurs(finding("metformin"), mode, span));
        let events = format!(
            r#""events": [{{"name": "consent", "on": "{}"}}, {{"name": "randomization", "on": "{}"}}]"#,
            numbered(from), numbered(to),
        );
        let record = |courses: &[(usize, usize)], coverage: Option<(usize, usize)>, precision: &[usize]| {
            let cut = |day: usize, precision: usize| numbered(day)[..[7, 10][precision - 2]].to_owned();
            let entries: Vec<String> = courses.iter().zip(precision.chunks(2)).map(|((first, last), precision)| {
                format!(r#"{{"name": "metformin", "from": "{}", "to": "{}"}}"#, cut(*first, precision[0]), cut(*last, precision[1]))
            }).collect();
            let coverage = coverage.map(|(first, last)| {
                format!(r#", "coverage": [{{"of": "drugs", "from": "{}", "to": "{}"}}]"#, numbered(first), numbered(last))
            });
            format!(r#"{{{events}, "exposures": [{}]{}}}"#, entries.join(", "), coverage.unwrap_or_default())
        };
        let truth = truly(mode, &courses, from, to);
        // The whole record says the truth.
        let whole = status(&protocol, &record(&courses, Some((0, 200)), &[3; 8]));
        prop_assert_eq!(whole, if truth { Met } else { NotMet });
        // A part of it, of which nothing that touches the covered days is left out, says the truth or nothing.
        let coverage = coverage.map(|(a, b)| (a.min(b), a.max(b)));
        let is_covered = |course: &(usize, usize)| coverage.is_some_and(|(a, b)| course.0 <= b && course.1 >= a);
        let part: Vec<(usize, usize)> = courses
            .iter()
            .zip(&shown)
            .filter(|(course, shown)| **shown || is_covered(course))
            .map(|(course, _)| *course)
            .collect();
        let said = status(&protocol, &record(&part, coverage, &[3; 8]));
        prop_assert!(said == Unknown || said == whole, "{:?} of {:?}", said, part);
        // And so does the same part with some days of the month forgotten.
        let vague = status(&protocol, &record(&part, coverage, &precision));
        prop_assert!(vague == Unknown || vague == said, "{:?}, then {:?}", vague, said);
    }

    #[test]
    fn tied_values_give_the_worst_of_their_verdicts(values in prop::collection::vec(40..=60i64, 1..4)) {
        let protocol = rule(compare(latest("inr", any_time()), Comparator::Greater, number("50")));
        let record = |values: &[i64]| {
            let lines: Vec<String> = values.iter().map(|value| {
                format!(r#"{{"measure": "inr", "value": {value}, "on": "2011-06-01"}}"#)
            }).collect();
            format!(r#"{{"measurements": [{}]}}"#, lines.join(", "))
        };
        let each: Vec<Status> = values.iter().map(|value| status(&protocol, &record(&[*value]))).collect();
        prop_assert_eq!(Some(&status(&protocol, &record(&values))), each.iter().min());
    }

    #[test]
    fn no_record_makes_the_evaluator_panic(
        dates in prop::collection::vec(("[0-9]{4}", prop::option::of(1..=12u8)), 6),
        digits in "-?[0-9]{1,30}(\\.[0-9]{1,5})?",
        unit in "\\PC{0,12}",
        name in prop::sample::select(vec!["hba1c", "alt", "weight", "nothing"]),
    ) {
        let date = |index: usize| {
            let (year, month) = &dates[index];
            month.map_or(year.clone(), |month| format!("{year}-{month:02}"))
        };
        let record = serde_json::json!({
            "person": {"born": date(0)},
            "events": [{"name": "consent", "on": date(1)}, {"name": "randomization", "on": date(2)}],
            "measurements": [{"measure": name, "value": digits, "unit": unit, "on": date(3), "high": digits}],
            "findings": [{"name": "t2dm", "from": date(4), "to": date(5)}],
        });
        let protocol = Protocol::new()
            .include("I1", compare(latest("hba1c", within_before(14, "randomization")), Comparator::AtMost, quantity("9 %")))
            .include("I2", compare(latest("alt", any_time()), Comparator::AtMost, uln("1.5", "alt")))
            .include("I3", compare(measured("weight", Selector::Mean, any_time()), Comparator::AtMost, quantity("90 kg")))
            .include("I4", compare(age_at("consent"), Comparator::AtLeast, number("18")))
            .exclude("E1", present("t2dm", window(Some(moved(at("consent"), Offset { direction: Direction::Before, by: months(120_000) })), None, "")));
        let verdict = protocol.screen(&record.to_string(), Some("2011-06-01"));
        prop_assert!(!trialc::eligibility::render_verdict_text(&verdict).is_empty());
    }
}
