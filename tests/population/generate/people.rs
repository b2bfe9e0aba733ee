//! Invented people in the shape of the OMOP Common Data Model 5.4, with what real data have: several units of one
//! analyte, everyday spellings, results without unit or number, ties on one day, ends that nobody wrote down, orders,
//! provisional diagnoses, broader diagnoses, sexes and births that are not known, values on the very limits.
//!
//! A person is made from the seed and their number alone: the first thousand of a million are the thousand.

use super::catalogue::{ANALYTES, Analyte, CONDITIONS, DRUGS, Form, PREGNANCY_TEST, PROCEDURES};

/// Days since 1970-01-01.
pub type Day = i32;

/// 30 June 2020, the day on which everybody is randomised; consent is on the first.
pub const INDEX: Day = 18_443;
pub const EVENTS: [(&str, &str); 2] = [("consent", "2020-06-01"), ("randomization", "2020-06-30")];

/// EHR record, for the columns `*_type_concept_id` (vocabulary Type Concept).
pub const EHR: i64 = 32_817;
const EHR_PRESCRIPTION: i64 = 32_838;
const PHARMACY_DISPENSING: i64 = 32_825;
const PRELIMINARY_DIAGNOSIS: i64 = 32_899;
pub const LESS_THAN: i64 = 4_171_756;
pub const GREATER_THAN: i64 = 4_172_704;
pub const EQUALS: i64 = 4_172_703;
const APPROXIMATELY: i64 = 4_172_705;
pub const POSITIVE: i64 = 9_191;
pub const NEGATIVE: i64 = 9_189;

pub struct Person {
    pub id: i64,
    pub gender: i64,
    pub year: Option<i32>,
    pub month: Option<u32>,
    pub day: Option<u32>,
    pub measurements: Vec<Measurement>,
    pub conditions: Vec<Condition>,
    pub drugs: Vec<Drug>,
    pub procedures: Vec<Procedure>,
    pub visits: Vec<Visit>,
    pub observations: Vec<Observation>,
    pub periods: Vec<(Day, Day)>,
    pub death: Option<Day>,
}

