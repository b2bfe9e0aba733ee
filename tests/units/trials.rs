//! The spellings of units in the thresholds of 115 real trials: how many are understood.
//!
//! A threshold is a comparison (`≥`, `less than`, `at least`, `between … and`) with a number behind it. What is taken
//! as the unit does not depend on what `parse` can read: it is the run of signs behind the number that looks like a
//! unit by the rules of [`unit_behind`]. `docs/units.md` publishes the figures; this test holds them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use trialc::units::parse;

/// At least so many of a hundred thresholds with a unit must be understood, or pointed out with the right unit.
const LEAST: usize = 95;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Understood,
    /// `years`, `months`: the language's calendar time, which is no unit.
    Calendar,
    /// Read, with a remark that names the unit to write; or refused with one.
    PointedOut,
    NotUnderstood,
}

/// The eligibility texts of the shared registry records.
fn texts() -> Vec<String> {
    let folder = format!("{}/../shared/data/trials", env!("CARGO_MANIFEST_DIR"));
    let Ok(entries) = fs::read_dir(Path::new(&folder)) else {
        println!("skipped: no registry records beside this checkout");
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let json = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    json.map(|path| {
        let text = fs::read_to_string(path).expect("readable");
        let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let criteria = &record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"];
        criteria.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    })
    .collect()
}

const COMPARISONS: [&str; 27] = [
    "≥",
    "≤",
    ">",
    "<",
    "=",
    "greater than",
    "more than",
    "less than",
    "higher than",
    "lower than",
    "fewer than",
    "older than",
    "younger than",
    "longer than",
    "equal to",
    "at least",
    "at most",
    "up to",
    "above",
    "below",
    "over",
    "under",
    "exceeding",
    "exceeds",
    "exceed",
    "between",
    "within",
];

/// Every spelling that stands as a unit behind the number of a threshold.
fn thresholds(text: &str) -> Vec<String> {
    // Registry texts escape the signs of Markdown.
    let text = text
        .replace("\\>", ">")
        .replace("\\<", "<")
        .replace("\\*", "*")
        .replace("\\^", "^")
        .replace('\\', "");
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(digit) = text[at..].find(|c: char| c.is_ascii_digit()).map(|offset| at + offset) {
        let length = text[digit..]
            .bytes()
            .enumerate()
            .take_while(|(index, byte)| {
                let next_is_digit = text.as_bytes().get(digit + index + 1).is_some_and(u8::is_ascii_digit);
                byte.is_ascii_digit() || matches!(byte, b'.' | b',') && next_is_digit
            })
            .count();
        at = digit + length;
        let before = lower.get(..digit).unwrap_or_default().trim_end().trim_end_matches("the").trim_end();
        // `40 to 65 years`, `7.5-9.5 %`: the number before ends the same threshold.
        let range = ["-", "–", " to", " and"].iter().any(|sign| {
            before
                .strip_suffix(sign)
                .is_some_and(|head| head.trim_end().ends_with(|c: char| c.is_ascii_digit()))
        });
        if range || COMPARISONS.iter().any(|sign| before.ends_with(sign)) {
            found.extend(unit_behind(&text[at..]));
        }
    }
    found
}

/// Words that are units when they stand alone behind a number; others must show it by a sign.
const UNIT_WORDS: &[&str] = &[
    "mg",
    "g",
    "kg",
    "mcg",
    "ug",
    "ng",
    "pg",
    "ml",
    "l",
    "dl",
    "mm",
    "cm",
    "m",
    "um",
    "microns",
    "mmhg",
    "kpa",
    "bpm",
    "hz",
    "db",
    "iu",
    "miu",
    "u",
    "units",
    "unit",
    "meq",
    "mmol",
    "umol",
    "nmol",
    "mosm",
    "ms",
    "msec",
    "msecs",
    "milliseconds",
    "sec",
    "secs",
    "seconds",
    "s",
    "min",
    "mins",
    "minutes",
    "h",
    "hr",
    "hrs",
    "hours",
    "hour",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "mo",
    "year",
    "years",
    "yr",
    "yrs",
    "gy",
    "cgy",
    "msv",
    "lb",
    "lbs",
    "pounds",
    "inches",
    "inch",
    "feet",
    "grams",
    "gram",
    "kilograms",
    "liters",
    "liter",
    "litres",
    "milligrams",
    "percent",
    "letters",
    "diopters",
    "diopter",
    "d",
    "uln",
    "lln",
    "beats",
    "k",
    "pack-years",
    "ppm",
    "mets",
    "kcal",
    "watts",
    "degrees",
    "copies",
    "cells",
    "points",
    "breaths",
    "drinks",
    "cigarettes",
    "c",
    "f",
    "cc",
    "log10",
    "kilopascals",
    "gms",
];

/// The unit behind a number, as a careful reader would mark it; `None` where none stands there.
fn unit_behind(rest: &str) -> Option<String> {
    let start = rest.trim_start().trim_start_matches('-').trim_start();
    // `1.5 x ULN`, `3 times the upper limit of normal`.
    let low = start.to_lowercase();
    for head in ["x ", "× ", "x", "×", "times the ", "times ", "* ", ""] {
        if let Some(tail) = low.strip_prefix(head) {
            for limit in
                ["uln", "upper limit", "upper normal limit", "institutional upper", "lln", "lower limit"]
            {
                if tail.starts_with(limit)
                    || tail.strip_prefix("institutional ").is_some_and(|tail| tail.starts_with(limit))
                {
                    return Some(if limit.starts_with('l') { "x LLN" } else { "x ULN" }.to_owned());
                }
            }
        }
    }
    let mut text = String::new();
    let mut words = start.split(' ').peekable();
    while let Some(word) = words.next() {
        let clean = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '"', '”', ')', ']', '*']);
        let ends = clean.len() < word.len();
        let clean = clean.split('(').next().unwrap_or_default();
        if clean.is_empty() {
            break;
        }
        let shows = clean.contains(['/', '%', '^', '°', '²', '³', '⁹', 'µ', 'μ']) && !clean.contains('&');
        let is_word = UNIT_WORDS.contains(&clean.to_lowercase().as_str());
        let is_power =
            matches!(clean, "x" | "×" | "X" | "*") || clean.starts_with("10^") || clean.starts_with("x10");
        let takes = match text.as_str() {
            "" => {
                shows && !is_two_words(clean)
                    || is_word
                    || is_power && words.peek().is_some_and(|next| next.starts_with("10"))
                    || clean.starts_with("x10")
            }
            before => {
                let joins = before.ends_with(['/', '^', 'x', '×', '*']) || before.ends_with(" per");
                let follows = clean.starts_with('/') || clean == "per" || joins;
                let known = matches!(
                    (before.to_lowercase().as_str(), clean.to_lowercase().as_str()),
                    ("mm", "hg") | ("cm", "h2o")
                ) || before.ends_with("1.73") && clean.starts_with('m')
                    || before.ends_with("10") && clean.len() <= 2
                    || before.starts_with("log10") && shows
                    || matches!(before.to_lowercase().as_str(), "degrees" | "°")
                        && matches!(clean, "C" | "F" | "Celsius" | "Fahrenheit")
                    || is_power_so_far(before) && (shows || clean.starts_with("cells"));
                follows || known
            }
        };
        if !takes {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(clean);
        if ends || word.contains('(') || word.ends_with(')') {
            break;
        }
    }
    let text = text.trim_end_matches(" per").trim_end_matches(['x', '×', ' ', '/']).to_owned();
    (!text.is_empty() && text.chars().any(|c| c.is_alphabetic() || c == '%')).then_some(text)
}

