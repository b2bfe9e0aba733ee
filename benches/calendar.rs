//! How fast calendars of many participants are planned: the crossover study, 100,000 invented participants. Beside it, in
//! the same run, a floor: the same number of dates by plain addition, without anchors, windows or statuses.
//!
//! `cargo bench --bench calendar`

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::ToSpan;
use jiff::civil::Date;
use trialc::calendar::{ClosedDays, DEFAULT_HORIZON, People};
use trialc::compile::compile;
use trialc::model::Trial;
use trialc::source::{LoadError, Loader};

const PROTOCOL: &str = include_str!("../protocols/crossover/trial.trial");
// A build without optimisation (`cargo test --benches`) only shows that the benchmark runs.
const PARTICIPANTS: usize = if cfg!(debug_assertions) { 500 } else { 100_000 };

struct Only;

impl Loader for Only {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        if path == "trial.trial" {
            Ok(PROTOCOL.to_owned())
        } else {
            Err(LoadError::Missing { suggestion: None })
        }
    }
}

static TRIAL: LazyLock<Trial> =
    LazyLock::new(|| compile(&Only, "trial.trial").expect("it is there").trial.expect("it has no errors"));

/// Consent in turn on the days of ten years; what follows comes a few days early or late.
static TABLE: LazyLock<String> = LazyLock::new(|| {
    let mut table = "participant,event,date\n".to_owned();
    let first: Date = "2020-01-01".parse().expect("a date");
    for person in 0..PARTICIPANTS {
        let slack = (person * 7919 % 5) as i64;
        let consent = first.saturating_add(((person * 31 % 3650) as i64).days());
        let mut put = |event: &str, days: i64| {
            let _ = writeln!(table, "P{person:06},{event},{}", consent.saturating_add(days.days()));
        };
        put("consent", 0);
        put("randomization", 14 + slack);
        put("first_dose", 14 + slack);
        put("screening_visit", 0);
        put("period_1_start", 14 + slack);
        put("period_1_end", 40 + slack);
        if person % 3 > 0 {
            put("last_dose_1", 42 + slack);
            put("second_start", 56 + 2 * slack);
        }
    }
    table
});

static PEOPLE: LazyLock<People> =
    LazyLock::new(|| People::read(&TRIAL, &TABLE).unwrap_or_else(|errors| panic!("{}", errors[0])));

fn visits() -> usize {
    TRIAL.schedule.as_ref().map_or(0, |schedule| schedule.visits.len())
}

fn main() {
    divan::main();
}

/// The table of dates read.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn read(bencher: Bencher) {
    bencher.counter(ItemsCount::new(TABLE.lines().count())).bench(|| People::read(&TRIAL, black_box(&TABLE)));
}

/// Every visit of every participant: target, window, status, as a table. Items are visits.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn plan(bencher: Bencher) {
    let as_of = "2025-06-01".parse().ok();
    let people = &*PEOPLE;
    bencher
        .counter(ItemsCount::new(PARTICIPANTS * visits()))
        .bench(|| people.to_csv(&TRIAL, as_of, DEFAULT_HORIZON, &ClosedDays::default()));
}

/// The floor: three dates for each visit, each a number of days added to one date.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn additions(bencher: Bencher) {
    let first: Date = "2020-01-01".parse().expect("a date");
    bencher.counter(ItemsCount::new(PARTICIPANTS * visits())).bench(|| {
        let mut sum = 0_i64;
        for person in 0..PARTICIPANTS as i64 {
            let consent = first.saturating_add((person % 3650).days());
            for visit in 0..visits() as i64 {
                for days in [-3, 0, 3] {
                    sum += i64::from(consent.saturating_add((visit * 14 + days).days()).day());
                }
            }
        }
        black_box(sum)
    });
}