#[derive(Clone, PartialEq)]
pub struct Measurement {
    pub concept: i64,
    pub on: Day,
    pub operator: Option<i64>,
    pub number: Option<f64>,
    pub level: Option<i64>,
    pub unit: Option<i64>,
    pub unit_source: Option<&'static str>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

pub struct Condition {
    pub concept: i64,
    pub start: Day,
    pub end: Option<Day>,
    pub status: Option<i64>,
}

pub struct Drug {
    pub concept: i64,
    pub start: Day,
    pub end: Option<Day>,
    pub kind: i64,
}

pub struct Procedure {
    pub concept: i64,
    pub on: Day,
    pub end: Option<Day>,
}

pub struct Visit {
    pub concept: i64,
    pub start: Day,
    pub end: Day,
}

pub struct Observation {
    pub concept: i64,
    pub on: Day,
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, fast, the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64, person: u64) -> Self {
        let mut dice = Self(seed);
        let seed = dice.next();
        Self(seed ^ person.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `below` without it.
    pub fn below(&mut self, below: usize) -> usize {
        (self.next() % below as u64) as usize
    }

    fn day(&mut self, from: Day, to: Day) -> Day {
        from + self.below((to - from + 1) as usize) as Day
    }

    /// In so many of a hundred cases.
    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn of_all<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

pub fn person(seed: u64, number: u64) -> Person {
    let mut dice = Dice::of(seed, number);
    let gender = match dice.below(500) {
        // Many, so that limits by sex meet people of whom it is not known.
        0..15 => 0,
        15..30 => 8_521,
        n if n < 265 => 8_507,
        _ => 8_532,
    };
    let (year, month, day) = birth(&mut dice);
    let mut person = Person {
        id: number as i64 + 1,
        gender,
        year,
        month,
        day,
        measurements: Vec::new(),
        conditions: Vec::new(),
        drugs: Vec::new(),
        procedures: Vec::new(),
        visits: Vec::new(),
        observations: Vec::new(),
        periods: Vec::new(),
        death: None,
    };
    results(&mut dice, &mut person);
    history(&mut dice, &mut person);
    let from = INDEX - 3_650 + dice.day(0, 3_000);
    person.periods.push((from, dice.day(INDEX - 20, INDEX + 60)));
    if dice.percent(10) {
        person.periods.insert(0, (from - 900, from - 300));
    }
    person.death = dice.percent(1).then(|| dice.day(INDEX + 1, INDEX + 60));
    person
}

/// Some on the very birthdays that decide, some known to the month or the year only.
fn birth(dice: &mut Dice) -> (Option<i32>, Option<u32>, Option<u32>) {
    let year = match dice.below(20) {
        0 => 2002,
        1 => 1945,
        2 => 1955,
        _ => 1925 + dice.below(85) as i32,
    };
    let (month, day) = match dice.below(25) {
        0 => (6, 1),
        1 => (6, 2),
        2 => (5, 31),
        _ => (1 + dice.below(12) as u32, 1 + dice.below(28) as u32),
    };
    match dice.below(200) {
        0 => (Some(year), None, None),
        1 => (Some(year), Some(month), None),
        2 => (None, None, None),
        _ => (Some(year), Some(month), Some(day)),
    }
}

fn results(dice: &mut Dice, person: &mut Person) {
    for analyte in ANALYTES {
        for _ in 0..dice.below(2 * analyte.rows + 1) {
            let result = result(dice, analyte);
            let another = form(dice, analyte);
            let (unit, unit_source) = (another.unit, another.source);
            let number = Some(amount(dice, analyte, another));
            let tied = Measurement { number, unit, unit_source, ..result.clone() };
            person.measurements.push(result);
            match dice.below(40) {
                // A second value of the day: another one, or the same again.
                0 => person.measurements.push(tied),
                1 => person.measurements.extend(person.measurements.last().cloned()),
                _ => {}
            }
        }
    }
    for _ in 0..dice.below(3) {
        let level = match dice.below(20) {
            0 => POSITIVE,
            1 => 0,
            _ => NEGATIVE,
        };
        person.measurements.push(Measurement {
            concept: PREGNANCY_TEST,
            on: on(dice),
            operator: None,
            number: None,
            level: Some(level),
            unit: None,
            unit_source: None,
            low: None,
            high: None,
        });
    }
}

/// The nearer to the index date the more, some on the edges of windows, some after it.
fn on(dice: &mut Dice) -> Day {
    const EDGES: [Day; 11] = [0, 0, 1, 27, 28, 29, 90, 91, 180, 181, 366];
    match dice.below(20) {
        0 | 1 => INDEX - *dice.of_all(&EDGES),
        2 => dice.day(INDEX + 1, INDEX + 30),
        n if n < 13 => dice.day(INDEX - 120, INDEX),
        _ => dice.day(INDEX - 1_100, INDEX),
    }
}

fn form<'a>(dice: &mut Dice, analyte: &'a Analyte) -> &'a Form {
    let mut at = dice.below(analyte.forms.iter().map(|form| form.share).sum());
    for form in analyte.forms {
        match at.checked_sub(form.share) {
            Some(rest) => at = rest,
            None => return form,
        }
    }
    &analyte.forms[0]
}

/// A value in the unit of the form: on a limit, a step beside it, or anywhere.
fn amount(dice: &mut Dice, analyte: &Analyte, form: &Form) -> f64 {
    let step = 10f64.powi(-form.decimals);
    let (low, high) = analyte.range;
    let (value, aside) = match dice.below(12) {
        0 => (*dice.of_all(analyte.limits), 0.0),
        1 => (*dice.of_all(analyte.limits), step * (dice.below(3) as f64 - 1.0)),
        _ => (low + (high - low) * (dice.below(100_001) as f64 / 100_000.0), 0.0),
    };
    let scaled = 10f64.powi(form.decimals);
    ((value * form.slope + form.offset + aside) * scaled).round() / scaled
}

fn result(dice: &mut Dice, analyte: &Analyte) -> Measurement {
    let form = form(dice, analyte);
    let number = amount(dice, analyte, form);
    let in_form = |value: f64| ((value * form.slope + form.offset) * 1000.0).round() / 1000.0;
    let (low, high) = match analyte.normal {
        Some((low, high)) if !dice.percent(10) => (Some(in_form(low)), Some(in_form(high))),
        _ => (None, None),
    };
    Measurement {
        concept: analyte.concept,
        on: on(dice),
        operator: match dice.below(100) {
            0 => Some(LESS_THAN),
            1 => Some(GREATER_THAN),
            n if n < 30 => Some(EQUALS),
            n if n < 40 => Some(0),
            // No comparison of the CDM.
            n if n < 42 => Some(APPROXIMATELY),
            _ => None,
        },
        number: Some(number).filter(|_| !dice.percent(1)),
        level: None,
        unit: form.unit,
        unit_source: form.source,
        low,
        high,
    }
}

fn history(dice: &mut Dice, person: &mut Person) {
    for (concept, chance, length) in CONDITIONS {
        while dice.below(1000) < *chance {
            let start = match dice.below(8) {
                0 => INDEX - *dice.of_all(&[0, 30, 31, 182, 183, 365, 366]),
                1 => dice.day(INDEX + 1, INDEX + 30),
                _ => dice.day(INDEX - 4_000, INDEX),
            };
            let end = match dice.below(3) {
                0 => Some(start + dice.day(0, *length)),
                1 if start < INDEX - 30 => Some(INDEX - *dice.of_all(&[0, 30, 31])).filter(|_| *length > 0),
                _ => None,
            };
            let status = dice.percent(4).then_some(PRELIMINARY_DIAGNOSIS);
            person.conditions.push(Condition { concept: *concept, start, end, status });
        }
    }
    for (concept, chance) in DRUGS {
        while dice.below(1000) < *chance {
            let start = match dice.below(8) {
                0 => INDEX - *dice.of_all(&[0, 30, 90, 91, 100, 101]),
                _ => dice.day(INDEX - 700, INDEX + 20),
            };
            let end = Some(start + *dice.of_all(&[0, 6, 13, 29, 89])).filter(|_| !dice.percent(15));
            let kind = match dice.below(12) {
                0 => EHR_PRESCRIPTION,
                1 => PHARMACY_DISPENSING,
                _ => EHR,
            };
            // Packages that follow each other, so that somebody takes it all the time.
            if dice.percent(20) {
                let before = Drug { concept: *concept, start: start - 60, end: Some(start - 1), kind };
                person.drugs.push(before);
            }
            person.drugs.push(Drug { concept: *concept, start, end, kind });
        }
    }
    for (concept, chance) in PROCEDURES {
        if dice.below(1000) < *chance {
            let on = dice.day(INDEX - 2_000, INDEX + 10);
            let end = dice.percent(30).then(|| on + dice.day(0, 5));
            person.procedures.push(Procedure { concept: *concept, on, end });
        }
    }
    for _ in 0..dice.below(9) {
        let concept = match dice.below(20) {
            0 | 1 => 9_201,
            2 => 262,
            3 => 9_203,
            _ => 9_202,
        };
        let start = match dice.below(10) {
            0 => INDEX - *dice.of_all(&[0, 14, 15, 365, 366]),
            _ => dice.day(INDEX - 1_100, INDEX + 5),
        };
        let end = if concept == 9_202 { start } else { start + dice.day(0, 9) };
        person.visits.push(Visit { concept, start, end });
    }
    if dice.percent(3) {
        person
            .observations
            .push(Observation { concept: CONDITIONS[2].0, on: dice.day(INDEX - 4_000, INDEX) });
    }
}