/// `and/or`, `male/female`, `weeks/months`: a slash between words is no unit.
fn is_two_words(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    parts.len() >= 2
        && !text.contains(['%', '^', '°', '²', '³', 'µ', 'μ'])
        && parts.iter().all(|part| part.len() > 3 && part.chars().all(char::is_alphabetic))
        && !["cells", "copies", "units", "beats", "breaths", "drinks", "platelets", "grams", "neutrophils"]
            .contains(&parts[0])
}

fn is_power_so_far(text: &str) -> bool {
    text.trim_start_matches(['x', 'X', '×', '*', ' ']).starts_with("10")
}

fn judge(spelling: &str) -> Outcome {
    let lower = spelling.to_lowercase();
    if matches!(lower.as_str(), "month" | "months" | "mo" | "year" | "years" | "yr" | "yrs") {
        return Outcome::Calendar;
    }
    match parse(spelling) {
        Ok(unit) if unit.advice().is_none() => Outcome::Understood,
        Ok(unit) if unit.advice().is_some_and(|advice| advice.replacement.is_some()) => Outcome::PointedOut,
        Ok(_) => Outcome::NotUnderstood,
        Err(error) => match error.help {
            Some(help) if help.contains('`') => Outcome::PointedOut,
            _ => Outcome::NotUnderstood,
        },
    }
}

#[test]
fn the_reader_of_thresholds_takes_units_and_leaves_words() {
    let found = |text: &str| thresholds(text).join(" | ");
    assert_eq!(found("HbA1c ≥ 7.5% and creatinine < 1.5 mg/dL."), "% | mg/dL");
    assert_eq!(found("platelets ≥ 100 x 10^9/L (or more)"), "x 10^9/L");
    assert_eq!(found("BP greater than 160 mm Hg; ALT ≤ 2.5 x ULN"), "mm Hg | x ULN");
    assert_eq!(found("more than 3 lesions and/or 2 sites, at least 2 prior lines"), "");
    assert_eq!(found("eGFR < 60 mL/min/1.73 m2 within 28 days"), "mL/min/1.73 m2 | days");
    assert_eq!(found("AST ≤ 3 times the upper limit of normal"), "x ULN");
    assert_eq!(found("ECOG ≤ 2, in 7 mg tablets"), "");
}

#[test]
fn thresholds_of_real_trials_are_understood() {
    let texts = texts();
    if texts.is_empty() {
        return;
    }
    let mut spellings: BTreeMap<String, usize> = BTreeMap::new();
    for spelling in texts.iter().flat_map(|text| thresholds(text)) {
        *spellings.entry(spelling).or_default() += 1;
    }
    let mut counts: BTreeMap<Outcome, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for (spelling, count) in &spellings {
        let outcome = judge(spelling);
        let (distinct, all) = counts.entry(outcome).or_default();
        *distinct += 1;
        *all += count;
        if outcome == Outcome::NotUnderstood {
            missed.push(format!("{count} × {spelling}"));
        }
    }
    let (distinct, all) = counts.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let (lost, lost_all) = counts.get(&Outcome::NotUnderstood).copied().unwrap_or_default();
    println!(
        "{} trials, {all} thresholds with a unit, {distinct} spellings: {counts:?}\n{}",
        texts.len(),
        missed.join("\n")
    );
    let of = |outcome: Outcome| counts.get(&outcome).copied().unwrap_or_default();
    let (understood, calendar, told) =
        (of(Outcome::Understood), of(Outcome::Calendar), of(Outcome::PointedOut));
    let published = format!(
        "{all} thresholds with a unit in {distinct} spellings: {} ({} spellings) understood, {} ({}) calendar time, {} ({}) \
         pointed out with the unit to write, {} lost",
        understood.1,
        understood.0,
        calendar.1,
        calendar.0,
        told.1,
        told.0,
        if lost_all == 0 { "none".to_owned() } else { lost_all.to_string() },
    );
    assert!(include_str!("../../docs/units.md").contains(&published), "docs/units.md is to say: {published}");
    assert!(all > 500, "{all} thresholds");
    assert!((all - lost_all) * 100 >= all * LEAST, "{lost_all} of {all} thresholds:\n{}", missed.join("\n"));
    assert!(
        (distinct - lost) * 100 >= distinct * LEAST,
        "{lost} of {distinct} spellings:\n{}",
        missed.join("\n")
    );
}
